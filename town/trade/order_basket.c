#include "town/trade/order_basket.h"

#include <stdlib.h>
#include <string.h>

#include "town/trade/order_internal.h"

static enum err refuse(struct err_info *info, enum err e, const char *field, const char *key)
{
    *info = (struct err_info){.code = e, .field = field, .key = key};
    return e;
}

static struct str key_of(const int64_t *ids, size_t n)
{
    return str_n(ids, n * sizeof(*ids));
}

/* --- the market --- */

struct wanted_price {
    enum err refused; /* and why */
    struct err_info info;
    struct order_offer offer;
};

/* The distinct SKUs of all requests. */
static enum err note_skus(struct market *m, const struct order_request *const *requests, size_t n,
                          int64_t *ids, size_t *wanted)
{
    enum err e = OK;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; !e && k < requests[i]->n && k < ORDER_LINES_MAX; k++) {
            const int64_t *id = &requests[i]->wishes[k].sku_id;
            if (map_get(&m->skus, key_of(id, 1)))
                continue;
            ids[(*wanted)++] = *id;
            e = map_put(&m->skus, key_of(id, 1), &ids[*wanted - 1]); /* until it is read */
        }
    return e;
}

static enum err read_skus(struct market *m, const int64_t *ids, size_t n)
{
    struct hall_sku *skus = arena_array(m->arena, n, sizeof(*skus));
    m->for_sale = arena_array(m->arena, n, sizeof(*m->for_sale));
    if (arena_failed(m->arena))
        return ERR_NOMEM;
    enum err e = hall_skus_get(m->db, ids, n, m->arena, skus);
    for (size_t i = 0; !e && i < n; i++) {
        e = map_put(&m->skus, key_of(&ids[i], 1), &skus[i]);
        if (skus[i].for_sale || (m->gifts && skus[i].id)) /* else there is no order of it */
            m->for_sale[m->for_sale_n++] = ids[i];
    }
    return e;
}

/* What sending costs, of the makers and products that can be had. */
static enum err read_freight(struct market *m)
{
    size_t n = m->for_sale_n, makers = 0, products = 0;
    int64_t *ids = arena_array(m->arena, 2 * n, sizeof(*ids));
    struct map seen;
    if (!ids)
        return ERR_NOMEM;
    map_init(&seen);
    enum err e = OK;
    for (size_t i = 0; !e && i < n; i++) {
        const struct hall_sku *sku = map_get(&m->skus, key_of(&m->for_sale[i], 1));
        const int64_t maker[] = {0, sku->factory_id}, product[] = {1, sku->product_id};
        if (!map_get(&seen, key_of(maker, 2))) {
            ids[makers++] = sku->factory_id;
            e = map_put(&seen, key_of(maker, 2), ids);
        }
        if (!e && !map_get(&seen, key_of(product, 2))) {
            ids[n + products++] = sku->product_id;
            e = map_put(&seen, key_of(product, 2), ids);
        }
    }
    map_free(&seen);
    return e ? e : freight_load(&m->freight, m->db, ids, makers, ids + n, products, m->arena);
}

static enum err read_coupons(struct market *m, const struct order_request *const *requests,
                             size_t n)
{
    size_t wanted = 0;
    for (size_t i = 0; i < n; i++)
        wanted += requests[i]->coupons_n;
    if (wanted == 0)
        return OK;
    int64_t *ids = arena_array(m->arena, wanted, sizeof(*ids));
    if (!ids)
        return ERR_NOMEM;
    wanted = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < requests[i]->coupons_n; k++)
            ids[wanted++] = requests[i]->coupons[k];
    return coupons_load(&m->coupons, m->db, ids, wanted, m->arena);
}

enum err market_load(struct market *m, struct db *db, int64_t now_ms,
                     const struct order_request *const *requests, size_t n, struct arena *arena)
{
    int64_t *ids = arena_array(arena, n * ORDER_LINES_MAX, sizeof(*ids));
    size_t wanted = 0;
    *m = (struct market){
        .db = db, .arena = arena, .now_ms = now_ms, .requests = requests, .requests_n = n};
    for (size_t i = 0; i < n; i++)
        m->gifts |= order_is_apart(requests[i]);
    map_init(&m->skus);
    map_init(&m->prices);
    map_init(&m->coupons.by_id);
    m->limits = (struct limits){0};
    enum err e = ids ? note_skus(m, requests, n, ids, &wanted) : ERR_NOMEM;
    if (!e)
        e = read_skus(m, ids, wanted);
    if (!e)
        e = limits_load(&m->limits, db, m->for_sale, m->for_sale_n, requests, n, arena);
    if (!e)
        e = read_coupons(m, requests, n);
    return e ? e : read_freight(m);
}

void market_free(struct market *m)
{
    coupons_free(&m->coupons);
    freight_free(&m->freight);
    limits_free(&m->limits);
    map_free(&m->prices);
    map_free(&m->skus);
}

