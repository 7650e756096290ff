/* GET /suggestions: what there is to do, by its deadline. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/internal.h"

enum { PAGES_MAX = 200 };

/* The first of them are tabs; to the others the numbers of a session lead. */
static const char *const whats[] = {"open", "overdue", "soon", "back",   "over",
                                    "all",  "in_time", "late", "dropped"};
enum { TABS = 6, WHATS = sizeof(whats) / sizeof(whats[0]) };
static const char *const ratings[] = {"", "satisfied", "basically", "not"}; /* as {worst} */
enum { RATINGS = sizeof(ratings) / sizeof(ratings[0]) };

enum err letters_who(struct req *r, struct letters_who *out)
{
    struct rows rs;
    enum err e = db_one(r->db, &q_letters_who, ARGS(V_INT(r->who.user_id)), r->arena, &rs);
    bool officer = r->who.roles & ROLE_OFFICER;
    if (e)
        return e;
    *out = (struct letters_who){.is_desk = officer && row_int(&rs, 0, "desk"),
                                .desk = row_int(&rs, 0, "desk_body"),
                                .is_officer = officer && row_int(&rs, 0, "officer"),
                                .is_deputy = row_int(&rs, 0, "deputy")};
    return OK;
}

/* For every page of a member: whose own suggestions have no other way in. */
enum err letters_frame(struct req *r)
{
    struct rows rs;
    if (!r->who.user_id || r->who.roles & ROLE_OFFICER)
        return OK;
    enum err e = db_select(r->db, &q_letters_is_deputy, ARGS(V_INT(r->who.user_id)), r->arena, &rs);
    if (e || rs.n == 0)
        return e;
    view_put_bool(r->view, "is_deputy", true);
    view_page_only(r->view, "is_deputy");
    return OK;
}

struct asked {
    const char *what;
    struct str state;
    int64_t session, class, body, rating, page;
    struct words_asked by;
};

static int64_t read_id(struct req *r, const char *name)
{
    int64_t id;
    return str_to_i64(req_query(r, name), &id) || id < 0 ? 0 : id;
}

static enum err read_asked(struct req *r, struct asked *a)
{
    struct str what = req_query(r, "what");
    *a = (struct asked){.what = "open",
                        .state = req_query(r, "state"),
                        .session = read_id(r, "session"),
                        .class = read_id(r, "class"),
                        .body = read_id(r, "body"),
                        .page = read_id(r, "page")};
    if (str_eq_z(req_query(r, "body"), "none"))
        a->body = -1;
    for (int i = 1; i < RATINGS; i++)
        if (str_eq_z(req_query(r, "rating"), ratings[i]))
            a->rating = i;
    bool narrowed = a->state.n || a->rating || a->class || req_query(r, "q").n;
    if (narrowed)
        a->what = "all";
    for (int i = 0; i < WHATS; i++)
        if (str_eq_z(what, whats[i]))
            a->what = whats[i];
    if (a->page < 1 || a->page > PAGES_MAX)
        a->page = 1;
    if (!a->state.p)
        a->state = STR("");
    return words_asked(r->arena, req_query(r, "q"), &a->by);
}

/* tabs [{what, name, n, is_chosen}] */
static enum err put_tabs(struct req *r, const struct asked *a, bool desk, int64_t today)
{
    struct rows rs;
    enum err e = db_one(r->db, &q_letters_counts,
                        ARGS(V_INT(today), V_INT(desk), V_INT(r->who.user_id)), r->arena, &rs);
    static const char *const columns[TABS] = {"n_open", "overdue", "soon",
                                              "back",   "over_n",  "n_all"};
    struct view *list = view_put_list(r->view, "tabs");
    for (int i = 0; !e && i < TABS; i++) {
        struct view *v = view_add_object(list);
        view_put_z(v, "what", whats[i]);
        view_put_str(v, "name", req_text(r, "letters.what_", str_of(whats[i])));
        view_put_int(v, "n", row_int(&rs, 0, columns[i]));
        view_put_bool(v, "is_chosen", a->what == whats[i]);
    }
    return e;
}

