/*
 * Placing an order under an idempotency key: the writer's hot command behind POST /orders
 * (store/writer.h). Those that wait run together: earlier answers are looked up for all, the rest
 * is placed by order_place_many(), and the answers are kept with the keys.
 */
#ifndef TOWN_TRADE_ORDER_COMMAND_H
#define TOWN_TRADE_ORDER_COMMAND_H

#include "store/idem.h"
#include "town/trade/order.h"

struct order_command {
    struct command cmd;
    struct order_request request;
    struct idem_key key;         /* the caller sets the client's own part, key.key */
    struct idem_outcome outcome; /* out, when the command succeeds: what the request came to */
};

/* Fills in the rest from the request: the command and its key, with texts in the arena. ERR_INVALID
 * for more than ORDER_LINES_MAX lines. */
enum err order_command_make(struct order_command *c, struct arena *arena) MUST_CHECK;

#endif
