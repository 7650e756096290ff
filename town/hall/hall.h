/*
 * hall: the Youpin hall, its products and their stock. What other departments may call.
 */
#ifndef TOWN_HALL_HALL_H
#define TOWN_HALL_HALL_H

#include "town/console/console.h"
#include "town/figures/figures.h"
#include "town/hall/catalogue.h"
#include "town/hall/photo.h"
#include "town/hall/picture.h"
#include "town/hall/search.h"
#include "town/hall/sku.h"
#include "town/hall/stock.h"
#include "town/hall/words.h"
#include "web/view.h"
#include "web/web.h"

extern const struct web_module hall_module;
extern const struct figure hall_figures[];
extern const size_t hall_figures_n;
extern const struct console_line hall_lines[];
extern const size_t hall_lines_n;

/* Registers the tasks of imports; before tasks_start(). */
void hall_import_start(void);
/* Ends what imports keep, some days after their end or their last change. For writer_every(). */
enum err hall_imports_prune(struct tx *tx, void *unused) MUST_CHECK;
enum { HALL_IMPORTS_PRUNE_MS = 10 * 1000 };

/* One product of a grid, as hall/good.html wants it, from a row of q_hall_browse, _best or _picks.
 */
void hall_put_good(struct req *r, struct view *v, const struct rows *rs, size_t row);

#endif
