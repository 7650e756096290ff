/* ledger/: every refusal and its precedence, holds, expiry, what the check finds. */
#include "stock.h"

static void books_and_accounts_open_once(void **state)
{
    (void)state;
    struct stock s;
    int64_t again;
    stock_open(&s, 5);
    assert_ok(ledger_book(&s.f.tx, "piece", STR("sku:1"), &again));
    assert_int_equal(again, s.book);
    assert_ok(ledger_account_open(&s.f.tx, s.book, "available", LEDGER_DEBITS_LE_CREDITS, &again));
    assert_int_equal(again, s.available);
    assert_refused(&s, ledger_account_open(&s.f.tx, s.book, "available", 0, &again), ERR_CONFLICT,
                   "flags");
    assert_refused(&s, ledger_account_open(&s.f.tx, s.book, "x", 8, &again), ERR_INVALID, "flags");
    assert_ok(ledger_account_find(s.f.db, "piece", STR("sku:1"), "sold", &s.f.arena, &again));
    assert_int_equal(again, s.sold);
    assert_int_equal(ledger_account_find(s.f.db, "piece", STR("sku:2"), "sold", &s.f.arena, &again),
                     ERR_NOT_FOUND);
    stock_free(&s);
}

static void malformed_transfers_name_their_field(void **state)
{
    (void)state;
    struct stock s;
    struct ledger_transfer t;
    struct tx *tx = &s.f.tx;
    char text[200];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = 0;
    stock_open(&s, 5);
    static const int64_t amounts[] = {0, -1, INT64_MIN, LEDGER_AMOUNT_MAX + 1, INT64_MAX};
    for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
        t = sale_of(&s, amounts[i]);
        assert_refused(&s, ledger_post(tx, &t), ERR_INVALID, "amount");
        assert_refused(&s, ledger_hold(tx, &t), ERR_INVALID, "amount");
    }
    t = sale_of(&s, 1);
    memset(&t.id, 0, sizeof(t.id));
    assert_refused(&s, ledger_post(tx, &t), ERR_INVALID, "id");
    t = sale_of(&s, 1), t.timeout_ms = 1;
    assert_refused(&s, ledger_post(tx, &t), ERR_INVALID, "timeout");
    t.timeout_ms = -1;
    assert_refused(&s, ledger_hold(tx, &t), ERR_INVALID, "timeout");
    t = sale_of(&s, 1), t.reason = "";
    assert_refused(&s, ledger_post(tx, &t), ERR_INVALID, "reason");
    t.reason = text;
    assert_refused(&s, ledger_post(tx, &t), ERR_INVALID, "reason");
    t = sale_of(&s, 1), t.ref = str_of(text);
    assert_refused(&s, ledger_post(tx, &t), ERR_INVALID, "ref");
    t = move_of(&s, s.sold, s.sold, 1);
    assert_refused(&s, ledger_post(tx, &t), ERR_INVALID, "accounts");
    assert_int_equal(left(&s), 5);
    stock_free(&s);
}

static void accounts_must_be_there_open_and_of_one_book(void **state)
{
    (void)state;
    struct stock s;
    struct ledger_transfer t;
    struct tx *tx = &s.f.tx;
    int64_t book, other;
    stock_open(&s, 5);
    t = move_of(&s, 999, s.sold, 1);
    assert_refused(&s, ledger_post(tx, &t), ERR_INVALID, "debit");
    t = move_of(&s, s.available, 999, 1);
    assert_refused(&s, ledger_post(tx, &t), ERR_INVALID, "credit");
    assert_ok(ledger_book(tx, "CNY", STR("town"), &book));
    assert_ok(ledger_account_open(tx, book, "outside", 0, &other));
    t = move_of(&s, s.available, other, 1);
    assert_refused(&s, ledger_post(tx, &t), ERR_INVALID, "book");
    struct ledger_transfer hold = sale_of(&s, 2);
    assert_ok(ledger_hold(tx, &hold));
    assert_ok(ledger_account_close(tx, s.sold));
    t = sale_of(&s, 1);
    assert_refused(&s, ledger_post(tx, &t), ERR_CONFLICT, "credit");
    t = move_of(&s, s.sold, s.available, 1);
    assert_refused(&s, ledger_post(tx, &t), ERR_CONFLICT, "debit");
    assert_ok(ledger_hold_post(tx, next_id(&s), hold.id, 0)); /* what was open may finish */
    assert_int_equal(ledger_account_close(tx, 999), ERR_NOT_FOUND);
    stock_free(&s);
}

