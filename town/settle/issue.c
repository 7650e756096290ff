/*
 * Issuing: when a month is over, each party that had a movement in it gets its statement, for good.
 * A few a batch, month after month, from the first that had any money.
 */
#include "base/log.h"
#include "store/queries.h"
#include "town/settle/internal.h"
#include "town/settle/settlement.h"

enum { ISSUE_MOST = 20 /* statements of one batch */ };

/* The first month that is not issued whole; ERR_NOT_FOUND: there is no money yet. */
static enum err month_due(struct tx *tx, int *month)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_settle_month_last, NO_ARGS, tx->arena, &rs);
    if (!e && rs.n) {
        e = settlement_month_read(row_str(&rs, 0, "month"), month);
        ++*month;
        return e;
    }
    if (!e)
        e = db_one(tx->db, &q_settle_money_begins, NO_ARGS, tx->arena, &rs);
    if (!e && row_null(&rs, 0, "at_ms"))
        e = ERR_NOT_FOUND;
    if (!e)
        *month = settlement_month_of(row_int(&rs, 0, "at_ms"));
    return e;
}

static enum err issue_one(struct tx *tx, struct str key, int month)
{
    struct party p;
    struct settlement s;
    uint8_t hash[SETTLEMENT_HASH_BYTES];
    enum err e = party_read(tx->db, tx->arena, key, &p);
    if (!e)
        e = settlement_load(tx->db, tx->arena, &p, month, tx->now_ms, &s);
    if (!e)
        e = settlement_hash(tx->db, &s, hash);
    return e ? e
             : db_exec(tx->db, &q_settle_statement_add,
                       ARGS(V_STR(p.key), V_Z(s.month_text), V_INT(s.opening.frozen),
                            V_INT(s.opening.own), V_INT(s.closing.frozen), V_INT(s.closing.own),
                            V_INT(s.moves), V_INT(s.until_seq), V_BLOB(str_n(hash, sizeof(hash))),
                            V_INT(tx->now_ms)),
                       NULL);
}

enum err issue_month(struct tx *tx, int month, size_t *issued)
{
    struct rows rs;
    char text[SETTLEMENT_MONTH_TEXT];
    int64_t after, until;
    settlement_month_text(month, text);
    enum err e = settlement_seq_at(tx->db, tx->arena, settlement_month_begin(month) - 1, &after);
    if (!e)
        e = settlement_seq_at(tx->db, tx->arena, settlement_month_begin(month + 1) - 1, &until);
    if (!e)
        e = db_select(tx->db, &q_settle_to_issue,
                      ARGS(V_Z(text), V_INT(after), V_INT(until), V_INT(ISSUE_MOST)), tx->arena,
                      &rs);
    *issued = e ? 0 : rs.n;
    for (size_t i = 0; !e && i < rs.n; i++)
        e = issue_one(tx, row_str(&rs, i, "party"), month);
    if (!e && rs.n < ISSUE_MOST) {
        LOG(INFO, "settle.month_issued", L_Z("month", text));
        e = db_exec(tx->db, &q_settle_month_add, ARGS(V_Z(text), V_INT(until), V_INT(tx->now_ms)),
                    NULL);
    }
    return e;
}

enum err issue_due(struct tx *tx, void *unused)
{
    int month = 0;
    size_t issued;
    (void)unused;
    enum err e = month_due(tx, &month);
    if (e == ERR_NOT_FOUND)
        return OK;
    if (e || tx->now_ms < settlement_month_begin(month + 1) + SETTLE_ISSUE_AFTER_MS)
        return e;
    return issue_month(tx, month, &issued);
}
