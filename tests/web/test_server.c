/*
 * The server as a client meets it: real sockets to a real loop, pages on real workers. Time is the
 * machine's plus what a test adds, so that no deadline is waited for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <sys/stat.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "http_client.h"
#include "io/listen.h"
#include "web/loop_request.h"
#include "web/server.h"

/* ---- a town of one department ---- */

static _Atomic int64_t added_us;
static _Atomic int handled, gone, uploads_seen;
static _Atomic(struct conn *) held;

static int64_t test_wall(void *state)
{
    struct timespec t;
    (void)state;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t test_mono(void *state)
{
    struct timespec t;
    (void)state;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000 + atomic_load(&added_us);
}

static enum err identify(struct req *r)
{
    struct str token = req_bearer(r);
    if (token.n == 0)
        token = req_cookie(r, "sid");
    if (token.n == 0)
        return OK;
    r->who = (struct identity){.user_id = 7, .name = STR("李明"), .csrf_token = STR("tok-7")};
    r->who.roles = str_eq_z(token, "admin") ? ROLE_ADMIN : ROLE_BUYER;
    return OK;
}

static enum err on_echo(struct req *r)
{
    atomic_fetch_add(&handled, 1);
    view_put_str(r->view, "slug", req_param(r, "slug"));
    view_put_str(r->view, "q", req_query(r, "q"));
    view_put_str(r->view, "a", req_field(r, "a"));
    view_put_str(r->view, "message", STR("<hello>"));
    view_put_int(r->view, "user_id", r->who.user_id);
    view_put_z(r->view, "language", lang_tag(r->lang));
    char peer[ADDR_TEXT_MAX];
    addr_format_ip(&r->peer, peer);
    view_put_z(r->view, "peer", peer);
    struct str several[4];
    view_put_int(r->view, "several", (int64_t)req_fields(r, "c", several, 4));
    return OK;
}

static enum err on_redirect(struct req *r)
{
    reply_flash(r, "error.ok");
    reply_redirect(r, req_next(r, "next", "/done"));
    return OK;
}

static enum err on_number(struct req *r)
{
    int64_t n;
    struct str text;
    enum err e = req_field_int(r, "n", 1, 10, &n);
    if (e == OK)
        e = req_field_text(r, "text", 2, 4, &text);
    return e;
}

static enum err on_sold_out(struct req *r)
{
    r->info.limit = 3;
    reply_status(r, 201);
    reply_header(r, "X-Left", STR("over"));
    return ERR_SOLD_OUT;
}

static enum err on_picture(struct req *r)
{
    reply_header(r, "X-Evil", STR("a\r\nSet-Cookie: b=c"));
    reply_body(r, "image/png", block_copy("\x89PNG", 4), 60);
    return OK;
}

static enum err on_big(struct req *r)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 4000; i++)
        buf_z(&b, "all the same ");
    reply_body(r, "text/plain", block_copy(b.p, b.n), 0);
    buf_free(&b);
    return OK;
}

static enum err on_upload(struct req *r)
{
    const struct upload *u = req_upload(r, "file");
    struct stat st;
    if (!u)
        return req_refuse(r, ERR_INVALID, "file", NULL);
    if (stat(u->path, &st) != 0 || (size_t)st.st_size != u->size)
        return ERR_INTERNAL;
    atomic_fetch_add(&uploads_seen, 1);
    view_put_int(r->view, "size", (int64_t)u->size);
    view_put_str(r->view, "filename", u->filename);
    view_put_str(r->view, "a", req_field(r, "a"));
    return OK;
}

static enum err on_out_of_memory(struct req *r)
{
    arena_alloc(r->arena, WEB_ARENA_MAX);
    return OK;
}

static _Atomic bool may_finish;

/* A page that takes as long as the test wants. */
static enum err on_slow(struct req *r)
{
    (void)r;
    while (!atomic_load(&may_finish))
        usleep(1000);
    atomic_fetch_add(&handled, 1);
    return OK;
}

