/*
 * Replies that everybody may read.
 *
 *   GET /replies        those that were sent, the newest first: q, session, class, body, page
 *   GET /replies/{id}   one as it was issued; of a letter that was recalled or is not public: 404
 */
#include "job/letter_text.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/issue.h"
#include "town/letters/reply_text.h"

enum { REPLIES_SHOWN = 20, REPLIES_PAGES_MAX = 500, FILTERS_MAX = 300 };

struct asked {
    int64_t session, class, body, page;
    struct words_asked by;
};

static int64_t read_id(struct req *r, const char *name)
{
    int64_t id;
    return str_to_i64(req_query(r, name), &id) || id < 0 ? 0 : id;
}

static enum err read_asked(struct req *r, struct asked *a)
{
    *a = (struct asked){.session = read_id(r, "session"),
                        .class = read_id(r, "class"),
                        .body = read_id(r, "body"),
                        .page = read_id(r, "page")};
    if (a->page < 1 || a->page > REPLIES_PAGES_MAX)
        a->page = 1;
    return words_asked(r->arena, req_query(r, "q"), &a->by);
}

/* What a row of the list and a whole reply have in common. */
static void put_head(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_str(v, "title", row_str(rs, i, "title"));
    view_put_str(v, "body", case_text(r, rs, i, "body_zh", "body_en"));
    view_put_int(v, "round", row_int(rs, i, "round"));
    view_put_int(v, "suggestion_number", row_int(rs, i, "suggestion_number"));
    view_put_str(v, "suggestion", row_str(rs, i, "suggestion"));
    view_put_str(v, "session", case_text(r, rs, i, "session_zh", "session_en"));
    case_put_day(v, "dated", rs, i, "dated_day");
    if (!row_null(rs, i, "n"))
        view_put_str(v, "number",
                     letter_number(row_str(rs, i, "short"), row_int(rs, i, "year"),
                                   row_int(rs, i, "n"), r->arena));
    if (row_null(rs, i, "class_code"))
        return;
    view_put_str(v, "class_code", row_str(rs, i, "class_code"));
    view_put_str(v, "class", case_text(r, rs, i, "class_zh", "class_en"));
}

/* sessions, bodies, classes [{id, name, n, is_chosen}]: what there is to choose from. */
static enum err put_filters(struct req *r, const struct asked *a)
{
    static const struct {
        const char *what, *list;
    } all[] = {{"session", "sessions"}, {"body", "bodies"}, {"class", "classes"}};
    struct rows rs;
    enum err e =
        db_select(r->db, &q_letters_replies_by,
                  ARGS(V_INT(a->session), V_INT(a->body), V_INT(a->class), V_INT(FILTERS_MAX)),
                  r->arena, &rs);
    for (size_t k = 0; !e && k < sizeof(all) / sizeof(all[0]); k++) {
        struct view *list = view_put_list(r->view, all[k].list);
        for (size_t i = 0; i < rs.n; i++) {
            if (!str_eq_z(row_str(&rs, i, "what"), all[k].what))
                continue;
            struct view *v = view_add_object(list);
            view_put_int(v, "id", row_int(&rs, i, "id"));
            view_put_str(v, "code", row_str(&rs, i, "code"));
            view_put_str(v, "name", case_text(r, &rs, i, "name_zh", "name_en"));
            view_put_int(v, "n", row_int(&rs, i, "n"));
            view_put_bool(v, "is_chosen", row_int(&rs, i, "is_chosen"));
        }
    }
    return e;
}

/* The query that the other pages of the same list have, without their page. */
static void put_asked(struct req *r, const struct asked *a, int64_t n)
{
    view_put_str(r->view, "q", a->by.q);
    view_put_int(r->view, "n", n);
    view_put_bool(r->view, "is_narrowed", a->by.q.n || a->session || a->class || a->body);
    const struct {
        const char *name;
        int64_t id;
    } chosen[] = {{"session", a->session}, {"class", a->class}, {"body", a->body}};
    for (size_t i = 0; i < sizeof(chosen) / sizeof(chosen[0]); i++)
        if (chosen[i].id)
            view_put_int(r->view, chosen[i].name, chosen[i].id);
    if (a->page > 1)
        view_put_int(r->view, "page_before", a->page - 1);
    if (a->page * REPLIES_SHOWN < n)
        view_put_int(r->view, "page_next", a->page + 1);
}

static enum err replies_page(struct req *r)
{
    struct asked a;
    struct rows rs = {0};
    enum err e = read_asked(r, &a);
    if (!e)
        e = put_filters(r, &a);
    if (!e)
        e = db_select(r->db, &q_letters_replies,
                      ARGS(V_INT(a.session), V_INT(a.class), V_INT(a.body), V_INT(a.by.number),
                           V_STR(a.by.word[0]), V_STR(a.by.word[1]), V_STR(a.by.word[2]),
                           V_STR(a.by.word[3]), V_INT(REPLIES_SHOWN),
                           V_INT((a.page - 1) * REPLIES_SHOWN)),
                      r->arena, &rs);
    struct view *list = view_put_list(r->view, "replies");
    for (size_t i = 0; !e && i < rs.n; i++)
        put_head(r, view_add_object(list), &rs, i);
    put_asked(r, &a, rs.n ? row_int(&rs, 0, "n_all") : 0);
    return e;
}

static enum err put_reply(struct req *r, const struct rows *row)
{
    struct view *v = view_put_object(r->view, "reply");
    put_head(r, v, row, 0);
    view_put_str(v, "body_zh", row_str(row, 0, "body_zh"));
    view_put_str(v, "addressee", letter_addressee(row_str(row, 0, "addressee")));
    view_put_time(v, "dated_at", day_begin_ms(row_int(row, 0, "dated_day")));
    view_put_str(v, "copies", row_str(row, 0, "copies"));
    view_put_str(v, "disclosure", row_str(row, 0, "disclosure"));
    view_put_str(v, "contact", row_str(row, 0, "contact"));
    view_put_str(v, "code", row_str(row, 0, "code"));
    view_put_time(v, "sent_at", row_int(row, 0, "sent_at"));
    return reply_text_put(r, v, row);
}

static enum err reply_page_one(struct req *r)
{
    struct rows row;
    int64_t id;
    enum err e = case_read_id(r, "id", &id);
    if (!e)
        e = issue_row(r->db, r->arena, id, &row);
    if (!e && (!row_int(&row, 0, "is_public") || !str_eq_z(row_str(&row, 0, "state"), "sent")))
        e = ERR_NOT_FOUND;
    return e ? e : put_reply(r, &row);
}

static const struct route routes[] = {
    {"GET", "/replies", replies_page, NULL, "letters/replies.html", WHO_ANYONE, CSRF_SAFE, 0},
    {"GET", "/replies/{id}", reply_page_one, NULL, "letters/reply.html", WHO_ANYONE, CSRF_SAFE, 0},
};

const struct web_module letters_replies_module = {
    .name = "replies", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};
