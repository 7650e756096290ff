/*
 * Placing orders, a batch of them at a time (see store/writer.h about hot commands): what they all
 * need is read set-wise, each is decided in memory in turn, what was decided is written set-wise.
 *
 *   skus     what the hall says of each SKU wanted, and its two stock accounts
 *   prices   of a SKU in a show
 *   buyers   how many orders each has not paid
 *   ledger   the holds decided so far: what one order takes, the next cannot have
 *
 * A refused order takes no number and leaves no row.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "ledger/ledger_set.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/hall/hall.h"
#include "town/trade/order_internal.h"

enum { ORDER_COLUMNS = 12, LINE_COLUMNS = 13, RECEIVER_COLUMNS = 4 };

struct wanted_sku {
    struct hall_sku sku; /* id 0: unknown */
    struct hall_stock stock;
};

struct wanted_price {
    enum err refused; /* and why */
    struct err_info info;
    int64_t fen;
};

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
    struct ledger_set ledger;
    struct map skus, prices, buyers;
    const struct transition *transition;
    int64_t last_order; /* number of the last order there is */
    struct waiting orders, lines, receivers, events, told;
};

struct line {
    const struct wanted_sku *of;
    int64_t sku_id, show_id, quantity, price_fen, discount_fen;
    struct ledger_id hold;
};

/* What one maker sells: an order to be. */
struct part {
    struct line *lines; /* of the basket */
    size_t n;
    int64_t factory_id, goods_fen, freight_fen, discount_fen, total_fen;
};

struct basket {
    struct line lines[ORDER_LINES_MAX]; /* by rising maker and SKU */
    size_t n;
    struct part parts[ORDER_MAKERS_MAX];
    size_t parts_n;
    int64_t total_fen;
};

static enum err refuse(struct err_info *info, enum err e, const char *field, const char *key)
{
    *info = (struct err_info){.code = e, .field = field, .key = key};
    return e;
}

static struct str key_of(const int64_t *ids, size_t n)
{
    return str_n(ids, n * sizeof(*ids));
}

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

/* The distinct SKUs, or buyers, of all requests; each new one gets `size` bytes in the map. */
static enum err note_id(struct rush *r, struct map *map, int64_t id, size_t size, int64_t *ids,
                        size_t *n)
{
    if (map_get(map, key_of(&id, 1)))
        return OK;
    void *what = arena_alloc(r->tx->arena, size);
    if (!what)
        return ERR_NOMEM;
    ids[(*n)++] = id;
    return map_put(map, key_of(&id, 1), what);
}

static enum err load_stocks(struct rush *r, const int64_t *ids, size_t n)
{
    struct arena *arena = r->tx->arena;
    struct hall_stock *stocks = arena_array(arena, n, sizeof(*stocks));
    int64_t *accounts = arena_array(arena, n * 2, sizeof(*accounts));
    if (arena_failed(arena))
        return ERR_NOMEM;
    enum err e = hall_stock_open_many(r->tx, ids, n, stocks);
    for (size_t i = 0; !e && i < n; i++) {
        struct wanted_sku *w = map_get(&r->skus, key_of(&ids[i], 1));
        w->stock = stocks[i];
        accounts[2 * i] = stocks[i].available;
        accounts[2 * i + 1] = stocks[i].sold;
    }
    return e ? e : ledger_set_accounts(&r->ledger, accounts, n * 2);
}