static void on_loop(struct loop_request *lr)
{
    struct str name = lr_param(lr, "name");
    lr_reply(lr, 200, "text/plain", "Cache-Control: no-store\r\n", block_copy(name.p, name.n));
}

static void on_stream(struct loop_request *lr)
{
    struct conn *c = lr_stream(lr, "text/plain", NULL);
    if (c && conn_send(c, "abc", 3) == OK)
        conn_finish(c);
}

static void on_gone(void *user)
{
    (void)user;
    atomic_fetch_add(&gone, 1);
}

static _Atomic(struct loop_request *) held_request;

static void on_hold(struct loop_request *lr)
{
    lr_hold(lr, on_gone, NULL);
    atomic_store(&held_request, lr);
    atomic_store(&held, lr_conn(lr));
}

static void answer_held(struct loop *loop, struct loop_msg *msg)
{
    (void)loop;
    (void)msg;
    lr_reply(atomic_load(&held_request), 200, "text/plain", NULL, block_copy("at last", 7));
}

static void on_message(struct conn *c, void *user, struct str message)
{
    (void)user;
    if (ws_send_text(c, message) != OK)
        conn_close(c, ERR_CLOSED);
}

static void on_socket_close(void *user, enum err why)
{
    (void)user;
    (void)why;
    atomic_fetch_add(&gone, 1);
}

static const struct ws_handler echo_socket = {on_message, on_socket_close};

static void on_socket(struct loop_request *lr)
{
    struct conn *c;
    if (lr_websocket(lr, &echo_socket, NULL, &c) != OK)
        return;
    assert_non_null(c);
}

static void on_unanswered(struct loop_request *lr)
{
    (void)lr;
}

#define PAGE "web/error.html"
static const struct route routes[] = {
    {"GET", "/echo/{slug}", on_echo, NULL, PAGE, WHO_ANYONE, CSRF_SAFE, 0, false},
    {"GET", "/echo/new", on_sold_out, NULL, PAGE, WHO_ANYONE, CSRF_SAFE, 0, false},
    {"POST", "/echo/{slug}", on_echo, NULL, PAGE, WHO_ANYONE, CSRF_ORIGIN, 0, false},
    {"GET", "/members", on_echo, NULL, PAGE, WHO_MEMBER, CSRF_SAFE, 0, false},
    {"GET", "/hosts", on_echo, NULL, PAGE, ROLE_HOST, CSRF_SAFE, 0, false},
    {"POST", "/change", on_echo, NULL, PAGE, WHO_ANYONE, CSRF_TOKEN, 0, false},
    {"POST", "/redirect", on_redirect, NULL, NULL, WHO_ANYONE, CSRF_ORIGIN, 0, false},
    {"POST", "/number", on_number, NULL, PAGE, WHO_ANYONE, CSRF_ORIGIN, 0, false},
    {"GET", "/picture", on_picture, NULL, NULL, WHO_ANYONE, CSRF_SAFE, 0, false},
    {"GET", "/big", on_big, NULL, NULL, WHO_ANYONE, CSRF_SAFE, 0, true},
    {"GET", "/slow", on_slow, NULL, PAGE, WHO_ANYONE, CSRF_SAFE, 0, false},
    {"GET", "/memory", on_out_of_memory, NULL, PAGE, WHO_ANYONE, CSRF_SAFE, 0, false},
    {"POST", "/upload", on_upload, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 1 << 20, false},
    {"GET", "/loop/{name}", NULL, on_loop, NULL, WHO_ANYONE, CSRF_SAFE, 0, false},
    {"GET", "/stream", NULL, on_stream, NULL, WHO_ANYONE, CSRF_SAFE, 0, false},
    {"GET", "/hold", NULL, on_hold, NULL, WHO_ANYONE, CSRF_SAFE, 0, false},
    {"GET", "/socket", NULL, on_socket, NULL, WHO_ANYONE, CSRF_SAFE, 0, false},
    {"GET", "/unanswered", NULL, on_unanswered, NULL, WHO_ANYONE, CSRF_SAFE, 0, false},
};
static const struct web_module module = {"test", routes, sizeof(routes) / sizeof(routes[0])};
static const struct web_module *const modules[] = {&module};

