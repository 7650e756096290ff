/* What must always hold between what was reckoned, what was instructed, and the ledger. */
#include <stdio.h>

#include "store/queries.h"
#include "town/settle/internal.h"

enum { SLICE = 2000, SLICE_ARENA_MAX = 4 * 1024 * 1024 };

static const struct rule {
    const struct query *query;
    const char *violation;
} rules[] = {
    {&q_settle_wrong_unreckoned, "was received, and nothing was reckoned of it"},
    {&q_settle_wrong_sums, "its shares are more than its provider lets go"},
    {&q_settle_wrong_shares, "somebody got a share that was not reckoned"},
};

struct finder {
    void (*say)(void *arg, const char *line);
    void *arg;
    int said;
};

static enum err look(struct finder *f, const struct rule *rule, struct db *db, int64_t after,
                     int64_t until)
{
    struct rows rs;
    struct arena arena;
    arena_init(&arena, SLICE_ARENA_MAX);
    enum err e = db_select(db, rule->query,
                           ARGS(V_INT(after), V_INT(until), V_INT(SETTLE_CHECK_SAYS - f->said)),
                           &arena, &rs);
    for (size_t row = 0; !e && row < rs.n; row++) {
        char line[160];
        snprintf(line, sizeof(line), "order %lld: %s", (long long)row_int(&rs, row, "id"),
                 rule->violation);
        f->say(f->arg, line);
        f->said++;
    }
    arena_free(&arena);
    return e;
}

enum err settle_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                      void *arg, int *violations)
{
    struct rows rs;
    *violations = 0;
    enum err e = db_one(db, &q_settle_last_order, NO_ARGS, arena, &rs);
    int64_t last = e ? 0 : row_int(&rs, 0, "id");
    for (size_t i = 0; !e && i < sizeof(rules) / sizeof(rules[0]); i++) {
        struct finder f = {say, arg, 0};
        for (int64_t after = 0; !e && after < last && f.said < SETTLE_CHECK_SAYS; after += SLICE)
            e = look(&f, &rules[i], db, after, last - after < SLICE ? last : after + SLICE);
        *violations += f.said;
    }
    return e;
}
