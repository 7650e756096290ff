/* How people write a number with its qualifier and its unit: tables, and reading by them. */
#include "town/figures/internal.h"

struct word {
    const char *text; /* in small letters */
    int64_t means;    /* a qualifier, or by how much it multiplies */
};

static const struct word before_words[] = {
    {"不低于", QUOTE_NO_LESS},
    {"不少于", QUOTE_NO_LESS},
    {"不超过", QUOTE_NO_MORE},
    {"不多于", QUOTE_NO_MORE},
    {"大约", QUOTE_ABOUT},
    {"约", QUOTE_ABOUT},
    {"超过", QUOTE_OVER},
    {"超", QUOTE_OVER},
    {"逾", QUOTE_OVER},
    {"将近", QUOTE_NEARLY},
    {"接近", QUOTE_NEARLY},
    {"近", QUOTE_NEARLY},
    {"至少", QUOTE_LEAST},
    {"至多", QUOTE_NO_MORE},
    {"no less than ", QUOTE_NO_LESS},
    {"not less than ", QUOTE_NO_LESS},
    {"no fewer than ", QUOTE_NO_LESS},
    {"not fewer than ", QUOTE_NO_LESS},
    {"no more than ", QUOTE_NO_MORE},
    {"not more than ", QUOTE_NO_MORE},
    {"at most ", QUOTE_NO_MORE},
    {"up to ", QUOTE_NO_MORE},
    {"at least ", QUOTE_LEAST},
    {"around ", QUOTE_AROUND},
    {"approximately ", QUOTE_ABOUT},
    {"roughly ", QUOTE_ABOUT},
    {"about ", QUOTE_ABOUT},
    {"nearly ", QUOTE_NEARLY},
    {"almost ", QUOTE_NEARLY},
    {"more than ", QUOTE_OVER},
    {"over ", QUOTE_OVER},
};

static const struct word after_words[] = {
    {"余", QUOTE_OVER},          {"多", QUOTE_OVER},          {"左右", QUOTE_AROUND},
    {"上下", QUOTE_AROUND},      {"以上", QUOTE_LEAST},       {"以下", QUOTE_NO_MORE},
    {"以内", QUOTE_NO_MORE},     {" or more", QUOTE_LEAST},   {" and more", QUOTE_LEAST},
    {" and above", QUOTE_LEAST}, {" or less", QUOTE_NO_MORE}, {" or fewer", QUOTE_NO_MORE},
    {" or so", QUOTE_AROUND},
};

static const struct word money_words[] = {
    {"人民币", 1}, {"¥", 1}, {"￥", 1}, {"rmb ", 1}, {"cny ", 1},
};

static const struct word scale_words[] = {
    {"千", 1000},        {"万", 10000},         {"亿", 100000000},
    {" thousand", 1000}, {" million", 1000000}, {" billion", 1000000000},
};

static const struct word per_words[] = {
    {"/年", 1}, {"／年", 1}, {" a year", 1}, {" per year", 1}, {"/year", 1},
};

/* ---- units ---- */

/* A figure's unit is a bit; one that is not here is counted like other things. */
static const char *const unit_names[] = {
    "product", "factory", "show",  "order",  "host",    "piece",       "event", "organisation",
    "person",  "stand",   "visit", "second", "opening", "certificate", "chain",
};
enum {
    PRODUCT = 1 << 0,
    FACTORY = 1 << 1,
    SHOW = 1 << 2,
    ORDER = 1 << 3,
    HOST = 1 << 4,
    PIECE = 1 << 5,
    EVENT = 1 << 6,
    ORGANISATION = 1 << 7,
    PERSON = 1 << 8,
    STAND = 1 << 9,
    VISIT = 1 << 10,
    SECOND = 1 << 11,
    OPENING = 1 << 12,
    CERTIFICATE = 1 << 13,
    CHAIN = 1 << 14,
    OTHER = 1 << 15,
    COUNTED = (1 << 16) - 1, /* all of these: what 个 may stand for */
    AREA = 1 << 16,
    MONEY = 1 << 17,
    NOTHING = 1 << 18, /* per cent, metres: no figure is in them */
    TIME = 1 << 19,
    TIMES = SHOW | EVENT | VISIT | OPENING,
    GOODS = PRODUCT | PIECE,
    BODIES = FACTORY | ORGANISATION,
    PEOPLE = HOST | PERSON,
    ALL = (1 << 18) - 1,
};

