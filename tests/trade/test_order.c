/* town/trade: placing, paying, cancelling and expiring orders, and what the check finds. */
#include "shop.h"
#include "states.h"

#include "store/queries.h"
#include "town/hall/sku.h"
#include "town/trade/order_state.h"
#include "town/trade/order_view.h"

static struct rows order_row(struct shop *s, int64_t id)
{
    struct rows rs;
    assert_ok(db_one(s->f.db, &q_trade_order_get, ARGS(V_INT(id)), &s->f.arena, &rs));
    return rs;
}

static bool in_state(struct shop *s, int64_t id, const char *state)
{
    struct rows rs = order_row(s, id);
    return str_eq_z(row_str(&rs, 0, "status"), state);
}

static const struct order_actor buyer = {BUYER, ORDER_AS_BUYER};
static const struct order_actor cashier = {BUYER, ORDER_AS_CASHIER};
static const struct order_actor the_clock = {0, ORDER_AS_SYSTEM};

static void an_order_freezes_names_and_price(void **state)
{
    (void)state;
    struct shop s;
    struct rows rs;
    shop_open(&s);
    int64_t id = placed(&s, want(1, 2));
    assert_ok(db_script(s.f.db, "UPDATE skus SET price_fen = 9900, list_price_fen = 9900"));
    rs = order_row(&s, id);
    assert_int_equal(row_int(&rs, 0, "total_fen"), 13800);
    assert_int_equal(row_int(&rs, 0, "factory_id"), FACTORY);
    assert_int_equal(row_int(&rs, 0, "hold_until"), s.f.tx.now_ms + ORDER_HOLD_MS);
    assert_true(row_null(&rs, 0, "show_id"));
    assert_ok(db_select(s.f.db, &q_trade_lines, ARGS(V_INT(id)), &s.f.arena, &rs));
    assert_int_equal(rs.n, 1);
    assert_int_equal(row_int(&rs, 0, "price_fen"), 6900);
    assert_true(str_eq_z(row_str(&rs, 0, "title_zh"), "电水壶"));
    assert_int_equal(left(&s, 1), 8);
    shop_close(&s);
}

static void demand_is_summed_for_each_sku(void **state)
{
    (void)state;
    struct shop s;
    struct rows rs;
    shop_open(&s);
    struct order_request rq = {.buyer_id = BUYER, .n = 3, .wishes = {{2, 4}, {1, 1}, {2, 5}}};
    int64_t id = placed(&s, rq);
    assert_ok(db_select(s.f.db, &q_trade_lines, ARGS(V_INT(id)), &s.f.arena, &rs));
    assert_int_equal(rs.n, 2);
    assert_int_equal(row_int(&rs, 1, "quantity"), 9);
    rq.wishes[0].quantity = 1;
    rq.wishes[2].quantity = 1; /* each alone would pass against the one piece that is left */
    assert_int_equal(try_place(&s, rq), ERR_SOLD_OUT);
    assert_int_equal(s.f.info.limit, 1);
    assert_string_equal(s.f.info.field, "quantity");
    assert_int_equal(left(&s, 1), 9); /* the line that could be had is not kept */
    shop_close(&s);
}

