/*
 *   GET  /events/{id}/plan   the base: event, is_old, better (percent over a greedy plan), mutual,
 *                            mutual_met, meetings_n, alone [party without a meeting], slots [{at,
 *                            meetings [{table, factory, agency, factory_hearts, agency_hearts,
 *                            is_mutual}]}]; of one that is published its meetings, with id and
 *                            may_shift
 *   POST /events/{id}/plan   makes the preview: solved here, on the pool of slow pages, and written
 *                            if nothing has changed meanwhile
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/events/internal.h"

static bool is_preview(const struct rows *event)
{
    struct str state = row_str(event, 0, "state");
    return str_eq_z(state, "open") || str_eq_z(state, "planned");
}

static void put_meeting(struct req *r, struct view *list, const struct rows *rs, size_t i,
                        bool is_out, int64_t *mutual)
{
    struct view *v = view_add_object(list);
    int64_t fh = row_int(rs, i, "factory_hearts"), ah = row_int(rs, i, "agency_hearts");
    if (is_out) {
        view_put_int(v, "id", row_int(rs, i, "id"));
        view_put_bool(v, "may_shift",
                      str_eq_z(row_str(rs, i, "state"), "planned") &&
                          row_int(rs, i, "starts_at") > clock_wall_ms());
    }
    view_put_int(v, "table", row_int(rs, i, "table_n"));
    view_put_int(v, "factory_party", row_int(rs, i, "factory_id"));
    view_put_int(v, "agency_party", row_int(rs, i, "agency_id"));
    view_put_str(v, "factory", events_text(r, rs, i, "factory_zh", "factory_en"));
    view_put_str(v, "agency", events_text(r, rs, i, "agency_zh", "agency_en"));
    view_put_int(v, "factory_hearts", fh);
    view_put_int(v, "agency_hearts", ah);
    view_put_bool(v, "is_mutual", fh > 0 && ah > 0);
    *mutual += fh > 0 && ah > 0;
}

static int64_t put_slots(struct req *r, const struct rows *event, const struct rows *rs,
                         bool is_out)
{
    int64_t mutual = 0;
    struct view *list = view_put_list(r->view, "slots");
    for (int64_t s = 0; s < row_int(event, 0, "slots"); s++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "slot", s);
        view_put_time(v, "at", events_slot_ms(event, s));
        struct view *meetings = view_put_list(v, "meetings");
        for (size_t i = 0; i < rs->n; i++)
            if (row_int(rs, i, "slot") == s)
                put_meeting(r, meetings, rs, i, is_out, &mutual);
    }
    return mutual;
}

static enum err put_alone(struct req *r, const struct rows *event, const struct rows *rs)
{
    struct rows parties;
    enum err e = db_select(r->db, &q_events_takers,
                           ARGS(V_INT(row_int(event, 0, "id")), V_INT(EVENTS_PARTIES_MAX)),
                           r->arena, &parties);
    struct view *list = view_put_list(r->view, "alone");
    for (size_t i = 0; !e && i < parties.n; i++) {
        int64_t party = row_int(&parties, i, "id");
        bool meets = false;
        for (size_t k = 0; !meets && k < rs->n; k++)
            meets = row_int(rs, k, "factory_id") == party || row_int(rs, k, "agency_id") == party;
        if (!meets)
            events_put_party(r, view_add_object(list), &parties, i);
    }
    return e;
}

static enum err put_all(struct req *r, const struct rows *event)
{
    struct rows rs, mutual;
    int64_t id = row_int(event, 0, "id");
    bool preview = is_preview(event);
    enum err e = preview ? db_select(r->db, &q_events_drafts,
                                     ARGS(V_INT(id), V_INT(EVENTS_MEETINGS_MAX)), r->arena, &rs)
                         : db_select(r->db, &q_events_meetings,
                                     ARGS(V_INT(id), V_INT(EVENTS_MEETINGS_MAX)), r->arena, &rs);
    if (!e)
        e = db_one(r->db, &q_events_mutual, ARGS(V_INT(id)), r->arena, &mutual);
    if (e)
        return e;
    events_put(r, view_put_object(r->view, "event"), event, 0);
    view_put_bool(r->view, "is_preview", preview);
    view_put_bool(r->view, "has_plan", !preview || str_eq_z(row_str(event, 0, "state"), "planned"));
    view_put_bool(r->view, "is_old",
                  preview && row_int(event, 0, "draft_version") != row_int(event, 0, "version"));
    view_put_int(r->view, "meetings_n", (int64_t)rs.n);
    view_put_int(r->view, "mutual", row_int(&mutual, 0, "wished"));
    view_put_int(r->view, "mutual_met", put_slots(r, event, &rs, !preview));
    int64_t greedy = row_int(event, 0, "draft_greedy"), worth = row_int(event, 0, "draft_worth");
    if (preview && greedy > 0)
        view_put_int(r->view, "better", (worth - greedy) * 100 / greedy);
    return put_alone(r, event, &rs);
}

enum err events_page_plan(struct req *r)
{
    struct rows event;
    enum err e = events_load(r, &event);
    return e ? e : put_all(r, &event);
}

struct planning {
    struct command cmd;
    struct event_preview preview;
    int64_t event, actor;
};

static enum err run_planning(struct command *cmd, struct tx *tx)
{
    const struct planning *p = (const struct planning *)cmd;
    return event_draft_write(tx, &p->preview, p->actor);
}

static enum err planned(struct req *r, struct command *cmd, enum err result)
{
    const struct planning *p = (const struct planning *)cmd;
    struct err_info info = r->info;
    struct rows event;
    if (!result) {
        view_put_int(r->view, "meetings", p->preview.plan.n);
        view_put_int(r->view, "objective", p->preview.plan.objective);
        view_put_int(r->view, "greedy", p->preview.greedy);
        reply_redirect(r, arena_printf(r->arena, "/events/%lld/plan", (long long)p->event));
        return OK;
    }
    if (r->json)
        return result;
    r->view = view_object(r->arena);
    reply_page(r, "events/plan.html");
    enum err e = db_one(r->db, &q_events_get, ARGS(V_INT(p->event)), r->arena, &event);
    if (!e)
        e = put_all(r, &event);
    r->info = info;
    return e ? e : result;
}

enum err events_do_plan(struct req *r)
{
    struct event_problem problem;
    struct planning *p = ARENA_NEW(r->arena, struct planning);
    struct rows event;
    enum err e = p ? events_load(r, &event) : ERR_NOMEM;
    if (e)
        return e;
    *p = (struct planning){.cmd = {.name = "events.plan", .run = run_planning},
                           .event = row_int(&event, 0, "id"),
                           .actor = r->who.user_id};
    if (!is_preview(&event))
        e = req_refuse(r, ERR_CONFLICT, "state", "events.not_now");
    if (!e)
        e = event_problem_load(r->db, p->event, false, clock_wall_ms(), r->arena, &r->info,
                               &problem);
    if (!e)
        e = event_solve(&problem, r->arena, &p->preview);
    return e ? planned(r, &p->cmd, e) : web_write(r, &p->cmd, planned);
}
