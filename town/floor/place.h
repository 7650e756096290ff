/*
 * What stands where: writing halls, plans, stands and placements. Calls run inside the writer's
 * transaction; a refusal leaves nothing behind, and what was done is one floor_events row.
 *
 *   free stand ──place──▶ stands there ──move──▶ stands elsewhere in the hall
 *                              └──────take──────▶ stands there no more
 *
 * A product stands at one stand of a hall at most, and may stand in several halls. Placing it where
 * it stands already changes nothing. Zones are the letters of codes: A-03 is in zone A, which is
 * there from its first stand on.
 */
#ifndef TOWN_FLOOR_PLACE_H
#define TOWN_FLOOR_PLACE_H

#include "store/writer.h"
#include "town/floor/svg.h"

enum {
    FLOOR_HALLS_MAX = 31, /* a digit of a label's code */
    FLOOR_STANDS_MAX = 400,
    FLOOR_ON_STAND_MAX = 60, /* products */
    FLOOR_NAME_MAX = 40,
    FLOOR_LINES_MAX = 500, /* placed at once */
    FLOOR_WORDS_MAX = 60,  /* what names a product */
};

/* actor: a user's id, or 0 for the system, in all of these. */

/* number 0: the next one, and then set. ERR_EXISTS, ERR_LIMIT. */
enum err floor_hall_add(struct tx *tx, int64_t *number, struct str name_zh, struct str name_en,
                        int64_t actor) MUST_CHECK;
/* A hall by its number is ERR_NOT_FOUND here and below when there is none. */
enum err floor_hall_name(struct tx *tx, int64_t hall, struct str name_zh, struct str name_en,
                         int64_t actor) MUST_CHECK;
/* A new plan. Its marks are stands: those that are not there yet are added, *added of them; of the
 * others the place is the new one. Stands that it does not show stay where they were. */
enum err floor_plan_set(struct tx *tx, int64_t hall, const struct svg_plan *plan, int64_t actor,
                        int *added) MUST_CHECK;
enum err floor_zone_name(struct tx *tx, int64_t hall, struct str code, struct str name_zh,
                         struct str name_en, int64_t actor) MUST_CHECK;

/* A stand as a rectangle on the plan: added, or put elsewhere. ERR_INVALID with field code or box.
 */
enum err floor_stand_set(struct tx *tx, int64_t hall, struct str code, struct svg_box box,
                         int64_t actor) MUST_CHECK;
/* ERR_CONFLICT while something stands there. */
enum err floor_stand_remove(struct tx *tx, int64_t hall, struct str code, int64_t actor) MUST_CHECK;

/* Places or moves. ERR_INVALID with field stand or product and a key. */
enum err floor_place(struct tx *tx, int64_t hall, struct str stand, int64_t product,
                     int64_t actor) MUST_CHECK;
/* ERR_NOT_FOUND when it does not stand in that hall. */
enum err floor_take(struct tx *tx, int64_t hall, int64_t product, int64_t actor) MUST_CHECK;

/* The product that people mean by a SKU's code, a number on the goods, the name in an address or a
 * model. ERR_INVALID with field product and a key: none, several, or one that is not on show. */
enum err floor_find(struct db *db, struct arena *arena, struct str words, int64_t *product,
                    struct err_info *info) MUST_CHECK;

/* "a-3" → "A-03": capitals, two digits at least. False when it is no code. */
bool floor_code(struct str typed, char out[SVG_CODE_MAX + 1]);

#endif
