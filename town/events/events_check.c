/* What must always hold of events: see events.h. */
#include <stdio.h>

#include "store/queries.h"
#include "town/events/internal.h"

enum err events_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                      void *arg, int *violations)
{
    static const struct {
        const struct query *query;
        const char *format;
    } checks[] = {
        {&q_events_check_states, "event %lld: its state is not what its log says"},
        {&q_events_check_parties, "party %lld: its state is not what its log says"},
        {&q_events_check_meetings, "meeting %lld: its state is not what its log says"},
        {&q_events_check_left, "meeting %lld: it is to be with somebody who has left"},
        {&q_events_check_never, "meeting %lld: one of the two has refused it"},
        {&q_events_check_tables, "meeting %lld: there is no such table, or slot"},
        {&q_events_check_held, "event %lld: whether it was held is not what its door says"}};
    enum err e = OK;
    *violations = 0;
    for (size_t c = 0; !e && c < sizeof(checks) / sizeof(checks[0]); c++) {
        struct rows found;
        e = db_select(db, checks[c].query, ARGS(V_INT(EVENTS_CHECK_SAYS)), arena, &found);
        for (size_t i = 0; !e && i < found.n; i++) {
            char line[120];
            snprintf(line, sizeof(line), checks[c].format, (long long)row_int(&found, i, "id"));
            say(arg, line);
            (*violations)++;
        }
    }
    return e;
}
