/*
 * An HTTP connection on its loop: reads requests, hands them to loop handlers or workers, sends
 * answers, becomes a stream or a WebSocket.
 *
 *   READ ─head─▶ (body) ─▶ BUSY ──answer──▶ READ          one request at a time: while BUSY or HELD
 *                      ├─▶ HELD ──answer──▶ READ          what is pipelined waits in the socket
 *                      ├─▶ SOURCE ──all sent──▶ READ   (a long body: piece by piece, source.c)
 *                      ├─▶ STREAM   (a follower writes, input is dropped)
 *                      ├─▶ SOCKET   (WebSocket)
 *                      └─▶ DISCARD  (answered and closing; input is dropped)
 */
#include <stdlib.h>

#include "base/log.h"
#include "web/exchange.h"

enum {
    PAGE_GRACE_MS = 1000,
    PINGS_MAX = 2,
    CONTROL_QUEUE_MAX = 64 * 1024,
    SPOOL_PIECE = 64 * 1024
};

struct socket { /* what only a WebSocket needs */
    struct ws ws;
    const struct ws_handler *handler;
    void *user;
    int pings;        /* sent and not answered */
    int64_t window_s; /* the second that `messages` counts */
    int messages;
};

struct hconn {
    struct web *web;
    struct conn *conn;
    enum { HC_READ, HC_BUSY, HC_HELD, HC_SOURCE, HC_STREAM, HC_SOCKET, HC_DISCARD } state;
    struct http *http;     /* owned; NULL once a stream or socket */
    struct exchange *x;    /* the request at hand, or NULL */
    struct socket *socket; /* owned */
    uint64_t sent;         /* conn_bytes_out() at the last deadline: does the reader read? */
    bool draining, waits_for_flush;
};

static void dispatch(struct hconn *hc);

struct conn *hconn_conn(struct exchange *x)
{
    return x->conn ? x->conn->conn : NULL;
}

/* ---- answering ---- */

static void discard_rest(struct hconn *hc)
{
    hc->state = HC_DISCARD;
    conn_deadline(hc->conn, WEB_DISCARD_MS);
    conn_resume(hc->conn);
}

static void read_next(struct hconn *hc)
{
    if (hc->state == HC_HELD) /* what came meanwhile was left unused: have it offered again */
        conn_pause(hc->conn);
    http_next(hc->http);
    hc->state = HC_READ;
    hc->sent = conn_bytes_out(hc->conn);
    conn_deadline(hc->conn, WEB_KEEP_ALIVE_MS);
    if (conn_queued(hc->conn) > WEB_QUEUE_SOFT) {
        hc->waits_for_flush = true;
        conn_pause(hc->conn);
    } else {
        conn_resume(hc->conn);
    }
}

/* The next piece is read, or all of it is out. */
static void pour(struct hconn *hc)
{
    struct exchange *x = hc->x;
    struct conn *c = hc->conn;
    struct reply *r = &x->reply;
    if (r->source_at < r->source_end) {
        conn_deadline(c, WEB_SOURCE_MS);
        hc->sent = conn_bytes_out(c);
        x->on_worker = true;
        if (page_submit(x, EX_SOURCE) == OK)
            return;
        x->on_worker = false;
        conn_close(c, ERR_BUSY);
        return;
    }
    bool close = r->close || !x->http.keep_alive || hc->draining;
    exchange_count(x, r->status, (size_t)r->source_n);
    hc->x = NULL;
    exchange_free(x);
    if (close)
        conn_finish(c);
    else
        read_next(hc);
}

/* A worker has read a piece. */
static void take_piece(struct hconn *hc)
{
    struct block *piece = hc->x->reply.body;
    enum err e = piece ? conn_send_block(hc->conn, piece, 0, piece->n) : ERR_IO;
    if (e != OK)
        conn_close(hc->conn, e);
    /* else on_flushed() goes on */
}

static void begin_source(struct hconn *hc)
{
    struct exchange *x = hc->x;
    enum err e = conn_send_block(hc->conn, x->reply.head, 0, x->reply.head->n);
    hc->state = HC_SOURCE;
    conn_pause(hc->conn);
    if (e != OK)
        conn_close(hc->conn, e);
    else
        pour(hc);
}

