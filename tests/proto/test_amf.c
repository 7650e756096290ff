#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/amf.h"

enum { ARENA = 256 * 1024 };

/* Reads one value from bytes that are exactly as long as they should be, so that the sanitizer sees
 * a read past the end. The copy stays for the tree that borrows from it, until the next read. */
static uint8_t *kept;

static enum err read_bytes(struct arena *a, const void *p, size_t n, const struct amf **out)
{
    free(kept);
    kept = malloc(n);
    assert_non_null(kept);
    memcpy(kept, p, n);
    struct amf_reader r;
    amf_reader_init(&r, kept, n, a);
    enum err e = amf_read(&r, out);
    if (e == OK)
        assert_int_equal(r.at, n);
    return e;
}

static int forget_kept(void **state)
{
    (void)state;
    free(kept);
    return 0;
}

#define BYTES(literal) (literal), sizeof(literal) - 1

static void test_round_trip(void **state)
{
    (void)state;
    struct buf b;
    struct arena a;
    buf_init(&b, 1 << 20);
    arena_init(&a, ARENA);
    char *big = test_malloc(70000);
    memset(big, 'x', 70000);

    amf_put_z(&b, "connect");
    amf_put_number(&b, 1);
    amf_put_object(&b);
    amf_put_name(&b, "app");
    amf_put_z(&b, "live");
    amf_put_name(&b, "nested");
    amf_put_ecma_array(&b, 1);
    amf_put_name(&b, "ok");
    amf_put_bool(&b, true);
    amf_put_end(&b);
    amf_put_name(&b, "list");
    amf_put_strict_array(&b, 2);
    amf_put_number(&b, -1.5);
    amf_put_null(&b);
    amf_put_end(&b);
    amf_put_text(&b, str_n(big, 70000));
    assert_true(buf_ok(&b));

    struct amf_reader r;
    const struct amf *v;
    amf_reader_init(&r, b.p, b.n, &a);
    assert_int_equal(amf_read(&r, &v), OK);
    assert_true(amf_is_text(v, "connect"));
    assert_int_equal(amf_read(&r, &v), OK);
    assert_true(amf_number(v, 0) == 1);
    assert_int_equal(amf_read(&r, &v), OK);
    assert_true(amf_is_text(amf_member(v, "app"), "live"));
    assert_true(amf_member(amf_member(v, "nested"), "ok")->boolean);
    const struct amf *list = amf_member(v, "list");
    assert_int_equal(list->kind, AMF_ARRAY);
    assert_true(list->child->number == -1.5);
    assert_int_equal(list->child->next->kind, AMF_NULL);
    assert_null(list->child->next->next);
    assert_null(amf_member(v, "absent"));
    assert_int_equal(amf_read(&r, &v), OK);
    assert_int_equal(amf_text(v).n, 70000);
    assert_int_equal(amf_read(&r, &v), ERR_EOF);

    test_free(big);
    buf_free(&b);
    arena_free(&a);
}

static void test_every_cut_is_refused(void **state)
{
    (void)state;
    static const char whole[] = "\x03\0\1a\x02\0\2hi\0\1d\x0B\0\0\0\0\0\0\0\0\0\0"
                                "\0\1l\x0A\0\0\0\1\x0C\0\0\0\1z\0\0\x09";
    const struct amf *v;
    struct arena a;
    arena_init(&a, ARENA);
    assert_int_equal(read_bytes(&a, BYTES(whole), &v), OK);
    for (size_t n = 1; n < sizeof(whole) - 1; n++)
        assert_int_equal(read_bytes(&a, whole, n, &v), ERR_PROTOCOL);
    arena_free(&a);
}

static void test_ecma_array_without_end(void **state)
{
    (void)state;
    const struct amf *v;
    struct arena a;
    arena_init(&a, ARENA);
    assert_int_equal(read_bytes(&a, BYTES("\x08\0\0\0\1\0\1w\x01\1"), &v), OK);
    assert_true(amf_member(v, "w")->boolean);
    arena_free(&a);
}

