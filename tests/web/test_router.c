/* web/router: which row answers; web/limit: how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/clock.h"
#include "web/limit.h"
#include "web/router.h"

static enum err nothing(struct req *r)
{
    (void)r;
    return OK;
}

#define ROUTE(method, pattern)                                                                     \
    {                                                                                              \
        method, pattern, nothing, NULL, NULL, WHO_ANYONE, CSRF_SAFE, 0, false                      \
    }

static const struct route routes[] = {
    ROUTE("GET", "/"),
    ROUTE("GET", "/shows/{id}"),
    ROUTE("POST", "/shows/{id}"),
    ROUTE("GET", "/shows/new"),
    ROUTE("GET", "/shows/{id}/events"),
    ROUTE("GET", "/files/{rest*}"),
    ROUTE("GET", "/files/{name}/info"),
    ROUTE("GET", "/{a}/{b}/{c}/{d}"),
};
static const struct web_module module = {
    .name = "test", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};

static struct router *router;
static struct arena arena;

static int setup(void **state)
{
    struct err_info info = {0};
    (void)state;
    arena_init(&arena, 1 << 20);
    router = router_new();
    assert_int_equal(router_add(router, &module, &info), OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    router_free(router);
    arena_free(&arena);
    return 0;
}

/* "PATTERN name=value …", or the error's name. */
static const char *match(const char *method, const char *path)
{
    struct router_match m;
    enum err e = router_match(router, str_of(method), str_of(path), &arena, &m);
    if (e == ERR_UNSUPPORTED)
        return arena_printf(&arena, "allow %s", router_allow(m.allowed, &arena));
    if (e)
        return err_name(e);
    char *text = arena_strdup(&arena, m.route->pattern);
    for (size_t i = 0; i < m.params_n; i++)
        text = arena_printf(&arena, "%s %.*s=%.*s", text, STR_ARG(m.params[i].name),
                            STR_ARG(m.params[i].value));
    return text;
}

#define MATCHES(method, path, want) assert_string_equal(match(method, path), want)

static void the_most_literal_pattern_wins(void **state)
{
    (void)state;
    MATCHES("GET", "/", "/");
    MATCHES("HEAD", "/shows/7", "/shows/{id} id=7");
    MATCHES("GET", "/shows/new", "/shows/new");
    MATCHES("GET", "/shows/new/events", "/shows/{id}/events id=new");
    MATCHES("GET", "/files/a/info", "/files/{name}/info name=a");
    MATCHES("GET", "/files/a/b/c", "/files/{rest*} rest=a/b/c");
    MATCHES("GET", "/1/2/3/4", "/{a}/{b}/{c}/{d} a=1 b=2 c=3 d=4");
}

static void paths_are_decoded_after_they_are_split(void **state)
{
    (void)state;
    MATCHES("GET", "/shows/a%2Fb", "/shows/{id} id=a/b");
    MATCHES("GET", "/shows/%E9%94%85", "/shows/{id} id=锅");
    MATCHES("GET", "/sh%6Fws/new", "/shows/new");
    MATCHES("GET", "/files/..%2f..%2fetc", "/files/{rest*} rest=../../etc");
    MATCHES("GET", "/shows/%", "syntax");
    MATCHES("GET", "/shows/%00", "syntax");
    MATCHES("GET", "/shows/%FF", "syntax");
}

static void what_does_not_match(void **state)
{
    (void)state;
    MATCHES("GET", "/nowhere", "not_found");
    MATCHES("GET", "//", "not_found");
    MATCHES("GET", "/shows/", "not_found");
    MATCHES("GET", "/shows//events", "not_found");
    MATCHES("GET", "/files/", "not_found");
    MATCHES("GET", "/1/2/3/4/5", "not_found");
    MATCHES("GET", "/1/2/3/4/5/6/7/8/9/10/11/12/13", "not_found");
    MATCHES("PUT", "/shows/7", "allow GET, HEAD, POST");
    MATCHES("POST", "/shows/new", "allow GET, HEAD"); /* not the POST of /shows/{id} */
    MATCHES("BREW", "/", "allow GET, HEAD");
}

static void tables_that_cannot_be(void **state)
{
    (void)state;
    static const struct route bad[] = {
        ROUTE("GET", "shows"),
        ROUTE("GET", "/a//b"),
        ROUTE("GET", "/{rest*}/x"),
        ROUTE("GET", "/{open"),
        ROUTE("FETCH", "/x"),
        ROUTE("GET", "/shows/{other}"),
        ROUTE("GET", "/shows/"),
        {"GET", "/no/handler", NULL, NULL, NULL, 0, CSRF_SAFE, 0, false},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct err_info info = {0};
        const struct web_module one = {.name = "bad", .routes = &bad[i], .routes_n = 1};
        assert_int_not_equal(router_add(router, &one, &info), OK);
        assert_string_equal(info.field, bad[i].pattern);
    }
}

/* ---- rates ---- */

static int64_t now_us = 1000000;

static int64_t fixed(void *state)
{
    (void)state;
    return now_us;
}

static void a_bucket_fills_again(void **state)
{
    (void)state;
    static const struct clock_source source = {fixed, fixed, NULL};
    clock_install(&source);
    struct limit *l = limit_new(64, 3, 1000);
    int64_t wait;
    for (int i = 0; i < 3; i++)
        assert_true(limit_take(l, STR("a"), &wait));
    assert_false(limit_take(l, STR("a"), &wait));
    assert_int_equal(wait, 1000);
    assert_true(limit_take(l, STR("b"), NULL));
    now_us += 999 * 1000;
    assert_false(limit_take(l, STR("a"), &wait));
    now_us += 1000;
    assert_true(limit_take(l, STR("a"), &wait));
    assert_false(limit_take(l, STR("a"), &wait));
    limit_forget(l, STR("a"));
    assert_true(limit_take(l, STR("a"), &wait));
    now_us += INT64_C(3600) * 1000000;
    for (int i = 0; i < 3; i++) /* never more than the burst */
        assert_true(limit_take(l, STR("a"), &wait));
    assert_false(limit_take(l, STR("a"), &wait));
    limit_free(l);
    clock_install(NULL);
}

static void a_full_table_forgets_the_idle(void **state)
{
    (void)state;
    struct limit *l = limit_new(64, 1, 60000);
    char key[16];
    assert_true(limit_take(l, STR("busy"), NULL));
    for (int i = 0; i < 10000; i++) {
        int n = snprintf(key, sizeof(key), "key-%d", i);
        assert_true(limit_take(l, str_n(key, (size_t)n), NULL)); /* fresh keys are never refused */
    }
    limit_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_most_literal_pattern_wins, setup, teardown),
        cmocka_unit_test_setup_teardown(paths_are_decoded_after_they_are_split, setup, teardown),
        cmocka_unit_test_setup_teardown(what_does_not_match, setup, teardown),
        cmocka_unit_test_setup_teardown(tables_that_cannot_be, setup, teardown),
        cmocka_unit_test(a_bucket_fills_again),
        cmocka_unit_test(a_full_table_forgets_the_idle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
