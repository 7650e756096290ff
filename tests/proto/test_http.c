/* proto/http: what is read from a connection, in any pieces, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "proto/http.h"

struct seen {
    char text[8192]; /* requests as "GET /x [body]\n" and faults as "!400 Host\n" */
    char body[4096];
    size_t body_n;
};

static void sink(void *user, const uint8_t *p, size_t n)
{
    struct seen *s = user;
    assert_true(s->body_n + n <= sizeof(s->body));
    memcpy(s->body + s->body_n, p, n);
    s->body_n += n;
}

static void say(struct seen *s, const char *fmt, ...)
{
    va_list ap;
    size_t n = strlen(s->text);
    va_start(ap, fmt);
    vsnprintf(s->text + n, sizeof(s->text) - n, fmt, ap);
    va_end(ap);
}

static void say_request(struct seen *s, struct http *h)
{
    const struct http_request *r = http_request(h);
    say(s, "%.*s %.*s host=%.*s%s", STR_ARG(r->method), STR_ARG(r->target), STR_ARG(r->host),
        r->keep_alive ? "" : " close");
    if (s->body_n)
        say(s, " [%.*s]", (int)s->body_n, s->body);
    say(s, "\n");
    s->body_n = 0;
}

/* Feeds the text in pieces of `step` bytes and tells what came out. */
static const char *read_in_steps(struct seen *s, const char *text, size_t n, size_t step)
{
    *s = (struct seen){.text = ""};
    struct http *h = http_new(sink, s);
    size_t at = 0, have = 0;
    while (at < n) {
        if (have <= at)
            have = at + step < n ? at + step : n;
        enum http_event ev;
        size_t used = http_feed(h, (const uint8_t *)text + at, have - at, &ev);
        assert_true(used <= have - at);
        at += used;
        if (ev == HTTP_EV_FAULT) {
            say(s, "!%d %s\n", http_fault(h)->status, http_fault(h)->field);
            break;
        }
        if (ev == HTTP_EV_HEADERS) {
            http_body_max(h, 100);
            if (http_has_body(h))
                continue;
            ev = HTTP_EV_DONE;
        }
        if (ev == HTTP_EV_DONE) {
            say_request(s, h);
            http_next(h);
        } else if (used == 0 || at == have) {
            have = have + step < n ? have + step : n;
        }
    }
    http_free(h);
    return s->text;
}

/* The same whatever the pieces are. */
static const char *read_all(const char *text)
{
    static struct seen whole, pieces;
    size_t n = strlen(text);
    read_in_steps(&whole, text, n, n);
    for (size_t step = 1; step < 40; step = step * 2 + 1)
        assert_string_equal(read_in_steps(&pieces, text, n, step), whole.text);
    return whole.text;
}

#define READS(text_, want) assert_string_equal(read_all(text_), want)
#define HOST "Host: a\r\n"

static void requests_are_read_one_after_the_other(void **state)
{
    (void)state;
    READS("GET /a?b=c HTTP/1.1\r\n" HOST "\r\n", "GET /a?b=c host=a\n");
    READS("GET /a HTTP/1.1\r\n" HOST "\r\nPOST /b HTTP/1.1\r\n" HOST
          "Content-Length: 5\r\n\r\nhelloHEAD /c HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n",
          "GET /a host=a\nPOST /b host=a [hello]\nHEAD /c host=a close\n");
    READS("POST /b HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n",
          "POST /b host=a\nGET / host=a\n");
    READS("GET / HTTP/1.0\r\n\r\n", "GET / host= close\n");
    READS("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET / host=\n");
    READS("GET http://b:8080/x?y HTTP/1.1\r\n" HOST "\r\n", "GET /x?y host=b:8080\n");
    READS("GET http://b HTTP/1.1\r\n" HOST "\r\n", "GET / host=b\n");
}

static void chunks_are_joined(void **state)
{
    (void)state;
    READS("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
          "5\r\nhello\r\n1;ext=\"x\"\r\n,\r\nA\r\n0123456789\r\n0\r\n\r\nGET /n HTTP/1.1\r\n" HOST
          "\r\n",
          "POST / host=a [hello,0123456789]\nGET /n host=a\n");
    READS("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n"
          "GET /n HTTP/1.1\r\n" HOST "\r\n",
          "POST / host=a\nGET /n host=a\n");
    READS("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
          "!400 chunk size\n");
    READS("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
          "fffffffffffffffff\r\n",
          "!400 chunk size\n");
    READS("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nabcX\r\n",
          "!400 body\n");
}

static void bodies_have_a_limit(void **state)
{
    (void)state;
    READS("POST / HTTP/1.1\r\n" HOST "Content-Length: 101\r\n\r\nx", "!413 body\n");
    READS("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n65\r\n"
          "0123456789012345678901234567890123456789012345678901234567890123456789"
          "0123456789012345678901234567890\r\n0\r\n\r\n",
          "!413 body\n");
}

