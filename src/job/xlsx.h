/*
 * XLSX workbooks (ECMA-376 part 1, chapter 18): the parts of a ZIP that say which sheets there are,
 * how cells are styled and what the shared texts are, then one sheet's rows. No I/O.
 *
 *   _rels/.rels ─▶ workbook.xml ─▶ its .rels ─┬▶ styles.xml: is a number a date?
 *                                             ├▶ sharedStrings.xml
 *                                             └▶ sheetN.xml: merged cells, then rows
 */
#ifndef JOB_XLSX_H
#define JOB_XLSX_H

#include "base/arena.h"
#include "job/table.h"
#include "job/zip.h"

enum {
    XLSX_STYLES_MAX = 65536,
    XLSX_PATH_MAX = 256,
    XLSX_ARENA_MAX = 320 * 1024 * 1024, /* shared texts, mostly */
};

enum xlsx_style { XLSX_PLAIN, XLSX_DATE, XLSX_TIME, XLSX_DATE_TIME, XLSX_HOURS /* [h]:mm */ };

struct xlsx_sheet {
    struct str name, id; /* id: of its relation */
    const char *path;    /* of its part; NULL: none */
    bool is_hidden;
};

struct xlsx {
    struct zip zip;
    struct arena *arena;
    const char *book, *styles_path, *strings_path; /* parts; NULL: none */
    bool is_1904;                                  /* days count from 1904 */
    struct xlsx_sheet sheets[JOB_SHEET_SHEETS_MAX];
    size_t sheets_n;
    uint8_t *styles; /* enum xlsx_style of each format of a cell */
    size_t styles_n;
    struct str *strings;
    size_t strings_n, strings_room;
};

/* Reads all but the sheets. NULL, or a word (job_words.h). The bytes are borrowed. */
const char *xlsx_open(struct xlsx *x, struct str bytes, struct arena *arena);
/* The rows of one sheet. *merges: how many merged ranges it has. */
void xlsx_read(struct xlsx *x, size_t sheet, const struct table_sink *sink, size_t *merges,
               struct table_fault *fault);

/* What a number's format makes of it: "yyyy\-mm\-dd" is a date. */
enum xlsx_style xlsx_style_of(const char *code);
/* A number as it is stored → what it says: exact and without exponent, or by its style. `out` holds
 * XLSX_NUMBER_MAX bytes. What is no number is copied, and XLSX_PLAIN stays text: false. */
enum { XLSX_NUMBER_MAX = 64 };
bool xlsx_number(struct str stored, enum xlsx_style style, bool is_1904, char *out,
                 enum job_cell_kind *kind);

#endif
