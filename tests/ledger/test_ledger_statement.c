/* ledger/: statements, against the balances the ledger itself keeps. */
#include "stock.h"

#include "ledger/ledger_statement.h"

enum { T0 = 1000000, MINUTE = 60000 };

struct story {
    struct stock s;
};

/* A restock of ten at T0, then a step a minute: hold 4, hold 3, post 2 of the first, void the
 * second, sell 1, hold 2 for a minute, expire it. */
static void tell(struct story *y)
{
    struct tx *tx = &y->s.f.tx;
    struct ledger_transfer hold = sale_of(&y->s, 4), other = sale_of(&y->s, 3),
                           sale = sale_of(&y->s, 1), brief = sale_of(&y->s, 2);
    int voided;
    tx->now_ms = T0 + MINUTE;
    assert_ok(ledger_hold(tx, &hold));
    tx->now_ms += MINUTE;
    assert_ok(ledger_hold(tx, &other));
    tx->now_ms += MINUTE;
    assert_ok(ledger_hold_post(tx, next_id(&y->s), hold.id, 2));
    tx->now_ms += MINUTE;
    assert_ok(ledger_hold_void(tx, next_id(&y->s), other.id));
    tx->now_ms += MINUTE;
    assert_ok(ledger_post(tx, &sale));
    tx->now_ms += MINUTE;
    brief.timeout_ms = MINUTE;
    assert_ok(ledger_hold(tx, &brief));
    tx->now_ms += MINUTE;
    assert_ok(ledger_expire(tx, 10, &voided));
    assert_int_equal(voided, 1);
}

static struct ledger_statement statement(struct stock *s, int64_t account, int64_t as_of_ms,
                                         int64_t after, size_t most)
{
    struct ledger_statement st;
    assert_ok(ledger_statement(s->f.db, account, as_of_ms, after, most, &s->f.arena, &st));
    return st;
}

static void each_line_says_what_it_did(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        int64_t balance, held; /* changes */
    } expected[] = {{"posted", 10, 0}, {"hold", 0, -4},   {"hold", 0, -3}, {"post", -2, 4},
                    {"void", 0, 3},    {"posted", -1, 0}, {"hold", 0, -2}, {"expire", 0, 2}};
    struct story y;
    int64_t balance = 0, held = 0;
    stock_open(&y.s, 10);
    tell(&y);
    struct ledger_statement st = statement(&y.s, y.s.available, INT64_MAX, 0, 100);
    assert_int_equal(st.n, 8);
    assert_int_equal(st.next, 0);
    assert_true(str_eq_z(st.unit, "piece") && str_eq_z(st.subject, "sku:1") &&
                str_eq_z(st.role, "available"));
    for (size_t i = 0; i < st.n; i++) {
        const struct ledger_line *l = &st.lines[i];
        balance += expected[i].balance, held += expected[i].held;
        assert_string_equal(l->kind, expected[i].kind);
        assert_int_equal(l->change.balance, expected[i].balance);
        assert_int_equal(l->change.held, expected[i].held);
        assert_int_equal(l->after.balance, balance);
        assert_int_equal(l->after.held, held);
        assert_int_equal(l->at_ms, T0 + (int64_t)i * MINUTE);
        assert_int_equal(l->other, i == 0 ? y.s.outside : y.s.sold);
        assert_true(str_eq_z(l->reason, "test") && str_eq_z(l->ref, "order:1"));
    }
    assert_int_equal(st.lines[3].hold, st.lines[1].seq);
    struct ledger_account a = account(&y.s, y.s.available);
    assert_int_equal(st.closing.balance, a.credits_posted - a.debits_posted);
    assert_int_equal(st.closing.held, a.credits_pending - a.debits_pending);
    stock_free(&y.s);
}

static void the_other_side_mirrors_it(void **state)
{
    (void)state;
    struct story y;
    stock_open(&y.s, 10);
    tell(&y);
    struct ledger_statement st = statement(&y.s, y.s.sold, INT64_MAX, 0, 100);
    assert_int_equal(st.n, 7);
    assert_int_equal(st.lines[0].change.held, 4);
    assert_int_equal(st.lines[2].change.balance, 2);
    assert_int_equal(st.lines[2].change.held, -4);
    assert_int_equal(st.closing.balance, 3);
    assert_int_equal(st.closing.held, 0);
    st = statement(&y.s, y.s.outside, INT64_MAX, 0, 100);
    assert_int_equal(st.closing.balance, -10);
    stock_free(&y.s);
}

