/*
 * Random lives of orders beside a plain reference: what may happen in each state, what it says,
 * which pieces and which money it moves. The reference knows nothing of tables, holds or purses.
 *
 *   GUILDHALL_LIVES_SEED, GUILDHALL_LIVES   another beginning, another number of orders
 */
#include "shop.h"

#include <stdlib.h>

#include "base/rnd.h"
#include "store/queries.h"
#include "town/coupons/coupons.h"
#include "town/trade/order_state.h"

enum {
    LIVES = 3000,
    LIVES_ON_SERVER = 250, /* each statement is a journey */
    SKUS = 4,              /* 1 to 3 of one maker, 20 of another */
    LINES = 4,
    BUYERS = 40,
    FIRST_BUYER = 100,
    COUPON_OFF = 1000, /* each buyer has one of these, of the first maker */
    COUPON_LEAST = 10000,
    COUPON_DAYS = 200, /* it lapses before the last orders */
    STEP_ARENA = 8 * 1024 * 1024,
    DAY = 24 * 3600 * 1000,
    CHECK_EVERY = 1000,
};

enum status { PLACED, PAID, PACKED, SHIPPED, RECEIVED, CLOSED, REFUNDED, CANCELLED, EXPIRED };
static const char *const status_names[] = {"placed", "paid",     "packed",    "shipped", "received",
                                           "closed", "refunded", "cancelled", "expired"};

struct life_line {
    int sku; /* index */
    int64_t quantity, price, discount, returned, refunded;
};
struct life {
    int64_t id, buyer, total, refunded, hold_until, clock;
    struct life_line lines[LINES];
    int n;
    enum status status;
    int events;
    bool has_coupon;
};

static struct world {
    struct shop shop;
    uint64_t random;
    int64_t available[SKUS], sold[SKUS];
    int64_t claim[BUYERS], used_by[BUYERS], use_until; /* used_by: an order, or 0 */
    struct life *lives;
    int n, most;
    int steps, refused, reached[EXPIRED + 1], cut, not_cut;
} w;

static const int64_t sku_ids[SKUS] = {1, 2, 3, 20};

static uint64_t below(uint64_t n)
{
    w.random ^= w.random << 13;
    w.random ^= w.random >> 7;
    w.random ^= w.random << 17;
    return w.random % n;
}

static bool is_paid(const struct life *o)
{
    return o->status != PLACED && o->status != CANCELLED && o->status != EXPIRED;
}

/* --- the reference: each gives what must be answered, and does it --- */

static int64_t *coupon_of(const struct life *o)
{
    return &w.used_by[o->buyer - FIRST_BUYER];
}

/* By the largest remainder, the first of equal ones. */
static void ref_cut(struct life *o)
{
    int64_t rest[LINES], left = COUPON_OFF;
    for (int i = 0; i < o->n; i++) {
        int64_t part = COUPON_OFF * o->lines[i].quantity * o->lines[i].price;
        o->lines[i].discount = part / o->total;
        rest[i] = part % o->total;
        left -= o->lines[i].discount;
    }
    for (; left > 0; left--) {
        int most = 0;
        for (int i = 1; i < o->n; i++)
            most = rest[i] > rest[most] ? i : most;
        o->lines[most].discount++;
        rest[most] = -1;
    }
    o->total -= COUPON_OFF;
    o->has_coupon = true;
    *coupon_of(o) = o->id;
}

static void ref_coupon_free(const struct life *o)
{
    if (o->has_coupon && *coupon_of(o) == o->id)
        *coupon_of(o) = 0;
}

