/*
 * Jobs: what strangers send is decoded by a second, small program, `guildhall-job`, one process a
 * job, so that a file that breaks a decoder breaks nothing else.
 *
 *   descriptor   the job's                                       whose
 *   0 stdin      the request, one JSON line                      made here
 *   1 stdout     answers, one JSON line each (JOB_ANSWERS_MAX)   made here
 *   2 stderr     for the log, JOB_SAID_MAX bytes of it           made here
 *   3            the input, read at any place, not moved         the caller's, or none
 *   4            the output, written from its start              the caller's, or none
 *
 * All of them are files (memfd), so neither side ever waits for the other. Before the first byte of
 * input is read the job has set its limits of memory, processor seconds, file size and descriptors,
 * and a seccomp filter: it can open no file, no socket and no process, and use nothing but what it
 * was given (sandbox.h). It does not outlive the thread that waits for it.
 *
 * A last line {"error":NAME,"why":WORD,"row":N,"column":N} refuses the input: WORD is one of
 * job_words.h, which says what error that is and which message of locales/ tells people.
 *
 * Blocking: for worker threads. Thread safe after job_set_program().
 */
#ifndef JOB_JOB_H
#define JOB_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum {
    JOB_ANSWERS_MAX = 4 * 1024 * 1024,
    JOB_SAID_MAX = 1024,
    JOB_DEADLINE_MS = 60 * 1000, /* when the caller has no better one */
    JOB_LOOK_MS = 200,           /* how often `stop` is asked */
};

struct job_spec {
    const char *what;        /* "frame", "picture", "sheet", "zip", "labels", "paper", "letter" */
    struct str request;      /* one JSON object */
    int in_fd, out_fd;       /* borrowed; -1: none */
    int64_t deadline_ms;     /* from now; 0: JOB_DEADLINE_MS */
    bool (*stop)(void *arg); /* true: it is killed, ERR_CLOSED; NULL: never asked */
    /* How many lines it has answered so far, as often as stop is asked; may be NULL. */
    void (*answered)(void *arg, int64_t lines);
    void *arg;
};

struct job_answer {
    struct str text; /* lines that ended, each with its '\n'; in the arena; also after an error */
    int64_t row, column; /* of a refusal: where in a table, from 1; or 0 */
};

/* Where the program is. Before the first job; else it is beside the running program. Borrowed. */
void job_set_program(const char *path);
/* Is it there, may it be run? For a word in the log at the start. */
bool job_program_ok(void);

/* Runs one. Errors:
 *
 *   the job's own    ERR_SYNTAX, ERR_INVALID, ERR_UNSUPPORTED, ERR_TOO_LARGE, ERR_NOT_FOUND, with
 *                    the word as info->field and the message as info->key
 *   ERR_TIMEOUT      killed at the deadline, or by its limit of processor seconds
 *   ERR_TOO_LARGE    ended by its limit of output; more answers than JOB_ANSWERS_MAX
 *   ERR_PROTOCOL     it crashed, did something forbidden, or its answer is none
 *   ERR_CLOSED       `stop` said so
 *   ERR_DISK_FULL, ERR_IO, ERR_NOMEM
 *                    not the input's fault; info->field "job-program": it could not be started */
enum err job_run(const struct job_spec *spec, struct job_answer *out, struct arena *arena,
                 struct err_info *info) MUST_CHECK;

/* An empty file that is in memory, or with a folder one there without a name, for what goes from a
 * job to the next; -1 when there is none to be had. */
int job_temporary(const char *folder);

#endif
