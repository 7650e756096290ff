/*
 * Private to src/web: one request and its answer, on its way between a loop and the workers.
 *
 *   loop: head read ─┬▶ loop handler ─▶ answered
 *                    ├▶ (large body: AUTH on a worker) ─▶ body read ─▶ (SPOOL on a worker, …)
 *                    └▶ PAGE on a worker ─┬▶ reply ─▶ loop: sent
 *                                         └▶ writer ─▶ CONTINUE on a worker ─▶ reply ─▶ loop
 *
 * An exchange belongs to one thread at a time: to the loop, to a worker, or to the writer. Only the
 * loop looks at `conn`, which becomes NULL when the client leaves first. `on_worker` is true from a
 * submit until the loop has it back.
 */
#ifndef WEB_EXCHANGE_H
#define WEB_EXCHANGE_H

#include <stdatomic.h>

#include "base/map.h"
#include "io/pool.h"
#include "proto/http.h"
#include "proto/websocket.h"
#include "web/form.h"
#include "web/kept.h"
#include "web/limit.h"
#include "web/loop_request.h"
#include "web/places.h"
#include "web/router.h"
#include "web/server.h"
#include "web/template.h"

enum { REQUEST_ID_MAX = 24, METRIC_STATUSES = 24 };

struct route_metrics {
    _Atomic uint64_t by_status[METRIC_STATUSES];
    _Atomic uint64_t us_total;
};

struct web {
    struct web_spec spec;
    struct router *router;
    struct map templates;             /* name -> struct template, owned */
    struct map args;                  /* module -> what web_loop_arg() gave */
    struct pool *pools[WEB_SLOW + 1]; /* by weight */
    struct pool *sources;             /* reads what is long */
    struct places *places;            /* of those to whom it is sent */
    _Atomic int at_work;              /* exchanges that the loops have handed over */
    _Atomic bool stopping;
    struct limit *rate;
    struct version_watch *versions; /* NULL without a store */
    struct kept *kept;
    _Atomic bool *keeps;           /* a route: has its handler ever said reply_keep()? */
    struct route_metrics *metrics; /* one a route, and one more for what found none */
    _Atomic uint64_t connections, connections_total, faults, timeouts, limited;
    uint8_t boot[6]; /* random part of request ids */
    _Atomic uint64_t next_request;
};

struct reply {
    int status; /* 0: 200 or what the error says */
    struct buf headers;
    const char *page;      /* template, or NULL: the route's */
    const char *location;  /* redirect */
    struct view *linked;   /* JSON-LD, or NULL */
    const char *canonical; /* path that the page is known by; NULL: its own */
    const char *flash_key; /* set for the next page */
    int64_t keep_ms;       /* reply_keep(), or 0 */
    bool is_secret;        /* reply_secret() */
    bool has_body;         /* reply_body() was called: `body`, `type` and `cache_s` count */
    const char *type;
    int64_t cache_s;
    struct block *body;    /* owned; of a source: the piece that was read, NULL when it failed */
    struct source *source; /* owned; the body comes of it, from source_at to source_end */
    int64_t source_at, source_end; /* source_at: where the next piece begins */
    int64_t source_n;              /* bytes in all */
    const char *etag;              /* of a source */
    struct block *head;            /* owned; made last */
    bool close;                    /* the connection ends with this answer */
};

/* EX_DROP: the client is gone; a worker removes the files. */
enum exchange_phase { EX_READ, EX_AUTH, EX_SPOOL, EX_PAGE, EX_CONTINUE, EX_SOURCE, EX_DROP };

struct loop_request {
    bool held;
    void (*on_gone)(void *user);
    void *user;
};

struct exchange {
    struct pool_task task;
    struct loop_msg msg;
    struct web *web;
    struct loop *loop;
    struct hconn *conn; /* the loop's; NULL: the client is gone */
    bool on_worker;     /* the loop's */
    enum exchange_phase phase;
    int64_t started_us, queued_us; /* queued: for its page */
    char id[REQUEST_ID_MAX];
    struct arena arena;
    struct http_request http;
    struct router_match match;
    struct form_field *query;
    size_t query_n, query_cap;
    bool tls, is_head, is_bearer, has_form;
    bool is_large;      /* the body goes to the form in pieces, on workers */
    const char *prefix; /* "/zh" or "/en" when the address says the language, else NULL */
    const char *moved;  /* where the page really is: "/hall/" is "/hall" */
    enum err early;     /* found before the handler: becomes the error page */
    struct form form;
    struct buf body; /* bytes of the body that wait for the form */
    int64_t body_until_ms;
    struct req req;
    bool in_snapshot; /* of req.db */
    bool may_keep;    /* key and version are set: from before the snapshot */
    struct kept_key key;
    struct version version;
    struct reply reply;
    struct command *cmd; /* set by web_write() */
    continue_fn *then;
    enum err cmd_result;
    bool has_place; /* among the long bodies; its key: */
    bool is_keyed;
    uint8_t place[PLACES_KEY];
    struct loop_request lr;
};

