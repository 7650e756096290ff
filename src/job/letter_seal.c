/*
 * What is stamped on an official document: the seal, which is only the face of the signature that
 * the program makes, and the mark of a draft. Drawn as shapes: none of it is text to be copied.
 */
#include <math.h>
#include <string.h>

#include "job/letter_press.h"
#include "job/letter_words.h"

#define BORDER 1.2
#define STAR 7.0       /* from its middle to a point: 14 mm across */
#define NAME_SIZE 15.0 /* points */
#define NAME_INSET 2.2 /* from the border to the name */
#define NAME_STEP 24.0 /* degrees from a character to the next */
#define NAME_ARC 264.0 /* at most */
#define RADIANS (M_PI / 180)

static void put_star(cairo_t *cr, double radius)
{
    static const double inner = 0.381966; /* of a pentagram */
    for (int i = 0; i < 10; i++) {
        double r = i % 2 ? radius * inner : radius, angle = (i * 36 - 90) * RADIANS;
        cairo_line_to(cr, pdf_pt(r * cos(angle)), pdf_pt(r * sin(angle)));
    }
    cairo_close_path(cr);
    cairo_fill(cr);
}

static void path_glyph(struct letter_press *p, const struct letter_glyph *g, double size,
                       double condense, double x, double y)
{
    cairo_matrix_t m;
    cairo_glyph_t glyph = {g->index, x, y};
    cairo_matrix_init_scale(&m, size * condense, size);
    cairo_set_font_face(p->cr, g->face);
    cairo_set_font_matrix(p->cr, &m);
    cairo_glyph_path(p->cr, &glyph, 1);
    cairo_fill(p->cr);
}

static bool next(struct letter_press *p, enum letter_role role, struct str text, size_t *at,
                 struct letter_glyph *g)
{
    while (*at < text.n) {
        size_t from = *at;
        uint32_t c = str_next_point(text, at);
        if (letter_fonts_glyph(p->fonts, role, c, 0, g))
            return true;
        if (!p->missing[0])
            memcpy(p->missing, text.p + from, *at - from);
    }
    return false;
}

/* From left to right over the top. */
static void put_name(struct letter_press *p, struct str name, double radius)
{
    size_t n = str_characters(name);
    double step = n > 1 ? fmin(NAME_STEP, NAME_ARC / (double)(n - 1)) : 0;
    double size = NAME_SIZE, room = (radius - LETTER_MM(size) / 2) * step * RADIANS * 0.92;
    double condense = n > 1 ? fmin(1, room / LETTER_MM(size)) : 1;
    double angle = -step * (double)(n - 1) / 2;
    struct letter_glyph g;
    for (size_t at = 0; next(p, LETTER_TITLE, name, &at, &g); angle += step) {
        cairo_save(p->cr);
        cairo_rotate(p->cr, angle * RADIANS);
        path_glyph(p, &g, size, condense, -g.advance * size * condense / 2,
                   -pdf_pt(radius) + size * LETTER_ASCENT);
        cairo_restore(p->cr);
    }
}

void letter_seal_draw(struct letter_press *p, double x, double y, struct str name)
{
    double radius = LETTER_SEAL_SIDE / 2;
    cairo_save(p->cr);
    letter_ink(p, LETTER_RED);
    cairo_translate(p->cr, pdf_pt(x + radius), pdf_pt(y + radius));
    cairo_set_line_width(p->cr, pdf_pt(BORDER));
    cairo_arc(p->cr, 0, 0, pdf_pt(radius - BORDER / 2), 0, 2 * M_PI);
    cairo_stroke(p->cr);
    put_star(p->cr, STAR);
    put_name(p, name, radius - BORDER - NAME_INSET);
    cairo_restore(p->cr);
}

/* ---- a picture ---- */

static cairo_status_t read_some(void *user, unsigned char *p, unsigned n)
{
    struct str *rest = user;
    if (n > rest->n)
        return CAIRO_STATUS_READ_ERROR;
    memcpy(p, rest->p, n);
    *rest = str_slice(*rest, n, rest->n);
    return CAIRO_STATUS_SUCCESS;
}

static uint32_t number_at(struct str s, size_t at)
{
    const uint8_t *p = (const uint8_t *)s.p + at;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

cairo_surface_t *letter_seal_read(struct str png)
{
    static const char signature[] = "\x89PNG\r\n\x1a\n";
    if (png.n < 24 || png.n > LETTER_PNG_MAX || memcmp(png.p, signature, 8) != 0)
        return NULL;
    uint32_t width = number_at(png, 16), height = number_at(png, 20);
    if (width == 0 || height == 0 || width > LETTER_PNG_SIDE_MAX || height > LETTER_PNG_SIDE_MAX)
        return NULL;
    cairo_surface_t *s = cairo_image_surface_create_from_png_stream(read_some, &png);
    if (cairo_surface_status(s) == CAIRO_STATUS_SUCCESS)
        return s;
    cairo_surface_destroy(s);
    return NULL;
}

void letter_seal_put(struct letter_press *p, double x, double y, cairo_surface_t *picture)
{
    double width = cairo_image_surface_get_width(picture);
    double height = cairo_image_surface_get_height(picture);
    double scale = pdf_pt(LETTER_SEAL_SIDE) / fmax(width, height);
    cairo_save(p->cr);
    cairo_translate(p->cr, pdf_pt(x + LETTER_SEAL_SIDE / 2), pdf_pt(y + LETTER_SEAL_SIDE / 2));
    cairo_scale(p->cr, scale, scale);
    cairo_set_source_surface(p->cr, picture, -width / 2, -height / 2);
    cairo_paint(p->cr);
    cairo_restore(p->cr);
}

/* ---- a draft ---- */

void letter_draft_mark(struct letter_press *p)
{
    static const double size = 98, angle = -35;
    struct str text = STR(LETTER_WORD_DRAFT);
    struct letter_glyph g;
    double width = 0;
    for (size_t at = 0; next(p, LETTER_HEAD, text, &at, &g);)
        width += g.advance * size;
    cairo_save(p->cr);
    letter_ink(p, LETTER_PALE);
    cairo_translate(p->cr, pdf_pt(PDF_WIDTH_MM / 2), pdf_pt(PDF_HEIGHT_MM / 2));
    cairo_rotate(p->cr, angle * RADIANS);
    double x = -width / 2;
    for (size_t at = 0; next(p, LETTER_HEAD, text, &at, &g); x += g.advance * size)
        path_glyph(p, &g, size, 1, x, size * 0.35);
    cairo_restore(p->cr);
}
