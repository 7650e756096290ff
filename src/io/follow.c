#include "io/follow.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/loop_internal.h"

enum {
    FOLLOW_FRAME_MAX = 32 * 1024, /* a WebSocket frame ends at the last unit within this: a frame
                                     must be finished before a jump, so it must not be long */
    FOLLOW_PULSE_LOAD = 5,        /* the window is this many times the pulse's work: a fifth */
    FOLLOW_HEADER_MAX = 10,       /* RFC 6455 section 5.2: a server's frame header */
};

/*
 * What goes out next, in this order; each part is empty most of the time:
 *
 *   header (of the frame at hand) ─▶ prelude (of a join or jump) ─▶ ring bytes up to `stop`
 *
 * With FOLLOW_RAW there is no header and `stop` is the head. `unit` is the start of the unit that
 * `offset` lies in, so a jump knows where that unit ends.
 */
struct follower {
    struct conn *conn;
    struct loop *loop;
    struct list link; /* in the pulse's list while it is attached */
    struct follow_spec spec;
    struct ring *ring; /* owned reference */
    uint64_t offset, unit, stop;
    struct block *prelude; /* owned */
    size_t prelude_at;
    uint8_t header[FOLLOW_HEADER_MAX];
    uint8_t header_n, header_at;
    bool placed; /* has a position: false until the ring has a first mark */
    bool joined; /* has had a prelude */
    struct loop_timer stall;
};

/* ---- positions ---- */

static void step_units(struct follower *f, uint64_t upto)
{
    while (f->unit < upto) {
        const uint8_t *p = ring_at(f->ring, f->unit);
        size_t n = f->ring->unit(p, (size_t)(ring_head(f->ring) - f->unit), f->ring->unit_arg);
        if (n == 0 || f->unit + n > upto)
            return;
        f->unit += n;
    }
}

/* End of the unit that `offset` lies in; `offset` itself when it lies between two. */
static uint64_t unit_end(struct follower *f)
{
    step_units(f, f->offset);
    if (f->unit == f->offset)
        return f->offset;
    const uint8_t *p = ring_at(f->ring, f->unit);
    return f->unit + f->ring->unit(p, (size_t)(ring_head(f->ring) - f->unit), f->ring->unit_arg);
}

static void place_at(struct follower *f, const struct ring_mark *mark)
{
    f->offset = f->unit = f->stop = mark->offset;
    f->placed = true;
    if (!f->spec.prelude)
        return;
    block_unref(f->prelude);
    f->prelude = f->spec.prelude(f->spec.arg, mark, f->joined);
    f->prelude_at = 0;
    f->joined = true;
}

static bool place(struct follower *f)
{
    struct ring_mark mark;
    if (f->spec.from_head) {
        f->offset = f->spec.from_place ? f->spec.place : ring_head(f->ring);
        f->unit = f->stop = f->offset;
        f->placed = true;
    } else if (ring_newest_mark(f->ring, &mark)) {
        place_at(f, &mark);
    }
    return f->placed;
}

/* A sealed ring, drained: on to the next generation. False when there is nothing more. */
static bool next_generation(struct follower *f)
{
    struct ring *next = atomic_load_explicit(&f->ring->next, memory_order_acquire);
    if (!next || (f->placed && f->offset != ring_head(f->ring)))
        return false;
    ring_ref(next);
    ring_unref(f->ring);
    f->ring = next;
    f->unit = f->stop = f->offset;
    return true;
}

/* ---- sending ---- */

bool follower_is_between(const struct follower *f)
{
    struct follower *w = (struct follower *)f; /* unit_end() only advances a cached position */
    if (!f->placed)
        return true;
    if (f->header_at > 0 || f->prelude_at > 0)
        return false;
    if (f->spec.framing == FOLLOW_WEBSOCKET)
        return f->stop == f->offset;
    return unit_end(w) == f->offset;
}

