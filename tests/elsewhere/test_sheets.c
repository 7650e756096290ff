/* elsewhere: what platforms write into their sheets' titles and cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "town/elsewhere/columns.h"
#include "town/elsewhere/value.h"

static void counts_are_exact_or_refused(void **state)
{
    (void)state;
    int64_t n;
    static const struct {
        const char *text;
        int64_t n;
    } good[] = {
        {"0", 0}, {" 1,234 ", 1234}, {"1234.0", 1234}, {"12,345,678", 12345678}, {"007", 7}};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(value_count(str_of(good[i].text), &n), OK);
        assert_int_equal(n, good[i].n);
    }
    const char *bad[] = {
        "",   "-5",  "1.5",  "1.2\xE4\xB8\x87", "1,23", "12,34,567", "1 2", "1234,", ",123",
        "1.", "1e5", "0x10", "1,2345"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (value_count(str_of(bad[i]), &n) != ERR_SYNTAX)
            fail_msg("\"%s\" is taken for a number", bad[i]);
    assert_int_equal(value_count(STR("99999999999999999999"), &n), ERR_LIMIT);
    assert_int_equal(value_count(STR("1000000000001"), &n), ERR_LIMIT);
}

static void amounts_are_in_fen(void **state)
{
    (void)state;
    int64_t n;
    static const struct {
        const char *text;
        int64_t n;
    } good[] = {{"1,234.5", 123450},
                {"\xC2\xA5"
                 "69",
                 6900},
                {"\xEF\xBF\xA5 1,069.00", 106900},
                {"88.88\xE5\x85\x83", 8888},
                {"0.10", 10},
                {"12.300000", 1230}};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(value_fen(str_of(good[i].text), &n), OK);
        assert_int_equal(n, good[i].n);
    }
    assert_int_equal(value_fen(STR("1.234"), &n), ERR_SYNTAX);
    assert_int_equal(value_fen(STR("-1.00"), &n), ERR_SYNTAX);
    assert_int_equal(value_fen(STR("10000000000.01"), &n), ERR_LIMIT);
    assert_true(value_is_none(STR(" -- ")) && value_is_none(STR("")) && !value_is_none(STR("0")));
}

static void times_are_the_towns(void **state)
{
    (void)state;
    int64_t ms, same;
    assert_int_equal(value_time(STR("2026-05-01 19:30:00"), &ms), OK);
    assert_true(ms == 1777635000000);
    const char *alike[] = {"2026/5/1 19:30", "2026-05-01T19:30", "2026.05.01 19:30:00",
                           " 2026-05-01 19:30 "};
    for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++) {
        assert_int_equal(value_time(str_of(alike[i]), &same), OK);
        assert_true(same == ms);
    }
    const char *bad[] = {"",
                         "2026-05-01",
                         "2026-06-31 19:30",
                         "2026-13-01 19:30",
                         "2026-05-01 24:30",
                         "2026-05-01 19:30x",
                         "2026-05-01 19:30:61",
                         "1999-05-01 19:30",
                         "46143.8125",
                         "2026-05-01 19:30:00 ~ 2026-05-01 21:00:00"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (value_time(str_of(bad[i]), &ms) != ERR_SYNTAX)
            fail_msg("\"%s\" is taken for a time", bad[i]);
}

static struct str texts[16];
static const int places[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static struct titles titles(const char *const *z)
{
    struct titles t = {texts, places, 0};
    for (; *z; z++)
        texts[t.n++] = str_of(*z);
    return t;
}

/* In bytes, as this file holds no Chinese: the names of data/platforms.json. */
#define BEGAN "\xE5\xBC\x80\xE6\x92\xAD\xE6\x97\xB6\xE9\x97\xB4" /* kai bo shi jian */
#define SOLD "\xE6\x88\x90\xE4\xBA\xA4\xE9\x87\x91\xE9\xA2\x9D"  /* cheng jiao jin e */
#define TAOBAO_MARK "\xE5\x9C\xBA\xE6\xAC\xA1ID"                 /* chang ci ID */
#define DOUYIN_MARK "\xE7\x9B\xB4\xE6\x92\xAD\xE9\x97\xB4ID"     /* zhi bo jian ID */

static void titles_are_known_in_all_their_forms(void **state)
{
    (void)state;
    struct err_info info = {0};
    struct columns c;
    assert_int_equal(columns_load(&info), OK);
    const char *own[] = {"Start", "AMOUNT (CNY)", "pieces", "viewers", NULL};
    struct titles t = titles(own);
    columns_find(PLATFORM_OTHER, &t, &c);
    assert_true(c.complete);
    assert_int_equal(c.at[FIELD_AMOUNT], 2);
    assert_int_equal(c.at[FIELD_VIEWERS], 4);
    assert_int_equal(c.at[FIELD_PEAK], 0);
    const char *wide[] = {"\xEF\xBB\xBF" BEGAN, SOLD "\xEF\xBC\x88\xE5\x85\x83\xEF\xBC\x89", NULL};
    t = titles(wide);
    columns_find(PLATFORM_TAOBAO, &t, &c);
    assert_int_equal(c.at[FIELD_START], 1);
    assert_int_equal(c.at[FIELD_AMOUNT], 2);
    assert_false(c.complete); /* no pieces */
}

static void a_sheet_of_the_other_platform_is_known_by_its_marks(void **state)
{
    (void)state;
    const char *taobao[] = {TAOBAO_MARK, BEGAN, SOLD, NULL};
    const char *douyin[] = {DOUYIN_MARK, BEGAN, SOLD, NULL};
    const char *neither[] = {BEGAN, SOLD, NULL};
    struct titles t = titles(taobao);
    assert_int_equal(columns_of_whom(PLATFORM_DOUYIN, &t), PLATFORM_TAOBAO);
    assert_int_equal(columns_of_whom(PLATFORM_TAOBAO, &t), PLATFORM_TAOBAO);
    t = titles(douyin);
    assert_int_equal(columns_of_whom(PLATFORM_TAOBAO, &t), PLATFORM_DOUYIN);
    t = titles(neither);
    assert_int_equal(columns_of_whom(PLATFORM_TAOBAO, &t), PLATFORM_TAOBAO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_exact_or_refused),
        cmocka_unit_test(amounts_are_in_fen),
        cmocka_unit_test(times_are_the_towns),
        cmocka_unit_test(titles_are_known_in_all_their_forms),
        cmocka_unit_test(a_sheet_of_the_other_platform_is_known_by_its_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
