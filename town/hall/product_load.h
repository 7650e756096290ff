/* A product as it is, ready to be changed and saved again (product_save.h). */
#ifndef TOWN_HALL_PRODUCT_LOAD_H
#define TOWN_HALL_PRODUCT_LOAD_H

#include "town/hall/product_save.h"

/* What goods of a kind are asked for. */
struct hall_attributes {
    size_t n;
    struct hall_asked {
        struct str name, kind, unit, words; /* as struct hall_attribute */
        int64_t least, most;
        bool is_required;
    } * all;
};
enum err hall_attributes_of(struct db *db, int64_t kind, struct arena *arena,
                            struct hall_attributes *out) MUST_CHECK;

struct hall_product_loaded {
    struct hall_product_edit edit;
    struct str status, slug, factory_zh, factory_en;
    struct rows row; /* q_hall_product_of_id */
};
/* ERR_NOT_FOUND. SKUs that are off are there, too. Everything in the arena. */
enum err hall_product_load(struct db *db, int64_t id, struct arena *arena,
                           struct hall_product_loaded *out) MUST_CHECK;

/* An amount as people write it: "1.7" of 1700 thousandths; and read back, with at most three
 * places. ERR_SYNTAX. */
struct str hall_amount_text(int64_t amount, bool milli, struct arena *arena);
enum err hall_amount_read(struct str text, bool milli, int64_t *out) MUST_CHECK;
/* Yuan with at most two places, as people write prices: "¥1,299.00", "69". ERR_SYNTAX. */
enum err hall_price_read(struct str text, int64_t *fen) MUST_CHECK;
struct str hall_price_text(int64_t fen, struct arena *arena);

#endif
