/*
 * Keeping what search.h finds: one row a product that is on show, made from its texts by
 * search_text.h. Who changes what a product is called, costs, is made of or whether it is shown
 * calls hall_search_index() in the same transaction; who renames a maker or a kind,
 * hall_search_index_maker or hall_search_rebuild.
 *
 * `sold` follows the ledger some seconds behind: it only decides ties.
 *
 * Rows made by other rules than this version's are made anew when the program starts; by hand,
 * `guildhall reindex` does it, and `guildhall check` finds what is not as it would be made.
 */
#ifndef TOWN_HALL_SEARCH_INDEX_H
#define TOWN_HALL_SEARCH_INDEX_H

#include "store/writer.h"
#include "town/hall/search_text.h"

enum {
    HALL_SEARCH_VERSION = 1, /* of the rules: raise it when they change */
    HALL_SEARCH_TEXTS_MAX = 120,
    HALL_FACETS = 2, /* certificates, markets */
    HALL_FACET_VALUES_MAX = 32,
    HALL_BANDS = 6,
};

/* Bands of prices, in fen: from .. below the next one's. */
extern const int64_t hall_bands[HALL_BANDS];

/* What a product is found by. */
struct hall_search_doc {
    int64_t product, organisation, kind, price_fen, sold;
    int64_t facets[HALL_FACETS]; /* bits */
    struct str title_zh, title_en;
    struct hall_search_text {
        enum search_part part;
        struct str text;
    } texts[HALL_SEARCH_TEXTS_MAX]; /* titles included */
    size_t texts_n;
};
/* One more text; beyond HALL_SEARCH_TEXTS_MAX it is not searched. */
void hall_search_text(struct hall_search_doc *doc, enum search_part part, struct str text);

/* A facet of the hall. The markets are the hall's own; certificates are known to their department,
 * which sets theirs before the writer's first command and has a product indexed anew when they
 * change.
 */
enum hall_facet_slot { HALL_FACET_CERTIFICATE, HALL_FACET_MARKET };
struct hall_facet {
    size_t n; /* at most HALL_FACET_VALUES_MAX; bit i is values[i] */
    struct hall_facet_value {
        const char *slug; /* in addresses: "ccc" */
        const char *key;  /* of locales/ */
    } values[HALL_FACET_VALUES_MAX];
    /* Which of them a product has now; NULL: the hall knows. */
    enum err (*of)(struct tx *tx, int64_t product, int64_t *bits);
};
void hall_search_facet(enum hall_facet_slot slot, const struct hall_facet *facet);
const struct hall_facet *hall_search_facet_at(enum hall_facet_slot slot); /* or NULL */

/* The row of a product as it is now; none when it is not on show. */
enum err hall_search_index(struct tx *tx, int64_t product) MUST_CHECK;
enum err hall_search_index_maker(struct tx *tx, int64_t organisation) MUST_CHECK;
/* All goods of a kind, or of the kinds in a group, which has another name. */
enum err hall_search_index_kind(struct tx *tx, int64_t kind) MUST_CHECK;

/* As hall_search_index, of texts that the caller has. */
enum err hall_search_put(struct tx *tx, const struct hall_search_doc *doc) MUST_CHECK;
enum err hall_search_drop(struct tx *tx, int64_t product) MUST_CHECK;

/* Before the writer's first command. */
void hall_search_start(struct writer *w);
/* All rows anew, some at a time; `only_if_old`: unless they are of this version. */
enum err hall_search_rebuild(struct writer *w, bool only_if_old, struct arena *arena,
                             struct err_info *info) MUST_CHECK;
/* For `guildhall check`: says what is not as hall_search_index would make it. */
enum err hall_search_check(struct db *db, struct arena *arena,
                           void (*say)(void *arg, const char *line), void *arg,
                           int *violations) MUST_CHECK;

#endif
