#include <stdio.h>
#include <stdlib.h>

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

enum { ALONE_ARENA_MAX = 4 * 1024 * 1024, CHANGE_FNS_MAX = 8 };

static order_change_fn *change_fns[CHANGE_FNS_MAX];
static size_t change_fns_n;

void order_on_change(order_change_fn *fn)
{
    for (size_t i = 0; i < change_fns_n; i++)
        if (change_fns[i] == fn)
            return;
    if (change_fns_n == CHANGE_FNS_MAX)
        abort(); /* a bug of the start */
    change_fns[change_fns_n++] = fn;
}

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
                                                 V_INT(now_ms),
                                                 V_INT(c->amount_fen),
                                                 V_STR(c->note.p ? c->note : STR(""))};
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

static order_gift_fn *gift_of, *deal_of;

void order_gifts_are(order_gift_fn *fn)
{
    gift_of = fn;
}

void order_deals_are(order_gift_fn *fn)
{
    deal_of = fn;
}

enum err order_gift(struct db *db, struct arena *arena, const struct order_request *rq,
                    int64_t sku_id, int64_t now_ms, struct order_offer *out, struct err_info *info)
{
    *out = (struct order_offer){0};
    order_gift_fn *of = rq->deal ? deal_of : gift_of;
    enum err e = of && rq->n == 1 ? of(db, arena, rq->deal ? rq->deal : rq->gift, rq->buyer_id,
                                       sku_id, now_ms, out)
                                  : ERR_NOT_FOUND;
    if (e != ERR_CONFLICT && e != ERR_NOT_FOUND)
        return e;
    *info = (struct err_info){.code = ERR_CONFLICT, .field = "sku", .key = "trade.no_gift"};
    return ERR_CONFLICT;
}

enum err order_price(struct db *db, struct arena *arena, int64_t show_id,
                     const struct hall_sku *sku, int64_t now_ms, struct order_offer *out,
                     struct err_info *info)
{
    *out = (struct order_offer){.price_fen = sku->price_fen};
    if (!show_id || !show_price)
        return OK;
    enum err e = show_price(db, arena, show_id, sku->id, now_ms, out);
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

enum err order_begin(struct tx *tx, int64_t order_id, const char *event, struct order_actor by,
                     struct str note, struct order_life *out)
{
    struct val id = V_INT(order_id);
    enum err e = db_one(tx->db, &q_trade_order_get, ARGS(id), tx->arena, &out->order);
    if (!e)
        e = transition_next(&order_transitions, row_str(&out->order, 0, "status"), event, by.as,
                            &out->t);
    if (e == ERR_CONFLICT)
        return refuse(tx, e, "status", "trade.status_forbids");
    if (!e && out->t->needs_note && note.n == 0)
        return refuse(tx, ERR_INVALID, "note", "trade.note_missing");
    return e ? e : db_select(tx->db, &q_trade_lines, ARGS(id), tx->arena, &out->lines);
}

static enum err tell(struct tx *tx, const struct order_changed *c)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < change_fns_n; i++)
        e = change_fns[i](tx, c);
    return e;
}

enum { DAY_MS = 24 * 3600 * 1000 };

/* When the clock goes on by itself, after the order has come to a state. */
static struct val clock_of(const char *state, int64_t now_ms)
{
    if (strcmp(state, "shipped") == 0)
        return V_INT(now_ms + (int64_t)ORDER_RECEIVE_DAYS * DAY_MS);
    if (strcmp(state, "received") == 0)
        return V_INT(now_ms + (int64_t)ORDER_RETURN_DAYS * DAY_MS);
    return V_NULL;
}

