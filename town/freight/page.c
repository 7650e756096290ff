/*
 *   GET /factory/freight?q=   templates [{id, name, is_default, products, rates [{zone, fee}],
 * free}, refused], products [{id, slug, title, model, template_id}], q GET /factory/freight/new,
 * /factory/freight/{id}?to=&pieces=&amount=   the form (form.c), and with these a try: {to, pieces,
 * amount, fee or refused}
 */
#include "store/queries.h"
#include "town/freight/internal.h"
#include "town/region.h"
#include "town/yuan.h"

enum { PRODUCTS_MOST = 50, QUERY_MAX_CHARS = 60, TRY_PIECES = 1, TRY_TO = 33 };

enum err freight_own(struct req *r, struct freight_draft *out)
{
    int64_t id;
    struct rows t, zones, places;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_freight_get, ARGS(V_INT(id)), r->arena, &t);
    if (e == OK && row_int(&t, 0, "factory_id") != r->who.organisation_id)
        e = ERR_NOT_FOUND; /* as of one that there is not */
    const struct val arg = V_INT(id);
    if (e == OK)
        e = db_select_many(r->db, &q_freight_zones_of, &arg, 1, r->arena, &zones);
    if (e == OK)
        e = db_select_many(r->db, &q_freight_places_of, &arg, 1, r->arena, &places);
    if (e != OK)
        return e;
    *out = (struct freight_draft){.name = row_str(&t, 0, "name"),
                                  .is_default = row_int(&t, 0, "is_default")};
    freight_take(&out->t, &t, 0);
    for (size_t i = 0; i < zones.n; i++)
        freight_take_zone(&out->t, &zones, i);
    for (size_t i = 0; i < places.n; i++)
        freight_take_place(&out->t, &places, i);
    return OK;
}

/* --- trying it --- */

static void put_provinces(struct req *r, int64_t chosen)
{
    struct view *list = view_put_list(r->view, "provinces");
    for (size_t i = 0; i < regions_n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "code", regions[i].code);
        view_put_z(v, "name", r->lang == LANG_ZH ? regions[i].short_zh : regions[i].name_en);
        view_put_bool(v, "is_chosen", regions[i].code == chosen);
    }
}

static enum err put_try(struct req *r, const struct freight_template *t)
{
    int64_t to = TRY_TO, pieces = TRY_PIECES, amount = 0, fee;
    struct err_info info = {0};
    struct str price = str_trim(req_query(r, "amount"));
    if ((req_query(r, "to").n && str_to_i64(req_query(r, "to"), &to) != OK) || !region_by_code(to))
        return req_refuse(r, ERR_INVALID, "to", "freight.province_needed");
    if (req_query(r, "pieces").n && (str_to_i64(req_query(r, "pieces"), &pieces) != OK ||
                                     pieces < 1 || pieces > FREIGHT_PIECES_MAX))
        return req_refuse(r, ERR_INVALID, "pieces", "freight.pieces_bad");
    if (price.n && yuan_typed(price, &amount) != OK)
        return req_refuse(r, ERR_INVALID, "amount", "freight.fee_bad");
    put_provinces(r, to);
    struct view *v = view_put_object(r->view, "try");
    const struct region *region = region_by_code(to);
    view_put_z(v, "to", r->lang == LANG_ZH ? region->short_zh : region->name_en);
    view_put_int(v, "pieces", pieces);
    view_put_money(v, "amount", amount, "CNY");
    enum err e = freight_fee(t, to, pieces, amount, &fee, &info);
    if (e == OK)
        view_put_money(v, "fee", fee, "CNY");
    view_put_bool(v, "is_free", e == OK && fee == 0);
    if (e != OK)
        view_put_str(v, "refused", req_text(r, info.key, STR("")));
    return OK;
}

/* --- one --- */

enum err freight_new(struct req *r)
{
    static const struct freight_draft fresh;
    if (!r->who.organisation_id)
        return ERR_FORBIDDEN;
    freight_put_draft(r, &fresh);
    return OK;
}

