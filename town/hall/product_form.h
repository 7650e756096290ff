/*
 * Inside hall/: a product's form, read and drawn from the tables of product_field.h and of its
 * kind's attributes. All faults are found at once; each stands beside its own input.
 *
 *   {fields [{name, label, hint, is_lines, is_number, is_choice, value, choices [{value, label,
 *    is_chosen}], is_needed, most, error}],
 *    specs  [{name, label, unit, value, words [{value, label, is_chosen}], is_required, error}],
 *    skus   [{n, id, code, name_zh, name_en, gtin, price, list_price, stock, is_new, is_on,
 * error}]}
 */
#ifndef TOWN_HALL_PRODUCT_FORM_H
#define TOWN_HALL_PRODUCT_FORM_H

#include "town/hall/product_load.h"
#include "town/hall/product_merge.h"
#include "web/web.h"

enum { HALL_BLANK_SKUS = 2 }; /* empty rows that a form offers */

struct hall_form {
    struct req *r;
    struct hall_product_edit *p;
    struct hall_attributes asked;
    struct view *errors; /* {field, message}; its count says whether the form is good */
    bool as_typed;       /* draw what was sent, not what is there */
    const struct hall_meanwhile *meanwhile; /* but for what others changed since; or NULL */
};

/* A form over an edit, which a load has filled or which is new with its kind set. */
enum err hall_form_begin(struct req *r, struct hall_product_edit *p,
                         struct hall_form *out) MUST_CHECK;
/* Reads what was sent into the edit. OK also with faults: look at errors->count. */
enum err hall_form_read(struct hall_form *f) MUST_CHECK;
/* Puts the form's members into `v`. */
void hall_form_put(struct hall_form *f, struct view *v);
/* A fault that the writer found: "sku_code_2". */
void hall_form_fault(struct hall_form *f, const char *field, const char *key, int64_t min,
                     int64_t max);

#endif
