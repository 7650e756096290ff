/* What the files of offers have in common. */
#ifndef TOWN_OFFERS_INTERNAL_H
#define TOWN_OFFERS_INTERNAL_H

#include "town/offers/offers.h"
#include "town/shows/shows.h"

enum err offers_refuse(struct tx *tx, enum err e, const char *field, const char *key,
                       int64_t limit);
/* The show's rooms are told how its offers stand, after the commit. */
void offers_touch(int64_t show);
/* POST handlers end alike: back to the desk. */
enum err offers_back_to_desk(struct req *r, int64_t show, enum err result);

/* --- flash.c --- */

/* Ends those whose time has run out, and takes back what came back to them. */
enum err flash_tick(struct tx *tx, void *unused) MUST_CHECK;
/* `running` [{id, item, sku, price_fen, was_fen, pieces, left, per_buyer, ends_in_ms}]; for the
 * crew (r, else NULL) `planned`, too, and each with title, name, price, was. */
enum err flash_put(struct db *db, struct arena *arena, struct req *r, struct view *v, int64_t show,
                   int64_t now_ms) MUST_CHECK;
enum err flash_shows_of(struct db *db, struct arena *arena, int64_t sku,
                        struct rows *rs) MUST_CHECK;
handler_fn flash_do_plan, flash_do;

#endif
