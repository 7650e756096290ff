#include "town/hall/picture.h"

#include "town/hall/picture_kinds.h"

/* A colour way: body from light to dark, trim from light to dark, and an accent. */
struct colours {
    const char *name;
    const char *hi, *body, *lo;
    const char *trim_hi, *trim_lo;
    const char *accent;
};

static const struct colours ways[] = {
    {"celadon", "#e4f1ea", "#b3d2c4", "#7ba596", "#4f8271", "#2d5c4f", "#2f6254"},
    {"ivory", "#ffffff", "#f2ede1", "#cdc5b3", "#c9a57b", "#9a7a54", "#b07c45"},
    {"ink", "#6b7673", "#3c4744", "#1f2826", "#c3cac6", "#848f8a", "#d58b5f"},
    {"blush", "#fdeae4", "#efc4b8", "#c98f81", "#b4604f", "#8a4335", "#a8503f"},
    {"mist", "#eef4f8", "#bfd1de", "#8aa3b5", "#4d6c84", "#314a5e", "#3d6382"},
    {"sand", "#f8efdf", "#dfc9a4", "#b5996c", "#7d6340", "#574327", "#8a6428"},
    {"pine", "#7fa595", "#3f7161", "#1f4639", "#d9c79b", "#a78f5b", "#d9b46a"},
    {"seal", "#ee9483", "#c9503f", "#8f2c20", "#f0e7da", "#c4b49f", "#fbe3c4"},
    {"steel", "#fbfcfc", "#c8d0ce", "#8d9895", "#4a5552", "#2c3532", "#3f7566"},
    {"lilac", "#f3eef8", "#cfc2de", "#9d8db3", "#6b5a86", "#4a3c61", "#6a4f94"},
};

static const struct {
    const char *slug;
    picture_kind_fn *draw;
} kinds[] = {
    {"kettle", draw_kettle},
    {"rice-cooker", draw_rice_cooker},
    {"air-fryer", draw_air_fryer},
    {"juicer", draw_juicer},
    {"blender", draw_blender},
    {"induction-cooker", draw_induction},
    {"oven", draw_oven},
    {"microwave", draw_microwave},
    {"coffee-maker", draw_coffee},
    {"toaster", draw_toaster},
    {"egg-cooker", draw_egg_cooker},
    {"hot-pot", draw_hot_pot},
    {"fan", draw_fan},
    {"heater", draw_heater},
    {"humidifier", draw_humidifier},
    {"air-purifier", draw_purifier},
    {"vacuum-cleaner", draw_vacuum},
    {"iron", draw_iron},
    {"garment-steamer", draw_steamer},
    {"hair-dryer", draw_hair_dryer},
    {"shaver", draw_shaver},
    {"lamp", draw_lamp},
    {"extension-socket", draw_socket},
};

enum {
    WAYS = sizeof(ways) / sizeof(ways[0]),
    KINDS = sizeof(kinds) / sizeof(kinds[0]),
};

int picture_form(int64_t shape, int forms)
{
    const struct pen pen = {.shape = shape};
    return pen_choice(&pen, 1, forms);
}

int picture_kinds(void)
{
    return KINDS;
}

const char *picture_kind_at(int i)
{
    return kinds[i].slug;
}

int picture_colours(void)
{
    return WAYS;
}

const char *picture_colour_at(int i)
{
    return ways[i].name;
}

static void gradient(struct buf *out, const char *id, bool across, const char *const *stops,
                     const char *const *at, int n)
{
    buf_printf(out, "<linearGradient id=\"%s\" x1=\"0\" y1=\"0\" x2=\"%d\" y2=\"%d\">", id, across,
               !across);
    for (int i = 0; i < n; i++)
        buf_printf(out, "<stop offset=\"%s\" stop-color=\"%s\"/>", at[i], stops[i]);
    buf_z(out, "</linearGradient>");
}

