/* From a sheet's rows to the edits of products, with every fault by its row and column. */
#include "town/hall/import.h"

#include <string.h>

#include "base/map.h"
#include "store/queries.h"
#include "town/hall/stock.h"

enum {
    MODELS_A_READ = 1000,
    SCRATCH_ARENA_MAX = 8 * 1024 * 1024, /* of one row, or of some models */
    SKUS_AT_FIRST = 2,                   /* room of a new product's; it grows */
};

struct asked { /* what a kind is asked for: looked up once */
    struct asked *next;
    int64_t kind;
    struct hall_attributes list;
};

struct build {
    struct db *db;
    struct arena *arena;  /* of what is built */
    struct arena scratch; /* of a row */
    const struct import_sheet *s;
    struct import_built *out;
    struct rows kinds;
    struct asked *asked;
    size_t spec_columns;
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

/* There is room for those that were there and one of each column. */
static void set_spec(struct import_product *p, struct hall_spec_edit s)
{
    size_t i = 0;
    while (i < p->edit.specs_n && !str_eq(p->specs[i].name, s.name))
        i++;
    if (i == p->specs_room)
        return;
    p->specs[i] = s;
    if (i == p->edit.specs_n)
        p->edit.specs_n++;
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
    set_spec(p, s);
}

static enum err asked_of(struct build *b, int64_t kind, const struct hall_attributes **out)
{
    struct asked *a = b->asked;
    while (a && a->kind != kind)
        a = a->next;
    if (!a) {
        a = ARENA_NEW(b->arena, struct asked);
        enum err e = a ? hall_attributes_of(b->db, kind, b->arena, &a->list) : ERR_NOMEM;
        if (e)
            return e;
        a->kind = kind;
        a->next = b->asked;
        b->asked = a;
    }
    *out = &a->list;
    return OK;
}

static const struct hall_asked *find_asked(const struct hall_attributes *list, struct str name)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->all[i].name, name))
            return &list->all[i];
    return NULL;
}

/* Of a product that becomes another kind stays what that one is asked for, too. */
static void keep_asked(struct import_product *p, const struct hall_attributes *asked)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->edit.specs_n; i++) {
        const struct hall_asked *a = find_asked(asked, p->specs[i].name);
        if (a && str_eq(a->kind, p->specs[i].kind) && str_eq(a->unit, p->specs[i].unit))
            p->specs[kept++] = p->specs[i];
    }
    p->edit.specs_n = kept;
}

