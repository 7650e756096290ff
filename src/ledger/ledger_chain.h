/*
 * The chain: each transfer has a SHA-256 over its fields and the hash of the transfer before it, in
 * the order of commits, so that no row can be changed, removed, added or moved without every later
 * hash being wrong.
 *
 *   hash(n) = SHA-256( hash(n-1) │ version 1 │ seq kind debit credit amount timeout_ms hold at_ms,
 *                      8 bytes each, big-endian │ id 16 │ length of reason 8 │ reason │
 *                      length of ref 8 │ ref )          hash before the first: 32 zeros
 *
 * The hashes stand in ledger_chain, beside the transfers: the chain is extended once a batch, by
 * the guard, over whatever rows the batch has appended. Commands that are flushed set-wise at the
 * end of a batch need nothing of their own; what is not in the chain yet is what the batch has
 * added. Whoever may write the database may also compute a new chain: that is what heads are signed
 * for (ledger_head.h).
 */
#ifndef LEDGER_LEDGER_CHAIN_H
#define LEDGER_LEDGER_CHAIN_H

#include <stdint.h>

#include "store/writer.h"

enum { LEDGER_HASH_BYTES = 32 };

struct ledger_chain_end {
    int64_t seq; /* of the last transfer in the chain; 0: none */
    uint8_t hash[LEDGER_HASH_BYTES];
};

enum err ledger_chain_end(struct db *db, struct arena *arena,
                          struct ledger_chain_end *out) MUST_CHECK;
/* The next hash for a row of q_ledger_chain_missing or _check_slice. `hash` is replaced. */
void ledger_chain_step(uint8_t hash[LEDGER_HASH_BYTES], const struct rows *rs, size_t row);
/* Takes in every transfer after *end, which moves on. */
enum err ledger_chain_extend(struct tx *tx, struct ledger_chain_end *end) MUST_CHECK;

#endif