static void test_depth_and_count_are_bounded(void **state)
{
    (void)state;
    const struct amf *v;
    struct arena a;
    arena_init(&a, ARENA);

    uint8_t deep[5 * 100];
    for (size_t i = 0; i < sizeof(deep); i += 5)
        memcpy(deep + i, "\x0A\0\0\0\1", 5);
    assert_int_equal(read_bytes(&a, deep, sizeof(deep), &v), ERR_LIMIT);

    uint8_t many[5 + 4000];
    memset(many, 0x05, sizeof(many));
    memcpy(many, "\x0A\0\0\x0F\xA0", 5);
    assert_int_equal(read_bytes(&a, many, sizeof(many), &v), ERR_LIMIT);

    /* A count alone claims nothing. */
    assert_int_equal(read_bytes(&a, BYTES("\x0A\xFF\xFF\xFF\xFF\x05"), &v), ERR_PROTOCOL);
    assert_int_equal(read_bytes(&a, BYTES("\x0C\xFF\xFF\xFF\xFF"), &v), ERR_PROTOCOL);
    arena_free(&a);

    arena_init(&a, 1024);
    memcpy(many, "\x0A\0\0\x03\x00", 5);
    assert_int_equal(read_bytes(&a, many, 5 + 0x300, &v), ERR_NOMEM);
    arena_free(&a);
}

static void test_amf3_inside(void **state)
{
    (void)state;
    const struct amf *v;
    struct arena a;
    arena_init(&a, ARENA);

    assert_int_equal(read_bytes(&a, BYTES("\x11\x04\x7F"), &v), OK);
    assert_true(v->number == 127);
    assert_int_equal(read_bytes(&a, BYTES("\x11\x04\xFF\xFF\xFF\xFF"), &v), OK);
    assert_true(v->number == -1);
    assert_int_equal(read_bytes(&a, BYTES("\x11\x05\x3F\xF8\0\0\0\0\0\0"), &v), OK);
    assert_true(v->number == 1.5);

    /* A dynamic object: sealed member "a", dynamic member "b" whose value refers to the string
     * "a" (0 in the table) and "c" that refers to an object (undefined by choice). */
    assert_int_equal(read_bytes(&a,
                                BYTES("\x11\x0A\x1B\x01\x03"
                                      "a\x06\x05hi\x03"
                                      "b\x06\x00\x03"
                                      "c\x0A\x00\x01"),
                                &v),
                     OK);
    assert_true(amf_is_text(amf_member(v, "a"), "hi"));
    assert_true(amf_is_text(amf_member(v, "b"), "a"));
    assert_int_equal(amf_member(v, "c")->kind, AMF_UNDEFINED);

    /* A dense array of two, the second with the traits of the first. */
    assert_int_equal(
        read_bytes(&a, BYTES("\x11\x09\x05\x01\x0A\x13\x01\x03x\x04\x01\x0A\x01\x04\x02"), &v), OK);
    assert_int_equal(v->kind, AMF_ARRAY);
    assert_true(amf_number(amf_member(v->child, "x"), 0) == 1);
    assert_true(amf_number(amf_member(v->child->next, "x"), 0) == 2);

    assert_int_equal(read_bytes(&a, BYTES("\x11\x06\x02"), &v), ERR_PROTOCOL); /* no such string */
    assert_int_equal(read_bytes(&a, BYTES("\x11\x0A\x07\x01"), &v), ERR_UNSUPPORTED);
    assert_int_equal(read_bytes(&a, BYTES("\x11\x0A\xFF\xFF\xFF\xF3\x01"), &v), ERR_LIMIT);
    assert_int_equal(read_bytes(&a, BYTES("\x11\x0C\xFF\xFF\xFF\xFF"), &v), ERR_PROTOCOL);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_every_cut_is_refused),
        cmocka_unit_test(test_ecma_array_without_end),
        cmocka_unit_test(test_depth_and_count_are_bounded),
        cmocka_unit_test(test_amf3_inside),
    };
    return cmocka_run_group_tests(tests, NULL, forget_kept);
}
