/*
 * Sheets of goods in: what a maker brings becomes products, all of it or nothing.
 *
 *   reading ──▶ mapping ──▶ checking ──▶ checked ──▶ taking ──▶ taken
 *      │        columns      each row     faults by row and column, each mended in place;
 *      ▼                     as it would  what would be new, changed, the same
 *    failed                  be saved
 *
 * The file is decoded by guildhall-job (job/job_sheet.h); rows lie in import_rows as text. Checking
 * builds the very edits that taking saves (import_build.c), so that what is previewed is what
 * comes. Taking is one command: a refusal of one row keeps all of them out and becomes a fault of
 * that row.
 *
 * Files, rows and faults are kept for some days only (import_keep.c); the import itself stays in
 * the list, with what came of it.
 *
 * A product is known again by its maker's model, a variant by its code. Columns that are not there
 * leave what is; empty cells do, too.
 */
#ifndef TOWN_HALL_IMPORT_H
#define TOWN_HALL_IMPORT_H

#include "store/writer.h"
#include "town/hall/sheet_column.h"

enum {
    IMPORT_ROWS_MAX = 5000,
    IMPORT_CELLS_MAX = 24 * 1024 * 1024, /* bytes of all cells of a sheet, as they are stored */
    IMPORT_FAULTS_MAX = 500,             /* kept and shown; more are counted */
    IMPORT_FILE_MAX = 32 * 1024 * 1024,
    IMPORT_ZIP_MAX = 512 * 1024 * 1024,
    IMPORT_PICTURES_MAX = 6000, /* names */
    IMPORT_KEPT_MAX = 40,       /* of a maker, with their files */
    IMPORT_ENDED_DAYS = 3,      /* how long they keep them after their end */
    IMPORT_OPEN_DAYS = 14,      /* or after their last change */
};
#define IMPORT_KEPT_BYTES (INT64_C(4) << 30) /* of all of them together */

struct import_cell {
    int column;      /* from 1 */
    struct str kind; /* "text", "number", "date", "bool", "formula", "error": job_sheet.h */
    bool merged;
    struct str text;
};

struct import_row {
    int64_t number;
    struct import_cell *cells;
    size_t n;
};

struct import_sheet { /* in an arena */
    int64_t id, organisation;
    const struct hall_column **columns; /* what column c is: columns[c - 1], or NULL */
    size_t columns_n;
    struct import_row *rows;
    size_t n;
};

struct import_fault {
    int64_t row;
    int column; /* 0: the row as a whole */
    struct str value;
    const char *key;
    int64_t least, most;
};

struct import_product {
    struct hall_product_edit edit;       /* id 0: new */
    const struct hall_product_edit *was; /* as it is in the store, or NULL */
    int64_t row;                         /* its first */
    bool is_same;                        /* nothing would change */
    struct str pictures;                 /* names, as the sheet has them */
    struct hall_spec_edit *specs;        /* edit.specs */
    size_t skus_room, specs_room;        /* of those lists */
};

struct import_built {
    struct import_product *products;
    size_t n;
    struct import_fault *faults; /* the first IMPORT_FAULTS_MAX */
    size_t faults_n;             /* all of them */
    size_t new_n, changed_n, same_n;
};

/* The sheet of an import as it is stored, its columns by its mapping. */
enum err import_load(struct db *db, int64_t id, struct arena *arena,
                     struct import_sheet *out) MUST_CHECK;
/* Edits of all products, and what is wrong. Reads the store, changes nothing. */
enum err import_build(struct db *db, const struct import_sheet *s, struct arena *arena,
                      struct import_built *out) MUST_CHECK;

#endif
