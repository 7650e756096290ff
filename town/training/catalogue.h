/*
 * The occupations that courses are for, with their trades and levels: the national occupation
 * classification's internet marketing specialist (4-01-02-07), whose standard names four trades and
 * five levels with 120, 104, 88, 72 and 72 hours of training. Names are texts: training.trade_NAME,
 * training.level_N, training.occupation_CODE.
 */
#ifndef TOWN_TRAINING_CATALOGUE_H
#define TOWN_TRAINING_CATALOGUE_H

#include "base/str.h"

enum { TRAINING_LEVELS = 5 };

struct training_occupation {
    const char *code;           /* "4-01-02-07" */
    const char *name;           /* of its texts */
    const char *const *trades;  /* ends with NULL */
    int hours[TRAINING_LEVELS]; /* of level 1 to 5 */
};
extern const struct training_occupation training_occupations[];
extern const size_t training_occupations_n;

/* NULL when there is none. */
const struct training_occupation *training_occupation_of(struct str code);
bool training_has_trade(const struct training_occupation *o, struct str trade);

#endif
