/* Quotations of figures, and whether a value bears them: figures.h has the rules. */
#include "town/figures/internal.h"

#include "web/i18n.h"

/* ---- does it hold ---- */

/* The place of the last digit that is not zero; of 0: none. */
static int64_t place_of(int64_t n)
{
    int64_t place = n > 0 ? 1 : 0;
    while (n > 0 && n % 10 == 0) {
        n /= 10;
        place *= 10;
    }
    return place;
}

static int64_t least_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool holds_at(enum figure_qualifier q, int64_t quoted, int64_t place, int64_t value)
{
    if (q == QUOTE_EXACT)
        return value == quoted;
    if (quoted < 0 || value < 0)
        return false;
    int64_t more = value - quoted, off = more < 0 ? -more : more;
    switch (q) {
    case QUOTE_OVER: return more > 0 && more <= place / 2;
    case QUOTE_NEARLY: return more < 0 && off <= place / 2;
    case QUOTE_ABOUT: return place > 0 && off <= least_of(place / 2, quoted / 20);
    case QUOTE_AROUND: return place > 0 && off <= least_of(place, quoted / 10);
    case QUOTE_LEAST:
    case QUOTE_NO_LESS: return more >= 0;
    case QUOTE_NO_MORE: return more <= 0;
    case QUOTE_EXACT: break;
    }
    return false;
}

bool figures_quote_holds(enum figure_qualifier q, int64_t quoted, int64_t value)
{
    return holds_at(q, quoted, place_of(quoted), value);
}

const char *figures_qualifier_name(enum figure_qualifier q)
{
    static const char *const names[FIGURE_QUALIFIERS] = {"exact", "over",    "about",  "around",
                                                         "least", "no_less", "nearly", "no_more"};
    return names[q];
}

const char *figures_verdict_name(enum figure_verdict v)
{
    static const char *const names[] = {"holds", "fails", "unit", "unread"};
    return names[v];
}

/* ---- reading ---- */

enum err figures_quote_read(struct str text, struct figure_quote *out)
{
    struct str s = str_trim(text), rest = s;
    if (s.n > FIGURE_QUOTE_MAX)
        return ERR_LIMIT;
    if (s.n == 0)
        return ERR_SYNTAX;
    for (size_t at = 0; at < s.n; str_next_point(s, &at))
        if (figures_reference_length(str_slice(s, at, s.n)) == s.n - at) {
            *out = (struct figure_quote){
                .kind = FIGURE_REFERENCE, .scale = 1, .unit_n = 1, .unit_d = 1, .words = s};
            return OK;
        }
    if (figures_take_date(&rest, out) && rest.n == 0)
        return OK;
    rest = s;
    enum err e = figures_take_number(&rest, out);
    return e == OK && rest.n ? ERR_SYNTAX : e;
}

/* Of a figure in yuan a number without a word is yuan. */
static int64_t unit_n_of(const struct figure_quote *q, struct str unit)
{
    return q->units == 0 && str_eq_z(unit, "fen") ? 100 : q->unit_n;
}

static bool fits(const struct figure_quote *q, struct str unit)
{
    return q->kind == FIGURE_NUMBER && (q->units == 0 || (q->units & figures_unit_bits(unit)));
}

/* n * scale * unit / 10^decimals, in unit_d-ths of the figure's unit. ERR_SYNTAX: no whole one. */
static enum err scaled(const struct figure_quote *q, struct str unit, int64_t n, int64_t *out)
{
    __int128 value = (__int128)n * q->scale * unit_n_of(q, unit);
    int64_t part = 1;
    for (int i = 0; i < q->decimals; i++)
        part *= 10;
    if (value > (__int128)FIGURE_NUMBER_MAX * part * q->unit_d)
        return ERR_LIMIT;
    *out = (int64_t)(value / part);
    return value % part ? ERR_SYNTAX : OK;
}

enum err figures_quote_number(const struct figure_quote *q, struct str unit, int64_t *number)
{
    if (!fits(q, unit))
        return ERR_INVALID;
    enum err e = scaled(q, unit, q->digits, number);
    if (e == OK && *number % q->unit_d)
        e = ERR_SYNTAX;
    *number /= q->unit_d;
    return e;
}

