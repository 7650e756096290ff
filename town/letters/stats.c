/* What came of a session, by the body that leads. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/internal.h"

enum { LEADS_MAX = 300 };

static const struct {
    const char *column, *name;
} counts[] = {{"n", "n"},
              {"n_open", "open"},
              {"overdue", "overdue"},
              {"in_time", "in_time"},
              {"late", "late"},
              {"dropped", "dropped"},
              {"satisfied", "satisfied"},
              {"basically", "basically"},
              {"dissatisfied", "dissatisfied"}};
enum { COUNTS = sizeof(counts) / sizeof(counts[0]) };

enum err stats_put(struct req *r, int64_t session)
{
    int64_t sum[COUNTS] = {0};
    struct rows rs;
    enum err e = db_select(r->db, &q_letters_leads_of_session,
                           ARGS(V_INT(day_of(clock_wall_ms())), V_INT(session), V_INT(LEADS_MAX)),
                           r->arena, &rs);
    struct view *list = view_put_list(r->view, "leads");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        if (row_null(&rs, i, "lead_id")) {
            view_put_z(v, "body", "none");
            view_put_str(v, "name", req_text(r, "letters.", STR("lead_none")));
        } else {
            view_put_int(v, "body", row_int(&rs, i, "lead_id"));
            view_put_str(v, "name", case_text(r, &rs, i, "name_zh", "name_en"));
        }
        for (int k = 0; k < COUNTS; k++) {
            view_put_int(v, counts[k].name, row_int(&rs, i, counts[k].column));
            sum[k] += row_int(&rs, i, counts[k].column);
        }
    }
    struct view *sums = view_put_object(r->view, "sums");
    for (int k = 0; k < COUNTS; k++)
        view_put_int(sums, counts[k].name, sum[k]);
    return e;
}
