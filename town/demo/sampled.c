#include "town/demo/sampled.h"

#include "store/queries.h"
#include "town/day.h"
#include "town/supply/supply.h"

enum { STEPS_MAX = 6 };

/* How far each has come; `ago`: so many days it is set back. */
static const struct course {
    const char *why, *steps[STEPS_MAX];
    int days, ago;
} courses[] = {
    {"周五专场试播，拍近景和上手演示", {NULL}, 7, 0},
    {"对比实拍", {"grant", "ship", "receive", "late"}, 3, 12},
    {"展台演示", {"grant", "ship", "receive", "send_back"}, 7, 6},
    {"新品测评短视频", {"grant"}, 10, 1},
    {"开箱拍摄", {"grant", "ship"}, 7, 2},
    {"下周主推款，先熟悉操作", {"grant", "ship", "receive"}, 14, 4},
    {"首场直播讲解", {"grant", "ship", "receive", "send_back", "confirm", "review"}, 7, 9},
    {"长期陈列在直播间", {"grant", "ship", "receive", "keep"}, 30, 15},
    {"想试用一周", {"refuse"}, 7, 3},
};
enum { COURSES = sizeof(courses) / sizeof(courses[0]) };

static bool is_askers(const char *event)
{
    return str_eq_z(STR("receive"), event) || str_eq_z(STR("send_back"), event) ||
           str_eq_z(STR("review"), event);
}

static enum err step(struct tx *tx, int64_t sample, const char *event, int64_t clerk, int64_t host)
{
    const struct supply_more more = {
        .note = str_eq_z(STR("refuse"), event) ? STR("这款样品都借出去了，下月再来。")
                : str_eq_z(STR("review"), event) ? STR("手感扎实，出水稳，镜头里颜色很正。")
                                                 : STR_NONE,
        .carrier = STR("小镇物流"),
        .number = str_of(arena_printf(tx->arena, "YP%06lld", (long long)sample)),
        .stars = 5};
    struct supply_actor by = {clerk, SUPPLY_AS_FACTORY};
    if (str_eq_z(STR("late"), event))
        by = (struct supply_actor){0, SUPPLY_AS_SYSTEM};
    else if (is_askers(event))
        by = (struct supply_actor){host, SUPPLY_AS_ASKER};
    return supply_do(tx, sample, event, by, &more);
}

/* What the clerk's factory makes in a week; of the first SKU more was to be there by now. */
static enum err promise(struct tx *tx, const struct rows *skus, int64_t factory, int64_t clerk)
{
    enum err e = OK;
    int64_t today = day_of(tx->now_ms);
    for (size_t i = 0; !e && i < skus->n && row_int(skus, i, "factory_id") == factory; i++) {
        const struct supply_promise p = {row_int(skus, i, "id"), 800 + 200 * (int64_t)i,
                                         today + 3 * (int64_t)i, 300};
        e = supply_promise(tx, factory, &p, clerk);
    }
    return e ? e : db_exec(tx->db, &q_demo_late_promise, ARGS(V_INT(row_int(skus, 0, "id"))), NULL);
}

enum err fill_samples(struct tx *tx, int64_t factory, int64_t clerk, int64_t host, int64_t other)
{
    struct rows skus;
    int64_t now_ms = tx->now_ms;
    enum err e = db_select(tx->db, &q_demo_skus_for_samples, ARGS(V_INT(factory), V_INT(COURSES)),
                           tx->arena, &skus);
    messages_register(supply_kinds, supply_kinds_n);
    if (!e && skus.n)
        e = promise(tx, &skus, factory, clerk);
    for (size_t i = 0; !e && i < COURSES && i < skus.n; i++) {
        const struct course *c = &courses[i];
        int64_t sample, who = i % 3 == 2 ? other : host;
        const struct supply_ask ask = {.asker = who,
                                       .sku = row_int(&skus, i, "id"),
                                       .quantity = 1 + (int64_t)i % 2,
                                       .days = c->days,
                                       .why = str_of(c->why)};
        tx->now_ms = now_ms - c->ago * DAY_MS;
        e = supply_ask(tx, &ask, &sample);
        for (int s = 0; !e && s < STEPS_MAX && c->steps[s]; s++) {
            tx->now_ms += (now_ms - tx->now_ms) / 4;
            e = step(tx, sample, c->steps[s],
                     row_int(&skus, i, "factory_id") == factory ? clerk : 0, who);
        }
    }
    tx->now_ms = now_ms;
    return e;
}
