/* One sheet: merged cells, which stand after the rows, then the rows. */
#include <stdio.h>
#include <stdlib.h>

#include "job/xlsx.h"
#include "job/xlsx_text.h"
#include "job/xml.h"

enum { CELLS_MAX = JOB_SHEET_COLUMNS_MAX };

struct range { /* inclusive, from 1 */
    int64_t top, bottom;
    int left, right;
};

struct reading {
    struct xlsx *x;
    const struct table_sink *sink;
    struct table_fault *fault;
    struct range *merges, *here; /* of all rows; of this row */
    size_t merges_n, here_n;
    int64_t row, rows;
    int column;
    bool in_cell, in_value, in_formula, is_formula, in_inline;
    char type[12];
    size_t style;
    struct buf value, formula;
    struct xlsx_text text; /* of an inline text */
    struct table_cell cells[CELLS_MAX];
    size_t cells_n;
    struct buf
        row_text; /* what the cells of this row say; they hold places in it until it is whole */
};

static const char *refuse(struct reading *r, const char *why)
{
    *r->fault = (struct table_fault){why, r->row, r->column};
    return why;
}

/* "BC23": letters and digits, each or both; what is missing stays. False on anything else. */
static bool read_place(const char **at, int64_t *row, int *column)
{
    const char *p = *at;
    int64_t c = 0, n = 0;
    for (; *p >= 'A' && *p <= 'Z' && c < 100000; p++)
        c = c * 26 + *p - 'A' + 1;
    for (; *p >= '0' && *p <= '9' && n < 100000000; p++)
        n = n * 10 + *p - '0';
    bool ok = p > *at && !(*p >= '0' && *p <= '9') && !(*p >= 'A' && *p <= 'Z');
    *at = p;
    if (c)
        *column = (int)c;
    if (n)
        *row = n;
    return ok;
}

/* --- merged cells --- */

static const char *on_merge(void *user, const char *name, const char **a)
{
    struct reading *r = user;
    struct range m = {0};
    if (strcmp(name, "mergeCell") != 0)
        return NULL;
    const char *at = xml_attribute(a, "ref");
    if (!read_place(&at, &m.top, &m.left))
        return "sheet_broken";
    m.bottom = m.top;
    m.right = m.left;
    if (*at == ':' && (at++, !read_place(&at, &m.bottom, &m.right)))
        return "sheet_broken";
    if (r->merges_n == JOB_SHEET_MERGES_MAX)
        return "sheet_merges";
    r->merges[r->merges_n++] = m;
    return NULL;
}

static void merges_of_row(struct reading *r)
{
    r->here_n = 0;
    for (size_t i = 0; i < r->merges_n; i++)
        if (r->merges[i].top <= r->row && r->row <= r->merges[i].bottom)
            r->here[r->here_n++] = r->merges[i];
}

static bool is_merged(const struct reading *r)
{
    for (size_t i = 0; i < r->here_n; i++)
        if (r->here[i].left <= r->column && r->column <= r->here[i].right)
            return true;
    return false;
}

/* --- one cell --- */

static enum xlsx_style style_of(const struct reading *r)
{
    return r->style < r->x->styles_n ? (enum xlsx_style)r->x->styles[r->style] : XLSX_PLAIN;
}

/* An ISO 8601 date or time, as a cell of type d holds it: cut to seconds. */
static struct str iso(struct str value)
{
    ptrdiff_t point = str_find(value, '.');
    if (point > 0)
        value.n = (size_t)point;
    if (str_ends(value, "Z"))
        value.n--;
    return str_ends(value, "T00:00:00") ? str_slice(value, 0, value.n - 9) : value;
}

static const char *shared(struct reading *r, struct str value, struct table_cell *cell)
{
    int64_t i;
    if (str_to_i64(str_trim(value), &i) != OK || i < 0 || (uint64_t)i >= r->x->strings_n)
        return "sheet_broken";
    cell->text = r->x->strings[i];
    return NULL;
}

