/*
 * What trade, claims and settle instruct, from outside a town that runs on the same database:
 *
 *   pay_tool STORE share ORDER PARTY FEN | refund ORDER KEY FEN | release ORDER
 *
 * Says the error's name, "ok" when there was none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ledger/ledger_guard.h"
#include "town/pay/pay.h"
#include "town/trade/trade.h"

struct instruct {
    struct command cmd;
    char **words;
    int n;
};

/* Of the order's first line, without a piece that comes back. */
static enum err refund(struct tx *tx, int64_t order, const char *key, int64_t fen)
{
    const struct order_back back = {.line = 1, .amount_fen = fen};
    const struct order_refund r = {.order_id = order, .lines = &back, .n = 1, .key = str_of(key)};
    return order_refund(tx, &r, (struct order_actor){.as = ORDER_AS_OPERATOR}, STR("a test"));
}

static enum err run(struct command *cmd, struct tx *tx)
{
    const struct instruct *i = (const struct instruct *)cmd;
    int64_t order = atoll(i->words[1]);
    if (strcmp(i->words[0], "release") == 0)
        return pay_release(tx, order);
    if (i->n != 4)
        return ERR_INVALID;
    return strcmp(i->words[0], "share") == 0 ? pay_share(tx, order, i->words[2], atoll(i->words[3]))
                                             : refund(tx, order, i->words[2], atoll(i->words[3]));
}

int main(int argc, char **argv)
{
    struct arena arena;
    struct err_info info = {0};
    struct writer *w;
    if (argc < 4)
        return 2;
    log_set_level(LOG_ERROR);
    arena_init(&arena, 16 << 20);
    struct instruct i = {.cmd = {.name = "test.instruct", .run = run, .arena = &arena},
                         .words = argv + 2,
                         .n = argc - 2};
    enum err e = writer_open(argv[1], &w, &arena, &info);
    if (!e) {
        ledger_guard_start(w);
        trade_start(w);
        e = writer_start(w);
    }
    if (!e) {
        e = writer_call(w, &i.cmd);
        writer_stop(w);
    }
    puts(err_name(e));
    arena_free(&arena);
    return 0;
}
