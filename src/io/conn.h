/*
 * A connection: a socket on a loop, with or without TLS, with a small input buffer, a bounded
 * output queue of blocks, a deadline, and the protocol that reads it (conn_ops). All calls are for
 * the loop's own thread.
 *
 *               on_data                    conn_send / conn_send_block
 *   socket ─▶ [TLS] ─▶ protocol            ─▶ queue (≤ CONN_OUT_MAX) ─▶ [TLS] ─▶ socket
 *                                          or, when attached, a follower of a ring (io/follow.h)
 *
 * A connection is closed by conn_close() (at once) or conn_finish() (after its queue is out); it is
 * freed at the end of the turn, after one last on_close. Never free the user state elsewhere.
 */
#ifndef IO_CONN_H
#define IO_CONN_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/block.h"
#include "base/err.h"
#include "io/addr.h"
#include "io/loop.h"

struct conn;
struct follower;

enum {
    CONN_IN_MAX = 64 * 1024, /* unparsed input kept for a protocol that wants more */
    CONN_OUT_MAX =
        4 * 1024 * 1024, /* queued output; past it conn_send fails and the peer is closed */
};

struct conn_ops {
    const char *name; /* "http", "rtmp": for logs and metrics */
    /* Bytes arrived. Returns how many were used; the rest is kept (at most CONN_IN_MAX) and offered
     * again with what follows. May close or pause the connection. */
    size_t (*on_data)(struct conn *c, const uint8_t *p, size_t n);
    void (*on_open)(struct conn *c);     /* a client's: connected, TLS included; may be NULL */
    void (*on_flushed)(struct conn *c);  /* the queue became empty; may be NULL */
    void (*on_deadline)(struct conn *c); /* NULL: close with ERR_TIMEOUT */
    void (*on_drain)(struct conn *c);    /* the server is leaving; NULL: close at once */
    void (*on_close)(struct conn *c, enum err why); /* exactly once, last */
};

/* Makes the protocol's state for a fresh connection: sets ops and user by conn_set_protocol(). */
typedef enum err conn_accept_fn(struct conn *c, void *arg);

/* Connects to an address. `ssl`: a client's session (io/tls_client.h), taken over in every case;
 * NULL: plain. `accept` sets the protocol; what it is told then comes by ops->on_open, or on_close.
 */
enum err conn_connect(struct loop *loop, const struct addr *to, SSL *ssl, conn_accept_fn *accept,
                      void *arg) MUST_CHECK;
/* Why a client's connection was closed: the system's errno, 0 when it gave none; and what is wrong
 * with the peer's certificate (X509_V_…), X509_V_OK for nothing. */
int conn_errno(const struct conn *c);
long conn_verify_result(const struct conn *c);

void conn_set_protocol(struct conn *c, const struct conn_ops *ops, void *user);
void *conn_user(const struct conn *c);
struct loop *conn_loop(const struct conn *c);
const struct addr *conn_peer(const struct conn *c);
bool conn_is_tls(const struct conn *c);
bool conn_is_closing(const struct conn *c);
uint64_t conn_id(const struct conn *c); /* unique in the process; for logs */
uint64_t conn_bytes_out(const struct conn *c);

/* Queues a copy. ERR_LIMIT past CONN_OUT_MAX, ERR_CLOSED when closing; the caller then closes. */
enum err conn_send(struct conn *c, const void *p, size_t n) MUST_CHECK;
/* Queues bytes [from, from + n) of a block, by reference. Takes its own reference. */
enum err conn_send_block(struct conn *c, struct block *b, size_t from, size_t n) MUST_CHECK;
size_t conn_queued(const struct conn *c);

void conn_pause(struct conn *c);                /* no more on_data until resumed */
void conn_resume(struct conn *c);               /* kept input is offered again before new bytes */
void conn_deadline(struct conn *c, int64_t ms); /* from now; 0 clears it */
void conn_close(struct conn *c, enum err why);
void conn_finish(struct conn *c); /* close once the queue is out, at most CONN_LINGER_MS later */

/* Hands the output side to a follower of a ring, once the queue is out. The connection then owns it
 * and detaches it on close. */
void conn_follow(struct conn *c, struct follower *f);
struct follower *conn_follower(const struct conn *c);

/* For io/follow.c: one non-blocking send. Returns bytes taken (short or 0 when the socket is full:
 * conn_is_blocked() holds and follower_writable() is called later), or -1 after conn_close(). */
ptrdiff_t conn_write_now(struct conn *c, const struct iovec *iov, int n);
bool conn_is_blocked(const struct conn *c);
/* The follower has come to a unit's end with frames waiting in the queue. */
void conn_flush_queue(struct conn *c);

#endif
