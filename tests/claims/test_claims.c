/* town/claims: who may ask for what, whose turn it is, what goes back and when; clocks. */
#include "../settle/sharing.h"
#include "../trade/states.h"

#include "store/queries.h"
#include "town/claims/claims.h"

/* Where money lies, of this file's town. */
#undef assert_lies
#define assert_lies(order, account, n) assert_int_equal(in(&t.s, order, account), n)

static const struct claim_more nothing;

struct table {
    struct shop s;
    int64_t claim;
};

static void open_town(struct table *t)
{
    share_open(&t->s);
    claims_start(NULL);
}

static void close_town(struct table *t)
{
    int n;
    assert_ok(claims_check(t->s.f.db, &t->s.f.arena, shop_say, NULL, &n));
    assert_int_equal(n, 0);
    share_close(&t->s);
}

static struct claim_ask ask_of(int64_t order, const char *kind, const char *reason, int64_t pieces)
{
    return (struct claim_ask){.order_id = order,
                              .buyer_id = BUYER,
                              .kind = kind,
                              .reason = reason,
                              .lines = {{1, pieces}},
                              .n = 1};
}

/* In a savepoint, as the writer does. */
static enum err try_open(struct table *t, struct claim_ask ask)
{
    t->s.f.info = (struct err_info){0};
    assert_ok(db_savepoint(t->s.f.db));
    enum err e = claim_open(&t->s.f.tx, &ask, &t->claim);
    if (e)
        db_savepoint_rollback(t->s.f.db);
    else
        assert_ok(db_savepoint_release(t->s.f.db));
    return e;
}

static enum err try_do(struct table *t, int64_t claim, const char *event, unsigned as,
                       const struct claim_more *more)
{
    int64_t user = as == ORDER_AS_BUYER ? BUYER : as == ORDER_AS_SYSTEM ? 0 : ADMIN;
    t->s.f.info = (struct err_info){0};
    assert_ok(db_savepoint(t->s.f.db));
    enum err e = claim_do(&t->s.f.tx, claim, event, (struct order_actor){user, as}, more);
    if (e)
        db_savepoint_rollback(t->s.f.db);
    else
        assert_ok(db_savepoint_release(t->s.f.db));
    return e;
}

static void does(struct table *t, const char *event, unsigned as, const struct claim_more *more)
{
    assert_ok(try_do(t, t->claim, event, as, more));
    turn(&t->s);
}

#define assert_refused(expression, error, which)                                                   \
    do {                                                                                           \
        assert_int_equal(expression, error);                                                       \
        assert_string_equal(t.s.f.info.field, which);                                              \
    } while (0)

static struct str status_of(struct table *t, int64_t claim)
{
    struct rows rs;
    assert_ok(db_one(t->s.f.db, &q_claims_get, ARGS(V_INT(claim)), &t->s.f.arena, &rs));
    return row_str(&rs, 0, "status");
}

static int64_t order_int(struct table *t, int64_t order, const char *member)
{
    struct rows rs;
    assert_ok(db_one(t->s.f.db, &q_trade_order_get, ARGS(V_INT(order)), &t->s.f.arena, &rs));
    return row_null(&rs, 0, member) ? 0 : row_int(&rs, 0, member);
}

#define assert_status(claim, wanted) assert_true(str_eq_z(status_of(&t, claim), wanted))

static const struct claim_more words = {.text = {"because", 7}};
static const struct claim_more parcel = {.carrier = {"Lake", 4}, .number = {"L-1234", 6}};

static int64_t paid(struct table *t, struct order_request rq)
{
    int64_t order = placed(&t->s, rq);
    assert_ok(order_pay(&t->s.f.tx, order, (struct order_actor){BUYER, ORDER_AS_BUYER}));
    return order;
}

/* --- the ways through --- */

static void before_shipping_the_money_comes_when_it_is_agreed(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t order = paid(&t, want(1, 3)), before = left(&t.s, 1);
    assert_ok(try_open(&t, ask_of(order, "refund", "no_reason", 1)));
    t.s.f.info = (struct err_info){0};
    assert_ok(db_savepoint(t.s.f.db));
    assert_int_equal(
        order_do(&t.s.f.tx, order, "ship", (struct order_actor){0, ORDER_AS_FACTORY}, STR_NONE),
        ERR_CONFLICT);
    db_savepoint_rollback(t.s.f.db);
    assert_string_equal(t.s.f.info.key, "claims.answer_first");
    does(&t, "refund", ORDER_AS_FACTORY, &nothing);
    assert_status(t.claim, "done");
    assert_int_equal(order_int(&t, order, "refunded_fen"), 6900);
    assert_int_equal(left(&t.s, 1), before + 1); /* it has never left the house */
    event(&t.s, order, "ship", ORDER_AS_FACTORY);
    close_town(&t);
}