static void wishes_out_of_bounds_are_refused(void **state)
{
    (void)state;
    struct shop s;
    shop_open(&s);
    static const int64_t bad[] = {0, -1, 1000000000, ORDER_QUANTITY_MAX + 1, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(try_place(&s, want(1, bad[i])), ERR_INVALID);
        assert_string_equal(s.f.info.field, "quantity");
    }
    struct order_request rq = {
        .buyer_id = BUYER, .n = 2, .wishes = {{1, ORDER_QUANTITY_MAX}, {1, 1}}};
    assert_int_equal(try_place(&s, rq), ERR_INVALID);
    rq.n = 0;
    assert_int_equal(try_place(&s, rq), ERR_INVALID);
    rq.n = ORDER_LINES_MAX + 1;
    assert_int_equal(try_place(&s, rq), ERR_INVALID);
    static const struct {
        int64_t sku;
        enum err e;
    } skus[] = {{999, ERR_INVALID}, {-1, ERR_INVALID}, {30, ERR_CONFLICT}, {9, ERR_SOLD_OUT}};
    for (size_t i = 0; i < sizeof(skus) / sizeof(skus[0]); i++)
        assert_int_equal(try_place(&s, want(skus[i].sku, 1)), skus[i].e);
    rq = (struct order_request){.buyer_id = BUYER, .n = 2, .wishes = {{1, 1}, {20, 1}}};
    assert_int_equal(try_place(&s, rq), ERR_SOLD_OUT); /* of the other maker there is none */
    assert_ok(db_script(s.f.db, "UPDATE skus SET price_fen = 4611686018427387903,"
                                " list_price_fen = 4611686018427387903 WHERE id = 1"));
    assert_int_equal(try_place(&s, want(1, 3)), ERR_INVALID);
    assert_ok(db_script(s.f.db, "UPDATE skus SET price_fen = 4611686018427387904,"
                                " list_price_fen = 4611686018427387904 WHERE id <= 2"));
    rq = (struct order_request){.buyer_id = BUYER, .n = 2, .wishes = {{1, 1}, {2, 1}}};
    assert_int_equal(try_place(&s, rq), ERR_INVALID); /* of two lines */
    assert_string_equal(s.f.info.field, "quantity");
    assert_ok(db_script(s.f.db, "UPDATE skus SET price_fen = 1 WHERE id = 1"));
    rq = (struct order_request){.buyer_id = BUYER, .n = 2, .wishes = {{1, 5}, {1, INT64_MAX}}};
    assert_int_equal(try_place(&s, rq), ERR_INVALID); /* a sum that would be negative */
    assert_string_equal(s.f.info.field, "quantity");
    assert_int_equal(left(&s, 1), 10);
    shop_close(&s);
}

static enum err half_price(struct db *db, struct arena *arena, int64_t show_id, int64_t sku_id,
                           int64_t now_ms, struct order_offer *out)
{
    (void)now_ms;
    (void)db, (void)arena;
    if (show_id == 7)
        return ERR_CONFLICT; /* over */
    if (show_id == 8) {
        out->price_fen = -1;
        return OK;
    }
    if (show_id != 5 || sku_id != 1)
        return ERR_NOT_FOUND;
    out->price_fen = 3450;
    return OK;
}

static void a_shows_price_counts_in_that_show(void **state)
{
    (void)state;
    struct shop s;
    static const struct {
        int64_t show, sku, total;
    } cases[] = {{5, 1, 3450}, {0, 1, 6900}, {0, 2, 6900}};
    shop_open(&s);
    order_show_price(half_price);
    for (size_t i = 0; i < 3; i++) {
        struct order_request rq = want(cases[i].sku, 1);
        rq.wishes[0].show_id = cases[i].show;
        struct rows rs = order_row(&s, placed(&s, rq));
        assert_int_equal(row_int(&rs, 0, "total_fen"), cases[i].total);
        assert_int_equal(row_int(&rs, 0, "show_id"), cases[i].show);
    }
    static const struct {
        int64_t sku, show;
    } not_there[] = {{1, 7}, {2, 5}, {1, 6}};
    for (size_t i = 0; i < 3; i++) {
        struct order_request rq = want(not_there[i].sku, 1);
        rq.wishes[0].show_id = not_there[i].show;
        assert_int_equal(try_place(&s, rq), ERR_CONFLICT);
        assert_string_equal(s.f.info.key, "trade.not_on_shelf");
    }
    struct order_request twice =
        want(1, 1); /* there, and once more in the hall: one line of the show */
    twice.n = 2;
    twice.wishes[0].show_id = 5;
    twice.wishes[1] = (struct order_wish){1, 1, 0};
    struct rows both = order_row(&s, placed(&s, twice));
    assert_int_equal(row_int(&both, 0, "total_fen"), 2 * 3450);
    struct order_request paid_to_buy = want(1, 1);
    paid_to_buy.wishes[0].show_id = 8;
    assert_int_equal(try_place(&s, paid_to_buy), ERR_INVALID);
    shop_close(&s);
}

