/* What may happen to an event, to a party and to a meeting, and by whom: drawn in events.h. */
#include <string.h>

#include "store/queries.h"
#include "town/events/internal.h"

#define BASE EVENTS_BASE
#define PARTY EVENTS_PARTY
#define SYSTEM EVENTS_SYSTEM

static const struct transition event_rows[] = {
    {NULL, "create", "open", BASE},
    {"open", "plan", "planned", BASE},
    {"planned", "plan", "planned", BASE},
    {"planned", "publish", "published", BASE},
    {"published", "fill", "published", BASE},
    {"running", "fill", "running", BASE},
    {"published", "shift", "published", BASE},
    {"running", "shift", "running", BASE},
    {"published", "begin", "running", BASE | SYSTEM},
    {"running", "finish", "done", BASE | SYSTEM},
    {"open", "move", "open", BASE},
    {"planned", "move", "planned", BASE},
    {"published", "move", "published", BASE},
    {"open", "cancel", "cancelled", BASE, true},
    {"planned", "cancel", "cancelled", BASE, true},
    {"published", "cancel", "cancelled", BASE, true},
    {"open", "lapse", "cancelled", SYSTEM},
    {"planned", "lapse", "cancelled", SYSTEM},
};
const struct transition_table events_table = TRANSITION_TABLE(event_rows);

static const struct transition party_rows[] = {
    {NULL, "invite", "invited", BASE},
    {NULL, "join", "in", PARTY | BASE},
    {"declined", "invite", "invited", BASE},
    {"left", "invite", "invited", BASE},
    {"invited", "join", "in", PARTY | BASE},
    {"declined", "join", "in", PARTY | BASE},
    {"left", "join", "in", PARTY | BASE},
    {"invited", "decline", "declined", PARTY},
    {"in", "arrive", "here", PARTY | BASE},
    {"in", "leave", "left", PARTY | BASE | SYSTEM},
    {"here", "leave", "left", PARTY | BASE | SYSTEM},
};
const struct transition_table events_party_table = TRANSITION_TABLE(party_rows);

static const struct transition meeting_rows[] = {
    {NULL, "publish", "planned", BASE | SYSTEM},       {"planned", "fall", "fallen", BASE | SYSTEM},
    {"planned", "meet", "met", PARTY | BASE | SYSTEM}, {"planned", "miss", "missed", SYSTEM},
    {"missed", "meet", "met", PARTY | BASE},           {"planned", "shift", "planned", BASE},
};
const struct transition_table events_meeting_table = TRANSITION_TABLE(meeting_rows);

/* There was somebody of both sides. */
static enum err was_held(struct tx *tx, int64_t event, bool *held)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_events_was_held, ARGS(V_INT(event)), tx->arena, &rs);
    *held = !e && row_int(&rs, 0, "held") != 0;
    return e;
}

enum err event_step(struct tx *tx, int64_t event, const char *what, unsigned as, int64_t actor,
                    struct str note, struct rows *row)
{
    const struct transition *t;
    bool held = false;
    enum err e = db_one(tx->db, &q_events_get, ARGS(V_INT(event)), tx->arena, row);
    if (!e)
        e = transition_next(&events_table, row_str(row, 0, "state"), what, as, &t);
    if (e == ERR_CONFLICT)
        return events_refuse(tx, e, "state", "events.not_now");
    if (!e && t->needs_note && !note.n)
        return events_refuse(tx, ERR_INVALID, "note", "events.note_needed");
    if (!e && strcmp(what, "finish") == 0)
        e = was_held(tx, event, &held);
    if (!e)
        e = db_exec(
            tx->db, &q_events_state_set,
            ARGS(V_Z(t->to), V_INT(tx->now_ms), held ? V_INT(tx->now_ms) : V_NULL, V_INT(event)),
            NULL);
    return e ? e
             : db_exec(tx->db, &q_events_log_add,
                       ARGS(V_INT(event), V_INT(tx->now_ms), actor ? V_INT(actor) : V_NULL,
                            V_Z(what), V_Z(t->to), V_STR(note.n ? note : STR(""))),
                       NULL);
}

enum err party_step(struct tx *tx, int64_t party, const char *what, unsigned as, int64_t actor,
                    struct str note)
{
    struct rows row;
    const struct transition *t;
    enum err e = db_one(tx->db, &q_events_party, ARGS(V_INT(party)), tx->arena, &row);
    if (!e)
        e = transition_next(&events_party_table, row_str(&row, 0, "state"), what, as, &t);
    if (e == ERR_CONFLICT)
        return events_refuse(tx, e, "state", "events.party_not_now");
    if (!e)
        e = db_exec(tx->db, &q_events_party_set, ARGS(V_Z(t->to), V_INT(tx->now_ms), V_INT(party)),
                    NULL);
    return e ? e
             : db_exec(tx->db, &q_events_party_log_add,
                       ARGS(V_INT(party), V_INT(tx->now_ms), actor ? V_INT(actor) : V_NULL,
                            V_Z(what), V_Z(t->to), V_STR(note.n ? note : STR(""))),
                       NULL);
}

enum err meeting_step(struct tx *tx, int64_t meeting, struct str state, const char *what,
                      unsigned as, int64_t actor, struct str note)
{
    const struct transition *t;
    enum err e = transition_next(&events_meeting_table, state, what, as, &t);
    if (e == ERR_CONFLICT)
        return events_refuse(tx, e, "state", "events.meeting_not_now");
    if (!e && t->from)
        e = db_exec(tx->db, &q_events_meeting_set,
                    ARGS(V_Z(t->to), V_INT(tx->now_ms), V_INT(meeting)), NULL);
    return e ? e
             : db_exec(tx->db, &q_events_meeting_log_add,
                       ARGS(V_INT(meeting), V_INT(tx->now_ms), actor ? V_INT(actor) : V_NULL,
                            V_Z(what), V_Z(t->to), V_STR(note.n ? note : STR(""))),
                       NULL);
}
