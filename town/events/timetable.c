/*
 *   GET  /events/{id}/timetable   one's own, or of `party` (the base): event, party, meetings
 *                                 [meeting with other, own_outcome, choices [{outcome, name,
 *                                 is_chosen}], products [{id, title, slug, sku}], may_say];
 *                                 follow_ups [{id, with, days, answer_name}]; feed: the address of
 *                                 one's calendar
 *   POST /events/meetings/{id}    outcome, note; of the base: side
 *   POST /events/{id}/feed        another address
 */
#include <string.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/events/internal.h"

static const char *const outcomes[] = {"interested", "sample", "quote", "no"};

/* One's own, or the one that the base asks for. */
static enum err load_party(struct req *r, int64_t event, struct rows *party)
{
    int64_t id;
    if (events_is_base(r) && req_query(r, "party").n) {
        if (str_to_i64(req_query(r, "party"), &id))
            return ERR_NOT_FOUND;
        enum err e = db_one(r->db, &q_events_party, ARGS(V_INT(id)), r->arena, party);
        return !e && row_int(party, 0, "event_id") != event ? ERR_NOT_FOUND : e;
    }
    enum err e = events_own_party(r, event, party);
    return e || party->n ? e : ERR_NOT_FOUND;
}

static void put_choices(struct req *r, struct view *v, const struct rows *rs, size_t i,
                        const char *column)
{
    struct view *list = view_put_list(v, "choices");
    for (size_t k = 0; k < sizeof(outcomes) / sizeof(outcomes[0]); k++) {
        struct view *c = view_add_object(list);
        view_put_z(c, "outcome", outcomes[k]);
        view_put_str(c, "name", req_text(r, "events.outcome_", str_of(outcomes[k])));
        view_put_bool(c, "is_chosen",
                      !row_null(rs, i, column) && str_eq_z(row_str(rs, i, column), outcomes[k]));
    }
}

static void put_products(struct req *r, struct view *v, const struct rows *shown, int64_t factory)
{
    struct view *list = view_put_list(v, "products");
    for (size_t i = 0; i < shown->n; i++) {
        if (row_int(shown, i, "party_id") != factory)
            continue;
        struct view *p = view_add_object(list);
        view_put_int(p, "id", row_int(shown, i, "id"));
        view_put_str(p, "slug", row_str(shown, i, "slug"));
        view_put_str(p, "title", events_text(r, shown, i, "title_zh", "title_en"));
        view_put_bool(p, "is_wished", row_int(shown, i, "is_wished") != 0);
        if (!row_null(shown, i, "sku"))
            view_put_int(p, "sku", row_int(shown, i, "sku"));
    }
}

static enum err put_meetings(struct req *r, const struct rows *event, const struct rows *party)
{
    struct rows rs, shown;
    int64_t id = row_int(party, 0, "id"), now = clock_wall_ms();
    bool is_factory = str_eq_z(row_str(party, 0, "side"), "factory");
    const char *own = is_factory ? "factory" : "agency";
    struct str state = row_str(event, 0, "state");
    bool may_say = str_eq_z(state, "running") ||
                   (str_eq_z(state, "done") &&
                    now < row_int(event, 0, "ends_at") + EVENTS_FOLLOW_LATE * DAY_MS);
    enum err e = db_select(r->db, &q_events_meetings_of, ARGS(V_INT(id), V_INT(EVENTS_SLOTS_MAX)),
                           r->arena, &rs);
    if (!e)
        e = db_select(r->db, &q_events_shown,
                      ARGS(V_INT(id), V_INT(row_int(event, 0, "id")),
                           V_INT(EVENTS_SIDE_MAX * EVENTS_PRODUCTS_MAX)),
                      r->arena, &shown);
    struct view *list = view_put_list(r->view, "meetings");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        events_put_meeting(r, v, &rs, i, events_is_base(r) ? NULL : own);
        view_put_str(v, "other",
                     is_factory ? events_text(r, &rs, i, "agency_zh", "agency_en")
                                : events_text(r, &rs, i, "factory_zh", "factory_en"));
        view_put_bool(v, "may_say", may_say);
        view_put_bool(v, "is_now",
                      row_int(&rs, i, "starts_at") <= now && row_int(&rs, i, "ends_at") > now);
        const char *column = is_factory ? "factory_outcome" : "agency_outcome";
        if (!row_null(&rs, i, column))
            view_put_str(v, "own_outcome", row_str(&rs, i, column));
        put_choices(r, v, &rs, i, column);
        put_products(r, v, &shown, row_int(&rs, i, "factory_id"));
    }
    return e;
}

static enum err put_follow_ups(struct req *r, const struct rows *event, const struct rows *party)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_events_follows_of,
                           ARGS(V_INT(row_int(event, 0, "id")), V_INT(row_int(party, 0, "id")),
                                V_INT(clock_wall_ms()), V_INT(EVENTS_SHOWN)),
                           r->arena, &rs);
    struct view *list = view_put_list(r->view, "follow_ups");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        bool is_factory = str_eq_z(row_str(&rs, i, "side"), "factory");
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_int(v, "days", row_int(&rs, i, "days"));
        view_put_str(v, "with",
                     is_factory ? events_text(r, &rs, i, "agency_zh", "agency_en")
                                : events_text(r, &rs, i, "factory_zh", "factory_en"));
        if (!row_null(&rs, i, "answer"))
            view_put_str(v, "answer_name",
                         req_text(r, "events.answer_", row_str(&rs, i, "answer")));
    }
    return e;
}

