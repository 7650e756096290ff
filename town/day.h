/*
 * The town's days: a day begins at midnight of the town's zone (UTC+8, no summer time), wherever
 * the program runs. A day is a number, of days since 1970-01-01; before that it is negative.
 */
#ifndef TOWN_DAY_H
#define TOWN_DAY_H

#include <time.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)
enum { DAY_TEXT = 11 }; /* "2026-05-01" and a NUL */

int64_t day_of(int64_t utc_ms);
int64_t day_begin_ms(int64_t day);
int64_t day_end_ms(int64_t day); /* its last millisecond */
/* The end of the nth workday after a moment's day, Monday to Friday: holidays are not known. */
int64_t day_workdays_after(int64_t utc_ms, int n);
/* The town's calendar and clock at a moment, to the second. */
void day_clock(int64_t utc_ms, struct tm *out);
/* "2026-05-01"; false and an empty text for a year that has not four digits. */
bool day_text(int64_t day, char out[DAY_TEXT]);
/* "2026-05-01", of 1970 to 9998. ERR_SYNTAX. */
enum err day_read(struct str text, int64_t *day) MUST_CHECK;
/* "2026-05-01T19:30", the town's time as a form's datetime-local sends it; seconds are passed over,
 * a blank may stand for the T. ERR_SYNTAX. */
enum err day_read_moment(struct str text, int64_t *utc_ms) MUST_CHECK;
/* The same for the form. In the arena. */
struct str day_moment_text(struct arena *arena, int64_t utc_ms);

#endif
