/* Inside hall/: what its pages share. */
#ifndef TOWN_HALL_PAGE_H
#define TOWN_HALL_PAGE_H

#include "town/hall/hall.h"
#include "web/web.h"

struct str hall_text(const struct req *r, const struct rows *rs, size_t row, const char *zh,
                     const char *en);
/* "/hall/pictures/SLUG.svg" */
const char *hall_picture_path(struct req *r, struct str slug);

/* browse.c: one search of the hall, as its address says it. */
enum { HALL_PAGE = 24, HALL_PAGES_MAX = 10000, HALL_WORDS_MAX = 3 };
struct hall_search {
    struct str kind, factory, q, sort; /* as asked; empty: any */
    int64_t kind_id, factory_id;       /* 0: any */
    int64_t min_fen, max_fen;          /* 0: none */
    bool swapped;                      /* they were asked for the wrong way round */
    int64_t page;                      /* from 1 */
};
/* Puts products, total, pages, prev and next; links keep to `path`. */
enum err hall_put_found(struct req *r, const struct hall_search *s, const char *path) MUST_CHECK;

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

handler_fn hall_page_browse;                                                  /* browse.c */
handler_fn hall_page_product, hall_page_factory, hall_picture, hall_do_stock; /* product.c */

#endif
