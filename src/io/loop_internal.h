/* What loop.c shares with conn.c, listen.c and follow.c; nobody outside io/ includes this. */
#ifndef IO_LOOP_INTERNAL_H
#define IO_LOOP_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "io/follow.h"
#include "io/loop.h"

enum {
    LOOP_WHEEL_SLOTS = 512, /* 25.6 s a turn; a timer further away goes round */
    LOOP_SCRATCH = 64 * 1024,
};

/* Counters that the loop's thread alone writes and any thread reads. */
struct loop_counters {
    _Atomic uint64_t followers, bytes, sends, jumps, stalled, overrun;
    _Atomic uint64_t pulses, pulse_work_us, pulse_ms;
};

struct pulse { /* see follow.c */
    uv_timer_t timer;
    struct list followers; /* idle and waiting ones, in turn order */
    size_t left;           /* of this pulse, still to be served */
    int64_t began_us, work_us;
    bool running;
};

struct loop {
    uv_loop_t uv;
    pthread_t thread;
    struct loops *owner;
    int index;
    int64_t now_ms;

    uv_async_t wake;
    pthread_mutex_t mailbox_lock;
    struct loop_msg *mailbox_first, **mailbox_last;

    uv_timer_t tick;
    struct list wheel[LOOP_WHEEL_SLOTS];
    size_t timers;    /* armed */
    int64_t wheel_ms; /* everything due up to here has fired */

    uv_prepare_t prepare;
    uv_check_t check;
    struct list conns;   /* all open ones */
    struct list todo;    /* to flush or to offer kept input, at the end of this turn */
    struct list dying;   /* closed, to be freed at the end of this turn */
    _Atomic size_t open; /* connections whose handle is not yet gone */
    bool draining, stopping;

    struct pulse pulse;
    struct loop_counters counters;
    uint8_t scratch[LOOP_SCRATCH]; /* where reads land; valid within one callback */
};

void conn_end_of_turn(struct loop *loop); /* conn.c: serves todo and dying */
void conn_drain_all(struct loop *loop);
void conn_close_all(struct loop *loop);
void pulse_init(struct loop *loop); /* follow.c */
void pulse_stop(struct loop *loop);

static inline void counter_add(_Atomic uint64_t *c, uint64_t by)
{
    /* One writer: a plain read and a store are enough, and cheaper than a locked add. */
    atomic_store_explicit(c, atomic_load_explicit(c, memory_order_relaxed) + by,
                          memory_order_relaxed);
}

#endif
