/*
 *   GET /events         coming, over [event as events_put()]; mine [event with party]
 *   GET /events/{id}    event; factories, agencies [party]; party (one's own); may_join; slots
 *                       [{slot, at, is_away}]: for the form
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/agencies/agencies.h"
#include "town/events/internal.h"

static enum err put_list(struct req *r, const char *name, const struct query *q)
{
    struct rows rs;
    enum err e = db_select(r->db, q, ARGS(V_INT(EVENTS_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, name);
    for (size_t i = 0; !e && i < rs.n; i++)
        events_put(r, view_add_object(list), &rs, i);
    return e;
}

static size_t find(const struct rows *rs, int64_t id)
{
    size_t k = 0;
    while (k < rs->n && row_int(rs, k, "id") != id)
        k++;
    return k;
}

/* Those that one's organisation takes part in, or is invited to. */
static enum err put_mine(struct req *r)
{
    struct rows rs, events;
    struct view *list = view_put_list(r->view, "mine");
    if (!r->who.organisation_id)
        return OK;
    enum err e = db_select(r->db, &q_events_parties_of,
                           ARGS(V_INT(r->who.organisation_id), V_INT(EVENTS_SHOWN)), r->arena, &rs);
    if (!e)
        e = db_select(r->db, &q_events_of_organisation,
                      ARGS(V_INT(r->who.organisation_id), V_INT(EVENTS_SHOWN)), r->arena, &events);
    for (size_t i = 0; !e && i < rs.n; i++) {
        size_t k = find(&events, row_int(&rs, i, "event_id"));
        if (k == events.n) /* since the first query */
            continue;
        struct view *v = view_add_object(list);
        events_put(r, v, &events, k);
        events_put_party(r, view_put_object(v, "party"), &rs, i);
    }
    return e;
}

enum err events_page_list(struct req *r)
{
    enum err e = put_list(r, "coming", &q_events_coming);
    if (!e)
        e = put_list(r, "over", &q_events_over);
    view_put_bool(r->view, "is_base", events_is_base(r));
    return e ? e : put_mine(r);
}

/* --- one --- */

static enum err put_parties(struct req *r, int64_t event)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_events_takers, ARGS(V_INT(event), V_INT(EVENTS_PARTIES_MAX)),
                           r->arena, &rs);
    struct view *factories = view_put_list(r->view, "factories");
    struct view *agencies = view_put_list(r->view, "agencies");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v =
            view_add_object(str_eq_z(row_str(&rs, i, "side"), "factory") ? factories : agencies);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "slug", row_str(&rs, i, "slug"));
        view_put_str(v, "name", events_text(r, &rs, i, "name_zh", "name_en"));
    }
    return e;
}

static void put_slots(struct req *r, const struct rows *event, int64_t free)
{
    struct view *list = view_put_list(r->view, "slots");
    for (int64_t s = 0; s < row_int(event, 0, "slots"); s++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "slot", s);
        view_put_time(v, "at", events_slot_ms(event, s));
        view_put_bool(v, "is_away", !(free >> s & 1));
    }
}

/* As events_join() looks at it. */
static enum err may_join(struct req *r, bool *may)
{
    struct rows who;
    enum agencies_kind kind = AGENCIES_NONE;
    int64_t own = r->who.organisation_id;
    if (!own)
        return OK;
    enum err e = db_select(r->db, &q_events_organisation, ARGS(V_INT(own)), r->arena, &who);
    if (!e && who.n && str_eq_z(row_str(&who, 0, "kind"), "agency"))
        e = agencies_kind_of(r->db, r->arena, own, &kind);
    *may = !e && who.n &&
           (kind != AGENCIES_NONE || str_eq_z(row_str(&who, 0, "factory_state"), "approved"));
    return e;
}

/* May who asks sign up, for whom? */
static enum err put_own(struct req *r, const struct rows *event)
{
    struct rows party;
    int64_t free = INT64_MAX, id = row_int(event, 0, "id");
    bool is_side = false;
    enum err e = events_own_party(r, id, &party);
    if (!e && party.n) {
        events_put_party(r, view_put_object(r->view, "party"), &party, 0);
        free = row_int(&party, 0, "free_slots");
    }
    if (!e)
        e = may_join(r, &is_side);
    view_put_bool(r->view, "may_join", is_side);
    put_slots(r, event, free);
    return e;
}

enum err events_page_event_put(struct req *r, const struct rows *event)
{
    events_put(r, view_put_object(r->view, "event"), event, 0);
    view_put_bool(r->view, "is_base", events_is_base(r));
    enum err e = put_parties(r, row_int(event, 0, "id"));
    return e ? e : put_own(r, event);
}

enum err events_page_event(struct req *r)
{
    struct rows event;
    enum err e = events_load(r, &event);
    return e ? e : events_page_event_put(r, &event);
}
