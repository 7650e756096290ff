/* town/settle: rules with versions and dates; shares when an order is received, to the fen; what is
 * left is the maker's when it is closed. */
#include "sharing.h"

#include "store/queries.h"

/* --- rules --- */

static void rules_are_published_before_they_begin(void **state)
{
    (void)state;
    struct shop s;
    share_open(&s);
    assert_int_equal(add(&s, town_rule(TODAY + SETTLE_NOTICE_DAYS - 1), NULL), ERR_INVALID);
    assert_string_equal(s.f.info.field, "day");
    assert_int_equal(s.f.info.limit, SETTLE_NOTICE_DAYS);
    assert_ok(add(&s, town_rule(TODAY + SETTLE_NOTICE_DAYS), NULL));
    share_close(&s);
}

static void rules_that_cannot_be_are_refused(void **state)
{
    (void)state;
    struct shop s;
    share_open(&s);
    int64_t day = TODAY + 30;
    const struct {
        struct settle_rule rule;
        const char *field;
    } bad[] = {
        {{.scope = "moon", .day = day}, "scope"},
        {{.scope = "factory", .factory_id = 99, .day = day}, "factory"},
        {{.scope = "factory", .factory_id = AGENCY, .day = day}, "factory"},
        {{.scope = "kind", .factory_id = FACTORY, .kind_id = 99, .day = day}, "kind"},
        {{.scope = "kind", .factory_id = 99, .kind_id = 1, .day = day}, "factory"},
        {{.scope = "host", .who_id = BUYER, .day = day}, "who"},
        {{.scope = "agency", .who_id = FACTORY, .day = day}, "who"},
        {{.scope = "town", .day = day, .host_bp = 2000, .base_bp = 1001}, "ratio"},
        {{.scope = "town", .day = day, .host_bp = 3000, .base_bp = -1}, "ratio"},
        {{.scope = "town", .day = day, .host_bp = 1, .is_ended = true}, "ratio"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(add(&s, bad[i].rule, NULL), ERR_INVALID);
        assert_string_equal(s.f.info.field, bad[i].field);
    }
    assert_ok(add(&s, (struct settle_rule){.scope = "town", .day = day, .host_bp = 3000}, NULL));
    assert_ok(settle_cap_set(&s.f.tx, STR("alipay"), 2500, ADMIN)); /* the lowest counts */
    assert_int_equal(
        add(&s, (struct settle_rule){.scope = "town", .day = day, .host_bp = 2501}, NULL),
        ERR_INVALID);
    assert_int_equal(s.f.info.limit, 25);
    assert_int_equal(settle_cap_set(&s.f.tx, STR("alipay"), 10001, ADMIN), ERR_INVALID);
    assert_int_equal(settle_cap_set(&s.f.tx, STR("gold"), 1, ADMIN), ERR_INVALID);
    share_close(&s);
}

static void a_correction_takes_a_rules_place_before_it_begins(void **state)
{
    (void)state;
    struct shop s;
    int64_t first, second;
    share_open(&s);
    assert_ok(add(&s, town_rule(TODAY + 8), &first));
    struct settle_rule r = {
        .scope = "host", .day = TODAY + 2, .base_bp = 100, .corrects_id = first};
    assert_int_equal(add(&s, r, NULL), ERR_INVALID);
    assert_string_equal(s.f.info.field, "note");
    r.note = STR("a nought too many");
    r.day = TODAY; /* what was sold today was sold by another rule */
    assert_int_equal(add(&s, r, NULL), ERR_INVALID);
    assert_string_equal(s.f.info.field, "day");
    r.day = TODAY + 2;
    assert_ok(add(&s, r, &second));
    assert_int_equal(add(&s, r, NULL), ERR_CONFLICT); /* corrected before */
    at_day(&s, TODAY + 9);
    int64_t order = received(&s, want(1, 1)); /* by the correction, of scope town as the first */
    assert_lies(order, "got:base", 69);
    r.corrects_id = second;
    assert_int_equal(add(&s, r, NULL), ERR_CONFLICT); /* has begun */
    share_close(&s);
}

static void rules_are_never_changed(void **state)
{
    (void)state;
    static const char *const tries[] = {
        "UPDATE share_rules SET host_bp = 0",       "DELETE FROM share_rules",
        "UPDATE share_caps SET most_bp = 0",        "DELETE FROM share_caps",
        "UPDATE order_shares SET fen = 1",          "DELETE FROM order_shares",
        "UPDATE order_share_lines SET net_fen = 1", "DELETE FROM order_share_lines"};
    struct shop s;
    share_open(&s);
    received(&s, want(1, 1));
    for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
        assert_ok(db_savepoint(s.f.db));
        assert_int_not_equal(db_script(s.f.db, tries[i]), OK);
        db_savepoint_rollback(s.f.db);
    }
    share_close(&s);
}

