/*
 * SQLite behind db.h. One database file in WAL mode: any number of readers beside one writer.
 *
 * Settings, and why:
 *   synchronous=FULL      a commit that was answered survives a power cut (WAL's NORMAL does not),
 *                         unless db_set_durability() wants less
 *   wal_autocheckpoint=0  only the writer moves the log into the file, so that no page pays for it;
 *                         readers do not even do it when they close last
 *   cache, mmap           small and none: a reader's pages come from the kernel's cache anyway, and
 *                         an idle server has to stay small
 *   trusted_schema=OFF, defensive, no double-quoted strings: a tampered file runs no functions
 */
#include <sqlite3.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/driver.h"

enum {
    BUSY_TIMEOUT_MS = 5000,
    CHECKPOINT_PAGES = 1000, /* 4 MiB of log */
    RESTART_PAGES = 16384, /* 64 MiB: readers kept it from starting over; wait for them a little */
    RESTART_WAIT_MS = 200,
    VERIFY_SAYS = 40,
    PROGRESS_STEPS = 4000, /* virtual machine steps between two looks at the clock */
};

struct sqlite_db {
    struct db base;
    sqlite3 *handle;
    sqlite3_stmt **statements; /* owned; by query id, NULL until first used */
    sqlite3_stmt *controls[DB_CONTROL_COUNT_];
    int wal_pages;        /* in the log after the last commit */
    int wal_checkpointed; /* wal_pages at the last checkpoint */
};

static const char *const control_sql[DB_CONTROL_COUNT_] = {
    [DB_BEGIN_READ] = "BEGIN",
    [DB_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [DB_COMMIT] = "COMMIT",
    [DB_ROLLBACK] = "ROLLBACK",
    [DB_SAVEPOINT] = "SAVEPOINT command",
    [DB_SAVEPOINT_RELEASE] = "RELEASE command",
    [DB_SAVEPOINT_ROLLBACK] = "ROLLBACK TO command",
};

static struct sqlite_db *of(struct db *db)
{
    return (struct sqlite_db *)db;
}

static enum err constraint_error(int extended)
{
    switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return ERR_EXISTS;
    default: return ERR_CONFLICT;
    }
}

/* After SQLITE_IOERR. SQLite itself tells only ENOSPC of a write apart (SQLITE_FULL), not a quota
 * or an fsync that finds no room; and it does not keep errno when a COMMIT fails, so the thread's
 * own is looked at, which each call here resets before it begins. */
static bool disk_is_full(sqlite3 *handle)
{
    int errnum = handle ? sqlite3_system_errno(handle) : 0;
    return err_from_errno(errnum ? errnum : errno) == ERR_DISK_FULL;
}

/* Extended result codes: https://www.sqlite.org/rescode.html */
static enum err map_code(sqlite3 *handle, int code)
{
    switch (code & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return OK;
    case SQLITE_CONSTRAINT: return constraint_error(code);
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ERR_BUSY;
    case SQLITE_FULL: return ERR_DISK_FULL;
    case SQLITE_IOERR: return disk_is_full(handle) ? ERR_DISK_FULL : ERR_STORE;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return ERR_CORRUPT;
    case SQLITE_NOMEM: return ERR_NOMEM;
    case SQLITE_INTERRUPT: return ERR_TIMEOUT;
    case SQLITE_TOOBIG: return ERR_TOO_LARGE;
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_MISMATCH: return ERR_INTERNAL;
    default: return ERR_STORE;
    }
}

/* Maps and, unless it is a refusal that a department expects, logs. SQLite's own text names tables
 * and columns, never values. */
static enum err failed(struct sqlite_db *db, int code, const char *what)
{
    enum err e = map_code(db->handle, code);
    if (e == ERR_EXISTS || e == ERR_CONFLICT)
        LOG(DEBUG, "store.refused", L_Z("what", what), L_Z("why", sqlite3_errmsg(db->handle)));
    else if (e)
        LOG(ERROR, "store.failed", L_Z("what", what), L_ERR(e), L_I("code", code),
            L_Z("why", sqlite3_errmsg(db->handle)));
    return e;
}

/* --- opening and closing --- */

static int past_deadline(void *arg)
{
    const struct sqlite_db *db = arg;
    return db->base.deadline_us && clock_mono_us() > db->base.deadline_us;
}

static int note_wal_pages(void *arg, sqlite3 *handle, const char *name, int pages)
{
    struct sqlite_db *db = arg;
    (void)handle, (void)name;
    db->wal_pages = pages;
    return SQLITE_OK;
}

/* SQLite takes a log that it cannot make for a file that is not there. */
static bool beside_is_writable(const char *place, struct arena *arena)
{
    char *copy = arena_strdup(arena, place);
    return !copy || access(place, F_OK) != 0 || access(dirname(copy), W_OK) == 0;
}

