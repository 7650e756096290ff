/*
 * Papers: statements, packing slips, pick lists as PDF. A paper is a list of sheets; each begins on
 * a page of its own, counts its own pages, and is written from top to bottom:
 *
 *   ┌───────────────────────────────────┐
 *   │ Title                       ▛▀▜▞▚ │   head: title, line below, code
 *   │ line below it               ▙▄▟▚▞ │
 *   │ label  value     label  value     │   facts
 *   │ Heading                           │
 *   │ column     column          column │   table: its head is on each page, its sums of money are
 *   │ ─────────────────────────────────│   carried from page to page
 *   │ text       text          1,234.50 │
 *   │ note                              │
 *   │ foot                        1 / 2 │
 *   └───────────────────────────────────┘
 *
 *   paper_init(&p);
 *   paper_sheet(&p, &head);  paper_facts(…);  paper_table(…);  paper_text(…) paper_fen(…) …
 *   job_paper(&p, …);        paper_free(&p);
 *
 * Nothing fails but job_paper(): a paper that became too large is its ERR_TOO_LARGE.
 */
#ifndef JOB_JOB_PAPER_H
#define JOB_JOB_PAPER_H

#include "base/buf.h"
#include "job/job.h"

enum {
    PAPER_BYTES_MAX = 16 << 20,
    PAPER_SHEETS_MAX = 500,
    PAPER_ROWS_MAX = 20000, /* of one table */
    PAPER_COLUMNS_MAX = 12,
    PAPER_TEXT_MAX = 600,    /* bytes of any text; what is longer is cut before */
    PAPER_ADDRESS_MAX = 200, /* of a code */
};

struct paper {
    struct buf b; /* owned: the request, as it grows */
    size_t sheets, blocks, columns, cells;
    bool in_table;
};

void paper_init(struct paper *p);
void paper_free(struct paper *p);

struct paper_head {
    struct str title, below, code, foot; /* below, code, foot: may be empty */
    bool is_certificate; /* one page in a frame: a heading (whose it is), a note (what it says),
                            facts, and at the bottom beside the code what follows; no tables */
};
void paper_sheet(struct paper *p, const struct paper_head *head);

struct paper_fact {
    struct str label, value;
};
void paper_facts(struct paper *p, const struct paper_fact *facts, size_t n);
void paper_heading(struct paper *p, struct str text);
void paper_note(struct paper *p, struct str text);

struct paper_column {
    struct str name;
    int width;     /* relative to the others' */
    bool is_right; /* texts at the right; money always is */
    bool is_sum;   /* money that is added up: cells by paper_fen() */
};
struct paper_table {
    const struct paper_column *columns;
    size_t n;
    struct str sum, carried,
        brought; /* words in the first column; sum empty: nothing is added up */
};
/* Its cells follow, row by row; the table ends with the next call that is not one of a cell. */
void paper_table(struct paper *p, const struct paper_table *t);
void paper_text(struct paper *p, struct str text);
void paper_fen(struct paper *p, int64_t fen); /* as 1,234.50 */

struct job_paper_ask {
    int out_fd; /* the PDF goes there; empty (job_temporary()) */
    bool (*stop)(void *arg);
    void (*sheets)(void *arg, int64_t done); /* how many are drawn; may be NULL */
    void *arg;
};
/* *pages: how many. Errors: as job_run(), ERR_TOO_LARGE, ERR_INVALID for a paper without a sheet.
 */
enum err job_paper(struct paper *p, const struct job_paper_ask *ask, int64_t *pages,
                   struct err_info *info) MUST_CHECK;

#endif