static void a_receiver_is_sealed(void **state)
{
    (void)state;
    struct shop s;
    struct rows rs;
    struct str plain;
    shop_open(&s);
    struct order_request rq = want(1, 1);
    rq.name = STR("王小明"), rq.phone = STR("13800001234"), rq.address = STR("智造小镇 1 号");
    int64_t id = placed(&s, rq);
    assert_ok(db_one(s.f.db, &q_trade_receiver, ARGS(V_INT(id)), &s.f.arena, &rs));
    struct str sealed = row_str(&rs, 0, "phone");
    assert_null(memmem(sealed.p, sealed.n, "1380000", 7));
    assert_ok(seal_reveal("order_receivers.phone", sealed, &s.f.arena, &plain));
    assert_true(str_eq_z(plain, "13800001234"));
    assert_int_equal(seal_reveal("order_receivers.name", sealed, &s.f.arena, &plain), ERR_CORRUPT);
    shop_close(&s);
}

static void paying_posts_the_hold_and_the_money_once(void **state)
{
    (void)state;
    struct shop s;
    struct rows rs;
    int64_t account;
    struct ledger_account a;
    shop_open(&s);
    int64_t id = placed(&s, want(1, 3));
    s.f.tx.now_ms += ORDER_HOLD_MS - 1;
    assert_ok(order_pay(&s.f.tx, id, cashier));
    assert_int_equal(order_pay(&s.f.tx, id, cashier), ERR_CONFLICT); /* told again */
    s.f.info = (struct err_info){0};
    assert_int_equal(order_do(&s.f.tx, id, "expire", the_clock, STR_NONE), ERR_CONFLICT);
    assert_string_equal(s.f.info.field, "status");
    assert_string_equal(s.f.info.key, "trade.status_forbids");
    rs = order_row(&s, id);
    assert_int_equal(row_int(&rs, 0, "paid_at"), s.f.tx.now_ms);
    assert_ok(
        ledger_account_find(s.f.db, "CNY", STR("town"), "frozen:factory:3", &s.f.arena, &account));
    assert_ok(ledger_account_get(s.f.db, account, &s.f.arena, &a));
    assert_int_equal(ledger_available(&a), 3 * 6900);
    assert_ok(ledger_account_find(s.f.db, "piece", STR("sku:1"), "sold", &s.f.arena, &account));
    assert_ok(ledger_account_get(s.f.db, account, &s.f.arena, &a));
    assert_int_equal(a.credits_posted, 3);
    assert_int_equal(a.credits_pending, 0);
    assert_ok(db_select(s.f.db, &q_trade_events, ARGS(V_INT(id)), &s.f.arena, &rs));
    assert_int_equal(rs.n, 2);
    assert_true(str_eq_z(row_str(&rs, 0, "actor_as"), "buyer"));
    assert_true(str_eq_z(row_str(&rs, 1, "actor_as"), "cashier"));
    shop_close(&s);
}

static void cancelling_gives_the_pieces_back(void **state)
{
    (void)state;
    struct shop s;
    static const struct order_actor strangers[] = {
        {OTHER, 0}, {OTHER, ORDER_AS_FACTORY}, {BUYER, ORDER_AS_CASHIER}};
    shop_open(&s);
    int64_t id = placed(&s, want(1, 3));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(order_do(&s.f.tx, id, "cancel", strangers[i], STR_NONE), ERR_FORBIDDEN);
    assert_ok(order_do(&s.f.tx, id, "cancel", buyer, STR_NONE));
    assert_int_equal(left(&s, 1), 10);
    assert_int_equal(order_do(&s.f.tx, id, "cancel", buyer, STR_NONE), ERR_CONFLICT);
    assert_int_equal(order_pay(&s.f.tx, id, buyer), ERR_CONFLICT);
    assert_int_equal(order_pay(&s.f.tx, 999, buyer), ERR_NOT_FOUND);
    assert_true(in_state(&s, id, "cancelled"));
    shop_close(&s);
}

