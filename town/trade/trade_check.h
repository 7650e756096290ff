/*
 * What must always hold between orders, their events and the ledger; `guildhall check` asks it.
 */
#ifndef TOWN_TRADE_TRADE_CHECK_H
#define TOWN_TRADE_TRADE_CHECK_H

#include "store/db.h"

enum { TRADE_CHECK_SAYS = 20 }; /* of each kind */

/* Calls `say` for each violation found. */
enum err trade_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                     void *arg, int *violations) MUST_CHECK;

#endif
