/*
 *   GET /training                runs (those to come, with their sessions), courses
 *   GET /training/courses/{id}   course, runs with sessions and `mine` {state, place} of who is
 * logged in; has_name: a name for the certificate was given before
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/training/internal.h"

enum { KEEP_MS = 10 * 1000 };

enum err training_page_list(struct req *r)
{
    struct rows runs, courses;
    enum err e = db_select(r->db, &q_training_runs_coming,
                           ARGS(V_INT(clock_wall_ms()), V_INT(TRAINING_SHOWN)), r->arena, &runs);
    if (!e)
        e = training_put_runs(r, "runs", &runs, false);
    if (!e)
        e = db_select(r->db, &q_training_courses_on, ARGS(V_INT(TRAINING_SHOWN)), r->arena,
                      &courses);
    struct view *list = view_put_list(r->view, "courses");
    for (size_t i = 0; !e && i < courses.n; i++)
        training_put_course(r, view_add_object(list), &courses, i);
    view_put_bool(r->view, "is_base", training_is_base(r));
    reply_keep(r, KEEP_MS);
    return e;
}

/* --- a course --- */

static enum err put_mine(struct req *r, struct view *run, int64_t id)
{
    struct rows rs, place;
    enum err e = db_select(r->db, &q_training_enrolment_find,
                           ARGS(V_INT(id), V_INT(r->who.user_id)), r->arena, &rs);
    if (e || !rs.n || str_eq_z(row_str(&rs, 0, "state"), "left"))
        return e;
    struct view *mine = view_put_object(run, "mine");
    view_put_str(mine, "state", row_str(&rs, 0, "state"));
    view_put_str(mine, "state_name", req_text(r, "training.state_", row_str(&rs, 0, "state")));
    if (!str_eq_z(row_str(&rs, 0, "state"), "waiting"))
        return OK;
    e = db_one(r->db, &q_training_place_in_queue, ARGS(V_INT(row_int(&rs, 0, "id"))), r->arena,
               &place);
    if (!e)
        view_put_int(mine, "place", row_int(&place, 0, "n") + 1);
    return e;
}

static enum err put_runs(struct req *r, int64_t course)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_training_runs_of_course,
                           ARGS(V_INT(course), V_INT(clock_wall_ms()), V_INT(TRAINING_SHOWN)),
                           r->arena, &rs);
    struct view *list = view_put_list(r->view, "runs");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        training_put_run(r, v, &rs, i);
        e = training_put_sessions(r, v, row_int(&rs, i, "id"));
        if (!e && r->who.user_id)
            e = put_mine(r, v, row_int(&rs, i, "id"));
    }
    return e;
}

enum err training_show_course(struct req *r, int64_t id)
{
    struct rows course, person = {0};
    enum err e = db_one(r->db, &q_training_course, ARGS(V_INT(id)), r->arena, &course);
    if (e)
        return e;
    bool teaches = training_teaches(r, &course) == OK;
    if (!row_int(&course, 0, "is_on") && !teaches)
        return ERR_NOT_FOUND;
    training_put_course(r, view_put_object(r->view, "course"), &course, 0);
    view_put_bool(r->view, "teaches", teaches);
    view_put_bool(r->view, "is_base", training_is_base(r));
    if (r->who.user_id)
        e = db_select(r->db, &q_training_person, ARGS(V_INT(r->who.user_id)), r->arena, &person);
    view_put_bool(r->view, "has_name", person.n > 0);
    return e ? e : put_runs(r, id);
}

enum err training_page_course(struct req *r)
{
    int64_t id;
    enum err e = training_id(r, "id", &id);
    return e ? e : training_show_course(r, id);
}
