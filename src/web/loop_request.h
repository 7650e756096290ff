/*
 * A request answered on its I/O loop: live streams, HLS files, WebSockets, static assets, health
 * and metrics. No database, no blocking. Valid until it is answered; the connection may vanish, so
 * keep nothing of it after answering.
 */
#ifndef WEB_LOOP_REQUEST_H
#define WEB_LOOP_REQUEST_H

#include "base/block.h"
#include "base/err.h"
#include "base/str.h"
#include "io/conn.h"

struct loop_request;

struct conn *lr_conn(struct loop_request *lr);
void *lr_arg(struct loop_request *lr); /* what main registered for this route (web_loop_arg) */
struct str lr_param(struct loop_request *lr, const char *name);
struct str lr_query(struct loop_request *lr, const char *name);
struct str lr_header(struct loop_request *lr, const char *lower_case_name);
bool lr_is_head(struct loop_request *lr);
const struct addr *lr_peer(struct loop_request *lr); /* the client, seen through trusted proxies */

/* A whole answer. Takes the block (NULL: empty body). headers: "Name: value\r\n…" or NULL. */
void lr_reply(struct loop_request *lr, int status, const char *content_type, const char *headers,
              struct block *body);
void lr_error(struct loop_request *lr, enum err e); /* small JSON or text problem */
/* Sends the head of an endless answer ("Connection: close"); then the caller attaches a follower.
 * NULL when the connection is gone. Not for HEAD: lr_reply() answers that. */
struct conn *lr_stream(struct loop_request *lr, const char *content_type, const char *headers);

/* WebSocket (RFC 6455). True when the request asks for an upgrade. */
bool lr_wants_websocket(struct loop_request *lr);
struct ws_handler {
    /* A whole text or binary message from the client (at most WS_MESSAGE_MAX); NULL: refused. */
    void (*on_message)(struct conn *c, void *user, struct str message);
    void (*on_close)(void *user, enum err why);
};
enum { WS_MESSAGE_MAX = 4096 };
/* Accepts: same-origin is checked here (Origin against Host). Pings, pongs and closes are answered
 * by the web side. The caller then attaches a follower, or sends frames with ws_send_text. */
enum err lr_websocket(struct loop_request *lr, const struct ws_handler *h, void *user,
                      struct conn **out) MUST_CHECK;
enum err ws_send_text(struct conn *c, struct str text) MUST_CHECK;

/* Waits: keeps the request open until answered (LL-HLS, joining a stream that is about to start).
 * on_gone is called when the client leaves first. */
void lr_hold(struct loop_request *lr, void (*on_gone)(void *user), void *user);

#endif