static void sums_do_not_overflow(void **state)
{
    (void)state;
    struct stock s;
    struct ledger_transfer t;
    stock_open(&s, 5);
    assert_ok(db_savepoint(s.f.db));
    assert_ok(db_script(s.f.db, "UPDATE ledger_accounts SET debits_posted = "
                                "9223372036854775800 WHERE role = 'outside'"));
    t = move_of(&s, s.outside, s.sold, 7);
    assert_ok(ledger_post(&s.f.tx, &t));
    t = move_of(&s, s.outside, s.sold, 1);
    assert_refused(&s, ledger_post(&s.f.tx, &t), ERR_LIMIT, "amount");
    assert_refused(&s, ledger_hold(&s.f.tx, &t), ERR_LIMIT, "amount");
    db_savepoint_rollback(s.f.db);
    stock_free(&s);
}

static void nothing_is_sold_that_is_not_there(void **state)
{
    (void)state;
    struct stock s;
    struct ledger_transfer t;
    struct tx *tx = &s.f.tx;
    stock_open(&s, 5);
    struct ledger_transfer hold = sale_of(&s, 3);
    assert_ok(ledger_hold(tx, &hold));
    t = sale_of(&s, 3); /* the second line of the cart sees the first one's hold */
    assert_refused(&s, ledger_hold(tx, &t), ERR_SOLD_OUT, "amount");
    assert_int_equal(s.f.info.limit, 2);
    assert_refused(&s, ledger_post(tx, &t), ERR_SOLD_OUT, "amount");
    t = sale_of(&s, 2);
    assert_ok(ledger_post(tx, &t));
    t = sale_of(&s, 1);
    assert_refused(&s, ledger_post(tx, &t), ERR_SOLD_OUT, "amount");
    assert_int_equal(s.f.info.limit, 0);
    assert_int_equal(account(&s, s.sold).credits_posted, 2);
    assert_int_equal(account(&s, s.sold).credits_pending, 3);
    stock_free(&s);
}

static void the_other_limit_holds_too(void **state)
{
    (void)state;
    struct stock s;
    struct ledger_transfer t;
    int64_t capped;
    stock_open(&s, 5);
    assert_ok(ledger_account_open(&s.f.tx, s.book, "capped", LEDGER_CREDITS_LE_DEBITS, &capped));
    t = move_of(&s, capped, s.sold, 4);
    assert_ok(ledger_post(&s.f.tx, &t));
    t = move_of(&s, s.outside, capped, 3);
    assert_ok(ledger_hold(&s.f.tx, &t));
    t = move_of(&s, s.outside, capped, 2);
    assert_refused(&s, ledger_hold(&s.f.tx, &t), ERR_SOLD_OUT, "amount");
    assert_int_equal(s.f.info.limit, 1);
    stock_free(&s);
}

static void the_database_refuses_what_the_code_might_miss(void **state)
{
    (void)state;
    struct stock s;
    stock_open(&s, 5);
    static const char *const bad[] = {
        "UPDATE ledger_accounts SET debits_posted = 6 WHERE role = 'available'",
        "UPDATE ledger_accounts SET debits_pending = -1",
        "UPDATE ledger_accounts SET book = 2",
        "DELETE FROM ledger_accounts",
        "DELETE FROM ledger_accounts WHERE role = 'sold'", /* that nothing refers to */
        "UPDATE ledger_transfers SET amount = 1",
        "DELETE FROM ledger_transfers",
        "INSERT INTO ledger_transfers SELECT 99, id, 1, debit, credit, 1, 0, NULL, 'x', '', 1 "
        "FROM ledger_transfers",
        "INSERT INTO ledger_transfers SELECT 99, randomblob(16), 1, debit, credit, 0, 0, NULL, "
        "'x', '', 1 FROM ledger_transfers",
        "INSERT INTO ledger_transfers SELECT 99, randomblob(16), 1, debit, debit, 1, 0, NULL, "
        "'x', '', 1 FROM ledger_transfers",
        "INSERT INTO ledger_transfers SELECT 99, randomblob(16), 3, debit, credit, 1, 0, NULL, "
        "'x', '', 1 FROM ledger_transfers",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_ok(db_savepoint(s.f.db));
        enum err e = db_script(s.f.db, bad[i]);
        db_savepoint_rollback(s.f.db);
        if (e != ERR_CONFLICT && e != ERR_EXISTS)
            fail_msg("%s: %s", bad[i], err_name(e));
    }
    stock_free(&s);
}

