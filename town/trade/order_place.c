/*
 * Placing orders, a batch of them at a time (see store/writer.h about hot commands): what they all
 * need is read set-wise, each is decided in memory in turn, what was decided is written set-wise.
 *
 *   market   what the hall and shows say of each SKU wanted (order_basket.h)
 *   stocks   the stock accounts of each
 *   buyers   how many orders each has not paid
 *   ledger   the holds decided so far: what one order takes, the next cannot have
 *
 * A refused order takes no number and leaves no row.
 */
#include <stdio.h>

#include "base/map.h"
#include "ledger/ledger_set.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/trade/order_basket.h"
#include "town/trade/order_internal.h"

enum { ORDER_COLUMNS = 12, LINE_COLUMNS = 14, RECEIVER_COLUMNS = 4, CART_COLUMNS = 2 };

struct wanting_buyer {
    int64_t unpaid;
};

/* Rows of arguments that wait for their statement. */
struct waiting {
    struct val *args;
    size_t n, room; /* values */
};

struct rush {
    struct tx *tx;
    struct market market;
    struct ledger_set ledger;
    struct map stocks, buyers;
    const struct transition *transition;
    int64_t last_order; /* number of the last order there is */
    struct waiting orders, lines, receivers, events, told, carts, coupons;
};

static enum err wait_for(struct rush *r, struct waiting *w, const struct val *row, size_t n)
{
    if (w->n + n > w->room) {
        size_t room = w->room ? w->room * 2 : n * 16;
        struct val *more = arena_array(r->tx->arena, room, sizeof(*more));
        if (!more)
            return ERR_NOMEM;
        if (w->n)
            memcpy(more, w->args, w->n * sizeof(*more));
        w->args = more;
        w->room = room;
    }
    memcpy(w->args + w->n, row, n * sizeof(*row));
    w->n += n;
    return OK;
}

/* --- what the batch needs --- */

static struct str key_of(const int64_t *id)
{
    return str_n(id, sizeof(*id));
}

static enum err load_stocks(struct rush *r)
{
    struct arena *arena = r->tx->arena;
    const int64_t *ids = r->market.for_sale;
    size_t n = r->market.for_sale_n;
    struct hall_stock *stocks = arena_array(arena, n, sizeof(*stocks));
    int64_t *accounts = arena_array(arena, n * 2, sizeof(*accounts));
    if (arena_failed(arena))
        return ERR_NOMEM;
    enum err e = hall_stock_open_many(r->tx, ids, n, stocks);
    for (size_t i = 0; !e && i < n; i++) {
        e = map_put(&r->stocks, key_of(&ids[i]), &stocks[i]);
        accounts[2 * i] = stocks[i].available;
        accounts[2 * i + 1] = stocks[i].sold;
    }
    return e ? e : ledger_set_accounts(&r->ledger, accounts, n * 2);
}

static enum err load_market(struct rush *r, struct placing *all, size_t n)
{
    const struct order_request **requests =
        arena_array(r->tx->arena, n, sizeof(struct order_request *));
    if (!requests)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        requests[i] = all[i].request;
    return market_load(&r->market, r->tx->db, r->tx->now_ms, requests, n, r->tx->arena);
}

/* The distinct buyers. */
static enum err note_buyer(struct rush *r, int64_t id, int64_t *ids, size_t *n)
{
    if (map_get(&r->buyers, key_of(&id)))
        return OK;
    struct wanting_buyer *buyer = ARENA_NEW(r->tx->arena, struct wanting_buyer);
    if (!buyer)
        return ERR_NOMEM;
    ids[(*n)++] = id;
    return map_put(&r->buyers, key_of(&id), buyer);
}

