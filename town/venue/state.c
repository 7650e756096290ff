/* What happens to a booking, and what comes of itself when it is due. */
#include <string.h>

#include "base/log.h"
#include "store/queries.h"
#include "town/venue/internal.h"

#define MEMBERS (VENUE_BOOKER | VENUE_BASE)
static const struct transition rows[] = {
    {NULL, "book", "confirmed", MEMBERS | VENUE_SYSTEM, false},
    {NULL, "ask", "asked", MEMBERS, false},
    {NULL, "wait", "waitlisted", MEMBERS, false},
    {"asked", "grant", "confirmed", VENUE_BASE, false},
    {"asked", "refuse", "cancelled", VENUE_BASE, true},
    {"asked", "move", "asked", MEMBERS, false},
    {"asked", "cancel", "cancelled", MEMBERS, false},
    {"asked", "lapse", "released", VENUE_SYSTEM, false},
    {"waitlisted", "offer", "pending", VENUE_SYSTEM, false},
    {"waitlisted", "cancel", "cancelled", MEMBERS, false},
    {"waitlisted", "lapse", "released", VENUE_SYSTEM, false},
    {"pending", "confirm", "confirmed", MEMBERS, false},
    {"pending", "move", "pending", MEMBERS, false},
    {"pending", "cancel", "cancelled", MEMBERS, false},
    {"pending", "lapse", "released", VENUE_SYSTEM, false},
    {"confirmed", "remind", "pending", VENUE_SYSTEM, false},
    {"confirmed", "check_in", "checked_in", MEMBERS, false},
    {"confirmed", "move", "confirmed", MEMBERS | VENUE_SYSTEM, false},
    {"confirmed", "cancel", "cancelled", MEMBERS | VENUE_SYSTEM, false},
    {"confirmed", "miss", "no_show", VENUE_SYSTEM, false},
    {"confirmed", "finish", "done", VENUE_SYSTEM, false},
    {"checked_in", "move", "checked_in", MEMBERS | VENUE_SYSTEM, false},
    {"checked_in", "finish", "done", MEMBERS | VENUE_SYSTEM, false},
};
const struct transition_table venue_table = TRANSITION_TABLE(rows);

enum err booking_get(struct db *db, int64_t id, struct arena *arena, struct rows *out)
{
    return db_one(db, &q_venue_booking_get, ARGS(V_INT(id)), arena, out);
}

enum err state_log(struct tx *tx, int64_t booking, int64_t actor, const char *event,
                   struct str note)
{
    return db_exec(tx->db, &q_venue_event_add,
                   ARGS(V_INT(tx->now_ms), actor ? V_INT(actor) : V_NULL, V_Z(event),
                        V_STR(note.n ? note : STR("")), V_INT(booking)),
                   NULL);
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t due_of(const struct rows *b, const struct venue_rules *r, int64_t now_ms)
{
    struct str state = row_str(b, 0, "state");
    int64_t starts = row_int(b, 0, "starts_at");
    bool has_subject = row_str(b, 0, "subject").n > 0;
    if (str_eq_z(state, "asked") || str_eq_z(state, "waitlisted"))
        return starts;
    if (str_eq_z(state, "pending")) /* an offer, or asked to reconfirm */
        return row_int(b, 0, "is_sure")
                   ? later(now_ms, starts - r->release_h * HOUR_MS < now_ms + r->offer_min * 60000
                                       ? starts
                                       : now_ms + r->offer_min * 60000)
                   : later(now_ms, starts - r->release_h * HOUR_MS);
    if (str_eq_z(state, "checked_in") || (str_eq_z(state, "confirmed") && has_subject))
        return row_int(b, 0, "ends_at");
    if (!str_eq_z(state, "confirmed"))
        return 0;
    return row_int(b, 0, "is_sure") ? later(now_ms, starts) + r->late_min * 60000
                                    : starts - r->reconfirm_h * HOUR_MS;
}

enum err state_due(struct tx *tx, int64_t booking)
{
    struct venue_rules rules;
    struct rows b;
    enum err e = booking_get(tx->db, booking, tx->arena, &b);
    if (e == OK)
        e = rules_at(tx->db, tx->now_ms, tx->arena, &rules);
    if (e != OK)
        return e;
    int64_t due = due_of(&b, &rules, tx->now_ms);
    return db_exec(tx->db, &q_venue_booking_due, ARGS(due ? V_INT(due) : V_NULL, V_INT(booking)),
                   NULL);
}

static bool is_one_of(const char *event, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(event, *names) == 0)
            return true;
    return false;
}

