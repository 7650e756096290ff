/*
 * What may happen to a thing, as a table (from, event, to, who) that the pages, the API, commands
 * and tests share: the states of an order, a product, a factory's entry, a certificate. Each
 * department has its table, draws it in its header, and says what its bits of `who` are.
 *
 *   {"review", "return", "draft", OPERATOR, true}
 *
 *   review ──return──▶ draft: an operator's to do, who says why
 */
#ifndef TOWN_TRANSITION_H
#define TOWN_TRANSITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

struct transition {
    const char *from; /* NULL: there is none yet */
    const char *event;
    const char *to;
    unsigned who;    /* bits of the department: any of them may */
    bool needs_note; /* why, in words */
};

struct transition_table {
    const struct transition *rows;
    size_t n;
};
#define TRANSITION_TABLE(rows)                                                                     \
    {                                                                                              \
        rows, sizeof(rows) / sizeof((rows)[0])                                                     \
    }

/* The row for an event in a state; "" is the state of what does not exist yet. ERR_CONFLICT when
 * the state does not know it, ERR_FORBIDDEN when none of `as` may. */
enum err transition_next(const struct transition_table *table, struct str from, const char *event,
                         unsigned as, const struct transition **out) MUST_CHECK;
/* May the event happen: for what a page offers. */
bool transition_may(const struct transition_table *table, struct str from, const char *event,
                    unsigned as);
/* The rows that one of `as` has a button for, one after the other: of the state, and no "edit",
 * which is a form. NULL begins, and ends. */
const struct transition *transition_button(const struct transition_table *table, struct str from,
                                           unsigned as, const struct transition *last);
/* The name of an event that somebody sent, as the table has it; NULL when it has none. */
const char *transition_event(const struct transition_table *table, struct str event);

#endif
