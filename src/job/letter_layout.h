/*
 * Where everything of an official document goes: its texts as items, each a whole number of the
 * grid's half lines high, placed on pages; only rows of tables begin at odd ones. Without I/O and
 * without fonts; fuzzed. Lengths in millimetres.
 *
 *   title, blank, addressee, text …, list of attachments, signature │ attachment │ attachment …
 *   └─────────────────────────── items ───────────────────────────────────────────────────────┘
 *
 * Items that are glued to the next stay on a page with it: a heading, a table's head, and the end
 * of the text with the signature, so that date and seal are never alone on a page.
 */
#ifndef JOB_LETTER_LAYOUT_H
#define JOB_LETTER_LAYOUT_H

#include "job/letter_text.h"

#define LETTER_TOP 37.0 /* of the type area */
#define LETTER_LEFT 28.0
#define LETTER_WIDTH 156.0
#define LETTER_HEIGHT 225.0
#define LETTER_SIZE 15.75 /* points: 3号 */
#define LETTER_SIZE_2 22.0
#define LETTER_SIZE_4 14.0
#define LETTER_CELL (LETTER_WIDTH / LETTER_CELLS)
#define LETTER_LINE 10.45 /* from baseline to baseline */
#define LETTER_SEAL_SIDE 42.0
#define LETTER_SEAL_GAP 5.0 /* from the text above to the seal: within one line */
#define LETTER_CODE_SIDE 20.0
#define LETTER_MM(points) ((points)*25.4 / 72)

enum {
    LETTER_LINES = 22,
    LETTER_HALVES = 2 * LETTER_LINES,
    LETTER_ROW_HALVES = LETTER_HALVES - 1, /* a row ends above the last line's leading */
    LETTER_CELLS = 28,
    LETTER_TITLE_CELLS = 20, /* of 2号 */
    LETTER_SMALL_CELLS = 29, /* of 4号, with one free at each side */
    LETTER_DATE_CELL = 24,   /* where a sealed date ends */
};

struct letter_row {
    struct letter_lines cells[LETTER_COLUMNS_MAX];
    int height; /* in half lines */
};
struct letter_table {
    size_t columns, rows_n;
    double x[LETTER_COLUMNS_MAX + 1]; /* of the bars, from the type area's left */
    double size, line;                /* of its type; points */
    struct letter_row *rows;
    bool is_left[LETTER_COLUMNS_MAX]; /* columns whose cells break */
};

enum letter_item_kind {
    LETTER_ITEM_BLANK,
    LETTER_ITEM_LINE,
    LETTER_ITEM_TITLE,
    LETTER_ITEM_ROW,
    LETTER_ITEM_SIGNATURE,
    LETTER_ITEM_LABEL, /* 附件 and its number; begins a page */
};
struct letter_item {
    enum letter_item_kind kind;
    int height; /* in half lines */
    bool is_glued, is_body;
    const struct letter_lines *lines; /* LINE, TITLE, LABEL: number `line` of these */
    const struct letter_table *table; /* ROW: number `line` of it */
    size_t line;
};

struct letter_place {
    int page, half; /* from 0 */
    size_t item;
};

struct letter_layout {
    const struct letter_paper *paper;
    const struct letter_metrics *metrics;
    struct arena *arena;
    /* The head: the mark's box, then tops and rules from the page's top. */
    double mark_top, mark_height, mark_width, number_top, rule;
    struct letter_item *items;
    struct letter_place *places;
    size_t items_n, places_n, items_cap;
    struct letter_lines issuer, date; /* a line each */
    double issuer_cells;
    /* The last page's foot, from the type area's bottom up. */
    struct letter_lines disclosure, caption, copies;
    double block_height; /* of the end block */
    int pages, foot_lines;
    const char *why; /* a word of job_words.h, after false */
};

/* Height of a line of the end block. */
#define LETTER_BLOCK_LINE 8.2

/* False: `why` says what is wrong with it; NULL: no memory. */
bool letter_layout(const struct letter_paper *paper, const struct letter_metrics *metrics,
                   struct arena *arena, struct letter_layout *out) MUST_CHECK;
/* letter_table.c: the rows from the front of *rest as long as they are rows. */
bool letter_table(struct str *rest, struct letter_layout *l,
                  const struct letter_table **out) MUST_CHECK;
/* The centre of date and seal, in cells. */
double letter_date_middle(const struct letter_layout *l);

#endif
