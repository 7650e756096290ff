#include "town/house/complaint_view.h"

#include "base/clock.h"
#include "store/queries.h"
#include "store/seal.h"

static bool zh(const struct req *r)
{
    return r->lang == LANG_ZH;
}

static void put_named(struct req *r, struct view *v, const char *member, const char *name_member,
                      const char *prefix, struct str name)
{
    view_put_str(v, member, name);
    view_put_str(v, name_member, req_text(r, prefix, name));
}

static void put_times(struct view *v, const struct rows *rs, size_t i)
{
    static const char *const times[] = {"made_at",   "evidence_at", "look_due_at", "answer_due_at",
                                        "looked_at", "answered_at", "closed_at"};
    int64_t now = clock_wall_ms();
    struct str status = row_str(rs, i, "status");
    for (size_t k = 0; k < sizeof(times) / sizeof(times[0]); k++)
        if (!row_null(rs, i, times[k]))
            view_put_time(v, times[k], row_int(rs, i, times[k]));
    view_put_bool(v, "is_late",
                  (str_eq_z(status, "received") && row_int(rs, i, "look_due_at") < now) ||
                      (str_eq_z(status, "looking") && row_int(rs, i, "answer_due_at") < now));
}

void complaint_put(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    view_put_int(v, "id", row_int(rs, i, "id"));
    put_named(r, v, "about", "about_name", "house.about_", row_str(rs, i, "about"));
    put_named(r, v, "kind", "kind_name", "house.kind_", row_str(rs, i, "kind"));
    put_named(r, v, "status", "status_name", "house.state_", row_str(rs, i, "status"));
    struct view *show = view_put_object(v, "show");
    view_put_int(show, "id", row_int(rs, i, "show_id"));
    view_put_str(show, "title", row_str(rs, i, zh(r) ? "title_zh" : "title_en"));
    put_times(v, rs, i);
    if (!row_null(rs, i, "factory_id"))
        view_put_str(v, "factory", row_str(rs, i, zh(r) ? "factory_zh" : "factory_en"));
    if (row_null(rs, i, "message_id"))
        return;
    struct view *m = view_put_object(v, "message");
    view_put_int(m, "id", row_int(rs, i, "message_id"));
    view_put_str(m, "name", row_str(rs, i, "said_by"));
    view_put_str(m, "text", row_str(rs, i, "said"));
    view_put_str(m, "status", row_str(rs, i, "said_status"));
}

static enum err put_events(struct req *r, struct view *v, int64_t complaint, bool is_base)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_house_complaint_events, ARGS(V_INT(complaint)), r->arena, &rs);
    struct view *list = view_put_list(v, "events");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *x = view_add_object(list);
        struct str words = STR_NONE;
        put_named(r, x, "event", "event_name", "house.did_", row_str(&rs, i, "event"));
        view_put_time(x, "at", row_int(&rs, i, "at"));
        if (is_base)
            view_put_str(x, "by", row_str(&rs, i, "by_name"));
        if (!row_null(&rs, i, "words"))
            e = seal_reveal("house_complaint_events.words", row_val(&rs, i, "words").s, r->arena,
                            &words);
        view_put_str(x, "words", words);
    }
    return e;
}

enum err complaint_put_whole(struct req *r, struct view *v, const struct rows *rs, bool is_base)
{
    struct str words;
    complaint_put(r, v, rs, 0);
    enum err e = seal_reveal("house_complaints.words", row_val(rs, 0, "words").s, r->arena, &words);
    if (e)
        return e;
    view_put_str(v, "words", words);
    return put_events(r, v, row_int(rs, 0, "id"), is_base);
}

enum err complaint_load(struct req *r, struct rows *rs)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id))
        return ERR_NOT_FOUND;
    return db_one(r->db, &q_house_complaint, ARGS(V_INT(id)), r->arena, rs);
}

enum err complaint_peer(struct req *r, struct str *hash)
{
    uint8_t key[16], *out = arena_alloc(r->arena, SEAL_HASH_BYTES);
    if (!out)
        return ERR_NOMEM;
    addr_client_key(&r->peer, key);
    seal_hash("house_complaints.peer", str_n(key, sizeof(key)), out);
    *hash = str_n(out, SEAL_HASH_BYTES);
    return OK;
}

enum err complaint_words(struct req *r, const char *field, size_t least, size_t most,
                         struct str *out)
{
    struct str text = str_trim(req_field(r, field));
    size_t n = str_is_utf8(text) ? str_characters(text) : 0;
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < 0x20 && !strchr("\n\r\t", text.p[i]))
            n = 0;
    *out = text;
    if (n >= least && n <= most && (n || !text.n))
        return OK;
    r->info = (struct err_info){.code = ERR_INVALID,
                                .field = field,
                                .key = n > most ? "web.text_most" : "house.words_few",
                                .limit = (int64_t)(n > most ? most : least)};
    return ERR_INVALID;
}
