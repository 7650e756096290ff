/* The loop's side of a push: each try from the stream's presence to the connection's end. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/rnd.h"
#include "live/push_copy.h"
#include "live/push_inside.h"
#include "proto/rtmp_chunk.h"

enum { COUNT_MS = 1000 };

static void on_timer(struct loop_timer *timer);
static void wait_to_retry(struct push *p, enum push_why why);

static bool is_over(struct push *p)
{
    return p->off || atomic_load(&p->all->resting);
}

static void later(struct push *p, int64_t ms)
{
    p->due_ms = loop_now_ms(p->loop) + ms;
    loop_timer_start(p->loop, &p->timer, ms);
}

/* ---- failing ---- */

static void refused(struct push *p, enum push_why why)
{
    p->why = why;
    loop_timer_stop(&p->timer);
    push_set(p, PUSH_REFUSED);
}

static void wait_to_retry(struct push *p, enum push_why why)
{
    if (is_over(p))
        return;
    p->turn++; /* what is under way answers to nobody */
    p->failures++;
    p->refusals = why == PUSH_WHY_DENIED ? p->refusals + 1 : 0;
    if (p->refusals >= PUSH_REFUSALS_MAX) {
        refused(p, why);
        return;
    }
    int64_t wait_ms = push_wait_ms(p->failures);
    p->why = why;
    later(p, wait_ms - (int64_t)rnd_below((uint64_t)wait_ms / 4 + 1));
    push_set(p, PUSH_RETRY);
}

/* ---- the stream ---- */

/* The stream, while its encoder sends. */
static struct stream *find_source(struct push *p)
{
    struct stream *s = registry_find(p->all->spec.live, str_of(p->stream));
    if (!s)
        return NULL;
    pthread_mutex_lock(&s->lock);
    bool on = s->health.state == LIVE_ON;
    pthread_mutex_unlock(&s->lock);
    if (on)
        return s;
    stream_unref(s);
    return NULL;
}

static void wait_for_stream(struct push *p)
{
    if (is_over(p))
        return;
    push_set(p, PUSH_WAITING);
    later(p, PUSH_LOOK_MS);
}

struct opening { /* push's loop → the stream's owner: make the RTMP form → back */
    struct loop_msg msg;
    struct push *p;        /* a reference */
    struct stream *stream; /* a reference */
    uint32_t turn;
    enum err result;
};

static void was_skipped(void *arg)
{
    struct push *p = arg;
    pthread_mutex_lock(&p->lock);
    p->status.skips++;
    pthread_mutex_unlock(&p->lock);
}

static void log_ended(void *arg)
{
    push_finish(arg);
}

/* The ring holds chunks of RTMP_STREAM_ID at a constant chunk size, which the client has announced:
 * a server that gave that number, as all known ones do, is sent the ring as it is. */
static void follow(struct push *p, struct stream *s)
{
    const struct stream_push hooks = {log_ended, was_skipped, p};
    enum err e = rtmp_client_stream_id(p->client) == RTMP_STREAM_ID
                     ? stream_follow_push(s, p->conn, &hooks)
                     : push_copy_start(p, s);
    if (e != OK) {
        p->why = PUSH_WHY_OURS;
        conn_close(p->conn, e);
        return;
    }
    conn_deadline(p->conn, 0);
    p->why = PUSH_WHY_NONE;
    p->live_since_ms = p->counted_ms = loop_now_ms(p->loop);
    push_said(p, "");
    push_set(p, PUSH_LIVE);
    later(p, COUNT_MS);
}

static void opened(struct loop *loop, struct loop_msg *msg)
{
    (void)loop;
    struct opening *o = LIST_OF(msg, struct opening, msg);
    struct push *p = o->p;
    if (o->turn == p->turn && !is_over(p) && p->conn && !conn_is_closing(p->conn)) {
        if (o->result == OK)
            follow(p, o->stream);
        else
            push_finish(p); /* it ended as we were let in */
    }
    stream_unref(o->stream);
    free(o);
    push_unref(p);
}

