#include "job/csv.h"

#include <stdlib.h>

#include "base/buf.h"

struct reading {
    struct str text; /* decoded */
    size_t at;
    char separator;
    const struct table_sink *sink;
    struct table_fault *fault;
    int64_t row, rows; /* records so far; those with something in them */
    struct buf said;   /* the cells of a record, one after another */
    struct table_cell cells[JOB_SHEET_COLUMNS_MAX];
    size_t starts[JOB_SHEET_COLUMNS_MAX], ends[JOB_SHEET_COLUMNS_MAX]; /* in `said` */
    size_t cells_n;
    int column;
};

static bool refuse(struct reading *r, const char *why)
{
    *r->fault = (struct table_fault){why, r->row, r->column};
    return false;
}

static char peek(const struct reading *r)
{
    return r->at < r->text.n ? r->text.p[r->at] : '\n';
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* --- separators --- */

static char most_used(struct str text)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    size_t counts[sizeof(candidates)] = {0}, best = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.n && (quoted || !is_line_end(text.p[i])); i++) {
        quoted ^= text.p[i] == '"';
        for (size_t k = 0; k < sizeof(candidates) && !quoted; k++)
            counts[k] += text.p[i] == candidates[k];
    }
    for (size_t k = 1; k < sizeof(candidates); k++)
        if (counts[k] > counts[best])
            best = k;
    return candidates[best];
}

static void skip_line_end(struct reading *r)
{
    if (peek(r) == '\r')
        r->at++;
    if (r->at < r->text.n && r->text.p[r->at] == '\n')
        r->at++;
}

static void find_separator(struct reading *r)
{
    if (str_starts(r->text, "sep=") && r->text.n > 5 && is_line_end(r->text.p[5])) {
        r->separator = r->text.p[4];
        r->at = 5;
        skip_line_end(r);
        r->row++; /* a spreadsheet counts it */
    } else {
        r->separator = most_used(r->text);
    }
}

/* --- one cell --- */

static bool put(struct reading *r, size_t start, const char *p, size_t n)
{
    if (r->said.n - start + n > JOB_SHEET_CELL_MAX)
        return refuse(r, "sheet_cell");
    buf_put(&r->said, p, n);
    return buf_ok(&r->said) ? true : refuse(r, "sheet_bytes");
}

/* From its opening quote behind its closing one; what follows up to the separator belongs to it
 * too, as spreadsheets read it. */
static bool read_quoted(struct reading *r, size_t start)
{
    const char *p = r->text.p;
    for (r->at++; r->at < r->text.n;) {
        const char *quote = memchr(p + r->at, '"', r->text.n - r->at);
        size_t n = quote ? (size_t)(quote - p) - r->at : 0;
        if (!quote)
            break;
        bool is_doubled = r->at + n + 1 < r->text.n && quote[1] == '"';
        if (!put(r, start, p + r->at, n + is_doubled))
            return false;
        r->at += n + 1 + is_doubled;
        if (!is_doubled)
            return true;
    }
    return refuse(r, "sheet_quote");
}

static bool read_plain(struct reading *r, size_t start)
{
    size_t from = r->at;
    while (r->at < r->text.n && peek(r) != r->separator && !is_line_end(peek(r)))
        r->at++;
    return put(r, start, r->text.p + from, r->at - from);
}

static bool is_all_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static bool would_run(char c)
{
    return c == '=' || c == '+' || c == '-' || c == '@';
}

/* Whitespace around a cell is kept, a cell of nothing else is empty. */
static void classify(struct table_cell *cell, struct str said)
{
    cell->kind = JOB_CELL_TEXT;
    cell->text = said;
    if (said.n > 3 && str_starts(said, "=\"") && said.p[said.n - 1] == '"' &&
        is_all_digits(str_slice(said, 2, said.n - 1)))
        cell->text = str_slice(said, 2, said.n - 1);
    else if (said.n > 1 && said.p[0] == '=')
        cell->kind = JOB_CELL_FORMULA, cell->formula = str_slice(said, 1, said.n);
    else if (said.n > 1 && said.p[0] == '\'' && would_run(said.p[1]))
        cell->text = str_slice(said, 1, said.n);
}

static bool read_cell(struct reading *r)
{
    size_t start = r->said.n;
    r->column++;
    if (peek(r) == '"' && r->at < r->text.n && !read_quoted(r, start))
        return false;
    if (!read_plain(r, start))
        return false;
    size_t n = r->said.n - start;
    if (n == 0 || str_trim(str_n(r->said.p + start, n)).n == 0)
        return true;
    if (r->column > JOB_SHEET_COLUMNS_MAX)
        return refuse(r, "sheet_columns");
    r->starts[r->cells_n] = start;
    r->ends[r->cells_n] = r->said.n;
    r->cells[r->cells_n++] = (struct table_cell){.column = r->column};
    return true;
}

/* --- records --- */

static bool end_record(struct reading *r)
{
    r->column = 0;
    if (r->cells_n == 0)
        return true;
    if (++r->rows > JOB_SHEET_ROWS_MAX)
        return refuse(r, "sheet_rows");
    for (size_t i = 0; i < r->cells_n; i++)
        classify(&r->cells[i], str_n(r->said.p + r->starts[i], r->ends[i] - r->starts[i]));
    const char *why = r->sink->row(r->sink->user, r->row, r->cells, r->cells_n);
    return why ? refuse(r, why) : true;
}

static bool read_record(struct reading *r)
{
    r->row++;
    r->column = 0;
    r->cells_n = 0;
    buf_clear(&r->said);
    if (!read_cell(r))
        return false;
    while (r->at < r->text.n && peek(r) == r->separator) {
        r->at++;
        if (!read_cell(r))
            return false;
    }
    skip_line_end(r);
    return end_record(r);
}

/* Which record a byte of the file is in, about: its line. */
static int64_t line_of(struct str bytes, size_t at)
{
    int64_t line = 1;
    for (size_t i = 0; i < at && i < bytes.n; i++)
        line += bytes.p[i] == '\n';
    return line;
}

static bool decode(struct str bytes, struct buf *out, enum charset *charset,
                   struct table_fault *fault)
{
    size_t skip, at;
    *charset = charset_of(bytes, &skip);
    struct str body = str_slice(bytes, skip, bytes.n);
    bool ok = charset_decode(*charset, body, out, &at);
    if (!buf_ok(out))
        *fault = (struct table_fault){"sheet_bytes", 0, 0};
    else if (!ok)
        *fault = (struct table_fault){"sheet_encoding", line_of(body, at), 0};
    return !fault->why;
}

static void read_all(struct reading *r)
{
    buf_init(&r->said, (size_t)JOB_SHEET_COLUMNS_MAX * JOB_SHEET_CELL_MAX);
    find_separator(r);
    while (r->at < r->text.n && read_record(r))
        ;
    buf_free(&r->said);
}

void csv_read(struct str bytes, const struct table_sink *sink, enum charset *charset,
              struct table_fault *fault)
{
    struct buf text;
    struct reading *r = calloc(1, sizeof(*r));
    *fault = (struct table_fault){r ? NULL : "sheet_bytes", 0, 0};
    buf_init(&text, JOB_SHEET_BYTES_MAX);
    if (r && decode(bytes, &text, charset, fault)) {
        *r = (struct reading){.text = str_n(text.p, text.n), .sink = sink, .fault = fault};
        read_all(r);
    }
    buf_free(&text);
    free(r);
}
