/*
 * Inside guildhall-job: what each WHAT is, and how it reads and answers. One process does one job.
 *
 *   prepare() ─▶ sandbox ─▶ request and input are there ─▶ run()
 *
 * prepare() loads what would have to be opened later (modules, converters, fonts); it has seen
 * nothing of the input. Where a setting says what to load, prepare_for() is told the request, which
 * then holds nothing but what is ours. run() returns the exit status; what it allocates goes with
 * the process.
 */
#ifndef JOB_WORKER_H
#define JOB_WORKER_H

#include <jansson.h>

#include "base/buf.h"
#include "base/str.h"
#include "job/sandbox.h"

enum { WORK_OUT = 4 }; /* the output's descriptor */

struct work_io {
    const json_t *request;
    struct str input; /* the whole of descriptor 3, mapped; empty when there is none */
};

struct work {
    const char *name;
    struct sandbox sandbox;
    bool needs_input;
    bool (*prepare)(void); /* false, with a line on stderr: no job; may be NULL */
    bool (*prepare_for)(const json_t *request); /* the same; may be NULL */
    int (*run)(const struct work_io *io);
};

extern const struct work work_frame, work_labels, work_letter, work_paper, work_picture, work_sheet,
    work_zip;

/* Writes what `line` holds and '\n' to the answers, and empties it. */
void work_answer(struct buf *line);
/* The refusal of the whole job (job_words.h); row and column from 1, or 0. Returns the exit status.
 */
int work_refuse(const char *word, int64_t row, int64_t column);
/* Appends to the output; ends the process when that cannot be. Returns where it began. */
int64_t work_put(const void *p, size_t n);
/* [offset, length] within the input. */
bool work_range(const struct work_io *io, const json_t *pair, struct str *out);

#endif