uint32_t figures_unit_bits(struct str unit)
{
    if (unit.n == 0)
        return ALL;
    if (str_eq_z(unit, "m2"))
        return AREA;
    if (str_eq_z(unit, "fen"))
        return MONEY;
    for (size_t i = 0; i < sizeof(unit_names) / sizeof(unit_names[0]); i++)
        if (str_eq_z(unit, unit_names[i]))
            return UINT32_C(1) << i;
    return OTHER;
}

bool figures_quote_is_time(const struct figure_quote *q)
{
    return q->units == TIME;
}

struct measure {
    const char *text;
    uint32_t units;
    int64_t n, d; /* of the figure's unit; 0: 1 */
};

static const struct measure measures[] = {
    {"元", MONEY, 100, 1},
    {"元人民币", MONEY, 100, 1},
    {" yuan", MONEY, 100, 1},
    {" rmb", MONEY, 100, 1},
    {"平方米", AREA, 1, 1},
    {"平米", AREA, 1, 1},
    {"㎡", AREA, 1, 1},
    {"m²", AREA, 1, 1},
    {"m2", AREA, 1, 1},
    {" m²", AREA, 1, 1},
    {" m2", AREA, 1, 1},
    {" square metres", AREA, 1, 1},
    {" square meters", AREA, 1, 1},
    {"平方公里", AREA, 1000000, 1},
    {"平方千米", AREA, 1000000, 1},
    {"km²", AREA, 1000000, 1},
    {"km2", AREA, 1000000, 1},
    {" km²", AREA, 1000000, 1},
    {" km2", AREA, 1000000, 1},
    {" square kilometres", AREA, 1000000, 1},
    {" square kilometers", AREA, 1000000, 1},
    {"公顷", AREA, 10000, 1},
    {" hectares", AREA, 10000, 1},
    {" ha", AREA, 10000, 1},
    {"亩", AREA, 2000, 3},
    {" mu", AREA, 2000, 3},
    {"款", GOODS, 0, 0},
    {"款产品", GOODS, 0, 0},
    {"款商品", GOODS, 0, 0},
    {"款优品", GOODS, 0, 0},
    {"种", GOODS | COUNTED, 0, 0},
    {"产品", GOODS, 0, 0},
    {"优品", GOODS, 0, 0},
    {" products", GOODS, 0, 0},
    {" goods", GOODS, 0, 0},
    {"件", GOODS, 0, 0},
    {"台", GOODS, 0, 0},
    {"套", GOODS, 0, 0},
    {" pieces", GOODS, 0, 0},
    {"家", BODIES, 0, 0},
    {"家厂商", FACTORY, 0, 0},
    {"家企业", BODIES, 0, 0},
    {"家机构", ORGANISATION, 0, 0},
    {"厂商", FACTORY, 0, 0},
    {"企业", BODIES, 0, 0},
    {"机构", ORGANISATION, 0, 0},
    {"个机构", ORGANISATION, 0, 0},
    {"个企业", BODIES, 0, 0},
    {" factories", FACTORY, 0, 0},
    {" makers", FACTORY, 0, 0},
    {" manufacturers", FACTORY, 0, 0},
    {" enterprises", BODIES, 0, 0},
    {" companies", BODIES, 0, 0},
    {" organisations", ORGANISATION, 0, 0},
    {" organizations", ORGANISATION, 0, 0},
    {" agencies", ORGANISATION, 0, 0},
    {"场", SHOW | EVENT, 0, 0},
    {"场次", SHOW | EVENT, 0, 0},
    {"场直播", SHOW, 0, 0},
    {"场对接会", EVENT, 0, 0},
    {"场活动", SHOW | EVENT, 0, 0},
    {" events", EVENT, 0, 0},
    {" shows", SHOW, 0, 0},
    {"次", TIMES, 0, 0},
    {" times", TIMES, 0, 0},
    {"单", ORDER, 0, 0},
    {"笔", ORDER, 0, 0},
    {"张订单", ORDER, 0, 0},
    {" orders", ORDER, 0, 0},
    {"位", PEOPLE, 0, 0},
    {"名", PEOPLE, 0, 0},
    {"人", PEOPLE, 0, 0},
    {"人次", PEOPLE | VISIT, 0, 0},
    {"位主播", HOST, 0, 0},
    {"名主播", HOST, 0, 0},
    {" hosts", HOST, 0, 0},
    {" people", PEOPLE, 0, 0},
    {"张", CERTIFICATE | ORDER, 0, 0},
    {"张证书", CERTIFICATE, 0, 0},
    {" certificates", CERTIFICATE, 0, 0},
    {"条", CHAIN | OTHER, 0, 0},
    {"条产业链", CHAIN, 0, 0},
    {" chains", CHAIN, 0, 0},
    {" industry chains", CHAIN, 0, 0},
    {"大", COUNTED, 0, 0},
    {"大标志性产业链", CHAIN, 0, 0},
    {"大产业链", CHAIN, 0, 0},
    {"个", COUNTED, 0, 0},
    {"项", COUNTED, 0, 0},
    {"秒", SECOND, 0, 0},
    {" seconds", SECOND, 0, 0},
    {"%", NOTHING, 0, 0},
    {"％", NOTHING, 0, 0},
    {" per cent", NOTHING, 0, 0},
    {"个百分点", NOTHING, 0, 0},
    {"倍", NOTHING, 0, 0},
    {"年", TIME, 0, 0},
    {"年度", TIME, 0, 0},
    {"个月", TIME, 0, 0},
    {"个工作日", TIME, 0, 0},
    {"工作日", TIME, 0, 0},
    {"天", TIME, 0, 0},
    {"日", TIME, 0, 0},
    {"小时", TIME, 0, 0},
    {"分钟", TIME, 0, 0},
    {"公里", NOTHING, 0, 0},
    {"米", NOTHING, 0, 0},
    {" years", TIME, 0, 0},
    {" months", TIME, 0, 0},
    {" days", TIME, 0, 0},
    {" hours", TIME, 0, 0},
    {" minutes", TIME, 0, 0},
};