static void goods_come_back_and_shares_with_them(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t order = received(&t.s, want_in(SHOW, 1, 2)), before = left(&t.s, 1);
    assert_lies(order, "got:host:7", 2070);
    int64_t auto_at = order_int(&t, order, "auto_at");
    assert_ok(try_open(&t, ask_of(order, "return", "no_reason", 1)));
    assert_int_equal(order_int(&t, order, "auto_at"), 0); /* its clock stands still */
    does(&t, "agree", ORDER_AS_FACTORY, &nothing);
    assert_refused(try_do(&t, t.claim, "send_back", ORDER_AS_BUYER, &nothing), ERR_INVALID,
                   "carrier");
    does(&t, "send_back", ORDER_AS_BUYER, &parcel);
    assert_int_equal(order_int(&t, order, "refunded_fen"), 0);
    const struct claim_more fine = {.is_for_sale = true};
    does(&t, "refund", ORDER_AS_FACTORY, &fine);
    assert_status(t.claim, "done");
    assert_int_equal(order_int(&t, order, "refunded_fen"), 6900);
    assert_lies(order, "got:host:7", 1035);
    assert_int_equal(left(&t.s, 1), before + 1);
    assert_int_equal(order_int(&t, order, "auto_at"), auto_at); /* what it had left */
    close_town(&t);
}

static void what_came_back_broken_is_not_sold_again(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t order = received(&t.s, want(1, 1)), before = left(&t.s, 1);
    assert_ok(try_open(&t, ask_of(order, "return", "quality", 1)));
    does(&t, "agree", ORDER_AS_FACTORY, &nothing);
    does(&t, "send_back", ORDER_AS_BUYER, &parcel);
    does(&t, "refund", ORDER_AS_FACTORY, &nothing);
    assert_int_equal(left(&t.s, 1), before);
    assert_lies(order, "outside", 0);
    close_town(&t);
}

static void an_exchange_sends_the_same_anew(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t order = received(&t.s, want(1, 2)), before = left(&t.s, 1);
    assert_ok(try_open(&t, ask_of(order, "exchange", "damaged", 2)));
    does(&t, "agree", ORDER_AS_FACTORY, &nothing);
    does(&t, "send_back", ORDER_AS_BUYER, &parcel);
    does(&t, "resend", ORDER_AS_FACTORY, &parcel);
    assert_int_equal(left(&t.s, 1), before - 2); /* what came back is broken */
    does(&t, "finish", ORDER_AS_BUYER, &nothing);
    assert_status(t.claim, "done");
    assert_int_equal(order_int(&t, order, "refunded_fen"), 0);
    /* Whole goods that come back are what goes out. */
    assert_ok(try_open(&t, ask_of(order, "exchange", "wrong", 1)));
    does(&t, "agree", ORDER_AS_FACTORY, &nothing);
    does(&t, "send_back", ORDER_AS_BUYER, &parcel);
    struct claim_more fine = parcel;
    fine.is_for_sale = true;
    does(&t, "resend", ORDER_AS_FACTORY, &fine);
    assert_int_equal(left(&t.s, 1), before - 2);
    close_town(&t);
}

static void an_exchange_that_cannot_be_sent_becomes_a_refund(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t order = received(&t.s, want(1, 6)); /* four are left */
    received(&t.s, want(1, 4));
    assert_ok(try_open(&t, ask_of(order, "exchange", "damaged", 1)));
    does(&t, "agree", ORDER_AS_FACTORY, &nothing);
    does(&t, "send_back", ORDER_AS_BUYER, &parcel);
    assert_refused(try_do(&t, t.claim, "resend", ORDER_AS_FACTORY, &parcel), ERR_CONFLICT,
                   "pieces");
    assert_string_equal(t.s.f.info.key, "claims.exchange_sold_out");
    does(&t, "refund", ORDER_AS_FACTORY, &nothing);
    assert_int_equal(order_int(&t, order, "refunded_fen"), 6900);
    close_town(&t);
}

