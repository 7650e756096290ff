#include "town/trade/order.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/hall/hall.h"
#include "town/trade/order_state.h"

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

enum {
    NAME_MAX_BYTES = 64, /* texts that name an order or one of its lines */
    EXPIRE_ARENA_MAX = 4 * 1024 * 1024,
};

static struct str order_ref(int64_t order_id, char buffer[NAME_MAX_BYTES])
{
    int n = snprintf(buffer, NAME_MAX_BYTES, "order:%lld", (long long)order_id);
    return str_n(buffer, (size_t)n);
}

static enum err add_event(struct tx *tx, int64_t order_id, const struct order_transition *t,
                          struct order_actor by)
{
    return db_exec(tx->db, &q_trade_event_add,
                   ARGS(V_INT(order_id), V_Z(t->event), t->from ? V_Z(t->from) : V_NULL, V_Z(t->to),
                        by.user_id ? V_INT(by.user_id) : V_NULL, V_Z(order_as_name(by.as & t->who)),
                        V_INT(tx->now_ms)),
                   NULL);
}

/* --- placing --- */

struct line {
    struct hall_sku sku;
    int64_t quantity, price_fen;
};

struct basket {
    struct line lines[ORDER_LINES_MAX]; /* by rising SKU id */
    size_t n;
    int64_t total_fen;
};

static int by_sku(const void *a, const void *b)
{
    const struct order_wish *x = a, *y = b;
    return (x->sku_id > y->sku_id) - (x->sku_id < y->sku_id);
}

/* Sums the demand for each SKU, so that two lines cannot each pass against the same stock. */
static enum err gather(struct tx *tx, const struct order_request *rq, struct basket *b)
{
    struct order_wish wishes[ORDER_LINES_MAX];
    if (rq->n == 0 || rq->n > ORDER_LINES_MAX)
        return refuse(tx, ERR_INVALID, "sku", "trade.lines_bad");
    memcpy(wishes, rq->wishes, rq->n * sizeof(wishes[0]));
    qsort(wishes, rq->n, sizeof(wishes[0]), by_sku);
    *b = (struct basket){0};
    for (size_t i = 0; i < rq->n; i++) {
        if (wishes[i].quantity < 1 || wishes[i].quantity > ORDER_QUANTITY_MAX)
            return refuse(tx, ERR_INVALID, "quantity", "trade.quantity_bad");
        if (b->n == 0 || b->lines[b->n - 1].sku.id != wishes[i].sku_id)
            b->lines[b->n++] = (struct line){.sku.id = wishes[i].sku_id};
        struct line *line = &b->lines[b->n - 1];
        line->quantity += wishes[i].quantity;
        if (line->quantity > ORDER_QUANTITY_MAX)
            return refuse(tx, ERR_INVALID, "quantity", "trade.quantity_bad");
    }
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

static enum err check_unpaid(struct tx *tx, int64_t buyer_id)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_trade_unpaid_of_buyer,
               ARGS(V_INT(buyer_id), V_INT(tx->now_ms - ORDER_UNPAID_WINDOW_MS)), tx->arena, &rs);
    if (e || row_int(&rs, 0, "n") < ORDER_UNPAID_MAX)
        return e;
    *tx->info = (struct err_info){
        .code = ERR_LIMIT, .key = "trade.too_many_unpaid", .limit = ORDER_UNPAID_MAX};
    return ERR_LIMIT;
}

