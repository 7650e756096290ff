#include "town/demo/lives.h"

#include <string.h>

#include "store/queries.h"
#include "town/day.h"
#include "town/pay/pay.h"
#include "town/settle/settle.h"
#include "town/ship/ship.h"
#include "town/trade/trade.h"

enum {
    LONG_AGO_DAYS = 30, /* a show whose orders are all through */
    WEEK_AGO_DAYS = 8,  /* one of which every second has come */
    AT_ONCE = 1000,     /* more than is due then */
    TRANSFER_PIECES = 30,
};
#define HOUR_MS (INT64_C(3600) * 1000)

enum err fill_rules(struct tx *tx)
{
    int64_t rule;
    const struct settle_rule r = {.scope = "town",
                                  .day = day_of(tx->now_ms) + SETTLE_NOTICE_DAYS,
                                  .host_bp = 1500,
                                  .agency_bp = 500,
                                  .base_bp = 300};
    return settle_rule_add(tx, &r, 0, &rule);
}

/* An order, and its payment by bank begun. */
static enum err order_by_bank(struct tx *tx, const struct order_request *rq, int64_t factory)
{
    struct rows rs;
    int64_t order, payment;
    struct pay_wish wish = {.buyer_id = rq->buyer_id,
                            .provider = "bank",
                            .expires_at = tx->now_ms + PAY_BANK_MS,
                            .n = 1};
    enum err e = order_place(tx, rq, &order);
    if (!e)
        e = db_one(tx->db, &q_trade_order_get, ARGS(V_INT(order)), tx->arena, &rs);
    if (e)
        return e;
    wish.checkout_id = order;
    wish.parts[0] = (struct pay_part){order, factory, row_int(&rs, 0, "total_fen")};
    return pay_begin(tx, &wish, &payment);
}

enum err fill_transfer(struct tx *tx, int64_t clerks, int64_t buyer)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_demo_sold_by_others, ARGS(V_INT(clerks), V_INT(TRANSFER_PIECES)),
                        tx->arena, &rs);
    if (e)
        return e;
    int64_t factory = row_int(&rs, 0, "factory_id"), sku = row_int(&rs, 0, "sku_id");
    const char *party = arena_printf(tx->arena, "factory:%lld", (long long)factory);
    e = party ? db_exec(tx->db, &q_pay_account_put,
                        ARGS(V_Z(party), V_Z("bank"),
                             V_STR(STR("小镇商业银行观海支行 8320 0100 0000 1157")),
                             V_INT(tx->now_ms), V_INT(0)),
                        NULL)
              : ERR_NOMEM;
    const struct order_request rq = {.buyer_id = buyer,
                                     .n = 1,
                                     .wishes = {{sku, TRANSFER_PIECES, 0}},
                                     .name = STR("石阶"),
                                     .phone = STR("19900000031"),
                                     .address = STR("浙江省宁波市慈溪市澄江巷 12 号前台"),
                                     .province = 33};
    return e ? e : order_by_bank(tx, &rq, factory);
}

enum err fill_next_rule(struct tx *tx, int64_t host)
{
    int64_t rule;
    const struct settle_rule r = {.scope = "host",
                                  .who_id = host,
                                  .day = day_of(tx->now_ms) + SETTLE_NOTICE_DAYS + 3,
                                  .host_bp = 1800,
                                  .agency_bp = 500,
                                  .base_bp = 250};
    return settle_rule_add(tx, &r, 0, &rule);
}

static enum err turn(struct tx *tx)
{
    int done;
    return pay_turn(tx, AT_ONCE, &done);
}

static void at(struct tx *tx, int64_t day, int hour)
{
    tx->now_ms = day_begin_ms(day) + hour * HOUR_MS;
}

static enum err send_out(struct tx *tx, int64_t order)
{
    bool near = order % 3 == 0;
    const char *number = arena_printf(tx->arena, near ? "XZ%07lld" : "6600%08lld",
                                      (long long)order * 7919 % 9999991);
    return number ? ship_send(tx, order, near ? STR("towncart") : STR("celadon"), str_of(number),
                              (struct order_actor){0, ORDER_AS_FACTORY})
                  : ERR_NOMEM;
}

static enum err go(struct tx *tx, int64_t order, const char *event, unsigned as)
{
    if (strcmp(event, "ship") == 0)
        return send_out(tx, order);
    enum err e = strcmp(event, "receive") == 0 ? ship_arrived(tx, order, tx->now_ms) : OK;
    return e ? e : order_do(tx, order, event, (struct order_actor){0, as}, STR_NONE);
}

/* Every `each`-th order of the show in a state, a minute after the other. */
static enum err step(struct tx *tx, int64_t show, const char *status, int each, const char *event,
                     unsigned as)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_demo_orders_of, ARGS(V_INT(show), V_Z(status), V_INT(each)),
                           tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        tx->now_ms += 60 * 1000;
        e = go(tx, row_int(&rs, i, "id"), event, as);
        if (!e)
            e = turn(tx);
    }
    return e;
}

/* The n-th of the show's in a state: one piece goes back. */
static enum err one_back(struct tx *tx, int64_t show, const char *status, size_t n)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_demo_orders_of, ARGS(V_INT(show), V_Z(status), V_INT(1)),
                           tx->arena, &rs);
    if (e || rs.n <= n)
        return e;
    const struct order_back back = {row_int(&rs, n, "line"), 1, row_int(&rs, n, "price_fen")};
    const struct order_refund refund = {.order_id = row_int(&rs, n, "id"),
                                        .lines = &back,
                                        .n = 1,
                                        .is_for_sale = true,
                                        .key = STR("demo:back")};
    e = order_refund(tx, &refund, (struct order_actor){0, ORDER_AS_OPERATOR},
                     STR("七天无理由退货，已验收"));
    return e ? e : turn(tx);
}

static enum err all_through(struct tx *tx, int64_t show, int64_t day)
{
    int closed;
    at(tx, day + 1, 9);
    enum err e = step(tx, show, "paid", 1, "ship", ORDER_AS_FACTORY);
    at(tx, day + 3, 14);
    if (!e)
        e = one_back(tx, show, "shipped", 2);
    at(tx, day + 4, 10);
    if (!e)
        e = step(tx, show, "shipped", 1, "receive", ORDER_AS_SYSTEM);
    at(tx, day + 7, 16);
    if (!e)
        e = one_back(tx, show, "received", 1);
    at(tx, day + 5 + ORDER_RETURN_DAYS, 11);
    if (!e)
        e = order_clock(tx, AT_ONCE, &closed);
    if (!e)
        e = turn(tx);
    at(tx, day + 25, 15);
    return e ? e : one_back(tx, show, "closed", 4); /* what was let go is taken back */
}

static enum err half_through(struct tx *tx, int64_t show, int64_t day)
{
    at(tx, day + 1, 9);
    enum err e = step(tx, show, "paid", 2, "ship", ORDER_AS_FACTORY);
    at(tx, day + 4, 10);
    return e ? e : step(tx, show, "shipped", 4, "receive", ORDER_AS_SYSTEM);
}

enum err fill_lives(struct tx *tx, int64_t show, int64_t day, int days_ago)
{
    if (days_ago >= LONG_AGO_DAYS)
        return all_through(tx, show, day);
    return days_ago >= WEEK_AGO_DAYS ? half_through(tx, show, day) : OK;
}