static enum err ref_place(int64_t buyer, const int64_t wish[SKUS], bool coupon, int64_t now)
{
    if (coupon && (w.used_by[buyer - FIRST_BUYER] || now >= w.use_until ||
                   (wish[0] + wish[1] + wish[2]) * 6900 < COUPON_LEAST))
        return ERR_CONFLICT;
    int64_t unpaid = 0, makers = (wish[0] + wish[1] + wish[2] > 0) + (wish[3] > 0);
    for (int i = 0; i < w.n; i++)
        unpaid += w.lives[i].buyer == buyer && !is_paid(&w.lives[i]) &&
                  w.lives[i].hold_until - ORDER_HOLD_MS > now - ORDER_UNPAID_WINDOW_MS;
    if (unpaid + makers > ORDER_UNPAID_MAX)
        return ERR_LIMIT;
    for (int k = 0; k < SKUS; k++)
        if (wish[k] > w.available[k])
            return ERR_SOLD_OUT;
    for (int maker = 0; maker < 2; maker++) {
        struct life o = {.id = w.n + 1, .buyer = buyer, .hold_until = now + ORDER_HOLD_MS};
        for (int k = maker ? 3 : 0; k < (maker ? 4 : 3); k++)
            if (wish[k]) {
                o.lines[o.n++] = (struct life_line){.sku = k, .quantity = wish[k], .price = 6900};
                o.total += wish[k] * 6900;
                w.available[k] -= wish[k];
            }
        o.events = 1;
        if (maker == 0 && coupon)
            ref_cut(&o);
        if (o.n)
            w.lives[w.n++] = o;
    }
    return OK;
}

static void ref_let_go(struct life *o)
{
    for (int i = 0; i < o->n; i++)
        w.available[o->lines[i].sku] += o->lines[i].quantity;
    ref_coupon_free(o);
}

static enum err ref_pay(struct life *o)
{
    if (o->status != PLACED && o->status != EXPIRED)
        return ERR_CONFLICT;
    for (int i = 0; o->status == EXPIRED && i < o->n; i++)
        if (w.available[o->lines[i].sku] < o->lines[i].quantity)
            return ERR_SOLD_OUT;
    if (o->status == EXPIRED && o->has_coupon) {
        if (*coupon_of(o))
            return ERR_CONFLICT; /* another order has it */
        *coupon_of(o) = o->id;
    }
    for (int i = 0; i < o->n; i++) {
        w.sold[o->lines[i].sku] += o->lines[i].quantity;
        if (o->status == EXPIRED)
            w.available[o->lines[i].sku] -= o->lines[i].quantity;
    }
    o->status = PAID;
    o->events++;
    return OK;
}

static void ref_back(struct life_line *line, int64_t pieces, int64_t fen, bool for_sale)
{
    line->returned += pieces;
    line->refunded += fen;
    w.sold[line->sku] -= pieces;
    w.available[line->sku] += for_sale ? pieces : 0;
}

/* Nothing was sent yet: the coupon is free again. */
static void ref_refunded(struct life *o)
{
    if (o->status == PAID || o->status == PACKED)
        ref_coupon_free(o);
    o->status = REFUNDED;
    o->clock = 0;
}

static void ref_all_back(struct life *o, bool for_sale)
{
    for (int i = 0; i < o->n; i++) {
        struct life_line *line = &o->lines[i];
        ref_back(line, line->quantity - line->returned,
                 line->quantity * line->price - line->discount - line->refunded, for_sale);
    }
    ref_refunded(o);
    o->refunded = o->total;
    o->events++;
}

static enum err ref_refund(struct life *o, int line, int64_t pieces, int64_t fen, bool for_sale)
{
    if (!is_paid(o) || o->status == REFUNDED)
        return ERR_CONFLICT;
    struct life_line *l = &o->lines[line];
    if (fen > l->quantity * l->price - l->discount - l->refunded ||
        pieces > l->quantity - l->returned || (fen == 0 && pieces == 0))
        return ERR_INVALID;
    ref_back(l, pieces, fen, for_sale);
    o->refunded += fen;
    o->events++;
    if (o->refunded == o->total)
        ref_refunded(o);
    return OK;
}

