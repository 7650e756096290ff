/* An event at another time or place. In a command's transaction. */
#ifndef TOWN_EVENTS_EVENT_H
#define TOWN_EVENTS_EVENT_H

#include "town/events/events.h"

struct event_moved {
    int64_t starts_at, deadline_at, space; /* space 0: */
    struct str room;
};
/* Whoever takes part or is invited is told. A refusal has moved nothing. */
enum err event_move(struct tx *tx, int64_t event, const struct event_moved *m,
                    int64_t actor) MUST_CHECK;

#endif
