/* ledger/ behind the writer: many threads after the same stock. Exactly what is there is sold. */
#include "../store/fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdatomic.h>

#include "base/log.h"
#include "ledger/ledger.h"
#include "ledger/ledger_check.h"
#include "ledger/ledger_guard.h"
#include "store/queries.h"

struct shop {
    struct fixture f;
    struct writer *w;
    int64_t available, sold;
};

struct open_stock {
    struct command cmd;
    struct shop *shop;
    int64_t pieces;
};

static enum err open_run(struct command *cmd, struct tx *tx)
{
    struct open_stock *o = (struct open_stock *)cmd;
    int64_t book, outside;
    enum err e = ledger_book(tx, "piece", STR("sku:1"), &book);
    if (!e)
        e = ledger_account_open(tx, book, "available", LEDGER_DEBITS_LE_CREDITS,
                                &o->shop->available);
    if (!e)
        e = ledger_account_open(tx, book, "sold", 0, &o->shop->sold);
    if (!e)
        e = ledger_account_open(tx, book, "outside", 0, &outside);
    struct ledger_transfer t = {.id = ledger_id_derive("restock", STR("1")),
                                .debit = outside,
                                .credit = o->shop->available,
                                .amount = o->pieces,
                                .reason = "restock",
                                .ref = STR("")};
    return e ? e : ledger_post(tx, &t);
}

static void ignore(struct command *cmd, enum err result)
{
    (void)cmd, (void)result;
}

static void shop_open(struct shop *shop, int64_t pieces)
{
    fixture_on_disk(&shop->f);
    assert_ok(writer_open(shop->f.url, &shop->w, &shop->f.arena, &shop->f.info));
    ledger_guard_start(shop->w);
    assert_ok(writer_start(shop->w));
    struct open_stock o = {
        .cmd = {.name = "test.open", .run = open_run, .done = ignore, .arena = &shop->f.arena},
        .shop = shop,
        .pieces = pieces};
    assert_ok(writer_call(shop->w, &o.cmd));
}

/* A buyer takes one piece a line, `lines` lines, all or none; then pays or lets go. */
struct buyer {
    struct command cmd;
    struct shop *shop;
    struct arena arena;
    pthread_t thread;
    int number, lines;
    enum err result;
};

static enum err buy_run(struct command *cmd, struct tx *tx)
{
    struct buyer *b = (struct buyer *)cmd;
    enum err e = OK;
    for (int i = 0; !e && i < b->lines; i++) {
        char text[32];
        struct str name = str_n(text, (size_t)snprintf(text, sizeof(text), "%d.%d", b->number, i));
        struct ledger_transfer t = {.id = ledger_id_derive("hold", name),
                                    .debit = b->shop->available,
                                    .credit = b->shop->sold,
                                    .amount = 1,
                                    .timeout_ms = 600000,
                                    .reason = "order",
                                    .ref = name};
        e = ledger_hold(tx, &t);
        if (!e && b->number % 2)
            e = ledger_hold_post(tx, ledger_id_derive("post", name), t.id, 0);
    }
    return e;
}

static void *buy(void *arg)
{
    struct buyer *b = arg;
    arena_init(&b->arena, 1 << 20);
    b->cmd =
        (struct command){.name = "test.buy", .run = buy_run, .done = ignore, .arena = &b->arena};
    b->result = writer_call(b->shop->w, &b->cmd);
    return NULL;
}

/* How many of the buyers got what they wanted. */
static int rush(struct shop *shop, struct buyer *buyers, int n, int lines)
{
    int bought = 0;
    for (int i = 0; i < n; i++) {
        buyers[i] = (struct buyer){.shop = shop, .number = i, .lines = lines};
        assert_int_equal(pthread_create(&buyers[i].thread, NULL, buy, &buyers[i]), 0);
    }
    for (int i = 0; i < n; i++) {
        pthread_join(buyers[i].thread, NULL);
        assert_true(buyers[i].result == OK || buyers[i].result == ERR_SOLD_OUT);
        bought += buyers[i].result == OK;
        arena_free(&buyers[i].arena);
    }
    return bought;
}

static void say(void *arg, const char *line)
{
    (void)arg;
    print_message("%s\n", line);
}

static void shop_close(struct shop *shop, int64_t expect_left)
{
    struct db *db;
    struct ledger_account a;
    int violations;
    writer_stop(shop->w);
    assert_ok(db_open(shop->f.url, DB_INSPECT, &db, &shop->f.arena, &shop->f.info));
    assert_ok(ledger_account_get(db, shop->available, &shop->f.arena, &a));
    assert_int_equal(ledger_available(&a), expect_left);
    assert_ok(ledger_check(db, &shop->f.arena, say, NULL, &violations));
    assert_int_equal(violations, 0);
    db_close(db);
    fixture_free(&shop->f);
}

static void ten_buyers_for_one_piece(void **state)
{
    (void)state;
    struct shop shop;
    struct buyer buyers[10];
    shop_open(&shop, 1);
    assert_int_equal(rush(&shop, buyers, 10, 1), 1);
    shop_close(&shop, 0);
}

static void two_lines_on_one_piece_are_refused_whole(void **state)
{
    (void)state;
    struct shop shop;
    struct buyer buyers[6];
    shop_open(&shop, 1);
    assert_int_equal(rush(&shop, buyers, 6, 2), 0);
    shop_close(&shop, 1);
}

static void a_hundred_buyers_for_forty_one_pieces(void **state)
{
    (void)state;
    struct shop shop;
    static struct buyer buyers[100];
    shop_open(&shop, 41);
    assert_int_equal(rush(&shop, buyers, 100, 2), 20);
    shop_close(&shop, 1);
}

/* Checks again and again until told to stop. */
struct inspector {
    struct shop *shop;
    pthread_t thread;
    _Atomic bool stop;
    int checks, violations;
};

static void *inspect(void *arg)
{
    struct inspector *in = arg;
    struct arena arena;
    struct err_info info;
    struct db *db;
    int violations = 0;
    arena_init(&arena, 1 << 20);
    assert_ok(db_open(in->shop->f.url, DB_INSPECT, &db, &arena, &info));
    while (!atomic_load(&in->stop) || in->checks < 3) {
        assert_ok(ledger_check(db, &arena, say, NULL, &violations));
        in->violations += violations;
        in->checks++;
    }
    db_close(db);
    arena_free(&arena);
    return NULL;
}

static void the_check_runs_beside_the_writer(void **state)
{
    (void)state;
    struct shop shop;
    static struct buyer buyers[200];
    shop_open(&shop, 1000);
    struct inspector in = {.shop = &shop};
    assert_int_equal(pthread_create(&in.thread, NULL, inspect, &in), 0);
    assert_int_equal(rush(&shop, buyers, 200, 3), 200);
    atomic_store(&in.stop, true);
    pthread_join(in.thread, NULL);
    assert_int_equal(in.violations, 0);
    shop_close(&shop, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_buyers_for_one_piece),
        cmocka_unit_test(two_lines_on_one_piece_are_refused_whole),
        cmocka_unit_test(a_hundred_buyers_for_forty_one_pieces),
        cmocka_unit_test(the_check_runs_beside_the_writer),
    };
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests_name("ledger rush", tests, NULL, NULL);
}
