#include "job/letter_press.h"

#include <stdio.h>
#include <string.h>

void letter_ink(struct letter_press *p, enum letter_ink ink)
{
    static const double inks[][3] = {[LETTER_BLACK] = {0, 0, 0},
                                     [LETTER_RED] = {0.89, 0.02, 0.05},
                                     [LETTER_PALE] = {.9, .9, .9}};
    cairo_set_source_rgb(p->cr, inks[ink][0], inks[ink][1], inks[ink][2]);
}

/* ---- characters ---- */

static struct letter_glyph glyph_of(struct letter_press *p, enum letter_role role, uint32_t c,
                                    uint32_t variation, struct str text)
{
    struct letter_glyph g = {NULL, 0, 1};
    if (!letter_fonts_glyph(p->fonts, role, c, variation, &g) && !p->missing[0])
        snprintf(p->missing, sizeof(p->missing), "%.*s", STR_ARG(text));
    return g;
}

static double advance(void *arg, enum letter_role role, uint32_t c)
{
    struct letter_press *p = arg;
    struct letter_glyph g = {NULL, 0, 1};
    return letter_fonts_glyph(p->fonts, role, c, 0, &g) ? g.advance : 1;
}

struct letter_metrics letter_metrics_of(struct letter_press *p)
{
    return (struct letter_metrics){advance, p};
}

static bool is_variation(uint32_t c)
{
    return (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef);
}

/* The next character of a text with its glyph; `own` are its bytes. */
static struct letter_glyph next_glyph(struct letter_press *p, enum letter_role role,
                                      struct str text, size_t *at, struct str *own)
{
    size_t from = *at, after;
    uint32_t c = str_next_point(text, at), variation = 0;
    struct str first = str_slice(text, from, *at);
    after = *at;
    if (after < text.n && is_variation(variation = str_next_point(text, &after)))
        *at = after;
    else
        variation = 0;
    *own = str_slice(text, from, *at);
    return glyph_of(p, role, c, variation, first);
}

static void set_face(struct letter_press *p, const struct letter_type *t, cairo_font_face_t *face)
{
    cairo_matrix_t m;
    cairo_matrix_init_scale(&m, t->size * (t->condense > 0 ? t->condense : 1), t->size);
    cairo_set_font_face(p->cr, face);
    cairo_set_font_matrix(p->cr, &m);
}

static void show(struct letter_press *p, const struct letter_type *t, const struct letter_glyph *g,
                 double x, double baseline, struct str text)
{
    cairo_glyph_t glyph = {g->index, pdf_pt(x), pdf_pt(baseline)};
    cairo_text_cluster_t cluster = {(int)text.n, 1};
    if (!g->face)
        return;
    set_face(p, t, g->face);
    cairo_show_text_glyphs(p->cr, text.p, (int)text.n, &glyph, 1, &cluster, 1, 0);
}

static double set(struct letter_press *p, const struct letter_type *t, double x, double baseline,
                  struct str text, bool draws)
{
    double em = LETTER_MM(t->size) * (t->condense > 0 ? t->condense : 1);
    for (size_t at = 0; at < text.n;) {
        struct str own;
        struct letter_glyph g = next_glyph(p, t->role, text, &at, &own);
        if (draws)
            show(p, t, &g, x, baseline, own);
        x += g.advance * em + (at < text.n ? t->gap : 0);
    }
    return x;
}

double letter_put(struct letter_press *p, const struct letter_type *t, double x, double baseline,
                  struct str text)
{
    return set(p, t, x, baseline, text, true);
}

double letter_width(struct letter_press *p, const struct letter_type *t, struct str text)
{
    return set(p, t, 0, 0, text, false);
}

void letter_ink_of(struct letter_press *p, const struct letter_type *t, struct str text,
                   double *above, double *below)
{
    *above = *below = 0;
    for (size_t at = 0; at < text.n;) {
        struct str own;
        cairo_text_extents_t e;
        struct letter_glyph g = next_glyph(p, t->role, text, &at, &own);
        cairo_glyph_t glyph = {g.index, 0, 0};
        if (!g.face)
            continue;
        set_face(p, t, g.face);
        cairo_glyph_extents(p->cr, &glyph, 1, &e);
        double up = LETTER_MM(-e.y_bearing), down = LETTER_MM(e.height + e.y_bearing);
        *above = up > *above ? up : *above;
        *below = down > *below ? down : *below;
    }
}

/* A wide character that its face has narrower than its cell: opening marks are at the cell's right,
 * others at its left. */
static double shift_in_cell(struct letter_press *p, const struct letter_piece *piece, double size,
                            double pitch)
{
    struct letter_type t = {piece->role, size, 1, 0};
    static const char opening[] = "“";
    double spare = pitch - letter_width(p, &t, piece->text);
    if (spare < 0.2 * pitch)
        return spare / 2;
    bool is_opening = str_eq(piece->text, STR("‘")) || str_eq_z(piece->text, opening);
    bool is_closing = str_eq(piece->text, STR("’")) || str_eq(piece->text, STR("”"));
    return is_opening ? spare : is_closing ? 0 : spare / 2;
}

void letter_put_line(struct letter_press *p, const struct letter_lines *lines, size_t line,
                     double x, double baseline, double size, double pitch)
{
    const struct letter_line *l = &lines->lines[line];
    for (size_t i = 0; i < l->n; i++) {
        const struct letter_piece *piece = &lines->pieces[l->from + i];
        double at = x + piece->cell * pitch;
        struct letter_type t = {piece->role, size, 1, 0};
        if (!piece->is_word)
            at += shift_in_cell(p, piece, size, pitch);
        letter_put(p, &t, at, baseline, piece->text);
    }
}

void letter_rule(struct letter_press *p, double x, double y, double width, double thick)
{
    cairo_rectangle(p->cr, pdf_pt(x), pdf_pt(y), pdf_pt(width), pdf_pt(thick));
    cairo_fill(p->cr);
}
