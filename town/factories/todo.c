/* What of entries waits for their people and for the base: see town/console. */
#include "store/queries.h"
#include "town/factories/factories.h"

const struct console_line factories_lines[] = {
    {.name = "entry",
     .who = CONSOLE_FACTORY,
     .rank = CONSOLE_FIRST,
     .icon = "factory",
     .rows = &q_factories_todo_entry,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .tag_texts = "factories.state_",
     .shown = 1},
    {.name = "factories_review",
     .who = CONSOLE_BASE,
     .group = "review",
     .icon = "factory",
     .rows = &q_factories_todo_review,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .late_days = 2,
     .page = "/factories",
     .shown = 4},
};
const size_t factories_lines_n = sizeof(factories_lines) / sizeof(factories_lines[0]);
