/*
 * What was acknowledged survives kill -9, once.
 *
 * A child process runs the writer with order-like commands from several threads (hold, and post for
 * every second one) and says "NUMBER\n" on a pipe once an order is answered. The parent kills it
 * with SIGKILL after some number of lines, drains the pipe, opens the database as a restart would,
 * and checks that
 *   - each acknowledged order has exactly its transfers,
 *   - no order has half of them,
 *   - the ledger's check finds nothing.
 * The next child asks again for the last orders before the crash (as clients do that got no answer)
 * and goes on from there: those that are there must stay one. The model of a crash here is the
 * death of the process at any moment; the kernel lives, so writes that reached it are kept, and so
 * does PostgreSQL's server (GUILDHALL_TEST_STORE, see tests/store/fixture.h). Usage:
 * crash_writer [ROUNDS [SEED]]; without them ten rounds, a hundred with GUILDHALL_LONG, each ten on
 * a database of their own.
 */
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/rnd.h"
#include "ledger/ledger.h"
#include "ledger/ledger_check.h"
#include "ledger/ledger_guard.h"
#include "store/migrate.h"
#include "store/queries.h"

enum {
    THREADS = 4,
    ORDERS_MAX = 1000000,
    STOCK = ORDERS_MAX,
    AT_ONCE = 250,
    ROUNDS_A_DATABASE = 10, /* each round looks at the whole of it */
};

/* The most orders that wait for an answer, and answers before a kill. Each order here is a cold
 * command, of a dozen statements: a call of a library or a way to a server. */
static int window_max = 2000, lines_max = 4000;
enum { SERVER_WINDOW_MAX = 100, SERVER_LINES_MAX = 800 };

#define MUST(call)                                                                                 \
    do {                                                                                           \
        enum err must_ = (call);                                                                   \
        if (must_)                                                                                 \
            die(__LINE__, #call, err_name(must_));                                                 \
    } while (0)
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            die(__LINE__, #condition, "does not hold");                                            \
    } while (0)

static void die(int line, const char *what, const char *why)
{
    fprintf(stderr, "crash_writer.c:%d: %s: %s\n", line, what, why);
    _exit(1);
}

static char folder[64], url[256];
static int64_t available, sold;

/* --- the child --- */

struct order {
    struct command cmd;
    struct arena arena;
    int number;
    struct order *next_free;
};

static struct ledger_id order_id(const char *purpose, int number)
{
    char text[16];
    return ledger_id_derive(purpose,
                            str_n(text, (size_t)snprintf(text, sizeof(text), "%d", number)));
}

static enum err order_run(struct command *cmd, struct tx *tx)
{
    struct order *o = (struct order *)cmd;
    struct ledger_transfer t = {.id = order_id("hold", o->number),
                                .debit = available,
                                .credit = sold,
                                .amount = 1 + o->number % 3,
                                .reason = "order",
                                .ref = STR("crash")};
    enum err e = ledger_hold(tx, &t);
    if (!e && o->number % 2)
        e = ledger_hold_post(tx, order_id("post", o->number), t.id, 0);
    return e;
}

static _Atomic int next_number;
static sem_t room; /* for orders that are not answered yet */

static void order_done(struct command *cmd, enum err result)
{
    struct order *o = (struct order *)cmd;
    char line[16];
    if (result)
        die(__LINE__, "an order was refused", err_name(result));
    int n = snprintf(line, sizeof(line), "%d\n", o->number);
    if (write(STDOUT_FILENO, line, (size_t)n) != n)
        _exit(2);
    arena_free(&o->arena);
    free(o);
    sem_post(&room);
}

__attribute__((noreturn)) static void *submit_orders(void *arg)
{
    struct writer *w = arg;
    for (;;) {
        struct order *o = calloc(1, sizeof(*o));
        CHECK(o);
        sem_wait(&room);
        o->number = atomic_fetch_add(&next_number, 1);
        if (o->number >= ORDERS_MAX)
            pause();
        arena_init(&o->arena, 1 << 20);
        o->cmd = (struct command){
            .name = "crash.order", .run = order_run, .done = order_done, .arena = &o->arena};
        while (writer_submit(w, &o->cmd) == ERR_BUSY)
            usleep(100);
    }
}

static void child(int window)
{
    struct arena arena;
    struct err_info info;
    struct writer *w;
    pthread_t threads[THREADS];
    arena_init(&arena, 1 << 20);
    CHECK(sem_init(&room, 0, (unsigned)window) == 0);
    MUST(writer_open(url, &w, &arena, &info));
    ledger_guard_start(w);
    MUST(writer_start(w));
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, submit_orders, w) == 0);
    pause();
}

