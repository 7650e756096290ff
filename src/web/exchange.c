#include "web/exchange.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "web/html.h"

static const int counted_statuses[METRIC_STATUSES] = {
    101, 200, 204, 206, 301, 303, 304, 308, 400, 401, 403, 404,
    405, 408, 409, 413, 414, 415, 422, 429, 431, 500, 503, 0 /* any other */,
};

struct exchange *exchange_new(struct web *w, struct loop *loop, struct hconn *conn)
{
    struct exchange *x = calloc(1, sizeof(*x));
    if (!x)
        return NULL;
    x->web = w;
    x->loop = loop;
    x->conn = conn;
    x->task.run = page_run;
    x->started_us = clock_mono_us();
    arena_init(&x->arena, WEB_ARENA_MAX);
    buf_init(&x->body, 4 * WEB_BODY_DEFAULT);
    buf_init(&x->reply.headers, WEB_HEADERS_MAX);
    x->form.fd = -1;
    char boot[2 * sizeof(w->boot) + 1];
    enc_hex(boot, w->boot, sizeof(w->boot));
    snprintf(x->id, sizeof(x->id), "%s-%llx", boot,
             (unsigned long long)atomic_fetch_add(&w->next_request, 1));
    x->req = (struct req){.arena = &x->arena, .id = x->id, .web = w, .reply = &x->reply};
    return x;
}

void exchange_free(struct exchange *x)
{
    if (!x)
        return;
    source_leave(x);
    form_free(&x->form);
    buf_free(&x->body);
    reply_free(&x->reply);
    arena_free(&x->arena);
    free(x);
}

/* ---- the client, seen through proxies ---- */

static bool is_proxy(const struct web *w, const struct addr *a)
{
    for (size_t i = 0; i < w->spec.proxies_n; i++)
        if (addr_cidr_contains(&w->spec.proxies[i], a))
            return true;
    return false;
}

static bool parse_hop(struct str hop, struct addr *out)
{
    char text[ADDR_TEXT_MAX];
    bool bracketed = str_starts(hop, "["), v6 = str_find(hop, ':') >= 0;
    bool with_port = bracketed ? !str_ends(hop, "]") : v6 && memchr(hop.p, '.', hop.n) != NULL;
    int n =
        snprintf(text, sizeof(text), "%s%.*s%s%s", v6 && !bracketed && !with_port ? "[" : "",
                 STR_ARG(hop), v6 && !bracketed && !with_port ? "]" : "", with_port ? "" : ":0");
    return n > 0 && (size_t)n < sizeof(text) && hop.n > 0 &&
           addr_parse(str_n(text, (size_t)n), out) == OK;
}

/* All X-Forwarded-For headers as one list (RFC 9110 section 5.3): a proxy may add its own. */
static struct str forwarded_for(struct exchange *x)
{
    const struct http_request *h = &x->http;
    struct str all = STR_NONE;
    for (size_t i = 0; i < h->headers_n; i++)
        if (str_eq_z(h->headers[i].name, "x-forwarded-for"))
            all = all.n == 0 ? h->headers[i].value
                             : str_of(arena_printf(&x->arena, "%.*s,%.*s", STR_ARG(all),
                                                   STR_ARG(h->headers[i].value)));
    return all;
}

/* From the right: each trusted proxy names who spoke to it; the first who is none is the client. */
static void find_client(struct exchange *x, const struct addr *peer)
{
    struct addr *client = &x->req.peer;
    *client = *peer;
    if (!is_proxy(x->web, peer))
        return;
    struct str proto = http_header(&x->http, "x-forwarded-proto");
    x->tls = x->tls || str_ieq_z(str_trim(proto), "https");
    struct str chain = forwarded_for(x);
    while (chain.n && is_proxy(x->web, client)) {
        size_t from = chain.n;
        while (from > 0 && chain.p[from - 1] != ',')
            from--;
        struct addr hop;
        if (!parse_hop(str_trim(str_slice(chain, from, chain.n)), &hop))
            return;
        *client = hop;
        chain = str_slice(chain, 0, from ? from - 1 : 0);
    }
}

/* ---- what the client wants ---- */

/* The weight of a media type in Accept, in thousandths; -1 when it is not named. */
static int accept_weight(struct str accept, const char *type)
{
    while (accept.n) {
        struct str params, item = str_cut(accept, ',', &accept);
        struct str name = str_trim(str_cut(item, ';', &params));
        if (!str_ieq_z(name, type))
            continue;
        params = str_trim(params);
        if (!str_starts(params, "q=0"))
            return 1000;
        int weight = 0;
        for (size_t i = 4, unit = 100; i < params.n && i < 7; i++, unit /= 10)
            if (params.p[i] >= '0' && params.p[i] <= '9')
                weight += (params.p[i] - '0') * (int)unit;
        return weight;
    }
    return -1;
}