enum err freight_one(struct req *r)
{
    struct freight_draft d;
    enum err e = freight_own(r, &d);
    if (e != OK)
        return e;
    freight_put_draft(r, &d);
    return put_try(r, &d.t);
}

/* --- all --- */

static void put_rates(struct req *r, struct view *v, const struct freight_template *t)
{
    struct view *rates = view_put_list(v, "rates");
    for (int i = 0; i < FREIGHT_ZONES_MAX; i++) {
        const struct freight_zone *z = &t->zones[i];
        if (!z->is_set)
            continue;
        struct view *rate = view_add_object(rates);
        view_put_str(rate, "letter", str_n(&"ABCDEF"[i], 1));
        view_put_int(rate, "first_pieces", z->first_pieces);
        view_put_money(rate, "first", z->first_fen, "CNY");
        view_put_int(rate, "next_pieces", z->next_pieces);
        view_put_money(rate, "next", z->next_fen, "CNY");
    }
    struct view *refused = view_put_list(v, "refused");
    for (size_t i = 0; i < regions_n; i++)
        if (t->places[regions[i].code] == FREIGHT_REFUSED)
            view_add_str(refused,
                         str_of(r->lang == LANG_ZH ? regions[i].short_zh : regions[i].name_en));
}

static int64_t named_by(const struct rows *rs, int64_t template_id)
{
    for (size_t i = 0; i < rs->n; i++)
        if (row_int(rs, i, "template_id") == template_id)
            return row_int(rs, i, "n");
    return 0;
}

static enum err put_templates(struct req *r, int64_t factory)
{
    struct rows rs, named;
    struct freight_table table;
    const struct val arg = V_INT(factory);
    enum err e = db_select_many(r->db, &q_freight_of_factories, &arg, 1, r->arena, &rs);
    if (e == OK)
        e = db_select(r->db, &q_freight_named_by, ARGS(arg), r->arena, &named);
    if (e != OK)
        return e;
    e = freight_load(&table, r->db, &factory, 1, NULL, 0, r->arena);
    struct view *list = view_put_list(r->view, "templates");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        int64_t id = row_int(&rs, i, "id");
        const struct freight_template *t = map_get(&table.of_template, str_n(&id, sizeof(id)));
        struct view *v = view_add_object(list);
        view_put_int(v, "id", id);
        view_put_str(v, "name", row_str(&rs, i, "name"));
        view_put_bool(v, "is_default", row_int(&rs, i, "is_default"));
        view_put_int(v, "products", named_by(&named, id));
        if (t->free_fen)
            view_put_money(v, "free_from", t->free_fen, "CNY");
        if (t->free_pieces)
            view_put_int(v, "free_pieces", t->free_pieces);
        put_rates(r, v, t);
    }
    freight_free(&table);
    return e;
}

enum err freight_list(struct req *r)
{
    struct rows rs;
    int64_t factory = r->who.organisation_id;
    struct str q = str_trim(req_query(r, "q"));
    if (!factory)
        return ERR_FORBIDDEN; /* a factory's account that belongs to none */
    if (str_characters(q) > QUERY_MAX_CHARS)
        return req_refuse(r, ERR_INVALID, "q", "web.text_bad");
    enum err e = put_templates(r, factory);
    if (e == OK)
        e = db_select(r->db, &q_freight_products,
                      ARGS(V_INT(factory), V_STR(q.p ? q : STR("")), V_INT(PRODUCTS_MOST)),
                      r->arena, &rs);
    view_put_str(r->view, "q", q);
    struct view *list = view_put_list(r->view, "products");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "slug", row_str(&rs, i, "slug"));
        view_put_str(v, "title", row_str(&rs, i, r->lang == LANG_ZH ? "title_zh" : "title_en"));
        view_put_str(v, "model", row_str(&rs, i, "model"));
        view_put_int(v, "template_id", row_int(&rs, i, "template_id"));
    }
    return e;
}
