#include "town/trade/trade.h"

#include <stdio.h>

#include "store/queries.h"

static const struct rule {
    const struct query *query;
    const char *thing, *violation;
} rules[] = {
    {&q_trade_wrong_totals, "order", "the total differs from its lines"},
    {&q_trade_wrong_holds, "order", "its state and its holds in the ledger differ"},
    {&q_trade_stray_holds, "transfer", "holds pieces for an order that does not know it"},
    {&q_trade_wrong_payments, "order", "its state and its payment in the ledger differ"},
    {&q_trade_wrong_events, "order", "its events do not lead to its state"},
};

enum err trade_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                     void *arg, int *violations)
{
    *violations = 0;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        struct rows rs;
        enum err e = db_select(db, rules[i].query, ARGS(V_INT(TRADE_CHECK_SAYS)), arena, &rs);
        if (e)
            return e;
        for (size_t row = 0; row < rs.n; row++) {
            char line[160];
            snprintf(line, sizeof(line), "%s %lld: %s", rules[i].thing,
                     (long long)row_int(&rs, row, "id"), rules[i].violation);
            say(arg, line);
            (*violations)++;
        }
    }
    return OK;
}
