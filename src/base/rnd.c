#include "base/rnd.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

static void kernel_fill(void *state, void *p, size_t n)
{
    (void)state;
    unsigned char *at = p;
    while (n > 0) {
        ssize_t got = getrandom(at, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            abort();
        at += got;
        n -= (size_t)got;
    }
}

static const struct rnd_source kernel = {kernel_fill, NULL};
static const struct rnd_source *source = &kernel;

void rnd_install(const struct rnd_source *replacement)
{
    source = replacement ? replacement : &kernel;
}

void rnd_fill(void *p, size_t n)
{
    source->fill(source->state, p, n);
}

uint64_t rnd_u64(void)
{
    uint64_t v;
    rnd_fill(&v, sizeof(v));
    return v;
}

/* Values above the largest multiple of `bound` would make low results likelier: draw again. */
#define DRAW_BELOW(bound, draw)                                                                    \
    do {                                                                                           \
        uint64_t excess = (UINT64_MAX % (bound) + 1) % (bound);                                    \
        for (;;) {                                                                                 \
            uint64_t v = (draw);                                                                   \
            if (v <= UINT64_MAX - excess)                                                          \
                return v % (bound);                                                                \
        }                                                                                          \
    } while (0)

uint64_t rnd_below(uint64_t bound)
{
    DRAW_BELOW(bound, rnd_u64());
}

uint64_t rnd_seq_next(struct rnd_seq *seq)
{
    uint64_t z = seq->state += 0x9E3779B97F4A7C15ull;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return z ^ z >> 31;
}

uint64_t rnd_seq_below(struct rnd_seq *seq, uint64_t bound)
{
    DRAW_BELOW(bound, rnd_seq_next(seq));
}
