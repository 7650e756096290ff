// clang-format off
/*
 * schedule: who meets whom in which slot of an event, at which table. A pure solver: no database,
 * no clock; the same problem, seed and rounds give the same plan.
 *
 * Two sides: the left (factories) and the right (agencies). Each says of the others 0 to 3 hearts,
 * or "never".
 *
 * Hard rules, never broken:
 *   a party is in one meeting of a slot at most, only in slots in which it is there, and in no more
 *   meetings than it wants; a pair meets once, and only if one of them wishes it and neither
 *   refuses; a slot has no more meetings than tables; meetings that are held stand as they are.
 *
 * The objective, which is to be great:
 *
 *   worth of a pair     10 (hl + hr) + 15 min(hl, hr): from 10, one heart of one side, to 105,
 *                       three of both. A wish that is answered is worth more than two that are not.
 *   gain of a party     its meetings, the one worth most first: the first counts whole, the second
 *                       half, the third a third (Thiele's weights, as proportional approval voting
 *                       has them). A fifth meeting of one is worth less than the first of another:
 *                       nobody sits alone so that somebody else is busy.
 *   waiting             SCHEDULE_WAIT for each empty slot between a party's first meeting and its
 *                       last.
 *
 *   lateness            SCHEDULE_LATE for each slot before a meeting's, of each of the two: of
 *                       plans that are worth the same, the one that begins and ends early
 *
 *   objective = Σ gain of all parties − Σ waiting − Σ lateness, in thousandths of a point
 *
 * How: within one slot each party has one meeting, so what a meeting adds to the objective, the
 * other slots as they are, is the sum of what it adds to two parties: the best set of meetings of a
 * slot is a matching of greatest weight, and can be found exactly. That is done slot by slot until
 * nothing is gained; then some slots or parties are emptied and it is done again, and what is no
 * worse (at first, not much worse) is kept. It begins with the better of two greedy plans, so it is
 * never worse than either. At the end meetings are drawn towards the beginning where nothing is lost
 * by it.
 */
// clang-format on
#ifndef TOWN_EVENTS_SCHEDULE_H
#define TOWN_EVENTS_SCHEDULE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum {
    SCHEDULE_SLOTS_MAX = 64,
    SCHEDULE_SIDE_MAX = 200, /* parties of a side */
    SCHEDULE_HEARTS_MAX = 3,
    SCHEDULE_NEVER = 255,
    SCHEDULE_POINT = 1000, /* thousandths */
    SCHEDULE_WAIT = 4 * SCHEDULE_POINT,
    SCHEDULE_LATE = SCHEDULE_POINT / 20,
    SCHEDULE_ROUNDS = 1500, /* of emptying and filling again, */
};
#define SCHEDULE_WORK                                                                              \
    INT64_C(800000000) /* and no more steps than this: 0.6 s of 60 × 20 parties as measured       \
                          (docs/benchmarks.md) */

struct schedule_party {
    uint64_t free; /* bit s: is there in slot s */
    int most;      /* meetings */
};

struct schedule_meeting {
    int left, right, slot;
    int table; /* from 0; an agency stays at its table where that can be */
};

struct schedule_problem { /* all borrowed */
    int lefts, rights, slots, tables;
    const struct schedule_party *left, *right;
    const uint8_t *left_wish, *right_wish; /* [l * rights + r]: hearts, or SCHEDULE_NEVER */
    const struct schedule_meeting *held;   /* stand as they are; */
    int held_n;                            /* their parties' rules are not looked at */
};

struct schedule_plan {                 /* in the arena */
    struct schedule_meeting *meetings; /* by slot, then left; the held ones too */
    int n;
    int64_t objective;
};

/* ERR_INVALID: beyond the limits, or held meetings that cannot be. */
enum err schedule_solve(const struct schedule_problem *p, uint64_t seed, int rounds,
                        struct arena *arena, struct schedule_plan *out) MUST_CHECK;
/* What one would do by hand: the pair that is worth most first, into the first slot in which both
 * are free and a table is. */
enum err schedule_greedy(const struct schedule_problem *p, struct arena *arena,
                         struct schedule_plan *out) MUST_CHECK;
/* A cleverer greedy: again and again the meeting that adds most to the objective, while one does.
 * What the solver is held against too. */
enum err schedule_greedy_gain(const struct schedule_problem *p, struct arena *arena,
                              struct schedule_plan *out) MUST_CHECK;

/* Counted anew from the meetings alone. */
int64_t schedule_objective(const struct schedule_problem *p, const struct schedule_plan *plan);
/* NULL, or which hard rule is broken: "twice", "away", "most", "pair", "unwished", "tables",
 * "held". */
const char *schedule_broken(const struct schedule_problem *p, const struct schedule_plan *plan);

#endif