static void the_base_decides_what_the_two_cannot(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t order = received(&t.s, want(1, 1));
    assert_ok(try_open(&t, ask_of(order, "refund", "damaged", 1)));
    assert_refused(try_do(&t, t.claim, "refuse", ORDER_AS_FACTORY, &nothing), ERR_INVALID, "text");
    does(&t, "refuse", ORDER_AS_FACTORY, &words);
    assert_refused(try_do(&t, t.claim, "dispute", ORDER_AS_BUYER, &nothing), ERR_INVALID, "text");
    assert_int_equal(try_do(&t, t.claim, "dispute", ORDER_AS_FACTORY, &words), ERR_FORBIDDEN);
    does(&t, "dispute", ORDER_AS_BUYER, &words);
    assert_int_equal(try_do(&t, t.claim, "decide", ORDER_AS_FACTORY, &words), ERR_FORBIDDEN);
    struct claim_more decision = words;
    static const int64_t bad[] = {-1, 0, 6901};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        decision.amount_fen = bad[i];
        assert_refused(try_do(&t, t.claim, "decide", ORDER_AS_OPERATOR, &decision), ERR_INVALID,
                       "amount");
        assert_int_equal(t.s.f.info.limit, 6900);
    }
    decision.amount_fen = 2500;
    does(&t, "decide", ORDER_AS_OPERATOR, &decision);
    assert_int_equal(order_int(&t, order, "refunded_fen"), 2500);
    assert_refused(try_do(&t, t.claim, "decide", ORDER_AS_OPERATOR, &decision), ERR_CONFLICT,
                   "status");
    /* The next one is rejected. */
    assert_ok(try_open(&t, ask_of(order, "refund", "quality", 1)));
    does(&t, "refuse", ORDER_AS_FACTORY, &words);
    does(&t, "dispute", ORDER_AS_BUYER, &words);
    does(&t, "reject", ORDER_AS_OPERATOR, &words);
    assert_status(t.claim, "rejected");
    assert_int_equal(order_int(&t, order, "refunded_fen"), 2500);
    close_town(&t);
}

static void goods_that_came_back_are_decided_upon(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t order = received(&t.s, want(1, 2));
    assert_ok(try_open(&t, ask_of(order, "return", "quality", 1)));
    does(&t, "agree", ORDER_AS_FACTORY, &nothing);
    does(&t, "send_back", ORDER_AS_BUYER, &parcel);
    does(&t, "refuse", ORDER_AS_FACTORY, &words); /* it says that something is missing */
    does(&t, "dispute", ORDER_AS_BUYER, &words);
    assert_refused(try_do(&t, t.claim, "agree", ORDER_AS_OPERATOR, &nothing), ERR_CONFLICT,
                   "status");
    assert_string_equal(t.s.f.info.key, "claims.has_come");
    struct claim_more decision = words;
    decision.amount_fen = 5000;
    does(&t, "decide", ORDER_AS_OPERATOR, &decision);
    assert_int_equal(order_int(&t, order, "refunded_fen"), 5000);
    assert_refused(try_open(&t, ask_of(order, "return", "quality", 2)), ERR_CONFLICT, "pieces");
    assert_int_equal(t.s.f.info.limit, 1); /* the other one is at the maker's */
    close_town(&t);
}

static void what_was_paid_back_is_not_exchanged(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    struct order_request rq = want(1, 1);
    rq.n = 2;
    rq.wishes[1] = (struct order_wish){.sku_id = 2, .quantity = 1};
    int64_t order = received(&t.s, rq);
    assert_ok(try_open(&t, ask_of(order, "refund", "damaged", 1)));
    does(&t, "refund", ORDER_AS_FACTORY, &nothing);
    static const char *const kinds[] = {"refund", "return", "exchange"};
    for (size_t i = 0; i < 3; i++) { /* the buyer has the piece, and its money */
        assert_refused(try_open(&t, ask_of(order, kinds[i], "damaged", 1)), ERR_CONFLICT, "amount");
        assert_string_equal(t.s.f.info.key, "claims.nothing_left");
    }
    close_town(&t);
}

/* --- what is not had --- */

