/* What must always hold of courses: see training.h. */
#include <stdio.h>

#include "store/queries.h"
#include "town/training/internal.h"

enum err training_check(struct db *db, struct arena *arena,
                        void (*say)(void *arg, const char *line), void *arg, int *violations)
{
    static const struct {
        const struct query *query;
        const char *format;
    } checks[] = {
        {&q_training_check_seats, "run %lld: the seats taken are not those of who is enrolled"},
        {&q_training_check_states, "enrolment %lld: its state is not what its events say"},
        {&q_training_check_waiting, "run %lld: somebody waits beside a free seat"}};
    enum err e = OK;
    *violations = 0;
    for (size_t c = 0; !e && c < sizeof(checks) / sizeof(checks[0]); c++) {
        struct rows found;
        e = db_select(db, checks[c].query, ARGS(V_INT(TRAINING_CHECK_SAYS)), arena, &found);
        for (size_t i = 0; !e && i < found.n; i++) {
            char line[120];
            snprintf(line, sizeof(line), checks[c].format, (long long)row_int(&found, i, "id"));
            say(arg, line);
            (*violations)++;
        }
    }
    return e;
}