/* Of how much is asked of order_refund(), and what was paid is known to pay. */
static void money_is_no_event_to_ask_for(void **state)
{
    (void)state;
    static const struct {
        const char *event;
        struct order_actor by;
    } money[] = {{"refund", {1, ORDER_AS_OPERATOR}},
                 {"refund_part", {1, ORDER_AS_OPERATOR}},
                 {"pay_back", {0, ORDER_AS_CASHIER}}};
    struct shop s;
    shop_open(&s);
    int64_t id = placed(&s, want(1, 3));
    assert_int_equal(order_do(&s.f.tx, id, "pay", cashier, STR_NONE), ERR_INVALID);
    assert_ok(order_pay(&s.f.tx, id, cashier));
    for (size_t i = 0; i < sizeof(money) / sizeof(money[0]); i++)
        assert_int_equal(order_do(&s.f.tx, id, money[i].event, money[i].by, STR("x")), ERR_INVALID);
    assert_true(in_state(&s, id, "paid"));
    shop_close(&s);
}

static enum err try_back(struct shop *s, const struct order_refund *r)
{
    s->f.info = (struct err_info){0};
    assert_ok(db_savepoint(s->f.db));
    enum err e = order_refund(&s->f.tx, r, (struct order_actor){1, ORDER_AS_OPERATOR}, STR("x"));
    if (e)
        db_savepoint_rollback(s->f.db);
    else
        assert_ok(db_savepoint_release(s->f.db));
    return e;
}

static void what_cannot_go_back(void **state)
{
    (void)state;
    static const struct {
        struct order_back lines[2];
        size_t n;
        int64_t freight_fen, limit;
        const char *field;
    } bad[] = {
        {{{1, 1, 6900}, {1, 1, 6900}}, 2, 0, 0, "line"}, /* each would pass by itself */
        {{{9, 1, 6900}}, 1, 0, 0, "line"},
        {{{1, 0, -1}, {2, 0, 100}}, 2, 0, 13800, "amount"},
        {{{1, 0, 13801}}, 1, 0, 13800, "amount"},
        {{{1, -1, 100}}, 1, 0, 2, "pieces"},
        {{{1, 3, 100}}, 1, 0, 2, "pieces"},
        {{{1, 0, 100}}, 1, -1, 800, "amount"},
        {{{1, 0, 100}}, 1, 801, 800, "amount"},
        {{{1, 0, 0}}, 1, 0, 800, "amount"},
    };
    char longest[ORDER_KEY_MAX + 2];
    struct shop s;
    shop_open(&s);
    struct order_request rq = want(1, 2);
    rq.n = 2;
    rq.wishes[1] = (struct order_wish){2, 2, 0};
    int64_t id = placed(&s, rq);
    assert_ok(
        db_script(s.f.db, "UPDATE orders SET freight_fen = 800, total_fen = total_fen + 800"));
    assert_ok(order_pay(&s.f.tx, id, cashier));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const struct order_refund r = {.order_id = id,
                                       .lines = bad[i].lines,
                                       .n = bad[i].n,
                                       .freight_fen = bad[i].freight_fen,
                                       .key = STR("k")};
        assert_int_equal(try_back(&s, &r), ERR_INVALID);
        assert_string_equal(s.f.info.field, bad[i].field);
        assert_int_equal(s.f.info.limit, bad[i].limit);
    }
    const struct order_back line = {1, 0, 100};
    struct order_refund r = {.order_id = id, .lines = &line, .n = 1, .key = STR("")};
    assert_int_equal(try_back(&s, &r), ERR_INVALID); /* for nothing that is known */
    memset(longest, 'k', sizeof(longest));
    r.key = str_n(longest, ORDER_KEY_MAX + 1);
    assert_int_equal(try_back(&s, &r), ERR_INVALID);
    r.key.n--;
    assert_ok(try_back(&s, &r));
    struct rows rs = order_row(&s, id);
    assert_int_equal(row_int(&rs, 0, "refunded_fen"), 100);
    shop_close(&s);
}