/* What the cell holds, by its type. `scratch`: for a number's text. */
static const char *read_value(struct reading *r, struct table_cell *cell, char *scratch)
{
    struct str value = str_n(r->value.p, r->value.n);
    cell->kind = JOB_CELL_TEXT;
    cell->text = value;
    if (strcmp(r->type, "s") == 0)
        return value.n ? shared(r, value, cell) : NULL;
    if (strcmp(r->type, "inlineStr") == 0)
        return xlsx_text_end(&r->text, &cell->text) ? NULL : "sheet_cell";
    if (strcmp(r->type, "str") == 0) {
        xlsx_unescape(&r->value);
        cell->text = str_n(r->value.p, r->value.n);
    } else if (strcmp(r->type, "b") == 0) {
        cell->kind = JOB_CELL_BOOL;
        cell->text = value.n == 0                     ? value
                     : str_eq_z(str_trim(value), "1") ? STR("true")
                                                      : STR("false");
    } else if (strcmp(r->type, "e") == 0) {
        cell->kind = JOB_CELL_ERROR;
    } else if (strcmp(r->type, "d") == 0) {
        cell->kind = JOB_CELL_DATE;
        cell->text = iso(str_trim(value));
    } else if (xlsx_number(str_trim(value), style_of(r), r->x->is_1904, scratch, &cell->kind)) {
        cell->text = str_of(scratch);
    }
    return NULL;
}

/* Texts move while the row's buffer grows: until the row is whole, p is a place in it plus one. */
static struct str keep(struct reading *r, struct str s)
{
    struct str kept = {(const char *)(r->row_text.n + 1), s.n};
    buf_str(&r->row_text, s);
    return kept;
}

static void settle(struct str *s, const struct buf *text)
{
    s->p = s->n ? (const char *)text->p + ((size_t)s->p - 1) : "";
}

static const char *end_cell(struct reading *r)
{
    char scratch[XLSX_NUMBER_MAX];
    struct table_cell cell = {.column = r->column};
    r->in_cell = false;
    if (!buf_ok(&r->value))
        return refuse(r, "sheet_cell");
    const char *why = read_value(r, &cell, scratch);
    if (why)
        return refuse(r, why);
    if (cell.text.n == 0 && !r->is_formula)
        return NULL;
    if (r->column > JOB_SHEET_COLUMNS_MAX)
        return refuse(r, "sheet_columns");
    cell.merged = is_merged(r);
    cell.text = keep(r, cell.text);
    if (r->is_formula) {
        cell.kind = JOB_CELL_FORMULA;
        cell.formula = keep(r, str_n(r->formula.p, r->formula.n));
    }
    if (!buf_ok(&r->row_text))
        return refuse(r, "sheet_bytes");
    r->cells[r->cells_n++] = cell;
    return NULL;
}

static const char *begin_cell(struct reading *r, const char **a)
{
    const char *place = xml_attribute(a, "r");
    int64_t row = r->row;
    int before = r->column;
    r->column = before + 1;
    if (place[0] && (!read_place(&place, &row, &r->column) || row != r->row || r->column <= before))
        return refuse(r, "sheet_broken");
    snprintf(r->type, sizeof(r->type), "%s", xml_attribute(a, "t"));
    r->style = (size_t)atoi(xml_attribute(a, "s"));
    r->in_cell = true;
    r->is_formula = r->in_inline = false;
    buf_clear(&r->value);
    buf_clear(&r->formula);
    r->value.failed = r->formula.failed = false;
    xlsx_text_begin(&r->text);
    return NULL;
}

/* --- rows --- */

static const char *begin_row(struct reading *r, const char **a)
{
    const char *place = xml_attribute(a, "r");
    int64_t before = r->row;
    int column;
    r->row = before + 1;
    r->column = 0;
    r->cells_n = 0;
    buf_clear(&r->row_text);
    if (place[0] && (!read_place(&place, &r->row, &column) || r->row <= before))
        return refuse(r, "sheet_broken");
    merges_of_row(r);
    return NULL;
}

