/* Shows that come with goods of a factory: see town/console. */
#include "store/queries.h"
#include "town/shows/internal.h"

const struct console_line shows_lines[] = {
    {.name = "shows",
     .who = CONSOLE_FACTORY,
     .rank = CONSOLE_NEXT,
     .icon = "live",
     .rows = &q_shows_todo_coming,
     .from_days = -1,
     .until_days = 14,
     .time = CONSOLE_ON,
     .amount_text = "console.own_goods",
     .shown = 3},
};
const size_t shows_lines_n = sizeof(shows_lines) / sizeof(shows_lines[0]);
