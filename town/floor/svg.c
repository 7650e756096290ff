#include "town/floor/svg.h"

#include <expat.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "town/floor/svg_shape.h"
#include "web/html.h"

enum { VALUE_MAX = 64 * 1024, STYLE_VALUE_MAX = 200, POINTS_MAX = 4000, CLASSES_SHOWN_MAX = 4 };

#define SVG_NS "http://www.w3.org/2000/svg"
#define NS_END '\n' /* between namespace and name: neither can have it */

const char *const svg_classes[] = {"wall",  "room",  "zone",  "aisle", "door",
                                   "glass", "stage", "thing", "word",  "small",
                                   "plant", "line",  "water", "zh",    "en"};
const size_t svg_classes_n = sizeof(svg_classes) / sizeof(svg_classes[0]);

static const char *const elements[] = {"g",    "path",     "rect",    "circle", "ellipse",
                                       "line", "polyline", "polygon", "text",   "tspan"};

enum kind { NUMBER, NUMBERS, PATH, TRANSFORM, COLOUR, WORD, NUMBER_OR_WORD };

/* Attributes that are taken. `words`: with a blank around each. Those of `is_style` may come in
 * style="" too. */
static const struct attribute {
    const char *name;
    enum kind kind;
    bool is_style;
    const char *words;
} attributes[] = {
    {"x", NUMBER, false, NULL},
    {"y", NUMBER, false, NULL},
    {"dx", NUMBER, false, NULL},
    {"dy", NUMBER, false, NULL},
    {"width", NUMBER, false, NULL},
    {"height", NUMBER, false, NULL},
    {"cx", NUMBER, false, NULL},
    {"cy", NUMBER, false, NULL},
    {"r", NUMBER, false, NULL},
    {"rx", NUMBER, false, NULL},
    {"ry", NUMBER, false, NULL},
    {"x1", NUMBER, false, NULL},
    {"y1", NUMBER, false, NULL},
    {"x2", NUMBER, false, NULL},
    {"y2", NUMBER, false, NULL},
    {"d", PATH, false, NULL},
    {"points", NUMBERS, false, NULL},
    {"transform", TRANSFORM, false, NULL},
    {"fill", COLOUR, true, NULL},
    {"stroke", COLOUR, true, NULL},
    {"color", COLOUR, true, NULL},
    {"opacity", NUMBER, true, NULL},
    {"fill-opacity", NUMBER, true, NULL},
    {"stroke-opacity", NUMBER, true, NULL},
    {"stroke-width", NUMBER, true, NULL},
    {"stroke-miterlimit", NUMBER, true, NULL},
    {"stroke-dashoffset", NUMBER, true, NULL},
    {"stroke-dasharray", NUMBERS, true, " none "},
    {"stroke-linecap", WORD, true, " butt round square "},
    {"stroke-linejoin", WORD, true, " miter round bevel "},
    {"fill-rule", WORD, true, " nonzero evenodd "},
    {"display", WORD, true, " none inline block "},
    {"visibility", WORD, true, " visible hidden "},
    {"font-size", NUMBER, true, NULL},
    {"font-weight", NUMBER_OR_WORD, true, " normal bold "},
    {"font-style", WORD, true, " normal italic "},
    {"letter-spacing", NUMBER, true, NULL},
    {"text-anchor", WORD, true, " start middle end "},
    {"dominant-baseline", WORD, true, " auto middle central hanging "},
};
enum { ATTRIBUTES = sizeof(attributes) / sizeof(attributes[0]) };

struct level { /* an element that is open */
    const char *name;
    struct shape_matrix m;
    int mark; /* that it is, from 1; 0: none */
};

struct cleaner {
    XML_Parser parser;
    struct arena *arena;
    struct svg_plan *plan;
    struct buf body; /* owned */
    struct level open[SVG_DEPTH_MAX + 1];
    int depth;          /* of what is taken, the root included */
    int outside;        /* how deep in something that is left out */
    int elements, mark; /* mark: the open one, from 1 */
    struct shape_bounds bounds[SVG_MARKS_MAX];
    enum err err;
    const char *key;
};

