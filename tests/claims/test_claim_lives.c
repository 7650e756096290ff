/*
 * Random lives of claims beside a plain reference: who may ask for what, whose turn it is, what
 * goes back. The reference knows nothing of tables, purses or queries.
 *
 *   GUILDHALL_LIVES_SEED, GUILDHALL_LIVES   another beginning, another number of orders
 */
#include "../settle/sharing.h"

#include <stdlib.h>

#include "base/rnd.h"
#include "store/queries.h"
#include "town/claims/claims.h"

enum {
    LIVES = 2000,
    LIVES_ON_SERVER = 150, /* each statement is a journey */
    LINES = 2,
    STEPS = 20,
    CLAIMS = STEPS,
    PRICE = 6900,
    STEP_ARENA = 8 << 20,
};

enum status {
    NONE,
    ASKED,
    AGREED,
    SENT_BACK,
    RESENT,
    REFUSED,
    DISPUTED, /* open till here */
    DONE,
    WITHDRAWN,
    LAPSED,
    REJECTED,
    OVERTAKEN
};
static const char *const names[] = {"",          "asked",   "agreed",   "sent_back",
                                    "resent",    "refused", "disputed", "done",
                                    "withdrawn", "lapsed",  "rejected", "overtaken"};
enum kind { REFUND, RETURN, EXCHANGE };
static const char *const kinds[] = {"refund", "return", "exchange"};
enum stage { PAID, SHIPPED, RECEIVED, REFUNDED };
static const char *const stages[] = {"paid", "shipped", "received", "refunded"};
static const char *const reasons[] = {"no_reason", "quality", "missing"};
static const unsigned actors[] = {ORDER_AS_BUYER, ORDER_AS_FACTORY, ORDER_AS_OPERATOR,
                                  ORDER_AS_SYSTEM};
enum actor { BUY, MAKE, BASE, CLOCK };

struct ref_claim {
    int64_t id, due, pieces[LINES], fen[LINES], refund;
    enum kind kind;
    enum status status;
    bool came, anew; /* the goods are back at the maker's; others are on their way to the buyer */
};
struct ref_order {
    int64_t id, quantity[LINES], returned[LINES], refunded[LINES], received_at;
    enum stage stage;
    struct ref_claim claims[CLAIMS];
    int n;
};

static struct world {
    struct shop shop;
    uint64_t random;
    int64_t left[LINES]; /* on the shelf, of each line's SKU */
    int answers, refused, reached[OVERTAKEN + 1];
} w;

static uint64_t below(uint64_t n)
{
    w.random ^= w.random << 13;
    w.random ^= w.random >> 7;
    w.random ^= w.random << 17;
    return w.random % n;
}

