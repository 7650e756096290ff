/* From a handler's view, or an error, to the bytes of an answer. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "web/exchange.h"

enum { ETAG_BYTES = 9, FLASH_S = 60, HSTS_S = 365 * 24 * 3600, GZIP_LEVEL = 5 };

#define CSP                                                                                        \
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "                     \
    "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "            \
    "frame-ancestors 'none'"

void reply_free(struct reply *r)
{
    buf_free(&r->headers);
    block_unref(r->body);
    block_unref(r->head);
    if (r->source)
        r->source->free(r->source);
    r->source = NULL;
    r->body = r->head = NULL;
}

/* ---- what handlers say ---- */

void reply_status(struct req *r, int status)
{
    r->reply->status = status;
}

/* A header's value must not begin another: control characters become spaces. */
void reply_header(struct req *r, const char *name, struct str value)
{
    struct buf *b = &r->reply->headers;
    buf_printf(b, "%s: ", name);
    for (size_t i = 0; i < value.n; i++)
        buf_u8(b, (uint8_t)value.p[i] < ' ' || value.p[i] == 0x7F ? ' ' : (uint8_t)value.p[i]);
    buf_z(b, "\r\n");
}

void reply_redirect(struct req *r, const char *path)
{
    r->reply->location = path ? path : "/";
}

void reply_canonical(struct req *r, const char *path)
{
    r->reply->canonical = path;
}

struct view *reply_linked_data(struct req *r)
{
    if (!r->reply->linked)
        r->reply->linked = view_object(r->arena);
    return r->reply->linked;
}

void reply_keep(struct req *r, int64_t ms)
{
    struct exchange *x = EXCHANGE_OF_REQ(r);
    r->reply->keep_ms = ms;
    atomic_store_explicit(&x->web->keeps[x->match.index], true, memory_order_relaxed);
}

void reply_secret(struct req *r)
{
    r->reply->is_secret = true;
}

void reply_page(struct req *r, const char *template_name)
{
    r->reply->page = template_name;
}

void reply_cookie(struct req *r, const char *name, struct str value, int64_t max_age_s,
                  bool script_readable)
{
    reply_header(
        r, "Set-Cookie",
        str_of(arena_printf(r->arena, "%s=%.*s; Path=/; Max-Age=%lld; SameSite=Lax%s%s", name,
                            STR_ARG(value), (long long)max_age_s,
                            script_readable ? "" : "; HttpOnly", req_is_tls(r) ? "; Secure" : "")));
}

void reply_body(struct req *r, const char *content_type, struct block *body, int64_t cache_s)
{
    block_unref(r->reply->body);
    r->reply->has_body = true;
    r->reply->body = body;
    r->reply->type = content_type;
    r->reply->cache_s = cache_s;
}

void reply_flash(struct req *r, const char *message_key)
{
    r->reply->flash_key = message_key;
}

/* ---- the head ---- */

static void put_date(struct buf *out)
{
    time_t now = (time_t)(clock_wall_ms() / 1000);
    struct tm tm;
    char text[40];
    if (gmtime_r(&now, &tm) && strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm))
        buf_printf(out, "Date: %s\r\n", text);
}

void reply_head(struct exchange *x, int status, const char *type, const char *headers,
                int64_t length, struct buf *out)
{
    buf_printf(out, "HTTP/1.1 %d %s\r\n", status, http_reason(status));
    put_date(out);
    if (type && status != 304)
        buf_printf(out, "Content-Type: %s\r\n", type);
    if (length >= 0 && status >= 200 && status != 204 && status != 304)
        buf_printf(out, "Content-Length: %lld\r\n", (long long)length);
    buf_printf(out, "X-Request-Id: %s\r\n", x->id);
    buf_z(out, "X-Content-Type-Options: nosniff\r\n"
               "Referrer-Policy: strict-origin-when-cross-origin\r\n");
    if (type && str_starts(str_of(type), "text/html"))
        buf_z(out, "Content-Security-Policy: " CSP "\r\n"
                   "Cross-Origin-Opener-Policy: same-origin\r\n");
    else if (type && str_starts(str_of(type), "image/svg"))
        buf_z(out, "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n");
    if (x->tls)
        buf_printf(out, "Strict-Transport-Security: max-age=%d\r\n", HSTS_S);
    if (status == 101)
        buf_z(out, "Upgrade: websocket\r\nConnection: Upgrade\r\n");
    else if (x->reply.close || !x->http.keep_alive)
        buf_z(out, "Connection: close\r\n");
    else if (x->http.minor == 0)
        buf_z(out, "Connection: keep-alive\r\n");
    if (headers)
        buf_z(out, headers);
    buf_put(out, x->reply.headers.p, x->reply.headers.n);
    buf_z(out, "\r\n");
}

