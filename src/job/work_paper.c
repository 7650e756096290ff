/*
 * paper: what statements, slips and lists say → A4 pages as PDF, with cairo and Pango.
 *
 *   {}, input [{"title","below","code","foot","form","blocks":[BLOCK,…]},…]
 *   BLOCK  {"facts":[[label,value],…]} · {"heading":text} · {"note":text} ·
 *          {"table":{"columns":[{"name","width","right","sum"},…],"rows":[[text or fen,…],…],
 *                    "sum","carried","brought"}}
 *   →      {"sheet":N} for each, {"pages":N}
 *
 * Each sheet is laid out twice: once with nothing drawn, to know how many pages it has.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "job/glib_log.h"
#include "job/job_paper.h"
#include "job/label_text.h"
#include "job/pdf.h"
#include "job/worker.h"

#define MARGIN 42.0 /* points */
#define BOTTOM (pdf_pt(PDF_HEIGHT_MM) - 56.0)
#define WIDTH (pdf_pt(PDF_WIDTH_MM) - 2 * MARGIN)
#define CODE_SIDE 62.0
#define CELL_GAP 6.0
#define ROW_PAD 3.2
#define GAP 12.0 /* between blocks */
#define LINES 5

enum { INK, MUTED, LINE, ROW_LINE, COLOURS };
static const double colours[COLOURS][3] = {
    {0.12, 0.16, 0.15}, {0.36, 0.42, 0.40}, {0.25, 0.46, 0.40}, {0.87, 0.89, 0.87}};

/* How a text is set: no size is used that is not here, since prepare() opens just these. */
struct face {
    bool is_bold;
    double size, line; /* of one line */
    int colour;
};
enum { TITLE, BELOW, LABEL, VALUE, HEADING, HEAD, CELL, SUM, NOTE, FOOT, GRAND, NAME, SAYS, FACES };
static const struct face faces[FACES] = {
    [TITLE] = {true, 17, 24, INK},     [BELOW] = {false, 9.5, 14, MUTED},
    [LABEL] = {false, 8.5, 13, MUTED}, [VALUE] = {false, 9.5, 14, INK},
    [HEADING] = {true, 11.5, 17, INK}, [HEAD] = {true, 8, 12, MUTED},
    [CELL] = {false, 8.5, 12.5, INK},  [SUM] = {true, 8.5, 12.5, INK},
    [NOTE] = {false, 8.5, 13, MUTED},  [FOOT] = {false, 7.5, 11, MUTED},
    [GRAND] = {true, 30, 42, INK},     [NAME] = {true, 24, 34, INK},
    [SAYS] = {false, 11.5, 18, INK}};

struct press {
    cairo_t *cr;
    bool draws; /* else it only counts */
    double y;
    int64_t page, pages; /* of this sheet */
    const json_t *sheet;
};

static PangoFontMap *fonts;
static PangoLayout *layout;

/* ---- words and lines ---- */

static void ink(struct press *p, int colour)
{
    cairo_set_source_rgb(p->cr, colours[colour][0], colours[colour][1], colours[colour][2]);
}

enum { LEFT, RIGHT, MIDDLE };

/* A text in a box that begins there; says how high it is. What is longer than LINES lines is cut.
 */
static double put(struct press *p, double x, double y, double width, int face, int side,
                  const char *text)
{
    const struct face *f = &faces[face];
    bool right = side == RIGHT;
    struct label_type t = {f->is_bold, face != FOOT && !right,        {f->size},
                           width,      f->line * (double)(LINES + 1), LINES};
    PangoRectangle logical;
    if (!text[0])
        return f->line;
    struct label_fit fit = label_set(layout, &t, text);
    if (p->draws) {
        pango_layout_get_extents(layout, NULL, &logical);
        double wide = (double)logical.width / PANGO_SCALE;
        ink(p, f->colour);
        double spare = wide < width ? width - wide : 0;
        cairo_move_to(p->cr, right ? x + spare : side == MIDDLE ? x + spare / 2 : x, y);
        pango_cairo_show_layout(p->cr, layout);
    }
    return f->line * fit.lines - (fit.lines - 1); /* lines are set closer than that */
}