/* ---- taking words ---- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Latin letters whatever their case, and as a whole word. The bytes of it, or 0. */
static size_t begins(struct str s, const char *word)
{
    size_t i = 0;
    for (; word[i] && i < s.n; i++) {
        char c = s.p[i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c + 32) : c) != word[i])
            return 0;
    }
    bool goes_on = i && i < s.n && is_letter(word[i - 1]) && is_letter(s.p[i]);
    return word[i] || goes_on ? 0 : i;
}

#define TAKE(s, words, means) take_word(s, words, sizeof(words) / sizeof((words)[0]), means)

/* The longest one. */
static bool take_word(struct str *s, const struct word *words, size_t n, int64_t *means)
{
    size_t best = 0;
    for (size_t i = 0; i < n; i++) {
        size_t length = begins(*s, words[i].text);
        if (length > best) {
            best = length;
            *means = words[i].means;
        }
    }
    *s = str_slice(*s, best, s->n);
    return best > 0;
}

static bool take_measure(struct str *s, struct figure_quote *q)
{
    size_t best = 0;
    for (size_t i = 0; i < sizeof(measures) / sizeof(measures[0]); i++) {
        const struct measure *m = &measures[i];
        size_t length = begins(*s, m->text);
        if (length <= best)
            continue;
        best = length;
        q->units = m->units;
        q->unit_n = m->n ? m->n : 1;
        q->unit_d = m->d ? m->d : 1;
    }
    *s = str_slice(*s, best, s->n);
    return best > 0;
}

/* ---- taking digits ---- */

enum { DECIMALS_MAX = 4 };