static void what_others_would_read_otherwise_is_refused(void **state)
{
    (void)state;
    READS("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "!400 Host\n");
    READS("GET / HTTP/1.1\r\nX: y\r\n\r\n", "!400 Host\n");
    READS("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "!400 Host\n");
    READS("GET / HTTP/1.1\r\nHost:\r\n\r\n", "!400 Host\n");
    READS("GET / HTTP/1.1\r\n" HOST "X: a\rb\r\n\r\n", "!400 X\n");
    READS("GET / HTTP/1.1\n" HOST "\r\n", "!400 request line\n");
    READS("GET / HTTP/1.1\r\n" HOST "X: y\n\r\n", "!400 X\n");
    READS("GET / HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n", "!400 header\n");
    READS("GET / HTTP/1.1\r\n" HOST "X: a\x01\r\n\r\n", "!400 X\n");
    READS("GET / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
          "!400 Content-Length\n");
    READS("GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
          "!400 Content-Length\n");
    READS("GET / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
          "!400 Content-Length\n");
    READS("GET / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", "!400 Content-Length\n");
    READS("GET / HTTP/1.1\r\n" HOST "Content-Length: 1 2\r\n\r\n", "!400 Content-Length\n");
    READS("GET / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n",
          "!400 Content-Length\n");
    READS("GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n",
          "!501 Transfer-Encoding\n");
    READS("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "!400 Transfer-Encoding\n");
    READS("GET / HTTP/1.1\r\n" HOST "X-Good: 1\r\nX-Bad : 1\r\n\r\n", "!400 X-Bad\n");
    READS("GET / HTTP/1.1\r\n" HOST "Expect: a-miracle\r\n\r\n", "!417 Expect\n");
}

static void broken_lines_are_named(void **state)
{
    (void)state;
    READS("FETCH / HTTP/1.1\r\n" HOST "\r\n", "!400 method\n");
    READS("GET / HTTP/2.0\r\n" HOST "\r\n", "!505 version\n");
    READS("GET / HTTPS/1.1\r\n" HOST "\r\n", "!400 version\n");
    READS("GET x HTTP/1.1\r\n" HOST "\r\n", "!400 target\n");
    READS("GET /a#b HTTP/1.1\r\n" HOST "\r\n", "!400 target\n");
    READS("GET /\xE9 HTTP/1.1\r\n" HOST "\r\n", "!400 target\n");
    READS("GET\r\n\r\n", "!400 method\n");
    READS("\r\n\r\n\r\n\r\n\r\n", "!400 request line\n");
    READS("\x16\x03\x01\x02", "!400 request line\n");
}

static void heads_have_limits(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_z(&b, "GET /");
    for (int i = 0; i < HTTP_TARGET_MAX; i++)
        buf_u8(&b, 'a');
    buf_z(&b, " HTTP/1.1\r\n" HOST "\r\n");
    buf_u8(&b, 0);
    READS((char *)b.p, "!414 target\n");
    buf_clear(&b);
    buf_z(&b, "GET / HTTP/1.1\r\n" HOST);
    for (int i = 0; i <= HTTP_HEADERS_N_MAX; i++)
        buf_printf(&b, "X-%d: y\r\n", i);
    buf_z(&b, "\r\n");
    buf_u8(&b, 0);
    READS((char *)b.p, "!431 headers\n");
    buf_clear(&b);
    buf_z(&b, "GET / HTTP/1.1\r\n" HOST "X: ");
    for (int i = 0; i < HTTP_HEAD_MAX; i++)
        buf_u8(&b, 'y');
    buf_z(&b, "\r\n\r\n");
    buf_u8(&b, 0);
    READS((char *)b.p, "!431 headers\n");
    buf_clear(&b);
    buf_z(&b, "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n");
    for (int i = 0; i < HTTP_TRAILERS_MAX; i++)
        buf_z(&b, "X: y\r\n");
    buf_u8(&b, 0);
    READS((char *)b.p, "!431 trailers\n");
    buf_free(&b);
}

static void a_copy_outlives_the_parser(void **state)
{
    (void)state;
    struct seen s = {.text = ""};
    struct http *h = http_new(sink, &s);
    enum http_event ev;
    const char text[] = "GET /x HTTP/1.1\r\nHOST: a\r\nX-Long-Name:  v  \r\n"
                        "Upgrade: websocket, Other\r\n\r\n";
    http_feed(h, (const uint8_t *)text, strlen(text), &ev);
    assert_int_equal(ev, HTTP_EV_HEADERS);
    struct arena a;
    struct http_request copy;
    arena_init(&a, 1 << 16);
    assert_true(http_request_copy(http_request(h), &a, &copy));
    http_free(h);
    assert_true(str_eq_z(http_header(&copy, "x-long-name"), "v"));
    assert_true(str_eq_z(copy.target, "/x"));
    assert_true(http_has_token(http_header(&copy, "upgrade"), "other"));
    assert_false(http_has_token(http_header(&copy, "upgrade"), "web"));
    assert_int_equal(http_header(&copy, "none").n, 0);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_read_one_after_the_other),
        cmocka_unit_test(chunks_are_joined),
        cmocka_unit_test(bodies_have_a_limit),
        cmocka_unit_test(what_others_would_read_otherwise_is_refused),
        cmocka_unit_test(broken_lines_are_named),
        cmocka_unit_test(heads_have_limits),
        cmocka_unit_test(a_copy_outlives_the_parser),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
