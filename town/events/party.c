/* Who takes part, and what they wish. */
#include <string.h>

#include "store/queries.h"
#include "town/agencies/agencies.h"
#include "town/events/internal.h"

#define ALL_SLOTS (-1)

static bool is_state(const struct rows *event, const char *state)
{
    return str_eq_z(row_str(event, 0, "state"), state);
}

static bool is_over(const struct rows *event)
{
    return is_state(event, "done") || is_state(event, "cancelled");
}

static enum err touch(struct tx *tx, int64_t event)
{
    return db_exec(tx->db, &q_events_touch, ARGS(V_INT(event)), NULL);
}

static enum err agency_side(struct tx *tx, int64_t organisation, const char **side)
{
    enum agencies_kind kind;
    enum err e = agencies_kind_of(tx->db, tx->arena, organisation, &kind);
    *side = "agency";
    return e || kind != AGENCIES_NONE
               ? e
               : events_refuse(tx, ERR_FORBIDDEN, "organisation", "events.no_contract");
}

/* "factory" or "agency"; a maker must be one of the town, an agency have a contract in force. */
static enum err side_of(struct tx *tx, int64_t organisation, const char **side)
{
    struct rows rs;
    enum err e =
        db_select(tx->db, &q_events_organisation, ARGS(V_INT(organisation)), tx->arena, &rs);
    if (e)
        return e;
    if (rs.n && str_eq_z(row_str(&rs, 0, "kind"), "agency"))
        return agency_side(tx, organisation, side);
    if (rs.n && str_eq_z(row_str(&rs, 0, "kind"), "factory") &&
        str_eq_z(row_str(&rs, 0, "factory_state"), "approved"))
        *side = "factory";
    else
        return events_refuse(tx, ERR_FORBIDDEN, "organisation", "events.no_side");
    return OK;
}

static enum err count_side(struct tx *tx, const struct rows *event, const char *side)
{
    int64_t n = row_int(event, 0, strcmp(side, "factory") == 0 ? "factories" : "agencies");
    return n >= EVENTS_SIDE_MAX ? events_refuse(tx, ERR_LIMIT, "organisation", "events.full") : OK;
}

static enum err count_asked(struct tx *tx, int64_t event, const char *side)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_events_asked, ARGS(V_INT(event), V_Z(side)), tx->arena, &rs);
    return e || row_int(&rs, 0, "n") < EVENTS_INVITED_MAX
               ? e
               : events_refuse(tx, ERR_LIMIT, "organisation", "events.invited_many");
}

static enum err add(struct tx *tx, const struct rows *event, int64_t organisation, const char *what,
                    const char *state, int64_t actor, int64_t *party)
{
    struct rows rs;
    const char *side = NULL;
    int64_t slots = row_int(event, 0, "slots"), id = row_int(event, 0, "id");
    enum err e = side_of(tx, organisation, &side);
    if (!e)
        e = strcmp(what, "invite") == 0 ? count_asked(tx, id, side) : count_side(tx, event, side);
    if (!e)
        e = db_one(tx->db, &q_events_party_add,
                   ARGS(V_INT(id), V_INT(organisation), V_Z(side), V_Z(state), V_INT(slots),
                        V_INT((INT64_C(1) << slots) - 1), V_INT(tx->now_ms)),
                   tx->arena, &rs);
    if (e)
        return e;
    *party = row_int(&rs, 0, "id");
    return db_exec(tx->db, &q_events_party_log_add,
                   ARGS(V_INT(*party), V_INT(tx->now_ms), actor ? V_INT(actor) : V_NULL, V_Z(what),
                        V_Z(state), V_Z("")),
                   NULL);
}

static enum err keep_terms(struct tx *tx, const struct rows *event, int64_t party,
                           const struct events_terms *terms)
{
    int64_t slots = row_int(event, 0, "slots"), all = (INT64_C(1) << slots) - 1;
    int64_t most = terms->most ? terms->most : slots;
    if (most < 1 || most > slots)
        return events_refuse(tx, ERR_INVALID, "most", "events.most_bad");
    if (!(all & ~terms->away))
        return events_refuse(tx, ERR_INVALID, "away", "events.away_bad");
    return db_exec(tx->db, &q_events_party_terms,
                   ARGS(V_INT(most), V_INT(all & ~terms->away), V_INT(party)), NULL);
}

