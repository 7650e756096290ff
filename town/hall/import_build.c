/* From a sheet's rows to the edits of products, with every fault by its row and column. */
#include "town/hall/import.h"

#include <string.h>

#include "base/map.h"
#include "store/queries.h"
#include "town/hall/stock.h"

struct build {
    struct db *db;
    struct arena *arena;
    const struct import_sheet *s;
    struct import_built *out;
    struct rows kinds;
    struct map models, codes, gtins; /* of this sheet: text → struct place */
    struct map known;                /* the maker's models → struct place, number: the product */
};

struct place {
    int64_t number; /* a row, or a product's id */
    size_t at;      /* among out->products */
};

static void fault(struct build *b, int64_t row, int column, struct str value, const char *key,
                  int64_t least, int64_t most)
{
    if (b->out->faults_n < IMPORT_FAULTS_MAX)
        b->out->faults[b->out->faults_n] =
            (struct import_fault){row, column, value, key, least, most};
    b->out->faults_n++;
}

/* --- cells --- */

static const struct import_cell *cell_of(const struct import_sheet *s, const struct import_row *row,
                                         enum hall_column_what what)
{
    for (size_t i = 0; i < row->n; i++) {
        size_t at = (size_t)row->cells[i].column - 1;
        if (at < s->columns_n && s->columns[at] && s->columns[at]->what == what)
            return &row->cells[i];
    }
    return NULL;
}

static struct str text_of(const struct import_cell *c)
{
    return c ? str_trim(c->text) : STR("");
}

/* What a spreadsheet makes of a cell that is not simply something. A formula's value may be of
 * another day than what it was worked out from, so somebody has to say that it is meant. */
static void check_cells(struct build *b, const struct import_row *row)
{
    for (size_t i = 0; i < row->n; i++) {
        const struct import_cell *c = &row->cells[i];
        size_t at = (size_t)c->column - 1;
        if (at >= b->s->columns_n || !b->s->columns[at])
            continue;
        if (c->merged)
            fault(b, row->number, c->column, c->text, "hall.cell_merged", 0, 0);
        else if (str_eq_z(c->kind, "formula"))
            fault(b, row->number, c->column, c->text, "hall.cell_formula", 0, 0);
        else if (str_eq_z(c->kind, "error"))
            fault(b, row->number, c->column, c->text, "hall.cell_error", 0, 0);
    }
}

/* --- a product's own columns --- */

static bool is_leaf(const struct rows *kinds, size_t row)
{
    for (size_t i = 0; i < kinds->n; i++)
        if (row_int(kinds, i, "parent_id") == row_int(kinds, row, "id"))
            return false;
    return true;
}

static int64_t kind_of(struct build *b, struct str name)
{
    const struct rows *k = &b->kinds;
    for (size_t i = 0; i < k->n; i++)
        if (is_leaf(k, i) &&
            (str_eq(row_str(k, i, "name_zh"), name) || str_ieq(row_str(k, i, "name_en"), name) ||
             str_ieq(row_str(k, i, "slug"), name)))
            return row_int(k, i, "id");
    return 0;
}

static void read_kind(struct build *b, const struct import_row *row, struct import_product *p)
{
    const struct import_cell *c = cell_of(b->s, row, HALL_COLUMN_KIND);
    struct str name = text_of(c);
    if (name.n == 0) {
        if (!p->edit.kind)
            fault(b, row->number, c ? c->column : 0, name, "hall.kind_needed", 0, 0);
        return;
    }
    int64_t kind = kind_of(b, name);
    if (kind)
        p->edit.kind = kind;
    else
        fault(b, row->number, c->column, name, "hall.no_such_kind", 0, 0);
}

static void read_field(struct build *b, const struct import_row *row, const struct import_cell *c,
                       const struct hall_column *column, struct import_product *p)
{
    struct val v;
    const struct hall_field *f = &hall_fields[column->field];
    struct hall_fault found = hall_field_read(f, c->text, b->arena, &v);
    if (found.key)
        fault(b, row->number, c->column, c->text, found.key, found.min, found.max);
    else
        p->edit.fields[column->field] = v;
}

