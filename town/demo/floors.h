/*
 * The demo town's halls: two plans of our own drawing, zones by what goods are, what stands on
 * which stand, and how often labels were scanned in the last two weeks.
 */
#ifndef TOWN_DEMO_FLOORS_H
#define TOWN_DEMO_FLOORS_H

#include "store/writer.h"

/* After the goods; sets the transaction's time back while it fills the past, and leaves it at
 * now_ms. */
enum err fill_floors(struct tx *tx, int64_t now_ms) MUST_CHECK;

/* Appends a hall's plan, 0 or 1, as an SVG that somebody might have drawn and uploaded. */
struct buf;
void demo_plan_svg(int hall, struct buf *out);

#endif