static struct block *head_block(struct exchange *x, int status, const char *type,
                                const char *headers, int64_t length)
{
    struct buf out;
    buf_init(&out, 2 * WEB_HEADERS_MAX);
    reply_head(x, status, type, headers, length, &out);
    struct block *b = buf_ok(&out) ? block_copy(out.p, out.n) : NULL;
    buf_free(&out);
    return b;
}

void reply_set_block(struct exchange *x, int status, const char *type, const char *headers,
                     struct block *body)
{
    struct reply *r = &x->reply;
    if (r->body != body)
        block_unref(r->body);
    r->body = body;
    r->status = status;
    r->head = head_block(x, status, type, headers, body ? (int64_t)body->n : 0);
}

void reply_set_source(struct exchange *x, int status, int64_t length)
{
    x->reply.status = status;
    x->reply.source_n = length;
    x->reply.head = head_block(x, status, x->reply.type, NULL, length);
}

/* ---- compression and validators ---- */

static bool is_text(const char *type)
{
    struct str t = str_of(type);
    return str_starts(t, "text/") || str_starts(t, "application/json") ||
           str_starts(t, "image/svg") || str_starts(t, "application/manifest");
}

/* The gzipped bytes, or NULL when they would not be fewer. A page holds a secret (the CSRF token)
 * and may echo what the visitor sent, but who measures its length from another site gets it without
 * the session: the cookie is SameSite=Lax. */
static struct block *gzip(const struct block *plain)
{
    z_stream z = {0};
    if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    struct buf out;
    buf_init(&out, plain->n);
    struct block *packed = NULL;
    if (buf_reserve(&out, plain->n)) {
        z.next_in = (uint8_t *)plain->p;
        z.avail_in = (uInt)plain->n;
        z.next_out = out.p;
        z.avail_out = (uInt)plain->n;
        if (deflate(&z, Z_FINISH) == Z_STREAM_END)
            packed = block_copy(out.p, z.total_out);
    }
    deflateEnd(&z);
    buf_free(&out);
    return packed;
}

static const char *etag_of(struct exchange *x, const struct block *b, bool weak)
{
    uint8_t hash[ETAG_BYTES];
    char text[2 * ETAG_BYTES + 1];
    _Static_assert(ETAG_BYTES < crypto_generichash_BYTES_MIN, "cut from a full hash");
    uint8_t full[crypto_generichash_BYTES_MIN];
    crypto_generichash(full, sizeof(full), b->p, b->n, NULL, 0);
    memcpy(hash, full, sizeof(hash));
    enc_hex(text, hash, sizeof(hash));
    return arena_printf(&x->arena, "%s\"%s\"", weak ? "W/" : "", text);
}

/* Weak comparison (RFC 9110 section 8.8.3.2). */
static bool none_match_hits(const struct exchange *x, const char *etag)
{
    struct str list = http_header(&x->http, "if-none-match");
    struct str want = str_of(etag);
    if (str_starts(want, "W/"))
        want = str_slice(want, 2, want.n);
    while (list.n) {
        struct str item = str_trim(str_cut(list, ',', &list));
        if (str_starts(item, "W/"))
            item = str_slice(item, 2, item.n);
        if (str_eq(item, want) || str_eq_z(item, "*"))
            return true;
    }
    return false;
}

