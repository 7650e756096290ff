/*
 * Where an order goes: sealed, and masked for all but its buyer until somebody opens it for a
 * purpose, which is kept: who, when, what for. A maker opens it by making the label or the sheet of
 * waybills (ship), or by hand; from then on its people see it whole, until the order is over. One
 * of the base opens it for himself alone.
 *
 *   POST /orders/{id}/receiver   purpose
 *   GET  /factory/openings       openings [{order_id, who, is_maker, factory, purpose, at}], next
 */
#ifndef TOWN_TRADE_RECEIVER_H
#define TOWN_TRADE_RECEIVER_H

#include "web/web.h"

enum { RECEIVER_PURPOSE_MAX = 100 /* characters */ };

struct order_receiver { /* plain; in the arena asked with */
    struct str name, phone, address;
};
/* ERR_NOT_FOUND for an order without one. Only for who has opened it. */
enum err order_receiver_get(struct db *db, struct arena *arena, int64_t order_id,
                            struct order_receiver *out) MUST_CHECK;
/* In the transaction of what it is opened for. `purpose` is what somebody typed, or "@KEY" for a
 * text of the program's own, which each reader sees in their language. */
enum err order_receiver_open(struct tx *tx, int64_t order_id, int64_t user_id, bool is_maker,
                             struct str purpose) MUST_CHECK;

/* Puts member `receiver` {name, phone, address, is_whole, may_open} of an order (row 0 of
 * trade.order_get), or null. */
enum err receiver_put(struct req *r, struct view *v, const struct rows *order,
                      unsigned as) MUST_CHECK;

enum err receiver_post(struct req *r) MUST_CHECK;
enum err receiver_openings(struct req *r) MUST_CHECK;

#endif