static enum err load_skus(struct rush *r, struct placing *all, size_t n)
{
    struct arena *arena = r->tx->arena;
    int64_t *ids = arena_array(arena, n * ORDER_LINES_MAX, sizeof(*ids));
    size_t wanted = 0, known = 0;
    enum err e = ids ? OK : ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; !e && k < all[i].request->n && k < ORDER_LINES_MAX; k++)
            e = note_id(r, &r->skus, all[i].request->wishes[k].sku_id, sizeof(struct wanted_sku),
                        ids, &wanted);
    struct hall_sku *skus = e ? NULL : arena_array(arena, wanted, sizeof(*skus));
    if (!e)
        e = skus ? hall_skus_get(r->tx->db, ids, wanted, arena, skus) : ERR_NOMEM;
    for (size_t i = 0; !e && i < wanted; i++) {
        struct wanted_sku *w = map_get(&r->skus, key_of(&ids[i], 1));
        w->sku = skus[i];
        if (skus[i].for_sale) /* else there is no order of it */
            ids[known++] = ids[i];
    }
    return e ? e : load_stocks(r, ids, known);
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
        e = note_id(r, &r->buyers, all[i].request->buyer_id, sizeof(struct wanting_buyer), ids,
                    &buyers);
    for (size_t i = 0; i < buyers; i++) {
        args[2 * i] = V_INT(ids[i]);
        args[2 * i + 1] = V_INT(r->tx->now_ms - ORDER_UNPAID_WINDOW_MS);
    }
    if (!e)
        e = db_select_many(r->tx->db, &q_trade_unpaid_of_buyers, args, buyers, arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        int64_t id = row_int(&rs, i, "buyer_id");
        struct wanting_buyer *b = map_get(&r->buyers, key_of(&id, 1));
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

static int by_sku(const void *a, const void *b)
{
    const struct order_wish *x = a, *y = b;
    return (x->sku_id > y->sku_id) - (x->sku_id < y->sku_id);
}

static int by_maker(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    int64_t m = x->of->sku.factory_id, n = y->of->sku.factory_id;
    return m == n ? (x->sku_id > y->sku_id) - (x->sku_id < y->sku_id) : m < n ? -1 : 1;
}

/* Sums the demand for each SKU, so that two lines cannot each pass against the same stock. */
static enum err gather(const struct order_request *rq, struct basket *b, struct err_info *info)
{
    struct order_wish wishes[ORDER_LINES_MAX];
    if (rq->n == 0 || rq->n > ORDER_LINES_MAX)
        return refuse(info, ERR_INVALID, "sku", "trade.lines_bad");
    memcpy(wishes, rq->wishes, rq->n * sizeof(wishes[0]));
    qsort(wishes, rq->n, sizeof(wishes[0]), by_sku);
    for (size_t i = 0; i < rq->n; i++) {
        if (wishes[i].quantity < 1 || wishes[i].quantity > ORDER_QUANTITY_MAX)
            return refuse(info, ERR_INVALID, "quantity", "trade.quantity_bad");
        if (b->n == 0 || b->lines[b->n - 1].sku_id != wishes[i].sku_id)
            b->lines[b->n++] = (struct line){.sku_id = wishes[i].sku_id};
        struct line *line = &b->lines[b->n - 1];
        line->quantity += wishes[i].quantity;
        if (line->show_id == 0)
            line->show_id = wishes[i].show_id;
        if (line->quantity > ORDER_QUANTITY_MAX)
            return refuse(info, ERR_INVALID, "quantity", "trade.quantity_bad");
    }
    return OK;
}

static enum err check_unpaid(const struct wanting_buyer *buyer, size_t orders,
                             struct err_info *info)
{
    if (buyer->unpaid + (int64_t)orders <= ORDER_UNPAID_MAX)
        return OK;
    *info = (struct err_info){
        .code = ERR_LIMIT, .key = "trade.too_many_unpaid", .limit = ORDER_UNPAID_MAX};
    return ERR_LIMIT;
}

/* The price in the show, asked for once a batch. */
static enum err price_of(struct rush *r, int64_t show_id, const struct hall_sku *sku,
                         int64_t *price_fen, struct err_info *info)
{
    const int64_t ids[] = {show_id, sku->id};
    struct wanted_price *p = map_get(&r->prices, key_of(ids, 2));
    if (!p) {
        p = ARENA_NEW(r->tx->arena, struct wanted_price);
        if (!p)
            return ERR_NOMEM;
        p->refused = order_price(r->tx->db, r->tx->arena, show_id, sku, &p->fen, &p->info);
        if (p->refused && p->refused != ERR_CONFLICT)
            return p->refused;
        enum err e = map_put(&r->prices, key_of(ids, 2), p);
        if (e)
            return e;
    }
    *price_fen = p->fen;
    *info = p->info;
    return p->refused;
}

/* What is wanted as it is at this moment: names, price, seller. */
static enum err price_line(struct rush *r, struct line *line, struct err_info *info)
{
    line->of = map_get(&r->skus, key_of(&line->sku_id, 1));
    if (!line->of->sku.id)
        return refuse(info, ERR_INVALID, "sku", "trade.sku_unknown");
    if (!line->of->sku.for_sale)
        return refuse(info, ERR_CONFLICT, "sku", "trade.not_for_sale");
    return price_of(r, line->show_id, &line->of->sku, &line->price_fen, info);
}

/* The lines of one maker after the other. */
static enum err split(struct basket *b, struct err_info *info)
{
    qsort(b->lines, b->n, sizeof(b->lines[0]), by_maker);
    for (size_t i = 0; i < b->n; i++) {
        struct line *line = &b->lines[i];
        int64_t maker = line->of->sku.factory_id;
        if (b->parts_n == 0 || b->parts[b->parts_n - 1].factory_id != maker) {
            if (b->parts_n == ORDER_MAKERS_MAX)
                return refuse(info, ERR_INVALID, "sku", "trade.too_many_makers");
            b->parts[b->parts_n++] = (struct part){.lines = line, .factory_id = maker};
        }
        b->parts[b->parts_n - 1].n++;
    }
    return OK;
}

static bool sum_up(struct part *p, int64_t *all_fen)
{
    for (size_t i = 0; i < p->n; i++) {
        int64_t amount;
        if (p->lines[i].price_fen < 0 ||
            __builtin_mul_overflow(p->lines[i].quantity, p->lines[i].price_fen, &amount) ||
            __builtin_add_overflow(p->goods_fen, amount, &p->goods_fen))
            return false;
    }
    return !__builtin_add_overflow(p->goods_fen - p->discount_fen, p->freight_fen, &p->total_fen) &&
           p->total_fen <= LEDGER_AMOUNT_MAX &&
           !__builtin_add_overflow(*all_fen, p->total_fen, all_fen);
}

static enum err price(struct rush *r, struct basket *b, struct err_info *info)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < b->n; i++)
        e = price_line(r, &b->lines[i], info);
    if (!e)
        e = split(b, info);
    for (size_t i = 0; !e && i < b->parts_n; i++)
        if (!sum_up(&b->parts[i], &b->total_fen))
            e = refuse(info, ERR_INVALID, "quantity", "trade.quantity_bad");
    return e;
}