static void put_line(struct press *p, double y, int colour, double thick)
{
    if (!p->draws)
        return;
    ink(p, colour);
    cairo_set_line_width(p->cr, thick);
    cairo_move_to(p->cr, MARGIN, y);
    cairo_line_to(p->cr, MARGIN + WIDTH, y);
    cairo_stroke(p->cr);
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

/* ---- pages ---- */

static void put_foot(struct press *p)
{
    char number[64];
    double y = pdf_pt(PDF_HEIGHT_MM) - 40;
    snprintf(number, sizeof(number), "%" PRId64 "/%" PRId64, p->page, p->pages);
    put(p, MARGIN, y, WIDTH - 80, FOOT, LEFT, text_of(p->sheet, "foot"));
    put(p, MARGIN + WIDTH - 70, y, 70, FOOT, RIGHT, number);
}

static void begin_page(struct press *p)
{
    p->page++;
    p->y = MARGIN;
    if (p->page > 1) /* what it is a page of */
        p->y += put(p, MARGIN, p->y, WIDTH, LABEL, LEFT, text_of(p->sheet, "title")) + 6;
}

static void end_page(struct press *p)
{
    put_foot(p);
    if (p->draws)
        cairo_show_page(p->cr);
}

static void need(struct press *p, double height)
{
    if (p->y + height <= BOTTOM)
        return;
    end_page(p);
    begin_page(p);
}

static bool put_head(struct press *p)
{
    const char *code = text_of(p->sheet, "code"), *below = text_of(p->sheet, "below");
    double width = WIDTH - (code[0] ? CODE_SIDE + GAP : 0), top = p->y;
    if (code[0] && p->draws) {
        ink(p, INK);
        if (!pdf_qr(p->cr, MARGIN + WIDTH - CODE_SIDE, top - 4, CODE_SIDE, code))
            return false;
    }
    p->y += put(p, MARGIN, p->y, width, TITLE, LEFT, text_of(p->sheet, "title"));
    if (below[0])
        p->y += put(p, MARGIN, p->y, width, BELOW, LEFT, below) + 2;
    if (code[0] && p->y < top + CODE_SIDE - 4)
        p->y = top + CODE_SIDE - 4;
    p->y += GAP * 0.7;
    return true;
}

/* ---- facts: two a line; a last one alone has all of it ---- */

static bool put_facts(struct press *p, const json_t *facts)
{
    double half = (WIDTH - GAP) / 2, label = 84;
    size_t n = json_array_size(facts);
    for (size_t i = 0; i < n; i += 2) {
        double high = 0;
        need(p, faces[VALUE].line * LINES);
        for (size_t k = i; k < i + 2 && k < n; k++) {
            const json_t *pair = json_array_get(facts, k);
            const char *name = json_string_value(json_array_get(pair, 0));
            const char *value = json_string_value(json_array_get(pair, 1));
            double x = MARGIN + (k % 2) * (half + GAP);
            if (!name || !value)
                return false;
            put(p, x, p->y + 0.8, label, LABEL, LEFT, name);
            double width = (k == i && k + 1 == n ? WIDTH : half) - label - 4;
            double h = put(p, x + label + 4, p->y, width, VALUE, LEFT, value);
            high = h > high ? h : high;
        }
        p->y += high + 2;
    }
    p->y += GAP * 0.6;
    return true;
}

/* ---- tables ---- */

struct column {
    double x, width;
    bool right, sum;
    int64_t fen; /* added up so far */
};

struct table {
    const json_t *json;
    struct column columns[PAPER_COLUMNS_MAX];
    size_t n;
    bool sums;
};

/* 1,234.50; fen as they are, also the least that there is. */
static void money(int64_t fen, char out[48])
{
    uint64_t u = fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen;
    char yuan[24], *to = out;
    int n = snprintf(yuan, sizeof(yuan), "%" PRIu64, u / 100);
    if (fen < 0)
        *to++ = '-';
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            *to++ = ',';
        *to++ = yuan[i];
    }
    snprintf(to, 4, ".%02u", (unsigned)(u % 100));
}

