#include "town/hall/sku.h"

#include "base/map.h"
#include "store/queries.h"
#include "town/hall/picture.h"

static void read_sku(const struct rows *rs, size_t row, struct arena *arena, struct hall_sku *out)
{
    *out = (struct hall_sku){
        .id = row_int(rs, row, "id"),
        .product_id = row_int(rs, row, "product_id"),
        .factory_id = row_int(rs, row, "organisation_id"),
        .price_fen = row_int(rs, row, "price_fen"),
        .product_slug = row_str(rs, row, "product_slug"),
        .title_zh = row_str(rs, row, "title_zh"),
        .title_en = row_str(rs, row, "title_en"),
        .name_zh = row_str(rs, row, "name_zh"),
        .name_en = row_str(rs, row, "name_en"),
        .code = row_str(rs, row, "code"),
        .picture = picture_address(arena, row_str(rs, row, "product_slug"),
                                   row_str(rs, row, "product_colour"), row_str(rs, row, "colour")),
        .for_sale = row_int(rs, row, "is_for_sale") != 0,
    };
}

static struct str key_of(const int64_t *id)
{
    return str_n(id, sizeof(*id));
}

static enum err read_skus(const struct rows *rs, const struct map *places, struct arena *arena)
{
    for (size_t row = 0; row < rs->n; row++) {
        int64_t id = row_int(rs, row, "id");
        struct hall_sku *sku = map_get(places, key_of(&id));
        if (sku)
            read_sku(rs, row, arena, sku);
    }
    return arena_failed(arena) ? ERR_NOMEM : OK;
}

enum err hall_skus_get(struct db *db, const int64_t *ids, size_t n, struct arena *arena,
                       struct hall_sku *out)
{
    struct rows rs;
    struct map places;
    struct val *args = arena_array(arena, n, sizeof(*args));
    enum err e = args ? OK : ERR_NOMEM;
    map_init(&places);
    for (size_t i = 0; !e && i < n; i++) {
        args[i] = V_INT(ids[i]);
        out[i] = (struct hall_sku){0};
        e = map_put(&places, key_of(&ids[i]), &out[i]);
    }
    if (!e)
        e = db_select_many(db, &q_hall_skus_by_id, args, n, arena, &rs);
    if (!e)
        e = read_skus(&rs, &places, arena);
    map_free(&places);
    return e;
}

enum err hall_sku_get(struct db *db, int64_t sku_id, struct arena *arena, struct hall_sku *out)
{
    enum err e = hall_skus_get(db, &sku_id, 1, arena, out);
    return !e && out->id == 0 ? ERR_NOT_FOUND : e;
}
