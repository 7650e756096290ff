#include "io/conn.h"

#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/err.h>

#include "base/clock.h"
#include "io/conn_internal.h"
#include "io/loop_internal.h"

enum {
    CONN_LINGER_MS = 10 * 1000, /* conn_finish: the longest wait for a slow reader */
    CONN_READS_MAX = 16,        /* reads of one connection before others get their turn */
    TLS_RECORD_MAX = 16384,     /* RFC 8446 section 5.1 */
    FLUSH_IOV_MAX = 16,
};

struct out { /* one queued piece of a block */
    struct out *next;
    struct block *block; /* owned reference */
    size_t at, end;
};

struct conn {
    uv_poll_t poll;
    struct loop *loop;
    int fd;
    SSL *ssl; /* owned; NULL: plain */
    const struct conn_ops *ops;
    void *user; /* the protocol's; it frees it in on_close */
    struct conn_origin origin;
    struct addr peer;
    uint64_t id, bytes_out;

    uint8_t *in; /* owned; bytes that the protocol has not used yet */
    size_t in_n, in_cap;
    struct out *out_first, **out_last;
    size_t queued;
    size_t tls_owed; /* length of a record that OpenSSL holds encrypted but could not send */
    struct follower *follower;

    struct loop_timer deadline;
    struct list link; /* loop->conns, or loop->dying once closing */
    struct list todo_link;
    int watching;    /* UV_READABLE | UV_WRITABLE as last asked of the poller */
    bool connecting; /* a client's, until the socket is */
    int sys_error;   /* errno of what ended it, or 0 */
    bool handshaking, paused, blocked, feeding, eof;
    bool finishing, closing;
    enum err why;
};

static _Atomic uint64_t next_id = 1;

/* ---- small accessors ---- */

void conn_set_protocol(struct conn *c, const struct conn_ops *ops, void *user)
{
    c->ops = ops;
    c->user = user;
}

void *conn_user(const struct conn *c)
{
    return c->user;
}

struct loop *conn_loop(const struct conn *c)
{
    return c->loop;
}

const struct addr *conn_peer(const struct conn *c)
{
    return &c->peer;
}

int conn_errno(const struct conn *c)
{
    return c->sys_error;
}

long conn_verify_result(const struct conn *c)
{
    return c->ssl ? SSL_get_verify_result(c->ssl) : X509_V_OK;
}

bool conn_is_tls(const struct conn *c)
{
    return c->ssl != NULL;
}

bool conn_is_closing(const struct conn *c)
{
    return c->closing;
}

uint64_t conn_id(const struct conn *c)
{
    return c->id;
}

uint64_t conn_bytes_out(const struct conn *c)
{
    return c->bytes_out;
}

size_t conn_queued(const struct conn *c)
{
    return c->queued;
}

struct follower *conn_follower(const struct conn *c)
{
    return c->follower;
}

bool conn_is_blocked(const struct conn *c)
{
    return c->blocked;
}

/* ---- closing ---- */

static void later(struct conn *c)
{
    if (!c->closing && list_empty(&c->todo_link))
        list_append(&c->loop->todo, &c->todo_link);
}

void conn_close(struct conn *c, enum err why)
{
    if (c->closing)
        return;
    c->closing = true;
    c->why = why;
    list_remove(&c->link);
    list_append(&c->loop->dying, &c->link);
    list_remove(&c->todo_link);
    loop_timer_stop(&c->deadline);
    uv_poll_stop(&c->poll);
}

static void drop_queue(struct conn *c)
{
    while (c->out_first) {
        struct out *o = c->out_first;
        c->out_first = o->next;
        block_unref(o->block);
        free(o);
    }
    c->out_last = &c->out_first;
    c->queued = 0;
}

static void on_handle_gone(uv_handle_t *handle)
{
    struct conn *c = handle->data;
    atomic_fetch_sub(&c->loop->open, 1);
    if (c->origin.gone)
        c->origin.gone(c->origin.listener, &c->peer);
    free(c);
}

