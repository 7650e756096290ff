#include "town/trade/trade.h"

#include <stdio.h>

#include "store/queries.h"

enum { SLICE = 2000, SLICE_ARENA_MAX = 4 * 1024 * 1024 };

static const struct rule {
    const struct query *query;
    const struct query *last; /* up to what there is to look at: fixed when the rule begins */
    const char *column;       /* of its answer */
    const char *thing, *violation;
} rules[] = {
    {&q_trade_wrong_totals, &q_trade_last_order, "id", "order", "its sums differ from its lines"},
    {&q_trade_wrong_holds, &q_trade_last_order, "id", "order",
     "its state and its holds in the ledger differ"},
    {&q_trade_wrong_returns, &q_trade_last_order, "id", "order",
     "the pieces that came back and the ledger differ"},
    {&q_trade_stray_holds, &q_ledger_last, "seq", "transfer",
     "holds pieces for an order that does not know it"},
    {&q_trade_wrong_payments, &q_trade_last_order, "id", "order",
     "its state and its payment differ"},
    {&q_trade_wrong_events, &q_trade_last_order, "id", "order",
     "its events do not lead to its state"},
};

struct finder {
    void (*say)(void *arg, const char *line);
    void *arg;
    const struct rule *rule;
    int said; /* of this rule */
};

static enum err last_of(struct db *db, const struct rule *rule, struct arena *arena, int64_t *out)
{
    struct rows rs;
    enum err e = db_one(db, rule->last, NO_ARGS, arena, &rs);
    *out = e ? 0 : row_int(&rs, 0, rule->column);
    return e;
}

/* One statement, and so one short snapshot, in which orders and transfers agree. */
static enum err look_at(struct finder *f, struct db *db, int64_t after, int64_t until)
{
    struct rows rs;
    struct arena arena;
    arena_init(&arena, SLICE_ARENA_MAX);
    enum err e =
        db_select(db, f->rule->query,
                  ARGS(V_INT(after), V_INT(until), V_INT(TRADE_CHECK_SAYS - f->said)), &arena, &rs);
    for (size_t row = 0; !e && row < rs.n; row++) {
        char line[160];
        snprintf(line, sizeof(line), "%s %lld: %s", f->rule->thing,
                 (long long)row_int(&rs, row, "id"), f->rule->violation);
        f->say(f->arg, line);
        f->said++;
    }
    arena_free(&arena);
    return e;
}

enum err trade_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                     void *arg, int *violations)
{
    enum err e = OK;
    *violations = 0;
    for (size_t i = 0; !e && i < sizeof(rules) / sizeof(rules[0]); i++) {
        struct finder f = {say, arg, &rules[i], 0};
        int64_t last;
        e = last_of(db, &rules[i], arena, &last);
        for (int64_t after = 0; !e && after < last && f.said < TRADE_CHECK_SAYS; after += SLICE)
            e = look_at(&f, db, after, last - after < SLICE ? last : after + SLICE);
        *violations += f.said;
    }
    return e;
}
