/* town/trade: placing under a key, as POST /orders does: once, and the first answer for ever. */
#include "shop.h"

#include "town/trade/order_command.h"

enum { MOST = 4 };

struct rush {
    struct order_command commands[MOST];
    enum err results[MOST];
    size_t n;
};

static struct order_command *ask(struct shop *s, struct rush *r, const char *key,
                                 struct order_request rq)
{
    struct order_command *c = &r->commands[r->n++];
    *c = (struct order_command){.request = rq, .key.key = str_of(key)};
    assert_ok(order_command_make(c, &s->f.arena));
    c->cmd.arena = &s->f.arena;
    return c;
}

/* As the writer runs them: together, with an arena that is gone before anybody reads an answer. */
static enum err run(struct shop *s, struct rush *r)
{
    struct command *all[MOST];
    struct arena scratch;
    struct tx tx = s->f.tx;
    for (size_t i = 0; i < r->n; i++)
        all[i] = &r->commands[i].cmd;
    arena_init(&scratch, 16 << 20);
    tx.arena = &scratch;
    assert_ok(db_savepoint(s->f.db));
    enum err e = all[0]->run_many(&tx, all, r->n, r->results);
    if (e)
        db_savepoint_rollback(s->f.db);
    else
        assert_ok(db_savepoint_release(s->f.db));
    arena_free(&scratch);
    return e;
}

/* One command alone. */
static enum err run_one(struct shop *s, const char *key, struct order_request rq,
                        struct idem_outcome *out)
{
    struct rush r = {.n = 0};
    ask(s, &r, key, rq);
    assert_ok(run(s, &r));
    *out = r.commands[0].outcome;
    return r.results[0];
}

static void a_key_is_one_order(void **state)
{
    (void)state;
    struct shop s;
    struct rush r = {.n = 0};
    struct idem_outcome later;
    struct order_request others = want(1, 1);
    others.buyer_id = OTHER;
    shop_open(&s);
    ask(&s, &r, "k", want(1, 2));
    ask(&s, &r, "k", want(1, 2)); /* pressed twice */
    ask(&s, &r, "k", want(1, 3)); /* another wish */
    ask(&s, &r, "k", others);     /* somebody else's key of that name */
    assert_ok(run(&s, &r));
    static const enum err expected[] = {OK, OK, ERR_KEY_REUSED, OK};
    for (int i = 0; i < MOST; i++)
        assert_int_equal(r.results[i], expected[i]);
    const struct idem_outcome *first = &r.commands[0].outcome, *twin = &r.commands[1].outcome;
    assert_ok(first->result);
    assert_int_equal(twin->subject, first->subject);
    assert_true(!first->repeated && twin->repeated);
    assert_int_equal(r.commands[3].outcome.subject, first->subject + 1);
    assert_ok(run_one(&s, "k", want(1, 2), &later));
    assert_true(later.repeated);
    assert_int_equal(later.subject, first->subject);
    assert_int_equal(left(&s, 1), 7);
    shop_close(&s);
}

/* Whatever of the request differs, it is another request. */
static void every_part_of_a_request_counts(void **state)
{
    (void)state;
    struct shop s;
    struct idem_outcome out;
    enum { OTHERS = 9 };
    struct order_request whole = want(1, 2), other[OTHERS];
    whole.name = STR("王"), whole.phone = STR("13800001234"), whole.address = STR("1 号");
    shop_open(&s);
    assert_ok(run_one(&s, "k", whole, &out));
    for (int i = 0; i < OTHERS; i++)
        other[i] = whole;
    other[0].wishes[0].quantity = 1;
    other[1].wishes[0].sku_id = 2;
    other[2].wishes[0].show_id = 5;
    other[3].name = STR("李");
    other[4].phone = STR("13900001234");
    other[5].address = STR("2 号");
    other[6].province = 33;
    other[7].expects = true, other[7].expect_fen = 13800;
    other[8].coupons_n = 1, other[8].coupons[0] = 5;
    for (int i = 0; i < OTHERS; i++)
        assert_int_equal(run_one(&s, "k", other[i], &out), ERR_KEY_REUSED);
    assert_ok(run_one(&s, "coupon", other[8], &out)); /* refused: there is none */
    other[8].coupons[0] = 6;
    assert_int_equal(run_one(&s, "coupon", other[8], &out), ERR_KEY_REUSED);
    assert_int_equal(left(&s, 1), 8);
    shop_close(&s);
}

static void a_refusal_is_the_first_answer_too(void **state)
{
    (void)state;
    struct shop s;
    struct idem_outcome out;
    shop_open(&s);
    for (int times = 0; times < 2; times++) {
        assert_ok(run_one(&s, "k", want(1, 11), &out));
        assert_int_equal(out.result, ERR_SOLD_OUT);
        assert_int_equal(out.amount, 10);
        assert_string_equal(out.field, "quantity");
        assert_string_equal(out.message_key, "trade.only_left");
        assert_int_equal(out.repeated, times);
        assert_ok(hall_stock_add(&s.f.tx, 1, 5, ledger_id_new())); /* it could be had now */
    }
    shop_close(&s);
}

/* What a retry may cure is not kept: whoever sent the key twice is told to try again. */
static void a_failure_is_not_kept(void **state)
{
    (void)state;
    struct shop s;
    struct rush r = {.n = 0};
    struct idem_outcome out;
    shop_open(&s);
    assert_ok(ledger_guard(&s.f.tx));
    assert_ok(db_commit(s.f.db));
    fixture_drop_guards(s.f.db);
    assert_ok(db_begin(s.f.db));
    assert_ok(db_savepoint(s.f.db));
    assert_ok(db_script(s.f.db, "UPDATE ledger_accounts SET debits_posted = 11 WHERE "
                                "role = 'available'"));
    ask(&s, &r, "k", want(1, 2));
    ask(&s, &r, "k", want(1, 2));
    assert_ok(run(&s, &r));
    assert_ok(r.results[0]);
    assert_int_equal(r.commands[0].outcome.result, ERR_CORRUPT);
    assert_int_equal(r.results[1], ERR_BUSY);
    db_savepoint_rollback(s.f.db); /* mended, though the keys of that run would be gone as well */
    assert_ok(run_one(&s, "k", want(1, 2), &out));
    assert_ok(out.result);
    assert_false(out.repeated);
    shop_close(&s);
}

static void more_lines_than_an_order_has_are_refused(void **state)
{
    (void)state;
    struct arena arena;
    struct order_command c = {.request = {.buyer_id = 1, .n = ORDER_LINES_MAX}};
    arena_init(&arena, 1 << 20);
    assert_ok(order_command_make(&c, &arena));
    c.request.n++;
    assert_int_equal(order_command_make(&c, &arena), ERR_INVALID);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_one_order),
        cmocka_unit_test(every_part_of_a_request_counts),
        cmocka_unit_test(a_refusal_is_the_first_answer_too),
        cmocka_unit_test(more_lines_than_an_order_has_are_refused),
        cmocka_unit_test(a_failure_is_not_kept),
    };
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests_name("order command", tests, NULL, NULL);
}