/* RFC 6455 section 5.2: FIN and binary, no mask from a server. */
static void put_header(struct follower *f, uint64_t n)
{
    f->header[0] = 0x82;
    f->header_at = 0;
    if (n < 126) {
        f->header[1] = (uint8_t)n;
        f->header_n = 2;
    } else if (n <= UINT16_MAX) {
        f->header[1] = 126;
        f->header[2] = (uint8_t)(n >> 8);
        f->header[3] = (uint8_t)n;
        f->header_n = 4;
    } else {
        f->header[1] = 127;
        for (int i = 0; i < 8; i++)
            f->header[2 + i] = (uint8_t)(n >> (56 - 8 * i));
        f->header_n = 10;
    }
}

/* Begins the next frame when none is at hand: the prelude, or whole units up to the limit. */
static void frame(struct follower *f, uint64_t head)
{
    if (f->header_n > 0 || f->stop > f->offset)
        return;
    if (f->prelude && f->prelude_at == 0) {
        put_header(f, f->prelude->n);
        return;
    }
    if (f->prelude || head == f->offset)
        return;
    f->stop = head;
    if (head - f->offset > FOLLOW_FRAME_MAX) {
        step_units(f, f->offset + FOLLOW_FRAME_MAX);
        f->stop = f->unit;
        if (f->stop == f->offset) { /* one unit larger than a frame: it is the frame */
            const uint8_t *p = ring_at(f->ring, f->unit);
            f->stop += f->ring->unit(p, (size_t)(head - f->unit), f->ring->unit_arg);
        }
    }
    if (f->stop > head) /* see stop_of() */
        f->stop = head;
    put_header(f, f->stop - f->offset);
}

static int gather(struct follower *f, uint64_t stop, struct iovec iov[3])
{
    int n = 0;
    if (f->header_at < f->header_n)
        iov[n++] = (struct iovec){f->header + f->header_at, (size_t)(f->header_n - f->header_at)};
    if (f->prelude)
        iov[n++] =
            (struct iovec){(void *)(f->prelude->p + f->prelude_at), f->prelude->n - f->prelude_at};
    /* A frame around a prelude covers nothing else. */
    bool alone = f->prelude && f->spec.framing == FOLLOW_WEBSOCKET;
    if (stop > f->offset && !alone)
        iov[n++] = (struct iovec){(void *)ring_at(f->ring, f->offset), (size_t)(stop - f->offset)};
    return n;
}

static void took(struct follower *f, size_t n)
{
    size_t header = (size_t)(f->header_n - f->header_at);
    if (header > n)
        header = n;
    f->header_at += (uint8_t)header;
    n -= header;
    if (f->prelude) {
        size_t left = f->prelude->n - f->prelude_at, piece = left < n ? left : n;
        f->prelude_at += piece;
        n -= piece;
        if (f->prelude_at == f->prelude->n) {
            block_unref(f->prelude);
            f->prelude = NULL;
            f->prelude_at = 0;
            f->header_n = f->header_at = 0;
        }
    }
    f->offset += n;
    if (f->spec.framing == FOLLOW_WEBSOCKET && f->header_n > 0 && !f->prelude &&
        f->offset == f->stop) {
        f->header_n = f->header_at = 0;
        f->unit = f->stop; /* frames end where units do */
    }
}

/* How far this send may go: the frame's end, or the unit's when something waits for its end. Never
 * past the head: a unit that is being overwritten while it is measured may claim any length. */
static uint64_t stop_of(struct follower *f, uint64_t head, bool must_jump)
{
    if (f->spec.framing == FOLLOW_WEBSOCKET)
        return f->stop;
    uint64_t end = must_jump || conn_queued(f->conn) > 0 ? unit_end(f) : head;
    return end < head ? end : head;
}

/* Ends a follower that cannot go on, and says why: it is the first thing asked about a viewer that
 * was thrown out. */
static void drop(struct follower *f, const char *why, enum err e)
{
    char addr[ADDR_TEXT_MAX];
    addr_format(conn_peer(f->conn), addr);
    LOG(INFO, "follow.dropped", L_Z("addr", addr), L_Z("why", why),
        L_I("behind", ring_head(f->ring) - f->offset), L_I("sent", conn_bytes_out(f->conn)));
    conn_close(f->conn, e);
}

static void overrun(struct follower *f, const char *why)
{
    counter_add(&f->loop->counters.overrun, 1);
    drop(f, why, ERR_LIMIT);
}

