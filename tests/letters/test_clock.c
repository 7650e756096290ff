/* town/letters/clock.c and town/workdays: what a deadline is, and how it says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "town/day.h"
#include "town/letters/clock.h"

static struct workday exceptions[] = {
    /* rising; the spring of 2021 */
    {0, false, {"春节", 6}, {"Spring", 6}},   {0, true, {"春节", 6}, {"Spring", 6}},
    {0, false, {"清明", 6}, {"Qingming", 8}}, {0, true, {"劳动", 6}, {"Labour", 6}},
    {0, false, {"劳动", 6}, {"Labour", 6}},   {0, true, {"劳动", 6}, {"Labour", 6}},
    {0, false, {"端午", 6}, {"Dragon", 6}},
};
static const char *const days[] = {"2021-02-17", "2021-02-20", "2021-04-05", "2021-04-25",
                                   "2021-05-03", "2021-05-08", "2021-06-14"};
static int64_t years[] = {2021};
static const struct workdays calendar = {.n = sizeof(exceptions) / sizeof(exceptions[0]),
                                         .days = exceptions,
                                         .years_n = 1,
                                         .years = years};

static const struct clock_rule rule = {.reply_months = 3,
                                       .most_months = 6,
                                       .co_months = 1,
                                       .decline_days = 7,
                                       .decline_workdays = true,
                                       .again_months = 1,
                                       .form_workdays = 20,
                                       .source = {"rule", 4}};

static int64_t day(const char *text)
{
    int64_t d = 0;
    assert_int_equal(day_read(str_of(text), &d), OK);
    return d;
}

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < calendar.n; i++)
        exceptions[i].day = day(days[i]);
    return 0;
}

static struct clock_result reckon(enum clock_what what, const char *from, const char *extended)
{
    struct clock_result out;
    clock_reckon(what, &rule, &calendar, day(from), extended ? day(extended) : 0, &out);
    return out;
}

static bool has(const struct clock_result *r, enum clock_step_kind kind, const char *on)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->steps[i].kind == kind && (!on || r->steps[i].day == day(on)))
            return true;
    return false;
}

static void a_reply_is_due_after_months(void **state)
{
    (void)state;
    struct clock_result r = reckon(CLOCK_REPLY, "2021-03-23", NULL);
    assert_int_equal(r.day, day("2021-06-23"));
    assert_false(r.is_provisional);
    assert_true(has(&r, STEP_BEGIN, "2021-03-23"));
    assert_true(has(&r, STEP_MONTHS, "2021-06-23"));
    assert_false(has(&r, STEP_MOVED, NULL));
}

static void what_ends_on_no_workday_moves(void **state)
{
    (void)state;
    /* Monday 14 June 2021 is a holiday. */
    struct clock_result r = reckon(CLOCK_REPLY, "2021-03-14", NULL);
    assert_int_equal(r.day, day("2021-06-15"));
    assert_true(has(&r, STEP_MONTHS, "2021-06-14"));
    assert_true(has(&r, STEP_MOVED, "2021-06-15"));
    /* A Sunday that is worked is a workday. */
    r = reckon(CLOCK_CO, "2021-03-25", NULL);
    assert_int_equal(r.day, day("2021-04-25"));
    /* A Saturday that is not. */
    r = reckon(CLOCK_CO, "2021-03-24", NULL);
    assert_int_equal(r.day, day("2021-04-25"));
    assert_true(has(&r, STEP_MOVED, "2021-04-25"));
}

static void a_month_without_such_a_day_ends_on_its_last(void **state)
{
    (void)state;
    assert_int_equal(workdays_months_after(day("2021-01-31"), 1), day("2021-02-28"));
    assert_int_equal(workdays_months_after(day("2024-01-31"), 1), day("2024-02-29"));
    assert_int_equal(workdays_months_after(day("2021-11-30"), 3), day("2022-02-28"));
    assert_int_equal(workdays_months_after(day("2021-03-31"), 6), day("2021-09-30"));
    assert_int_equal(workdays_months_after(day("2021-12-15"), 12), day("2022-12-15"));
}

