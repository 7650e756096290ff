#include "town/hall/export.h"

#include <string.h>

#include "store/queries.h"
#include "town/sheet/sheet.h"

enum { TEXT_WIDTH = 14, LONG_WIDTH = 30 };

static struct sheet_column column_of(const struct hall_column *c, enum lang lang,
                                     struct arena *arena)
{
    struct sheet_column s = {hall_column_title(c, lang, arena), SHEET_TEXT, 0, TEXT_WIDTH};
    if (c->what == HALL_COLUMN_SKU_PRICE || c->what == HALL_COLUMN_SKU_LIST_PRICE) {
        s.kind = SHEET_NUMBER;
        s.digits = 2;
    } else if (c->what == HALL_COLUMN_FIELD && hall_fields[c->field].type == HALL_COUNT) {
        s.kind = SHEET_NUMBER;
    } else if (c->what == HALL_COLUMN_FIELD && hall_fields[c->field].max >= 60) {
        s.width = LONG_WIDTH;
    }
    return s;
}

static enum err begin(const struct hall_columns *c, size_t rows, enum lang lang,
                      struct arena *arena, struct sheet *s)
{
    struct sheet_column *columns = arena_array(arena, c->n, sizeof(*columns));
    if (!columns)
        return ERR_NOMEM;
    for (size_t i = 0; i < c->n; i++)
        columns[i] = column_of(&c->all[i], lang, arena);
    return sheet_init(s, columns, c->n, rows, arena);
}

/* --- one row --- */

struct line {
    const struct hall_product_edit *p;
    const struct hall_sku_edit *k;
    struct str kind_name;
    enum lang lang;
    struct arena *arena;
};

static void put_text(struct sheet *s, struct str text)
{
    if (text.n)
        sheet_text(s, text);
    else
        sheet_empty(s);
}

static void put_field(struct sheet *s, const struct line *l, int field)
{
    const struct val *v = &l->p->fields[field];
    if (v->kind == VAL_INT)
        sheet_number(s, v->i);
    else
        put_text(s, hall_field_text(&hall_fields[field], v, l->lang, l->arena));
}

static void put_spec(struct sheet *s, const struct line *l, const struct hall_asked *a)
{
    for (size_t i = 0; i < l->p->specs_n; i++) {
        const struct hall_spec_edit *e = &l->p->specs[i];
        if (!str_eq(e->name, a->name))
            continue;
        const char *key = arena_printf(l->arena, "hall.word_%.*s", STR_ARG(e->word));
        put_text(s, e->word.n ? i18n_text(l->lang, str_of(key), NULL, 0, l->arena)
                              : hall_amount_text(e->amount, str_eq_z(e->kind, "milli"), l->arena));
        return;
    }
    sheet_empty(s);
}

static void put_cell(struct sheet *s, const struct line *l, const struct hall_column *c)
{
    switch (c->what) {
    case HALL_COLUMN_FIELD: put_field(s, l, c->field); return;
    case HALL_COLUMN_KIND: put_text(s, l->kind_name); return;
    case HALL_COLUMN_SPEC: put_spec(s, l, &c->asked); return;
    case HALL_COLUMN_SKU_CODE: put_text(s, l->k->code); return;
    case HALL_COLUMN_SKU_NAME_ZH: put_text(s, l->k->name_zh); return;
    case HALL_COLUMN_SKU_NAME_EN: put_text(s, l->k->name_en); return;
    case HALL_COLUMN_SKU_GTIN: put_text(s, l->k->gtin); return;
    case HALL_COLUMN_SKU_PRICE: sheet_number(s, l->k->price_fen); return;
    case HALL_COLUMN_SKU_LIST_PRICE:
        if (l->k->list_price_fen > l->k->price_fen)
            sheet_number(s, l->k->list_price_fen);
        else
            sheet_empty(s);
        return;
    case HALL_COLUMN_SKU_STOCK:
    case HALL_COLUMN_PICTURES: break;
    }
    sheet_empty(s); /* stock is moved in the ledger, pictures are not taken away */
}

static enum err put_product(struct sheet *s, const struct hall_columns *c, struct db *db,
                            int64_t id, enum lang lang, struct arena *arena)
{
    struct hall_product_loaded p;
    enum err e = hall_product_load(db, id, arena, &p);
    struct line l = {.p = &p.edit, .lang = lang, .arena = arena};
    if (e)
        return e;
    l.kind_name = row_str(&p.row, 0, lang == LANG_EN ? "kind_en" : "kind_zh");
    for (size_t i = 0; i < p.edit.skus_n; i++) {
        l.k = &p.edit.skus[i];
        for (size_t k = 0; k < c->n; k++)
            put_cell(s, &l, &c->all[k]);
    }
    return OK;
}

/* --- the whole --- */

/* Only properties that one of the goods has. */
static enum err drop_unused(struct db *db, int64_t organisation, struct arena *arena,
                            struct hall_columns *c)
{
    struct rows rs;
    size_t kept = 0;
    enum err e = db_select(db, &q_hall_specs_of_maker, ARGS(V_INT(organisation)), arena, &rs);
    for (size_t i = 0; !e && i < c->n; i++) {
        bool used = c->all[i].what != HALL_COLUMN_SPEC;
        for (size_t k = 0; !used && k < rs.n; k++)
            used = str_eq(row_str(&rs, k, "name"), c->all[i].asked.name);
        if (used && kept < SHEET_COLUMNS_MAX)
            c->all[kept++] = c->all[i];
    }
    c->n = kept;
    return e;
}

enum err hall_export(struct db *db, int64_t organisation, enum lang lang, struct arena *arena,
                     struct block **out)
{
    struct hall_columns c;
    struct rows rs;
    struct sheet s;
    int64_t rows = 0;
    enum err e = hall_columns_of(db, 0, arena, &c);
    if (!e)
        e = drop_unused(db, organisation, arena, &c);
    if (!e)
        e = db_select(db, &q_hall_export, ARGS(V_INT(organisation)), arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        rows += row_int(&rs, i, "skus");
    if (!e)
        e = begin(&c, (size_t)rows, lang, arena, &s);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = put_product(&s, &c, db, row_int(&rs, i, "id"), lang, arena);
    if (!e && arena_failed(arena))
        e = ERR_NOMEM;
    return e ? e : sheet_xlsx(&s, out);
}

enum err hall_export_empty(struct db *db, int64_t kind, enum lang lang, struct arena *arena,
                           struct block **out)
{
    struct hall_columns c;
    struct sheet s;
    enum err e = hall_columns_of(db, kind, arena, &c);
    if (!e)
        e = begin(&c, 0, lang, arena, &s);
    return e ? e : sheet_xlsx(&s, out);
}