enum err figures_quote_amount(struct str text, struct str unit, enum figure_qualifier *q,
                              int64_t *quoted)
{
    struct figure_quote read;
    enum err e = figures_quote_read(text, &read);
    *q = QUOTE_EXACT;
    *quoted = 0;
    if (e != OK)
        return e;
    *q = read.qualifier;
    return figures_quote_number(&read, unit, quoted);
}

/* ---- a quotation and a value ---- */

/* The value, rounded half up to the printed places, is the quotation. All in unit_d-ths. */
static bool rounds_to(const struct figure_quote *q, struct str unit, int64_t quoted, int64_t value)
{
    int64_t place;
    bool is_larger = q->scale > 1 || unit_n_of(q, unit) > (str_eq_z(unit, "fen") ? 100 : q->unit_d);
    if (value == quoted)
        return true;
    if (!is_larger || scaled(q, unit, 1, &place) != OK)
        return false;
    int64_t more = value - quoted, off = more < 0 ? -more : more;
    return (more > 0 ? 2 * more < place : 2 * off <= place) && off <= quoted / 200;
}

static enum figure_verdict check_number(const struct figure_quote *q, struct str unit,
                                        int64_t value)
{
    int64_t quoted, place = 0;
    if (!fits(q, unit))
        return QUOTE_OTHER_UNIT;
    if (scaled(q, unit, q->digits, &quoted) != OK)
        return QUOTE_UNREAD; /* half a factory */
    if (value < 0 || value > FIGURE_NUMBER_MAX)
        return q->qualifier == QUOTE_EXACT && quoted == value ? QUOTE_HOLDS : QUOTE_FAILS;
    value *= q->unit_d;
    if (q->qualifier == QUOTE_EXACT)
        return rounds_to(q, unit, quoted, value) ? QUOTE_HOLDS : QUOTE_FAILS;
    /* The place of the last digit printed that is not zero, whatever the unit. */
    if (scaled(q, unit, place_of(q->digits), &place) != OK)
        return QUOTE_UNREAD;
    return holds_at(q->qualifier, quoted, place, value) ? QUOTE_HOLDS : QUOTE_FAILS;
}

static enum figure_verdict check_date(const struct figure_quote *q, struct str words,
                                      int64_t as_of_day)
{
    int64_t day;
    struct tm tm, then;
    if (q->kind != FIGURE_DATE)
        return QUOTE_OTHER_UNIT;
    if (day_read(words, &day) != OK)
        return QUOTE_FAILS;
    day_clock(day_begin_ms(day), &tm);
    day_clock(day_begin_ms(as_of_day), &then);
    bool holds = (!q->year || q->year == tm.tm_year + 1900) &&
                 (!q->is_this_year || then.tm_year == tm.tm_year) &&
                 (!q->month || q->month == tm.tm_mon + 1) && (!q->day || q->day == tm.tm_mday);
    return holds ? QUOTE_HOLDS : QUOTE_FAILS;
}

static bool ends_with(struct str s, struct str end)
{
    return end.n > 0 && s.n >= end.n && str_eq(str_slice(s, s.n - end.n, s.n), end);
}

/* within: words may stand before it, as they do in a text. */
static enum figure_verdict check_reference(struct str printed, struct str words, bool within)
{
    char a[FIGURE_FORM_MAX], b[FIGURE_FORM_MAX];
    struct str p = figures_reference_form(printed, a), v = figures_reference_form(words, b);
    bool holds = p.n && (str_eq(p, v) || (str_starts(p, "\u3014") && ends_with(v, p)) ||
                         (within && ends_with(p, v)));
    return holds ? QUOTE_HOLDS : QUOTE_FAILS;
}