static void it_is_as_of_an_instant(void **state)
{
    (void)state;
    static const struct ledger_balance after[] = {{10, 0}, {10, -4}, {10, -7}, {8, -3},
                                                  {8, 0},  {7, 0},   {7, -2},  {7, 0}};
    struct story y;
    stock_open(&y.s, 10);
    tell(&y);
    struct ledger_statement st = statement(&y.s, y.s.available, T0 - 1, 0, 100);
    assert_int_equal(st.n, 0);
    assert_int_equal(st.closing.balance, 0);
    for (int64_t i = 0; i < 8; i++)
        for (int64_t late = 0; late < MINUTE; late += MINUTE - 1) {
            st = statement(&y.s, y.s.available, T0 + i * MINUTE + late, 0, 100);
            assert_int_equal(st.n, i + 1);
            assert_int_equal(st.closing.balance, after[i].balance);
            assert_int_equal(st.closing.held, after[i].held);
        }
    stock_free(&y.s);
}

/* However long the pages, they join: each opens where the one before closed. */
static void pages_join(void **state)
{
    (void)state;
    struct story y;
    stock_open(&y.s, 10);
    tell(&y);
    int64_t as_of = T0 + 6 * MINUTE;
    struct ledger_statement whole = statement(&y.s, y.s.available, as_of, 0, 100);
    assert_int_equal(whole.n, 7);
    for (size_t most = 1; most <= 7; most++) {
        struct ledger_balance last = {0};
        int64_t after = 0;
        size_t n = 0;
        do {
            struct ledger_statement st = statement(&y.s, y.s.available, as_of, after, most);
            assert_int_equal(st.opening.balance, last.balance);
            assert_int_equal(st.opening.held, last.held);
            assert_int_equal(st.closing.balance, whole.closing.balance);
            assert_int_equal(st.closing.held, whole.closing.held);
            for (size_t i = 0; i < st.n; i++, n++) {
                assert_int_equal(st.lines[i].seq, whole.lines[n].seq);
                assert_int_equal(st.lines[i].after.balance, whole.lines[n].after.balance);
            }
            last = st.lines[st.n - 1].after;
            after = st.next;
        } while (after);
        assert_int_equal(n, whole.n);
    }
    stock_free(&y.s);
}

static void what_is_not_there_is_refused(void **state)
{
    (void)state;
    struct stock s;
    struct ledger_statement st;
    stock_open(&s, 1);
    assert_int_equal(ledger_statement(s.f.db, 999, INT64_MAX, 0, 10, &s.f.arena, &st),
                     ERR_NOT_FOUND);
    assert_int_equal(ledger_statement(s.f.db, s.sold, INT64_MAX, 0, 0, &s.f.arena, &st),
                     ERR_INVALID);
    assert_int_equal(ledger_statement(s.f.db, s.sold, INT64_MAX, 0, LEDGER_STATEMENT_LINES_MAX + 1,
                                      &s.f.arena, &st),
                     ERR_INVALID);
    assert_int_equal(ledger_statement(s.f.db, s.sold, INT64_MAX, -1, 10, &s.f.arena, &st),
                     ERR_INVALID);
    stock_free(&s);
}

static void a_transfer_that_cannot_be_is_not_told(void **state)
{
    (void)state;
    static const char *const damages[] = {"UPDATE ledger_transfers SET kind = 0",
                                          "UPDATE ledger_transfers SET kind = 6",
                                          "UPDATE ledger_transfers SET id = zeroblob(15)"};
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        struct stock s;
        struct ledger_statement st;
        stock_open(&s, 1);
        assert_ok(db_commit(s.f.db));
        fixture_drop_guards(s.f.db);
        assert_ok(db_script(s.f.db, damages[i]));
        assert_int_equal(ledger_statement(s.f.db, s.available, INT64_MAX, 0, 10, &s.f.arena, &st),
                         ERR_CORRUPT);
        fixture_free(&s.f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_says_what_it_did),
        cmocka_unit_test(the_other_side_mirrors_it),
        cmocka_unit_test(it_is_as_of_an_instant),
        cmocka_unit_test(pages_join),
        cmocka_unit_test(what_is_not_there_is_refused),
        cmocka_unit_test(a_transfer_that_cannot_be_is_not_told),
    };
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests_name("ledger statement", tests, NULL, NULL);
}