/* Behind the safe part: jump when between two units, else say that the unit must be finished. */
static bool lagging(struct follower *f)
{
    struct ring_mark mark;
    if (ring_is_safe(f->ring, f->offset))
        return false;
    if (f->unit != f->offset && !ring_was_whole(f->ring, f->unit)) {
        /* Its unit can be neither measured nor finished. */
        overrun(f, "overrun in the middle of a unit");
        return true;
    }
    if (!follower_is_between(f) || f->prelude)
        return true;
    if (f->spec.from_head || !ring_newest_mark(f->ring, &mark) || mark.offset <= f->offset) {
        drop(f, "too far behind", ERR_LIMIT);
        return true;
    }
    place_at(f, &mark);
    counter_add(&f->loop->counters.jumps, 1);
    return false;
}

static bool send_once(struct follower *f)
{
    struct iovec iov[3];
    bool must_jump = lagging(f);
    if (conn_is_closing(f->conn))
        return false;
    uint64_t head = ring_head(f->ring), from = f->offset;
    if (f->spec.framing == FOLLOW_WEBSOCKET)
        frame(f, head);
    int n = gather(f, stop_of(f, head, must_jump), iov);
    if (n == 0)
        return next_generation(f);
    ptrdiff_t sent = conn_write_now(f->conn, iov, n);
    if (sent < 0)
        return false;
    counter_add(&f->loop->counters.sends, 1);
    counter_add(&f->loop->counters.bytes, (uint64_t)sent);
    took(f, (size_t)sent);
    if (!ring_was_whole(f->ring, from)) {
        overrun(f, "overrun while sending");
        return false;
    }
    if (f->offset == head)
        f->unit = head; /* the head is always between two units */
    else if (f->offset - f->unit > f->ring->size / 16)
        step_units(f, f->offset); /* while the bytes it walks are as safe as those it sends */
    if (sent > 0)
        loop_timer_stop(&f->stall);
    return !conn_is_blocked(f->conn);
}

/* One that waits for its first mark waits in vain once the ring has ended. */
static void finish_if_ended(struct follower *f)
{
    if (atomic_load_explicit(&f->ring->ended, memory_order_acquire) && !f->prelude &&
        (!f->placed || f->offset == ring_head(f->ring))) {
        if (f->spec.ended)
            f->spec.ended(f->spec.arg);
        else
            conn_finish(f->conn);
    }
}

/* Sends until the socket is full or everything is out. */
static void serve(struct follower *f)
{
    if (conn_is_closing(f->conn) || conn_is_blocked(f->conn))
        return;
    if (!f->placed && !place(f) && !next_generation(f)) {
        finish_if_ended(f);
        return;
    }
    if (conn_queued(f->conn) > 0 && follower_is_between(f)) {
        conn_flush_queue(f->conn);
        if (conn_queued(f->conn) > 0 || conn_is_closing(f->conn))
            return;
    }
    if (!f->placed)
        return;
    while (send_once(f))
        if (conn_queued(f->conn) > 0 && follower_is_between(f))
            conn_flush_queue(f->conn);
    if (conn_is_closing(f->conn))
        return;
    finish_if_ended(f);
    if (conn_is_blocked(f->conn) && list_empty(&f->stall.link))
        loop_timer_start(f->loop, &f->stall, FOLLOW_STALL_MS);
}

void follower_writable(struct follower *f)
{
    serve(f);
}

static void on_stall(struct loop_timer *timer)
{
    struct follower *f = LIST_OF(timer, struct follower, stall);
    counter_add(&f->loop->counters.stalled, 1);
    drop(f, "takes nothing", ERR_TIMEOUT);
}

/* ---- the pulse ---- */

static void on_pulse(uv_timer_t *timer);

static void schedule(struct loop *loop, int64_t delay_ms)
{
    uv_timer_start(&loop->pulse.timer, on_pulse, delay_ms > 0 ? (uint64_t)delay_ms : 0, 0);
}

static void end_pulse(struct loop *loop, int64_t now_us)
{
    struct pulse *p = &loop->pulse;
    int64_t window_ms = p->work_us * FOLLOW_PULSE_LOAD / 1000;
    if (window_ms < FOLLOW_PULSE_MIN_MS)
        window_ms = FOLLOW_PULSE_MIN_MS;
    if (window_ms > FOLLOW_PULSE_MAX_MS)
        window_ms = FOLLOW_PULSE_MAX_MS;
    p->running = false;
    counter_add(&loop->counters.pulses, 1);
    atomic_store_explicit(&loop->counters.pulse_ms, (uint64_t)window_ms, memory_order_relaxed);
    if (!list_empty(&p->followers))
        schedule(loop, window_ms - (now_us - p->began_us) / 1000);
}