static enum err ref_event(struct life *o, const char *event, unsigned as, bool note, int64_t now)
{
    static const struct {
        const char *event;
        enum status from, to;
        unsigned who;
    } ways[] = {
        {"pack", PAID, PACKED, ORDER_AS_FACTORY},
        {"unpack", PACKED, PAID, ORDER_AS_FACTORY},
        {"ship", PAID, SHIPPED, ORDER_AS_FACTORY},
        {"ship", PACKED, SHIPPED, ORDER_AS_FACTORY},
        {"receive", SHIPPED, RECEIVED, ORDER_AS_BUYER | ORDER_AS_SYSTEM},
        {"close", RECEIVED, CLOSED, ORDER_AS_SYSTEM},
        {"cancel", PLACED, CANCELLED, ORDER_AS_BUYER | ORDER_AS_OPERATOR},
        {"cancel", PAID, REFUNDED, ORDER_AS_BUYER},
        {"call_off", PAID, REFUNDED, ORDER_AS_FACTORY | ORDER_AS_OPERATOR},
        {"call_off", PACKED, REFUNDED, ORDER_AS_FACTORY | ORDER_AS_OPERATOR},
        {"expire", PLACED, EXPIRED, ORDER_AS_SYSTEM},
    };
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (strcmp(ways[i].event, event) || ways[i].from != o->status)
            continue;
        if (!(ways[i].who & as))
            return ERR_FORBIDDEN;
        if (!strcmp(event, "call_off") && !note)
            return ERR_INVALID;
        if (o->status == PLACED)
            ref_let_go(o);
        if (ways[i].to == REFUNDED) {
            ref_all_back(o, true);
            return OK;
        }
        o->status = ways[i].to;
        o->clock = o->status == SHIPPED    ? now + (int64_t)ORDER_RECEIVE_DAYS * DAY
                   : o->status == RECEIVED ? now + (int64_t)ORDER_RETURN_DAYS * DAY
                                           : 0;
        o->events++;
        return OK;
    }
    return ERR_CONFLICT;
}

/* What the town does by itself. */
static void ref_time(int64_t now)
{
    for (int i = 0; i < w.n; i++) {
        struct life *o = &w.lives[i];
        if (o->status == PLACED && o->hold_until <= now)
            ref_event(o, "expire", ORDER_AS_SYSTEM, false, now);
        else if (o->clock && o->clock <= now)
            ref_event(o, o->status == SHIPPED ? "receive" : "close", ORDER_AS_SYSTEM, false, now);
    }
}

/* --- the town, in a savepoint as the writer does --- */

static void begin_step(struct arena *own)
{
    arena_init(own, STEP_ARENA);
    w.shop.f.tx.arena = own;
    w.shop.f.info = (struct err_info){0};
    assert_ok(db_savepoint(w.shop.f.db));
}

static enum err end_step(struct arena *own, enum err e)
{
    if (e)
        db_savepoint_rollback(w.shop.f.db);
    else
        assert_ok(db_savepoint_release(w.shop.f.db));
    w.shop.f.tx.arena = &w.shop.f.arena;
    arena_free(own);
    w.refused += e != OK;
    return e;
}

static void expect(enum err wanted, enum err got, const char *what, int64_t id)
{
    if (wanted != got)
        fail_msg("step %d: %s of order %lld: expected %s, got %s (%s)", w.steps, what,
                 (long long)id, err_name(wanted), err_name(got),
                 w.shop.f.info.key ? w.shop.f.info.key : "-");
}

static void step_place(void)
{
    struct arena own;
    struct order_request rq = {.buyer_id = FIRST_BUYER + (int64_t)below(BUYERS)};
    int64_t wish[SKUS] = {0}, first, kinds = 1 + (int64_t)below(3);
    for (int64_t i = 0; i < kinds; i++) {
        int k = (int)below(SKUS);
        int64_t quantity = 1 + (int64_t)below(3);
        rq.wishes[rq.n++] = (struct order_wish){.sku_id = sku_ids[k], .quantity = quantity};
        wish[k] += quantity;
    }
    int64_t before = w.n;
    bool coupon = below(3) == 0;
    if (coupon)
        rq.coupons[rq.coupons_n++] = w.claim[rq.buyer_id - FIRST_BUYER];
    begin_step(&own);
    enum err e = end_step(&own, order_place(&w.shop.f.tx, &rq, &first));
    expect(ref_place(rq.buyer_id, wish, coupon, w.shop.f.tx.now_ms), e, "placing", before + 1);
    w.cut += coupon && !e;
    w.not_cut += coupon && e == ERR_CONFLICT;
    if (!e)
        assert_int_equal(first, before + 1);
}

static void step_pay(struct life *o)
{
    struct arena own;
    begin_step(&own);
    enum err e = end_step(
        &own, order_pay(&w.shop.f.tx, o->id, (struct order_actor){o->buyer, ORDER_AS_CASHIER}));
    expect(ref_pay(o), e, "payment", o->id);
}

