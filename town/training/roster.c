/*
 * What a teacher sees of a run, and the base of all:
 *
 *   GET /training/runs        runs that one teaches
 *   GET /training/runs/{id}   run, sessions, roster [{enrolment, user, name, state, state_name,
 * present}]
 */
#include "base/clock.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/day.h"
#include "town/training/internal.h"
#include "town/venue/venue.h"

enum { FREE_SHOWN = 50 };

enum err training_run_of(struct req *r, struct rows *run)
{
    int64_t id;
    enum err e = training_id(r, "id", &id);
    if (!e)
        e = db_one(r->db, &q_training_run, ARGS(V_INT(id)), r->arena, run);
    return e ? e : training_teaches(r, run);
}

static enum err put_roster(struct req *r, int64_t run)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_training_roster, ARGS(V_INT(run), V_INT(TRAINING_SEATS_MAX)),
                           r->arena, &rs);
    struct view *list = view_put_list(r->view, "roster");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        struct str name = STR(""), state = row_str(&rs, i, "state");
        if (!row_null(&rs, i, "sealed"))
            e = seal_reveal("training.name", row_val(&rs, i, "sealed").s, r->arena, &name);
        view_put_int(v, "enrolment", row_int(&rs, i, "id"));
        view_put_int(v, "user", row_int(&rs, i, "user_id"));
        view_put_str(v, "name", training_masked(r->arena, name));
        view_put_str(v, "user_name", row_str(&rs, i, "user_name"));
        view_put_str(v, "state", state);
        view_put_str(v, "state_name", req_text(r, "training.state_", state));
        view_put_int(v, "present", row_int(&rs, i, "present"));
    }
    return e;
}

static enum err put_exams(struct req *r, int64_t run)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_training_exams_of_run, ARGS(V_INT(run), V_INT(TRAINING_SHOWN)),
                           r->arena, &rs);
    struct view *list = view_put_list(r->view, "exams");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "user_name", row_str(&rs, i, "user_name"));
        view_put_int(v, "attempt", row_int(&rs, i, "attempt"));
        view_put_str(v, "state", row_str(&rs, i, "state"));
        view_put_str(v, "state_name",
                     req_text(r, "training.exam_state_", row_str(&rs, i, "state")));
        view_put_time(v, "started_at", row_int(&rs, i, "started_at"));
        view_put_int(v, "points", row_null(&rs, i, "points") ? 0 : row_int(&rs, i, "points"));
        view_put_int(v, "of", row_int(&rs, i, "of_points"));
    }
    return e;
}

/* When the base asks for a time: which spaces are free then. */
static enum err put_free(struct req *r)
{
    struct venue_wish wish = {.kind = STR("")};
    struct str starts = req_query(r, "starts_at"), ends = req_query(r, "ends_at");
    int64_t from, until;
    struct err_info info = {0};
    if (!training_is_base(r) || day_read_moment(starts, &from) || day_read_moment(ends, &until) ||
        venue_when_of(from, until, &wish.when, &info))
        return OK;
    struct view *asked = view_put_object(r->view, "asked");
    view_put_str(asked, "starts_at", starts);
    view_put_str(asked, "ends_at", ends);
    return venue_put_free(r, r->view, "free", &wish, FREE_SHOWN);
}

enum err training_page_run(struct req *r)
{
    struct rows run;
    enum err e = training_run_of(r, &run);
    if (e)
        return e;
    int64_t id = row_int(&run, 0, "id");
    struct view *v = view_put_object(r->view, "run");
    training_put_run(r, v, &run, 0);
    view_put_bool(r->view, "is_base", training_is_base(r));
    e = put_free(r);
    if (e)
        return e;
    e = training_put_sessions(r, v, id);
    if (!e)
        e = put_roster(r, id);
    return e ? e : put_exams(r, id);
}

enum err training_page_runs(struct req *r)
{
    struct rows rs;
    bool base = training_is_base(r);
    enum err e = db_select(
        r->db, &q_training_runs_taught,
        ARGS(V_INT(base ? 0 : r->who.user_id), V_INT(clock_wall_ms()), V_INT(TRAINING_SHOWN)),
        r->arena, &rs);
    view_put_bool(r->view, "is_base", base);
    return e ? e : training_put_runs(r, "runs", &rs, false);
}