static void what_cannot_be_asked_for(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t unpaid = placed(&t.s, want(1, 1)), home = paid(&t, want(1, 1));
    int64_t sent = shipped(&t.s, want(2, 2)), there = received(&t.s, want(2, 2));
    struct claim_ask strangers = ask_of(sent, "return", "quality", 1);
    strangers.buyer_id = OTHER;
    assert_int_equal(try_open(&t, strangers), ERR_NOT_FOUND);
    assert_int_equal(try_open(&t, ask_of(9999, "return", "quality", 1)), ERR_NOT_FOUND);
    assert_refused(try_open(&t, ask_of(unpaid, "refund", "late", 1)), ERR_CONFLICT, "status");
    assert_refused(try_open(&t, ask_of(home, "return", "late", 1)), ERR_CONFLICT, "kind");
    assert_refused(try_open(&t, ask_of(sent, "gift", "late", 1)), ERR_INVALID, "kind");
    assert_refused(try_open(&t, ask_of(sent, "return", "moon", 1)), ERR_INVALID, "reason");
    assert_refused(try_open(&t, ask_of(there, "refund", "no_reason", 1)), ERR_INVALID, "reason");
    assert_refused(try_open(&t, ask_of(there, "return", "quality", 3)), ERR_CONFLICT, "pieces");
    assert_int_equal(t.s.f.info.limit, 2);
    assert_refused(try_open(&t, ask_of(there, "return", "quality", 0)), ERR_CONFLICT, "pieces");
    assert_refused(try_open(&t, ask_of(there, "return", "quality", -1)), ERR_CONFLICT, "pieces");
    struct claim_ask odd = ask_of(there, "refund", "damaged", 1);
    odd.amount_fen = 6901;
    assert_refused(try_open(&t, odd), ERR_INVALID, "amount");
    odd.amount_fen = -1;
    assert_refused(try_open(&t, odd), ERR_INVALID, "amount");
    odd.kind = "return";
    odd.amount_fen = 1;
    assert_refused(try_open(&t, odd), ERR_INVALID, "amount");
    struct claim_ask twice = ask_of(there, "return", "quality", 1);
    twice.lines[1] = twice.lines[0];
    twice.n = 2;
    assert_refused(try_open(&t, twice), ERR_INVALID, "line");
    twice.lines[1].line = 2;
    assert_refused(try_open(&t, twice), ERR_INVALID, "line");
    twice.n = 0;
    assert_refused(try_open(&t, twice), ERR_INVALID, "line");
    twice.n = ORDER_LINES_MAX + 1;
    assert_refused(try_open(&t, twice), ERR_INVALID, "line");
    assert_string_equal(t.s.f.info.key, "claims.choose_lines");
    at_day(&t.s, TODAY + ORDER_RETURN_DAYS + 1);
    assert_refused(try_open(&t, ask_of(there, "return", "no_reason", 1)), ERR_CONFLICT, "reason");
    event(&t.s, there, "close", ORDER_AS_SYSTEM);
    assert_refused(try_open(&t, ask_of(there, "return", "quality", 1)), ERR_CONFLICT, "status");
    close_town(&t);
}

static enum err for_nothing(struct db *db, struct arena *arena, int64_t show_id, int64_t sku_id,
                            int64_t now_ms, struct order_offer *out)
{
    (void)db, (void)arena, (void)show_id, (void)sku_id, (void)now_ms;
    out->price_fen = 0;
    return OK;
}

static void a_gift_can_be_exchanged_and_no_more(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    order_show_price(for_nothing);
    int64_t order = received(&t.s, want_in(SHOW, 3, 1));
    assert_refused(try_open(&t, ask_of(order, "refund", "damaged", 1)), ERR_CONFLICT, "amount");
    assert_ok(try_open(&t, ask_of(order, "exchange", "damaged", 1)));
    does(&t, "agree", ORDER_AS_FACTORY, &nothing);
    does(&t, "send_back", ORDER_AS_BUYER, &parcel);
    does(&t, "resend", ORDER_AS_FACTORY, &parcel);
    does(&t, "finish", ORDER_AS_BUYER, &nothing);
    close_town(&t);
}

static void a_piece_is_claimed_once(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t order = received(&t.s, want(1, 3));
    assert_ok(try_open(&t, ask_of(order, "return", "quality", 2)));
    int64_t first = t.claim;
    assert_refused(try_open(&t, ask_of(order, "return", "quality", 2)), ERR_CONFLICT, "pieces");
    assert_int_equal(t.s.f.info.limit, 1);
    assert_ok(try_open(&t, ask_of(order, "exchange", "quality", 1)));
    assert_ok(try_do(&t, first, "withdraw", ORDER_AS_BUYER, &nothing)); /* then it is free again */
    assert_int_equal(order_int(&t, order, "auto_at"), 0); /* the other is still open */
    assert_ok(try_open(&t, ask_of(order, "return", "quality", 2)));
    assert_refused(try_do(&t, first, "agree", ORDER_AS_FACTORY, &nothing), ERR_CONFLICT, "status");
    close_town(&t);
}

