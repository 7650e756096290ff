/*
 * Putting goods into the hall: kinds, and products with their specifications, SKUs and first stock.
 * All of it runs inside the writer's transaction; a refusal leaves nothing behind.
 */
#ifndef TOWN_HALL_CATALOGUE_H
#define TOWN_HALL_CATALOGUE_H

#include "town/hall/product_save.h"

/* What is asked of goods of a kind, and of the kinds below it. */
struct hall_attribute {
    const char *name; /* locales/: hall.spec_NAME */
    const char *kind; /* count, milli (thousandths), word */
    const char *unit; /* "W"; "" for a plain count and for words */
    struct str words; /* of a word: keys of locales/, hall.word_WORD, with a blank between */
    int64_t least, most;
    bool is_required;
};

struct hall_kind_new {
    struct str slug, name_zh, name_en;
    int64_t position; /* order in lists */
    int64_t parent;   /* 0: none */
    const struct hall_attribute *attributes;
    size_t attributes_n;
};
enum err hall_kind_add(struct tx *tx, const struct hall_kind_new *k, int64_t *id) MUST_CHECK;
/* Its goods are found under its new name at once. */
enum err hall_kind_rename(struct tx *tx, int64_t kind, struct str name_zh,
                          struct str name_en) MUST_CHECK;
/* ERR_EXISTS when the kind, or the group above it, asks for it already. What goods say of it is
 * kept when it goes, until they are saved again. */
enum err hall_attribute_add(struct tx *tx, int64_t kind, const struct hall_attribute *a) MUST_CHECK;
enum err hall_attribute_remove(struct tx *tx, int64_t kind, struct str name) MUST_CHECK;

/* One property. `unit` set: a count, or with `milli` thousandths ("L", 1500 is 1.5 L). `word` set:
 * a text of locales/, hall.word_WORD. */
struct hall_spec {
    const char *name; /* locales/: hall.spec_NAME */
    const char *unit; /* "W", "L", "dB" …, or NULL */
    const char *word; /* "ceramic", or NULL */
    int64_t amount;
    bool milli;
};

struct hall_sku_new {
    struct str code, name_zh, name_en; /* names may be empty */
    struct str gtin;                   /* or empty */
    const char *colour;                /* a colour way of picture.h */
    int64_t price_fen, list_price_fen;
    int64_t stock; /* pieces, 0 or more */
    int64_t id;    /* out */
};

struct hall_product_new {
    struct str slug, title_zh, title_en, about_zh, about_en, model;
    struct str hs_code;                      /* or empty */
    const char *market;                      /* "home", "export", "both"; NULL: both */
    int64_t moq, lead_days, warranty_months; /* 0: not said */
    int64_t factory, kind;                   /* ids */
    int64_t shape;                           /* see picture.h */
    const struct hall_spec *specs;
    size_t specs_n;
    struct hall_sku_new *skus; /* at least one; the first one's colour is the product's */
    size_t skus_n;
    int64_t id; /* out */
};
/* Through hall_product_save(), as a draft. ERR_EXISTS when the slug, a code or a number is taken.
 */
enum err hall_product_draft(struct tx *tx, struct hall_product_new *p) MUST_CHECK;
/* And put into the hall at once. */
enum err hall_product_add(struct tx *tx, struct hall_product_new *p) MUST_CHECK;

#endif
