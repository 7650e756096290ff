/*
 *   POST /training/runs/{id}/enrol   name, when none was given before → state, place
 *   POST /training/runs/{id}/leave
 *
 * The base may do it for somebody, whom `login` names.
 */
#include "store/queries.h"
#include "town/training/internal.h"

struct enrolling {
    struct command cmd;
    int64_t run, course, user, actor;
    struct str name, login, state; /* state: out */
    bool leaves;
};

static enum err run_enrolling(struct command *cmd, struct tx *tx)
{
    struct enrolling *n = (struct enrolling *)cmd;
    struct rows rs;
    struct training_enrolment en;
    enum err e = OK;
    if (n->login.n) {
        e = db_one(tx->db, &q_training_user_by_login, ARGS(V_STR(n->login)), tx->arena, &rs);
        if (e == ERR_NOT_FOUND)
            return training_refuse(tx, ERR_INVALID, "login", "training.login_bad");
        n->user = e ? 0 : row_int(&rs, 0, "id");
    }
    if (!e)
        e = n->leaves ? training_leave(tx, n->run, n->user, n->actor)
                      : training_enrol(tx, n->run, n->user, n->name, n->actor);
    if (!e)
        e = training_enrolment_of(tx, n->run, n->user, &en);
    n->state = e ? STR_NONE : en.state;
    return e;
}

/* The course again, with what is wrong. */
static enum err refused(struct req *r, const struct enrolling *n, enum err result)
{
    struct err_info info = r->info;
    if (r->json || n->login.n)
        return result;
    reply_page(r, "training/course.html");
    view_put_int(r->view, "asked", n->run);
    enum err e = training_show_course(r, n->course);
    r->info = info;
    return e ? e : result;
}

static enum err enrolled(struct req *r, struct command *cmd, enum err result)
{
    const struct enrolling *n = (const struct enrolling *)cmd;
    if (result)
        return refused(r, n, result);
    view_put_str(r->view, "state", n->state);
    if (!n->leaves)
        reply_flash(r,
                    str_eq_z(n->state, "waiting") ? "training.is_waiting" : "training.is_enrolled");
    if (n->login.n)
        reply_redirect(r, arena_printf(r->arena, "/training/runs/%lld", (long long)n->run));
    else
        reply_redirect(
            r, n->leaves ? arena_printf(r->arena, "/training/courses/%lld", (long long)n->course)
                         : "/training/mine");
    return OK;
}

static enum err submit(struct req *r, bool leaves)
{
    struct rows run;
    int64_t id;
    struct enrolling *n = ARENA_NEW(r->arena, struct enrolling);
    enum err e = n ? training_id(r, "id", &id) : ERR_NOMEM;
    if (!e)
        e = db_one(r->db, &q_training_run, ARGS(V_INT(id)), r->arena, &run);
    if (e)
        return e;
    *n = (struct enrolling){.cmd = {.name = "training.enrol", .run = run_enrolling},
                            .run = id,
                            .course = row_int(&run, 0, "course_id"),
                            .user = r->who.user_id,
                            .actor = r->who.user_id,
                            .leaves = leaves};
    if (training_is_base(r))
        n->login = str_trim(req_field(r, "login"));
    else if (!row_int(&run, 0, "is_on"))
        return ERR_NOT_FOUND;
    if (!leaves && req_field(r, "name").n) {
        e = req_field_text(r, "name", 2, TRAINING_NAME_MAX, &n->name);
        if (e)
            return refused(r, n, e);
    }
    return web_write(r, &n->cmd, enrolled);
}

enum err training_do_enrol(struct req *r)
{
    return submit(r, false);
}

enum err training_do_leave(struct req *r)
{
    return submit(r, true);
}
