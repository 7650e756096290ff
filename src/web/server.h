/*
 * The web server: routes of all departments over HTTP connections of the I/O loops.
 *
 * Order of a life:  web_new ─▶ listeners accept with web_accept ─▶ … ─▶ listener_close
 *   ─▶ web_stop (answers what is at work, writer and loops still running)
 *   ─▶ writer_stop ─▶ loops_stop (closes connections) ─▶ web_free
 */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

#include "base/buf.h"
#include "io/addr.h"
#include "io/conn.h"
#include "io/loop.h"
#include "store/writer.h"
#include "web/web.h"

struct web;

enum {
    WEB_HEADER_MS = 10 * 1000,    /* from the first byte of a request to its last header */
    WEB_BODY_IDLE_MS = 15 * 1000, /* between two pieces of a body */
    WEB_BODY_MS = 10 * 60 * 1000, /* a whole body */
    WEB_KEEP_ALIVE_MS = 60 * 1000,
    WEB_PAGE_MS = 10 * 1000,      /* a page: waiting, handler, commit, drawing */
    WEB_HOLD_MS = 30 * 1000,      /* a request held open on its loop (lr_hold) */
    WEB_DISCARD_MS = 2 * 1000,    /* after a refusal, what still arrives is read and dropped */
    WEB_PAGES_WAITING_MAX = 1024, /* requests at work or waiting; more are answered 503 */
    WEB_HEAVY_WAITING_MAX = 64,
    WEB_HEAVY_THREADS = 2,
    WEB_SLOW_WAITING_MAX = 32,
    WEB_SLOW_THREADS = 2,
    WEB_SOURCE_THREADS = 4, /* read what is long (web.h, struct source) from the disk */
    WEB_SOURCE_WAITING_MAX = 16 * 1024,
    WEB_SOURCE_MS = 60 * 1000, /* who takes less than WEB_SOURCE_LEAST of it in so long is let go */
    WEB_SOURCE_LEAST = 32 * 1024,
    WEB_SOURCES_MAX = 1024,             /* long bodies under way, a piece of each in memory */
    WEB_SOURCES_OF_ADDRESS = 64,        /* of one client address; loopback is exempt. More: 503 */
    WEB_SPOOL_LEFT_MS = 60 * 60 * 1000, /* an upload's file that is that old is nobody's */
    WEB_RATE_PER_S = 60, /* page requests of one client address; loopback is exempt */
    WEB_RATE_BURST = 300,
    WEB_GZIP_MIN = 1024,            /* shorter bodies are sent as they are */
    WEB_PAGE_MAX = 8 * 1024 * 1024, /* a drawn page */
    WEB_QUEUE_SOFT = 256 * 1024,    /* queued answers past which the next request waits */
    WEB_WS_PING_MS = 30 * 1000,
    WEB_WS_MESSAGES_PER_S = 20,
};

struct web_spec {
    struct loops *loops;
    struct writer *writer;
    const char *db_url;    /* pages read from it; NULL: requests have no database (tests) */
    const char *spool_dir; /* uploads lie here while they are worked on */
    int page_threads;
    int sources_max; /* 0: WEB_SOURCES_MAX; tests have fewer */
    const struct web_module *const *modules;
    size_t modules_n;
    /* Who sends this request: fills r->who by r->db (see struct identity). NULL: nobody is known.
     * An error answers the request. */
    enum err (*identify)(struct req *r);
    /* What every page says to who is logged in, beside the handler's own members of r->view: for
     * the layout, by r->db, once the handler is through, or has refused with a page of its own. Not
     * called for JSON, nor for what is no page. NULL: nothing. */
    enum err (*frame)(struct req *r);
    /* First parts of the paths that are answered as /zh/PART… and /en/PART…, too, as is "/"; ends
     * with NULL, or is NULL. */
    const char *const *public_parts;
    const char *login_path; /* where a page sends somebody who is not logged in: "/login" */
    struct str public_url;  /* "https://town.example", or empty: by the Host header */
    struct str site_name_zh, site_name_en;
    bool is_demo;                    /* each page says that this town is invented */
    const struct addr_cidr *proxies; /* their X-Forwarded-For and -Proto are believed */
    size_t proxies_n;
    /* More lines for /metrics; called on a loop, must not block. May be NULL. */
    void (*metrics)(void *arg, struct buf *out);
    void *metrics_arg;
};

/* Compiles all templates and starts the pools. The spec's pointers are borrowed for the web's life;
 * locales must be loaded (i18n_load). ERR_SYNTAX names a template or route at fault. */
enum err web_new(const struct web_spec *spec, struct web **out, struct arena *arena,
                 struct err_info *info) MUST_CHECK;
enum err web_accept(struct conn *c, void *web); /* conn_accept_fn */
/* What lr_arg() and web_arg() give for the routes of this module. Before the first request. */
void web_loop_arg(struct web *w, const char *module, void *arg);
void *web_arg(const struct web *w, const char *module);
const char *web_public_url(const struct web *w); /* "" when not set */
void web_metrics(struct web *w, struct buf *out);
/* Refuses new pages and waits until those at work are answered, at most WEB_PAGE_MS. */
void web_stop(struct web *w);
void web_free(struct web *w);

#endif
