/* The town's days: a day begins at midnight of the town's zone, wherever the program runs. */
#include <stdio.h>
#include <time.h>

#include "town/figures/internal.h"
#include "web/i18n.h"

enum { YEAR_MIN = 1970, YEAR_MAX = 9998 };

int64_t figures_day_of(int64_t utc_ms)
{
    int64_t local = utc_ms + I18N_ZONE_MS;
    return (local - (local < 0 ? FIGURES_DAY_MS - 1 : 0)) / FIGURES_DAY_MS;
}

int64_t figures_day_begin_ms(int64_t day)
{
    return day * FIGURES_DAY_MS - I18N_ZONE_MS;
}

int64_t figures_day_end_ms(int64_t day)
{
    return figures_day_begin_ms(day + 1) - 1;
}

static void calendar(int64_t day, struct tm *tm)
{
    time_t at_s = (time_t)(day * (FIGURES_DAY_MS / 1000));
    gmtime_r(&at_s, tm);
}

int64_t figures_year_begin_ms(int64_t utc_ms)
{
    struct tm tm;
    calendar(figures_day_of(utc_ms), &tm);
    tm = (struct tm){.tm_year = tm.tm_year, .tm_mday = 1};
    return (int64_t)timegm(&tm) * 1000 - I18N_ZONE_MS;
}

/* `n` digits at `p`. */
static int digits(const char *p, int n)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9')
            return -1;
        value = value * 10 + (p[i] - '0');
    }
    return value;
}

enum err figures_day_read(struct str text, int64_t *day)
{
    if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-')
        return ERR_SYNTAX;
    int year = digits(text.p, 4), month = digits(text.p + 5, 2), d = digits(text.p + 8, 2);
    if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 || d < 1 || d > 31)
        return ERR_SYNTAX;
    struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = d};
    int64_t at_s = timegm(&tm);
    if (tm.tm_mday != d) /* the 31st of a month that has none */
        return ERR_SYNTAX;
    *day = at_s * 1000 / FIGURES_DAY_MS;
    return OK;
}

struct str figures_day_text(int64_t day, struct arena *arena)
{
    struct tm tm;
    calendar(day, &tm);
    return str_of(
        arena_printf(arena, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday));
}
