/* What the web itself answers on its loops: assets, health, metrics. */
#include <stdio.h>

#include "web/exchange.h"
#include "web/resources.h"

/* An address with the hash of its content never changes; one without (a module that another one
 * imports by its plain name) is asked about again. */
static void on_asset(struct loop_request *lr)
{
    struct exchange *x = EXCHANGE_OF_LR(lr);
    struct str path = x->req.path;
    const struct resource *r = resource_find_asset(path);
    bool hashed = r != NULL;
    if (!r)
        r = resource_find(str_slice(path, 1, path.n));
    if (!r || !r->url[0]) {
        lr_error(lr, ERR_NOT_FOUND);
        return;
    }
    struct str packed = exchange_accepts_gzip(x) ? resource_gzip(r) : STR_NONE;
    struct str bytes = packed.n ? packed : resource_bytes(r);
    char headers[256], etag[32];
    snprintf(etag, sizeof(etag), "\"%s%s\"", r->hash, packed.n ? "-gz" : "");
    snprintf(headers, sizeof(headers), "Cache-Control: %s\r\nETag: %s\r\n%s%s",
             hashed ? "public, max-age=31536000, immutable" : "no-cache", etag,
             r->gz_n ? "Vary: Accept-Encoding\r\n" : "",
             packed.n ? "Content-Encoding: gzip\r\n" : "");
    bool same = str_eq_z(lr_header(lr, "if-none-match"), etag);
    struct block *body = same ? NULL : block_static(bytes.p, bytes.n);
    if (!same && !body)
        lr_error(lr, ERR_NOMEM);
    else
        lr_reply(lr, same ? 304 : 200, r->type, headers, body);
}

static void on_icon(struct loop_request *lr)
{
    struct exchange *x = EXCHANGE_OF_LR(lr);
    struct str url = resource_asset_url(STR("icons/mark.svg"), &x->arena);
    lr_reply(lr, 301, NULL,
             arena_printf(&x->arena, "Location: %.*s\r\nCache-Control: public, max-age=3600\r\n",
                          STR_ARG(url)),
             NULL);
}

/* Of a store that is there; it still answers what is asked. */
static const char *health_of(struct writer *writer)
{
    switch (writer_refusal(writer)) {
    case OK: return "ok\n";
    case ERR_DISK_FULL: return "ok, but nothing can be saved: the disk is full\n";
    default: return "ok, but nothing can be saved: the store refuses\n";
    }
}

/* For whoever spreads requests over servers. Streams go on without the store: a reason to send no
 * more visitors here, none to end the process. Pages are shown while nothing can be saved, so that
 * is said and not a reason. */
static void on_health(struct loop_request *lr)
{
    struct exchange *x = EXCHANGE_OF_LR(lr);
    struct writer *writer = x->web->spec.writer;
    const char *says = "ok\n";
    if (atomic_load(&x->web->stopping))
        says = "leaving\n";
    else if (writer && writer_is_away(writer))
        says = "the store is away\n";
    else if (db_is_damaged())
        says = "the store is damaged\n";
    else if (writer)
        says = health_of(writer);
    lr_reply(lr, says[0] == 'o' ? 200 : 503, "text/plain; charset=utf-8",
             "Cache-Control: no-store\r\n", block_static(says, strlen(says)));
}

/* Only for the machine itself: a proxy in front, or a collector beside. */
static void on_metrics(struct loop_request *lr)
{
    struct exchange *x = EXCHANGE_OF_LR(lr);
    struct web *w = x->web;
    if (!addr_is_loopback(&x->req.peer)) {
        lr_error(lr, ERR_FORBIDDEN);
        return;
    }
    struct buf out;
    buf_init(&out, WEB_PAGE_MAX);
    web_metrics(w, &out);
    if (w->spec.metrics)
        w->spec.metrics(w->spec.metrics_arg, &out);
    struct block *body = buf_ok(&out) ? block_copy(out.p, out.n) : NULL;
    buf_free(&out);
    if (!body)
        lr_error(lr, ERR_NOMEM);
    else
        lr_reply(lr, 200, "text/plain; version=0.0.4; charset=utf-8", "Cache-Control: no-store\r\n",
                 body);
}

static const struct route routes[] = {
    {"GET", "/assets/{file*}", NULL, on_asset, NULL, WHO_ANYONE, CSRF_SAFE, 0, false},
    {"GET", "/favicon.ico", NULL, on_icon, NULL, WHO_ANYONE, CSRF_SAFE, 0, false},
    {"GET", "/healthz", NULL, on_health, NULL, WHO_ANYONE, CSRF_SAFE, 0, false},
    {"GET", "/metrics", NULL, on_metrics, NULL, WHO_ANYONE, CSRF_SAFE, 0, false},
};

const struct web_module web_static_module = {"web", routes, sizeof(routes) / sizeof(routes[0])};
