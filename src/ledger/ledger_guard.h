/*
 * The guard: what the ledger asserts and adds before every commit. Of the books and accounts that
 * the batch has touched, and of those alone,
 *
 *   - each new transfer stays within one book,
 *   - each book's debits equal its credits, pending and posted,
 *   - each flagged account is within its limit and no balance is negative;
 *
 * then the chain takes in the new transfers (ledger_chain.h). What the batch has touched is known
 * from the transfers that are not in the chain yet, so there is no list to keep and none that an
 * undone command could leave wrong. Three statements a batch, however many commands it holds.
 */
#ifndef LEDGER_LEDGER_GUARD_H
#define LEDGER_LEDGER_GUARD_H

#include "store/writer.h"

/* ERR_CORRUPT with info->text when an invariant is broken: the batch must not be committed. */
enum err ledger_guard(struct tx *tx) MUST_CHECK;

/* Ties the guard, the signing of heads and the look at peers (ledger_peers.h) to a writer; every
 * writer that may move something needs it. Before its first command. */
void ledger_guard_start(struct writer *w);

#endif
