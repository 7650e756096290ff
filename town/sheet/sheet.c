/* The table itself, and its form as CSV. */
#include "town/sheet/sheet.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/log.h"
#include "town/day.h"

enum err sheet_init(struct sheet *s, const struct sheet_column *columns, size_t columns_n,
                    size_t rows, struct arena *arena)
{
    *s = (struct sheet){.columns = columns, .columns_n = columns_n};
    if (columns_n == 0 || columns_n > SHEET_COLUMNS_MAX || rows > SHEET_ROWS_MAX)
        return ERR_LIMIT;
    s->room = rows * columns_n;
    s->cells = arena_array(arena, s->room ? s->room : 1, sizeof(*s->cells));
    return s->cells ? OK : ERR_NOMEM;
}

static struct sheet_cell *next_cell(struct sheet *s)
{
    if (s->n == s->room) {
        LOG(ERROR, "sheet.too_many_cells", L_I("room", s->room));
        abort();
    }
    struct sheet_cell *cell = &s->cells[s->n++];
    *cell = (struct sheet_cell){0};
    return cell;
}

void sheet_text(struct sheet *s, struct str text)
{
    next_cell(s)->text = text;
}

void sheet_number(struct sheet *s, int64_t number)
{
    next_cell(s)->number = number;
}

void sheet_empty(struct sheet *s)
{
    next_cell(s)->empty = true;
}

/* --- CSV --- */

/* What spreadsheets take for the beginning of a formula. */
static bool is_formula(struct str s)
{
    return s.n > 0 && strchr("=+-@\t\r", s.p[0]) != NULL;
}

static void put_text(struct buf *b, struct str s)
{
    bool quoted = is_formula(s);
    for (size_t i = 0; i < s.n && !quoted; i++)
        quoted = strchr("\",\r\n", s.p[i]) != NULL;
    if (!quoted) {
        buf_str(b, s);
        return;
    }
    buf_z(b, is_formula(s) ? "\"'" : "\"");
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_z(b, "\"");
        buf_put(b, &s.p[i], 1);
    }
    buf_z(b, "\"");
}

static void put_number(struct buf *b, int64_t number, int digits)
{
    uint64_t size = number < 0 ? -(uint64_t)number : (uint64_t)number, unit = 1;
    for (int i = 0; i < digits; i++)
        unit *= 10;
    buf_printf(b, "%s%" PRIu64, number < 0 ? "-" : "", size / unit);
    if (digits)
        buf_printf(b, ".%0*" PRIu64, digits, size % unit);
}

static void put_time(struct buf *b, int64_t utc_ms)
{
    struct tm tm;
    char text[40];
    day_clock(utc_ms, &tm);
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
    buf_z(b, text);
}

static void put_cell(struct buf *b, const struct sheet_column *column,
                     const struct sheet_cell *cell)
{
    if (cell->empty)
        return;
    switch (column->kind) {
    case SHEET_TEXT: put_text(b, cell->text); break;
    case SHEET_NUMBER: put_number(b, cell->number, column->digits); break;
    case SHEET_TIME: put_time(b, cell->number); break;
    }
}

enum err sheet_csv(const struct sheet *s, struct block **out)
{
    struct buf b;
    buf_init(&b, SHEET_BYTES_MAX);
    buf_z(&b, "\xEF\xBB\xBF");
    for (size_t c = 0; c < s->columns_n; c++) {
        buf_z(&b, c ? "," : "");
        put_text(&b, s->columns[c].title);
    }
    buf_z(&b, "\r\n");
    for (size_t i = 0; i < s->n; i++) {
        buf_z(&b, i % s->columns_n ? "," : "");
        put_cell(&b, &s->columns[i % s->columns_n], &s->cells[i]);
        if (i % s->columns_n == s->columns_n - 1)
            buf_z(&b, "\r\n");
    }
    if (!buf_ok(&b)) {
        buf_free(&b);
        return ERR_TOO_LARGE;
    }
    *out = block_take(b.p, b.n);
    return *out ? OK : ERR_NOMEM;
}
