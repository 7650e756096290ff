/*
 * The ledger against a plain model in memory: a random run of posts, holds, resolutions, repeats,
 * bad input, time and rolled-back commands, with and without database faults. After each step both
 * agree on the answer, and at the end on every balance. Prints its seed; give it one to repeat a
 * run: test_ledger_model SEED [STEPS].
 */
#include "../store/fixture.h"

#include "base/log.h"
#include "base/rnd.h"
#include "ledger/ledger.h"
#include "ledger/ledger_check.h"
#include "ledger/ledger_guard.h"

enum { ACCOUNTS = 5, MADE_MAX = 20000 };

struct model_account {
    int64_t id, dp, d, cp, c;
    int flags;
};

struct model_transfer {
    struct ledger_transfer t;
    bool hold;
    int64_t at_ms;
    enum { OPEN, POSTED, VOIDED, EXPIRED } fate;
    struct ledger_id resolver; /* id of what resolved it */
    int64_t posted;            /* by the resolver */
    int from, to;              /* indices of the model's accounts */
};

struct run {
    struct fixture f;
    struct rnd_seq seq;
    struct model_account accounts[ACCOUNTS];
    struct model_transfer *made;
    int made_n;
    int sold_out, expired, repeated, faults;
};

static uint64_t seed;
static int steps = 4000;

static int64_t below(struct run *r, int64_t bound)
{
    return (int64_t)rnd_seq_below(&r->seq, (uint64_t)bound);
}

static struct ledger_id random_id(struct run *r)
{
    struct ledger_id id;
    for (int i = 0; i < 16; i++)
        id.b[i] = (uint8_t)rnd_seq_next(&r->seq);
    return id;
}

static bool same_id(struct ledger_id a, struct ledger_id b)
{
    return memcmp(a.b, b.b, 16) == 0;
}

static enum err model_may_move(struct run *r, int from, int to, int64_t amount)
{
    const struct model_account *d = &r->accounts[from], *c = &r->accounts[to];
    if ((d->flags & LEDGER_DEBITS_LE_CREDITS) && d->dp + d->d + amount > d->c)
        return ERR_SOLD_OUT;
    if ((c->flags & LEDGER_CREDITS_LE_DEBITS) && c->cp + c->c + amount > c->d)
        return ERR_SOLD_OUT;
    return OK;
}

static void model_move(struct run *r, int from, int to, int64_t pending, int64_t posted)
{
    r->accounts[from].dp += pending, r->accounts[from].d += posted;
    r->accounts[to].cp += pending, r->accounts[to].c += posted;
}

static bool model_due(struct run *r, const struct model_transfer *m)
{
    return m->t.timeout_ms && r->f.tx.now_ms >= m->at_ms + m->t.timeout_ms;
}

static void step_transfer(struct run *r)
{
    int from = (int)below(r, ACCOUNTS), to = (int)below(r, ACCOUNTS);
    bool hold = below(r, 2);
    struct ledger_transfer t = {.id = random_id(r),
                                .debit = r->accounts[from].id,
                                .credit = r->accounts[to].id,
                                .amount = below(r, 30) - 1,
                                .timeout_ms = hold && below(r, 4) ? 1 + below(r, 500) : 0,
                                .reason = "model",
                                .ref = STR("m")};
    enum err expected =
        t.amount <= 0 || from == to ? ERR_INVALID : model_may_move(r, from, to, t.amount);
    enum err e = hold ? ledger_hold(&r->f.tx, &t) : ledger_post(&r->f.tx, &t);
    assert_int_equal(e, expected);
    r->sold_out += e == ERR_SOLD_OUT;
    if (e)
        return;
    model_move(r, from, to, hold ? t.amount : 0, hold ? 0 : t.amount);
    r->made[r->made_n++] = (struct model_transfer){
        .t = t, .hold = hold, .at_ms = r->f.tx.now_ms, .from = from, .to = to};
}

static void step_repeat(struct run *r)
{
    if (r->made_n == 0)
        return;
    struct model_transfer *m = &r->made[below(r, r->made_n)];
    struct ledger_transfer t = m->t;
    bool other = below(r, 2);
    if (other)
        t.amount++;
    assert_int_equal(m->hold ? ledger_hold(&r->f.tx, &t) : ledger_post(&r->f.tx, &t),
                     other ? ERR_KEY_REUSED : OK);
    r->repeated++;
}

static enum err model_resolve(struct run *r, struct model_transfer *m, struct ledger_id id,
                              bool post, int64_t amount)
{
    if (m->fate != OPEN && same_id(m->resolver, id) && m->fate == (post ? POSTED : VOIDED) &&
        (!post || m->posted == (amount ? amount : m->t.amount)))
        return OK;
    if (m->fate != OPEN && same_id(m->resolver, id))
        return ERR_KEY_REUSED;
    if (!m->hold)
        return ERR_INVALID;
    if (m->fate != OPEN)
        return m->fate == EXPIRED ? ERR_EXPIRED : ERR_CONFLICT;
    if (post && model_due(r, m))
        return ERR_EXPIRED;
    if (post && amount > m->t.amount)
        return ERR_INVALID;
    m->fate = post ? POSTED : VOIDED;
    m->resolver = id;
    m->posted = post ? (amount ? amount : m->t.amount) : 0;
    model_move(r, m->from, m->to, -m->t.amount, m->posted);
    return OK;
}

