/*
 * The states of a product, as one table (from, event, to, who may) that pages, the API, commands
 * and tests share.
 *
 *            create          submit            approve
 *   (nothing) ────▶ draft ───────────▶ review ──────────▶ on
 *                     ▲  ◀──────────────┘ │                │ withdraw      ▲ show
 *                     │      return       │ recall         ▼               │ (the base's word)
 *                     └───────────────────┘               off ────────────┘
 *                                                          └── submit ──▶ review
 *
 * `edit` leaves the state as it is; it is a row of the table too, so that who may is in one place.
 * What is on may be edited: the goods of a maker change their price and stock in the middle of a
 * day. Words that want a look are flagged for the base then, not held back.
 */
#ifndef TOWN_HALL_PRODUCT_STATE_H
#define TOWN_HALL_PRODUCT_STATE_H

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

enum hall_as { /* bits: what somebody is to a product */
               HALL_AS_MAKER = 1,
               HALL_AS_OPERATOR = 2,
               HALL_AS_SYSTEM = 4,
};

struct hall_transition {
    const char *from; /* NULL: there is none yet */
    const char *event;
    const char *to;
    unsigned who;    /* enum hall_as */
    bool needs_note; /* why, in words */
};

extern const struct hall_transition hall_transitions[];
extern const size_t hall_transitions_n;

/* The row for an event in a state. ERR_CONFLICT when the state does not know it, ERR_FORBIDDEN when
 * none of `as` may. */
enum err hall_state_next(struct str from, const char *event, unsigned as,
                         const struct hall_transition **out) MUST_CHECK;
/* May the event happen: for the buttons of a page. */
bool hall_state_may(struct str from, const char *event, unsigned as);

#endif
