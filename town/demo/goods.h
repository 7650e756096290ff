/*
 * The demo town's goods: product i is always the same one, put together from names.h and kinds.h by
 * a generator that is seeded with i.
 */
#ifndef TOWN_DEMO_GOODS_H
#define TOWN_DEMO_GOODS_H

#include "town/demo/kinds.h"
#include "town/demo/names.h"
#include "town/hall/hall.h"

enum { DEMO_PRODUCTS = 640, DEMO_COLOURS_MAX = 4 };

struct demo_good { /* strings: static, or in the arena asked with */
    int factory;   /* index of a maker, for demo_name() */
    const struct demo_kind *kind;
    struct hall_product_new product; /* without the ids of factory and kind */
    struct hall_spec specs[DEMO_SPECS_MAX];
    struct hall_sku_new skus[DEMO_COLOURS_MAX];
};

/* Fills *out, whose product points into *out itself: it must not be copied. */
void demo_good(int i, struct arena *arena, struct demo_good *out);
/* The first product of a kind whose colour (its first SKU's) is this; in any colour when there is
 * none. `skip`: that many fitting ones are passed over. -1 when there are not so many. */
int demo_good_find(const char *kind, const char *colour, int skip, struct arena *arena);
/* A price that ends in 9 yuan, near the given percentage and at least 10 yuan below the price (but
 * never below 9 yuan). */
int64_t demo_show_price(int64_t price_fen, int percent);

#endif
