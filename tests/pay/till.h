/*
 * A till in memory, in a transaction in which a test plays the writer: orders 1 to 99 of the makers
 * 3 and 4 that take the money, or refuse it, as a test says. The check has the last word.
 */
#ifndef TESTS_PAY_TILL_H
#define TESTS_PAY_TILL_H

#include "../store/fixture.h"

#include "base/log.h"
#include "ledger/ledger_check.h"
#include "ledger/ledger_guard.h"
#include "town/pay/internal.h"
#include "town/pay/run.h"

enum { TILL_ORDERS = 100 };

static enum err till_answer[TILL_ORDERS]; /* of the order when its money comes */
static int till_paid[TILL_ORDERS];        /* how often it was told so */
static int till_done;                     /* instructions that were told to be done */

static enum err till_load(struct db *db, struct arena *arena, int64_t checkout, bool alone,
                          struct pay_checkout *out)
{
    (void)db, (void)arena, (void)checkout, (void)alone, (void)out;
    return ERR_NOT_FOUND;
}

static enum err till_on_paid(struct tx *tx, int64_t order, int64_t paid_at)
{
    (void)tx, (void)paid_at;
    till_paid[order]++;
    return till_answer[order];
}

static enum err till_on_done(struct tx *tx, int64_t order, const char *kind, struct str key)
{
    (void)tx, (void)order, (void)kind, (void)key;
    till_done++;
    return OK;
}

static const struct pay_orders_hook till_orders = {.load = till_load, .paid = till_on_paid};

/* --- a provider that answers as it is told --- */

struct fake {
    enum err open, look, close, carry_out; /* answers of the calls */
    enum pay_news_is is[TILL_ORDERS];      /* what has become of a payment, by its order */
    enum pay_news_is does;                 /* of an instruction */
    int64_t fen_less;                      /* of amounts that it states */
    int opened, looked, closed, carried_out;
    struct pay_line lines[4]; /* of the statement */
    size_t lines_n;
    enum err statement;
    struct str last_number, last_receiver, last_share; /* of an instruction */
};
static struct fake fake;

static enum err fake_open(void *conf, const struct pay_ask *ask, struct pay_opened *out,
                          struct arena *arena, struct err_info *info)
{
    (void)conf, (void)ask, (void)arena;
    fake.opened++;
    *out = (struct pay_opened){PAY_GO_QR, STR("weixin://pay?x=1")};
    info->text = "not today";
    return fake.open;
}

static enum err fake_look(void *conf, const struct pay_ask *ask, struct pay_news *news,
                          struct arena *arena, struct err_info *info)
{
    (void)conf, (void)arena, (void)info;
    fake.looked++;
    for (size_t i = 0; i < ask->n; i++) {
        int64_t order = strtoll(ask->parts[i].number.p + 1, NULL, 10);
        news[i] = (struct pay_news){.of = PAY_OF_PAYMENT,
                                    .is = fake.is[order],
                                    .number = ask->parts[i].number,
                                    .merchant = ask->parts[i].merchant,
                                    .provider_no = STR("7001"),
                                    .amount_fen = ask->parts[i].amount_fen - fake.fen_less,
                                    .at_ms = 1000};
    }
    return fake.look;
}

static enum err fake_close(void *conf, const struct pay_ask *ask, struct arena *arena,
                           struct err_info *info)
{
    (void)conf, (void)ask, (void)arena, (void)info;
    fake.closed++;
    return fake.close;
}

static enum err fake_carry_out(void *conf, const struct pay_do *what, struct pay_news *out,
                               struct arena *arena, struct err_info *info)
{
    (void)conf;
    fake.carried_out++;
    fake.last_number = arena_str(arena, what->number);
    fake.last_receiver = arena_str(arena, what->receiver);
    fake.last_share = arena_str(arena, what->share_number);
    info->text = "NOT_ENOUGH";
    *out = (struct pay_news){.of = what->what == PAY_DO_REFUND ? PAY_OF_REFUND : PAY_OF_SHARE,
                             .is = fake.does,
                             .number = what->number,
                             .merchant = what->merchant,
                             .provider_no = STR("8001"),
                             .text = STR("refused"),
                             .amount_fen = what->amount_fen - fake.fen_less,
                             .at_ms = 2000};
    return fake.carry_out;
}

