/*
 * Searching the hall, in Chinese and English: titles, kinds, makers, properties, models, codes and
 * numbers on the goods, as people type them. See search_text.h for what a word finds,
 * search_index.h for how it is kept.
 *
 *   by the beginning of a word, a model, a number    "kett" "hwk-10" "69012"
 *   by any characters that stand together            one and more
 *   by pinyin: syllables, initials, both mixed       "dianshuihu" "dsh" "dianshh"
 *   and when nothing is found: by the same sound, then by a slip of one letter ("ketle")
 *
 * An English visitor's letters are pinyin only when they are no words here: "fan" is a fan and not
 * everything that is cooked.
 *
 * Order: the whole title, its beginning, words in the title, in a model or number, in the maker's
 * name, in kind and properties; what sells more comes first among equals.
 *
 * Why tokens that are cut here, and each engine's plain index over them. Measured by `script/bench
 * search` at 20,000 products: a scan with LIKE costs the same for each word, some tens of
 * milliseconds, and knows no pinyin; FTS5's own trigram tokenizer finds nothing shorter than three
 * characters, which most words of the trade are; pg_trgm has the same bound. A tokenizer registered
 * with SQLite would leave PostgreSQL to cut texts otherwise. With the tokens made here both stores
 * hold the same words, and one table of tests runs on both. FTS5 keeps no positions (detail=none):
 * pairs of characters say enough, and the index is a third of the size. Facets are counted in C
 * from one grouped statement, each with the others applied.
 */
#ifndef TOWN_HALL_SEARCH_H
#define TOWN_HALL_SEARCH_H

#include "town/hall/search_index.h"
#include "web/i18n.h"

enum {
    HALL_PAGE = 24,
    HALL_IDS_MAX = 48,
    HALL_PAGES_MAX = 1000,
    HALL_KINDS_MAX = 256,
    HALL_SUGGESTIONS_MAX = 8
};

struct hall_ask {
    struct str q;
    enum lang lang;
    int64_t kind, factory;       /* 0: any, -1: one that is not there */
    int64_t min_fen, max_fen;    /* 0: none */
    int64_t facets[HALL_FACETS]; /* bits, any of them; 0: any */
    struct str sort;             /* "", "new", "price", "price_down" */
    int64_t page;                /* from 1 */
};

enum hall_found_how { HALL_AS_ASKED, HALL_BY_SOUND, HALL_BY_SLIP };

struct hall_ids { /* of products, in order */
    size_t n;
    int64_t ids[HALL_IDS_MAX];
};

struct hall_found {
    int64_t total; /* with all that was asked */
    struct hall_ids page;
    enum hall_found_how how;
    struct str meant; /* HALL_BY_SLIP: the words that were looked for instead */
    int64_t anywhere; /* with the words alone, whatever kind, price and so on */
    /* How many there would be with this value, and all else that was asked. */
    struct hall_count {
        int64_t value, n; /* a kind's id */
    } kinds[HALL_KINDS_MAX];
    size_t kinds_n;
    int64_t kinds_total; /* in any kind */
    int64_t bands[HALL_BANDS];
    int64_t facets[HALL_FACETS][HALL_FACET_VALUES_MAX];
};
enum err hall_search(struct db *db, struct arena *arena, const struct hall_ask *ask,
                     struct hall_found *out) MUST_CHECK;

struct hall_suggestion {
    enum { HALL_SUGGEST_KIND, HALL_SUGGEST_MAKER, HALL_SUGGEST_TITLE } what;
    struct str text; /* in the visitor's language */
    struct str slug; /* of a kind or a maker */
};
/* Kinds, makers and titles that the words may mean, best first. */
enum err hall_suggest(struct db *db, struct arena *arena, struct str q, enum lang lang,
                      struct hall_suggestion out[HALL_SUGGESTIONS_MAX], size_t *n) MUST_CHECK;

#endif