/* Looks up what is wanted as it is at this moment: names, price, seller. */
static enum err price(struct tx *tx, int64_t show_id, struct basket *b)
{
    for (size_t i = 0; i < b->n; i++) {
        struct line *line = &b->lines[i];
        enum err e = hall_sku_get(tx->db, line->sku.id, tx->arena, &line->sku);
        if (e == ERR_NOT_FOUND)
            return refuse(tx, ERR_INVALID, "sku", "trade.sku_unknown");
        if (e)
            return e;
        if (!line->sku.for_sale)
            return refuse(tx, ERR_CONFLICT, "sku", "trade.not_for_sale");
        if (line->sku.factory_id != b->lines[0].sku.factory_id)
            return refuse(tx, ERR_INVALID, "sku", "trade.one_factory");
        int64_t amount;
        e = order_price(tx->db, tx->arena, show_id, &line->sku, &line->price_fen, tx->info);
        if (e)
            return e;
        if (line->price_fen < 0 ||
            __builtin_mul_overflow(line->quantity, line->price_fen, &amount) ||
            __builtin_add_overflow(b->total_fen, amount, &b->total_fen))
            return refuse(tx, ERR_INVALID, "quantity", "trade.quantity_bad");
    }
    return OK;
}

/* Holds a line's pieces. `attempt` makes the id of a hold that replaces an expired one. */
static enum err hold_pieces(struct tx *tx, int64_t order_id, int64_t sku_id, int64_t quantity,
                            int64_t attempt, struct ledger_id *hold)
{
    struct hall_stock stock;
    char ref[NAME_MAX_BYTES], name[NAME_MAX_BYTES];
    enum err e = hall_stock_open(tx, sku_id, &stock);
    if (e)
        return e;
    int n = snprintf(name, sizeof(name), "%lld.%lld.%lld", (long long)order_id, (long long)sku_id,
                     (long long)attempt);
    *hold = ledger_id_derive("trade.hold", str_n(name, (size_t)n));
    struct ledger_transfer t = {.id = *hold,
                                .debit = stock.available,
                                .credit = stock.sold,
                                .amount = quantity,
                                .timeout_ms = ORDER_HOLD_MS,
                                .reason = "order",
                                .ref = order_ref(order_id, ref)};
    e = ledger_hold(tx, &t);
    if (e == ERR_SOLD_OUT) {
        tx->info->field = "quantity";
        tx->info->key = tx->info->limit > 0 ? "trade.only_left" : "trade.sold_out";
    }
    if (!e)
        hall_stock_touch(tx, sku_id);
    return e;
}

static enum err add_line(struct tx *tx, int64_t order_id, size_t number, const struct line *line)
{
    struct ledger_id hold;
    const struct hall_sku *sku = &line->sku;
    enum err e = hold_pieces(tx, order_id, sku->id, line->quantity, 1, &hold);
    if (e)
        return e;
    return db_exec(tx->db, &q_trade_line_add,
                   ARGS(V_INT(order_id), V_INT((int64_t)number), V_INT(sku->id),
                        V_STR(sku->product_slug), V_STR(sku->title_zh), V_STR(sku->title_en),
                        V_STR(sku->name_zh), V_STR(sku->name_en), V_INT(line->quantity),
                        V_INT(line->price_fen), V_BLOB(str_n(hold.b, sizeof(hold.b)))),
                   NULL);
}

static enum err add_receiver(struct tx *tx, int64_t order_id, const struct order_request *rq)
{
    struct str name, phone, address;
    if (rq->name.n + rq->phone.n + rq->address.n == 0)
        return OK;
    enum err e = seal_text("order_receivers.name", rq->name, tx->arena, &name);
    if (!e)
        e = seal_text("order_receivers.phone", rq->phone, tx->arena, &phone);
    if (!e)
        e = seal_text("order_receivers.address", rq->address, tx->arena, &address);
    if (!e)
        e = db_exec(tx->db, &q_trade_receiver_add,
                    ARGS(V_INT(order_id), V_BLOB(name), V_BLOB(phone), V_BLOB(address)), NULL);
    return e;
}

