/*
 * What a database engine gives to db.c. db.c keeps what is the same for all of them: checking
 * arguments, limits of time, faults for tests. An engine embeds `struct db` first in its own
 * struct.
 */
#ifndef STORE_DRIVER_H
#define STORE_DRIVER_H

#include "store/db.h"

enum db_control {
    DB_BEGIN_READ,
    DB_BEGIN_WRITE, /* takes the write lock at once */
    DB_COMMIT,
    DB_ROLLBACK,
    DB_SAVEPOINT,
    DB_SAVEPOINT_RELEASE,
    DB_SAVEPOINT_ROLLBACK, /* back to the savepoint; it stays */
    DB_CONTROL_COUNT_
};

struct db_driver {
    enum db_dialect dialect;
    /* Makes, if they are missing, the tables that the store keeps about itself. */
    const char *own_tables;
    /* `place` is the url after the scheme and its colon. */
    enum err (*open)(const char *place, enum db_mode mode, struct db **out, struct arena *arena,
                     struct err_info *info);
    void (*close)(struct db *db);
    /* Runs one named query for n >= 1 rows of arguments (1 unless q->many). Rows go to `out` when
     * it is not NULL, else they are an error; *changed may be NULL. At most DB_ROWS_MAX rows:
     * ERR_LIMIT. */
    enum err (*run)(struct db *db, const struct query *q, const struct val *args, size_t n,
                    struct arena *arena, struct rows *out, int64_t *changed);
    enum err (*control)(struct db *db, enum db_control what);
    bool (*in_transaction)(struct db *db);
    enum err (*checkpoint)(struct db *db);
    enum err (*verify)(struct db *db, void (*say)(void *arg, const char *line), void *arg,
                       int *problems);
    enum err (*script)(struct db *db, const char *sql);
    enum err (*durability)(struct db *db, struct arena *arena, const char **out);
    const char *(*last_error)(const struct db *db);
};

struct db {
    const struct db_driver *driver;
    enum db_mode mode;
    int64_t deadline_us; /* monotone; end of the running snapshot's time, 0 when unlimited */
    enum err spoiled;    /* what a statement of the running transaction failed with, or OK */
};

enum db_durability db_wanted_durability(void);

extern const struct db_driver sqlite_driver;
extern const struct db_driver postgres_driver;

#endif
