#include "web/loop_request.h"

#include "web/exchange.h"

struct conn *lr_conn(struct loop_request *lr)
{
    return hconn_conn(EXCHANGE_OF_LR(lr));
}

void *lr_arg(struct loop_request *lr)
{
    const struct exchange *x = EXCHANGE_OF_LR(lr);
    return web_arg(x->web, x->match.module);
}

struct str lr_param(struct loop_request *lr, const char *name)
{
    return req_param(&EXCHANGE_OF_LR(lr)->req, name);
}

struct str lr_query(struct loop_request *lr, const char *name)
{
    return req_query(&EXCHANGE_OF_LR(lr)->req, name);
}

struct str lr_header(struct loop_request *lr, const char *name)
{
    return http_header(&EXCHANGE_OF_LR(lr)->http, name);
}

bool lr_is_head(struct loop_request *lr)
{
    return EXCHANGE_OF_LR(lr)->is_head;
}

const struct addr *lr_peer(struct loop_request *lr)
{
    return &EXCHANGE_OF_LR(lr)->req.peer;
}

void lr_reply(struct loop_request *lr, int status, const char *content_type, const char *headers,
              struct block *body)
{
    struct exchange *x = EXCHANGE_OF_LR(lr);
    reply_set_block(x, status, content_type, headers, body);
    hconn_answer(x);
}

void lr_error(struct loop_request *lr, enum err e)
{
    struct exchange *x = EXCHANGE_OF_LR(lr);
    reply_brief(x, e);
    hconn_answer(x);
}

static struct block *stream_head(struct exchange *x, int status, const char *type,
                                 const char *headers)
{
    struct buf out;
    buf_init(&out, 2 * WEB_HEADERS_MAX);
    x->reply.status = status;
    x->reply.close = true;
    reply_head(x, status, type, headers, -1, &out);
    struct block *b = buf_ok(&out) ? block_copy(out.p, out.n) : NULL;
    buf_free(&out);
    return b;
}

struct conn *lr_stream(struct loop_request *lr, const char *content_type, const char *headers)
{
    struct exchange *x = EXCHANGE_OF_LR(lr);
    struct block *head = stream_head(x, 200, content_type, headers);
    struct conn *c = hconn_stream(x, head);
    block_unref(head);
    return c;
}

bool lr_wants_websocket(struct loop_request *lr)
{
    return http_has_token(lr_header(lr, "upgrade"), "websocket") &&
           http_has_token(lr_header(lr, "connection"), "upgrade");
}

enum err lr_websocket(struct loop_request *lr, const struct ws_handler *h, void *user,
                      struct conn **out)
{
    struct exchange *x = EXCHANGE_OF_LR(lr);
    char accept[WS_ACCEPT_MAX];
    *out = NULL;
    if (!lr_wants_websocket(lr) || x->http.minor != 1 || x->is_head) {
        lr_reply(lr, 426, "text/plain", "Upgrade: websocket\r\nConnection: Upgrade\r\n", NULL);
        return ERR_UNSUPPORTED;
    }
    if (!str_eq_z(lr_header(lr, "sec-websocket-version"), "13")) {
        lr_reply(lr, 426, "text/plain", "Sec-WebSocket-Version: 13\r\n", NULL);
        return ERR_UNSUPPORTED;
    }
    if (!exchange_same_origin(x)) { /* else any page could listen with our cookies */
        lr_error(lr, ERR_CSRF);
        return ERR_CSRF;
    }
    if (ws_accept_key(lr_header(lr, "sec-websocket-key"), accept) != OK) {
        reply_plain(x, 400, "Sec-WebSocket-Key", "malformed key");
        hconn_answer(x);
        return ERR_SYNTAX;
    }
    struct block *head =
        stream_head(x, 101, NULL, arena_printf(&x->arena, "Sec-WebSocket-Accept: %s\r\n", accept));
    *out = hconn_websocket(x, head, h, user);
    block_unref(head);
    return *out ? OK : ERR_CLOSED;
}

void lr_hold(struct loop_request *lr, void (*on_gone)(void *user), void *user)
{
    lr->held = true;
    lr->on_gone = on_gone;
    lr->user = user;
    hconn_hold(EXCHANGE_OF_LR(lr));
}
