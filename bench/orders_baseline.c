/*
 * orders_baseline: what script/bench orders holds the program against, on a database that the
 * program has made, with the rows that it writes for an order of one piece of one SKU:
 *
 *   orders_baseline sqlite FILE SKU SECONDS BATCH    a bare loop, BATCH orders a transaction; no
 *                                                    server, no checks but that pieces are left
 *   orders_baseline postgres CONNINFO SKU SECONDS CONNECTIONS
 *                                                    the usual way: each connection a transaction
 * an order, a statement a step, the stock's row locked from the first; no hash chain, which needs
 * an order of commits
 *
 * Durable as the program is by default. Prints one JSON object: seconds, orders.
 */
#include <libpq-fe.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/rnd.h"

enum { CONNECTIONS_MAX = 64, SEALED = 58, ID = 16, HASH = 32, KEY_ROOM = 40, TEXT_ROOM = 24 };

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "orders_baseline: %s: %s\n", what, why);
    exit(1);
}

/* What differs from one order to the next. */
struct order {
    int64_t now_ms;
    uint8_t transfer[ID], request[HASH], sealed[SEALED];
    char key[KEY_ROOM];
};

static void next_order(struct order *o)
{
    o->now_ms = clock_wall_ms();
    rnd_fill(o->transfer, sizeof(o->transfer));
    rnd_fill(o->request, sizeof(o->request));
    rnd_fill(o->sealed, sizeof(o->sealed));
    snprintf(o->key, sizeof(o->key), "%016llx-%08llx", (unsigned long long)rnd_u64(),
             (unsigned long long)rnd_below(UINT32_MAX));
}

static void report(int64_t began_us, long orders)
{
    printf("{\"seconds\": %.3f, \"orders\": %ld}\n", (double)(clock_mono_us() - began_us) / 1e6,
           orders);
}

/* ---- SQLite ---- */

enum step { TAKE, GIVE, TRANSFER, HOLD, CHAIN, ORDER, LINE, RECEIVER, EVENT, ANSWER, STEPS };

static const char *const sqlite_steps[STEPS] = {
    [TAKE] = "UPDATE ledger_accounts SET debits_pending = debits_pending + 1 WHERE id = ?1"
             " AND credits_posted - debits_posted - debits_pending >= 1",
    [GIVE] = "UPDATE ledger_accounts SET credits_pending = credits_pending + 1 WHERE id = ?1",
    [TRANSFER] = "INSERT INTO ledger_transfers (seq, id, kind, debit, credit, amount, timeout_ms,"
                 " hold, reason, ref, at_ms) VALUES (?1, ?2, 2, ?3, ?4, 1, 600000, NULL, 'order',"
                 " 'order:' || ?1, ?5)",
    [HOLD] = "INSERT INTO ledger_holds (hold, due_ms) VALUES (?1, ?2 + 600000)",
    [CHAIN] = "INSERT INTO ledger_chain (seq, hash) VALUES (?1, ?2)",
    [ORDER] =
        "INSERT INTO orders (id, checkout_id, buyer_id, factory_id, show_id, status, province,"
        " goods_fen, freight_fen, discount_fen, total_fen, placed_at, hold_until)"
        " VALUES (?1, ?1, ?1 % 20000, 1, NULL, 'placed', 33, 6900, 0, 0, 6900, ?2,"
        " ?2 + 600000)",
    [LINE] = "INSERT INTO order_lines (order_id, line, sku_id, product_slug, title_zh, title_en,"
             " name_zh, name_en, quantity, price_fen, hold) VALUES (?1, 1, 1, 'a-kettle-of-steel',"
             " '不锈钢电水壶', 'A kettle of steel', '白', 'white', 1, 6900, ?2)",
    [RECEIVER] = "INSERT INTO order_receivers (order_id, name, phone, address)"
                 " VALUES (?1, ?2, ?2, ?2)",
    [EVENT] = "INSERT INTO order_events (order_id, event, from_state, to_state, actor_id, actor_as,"
              " at) VALUES (?1, 'place', NULL, 'placed', ?1 % 20000, 'buyer', ?2)",
    [ANSWER] = "INSERT INTO idempotency_keys (actor, operation, key, request_hash, result, subject,"
               " amount, field, message_key, created_at) VALUES ('user:' || (?1 % 20000),"
               " 'trade.place_order', ?2, ?3, 'ok', ?1, 0, NULL, NULL, ?4)",
};