static void orders_expire_in_slices(void **state)
{
    (void)state;
    struct shop s;
    int64_t ids[5];
    int expired;
    shop_open(&s);
    for (int i = 0; i < 5; i++) {
        struct order_request rq = {.buyer_id = BUYER, .n = 2, .wishes = {{1, 1}, {2, 1}}};
        ids[i] = placed(&s, rq);
        s.f.tx.now_ms += 1000;
    }
    assert_ok(order_pay(&s.f.tx, ids[1], buyer));
    assert_ok(order_do(&s.f.tx, ids[2], "cancel", buyer, STR_NONE));
    s.f.tx.now_ms += ORDER_HOLD_MS - 5001;
    assert_ok(order_expire(&s.f.tx, 10, &expired));
    assert_int_equal(expired, 0);
    s.f.tx.now_ms += 3500; /* the first four are due; two of them wait */
    assert_ok(order_expire(&s.f.tx, 1, &expired));
    assert_int_equal(expired, 1);
    assert_int_equal(violations_of(&s, NULL), 0); /* between slices too */
    assert_ok(order_expire(&s.f.tx, 10, &expired));
    assert_int_equal(expired, 1);
    assert_true(in_state(&s, ids[0], "expired"));
    assert_true(in_state(&s, ids[1], "paid"));
    assert_true(in_state(&s, ids[3], "expired"));
    assert_true(in_state(&s, ids[4], "placed"));
    assert_int_equal(left(&s, 1), 8);
    shop_close(&s);
}

/* An order whose hold is gone from the ledger cannot be expired; the next ones are. */
static void one_bad_order_does_not_keep_the_others(void **state)
{
    (void)state;
    struct shop s;
    int expired;
    shop_open(&s);
    int64_t bad = placed(&s, want(1, 1)), good = placed(&s, want(2, 1));
    assert_ok(db_savepoint(s.f.db));
    assert_ok(db_script(s.f.db, "UPDATE order_lines SET hold = randomblob(16) WHERE "
                                "sku_id = 1"));
    s.f.tx.now_ms += ORDER_HOLD_MS;
    assert_ok(order_expire(&s.f.tx, 10, &expired));
    assert_int_equal(expired, 1);
    assert_true(in_state(&s, bad, "placed"));
    assert_true(in_state(&s, good, "expired"));
    db_savepoint_rollback(s.f.db);
    shop_close(&s);
}

static void many_lines_expire_in_little_memory(void **state)
{
    (void)state;
    struct shop s;
    struct arena job;
    int expired;
    shop_open(&s);
    for (int64_t sku = 4; sku <= 9; sku++)
        assert_ok(hall_stock_add(&s.f.tx, sku, 1000, ledger_id_new()));
    struct order_request rq = {
        .buyer_id = BUYER, .n = 6, .wishes = {{4, 1}, {5, 1}, {6, 1}, {7, 1}, {8, 1}, {9, 1}}};
    for (int i = 0; i < 200; i++) {
        rq.buyer_id = 100 + i;
        placed(&s, rq);
    }
    s.f.tx.now_ms += ORDER_HOLD_MS;
    arena_init(&job, 256 * 1024);
    s.f.tx.arena = &job;
    assert_ok(order_expire(&s.f.tx, 200, &expired));
    s.f.tx.arena = &s.f.arena;
    arena_free(&job);
    assert_int_equal(expired, 200);
    shop_close(&s);
}

