/* What of payments waits for the base: see town/console. */
#include "store/queries.h"
#include "town/pay/pay.h"

const struct console_line pay_lines[] = {
    {.name = "pay_transfers",
     .who = CONSOLE_BASE,
     .group = "pay",
     .icon = "orders",
     .rows = &q_pay_todo_transfers,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .late_days = 2,
     .page = "/pay/desk",
     .shown = 3},
    {.name = "pay_instructions",
     .who = CONSOLE_BASE,
     .group = "pay",
     .icon = "warn",
     .rows = &q_pay_todo_instructions,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .late_days = 1,
     .page = "/pay/desk",
     .shown = 3},
    {.name = "pay_differences",
     .who = CONSOLE_BASE,
     .group = "pay",
     .icon = "copy",
     .rows = &q_pay_todo_differences,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .late_days = 3,
     .page = "/pay/desk#differences",
     .shown = 3},
};
const size_t pay_lines_n = sizeof(pay_lines) / sizeof(pay_lines[0]);
