/* town/pay: what is paid is booked once, goes to the order or back, and is shared, returned,
 * refunded and released in an order in which the ledger always agrees. */
#include "till.h"

#include "store/queries.h"

static enum err refund(struct till *t, int64_t order, const char *key, int64_t fen)
{
    t->f.info = (struct err_info){0};
    return pay_refund(&t->f.tx, order, key, fen, STR("returned"));
}

static bool is_settled(struct till *t, int64_t order)
{
    bool settled;
    assert_ok(pay_settled(t->f.db, &t->f.arena, order, &settled));
    return settled;
}

static int64_t left(struct till *t, int64_t order)
{
    int64_t fen;
    assert_ok(pay_left(t->f.db, &t->f.arena, order, &fen));
    return fen;
}

static struct rows payment_row(struct till *t, int64_t payment)
{
    struct rows rs;
    assert_ok(db_one(t->f.db, &q_pay_payment_get, ARGS(V_INT(payment)), &t->f.arena, &rs));
    return rs;
}

static bool payment_is(struct till *t, int64_t payment, const char *status)
{
    struct rows rs = payment_row(t, payment);
    return str_eq_z(row_str(&rs, 0, "status"), status);
}

static size_t instructions(struct till *t, int64_t order, struct rows *rs)
{
    assert_ok(db_select(t->f.db, &q_pay_instructions_of, ARGS(V_INT(order)), &t->f.arena, rs));
    return rs->n;
}

/* --- paying --- */

static void the_test_cashier_pays_at_once(void **state)
{
    (void)state;
    struct till t;
    till_open(&t);
    till_pay(&t, 1, 6900);
    assert_int_equal(till_fen(&t, 1, "frozen:factory:3"), 6900);
    assert_int_equal(till_fen(&t, 1, "outside"), -6900);
    assert_int_equal(till_paid[1], 1);
    assert_int_equal(left(&t, 1), 6900);
    int64_t payment;
    struct pay_wish w = till_wish(1, 6900);
    assert_int_equal(pay_begin(&t.f.tx, &w, &payment), ERR_CONFLICT);
    assert_string_equal(t.f.info.key, "pay.already_paid");
    till_close(&t);
}

static void wishes_that_cannot_be_are_refused(void **state)
{
    (void)state;
    struct till t;
    int64_t payment;
    till_open(&t);
    struct pay_wish w = till_wish(1, -1);
    assert_int_equal(pay_begin(&t.f.tx, &w, &payment), ERR_INVALID);
    w = till_wish(1, 1);
    w.provider = "gold";
    assert_int_equal(pay_begin(&t.f.tx, &w, &payment), ERR_INVALID);
    w = till_wish(1, 1);
    w.n = 0;
    assert_int_equal(pay_begin(&t.f.tx, &w, &payment), ERR_INVALID);
    w.n = PAY_PARTS_MAX + 1;
    assert_int_equal(pay_begin(&t.f.tx, &w, &payment), ERR_INVALID);
    w = till_wish(1, 1);
    w.expires_at = t.f.tx.now_ms;
    assert_int_equal(pay_begin(&t.f.tx, &w, &payment), ERR_EXPIRED);
    struct pay_provider one_by_one = fake_provider;
    one_by_one.parts_max = 1;
    pay_provider_add(&one_by_one);
    w = till_wish_fake(1, 1);
    w.parts[1] = (struct pay_part){2, 4, 1};
    w.n = 2;
    assert_int_equal(pay_begin(&t.f.tx, &w, &payment), ERR_INVALID);
    assert_string_equal(t.f.info.key, "pay.too_many_orders");
    w = till_wish_fake(1, 1);
    w.parts[0].factory_id = 5; /* no merchant there */
    assert_ok(db_savepoint(t.f.db));
    assert_int_equal(pay_begin(&t.f.tx, &w, &payment), ERR_CONFLICT);
    db_savepoint_rollback(t.f.db);
    assert_string_equal(t.f.info.key, "pay.factory_not_there");
    till_close(&t);
}

static void one_payment_of_several_orders(void **state)
{
    (void)state;
    struct till t;
    int64_t payment;
    till_open(&t);
    struct pay_wish w = till_wish(1, 5000);
    w.parts[1] = (struct pay_part){2, 4, 300};
    w.parts[2] = (struct pay_part){3, 4, 0}; /* a gift comes with the others */
    w.n = 3;
    assert_ok(pay_test(&t.f.tx, &w, &payment));
    assert_int_equal(till_fen(&t, 1, "frozen:factory:3"), 5000);
    assert_int_equal(till_fen(&t, 2, "frozen:factory:4"), 300);
    assert_int_equal(till_paid[3], 1);
    assert_true(payment_is(&t, payment, "paid"));
    w = till_wish(4, 0);
    assert_ok(pay_test(&t.f.tx, &w, &payment)); /* nothing but a gift */
    assert_int_equal(till_paid[4], 1);
    assert_true(payment_is(&t, payment, "paid"));
    till_close(&t);
}

