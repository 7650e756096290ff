/*
 * Pages that are kept. What a handler has drawn for somebody who is not logged in is sent to the
 * next who asks for the same, for as long as nothing at all was committed to the store.
 *
 *   identify ─▶ kept_answer ─┬▶ there, of this version, not too old ─▶ sent
 *                            └▶ not: snapshot, handler, reply_keep() ─▶ drawn ─▶ kept_add
 *
 * A page is never older than the last commit of any process (store/version.h): its version is asked
 * for before its snapshot begins, and again each time before it is sent. What depends on the clock
 * or is in memory is as old as the handler allows. Only handlers that say reply_keep() have their
 * pages kept, and of the request only this may count for them: address, language, form of the
 * answer, host.
 *
 * The least lately used go when KEPT_BYTES_MAX is passed. Thread safe.
 */
#ifndef WEB_KEPT_H
#define WEB_KEPT_H

#include "base/block.h"
#include "store/version.h"

enum {
    KEPT_BYTES_MAX = 16 * 1024 * 1024,
    KEPT_PAGE_MAX = 256 * 1024,
    KEPT_KEY_BYTES = 16,
    KEPT_ETAG_MAX = 24,
};

struct kept;

struct kept_key {
    uint8_t bytes[KEPT_KEY_BYTES];
};
struct kept_copy {                /* to be sent */
    struct block *plain, *packed; /* owned by who has the copy; packed: gzipped, or NULL */
    const char *type;             /* static */
    char etag[KEPT_ETAG_MAX];     /* with its quotes */
};

struct kept *kept_new(void); /* NULL without memory */
void kept_free(struct kept *k);
/* False: not there, or not of this version, or older than it was allowed to become. */
bool kept_find(struct kept *k, struct kept_key key, struct version version, struct kept_copy *out);
/* Keeps references of its own. Without memory it does not. */
void kept_add(struct kept *k, struct kept_key key, struct version version, int64_t keep_ms,
              const struct kept_copy *page);
/* Adds page->packed to what is kept of the same plain bytes. */
void kept_pack(struct kept *k, struct kept_key key, const struct kept_copy *page);
void kept_copy_free(struct kept_copy *c);
struct kept_counts {
    uint64_t found, missed;
    size_t pages, bytes;
} kept_counts(struct kept *k);

#endif
