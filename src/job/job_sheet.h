/*
 * Sheets that people send: XLSX (Office Open XML, ECMA-376 part 1, transitional and strict) and CSV
 * or TSV in UTF-8, UTF-16 or GB18030 → rows of cells, each with what it is and its text:
 *
 *   text      as it was written; digits that were text stay text
 *   number    12.5, 6291041500213: exact as far as a double says it, never with an exponent up to
 *             10^21; what a CSV holds is always text
 *   date      2026-05-01, 2026-05-01T08:00:00, or 08:00:00 by the cell's style
 *   bool      true, false
 *   formula   the value that it had when the file was saved; `formula` is what it says, cut
 *   error     #N/A …
 *
 * Hidden sheets are left out. Refused, by row and column where there is one: more than the limits
 * below, a document type or entities in the XML, another encoding, an open quote, .xls, .ods.
 */
#ifndef JOB_JOB_SHEET_H
#define JOB_JOB_SHEET_H

#include "job/job.h"

enum {
    JOB_SHEET_ROWS_MAX = 20000, /* with something in them */
    JOB_SHEET_COLUMNS_MAX = 200,
    JOB_SHEET_CELL_MAX = 32 * 1024,          /* bytes of one cell */
    JOB_SHEET_FORMULA_MAX = 120,             /* bytes that are told of a formula */
    JOB_SHEET_BYTES_MAX = 256 * 1024 * 1024, /* unpacked, decoded; all parts together */
    JOB_SHEET_DEPTH_MAX = 32,                /* XML elements inside each other */
    JOB_SHEET_SHEETS_MAX = 64,
    JOB_SHEET_MERGES_MAX = 4096,
};

enum job_cell_kind {
    JOB_CELL_TEXT,
    JOB_CELL_NUMBER,
    JOB_CELL_DATE,
    JOB_CELL_BOOL,
    JOB_CELL_FORMULA,
    JOB_CELL_ERROR,
};
#define JOB_CELL_KINDS "text", "number", "date", "bool", "formula", "error"

struct job_cell {
    int column; /* from 1 */
    enum job_cell_kind kind;
    bool merged; /* part of merged cells */
    struct str text, formula;
};

struct job_row {
    int64_t number; /* as the spreadsheet counts, from 1; of a CSV: records */
    struct job_cell *cells;
    size_t n; /* cells that hold something, by rising column */
};

struct job_sheet {       /* a table that was read; free with job_sheet_close() */
    struct str format;   /* "xlsx", "csv"; in the arena */
    struct str encoding; /* of a CSV: "utf-8", "gb18030", "utf-16le", "utf-16be" */
    struct str *names;   /* of the visible sheets */
    size_t names_n;
    int64_t rows, merges; /* how many rows there are to come; how many merged ranges */
    int columns;          /* the last one that holds something */
    /* private */
    int fd;
    char *map;
    size_t map_n, at;
    int64_t seen;
};

/* Reads the sheet of that name (STR_NONE: the first visible) of a file. Errors: as job_run(); *row
 * and *column say where, when they are not NULL. */
enum err job_sheet_open(int in_fd, struct str name, bool (*stop)(void *arg), void *arg,
                        struct job_sheet *out, int64_t *row, int64_t *column, struct arena *arena,
                        struct err_info *info) MUST_CHECK;
/* The next row, in the arena; ERR_EOF after the last one, ERR_PROTOCOL when the job lied. */
enum err job_sheet_next(struct job_sheet *s, struct arena *arena, struct job_row *out) MUST_CHECK;
void job_sheet_close(struct job_sheet *s);

#endif
