/* A table in any encoding: rows rise, cells of a row rise and keep within the limits. */
#include <stdlib.h>

#include "job/csv.h"
#include "job/json.h"

static const char *on_row(void *user, int64_t row, const struct table_cell *cells, size_t n)
{
    int64_t *last = user;
    struct buf line;
    if (row <= *last || n == 0 || n > JOB_SHEET_COLUMNS_MAX)
        abort();
    *last = row;
    buf_init(&line, 1 << 22);
    for (size_t i = 0; i < n; i++) {
        if (cells[i].column <= (i ? cells[i - 1].column : 0) ||
            cells[i].text.n > JOB_SHEET_CELL_MAX || !str_is_utf8(cells[i].text))
            abort();
        json_put(&line, cells[i].text);
    }
    buf_free(&line);
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    int64_t last = 0;
    const struct table_sink sink = {on_row, &last};
    struct table_fault fault;
    enum charset charset;
    csv_read(str_n(p, n), &sink, &charset, &fault);
    return 0;
}
