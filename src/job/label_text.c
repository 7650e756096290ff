#include "job/label_text.h"

#include <fontconfig/fontconfig.h>
#include <pango/pangofc-fontmap.h>
#include <stdio.h>
#include <string.h>

#define FAMILY "Noto Sans CJK SC"
#define LINE_SPACING 0.86f /* of the font's own, which is generous */

static const char fonts_xml[] =
    "<?xml version=\"1.0\"?><fontconfig><dir>/usr/share/fonts</dir>"
    "<dir>/usr/local/share/fonts</dir><cachedir>/var/cache/fontconfig</cachedir><selectfont>"
    "<acceptfont><glob>*/NotoSansCJK-Regular.ttc</glob><glob>*/NotoSansCJK-Bold.ttc</glob>"
    "</acceptfont><rejectfont><glob>*.*</glob></rejectfont></selectfont></fontconfig>";

PangoFontMap *label_fonts(void)
{
    FcConfig *c = FcConfigCreate();
    if (!c || !FcConfigParseAndLoadFromMemory(c, (const FcChar8 *)fonts_xml, FcTrue) ||
        !FcConfigBuildFonts(c)) {
        fprintf(stderr, "fontconfig: no configuration\n");
        return NULL;
    }
    FcFontSet *found = FcConfigGetFonts(c, FcSetSystem);
    if (!found || found->nfont == 0) {
        fprintf(stderr, "no %s under /usr/share/fonts (fonts-noto-cjk)\n", FAMILY);
        return NULL;
    }
    PangoFontMap *map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), c);
    FcConfigDestroy(c); /* the map has its own hold on it */
    return map;
}

PangoLayout *label_layout_new(PangoFontMap *fonts)
{
    PangoContext *context = pango_font_map_create_context(fonts);
    /* As it is printed, not as a screen has it: widths grow with the size. */
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    pango_cairo_context_set_font_options(context, options);
    pango_cairo_context_set_resolution(context, 72);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_context_set_language(context, pango_language_from_string("zh-cn"));
    cairo_font_options_destroy(options);
    PangoLayout *layout = pango_layout_new(context);
    g_object_unref(context);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_line_spacing(layout, LINE_SPACING);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    return layout;
}

static void set_size(PangoLayout *layout, bool is_bold, double size)
{
    PangoFontDescription *d = pango_font_description_new();
    pango_font_description_set_family(d, FAMILY);
    pango_font_description_set_weight(d, is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_absolute_size(d, size * PANGO_SCALE);
    pango_layout_set_font_description(layout, d);
    pango_font_description_free(d);
}

/* Width and height as it is laid out now, in points. */
static void measure(PangoLayout *layout, double *width, double *height)
{
    PangoRectangle logical;
    pango_layout_get_extents(layout, NULL, &logical);
    *width = (double)logical.width / PANGO_SCALE;
    *height = (double)logical.height / PANGO_SCALE;
}

/* Controls, what turns the direction of others' words, and what is no character: cairo refuses a
 * whole drawing for one of those. */
static bool is_printable(gunichar c)
{
    return c >= 0x20 && !(c >= 0x7F && c < 0xA0) && !(c >= 0x202A && c <= 0x202E) &&
           !(c >= 0x2066 && c <= 0x2069) && !(c >= 0xFDD0 && c <= 0xFDEF) && (c & 0xFFFE) != 0xFFFE;
}

static void copy_printable(const char *text, char out[LABEL_TEXT_MAX + 1])
{
    size_t n = 0;
    for (const char *p = text; *p && n + 4 <= LABEL_TEXT_MAX; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        n += (size_t)g_unichar_to_utf8(is_printable(c) ? c : ' ', out + n);
    }
    out[n] = 0;
}

static bool fits(PangoLayout *layout, const struct label_type *t, int lines)
{
    double width, height;
    measure(layout, &width, &height);
    return pango_layout_get_line_count(layout) <= lines && width <= t->width &&
           (lines == 1 || height <= t->height);
}

struct label_fit label_set(PangoLayout *layout, const struct label_type *t, const char *text)
{
    double least = t->sizes[0];
    int most = !t->may_wrap ? 1 : t->lines ? t->lines : 2;
    char printable[LABEL_TEXT_MAX + 1];
    copy_printable(text, printable);
    pango_layout_set_text(layout, printable, -1);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_NONE);
    pango_layout_set_height(layout, -1);
    for (int lines = 1; lines <= most; lines += lines < most ? most - lines : 1) {
        pango_layout_set_width(layout, lines == 1 ? -1 : (int)(t->width * PANGO_SCALE));
        for (int i = 0; i < LABEL_SIZES_MAX && t->sizes[i] > 0; i++) {
            least = t->sizes[i];
            set_size(layout, t->is_bold, least);
            if (fits(layout, t, lines))
                return (struct label_fit){least, pango_layout_get_line_count(layout), false};
        }
    }
    pango_layout_set_width(layout, (int)(t->width * PANGO_SCALE));
    pango_layout_set_height(layout, -most);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    return (struct label_fit){least, pango_layout_get_line_count(layout), true};
}
