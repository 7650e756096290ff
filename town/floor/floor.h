/*
 * floor: halls with their plans, stands and what stands on them, labels on the shelves, and how
 * often those were scanned. What other departments may call.
 */
#ifndef TOWN_FLOOR_FLOOR_H
#define TOWN_FLOOR_FLOOR_H

#include "town/console/console.h"
#include "town/figures/figures.h"
#include "town/floor/label.h"
#include "town/floor/place.h"
#include "town/floor/svg.h"
#include "web/view.h"
#include "web/web.h"

extern const struct web_module floor_module;
extern const struct figure floor_figures[];
extern const size_t floor_figures_n;
extern const struct console_line floor_lines[];
extern const size_t floor_lines_n;

enum { FLOOR_SHEETS_SWEEP_MS = 600 * 1000 };

/* Registers the task that makes sheets of labels; before tasks_start(). */
void floor_labels_start(void);
/* Removes sheets that nobody needs any more, some at a time. For writer_every(). */
enum err floor_sheets_sweep(struct tx *tx, void *unused) MUST_CHECK;

/* Puts stands [{hall {number, name}, code, zone, href}] of a product: where it stands. */
enum err floor_put(struct req *r, struct view *v, int64_t product) MUST_CHECK;

#endif