static void refuse(struct cleaner *c, enum err e, const char *key)
{
    if (!c->err) {
        c->err = e;
        c->key = key;
    }
    XML_StopParser(c->parser, XML_FALSE);
}

bool svg_is_code(struct str s)
{
    size_t letters = 0, digits = 0;
    while (letters < s.n && s.p[letters] >= 'A' && s.p[letters] <= 'Z')
        letters++;
    if (letters < 1 || letters > 3 || letters == s.n || s.p[letters] != '-')
        return false;
    for (size_t i = letters + 1; i < s.n; i++, digits++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return digits == 2 || digits == 3;
}

/* ---- values ---- */

/* #3f7, #33ff77, a name of letters, or rgb() of numbers. No url(), no var(). */
static bool is_colour(const char *v)
{
    size_t n = strlen(v);
    if (v[0] == '#')
        return (n == 4 || n == 5 || n == 7 || n == 9) &&
               strspn(v + 1, "0123456789abcdefABCDEF") == n - 1;
    if (strncmp(v, "rgb(", 4) == 0)
        return n <= 40 && v[n - 1] == ')' && strspn(v + 4, "0123456789., %") == n - 5;
    return n >= 1 && n <= 24 &&
           strspn(v, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == n;
}

static bool is_word(const char *v, const char *words)
{
    char padded[STYLE_VALUE_MAX + 3];
    if (!words || strlen(v) > STYLE_VALUE_MAX || strchr(v, ' '))
        return false;
    snprintf(padded, sizeof(padded), " %s ", v);
    return strstr(words, padded) != NULL;
}

/* "12", "12px", "50%". */
static bool is_number(const char *v)
{
    double n;
    const char *p = v;
    while (*p == ' ')
        p++;
    if (!shape_number(&p, &n))
        return false;
    if (p[0] == 'p' && p[1] == 'x')
        p += 2;
    else if (*p == '%')
        p++;
    return *p == 0;
}

static bool is_good(const struct attribute *a, const char *v)
{
    size_t n;
    struct shape_matrix m;
    if (strlen(v) > VALUE_MAX)
        return false;
    switch (a->kind) {
    case NUMBER: return is_number(v);
    case NUMBERS: return is_word(v, a->words) || (shape_numbers(v, NULL, 0, &n) && n <= POINTS_MAX);
    case PATH: return shape_path(v, &SHAPE_SAME, NULL);
    case TRANSFORM: return shape_transform(v, &m);
    case COLOUR: return is_colour(v);
    case WORD: return is_word(v, a->words);
    case NUMBER_OR_WORD: return is_number(v) || is_word(v, a->words);
    }
    return false;
}

static const struct attribute *attribute_of(const char *name)
{
    for (int i = 0; i < ATTRIBUTES; i++)
        if (strcmp(attributes[i].name, name) == 0)
            return &attributes[i];
    return NULL;
}

/* ---- writing ---- */

/* seen: which were written, so that none stands twice. */
static void put_attribute(struct cleaner *c, const struct attribute *a, const char *v, bool *seen)
{
    size_t i = a ? (size_t)(a - attributes) : 0;
    if (!a || seen[i] || !is_good(a, v))
        return;
    seen[i] = true;
    buf_printf(&c->body, " %s=\"", a->name);
    html_escape(str_of(v), &c->body);
    buf_u8(&c->body, '"');
}

/* "fill:#fff; stroke : none": as attributes. */
static void put_style(struct cleaner *c, const char *style, bool *seen)
{
    struct str rest = str_of(style);
    while (rest.n) {
        char name[40], value[STYLE_VALUE_MAX + 1];
        struct str v, one = str_cut(rest, ';', &rest), n = str_trim(str_cut(one, ':', &v));
        v = str_trim(v);
        if (n.n == 0)
            continue;
        snprintf(name, sizeof(name), "%.*s", STR_ARG(n));
        snprintf(value, sizeof(value), "%.*s", STR_ARG(v));
        const struct attribute *a = attribute_of(name);
        put_attribute(c, a && a->is_style && v.n <= STYLE_VALUE_MAX ? a : NULL, value, seen);
    }
}

static void put_class(struct cleaner *c, const char *classes)
{
    struct str rest = str_of(classes);
    const char *lang = NULL;
    int n = 0;
    while (rest.n) {
        struct str one = str_cut(rest, ' ', &rest);
        for (size_t i = 0; i < svg_classes_n && n < CLASSES_SHOWN_MAX; i++)
            if (str_eq_z(one, svg_classes[i])) {
                buf_printf(&c->body, "%splan-%s", n++ ? " " : " class=\"", svg_classes[i]);
                lang = str_eq_z(one, "zh") ? "zh-CN" : str_eq_z(one, "en") ? "en" : lang;
                break;
            }
    }
    if (n) {
        buf_u8(&c->body, '"');
        if (lang)
            buf_printf(&c->body, " lang=\"%s\"", lang);
        c->plan->is_themed = true;
    }
}

static const char *value_of(const char **atts, const char *name)
{
    for (; *atts; atts += 2)
        if (strcmp(atts[0], name) == 0)
            return atts[1];
    return NULL;
}

static void put_attributes(struct cleaner *c, const char **atts)
{
    bool seen[ATTRIBUTES] = {false};
    const char *style = value_of(atts, "style");
    if (style) /* first: it wins over attributes */
        put_style(c, style, seen);
    for (; *atts; atts += 2) {
        if (strcmp(atts[0], "class") == 0)
            put_class(c, atts[1]);
        else
            put_attribute(c, attribute_of(atts[0]), atts[1], seen);
    }
}

/* Worth a word to who drew it; what editors note for themselves is not. */
static void count_left_out(struct cleaner *c, const char **atts)
{
    for (; *atts; atts += 2)
        c->plan->left_out += strncmp(atts[0], "on", 2) == 0 || strcmp(atts[0], "href") == 0;
}

/* ---- where a mark is ---- */

static double number_of(const char **atts, const char *name)
{
    const char *v = value_of(atts, name);
    double n;
    return v && shape_number(&v, &n) && *v != '%' ? n : 0;
}

static void measure_box(struct shape_bounds *b, const struct shape_matrix *m, double x, double y,
                        double w, double h)
{
    for (int i = 0; i < 4; i++)
        shape_point(b, m, x + (i & 1 ? w : 0), y + (i & 2 ? h : 0));
}

static void measure_points(struct shape_bounds *b, const struct shape_matrix *m, const char *v)
{
    double x, y;
    while (*v == ' ' || *v == '\n' || *v == '\t' || *v == '\r')
        v++;
    while (*v && shape_number(&v, &x) && shape_number(&v, &y))
        shape_point(b, m, x, y);
}

static void measure(struct shape_bounds *b, const struct shape_matrix *m, const char *name,
                    const char **atts)
{
    double rx = number_of(atts, "rx"), ry = number_of(atts, "ry"), r = number_of(atts, "r");
    double cx = number_of(atts, "cx"), cy = number_of(atts, "cy");
    const char *points = value_of(atts, "points"), *d = value_of(atts, "d");
    if (strcmp(name, "rect") == 0)
        measure_box(b, m, number_of(atts, "x"), number_of(atts, "y"), number_of(atts, "width"),
                    number_of(atts, "height"));
    else if (strcmp(name, "circle") == 0)
        measure_box(b, m, cx - r, cy - r, 2 * r, 2 * r);
    else if (strcmp(name, "ellipse") == 0)
        measure_box(b, m, cx - rx, cy - ry, 2 * rx, 2 * ry);
    else if (strcmp(name, "line") == 0)
        measure_box(b, m, number_of(atts, "x1"), number_of(atts, "y1"),
                    number_of(atts, "x2") - number_of(atts, "x1"),
                    number_of(atts, "y2") - number_of(atts, "y1"));
    else if (points)
        measure_points(b, m, points);
    else if (d)
        shape_path(d, m, b);
}

static int64_t hundredths(double v)
{
    return (int64_t)llround(fmax(fmin(v, SVG_UNITS_MAX), -SVG_UNITS_MAX) * 100);
}

static bool box_of(const struct shape_bounds *b, struct svg_box *out)
{
    *out = (struct svg_box){hundredths(b->left), hundredths(b->top), hundredths(b->right - b->left),
                            hundredths(b->bottom - b->top)};
    return b->is_any && out->width > 0 && out->height > 0;
}

/* ---- elements ---- */

static bool begin_mark(struct cleaner *c, const char *id)
{
    struct svg_plan *p = c->plan;
    if (c->mark || !id || !svg_is_code(str_of(id)))
        return false;
    for (size_t i = 0; i < p->marks_n; i++)
        if (str_eq_z(p->marks[i].code, id))
            return false;
    if (p->marks_n == SVG_MARKS_MAX) {
        refuse(c, ERR_TOO_LARGE, "floor.plan_too_many");
        return false;
    }
    p->marks[p->marks_n++].code = arena_str(c->arena, str_of(id));
    c->mark = (int)p->marks_n;
    buf_printf(&c->body, "%c%s%c", SVG_MARK_BEGINS, id, SVG_MARK_NAMED);
    return true;
}

static const char *known(const char *name)
{
    for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
        if (strcmp(name, elements[i]) == 0)
            return elements[i];
    return NULL;
}

static void begin_root(struct cleaner *c, const char *name, const char **atts)
{
    const char *view = value_of(atts, "viewBox");
    double v[4] = {0};
    size_t n = 0;
    if (strcmp(name, SVG_NS "\nsvg") != 0) {
        refuse(c, ERR_INVALID, "floor.plan_no_svg");
        return;
    }
    if (view && (!shape_numbers(view, v, 4, &n) || n != 4))
        v[2] = 0;
    else if (!view) {
        v[2] = number_of(atts, "width");
        v[3] = number_of(atts, "height");
    }
    c->plan->box =
        (struct svg_box){hundredths(v[0]), hundredths(v[1]), hundredths(v[2]), hundredths(v[3])};
    if (c->plan->box.width <= 0 || c->plan->box.height <= 0)
        refuse(c, ERR_INVALID, "floor.plan_no_size");
    c->open[c->depth++] = (struct level){.name = "svg", .m = SHAPE_SAME};
}

static void on_start(void *user, const char *full, const char **atts)
{
    struct cleaner *c = user;
    const size_t ns = sizeof(SVG_NS) - 1;
    if (c->err) /* stopped, and told of what was read already */
        return;
    if (++c->elements > SVG_ELEMENTS_MAX) {
        refuse(c, ERR_TOO_LARGE, "floor.plan_too_many");
        return;
    }
    if (!c->outside)
        count_left_out(c, atts);
    if (c->depth == 0) {
        begin_root(c, full, atts);
        return;
    }
    bool is_svg = strncmp(full, SVG_NS, ns) == 0 && full[ns] == NS_END;
    const char *name = is_svg && !c->outside ? known(full + ns + 1) : NULL;
    if (!name) {
        c->plan->left_out += c->outside == 0;
        c->outside++;
        return;
    }
    if (c->depth > SVG_DEPTH_MAX) {
        refuse(c, ERR_TOO_LARGE, "floor.plan_too_deep");
        return;
    }
    struct level *l = &c->open[c->depth];
    const char *transform = value_of(atts, "transform");
    struct shape_matrix own;
    *l = (struct level){.name = name, .m = c->open[c->depth - 1].m};
    if (transform && shape_transform(transform, &own))
        l->m = shape_join(l->m, own);
    if (begin_mark(c, value_of(atts, "id")))
        l->mark = c->mark;
    buf_printf(&c->body, "<%s", name);
    put_attributes(c, atts);
    buf_u8(&c->body, '>');
    if (c->mark)
        measure(&c->bounds[c->mark - 1], &l->m, name, atts);
    c->depth++;
}

static void on_end(void *user, const char *full)
{
    struct cleaner *c = user;
    (void)full;
    if (c->err)
        return;
    if (c->outside) {
        c->outside--;
        return;
    }
    const struct level *l = &c->open[--c->depth];
    if (c->depth == 0)
        return;
    buf_printf(&c->body, "</%s>", l->name);
    if (l->mark) {
        buf_u8(&c->body, SVG_MARK_ENDS);
        c->mark = 0;
    }
}

static void on_text(void *user, const char *p, int n)
{
    struct cleaner *c = user;
    const char *name = c->depth ? c->open[c->depth - 1].name : "";
    if (c->err)
        return;
    if (!c->outside && (strcmp(name, "text") == 0 || strcmp(name, "tspan") == 0))
        html_escape(str_n(p, (size_t)n), &c->body);
    if (!buf_ok(&c->body))
        refuse(c, ERR_TOO_LARGE, "floor.plan_too_large");
}

static void on_doctype(void *user, const char *name, const char *system, const char *public,
                       int has_internal)
{
    struct cleaner *c = user;
    (void)name, (void)system, (void)public;
    /* That of SVG 1.1 itself, which old programs still write, says nothing. */
    if (has_internal)
        refuse(c, ERR_INVALID, "floor.plan_doctype");
}

static void on_entity(void *user, const char *name, int is_parameter, const char *value, int n,
                      const char *base, const char *system, const char *public,
                      const char *notation)
{
    (void)name, (void)is_parameter, (void)value, (void)n, (void)base, (void)system, (void)public;
    (void)notation;
    refuse(user, ERR_INVALID, "floor.plan_doctype");
}

/* Marks without an extent are none: what draws them passes over their names. */
static void keep_marks(struct cleaner *c)
{
    struct svg_plan *p = c->plan;
    size_t n = 0;
    for (size_t i = 0; i < p->marks_n; i++) {
        struct svg_mark m = p->marks[i];
        if (box_of(&c->bounds[i], &m.box))
            p->marks[n++] = m;
    }
    p->marks_n = n;
}

static enum err parse(struct cleaner *c, struct str bytes)
{
    c->parser = XML_ParserCreateNS(NULL, NS_END);
    if (!c->parser)
        return ERR_NOMEM;
    XML_SetUserData(c->parser, c);
    XML_SetElementHandler(c->parser, on_start, on_end);
    XML_SetCharacterDataHandler(c->parser, on_text);
    XML_SetStartDoctypeDeclHandler(c->parser, on_doctype);
    XML_SetEntityDeclHandler(c->parser, on_entity);
    bool whole = XML_Parse(c->parser, bytes.p, (int)bytes.n, 1) == XML_STATUS_OK;
    XML_ParserFree(c->parser);
    if (!whole && !c->err) {
        c->err = ERR_SYNTAX;
        c->key = "floor.plan_broken";
    }
    if (!c->err && !buf_ok(&c->body)) {
        c->err = ERR_TOO_LARGE;
        c->key = "floor.plan_too_large";
    }
    return c->err;
}

enum err svg_clean(struct str bytes, struct arena *arena, struct svg_plan *out,
                   struct err_info *info)
{
    struct cleaner *c = ARENA_NEW(arena, struct cleaner);
    *out = (struct svg_plan){0};
    out->marks = arena_array(arena, SVG_MARKS_MAX, sizeof(*out->marks));
    if (!c || !out->marks)
        return ERR_NOMEM;
    *c = (struct cleaner){.arena = arena, .plan = out};
    buf_init(&c->body, SVG_BODY_MAX);
    enum err e = ERR_TOO_LARGE;
    c->key = "floor.plan_too_large";
    if (bytes.n <= SVG_BYTES_MAX) {
        c->key = NULL;
        e = parse(c, bytes);
    }
    if (!e) {
        keep_marks(c);
        out->body = arena_str(arena, str_n(c->body.p, c->body.n));
        e = c->body.n && !out->body.p ? ERR_NOMEM : OK;
    }
    buf_free(&c->body);
    if (e)
        *info = (struct err_info){.code = e, .field = "plan", .key = c->key};
    return e;
}
