/* What must always hold of notices and of how they went out. */
#include <stdio.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/messages/internal.h"

static const struct rule {
    const struct query *query;
    const char *violation;
} rules[] = {
    {&q_messages_wrong_twice, "two of them wait for one person, of one kind, about one thing"},
    {&q_messages_wrong_send, "it went out before its ways were decided"},
    {&q_messages_wrong_time, "it was seen or sent before it was due"},
    {&q_messages_wrong_place, "its link leads out of the site"},
};

enum err messages_check(struct db *db, struct arena *arena,
                        void (*say)(void *arg, const char *line), void *arg, int *violations)
{
    enum err e = OK;
    *violations = 0;
    for (size_t i = 0; !e && i < sizeof(rules) / sizeof(rules[0]); i++) {
        struct rows rs;
        e = db_select(db, rules[i].query, ARGS(V_INT(MESSAGES_CHECK_SAYS)), arena, &rs);
        for (size_t n = 0; !e && n < rs.n; n++) {
            char line[160];
            snprintf(line, sizeof(line), "notice %lld: %s", (long long)row_int(&rs, n, "id"),
                     rules[i].violation);
            say(arg, line);
            ++*violations;
        }
    }
    return e;
}