static bool reads(const struct exchange *x)
{
    return x->is_head || str_eq_z(x->req.method, "GET");
}

static const char vary[] = "Accept, Accept-Encoding, Accept-Language, Cookie";

/* Says the validator; true when the client has that already, and is told so. */
static bool is_known(struct exchange *x, const char *type, const char *etag)
{
    reply_header(&x->req, "ETag", str_of(etag));
    if (!none_match_hits(x, etag))
        return false;
    reply_set_block(x, 304, type, NULL, NULL);
    return true;
}

/* Sets head and body. Takes the body. */
static void compose(struct exchange *x, int status, const char *type, struct block *body,
                    const char *cache, bool validator, bool weak)
{
    struct req *r = &x->req;
    bool text = body && is_text(type);
    reply_header(r, "Cache-Control", str_of(cache));
    if (text)
        reply_header(r, "Vary", str_of(vary));
    if (body && validator && reads(x) && status == 200) {
        const char *etag = etag_of(x, body, weak || text);
        if (etag && is_known(x, type, etag)) {
            block_unref(body);
            return;
        }
    }
    if (text && body->n >= WEB_GZIP_MIN && exchange_accepts_gzip(x)) {
        struct block *packed = gzip(body);
        if (packed) {
            block_unref(body);
            body = packed;
            reply_header(r, "Content-Encoding", STR("gzip"));
        }
    }
    x->reply.body = NULL;
    reply_set_block(x, status, type, NULL, body);
}

/* ---- pages that are kept ---- */

#define PAGE_CACHE "private, no-cache" /* a browser asks each time, and is mostly told 304 */

void reply_kept(struct exchange *x, struct kept_copy *copy)
{
    struct req *r = &x->req;
    bool gzipped = exchange_accepts_gzip(x) && copy->plain->n >= WEB_GZIP_MIN;
    reply_header(r, "Cache-Control", STR(PAGE_CACHE));
    reply_header(r, "Vary", str_of(vary));
    if (!is_known(x, copy->type, copy->etag)) {
        if (gzipped && !copy->packed && (copy->packed = gzip(copy->plain)) != NULL)
            kept_pack(x->web->kept, x->key, copy);
        if (gzipped && copy->packed)
            reply_header(r, "Content-Encoding", STR("gzip"));
        reply_set_block(x, 200, copy->type, NULL,
                        block_ref(gzipped && copy->packed ? copy->packed : copy->plain));
    }
    kept_copy_free(copy);
}

/* A page with a cookie, or another header of its own, is somebody's. */
static bool keep(struct exchange *x, const char *type, struct block *body, struct kept_copy *copy)
{
    const char *etag =
        x->may_keep && x->reply.keep_ms && x->reply.headers.n == 0 ? etag_of(x, body, true) : NULL;
    if (!etag)
        return false;
    *copy = (struct kept_copy){.plain = body, .type = type};
    snprintf(copy->etag, sizeof(copy->etag), "%s", etag);
    kept_add(x->web->kept, x->key, x->version, x->reply.keep_ms, copy);
    return true;
}

/* ---- pages and JSON ---- */

static void put_user(struct exchange *x, struct view *v)
{
    const struct identity *who = &x->req.who;
    if (who->user_id == 0)
        return;
    struct view *user = view_put_object(v, "user");
    view_put_int(user, "id", who->user_id);
    view_put_str(user, "name", who->name);
    view_put_bool(user, "is_buyer", who->roles & ROLE_BUYER);
    view_put_bool(user, "is_host", who->roles & ROLE_HOST);
    view_put_bool(user, "is_factory", who->roles & ROLE_FACTORY);
    /* An administrator may all that an operator may (page.c), so the menus offer it. */
    view_put_bool(user, "is_operator", who->roles & (ROLE_OPERATOR | ROLE_ADMIN));
    view_put_bool(user, "is_admin", who->roles & ROLE_ADMIN);
    view_put_bool(user, "is_officer", who->roles & ROLE_OFFICER);
    view_put_bool(user, "is_agency", who->is_agency);
    view_put_int(user, "organisation_id", who->organisation_id);
}