static enum err join_again(struct tx *tx, const struct rows *event, const struct rows *had,
                           unsigned as, int64_t actor)
{
    struct str state = row_str(had, 0, "state"), side = row_str(had, 0, "side");
    const char *now = NULL;
    if (str_eq_z(state, "in") || str_eq_z(state, "here"))
        return OK;
    enum err e = side_of(tx, row_int(had, 0, "organisation_id"), &now);
    if (!e)
        e = count_side(tx, event, str_eq_z(side, "factory") ? "factory" : "agency");
    return e ? e : party_step(tx, row_int(had, 0, "id"), "join", as, actor, STR_NONE);
}

enum err events_join(struct tx *tx, int64_t event, int64_t organisation,
                     const struct events_terms *terms, unsigned as, int64_t actor, int64_t *party)
{
    struct rows row, had;
    int64_t id = 0;
    struct freed freed;
    enum err e = db_one(tx->db, &q_events_get, ARGS(V_INT(event)), tx->arena, &row);
    if (!e && (as & EVENTS_BASE ? is_over(&row) : !events_is_open(&row, 0, tx->now_ms)))
        return events_refuse(tx, ERR_CONFLICT, "state", "events.closed");
    if (!e)
        e = db_select(tx->db, &q_events_party_of, ARGS(V_INT(event), V_INT(organisation)),
                      tx->arena, &had);
    if (!e && had.n) {
        id = row_int(&had, 0, "id");
        e = join_again(tx, &row, &had, as, actor);
    } else if (!e) {
        e = add(tx, &row, organisation, "join", "in", actor, &id);
    }
    if (!e)
        e = keep_terms(tx, &row, id, terms);
    if (!e)
        e = touch(tx, event);
    if (party)
        *party = id;
    if (e || is_state(&row, "open") || is_state(&row, "planned"))
        return e;
    /* its timetable is out: what is free is its; where it is not there any more its meetings fall
     */
    e = tell_near_one(tx, &row, id, organisation);
    if (!e)
        e = meetings_fall(tx, id, terms->away, actor, &freed);
    return e ? e : event_refill(tx, event, actor, &freed);
}

enum err events_invite(struct tx *tx, int64_t event, int64_t organisation, int64_t actor,
                       int64_t *party)
{
    struct rows row, had;
    int64_t id = 0;
    enum err e = db_one(tx->db, &q_events_get, ARGS(V_INT(event)), tx->arena, &row);
    if (!e && !events_is_open(&row, 0, tx->now_ms))
        return events_refuse(tx, ERR_CONFLICT, "state", "events.closed");
    if (!e)
        e = db_select(tx->db, &q_events_party_of, ARGS(V_INT(event), V_INT(organisation)),
                      tx->arena, &had);
    if (e)
        return e;
    if (had.n) {
        struct str state = row_str(&had, 0, "state");
        id = row_int(&had, 0, "id");
        if (!str_eq_z(state, "declined") && !str_eq_z(state, "left"))
            return OK; /* invited before, or takes part */
        e = party_step(tx, id, "invite", EVENTS_BASE, actor, STR_NONE);
    } else {
        e = add(tx, &row, organisation, "invite", "invited", actor, &id);
    }
    if (party)
        *party = id;
    return e ? e : tell_party(tx, &row, id, organisation, "event.invited");
}

/* --- leaving, signing in --- */

static enum err leave(struct tx *tx, const struct rows *party, const struct rows *event,
                      unsigned as, int64_t actor, struct str note)
{
    int64_t id = row_int(party, 0, "id");
    struct freed freed;
    enum err e = party_step(tx, id, "leave", as, actor, note);
    if (!e)
        e = touch(tx, row_int(event, 0, "id"));
    if (!e)
        e = tell_near_not(tx, id);
    if (e || !(is_state(event, "published") || is_state(event, "running")))
        return e;
    e = meetings_fall(tx, id, ALL_SLOTS, actor, &freed);
    return e ? e : event_refill(tx, row_int(event, 0, "id"), actor, &freed);
}

