/* How long all of it is kept: what is due is removed, rows here and files by the thread (work.c),
 * a slice at a time; a hold stops both. */
#include <stdio.h>

#include "base/log.h"
#include "store/queries.h"
#include "town/replay/internal.h"

enum { DUE_SLICE = 5, REMOVING_SLICE = 8 };

static enum err begin_removing(struct tx *tx, int64_t show)
{
    const struct transition *t;
    enum err e = transition_next(&replay_transitions, STR("kept"), "due", REPLAY_AS_CLOCK, &t);
    if (e == OK)
        e = db_exec(tx->db, &q_replay_set_state, ARGS(V_Z(t->to), V_NULL, V_INT(show)), NULL);
    if (e == OK)
        e = replay_event(tx, show, t, 0, STR_NONE);
    if (e == OK)
        LOG(INFO, "replay.due", L_I("show", show));
    return e;
}

/* Clips first, as their pictures go meanwhile; then messages, then the crew's log. *left says
 * whether there may be more. */
static enum err remove_rows(struct tx *tx, int64_t show, bool *left)
{
    int64_t messages = 0, events = 0;
    const struct val most = V_INT(REPLAY_ROWS_SLICE);
    enum err e = db_exec(tx->db, &q_replay_clips_drop, ARGS(V_INT(show)), NULL);
    if (e == OK)
        e = db_exec(tx->db, &q_replay_messages_drop, ARGS(V_INT(show), most), &messages);
    if (e == OK && messages == 0)
        e = db_exec(tx->db, &q_replay_events_drop, ARGS(V_INT(show), most), &events);
    *left = messages > 0 || events > 0;
    return e;
}

/* *did: something was removed, or it is through. */
static enum err remove_some(struct tx *tx, int64_t show, bool files_gone, bool *did)
{
    const struct transition *t;
    enum err e = remove_rows(tx, show, did);
    if (e != OK || *did || !files_gone)
        return e;
    *did = true;
    e = transition_next(&replay_transitions, STR("removing"), "gone", REPLAY_AS_CLOCK, &t);
    if (e == OK)
        e = db_exec(tx->db, &q_replay_set_state, ARGS(V_Z(t->to), V_INT(tx->now_ms), V_INT(show)),
                    NULL);
    return e != OK ? e : replay_event(tx, show, t, 0, STR_NONE);
}

/* In a savepoint: one that cannot go (a row of somebody else's names one of its) is told of, and
 * does not keep the others. */
static enum err try_removing(struct tx *tx, int64_t show, bool files_gone, bool *did)
{
    enum err e = db_savepoint(tx->db);
    if (e != OK)
        return e;
    e = remove_some(tx, show, files_gone, did);
    if (e == OK)
        return db_savepoint_release(tx->db);
    LOG(WARN, "replay.not_removed", L_I("show", show), L_ERR(e));
    db_savepoint_rollback(tx->db);
    *did = false;
    return db_in_transaction(tx->db) ? OK : e;
}

enum err replay_keep(struct tx *tx, void *arg)
{
    struct rows rs;
    (void)arg;
    enum err e =
        db_select(tx->db, &q_replay_due, ARGS(V_INT(tx->now_ms), V_INT(DUE_SLICE)), tx->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++)
        e = begin_removing(tx, row_int(&rs, i, "show_id"));
    if (e == OK)
        e = db_select(tx->db, &q_replay_removing, ARGS(V_INT(REMOVING_SLICE)), tx->arena, &rs);
    bool did = false; /* one slice at a time */
    for (size_t i = 0; e == OK && i < rs.n && !did; i++)
        e = try_removing(tx, row_int(&rs, i, "show_id"), row_int(&rs, i, "files_gone") != 0, &did);
    return e;
}

/* ---- holds ---- */

static enum err load(struct tx *tx, int64_t show, const char *event, struct str why,
                     struct rows *rs, const struct transition **t)
{
    enum err e = db_one(tx->db, &q_replay_recording, ARGS(V_INT(show)), tx->arena, rs);
    if (e != OK)
        return e;
    e = transition_next(&replay_transitions, row_str(rs, 0, "state"), event, REPLAY_AS_OPERATOR, t);
    if (e != OK)
        tx->info->key = "replay.removed_already";
    if (e == OK && (*t)->needs_note && why.n == 0) {
        *tx->info = (struct err_info){.field = "why", .key = "web.text_bad"};
        return ERR_INVALID;
    }
    return e;
}

/* The same again is the same, with the new reason. */
enum err replay_hold(struct tx *tx, int64_t show, int64_t actor, struct str why)
{
    struct rows rs;
    const struct transition *t;
    enum err e = load(tx, show, "hold", why, &rs, &t);
    if (e == OK)
        e = db_exec(tx->db, &q_replay_hold,
                    ARGS(V_INT(tx->now_ms), V_INT(actor), V_STR(why), V_INT(show)), NULL);
    return e != OK ? e : replay_event(tx, show, t, actor, why);
}

enum err replay_lift(struct tx *tx, int64_t show, int64_t actor, struct str why)
{
    struct rows rs;
    const struct transition *t;
    enum err e = load(tx, show, "lift", why, &rs, &t);
    if (e == OK && row_null(&rs, 0, "held_at"))
        return OK;
    if (e == OK)
        e = db_exec(tx->db, &q_replay_lift, ARGS(V_INT(show)), NULL);
    return e != OK ? e : replay_event(tx, show, t, actor, why);
}

/* ---- `guildhall check` ---- */

enum err replay_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                      void *arg, int *violations)
{
    static const struct rule {
        const struct query *query;
        const char *says;
        bool takes_time;
    } rules[] = {
        {&q_replay_wrong_ended, "is kept as ended, and it runs", false},
        {&q_replay_wrong_early, "was removed before its time", false},
        {&q_replay_wrong_due, "is kept for less than three years", true},
        {&q_replay_wrong_clips, "has a clip of another show's item", false},
    };
    enum err e = OK;
    *violations = 0;
    for (size_t i = 0; e == OK && i < sizeof(rules) / sizeof(rules[0]); i++) {
        struct rows rs;
        const struct val most = V_INT(REPLAY_CHECK_SAYS);
        e = rules[i].takes_time
                ? db_select(db, rules[i].query, ARGS(V_INT(REPLAY_KEPT_MS), most), arena, &rs)
                : db_select(db, rules[i].query, ARGS(most), arena, &rs);
        for (size_t row = 0; e == OK && row < rs.n; row++) {
            char line[120];
            snprintf(line, sizeof(line), "show %lld %s", (long long)row_int(&rs, row, "id"),
                     rules[i].says);
            say(arg, line);
            (*violations)++;
        }
    }
    return e;
}