enum figure_verdict figures_quote_bears(const struct figure_quote *q, enum figure_kind kind,
                                        struct str unit, const struct figure_value *value,
                                        int64_t as_of_day)
{
    if (q->kind != kind)
        return QUOTE_OTHER_UNIT;
    if (!value->is_known)
        return kind == FIGURE_NUMBER && !fits(q, unit) ? QUOTE_OTHER_UNIT : QUOTE_FAILS;
    switch (kind) {
    case FIGURE_NUMBER: return check_number(q, unit, value->number);
    case FIGURE_DATE: return check_date(q, value->words, as_of_day);
    case FIGURE_REFERENCE: return check_reference(q->words, value->words, true);
    }
    return QUOTE_UNREAD;
}

enum figure_verdict figures_quote_check(struct str text, enum figure_kind kind, struct str unit,
                                        const struct figure_value *value, int64_t as_of_day)
{
    struct figure_quote q;
    text = str_trim(text);
    if (kind == FIGURE_REFERENCE) { /* whatever words a paper is known by */
        if (text.n == 0 || text.n > FIGURE_QUOTE_MAX)
            return QUOTE_UNREAD;
        return value->is_known ? check_reference(text, value->words, false) : QUOTE_FAILS;
    }
    if (figures_quote_read(text, &q) != OK)
        return QUOTE_UNREAD;
    return figures_quote_bears(&q, kind, unit, value, as_of_day);
}

/* ---- printing ---- */

/* n / 10^4 as digits without needless zeros; n ends in two zeros at least. */
static struct str decimal(int64_t n, int64_t scale, struct arena *arena)
{
    int part = (int)(n % scale * 100 / scale);
    const char *form = part == 0 ? "%lld" : part % 10 ? "%lld.%02d" : "%lld.%d";
    return str_of(arena_printf(arena, form, (long long)(n / scale), part % 10 ? part : part / 10));
}

static struct str unit_word(struct str unit, struct arena *arena)
{
    const char *key = arena_printf(arena, "figures.unit_%.*s", STR_ARG(unit));
    struct i18n_arg count = {"count", STR("2")};
    return key ? i18n_text(LANG_ZH, str_of(key), &count, 1, arena) : STR_NONE;
}

static struct str printed_number(struct str unit, struct str word, int64_t number,
                                 struct arena *arena)
{
    static const struct {
        int64_t scale;
        const char *words; /* 亿, 万 */
    } scales[] = {{100000000, "\u4ebf"}, {10000, "\u4e07"}};
    bool money = str_eq_z(unit, "fen"), area = str_eq_z(unit, "m2");
    if (area && number >= 1000000 && number % 10000 == 0)
        return str_of(arena_printf(arena, "%.*s\u5e73\u65b9\u516c\u91cc",
                                   STR_ARG(decimal(number, 1000000, arena))));
    if (money && number % 100)
        return str_of(arena_printf(arena, "%lld.%02d%.*s", (long long)(number / 100),
                                   (int)(number % 100), STR_ARG(word)));
    int64_t n = money ? number / 100 : number;
    for (size_t i = 0; i < sizeof(scales) / sizeof(scales[0]); i++)
        if (n >= scales[i].scale && n % (scales[i].scale / 100) == 0)
            return str_of(arena_printf(arena, "%.*s%s%.*s",
                                       STR_ARG(decimal(n, scales[i].scale, arena)), scales[i].words,
                                       STR_ARG(word)));
    return str_of(arena_printf(arena, "%lld%.*s", (long long)n, STR_ARG(word)));
}

static struct str printed_date(struct str words, struct arena *arena)
{
    int64_t day;
    if (day_read(words, &day) != OK)
        return words;
    return i18n_time(LANG_ZH, day_begin_ms(day), "date", arena);
}

struct str figures_printed(enum figure_kind kind, struct str unit, const struct figure_value *value,
                           struct arena *arena)
{
    if (!value->is_known)
        return STR_NONE;
    if (kind == FIGURE_REFERENCE)
        return value->words;
    if (kind == FIGURE_DATE)
        return printed_date(value->words, arena);
    struct figure_quote q;
    struct str text = printed_number(unit, unit_word(unit, arena), value->number, arena);
    /* A unit's word that nobody taught quote_read.c: the number alone says it. */
    return figures_quote_read(text, &q) == OK
               ? text
               : printed_number(unit, STR_NONE, value->number, arena);
}