enum err order_finish(struct tx *tx, const struct order_life *life, struct order_actor by,
                      int64_t amount_fen, struct str note)
{
    const struct rows *order = &life->order;
    const struct transition *t = life->t;
    const struct order_change change = {.order_id = row_int(order, 0, "id"),
                                        .factory_id = row_int(order, 0, "factory_id"),
                                        .total_fen = row_int(order, 0, "total_fen"),
                                        .amount_fen = amount_fen,
                                        .note = note,
                                        .by_rule = t,
                                        .by = by};
    const struct order_changed changed = {.order_id = change.order_id,
                                          .buyer_id = row_int(order, 0, "buyer_id"),
                                          .factory_id = change.factory_id,
                                          .amount_fen = amount_fen,
                                          .event = t->event,
                                          .from = t->from,
                                          .to = t->to,
                                          .by = by};
    enum err e = OK;
    if (strcmp(t->from, t->to) != 0)
        e = db_exec(tx->db, &q_trade_order_move,
                    ARGS(V_Z(t->to), V_INT(tx->now_ms), clock_of(t->to, tx->now_ms),
                         V_INT(change.order_id)),
                    NULL);
    if (!e)
        e = add_event(tx, &change);
    return e ? e : tell(tx, &changed);
}

/* Of an order that was never paid, or whose way goes on: all it has of stock is its holds. */
static enum err step(struct tx *tx, const struct order_life *life, struct order_actor by,
                     struct str note)
{
    bool lets_go = strcmp(life->t->from, "placed") == 0;
    enum err e = lets_go ? order_stock_let_go(tx, &life->lines) : OK;
    if (!e && lets_go)
        e = order_money_off(tx, row_int(&life->order, 0, "id"));
    return e ? e : order_finish(tx, life, by, 0, note);
}

enum err order_do(struct tx *tx, int64_t order_id, const char *event, struct order_actor by,
                  struct str note)
{
    struct order_life life;
    enum err e = order_begin(tx, order_id, event, by, note, &life);
    if (e)
        return e;
    if (strcmp(event, "refund") == 0 || strcmp(event, "refund_part") == 0 ||
        strncmp(event, "pay", 3) == 0)
        return ERR_INVALID; /* of how much: order_refund(); what was paid: town/pay */
    if (strcmp(life.t->to, "refunded") == 0)
        return order_refund_life(tx, &life, by, note);
    return step(tx, &life, by, note);
}

enum err order_clock_set(struct tx *tx, int64_t order_id, int64_t at_ms)
{
    return db_exec(tx->db, &q_trade_order_clock,
                   ARGS(at_ms ? V_INT(at_ms) : V_NULL, V_INT(order_id)), NULL);
}

/* --- what happens by itself --- */

static const struct order_actor the_system = {0, ORDER_AS_SYSTEM};

/* In a savepoint and an arena of its own: an order that cannot go on is logged and stays, and does
 * not keep the others. */
static enum err do_alone(struct tx *tx, int64_t order_id, const char *event, int *done)
{
    struct arena scratch;
    struct err_info info = {0};
    enum err e = db_savepoint(tx->db);
    if (e)
        return e;
    arena_init(&scratch, ALONE_ARENA_MAX);
    struct tx own = *tx;
    own.arena = &scratch;
    own.info = &info;
    enum err why = order_do(&own, order_id, event, the_system, STR_NONE);
    if (!why)
        e = db_savepoint_release(tx->db);
    else
        LOG(ERROR, "trade.cannot_go_on", L_I("order", order_id), L_Z("event", event), L_ERR(why));
    if (why || e)
        db_savepoint_rollback(tx->db);
    *done += !why && !e;
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
        e = do_alone(tx, row_int(&due, i, "id"), "expire", expired);
    return e;
}

enum err order_clock(struct tx *tx, int most, int *stepped)
{
    struct rows due;
    *stepped = 0;
    enum err e = db_select(tx->db, &q_trade_orders_by_clock, ARGS(V_INT(tx->now_ms), V_INT(most)),
                           tx->arena, &due);
    for (size_t i = 0; !e && i < due.n; i++)
        e = do_alone(tx, row_int(&due, i, "id"),
                     str_eq_z(row_str(&due, i, "status"), "shipped") ? "receive" : "close",
                     stepped);
    return e;
}
