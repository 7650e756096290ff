/* What the files of offers have in common. */
#ifndef TOWN_OFFERS_INTERNAL_H
#define TOWN_OFFERS_INTERNAL_H

#include "ledger/ledger.h"
#include "town/hall/hall.h"
#include "town/offers/offers.h"
#include "town/shows/shows.h"

enum err offers_refuse(struct tx *tx, enum err e, const char *field, const char *key,
                       int64_t limit);
/* The show's rooms are told how its offers stand, after the commit. */
void offers_touch(int64_t show);
/* The same a moment later, for what changes many times a second. */
void offers_move(int64_t show);
/* Does one thing of a tick so that its failure is its own. ERR_* is the whole tick's. */
typedef enum err offers_work_fn(struct tx *tx, int64_t id);
enum err offers_alone(struct tx *tx, const char *what, int64_t id, offers_work_fn *work) MUST_CHECK;
bool offers_by_base(const struct req *r);
/* POST handlers end alike: back to the desk. */
enum err offers_back_to_desk(struct req *r, int64_t show, enum err result);

/* --- flash.c --- */

/* Ends those whose time has run out, and takes back what came back to them. */
enum err flash_tick(struct tx *tx) MUST_CHECK;
/* `running` [{id, item, sku, price_fen, was_fen, pieces, left, per_buyer, ends_in_ms}]; for the
 * crew (r, else NULL) `planned`, too, and each with title, name, price, was. */
enum err flash_put(struct db *db, struct arena *arena, struct req *r, struct view *v, int64_t show,
                   int64_t now_ms) MUST_CHECK;
handler_fn flash_do_plan, flash_do;

/* --- coupon.c --- */

/* `pushed` [{id, left, pieces, name_zh, name_en}], for a page (r, else NULL) with name, maker,
 * product, is_claimed; for the crew `planned`, too. */
enum err coupon_put(struct db *db, struct arena *arena, struct req *r, bool crew, struct view *v,
                    int64_t show, int64_t now_ms) MUST_CHECK;
/* `shares` [{id, left, name, maker, product}]: what the host has to give. */
enum err coupon_put_shares(struct req *r, struct view *v, int64_t host, int64_t now_ms) MUST_CHECK;
/* Ends the plans of shows that are over. */
enum err coupon_tick(struct tx *tx) MUST_CHECK;
handler_fn coupon_do_plan, coupon_do, coupon_do_claim;

/* --- share.c --- */

enum { SHARE_NAME_BYTES = 48 };
struct share {
    int64_t sku, account;
    struct hall_stock stock;
    char name[SHARE_NAME_BYTES]; /* "flash:7": the account's role and its transfers' reference */
};
enum err share_open(struct tx *tx, const char *kind, int64_t id, int64_t sku,
                    struct share *out) MUST_CHECK;
/* From the SKU's stock to the share, with a negative number back; ERR_SOLD_OUT. */
enum err share_move(struct tx *tx, const struct share *s, int64_t pieces, const char *reason,
                    struct ledger_id id) MUST_CHECK;
enum err share_give_back(struct tx *tx, const char *kind, int64_t id, int64_t sku, int64_t pieces,
                         const char *reason) MUST_CHECK;

/* --- draw.c, prize.c --- */

/* Draws those whose time has run out, and takes back what no winner took. */
enum err draw_tick(struct tx *tx) MUST_CHECK;
enum err prizes_tick(struct tx *tx) MUST_CHECK;
/* `open` and `drawn` (of the last minute) [{id, item, prizes, value_fen, entries, ends_in_ms,
 * title_zh, title_en; drawn: winners [{number, receipt, name}]}], for a page (r, else NULL) with
 * title, value, my_number; for the crew `planned`, too. */
enum err draw_put(struct db *db, struct arena *arena, struct req *r, bool crew, struct view *v,
                  int64_t show, int64_t now_ms) MUST_CHECK;
handler_fn draw_page, draw_do_plan, draw_do, draw_do_join, prizes_page, prize_do_take;

#endif
