/* town/hall/stock: restocking, and who is told of a change. */
#include "../store/fixture.h"

#include "base/clock.h"
#include "base/log.h"
#include "ledger/ledger_guard.h"
#include "town/hall/stock.h"

static void stock_is_added_and_taken_out(void **state)
{
    (void)state;
    struct fixture f;
    int64_t left;
    fixture_in_memory(&f);
    assert_ok(hall_stock_left(f.db, 7, &f.arena, &left));
    assert_int_equal(left, 0);
    struct ledger_id id = ledger_id_derive("restock", STR("7.1"));
    assert_ok(hall_stock_add(&f.tx, 7, 40, id));
    assert_ok(hall_stock_add(&f.tx, 7, 40, id)); /* told twice */
    assert_ok(hall_stock_add(&f.tx, 7, -15, ledger_id_new()));
    assert_ok(hall_stock_left(f.db, 7, &f.arena, &left));
    assert_int_equal(left, 25);
    assert_int_equal(hall_stock_add(&f.tx, 7, -26, ledger_id_new()), ERR_SOLD_OUT);
    assert_int_equal(f.info.limit, 25);
    static const int64_t bad[] = {0, HALL_STOCK_PIECES_MAX + 1, -HALL_STOCK_PIECES_MAX - 1,
                                  INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        f.info = (struct err_info){0};
        assert_int_equal(hall_stock_add(&f.tx, 7, bad[i], ledger_id_new()), ERR_INVALID);
        assert_string_equal(f.info.field, "stock");
    }
    fixture_free(&f);
}

/* --- telling --- */

struct told {
    int calls;
    struct hall_stock_change last[8];
};

static void hear(const struct hall_stock_change *change, void *arg)
{
    struct told *told = arg;
    if (told->calls < 8)
        told->last[told->calls] = *change;
    told->calls++;
}

struct restock {
    struct command cmd;
    int64_t sku_id;
    int times;
    enum err outcome;
};

static enum err restock_run(struct command *cmd, struct tx *tx)
{
    struct restock *r = (struct restock *)cmd;
    enum err e = OK;
    for (int i = 0; !e && i < r->times; i++)
        e = hall_stock_add(tx, r->sku_id, 5, ledger_id_new());
    return e ? e : r->outcome;
}

static enum err restock(struct fixture *f, struct writer *w, int64_t sku_id, int times,
                        enum err outcome)
{
    struct restock r = {
        {.name = "test.restock", .run = restock_run, .arena = &f->arena}, sku_id, times, outcome};
    return writer_call(w, &r.cmd);
}

static void a_change_is_told_once_a_commit_and_true(void **state)
{
    (void)state;
    struct fixture f;
    struct writer *w;
    static struct told told, other;
    fixture_on_disk(&f);
    for (int i = 0; i < 20; i++) /* however often a town begins in one process */
        hall_stock_on_change(hear, &told);
    hall_stock_on_change(hear, &other);
    assert_ok(writer_open(f.url, &w, &f.arena, &f.info));
    hall_stock_start(w);
    assert_ok(writer_start(w));
    assert_ok(restock(&f, w, 7, 3, OK));
    assert_int_equal(told.calls, 1);
    assert_int_equal(other.calls, 1);
    assert_int_equal(told.last[0].sku_id, 7);
    assert_int_equal(told.last[0].left, 15);
    assert_int_equal(told.last[0].sold, 0);
    assert_int_equal(restock(&f, w, 7, 1, ERR_CONFLICT), ERR_CONFLICT);
    for (int i = 0; i < told.calls; i++)
        assert_int_equal(told.last[i].left, 15); /* what was undone is never told */
    told.calls = 0;
    db_fault_at(4, ERR_STORE);
    enum err e = restock(&f, w, 8, 1, OK);
    db_fault_at(0, OK);
    assert_int_equal(e, ERR_STORE);
    assert_int_equal(told.calls, 0);
    writer_stop(w);
    fixture_free(&f);
}

/* --- many at once --- */

