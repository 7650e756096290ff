/* The numbers that stand in a text as somebody typed them: what to yield, what to pass over. */
#include "town/figures/internal.h"

#define STARTS_WITH_ANY(s, words) starts_with_any(s, words, sizeof(words) / sizeof((words)[0]))

static bool starts_with_any(struct str s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_starts(s, words[i]))
            return true;
    return false;
}

static struct str rest_of(struct str text, size_t at)
{
    return str_slice(text, at, text.n);
}

static bool is_latin(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit_at(struct str text, size_t at)
{
    size_t n;
    return figures_digit(text, at, &n) >= 0;
}

/* The beginning of the character before `at`; `at` itself at the beginning. */
static size_t before(struct str text, size_t at)
{
    size_t i = at;
    while (i > 0 && ((unsigned char)text.p[--i] & 0xC0) == 0x80)
        ;
    return i;
}

static uint32_t point_before(struct str text, size_t at)
{
    size_t i = before(text, at);
    return i < at ? str_next_point(text, &i) : 0;
}

static size_t skip_digits(struct str text, size_t at)
{
    size_t n;
    while (figures_digit(text, at, &n) >= 0)
        at += n;
    return at;
}

/* ---- what only counts ---- */

/* 一、 （一） 1. 1、 （1） at the beginning of a line: behind it, or `at`. */
static size_t skip_numbering(struct str text, size_t at)
{
    static const char *const openings[] = {"（", "("}, *const closings[] = {"）", ")"};
    static const char *const marks[] = {"、", "．", "，", ")", "）"};
    int64_t unused;
    size_t i = at;
    while (i < text.n && (text.p[i] == ' ' || str_starts(rest_of(text, i), "\u3000")))
        i += text.p[i] == ' ' ? 1 : strlen("\u3000");
    bool open = STARTS_WITH_ANY(rest_of(text, i), openings);
    if (open)
        i += text.p[i] == '(' ? 1 : strlen("（");
    size_t number = i;
    i += figures_take_numeral(rest_of(text, i), &unused);
    i = i == number ? skip_digits(text, i) : i;
    if (i == number)
        return at;
    struct str rest = rest_of(text, i);
    bool dot = str_starts(rest, ".") && !is_digit_at(text, i + 1);
    bool ends = open ? STARTS_WITH_ANY(rest, closings) : dot || STARTS_WITH_ANY(rest, marks);
    if (!ends || i - number > 9)
        return at;
    str_next_point(text, &i);
    return i;
}

/* （1） within a line. */
static size_t skip_counted(struct str text, size_t at)
{
    struct str rest = rest_of(text, at);
    size_t i = at + (str_starts(rest, "(") ? 1 : str_starts(rest, "（") ? strlen("（") : 0);
    size_t end = i > at ? skip_digits(text, i) : i;
    bool closed = str_starts(rest_of(text, end), ")") || str_starts(rest_of(text, end), "）");
    if (end == i || end - i > 2 || !closed)
        return at;
    str_next_point(text, &end);
    return end;
}

/* 第12条, 第三, 第248号 */
static size_t skip_ordinal(struct str text, size_t at)
{
    int64_t unused;
    if (!str_starts(rest_of(text, at), "第"))
        return at;
    size_t i = at + strlen("第"), digits = skip_digits(text, i);
    if (digits > i)
        return digits;
    return i + figures_take_numeral(rest_of(text, i), &unused);
}

/* [[NAME|WORDS]]: behind it, or `at`. */
static size_t skip_token(struct str text, size_t at)
{
    if (!str_starts(rest_of(text, at), "[["))
        return at;
    for (size_t i = at + 2; i + 1 < text.n && text.p[i] != '\n'; i++)
        if (text.p[i] == ']' && text.p[i + 1] == ']')
            return i + 2;
    return at + 2;
}

/* ---- what only names: at a digit ---- */

enum { PHONE_DIGITS = 11, DIGITS_MAX = 15 };

/* 0574-63989999, 13800000000, 9704-2012, 19:30, or too long for a number. */
static size_t skip_called(struct str text, size_t at)
{
    size_t end = skip_digits(text, at), n = end - at;
    bool phone =
        (n > 1 && text.p[at] == '0') || (n == PHONE_DIGITS && text.p[at] == '1') || n > DIGITS_MAX;
    if (phone) {
        while (end < text.n && text.p[end] == '-' && is_digit_at(text, end + 1))
            end = skip_digits(text, end + 1);
        return end;
    }
    size_t year = end < text.n && text.p[end] == '-' ? skip_digits(text, end + 1) : end;
    if (year == end + 5) /* GB/T 9704-2012 */
        return year;
    struct str rest = rest_of(text, end);
    size_t colon = str_starts(rest, ":") ? 1 : str_starts(rest, "：") ? strlen("：") : 0;
    return colon && n <= 2 && is_digit_at(text, end + colon) ? skip_digits(text, end + colon) : at;
}

/* What makes a name of a number that stands before it. */
static bool names(struct str rest)
{
    static const char *const words[] = {"号", "国道", "省道", "县道", "届", "级",
                                        "楼", "幢",   "室",   "路",   "#",  "次会议"};
    return STARTS_WITH_ANY(rest, words);
}

/* ---- taking one ---- */

/* 预约 is no 约. */
static bool is_part_of_a_word(struct str text, size_t at)
{
    static const uint32_t before_about[] = {U'预', U'合', U'条', U'节', U'公', U'签', U'契',
                                            U'违', U'邀', U'相', U'制', U'简', U'附', U'远'};
    uint32_t c = point_before(text, at);
    for (size_t i = 0; i < sizeof(before_about) / sizeof(before_about[0]); i++)
        if (c == before_about[i])
            return true;
    return c < 0x80 && is_latin((char)c);
}

/* Words of an issuer, 慈政发, before 〔2020〕25号: as far as they go, to `least`. */
static size_t words_before(struct str text, size_t at, size_t least)
{
    enum { WORDS = 8 };
    for (int i = 0; i < WORDS && at > least; i++) {
        uint32_t c = point_before(text, at);
        if (c < 0x4E00 || c > 0x9FFF)
            break;
        at = before(text, at);
    }
    return at;
}

static bool take_reference(struct str text, size_t at, size_t least, struct figure_typed *out)
{
    size_t n = figures_reference_length(rest_of(text, at));
    if (n == 0)
        return false;
    out->from = words_before(text, at, least);
    out->to = at + n;
    out->quote = (struct figure_quote){.kind = FIGURE_REFERENCE,
                                       .scale = 1,
                                       .unit_n = 1,
                                       .unit_d = 1,
                                       .words = str_slice(text, out->from, out->to)};
    return true;
}

static bool take_date(struct str text, size_t at, struct figure_typed *out)
{
    struct str rest = rest_of(text, at);
    if (!figures_take_date(&rest, &out->quote))
        return false;
    out->from = at;
    out->to = text.n - rest.n;
    return true;
}

/* Numerals are words of a hundred other words: only with what is counted, and not 一. */
static bool is_counting(const struct figure_quote *q, struct str behind)
{
    static const char *const loose[] = {"个", "项", "种", "次", "倍"};
    return (q->units || q->scale > 1) && q->digits >= 2 && !STARTS_WITH_ANY(behind, loose);
}

/* What stands behind its numeral, when that is a Chinese one: a qualifier may stand before it. */
static bool is_numeral(struct str span, struct str *behind)
{
    int64_t unused;
    for (size_t i = 0; i < span.n && !is_digit_at(span, i); str_next_point(span, &i)) {
        size_t n = figures_take_numeral(rest_of(span, i), &unused);
        if (n) {
            *behind = rest_of(span, i + n);
            return true;
        }
    }
    return false;
}

/* 中国制造2025: a year without 年 is somebody's name. */
static bool is_bare_year(const struct figure_quote *q, struct str all, struct str rest)
{
    return q->digits >= 1900 && q->digits <= 2100 && all.n - rest.n == 4;
}

/* *to: behind it, whether it is one, or only a name or how long something takes. */
static bool take_number(struct str text, size_t at, struct figure_typed *out, size_t *to)
{
    struct str all = rest_of(text, at), rest = all, behind;
    if (figures_take_number(&rest, &out->quote) != OK)
        return false;
    if (is_numeral(str_slice(all, 0, all.n - rest.n), &behind) && !is_counting(&out->quote, behind))
        return false;
    *to = out->to = text.n - rest.n;
    out->from = at;
    return !names(rest) && !is_bare_year(&out->quote, all, rest) &&
           !figures_quote_is_time(&out->quote);
}

static bool is_named_before(struct str text, size_t at)
{
    uint32_t c = point_before(text, at);
    return c == '/' || c == '_' || c == '#' || (c == '-' && at > 1 && is_latin(text.p[at - 2])) ||
           (c < 0x80 && is_latin((char)c));
}

/* One at `at`; else *next is behind what is passed over there. */
static bool take(struct str text, size_t at, size_t least, struct figure_typed *out, size_t *next)
{
    static size_t (*const skips[])(struct str, size_t) = {skip_token, skip_ordinal, skip_counted};
    size_t i = at;
    str_next_point(text, &i);
    *next = i;
    for (size_t k = 0; k < sizeof(skips) / sizeof(skips[0]); k++)
        if ((i = skips[k](text, at)) > at) {
            *next = i;
            return false;
        }
    if (take_reference(text, at, least, out) ||
        (!is_named_before(text, at) && take_date(text, at, out)))
        return true;
    if (is_digit_at(text, at)) {
        i = is_named_before(text, at) ? skip_digits(text, at) : skip_called(text, at);
        if (i > at) {
            *next = i;
            return false;
        }
    } else if (is_part_of_a_word(text, at)) {
        return false;
    }
    bool ok = take_number(text, at, out, next);
    if (!ok && is_digit_at(text, at) && *next < skip_digits(text, at))
        *next = skip_digits(text, at);
    return ok;
}

bool figures_typed_next(struct str text, size_t *at, struct figure_typed *out)
{
    size_t least = *at, next;
    for (size_t i = *at; i < text.n; i = next) {
        if (i == 0 || text.p[i - 1] == '\n') {
            next = skip_numbering(text, i);
            if (next > i)
                continue;
        }
        if (take(text, i, least, out, &next)) {
            *at = out->to;
            return true;
        }
    }
    *at = text.n;
    return false;
}