void hconn_answer(struct exchange *x)
{
    if (x->reply.source && x->reply.head && !x->is_head) {
        begin_source(x->conn);
        return;
    }
    struct hconn *hc = x->conn;
    struct conn *c = hc->conn;
    const struct reply *r = &x->reply;
    bool unread = http_has_body(hc->http);
    bool close = r->close || !x->http.keep_alive || unread || hc->draining;
    size_t bytes = r->body && !x->is_head ? r->body->n : 0;
    enum err e = r->head ? conn_send_block(c, r->head, 0, r->head->n) : ERR_NOMEM;
    if (e == OK && bytes)
        e = conn_send_block(c, r->body, 0, bytes);
    exchange_count(x, r->status, bytes);
    hc->x = NULL;
    exchange_free(x);
    if (e != OK)
        conn_close(c, e);
    else if (close && unread)
        discard_rest(hc);
    else if (close)
        conn_finish(c);
    else
        read_next(hc);
}

/* An answer without a page, and the end of the connection. */
static void answer_brief(struct hconn *hc, enum err e)
{
    hc->x->reply.close = true;
    reply_brief(hc->x, e);
    hconn_answer(hc->x);
}

/* ---- handing over ---- */

static void to_worker(struct hconn *hc, enum exchange_phase phase)
{
    struct exchange *x = hc->x;
    struct web *w = hc->web;
    hc->state = HC_BUSY;
    conn_pause(hc->conn);
    conn_deadline(hc->conn, WEB_PAGE_MS + PAGE_GRACE_MS);
    bool room = atomic_fetch_add(&w->at_work, 1) < WEB_PAGES_WAITING_MAX;
    x->on_worker = true;
    if (room && page_submit(x, phase) == OK)
        return;
    x->on_worker = false;
    atomic_fetch_sub(&w->at_work, 1);
    answer_brief(hc, ERR_BUSY);
}

static void run_on_loop(struct hconn *hc)
{
    struct exchange *x = hc->x;
    x->match.route->on_loop(&x->lr);
    /* A handler has answered (x is gone), or holds the request. */
    if (hc->x == x && !x->lr.held) {
        LOG(ERROR, "http.unanswered", L_Z("route", x->match.route->pattern));
        answer_brief(hc, ERR_INTERNAL);
    }
}

static void to_page(struct hconn *hc)
{
    hc->x->queued_us = loop_now_ms(hc->x->loop) * 1000;
    to_worker(hc, EX_PAGE);
}

/* The request is all there, or will not be read further: reply.close. */
static void dispatch(struct hconn *hc)
{
    struct exchange *x = hc->x;
    if (x->early == OK && x->match.route->on_loop) {
        run_on_loop(hc);
    } else if (x->moved) {
        reply_set_block(x, 308, NULL, arena_printf(&x->arena, "Location: %s\r\n", x->moved), NULL);
        hconn_answer(x);
    } else {
        to_page(hc);
    }
}

static void refuse(struct hconn *hc, enum err e)
{
    hc->x->early = e;
    hc->x->reply.close = true;
    dispatch(hc);
}

/* The next piece of a body is due, and with it the whole body. */
static void await_piece(struct hconn *hc)
{
    int64_t left = hc->x->body_until_ms - loop_now_ms(hc->x->loop);
    conn_deadline(hc->conn, left < WEB_BODY_IDLE_MS ? (left > 1 ? left : 1) : WEB_BODY_IDLE_MS);
}

static void read_body(struct hconn *hc)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    hc->state = HC_READ;
    hc->x->body_until_ms = loop_now_ms(hc->x->loop) + WEB_BODY_MS;
    await_piece(hc);
    if (hc->x->http.expects_continue && conn_send(hc->conn, go_on, sizeof(go_on) - 1) != OK)
        conn_close(hc->conn, ERR_CLOSED);
    else
        conn_resume(hc->conn);
}

/* A piece of the body is spooled. */
static void read_on(struct hconn *hc)
{
    hc->state = HC_READ;
    await_piece(hc);
    conn_resume(hc->conn);
}

/* ---- reading ---- */

