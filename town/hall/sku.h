/*
 * What other departments may ask about one SKU: enough to price it, name it in an order and know
 * whose it is. The stock is in town/hall/stock.h.
 */
#ifndef TOWN_HALL_SKU_H
#define TOWN_HALL_SKU_H

#include "store/db.h"

struct hall_sku { /* strings: in the arena asked with */
    int64_t id;
    int64_t product_id;
    int64_t factory_id; /* the organisation that makes and sells it */
    int64_t price_fen;  /* the hall's price, CNY */
    struct str product_slug;
    struct str title_zh, title_en; /* the product's */
    struct str name_zh, name_en;   /* the SKU's: colour, size; may be empty */
    struct str code;
    const char *picture; /* its address */
    bool for_sale;       /* published, of a product that is published, certificates in order */
};

/* ERR_NOT_FOUND for an unknown id. */
enum err hall_sku_get(struct db *db, int64_t sku_id, struct arena *arena,
                      struct hall_sku *out) MUST_CHECK;

/* Many at once: out[i] is ids[i], with id 0 when it is unknown. The ids are distinct. */
enum err hall_skus_get(struct db *db, const int64_t *ids, size_t n, struct arena *arena,
                       struct hall_sku *out) MUST_CHECK;

#endif
