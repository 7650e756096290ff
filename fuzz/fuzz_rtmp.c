/*
 * RTMP behind a handshake: whatever arrives, in whatever pieces, the server's session reports the
 * same. The first byte says how requests are answered. The same bytes then go to a client.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "proto/rtmp_chunk.h"
#include "proto/rtmp_client.h"
#include "proto/rtmp_handshake.h"
#include "proto/rtmp_session.h"

enum { LOG_MAX = 1 << 24, HOW_LATER = 1, HOW_REFUSE = 2, HOW_REJECT = 4 };

struct run {
    struct rtmp_session *session;
    uint8_t how;
    struct buf log;
};

static void decide(struct run *r)
{
    if (r->how & HOW_REFUSE)
        rtmp_session_refuse(r->session, RTMP_DENIED, "no");
    else
        rtmp_session_accept(r->session);
}

static void on_request(void *user, const struct rtmp_request *q)
{
    struct run *r = user;
    buf_printf(&r->log, "%d %.*s|%.*s|%.*s|%.*s\n", q->publish, STR_ARG(q->app), STR_ARG(q->stream),
               STR_ARG(q->key), STR_ARG(q->query));
    if (!(r->how & HOW_LATER))
        decide(r);
}

static void on_media(void *user, const struct rtmp_media *m)
{
    struct run *r = user;
    buf_printf(&r->log, "%d@%u %zu:", m->type, m->time_ms, m->n);
    buf_put(&r->log, m->p, m->n);
    if (r->how & HOW_REJECT)
        rtmp_session_reject(r->session, "no");
}

static void on_ended(void *user)
{
    buf_z(&((struct run *)user)->log, "ended\n");
}

static void feed_in_steps(struct run *r, const uint8_t *p, size_t n, size_t step)
{
    static const struct rtmp_session_ops ops = {on_request, on_media, on_ended};
    static const uint8_t hello[1 + 2 * RTMP_HELLO] = {RTMP_VERSION};
    buf_init(&r->log, LOG_MAX);
    r->session = rtmp_session_new(&ops, r);
    if (rtmp_session_feed(r->session, hello, sizeof(hello)) != sizeof(hello))
        abort();
    for (size_t at = 0; at < n && rtmp_session_error(r->session) == OK;) {
        size_t part = n - at < step ? n - at : step;
        at += rtmp_session_feed(r->session, p + at, part);
        if (rtmp_session_state(r->session) == RTMP_ASKING)
            decide(r);
        buf_clear(rtmp_session_out(r->session));
    }
    buf_printf(&r->log, "%s\n", err_name(rtmp_session_error(r->session)));
    rtmp_session_free(r->session);
}

static void ready(void *user)
{
    struct rtmp_client **c = user;
    struct rtmp_media m = {.type = RTMP_VIDEO, .p = (const uint8_t *)"x", .n = 1};
    if (rtmp_client_send(*c, &m) == OK && rtmp_client_out(*c)->n < 13)
        abort();
}

static void feed_client(const uint8_t *p, size_t n, bool publish)
{
    static const struct rtmp_client_ops ops = {.ready = ready};
    static const uint8_t hello[1 + 2 * RTMP_HELLO] = {RTMP_VERSION};
    struct rtmp_client *c;
    struct rtmp_client_spec spec = {publish, STR("live"), STR("rtmp://h/live"), STR("s")};
    c = rtmp_client_new(&spec, &ops, &c);
    if (rtmp_client_feed(c, hello, sizeof(hello)) != sizeof(hello))
        abort();
    rtmp_client_feed(c, p, n);
    rtmp_client_end(c);
    rtmp_client_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    if (n == 0)
        return 0;
    struct run whole = {.how = p[0]}, pieces = {.how = p[0]};
    feed_in_steps(&whole, p + 1, n - 1, n);
    feed_in_steps(&pieces, p + 1, n - 1, 1 + p[0] / 16u);
    if (whole.log.n != pieces.log.n || memcmp(whole.log.p, pieces.log.p, whole.log.n) != 0)
        abort();
    buf_free(&whole.log);
    buf_free(&pieces.log);
    feed_client(p + 1, n - 1, p[0] & 1);
    return 0;
}