static void at_most_so_many_are_open(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t order = received(&t.s, want(1, CLAIM_OPEN_MAX + 1));
    for (int i = 0; i < CLAIM_OPEN_MAX; i++)
        assert_ok(try_open(&t, ask_of(order, "return", "quality", 1)));
    assert_refused(try_open(&t, ask_of(order, "return", "quality", 1)), ERR_CONFLICT, "status");
    close_town(&t);
}

static void a_refund_elsewhere_leaves_less(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t order = received(&t.s, want(1, 1));
    assert_ok(try_open(&t, ask_of(order, "refund", "damaged", 1)));
    refund(&t.s, order, 1, 0, 5000, "desk:1"); /* an operator's, meanwhile */
    does(&t, "refund", ORDER_AS_FACTORY, &nothing);
    assert_int_equal(order_int(&t, order, "refunded_fen"), 6900);
    struct rows rs;
    assert_ok(db_one(t.s.f.db, &q_claims_get, ARGS(V_INT(t.claim)), &t.s.f.arena, &rs));
    assert_int_equal(row_int(&rs, 0, "refund_fen"), 1900);
    close_town(&t);
}

static void pieces_that_went_back_elsewhere_do_not_come_twice(void **state)
{
    (void)state;
    struct table t;
    struct rows rs;
    open_town(&t);
    int64_t order = received(&t.s, want(1, 3));
    assert_ok(try_open(&t, ask_of(order, "return", "quality", 2)));
    does(&t, "agree", ORDER_AS_FACTORY, &nothing);
    does(&t, "send_back", ORDER_AS_BUYER, &parcel);
    refund(&t.s, order, 1, 2, 6900, "desk:1");
    does(&t, "refund", ORDER_AS_FACTORY, &nothing);
    assert_ok(db_select(t.s.f.db, &q_trade_lines, ARGS(V_INT(order)), &t.s.f.arena, &rs));
    assert_int_equal(row_int(&rs, 0, "returned"), 3);
    assert_int_equal(order_int(&t, order, "refunded_fen"), 3 * 6900);
    close_town(&t);
}

static void an_order_that_is_over_closes_its_claims(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t order = paid(&t, want(1, 2));
    assert_ok(try_open(&t, ask_of(order, "refund", "late", 1)));
    assert_ok(order_do(&t.s.f.tx, order, "cancel", (struct order_actor){BUYER, ORDER_AS_BUYER},
                       STR_NONE));
    turn(&t.s);
    assert_status(t.claim, "overtaken");
    assert_int_equal(order_int(&t, order, "refunded_fen"), 2 * 6900);
    close_town(&t);
}

static void the_table_is_this(void **state)
{
    (void)state;
    char said[STATES_TEXT_MAX];
    states_say(&claim_transitions, said);
    assert_string_equal(said, "- open asked B\n"
                              "asked refund done FOS\n"
                              "asked agree agreed FOS\n"
                              "asked refuse refused F!\n"
                              "asked withdraw withdrawn B\n"
                              "asked overtake overtaken S\n"
                              "agreed send_back sent_back B\n"
                              "agreed refund done FO\n"
                              "agreed withdraw withdrawn B\n"
                              "agreed lapse lapsed S\n"
                              "agreed overtake overtaken S\n"
                              "sent_back refund done FOS\n"
                              "sent_back resend resent F\n"
                              "sent_back refuse refused F!\n"
                              "sent_back overtake overtaken S\n"
                              "resent finish done BS\n"
                              "resent dispute disputed B!\n"
                              "resent overtake overtaken S\n"
                              "refused dispute disputed B!\n"
                              "refused withdraw withdrawn B\n"
                              "refused lapse lapsed S\n"
                              "refused overtake overtaken S\n"
                              "disputed agree agreed O\n"
                              "disputed decide done O!\n"
                              "disputed reject rejected O!\n"
                              "disputed withdraw withdrawn B\n"
                              "disputed overtake overtaken S\n");
}

