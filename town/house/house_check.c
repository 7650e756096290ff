/* What must always hold of the list, complaints and warnings. */
#include <stdio.h>

#include "store/queries.h"
#include "town/house/house.h"

struct finder {
    void (*say)(void *arg, const char *line);
    void *arg;
    int said;
};

static void tell(struct finder *f, const char *what)
{
    f->say(f->arg, what);
    f->said++;
}

static enum err check_words(struct finder *f, struct db *db, struct arena *arena)
{
    struct rows rs;
    enum err e = db_select(db, &q_house_wrong_words, ARGS(V_INT(HOUSE_CHECK_SAYS)), arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        char line[200];
        snprintf(line, sizeof(line), "word %.*s: its last change says otherwise than the list",
                 STR_ARG(row_str(&rs, i, "word")));
        tell(f, line);
    }
    return e;
}

static enum err check_complaints(struct finder *f, struct db *db, struct arena *arena)
{
    struct rows rs;
    enum err e =
        db_select(db, &q_house_wrong_complaints, ARGS(V_INT(HOUSE_CHECK_SAYS)), arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        char line[120];
        snprintf(line, sizeof(line), "complaint %lld: its state is not what was done last",
                 (long long)row_int(&rs, i, "id"));
        tell(f, line);
    }
    return e;
}

static enum err check_warnings(struct finder *f, struct db *db, struct arena *arena)
{
    struct rows rs;
    enum err e = db_select(db, &q_house_wrong_warnings, ARGS(V_INT(HOUSE_CHECK_SAYS)), arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        char line[120];
        snprintf(line, sizeof(line), "warning %lld: the log of its show does not have it",
                 (long long)row_int(&rs, i, "id"));
        tell(f, line);
    }
    return e;
}

enum err house_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                     void *arg, int *violations)
{
    struct finder f = {say, arg, 0};
    enum err e = check_words(&f, db, arena);
    if (!e)
        e = check_complaints(&f, db, arena);
    if (!e)
        e = check_warnings(&f, db, arena);
    *violations = f.said;
    return e;
}