static enum err load_buyers(struct rush *r, struct placing *all, size_t n)
{
    struct arena *arena = r->tx->arena;
    int64_t *ids = arena_array(arena, n, sizeof(*ids));
    struct val *args = arena_array(arena, n * 2, sizeof(*args));
    struct rows rs;
    size_t buyers = 0;
    if (arena_failed(arena))
        return ERR_NOMEM;
    enum err e = OK;
    for (size_t i = 0; !e && i < n; i++)
        e = note_buyer(r, all[i].request->buyer_id, ids, &buyers);
    for (size_t i = 0; i < buyers; i++) {
        args[2 * i] = V_INT(ids[i]);
        args[2 * i + 1] = V_INT(r->tx->now_ms - ORDER_UNPAID_WINDOW_MS);
    }
    if (!e)
        e = db_select_many(r->tx->db, &q_trade_unpaid_of_buyers, args, buyers, arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        int64_t id = row_int(&rs, i, "buyer_id");
        struct wanting_buyer *b = map_get(&r->buyers, key_of(&id));
        b->unpaid = row_int(&rs, i, "n");
    }
    return e;
}

static enum err load_last_order(struct rush *r)
{
    struct rows rs;
    enum err e = db_one(r->tx->db, &q_trade_last_order, NO_ARGS, r->tx->arena, &rs);
    if (!e)
        r->last_order = row_int(&rs, 0, "id");
    return e;
}

/* --- one order, decided --- */

static enum err check_unpaid(const struct wanting_buyer *buyer, size_t orders,
                             struct err_info *info)
{
    if (buyer->unpaid + (int64_t)orders <= ORDER_UNPAID_MAX)
        return OK;
    *info = (struct err_info){
        .code = ERR_LIMIT, .key = "trade.too_many_unpaid", .limit = ORDER_UNPAID_MAX};
    return ERR_LIMIT;
}

static enum err hold_part(struct rush *r, int64_t order_id, struct basket_part *p,
                          struct err_info *info)
{
    char buffer[ORDER_NAME_BYTES];
    struct str ref = arena_str(r->tx->arena, order_ref(order_id, buffer));
    enum err e = ref.p ? OK : ERR_NOMEM;
    for (size_t i = 0; !e && i < p->n; i++) {
        struct basket_line *line = &p->lines[i];
        struct order_hold pieces = {order_id, line->sku_id, line->quantity, 1};
        struct ledger_transfer t =
            order_hold_transfer(&pieces, map_get(&r->stocks, key_of(&line->sku_id)), ref);
        if (line->offer.account) { /* an account that another was not asked for yet is loaded */
            t.debit = line->offer.account;
            e = ledger_set_accounts(&r->ledger, &t.debit, 1);
        }
        if (!e)
            e = ledger_set_hold(&r->ledger, &t, NULL, info);
        if (e)
            order_hold_refused(e, info);
        line->hold = t.id;
    }
    return e;
}

static enum err hold(struct rush *r, int64_t first, struct basket *b, struct err_info *info)
{
    size_t mark = ledger_set_mark(&r->ledger);
    enum err e = OK;
    for (size_t i = 0; !e && i < b->parts_n; i++)
        e = hold_part(r, first + (int64_t)i, &b->parts[i], info);
    if (e)
        ledger_set_undo(&r->ledger, mark);
    return e;
}

/* --- one order, as rows --- */

static enum err add_lines(struct rush *r, int64_t order_id, const struct basket_part *p)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < p->n; i++) {
        const struct basket_line *line = &p->lines[i];
        const struct hall_sku *sku = line->sku;
        struct str id = arena_str(r->tx->arena, str_n(line->hold.b, sizeof(line->hold.b)));
        const struct val row[LINE_COLUMNS] = {V_INT(order_id),
                                              V_INT((int64_t)i + 1),
                                              V_INT(sku->id),
                                              line->show_id ? V_INT(line->show_id) : V_NULL,
                                              V_STR(sku->product_slug),
                                              V_STR(sku->title_zh),
                                              V_STR(sku->title_en),
                                              V_STR(sku->name_zh),
                                              V_STR(sku->name_en),
                                              V_INT(line->quantity),
                                              V_INT(line->price_fen),
                                              V_INT(line->discount_fen),
                                              V_BLOB(id),
                                              line->offer.flash_id ? V_INT(line->offer.flash_id)
                                                                   : V_NULL};
        e = id.p ? wait_for(r, &r->lines, row, LINE_COLUMNS) : ERR_NOMEM;
        hall_stock_touch(r->tx, line->sku_id);
    }
    return e;
}

