/* What of orders waits for their factories: see town/console. */
#include "store/queries.h"
#include "town/trade/trade.h"

const struct console_line trade_lines[] = {
    {.name = "orders_pack",
     .who = CONSOLE_FACTORY,
     .rank = CONSOLE_FIRST,
     .icon = "truck",
     .rows = &q_trade_todo_pack,
     .from_days = -3,
     .time = CONSOLE_SINCE,
     .late_days = 2,
     .amount_text = "console.pieces",
     .page = "/factory/orders",
     .shown = 5},
};
const size_t trade_lines_n = sizeof(trade_lines) / sizeof(trade_lines[0]);