static void workdays_are_counted_with_their_exceptions(void **state)
{
    (void)state;
    /* From Friday 30 April: 4, 5, 6, 7, Saturday 8 (made up), 10, 11 May; the 3rd is a holiday. */
    struct clock_result r = reckon(CLOCK_ACCEPT, "2021-04-30", NULL);
    assert_int_equal(r.day, day("2021-05-11"));
    assert_true(has(&r, STEP_HOLIDAY, "2021-05-03"));
    assert_true(has(&r, STEP_MAKE_UP, "2021-05-08"));
    assert_true(has(&r, STEP_WEEKENDS, NULL));
    assert_true(has(&r, STEP_WORKDAYS, "2021-05-11"));
}

static void calendar_days_are_counted_as_they_are(void **state)
{
    (void)state;
    struct clock_rule days_rule = rule;
    struct clock_result r;
    days_rule.decline_workdays = false;
    days_rule.decline_days = 10;
    clock_reckon(CLOCK_ACCEPT, &days_rule, &calendar, day("2021-03-23"), 0, &r);
    assert_int_equal(r.day, day("2021-04-02"));
    assert_true(has(&r, STEP_DAYS, "2021-04-02"));
}

static void more_time_ends_at_the_most(void **state)
{
    (void)state;
    struct clock_result r = reckon(CLOCK_REPLY, "2021-03-23", "2021-08-20");
    assert_int_equal(r.day, day("2021-08-20"));
    assert_true(has(&r, STEP_EXTENDED, "2021-08-20"));
    r = reckon(CLOCK_REPLY, "2021-03-23", "2021-12-01");
    assert_int_equal(r.day, day("2021-09-23"));
    assert_true(has(&r, STEP_CAPPED, "2021-09-23"));
    r = reckon(CLOCK_REPLY, "2021-03-23", "2021-06-01"); /* shorter than it is: no effect */
    assert_int_equal(r.day, day("2021-06-23"));
}

static void a_year_that_is_not_announced_is_provisional(void **state)
{
    (void)state;
    struct clock_result r = reckon(CLOCK_REPLY, "2021-11-10", NULL);
    assert_true(r.is_provisional);
    assert_true(has(&r, STEP_PROVISIONAL, NULL));
    assert_int_equal(r.day, day("2022-02-10"));
}

static void handled_again_has_its_own_months(void **state)
{
    (void)state;
    struct clock_result r = reckon(CLOCK_AGAIN, "2021-07-06", NULL);
    assert_int_equal(r.day, day("2021-08-06"));
}

static void steps_never_run_over(void **state)
{
    (void)state;
    struct workday many[200];
    struct clock_rule long_rule = rule;
    struct clock_result r;
    for (int i = 0; i < 200; i++)
        many[i] = (struct workday){.day = day("2021-03-01") + i, .is_work = i % 2};
    const struct workdays w = {.n = 200, .days = many, .years_n = 1, .years = years};
    long_rule.form_workdays = 90;
    clock_reckon(CLOCK_FORM, &long_rule, &w, day("2021-02-28"), 0, &r);
    assert_int_equal(r.day, day("2021-03-01") + 179);
    assert_int_equal(r.n, CLOCK_STEPS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_is_due_after_months),
        cmocka_unit_test(what_ends_on_no_workday_moves),
        cmocka_unit_test(a_month_without_such_a_day_ends_on_its_last),
        cmocka_unit_test(workdays_are_counted_with_their_exceptions),
        cmocka_unit_test(calendar_days_are_counted_as_they_are),
        cmocka_unit_test(more_time_ends_at_the_most),
        cmocka_unit_test(a_year_that_is_not_announced_is_provisional),
        cmocka_unit_test(handled_again_has_its_own_months),
        cmocka_unit_test(steps_never_run_over),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
