/* What of sharing waits for the base, and what makers are told of it: see town/console. */
#include "store/queries.h"
#include "town/settle/settle.h"

enum {
    RULES_DAYS = 60,     /* so far ahead are rules told, */
    STATEMENT_DAYS = 10, /* and so long is a new statement */
};

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
    {.name = "settle_rules",
     .who = CONSOLE_FACTORY,
     .rank = CONSOLE_LATER,
     .icon = "share",
     .rows = &q_settle_todo_rules,
     .until_days = RULES_DAYS,
     .time = CONSOLE_UNTIL,
     .tag_texts = "settle.scope_",
     .page = "/settle/rules",
     .shown = 3},
    {.name = "settle_statements",
     .who = CONSOLE_FACTORY,
     .rank = CONSOLE_LATER,
     .icon = "check",
     .rows = &q_settle_todo_statements,
     .from_days = -STATEMENT_DAYS,
     .time = CONSOLE_SINCE,
     .page = "/settle/statements",
     .shown = 1},
};
const size_t settle_lines_n = sizeof(settle_lines) / sizeof(settle_lines[0]);
