/* ledger/: transfers decided in memory and written together come to what one after another do. */
#include "stock.h"

#include "base/rnd.h"
#include "ledger/ledger_set.h"

static void open_set(struct stock *s, struct ledger_set *set)
{
    const int64_t accounts[] = {s->available, s->sold, s->outside, 999999};
    ledger_set_init(set, &s->f.tx);
    assert_ok(ledger_set_accounts(set, accounts, 4));
}

static enum err hold(struct ledger_set *set, struct ledger_transfer t, struct err_info *info)
{
    *info = (struct err_info){0};
    return ledger_set_hold(set, &t, NULL, info);
}

static void what_one_takes_the_next_cannot_have(void **state)
{
    (void)state;
    struct stock s;
    struct ledger_set set;
    struct err_info info;
    stock_open(&s, 10);
    open_set(&s, &set);
    assert_ok(hold(&set, sale_of(&s, 4), &info));
    assert_ok(hold(&set, sale_of(&s, 5), &info));
    assert_int_equal(hold(&set, sale_of(&s, 2), &info), ERR_SOLD_OUT);
    assert_int_equal(info.limit, 1);
    assert_int_equal(left(&s), 10); /* nothing is written yet */
    assert_ok(ledger_set_flush(&set));
    assert_int_equal(left(&s), 1);
    assert_ok(hold(&set, sale_of(&s, 1), &info)); /* and on it goes */
    assert_ok(ledger_set_flush(&set));
    assert_ok(ledger_set_flush(&set)); /* nothing is written twice */
    assert_int_equal(left(&s), 0);
    assert_int_equal(account(&s, s.available).debits_pending, 10);
    ledger_set_free(&set);
    stock_free(&s);
}

static void undoing_gives_back_to_the_mark(void **state)
{
    (void)state;
    struct stock s;
    struct ledger_set set;
    struct err_info info;
    stock_open(&s, 10);
    open_set(&s, &set);
    assert_ok(hold(&set, sale_of(&s, 3), &info));
    size_t mark = ledger_set_mark(&set);
    struct ledger_transfer undone = sale_of(&s, 7);
    assert_ok(hold(&set, undone, &info));
    assert_int_equal(hold(&set, sale_of(&s, 1), &info), ERR_SOLD_OUT);
    ledger_set_undo(&set, mark);
    undone.amount = 6; /* its id is free again */
    assert_ok(hold(&set, undone, &info));
    assert_ok(ledger_set_flush(&set));
    assert_int_equal(left(&s), 1);
    ledger_set_free(&set);
    stock_free(&s);
}

static void an_id_counts_once(void **state)
{
    (void)state;
    struct stock s;
    struct ledger_set set;
    struct err_info info = {0};
    bool existed;
    stock_open(&s, 10);
    struct ledger_transfer before = sale_of(&s, 1), here = sale_of(&s, 2);
    assert_ok(ledger_post(&s.f.tx, &before));
    const struct ledger_id ids[] = {before.id, here.id};
    open_set(&s, &set);
    assert_ok(ledger_set_ids(&set, ids, 2));
    assert_ok(ledger_set_post(&set, &before, &existed, &info));
    assert_true(existed);
    assert_int_equal(ledger_set_hold(&set, &before, &existed, &info), ERR_KEY_REUSED);
    assert_ok(ledger_set_post(&set, &here, &existed, &info));
    assert_false(existed);
    assert_ok(ledger_set_post(&set, &here, &existed, &info));
    assert_true(existed);
    here.amount = 3;
    assert_int_equal(ledger_set_post(&set, &here, &existed, &info), ERR_KEY_REUSED);
    assert_ok(ledger_set_flush(&set));
    assert_int_equal(left(&s), 7);
    ledger_set_free(&set);
    stock_free(&s);
}

/* One that was not looked up and is there: the whole set fails, and nothing of it is kept. */
static void a_used_id_that_was_not_looked_up_fails_the_set(void **state)
{
    (void)state;
    struct stock s;
    struct ledger_set set;
    struct err_info info;
    stock_open(&s, 10);
    struct ledger_transfer before = sale_of(&s, 1);
    assert_ok(ledger_hold(&s.f.tx, &before));
    open_set(&s, &set);
    assert_ok(db_savepoint(s.f.db));
    assert_ok(hold(&set, sale_of(&s, 1), &info));
    assert_ok(hold(&set, before, &info));
    assert_int_equal(ledger_set_flush(&set), ERR_EXISTS);
    db_savepoint_rollback(s.f.db);
    assert_int_equal(left(&s), 9);
    ledger_set_free(&set);
    stock_free(&s);
}

