/*
 * A set of transfers: decided in memory, written together. It holds the accounts that it was told
 * of, with their balances as the transaction sees them, and the transfers decided so far; what one
 * has moved, the next one sees. Deciding touches no database; the flush is a few statements however
 * many transfers there are. ledger.h's functions are a set of one; a hot command (store/writer.h)
 * decides a batch in one set.
 *
 *   init ─▶ accounts, ids ─▶ post, hold, post … ─▶ flush ─▶ free
 *                               ▲      │
 *                               └ undo ┘ back to a mark: half of an order that cannot be had whole
 *
 * While a set is open nothing else moves its accounts. Memory comes from tx->arena, but for the
 * maps. Refusals are those of ledger.h, in that order, with their detail in the `info` given.
 */
#ifndef LEDGER_LEDGER_SET_H
#define LEDGER_LEDGER_SET_H

#include "base/map.h"
#include "ledger/ledger.h"

struct ledger_entry;
struct ledger_past;

struct ledger_set { /* members are private */
    struct tx *tx;
    struct map accounts; /* account id → struct moved_account */
    struct map past;     /* transfer id → what is there under it, of this set too */
    struct ledger_entry *entries;
    size_t n, room;
};

void ledger_set_init(struct ledger_set *s, struct tx *tx);
void ledger_set_free(struct ledger_set *s);

/* Loads accounts; one that is not there is left out, and a transfer of it refused. */
enum err ledger_set_accounts(struct ledger_set *s, const int64_t *accounts, size_t n) MUST_CHECK;
/* Looks up which of the ids are used. An id that was not looked up must be new: where it is not,
 * the flush fails as a whole (ERR_EXISTS). */
enum err ledger_set_ids(struct ledger_set *s, const struct ledger_id *ids, size_t n) MUST_CHECK;

/* As ledger_post() and ledger_hold(). *existed (may be NULL): it was there already. The texts of
 * `t` are borrowed until the flush. */
enum err ledger_set_post(struct ledger_set *s, const struct ledger_transfer *t, bool *existed,
                         struct err_info *info) MUST_CHECK;
enum err ledger_set_hold(struct ledger_set *s, const struct ledger_transfer *t, bool *existed,
                         struct err_info *info) MUST_CHECK;

size_t ledger_set_mark(const struct ledger_set *s);
void ledger_set_undo(struct ledger_set *s, size_t mark);

/* Writes what was decided; the set is empty of transfers then, and keeps its accounts. */
enum err ledger_set_flush(struct ledger_set *s) MUST_CHECK;

#endif
