/*
 * freight: what sending goods costs, and where a maker sends nothing.
 *
 * A maker has templates. One is its default; a product may name another one. A template has zones,
 * and a province lies in one of them, or nothing is sent there; zone 0 is everywhere that is not
 * named. A zone says what the first pieces cost and what each further few, begun ones as whole
 * ones. From an amount of goods, or from a number of pieces, sending is free, but in zones that are
 * always charged. Goods of two templates in one order are charged apart, each by its own pieces and
 * its own amount. A maker without a template sends everything free everywhere. Goods are counted by
 * the piece: the hall knows no weights.
 *
 *   fee = first_fen + ceil((pieces - first_pieces) / next_pieces) * next_fen
 */
#ifndef TOWN_FREIGHT_FREIGHT_H
#define TOWN_FREIGHT_FREIGHT_H

#include "base/map.h"
#include "store/db.h"
#include "web/web.h"

extern const struct web_module freight_module;

enum {
    FREIGHT_ZONES_MAX = 6,
    FREIGHT_CODES = 100,        /* province codes are below it (town/region.h) */
    FREIGHT_REFUSED = -1,       /* in place of a zone: nothing is sent there */
    FREIGHT_TEMPLATES_MAX = 20, /* of one maker */
    FREIGHT_PIECES_MAX = 9999,
    FREIGHT_FEN_MAX = 1000000, /* one price of a zone */
};

struct freight_zone {
    int64_t first_pieces, first_fen, next_pieces, next_fen;
    bool is_set;
    bool is_always; /* charged, however much is ordered */
};

struct freight_template {
    int64_t id, factory_id;
    int64_t free_fen, free_pieces; /* 0: never */
    struct freight_zone zones[FREIGHT_ZONES_MAX];
    int8_t places[FREIGHT_CODES]; /* by province: its zone or FREIGHT_REFUSED */
    bool has_places;
};

/* The templates that a batch of orders has to do with; memory of the arena, but for the maps. */
struct freight_table {
    struct map of_product;  /* product → template that it names */
    struct map of_factory;  /* factory → its default */
    struct map of_template; /* id → template */
};
/* Reads those of the makers, and what the products name. Ids are distinct. freight_free() in any
 * case. */
enum err freight_load(struct freight_table *t, struct db *db, const int64_t *factories,
                      size_t factories_n, const int64_t *products, size_t products_n,
                      struct arena *arena) MUST_CHECK;
void freight_free(struct freight_table *t);

struct freight_line {
    int64_t product_id, pieces;
    int64_t amount_fen; /* what is paid for them */
};
/* What sending lines of one maker to a province costs; touches no database. province 0: not known.
 * Refusals, with their text in info->key: ERR_CONFLICT (field province) nothing is sent there,
 * ERR_INVALID (field province) it depends on where, and that is not known; ERR_INVALID (field
 * quantity) more than can be reckoned. */
enum err freight_quote(const struct freight_table *t, int64_t factory_id, int64_t province,
                       const struct freight_line *lines, size_t n, int64_t *fee_fen,
                       struct err_info *info) MUST_CHECK;
/* Of so many pieces and so much money by one template, as above. */
enum err freight_fee(const struct freight_template *t, int64_t province, int64_t pieces,
                     int64_t amount_fen, int64_t *fee_fen, struct err_info *info) MUST_CHECK;

#endif
