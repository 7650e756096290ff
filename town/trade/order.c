#include <stdio.h>

#include "base/log.h"
#include "store/queries.h"
#include "town/hall/hall.h"
#include "town/trade/order_internal.h"

static order_show_price_fn *show_price;

void order_show_price(order_show_price_fn *fn)
{
    show_price = fn;
}

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key};
    return e;
}

enum { EXPIRE_ARENA_MAX = 4 * 1024 * 1024 };

/* --- what order_internal.h promises --- */

struct str order_ref(int64_t order_id, char buffer[ORDER_NAME_BYTES])
{
    int n = snprintf(buffer, ORDER_NAME_BYTES, "order:%lld", (long long)order_id);
    return str_n(buffer, (size_t)n);
}

struct ledger_transfer order_hold_transfer(const struct order_hold *hold,
                                           const struct hall_stock *stock, struct str ref)
{
    char name[ORDER_NAME_BYTES];
    int n = snprintf(name, sizeof(name), "%lld.%lld.%lld", (long long)hold->order_id,
                     (long long)hold->sku_id, (long long)hold->attempt);
    return (struct ledger_transfer){.id = ledger_id_derive("trade.hold", str_n(name, (size_t)n)),
                                    .debit = stock->available,
                                    .credit = stock->sold,
                                    .amount = hold->quantity,
                                    .timeout_ms = ORDER_HOLD_MS,
                                    .reason = "order",
                                    .ref = ref};
}

void order_hold_refused(enum err e, struct err_info *info)
{
    if (e != ERR_SOLD_OUT)
        return;
    info->field = "quantity";
    info->key = info->limit > 0 ? "trade.only_left" : "trade.sold_out";
}

void order_event(const struct order_change *c, int64_t now_ms, struct val out[ORDER_EVENT_COLUMNS])
{
    const struct transition *t = c->by_rule;
    const struct val row[ORDER_EVENT_COLUMNS] = {V_INT(c->order_id),
                                                 V_Z(t->event),
                                                 t->from ? V_Z(t->from) : V_NULL,
                                                 V_Z(t->to),
                                                 c->by.user_id ? V_INT(c->by.user_id) : V_NULL,
                                                 V_Z(order_as_name(c->by.as & t->who)),
                                                 V_INT(now_ms)};
    memcpy(out, row, sizeof(row));
}

enum err order_told(const struct order_change *c, int64_t now_ms, struct arena *arena,
                    struct val out[OUTBOX_COLUMNS])
{
    const struct transition *t = c->by_rule;
    const char *from = t->from ? arena_printf(arena, "\"%s\"", t->from) : "null";
    const char *kind = arena_printf(arena, "order.%s", t->to);
    const char *body = arena_printf(
        arena, "{\"order\":%lld,\"factory\":%lld,\"total_fen\":%lld,\"from\":%s,\"by\":\"%s\"}",
        (long long)c->order_id, (long long)c->factory_id, (long long)c->total_fen, from,
        order_as_name(c->by.as & t->who));
    char ref[ORDER_NAME_BYTES];
    struct str subject = arena_str(arena, order_ref(c->order_id, ref));
    if (arena_failed(arena))
        return ERR_NOMEM;
    outbox_row(subject, kind, str_of(body), now_ms, out);
    return OK;
}

enum err order_price(struct db *db, struct arena *arena, int64_t show_id,
                     const struct hall_sku *sku, int64_t *price_fen, struct err_info *info)
{
    *price_fen = sku->price_fen;
    if (!show_id || !show_price)
        return OK;
    enum err e = show_price(db, arena, show_id, sku->id, price_fen);
    if (e != ERR_CONFLICT && e != ERR_NOT_FOUND)
        return e;
    *info = (struct err_info){.code = ERR_CONFLICT, .field = "sku", .key = "trade.not_on_shelf"};
    return ERR_CONFLICT;
}

/* --- what happens to an order --- */

static enum err add_event(struct tx *tx, const struct order_change *c)
{
    struct val event[ORDER_EVENT_COLUMNS], told[OUTBOX_COLUMNS];
    order_event(c, tx->now_ms, event);
    enum err e = order_told(c, tx->now_ms, tx->arena, told);
    if (!e)
        e = db_exec_many(tx->db, &q_trade_event_add, event, 1, NULL);
    return e ? e : db_exec_many(tx->db, &q_store_outbox_add, told, 1, NULL);
}

