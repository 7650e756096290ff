/*
 * Drawing an official document: characters, rules, seals. Lengths in millimetres from the page's
 * upper left corner, sizes of type in points.
 */
#ifndef JOB_LETTER_PRESS_H
#define JOB_LETTER_PRESS_H

#include "job/letter_fonts.h"
#include "job/letter_layout.h"
#include "job/pdf.h"

#define LETTER_ASCENT 0.88 /* of a character's box above its baseline, in ems */

struct letter_press {
    cairo_t *cr;
    const struct letter_fonts *fonts;
    char missing[8]; /* the first character without a glyph, UTF-8; or empty */
};

enum letter_ink { LETTER_BLACK, LETTER_RED, LETTER_PALE };
void letter_ink(struct letter_press *p, enum letter_ink ink);

struct letter_type {
    enum letter_role role;
    double size;     /* points */
    double condense; /* of widths; 0: 1 */
    double gap;      /* between characters, millimetres */
};
/* Draws a text from x on; says where it ended. */
double letter_put(struct letter_press *p, const struct letter_type *t, double x, double baseline,
                  struct str text);
double letter_width(struct letter_press *p, const struct letter_type *t, struct str text);
/* Its ink above and below the baseline. */
void letter_ink_of(struct letter_press *p, const struct letter_type *t, struct str text,
                   double *above, double *below);
/* Pieces of a line in cells of `pitch`, from x on. */
void letter_put_line(struct letter_press *p, const struct letter_lines *lines, size_t line,
                     double x, double baseline, double size, double pitch);
/* A horizontal rule whose upper edge is at y. */
void letter_rule(struct letter_press *p, double x, double y, double width, double thick);
/* The metrics of these fonts; also notes what is missing. */
struct letter_metrics letter_metrics_of(struct letter_press *p);

/* letter_seal.c: into the square whose corner is there. */
void letter_seal_draw(struct letter_press *p, double x, double y, struct str name);
/* NULL when it is no PNG that is within its limits. */
cairo_surface_t *letter_seal_read(struct str png);
void letter_seal_put(struct letter_press *p, double x, double y, cairo_surface_t *picture);
void letter_draft_mark(struct letter_press *p);

#endif
