/*
 * The ledger's check: every balance, book, hold and hash recomputed from the transfers.
 *
 * It may run beside a serving town: it notes the last transfer once, and reads up to that one in
 * slices by key, each in a snapshot of its own that lasts milliseconds, so no log grows and nothing
 * is kept from being cleaned up. Sums are kept in memory, an entry an account. An account's stored
 * balances are of the moment they are read; before they are compared the sums are carried on, in
 * that same snapshot, over what has been committed since.
 */
#ifndef LEDGER_LEDGER_CHECK_H
#define LEDGER_LEDGER_CHECK_H

#include "store/db.h"

/* Calls `say` for each violation, of each kind for the first LEDGER_CHECK_SAYS, in the order of
 * their keys. Inside a transaction of the caller's it takes no snapshots. Heads are verified with
 * the keys that ledger_head.h has loaded. */
enum { LEDGER_CHECK_SAYS = 20 };
enum err ledger_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                      void *arg, int *violations) MUST_CHECK;

#endif
