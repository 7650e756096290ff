/* schedule_load LEFTS RIGHTS SLOTS TABLES EVENTS [ROUNDS]: plans events and says, a line each, the
 * objective of greedy, of greedy by gain and of the solver, meetings of the first and the last, and
 * the solver's milliseconds. script/bench base runs it. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "schedule_load.h"

int main(int argc, char **argv)
{
    if (argc < 6)
        return 2;
    int events = atoi(argv[5]), rounds = argc > 6 ? atoi(argv[6]) : SCHEDULE_ROUNDS;
    for (int i = 1; i <= events; i++) {
        struct arena arena;
        struct schedule_problem p;
        struct schedule_plan greedy, gain, best;
        arena_init(&arena, 256 << 20);
        enum err e = load_event((uint64_t)i, atoi(argv[1]), atoi(argv[2]), atoi(argv[3]),
                                atoi(argv[4]), &arena, &p);
        if (!e)
            e = schedule_greedy(&p, &arena, &greedy);
        if (!e)
            e = schedule_greedy_gain(&p, &arena, &gain);
        int64_t began = clock_mono_ms();
        if (!e)
            e = schedule_solve(&p, 1, rounds, &arena, &best);
        int64_t took = clock_mono_ms() - began;
        if (e || schedule_broken(&p, &best) || schedule_objective(&p, &best) != best.objective)
            return 1;
        printf("%lld %lld %lld %d %d %lld\n", (long long)greedy.objective,
               (long long)gain.objective, (long long)best.objective, greedy.n, best.n,
               (long long)took);
        arena_free(&arena);
    }
    return 0;
}
