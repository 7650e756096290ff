/* Inside hall/: what its pages share. */
#ifndef TOWN_HALL_PAGE_H
#define TOWN_HALL_PAGE_H

#include "town/hall/hall.h"
#include "web/web.h"

struct str hall_text(const struct req *r, const struct rows *rs, size_t row, const char *zh,
                     const char *en);
/* "/hall/pictures/SLUG.svg" */
const char *hall_picture_path(struct req *r, struct str slug);

enum { HALL_KEEP_MS = 5000 }; /* how old a page may be in what depends on the clock alone */

/* One search of the hall, as its address says it. */
struct hall_look {
    struct hall_ask ask;
    struct str kind, factory;       /* as asked; empty: any */
    struct str facets[HALL_FACETS]; /* slugs of values; empty: any */
    int band;                       /* of hall_bands, or -1 */
    bool swapped;                   /* prices were asked for the wrong way round */
    const char *path;               /* where the links keep to: "/hall", "/hall/factories/SLUG" */
};

/* kind_desk.c */
handler_fn hall_kinds_desk, hall_kind_page, hall_kind_do_add, hall_kind_do_save,
    hall_kind_do_attribute, hall_kind_do_rule;

/* flag_page.c */
handler_fn hall_flags, hall_do_flag;
/* Puts flags [{id, field, field_name, word, rule, rule_text, at, is_open, note, by}] of a product.
 */
enum err hall_put_flags(struct req *r, struct view *v, int64_t product) MUST_CHECK;

/* product_desk.c */
handler_fn hall_desk, hall_desk_new, hall_desk_product, hall_desk_create, hall_desk_save,
    hall_desk_cell, hall_desk_move;

/* photo_desk.c */
handler_fn hall_photo, hall_photos_post, hall_photo_post_remove, hall_photo_post_first;

/* own.c: as what somebody may change a maker's goods: HALL_AS_MAKER, HALL_AS_OPERATOR, or 0. */
unsigned hall_hand(const struct req *r, int64_t organisation);
/* The product of the path's {id}: makers their own, the base all; others are told that there is
 * none. */
enum err hall_own_product(struct req *r, int64_t *product, struct hall_actor *actor) MUST_CHECK;

/* document.c */
enum { HALL_DOCUMENTS_MAX = 12 }; /* of a product */
handler_fn hall_document, hall_documents_post, hall_document_post_remove;
/* Puts documents [{id, name, bytes, size, href}]. */
enum err hall_documents_put(struct req *r, int64_t product, struct str slug) MUST_CHECK;

/* found.c: puts products, total, pages, prev and next, and what to do when there is nothing. */
enum err hall_put_found(struct req *r, const struct hall_look *look,
                        struct hall_found *found) MUST_CHECK;
/* The address of another look. A kind is in the path, unless the maker is. */
const char *hall_look_address(struct req *r, const struct hall_look *look);

/* front.c: puts front {kinds [{slug, name, products, below [{slug, name, picture, products}]}],
 * live, planned (shows_list), fresh (as hall/good.html), makers [{slug, name, products, pictures
 * [{picture}]}]}. */
enum err hall_put_front(struct req *r) MUST_CHECK;

/* linked.c: schema.org of a product (q_hall_product_by_slug, q_hall_skus) and of a maker. */
enum err hall_link_product(struct req *r, const struct rows *p, const struct rows *skus) MUST_CHECK;
void hall_link_maker(struct req *r, const struct rows *f);

handler_fn hall_page_browse, hall_page_suggest;                               /* browse.c */
handler_fn hall_page_product, hall_page_factory, hall_picture, hall_do_stock; /* product.c */

#endif
