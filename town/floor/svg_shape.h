/*
 * Numbers, paths and transformations of SVG: checked character by character, and measured. Bytes
 * in, values out.
 */
#ifndef TOWN_FLOOR_SVG_SHAPE_H
#define TOWN_FLOOR_SVG_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

struct shape_matrix { /* x' = a x + c y + e, y' = b x + d y + f */
    double a, b, c, d, e, f;
};

struct shape_bounds {
    double left, top, right, bottom;
    bool is_any;
};

#define SHAPE_SAME ((struct shape_matrix){1, 0, 0, 1, 0, 0})

/* One number at *p, which moves behind it and what separates it from the next. False when there is
 * none, or it is beyond SVG_UNITS_MAX. */
bool shape_number(const char **p, double *out);
/* The whole text as numbers; at most `max` are kept, *n counts all. A "px" behind one is fine. */
bool shape_numbers(const char *text, double *out, size_t max, size_t *n);
bool shape_transform(const char *text, struct shape_matrix *out);
struct shape_matrix shape_join(struct shape_matrix outer, struct shape_matrix inner);

void shape_point(struct shape_bounds *b, const struct shape_matrix *m, double x, double y);
/* The whole of a path's d; bounds (NULL: not wanted) of its points and those that bend it. False
 * when it is none. */
bool shape_path(const char *d, const struct shape_matrix *m, struct shape_bounds *bounds);

#endif