static void the_same_transfer_happens_once(void **state)
{
    (void)state;
    struct stock s;
    struct tx *tx = &s.f.tx;
    stock_open(&s, 5);
    struct ledger_transfer sale = sale_of(&s, 2), t;
    assert_ok(ledger_post(tx, &sale));
    assert_ok(ledger_post(tx, &sale));
    tx->now_ms += 1000;
    assert_ok(ledger_post(tx, &sale));
    assert_int_equal(left(&s), 3);
    t = sale, t.amount = 1;
    assert_refused(&s, ledger_post(tx, &t), ERR_KEY_REUSED, "id");
    t = sale, t.debit = s.outside;
    assert_refused(&s, ledger_post(tx, &t), ERR_KEY_REUSED, "id");
    t = sale, t.credit = s.outside;
    assert_refused(&s, ledger_post(tx, &t), ERR_KEY_REUSED, "id");
    t = sale, t.reason = "other";
    assert_refused(&s, ledger_post(tx, &t), ERR_KEY_REUSED, "id");
    t = sale, t.ref = STR("order:2");
    assert_refused(&s, ledger_post(tx, &t), ERR_KEY_REUSED, "id");
    assert_refused(&s, ledger_hold(tx, &sale), ERR_KEY_REUSED, "id");
    struct ledger_transfer hold = sale_of(&s, 1);
    hold.timeout_ms = 1000;
    assert_ok(ledger_hold(tx, &hold));
    t = hold, t.timeout_ms = 2000;
    assert_refused(&s, ledger_hold(tx, &t), ERR_KEY_REUSED, "id");
    assert_ok(ledger_hold_void(tx, next_id(&s), hold.id));
    t = sale, t.amount = -1; /* malformed comes before known */
    assert_refused(&s, ledger_post(tx, &t), ERR_INVALID, "amount");
    assert_ok(ledger_account_close(tx, s.available));
    assert_ok(ledger_post(tx, &sale)); /* known comes before closed */
    t = sale_of(&s, 100);
    assert_refused(&s, ledger_post(tx, &t), ERR_CONFLICT, "debit"); /* closed before sold out */
    assert_int_equal(left(&s), 3);
    stock_free(&s);
}

static void a_hold_is_resolved_once(void **state)
{
    (void)state;
    struct stock s;
    struct tx *tx = &s.f.tx;
    stock_open(&s, 10);
    struct ledger_transfer a = sale_of(&s, 4), b = sale_of(&s, 3), posted = sale_of(&s, 1);
    assert_ok(ledger_hold(tx, &a));
    assert_ok(ledger_hold(tx, &b));
    assert_ok(ledger_post(tx, &posted));
    assert_int_equal(left(&s), 2);
    struct ledger_id post = next_id(&s), voided = next_id(&s);
    assert_ok(ledger_hold_post(tx, post, a.id, 0));
    assert_ok(ledger_hold_post(tx, post, a.id, 0)); /* a payment told eight times */
    assert_ok(ledger_hold_post(tx, post, a.id, 4));
    assert_refused(&s, ledger_hold_post(tx, post, a.id, 3), ERR_KEY_REUSED, "id");
    assert_refused(&s, ledger_hold_post(tx, post, b.id, 0), ERR_KEY_REUSED, "id");
    assert_refused(&s, ledger_hold_void(tx, post, a.id), ERR_KEY_REUSED, "id");
    assert_refused(&s, ledger_hold_post(tx, next_id(&s), a.id, 0), ERR_CONFLICT, "hold");
    assert_refused(&s, ledger_hold_void(tx, next_id(&s), a.id), ERR_CONFLICT, "hold");
    assert_ok(ledger_hold_void(tx, voided, b.id));
    assert_ok(ledger_hold_void(tx, voided, b.id));
    assert_refused(&s, ledger_hold_post(tx, next_id(&s), b.id, 0), ERR_CONFLICT, "hold");
    assert_refused(&s, ledger_hold_post(tx, next_id(&s), next_id(&s), 0), ERR_NOT_FOUND, "hold");
    assert_refused(&s, ledger_hold_post(tx, next_id(&s), posted.id, 0), ERR_INVALID, "hold");
    assert_int_equal(left(&s), 5);
    assert_int_equal(account(&s, s.sold).credits_posted, 5);
    assert_int_equal(account(&s, s.sold).credits_pending, 0);
    stock_free(&s);
}

