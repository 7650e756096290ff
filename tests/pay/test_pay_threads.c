/* town/pay/threads.c: beside a writer that runs, what is due is done by itself, by several at a
 * time, once, and ends when it is told to. */
#include "till.h"

#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "store/queries.h"

enum { ORDERS = 40, WAIT_MS = 20000 };

struct asking {
    struct command cmd;
    int64_t order;
};

static void ignore(struct command *cmd, enum err result)
{
    (void)cmd, (void)result;
}

static enum err pay_and_refund(struct command *cmd, struct tx *tx)
{
    int64_t order = ((struct asking *)cmd)->order, payment;
    struct pay_wish w = till_wish(order, 1000);
    w.expires_at = tx->now_ms + 60000;
    enum err e = pay_test(tx, &w, &payment);
    if (!e)
        e = pay_share(tx, order, "base", 100);
    return e ? e : pay_refund(tx, order, "r", 1000, STR(""));
}

static int64_t done_of(struct fixture *f, struct db *db)
{
    struct rows rs;
    int64_t done = 0;
    for (int64_t order = 1; order <= ORDERS; order++) {
        assert_ok(db_select(db, &q_pay_instructions_of, ARGS(V_INT(order)), &f->arena, &rs));
        for (size_t i = 0; i < rs.n; i++)
            done += str_eq_z(row_str(&rs, i, "status"), "done");
    }
    return done;
}

static void what_is_due_is_done_by_itself(void **state)
{
    (void)state;
    struct fixture f;
    struct writer *w;
    struct db *db;
    const struct pay_settings with_test = {.test = true};
    fixture_on_disk(&f);
    pay_orders_are(NULL);
    assert_ok(pay_load(&with_test, &f.arena, &f.info));
    assert_ok(writer_open(f.url, &w, &f.arena, &f.info));
    ledger_guard_start(w);
    pay_prepare(w);
    assert_ok(writer_start(w));
    assert_ok(pay_start(w, f.url, &f.arena, &f.info));
    assert_ok(db_open(f.url, DB_READ, &db, &f.arena, &f.info));
    for (int64_t order = 1; order <= ORDERS; order++) {
        struct asking a = {
            {.name = "test", .run = pay_and_refund, .done = ignore, .arena = &f.arena}, order};
        assert_ok(writer_call(w, &a.cmd));
    }
    for (int waited = 0; done_of(&f, db) < 3 * ORDERS; waited += 20) {
        const struct timespec pause = {0, 20 * 1000 * 1000};
        assert_true(waited < WAIT_MS);
        nanosleep(&pause, NULL);
    }
    pay_rest();
    writer_stop(w);
    int violations;
    assert_ok(pay_check(db, &f.arena, till_say, NULL, &violations));
    assert_int_equal(violations, 0);
    db_close(db);
    pay_stop();
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_due_is_done_by_itself)};
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
