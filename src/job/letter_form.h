/*
 * A paper as it crosses to the job: one JSON object whose members are named like those of struct
 * letter_paper. Both sides check it by the same rules. Without I/O; fuzzed.
 */
#ifndef JOB_LETTER_FORM_H
#define JOB_LETTER_FORM_H

#include <jansson.h>

#include "base/buf.h"
#include "job/job_letter.h"

enum { LETTER_FORM_BYTES = 1 << 20 }; /* of JSON; all texts fit, each byte of them escaped or not */

struct letter_form_read {
    struct letter_paper paper; /* into `json` and `attachments`; seal_png is not in it */
    struct letter_attachment attachments[LETTER_ATTACHMENTS_MAX];
    json_t *json; /* owned: letter_form_free() */
};

/* ERR_INVALID or ERR_TOO_LARGE with info->field as in job_letter.h. */
enum err letter_form_check(const struct letter_paper *paper, struct err_info *info) MUST_CHECK;
void letter_form_write(const struct letter_paper *paper, struct buf *out);
/* ERR_SYNTAX when it is no such object; else as letter_form_check(). To be freed in any case. */
enum err letter_form_read(struct str json, struct letter_form_read *out,
                          struct err_info *info) MUST_CHECK;
void letter_form_free(struct letter_form_read *r);

#endif