/* A property by the list of the product's kind: other kinds may have it in another unit. */
static enum err read_specs(struct build *b, const struct import_row *row, struct import_product *p)
{
    const struct hall_attributes *asked;
    enum err e = asked_of(b, p->edit.kind, &asked);
    if (!e && p->was && p->was->kind != p->edit.kind)
        keep_asked(p, asked);
    for (size_t i = 0; !e && i < row->n; i++) {
        const struct import_cell *c = &row->cells[i];
        size_t at = (size_t)c->column - 1;
        const struct hall_column *column = at < b->s->columns_n ? b->s->columns[at] : NULL;
        if (!column || column->what != HALL_COLUMN_SPEC || text_of(c).n == 0)
            continue;
        const struct hall_asked *a = find_asked(asked, column->asked.name);
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

static enum err more_skus(struct build *b, struct import_product *p)
{
    size_t room = 2 * p->skus_room, n = p->edit.skus_n;
    struct hall_sku_edit *skus = arena_array(b->arena, room, sizeof(*skus));
    if (!skus)
        return ERR_NOMEM;
    memcpy(skus, p->edit.skus, n * sizeof(*skus));
    p->edit.skus = skus;
    p->skus_room = room;
    return OK;
}

/* NULL: there are as many as a product may have. */
static enum err sku_of(struct build *b, struct import_product *p, struct str code,
                       struct hall_sku_edit **out)
{
    struct hall_product_edit *e = &p->edit;
    *out = NULL;
    for (size_t i = 0; i < e->skus_n && !*out; i++)
        if (str_eq(e->skus[i].code, code))
            *out = &e->skus[i];
    if (*out || e->skus_n >= HALL_SKUS_MAX)
        return OK;
    enum err err = e->skus_n == p->skus_room ? more_skus(b, p) : OK;
    if (err)
        return err;
    *out = &e->skus[e->skus_n++];
    **out = (struct hall_sku_edit){.code = arena_str(b->arena, code), .is_on = true};
    return OK;
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

/* Its code or number is no other variant's: in this sheet, and in the hall. */
static enum err check_alone(struct build *b, const struct import_row *row,
                            const struct import_cell *c, struct str value, struct map *here,
                            const struct query *q, int64_t sku)
{
    struct rows rs;
    const struct place *other = map_get(here, value);
    if (other) {
        fault(b, row->number, c->column, value, "hall.twice_in_sheet", other->number, 0);
        return OK;
    }
    struct place *p = ARENA_NEW(b->arena, struct place);
    if (!p)
        return ERR_NOMEM;
    p->number = row->number;
    enum err e = map_put(here, value, p);
    if (!e)
        e = db_select(b->db, q, ARGS(V_STR(value)), &b->scratch, &rs);
    if (!e && rs.n && row_int(&rs, 0, "id") != sku)
        fault(b, row->number, c->column, value, "hall.taken_by_another", 0, 0);
    return e;
}

static enum err read_gtin(struct build *b, const struct import_row *row, struct hall_sku_edit *k)
{
    const struct import_cell *c = cell_of(b->s, row, HALL_COLUMN_SKU_GTIN);
    struct str gtin = text_of(c);
    if (gtin.n == 0)
        return OK;
    if (!hall_gtin_ok(gtin)) {
        fault(b, row->number, c->column, gtin, "hall.bad_gtin", 0, 0);
        return OK;
    }
    k->gtin = hall_gtin(arena_str(b->arena, gtin), b->arena);
    return check_alone(b, row, c, k->gtin, &b->gtins, &q_hall_sku_of_gtin, k->id);
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

/* Without one, a product with one variant is its own code. */
static bool read_code(struct build *b, const struct import_row *row, const struct import_product *p,
                      struct import_cell *c)
{
    static const struct hall_field field = {"sku_code", HALL_TEXT, 1, HALL_CODE_MAX,
                                            .flags = HALL_NEEDED};
    const struct import_cell *own = cell_of(b->s, row, HALL_COLUMN_SKU_CODE);
    struct val v;
    *c = (struct import_cell){.column = own ? own->column : 0, .text = text_of(own)};
    if (c->text.n == 0)
        c->text = p->edit.fields[HALL_MODEL].s;
    struct hall_fault found = hall_field_read(&field, c->text, b->arena, &v);
    if (found.key)
        fault(b, row->number, c->column, c->text, found.key, found.min, found.max);
    else
        c->text = v.s;
    return !found.key;
}

static enum err read_sku(struct build *b, const struct import_row *row, struct import_product *p)
{
    struct import_cell code;
    struct hall_sku_edit *k;
    if (!read_code(b, row, p, &code))
        return OK;
    enum err e = sku_of(b, p, code.text, &k);
    if (e)
        return e;
    if (!k) {
        fault(b, row->number, 0, code.text, "hall.needs_skus", 0, 0);
        return OK;
    }
    e = check_alone(b, row, &code, code.text, &b->codes, &q_hall_sku_of_code, k->id);
    read_name(b, row, HALL_COLUMN_SKU_NAME_ZH, &k->name_zh);
    read_name(b, row, HALL_COLUMN_SKU_NAME_EN, &k->name_en);
    read_price(b, row, HALL_COLUMN_SKU_PRICE, &k->price_fen);
    read_price(b, row, HALL_COLUMN_SKU_LIST_PRICE, &k->list_price_fen);
    if (k->price_fen == 0 && text_of(cell_of(b->s, row, HALL_COLUMN_SKU_PRICE)).n == 0)
        fault(b, row->number, 0, STR(""), "hall.price_needed", 0, 0);
    read_stock(b, row, k);
    return e ? e : read_gtin(b, row, k);
}

/* --- products --- */

/* Room for what is there, however much the store holds, and for what a row may add. */
static enum err copy_lists(struct build *b, const struct hall_product_edit *from,
                           struct import_product *p)
{
    p->skus_room = from->skus_n + SKUS_AT_FIRST;
    p->specs_room = from->specs_n + b->spec_columns;
    p->edit.skus = arena_array(b->arena, p->skus_room, sizeof(*p->edit.skus));
    p->edit.specs = p->specs = arena_array(b->arena, p->specs_room, sizeof(*p->specs));
    if (!p->edit.skus || !p->specs)
        return ERR_NOMEM;
    if (from->skus_n)
        memcpy(p->edit.skus, from->skus, from->skus_n * sizeof(*from->skus));
    if (from->specs_n)
        memcpy(p->specs, from->specs, from->specs_n * sizeof(*from->specs));
    return OK;
}

static enum err load_there(struct build *b, const struct import_row *row, struct str model,
                           int64_t product, struct import_product *p)
{
    struct hall_product_loaded *there = ARENA_NEW(b->arena, struct hall_product_loaded);
    enum err e = there ? hall_product_load(b->db, product, b->arena, there) : ERR_NOMEM;
    if (e)
        return e;
    if (!transition_may(&hall_transitions, there->status, "edit", HALL_AS_MAKER))
        fault(b, row->number, 0, model, "hall.in_review_now", 0, 0);
    if (there->edit.skus_n > HALL_SKUS_MAX) /* saving would refuse it */
        fault(b, row->number, 0, model, "hall.needs_skus", 0, 0);
    p->was = &there->edit;
    p->edit = there->edit;
    return copy_lists(b, p->was, p);
}

static enum err begin_product(struct build *b, const struct import_row *row, struct str model,
                              struct import_product *p)
{
    static const struct hall_product_edit nothing;
    const struct place *known = map_get(&b->known, model);
    *p = (struct import_product){.row = row->number};
    if (known)
        return load_there(b, row, model, known->number, p);
    p->edit = (struct hall_product_edit){.factory = b->s->organisation};
    p->edit.fields[HALL_MOQ] = V_INT(1);
    p->edit.fields[HALL_MARKET] = V_Z("both");
    return copy_lists(b, &nothing, p);
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
        enum err e = map_put(&b->models, model, place);
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

static void count_changes(const struct build *b)
{
    for (size_t i = 0; i < b->out->n; i++) {
        struct import_product *p = &b->out->products[i];
        p->is_same = p->was && is_same(&p->edit, p->was);
        b->out->new_n += !p->was;
        b->out->same_n += p->is_same;
        b->out->changed_n += p->was && !p->is_same;
    }
}

/* --- the whole --- */

/* Of two products of one model the older one is meant. */
static enum err read_models(struct build *b, int64_t *after, size_t *n)
{
    struct rows rs;
    enum err e = db_select(b->db, &q_hall_import_models,
                           ARGS(V_INT(b->s->organisation), V_INT(*after), V_INT(MODELS_A_READ)),
                           &b->scratch, &rs);
    *n = e ? 0 : rs.n;
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct str model = row_str(&rs, i, "model");
        *after = row_int(&rs, i, "id");
        if (map_get(&b->known, model))
            continue;
        struct place *p = ARENA_NEW(b->arena, struct place);
        if (!p)
            return ERR_NOMEM;
        p->number = *after;
        e = map_put(&b->known, model, p);
    }
    arena_free(&b->scratch);
    return e;
}

static enum err load_known(struct build *b)
{
    int64_t after = 0;
    size_t n = MODELS_A_READ;
    enum err e = db_select(b->db, &q_hall_kinds_all, NO_ARGS, b->arena, &b->kinds);
    while (!e && n == MODELS_A_READ)
        e = read_models(b, &after, &n);
    return e;
}

static enum err build_all(struct build *b)
{
    enum err e = load_known(b);
    for (size_t i = 0; i < b->s->columns_n; i++)
        b->spec_columns += b->s->columns[i] && b->s->columns[i]->what == HALL_COLUMN_SPEC;
    for (size_t i = 0; !e && i < b->s->n; i++) {
        e = build_row(b, &b->s->rows[i]);
        arena_free(&b->scratch);
    }
    if (!e)
        count_changes(b);
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
    arena_init(&b.scratch, SCRATCH_ARENA_MAX);
    map_init(&b.models);
    map_init(&b.codes);
    map_init(&b.gtins);
    map_init(&b.known);
    enum err e = build_all(&b);
    map_free(&b.models);
    map_free(&b.codes);
    map_free(&b.gtins);
    map_free(&b.known);
    arena_free(&b.scratch);
    return e ? e : arena_failed(arena) ? ERR_NOMEM : OK;
}
