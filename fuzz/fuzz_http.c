/* HTTP requests: whatever arrives, in whatever pieces, the parser sees the same requests. */
#include <stdlib.h>

#include "base/buf.h"
#include "proto/http.h"

static void sink(void *user, const uint8_t *p, size_t n)
{
    buf_put(user, p, n);
}

/* Appends what the parser says to `out`; pieces are `step` bytes long. */
static void read_in_steps(const uint8_t *p, size_t n, size_t step, struct buf *out)
{
    struct http *h = http_new(sink, out);
    size_t at = 0;
    while (at < n) {
        size_t end = n - at < step ? n : at + step;
        enum http_event ev = HTTP_EV_MORE;
        while (at < end && ev != HTTP_EV_FAULT) {
            at += http_feed(h, p + at, end - at, &ev);
            if (ev == HTTP_EV_HEADERS) {
                const struct http_request *r = http_request(h);
                buf_printf(out, "\n%.*s %.*s %zu\n", STR_ARG(r->method), STR_ARG(r->target),
                           r->headers_n);
                http_body_max(h, 4096);
                if (!http_has_body(h))
                    http_next(h);
            } else if (ev == HTTP_EV_DONE) {
                http_next(h);
            }
        }
        if (ev == HTTP_EV_FAULT) {
            buf_printf(out, "\nfault %d\n", http_fault(h)->status);
            break;
        }
    }
    http_free(h);
}

static bool ends_in_fault(const struct buf *b)
{
    return b->n >= 11 && memcmp(b->p + b->n - 11, "\nfault ", 7) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct buf whole, pieces;
    buf_init(&whole, 1 << 22);
    buf_init(&pieces, 1 << 22);
    read_in_steps(p, n, n ? n : 1, &whole);
    read_in_steps(p, n, n ? 1 + p[0] % 7 : 1, &pieces);
    /* Which of two faults is met first, and how much of a body was handed on before one, depends on
     * the pieces; whether there is a fault does not. */
    if (ends_in_fault(&whole) != ends_in_fault(&pieces))
        abort();
    if (!ends_in_fault(&whole) && !str_eq(str_n(whole.p, whole.n), str_n(pieces.p, pieces.n)))
        abort();
    buf_free(&whole);
    buf_free(&pieces);
    return 0;
}