static void put_flash(struct exchange *x, struct view *v, int status)
{
    struct req *r = &x->req;
    struct str key = req_cookie(r, "flash");
    if (key.n == 0 || status >= 400)
        return;
    reply_cookie(r, "flash", STR_NONE, 0, false);
    if (i18n_has(r->lang, key)) /* the cookie names a text of ours; it cannot bring its own */
        view_put_str(v, "flash", i18n_text(r->lang, key, NULL, 0, r->arena));
}

/* Whether only those who work here see this page: it is of the workbench, whatever its department.
 */
static bool is_work(const struct exchange *x)
{
    const struct route *route = x->match.route;
    return route && route->who != WHO_ANYONE && (x->match.is_work || !(route->who & ROLE_BUYER));
}

/* What the layout reads (README.md). */
static void put_frame(struct exchange *x, struct view *v, int status)
{
    const struct req *r = &x->req;
    const struct web_spec *spec = &x->web->spec;
    struct str name = req_site_name(r);
    struct str url = req_public_url(r);
    view_put_z(v, "lang", lang_tag(r->lang));
    view_put_z(v, "other_lang", lang_tag(r->lang == LANG_ZH ? LANG_EN : LANG_ZH));
    view_put_str(v, "path", r->path_raw);
    view_put_str(v, "csrf", r->who.csrf_token);
    view_put_str(v, "site_name", name);
    view_put_str(v, "public_url", url);
    view_put_z(v, "nav", str_eq_z(r->path, "/") ? "home" : x->match.nav);
    view_put_bool(v, "is_work", is_work(x));
    view_put_bool(v, "is_demo", spec->is_demo);
    language_put(x, v, url, status);
    put_user(x, v);
    put_flash(x, v, status);
}

static struct block *take(struct buf *out)
{
    struct block *b = NULL;
    if (buf_ok(out)) {
        b = block_take(out->p, out->n);
        *out = (struct buf){0};
    }
    buf_free(out);
    return b;
}

static struct block *draw_json(const struct view *v)
{
    struct buf out;
    buf_init(&out, WEB_PAGE_MAX);
    view_json(v, &out);
    return take(&out);
}

/* JSON-LD at the end of the head. Nothing in it can end the script: '<' is written as an escape. */
static void put_linked(const struct view *linked, struct buf *page)
{
    static const char end[] = "</head>";
    const uint8_t *at = memmem(page->p, page->n, end, sizeof(end) - 1);
    struct buf json, out;
    if (!at)
        return;
    buf_init(&json, WEB_PAGE_MAX);
    buf_init(&out, WEB_PAGE_MAX);
    view_json(linked, &json);
    buf_reserve(&out, page->n + json.n + 64);
    buf_put(&out, page->p, (size_t)(at - page->p));
    buf_z(&out, "<script type=\"application/ld+json\">");
    for (struct str rest = str_n(json.p, json.n), text; rest.n;) {
        bool more = str_find(rest, '<') >= 0;
        text = str_cut(rest, '<', &rest);
        buf_put(&out, text.p, text.n);
        if (more)
            buf_z(&out, "\\u003c");
    }
    buf_z(&out, "</script>\n");
    buf_put(&out, at, page->n - (size_t)(at - page->p));
    out.failed = out.failed || json.failed;
    buf_free(&json);
    buf_free(page);
    *page = out;
}

static struct block *draw_page(struct exchange *x, const char *name, struct view *v, int status)
{
    const struct template *t = map_get(&x->web->templates, str_of(name));
    if (!t) {
        LOG(ERROR, "web.no_template", L_Z("name", name));
        return NULL;
    }
    struct buf out;
    buf_init(&out, WEB_PAGE_MAX);
    put_frame(x, v, status);
    if (template_run(t, v, x->req.lang, &x->arena, &out))
        out.failed = true;
    if (x->prefix)
        language_links(x, &out);
    if (x->reply.linked && status == 200)
        put_linked(x->reply.linked, &out);
    return take(&out);
}

