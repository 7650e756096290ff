/* ledger/ledger_peers: the time of a batch, and what other writers of the database have moved. */
#include "stock.h"

#include "base/clock.h"
#include "base/log.h"
#include "ledger/ledger_guard.h"
#include "ledger/ledger_peers.h"

enum { HOUR_MS = 3600 * 1000 };

struct sale {
    struct command cmd;
    struct stock *s;
    int64_t ahead_ms; /* how far this writer's clock is ahead */
    int64_t at_ms;    /* out */
};

static enum err open_run(struct command *cmd, struct tx *tx)
{
    stock_open_in(tx, ((struct sale *)cmd)->s, 100);
    return OK;
}

static enum err sale_run(struct command *cmd, struct tx *tx)
{
    struct sale *sale = (struct sale *)cmd;
    tx->now_ms += sale->ahead_ms;
    struct ledger_transfer t = {.id = ledger_id_new(),
                                .debit = sale->s->available,
                                .credit = sale->s->sold,
                                .amount = 1,
                                .reason = "order",
                                .ref = STR("")};
    sale->at_ms = tx->now_ms;
    return ledger_post(tx, &t);
}

static struct writer *start(struct stock *s)
{
    struct writer *w;
    assert_ok(writer_open(s->f.url, &w, &s->f.arena, &s->f.info));
    ledger_guard_start(w);
    assert_ok(writer_start(w));
    return w;
}

static struct writer *set_up(struct stock *s)
{
    *s = (struct stock){.next = 0};
    fixture_on_disk(&s->f);
    struct writer *w = start(s);
    struct sale open = {.cmd = {.name = "test.open", .run = open_run, .arena = &s->f.arena},
                        .s = s};
    assert_ok(writer_call(w, &open.cmd));
    return w;
}

static int64_t sell(struct stock *s, struct writer *w, int64_t ahead_ms)
{
    struct sale sale = {.cmd = {.name = "test.sale", .run = sale_run, .arena = &s->f.arena},
                        .s = s,
                        .ahead_ms = ahead_ms};
    assert_ok(writer_call(w, &sale.cmd));
    return sale.at_ms;
}

/* Another process on a machine whose clock is right, after one whose clock is not. */
static void a_batch_is_never_before_the_last_transfer(void **state)
{
    (void)state;
    struct stock s;
    struct writer *w = set_up(&s);
    int64_t ahead = sell(&s, w, HOUR_MS);
    writer_stop(w);
    w = start(&s);
    assert_int_equal(sell(&s, w, 0), ahead);
    assert_true(sell(&s, w, 5) == ahead + 5);
    assert_true(sell(&s, w, 0) == ahead + 5);
    writer_stop(w);
    fixture_free(&s.f);
}

/* As another process would. */
static void sell_elsewhere(struct stock *s, struct db *other)
{
    struct tx tx = {other, NULL, &s->f.arena, clock_wall_ms(), &s->f.info};
    struct sale sale = {.s = s};
    assert_ok(db_begin(other));
    assert_ok(sale_run(&sale.cmd, &tx));
    assert_ok(ledger_guard(&tx));
    assert_ok(db_commit(other));
}

struct asking {
    struct command cmd;
    bool moved;
    int64_t after;
};

static enum err asking_run(struct command *cmd, struct tx *tx)
{
    struct asking *a = (struct asking *)cmd;
    (void)tx;
    a->moved = ledger_peers_moved(&a->after);
    ledger_peers_told();
    return OK;
}

static bool moved(struct stock *s, struct writer *w, int64_t *after)
{
    struct asking a = {.cmd = {.name = "test.asking", .run = asking_run, .arena = &s->f.arena}};
    assert_ok(writer_call(w, &a.cmd));
    *after = a.after;
    return a.moved;
}

static void what_others_add_is_noticed_once(void **state)
{
    (void)state;
    struct stock s;
    struct db *other;
    int64_t after;
    struct writer *w = set_up(&s);
    assert_ok(db_open(s.f.url, DB_WRITE, &other, &s.f.arena, &s.f.info));
    sell(&s, w, 0); /* transfer 2 */
    assert_false(moved(&s, w, &after));
    sell_elsewhere(&s, other);
    sell(&s, w, 0);
    sell_elsewhere(&s, other);
    assert_true(moved(&s, w, &after));
    assert_int_equal(after, 2);
    assert_false(moved(&s, w, &after));
    sell(&s, w, 0);
    assert_false(moved(&s, w, &after));
    db_close(other);
    writer_stop(w);
    fixture_free(&s.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_is_never_before_the_last_transfer),
        cmocka_unit_test(what_others_add_is_noticed_once),
    };
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests_name("ledger_peers", tests, NULL, NULL);
}