static bool is_limited(struct hconn *hc)
{
    struct exchange *x = hc->x;
    uint8_t key[16];
    if ((x->match.route && x->match.route->on_loop) || addr_is_loopback(&x->req.peer))
        return false;
    addr_client_key(&x->req.peer, key);
    return !limit_take(hc->web->rate, str_n(key, sizeof(key)), NULL);
}

static void begin_body(struct hconn *hc)
{
    struct exchange *x = hc->x;
    size_t max =
        x->match.route && x->match.route->body_max ? x->match.route->body_max : WEB_BODY_DEFAULT;
    if (x->early != OK) {
        refuse(hc, x->early);
        return;
    }
    if (x->http.content_length > (int64_t)max) {
        x->req.info = (struct err_info){.field = "body", .limit = (long long)max};
        refuse(hc, ERR_TOO_LARGE);
        return;
    }
    http_body_max(hc->http, (int64_t)max);
    x->has_form = true;
    x->is_large = max > WEB_BODY_DEFAULT;
    form_init(&x->form, &x->arena, hc->web->spec.spool_dir, http_header(&x->http, "content-type"));
    /* A route of more bytes than this takes files; what it takes as text stays short. */
    if (x->is_large && max <= WEB_TEXT_MAX && !x->match.route->raw)
        form_text_max(&x->form, max);
    if (x->match.route && x->match.route->raw)
        form_raw(&x->form);
    if (x->is_large && x->match.route->handler)
        to_worker(hc, EX_AUTH);
    else
        read_body(hc);
}

static void on_head(struct hconn *hc)
{
    struct exchange *x = exchange_new(hc->web, conn_loop(hc->conn), hc);
    if (!x) {
        conn_close(hc->conn, ERR_NOMEM);
        return;
    }
    hc->x = x;
    exchange_begin(x, http_request(hc->http));
    exchange_peer(x, conn_peer(hc->conn), conn_is_tls(hc->conn));
    if (atomic_load(&hc->web->stopping)) {
        answer_brief(hc, ERR_CLOSED);
    } else if (is_limited(hc)) {
        atomic_fetch_add(&hc->web->limited, 1);
        answer_brief(hc, ERR_LIMIT);
    } else if (http_has_body(hc->http)) {
        begin_body(hc);
    } else {
        dispatch(hc);
    }
}

static void on_body_bytes(void *user, const uint8_t *p, size_t n)
{
    struct hconn *hc = user;
    buf_put(&hc->x->body, p, n);
}

static void after_body_bytes(struct hconn *hc)
{
    struct exchange *x = hc->x;
    if (!buf_ok(&x->body))
        conn_close(hc->conn, ERR_NOMEM);
    else if (x->is_large && x->body.n >= SPOOL_PIECE)
        to_worker(hc, EX_SPOOL);
    else
        await_piece(hc);
}

/* The parser refused what came. There may be no exchange yet, and its head is not to be trusted. */
static void on_fault(struct hconn *hc)
{
    const struct http_fault *f = http_fault(hc->http);
    char peer[ADDR_TEXT_MAX];
    addr_format_ip(conn_peer(hc->conn), peer);
    atomic_fetch_add(&hc->web->faults, 1);
    LOG(INFO, "http.malformed", L_Z("peer", peer), L_I("status", f->status), L_Z("field", f->field),
        L_Z("why", f->text));
    if (f->status == 413 && hc->x) {
        hc->x->req.info = (struct err_info){.field = "body"};
        refuse(hc, ERR_TOO_LARGE);
        return;
    }
    if (!hc->x)
        hc->x = exchange_new(hc->web, conn_loop(hc->conn), hc);
    if (!hc->x) {
        conn_close(hc->conn, ERR_NOMEM);
        return;
    }
    hc->x->req.peer = *conn_peer(hc->conn);
    hc->x->match.index = -1;
    hc->x->reply.close = true;
    reply_plain(hc->x, f->status, f->field, f->text);
    struct conn *c = hc->conn;
    hconn_answer(hc->x);
    if (!conn_is_closing(c))
        discard_rest(hc);
}