static bool is_open(const struct ref_claim *c)
{
    return c->status >= ASKED && c->status <= DISPUTED;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* --- the reference: each gives what must be answered, and does it --- */

static void ref_set(struct ref_claim *c, enum status to, int64_t now)
{
    static const int64_t waits[] = {
        [ASKED] = CLAIM_ANSWER_MS,  [AGREED] = CLAIM_SEND_MS,     [SENT_BACK] = CLAIM_ARRIVE_MS,
        [RESENT] = CLAIM_FINISH_MS, [REFUSED] = CLAIM_DISPUTE_MS, [DISPUTED] = 0};
    c->status = to;
    w.reached[to]++;
    c->due = to < DISPUTED ? now + waits[to] : 0;
}

/* All that was paid has gone back: the order is over, and so is what is still open of it. */
static void ref_look_whether_over(struct ref_order *o, int64_t now)
{
    for (int k = 0; k < LINES; k++)
        if (o->refunded[k] < o->quantity[k] * PRICE)
            return;
    o->stage = REFUNDED;
    for (int i = 0; i < o->n; i++)
        if (is_open(&o->claims[i]))
            ref_set(&o->claims[i], OVERTAKEN, now);
}

static enum err ref_open(struct ref_order *o, const struct claim_ask *ask, enum kind kind,
                         int64_t now)
{
    struct ref_claim c = {.kind = kind};
    bool no_reason = strcmp(ask->reason, "no_reason") == 0;
    int open = 0;
    int64_t sum = 0, rest = ask->amount_fen;
    if (o->stage == REFUNDED || (o->stage == PAID && kind != REFUND))
        return ERR_CONFLICT;
    if (o->stage != PAID && no_reason && kind == REFUND)
        return ERR_INVALID;
    if (no_reason && o->stage == RECEIVED && now > o->received_at + 7 * CLAIM_DAY_MS)
        return ERR_CONFLICT;
    for (int i = 0; i < o->n; i++)
        open += is_open(&o->claims[i]);
    if (open >= CLAIM_OPEN_MAX)
        return ERR_CONFLICT;
    for (size_t i = 0; i < ask->n; i++) {
        int64_t k = ask->lines[i].line - 1, taken = o->returned[k], asked = o->refunded[k];
        for (int j = 0; j < o->n; j++)
            if (is_open(&o->claims[j])) {
                taken += o->claims[j].pieces[k];
                asked += o->claims[j].fen[k];
            }
        if (ask->lines[i].pieces > o->quantity[k] - taken)
            return ERR_CONFLICT;
        int64_t money = o->quantity[k] * PRICE - asked;
        c.pieces[k] = ask->lines[i].pieces;
        c.fen[k] = smaller(c.pieces[k] * PRICE, money > 0 ? money : 0);
        sum += c.fen[k];
    }
    if (ask->amount_fen && (kind != REFUND || ask->amount_fen > sum))
        return ERR_INVALID;
    for (size_t i = 0; ask->amount_fen && i < ask->n; i++) {
        int64_t k = ask->lines[i].line - 1;
        c.fen[k] = smaller(c.fen[k], rest);
        rest -= c.fen[k];
    }
    if (sum == 0)
        return ERR_CONFLICT;
    ref_set(&c, ASKED, now);
    o->claims[o->n++] = c;
    return OK;
}

/* With goods: they have come back, or never left. */
static enum err ref_refund(struct ref_order *o, struct ref_claim *c, bool goods, bool for_sale,
                           int64_t most, int64_t now)
{
    int64_t fen[LINES], pieces[LINES], all = 0, n = 0;
    for (int k = 0; k < LINES; k++) {
        fen[k] = smaller(smaller(c->fen[k], o->quantity[k] * PRICE - o->refunded[k]), most);
        pieces[k] = goods ? smaller(c->pieces[k], o->quantity[k] - o->returned[k]) : 0;
        most -= fen[k];
        all += fen[k];
        n += pieces[k];
    }
    if (all == 0 && n == 0)
        return ERR_CONFLICT;
    for (int k = 0; k < LINES; k++) {
        o->refunded[k] += fen[k];
        o->returned[k] += pieces[k];
        w.left[k] += for_sale ? pieces[k] : 0;
    }
    c->refund = all;
    ref_set(c, DONE, now);
    ref_look_whether_over(o, now);
    return OK;
}

static enum err ref_do(struct ref_order *o, struct ref_claim *c, const char *event, enum actor by,
                       const struct claim_more *more, int64_t now)
{
    int64_t asked = c->fen[0] + c->fen[1];
    bool home = o->stage == PAID, goods = c->kind != REFUND, came = c->came && !c->anew;
#define IS(name) (strcmp(event, name) == 0)
#define ONLY(condition)                                                                            \
    if (!(condition))                                                                              \
    return ERR_FORBIDDEN
    enum status s = c->status, to;
    if (IS("refund") && (s == ASKED || s == AGREED || s == SENT_BACK)) {
        ONLY(by == MAKE || by == BASE || (by == CLOCK && s != AGREED));
        if (by == CLOCK && goods && s != SENT_BACK)
            return ERR_CONFLICT;
        return ref_refund(o, c, home || (came && goods), home || more->is_for_sale, asked, now);
    }
    if (IS("decide") && s == DISPUTED) {
        ONLY(by == BASE);
        if (!more->text.n || more->amount_fen < 1 || more->amount_fen > asked)
            return ERR_INVALID;
        return ref_refund(o, c, home || came, home || more->is_for_sale, more->amount_fen, now);
    }
    if (IS("agree") && (s == ASKED || s == DISPUTED)) {
        ONLY(by == BASE || (s == ASKED && by != BUY));
        if (!goods || c->came)
            return ERR_CONFLICT;
        to = AGREED;
    } else if (IS("refuse") && (s == ASKED || s == SENT_BACK)) {
        ONLY(by == MAKE);
        to = REFUSED;
    } else if (IS("withdraw") && (s == ASKED || s == AGREED || s == REFUSED || s == DISPUTED)) {
        ONLY(by == BUY);
        to = WITHDRAWN;
    } else if (IS("send_back") && s == AGREED) {
        ONLY(by == BUY);
        to = SENT_BACK;
    } else if (IS("resend") && s == SENT_BACK) {
        ONLY(by == MAKE);
        if (c->kind != EXCHANGE)
            return ERR_CONFLICT;
        for (int k = 0; k < LINES; k++)
            w.left[k] -= more->is_for_sale ? 0 : c->pieces[k];
        to = RESENT;
    } else if (IS("finish") && s == RESENT) {
        ONLY(by == BUY || by == CLOCK);
        to = DONE;
    } else if (IS("dispute") && (s == REFUSED || s == RESENT)) {
        ONLY(by == BUY);
        to = DISPUTED;
    } else if (IS("reject") && s == DISPUTED) {
        ONLY(by == BASE);
        to = REJECTED;
    } else if (IS("lapse") && (s == AGREED || s == REFUSED)) {
        ONLY(by == CLOCK);
        to = LAPSED;
    } else
        return ERR_CONFLICT;
    if ((to == REFUSED || to == DISPUTED || to == REJECTED) && !more->text.n)
        return ERR_INVALID;
    c->came = c->came || to == SENT_BACK;
    c->anew = c->anew || to == RESENT;
    ref_set(c, to, now);
    return OK;
}

static void ref_clock(struct ref_order *o, int64_t now)
{
    static const struct claim_more nothing;
    for (;;) { /* the one that has been due for longest, then the one that was asked first */
        struct ref_claim *first = NULL;
        for (int i = 0; i < o->n; i++)
            if (is_open(&o->claims[i]) && o->claims[i].due && o->claims[i].due <= now &&
                (!first || o->claims[i].due < first->due))
                first = &o->claims[i];
        if (!first)
            return;
        const char *event = first->status == ASKED ? first->kind == REFUND ? "refund" : "agree"
                            : first->status == SENT_BACK ? "refund"
                            : first->status == RESENT    ? "finish"
                                                         : "lapse";
        if (ref_do(o, first, event, CLOCK, &nothing, now) != OK)
            ref_set(first, OVERTAKEN, now);
    }
}

/* --- what is compared --- */

static void compare(const struct ref_order *o)
{
    struct rows rs, lines;
    bool open = false;
    struct arena *arena = &w.shop.f.arena;
    assert_ok(db_one(w.shop.f.db, &q_trade_order_get, ARGS(V_INT(o->id)), arena, &rs));
    assert_ok(db_select(w.shop.f.db, &q_claims_lines_of_order, ARGS(V_INT(o->id)), arena, &lines));
    assert_true(str_eq_z(row_str(&rs, 0, "status"), stages[o->stage]));
    for (size_t k = 0; k < LINES; k++) {
        assert_int_equal(row_int(&lines, k, "refunded_fen"), o->refunded[k]);
        assert_int_equal(row_int(&lines, k, "returned"), o->returned[k]);
        assert_int_equal(left(&w.shop, (int64_t)k + 1), w.left[k]);
    }
    for (int i = 0; i < o->n; i++) {
        struct rows claim;
        const struct ref_claim *c = &o->claims[i];
        assert_ok(db_one(w.shop.f.db, &q_claims_get, ARGS(V_INT(c->id)), arena, &claim));
        assert_true(str_eq_z(row_str(&claim, 0, "status"), names[c->status]));
        assert_int_equal(row_null(&claim, 0, "due_at") ? 0 : row_int(&claim, 0, "due_at"), c->due);
        assert_int_equal(row_null(&claim, 0, "refund_fen") ? 0 : row_int(&claim, 0, "refund_fen"),
                         c->refund);
        open = open || is_open(c);
    }
    if (open)
        assert_true(row_null(&rs, 0, "auto_at"));
    else if (o->stage == SHIPPED || o->stage == RECEIVED)
        assert_false(row_null(&rs, 0, "auto_at"));
}

static void told(enum err said, enum err wanted)
{
    if (said != wanted)
        print_message("said %s, wanted %s (%s)\n", err_name(said), err_name(wanted),
                      w.shop.f.info.key ? w.shop.f.info.key : "");
    assert_int_equal(said, wanted);
    w.answers++;
    w.refused += wanted != OK;
}

/* --- steps --- */

static void step_open(struct ref_order *o)
{
    struct tx *tx = &w.shop.f.tx;
    enum kind kind = (enum kind)below(3);
    struct claim_ask ask = {
        .order_id = o->id, .buyer_id = BUYER, .kind = kinds[kind], .reason = reasons[below(3)]};
    for (int k = 0; k < LINES; k++)
        if (below(3))
            ask.lines[ask.n++] =
                (struct claim_line){k + 1, 1 + (int64_t)below((uint64_t)o->quantity[k] + 1)};
    if (ask.n == 0 || o->n == CLAIMS)
        return;
    if (below(4) == 0)
        ask.amount_fen = 1 + (int64_t)below(2 * PRICE);
    enum err wanted = ref_open(o, &ask, kind, tx->now_ms);
    int64_t id;
    assert_ok(db_savepoint(w.shop.f.db));
    enum err e = claim_open(tx, &ask, &id);
    if (e)
        db_savepoint_rollback(w.shop.f.db);
    else
        assert_ok(db_savepoint_release(w.shop.f.db));
    told(e, wanted);
    if (!e)
        o->claims[o->n - 1].id = id;
}

static enum status status_of(const char *name)
{
    int i = ASKED;
    while (strcmp(names[i], name) != 0)
        i++;
    return (enum status)i;
}

/* Something that the state knows: half of the time what has led where few have come yet. */
static const struct transition *likely(const struct ref_claim *c)
{
    const struct transition *found = NULL;
    bool rarest = below(2);
    int n = 0;
    for (size_t i = 0; i < claim_transitions.n; i++) {
        const struct transition *t = &claim_transitions.rows[i];
        if (!t->from || strcmp(t->from, names[c->status]) != 0 || strcmp(t->event, "overtake") == 0)
            continue;
        bool rarer = found && w.reached[status_of(t->to)] < w.reached[status_of(found->to)];
        if (!found || (rarest ? rarer : below((uint64_t)++n + 1) == 0))
            found = t;
    }
    return found;
}

static void step_do(struct ref_order *o)
{
    static const char *const events[] = {"agree",     "refund", "refuse", "withdraw",
                                         "send_back", "resend", "finish", "dispute",
                                         "decide",    "reject", "lapse"};
    struct tx *tx = &w.shop.f.tx;
    if (o->n == 0)
        return;
    struct ref_claim *c = &o->claims[below((uint64_t)o->n)];
    const char *event = events[below(sizeof(events) / sizeof(events[0]))];
    enum actor by = (enum actor)below(4);
    const struct transition *t = likely(c);
    if (t && below(8)) {
        event = t->event;
        while (!(t->who & actors[by]))
            by = (enum actor)((by + 1) % 4);
    }
    const struct claim_more more = {.text = below(8) ? STR("why") : STR_NONE,
                                    .carrier = STR("Lake"),
                                    .number = STR("L-1"),
                                    .is_for_sale = below(2),
                                    .amount_fen = (int64_t)below(2 * PRICE)};
    int64_t shelf[LINES] = {w.left[0], w.left[1]};
    struct ref_order before = *o;
    enum err wanted = ref_do(o, c, event, by, &more, tx->now_ms);
    if (wanted != OK) { /* a refusal has done nothing */
        *o = before;
        memcpy(w.left, shelf, sizeof(shelf));
    }
    w.shop.f.info = (struct err_info){0};
    assert_ok(db_savepoint(w.shop.f.db));
    enum err e =
        claim_do(tx, c->id, event, (struct order_actor){by == CLOCK ? 0 : 1, actors[by]}, &more);
    if (e)
        db_savepoint_rollback(w.shop.f.db);
    else
        assert_ok(db_savepoint_release(w.shop.f.db));
    told(e, wanted);
}

static void step_wait(struct ref_order *o)
{
    static const int64_t hours[] = {1, 30, 49, 24 * 8, 24 * 11};
    int stepped;
    w.shop.f.tx.now_ms += hours[below(5)] * CLAIM_HOUR_MS;
    ref_clock(o, w.shop.f.tx.now_ms);
    assert_ok(claim_clock(&w.shop.f.tx, 1000, &stepped));
}

static void step_order(struct ref_order *o)
{
    struct tx *tx = &w.shop.f.tx;
    bool waits = false;
    for (int i = 0; i < o->n; i++)
        waits = waits || o->claims[i].status == ASKED;
    bool ships = o->stage == PAID;
    if (o->stage != PAID && o->stage != SHIPPED)
        return;
    assert_ok(db_savepoint(w.shop.f.db));
    enum err e =
        order_do(tx, o->id, ships ? "ship" : "receive",
                 (struct order_actor){1, ships ? ORDER_AS_FACTORY : ORDER_AS_BUYER}, STR_NONE);
    if (e)
        db_savepoint_rollback(w.shop.f.db);
    else
        assert_ok(db_savepoint_release(w.shop.f.db));
    told(e, ships && waits ? ERR_CONFLICT : OK);
    if (e)
        return;
    o->stage = ships ? SHIPPED : RECEIVED;
    if (!ships)
        o->received_at = tx->now_ms;
}

/* An operator sends something back beside all claims. */
static void step_elsewhere(struct ref_order *o)
{
    char key[32];
    static int n;
    int k = (int)below(LINES);
    int64_t most = o->quantity[k] * PRICE - o->refunded[k];
    if (o->stage == REFUNDED || most == 0)
        return;
    int64_t fen = below(3) ? 1 + (int64_t)below((uint64_t)most) : most;
    snprintf(key, sizeof(key), "desk:%d", ++n);
    refund(&w.shop, o->id, k + 1, 0, fen, key);
    o->refunded[k] += fen;
    ref_look_whether_over(o, w.shop.f.tx.now_ms);
}

static void live(void)
{
    struct ref_order o = {0};
    struct order_request rq = want(1, 1 + (int64_t)below(3));
    rq.n = LINES;
    rq.wishes[1] = (struct order_wish){.sku_id = 2, .quantity = 1 + (int64_t)below(3)};
    o.id = placed(&w.shop, rq);
    assert_ok(order_pay(&w.shop.f.tx, o.id, (struct order_actor){BUYER, ORDER_AS_BUYER}));
    for (int k = 0; k < LINES; k++) {
        o.quantity[k] = rq.wishes[k].quantity;
        w.left[k] -= o.quantity[k];
    }
    for (int i = 0; i < STEPS; i++) {
        uint64_t what = below(16);
        if (what < 4)
            step_open(&o);
        else if (what < 11)
            step_do(&o);
        else if (what < 13)
            step_wait(&o);
        else if (what < 15)
            step_order(&o);
        else
            step_elsewhere(&o);
        compare(&o);
    }
    for (int i = 0; i < o.n && o.stage != REFUNDED; i++) /* of another life nothing is due */
        if (is_open(&o.claims[i])) {
            char sql[120];
            snprintf(sql, sizeof(sql), "UPDATE claims SET due_at = %lld WHERE id = %lld",
                     (long long)(INT64_MAX / 2), (long long)o.claims[i].id);
            assert_ok(db_script(w.shop.f.db, sql));
        }
}

static int number_of(const char *name, int otherwise)
{
    const char *text = getenv(name);
    return text ? atoi(text) : otherwise;
}

static void many_lives_are_as_the_reference_says(void **state)
{
    (void)state;
    int n, lives = number_of("GUILDHALL_LIVES", fixture_server() ? LIVES_ON_SERVER : LIVES);
    share_open(&w.shop);
    claims_start(NULL);
    rnd_fill(&w.random, sizeof(w.random));
    w.random = (uint64_t)number_of("GUILDHALL_LIVES_SEED", (int)(w.random >> 34)) + 1;
    print_message("# GUILDHALL_LIVES_SEED=%lld\n", (long long)w.random - 1);
    for (int k = 0; k < LINES; k++) {
        assert_ok(hall_stock_add(&w.shop.f.tx, k + 1, 1000000, ledger_id_new()));
        w.left[k] = left(&w.shop, k + 1);
    }
    for (int i = 0; i < lives; i++) {
        struct arena kept = w.shop.f.arena; /* each life in memory of its own */
        arena_init(&w.shop.f.arena, STEP_ARENA);
        live();
        turn(&w.shop);
        arena_free(&w.shop.f.arena);
        w.shop.f.arena = kept;
    }
    print_message("# %d answers, %d of them refusals; reached:", w.answers, w.refused);
    for (int i = ASKED; i <= OVERTAKEN; i++)
        print_message(" %s %d", names[i], w.reached[i]);
    print_message("\n");
    for (int i = ASKED; lives >= LIVES && i <= OVERTAKEN; i++)
        assert_true(w.reached[i] > 0);
    assert_ok(claims_check(w.shop.f.db, &w.shop.f.arena, shop_say, NULL, &n));
    assert_int_equal(n, 0);
    share_close(&w.shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(many_lives_are_as_the_reference_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
