/* What of the floor waits for the base: see town/console. */
#include "store/queries.h"
#include "town/floor/floor.h"

const struct console_line floor_lines[] = {
    {.name = "unplaced",
     .who = CONSOLE_BASE,
     .group = "floor",
     .icon = "hall",
     .rows = &q_floor_todo_unplaced,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .page = "/floor/desk",
     .shown = 3},
    {.name = "placed_withdrawn",
     .who = CONSOLE_BASE,
     .group = "floor",
     .icon = "out",
     .rows = &q_floor_todo_withdrawn,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .shown = 3},
};
const size_t floor_lines_n = sizeof(floor_lines) / sizeof(floor_lines[0]);
