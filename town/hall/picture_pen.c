#include "town/hall/picture_pen.h"

#include <stdio.h>

int pen_choice(const struct pen *p, int digit, int n)
{
    uint64_t x = (uint64_t)p->shape * 0x9E3779B97F4A7C15u + (uint64_t)digit * 0xD1B54A32D192ED03u;
    x ^= x >> 29;
    x *= 0xBF58476D1CE4E5B9u;
    x ^= x >> 32;
    return (int)(x % (uint64_t)n);
}

void pen_rect(struct pen *p, const char *fill, double x, double y, double w, double h, double r)
{
    buf_printf(p->out, "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" rx=\"%g\" fill=\"%s\"/>",
               x, y, w, h, r, fill);
}

void pen_oval(struct pen *p, const char *fill, double cx, double cy, double rx, double ry)
{
    buf_printf(p->out, "<ellipse cx=\"%g\" cy=\"%g\" rx=\"%g\" ry=\"%g\" fill=\"%s\"/>", cx, cy, rx,
               ry, fill);
}

void pen_path(struct pen *p, const char *fill, const char *d)
{
    buf_printf(p->out, "<path d=\"%s\" fill=\"%s\"/>", d, fill);
}

void pen_line(struct pen *p, const char *stroke, double width, const char *d)
{
    buf_printf(p->out,
               "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%g\" "
               "stroke-linecap=\"round\" stroke-linejoin=\"round\"/>",
               d, stroke, width);
}

void pen_gloss(struct pen *p, int percent, const char *d)
{
    buf_printf(p->out, "<path d=\"%s\" fill=\"#fff\" opacity=\".%02d\"/>", d, percent);
}

void pen_shade(struct pen *p, int percent, const char *d)
{
    buf_printf(p->out, "<path d=\"%s\" fill=\"" SHADE "\" opacity=\".%02d\"/>", d, percent);
}

void pen_ring(struct pen *p, const char *stroke, double width, double cx, double cy, double r)
{
    buf_printf(p->out,
               "<circle cx=\"%g\" cy=\"%g\" r=\"%g\" fill=\"none\" stroke=\"%s\" "
               "stroke-width=\"%g\"/>",
               cx, cy, r, stroke, width);
}

void pen_dial(struct pen *p, double cx, double cy, double r)
{
    char d[96];
    pen_oval(p, SHADE "2e", cx + 1, cy + r * 0.14, r * 1.12, r * 1.12);
    pen_oval(p, METAL, cx, cy, r, r);
    pen_oval(p, "#f4f6f3", cx, cy, r * 0.74, r * 0.74);
    snprintf(d, sizeof(d), "M%g %gL%g %g", cx, cy - r * 0.66, cx, cy - r * 0.26);
    pen_line(p, p->accent, r * 0.14, d);
}

void pen_screen(struct pen *p, double x, double y, double w, double h)
{
    char d[200];
    pen_rect(p, SCREEN, x, y, w, h, h * 0.22);
    snprintf(d, sizeof(d), "M%g %gh%gM%g %gh%g", x + w * 0.16, y + h * 0.4, w * 0.38, x + w * 0.16,
             y + h * 0.68, w * 0.22);
    pen_line(p, LIT, h * 0.13, d);
    pen_oval(p, "#f3b25c", x + w * 0.8, y + h * 0.5, h * 0.11, h * 0.11);
}

void pen_buttons(struct pen *p, double cx, double cy, int n, double gap)
{
    for (int i = 0; i < n; i++)
        pen_oval(p, i == n / 2 ? p->accent : "#ffffffbf", cx + (i - (n - 1) / 2.0) * gap, cy,
                 gap * 0.26, gap * 0.26);
}

void pen_slots(struct pen *p, double x, double y, double w, int n, double gap)
{
    for (int i = 0; i < n; i++)
        pen_rect(p, SHADE "47", x, y + i * gap, w, gap * 0.42, gap * 0.21);
}

void pen_feet(struct pen *p, double left, double right, double y)
{
    pen_rect(p, INK, left, y, 30, 10, 4);
    pen_rect(p, INK, right - 30, y, 30, 10, 4);
}

void pen_cord(struct pen *p, double x, double y)
{
    char d[120];
    snprintf(d, sizeof(d), "M%g %gc26 4 34 26 54 26s24 -14 44 -12", x, y);
    pen_line(p, INK, 6, d);
}