/* Of a word also its text in either language. */
static struct str word_of(struct build *b, const struct hall_asked *a, struct str value)
{
    struct str words = a->words;
    while (words.n) {
        struct str word = str_cut(words, ' ', &words);
        const char *key = arena_printf(b->arena, "hall.word_%.*s", STR_ARG(word));
        if (str_ieq(word, value))
            return word;
        for (int lang = 0; key && lang < LANG_COUNT_; lang++)
            if (str_ieq(i18n_text((enum lang)lang, str_of(key), NULL, 0, b->arena), value))
                return word;
    }
    return STR_NONE;
}

/* "1500W", "1.7 L": the unit may stand behind the number. */
static struct str without_unit(struct str value, struct str unit)
{
    if (unit.n == 0 || value.n <= unit.n ||
        !str_ieq(str_slice(value, value.n - unit.n, value.n), unit))
        return value;
    return str_trim(str_slice(value, 0, value.n - unit.n));
}

static void set_spec(struct build *b, struct import_product *p, struct hall_spec_edit s)
{
    struct hall_spec_edit *specs = arena_array(b->arena, HALL_SPECS_MAX, sizeof(*specs));
    size_t n = 0;
    bool there = false;
    for (size_t i = 0; specs && i < p->edit.specs_n && n < HALL_SPECS_MAX; i++) {
        bool same = str_eq(p->edit.specs[i].name, s.name);
        specs[n++] = same ? s : p->edit.specs[i];
        there = there || same;
    }
    if (specs && !there && n < HALL_SPECS_MAX)
        specs[n++] = s;
    p->edit.specs = specs;
    p->edit.specs_n = n;
}

static void read_spec(struct build *b, const struct import_row *row, const struct import_cell *c,
                      const struct hall_asked *a, struct import_product *p)
{
    struct str value = text_of(c);
    struct hall_spec_edit s = {.name = a->name, .kind = a->kind, .unit = a->unit};
    bool milli = str_eq_z(a->kind, "milli");
    if (str_eq_z(a->kind, "word")) {
        s.word = word_of(b, a, value);
        if (s.word.n == 0) {
            fault(b, row->number, c->column, value, "hall.bad_choice", 0, 0);
            return;
        }
    } else if (hall_amount_read(without_unit(value, a->unit), milli, &s.amount) != OK ||
               s.amount < a->least || (a->most && s.amount > a->most)) {
        int64_t scale = milli ? 1000 : 1;
        fault(b, row->number, c->column, value, "hall.bad_amount", (a->least + scale - 1) / scale,
              a->most / scale);
        return;
    }
    set_spec(b, p, s);
}

/* A property by the list of the product's kind: other kinds may have it in another unit. */
static enum err read_specs(struct build *b, const struct import_row *row, struct import_product *p)
{
    struct hall_attributes asked;
    enum err e = hall_attributes_of(b->db, p->edit.kind, b->arena, &asked);
    for (size_t i = 0; !e && i < row->n; i++) {
        const struct import_cell *c = &row->cells[i];
        size_t at = (size_t)c->column - 1;
        const struct hall_column *column = at < b->s->columns_n ? b->s->columns[at] : NULL;
        if (!column || column->what != HALL_COLUMN_SPEC || text_of(c).n == 0)
            continue;
        const struct hall_asked *a = NULL;
        for (size_t k = 0; k < asked.n; k++)
            if (str_eq(asked.all[k].name, column->asked.name))
                a = &asked.all[k];
        if (a)
            read_spec(b, row, c, a, p);
        else
            fault(b, row->number, c->column, c->text, "hall.not_of_kind", 0, 0);
    }
    return e;
}

static enum err read_product(struct build *b, const struct import_row *row,
                             struct import_product *p)
{
    read_kind(b, row, p);
    for (size_t i = 0; i < row->n; i++) {
        const struct import_cell *c = &row->cells[i];
        size_t at = (size_t)c->column - 1;
        const struct hall_column *column = at < b->s->columns_n ? b->s->columns[at] : NULL;
        if (column && column->what == HALL_COLUMN_FIELD && text_of(c).n > 0)
            read_field(b, row, c, column, p);
    }
    if (!hall_field_is_set(&p->edit.fields[HALL_TITLE_ZH]))
        fault(b, row->number, 0, STR(""), "hall.title_needed", 0, 0);
    p->pictures = text_of(cell_of(b->s, row, HALL_COLUMN_PICTURES));
    return p->edit.kind ? read_specs(b, row, p) : OK;
}

