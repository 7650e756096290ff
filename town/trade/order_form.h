/*
 * The order sheet: GET /orders/new?sku=&quantity=&show= draws it, POST /orders reads it. View:
 *
 *   sku {id, title, name, slug, picture, price, left, for_sale}, quantity, quantity_max, show (0:
 * in none), name, phone, address (as typed), order_key (page only)
 */
#ifndef TOWN_TRADE_ORDER_FORM_H
#define TOWN_TRADE_ORDER_FORM_H

#include "town/trade/order.h"
#include "web/web.h"

enum err order_form_page(struct req *r) MUST_CHECK; /* GET /orders/new */

/* The fields of POST /orders: sku and quantity, once a line; show (or none); name, phone and
 * address of the receiver, all three. Refusals name the field. Leaves buyer_id alone. */
enum err order_form_read(struct req *r, struct order_request *rq) MUST_CHECK;

/* A refusal from here on draws the sheet again as it was filled in, with a new key, when it was a
 * sheet of one SKU that can be drawn. */
void order_form_keep(struct req *r);

#endif
