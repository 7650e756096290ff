/* Flash sales and draws as commands: each bound of what a crew may plan, and each moment at which
 * something ends. */
#include "../trade/shop.h"

#include "store/queries.h"
#include "town/offers/internal.h"

enum {
    HOST = 10,
    SHOW = 5,
    LATER = 6,
    ITEM = 1,
    SECOND_ITEM = 2,
    LATER_ITEM = 3,
    PRICE = 5900,
    T0 = 1000000000
};

static struct shop s;

static void run_sql(const char *sql)
{
    enum err e = db_script(s.f.db, sql);
    if (e)
        fail_msg("%s: %s", sql, db_last_error(s.f.db));
}

static int set_up(void **state)
{
    (void)state;
    shop_open(&s);
    order_show_price(offers_price);
    order_gifts_are(offers_gift);
    run_sql("INSERT INTO users (id, login, name, password, roles, created_at) VALUES (10, 'host', "
            "'Host', '!', 2, 1),"
            " (11, 'buyer', 'Buyer', '!', 1, 1), (12, 'other', 'Other', '!', 1, 1), (13, 'maker', "
            "'Maker', '!', 4, 1)");
    run_sql("INSERT INTO shows (id, title_zh, title_en, room_zh, room_en, host_id, status, "
            "starts_at, key_hash, key_sealed,"
            " created_at) VALUES (5, 'S', 'S', '', '', 10, 'live', 1, zeroblob(1), zeroblob(1), 1),"
            " (6, 'L', 'L', '', '', 10, 'live', 1, zeroblob(1), zeroblob(1), 1)");
    run_sql("INSERT INTO show_items (id, show_id, position, sku_id, price_fen) VALUES (1, 5, 1, 1, "
            "5900),"
            " (2, 5, 2, 2, 5900), (3, 6, 1, 3, 5900)");
    s.f.tx.now_ms = T0;
    return 0;
}

static int tear_down(void **state)
{
    int wrong;
    (void)state;
    assert_ok(offers_check(s.f.db, &s.f.arena, shop_say, NULL, &wrong));
    assert_int_equal(wrong, 0);
    order_gifts_are(NULL);
    shop_close(&s);
    return 0;
}

/* As the writer does: a refusal leaves nothing. */
static enum err settle(enum err e)
{
    if (e)
        db_savepoint_rollback(s.f.db);
    else
        assert_ok(db_savepoint_release(s.f.db));
    return e;
}

static void begin(void)
{
    s.f.info = (struct err_info){0};
    assert_ok(db_savepoint(s.f.db));
}

static struct flash_new sale(void)
{
    return (struct flash_new){SHOW, ITEM, PRICE - 1, 5, 2, 60};
}

static enum err plan(struct flash_new n, int64_t *flash)
{
    begin();
    return settle(flash_plan(&s.f.tx, &n, HOST, flash));
}

static enum err start(int64_t flash)
{
    begin();
    return settle(flash_start(&s.f.tx, flash, HOST));
}

static int64_t running(struct flash_new n)
{
    int64_t flash;
    assert_ok(plan(n, &flash));
    assert_ok(start(flash));
    return flash;
}

static void planned_and_dropped(struct flash_new n)
{
    int64_t flash;
    assert_ok(plan(n, &flash));
    assert_ok(flash_drop(&s.f.tx, flash, HOST));
}

static void not_planned(struct flash_new n, const char *field)
{
    int64_t flash;
    assert_int_equal(plan(n, &flash), ERR_INVALID);
    assert_string_equal(s.f.info.field, field);
}

static struct str status_of(const struct query *q, int64_t id)
{
    struct rows rs;
    assert_ok(db_one(s.f.db, q, ARGS(V_INT(id)), &s.f.arena, &rs));
    return row_str(&rs, 0, "status");
}

static bool is(const struct query *q, int64_t id, const char *status)
{
    return str_eq_z(status_of(q, id), status);
}

static int64_t price_now(void)
{
    struct order_offer offer = {0};
    assert_ok(offers_price(s.f.db, &s.f.arena, SHOW, 1, s.f.tx.now_ms, &offer));
    return offer.price_fen;
}

