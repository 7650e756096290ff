/*
 * offers: what a show gives for a while: flash sales (秒杀), coupons (优惠券), draws (福袋). The
 * crew plans them before the show or at the desk, and starts them; viewers see them beside the
 * picture at once.
 *
 *   flash sale   planned ──start──▶ running ──its time, end, the show's end──▶ ended
 *                   └────drop────▶ dropped
 *
 * A flash sale's pieces are its own: starting moves them, in the SKU's book of the ledger, from
 * `available` to an account of the sale, orders at its price hold pieces of that account only, and
 * what is left goes back at its end. So neither sells what the other has. An order that was decided
 * before the end keeps the price; one that comes after is told the new sum.
 *
 *   draw         planned ──open──▶ open ──its time, the show's end──▶ drawn
 *                   └───drop───▶ dropped
 *
 * A draw's prizes lie in an account of their own, too. Everybody but the crew and the maker's
 * people may take part, once; who wins is settled by a lot that anybody can check (lot.h). A winner
 * says where the prize goes within OFFERS_TAKE_DAYS, which places an order that costs nothing; what
 * nobody takes goes back.
 *
 * Stands on shows (grants, rooms, the log of what was done), trade asks it for prices.
 */
#ifndef TOWN_OFFERS_OFFERS_H
#define TOWN_OFFERS_OFFERS_H

#include "store/writer.h"
#include "town/trade/trade.h"
#include "web/web.h"

extern const struct web_module offers_module;

enum {
    OFFERS_FLASH_MAX = 20, /* planned and running, of one show */
    OFFERS_FLASH_PIECES_MAX = 100000,
    OFFERS_FLASH_SECONDS_MIN = 10,
    OFFERS_FLASH_SECONDS_MAX = 3600,
    OFFERS_PER_BUYER_MAX = 100,
    OFFERS_DRAWS_MAX = 20, /* planned and open, of one show */
    OFFERS_PRIZES_MAX = 100,
    OFFERS_PRIZE_FEN_MAX = 5000000, /* 50,000 yuan: the law's bound for a prize */
    OFFERS_DRAW_SECONDS_MIN = 10,
    OFFERS_DRAW_SECONDS_MAX = 3600,
    OFFERS_ENTRIES_MAX = 100000,
    OFFERS_TAKE_DAYS = 7,
    OFFERS_TICK_MS = 500, /* how often it is looked whose time has run out */
    OFFERS_CHECK_SAYS = 20,
};

/* Before the writer's first command and the first request. */
void offers_start(struct writer *w);
/* An order_show_price_fn: the show's price, or the flash sale's while one runs. */
enum err offers_price(struct db *db, struct arena *arena, int64_t show_id, int64_t sku_id,
                      int64_t now_ms, struct order_offer *out) MUST_CHECK;

/* --- commands, for the demo's host too --- */

struct flash_new {
    int64_t show_id, item_id, price_fen, pieces, per_buyer, seconds;
};
/* ERR_INVALID with a field (a price that is not below the show's; bounds); ERR_NOT_FOUND: the item
 * is not the show's; ERR_CONFLICT: the show is over; ERR_LIMIT. */
enum err flash_plan(struct tx *tx, const struct flash_new *n, int64_t actor,
                    int64_t *flash) MUST_CHECK;
/* ERR_SOLD_OUT (field pieces, limit: what there is); ERR_CONFLICT (key): not planned any more, the
 * show is not live, one of the same SKU runs. */
enum err flash_start(struct tx *tx, int64_t flash, int64_t actor) MUST_CHECK;
enum err flash_end(struct tx *tx, int64_t flash, int64_t actor) MUST_CHECK;
enum err flash_drop(struct tx *tx, int64_t flash, int64_t actor) MUST_CHECK;

struct draw_new {
    int64_t show_id, item_id, prizes, seconds;
};
/* As flash_plan(); ERR_INVALID (field item): a prize worth more than OFFERS_PRIZE_FEN_MAX. */
enum err draw_plan(struct tx *tx, const struct draw_new *n, int64_t actor,
                   int64_t *draw) MUST_CHECK;
/* As flash_start(); one at a time of a show. */
enum err draw_open(struct tx *tx, int64_t draw, int64_t actor) MUST_CHECK;
enum err draw_drop(struct tx *tx, int64_t draw, int64_t actor) MUST_CHECK;
/* Again is the same number. ERR_CONFLICT (key): not open, of the crew or the maker's; ERR_LIMIT. */
enum err draw_join(struct tx *tx, int64_t draw, int64_t user, int64_t *number) MUST_CHECK;
/* An order_gift_fn: a win that its winner has not taken yet. */
enum err offers_gift(struct db *db, struct arena *arena, int64_t gift, int64_t buyer_id,
                     int64_t sku_id, int64_t now_ms, struct order_offer *out) MUST_CHECK;

/* ---- for `guildhall check` ---- */

enum err offers_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                      void *arg, int *violations) MUST_CHECK;

#endif
