/* How people write dates and the numbers of papers. */
#include "town/figures/internal.h"

/* ---- dates ---- */

enum { YEAR_FIRST = 1900, YEAR_LAST = 2200 };

static bool take_text(struct str *s, const char *text)
{
    if (!str_starts(*s, text))
        return false;
    *s = str_slice(*s, strlen(text), s->n);
    return true;
}

/* Of `least` to `most` digits, and no more of them. */
static bool take_digits(struct str *s, int least, int most, int *out)
{
    size_t at = 0, n;
    int count = 0, value = 0, digit;
    while ((digit = figures_digit(*s, at, &n)) >= 0 && count <= most) {
        value = value * 10 + digit;
        at += n;
        count++;
    }
    if (count < least || count > most)
        return false;
    *s = str_slice(*s, at, s->n);
    *out = value;
    return true;
}

static bool is_day(const struct figure_quote *q)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return (!q->month || q->month <= 12) && (!q->day || (q->month && q->day <= days[q->month - 1]));
}

static bool take_year(struct str *s, int *year)
{
    return take_digits(s, 4, 4, year) && *year >= YEAR_FIRST && *year <= YEAR_LAST;
}

/* 2021年2月23日, 2021年6月, 2021年, 今年2月23日, 2月23日 */
static bool take_chinese(struct str *s, struct figure_quote *q)
{
    struct str rest = *s, year = *s;
    int month, day;
    q->is_this_year = take_text(&rest, "今年");
    if (!q->is_this_year) {
        if (take_year(&year, &q->year) && take_text(&year, "年"))
            rest = year;
        else
            q->year = 0;
    }
    struct str at = rest;
    if (take_digits(&at, 1, 2, &month) && month && take_text(&at, "月")) {
        q->month = month;
        rest = at;
        if (take_digits(&at, 1, 2, &day) && day && (take_text(&at, "日") || take_text(&at, "号"))) {
            q->day = day;
            rest = at;
        }
    }
    *s = rest;
    return (q->year || q->month) && (!q->is_this_year || q->month);
}

/* 2021-02-23, 2021.2.23, 2021/2/23 */
static bool take_plain(struct str *s, struct figure_quote *q)
{
    struct str rest = *s;
    if (!take_year(&rest, &q->year) || rest.n == 0 || !strchr("-./", rest.p[0]))
        return false;
    char mark[2] = {rest.p[0], 0};
    bool ok = take_text(&rest, mark) && take_digits(&rest, 1, 2, &q->month) && q->month &&
              take_text(&rest, mark) && take_digits(&rest, 1, 2, &q->day) && q->day;
    if (ok)
        *s = rest;
    return ok;
}

static bool take_month(struct str *s, int *month)
{
    static const char *const names[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
    for (int i = 0; i < 12; i++)
        if (take_text(s, names[i])) {
            *month = i + 1;
            return true;
        }
    return false;
}

/* 23 February 2021, February 23, 2021, June 2021 */
static bool take_english(struct str *s, struct figure_quote *q)
{
    struct str rest = *s;
    bool day_first = take_digits(&rest, 1, 2, &q->day);
    if (day_first && !take_text(&rest, " "))
        return false;
    if (!take_month(&rest, &q->month) || !take_text(&rest, " "))
        return false;
    struct str at = rest;
    if (!day_first && take_digits(&at, 1, 2, &q->day) && take_text(&at, ", "))
        rest = at;
    else if (!day_first)
        q->day = 0;
    if (!take_year(&rest, &q->year) || (day_first && !q->day))
        return false;
    *s = rest;
    return true;
}

bool figures_take_date(struct str *s, struct figure_quote *q)
{
    static bool (*const ways[])(struct str *, struct figure_quote *) = {take_plain, take_english,
                                                                        take_chinese};
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct str rest = *s;
        *q = (struct figure_quote){.kind = FIGURE_DATE, .scale = 1, .unit_n = 1, .unit_d = 1};
        if (ways[i](&rest, q) && is_day(q)) {
            *s = rest;
            return true;
        }
    }
    return false;
}

/* ---- references ---- */

static uint32_t plain(uint32_t c)
{
    return c > 0xFF00 && c < 0xFF5F ? c - 0xFEE0 : c; /* full width */
}

static bool is_opening(uint32_t c)
{
    return c == U'〔' || c == U'【' || c == U'[' || c == U'(' || c == U'{';
}

static bool is_closing(uint32_t c)
{
    return c == U'〕' || c == U'】' || c == U']' || c == U')' || c == U'}';
}

static bool take_point(struct str *s, bool (*is)(uint32_t))
{
    size_t at = 0;
    if (s->n == 0 || !is(plain(str_next_point(*s, &at))))
        return false;
    *s = str_slice(*s, at, s->n);
    return true;
}

size_t figures_reference_length(struct str s)
{
    struct str rest = s;
    int year, number;
    if (take_point(&rest, is_opening)) {
        bool ok = take_year(&rest, &year) && take_point(&rest, is_closing);
        take_text(&rest, "第");
        return ok && take_digits(&rest, 1, 5, &number) && take_text(&rest, "号") ? s.n - rest.n : 0;
    }
    bool ok = take_year(&rest, &year) && take_point(&rest, is_opening) &&
              take_digits(&rest, 1, 5, &number) && take_text(&rest, "号") &&
              take_point(&rest, is_closing);
    return ok ? s.n - rest.n : 0;
}

static bool is_blank(uint32_t c)
{
    return c == ' ' || c == 0x3000 || c == 0xA0;
}

struct str figures_reference_form(struct str s, char out[FIGURE_FORM_MAX])
{
    size_t n = 0, at = 0, from;
    bool fresh = false; /* behind a closing bracket: neither 第 nor zeros */
    while (at < s.n) {
        from = at;
        uint32_t c = str_next_point(s, &at), p = plain(c);
        if (is_blank(c) || (fresh && (c == U'第' || p == '0')))
            continue;
        struct str put = str_slice(s, from, at);
        char ascii = (char)p;
        if (is_opening(p))
            put = STR("〔");
        else if (is_closing(p))
            put = STR("〕");
        else if (p < 0x80)
            put = str_n(&ascii, 1);
        fresh = is_closing(p);
        if (n + put.n > FIGURE_FORM_MAX)
            break;
        memcpy(out + n, put.p, put.n);
        n += put.n;
    }
    return str_n(out, n);
}
