/* What must always hold between payments, instructions and the ledger. */
#include <stdio.h>

#include "store/queries.h"
#include "town/pay/internal.h"

enum { SLICE = 2000, SLICE_ARENA_MAX = 4 * 1024 * 1024, SAYS = 20 };

static const struct rule {
    const struct query *query;
    const struct query *last; /* up to what there is to look at: fixed when the rule begins */
    const char *column;       /* of its answer */
    const char *thing, *violation;
} rules[] = {
    {&q_pay_wrong_moves, &q_pay_last_order, "id", "order",
     "what was paid and carried out differs from what moved in the ledger"},
    {&q_pay_wrong_holds, &q_pay_last_order, "id", "order",
     "what its provider is asked to do differs from what is held in the ledger"},
    {&q_pay_wrong_purses, &q_pay_last_order, "id", "order",
     "more has left one of its purses than was in it"},
    {&q_pay_wrong_closed, &q_pay_last_order, "id", "order",
     "is over, and its money is frozen without anything being done about it"},
    {&q_pay_wrong_back, &q_pay_last_order, "id", "order",
     "was paid and could not take it, and no refund was instructed"},
    {&q_pay_wrong_turns, &q_pay_last_order, "id", "order",
     "its instructions are not carried out one after the other"},
    {&q_pay_stray_money, &q_ledger_last, "seq", "transfer",
     "moves money of an order that was never asked to be paid"},
};

static enum err look(const struct rule *rule, struct db *db, int64_t after, int64_t until,
                     void (*say)(void *arg, const char *line), void *arg, int *said)
{
    struct rows rs;
    struct arena arena;
    arena_init(&arena, SLICE_ARENA_MAX);
    enum err e = db_select(db, rule->query, ARGS(V_INT(after), V_INT(until), V_INT(SAYS - *said)),
                           &arena, &rs);
    for (size_t row = 0; !e && row < rs.n; row++) {
        char line[160];
        snprintf(line, sizeof(line), "%s %lld: %s", rule->thing, (long long)row_int(&rs, row, "id"),
                 rule->violation);
        say(arg, line);
        ++*said;
    }
    arena_free(&arena);
    return e;
}

enum err pay_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                   void *arg, int *violations)
{
    enum err e = OK;
    *violations = 0;
    for (size_t i = 0; !e && i < sizeof(rules) / sizeof(rules[0]); i++) {
        struct rows rs;
        int said = 0;
        e = db_one(db, rules[i].last, NO_ARGS, arena, &rs);
        int64_t last = e ? 0 : row_int(&rs, 0, rules[i].column);
        for (int64_t after = 0; !e && after < last && said < SAYS; after += SLICE)
            e = look(&rules[i], db, after, last - after < SLICE ? last : after + SLICE, say, arg,
                     &said);
        *violations += said;
    }
    return e;
}
