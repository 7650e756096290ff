/*
 * The money of orders: whose it is, is town/pay's; here is what pay asks of orders, and what
 * orders ask of it.
 */
#include <stdio.h>
#include <string.h>

#include "store/queries.h"
#include "town/pay/pay.h"
#include "town/trade/limit.h"
#include "town/coupons/coupons.h"
#include "town/trade/order_internal.h"
#include "town/trade/order_view.h"

/* --- what pay asks --- */

static enum err orders_of(struct db *db, struct arena *arena, int64_t id, bool alone,
                          struct rows *out)
{
    enum err e = alone ? OK
                       : db_select(db, &q_trade_due_checkout, ARGS(V_INT(id), V_INT(PAY_PARTS_MAX)),
                                   arena, out);
    if (e || (!alone && out->n))
        return e;
    e = db_select(db, &q_trade_due_order, ARGS(V_INT(id)), arena, out);
    return e == OK && out->n == 0 ? ERR_NOT_FOUND : e;
}

static enum err load(struct db *db, struct arena *arena, int64_t checkout, bool alone,
                     struct pay_checkout *out)
{
    struct rows rs;
    enum err e = orders_of(db, arena, checkout, alone, &rs);
    if (e)
        return e;
    *out = (struct pay_checkout){.buyer_id = row_int(&rs, 0, "buyer_id"), .n = rs.n};
    for (size_t i = 0; i < rs.n; i++) {
        struct str status = row_str(&rs, i, "status");
        out->orders[i] = (struct pay_due_order){
            .order_id = row_int(&rs, i, "id"),
            .factory_id = row_int(&rs, i, "factory_id"),
            .amount_fen = row_int(&rs, i, "total_fen"),
            .hold_until = row_int(&rs, i, "hold_until"),
            .title_zh = row_str(&rs, i, "title_zh"),
            .title_en = row_str(&rs, i, "title_en"),
            .factory_zh = row_str(&rs, i, "factory_zh"),
            .factory_en = row_str(&rs, i, "factory_en"),
            .may_pay = transition_may(&order_transitions, status, "pay", ORDER_AS_CASHIER),
            .is_held = str_eq_z(status, "placed"),
            .is_paid = !row_null(&rs, i, "paid_at")};
    }
    return OK;
}

static enum err paid(struct tx *tx, int64_t order_id, int64_t paid_at)
{
    struct order_life life;
    const struct order_actor cashier = {0, ORDER_AS_CASHIER};
    bool forbids = false;
    (void)paid_at; /* the order's clocks begin when it hears of it */
    enum err e = order_begin(tx, order_id, "pay", cashier, STR_NONE, &life);
    if (!e && strcmp(life.t->from, "expired") == 0)
        e = limit_forbids(tx, order_id, &forbids);
    if (forbids) {
        *tx->info = (struct err_info){.code = ERR_CONFLICT, .key = "trade.beyond_limit"};
        return ERR_CONFLICT;
    }
    if (!e)
        e = order_stock_sell(tx, order_id, &life.lines);
    return e ? e : order_finish(tx, &life, cashier, 0, STR_NONE);
}

enum err order_given(struct tx *tx, int64_t order_id)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_trade_due_order, ARGS(V_INT(order_id)), tx->arena, &rs);
    if (!e && row_int(&rs, 0, "total_fen") != 0)
        return ERR_INVALID;
    return e ? e : paid(tx, order_id, tx->now_ms);
}

static enum err back(struct tx *tx, int64_t order_id, int64_t amount_fen)
{
    struct order_life life;
    const struct order_actor cashier = {0, ORDER_AS_CASHIER};
    enum err e = order_begin(tx, order_id, "pay_back", cashier, STR_NONE, &life);
    return e ? e : order_finish(tx, &life, cashier, amount_fen, STR_NONE);
}

static enum err put(struct req *r, int64_t order_id)
{
    struct rows order;
    unsigned as;
    enum err e = order_view_load(r, order_id, &order, &as);
    return e ? e : order_view_put(r, r->view, &order, as);
}

/* A coupon is free again when its order comes to nothing before anything was sent; an order that
 * is paid after its time takes it anew, if no other has it. */
static enum err coupon_changed(struct tx *tx, const struct order_changed *c)
{
    bool at_home = strcmp(c->from, "paid") == 0 || strcmp(c->from, "packed") == 0;
    if (strcmp(c->event, "expire") == 0 || strcmp(c->to, "cancelled") == 0 ||
        (strcmp(c->to, "refunded") == 0 && at_home))
        return coupons_back(tx, c->order_id);
    if (strcmp(c->event, "pay") == 0 && strcmp(c->from, "expired") == 0)
        return coupons_again(tx, c->order_id);
    return OK;
}

void order_money_start(void)
{
    static const struct pay_orders_hook hook = {load, paid, back, put};
    pay_orders_are(&hook);
    order_on_change(coupon_changed);
}

/* --- what orders ask --- */

enum { LATE_MS = 10 * 60 * 1000 }; /* to pay an order whose time has passed */

enum err order_pay(struct tx *tx, int64_t order_id, struct order_actor by)
{
    struct order_life life;
    int64_t payment;
    by.as |= by.as & ORDER_AS_BUYER ? ORDER_AS_CASHIER : 0;
    enum err e = order_begin(tx, order_id, "pay", by, STR_NONE, &life);
    if (e)
        return e;
    const struct rows *order = &life.order;
    int64_t until = row_int(order, 0, "hold_until");
    const struct pay_wish wish = {
        .checkout_id = row_int(order, 0, "checkout_id"),
        .buyer_id = row_int(order, 0, "buyer_id"),
        .parts = {{order_id, row_int(order, 0, "factory_id"), row_int(order, 0, "total_fen")}},
        .n = 1,
        .expires_at = until > tx->now_ms ? until : tx->now_ms + LATE_MS};
    return pay_test(tx, &wish, &payment);
}

enum err order_money_off(struct tx *tx, int64_t order_id)
{
    return pay_cancel(tx, order_id);
}

enum err order_money_back(struct tx *tx, const struct rows *order, int64_t amount_fen,
                          struct str key, struct str why)
{
    char name[ORDER_KEY_MAX + 1];
    if (amount_fen == 0)
        return OK;
    snprintf(name, sizeof(name), "%.*s", STR_ARG(key));
    return pay_refund(tx, row_int(order, 0, "id"), name, amount_fen,
                      str_head(why.n ? why : STR("refund"), PAY_REASON_MAX));
}
