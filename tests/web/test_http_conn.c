/* HTTP connections: order, limits, slowness, held requests, WebSockets, uploads. */
#include "server_fixture.h"

#include "web/places.h"

/* ---- connections ---- */

static void pipelined_requests_are_answered_in_order(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 20; i++)
        buf_printf(&b, "GET /%s/n%d HTTP/1.1\r\nHost: a\r\n%s\r\n", i % 3 ? "echo" : "loop", i,
                   JSON);
    client_send(&cl, b.p, b.n);
    for (int i = 0; i < 20; i++) {
        char want[16];
        snprintf(want, sizeof(want), "n%d", i);
        answer_free(&an);
        client_read(&cl, &an, false);
        assert_int_equal(an.status, 200);
        SAYS(want);
    }
    buf_free(&b);
    ask("GET /echo/x", "Connection: close\r\n", NULL);
    HEADER("connection", "close");
    assert_true(client_at_end(&cl));
}

static void a_half_closed_client_is_answered(void **state)
{
    (void)state;
    SEND(&cl, "GET /echo/x HTTP/1.0\r\n\r\n");
    shutdown(cl.fd, SHUT_WR);
    answer_free(&an);
    client_read(&cl, &an, false);
    assert_int_equal(an.status, 200);
    assert_true(client_at_end(&cl));
}

