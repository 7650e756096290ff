/*
 * Thousands of random instructions on random orders, at a provider that is busy, hangs, refuses,
 * fails later, does what it is told and does not say so, and says it three times; beside a plain
 * reference that only adds and subtracts. However it goes, once all is done the books, the
 * reference and what the provider itself has done agree to the fen, and nothing was done twice.
 */
#include "till.h"

#include "base/rnd.h"
#include "store/queries.h"

enum { ORDERS = 12, PARTIES = 3, STEPS = 400, SEEDS = 12, DONE_MAX = 4000 };
static const char *const parties[PARTIES] = {"host:7", "base", "agency:5"};

/* --- the provider's own books --- */

static struct {
    struct rnd_seq rnd;
    bool kind; /* no more faults */
    size_t n;
    struct done {
        char number[PAY_NUMBER_MAX + 1];
        enum pay_do_what what;
        int64_t fen, paid_order;
    } done[DONE_MAX];
} far;

static bool chance(unsigned percent)
{
    return !far.kind && rnd_seq_below(&far.rnd, 100) < percent;
}

static struct done *done_under(struct str number)
{
    for (size_t i = 0; i < far.n; i++)
        if (str_eq_z(number, far.done[i].number))
            return &far.done[i];
    return NULL;
}

/* The same number is done once, whoever asks again. */
static void do_it(const struct pay_do *what)
{
    if (done_under(what->number))
        return;
    assert_true(far.n < DONE_MAX);
    struct done *d = &far.done[far.n++];
    snprintf(d->number, sizeof(d->number), "%.*s", STR_ARG(what->number));
    d->what = what->what;
    d->fen = what->amount_fen;
    d->paid_order = strtoll(what->payment_number.p + 1, NULL, 10);
}

static enum err far_carry_out(void *conf, const struct pay_do *what, struct pay_news *out,
                              struct arena *arena, struct err_info *info)
{
    static const enum err faults[] = {ERR_BUSY, ERR_TIMEOUT, ERR_IO};
    (void)conf, (void)arena;
    *out = (struct pay_news){.of = what->what == PAY_DO_REFUND ? PAY_OF_REFUND : PAY_OF_SHARE,
                             .is = PAY_IS_DONE,
                             .number = what->number,
                             .merchant = what->merchant,
                             .provider_no = STR("7"),
                             .amount_fen = what->amount_fen,
                             .at_ms = 7};
    bool was_done = done_under(what->number) != NULL;
    if (chance(20)) /* before it was done, or after: nobody can tell */
        return faults[rnd_seq_below(&far.rnd, 3)];
    if (!was_done && chance(10)) {
        info->text = "NOT_ENOUGH";
        return ERR_CONFLICT;
    }
    if (!was_done && chance(10)) {
        out->is = PAY_IS_FAILED;
        return OK;
    }
    do_it(what);
    if (chance(20))
        return ERR_TIMEOUT;
    if (chance(20))
        out->is = PAY_IS_OPEN;
    return OK;
}

/* --- the reference --- */

struct life {
    int64_t paid, refunded, shared[PARTIES], released;
    bool has_shared[PARTIES];
    int refunds;
};

struct world {
    struct till t;
    struct rnd_seq rnd;
    struct life lives[ORDERS + 1];
};

static int64_t below(struct world *w, int64_t n)
{
    return n > 0 ? (int64_t)rnd_seq_below(&w->rnd, (uint64_t)n) : 0;
}

static int64_t shares_of(const struct life *l)
{
    int64_t sum = 0;
    for (int i = 0; i < PARTIES; i++)
        sum += l->shared[i];
    return sum;
}

static void pay_for(struct world *w, int64_t order)
{
    struct life *l = &w->lives[order];
    char number[32];
    int64_t payment;
    struct pay_wish wish = till_wish_fake(order, 1 + below(w, 100000));
    wish.expires_at = w->t.f.tx.now_ms + 1000;
    assert_ok(pay_begin(&w->t.f.tx, &wish, &payment));
    snprintf(number, sizeof(number), "G%lldT1", (long long)order);
    struct pay_news news = till_news(number, wish.parts[0].amount_fen);
    assert_ok(pay_take(&w->t.f.tx, "fake", &news));
    l->paid = wish.parts[0].amount_fen;
}

static void refund_some(struct world *w, int64_t order)
{
    struct life *l = &w->lives[order];
    char key[32];
    int64_t left = l->paid - l->refunded;
    int64_t fen = below(w, 4) == 0 ? left + below(w, 3) : 1 + below(w, left);
    snprintf(key, sizeof(key), "r%d", l->refunds);
    w->t.f.info = (struct err_info){0};
    enum err e = pay_refund(&w->t.f.tx, order, key, fen, STR("why"));
    if (fen > left || fen == 0) {
        assert_int_equal(e, fen == 0 ? ERR_INVALID : ERR_SOLD_OUT);
        return;
    }
    assert_ok(e);
    assert_ok(pay_refund(&w->t.f.tx, order, key, fen, STR("again")));
    assert_int_equal(pay_refund(&w->t.f.tx, order, key, fen + 1, STR("")), ERR_KEY_REUSED);
    l->refunded += fen;
    l->refunds++;
}

