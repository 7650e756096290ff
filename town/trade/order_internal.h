/* What placing an order and what happens to it later have in common. */
#ifndef TOWN_TRADE_ORDER_INTERNAL_H
#define TOWN_TRADE_ORDER_INTERNAL_H

#include "store/outbox.h"
#include "town/hall/hall.h"
#include "town/trade/order.h"
#include "town/trade/order_state.h"

enum { ORDER_NAME_BYTES = 64 }; /* texts that name an order or one of its lines */

/* "order:1042", in the caller's buffer. */
struct str order_ref(int64_t order_id, char buffer[ORDER_NAME_BYTES]);

/* A line's pieces. `attempt` 1 is the first hold; the time makes the id of one that replaces an
 * expired one. `ref` is kept by the caller until the ledger has it. */
struct order_hold {
    int64_t order_id, sku_id, quantity, attempt;
};
struct ledger_transfer order_hold_transfer(const struct order_hold *hold,
                                           const struct hall_stock *stock, struct str ref);
/* Turns the ledger's refusal of a hold into the order's. */
void order_hold_refused(enum err e, struct err_info *info);

/* A change of state, to be kept and to be told. */
struct order_change {
    int64_t order_id, factory_id, total_fen;
    const struct transition *by_rule;
    struct order_actor by;
};
/* The arguments of q_trade_event_add. */
enum { ORDER_EVENT_COLUMNS = 7 };
void order_event(const struct order_change *c, int64_t now_ms, struct val out[ORDER_EVENT_COLUMNS]);
/* The arguments of q_store_outbox_add: kind "order.placed", "order.paid" …, body
 * {"order":7,"factory":3,"total_fen":6900,"from":"placed","by":"buyer"}; "from" is null at first.
 */
enum err order_told(const struct order_change *c, int64_t now_ms, struct arena *arena,
                    struct val out[OUTBOX_COLUMNS]) MUST_CHECK;

#endif
