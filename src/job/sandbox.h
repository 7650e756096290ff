/*
 * What a job gives up before it reads its first byte of input. It keeps: the descriptors it has,
 * memory, time, its own exit; with `threads` it may start threads, never processes. Opening a file
 * gives EACCES, so that a library that would only like to look somewhere goes on without; sockets,
 * processes and whatever else is unusual kill it (SIGSYS). No memory becomes executable.
 */
#ifndef JOB_SANDBOX_H
#define JOB_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

struct sandbox {
    size_t memory;    /* bytes of address space */
    size_t file_size; /* bytes of each file it writes: SIGXFSZ */
    int cpu_s;        /* processor seconds: SIGXCPU */
    bool threads;
};

/* False, with a line on stderr: the job must not go on. Works for root and others. */
bool sandbox_enter(const struct sandbox *s);

#endif
