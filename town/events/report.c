// clang-format off
/*
 *   GET /events/{id}/report        event, summary {factories, agencies, arrived, meetings, met, missed, fallen, mutual,
 *                                  mutual_planned, follow_ups, answered}, outcomes [{outcome, name, factory, agency}],
 *                                  sold (figures_put()), pairs [meeting with orders, pieces, sum, follow [{days, side,
 *                                  answer_name}]]
 *   GET /events/{id}/report.xlsx   the same: meetings, follow-ups, parties, numbers
 */
// clang-format on
#include <string.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/events/internal.h"
#include "town/events/report.h"

enum { FOLLOWS_MAX = 9000 }; /* below DB_ROWS_MAX */

static int64_t count(const struct rows *rs, const char *column, const char *value)
{
    int64_t n = 0;
    for (size_t i = 0; i < rs->n; i++)
        n += !row_null(rs, i, column) && str_eq_z(row_str(rs, i, column), value);
    return n;
}

enum err event_report_load(struct req *r, struct event_report *out)
{
    struct rows fallen, mutual;
    enum err e = events_load(r, &out->event);
    int64_t id = e ? 0 : row_int(&out->event, 0, "id");
    if (!e)
        e = db_select(r->db, &q_events_meetings, ARGS(V_INT(id), V_INT(EVENTS_MEETINGS_MAX)),
                      r->arena, &out->meetings);
    if (!e)
        e = db_select(r->db, &q_events_follows, ARGS(V_INT(id), V_INT(FOLLOWS_MAX)), r->arena,
                      &out->follows);
    if (!e)
        e = db_select(r->db, &q_events_parties, ARGS(V_INT(id), V_INT(EVENTS_PARTIES_MAX)),
                      r->arena, &out->parties);
    if (!e)
        e = db_select(r->db, &q_events_sold_by_pair, ARGS(V_INT(id), V_INT(EVENTS_MEETINGS_MAX)),
                      r->arena, &out->sold);
    if (!e)
        e = db_one(r->db, &q_events_fallen, ARGS(V_INT(id)), r->arena, &fallen);
    if (!e)
        e = db_one(r->db, &q_events_mutual, ARGS(V_INT(id)), r->arena, &mutual);
    if (e)
        return e;
    int64_t asked = 0, answered = 0, now = clock_wall_ms();
    for (size_t i = 0; i < out->follows.n; i++) {
        asked += row_int(&out->follows, i, "due_at") <= now;
        answered += !row_null(&out->follows, i, "answer");
    }
    const struct event_number numbers[] = {
        {"factories", row_int(&out->event, 0, "factories")},
        {"agencies", row_int(&out->event, 0, "agencies")},
        {"arrived", row_int(&out->event, 0, "arrived")},
        {"meetings", (int64_t)out->meetings.n},
        {"met", count(&out->meetings, "state", "met")},
        {"missed", count(&out->meetings, "state", "missed")},
        {"fallen", row_int(&fallen, 0, "n")},
        {"mutual", row_int(&mutual, 0, "wished")},
        {"mutual_planned", row_int(&mutual, 0, "planned")},
        {"follow_ups", asked},
        {"answered", answered},
    };
    memcpy(out->numbers, numbers, sizeof(numbers));
    return OK;
}

int64_t event_report_sold(const struct event_report *rp, int64_t meeting, const char *column)
{
    for (size_t i = 0; i < rp->sold.n; i++)
        if (row_int(&rp->sold, i, "meeting") == meeting)
            return row_int(&rp->sold, i, column);
    return 0;
}

/* --- the page --- */

static void put_outcomes(struct req *r, const struct event_report *rp)
{
    static const char *const outcomes[] = {"interested", "sample", "quote", "no"};
    struct view *list = view_put_list(r->view, "outcomes");
    for (size_t k = 0; k < sizeof(outcomes) / sizeof(outcomes[0]); k++) {
        struct view *v = view_add_object(list);
        view_put_z(v, "outcome", outcomes[k]);
        view_put_str(v, "name", req_text(r, "events.outcome_", str_of(outcomes[k])));
        view_put_int(v, "factory", count(&rp->meetings, "factory_outcome", outcomes[k]));
        view_put_int(v, "agency", count(&rp->meetings, "agency_outcome", outcomes[k]));
    }
}

static void put_follows(struct req *r, struct view *v, const struct event_report *rp,
                        int64_t meeting)
{
    struct view *list = view_put_list(v, "follow");
    for (size_t i = 0; i < rp->follows.n; i++) {
        if (row_int(&rp->follows, i, "meeting_id") != meeting ||
            row_null(&rp->follows, i, "answer"))
            continue;
        struct view *f = view_add_object(list);
        view_put_int(f, "days", row_int(&rp->follows, i, "days"));
        view_put_str(f, "side", row_str(&rp->follows, i, "side"));
        view_put_str(f, "side_name", req_text(r, "events.side_", row_str(&rp->follows, i, "side")));
        view_put_str(f, "answer_name",
                     req_text(r, "events.answer_", row_str(&rp->follows, i, "answer")));
        view_put_str(f, "note", row_str(&rp->follows, i, "note"));
    }
}

static void put_pairs(struct req *r, const struct event_report *rp)
{
    struct view *list = view_put_list(r->view, "pairs");
    for (size_t i = 0; i < rp->meetings.n; i++) {
        int64_t id = row_int(&rp->meetings, i, "id");
        struct view *v = view_add_object(list);
        events_put_meeting(r, v, &rp->meetings, i, NULL);
        view_put_int(v, "orders", event_report_sold(rp, id, "orders"));
        view_put_int(v, "pieces", event_report_sold(rp, id, "pieces"));
        view_put_money(v, "sum", event_report_sold(rp, id, "sum_fen"), "CNY");
        put_follows(r, v, rp, id);
    }
}

enum err events_page_report(struct req *r)
{
    struct event_report rp = {0};
    enum err e = event_report_load(r, &rp);
    if (e)
        return e;
    events_put(r, view_put_object(r->view, "event"), &rp.event, 0);
    struct view *summary = view_put_object(r->view, "summary");
    for (size_t i = 0; i < EVENT_NUMBERS; i++)
        view_put_int(summary, rp.numbers[i].name, rp.numbers[i].n);
    put_outcomes(r, &rp);
    put_pairs(r, &rp);
    return figures_put(r, view_put_object(r->view, "sold"), "event_sold",
                       row_int(&rp.event, 0, "id"));
}
