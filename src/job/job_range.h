/* What a job says that it wrote: believed only if it lies in what was written, and begins as such a
 * file does. */
#ifndef JOB_JOB_RANGE_H
#define JOB_JOB_RANGE_H

#include <jansson.h>
#include <stdbool.h>

#include "job/job_picture.h"

/* [offset, length] of a file in `fd` that has `magic` at `magic_at`. */
bool job_range_read(const json_t *pair, int fd, const char *magic, size_t magic_at,
                    struct job_range *out);

#endif