static void a_sale_keeps_within_its_bounds(void **state)
{
    (void)state;
    struct flash_new n = sale();
    static const struct {
        const char *field;
        int64_t low, high;
    } bounds[] = {{"price", 1, PRICE - 1},
                  {"pieces", 1, OFFERS_FLASH_PIECES_MAX},
                  {"per_buyer", 1, OFFERS_PER_BUYER_MAX},
                  {"seconds", OFFERS_FLASH_SECONDS_MIN, OFFERS_FLASH_SECONDS_MAX}};
    int64_t *const fields[] = {&n.price_fen, &n.pieces, &n.per_buyer, &n.seconds};
    for (size_t i = 0; i < 4; i++) {
        int64_t was = *fields[i];
        *fields[i] = bounds[i].low;
        planned_and_dropped(n);
        *fields[i] = bounds[i].high;
        planned_and_dropped(n);
        *fields[i] = bounds[i].low - 1;
        not_planned(n, bounds[i].field);
        *fields[i] = bounds[i].high + 1;
        not_planned(n, bounds[i].field);
        *fields[i] = was;
    }
}

static void a_sale_is_of_its_show_and_of_what_runs(void **state)
{
    (void)state;
    int64_t flash, second;
    struct flash_new n = sale();
    n.item_id = LATER_ITEM;
    assert_int_equal(plan(n, &flash), ERR_NOT_FOUND);
    assert_ok(plan(sale(), &flash));
    run_sql("UPDATE shows SET status = 'planned' WHERE id = 5");
    assert_int_equal(start(flash), ERR_CONFLICT);
    assert_string_equal(s.f.info.key, "offers.not_live");
    run_sql("UPDATE shows SET status = 'live' WHERE id = 5");
    run_sql("UPDATE show_items SET is_on_shelf = 0 WHERE id = 1");
    assert_int_equal(start(flash), ERR_CONFLICT);
    assert_string_equal(s.f.info.key, "offers.off_shelf");
    run_sql("UPDATE show_items SET is_on_shelf = 1, price_fen = 5899 WHERE id = 1");
    assert_int_equal(start(flash), ERR_CONFLICT); /* it would be cheaper by nothing */
    assert_string_equal(s.f.info.key, "offers.flash_price_bad");
    run_sql("UPDATE show_items SET price_fen = 5900 WHERE id = 1");
    assert_ok(plan(sale(), &second));
    assert_ok(start(flash));
    assert_int_equal(start(flash), ERR_CONFLICT);
    assert_string_equal(s.f.info.key, "offers.flash_is_so");
    assert_int_equal(start(second), ERR_CONFLICT);
    assert_string_equal(s.f.info.key, "offers.flash_runs");
    assert_int_equal(flash_drop(&s.f.tx, flash, HOST), ERR_CONFLICT);
    assert_int_equal(flash_end(&s.f.tx, second, HOST), ERR_CONFLICT);
    assert_int_equal(left(&s, 1), 5);
    run_sql("UPDATE shows SET status = 'ended' WHERE id = 5");
    assert_int_equal(plan(sale(), &second), ERR_CONFLICT);
    assert_string_equal(s.f.info.key, "shows.has_ended");
}

static void a_sale_has_no_more_than_there_is(void **state)
{
    (void)state;
    int64_t flash;
    struct flash_new n = sale();
    n.pieces = 11;
    assert_ok(plan(n, &flash));
    assert_int_equal(start(flash), ERR_SOLD_OUT);
    assert_string_equal(s.f.info.field, "pieces");
    assert_int_equal(s.f.info.limit, 10);
    assert_int_equal(left(&s, 1), 10);
    n.pieces = 10;
    running(n);
    assert_int_equal(left(&s, 1), 0);
}

