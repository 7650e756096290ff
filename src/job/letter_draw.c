#include "job/letter_draw.h"

#include <stdio.h>

#include "job/letter_words.h"

#define RIGHT (LETTER_LEFT + LETTER_WIDTH)
#define BOTTOM (LETTER_TOP + LETTER_HEIGHT)
#define RULE 0.7 /* the red one */
#define DOUBLE_WIDTH 170.0
#define DOUBLE_THICK 1.0
#define DOUBLE_THIN 0.35
#define DOUBLE_GAP 0.45
#define DOUBLE_FOOT 20.0 /* from the page's end */
#define BLOCK_THICK 0.35
#define BLOCK_THIN 0.25
#define NUMBER_GAP 7.0 /* from the type area to the dashes of a page's number */
#define ROW_GAP 3.0    /* below a table that begins a page */
#define ROW_LIFT 2.0   /* of one below text */
#define ROW_PAD 1.2
#define MARK_GAP 0.06 /* between its characters, of their pitch */

static const struct letter_type body = {LETTER_BODY, LETTER_SIZE, 1, 0},
                                small = {LETTER_BODY, LETTER_SIZE_4, 1, 0};

static double baseline_at(double top, double size)
{
    return top + LETTER_ASCENT * LETTER_MM(size);
}

static double half_top(int half)
{
    return LETTER_TOP + half * LETTER_LINE / 2;
}

static void put_right(struct letter_press *p, const struct letter_type *t, double right,
                      double baseline, struct str text)
{
    letter_put(p, t, right - letter_width(p, t, text), baseline, text);
}

static void put_middle(struct letter_press *p, const struct letter_type *t, double baseline,
                       struct str text)
{
    double width = letter_width(p, t, text);
    letter_put(p, t, LETTER_LEFT + (LETTER_WIDTH - width) / 2, baseline, text);
}

/* ---- the first page's head ---- */

/* Its ink begins at the top of its box and is as high as that. */
static void put_mark(struct letter_drawing *d)
{
    const struct letter_layout *l = d->layout;
    struct letter_type t = {LETTER_MARK, pdf_pt(l->mark_height), 1, 0};
    double above, below;
    letter_ink_of(&d->press, &t, l->paper->mark, &above, &below);
    double ink = above + below > 0 ? above + below : 1;
    t.size *= l->mark_height / ink;
    above *= l->mark_height / ink;
    double width = letter_width(&d->press, &t, l->paper->mark);
    size_t n = str_characters(l->paper->mark);
    t.condense = l->mark_width * (1 - MARK_GAP) / width;
    t.gap = n > 1 ? l->mark_width * MARK_GAP / (double)(n - 1) : 0;
    letter_ink(&d->press, LETTER_RED);
    letter_put(&d->press, &t, LETTER_LEFT + (LETTER_WIDTH - l->mark_width) / 2, l->mark_top + above,
               l->paper->mark);
}

static void put_double(struct letter_drawing *d, double y, bool is_thick_first)
{
    double x = (PDF_WIDTH_MM - DOUBLE_WIDTH) / 2;
    double second = y + DOUBLE_GAP + (is_thick_first ? DOUBLE_THICK : DOUBLE_THIN);
    letter_ink(&d->press, LETTER_RED);
    letter_rule(&d->press, x, y, DOUBLE_WIDTH, is_thick_first ? DOUBLE_THICK : DOUBLE_THIN);
    letter_rule(&d->press, x, second, DOUBLE_WIDTH, is_thick_first ? DOUBLE_THIN : DOUBLE_THICK);
}

static void put_number(struct letter_drawing *d)
{
    static const struct letter_type name = {LETTER_KAI, LETTER_SIZE, 1, 0};
    const struct letter_layout *l = d->layout;
    const struct letter_paper *p = l->paper;
    double baseline = baseline_at(l->number_top, LETTER_SIZE);
    struct str label = STR(LETTER_WORD_SIGNER);
    if (p->form == LETTER_LETTER) {
        put_right(&d->press, &body, RIGHT, baseline, p->number);
    } else if (p->signer.n == 0) {
        put_middle(&d->press, &body, baseline, p->number);
    } else {
        letter_put(&d->press, &body, LETTER_LEFT + LETTER_CELL, baseline, p->number);
        double at = RIGHT - LETTER_CELL - letter_width(&d->press, &name, p->signer);
        letter_put(&d->press, &name, at, baseline, p->signer);
        put_right(&d->press, &body, at, baseline, label);
    }
}