static struct loops *loops;
static struct web *web;
static struct listener *listener;
static struct addr_cidr proxy;
static char spool[64];
static struct client cl;
static struct answer an;

static int start(void **state)
{
    (void)state;
    static const struct clock_source source = {test_wall, test_mono, NULL};
    struct arena arena;
    struct err_info info = {0};
    clock_install(&source);
    log_set_level(LOG_NONE);
    arena_init(&arena, 16 << 20);
    snprintf(spool, sizeof(spool), "/tmp/guildhall-spool-XXXXXX");
    assert_non_null(mkdtemp(spool));
    assert_int_equal(addr_cidr_parse(STR("127.0.0.0/8"), &proxy), OK);
    assert_int_equal(i18n_load(&arena, &info), OK);
    loops = loops_start(2);
    struct web_spec spec = {.loops = loops,
                            .spool_dir = spool,
                            .page_threads = 2,
                            .modules = modules,
                            .modules_n = 1,
                            .identify = identify,
                            .login_path = "/login",
                            .site_name_zh = STR("小镇"),
                            .site_name_en = STR("Town"),
                            .proxies = &proxy,
                            .proxies_n = 1};
    enum err e = web_new(&spec, &web, &arena, &info);
    if (e)
        fprintf(stderr, "%s %s\n", info.field ? info.field : "", info.text ? info.text : "");
    assert_int_equal(e, OK);
    struct listen_spec listen = {
        .name = "http", .limits = {1000, 1000}, .accept = web_accept, .arg = web};
    assert_int_equal(addr_parse(STR("127.0.0.1:0"), &listen.addr), OK);
    assert_int_equal(listener_open(loops, &listen, &listener, &info), OK);
    arena_free(&arena);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    listener_close(listener);
    web_stop(web);
    loops_stop(loops, 1000);
    web_free(web);
    loops_free(loops);
    i18n_free();
    assert_int_equal(rmdir(spool), 0); /* no upload was left */
    return 0;
}

static int open_client(void **state)
{
    (void)state;
    client_open(&cl, listener_addr(listener));
    buf_init(&an.body, 1);
    return 0;
}

static int close_client(void **state)
{
    (void)state;
    answer_free(&an);
    client_close(&cl);
    return 0;
}

static void again(void)
{
    client_close(&cl);
    client_open(&cl, listener_addr(listener));
}

/* Sends a request (a Host is added) and reads its answer. */
static void ask(const char *line, const char *headers, const char *body)
{
    struct buf b;
    buf_init(&b, 4 << 20);
    buf_printf(&b, "%s HTTP/1.1\r\nHost: town.test\r\n%s", line, headers);
    if (body)
        buf_printf(&b, "Content-Length: %zu\r\n", strlen(body));
    buf_printf(&b, "\r\n%s", body ? body : "");
    client_send(&cl, b.p, b.n);
    buf_free(&b);
    answer_free(&an);
    client_read(&cl, &an, strncmp(line, "HEAD", 4) == 0);
}

#define SEND(client, literal) client_send((client), (literal), sizeof(literal) - 1)
#define BODY ((char *)an.body.p)
#define HEADER(name, want) assert_true(str_eq_z(answer_header(&an, name), want))
#define SAYS(text) assert_non_null(strstr(BODY, text))
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"
#define JSON "Accept: application/json\r\n"

/* ---- pages ---- */

