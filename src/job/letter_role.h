/*
 * The setting of typefaces (job_letter.h): "role=NAME,NAME;role=NAME". Without I/O; fuzzed.
 */
#ifndef JOB_LETTER_ROLE_H
#define JOB_LETTER_ROLE_H

#include "job/job_letter.h"

bool letter_fonts_ok(struct str setting);
/* The next name for that role, in their order; *at is 0 before the first. False: no more. */
bool letter_fonts_next(struct str setting, enum letter_role role, size_t *at, struct str *name);

#endif