static enum err put_all(struct req *r, const struct rows *event, const struct rows *party)
{
    bool is_own = row_int(party, 0, "organisation_id") == r->who.organisation_id;
    events_put(r, view_put_object(r->view, "event"), event, 0);
    events_put_party(r, view_put_object(r->view, "party"), party, 0);
    view_put_bool(r->view, "is_own", is_own);
    view_put_bool(r->view, "is_agency", str_eq_z(row_str(party, 0, "side"), "agency"));
    if (is_own) {
        view_put_str(r->view, "feed",
                     events_feed_address(r, row_int(party, 0, "id"), row_int(party, 0, "feed_n")));
        reply_secret(r);
    }
    enum err e = put_meetings(r, event, party);
    return e ? e : put_follow_ups(r, event, party);
}

enum err events_page_timetable(struct req *r)
{
    struct rows event, party;
    enum err e = events_load(r, &event);
    if (!e)
        e = load_party(r, row_int(&event, 0, "id"), &party);
    return e ? e : put_all(r, &event, &party);
}

/* --- outcomes --- */

struct saying {
    struct command cmd;
    struct events_outcome o;
    int64_t event, party;
    bool is_base;
};

static enum err run_saying(struct command *cmd, struct tx *tx)
{
    return events_outcome(tx, &((const struct saying *)cmd)->o);
}

static enum err said(struct req *r, struct command *cmd, enum err result)
{
    const struct saying *s = (const struct saying *)cmd;
    struct err_info info = r->info;
    struct rows event, party;
    if (!result) {
        long long event_id = s->event, meeting = s->o.meeting;
        reply_redirect(
            r, s->is_base
                   ? arena_printf(r->arena, "/events/%lld/timetable?party=%lld#m%lld", event_id,
                                  (long long)s->party, meeting)
                   : arena_printf(r->arena, "/events/%lld/timetable#m%lld", event_id, meeting));
        return OK;
    }
    if (r->json)
        return result;
    r->view = view_object(r->arena);
    reply_page(r, "events/timetable.html");
    enum err e = db_one(r->db, &q_events_get, ARGS(V_INT(s->event)), r->arena, &event);
    if (!e)
        e = db_one(r->db, &q_events_party, ARGS(V_INT(s->party)), r->arena, &party);
    if (!e)
        e = put_all(r, &event, &party);
    r->info = info;
    return e ? e : result;
}

/* Whose word it is: one's own side's; the base says whose. */
static enum err find_side(struct req *r, const struct rows *m, struct saying *s)
{
    int64_t own = r->who.organisation_id;
    struct str side = req_field(r, "side");
    bool is_factory = own && own == row_int(m, 0, "factory_org");
    bool is_agency = own && own == row_int(m, 0, "agency_org");
    if (!is_factory && !is_agency) {
        if (!events_is_base(r))
            return ERR_NOT_FOUND;
        s->is_base = true;
        is_factory = str_eq_z(side, "factory");
        if (!is_factory && !str_eq_z(side, "agency"))
            return req_refuse(r, ERR_INVALID, "side", "events.outcome_bad");
    }
    s->o.side = is_factory ? "factory" : "agency";
    s->party = row_int(m, 0, is_factory ? "factory_id" : "agency_id");
    return OK;
}

enum err events_do_outcome(struct req *r)
{
    struct rows m;
    struct saying *s = ARENA_NEW(r->arena, struct saying);
    enum err e = s ? events_load_meeting(r, &m) : ERR_NOMEM;
    if (e)
        return e;
    *s = (struct saying){.cmd = {.name = "events.outcome", .run = run_saying},
                         .o = {.meeting = row_int(&m, 0, "id"),
                               .actor = r->who.user_id,
                               .outcome = req_field(r, "outcome")},
                         .event = row_int(&m, 0, "event_id")};
    e = find_side(r, &m, s);
    if (e)
        return e;
    if (req_field(r, "note").n)
        e = req_field_text(r, "note", 1, EVENTS_NOTE_MAX, &s->o.note);
    return e ? said(r, &s->cmd, e) : web_write(r, &s->cmd, said);
}

/* --- another address --- */

struct anew {
    struct command cmd;
    int64_t party;
};

static enum err run_anew(struct command *cmd, struct tx *tx)
{
    return db_exec(tx->db, &q_events_feed_anew, ARGS(V_INT(((struct anew *)cmd)->party)), NULL);
}

enum err events_do_feed(struct req *r)
{
    struct rows event, party;
    struct anew *a = ARENA_NEW(r->arena, struct anew);
    enum err e = a ? events_load(r, &event) : ERR_NOMEM;
    if (!e)
        e = events_own_party(r, row_int(&event, 0, "id"), &party);
    if (e || !party.n)
        return e ? e : ERR_NOT_FOUND;
    *a = (struct anew){{.name = "events.feed", .run = run_anew}, row_int(&party, 0, "id")};
    reply_redirect(
        r, arena_printf(r->arena, "/events/%lld/timetable", (long long)row_int(&event, 0, "id")));
    return web_write(r, &a->cmd, NULL);
}
