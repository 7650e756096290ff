/* What the files of this department share. */
#ifndef TOWN_RELAY_INTERNAL_H
#define TOWN_RELAY_INTERNAL_H

#include "town/relay/relay.h"
#include "town/shows/shows.h"

enum { RELAY_CREW = 1 }; /* of transition.h's `who` */

/* thread.c: the wishes are compared with the pushes, once more. */
void relay_look(void);
struct pushes *relay_pushes(void);

/* page.c */
handler_fn relay_page;
shows_part_fn
    relay_part; /* `relay`, as relay/part.html wants it, for who may see the picture's key */
/* change.c */
handler_fn relay_add, relay_change;

#endif