static void who_may_what(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t order = received(&t.s, want(1, 1));
    assert_ok(try_open(&t, ask_of(order, "return", "quality", 1)));
    static const struct {
        const char *event;
        unsigned as;
    } no[] = {{"agree", ORDER_AS_BUYER},
              {"refund", ORDER_AS_BUYER},
              {"refuse", ORDER_AS_BUYER},
              {"withdraw", ORDER_AS_FACTORY},
              {"overtake", ORDER_AS_OPERATOR}};
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
        assert_int_equal(try_do(&t, t.claim, no[i].event, no[i].as, &words), ERR_FORBIDDEN);
    /* Money for goods that did not come back is the maker's gift, never the clock's. */
    assert_refused(try_do(&t, t.claim, "refund", ORDER_AS_SYSTEM, &nothing), ERR_CONFLICT,
                   "status");
    assert_refused(try_do(&t, t.claim, "resend", ORDER_AS_FACTORY, &parcel), ERR_CONFLICT,
                   "status");
    does(&t, "agree", ORDER_AS_FACTORY, &nothing);
    const struct claim_more by_whom = {.carrier = parcel.carrier},
                            which = {.number = parcel.number};
    assert_refused(try_do(&t, t.claim, "send_back", ORDER_AS_BUYER, &by_whom), ERR_INVALID,
                   "number");
    assert_refused(try_do(&t, t.claim, "send_back", ORDER_AS_BUYER, &which), ERR_INVALID,
                   "carrier");
    does(&t, "send_back", ORDER_AS_BUYER, &parcel);
    assert_refused(try_do(&t, t.claim, "send_back", ORDER_AS_BUYER, &parcel), ERR_CONFLICT,
                   "status");
    assert_refused(try_do(&t, t.claim, "resend", ORDER_AS_FACTORY, &parcel), ERR_CONFLICT, "kind");
    assert_refused(try_do(&t, t.claim, "withdraw", ORDER_AS_BUYER, &nothing), ERR_CONFLICT,
                   "status");
    assert_int_equal(try_do(&t, 9999, "agree", ORDER_AS_FACTORY, &nothing), ERR_NOT_FOUND);
    close_town(&t);
}

static int64_t paid_with_freight(struct table *t, struct order_request rq)
{
    int64_t order = placed(&t->s, rq);
    assert_ok(db_script(t->s.f.db, arena_printf(&t->s.f.arena,
                                                "UPDATE orders SET freight_fen = 800, total_fen ="
                                                " total_fen + 800 WHERE id = %lld",
                                                (long long)order)));
    assert_ok(order_pay(&t->s.f.tx, order, (struct order_actor){BUYER, ORDER_AS_BUYER}));
    return order;
}

static void freight_goes_back_once(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t order = paid_with_freight(&t, want(1, 1));
    assert_ok(try_open(&t, ask_of(order, "refund", "late", 1)));
    const struct order_refund desk = {.order_id = order, .freight_fen = 500, .key = STR("desk:1")};
    assert_ok(order_refund(&t.s.f.tx, &desk, (struct order_actor){0, ORDER_AS_OPERATOR}, STR("x")));
    turn(&t.s);
    does(&t, "refund", ORDER_AS_FACTORY, &nothing);
    assert_int_equal(order_int(&t, order, "freight_refunded_fen"), 800);
    assert_int_equal(order_int(&t, order, "refunded_fen"), 6900 + 800);
    close_town(&t);
}

static void a_decision_of_less_takes_the_goods_first(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t order = paid_with_freight(&t, want(1, 1));
    assert_ok(try_open(&t, ask_of(order, "refund", "late", 1)));
    does(&t, "refuse", ORDER_AS_FACTORY, &words);
    does(&t, "dispute", ORDER_AS_BUYER, &words);
    struct claim_more decision = words;
    decision.amount_fen = 7000;
    does(&t, "decide", ORDER_AS_OPERATOR, &decision);
    assert_int_equal(order_int(&t, order, "refunded_fen"), 7000);
    assert_int_equal(order_int(&t, order, "freight_refunded_fen"), 100);
    close_town(&t);
}