static const char *end_row(struct reading *r)
{
    r->column = 0;
    if (r->cells_n == 0)
        return NULL;
    if (++r->rows > JOB_SHEET_ROWS_MAX)
        return refuse(r, "sheet_rows");
    for (size_t i = 0; i < r->cells_n; i++) {
        settle(&r->cells[i].text, &r->row_text);
        settle(&r->cells[i].formula, &r->row_text);
    }
    return r->sink->row(r->sink->user, r->row, r->cells, r->cells_n);
}

static const char *on_start(void *user, const char *name, const char **a)
{
    struct reading *r = user;
    if (strcmp(name, "row") == 0 && !r->in_cell)
        return begin_row(r, a);
    if (strcmp(name, "c") == 0 && r->row > 0 && !r->in_cell)
        return begin_cell(r, a);
    if (!r->in_cell)
        return NULL;
    r->in_value = strcmp(name, "v") == 0;
    r->in_formula = strcmp(name, "f") == 0;
    r->is_formula = r->is_formula || r->in_formula;
    r->in_inline = r->in_inline || strcmp(name, "is") == 0;
    if (r->in_inline)
        xlsx_text_start(&r->text, name);
    return NULL;
}

static const char *on_text(void *user, const char *p, size_t n)
{
    struct reading *r = user;
    if (!r->in_cell)
        return NULL;
    if (r->in_value)
        buf_put(&r->value, p, n);
    else if (r->in_formula)
        buf_put(&r->formula, p, n);
    else if (r->in_inline)
        xlsx_text_put(&r->text, p, n);
    return NULL;
}

static const char *on_end(void *user, const char *name)
{
    struct reading *r = user;
    r->in_value = r->in_formula = false;
    if (r->in_cell && strcmp(name, "c") == 0)
        return end_cell(r);
    if (r->in_cell && r->in_inline)
        xlsx_text_stop(&r->text, name);
    if (!r->in_cell && strcmp(name, "row") == 0)
        return end_row(r);
    return NULL;
}

/* --- the sheet --- */

static const char *read_both(struct reading *r, const char *path)
{
    static const struct xml_handler first = {.start = on_merge};
    static const struct xml_handler second = {.start = on_start, .end = on_end, .text = on_text};
    struct zip_entry entry;
    struct zip *z = &r->x->zip;
    const char *why = path ? zip_find(z, str_of(path), &entry) : "sheet_broken";
    if (!why)
        why = xml_read(z, &entry, &first, r);
    z->unpacked -= why ? 0 : entry.size; /* the same bytes again */
    return why ? why : xml_read(z, &entry, &second, r);
}

void xlsx_read(struct xlsx *x, size_t sheet, const struct table_sink *sink, size_t *merges,
               struct table_fault *fault)
{
    struct reading *r = arena_alloc(x->arena, sizeof(*r));
    *fault = (struct table_fault){"sheet_bytes", 0, 0};
    *merges = 0;
    if (!r)
        return;
    *r = (struct reading){.x = x, .sink = sink, .fault = fault};
    r->merges = arena_array(x->arena, JOB_SHEET_MERGES_MAX, sizeof(*r->merges));
    r->here = arena_array(x->arena, JOB_SHEET_MERGES_MAX, sizeof(*r->here));
    buf_init(&r->value, JOB_SHEET_CELL_MAX);
    buf_init(&r->formula, JOB_SHEET_CELL_MAX);
    buf_init(&r->row_text, JOB_SHEET_COLUMNS_MAX * 2 * JOB_SHEET_CELL_MAX);
    xlsx_text_init(&r->text);
    const char *why = NULL;
    if (r->merges && r->here) {
        fault->why = NULL;
        why = read_both(r, x->sheets[sheet].path);
    }
    if (why && !fault->why)
        *fault = (struct table_fault){why, 0, 0};
    if (fault->why && strcmp(fault->why, "zip_no_file") == 0)
        fault->why = "sheet_broken";
    *merges = r->merges_n;
    buf_free(&r->value);
    buf_free(&r->formula);
    buf_free(&r->row_text);
    xlsx_text_free(&r->text);
}
