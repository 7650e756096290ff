/* town/trade: many orders placed together come to what they would one after the other. */
#include "shop.h"

#include "store/queries.h"

enum { MOST = 2 * ORDER_UNPAID_MAX };

static void place_all(struct shop *s, struct placing *all, const struct order_request *requests,
                      size_t n)
{
    for (size_t i = 0; i < n; i++)
        all[i] = (struct placing){.request = &requests[i]};
    assert_ok(order_place_many(&s->f.tx, all, n));
}

static void what_one_takes_the_next_cannot_have(void **state)
{
    (void)state;
    struct shop s;
    struct placing all[3];
    shop_open(&s);
    const struct order_request requests[] = {want(1, 6), want(1, 5), want(1, 4)};
    place_all(&s, all, requests, 3);
    assert_ok(all[0].result);
    assert_int_equal(all[1].result, ERR_SOLD_OUT);
    assert_int_equal(all[1].info.limit, 4);
    assert_string_equal(all[1].info.field, "quantity");
    assert_ok(all[2].result);
    assert_int_equal(all[2].order_id, all[0].order_id + 1); /* a refused one takes no number */
    assert_int_equal(left(&s, 1), 0);
    shop_close(&s);
}

/* One that cannot be had whole gives back what it had taken, before the next is decided. */
static void half_an_order_takes_nothing(void **state)
{
    (void)state;
    struct shop s;
    struct placing all[2];
    shop_open(&s);
    const struct order_request requests[] = {
        {.buyer_id = BUYER, .n = 3, .wishes = {{1, 4}, {2, 4}, {3, 11}}},
        {.buyer_id = OTHER, .n = 2, .wishes = {{1, 10}, {2, 10}}},
    };
    place_all(&s, all, requests, 2);
    assert_int_equal(all[0].result, ERR_SOLD_OUT);
    assert_int_equal(all[0].info.limit, 10);
    assert_ok(all[1].result);
    assert_int_equal(left(&s, 1), 0);
    assert_int_equal(left(&s, 3), 10);
    shop_close(&s);
}

static void unpaid_orders_of_the_batch_count(void **state)
{
    (void)state;
    struct shop s;
    struct order_request requests[MOST];
    struct placing all[MOST];
    shop_open(&s);
    placed(&s, want(1, 1));
    for (int i = 0; i < MOST; i++) {
        requests[i] = want(1 + i % 3, 1);
        requests[i].buyer_id = i % 2 ? OTHER : BUYER;
    }
    place_all(&s, all, requests, MOST);
    for (int i = 0; i < MOST; i++) /* the buyer's last is one too many; the other's are not */
        assert_int_equal(all[i].result, i == MOST - 2 ? ERR_LIMIT : OK);
    assert_int_equal(all[MOST - 2].info.limit, ORDER_UNPAID_MAX);
    assert_string_equal(all[MOST - 2].info.key, "trade.too_many_unpaid");
    shop_close(&s);
}

/* Each refusal is its own order's; those beside it are placed. */
static void a_refusal_leaves_the_others_alone(void **state)
{
    (void)state;
    struct shop s;
    struct placing all[9];
    shop_open(&s);
    const struct order_request requests[] = {
        want(1, 1),  want(1, 0), want(999, 1),
        want(30, 1), want(2, 1), {.buyer_id = BUYER, .n = 2, .wishes = {{1, 1}, {20, 1}}},
        want(20, 1), want(9, 1), want(3, 1),
    };
    static const enum err expected[] = {OK,           ERR_INVALID,  ERR_INVALID,
                                        ERR_CONFLICT, OK,           ERR_SOLD_OUT,
                                        ERR_SOLD_OUT, ERR_SOLD_OUT, OK};
    place_all(&s, all, requests, 9);
    for (int i = 0; i < 9; i++)
        assert_int_equal(all[i].result, expected[i]);
    assert_int_equal(left(&s, 1) + left(&s, 2) + left(&s, 3), 27);
    shop_close(&s);
}

/* Before, in the same batch, and after something went back; lapsed orders do not count until their
 * money comes. */