enum err events_party_do(struct tx *tx, int64_t party, const char *what, unsigned as, int64_t actor,
                         struct str note)
{
    struct rows row, event;
    enum err e = db_one(tx->db, &q_events_party, ARGS(V_INT(party)), tx->arena, &row);
    if (!e)
        e = db_one(tx->db, &q_events_get, ARGS(V_INT(row_int(&row, 0, "event_id"))), tx->arena,
                   &event);
    if (e)
        return e;
    if (is_over(&event))
        return events_refuse(tx, ERR_CONFLICT, "state", "events.closed");
    if (strcmp(what, "leave") == 0)
        return leave(tx, &row, &event, as, actor, note);
    if (strcmp(what, "arrive") == 0) {
        if (str_eq_z(row_str(&row, 0, "state"), "here"))
            return OK; /* scanned twice */
        if (!is_state(&event, "running") &&
            !(is_state(&event, "published") &&
              row_int(&event, 0, "starts_at") - EVENTS_EARLY_MS <= tx->now_ms))
            return events_refuse(tx, ERR_CONFLICT, "state", "events.door_closed");
    }
    return party_step(tx, party, what, as, actor, note);
}

/* --- wishes --- */

static enum err may_wish(struct tx *tx, int64_t party, struct rows *row)
{
    struct rows event;
    enum err e = db_one(tx->db, &q_events_party, ARGS(V_INT(party)), tx->arena, row);
    if (!e)
        e = db_one(tx->db, &q_events_get, ARGS(V_INT(row_int(row, 0, "event_id"))), tx->arena,
                   &event);
    if (e)
        return e;
    if (!str_eq_z(row_str(row, 0, "state"), "in") && !str_eq_z(row_str(row, 0, "state"), "here"))
        return events_refuse(tx, ERR_CONFLICT, "state", "events.not_in");
    return events_is_open(&event, 0, tx->now_ms)
               ? OK
               : events_refuse(tx, ERR_CONFLICT, "state", "events.wishes_closed");
}

enum err events_wish(struct tx *tx, int64_t party, int64_t other, int64_t hearts)
{
    struct rows row, whom, meets;
    enum err e = may_wish(tx, party, &row);
    if (!e)
        e = db_one(tx->db, &q_events_party, ARGS(V_INT(other)), tx->arena, &whom);
    if (e)
        return e;
    if (row_int(&whom, 0, "event_id") != row_int(&row, 0, "event_id") ||
        str_eq(row_str(&whom, 0, "side"), row_str(&row, 0, "side")))
        return ERR_NOT_FOUND;
    if (hearts < -1 || hearts > SCHEDULE_HEARTS_MAX)
        return events_refuse(tx, ERR_INVALID, "hearts", "events.hearts_bad");
    e = db_select(tx->db, &q_events_pair_meets, ARGS(V_INT(party), V_INT(other)), tx->arena,
                  &meets);
    if (e || meets.n) /* what was wished before stands behind a meeting that is planned */
        return e;
    e = hearts ? db_exec(tx->db, &q_events_wish_set,
                         ARGS(V_INT(party), V_INT(other), V_INT(hearts)), NULL)
               : db_exec(tx->db, &q_events_wish_drop, ARGS(V_INT(party), V_INT(other)), NULL);
    return e ? e : touch(tx, row_int(&row, 0, "event_id"));
}

enum err events_name_products(struct tx *tx, int64_t party, const int64_t *products, size_t n)
{
    struct rows row;
    enum err e = may_wish(tx, party, &row);
    if (e)
        return e;
    int64_t event = row_int(&row, 0, "event_id");
    bool is_factory = str_eq_z(row_str(&row, 0, "side"), "factory");
    if (n > EVENTS_PRODUCTS_MAX)
        return events_refuse(tx, ERR_LIMIT, "product", "events.products_many");
    e = is_factory ? db_exec(tx->db, &q_events_products_drop, ARGS(V_INT(party)), NULL)
                   : db_exec(tx->db, &q_events_product_wishes_drop, ARGS(V_INT(party)), NULL);
    for (size_t i = 0; !e && i < n; i++) {
        bool twice = false;
        for (size_t k = 0; k < i; k++)
            twice |= products[k] == products[i];
        if (twice)
            continue;
        e = is_factory ? db_exec(tx->db, &q_events_product_add,
                                 ARGS(V_INT(party), V_INT(products[i]),
                                      V_INT(row_int(&row, 0, "organisation_id"))),
                                 NULL)
                       : db_exec(tx->db, &q_events_product_wish_add,
                                 ARGS(V_INT(party), V_INT(products[i]), V_INT(event)), NULL);
    }
    return e ? e : touch(tx, event);
}
