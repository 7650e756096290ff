#include "town/letters/clock.h"

static void step(struct clock_result *out, enum clock_step_kind kind, int64_t day, int64_t n,
                 struct str zh, struct str en)
{
    if (out->n < CLOCK_STEPS_MAX)
        out->steps[out->n++] =
            (struct clock_step){.kind = kind, .day = day, .n = n, .zh = zh, .en = en};
}

/* The nth workday after a day, with what is not counted on the way and what is. */
static int64_t count_workdays(struct clock_result *out, const struct workdays *w, int64_t day,
                              int64_t n)
{
    int64_t left = n, weekends = 0;
    while (left > 0) {
        const struct workday *d = workdays_at(w, ++day);
        bool is_work = d ? d->is_work : !workdays_is_weekend(day);
        left -= is_work;
        if (d && is_work)
            step(out, STEP_MAKE_UP, day, 0, d->name_zh, d->name_en);
        else if (d)
            step(out, STEP_HOLIDAY, day, 0, d->name_zh, d->name_en);
        else
            weekends += !is_work;
    }
    if (weekends)
        step(out, STEP_WEEKENDS, 0, weekends, STR_NONE, STR_NONE);
    step(out, STEP_WORKDAYS, day, n, STR_NONE, STR_NONE);
    return day;
}

/* A time that ends on no workday ends on the next one. */
static int64_t move_to_workday(struct clock_result *out, const struct workdays *w, int64_t day)
{
    int64_t there = workdays_on_or_after(w, day);
    for (int64_t passed = day; passed < there; passed++) {
        const struct workday *d = workdays_at(w, passed);
        if (d)
            step(out, STEP_HOLIDAY, passed, 0, d->name_zh, d->name_en);
    }
    if (there != day)
        step(out, STEP_MOVED, there, 0, STR_NONE, STR_NONE);
    return there;
}

static int64_t add_months(struct clock_result *out, const struct workdays *w, int64_t day,
                          int64_t months)
{
    int64_t there = workdays_months_after(day, months);
    step(out, STEP_MONTHS, there, months, STR_NONE, STR_NONE);
    return move_to_workday(out, w, there);
}

static int64_t extend(struct clock_result *out, const struct clock_rule *rule, int64_t begin_day,
                      int64_t day, int64_t extended_day)
{
    int64_t most = workdays_months_after(begin_day, rule->most_months);
    if (extended_day <= day)
        return day;
    step(out, STEP_EXTENDED, extended_day, 0, STR_NONE, STR_NONE);
    if (extended_day <= most)
        return extended_day;
    step(out, STEP_CAPPED, most, rule->most_months, STR_NONE, STR_NONE);
    return most;
}

void clock_reckon(enum clock_what what, const struct clock_rule *rule, const struct workdays *w,
                  int64_t begin_day, int64_t extended_day, struct clock_result *out)
{
    *out = (struct clock_result){0};
    step(out, STEP_BEGIN, begin_day, 0, STR_NONE, STR_NONE);
    step(out, STEP_RULE, rule->from_day, 0, rule->source, rule->source);
    int64_t day = begin_day;
    switch (what) {
    case CLOCK_REPLY:
    case CLOCK_AGAIN:
        day =
            add_months(out, w, day, what == CLOCK_AGAIN ? rule->again_months : rule->reply_months);
        day = extend(out, rule, begin_day, day, extended_day);
        break;
    case CLOCK_CO: day = add_months(out, w, day, rule->co_months); break;
    case CLOCK_ACCEPT:
        if (rule->decline_workdays) {
            day = count_workdays(out, w, day, rule->decline_days);
            break;
        }
        day += rule->decline_days;
        step(out, STEP_DAYS, day, rule->decline_days, STR_NONE, STR_NONE);
        day = move_to_workday(out, w, day);
        break;
    case CLOCK_FORM: day = count_workdays(out, w, day, rule->form_workdays); break;
    }
    for (int64_t year = workdays_year_of(begin_day); year <= workdays_year_of(day); year++) {
        bool is_known = false;
        for (size_t i = 0; i < w->years_n; i++)
            is_known |= w->years[i] == year;
        if (is_known)
            continue;
        out->is_provisional = true;
        step(out, STEP_PROVISIONAL, 0, year, STR_NONE, STR_NONE);
    }
    out->day = day;
}
