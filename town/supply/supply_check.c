/* What must always hold between samples, their events and the stock. */
#include <stdio.h>

#include "store/queries.h"
#include "town/supply/supply.h"

static const struct rule {
    const struct query *query;
    const char *what, *violation;
} rules[] = {
    {&q_supply_wrong_pieces, "sku", "what is out on samples is not what the ledger holds for them"},
    {&q_supply_wrong_kept, "sku", "what is agreed in quotes is not what the ledger keeps for them"},
    {&q_supply_wrong_state, "sample", "it is not where its last event took it"},
};

enum err supply_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                      void *arg, int *violations)
{
    enum err e = OK;
    *violations = 0;
    for (size_t i = 0; !e && i < sizeof(rules) / sizeof(rules[0]); i++) {
        struct rows rs;
        e = db_select(db, rules[i].query, ARGS(V_INT(SUPPLY_CHECK_SAYS)), arena, &rs);
        for (size_t n = 0; !e && n < rs.n; n++) {
            char line[160];
            snprintf(line, sizeof(line), "%s %lld: %s", rules[i].what,
                     (long long)row_int(&rs, n, "id"), rules[i].violation);
            say(arg, line);
            ++*violations;
        }
    }
    return e;
}
