/*
 * coupons: what a maker takes off. A maker issues a coupon for all it makes or for one product: so
 * much off when goods for so much are bought, or so many percent off up to a bound. A buyer claims
 * one of each, as long as there are some; how many is in the ledger, so that the last one is had
 * once. One is used by one order of that maker, and free again when the order comes to nothing
 * before anything was sent.
 *
 *   claimed ──an order is placed──▶ used ──the order expires, is cancelled or refunded──▶ claimed
 *
 * A maker may give a host a share of a coupon, and the host plans some of that for a show; each
 * level is an account of the coupon's book, so that none gives what it has not:
 *
 *   outside ──issue──▶ available ──give──▶ host:7 ──plan──▶ show:17 ──claim──▶ claimed
 *                          └───────────────────────claim──────────────────────────┘
 *
 * Whatever the level, one claim a user. What a show did not give goes back to its host.
 *
 * Who issues it bears it: the buyer pays the maker less. The base issues none, since it holds no
 * goods money that could make up for one.
 *
 * Below trade, which asks for what is claimed and says what was used (coupons_load() …).
 */
#ifndef TOWN_COUPONS_COUPONS_H
#define TOWN_COUPONS_COUPONS_H

#include "base/map.h"
#include "store/writer.h"
#include "web/web.h"

extern const struct web_module coupons_module;

enum {
    COUPON_LINES_MAX = 64,
    COUPON_PIECES_MAX = 1000000,
    COUPON_FEN_MAX = 100000000, /* of any of its amounts */
    COUPON_PERCENT_MAX = 90,
    COUPON_DAYS_MAX = 365,
    COUPONS_OF_FACTORY_MAX = 200, /* that were not stopped */
    COUPONS_SHOWN_MAX = 100,
    COUPONS_CHECK_SAYS = 20,
};

struct coupon {
    int64_t id, factory_id, product_id; /* 0: all of the maker's */
    int64_t off_fen, percent, most_fen, least_fen;
    int64_t claim_from, claim_until, use_days, pieces;
};

/* --- cut.c: the arithmetic, alone --- */

struct coupon_line {
    int64_t product_id, amount_fen;
};
/* What it takes off each line; all together *sum. ERR_CONFLICT: it is not for these, or goods for
 * *missing more are wanted (0: it is for none of them). Lines sum to what is taken off exactly, by
 * the largest remainder, the first of equal ones; none goes below nothing. */
enum err coupon_cut(const struct coupon *c, const struct coupon_line *lines, size_t n,
                    int64_t *discounts, int64_t *sum, int64_t *missing) MUST_CHECK;

/* --- commands --- */

/* ERR_INVALID with a field; ERR_NOT_FOUND: a product that is not the maker's; ERR_LIMIT. */
enum err coupon_issue(struct tx *tx, const struct coupon *c, int64_t user_id,
                      int64_t *id) MUST_CHECK;
/* Nobody claims it any more; who has it keeps it. */
enum err coupon_stop(struct tx *tx, int64_t coupon, int64_t factory_id) MUST_CHECK;
/* Again is the same. ERR_CONFLICT with a key (field coupon): not yet, over, stopped, its maker's
 * own people; ERR_SOLD_OUT; ERR_NOT_FOUND. */
enum err coupon_claim(struct tx *tx, int64_t coupon, int64_t user_id, int64_t *claim) MUST_CHECK;

/* --- shares (share.c) --- */

enum { COUPON_HOSTS_MAX = 50 };
/* Gives a host so many, or with a negative number takes them back. ERR_SOLD_OUT (field pieces,
 * info->limit); ERR_NOT_FOUND: no coupon of that maker; ERR_CONFLICT: stopped or over; ERR_LIMIT.
 */
enum err coupon_give(struct tx *tx, int64_t coupon, int64_t factory_id, int64_t host,
                     int64_t pieces) MUST_CHECK;
/* So many more of the host's for a show. ERR_SOLD_OUT, ERR_CONFLICT: the show's has ended. */
enum err coupon_plan(struct tx *tx, int64_t coupon, int64_t host, int64_t show, int64_t pieces,
                     int64_t *plan) MUST_CHECK;
/* Everybody in the show may claim it from now on; ended, what is left is the host's again. */
enum err coupon_push(struct tx *tx, int64_t plan, int64_t show) MUST_CHECK;
enum err coupon_plan_end(struct tx *tx, int64_t plan, int64_t show) MUST_CHECK;
/* As coupon_claim(), of the show's pieces. ERR_CONFLICT: not pushed. */
enum err coupon_claim_in(struct tx *tx, int64_t plan, int64_t show, int64_t user_id,
                         int64_t *claim) MUST_CHECK;
/* --- for trade --- */

struct coupon_held {                          /* a claim */
    int64_t id, user_id, use_until, order_id; /* 0: free */
    struct coupon coupon;
};
struct coupons_held { /* of a batch of orders; coupons_free() in any case */
    struct map by_id;
};
/* The claims that are named, distinct or not; no query for none. In the arena, but for the map. */
enum err coupons_load(struct coupons_held *h, struct db *db, const int64_t *claims, size_t n,
                      struct arena *arena) MUST_CHECK;
void coupons_free(struct coupons_held *h);
/* NULL: there is no such claim. */
struct coupon_held *coupons_get(const struct coupons_held *h, int64_t claim);
/* Those that a buyer could use now, of any maker. */
enum err coupons_of_buyer(struct db *db, struct arena *arena, int64_t user_id, int64_t now_ms,
                          struct coupon_held **out, size_t *n) MUST_CHECK;
/* Orders that use claims: many rows of COUPON_USE_COLUMNS values each. */
enum { COUPON_USE_COLUMNS = 4 };
void coupon_use_row(int64_t order_id, int64_t claim, int64_t discount_fen, int64_t now_ms,
                    struct val out[COUPON_USE_COLUMNS]);
enum err coupons_used(struct tx *tx, const struct val *rows, size_t n) MUST_CHECK;
/* The order comes to nothing: what it used is free again. */
enum err coupons_back(struct tx *tx, int64_t order_id) MUST_CHECK;
/* It is paid after all. ERR_CONFLICT (key): another order has it by now. */
enum err coupons_again(struct tx *tx, int64_t order_id) MUST_CHECK;

/* "满 ¥100 减 ¥10", in the request's language. */
struct str coupon_name(const struct req *r, const struct coupon *c);
struct str coupon_name_in(enum lang lang, const struct coupon *c, struct arena *arena);
/* From row `i` of a query with the terms of a coupon (coupons.sql, part terms). */
void coupon_take(struct coupon *c, const struct rows *rs, size_t i);

/* Are there any of the maker's, for this product, to be claimed now? */
enum err coupons_offered(struct db *db, struct arena *arena, int64_t factory_id, int64_t product_id,
                         int64_t now_ms, bool *offered) MUST_CHECK;

/* ---- for `guildhall check` ---- */

enum err coupons_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                       void *arg, int *violations) MUST_CHECK;

#endif
