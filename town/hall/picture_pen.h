/*
 * What the drawings are made of; private to picture*.c. A fill is one of the named gradients of the
 * document, or a colour as #rrggbb or #rrggbbaa.
 */
#ifndef TOWN_HALL_PICTURE_PEN_H
#define TOWN_HALL_PICTURE_PEN_H

#include "base/buf.h"

/* The colour way's body, round (lit from the left) and flat (lit from above); its trim; and what is
 * the same in every colour way. */
#define BODY "url(#b)"
#define FLAT "url(#f)"
#define TRIM "url(#t)"
#define METAL "url(#m)"
#define DARK "url(#d)"
#define GLASS "url(#g)"
#define GLOW "url(#o)"
#define EMBER "url(#e)" /* GLOW seen through a door or a grille */
#define INK "#2b3531"
#define SCREEN "#16211d"
#define LIT "#b9f0d8"
#define SHADE "#0b1f18"

struct pen {
    struct buf *out;
    int64_t shape;
    const char *accent; /* a plain colour that goes with the body */
};

/* Which of n variants this product is, in its `digit`-th independent choice. */
int pen_choice(const struct pen *p, int digit, int n);

void pen_rect(struct pen *p, const char *fill, double x, double y, double w, double h, double r);
void pen_oval(struct pen *p, const char *fill, double cx, double cy, double rx, double ry);
void pen_path(struct pen *p, const char *fill, const char *d);
void pen_line(struct pen *p, const char *stroke, double width, const char *d);
/* Light and shade over what is there: white or dark, with its opacity in percent. */
void pen_gloss(struct pen *p, int percent, const char *d);
void pen_shade(struct pen *p, int percent, const char *d);
void pen_ring(struct pen *p, const char *stroke, double width, double cx, double cy, double r);

/* Fittings that many kinds share. */
void pen_dial(struct pen *p, double cx, double cy, double r);
void pen_screen(struct pen *p, double x, double y, double w, double h);
void pen_buttons(struct pen *p, double cx, double cy, int n, double gap);
void pen_slots(struct pen *p, double x, double y, double w, int n, double gap);
void pen_feet(struct pen *p, double left, double right, double y);
void pen_cord(struct pen *p, double x, double y);

#endif
