/* proto/multipart: form data in any pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "proto/multipart.h"

static struct buf said;

static enum err on_part(void *user, const struct multipart_part *part)
{
    (void)user;
    buf_printf(&said, "%.*s", STR_ARG(part->name));
    if (part->is_file)
        buf_printf(&said, "(%.*s,%.*s)", STR_ARG(part->filename), STR_ARG(part->content_type));
    buf_u8(&said, '=');
    return str_eq_z(part->name, "refuse") ? ERR_LIMIT : OK;
}

static enum err on_bytes(void *user, const uint8_t *p, size_t n)
{
    (void)user;
    assert_true(n > 0);
    buf_put(&said, p, n);
    return OK;
}

static enum err on_part_end(void *user)
{
    (void)user;
    buf_u8(&said, ';');
    return OK;
}

static const struct multipart_ops ops = {on_part, on_bytes, on_part_end};

static enum err parse(struct str body, size_t step)
{
    struct multipart m;
    assert_int_equal(multipart_init(&m, STR("multipart/form-data; boundary=\"B-1\""), &ops, NULL),
                     OK);
    buf_clear(&said);
    enum err e = OK;
    for (size_t at = 0; at < body.n && !e; at += step)
        e = multipart_feed(&m, (const uint8_t *)body.p + at,
                           body.n - at < step ? body.n - at : step);
    buf_u8(&said, 0);
    return e ? e : multipart_end(&m);
}

static void parses(struct str body, enum err want, const char *text)
{
    buf_init(&said, 1 << 20);
    for (size_t step = 1; step <= body.n; step++) {
        assert_int_equal(parse(body, step), want);
        if (text)
            assert_string_equal((char *)said.p, text);
    }
    buf_free(&said);
}

#define PART(name) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"

static void fields_and_files(void **state)
{
    (void)state;
    parses(STR("--B-1\r\n" PART("a") "1\r\n--B-1\r\n" PART("b") "\r\n--B-1--\r\n"), OK, "a=1;b=;");
    parses(STR("preamble\r\n--B-1  \r\n"
               "content-disposition: form-data; filename=\"C:\\x\\\xE9\x94\x85.png\"; name=pic\r\n"
               "Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n\r\n--B-1--epilogue"),
           OK, "pic(锅.png,image/png)=\x89PNG\r\n\x1a\n;");
    parses(STR("--B-1\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\n\r\n"
               "--B-1--"),
           OK, "f(,)=;");
}

static void bytes_that_look_like_a_boundary(void **state)
{
    (void)state;
    parses(STR("--B-1\r\n" PART("a") "\r\n--B-2\r\r\n--B\r\n\r\n--B-\r--B-1\r\n--B-1--"), OK,
           "a=\r\n--B-2\r\r\n--B\r\n\r\n--B-\r--B-1;");
    parses(STR("--B-1\r\n" PART("a") "\r\r\n--B-1--"), OK, "a=\r;");
}

static void what_is_refused(void **state)
{
    (void)state;
    parses(STR("--B-1\r\n" PART("a") "1"), ERR_SYNTAX, NULL);
    parses(STR("--B-1\r\n" PART("a") "1\r\n--B-1xx"), ERR_SYNTAX, NULL);
    parses(STR("--B-1\r\nContent-Type: text/plain\r\n\r\n1\r\n--B-1--"), ERR_SYNTAX, NULL);
    parses(STR("--B-1\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n--B-1--"),
           ERR_SYNTAX, NULL);
    parses(STR("--B-1\r\n\r\n1\r\n--B-1--"), ERR_SYNTAX, NULL);
    parses(STR("nothing"), ERR_SYNTAX, "");
    parses(STR("--B-1\r\n" PART("refuse") "1\r\n--B-1--"), ERR_LIMIT, NULL);
    static char long_head[MULTIPART_HEAD_MAX + 100];
    memset(long_head, 'x', sizeof(long_head));
    memcpy(long_head, "--B-1\r\n", 7);
    buf_init(&said, 1 << 16);
    assert_int_equal(parse(str_n(long_head, sizeof(long_head)), 100), ERR_TOO_LARGE);
    memset(long_head, 'x', sizeof(long_head));
    assert_int_equal(parse(str_n(long_head, sizeof(long_head)), 100), ERR_TOO_LARGE);
    buf_free(&said);
}

static void boundaries(void **state)
{
    (void)state;
    struct multipart m;
    const char *bad[] = {"multipart/form-data",
                         "multipart/form-data; boundary=", "multipart/mixed; boundary=x",
                         "multipart/form-data; boundary=\"x", "multipart/form-data; boundary=a\tb"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(multipart_init(&m, str_of(bad[i]), &ops, NULL), ERR_SYNTAX);
    char text[200];
    memset(text, 'b', sizeof(text));
    memcpy(text, "multipart/form-data;boundary=", 29);
    assert_int_equal(multipart_init(&m, str_n(text, 29 + 70), &ops, NULL), OK);
    assert_int_equal(multipart_init(&m, str_n(text, 29 + 71), &ops, NULL), ERR_SYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_and_files),
        cmocka_unit_test(bytes_that_look_like_a_boundary),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(boundaries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
