/*
 * PostgreSQL (15 or newer) behind db.h, for a town on more than one machine: any number of
 * processes may write the same database.
 *
 *   one writer at a time   a write transaction first takes one advisory lock of the whole database;
 *                          with row locks alone, batches that touch many rows deadlock
 *   writes only in one     transactions are read only unless db_begin() began them
 *   a lost connection      fails the running transaction with ERR_STORE; the next begin connects
 *                          again. The server ends what was left open, so the lock comes free
 *   snapshots              cost no trip of their own: BEGIN travels with the first statement, and
 *                          nobody waits for the answer to ROLLBACK
 *   a lost COMMIT          is looked up, not guessed (put_commit() below)
 *
 * last_error and logs carry the server's primary message only; details would name values.
 */
#include <libpq-fe.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/rnd.h"
#include "store/driver.h"
#include "store/pg_value.h"

#define TEXT_OF(number) TEXT_OF_(number)
#define TEXT_OF_(number) #number
#define ADVISORY_LOCK 7165913402881 /* any number, the same in every version */
#define LOCK_TIMEOUT_MS 5000        /* as long as SQLite's busy timeout */
#define IDLE_TIMEOUT_MS 4000        /* shorter: who waits for a frozen process gets its turn */

enum {
    OLDEST_SERVER = 150000,
    WRITER_ID_BYTES = 8,
    LOOK_FOR_MS = 10000, /* for the outcome of a lost commit */
    LOOK_PAUSE_MS = 100,
    VERIFY_SAYS = 40,
};

struct statement {
    int generation; /* 0: not prepared yet; part of its name */
    int params;
    Oid types[PG_PARAMS_MAX]; /* what the server takes */
};

struct pg_db {
    struct db base;
    PGconn *conn;
    struct statement **statements; /* owned; by query id, NULL until first used */
    bool begun;                    /* a transaction was begun and not ended by us */
    bool owes_begin;               /* a snapshot's BEGIN goes with its first statement */
    bool owes_end;                 /* its ROLLBACK is sent, the answer not yet taken */
    bool stale;                    /* what is prepared no longer fits the tables */
    bool counts_commits;           /* store_commits is there */
    int64_t commits;               /* number of the last one tried */
    char writer[2 * WRITER_ID_BYTES + 1];
    char last_error[400];
};

static struct pg_db *of(struct db *db)
{
    return (struct pg_db *)db;
}

/* --- errors --- */

/* Appendix A of PostgreSQL's documentation. The first that a state begins with. */
static const struct {
    const char *state;
    enum err e;
} states[] = {
    {"23505", ERR_EXISTS},    /* unique_violation */
    {"23", ERR_CONFLICT},     /* other constraints */
    {"P0001", ERR_CONFLICT},  /* a trigger's RAISE EXCEPTION */
    {"22003", ERR_CONFLICT},  /* a number out of range, which SQLite refuses by its constraint */
    {"22021", ERR_INVALID},   /* text that is not UTF-8, or holds a NUL */
    {"40001", ERR_BUSY},      /* serialization_failure */
    {"40P01", ERR_BUSY},      /* deadlock_detected */
    {"55P03", ERR_BUSY},      /* lock_not_available */
    {"53300", ERR_BUSY},      /* too_many_connections */
    {"57014", ERR_TIMEOUT},   /* query_canceled */
    {"53100", ERR_DISK_FULL}, /* disk_full */
    {"53200", ERR_NOMEM},     /* out_of_memory */
    {"54", ERR_TOO_LARGE},    /* program_limit_exceeded */
    {"XX001", ERR_CORRUPT},   /* data_corrupted */
    {"XX002", ERR_CORRUPT},   /* index_corrupted */
    {"0A", ERR_INTERNAL},     /* feature_not_supported */
    {"22", ERR_INTERNAL},     /* data_exception */
    {"42", ERR_INTERNAL},     /* a statement that is wrong */
};

