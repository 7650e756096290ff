/*
 * Orders as views: one order whole, or the short rows of a list. What somebody may do with an order
 * comes from the state table.
 */
#ifndef TOWN_TRADE_ORDER_VIEW_H
#define TOWN_TRADE_ORDER_VIEW_H

#include "web/web.h"

enum { ORDER_VIEW_PAGE = 50 }; /* rows of one page of a list */

/* What the visitor is to the order in `order` (row 0 of trade.order_get): enum order_as bits, 0 for
 * a stranger. */
unsigned order_view_as(const struct req *r, const struct rows *order);

/* Loads an order that the visitor has to do with: ERR_NOT_FOUND for strangers too, so that numbers
 * tell nothing. */
enum err order_view_load(struct req *r, int64_t order_id, struct rows *order,
                         unsigned *as) MUST_CHECK;

/* Puts member `order`:
 *   {id, checkout_id, status, goods, freight, discount, total, refunded, net (total less refunded),
 * placed_at, paid_at, packed_at, shipped_at, received_at, closed_at, auto_at (when the clock goes
 * on), hold_until, hold_left_s, show_id, factory {id, slug, name}, lines [{line, sku_id, title,
 * name, slug, picture, quantity, price, amount, discount, refunded, returned}], receiver
 * (receiver.h) or null, events [{event, status, by, at, note, amount}], may {pay, cancel, call_off,
 * receive}} */
enum err order_view_put(struct req *r, struct view *v, const struct rows *order,
                        unsigned as) MUST_CHECK;

/* Puts list member `orders` of {id, status, total, refunded, factory, title, slug, pieces,
 * placed_at, hold_until, show_id} and what others add, from rows of trade.orders_of_…, and `next`:
 * the id to ask further rows before, or null. */
enum err order_view_put_list(struct req *r, struct view *v, const struct rows *rs,
                             unsigned as) MUST_CHECK;

/* Puts `slug` and `picture` of a product. */
void order_view_put_product(struct req *r, struct view *v, struct str slug);

/* "138****1234", "王**", "智造小镇 …": enough to recognise one's own, not to learn another's. */
struct str order_view_mask(struct str text, size_t keep_first, size_t keep_last,
                           struct arena *arena);

#endif
