/* What a handler asks of its request: parameters, fields, headers, cookies. */
#include <stdio.h>

#include "web/exchange.h"
#include "web/html.h"

static const struct exchange *of(const struct req *r)
{
    return EXCHANGE_OF_REQ(r);
}

struct str req_param(const struct req *r, const char *name)
{
    const struct router_match *m = &of(r)->match;
    for (size_t i = 0; i < m->params_n; i++)
        if (str_eq_z(m->params[i].name, name))
            return m->params[i].value;
    return STR_NONE;
}

static struct str find_field(const struct form_field *fields, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_z(fields[i].name, name))
            return fields[i].value;
    return STR_NONE;
}

struct str req_query(const struct req *r, const char *name)
{
    return find_field(of(r)->query, of(r)->query_n, name);
}

struct str req_field(const struct req *r, const char *name)
{
    return find_field(of(r)->form.fields, of(r)->form.fields_n, name);
}

struct str req_body(const struct req *r)
{
    const struct buf *b = &of(r)->form.text;
    return str_n(b->p, b->n);
}

size_t req_fields(const struct req *r, const char *name, struct str *out, size_t max)
{
    const struct form *f = &of(r)->form;
    size_t n = 0;
    for (size_t i = 0; i < f->fields_n && n < max; i++)
        if (str_eq_z(f->fields[i].name, name))
            out[n++] = f->fields[i].value;
    return n;
}

const struct upload *req_upload(const struct req *r, const char *name)
{
    const struct form *f = &of(r)->form;
    for (size_t i = 0; i < f->uploads_n; i++)
        if (str_eq_z(f->uploads[i].field, name))
            return &f->uploads[i];
    return NULL;
}

size_t req_uploads(const struct req *r, const char *name, const struct upload **out, size_t max)
{
    const struct form *f = &of(r)->form;
    size_t n = 0;
    for (size_t i = 0; i < f->uploads_n && n < max; i++)
        if (str_eq_z(f->uploads[i].field, name) && f->uploads[i].size > 0)
            out[n++] = &f->uploads[i];
    return n;
}

struct str req_header(const struct req *r, const char *name)
{
    return http_header(&of(r)->http, name);
}

struct str req_bearer(const struct req *r)
{
    struct str token, scheme = str_cut(req_header(r, "authorization"), ' ', &token);
    return str_ieq_z(scheme, "bearer") ? str_trim(token) : STR_NONE;
}

bool req_is_tls(const struct req *r)
{
    return of(r)->tls;
}

struct str req_public_url(const struct req *r)
{
    const struct exchange *x = of(r);
    struct str url = x->web->spec.public_url;
    return url.n ? url
                 : str_of(arena_printf(r->arena, "%s://%.*s", x->tls ? "https" : "http",
                                       STR_ARG(x->http.host)));
}

struct str req_site_name(const struct req *r)
{
    const struct web_spec *spec = &of(r)->web->spec;
    return r->lang == LANG_ZH ? spec->site_name_zh : spec->site_name_en;
}

struct str req_cookie(const struct req *r, const char *name)
{
    const struct http_request *h = &of(r)->http;
    for (size_t i = 0; i < h->headers_n; i++) {
        struct str rest = h->headers[i].value;
        if (!str_eq_z(h->headers[i].name, "cookie"))
            continue;
        while (rest.n) {
            struct str value, pair = str_trim(str_cut(rest, ';', &rest));
            if (str_eq_z(str_cut(pair, '=', &value), name))
                return value;
        }
    }
    return STR_NONE;
}

struct str req_text(const struct req *r, const char *prefix, struct str name)
{
    const char *key = arena_printf(r->arena, "%s%.*s", prefix, STR_ARG(name));
    return i18n_text(r->lang, str_of(key ? key : ""), NULL, 0, r->arena);
}

enum err req_refuse(struct req *r, enum err e, const char *field, const char *key)
{
    r->info.code = e;
    r->info.field = field;
    r->info.key = key;
    return e;
}

enum err req_field_int(struct req *r, const char *name, int64_t min, int64_t max, int64_t *out)
{
    if (str_to_i64(str_trim(req_field(r, name)), out) != OK || *out < min || *out > max)
        return req_refuse(r, ERR_INVALID, name, "web.number_bad");
    return OK;
}

/* Control characters but line breaks and tabs; also those that turn the direction of a text. */
static bool has_controls(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < ' ' && c != '\n' && c != '\r' && c != '\t') || c == 0x7F)
            return true;
        if (c == 0xC2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xA0)
            return true; /* U+0080 to U+009F */
        if (c == 0xE2 && i + 2 < s.n) {
            unsigned b = (unsigned char)s.p[i + 1], d = (unsigned char)s.p[i + 2];
            if ((b == 0x80 && d >= 0xAA && d <= 0xAE) || (b == 0x81 && d >= 0xA6 && d <= 0xA9))
                return true; /* U+202A to U+202E, U+2066 to U+2069 */
        }
    }
    return false;
}

enum err req_field_text(struct req *r, const char *name, size_t min, size_t max, struct str *out)
{
    struct str s = str_trim(req_field(r, name));
    size_t characters = str_characters(s);
    if (characters < min || characters > max || has_controls(s)) {
        enum err e = req_refuse(r, ERR_INVALID, name, "web.text_most");
        r->info.limit = (int64_t)max;
        return e;
    }
    *out = s;
    return OK;
}

bool req_prefers_minimal(struct req *r)
{
    struct str rest = req_header(r, "prefer");
    while (r->json && rest.n) {
        struct str one = str_trim(str_cut(rest, ',', &rest));
        if (str_eq_z(one, "return=minimal")) {
            reply_header(r, "Preference-Applied", one);
            return true;
        }
    }
    return false;
}

enum err req_idempotency_key(struct req *r, struct str *out)
{
    struct str key = req_header(r, "idempotency-key");
    if (key.n == 0)
        key = req_field(r, "idempotency_key");
    bool ok = key.n >= 8 && key.n <= 64;
    for (size_t i = 0; i < key.n; i++)
        ok = ok && key.p[i] > ' ' && key.p[i] < 0x7F;
    if (!ok)
        return req_refuse(r, ERR_INVALID, "idempotency_key", "web.idempotency_key_bad");
    *out = key;
    return OK;
}

const char *req_next(const struct req *r, const char *field, const char *otherwise)
{
    struct str next = req_field(r, field);
    if (next.n == 0)
        next = req_query(r, field);
    if (next.n == 0 || next.n > 1024 || next.p[0] != '/' || !html_url_ok(next))
        return otherwise;
    const char *path = arena_strndup(r->arena, next.p, next.n);
    return path ? path : otherwise;
}