static void respond(struct exchange *x, struct view *v, const char *page, int status)
{
    bool json = x->req.json || !page;
    struct block *body = json ? draw_json(v) : draw_page(x, page, v, status);
    if (!body) {
        reply_plain(x, arena_failed(&x->arena) ? 503 : 500, NULL, "the page could not be drawn");
        return;
    }
    struct kept_copy copy;
    const char *type = json ? "application/json" : "text/html; charset=utf-8";
    if (status == 200 && keep(x, type, body, &copy))
        reply_kept(x, &copy);
    else
        compose(x, status, type, body,
                status == 200 && reads(x) && !x->reply.is_secret ? PAGE_CACHE : "no-store", true,
                true);
}

static void respond_redirect(struct exchange *x)
{
    struct req *r = &x->req;
    struct reply *p = &x->reply;
    if (r->json) {
        view_put_z(r->view, "location", p->location);
        respond(x, r->view, NULL, p->status ? p->status : 200);
        return;
    }
    /* A script's request would follow the redirect by itself and get the page into its hands. */
    bool script = req_header(r, "hx-request").n > 0;
    reply_header(r, script ? "HX-Redirect" : "Location", str_of(p->location));
    reply_header(r, "Cache-Control", STR("no-store"));
    reply_set_block(x, script ? 204 : p->status ? p->status : 303, NULL, NULL, NULL);
}

/* ---- errors ---- */

static struct str error_message(struct exchange *x, const char *key)
{
    char limit[24];
    snprintf(limit, sizeof(limit), "%lld", x->req.info.limit);
    const struct i18n_arg args[] = {{"limit", str_of(limit)}, {"field", str_of(x->req.info.field)}};
    return i18n_text(x->req.lang, str_of(key), args, 2, &x->arena);
}

/* What every refusal says. */
static void put_refusal(struct exchange *x, struct view *v, int status, const char *name,
                        const char *key)
{
    const struct err_info *info = &x->req.info;
    view_put_int(v, "status", status);
    view_put_z(v, "error", name);
    view_put_str(v, "message", error_message(x, key));
    if (info->field)
        view_put_z(v, "field", info->field);
    if (info->limit)
        view_put_int(v, "limit", info->limit);
    view_put_z(v, "request_id", x->id);
}

static void log_error(struct exchange *x, enum err e)
{
    const struct err_info *info = &x->req.info;
    if (err_http_status(e) >= 500)
        LOG(WARN, "http.failed", L_Z("id", x->id), L_S("path", str_slice(x->req.path, 0, 200)),
            L_ERR(e), L_Z("field", info->field), L_Z("why", info->text));
}

static void respond_error(struct exchange *x, enum err e)
{
    struct req *r = &x->req;
    struct err_info *info = &r->info;
    int status = err_http_status(e);
    const char *name = err_name(e), *key = info->key ? info->key : err_message_key(e);
    if (e == ERR_UNSUPPORTED && x->match.allowed && !r->route) {
        status = 405;
        name = "method_not_allowed";
        key = "web.method_not_allowed";
        reply_header(r, "Allow", str_of(router_allow(x->match.allowed, r->arena)));
    }
    if (status == 503 || status == 429)
        reply_header(r, "Retry-After", STR("1"));
    if (status == 401)
        reply_header(r, "WWW-Authenticate", STR("Bearer"));
    /* A handler that has named a page wants its form back, with what was wrong. */
    bool form = x->reply.page && !r->json;
    struct view *v = form ? r->view : view_object(r->arena);
    put_refusal(x, v, status, name, key);
    if (!r->json && !form &&
        str_eq_z(r->method, "POST")) /* not to be stranded with what was typed */
        view_put_z(v, "back", exchange_came_from(x));
    log_error(x, e);
    respond(x, v, r->json ? NULL : form ? x->reply.page : "web/error.html", status);
}