/* The first of its steps that is not over. */
static int step_now(const struct rows *b, int64_t now_ms)
{
    int64_t from = row_int(b, 0, "from_step"), until = row_int(b, 0, "until_step"),
            begun = (now_ms - row_int(b, 0, "starts_at") + STEP_MS - 1) / STEP_MS;
    if (now_ms <= row_int(b, 0, "starts_at"))
        return (int)from;
    return (int)(from + begun < until ? from + begun : until);
}

/* Whether giving it up so late counts as missing it. */
static enum err counts(struct tx *tx, const struct rows *b, const char *event, unsigned as,
                       bool *is_missed)
{
    struct venue_rules rules;
    *is_missed = strcmp(event, "miss") == 0;
    if (strcmp(event, "cancel") != 0 || (as & VENUE_BASE) || (as & VENUE_SYSTEM) ||
        row_str(b, 0, "subject").n > 0 || !str_eq_z(row_str(b, 0, "state"), "confirmed"))
        return OK;
    enum err e = rules_at(tx->db, tx->now_ms, tx->arena, &rules);
    *is_missed = e == OK && tx->now_ms > row_int(b, 0, "starts_at") - rules.cancel_h * HOUR_MS &&
                 tx->now_ms > row_int(b, 0, "created_at") + REGRET_MS;
    return e;
}

/* How far the row holds its cells after the event. */
static int held_after(const struct rows *b, const char *event, int64_t now_ms)
{
    static const char *const frees[] = {"cancel", "refuse", "lapse", "miss", "finish", NULL};
    int held = (int)row_int(b, 0, "held_until"), from = (int)row_int(b, 0, "from_step"),
        at = step_now(b, now_ms);
    if (is_one_of(event, frees))
        return held <= from ? from : at < held ? at : held;
    static const char *const takes[] = {"offer", "book", "ask", NULL};
    return is_one_of(event, takes) ? (int)row_int(b, 0, "until_step") : held;
}

static enum err apply(struct tx *tx, const struct rows *b, const struct transition *step,
                      unsigned as, int64_t actor, struct str note)
{
    int64_t id = row_int(b, 0, "id"), space = row_int(b, 0, "space_id"), day = row_int(b, 0, "day");
    int held = (int)row_int(b, 0, "held_until"), after = held_after(b, step->event, tx->now_ms);
    bool is_missed = false, is_offer = strcmp(step->event, "offer") == 0,
         is_sure = row_int(b, 0, "is_sure") || is_offer || strcmp(step->event, "confirm") == 0;
    enum err e = counts(tx, b, step->event, as, &is_missed);
    if (e == OK && after > held)
        e = cells_take(tx, id, space, day, held, after);
    if (e == OK && after < held)
        e = cells_give(tx, id, space, day, after, held);
    if (e == OK)
        e = db_exec(tx->db, &q_venue_booking_state,
                    ARGS(V_Z(step->to), V_INT(after), V_INT(is_sure),
                         V_INT(is_missed || row_int(b, 0, "is_missed")), V_INT(tx->now_ms),
                         V_INT(id)),
                    NULL);
    if (e == OK)
        e = state_due(tx, id);
    if (e == OK)
        e = state_log(tx, id, actor, step->event, note);
    if (e == OK)
        e = tell_step(tx, id, step->event, actor);
    return e == OK && after < held ? state_offer_next(tx, space, day) : e;
}

enum err state_begin(struct tx *tx, int64_t booking, const char *event, unsigned as, int64_t actor)
{
    struct rows b;
    const struct transition *step;
    enum err e = transition_next(&venue_table, STR(""), event, as, &step);
    if (e == OK)
        e = booking_get(tx->db, booking, tx->arena, &b);
    return e != OK ? e : apply(tx, &b, step, as, actor, STR_NONE);
}

enum err check_in_from(struct db *db, const struct rows *b, int64_t now_ms, struct arena *arena,
                       int64_t *from)
{
    struct venue_rules rules = {0};
    enum err e = rules_at(db, now_ms, arena, &rules);
    *from = row_int(b, 0, "starts_at") - rules.early_min * 60000;
    return e;
}

