/* town/letters/intake.c: days as registers write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "town/day.h"
#include "town/letters/intake.h"

static void says(const char *text, const char *want)
{
    char said[DAY_TEXT] = "";
    int64_t day = 0;
    enum err e = intake_day(str_of(text), &day);
    if (!want) {
        if (e == OK)
            fail_msg("%s is taken for a day", text);
        return;
    }
    if (e != OK || !day_text(day, said) || strcmp(said, want) != 0)
        fail_msg("%s is %s, not %s", text, said, want);
}

static void test_ways_to_write_one(void **state)
{
    (void)state;
    static const char *const same[] = {"2021-03-05", "2021/3/5",     "2021/03/05",
                                       "2021.3.5",   "2021年3月5日", "2021年03月05日",
                                       "44260",      " 2021-3-5 ",   "2021-03-05T00:00:00"};
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
        says(same[i], "2021-03-05");
    says("2020-02-29", "2020-02-29");
    says("36526", "2000-01-01"); /* as spreadsheets count */
}

static void test_what_is_none(void **state)
{
    (void)state;
    static const char *const none[] = {"",           "春天",        "2021",          "2021-03",
                                       "2021-02-30", "2021-13-01",  "2021-0-1",      "05/03/2021",
                                       "20210305",   "2021-03-05x", "-2021-3-5",     "2021--3-5",
                                       "99999999",   "2021-3-5-6",  "44260.5",       "T",
                                       "1e4",        "2021年3月",   "2021-03-05日日"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        says(none[i], NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways_to_write_one),
        cmocka_unit_test(test_what_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