static void so_many_at_a_time(void **state)
{
    (void)state;
    int64_t id, first = 0;
    const struct draw_new d = {SHOW, ITEM, 1, 60};
    for (int i = 0; i < OFFERS_FLASH_MAX; i++) {
        assert_ok(plan(sale(), &id));
        first = first ? first : id;
    }
    assert_int_equal(plan(sale(), &id), ERR_LIMIT);
    assert_ok(flash_drop(&s.f.tx, first, HOST));
    assert_ok(plan(sale(), &id));
    for (int i = 0; i < OFFERS_DRAWS_MAX; i++) {
        assert_ok(draw_plan(&s.f.tx, &d, HOST, &id));
        first = i ? first : id;
    }
    assert_int_equal(draw_plan(&s.f.tx, &d, HOST, &id), ERR_LIMIT);
    assert_ok(draw_drop(&s.f.tx, first, HOST));
    assert_ok(draw_plan(&s.f.tx, &d, HOST, &id));
}

static bool is_shown(void)
{
    struct buf b;
    struct view *v = view_object(&s.f.arena);
    assert_ok(flash_put(s.f.db, &s.f.arena, NULL, v, SHOW, s.f.tx.now_ms));
    buf_init(&b, 4096);
    view_json(v, &b);
    bool shown = memmem(b.p, b.n, "\"price_fen\":5899", 16) != NULL;
    buf_free(&b);
    return shown;
}

static void a_sales_price_is_had_until_its_last_moment(void **state)
{
    (void)state;
    int64_t flash = running(sale());
    s.f.tx.now_ms = T0 + 60 * 1000 - 1;
    assert_ok(flash_tick(&s.f.tx));
    assert_true(is(&q_offers_flash, flash, "running"));
    assert_int_equal(price_now(), PRICE - 1);
    assert_true(is_shown());
    s.f.tx.now_ms++;
    assert_int_equal(price_now(), PRICE); /* whenever the tick comes */
    assert_false(is_shown());
    assert_int_equal(left(&s, 1), 5);
    assert_ok(flash_tick(&s.f.tx));
    assert_true(is(&q_offers_flash, flash, "ended"));
    assert_int_equal(left(&s, 1), 10);
}

static void the_end_of_a_show_ends_its_sale(void **state)
{
    (void)state;
    int64_t flash = running(sale());
    run_sql("UPDATE shows SET status = 'ended' WHERE id = 5");
    assert_ok(flash_tick(&s.f.tx));
    assert_true(is(&q_offers_flash, flash, "ended"));
    assert_int_equal(left(&s, 1), 10);
}

/* Would the tick still look after it? It does until nothing can come back. */
static bool is_tended(void)
{
    struct rows rs;
    assert_ok(db_select(s.f.db, &q_offers_flash_due,
                        ARGS(V_INT(s.f.tx.now_ms), V_INT(INT64_MAX), V_INT(9)), &s.f.arena, &rs));
    return rs.n > 0;
}

static int64_t ordered_by(int64_t buyer)
{
    struct order_request rq = want(1, 2);
    rq.wishes[0].show_id = SHOW;
    rq.buyer_id = buyer;
    return placed(&s, rq);
}

static void cancelled_by(int64_t buyer, int64_t order)
{
    const struct order_actor actor = {buyer, ORDER_AS_BUYER};
    assert_ok(order_do(&s.f.tx, order, "cancel", actor, STR_NONE));
}

static void what_comes_back_to_a_sale_that_is_over_is_the_stocks(void **state)
{
    (void)state;
    int64_t flash = running(sale()), first = ordered_by(BUYER), second = ordered_by(OTHER);
    assert_ok(flash_end(&s.f.tx, flash, HOST));
    assert_int_equal(left(&s, 1), 6);
    s.f.tx.now_ms =
        T0 + 2 * ORDER_HOLD_MS + 1; /* nobody has looked at them yet: they hold their pieces */
    assert_ok(flash_tick(&s.f.tx));
    cancelled_by(BUYER, first);
    assert_ok(flash_tick(&s.f.tx));
    assert_int_equal(left(&s, 1), 8);
    cancelled_by(OTHER, second);
    assert_true(is_tended());
    assert_ok(flash_tick(&s.f.tx));
    assert_int_equal(left(&s, 1), 10);
    assert_false(is_tended());
}

static void nothing_comes_back_any_more_after_two_holds(void **state)
{
    (void)state;
    int64_t flash = running(sale());
    assert_ok(flash_end(&s.f.tx, flash, HOST));
    s.f.tx.now_ms = T0 + 2 * ORDER_HOLD_MS;
    assert_ok(flash_tick(&s.f.tx));
    assert_true(is_tended());
    s.f.tx.now_ms++;
    assert_ok(flash_tick(&s.f.tx));
    assert_false(is_tended());
}

