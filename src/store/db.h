/*
 * The store: named SQL over SQLite or PostgreSQL, behind the same calls.
 *
 * SQL lives in .sql files; `-- name: hall.product_by_slug` starts a query, and the build turns each
 * into `extern const struct query q_hall_product_by_slug` (header "store/queries.h"), so a misspelt
 * name does not compile. Parameters are :name in the file and are passed in order of first
 * appearance; the count is checked.
 *
 *   struct rows rs;
 *   e = db_select(db, &q_hall_product_by_slug, ARGS(V_STR(slug)), arena, &rs);
 *   for (size_t i = 0; i < rs.n; i++) row_str(&rs, i, "title") …
 *
 * A `struct db` is one connection and belongs to one thread at a time. Readers run inside
 * db_snapshot_begin/end, at most two seconds; only the writer's connection writes. Statements are
 * prepared once a connection and kept. Everything a query returns is copied into the arena.
 *
 * A statement that fails spoils its transaction: until a rollback, to a savepoint or of the whole,
 * later calls return the same error. (PostgreSQL is like that; a department that tries something
 * and goes on after ERR_EXISTS needs a savepoint around it, and finds out on either store.)
 *
 * PostgreSQL may go away at any moment. The running transaction then fails with ERR_STORE, which is
 * retryable, and the next db_begin() or db_snapshot_begin() connects again. When it goes away
 * around a COMMIT, db_commit() connects again and looks whether the transaction is there; only when
 * that cannot be done within about ten seconds is the outcome unknown, and ERR_STORE then means
 * "perhaps": who sends such a command again does it under an idempotency key (store/idem.h), and
 * gets the first answer if there was one.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct db;

struct query {
    const char *name;
    const char *sql;    /* SQLite's form, parameters as ?1 … ?n */
    const char *sql_pg; /* PostgreSQL's form, $1 … $n; the override when the file has one */
    int params;
    const char *many; /* for many rows: a letter for each parameter, i, t or b; NULL: for one */
    int id;           /* dense index, 0 … query_count() - 1 */
};
int query_count(void);
const struct query *query_at(int id);

struct val {
    enum val_kind { VAL_NULL, VAL_INT, VAL_STR, VAL_BLOB } kind;
    int64_t i;
    struct str s; /* text or bytes; borrowed until the call returns (in), arena (out) */
};
#define V_NULL ((struct val){.kind = VAL_NULL})
#define V_INT(v) ((struct val){.kind = VAL_INT, .i = (v)})
#define V_STR(v) ((struct val){.kind = VAL_STR, .s = (v)})
#define V_Z(v) ((struct val){.kind = VAL_STR, .s = str_of(v)})
#define V_BLOB(v) ((struct val){.kind = VAL_BLOB, .s = (v)})
#define ARGS(...)                                                                                  \
    (const struct val[]){__VA_ARGS__},                                                             \
        sizeof((const struct val[]){__VA_ARGS__}) / sizeof(struct val)
#define NO_ARGS NULL, 0

struct rows {
    size_t n; /* rows */
    size_t columns;
    const char **names; /* column names, arena */
    struct val *cells;  /* n * columns, arena */
};

enum { DB_ROWS_MAX = 10000, DB_SNAPSHOT_MAX_MS = 2000 };

/* DB_READ: pages; a snapshot past its limit is interrupted, ERR_TIMEOUT. DB_WRITE: the writer, and
 * migrations. DB_INSPECT reads only, without a limit of time, for `guildhall check`. */
enum db_mode { DB_READ, DB_WRITE, DB_INSPECT };
/* What an answered commit outlives, of write connections opened from now on; once, before the
 * first.
 *
 *   POWER_LOSS     the default: nothing that was answered is lost. SQLite: synchronous FULL;
 *                  PostgreSQL: synchronous_commit on, or stronger if it is
 *   PROCESS_CRASH  nothing at a crash of ours; at a power cut the last moments, whole transactions.
 *                  SQLite: synchronous NORMAL; PostgreSQL: synchronous_commit off
 *   NONE           nothing at a crash of ours; at a power cut SQLite's file. SQLite: synchronous
 *                  OFF; PostgreSQL: synchronous_commit off
 *
 * (WAL in each case. What the server of PostgreSQL itself does, fsync, is its administrator's.) */
enum db_durability { DB_POWER_LOSS, DB_PROCESS_CRASH, DB_NONE };
void db_set_durability(enum db_durability level);
/* What the engine says that it really does, "synchronous=2" or "synchronous_commit=on"; arena. */
enum err db_durability_read(struct db *db, struct arena *arena, const char **out) MUST_CHECK;