static enum err err_of_state(const char *state)
{
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (strncmp(state, states[i].state, strlen(states[i].state)) == 0)
            return states[i].e;
    return ERR_STORE;
}

static bool is_connected(const struct pg_db *db)
{
    return PQstatus(db->conn) == CONNECTION_OK;
}

/* Keeps the reason as one line: the result's, or the connection's when there is none. */
static void keep_reason(struct pg_db *db, const PGresult *r)
{
    const char *primary = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    size_t n = 0, most = sizeof(db->last_error) - 4;
    bool broke = false;
    for (const char *p = primary ? primary : PQerrorMessage(db->conn); *p && n < most; p++) {
        if (*p == '\n' || (broke && *p == '\t')) {
            broke = n > 0;
            continue;
        }
        if (broke) {
            db->last_error[n++] = ';';
            db->last_error[n++] = ' ';
        }
        broke = false;
        db->last_error[n++] = *p;
    }
    db->last_error[n] = 0;
}

static bool succeeded(const PGresult *r)
{
    ExecStatusType status = PQresultStatus(r);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* Maps and, unless it is a refusal that a department expects, logs. */
static enum err failed(struct pg_db *db, const PGresult *r, const char *what)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    enum err e = state && is_connected(db) ? err_of_state(state) : ERR_STORE;
    if (succeeded(r))
        return OK;
    keep_reason(db, r);
    /* "cached plan must not change result type", invalid_sql_statement_name */
    if (state && (strcmp(state, "0A000") == 0 || strcmp(state, "26000") == 0)) {
        db->stale = true;
        e = ERR_STORE;
    }
    if (e == ERR_EXISTS || e == ERR_CONFLICT)
        LOG(DEBUG, "store.refused", L_Z("what", what), L_Z("why", db->last_error));
    else
        LOG(ERROR, "store.failed", L_Z("what", what), L_ERR(e), L_Z("state", state ? state : ""),
            L_Z("why", db->last_error));
    return e;
}

/* Takes what is still to come of a snapshot's end. */
static void take_end(struct pg_db *db)
{
    PGresult *r;
    if (!db->owes_end)
        return;
    while ((r = PQgetResult(db->conn)))
        PQclear(r);
    db->owes_end = false;
}

/* One or more statements without parameters; the result of the last. */
static enum err simple(struct pg_db *db, const char *sql, const char *what, PGresult **out)
{
    take_end(db);
    PGresult *r = PQexec(db->conn, sql);
    enum err e = failed(db, r, what);
    if (out)
        *out = r;
    else
        PQclear(r);
    return e;
}

static enum err in_transaction_error(const struct pg_db *db)
{
    return db->begun && !is_connected(db) ? ERR_STORE : OK;
}

/* --- connections --- */

static void drop_notice(void *arg, const PGresult *r)
{
    (void)arg;
    LOG(DEBUG, "store.notice", L_Z("text", PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY)));
}

static void forget_statements(struct pg_db *db)
{
    for (int i = 0; i < query_count(); i++) {
        free(db->statements[i]);
        db->statements[i] = NULL;
    }
}

/* Statements are prepared once and planned for what the tables held then; a plan that reads a table
 * from end to end because it was empty would stay while the table grows, for foreign keys too. What
 * is written here goes by indexes. `guildhall check` reads everything and may choose. (What is
 * compiled for statements of a millisecond takes longer than they do: no jit.) */
static const char *plans_of(enum db_mode mode)
{
    switch (mode) {
    case DB_WRITE:
        return "SET jit = off; SET enable_seqscan = off; SET enable_hashjoin = off;"
               "SET enable_mergejoin = off;";
    case DB_READ: return "SET jit = off; SET enable_seqscan = off;";
    case DB_INSPECT: break;
    }
    return "";
}