struct loop {
    sqlite3 *db;
    sqlite3_stmt *steps[STEPS], *begin, *commit;
    int64_t available, sold, transfer, order; /* accounts, and the last numbers used */
};

static sqlite3_stmt *prepared(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *st;
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
        die(sql, sqlite3_errmsg(db));
    return st;
}

static int64_t number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *st = prepared(db, sql);
    if (sqlite3_step(st) != SQLITE_ROW)
        die(sql, "no row");
    int64_t value = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return value;
}

static void step(struct loop *l, sqlite3_stmt *st)
{
    if (sqlite3_step(st) != SQLITE_DONE)
        die("a step", sqlite3_errmsg(l->db));
    sqlite3_reset(st);
}

static void place(struct loop *l, const struct order *o)
{
    sqlite3_stmt **s = l->steps;
    int64_t seq = ++l->transfer, id = ++l->order;
    sqlite3_bind_int64(s[TAKE], 1, l->available);
    step(l, s[TAKE]);
    if (sqlite3_changes(l->db) != 1)
        die("the stock", "sold out");
    sqlite3_bind_int64(s[GIVE], 1, l->sold);
    step(l, s[GIVE]);
    sqlite3_bind_int64(s[TRANSFER], 1, seq);
    sqlite3_bind_blob(s[TRANSFER], 2, o->transfer, ID, SQLITE_STATIC);
    sqlite3_bind_int64(s[TRANSFER], 3, l->available);
    sqlite3_bind_int64(s[TRANSFER], 4, l->sold);
    sqlite3_bind_int64(s[TRANSFER], 5, o->now_ms);
    step(l, s[TRANSFER]);
    sqlite3_bind_int64(s[HOLD], 1, seq);
    sqlite3_bind_int64(s[HOLD], 2, o->now_ms);
    step(l, s[HOLD]);
    sqlite3_bind_int64(s[CHAIN], 1, seq);
    sqlite3_bind_blob(s[CHAIN], 2, o->request, HASH, SQLITE_STATIC);
    step(l, s[CHAIN]);
    sqlite3_bind_int64(s[ORDER], 1, id);
    sqlite3_bind_int64(s[ORDER], 2, o->now_ms);
    step(l, s[ORDER]);
    sqlite3_bind_int64(s[LINE], 1, id);
    sqlite3_bind_blob(s[LINE], 2, o->transfer, ID, SQLITE_STATIC);
    step(l, s[LINE]);
    sqlite3_bind_int64(s[RECEIVER], 1, id);
    sqlite3_bind_blob(s[RECEIVER], 2, o->sealed, SEALED, SQLITE_STATIC);
    step(l, s[RECEIVER]);
    sqlite3_bind_int64(s[EVENT], 1, id);
    sqlite3_bind_int64(s[EVENT], 2, o->now_ms);
    step(l, s[EVENT]);
    sqlite3_bind_int64(s[ANSWER], 1, id);
    sqlite3_bind_text(s[ANSWER], 2, o->key, -1, SQLITE_STATIC);
    sqlite3_bind_blob(s[ANSWER], 3, o->request, HASH, SQLITE_STATIC);
    sqlite3_bind_int64(s[ANSWER], 4, o->now_ms);
    step(l, s[ANSWER]);
}

