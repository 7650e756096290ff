/*
 * The columns of a sheet of goods: what makers bring (import.h) and take away (export) have the
 * same ones, so that what was taken away can be brought back. A row is a variant (SKU); rows of one
 * model are one product, whose own columns count in the first of them.
 *
 * A column has a key, which a mapping keeps: a field of product_field.h ("title_zh"), "kind",
 * "spec:NAME", "sku_code" and the like, "pictures". Its title is in the reader's language; in a
 * sheet that is brought, either language's is known again, with or without a unit behind it.
 */
#ifndef TOWN_HALL_SHEET_COLUMN_H
#define TOWN_HALL_SHEET_COLUMN_H

#include "town/hall/product_load.h"

enum hall_column_what {
    HALL_COLUMN_FIELD,
    HALL_COLUMN_KIND,
    HALL_COLUMN_SPEC,
    HALL_COLUMN_SKU_CODE,
    HALL_COLUMN_SKU_NAME_ZH,
    HALL_COLUMN_SKU_NAME_EN,
    HALL_COLUMN_SKU_GTIN,
    HALL_COLUMN_SKU_PRICE,
    HALL_COLUMN_SKU_LIST_PRICE,
    HALL_COLUMN_SKU_STOCK,
    HALL_COLUMN_PICTURES, /* file names, with ';' between */
};

struct hall_column {
    enum hall_column_what what;
    struct str key;
    int field;               /* of a field: its place in hall_fields */
    struct hall_asked asked; /* of a property: the first kind's that has it */
};

struct hall_columns {
    size_t n;
    struct hall_column *all; /* in the order of a sheet */
};

enum { HALL_COLUMNS_MAX = 200 };

/* Every column that there can be. `kind`: only the properties of that kind; 0: of all. */
enum err hall_columns_of(struct db *db, int64_t kind, struct arena *arena,
                         struct hall_columns *out) MUST_CHECK;
struct str hall_column_title(const struct hall_column *c, enum lang lang, struct arena *arena);
/* The column whose key this is, or NULL. */
const struct hall_column *hall_column_find(const struct hall_columns *c, struct str key);
/* The column that a title of a sheet means, or NULL. */
const struct hall_column *hall_column_guess(const struct hall_columns *c, struct str title,
                                            struct arena *arena);

#endif
