#include "town/hall/product_field.h"

#include <string.h>

enum { LINK_MAX = 500, TITLE_ZH_MAX = 60, TITLE_EN_MAX = 120, ABOUT_MAX = 2000, MODEL_MAX = 40 };

static const char *const markets[] = {"home", "export", "both", NULL};

const struct hall_field hall_fields[HALL_FIELDS] = {
    [HALL_TITLE_ZH] = {"title_zh", HALL_TEXT, 1, TITLE_ZH_MAX,
                       .flags = HALL_NEEDED | HALL_IN_TABLE},
    [HALL_TITLE_EN] = {"title_en", HALL_TEXT, 0, TITLE_EN_MAX, .flags = HALL_IN_TABLE},
    [HALL_ABOUT_ZH] = {"about_zh", HALL_LINES, 0, ABOUT_MAX, .flags = HALL_NEEDED_TO_SHOW},
    [HALL_ABOUT_EN] = {"about_en", HALL_LINES, 0, ABOUT_MAX},
    [HALL_MODEL] = {"model", HALL_TEXT, 1, MODEL_MAX, .flags = HALL_NEEDED | HALL_IN_TABLE},
    [HALL_MOQ] = {"moq", HALL_COUNT, 1, 1000000, .otherwise = "1",
                  .flags = HALL_IN_TABLE | HALL_ON_PAGE},
    [HALL_LEAD_DAYS] = {"lead_days", HALL_COUNT, 0, 365, .flags = HALL_IN_TABLE | HALL_ON_PAGE},
    [HALL_WARRANTY_MONTHS] = {"warranty_months", HALL_COUNT, 0, 240, .flags = HALL_ON_PAGE},
    [HALL_HS_CODE] = {"hs_code", HALL_DIGITS, 6, 10, .flags = HALL_ON_PAGE},
    [HALL_MARKET] = {"market", HALL_CHOICE, .choices = markets, .otherwise = "both",
                     .flags = HALL_IN_TABLE | HALL_ON_PAGE},
    [HALL_VIDEO_URL] = {"video_url", HALL_LINK, 0, LINK_MAX},
};

/* --- reading --- */

static bool has_control(struct str s, bool lines)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 || c == 0x7F) && !(lines && (c == '\n' || c == '\r' || c == '\t')))
            return true;
    }
    return false;
}

static struct hall_fault read_text(const struct hall_field *f, struct str s, struct arena *arena,
                                   struct val *out)
{
    int64_t n = (int64_t)str_characters(s);
    if (!str_is_utf8(s) || has_control(s, f->type == HALL_LINES))
        return (struct hall_fault){.key = "hall.bad_text"};
    if (n < f->min || n > f->max)
        return (struct hall_fault){"hall.bad_length", f->min, f->max};
    *out = V_STR(arena_str(arena, s));
    return (struct hall_fault){0};
}

static struct hall_fault read_count(const struct hall_field *f, struct str s, struct val *out)
{
    int64_t n;
    if (str_to_i64(s, &n) != OK || n < f->min || n > f->max)
        return (struct hall_fault){"hall.bad_count", f->min, f->max};
    *out = V_INT(n);
    return (struct hall_fault){0};
}

static struct hall_fault read_digits(const struct hall_field *f, struct str s, struct arena *arena,
                                     struct val *out)
{
    char *kept = arena_alloc(arena, s.n + 1);
    int64_t n = 0;
    for (size_t i = 0; kept && i < s.n; i++) {
        if (s.p[i] == '.' || s.p[i] == ' ')
            continue;
        if (s.p[i] < '0' || s.p[i] > '9')
            return (struct hall_fault){"hall.bad_digits", f->min, f->max};
        kept[n++] = s.p[i];
    }
    if (n < f->min || n > f->max)
        return (struct hall_fault){"hall.bad_digits", f->min, f->max};
    *out = V_STR(str_n(kept, (size_t)n));
    return (struct hall_fault){0};
}

static bool is_choice(const char *choice, struct str s, struct arena *arena)
{
    const char *key = arena_printf(arena, "hall.choice_%s", choice);
    return str_ieq_z(s, choice) ||
           (key && (str_ieq(s, i18n_text(LANG_ZH, str_of(key), NULL, 0, arena)) ||
                    str_ieq(s, i18n_text(LANG_EN, str_of(key), NULL, 0, arena))));
}

