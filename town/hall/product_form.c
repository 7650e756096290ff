#include "town/hall/product_form.h"

/* --- words --- */

static struct str message_of(struct req *r, const char *key, int64_t min, int64_t max)
{
    const struct i18n_arg bounds[] = {{"min", i18n_number(r->lang, min, r->arena)},
                                      {"max", i18n_number(r->lang, max, r->arena)}};
    return i18n_text(r->lang, str_of(key), bounds, 2, r->arena);
}

void hall_form_fault(struct hall_form *f, const char *field, const char *key, int64_t min,
                     int64_t max)
{
    struct view *v = view_add_object(f->errors);
    view_put_z(v, "field", field);
    view_put_str(v, "message", message_of(f->r, key, min, max));
}

static struct str fault_of(const struct hall_form *f, const char *field)
{
    for (const struct view *v = f->errors->first; v; v = v->next) {
        const struct view *name = view_get(v, STR("field"));
        if (field && name && str_eq_z(name->s, field))
            return view_get(v, STR("message"))->s;
    }
    return STR("");
}

static const char *numbered(struct hall_form *f, const char *name, size_t n)
{
    return arena_printf(f->r->arena, "%s_%zu", name, n);
}

enum err hall_form_begin(struct req *r, struct hall_product_edit *p, struct hall_form *out)
{
    *out = (struct hall_form){.r = r, .p = p, .errors = view_list(r->arena)};
    return hall_attributes_of(r->db, p->kind, r->arena, &out->asked);
}

/* --- reading --- */

static void read_fields(struct hall_form *f)
{
    for (int i = 0; i < HALL_FIELDS; i++) {
        const struct hall_field *d = &hall_fields[i];
        struct hall_fault fault =
            hall_field_read(d, req_field(f->r, d->name), f->r->arena, &f->p->fields[i]);
        if (fault.key)
            hall_form_fault(f, d->name, fault.key, fault.min, fault.max);
    }
}

static bool has_word(struct str words, struct str word)
{
    while (words.n)
        if (str_eq(str_cut(words, ' ', &words), word))
            return true;
    return false;
}

static void read_spec(struct hall_form *f, const struct hall_asked *a, struct hall_spec_edit *specs,
                      size_t *n)
{
    const char *field = arena_printf(f->r->arena, "spec_%.*s", STR_ARG(a->name));
    struct str value = str_trim(req_field(f->r, field ? field : ""));
    struct hall_spec_edit s = {.name = a->name, .kind = a->kind, .unit = a->unit};
    bool milli = str_eq_z(a->kind, "milli");
    int64_t scale = milli ? 1000 : 1;
    if (value.n == 0) {
        if (a->is_required)
            hall_form_fault(f, field, "hall.needed", 0, 0);
        return;
    }
    if (str_eq_z(a->kind, "word")) {
        s.word = arena_str(f->r->arena, value);
        if (!has_word(a->words, value))
            hall_form_fault(f, field, "hall.bad_choice", 0, 0);
    } else if (hall_amount_read(value, milli, &s.amount) != OK || s.amount < a->least ||
               (a->most && s.amount > a->most)) {
        hall_form_fault(f, field, "hall.bad_amount", (a->least + scale - 1) / scale,
                        a->most / scale);
    }
    specs[(*n)++] = s;
}

static enum err read_specs(struct hall_form *f)
{
    size_t n = 0;
    struct hall_spec_edit *specs = arena_array(f->r->arena, f->asked.n, sizeof(*specs));
    if (!specs)
        return ERR_NOMEM;
    for (size_t i = 0; i < f->asked.n; i++)
        read_spec(f, &f->asked.all[i], specs, &n);
    f->p->specs = specs;
    f->p->specs_n = n;
    return OK;
}

static struct str sku_value(struct hall_form *f, const char *name, size_t n)
{
    const char *field = numbered(f, name, n);
    return field ? str_trim(req_field(f->r, field)) : STR_NONE;
}

static struct str read_sku_text(struct hall_form *f, const char *name, size_t n, int64_t min,
                                int64_t max)
{
    const struct hall_field as = {name, HALL_TEXT, min, max, .flags = min ? HALL_NEEDED : 0};
    struct val v;
    struct hall_fault fault = hall_field_read(&as, sku_value(f, name, n), f->r->arena, &v);
    if (fault.key)
        hall_form_fault(f, numbered(f, name, n), fault.key, fault.min, fault.max);
    return v.kind == VAL_STR ? v.s : STR("");
}