static size_t read_request(struct hconn *hc, const uint8_t *p, size_t n)
{
    enum http_event event;
    if (http_is_idle(hc->http))
        conn_deadline(hc->conn, WEB_HEADER_MS);
    size_t used = http_feed(hc->http, p, n, &event);
    /* Each of these may be the last thing that hc->http and hc->x live to see. */
    switch (event) {
    case HTTP_EV_MORE:
        if (hc->x)
            after_body_bytes(hc);
        break;
    case HTTP_EV_HEADERS: on_head(hc); break;
    case HTTP_EV_DONE: dispatch(hc); break;
    case HTTP_EV_FAULT: on_fault(hc); return n;
    }
    return used;
}

/* ---- WebSocket ---- */

static void send_frame(struct hconn *hc, enum ws_opcode opcode, struct str payload)
{
    struct buf b;
    buf_init(&b, WS_CONTROL_MAX + WS_FRAME_HEAD_MAX);
    ws_frame(&b, opcode, payload);
    if (!buf_ok(&b) || conn_send(hc->conn, b.p, b.n) != OK)
        conn_close(hc->conn, ERR_CLOSED);
    buf_free(&b);
}

static void close_socket(struct hconn *hc, int code, const char *reason)
{
    struct buf b;
    buf_init(&b, WS_CONTROL_MAX + WS_FRAME_HEAD_MAX);
    ws_close_frame(&b, code, reason);
    if (!buf_ok(&b) || conn_send(hc->conn, b.p, b.n) != OK)
        conn_close(hc->conn, ERR_CLOSED);
    else
        conn_finish(hc->conn);
    buf_free(&b);
    hc->state = HC_DISCARD;
}

static bool too_many_messages(struct hconn *hc)
{
    struct socket *s = hc->socket;
    int64_t second = loop_now_ms(conn_loop(hc->conn)) / 1000;
    if (second != s->window_s) {
        s->window_s = second;
        s->messages = 0;
    }
    return ++s->messages > WEB_WS_MESSAGES_PER_S;
}

static void on_message(struct hconn *hc)
{
    struct socket *s = hc->socket;
    if (!s->handler->on_message)
        close_socket(hc, WS_CLOSE_POLICY, "nothing is expected here");
    else if (too_many_messages(hc))
        close_socket(hc, WS_CLOSE_POLICY, "too many messages");
    else
        s->handler->on_message(hc->conn, s->user, s->ws.payload);
}

static void on_socket_event(struct hconn *hc, enum ws_event event)
{
    struct socket *s = hc->socket;
    switch (event) {
    case WS_EV_MORE: break;
    case WS_EV_TEXT:
    case WS_EV_BINARY: on_message(hc); break;
    case WS_EV_PING:
        if (too_many_messages(hc))
            close_socket(hc, WS_CLOSE_POLICY, "too many pings");
        else if (conn_queued(hc->conn) < CONTROL_QUEUE_MAX)
            send_frame(hc, WS_PONG, s->ws.payload);
        break;
    case WS_EV_PONG: s->pings = 0; break;
    case WS_EV_CLOSE:
        close_socket(hc, s->ws.close_code == WS_CLOSE_NONE ? WS_CLOSE_NORMAL : s->ws.close_code,
                     "");
        break;
    case WS_EV_FAULT: close_socket(hc, s->ws.fault_code, s->ws.fault_text); break;
    }
}

static size_t read_socket(struct hconn *hc, const uint8_t *p, size_t n)
{
    size_t used = 0;
    while (used < n && hc->state == HC_SOCKET && !conn_is_closing(hc->conn)) {
        enum ws_event event;
        used += ws_feed(&hc->socket->ws, p + used, n - used, &event);
        on_socket_event(hc, event);
    }
    return n;
}

static void ping(struct hconn *hc)
{
    if (hc->socket->pings++ >= PINGS_MAX) {
        conn_close(hc->conn, ERR_TIMEOUT);
        return;
    }
    if (conn_queued(hc->conn) < CONTROL_QUEUE_MAX)
        send_frame(hc, WS_PING, STR_NONE);
    conn_deadline(hc->conn, WEB_WS_PING_MS);
}

enum err ws_send_text(struct conn *c, struct str text)
{
    uint8_t head[WS_FRAME_HEAD_MAX];
    size_t head_n = ws_frame_head(head, WS_TEXT, text.n);
    struct block *b = block_new(head_n + text.n);
    if (!b)
        return ERR_NOMEM;
    memcpy(block_bytes(b), head, head_n);
    memcpy(block_bytes(b) + head_n, text.p ? text.p : "", text.n);
    enum err e = conn_send_block(c, b, 0, b->n);
    block_unref(b);
    return e;
}