/* Nobody keeps everything from the others by ordering again and again without paying. */
static void unpaid_orders_have_a_limit(void **state)
{
    (void)state;
    struct shop s;
    int expired;
    int64_t ids[ORDER_UNPAID_MAX];
    struct order_request others = want(1, 1);
    others.buyer_id = OTHER;
    shop_open(&s);
    assert_ok(hall_stock_add(&s.f.tx, 1, 1000, ledger_id_new()));
    for (int i = 0; i < 2 * ORDER_UNPAID_MAX; i++) /* what is paid does not count */
        assert_ok(order_pay(&s.f.tx, placed(&s, want(1, 1)), buyer));
    for (int i = 0; i < ORDER_UNPAID_MAX; i++)
        ids[i] = placed(&s, want(1, 1));
    assert_int_equal(try_place(&s, want(1, 1)), ERR_LIMIT);
    assert_int_equal(s.f.info.limit, ORDER_UNPAID_MAX);
    assert_string_equal(s.f.info.key, "trade.too_many_unpaid");
    placed(&s, others);

    s.f.tx.now_ms += ORDER_HOLD_MS; /* lapsed and cancelled ones still count, paid ones do not */
    assert_ok(order_do(&s.f.tx, ids[0], "cancel", buyer, STR_NONE));
    assert_ok(order_expire(&s.f.tx, 100, &expired));
    assert_int_equal(try_place(&s, want(1, 1)), ERR_LIMIT);
    assert_ok(order_pay(&s.f.tx, ids[1], buyer));
    placed(&s, want(1, 1));
    assert_int_equal(try_place(&s, want(1, 1)), ERR_LIMIT);
    s.f.tx.now_ms += ORDER_UNPAID_WINDOW_MS - ORDER_HOLD_MS;
    placed(&s, want(1, 1));
    shop_close(&s);
}

/* The payment comes late: before the expiry was noticed, after it, and after somebody else took the
 * pieces. */
static void a_late_payment_takes_the_pieces_anew(void **state)
{
    (void)state;
    struct shop s;
    int expired;
    shop_open(&s);
    int64_t unnoticed = placed(&s, want(1, 4)), noticed = placed(&s, want(2, 4)),
            too_late = placed(&s, want(3, 4));
    s.f.tx.now_ms += ORDER_HOLD_MS;
    assert_ok(order_pay(&s.f.tx, unnoticed, cashier));
    assert_int_equal(left(&s, 1), 6);
    assert_ok(order_expire(&s.f.tx, 10, &expired));
    assert_int_equal(expired, 2);
    assert_ok(order_pay(&s.f.tx, noticed, cashier));
    assert_int_equal(left(&s, 2), 6);
    placed(&s, want(3, 7));
    assert_ok(db_savepoint(s.f.db));
    assert_int_equal(order_pay(&s.f.tx, too_late, cashier), ERR_SOLD_OUT);
    db_savepoint_rollback(s.f.db);
    assert_true(in_state(&s, too_late, "expired"));
    assert_int_equal(left(&s, 3), 3);
    shop_close(&s);
}

/* The ledger's own expiry may come first: the order then follows. */
static void the_ledgers_expiry_does_not_disturb(void **state)
{
    (void)state;
    struct shop s;
    int voided, expired;
    shop_open(&s);
    int64_t paid = placed(&s, want(1, 4)), let_go = placed(&s, want(2, 4));
    s.f.tx.now_ms += ORDER_HOLD_MS;
    assert_ok(ledger_expire(&s.f.tx, 10, &voided));
    assert_int_equal(voided, 2);
    assert_ok(order_pay(&s.f.tx, paid, cashier));
    assert_ok(order_expire(&s.f.tx, 10, &expired));
    assert_int_equal(expired, 1);
    assert_true(in_state(&s, let_go, "expired"));
    shop_close(&s);
}

