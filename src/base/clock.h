/*
 * Time, injected. The program asks only here; tests and the simulator install their own source
 * before any thread starts. Wall time is UTC milliseconds since 1970; monotone time never goes back
 * and is what deadlines and latencies use.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

struct clock_source {
    int64_t (*wall_ms)(void *state);
    int64_t (*mono_us)(void *state);
    void *state; /* borrowed for the life of the process */
};

void clock_install(const struct clock_source *source); /* NULL: the system's clocks */
int64_t clock_wall_ms(void);
int64_t clock_mono_us(void);
static inline int64_t clock_mono_ms(void)
{
    return clock_mono_us() / 1000;
}

#endif
