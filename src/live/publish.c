#include "live/publish.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "proto/rtmp_session.h"

struct publisher {
    struct live *live;
    struct loop *loop;
    struct conn *conn; /* NULL once closed */
    struct rtmp_session *session;
    struct stream *stream; /* while publishing: owned reference */
    int pending;           /* answers on their way that still name this */
    bool claiming;
    char name[LIVE_NAME_MAX + 1];
    char software[64];
    char addr[ADDR_TEXT_MAX];
    int64_t fed_ms; /* when the deadline was last moved */
};

static void maybe_free(struct publisher *p)
{
    if (p->conn || p->pending > 0)
        return;
    rtmp_session_free(p->session);
    free(p);
}

/* Sends what the session has to say; closes when it is over. */
static void settle(struct publisher *p)
{
    if (!p->conn || conn_is_closing(p->conn))
        return;
    struct buf *out = rtmp_session_out(p->session);
    enum err e = OK;
    if (out->n > 0)
        e = conn_send(p->conn, out->p, out->n);
    buf_clear(out);
    if (e != OK) {
        conn_close(p->conn, e);
        return;
    }
    e = rtmp_session_error(p->session);
    if (e == OK)
        return;
    if (e != ERR_CLOSED) {
        atomic_fetch_add(&p->live->counters.protocol_errors, 1);
        LOG(INFO, "rtmp.protocol_error", L_Z("addr", p->addr), L_ERR(e),
            L_Z("why", rtmp_session_why(p->session)));
    }
    conn_finish(p->conn);
}

static void refuse(struct publisher *p, enum rtmp_refusal why, const char *text)
{
    LOG(WARN, "rtmp.refused", L_Z("addr", p->addr), L_Z("stream", p->name), L_Z("why", text));
    rtmp_session_refuse(p->session, why, text);
    settle(p);
    if (p->conn)
        conn_resume(p->conn);
}

/* ---- claiming a stream ---- */

struct claim {
    struct loop_msg msg;
    struct publisher *p;   /* its `pending` counts this */
    struct stream *stream; /* owned reference */
    bool granted;
};

static void ask_owner(struct claim *c);
static void start_grace(struct stream *s);

static void begin_publishing(struct publisher *p, struct stream *s)
{
    s->publisher = p;
    p->stream = stream_ref(s);
    p->claiming = false;
    stream_restart(s);
    rtmp_session_accept(p->session);
    settle(p);
    conn_deadline(p->conn, LIVE_SILENCE_MS);
    p->fed_ms = loop_now_ms(p->loop);
    conn_resume(p->conn);
    atomic_fetch_add(&p->live->counters.published, 1);
    pthread_mutex_lock(&s->lock);
    snprintf(s->health.software, sizeof(s->health.software), "%s", p->software);
    pthread_mutex_unlock(&s->lock);
    LOG(INFO, "live.published", L_Z("stream", s->name), L_Z("addr", p->addr),
        L_Z("encoder", p->software));
    registry_changed(s, LIVE_ON);
}

static void claim_done(struct claim *c)
{
    struct publisher *p = c->p;
    struct stream *s = c->stream;
    bool granted = c->granted;
    free(c);
    p->pending--;
    if (granted && p->conn && !conn_is_closing(p->conn)) {
        begin_publishing(p, s);
    } else if (granted) {
        start_grace(s); /* it left while it waited: the stream is ours, without a publisher */
    } else if (p->conn) {
        refuse(p, RTMP_FAILED, "the stream just ended, try again");
    }
    stream_unref(s);
    maybe_free(p);
}

static void claim_answered(struct loop *loop, struct loop_msg *msg)
{
    (void)loop;
    claim_done(LIST_OF(msg, struct claim, msg));
}

