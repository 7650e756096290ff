/* Draws a document that is laid out, page by page. */
#ifndef JOB_LETTER_DRAW_H
#define JOB_LETTER_DRAW_H

#include "job/letter_press.h"

struct letter_drawing {
    struct letter_press press;
    const struct letter_layout *layout;
    cairo_surface_t *picture; /* of the seal, when it is one */
    struct letter_rect seal;  /* out: page 0 when there is none */
};
/* False: a code's address is too long for one. */
bool letter_draw(struct letter_drawing *d);

#endif