static void a_buyer_has_no_more_than_the_limit(void **state)
{
    (void)state;
    struct shop s;
    struct placing all[4];
    int expired;
    shop_open(&s);
    assert_ok(db_script(s.f.db, "INSERT INTO sku_limits VALUES (1, 3, 1, 1)"));
    int64_t lapsed = placed(&s, want(1, 2));
    s.f.tx.now_ms += ORDER_HOLD_MS;
    assert_ok(order_expire(&s.f.tx, 10, &expired));
    struct order_request others = want(1, 3), two = want(1, 2), one = want(1, 1);
    others.buyer_id = OTHER;
    const struct order_request requests[] = {two, two, one, others};
    static const enum err expected[] = {OK, ERR_LIMIT, OK, OK};
    place_all(&s, all, requests, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(all[i].result, expected[i]);
    assert_int_equal(all[1].info.limit, 3);
    assert_string_equal(all[1].info.field, "quantity");
    assert_int_equal(try_place(&s, want(1, 1)), ERR_LIMIT);
    assert_ok(order_pay(&s.f.tx, all[2].order_id, (struct order_actor){BUYER, ORDER_AS_CASHIER}));
    assert_ok(db_savepoint(s.f.db));
    assert_int_equal(order_pay(&s.f.tx, lapsed, (struct order_actor){BUYER, ORDER_AS_CASHIER}),
                     ERR_CONFLICT);
    db_savepoint_rollback(s.f.db);
    assert_ok(order_do(&s.f.tx, all[2].order_id, "cancel",
                       (struct order_actor){BUYER, ORDER_AS_BUYER}, STR_NONE));
    placed(&s, want(1, 1));
    assert_int_equal(try_place(&s, want(1, 1)), ERR_LIMIT);
    placed(&s, want(2, 9)); /* another has none */
    shop_close(&s);
}

static void an_order_is_what_was_seen(void **state)
{
    (void)state;
    struct shop s;
    shop_open(&s);
    struct order_request rq = want(1, 2);
    rq.expects = true;
    rq.expect_fen = 13800;
    placed(&s, rq);
    assert_ok(
        db_script(s.f.db, "UPDATE skus SET price_fen = 6901, list_price_fen = 6901 WHERE id = 1"));
    assert_int_equal(try_place(&s, rq), ERR_CONFLICT);
    assert_string_equal(s.f.info.field, "total");
    assert_int_equal(s.f.info.limit, 13802);
    assert_int_equal(left(&s, 1), 8);
    shop_close(&s);
}

static void two_makers_are_two_orders_or_none(void **state)
{
    (void)state;
    struct shop s;
    struct rows rs;
    shop_open(&s);
    assert_ok(hall_stock_add(&s.f.tx, 20, 1, ledger_id_new()));
    struct order_request rq = {
        .buyer_id = BUYER, .n = 3, .wishes = {{20, 1}, {2, 1}, {1, 1}}, .name = STR("x")};
    struct placing p = {.request = &rq};
    assert_ok(order_place_many(&s.f.tx, &p, 1));
    assert_ok(p.result);
    assert_int_equal(p.orders, 2);
    for (int64_t i = 0; i < 2; i++) {
        assert_ok(db_one(s.f.db, &q_trade_order_get, ARGS(V_INT(p.order_id + i)), &s.f.arena, &rs));
        assert_int_equal(row_int(&rs, 0, "checkout_id"), p.order_id);
        assert_int_equal(row_int(&rs, 0, "factory_id"), FACTORY + i);
        assert_int_equal(row_int(&rs, 0, "total_fen"), i ? 6900 : 13800);
    }
    assert_int_equal(try_place(&s, rq), ERR_SOLD_OUT); /* of the second: nothing of the first */
    assert_int_equal(left(&s, 1), 9);
    shop_close(&s);
}

static void so_many_makers_and_no_more(void **state)
{
    (void)state;
    enum { FIRST = 100, MAKERS = ORDER_MAKERS_MAX + 1 };
    struct shop s;
    struct order_request rq = {.buyer_id = BUYER, .n = MAKERS};
    shop_open(&s);
    for (int i = 0; i < MAKERS; i++) {
        int64_t id = FIRST + i;
        assert_ok(db_script(s.f.db, arena_printf(&s.f.arena,
                                                 "INSERT INTO organisations (id, kind, slug,"
                                                 " name_zh, name_en, created_at) VALUES"
                                                 " (%lld, 'factory', 'maker-%lld', 'm', 'm', 1)",
                                                 (long long)id, (long long)id)));
        put_sku(s.f.db, id, id, "on");
        assert_ok(hall_stock_add(&s.f.tx, id, 1, ledger_id_new()));
        rq.wishes[i] = (struct order_wish){id, 1, 0};
    }
    assert_int_equal(try_place(&s, rq), ERR_INVALID);
    assert_string_equal(s.f.info.field, "sku");
    assert_string_equal(s.f.info.key, "trade.too_many_makers");
    assert_int_equal(left(&s, FIRST), 1);
    rq.n--;
    assert_ok(try_place(&s, rq));
    assert_int_equal(left(&s, FIRST), 0);
    shop_close(&s);
}

static enum err dear(struct db *db, struct arena *arena, int64_t show_id, int64_t sku_id,
                     int64_t now_ms, struct order_offer *out)
{
    (void)db, (void)arena, (void)show_id, (void)sku_id, (void)now_ms;
    out->price_fen = LEDGER_AMOUNT_MAX;
    return OK;
}

static void a_sum_beyond_the_ledger_is_refused(void **state)
{
    (void)state;
    struct shop s;
    struct order_request rq = want(1, 1);
    shop_open(&s);
    order_show_price(dear);
    rq.wishes[0].show_id = 1;
    rq.province = 33;
    assert_ok(try_place(&s, rq)); /* as much as there can be */
    assert_ok(db_script(s.f.db, "INSERT INTO freight_templates (id, factory_id, name, is_default,"
                                " changed_at, changed_by) VALUES (1, 3, 'usual', 1, 1, 1);"
                                "INSERT INTO freight_zones VALUES (1, 0, 1, 1, 1, 1, 0)"));
    assert_int_equal(try_place(&s, rq), ERR_INVALID); /* and a fen for sending it */
    assert_string_equal(s.f.info.field, "quantity");
    assert_int_equal(left(&s, 1), 9);
    shop_close(&s);
}

/* What sending costs is in the sum, by where it goes; a maker that sends nothing there gets no
 * order, and the other neither. */
static void sending_is_in_the_sum(void **state)
{
    (void)state;
    struct shop s;
    struct rows rs;
    shop_open(&s);
    assert_ok(hall_stock_add(&s.f.tx, 20, 5, ledger_id_new()));
    assert_ok(db_script(
        s.f.db,
        "INSERT INTO freight_templates (id, factory_id, name, is_default, changed_at,"
        " changed_by) VALUES (1, 3, 'usual', 1, 1, 1);"
        "INSERT INTO freight_zones VALUES (1, 0, 1, 800, 1, 200, 0), (1, 1, 1, 300, 1, 100, 0);"
        "INSERT INTO freight_places VALUES (1, 33, 1), (1, 65, NULL)"));
    struct order_request rq = {.buyer_id = BUYER, .n = 2, .wishes = {{1, 3}, {20, 1}}};
    static const struct {
        int64_t province, freight_fen;
    } cases[] = {{33, 500}, {11, 1200}};
    for (int i = 0; i < 2; i++) {
        rq.province = cases[i].province;
        int64_t id = placed(&s, rq);
        assert_ok(db_one(s.f.db, &q_trade_order_get, ARGS(V_INT(id)), &s.f.arena, &rs));
        assert_int_equal(row_int(&rs, 0, "freight_fen"), cases[i].freight_fen);
        assert_int_equal(row_int(&rs, 0, "total_fen"), 20700 + cases[i].freight_fen);
        assert_int_equal(row_int(&rs, 0, "province"), cases[i].province);
        assert_ok(db_one(s.f.db, &q_trade_order_get, ARGS(V_INT(id + 1)), &s.f.arena, &rs));
        assert_int_equal(row_int(&rs, 0, "freight_fen"), 0);
    }
    rq.province = 65;
    assert_int_equal(try_place(&s, rq), ERR_CONFLICT);
    assert_string_equal(s.f.info.field, "province");
    rq.province = 0;
    assert_int_equal(try_place(&s, rq), ERR_INVALID);
    assert_string_equal(s.f.info.field, "province");
    assert_int_equal(left(&s, 1), 4);
    assert_int_equal(left(&s, 20), 3);
    shop_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_takes_the_next_cannot_have),
        cmocka_unit_test(half_an_order_takes_nothing),
        cmocka_unit_test(unpaid_orders_of_the_batch_count),
        cmocka_unit_test(a_refusal_leaves_the_others_alone),
        cmocka_unit_test(a_buyer_has_no_more_than_the_limit),
        cmocka_unit_test(an_order_is_what_was_seen),
        cmocka_unit_test(two_makers_are_two_orders_or_none),
        cmocka_unit_test(so_many_makers_and_no_more),
        cmocka_unit_test(a_sum_beyond_the_ledger_is_refused),
        cmocka_unit_test(sending_is_in_the_sum),
    };
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests_name("order place", tests, NULL, NULL);
}
