/*
 * Inside hall/: which of what was found come first.
 *
 * Places, one after the other: the title is what was typed; it begins with it; has its words; a
 * model or number has them; the maker's name; kind and properties. In a place, what sells more.
 *
 * A word that thousands of goods have ("electric") would have each of them read and sorted, for a
 * page of 24. So for a common one the goods that sell most are read first, and the question is put
 * to their titles and tokens here (search_terms_have); mostly they fill the page. If they do not,
 * the store is asked for the place as for any other word.
 */
#ifndef TOWN_HALL_SEARCH_ORDER_H
#define TOWN_HALL_SEARCH_ORDER_H

#include "town/hall/search.h"

enum { SEARCH_COMMON = 2000 }; /* goods that have a common word, at least */

/* A question in one of the ways to understand it. */
struct search_attempt {
    struct db *db;
    struct arena *arena;
    const struct hall_ask *ask;
    struct search_question question;
    struct search_terms terms; /* in that way */
    struct rows groups;        /* what it found, grouped: q_hall_search_counts */
};

/* In the store's own language; NULL without memory. See search_terms_text(). */
const char *search_match(const struct search_attempt *a, const char *parts, const char *without);

/* What was asked for besides words, as the statements take it. */
#define SEARCH_FILTERS(ask)                                                                        \
    V_INT((ask)->factory), V_INT((ask)->kind), V_INT((ask)->min_fen), V_INT((ask)->max_fen),       \
        V_INT((ask)->facets[0]), V_INT((ask)->facets[1])

struct search_wish {
    struct str whole;  /* the title that would come first */
    bool is_common;    /* SEARCH_COMMON goods are there, or more */
    bool by_name_only; /* not what has the words in kind and properties */
    int64_t limit, skip;
};
enum err search_best_first(const struct search_attempt *a, const struct search_wish *wish,
                           struct hall_ids *out) MUST_CHECK;

#endif