static struct hall_fault read_choice(const struct hall_field *f, struct str s, struct arena *arena,
                                     struct val *out)
{
    for (const char *const *c = f->choices; *c; c++)
        if (is_choice(*c, s, arena)) {
            *out = V_Z(*c);
            return (struct hall_fault){0};
        }
    return (struct hall_fault){.key = "hall.bad_choice"};
}

static struct hall_fault read_link(const struct hall_field *f, struct str s, struct arena *arena,
                                   struct val *out)
{
    if (!str_starts(s, "https://") || str_find(s, ' ') >= 0 || str_find(s, '"') >= 0 ||
        str_find(s, '<') >= 0)
        return (struct hall_fault){.key = "hall.bad_link"};
    return read_text(f, s, arena, out);
}

struct hall_fault hall_field_read(const struct hall_field *f, struct str text, struct arena *arena,
                                  struct val *out)
{
    struct str s = str_trim(text);
    *out = V_NULL;
    if (s.n == 0 && f->otherwise)
        s = str_of(f->otherwise);
    if (s.n == 0)
        return f->flags & HALL_NEEDED ? (struct hall_fault){.key = "hall.needed"}
                                      : (struct hall_fault){0};
    switch (f->type) {
    case HALL_COUNT: return read_count(f, s, out);
    case HALL_DIGITS: return read_digits(f, s, arena, out);
    case HALL_CHOICE: return read_choice(f, s, arena, out);
    case HALL_LINK: return read_link(f, s, arena, out);
    case HALL_TEXT:
    case HALL_LINES: break;
    }
    return read_text(f, s, arena, out);
}

/* --- values --- */

bool hall_field_is_set(const struct val *v)
{
    return v->kind == VAL_INT || (v->kind == VAL_STR && v->s.n > 0);
}

bool hall_field_same(const struct val *a, const struct val *b)
{
    if (hall_field_is_set(a) != hall_field_is_set(b))
        return false;
    if (!hall_field_is_set(a))
        return true;
    return a->kind == b->kind && (a->kind == VAL_INT ? a->i == b->i : str_eq(a->s, b->s));
}

struct str hall_field_raw(const struct val *v, struct arena *arena)
{
    if (v->kind == VAL_INT)
        return str_of(arena_printf(arena, "%lld", (long long)v->i));
    return v->kind == VAL_STR ? v->s : STR("");
}

struct str hall_field_text(const struct hall_field *f, const struct val *v, enum lang lang,
                           struct arena *arena)
{
    struct str raw = hall_field_raw(v, arena);
    if (f->type == HALL_CHOICE && raw.n) {
        const char *key = arena_printf(arena, "hall.choice_%.*s", STR_ARG(raw));
        return i18n_text(lang, str_of(key), NULL, 0, arena);
    }
    const char *key = arena_printf(arena, "hall.value_%s", f->name);
    if (v->kind == VAL_INT && key && i18n_has(lang, str_of(key))) {
        const struct i18n_arg count = {"count", raw};
        return i18n_text(lang, str_of(key), &count, 1, arena);
    }
    return raw;
}

void hall_fields_of_row(const struct rows *rs, size_t row, struct val out[HALL_FIELDS])
{
    for (int i = 0; i < HALL_FIELDS; i++)
        out[i] = row_val(rs, row, hall_fields[i].name);
}

bool hall_gtin_ok(struct str digits)
{
    int sum = 0;
    if (digits.n != 8 && digits.n != 12 && digits.n != 13 && digits.n != 14)
        return false;
    for (size_t i = 0; i < digits.n; i++) {
        char c = digits.p[digits.n - 1 - i];
        if (c < '0' || c > '9')
            return false;
        sum += (c - '0') * (i % 2 ? 3 : 1);
    }
    return sum % 10 == 0;
}

struct str hall_gtin(struct str digits, struct arena *arena)
{
    if (digits.n == 12)
        return str_of(arena_printf(arena, "0%.*s", STR_ARG(digits)));
    return digits.n == 14 && digits.p[0] == '0' ? str_slice(digits, 1, digits.n) : digits;
}
