/*
 * A form: one wire form of a stream (FLV, RTMP chunks) in a ring, with the rule by which the ring
 * grows: it should hold FORM_SECONDS of the stream and any single append eight times; when it does
 * not, the next generation is made, at the next keyframe if that can wait.
 *
 * One loop writes. Joiners on other threads take the present ring by form_ring(), under the lock
 * that the form's owner passes in.
 */
#ifndef LIVE_FORM_H
#define LIVE_FORM_H

#include <pthread.h>

#include "io/ring.h"

enum {
    FORM_SECONDS = 12,
    FORM_RING_MIN = 1 << 20,
    FORM_RING_MAX = 64 << 20,
};

struct form {
    struct ring *ring;     /* owned; replaced under the lock */
    pthread_mutex_t *lock; /* borrowed from the stream */
    uint64_t since_offset; /* for the rate: head at the last keyframe */
    int64_t since_us;
    uint64_t dropped; /* appends that no ring could take */
    bool limit_logged;
};

enum err form_open(struct form *f, pthread_mutex_t *lock, ring_unit_fn *unit) MUST_CHECK;
/* mark: NULL, or where a joiner may start; its offset is filled in here. */
void form_append(struct form *f, const struct iovec *iov, int n, struct ring_mark *mark);
struct ring *form_ring(struct form *f); /* a reference, for another thread */
void form_end(struct form *f);          /* followers finish what is there, then close */
void form_close(struct form *f);        /* drops the form's own reference */

#endif