/* A page that needs a login sends the visitor there and back. */
static bool send_to_login(struct exchange *x, enum err e)
{
    const struct req *r = &x->req;
    if (e != ERR_UNAUTHORIZED || r->json || x->is_bearer || !x->web->spec.login_path || !r->route ||
        !str_eq_z(r->method, "GET"))
        return false;
    struct str next = enc_percent(r->arena, r->path_raw);
    x->reply.location =
        arena_printf(r->arena, "%s?next=%.*s", x->web->spec.login_path, STR_ARG(next));
    return x->reply.location != NULL;
}

void reply_render(struct exchange *x, enum err e)
{
    struct req *r = &x->req;
    struct reply *p = &x->reply;
    if (e == OK && p->source && !source_enter(x))
        e = ERR_BUSY;
    if (e != OK) { /* what the handler had begun to say does not count */
        block_unref(p->body);
        if (p->source)
            p->source->free(p->source);
        buf_clear(&p->headers);
        *p = (struct reply){.headers = p->headers, .close = p->close, .page = p->page};
    }
    if (e != OK && !send_to_login(x, e)) {
        respond_error(x, e);
    } else if (e == OK && p->source) {
        source_head(x);
    } else if (p->has_body) {
        struct block *body = p->body;
        p->body = NULL;
        const char *cache =
            p->cache_s > 0 ? arena_printf(r->arena, "public, max-age=%lld%s", (long long)p->cache_s,
                                          p->cache_s >= WEB_FOREVER_S ? ", immutable" : "")
                           : "no-store";
        compose(x, p->status ? p->status : 200, p->type, body, cache ? cache : "no-store", true,
                false);
    } else {
        if (p->flash_key && !r->json)
            reply_cookie(r, "flash", str_of(p->flash_key), FLASH_S, false);
        if (p->location)
            respond_redirect(x);
        else
            respond(x, r->view,
                    r->json   ? NULL
                    : p->page ? p->page
                              : r->route->page,
                    p->status ? p->status : 200);
    }
    if (!p->head)
        reply_plain(x, 503, NULL, "out of memory");
}

static const char *plain_headers(int status)
{
    return status == 503 || status == 429 ? "Cache-Control: no-store\r\nRetry-After: 1\r\n"
                                          : "Cache-Control: no-store\r\n";
}

void reply_brief(struct exchange *x, enum err e)
{
    int status = err_http_status(e);
    const char *key = err_message_key(e);
    if (!x->req.json) {
        struct str message = error_message(x, key);
        reply_plain(x, status, NULL, message.n ? message.p : err_name(e));
        return;
    }
    struct view *v = view_object(&x->arena);
    put_refusal(x, v, status, err_name(e), key);
    struct block *body = arena_failed(&x->arena) ? NULL : draw_json(v);
    if (body)
        reply_set_block(x, status, "application/json", plain_headers(status), body);
    else
        reply_plain(x, status, NULL, err_name(e));
}

void reply_plain(struct exchange *x, int status, const char *field, const char *text)
{
    struct buf out;
    const char *reason = http_reason(status);
    buf_init(&out, 4096);
    buf_clear(&x->reply.headers);
    x->reply.headers.failed = false;
    if (x->req.json)
        buf_printf(&out, "{\"status\":%d,\"error\":\"%s\",\"message\":\"%s\",\"request_id\":\"%s\"",
                   status, reason, text, x->id);
    else
        buf_printf(&out, "%d %s\n%s%s%s\n", status, reason, field ? field : "", field ? ": " : "",
                   text);
    if (x->req.json && field)
        buf_printf(&out, ",\"field\":\"%s\"", field);
    if (x->req.json)
        buf_z(&out, "}");
    struct block *body = buf_ok(&out) ? block_copy(out.p, out.n) : NULL;
    buf_free(&out);
    reply_set_block(x, status, x->req.json ? "application/json" : "text/plain; charset=utf-8",
                    plain_headers(status), body);
}