/* On the owner's loop: drop the old publisher, hand over. */
static void claim_asked(struct loop *loop, struct loop_msg *msg)
{
    struct claim *c = LIST_OF(msg, struct claim, msg);
    struct stream *s = c->stream;
    pthread_mutex_lock(&s->lock);
    bool still_owner = s->owner == loop;
    pthread_mutex_unlock(&s->lock);
    if (!still_owner) {
        ask_owner(c);
        return;
    }
    c->granted = !s->ended;
    if (c->granted && s->publisher) {
        atomic_fetch_add(&s->live->counters.takeovers, 1);
        pthread_mutex_lock(&s->lock);
        s->health.takeovers++;
        pthread_mutex_unlock(&s->lock);
        publish_kick(s->publisher, "another encoder took over");
    }
    loop_timer_stop(&s->grace);
    c->msg.run = claim_answered;
    if (c->p->loop == loop) {
        claim_done(c);
        return;
    }
    /* The answer is in the new owner's mailbox before anybody can see the new owner: a third claim
     * comes after it. */
    pthread_mutex_lock(&s->lock);
    struct loop *to = c->p->loop;
    bool granted = c->granted;
    loop_post(to, &c->msg);
    if (granted)
        s->owner = to;
    pthread_mutex_unlock(&s->lock);
}

static void ask_owner(struct claim *c)
{
    struct stream *s = c->stream;
    c->msg.run = claim_asked;
    pthread_mutex_lock(&s->lock);
    loop_post(s->owner, &c->msg);
    pthread_mutex_unlock(&s->lock);
}

static void claim_stream(struct publisher *p)
{
    struct stream *s;
    bool made;
    enum err e = registry_get(p->live, str_of(p->name), p->loop, &s, &made);
    struct claim *c = e == OK ? calloc(1, sizeof(*c)) : NULL;
    if (!c) {
        if (e == OK)
            stream_unref(s);
        refuse(p, RTMP_FAILED, e == ERR_LIMIT ? "too many streams" : "the server has no memory");
        return;
    }
    *c = (struct claim){.p = p, .stream = s, .granted = made};
    p->pending++;
    p->claiming = true;
    if (made)
        claim_done(c);
    else
        ask_owner(c);
}

/* ---- losing the encoder ---- */

static void on_grace(struct loop_timer *timer)
{
    struct stream *s = LIST_OF(timer, struct stream, grace);
    registry_end(s);
}

static void start_grace(struct stream *s)
{
    pthread_mutex_lock(&s->lock);
    struct loop *owner = s->owner;
    pthread_mutex_unlock(&s->lock);
    if (s->ended || !loop_is_current(owner)) /* the loops have stopped: a late answer */
        return;
    hls_break(s->hls); /* what there is, is watched and recorded now */
    registry_changed(s, LIVE_PAUSED);
    loop_timer_init(&s->grace, on_grace);
    loop_timer_start(owner, &s->grace, LIVE_GRACE_MS);
}

static void leave_stream(struct publisher *p, bool grace)
{
    struct stream *s = p->stream;
    if (!s)
        return;
    p->stream = NULL;
    assert(s->publisher == p);
    s->publisher = NULL;
    if (grace)
        start_grace(s);
    stream_unref(s);
}

void publish_kick(struct publisher *p, const char *why)
{
    LOG(INFO, "live.publisher_dropped", L_Z("stream", p->name), L_Z("addr", p->addr),
        L_Z("why", why));
    leave_stream(p, false);
    rtmp_session_reject(p->session, why);
    settle(p);
}

/* ---- authorizing ---- */

void live_auth_reply(struct live_auth *auth, enum err result)
{
    struct publisher *p = auth->publisher;
    auth->result = result;
    loop_post(p->loop, &auth->msg);
}

static void authorized(struct publisher *p, enum err result)
{
    if (!p->conn || conn_is_closing(p->conn))
        return;
    if (result == OK) {
        claim_stream(p);
        return;
    }
    bool wrong_key = result == ERR_FORBIDDEN || result == ERR_NOT_FOUND;
    if (wrong_key)
        atomic_fetch_add(&p->live->counters.denied, 1);
    refuse(p, wrong_key ? RTMP_DENIED : RTMP_FAILED,
           wrong_key ? "wrong stream name or key" : "the key cannot be checked now, try again");
}

