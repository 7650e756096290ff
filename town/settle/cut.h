/*
 * The arithmetic of shares, without a database: of what each line of an order has brought, so many
 * hundredths of a percent to each of its parties.
 *
 *   line 1   10 000 fen  host:7 1 500  base 300        wants: host:7 1 500 fen, base 300 fen
 *   line 2    3 333 fen  host:8 1 000  base 300               host:8 333.3 fen, base 99.99 fen
 *   ──────────────────────────────────────────────────────────────────────────────────────────────
 *   all wants together, rounded down, and at most the cap of all: 2 233 fen, which are cut by the
 *   largest remainder: host:7 1 500, host:8 333, base 400
 *
 * No party gets a whole fen more or less than its want when the cap is not reached; all together
 * never get more than the cap, and never more than was brought.
 */
#ifndef TOWN_SETTLE_CUT_H
#define TOWN_SETTLE_CUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
    CUT_WHOLE_BP = 10000,
    CUT_LINES_MAX = 64,
    CUT_PARTIES_MAX = 60, /* of one order: as many as town/pay keeps apart, with room */
};
#define CUT_FEN_MAX INT64_C(1000000000000000) /* of an order: LEDGER_AMOUNT_MAX */

struct cut_claim { /* of one party on one line */
    size_t line, party;
    int64_t bp;
};

/* nets: what each line has brought. fen: what each of the `parties` gets (out); ties go to the one
 * named first. ERR_INVALID for amounts or ratios that cannot be. */
enum err cut(const int64_t *nets, size_t lines, const struct cut_claim *claims, size_t claims_n,
             int64_t most_bp, int64_t *fen, size_t parties) MUST_CHECK;

#endif
