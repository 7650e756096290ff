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

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

enum order_as { /* bits: what somebody is to an order */
                ORDER_AS_BUYER = 1,
                ORDER_AS_FACTORY = 2,
                ORDER_AS_OPERATOR = 4,
                ORDER_AS_CASHIER = 8, /* the payment side */
                ORDER_AS_SYSTEM = 16,
};

struct order_transition {
    const char *from; /* NULL: the order does not exist yet */
    const char *event;
    const char *to;
    unsigned who; /* enum order_as */
};

extern const struct order_transition order_transitions[];
extern const size_t order_transitions_n;

/* The row for an event in a state. ERR_CONFLICT when the state does not know it, ERR_FORBIDDEN when
 * none of `as` may. */
enum err order_state_next(struct str from, const char *event, unsigned as,
                          const struct order_transition **out) MUST_CHECK;
/* May the event happen: for the buttons of a page. */
bool order_state_may(struct str from, const char *event, unsigned as);
/* The most telling of the bits: "buyer", "factory"… */
const char *order_as_name(unsigned as);

#endif
