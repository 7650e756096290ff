/* A case as the visitor may see it. */
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/internal.h"

enum { POST_BITS = 4 };

/* Posts of the lead's people, as bits of the table. */
static unsigned as_of_posts(int64_t posts)
{
    static const unsigned as[POST_BITS] = {LETTERS_AS_DRAFT, LETTERS_AS_CHECK, LETTERS_AS_SIGN,
                                           LETTERS_AS_SEAL};
    unsigned out = LETTERS_AS_LEAD;
    for (int i = 0; i < POST_BITS; i++)
        if (posts & (1 << i))
            out |= as[i];
    return out;
}

/* The lead goes before a co-handler, who goes before the desk: for whom an event is written. */
static void take(struct letter_case *c, const struct rows *rs, size_t i)
{
    int64_t body = row_int(rs, i, "organisation_id");
    bool handles = !row_null(rs, i, "handler");
    if (handles && row_int(rs, i, "is_lead")) {
        c->as |= as_of_posts(row_int(rs, i, "posts"));
        c->body = body;
    } else if (handles && !str_eq_z(row_str(rs, i, "state"), "released")) {
        c->as |= LETTERS_AS_CO;
        c->handler = row_int(rs, i, "handler");
        if (!(c->as & LETTERS_AS_LEAD))
            c->body = body;
    }
    if (row_int(rs, i, "is_desk")) {
        c->as |= LETTERS_AS_DESK;
        if (!c->body)
            c->body = body;
    }
}

static enum err find_as(struct req *r, struct letter_case *c)
{
    struct rows rs;
    enum err e =
        db_select(r->db, &q_letters_as, ARGS(V_INT(c->id), V_INT(r->who.user_id)), r->arena, &rs);
    for (size_t i = 0; !e && r->who.roles & ROLE_OFFICER && i < rs.n; i++)
        take(c, &rs, i);
    if (!e)
        e = db_select(r->db, &q_letters_as_deputy, ARGS(V_INT(c->id), V_INT(r->who.user_id)),
                      r->arena, &rs);
    if (!e && rs.n) {
        c->as |= LETTERS_AS_DEPUTY;
        c->deputy = row_int(&rs, 0, "id");
    }
    return e;
}

enum err case_read_id(struct req *r, const char *param, int64_t *id)
{
    return str_to_i64(req_param(r, param), id) || *id < 1 ? ERR_NOT_FOUND : OK;
}

enum err case_load_of(struct req *r, int64_t suggestion, struct letter_case *out)
{
    *out = (struct letter_case){.id = suggestion};
    enum err e = db_one(r->db, &q_letters_get, ARGS(V_INT(out->id)), r->arena, &out->row);
    if (!e)
        e = find_as(r, out);
    return e ? e : out->as ? OK : ERR_NOT_FOUND;
}

enum err case_load(struct req *r, struct letter_case *out)
{
    int64_t id;
    enum err e = case_read_id(r, "id", &id);
    return e ? e : case_load_of(r, id, out);
}

struct letters_actor case_actor(const struct req *r, const struct letter_case *c)
{
    return (struct letters_actor){.as = c->as, .user = r->who.user_id, .body = c->body};
}

enum err case_read_day(struct req *r, const char *field, int64_t *day)
{
    return day_read(str_trim(req_field(r, field)), day)
               ? req_refuse(r, ERR_INVALID, field, "letters.day_bad")
               : OK;
}

struct str case_text(const struct req *r, const struct rows *rs, size_t i, const char *zh,
                     const char *en)
{
    struct str text = row_str(rs, i, r->lang == LANG_EN ? en : zh);
    return text.n ? text : row_str(rs, i, zh);
}

void case_put_day(struct view *v, const char *name, const struct rows *rs, size_t i,
                  const char *column)
{
    char text[DAY_TEXT];
    if (!row_null(rs, i, column) && day_text(row_int(rs, i, column), text))
        view_put_z(v, name, text);
}

void case_put(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    struct str state = row_str(rs, i, "state");
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_int(v, "number", row_int(rs, i, "number"));
    view_put_str(v, "title", row_str(rs, i, "title"));
    view_put_str(v, "session", case_text(r, rs, i, "session_zh", "session_en"));
    view_put_str(v, "kind", row_str(rs, i, "session_kind"));
    view_put_str(v, "state", state);
    view_put_str(v, "state_name", req_text(r, "letters.state_", state));
    view_put_int(v, "round", row_int(rs, i, "round"));
    view_put_bool(v, "is_public", row_int(rs, i, "is_public"));
    if (!row_null(rs, i, "lead_id"))
        view_put_str(v, "lead", case_text(r, rs, i, "lead_zh", "lead_en"));
    if (!row_null(rs, i, "class_id")) {
        view_put_str(v, "class_code", row_str(rs, i, "class_code"));
        view_put_str(v, "class", case_text(r, rs, i, "class_zh", "class_en"));
    }
    case_put_day(v, "received", rs, i, "received_day");
    case_put_day(v, "reply_day", rs, i, "reply_day");
    case_put_day(v, "accept_day", rs, i, "accept_day");
    case_put_day(v, "sent_day", rs, i, "sent_day");
    case_put_day(v, "form_day", rs, i, "form_day");
}

enum err letters_done(struct req *r, enum err result, const char *to, const char *page,
                      enum err (*put)(struct req *r, int64_t id), int64_t id)
{
    struct err_info info = r->info;
    if (!result) {
        reply_redirect(r, to);
        return OK;
    }
    if (r->json)
        return result;
    r->view = view_object(r->arena);
    enum err e = put(r, id);
    reply_page(r, page);
    r->info = info;
    return e ? e : result;
}
