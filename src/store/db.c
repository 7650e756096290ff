#include "store/db.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/driver.h"

static const struct db_driver *const drivers[] = {&sqlite_driver};

static _Atomic int64_t fault_countdown;
static _Atomic int fault_err;

void db_fault_at(int64_t nth, enum err e)
{
    atomic_store(&fault_err, (int)e);
    atomic_store(&fault_countdown, nth);
}

int64_t db_fault_left(void)
{
    return atomic_load(&fault_countdown);
}

/* The error to return instead of calling the engine, or OK. */
static enum err fault(const struct db *db)
{
    if (db->mode != DB_WRITE || atomic_load_explicit(&fault_countdown, memory_order_relaxed) == 0)
        return OK;
    return atomic_fetch_sub(&fault_countdown, 1) == 1 ? (enum err)atomic_load(&fault_err) : OK;
}

enum err db_open(const char *url, enum db_mode mode, struct db **out, struct arena *arena,
                 struct err_info *info)
{
    for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
        size_t n = strlen(drivers[i]->scheme);
        if (strncmp(url, drivers[i]->scheme, n) == 0 && url[n])
            return drivers[i]->open(url + n, mode, out, arena, info);
    }
    *info = (struct err_info){.code = ERR_SYNTAX,
                              .field = "store",
                              .text = arena_printf(arena, "not a store's address: %s", url)};
    return ERR_SYNTAX;
}

void db_close(struct db *db)
{
    if (db)
        db->driver->close(db);
}

static enum err run(struct db *db, const struct query *q, const struct val *args, size_t args_n,
                    struct arena *arena, struct rows *out, int64_t *changed)
{
    if (args_n != (size_t)q->params) {
        LOG(ERROR, "store.wrong_arguments", L_Z("query", q->name), L_I("given", args_n),
            L_I("taken", q->params));
        return ERR_INTERNAL;
    }
    if (db->deadline_us && clock_mono_us() > db->deadline_us)
        return ERR_TIMEOUT;
    enum err e = fault(db);
    return e ? e : db->driver->run(db, q, args, arena, out, changed);
}

enum err db_select(struct db *db, const struct query *q, const struct val *args, size_t args_n,
                   struct arena *arena, struct rows *out)
{
    *out = (struct rows){0};
    return run(db, q, args, args_n, arena, out, NULL);
}

enum err db_one(struct db *db, const struct query *q, const struct val *args, size_t args_n,
                struct arena *arena, struct rows *out)
{
    enum err e = db_select(db, q, args, args_n, arena, out);
    if (e || out->n == 1)
        return e;
    if (out->n == 0)
        return ERR_NOT_FOUND;
    LOG(ERROR, "store.not_one_row", L_Z("query", q->name), L_I("rows", out->n));
    return ERR_INTERNAL;
}

enum err db_exec(struct db *db, const struct query *q, const struct val *args, size_t args_n,
                 int64_t *changed)
{
    return run(db, q, args, args_n, NULL, NULL, changed);
}

static enum err control(struct db *db, enum db_control what)
{
    enum err e = fault(db);
    return e ? e : db->driver->control(db, what);
}

enum err db_snapshot_begin(struct db *db)
{
    enum err e = control(db, DB_BEGIN_READ);
    if (!e && db->mode == DB_READ)
        db->deadline_us = clock_mono_us() + (int64_t)DB_SNAPSHOT_MAX_MS * 1000;
    return e;
}

void db_snapshot_end(struct db *db)
{
    db->deadline_us = 0;
    if (db->driver->in_transaction(db) && db->driver->control(db, DB_ROLLBACK) != OK)
        LOG(ERROR, "store.snapshot_stuck", L_Z("why", db_last_error(db)));
}

enum err db_begin(struct db *db)
{
    return control(db, DB_BEGIN_WRITE);
}

enum err db_commit(struct db *db)
{
    return control(db, DB_COMMIT);
}

/* Never faulted: a rollback that cannot be sent is the end of the connection, which ends the
 * transaction as well. */
void db_rollback(struct db *db)
{
    if (db->driver->in_transaction(db) && db->driver->control(db, DB_ROLLBACK) != OK)
        LOG(ERROR, "store.rollback_failed", L_Z("why", db_last_error(db)));
}

enum err db_savepoint(struct db *db)
{
    return control(db, DB_SAVEPOINT);
}

enum err db_savepoint_release(struct db *db)
{
    return control(db, DB_SAVEPOINT_RELEASE);
}

void db_savepoint_rollback(struct db *db)
{
    if (!db->driver->in_transaction(db))
        return;
    enum err e = control(db, DB_SAVEPOINT_ROLLBACK);
    if (!e)
        e = control(db, DB_SAVEPOINT_RELEASE);
    if (e)
        db_rollback(db); /* else a later rollback would meet the wrong savepoint */
}

bool db_in_transaction(struct db *db)
{
    return db->driver->in_transaction(db);
}

enum err db_checkpoint(struct db *db)
{
    enum err e = fault(db);
    return e ? e : db->driver->checkpoint(db);
}

enum err db_verify(struct db *db, void (*say)(void *arg, const char *line), void *arg,
                   int *problems)
{
    *problems = 0;
    return db->driver->verify(db, say, arg, problems);
}

enum err db_script(struct db *db, const char *sql)
{
    enum err e = fault(db);
    return e ? e : db->driver->script(db, sql);
}

const char *db_last_error(const struct db *db)
{
    return db->driver->last_error(db);
}

struct val row_val(const struct rows *rs, size_t row, const char *column)
{
    for (size_t c = 0; row < rs->n && c < rs->columns; c++)
        if (strcmp(rs->names[c], column) == 0)
            return rs->cells[row * rs->columns + c];
    LOG(ERROR, "store.no_such_cell", L_Z("column", column), L_I("row", row), L_I("rows", rs->n));
    abort();
}

int64_t row_int(const struct rows *rs, size_t row, const char *column)
{
    return row_val(rs, row, column).i;
}

struct str row_str(const struct rows *rs, size_t row, const char *column)
{
    return row_val(rs, row, column).s;
}

bool row_null(const struct rows *rs, size_t row, const char *column)
{
    return row_val(rs, row, column).kind == VAL_NULL;
}
