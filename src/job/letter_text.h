/*
 * The text of an official document: what its lines are, and how they break into lines of cells.
 * Without I/O and without fonts (a caller says how wide a character is); fuzzed.
 *
 *   ┌──┬──┬──┬──┬──┬──┬──┬──┐
 *   │占│地│4.81│平│方│公│里│。│    a figure is as wide as it is
 *   └──┴──┴──┴──┴──┴──┴──┴──┴──┘
 *
 * What a line with figures is short of its cells is shared out between its characters, so that it
 * ends with the others; half a cell too many is taken in. No line begins with a closing mark: one
 * stop or comma hangs beyond the last cell, by half of one, and anything else takes the characters
 * before it along. None ends with an opening one; —— and …… stay together.
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
/* Whom it is to, without a colon: papers and pages end it with one of theirs. */
struct str letter_addressee(struct str text);
/* Without the punctuation at its end (names of attachments, lists that get their own stop). */
struct str letter_bare(struct str text);

/* One character, or a word of narrow ones. */
struct letter_piece {
    struct str text;
    double cell, cells; /* where in its line and how wide, in cells; from the line's first one */
    enum letter_role role;
    bool is_word;
};
struct letter_line {
    size_t from, n; /* its pieces */
    double cells;   /* that it has, from cell 0 to the end of its last piece */
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
    double cells;    /* a line's */
    int first, rest; /* where the first and the other lines begin */
    double pitch;    /* of cells, in ems */
    double number;   /* a list's: cells of the number that is its first word */
    bool hangs, is_justified;
    enum letter_role head_role, role;
};
/* At least one line. False without memory. */
bool letter_break(struct str text, size_t head, const struct letter_shape *shape,
                  const struct letter_metrics *metrics, struct arena *arena,
                  struct letter_lines *out) MUST_CHECK;
/* Characters that have a cell each. */
bool letter_is_wide(uint32_t c);

#endif
