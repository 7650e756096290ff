/*
 * Events as they are: makers of a few trades, agencies that look for some of them, some who are
 * sought after, some who come late or leave early. The same seed is the same event.
 */
#ifndef BENCH_SCHEDULE_LOAD_H
#define BENCH_SCHEDULE_LOAD_H

#include <stdbool.h>

#include "base/rnd.h"
#include "town/events/schedule.h"

enum { LOAD_TRADES = 8 };

static inline uint8_t load_hearts(struct rnd_seq *seq, bool is_of_trade, bool is_sought)
{
    unsigned percent = is_of_trade ? (is_sought ? 75 : 45) : (is_sought ? 12 : 4);
    if (rnd_seq_below(seq, 100) < 2)
        return SCHEDULE_NEVER;
    if (rnd_seq_below(seq, 100) >= percent)
        return 0;
    return (uint8_t)(1 + (rnd_seq_below(seq, 100) < 60) + (rnd_seq_below(seq, 100) < 30));
}

/* Most are there all day; some come for the morning or the afternoon, or leave an hour early. */
static inline uint64_t load_free(struct rnd_seq *seq, int slots)
{
    uint64_t all = slots == 64 ? ~UINT64_C(0) : (UINT64_C(1) << slots) - 1;
    uint64_t morning = (UINT64_C(1) << slots / 2) - 1;
    switch (rnd_seq_below(seq, 10)) {
    case 0: return morning;
    case 1: return all & ~morning;
    case 2: return all >> slots / 6;
    case 3: return all & ~((UINT64_C(1) << slots / 6) - 1);
    default: return all;
    }
}

static inline enum err load_event(uint64_t seed, int lefts, int rights, int slots, int tables,
                                  struct arena *arena, struct schedule_problem *out)
{
    struct rnd_seq seq = {seed};
    size_t pairs = (size_t)lefts * (size_t)rights;
    struct schedule_party *left = arena_array(arena, (size_t)lefts, sizeof(*left));
    struct schedule_party *right = arena_array(arena, (size_t)rights, sizeof(*right));
    uint8_t *wl = arena_array(arena, pairs, 1), *wr = arena_array(arena, pairs, 1);
    int *trade = arena_array(arena, (size_t)lefts, sizeof(*trade));
    unsigned *looks = arena_array(arena, (size_t)rights, sizeof(*looks));
    if (arena_failed(arena))
        return ERR_NOMEM;
    for (int l = 0; l < lefts; l++) {
        trade[l] = (int)rnd_seq_below(&seq, LOAD_TRADES);
        left[l] = (struct schedule_party){load_free(&seq, slots), 4 + (int)rnd_seq_below(&seq, 7)};
    }
    for (int r = 0; r < rights; r++) {
        for (int k = 0; k < 3; k++)
            looks[r] |= 1U << rnd_seq_below(&seq, LOAD_TRADES);
        right[r] = (struct schedule_party){load_free(&seq, slots),
                                           slots / 2 + (int)rnd_seq_below(&seq, slots / 2 + 1)};
    }
    for (int l = 0; l < lefts; l++)
        for (int r = 0; r < rights; r++) {
            bool fits = looks[r] >> trade[l] & 1;
            wl[l * rights + r] = load_hearts(&seq, fits, r % 5 == 0);
            wr[l * rights + r] = load_hearts(&seq, fits, l % 6 == 0);
        }
    *out = (struct schedule_problem){.lefts = lefts,
                                     .rights = rights,
                                     .slots = slots,
                                     .tables = tables,
                                     .left = left,
                                     .right = right,
                                     .left_wish = wl,
                                     .right_wish = wr};
    return OK;
}

#endif
