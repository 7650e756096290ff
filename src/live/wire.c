#include "live/wire.h"

#include "base/log.h"

enum err wire_open(struct wire *f, pthread_mutex_t *lock, ring_unit_fn *unit)
{
    *f = (struct wire){.lock = lock};
    return ring_new(WIRE_RING_MIN, 0, unit, NULL, &f->ring);
}

/* Old ring │ sealed ─next─▶ new ring: begins at the offset where the old one ends. */
static void grow(struct wire *f, size_t size)
{
    struct ring *old = f->ring, *larger;
    if (size > WIRE_RING_MAX)
        size = WIRE_RING_MAX;
    if (size <= old->size)
        return;
    enum err e = ring_new(size, ring_head(old), old->unit, old->unit_arg, &larger);
    if (e != OK) {
        if (!f->limit_logged)
            LOG(WARN, "live.ring_refused", L_ERR(e), L_I("bytes", size));
        f->limit_logged = true; /* once a stream: it goes on with what it has */
        return;
    }
    ring_ref(larger); /* one for the form, one for the chain */
    pthread_mutex_lock(f->lock);
    f->ring = larger;
    pthread_mutex_unlock(f->lock);
    ring_seal(old, larger);
    ring_unref(old);
}

/* At a keyframe: does the ring hold WIRE_SECONDS at the rate since the last one? */
static void fit_to_rate(struct wire *f, int64_t now_us)
{
    uint64_t head = ring_head(f->ring);
    int64_t took_us = now_us - f->since_us;
    if (f->since_us > 0 && took_us > 500 * 1000) {
        uint64_t want = (head - f->since_offset) * WIRE_SECONDS * 1000000 / (uint64_t)took_us;
        if (want > f->ring->size)
            grow(f, want);
    }
    f->since_offset = head;
    f->since_us = now_us;
}

void wire_append(struct wire *f, const struct iovec *iov, int n, struct ring_mark *mark)
{
    size_t total = 0;
    for (int i = 0; i < n; i++)
        total += iov[i].iov_len;
    if (mark)
        fit_to_rate(f, mark->at_us);
    if (total > f->ring->size / 8)
        grow(f, total * 8);
    if (total > f->ring->size / 4) { /* refused by the ring: nor may a mark say that it is there */
        f->dropped++;
        return;
    }
    if (mark) {
        mark->offset = ring_head(f->ring);
        ring_mark(f->ring, mark);
    }
    if (ring_append(f->ring, iov, n) != OK)
        f->dropped++;
}

struct ring *wire_ring(struct wire *f)
{
    pthread_mutex_lock(f->lock);
    struct ring *r = f->ring ? ring_ref(f->ring) : NULL;
    pthread_mutex_unlock(f->lock);
    return r;
}

void wire_end(struct wire *f)
{
    if (f->ring)
        ring_seal(f->ring, NULL);
}

void wire_close(struct wire *f)
{
    ring_unref(f->ring);
    f->ring = NULL;
}