static void the_same_way_again_is_the_same_payment_and_another_closes_it(void **state)
{
    (void)state;
    struct till t;
    int64_t first, second, third;
    till_open(&t);
    struct pay_wish w = till_wish_fake(1, 6900);
    assert_ok(pay_begin(&t.f.tx, &w, &first));
    till_turn(&t);
    assert_true(payment_is(&t, first, "open"));
    assert_ok(pay_begin(&t.f.tx, &w, &second));
    assert_int_equal(first, second);
    assert_int_equal(fake.opened, 1);
    w.channel = PAY_H5;
    assert_ok(pay_begin(&t.f.tx, &w, &third));
    assert_true(third != first);
    assert_true(payment_is(&t, first, "closing"));
    till_turn(&t);
    assert_true(payment_is(&t, first, "closed"));
    assert_true(payment_is(&t, third, "open"));
    assert_int_equal(fake.closed, 1);
    till_close(&t);
}

static void what_a_provider_says_is_booked_once(void **state)
{
    (void)state;
    struct till t;
    int64_t payment;
    till_open(&t);
    struct pay_wish w = till_wish_fake(1, 6900);
    assert_ok(pay_begin(&t.f.tx, &w, &payment));
    till_turn(&t);
    struct pay_news news = till_news("G1T1", 6900);
    for (int i = 0; i < 8; i++)
        assert_ok(pay_take(&t.f.tx, "fake", &news));
    news.is = PAY_IS_CLOSED; /* out of order: of before */
    assert_ok(pay_take(&t.f.tx, "fake", &news));
    news.is = PAY_IS_OPEN;
    assert_ok(pay_take(&t.f.tx, "fake", &news));
    assert_int_equal(till_paid[1], 1);
    assert_int_equal(till_fen(&t, 1, "frozen:factory:3"), 6900);
    assert_true(payment_is(&t, payment, "paid"));
    till_close(&t);
}

static size_t differences(struct till *t, struct rows *rs)
{
    assert_ok(db_select(t->f.db, &q_pay_differences_open, ARGS(V_INT(100)), &t->f.arena, rs));
    return rs->n;
}

static void what_differs_is_listed_and_not_booked(void **state)
{
    (void)state;
    struct till t;
    struct rows rs;
    int64_t payment;
    till_open(&t);
    struct pay_wish w = till_wish_fake(1, 6900);
    assert_ok(pay_begin(&t.f.tx, &w, &payment));
    struct pay_news less = till_news("G1T1", 6899), stranger = till_news("G9T1", 6900),
                    other = till_news("G1T1", 6900), right = other, bad = till_news("", 1);
    other.merchant = STR("m4");
    for (int i = 0; i < 3; i++) {
        assert_ok(pay_take(&t.f.tx, "fake", &less));
        assert_ok(pay_take(&t.f.tx, "fake", &other));
        assert_ok(pay_take(&t.f.tx, "fake", &stranger));
        assert_ok(pay_take(&t.f.tx, "test", &right)); /* of another provider's payment */
    }
    assert_int_equal(pay_take(&t.f.tx, "fake", &bad), ERR_INVALID);
    assert_int_equal(till_paid[1], 0);
    assert_int_equal(till_fen(&t, 1, "frozen:factory:3"), 0);
    assert_int_equal(differences(&t, &rs), 4);
    assert_true(str_eq_z(row_str(&rs, 0, "kind"), "amount"));
    assert_true(str_eq_z(row_str(&rs, 0, "here"), "6900"));
    assert_true(str_eq_z(row_str(&rs, 0, "there"), "6899"));
    assert_true(str_eq_z(row_str(&rs, 1, "kind"), "merchant"));
    assert_true(str_eq_z(row_str(&rs, 2, "kind"), "missing_here"));
    till_close(&t);
}

static void money_that_the_order_cannot_take_goes_back(void **state)
{
    (void)state;
    struct till t;
    int64_t payment;
    till_open(&t);
    struct pay_wish w = till_wish_fake(1, 6900);
    assert_ok(pay_begin(&t.f.tx, &w, &payment));
    till_turn(&t);
    struct pay_news news = till_news("G1T1", 6900);
    till_answer[1] = ERR_SOLD_OUT;
    assert_ok(pay_take(&t.f.tx, "fake", &news));
    assert_int_equal(till_fen(&t, 1, "frozen:factory:3"), 6900);
    assert_false(is_settled(&t, 1));
    assert_int_equal(left(&t, 1), 0);
    assert_int_equal(refund(&t, 1, "k1", 1), ERR_CONFLICT); /* it was never the order's */
    till_turn(&t);
    assert_int_equal(till_fen(&t, 1, "frozen:factory:3"), 0);
    assert_int_equal(till_fen(&t, 1, "outside"), 0);
    assert_true(is_settled(&t, 1));
    till_close(&t);
}

