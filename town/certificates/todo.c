/* What of certificates waits for makers and for the base: see town/console. */
#include "store/queries.h"
#include "town/certificates/certificates.h"

#define TYPES "certificates.mark_"

/* Each span of days is a line of its own, for makers and for the base. */
#define ENDING(which, of, where, first, last, rows_shown)                                          \
    {                                                                                              \
        .name = which, .who = of, .group = "expiry", .rank = where, .icon = "clock",               \
        .rows = &q_certificates_todo_ending, .from_days = first, .until_days = last,               \
        .by_day = true, .time = CONSOLE_UNTIL, .tag_texts = TYPES, .shown = rows_shown             \
    }
#define ENDED(of, rows_shown)                                                                      \
    {                                                                                              \
        .name = "certificates_ended", .who = of, .group = "expiry", .rank = CONSOLE_FIRST,         \
        .icon = "warn", .rows = &q_certificates_todo_ended, .from_days = CONSOLE_EVER,             \
        .by_day = true, .time = CONSOLE_UNTIL, .tag_texts = TYPES, .shown = rows_shown             \
    }

const struct console_line certificates_lines[] = {
    ENDED(CONSOLE_FACTORY, 3),
    {.name = "certificates_returned",
     .who = CONSOLE_FACTORY,
     .rank = CONSOLE_FIRST,
     .icon = "shield",
     .rows = &q_certificates_todo_returned,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .tag_texts = TYPES,
     .shown = 3},
    {.name = "products_lacking",
     .who = CONSOLE_FACTORY,
     .rank = CONSOLE_FIRST,
     .icon = "lock",
     .rows = &q_certificates_todo_lacking,
     .from_days = CONSOLE_EVER,
     .tag_texts = TYPES,
     .page = "/certificates/new",
     .shown = 3},
    ENDING("certificates_ending_30", CONSOLE_FACTORY, CONSOLE_NEXT, 0, 30, 3),
    ENDING("certificates_ending_60", CONSOLE_FACTORY, CONSOLE_LATER, 31, 60, 0),
    ENDING("certificates_ending_90", CONSOLE_FACTORY, CONSOLE_LATER, 61, 90, 0),
    {.name = "certificates_review",
     .who = CONSOLE_BASE,
     .group = "review",
     .icon = "shield",
     .rows = &q_certificates_todo_review,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .late_days = 2,
     .tag_texts = TYPES,
     .page = "/certificates?status=review",
     .shown = 4},
    ENDED(CONSOLE_BASE, 3),
    ENDING("certificates_ending_30", CONSOLE_BASE, CONSOLE_NEXT, 0, 30, 4),
    ENDING("certificates_ending_60", CONSOLE_BASE, CONSOLE_LATER, 31, 60, 0),
    ENDING("certificates_ending_90", CONSOLE_BASE, CONSOLE_LATER, 61, 90, 0),
    {.name = "products_lacking",
     .who = CONSOLE_BASE,
     .group = "rules",
     .icon = "lock",
     .rows = &q_certificates_todo_lacking,
     .from_days = CONSOLE_EVER,
     .tag_texts = TYPES,
     .shown = 3},
};
const size_t certificates_lines_n = sizeof(certificates_lines) / sizeof(certificates_lines[0]);
