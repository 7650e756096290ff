/* Templates as they are in the database, read for many makers at once. */
#include "store/queries.h"
#include "town/freight/freight.h"
#include "town/freight/internal.h"

static struct str key_of(const int64_t *id)
{
    return str_n(id, sizeof(*id));
}

static enum err each(struct db *db, const struct query *q, const int64_t *ids, size_t n,
                     struct arena *arena, struct rows *out)
{
    struct val *args = arena_array(arena, n, sizeof(*args));
    if (!args)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        args[i] = V_INT(ids[i]);
    return db_select_many(db, q, args, n, arena, out);
}

void freight_take(struct freight_template *t, const struct rows *rs, size_t row)
{
    t->id = row_int(rs, row, "id");
    t->factory_id = row_int(rs, row, "factory_id");
    t->free_fen = row_int(rs, row, "free_fen");
    t->free_pieces = row_int(rs, row, "free_pieces");
}

void freight_take_zone(struct freight_template *t, const struct rows *rs, size_t row)
{
    int64_t zone = row_int(rs, row, "zone");
    if (zone < 0 || zone >= FREIGHT_ZONES_MAX)
        return;
    t->zones[zone] = (struct freight_zone){.first_pieces = row_int(rs, row, "first_pieces"),
                                           .first_fen = row_int(rs, row, "first_fen"),
                                           .next_pieces = row_int(rs, row, "next_pieces"),
                                           .next_fen = row_int(rs, row, "next_fen"),
                                           .is_set = true,
                                           .is_always = row_int(rs, row, "is_always")};
}

void freight_take_place(struct freight_template *t, const struct rows *rs, size_t row)
{
    int64_t code = row_int(rs, row, "province");
    if (code <= 0 || code >= FREIGHT_CODES)
        return;
    t->places[code] =
        (int8_t)(row_null(rs, row, "zone") ? FREIGHT_REFUSED : row_int(rs, row, "zone"));
    t->has_places = true;
}

static enum err read_templates(struct freight_table *t, struct db *db, const int64_t *ids, size_t n,
                               struct arena *arena, int64_t **templates, size_t *templates_n)
{
    struct rows rs;
    enum err e = each(db, &q_freight_of_factories, ids, n, arena, &rs);
    struct freight_template *all = e ? NULL : arena_array(arena, rs.n, sizeof(*all));
    *templates = e ? NULL : arena_array(arena, rs.n, sizeof(**templates));
    *templates_n = e ? 0 : rs.n;
    if (!e && arena_failed(arena))
        return ERR_NOMEM;
    for (size_t i = 0; !e && i < rs.n; i++) {
        int64_t factory = row_int(&rs, i, "factory_id");
        freight_take(&all[i], &rs, i);
        (*templates)[i] = all[i].id;
        e = map_put(&t->of_template, key_of(&all[i].id), &all[i]);
        if (!e && row_int(&rs, i, "is_default"))
            e = map_put(&t->of_factory, key_of(&factory), &all[i]);
    }
    return e;
}

static enum err read_zones(struct freight_table *t, struct db *db, const int64_t *ids, size_t n,
                           struct arena *arena)
{
    struct rows zones, places;
    enum err e = each(db, &q_freight_zones_of, ids, n, arena, &zones);
    if (!e)
        e = each(db, &q_freight_places_of, ids, n, arena, &places);
    for (size_t i = 0; !e && i < zones.n; i++) {
        int64_t id = row_int(&zones, i, "template_id");
        freight_take_zone(map_get(&t->of_template, key_of(&id)), &zones, i);
    }
    for (size_t i = 0; !e && i < places.n; i++) {
        int64_t id = row_int(&places, i, "template_id");
        freight_take_place(map_get(&t->of_template, key_of(&id)), &places, i);
    }
    return e;
}

static enum err read_products(struct freight_table *t, struct db *db, const int64_t *ids, size_t n,
                              struct arena *arena)
{
    struct rows rs;
    enum err e = each(db, &q_freight_of_products, ids, n, arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        int64_t product = row_int(&rs, i, "product_id"), id = row_int(&rs, i, "template_id");
        struct freight_template *named = map_get(&t->of_template, key_of(&id));
        if (named)
            e = map_put(&t->of_product, key_of(&product), named);
    }
    return e;
}

enum err freight_load(struct freight_table *t, struct db *db, const int64_t *factories,
                      size_t factories_n, const int64_t *products, size_t products_n,
                      struct arena *arena)
{
    int64_t *templates;
    size_t n = 0;
    map_init(&t->of_product);
    map_init(&t->of_factory);
    map_init(&t->of_template);
    enum err e =
        factories_n ? read_templates(t, db, factories, factories_n, arena, &templates, &n) : OK;
    if (!e && n)
        e = read_zones(t, db, templates, n, arena);
    return e || !n ? e : read_products(t, db, products, products_n, arena);
}

void freight_free(struct freight_table *t)
{
    map_free(&t->of_product);
    map_free(&t->of_factory);
    map_free(&t->of_template);
}