static void paid_twice_the_second_goes_back(void **state)
{
    (void)state;
    struct till t;
    int64_t payment;
    till_open(&t);
    struct pay_wish w = till_wish_fake(1, 6900);
    assert_ok(pay_begin(&t.f.tx, &w, &payment));
    till_turn(&t);
    till_pay(&t, 1, 6900); /* while the first is being closed … */
    struct pay_news news = till_news("G1T1", 6900);
    assert_ok(pay_take(&t.f.tx, "fake", &news)); /* … it was paid, too */
    assert_int_equal(till_paid[1], 1);
    assert_int_equal(till_fen(&t, 1, "frozen:factory:3"), 13800);
    assert_int_equal(left(&t, 1), 6900);
    assert_int_equal(refund(&t, 1, "k1", 6901), ERR_SOLD_OUT);
    assert_int_equal(t.f.info.limit, 6900);
    till_turn(&t);
    assert_int_equal(till_fen(&t, 1, "frozen:factory:3"), 6900);
    assert_int_equal(left(&t, 1), 6900);
    till_close(&t);
}

/* --- instructions --- */

static void shares_are_returned_before_a_refund(void **state)
{
    (void)state;
    struct till t;
    struct rows rs;
    till_open(&t);
    till_pay(&t, 1, 10000);
    assert_ok(pay_share(&t.f.tx, 1, "host:7", 1000));
    assert_ok(pay_share(&t.f.tx, 1, "agency:5", 333));
    till_turn(&t);
    assert_int_equal(till_fen(&t, 1, "got:host:7"), 1000);
    assert_int_equal(till_fen(&t, 1, "frozen:factory:3"), 8667);
    assert_ok(refund(&t, 1, "claim:1", 3333));
    assert_int_equal(instructions(&t, 1, &rs), 5);
    assert_true(str_eq_z(row_str(&rs, 2, "kind"), "share_return"));
    assert_int_equal(row_int(&rs, 2, "amount_fen"), 333); /* 333.3 */
    assert_int_equal(row_int(&rs, 3, "amount_fen"), 111); /* 110.98…: the largest remainder */
    assert_true(str_eq_z(row_str(&rs, 4, "kind"), "refund"));
    till_turn(&t);
    assert_int_equal(till_fen(&t, 1, "got:host:7"), 667);
    assert_int_equal(till_fen(&t, 1, "got:agency:5"), 222);
    assert_int_equal(till_fen(&t, 1, "frozen:factory:3"), 8667 + 444 - 3333);
    assert_int_equal(till_fen(&t, 1, "outside"), -6667);
    assert_int_equal(left(&t, 1), 6667);
    assert_ok(refund(&t, 1, "claim:2", 6667)); /* the rest, to the fen */
    till_turn(&t);
    assert_int_equal(till_fen(&t, 1, "got:host:7"), 0);
    assert_int_equal(till_fen(&t, 1, "outside"), 0);
    assert_int_equal(till_done, 2 + 3 + 3);
    till_close(&t);
}

static void what_was_released_is_taken_back_for_a_refund(void **state)
{
    (void)state;
    struct till t;
    till_open(&t);
    till_pay(&t, 1, 10000);
    assert_ok(pay_share(&t.f.tx, 1, "base", 500));
    assert_ok(pay_release(&t.f.tx, 1));
    till_turn(&t);
    assert_int_equal(till_fen(&t, 1, "free:factory:3"), 9500);
    assert_ok(pay_release(&t.f.tx, 1)); /* nothing is frozen: nothing to do */
    assert_true(is_settled(&t, 1));
    assert_ok(refund(&t, 1, "late", 1000));
    till_turn(&t);
    assert_int_equal(till_fen(&t, 1, "free:factory:3"), 8550);
    assert_int_equal(till_fen(&t, 1, "got:base"), 450);
    assert_int_equal(till_fen(&t, 1, "frozen:factory:3"), 0);
    assert_int_equal(till_fen(&t, 1, "outside"), -9000);
    till_close(&t);
}

