/*
 * ledger/: the order of precedence among refusals, as ledger.h documents it. Each table holds the
 * faults of one kind of call in that order; every fault alone and every pair that can be had at
 * once is tried, and the one that stands first must win, whatever the other is.
 */
#include "stock.h"

#include "store/queries.h"

/* What a fault settles, and what it acts on: two faults that settle the same thing, or one that
 * takes away what the other acts on, cannot be had at once. */
enum {
    ID = 1,
    AMOUNT = 2,
    TIMEOUT = 4,
    REASON = 8,
    REF = 16,
    DEBIT = 32,
    CREDIT = 64,
    HOLD = 128,
    RESOLUTION = 256,
};

struct trial {
    struct stock *s;
    struct ledger_transfer t;
    int64_t other_book; /* an account of another book */
    struct ledger_id used;
    struct ledger_id hold; /* what is resolved; amount and id are t's */
    struct ledger_id other;
};

struct fault {
    const char *name;
    enum err e;
    const char *field;
    unsigned settles, needs, takes;
    int when; /* 0: choices, 1: what follows from them, 2: states of what was chosen */
    void (*make)(struct trial *c);
};

static void sql(struct trial *c, const char *format, int64_t account)
{
    char text[256];
    snprintf(text, sizeof(text), format, (long long)account);
    assert_ok(db_script(c->s->f.db, text));
}

static void id_zero(struct trial *c)
{
    memset(&c->t.id, 0, sizeof(c->t.id));
}

static void id_used(struct trial *c)
{
    c->t.id = c->used;
}

static void amount_zero(struct trial *c)
{
    c->t.amount = 0;
}

static void amount_negative(struct trial *c)
{
    c->t.amount = -1;
}

static void amount_too_large(struct trial *c)
{
    c->t.amount = LEDGER_AMOUNT_MAX + 1;
}

static void timeout_negative(struct trial *c)
{
    c->t.timeout_ms = -1;
}

static void timeout_too_large(struct trial *c)
{
    c->t.timeout_ms = LEDGER_AMOUNT_MAX + 1;
}

static void reason_missing(struct trial *c)
{
    c->t.reason = NULL;
}

static void reason_empty(struct trial *c)
{
    c->t.reason = "";
}

static void reason_too_long(struct trial *c)
{
    static char text[LEDGER_REASON_MAX + 2];
    memset(text, 'r', LEDGER_REASON_MAX + 1);
    c->t.reason = text;
}

static void ref_too_long(struct trial *c)
{
    static char text[LEDGER_REF_MAX + 1];
    memset(text, 'r', sizeof(text));
    c->t.ref = str_n(text, sizeof(text));
}

static void accounts_same(struct trial *c)
{
    c->t.credit = c->t.debit;
}

static void debit_unknown(struct trial *c)
{
    c->t.debit = 998;
}

static void credit_unknown(struct trial *c)
{
    c->t.credit = 999;
}

static void books_differ(struct trial *c)
{
    c->t.credit = c->other_book;
}

static void debit_closed(struct trial *c)
{
    assert_ok(ledger_account_close(&c->s->f.tx, c->t.debit));
}

static void credit_closed(struct trial *c)
{
    assert_ok(ledger_account_close(&c->s->f.tx, c->t.credit));
}

static void debits_full(struct trial *c)
{
    sql(c,
        "UPDATE ledger_accounts SET credits_posted = 9223372036854775806,"
        " debits_posted = 9223372036854775806 - debits_pending WHERE id = %lld",
        c->t.debit);
}

static void credits_full(struct trial *c)
{
    sql(c,
        "UPDATE ledger_accounts SET credits_posted = 9223372036854775806 - credits_pending WHERE "
        "id = %lld",
        c->t.credit);
}

static void debit_has_nothing(struct trial *c)
{
    sql(c,
        "UPDATE ledger_accounts SET flags = flags | 1, debits_posted = credits_posted - "
        "debits_pending "
        "WHERE id = %lld",
        c->t.debit);
}

static void credit_takes_nothing(struct trial *c)
{
    sql(c,
        "UPDATE ledger_accounts SET flags = flags | 2, debits_posted = credits_posted + "
        "credits_pending "
        "WHERE id = %lld",
        c->t.credit);
}