static void step_event(struct life *o)
{
    static const char *const events[] = {"pack",   "unpack",   "ship", "receive", "close",
                                         "cancel", "call_off", "ship", "receive", "pack"};
    static const unsigned all[] = {ORDER_AS_BUYER,  ORDER_AS_FACTORY, ORDER_AS_OPERATOR,
                                   ORDER_AS_SYSTEM, ORDER_AS_FACTORY, ORDER_AS_BUYER};
    static const struct {
        const char *event;
        unsigned as;
    } next[] = {[PAID] = {"pack", ORDER_AS_FACTORY},
                [PACKED] = {"ship", ORDER_AS_FACTORY},
                [SHIPPED] = {"receive", ORDER_AS_BUYER},
                [RECEIVED] = {"close", ORDER_AS_SYSTEM}};
    struct arena own;
    const char *event = events[below(sizeof(events) / sizeof(events[0]))];
    unsigned as = all[below(sizeof(all) / sizeof(all[0]))];
    if (o->status >= PAID && o->status <= RECEIVED && below(3)) { /* most go their way */
        event = next[o->status].event;
        as = next[o->status].as;
    }
    bool note = below(4) > 0;
    begin_step(&own);
    enum err e = end_step(&own, order_do(&w.shop.f.tx, o->id, event, (struct order_actor){7, as},
                                         note ? STR("out of white") : STR_NONE));
    expect(ref_event(o, event, as, note, w.shop.f.tx.now_ms), e, event, o->id);
}

static void step_refund(struct life *o)
{
    struct arena own;
    char key[32];
    int line = (int)below((uint64_t)o->n);
    const struct life_line *l = &o->lines[line];
    int64_t left = l->quantity - l->returned;
    int64_t pieces = (int64_t)below((uint64_t)left + 2);
    int64_t fen = below(3) ? order_back_fen(l->quantity * l->price - l->discount, l->quantity,
                                            l->returned, pieces > left ? left : pieces)
                           : (int64_t)below(9000);
    struct order_back back = {line + 1, pieces, fen};
    snprintf(key, sizeof(key), "claim:%d", w.steps);
    struct order_refund refund = {
        .order_id = o->id, .lines = &back, .n = 1, .is_for_sale = below(2), .key = str_of(key)};
    begin_step(&own);
    enum err e = end_step(&own, order_refund(&w.shop.f.tx, &refund,
                                             (struct order_actor){7, ORDER_AS_FACTORY}, STR_NONE));
    expect(ref_refund(o, line, pieces, fen, refund.is_for_sale), e, "refund", o->id);
}

static void step_refund_rest(struct life *o)
{
    struct arena own;
    bool can = is_paid(o) && o->status != REFUNDED;
    begin_step(&own);
    enum err e = end_step(&own, order_refund_rest(&w.shop.f.tx, o->id, STR("rest"), false,
                                                  (struct order_actor){7, ORDER_AS_OPERATOR},
                                                  STR("decided")));
    expect(can ? OK : ERR_CONFLICT, e, "refund of the rest", o->id);
    if (can)
        ref_all_back(o, false);
}

static void step_time(void)
{
    struct arena own;
    int n, done;
    static const int64_t leaps[] = {1000, 60 * 1000, ORDER_HOLD_MS / 2, ORDER_HOLD_MS,
                                    4 * (int64_t)DAY};
    w.shop.f.tx.now_ms += leaps[below(5)];
    begin_step(&own);
    enum err e = order_expire(&w.shop.f.tx, 10000, &n);
    if (!e)
        e = order_clock(&w.shop.f.tx, 10000, &n);
    for (int turns = 0; !e && turns < 50; turns++) {
        e = pay_turn(&w.shop.f.tx, 100, &done);
        if (!done)
            break;
    }
    assert_ok(end_step(&own, e));
    ref_time(w.shop.f.tx.now_ms);
}

/* --- comparing --- */

