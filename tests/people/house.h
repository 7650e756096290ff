/*
 * A house with people in it for the tests of town/people: the web over a store of its own, a clock
 * that later() moves on, and a client. main() says which modules it serves, in house_modules.
 */
#ifndef TESTS_PEOPLE_HOUSE_H
#define TESTS_PEOPLE_HOUSE_H

#include "tests/web/http_client.h"

#include <sodium.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/listen.h"
#include "store/seal.h"
#include "tests/store/fixture.h"
#include "town/people/people.h"
#include "town/people/tries.h"
#include "web/server.h"

enum { HOUSE_MODULES_MAX = 4 };

static const struct web_module *house_modules[HOUSE_MODULES_MAX]; /* up to the first NULL */
static struct fixture fx;
static struct writer *writer;
static struct loops *loops;
static struct web *web;
static struct listener *listener;
static struct addr_cidr proxy;
static struct client cl;
static struct answer an;
static int64_t added_ms;

static inline int64_t test_wall(void *state)
{
    struct timespec t;
    (void)state;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 +
           __atomic_load_n(&added_ms, __ATOMIC_RELAXED);
}

static inline int64_t test_mono(void *state)
{
    struct timespec t;
    (void)state;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000 +
           1000 * __atomic_load_n(&added_ms, __ATOMIC_RELAXED);
}

static inline void later(int64_t ms)
{
    __atomic_fetch_add(&added_ms, ms, __ATOMIC_RELAXED);
}

static inline int start(void **state)
{
    static const struct clock_source source = {test_wall, test_mono, NULL};
    (void)state;
    clock_install(&source);
    size_t modules = 0;
    while (modules < HOUSE_MODULES_MAX && house_modules[modules])
        modules++;
    log_set_level(LOG_NONE);
    fixture_on_disk(&fx);
    assert_ok(seal_load(fx.folder, &fx.arena, &fx.info));
    assert_ok(i18n_load(&fx.arena, &fx.info));
    assert_ok(writer_open(fx.url, &writer, &fx.arena, &fx.info));
    assert_ok(writer_start(writer));
    loops = loops_start(1);
    assert_ok(addr_cidr_parse(STR("127.0.0.1"), &proxy));
    struct web_spec spec = {.loops = loops,
                            .writer = writer,
                            .db_url = fx.url,
                            .spool_dir = fx.folder,
                            .page_threads = 2,
                            .modules = house_modules,
                            .modules_n = modules,
                            .identify = people_identify,
                            .login_path = "/login",
                            .proxies = &proxy,
                            .proxies_n = 1};
    assert_ok(web_new(&spec, &web, &fx.arena, &fx.info));
    struct listen_spec listen = {
        .name = "http", .limits = {100, 100}, .accept = web_accept, .arg = web};
    assert_ok(addr_parse(STR("127.0.0.1:0"), &listen.addr));
    assert_ok(listener_open(loops, &listen, &listener, &fx.info));
    return 0;
}

static inline int stop(void **state)
{
    char key[100];
    (void)state;
    listener_close(listener);
    web_stop(web);
    writer_stop(writer);
    loops_stop(loops, 1000);
    web_free(web);
    loops_free(loops);
    people_stop();
    i18n_free();
    snprintf(key, sizeof(key), "%s/seal.key", fx.folder);
    assert_int_equal(unlink(key), 0);
    fixture_free(&fx);
    return 0;
}

static inline int open_client(void **state)
{
    (void)state;
    tries_forget();
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

static inline void ask(const char *line, const char *headers, const char *body)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_printf(&b, "%s HTTP/1.1\r\nHost: town.test\r\n%s", line, headers);
    if (body)
        buf_printf(&b, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n",
                   strlen(body));
    buf_printf(&b, "\r\n%s", body ? body : "");
    client_send(&cl, b.p, b.n);
    buf_free(&b);
    answer_free(&an);
    client_read(&cl, &an, false);
}

#define JSON "Accept: application/json\r\nAccept-Language: en\r\n"
#define BODY ((char *)an.body.p)
#define SAYS(text) assert_non_null(strstr(BODY, text))

/* The text after `before`, up to a quote or semicolon. */
static inline const char *cut(const char *text, const char *before)
{
    const char *at = strstr(text, before);
    assert_non_null(at);
    at += strlen(before);
    return arena_strndup(&fx.arena, at, strcspn(at, "\";\r"));
}

static inline const char *with_session(const char *token)
{
    return arena_printf(&fx.arena, "Cookie: lang=en; session=%s\r\n", token);
}

static inline const char *registered(const char *login)
{
    ask("POST /register", JSON,
        arena_printf(&fx.arena, "login=%s&name=%s&password=correct+horse", login, login));
    assert_int_equal(an.status, 200);
    return cut(an.head, "Set-Cookie: session=");
}

#endif