bool exchange_accepts_gzip(const struct exchange *x)
{
    struct str accept = http_header(&x->http, "accept-encoding");
    while (accept.n) {
        struct str weight, item = str_cut(accept, ',', &accept);
        struct str name = str_trim(str_cut(item, ';', &weight));
        if (str_ieq_z(name, "gzip")) {
            weight = str_trim(weight);
            return !str_eq_z(weight, "q=0") && !str_starts(weight, "q=0.0");
        }
    }
    return false;
}

static void find_language(struct exchange *x)
{
    if (!lang_parse(req_cookie(&x->req, "lang"), &x->req.lang))
        x->req.lang = lang_negotiate(http_header(&x->http, "accept-language"));
}

/* "/hall/?q=x" is found at "/hall?q=x". */
static void find_moved(struct exchange *x, struct str path)
{
    struct router_match match;
    struct str bare = str_slice(path, 0, path.n - 1), sent = x->http.target;
    struct str query = str_slice(sent, str_cut(sent, '?', &(struct str){0}).n, sent.n);
    if (!str_starts(path, "//") &&
        router_match(x->web->router, x->http.method, bare, &x->arena, &match) == OK)
        x->moved = arena_printf(&x->arena, "%s%.*s%.*s", x->prefix ? x->prefix : "", STR_ARG(bare),
                                STR_ARG(query));
}

/* A path with .json is the page's other form, unless a live stream or asset is called that. */
static enum err find_route(struct exchange *x, struct str path)
{
    const struct router *router = x->web->router;
    struct arena *a = &x->arena;
    enum err e = router_match(router, x->http.method, path, a, &x->match);
    if (e == ERR_NOT_FOUND && path.n > 1 && str_ends(path, "/"))
        find_moved(x, path);
    if (!str_ends(path, ".json") || (e == OK && x->match.route->on_loop))
        return e;
    struct str bare = str_slice(path, 0, path.n - 5);
    struct router_match match;
    if (str_ends(bare, "/"))
        bare = str_slice(bare, 0, bare.n > 1 ? bare.n - 1 : 1);
    if (router_match(router, x->http.method, bare, a, &match) != OK)
        return e;
    x->match = match;
    x->req.json = true;
    return enc_unpercent(a, bare, false, &x->req.path);
}

void exchange_begin(struct exchange *x, const struct http_request *head)
{
    struct req *r = &x->req;
    r->method = head->method;
    if (!http_request_copy(head, &x->arena, &x->http)) {
        x->early = ERR_NOMEM;
        return;
    }
    struct str query, path = str_cut(x->http.target, '?', &query);
    r->method = x->http.method;
    r->path_raw = x->http.target;
    r->view = view_object(&x->arena);
    x->is_head = str_eq_z(r->method, "HEAD");
    struct str accept = http_header(&x->http, "accept");
    int json = accept_weight(accept, "application/json");
    r->json = json > 0 && json > accept_weight(accept, "text/html");
    x->is_bearer = req_bearer(r).n > 0;
    find_language(x);
    path = language_take(x, path);
    x->early = enc_unpercent(&x->arena, path, false, &r->path);
    if (x->early == OK && !str_is_utf8(r->path))
        x->early = ERR_SYNTAX;
    if (x->early == OK)
        x->early = find_route(x, path);
    if (x->early == OK && !language_may(x)) {
        x->match = (struct router_match){.index = -1};
        x->early = ERR_NOT_FOUND;
    }
    if (x->early == OK)
        x->early = form_pairs(&x->arena, query, &x->query, &x->query_n, &x->query_cap);
    if (x->early == ERR_LIMIT) /* more pairs than anybody means: not for 429 and "try again" */
        x->early = ERR_SYNTAX;
    if (x->early == ERR_SYNTAX)
        r->info = (struct err_info){.field = "target", .text = "an address that does not parse"};
    r->route = x->match.route;
}

void exchange_peer(struct exchange *x, const struct addr *peer, bool tls)
{
    x->tls = tls;
    find_client(x, peer);
}

enum { FROM_MAX = 1024 };

/* ---- where it comes from ---- */

/* The host of "https://town.example:8443". */
static struct str host_of(struct str url)
{
    struct str rest = url;
    for (size_t i = 0; i + 2 < url.n; i++)
        if (memcmp(url.p + i, "://", 3) == 0) {
            rest = str_slice(url, i + 3, url.n);
            return str_cut(rest, '/', &rest);
        }
    return STR_NONE;
}

