/* Goods out, as a sheet that can be brought back in (import.h). */
#ifndef TOWN_HALL_EXPORT_H
#define TOWN_HALL_EXPORT_H

#include "base/block.h"
#include "town/hall/sheet_column.h"

/* A maker's products and their variants, a row each, as XLSX; titles in this language. `kind`: only
 * the titles, with the properties of that kind: something to fill in. ERR_LIMIT past
 * SHEET_ROWS_MAX. The caller releases the block. */
enum err hall_export(struct db *db, int64_t organisation, enum lang lang, struct arena *arena,
                     struct block **out) MUST_CHECK;
enum err hall_export_empty(struct db *db, int64_t kind, enum lang lang, struct arena *arena,
                           struct block **out) MUST_CHECK;

#endif
