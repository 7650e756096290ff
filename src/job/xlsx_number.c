/* Numbers and dates as XLSX stores them: a decimal of a double, a serial day. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "job/xlsx.h"

#define EXACT 9007199254740992.0 /* 2^53: below it every integer is a double */

enum {
    DIGITS_ENOUGH = 17,
    DAYS_1904 = 1462,
    DAY_S = 24 * 3600,
    LAST_DAY = 2958465 /* 9999-12-31 */
};

static bool is_decimal(struct str s)
{
    bool digit = false;
    for (size_t i = 0; i < s.n; i++) {
        bool is_digit = s.p[i] >= '0' && s.p[i] <= '9';
        digit = digit || is_digit;
        if (!is_digit && !strchr("+-.eE", s.p[i]))
            return false;
    }
    return digit && s.n < XLSX_NUMBER_MAX;
}

/* "1.23457e+17" → 123457000000000000: what a double does not say is zeros, not its binary's digits.
 */
static void write_large(const char *text, int exponent, char *out)
{
    int n = 0;
    for (; *text && *text != 'e'; text++)
        if (*text != '.')
            out[n++] = *text;
    while (n > 0 && out[n - 1] == '0' && n > exponent + 1)
        n--;
    int digits = exponent + 1 + (out[0] == '-');
    while (n < digits)
        out[n++] = '0';
    out[digits] = '\0';
}

static void strip_zeros(char *text)
{
    char *end = text + strlen(text);
    if (!strchr(text, '.'))
        return;
    while (end[-1] == '0')
        *--end = '\0';
    if (end[-1] == '.')
        end[-1] = '\0';
}

/* The shortest decimal that is this double, written out: "1.5E-7" as 0.00000015. */
static void write_number(double v, char *out)
{
    char text[XLSX_NUMBER_MAX];
    int digits = 15;
    if (fabs(v) < EXACT && v == floor(v)) {
        snprintf(out, XLSX_NUMBER_MAX, "%.0f", v == 0 ? 0 : v);
        return;
    }
    do
        snprintf(text, sizeof(text), "%.*e", digits - 1, v);
    while (strtod(text, NULL) != v && ++digits <= DIGITS_ENOUGH);
    int exponent = atoi(strchr(text, 'e') + 1), after = digits - 1 - exponent;
    if (exponent < -20 || exponent > 20) {
        snprintf(out, XLSX_NUMBER_MAX, "%.*g", digits, v);
    } else if (v == floor(v)) {
        write_large(text, exponent, out);
    } else {
        snprintf(out, XLSX_NUMBER_MAX, "%.*f", after > 0 ? after : 0, v);
        strip_zeros(out);
    }
}

/* Days since 1 March of year 0 → the civil date (the Gregorian calendar repeats every 400 years).
 */
static void civil(int64_t days, int *year, int *month, int *day)
{
    int64_t era = days / 146097, of_era = days % 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
    int64_t m = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = (int)(y + era * 400 + (*month <= 2));
}

static void write_date(int64_t day, int64_t seconds, bool with_time, char *out)
{
    int y, m, d;
    /* Serial 1 is 1900-01-01, but 60 is a 29 February that never was. */
    civil(day + 693900 - (day > 59), &y, &m, &d);
    int n = snprintf(out, XLSX_NUMBER_MAX, "%04d-%02d-%02d", y, m, d);
    if (with_time)
        snprintf(out + n, (size_t)(XLSX_NUMBER_MAX - n), "T%02d:%02d:%02d", (int)(seconds / 3600),
                 (int)(seconds / 60 % 60), (int)(seconds % 60));
}

static void write_time(double v, bool with_days, char *out)
{
    int64_t seconds = (int64_t)llround(v * DAY_S);
    if (!with_days)
        seconds %= DAY_S;
    snprintf(out, XLSX_NUMBER_MAX, "%02lld:%02d:%02d", (long long)(seconds / 3600),
             (int)(seconds / 60 % 60), (int)(seconds % 60));
}

static void write_day(double v, enum xlsx_style style, char *out)
{
    int64_t day = (int64_t)floor(v), seconds = (int64_t)llround((v - floor(v)) * DAY_S);
    if (seconds == DAY_S) {
        day++;
        seconds = 0;
    }
    write_date(day, seconds, style == XLSX_DATE_TIME && seconds > 0, out);
}

bool xlsx_number(struct str stored, enum xlsx_style style, bool is_1904, char *out,
                 enum job_cell_kind *kind)
{
    char text[XLSX_NUMBER_MAX], *end;
    if (!is_decimal(stored))
        return false;
    memcpy(text, stored.p, stored.n);
    text[stored.n] = '\0';
    double v = strtod(text, &end);
    if (*end || !isfinite(v))
        return false;
    double day = v + (is_1904 && style != XLSX_TIME && style != XLSX_HOURS ? DAYS_1904 : 0);
    *kind = JOB_CELL_DATE;
    if ((style == XLSX_DATE || style == XLSX_DATE_TIME) && day >= 1 && day < LAST_DAY + 1) {
        write_day(day, style, out);
    } else if ((style == XLSX_TIME || style == XLSX_HOURS) && v >= 0 && v <= LAST_DAY) {
        write_time(v, style == XLSX_HOURS, out);
    } else {
        *kind = JOB_CELL_NUMBER;
        write_number(v, out);
    }
    return true;
}

/* --- formats --- */

/* The next character of a format that says something, lower case; 0 at the end of its first part.
 * Skips what is only shown: "text", \x, _x, *x, [colour], and tells of [h]. */
static char next_sign(const char **at, bool *hours)
{
    for (const char *p = *at; *p; p++) {
        if (*p == '"') {
            while (p[1] && *++p != '"')
                ;
        } else if ((*p == '\\' || *p == '_' || *p == '*') && p[1]) {
            p++;
        } else if (*p == '[') {
            char first = (char)(p[1] | 0x20);
            *hours = *hours || ((first == 'h' || first == 'm' || first == 's') &&
                                (p[2] == ']' || (char)(p[2] | 0x20) == first));
            while (p[1] && *++p != ']')
                ;
        } else if (*p == ';') {
            break;
        } else {
            *at = p + 1;
            return (char)(*p >= 'A' && *p <= 'Z' ? *p | 0x20 : *p);
        }
    }
    return 0;
}

enum xlsx_style xlsx_style_of(const char *code)
{
    bool day = false, month = false, time = false, hours = false;
    char c;
    if (strncmp(code, "General", 7) == 0)
        return XLSX_PLAIN;
    while ((c = next_sign(&code, &hours)) != 0) {
        day = day || c == 'y' || c == 'd';
        month = month || c == 'm';
        time = time || c == 'h' || c == 's';
        if (c == '0' || c == '#' || c == '?') /* a number's digits; of seconds too: ss.00 */
            if (!time && !hours)
                return XLSX_PLAIN;
    }
    if (hours && !day)
        return XLSX_HOURS;
    if (day || (month && !time))
        return time ? XLSX_DATE_TIME : XLSX_DATE;
    return time ? XLSX_TIME : XLSX_PLAIN;
}
