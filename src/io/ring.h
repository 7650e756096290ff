/*
 * The log: an append-only ring of bytes that many follow. One thread writes, any thread reads.
 *
 *   offsets grow for ever:      tail = head - size          safe               head   reserved
 *   ────────────────────────────────┼───────────────────────────┼──────────────────┼───────┼──▶
 *        overwritten                │  may be overwritten soon  │  follow here     │ being written
 *
 * The memory (a memfd) is mapped twice back to back, so any range of up to `size` bytes is one
 * contiguous piece. The writer stores `reserved`, copies, then stores `head` (release). A reader
 * takes bytes in [offset, head) straight from the mapping and then rechecks `reserved`: had the
 * writer come within `size` of what it read, the bytes may be torn and the reader must give up.
 *
 * Every entry that starts a decodable run is marked (a keyframe), with the id of the configuration
 * that a joiner needs before it; the newest RING_MARKS are kept, under a sequence lock.
 *
 * A ring never changes size. When it proves too small for its bitrate, its owner makes a larger
 * next generation that begins where this one ends and seals this one; followers drain it and move
 * on.
 *
 * Refcounted: the owner and each follower hold one. Memory of all rings is limited per process.
 */
#ifndef IO_RING_H
#define IO_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/err.h"

enum { RING_MARKS = 64 };

struct ring_mark {
    uint64_t offset;  /* where the keyframe's unit starts */
    int64_t at_us;    /* monotone time of its append */
    uint32_t config;  /* the configuration that applies */
    uint32_t time_ms; /* media time */
};

/* How a form's units are told apart, for a follower that must stop at a unit's end: the length of
 * the whole unit that begins at p (n bytes are readable), or 0 when that cannot be told. */
typedef size_t ring_unit_fn(const uint8_t *p, size_t n, void *arg);

struct ring {
    uint8_t *base;  /* 2 * size bytes of address space */
    size_t size;    /* power of two, page multiple */
    uint64_t first; /* offset of the first byte ever: the end of the generation before */
    ring_unit_fn *unit;
    void *unit_arg;
    _Atomic uint32_t refs;
    _Atomic(struct ring *) next; /* owned; set once, when sealed */
    _Atomic bool ended;          /* no more bytes and no next generation */

    _Alignas(64) _Atomic uint64_t reserved;
    _Atomic uint64_t head;
    _Atomic uint64_t forgotten; /* what lies before is for those who follow already */
    _Atomic uint32_t marks_seq; /* odd while the writer changes the marks */
    uint32_t marks_n;           /* ever written; newest at (marks_n - 1) % RING_MARKS */
    struct ring_mark marks[RING_MARKS];
};

void ring_set_process_limit(size_t bytes); /* default 1 GiB */
size_t ring_process_bytes(void);

/* ERR_LIMIT past the process limit. size is rounded up; first: offset of the first byte. */
enum err ring_new(size_t size, uint64_t first, ring_unit_fn *unit, void *arg,
                  struct ring **out) MUST_CHECK;
struct ring *ring_ref(struct ring *r);
void ring_unref(struct ring *r);

/* The writer's side. An append is at most size / 4; the parts become visible together. */
enum err ring_append(struct ring *r, const struct iovec *iov, int n) MUST_CHECK;
void ring_mark(struct ring *r, const struct ring_mark *m); /* before appending what it marks */
void ring_seal(struct ring *r, struct ring *next);         /* takes the reference; NULL: ended */

/* The readers' side. */
static inline uint64_t ring_head(const struct ring *r)
{
    return atomic_load_explicit(&((struct ring *)r)->head, memory_order_acquire);
}
static inline const uint8_t *ring_at(const struct ring *r, uint64_t offset)
{
    return r->base + ((offset - r->first) & (r->size - 1));
}
/* Bytes from `offset` on are whole and will stay so for a while: a follower behind this must jump.
 */
bool ring_is_safe(const struct ring *r, uint64_t offset);
/* Checked after reading bytes from `offset` on: they were whole while they were read. */
bool ring_was_whole(const struct ring *r, uint64_t offset);
/* The newest mark whose bytes are safe; false when there is none. */
bool ring_newest_mark(const struct ring *r, struct ring_mark *out);
/* Any thread: no mark before the present head is found any more; whoever joins begins after it. */
void ring_forget(struct ring *r);
bool ring_is_forgotten(const struct ring *r, uint64_t offset);

#endif
