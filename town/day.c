#include "town/day.h"

#include "web/i18n.h"

enum { YEAR_MIN = 1970, YEAR_MAX = 9998, SECOND_MS = 1000 };

/* Rounded down, before 1970 too. */
static int64_t whole(int64_t ms, int64_t unit_ms)
{
    return (ms - (ms < 0 ? unit_ms - 1 : 0)) / unit_ms;
}

int64_t day_of(int64_t utc_ms)
{
    return whole(utc_ms + I18N_ZONE_MS, DAY_MS);
}

int64_t day_begin_ms(int64_t day)
{
    return day * DAY_MS - I18N_ZONE_MS;
}

int64_t day_end_ms(int64_t day)
{
    return day_begin_ms(day + 1) - 1;
}

void day_clock(int64_t utc_ms, struct tm *out)
{
    time_t local_s = (time_t)whole(utc_ms + I18N_ZONE_MS, SECOND_MS);
    gmtime_r(&local_s, out);
}

int64_t day_workdays_after(int64_t utc_ms, int n)
{
    int64_t day = day_of(utc_ms);
    while (n > 0) {
        day++;
        int64_t weekday = ((day + 4) % 7 + 7) % 7; /* day 0 was a Thursday */
        n -= weekday != 0 && weekday != 6;
    }
    return day_end_ms(day);
}

bool day_text(int64_t day, char out[DAY_TEXT])
{
    struct tm tm;
    day_clock(day_begin_ms(day), &tm);
    if (strftime(out, DAY_TEXT, "%Y-%m-%d", &tm) == DAY_TEXT - 1)
        return true;
    out[0] = 0;
    return false;
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

enum err day_read(struct str text, int64_t *day)
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
    *day = at_s * 1000 / DAY_MS;
    return OK;
}

enum err day_read_moment(struct str text, int64_t *ms)
{
    int64_t day, hour, minute;
    struct str s = str_trim(text);
    if (s.n < 16 || s.n > 19 || (s.p[10] != 'T' && s.p[10] != ' ') || s.p[13] != ':' ||
        day_read(str_slice(s, 0, 10), &day) || str_to_i64(str_slice(s, 11, 13), &hour) ||
        str_to_i64(str_slice(s, 14, 16), &minute) || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59)
        return ERR_SYNTAX;
    *ms = day_begin_ms(day) + (hour * 60 + minute) * INT64_C(60000);
    return OK;
}

struct str day_moment_text(struct arena *arena, int64_t ms)
{
    struct tm tm;
    char text[sizeof("2026-05-01T19:30")];
    day_clock(ms, &tm);
    size_t n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M", &tm);
    return arena_str(arena, str_n(text, n));
}