static void bury(struct conn *c)
{
    if (c->follower) {
        follower_detach(c->follower);
        c->follower = NULL;
    }
    if (c->ops && c->ops->on_close)
        c->ops->on_close(c, c->why);
    drop_queue(c);
    free(c->in);
    if (c->ssl) {
        if (!c->handshaking && c->tls_owed == 0)
            SSL_shutdown(c->ssl); /* one try at close_notify; the answer is not awaited */
        ERR_clear_error();
        SSL_free(c->ssl);
    }
    loop_timer_stop(&c->deadline);
    uv_close((uv_handle_t *)&c->poll, on_handle_gone);
    close(c->fd);
}

/* ---- writing ---- */

static void watch(struct conn *c);

/* OpenSSL wants a record that it could not send to be offered again with the same length; its bytes
 * are already encrypted, so what is passed then is never read
 * (SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER). Counting the record as sent lets everyone above forget
 * about records. */
static ptrdiff_t tls_write(struct conn *c, const uint8_t *p, size_t n)
{
    static const uint8_t unread[TLS_RECORD_MAX];
    bool owed = c->tls_owed > 0;
    size_t want = owed ? c->tls_owed : n < TLS_RECORD_MAX ? n : TLS_RECORD_MAX;
    ERR_clear_error();
    int got = SSL_write(c->ssl, owed ? unread : p, (int)want);
    if (got > 0) {
        c->tls_owed = 0;
        return !owed ? got : n > 0 ? tls_write(c, p, n) : 0;
    }
    int error = SSL_get_error(c->ssl, got);
    if (error != SSL_ERROR_WANT_WRITE && error != SSL_ERROR_WANT_READ)
        return -1;
    c->blocked = true;
    c->tls_owed = want;
    return owed ? 0 : (ptrdiff_t)want;
}

static ptrdiff_t tls_writev(struct conn *c, const struct iovec *iov, int count)
{
    ptrdiff_t total = 0;
    for (int i = 0; i < count; i++) {
        const uint8_t *p = iov[i].iov_base;
        for (size_t left = iov[i].iov_len; left > 0 && !c->blocked;) {
            ptrdiff_t n = tls_write(c, p, left);
            if (n < 0)
                return -1;
            p += n, left -= (size_t)n, total += n;
        }
    }
    return total;
}

static ptrdiff_t plain_writev(struct conn *c, const struct iovec *iov, int count)
{
    struct msghdr msg = {.msg_iov = (struct iovec *)iov, .msg_iovlen = (size_t)count};
    size_t total = 0;
    for (int i = 0; i < count; i++)
        total += iov[i].iov_len;
    ssize_t n;
    do
        n = count == 1 ? send(c->fd, iov[0].iov_base, iov[0].iov_len, MSG_NOSIGNAL)
                       : sendmsg(c->fd, &msg, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno != EAGAIN && errno != ENOBUFS)
        return -1;
    if (n < 0)
        n = 0;
    if ((size_t)n < total)
        c->blocked = true;
    return n;
}

ptrdiff_t conn_write_now(struct conn *c, const struct iovec *iov, int n)
{
    if (c->closing)
        return -1;
    if (c->blocked)
        return 0;
    ptrdiff_t sent = c->ssl ? tls_writev(c, iov, n) : plain_writev(c, iov, n);
    if (sent < 0) {
        conn_close(c, ERR_CLOSED);
        return -1;
    }
    c->bytes_out += (uint64_t)sent;
    if (c->blocked)
        watch(c);
    return sent;
}

static void took(struct conn *c, size_t n)
{
    c->queued -= n;
    while (n > 0) {
        struct out *o = c->out_first;
        size_t piece = o->end - o->at < n ? o->end - o->at : n;
        o->at += piece;
        n -= piece;
        if (o->at < o->end)
            return;
        c->out_first = o->next;
        if (!c->out_first)
            c->out_last = &c->out_first;
        block_unref(o->block);
        free(o);
    }
}

/* Sends what is queued; a follower in the middle of a unit goes first, or its unit would be torn.
 */
static void flush(struct conn *c)
{
    bool any = c->queued > 0;
    while (c->queued > 0 && !c->blocked && !c->closing) {
        struct iovec iov[FLUSH_IOV_MAX];
        int n = 0;
        if (c->follower && !follower_is_between(c->follower))
            return;
        for (struct out *o = c->out_first; o && n < FLUSH_IOV_MAX; o = o->next)
            iov[n++] = (struct iovec){(void *)(o->block->p + o->at), o->end - o->at};
        ptrdiff_t sent = conn_write_now(c, iov, n);
        if (sent < 0)
            return;
        took(c, (size_t)sent);
    }
    if (c->closing || c->queued > 0 || c->blocked)
        return;
    if (c->finishing)
        conn_close(c, c->why);
    else if (any && c->ops->on_flushed)
        c->ops->on_flushed(c);
}

