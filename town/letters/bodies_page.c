/* Bodies and their people: the administrator's. */
#include "store/queries.h"
#include "town/letters/internal.h"
#include "town/people/people.h"

enum { SLUG_MAX = 40, LOGIN_MAX = 64, POST_TITLE_MAX = 40, PEOPLE_MAX = 200, EN_MAX = 120 };

static const char *const posts[] = {"draft", "check", "sign", "seal"};
enum { POSTS = sizeof(posts) / sizeof(posts[0]) };

static void put_body(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_str(v, "name", case_text(r, rs, i, "name_zh", "name_en"));
    view_put_str(v, "short", row_str(rs, i, "short"));
    view_put_str(v, "mark", row_str(rs, i, "mark"));
    view_put_str(v, "contact", row_str(rs, i, "contact"));
    view_put_bool(v, "is_desk", row_int(rs, i, "is_desk"));
    view_put_bool(v, "is_gone", !row_null(rs, i, "gone_at"));
}

static enum err put_list(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_letters_bodies, ARGS(V_INT(PEOPLE_MAX)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "bodies");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        put_body(r, v, &rs, i);
        view_put_int(v, "people", row_int(&rs, i, "people"));
        view_put_int(v, "cases", row_int(&rs, i, "cases"));
    }
    return e;
}

static enum err put_one(struct req *r, int64_t id)
{
    struct rows rs, people;
    enum err e = db_one(r->db, &q_letters_body, ARGS(V_INT(id)), r->arena, &rs);
    if (!e)
        e = db_select(r->db, &q_letters_posts, ARGS(V_INT(id), V_INT(PEOPLE_MAX)), r->arena,
                      &people);
    if (e)
        return e;
    put_body(r, view_put_object(r->view, "body"), &rs, 0);
    struct view *list = view_put_list(r->view, "people");
    for (size_t i = 0; i < people.n; i++) {
        struct view *v = view_add_object(list);
        view_put_str(v, "login", row_str(&people, i, "login"));
        view_put_str(v, "name", row_str(&people, i, "name"));
        view_put_str(v, "title", row_str(&people, i, "title"));
        view_put_bool(v, "is_disabled", !row_null(&people, i, "disabled_at"));
        struct view *has = view_put_list(v, "posts");
        for (int k = 0; k < POSTS; k++)
            if (row_int(&people, i, "posts") & (1 << k))
                view_add_str(has, req_text(r, "letters.post_", str_of(posts[k])));
    }
    return OK;
}

enum err bodies_page(struct req *r)
{
    return put_list(r);
}

enum err body_page(struct req *r)
{
    int64_t id;
    enum err e = case_read_id(r, "id", &id);
    return e ? e : put_one(r, id);
}

struct act {
    struct command cmd;
    int64_t id;
    struct letters_body fresh;
    struct str login, title;
    unsigned posts;
    bool close;
};

static enum err run_add(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    return letters_body_add(tx, &a->fresh, &a->id);
}

static enum err run_save(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    return db_exec(tx->db, &q_letters_body_save,
                   ARGS(V_STR(a->fresh.mark), V_STR(a->fresh.contact), V_INT(a->id)), NULL);
}

static enum err run_close(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    return letters_body_close(tx, a->id, a->close);
}

static enum err find_user(struct tx *tx, const struct act *a, int64_t *user)
{
    bool is_off = false;
    enum err e = people_user_find(tx->db, tx->arena, a->login, user, &is_off);
    return e == ERR_NOT_FOUND || (!e && is_off)
               ? case_refuse(tx, ERR_INVALID, "login", "letters.no_such_login", 0)
               : e;
}

static enum err run_post(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    int64_t user;
    enum err e = find_user(tx, a, &user);
    return e ? e : letters_post_set(tx, a->id, user, a->posts, a->title);
}

static enum err run_unpost(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    int64_t user;
    bool is_off;
    enum err e = people_user_find(tx->db, tx->arena, a->login, &user, &is_off);
    return e ? e : letters_post_remove(tx, a->id, user);
}

static enum err put_again(struct req *r, int64_t id)
{
    return id ? put_one(r, id) : put_list(r);
}

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    int64_t id = ((struct act *)cmd)->id;
    view_put_int(r->view, "id", id);
    return letters_done(r, result, arena_printf(r->arena, "/letters/bodies/%lld", (long long)id),
                        id ? "letters/body.html" : "letters/bodies.html", put_again, id);
}

static enum err read_paper(struct req *r, struct letters_body *b)
{
    enum err e = req_field_text(r, "mark", 1, LETTERS_NAME_MAX, &b->mark);
    return e ? e : req_field_text(r, "contact", 0, LETTERS_CONTACT_MAX, &b->contact);
}

enum err bodies_post(struct req *r)
{
    struct act *a = ARENA_NEW(r->arena, struct act);
    if (!a)
        return ERR_NOMEM;
    *a = (struct act){.cmd = {.name = "letters.body", .run = run_add}};
    struct letters_body *b = &a->fresh;
    enum err e = req_field_text(r, "slug", 1, SLUG_MAX, &b->slug);
    if (!e)
        e = req_field_text(r, "name_zh", 1, LETTERS_NAME_MAX, &b->name_zh);
    if (!e)
        e = req_field_text(r, "name_en", 1, EN_MAX, &b->name_en);
    if (!e)
        e = req_field_text(r, "short", 1, LETTERS_SHORT_MAX, &b->short_name);
    if (!e)
        e = read_paper(r, b);
    b->is_desk = str_eq_z(req_field(r, "is_desk"), "yes");
    return e ? done(r, &a->cmd, e) : web_write(r, &a->cmd, done);
}

static enum err read_post(struct req *r, struct act *a)
{
    struct str chosen[POSTS];
    size_t n = req_fields(r, "post", chosen, POSTS);
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < POSTS; k++)
            if (str_eq_z(chosen[i], posts[k]))
                a->posts |= 1u << k;
    enum err e = req_field_text(r, "login", 1, LOGIN_MAX, &a->login);
    return e ? e : req_field_text(r, "title", 0, POST_TITLE_MAX, &a->title);
}

/* do: save, close, open, post, unpost */
enum err body_post(struct req *r)
{
    struct rows rs;
    struct str what = req_field(r, "do");
    struct act *a = ARENA_NEW(r->arena, struct act);
    if (!a)
        return ERR_NOMEM;
    *a = (struct act){.cmd = {.name = "letters.body"}};
    enum err e = case_read_id(r, "id", &a->id);
    if (!e)
        e = db_one(r->db, &q_letters_body, ARGS(V_INT(a->id)), r->arena, &rs);
    if (e)
        return e;
    if (str_eq_z(what, "save")) {
        a->cmd.run = run_save;
        e = read_paper(r, &a->fresh);
    } else if (str_eq_z(what, "close") || str_eq_z(what, "open")) {
        a->cmd.run = run_close;
        a->close = str_eq_z(what, "close");
    } else if (str_eq_z(what, "post")) {
        a->cmd.run = run_post;
        e = read_post(r, a);
    } else if (str_eq_z(what, "unpost")) {
        a->cmd.run = run_unpost;
        e = req_field_text(r, "login", 1, LOGIN_MAX, &a->login);
    } else {
        e = req_refuse(r, ERR_INVALID, "do", "letters.not_now");
    }
    return e ? done(r, &a->cmd, e) : web_write(r, &a->cmd, done);
}
