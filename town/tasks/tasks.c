/* The pages: one's tasks, one of them, and ending it. */
#include "town/tasks/internal.h"

#include <stdio.h>

#include "store/queries.h"
#include "town/hand.h"

enum { PAGE_TASKS = 50, KEY_MAX = 80 };

static bool may_see(const struct req *r, const struct rows *rs)
{
    return hand_is_base(r) || row_int(rs, 0, "user_id") == r->who.user_id ||
           (r->who.organisation_id && row_int(rs, 0, "organisation_id") == r->who.organisation_id);
}

/* Others are told that there is none. */
static enum err task_of_path(struct req *r, struct rows *rs)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_tasks_get, ARGS(V_INT(id)), r->arena, rs);
    return e == OK && !may_see(r, rs) ? ERR_NOT_FOUND : e;
}

/* --- what a page says of one --- */

static struct str number_text(struct req *r, int64_t n)
{
    return i18n_number(r->lang, n, r->arena);
}

/* "tasks.kind_hall_import" for "hall.import". */
static struct str title_of(struct req *r, struct str kind)
{
    char key[KEY_MAX];
    int n = snprintf(key, sizeof(key), "tasks.kind_%.*s", STR_ARG(kind));
    for (int i = sizeof("tasks.kind_") - 1; i < n && i < KEY_MAX; i++)
        if (key[i] == '.')
            key[i] = '_';
    return i18n_has(r->lang, str_of(key)) ? i18n_text(r->lang, str_of(key), NULL, 0, r->arena)
                                          : kind;
}

static void put_text(struct req *r, struct view *v, const char *name, struct str key,
                     const struct i18n_arg *args, size_t n)
{
    if (key.n && i18n_has(r->lang, key))
        view_put_str(v, name, i18n_text(r->lang, key, args, n, r->arena));
}

static void put_progress(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    int64_t done = row_int(rs, i, "done"), total = row_int(rs, i, "total");
    struct str state = row_str(rs, i, "state");
    if (done > total)
        done = total;
    const struct i18n_arg args[] = {{"done", number_text(r, done)},
                                    {"total", number_text(r, total)}};
    view_put_int(v, "done", done);
    view_put_int(v, "total", total);
    if (total > 0)
        view_put_int(v, "percent", done * 100 / total);
    if (str_eq_z(state, "running"))
        put_text(r, v, "step", row_str(rs, i, "step"), args, 2);
}

static void put_task(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    struct str state = row_str(rs, i, "state"), result = row_str(rs, i, "result");
    struct i18n_arg n = {"n", number_text(r, row_int(rs, i, "message_n"))};
    bool open = str_eq_z(state, "waiting") || str_eq_z(state, "running");
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_str(v, "kind", row_str(rs, i, "kind"));
    view_put_str(v, "title", title_of(r, row_str(rs, i, "kind")));
    view_put_str(v, "subject", row_str(rs, i, "subject"));
    view_put_str(v, "state", state);
    view_put_bool(v, "is_open", open);
    view_put_bool(v, "is_ending", open && row_int(rs, i, "wants_cancel"));
    put_progress(r, v, rs, i);
    put_text(r, v, "message", row_str(rs, i, "message"), &n, 1);
    if (result.n)
        view_put_str(v, "result", result);
    if (row_int(rs, i, "user_id") != r->who.user_id)
        view_put_str(v, "by", row_str(rs, i, "user_name"));
    view_put_time(v, "created_at", row_int(rs, i, "created_at"));
    if (!row_null(rs, i, "started_at"))
        view_put_time(v, "started_at", row_int(rs, i, "started_at"));
    if (!row_null(rs, i, "ended_at"))
        view_put_time(v, "ended_at", row_int(rs, i, "ended_at"));
}

/* --- the pages --- */

static enum err get_task(struct req *r)
{
    struct rows rs;
    enum err e = task_of_path(r, &rs);
    if (e == OK)
        put_task(r, view_put_object(r->view, "task"), &rs, 0);
    return e;
}