/* The price in the show, asked for once a batch. */
static enum err price_of(struct market *m, int64_t show_id, const struct hall_sku *sku,
                         struct order_offer *offer, struct err_info *info)
{
    const int64_t ids[] = {show_id, sku->id};
    struct wanted_price *p = map_get(&m->prices, key_of(ids, 2));
    if (!p) {
        p = ARENA_NEW(m->arena, struct wanted_price);
        if (!p)
            return ERR_NOMEM;
        p->refused = order_price(m->db, m->arena, show_id, sku, m->now_ms, &p->offer, &p->info);
        if (p->refused && p->refused != ERR_CONFLICT)
            return p->refused;
        enum err e = map_put(&m->prices, key_of(ids, 2), p);
        if (!e && !p->refused && p->offer.per_buyer)
            e = limits_load_flash(&m->limits, m->db, p->offer.flash_id, m->requests, m->requests_n,
                                  m->arena);
        if (e)
            return e;
    }
    *offer = p->offer;
    *info = p->info;
    return p->refused;
}

/* --- a basket --- */

static int by_sku(const void *a, const void *b)
{
    const struct order_wish *x = a, *y = b;
    return (x->sku_id > y->sku_id) - (x->sku_id < y->sku_id);
}

static int by_maker(const void *a, const void *b)
{
    const struct basket_line *x = a, *y = b;
    int64_t m = x->sku->factory_id, n = y->sku->factory_id;
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
            b->lines[b->n++] = (struct basket_line){.sku_id = wishes[i].sku_id};
        struct basket_line *line = &b->lines[b->n - 1];
        line->quantity += wishes[i].quantity;
        if (line->show_id == 0)
            line->show_id = wishes[i].show_id;
        if (line->quantity > ORDER_QUANTITY_MAX)
            return refuse(info, ERR_INVALID, "quantity", "trade.quantity_bad");
    }
    return OK;
}

/* What is wanted as it is at this moment: names, price, seller. */
static enum err price_line(struct market *m, const struct order_request *rq,
                           struct basket_line *line, struct err_info *info)
{
    line->sku = map_get(&m->skus, key_of(&line->sku_id, 1));
    if (!line->sku->id)
        return refuse(info, ERR_INVALID, "sku", "trade.sku_unknown");
    if (!line->sku->for_sale &&
        !order_is_apart(rq)) /* a prize that was won is given all the same */
        return refuse(info, ERR_CONFLICT, "sku", "trade.not_for_sale");
    enum err e = order_is_apart(rq)
                     ? order_gift(m->db, m->arena, rq, line->sku_id, m->now_ms, &line->offer, info)
                     : price_of(m, line->show_id, line->sku, &line->offer, info);
    line->price_fen = line->offer.price_fen;
    return e;
}

/* The lines of one maker after the other. */
static enum err split(struct basket *b, struct err_info *info)
{
    qsort(b->lines, b->n, sizeof(b->lines[0]), by_maker);
    for (size_t i = 0; i < b->n; i++) {
        struct basket_line *line = &b->lines[i];
        int64_t maker = line->sku->factory_id;
        if (b->parts_n == 0 || b->parts[b->parts_n - 1].factory_id != maker) {
            if (b->parts_n == ORDER_MAKERS_MAX)
                return refuse(info, ERR_INVALID, "sku", "trade.too_many_makers");
            b->parts[b->parts_n++] = (struct basket_part){.lines = line, .factory_id = maker};
        }
        b->parts[b->parts_n - 1].n++;
    }
    return OK;
}

static bool sum_goods(struct basket_part *p)
{
    for (size_t i = 0; i < p->n; i++) {
        int64_t amount;
        if (p->lines[i].price_fen < 0 ||
            __builtin_mul_overflow(p->lines[i].quantity, p->lines[i].price_fen, &amount) ||
            __builtin_add_overflow(p->goods_fen, amount, &p->goods_fen))
            return false;
    }
    return p->goods_fen <= LEDGER_AMOUNT_MAX;
}

static bool sum_up(struct basket_part *p, int64_t *all_fen)
{
    return !__builtin_add_overflow(p->goods_fen - p->discount_fen, p->freight_fen, &p->total_fen) &&
           p->total_fen <= LEDGER_AMOUNT_MAX &&
           !__builtin_add_overflow(*all_fen, p->total_fen, all_fen);
}

static enum err quote_part(struct basket_part *p, struct market *m, int64_t province,
                           struct err_info *info)
{
    struct freight_line lines[ORDER_LINES_MAX];
    for (size_t i = 0; i < p->n; i++) {
        const struct basket_line *line = &p->lines[i];
        lines[i] = (struct freight_line){.product_id = line->sku->product_id,
                                         .pieces = line->quantity,
                                         .amount_fen =
                                             line->quantity * line->price_fen - line->discount_fen};
    }
    return freight_quote(&m->freight, p->factory_id, province, lines, p->n, &p->freight_fen, info);
}

