/*
 * How two texts of a letter differ, by paragraph and by word, and how two changes of one text are
 * put together. A paragraph is a line; a word is a token [[…]], a run of Latin letters and digits,
 * or one character.
 */
#ifndef TOWN_LETTERS_DIFF_H
#define TOWN_LETTERS_DIFF_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Beyond so many pairs a stretch is not compared, but counts as changed altogether. */
enum { DIFF_CELLS_MAX = 4 * 1024 * 1024 };

enum diff_kind { DIFF_SAME, DIFF_OLD, DIFF_NEW, DIFF_CHANGED };
struct diff_part {
    enum diff_kind kind;
    struct str was, is; /* of the texts; a new part was nothing */
};
/* Parts in order; of paragraphs each is one, without its line break. CHANGED: they have enough in
 * common to be read beside each other, by diff_words(). */
enum err diff_lines(struct arena *arena, struct str was, struct str is, struct diff_part **out,
                    size_t *n) MUST_CHECK;
/* Never CHANGED; what stands together of one kind is one part. */
enum err diff_words(struct arena *arena, struct str was, struct str is, struct diff_part **out,
                    size_t *n) MUST_CHECK;

/* Lines that a conflict is written between: one before theirs, one before mine, one behind. */
struct merge_marks {
    struct str theirs, mine, end;
};
/* What both changed differently stands there twice, between marks; what one changed is taken.
 * Paragraphs that one added where the other changed them are a conflict. */
enum err diff_merge(struct arena *arena, struct str base, struct str theirs, struct str mine,
                    const struct merge_marks *marks, struct str *out, size_t *conflicts) MUST_CHECK;

#endif