void conn_flush_queue(struct conn *c)
{
    flush(c);
}

enum err conn_send_block(struct conn *c, struct block *b, size_t from, size_t n)
{
    if (c->closing || c->finishing)
        return ERR_CLOSED;
    if (n == 0)
        return OK;
    assert(from + n <= b->n);
    if (c->queued + n > CONN_OUT_MAX && c->queued > 0)
        return ERR_LIMIT;
    struct out *o = malloc(sizeof(*o));
    if (!o)
        return ERR_NOMEM;
    *o = (struct out){.block = block_ref(b), .at = from, .end = from + n};
    *c->out_last = o;
    c->out_last = &o->next;
    c->queued += n;
    later(c);
    return OK;
}

enum err conn_send(struct conn *c, const void *p, size_t n)
{
    struct block *b = block_copy(p, n);
    if (!b)
        return ERR_NOMEM;
    enum err e = conn_send_block(c, b, 0, n);
    block_unref(b);
    return e;
}

void conn_finish(struct conn *c)
{
    if (c->closing || c->finishing)
        return;
    c->finishing = true;
    c->why = OK;
    loop_timer_start(c->loop, &c->deadline, CONN_LINGER_MS);
    later(c);
}

void conn_follow(struct conn *c, struct follower *f)
{
    assert(!c->follower);
    c->follower = f;
    int on = 1, lowat = FOLLOW_NOTSENT_LOWAT;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &lowat, sizeof(lowat));
}

/* ---- reading ---- */

static void keep(struct conn *c, const uint8_t *p, size_t n)
{
    if (n > CONN_IN_MAX) {
        conn_close(c, ERR_LIMIT);
        return;
    }
    if (n > c->in_cap) {
        uint8_t *in = realloc(c->in, n);
        if (!in) {
            conn_close(c, ERR_NOMEM);
            return;
        }
        c->in = in;
        c->in_cap = n;
    }
    memmove(c->in, p, n); /* p may lie in c->in */
    c->in_n = n;
}

/* Offers bytes to the protocol and keeps what it leaves. */
static void feed(struct conn *c, const uint8_t *p, size_t n)
{
    c->feeding = true;
    size_t used = 0;
    while (used < n && !c->paused && !c->closing && !c->finishing) {
        size_t step = c->ops->on_data(c, p + used, n - used);
        assert(step <= n - used);
        used += step;
        if (step == 0)
            break;
    }
    c->feeding = false;
    if (c->closing)
        return;
    if (c->finishing)
        used = n;
    if (used == n) {
        free(c->in); /* idle connections hold no buffer */
        c->in = NULL;
        c->in_n = c->in_cap = 0;
    } else {
        keep(c, p + used, n - used);
    }
}

static void feed_with_kept(struct conn *c, const uint8_t *p, size_t n)
{
    if (c->in_n == 0) {
        feed(c, p, n);
        return;
    }
    size_t total = c->in_n + n; /* both are bounded by CONN_IN_MAX and LOOP_SCRATCH */
    uint8_t *in = realloc(c->in, total);
    if (!in) {
        conn_close(c, ERR_NOMEM);
        return;
    }
    memcpy(in + c->in_n, p, n);
    c->in = in;
    c->in_cap = c->in_n = total;
    feed(c, c->in, total);
}

static ptrdiff_t tls_read(struct conn *c, uint8_t *p, size_t n, bool *eof)
{
    ERR_clear_error();
    int got = SSL_read(c->ssl, p, (int)n);
    if (got > 0)
        return got;
    int error = SSL_get_error(c->ssl, got);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
        return 0;
    *eof = error == SSL_ERROR_ZERO_RETURN;
    return -1;
}

static ptrdiff_t plain_read(struct conn *c, uint8_t *p, size_t n, bool *eof)
{
    ssize_t got;
    do
        got = recv(c->fd, p, n, 0);
    while (got < 0 && errno == EINTR);
    if (got > 0)
        return got;
    if (got < 0 && errno == EAGAIN)
        return 0;
    *eof = got == 0;
    return -1;
}

