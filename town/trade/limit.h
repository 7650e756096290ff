/*
 * How many pieces of a SKU one buyer may have, ever: a maker's to say. Asked when an order is
 * placed, and again when the money of one comes whose time had passed.
 *
 *   GET  /factory/limits?q=   limits [{id, code, slug, title, name, per_buyer}]: of the maker's
 * SKUs with a limit, or of those that are looked for; q POST /factory/limits      sku, per_buyer
 * (empty: none any more)
 */
#ifndef TOWN_TRADE_LIMIT_H
#define TOWN_TRADE_LIMIT_H

#include "base/map.h"
#include "town/trade/order.h"
#include "web/web.h"

enum err limit_page(struct req *r) MUST_CHECK;
enum err limit_save(struct req *r) MUST_CHECK;

/* What a batch of requests has to do with. */
struct limits {
    struct map per_buyer; /* by SKU */
    struct map bought;    /* by buyer and SKU, of those that have a limit */
    struct map flash;     /* by buyer and flash sale */
};
/* Reads them for the SKUs, distinct, and for who wants them. limits_free() in any case. */
enum err limits_load(struct limits *l, struct db *db, const int64_t *skus, size_t n,
                     const struct order_request *const *requests, size_t requests_n,
                     struct arena *arena) MUST_CHECK;
void limits_free(struct limits *l);
/* ERR_LIMIT with info (field quantity, limit: how many a buyer may have). */
enum err limits_check(const struct limits *l, int64_t buyer, int64_t sku, int64_t quantity,
                      struct err_info *info) MUST_CHECK;
/* Decided: so many more. */
void limits_take(struct limits *l, int64_t buyer, int64_t sku, int64_t quantity);

/* The same of a flash sale (order_offer.per_buyer), which is met while prices are asked. */
enum err limits_load_flash(struct limits *l, struct db *db, int64_t flash,
                           const struct order_request *const *requests, size_t requests_n,
                           struct arena *arena) MUST_CHECK;
enum err limits_check_flash(const struct limits *l, int64_t buyer, const struct order_offer *offer,
                            int64_t quantity, struct err_info *info) MUST_CHECK;
void limits_take_flash(struct limits *l, int64_t buyer, const struct order_offer *offer,
                       int64_t quantity);

/* Would paying an order whose time has passed go beyond a limit? */
enum err limit_forbids(struct tx *tx, int64_t order_id, bool *forbids) MUST_CHECK;

#endif