static enum err add_receiver(struct rush *r, int64_t order_id, const struct order_request *rq)
{
    struct arena *arena = r->tx->arena;
    struct str name, phone, address;
    if (rq->name.n + rq->phone.n + rq->address.n == 0)
        return OK;
    enum err e = seal_text("order_receivers.name", rq->name, arena, &name);
    if (!e)
        e = seal_text("order_receivers.phone", rq->phone, arena, &phone);
    if (!e)
        e = seal_text("order_receivers.address", rq->address, arena, &address);
    if (e)
        return e;
    const struct val row[RECEIVER_COLUMNS] = {V_INT(order_id), V_BLOB(name), V_BLOB(phone),
                                              V_BLOB(address)};
    return wait_for(r, &r->receivers, row, RECEIVER_COLUMNS);
}

static int64_t show_of(const struct basket_part *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->lines[i].show_id)
            return p->lines[i].show_id;
    return 0;
}

static enum err add_head(struct rush *r, const struct order_request *rq, int64_t checkout_id,
                         int64_t order_id, const struct basket_part *p)
{
    int64_t show_id = show_of(p);
    const struct val row[ORDER_COLUMNS] = {V_INT(order_id),
                                           V_INT(checkout_id),
                                           V_INT(rq->buyer_id),
                                           V_INT(p->factory_id),
                                           show_id ? V_INT(show_id) : V_NULL,
                                           V_INT(rq->province),
                                           V_INT(p->goods_fen),
                                           V_INT(p->freight_fen),
                                           V_INT(p->discount_fen),
                                           V_INT(p->total_fen),
                                           V_INT(r->tx->now_ms),
                                           V_INT(r->tx->now_ms + ORDER_HOLD_MS)};
    return wait_for(r, &r->orders, row, ORDER_COLUMNS);
}

static enum err add_order(struct rush *r, const struct order_request *rq, int64_t checkout_id,
                          int64_t order_id, const struct basket_part *p)
{
    const struct order_change change = {.order_id = order_id,
                                        .factory_id = p->factory_id,
                                        .total_fen = p->total_fen,
                                        .by_rule = r->transition,
                                        .by = {rq->buyer_id, ORDER_AS_BUYER}};
    struct val event[ORDER_EVENT_COLUMNS], told[OUTBOX_COLUMNS];
    order_event(&change, r->tx->now_ms, event);
    enum err e = order_told(&change, r->tx->now_ms, r->tx->arena, told);
    if (!e)
        e = add_head(r, rq, checkout_id, order_id, p);
    if (!e)
        e = add_lines(r, order_id, p);
    if (!e)
        e = add_receiver(r, order_id, rq);
    if (!e)
        e = wait_for(r, &r->events, event, ORDER_EVENT_COLUMNS);
    if (!e && p->coupon) {
        struct val use[COUPON_USE_COLUMNS];
        coupon_use_row(order_id, p->coupon, p->discount_fen, r->tx->now_ms, use);
        e = wait_for(r, &r->coupons, use, COUPON_USE_COLUMNS);
    }
    return e ? e : wait_for(r, &r->told, told, OUTBOX_COLUMNS);
}

static enum err add_orders(struct rush *r, struct placing *p, const struct basket *b)
{
    enum err e = OK;
    for (size_t i = 0; !e && p->request->from_cart && i < b->n; i++) {
        const struct val row[CART_COLUMNS] = {V_INT(p->request->buyer_id),
                                              V_INT(b->lines[i].sku_id)};
        e = wait_for(r, &r->carts, row, CART_COLUMNS);
    }
    p->order_id = r->last_order + 1;
    p->orders = (int64_t)b->parts_n;
    for (size_t i = 0; !e && i < b->parts_n; i++)
        e = add_order(r, p->request, p->order_id, ++r->last_order, &b->parts[i]);
    return e;
}

