/*
 * A paper drawn by a seed: which questions of a bank, in which order, and the order of each one's
 * options. The same seed, questions and counts give the same paper, so that whoever has the log can
 * build it again.
 */
#ifndef TOWN_TRAINING_DRAW_H
#define TOWN_TRAINING_DRAW_H

#include <stddef.h>
#include <stdint.h>

enum { DRAW_OPTIONS_MAX = 6 };

struct draw_question {
    int64_t id;
    int options;                      /* 0: nothing to shuffle */
    char order[DRAW_OPTIONS_MAX + 1]; /* out: "2013" */
};
/* The first `take` of them are the paper; take <= n. They come in the order of their ids. */
void draw_paper(uint64_t seed, struct draw_question *all, size_t n, size_t take);

#endif
