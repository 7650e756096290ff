/*
 * Inside hall/: two people at one product. The second one's form is drawn again over what the first
 * has saved meanwhile: what the second did not touch shows the first one's value, what both changed
 * shows the second's, and what the first one did stands above it. Saving then is a decision.
 *
 * Untouched is what was sent as it was before the first one's change, by the history.
 */
#ifndef TOWN_HALL_PRODUCT_MERGE_H
#define TOWN_HALL_PRODUCT_MERGE_H

#include "town/hall/product_save.h"

struct hall_meanwhile {
    const struct hall_product_edit *now; /* as it is stored */
    struct hall_was {
        /* As in the history: "title_zh", "spec:power", "sku:K-1:gtin"; a variant by the code that
         * it had before the first of the changes. */
        struct str field;
        struct str was; /* before the first of the changes; raw */
        struct str is;  /* after the last */
    } * all;
    size_t n;
};

/* What was changed after a version; all in the arena. `now` is borrowed. */
enum err hall_meanwhile_load(struct db *db, const struct hall_product_edit *now, int64_t after,
                             struct arena *arena, struct hall_meanwhile *out) MUST_CHECK;
/* Was it changed meanwhile, and is what was sent what it was before? `m` NULL: no. */
bool hall_untouched(const struct hall_meanwhile *m, const char *field, struct str sent);
/* Of a number: the history has "1700 L", or a price in fen. */
bool hall_untouched_number(const struct hall_meanwhile *m, const char *field, int64_t sent);
/* The code that a variant had before, of the one that it has now. */
struct str hall_code_was(const struct hall_meanwhile *m, struct str code);
/* The variant of that id, or NULL. */
const struct hall_sku_edit *hall_sku_now(const struct hall_meanwhile *m, int64_t id);

#endif