static void a_part_may_be_posted(void **state)
{
    (void)state;
    struct stock s;
    struct tx *tx = &s.f.tx;
    stock_open(&s, 10);
    struct ledger_transfer hold = sale_of(&s, 6);
    assert_ok(ledger_hold(tx, &hold));
    assert_refused(&s, ledger_hold_post(tx, next_id(&s), hold.id, 7), ERR_INVALID, "amount");
    assert_int_equal(s.f.info.limit, 6);
    assert_refused(&s, ledger_hold_post(tx, next_id(&s), hold.id, -1), ERR_INVALID, "amount");
    assert_ok(ledger_hold_post(tx, next_id(&s), hold.id, 2));
    assert_int_equal(left(&s), 8);
    assert_int_equal(account(&s, s.available).debits_pending, 0);
    stock_free(&s);
}

/* Else one account that somebody has spoilt would keep the pieces of all others. */
static void a_hold_that_cannot_be_voided_does_not_keep_the_others(void **state)
{
    (void)state;
    struct stock s, other;
    int voided;
    stock_open(&s, 10);
    other = s;
    assert_ok(ledger_book(&s.f.tx, "piece", STR("sku:2"), &other.book));
    assert_ok(ledger_account_open(&s.f.tx, other.book, "outside", 0, &other.outside));
    assert_ok(ledger_account_open(&s.f.tx, other.book, "sold", 0, &other.sold));
    struct ledger_transfer spoilt = sale_of(&s, 1);
    struct ledger_transfer sound = move_of(&s, other.outside, other.sold, 1);
    spoilt.timeout_ms = sound.timeout_ms = 1000;
    assert_ok(ledger_hold(&s.f.tx, &spoilt));
    assert_ok(ledger_hold(&s.f.tx, &sound));
    assert_ok(db_commit(s.f.db));
    fixture_drop_guards(s.f.db);
    assert_ok(db_begin(s.f.db));
    assert_ok(db_script(s.f.db, "UPDATE ledger_accounts SET credits_posted = 0 WHERE flags = 1"));
    s.f.tx.now_ms += 1000;
    assert_ok(ledger_expire(&s.f.tx, 10, &voided));
    assert_int_equal(voided, 1);
    assert_int_equal(account(&s, s.sold).credits_pending, 1);
    assert_int_equal(account(&s, other.sold).credits_pending, 0);
    fixture_free(&s.f);
}

static void holds_expire_by_the_batchs_time(void **state)
{
    (void)state;
    struct stock s;
    struct tx *tx = &s.f.tx;
    int voided;
    stock_open(&s, 10);
    struct ledger_transfer forever = sale_of(&s, 1), holds[4];
    assert_ok(ledger_hold(tx, &forever));
    for (int i = 0; i < 4; i++) {
        holds[i] = sale_of(&s, 2);
        holds[i].timeout_ms = 600000 + i;
        assert_ok(ledger_hold(tx, &holds[i]));
    }
    tx->now_ms += 599999;
    assert_ok(ledger_expire(tx, 100, &voided));
    assert_int_equal(voided, 0);
    assert_ok(ledger_hold_post(tx, next_id(&s), holds[3].id, 0)); /* paid in time */
    tx->now_ms += 100;
    assert_refused(&s, ledger_hold_post(tx, next_id(&s), holds[0].id, 0), ERR_EXPIRED, "hold");
    assert_ok(ledger_hold_void(tx, next_id(&s), holds[2].id)); /* due, but not expired yet */
    assert_int_equal(left(&s), 3);
    assert_ok(ledger_expire(tx, 1, &voided)); /* in slices */
    assert_int_equal(voided, 1);
    assert_int_equal(left(&s), 5);
    assert_ok(ledger_expire(tx, 100, &voided));
    assert_int_equal(voided, 1);
    assert_int_equal(left(&s), 7);
    assert_refused(&s, ledger_hold_post(tx, next_id(&s), holds[0].id, 0), ERR_EXPIRED, "hold");
    assert_refused(&s, ledger_hold_void(tx, next_id(&s), holds[1].id), ERR_EXPIRED, "hold");
    tx->now_ms += INT64_C(1) << 40;
    assert_ok(ledger_expire(tx, 100, &voided));
    assert_int_equal(voided, 0);
    assert_ok(ledger_hold_post(tx, next_id(&s), forever.id, 0));
    stock_free(&s);
}