static enum err get_tasks(struct req *r)
{
    struct rows rs;
    int64_t before = INT64_MAX;
    struct str text = req_query(r, "before");
    bool all = hand_is_base(r);
    if (text.n && (str_to_i64(text, &before) != OK || before < 1))
        return req_refuse(r, ERR_INVALID, "before", "web.number_bad");
    struct val organisation = r->who.organisation_id ? V_INT(r->who.organisation_id) : V_INT(-1);
    enum err e = db_select(
        r->db, &q_tasks_list,
        ARGS(V_INT(r->who.user_id), organisation, V_INT(all), V_INT(before), V_INT(PAGE_TASKS)),
        r->arena, &rs);
    if (e != OK)
        return e;
    struct view *list = view_put_list(r->view, "tasks");
    bool any_open = false;
    for (size_t i = 0; i < rs.n; i++) {
        put_task(r, view_add_object(list), &rs, i);
        any_open = any_open || row_null(&rs, i, "ended_at");
    }
    if (rs.n == PAGE_TASKS)
        view_put_int(r->view, "next", row_int(&rs, rs.n - 1, "id"));
    view_put_bool(r->view, "any_open", any_open);
    view_page_only(r->view, "any_open");
    return OK;
}

/* --- ending one --- */

struct cancel {
    struct command cmd;
    int64_t id;
};

static enum err cancel_run(struct command *cmd, struct tx *tx)
{
    struct cancel *c = (struct cancel *)cmd;
    int64_t changed;
    enum err e =
        db_exec(tx->db, &q_tasks_cancel_waiting, ARGS(V_INT(tx->now_ms), V_INT(c->id)), &changed);
    if (e || changed)
        return e;
    e = db_exec(tx->db, &q_tasks_cancel_running, ARGS(V_INT(c->id)), &changed);
    if (e || changed)
        return e;
    *tx->info = (struct err_info){.code = ERR_CONFLICT, .key = "tasks.ended_already"};
    return ERR_CONFLICT;
}

static enum err post_cancel(struct req *r)
{
    struct rows rs;
    enum err e = task_of_path(r, &rs);
    if (e != OK)
        return e;
    struct cancel *c = ARENA_NEW(r->arena, struct cancel);
    if (!c)
        return ERR_NOMEM;
    c->id = row_int(&rs, 0, "id");
    c->cmd = (struct command){.name = "tasks.cancel", .run = cancel_run};
    reply_redirect(r, arena_printf(r->arena, "/tasks/%lld", (long long)c->id));
    return web_write(r, &c->cmd, NULL);
}

/* --- what is begun here --- */

struct begin {
    struct command cmd;
    struct task_new task;
    int64_t id;
};

static enum err begin_run(struct command *cmd, struct tx *tx)
{
    struct begin *b = (struct begin *)cmd;
    return tasks_add(tx, &b->task, &b->id);
}

static enum err begun(struct req *r, struct command *cmd, enum err result)
{
    struct begin *b = (struct begin *)cmd;
    if (result == OK)
        reply_redirect(r, arena_printf(r->arena, "/tasks/%lld", (long long)b->id));
    return result;
}

/* `guildhall check`, from a page. */
static enum err post_check(struct req *r)
{
    struct begin *b = ARENA_NEW(r->arena, struct begin);
    if (!b)
        return ERR_NOMEM;
    b->task = (struct task_new){.kind = "town.check", .user_id = r->who.user_id};
    b->cmd = (struct command){.name = "tasks.check", .run = begin_run};
    return web_write(r, &b->cmd, begun);
}

static const struct route routes[] = {
    {"GET", "/tasks", get_tasks, NULL, "tasks/tasks.html", WHO_MEMBER, CSRF_SAFE, 0, false},
    {"GET", "/tasks/{id}", get_task, NULL, "tasks/task.html", WHO_MEMBER, CSRF_SAFE, 0, false},
    {"POST", "/tasks/{id}/cancel", post_cancel, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0, false},
    {"POST", "/tasks/check", post_check, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN, 0, false},
};

const struct web_module tasks_module = {
    .name = "tasks", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};
