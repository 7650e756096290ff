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

#include "town/transition.h"

enum hall_as { /* bits: what somebody is to a product */
               HALL_AS_MAKER = 1,
               HALL_AS_OPERATOR = 2,
               HALL_AS_SYSTEM = 4,
};

extern const struct transition_table hall_transitions; /* who: enum hall_as */

#endif