static void a_page_is_an_api(void **state)
{
    (void)state;
    ask("GET /echo/%E9%94%85?q=a+b%26c", "Accept: text/html\r\n", NULL);
    assert_int_equal(an.status, 200);
    HEADER("content-type", "text/html; charset=utf-8");
    SAYS("&lt;hello&gt;");
    SAYS("小镇");
    ask("GET /echo/%E9%94%85?q=a+b%26c", JSON, NULL);
    HEADER("content-type", "application/json");
    SAYS("\"slug\":\"锅\",\"q\":\"a b\\u0026c\"");
    assert_null(strstr(BODY, "csrf"));
    ask("GET /echo/x.json?q=1", "", NULL);
    SAYS("\"slug\":\"x\",\"q\":\"1\"");
    ask("GET /echo/x", "Accept: application/json;q=0.5, text/html\r\n", NULL);
    HEADER("content-type", "text/html; charset=utf-8");
    ask("GET /echo/x", "Accept-Language: en\r\n" JSON, NULL);
    SAYS("\"language\":\"en\"");
    ask("GET /echo/x", "Accept-Language: en\r\nCookie: lang=zh-CN\r\n" JSON, NULL);
    SAYS("\"language\":\"zh-CN\"");
}

static void answers_carry_their_headers(void **state)
{
    (void)state;
    ask("GET /echo/x", "", NULL);
    HEADER("x-content-type-options", "nosniff");
    HEADER("cross-origin-opener-policy", "same-origin");
    assert_true(answer_header(&an, "x-request-id").n > 8);
    assert_non_null(strstr(an.head, "frame-ancestors 'none'"));
    assert_null(strstr(an.head, "unsafe-inline"));
    assert_null(strstr(an.head, "Strict-Transport"));
    ask("GET /echo/x", "X-Forwarded-Proto: https\r\n", NULL);
    assert_non_null(strstr(an.head, "Strict-Transport-Security: max-age="));
    ask("GET /picture", "", NULL);
    HEADER("x-evil", "a  Set-Cookie: b=c");
    assert_int_equal(answer_header(&an, "set-cookie").n, 0);
    HEADER("cache-control", "public, max-age=60");
}

static void what_is_not_there(void **state)
{
    (void)state;
    ask("GET /nowhere", "", NULL);
    assert_int_equal(an.status, 404);
    SAYS("<html");
    ask("GET /nowhere.json", JSON "Accept-Language: en\r\n", NULL);
    assert_int_equal(an.status, 404);
    SAYS("\"error\":\"not_found\",\"message\":\"There is no such page");
    ask("POST /members", "", "");
    assert_int_equal(an.status, 405);
    HEADER("allow", "GET, HEAD");
    ask("DELETE /echo/x", JSON, NULL);
    assert_int_equal(an.status, 405);
    HEADER("allow", "GET, HEAD, POST");
    SAYS("\"error\":\"method_not_allowed\"");
    ask("GET /members/", "", NULL);
    assert_int_equal(an.status, 308);
    HEADER("location", "/members");
    ask("GET /echo/%zz", JSON, NULL);
    assert_int_equal(an.status, 400);
    SAYS("\"field\":\"target\"");
    ask("GET /echo/%00", "", NULL);
    assert_int_equal(an.status, 400);
    ask("GET /echo/../../etc/passwd", "", NULL);
    assert_int_equal(an.status, 404);
    ask("GET /unanswered", "", NULL);
    assert_int_equal(an.status, 500);
}

static void head_and_validators(void **state)
{
    (void)state;
    ask("HEAD /echo/x", "", NULL);
    assert_int_equal(an.status, 200);
    assert_int_equal(an.body.n, 0);
    char etag[64], header[128];
    struct str tag = answer_header(&an, "etag");
    snprintf(etag, sizeof(etag), "%.*s", STR_ARG(tag));
    assert_int_equal(strncmp(etag, "W/\"", 3), 0);
    snprintf(header, sizeof(header), "If-None-Match: \"x\", %s\r\n", etag);
    ask("GET /echo/x", header, NULL);
    assert_int_equal(an.status, 304);
    snprintf(header, sizeof(header), "If-None-Match: \"x\"\r\n");
    ask("GET /echo/x", header, NULL);
    assert_int_equal(an.status, 200);
    ask("GET /picture", "", NULL);
    assert_int_equal(answer_header(&an, "etag").p[0], '"');
}