static const char *durability_sql(void)
{
    return db_wanted_durability() == DB_POWER_LOSS
               ? "SELECT set_config('synchronous_commit', 'on', false)"
                 " WHERE current_setting('synchronous_commit') IN ('off', 'local')"
               : "SET synchronous_commit = off";
}

/* What a session of ours is like, whatever the server's or the role's defaults. A stronger
 * synchronous_commit (remote_apply) is left as it is. Sessions that hang in a transaction, because
 * their machine went away or their process is dead, are ended by the server: they hold the lock. */
static enum err configure(struct pg_db *db)
{
    char sql[1200];
    PGresult *r;
    snprintf(sql, sizeof(sql),
             "%sSET client_min_messages = warning; SET search_path = public, pg_temp;"
             "SET default_transaction_isolation = 'read committed';"
             "SET default_transaction_read_only = on; SET lock_timeout = " TEXT_OF(
                 LOCK_TIMEOUT_MS) "; SET statement_timeout = %d; SET "
                                  "idle_in_transaction_session_timeout = %d;"
                                  "SET client_connection_check_interval = '1s';"
                                  "%s;"
                                  "SELECT 1 WHERE to_regclass('public.store_commits') IS NOT NULL",
             plans_of(db->base.mode), db->base.mode == DB_READ ? DB_SNAPSHOT_MAX_MS : 0,
             db->base.mode == DB_INSPECT ? 0 : IDLE_TIMEOUT_MS, durability_sql());
    enum err e = simple(db, sql, "session", &r);
    db->counts_commits = !e && PQntuples(r) == 1;
    PQclear(r);
    return e;
}

static enum err connect_again(struct pg_db *db)
{
    forget_statements(db);
    db->begun = db->stale = db->owes_end = false;
    PQreset(db->conn);
    if (!is_connected(db)) {
        keep_reason(db, NULL);
        LOG(WARN, "store.not_connected", L_Z("why", db->last_error));
        return ERR_STORE;
    }
    LOG(INFO, "store.connected_again", L_Z("server", PQhost(db->conn)));
    enum err e = configure(db);
    db->stale = e != OK;
    return e;
}

static void pg_close(struct db *base)
{
    struct pg_db *db = of(base);
    if (db->statements)
        forget_statements(db);
    free(db->statements);
    PQfinish(db->conn);
    free(db);
}

/* The user's own words come last and win, but for the encoding. A server that is gone is noticed
 * within some seconds, not after the kernel's quarter of an hour. */
static PGconn *dial(const char *address)
{
    static const char *const keywords[] = {"fallback_application_name", "connect_timeout",
                                           "keepalives_idle",           "keepalives_interval",
                                           "keepalives_count",          "tcp_user_timeout",
                                           "target_session_attrs",      "dbname",
                                           "client_encoding",           NULL};
    const char *const values[] = {"guildhall", "5",       "5",     "2",    "3",
                                  "10000",     "primary", address, "UTF8", NULL};
    return PQconnectdbParams(keywords, values, 1);
}

static enum err refuse_open(enum err e, const char *text, struct err_info *info)
{
    *info = (struct err_info){.code = e, .field = "store", .text = text};
    return e;
}

/* May this role do what a writer does? (The tables are there from the first start on.) */
static enum err check_rights(struct pg_db *db, struct arena *arena, struct err_info *info)
{
    static const char *const sql =
        "SELECT has_schema_privilege('public', 'CREATE'),"
        "       COALESCE(has_table_privilege(to_regclass('public.store_commits'), 'INSERT'), true)";
    PGresult *r;
    enum err e = simple(db, sql, "rights", &r);
    bool makes = !e && *PQgetvalue(r, 0, 0) == 't', writes = !e && *PQgetvalue(r, 0, 1) == 't';
    PQclear(r);
    if (e)
        return refuse_open(e, arena_strdup(arena, db->last_error), info);
    if (!makes)
        return refuse_open(ERR_FORBIDDEN, "this user may not make tables in the schema public",
                           info);
    return writes
               ? OK
               : refuse_open(ERR_FORBIDDEN, "this user may not write the database's tables", info);
}