/* A part that cannot be sent there is summed up without; the first such refusal is the basket's. */
static enum err send_and_sum(struct basket *b, struct market *m, const struct order_request *rq,
                             struct err_info *info)
{
    enum err first = OK;
    for (size_t i = 0; i < b->parts_n; i++) {
        struct err_info why = {0};
        enum err e = quote_part(&b->parts[i], m, rq->province, &why);
        if (order_is_apart(rq))
            b->parts[i].freight_fen = 0;
        if (!sum_up(&b->parts[i], &b->total_fen))
            return refuse(info, ERR_INVALID, "quantity", "trade.quantity_bad");
        if (e && !first) {
            first = e;
            *info = why;
            info->code = e;
        }
    }
    return first;
}

/* --- coupons --- */

enum err basket_coupon(const struct basket_part *p, const struct coupon *c, int64_t *discounts,
                       int64_t *sum, int64_t *missing)
{
    struct coupon_line lines[ORDER_LINES_MAX];
    for (size_t i = 0; i < p->n; i++)
        lines[i] = (struct coupon_line){p->lines[i].sku->product_id,
                                        p->lines[i].quantity * p->lines[i].price_fen};
    return coupon_cut(c, lines, p->n, discounts, sum, missing);
}

static struct basket_part *part_of(struct basket *b, int64_t factory)
{
    for (size_t i = 0; i < b->parts_n; i++)
        if (b->parts[i].factory_id == factory)
            return &b->parts[i];
    return NULL;
}

static enum err use_coupon(struct basket *b, struct market *m, const struct order_request *rq,
                           int64_t claim, struct err_info *info)
{
    int64_t discounts[ORDER_LINES_MAX], missing;
    const struct coupon_held *held = coupons_get(&m->coupons, claim);
    if (!held || held->user_id != rq->buyer_id)
        return refuse(info, ERR_INVALID, "coupon", "coupons.unknown");
    if (held->order_id)
        return refuse(info, ERR_CONFLICT, "coupon", "coupons.used");
    if (held->use_until <= m->now_ms)
        return refuse(info, ERR_CONFLICT, "coupon", "coupons.lapsed");
    struct basket_part *p = part_of(b, held->coupon.factory_id);
    if (!p)
        return refuse(info, ERR_CONFLICT, "coupon", "coupons.not_for_these");
    if (p->coupon)
        return refuse(info, ERR_INVALID, "coupon", "coupons.one_a_maker");
    enum err e = basket_coupon(p, &held->coupon, discounts, &p->discount_fen, &missing);
    if (e == ERR_CONFLICT) {
        refuse(info, e, "coupon", missing ? "coupons.more_wanted" : "coupons.not_for_these");
        info->limit = (missing + 99) / 100; /* whole yuan, in words */
    }
    for (size_t i = 0; !e && i < p->n; i++)
        p->lines[i].discount_fen = discounts[i];
    p->coupon = e ? 0 : claim;
    return e;
}

static enum err use_coupons(struct basket *b, struct market *m, const struct order_request *rq,
                            struct err_info *info)
{
    enum err e = OK;
    if (rq->coupons_n > ORDER_MAKERS_MAX)
        return refuse(info, ERR_INVALID, "coupon", "coupons.one_a_maker");
    for (size_t i = 0; !e && i < rq->coupons_n; i++)
        e = use_coupon(b, m, rq, rq->coupons[i], info);
    return e;
}

enum err basket_fill(struct basket *b, struct market *m, const struct order_request *rq,
                     struct err_info *info)
{
    *b = (struct basket){.n = 0};
    enum err e = gather(rq, b, info);
    for (size_t i = 0; !e && i < b->n; i++)
        e = price_line(m, rq, &b->lines[i], info);
    for (size_t i = 0; !e && !order_is_apart(rq) && i < b->n; i++)
        e = limits_check(&m->limits, rq->buyer_id, b->lines[i].sku_id, b->lines[i].quantity, info);
    for (size_t i = 0; !e && i < b->n; i++)
        e = limits_check_flash(&m->limits, rq->buyer_id, &b->lines[i].offer, b->lines[i].quantity,
                               info);
    if (!e)
        e = split(b, info);
    for (size_t i = 0; !e && i < b->parts_n; i++)
        if (!sum_goods(&b->parts[i]))
            e = refuse(info, ERR_INVALID, "quantity", "trade.quantity_bad");
    if (!e)
        e = use_coupons(b, m, rq, info);
    return e ? e : send_and_sum(b, m, rq, info);
}

void basket_taken(const struct basket *b, struct market *m, const struct order_request *rq)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct basket_line *line = &b->lines[i];
        limits_take(&m->limits, rq->buyer_id, line->sku_id, line->quantity);
        limits_take_flash(&m->limits, rq->buyer_id, &line->offer, line->quantity);
    }
    for (size_t i = 0; i < b->parts_n; i++)
        if (b->parts[i].coupon) /* by an order of this batch, whose number is its own business */
            coupons_get(&m->coupons, b->parts[i].coupon)->order_id = -1;
}

enum err basket_check_total(const struct basket *b, const struct order_request *rq,
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
