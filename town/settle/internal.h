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

/* --- issue.c --- */

/* Issues some of what is due, for writer_every(); a month is due SETTLE_ISSUE_AFTER_MS after its
 * end. */
enum err issue_due(struct tx *tx, void *unused) MUST_CHECK;
/* Some statements of a month that is over. *issued: how many. */
enum err issue_month(struct tx *tx, int month, size_t *issued) MUST_CHECK;

#endif