static void a_refund_has_one_outcome(void **state)
{
    (void)state;
    struct till t;
    till_open(&t);
    till_pay(&t, 1, 5000);
    assert_int_equal(refund(&t, 1, "a", 5001), ERR_SOLD_OUT);
    assert_int_equal(t.f.info.limit, 5000);
    assert_int_equal(refund(&t, 1, "a", 0), ERR_INVALID);
    assert_int_equal(refund(&t, 1, "a", -1), ERR_INVALID);
    assert_int_equal(refund(&t, 1, "", 1), ERR_INVALID);
    assert_int_equal(refund(&t, 9, "a", 1), ERR_CONFLICT);
    assert_ok(refund(&t, 1, "a", 3000));
    assert_ok(refund(&t, 1, "a", 3000)); /* the same */
    assert_int_equal(refund(&t, 1, "a", 2999), ERR_KEY_REUSED);
    assert_int_equal(refund(&t, 1, "b", 2001), ERR_SOLD_OUT); /* though nothing has moved yet */
    assert_int_equal(t.f.info.limit, 2000);
    till_turn(&t);
    assert_ok(refund(&t, 1, "a", 3000)); /* also once it is done */
    assert_ok(refund(&t, 1, "b", 2000));
    till_turn(&t);
    assert_int_equal(till_fen(&t, 1, "outside"), 0);
    assert_int_equal(refund(&t, 1, "c", 1), ERR_SOLD_OUT);
    till_close(&t);
}

static void a_share_is_given_once_and_not_beyond_what_is_frozen(void **state)
{
    (void)state;
    struct till t;
    till_open(&t);
    till_pay(&t, 1, 1000);
    assert_int_equal(pay_share(&t.f.tx, 1, "base", 1001), ERR_SOLD_OUT);
    assert_ok(pay_share(&t.f.tx, 1, "base", 600));
    assert_ok(pay_share(&t.f.tx, 1, "base", 600));
    assert_int_equal(pay_share(&t.f.tx, 1, "base", 500), ERR_KEY_REUSED);
    assert_int_equal(pay_share(&t.f.tx, 1, "host:7", 401), ERR_SOLD_OUT);
    assert_int_equal(pay_share(&t.f.tx, 1, "host:7", 0), ERR_INVALID);
    assert_int_equal(pay_share(&t.f.tx, 2, "host:7", 1), ERR_CONFLICT);
    till_turn(&t);
    assert_int_equal(till_fen(&t, 1, "got:base"), 600);
    till_close(&t);
}

/* --- a provider that refuses --- */

static void paid_at_the_fake(struct till *t, int64_t order, int64_t fen)
{
    int64_t payment;
    char number[32];
    struct pay_wish w = till_wish_fake(order, fen);
    w.expires_at = t->f.tx.now_ms + 600 * 1000;
    assert_ok(pay_begin(&t->f.tx, &w, &payment));
    till_turn(t);
    snprintf(number, sizeof(number), "G%lldT1", (long long)order);
    struct pay_news news = till_news(number, fen);
    assert_ok(pay_take(&t->f.tx, "fake", &news));
}

static void one_that_is_refused_stops_its_order_until_an_operator_has_it_done(void **state)
{
    (void)state;
    struct till t;
    struct rows rs;
    till_open(&t);
    paid_at_the_fake(&t, 1, 1000);
    assert_ok(pay_share(&t.f.tx, 1, "host:7", 100));
    assert_ok(refund(&t, 1, "r", 1000));
    fake.carry_out = ERR_CONFLICT;
    till_turn(&t);
    assert_int_equal(fake.carried_out, 1);
    assert_int_equal(instructions(&t, 1, &rs), 3);
    assert_true(str_eq_z(row_str(&rs, 0, "status"), "failed"));
    assert_true(str_eq_z(row_str(&rs, 0, "said"), "NOT_ENOUGH"));
    assert_true(str_eq_z(row_str(&rs, 1, "status"), "waiting"));
    assert_int_equal(till_violations(&t), 0);
    int64_t id = row_int(&rs, 0, "id");
    assert_ok(instruct_retry(&t.f.tx, id, 1));
    assert_int_equal(instruct_retry(&t.f.tx, id, 1), ERR_CONFLICT);
    fake.carry_out = OK;
    till_turn(&t);
    assert_true(is_settled(&t, 1));
    assert_int_equal(till_fen(&t, 1, "outside"), 0);
    till_close(&t);
}

