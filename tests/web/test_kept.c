/* web/kept: what is kept, until when, and what goes when there is too much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "web/kept.h"

static int64_t now_us;

static int64_t wall(void *state)
{
    (void)state;
    return now_us / 1000;
}

static int64_t mono(void *state)
{
    (void)state;
    return now_us;
}

static const struct version first = {1, 0}, second = {2, 0};

static struct kept_key key_of(int n)
{
    struct kept_key key = {{0}};
    memcpy(key.bytes, &n, sizeof(n));
    return key;
}

static struct kept_copy page_of(size_t n, int fill)
{
    struct kept_copy c = {.plain = block_new(n), .type = "text/html", .etag = "W/\"1\""};
    memset(block_bytes(c.plain), fill, n);
    return c;
}

static void put(struct kept *k, int key, size_t n, int fill)
{
    struct kept_copy c = page_of(n, fill);
    kept_add(k, key_of(key), first, 1000, &c);
    kept_copy_free(&c);
}

/* The first byte of what is kept, or -1. */
static int found(struct kept *k, int key, struct version version)
{
    struct kept_copy c;
    if (!kept_find(k, key_of(key), version, &c))
        return -1;
    int byte = c.plain->p[0];
    assert_string_equal(c.type, "text/html");
    assert_string_equal(c.etag, "W/\"1\"");
    kept_copy_free(&c);
    return byte;
}

static void a_page_is_found_as_what_it_is(void **state)
{
    (void)state;
    struct kept *k = kept_new();
    put(k, 1, 100, 'a');
    put(k, 2, 100, 'b');
    assert_int_equal(found(k, 1, first), 'a');
    assert_int_equal(found(k, 2, first), 'b');
    assert_int_equal(found(k, 3, first), -1);
    put(k, 1, 200, 'c');
    assert_int_equal(found(k, 1, first), 'c');
    assert_int_equal(kept_counts(k).pages, 2);
    kept_free(k);
}

static void not_of_another_version_and_not_for_ever(void **state)
{
    (void)state;
    struct kept *k = kept_new();
    put(k, 1, 100, 'a');
    assert_int_equal(found(k, 1, second), -1);
    now_us += 999 * 1000;
    assert_int_equal(found(k, 1, first), 'a');
    now_us += 1000;
    assert_int_equal(found(k, 1, first), -1);
    kept_free(k);
}

static void the_least_lately_used_go(void **state)
{
    (void)state;
    enum { PAGES = KEPT_BYTES_MAX / KEPT_PAGE_MAX };
    struct kept *k = kept_new();
    for (int i = 0; i < PAGES - 1; i++)
        put(k, i, KEPT_PAGE_MAX, 'a');
    assert_int_equal(found(k, 0, first), 'a'); /* lately used */
    put(k, PAGES, KEPT_PAGE_MAX, 'b');
    put(k, PAGES + 1, KEPT_PAGE_MAX, 'b');
    assert_true(kept_counts(k).bytes <= KEPT_BYTES_MAX);
    assert_int_equal(found(k, 0, first), 'a');
    assert_int_equal(found(k, 1, first), -1);
    assert_int_equal(found(k, PAGES + 1, first), 'b');
    put(k, 500, KEPT_PAGE_MAX + 1, 'x');
    assert_int_equal(found(k, 500, first), -1);
    kept_free(k);
}

static void the_packed_form_comes_later(void **state)
{
    (void)state;
    struct kept *k = kept_new();
    struct kept_copy c;
    put(k, 1, 100, 'a');
    assert_true(kept_find(k, key_of(1), first, &c));
    assert_null(c.packed);
    size_t before = kept_counts(k).bytes;
    c.packed = block_new(30);
    kept_pack(k, key_of(1), &c);
    kept_pack(k, key_of(1), &c); /* somebody else did it meanwhile */
    assert_int_equal(kept_counts(k).bytes, before + 30);
    put(k, 1, 100, 'b'); /* and now it is another page */
    kept_pack(k, key_of(1), &c);
    kept_copy_free(&c);
    assert_true(kept_find(k, key_of(1), first, &c));
    assert_null(c.packed);
    kept_copy_free(&c);
    assert_int_equal(kept_counts(k).bytes, before);
    kept_free(k);
}

int main(void)
{
    static const struct clock_source clock = {wall, mono, NULL};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_found_as_what_it_is),
        cmocka_unit_test(not_of_another_version_and_not_for_ever),
        cmocka_unit_test(the_least_lately_used_go),
        cmocka_unit_test(the_packed_form_comes_later),
    };
    clock_install(&clock);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
