/*
 * Texts of labels: set so that they fit. Measured by Pango with the fonts of label_fonts(), which
 * are two files and no others: what comes later in a sandbox opens none.
 *
 *   one line, smaller in steps ─▶ more lines, smaller in steps ─▶ the smallest, cut with an
 * ellipsis
 */
#ifndef JOB_LABEL_TEXT_H
#define JOB_LABEL_TEXT_H

#include <pango/pangocairo.h>
#include <stdbool.h>

enum { LABEL_SIZES_MAX = 6, LABEL_TEXT_MAX = 1024 /* bytes; what is longer is not set */ };

struct label_type { /* lengths in points */
    bool is_bold, may_wrap;
    double sizes[LABEL_SIZES_MAX]; /* falling, 0 after the last */
    double width, height;
    int lines; /* at most, when it may wrap; 0: two */
};

struct label_fit {
    double size; /* that it is set in */
    int lines;
    bool is_cut;
};

/* The map of Noto Sans CJK, regular and bold; NULL, with a line on stderr, when they are not there.
 */
PangoFontMap *label_fonts(void);
PangoLayout *label_layout_new(PangoFontMap *fonts);
/* Sets the text (UTF-8; what cannot be printed is a blank); the layout is then what label_fit says,
 * within the type's width and height. */
struct label_fit label_set(PangoLayout *layout, const struct label_type *type, const char *text);

#endif