static bool is_refusal(enum err e)
{
    return e == ERR_INVALID || e == ERR_CONFLICT || e == ERR_LIMIT || e == ERR_SOLD_OUT ||
           e == ERR_CORRUPT || e == ERR_KEY_REUSED;
}

/* Gives `p` its result; an error is the whole batch's. */
static enum err decide(struct rush *r, struct placing *p)
{
    const struct order_request *rq = p->request;
    struct wanting_buyer *buyer = map_get(&r->buyers, key_of(&rq->buyer_id));
    struct basket b;
    p->info = (struct err_info){0};
    enum err e = basket_fill(&b, &r->market, rq, &p->info);
    if (!e && !order_is_apart(rq))
        e = check_unpaid(buyer, b.parts_n, &p->info);
    if (!e)
        e = basket_check_total(&b, rq, &p->info);
    if (!e)
        e = hold(r, r->last_order + 1, &b, &p->info);
    p->result = e;
    if (e)
        return is_refusal(e) ? OK : e;
    buyer->unpaid += (int64_t)b.parts_n;
    basket_taken(&b, &r->market, rq);
    return add_orders(r, p, &b);
}

/* --- the batch --- */

static enum err write(struct rush *r)
{
    struct db *db = r->tx->db;
    enum err e = ledger_set_flush(&r->ledger);
    if (!e)
        e = db_exec_many(db, &q_trade_order_add, r->orders.args, r->orders.n / ORDER_COLUMNS, NULL);
    if (!e)
        e = db_exec_many(db, &q_trade_line_add, r->lines.args, r->lines.n / LINE_COLUMNS, NULL);
    if (!e)
        e = db_exec_many(db, &q_trade_receiver_add, r->receivers.args,
                         r->receivers.n / RECEIVER_COLUMNS, NULL);
    if (!e)
        e = db_exec_many(db, &q_trade_event_add, r->events.args, r->events.n / ORDER_EVENT_COLUMNS,
                         NULL);
    if (!e)
        e = db_exec_many(db, &q_trade_cart_remove, r->carts.args, r->carts.n / CART_COLUMNS, NULL);
    if (!e && r->coupons.n)
        e = coupons_used(r->tx, r->coupons.args, r->coupons.n / COUPON_USE_COLUMNS);
    return e ? e
             : db_exec_many(db, &q_store_outbox_add, r->told.args, r->told.n / OUTBOX_COLUMNS,
                            NULL);
}

static enum err run(struct rush *r, struct placing *all, size_t n)
{
    enum err e =
        transition_next(&order_transitions, STR_NONE, "place", ORDER_AS_BUYER, &r->transition);
    if (!e)
        e = load_market(r, all, n);
    if (!e)
        e = load_stocks(r);
    if (!e)
        e = load_buyers(r, all, n);
    if (!e)
        e = load_last_order(r);
    for (size_t i = 0; !e && i < n; i++)
        e = decide(r, &all[i]);
    return e ? e : write(r);
}

enum err order_place_many(struct tx *tx, struct placing *all, size_t n)
{
    struct rush r = {.tx = tx};
    if (n == 0)
        return OK;
    ledger_set_init(&r.ledger, tx);
    map_init(&r.stocks);
    map_init(&r.buyers);
    enum err e = run(&r, all, n);
    map_free(&r.buyers);
    map_free(&r.stocks);
    market_free(&r.market);
    ledger_set_free(&r.ledger);
    return e;
}

enum err order_place(struct tx *tx, const struct order_request *rq, int64_t *order_id)
{
    struct placing p = {.request = rq};
    enum err e = order_place_many(tx, &p, 1);
    if (!e && p.result)
        *tx->info = p.info;
    *order_id = p.order_id;
    return e ? e : p.result;
}