static void put_head(struct letter_drawing *d)
{
    static const struct letter_type mark = {LETTER_HEAD, LETTER_SIZE, 1, 0};
    const struct letter_layout *l = d->layout;
    bool is_letter = l->paper->form == LETTER_LETTER;
    put_mark(d);
    if (is_letter) {
        put_double(d, l->rule, true);
        put_double(d, PDF_HEIGHT_MM - DOUBLE_FOOT - DOUBLE_THICK - DOUBLE_GAP - DOUBLE_THIN, false);
    } else {
        letter_rule(&d->press, LETTER_LEFT, l->rule, LETTER_WIDTH, RULE);
    }
    letter_ink(&d->press, LETTER_BLACK);
    put_number(d);
    if (is_letter)
        letter_put(&d->press, &mark, LETTER_LEFT, baseline_at(l->number_top, LETTER_SIZE),
                   l->paper->class_mark);
    else
        put_right(&d->press, &mark, RIGHT, baseline_at(LETTER_TOP, LETTER_SIZE),
                  l->paper->class_mark);
}

/* ---- items ---- */

/* Where a table's part on a page begins, and how high its half lines are: it keeps away from the
 * text after it, below text by reaching into the leading above, at the top of a page by being a
 * little lower. */
struct rows_place {
    double top, half;
    int first;
};

static struct rows_place place_rows(const struct letter_layout *l, const struct letter_place *place)
{
    const struct letter_table *t = l->items[place->item].table;
    const struct letter_place *first = place, *last = place, *end = l->places + l->places_n;
    while (first > l->places && first[-1].page == place->page &&
           l->items[first[-1].item].table == t)
        first--;
    while (last + 1 < end && last[1].page == place->page && l->items[last[1].item].table == t)
        last++;
    const struct letter_item *item = &l->items[last->item];
    struct rows_place r = {half_top(first->half), LETTER_LINE / 2, first->half};
    if (first->half > 0)
        r.top -= ROW_LIFT;
    else if (item->line + 1 == t->rows_n)
        r.half -= ROW_GAP / (last->half + item->height);
    return r;
}

static void put_row(struct letter_drawing *d, const struct letter_place *place)
{
    const struct letter_item *item = &d->layout->items[place->item];
    const struct letter_table *t = item->table;
    const struct letter_row *row = &t->rows[item->line];
    const struct rows_place r = place_rows(d->layout, place);
    double y = r.top + (place->half - r.first) * r.half, height = item->height * r.half;
    cairo_t *cr = d->press.cr;
    cairo_set_line_width(cr, pdf_pt(BLOCK_THIN));
    for (size_t i = 0; i < t->columns; i++) {
        double x = LETTER_LEFT + t->x[i], width = t->x[i + 1] - t->x[i];
        const struct letter_lines *lines = &row->cells[i];
        double at = y + (height - LETTER_MM(t->line * (double)lines->lines_n)) / 2 +
                    LETTER_MM(t->line - t->size) / 2;
        cairo_rectangle(cr, pdf_pt(x), pdf_pt(y), pdf_pt(width), pdf_pt(height));
        cairo_stroke(cr);
        for (size_t k = 0; k < lines->lines_n; k++, at += LETTER_MM(t->line)) {
            double em = LETTER_MM(t->size), used = lines->lines[k].cells * em;
            bool is_middle = !t->is_left[i] || item->line == 0;
            letter_put_line(&d->press, lines, k, x + (is_middle ? (width - used) / 2 : ROW_PAD),
                            baseline_at(at, t->size), t->size, em);
        }
    }
}

/* The corner of the seal's square: its top within a line of the text above. */
static void place_seal(struct letter_drawing *d, const struct letter_place *place)
{
    const struct letter_layout *l = d->layout;
    double above = half_top(place->half - 2) + LETTER_MM(LETTER_SIZE);
    double middle = LETTER_LEFT + letter_date_middle(l) * LETTER_CELL;
    d->seal = (struct letter_rect){middle - LETTER_SEAL_SIDE / 2, above + LETTER_SEAL_GAP,
                                   LETTER_SEAL_SIDE, LETTER_SEAL_SIDE, place->page + 1};
}