static void auth_answered(struct loop *loop, struct loop_msg *msg)
{
    (void)loop;
    struct live_auth *auth = LIST_OF(msg, struct live_auth, msg);
    struct publisher *p = auth->publisher;
    enum err result = auth->result;
    explicit_bzero(auth->key, sizeof(auth->key));
    free(auth);
    p->pending--;
    authorized(p, result);
    maybe_free(p);
}

static void authorize(struct publisher *p, struct str key)
{
    const struct live_spec *spec = &p->live->spec;
    struct live_auth *auth;
    if (spec->open_publish && addr_is_loopback(conn_peer(p->conn))) {
        claim_stream(p);
        return;
    }
    if (!spec->hooks.authorize || key.n == 0 || key.n >= sizeof(auth->key)) {
        authorized(p, ERR_FORBIDDEN);
        return;
    }
    auth = calloc(1, sizeof(*auth));
    if (!auth) {
        authorized(p, ERR_NOMEM);
        return;
    }
    auth->msg.run = auth_answered;
    auth->publisher = p;
    auth->peer = *conn_peer(p->conn);
    memcpy(auth->stream, p->name, sizeof(auth->stream));
    memcpy(auth->key, key.p, key.n);
    p->pending++;
    spec->hooks.authorize(spec->hooks.arg, auth);
}

/* ---- playing ---- */

struct play { /* loop of the player → owner: make the form → back */
    struct loop_msg msg;
    struct publisher *p;
    struct stream *stream; /* owned reference */
    enum err result;
};

static void play_ready(struct loop *loop, struct loop_msg *msg)
{
    (void)loop;
    struct play *play = LIST_OF(msg, struct play, msg);
    struct publisher *p = play->p;
    struct stream *s = play->stream;
    enum err e = play->result;
    free(play);
    p->pending--;
    if (p->conn && !conn_is_closing(p->conn)) {
        if (e == OK) {
            rtmp_session_accept(p->session);
            settle(p);
            conn_deadline(p->conn, 0);
            e = stream_follow_rtmp(s, p->conn);
            conn_resume(p->conn);
            if (e != OK)
                conn_close(p->conn, e);
        } else {
            refuse(p, RTMP_FAILED, "the stream cannot be played now");
        }
    }
    stream_unref(s);
    maybe_free(p);
}

static void play_asked(struct loop *loop, struct loop_msg *msg)
{
    struct play *play = LIST_OF(msg, struct play, msg);
    struct stream *s = play->stream;
    pthread_mutex_lock(&s->lock);
    struct loop *owner = s->owner;
    if (owner != loop)
        loop_post(owner, &play->msg); /* it moved meanwhile */
    pthread_mutex_unlock(&s->lock);
    if (owner != loop)
        return;
    play->result = s->ended ? ERR_NOT_FOUND : stream_open_rtmp(s);
    play->msg.run = play_ready;
    loop_post(play->p->loop, &play->msg);
}

static void start_play(struct publisher *p)
{
    const struct live_spec *spec = &p->live->spec;
    bool may = !spec->may_play || spec->may_play(str_of(p->name));
    struct stream *s = may ? registry_find(p->live, str_of(p->name)) : NULL;
    struct play *play = s ? calloc(1, sizeof(*play)) : NULL;
    if (!play) {
        stream_unref(s);
        refuse(p, s ? RTMP_FAILED : RTMP_NO_STREAM, s ? "no memory" : "no such stream");
        return;
    }
    *play = (struct play){.msg.run = play_asked, .p = p, .stream = s};
    p->pending++;
    atomic_fetch_add(&p->live->counters.played, 1);
    pthread_mutex_lock(&s->lock);
    loop_post(s->owner, &play->msg);
    pthread_mutex_unlock(&s->lock);
}

/* ---- the session's events ---- */

static void on_request(void *user, const struct rtmp_request *r)
{
    struct publisher *p = user;
    snprintf(p->software, sizeof(p->software), "%.*s", STR_ARG(r->software));
    if (!str_is_utf8(str_of(p->software)))
        p->software[0] = 0;
    if (!str_eq_z(r->app, "live") || !live_name_ok(r->stream)) {
        refuse(p, RTMP_NO_STREAM,
               "streams are rtmp://HOST/live/NAME, NAME of letters, digits, - _ .");
        return;
    }
    snprintf(p->name, sizeof(p->name), "%.*s", STR_ARG(r->stream));
    conn_pause(p->conn); /* resumed with the answer */
    if (r->publish)
        authorize(p, r->key);
    else
        start_play(p);
}