static enum err open_session(struct pg_db *db, const char *address, struct arena *arena,
                             struct err_info *info)
{
    /* libpq's text about an address that it cannot parse repeats it, password included. */
    PQconninfoOption *parsed = PQconninfoParse(address, NULL);
    if (!parsed)
        return refuse_open(ERR_SYNTAX, "not a PostgreSQL address (postgres://USER@HOST/DATABASE)",
                           info);
    PQconninfoFree(parsed);
    db->conn = dial(address);
    if (!is_connected(db)) {
        keep_reason(db, NULL);
        return refuse_open(
            ERR_STORE, arena_printf(arena, "cannot open the database: %s", db->last_error), info);
    }
    if (PQserverVersion(db->conn) < OLDEST_SERVER)
        return refuse_open(ERR_UNSUPPORTED, "PostgreSQL 15 or newer is needed", info);
    const char *encoding = PQparameterStatus(db->conn, "server_encoding");
    if (!encoding || strcmp(encoding, "UTF8") != 0)
        return refuse_open(ERR_UNSUPPORTED, "the database's encoding is not UTF8", info);
    PQsetNoticeReceiver(db->conn, drop_notice, NULL);
    enum err e = configure(db);
    if (e)
        return refuse_open(e, arena_strdup(arena, db->last_error), info);
    return db->base.mode == DB_WRITE ? check_rights(db, arena, info) : OK;
}

/* place: a connection string, or, from postgres://, a URI without its scheme. */
static enum err pg_open(const char *place, enum db_mode mode, struct db **out, struct arena *arena,
                        struct err_info *info)
{
    uint8_t id[WRITER_ID_BYTES];
    bool is_uri = strncmp(place, "//", 2) == 0;
    const char *address = is_uri ? arena_printf(arena, "postgresql:%s", place) : place;
    struct pg_db *db = calloc(1, sizeof(*db));
    if (!db || !address) {
        free(db);
        return ERR_NOMEM;
    }
    db->base = (struct db){.driver = &postgres_driver, .mode = mode};
    rnd_fill(id, sizeof(id));
    enc_hex(db->writer, id, sizeof(id));
    db->statements = calloc((size_t)query_count() + 1, sizeof(*db->statements));
    enum err e = db->statements ? open_session(db, address, arena, info) : ERR_NOMEM;
    if (e)
        pg_close(&db->base);
    else
        *out = &db->base;
    return e;
}

/* --- running queries --- */

/* The types that the server takes were settled at the first call: by its values, and where they
 * were NULL by the columns they meet. */
static bool takes(const struct statement *st, const Oid *types, int n)
{
    if (st->generation == 0)
        return false;
    for (int i = 0; i < n; i++)
        if (types[i] && types[i] != st->types[i])
            return false;
    return true;
}

static void name_of(char out[32], const struct query *q, const struct statement *st)
{
    snprintf(out, 32, "q%d_%d", q->id, st->generation);
}

static enum err describe(struct pg_db *db, const struct query *q, const char *name,
                         struct statement *st)
{
    PGresult *r = PQdescribePrepared(db->conn, name);
    enum err e = failed(db, r, q->name);
    if (!e && PQnparams(r) != q->params)
        e = ERR_INTERNAL;
    for (int i = 0; !e && i < q->params; i++)
        st->types[i] = PQparamtype(r, i);
    PQclear(r);
    return e;
}