/* ---- becoming something else ---- */

static struct conn *leave_http(struct exchange *x, struct block *head)
{
    struct hconn *hc = x->conn;
    struct conn *c = hc->conn;
    enum err e = head ? conn_send_block(c, head, 0, head->n) : ERR_NOMEM;
    exchange_count(x, x->reply.status, 0);
    hc->x = NULL;
    exchange_free(x);
    http_free(hc->http);
    hc->http = NULL;
    conn_deadline(c, 0);
    if (e != OK)
        conn_close(c, e);
    return e == OK ? c : NULL;
}

struct conn *hconn_stream(struct exchange *x, struct block *head)
{
    struct hconn *hc = x->conn;
    hc->state = HC_STREAM;
    return leave_http(x, head);
}

struct conn *hconn_websocket(struct exchange *x, struct block *head, const struct ws_handler *h,
                             void *user)
{
    struct hconn *hc = x->conn;
    hc->socket = calloc(1, sizeof(*hc->socket));
    if (!hc->socket) {
        answer_brief(hc, ERR_NOMEM);
        return NULL;
    }
    *hc->socket = (struct socket){.handler = h, .user = user};
    ws_init(&hc->socket->ws, WS_MESSAGE_MAX);
    hc->state = HC_SOCKET;
    struct conn *c = leave_http(x, head);
    if (c)
        conn_deadline(c, WEB_WS_PING_MS);
    return c;
}

void hconn_hold(struct exchange *x)
{
    x->conn->state = HC_HELD;
    conn_deadline(x->conn->conn, WEB_HOLD_MS);
}

/* ---- back from a worker ---- */

static void drop(struct exchange *x)
{
    x->conn = NULL;
    if (x->form.uploads_n == 0 || page_submit(x, EX_DROP) != OK)
        exchange_free(x);
}

void hconn_take_back(struct loop *loop, struct loop_msg *msg)
{
    (void)loop;
    struct exchange *x = LIST_OF(msg, struct exchange, msg);
    struct hconn *hc = x->conn;
    if (x->phase != EX_SOURCE)
        atomic_fetch_sub(&x->web->at_work, 1);
    x->on_worker = false;
    if (!hc) {
        exchange_count(x, 499, 0); /* nobody waits for it any more */
        drop(x);
        return;
    }
    if (x->phase == EX_SOURCE)
        take_piece(hc);
    else if (x->phase == EX_PAGE || x->phase == EX_CONTINUE)
        hconn_answer(x);
    else if (x->early != OK)
        refuse(hc, x->early);
    else if (x->phase == EX_AUTH)
        read_body(hc);
    else
        read_on(hc);
}

/* ---- the connection's events ---- */

static size_t on_data(struct conn *c, const uint8_t *p, size_t n)
{
    struct hconn *hc = conn_user(c);
    switch (hc->state) {
    case HC_READ: return read_request(hc, p, n);
    case HC_BUSY:
    case HC_SOURCE:
    case HC_HELD: return 0;
    case HC_SOCKET: return read_socket(hc, p, n);
    case HC_STREAM:
    case HC_DISCARD: break;
    }
    return n;
}

static void on_flushed(struct conn *c)
{
    struct hconn *hc = conn_user(c);
    if (hc->state == HC_SOURCE) {
        if (hc->x && !hc->x->on_worker)
            pour(hc);
        return;
    }
    if (hc->waits_for_flush) {
        hc->waits_for_flush = false;
        conn_resume(c);
    }
}

static void leave_hold(struct hconn *hc, enum err why)
{
    struct loop_request *lr = &hc->x->lr;
    if (lr->on_gone)
        lr->on_gone(lr->user);
    answer_brief(hc, why);
}

/* The worker still has the exchange: the answer is made without it. */
static void abandon(struct hconn *hc)
{
    static const char late[] = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n"
                               "Retry-After: 1\r\nCache-Control: no-store\r\n"
                               "Content-Type: text/plain; charset=utf-8\r\n"
                               "Content-Length: 14\r\n\r\nit took long.\n";
    hc->x->conn = NULL;
    hc->x = NULL;
    hc->state = HC_DISCARD;
    atomic_fetch_add(&hc->web->timeouts, 1);
    if (conn_send(hc->conn, late, sizeof(late) - 1) != OK)
        conn_close(hc->conn, ERR_TIMEOUT);
    else
        conn_finish(hc->conn);
}

