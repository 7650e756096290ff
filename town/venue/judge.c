/* May a space be had at a time, and by whom: one answer for previews, forms and commands. */
#include "store/queries.h"
#include "town/venue/internal.h"

const char *const venue_no_names[VENUE_NO_COUNT] = {
    [VENUE_NO_SPACE] = "space",    [VENUE_NO_PAST] = "past",   [VENUE_NO_HOURS] = "hours",
    [VENUE_NO_CLOSED] = "closed",  [VENUE_NO_TAKEN] = "taken", [VENUE_NO_YOURS] = "yours",
    [VENUE_NO_LONG] = "long",      [VENUE_NO_FAR] = "far",     [VENUE_NO_MANY] = "many",
    [VENUE_NO_BLOCKED] = "blocked"};

static const char *const keys[VENUE_NO_COUNT] = {
    [VENUE_NO_SPACE] = "venue.no_space", [VENUE_NO_PAST] = "venue.no_past",
    [VENUE_NO_HOURS] = "venue.no_hours", [VENUE_NO_CLOSED] = "venue.no_closed",
    [VENUE_NO_TAKEN] = "venue.no_taken", [VENUE_NO_YOURS] = "venue.no_yours",
    [VENUE_NO_LONG] = "venue.no_long",   [VENUE_NO_FAR] = "venue.no_far",
    [VENUE_NO_MANY] = "venue.no_many",   [VENUE_NO_BLOCKED] = "venue.no_blocked"};

enum err judge_refuse(struct err_info *info, enum venue_no why)
{
    if (why == VENUE_YES)
        return OK;
    info->key = keys[why];
    info->field = why == VENUE_NO_LONG ? "until" : why == VENUE_NO_PAST ? "from" : NULL;
    return why == VENUE_NO_YOURS ? ERR_FORBIDDEN : ERR_CONFLICT;
}

/* Of a person: whose space it is, and what was booked and missed before. */
static enum err judge_person(struct db *db, int64_t now_ms, const struct venue_rules *rules,
                             const struct judge *j, struct arena *arena, enum venue_no *why)
{
    struct rows rs;
    enum err e = db_one(db, &q_venue_person,
                        ARGS(V_INT(j->space), V_INT(j->user), V_INT(now_ms),
                             V_INT(now_ms - rules->miss_days * DAY_MS), V_INT(j->except)),
                        arena, &rs);
    if (e != OK)
        return e;
    int64_t until = row_int(&rs, 0, "last_missed") + rules->block_days * DAY_MS;
    if (!row_int(&rs, 0, "may"))
        *why = VENUE_NO_YOURS;
    else if ((j->when.until - j->when.from) * VENUE_STEP_MIN > rules->longest_min)
        *why = VENUE_NO_LONG;
    else if (!j->is_series && j->when.day > day_of(now_ms) + rules->ahead_days)
        *why = VENUE_NO_FAR;
    else if (row_int(&rs, 0, "missed") >= rules->miss_most && until > now_ms)
        *why = VENUE_NO_BLOCKED;
    else if (!j->is_series && !j->except && row_int(&rs, 0, "open") >= rules->open_most)
        *why = VENUE_NO_MANY;
    return OK;
}

/* A booking that runs may still grow: only what is added must be to come. */
static bool is_past(const struct judge *j, int64_t now_ms, const struct rows *moved)
{
    bool same_start = moved->n && row_int(moved, 0, "day") == j->when.day &&
                      row_int(moved, 0, "from_step") == j->when.from &&
                      row_int(moved, 0, "space_id") == j->space;
    return (same_start ? venue_ends_ms(&j->when) : venue_begins_ms(&j->when) + STEP_MS) <= now_ms;
}

enum err judge_booking(struct db *db, int64_t now_ms, const struct venue_rules *rules,
                       const struct judge *j, struct arena *arena, enum venue_no *why)
{
    struct grid g;
    struct rows moved = {0};
    uint64_t mask = grid_mask(j->when.from, j->when.until);
    *why = VENUE_YES;
    enum err e = grid_load(db, j->when.day, j->space, j->except, arena, &g);
    if (e == OK && j->except)
        e = booking_get(db, j->except, arena, &moved);
    if (e != OK)
        return e;
    if (g.n == 0)
        *why = VENUE_NO_SPACE;
    else if (is_past(j, now_ms, &moved))
        *why = VENUE_NO_PAST;
    else if (j->by_rules)
        e = judge_person(db, now_ms, rules, j, arena, why);
    if (e != OK || *why != VENUE_YES)
        return e;
    if (g.days[0].off & mask)
        *why = VENUE_NO_HOURS;
    else if (g.days[0].closed & mask)
        *why = VENUE_NO_CLOSED;
    else if (g.days[0].taken & mask)
        *why = VENUE_NO_TAKEN;
    return OK;
}
