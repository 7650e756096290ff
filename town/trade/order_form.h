/*
 * The order sheet: GET /orders/new?sku=&quantity=&show= or ?from=cart draws it, POST /orders/quote
 * draws it again with what has been typed, POST /orders places what it says. View:
 *
 *   parts [{maker {slug, name}, lines [{id, title, name, slug, picture, price, amount, quantity,
 *   show, left, for_sale}], goods, freight, discount, total}], total, can_order, problem (why not),
 *   needs_province, is_single (its quantity can be changed), from_cart, quantity_max, addresses
 *   [{id, name, phone (masked), line, is_chosen}], is_typed (none of them), province, name, phone,
 *   address (as typed), provinces and order_key (page only)
 */
#ifndef TOWN_TRADE_ORDER_FORM_H
#define TOWN_TRADE_ORDER_FORM_H

#include "town/trade/order.h"
#include "web/web.h"

enum err order_form_page(struct req *r) MUST_CHECK;  /* GET /orders/new */
enum err order_form_quote(struct req *r) MUST_CHECK; /* POST /orders/quote */

/* The fields of POST /orders: sku and quantity, once a line; show, once a line or for all (or
 * none); expect, the sum that was seen, in fen (or none); from=cart; address_id, one that the buyer
 * has kept, or "new" or none: name, phone, address, and province or what the address begins with;
 * keep: for the next time. Refusals name the field. Leaves buyer_id alone. */
enum err order_form_read(struct req *r, struct order_request *rq) MUST_CHECK;

/* A refusal from here on draws the sheet again as it was filled in, with a new key, when it can be
 * drawn. */
void order_form_keep(struct req *r);

#endif
