/*
 * Pictures of an import, by the names that its sheet gives them: found in the ZIP that came with
 * it, whatever folder they lie in and whatever case their names are in. Checking says which are not
 * there; after taking, the task goes on with them, some at a time, and can be begun again.
 */
#ifndef TOWN_HALL_IMPORT_PICTURES_H
#define TOWN_HALL_IMPORT_PICTURES_H

#include "town/hall/import_store.h"

/* Adds a fault for each picture that the ZIP lacks, and one when there are names and no ZIP. */
enum err import_pictures_check(const struct import_work *w, const struct import_sheet *s,
                               struct import_built *built, struct arena *arena,
                               struct err_info *info) MUST_CHECK;
/* In the command that takes: what is to be done afterwards. */
enum err import_pictures_plan(struct tx *tx, int64_t import,
                              const struct import_product *p) MUST_CHECK;
/* Does it. A picture that cannot be decoded is passed over, with a line in the log. */
enum err import_pictures_take(const struct import_work *w, struct hall_actor actor,
                              struct arena *arena, struct err_info *info) MUST_CHECK;

#endif