/* Loads the order and its lines and finds the row of the state table. */
static enum err begin(struct tx *tx, int64_t order_id, const char *event, struct order_actor by,
                      const struct transition **t, struct rows *order, struct rows *lines)
{
    enum err e = db_one(tx->db, &q_trade_order_get, ARGS(V_INT(order_id)), tx->arena, order);
    if (!e)
        e = transition_next(&order_transitions, row_str(order, 0, "status"), event, by.as, t);
    if (e == ERR_CONFLICT)
        return refuse(tx, e, "status", "trade.status_forbids");
    return e ? e : db_select(tx->db, &q_trade_lines, ARGS(V_INT(order_id)), tx->arena, lines);
}

static enum err finish(struct tx *tx, const struct rows *order, const struct transition *t,
                       struct order_actor by)
{
    bool paid = strcmp(t->to, "paid") == 0;
    const struct order_change change = {.order_id = row_int(order, 0, "id"),
                                        .factory_id = row_int(order, 0, "factory_id"),
                                        .total_fen = row_int(order, 0, "total_fen"),
                                        .by_rule = t,
                                        .by = by};
    enum err e =
        db_exec(tx->db, &q_trade_order_move,
                ARGS(V_Z(t->to), paid ? V_INT(tx->now_ms) : V_NULL, V_INT(change.order_id)), NULL);
    return e ? e : add_event(tx, &change);
}

static struct ledger_id hold_of(const struct rows *lines, size_t i)
{
    struct ledger_id id;
    memcpy(id.b, row_str(lines, i, "hold").p, sizeof(id.b));
    return id;
}

static struct ledger_id resolver_of(const char *purpose, const struct ledger_id *hold)
{
    return ledger_id_derive(purpose, str_n(hold->b, sizeof(hold->b)));
}

/* ERR_EXPIRED from the ledger means that the hold was voided by its time: that is what is wanted.
 */
static enum err let_go(struct tx *tx, const struct ledger_id *hold)
{
    enum err e = ledger_hold_void(tx, resolver_of("trade.void", hold), *hold);
    return e == ERR_EXPIRED ? OK : e;
}

static enum err let_all_go(struct tx *tx, const struct rows *lines)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < lines->n; i++) {
        struct ledger_id hold = hold_of(lines, i);
        e = let_go(tx, &hold);
        if (!e)
            hall_stock_touch(tx, row_int(lines, i, "sku_id"));
    }
    return e;
}

/* Holds a line's pieces again, at a later time. */
static enum err hold_pieces(struct tx *tx, const struct order_hold *pieces, struct ledger_id *hold)
{
    struct hall_stock stock;
    char ref[ORDER_NAME_BYTES];
    enum err e = hall_stock_open(tx, pieces->sku_id, &stock);
    if (e)
        return e;
    struct ledger_transfer t =
        order_hold_transfer(pieces, &stock, order_ref(pieces->order_id, ref));
    *hold = t.id;
    e = ledger_hold(tx, &t);
    if (e)
        order_hold_refused(e, tx->info);
    else
        hall_stock_touch(tx, pieces->sku_id);
    return e;
}

/* The hold's time has passed: take the pieces anew, if they are there. */
static enum err hold_anew(struct tx *tx, int64_t order_id, const struct rows *lines, size_t i,
                          struct ledger_id *hold)
{
    const struct order_hold pieces = {order_id, row_int(lines, i, "sku_id"),
                                      row_int(lines, i, "quantity"), tx->now_ms};
    enum err e = let_go(tx, hold);
    if (!e)
        e = hold_pieces(tx, &pieces, hold);
    if (!e)
        e = db_exec(tx->db, &q_trade_line_hold,
                    ARGS(V_BLOB(str_n(hold->b, sizeof(hold->b))), V_INT(order_id),
                         V_INT(row_int(lines, i, "line"))),
                    NULL);
    return e;
}

