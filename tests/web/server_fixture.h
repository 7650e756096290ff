/*
 * A server with a department of its own, for tests: real sockets to real loops, pages on real
 * workers. Time is the machine's plus what a test adds, so that no deadline is waited for.
 */
#ifndef TESTS_SERVER_FIXTURE_H
#define TESTS_SERVER_FIXTURE_H

#include "http_client.h"

#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
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

/* A long body: byte n of it is n modulo 251. The longer one is more than sockets' buffers hold. */
enum { LONG_N = 3 * 1000 * 1000, LONGER_N = 100 * 1000 * 1000 };
static _Atomic int sources_open, source_fails;

static enum err read_long(struct source *s, int64_t from, uint8_t *p, size_t n)
{
    (void)s;
    if (atomic_load(&source_fails) && from > 0)
        return ERR_IO;
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)((from + (int64_t)i) % 251);
    return OK;
}

static void free_long(struct source *s)
{
    free(s);
    atomic_fetch_sub(&sources_open, 1);
}

static enum err on_long(struct req *r)
{
    struct source *s = calloc(1, sizeof(*s));
    assert_non_null(s);
    int64_t n = str_eq_z(req_query(r, "q"), "longer") ? LONGER_N : LONG_N;
    *s = (struct source){n, read_long, free_long};
    atomic_fetch_add(&sources_open, 1);
    reply_source(r, "video/mp4", s, "\"long-1\"", WEB_FOREVER_S);
    return str_eq_z(req_query(r, "q"), "not") ? ERR_FORBIDDEN : OK;
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
    {"GET", "/echo/{slug}", on_echo, NULL, PAGE, WHO_ANYONE, CSRF_SAFE, 0, false, false},
    {"GET", "/echo/new", on_sold_out, NULL, PAGE, WHO_ANYONE, CSRF_SAFE, 0, false, false},
    {"POST", "/echo/{slug}", on_echo, NULL, PAGE, WHO_ANYONE, CSRF_ORIGIN, 0, false, false},
    {"GET", "/members", on_echo, NULL, PAGE, WHO_MEMBER, CSRF_SAFE, 0, false, false},
    {"GET", "/hosts", on_echo, NULL, PAGE, ROLE_HOST, CSRF_SAFE, 0, false, false},
    {"POST", "/change", on_echo, NULL, PAGE, WHO_ANYONE, CSRF_TOKEN, 0, false, false},
    {"POST", "/redirect", on_redirect, NULL, NULL, WHO_ANYONE, CSRF_ORIGIN, 0, false, false},
    {"POST", "/number", on_number, NULL, PAGE, WHO_ANYONE, CSRF_ORIGIN, 0, false, false},
    {"GET", "/picture", on_picture, NULL, NULL, WHO_ANYONE, CSRF_SAFE, 0, false, false},
    {"GET", "/big", on_big, NULL, NULL, WHO_ANYONE, CSRF_SAFE, 0, WEB_HEAVY, false},
    {"GET", "/long", on_long, NULL, NULL, WHO_ANYONE, CSRF_SAFE, 0, false, false},
    {"GET", "/slow", on_slow, NULL, PAGE, WHO_ANYONE, CSRF_SAFE, 0, false, false},
    {"GET", "/memory", on_out_of_memory, NULL, PAGE, WHO_ANYONE, CSRF_SAFE, 0, false, false},
    {"POST", "/upload", on_upload, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 1 << 20, false, false},
    {"GET", "/loop/{name}", NULL, on_loop, NULL, WHO_ANYONE, CSRF_SAFE, 0, false, false},
    {"GET", "/stream", NULL, on_stream, NULL, WHO_ANYONE, CSRF_SAFE, 0, false, false},
    {"GET", "/hold", NULL, on_hold, NULL, WHO_ANYONE, CSRF_SAFE, 0, false, false},
    {"GET", "/socket", NULL, on_socket, NULL, WHO_ANYONE, CSRF_SAFE, 0, false, false},
    {"GET", "/unanswered", NULL, on_unanswered, NULL, WHO_ANYONE, CSRF_SAFE, 0, false, false},
};
static const struct web_module module = {
    .name = "test", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};
static const struct web_module *const modules[] = {&module};

static struct loops *loops;
static struct web *web;
static struct listener *listener;
static struct addr_cidr proxy;
static char spool[64];
static struct client cl;
static struct answer an;

static inline int start(void **state)
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
                            .sources_max = 2,
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

static inline int stop(void **state)
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

static inline int open_client(void **state)
{
    (void)state;
    client_open(&cl, listener_addr(listener));
    buf_init(&an.body, 1);
    return 0;
}

static inline int close_client(void **state)
{
    (void)state;
    answer_free(&an);
    client_close(&cl);
    return 0;
}

static inline void again(void)
{
    client_close(&cl);
    client_open(&cl, listener_addr(listener));
}

/* Sends a request (a Host is added) and reads its answer. */
static inline void ask(const char *line, const char *headers, const char *body)
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

#endif