/* types: of the values at hand, 0 for a NULL. */
static enum err prepare(struct pg_db *db, const struct query *q, const Oid *types,
                        struct statement **out)
{
    char name[32];
    struct statement *st = db->statements[q->id];
    if (!st)
        st = db->statements[q->id] = calloc(1, sizeof(*st));
    if (!st)
        return ERR_NOMEM;
    *out = st;
    take_end(db);
    if (takes(st, types, q->params))
        return OK;
    struct statement fresh = {.generation = st->generation + 1};
    memcpy(fresh.types, types, (size_t)q->params * sizeof(*types));
    name_of(name, q, &fresh);
    PGresult *r = PQprepare(db->conn, name, q->sql_pg, q->params, fresh.types);
    enum err e = failed(db, r, q->name);
    PQclear(r);
    if (!e)
        e = describe(db, q, name, &fresh);
    if (!e)
        *st = fresh;
    return e;
}

static enum err take_result(struct pg_db *db, const struct query *q, const PGresult *r,
                            struct arena *arena, struct rows *out, int64_t *changed)
{
    enum err e = failed(db, r, q->name);
    if (e)
        return e;
    if (out)
        e = pg_rows_read(r, arena, out);
    else if (PQntuples(r) > 0)
        e = ERR_INTERNAL;
    if (e)
        LOG(ERROR, "store.rows_refused", L_Z("query", q->name), L_ERR(e));
    if (!e && changed)
        *changed = strtoll(PQcmdTuples((PGresult *)r), NULL, 10);
    return e;
}

/* A statement's values, ready to be sent. */
struct call {
    const struct query *q;
    const struct pg_params *params;
    const Oid *types;
    struct arena *arena;
    struct rows *out;
    int64_t *changed;
};

static enum err execute(struct pg_db *db, const struct call *c)
{
    struct statement *st;
    char name[32];
    enum err e = in_transaction_error(db);
    if (!e)
        e = prepare(db, c->q, c->types, &st);
    if (e)
        return e;
    name_of(name, c->q, st);
    PGresult *r = PQexecPrepared(db->conn, name, c->q->params, c->params->values,
                                 c->params->lengths, c->params->formats, 1);
    e = take_result(db, c->q, r, c->arena, c->out, c->changed);
    PQclear(r);
    return e;
}

/* The next result of a pipeline, and the NULL that ends it. */
static PGresult *next_result(struct pg_db *db)
{
    PGresult *r = PQgetResult(db->conn), *end = r ? PQgetResult(db->conn) : NULL;
    PQclear(end);
    return r;
}

/* BEGIN and the statement together, one trip. */
static enum err execute_first(struct pg_db *db, const struct call *c)
{
    struct statement *st;
    char name[32];
    enum err e = prepare(db, c->q, c->types, &st);
    if (e)
        return e;
    name_of(name, c->q, st);
    bool sent = PQenterPipelineMode(db->conn) &&
                PQsendQueryParams(db->conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", 0,
                                  NULL, NULL, NULL, NULL, 0) &&
                PQsendQueryPrepared(db->conn, name, c->q->params, c->params->values,
                                    c->params->lengths, c->params->formats, 1) &&
                PQpipelineSync(db->conn);
    PGresult *began = sent ? next_result(db) : NULL;
    PGresult *r = began ? next_result(db) : NULL, *sync = r ? PQgetResult(db->conn) : NULL;
    e = failed(db, began, "begin");
    db->begun = !e;
    db->owes_begin = e != OK;
    if (!e)
        e = take_result(db, c->q, r, c->arena, c->out, c->changed);
    PQclear(sync);
    PQclear(r);
    PQclear(began);
    if (!PQexitPipelineMode(db->conn))
        db->stale = true;
    return e;
}

/* Outside a transaction, or the first of a snapshot. A connection that went away while nothing ran
 * is only noticed here: once more on a new one. */
static enum err execute_reading(struct pg_db *db, const struct call *c)
{
    bool is_first = db->owes_begin;
    enum err e = OK;
    for (int tries = 0; tries < 2; tries++) {
        take_end(db);
        if (db->stale || !is_connected(db)) {
            e = connect_again(db);
            if (e)
                return e;
        }
        e = is_first ? execute_first(db, c) : execute(db, c);
        if (!e || is_connected(db))
            return e;
        db->begun = false;
        db->owes_begin = is_first;
    }
    return e;
}