enum err order_place(struct tx *tx, const struct order_request *rq, int64_t *order_id)
{
    const struct order_transition *t;
    struct order_actor buyer = {rq->buyer_id, ORDER_AS_BUYER};
    struct basket b;
    struct rows rs;
    enum err e = order_state_next(STR_NONE, "place", buyer.as, &t);
    if (!e)
        e = gather(tx, rq, &b);
    if (!e)
        e = check_unpaid(tx, rq->buyer_id);
    if (!e)
        e = price(tx, rq->show_id, &b);
    if (!e)
        e = db_one(tx->db, &q_trade_order_add,
                   ARGS(V_INT(rq->buyer_id), V_INT(b.lines[0].sku.factory_id),
                        rq->show_id ? V_INT(rq->show_id) : V_NULL, V_INT(b.total_fen),
                        V_INT(tx->now_ms), V_INT(tx->now_ms + ORDER_HOLD_MS)),
                   tx->arena, &rs);
    if (e)
        return e;
    *order_id = row_int(&rs, 0, "id");
    for (size_t i = 0; !e && i < b.n; i++)
        e = add_line(tx, *order_id, i + 1, &b.lines[i]);
    if (!e)
        e = add_receiver(tx, *order_id, rq);
    return e ? e : add_event(tx, *order_id, t, buyer);
}

/* --- what happens to an order --- */

/* Loads the order and its lines and finds the row of the state table. */
static enum err begin(struct tx *tx, int64_t order_id, const char *event, struct order_actor by,
                      const struct order_transition **t, struct rows *order, struct rows *lines)
{
    enum err e = db_one(tx->db, &q_trade_order_get, ARGS(V_INT(order_id)), tx->arena, order);
    if (!e)
        e = order_state_next(row_str(order, 0, "status"), event, by.as, t);
    if (e == ERR_CONFLICT)
        return refuse(tx, e, "status", "trade.status_forbids");
    return e ? e : db_select(tx->db, &q_trade_lines, ARGS(V_INT(order_id)), tx->arena, lines);
}

static enum err finish(struct tx *tx, int64_t order_id, const struct order_transition *t,
                       struct order_actor by)
{
    bool paid = strcmp(t->to, "paid") == 0;
    enum err e =
        db_exec(tx->db, &q_trade_order_move,
                ARGS(V_Z(t->to), paid ? V_INT(tx->now_ms) : V_NULL, V_INT(order_id)), NULL);
    return e ? e : add_event(tx, order_id, t, by);
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

/* The hold's time has passed: take the pieces anew, if they are there. */
static enum err hold_anew(struct tx *tx, int64_t order_id, const struct rows *lines, size_t i,
                          struct ledger_id *hold)
{
    enum err e = let_go(tx, hold);
    if (!e)
        e = hold_pieces(tx, order_id, row_int(lines, i, "sku_id"), row_int(lines, i, "quantity"),
                        tx->now_ms, hold);
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
    char ref[NAME_MAX_BYTES];
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
    const struct order_transition *t;
    struct rows order, lines;
    enum err e = begin(tx, order_id, "pay", by, &t, &order, &lines);
    for (size_t i = 0; !e && i < lines.n; i++)
        e = sell_line(tx, order_id, &lines, i);
    if (!e)
        e = take_money(tx, order_id, row_int(&order, 0, "total_fen"));
    return e ? e : finish(tx, order_id, t, by);
}

enum err order_cancel(struct tx *tx, int64_t order_id, struct order_actor by)
{
    const struct order_transition *t;
    struct rows order, lines;
    enum err e = begin(tx, order_id, "cancel", by, &t, &order, &lines);
    if (!e)
        e = let_all_go(tx, &lines);
    return e ? e : finish(tx, order_id, t, by);
}

static enum err expire_one(struct tx *tx, int64_t order_id)
{
    const struct order_transition *t;
    struct order_actor system = {0, ORDER_AS_SYSTEM};
    struct rows order, lines;
    enum err e = begin(tx, order_id, "expire", system, &t, &order, &lines);
    if (!e)
        e = let_all_go(tx, &lines);
    return e ? e : finish(tx, order_id, t, system);
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
