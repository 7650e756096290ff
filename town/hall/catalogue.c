#include "town/hall/catalogue.h"

#include "store/queries.h"
#include "town/hall/search_index.h"

enum err hall_kind_add(struct tx *tx, const struct hall_kind_new *k, int64_t *id)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_hall_kind_add,
                        ARGS(V_STR(k->slug), V_STR(k->name_zh), V_STR(k->name_en),
                             V_INT(k->position), k->parent ? V_INT(k->parent) : V_NULL),
                        tx->arena, &rs);
    if (e == OK)
        *id = row_int(&rs, 0, "id");
    for (size_t i = 0; e == OK && i < k->attributes_n; i++) {
        const struct hall_attribute *a = &k->attributes[i];
        e = db_exec(tx->db, &q_hall_kind_attribute_add,
                    ARGS(V_INT(*id), V_INT((int64_t)i + 1), V_Z(a->name), V_Z(a->kind),
                         V_Z(a->unit), V_STR(a->words), V_INT(a->least), V_INT(a->most),
                         V_INT(a->is_required)),
                    NULL);
    }
    return e;
}

enum err hall_kind_rename(struct tx *tx, int64_t kind, struct str name_zh, struct str name_en)
{
    enum err e = db_exec(tx->db, &q_hall_kind_rename,
                         ARGS(V_STR(name_zh), V_STR(name_en), V_INT(kind)), NULL);
    return e ? e : hall_search_index_kind(tx, kind);
}

enum err hall_attribute_add(struct tx *tx, int64_t kind, const struct hall_attribute *a)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_hall_kind_attributes, ARGS(V_INT(kind)), tx->arena, &rs);
    int64_t last = 0;
    for (size_t i = 0; !e && i < rs.n; i++) {
        if (str_eq_z(row_str(&rs, i, "name"), a->name)) {
            *tx->info = (struct err_info){
                .code = ERR_EXISTS, .field = "name", .key = "hall.attribute_there"};
            return ERR_EXISTS;
        }
        if (row_int(&rs, i, "kind_id") == kind && row_int(&rs, i, "position") > last)
            last = row_int(&rs, i, "position");
    }
    if (!e && rs.n >= HALL_SPECS_MAX)
        e = ERR_LIMIT;
    return e ? e
             : db_exec(tx->db, &q_hall_kind_attribute_add,
                       ARGS(V_INT(kind), V_INT(last + 1), V_Z(a->name), V_Z(a->kind), V_Z(a->unit),
                            V_STR(a->words), V_INT(a->least), V_INT(a->most),
                            V_INT(a->is_required)),
                       NULL);
}

enum err hall_attribute_remove(struct tx *tx, int64_t kind, struct str name)
{
    int64_t changed = 0;
    enum err e =
        db_exec(tx->db, &q_hall_kind_attribute_remove, ARGS(V_INT(kind), V_STR(name)), &changed);
    return !e && changed == 0 ? ERR_NOT_FOUND : e;
}

static const char *kind_of_spec(const struct hall_spec *s)
{
    if (s->word)
        return "word";
    return s->milli ? "milli" : "count";
}

static void take_fields(const struct hall_product_new *p, struct val out[HALL_FIELDS])
{
    for (int i = 0; i < HALL_FIELDS; i++)
        out[i] = V_NULL;
    out[HALL_TITLE_ZH] = V_STR(p->title_zh);
    out[HALL_TITLE_EN] = V_STR(p->title_en);
    out[HALL_ABOUT_ZH] = V_STR(p->about_zh);
    out[HALL_ABOUT_EN] = V_STR(p->about_en);
    out[HALL_MODEL] = V_STR(p->model);
    out[HALL_MOQ] = V_INT(p->moq ? p->moq : 1);
    out[HALL_LEAD_DAYS] = p->lead_days ? V_INT(p->lead_days) : V_NULL;
    out[HALL_WARRANTY_MONTHS] = p->warranty_months ? V_INT(p->warranty_months) : V_NULL;
    out[HALL_HS_CODE] = p->hs_code.n ? V_STR(p->hs_code) : V_NULL;
    out[HALL_MARKET] = V_Z(p->market ? p->market : "both");
}

static struct hall_sku_edit sku_of(const struct hall_sku_new *s)
{
    return (struct hall_sku_edit){.code = s->code,
                                  .name_zh = s->name_zh,
                                  .name_en = s->name_en,
                                  .gtin = s->gtin,
                                  .colour = str_of(s->colour),
                                  .price_fen = s->price_fen,
                                  .list_price_fen = s->list_price_fen,
                                  .stock = s->stock,
                                  .is_on = true};
}

enum err hall_product_draft(struct tx *tx, struct hall_product_new *p)
{
    const struct hall_actor system = {0, HALL_AS_SYSTEM};
    struct hall_spec_edit *specs = arena_array(tx->arena, p->specs_n, sizeof(*specs));
    struct hall_sku_edit *skus = arena_array(tx->arena, p->skus_n, sizeof(*skus));
    if (arena_failed(tx->arena))
        return ERR_NOMEM;
    struct hall_product_edit edit = {.factory = p->factory,
                                     .kind = p->kind,
                                     .shape = p->shape,
                                     .slug = p->slug,
                                     .specs = specs,
                                     .specs_n = p->specs_n,
                                     .skus = skus,
                                     .skus_n = p->skus_n};
    take_fields(p, edit.fields);
    for (size_t i = 0; i < p->specs_n; i++) {
        const struct hall_spec *s = &p->specs[i];
        specs[i] = (struct hall_spec_edit){str_of(s->name), str_of(kind_of_spec(s)),
                                           str_of(s->unit), str_of(s->word), s->amount};
    }
    for (size_t i = 0; i < p->skus_n; i++)
        skus[i] = sku_of(&p->skus[i]);
    enum err e = hall_product_save(tx, &edit, system);
    p->id = edit.id;
    for (size_t i = 0; e == OK && i < p->skus_n; i++)
        p->skus[i].id = skus[i].id;
    return e;
}

enum err hall_product_add(struct tx *tx, struct hall_product_new *p)
{
    const struct hall_actor system = {0, HALL_AS_SYSTEM};
    enum err e = hall_product_draft(tx, p);
    return e != OK ? e : hall_product_move(tx, p->id, 0, "approve", STR_NONE, system);
}