static void open_loop(struct loop *l, const char *file, long sku)
{
    char sql[240];
    if (sqlite3_open_v2(file, &l->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK)
        die(file, "cannot be opened");
    sqlite3_exec(l->db,
                 "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                 "PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536",
                 NULL, NULL, NULL);
    for (int i = 0; i < STEPS; i++)
        l->steps[i] = prepared(l->db, sqlite_steps[i]);
    l->begin = prepared(l->db, "BEGIN IMMEDIATE");
    l->commit = prepared(l->db, "COMMIT");
    for (int i = 0; i < 2; i++) {
        snprintf(sql, sizeof(sql),
                 "SELECT a.id FROM ledger_accounts a JOIN ledger_books b ON b.id = a.book"
                 " WHERE b.unit = 'piece' AND b.subject = 'sku:%ld' AND a.role = '%s'",
                 sku, i ? "sold" : "available");
        *(i ? &l->sold : &l->available) = number(l->db, sql);
    }
    l->transfer = number(l->db, "SELECT COALESCE(MAX(seq), 0) FROM ledger_transfers");
    l->order = number(l->db, "SELECT COALESCE(MAX(id), 0) FROM orders");
}

static void run_sqlite(const char *file, long sku, int seconds, int batch)
{
    struct loop l;
    struct order o;
    long orders = 0;
    open_loop(&l, file, sku);
    int64_t began_us = clock_mono_us();
    while (clock_mono_us() - began_us < seconds * INT64_C(1000000)) {
        step(&l, l.begin);
        for (int i = 0; i < batch; i++) {
            next_order(&o);
            place(&l, &o);
        }
        step(&l, l.commit);
        orders += batch;
    }
    report(began_us, orders);
}

/* ---- PostgreSQL ---- */

static const char *const postgres_steps[] = {
    "SELECT 1 FROM ledger_accounts WHERE id = $1"
    " AND credits_posted - debits_posted - debits_pending >= 1 FOR UPDATE",
    "INSERT INTO orders (checkout_id, buyer_id, factory_id, show_id, status, province, goods_fen,"
    " freight_fen, discount_fen, total_fen, placed_at, hold_until)"
    " VALUES (1, 1 + random() * 20000, 1, NULL, 'placed', 33, 6900, 0, 0, 6900, $1, $1 + 600000)"
    " RETURNING id",
    "INSERT INTO order_lines (order_id, line, sku_id, product_slug, title_zh, title_en, name_zh,"
    " name_en, quantity, price_fen, hold) VALUES ($1, 1, 1, 'a-kettle-of-steel', '不锈钢电水壶',"
    " 'A kettle of steel', '白', 'white', 1, 6900, $2)",
    "INSERT INTO order_receivers (order_id, name, phone, address) VALUES ($1, $2, $2, $2)",
    "INSERT INTO order_events (order_id, event, from_state, to_state, actor_id, actor_as, at)"
    " VALUES ($1, 'place', NULL, 'placed', 1, 'buyer', $2)",
    "INSERT INTO ledger_transfers (id, kind, debit, credit, amount, timeout_ms, hold, reason, ref,"
    " at_ms) VALUES ($1, 2, $2, $3, 1, 600000, NULL, 'order', 'order', $4) RETURNING seq",
    "INSERT INTO ledger_holds (hold, due_ms) VALUES ($1, $2 + 600000)",
    "UPDATE ledger_accounts SET debits_pending = debits_pending + 1 WHERE id = $1",
    "UPDATE ledger_accounts SET credits_pending = credits_pending + 1 WHERE id = $1",
    "INSERT INTO idempotency_keys (actor, operation, key, request_hash, result, subject, amount,"
    " field, message_key, created_at) VALUES ('user:1', 'trade.place_order', $1, $2, 'ok', 1, 0,"
    " NULL, NULL, $3)",
};
enum { POSTGRES_STEPS = sizeof(postgres_steps) / sizeof(postgres_steps[0]) };
enum { PG_INT8 = 20, PG_TEXT = 25, PG_BYTEA = 17 };

struct value {
    Oid type;
    int64_t number;
    const void *bytes; /* NULL: the number */
    int size;
};

struct buyer {
    pthread_t thread;
    const char *conninfo;
    PGconn *conn;
    int64_t available, sold, until_us;
    long orders;
};

static void put_int(uint8_t out[8], int64_t value)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)((uint64_t)value >> (56 - 8 * i));
}

static int64_t answer(PGconn *conn, PGresult *r, const char *what)
{
    ExecStatusType status = PQresultStatus(r);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        die(what, PQerrorMessage(conn));
    int64_t value = 0;
    for (int i = 0; PQntuples(r) == 1 && i < PQgetlength(r, 0, 0); i++)
        value = value << 8 | (uint8_t)PQgetvalue(r, 0, 0)[i];
    PQclear(r);
    return value;
}

/* Runs step `at`, preparing it the first time; what it returns, as a number. */
static int64_t run_step(struct buyer *b, int at, const struct value *values, int n)
{
    char name[TEXT_ROOM];
    const char *texts[4];
    uint8_t numbers[4][8];
    Oid types[4];
    int sizes[4], formats[4];
    snprintf(name, sizeof(name), "s%d", at);
    for (int i = 0; i < n; i++) {
        types[i] = values[i].type;
        put_int(numbers[i], values[i].number);
        texts[i] = values[i].bytes ? values[i].bytes : (const char *)numbers[i];
        sizes[i] = values[i].bytes ? values[i].size : 8;
        formats[i] = 1;
    }
    if (b->orders == 0)
        answer(b->conn, PQprepare(b->conn, name, postgres_steps[at], n, types), postgres_steps[at]);
    return answer(b->conn, PQexecPrepared(b->conn, name, n, texts, sizes, formats, 1),
                  postgres_steps[at]);
}