static void texts_are_compressed_for_who_wants(void **state)
{
    (void)state;
    ask("GET /big", "Accept-Encoding: br, gzip;q=0.5\r\n", NULL);
    HEADER("content-encoding", "gzip");
    uint8_t plain[60000];
    z_stream z = {.next_in = an.body.p,
                  .avail_in = (uInt)an.body.n - 1,
                  .next_out = plain,
                  .avail_out = sizeof(plain)};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.total_out, 4000 * 13);
    inflateEnd(&z);
    ask("GET /big", "Accept-Encoding: gzip;q=0\r\n", NULL);
    assert_int_equal(answer_header(&an, "content-encoding").n, 0);
    assert_int_equal(an.body.n - 1, 4000 * 13);
    ask("GET /picture", "Accept-Encoding: gzip\r\n", NULL);
    assert_int_equal(answer_header(&an, "content-encoding").n, 0);
}

static void forms_in_three_shapes(void **state)
{
    (void)state;
    ask("POST /echo/x", JSON FORM, "a=1+%2B&c=1&c=2&&d");
    SAYS("\"a\":\"1 +\"");
    SAYS("\"several\":2");
    ask("POST /echo/x", JSON "Content-Type: application/json; charset=utf-8\r\n",
        "{\"a\":12,\"c\":[\"x\",true,3],\"n\":null}");
    SAYS("\"a\":\"12\"");
    SAYS("\"several\":3");
    ask("POST /echo/x", JSON "Content-Type: multipart/form-data; boundary=B\r\n",
        "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\ny\r\n--B--");
    SAYS("\"a\":\"x\\u000d\\ny\"");
    const char *bad[][2] = {
        {FORM, "a=%zz"},
        {FORM, "a=%FF"},
        {"Content-Type: application/json\r\n", "{\"a\":{}}"},
        {"Content-Type: application/json\r\n", "[1]"},
        {"Content-Type: application/json\r\n", "{"},
        {"Content-Type: multipart/form-data; boundary=B\r\n", "--B\r\nx"},
        {"Content-Type: multipart/form-data\r\n", "--B\r\n"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char headers[200];
        snprintf(headers, sizeof(headers), JSON "%s", bad[i][0]);
        ask("POST /echo/x", headers, bad[i][1]);
        assert_int_equal(an.status, 400);
        SAYS("\"field\":\"body\"");
    }
}

static void refusals_name_the_field(void **state)
{
    (void)state;
    const char *bad[] = {"n=0&text=abc", "n=-1&text=abc", "n=1000000000&text=abc", "n=x&text=abc",
                         "text=abc"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ask("POST /number", JSON FORM, bad[i]);
        assert_int_equal(an.status, 422);
        SAYS("\"field\":\"n\"");
    }
    const char *bad_text[] = {"n=1&text=a", "n=1&text=abcde", "n=1&text=a%01b",
                              "n=1&text=a%E2%80%AEb", "n=1"};
    for (size_t i = 0; i < sizeof(bad_text) / sizeof(bad_text[0]); i++) {
        ask("POST /number", JSON FORM, bad_text[i]);
        assert_int_equal(an.status, 422);
        SAYS("\"field\":\"text\"");
    }
    ask("POST /number", JSON FORM, "n=+10+&text=%E5%B0%8F%E9%94%85%F0%9F%8D%B2");
    assert_int_equal(an.status, 200);
    ask("GET /echo/new", JSON "Accept-Language: en\r\n", NULL);
    assert_int_equal(an.status, 409);
    SAYS("\"error\":\"sold_out\"");
    SAYS("\"limit\":3");
    assert_int_equal(answer_header(&an, "x-left").n, 0);
    ask("GET /memory", "", NULL);
    assert_int_equal(an.status, 503);
}

/* ---- who may ---- */

static void pages_ask_who_it_is(void **state)
{
    (void)state;
    ask("GET /members?x=1", "", NULL);
    assert_int_equal(an.status, 303);
    HEADER("location", "/login?next=%2Fmembers%3Fx%3D1");
    ask("GET /members", JSON, NULL);
    assert_int_equal(an.status, 401);
    HEADER("www-authenticate", "Bearer");
    ask("GET /members", JSON "Cookie: a=b; sid=buyer\r\n", NULL);
    SAYS("\"user_id\":7");
    ask("GET /hosts", JSON "Cookie: sid=buyer\r\n", NULL);
    assert_int_equal(an.status, 403);
    ask("GET /hosts", JSON "Authorization: Bearer admin\r\n", NULL);
    assert_int_equal(an.status, 200);
    ask("GET /members", "Cookie: sid=buyer\r\n", NULL);
    SAYS("李明");
    SAYS("value=\"tok-7\"");
}

static void changes_need_their_origin_and_token(void **state)
{
    (void)state;
#define ME "Cookie: sid=buyer\r\n" FORM
    int before = atomic_load(&handled);
    const char *refused[][2] = {
        {ME, "a=1"},
        {ME, "csrf=tok-8"},
        {ME, "csrf="},
        {ME "X-CSRF-Token: tok-77\r\n", ""},
        {ME "Sec-Fetch-Site: cross-site\r\n", "csrf=tok-7"},
        {ME "Sec-Fetch-Site: same-site\r\n", "csrf=tok-7"},
        {ME "Origin: https://evil.test\r\n", "csrf=tok-7"},
        {ME "Origin: null\r\n", "csrf=tok-7"},
        {FORM "Origin: https://evil.test\r\n", "a=1"},
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        ask("POST /change", refused[i][0], refused[i][1]);
        assert_int_equal(an.status, 403);
    }
    assert_int_equal(atomic_load(&handled), before);
    ask("POST /change", ME "Origin: http://town.test\r\nSec-Fetch-Site: same-origin\r\n",
        "csrf=tok-7");
    assert_int_equal(an.status, 200);
    ask("POST /change", ME "X-CSRF-Token: tok-7\r\n", "");
    assert_int_equal(an.status, 200);
    ask("POST /change", FORM "Authorization: Bearer buyer\r\nOrigin: https://evil.test\r\n", "");
    assert_int_equal(an.status, 200);
    ask("POST /echo/x", FORM "Origin: https://evil.test\r\n", "a=1");
    assert_int_equal(an.status, 403);
}

static void redirects_stay_here_and_flash_once(void **state)
{
    (void)state;
    ask("POST /redirect", FORM, "next=/x%3Fy");
    assert_int_equal(an.status, 303);
    HEADER("location", "/x?y");
    assert_non_null(strstr(an.head, "Set-Cookie: flash=error.ok; Path=/; Max-Age=60; "
                                    "SameSite=Lax; HttpOnly\r\n"));
    const char *foreign[] = {"next=//evil.test", "next=https://evil.test", "next=/%5Cevil.test",
                             "next=/%0d%0aX:y", "next="};
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        ask("POST /redirect", FORM, foreign[i]);
        HEADER("location", "/done");
    }
    ask("POST /redirect", FORM JSON, "next=/x");
    assert_int_equal(an.status, 200);
    SAYS("\"location\":\"/x\"");
    ask("POST /redirect", FORM "HX-Request: true\r\n", "next=/x");
    assert_int_equal(an.status, 204);
    HEADER("hx-redirect", "/x");
    ask("GET /echo/x", "Cookie: flash=error.sold_out\r\nAccept-Language: en\r\n", NULL);
    SAYS("Sold out");
    assert_non_null(strstr(an.head, "Set-Cookie: flash=; Path=/; Max-Age=0"));
    ask("GET /echo/x", "Cookie: flash=<b>\r\n", NULL);
    assert_null(strstr(BODY, "&lt;b&gt;"));
}