/* In the order of ledger.h. */
static const struct fault transfer_faults[] = {
    {"id zero", ERR_INVALID, "id", ID, 0, 0, 0, id_zero},
    {"amount zero", ERR_INVALID, "amount", AMOUNT, 0, 0, 0, amount_zero},
    {"amount negative", ERR_INVALID, "amount", AMOUNT, 0, 0, 0, amount_negative},
    {"amount too large", ERR_INVALID, "amount", AMOUNT, 0, 0, 0, amount_too_large},
    {"timeout negative", ERR_INVALID, "timeout", TIMEOUT, 0, 0, 0, timeout_negative},
    {"timeout too large", ERR_INVALID, "timeout", TIMEOUT, 0, 0, 0, timeout_too_large},
    {"no reason", ERR_INVALID, "reason", REASON, 0, 0, 0, reason_missing},
    {"reason empty", ERR_INVALID, "reason", REASON, 0, 0, 0, reason_empty},
    {"reason too long", ERR_INVALID, "reason", REASON, 0, 0, 0, reason_too_long},
    {"ref too long", ERR_INVALID, "ref", REF, 0, 0, 0, ref_too_long},
    {"same account", ERR_INVALID, "accounts", CREDIT, 0, CREDIT, 1, accounts_same},
    {"id used", ERR_KEY_REUSED, "id", ID, 0, 0, 0, id_used},
    {"debit unknown", ERR_INVALID, "debit", 0, 0, DEBIT, 0, debit_unknown},
    {"credit unknown", ERR_INVALID, "credit", CREDIT, 0, CREDIT, 0, credit_unknown},
    {"two books", ERR_INVALID, "book", CREDIT, DEBIT, 0, 0, books_differ},
    {"debit closed", ERR_CONFLICT, "debit", 0, DEBIT, 0, 2, debit_closed},
    {"credit closed", ERR_CONFLICT, "credit", 0, CREDIT, 0, 2, credit_closed},
    {"debits full", ERR_LIMIT, "amount", 0, DEBIT, 0, 2, debits_full},
    {"credits full", ERR_LIMIT, "amount", 0, CREDIT, 0, 2, credits_full},
    {"sold out", ERR_SOLD_OUT, "amount", 0, DEBIT, 0, 2, debit_has_nothing},
    {"takes no more", ERR_SOLD_OUT, "amount", 0, CREDIT, 0, 2, credit_takes_nothing},
};

/* Another hold that was resolved under the id, in the same way. */
static void other_hold(struct trial *c)
{
    struct ledger_transfer other = sale_of(c->s, 1);
    other.timeout_ms = 60000;
    assert_ok(ledger_hold(&c->s->f.tx, &other));
    c->t.id = next_id(c->s);
    c->other = other.id;
}

static void id_of_another_post(struct trial *c)
{
    other_hold(c);
    assert_ok(ledger_hold_post(&c->s->f.tx, c->t.id, c->other, 0));
}

static void id_of_another_void(struct trial *c)
{
    other_hold(c);
    assert_ok(ledger_hold_void(&c->s->f.tx, c->t.id, c->other));
}

static void hold_unknown(struct trial *c)
{
    c->hold = ledger_id_derive("nobody", STR("1"));
}

static void hold_is_none(struct trial *c)
{
    c->hold = c->used;
}

static void posted_before(struct trial *c)
{
    assert_ok(ledger_hold_post(&c->s->f.tx, next_id(c->s), c->hold, 0));
}

static void voided_before(struct trial *c)
{
    assert_ok(ledger_hold_void(&c->s->f.tx, next_id(c->s), c->hold));
}

static void time_passes(struct trial *c)
{
    c->s->f.tx.now_ms += 60000;
}

static void expired_before(struct trial *c)
{
    int voided;
    time_passes(c);
    assert_ok(ledger_expire(&c->s->f.tx, 10, &voided));
    assert_true(voided > 0);
}

static void amount_beyond(struct trial *c)
{
    c->t.amount = 4;
}

static const struct fault post_faults[] = {
    {"id zero", ERR_INVALID, "id", ID, 0, 0, 0, id_zero},
    {"amount negative", ERR_INVALID, "amount", AMOUNT, 0, 0, 0, amount_negative},
    {"id used", ERR_KEY_REUSED, "id", ID, 0, 0, 0, id_used},
    {"id of another post", ERR_KEY_REUSED, "id", ID, 0, 0, 0, id_of_another_post},
    {"hold unknown", ERR_NOT_FOUND, "hold", HOLD, 0, HOLD, 0, hold_unknown},
    {"no hold", ERR_INVALID, "hold", HOLD, 0, HOLD, 0, hold_is_none},
    {"posted", ERR_CONFLICT, "hold", RESOLUTION, HOLD, 0, 1, posted_before},
    {"voided", ERR_CONFLICT, "hold", RESOLUTION, HOLD, 0, 1, voided_before},
    {"expired", ERR_EXPIRED, "hold", RESOLUTION, HOLD, 0, 1, expired_before},
    {"too late", ERR_EXPIRED, "hold", 0, HOLD, 0, 2, time_passes},
    {"more than held", ERR_INVALID, "amount", AMOUNT, HOLD, 0, 0, amount_beyond},
};

