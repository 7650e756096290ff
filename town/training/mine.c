/*
 *   GET /training/mine   runs, each with my {state, state_name, enrolment, present}; certificates;
 * teaches
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/training/internal.h"

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
    }
    return e;
}