static void read_price(struct hall_form *f, const char *name, size_t n, bool needed, int64_t *fen)
{
    struct str text = sku_value(f, name, n);
    *fen = 0;
    if (text.n == 0 && !needed)
        return;
    if (hall_price_read(text, fen) != OK || *fen <= 0 || *fen > HALL_PRICE_FEN_MAX)
        hall_form_fault(f, numbered(f, name, n), "hall.bad_price", 0, HALL_PRICE_FEN_MAX / 100);
}

static void read_sku(struct hall_form *f, size_t n, struct hall_sku_edit *k)
{
    const struct hall_sku_edit *before = NULL;
    if (str_to_i64(sku_value(f, "sku_id", n), &k->id) != OK || k->id < 0)
        k->id = 0;
    for (size_t i = 0; k->id && i < f->p->skus_n; i++)
        if (f->p->skus[i].id == k->id)
            before = &f->p->skus[i];
    k->colour = before ? before->colour : STR_NONE;
    k->code = read_sku_text(f, "sku_code", n, 1, HALL_CODE_MAX);
    k->name_zh = read_sku_text(f, "sku_name_zh", n, 0, HALL_SKU_NAME_MAX);
    k->name_en = read_sku_text(f, "sku_name_en", n, 0, HALL_SKU_NAME_MAX);
    k->gtin = arena_str(f->r->arena, sku_value(f, "sku_gtin", n));
    if (k->gtin.n && !hall_gtin_ok(k->gtin))
        hall_form_fault(f, numbered(f, "sku_gtin", n), "hall.bad_gtin", 0, 0);
    read_price(f, "sku_price", n, true, &k->price_fen);
    read_price(f, "sku_list_price", n, false, &k->list_price_fen);
    if (!k->id && sku_value(f, "sku_stock", n).n &&
        (str_to_i64(sku_value(f, "sku_stock", n), &k->stock) != OK || k->stock < 0 ||
         k->stock > HALL_STOCK_FIRST_MAX))
        hall_form_fault(f, numbered(f, "sku_stock", n), "hall.bad_count", 0, HALL_STOCK_FIRST_MAX);
    k->is_on = !str_eq_z(sku_value(f, "sku_on", n), "0");
}