/* The peer has said its last. What it asked for before is still answered. */
static void on_eof(struct conn *c)
{
    c->eof = true;
    if (c->paused || c->queued > 0) {
        watch(c);
        if (!c->paused)
            conn_finish(c);
        return;
    }
    conn_close(c, ERR_EOF);
}

static void read_some(struct conn *c)
{
    uint8_t *scratch = c->loop->scratch;
    for (int i = 0; i < CONN_READS_MAX && !c->paused && !c->closing; i++) {
        bool eof = false;
        ptrdiff_t n = c->ssl ? tls_read(c, scratch, LOOP_SCRATCH, &eof)
                             : plain_read(c, scratch, LOOP_SCRATCH, &eof);
        if (n == 0)
            return;
        if (n < 0) {
            if (eof)
                on_eof(c);
            else
                conn_close(c, ERR_CLOSED);
            return;
        }
        feed_with_kept(c, scratch, (size_t)n);
        if (!c->ssl && n < LOOP_SCRATCH)
            return; /* the socket is empty: save the read that would only say so */
    }
    if (c->ssl && !c->closing && SSL_pending(c->ssl) > 0)
        later(c); /* the poller knows nothing of bytes inside OpenSSL */
}

static bool handshake(struct conn *c)
{
    ERR_clear_error();
    int got = SSL_do_handshake(c->ssl);
    if (got == 1) {
        c->handshaking = false;
        return true;
    }
    int error = SSL_get_error(c->ssl, got);
    if (error == SSL_ERROR_WANT_WRITE)
        c->blocked = true;
    else if (error != SSL_ERROR_WANT_READ)
        conn_close(c, ERR_PROTOCOL);
    return false;
}

/* ---- events ---- */

/* The outcome of connect(), which the socket tells by becoming writable. */
static bool connected(struct conn *c)
{
    socklen_t n = sizeof(c->sys_error);
    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &c->sys_error, &n) != 0)
        c->sys_error = errno;
    if (c->sys_error != 0) {
        conn_close(c, ERR_IO);
        return false;
    }
    c->connecting = false;
    if (!c->handshaking && c->ops->on_open)
        c->ops->on_open(c);
    return !c->closing;
}

static void on_writable(struct conn *c)
{
    c->blocked = false;
    if (c->tls_owed > 0) { /* the record that OpenSSL holds goes first */
        if (tls_write(c, NULL, 0) < 0) {
            conn_close(c, ERR_CLOSED);
            return;
        }
        if (c->blocked)
            return;
    }
    if (c->follower && !follower_is_between(c->follower))
        follower_writable(c->follower);
    flush(c);
    if (!c->closing && !c->blocked && c->follower)
        follower_writable(c->follower);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct conn *c = poll->data;
    c->loop->now_ms = clock_mono_ms();
    if (c->closing)
        return;
    if (c->connecting && !connected(c))
        return;
    if (status < 0) {
        conn_close(c, ERR_CLOSED);
        return;
    }
    if (c->handshaking) {
        c->blocked = false;
        if (!handshake(c)) {
            watch(c);
            return;
        }
        if (c->ops->on_open)
            c->ops->on_open(c);
        events |= UV_READABLE;
    }
    if (events & UV_WRITABLE && c->blocked)
        on_writable(c);
    if (events & UV_READABLE && !c->closing && !c->eof)
        read_some(c);
    watch(c);
}

static void watch(struct conn *c)
{
    if (c->closing)
        return;
    int want = (c->paused || c->eof ? 0 : UV_READABLE) | (c->blocked ? UV_WRITABLE : 0);
    if (want == c->watching)
        return;
    c->watching = want;
    if (want == 0)
        uv_poll_stop(&c->poll);
    else
        uv_poll_start(&c->poll, want, on_poll);
}

void conn_pause(struct conn *c)
{
    c->paused = true;
    watch(c);
}

void conn_resume(struct conn *c)
{
    if (!c->paused)
        return;
    c->paused = false;
    later(c); /* never from inside the caller: kept input may lead back to it */
}

static void on_deadline(struct loop_timer *timer)
{
    struct conn *c = LIST_OF(timer, struct conn, deadline);
    if (!c->finishing && c->ops->on_deadline)
        c->ops->on_deadline(c);
    else
        conn_close(c, ERR_TIMEOUT);
}

