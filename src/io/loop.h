/*
 * An I/O loop: one thread, one libuv loop, and everything that lives on it. A connection, a
 * publisher and a pulse belong to one loop for life; other threads reach them only by loop_post().
 * Nothing that runs on a loop may block or touch the database.
 *
 *   accept ─▶ struct conn ─▶ on_data … ─▶ dying list ─▶ freed at the end of the turn
 *
 * Ownership: `struct loops` owns its loops; a loop owns its connections. Callbacks get pointers
 * that stay valid until the end of the turn, even when the connection was closed meanwhile.
 */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/err.h"
#include "base/list.h"

struct loop;
struct loops;

/* A piece of work for a loop. Embed it in what it carries; it is the receiver's once posted. */
struct loop_msg {
    struct loop_msg *next; /* private to the mailbox */
    void (*run)(struct loop *loop, struct loop_msg *msg);
};

struct loops *loops_start(int count); /* NULL when a thread or descriptor is refused */
/* Asks every connection to finish (conn_ops.on_drain), closes what is left after grace_ms, joins
 * the threads. Listeners must be closed before. */
void loops_stop(struct loops *loops, int grace_ms);
void loops_free(struct loops *loops);
int loops_count(const struct loops *loops);
struct loop *loops_at(struct loops *loops, int index);

/* Thread safe, never blocks, never fails; messages from one thread arrive in order. After the loop
 * has stopped, messages run on the thread that stops it. */
void loop_post(struct loop *loop, struct loop_msg *msg);
bool loop_is_current(const struct loop *loop);
int loop_index(const struct loop *loop);
struct loops *loop_owner(struct loop *loop);
uv_loop_t *loop_uv(struct loop *loop);
int64_t loop_now_ms(const struct loop *loop); /* monotone, cached for the turn */

/* A one-shot or repeating timer on a loop. Embed it; stop it before freeing what embeds it. */
struct loop_timer {
    struct list link; /* private: in the loop's wheel */
    int64_t due_ms;
    void (*fire)(struct loop_timer *timer);
};
void loop_timer_init(struct loop_timer *timer, void (*fire)(struct loop_timer *timer));
/* Resolution is LOOP_TICK_MS; restarting moves it. Only on the loop's thread. */
void loop_timer_start(struct loop *loop, struct loop_timer *timer, int64_t delay_ms);
void loop_timer_stop(struct loop_timer *timer);

enum { LOOP_TICK_MS = 50 };

#endif
