#include "town/training/draw.h"

#include "base/rnd.h"

/* Fisher and Yates, from the front. */
void draw_paper(uint64_t seed, struct draw_question *all, size_t n, size_t take)
{
    struct rnd_seq seq = {seed};
    for (size_t i = 0; i < take; i++) {
        size_t k = i + (size_t)rnd_seq_below(&seq, n - i);
        struct draw_question q = all[k];
        all[k] = all[i];
        for (int o = 0; o < q.options; o++)
            q.order[o] = (char)('0' + o);
        q.order[q.options] = 0;
        for (int o = 0; o + 1 < q.options; o++) {
            int j = o + (int)rnd_seq_below(&seq, (uint64_t)(q.options - o));
            char c = q.order[o];
            q.order[o] = q.order[j];
            q.order[j] = c;
        }
        all[i] = q;
    }
}