static void compare(const struct life *o)
{
    struct arena own;
    struct rows order, lines, events;
    int64_t left_fen;
    arena_init(&own, STEP_ARENA);
    struct db *db = w.shop.f.db;
    assert_ok(db_one(db, &q_trade_order_get, ARGS(V_INT(o->id)), &own, &order));
    assert_ok(db_select(db, &q_trade_lines, ARGS(V_INT(o->id)), &own, &lines));
    assert_ok(db_select(db, &q_trade_events, ARGS(V_INT(o->id)), &own, &events));
    if (!str_eq_z(row_str(&order, 0, "status"), status_names[o->status]))
        fail_msg("step %d: order %lld is %.*s, not %s", w.steps, (long long)o->id,
                 STR_ARG(row_str(&order, 0, "status")), status_names[o->status]);
    w.reached[o->status]++;
    assert_int_equal(row_int(&order, 0, "total_fen"), o->total);
    assert_int_equal(row_int(&order, 0, "refunded_fen"), o->refunded);
    assert_int_equal(row_null(&order, 0, "auto_at") ? 0 : row_int(&order, 0, "auto_at"), o->clock);
    assert_int_equal(lines.n, o->n);
    assert_int_equal(events.n, o->events);
    for (int i = 0; i < o->n; i++) {
        assert_int_equal(row_int(&lines, (size_t)i, "sku_id"), sku_ids[o->lines[i].sku]);
        assert_int_equal(row_int(&lines, (size_t)i, "discount_fen"), o->lines[i].discount);
        assert_int_equal(row_int(&lines, (size_t)i, "returned"), o->lines[i].returned);
        assert_int_equal(row_int(&lines, (size_t)i, "refunded_fen"), o->lines[i].refunded);
    }
    assert_ok(pay_left(db, &own, o->id, &left_fen));
    assert_int_equal(left_fen, is_paid(o) ? o->total - o->refunded : 0);
    arena_free(&own);
}

static void compare_stock(void)
{
    for (int k = 0; k < SKUS; k++) {
        struct arena own;
        struct ledger_account a;
        char subject[24];
        int64_t n, account;
        arena_init(&own, STEP_ARENA);
        snprintf(subject, sizeof(subject), "sku:%lld", (long long)sku_ids[k]);
        assert_ok(hall_stock_left(w.shop.f.db, sku_ids[k], &own, &n));
        assert_int_equal(n, w.available[k]);
        assert_ok(
            ledger_account_find(w.shop.f.db, "piece", str_of(subject), "sold", &own, &account));
        assert_ok(ledger_account_get(w.shop.f.db, account, &own, &a));
        assert_int_equal(a.credits_posted - a.debits_posted, w.sold[k]);
        arena_free(&own);
    }
}

static void step(void)
{
    w.steps++;
    uint64_t dice = below(100);
    if (w.n == 0 || dice < 15) {
        step_place();
        if (w.n)
            compare(&w.lives[w.n - 1]);
    } else if (dice < 17) {
        step_time();
    } else {
        struct life *o = &w.lives[w.n - 1 - (int)below((uint64_t)(w.n < 20 ? w.n : 20))];
        if (dice < 40)
            step_pay(o);
        else if (dice < 85)
            step_event(o);
        else if (dice < 98)
            step_refund(o);
        else
            step_refund_rest(o);
        compare(o);
    }
    compare_stock();
}

/* --- money: a tenth is the base's from receipt on, the rest the maker's own once it is closed ---
 */

static enum err share_and_release(struct tx *tx, const struct order_changed *c)
{
    struct rows rs;
    if (strcmp(c->event, "close") == 0)
        return pay_release(tx, c->order_id);
    if (strcmp(c->event, "receive") != 0)
        return OK;
    enum err e = db_one(tx->db, &q_trade_order_get, ARGS(V_INT(c->order_id)), tx->arena, &rs);
    int64_t fen = e ? 0 : (row_int(&rs, 0, "total_fen") - row_int(&rs, 0, "refunded_fen")) / 10;
    return e || fen == 0 ? e : pay_share(tx, c->order_id, "base", fen);
}

static void carry_out_all(void)
{
    for (int done = 1; done > 0;) {
        struct arena own;
        begin_step(&own);
        assert_ok(end_step(&own, pay_turn(&w.shop.f.tx, 100, &done)));
    }
}

