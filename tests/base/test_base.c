/* base/: arenas, strings, buffers, maps, encodings, errors, log lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/block.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/map.h"
#include "base/rnd.h"

static void arena_stops_at_its_limit(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 10000);
    assert_non_null(arena_alloc(&a, 9000));
    assert_null(arena_alloc(&a, 2000));
    assert_true(arena_failed(&a));
    arena_free(&a);
    assert_false(arena_failed(&a));
    assert_null(arena_alloc(&a, SIZE_MAX - 4));
    arena_free(&a);
    assert_null(arena_array(&a, SIZE_MAX / 2, 3));
    arena_free(&a);
}

static void arena_memory_is_zero_and_aligned(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t n = 1; n < 3000; n += 7) {
        unsigned char *p = arena_alloc(&a, n);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xAA, n);
    }
    assert_string_equal(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
    arena_free(&a);
}

static void numbers_parse_whole_or_not_at_all(void **state)
{
    (void)state;
    int64_t v;
    assert_int_equal(str_to_i64(STR("9223372036854775807"), &v), OK);
    assert_true(v == INT64_MAX);
    assert_int_equal(str_to_i64(STR("-9223372036854775808"), &v), OK);
    assert_true(v == INT64_MIN);
    assert_int_equal(str_to_i64(STR("9223372036854775808"), &v), ERR_LIMIT);
    const char *bad[] = {"", "-", "1 ", " 1", "+1", "1e3", "0x1", "１"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(str_to_i64(str_of(bad[i]), &v), ERR_SYNTAX);
}

static void utf8_is_strict(void **state)
{
    (void)state;
    assert_true(str_is_utf8(STR("小家电 ok \xF0\x9F\x98\x80")));
    const char *bad[] = {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                         "\xE4\xB8", "\x80",         "\xFF"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(str_is_utf8(str_of(bad[i])));
    assert_false(str_is_utf8(str_n("a\0b", 3)));
    const struct str mixed =
        str_n("a\xC3\xA9\xE5\xAE\xB6\xF0\x9F\x98\x80\xED\xA0\x80\xE5\xAE\0", 16);
    static const uint32_t want[] = {
        'a',          0xE9,         0x5BB6,       0x1F600,      STR_NO_POINT,
        STR_NO_POINT, STR_NO_POINT, STR_NO_POINT, STR_NO_POINT, 0};
    size_t at = 0;
    for (size_t k = 0; k < sizeof(want) / sizeof(want[0]); k++)
        assert_int_equal(str_next_point(mixed, &at), want[k]);
    assert_int_equal(at, mixed.n);
    static const struct str_points vowels[] = {{'a', 'a'}, {0x5BB0, 0x5BB6}};
    assert_true(STR_POINT_IN('a', vowels) && STR_POINT_IN(0x5BB6, vowels));
    assert_false(STR_POINT_IN('b', vowels) || STR_POINT_IN(0x5BB7, vowels));
}

static void cutting_and_trimming(void **state)
{
    (void)state;
    struct str rest, first = str_cut(STR("a=b=c"), '=', &rest);
    assert_true(str_eq_z(first, "a") && str_eq_z(rest, "b=c"));
    assert_true(str_eq_z(str_head(STR("\u74f7a\u676f"), 6), "\u74f7a"));
    assert_true(str_eq_z(str_head(STR("\u74f7a"), 4), "\u74f7a"));
    assert_int_equal(str_head(STR("\u74f7a"), 2).n, 0);
    assert_int_equal(str_head(STR_NONE, 3).n, 0);
    assert_int_equal(str_characters(STR("\u74f7a\u676f")), 3);
    assert_int_equal(str_characters(STR_NONE), 0);
    assert_int_equal(str_characters_bytes(STR("\u74f7a\u676f"), 0), 0);
    assert_int_equal(str_characters_bytes(STR("\u74f7a\u676f"), 2), 4);
    assert_int_equal(str_characters_bytes(STR("\u74f7a\u676f"), 9), 7);
    first = str_cut(STR("none"), '=', &rest);
    assert_true(str_eq_z(first, "none") && rest.n == 0);
    assert_true(str_eq_z(str_trim(STR(" \t x y \r\n")), "x y"));
    assert_true(str_ieq_z(STR("Content-TYPE"), "content-type"));
    assert_true(str_starts(STR("/live/x"), "/live/") && str_ends(STR("x.flv"), ".flv"));
}

static void buffers_keep_to_their_limit(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 8);
    buf_be32(&b, 0x01020304);
    buf_be24(&b, 0x050607);
    assert_true(buf_ok(&b));
    buf_be16(&b, 1);
    assert_false(buf_ok(&b));
    assert_int_equal(b.n, 7);
    assert_memory_equal(b.p, "\1\2\3\4\5\6\7", 7);
    buf_clear(&b);
    buf_z(&b, "abc");
    buf_drop(&b, 1);
    assert_memory_equal(b.p, "bc", 2);
    buf_free(&b);
}

static void maps_hold_what_was_put(void **state)
{
    (void)state;
    struct map m;
    char key[16];
    map_init(&m);
    for (intptr_t i = 1; i <= 5000; i++) {
        int n = snprintf(key, sizeof(key), "k%d", (int)i);
        assert_int_equal(map_put(&m, str_n(key, (size_t)n), (void *)i), OK);
    }
    for (intptr_t i = 1; i <= 5000; i += 2) {
        int n = snprintf(key, sizeof(key), "k%d", (int)i);
        assert_ptr_equal(map_remove(&m, str_n(key, (size_t)n)), (void *)i);
        assert_null(map_remove(&m, str_n(key, (size_t)n)));
    }
    assert_int_equal(m.count, 2500);
    size_t at = 0, seen = 0;
    struct str k;
    void *v;
    while (map_next(&m, &at, &k, &v)) {
        assert_int_equal((intptr_t)v % 2, 0);
        seen++;
    }
    assert_int_equal(seen, 2500);
    assert_ptr_equal(map_get(&m, STR("k2")), (void *)2);
    assert_null(map_get(&m, STR("k1")));
    map_free(&m);
}

static void encodings_round_trip(void **state)
{
    (void)state;
    struct arena a;
    struct str out;
    char hex[9];
    uint8_t back[4];
    arena_init(&a, 1 << 16);
    enc_hex(hex, "\x00\xFF\x1a\x2b", 4);
    assert_string_equal(hex, "00ff1a2b");
    assert_int_equal(enc_unhex(back, 4, STR("00FF1a2B")), OK);
    assert_memory_equal(back, "\x00\xFF\x1a\x2b", 4);
    assert_int_equal(enc_unhex(back, 4, STR("00FF1a2")), ERR_SYNTAX);
    assert_true(str_eq_z(enc_base64(&a, "ab", 2), "YWI="));
    assert_true(str_eq_z(enc_base64(&a, "foobar", 6), "Zm9vYmFy"));
    for (size_t n = 0; n < 20; n++) {
        uint8_t bytes[20];
        rnd_fill(bytes, n);
        assert_int_equal(enc_unbase64url(&a, enc_base64url(&a, bytes, n), &out), OK);
        assert_int_equal(out.n, n);
        assert_memory_equal(out.p ? out.p : "", bytes, n);
    }
    assert_int_equal(enc_unbase64url(&a, STR("YWJ"), &out), ERR_SYNTAX);
    assert_int_equal(enc_unpercent(&a, STR("a%20b+c%E6"), true, &out), OK);
    assert_true(str_eq_z(out, "a b c\xE6"));
    assert_int_equal(enc_unpercent(&a, STR("%2"), false, &out), ERR_SYNTAX);
    assert_int_equal(enc_unpercent(&a, STR("%00"), false, &out), ERR_SYNTAX);
    assert_true(str_eq_z(enc_percent(&a, STR("a/壶")), "a%2F%E5%A3%B6"));
    arena_free(&a);
}

static void every_error_has_a_row(void **state)
{
    (void)state;
    for (int e = ERR_AGAIN; e < ERR_COUNT_; e++) {
        assert_string_not_equal(err_name((enum err)e), e == ERR_INTERNAL ? "" : "internal");
        assert_true(err_http_status((enum err)e) >= 400);
        assert_int_equal(err_from_name(err_name((enum err)e)), e);
    }
    assert_int_equal(err_from_name("nonsense"), ERR_INTERNAL);
}

static int64_t fixed_ms(void *state)
{
    return *(int64_t *)state;
}

static void log_lines_cannot_be_forged(void **state)
{
    (void)state;
    int64_t now = 1767225600123;
    struct clock_source fixed = {fixed_ms, fixed_ms, &now};
    int fds[2];
    char line[4096];
    assert_int_equal(pipe(fds), 0);
    clock_install(&fixed);
    log_set_fd(fds[1]);
    LOG(INFO, "test.event", L_Z("name", "a\nb \"c\""), L_I("n", -3), L_Z("plain", "x"));
    log_set_fd(2);
    clock_install(NULL);
    ssize_t n = read(fds[0], line, sizeof(line) - 1);
    line[n > 0 ? n : 0] = 0;
    assert_string_equal(line, "2026-01-01T00:00:00.123Z info test.event "
                              "name=\"a\\x0ab \\\"c\\\"\" n=-3 plain=x\n");
    close(fds[0]);
    close(fds[1]);
}

static void blocks_live_until_the_last_release(void **state)
{
    (void)state;
    struct block *b = block_copy("hello", 5);
    block_ref(b);
    block_unref(b);
    assert_memory_equal(b->p, "hello", 5);
    block_unref(b);
    uint8_t *bytes = malloc(3);
    memcpy(bytes, "abc", 3);
    b = block_take(bytes, 3);
    assert_memory_equal(b->p, "abc", 3);
    block_unref(b);
}

static void bounded_draws_stay_below(void **state)
{
    (void)state;
    struct rnd_seq seq = {1}, again = {1};
    for (int i = 0; i < 1000; i++) {
        uint64_t v = rnd_seq_below(&seq, 7);
        assert_true(v < 7);
        assert_true(v == rnd_seq_below(&again, 7));
        assert_true(rnd_below(3) < 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_stops_at_its_limit),
        cmocka_unit_test(arena_memory_is_zero_and_aligned),
        cmocka_unit_test(numbers_parse_whole_or_not_at_all),
        cmocka_unit_test(utf8_is_strict),
        cmocka_unit_test(cutting_and_trimming),
        cmocka_unit_test(buffers_keep_to_their_limit),
        cmocka_unit_test(maps_hold_what_was_put),
        cmocka_unit_test(encodings_round_trip),
        cmocka_unit_test(every_error_has_a_row),
        cmocka_unit_test(log_lines_cannot_be_forged),
        cmocka_unit_test(blocks_live_until_the_last_release),
        cmocka_unit_test(bounded_draws_stay_below),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
