/*
 * Statements: an account as of an instant, its lines in the order of commits, with what caused each
 * and the balance after it.
 *
 *   balance  credits less debits, posted        held  credits less debits, pending
 *
 * so stock is what was put in less what was sold, and pieces held for orders are a negative `held`.
 * Opening and closing balances are summed from the transfers, never taken from the account, so that
 * a statement of a past instant and one of now are the same kind of thing. Paged by key: pass the
 * last line's seq as `after` and the next page opens with what this one has closed with.
 */
#ifndef LEDGER_LEDGER_STATEMENT_H
#define LEDGER_LEDGER_STATEMENT_H

#include "ledger/ledger.h"

struct ledger_balance {
    int64_t balance, held;
};

struct ledger_line {
    int64_t seq, at_ms;
    const char *kind; /* "posted", "hold", "post", "void", "expire" */
    struct ledger_id id;
    int64_t hold;           /* seq of the hold it resolves, or 0 */
    int64_t other;          /* the account on the other side */
    struct str reason, ref; /* what caused it */
    struct ledger_balance change, after;
};

struct ledger_statement {
    int64_t account, book;
    int flags;
    struct str unit, subject, role;
    struct ledger_balance opening; /* before the first line of this page */
    struct ledger_balance closing; /* at the instant, after all pages */
    struct ledger_line *lines;     /* arena */
    size_t n;
    int64_t next; /* `after` for the next page, or 0 */
};

enum { LEDGER_STATEMENT_LINES_MAX = 5000 };

/* What had happened by `as_of_ms` (that instant included), after transfer `after`, at most `most`
 * lines. ERR_NOT_FOUND for an unknown account. */
enum err ledger_statement(struct db *db, int64_t account, int64_t as_of_ms, int64_t after,
                          size_t most, struct arena *arena,
                          struct ledger_statement *out) MUST_CHECK;

#endif
