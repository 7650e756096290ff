/*
 * Finding the words of a list in a text, all at once: an Aho–Corasick automaton over folded letters
 * (fold.h), in time that grows with the text alone.
 *
 *   加 ─ 微 ─ 信       each node is a beginning of words; when the text goes on otherwise, `fail`
 *   微 ─ 信            leads to the longest end of it that is a beginning too: after 加微 to 微
 *
 * A matcher is made whole, never changes, and is counted: who matches holds it meanwhile, and who
 * puts a new one in its place lets the old one go.
 *
 *   a word        its letters, whatever they are written with. One that begins (ends) with an ASCII
 *                 letter or digit does so in the text too: "vx" is not in "divx"
 *   12##########  a number of so many digits or more that begins so
 *   exempt        a phrase: what lies within it is not found. It counts only as it is written
 *
 * Found only by its sound, or across commas and the like, a word is a guess.
 */
#ifndef TOWN_HOUSE_MATCH_H
#define TOWN_HOUSE_MATCH_H

#include "town/house/fold.h"

enum {
    HOUSE_TERMS_MAX = 4000,
    HOUSE_TERM_MAX = 40, /* characters, and letters */
    HOUSE_TERM_MIN = 2,  /* letters: one would be found in half of what is said */
    HOUSE_NODES_MAX = HOUSE_TERMS_MAX * 16,
    HOUSE_NUMBERS_MAX = 50, /* terms with # */
    HOUSE_TEXT_MAX = 4000,  /* letters of a text that are looked at */
};

enum house_class { HOUSE_EXEMPT, HOUSE_FLAGGED, HOUSE_BLOCKED };

struct house_term {
    struct str text, rule;
    enum house_class class;
};

struct house_found {
    const struct house_term *term; /* the matcher's */
    size_t from, to;               /* bytes of the text */
    bool is_guess;
};

struct house_matcher;

/* Is it a word that a list can have? OK, ERR_INVALID: too few or too many letters; a number with
 * fewer than five digits, or something else in it. */
enum err house_term_check(const struct house_fold *f, struct str text) MUST_CHECK;
/* Copies the terms; the fold is borrowed for good. Terms that house_term_check() refuses are passed
 * over. ERR_LIMIT, ERR_NOMEM. */
enum err house_matcher_make(const struct house_fold *f, const struct house_term *terms, size_t n,
                            struct house_matcher **out) MUST_CHECK;
struct house_matcher *house_matcher_keep(struct house_matcher *m);
void house_matcher_drop(struct house_matcher *m); /* NULL is fine */
/* What of the list stands in a text, the first `most` places; each term once. Scratch is of the
 * arena; without memory nothing is found. */
size_t house_match(const struct house_matcher *m, struct str text, struct arena *arena,
                   struct house_found *out, size_t most);

#endif
