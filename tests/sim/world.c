/* The store, the writer and the clock of a run: made, opened, closed. */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "ledger/ledger_head.h"
#include "store/migrate.h"
#include "store/seal.h"
#include "town/hall/stock.h"
#include "town/pay/pay.h"
#include "town/town.h"
#include "vfs_power.h"

enum { ARENA = 64 << 20 };

static const char *server(void)
{
    const char *named = getenv("GUILDHALL_TEST_STORE");
    return named && *named ? named : NULL;
}

/* --- clock and randomness --- */

static int64_t wall_ms(void *arg)
{
    return ((struct sim *)arg)->wall_ms;
}

static int64_t mono_us(void *arg)
{
    return ((struct sim *)arg)->mono_us;
}

static void fill(void *arg, void *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ((uint8_t *)p)[i] = (uint8_t)rnd_seq_next(arg);
}

void world_install_clock(struct sim *s)
{
    static struct clock_source clock = {wall_ms, mono_us, NULL};
    static struct rnd_seq seq;
    static struct rnd_source rnd = {fill, &seq};
    seq.state = s->seed ^ 0x5DEECE66Dull;
    clock.state = s;
    clock_install(&clock);
    rnd_install(&rnd);
}

/* --- a database to begin with --- */

static void run_script(struct sim *s, const char *url, const char *sql)
{
    struct arena arena;
    struct err_info info = {0};
    struct db *db;
    arena_init(&arena, ARENA);
    MUST(s, db_open(url, DB_WRITE, &db, &arena, &info));
    MUST(s, db_script(db, sql));
    db_close(db);
    arena_free(&arena);
}

static void name_database(struct sim *s)
{
    char to[300], sql[128];
    s->on_server = server() != NULL;
    snprintf(s->folder, sizeof(s->folder), "/tmp/guildhall-sim-XXXXXX");
    if (!mkdtemp(s->folder))
        fail(s, "no folder");
    if (!s->on_server) {
        snprintf(s->url, sizeof(s->url), "sqlite:%s/town.db", s->folder);
        power_register();
        return;
    }
    snprintf(to, sizeof(to), "%s dbname=postgres", server());
    snprintf(sql, sizeof(sql), "CREATE DATABASE sim_%d TEMPLATE template0 ENCODING UTF8",
             (int)getpid());
    run_script(s, to, sql);
    snprintf(s->url, sizeof(s->url), "%s dbname=sim_%d", server(), (int)getpid());
}

static void put_sku(struct db *db, struct sim *s, const struct model_sku *sku)
{
    char sql[1200];
    snprintf(
        sql, sizeof(sql),
        "INSERT INTO products (id, slug, organisation_id, kind_id, title_zh, title_en, model,"
        " shape, colour, price_fen, status, created_at)"
        " VALUES (%lld, 'p-%lld', %lld, 1, 'x', 'x', 'M', 1, 'white', %lld, '%s', 1);"
        "INSERT INTO skus (id, product_id, position, code, name_zh, name_en, colour, price_fen,"
        " list_price_fen, status)"
        " VALUES (%lld, %lld, 1, 'K%lld', 'x', 'x', 'white', %lld, %lld, 'on')",
        (long long)sku->id, (long long)sku->id, (long long)sku->factory, (long long)sku->price_fen,
        sku->for_sale ? "on" : "off", (long long)sku->id, (long long)sku->id, (long long)sku->id,
        (long long)sku->price_fen, (long long)sku->price_fen);
    MUST(s, db_script(db, sql));
}

void world_make(struct sim *s)
{
    struct arena arena;
    struct err_info info = {0};
    struct db *db;
    int applied;
    name_database(s);
    arena_init(&arena, ARENA);
    MUST(s, seal_load(s->folder, &arena, &info));
    MUST(s, ledger_head_load(s->folder, &arena, &info));
    MUST(s, db_open(s->url, DB_WRITE, &db, &arena, &info));
    MUST(s, migrate_up(db, &arena, &info, &applied));
    MUST(s,
         db_script(db,
                   "INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at) VALUES"
                   " (3, 'factory', 'maker-three', 'x', 'x', 1),"
                   " (4, 'factory', 'maker-four', 'x', 'x', 1);"
                   "INSERT INTO kinds (id, slug, name_zh, name_en, position)"
                   " VALUES (1, 'kettles', 'x', 'x', 1)"));
    for (int i = 0; i < MODEL_SKUS; i++)
        put_sku(db, s, &model_skus[i]);
    db_close(db);
    arena_free(&arena);
}