/* Checking in has its hours: from a little before to a little after the beginning. */
static enum err may_check_in(struct tx *tx, const struct rows *b, unsigned as)
{
    int64_t from;
    enum err e = check_in_from(tx->db, b, tx->now_ms, tx->arena, &from);
    if (e != OK || tx->now_ms >= from || (as & VENUE_BASE))
        return e;
    *tx->info = (struct err_info){.code = ERR_CONFLICT,
                                  .key = "venue.too_early",
                                  .limit = (row_int(b, 0, "starts_at") - from) / 60000};
    return ERR_CONFLICT;
}

enum err venue_do(struct tx *tx, int64_t booking, const char *event, unsigned as, int64_t actor,
                  struct str note)
{
    struct rows b;
    const struct transition *step;
    enum err e = booking_get(tx->db, booking, tx->arena, &b);
    if (e == OK)
        e = transition_next(&venue_table, row_str(&b, 0, "state"), event, as, &step);
    if (e == OK && strcmp(event, "check_in") == 0)
        e = may_check_in(tx, &b, as);
    if (e == OK && step->needs_note && !note.n) {
        tx->info->field = "note";
        return ERR_INVALID;
    }
    return e != OK ? e : apply(tx, &b, step, as, actor, note);
}

enum err venue_free(struct tx *tx, int64_t booking, int64_t actor, struct str note)
{
    struct rows b;
    enum err e = booking_get(tx->db, booking, tx->arena, &b);
    if (e != OK)
        return e;
    const char *event = str_eq_z(row_str(&b, 0, "state"), "checked_in") ? "finish" : "cancel";
    if (!transition_may(&venue_table, row_str(&b, 0, "state"), event, VENUE_BASE | VENUE_SYSTEM))
        return OK;
    return venue_do(tx, booking, event, VENUE_BASE | VENUE_SYSTEM, actor, note);
}

/* --- who waits --- */

enum err state_offer_next(struct tx *tx, int64_t space, int64_t day)
{
    struct rows waiting;
    struct grid g;
    enum err e = db_select(tx->db, &q_venue_waiting,
                           ARGS(V_INT(space), V_INT(day), V_INT(WAITING_MAX)), tx->arena, &waiting);
    if (e != OK || waiting.n == 0)
        return e;
    e = grid_load(tx->db, day, space, 0, tx->arena, &g);
    if (e != OK || g.n == 0)
        return e;
    uint64_t busy = grid_busy(&g.days[0]);
    for (size_t i = 0; e == OK && i < waiting.n; i++) {
        struct venue_when w = {day, (int)row_int(&waiting, i, "from_step"),
                               (int)row_int(&waiting, i, "until_step")};
        if ((busy & grid_mask(w.from, w.until)) || venue_begins_ms(&w) <= tx->now_ms)
            continue;
        e = venue_do(tx, row_int(&waiting, i, "id"), "offer", VENUE_SYSTEM, 0, STR_NONE);
        busy |= grid_mask(w.from, w.until);
    }
    return e;
}

/* --- what is due --- */

static const char *event_due(const struct rows *due, size_t i)
{
    struct str state = row_str(due, i, "state");
    if (str_eq_z(state, "checked_in"))
        return "finish";
    if (!str_eq_z(state, "confirmed"))
        return "lapse";
    if (row_str(due, i, "subject").n)
        return "finish";
    return row_int(due, i, "is_sure") ? "miss" : "remind";
}

/* One that cannot be done, because something is wrong with it, must not keep the others. */
static enum err do_due(struct tx *tx, const struct rows *due, size_t i)
{
    int64_t id = row_int(due, i, "id");
    enum err e = db_savepoint(tx->db);
    if (e != OK)
        return e;
    e = venue_do(tx, id, event_due(due, i), VENUE_SYSTEM, 0, STR_NONE);
    if (e == OK)
        return db_savepoint_release(tx->db);
    db_savepoint_rollback(tx->db);
    if (err_retryable(e) || !db_in_transaction(tx->db))
        return e;
    LOG(WARN, "venue.due", L_I("booking", id), L_Z("event", event_due(due, i)), L_ERR(e));
    return db_exec(tx->db, &q_venue_booking_due, ARGS(V_INT(tx->now_ms + STUCK_MS), V_INT(id)),
                   NULL);
}

enum err venue_turn(struct tx *tx, int most, int *done)
{
    struct rows due;
    *done = 0;
    enum err e =
        db_select(tx->db, &q_venue_due, ARGS(V_INT(tx->now_ms), V_INT(most)), tx->arena, &due);
    for (size_t i = 0; e == OK && i < due.n; i++, ++*done)
        e = do_due(tx, &due, i);
    return e;
}
