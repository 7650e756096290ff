#include "town/hall/catalogue.h"

#include "store/queries.h"
#include "town/hall/stock.h"

enum err hall_kind_add(struct tx *tx, const struct hall_kind_new *k, int64_t *id)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_hall_kind_add,
               ARGS(V_STR(k->slug), V_STR(k->name_zh), V_STR(k->name_en), V_INT(k->position)),
               tx->arena, &rs);
    if (e == OK)
        *id = row_int(&rs, 0, "id");
    return e;
}

static enum err add_spec(struct tx *tx, int64_t product, int64_t position,
                         const struct hall_spec *s)
{
    const char *kind = s->word ? "word" : s->milli ? "milli" : "count";
    return db_exec(tx->db, &q_hall_spec_add,
                   ARGS(V_INT(product), V_INT(position), V_Z(s->name), V_Z(kind),
                        s->word ? V_NULL : V_INT(s->amount), s->word ? V_NULL : V_Z(s->unit),
                        s->word ? V_Z(s->word) : V_NULL),
                   NULL);
}

static enum err add_sku(struct tx *tx, int64_t product, int64_t position, struct hall_sku_new *s)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_hall_sku_add,
                        ARGS(V_INT(product), V_INT(position), V_STR(s->code), V_STR(s->name_zh),
                             V_STR(s->name_en), V_Z(s->colour), V_INT(s->price_fen),
                             V_INT(s->list_price_fen)),
                        tx->arena, &rs);
    struct hall_stock opened;
    if (e != OK)
        return e;
    s->id = row_int(&rs, 0, "id");
    if (s->stock == 0) /* its accounts all the same: a book without them is no stock of none */
        return hall_stock_open(tx, s->id, &opened);
    return hall_stock_add(tx, s->id, s->stock, ledger_id_derive("hall.first_stock", s->code));
}

static int64_t lowest_price(const struct hall_product_new *p)
{
    int64_t lowest = p->skus[0].price_fen;
    for (size_t i = 1; i < p->skus_n; i++)
        if (p->skus[i].price_fen < lowest)
            lowest = p->skus[i].price_fen;
    return lowest;
}

enum err hall_product_add(struct tx *tx, struct hall_product_new *p)
{
    struct rows rs;
    if (p->skus_n == 0) {
        *tx->info = (struct err_info){.code = ERR_INVALID, .field = "skus"};
        return ERR_INVALID;
    }
    enum err e = db_one(tx->db, &q_hall_product_add,
                        ARGS(V_STR(p->slug), V_INT(p->factory), V_INT(p->kind), V_STR(p->title_zh),
                             V_STR(p->title_en), V_STR(p->about_zh), V_STR(p->about_en),
                             V_STR(p->model), V_INT(p->shape), V_Z(p->skus[0].colour),
                             V_INT(lowest_price(p)), V_INT(tx->now_ms)),
                        tx->arena, &rs);
    if (e == OK)
        p->id = row_int(&rs, 0, "id");
    for (size_t i = 0; e == OK && i < p->specs_n; i++)
        e = add_spec(tx, p->id, (int64_t)i + 1, &p->specs[i]);
    for (size_t i = 0; e == OK && i < p->skus_n; i++)
        e = add_sku(tx, p->id, (int64_t)i + 1, &p->skus[i]);
    return e;
}
