/*
 * Tables as readers of sheets hand them on: row by row, cells that hold something, by rising
 * column.
 */
#ifndef JOB_TABLE_H
#define JOB_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "job/job_sheet.h"

struct table_cell { /* strings: borrowed during the call */
    int column;     /* from 1 */
    enum job_cell_kind kind;
    bool merged;
    struct str text, formula;
};

/* What refuses a table, and where: rows and columns from 1, or 0. */
struct table_fault {
    const char *why; /* a word (job_words.h); NULL: nothing does */
    int64_t row, column;
};

struct table_sink {
    /* NULL, or a word that ends the reading. */
    const char *(*row)(void *user, int64_t row, const struct table_cell *cells, size_t n);
    void *user;
};

#endif