static void one_that_was_done_by_hand_is_settled_with_a_note(void **state)
{
    (void)state;
    struct till t;
    struct rows rs;
    till_open(&t);
    paid_at_the_fake(&t, 1, 1000);
    assert_ok(refund(&t, 1, "r", 1000));
    fake.does = PAY_IS_FAILED;
    till_turn(&t);
    assert_int_equal(till_fen(&t, 1, "frozen:factory:3"), 1000);
    instructions(&t, 1, &rs);
    int64_t id = row_int(&rs, 0, "id");
    assert_true(str_eq_z(row_str(&rs, 0, "said"), "refused"));
    assert_ok(instruct_settle(&t.f.tx, id, 1, STR("paid in cash")));
    assert_int_equal(instruct_settle(&t.f.tx, id, 1, STR("again")), ERR_CONFLICT);
    assert_int_equal(till_fen(&t, 1, "outside"), 0);
    instructions(&t, 1, &rs);
    assert_true(str_eq_z(row_str(&rs, 0, "status"), "settled"));
    assert_true(str_eq_z(row_str(&rs, 0, "note"), "paid in cash"));
    till_close(&t);
}

static void what_may_pass_is_tried_again_under_the_same_number(void **state)
{
    (void)state;
    struct till t;
    struct rows rs;
    static const enum err passes[] = {ERR_IO, ERR_TIMEOUT, ERR_BUSY};
    till_open(&t);
    paid_at_the_fake(&t, 1, 1000);
    assert_ok(refund(&t, 1, "r", 400));
    for (size_t i = 0; i < 3; i++) {
        fake.carry_out = passes[i];
        till_turn(&t);
        assert_int_equal(fake.carried_out, i + 1);
        assert_true(str_eq_z(fake.last_number, "I1"));
        assert_int_equal(till_violations(&t), 0);
        till_turn(&t); /* not due yet */
        assert_int_equal(fake.carried_out, i + 1);
        t.f.tx.now_ms += 3600 * 1000;
    }
    fake.carry_out = OK;
    fake.does = PAY_IS_OPEN; /* taken, and not done yet */
    till_turn(&t);
    assert_false(is_settled(&t, 1));
    struct pay_news news = {.of = PAY_OF_REFUND,
                            .is = PAY_IS_DONE,
                            .number = STR("I1"),
                            .merchant = STR("m3"),
                            .amount_fen = 400,
                            .at_ms = 5};
    for (int i = 0; i < 3; i++) /* its notice comes, and comes again */
        assert_ok(pay_take(&t.f.tx, "fake", &news));
    assert_true(is_settled(&t, 1));
    assert_int_equal(till_fen(&t, 1, "outside"), -600);
    instructions(&t, 1, &rs);
    assert_int_equal(rs.n, 1);
    till_close(&t);
}

static void a_share_goes_to_the_account_of_who_shares(void **state)
{
    (void)state;
    struct till t;
    struct rows rs;
    till_open(&t);
    paid_at_the_fake(&t, 1, 1000);
    assert_ok(pay_share(&t.f.tx, 1, "host:7", 100));
    till_turn(&t);
    assert_true(str_eq_z(fake.last_receiver, "r7"));
    assert_ok(pay_refund(&t.f.tx, 1, "r", 1000, STR("")));
    fake.carry_out = ERR_IO;
    till_turn(&t);
    assert_true(str_eq_z(fake.last_share, "I1"));
    fake.carry_out = OK;
    t.f.tx.now_ms += 3600 * 1000;
    till_turn(&t);
    paid_at_the_fake(&t, 2, 1000);
    assert_ok(pay_share(&t.f.tx, 2, "host:8", 100)); /* whom the provider does not know */
    till_turn(&t);
    instructions(&t, 2, &rs);
    assert_true(str_eq_z(row_str(&rs, 0, "status"), "failed"));
    till_close(&t);
}

/* --- payments of which nothing is heard --- */

static void a_payment_is_asked_for_before_and_after_its_end(void **state)
{
    (void)state;
    struct till t;
    int64_t first, second;
    till_open(&t);
    struct pay_wish w = till_wish_fake(1, 700);
    assert_ok(pay_begin(&t.f.tx, &w, &first));
    w = till_wish_fake(2, 700);
    assert_ok(pay_begin(&t.f.tx, &w, &second));
    till_turn(&t);
    assert_int_equal(fake.looked, 0);
    t.f.tx.now_ms += RUN_LOOK_FIRST_MS;
    fake.is[1] = PAY_IS_DONE; /* and its notice was lost */
    till_turn(&t);
    assert_true(payment_is(&t, first, "paid"));
    assert_true(payment_is(&t, second, "open"));
    t.f.tx.now_ms = w.expires_at + RUN_AFTER_MS;
    till_turn(&t);
    assert_true(payment_is(&t, second, "closed"));
    assert_int_equal(fake.closed, 1);
    struct pay_news late = till_news("G2T1", 700); /* all the same */
    assert_ok(pay_take(&t.f.tx, "fake", &late));
    assert_int_equal(till_paid[2], 1);
    assert_true(payment_is(&t, second, "paid"));
    till_close(&t);
}