void world_remove(struct sim *s)
{
    static const char *const names[] = {"town.db", "seal.key", "ledger.key", "ledger.pub"};
    char path[160], sql[128];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", s->folder, names[i]);
        unlink(path);
    }
    rmdir(s->folder);
    if (s->on_server) {
        snprintf(path, sizeof(path), "%s dbname=postgres", server());
        snprintf(sql, sizeof(sql), "DROP DATABASE sim_%d WITH (FORCE)", (int)getpid());
        run_script(s, path, sql);
    }
}

/* --- what the simulator sees of the writer --- */

static enum err note_begin(struct tx *tx, void *arg)
{
    ((struct sim *)arg)->begun_ms = tx->now_ms;
    return OK;
}

static void note_commit(struct db *db, void *arg)
{
    struct sim *s = arg;
    (void)db;
    s->committed = true;
    if (!s->die_untold)
        return;
    s->dead = true;
    if (s->on_server)
        db_fault_from(1, ERR_STORE);
    else
        power_off(one_in(s, 2) ? POWER_PROCESS_DIES : POWER_FAILS);
}

static enum err note_second(struct tx *tx, void *arg)
{
    (void)tx;
    ((struct sim *)arg)->ran_second = true;
    return OK;
}

static enum err note_prune(struct tx *tx, void *arg)
{
    (void)tx;
    ((struct sim *)arg)->ran_prune = true;
    return OK;
}

bool world_is_dead(const struct sim *s)
{
    return s->dead || power_is_off() || (s->dies && db_fault_left() == 0);
}

/* --- opening and closing --- */

enum err world_try_open(struct sim *s)
{
    struct err_info info = {0};
    arena_init(&s->arena, ARENA);
    s->writer = NULL;
    s->look = s->held = NULL;
    enum err e = writer_open(s->url, &s->writer, &s->arena, &info);
    if (e) {
        arena_free(&s->arena);
        return e;
    }
    e = pay_load(&(struct pay_settings){.test = true}, &s->arena, &info);
    if (e)
        return e;
    town_prepare(s->writer); /* as the program does */
    writer_at_begin(s->writer, "sim.begin", note_begin, s);
    writer_on_commit(s->writer, note_commit, s);
    writer_every(s->writer, EVERY_SECOND_MS, "sim.second", note_second, s);
    writer_every(s->writer, EVERY_PRUNE_MS, "sim.prune", note_prune, s);
    s->due_second_ms = s->mono_us / 1000 + EVERY_SECOND_MS;
    s->due_prune_ms = s->mono_us / 1000 + EVERY_PRUNE_MS;
    s->one_by_one = 0;
    s->jobs_unsure = false;
    s->last_begun_ms = s->highest_wall_ms = INT64_MIN;
    e = db_open(s->url, DB_INSPECT, &s->look, &s->arena, &info);
    if (e)
        world_close(s);
    return e;
}

void world_open(struct sim *s)
{
    MUST(s, world_try_open(s));
}

void world_close(struct sim *s)
{
    if (s->held)
        db_snapshot_end(s->held);
    db_close(s->held);
    db_close(s->look);
    writer_stop(s->writer);
    arena_free(&s->arena);
    s->held = s->look = NULL;
    s->writer = NULL;
}

/* --- the simulator's own accounts --- */

static enum err open_accounts(struct command *cmd, struct tx *tx)
{
    enum err e = OK;
    (void)cmd;
    for (int i = 0; !e && i < SIM_ACCOUNTS; i++) {
        int64_t book;
        e = ledger_book(tx, "seat", str_of(sim_accounts[i].subject), &book);
        if (!e)
            e = ledger_account_open(tx, book, sim_accounts[i].role, sim_accounts[i].flags,
                                    &sim_account_ids[i]);
    }
    return e;
}

static void note_result(struct command *cmd, enum err result)
{
    cmd->info.code = result;
}

void world_begin_run(struct sim *s)
{
    struct arena arena;
    struct command cmd = {.run = open_accounts, .done = note_result, .arena = &arena};
    if (s->on_server)
        run_script(s, s->url,
                   "SET session_replication_role = replica;" /* else its triggers refuse */
                   "TRUNCATE ledger_holds, ledger_chain, ledger_heads, ledger_transfers,"
                   " ledger_accounts, ledger_books, order_events, order_lines, order_receivers,"
                   " orders, pay_payments, pay_parts, pay_instructions, pay_differences,"
                   " order_share_lines, order_shares, idempotency_keys, store_commits"
                   " RESTART IDENTITY CASCADE");
    else
        power_seed(s->seed);
    world_open(s);
    arena_init(&arena, ARENA);
    MUST(s, writer_submit(s->writer, &cmd));
    writer_turn(s->writer);
    if (cmd.info.code)
        fail(s, "no accounts: %s", err_name(cmd.info.code));
    s->last_begun_ms = s->begun_ms;
    s->highest_wall_ms = s->wall_ms;
    arena_free(&arena);
}