#define INT8(v) ((struct value){PG_INT8, (v), NULL, 0})
#define BYTES(p, n) ((struct value){PG_BYTEA, 0, (p), (n)})
#define STEP(b, at, ...)                                                                           \
    run_step((b), (at), (const struct value[]){__VA_ARGS__},                                       \
             sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value))

static void place_one(struct buyer *b)
{
    struct order o;
    next_order(&o);
    answer(b->conn, PQexec(b->conn, "BEGIN"), "BEGIN");
    STEP(b, 0, INT8(b->available));
    int64_t id = STEP(b, 1, INT8(o.now_ms));
    STEP(b, 2, INT8(id), BYTES(o.transfer, ID));
    STEP(b, 3, INT8(id), BYTES(o.sealed, SEALED));
    STEP(b, 4, INT8(id), INT8(o.now_ms));
    int64_t seq =
        STEP(b, 5, BYTES(o.transfer, ID), INT8(b->available), INT8(b->sold), INT8(o.now_ms));
    STEP(b, 6, INT8(seq), INT8(o.now_ms));
    STEP(b, 7, INT8(b->available));
    STEP(b, 8, INT8(b->sold));
    STEP(b, 9, ((struct value){PG_TEXT, 0, o.key, (int)strlen(o.key)}), BYTES(o.request, HASH),
         INT8(o.now_ms));
    answer(b->conn, PQexec(b->conn, "COMMIT"), "COMMIT");
    b->orders++;
}

static void *buy(void *arg)
{
    struct buyer *b = arg;
    while (clock_mono_us() < b->until_us)
        place_one(b);
    return NULL;
}

static int64_t account_of(PGconn *conn, long sku, const char *role)
{
    char sql[240];
    snprintf(sql, sizeof(sql),
             "SELECT a.id FROM ledger_accounts a JOIN ledger_books b ON b.id = a.book"
             " WHERE b.unit = 'piece' AND b.subject = 'sku:%ld' AND a.role = '%s'",
             sku, role);
    PGresult *r = PQexec(conn, sql);
    if (PQntuples(r) != 1)
        die(sql, PQerrorMessage(conn));
    int64_t id = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
    PQclear(r);
    return id;
}

static void run_postgres(const char *conninfo, long sku, int seconds, int connections)
{
    static struct buyer buyers[CONNECTIONS_MAX];
    long orders = 0;
    for (int i = 0; i < connections; i++) {
        struct buyer *b = &buyers[i];
        b->conn = PQconnectdb(conninfo);
        if (PQstatus(b->conn) != CONNECTION_OK)
            die("connect", PQerrorMessage(b->conn));
        b->available = account_of(b->conn, sku, "available");
        b->sold = account_of(b->conn, sku, "sold");
    }
    int64_t began_us = clock_mono_us();
    for (int i = 0; i < connections; i++) {
        buyers[i].until_us = began_us + seconds * INT64_C(1000000);
        if (pthread_create(&buyers[i].thread, NULL, buy, &buyers[i]) != 0)
            die("threads", "cannot start");
    }
    for (int i = 0; i < connections; i++) {
        pthread_join(buyers[i].thread, NULL);
        orders += buyers[i].orders;
        PQfinish(buyers[i].conn);
    }
    report(began_us, orders);
}

int main(int argc, char **argv)
{
    int count = argc == 6 ? atoi(argv[5]) : 0, seconds = argc == 6 ? atoi(argv[4]) : 0;
    if (argc == 6 && strcmp(argv[1], "sqlite") == 0 && count > 0 && seconds > 0)
        run_sqlite(argv[2], atol(argv[3]), seconds, count);
    else if (argc == 6 && strcmp(argv[1], "postgres") == 0 && count > 0 &&
             count <= CONNECTIONS_MAX && seconds > 0)
        run_postgres(argv[2], atol(argv[3]), seconds, count);
    else
        die("usage", "sqlite FILE SKU SECONDS BATCH | postgres CONNINFO SKU SECONDS CONNECTIONS");
    return 0;
}