static void step_resolve(struct run *r)
{
    if (r->made_n == 0)
        return;
    struct model_transfer *m = &r->made[below(r, r->made_n)];
    bool again = m->fate != OPEN && m->fate != EXPIRED && below(r, 2);
    struct ledger_id id = again ? m->resolver : random_id(r);
    bool post = below(r, 2);
    int64_t amount = post && below(r, 2) ? below(r, m->t.amount + 3) : 0;
    enum err expected = model_resolve(r, m, id, post, amount);
    assert_int_equal(post ? ledger_hold_post(&r->f.tx, id, m->t.id, amount)
                          : ledger_hold_void(&r->f.tx, id, m->t.id),
                     expected);
    r->expired += expected == ERR_EXPIRED;
}

static void step_expire(struct run *r)
{
    int voided, due = 0;
    for (int i = 0; i < r->made_n; i++) {
        struct model_transfer *m = &r->made[i];
        if (!m->hold || m->fate != OPEN || !model_due(r, m))
            continue;
        due++;
        m->fate = EXPIRED;
        model_move(r, m->from, m->to, -m->t.amount, 0);
    }
    assert_ok(ledger_expire(&r->f.tx, 100000, &voided));
    assert_int_equal(voided, due);
}

/* A command that moves things, meets a fault at one of its calls, and is undone. */
static void step_fault(struct run *r)
{
    assert_ok(db_savepoint(r->f.db));
    struct ledger_transfer t = {.id = random_id(r),
                                .debit = r->accounts[0].id,
                                .credit = r->accounts[1].id,
                                .amount = 1 + below(r, 5),
                                .timeout_ms = 50,
                                .reason = "model",
                                .ref = STR("m")};
    db_fault_at(1 + below(r, 9), ERR_STORE);
    enum err e = ledger_hold(&r->f.tx, &t);
    if (!e)
        e = ledger_hold_post(&r->f.tx, random_id(r), t.id, 0);
    assert_true(e == OK || e == ERR_STORE || e == ERR_SOLD_OUT);
    r->faults += db_fault_left() == 0;
    db_fault_at(0, OK);
    db_savepoint_rollback(r->f.db);
}

static void compare(struct run *r)
{
    for (int i = 0; i < ACCOUNTS; i++) {
        const struct model_account *m = &r->accounts[i];
        struct ledger_account a;
        assert_ok(ledger_account_get(r->f.db, m->id, &r->f.arena, &a));
        assert_int_equal(a.debits_pending, m->dp);
        assert_int_equal(a.debits_posted, m->d);
        assert_int_equal(a.credits_pending, m->cp);
        assert_int_equal(a.credits_posted, m->c);
    }
}

static void say(void *arg, const char *line)
{
    (void)arg;
    print_message("%s\n", line);
}

static void start(struct run *r)
{
    static const int flags[ACCOUNTS] = {LEDGER_DEBITS_LE_CREDITS, 0, 0, LEDGER_CREDITS_LE_DEBITS,
                                        LEDGER_DEBITS_LE_CREDITS | LEDGER_CREDITS_LE_DEBITS};
    int64_t book;
    fixture_in_memory(&r->f);
    r->seq.state = seed;
    r->made = calloc(MADE_MAX, sizeof(*r->made));
    assert_ok(ledger_book(&r->f.tx, "piece", STR("model"), &book));
    for (int i = 0; i < ACCOUNTS; i++) {
        char role[8];
        snprintf(role, sizeof(role), "a%d", i);
        r->accounts[i].flags = flags[i];
        assert_ok(ledger_account_open(&r->f.tx, book, role, flags[i], &r->accounts[i].id));
    }
}

static void the_ledger_and_the_model_agree(void **state)
{
    (void)state;
    static struct run r;
    int violations;
    print_message("seed %llu, %d steps\n", (unsigned long long)seed, steps);
    start(&r);
    for (int i = 0; i < steps && r.made_n < MADE_MAX; i++) {
        struct arena scratch;
        arena_init(&scratch, 8 << 20);
        r.f.tx.arena = &scratch;
        r.f.tx.now_ms += below(&r, 20);
        switch (below(&r, 16)) {
        case 0: step_repeat(&r); break;
        case 1: step_expire(&r); break;
        case 2: step_fault(&r); break;
        case 3:
        case 4:
        case 5:
        case 6:
        case 7: step_resolve(&r); break;
        default: step_transfer(&r);
        }
        if (below(&r, 50) == 0)
            assert_ok(ledger_guard(&r.f.tx)); /* as at the end of a batch */
        arena_free(&scratch);
    }
    r.f.tx.arena = &r.f.arena;
    compare(&r);
    assert_ok(ledger_guard(&r.f.tx));
    assert_ok(ledger_check(r.f.db, &r.f.arena, say, NULL, &violations));
    assert_int_equal(violations, 0);
    /* A run that never met these would prove little. */
    if (steps >= 4000)
        assert_true(r.sold_out > 20 && r.expired > 20 && r.repeated > 20 && r.faults > 20);
    free(r.made);
    fixture_free(&r.f);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_ledger_and_the_model_agree)};
    seed = argc > 1 ? strtoull(argv[1], NULL, 10) : rnd_u64() >> 32;
    if (argc > 2)
        steps = atoi(argv[2]);
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests_name("ledger model", tests, NULL, NULL);
}
