/*
 * Pictures of an import, by the names that its sheet gives them: found in the ZIP that came with
 * it, whatever folder they lie in and whatever case their names are in.
 *
 *   check   names ─▶ files of the ZIP ─▶ decoded and stored (photo.h) ─▶ import_pictures, a row a
 *           name: what it became, or why it was refused. A name that has its row is not decoded
 *           again, so a sheet that is mended is checked quickly.
 *   take    rows ─▶ photos of the product, in the command that saves it: all or nothing.
 */
#ifndef TOWN_HALL_IMPORT_PICTURES_H
#define TOWN_HALL_IMPORT_PICTURES_H

#include "town/hall/import_store.h"

/* Adds a fault for each picture that the ZIP lacks or that is none, one of a row when there are
 * names and no ZIP. A product whose pictures are new to it is not the same any more. */
enum err import_pictures_check(const struct import_work *w, const struct import_sheet *s,
                               struct import_built *built, struct arena *arena,
                               struct err_info *info) MUST_CHECK;
/* In the command that takes, of a product that has its id: how many are new to it. Refusals as
 * hall_photo_add(); hall.picture_unchecked when there is one that was not checked. */
enum err import_pictures_add(struct tx *tx, int64_t import, const struct import_product *p,
                             struct hall_actor actor, size_t *added) MUST_CHECK;

#endif