/* exchange.c */
struct exchange *exchange_new(struct web *w, struct loop *loop, struct hconn *conn);
/* Reads the head: address, TLS, language, form of the answer, route, query. Sets early on faults.
 */
void exchange_begin(struct exchange *x, const struct http_request *head);
void exchange_peer(struct exchange *x, const struct addr *peer, bool tls);
bool exchange_accepts_gzip(const struct exchange *x);
/* Sec-Fetch-Site and Origin, where the client sends them, name this site. */
bool exchange_same_origin(const struct exchange *x);
/* The page of this site that the request came from, as "/path?query" in its arena; NULL: none. */
const char *exchange_came_from(struct exchange *x);
void exchange_free(struct exchange *x);
void exchange_count(struct exchange *x, int status, size_t bytes); /* metrics and the log line */

/* language.c */
/* The path without the language that it may begin with, which is then the request's. */
struct str language_take(struct exchange *x, struct str path);
/* Is the route that was found a page that may be asked for in that way? */
bool language_may(const struct exchange *x);
/* Puts the language into the links of a drawn page that lead to public ones. */
void language_links(const struct exchange *x, struct buf *page);
/* switch_path: this page in the other language; of a public page canonical, alternate_zh,
 * alternate_en and alternate (by the visitor's habit), whole addresses. */
void language_put(struct exchange *x, struct view *v, struct str public_url, int status);

/* page.c: on a worker */
void page_run(struct pool_task *task, void *worker);
void *page_worker_new(void *web);
void page_worker_free(void *worker);
/* Hands the exchange to its pool. ERR_BUSY or ERR_CLOSED: it is still the caller's. */
enum err page_submit(struct exchange *x, enum exchange_phase phase) MUST_CHECK;

/* reply.c */
void reply_render(struct exchange *x, enum err e); /* view or error to head and body */
/* Sends a page that is kept; takes the copy. */
void reply_kept(struct exchange *x, struct kept_copy *copy);
/* A refusal without a page: text in the visitor's language, or the JSON of any other refusal. */
void reply_brief(struct exchange *x, enum err e);
/* For what cannot be said otherwise: a request that does not parse, or no memory. English. */
void reply_plain(struct exchange *x, int status, const char *field, const char *text);
/* The head of an answer. `length`: of the body, -1: none is said. */
void reply_head(struct exchange *x, int status, const char *type, const char *headers,
                int64_t length, struct buf *out);
void reply_free(struct reply *r);
/* The head of a body that a source gives. */
void reply_set_source(struct exchange *x, int status, int64_t length);
void reply_set_block(struct exchange *x, int status, const char *type, const char *headers,
                     struct block *body);

/* source.c */
/* On a worker, first: is there a place for one more long body? It is kept until source_leave(). */
bool source_enter(struct exchange *x);
void source_leave(struct exchange *x); /* any thread; without a place nothing */
void source_head(struct exchange *x);  /* on a worker: status and head, or 304, 416 */
void source_read(struct exchange *x);  /* on a worker: the next piece into reply.body */

/* http_conn.c */
void hconn_take_back(struct loop *loop, struct loop_msg *msg); /* from a worker */
void hconn_answer(struct exchange *x);                         /* sends x->reply, frees x */
/* Both free x; NULL: the connection is closed, or was answered otherwise. */
struct conn *hconn_stream(struct exchange *x, struct block *head);
struct conn *hconn_websocket(struct exchange *x, struct block *head, const struct ws_handler *h,
                             void *user);
void hconn_hold(struct exchange *x);
struct conn *hconn_conn(struct exchange *x);

/* static.c */
extern const struct web_module web_static_module;

#define EXCHANGE_OF_REQ(r) ((struct exchange *)((char *)(r)-offsetof(struct exchange, req)))
#define EXCHANGE_OF_LR(l) ((struct exchange *)((char *)(l)-offsetof(struct exchange, lr)))

#endif
