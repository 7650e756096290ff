/*
 *   GET /training/mine   runs, each with my {state, state_name, enrolment, present}; certificates;
 * teaches
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/training/exam.h"

static enum err put_tries(struct req *r, struct view *v, int64_t enrolment)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_training_exams_of, ARGS(V_INT(enrolment)), r->arena, &rs);
    struct view *list = view_put_list(v, "done");
    for (size_t i = 0; !e && i < rs.n; i++) {
        if (str_eq_z(row_str(&rs, i, "state"), "open"))
            continue;
        struct view *t = view_add_object(list);
        view_put_int(t, "id", row_int(&rs, i, "id"));
        view_put_int(t, "attempt", row_int(&rs, i, "attempt"));
        view_put_str(t, "state", row_str(&rs, i, "state"));
        view_put_str(t, "state_name",
                     req_text(r, "training.exam_state_", row_str(&rs, i, "state")));
        view_put_int(t, "points", row_null(&rs, i, "points") ? 0 : row_int(&rs, i, "points"));
        view_put_int(t, "of", row_int(&rs, i, "of_points"));
    }
    return e;
}

static enum err put_exam(struct req *r, struct view *run, int64_t enrolment)
{
    struct exam_standing s;
    enum err e = exam_standing(r->db, r->arena, enrolment, &s);
    if (e)
        return e;
    struct view *v = view_put_object(run, "exam");
    view_put_int(v, "present", s.present);
    view_put_int(v, "needed", s.needed);
    view_put_int(v, "sessions", s.sessions);
    view_put_bool(v, "has_bank", s.has_bank);
    view_put_bool(v, "has_attended", s.has_attended);
    view_put_bool(v, "has_passed", s.has_passed);
    view_put_bool(v, "is_open", s.is_open);
    view_put_int(v, "tries_left", s.tries_max - s.tries);
    view_put_bool(v, "may_begin",
                  s.has_bank && s.has_attended && !s.has_passed && !s.is_open && s.has_tries);
    if (s.is_open)
        view_put_int(v, "id", s.exam);
    return put_tries(r, v, enrolment);
}

enum err training_page_mine(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_training_runs_mine,
                           ARGS(V_INT(r->who.user_id), V_INT(TRAINING_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "runs");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        training_put_run(r, v, &rs, i);
        view_put_str(v, "my_state", row_str(&rs, i, "my_state"));
        view_put_str(v, "my_state_name",
                     req_text(r, "training.state_", row_str(&rs, i, "my_state")));
        e = training_put_sessions(r, v, row_int(&rs, i, "id"));
        if (!e && !str_eq_z(row_str(&rs, i, "my_state"), "waiting"))
            e = put_exam(r, v, row_int(&rs, i, "enrolment_id"));
    }
    return e ? e : training_put_certificates(r);
}
