/* What the files of supply have in common. */
#ifndef TOWN_SUPPLY_INTERNAL_H
#define TOWN_SUPPLY_INTERNAL_H

#include "town/supply/supply.h"

/* tell.c: who hears of an event, in its transaction; `row` as supply.get, before it. */
enum err tell_of_sample(struct tx *tx, const struct rows *row, const char *event,
                        int64_t due_ms) MUST_CHECK;

/* To all of a factory's people. */
enum err tell_factory(struct tx *tx, int64_t factory, struct messages_new m) MUST_CHECK;

/* What a form that asks for something is answered with: on to what was made (`path` and its id), or
 * the form again as `form` fills it in `page`. */
enum err supply_asked(struct req *r, enum err result, int64_t id, const char *path,
                      enum err (*form)(struct req *r, struct str sku), const char *page) MUST_CHECK;

/* An account of a SKU's book: "available", "sample", "quote" (neither may be overdrawn), "given".
 */
enum err supply_account(struct tx *tx, int64_t sku, const char *role, int64_t *account) MUST_CHECK;

handler_fn quotes_mine, quotes_of_factory, quote_new, quote_ask_post, quote_page,
    quote_post;                                                        /* quotes.c */
handler_fn capacity_page, capacity_post;                               /* capacity.c */
handler_fn restock_desk, restock_ask_post, restock_page, restock_post; /* restock.c */
handler_fn samples_mine, sample_new, sample_ask_post, sample_page, sample_post, samples_of_factory,
    samples_of_base; /* pages.c */

#endif
