/*
 * Typefaces of official documents by role. All that may be needed are found (fontconfig) and mapped
 * before the sandbox; later no file is opened. A character that a role's face does not have is
 * taken from the next in the role's chain.
 */
#ifndef JOB_LETTER_FONTS_H
#define JOB_LETTER_FONTS_H

#include <cairo.h>

#include "job/job_letter.h"

enum { LETTER_CHAIN_MAX = 8, LETTER_FACES_MAX = 24 };

struct letter_face;
struct letter_fonts {
    struct letter_face *faces[LETTER_FACES_MAX];
    size_t faces_n;
    struct letter_face *chains[LETTER_ROLES][LETTER_CHAIN_MAX];
    size_t chains_n[LETTER_ROLES];
    bool fallbacks[LETTER_ROLES];
    bool has_odd_marks[LETTER_ROLES]; /* a fallback's: stops in the middle of their cells */
};

struct letter_glyph {
    cairo_font_face_t *face;
    unsigned long index;
    double advance; /* in ems */
};

/* False, with a line on stderr: no typeface at all for a role. They live as long as the process. */
bool letter_fonts_load(struct str setting, struct letter_fonts *out);
/* `variation`: the selector after it, or 0. False: no face of the chain has it. */
bool letter_fonts_glyph(const struct letter_fonts *f, enum letter_role role, uint32_t c,
                        uint32_t variation, struct letter_glyph *out);

#endif