static bool read_table(const json_t *json, struct table *t)
{
    const json_t *columns = json_object_get(json, "columns");
    int64_t all = 0;
    double x = MARGIN;
    *t = (struct table){.json = json, .n = json_array_size(columns)};
    t->sums = text_of(json, "sum")[0] != 0;
    if (t->n == 0 || t->n > PAPER_COLUMNS_MAX ||
        json_array_size(json_object_get(json, "rows")) > PAPER_ROWS_MAX)
        return false;
    for (size_t i = 0; i < t->n; i++) {
        int64_t width = json_integer_value(json_object_get(json_array_get(columns, i), "width"));
        if (width < 1 || width > 1000)
            return false;
        all += width;
    }
    for (size_t i = 0; i < t->n; i++) {
        const json_t *c = json_array_get(columns, i);
        double width =
            WIDTH * (double)json_integer_value(json_object_get(c, "width")) / (double)all;
        t->columns[i] =
            (struct column){x, width - CELL_GAP, json_is_true(json_object_get(c, "right")),
                            json_is_true(json_object_get(c, "sum")), 0};
        x += width;
    }
    t->columns[t->n - 1].width += CELL_GAP; /* nothing is beside it */
    return true;
}

static void put_table_head(struct press *p, const struct table *t)
{
    const json_t *columns = json_object_get(t->json, "columns");
    double high = 0;
    for (size_t i = 0; i < t->n; i++) {
        double h =
            put(p, t->columns[i].x, p->y, t->columns[i].width, HEAD,
                t->columns[i].right ? RIGHT : LEFT, text_of(json_array_get(columns, i), "name"));
        high = h > high ? h : high;
    }
    p->y += high + ROW_PAD;
    put_line(p, p->y, LINE, 0.9);
    p->y += ROW_PAD;
}

static void put_sums(struct press *p, const struct table *t, const char *word)
{
    char text[48];
    put(p, t->columns[0].x, p->y, t->columns[0].width, SUM, LEFT, word);
    for (size_t i = 1; i < t->n; i++) {
        if (!t->columns[i].sum)
            continue;
        money(t->columns[i].fen, text);
        put(p, t->columns[i].x, p->y, t->columns[i].width, SUM, RIGHT, text);
    }
    p->y += faces[SUM].line + ROW_PAD;
}

/* Each cell as it will stand there; says how high the row is. False: it is no row of this table. */
static bool put_cells(struct press *p, struct table *t, const json_t *row, double *high)
{
    char text[48];
    *high = 0;
    if (json_array_size(row) != t->n)
        return false;
    for (size_t i = 0; i < t->n; i++) {
        const json_t *cell = json_array_get(row, i);
        const char *said = json_string_value(cell);
        if (json_is_integer(cell)) {
            money(json_integer_value(cell), text);
            said = text;
        }
        if (!said)
            return false;
        double h = put(p, t->columns[i].x, p->y, t->columns[i].width, CELL,
                       t->columns[i].right || said == text ? RIGHT : LEFT, said);
        *high = h > *high ? h : *high;
    }
    return true;
}

static bool add_up(struct table *t, const json_t *row)
{
    for (size_t i = 0; i < t->n; i++) {
        const json_t *cell = json_array_get(row, i);
        if (t->columns[i].sum && json_is_integer(cell) &&
            __builtin_add_overflow(t->columns[i].fen, json_integer_value(cell), &t->columns[i].fen))
            return false;
    }
    return true;
}