/* --- draws --- */

static enum err plan_draw(struct draw_new n, int64_t *draw)
{
    begin();
    return settle(draw_plan(&s.f.tx, &n, HOST, draw));
}

static enum err open_draw(int64_t draw)
{
    begin();
    return settle(draw_open(&s.f.tx, draw, HOST));
}

static int64_t opened(struct draw_new n)
{
    int64_t draw;
    assert_ok(plan_draw(n, &draw));
    assert_ok(open_draw(draw));
    return draw;
}

static enum err join(int64_t draw, int64_t user, int64_t *number)
{
    begin();
    return settle(draw_join(&s.f.tx, draw, user, number));
}

static void a_draw_keeps_within_its_bounds(void **state)
{
    (void)state;
    static const struct {
        struct draw_new n;
        const char *field; /* NULL: fine */
    } cases[] = {
        {{SHOW, ITEM, 1, OFFERS_DRAW_SECONDS_MIN}, NULL},
        {{SHOW, ITEM, OFFERS_PRIZES_MAX, OFFERS_DRAW_SECONDS_MAX}, NULL},
        {{SHOW, ITEM, 0, 60}, "prizes"},
        {{SHOW, ITEM, OFFERS_PRIZES_MAX + 1, 60}, "prizes"},
        {{SHOW, ITEM, 1, OFFERS_DRAW_SECONDS_MIN - 1}, "seconds"},
        {{SHOW, ITEM, 1, OFFERS_DRAW_SECONDS_MAX + 1}, "seconds"},
    };
    int64_t draw;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(plan_draw(cases[i].n, &draw), cases[i].field ? ERR_INVALID : OK);
        if (cases[i].field)
            assert_string_equal(s.f.info.field, cases[i].field);
    }
    const struct draw_new n = {SHOW, ITEM, 1, 60}, strange = {SHOW, LATER_ITEM, 1, 60};
    assert_int_equal(plan_draw(strange, &draw), ERR_NOT_FOUND);
    run_sql("UPDATE skus SET price_fen = 5000000, list_price_fen = 5000000 WHERE id = 1");
    assert_ok(plan_draw(n, &draw));
    run_sql("UPDATE skus SET price_fen = 5000001, list_price_fen = 5000001 WHERE id = 1");
    assert_int_equal(plan_draw(n, &draw), ERR_INVALID); /* the law's bound for a prize */
    assert_string_equal(s.f.info.field, "item");
    run_sql("UPDATE shows SET status = 'ended' WHERE id = 5");
    assert_int_equal(plan_draw(n, &draw), ERR_CONFLICT);
}

static void a_draw_is_opened_once_and_in_a_show_that_runs(void **state)
{
    (void)state;
    const struct draw_new n = {SHOW, ITEM, 2, 60}, many = {SHOW, ITEM, 11, 60};
    int64_t draw, second, dear;
    assert_ok(plan_draw(n, &draw));
    assert_ok(plan_draw(n, &second));
    assert_ok(plan_draw(many, &dear));
    run_sql("UPDATE shows SET status = 'planned' WHERE id = 5");
    assert_int_equal(open_draw(draw), ERR_CONFLICT);
    assert_string_equal(s.f.info.key, "offers.not_live");
    run_sql("UPDATE shows SET status = 'live' WHERE id = 5");
    assert_int_equal(open_draw(dear), ERR_SOLD_OUT);
    assert_string_equal(s.f.info.field, "prizes");
    assert_int_equal(s.f.info.limit, 10);
    assert_ok(open_draw(draw));
    assert_int_equal(left(&s, 1), 8);
    assert_int_equal(open_draw(draw), ERR_CONFLICT);
    assert_string_equal(s.f.info.key, "offers.draw_is_so");
    assert_int_equal(open_draw(second), ERR_CONFLICT);
    assert_string_equal(s.f.info.key, "offers.draw_runs");
    assert_int_equal(draw_drop(&s.f.tx, draw, HOST), ERR_CONFLICT);
}

