/*
 * A question as a row of a sheet says it: kind, text (Chinese), text (English), right, and up to
 * six options as "Chinese | English" (without a bar: the same in both).
 *
 *   single     right is one letter, "B"; multiple: several, "AC"
 *   truth      right is "T" or "F"; no options
 */
#ifndef TOWN_TRAINING_QUESTION_H
#define TOWN_TRAINING_QUESTION_H

#include "base/str.h"

enum { QUESTION_OPTIONS_MAX = 6, QUESTION_COLUMNS = 4 + QUESTION_OPTIONS_MAX };

struct question {
    const char *kind;
    struct str text_zh, text_en; /* borrowed from the cells */
    int right;                   /* mask: bit 0 is option A; of truth 1 true, 2 false */
    struct {
        struct str zh, en;
    } options[QUESTION_OPTIONS_MAX];
    int n;
};
/* cells: QUESTION_COLUMNS of them. NULL, or the name of what is wrong: text training.question_NAME.
 */
const char *question_read(const struct str *cells, struct question *out);

#endif