/* The row, on a new page when it does not fit on this one above what is carried. */
static bool put_row(struct press *p, struct table *t, const json_t *row, bool is_first)
{
    struct press measure = *p;
    double high, sums = t->sums ? faces[SUM].line + 2 * ROW_PAD : 0;
    measure.draws = false;
    if (!put_cells(&measure, t, row, &high))
        return false;
    if (p->y + high + ROW_PAD + sums > BOTTOM) {
        if (t->sums && !is_first) {
            p->y += ROW_PAD;
            put_sums(p, t, text_of(t->json, "carried"));
        }
        end_page(p);
        begin_page(p);
        put_table_head(p, t);
        if (t->sums && !is_first)
            put_sums(p, t, text_of(t->json, "brought"));
    }
    if (p->draws && !put_cells(p, t, row, &high))
        return false;
    p->y += high + ROW_PAD;
    put_line(p, p->y, ROW_LINE, 0.5);
    p->y += ROW_PAD;
    return add_up(t, row);
}

static bool put_table(struct press *p, const json_t *json)
{
    struct table t;
    if (!read_table(json, &t))
        return false;
    const json_t *rows = json_object_get(json, "rows");
    need(p, 60);
    put_table_head(p, &t);
    for (size_t i = 0; i < json_array_size(rows); i++)
        if (!put_row(p, &t, json_array_get(rows, i), i == 0))
            return false;
    if (t.sums) {
        put_line(p, p->y - ROW_PAD, LINE, 0.9);
        put_sums(p, &t, text_of(json, "sum"));
    }
    p->y += GAP;
    return true;
}

/* ---- sheets ---- */

static bool put_block(struct press *p, const json_t *block)
{
    const json_t *facts = json_object_get(block, "facts"), *table = json_object_get(block, "table");
    const char *heading = text_of(block, "heading"), *note = text_of(block, "note");
    if (facts)
        return put_facts(p, facts);
    if (table)
        return put_table(p, table);
    if (heading[0]) {
        need(p, 90); /* not alone at the foot of a page */
        p->y += put(p, MARGIN, p->y, WIDTH, HEADING, LEFT, heading) + 4;
    } else if (note[0]) {
        need(p, 14);
        p->y += put(p, MARGIN, p->y, WIDTH, NOTE, LEFT, note) + 2;
    }
    return json_is_object(block);
}

/* ---- a certificate: one page with a frame; the first heading is whose it is, the first note what
 * it says, what follows the facts stands at the bottom beside the code ---- */

#define FRAME 16.0
#define FRAME_GAP 5.0
#define SAYS_Y 270.0
#define TAIL_Y (pdf_pt(PDF_HEIGHT_MM) - 150.0)

static void put_frame(struct press *p)
{
    static const double thick[] = {2.2, 0.6};
    for (int i = 0; p->draws && i < 2; i++) {
        double at = FRAME + i * FRAME_GAP;
        ink(p, LINE);
        cairo_set_line_width(p->cr, thick[i]);
        cairo_rectangle(p->cr, at, at, pdf_pt(PDF_WIDTH_MM) - 2 * at,
                        pdf_pt(PDF_HEIGHT_MM) - 2 * at);
        cairo_stroke(p->cr);
    }
}

static bool put_certificate_block(struct press *p, const json_t *block, bool *tail)
{
    const json_t *facts = json_object_get(block, "facts");
    const char *heading = text_of(block, "heading"), *note = text_of(block, "note");
    double width = WIDTH - CODE_SIDE - GAP;
    if (facts) {
        p->y += GAP * 2.5;
        if (!put_facts(p, facts))
            return false;
        p->y = TAIL_Y;
        *tail = true;
    } else if (*tail) {
        bool is_heading = heading[0] != 0;
        p->y += put(p, MARGIN, p->y, width, is_heading ? HEADING : NOTE, LEFT,
                    is_heading ? heading : note);
    } else {
        bool is_name = heading[0] != 0;
        p->y +=
            put(p, MARGIN, p->y, WIDTH, is_name ? NAME : SAYS, MIDDLE, is_name ? heading : note) +
            GAP;
    }
    return json_is_object(block) && !json_object_get(block, "table");
}

