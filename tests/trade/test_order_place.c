/* town/trade: many orders placed together come to what they would one after the other. */
#include "shop.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_takes_the_next_cannot_have),
        cmocka_unit_test(half_an_order_takes_nothing),
        cmocka_unit_test(unpaid_orders_of_the_batch_count),
        cmocka_unit_test(a_refusal_leaves_the_others_alone),
    };
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests_name("order place", tests, NULL, NULL);
}