static void freight_goes_back_when_nothing_stays(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    const struct {
        const char *kind, *reason;
        int64_t pieces, fen;
        bool sent;
    } cases[] = {{"refund", "late", 2, 2 * 6900 + 800, false},
                 {"refund", "late", 1, 6900, false},
                 {"return", "quality", 2, 2 * 6900 + 800, true},
                 {"return", "quality", 1, 6900, true},
                 {"return", "no_reason", 2, 2 * 6900, true}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t order = paid_with_freight(&t, want(i < 3 ? 1 : 2, 2));
        if (cases[i].sent) {
            event(&t.s, order, "ship", ORDER_AS_FACTORY);
            event(&t.s, order, "receive", ORDER_AS_BUYER);
        }
        assert_ok(try_open(&t, ask_of(order, cases[i].kind, cases[i].reason, cases[i].pieces)));
        if (cases[i].sent) {
            does(&t, "agree", ORDER_AS_FACTORY, &nothing);
            does(&t, "send_back", ORDER_AS_BUYER, &parcel);
        }
        does(&t, "refund", ORDER_AS_FACTORY, &nothing);
        assert_int_equal(order_int(&t, order, "refunded_fen"), cases[i].fen);
    }
    close_town(&t);
}

/* --- clocks --- */

static void later(struct table *t, int64_t ms)
{
    int stepped;
    t->s.f.tx.now_ms += ms;
    assert_ok(claim_clock(&t->s.f.tx, 100, &stepped));
    turn(&t->s);
}

static void the_orders_clock_has_a_day_left_at_least(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t order = received(&t.s, want(1, 1));
    t.s.f.tx.now_ms = order_int(&t, order, "auto_at") - CLAIM_HOUR_MS;
    assert_ok(try_open(&t, ask_of(order, "return", "quality", 1)));
    t.s.f.tx.now_ms += CLAIM_HOUR_MS;
    does(&t, "withdraw", ORDER_AS_BUYER, &nothing);
    assert_int_equal(order_int(&t, order, "auto_at"), t.s.f.tx.now_ms + CLAIM_REST_MS);
    close_town(&t);
}

static void silence_is_an_answer(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t order = received(&t.s, want(1, 3));
    assert_ok(try_open(&t, ask_of(order, "return", "quality", 1)));
    int64_t back = t.claim;
    assert_ok(try_open(&t, ask_of(order, "refund", "damaged", 1)));
    later(&t, CLAIM_ANSWER_MS - 1);
    assert_status(back, "asked");
    later(&t, 1);
    assert_status(back, "agreed"); /* goods first */
    assert_status(t.claim, "done");
    assert_int_equal(order_int(&t, order, "refunded_fen"), 6900);
    assert_ok(try_do(&t, back, "send_back", ORDER_AS_BUYER, &parcel));
    later(&t, CLAIM_ARRIVE_MS);
    assert_status(back, "done");
    assert_int_equal(order_int(&t, order, "refunded_fen"), 2 * 6900);
    /* Who does not send, or does not dispute, gives up. */
    assert_ok(try_open(&t, ask_of(order, "return", "quality", 1)));
    does(&t, "agree", ORDER_AS_FACTORY, &nothing);
    later(&t, CLAIM_SEND_MS);
    assert_status(t.claim, "lapsed");
    assert_ok(try_open(&t, ask_of(order, "return", "quality", 1)));
    does(&t, "refuse", ORDER_AS_FACTORY, &words);
    later(&t, CLAIM_DISPUTE_MS);
    assert_status(t.claim, "lapsed");
    assert_int_equal(order_int(&t, order, "refunded_fen"), 2 * 6900);
    assert_true(order_int(&t, order, "auto_at") >= t.s.f.tx.now_ms + CLAIM_REST_MS);
    close_town(&t);
}

static void a_claim_of_nothing_left_ends_by_itself(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t order = received(&t.s, want(1, 2));
    assert_ok(try_open(&t, ask_of(order, "refund", "damaged", 1)));
    refund(&t.s, order, 1, 0, 2 * 6900 - 1, "desk:2"); /* one fen is left */
    refund(&t.s, order, 1, 0, 1, "desk:3");
    assert_status(t.claim, "overtaken"); /* the order is over */
    close_town(&t);
}

static void receipt_while_a_claim_is_open_stops_the_clock_again(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t order = shipped(&t.s, want(1, 1));
    assert_ok(try_open(&t, ask_of(order, "refund", "missing", 1)));
    event(&t.s, order, "receive", ORDER_AS_BUYER);
    assert_int_equal(order_int(&t, order, "auto_at"), 0);
    does(&t, "withdraw", ORDER_AS_BUYER, &nothing);
    assert_int_equal(order_int(&t, order, "auto_at"),
                     t.s.f.tx.now_ms + ORDER_RETURN_DAYS * CLAIM_DAY_MS);
    close_town(&t);
}

/* --- words, and the check --- */