/* --- a variant --- */

static struct hall_sku_edit *sku_of(struct build *b, struct import_product *p, struct str code,
                                    int64_t row)
{
    struct hall_product_edit *e = &p->edit;
    for (size_t i = 0; i < e->skus_n; i++)
        if (str_eq(e->skus[i].code, code)) {
            p->sku_rows[i] = row;
            return &e->skus[i];
        }
    if (e->skus_n >= HALL_SKUS_MAX)
        return NULL;
    struct hall_sku_edit *k = &e->skus[e->skus_n];
    *k = (struct hall_sku_edit){.code = arena_str(b->arena, code), .is_on = true};
    p->sku_rows[e->skus_n++] = row;
    return k;
}

static void read_name(struct build *b, const struct import_row *row, enum hall_column_what what,
                      struct str *out)
{
    static const struct hall_field name = {"name", HALL_TEXT, 0, HALL_SKU_NAME_MAX, .flags = 0};
    const struct import_cell *c = cell_of(b->s, row, what);
    struct val v;
    if (text_of(c).n == 0)
        return;
    struct hall_fault found = hall_field_read(&name, c->text, b->arena, &v);
    if (found.key)
        fault(b, row->number, c->column, c->text, found.key, found.min, found.max);
    else
        *out = v.s;
}

static void read_price(struct build *b, const struct import_row *row, enum hall_column_what what,
                       int64_t *fen)
{
    const struct import_cell *c = cell_of(b->s, row, what);
    int64_t n;
    if (text_of(c).n == 0)
        return;
    if (hall_price_read(c->text, &n) == OK && n > 0 && n <= HALL_PRICE_FEN_MAX)
        *fen = n;
    else
        fault(b, row->number, c->column, c->text, "hall.bad_price", 0, 0);
}

/* Its number is nobody else's: in this sheet, and in the hall. */
static enum err check_alone(struct build *b, const struct import_row *row,
                            const struct import_cell *c, struct map *here, const struct query *q,
                            int64_t product, int64_t sku)
{
    struct rows rs;
    struct str value = text_of(c);
    const struct place *other = map_get(here, value);
    if (other) {
        fault(b, row->number, c->column, value, "hall.twice_in_sheet", other->number, 0);
        return OK;
    }
    struct place *p = ARENA_NEW(b->arena, struct place);
    if (!p)
        return ERR_NOMEM;
    p->number = row->number;
    enum err e = map_put(here, arena_str(b->arena, value), p);
    if (!e)
        e = db_select(b->db, q, ARGS(V_STR(value)), b->arena, &rs);
    if (!e && rs.n &&
        (row_int(&rs, 0, "product_id") != product || (sku && row_int(&rs, 0, "id") != sku)))
        fault(b, row->number, c->column, value, "hall.taken_by_another", 0, 0);
    return e;
}

static enum err read_gtin(struct build *b, const struct import_row *row,
                          const struct import_product *p, struct hall_sku_edit *k)
{
    const struct import_cell *c = cell_of(b->s, row, HALL_COLUMN_SKU_GTIN);
    struct str gtin = text_of(c);
    if (gtin.n == 0)
        return OK;
    if (!hall_gtin_ok(gtin)) {
        fault(b, row->number, c->column, gtin, "hall.bad_gtin", 0, 0);
        return OK;
    }
    k->gtin = arena_str(b->arena, gtin);
    return check_alone(b, row, c, &b->gtins, &q_hall_sku_of_gtin, p->edit.id, k->id);
}

static void read_stock(struct build *b, const struct import_row *row, struct hall_sku_edit *k)
{
    const struct import_cell *c = cell_of(b->s, row, HALL_COLUMN_SKU_STOCK);
    struct str text = text_of(c);
    if (text.n == 0 || k->id) /* what is there is moved in the ledger, not by a sheet */
        return;
    if (str_to_i64(text, &k->stock) != OK || k->stock < 0 || k->stock > HALL_STOCK_FIRST_MAX)
        fault(b, row->number, c->column, text, "hall.bad_count", 0, HALL_STOCK_FIRST_MAX);
}

