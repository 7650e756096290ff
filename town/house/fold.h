/*
 * What a text says, whatever it is written with: a row of letters, each folded to one that stands
 * for all its disguises, so that a list needs every word once.
 *
 *   "加 Ｖ\u200B❤信１①"   ──▶  加 v 信 1 1
 *
 * ASCII without case; full width, circled, mathematical and regional letters as ASCII; traditional
 * as simplified, digits as 0-9, look-alikes as what they look like (data/fold.json). Blanks, marks,
 * signs and what is not seen are passed over, but what stood before a letter is remembered: a word
 * that reads only across commas and hearts is a guess, and so is one that only sounds like it.
 *
 * Pure. A fold is read once and never changes: any thread.
 */
#ifndef TOWN_HOUSE_FOLD_H
#define TOWN_HOUSE_FOLD_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum {
    HOUSE_FOLD_PAIRS_MAX = 8000,
    HOUSE_GAP_MAX = 6, /* more than this between two letters, and they are of two words */
};

struct house_fold;

enum house_gap {              /* what stands before a letter, in the text */
                 HOUSE_NEAR,  /* nothing */
                 HOUSE_BLANK, /* blanks, joiners, what is not seen */
                 HOUSE_SIGNS, /* commas, hearts … */
                 HOUSE_FAR,   /* HOUSE_GAP_MAX of either; or it is the first */
};

struct house_letter {
    uint32_t plain;    /* folded */
    uint32_t sound;    /* and as one of those that are spoken alike */
    uint32_t from, to; /* its bytes in the text */
    enum house_gap gap;
};

/* {"variants": ["后後", …], "digits": […], "looks": […], "sounds": […]}: in each string the first
 * letter stands for the others. All in the arena. ERR_SYNTAX, ERR_LIMIT, ERR_NOMEM. */
enum err house_fold_read(struct str json, struct arena *arena, struct house_fold **out) MUST_CHECK;
/* At most `most` letters of a text; any bytes will do. How many. */
size_t house_fold_text(const struct house_fold *f, struct str text, struct house_letter *out,
                       size_t most);

#endif