static void ask_owner(struct loop *loop, struct loop_msg *msg)
{
    struct opening *o = LIST_OF(msg, struct opening, msg);
    struct stream *s = o->stream;
    pthread_mutex_lock(&s->lock);
    struct loop *owner = s->owner;
    if (owner != loop)
        loop_post(owner, &o->msg); /* it moved meanwhile */
    pthread_mutex_unlock(&s->lock);
    if (owner != loop)
        return;
    o->result = s->ended ? ERR_NOT_FOUND : stream_open_rtmp(s);
    o->msg.run = opened;
    loop_post(o->p->loop, &o->msg);
}

static void let_in(void *user)
{
    struct push *p = user;
    struct stream *s = find_source(p);
    struct opening *o = s ? malloc(sizeof(*o)) : NULL;
    if (!o) {
        stream_unref(s);
        push_finish(p);
        return;
    }
    *o = (struct opening){.msg.run = ask_owner, .p = push_ref(p), .stream = s, .turn = p->turn};
    pthread_mutex_lock(&s->lock);
    loop_post(s->owner, &o->msg);
    pthread_mutex_unlock(&s->lock);
}

/* ---- the connection ---- */

static const struct rtmp_client_ops client_ops = {.ready = let_in};

static void settle(struct push *p)
{
    struct buf *out = rtmp_client_out(p->client);
    enum err e = OK, said = rtmp_client_error(p->client);
    if (conn_is_closing(p->conn))
        return;
    if (out->n > 0)
        e = conn_send(p->conn, out->p, out->n);
    buf_clear(out);
    if (e == OK && said == OK)
        return;
    if (said != OK && p->why == PUSH_WHY_NONE) {
        p->why = said == ERR_FORBIDDEN ? PUSH_WHY_DENIED : PUSH_WHY_PROTOCOL;
        push_said(p, said == ERR_FORBIDDEN ? rtmp_client_why(p->client) : "");
    }
    conn_close(p->conn, e != OK ? e : said);
}

void push_finish(struct push *p)
{
    if (!p->conn || conn_is_closing(p->conn) || p->ending)
        return;
    p->ending = true;
    p->turn++;
    if (!p->client || !rtmp_client_is_ready(p->client)) {
        conn_close(p->conn, OK);
        return;
    }
    rtmp_client_end(p->client);
    settle(p);
    conn_finish(p->conn);
}

static void on_open(struct conn *c)
{
    struct push *p = conn_user(c);
    const struct rtmp_client_spec spec = {.publish = true,
                                          .app = p->target.app,
                                          .tc_url = p->target.tc_url,
                                          .stream = p->target.stream};
    p->client = rtmp_client_new(&spec, &client_ops, p);
    if (!p->client) {
        p->why = PUSH_WHY_OURS;
        conn_close(c, ERR_NOMEM);
        return;
    }
    settle(p);
}

static size_t on_data(struct conn *c, const uint8_t *bytes, size_t n)
{
    struct push *p = conn_user(c);
    size_t used = rtmp_client_feed(p->client, bytes, n);
    settle(p);
    return used;
}

static void on_deadline(struct conn *c)
{
    struct push *p = conn_user(c);
    p->why = p->client ? PUSH_WHY_SILENT : PUSH_WHY_UNREACHABLE;
    conn_close(c, ERR_TIMEOUT);
}

static void on_drain(struct conn *c)
{
    push_finish(conn_user(c));
}

/* What ended it, unless that is known. */
static enum push_why why_of(struct push *p, struct conn *c, enum err e)
{
    if (p->why != PUSH_WHY_NONE)
        return p->why;
    if (!p->client)
        return conn_verify_result(c) != X509_V_OK || (conn_is_tls(c) && !conn_errno(c))
                   ? PUSH_WHY_TLS
                   : PUSH_WHY_UNREACHABLE;
    if (e == ERR_TIMEOUT)
        return PUSH_WHY_STALLED;
    /* Who does not like a key often just hangs up on it. */
    if (!p->live_since_ms && rtmp_client_stream_id(p->client) && (e == ERR_EOF || e == ERR_CLOSED))
        return PUSH_WHY_DENIED;
    return e == ERR_NOMEM || e == ERR_LIMIT ? PUSH_WHY_OURS : PUSH_WHY_DROPPED;
}

