/* What the files of settle have in common. */
#ifndef TOWN_SETTLE_INTERNAL_H
#define TOWN_SETTLE_INTERNAL_H

#include "town/settle/cut.h"
#include "town/settle/settle.h"
#include "town/trade/trade.h"

/* --- share.c --- */

enum { SETTLE_PARTY_BYTES = 40 };

/* What an order's goods have brought by now, and who gets what of it. */
struct reckoning {
    size_t lines;
    int64_t line[CUT_LINES_MAX], nets[CUT_LINES_MAX], rules[CUT_LINES_MAX]; /* rule 0: none */
    size_t parties;
    char party[CUT_PARTIES_MAX][SETTLE_PARTY_BYTES];
    int64_t fen[CUT_PARTIES_MAX];
    int64_t most_bp;
    struct str provider;
};
/* ERR_NOT_FOUND: the order has taken no payment. */
enum err reckon(struct db *db, struct arena *arena, int64_t order_id,
                struct reckoning *out) MUST_CHECK;
/* The order's event, for order_on_change(). */
enum err share_on_change(struct tx *tx, const struct order_changed *c) MUST_CHECK;

#endif