static enum err fake_statement(void *conf, const char *day, struct pay_line **out, size_t *n,
                               struct arena *arena, struct err_info *info)
{
    (void)conf, (void)day, (void)arena, (void)info;
    *out = fake.lines;
    *n = fake.lines_n;
    return fake.statement;
}

static bool fake_channel(void *conf, enum pay_channel c)
{
    (void)conf;
    return c != PAY_JSAPI;
}

static const struct pay_provider fake_provider = {.name = "fake",
                                                  .parts_max = PAY_PARTS_MAX,
                                                  .has_channel = fake_channel,
                                                  .open = fake_open,
                                                  .look = fake_look,
                                                  .close = fake_close,
                                                  .carry_out = fake_carry_out,
                                                  .statement = fake_statement};

struct till {
    struct fixture f;
};

static inline void till_open(struct till *t)
{
    const struct pay_settings with_test = {.test = true};
    fixture_in_memory(&t->f);
    assert_ok(pay_load(&with_test, &t->f.arena, &t->f.info));
    pay_orders_are(&till_orders);
    pay_on_done(till_on_done);
    memset(till_answer, 0, sizeof(till_answer));
    memset(till_paid, 0, sizeof(till_paid));
    till_done = 0;
    fake = (struct fake){.does = PAY_IS_DONE};
    pay_provider_add(&fake_provider);
    assert_ok(db_script(t->f.db, "INSERT INTO pay_accounts (party, provider, account, changed_at)"
                                 " VALUES ('factory:3', 'fake', 'm3', 1),"
                                 " ('factory:4', 'fake', 'm4', 1), ('host:7', 'fake', 'r7', 1)"));
}

static inline void till_say(void *arg, const char *line)
{
    (void)arg;
    print_message("%s\n", line);
}

static inline int till_violations(struct till *t)
{
    int in_ledger, in_pay;
    assert_ok(ledger_guard(&t->f.tx));
    assert_ok(ledger_check(t->f.db, &t->f.arena, till_say, NULL, &in_ledger));
    assert_ok(pay_check(t->f.db, &t->f.arena, till_say, NULL, &in_pay));
    return in_ledger + in_pay;
}

static inline void till_close(struct till *t)
{
    assert_int_equal(till_violations(t), 0);
    pay_stop();
    fixture_free(&t->f);
}

static inline struct pay_wish till_wish(int64_t order, int64_t fen)
{
    return (struct pay_wish){.checkout_id = order,
                             .buyer_id = 11,
                             .provider = "test",
                             .parts = {{order, 3, fen}},
                             .n = 1,
                             .expires_at = 2000000};
}

static inline struct pay_wish till_wish_fake(int64_t order, int64_t fen)
{
    struct pay_wish w = till_wish(order, fen);
    w.provider = "fake";
    return w;
}

static inline void till_pay(struct till *t, int64_t order, int64_t fen)
{
    int64_t payment;
    const struct pay_wish w = till_wish(order, fen);
    assert_ok(pay_test(&t->f.tx, &w, &payment));
}

static inline void till_turn(struct till *t)
{
    int done;
    assert_ok(pay_turn(&t->f.tx, 1000, &done));
}

/* Posted fen of the order in an account. */
static inline int64_t till_fen(struct till *t, int64_t order, const char *account)
{
    struct pay_purse *purses;
    size_t n;
    assert_ok(pay_where(t->f.db, &t->f.arena, order, &purses, &n));
    for (size_t i = 0; i < n; i++)
        if (str_eq_z(purses[i].account, account))
            return purses[i].fen;
    return 0;
}

static inline struct pay_news till_news(const char *number, int64_t fen)
{
    return (struct pay_news){.of = PAY_OF_PAYMENT,
                             .is = PAY_IS_DONE,
                             .number = str_of(number),
                             .merchant = STR("m3"),
                             .provider_no = STR("9001"),
                             .amount_fen = fen,
                             .at_ms = 1000};
}

#endif