static enum err put_sessions(struct req *r, int64_t chosen)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_letters_sessions, ARGS(V_INT(LETTERS_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "sessions");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "name", case_text(r, &rs, i, "name_zh", "name_en"));
        view_put_bool(v, "is_chosen", row_int(&rs, i, "id") == chosen);
    }
    return e;
}

void letters_put_left(struct view *v, const struct rows *rs, size_t i, int64_t today)
{
    if (row_null(rs, i, "reply_day"))
        return;
    int64_t left = row_int(rs, i, "reply_day") - today;
    view_put_int(v, "left", left);
    view_put_int(v, "late", -left);
}

/* What the other pages of the same list keep, and what the list is narrowed to. */
static enum err put_asked(struct req *r, const struct asked *a)
{
    struct rows rs = {0};
    view_put_z(r->view, "what", a->what);
    view_put_str(r->view, "q", a->by.q);
    view_put_str(r->view, "state", a->state);
    view_put_z(r->view, "rating", ratings[a->rating]);
    view_put_str(r->view, "body", req_query(r, "body"));
    if (a->session)
        view_put_int(r->view, "session", a->session);
    if (a->class)
        view_put_int(r->view, "class", a->class);
    struct view *list = view_put_list(r->view, "narrowed");
    enum err e =
        a->body > 0 ? db_select(r->db, &q_letters_body, ARGS(V_INT(a->body)), r->arena, &rs) : OK;
    if (rs.n)
        view_add_str(list, case_text(r, &rs, 0, "name_zh", "name_en"));
    if (a->body < 0)
        view_add_str(list, req_text(r, "letters.", STR("lead_none")));
    if (a->state.n)
        view_add_str(list, req_text(r, "letters.state_", a->state));
    if (a->rating)
        view_add_str(list, req_text(r, "letters.rating_", str_of(ratings[a->rating])));
    for (int i = TABS; i < WHATS; i++)
        if (a->what == whats[i])
            view_add_str(list, req_text(r, "letters.what_", str_of(whats[i])));
    return e;
}

enum err letters_list(struct req *r)
{
    struct letters_who who;
    struct asked a;
    struct rows rs = {0};
    int64_t today = day_of(clock_wall_ms());
    enum err e = letters_who(r, &who);
    if (!e && !who.is_officer && !who.is_deputy && !(r->who.roles & ROLE_ADMIN))
        return ERR_FORBIDDEN;
    if (!e)
        e = read_asked(r, &a);
    if (!e)
        e = put_tabs(r, &a, who.is_desk, today);
    if (!e)
        e = put_sessions(r, a.session);
    if (!e)
        e = db_select(r->db, &q_letters_list,
                      ARGS(V_INT(who.is_desk), V_INT(r->who.user_id), V_INT(a.session),
                           V_INT(a.class), V_INT(a.body), V_INT(a.rating), V_STR(a.state),
                           V_Z(str_eq_z(str_of(a.what), "all") ? "" : a.what), V_INT(today),
                           V_INT(a.by.number), V_STR(a.by.word[0]), V_STR(a.by.word[1]),
                           V_STR(a.by.word[2]), V_STR(a.by.word[3]), V_INT(LETTERS_SHOWN),
                           V_INT((a.page - 1) * LETTERS_SHOWN)),
                      r->arena, &rs);
    struct view *list = view_put_list(r->view, "suggestions");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        case_put(r, v, &rs, i);
        letters_put_left(v, &rs, i, today);
    }
    int64_t n = rs.n ? row_int(&rs, 0, "n") : 0;
    view_put_int(r->view, "n", n);
    if (!e)
        e = put_asked(r, &a);
    view_put_bool(r->view, "is_desk", who.is_desk);
    view_put_bool(r->view, "is_officer", who.is_officer);
    if (a.page > 1)
        view_put_int(r->view, "page_before", a.page - 1);
    if (a.page * LETTERS_SHOWN < n)
        view_put_int(r->view, "page_next", a.page + 1);
    return e;
}
