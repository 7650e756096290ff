/* The readers inside guildhall-job, without a process: numbers, formats, names, encodings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "job/csv.h"
#include "job/json.h"
#include "job/xlsx.h"
#include "job/xlsx_text.h"

static void number_is(const char *stored, enum xlsx_style style, enum job_cell_kind kind,
                      const char *expected)
{
    char out[XLSX_NUMBER_MAX];
    enum job_cell_kind got = JOB_CELL_TEXT;
    assert_true(xlsx_number(str_of(stored), style, false, out, &got));
    assert_string_equal(out, expected);
    assert_int_equal(got, kind);
}

static void numbers_say_what_the_double_says(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"0", "0"},
        {"-0", "0"},
        {"129.9", "129.9"},
        {"0.1", "0.1"},
        {"0.30000000000000004", "0.30000000000000004"},
        {"129.90000000000001", "129.9"}, /* the same double */
        {"6.29E+12", "6290000000000"},
        {"6.2910415002130001E+12", "6291041500213"},
        {"6901234567892", "6901234567892"},
        {"9007199254740993", "9007199254740992"},
        {"1.2345678901234567E17", "123456789012345660"},
        {"-1.2345678901234567E17", "-123456789012345660"},
        {"1e20", "100000000000000000000"},
        {"1.5e-7", "0.00000015"},
        {"-2.50", "-2.5"},
        {"1E+30", "1e+30"},
        {"100", "100"},
        {"1234.5", "1234.5"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        number_is(cases[i][0], XLSX_PLAIN, JOB_CELL_NUMBER, cases[i][1]);
    char out[XLSX_NUMBER_MAX];
    enum job_cell_kind kind;
    static const char *const none[] = {"",    "x",     "1 2", "0x10", "inf",
                                       "nan", "1e999", "--1", "1e",   "."};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_false(xlsx_number(str_of(none[i]), XLSX_PLAIN, false, out, &kind));
}

static void days_are_dates(void **state)
{
    (void)state;
    number_is("1", XLSX_DATE, JOB_CELL_DATE, "1900-01-01");
    number_is("59", XLSX_DATE, JOB_CELL_DATE, "1900-02-28");
    number_is("61", XLSX_DATE, JOB_CELL_DATE, "1900-03-01");
    number_is("45351", XLSX_DATE, JOB_CELL_DATE, "2024-02-29");
    number_is("46143", XLSX_DATE_TIME, JOB_CELL_DATE, "2026-05-01");
    number_is("46143.354166666664", XLSX_DATE_TIME, JOB_CELL_DATE, "2026-05-01T08:30:00");
    number_is("46143.999999999", XLSX_DATE_TIME, JOB_CELL_DATE, "2026-05-02");
    number_is("46143.5", XLSX_DATE, JOB_CELL_DATE, "2026-05-01");
    number_is("2958465", XLSX_DATE, JOB_CELL_DATE, "9999-12-31");
    number_is("2958466", XLSX_DATE, JOB_CELL_NUMBER, "2958466");
    number_is("-1", XLSX_DATE, JOB_CELL_NUMBER, "-1");
    number_is("0.5", XLSX_TIME, JOB_CELL_DATE, "12:00:00");
    number_is("1.25", XLSX_HOURS, JOB_CELL_DATE, "30:00:00");
}

static void formats_tell_dates_from_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        enum xlsx_style style;
    } cases[] = {
        {"General", XLSX_PLAIN},
        {"0.00", XLSX_PLAIN},
        {"#,##0.00\\ \"days\"", XLSX_PLAIN},
        {"[Red]#,##0", XLSX_PLAIN},
        {"\"d\"0", XLSX_PLAIN},
        {"@", XLSX_PLAIN},
        {"yyyy\\-mm\\-dd", XLSX_DATE},
        {"yyyy\"年\"m\"月\"d\"日\";@", XLSX_DATE},
        {"[$-804]yyyy/m/d", XLSX_DATE},
        {"mmm", XLSX_DATE},
        {"m/d/yy h:mm", XLSX_DATE_TIME},
        {"h:mm AM/PM", XLSX_TIME},
        {"mm:ss.00", XLSX_TIME},
        {"[h]:mm:ss", XLSX_HOURS},
        {"[", XLSX_PLAIN},
        {"\"", XLSX_PLAIN},
        {"\\", XLSX_PLAIN},
        {"", XLSX_PLAIN},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(xlsx_style_of(cases[i].code), cases[i].style);
}

static void names_stay_inside(void **state)
{
    (void)state;
    static const struct {
        const char *name, *expected; /* NULL: refused */
    } cases[] = {
        {"a.jpg", "a.jpg"},
        {"a\\b.jpg", "a/b.jpg"},
        {"a/..b/c", "a/..b/c"},
        {"\xd6\xd0.jpg", "中.jpg"},
        {"", NULL},
        {"/a", NULL},
        {"\\a", NULL},
        {"..", NULL},
        {"a/..", NULL},
        {"a\\..\\b", NULL},
        {"./a", NULL},
        {"c:a", NULL},
        {"a\nb", NULL},
        {"\xff\xff\xff", NULL},
    };
    char out[ZIP_NAME_MAX + 1];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct zip_entry e = {.name = str_of(cases[i].name)};
        assert_int_equal(zip_name(&e, out), cases[i].expected != NULL);
        if (cases[i].expected)
            assert_string_equal(out, cases[i].expected);
    }
}

static void escapes_are_decoded(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    buf_z(&b, "a_x000D_b_x4E2d_c_x005F_x0041__xD800__x00_x_");
    xlsx_unescape(&b);
    assert_true(str_eq_z(str_n(b.p, b.n), "a\rb中c_x0041__xD800__x00_x_"));
    buf_free(&b);
}

static void json_is_whole_whatever_comes(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    json_put(&b, str_n("a\"\\\n\t\x01中\xff\xe4\xb8\0", 13));
    assert_true(str_eq_z(str_n(b.p, b.n),
                         "\"a\\\"\\\\\\n\\t\\u0001中\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
                         "\\u0000\""));
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_say_what_the_double_says),
        cmocka_unit_test(days_are_dates),
        cmocka_unit_test(formats_tell_dates_from_numbers),
        cmocka_unit_test(names_stay_inside),
        cmocka_unit_test(escapes_are_decoded),
        cmocka_unit_test(json_is_whole_whatever_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
