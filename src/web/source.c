/*
 * Long bodies: read by a worker a piece at a time, as the client takes them. The loop's side of it
 * is in http_conn.c.
 *
 *   head sent ─▶ worker reads a piece ─▶ loop queues it ─▶ queue is out ─▶ the next piece … ─▶ end
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "web/exchange.h"

void reply_source(struct req *r, const char *content_type, struct source *s, const char *etag,
                  int64_t cache_s)
{
    struct reply *p = r->reply;
    if (p->source)
        p->source->free(p->source);
    p->source = s;
    p->etag = etag;
    p->type = content_type;
    p->cache_s = cache_s;
}

bool source_enter(struct exchange *x)
{
    x->is_keyed = !addr_is_loopback(&x->req.peer);
    if (x->is_keyed)
        addr_client_key(&x->req.peer, x->place);
    x->has_place = places_take(x->web->places, x->is_keyed ? x->place : NULL);
    if (!x->has_place)
        atomic_fetch_add(&x->web->limited, 1);
    return x->has_place;
}

void source_leave(struct exchange *x)
{
    if (x->has_place)
        places_give(x->web->places, x->is_keyed ? x->place : NULL);
    x->has_place = false;
}

enum range { RANGE_NONE, RANGE_ONE, RANGE_BAD };

/* "bytes=A-B", "bytes=A-", "bytes=-N". Several ranges, and what does not parse, are as none: the
 * whole is sent (RFC 9110, 14.2). */
static enum range parse_range(struct str text, int64_t length, int64_t *from, int64_t *end)
{
    int64_t a = -1, b = -1;
    struct str last, first;
    if (!str_starts(text, "bytes=") || memchr(text.p, ',', text.n))
        return RANGE_NONE;
    text = str_trim(str_slice(text, 6, text.n));
    if (str_find(text, '-') < 0)
        return RANGE_NONE;
    first = str_trim(str_cut(text, '-', &last));
    last = str_trim(last);
    if ((first.n && str_to_i64(first, &a) != OK) || (last.n && str_to_i64(last, &b) != OK) ||
        (!first.n && !last.n) || (first.n && last.n && b < a))
        return RANGE_NONE;
    if (!first.n) {
        *from = b < length ? length - b : 0;
        *end = length;
        return b > 0 && length > 0 ? RANGE_ONE : RANGE_BAD;
    }
    if (a >= length)
        return RANGE_BAD;
    *from = a;
    *end = last.n && b < length - 1 ? b + 1 : length;
    return RANGE_ONE;
}

static enum range wanted(struct exchange *x, int64_t length)
{
    const struct req *r = &x->req;
    struct reply *p = &x->reply;
    p->source_at = 0;
    p->source_end = length;
    struct str text = req_header(r, "range"), condition = req_header(r, "if-range");
    if (text.n == 0 || (condition.n && !(p->etag && str_eq_z(condition, p->etag))))
        return RANGE_NONE;
    return parse_range(text, length, &p->source_at, &p->source_end);
}

static void drop_source(struct exchange *x)
{
    struct reply *p = &x->reply;
    source_leave(x);
    p->source->free(p->source);
    p->source = NULL;
}

void source_head(struct exchange *x)
{
    struct req *r = &x->req;
    struct reply *p = &x->reply;
    int64_t length = p->source->length;
    reply_header(r, "Accept-Ranges", STR("bytes"));
    reply_header(r, "Cache-Control",
                 p->cache_s > 0 ? str_of(arena_printf(
                                      r->arena, "public, max-age=%lld%s", (long long)p->cache_s,
                                      p->cache_s >= WEB_FOREVER_S ? ", immutable" : ""))
                                : STR("private, no-store"));
    if (p->etag)
        reply_header(r, "ETag", str_of(p->etag));
    if (p->etag && str_eq_z(req_header(r, "if-none-match"), p->etag)) {
        drop_source(x);
        reply_set_block(x, 304, NULL, NULL, NULL);
        return;
    }
    enum range range = wanted(x, length);
    if (range == RANGE_BAD) {
        reply_header(r, "Content-Range",
                     str_of(arena_printf(r->arena, "bytes */%lld", (long long)length)));
        drop_source(x);
        reply_set_block(x, 416, NULL, NULL, NULL);
        return;
    }
    if (range == RANGE_ONE)
        reply_header(r, "Content-Range",
                     str_of(arena_printf(r->arena, "bytes %lld-%lld/%lld", (long long)p->source_at,
                                         (long long)p->source_end - 1, (long long)length)));
    reply_set_source(x, range == RANGE_ONE ? 206 : 200, p->source_end - p->source_at);
}

void source_read(struct exchange *x)
{
    struct reply *p = &x->reply;
    int64_t left = p->source_end - p->source_at;
    size_t n = left < WEB_PIECE ? (size_t)left : WEB_PIECE;
    block_unref(p->body);
    p->body = block_new(n);
    enum err e =
        p->body ? p->source->read(p->source, p->source_at, block_bytes(p->body), n) : ERR_NOMEM;
    if (e == OK) {
        p->source_at += (int64_t)n;
        return;
    }
    LOG(WARN, "http.source_failed", L_Z("request", x->id), L_ERR(e));
    block_unref(p->body);
    p->body = NULL;
}
