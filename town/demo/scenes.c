#include "town/demo/scenes.h"

#include "town/hall/hall.h"

enum {
    GROUND_Y = 850, /* where the product's shadow lies; the sprite hovers above it */
    TEXT_W = 540,   /* most that a line may take: a tall phone cuts the picture's sides off */
    /* A phone's page lies over the picture: its head ends above the title, talk comes below the
     * product, and the card hides the price, which it shows itself. */
    TITLE_Y = 288,
    DOTS_Y = 368,
    PRICE_Y = 1096,
};

/* A studio: wall from light to dark, floor from light to dark. The scenes take them in turn. */
struct studio {
    const char *wall_hi, *wall_lo, *floor_hi, *floor_lo, *ink, *muted;
};

static const struct studio studios[] = {
    {"#f4f7f1", "#c6dacd", "#dbe8df", "#a9c5b6", "#173f36", "#4c665d"},
    {"#fdf8ee", "#e6d5b8", "#f0e4cd", "#d3bb93", "#4a3418", "#75603f"},
    {"#f4f8fb", "#c5d5e1", "#dbe6ee", "#a5bccd", "#1f3a4d", "#4b6678"},
    {"#fdf3ee", "#ebcabd", "#f4dfd6", "#d8a999", "#5a271b", "#85594d"},
};

/* Width in em: wide characters (CJK) take one, others little more than half. */
static double width_em(struct str s)
{
    double em = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0xE0)
            em += 1;
        else if (c < 0x80 || c >= 0xC0)
            em += 0.56;
    }
    return em;
}

static void put_escaped(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '&': buf_z(out, "&amp;"); break;
        case '<': buf_z(out, "&lt;"); break;
        case '>': buf_z(out, "&gt;"); break;
        case '"': buf_z(out, "&quot;"); break;
        default: buf_put(out, &s.p[i], 1);
        }
    }
}

/* One centred line, made smaller when it would not fit. */
static void put_line(struct buf *out, struct str text, int y, double size, const char *family,
                     int weight, const char *fill)
{
    double em = width_em(text);
    if (em * size > TEXT_W)
        size = TEXT_W / em;
    buf_printf(out,
               "<text x=\"360\" y=\"%d\" text-anchor=\"middle\" font-family=\"%s\" "
               "font-size=\"%.1f\" font-weight=\"%d\" fill=\"%s\">",
               y, family, size, weight, fill);
    put_escaped(out, text);
    buf_z(out, "</text>");
}

static void put_studio(const struct studio *s, struct buf *out)
{
    buf_printf(out,
               "<defs><radialGradient id=\"w\" cx=\".5\" cy=\".38\" r=\".75\"><stop offset=\"0\" "
               "stop-color=\"%s\"/><stop offset=\"1\" stop-color=\"%s\"/></radialGradient>"
               "<linearGradient id=\"f\" x2=\"0\" y2=\"1\"><stop offset=\"0\" stop-color=\"%s\"/>"
               "<stop offset=\"1\" stop-color=\"%s\"/></linearGradient>"
               "<radialGradient id=\"s\"><stop offset=\"0\" stop-color=\"%s\" "
               "stop-opacity=\".45\"/><stop offset=\"1\" stop-color=\"%s\" stop-opacity=\"0\"/>"
               "</radialGradient></defs>",
               s->wall_hi, s->wall_lo, s->floor_hi, s->floor_lo, s->ink, s->ink);
    buf_z(out, "<rect width=\"720\" height=\"1280\" fill=\"url(#w)\"/>");
    buf_z(out, "<g fill=\"none\" stroke=\"#fff\" stroke-opacity=\".55\">");
    for (int i = 0; i < 3; i++)
        buf_printf(out, "<circle cx=\"360\" cy=\"616\" r=\"%d\" stroke-width=\"%d\"/>",
                   292 + i * 62, 3 - i);
    buf_z(out, "</g><circle cx=\"360\" cy=\"616\" r=\"250\" fill=\"#fff\" fill-opacity=\".42\"/>");
    /* The wall bends into the floor: no edge where they meet. */
    buf_z(out, "<path d=\"M0 822C180 796 540 796 720 822V1280H0Z\" fill=\"url(#f)\"/>");
    buf_printf(out, "<ellipse cx=\"360\" cy=\"%d\" rx=\"236\" ry=\"34\" fill=\"url(#s)\"/>",
               GROUND_Y);
}

static void put_price(const struct demo_scene *s, const struct studio *studio, struct buf *out)
{
    const char *font = "Noto Sans CJK SC";
    bool whole = s->price_fen % 100 == 0;
    bool cheaper = s->hall_price_fen > s->price_fen;
    buf_printf(out,
               "<text x=\"360\" y=\"%d\" text-anchor=\"middle\" font-family=\"%s\" "
               "font-weight=\"700\" font-size=\"92\" fill=\"#b93a2a\"><tspan font-size=\"50\">"
               "¥</tspan>",
               PRICE_Y, font);
    buf_printf(out, whole ? "%lld" : "%lld.%02lld", (long long)(s->price_fen / 100),
               (long long)(s->price_fen % 100));
    if (cheaper)
        buf_printf(out,
                   "<tspan dx=\"18\" font-size=\"34\" font-weight=\"400\" fill=\"%s\" "
                   "text-decoration=\"line-through\">¥%lld</tspan>",
                   studio->muted, (long long)(s->hall_price_fen / 100));
    buf_z(out, "</text>");
}

static void put_counter(const struct demo_scene *s, const struct studio *studio, struct buf *out)
{
    const double gap = 26, first = 360 - (s->count - 1) * gap / 2;
    for (int i = 0; i < s->count; i++)
        buf_printf(out, "<circle cx=\"%.0f\" cy=\"%d\" r=\"%d\" fill=\"%s\" fill-opacity=\"%s\"/>",
                   first + i * gap, DOTS_Y, i == s->index ? 8 : 5, studio->ink,
                   i == s->index ? ".85" : ".3");
}

void demo_scene_background(const struct demo_scene *s, struct buf *out)
{
    const struct studio *studio =
        &studios[(size_t)s->index % (sizeof(studios) / sizeof(studios[0]))];
    buf_printf(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
               "viewBox=\"0 0 %d %d\">",
               DEMO_SCENE_W, DEMO_SCENE_H, DEMO_SCENE_W, DEMO_SCENE_H);
    put_studio(studio, out);
    put_line(out, s->title_zh, TITLE_Y, 56, "Noto Serif CJK SC", 700, studio->ink);
    put_line(out, s->title_en, TITLE_Y + 46, 26, "Noto Sans CJK SC", 400, studio->muted);
    put_price(s, studio, out);
    put_line(out, s->factory_zh, PRICE_Y + 60, 28, "Noto Sans CJK SC", 500, studio->ink);
    put_counter(s, studio, out);
    buf_z(out, "</svg>");
}

void demo_scene_sprite(const struct demo_scene *s, struct buf *out)
{
    const struct picture p = {.kind = s->kind, .colour = s->colour, .shape = s->shape};
    picture_draw_floating(&p, DEMO_SPRITE, out);
}
