/* The demo's matchmaking events: one held three weeks ago, with what came of it; one next week
 * whose timetable is out; one to come that takes sign-ups. */
#ifndef TOWN_DEMO_EVENTS_H
#define TOWN_DEMO_EVENTS_H

#include "store/writer.h"

/* factory: the one that `clerk` acts for. After the rooms. */
enum err fill_events(struct tx *tx, int64_t factory, int64_t clerk, int64_t office) MUST_CHECK;

#endif
