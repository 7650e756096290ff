/*
 * A day of a space as 48 bits, a bit a step of half an hour: what is outside its hours, closed and
 * taken. No I/O.
 *
 *   19:00 to 22:00   steps 38 to 44   grid_mask(38, 44)
 */
#ifndef TOWN_VENUE_GRID_H
#define TOWN_VENUE_GRID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum { GRID_STEPS = 48, GRID_TEXT = 6 /* "19:00" and a NUL */ };
#define GRID_ALL ((UINT64_C(1) << GRID_STEPS) - 1)

struct grid_day {
    uint64_t off, closed, taken;
};

uint64_t grid_mask(int from, int until);
static inline uint64_t grid_busy(const struct grid_day *d)
{
    return (d->off | d->closed | d->taken) & GRID_ALL;
}
/* Where `steps` in a row are free, as near to `from` as there is, the earlier of two; not before
 * `first`. −1: nowhere. */
int grid_near(uint64_t busy, int from, int steps, int first);
/* "19:00", "24:00" → 38, 48. ERR_SYNTAX; ERR_INVALID for a time that is on no step. */
enum err grid_step_read(struct str text, int *step) MUST_CHECK;
void grid_step_text(int step, char out[GRID_TEXT]);

#endif