static void malformed_requests(void **state)
{
    (void)state;
    struct {
        const char *text;
        int status;
        const char *field;
    } bad[] = {
        {"GET / HTTP/1.1\r\n\r\n", 400, "Host"},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "Host"},
        {"GET / HTTP/1.1\r\nHost: a\r\nX-Bad : b\r\n\r\n", 400, "X-Bad"},
        {"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 400, "version"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400, "Content-Length"},
        {"POST /echo/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400,
         "chunk size"},
        {"\x16\x03\x01garbage", 400, "request line"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        again();
        client_send(&cl, bad[i].text, strlen(bad[i].text));
        answer_free(&an);
        client_read(&cl, &an, false);
        assert_int_equal(an.status, bad[i].status);
        SAYS(bad[i].field);
        assert_int_equal(shutdown(cl.fd, SHUT_WR), 0);
        assert_true(client_at_end(&cl));
    }
    again();
    static char big[40000];
    memset(big, 'a', sizeof(big) - 1);
    memcpy(big, "GET /", 5);
    client_send(&cl, big, sizeof(big) - 1);
    answer_free(&an);
    client_read(&cl, &an, false);
    assert_int_equal(an.status, 414);
    again();
    memcpy(big, "GET / HTTP/1.1\r\nX: ", 19);
    client_send(&cl, big, sizeof(big) - 1);
    answer_free(&an);
    client_read(&cl, &an, false);
    assert_int_equal(an.status, 431);
}

static void bodies_over_the_limit(void **state)
{
    (void)state;
    ask("POST /echo/x", JSON "Content-Length: 65537\r\n", NULL);
    assert_int_equal(an.status, 413);
    SAYS("\"limit\":65536");
    HEADER("connection", "close");
    again();
    SEND(&cl, "POST /echo/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    char chunk[1100];
    memset(chunk, 'x', sizeof(chunk));
    memcpy(chunk, "400\r\n", 5);
    memcpy(chunk + 1029, "\r\n", 2);
    for (int i = 0; i < 70; i++)
        client_send(&cl, chunk, 1031);
    answer_free(&an);
    client_read(&cl, &an, false);
    assert_int_equal(an.status, 413);
    again();
    ask("POST /echo/x", FORM JSON "Expect: 100-continue\r\n", "a=1");
    assert_int_equal(an.status, 100);
    answer_free(&an);
    client_read(&cl, &an, false);
    assert_int_equal(an.status, 200);
    SAYS("\"a\":\"1\"");
}

static void wait_until(_Atomic int *what, int want)
{
    for (int i = 0; i < 2000 && atomic_load(what) < want; i++)
        usleep(5000);
    assert_true(atomic_load(what) >= want);
}

static void slow_clients_are_let_go(void **state)
{
    (void)state;
    struct client idle, body;
    client_open(&idle, listener_addr(listener));
    client_open(&body, listener_addr(listener));
    SEND(&cl, "GET /echo/x HTT");
    SEND(&body, "POST /echo/x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab");
    usleep(200 * 1000); /* both pieces are read before time jumps */
    atomic_fetch_add(&added_us, (WEB_HEADER_MS + 500) * 1000LL);
    answer_free(&an);
    client_read(&cl, &an, false);
    assert_int_equal(an.status, 408);
    assert_true(client_at_end(&cl));
    assert_true(client_at_end(&idle)); /* nothing was asked, nothing is answered */
    atomic_fetch_add(&added_us, WEB_BODY_IDLE_MS * 1000LL);
    answer_free(&an);
    client_read(&body, &an, false);
    assert_int_equal(an.status, 408);
    client_close(&idle);
    client_close(&body);
}

static void pages_have_a_deadline(void **state)
{
    (void)state;
    int before = atomic_load(&handled);
    atomic_store(&may_finish, false);
    SEND(&cl, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    usleep(100 * 1000); /* it is at work before time jumps */
    atomic_fetch_add(&added_us, (WEB_PAGE_MS + 2000) * 1000LL);
    answer_free(&an);
    client_read(&cl, &an, false);
    assert_int_equal(an.status, 503);
    HEADER("connection", "close");
    assert_true(client_at_end(&cl));
    atomic_store(&may_finish, true); /* and its late answer finds nobody */
    wait_until(&handled, before + 1);
    again();
    ask("GET /slow", JSON, NULL);
    assert_int_equal(an.status, 200);
}

static void streams_and_held_requests(void **state)
{
    (void)state;
    SEND(&cl, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_true(client_at_end(&cl));
    assert_non_null(memmem(cl.in.p, cl.in.n, "\r\n\r\nabc", 7));
    assert_null(memmem(cl.in.p, cl.in.n, "Content-Length", 14));
    int before = atomic_load(&gone);
    again();
    SEND(&cl, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
    while (!atomic_exchange(&held, NULL))
        usleep(1000);
    client_close(&cl);
    wait_until(&gone, before + 1);
    client_open(&cl, listener_addr(listener));
    SEND(&cl, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
    while (!atomic_exchange(&held, NULL))
        usleep(1000);
    atomic_fetch_add(&added_us, (WEB_HOLD_MS + 500) * 1000LL);
    answer_free(&an);
    client_read(&cl, &an, false);
    assert_int_equal(an.status, 503);
    assert_int_equal(atomic_load(&gone), before + 2);
}

static void answer_held(struct loop *loop, struct loop_msg *msg)
{
    (void)loop;
    (void)msg;
    lr_reply(atomic_load(&held_request), 200, "text/plain", NULL, block_copy("at last", 7));
}

static void a_held_request_keeps_what_follows_waiting(void **state)
{
    (void)state;
    struct conn *c;
    static struct loop_msg msg = {.run = answer_held};
    SEND(&cl, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
    while (!(c = atomic_exchange(&held, NULL)))
        usleep(1000);
    SEND(&cl, "GET /loop/after HTTP/1.1\r\nHost: a\r\n\r\n");
    usleep(50 * 1000);
    assert_int_equal(cl.in.n, 0);
    loop_post(conn_loop(c), &msg);
    answer_free(&an);
    client_read(&cl, &an, false);
    assert_string_equal(BODY, "at last");
    answer_free(&an);
    client_read(&cl, &an, false);
    assert_string_equal(BODY, "after");
}

/* ---- WebSocket ---- */

#define UPGRADE                                                                                    \
    "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"       \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

static void sockets(void **state)
{
    (void)state;
    int before = atomic_load(&gone);
    ask("GET /socket", "", NULL);
    assert_int_equal(an.status, 426);
    ask("GET /socket", UPGRADE "Origin: http://evil.test\r\n", NULL);
    assert_int_equal(an.status, 403);
    ask("GET /socket", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n",
        NULL);
    assert_int_equal(an.status, 426);
    HEADER("sec-websocket-version", "13");
    ask("GET /socket", UPGRADE "Origin: http://town.test\r\n", NULL);
    assert_int_equal(an.status, 101);
    HEADER("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    /* "hi" masked with zeros, a ping, and a close */
    SEND(&cl, "\x81\x82\0\0\0\0hi\x89\x81\0\0\0\0p\x88\x82\0\0\0\0\x03\xE8");
    while (cl.in.n < 4 + 3 + 4)
        assert_true(client_more(&cl));
    assert_memory_equal(cl.in.p, "\x81\x02hi\x8A\x01p\x88\x02\x03\xE8", 11);
    assert_true(client_at_end(&cl));
    wait_until(&gone, before + 1);
}

static void sockets_that_break_the_rules(void **state)
{
    (void)state;
    ask("GET /socket", UPGRADE, NULL);
    assert_int_equal(an.status, 101);
    SEND(&cl, "\x81\x02hi");
    while (cl.in.n < 4)
        assert_true(client_more(&cl));
    assert_memory_equal(cl.in.p + 2, "\x03\xEA", 2); /* 1002 */
    assert_true(client_at_end(&cl));
    again();
    ask("GET /socket", UPGRADE, NULL);
    for (int i = 0; i < 50; i++)
        SEND(&cl, "\x81\x80\0\0\0\0");
    assert_true(client_at_end(&cl));
    assert_non_null(memmem(cl.in.p, cl.in.n, "\x03\xF0too many messages", 19));
    again();
    ask("GET /socket", UPGRADE, NULL);
    for (int i = 0; i < 4; i++) { /* pings that are never answered */
        atomic_fetch_add(&added_us, (WEB_WS_PING_MS + 100) * 1000LL);
        usleep(150 * 1000);
    }
    assert_true(client_at_end(&cl));
    assert_memory_equal(cl.in.p, "\x89\0", 2);
}

/* ---- uploads ---- */

static void send_upload(const char *headers, size_t size)
{
    struct buf b;
    buf_init(&b, 4 << 20);
    buf_printf(&b, "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B\r\n"
                   "Content-Disposition: form-data; name=\"csrf\"\r\n\r\ntok-7\r\n--B\r\n"
                   "Content-Disposition: form-data; name=\"file\"; filename=\"../x.bin\"\r\n\r\n");
    for (size_t i = 0; i < size; i++)
        buf_u8(&b, (uint8_t)(i * 7));
    buf_z(&b, "\r\n--B--\r\n");
    char head[512];
    int n = snprintf(head, sizeof(head),
                     "POST /upload.json HTTP/1.1\r\nHost: town.test\r\n%s"
                     "Content-Type: multipart/form-data; boundary=B\r\nContent-Length: %zu\r\n\r\n",
                     headers, b.n);
    client_send(&cl, head, (size_t)n);
    client_send(&cl, b.p, b.n);
    buf_free(&b);
    answer_free(&an);
    client_read(&cl, &an, false);
}

static void uploads_are_spooled_and_removed(void **state)
{
    (void)state;
    send_upload("Cookie: sid=buyer\r\n", 300000);
    assert_int_equal(an.status, 200);
    SAYS("\"size\":300000,\"filename\":\"x.bin\",\"a\":\"1\"");
    send_upload("Cookie: sid=buyer\r\n", 10);
    SAYS("\"size\":10");
    send_upload("Cookie: sid=buyer\r\nExpect: 100-continue\r\n", 300000);
    assert_int_equal(an.status, 100); /* said once, not with every piece */
    answer_free(&an);
    client_read(&cl, &an, false);
    assert_int_equal(an.status, 200);
    SAYS("\"size\":300000");
    send_upload("Cookie: sid=buyer\r\n", 2 << 20);
    assert_int_equal(an.status, 413);
    int before = atomic_load(&uploads_seen);
    again();
    send_upload("", 900000); /* nobody: refused before the body is read */
    assert_int_equal(an.status, 401);
    again();
    send_upload("Cookie: sid=buyer\r\nOrigin: http://evil.test\r\n", 900000);
    assert_int_equal(an.status, 403);
    assert_int_equal(atomic_load(&uploads_seen), before);
    again(); /* a client that leaves in the middle */
    SEND(&cl, "POST /upload HTTP/1.1\r\nHost: a\r\nCookie: sid=buyer\r\nContent-Length: 900000\r\n"
              "Content-Type: multipart/form-data; boundary=B\r\n\r\n--B\r\n"
              "Content-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n");
    static char piece[200000];
    client_send(&cl, piece, sizeof(piece));
}

/* ---- long bodies ---- */

static void is_long_from(int64_t from, size_t n)
{
    assert_int_equal(an.body.n, n + 1); /* and client_read()'s zero */
    for (size_t i = 0; i < n; i++)
        assert_int_equal(an.body.p[i], (from + (int64_t)i) % 251);
}

static void wait_for_sources(int want)
{
    for (int i = 0; i < 2000 && atomic_load(&sources_open) != want; i++)
        usleep(5000);
    assert_int_equal(atomic_load(&sources_open), want);
}

static void long_bodies_come_whole_and_the_connection_goes_on(void **state)
{
    (void)state;
    ask("GET /long", "", NULL);
    assert_int_equal(an.status, 200);
    HEADER("content-length", "3000000");
    HEADER("accept-ranges", "bytes");
    HEADER("cache-control", "public, max-age=31536000, immutable");
    is_long_from(0, LONG_N);
    ask("GET /echo/x", JSON, NULL);
    assert_int_equal(an.status, 200);
    SEND(&cl, "HEAD /long HTTP/1.1\r\nHost: a\r\n\r\n");
    answer_free(&an);
    client_read(&cl, &an, true);
    assert_int_equal(an.status, 200);
    HEADER("content-length", "3000000");
    ask("GET /long", "If-None-Match: \"long-1\"\r\n", NULL);
    assert_int_equal(an.status, 304);
    ask("GET /long?q=not", JSON, NULL);
    assert_int_equal(an.status, 403);
    wait_for_sources(0);
}

static void parts_of_a_long_body(void **state)
{
    (void)state;
    static const struct {
        const char *range;
        int status;
        int64_t from;
        size_t n;
        const char *said;
    } cases[] = {
        {"bytes=0-0", 206, 0, 1, "bytes 0-0/3000000"},
        {"bytes=1000000-1999999", 206, 1000000, 1000000, "bytes 1000000-1999999/3000000"},
        {"bytes=2999990-", 206, 2999990, 10, "bytes 2999990-2999999/3000000"},
        {"bytes=2999990-9999999", 206, 2999990, 10, "bytes 2999990-2999999/3000000"},
        {"bytes=-5", 206, 2999995, 5, "bytes 2999995-2999999/3000000"},
        {"bytes=-9000000", 206, 0, LONG_N, "bytes 0-2999999/3000000"},
        {"bytes=3000000-", 416, 0, 0, "bytes */3000000"},
        {"bytes=-0", 416, 0, 0, "bytes */3000000"},
        {"bytes=5-3", 200, 0, LONG_N, ""},
        {"bytes=0-1,5-6", 200, 0, LONG_N, ""},
        {"bytes=a-b", 200, 0, LONG_N, ""},
        {"bytes=99999999999999999999-", 200, 0, LONG_N, ""},
        {"bytes=-", 200, 0, LONG_N, ""},
        {"lines=1-2", 200, 0, LONG_N, ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char headers[100];
        snprintf(headers, sizeof(headers), "Range: %s\r\n", cases[i].range);
        ask("GET /long", headers, NULL);
        assert_int_equal(an.status, cases[i].status);
        HEADER("content-range", cases[i].said);
        is_long_from(cases[i].from, cases[i].n);
    }
    ask("GET /long", "Range: bytes=1-2\r\nIf-Range: \"long-1\"\r\n", NULL);
    assert_int_equal(an.status, 206);
    ask("GET /long", "Range: bytes=1-2\r\nIf-Range: \"long-0\"\r\n", NULL);
    assert_int_equal(an.status, 200);
    wait_for_sources(0);
}

static void a_long_body_that_breaks_off(void **state)
{
    (void)state;
    atomic_store(&source_fails, 1);
    SEND(&cl, "GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_true(client_at_end(&cl)); /* shorter than was said: the client knows */
    assert_true(cl.in.n < LONG_N);
    wait_for_sources(0);
    atomic_store(&source_fails, 0);
    again();
    SEND(&cl, "GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
    while (cl.in.n < 1000)
        assert_true(client_more(&cl));
    client_close(&cl); /* it has seen enough */
    wait_for_sources(0);
    client_open(&cl, listener_addr(listener));
}

static void who_takes_nothing_of_a_long_body_is_let_go(void **state)
{
    (void)state;
    int small = 4096;
    setsockopt(cl.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    SEND(&cl, "GET /long?q=longer HTTP/1.1\r\nHost: a\r\n\r\n");
    usleep(300 * 1000); /* its socket is full before time jumps */
    for (int i = 0; i < 3; i++) {
        atomic_fetch_add(&added_us, (WEB_SOURCE_MS + 500) * 1000LL);
        usleep(150 * 1000);
    }
    wait_for_sources(0);
}

static void no_more_long_bodies_than_there_are_places(void **state)
{
    (void)state;
    struct client slow[2];
    int small = 4096;
    for (int i = 0; i < 2; i++) {
        client_open(&slow[i], listener_addr(listener));
        setsockopt(slow[i].fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
        SEND(&slow[i], "GET /long?q=longer HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    wait_for_sources(2);
    ask("GET /long", JSON, NULL);
    assert_int_equal(an.status, 503);
    HEADER("retry-after", "1");
    ask("GET /echo/x", JSON, NULL); /* pages are answered all the same */
    assert_int_equal(an.status, 200);
    client_close(&slow[0]);
    wait_for_sources(1);
    ask("GET /long", "", NULL);
    assert_int_equal(an.status, 200);
    ask("GET /long", "If-None-Match: \"long-1\"\r\n", NULL); /* has no body, keeps no place */
    assert_int_equal(an.status, 304);
    client_close(&slow[1]);
    wait_for_sources(0);
}

static void places_are_so_many_in_all_and_so_many_of_one(void **state)
{
    (void)state;
    static const uint8_t a[PLACES_KEY] = "a", b[PLACES_KEY] = "b";
    struct places *p = places_new(4, 2);
    assert_non_null(p);
    assert_true(places_take(p, a) && places_take(p, a));
    assert_false(places_take(p, a));
    assert_true(places_take(p, b) && places_take(p, NULL));
    assert_false(places_take(p, b));
    assert_false(places_take(p, NULL));
    places_give(p, a);
    assert_true(places_take(p, b));
    assert_false(places_take(p, a)); /* all are taken */
    places_give(p, NULL);
    assert_false(places_take(p, b));
    assert_true(places_take(p, a));
    places_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, open_client, close_client)
        T(pipelined_requests_are_answered_in_order),
        T(a_half_closed_client_is_answered),
        T(malformed_requests),
        T(bodies_over_the_limit),
        T(slow_clients_are_let_go),
        T(pages_have_a_deadline),
        T(streams_and_held_requests),
        T(a_held_request_keeps_what_follows_waiting),
        T(sockets),
        T(sockets_that_break_the_rules),
        T(uploads_are_spooled_and_removed),
        T(long_bodies_come_whole_and_the_connection_goes_on),
        T(parts_of_a_long_body),
        T(a_long_body_that_breaks_off),
        T(who_takes_nothing_of_a_long_body_is_let_go),
        T(no_more_long_bodies_than_there_are_places),
        cmocka_unit_test(places_are_so_many_in_all_and_so_many_of_one),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
