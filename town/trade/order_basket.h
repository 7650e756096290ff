/*
 * What a request comes to: an order for each maker, with prices, discounts and freight. The same
 * for the sheet that the buyer looks at and for the batch that places it.
 *
 *   market    what the hall, shows … say of all that is wanted, each once, read set-wise
 *   basket    one request against it: lines by rising maker and SKU, a part a maker
 */
#ifndef TOWN_TRADE_ORDER_BASKET_H
#define TOWN_TRADE_ORDER_BASKET_H

#include "base/map.h"
#include "ledger/ledger.h"
#include "town/coupons/coupons.h"
#include "town/freight/freight.h"
#include "town/hall/hall.h"
#include "town/trade/limit.h"
#include "town/trade/order.h"

struct market {
    struct db *db;
    struct arena *arena;
    int64_t now_ms;
    struct map skus, prices;
    const struct order_request *const *requests; /* borrowed: all that are read together */
    size_t requests_n;
    bool gifts; /* one of them is of a prize */
    struct limits limits;
    struct freight_table freight;
    struct coupons_held coupons;
    int64_t *for_sale; /* the SKUs that can be had at all */
    size_t for_sale_n;
};
/* Reads what the requests are about. Texts and maps live in the arena; market_free() ends it in any
 * case. */
enum err market_load(struct market *m, struct db *db, int64_t now_ms,
                     const struct order_request *const *requests, size_t n,
                     struct arena *arena) MUST_CHECK;
void market_free(struct market *m);

struct basket_line {
    const struct hall_sku *sku; /* the market's */
    int64_t sku_id, show_id, quantity, price_fen, discount_fen;
    struct order_offer offer; /* what the price is of */
    struct ledger_id hold;    /* for who places it */
};

struct basket_part { /* of one maker: an order to be */
    struct basket_line *lines;
    size_t n;
    int64_t factory_id, goods_fen, freight_fen, discount_fen, total_fen;
    int64_t coupon; /* the claim that takes the discount off; 0: none */
};

struct basket {
    struct basket_line lines[ORDER_LINES_MAX];
    size_t n;
    struct basket_part parts[ORDER_MAKERS_MAX];
    size_t parts_n;
    int64_t total_fen;
};
/* Errors: as order_place(), but for what stock and unpaid orders say. One with the field province
 * leaves the parts and their goods filled. */
enum err basket_fill(struct basket *b, struct market *m, const struct order_request *rq,
                     struct err_info *info) MUST_CHECK;
/* What a coupon would take off a part, before it does; as coupon_cut(). */
enum err basket_coupon(const struct basket_part *p, const struct coupon *c, int64_t *discounts,
                       int64_t *sum, int64_t *missing) MUST_CHECK;
/* It is placed: what its buyer may still have is less, and its coupons are used. */
void basket_taken(const struct basket *b, struct market *m, const struct order_request *rq);
/* ERR_CONFLICT (field total) when the buyer expects another sum. */
enum err basket_check_total(const struct basket *b, const struct order_request *rq,
                            struct err_info *info) MUST_CHECK;

#endif
