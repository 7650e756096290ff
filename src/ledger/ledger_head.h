/*
 * Heads: the chain's value at some transfer, signed (Ed25519, libsodium's crypto_sign) with a key
 * that lies outside the database. Whoever may write the database but has no key can compute a new
 * chain, but not the heads that it would have to agree with.
 *
 *   signed: "guildhall ledger head" and a NUL │ number 8 │ seq 8 │ at_ms 8, big-endian │ hash 32
 *
 * A head is signed after every LEDGER_HEAD_TRANSFERS transfers, every LEDGER_HEAD_EVERY_MS when
 * there are new ones, and at stop; each is logged as well (ledger.head), so that a copy of the log
 * can show that the last heads were removed too. What follows the last head is not vouched for yet.
 *
 * DIR/ledger.key (mode 0600, made at the first start) is the seed of the secret key. DIR/ledger.pub
 * is its public part, a line of 64 hex digits; keys of other nodes, and former ones, are further
 * lines, added by an administrator (README). A copy of the database with ledger.pub alone can be
 * verified. Loaded once at start, before threads; read-only after.
 */
#ifndef LEDGER_LEDGER_HEAD_H
#define LEDGER_LEDGER_HEAD_H

#include "ledger/ledger_chain.h"

enum { LEDGER_HEAD_TRANSFERS = 1000, LEDGER_HEAD_EVERY_MS = 60 * 1000 };

/* To sign and verify: reads or makes the key, and adds its public part to ledger.pub. */
enum err ledger_head_load(const char *dir, struct arena *arena, struct err_info *info) MUST_CHECK;
/* To verify only: reads ledger.pub. Without one a head is taken to be signed by the key it names,
 * which shows damage, but no forgery. */
enum err ledger_head_trust(const char *dir, struct arena *arena, struct err_info *info) MUST_CHECK;
void ledger_head_forget(void); /* for tests: as if nothing had been loaded */

/* Signs the end of the chain unless the last head is as far. Nothing without a key to sign with. */
enum err ledger_head_sign(struct tx *tx, const struct ledger_chain_end *end) MUST_CHECK;
/* As ledger_head_sign, once LEDGER_HEAD_TRANSFERS have come since the last head. */
enum err ledger_head_sign_when_far(struct tx *tx, const struct ledger_chain_end *end) MUST_CHECK;

/* What is wrong with a row of q_ledger_check_heads by itself, for people; NULL: nothing. */
const char *ledger_head_fault(const struct rows *rs, size_t row);

#endif