static enum err execute_any(struct pg_db *db, const struct call *c)
{
    bool reading = db->base.mode != DB_WRITE && !db->begun;
    return reading ? execute_reading(db, c) : execute(db, c);
}

static enum err run_many(struct pg_db *db, const struct query *q, const struct val *args, size_t n,
                         struct arena *arena, struct rows *out, int64_t *changed)
{
    struct pg_arrays arrays;
    enum err e = pg_arrays_set(&arrays, q, args, n);
    struct call c = {q, &arrays.params, arrays.types, arena, out, changed};
    if (!e)
        e = execute_any(db, &c);
    pg_arrays_free(&arrays);
    return e;
}

static enum err pg_run(struct db *base, const struct query *q, const struct val *args, size_t n,
                       struct arena *arena, struct rows *out, int64_t *changed)
{
    struct pg_params params;
    Oid types[PG_PARAMS_MAX];
    if (q->many)
        return run_many(of(base), q, args, n, arena, out, changed);
    enum err e = pg_params_set(&params, args, q->params);
    for (int i = 0; !e && i < q->params; i++)
        types[i] = pg_type_of(&args[i]);
    struct call c = {q, &params, types, arena, out, changed};
    return e ? e : execute_any(of(base), &c);
}

/* --- transactions --- */

static bool pg_in_transaction(struct db *base)
{
    const struct pg_db *db = of(base);
    PGTransactionStatusType status = PQtransactionStatus(db->conn);
    if (db->owes_begin || db->owes_end)
        return db->owes_begin;
    if (db->base.mode != DB_WRITE && db->begun)
        return true; /* also one that is lost, until it is ended */
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE;
}

/* A connection that went away while nothing ran is only noticed here: try once more on a new one.
 */
static enum err begin(struct pg_db *db, const char *sql)
{
    enum err e = OK;
    for (int tries = 0; tries < 2; tries++) {
        if (db->stale || !is_connected(db)) {
            e = connect_again(db);
            if (e)
                return e;
        }
        e = simple(db, sql, "begin", NULL);
        if (!e || is_connected(db))
            break;
    }
    db->begun = !e;
    if (e && pg_in_transaction(&db->base) && simple(db, "ROLLBACK", "rollback", NULL) != OK)
        db->stale = true;
    return e;
}

/* With its commit a transaction notes its number in store_commits; when the answer is lost, that
 * row says after connecting again whether it is there. (A transaction's own id would not do: after
 * a crash of the server it may be given out a second time.) The note is made only when the
 * transaction has written something else. */
static void put_commit(struct pg_db *db, char *sql, size_t size)
{
    if (!db->counts_commits) {
        snprintf(sql, size, "COMMIT");
        return;
    }
    db->commits++;
    snprintf(sql, size,
             "%sINSERT INTO store_commits (writer, number, at) SELECT '%s', %lld, now()"
             " WHERE pg_current_xact_id_if_assigned() IS NOT NULL"
             " ON CONFLICT (writer) DO UPDATE SET number = excluded.number, at = excluded.at;"
             "COMMIT",
             db->commits == 1 ? "DELETE FROM store_commits WHERE at < now() - interval '7 days';"
                              : "",
             db->writer, (long long)db->commits);
}

/* Once the lock is ours, the lost transaction has ended one way or the other. */
static enum err look_for_commit(struct pg_db *db, bool *found)
{
    char sql[300];
    PGresult *r;
    snprintf(sql, sizeof(sql),
             "SELECT pg_advisory_xact_lock(" TEXT_OF(
                 ADVISORY_LOCK) ");"
                                "SELECT 1 FROM store_commits WHERE writer = '%s' AND number = %lld",
             db->writer, (long long)db->commits);
    enum err e = simple(db, sql, "look for commit", &r);
    *found = !e && PQntuples(r) == 1;
    PQclear(r);
    return e;
}