/* --- the parent --- */

static enum err setup_run(struct command *cmd, struct tx *tx)
{
    int64_t book, outside;
    (void)cmd;
    MUST(ledger_book(tx, "piece", STR("sku:1"), &book));
    MUST(ledger_account_open(tx, book, "available", LEDGER_DEBITS_LE_CREDITS, &available));
    MUST(ledger_account_open(tx, book, "sold", 0, &sold));
    MUST(ledger_account_open(tx, book, "outside", 0, &outside));
    struct ledger_transfer t = {.id = ledger_id_derive("restock", STR("1")),
                                .debit = outside,
                                .credit = available,
                                .amount = 3L * STOCK,
                                .reason = "restock",
                                .ref = STR("")};
    return ledger_post(tx, &t);
}

static void run_script(const char *on, const char *sql)
{
    struct arena arena;
    struct err_info info;
    struct db *db;
    arena_init(&arena, 1 << 20);
    MUST(db_open(on, DB_WRITE, &db, &arena, &info));
    MUST(db_script(db, sql));
    db_close(db);
    arena_free(&arena);
}

/* A database of this run's own, on either store. */
static void new_database(void)
{
    const char *server = getenv("GUILDHALL_TEST_STORE");
    static int number;
    char sql[120];
    snprintf(folder, sizeof(folder), "/tmp/guildhall-crash-XXXXXX");
    CHECK(mkdtemp(folder));
    if (!server || !*server) {
        snprintf(url, sizeof(url), "sqlite:%s/town.db", folder);
        return;
    }
    snprintf(url, sizeof(url), "%s dbname=postgres", server);
    snprintf(sql, sizeof(sql), "CREATE DATABASE crash_%d_%d TEMPLATE template0 ENCODING UTF8",
             (int)getpid(), ++number);
    run_script(url, sql);
    snprintf(url, sizeof(url), "%s dbname=crash_%d_%d", server, (int)getpid(), number);
    window_max = SERVER_WINDOW_MAX;
    lines_max = SERVER_LINES_MAX;
}

static void set_up(void)
{
    struct arena arena;
    struct err_info info;
    struct db *db;
    struct writer *w;
    int applied;
    arena_init(&arena, 4 << 20);
    new_database();
    MUST(db_open(url, DB_WRITE, &db, &arena, &info));
    MUST(migrate_up(db, &arena, &info, &applied));
    db_close(db);
    MUST(writer_open(url, &w, &arena, &info));
    ledger_guard_start(w);
    MUST(writer_start(w));
    struct command cmd = {.name = "crash.setup", .run = setup_run, .arena = &arena};
    MUST(writer_call(w, &cmd));
    writer_stop(w);
    arena_free(&arena);
}

static void say(void *arg, const char *line)
{
    (void)arg;
    fprintf(stderr, "check: %s\n", line);
}

/* Of orders first … first + n - 1, which of their transfers of a kind are there. */
static void find(struct db *db, const char *purpose, int first, int n, bool *there)
{
    struct ledger_id ids[AT_ONCE];
    struct val keys[AT_ONCE];
    struct arena arena;
    struct rows found;
    arena_init(&arena, 4 << 20);
    for (int i = 0; i < n; i++) {
        ids[i] = order_id(purpose, first + i);
        keys[i] = V_BLOB(str_n(ids[i].b, 16));
        there[i] = false;
    }
    MUST(db_select_many(db, &q_ledger_transfers_find, keys, (size_t)n, &arena, &found));
    for (size_t row = 0; row < found.n; row++)
        for (int i = 0; i < n; i++)
            there[i] = there[i] || str_eq(row_str(&found, row, "id"), keys[i].s);
    arena_free(&arena);
}

