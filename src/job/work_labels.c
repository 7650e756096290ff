/*
 * labels: what shelf labels say → A4 pages of them as PDF, with cairo, Pango and libqrencode.
 *
 *   {"layout":"24"}, input [{"address","name_zh","name_en","maker","stand","price","gtin"},…]
 *   →   {"page":N} for each, {"pages":N,"two_lines":N,"cut":N,"barred":N}
 *
 *   ┌─────────────────────────────────┐
 *   │ A-03       Name in Chinese      │
 *   │ ▛▀▜▞▚      Name in English      │
 *   │ ▌▞▐▗▟      Maker · model        │
 *   │ ▙▄▟▚▞      ║▌║█║▌│║▌█║          │
 *   │ ¥69        6 901234 567892      │
 *   └─────────────────────────────────┘
 */
#include <stdio.h>
#include <string.h>

#include "job/ean.h"
#include "job/glib_log.h"
#include "job/job_labels.h"
#include "job/label_text.h"
#include "job/pdf.h"
#include "job/worker.h"

#define TICK_MM 1.5 /* where to cut */

/* How a page is divided. Lengths in millimetres, sizes of type in points. */
struct sheet {
    const char *name;
    int columns, rows;
    double top, width, height; /* of the first label, and of each */
    double inset;              /* inside a label */
    double qr, stand, price;   /* the left column: the code's side, and lines above and below */
    double name_zh, name_en, maker; /* the right one: heights, then the bars at the bottom */
    double module, bars;            /* the bars' X dimension and height */
    double zh_pt[LABEL_SIZES_MAX], en_pt[LABEL_SIZES_MAX], maker_pt[LABEL_SIZES_MAX],
        stand_pt[LABEL_SIZES_MAX], price_pt[LABEL_SIZES_MAX];
    double digits_pt;
};

static const struct sheet sheets[JOB_LABEL_LAYOUTS] = {
    [JOB_LABELS_24] = {.name = "24",
                       .columns = 3,
                       .rows = 8,
                       .top = 0,
                       .width = 70,
                       .height = 37.125,
                       .inset = 4,
                       .qr = 20,
                       .stand = 4.4,
                       .price = 4.7,
                       .name_zh = 8.8,
                       .name_en = 4.8,
                       .maker = 2.9,
                       .module = 0.264,
                       .bars = 8.2,
                       .zh_pt = {12, 11, 10, 9, 8.5, 8},
                       .en_pt = {7.5, 7, 6.5, 6},
                       .maker_pt = {6.5, 6, 5.5},
                       .stand_pt = {9, 8, 7, 6},
                       .price_pt = {12, 11, 10, 9, 8},
                       .digits_pt = 6.5},
    [JOB_LABELS_10] = {.name = "10",
                       .columns = 2,
                       .rows = 5,
                       .top = 6,
                       .width = 105,
                       .height = 57,
                       .inset = 6,
                       .qr = 30,
                       .stand = 6.4,
                       .price = 8,
                       .name_zh = 14.5,
                       .name_en = 8,
                       .maker = 4.2,
                       .module = 0.33,
                       .bars = 12.5,
                       .zh_pt = {20, 18, 16, 15, 14, 13},
                       .en_pt = {12, 11, 10, 9.5},
                       .maker_pt = {9, 8.5, 8},
                       .stand_pt = {14, 12, 11, 10},
                       .price_pt = {20, 18, 16, 14},
                       .digits_pt = 9},
};

struct press {
    const struct sheet *sheet;
    cairo_t *cr;
    PangoLayout *layout;
    int64_t two_lines, cut, barred;
};

static PangoFontMap *fonts;
static PangoLayout *layout;

/* ---- drawing; lengths in points from here on ---- */

struct spot {
    double x, y;
};

/* Draws a text whose box begins there; says how high it came out. */
static double put_text(struct press *p, struct spot at, double width_mm, double height_mm,
                       bool is_bold, bool may_wrap, const double *sizes, const char *text)
{
    PangoRectangle logical;
    struct label_type t = {is_bold, may_wrap, {0}, pdf_pt(width_mm), pdf_pt(height_mm)};
    memcpy(t.sizes, sizes, sizeof(t.sizes));
    if (!text[0])
        return 0;
    struct label_fit fit = label_set(p->layout, &t, text);
    p->two_lines += may_wrap && fit.lines > 1;
    p->cut += fit.is_cut;
    pango_layout_get_extents(p->layout, NULL, &logical);
    cairo_move_to(p->cr, at.x, at.y);
    pango_cairo_show_layout(p->cr, p->layout);
    return (double)logical.height / PANGO_SCALE;
}