static void on_pulse(uv_timer_t *timer)
{
    struct loop *loop = timer->data;
    struct pulse *p = &loop->pulse;
    int64_t slice_began = clock_mono_us(), now = slice_began;
    loop->now_ms = slice_began / 1000;
    if (!p->running) {
        p->running = true;
        p->began_us = slice_began;
        p->work_us = 0;
        p->left = atomic_load_explicit(&loop->counters.followers, memory_order_relaxed);
    }
    while (p->left > 0 && !list_empty(&p->followers) && now - slice_began < FOLLOW_SLICE_US) {
        struct list *link = p->followers.next; /* the served go to the back */
        list_remove(link);
        list_append(&p->followers, link);
        p->left--;
        serve(LIST_OF(link, struct follower, link));
        now = clock_mono_us();
    }
    p->work_us += now - slice_began;
    counter_add(&loop->counters.pulse_work_us, (uint64_t)(now - slice_began));
    if (p->left > 0 && !list_empty(&p->followers))
        schedule(loop, 0); /* the loop polls in between */
    else
        end_pulse(loop, now);
}

void pulse_init(struct loop *loop)
{
    uv_timer_init(&loop->uv, &loop->pulse.timer);
    loop->pulse.timer.data = loop;
    list_init(&loop->pulse.followers);
}

void pulse_stop(struct loop *loop)
{
    uv_close((uv_handle_t *)&loop->pulse.timer, NULL);
}

/* ---- attaching ---- */

enum err follow_attach(struct conn *c, const struct follow_spec *spec)
{
    struct loop *loop = conn_loop(c);
    assert(loop_is_current(loop));
    if (conn_is_closing(c))
        return ERR_CLOSED;
    struct follower *f = calloc(1, sizeof(*f));
    if (!f)
        return ERR_NOMEM;
    f->conn = c;
    f->loop = loop;
    f->spec = *spec;
    f->ring = ring_ref(spec->ring);
    loop_timer_init(&f->stall, on_stall);
    list_init(&f->link);
    bool first = list_empty(&loop->pulse.followers);
    list_append(&loop->pulse.followers, &f->link);
    counter_add(&loop->counters.followers, 1);
    conn_follow(c, f);
    place(f);
    if (first && !loop->pulse.running)
        schedule(loop, 0);
    return OK;
}

void follower_detach(struct follower *f)
{
    list_remove(&f->link);
    loop_timer_stop(&f->stall);
    counter_add(&f->loop->counters.followers, (uint64_t)-1);
    ring_unref(f->ring);
    block_unref(f->prelude);
    if (f->spec.gone)
        f->spec.gone(f->spec.arg);
    free(f);
}

void follow_stats(struct loops *loops, struct follow_stats *sum)
{
    *sum = (struct follow_stats){0};
    for (int i = 0; i < loops_count(loops); i++) {
        struct loop_counters *c = &loops_at(loops, i)->counters;
        sum->followers += atomic_load_explicit(&c->followers, memory_order_relaxed);
        sum->bytes += atomic_load_explicit(&c->bytes, memory_order_relaxed);
        sum->sends += atomic_load_explicit(&c->sends, memory_order_relaxed);
        sum->jumps += atomic_load_explicit(&c->jumps, memory_order_relaxed);
        sum->stalled += atomic_load_explicit(&c->stalled, memory_order_relaxed);
        sum->overrun += atomic_load_explicit(&c->overrun, memory_order_relaxed);
        sum->pulses += atomic_load_explicit(&c->pulses, memory_order_relaxed);
        sum->pulse_work_us += atomic_load_explicit(&c->pulse_work_us, memory_order_relaxed);
        uint64_t ms = atomic_load_explicit(&c->pulse_ms, memory_order_relaxed);
        if (ms > sum->pulse_ms)
            sum->pulse_ms = ms;
    }
}