/* Looks at the database as a restart finds it. No order beyond the highest acknowledged one plus a
 * full queue and a full batch can have reached it. */
static void verify(const unsigned char *acknowledged, int highest)
{
    int end = highest + 2 * WRITER_QUEUE_MAX;
    bool held[AT_ONCE], posted[AT_ONCE];
    struct err_info info;
    struct arena arena;
    struct db *db;
    int violations;
    arena_init(&arena, 256 << 20);
    MUST(db_open(url, DB_INSPECT, &db, &arena, &info));
    MUST(ledger_check(db, &arena, say, NULL, &violations));
    MUST(db_snapshot_begin(db));
    CHECK(violations == 0);
    for (int first = 0; first < end && first < ORDERS_MAX; first += AT_ONCE) {
        find(db, "hold", first, AT_ONCE, held);
        find(db, "post", first, AT_ONCE, posted);
        for (int i = 0; i < AT_ONCE; i++) {
            CHECK(held[i] || !acknowledged[first + i]);
            CHECK(posted[i] == (held[i] && (first + i) % 2));
        }
    }
    db_snapshot_end(db);
    db_close(db);
    arena_free(&arena);
}

/* Reads numbers to the end; kills the child after `lines` of them. Returns how many came. */
static int read_until_killed(FILE *from, pid_t pid, int lines, unsigned char *acknowledged,
                             int *highest)
{
    char line[32];
    int n = 0;
    while (fgets(line, sizeof(line), from) && strchr(line, '\n')) {
        int number = atoi(line);
        CHECK(number >= 0 && number < ORDERS_MAX);
        acknowledged[number] = 1;
        if (number > *highest)
            *highest = number;
        if (++n == lines)
            kill(pid, SIGKILL);
    }
    return n;
}

static void run_round(int first, int window, int lines, unsigned char *acknowledged, int *highest)
{
    int fds[2], status;
    CHECK(pipe(fds) == 0);
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        dup2(fds[1], STDOUT_FILENO);
        close(fds[0]);
        close(fds[1]);
        atomic_store(&next_number, first);
        child(window);
        _exit(3);
    }
    close(fds[1]);
    FILE *from = fdopen(fds[0], "r");
    int n = read_until_killed(from, pid, lines, acknowledged, highest);
    fclose(from);
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    printf("from order %d on, at most %d at once, killed after %d answers, %d came\n", first,
           window, lines, n);
}

/* What is on a server goes with that server. */
static void clean_up(void)
{
    static const char *const names[] = {"town.db", "town.db-wal", "town.db-shm"};
    char path[96];
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : getenv("GUILDHALL_LONG") ? 100 : 10;
    struct rnd_seq seq = {argc > 2 ? strtoull(argv[2], NULL, 10) : rnd_u64() >> 32};
    unsigned char *acknowledged = calloc(ORDERS_MAX, 1);
    int highest = 0;
    setvbuf(stdout, NULL, _IOLBF, 0); /* the seed is read when the end is not reached */
    printf("seed %llu\n", (unsigned long long)seq.state);
    CHECK(acknowledged);
    for (int i = 0; i < rounds; i++) {
        if (i % ROUNDS_A_DATABASE == 0) {
            if (i > 0)
                clean_up();
            set_up();
            memset(acknowledged, 0, ORDERS_MAX);
            highest = 0;
        }
        int again = (int)rnd_seq_below(&seq, 500);
        int first = highest > again ? highest - again : 0;
        int window = 1 + (int)rnd_seq_below(&seq, (uint64_t)window_max);
        int lines = 1 + (int)rnd_seq_below(&seq, (uint64_t)lines_max);
        run_round(first, window, lines, acknowledged, &highest);
        verify(acknowledged, highest);
    }
    clean_up();
    free(acknowledged);
    return 0;
}