/* What is to be paid is what the buyer has seen. */
static enum err check_total(const struct order_request *rq, const struct basket *b,
                            struct err_info *info)
{
    if (!rq->expects || rq->expect_fen == b->total_fen)
        return OK;
    *info = (struct err_info){.code = ERR_CONFLICT,
                              .field = "total",
                              .key = "trade.price_changed",
                              .limit = b->total_fen};
    return ERR_CONFLICT;
}

static enum err hold_part(struct rush *r, int64_t order_id, struct part *p, struct err_info *info)
{
    char buffer[ORDER_NAME_BYTES];
    struct str ref = arena_str(r->tx->arena, order_ref(order_id, buffer));
    enum err e = ref.p ? OK : ERR_NOMEM;
    for (size_t i = 0; !e && i < p->n; i++) {
        struct line *line = &p->lines[i];
        struct order_hold pieces = {order_id, line->sku_id, line->quantity, 1};
        struct ledger_transfer t = order_hold_transfer(&pieces, &line->of->stock, ref);
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

static enum err add_lines(struct rush *r, int64_t order_id, const struct part *p)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < p->n; i++) {
        const struct line *line = &p->lines[i];
        const struct hall_sku *sku = &line->of->sku;
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
                                              V_BLOB(id)};
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

static int64_t show_of(const struct part *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->lines[i].show_id)
            return p->lines[i].show_id;
    return 0;
}

static enum err add_head(struct rush *r, const struct order_request *rq, int64_t checkout_id,
                         int64_t order_id, const struct part *p)
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
                          int64_t order_id, const struct part *p)
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
    return e ? e : wait_for(r, &r->told, told, OUTBOX_COLUMNS);
}

static enum err add_orders(struct rush *r, struct placing *p, const struct basket *b)
{
    enum err e = OK;
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
    struct wanting_buyer *buyer = map_get(&r->buyers, key_of(&rq->buyer_id, 1));
    struct basket b = {.n = 0};
    p->info = (struct err_info){0};
    enum err e = gather(rq, &b, &p->info);
    if (!e)
        e = price(r, &b, &p->info);
    if (!e)
        e = check_unpaid(buyer, b.parts_n, &p->info);
    if (!e)
        e = check_total(rq, &b, &p->info);
    if (!e)
        e = hold(r, r->last_order + 1, &b, &p->info);
    p->result = e;
    if (e)
        return is_refusal(e) ? OK : e;
    buyer->unpaid += (int64_t)b.parts_n;
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
    return e ? e
             : db_exec_many(db, &q_store_outbox_add, r->told.args, r->told.n / OUTBOX_COLUMNS,
                            NULL);
}

static enum err run(struct rush *r, struct placing *all, size_t n)
{
    enum err e =
        transition_next(&order_transitions, STR_NONE, "place", ORDER_AS_BUYER, &r->transition);
    if (!e)
        e = load_skus(r, all, n);
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
    map_init(&r.skus);
    map_init(&r.prices);
    map_init(&r.buyers);
    enum err e = run(&r, all, n);
    map_free(&r.buyers);
    map_free(&r.prices);
    map_free(&r.skus);
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
