#include "live/push_copy.h"

#include <stdlib.h>

#include "proto/rtmp_chunk.h"

struct push_copy {
    struct push *p;
    struct stream *stream; /* owned reference */
    struct ring *ring;     /* owned reference */
    uint64_t offset;
    bool placed;
    struct loop_timer timer;
    uint64_t taken; /* conn_bytes_out() when it last grew, and when that was */
    int64_t taken_ms;
};

enum { NUMBER_AT = 8, TICK_MS = LOOP_TICK_MS };

/* basic header 1 │ time 3 │ length 3 │ type 1 │ message stream 4, little-endian: in the first chunk
 * of a message only. */
void push_copy_number(uint8_t *p, size_t n, uint32_t stream_id)
{
    while (n >= NUMBER_AT + 4) {
        size_t unit = rtmp_unit_len(p, n, NULL);
        if (unit == 0 || unit > n)
            return;
        for (int i = 0; i < 4; i++)
            p[NUMBER_AT + i] = (uint8_t)(stream_id >> (8 * i));
        p += unit;
        n -= unit;
    }
}

static void lose(struct push_copy *c, enum push_why why, enum err e)
{
    c->p->why = why;
    conn_close(c->p->conn, e);
}

static bool send_copy(struct push_copy *c, const uint8_t *bytes, size_t n)
{
    struct block *b = block_copy(bytes, n);
    if (b)
        push_copy_number((uint8_t *)b->p, n, rtmp_client_stream_id(c->p->client));
    enum err e = b ? conn_send_block(c->p->conn, b, 0, n) : ERR_NOMEM;
    block_unref(b);
    if (e != OK)
        lose(c, PUSH_WHY_OURS, e);
    return e == OK;
}

static bool place(struct push_copy *c)
{
    struct ring_mark mark;
    if (!ring_newest_mark(c->ring, &mark) || (c->placed && mark.offset <= c->offset))
        return false;
    struct block *head = stream_push_prelude(c->stream, &mark);
    bool ok = !head || send_copy(c, head->p, head->n);
    block_unref(head);
    c->offset = mark.offset;
    c->placed = true;
    return ok;
}

static bool next_ring(struct push_copy *c)
{
    struct ring *next = atomic_load_explicit(&c->ring->next, memory_order_acquire);
    if (!next)
        return false;
    ring_ref(next);
    ring_unref(c->ring);
    c->ring = next;
    return true;
}

/* One message further; false when there is none, or no place for it. */
static bool step(struct push_copy *c)
{
    struct conn *conn = c->p->conn;
    if (conn_is_closing(conn) || conn_queued(conn) >= PUSH_COPY_QUEUE)
        return false;
    if (!c->placed)
        return place(c) || next_ring(c);
    if (!ring_is_safe(c->ring, c->offset)) {
        if (!place(c))
            lose(c, PUSH_WHY_STALLED, ERR_LIMIT);
        pthread_mutex_lock(&c->p->lock);
        c->p->status.skips++;
        pthread_mutex_unlock(&c->p->lock);
        return true;
    }
    uint64_t head = ring_head(c->ring), from = c->offset;
    if (from == head)
        return next_ring(c);
    const uint8_t *bytes = ring_at(c->ring, from);
    size_t n = rtmp_unit_len(bytes, (size_t)(head - from), NULL);
    if (n == 0 || n > head - from || !send_copy(c, bytes, n)) {
        if (!conn_is_closing(conn))
            lose(c, PUSH_WHY_OURS, ERR_PROTOCOL);
        return false;
    }
    c->offset += n;
    if (!ring_was_whole(c->ring, from))
        lose(c, PUSH_WHY_STALLED, ERR_LIMIT);
    return true;
}

static bool is_at_end(const struct push_copy *c)
{
    return atomic_load_explicit(&c->ring->ended, memory_order_acquire) &&
           (!c->placed || c->offset == ring_head(c->ring));
}

static void on_tick(struct loop_timer *timer)
{
    struct push_copy *c = LIST_OF(timer, struct push_copy, timer);
    struct push *p = c->p;
    int64_t now_ms = loop_now_ms(p->loop);
    while (step(c))
        continue;
    if (conn_is_closing(p->conn))
        return;
    if (conn_bytes_out(p->conn) != c->taken || conn_queued(p->conn) == 0) {
        c->taken = conn_bytes_out(p->conn);
        c->taken_ms = now_ms;
    }
    if (now_ms - c->taken_ms >= FOLLOW_STALL_MS) {
        lose(c, PUSH_WHY_STALLED, ERR_TIMEOUT);
        return;
    }
    if (is_at_end(c))
        push_finish(p);
    else
        loop_timer_start(p->loop, &c->timer, TICK_MS);
}

enum err push_copy_start(struct push *p, struct stream *s)
{
    struct push_copy *c = calloc(1, sizeof(*c));
    if (!c)
        return ERR_NOMEM;
    c->ring = wire_ring(&s->rtmp);
    if (!c->ring) {
        free(c);
        return ERR_NOT_FOUND;
    }
    c->p = p;
    c->stream = stream_ref(s);
    c->taken_ms = loop_now_ms(p->loop);
    loop_timer_init(&c->timer, on_tick);
    p->copy = c;
    loop_timer_start(p->loop, &c->timer, 0);
    return OK;
}

void push_copy_stop(struct push *p)
{
    struct push_copy *c = p->copy;
    p->copy = NULL;
    if (!c)
        return;
    loop_timer_stop(&c->timer);
    ring_unref(c->ring);
    stream_unref(c->stream);
    free(c);
}