enum { MANY = 450 }; /* more than are read together */

struct sale_day {
    struct command cmd;
    int times;
};

static enum err restock_many(struct command *cmd, struct tx *tx)
{
    struct sale_day *d = (struct sale_day *)cmd;
    enum err e = OK;
    for (int i = 0; !e && i < d->times; i++)
        for (int64_t sku = MANY; !e && sku > 0; sku--)
            e = hall_stock_add(tx, sku, sku, ledger_id_new());
    return e;
}

static struct {
    int calls[MANY + 1];
    int64_t left[MANY + 1];
} heard;

static void hear_many(const struct hall_stock_change *change, void *arg)
{
    (void)arg;
    if (change->sku_id < 1 || change->sku_id > MANY)
        return;
    heard.calls[change->sku_id]++;
    heard.left[change->sku_id] = change->left;
}

static void each_of_many_is_told_once(void **state)
{
    (void)state;
    struct fixture f;
    struct writer *w;
    fixture_on_disk(&f);
    hall_stock_on_change(hear_many, NULL);
    assert_ok(writer_open(f.url, &w, &f.arena, &f.info));
    hall_stock_start(w);
    assert_ok(writer_start(w));
    memset(&heard, 0, sizeof(heard)); /* of what the tests before left */
    struct sale_day d = {{.name = "test.many", .run = restock_many, .arena = &f.arena}, 2};
    assert_ok(writer_call(w, &d.cmd));
    writer_stop(w);
    for (int64_t sku = 1; sku <= MANY; sku++) {
        assert_int_equal(heard.calls[sku], 1);
        assert_int_equal(heard.left[sku], 2 * sku);
    }
    fixture_free(&f);
}

/* As another process would: nothing is touched here. */
static void sell_elsewhere(struct fixture *f, int64_t sku_id, int64_t pieces)
{
    struct db *other;
    struct hall_stock stock;
    assert_ok(db_open(f->url, DB_WRITE, &other, &f->arena, &f->info));
    struct tx tx = {other, NULL, &f->arena, clock_wall_ms(), &f->info};
    assert_ok(db_begin(other));
    assert_ok(hall_stock_open(&tx, sku_id, &stock));
    struct ledger_transfer t = {.id = ledger_id_new(),
                                .debit = stock.available,
                                .credit = stock.sold,
                                .amount = pieces,
                                .reason = "order",
                                .ref = STR("")};
    assert_ok(ledger_post(&tx, &t));
    assert_ok(ledger_guard(&tx));
    assert_ok(db_commit(other));
    db_close(other);
}

static void what_is_sold_elsewhere_is_told_here(void **state)
{
    (void)state;
    struct fixture f;
    struct writer *w;
    static struct told told;
    fixture_on_disk(&f);
    hall_stock_on_change(hear, &told);
    assert_ok(writer_open(f.url, &w, &f.arena, &f.info));
    ledger_guard_start(w);
    hall_stock_start(w);
    assert_ok(writer_start(w));
    assert_ok(restock(&f, w, 7, 3, OK));
    assert_ok(restock(&f, w, 9, 3, OK));
    assert_int_equal(told.calls, 2);
    sell_elsewhere(&f, 7, 4);
    int64_t until = clock_mono_ms() + 20 * 1000;
    while (__atomic_load_n(&told.calls, __ATOMIC_ACQUIRE) < 3 && clock_mono_ms() < until)
        usleep(1000);
    writer_stop(w);
    assert_int_equal(told.calls, 3);
    assert_int_equal(told.last[2].sku_id, 7);
    assert_int_equal(told.last[2].left, 11);
    assert_int_equal(told.last[2].sold, 4);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stock_is_added_and_taken_out),
        cmocka_unit_test(a_change_is_told_once_a_commit_and_true),
        cmocka_unit_test(each_of_many_is_told_once),
        cmocka_unit_test(what_is_sold_elsewhere_is_told_here),
    };
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests_name("stock", tests, NULL, NULL);
}
