/* What must always hold of visits and openings. */
#include <stdio.h>

#include "store/queries.h"
#include "town/audience/internal.h"

/* A visit that was under way when the first picture came began a moment before its show. */
enum { SLACK_MS = 60 * 1000 };

enum err audience_check(struct db *db, struct arena *arena,
                        void (*say)(void *arg, const char *line), void *arg, int *violations)
{
    struct rows rs;
    char line[120];
    enum err e = db_select(db, &q_audience_check_visits,
                           ARGS(V_INT(SLACK_MS), V_INT(AUDIENCE_CHECK_SAYS)), arena, &rs);
    *violations = 0;
    for (size_t i = 0; e == OK && i < rs.n; i++, (*violations)++) {
        snprintf(line, sizeof(line), "visit %lld of show %lld began before it was live",
                 (long long)row_int(&rs, i, "id"), (long long)row_int(&rs, i, "show_id"));
        say(arg, line);
    }
    if (e == OK)
        e = db_select(db, &q_audience_check_opens, ARGS(V_INT(AUDIENCE_CHECK_SAYS)), arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++, (*violations)++) {
        snprintf(line, sizeof(line), "opening %lld of show %lld is of another show's item or visit",
                 (long long)row_int(&rs, i, "id"), (long long)row_int(&rs, i, "show_id"));
        say(arg, line);
    }
    return e;
}