/* A group of digits under its bars, from module `from` on, in the middle of `modules`. */
static void put_digits(struct press *p, struct spot at, double module, int from, int modules,
                       const char *digits, int n)
{
    char text[16];
    PangoRectangle logical;
    const struct label_type t = {
        false, false, {p->sheet->digits_pt}, modules * module * 2, pdf_pt(5)};
    snprintf(text, sizeof(text), "%.*s", n, digits);
    label_set(p->layout, &t, text);
    pango_layout_get_extents(p->layout, NULL, &logical);
    double width = (double)logical.width / PANGO_SCALE;
    double baseline = (double)pango_layout_get_baseline(p->layout) / PANGO_SCALE;
    cairo_move_to(p->cr, at.x + from * module + (modules * module - width) / 2,
                  at.y + p->sheet->digits_pt * 0.92 - baseline);
    pango_cairo_show_layout(p->cr, p->layout);
}

/* Bars, guards that reach down between the digits, and the digits; at: of the quiet zone. */
static void put_bars(struct press *p, struct spot at, const struct ean *e)
{
    double module = pdf_pt(p->sheet->module), height = pdf_pt(p->sheet->bars);
    int quiet = ean_quiet_left(e), half = e->digits_n == 13 ? 6 : 4;
    for (int i = 0, n; i < e->modules; i += n ? n : 1) {
        bool guard = ean_is_guard(e, i);
        for (n = 0; i + n < e->modules && e->is_dark[i + n] && ean_is_guard(e, i + n) == guard;)
            n++;
        if (n)
            cairo_rectangle(p->cr, at.x + (quiet + i) * module, at.y, n * module,
                            height + (guard ? p->sheet->digits_pt * 0.5 : 0));
    }
    cairo_fill(p->cr);
    struct spot below = {at.x, at.y + height};
    const char *digits = e->digits;
    if (e->digits_n == 13)
        put_digits(p, below, module, 0, quiet - 2, digits++, 1);
    put_digits(p, below, module, quiet + 3, half * 7, digits, half);
    put_digits(p, below, module, quiet + 3 + half * 7 + 5, half * 7, digits + half, half);
}

static const char *text_of(const json_t *label, const char *name)
{
    const char *text = json_string_value(json_object_get(label, name));
    return text ? text : "";
}

static void put_left(struct press *p, const json_t *label, struct spot at)
{
    const struct sheet *s = p->sheet;
    put_text(p, at, s->qr, s->stand, true, false, s->stand_pt, text_of(label, "stand"));
    put_text(p, (struct spot){at.x, at.y + pdf_pt(s->stand + s->qr)}, s->qr, s->price, true, false,
             s->price_pt, text_of(label, "price"));
}

static void put_right(struct press *p, const json_t *label, struct spot at)
{
    const struct sheet *s = p->sheet;
    struct ean bars;
    double width = s->width - 2 * s->inset - s->qr - 2.5;
    struct spot line = {at.x, at.y};
    line.y += put_text(p, line, width, s->name_zh, true, true, s->zh_pt, text_of(label, "name_zh"));
    line.y +=
        put_text(p, line, width, s->name_en, false, true, s->en_pt, text_of(label, "name_en"));
    cairo_set_source_rgb(p->cr, 0.33, 0.38, 0.36);
    put_text(p, line, width, s->maker, false, false, s->maker_pt, text_of(label, "maker"));
    cairo_set_source_rgb(p->cr, 0, 0, 0);
    if (!ean_encode(str_of(text_of(label, "gtin")), &bars))
        return;
    p->barred++;
    /* The quiet zone is white anyway: the bars begin below the names. */
    double foot = at.y + pdf_pt(s->height - 2 * s->inset) - s->digits_pt;
    put_bars(p, (struct spot){at.x - pdf_pt(2.5 * s->module), foot - pdf_pt(s->bars)}, &bars);
}

/* Short crosses where labels meet: for paper that is cut, hardly seen on paper that is not. */
static void put_ticks(struct press *p)
{
    const struct sheet *s = p->sheet;
    cairo_set_source_rgb(p->cr, 0.75, 0.78, 0.76);
    cairo_set_line_width(p->cr, 0.35);
    for (int y = 0; y <= s->rows; y++)
        for (int x = 0; x <= s->columns; x++) {
            double at_x = pdf_pt(x * s->width), at_y = pdf_pt(s->top + y * s->height);
            cairo_move_to(p->cr, at_x - pdf_pt(TICK_MM), at_y);
            cairo_line_to(p->cr, at_x + pdf_pt(TICK_MM), at_y);
            cairo_move_to(p->cr, at_x, at_y - pdf_pt(TICK_MM));
            cairo_line_to(p->cr, at_x, at_y + pdf_pt(TICK_MM));
        }
    cairo_stroke(p->cr);
    cairo_set_source_rgb(p->cr, 0, 0, 0);
}

