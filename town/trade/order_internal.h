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
    int64_t amount_fen; /* of a refund, else 0 */
    struct str note;
    const struct transition *by_rule;
    struct order_actor by;
};
/* The arguments of q_trade_event_add. */
enum { ORDER_EVENT_COLUMNS = 9 };
void order_event(const struct order_change *c, int64_t now_ms, struct val out[ORDER_EVENT_COLUMNS]);
/* An order that something happens to, as the database has it. */
struct order_life {
    struct rows order, lines; /* trade.order_get, trade.lines */
    const struct transition *t;
};
/* Loads it and finds the row of the state table. */
enum err order_begin(struct tx *tx, int64_t order_id, const char *event, struct order_actor by,
                     struct str note, struct order_life *out) MUST_CHECK;
/* Moves it, adds the event row, tells the outbox and who else wants to know. */
enum err order_finish(struct tx *tx, const struct order_life *life, struct order_actor by,
                      int64_t amount_fen, struct str note) MUST_CHECK;

/* order_refund.c: an event that sends all that is left back, and what of it can be sold again. */
enum err order_refund_life(struct tx *tx, const struct order_life *life, struct order_actor by,
                           struct str note) MUST_CHECK;

/* order_stock.c: the pieces of all lines. */
enum err order_stock_let_go(struct tx *tx, const struct rows *lines) MUST_CHECK;
enum err order_stock_sell(struct tx *tx, int64_t order_id, const struct rows *lines) MUST_CHECK;
/* Pieces of one line that was sold come back; `key` makes the transfer's id. */
enum err order_stock_back(struct tx *tx, int64_t order_id, int64_t sku_id, int64_t pieces,
                          bool is_for_sale, struct str key) MUST_CHECK;

/* order_money.c: nobody is to pay it any more; what goes back to the buyer. */
enum err order_money_off(struct tx *tx, int64_t order_id) MUST_CHECK;
enum err order_money_back(struct tx *tx, const struct rows *order, int64_t amount_fen,
                          struct str key, struct str why) MUST_CHECK;

/* The arguments of q_store_outbox_add: kind "order.placed", "order.paid" …, body
 * {"order":7,"factory":3,"total_fen":6900,"from":"placed","by":"buyer"}; "from" is null at first.
 */
enum err order_told(const struct order_change *c, int64_t now_ms, struct arena *arena,
                    struct val out[OUTBOX_COLUMNS]) MUST_CHECK;

struct order_offer;
/* Of a prize or an agreed quote: neither the hall's price nor its limits and freight count. */
static inline bool order_is_apart(const struct order_request *rq)
{
    return rq->gift || rq->deal;
}
/* What the request's prize, or quote, comes to: as order_price(). */
enum err order_gift(struct db *db, struct arena *arena, const struct order_request *rq,
                    int64_t sku_id, int64_t now_ms, struct order_offer *out,
                    struct err_info *info) MUST_CHECK;

#endif
