/* proto/rtmp_target: addresses as platforms give them, and as people mistype them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/rtmp_target.h"

static struct arena arena;
static struct rtmp_target t;

static enum err parse(const char *url, const char *key)
{
    return rtmp_target_parse(&arena, str_of(url), str_of(key), &t);
}

static void is(bool tls, const char *host, int port, const char *app, const char *tc,
               const char *name)
{
    assert_int_equal(t.tls, tls);
    assert_string_equal(t.host, host);
    assert_int_equal(t.port, port);
    assert_true(str_eq_z(t.app, app));
    assert_true(str_eq_z(t.tc_url, tc));
    assert_true(str_eq_z(t.stream, name));
}

static void with_a_key_apart(void **state)
{
    (void)state;
    assert_int_equal(parse(" rtmp://push.example/live/ ", " abc?auth=1-2-3 "), OK);
    is(false, "push.example", 1935, "live", "rtmp://push.example/live", "abc?auth=1-2-3");
    assert_int_equal(parse("RTMPS://push.example:8443/a/b", "k"), OK);
    is(true, "push.example", 8443, "a/b", "RTMPS://push.example:8443/a/b", "k");
    assert_int_equal(parse("rtmps://[2001:4860::1]/live", "k"), OK);
    is(true, "2001:4860::1", 443, "live", "rtmps://[2001:4860::1]/live", "k");
}

static void with_the_key_at_its_end(void **state)
{
    (void)state;
    assert_int_equal(parse("rtmp://1.2.3.4/live/room/abc?sign=x/y", ""), OK);
    is(false, "1.2.3.4", 1935, "live/room", "rtmp://1.2.3.4/live/room", "abc?sign=x/y");
    const char *none[] = {"rtmp://h/live", "rtmp://h/live/", "rtmp://h//", "rtmp://h/", "rtmp://h"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_int_equal(parse(none[i], ""), ERR_INVALID);
    assert_int_equal(parse("rtmp://h/", "key"), ERR_INVALID);
}

static void what_is_no_address(void **state)
{
    (void)state;
    const char *bad[] = {"",
                         "rtmp",
                         "rtmp:/h/a",
                         "http://h/a",
                         "rtmp://user:pw@h/a",
                         "rtmp://h:0/a",
                         "rtmp://h:65536/a",
                         "rtmp://h:x/a",
                         "rtmp://h/a#b",
                         "rtmp://h/a b",
                         "rtmp://h\r\n/a",
                         "rtmp:///a",
                         "rtmp://[::1/a",
                         "rtmp://[h]/a",
                         "rtmp://[::1]x/a",
                         "rtmp://\xe4\xb8\xad/a",
                         "rtmp://-h/a",
                         "rtmp://h/\x7f"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(parse(bad[i], "key"), ERR_SYNTAX);
    assert_int_equal(parse("rtmp://h/a", "ke\ny"), ERR_SYNTAX);
    char longest[RTMP_TARGET_URL_MAX + 20] = "rtmp://h/";
    memset(longest + 9, 'a', sizeof(longest) - 10);
    assert_int_equal(parse(longest, "key"), ERR_TOO_LARGE);
    assert_int_equal(parse("rtmp://h/a", longest), ERR_TOO_LARGE);
    longest[9 + RTMP_TARGET_HOST_MAX] = '/';
    longest[9 + RTMP_TARGET_HOST_MAX + 10] = 0;
    assert_int_equal(parse(longest, "key"), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_a_key_apart),
        cmocka_unit_test(with_the_key_at_its_end),
        cmocka_unit_test(what_is_no_address),
    };
    arena_init(&arena, 64 * 1024);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
