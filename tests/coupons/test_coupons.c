/* town/coupons: issuing and claiming; what orders make of it. */
#include "../trade/shop.h"

#include "store/queries.h"
#include "town/coupons/coupons.h"

#define DAY (INT64_C(24) * 3600 * 1000)

static struct coupon ten_off(struct shop *s)
{
    return (struct coupon){.factory_id = FACTORY,
                           .off_fen = 1000,
                           .least_fen = 10000,
                           .claim_from = s->f.tx.now_ms,
                           .claim_until = s->f.tx.now_ms + 10 * DAY,
                           .use_days = 7,
                           .pieces = 2};
}

static void open_shop(struct shop *s)
{
    shop_open(s);
    assert_ok(db_script(s->f.db,
                        "INSERT INTO users (id, login, name, password, roles, created_at) VALUES"
                        " (11, 'b', 'b', '!', 1, 1), (12, 'c', 'c', '!', 1, 1),"
                        " (13, 'd', 'd', '!', 1, 1), (14, 'm', 'm', '!', 4, 1);"
                        "INSERT INTO memberships (user_id, organisation_id, role, created_at)"
                        " VALUES (14, 3, 'owner', 1)"));
}

static void close_shop(struct shop *s)
{
    int n;
    assert_ok(coupons_check(s->f.db, &s->f.arena, shop_say, NULL, &n));
    assert_int_equal(n, 0);
    shop_close(s);
}

static int64_t issued(struct shop *s, struct coupon c)
{
    int64_t id;
    assert_ok(coupon_issue(&s->f.tx, &c, 14, &id));
    return id;
}

static int64_t claimed(struct shop *s, int64_t coupon, int64_t user)
{
    int64_t claim;
    assert_ok(coupon_claim(&s->f.tx, coupon, user, &claim));
    return claim;
}

static enum err try_claim(struct shop *s, int64_t coupon, int64_t user)
{
    int64_t claim;
    s->f.info = (struct err_info){0};
    assert_ok(db_savepoint(s->f.db));
    enum err e = coupon_claim(&s->f.tx, coupon, user, &claim);
    if (e)
        db_savepoint_rollback(s->f.db);
    else
        assert_ok(db_savepoint_release(s->f.db));
    return e;
}

static struct order_request with(struct order_request rq, int64_t claim)
{
    rq.coupons[rq.coupons_n++] = claim;
    return rq;
}

static int64_t order_int(struct shop *s, int64_t order, const char *member)
{
    struct rows rs;
    assert_ok(db_one(s->f.db, &q_trade_order_get, ARGS(V_INT(order)), &s->f.arena, &rs));
    return row_int(&rs, 0, member);
}

static int64_t held_by(struct shop *s, int64_t claim)
{
    struct coupons_held h;
    assert_ok(coupons_load(&h, s->f.db, &claim, 1, &s->f.arena));
    int64_t order = coupons_get(&h, claim)->order_id;
    coupons_free(&h);
    return order;
}

static void does(struct shop *s, int64_t order, const char *event, unsigned as)
{
    struct order_actor by = {as == ORDER_AS_BUYER ? BUYER : 0, as};
    assert_ok(order_do(&s->f.tx, order, event, by, STR("why")));
}

/* --- issuing and claiming --- */

static void terms_that_cannot_be_are_refused(void **state)
{
    (void)state;
    struct shop s;
    open_shop(&s);
    enum { CASES = 19 };
    struct coupon c[CASES];
    static const char *const fields[CASES] = {
        "off",      "off",         "off",         "percent",  "most",  "least",   "least",
        "use_days", "claim_until", "pieces",      "off",      "off",   "percent", "most",
        "most",     "claim_until", "claim_until", "use_days", "pieces"};
    for (size_t i = 0; i < CASES; i++)
        c[i] = ten_off(&s);
    for (size_t i = 13; i < 15; i++) {
        c[i].off_fen = 0;
        c[i].percent = 10;
    }
    c[0].off_fen = 0;
    c[1].percent = 10;
    c[2].off_fen = -5;
    c[3].off_fen = 0;
    c[3].percent = COUPON_PERCENT_MAX + 1;
    c[4].most_fen = 5;
    c[5].least_fen = 999;
    c[6].least_fen = COUPON_FEN_MAX + 1;
    c[7].use_days = 0;
    c[8].claim_until = s.f.tx.now_ms;
    c[9].pieces = 0;
    c[10].off_fen = -5;
    c[10].percent = 10;
    c[11].off_fen = c[11].least_fen = COUPON_FEN_MAX + 1;
    c[12].percent = -5;
    c[13].most_fen = -1;
    c[14].most_fen = COUPON_FEN_MAX + 1;
    c[15].claim_from += 20 * DAY;
    c[16].claim_from -= 20 * DAY;
    c[16].claim_until = s.f.tx.now_ms;
    c[17].use_days = COUPON_DAYS_MAX + 1;
    c[18].pieces = COUPON_PIECES_MAX + 1;
    for (size_t i = 0; i < CASES; i++) {
        int64_t id;
        assert_int_equal(coupon_issue(&s.f.tx, &c[i], 14, &id), ERR_INVALID);
        assert_string_equal(s.f.info.field, fields[i]);
    }
    struct coupon others = ten_off(&s);
    int64_t id;
    others.product_id = 20; /* another maker's */
    assert_int_equal(coupon_issue(&s.f.tx, &others, 14, &id), ERR_NOT_FOUND);
    close_shop(&s);
}