int figures_digit(struct str s, size_t at, size_t *n)
{
    *n = 1;
    if (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
        return s.p[at] - '0';
    size_t next = at;
    uint32_t c = at < s.n ? str_next_point(s, &next) : 0;
    *n = next - at;
    return c >= 0xFF10 && c <= 0xFF19 ? (int)(c - 0xFF10) : -1;
}

/* A group is a comma and three digits. */
static bool is_group(struct str s, size_t at)
{
    size_t n;
    if (at >= s.n || s.p[at] != ',')
        return false;
    for (size_t i = 1; i <= 3; i++)
        if (figures_digit(s, at + i, &n) < 0 || n != 1)
            return false;
    return figures_digit(s, at + 4, &n) < 0;
}

static enum err take_whole(struct str s, size_t *at, int64_t *value)
{
    size_t n, seen = 0;
    for (;; *at += n) {
        if (seen && is_group(s, *at))
            (*at)++;
        int digit = figures_digit(s, *at, &n);
        if (digit < 0)
            return seen ? OK : ERR_SYNTAX;
        *value = *value * 10 + digit;
        seen++;
        if (*value > FIGURE_NUMBER_MAX)
            return ERR_LIMIT;
    }
}

static enum err take_digits(struct str *s, struct figure_quote *q)
{
    size_t at = 0, n;
    enum err e = take_whole(*s, &at, &q->digits);
    if (e != OK)
        return e;
    if (at + 1 < s->n && s->p[at] == '.' && figures_digit(*s, at + 1, &n) >= 0)
        for (at++; figures_digit(*s, at, &n) >= 0; at += n, q->decimals++) {
            if (q->decimals == DECIMALS_MAX)
                return ERR_SYNTAX;
            q->digits = q->digits * 10 + figures_digit(*s, at, &n);
        }
    *s = str_slice(*s, at, s->n);
    return q->digits > FIGURE_NUMBER_MAX ? ERR_LIMIT : OK;
}

/* ---- Chinese numerals ---- */

static int numeral_digit(uint32_t c)
{
    static const uint32_t digits[] = {U'〇', U'一', U'二', U'三', U'四',
                                      U'五', U'六', U'七', U'八', U'九'};
    for (int i = 0; i < 10; i++)
        if (digits[i] == c)
            return i;
    return c == U'零' ? 0 : c == U'两' ? 2 : -1;
}

static int numeral_place(uint32_t c)
{
    return c == U'十' ? 10 : c == U'百' ? 100 : c == U'千' ? 1000 : 0;
}

/* Places fall: 一千五百, 二百零三, 十二. */
size_t figures_take_numeral(struct str s, int64_t *out)
{
    size_t at = 0, taken = 0;
    int pending = -1, last_place = 10000;
    int64_t value = 0;
    while (at < s.n) {
        uint32_t c = str_next_point(s, &at);
        int digit = numeral_digit(c), place = numeral_place(c);
        if (digit > 0 && pending <= 0) {
            pending = digit;
        } else if (digit == 0 && pending < 0) {
            pending = 0;
        } else if (place && place < last_place && (pending > 0 || (place == 10 && !taken))) {
            value += (int64_t)place * (pending > 0 ? pending : 1);
            last_place = place;
            pending = -1;
        } else {
            break;
        }
        taken = at;
    }
    *out = value + (pending > 0 ? pending : 0);
    return taken;
}

/* ---- all of it ---- */

static bool has_qualifier(const struct figure_quote *q)
{
    return q->qualifier != QUOTE_EXACT;
}

/* What follows the number, in any order that people write: "余万元", "万余元", "万元左右". */
static enum err take_tail(struct str *s, struct figure_quote *q)
{
    bool measured = false, per = false;
    int64_t means;
    while (s->n) {
        if (!has_qualifier(q) && TAKE(s, after_words, &means)) {
            q->qualifier = (enum figure_qualifier)means;
        } else if (q->scale == 1 && !measured && TAKE(s, scale_words, &means)) {
            q->scale = means;
            if (q->digits > FIGURE_NUMBER_MAX / means * 10000)
                return ERR_LIMIT;
        } else if (!measured && take_measure(s, q)) {
            measured = true;
        } else if (!per && TAKE(s, per_words, &means)) {
            per = true;
        } else {
            break;
        }
    }
    return OK;
}

enum err figures_take_number(struct str *s, struct figure_quote *q)
{
    int64_t means;
    size_t n;
    struct str rest = *s;
    *q = (struct figure_quote){.kind = FIGURE_NUMBER, .scale = 1, .unit_n = 1, .unit_d = 1};
    if (TAKE(&rest, before_words, &means))
        q->qualifier = (enum figure_qualifier)means;
    if (TAKE(&rest, money_words, &means)) {
        q->units = MONEY;
        q->unit_n = 100;
    }
    if (figures_digit(rest, 0, &n) >= 0) {
        enum err e = take_digits(&rest, q);
        if (e != OK)
            return e;
    } else {
        n = figures_take_numeral(rest, &q->digits);
        if (n == 0)
            return ERR_SYNTAX;
        rest = str_slice(rest, n, rest.n);
    }
    enum err e = take_tail(&rest, q);
    *s = e == OK ? rest : *s;
    return e;
}