static enum err outcome_of_lost_commit(struct pg_db *db)
{
    const struct timespec pause = {0, LOOK_PAUSE_MS * 1000000L};
    bool found = false, counted = db->counts_commits;
    int64_t until = clock_mono_ms() + LOOK_FOR_MS;
    while (counted && clock_mono_ms() < until) {
        bool ready = is_connected(db) && !db->stale;
        if ((ready || connect_again(db) == OK) && look_for_commit(db, &found) == OK) {
            LOG(WARN, "store.commit_looked_up", L_Z("outcome", found ? "there" : "not there"));
            return found ? OK : ERR_STORE;
        }
        nanosleep(&pause, NULL);
    }
    LOG(ERROR, "store.commit_unknown", L_I("number", db->commits));
    return ERR_STORE;
}

static enum err commit(struct pg_db *db)
{
    char sql[500];
    PGresult *r;
    put_commit(db, sql, sizeof(sql));
    enum err e = simple(db, sql, "commit", &r);
    if (!e && strcmp(PQcmdStatus(r), "COMMIT") != 0) {
        snprintf(db->last_error, sizeof(db->last_error), "the server rolled back instead");
        e = ERR_STORE; /* a statement before had failed, which db.c should have seen */
    }
    PQclear(r);
    if (e && !is_connected(db))
        e = outcome_of_lost_commit(db);
    if (!pg_in_transaction(&db->base))
        db->begun = false;
    return e;
}

static enum err end_snapshot(struct pg_db *db)
{
    db->begun = false;
    db->owes_end = PQsendQuery(db->conn, "ROLLBACK");
    if (!db->owes_end)
        db->stale = true;
    return OK;
}

static enum err pg_control(struct db *base, enum db_control what)
{
    static const char *const savepoints[DB_CONTROL_COUNT_] = {
        [DB_SAVEPOINT] = "SAVEPOINT command",
        [DB_SAVEPOINT_RELEASE] = "RELEASE command",
        [DB_SAVEPOINT_ROLLBACK] = "ROLLBACK TO command",
    };
    struct pg_db *db = of(base);
    if (what == DB_BEGIN_READ) {
        db->begun = false;
        db->owes_begin = true;
        return OK;
    }
    if (db->owes_begin && (what == DB_ROLLBACK || what == DB_COMMIT)) {
        db->owes_begin = false;
        return OK;
    }
    if (what == DB_ROLLBACK && !is_connected(db)) {
        db->begun = false;
        return OK;
    }
    if (what == DB_BEGIN_WRITE)
        return begin(db, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;"
                         "SELECT pg_advisory_xact_lock(" TEXT_OF(ADVISORY_LOCK) ")");
    enum err e = in_transaction_error(db);
    if (e)
        return e;
    if (what == DB_COMMIT)
        return commit(db);
    if (what != DB_ROLLBACK)
        return simple(db, savepoints[what], savepoints[what], NULL);
    if (db->base.mode != DB_WRITE)
        return end_snapshot(db);
    e = simple(db, "ROLLBACK", "rollback", NULL);
    db->begun = e != OK;
    return e;
}

static enum err pg_checkpoint(struct db *base)
{
    (void)base; /* the server does its own */
    return OK;
}

/* --- the engine's own check --- */

/* For every foreign key and check a query that finds a row which breaks it: the server looks only
 * when rows change, and not at all while somebody has switched its triggers off. */
