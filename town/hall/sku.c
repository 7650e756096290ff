#include "town/hall/sku.h"

#include "store/queries.h"
#include "town/hall/picture.h"

enum err hall_sku_get(struct db *db, int64_t sku_id, struct arena *arena, struct hall_sku *out)
{
    struct rows rs;
    enum err e = db_one(db, &q_hall_sku, ARGS(V_INT(sku_id)), arena, &rs);
    if (e != OK)
        return e;
    *out = (struct hall_sku){
        .id = sku_id,
        .product_id = row_int(&rs, 0, "product_id"),
        .factory_id = row_int(&rs, 0, "organisation_id"),
        .price_fen = row_int(&rs, 0, "price_fen"),
        .product_slug = row_str(&rs, 0, "product_slug"),
        .title_zh = row_str(&rs, 0, "title_zh"),
        .title_en = row_str(&rs, 0, "title_en"),
        .name_zh = row_str(&rs, 0, "name_zh"),
        .name_en = row_str(&rs, 0, "name_en"),
        .code = row_str(&rs, 0, "code"),
        .picture = picture_address(arena, row_str(&rs, 0, "product_slug"),
                                   row_str(&rs, 0, "product_colour"), row_str(&rs, 0, "colour")),
        .for_sale = row_int(&rs, 0, "is_for_sale") != 0,
    };
    return OK;
}