static enum err read_sku(struct build *b, const struct import_row *row, struct import_product *p)
{
    const struct import_cell *c = cell_of(b->s, row, HALL_COLUMN_SKU_CODE);
    struct str code = text_of(c);
    if (code.n == 0) /* a product with one variant is its own code */
        code = p->edit.fields[HALL_MODEL].s;
    if (code.n > HALL_CODE_MAX || !str_is_utf8(code)) {
        fault(b, row->number, c ? c->column : 0, code, "hall.bad_length", 1, HALL_CODE_MAX);
        return OK;
    }
    struct hall_sku_edit *k = sku_of(b, p, code, row->number);
    if (!k) {
        fault(b, row->number, 0, code, "hall.needs_skus", 0, 0);
        return OK;
    }
    const struct import_cell own = {.column = c ? c->column : 0, .text = code};
    enum err e = check_alone(b, row, &own, &b->codes, &q_hall_sku_of_code, p->edit.id, k->id);
    read_name(b, row, HALL_COLUMN_SKU_NAME_ZH, &k->name_zh);
    read_name(b, row, HALL_COLUMN_SKU_NAME_EN, &k->name_en);
    read_price(b, row, HALL_COLUMN_SKU_PRICE, &k->price_fen);
    read_price(b, row, HALL_COLUMN_SKU_LIST_PRICE, &k->list_price_fen);
    if (k->price_fen == 0 && text_of(cell_of(b->s, row, HALL_COLUMN_SKU_PRICE)).n == 0)
        fault(b, row->number, 0, STR(""), "hall.price_needed", 0, 0);
    read_stock(b, row, k);
    return e ? e : read_gtin(b, row, p, k);
}

/* --- products --- */

static enum err begin_product(struct build *b, const struct import_row *row, struct str model,
                              struct import_product *p)
{
    struct hall_product_loaded there;
    const struct place *known = map_get(&b->known, model);
    *p = (struct import_product){.row = row->number,
                                 .sku_rows = arena_array(b->arena, HALL_SKUS_MAX, sizeof(int64_t))};
    struct hall_sku_edit *skus = arena_array(b->arena, HALL_SKUS_MAX, sizeof(*skus));
    if (!skus || !p->sku_rows)
        return ERR_NOMEM;
    p->edit = (struct hall_product_edit){.factory = b->s->organisation, .skus = skus};
    p->edit.fields[HALL_MOQ] = V_INT(1);
    p->edit.fields[HALL_MARKET] = V_Z("both");
    if (!known)
        return OK;
    enum err e = hall_product_load(b->db, known->number, b->arena, &there);
    if (e)
        return e;
    if (!hall_state_may(there.status, "edit", HALL_AS_MAKER))
        fault(b, row->number, 0, model, "hall.in_review_now", 0, 0);
    p->edit = there.edit;
    memcpy(skus, there.edit.skus, there.edit.skus_n * sizeof(*skus));
    p->edit.skus = skus;
    return OK;
}

static enum err product_of(struct build *b, const struct import_row *row, struct str model,
                           struct import_product **out, bool *is_first)
{
    struct place *place = map_get(&b->models, model);
    *is_first = !place;
    if (!place) {
        place = ARENA_NEW(b->arena, struct place);
        if (!place)
            return ERR_NOMEM;
        place->at = b->out->n++;
        enum err e = map_put(&b->models, arena_str(b->arena, model), place);
        if (!e)
            e = begin_product(b, row, model, &b->out->products[place->at]);
        if (e)
            return e;
    }
    *out = &b->out->products[place->at];
    return OK;
}

