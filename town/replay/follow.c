/* What the crew did, followed: a card begins a clip and ends the one before, the end of a show
 * begins the years that all of it is kept. Jobs of the writer. */
#include "base/log.h"
#include "store/queries.h"
#include "town/replay/internal.h"

enum { EVENTS_SLICE = 200 };

static const struct transition rows[] = {
    {NULL, "record", "open", REPLAY_AS_CLOCK},
    {NULL, "end", "kept", REPLAY_AS_CLOCK},
    {"open", "end", "kept", REPLAY_AS_CLOCK},
    {"kept", "due", "removing", REPLAY_AS_CLOCK},
    {"removing", "gone", "removed", REPLAY_AS_CLOCK},
    /* A hold is beside the state, and leaves it as it is. */
    {"open", "hold", "open", REPLAY_AS_OPERATOR, true},
    {"kept", "hold", "kept", REPLAY_AS_OPERATOR, true},
    {"removing", "hold", "removing", REPLAY_AS_OPERATOR, true},
    {"open", "lift", "open", REPLAY_AS_OPERATOR, true},
    {"kept", "lift", "kept", REPLAY_AS_OPERATOR, true},
    {"removing", "lift", "removing", REPLAY_AS_OPERATOR, true},
};
const struct transition_table replay_transitions = TRANSITION_TABLE(rows);

enum err replay_event(struct tx *tx, int64_t show, const struct transition *t, int64_t actor,
                      struct str why)
{
    return db_exec(tx->db, &q_replay_event_add,
                   ARGS(V_INT(show), V_Z(t->event), t->from ? V_Z(t->from) : V_NULL, V_Z(t->to),
                        actor ? V_INT(actor) : V_NULL, why.n ? V_STR(why) : V_Z(""),
                        V_INT(tx->now_ms)),
                   NULL);
}

/* ---- clips ---- */

/* The one that was being shown ends; *goes_on: it is the same item's, which was shown again. */
static enum err end_showing(struct tx *tx, int64_t show, int64_t item, int64_t at_ms, bool *goes_on)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_replay_clip_showing, ARGS(V_INT(show)), tx->arena, &rs);
    *goes_on = e == OK && rs.n > 0 && item != 0 && row_int(&rs, 0, "item_id") == item;
    if (e != OK || rs.n == 0 || *goes_on)
        return e;
    const struct val clip = V_INT(row_int(&rs, 0, "id"));
    if (at_ms - row_int(&rs, 0, "from_at") < REPLAY_CLIP_MIN_MS)
        return db_exec(tx->db, &q_replay_clip_drop, ARGS(clip), NULL);
    return db_exec(tx->db, &q_replay_clip_end, ARGS(V_INT(at_ms), clip), NULL);
}

static enum err follow_card(struct tx *tx, const struct rows *rs, size_t i)
{
    bool goes_on;
    int64_t show = row_int(rs, i, "show_id"), at_ms = row_int(rs, i, "at");
    int64_t item = row_null(rs, i, "product_id") ? 0 : row_int(rs, i, "item_id");
    enum err e = end_showing(tx, show, item, at_ms, &goes_on);
    if (e != OK || item == 0 || goes_on)
        return e;
    return db_exec(
        tx->db, &q_replay_clip_add,
        ARGS(V_INT(show), V_INT(item), V_INT(row_int(rs, i, "product_id")), V_INT(at_ms)), NULL);
}

/* ---- the end ---- */

static enum err follow_end(struct tx *tx, int64_t show, int64_t at_ms)
{
    struct rows rs;
    bool goes_on;
    const struct transition *t;
    enum err e = end_showing(tx, show, 0, at_ms, &goes_on);
    if (e == OK)
        e = db_select(tx->db, &q_replay_recording, ARGS(V_INT(show)), tx->arena, &rs);
    if (e != OK)
        return e;
    struct str from = rs.n ? row_str(&rs, 0, "state") : STR_NONE;
    if (transition_next(&replay_transitions, from, "end", REPLAY_AS_CLOCK, &t) != OK)
        return OK; /* it has ended already */
    const struct val due = V_INT(at_ms + REPLAY_KEPT_MS);
    if (rs.n)
        e = db_exec(tx->db, &q_replay_recording_end,
                    ARGS(V_Z(t->to), V_INT(at_ms), due, V_INT(show)), NULL);
    else
        e = db_exec(tx->db, &q_replay_recording_add_ended,
                    ARGS(V_INT(show), V_Z(t->to), V_INT(at_ms), due), NULL);
    return e != OK ? e : replay_event(tx, show, t, 0, STR_NONE);
}

/* Events are numbered in the order of their commits, so what was seen is never overtaken. */
enum err replay_follow(struct tx *tx, void *arg)
{
    struct rows cursor, rs;
    (void)arg;
    enum err e = db_one(tx->db, &q_replay_cursor, NO_ARGS, tx->arena, &cursor);
    if (e != OK)
        return e;
    int64_t after = row_int(&cursor, 0, "event_id"), newest = row_int(&cursor, 0, "newest");
    if (newest <= after)
        return OK;
    e = db_select(tx->db, &q_replay_events, ARGS(V_INT(after), V_INT(newest), V_INT(EVENTS_SLICE)),
                  tx->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++)
        e = str_eq_z(row_str(&rs, i, "kind"), "ended")
                ? follow_end(tx, row_int(&rs, i, "show_id"), row_int(&rs, i, "at"))
                : follow_card(tx, &rs, i);
    if (e == OK && rs.n == EVENTS_SLICE)
        newest = row_int(&rs, rs.n - 1, "id");
    return e != OK ? e : db_exec(tx->db, &q_replay_cursor_set, ARGS(V_INT(newest)), NULL);
}
