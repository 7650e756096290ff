/*
 * The stock of a SKU, kept in the ledger: book ("piece", "sku:ID") with the accounts
 *
 *   outside ──restock──▶ available ──order──▶ sold        available: debits may not exceed credits
 *
 * so that what can still be bought is what `available` may be debited, and nobody can take what is
 * not there. SQL that lists many SKUs joins the view ledger_balances (unit = 'piece', subject =
 * 'sku:' || id, role = 'available', column `available`).
 *
 * Writing calls run inside the writer's transaction. Whoever moves stock calls hall_stock_touch();
 * after the commit each touched SKU is read once and told to the listeners. What other processes on
 * the same database move is told within about a second (ledger/ledger_peers.h).
 */
#ifndef TOWN_HALL_STOCK_H
#define TOWN_HALL_STOCK_H

#include "ledger/ledger.h"

enum { HALL_STOCK_PIECES_MAX = 100000000 }; /* in one restock or order line */

struct hall_stock { /* ledger account ids */
    int64_t available, sold, outside;
};

/* Makes the book and its accounts when they are not there yet. */
enum err hall_stock_open(struct tx *tx, int64_t sku_id, struct hall_stock *out) MUST_CHECK;
/* Of many SKUs, distinct; one statement when all are there. */
enum err hall_stock_open_many(struct tx *tx, const int64_t *skus, size_t n,
                              struct hall_stock *out) MUST_CHECK;
/* Adds pieces, or with a negative number takes them out again: ERR_SOLD_OUT when fewer are left
 * (info->limit). `id` makes a repeat harmless. */
enum err hall_stock_add(struct tx *tx, int64_t sku_id, int64_t pieces,
                        struct ledger_id id) MUST_CHECK;
/* What can still be ordered; 0 for a SKU whose stock was never opened. */
enum err hall_stock_left(struct db *db, int64_t sku_id, struct arena *arena,
                         int64_t *left) MUST_CHECK;

struct hall_stock_change {
    int64_t sku_id;
    int64_t left; /* can still be ordered */
    int64_t sold; /* paid, since ever */
};
/* Listeners run on the writer's thread after each commit that touched the SKU: they must not block.
 * Registered before the writer takes its first command. */
typedef void hall_stock_listener(const struct hall_stock_change *change, void *arg);
void hall_stock_on_change(hall_stock_listener *fn, void *arg);
void hall_stock_touch(struct tx *tx, int64_t sku_id);
/* Ties the listeners to a writer; once, at start. */
void hall_stock_start(struct writer *w);

#endif
