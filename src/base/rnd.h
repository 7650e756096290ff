/*
 * Randomness, injected. The default is the kernel's getrandom(); the simulator installs a seeded
 * source. Never fails: without entropy the process cannot issue sessions and must stop.
 */
#ifndef BASE_RND_H
#define BASE_RND_H

#include <stddef.h>
#include <stdint.h>

struct rnd_source {
    void (*fill)(void *state, void *p, size_t n);
    void *state;
};

void rnd_install(const struct rnd_source *source); /* NULL: the kernel's */
void rnd_fill(void *p, size_t n);
uint64_t rnd_u64(void);
uint64_t rnd_below(uint64_t bound); /* uniform in [0, bound); bound > 0 */

/* A small deterministic generator (SplitMix64) for seeded data and tests; not for secrets. */
struct rnd_seq {
    uint64_t state;
};
uint64_t rnd_seq_next(struct rnd_seq *seq);
uint64_t rnd_seq_below(struct rnd_seq *seq, uint64_t bound);

#endif
