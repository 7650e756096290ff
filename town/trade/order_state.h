/*
 * The states of an order, as one table (from, event, to, who may) that the pages, the API, the
 * writer's commands and the tests share.
 *
 *           place        pay        pack        ship         receive        close
 *   (none) ───────▶ placed ───▶ paid ◀────▶ packed ───▶ shipped ───────▶ received ───▶ closed
 *                    │  │        ▲  unpack               ▲
 *             cancel │  │ expire │ pay                   │ ship
 *                    ▼  ▼        │                     paid
 *            cancelled  expired ─┘
 *
 *   paid, packed           ── cancel (buyer, paid only), call_off (maker) ──▶ refunded
 *   paid, packed … closed  ── refund (all that is left) ──▶ refunded
 *                          ── refund_part ──▶ as it was
 *   any                    ── pay_back ──▶ as it was
 *
 * pay_back: money came for an order that cannot take it (any more), and goes back. A buyer cancels
 * a paid order alone until it is packed. The clock receives and closes (ORDER_RECEIVE_DAYS,
 * ORDER_RETURN_DAYS).
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