static void late_reader(struct hconn *hc)
{
    uint64_t sent = conn_bytes_out(hc->conn);
    if (http_is_idle(hc->http) && conn_queued(hc->conn) > 0 && sent > hc->sent) {
        hc->sent = sent; /* a slow reader, but it reads */
        conn_deadline(hc->conn, WEB_KEEP_ALIVE_MS);
        return;
    }
    if (http_is_idle(hc->http)) {
        conn_close(hc->conn, OK);
        return;
    }
    atomic_fetch_add(&hc->web->timeouts, 1);
    if (!hc->x)
        hc->x = exchange_new(hc->web, conn_loop(hc->conn), hc);
    if (!hc->x) {
        conn_close(hc->conn, ERR_NOMEM);
        return;
    }
    if (!hc->x->match.route)
        hc->x->match.index = -1;
    hc->x->reply.close = true;
    reply_plain(hc->x, 408, NULL, "the request came too slowly");
    hconn_answer(hc->x);
}

static void on_deadline(struct conn *c)
{
    struct hconn *hc = conn_user(c);
    switch (hc->state) {
    case HC_READ: late_reader(hc); break;
    case HC_BUSY: abandon(hc); break;
    case HC_SOURCE:
        if (conn_bytes_out(c) - hc->sent < WEB_SOURCE_LEAST) {
            conn_close(c, ERR_TIMEOUT);
            break;
        }
        hc->sent = conn_bytes_out(c); /* a slow reader, but it reads */
        conn_deadline(c, WEB_SOURCE_MS);
        break;
    case HC_HELD: leave_hold(hc, ERR_TIMEOUT); break;
    case HC_SOCKET: ping(hc); break;
    case HC_STREAM:
    case HC_DISCARD: conn_close(c, OK); break;
    }
}

static void on_drain(struct conn *c)
{
    struct hconn *hc = conn_user(c);
    hc->draining = true;
    switch (hc->state) {
    case HC_READ:
        if (!hc->x && http_is_idle(hc->http))
            conn_finish(c);
        break;
    case HC_BUSY: break;
    case HC_SOURCE: break; /* what can be sent in the grace of the stop is sent */
    case HC_HELD: leave_hold(hc, ERR_CLOSED); break;
    case HC_SOCKET: close_socket(hc, WS_CLOSE_GOING_AWAY, "the service is stopping"); break;
    case HC_STREAM:
    case HC_DISCARD: conn_close(c, OK); break;
    }
}

static void on_close(struct conn *c, enum err why)
{
    struct hconn *hc = conn_user(c);
    struct exchange *x = hc->x;
    if (x && hc->state == HC_HELD && x->lr.on_gone)
        x->lr.on_gone(x->lr.user);
    if (x && x->on_worker)
        x->conn = NULL;
    else if (x)
        drop(x);
    if (hc->socket) {
        if (hc->socket->handler->on_close)
            hc->socket->handler->on_close(hc->socket->user, why);
        ws_free(&hc->socket->ws);
        free(hc->socket);
    }
    http_free(hc->http);
    atomic_fetch_sub(&hc->web->connections, 1);
    free(hc);
}

static const struct conn_ops ops = {
    .name = "http",
    .on_data = on_data,
    .on_flushed = on_flushed,
    .on_deadline = on_deadline,
    .on_drain = on_drain,
    .on_close = on_close,
};

enum err web_accept(struct conn *c, void *arg)
{
    struct web *w = arg;
    struct hconn *hc = calloc(1, sizeof(*hc));
    if (hc)
        hc->http = http_new(on_body_bytes, hc);
    if (!hc || !hc->http) {
        free(hc);
        return ERR_NOMEM;
    }
    hc->web = w;
    hc->conn = c;
    atomic_fetch_add(&w->connections, 1);
    atomic_fetch_add(&w->connections_total, 1);
    conn_set_protocol(c, &ops, hc);
    conn_deadline(c, WEB_HEADER_MS);
    return OK;
}
