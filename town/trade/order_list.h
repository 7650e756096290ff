/*
 * Lists of orders, newest first: a buyer's own (GET /orders), a maker's (GET /factory/orders; an
 * operator's are of all, or of ?factory=). View: orders and next, as order_view.h says; state (that
 * was asked for, or empty), groups [{state, name, n}] of a buyer's.
 *
 *   state   to_pay     placed             to_receive  shipped
 *           to_ship    paid, packed       done        received, closed
 *           over       cancelled, expired, refunded
 */
#ifndef TOWN_TRADE_ORDER_LIST_H
#define TOWN_TRADE_ORDER_LIST_H

#include "web/web.h"

enum err order_list_of_buyer(struct req *r) MUST_CHECK;
enum err order_list_of_factory(struct req *r) MUST_CHECK;

#endif