static void a_maker_has_so_many_at_once(void **state)
{
    (void)state;
    struct shop s;
    int64_t id, first = 0;
    open_shop(&s);
    for (int i = 0; i < COUPONS_OF_FACTORY_MAX; i++)
        first = issued(&s, ten_off(&s));
    struct coupon more = ten_off(&s);
    assert_int_equal(coupon_issue(&s.f.tx, &more, 14, &id), ERR_LIMIT);
    assert_int_equal(s.f.info.limit, COUPONS_OF_FACTORY_MAX);
    assert_ok(coupon_stop(&s.f.tx, first, FACTORY));
    issued(&s, more);
    close_shop(&s);
}

static void each_claims_one_and_the_last_is_had_once(void **state)
{
    (void)state;
    struct shop s;
    open_shop(&s);
    int64_t id = issued(&s, ten_off(&s));
    assert_int_equal(try_claim(&s, id, 14), ERR_CONFLICT); /* the maker's own people */
    assert_string_equal(s.f.info.key, "coupons.own");
    int64_t first = claimed(&s, id, BUYER);
    assert_int_equal(claimed(&s, id, BUYER), first);
    claimed(&s, id, OTHER);
    assert_int_equal(try_claim(&s, id, 13), ERR_SOLD_OUT);
    assert_int_equal(claimed(&s, id, BUYER), first); /* who has one is told so all the same */
    assert_int_equal(try_claim(&s, 99, BUYER), ERR_NOT_FOUND);
    struct coupon later = ten_off(&s);
    later.claim_from += DAY;
    id = issued(&s, later);
    assert_int_equal(try_claim(&s, id, BUYER), ERR_CONFLICT);
    assert_string_equal(s.f.info.key, "coupons.not_yet");
    s.f.tx.now_ms = later.claim_until; /* from that moment on */
    assert_int_equal(try_claim(&s, id, BUYER), ERR_CONFLICT);
    assert_string_equal(s.f.info.key, "coupons.over");
    id = issued(&s, ten_off(&s));
    assert_int_equal(coupon_stop(&s.f.tx, id, FACTORY + 1), ERR_NOT_FOUND);
    assert_ok(coupon_stop(&s.f.tx, id, FACTORY));
    assert_int_equal(try_claim(&s, id, BUYER), ERR_CONFLICT);
    close_shop(&s);
}

/* --- orders --- */

static void an_order_is_that_much_cheaper(void **state)
{
    (void)state;
    struct shop s;
    open_shop(&s);
    int64_t claim = claimed(&s, issued(&s, ten_off(&s)), BUYER);
    struct order_request rq = want(1, 1);
    rq.n = 2;
    rq.wishes[1] = (struct order_wish){.sku_id = 2, .quantity = 1};
    int64_t order = placed(&s, with(rq, claim));
    assert_int_equal(order_int(&s, order, "discount_fen"), 1000);
    assert_int_equal(order_int(&s, order, "total_fen"), 2 * 6900 - 1000);
    assert_int_equal(held_by(&s, claim), order);
    assert_ok(order_pay(&s.f.tx, order, (struct order_actor){BUYER, ORDER_AS_BUYER}));
    /* What goes back is what was paid. */
    does(&s, order, "ship", ORDER_AS_FACTORY);
    const struct order_back back = {.line = 1, .pieces = 1, .amount_fen = 6400};
    struct order_refund r = {.order_id = order, .lines = &back, .n = 1, .key = STR("k")};
    const struct order_actor base = {0, ORDER_AS_OPERATOR};
    assert_ok(order_refund(&s.f.tx, &r, base, STR("")));
    assert_int_equal(held_by(&s, claim), order); /* it was sent: the coupon is used */
    close_shop(&s);
}