static enum err build_row(struct build *b, const struct import_row *row)
{
    struct import_product *p;
    struct str model = STR("");
    int column = 0;
    bool is_first;
    check_cells(b, row);
    for (size_t i = 0; i < row->n; i++) {
        size_t at = (size_t)row->cells[i].column - 1;
        const struct hall_column *c = at < b->s->columns_n ? b->s->columns[at] : NULL;
        if (c && c->what == HALL_COLUMN_FIELD && c->field == HALL_MODEL) {
            model = text_of(&row->cells[i]);
            column = row->cells[i].column;
        }
    }
    if (model.n == 0) {
        fault(b, row->number, column, STR(""), "hall.model_needed", 0, 0);
        return OK;
    }
    enum err e = product_of(b, row, model, &p, &is_first);
    if (!e && is_first)
        e = read_product(b, row, p);
    return e ? e : read_sku(b, row, p);
}

/* --- what would change --- */

static bool same_sku(const struct hall_sku_edit *a, const struct hall_sku_edit *b)
{
    int64_t la = a->list_price_fen > a->price_fen ? a->list_price_fen : a->price_fen;
    int64_t lb = b->list_price_fen > b->price_fen ? b->list_price_fen : b->price_fen;
    return str_eq(a->code, b->code) && str_eq(a->name_zh, b->name_zh) &&
           str_eq(a->name_en, b->name_en) && str_eq(a->gtin, b->gtin) &&
           a->price_fen == b->price_fen && la == lb && a->is_on == b->is_on;
}

static bool same_spec(const struct hall_spec_edit *a, const struct hall_spec_edit *b)
{
    return str_eq(a->name, b->name) && str_eq(a->word, b->word) && a->amount == b->amount &&
           str_eq(a->unit, b->unit);
}

static bool is_same(const struct hall_product_edit *a, const struct hall_product_edit *b)
{
    if (a->kind != b->kind || a->specs_n != b->specs_n || a->skus_n != b->skus_n)
        return false;
    for (int i = 0; i < HALL_FIELDS; i++)
        if (!hall_field_same(&a->fields[i], &b->fields[i]))
            return false;
    for (size_t i = 0; i < a->specs_n; i++)
        if (!same_spec(&a->specs[i], &b->specs[i]))
            return false;
    for (size_t i = 0; i < a->skus_n; i++)
        if (!same_sku(&a->skus[i], &b->skus[i]))
            return false;
    return true;
}

static enum err count_changes(struct build *b)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < b->out->n; i++) {
        struct import_product *p = &b->out->products[i];
        struct hall_product_loaded there;
        if (p->edit.id == 0) {
            b->out->new_n++;
            continue;
        }
        e = hall_product_load(b->db, p->edit.id, b->arena, &there);
        p->is_same = !e && is_same(&p->edit, &there.edit);
        b->out->same_n += p->is_same;
        b->out->changed_n += !p->is_same;
    }
    return e;
}

static enum err load_known(struct build *b)
{
    struct rows rs;
    enum err e =
        db_select(b->db, &q_hall_models_of, ARGS(V_INT(b->s->organisation)), b->arena, &rs);
    if (!e)
        e = db_select(b->db, &q_hall_kinds_all, NO_ARGS, b->arena, &b->kinds);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct place *p = ARENA_NEW(b->arena, struct place);
        if (!p)
            return ERR_NOMEM;
        p->number = row_int(&rs, i, "id");
        e = map_put(&b->known, row_str(&rs, i, "model"), p);
    }
    return e;
}

enum err import_build(struct db *db, const struct import_sheet *s, struct arena *arena,
                      struct import_built *out)
{
    struct build b = {.db = db, .arena = arena, .s = s, .out = out};
    *out = (struct import_built){.products = arena_array(arena, s->n, sizeof(*out->products)),
                                 .faults =
                                     arena_array(arena, IMPORT_FAULTS_MAX, sizeof(*out->faults))};
    if (!out->products || !out->faults)
        return ERR_NOMEM;
    map_init(&b.models);
    map_init(&b.codes);
    map_init(&b.gtins);
    map_init(&b.known);
    enum err e = load_known(&b);
    for (size_t i = 0; !e && i < s->n; i++)
        e = build_row(&b, &s->rows[i]);
    if (!e)
        e = count_changes(&b);
    map_free(&b.models);
    map_free(&b.codes);
    map_free(&b.gtins);
    map_free(&b.known);
    return e ? e : arena_failed(arena) ? ERR_NOMEM : OK;
}