static void the_nearest_rule_counts(void **state)
{
    (void)state;
    struct shop s;
    share_open(&s);
    at_day(&s, TODAY - SETTLE_NOTICE_DAYS);
    int64_t order = shipped(&s, want(1, 1)); /* before any rule began */
    static const struct settle_rule steps[] = {
        {.scope = "factory", .factory_id = FACTORY, .day = TODAY, .base_bp = 200},
        {.scope = "kind", .factory_id = FACTORY, .kind_id = 1, .day = TODAY + 1, .base_bp = 400},
        {.scope = "agency", .who_id = AGENCY, .day = TODAY + 2, .host_bp = 1000, .base_bp = 500},
        {.scope = "host", .who_id = HOST, .day = TODAY + 3, .host_bp = 2000, .base_bp = 600},
        {.scope = "host", .who_id = HOST, .day = TODAY + 4, .is_ended = true},
    };
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        assert_ok(add(&s, steps[i], NULL));
    at_day(&s, TODAY);
    event(&s, order, "receive", ORDER_AS_BUYER);
    assert_lies(order, "got:base", 0); /* none was in force when it was placed */
    static const int64_t base[] = {138, 276, 345, 414, 345}, host[] = {0, 0, 690, 1380, 690};
    for (int i = 0; i < 5; i++) {
        at_day(&s, TODAY + i);
        order = received(&s, want_in(SHOW, 1, 1));
        assert_lies(order, "got:base", base[i]);
        assert_lies(order, "got:host:7", host[i]);
        assert_lies(order, "got:agency:5", 0);
    }
    share_close(&s);
}

/* --- shares --- */

static void shares_are_given_at_receipt_and_the_rest_let_go_at_the_close(void **state)
{
    (void)state;
    struct shop s;
    share_open(&s);
    int64_t order = shipped(&s, want_in(SHOW, 1, 2));
    assert_lies(order, "frozen:factory:3", 13800);
    event(&s, order, "receive", ORDER_AS_BUYER);
    assert_lies(order, "got:host:7", 2070);
    assert_lies(order, "got:agency:5", 690);
    assert_lies(order, "got:base", 414);
    assert_lies(order, "frozen:factory:3", 10626);
    event(&s, order, "close", ORDER_AS_SYSTEM);
    assert_lies(order, "frozen:factory:3", 0);
    assert_lies(order, "free:factory:3", 10626);
    share_close(&s);
}

static void outside_a_show_and_without_an_agency(void **state)
{
    (void)state;
    struct shop s;
    share_open(&s);
    int64_t order = received(&s, want(1, 1));
    assert_lies(order, "got:base", 207);
    assert_lies(order, "frozen:factory:3", 6693);
    order = received(&s, want_in(80, 2, 1)); /* its host has no agency */
    assert_lies(order, "got:host:8", 1035);
    assert_lies(order, "got:base", 207);
    assert_lies(order, "frozen:factory:3", 5658);
    share_close(&s);
}

static void what_went_back_is_not_shared(void **state)
{
    (void)state;
    struct shop s;
    share_open(&s);
    int64_t order = shipped(&s, want_in(SHOW, 1, 2));
    refund(&s, order, 1, 1, 6900, "claim:1");
    event(&s, order, "receive", ORDER_AS_BUYER);
    assert_lies(order, "got:host:7", 1035);
    order = shipped(&s, want_in(SHOW, 2, 1));
    refund(&s, order, 1, 0, 6900, "claim:2"); /* all of it: refunded, never received */
    assert_lies(order, "got:host:7", 0);
    share_close(&s);
}

static void shares_come_back_before_a_refund(void **state)
{
    (void)state;
    struct shop s;
    share_open(&s);
    int64_t order = received(&s, want_in(SHOW, 1, 2));
    refund(&s, order, 1, 1, 6900, "claim:1");
    assert_lies(order, "outside", -6900);
    assert_lies(order, "got:host:7", 1035);
    assert_lies(order, "got:agency:5", 345);
    assert_lies(order, "got:base", 207);
    event(&s, order, "close", ORDER_AS_SYSTEM);
    assert_lies(order, "free:factory:3", 5313);
    refund(&s, order, 1, 1, 6900, "claim:2"); /* after the release, too */
    assert_lies(order, "outside", 0);
    assert_lies(order, "free:factory:3", 0);
    share_close(&s);
}

static void a_lower_cap_counts_when_shares_are_reckoned(void **state)
{
    (void)state;
    struct shop s;
    share_open(&s);
    int64_t order = shipped(&s, want_in(SHOW, 1, 1));
    assert_ok(settle_cap_set(&s.f.tx, STR("test"), 1000, ADMIN));
    event(&s, order, "receive", ORDER_AS_BUYER);
    assert_lies(order, "got:base", 90);
    assert_lies(order, "got:host:7", 450);
    assert_lies(order, "got:agency:5", 150);
    share_close(&s);
}

/* The bank does nothing by itself, and knows who has an account. */
static void paid_by_bank(struct shop *s)
{
    assert_ok(db_script(s->f.db, "UPDATE pay_payments SET provider = 'bank';"
                                 "INSERT INTO pay_accounts (party, provider, account, changed_at)"
                                 " VALUES ('base', 'bank', 'b1', 1)"));
}

