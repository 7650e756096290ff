/* notify/mail: a letter as it goes over the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "notify/mail.h"

static const char *composed(struct buf *b, struct mail_letter l)
{
    buf_init(b, MAIL_BYTES_MAX);
    assert_int_equal(mail_compose("town@town.example", &l, b), OK);
    buf_u8(b, 0);
    return (const char *)b->p;
}

static struct mail_letter letter(void)
{
    return (struct mail_letter){.id = "notice-7",
                                .to = STR("anna@example.com"),
                                .from_name = STR("智造小镇"),
                                .subject = STR("开播"),
                                .text = STR("你好"),
                                .at_ms = INT64_C(1795780800123)};
}

static void a_letter_has_its_headers(void **state)
{
    struct buf b;
    (void)state;
    const char *text = composed(&b, letter());
    assert_non_null(strstr(text, "To: <anna@example.com>\r\n"));
    assert_non_null(strstr(text, "Subject: =?UTF-8?B?5byA5pKt?=\r\n"));
    assert_non_null(strstr(text, "Date: Fri, 27 Nov 2026 12:00:00 +0000\r\n"));
    assert_non_null(strstr(text, "Message-ID: <notice-7@town.example>\r\n"));
    assert_non_null(strstr(text, "\r\n\r\n5L2g5aW9\r\n"));
    buf_free(&b);
}

/* Whatever is said: no header but ours, no line beyond 78 characters, nothing that is not ASCII. */
static void nothing_begins_a_header_of_its_own(void **state)
{
    static const char evil[] = "a\r\nBcc: x@y.cn\r\n\r\n.\r\nQUIT\r\n\xff\xfe\xc3";
    struct buf b;
    (void)state;
    struct mail_letter l = letter();
    l.subject = l.from_name = l.text = str_n(evil, sizeof(evil) - 1);
    const char *text = composed(&b, l);
    assert_null(strstr(text, "Bcc"));
    assert_null(strstr(text, "QUIT"));
    size_t line = 0;
    for (const char *p = text; *p; p++) {
        assert_true((unsigned char)*p < 127);
        line = *p == '\n' ? 0 : line + 1;
        assert_true(line <= 78);
    }
    buf_free(&b);
}

static void a_long_subject_is_cut_between_characters(void **state)
{
    struct buf b;
    char many[3 * 100];
    (void)state;
    for (int i = 0; i < 100; i++)
        memcpy(many + 3 * i, "壶", 3);
    struct mail_letter l = letter();
    l.subject = str_n(many, sizeof(many));
    const char *text = composed(&b, l);
    const char *at = strstr(text, "Subject: ");
    int words = 0;
    for (; (at = strstr(at, "=?UTF-8?B?")) && at < strstr(text, "Date:"); at++, words++)
        assert_int_equal(strcspn(at + 10, "?") % 4, 0); /* whole characters: three bytes each */
    assert_int_equal(words, 8);
    buf_free(&b);
}

static void addresses_that_are_none_are_refused(void **state)
{
    static const char *const bad[] = {"",        "a",      "a@b@c",     "a@b>", "<a@b",
                                      "a@b\r\n", "a @b.c", "\"a\"@b",   "a@",   "@b",
                                      "a@b,c",   "a@\x7f", "a@\xc3\xa9"};
    struct buf b;
    (void)state;
    buf_init(&b, MAIL_BYTES_MAX);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct mail_letter l = letter();
        l.to = str_of(bad[i]);
        assert_int_equal(mail_compose("town@town.example", &l, &b), ERR_INVALID);
    }
    struct mail_letter l = letter();
    l.id = "x> evil";
    assert_int_equal(mail_compose("town@town.example", &l, &b), ERR_INVALID);
    buf_free(&b);
}

static void a_server_has_an_address(void **state)
{
    static const char *const bad[] = {"", "mail.example", "http://a.example",
                                      "smtp://u:p@a.example", "smtp://"};
    struct arena arena;
    struct err_info info;
    struct mail *m;
    (void)state;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(mail_new(bad[i], "a@b.cn", "", "/tmp", &m, &arena, &info), ERR_INVALID);
        assert_string_equal(info.field, "smtp");
    }
    assert_int_equal(mail_new("smtp://a.cn", "a@b.cn", "/no/such.pem", "/tmp", &m, &arena, &info),
                     ERR_NOT_FOUND);
    assert_string_equal(info.field, "smtp-ca");
    assert_int_equal(mail_new("smtp://a.cn", "a@b.cn", "/dev/null", "/tmp", &m, &arena, &info),
                     ERR_INVALID);
    assert_string_equal(info.field, "smtp-ca");
    assert_int_equal(mail_new("log", "nobody", "", "/tmp", &m, &arena, &info), ERR_INVALID);
    assert_string_equal(info.field, "smtp-from");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letter_has_its_headers),
        cmocka_unit_test(nothing_begins_a_header_of_its_own),
        cmocka_unit_test(a_long_subject_is_cut_between_characters),
        cmocka_unit_test(addresses_that_are_none_are_refused),
        cmocka_unit_test(a_server_has_an_address),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
