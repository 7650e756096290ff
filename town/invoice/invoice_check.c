/* What must always hold between requests for invoices, what was issued, and their orders. */
#include <stdio.h>

#include "store/queries.h"
#include "town/invoice/invoice.h"

enum { SLICE = 2000, SLICE_ARENA_MAX = 4 * 1024 * 1024 };

static const struct rule {
    const struct query *query;
    const char *violation;
} rules[] = {
    {&q_invoice_wrong_order, "its order was never paid, is somebody else's, or has another one"},
    {&q_invoice_wrong_event, "its state is not what its last event says"},
    {&q_invoice_wrong_paper, "what was issued is not what its state says"},
    {&q_invoice_wrong_amount, "its amount is not what was paid"},
    {&q_invoice_wrong_texts, "what it keeps of the buyer is not what its state needs"},
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
                           ARGS(V_INT(after), V_INT(until), V_INT(INVOICE_CHECK_SAYS - f->said)),
                           &arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        char line[160];
        snprintf(line, sizeof(line), "invoice %lld: %s", (long long)row_int(&rs, i, "id"),
                 rule->violation);
        f->say(f->arg, line);
        f->said++;
    }
    arena_free(&arena);
    return e;
}

enum err invoice_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                       void *arg, int *violations)
{
    struct rows rs;
    *violations = 0;
    enum err e = db_one(db, &q_invoice_last, NO_ARGS, arena, &rs);
    int64_t last = e || row_null(&rs, 0, "id") ? 0 : row_int(&rs, 0, "id");
    for (size_t i = 0; !e && i < sizeof(rules) / sizeof(rules[0]); i++) {
        struct finder f = {say, arg, 0};
        for (int64_t after = 0; !e && after < last && f.said < INVOICE_CHECK_SAYS; after += SLICE)
            e = look(&f, &rules[i], db, after, last - after < SLICE ? last : after + SLICE);
        *violations += f.said;
    }
    return e;
}