static void one_that_cannot_be_opened_says_why(void **state)
{
    (void)state;
    struct till t;
    int64_t payment;
    till_open(&t);
    struct pay_wish w = till_wish_fake(1, 700);
    fake.open = ERR_INVALID;
    assert_ok(pay_begin(&t.f.tx, &w, &payment));
    till_turn(&t);
    struct rows rs = payment_row(&t, payment);
    assert_true(str_eq_z(row_str(&rs, 0, "status"), "closed"));
    assert_true(str_eq_z(row_str(&rs, 0, "said"), "not today"));
    fake.open = ERR_IO; /* may pass: tried again, not for ever */
    assert_ok(pay_begin(&t.f.tx, &w, &payment));
    for (int i = 0; i < RUN_OPEN_TRIES_MAX; i++) {
        assert_true(payment_is(&t, payment, "opening"));
        till_turn(&t);
        t.f.tx.now_ms += 30 * 1000;
    }
    assert_true(payment_is(&t, payment, "closed"));
    till_close(&t);
}

/* --- statements --- */

enum {
    HOUR_MS = 3600 * 1000,
    DAY_ONE_MS = 16 * HOUR_MS
}; /* 1970-01-02 begins in the town's zone */

static struct pay_line line_of(enum pay_news_of of, const char *number, int64_t fen, int64_t at)
{
    return (struct pay_line){of, str_of(number), STR("m3"), STR("9001"), fen, at};
}

static void compare_day(struct till *t, const char *day)
{
    assert_ok(db_exec(t->f.db, &q_pay_statement_add,
                      ARGS(V_Z("fake"), V_Z(day), V_INT(t->f.tx.now_ms)), NULL));
    assert_ok(db_exec(t->f.db, &q_pay_statement_again,
                      ARGS(V_INT(t->f.tx.now_ms), V_Z("fake"), V_Z(day)), NULL));
    till_turn(t);
}

/* Order 1 of 700 paid and 200 of it refunded, at noon of the first day. */
static void a_day_of_trade(struct till *t)
{
    t->f.tx.now_ms = DAY_ONE_MS + 12 * HOUR_MS;
    paid_at_the_fake(t, 1, 700);
    assert_ok(db_script(t->f.db, "UPDATE pay_parts SET paid_at = 100000000"));
    assert_ok(refund(t, 1, "r", 200));
    till_turn(t);
    assert_ok(db_script(t->f.db, "UPDATE pay_instructions SET done_at = 100000000"));
    fake.lines[0] = line_of(PAY_OF_PAYMENT, "G1T1", 700, 100000000);
    fake.lines[1] = line_of(PAY_OF_REFUND, "I1", 200, 100000000);
    fake.lines_n = 2;
    t->f.tx.now_ms += 24 * HOUR_MS;
}

static void a_statement_that_agrees_has_no_differences(void **state)
{
    (void)state;
    struct till t;
    struct rows rs;
    till_open(&t);
    a_day_of_trade(&t);
    fake.statement = ERR_AGAIN; /* not made yet */
    compare_day(&t, "1970-01-02");
    fake.statement = OK;
    t.f.tx.now_ms += HOUR_MS;
    till_turn(&t);
    assert_int_equal(differences(&t, &rs), 0);
    assert_ok(db_select(t.f.db, &q_pay_desk_statements, ARGS(V_INT(9)), &t.f.arena, &rs));
    assert_int_equal(row_int(&rs, 0, "lines"), 2);
    assert_true(row_null(&rs, 0, "due_at"));
    till_close(&t);
}

static bool one_difference(struct till *t, const char *kind, const char *number)
{
    struct rows rs;
    return differences(t, &rs) == 1 && str_eq_z(row_str(&rs, 0, "kind"), kind) &&
           str_eq_z(row_str(&rs, 0, "number"), number);
}

