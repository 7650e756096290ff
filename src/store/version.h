/*
 * Has anything been committed since? For who keeps what was drawn from the store (web/kept.h).
 *
 * A version is equal to an earlier one only if nothing was committed in between, by any process.
 * What was read in a snapshot that began after version_now() is what the store says for as long as
 * version_now() gives the same; it may differ without a commit, which costs a reading anew.
 *
 *   SQLite      PRAGMA data_version. It counts for one connection the commits of all others, so
 *               there is a connection for it that commits nothing; some microseconds
 *   PostgreSQL  pg_current_snapshot(): which transactions are over; a round trip of the reader's
 */
#ifndef STORE_VERSION_H
#define STORE_VERSION_H

#include "store/db.h"

struct version_watch; /* thread safe */
struct version {
    uint64_t a, b;
};

struct version_watch *version_watch_new(const char *url); /* borrows url; NULL without memory */
void version_watch_free(struct version_watch *w);
/* Outside a snapshot. `reader`: of the same store, the caller's. */
enum err version_now(struct version_watch *w, struct db *reader, struct arena *arena,
                     struct version *out) MUST_CHECK;
static inline bool version_same(struct version one, struct version other)
{
    return one.a == other.a && one.b == other.b;
}

#endif