static bool put_certificate(struct press *p)
{
    const json_t *blocks = json_object_get(p->sheet, "blocks");
    const char *code = text_of(p->sheet, "code");
    bool tail = false;
    p->page = 1;
    put_frame(p);
    p->y = 120;
    p->y += put(p, MARGIN, p->y, WIDTH, SAYS, MIDDLE, text_of(p->sheet, "below")) + GAP;
    put(p, MARGIN, p->y, WIDTH, GRAND, MIDDLE, text_of(p->sheet, "title"));
    p->y = SAYS_Y;
    for (size_t i = 0; i < json_array_size(blocks); i++)
        if (!put_certificate_block(p, json_array_get(blocks, i), &tail))
            return false;
    if (code[0] && p->draws) {
        ink(p, INK);
        if (!pdf_qr(p->cr, MARGIN + WIDTH - CODE_SIDE, TAIL_Y, CODE_SIDE, code))
            return false;
    }
    end_page(p);
    return true;
}

static bool put_sheet(struct press *p)
{
    const json_t *blocks = json_object_get(p->sheet, "blocks");
    if (!json_is_array(blocks))
        return false;
    if (strcmp(text_of(p->sheet, "form"), "certificate") == 0)
        return put_certificate(p);
    p->page = 0;
    begin_page(p);
    if (!put_head(p))
        return false;
    for (size_t i = 0; i < json_array_size(blocks); i++)
        if (!put_block(p, json_array_get(blocks, i)))
            return false;
    end_page(p);
    return true;
}

/* ---- the job ---- */

/* Draws with each face once: cairo looks for a font's file for each anew, and finds none later. */
static bool prepare(void)
{
    glib_log_start();
    fonts = label_fonts();
    if (!fonts)
        return false;
    layout = label_layout_new(fonts);
    struct press p = {.cr = pdf_open_nowhere(), .draws = true};
    for (int i = 0; i < FACES; i++)
        put(&p, 0, 0, WIDTH, i, LEFT, "\u7535\u6c34\u58f6 Kettle \u00a569 \u2026 \U0001F600");
    return pdf_close(p.cr);
}

static void told(const char *name, int64_t n)
{
    struct buf line;
    buf_init(&line, 64);
    buf_printf(&line, "{\"%s\":%" PRId64 "}", name, n);
    work_answer(&line);
    buf_free(&line);
}

static int run(const struct work_io *io)
{
    struct press p = {0};
    int64_t pages = 0;
    json_t *sheets = json_loadb(io->input.p, io->input.n, 0, NULL);
    size_t n = json_array_size(sheets);
    if (n == 0 || n > PAPER_SHEETS_MAX)
        return work_refuse("request", 0, 0);
    p.cr = pdf_open();
    for (size_t i = 0; i < n; i++) {
        p.sheet = json_array_get(sheets, i);
        p.draws = false;
        bool fine = put_sheet(&p);
        p.pages = p.page;
        p.draws = true;
        if (!fine || !put_sheet(&p))
            return work_refuse("request", (int64_t)i + 1, 0);
        pages += p.pages;
        told("sheet", (int64_t)i + 1);
    }
    if (!pdf_close(p.cr))
        return 3;
    told("pages", pages);
    return 0;
}

const struct work work_paper = {
    .name = "paper",
    /* Pango looks for each font on a thread. */
    .sandbox = {.memory = (size_t)1024 << 20,
                .file_size = (size_t)256 << 20,
                .cpu_s = 120,
                .threads = true},
    .needs_input = true,
    .prepare = prepare,
    .run = run,
};