static void share_some(struct world *w, int64_t order)
{
    struct life *l = &w->lives[order];
    int who = (int)below(w, PARTIES);
    int64_t fen = 1 + below(w, l->paid / 3 + 1);
    if (l->has_shared[who])
        return;
    enum err e = pay_share(&w->t.f.tx, order, parties[who], fen);
    assert_true(e == OK || e == ERR_SOLD_OUT);
    l->has_shared[who] = e == OK;
    l->shared[who] = e == OK ? fen : 0;
}

static void step(struct world *w)
{
    int64_t order = 1 + below(w, ORDERS);
    struct rows rs;
    int done;
    switch (below(w, 8)) {
    case 0:
    case 1:
        if (w->lives[order].paid)
            refund_some(w, order);
        break;
    case 2:
        if (w->lives[order].paid)
            share_some(w, order);
        break;
    case 3:
        if (w->lives[order].paid)
            assert_ok(pay_release(&w->t.f.tx, order));
        break;
    case 4: /* an operator looks at what was refused */
        assert_ok(db_select(w->t.f.db, &q_pay_desk_instructions, ARGS(V_Z("failed"), V_INT(99)),
                            &w->t.f.arena, &rs));
        if (rs.n)
            assert_ok(
                instruct_retry(&w->t.f.tx, row_int(&rs, (size_t)below(w, (int64_t)rs.n), "id"), 1));
        break;
    case 5: w->t.f.tx.now_ms += below(w, 3600 * 1000); break;
    default: assert_ok(pay_turn(&w->t.f.tx, 1 + (int)below(w, 5), &done));
    }
    if (!w->lives[order].paid)
        pay_for(w, order);
}

/* What the provider has done and may have told, told three times, in any order. */
static void tell_all(struct world *w)
{
    for (int i = 0; i < 3 * (int)far.n; i++) {
        const struct done *d = &far.done[below(w, (int64_t)far.n)];
        struct pay_news news = {.of = d->what == PAY_DO_REFUND ? PAY_OF_REFUND : PAY_OF_SHARE,
                                .is = PAY_IS_DONE,
                                .number = str_of(d->number),
                                .merchant = STR("m3"),
                                .amount_fen = d->fen,
                                .at_ms = 9};
        assert_ok(pay_take(&w->t.f.tx, "fake", &news));
    }
}

static void finish_all(struct world *w)
{
    struct rows rs;
    int done;
    far.kind = true;
    for (int round = 0; round < 2000; round++) {
        assert_ok(db_select(w->t.f.db, &q_pay_desk_instructions, ARGS(V_Z("failed"), V_INT(99)),
                            &w->t.f.arena, &rs));
        for (size_t i = 0; i < rs.n; i++)
            assert_ok(instruct_retry(&w->t.f.tx, row_int(&rs, i, "id"), 1));
        w->t.f.tx.now_ms += RUN_PAUSE_MAX_MS;
        assert_ok(pay_turn(&w->t.f.tx, 1000, &done));
        if (done == 0 && rs.n == 0)
            return;
    }
    fail_msg("it never ends");
}

static void compare(struct world *w)
{
    int64_t far_refunded[ORDERS + 1] = {0};
    for (size_t i = 0; i < far.n; i++)
        if (far.done[i].what == PAY_DO_REFUND)
            far_refunded[far.done[i].paid_order] += far.done[i].fen;
    for (int64_t order = 1; order <= ORDERS; order++) {
        const struct life *l = &w->lives[order];
        int64_t left, got = 0;
        char account[64];
        assert_int_equal(-till_fen(&w->t, order, "outside"), l->paid - l->refunded);
        assert_int_equal(far_refunded[order], l->refunded);
        assert_ok(pay_left(w->t.f.db, &w->t.f.arena, order, &left));
        assert_int_equal(left, l->paid - l->refunded);
        for (int i = 0; i < PARTIES; i++) {
            snprintf(account, sizeof(account), "got:%s", parties[i]);
            int64_t fen = till_fen(&w->t, order, account);
            assert_true(fen >= 0 && fen <= l->shared[i]);
            got += fen;
        }
        assert_true(got <= shares_of(l));
        if (l->refunded == 0)
            assert_int_equal(got, shares_of(l));
    }
}

static void one_seed(uint64_t seed)
{
    static struct world w;
    static const struct pay_provider far_provider = {.name = "fake",
                                                     .parts_max = PAY_PARTS_MAX,
                                                     .has_channel = fake_channel,
                                                     .open = fake_open,
                                                     .look = fake_look,
                                                     .close = fake_close,
                                                     .carry_out = far_carry_out};
    memset(&w, 0, sizeof(w));
    memset(&far, 0, sizeof(far));
    w.rnd.state = seed;
    far.rnd.state = seed ^ 0xFA5;
    till_open(&w.t);
    pay_provider_add(&far_provider);
    assert_ok(db_script(w.t.f.db,
                        "INSERT INTO pay_accounts (party, provider, account, changed_at)"
                        " VALUES ('base', 'fake', 'b', 1), ('agency:5', 'fake', 'a', 1)"));
    for (int i = 0; i < STEPS; i++) {
        step(&w);
        if (i % 50 == 49)
            assert_int_equal(till_violations(&w.t), 0);
    }
    tell_all(&w);
    finish_all(&w);
    tell_all(&w);
    compare(&w);
    till_close(&w.t);
}

static void whatever_the_provider_does_the_books_agree_in_the_end(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        print_message("# seed %d\n", (int)seed);
        one_seed(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_the_provider_does_the_books_agree_in_the_end),
    };
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
