/*
 * The states of a factory's entry, as one table (from, event, to, who may) that pages, the API,
 * commands and tests share.
 *
 *            register         submit             approve            suspend
 *   (nothing) ──────▶ draft ──────────▶ review ──────────▶ approved ────────▶ suspended
 *                       ▲    recall      │  ▲                  ▲                │
 *                       └────────────────┤  │ submit           └────────────────┘
 *                               return   ▼  │                        resume
 *                                      returned
 *
 * `edit` leaves the state as it is; it is a row too, so that who may is in one place. Of an
 * approved factory its people change how it is reached and what it makes; a name, the code and the
 * licence are what was reviewed, and the base's to change.
 */
#ifndef TOWN_FACTORIES_STATE_H
#define TOWN_FACTORIES_STATE_H

#include "town/factories/factories.h"
#include "town/transition.h"

extern const struct transition_table factory_transitions; /* who: enum factory_as */

#endif