static void put_seal(struct letter_drawing *d)
{
    const struct letter_paper *p = d->layout->paper;
    if (!p->is_sealed || p->is_draft)
        return;
    if (p->seal == LETTER_SEAL_PNG)
        letter_seal_put(&d->press, d->seal.x, d->seal.y, d->picture);
    else
        letter_seal_draw(&d->press, d->seal.x, d->seal.y,
                         p->seal_name.n ? p->seal_name : p->issuer);
}

static void put_signature(struct letter_drawing *d, int half)
{
    const struct letter_layout *l = d->layout;
    bool has_seal = l->paper->seal != LETTER_SEAL_NONE;
    int first = half + (has_seal ? 4 : 2);
    double date_cells = l->date.lines[0].cells, issuer, date;
    if (has_seal) {
        issuer = letter_date_middle(l) - l->issuer_cells / 2.0;
        date = letter_date_middle(l) - date_cells / 2.0;
    } else { /* the date two characters right of the issuer, neither beyond the last two cells */
        issuer = LETTER_CELLS - 2 - l->issuer_cells;
        date = issuer + 2;
        if (date + date_cells > LETTER_CELLS - 2) {
            date = LETTER_CELLS - 2 - date_cells;
            issuer = date - 2;
        }
    }
    letter_put_line(&d->press, &l->issuer, 0, LETTER_LEFT + issuer * LETTER_CELL,
                    baseline_at(half_top(first), LETTER_SIZE), LETTER_SIZE, LETTER_CELL);
    letter_put_line(&d->press, &l->date, 0, LETTER_LEFT + date * LETTER_CELL,
                    baseline_at(half_top(first + 2), LETTER_SIZE), LETTER_SIZE, LETTER_CELL);
}

static void put_item(struct letter_drawing *d, const struct letter_place *place)
{
    const struct letter_item *item = &d->layout->items[place->item];
    double top = half_top(place->half), em = LETTER_MM(LETTER_SIZE_2);
    switch (item->kind) {
    case LETTER_ITEM_BLANK: return;
    case LETTER_ITEM_LINE:
    case LETTER_ITEM_LABEL:
        letter_put_line(&d->press, item->lines, item->line, LETTER_LEFT,
                        baseline_at(top, LETTER_SIZE), LETTER_SIZE, LETTER_CELL);
        return;
    case LETTER_ITEM_TITLE:
        letter_put_line(&d->press, item->lines, item->line,
                        LETTER_LEFT +
                            (LETTER_WIDTH - item->lines->lines[item->line].cells * em) / 2,
                        baseline_at(top, LETTER_SIZE_2), LETTER_SIZE_2, em);
        return;
    case LETTER_ITEM_ROW: put_row(d, place); return;
    case LETTER_ITEM_SIGNATURE: put_signature(d, place->half); return;
    }
}

/* ---- feet ---- */

static void put_page_number(struct letter_drawing *d, int page)
{
    static const struct letter_type t = {LETTER_SONG, LETTER_SIZE_4, 1, 0};
    char text[32];
    double above, below, em = LETTER_MM(LETTER_SIZE_4);
    if (page == 0 && d->layout->paper->form == LETTER_LETTER)
        return;
    snprintf(text, sizeof(text), "— %d —", page + 1);
    letter_ink_of(&d->press, &t, STR("—"), &above, &below);
    if (page % 2 == 0)
        put_right(&d->press, &t, RIGHT - em, BOTTOM + NUMBER_GAP + above, str_of(text));
    else
        letter_put(&d->press, &t, LETTER_LEFT + em, BOTTOM + NUMBER_GAP + above, str_of(text));
}