static bool is_blank(struct hall_form *f, size_t n)
{
    static const char *const names[] = {"sku_id", "sku_code", "sku_price", "sku_gtin"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (sku_value(f, names[i], n).n)
            return false;
    return true;
}

static enum err read_skus(struct hall_form *f)
{
    struct hall_sku_edit *skus = arena_array(f->r->arena, HALL_SKUS_MAX, sizeof(*skus));
    size_t kept = 0;
    if (!skus)
        return ERR_NOMEM;
    for (size_t n = 1; n <= HALL_SKUS_MAX; n++)
        if (!is_blank(f, n))
            read_sku(f, n, &skus[kept++]);
    if (kept == 0)
        hall_form_fault(f, "skus", "hall.needs_skus", 0, 0);
    f->p->skus = skus;
    f->p->skus_n = kept;
    return OK;
}

enum err hall_form_read(struct hall_form *f)
{
    f->as_typed = true;
    read_fields(f);
    enum err e = read_specs(f);
    if (!e)
        e = read_skus(f);
    return e ? e : arena_failed(f->r->arena) ? ERR_NOMEM : OK;
}

/* --- drawing --- */

static struct str typed_or(struct hall_form *f, const char *field, struct str there)
{
    return f->as_typed && field ? req_field(f->r, field) : there;
}

static void put_choice(struct view *list, struct str value, struct str label, struct str chosen)
{
    struct view *v = view_add_object(list);
    view_put_str(v, "value", value);
    view_put_str(v, "label", label);
    view_put_bool(v, "is_chosen", str_eq(value, chosen));
}

static void put_field(struct hall_form *f, struct view *list, int i)
{
    const struct hall_field *d = &hall_fields[i];
    struct req *r = f->r;
    struct view *v = view_add_object(list);
    struct str there = hall_field_raw(&f->p->fields[i], r->arena);
    struct str value =
        typed_or(f, d->name, there.n || !d->otherwise ? there : str_of(d->otherwise));
    if (hall_untouched(f->meanwhile, d->name, there))
        value = hall_field_raw(&f->meanwhile->now->fields[i], r->arena);
    const char *hint = arena_printf(r->arena, "hall.hint_%s", d->name);
    view_put_z(v, "name", d->name);
    view_put_str(v, "label", req_text(r, "hall.field_", str_of(d->name)));
    if (hint && i18n_has(r->lang, str_of(hint)))
        view_put_str(v, "hint", req_text(r, hint, STR("")));
    view_put_bool(v, "is_lines", d->type == HALL_LINES);
    view_put_bool(v, "is_number", d->type == HALL_COUNT || d->type == HALL_DIGITS);
    view_put_bool(v, "is_choice", d->type == HALL_CHOICE);
    view_put_bool(v, "is_needed", d->flags & HALL_NEEDED);
    view_put_bool(v, "is_wide", d->type == HALL_LINES || d->type == HALL_LINK);
    view_put_int(v, "most", d->type == HALL_COUNT ? 12 : d->max);
    view_put_str(v, "value", value);
    view_put_str(v, "error", fault_of(f, d->name));
    struct view *choices = view_put_list(v, "choices");
    for (const char *const *c = d->choices; c && *c; c++)
        put_choice(choices, str_of(*c), req_text(r, "hall.choice_", str_of(*c)), value);
}

static const struct hall_spec_edit *spec_of(const struct hall_product_edit *p, struct str name)
{
    for (size_t i = 0; i < p->specs_n; i++)
        if (str_eq(p->specs[i].name, name))
            return &p->specs[i];
    return NULL;
}

static struct str spec_text(struct hall_form *f, const struct hall_asked *a,
                            const struct hall_spec_edit *s)
{
    if (!s)
        return STR("");
    return s->word.n ? s->word
                     : hall_amount_text(s->amount, str_eq_z(a->kind, "milli"), f->r->arena);
}

static bool spec_is_untouched(struct hall_form *f, const struct hall_asked *a)
{
    const char *key = arena_printf(f->r->arena, "spec:%.*s", STR_ARG(a->name));
    const struct hall_spec_edit *sent = spec_of(f->p, a->name);
    return sent && !sent->word.n ? hall_untouched_number(f->meanwhile, key, sent->amount)
                                 : hall_untouched(f->meanwhile, key, sent ? sent->word : STR(""));
}

static void put_spec(struct hall_form *f, struct view *list, const struct hall_asked *a)
{
    const char *field = arena_printf(f->r->arena, "spec_%.*s", STR_ARG(a->name));
    struct view *v = view_add_object(list);
    struct str value = typed_or(f, field, spec_text(f, a, spec_of(f->p, a->name)));
    struct str words = a->words;
    if (spec_is_untouched(f, a))
        value = spec_text(f, a, spec_of(f->meanwhile->now, a->name));
    view_put_z(v, "name", field);
    view_put_str(v, "label", req_text(f->r, "hall.spec_", a->name));
    view_put_str(v, "unit", a->unit);
    view_put_str(v, "value", value);
    view_put_bool(v, "is_required", a->is_required);
    view_put_str(v, "error", fault_of(f, field));
    struct view *list_of_words = view_put_list(v, "words");
    while (words.n) {
        struct str word = str_cut(words, ' ', &words);
        put_choice(list_of_words, word, req_text(f->r, "hall.word_", word), value);
    }
}

/* The first fault of a row. */
static struct str sku_fault(struct hall_form *f, size_t n)
{
    static const char *const names[] = {"sku_code",  "sku_name_zh",    "sku_name_en", "sku_gtin",
                                        "sku_price", "sku_list_price", "sku_stock"};
    struct str fault = STR("");
    for (size_t i = 0; fault.n == 0 && i < sizeof(names) / sizeof(names[0]); i++)
        fault = fault_of(f, numbered(f, names[i], n));
    return fault;
}

/* As the history calls it since what was sent was read. */
static const char *sku_key(struct hall_form *f, const struct hall_sku_edit *now, const char *column)
{
    struct str code = hall_code_was(f->meanwhile, now->code);
    return arena_printf(f->r->arena, "sku:%.*s:%s", STR_ARG(code), column);
}

/* One column of a variant: what was sent, unless only another person changed it. */
static struct str sku_text(struct hall_form *f, const char *name, size_t n, const char *column,
                           const struct hall_sku_edit *now, struct str sent, struct str is_now)
{
    if (now && hall_untouched(f->meanwhile, sku_key(f, now, column), sent))
        return is_now;
    return typed_or(f, numbered(f, name, n), sent);
}

static struct str sku_price(struct hall_form *f, const char *name, size_t n, const char *column,
                            const struct hall_sku_edit *now, int64_t sent, int64_t is_now)
{
    struct arena *a = f->r->arena;
    const char *key = now ? sku_key(f, now, column) : NULL;
    if (now && hall_untouched_number(f->meanwhile, key, sent))
        return is_now ? hall_price_text(is_now, a) : STR("");
    return typed_or(f, numbered(f, name, n), sent ? hall_price_text(sent, a) : STR(""));
}

/* One that is not above the price is none. */
static int64_t crossed_out(const struct hall_sku_edit *k)
{
    return k && k->list_price_fen > k->price_fen ? k->list_price_fen : 0;
}

static bool sku_is_on(struct hall_form *f, const struct hall_sku_edit *k,
                      const struct hall_sku_edit *now)
{
    const char *key = now ? sku_key(f, now, "status") : NULL;
    bool untouched = now && hall_untouched(f->meanwhile, key, k->is_on ? STR("on") : STR("off"));
    return untouched ? now->is_on : k->is_on;
}

static void put_sku(struct hall_form *f, struct view *list, size_t n, const struct hall_sku_edit *k)
{
    struct view *v = view_add_object(list);
    const struct hall_sku_edit none = {.is_on = true}, *now;
    k = k ? k : &none;
    now = hall_sku_now(f->meanwhile, k->id);
    view_put_int(v, "n", (int64_t)n);
    view_put_int(v, "id", k->id);
    view_put_str(v, "code",
                 sku_text(f, "sku_code", n, "code", now, k->code, now ? now->code : STR("")));
    view_put_str(
        v, "name_zh",
        sku_text(f, "sku_name_zh", n, "name_zh", now, k->name_zh, now ? now->name_zh : STR("")));
    view_put_str(
        v, "name_en",
        sku_text(f, "sku_name_en", n, "name_en", now, k->name_en, now ? now->name_en : STR("")));
    view_put_str(v, "gtin",
                 sku_text(f, "sku_gtin", n, "gtin", now, k->gtin, now ? now->gtin : STR("")));
    view_put_str(
        v, "price",
        sku_price(f, "sku_price", n, "price_fen", now, k->price_fen, now ? now->price_fen : 0));
    view_put_str(
        v, "list_price",
        sku_price(f, "sku_list_price", n, "list_price_fen", now, crossed_out(k), crossed_out(now)));
    view_put_str(v, "stock", typed_or(f, numbered(f, "sku_stock", n), STR("")));
    view_put_bool(v, "is_new", k->id == 0);
    view_put_bool(v, "is_on", sku_is_on(f, k, now));
    view_put_str(v, "error", sku_fault(f, n));
}

/* Variants that somebody added meanwhile: the form that was sent knows nothing of them. */
static size_t put_added(struct hall_form *f, struct view *list, size_t n)
{
    const struct hall_meanwhile *m = f->meanwhile;
    struct hall_form as_stored = *f;
    as_stored.as_typed = false;
    for (size_t i = 0; m && i < m->now->skus_n && n <= HALL_SKUS_MAX; i++) {
        bool is_sent = false;
        for (size_t k = 0; k < f->p->skus_n; k++)
            is_sent = is_sent || f->p->skus[k].id == m->now->skus[i].id;
        if (!is_sent)
            put_sku(&as_stored, list, n++, &m->now->skus[i]);
    }
    return n;
}

/* As they were sent, row by row, or as they are; blank ones after them. */
static void put_skus(struct hall_form *f, struct view *list)
{
    size_t n = 1, kept = 0;
    if (f->as_typed) {
        for (; n <= HALL_SKUS_MAX && kept < f->p->skus_n; n++)
            if (!is_blank(f, n))
                put_sku(f, list, n, &f->p->skus[kept++]);
    } else {
        for (; n <= f->p->skus_n; n++)
            put_sku(f, list, n, &f->p->skus[n - 1]);
    }
    n = put_added(f, list, n);
    for (int i = 0; i < HALL_BLANK_SKUS && n <= HALL_SKUS_MAX; i++, n++)
        put_sku(f, list, n, NULL);
}

void hall_form_put(struct hall_form *f, struct view *v)
{
    struct view *fields = view_put_list(v, "fields");
    for (int i = 0; i < HALL_FIELDS; i++)
        put_field(f, fields, i);
    struct view *specs = view_put_list(v, "specs");
    for (size_t i = 0; i < f->asked.n; i++)
        put_spec(f, specs, &f->asked.all[i]);
    put_skus(f, view_put_list(v, "skus"));
    view_put_int(v, "faults", (int64_t)f->errors->count);
    view_put_str(v, "skus_error", fault_of(f, "skus"));
}
