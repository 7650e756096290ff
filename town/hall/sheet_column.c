#include "town/hall/sheet_column.h"

#include <stdlib.h>
#include <string.h>

#include "store/queries.h"

static const struct {
    enum hall_column_what what;
    const char *key;
} fixed[] = {
    {HALL_COLUMN_SKU_CODE, "sku_code"},       {HALL_COLUMN_SKU_NAME_ZH, "sku_name_zh"},
    {HALL_COLUMN_SKU_NAME_EN, "sku_name_en"}, {HALL_COLUMN_SKU_GTIN, "sku_gtin"},
    {HALL_COLUMN_SKU_PRICE, "sku_price_fen"}, {HALL_COLUMN_SKU_LIST_PRICE, "sku_list_price_fen"},
    {HALL_COLUMN_SKU_STOCK, "sku_stock"},
};
enum { FIXED = sizeof(fixed) / sizeof(fixed[0]) };

static void add_fields(struct hall_columns *c)
{
    c->all[c->n++] = (struct hall_column){.what = HALL_COLUMN_KIND, .key = STR("kind")};
    for (int i = 0; i < HALL_FIELDS; i++)
        c->all[c->n++] = (struct hall_column){
            .what = HALL_COLUMN_FIELD, .key = str_of(hall_fields[i].name), .field = i};
    for (int i = 0; i < FIXED; i++)
        c->all[c->n++] = (struct hall_column){.what = fixed[i].what, .key = str_of(fixed[i].key)};
    c->all[c->n++] = (struct hall_column){.what = HALL_COLUMN_PICTURES, .key = STR("pictures")};
}

enum err hall_columns_of(struct db *db, int64_t kind, struct arena *arena, struct hall_columns *out)
{
    struct rows rs;
    *out = (struct hall_columns){.all = arena_array(arena, HALL_COLUMNS_MAX, sizeof(*out->all))};
    if (!out->all)
        return ERR_NOMEM;
    add_fields(out);
    enum err e = kind ? db_select(db, &q_hall_kind_attributes, ARGS(V_INT(kind)), arena, &rs)
                      : db_select(db, &q_hall_attributes_all, NO_ARGS, arena, &rs);
    for (size_t i = 0; !e && i < rs.n && out->n < HALL_COLUMNS_MAX; i++) {
        struct hall_column *c = &out->all[out->n];
        struct str name = row_str(&rs, i, "name");
        c->key = str_of(arena_printf(arena, "spec:%.*s", STR_ARG(name)));
        if (hall_column_find(out, c->key))
            continue;
        c->what = HALL_COLUMN_SPEC;
        c->asked = (struct hall_asked){.name = name,
                                       .kind = row_str(&rs, i, "kind"),
                                       .unit = row_str(&rs, i, "unit"),
                                       .words = row_str(&rs, i, "words")};
        out->n++;
    }
    return e ? e : arena_failed(arena) ? ERR_NOMEM : OK;
}

static struct str text(enum lang lang, const char *prefix, struct str name, struct arena *arena)
{
    const char *key = arena_printf(arena, "%s%.*s", prefix, STR_ARG(name));
    return i18n_text(lang, str_of(key ? key : ""), NULL, 0, arena);
}

static struct str bare_title(const struct hall_column *c, enum lang lang, struct arena *arena)
{
    switch (c->what) {
    case HALL_COLUMN_FIELD:
    case HALL_COLUMN_KIND: return text(lang, "hall.field_", c->key, arena);
    case HALL_COLUMN_SPEC: return text(lang, "hall.spec_", c->asked.name, arena);
    default: return text(lang, "hall.", c->key, arena);
    }
}

struct str hall_column_title(const struct hall_column *c, enum lang lang, struct arena *arena)
{
    struct str title = bare_title(c, lang, arena);
    if (c->what != HALL_COLUMN_SPEC || c->asked.unit.n == 0)
        return title;
    return str_of(arena_printf(arena, "%.*s (%.*s)", STR_ARG(title), STR_ARG(c->asked.unit)));
}

const struct hall_column *hall_column_find(const struct hall_columns *c, struct str key)
{
    for (size_t i = 0; i < c->n; i++)
        if (str_eq(c->all[i].key, key))
            return &c->all[i];
    return NULL;
}

/* Without what people add to a title: blanks, stars and colons go, ASCII becomes lower case; with
 * `cut`, everything from the first bracket on goes, too: a unit, as a rule. */
static struct str plain(struct str s, bool cut, struct arena *arena)
{
    static const char *const opens[] = {"(", "\uff08", "[", "\u3010", "/"};
    static const char *const dropped[] = {" ", "*", ":", "\uff1a", "\u3000", "\u00a0", "_", "-"};
    char *out = arena_alloc(arena, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; out && i < s.n;) {
        struct str rest = str_slice(s, i, s.n);
        size_t skip = 0;
        for (size_t k = 0; k < sizeof(opens) / sizeof(opens[0]); k++)
            if (cut && n > 0 && str_starts(rest, opens[k]))
                return str_n(out, n);
        for (size_t k = 0; !skip && k < sizeof(dropped) / sizeof(dropped[0]); k++)
            if (str_starts(rest, dropped[k]))
                skip = strlen(dropped[k]);
        if (!skip) {
            char c = s.p[i];
            out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
            skip = 1;
        }
        i += skip;
    }
    return str_n(out, n);
}

/* Words that people use for it, besides its title: "hall.also_model": "a, b, c". */
static bool is_also(const struct hall_column *c, struct str wanted, enum lang lang, bool cut,
                    struct arena *arena)
{
    bool is_spec = c->what == HALL_COLUMN_SPEC;
    struct str name = is_spec ? c->asked.name : c->key;
    const char *key =
        arena_printf(arena, "hall.also_%s%.*s", is_spec ? "spec_" : "", STR_ARG(name));
    if (!key || !i18n_has(lang, str_of(key)))
        return false;
    for (struct str rest = i18n_text(lang, str_of(key), NULL, 0, arena); rest.n;)
        if (str_eq(plain(str_cut(rest, ',', &rest), cut, arena), wanted))
            return true;
    return false;
}

static bool means(const struct hall_column *c, struct str wanted, bool cut, struct arena *arena)
{
    if (str_eq(plain(c->key, cut, arena), wanted))
        return true;
    for (int lang = 0; lang < LANG_COUNT_; lang++)
        if (str_eq(plain(bare_title(c, (enum lang)lang, arena), cut, arena), wanted) ||
            is_also(c, wanted, (enum lang)lang, cut, arena))
            return true;
    return false;
}

const struct hall_column *hall_column_guess(const struct hall_columns *c, struct str title,
                                            struct arena *arena)
{
    for (int cut = 0; cut < 2; cut++) {
        struct str wanted = plain(title, cut, arena);
        for (size_t i = 0; wanted.n && i < c->n; i++)
            if (means(&c->all[i], wanted, cut, arena))
                return &c->all[i];
    }
    return NULL;
}
