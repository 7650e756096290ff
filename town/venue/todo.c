/* What waits for the base's word: see town/console. */
#include "store/queries.h"
#include "town/venue/internal.h"

enum { AHEAD_DAYS = 400 };

const struct console_line venue_lines[] = {
    {.name = "rooms_asked",
     .who = CONSOLE_BASE,
     .group = "floor",
     .icon = "calendar",
     .rows = &q_venue_todo_asked,
     .from_days = 0,
     .until_days = AHEAD_DAYS,
     .time = CONSOLE_ON,
     .shown = 3,
     .page = "/venue/board"},
    {.name = "rooms_closed",
     .who = CONSOLE_BASE,
     .group = "floor",
     .icon = "warn",
     .rows = &q_venue_todo_closed,
     .from_days = 0,
     .until_days = AHEAD_DAYS,
     .time = CONSOLE_ON,
     .shown = 3,
     .page = "/venue/board"},
};
const size_t venue_lines_n = sizeof(venue_lines) / sizeof(venue_lines[0]);
