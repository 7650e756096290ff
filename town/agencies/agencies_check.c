/* What must always hold between contracts, consents and who shares. */
#include <stdio.h>

#include "store/queries.h"
#include "town/agencies/agencies.h"

static const struct rule {
    const struct query *query;
    const char *what, *violation;
} rules[] = {
    {&q_agencies_wrong_contract, "contract", "it is not where its last event took it"},
    {&q_agencies_wrong_entry, "entry of a roster", "it is not where its last event took it"},
    {&q_agencies_wrong_roster, "entry of a roster", "its agency has no contract in force"},
    {&q_agencies_wrong_share, "entry of a roster", "what is shared by it is not what was agreed"},
    {&q_agencies_wrong_overlap, "share of an agency", "two agencies share at a time"},
};

enum err agencies_check(struct db *db, struct arena *arena,
                        void (*say)(void *arg, const char *line), void *arg, int *violations)
{
    enum err e = OK;
    *violations = 0;
    for (size_t i = 0; !e && i < sizeof(rules) / sizeof(rules[0]); i++) {
        struct rows rs;
        e = db_select(db, rules[i].query, ARGS(V_INT(AGENCIES_CHECK_SAYS)), arena, &rs);
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
