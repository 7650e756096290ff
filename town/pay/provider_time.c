#include "town/pay/provider_time.h"

#include "town/day.h"

enum { DATE = 10, CLOCK = 8, ZONE = 6, FRACTION_MAX = 9, MINUTE_MS = 60 * 1000 };
#define TOWN_ZONE_MINUTES (8 * 60)

static bool two(const char *p, int max, int *out)
{
    if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
        return false;
    *out = (p[0] - '0') * 10 + (p[1] - '0');
    return *out <= max;
}

/* "18:30:00" */
static bool read_clock(struct str s, int64_t *ms)
{
    int hour, minute, second;
    if (s.n != CLOCK || s.p[2] != ':' || s.p[5] != ':' || !two(s.p, 23, &hour) ||
        !two(s.p + 3, 59, &minute) || !two(s.p + 6, 59, &second))
        return false;
    *ms = ((int64_t)(hour * 60 + minute) * 60 + second) * 1000;
    return true;
}

/* ".123+08:00", "Z": minutes east of Greenwich. */
static bool read_zone(struct str s, int *minutes)
{
    int hours, rest;
    if (s.n && s.p[0] == '.') {
        size_t n = 1;
        while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
            n++;
        if (n == 1 || n > FRACTION_MAX + 1)
            return false;
        s = str_slice(s, n, s.n);
    }
    *minutes = 0;
    if (str_eq_z(s, "Z"))
        return true;
    if (s.n != ZONE || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':' ||
        !two(s.p + 1, 23, &hours) || !two(s.p + 4, 59, &rest))
        return false;
    *minutes = (s.p[0] == '-' ? -1 : 1) * (hours * 60 + rest);
    return true;
}

enum err provider_time_read(struct str text, int64_t *utc_ms)
{
    int64_t day, clock_ms;
    int zone = TOWN_ZONE_MINUTES;
    if (text.n < DATE + 1 + CLOCK || day_read(str_slice(text, 0, DATE), &day) ||
        !read_clock(str_slice(text, DATE + 1, DATE + 1 + CLOCK), &clock_ms))
        return ERR_SYNTAX;
    struct str rest = str_slice(text, DATE + 1 + CLOCK, text.n);
    if (text.p[DATE] == 'T' ? !read_zone(rest, &zone) : text.p[DATE] != ' ' || rest.n > 0)
        return ERR_SYNTAX;
    *utc_ms = day_begin_ms(day) + clock_ms + (int64_t)(TOWN_ZONE_MINUTES - zone) * MINUTE_MS;
    return OK;
}

static void write_time(int64_t utc_ms, const char *format, char out[PROVIDER_TIME_TEXT])
{
    struct tm tm;
    day_clock(utc_ms, &tm);
    if (strftime(out, PROVIDER_TIME_TEXT, format, &tm) == 0)
        out[0] = 0;
}

void provider_time_rfc3339(int64_t utc_ms, char out[PROVIDER_TIME_TEXT])
{
    write_time(utc_ms, "%Y-%m-%dT%H:%M:%S+08:00", out);
}

void provider_time_plain(int64_t utc_ms, char out[PROVIDER_TIME_TEXT])
{
    write_time(utc_ms, "%Y-%m-%d %H:%M:%S", out);
}
