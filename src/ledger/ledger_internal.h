/*
 * What the ledger's own files share: the kinds of transfers as they are stored, and the rules on
 * one account.
 */
#ifndef LEDGER_LEDGER_INTERNAL_H
#define LEDGER_LEDGER_INTERNAL_H

#include "ledger/ledger_set.h"

enum ledger_kind { /* ledger_transfers.kind */
                   LEDGER_POSTED = 1,
                   LEDGER_HOLD,
                   LEDGER_POST,   /* of a hold, whole or in part */
                   LEDGER_VOID,   /* of a hold */
                   LEDGER_EXPIRE, /* a void by the hold's time */
};

/* A transfer as it is stored. */
struct ledger_past {
    int64_t seq, debit, credit, amount, timeout_ms, at_ms;
    enum ledger_kind kind;
    struct str reason, ref;
    struct str hold_id; /* of the hold it resolves, or empty */
};

struct ledger_entry {
    struct ledger_id id;
    enum ledger_kind kind;
    int64_t debit, credit, amount, timeout_ms;
    int64_t hold, held; /* of the hold it resolves: its seq and amount, or 0 */
    const char *reason;
    struct str ref;
};

static inline struct str ledger_id_str(const struct ledger_id *id)
{
    return str_n(id->b, sizeof(id->b));
}

static inline enum err ledger_refuse(struct err_info *info, enum err e, const char *field,
                                     int64_t limit)
{
    *info = (struct err_info){.code = e, .field = field, .limit = limit};
    return e;
}

/* A row of q_ledger_account_get or q_ledger_accounts_get. */
static inline struct ledger_account ledger_account_of_row(const struct rows *rs, size_t row)
{
    return (struct ledger_account){
        .id = row_int(rs, row, "id"),
        .book = row_int(rs, row, "book"),
        .flags = (int)row_int(rs, row, "flags"),
        .debits_pending = row_int(rs, row, "debits_pending"),
        .debits_posted = row_int(rs, row, "debits_posted"),
        .credits_pending = row_int(rs, row, "credits_pending"),
        .credits_posted = row_int(rs, row, "credits_posted"),
    };
}

/* The transfer under an id that was looked up, or NULL. */
const struct ledger_past *ledger_set_past(const struct ledger_set *s, const struct ledger_id *id);
enum err ledger_check_id(const struct ledger_id *id, struct err_info *info) MUST_CHECK;
/* Adds a transfer that resolves a hold, decided by the caller. ERR_CORRUPT when an account of it
 * cannot be as it is. */
enum err ledger_set_resolve(struct ledger_set *s, const struct ledger_entry *en,
                            struct err_info *info) MUST_CHECK;

#endif