static void on_media(void *user, const struct rtmp_media *m)
{
    struct publisher *p = user;
    const char *what = NULL;
    char text[160];
    if (!p->stream) /* kicked, with bytes still on their way */
        return;
    enum err e = stream_media(p->stream, (enum flv_type)m->type, m->time_ms, m->p, m->n, &what);
    if (e == OK)
        return;
    if (e == ERR_UNSUPPORTED) {
        atomic_fetch_add(&p->live->counters.unsupported, 1);
        snprintf(text, sizeof(text), "%s is not supported: please send H.264 video and AAC audio",
                 what);
    } else {
        snprintf(text, sizeof(text), "the media cannot be taken: %s", err_name(e));
        if (e == ERR_PROTOCOL)
            atomic_fetch_add(&p->live->counters.protocol_errors, 1);
    }
    LOG(WARN, "live.rejected", L_Z("stream", p->name), L_Z("addr", p->addr), L_Z("why", text));
    rtmp_session_reject(p->session, text);
    leave_stream(p, true);
}

static void on_ended(void *user)
{
    struct publisher *p = user;
    if (conn_follower(p->conn)) {
        /* A player that leaves. Its output belongs to the follower for good, so it cannot ask for
         * another stream on this connection. */
        conn_close(p->conn, OK);
        return;
    }
    if (!p->stream)
        return;
    LOG(INFO, "live.unpublished", L_Z("stream", p->name), L_Z("addr", p->addr));
    leave_stream(p, true);
}

static const struct rtmp_session_ops session_ops = {on_request, on_media, on_ended};

/* ---- the connection's events ---- */

static size_t on_data(struct conn *c, const uint8_t *bytes, size_t n)
{
    struct publisher *p = conn_user(c);
    size_t used = rtmp_session_feed(p->session, bytes, n);
    if (conn_follower(c)) /* a player's acknowledgements and pings need no answer */
        buf_clear(rtmp_session_out(p->session));
    atomic_fetch_add_explicit(&p->live->counters.bytes_in, used, memory_order_relaxed);
    settle(p);
    if (p->stream && loop_now_ms(p->loop) - p->fed_ms > 1000) {
        p->fed_ms = loop_now_ms(p->loop);
        conn_deadline(c, LIVE_SILENCE_MS);
    }
    return used;
}

static void on_deadline(struct conn *c)
{
    struct publisher *p = conn_user(c);
    atomic_fetch_add(&p->live->counters.timeouts, 1);
    LOG(INFO, "rtmp.timeout", L_Z("addr", p->addr), L_Z("stream", p->name));
    conn_close(c, ERR_TIMEOUT);
}

static void on_close(struct conn *c, enum err why)
{
    struct publisher *p = conn_user(c);
    if (p->stream)
        LOG(INFO, "live.encoder_lost", L_Z("stream", p->name), L_Z("addr", p->addr), L_ERR(why));
    leave_stream(p, true);
    p->conn = NULL;
    maybe_free(p);
}

const struct conn_ops publish_ops = {
    .name = "rtmp",
    .on_data = on_data,
    .on_deadline = on_deadline,
    .on_close = on_close,
};

enum err publish_accept(struct live *live, struct conn *c)
{
    struct publisher *p = calloc(1, sizeof(*p));
    if (!p)
        return ERR_NOMEM;
    p->live = live;
    p->loop = conn_loop(c);
    p->conn = c;
    addr_format(conn_peer(c), p->addr);
    p->session = rtmp_session_new(&session_ops, p);
    if (!p->session) {
        free(p);
        return ERR_NOMEM;
    }
    conn_set_protocol(c, &publish_ops, p);
    conn_deadline(c, LIVE_REQUEST_MS);
    atomic_fetch_add(&live->counters.rtmp_connections, 1);
    return OK;
}