static void notes_are_sealed_and_few(void **state)
{
    (void)state;
    struct table t;
    struct rows rs;
    open_town(&t);
    int64_t order = received(&t.s, want(1, 1));
    struct claim_ask ask = ask_of(order, "return", "quality", 1);
    ask.text = STR("call 13800000000");
    assert_ok(try_open(&t, ask));
    assert_ok(db_select(t.s.f.db, &q_claims_notes, ARGS(V_INT(t.claim)), &t.s.f.arena, &rs));
    assert_int_equal(rs.n, 1);
    struct str text = row_str(&rs, 0, "words");
    assert_null(memmem(text.p, text.n, "13800000000", 11));
    enum err e = OK;
    int n = 1;
    for (; !e && n < 2 * CLAIM_NOTES_MAX; n++)
        e = claim_say(&t.s.f.tx, t.claim, (struct order_actor){BUYER, ORDER_AS_BUYER}, STR("x"),
                      NULL);
    assert_int_equal(e, ERR_LIMIT);
    assert_int_equal(n, CLAIM_NOTES_MAX + 1);
    close_town(&t);
}

static void the_check_finds_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *says;
    } wrongs[] = {
        {"UPDATE claims SET refund_fen = 6899 WHERE id = 1", "claim 1: what went back"},
        {"UPDATE claims SET ended_at = NULL WHERE id = 1", "claim 1: its end or its clock"},
        {"UPDATE claims SET due_at = NULL WHERE id = 2", "claim 2: its end or its clock"},
        {"UPDATE claims SET status = 'agreed' WHERE id = 2", "claim 2: its state"},
        {"UPDATE orders SET auto_at = 1", "claim 2: it is open"},
        {"DELETE FROM claim_lines WHERE claim_id = 2", "claim 2: it is about nothing"},
    };
    struct table t;
    open_town(&t);
    int64_t order = received(&t.s, want(1, 2));
    assert_ok(try_open(&t, ask_of(order, "refund", "damaged", 1)));
    does(&t, "refund", ORDER_AS_FACTORY, &nothing);
    assert_ok(try_open(&t, ask_of(order, "return", "quality", 1)));
    for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
        char said[2000] = "";
        int n;
        assert_ok(db_savepoint(t.s.f.db));
        assert_ok(db_script(t.s.f.db, wrongs[i].sql));
        assert_ok(claims_check(t.s.f.db, &t.s.f.arena, shop_say, said, &n));
        assert_true(n > 0);
        assert_non_null(strstr(said, wrongs[i].says));
        db_savepoint_rollback(t.s.f.db);
    }
    close_town(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_shipping_the_money_comes_when_it_is_agreed),
        cmocka_unit_test(goods_come_back_and_shares_with_them),
        cmocka_unit_test(what_came_back_broken_is_not_sold_again),
        cmocka_unit_test(an_exchange_sends_the_same_anew),
        cmocka_unit_test(an_exchange_that_cannot_be_sent_becomes_a_refund),
        cmocka_unit_test(the_base_decides_what_the_two_cannot),
        cmocka_unit_test(goods_that_came_back_are_decided_upon),
        cmocka_unit_test(what_was_paid_back_is_not_exchanged),
        cmocka_unit_test(what_cannot_be_asked_for),
        cmocka_unit_test(a_gift_can_be_exchanged_and_no_more),
        cmocka_unit_test(a_piece_is_claimed_once),
        cmocka_unit_test(at_most_so_many_are_open),
        cmocka_unit_test(a_refund_elsewhere_leaves_less),
        cmocka_unit_test(an_order_that_is_over_closes_its_claims),
        cmocka_unit_test(the_table_is_this),
        cmocka_unit_test(who_may_what),
        cmocka_unit_test(freight_goes_back_when_nothing_stays),
        cmocka_unit_test(freight_goes_back_once),
        cmocka_unit_test(a_decision_of_less_takes_the_goods_first),
        cmocka_unit_test(the_orders_clock_has_a_day_left_at_least),
        cmocka_unit_test(pieces_that_went_back_elsewhere_do_not_come_twice),
        cmocka_unit_test(silence_is_an_answer),
        cmocka_unit_test(a_claim_of_nothing_left_ends_by_itself),
        cmocka_unit_test(receipt_while_a_claim_is_open_stops_the_clock_again),
        cmocka_unit_test(notes_are_sealed_and_few),
        cmocka_unit_test(the_check_finds_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