static void accounts_it_was_not_told_of_are_unknown(void **state)
{
    (void)state;
    struct stock s;
    struct ledger_set set;
    struct err_info info;
    stock_open(&s, 10);
    ledger_set_init(&set, &s.f.tx);
    assert_ok(ledger_set_accounts(&set, &s.available, 1));
    assert_int_equal(hold(&set, sale_of(&s, 1), &info), ERR_INVALID);
    assert_string_equal(info.field, "credit");
    assert_ok(ledger_set_accounts(&set, (const int64_t[]){s.available, s.sold}, 2));
    assert_ok(hold(&set, sale_of(&s, 1), &info));
    assert_int_equal(hold(&set, move_of(&s, 999999, s.sold, 1), &info), ERR_INVALID);
    assert_string_equal(info.field, "debit");
    assert_ok(ledger_set_flush(&set));
    ledger_set_free(&set);
    stock_free(&s);
}

/* Random transfers, in sets of random size here and one by one there: the same results, the same
 * balances. */
static void sets_come_to_what_single_ones_do(void **state)
{
    (void)state;
    enum { TRANSFERS = 400 };
    struct stock single, many;
    struct ledger_set set;
    struct err_info info;
    stock_open(&single, 60);
    stock_open(&many, 60);
    open_set(&many, &set);
    for (int i = 0; i < TRANSFERS; i++) {
        int64_t amount = (int64_t)rnd_below(9); /* 0 is refused */
        bool back = rnd_below(4) == 0, held = !back && rnd_below(2) == 0;
        struct ledger_transfer a = move_of(&single, back ? single.outside : single.available,
                                           back ? single.available : single.sold, amount);
        struct ledger_transfer b = move_of(&many, back ? many.outside : many.available,
                                           back ? many.available : many.sold, amount);
        single.f.info = (struct err_info){0};
        info = (struct err_info){0};
        enum err one = held ? ledger_hold(&single.f.tx, &a) : ledger_post(&single.f.tx, &a);
        enum err other =
            held ? ledger_set_hold(&set, &b, NULL, &info) : ledger_set_post(&set, &b, NULL, &info);
        assert_int_equal(one, other);
        assert_int_equal(single.f.info.limit, info.limit);
        if (rnd_below(20) == 0)
            assert_ok(ledger_set_flush(&set));
    }
    assert_ok(ledger_set_flush(&set));
    struct ledger_account x = account(&single, single.available),
                          y = account(&many, many.available);
    assert_int_equal(x.debits_pending, y.debits_pending);
    assert_int_equal(x.debits_posted, y.debits_posted);
    assert_int_equal(x.credits_posted, y.credits_posted);
    ledger_set_free(&set);
    stock_free(&single);
    stock_free(&many);
}

/* More than a statement takes at once. */
static void a_large_set_is_written_in_slices(void **state)
{
    (void)state;
    enum { TRANSFERS = 9001 };
    struct stock s;
    struct ledger_set set;
    struct err_info info;
    stock_open(&s, TRANSFERS);
    s.f.arena.limit = SIZE_MAX;
    open_set(&s, &set);
    for (int i = 0; i < TRANSFERS; i++)
        assert_ok(hold(&set, sale_of(&s, 1), &info));
    assert_ok(ledger_set_flush(&set));
    assert_int_equal(left(&s), 0);
    ledger_set_free(&set);
    stock_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_takes_the_next_cannot_have),
        cmocka_unit_test(undoing_gives_back_to_the_mark),
        cmocka_unit_test(an_id_counts_once),
        cmocka_unit_test(a_used_id_that_was_not_looked_up_fails_the_set),
        cmocka_unit_test(accounts_it_was_not_told_of_are_unknown),
        cmocka_unit_test(sets_come_to_what_single_ones_do),
        cmocka_unit_test(a_large_set_is_written_in_slices),
    };
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests_name("ledger sets", tests, NULL, NULL);
}