static void clients_behind_proxies(void **state)
{
    (void)state;
    ask("GET /echo/x", JSON "X-Forwarded-For: 203.0.113.9, 127.0.0.2\r\n", NULL);
    SAYS("\"peer\":\"203.0.113.9\"");
    ask("GET /echo/x", JSON "X-Forwarded-For: 198.51.100.1, 203.0.113.9\r\n", NULL);
    SAYS("\"peer\":\"203.0.113.9\"");
    ask("GET /echo/x", JSON "X-Forwarded-For: [2001:db8::1]:443\r\n", NULL);
    SAYS("\"peer\":\"2001:db8::1\"");
    ask("GET /echo/x", JSON "X-Forwarded-For: 2001:db8::2\r\n", NULL);
    SAYS("\"peer\":\"2001:db8::2\"");
    ask("GET /echo/x", JSON "X-Forwarded-For: rubbish\r\n", NULL);
    SAYS("\"peer\":\"127.0.0.1\"");
    ask("GET /metrics", "X-Forwarded-For: 203.0.113.9\r\n", NULL);
    assert_int_equal(an.status, 403);
}

static void an_address_has_its_rate(void **state)
{
    (void)state;
    int limited = 0;
    for (int i = 0; i < WEB_RATE_BURST + 200 && !limited; i++) {
        ask("GET /nowhere", "X-Forwarded-For: 203.0.113.77\r\n", NULL);
        if (an.status == 429) {
            limited++;
            HEADER("retry-after", "1");
            assert_true(i >= WEB_RATE_BURST);
            again();
        }
    }
    assert_int_equal(limited, 1);
    ask("GET /loop/x", "X-Forwarded-For: 203.0.113.77\r\n", NULL);
    assert_int_equal(an.status, 200);
    ask("GET /echo/x", "X-Forwarded-For: 203.0.113.78\r\n", NULL);
    assert_int_equal(an.status, 200);
}

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
    int before = atomic_load(&gone);
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

