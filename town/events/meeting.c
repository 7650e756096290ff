/* Meetings: falling, what came of them, and how it went on. */
#include <string.h>

#include "store/queries.h"
#include "town/events/internal.h"

static bool both_arrived(const struct rows *rs, size_t i)
{
    return !row_null(rs, i, "factory_arrived") && !row_null(rs, i, "agency_arrived");
}

/* One whose slot has begun has been, or has been missed, and says so at once: nobody is freed. */
enum err meetings_fall(struct tx *tx, int64_t party, int64_t slots, int64_t actor,
                       struct freed *out)
{
    struct rows rs;
    out->n = 0;
    enum err e = db_select(tx->db, &q_events_meetings_of,
                           ARGS(V_INT(party), V_INT(EVENTS_SLOTS_MAX)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        if (!str_eq_z(row_str(&rs, i, "state"), "planned") ||
            !(slots >> row_int(&rs, i, "slot") & 1))
            continue;
        bool is_factory = row_int(&rs, i, "factory_id") == party;
        const char *what = "fall";
        if (row_int(&rs, i, "starts_at") <= tx->now_ms)
            what = both_arrived(&rs, i) ? "meet" : "miss";
        else
            out->parties[out->n++] = row_int(&rs, i, is_factory ? "agency_id" : "factory_id");
        e = meeting_step(tx, row_int(&rs, i, "id"), STR("planned"), what, EVENTS_SYSTEM, actor,
                         STR_NONE);
    }
    return e;
}

/* --- the end, and who is asked then --- */

static bool says_no(const struct rows *rs, size_t i, const char *side)
{
    return str_eq_z(row_str(rs, i, side), "no");
}

/* Where nobody is interested nobody is asked: as events.meetings_unasked has it. */
static bool goes_on(const struct rows *rs, size_t i)
{
    bool said = !row_null(rs, i, "factory_outcome") || !row_null(rs, i, "agency_outcome");
    bool no = (row_null(rs, i, "factory_outcome") || says_no(rs, i, "factory_outcome")) &&
              (row_null(rs, i, "agency_outcome") || says_no(rs, i, "agency_outcome"));
    return !said || !no;
}

/* What was asked before stays as it is. */
static enum err ask_later(struct tx *tx, const struct rows *rs, size_t i, int64_t ends_at)
{
    static const int days[] = {EVENTS_FOLLOW_SOON, EVENTS_FOLLOW_LATE};
    static const char *const sides[] = {"factory", "agency"};
    enum err e = OK;
    for (int k = 0; !e && k < 4; k++) {
        struct rows added;
        int64_t due = ends_at + days[k / 2] * DAY_MS;
        e = db_select(
            tx->db, &q_events_follow_add,
            ARGS(V_INT(row_int(rs, i, "id")), V_Z(sides[k % 2]), V_INT(days[k / 2]), V_INT(due)),
            tx->arena, &added);
        if (!e && added.n)
            e = tell_follow(tx, row_int(&added, 0, "id"),
                            row_int(rs, i, k % 2 ? "agency_org" : "factory_org"), due);
    }
    return e;
}

static struct str follow_key(struct tx *tx, int64_t follow)
{
    return str_of(arena_printf(tx->arena, "event-follow:%lld", (long long)follow));
}

static enum err ask_no_more(struct tx *tx, int64_t meeting)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_events_follows_open,
                           ARGS(V_INT(meeting), V_INT(EVENTS_SHOWN)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        int64_t follow = row_int(&rs, i, "id");
        e = messages_drop(tx, follow_key(tx, follow));
        if (!e)
            e = db_exec(tx->db, &q_events_follow_drop, ARGS(V_INT(follow)), NULL);
    }
    return e;
}

/* Somebody said something after the event was over. */
static enum err ask_anew(struct tx *tx, int64_t meeting)
{
    struct rows m, event;
    enum err e = db_one(tx->db, &q_events_meeting, ARGS(V_INT(meeting)), tx->arena, &m);
    if (!e)
        e = db_one(tx->db, &q_events_get, ARGS(V_INT(row_int(&m, 0, "event_id"))), tx->arena,
                   &event);
    if (e)
        return e;
    return goes_on(&m, 0) ? ask_later(tx, &m, 0, row_int(&event, 0, "ends_at"))
                          : ask_no_more(tx, meeting);
}

