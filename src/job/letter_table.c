/* Tables of official documents: how wide their columns are, and how their cells break. */
#include <math.h>

#include "job/letter_layout.h"

#define PAD 1.2       /* millimetres in a cell, left and right */
#define NARROWEST 3.0 /* ems of a column */
#define WIDEST 14.0   /* ems, when the widths are shared out */
#define LEADING 1.35

static const double sizes[] = {14, 12, 10.5, 9}; /* 4号, 小4号, 5号, 小5号 */

static double width_of(struct str text, const struct letter_metrics *m)
{
    double width = 0;
    for (size_t at = 0; at < text.n;) {
        uint32_t c = str_next_point(text, &at);
        width += letter_is_wide(c) ? 1 : m->advance(m->arg, LETTER_BODY, c);
    }
    return width;
}

/* Counts rows and columns, and finds each column's widest cell in ems. */
static bool measure(struct str rest, const struct letter_metrics *m, struct letter_table *t,
                    double widest[LETTER_COLUMNS_MAX])
{
    struct str cells[LETTER_COLUMNS_MAX];
    struct letter_para para;
    while (letter_next(&rest, &para) && para.kind == LETTER_ROW) {
        size_t n = letter_cells(para.text, cells, LETTER_COLUMNS_MAX);
        if (n == 0)
            continue;
        if (n > LETTER_COLUMNS_MAX || ++t->rows_n > LETTER_ROWS_MAX)
            return false;
        t->columns = n > t->columns ? n : t->columns;
        for (size_t i = 0; i < n; i++) {
            double width = width_of(cells[i], m);
            widest[i] = width > widest[i] ? width : widest[i];
        }
    }
    return true;
}

/* The largest type in which no cell breaks, else one for as many columns; then all of the width is
 * shared. */
static void share_widths(struct letter_table *t, const double *widest)
{
    double all = 0, ems = 0, shares = 0;
    for (size_t i = 0; i < t->columns; i++)
        ems += fmax(widest[i], NARROWEST) + 0.5;
    size_t s = 0;
    all = LETTER_WIDTH - 2 * PAD * (double)t->columns;
    size_t smallest = t->columns > 8 ? 3 : t->columns > 5 ? 2 : 1;
    while (s < smallest && ems * LETTER_MM(sizes[s]) > all)
        s++;
    bool fits = ems * LETTER_MM(sizes[s]) <= all;
    t->size = sizes[s];
    t->line = t->size * LEADING;
    for (int pass = 0; pass < 2; pass++) {
        double x = 0;
        for (size_t i = 0; i < t->columns; i++) {
            double share = fmax(widest[i], NARROWEST) + 0.5;
            share = fits ? share : fmin(share, WIDEST);
            if (pass == 0)
                shares += share;
            t->x[i] = x;
            x += pass ? share / shares * all + 2 * PAD : 0;
        }
        t->x[t->columns] = LETTER_WIDTH;
    }
}

/* A cell without the backslashes before its bars. */
static struct str plain(struct str cell, struct arena *arena)
{
    char *p = arena_alloc(arena, cell.n + 1);
    size_t n = 0;
    for (size_t i = 0; p && i < cell.n; i++)
        if (cell.p[i] != '\\' || i + 1 == cell.n || cell.p[i + 1] != '|')
            p[n++] = cell.p[i];
    return str_n(p, n);
}

static bool break_row(struct str row, struct letter_layout *l, struct letter_table *t, bool is_head,
                      struct letter_row *out)
{
    struct str cells[LETTER_COLUMNS_MAX];
    size_t n = letter_cells(row, cells, LETTER_COLUMNS_MAX), most = 1;
    for (size_t i = 0; i < t->columns; i++) {
        double room = t->x[i + 1] - t->x[i] - 2 * PAD;
        struct letter_shape shape = {.cells = room / LETTER_MM(t->size) + 0.02,
                                     .pitch = 1,
                                     .role = is_head ? LETTER_HEAD : LETTER_BODY};
        shape.cells = shape.cells < 1 ? 1 : shape.cells;
        if (!letter_break(i < n ? plain(cells[i], l->arena) : STR_NONE, 0, &shape, l->metrics,
                          l->arena, &out->cells[i]))
            return false;
        most = out->cells[i].lines_n > most ? out->cells[i].lines_n : most;
        t->is_left[i] |= !is_head && out->cells[i].lines_n > 1;
    }
    out->height =
        (int)ceil((LETTER_MM((double)most * t->line) + 2 * PAD) / (LETTER_LINE / 2) - 0.02);
    return true;
}

bool letter_table(struct str *rest, struct letter_layout *l, const struct letter_table **out)
{
    double widest[LETTER_COLUMNS_MAX] = {0};
    struct letter_para para;
    struct letter_table *t = ARENA_NEW(l->arena, struct letter_table);
    if (!t)
        return false;
    if (!measure(*rest, l->metrics, t, widest)) {
        l->why = "letter_table";
        return false;
    }
    share_widths(t, widest);
    t->rows = arena_array(l->arena, t->rows_n + 1, sizeof(t->rows[0]));
    if (!t->rows)
        return false;
    for (size_t i = 0;;) {
        struct str before = *rest;
        if (!letter_next(rest, &para))
            break;
        if (para.kind != LETTER_ROW) {
            *rest = before;
            break;
        }
        if (letter_cells(para.text, NULL, 0) == 0)
            continue;
        if (!break_row(para.text, l, t, i == 0, &t->rows[i]))
            return false;
        if (t->rows[i].height + (i ? t->rows[0].height : 0) > LETTER_ROW_HALVES) {
            l->why = "letter_table"; /* a row of more than a page */
            return false;
        }
        i++;
    }
    *out = t;
    return true;
}
