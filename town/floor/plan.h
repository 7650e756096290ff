/*
 * A hall's plan as a page shows it: the cleaned drawing (svg.h), whose marks become links to their
 * stands, rectangles for the stands that it does not draw, and over both the words: each stand's
 * code, and in words whether it is free or what stands there, for whom the colour says nothing.
 */
#ifndef TOWN_FLOOR_PLAN_H
#define TOWN_FLOOR_PLAN_H

#include "base/buf.h"
#include "town/floor/svg.h"

enum { PLAN_MAX = 2 * 1024 * 1024 };

struct plan_stand {
    struct str code, href, label, words; /* label: for who hears it; words: under the code */
    struct svg_box box;
    bool is_taken, is_current;
};

struct plan_drawing {
    struct str body; /* as svg_clean() wrote it; empty: there is no plan, only stands */
    struct svg_box box;
    bool is_themed;
    struct str title;
    const struct plan_stand *stands;
    size_t n;
    bool is_small; /* without links and words: a picture of it */
};

/* Appends <svg>…</svg>. */
void plan_draw(const struct plan_drawing *p, struct buf *out);
/* What holds all stands, with some space around: for a hall without a plan. */
struct svg_box plan_box_of(const struct plan_stand *stands, size_t n);

#endif
