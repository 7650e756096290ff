/* town/day: the town's midnight, the years before 1970, days that do not exist. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "town/day.h"

static const int64_t noon_ms = 12 * INT64_C(3600000);

static void a_day_begins_at_the_towns_midnight(void **state)
{
    (void)state;
    int64_t begin = INT64_C(1614009600000), day = 18681; /* 2021-02-22T16:00:00Z */
    assert_int_equal(day_of(begin), day);
    assert_int_equal(day_of(begin - 1), day - 1);
    assert_int_equal(day_begin_ms(day), begin);
    assert_int_equal(day_end_ms(day), begin + 2 * noon_ms - 1);
    assert_int_equal(day_of(day_end_ms(day)), day);
    assert_int_equal(day_of(day_end_ms(day) + 1), day + 1);
}

static void before_1970_too(void **state)
{
    (void)state;
    struct tm tm;
    char text[DAY_TEXT];
    assert_int_equal(day_of(0), 0); /* eight in the morning */
    for (int64_t day = -800; day < 3; day++) {
        assert_int_equal(day_of(day_begin_ms(day)), day);
        assert_int_equal(day_of(day_begin_ms(day) + noon_ms), day);
        assert_int_equal(day_of(day_end_ms(day)), day);
    }
    assert_true(day_text(-1, text));
    assert_string_equal(text, "1969-12-31");
    day_clock(day_end_ms(-1), &tm);
    assert_int_equal(tm.tm_mday, 31);
    assert_int_equal(tm.tm_hour, 23);
    assert_int_equal(tm.tm_sec, 59);
    day_clock(day_begin_ms(0), &tm);
    assert_int_equal(tm.tm_mday, 1);
    assert_int_equal(tm.tm_hour, 0);
}

static void a_text_is_a_day_that_exists(void **state)
{
    (void)state;
    static const char *const good[] = {"1970-01-01", "2021-02-23", "2024-02-29", "9998-12-31"};
    static const char *const bad[] = {"",           "2021-02-29", "2021-02-30", "2021-04-31",
                                      "2021-13-01", "2021-00-10", "2021-01-00", "2021-2-23",
                                      "2021/02/23", "20210223",   "1969-12-31", "9999-01-01",
                                      "2021-02-23x"};
    char text[DAY_TEXT];
    int64_t day = 7;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(day_read(str_of(good[i]), &day), OK);
        assert_true(day_text(day, text));
        assert_string_equal(text, good[i]);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(day_read(str_of(bad[i]), &day), ERR_SYNTAX);
    assert_false(day_text(INT64_C(4000000), text)); /* the year 12921 */
    assert_string_equal(text, "");
}

/* 2026-11-27 is a Friday. */
static void workdays_are_monday_to_friday(void **state)
{
    (void)state;
    static const struct {
        const char *day, *wanted;
        int n;
    } cases[] = {
        {"2026-11-26", "2026-11-27", 1}, {"2026-11-27", "2026-11-30", 1},
        {"2026-11-28", "2026-11-30", 1}, {"2026-11-29", "2026-11-30", 1},
        {"2026-11-26", "2026-12-03", 5}, {"2026-11-27", "2026-11-27", 0},
        {"1970-01-01", "1970-01-02", 1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t day, wanted;
        assert_int_equal(day_read(str_of(cases[i].day), &day), OK);
        assert_int_equal(day_read(str_of(cases[i].wanted), &wanted), OK);
        assert_int_equal(day_workdays_after(day_begin_ms(day), cases[i].n), day_end_ms(wanted));
        assert_int_equal(day_workdays_after(day_end_ms(day), cases[i].n), day_end_ms(wanted));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_begins_at_the_towns_midnight),
        cmocka_unit_test(before_1970_too),
        cmocka_unit_test(a_text_is_a_day_that_exists),
        cmocka_unit_test(workdays_are_monday_to_friday),
    };
    return cmocka_run_group_tests_name("day", tests, NULL, NULL);
}