/* Each damage, done behind the ledger's back, is found and named. */
static void the_check_finds_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *says;
    } damages[] = {
        {"UPDATE ledger_accounts SET credits_posted = credits_posted + 1 WHERE role = 'sold'",
         "balances differ"},
        {"UPDATE ledger_accounts SET credits_posted = credits_posted + 1 WHERE role = 'sold'",
         "book 1: debits and credits differ"},
        {"UPDATE ledger_transfers SET amount = amount + 1 WHERE seq = 1", "balances differ"},
        {"DELETE FROM ledger_transfers WHERE seq = 3", "balances differ"},
        {"INSERT INTO ledger_books VALUES (2, 'x', 'y'); UPDATE ledger_accounts SET book = 2 "
         "WHERE role = 'sold'",
         "transfer 2: not within one book"},
        {"UPDATE ledger_accounts SET credits_posted = 1 WHERE role = 'available'",
         "beyond its limit"},
        {"UPDATE ledger_transfers SET amount = 1 WHERE kind = 4", "does not fit the hold"},
        {"UPDATE ledger_transfers SET at_ms = at_ms + 9000000 WHERE kind = 3",
         "does not fit the hold"},
        {"DELETE FROM ledger_holds", "transfer 6: not rightly in the list of open holds"},
        {"UPDATE ledger_holds SET due_ms = due_ms - 1", "not rightly in the list of open holds"},
        {"INSERT INTO ledger_holds VALUES (1, NULL)", "transfer 1: not rightly in the list"},
        {"INSERT INTO ledger_holds VALUES (99, NULL)", "transfer 99: not rightly in the list"},
    };
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        struct stock s;
        char said[4096] = "";
        int violations;
        stock_open(&s, 10);
        struct ledger_transfer holds[3];
        for (int k = 0; k < 3; k++) {
            holds[k] = sale_of(&s, 2 + k);
            holds[k].timeout_ms = 1000;
            assert_ok(ledger_hold(&s.f.tx, &holds[k]));
            if (k == 0)
                assert_ok(ledger_hold_post(&s.f.tx, next_id(&s), holds[k].id, 0));
            if (k == 1)
                assert_ok(ledger_hold_void(&s.f.tx, next_id(&s), holds[k].id));
        }
        assert_ok(ledger_guard(&s.f.tx));
        assert_ok(db_commit(s.f.db));
        fixture_drop_guards(s.f.db);
        assert_ok(ledger_check(s.f.db, &s.f.arena, keep_line, said, &violations));
        assert_int_equal(violations, 0);
        assert_ok(db_script(s.f.db, damages[i].sql));
        assert_ok(ledger_check(s.f.db, &s.f.arena, keep_line, said, &violations));
        if (violations == 0 || !strstr(said, damages[i].says))
            fail_msg("after %s the check said: %s", damages[i].sql, said);
        fixture_free(&s.f);
    }
}

static void derived_ids_differ_by_purpose_and_thing(void **state)
{
    (void)state;
    struct ledger_id a = ledger_id_derive("hold", STR("1")), b = ledger_id_derive("hold", STR("2")),
                     c = ledger_id_derive("post", STR("1")), d = ledger_id_derive("hold", STR("1"));
    assert_memory_equal(a.b, d.b, 16);
    assert_memory_not_equal(a.b, b.b, 16);
    assert_memory_not_equal(a.b, c.b, 16);
    a = ledger_id_new(), b = ledger_id_new();
    assert_memory_not_equal(a.b, b.b, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(books_and_accounts_open_once),
        cmocka_unit_test(malformed_transfers_name_their_field),
        cmocka_unit_test(accounts_must_be_there_open_and_of_one_book),
        cmocka_unit_test(sums_do_not_overflow),
        cmocka_unit_test(nothing_is_sold_that_is_not_there),
        cmocka_unit_test(the_other_limit_holds_too),
        cmocka_unit_test(the_database_refuses_what_the_code_might_miss),
        cmocka_unit_test(the_same_transfer_happens_once),
        cmocka_unit_test(a_hold_is_resolved_once),
        cmocka_unit_test(a_part_may_be_posted),
        cmocka_unit_test(holds_expire_by_the_batchs_time),
        cmocka_unit_test(a_hold_that_cannot_be_voided_does_not_keep_the_others),
        cmocka_unit_test(the_check_finds_what_is_wrong),
        cmocka_unit_test(derived_ids_differ_by_purpose_and_thing),
    };
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