/* 版记, from its last rule up. Says where it begins. */
static double put_block(struct letter_drawing *d)
{
    const struct letter_layout *l = d->layout;
    const struct letter_paper *p = l->paper;
    bool has_rules = p->form == LETTER_ORDINARY;
    bool has_printer = has_rules && (p->printer.n || p->printed.n);
    double top = BOTTOM - l->block_height, em = LETTER_MM(LETTER_SIZE_4), y = top;
    double drop = (LETTER_BLOCK_LINE - em) / 2 + LETTER_ASCENT * em;
    if (l->block_height <= 0)
        return BOTTOM;
    if (has_rules) {
        letter_rule(&d->press, LETTER_LEFT, top, LETTER_WIDTH, BLOCK_THICK);
        letter_rule(&d->press, LETTER_LEFT, BOTTOM - BLOCK_THICK, LETTER_WIDTH, BLOCK_THICK);
        y += BLOCK_THICK;
    }
    for (size_t i = 0; i < l->copies.lines_n; i++, y += LETTER_BLOCK_LINE)
        letter_put_line(&d->press, &l->copies, i, LETTER_LEFT + em, y + drop, LETTER_SIZE_4, em);
    if (!has_printer)
        return top;
    if (l->copies.lines_n)
        letter_rule(&d->press, LETTER_LEFT, y, LETTER_WIDTH, BLOCK_THIN);
    y = BOTTOM - BLOCK_THICK - LETTER_BLOCK_LINE;
    letter_put(&d->press, &small, LETTER_LEFT + em, y + drop, p->printer);
    if (p->printed.n) {
        struct str word = STR(LETTER_WORD_PRINTED);
        double at = RIGHT - em - letter_width(&d->press, &small, word);
        put_right(&d->press, &small, at, y + drop, p->printed);
        letter_put(&d->press, &small, at, y + drop, word);
    }
    return top;
}

static bool put_code(struct letter_drawing *d, double top)
{
    static const double size = 10.5, leading = 1.45;
    const struct letter_lines *lines = &d->layout->caption;
    double line = LETTER_MM(size * leading);
    double y = top + (LETTER_CODE_SIDE - (double)lines->lines_n * line) / 2;
    for (size_t i = 0; i < lines->lines_n; i++, y += line)
        letter_put_line(&d->press, lines, i, LETTER_LEFT + LETTER_CODE_SIDE + 2,
                        baseline_at(y, size), size, LETTER_MM(size));
    return pdf_qr(
        d->press.cr, pdf_pt(LETTER_LEFT), pdf_pt(top), pdf_pt(LETTER_CODE_SIDE),
        arena_strndup(d->layout->arena, d->layout->paper->code.p, d->layout->paper->code.n));
}

static bool put_foot(struct letter_drawing *d)
{
    const struct letter_layout *l = d->layout;
    double top = put_block(d);
    int half = LETTER_HALVES - 2 * l->foot_lines;
    for (size_t i = 0; i < l->disclosure.lines_n; i++, half += 2)
        letter_put_line(&d->press, &l->disclosure, i, LETTER_LEFT,
                        baseline_at(half_top(half), LETTER_SIZE), LETTER_SIZE, LETTER_CELL);
    return l->paper->code.n == 0 || put_code(d, top - LETTER_CODE_SIDE - 2);
}

/* ---- pages ---- */

static bool put_page(struct letter_drawing *d, int page)
{
    const struct letter_layout *l = d->layout;
    bool ok = true;
    if (l->paper->is_draft)
        letter_draft_mark(&d->press);
    if (d->seal.page == page + 1) /* below the words, which stay black */
        put_seal(d);
    letter_ink(&d->press, LETTER_BLACK);
    if (page == 0)
        put_head(d);
    for (size_t i = 0; i < l->places_n; i++)
        if (l->places[i].page == page)
            put_item(d, &l->places[i]);
    if (page == l->pages - 1)
        ok = put_foot(d);
    put_page_number(d, page);
    cairo_show_page(d->press.cr);
    return ok;
}

bool letter_draw(struct letter_drawing *d)
{
    const struct letter_layout *l = d->layout;
    bool ok = true;
    for (size_t i = 0; i < l->places_n; i++)
        if (l->items[l->places[i].item].kind == LETTER_ITEM_SIGNATURE &&
            l->paper->seal != LETTER_SEAL_NONE)
            place_seal(d, &l->places[i]);
    for (int page = 0; page < l->pages; page++)
        ok = put_page(d, page) && ok;
    return ok;
}
