/* What of sharing waits for the base: see town/console. */
#include "store/queries.h"
#include "town/settle/settle.h"

const struct console_line settle_lines[] = {
    {.name = "settle_unshared",
     .who = CONSOLE_BASE,
     .group = "pay",
     .icon = "share",
     .rows = &q_settle_todo_unshared,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .late_days = 3,
     .page = "/settle/payouts#unshared",
     .shown = 3},
};
const size_t settle_lines_n = sizeof(settle_lines) / sizeof(settle_lines[0]);