/* ---- what the web itself answers ---- */

static void assets_health_and_metrics(void **state)
{
    (void)state;
    ask("GET /echo/x", "", NULL);
    const char *at = strstr(BODY, "/assets/css/site.");
    assert_non_null(at);
    char line[200];
    snprintf(line, sizeof(line), "GET %.*s", (int)strcspn(at, "\""), at);
    ask(line, "Accept-Encoding: gzip\r\n", NULL);
    assert_int_equal(an.status, 200);
    HEADER("content-type", "text/css; charset=utf-8");
    HEADER("cache-control", "public, max-age=31536000, immutable");
    HEADER("content-encoding", "gzip");
    char *hash = strstr(line, "site.") + 5;
    hash[0] = hash[0] == '0' ? '1' : '0';
    ask(line, "", NULL);
    assert_int_equal(an.status, 404);
    ask("GET /assets/css/site.css", "", NULL);
    HEADER("cache-control", "no-cache");
    char header[100];
    snprintf(header, sizeof(header), "If-None-Match: %.*s\r\n",
             STR_ARG(answer_header(&an, "etag")));
    ask("GET /assets/css/site.css", header, NULL);
    assert_int_equal(an.status, 304);
    ask("GET /assets/../locales/en.json", "", NULL);
    assert_int_equal(an.status, 404);
    ask("GET /healthz", "", NULL);
    assert_string_equal(BODY, "ok\n");
    ask("GET /metrics", "", NULL);
    SAYS("guildhall_http_requests_total{method=\"GET\",route=\"/echo/{slug}\",status=\"200\"} ");
    SAYS("guildhall_http_requests_total{method=\"\",route=\"none\",status=\"404\"} ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, open_client, close_client)
        T(a_page_is_an_api),
        T(answers_carry_their_headers),
        T(what_is_not_there),
        T(head_and_validators),
        T(texts_are_compressed_for_who_wants),
        T(forms_in_three_shapes),
        T(refusals_name_the_field),
        T(pages_ask_who_it_is),
        T(changes_need_their_origin_and_token),
        T(redirects_stay_here_and_flash_once),
        T(clients_behind_proxies),
        T(an_address_has_its_rate),
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
        T(assets_health_and_metrics),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
