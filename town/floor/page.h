/* Inside floor/: what its pages share. */
#ifndef TOWN_FLOOR_PAGE_H
#define TOWN_FLOOR_PAGE_H

#include "town/floor/floor.h"

enum { FLOOR_EVENTS_SHOWN = 12, FLOOR_PLAN_BODY = SVG_BYTES_MAX + 64 * 1024 };

/* A text "floor.NAME" with {count}. */
struct str floor_words(struct req *r, const char *name, int64_t count);
/* The column of the visitor's language: NAME_zh or NAME_en. */
struct str floor_name(struct req *r, const struct rows *rs, size_t row, const char *zh,
                      const char *en);

/* look.c: a hall as a page shows it. */
struct floor_look {
    struct rows hall, stands;
    struct str current; /* a stand's code, or empty */
    bool is_desk;       /* links lead to the desk, and everything counts, seen or not */
};
/* The hall of {hall} and the stand of {stand} or ?stand=; other ones are ERR_NOT_FOUND. */
enum err floor_load(struct req *r, struct floor_look *look) MUST_CHECK;
/* Puts hall {number, name, name_zh, name_en, stands, taken, free, products}, zones [{code, name,
 * stands [{code, products, is_taken, is_current, href}]}] and plan (page only: drawn). */
enum err floor_look_put(struct req *r, const struct floor_look *look) MUST_CHECK;
/* Puts halls [{number, name, stands, taken, free, products, is_current}]; with `plan` (page only),
 * a small one, when with_plans. */
enum err floor_halls_put(struct req *r, int64_t current, bool with_plans) MUST_CHECK;

handler_fn floor_page_halls, floor_page_hall, floor_page_stand; /* pages.c */
handler_fn floor_desk, floor_desk_new, floor_desk_add, floor_desk_hall, floor_desk_place,
    floor_desk_take, floor_desk_lines; /* desk.c */
handler_fn floor_desk_plan, floor_desk_plan_set, floor_desk_names, floor_desk_stand,
    floor_desk_stand_remove; /* plan_desk.c */
handler_fn floor_scan;       /* scan.c */

handler_fn floor_labels, floor_labels_make, floor_labels_sheet; /* sheet_page.c */

#endif
