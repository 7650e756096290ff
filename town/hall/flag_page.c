/* The base's look at words in titles and texts: what was flagged, and letting it stand. */
#include "store/queries.h"
#include "town/hall/page.h"
#include "town/hall/words.h"

enum { FLAGS_MOST = 200, NOTE_MAX = 200 };

static void put_flag(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_str(v, "field", row_str(rs, i, "field"));
    view_put_str(v, "field_name", req_text(r, "hall.field_", row_str(rs, i, "field")));
    view_put_str(v, "word", row_str(rs, i, "word"));
    view_put_str(v, "rule", row_str(rs, i, "rule"));
    view_put_str(v, "rule_text", req_text(r, "hall.rule_", row_str(rs, i, "rule")));
    view_put_time(v, "at", row_int(rs, i, "at"));
}

enum err hall_put_flags(struct req *r, struct view *v, int64_t product)
{
    struct rows rs;
    struct view *list = view_put_list(v, "flags");
    enum err e = db_select(r->db, &q_hall_flags_of, ARGS(V_INT(product)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *f = view_add_object(list);
        put_flag(r, f, &rs, i);
        view_put_bool(f, "is_open", row_null(&rs, i, "cleared_at"));
        view_put_str(f, "note", row_str(&rs, i, "note"));
        view_put_str(f, "by", row_str(&rs, i, "cleared_by"));
    }
    return e;
}

enum err hall_flags(struct req *r)
{
    struct rows rs;
    int64_t first = 0;
    bool is_there = false;
    struct str asked = req_query(r, "flag");
    struct view *list = view_put_list(r->view, "flags");
    if (asked.n && str_to_i64(asked, &first) != OK)
        return ERR_INVALID;
    enum err e =
        db_select(r->db, &q_hall_flags_open, ARGS(V_INT(first), V_INT(FLAGS_MOST)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        is_there = is_there || row_int(&rs, i, "id") == first;
        put_flag(r, v, &rs, i);
        view_put_int(v, "product", row_int(&rs, i, "product_id"));
        view_put_str(v, "title", hall_text(r, &rs, i, "title_zh", "title_en"));
        view_put_str(v, "factory", hall_text(r, &rs, i, "factory_zh", "factory_en"));
        view_put_str(v, "text", row_str(&rs, i, "text"));
        view_put_str(v, "status", row_str(&rs, i, "status"));
        view_put_str(v, "status_name", req_text(r, "hall.status_", row_str(&rs, i, "status")));
    }
    view_put_bool(r->view, "is_settled", first && !is_there);
    return e;
}

struct clearing {
    struct command cmd;
    int64_t flag, user;
    struct str note;
};

static enum err run_clear(struct command *cmd, struct tx *tx)
{
    struct clearing *c = (struct clearing *)cmd;
    return hall_flag_clear(tx, c->flag, c->note, c->user);
}

enum err hall_do_flag(struct req *r)
{
    struct clearing *c = ARENA_NEW(r->arena, struct clearing);
    if (!c)
        return ERR_NOMEM;
    if (str_to_i64(req_param(r, "id"), &c->flag) != OK)
        return ERR_NOT_FOUND;
    enum err e = req_field_text(r, "note", 1, NOTE_MAX, &c->note);
    if (e)
        return e;
    c->user = r->who.user_id;
    c->cmd = (struct command){.name = "hall.flag", .run = run_clear};
    reply_redirect(r, "/hall/flags");
    return web_write(r, &c->cmd, NULL);
}