static void add_bytes(struct push *p, struct conn *c)
{
    uint64_t n = conn_bytes_out(c) - p->counted_bytes;
    p->counted_bytes += n;
    pthread_mutex_lock(&p->lock);
    p->status.bytes += n;
    pthread_mutex_unlock(&p->lock);
    atomic_fetch_add(&p->all->bytes, n);
}

/* Some servers let everybody in and then hang up on those they do not want; and one that ends with
 * a refusal what it took for a while has dropped it. */
static enum push_why why_lost(struct push *p, enum push_why why)
{
    if (!p->live_since_ms)
        return why;
    bool at_once = loop_now_ms(p->loop) - p->live_since_ms < PUSH_HELLO_MS;
    if (at_once && why == PUSH_WHY_DROPPED)
        return PUSH_WHY_DENIED;
    return !at_once && why == PUSH_WHY_DENIED ? PUSH_WHY_DROPPED : why;
}

static void was_lost(struct push *p, enum push_why why)
{
    if (p->live_since_ms && !is_over(p)) {
        atomic_fetch_add(&p->all->drops, 1);
        pthread_mutex_lock(&p->lock);
        p->status.drops++;
        pthread_mutex_unlock(&p->lock);
        if (loop_now_ms(p->loop) - p->live_since_ms >= PUSH_STEADY_MS)
            p->failures = 0;
    }
    if (why == PUSH_WHY_DENIED)
        atomic_fetch_add(&p->all->denied, 1);
    p->live_since_ms = 0;
    wait_to_retry(p, why);
}

static void on_close(struct conn *c, enum err e)
{
    struct push *p = conn_user(c);
    enum push_why why = why_lost(p, why_of(p, c, e));
    bool ended = p->ending;
    if (why == PUSH_WHY_TLS && conn_verify_result(c) != X509_V_OK)
        push_said(p, X509_verify_cert_error_string(conn_verify_result(c)));
    else if (why == PUSH_WHY_UNREACHABLE && conn_errno(c))
        push_said(p, strerror(conn_errno(c)));
    add_bytes(p, c);
    push_copy_stop(p);
    rtmp_client_free(p->client);
    p->client = NULL;
    p->conn = NULL;
    p->ending = false;
    if (ended) {
        p->live_since_ms = 0;
        p->failures = p->refusals = 0;
        wait_for_stream(p);
    } else {
        was_lost(p, why);
    }
    push_unref(p);
}

static const struct conn_ops push_ops = {.name = "push",
                                         .on_data = on_data,
                                         .on_open = on_open,
                                         .on_deadline = on_deadline,
                                         .on_drain = on_drain,
                                         .on_close = on_close};

static enum err accepted(struct conn *c, void *arg)
{
    struct push *p = push_ref(arg);
    p->conn = c;
    p->counted_bytes = 0;
    p->why = PUSH_WHY_NONE;
    conn_set_protocol(c, &push_ops, p);
    conn_deadline(c, PUSH_ANSWER_MS);
    return OK;
}

static void connect_to(struct push *p, const struct addr *to)
{
    SSL *ssl = NULL;
    atomic_fetch_add(&p->all->tries, 1);
    if (p->target.tls && !(ssl = tls_client_session(p->all->tls, p->target.host))) {
        wait_to_retry(p, PUSH_WHY_OURS);
        return;
    }
    enum err e = conn_connect(p->loop, to, ssl, accepted, p);
    if (e != OK)
        wait_to_retry(p, e == ERR_NOMEM ? PUSH_WHY_OURS : PUSH_WHY_UNREACHABLE);
    else
        loop_timer_stop(&p->timer);
}

/* ---- the host's address ---- */

struct lookup {
    struct resolve resolve;
    struct push *p; /* a reference */
    uint32_t turn;
};

