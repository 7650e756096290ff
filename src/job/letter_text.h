/*
 * The text of an official document: what its lines are, and how they break into lines of cells.
 * Without I/O and without fonts (a caller says how wide a character is); fuzzed.
 *
 *   ┌──┬──┬──┬──┬──┬──┬──┬──┬──┬──┐
 *   │占│地│ 4.81│平│方│公│里│。│  │    a figure in as many cells as it needs, in their middle
 *   └──┴──┴──┴──┴──┴──┴──┴──┴──┴──┘
 *
 * No line begins with a closing mark: one stop or comma hangs beyond the last cell, anything else
 * takes the characters before it along. None ends with an opening one; —— and …… stay together.
 */
#ifndef JOB_LETTER_TEXT_H
#define JOB_LETTER_TEXT_H

#include "base/arena.h"
#include "job/job_letter.h"

enum letter_kind { LETTER_TEXT, LETTER_LEVEL_1, LETTER_LEVEL_2, LETTER_ROW };

struct letter_para {
    struct str text; /* trimmed, also of wide blanks; of a row with its bars */
    size_t head;     /* bytes of it that are heading */
    enum letter_kind kind;
};
/* The next one that is not empty; false at the end. */
bool letter_next(struct str *rest, struct letter_para *out);
/* Cells of a row, trimmed, at most `max` of them into `cells`, with their backslashes; says how
 * many there are. 0: dashes, which are no row. */
size_t letter_cells(struct str row, struct str *cells, size_t max);
/* Without the punctuation at its end (names of attachments, lists that get their own stop). */
struct str letter_bare(struct str text);

/* One character, or a word of narrow ones. */
struct letter_piece {
    struct str text;
    int cell, cells; /* where in its line, from the line's first cell */
    double width;    /* of a word, in ems */
    enum letter_role role;
    bool is_word;
};
struct letter_line {
    size_t from, n; /* its pieces */
    int cells;      /* that it has, from cell 0 to the end of its last piece */
};
struct letter_lines {
    struct letter_piece *pieces; /* in the arena */
    struct letter_line *lines;
    size_t pieces_n, lines_n;
};

struct letter_metrics {
    double (*advance)(void *arg, enum letter_role role, uint32_t c); /* in ems */
    void *arg;
};
struct letter_shape {
    int cells;       /* a line's */
    int first, rest; /* where the first and the other lines begin */
    double pitch;    /* of cells, in ems */
    bool hangs;
    enum letter_role head_role, role;
};
/* At least one line. False without memory. */
bool letter_break(struct str text, size_t head, const struct letter_shape *shape,
                  const struct letter_metrics *metrics, struct arena *arena,
                  struct letter_lines *out) MUST_CHECK;
/* Characters that have a cell each. */
bool letter_is_wide(uint32_t c);
/* How much narrower than it is a word is set in its cells: 1 or a little less. */
double letter_condense(const struct letter_piece *word, double pitch);

#endif