static void every_difference_of_a_statement_is_listed(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *number, *damage; /* the damage is to what is here */
        struct pay_line there[2];
        size_t n;
    } cases[] = {
        {"amount",
         "G1T1",
         NULL,
         {{PAY_OF_PAYMENT, {"G1T1", 4}, {"m3", 2}, {"", 0}, 699, 1},
          {PAY_OF_REFUND, {"I1", 2}, {"m3", 2}, {"", 0}, 200, 1}},
         2},
        {"merchant",
         "I1",
         NULL,
         {{PAY_OF_PAYMENT, {"G1T1", 4}, {"m3", 2}, {"", 0}, 700, 1},
          {PAY_OF_REFUND, {"I1", 2}, {"m4", 2}, {"", 0}, 200, 1}},
         2},
        {"missing_there", "I1", NULL, {{PAY_OF_PAYMENT, {"G1T1", 4}, {"", 0}, {"", 0}, 700, 1}}, 1},
        {"missing_there", "G1T1", NULL, {{PAY_OF_REFUND, {"I1", 2}, {"", 0}, {"", 0}, 200, 1}}, 1},
        {"ledger",
         "G1T1",
         "UPDATE pay_parts SET amount_fen = 650",
         {{PAY_OF_PAYMENT, {"G1T1", 4}, {"m3", 2}, {"", 0}, 650, 1},
          {PAY_OF_REFUND, {"I1", 2}, {"m3", 2}, {"", 0}, 200, 1}},
         2},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct till t;
        till_open(&t);
        a_day_of_trade(&t);
        memcpy(fake.lines, cases[i].there, sizeof(cases[i].there));
        fake.lines_n = cases[i].n;
        assert_ok(db_savepoint(t.f.db));
        if (cases[i].damage)
            assert_ok(db_script(t.f.db, cases[i].damage));
        compare_day(&t, "1970-01-02");
        struct rows rs;
        bool is_ledger = strcmp(cases[i].kind, "ledger") == 0;
        assert_int_equal(differences(&t, &rs), 1);
        assert_true(str_eq_z(row_str(&rs, 0, "kind"), cases[i].kind));
        assert_true(str_eq_z(row_str(&rs, 0, "number"), cases[i].number));
        if (is_ledger)
            assert_true(str_eq_z(row_str(&rs, 0, "here"), "700"));
        db_savepoint_rollback(t.f.db);
        till_close(&t);
    }
}

static void what_a_statement_alone_knows_is_listed_and_booked(void **state)
{
    (void)state;
    struct till t;
    struct rows rs;
    int64_t payment;
    till_open(&t);
    t.f.tx.now_ms = DAY_ONE_MS + 12 * HOUR_MS;
    struct pay_wish w = till_wish_fake(1, 700);
    w.expires_at = t.f.tx.now_ms + 1000;
    assert_ok(pay_begin(&t.f.tx, &w, &payment));
    till_turn(&t);
    fake.lines[0] = line_of(PAY_OF_PAYMENT, "G1T1", 700, 100000000);
    fake.lines[1] = line_of(PAY_OF_PAYMENT, "G77T1", 5, 100000000);
    fake.lines_n = 2;
    compare_day(&t, "1970-01-02");
    assert_int_equal(till_paid[1], 1);
    assert_int_equal(till_fen(&t, 1, "frozen:factory:3"), 700);
    assert_int_equal(differences(&t, &rs), 2);
    assert_true(str_eq_z(row_str(&rs, 1, "number"), "G77T1"));
    compare_day(&t, "1970-01-02"); /* again: each is listed once */
    assert_int_equal(differences(&t, &rs), 2);
    till_close(&t);
}

static void what_stands_in_a_later_statement_closes_by_itself(void **state)
{
    (void)state;
    struct till t;
    struct rows rs;
    till_open(&t);
    a_day_of_trade(&t);
    struct pay_line late = fake.lines[1];
    fake.lines_n = 1;
    compare_day(&t, "1970-01-02");
    assert_true(one_difference(&t, "missing_there", "I1"));
    fake.lines[0] = late;
    compare_day(&t, "1970-01-03");
    assert_int_equal(differences(&t, &rs), 0);
    till_close(&t);
}

static void statements_are_ordered_once_they_are_made(void **state)
{
    (void)state;
    struct till t;
    struct rows rs;
    till_open(&t);
    t.f.tx.now_ms = DAY_ONE_MS + 9 * HOUR_MS;
    assert_ok(reconcile_order(&t.f.tx, NULL));
    assert_ok(db_select(t.f.db, &q_pay_desk_statements, ARGS(V_INT(9)), &t.f.arena, &rs));
    assert_int_equal(rs.n, 0);
    t.f.tx.now_ms += HOUR_MS;
    for (int i = 0; i < 2; i++)
        assert_ok(reconcile_order(&t.f.tx, NULL));
    assert_ok(db_select(t.f.db, &q_pay_desk_statements, ARGS(V_INT(9)), &t.f.arena, &rs));
    assert_int_equal(rs.n, 1);
    assert_true(str_eq_z(row_str(&rs, 0, "day"), "1970-01-01"));
    till_close(&t);
}