void conn_deadline(struct conn *c, int64_t ms)
{
    if (c->closing || c->finishing)
        return;
    if (ms <= 0)
        loop_timer_stop(&c->deadline);
    else
        loop_timer_start(c->loop, &c->deadline, ms);
}

static void serve_todo(struct conn *c)
{
    flush(c);
    if (c->closing || c->paused || c->feeding)
        return;
    if (c->in_n > 0) {
        /* Move the buffer out, since feed() keeps what is left in it again. */
        uint8_t *in = c->in;
        size_t n = c->in_n;
        c->in = NULL;
        c->in_n = c->in_cap = 0;
        feed(c, in, n);
        free(in);
    }
    if (!c->closing && !c->paused && c->ssl && !c->handshaking && SSL_pending(c->ssl) > 0)
        read_some(c);
    if (!c->closing && !c->paused && c->eof)
        on_eof(c);
    watch(c);
}

void conn_end_of_turn(struct loop *loop)
{
    /* What is added while serving waits for the next pass; a wake-up makes sure that it comes soon.
     */
    struct list batch;
    list_init(&batch);
    while (!list_empty(&loop->todo)) {
        struct list *link = loop->todo.next;
        list_remove(link);
        list_append(&batch, link);
    }
    while (!list_empty(&batch)) {
        struct list *link = batch.next;
        list_remove(link);
        serve_todo(LIST_OF(link, struct conn, todo_link));
    }
    while (!list_empty(&loop->dying)) {
        struct conn *c = LIST_OF(loop->dying.next, struct conn, link);
        list_remove(&c->link);
        bury(c);
    }
    if (!list_empty(&loop->todo))
        uv_async_send(&loop->wake);
}

void conn_drain_all(struct loop *loop)
{
    LIST_EACH(link, &loop->conns)
    {
        struct conn *c = LIST_OF(link, struct conn, link);
        if (c->ops->on_drain)
            c->ops->on_drain(c);
        else
            conn_close(c, ERR_CLOSED);
    }
}

void conn_close_all(struct loop *loop)
{
    while (!list_empty(&loop->conns))
        conn_close(LIST_OF(loop->conns.next, struct conn, link), ERR_CLOSED);
}

/* ---- opening ---- */

enum err conn_open(struct loop *loop, int fd, SSL *ssl, const struct addr *peer,
                   const struct conn_origin *origin)
{
    struct conn *c = loop->stopping || loop->draining ? NULL : calloc(1, sizeof(*c));
    if (!c || uv_poll_init(&loop->uv, &c->poll, fd) != 0) {
        free(c);
        SSL_free(ssl);
        close(fd);
        return ERR_NOMEM;
    }
    c->poll.data = c;
    c->loop = loop;
    c->fd = fd;
    c->ssl = ssl;
    c->peer = *peer;
    c->origin = *origin;
    c->id = atomic_fetch_add_explicit(&next_id, 1, memory_order_relaxed);
    c->out_last = &c->out_first;
    c->handshaking = ssl != NULL;
    c->connecting = c->blocked = origin->is_client;
    loop_timer_init(&c->deadline, on_deadline);
    list_init(&c->link);
    list_init(&c->todo_link);
    list_append(&loop->conns, &c->link);
    atomic_fetch_add(&loop->open, 1);
    if (ssl)
        SSL_set_fd(ssl, fd);
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    enum err e = origin->accept(c, origin->arg);
    if (e != OK) {
        c->origin.gone = NULL; /* the caller counts it down */
        conn_close(c, e);
        return e;
    }
    watch(c);
    return OK;
}

enum err conn_connect(struct loop *loop, const struct addr *to, SSL *ssl, conn_accept_fn *accept,
                      void *arg)
{
    const struct conn_origin origin = {.accept = accept, .arg = arg, .is_client = true};
    int fd = socket(to->ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 ||
        (connect(fd, (const struct sockaddr *)&to->ss, to->n) != 0 && errno != EINPROGRESS)) {
        enum err e = err_from_errno(errno);
        SSL_free(ssl);
        if (fd >= 0)
            close(fd);
        return e;
    }
    return conn_open(loop, fd, ssl, to, &origin);
}