static void who_takes_part_and_until_when(void **state)
{
    (void)state;
    const struct draw_new n = {SHOW, ITEM, 2, 60};
    int64_t draw = opened(n), number, planned;
    assert_ok(plan_draw(n, &planned));
    assert_int_equal(join(planned, BUYER, &number), ERR_CONFLICT);
    run_sql("INSERT INTO memberships (user_id, organisation_id, created_at) VALUES (13, 3, 1)");
    assert_int_equal(join(draw, HOST, &number), ERR_CONFLICT);
    assert_string_equal(s.f.info.key, "offers.draw_own");
    assert_int_equal(join(draw, 13, &number), ERR_CONFLICT);
    s.f.tx.now_ms = T0 + 60 * 1000 - 1;
    assert_ok(draw_tick(&s.f.tx));
    assert_ok(join(draw, BUYER, &number));
    assert_int_equal(number, 1);
    s.f.tx.now_ms++;
    assert_int_equal(join(draw, OTHER, &number), ERR_CONFLICT); /* whenever the tick comes */
    assert_string_equal(s.f.info.key, "offers.draw_not_open");
    assert_ok(join(draw, BUYER, &number)); /* who is in is told the number again */
    assert_int_equal(number, 1);
    assert_ok(draw_tick(&s.f.tx));
    assert_true(is(&q_offers_draw, draw, "drawn"));
    assert_int_equal(left(&s, 1), 9); /* one came, one prize went back */
}

static void a_draw_has_its_bound(void **state)
{
    (void)state;
    int64_t draw = opened((struct draw_new){SHOW, ITEM, 1, 60}), number;
    char sql[100];
    snprintf(sql, sizeof(sql), "UPDATE draws SET entries = %d", OFFERS_ENTRIES_MAX);
    run_sql(sql);
    assert_int_equal(join(draw, BUYER, &number), ERR_LIMIT);
    snprintf(sql, sizeof(sql), "UPDATE draws SET entries = %d", OFFERS_ENTRIES_MAX - 1);
    run_sql(sql);
    assert_ok(join(draw, BUYER, &number));
    assert_int_equal(number, OFFERS_ENTRIES_MAX);
    run_sql("UPDATE draw_entries SET number = 1");
    run_sql("UPDATE draws SET entries = 1"); /* as the check wants it */
}

static void the_end_of_a_show_draws(void **state)
{
    (void)state;
    int64_t draw = opened((struct draw_new){SHOW, ITEM, 1, 60}), number;
    assert_ok(join(draw, BUYER, &number));
    run_sql("UPDATE shows SET status = 'ended' WHERE id = 5");
    assert_ok(draw_tick(&s.f.tx));
    assert_true(is(&q_offers_draw, draw, "drawn"));
    assert_int_equal(join(draw, OTHER, &number),
                     ERR_CONFLICT); /* before its time would have been out */
}

/* --- prizes --- */

static int64_t won_by_buyer(void)
{
    struct rows rs;
    int64_t draw = opened((struct draw_new){SHOW, ITEM, 1, 60}), number;
    assert_ok(join(draw, BUYER, &number));
    s.f.tx.now_ms = T0 + 60 * 1000;
    assert_ok(draw_tick(&s.f.tx));
    assert_ok(db_one(s.f.db, &q_offers_wins_of, ARGS(V_INT(BUYER), V_INT(9)), &s.f.arena, &rs));
    return row_int(&rs, 0, "id");
}

static enum err gift(int64_t win, int64_t user, int64_t sku)
{
    struct order_offer offer;
    return offers_gift(s.f.db, &s.f.arena, win, user, sku, s.f.tx.now_ms, &offer);
}

