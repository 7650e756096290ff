#include "town/floor/plan.h"

#include <stdio.h>

#include "web/html.h"

enum { LETTER_PERCENT = 66, FONT_MAX = 3000, SPACE = 2000, CURRENT_EDGE = 500 };

/* Hundredths as SVG writes numbers. */
static void put_number(struct buf *b, const char *name, int64_t hundredths)
{
    int64_t whole = hundredths < 0 ? -hundredths : hundredths;
    buf_printf(b, " %s=\"%s%lld.%02lld\"", name, hundredths < 0 ? "-" : "",
               (long long)(whole / 100), (long long)(whole % 100));
}

static const struct plan_stand *find(const struct plan_drawing *p, struct str code, bool *drawn)
{
    for (size_t i = 0; i < p->n; i++)
        if (str_eq(p->stands[i].code, code)) {
            drawn[i] = true;
            return &p->stands[i];
        }
    return NULL;
}

static void begin_stand(const struct plan_drawing *p, const struct plan_stand *s, struct buf *out)
{
    const char *state = s->is_taken ? "taken" : "free", *now = s->is_current ? " is-current" : "";
    if (p->is_small) {
        buf_printf(out, "<g class=\"stand is-%s%s\">", state, now);
        return;
    }
    buf_printf(out, "<a class=\"stand is-%s%s\" href=\"", state, now);
    html_escape(s->href, out);
    buf_z(out, "\" aria-label=\"");
    html_escape(s->label, out);
    buf_printf(out, "\"%s>", s->is_current ? " aria-current=\"true\"" : "");
}

static void end_stand(const struct plan_drawing *p, struct buf *out)
{
    buf_z(out, p->is_small ? "</g>" : "</a>");
}

/* The drawing, its marks made links. Marks that are no stands are plain drawing. */
static void put_body(const struct plan_drawing *p, bool *drawn, struct buf *out)
{
    const char *at = p->body.p, *end = p->body.p + p->body.n;
    bool is_open = false;
    while (at < end) {
        const char *next = at;
        while (next < end && *next != SVG_MARK_BEGINS && *next != SVG_MARK_ENDS)
            next++;
        buf_put(out, at, (size_t)(next - at));
        if (next == end)
            return;
        at = next + 1;
        if (*next == SVG_MARK_ENDS) {
            if (is_open)
                end_stand(p, out);
            is_open = false;
            continue;
        }
        struct str rest, code = str_cut(str_n(at, (size_t)(end - at)), SVG_MARK_NAMED, &rest);
        const struct plan_stand *s = find(p, code, drawn);
        if (s)
            begin_stand(p, s, out);
        is_open = s != NULL;
        at = rest.n ? rest.p : end;
    }
}

static void put_rectangle(struct svg_box b, struct buf *out)
{
    buf_z(out, "<rect");
    put_number(out, "x", b.left);
    put_number(out, "y", b.top);
    put_number(out, "width", b.width);
    put_number(out, "height", b.height);
    put_number(out, "rx", (b.width < b.height ? b.width : b.height) / 12);
    buf_z(out, "></rect>");
}

/* How wide a text is in hundredths of its size: Chinese characters are square. */
static int64_t width_of(struct str s)
{
    int64_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        n += c < 0x80 ? LETTER_PERCENT : c >= 0xE0 ? 100 : c >= 0xC0 ? LETTER_PERCENT : 0;
    }
    return n;
}

static int64_t fitting(struct str s, int64_t width, int64_t height)
{
    int64_t wide = s.n ? width * 100 / width_of(s) : height;
    int64_t size = wide < height ? wide : height;
    return size < FONT_MAX ? size : FONT_MAX;
}

static void put_line(struct buf *out, const char *class_, struct str s, int64_t x, int64_t y,
                     int64_t size)
{
    buf_printf(out, "<text class=\"%s\" text-anchor=\"middle\"", class_);
    put_number(out, "x", x);
    put_number(out, "y", y);
    put_number(out, "font-size", size);
    buf_u8(out, '>');
    html_escape(s, out);
    buf_z(out, "</text>");
}

/* Code and words in the middle of the stand, as large as they fit. */
static void put_words(const struct plan_stand *s, struct buf *out)
{
    const struct svg_box b = s->box;
    int64_t inside = b.width * 92 / 100, x = b.left + b.width / 2, y = b.top + b.height / 2;
    int64_t code = fitting(s->code, inside, b.height * 36 / 100);
    int64_t words = fitting(s->words, inside, b.height * 28 / 100);
    if (words > code)
        words = code;
    int64_t all = code + words * 115 / 100;
    const char *state = s->is_current ? " is-current" : s->is_taken ? " is-taken" : " is-free";
    char class_[48];
    snprintf(class_, sizeof(class_), "stand-code%s", state);
    put_line(out, class_, s->code, x, y - all / 2 + code * 84 / 100, code);
    snprintf(class_, sizeof(class_), "words%s", state);
    put_line(out, class_, s->words, x, y + all / 2 - words * 16 / 100, words);
}

struct svg_box plan_box_of(const struct plan_stand *stands, size_t n)
{
    struct svg_box b = n ? stands[0].box : (struct svg_box){0, 0, 80000, 40000};
    int64_t right = b.left + b.width, bottom = b.top + b.height;
    for (size_t i = 1; i < n; i++) {
        struct svg_box s = stands[i].box;
        b.left = s.left < b.left ? s.left : b.left;
        b.top = s.top < b.top ? s.top : b.top;
        right = s.left + s.width > right ? s.left + s.width : right;
        bottom = s.top + s.height > bottom ? s.top + s.height : bottom;
    }
    return (struct svg_box){b.left - SPACE, b.top - SPACE, right - b.left + 2 * SPACE,
                            bottom - b.top + 2 * SPACE};
}

void plan_draw(const struct plan_drawing *p, struct buf *out)
{
    bool drawn[400] = {false};
    _Static_assert(SVG_MARKS_MAX <= 400, "all marks of a plan");
    buf_printf(out, "<svg class=\"plan%s\" role=\"%s\" aria-label=\"",
               p->is_themed ? " is-themed" : "", p->is_small ? "img" : "group");
    html_escape(p->title, out);
    buf_printf(out, "\" viewBox=\"%.2f %.2f %.2f %.2f\">", (double)p->box.left / 100,
               (double)p->box.top / 100, (double)p->box.width / 100, (double)p->box.height / 100);
    put_body(p, drawn, out);
    for (size_t i = 0; i < p->n; i++)
        if (!drawn[i]) {
            begin_stand(p, &p->stands[i], out);
            put_rectangle(p->stands[i].box, out);
            end_stand(p, out);
        }
    buf_z(out, "<g class=\"plan-words\" aria-hidden=\"true\">");
    for (size_t i = 0; i < p->n && !p->is_small; i++)
        put_words(&p->stands[i], out);
    buf_z(out, "</g></svg>");
}