/* url: "sqlite:/path/file.db", "sqlite::memory:" (tests), "postgres://user@host:port/database" or
 * "postgres:host=… dbname=…" (libpq's two forms; PGPASSWORD and ~/.pgpass are looked at).
 * ERR_SYNTAX on anything else. Nothing it says or logs repeats a password. */
enum err db_open(const char *url, enum db_mode mode, struct db **out, struct arena *arena,
                 struct err_info *info) MUST_CHECK;
void db_close(struct db *db);
/* The url as it may be shown and logged: without user, password and parameters. */
const char *db_public_url(const char *url, struct arena *arena);
enum db_dialect { DB_SQLITE, DB_POSTGRES };
enum db_dialect db_dialect(const struct db *db);

enum err db_select(struct db *db, const struct query *q, const struct val *args, size_t args_n,
                   struct arena *arena, struct rows *out) MUST_CHECK;
/* As db_select, but exactly one row: ERR_NOT_FOUND on none. */
enum err db_one(struct db *db, const struct query *q, const struct val *args, size_t args_n,
                struct arena *arena, struct rows *out) MUST_CHECK;
/* INSERT, UPDATE, DELETE. *changed (may be NULL) gets the number of rows. ERR_EXISTS when a unique
 * key is taken, ERR_CONFLICT when another constraint or a trigger refuses. */
enum err db_exec(struct db *db, const struct query *q, const struct val *args, size_t args_n,
                 int64_t *changed) MUST_CHECK;

/* A query marked `-- many:` (script/gen-queries), for n rows of q->params values each, row after
 * row; n may be 0. SQLite runs it n times, PostgreSQL once, over arrays: a few statements a batch
 * instead of a few a command. As one statement it is done as a whole or has failed as a whole. What
 * it returns comes for all rows together: of an INSERT one row each, in order; else any number in
 * any order. Values are of the type that the query says; NULL is taken. */
enum err db_exec_many(struct db *db, const struct query *q, const struct val *args, size_t n,
                      int64_t *changed) MUST_CHECK;
enum err db_select_many(struct db *db, const struct query *q, const struct val *args, size_t n,
                        struct arena *arena, struct rows *out) MUST_CHECK;

/* Outside a snapshot each statement of a reader sees its own moment. The moment of a snapshot is
 * that of its first statement. */
enum err db_snapshot_begin(struct db *db) MUST_CHECK;
void db_snapshot_end(struct db *db);

/* For the writer only. db_begin() waits some seconds for another process's transaction, then gives
 * ERR_BUSY. A failed call may have ended the transaction (a full disk does, a lost connection
 * does): ask db_in_transaction() before going on in it. Savepoints nest. */
enum err db_begin(struct db *db) MUST_CHECK;
enum err db_commit(struct db *db) MUST_CHECK;
void db_rollback(struct db *db);
enum err db_savepoint(struct db *db) MUST_CHECK;
enum err db_savepoint_release(struct db *db) MUST_CHECK;
/* Undoes what ran since; when that fails, the whole transaction is rolled back. */
void db_savepoint_rollback(struct db *db);
bool db_in_transaction(struct db *db);
/* Moves the log of recent commits into the database file when it has grown enough to be worth it;
 * otherwise returns at once. Only the writer's connection ever does this, and when it closes. */
enum err db_checkpoint(struct db *db) MUST_CHECK;

/* The engine's own check of its file: pages, indexes, constraints, foreign keys. Calls `say` for
 * each problem, at most some dozens. */
enum err db_verify(struct db *db, void (*say)(void *arg, const char *line), void *arg,
                   int *problems) MUST_CHECK;

/* Runs statements that are not named (migrations, tests). */
enum err db_script(struct db *db, const char *sql) MUST_CHECK;
/* Makes what migrations and commits are recorded in, if it is missing. For migrate.c. */
enum err db_make_own_tables(struct db *db) MUST_CHECK;
/* Has any connection of this process met a page or an index that is no longer what was written? It
 * stays so: only an administrator can mend it. */
bool db_is_damaged(void);
const char *db_last_error(const struct db *db); /* for logs; valid until the next call */

/* Faults, for tests: the nth call from now on any write connection returns `e` without reaching
 * the database; 0 switches off. db_fault_left(): calls still to come before it, 0 once it fired. */
void db_fault_at(int64_t nth, enum err e);
int64_t db_fault_left(void);
/* As db_fault_at, and so do all calls after it, until it is switched off: what a process that is
 * dead no longer does. */
void db_fault_from(int64_t nth, enum err e);

/* Cells by column name; a missing column is a bug and aborts. NULL reads as 0 or the empty string.
 */
struct val row_val(const struct rows *rs, size_t row, const char *column);
int64_t row_int(const struct rows *rs, size_t row, const char *column);
struct str row_str(const struct rows *rs, size_t row, const char *column);
bool row_null(const struct rows *rs, size_t row, const char *column);

#endif
