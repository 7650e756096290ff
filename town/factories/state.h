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

#include "base/err.h"
#include "town/factories/factories.h"

struct factory_transition {
    const char *from; /* NULL: there is none yet */
    const char *event;
    const char *to;
    unsigned who;    /* enum factory_as */
    bool needs_note; /* why, in words */
};
extern const struct factory_transition factory_transitions[];
extern const size_t factory_transitions_n;

/* The row for an event in a state. ERR_CONFLICT when the state does not know it, ERR_FORBIDDEN when
 * none of `as` may. */
enum err factory_state_next(struct str from, const char *event, unsigned as,
                            const struct factory_transition **out) MUST_CHECK;
bool factory_state_may(struct str from, const char *event, unsigned as);

#endif
