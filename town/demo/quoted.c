#include "town/demo/quoted.h"

#include "store/queries.h"
#include "town/day.h"
#include "town/hall/hall.h"
#include "town/supply/supply.h"
#include "town/trade/trade.h"

enum { STEPS_MAX = 4, MANY = 600 };

/* How far each has come. */
static const struct course {
    const char *note, *steps[STEPS_MAX];
    int64_t quantity, lead_days;
    int ago; /* days; when it was asked for */
} courses[] = {
    {"开业礼品，印公司标志", {NULL}, 200, 7, 0},
    {"员工福利", {"quote"}, 120, 5, 1},
    {"门店补货", {"quote", "counter"}, 300, 7, 2},
    {"酒店客房更新", {"quote", "make"}, 0, 12, 4},
    {"社区团购", {"quote", "accept"}, 60, 3, 2},
    {"年会礼品", {"quote", "accept", "order"}, 40, 3, 6},
    {"试探价格", {"decline"}, 500, 7, 5},
    {"改用别的款式", {"withdraw"}, 80, 7, 3},
    {"节前备货", {"quote", "lapse"}, 100, 7, 40},
};
enum { COURSES = sizeof(courses) / sizeof(courses[0]) };

static bool is(const char *event, const char *name)
{
    return str_eq_z(str_of(event), name);
}

static enum err order(struct tx *tx, int64_t quote, int64_t asker)
{
    int64_t id;
    struct order_request rq = {.name = STR("石阶"),
                               .phone = STR("19900000031"),
                               .address = STR("浙江省宁波市慈溪市澄江巷 12 号前台"),
                               .province = 33};
    const struct order_actor by = {asker, ORDER_AS_BUYER};
    enum err e = quote_order(tx, quote, asker, &rq, &id);
    return e ? e : order_pay(tx, id, by);
}

static enum err step(struct tx *tx, int64_t quote, const struct course *c, const char *event,
                     int64_t price_fen, int64_t clerk, int64_t asker)
{
    struct supply_actor by = {asker, SUPPLY_AS_ASKER};
    struct quote_more more = {.quantity = c->quantity,
                              .want_fen = price_fen * 80 / 100,
                              .tiers = {{10, price_fen * 92 / 100}, {100, price_fen * 86 / 100}},
                              .tiers_n = 2,
                              .lead_days = c->lead_days,
                              .valid_days = 14};
    if (is(event, "order"))
        return order(tx, quote, asker);
    if (is(event, "quote") || is(event, "decline"))
        by = (struct supply_actor){clerk, SUPPLY_AS_FACTORY};
    if (is(event, "decline"))
        more.note = STR("这个价格做不了，模具费摊不下来。");
    if (is(event, "lapse"))
        by = (struct supply_actor){0, SUPPLY_AS_SYSTEM};
    return quote_do(tx, quote, event, by, &more);
}

static enum err one(struct tx *tx, const struct course *c, const struct rows *skus, size_t at,
                    int64_t clerk, int64_t asker)
{
    int64_t quote, left = 0, sku = row_int(skus, at, "id"), now_ms = tx->now_ms;
    enum err e = hall_stock_left(tx->db, sku, tx->arena, &left);
    const struct quote_ask ask = {.asker = asker,
                                  .sku = sku,
                                  .quantity = c->quantity ? c->quantity : left + MANY,
                                  .note = str_of(c->note)};
    tx->now_ms = now_ms - c->ago * DAY_MS;
    if (!e)
        e = quote_ask(tx, &ask, &quote);
    for (int s = 0; !e && s < STEPS_MAX && c->steps[s]; s++) {
        tx->now_ms = is(c->steps[s], "lapse") || is(c->steps[s], "order")
                         ? now_ms
                         : tx->now_ms + (now_ms - tx->now_ms) / 4;
        e = step(tx, quote, c, c->steps[s], row_int(skus, at, "price_fen"), clerk, asker);
    }
    tx->now_ms = now_ms;
    return e;
}

enum err fill_quotes(struct tx *tx, int64_t factory, int64_t clerk, int64_t buyer, int64_t other)
{
    struct rows skus;
    enum err e = db_select(tx->db, &q_demo_skus_for_quotes, ARGS(V_INT(factory)), tx->arena, &skus);
    for (size_t i = 0; !e && skus.n && i < COURSES; i++)
        e = one(tx, &courses[i], &skus, i % skus.n, clerk, i % 3 == 2 ? other : buyer);
    return e;
}