static void put_gradients(const struct colours *c, struct buf *out)
{
    static const char *const round[] = {"0", ".14", ".34", ".66", "1"};
    static const char *const thirds[] = {"0", ".5", "1"};
    static const char *const ends[] = {"0", "1"};
    gradient(out, "b", true, (const char *[]){c->lo, c->body, c->hi, c->body, c->lo}, round, 5);
    gradient(out, "f", false, (const char *[]){c->hi, c->body, c->lo}, thirds, 3);
    gradient(out, "t", false, (const char *[]){c->trim_hi, c->trim_lo}, ends, 2);
    gradient(out, "m", true,
             (const char *[]){"#8b9693", "#d5dbd9", "#ffffff", "#c3cbc8", "#7d8885"}, round, 5);
    gradient(out, "d", true,
             (const char *[]){"#1c2523", "#3a4643", "#59655f", "#323d3a", "#171f1d"}, round, 5);
    buf_z(
        out,
        "<linearGradient id=\"g\" x1=\"0\" y1=\"0\" x2=\"1\" y2=\"1\">"
        "<stop offset=\"0\" stop-color=\"#fff\" stop-opacity=\".85\"/>"
        "<stop offset=\".5\" stop-color=\"#cfe3df\" stop-opacity=\".55\"/>"
        "<stop offset=\"1\" stop-color=\"#9dbdb5\" stop-opacity=\".6\"/></linearGradient>"
        "<radialGradient id=\"o\"><stop offset=\"0\" stop-color=\"#ffe9b0\"/>"
        "<stop offset=\".45\" stop-color=\"#f6a24b\"/>"
        "<stop offset=\"1\" stop-color=\"#c9502c\"/></radialGradient>"
        "<radialGradient id=\"e\"><stop offset=\"0\" stop-color=\"#ffdf9a\" stop-opacity=\".75\"/>"
        "<stop offset=\"1\" stop-color=\"#c9502c\" stop-opacity=\".25\"/></radialGradient>"
        "<radialGradient id=\"s\"><stop offset=\"0\" stop-color=\"#0b1f18\" "
        "stop-opacity=\".34\"/><stop offset=\".6\" stop-color=\"#0b1f18\" "
        "stop-opacity=\".14\"/><stop offset=\"1\" stop-color=\"#0b1f18\" "
        "stop-opacity=\"0\"/></radialGradient>");
}

static const struct colours *way_of(struct str name)
{
    for (int i = 0; i < WAYS; i++)
        if (str_eq_z(name, ways[i].name))
            return &ways[i];
    return &ways[0];
}

static picture_kind_fn *kind_of(struct str slug)
{
    for (int i = 0; i < KINDS; i++)
        if (str_eq_z(slug, kinds[i].slug))
            return kinds[i].draw;
    return draw_box;
}

static void draw(const struct picture *p, int side, bool shadow, struct buf *out)
{
    const struct colours *c = way_of(p->colour);
    struct pen pen = {.out = out, .shape = p->shape, .accent = c->accent};
    buf_printf(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
               "viewBox=\"0 0 %d %d\"><defs>",
               side, side, PICTURE_SIDE, PICTURE_SIDE);
    put_gradients(c, out);
    buf_z(out, "</defs>");
    if (shadow)
        buf_z(out, "<ellipse cx=\"204\" cy=\"353\" rx=\"150\" ry=\"20\" fill=\"url(#s)\"/>");
    kind_of(p->kind)(&pen);
    buf_z(out, "</svg>");
}

void picture_draw(const struct picture *p, struct buf *out)
{
    draw(p, PICTURE_SIDE, true, out);
}

void picture_draw_floating(const struct picture *p, int side, struct buf *out)
{
    draw(p, side, false, out);
}

const char *picture_address(struct arena *arena, struct str slug, struct str own, struct str colour)
{
    return str_eq(own, colour) ? arena_printf(arena, "/hall/pictures/%.*s.svg", STR_ARG(slug))
                               : arena_printf(arena, "/hall/pictures/%.*s.svg?colour=%.*s",
                                              STR_ARG(slug), STR_ARG(colour));
}
