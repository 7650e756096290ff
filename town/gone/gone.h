/*
 * Files that nobody names any more: objects (store/objects.h) are shared by what is in them, also
 * between departments, so whether one may be removed is asked in one place.
 *
 *   a row goes ─▶ gone_add() in the same command ─▶ a day later, gone_sweep(): does any row name
 * it? yes: it stays   no: the file is removed
 *
 * The view objects_named (migrations/) has every column of every table that names an object. Who
 * adds such a column adds it to the view, in a migration: a test looks. A file that was written
 * less than a day ago stays in any case: it may be that of a command that is yet to come.
 */
#ifndef TOWN_GONE_GONE_H
#define TOWN_GONE_GONE_H

#include "web/web.h"

enum { GONE_SWEEP_MS = 5 * 1000, GONE_AFTER_MS = 24 * 3600 * 1000 };

/* In the command that removes what named it, or has kept it for nothing. */
enum err gone_add(struct tx *tx, struct str object) MUST_CHECK;
/* web_write() of a command whose rows name objects that were kept before it could be asked: when
 * it is refused, what it wrote is undone and they are on the list. The list lives as long as the
 * request. What was kept for a command that never came to run (the writer's queue was full, the
 * batch was lost as a whole, the process died) stays, and no row names it. */
enum err gone_write(struct req *r, struct command *cmd, continue_fn *then,
                    const struct str *objects, size_t n) MUST_CHECK;
/* For writer_every(). */
enum err gone_sweep(struct tx *tx, void *unused) MUST_CHECK;

#endif