static const char *const probes =
    "SELECT format('table %s: a row refers to a missing row of %s', c.conrelid::regclass,"
    "         c.confrelid::regclass) AS line,"
    "       format('SELECT 1 FROM %s x WHERE %s AND NOT EXISTS (SELECT 1 FROM %s y WHERE %s) LIMIT"
    " 1',"
    "         c.conrelid::regclass, string_agg(format('x.%I IS NOT NULL', a.attname), ' AND '),"
    "         c.confrelid::regclass, string_agg(format('y.%I = x.%I', b.attname, a.attname),"
    "         ' AND ')) AS probe"
    " FROM pg_constraint c CROSS JOIN LATERAL unnest(c.conkey, c.confkey) AS k (here, there)"
    " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.here"
    " JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.there"
    " WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace"
    " GROUP BY c.oid, c.conrelid, c.confrelid "
    "UNION ALL "
    "SELECT format('table %s: CHECK constraint %s failed', conrelid::regclass, conname),"
    "       format('SELECT 1 FROM %s WHERE NOT (%s) LIMIT 1', conrelid::regclass,"
    "         pg_get_expr(conbin, conrelid))"
    " FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace "
    "UNION ALL "
    "SELECT format('index %s is not valid', indexrelid::regclass), 'SELECT 1'"
    " FROM pg_index WHERE NOT indisvalid "
    "UNION ALL "
    "SELECT format('table %s: trigger %s is switched off', tgrelid::regclass, tgname), 'SELECT 1'"
    " FROM pg_trigger WHERE tgenabled = 'D'";

static enum err pg_verify(struct db *base, void (*say)(void *arg, const char *line), void *arg,
                          int *problems)
{
    struct pg_db *db = of(base);
    PGresult *list, *found;
    enum err e = in_transaction_error(db);
    if (e)
        return e;
    e = simple(db, probes, "verify", &list);
    for (int i = 0; !e && i < PQntuples(list) && *problems < VERIFY_SAYS; i++) {
        e = simple(db, PQgetvalue(list, i, 1), "verify", &found);
        if (!e && PQntuples(found) > 0) {
            say(arg, PQgetvalue(list, i, 0));
            (*problems)++;
        }
        PQclear(found);
    }
    PQclear(list);
    return e;
}

/* --- the rest --- */

static enum err pg_script(struct db *base, const char *sql)
{
    struct pg_db *db = of(base);
    enum err e = in_transaction_error(db);
    if (e || pg_in_transaction(base))
        return e ? e : simple(db, sql, "script", NULL);
    e = simple(db, "SET default_transaction_read_only = off", "script", NULL);
    if (e)
        return e;
    e = simple(db, sql, "script", NULL);
    if (simple(db, "SET default_transaction_read_only = on", "script", NULL) != OK)
        db->stale = true; /* the next begin takes a new session */
    return e;
}

static enum err pg_durability(struct db *base, struct arena *arena, const char **out)
{
    struct pg_db *db = of(base);
    PGresult *r;
    enum err e = simple(db, "SHOW synchronous_commit", "durability", &r);
    if (!e)
        *out = arena_printf(arena, "synchronous_commit=%s", PQgetvalue(r, 0, 0));
    PQclear(r);
    return !e && !*out ? ERR_NOMEM : e;
}

static const char *pg_last_error(const struct db *base)
{
    return ((const struct pg_db *)base)->last_error;
}

const struct db_driver postgres_driver = {
    .dialect = DB_POSTGRES,
    .own_tables = "CREATE TABLE IF NOT EXISTS schema_migrations ("
                  " number BIGINT PRIMARY KEY, name TEXT NOT NULL,"
                  " checksum TEXT NOT NULL, applied_at BIGINT NOT NULL);"
                  /* fillfactor: its one row a writer changes with each commit, in place */
                  "CREATE TABLE IF NOT EXISTS store_commits ("
                  " writer TEXT PRIMARY KEY, number BIGINT NOT NULL,"
                  " at TIMESTAMPTZ NOT NULL) WITH (fillfactor = 20)",
    .open = pg_open,
    .close = pg_close,
    .run = pg_run,
    .control = pg_control,
    .in_transaction = pg_in_transaction,
    .checkpoint = pg_checkpoint,
    .verify = pg_verify,
    .script = pg_script,
    .durability = pg_durability,
    .last_error = pg_last_error,
};