static enum err sell_line(struct tx *tx, int64_t order_id, const struct rows *lines, size_t i)
{
    struct ledger_id hold = hold_of(lines, i);
    enum err e = ledger_hold_post(tx, resolver_of("trade.post", &hold), hold, 0);
    /* ERR_CONFLICT: voided when the order expired. Whether it may still be paid, the state table
     * has said already. */
    if (e == ERR_EXPIRED || e == ERR_CONFLICT) {
        e = hold_anew(tx, order_id, lines, i, &hold);
        if (!e)
            e = ledger_hold_post(tx, resolver_of("trade.post", &hold), hold, 0);
    }
    if (!e)
        hall_stock_touch(tx, row_int(lines, i, "sku_id"));
    return e;
}

static enum err take_money(struct tx *tx, int64_t order_id, int64_t total_fen)
{
    char ref[ORDER_NAME_BYTES];
    int64_t book, outside, paid;
    if (total_fen == 0)
        return OK; /* a gift: nothing to move */
    enum err e = ledger_book(tx, "CNY", STR("town"), &book);
    if (!e)
        e = ledger_account_open(tx, book, "outside", 0, &outside);
    if (!e)
        e = ledger_account_open(tx, book, "paid", LEDGER_DEBITS_LE_CREDITS, &paid);
    if (e)
        return e;
    struct ledger_transfer t = {.id = ledger_id_derive("trade.payment", order_ref(order_id, ref)),
                                .debit = outside,
                                .credit = paid,
                                .amount = total_fen,
                                .reason = "payment",
                                .ref = order_ref(order_id, ref)};
    return ledger_post(tx, &t);
}

enum err order_pay(struct tx *tx, int64_t order_id, struct order_actor by)
{
    const struct transition *t;
    struct rows order, lines;
    enum err e = begin(tx, order_id, "pay", by, &t, &order, &lines);
    for (size_t i = 0; !e && i < lines.n; i++)
        e = sell_line(tx, order_id, &lines, i);
    if (!e)
        e = take_money(tx, order_id, row_int(&order, 0, "total_fen"));
    return e ? e : finish(tx, &order, t, by);
}

enum err order_cancel(struct tx *tx, int64_t order_id, struct order_actor by)
{
    const struct transition *t;
    struct rows order, lines;
    enum err e = begin(tx, order_id, "cancel", by, &t, &order, &lines);
    if (!e)
        e = let_all_go(tx, &lines);
    return e ? e : finish(tx, &order, t, by);
}

static enum err expire_one(struct tx *tx, int64_t order_id)
{
    const struct transition *t;
    struct order_actor system = {0, ORDER_AS_SYSTEM};
    struct rows order, lines;
    enum err e = begin(tx, order_id, "expire", system, &t, &order, &lines);
    if (!e)
        e = let_all_go(tx, &lines);
    return e ? e : finish(tx, &order, t, system);
}

/* In a savepoint and an arena of its own: an order that cannot be expired is logged and stays, and
 * does not keep the others. */
static enum err expire_alone(struct tx *tx, int64_t order_id, int *expired)
{
    struct arena scratch;
    struct err_info info = {0};
    enum err e = db_savepoint(tx->db);
    if (e)
        return e;
    arena_init(&scratch, EXPIRE_ARENA_MAX);
    struct tx own = *tx;
    own.arena = &scratch;
    own.info = &info;
    enum err why = expire_one(&own, order_id);
    if (!why)
        e = db_savepoint_release(tx->db);
    else
        LOG(ERROR, "trade.cannot_expire", L_I("order", order_id), L_ERR(why));
    if (why || e)
        db_savepoint_rollback(tx->db);
    *expired += !why && !e;
    arena_free(&scratch);
    if (!e && why && (err_retryable(why) || !db_in_transaction(tx->db)))
        e = why;
    return e;
}

enum err order_expire(struct tx *tx, int most, int *expired)
{
    struct rows due;
    *expired = 0;
    enum err e = db_select(tx->db, &q_trade_orders_due, ARGS(V_INT(tx->now_ms), V_INT(most)),
                           tx->arena, &due);
    for (size_t i = 0; !e && i < due.n; i++)
        e = expire_alone(tx, row_int(&due, i, "id"), expired);
    return e;
}
