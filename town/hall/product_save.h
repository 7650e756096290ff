/*
 * Writing products: what the maker's form, an import and the demo have in common. Calls run inside
 * the writer's transaction; a refusal leaves nothing behind.
 *
 *   edit ──▶ hall_product_save() ──▶ products, product_specs, skus ──▶ one product_events row with
 *                                    every field that changed
 *
 * Two people at one product: an edit carries the version that it began from; when another was saved
 * meanwhile it is refused (ERR_CONFLICT, key hall.edited_meanwhile) and the page shows what
 * changed.
 */
#ifndef TOWN_HALL_PRODUCT_SAVE_H
#define TOWN_HALL_PRODUCT_SAVE_H

#include "store/writer.h"
#include "town/hall/product_field.h"
#include "town/hall/product_state.h"

enum {
    HALL_SKUS_MAX = 20, /* those that are off sale, too */
    HALL_SPECS_MAX = 30,
    HALL_CODE_MAX = 40,
    HALL_SKU_NAME_MAX = 40,
    HALL_NOTE_MAX = 300,
    HALL_PRICE_FEN_MAX = 100000000, /* a million yuan */
    HALL_STOCK_FIRST_MAX = 1000000,
};

/* A property by its kind's list (kind_attributes). `word` empty: an amount, in thousandths when the
 * attribute is 'milli'. */
struct hall_spec_edit {
    struct str name;
    struct str kind; /* count, milli, word */
    struct str unit, word;
    int64_t amount;
};

struct hall_sku_edit {
    int64_t id;                        /* 0: new */
    struct str code, name_zh, name_en; /* names may be empty */
    struct str gtin;                   /* or empty */
    struct str colour;                 /* a colour way of picture.h, or empty: the first */
    int64_t price_fen;
    int64_t list_price_fen; /* 0: as the price */
    int64_t stock;          /* of a new one: its first pieces */
    bool is_on;             /* for sale */
};

struct hall_product_edit {
    int64_t id;      /* 0: new, and then set */
    int64_t version; /* that it began from; of a new one 0 */
    int64_t factory; /* of a new one */
    int64_t kind;
    int64_t shape;   /* of a new one: how it is drawn while it has no photo */
    struct str slug; /* of a new one; empty: from the maker's and the model */
    struct val fields[HALL_FIELDS];
    const struct hall_spec_edit *specs;
    size_t specs_n;
    struct hall_sku_edit
        *skus; /* in order; those of the product that are not here are taken off sale */
    size_t skus_n;
};

struct hall_actor {
    int64_t user; /* 0: the system */
    unsigned as;  /* enum hall_as */
};

/* Creates (as a draft) or changes. ERR_EXISTS with field sku_code_N or sku_gtin_N when another SKU
 * has the code or the number; ERR_INVALID with field skus without any. */
enum err hall_product_save(struct tx *tx, struct hall_product_edit *p,
                           struct hall_actor actor) MUST_CHECK;
/* `version`: the one that was looked at, so that nobody approves what he has not seen
 * (ERR_CONFLICT, hall.edited_meanwhile); 0: whichever it is. submit, recall, approve, return,
 * withdraw, show. A submission of what lacks something is ERR_INVALID with the field's name and
 * hall.needed_to_show; of a maker that is not approved, ERR_CONFLICT. `note`: why, or empty. */
enum err hall_product_move(struct tx *tx, int64_t product, int64_t version, const char *event,
                           struct str note, struct hall_actor actor) MUST_CHECK;

/* Who must know of a product that was written, in the same transaction: what it lacks, how it is
 * found. An error refuses the change. Registered before the writer starts, once each. */
typedef enum err hall_saved_fn(struct tx *tx, int64_t product);
void hall_on_saved(hall_saved_fn *fn);

#endif