/* Every fen that was paid is somewhere, and what went back is with the buyer. */
static void compare_money(const struct life *o)
{
    struct arena own;
    struct pay_purse *purses;
    size_t n;
    int64_t kept = 0, frozen = 0, sum = 0;
    bool settled;
    arena_init(&own, STEP_ARENA);
    assert_ok(pay_where(w.shop.f.db, &own, o->id, &purses, &n));
    assert_ok(pay_settled(w.shop.f.db, &own, o->id, &settled));
    assert_true(settled);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(purses[i].coming, 0);
        sum += purses[i].fen;
        kept += str_eq_z(purses[i].account, "outside") ? 0 : purses[i].fen;
        frozen += str_starts(purses[i].account, "frozen:") ? purses[i].fen : 0;
    }
    assert_int_equal(sum, 0);
    assert_int_equal(kept, is_paid(o) ? o->total - o->refunded : 0);
    if (o->status == CLOSED || o->status == REFUNDED)
        assert_int_equal(frozen, 0);
    arena_free(&own);
}

static int64_t setting(const char *name, int64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoll(text, NULL, 10) : otherwise;
}

static void restock(int64_t pieces)
{
    for (int k = 0; k < SKUS; k++) {
        assert_ok(hall_stock_add(&w.shop.f.tx, sku_ids[k], pieces, ledger_id_new()));
        w.available[k] += pieces;
    }
}

static void hand_out_coupons(void)
{
    int64_t coupon;
    const int64_t now = w.shop.f.tx.now_ms;
    const struct coupon c = {.factory_id = FACTORY,
                             .off_fen = COUPON_OFF,
                             .least_fen = COUPON_LEAST,
                             .claim_from = now,
                             .claim_until = now + DAY,
                             .use_days = COUPON_DAYS,
                             .pieces = BUYERS};
    assert_ok(db_script(w.shop.f.db,
                        "INSERT INTO users (id, login, name, password, roles, created_at)"
                        " WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n"
                        " WHERE i < 139) SELECT i, 'b' || i, 'b', '!', 1, 1 FROM n"));
    assert_ok(coupon_issue(&w.shop.f.tx, &c, 7, &coupon));
    for (int i = 0; i < BUYERS; i++)
        assert_ok(coupon_claim(&w.shop.f.tx, coupon, FIRST_BUYER + i, &w.claim[i]));
    w.use_until = now + COUPON_DAYS * (int64_t)DAY;
}

static void lives_are_as_the_reference_says(void **state)
{
    (void)state;
    uint32_t fresh;
    rnd_fill(&fresh, sizeof(fresh));
    int64_t seed = setting("GUILDHALL_LIVES_SEED", fresh);
    w.most = (int)setting("GUILDHALL_LIVES", fixture_server() ? LIVES_ON_SERVER : LIVES);
    w.random = (uint64_t)seed * 2654435761u + 88172645463325252u;
    w.lives = calloc((size_t)w.most + 2, sizeof(*w.lives));
    assert_non_null(w.lives);
    print_message("seed %lld\n", (long long)seed);
    shop_open(&w.shop);
    order_on_change(share_and_release);
    hand_out_coupons();
    for (int k = 0; k < 3; k++)
        w.available[k] = 10;
    restock(10);
    while (w.n < w.most) {
        step();
        if (w.steps % 150 == 0)
            restock(20);
        if (w.steps % CHECK_EVERY == 0)
            assert_int_equal(violations_of(&w.shop, NULL), 0);
    }
    carry_out_all();
    for (int i = 0; i < w.n; i++) {
        compare(&w.lives[i]);
        compare_money(&w.lives[i]);
    }
    for (int i = 0; i <= EXPIRED; i++) {
        print_message("%s %d  ", status_names[i], w.reached[i]);
        assert_true(w.most < LIVES_ON_SERVER || w.reached[i] > 0);
    }
    assert_true(w.most < LIVES_ON_SERVER || (w.cut > 0 && w.not_cut > 0));
    print_message("\n%d with a coupon, %d not let; %d orders, %d steps, %d of them refused\n",
                  w.cut, w.not_cut, w.n, w.steps, w.refused);
    shop_close(&w.shop);
    free(w.lives);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lives_are_as_the_reference_says)};
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests_name("order lives", tests, NULL, NULL);
}