static const struct fault void_faults[] = {
    {"id zero", ERR_INVALID, "id", ID, 0, 0, 0, id_zero},
    {"id used", ERR_KEY_REUSED, "id", ID, 0, 0, 0, id_used},
    {"id of another void", ERR_KEY_REUSED, "id", ID, 0, 0, 0, id_of_another_void},
    {"hold unknown", ERR_NOT_FOUND, "hold", HOLD, 0, HOLD, 0, hold_unknown},
    {"no hold", ERR_INVALID, "hold", HOLD, 0, HOLD, 0, hold_is_none},
    {"posted", ERR_CONFLICT, "hold", RESOLUTION, HOLD, 0, 1, posted_before},
    {"voided", ERR_CONFLICT, "hold", RESOLUTION, HOLD, 0, 1, voided_before},
    {"expired", ERR_EXPIRED, "hold", RESOLUTION, HOLD, 0, 1, expired_before},
};

/* The calls under test; each takes a trial. */
static enum err call_post(struct trial *c)
{
    return ledger_post(&c->s->f.tx, &c->t);
}

static enum err call_hold(struct trial *c)
{
    return ledger_hold(&c->s->f.tx, &c->t);
}

static enum err call_hold_post(struct trial *c)
{
    return ledger_hold_post(&c->s->f.tx, c->t.id, c->hold, c->t.amount);
}

static enum err call_hold_void(struct trial *c)
{
    return ledger_hold_void(&c->s->f.tx, c->t.id, c->hold);
}

static bool at_once(const struct fault *a, const struct fault *b)
{
    return a == b || !((a->settles & b->settles) | (a->takes & b->needs) | (b->takes & a->needs));
}

static int64_t last_seq(struct stock *s)
{
    struct rows rs;
    assert_ok(db_one(s->f.db, &q_ledger_last, NO_ARGS, &s->f.arena, &rs));
    return row_int(&rs, 0, "seq");
}

/* A stock of ten, a used id, and a hold of three for a minute. */
static void set_up(struct trial *c, struct stock *s)
{
    int64_t book;
    struct ledger_transfer used = move_of(s, s->outside, s->available, 1), hold = sale_of(s, 3);
    *c = (struct trial){.s = s, .used = used.id, .hold = hold.id};
    assert_ok(ledger_post(&s->f.tx, &used));
    hold.timeout_ms = 60000;
    assert_ok(ledger_hold(&s->f.tx, &hold));
    assert_ok(ledger_book(&s->f.tx, "CNY", STR("town"), &book));
    assert_ok(ledger_account_open(&s->f.tx, book, "outside", 0, &c->other_book));
    c->t = sale_of(s, 3);
}

static void expect(struct stock *s, enum err (*call)(struct trial *c), const struct fault *first,
                   const struct fault *second)
{
    struct trial c;
    struct arena *own = s->f.tx.arena, scratch;
    int64_t now_ms = s->f.tx.now_ms;
    assert_ok(db_savepoint(s->f.db));
    arena_init(&scratch, 1 << 20);
    s->f.tx.arena = &scratch;
    set_up(&c, s);
    for (int when = 0; when <= 2; when++) {
        if (first->when == when)
            first->make(&c);
        if (second->when == when && second != first)
            second->make(&c);
    }
    int64_t before = last_seq(s);
    s->f.info = (struct err_info){0};
    enum err e = call(&c);
    if (e != first->e || !s->f.info.field || strcmp(s->f.info.field, first->field) != 0)
        fail_msg("%s and %s: %s, field %s; expected %s, field %s", first->name, second->name,
                 err_name(e), s->f.info.field ? s->f.info.field : "none", err_name(first->e),
                 first->field);
    assert_int_equal(last_seq(s), before);
    s->f.tx.arena = own;
    s->f.tx.now_ms = now_ms;
    arena_free(&scratch);
    db_savepoint_rollback(s->f.db);
}

static void every_pair(const struct fault *faults, size_t n, enum err (*call)(struct trial *c))
{
    struct stock s;
    int pairs = 0;
    stock_open(&s, 10);
    for (size_t i = 0; i < n; i++)
        for (size_t k = i; k < n; k++)
            if (at_once(&faults[i], &faults[k]))
                expect(&s, call, &faults[i], &faults[k]), pairs++;
    assert_true(pairs > (int)n);
    stock_free(&s);
}

#define EVERY_PAIR(faults, call) every_pair(faults, sizeof(faults) / sizeof(faults[0]), call)

static void of_a_transfer(void **state)
{
    (void)state;
    EVERY_PAIR(transfer_faults, call_post);
}

static void of_a_hold(void **state)
{
    (void)state;
    EVERY_PAIR(transfer_faults, call_hold);
}

static void of_posting_a_hold(void **state)
{
    (void)state;
    EVERY_PAIR(post_faults, call_hold_post);
}

static void of_voiding_a_hold(void **state)
{
    (void)state;
    EVERY_PAIR(void_faults, call_hold_void);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_transfer),
        cmocka_unit_test(of_a_hold),
        cmocka_unit_test(of_posting_a_hold),
        cmocka_unit_test(of_voiding_a_hold),
    };
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests_name("ledger refusals", tests, NULL, NULL);
}
