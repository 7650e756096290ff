/*
 * `guildhall check`: everything that must hold in the store, read only, beside a serving process or
 * without one. There is no snapshot over it all: the ledger reads in slices, and each other rule is
 * one statement.
 *
 *   the file (pages, indexes, foreign keys) ▸ migrations ▸ the ledger ▸ each department's own rules
 *
 * Each violation is one line, told as it is found.
 */
#ifndef TOWN_CHECK_H
#define TOWN_CHECK_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

typedef void town_say_fn(void *arg, const char *line);
/* How many of the parts are done. False ends it: ERR_CLOSED. */
typedef bool town_progress_fn(void *arg, int done, int total);

/* An error means that the check itself could not be done (info->text says why), not that something
 * was found: that is *violations. `progress` may be NULL. */
enum err town_check(const char *store_url, town_say_fn *say, town_progress_fn *progress, void *arg,
                    int *violations, struct arena *arena, struct err_info *info) MUST_CHECK;

#endif
