#include "town/elsewhere/value.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "web/i18n.h"

enum { NUMBER_BYTES = 40, TIME_BYTES = 32 };

bool value_is_none(struct str text)
{
    static const char *const none[] = {"", "-", "--", "N/A", "null", "\xE2\x80\x94"}; /* U+2014 */
    struct str s = str_trim(text);
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        if (str_eq_z(s, none[i]))
            return true;
    return false;
}

/* Digits in groups of three or in none, and digits after a point. */
static bool split(struct str s, char whole[NUMBER_BYTES], struct str *fraction)
{
    struct str head = str_cut(s, '.', fraction);
    size_t n = 0, group = 0;
    bool grouped = str_find(head, ',') >= 0;
    if (head.n == 0 || head.n >= NUMBER_BYTES || (head.n + 1 == s.n && fraction->n == 0))
        return false;
    for (size_t i = 0; i < head.n; i++) {
        char c = head.p[i];
        if (c == ',' && (i == 0 || group > 3 || (n > 3 && group != 3)))
            return false;
        group = c == ',' ? 0 : group + 1;
        if (c == ',')
            continue;
        if (c < '0' || c > '9')
            return false;
        whole[n++] = c;
    }
    whole[n] = 0;
    for (size_t i = 0; i < fraction->n; i++)
        if (fraction->p[i] < '0' || fraction->p[i] > '9')
            return false;
    return !grouped || group == 3;
}

/* In units of 10^-digits; what is finer must be nothing. */
static enum err number(struct str text, int digits, int64_t *out)
{
    char whole[NUMBER_BYTES];
    struct str fraction;
    if (!split(str_trim(text), whole, &fraction))
        return ERR_SYNTAX;
    enum err e = str_to_i64(str_of(whole), out);
    if (e != OK || *out > VALUE_COUNT_MAX)
        return ERR_LIMIT;
    for (int i = 0; i < digits; i++)
        *out = *out * 10 + ((size_t)i < fraction.n ? fraction.p[i] - '0' : 0);
    for (size_t i = (size_t)digits; i < fraction.n; i++)
        if (fraction.p[i] != '0')
            return ERR_SYNTAX;
    return *out > VALUE_COUNT_MAX ? ERR_LIMIT : OK;
}

enum err value_count(struct str text, int64_t *out)
{
    return number(text, 0, out);
}

static struct str without(struct str s, const char *mark)
{
    size_t n = strlen(mark);
    if (str_starts(s, mark))
        return str_slice(s, n, s.n);
    return str_ends(s, mark) ? str_slice(s, 0, s.n - n) : s;
}

enum err value_fen(struct str text, int64_t *out)
{
    /* U+00A5, U+FFE5, and the word for yuan, U+5143 */
    static const char *const marks[] = {"\xC2\xA5", "\xEF\xBF\xA5", "\xE5\x85\x83"};
    struct str s = str_trim(text);
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        s = str_trim(without(s, marks[i]));
    return number(s, 2, out);
}

enum err value_time(struct str text, int64_t *utc_ms)
{
    struct tm tm = {0};
    struct str s = str_trim(text);
    char buf[TIME_BYTES], extra;
    if (s.n >= sizeof(buf))
        return ERR_SYNTAX;
    for (size_t i = 0; i < s.n; i++) {
        bool is_date = i < 10;
        char c = s.p[i];
        buf[i] = c == 'T' ? ' ' : is_date && (c == '/' || c == '.') ? '-' : c;
    }
    buf[s.n] = 0;
    int n = sscanf(buf, "%4d-%2d-%2d %2d:%2d:%2d%c", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
                   &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &extra);
    if (n < 5 || n > 6 || (n == 5 && sscanf(buf, "%*d-%*d-%*d %*d:%*d%c", &extra) == 1))
        return ERR_SYNTAX;
    if (tm.tm_year < 2020 || tm.tm_year > 2200 || tm.tm_mon < 1 || tm.tm_mon > 12 ||
        tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour < 0 || tm.tm_hour > 23 || tm.tm_min < 0 ||
        tm.tm_min > 59 || tm.tm_sec < 0 || tm.tm_sec > 59)
        return ERR_SYNTAX;
    int day = tm.tm_mday;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    time_t seconds = timegm(&tm);
    if (tm.tm_mday != day) /* the 31st of June */
        return ERR_SYNTAX;
    *utc_ms = (int64_t)seconds * 1000 - I18N_ZONE_MS;
    return OK;
}
