/*
 * One wire form of a stream (FLV, RTMP chunks) in a ring, with the rule by which the ring
 * grows: it should hold WIRE_SECONDS of the stream and any single append eight times; when it does
 * not, the next generation is made, at the next keyframe if that can wait.
 *
 * One loop writes. Joiners on other threads take the present ring by wire_ring(), under the lock
 * that the owner passes in.
 */
#ifndef LIVE_WIRE_H
#define LIVE_WIRE_H

#include <pthread.h>

#include "io/ring.h"

enum {
    WIRE_SECONDS = 12,
    WIRE_RING_MIN = 1 << 20,
    WIRE_RING_MAX = 64 << 20,
};

struct wire {
    struct ring *ring;     /* owned; replaced under the lock */
    pthread_mutex_t *lock; /* borrowed from the stream */
    uint64_t since_offset; /* for the rate: head at the last keyframe */
    int64_t since_us;
    uint64_t dropped; /* appends that no ring could take */
    bool limit_logged;
};

enum err wire_open(struct wire *f, pthread_mutex_t *lock, ring_unit_fn *unit) MUST_CHECK;
/* mark: NULL, or where a joiner may start; its offset is filled in here. */
void wire_append(struct wire *f, const struct iovec *iov, int n, struct ring_mark *mark);
struct ring *wire_ring(struct wire *f); /* a reference, for another thread */
void wire_end(struct wire *f);          /* followers finish what is there, then close */
void wire_close(struct wire *f);        /* drops the form's own reference */

#endif
