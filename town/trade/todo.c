/* What of orders waits for their factories, and what of that is late: see town/console. */
#include "store/queries.h"
#include "town/trade/trade.h"

const struct console_line trade_lines[] = {
    {.name = "orders_pack",
     .who = CONSOLE_FACTORY,
     .rank = CONSOLE_FIRST,
     .icon = "truck",
     .rows = &q_trade_todo_pack,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .late_days = 2,
     .amount_text = "console.pieces",
     .page = "/factory/shipping",
     .shown = 5},
    {.name = "orders_late",
     .who = CONSOLE_BASE,
     .group = "trade",
     .icon = "truck",
     .rows = &q_trade_todo_late,
     .from_days = CONSOLE_EVER,
     .until_days = -2,
     .time = CONSOLE_SINCE,
     .amount_text = "console.pieces",
     .page = "/factory/orders?state=to_ship",
     .shown = 3},
};
const size_t trade_lines_n = sizeof(trade_lines) / sizeof(trade_lines[0]);
