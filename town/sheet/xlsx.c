/* A sheet as XLSX, written by libxlsxwriter into a file in memory. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/log.h"
#include "town/day.h"
#include "town/sheet/sheet.h"

enum {
    CELL_BYTES_MAX = 4096, /* Excel's own limit is 32,767 characters */
    EXACT_MAX_BITS = 53,   /* whole numbers a double holds exactly */
};

struct forms {
    lxw_format *head, *time, *whole, *minor;
};

static lxw_format *form_of(lxw_workbook *book, const char *numbers)
{
    lxw_format *f = workbook_add_format(book);
    if (f && numbers)
        format_set_num_format(f, numbers);
    return f;
}

/* NUL-terminated, cut at a whole character. */
static void put_text(lxw_worksheet *page, lxw_row_t row, lxw_col_t column, struct str text,
                     lxw_format *form)
{
    char z[CELL_BYTES_MAX + 1];
    text = str_head(text, CELL_BYTES_MAX);
    memcpy(z, text.n ? text.p : "", text.n);
    z[text.n] = 0;
    worksheet_write_string(page, row, column, z, form);
}

static void put_number(lxw_worksheet *page, lxw_row_t row, lxw_col_t column, int64_t number,
                       int digits, const struct forms *forms)
{
    int64_t unit = 1;
    if (number > INT64_C(1) << EXACT_MAX_BITS || number < -(INT64_C(1) << EXACT_MAX_BITS)) {
        char text[32]; /* rather a text than a number that is a little wrong */
        int n = snprintf(text, sizeof(text), "%lld", (long long)number);
        put_text(page, row, column, str_n(text, (size_t)n), NULL);
        return;
    }
    for (int i = 0; i < digits; i++)
        unit *= 10;
    worksheet_write_number(page, row, column, (double)number / (double)unit,
                           digits ? forms->minor : forms->whole);
}

static void put_time(lxw_worksheet *page, lxw_row_t row, lxw_col_t column, int64_t utc_ms,
                     lxw_format *form)
{
    struct tm tm;
    day_clock(utc_ms, &tm);
    lxw_datetime at = {tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                       tm.tm_hour,        tm.tm_min,     tm.tm_sec};
    worksheet_write_datetime(page, row, column, &at, form);
}

static void fill(lxw_worksheet *page, const struct sheet *s, const struct forms *forms)
{
    for (size_t c = 0; c < s->columns_n; c++) {
        put_text(page, 0, (lxw_col_t)c, s->columns[c].title, forms->head);
        if (s->columns[c].width)
            worksheet_set_column(page, (lxw_col_t)c, (lxw_col_t)c, s->columns[c].width, NULL);
    }
    worksheet_freeze_panes(page, 1, 0);
    for (size_t i = 0; i < s->n; i++) {
        const struct sheet_cell *cell = &s->cells[i];
        lxw_row_t row = (lxw_row_t)(1 + i / s->columns_n);
        lxw_col_t column = (lxw_col_t)(i % s->columns_n);
        if (cell->empty)
            continue;
        switch (s->columns[column].kind) {
        case SHEET_TEXT: put_text(page, row, column, cell->text, NULL); break;
        case SHEET_NUMBER:
            put_number(page, row, column, cell->number, s->columns[column].digits, forms);
            break;
        case SHEET_TIME: put_time(page, row, column, cell->number, forms->time); break;
        }
    }
}

/* A page whose name the library does not take has one of its own. */
static lxw_worksheet *add_page(lxw_workbook *book, struct str name)
{
    char z[LXW_MAX_SHEETNAME_LENGTH * 4 + 1] = "";
    name = str_head(name, sizeof(z) - 1);
    memcpy(z, name.n ? name.p : "", name.n);
    lxw_worksheet *page = name.n ? workbook_add_worksheet(book, z) : NULL;
    return page ? page : workbook_add_worksheet(book, NULL);
}

static enum err write_book(const char *path, const struct sheet_page *pages, size_t n)
{
    lxw_workbook *book = workbook_new(path);
    if (!book)
        return ERR_NOMEM;
    struct forms forms = {.head = form_of(book, NULL),
                          .time = form_of(book, "yyyy-mm-dd hh:mm:ss"),
                          .whole = form_of(book, "0"),
                          .minor = form_of(book, "0.00")};
    bool made = forms.head && forms.time && forms.whole && forms.minor;
    if (made)
        format_set_bold(forms.head);
    for (size_t i = 0; made && i < n; i++) {
        lxw_worksheet *page = add_page(book, pages[i].name);
        made = page != NULL;
        if (made)
            fill(page, pages[i].sheet, &forms);
    }
    lxw_error failed = workbook_close(book); /* frees all of it, whatever happens */
    if (failed)
        LOG(ERROR, "sheet.xlsx_failed", L_Z("why", lxw_strerror(failed)));
    return made && !failed ? OK : ERR_IO;
}

static enum err read_back(int fd, struct block **out)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return ERR_IO;
    if (st.st_size > SHEET_BYTES_MAX)
        return ERR_TOO_LARGE;
    struct block *b = block_new((size_t)st.st_size);
    if (!b)
        return ERR_NOMEM;
    if (pread(fd, block_bytes(b), b->n, 0) != (ssize_t)b->n) {
        block_unref(b);
        return ERR_IO;
    }
    *out = b;
    return OK;
}

enum err sheet_book(const struct sheet_page *pages, size_t n, struct block **out)
{
    char path[40];
    int fd = memfd_create("sheet", MFD_CLOEXEC);
    if (fd < 0)
        return ERR_NOMEM;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    enum err e = write_book(path, pages, n);
    if (e == OK)
        e = read_back(fd, out);
    close(fd);
    return e;
}

enum err sheet_xlsx(const struct sheet *s, struct block **out)
{
    return sheet_book(&(struct sheet_page){STR_NONE, s}, 1, out);
}