static void the_table_says_who_may_what(void **state)
{
    (void)state;
    static const char *const states[] = {"",         "placed", "paid",     "packed",    "shipped",
                                         "received", "closed", "refunded", "cancelled", "expired"};
    static const char *const events[] = {"place",  "pay",    "pay_back",    "cancel", "call_off",
                                         "expire", "pack",   "unpack",      "ship",   "receive",
                                         "close",  "refund", "refund_part", "dance"};
    int allowed = 0;
    for (int s = 0; s < 10; s++)
        for (int e = 0; e < 14; e++)
            for (unsigned as = 0; as <= ORDER_AS_SYSTEM; as = as ? as * 2 : 1) {
                const struct transition *t = NULL;
                enum err got =
                    transition_next(&order_transitions, str_of(states[s]), events[e], as, &t);
                bool listed = false, known = false;
                for (size_t i = 0; i < order_transitions.n; i++) {
                    const struct transition *row = &order_transitions.rows[i];
                    if (strcmp(row->from ? row->from : "", states[s]) == 0 &&
                        strcmp(row->event, events[e]) == 0) {
                        known = true;
                        listed = row->who & as;
                    }
                }
                assert_int_equal(got, listed ? OK : known ? ERR_FORBIDDEN : ERR_CONFLICT);
                allowed += got == OK;
            }
    assert_int_equal(allowed, 57);
}

static void the_table_is_this(void **state)
{
    (void)state;
    char said[STATES_TEXT_MAX];
    states_say(&order_transitions, said);
    assert_string_equal(said, "- place placed B\n"
                              "placed pay paid C\n"
                              "placed cancel cancelled BO\n"
                              "placed expire expired S\n"
                              "expired pay paid C\n"
                              "placed pay_back placed C\n"
                              "expired pay_back expired C\n"
                              "cancelled pay_back cancelled C\n"
                              "paid pay_back paid C\n"
                              "packed pay_back packed C\n"
                              "shipped pay_back shipped C\n"
                              "received pay_back received C\n"
                              "closed pay_back closed C\n"
                              "refunded pay_back refunded C\n"
                              "paid cancel refunded B\n"
                              "paid call_off refunded FO!\n"
                              "packed call_off refunded FO!\n"
                              "paid pack packed F\n"
                              "packed unpack paid F\n"
                              "paid ship shipped F\n"
                              "packed ship shipped F\n"
                              "shipped receive received BS\n"
                              "received close closed S\n"
                              "paid refund_part paid FOS\n"
                              "packed refund_part packed FOS\n"
                              "shipped refund_part shipped FOS\n"
                              "received refund_part received FOS\n"
                              "closed refund_part closed FOS\n"
                              "paid refund refunded FOS\n"
                              "packed refund refunded FOS\n"
                              "shipped refund refunded FOS\n"
                              "received refund refunded FOS\n"
                              "closed refund refunded FOS\n");
}

static void masks_keep_little(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t first, last;
        const char *masked;
    } cases[] = {{"13912345678", 3, 4, "139****5678"},
                 {"1234567", 3, 4, "1****"}, /* too short to keep seven of it */
                 {"王小明", 1, 0, "王**"},
                 {"王", 1, 0, "*"},
                 {"智造小镇东区创业路 88 号", 6, 0, "智造小镇东区****"},
                 {"", 3, 4, ""}};
    struct arena arena;
    arena_init(&arena, 1 << 16);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_true(
            str_eq_z(order_view_mask(str_of(cases[i].text), cases[i].first, cases[i].last, &arena),
                     cases[i].masked));
    arena_free(&arena);
}

