/* What must always hold: nobody shares a cell, rows and ledger agree, states are their events'. */
#include <stdio.h>

#include "store/queries.h"
#include "town/venue/internal.h"

enum { LINE = 120 };

static enum err check_held(struct db *db, struct arena *arena,
                           void (*say)(void *arg, const char *line), void *arg, int *violations)
{
    struct rows rs;
    enum err e = db_select(db, &q_venue_check_held, NO_ARGS, arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        char line[LINE];
        if (row_int(&rs, i, "held") == row_int(&rs, i, "taken"))
            continue;
        snprintf(line, sizeof(line), "space %lld: bookings hold %lld cells, the ledger says %lld",
                 (long long)row_int(&rs, i, "id"), (long long)row_int(&rs, i, "held"),
                 (long long)row_int(&rs, i, "taken"));
        say(arg, line);
        ++*violations;
    }
    return e;
}

enum err venue_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                     void *arg, int *violations)
{
    static const struct {
        const struct query *query;
        const char *format;
    } checks[] = {
        {&q_venue_check_shared, "booking %lld shares a space with another"},
        {&q_venue_check_state, "booking %lld: its state is not what its events say"},
        {&q_venue_check_cells, "booking %lld: the ledger does not hold its cells"},
    };
    *violations = 0;
    enum err e = check_held(db, arena, say, arg, violations);
    for (size_t c = 0; e == OK && c < sizeof(checks) / sizeof(checks[0]); c++) {
        struct rows found;
        e = db_select(db, checks[c].query, ARGS(V_INT(VENUE_CHECK_SAYS)), arena, &found);
        for (size_t i = 0; e == OK && i < found.n; i++, ++*violations) {
            char line[LINE];
            snprintf(line, sizeof(line), checks[c].format, (long long)row_int(&found, i, "id"));
            say(arg, line);
        }
    }
    return e;
}