bool exchange_same_origin(const struct exchange *x)
{
    struct str site = http_header(&x->http, "sec-fetch-site");
    if (site.n && !str_eq_z(site, "same-origin") && !str_eq_z(site, "none"))
        return false;
    struct str origin = http_header(&x->http, "origin");
    if (origin.n == 0)
        return true; /* a browser of today leaves both out only of a plain GET */
    struct str host = host_of(origin);
    return host.n &&
           (str_ieq(host, x->http.host) || str_ieq(host, host_of(x->web->spec.public_url)));
}

const char *exchange_came_from(struct exchange *x)
{
    struct str from = http_header(&x->http, "referer"), host = host_of(from);
    if (host.n == 0 || from.n > FROM_MAX ||
        !(str_ieq(host, x->http.host) || str_ieq(host, host_of(x->web->spec.public_url))))
        return NULL;
    struct str path = str_slice(from, (size_t)(host.p - from.p) + host.n, from.n);
    return path.n && path.p[0] == '/' && html_url_ok(path)
               ? arena_strndup(&x->arena, path.p, path.n)
               : NULL;
}

/* ---- counting ---- */

static int status_index(int status)
{
    int i = 0;
    while (i < METRIC_STATUSES - 1 && counted_statuses[i] != status)
        i++;
    return i;
}

void exchange_count(struct exchange *x, int status, size_t bytes)
{
    int route =
        x->match.index >= 0 && x->match.route ? x->match.index : router_count(x->web->router);
    struct route_metrics *m = &x->web->metrics[route];
    int64_t us = clock_mono_us() - x->started_us;
    atomic_fetch_add_explicit(&m->by_status[status_index(status)], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&m->us_total, (uint64_t)us, memory_order_relaxed);
    bool quiet = x->match.route && x->match.route->on_loop && status < 400;
    enum log_level level = quiet ? LOG_DEBUG : status >= 500 ? LOG_WARN : LOG_INFO;
    if (level < log_get_level())
        return;
    char peer[ADDR_TEXT_MAX];
    addr_format_ip(&x->req.peer, peer);
    const struct log_field fields[] = {
        L_Z("id", x->id),
        L_S("method", x->req.method),
        L_S("path", str_slice(x->req.path, 0, 200)),
        L_I("status", status),
        L_I("bytes", bytes),
        L_I("us", us),
        L_Z("peer", peer),
        L_I("user", x->req.who.user_id),
    };
    log_event(level, "http.request", fields, sizeof(fields) / sizeof(fields[0]));
}

static void metrics_of_route(struct route_metrics *m, const char *method, const char *pattern,
                             struct buf *out)
{
    uint64_t total = 0;
    for (int i = 0; i < METRIC_STATUSES; i++) {
        uint64_t n = atomic_load_explicit(&m->by_status[i], memory_order_relaxed);
        total += n;
        if (n)
            buf_printf(out,
                       "guildhall_http_requests_total{method=\"%s\",route=\"%s\",status=\"%d\"} "
                       "%llu\n",
                       method, pattern, counted_statuses[i], (unsigned long long)n);
    }
    if (total)
        buf_printf(out,
                   "guildhall_http_request_seconds_sum{method=\"%s\",route=\"%s\"} %.6f\n"
                   "guildhall_http_request_seconds_count{method=\"%s\",route=\"%s\"} %llu\n",
                   method, pattern,
                   (double)atomic_load_explicit(&m->us_total, memory_order_relaxed) / 1e6, method,
                   pattern, (unsigned long long)total);
}

static void gauge(struct buf *out, const char *name, const char *type, uint64_t value)
{
    buf_printf(out, "# TYPE guildhall_http_%s %s\nguildhall_http_%s %llu\n", name, type, name,
               (unsigned long long)value);
}

void web_metrics(struct web *w, struct buf *out)
{
    buf_z(out, "# TYPE guildhall_http_requests_total counter\n"
               "# TYPE guildhall_http_request_seconds summary\n");
    int n = router_count(w->router);
    for (int i = 0; i < n; i++) {
        const struct route *route = router_at(w->router, i);
        metrics_of_route(&w->metrics[i], route->method, route->pattern, out);
    }
    metrics_of_route(&w->metrics[n], "", "none", out);
    gauge(out, "connections", "gauge", atomic_load(&w->connections));
    gauge(out, "connections_total", "counter", atomic_load(&w->connections_total));
    gauge(out, "malformed_total", "counter", atomic_load(&w->faults));
    gauge(out, "timeouts_total", "counter", atomic_load(&w->timeouts));
    gauge(out, "limited_total", "counter", atomic_load(&w->limited));
    struct kept_counts kept = kept_counts(w->kept);
    gauge(out, "kept_found_total", "counter", kept.found);
    gauge(out, "kept_missed_total", "counter", kept.missed);
    gauge(out, "kept_pages", "gauge", kept.pages);
    gauge(out, "kept_bytes", "gauge", kept.bytes);
    gauge(out, "at_work", "gauge", (uint64_t)atomic_load(&w->at_work));
}
