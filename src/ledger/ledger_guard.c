#include "ledger/ledger_guard.h"

#include "ledger/ledger_chain.h"
#include "ledger/ledger_head.h"
#include "ledger/ledger_peers.h"
#include "store/queries.h"

/* Each gives what is wrong among what transfers after `after` have touched. */
static const struct rule {
    const struct query *query;
    const char *violation;
} rules[] = {
    {&q_ledger_guard_crossing, "transfer %lld: not within one book"},
    {&q_ledger_guard_books, "book %lld: debits and credits differ"},
    {&q_ledger_guard_limits, "account %lld: beyond its limit"},
};

static enum err assert_rules(struct tx *tx, int64_t after)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        struct rows rs;
        enum err e = db_select(tx->db, rules[i].query, ARGS(V_INT(after)), tx->arena, &rs);
        if (e)
            return e;
        if (rs.n > 0) {
            const char *text =
                arena_printf(tx->arena, rules[i].violation, (long long)row_int(&rs, 0, "id"));
            *tx->info = (struct err_info){.code = ERR_CORRUPT, .text = text};
            return ERR_CORRUPT;
        }
    }
    return OK;
}

enum err ledger_guard(struct tx *tx)
{
    struct ledger_chain_end end;
    struct rows last;
    enum err e = ledger_chain_end(tx->db, tx->arena, &end);
    if (!e)
        e = db_one(tx->db, &q_ledger_last, NO_ARGS, tx->arena, &last);
    if (e || row_int(&last, 0, "seq") == end.seq)
        return e;
    ledger_peers_note(row_int(&last, 0, "seq"));
    e = assert_rules(tx, end.seq);
    if (!e)
        e = ledger_chain_extend(tx, &end);
    return e ? e : ledger_head_sign_when_far(tx, &end);
}

static enum err guard_run(struct tx *tx, void *unused)
{
    (void)unused;
    return ledger_guard(tx);
}

/* What this batch has added is not in the chain yet: the next head takes it in. */
static enum err sign_run(struct tx *tx, void *unused)
{
    struct ledger_chain_end end;
    (void)unused;
    enum err e = ledger_chain_end(tx->db, tx->arena, &end);
    return e ? e : ledger_head_sign(tx, &end);
}

void ledger_guard_start(struct writer *w)
{
    ledger_peers_start(w);
    writer_before_commit(w, "ledger.guard", guard_run, NULL);
    writer_every(w, LEDGER_HEAD_EVERY_MS, "ledger.sign", sign_run, NULL);
    writer_at_stop(w, "ledger.sign", sign_run, NULL);
}