static int64_t instructed(struct shop *s, int64_t order, const char *party)
{
    struct rows rs;
    assert_ok(db_select(s->f.db, &q_pay_instructions_of, ARGS(V_INT(order)), &s->f.arena, &rs));
    for (size_t i = 0; i < rs.n; i++)
        if (str_eq_z(row_str(&rs, i, "party"), party) && str_eq_z(row_str(&rs, i, "kind"), "share"))
            return row_int(&rs, i, "amount_fen");
    return 0;
}

static void who_has_no_account_gets_its_share_later(void **state)
{
    (void)state;
    struct shop s;
    share_open(&s);
    int64_t order = shipped(&s, want_in(SHOW, 1, 2));
    paid_by_bank(&s);
    event(&s, order, "receive", ORDER_AS_BUYER);
    assert_int_equal(instructed(&s, order, "base"), 414);
    assert_int_equal(instructed(&s, order, "host:7"), 0);
    assert_int_equal(settle_share_now(&s.f.tx, order, STR("host:7")), ERR_CONFLICT);
    assert_string_equal(s.f.info.field, "party");
    assert_int_equal(settle_share_now(&s.f.tx, order, STR("host:8")), ERR_NOT_FOUND);
    assert_ok(db_script(s.f.db,
                        "INSERT INTO pay_accounts (party, provider, account, changed_at)"
                        " VALUES ('host:7', 'bank', 'h7', 1), ('agency:5', 'bank', 'a5', 1)"));
    assert_ok(settle_share_now(&s.f.tx, order, STR("host:7")));
    assert_ok(settle_share_now(&s.f.tx, order, STR("host:7"))); /* twice is once */
    assert_int_equal(instructed(&s, order, "host:7"), 2070);
    const struct order_back back = {1, 1, 6900};
    const struct order_refund r = {
        .order_id = order, .lines = &back, .n = 1, .is_for_sale = true, .key = STR("claim:1")};
    assert_ok(order_refund(&s.f.tx, &r, (struct order_actor){0, ORDER_AS_OPERATOR}, STR("back")));
    assert_ok(settle_share_now(&s.f.tx, order, STR("host:7"))); /* still, though it is less now */
    assert_ok(settle_share_now(&s.f.tx, order, STR("agency:5")));
    assert_int_equal(instructed(&s, order, "agency:5"), 345); /* of what is left */
    event(&s, order, "close", ORDER_AS_SYSTEM);
    share_close(&s);
}

static void after_the_close_nothing_is_shared(void **state)
{
    (void)state;
    struct shop s;
    share_open(&s);
    int64_t order = shipped(&s, want_in(SHOW, 1, 1));
    paid_by_bank(&s);
    event(&s, order, "receive", ORDER_AS_BUYER);
    event(&s, order, "close", ORDER_AS_SYSTEM);
    assert_int_equal(settle_share_now(&s.f.tx, order, STR("host:7")), ERR_CONFLICT);
    assert_string_equal(s.f.info.field, "status");
    share_close(&s);
}

/* --- the check --- */

static int found(struct shop *s, const char *sql)
{
    int n;
    assert_ok(db_savepoint(s->f.db));
    assert_ok(db_script(s->f.db, sql));
    assert_ok(settle_check(s->f.db, &s->f.arena, shop_say, NULL, &n));
    db_savepoint_rollback(s->f.db);
    return n;
}

static void the_check_finds_what_is_wrong(void **state)
{
    (void)state;
    struct shop s;
    share_open(&s);
    received(&s, want_in(SHOW, 1, 1));
    assert_int_equal(found(&s, "SELECT 1"), 0);
    assert_int_equal(found(&s, "INSERT INTO order_shares (order_id, party, fen, most_bp, made_at)"
                               " VALUES (1, 'host:8', 9000, 3000, 1)"),
                     1);
    assert_int_equal(found(&s, "UPDATE pay_instructions SET amount_fen = amount_fen + 1"
                               " WHERE kind = 'share' AND party = 'base'"),
                     1);
    int64_t order = shipped(&s, want(2, 1));
    assert_int_equal(found(&s, arena_printf(&s.f.arena,
                                            "UPDATE orders SET received_at = 1 WHERE id"
                                            " = %lld",
                                            (long long)order)),
                     1);
    share_close(&s);
}

int main(void)
{
    log_set_level(LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_published_before_they_begin),
        cmocka_unit_test(rules_that_cannot_be_are_refused),
        cmocka_unit_test(a_correction_takes_a_rules_place_before_it_begins),
        cmocka_unit_test(rules_are_never_changed),
        cmocka_unit_test(the_nearest_rule_counts),
        cmocka_unit_test(shares_are_given_at_receipt_and_the_rest_let_go_at_the_close),
        cmocka_unit_test(outside_a_show_and_without_an_agency),
        cmocka_unit_test(what_went_back_is_not_shared),
        cmocka_unit_test(shares_come_back_before_a_refund),
        cmocka_unit_test(a_lower_cap_counts_when_shares_are_reckoned),
        cmocka_unit_test(who_has_no_account_gets_its_share_later),
        cmocka_unit_test(after_the_close_nothing_is_shared),
        cmocka_unit_test(the_check_finds_what_is_wrong),
    };
    return cmocka_run_group_tests_name("settle", tests, NULL, NULL);
}
