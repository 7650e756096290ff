/* Quotations of numbers, and whether a value bears them: figures.h has the rules. */
#include "town/figures/figures.h"

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

bool figures_quote_holds(enum figure_qualifier q, int64_t quoted, int64_t value)
{
    int64_t place = place_of(quoted);
    if (q == QUOTE_EXACT)
        return value == quoted;
    if (quoted < 0 || value < 0)
        return false;
    int64_t more = value - quoted, off = more < 0 ? -more : more;
    switch (q) {
    case QUOTE_OVER: return more > 0 && more <= place / 2;
    case QUOTE_ABOUT: return place > 0 && off <= least_of(place / 2, quoted / 20);
    case QUOTE_AROUND: return place > 0 && off <= least_of(place, quoted / 10);
    case QUOTE_LEAST:
    case QUOTE_NO_LESS: return more >= 0;
    case QUOTE_EXACT: break;
    }
    return false;
}

const char *figures_qualifier_name(enum figure_qualifier q)
{
    static const char *const names[] = {"exact", "over", "about", "around", "least", "no_less"};
    return names[q];
}

/* ---- reading one ---- */

struct word {
    const char *text;
    int64_t means; /* a qualifier, or by how much it multiplies */
};
/* Longer ones first where one begins another. */
static const struct word before_words[] = {
    {"\u4e0d\u4f4e\u4e8e", QUOTE_NO_LESS},
    {"\u4e0d\u5c11\u4e8e", QUOTE_NO_LESS},
    {"\u5927\u7ea6", QUOTE_ABOUT},
    {"\u7ea6", QUOTE_ABOUT},
    {"\u8d85\u8fc7", QUOTE_OVER},
    {"\u8d85", QUOTE_OVER},
    {"\u903e", QUOTE_OVER},
    {"\u81f3\u5c11", QUOTE_LEAST},
    {"no less than ", QUOTE_NO_LESS},
    {"not less than ", QUOTE_NO_LESS},
    {"no fewer than ", QUOTE_NO_LESS},
    {"not fewer than ", QUOTE_NO_LESS},
    {"at least ", QUOTE_LEAST},
    {"around ", QUOTE_AROUND},
    {"approximately ", QUOTE_ABOUT},
    {"roughly ", QUOTE_ABOUT},
    {"about ", QUOTE_ABOUT},
    {"more than ", QUOTE_OVER},
    {"over ", QUOTE_OVER},
};
static const struct word after_words[] = {
    {"\u4f59", QUOTE_OVER},        {"\u591a", QUOTE_OVER},    {"\u5de6\u53f3", QUOTE_AROUND},
    {"\u4ee5\u4e0a", QUOTE_LEAST}, {" or more", QUOTE_LEAST}, {" and more", QUOTE_LEAST},
    {" and above", QUOTE_LEAST},   {" or so", QUOTE_AROUND},
};
static const struct word scale_words[] = {
    {"\u5343", 1000},    {"\u4e07", 10000},     {"\u4ebf", 100000000},
    {" thousand", 1000}, {" million", 1000000}, {" billion", 1000000000},
};
/* Measure words that may stand after the number and say nothing more. */
static const struct word measure_words[] = {
    {"\u5e73\u65b9\u7c73", 1},
    {"\u6b3e\u4ea7\u54c1", 1},
    {"\u5bb6\u5382\u5546", 1},
    {"\u5bb6\u4f01\u4e1a", 1},
    {"\u5bb6\u673a\u6784", 1},
    {"\u4f4d\u4e3b\u64ad", 1},
    {" products", 1},
    {" factories", 1},
    {" makers", 1},
    {" organisations", 1},
    {" hosts", 1},
    {" events", 1},
    {" shows", 1},
    {" orders", 1},
    {" people", 1},
    {" yuan", 1},
    {" m\u00b2", 1},
    {"\u5143", 1},
    {"\u5bb6", 1},
    {"\u6b3e", 1},
    {"\u4ef6", 1},
    {"\u573a", 1},
    {"\u4e2a", 1},
    {"\u4eba", 1},
    {"\u5355", 1},
    {"\u4f4d", 1},
};
#define TAKE(s, words, means) take_word(s, words, sizeof(words) / sizeof((words)[0]), means)

/* Latin letters whatever their case. */
static bool begins(struct str s, const char *word)
{
    size_t i = 0;
    for (; word[i] && i < s.n; i++) {
        char c = s.p[i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c + 32) : c) != word[i])
            return false;
    }
    return !word[i];
}

static bool take_word(struct str *s, const struct word *words, size_t n, int64_t *means)
{
    for (size_t i = 0; i < n; i++)
        if (begins(*s, words[i].text)) {
            *s = str_slice(*s, strlen(words[i].text), s->n);
            *means = words[i].means;
            return true;
        }
    return false;
}

/* Digits with groups and at most two decimals, in hundredths. */
static enum err take_number(struct str *s, int64_t *hundredths)
{
    int64_t value = 0;
    size_t i = 0, seen = 0;
    for (; i < s->n && ((s->p[i] >= '0' && s->p[i] <= '9') || (s->p[i] == ',' && seen)); i++) {
        if (s->p[i] == ',')
            continue;
        value = value * 10 + (s->p[i] - '0');
        seen++;
        if (value > FIGURE_NUMBER_MAX)
            return ERR_LIMIT;
    }
    if (!seen || s->p[i - 1] == ',')
        return ERR_SYNTAX;
    int decimals = 0;
    if (i < s->n && s->p[i] == '.')
        for (i++; i < s->n && s->p[i] >= '0' && s->p[i] <= '9' && decimals < 2; i++, decimals++)
            value = value * 10 + (s->p[i] - '0');
    if (s->p[i - 1] == '.')
        return ERR_SYNTAX;
    for (; decimals < 2; decimals++)
        value *= 10;
    *s = str_slice(*s, i, s->n);
    *hundredths = value;
    return OK;
}

/* What follows the number, in any order that people write: "余万元", "万余元", "万元左右". */
static enum err take_tail(struct str *s, int64_t *value, enum figure_qualifier *q)
{
    bool scaled = false, measured = false;
    int64_t means;
    while (s->n) {
        if (*q == QUOTE_EXACT && TAKE(s, after_words, &means)) {
            *q = (enum figure_qualifier)means;
        } else if (!scaled && !measured && TAKE(s, scale_words, &means)) {
            scaled = true;
            if (*value > FIGURE_NUMBER_MAX * 100 / means)
                return ERR_LIMIT;
            *value *= means;
        } else if (!measured && TAKE(s, measure_words, &means)) {
            measured = true;
        } else {
            return ERR_SYNTAX;
        }
    }
    return OK;
}

enum err figures_quote_read(struct str text, bool hundredths, enum figure_qualifier *q,
                            int64_t *quoted)
{
    int64_t means, value;
    struct str s = str_trim(text);
    if (s.n > FIGURE_QUOTE_MAX)
        return ERR_LIMIT;
    *q = TAKE(&s, before_words, &means) ? (enum figure_qualifier)means : QUOTE_EXACT;
    enum err e = take_number(&s, &value);
    if (e == OK)
        e = take_tail(&s, &value, q);
    if (e != OK)
        return e;
    if (!hundredths && value % 100)
        return ERR_SYNTAX; /* half a factory */
    *quoted = hundredths ? value : value / 100;
    return *quoted > FIGURE_NUMBER_MAX ? ERR_LIMIT : OK;
}
