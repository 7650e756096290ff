/* What the pages of freight and the reading of it have in common. */
#ifndef TOWN_FREIGHT_INTERNAL_H
#define TOWN_FREIGHT_INTERNAL_H

#include "store/db.h"
#include "town/freight/freight.h"

/* Rows of freight.of_factories, freight.zones_of and freight.places_of into their template. */
void freight_take(struct freight_template *t, const struct rows *rs, size_t row);
void freight_take_zone(struct freight_template *t, const struct rows *rs, size_t row);
void freight_take_place(struct freight_template *t, const struct rows *rs, size_t row);

/* A template as its maker writes it. */
struct freight_draft {
    struct freight_template t; /* id 0: a new one */
    struct str name;
    bool is_default;
};
/* freight.name … of the form; refusals name the field ("zone1_first_fen", "name"). */
enum err freight_form_read(struct req *r, struct freight_draft *out) MUST_CHECK;

/* Puts it, for the form: name, is_default, free_from, free_pieces, zones, places. */
void freight_put_draft(struct req *r, const struct freight_draft *d);

/* freight_save.c: POST handlers. */
enum err freight_save(struct req *r) MUST_CHECK;
enum err freight_remove(struct req *r) MUST_CHECK;
enum err freight_name(struct req *r) MUST_CHECK;
/* freight_page.c: GET handlers. */
enum err freight_list(struct req *r) MUST_CHECK;
enum err freight_new(struct req *r) MUST_CHECK;
enum err freight_one(struct req *r) MUST_CHECK;

/* The template of the path, of the visitor's own factory. */
enum err freight_own(struct req *r, struct freight_draft *out) MUST_CHECK;

#endif
