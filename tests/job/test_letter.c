/* job/job_letter: what a caller is given, and what is refused before a job is started. How it looks
 * is measured by test_letter_program.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/log.h"
#include "job/job_letter.h"

static struct err_info info;
static struct letter_result result;

static struct letter_paper paper(void)
{
    return (struct letter_paper){.mark = STR("某某市经济和信息化局文件"),
                                 .number = STR("智经信建〔2021〕8号"),
                                 .title = STR("关于第248号建议的答复"),
                                 .addressee = STR("张三代表"),
                                 .body = STR("一、情况\n现答复如下。"),
                                 .issuer = STR("某某市经济和信息化局"),
                                 .date = STR("2021年6月23日"),
                                 .seal = LETTER_SEAL_DRAWN,
                                 .is_sealed = true,
                                 .pdf_author = STR("某某市"),
                                 .created_s = 1624406400};
}

static int set_up(void **state)
{
    (void)state;
    log_set_level(LOG_NONE);
    job_set_program(JOB_PROGRAM);
    return job_letter_set_fonts("");
}

static enum err draw(const struct letter_paper *p)
{
    info = (struct err_info){0};
    return job_letter(p, NULL, &result, &info);
}

static void a_document_and_what_is_known_of_it(void **state)
{
    (void)state;
    struct letter_paper p = paper();
    assert_int_equal(draw(&p), OK);
    assert_true(result.pdf->n > 1000 && memcmp(result.pdf->p, "%PDF-", 5) == 0);
    assert_int_equal(result.pages, 1);
    assert_int_equal(result.seal.page, 1);
    assert_true(result.seal.width == 42 && result.seal.x > 100 && result.seal.y > 100);
    assert_true(result.fallbacks[LETTER_MARK]); /* no free font is 小标宋 */
    block_unref(result.pdf);
    p.is_sealed = false; /* the same place, before there is one */
    struct letter_rect sealed = result.seal;
    assert_int_equal(draw(&p), OK);
    assert_memory_equal(&sealed, &result.seal, sizeof(sealed));
    block_unref(result.pdf);
    p.seal = LETTER_SEAL_NONE;
    assert_int_equal(draw(&p), OK);
    assert_int_equal(result.seal.page, 0);
    block_unref(result.pdf);
}

static void a_missing_character_is_named(void **state)
{
    (void)state;
    struct letter_paper p = paper();
    p.addressee = STR("王\U000100FF代表");
    assert_int_equal(draw(&p), ERR_INVALID);
    assert_string_equal(info.field, "letter_glyph");
    assert_string_equal(info.key, "job.letter_glyph");
    assert_string_equal(result.missing, "\U000100FF");
    assert_null(result.pdf);
}

static void what_is_no_paper_is_refused_by_field(void **state)
{
    (void)state;
    static char long_line[LETTER_LINE_MAX + 2], long_body[3 * LETTER_CHARACTERS_MAX];
    static const struct letter_attachment many[LETTER_ATTACHMENTS_MAX + 1];
    memset(long_line, 'a', LETTER_LINE_MAX + 1);
    memset(long_body, 'a', LETTER_CHARACTERS_MAX + 1);
    struct letter_paper p[12];
    const char *fields[12] = {"title", "title", "mark", "body",   "issuer",      "signer",
                              "code",  "body",  "body", "number", "attachments", "seal_png"};
    for (size_t i = 0; i < 12; i++)
        p[i] = paper();
    p[0].title = STR("");
    p[1].title = str_of(long_line);
    p[2].mark = STR("a\nb");
    p[3].body = STR(" \n\t");
    p[4].issuer = STR_NONE;
    p[5].signer = STR("a\xff");
    p[6].code = str_n(long_body, LETTER_ADDRESS_MAX + 1);
    p[7].body = str_of(long_body);
    p[8].body = STR("a\xe2\x80\xae"
                    "b");
    p[9].number = STR("\x7f");
    p[10].attachments = many;
    p[10].attachments_n = LETTER_ATTACHMENTS_MAX + 1;
    p[11].seal_png = str_n(long_body, LETTER_PNG_MAX + 1); /* never read */
    for (size_t i = 0; i < 12; i++) {
        enum err e = draw(&p[i]);
        assert_true(e == ERR_INVALID || e == ERR_TOO_LARGE);
        assert_string_equal(info.field, fields[i]);
        assert_null(result.pdf);
    }
}

static void typefaces_by_setting(void **state)
{
    (void)state;
    struct letter_paper p = paper();
    assert_int_equal(job_letter_set_fonts("body"), ERR_SYNTAX);
    assert_int_equal(job_letter_set_fonts("body="), ERR_SYNTAX);
    assert_int_equal(job_letter_set_fonts("text=FangSong"), ERR_SYNTAX);
    assert_int_equal(job_letter_set_fonts("body = None Such, AR PL UKai CN ; kai=AR PL UKai CN;"),
                     OK);
    assert_int_equal(draw(&p), OK);
    assert_false(result.fallbacks[LETTER_BODY]);
    assert_false(result.fallbacks[LETTER_KAI]);
    assert_true(result.fallbacks[LETTER_TITLE]);
    block_unref(result.pdf);
    assert_int_equal(job_letter_set_fonts(""), OK);
}

static bool stop(void *arg)
{
    (void)arg;
    return true;
}

static void it_can_be_stopped(void **state)
{
    (void)state;
    struct letter_paper p = paper();
    const struct job_letter_ask ask = {.stop = stop};
    enum err e = job_letter(&p, &ask, &result, &info);
    assert_true(e == OK || e == ERR_CLOSED); /* or it was done before it was asked */
    block_unref(result.pdf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_and_what_is_known_of_it),
        cmocka_unit_test(a_missing_character_is_named),
        cmocka_unit_test(what_is_no_paper_is_refused_by_field),
        cmocka_unit_test(typefaces_by_setting),
        cmocka_unit_test(it_can_be_stopped),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, NULL);
}