static void what_a_coupon_is_not_for(void **state)
{
    (void)state;
    struct shop s;
    open_shop(&s);
    struct coupon third = ten_off(&s);
    third.product_id = 3;
    third.least_fen = third.off_fen;
    int64_t claim = claimed(&s, issued(&s, ten_off(&s)), BUYER);
    int64_t only = claimed(&s, issued(&s, third), BUYER);
    int64_t strangers = claimed(&s, issued(&s, ten_off(&s)), OTHER);
    const struct {
        struct order_request rq;
        enum err e;
        const char *key;
        int64_t limit;
    } cases[] = {
        {with(want(1, 1), claim), ERR_CONFLICT, "coupons.more_wanted", 31},
        {with(want(20, 2), claim), ERR_CONFLICT, "coupons.not_for_these", 0},
        {with(want(1, 2), only), ERR_CONFLICT, "coupons.not_for_these", 0},
        {with(want(1, 2), strangers), ERR_INVALID, "coupons.unknown", 0},
        {with(want(1, 2), 999), ERR_INVALID, "coupons.unknown", 0},
        {with(with(want(1, 2), claim), claim), ERR_INVALID, "coupons.one_a_maker", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(try_place(&s, cases[i].rq), cases[i].e);
        assert_string_equal(s.f.info.field, "coupon");
        assert_string_equal(s.f.info.key, cases[i].key);
        assert_int_equal(s.f.info.limit, cases[i].limit);
    }
    placed(&s, with(want(3, 1), only));
    assert_int_equal(try_place(&s, with(want(3, 1), only)), ERR_CONFLICT);
    assert_string_equal(s.f.info.key, "coupons.used");
    s.f.tx.now_ms += 7 * DAY;
    assert_int_equal(try_place(&s, with(want(1, 2), claim)), ERR_CONFLICT);
    assert_string_equal(s.f.info.key, "coupons.lapsed");
    close_shop(&s);
}

static void two_orders_of_one_batch_cannot_both_have_it(void **state)
{
    (void)state;
    struct shop s;
    open_shop(&s);
    int64_t claim = claimed(&s, issued(&s, ten_off(&s)), BUYER);
    struct order_request one = with(want(1, 2), claim), two = with(want(2, 2), claim);
    struct placing both[] = {{.request = &one}, {.request = &two}};
    assert_ok(order_place_many(&s.f.tx, both, 2));
    assert_ok(both[0].result);
    assert_int_equal(both[1].result, ERR_CONFLICT);
    assert_string_equal(both[1].info.key, "coupons.used");
    close_shop(&s);
}

static void it_is_free_again_when_the_order_comes_to_nothing(void **state)
{
    (void)state;
    struct shop s;
    int expired;
    open_shop(&s);
    int64_t claim = claimed(&s, issued(&s, ten_off(&s)), BUYER);
    const struct order_actor buyer = {BUYER, ORDER_AS_BUYER};
    int64_t order = placed(&s, with(want(1, 2), claim));
    does(&s, order, "cancel", ORDER_AS_BUYER);
    assert_int_equal(held_by(&s, claim), 0);
    order = placed(&s, with(want(1, 2), claim));
    assert_ok(order_pay(&s.f.tx, order, buyer));
    does(&s, order, "call_off", ORDER_AS_FACTORY);
    assert_int_equal(held_by(&s, claim), 0);
    order = placed(&s, with(want(1, 2), claim));
    s.f.tx.now_ms += ORDER_HOLD_MS;
    assert_ok(order_expire(&s.f.tx, 10, &expired));
    assert_int_equal(held_by(&s, claim), 0);
    /* Paid after all: it is taken anew … */
    assert_ok(order_pay(&s.f.tx, order, buyer));
    assert_int_equal(held_by(&s, claim), order);
    does(&s, order, "cancel", ORDER_AS_BUYER);
    /* … unless another order has it by now. */
    order = placed(&s, with(want(2, 2), claim));
    s.f.tx.now_ms += ORDER_HOLD_MS;
    assert_ok(order_expire(&s.f.tx, 10, &expired));
    placed(&s, with(want(3, 2), claim));
    assert_ok(db_savepoint(s.f.db));
    assert_int_equal(order_pay(&s.f.tx, order, buyer), ERR_CONFLICT);
    db_savepoint_rollback(s.f.db);
    assert_string_equal(s.f.info.key, "coupons.used_elsewhere");
    close_shop(&s);
}

static void the_check_finds_what_is_wrong(void **state)
{
    (void)state;
    static const char *const wrongs[] = {"INSERT INTO coupon_claims (coupon_id, user_id, "
                                         "claimed_at, use_until) VALUES (1, 99, 1, 2)",
                                         "UPDATE coupon_uses SET back_at = 1",
                                         "UPDATE coupon_claims SET order_id = NULL",
                                         "UPDATE coupon_uses SET discount_fen = 999"};
    struct shop s;
    open_shop(&s);
    placed(&s, with(want(1, 2), claimed(&s, issued(&s, ten_off(&s)), BUYER)));
    for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
        char said[1000] = "";
        int n;
        assert_ok(db_savepoint(s.f.db));
        assert_ok(db_script(s.f.db, wrongs[i]));
        assert_ok(coupons_check(s.f.db, &s.f.arena, shop_say, said, &n));
        assert_true(n > 0);
        db_savepoint_rollback(s.f.db);
    }
    close_shop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_that_cannot_be_are_refused),
        cmocka_unit_test(a_maker_has_so_many_at_once),
        cmocka_unit_test(each_claims_one_and_the_last_is_had_once),
        cmocka_unit_test(an_order_is_that_much_cheaper),
        cmocka_unit_test(what_a_coupon_is_not_for),
        cmocka_unit_test(two_orders_of_one_batch_cannot_both_have_it),
        cmocka_unit_test(it_is_free_again_when_the_order_comes_to_nothing),
        cmocka_unit_test(the_check_finds_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
