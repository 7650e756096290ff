#include "store/db.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/driver.h"

static const struct {
    const char *scheme;
    const struct db_driver *driver;
} drivers[] = {
    {"sqlite:", &sqlite_driver},
    {"postgres:", &postgres_driver},
    {"postgresql:", &postgres_driver},
};

static _Atomic int64_t fault_countdown;
static _Atomic int fault_err;
static _Atomic bool fault_lasts;

void db_fault_at(int64_t nth, enum err e)
{
    atomic_store(&fault_err, (int)e);
    atomic_store(&fault_lasts, false);
    atomic_store(&fault_countdown, nth);
}

void db_fault_from(int64_t nth, enum err e)
{
    db_fault_at(nth, e);
    atomic_store(&fault_lasts, true);
}

int64_t db_fault_left(void)
{
    int64_t left = atomic_load(&fault_countdown);
    return left > 0 ? left : 0;
}

/* The error to return instead of calling the engine, or OK. */
static enum err fault(const struct db *db)
{
    if (db->mode != DB_WRITE || atomic_load_explicit(&fault_countdown, memory_order_relaxed) == 0)
        return OK;
    int64_t left = atomic_fetch_sub(&fault_countdown, 1);
    bool lasts = left <= 1 && atomic_load(&fault_lasts);
    if (lasts)
        atomic_store(&fault_countdown, -1);
    return left == 1 || lasts ? (enum err)atomic_load(&fault_err) : OK;
}

static atomic_bool met_damage;

bool db_is_damaged(void)
{
    return atomic_load_explicit(&met_damage, memory_order_relaxed);
}

static enum db_durability wanted_durability;

void db_set_durability(enum db_durability level)
{
    wanted_durability = level;
}

enum db_durability db_wanted_durability(void)
{
    return wanted_durability;
}

enum err db_durability_read(struct db *db, struct arena *arena, const char **out)
{
    return db->driver->durability(db, arena, out);
}

enum err db_open(const char *url, enum db_mode mode, struct db **out, struct arena *arena,
                 struct err_info *info)
{
    for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
        size_t n = strlen(drivers[i].scheme);
        if (strncmp(url, drivers[i].scheme, n) == 0 && url[n])
            return drivers[i].driver->open(url + n, mode, out, arena, info);
    }
    /* Not repeated: it may be a misspelt one with a password in it. */
    *info = (struct err_info){.code = ERR_SYNTAX,
                              .field = "store",
                              .text = "not a store's address: sqlite:PATH or "
                                      "postgres://USER@HOST/DATABASE"};
    return ERR_SYNTAX;
}

/* Of a URI its host and database; users, passwords and parameters are left out. */
const char *db_public_url(const char *url, struct arena *arena)
{
    const char *colon = strchr(url, ':');
    if (!colon || strncmp(url, "sqlite:", 7) == 0)
        return colon ? url : "";
    int scheme = (int)(colon + 1 - url);
    if (strncmp(colon, "://", 3) != 0)
        return arena_printf(arena, "%.*s", scheme, url);
    const char *host = colon + 3, *end = host + strcspn(host, "/?");
    for (const char *p = host; p < end; p++)
        if (*p == '@')
            host = p + 1;
    return arena_printf(arena, "%.*s//%.*s", scheme, url, (int)strcspn(host, "?"), host);
}

enum db_dialect db_dialect(const struct db *db)
{
    return db->driver->dialect;
}

void db_close(struct db *db)
{
    if (db)
        db->driver->close(db);
}

/* Notes that a statement failed: until a rollback nothing more runs in its transaction. */
static enum err spoil(struct db *db, enum err e)
{
    if (e == ERR_CORRUPT)
        atomic_store(&met_damage, true);
    if (e && db->driver->in_transaction(db))
        db->spoiled = e;
    return e;
}

static enum err still_spoiled(const struct db *db, const char *what)
{
    LOG(ERROR, "store.after_a_failure", L_Z("what", what), L_ERR(db->spoiled));
    return db->spoiled;
}

/* `n` rows of arguments. */
static enum err run(struct db *db, const struct query *q, const struct val *args, size_t n,
                    struct arena *arena, struct rows *out, int64_t *changed)
{
    if (db->deadline_us && clock_mono_us() > db->deadline_us)
        return ERR_TIMEOUT;
    if (db->spoiled)
        return still_spoiled(db, q->name);
    enum err e = fault(db);
    return spoil(db, e ? e : db->driver->run(db, q, args, n, arena, out, changed));
}

static enum err run_one(struct db *db, const struct query *q, const struct val *args, size_t args_n,
                        struct arena *arena, struct rows *out, int64_t *changed)
{
    if (args_n != (size_t)q->params || q->many) {
        LOG(ERROR, "store.wrong_arguments", L_Z("query", q->name), L_I("given", args_n),
            L_I("taken", q->params));
        return ERR_INTERNAL;
    }
    return run(db, q, args, 1, arena, out, changed);
}

static enum err run_many(struct db *db, const struct query *q, const struct val *args, size_t n,
                         struct arena *arena, struct rows *out, int64_t *changed)
{
    if (!q->many) {
        LOG(ERROR, "store.not_for_many", L_Z("query", q->name));
        return ERR_INTERNAL;
    }
    if (changed)
        *changed = 0;
    return n == 0 ? OK : run(db, q, args, n, arena, out, changed);
}

enum err db_select(struct db *db, const struct query *q, const struct val *args, size_t args_n,
                   struct arena *arena, struct rows *out)
{
    *out = (struct rows){0};
    return run_one(db, q, args, args_n, arena, out, NULL);
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
    return run_one(db, q, args, args_n, NULL, NULL, changed);
}

enum err db_exec_many(struct db *db, const struct query *q, const struct val *args, size_t n,
                      int64_t *changed)
{
    return run_many(db, q, args, n, NULL, NULL, changed);
}

enum err db_select_many(struct db *db, const struct query *q, const struct val *args, size_t n,
                        struct arena *arena, struct rows *out)
{
    *out = (struct rows){0};
    return run_many(db, q, args, n, arena, out, NULL);
}

static enum err control(struct db *db, enum db_control what)
{
    bool begins = what == DB_BEGIN_READ || what == DB_BEGIN_WRITE;
    if (db->spoiled && !begins)
        return still_spoiled(db, "commit or savepoint");
    enum err e = fault(db);
    if (!e)
        e = db->driver->control(db, what);
    if (!e && begins)
        db->spoiled = OK;
    return begins ? e : spoil(db, e);
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
    db->spoiled = OK;
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
    db->spoiled = OK;
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
    db->spoiled = OK;
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
    if (db->spoiled)
        return still_spoiled(db, "script");
    enum err e = fault(db);
    return spoil(db, e ? e : db->driver->script(db, sql));
}

enum err db_make_own_tables(struct db *db)
{
    return db_script(db, db->driver->own_tables);
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
