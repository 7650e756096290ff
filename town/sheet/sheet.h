/*
 * sheet: one table, as CSV or as XLSX, for departments that hand out their rows. The maker gives
 * the columns and then cell after cell, row by row; a failed allocation is kept and told at the
 * end.
 *
 *   csv   RFC 4180, CRLF, UTF-8 with a byte order mark (without one Excel takes it for the system's
 *         code page); a text that a spreadsheet would run as a formula gets an apostrophe before it
 *   xlsx  numbers and times are numbers and times, texts are texts and never formulas
 *
 * Times are shown in the town's zone. Amounts in minor units (fen) become decimals (yuan).
 */
#ifndef TOWN_SHEET_SHEET_H
#define TOWN_SHEET_SHEET_H

#include "base/arena.h"
#include "base/block.h"
#include "base/str.h"

enum sheet_kind { SHEET_TEXT, SHEET_NUMBER, SHEET_TIME /* UTC ms */ };

struct sheet_column {
    struct str title; /* in the reader's language */
    enum sheet_kind kind;
    int digits; /* of a number in minor units: 2 for fen, else 0 */
    int width;  /* in characters; 0: the program's default */
};

enum { SHEET_ROWS_MAX = 10000, SHEET_COLUMNS_MAX = 64, SHEET_BYTES_MAX = 32 << 20 };

struct sheet { /* all in the arena */
    const struct sheet_column *columns;
    size_t columns_n;
    struct sheet_cell {
        struct str text;
        int64_t number;
        bool empty;
    } * cells; /* row by row */
    size_t n, room;
};

/* Room for at most `rows` rows. ERR_LIMIT beyond the named limits. */
enum err sheet_init(struct sheet *s, const struct sheet_column *columns, size_t columns_n,
                    size_t rows, struct arena *arena) MUST_CHECK;
/* The next cell; one more than there is room for aborts. Text is borrowed. */
void sheet_text(struct sheet *s, struct str text);
void sheet_number(struct sheet *s, int64_t number); /* a time, too */
void sheet_empty(struct sheet *s);

/* ERR_TOO_LARGE past SHEET_BYTES_MAX. The caller releases the block. */
enum err sheet_csv(const struct sheet *s, struct block **out) MUST_CHECK;
enum err sheet_xlsx(const struct sheet *s, struct block **out) MUST_CHECK;
struct sheet_page {
    struct str name; /* on its tab: at most 31 characters, none of [ ] : * ? / \ */
    const struct sheet *sheet;
};
/* As sheet_xlsx(), several tables as pages of one file; n > 0. */
enum err sheet_book(const struct sheet_page *pages, size_t n, struct block **out) MUST_CHECK;

#endif