static bool put_label(struct press *p, const json_t *label, int place)
{
    const struct sheet *s = p->sheet;
    struct spot at = {pdf_pt(place % s->columns * s->width + s->inset),
                      pdf_pt(s->top + place / s->columns * s->height + s->inset)};
    put_left(p, label, at);
    put_right(p, label, (struct spot){at.x + pdf_pt(s->qr + 2.5), at.y});
    /* The code begins where the words above it do: left of it is the inset, right of it the gap. */
    return pdf_qr(p->cr, at.x, at.y + pdf_pt(s->stand), pdf_pt(s->qr), text_of(label, "address"));
}

/* ---- the job ---- */

static void open_sizes(struct press *p, bool is_bold, const double *sizes)
{
    for (int i = 0; i < LABEL_SIZES_MAX && sizes[i] > 0; i++) {
        const double one[LABEL_SIZES_MAX] = {sizes[i]};
        put_text(p, (struct spot){0, 0}, 20, 9, is_bold, false, one,
                 "\u7535\u6c34\u58f6 Kettle \u00a569 \u2026 \U0001F600");
    }
}

/* Draws with each size once: cairo looks for a font's file for each anew, and finds none later. */
static bool prepare(void)
{
    glib_log_start();
    fonts = label_fonts();
    if (!fonts)
        return false;
    layout = label_layout_new(fonts);
    cairo_t *cr = pdf_open_nowhere();
    struct press p = {.cr = cr, .layout = layout};
    for (int i = 0; i < JOB_LABEL_LAYOUTS; i++) {
        const struct sheet *s = &sheets[i];
        const double digits[LABEL_SIZES_MAX] = {s->digits_pt};
        open_sizes(&p, true, s->zh_pt);
        open_sizes(&p, true, s->stand_pt);
        open_sizes(&p, true, s->price_pt);
        open_sizes(&p, false, s->en_pt);
        open_sizes(&p, false, s->maker_pt);
        open_sizes(&p, false, digits);
    }
    return pdf_close(cr);
}

static const struct sheet *sheet_of(const json_t *request)
{
    const char *name = json_string_value(json_object_get(request, "layout"));
    for (size_t i = 0; name && i < JOB_LABEL_LAYOUTS; i++)
        if (strcmp(sheets[i].name, name) == 0)
            return &sheets[i];
    return NULL;
}

static void end_page(struct press *p, size_t number)
{
    struct buf line;
    cairo_show_page(p->cr);
    buf_init(&line, 64);
    buf_printf(&line, "{\"page\":%zu}", number);
    work_answer(&line);
    buf_free(&line);
}

static int run(const struct work_io *io)
{
    struct press p = {.sheet = sheet_of(io->request), .layout = layout};
    json_t *labels = json_loadb(io->input.p, io->input.n, 0, NULL);
    size_t n = json_array_size(labels);
    struct buf line;
    if (!p.sheet || n == 0 || n > JOB_LABELS_MAX)
        return work_refuse("request", 0, 0);
    int per_page = p.sheet->columns * p.sheet->rows;
    p.cr = pdf_open();
    for (size_t i = 0; i < n; i++) {
        int place = (int)(i % (size_t)per_page);
        if (place == 0 && i)
            end_page(&p, i / (size_t)per_page);
        if (place == 0)
            put_ticks(&p);
        if (!put_label(&p, json_array_get(labels, i), place))
            return work_refuse("request", (int64_t)i + 1, 0);
    }
    if (!pdf_close(p.cr))
        return 3;
    buf_init(&line, 256);
    buf_printf(&line, "{\"pages\":%zu,\"two_lines\":%lld,\"cut\":%lld,\"barred\":%lld}",
               (n + (size_t)per_page - 1) / (size_t)per_page, (long long)p.two_lines,
               (long long)p.cut, (long long)p.barred);
    work_answer(&line);
    return 0;
}

const struct work work_labels = {
    .name = "labels",
    /* Pango looks for each font on a thread. */
    .sandbox = {.memory = (size_t)1024 << 20,
                .file_size = (size_t)256 << 20,
                .cpu_s = 120,
                .threads = true},
    .needs_input = true,
    .prepare = prepare,
    .run = run,
};
