/*
 * The states of an order, as one table (from, event, to, who may) that the pages, the API, the
 * writer's commands and the tests share.
 *
 *              place            pay
 *   (nothing) ──────▶ placed ─────────▶ paid
 *                       │ │  expire       ▲ pay: stock is held again, or sold out
 *                cancel │ └──────▶ expired ┘
 *                       ▼
 *                   cancelled
 */
#ifndef TOWN_TRADE_ORDER_STATE_H
#define TOWN_TRADE_ORDER_STATE_H

#include "town/transition.h"

enum order_as { /* bits: what somebody is to an order */
                ORDER_AS_BUYER = 1,
                ORDER_AS_FACTORY = 2,
                ORDER_AS_OPERATOR = 4,
                ORDER_AS_CASHIER = 8, /* the payment side */
                ORDER_AS_SYSTEM = 16,
};

extern const struct transition_table order_transitions; /* who: enum order_as */

/* The most telling of the bits: "buyer", "factory"… */
const char *order_as_name(unsigned as);

#endif
