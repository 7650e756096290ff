/*
 * The cart: what a buyer has put aside, of any maker. Nothing is held for it; prices and stock are
 * what they are when it is looked at. What is picked goes to the order sheet (order_form.h), and
 * leaves the cart when it is ordered.
 *
 *   GET  /cart        makers [{slug, name, lines [{sku_id, title, name, slug, picture, show_id,
 *                     price, amount, quantity, left, is_picked, problem}]}], picked (how many
 *                     lines), total (of what is picked and can be had), count, quantity_max
 *   POST /cart        sku, quantity (or 1), show: more of it
 *   POST /cart/save   sku and quantity, once a line; pick: SKUs that are picked; remove: a SKU;
 *                     then=checkout goes on to the order sheet
 */
#ifndef TOWN_TRADE_CART_H
#define TOWN_TRADE_CART_H

#include "town/trade/order.h"
#include "web/web.h"

enum { CART_LINES_MAX = 50 };

enum err cart_page(struct req *r) MUST_CHECK;
enum err cart_add(struct req *r) MUST_CHECK;
enum err cart_save(struct req *r) MUST_CHECK;

/* What is picked, as wishes; ERR_LIMIT for more than ORDER_LINES_MAX. */
enum err cart_wishes(struct req *r, struct order_request *rq) MUST_CHECK;

#endif