/* Each try takes the next of the addresses that may be pushed to: some may lead nowhere. */
static void take_address(struct push *p, const struct resolve *r)
{
    int allowed[RESOLVE_ADDRS_MAX], n = 0;
    for (int i = 0; i < r->n; i++)
        if (p->all->spec.allow_private || addr_is_public(&r->addrs[i]))
            allowed[n++] = i;
    if (n == 0)
        refused(p, PUSH_WHY_PRIVATE);
    else
        connect_to(p, &r->addrs[allowed[p->failures % n]]);
}

static void resolved(struct resolve *r)
{
    struct lookup *l = LIST_OF(r, struct lookup, resolve);
    struct push *p = l->p;
    p->looking = false;
    if (l->turn == p->turn && !is_over(p)) {
        if (r->result == OK)
            take_address(p, r);
        else
            wait_to_retry(p, r->result == ERR_NOT_FOUND ? PUSH_WHY_NAME : PUSH_WHY_OURS);
    }
    free(l);
    push_unref(p);
}

/* One look-up a push at a time: a name server that hangs holds no more threads than that. */
static void look_up(struct push *p)
{
    struct lookup *l = p->looking ? NULL : calloc(1, sizeof(*l));
    push_set(p, PUSH_CONNECTING);
    if (!l) {
        wait_to_retry(p, p->looking ? PUSH_WHY_NAME_SLOW : PUSH_WHY_OURS);
        return;
    }
    l->resolve.loop = p->loop;
    l->resolve.done = resolved;
    l->resolve.port = p->target.port;
    memcpy(l->resolve.host, p->target.host, sizeof(p->target.host));
    l->p = push_ref(p);
    l->turn = p->turn;
    p->looking = true;
    if (resolve_ask(p->all->resolver, &l->resolve) != OK) {
        p->looking = false;
        free(l);
        push_unref(p);
        wait_to_retry(p, PUSH_WHY_OURS);
        return;
    }
    later(p, PUSH_NAME_MS);
}

/* ---- the timer, and what is told from outside ---- */

static void try_now(struct push *p)
{
    struct stream *s = find_source(p);
    if (!s) {
        wait_for_stream(p);
        return;
    }
    stream_unref(s);
    look_up(p);
}

static void count(struct push *p)
{
    int64_t now_ms = loop_now_ms(p->loop), took_ms = now_ms - p->counted_ms;
    uint64_t n = conn_bytes_out(p->conn) - p->counted_bytes;
    add_bytes(p, p->conn);
    p->counted_ms = now_ms;
    pthread_mutex_lock(&p->lock);
    p->status.kbps = took_ms > 0 ? (int)(n * 8 / (uint64_t)took_ms) : 0;
    pthread_mutex_unlock(&p->lock);
    if (now_ms - p->live_since_ms >= PUSH_STEADY_MS)
        p->failures = p->refusals = 0;
    later(p, COUNT_MS);
}

static void on_timer(struct loop_timer *timer)
{
    struct push *p = LIST_OF(timer, struct push, timer);
    if (is_over(p))
        return;
    switch (p->status.state) { /* this thread alone changes it */
    case PUSH_WAITING:
    case PUSH_RETRY: try_now(p); break;
    case PUSH_CONNECTING: wait_to_retry(p, PUSH_WHY_NAME_SLOW); break;
    case PUSH_LIVE:
        if (p->conn)
            count(p);
        break;
    case PUSH_REFUSED: break;
    }
}

void push_run(struct push *p)
{
    loop_timer_init(&p->timer, on_timer);
    if (!is_over(p))
        try_now(p);
}

void push_run_off(struct push *p)
{
    p->off = true;
    p->turn++;
    loop_timer_stop(&p->timer);
    push_finish(p);
    push_unref(p);
}

void push_run_again(struct push *p)
{
    if (is_over(p) || p->conn || (p->status.state != PUSH_REFUSED && p->status.state != PUSH_RETRY))
        return;
    p->refusals = 0;
    p->failures = 0;
    try_now(p);
}