static void the_check_finds_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *says;
    } damages[] = {
        {"UPDATE orders SET total_fen = 1, goods_fen = 1 WHERE id = 1", "order 1: its sums differ"},
        {"UPDATE order_lines SET quantity = 9 WHERE order_id = 1", "order 1: its sums differ"},
        {"UPDATE orders SET status = 'expired' WHERE id = 1", "order 1: its state and its holds"},
        {"UPDATE orders SET status = 'paid', paid_at = 1 WHERE id = 3",
         "order 3: its state and its holds"},
        {"UPDATE orders SET status = 'paid', paid_at = 1 WHERE id = 3",
         "order 3: its state and its payment"},
        {"UPDATE orders SET status = 'cancelled', paid_at = NULL WHERE id = 2",
         "order 2: its state and its payment"},
        {"UPDATE order_lines SET returned = 1 WHERE order_id = 2",
         "order 2: the pieces that came back"},
        {"UPDATE order_lines SET hold = randomblob(16) WHERE order_id = 1",
         "transfer 4: holds pieces for an order that does not know it"},
        {"UPDATE orders SET status = 'expired' WHERE id = 3", "order 3: its events"},
        {"DELETE FROM order_events WHERE order_id = 2 AND "
         "from_state IS NULL",
         "order 2: its events"},
        {"INSERT INTO orders (id, checkout_id, buyer_id, factory_id, status, goods_fen, total_fen,"
         " placed_at, hold_until) SELECT 2000, 2000, buyer_id, factory_id, status, 1, 1, "
         "placed_at, hold_until FROM orders"
         " WHERE id = 1",
         "order 2000: its sums differ"}, /* the last of a slice, the first of another, a later one
                                          */
        {"INSERT INTO orders (id, checkout_id, buyer_id, factory_id, status, goods_fen, total_fen,"
         " placed_at, hold_until) SELECT 2001, 2001, buyer_id, factory_id, status, 1, 1, "
         "placed_at, hold_until FROM orders"
         " WHERE id = 1",
         "order 2001: its sums differ"},
        {"INSERT INTO orders (id, checkout_id, buyer_id, factory_id, status, goods_fen, total_fen,"
         " placed_at, hold_until) SELECT 6500, 6500, buyer_id, factory_id, status, 1, 1, "
         "placed_at, hold_until FROM orders"
         " WHERE id = 1",
         "order 6500: its events"},
        {"INSERT INTO order_events (order_id, event, from_state, to_state, actor_id, actor_as, at)"
         " SELECT 3, 'pay', 'expired', 'cancelled', 1, 'x', 1",
         "order 3: its events"},
    };
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        struct shop s;
        char said[4096] = "";
        shop_open(&s);
        placed(&s, want(1, 1));
        assert_ok(order_pay(&s.f.tx, placed(&s, want(1, 2)), buyer));
        assert_ok(order_do(&s.f.tx, placed(&s, want(1, 3)), "cancel", buyer, STR_NONE));
        assert_int_equal(violations_of(&s, said), 0);
        assert_ok(db_savepoint(s.f.db));
        assert_ok(db_script(s.f.db, fixture_server()
                                        ? "DROP TRIGGER order_events_never_go ON order_events"
                                        : "DROP TRIGGER order_events_never_go"));
        assert_ok(db_script(s.f.db, damages[i].sql));
        if (violations_of(&s, said) == 0 || !strstr(said, damages[i].says))
            fail_msg("after %s the check said: %s", damages[i].sql, said);
        db_savepoint_rollback(s.f.db);
        shop_close(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_freezes_names_and_price),
        cmocka_unit_test(demand_is_summed_for_each_sku),
        cmocka_unit_test(wishes_out_of_bounds_are_refused),
        cmocka_unit_test(a_shows_price_counts_in_that_show),
        cmocka_unit_test(a_receiver_is_sealed),
        cmocka_unit_test(paying_posts_the_hold_and_the_money_once),
        cmocka_unit_test(cancelling_gives_the_pieces_back),
        cmocka_unit_test(money_is_no_event_to_ask_for),
        cmocka_unit_test(what_cannot_go_back),
        cmocka_unit_test(orders_expire_in_slices),
        cmocka_unit_test(one_bad_order_does_not_keep_the_others),
        cmocka_unit_test(many_lines_expire_in_little_memory),
        cmocka_unit_test(unpaid_orders_have_a_limit),
        cmocka_unit_test(a_late_payment_takes_the_pieces_anew),
        cmocka_unit_test(the_ledgers_expiry_does_not_disturb),
        cmocka_unit_test(the_table_says_who_may_what),
        cmocka_unit_test(the_table_is_this),
        cmocka_unit_test(masks_keep_little),
        cmocka_unit_test(the_check_finds_what_is_wrong),
    };
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
