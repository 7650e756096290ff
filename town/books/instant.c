#include "town/books/instant.h"

#include <time.h>

#include "web/i18n.h"

/* Two or four digits at the front of *s. */
static bool take_number(struct str *s, size_t digits, int least, int most, int *out)
{
    int n = 0;
    if (s->n < digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        n = n * 10 + (s->p[i] - '0');
    }
    *s = str_slice(*s, digits, s->n);
    *out = n;
    return n >= least && n <= most;
}

static bool take_char(struct str *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = str_slice(*s, 1, s->n);
    return true;
}

static bool take_date(struct str *s, struct tm *tm)
{
    bool ok = take_number(s, 4, 1970, 9998, &tm->tm_year) && take_char(s, '-') &&
              take_number(s, 2, 1, 12, &tm->tm_mon) && take_char(s, '-') &&
              take_number(s, 2, 1, 31, &tm->tm_mday);
    tm->tm_year -= 1900;
    tm->tm_mon -= 1;
    return ok;
}

/* *span_s gets how long the named minute or second lasts. */
static bool take_time(struct str *s, struct tm *tm, int *span_s)
{
    *span_s = 60;
    if (!take_number(s, 2, 0, 23, &tm->tm_hour) || !take_char(s, ':') ||
        !take_number(s, 2, 0, 59, &tm->tm_min))
        return false;
    if (!take_char(s, ':'))
        return true;
    *span_s = 1;
    return take_number(s, 2, 0, 59, &tm->tm_sec);
}

static bool take_zone(struct str *s, int64_t *zone_ms)
{
    int hours, minutes;
    *zone_ms = I18N_ZONE_MS;
    if (s->n == 0)
        return true;
    if (take_char(s, 'Z')) {
        *zone_ms = 0;
        return true;
    }
    bool west = take_char(s, '-');
    if (!west && !take_char(s, '+'))
        return false;
    if (!take_number(s, 2, 0, 14, &hours) || !take_char(s, ':') ||
        !take_number(s, 2, 0, 59, &minutes))
        return false;
    *zone_ms = (west ? -1 : 1) * (hours * 60 + minutes) * INT64_C(60000);
    return true;
}

enum err instant_read(struct str text, int64_t *utc_ms)
{
    struct tm tm = {0};
    int64_t zone_ms = I18N_ZONE_MS;
    int span_s = 24 * 3600;
    if (!take_date(&text, &tm))
        return ERR_SYNTAX;
    if (take_char(&text, 'T') && !(take_time(&text, &tm, &span_s) && take_zone(&text, &zone_ms)))
        return ERR_SYNTAX;
    int day = tm.tm_mday;
    time_t at_s = timegm(&tm);
    if (text.n > 0 || tm.tm_mday != day) /* the 31st of a month that has none */
        return ERR_SYNTAX;
    *utc_ms = (int64_t)at_s * 1000 - zone_ms + (int64_t)span_s * 1000 - 1;
    return OK;
}