static enum err refuse_open(struct sqlite_db *db, int code, const char *place, struct arena *arena,
                            struct err_info *info)
{
    enum err e = map_code(db->handle, code);
    const char *why = db->handle ? sqlite3_errmsg(db->handle) : "out of memory";
    int errnum = db->handle ? sqlite3_system_errno(db->handle) : 0;
    if ((code & 0xFF) == SQLITE_CANTOPEN && !beside_is_writable(place, arena))
        why = "its folder cannot be written, where SQLite keeps the log", errnum = 0;
    *info =
        (struct err_info){.code = e,
                          .field = "store",
                          .text = arena_printf(arena, "cannot open %s: %s%s%s", place, why,
                                               errnum ? ": " : "", errnum ? strerror(errnum) : "")};
    return e;
}

/* A new database file is for its owner alone. O_EXCL: closing a descriptor of a database that is
 * open already would drop this process's locks on it (POSIX locks belong to the process). */
static void make_private_file(const char *place)
{
    int fd = open(place, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}

static int configure(struct sqlite_db *db, bool in_memory)
{
    sqlite3 *h = db->handle;
    bool writes = db->base.mode == DB_WRITE;
    int code;
    sqlite3_extended_result_codes(h, 1);
    sqlite3_busy_timeout(h, BUSY_TIMEOUT_MS);
    sqlite3_wal_autocheckpoint(h, 0);
    sqlite3_db_config(h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(h, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(h, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !writes, NULL);
    code = sqlite3_exec(h,
                        "PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON;"
                        "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;",
                        NULL, NULL, NULL);
    if (code)
        return code;
    if (!writes) {
        sqlite3_progress_handler(h, PROGRESS_STEPS, past_deadline, db);
        return sqlite3_exec(h, "PRAGMA query_only = ON; PRAGMA cache_size = -1024;", NULL, NULL,
                            NULL);
    }
    sqlite3_wal_hook(h, note_wal_pages, db);
    if (in_memory)
        return sqlite3_exec(h, "PRAGMA cache_size = -4096;", NULL, NULL, NULL);
    static const char *const synchronous[] = {
        [DB_POWER_LOSS] = "PRAGMA synchronous = FULL",
        [DB_PROCESS_CRASH] = "PRAGMA synchronous = NORMAL",
        [DB_NONE] = "PRAGMA synchronous = OFF",
    };
    code = sqlite3_exec(h,
                        "PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 16777216;"
                        "PRAGMA cache_size = -4096;",
                        NULL, NULL, NULL);
    return code ? code : sqlite3_exec(h, synchronous[db_wanted_durability()], NULL, NULL, NULL);
}

static enum err sqlite_durability(struct db *base, struct arena *arena, const char **out)
{
    sqlite3_stmt *st = NULL;
    struct sqlite_db *db = of(base);
    int code = sqlite3_prepare_v2(db->handle, "PRAGMA synchronous", -1, &st, NULL);
    if (code == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
        *out = arena_printf(arena, "synchronous=%d", sqlite3_column_int(st, 0));
    else
        *out = NULL;
    sqlite3_finalize(st);
    return *out ? OK : ERR_STORE;
}

/* A process that died between writing a commit and its sync has left it in the log, where it
 * counts: it must be on the disk before anybody is told of it. A checkpoint syncs the log first. */
static int keep_what_was_found(sqlite3 *h)
{
    int code = sqlite3_wal_checkpoint_v2(h, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return code == SQLITE_BUSY ? SQLITE_OK : code;
}

static void sqlite_close(struct db *base)
{
    struct sqlite_db *db = of(base);
    for (int i = 0; db->statements && i < query_count(); i++)
        sqlite3_finalize(db->statements[i]);
    for (int i = 0; i < DB_CONTROL_COUNT_; i++)
        sqlite3_finalize(db->controls[i]);
    free(db->statements);
    if (sqlite3_close(db->handle) != SQLITE_OK)
        LOG(ERROR, "store.close_failed", L_Z("why", sqlite3_errmsg(db->handle)));
    free(db);
}

static enum err sqlite_open(const char *place, enum db_mode mode, struct db **out,
                            struct arena *arena, struct err_info *info)
{
    bool in_memory = strcmp(place, ":memory:") == 0;
    struct sqlite_db *db = calloc(1, sizeof(*db));
    if (!db)
        return ERR_NOMEM;
    db->base = (struct db){.driver = &sqlite_driver, .mode = mode};
    db->statements = calloc((size_t)query_count() + 1, sizeof(sqlite3_stmt *));
    if (!db->statements) {
        free(db);
        return ERR_NOMEM;
    }
    if (mode == DB_WRITE && !in_memory)
        make_private_file(place);
    int code = sqlite3_open_v2(
        place, &db->handle,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (in_memory ? SQLITE_OPEN_CREATE : 0), NULL);
    if (code == SQLITE_OK)
        code = configure(db, in_memory);
    if (code == SQLITE_OK && mode == DB_WRITE && !in_memory)
        code = keep_what_was_found(db->handle);
    if (code != SQLITE_OK) {
        enum err e = refuse_open(db, code, place, arena, info);
        sqlite_close(&db->base);
        return e;
    }
    *out = &db->base;
    return OK;
}

/* --- running queries --- */

static int prepare(struct sqlite_db *db, const char *sql, sqlite3_stmt **slot)
{
    if (*slot)
        return SQLITE_OK;
    return sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, slot, NULL);
}

static int bind(sqlite3_stmt *st, int at, const struct val *v)
{
    const char *p = v->s.p ? v->s.p : "";
    switch (v->kind) {
    case VAL_NULL: return sqlite3_bind_null(st, at);
    case VAL_INT: return sqlite3_bind_int64(st, at, v->i);
    case VAL_STR: return sqlite3_bind_text64(st, at, p, v->s.n, SQLITE_STATIC, SQLITE_UTF8);
    case VAL_BLOB: return sqlite3_bind_blob64(st, at, p, v->s.n, SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

static enum err read_cell(sqlite3_stmt *st, int column, struct arena *arena, struct val *out)
{
    switch (sqlite3_column_type(st, column)) {
    case SQLITE_NULL: *out = V_NULL; return OK;
    case SQLITE_INTEGER: *out = V_INT(sqlite3_column_int64(st, column)); return OK;
    case SQLITE_TEXT: {
        const char *p = (const char *)sqlite3_column_text(st, column);
        *out = V_STR(arena_str(arena, str_n(p, (size_t)sqlite3_column_bytes(st, column))));
        return out->s.p ? OK : ERR_NOMEM;
    }
    case SQLITE_BLOB: {
        const void *p = sqlite3_column_blob(st, column);
        *out = V_BLOB(arena_str(arena, str_n(p, (size_t)sqlite3_column_bytes(st, column))));
        return out->s.p ? OK : ERR_NOMEM;
    }
    default: /* money, areas and times are whole numbers here: a real is a mistake in the query */
        LOG(ERROR, "store.real_number", L_Z("column", sqlite3_column_name(st, column)));
        return ERR_INTERNAL;
    }
}

static enum err start_rows(sqlite3_stmt *st, struct arena *arena, struct rows *out)
{
    out->columns = (size_t)sqlite3_column_count(st);
    out->names = arena_array(arena, out->columns, sizeof(*out->names));
    for (size_t c = 0; out->names && c < out->columns; c++)
        out->names[c] = arena_strdup(arena, sqlite3_column_name(st, (int)c));
    return arena_failed(arena) ? ERR_NOMEM : OK;
}

static enum err add_row(sqlite3_stmt *st, struct arena *arena, struct rows *out, size_t *room)
{
    if (out->n == DB_ROWS_MAX)
        return ERR_LIMIT;
    if (out->n == *room) {
        size_t more = *room ? *room * 2 : 4;
        struct val *cells = arena_array(arena, more * out->columns, sizeof(*cells));
        if (!cells)
            return ERR_NOMEM;
        if (out->n)
            memcpy(cells, out->cells, out->n * out->columns * sizeof(*cells));
        out->cells = cells;
        *room = more;
    }
    struct val *row = out->cells + out->n * out->columns;
    for (size_t c = 0; c < out->columns; c++) {
        enum err e = read_cell(st, (int)c, arena, &row[c]);
        if (e)
            return e;
    }
    out->n++;
    return OK;
}

static enum err step_all(struct sqlite_db *db, const struct query *q, sqlite3_stmt *st,
                         struct arena *arena, struct rows *out, size_t *room)
{
    for (;;) {
        int code = sqlite3_step(st);
        if (code == SQLITE_DONE)
            return OK;
        if (code != SQLITE_ROW)
            return failed(db, code, q->name);
        enum err e = out ? add_row(st, arena, out, room) : ERR_INTERNAL;
        if (e) {
            LOG(ERROR, "store.rows_refused", L_Z("query", q->name), L_ERR(e));
            return e;
        }
    }
}

/* One row of arguments. */
static enum err run_row(struct sqlite_db *db, const struct query *q, sqlite3_stmt *st,
                        const struct val *args, struct arena *arena, struct rows *out, size_t *room)
{
    int code = SQLITE_OK;
    for (int i = 0; code == SQLITE_OK && i < q->params; i++)
        code = bind(st, i + 1, &args[i]);
    enum err e = code ? failed(db, code, q->name) : step_all(db, q, st, arena, out, room);
    sqlite3_reset(st);
    return e;
}

static enum err sqlite_run(struct db *base, const struct query *q, const struct val *args, size_t n,
                           struct arena *arena, struct rows *out, int64_t *changed)
{
    struct sqlite_db *db = of(base);
    sqlite3_stmt **slot = &db->statements[q->id];
    size_t room = 0;
    errno = 0;
    int code = prepare(db, q->sql, slot);
    if (code != SQLITE_OK)
        return failed(db, code, q->name);
    if (!sqlite3_stmt_readonly(*slot) && sqlite3_get_autocommit(db->handle)) {
        /* The engine ended the transaction (a full disk) and the command went on: a write would now
         * stand alone. */
        LOG(ERROR, "store.outside_transaction", L_Z("query", q->name));
        return ERR_STORE;
    }
    enum err e = out ? start_rows(*slot, arena, out) : OK;
    for (size_t i = 0; !e && i < n; i++) {
        e = run_row(db, q, *slot, args + i * (size_t)q->params, arena, out, &room);
        if (!e && changed)
            *changed = (i ? *changed : 0) + sqlite3_changes64(db->handle);
    }
    sqlite3_clear_bindings(*slot);
    return e;
}

static enum err sqlite_control(struct db *base, enum db_control what)
{
    struct sqlite_db *db = of(base);
    errno = 0;
    int code = prepare(db, control_sql[what], &db->controls[what]);
    if (code == SQLITE_OK) {
        code = sqlite3_step(db->controls[what]);
        sqlite3_reset(db->controls[what]);
    }
    return code == SQLITE_DONE ? OK : failed(db, code, control_sql[what]);
}

static bool sqlite_in_transaction(struct db *base)
{
    return !sqlite3_get_autocommit(of(base)->handle);
}

static enum err sqlite_checkpoint(struct db *base)
{
    struct sqlite_db *db = of(base);
    if (db->wal_pages < db->wal_checkpointed)
        db->wal_checkpointed = 0; /* the log has started over */
    if (db->wal_pages - db->wal_checkpointed < CHECKPOINT_PAGES)
        return OK;
    bool restart = db->wal_pages > RESTART_PAGES;
    if (restart)
        sqlite3_busy_timeout(db->handle, RESTART_WAIT_MS);
    int code = sqlite3_wal_checkpoint_v2(
        db->handle, NULL, restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, NULL,
        NULL);
    if (restart)
        sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
    db->wal_checkpointed = db->wal_pages;
    return code == SQLITE_BUSY ? OK : failed(db, code, "checkpoint");
}

/* --- the engine's own check --- */

struct verification {
    void (*say)(void *arg, const char *line);
    void *arg;
    int *problems;
};

static void tell(struct verification *v, const char *line)
{
    v->say(v->arg, line);
    (*v->problems)++;
}

static int on_integrity_row(void *arg, int n, char **values, char **names)
{
    (void)names;
    if (n > 0 && values[0] && strcmp(values[0], "ok") != 0)
        tell(arg, values[0]);
    return 0;
}

static int on_foreign_key_row(void *arg, int n, char **values, char **names)
{
    char line[256];
    (void)names;
    snprintf(line, sizeof(line), "table %s, row %s: refers to a missing row of %s",
             n > 0 && values[0] ? values[0] : "?", n > 1 && values[1] ? values[1] : "?",
             n > 2 && values[2] ? values[2] : "?");
    tell(arg, line);
    return *((struct verification *)arg)->problems >= VERIFY_SAYS; /* nonzero ends it */
}

static enum err sqlite_verify(struct db *base, void (*say)(void *arg, const char *line), void *arg,
                              int *problems)
{
    struct sqlite_db *db = of(base);
    struct verification v = {say, arg, problems};
    int code = sqlite3_exec(db->handle, "PRAGMA integrity_check(20)", on_integrity_row, &v, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db->handle, "PRAGMA foreign_key_check", on_foreign_key_row, &v, NULL);
    return code == SQLITE_ABORT ? OK : failed(db, code, "verify");
}

static enum err sqlite_script(struct db *base, const char *sql)
{
    struct sqlite_db *db = of(base);
    return failed(db, sqlite3_exec(db->handle, sql, NULL, NULL, NULL), "script");
}

static const char *sqlite_last_error(const struct db *base)
{
    return sqlite3_errmsg(((const struct sqlite_db *)base)->handle);
}

const struct db_driver sqlite_driver = {
    .dialect = DB_SQLITE,
    .own_tables = "CREATE TABLE IF NOT EXISTS schema_migrations ("
                  " number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
                  " checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT",
    .open = sqlite_open,
    .close = sqlite_close,
    .run = sqlite_run,
    .control = sqlite_control,
    .in_transaction = sqlite_in_transaction,
    .checkpoint = sqlite_checkpoint,
    .verify = sqlite_verify,
    .script = sqlite_script,
    .durability = sqlite_durability,
    .last_error = sqlite_last_error,
};