static void a_prize_is_its_winners_for_so_many_days(void **state)
{
    (void)state;
    int64_t win = won_by_buyer(), won_at = s.f.tx.now_ms;
    assert_int_equal(gift(win, OTHER, 1), ERR_NOT_FOUND);
    assert_int_equal(gift(win, BUYER, 2), ERR_NOT_FOUND);
    s.f.tx.now_ms = won_at + OFFERS_TAKE_DAYS * INT64_C(24) * 3600 * 1000 - 1;
    assert_ok(prizes_tick(&s.f.tx));
    assert_true(is(&q_offers_win, win, "won"));
    assert_ok(gift(win, BUYER, 1));
    s.f.tx.now_ms++;
    assert_int_equal(gift(win, BUYER, 1), ERR_CONFLICT); /* whenever the tick comes */
    assert_int_equal(left(&s, 1), 9);
    assert_ok(prizes_tick(&s.f.tx));
    assert_true(is(&q_offers_win, win, "lapsed"));
    assert_int_equal(left(&s, 1), 10);
    assert_ok(prizes_tick(&s.f.tx));
    assert_int_equal(left(&s, 1), 10);
}

static void what_was_taken_does_not_lapse(void **state)
{
    (void)state;
    struct rows rs;
    int64_t draw = opened((struct draw_new){SHOW, ITEM, 2, 60}), number;
    assert_ok(join(draw, BUYER, &number));
    assert_ok(join(draw, OTHER, &number));
    s.f.tx.now_ms = T0 + 60 * 1000;
    assert_ok(draw_tick(&s.f.tx));
    assert_ok(db_select(s.f.db, &q_offers_wins, ARGS(V_INT(draw)), &s.f.arena, &rs));
    assert_int_equal(rs.n, 2);
    struct order_request rq = want(1, 1);
    rq.wishes[0].show_id = SHOW;
    rq.gift = 1; /* the first win's id */
    assert_ok(db_one(s.f.db, &q_offers_win, ARGS(V_INT(1)), &s.f.arena, &rs));
    rq.buyer_id = row_int(&rs, 0, "user_id");
    int64_t order = placed(&s, rq);
    assert_ok(order_given(&s.f.tx, order));
    assert_ok(db_exec(s.f.db, &q_offers_win_taken, ARGS(V_INT(order), V_INT(1)), NULL));
    s.f.tx.now_ms += (OFFERS_TAKE_DAYS + 1) * INT64_C(24) * 3600 * 1000;
    assert_ok(prizes_tick(&s.f.tx));
    assert_true(is(&q_offers_win, 1, "taken"));
    assert_true(is(&q_offers_win, 2, "lapsed"));
    assert_int_equal(left(&s, 1), 9);
}

static void what_cannot_go_on_does_not_hold_up_the_others(void **state)
{
    (void)state;
    int64_t bad = opened((struct draw_new){SHOW, ITEM, 1, 60}),
            good = opened((struct draw_new){LATER, LATER_ITEM, 1, 60});
    run_sql("CREATE TABLE kept AS SELECT seed_sealed FROM draws WHERE show_id = 5");
    run_sql("UPDATE draws SET seed_sealed = zeroblob(60) WHERE show_id = 5");
    s.f.tx.now_ms = T0 + 60 * 1000;
    log_set_level(LOG_NONE);
    assert_ok(draw_tick(&s.f.tx));
    assert_true(is(&q_offers_draw, bad, "open"));
    assert_true(is(&q_offers_draw, good, "drawn"));
    run_sql("UPDATE draws SET seed_sealed = (SELECT seed_sealed FROM kept) WHERE show_id = 5");
    assert_ok(draw_tick(&s.f.tx));
    assert_true(is(&q_offers_draw, bad, "drawn"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_sale_keeps_within_its_bounds),
        T(a_sale_is_of_its_show_and_of_what_runs),
        T(a_sale_has_no_more_than_there_is),
        T(so_many_at_a_time),
        T(a_sales_price_is_had_until_its_last_moment),
        T(the_end_of_a_show_ends_its_sale),
        T(what_comes_back_to_a_sale_that_is_over_is_the_stocks),
        T(nothing_comes_back_any_more_after_two_holds),
        T(a_draw_keeps_within_its_bounds),
        T(a_draw_is_opened_once_and_in_a_show_that_runs),
        T(who_takes_part_and_until_when),
        T(a_draw_has_its_bound),
        T(the_end_of_a_show_draws),
        T(a_prize_is_its_winners_for_so_many_days),
        T(what_was_taken_does_not_lapse),
        T(what_cannot_go_on_does_not_hold_up_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
