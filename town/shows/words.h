/* What people type into the talk, made fit to be shown to thousands. Pure. */
#ifndef TOWN_SHOWS_WORDS_H
#define TOWN_SHOWS_WORDS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

enum {
    SHOWS_MARKS_MAX = 2
}; /* combining marks on one letter; more is a scrawl over its neighbours */

/* UTF-8 without what is not seen or turns the direction of writing, at most SHOWS_MARKS_MAX
 * combining marks on a letter, and one space where there were several, none at the ends. May come
 * out empty. STR_NONE without memory. */
struct str shows_words_clean(struct str s, struct arena *arena);
/* Does it ask something? By its mark, or by the words that questions in Chinese end with or begin
 * with. A guess: the crew may take it off the list. */
bool shows_words_ask(struct str s);

#endif