static void what_was_paid_before_moves_to_its_factories_once(void **state)
{
    (void)state;
    struct till t;
    int64_t book, outside, paid;
    till_open(&t);
    assert_ok(ledger_book(&t.f.tx, "CNY", STR("town"), &book));
    assert_ok(ledger_account_open(&t.f.tx, book, "outside", 0, &outside));
    assert_ok(ledger_account_open(&t.f.tx, book, "paid", LEDGER_DEBITS_LE_CREDITS, &paid));
    for (int64_t order = 1; order <= 2; order++) {
        char ref[32], sql[300];
        snprintf(ref, sizeof(ref), "order:%lld", (long long)order);
        struct ledger_transfer moved = {ledger_id_derive("trade.payment", str_of(ref)),
                                        outside,
                                        paid,
                                        500 * order,
                                        0,
                                        "payment",
                                        str_of(ref)};
        assert_ok(ledger_post(&t.f.tx, &moved));
        snprintf(sql, sizeof(sql),
                 "INSERT INTO orders (id, checkout_id, buyer_id, factory_id, status, total_fen,"
                 " goods_fen, placed_at, hold_until, paid_at)"
                 " VALUES (%d, %d, 11, %d, 'paid', %d, %d, 1, 1, 7)",
                 (int)order, (int)order, (int)order + 2, 500 * (int)order, 500 * (int)order);
        assert_ok(db_script(t.f.db, sql));
    }
    assert_int_equal(till_violations(&t), 0);
    for (int i = 0; i < 3; i++)
        assert_ok(pay_adopt(&t.f.tx, NULL));
    assert_int_equal(till_fen(&t, 1, "paid"), 0);
    assert_int_equal(till_fen(&t, 1, "frozen:factory:3"), 500);
    assert_int_equal(till_fen(&t, 2, "frozen:factory:4"), 1000);
    assert_int_equal(left(&t, 2), 1000);
    assert_ok(refund(&t, 2, "r", 1000)); /* as if it had been paid here */
    till_turn(&t);
    assert_int_equal(till_fen(&t, 2, "outside"), 0);
    till_close(&t);
}

static void what_is_wrong_is_found(void **state)
{
    (void)state;
    struct till t;
    till_open(&t);
    till_pay(&t, 1, 5000);
    assert_ok(refund(&t, 1, "a", 100));
    till_turn(&t);
    assert_int_equal(till_violations(&t), 0);
    static const char *const damages[] = {
        "UPDATE pay_instructions SET amount_fen = 99",
        "UPDATE pay_instructions SET status = 'sent'",
        "UPDATE pay_parts SET amount_fen = 4999",
        "UPDATE pay_parts SET status = 'back'",
        "UPDATE pay_parts SET order_id = 2",
        "UPDATE pay_instructions SET status = 'waiting', due_at = NULL",
        "INSERT INTO orders (id, checkout_id, buyer_id, factory_id, status, total_fen, goods_fen,"
        " placed_at, hold_until) VALUES (1, 1, 1, 3, 'cancelled', 1, 1, 1, 1)",
    };
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        assert_ok(db_savepoint(t.f.db));
        assert_ok(db_script(t.f.db, damages[i]));
        assert_true(till_violations(&t) > 0);
        db_savepoint_rollback(t.f.db);
    }
    till_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_test_cashier_pays_at_once),
        cmocka_unit_test(wishes_that_cannot_be_are_refused),
        cmocka_unit_test(one_payment_of_several_orders),
        cmocka_unit_test(the_same_way_again_is_the_same_payment_and_another_closes_it),
        cmocka_unit_test(what_a_provider_says_is_booked_once),
        cmocka_unit_test(what_differs_is_listed_and_not_booked),
        cmocka_unit_test(money_that_the_order_cannot_take_goes_back),
        cmocka_unit_test(paid_twice_the_second_goes_back),
        cmocka_unit_test(shares_are_returned_before_a_refund),
        cmocka_unit_test(what_was_released_is_taken_back_for_a_refund),
        cmocka_unit_test(a_refund_has_one_outcome),
        cmocka_unit_test(a_share_is_given_once_and_not_beyond_what_is_frozen),
        cmocka_unit_test(one_that_is_refused_stops_its_order_until_an_operator_has_it_done),
        cmocka_unit_test(one_that_was_done_by_hand_is_settled_with_a_note),
        cmocka_unit_test(what_may_pass_is_tried_again_under_the_same_number),
        cmocka_unit_test(a_share_goes_to_the_account_of_who_shares),
        cmocka_unit_test(a_payment_is_asked_for_before_and_after_its_end),
        cmocka_unit_test(one_that_cannot_be_opened_says_why),
        cmocka_unit_test(a_statement_that_agrees_has_no_differences),
        cmocka_unit_test(every_difference_of_a_statement_is_listed),
        cmocka_unit_test(what_a_statement_alone_knows_is_listed_and_booked),
        cmocka_unit_test(what_stands_in_a_later_statement_closes_by_itself),
        cmocka_unit_test(statements_are_ordered_once_they_are_made),
        cmocka_unit_test(what_was_paid_before_moves_to_its_factories_once),
        cmocka_unit_test(what_is_wrong_is_found),
    };
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