enum err meetings_ask(struct tx *tx, int64_t event, int64_t ends_at, int64_t *left)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_events_meetings_unasked, ARGS(V_INT(event), V_INT(*left)),
                           tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = ask_later(tx, &rs, i, ends_at);
    if (e)
        return e;
    bool is_all = (int64_t)rs.n < *left;
    *left -= (int64_t)rs.n;
    return is_all
               ? db_exec(tx->db, &q_events_all_asked, ARGS(V_INT(tx->now_ms), V_INT(event)), NULL)
               : OK;
}

enum err meetings_close(struct tx *tx, const struct rows *event)
{
    struct rows rs;
    int64_t id = row_int(event, 0, "id"), left = EVENTS_ASK_MAX;
    enum err e = db_select(tx->db, &q_events_meetings, ARGS(V_INT(id), V_INT(EVENTS_MEETINGS_MAX)),
                           tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        if (str_eq_z(row_str(&rs, i, "state"), "planned"))
            e = meeting_step(tx, row_int(&rs, i, "id"), STR("planned"),
                             both_arrived(&rs, i) ? "meet" : "miss", EVENTS_SYSTEM, 0, STR_NONE);
    return e ? e : meetings_ask(tx, id, row_int(event, 0, "ends_at"), &left);
}

/* --- outcomes --- */

static bool is_outcome(struct str s)
{
    return str_eq_z(s, "interested") || str_eq_z(s, "sample") || str_eq_z(s, "quote") ||
           str_eq_z(s, "no");
}

static bool is_outcome_time(const struct tx *tx, const struct rows *m)
{
    struct str state = row_str(m, 0, "event_state");
    if (str_eq_z(state, "running"))
        return true;
    return str_eq_z(state, "done") &&
           tx->now_ms < row_int(m, 0, "ends_at") + EVENTS_FOLLOW_LATE * DAY_MS;
}

enum err events_outcome(struct tx *tx, const struct events_outcome *o)
{
    struct rows m;
    enum err e = db_one(tx->db, &q_events_meeting, ARGS(V_INT(o->meeting)), tx->arena, &m);
    if (e)
        return e;
    if (!is_outcome(o->outcome))
        return events_refuse(tx, ERR_INVALID, "outcome", "events.outcome_bad");
    if (!is_outcome_time(tx, &m))
        return events_refuse(tx, ERR_CONFLICT, "state", "events.outcome_not_now");
    struct str state = row_str(&m, 0, "state");
    if (!str_eq_z(state, "met"))
        e = meeting_step(tx, o->meeting, state, "meet", EVENTS_PARTY | EVENTS_BASE, o->actor,
                         STR_NONE);
    if (!e)
        e = db_exec(tx->db, &q_events_outcome_set,
                    ARGS(V_INT(o->meeting), V_Z(o->side), V_STR(o->outcome),
                         V_STR(o->note.n ? o->note : STR("")), V_INT(tx->now_ms), V_INT(o->actor)),
                    NULL);
    return e || !str_eq_z(row_str(&m, 0, "event_state"), "done") ? e : ask_anew(tx, o->meeting);
}

/* --- follow-ups --- */

enum err events_follow_answer(struct tx *tx, int64_t follow, struct str answer, struct str note,
                              int64_t actor)
{
    struct rows row;
    enum err e = db_one(tx->db, &q_events_follow, ARGS(V_INT(follow)), tx->arena, &row);
    if (e)
        return e;
    if (!str_eq_z(answer, "talking") && !str_eq_z(answer, "trying") &&
        !str_eq_z(answer, "selling") && !str_eq_z(answer, "ended"))
        return events_refuse(tx, ERR_INVALID, "answer", "events.answer_bad");
    if (row_int(&row, 0, "due_at") > tx->now_ms)
        return events_refuse(tx, ERR_CONFLICT, "due_at", "events.follow_early");
    e = db_exec(tx->db, &q_events_follow_answer,
                ARGS(V_STR(answer), V_STR(note.n ? note : STR("")), V_INT(tx->now_ms), V_INT(actor),
                     V_INT(follow)),
                NULL);
    return e ? e : messages_drop(tx, follow_key(tx, follow));
}
