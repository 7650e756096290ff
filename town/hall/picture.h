/*
 * Pictures of products, drawn from what is known of them: kind, shape and colour way. One house
 * style: seen from the front, light from the upper left, a soft shadow on the ground, no outline.
 *
 * A drawing is 400 x 400 units on nothing, standing on y = 352, and looks right from 56 pixels to
 * 800. The same inputs give the same bytes, so that a hash of the inputs is a hash of the picture.
 */
#ifndef TOWN_HALL_PICTURE_H
#define TOWN_HALL_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum {
    PICTURE_SIDE = 400,
    PICTURE_MAX = 16 * 1024, /* bytes of one drawing, at most */
    PICTURE_STYLE = 1,       /* goes up whenever the same inputs draw differently */
};

struct picture {
    struct str kind;   /* slug of a kind that picture_kind_at() lists; others get a box */
    struct str colour; /* name of a colour way; others get the first */
    int64_t shape;     /* any number: chooses body and fittings among the kind's variants */
};

/* A whole SVG document. */
void picture_draw(const struct picture *p, struct buf *out);
/* The same without its shadow, for a product that moves before a background; `side` pixels when
 * a program makes pixels of it. */
void picture_draw_floating(const struct picture *p, int side, struct buf *out);

/* Where a product's picture is, in the colour of one of its SKUs; `own`: the product's colour. */
const char *picture_address(struct arena *arena, struct str slug, struct str own,
                            struct str colour);

/* Which of a kind's `forms` bodies a shape has: 0 … forms - 1, in the order in which the drawing
 * lists them (for a kettle: tapered, gooseneck, tall). */
int picture_form(int64_t shape, int forms);

int picture_kinds(void);
const char *picture_kind_at(int i);
int picture_colours(void);
const char *picture_colour_at(int i); /* "celadon", "ivory" … */

#endif
