/*
 * ZIP archives that people send: the names of what is in one, and the bytes of some files at a
 * time. Names are UTF-8, whatever they were (Windows in China writes GB18030), with '/' between
 * folders, and never lead out of the folder; folders, links and encrypted files are left out.
 */
#ifndef JOB_JOB_ZIP_H
#define JOB_JOB_ZIP_H

#include "job/job_picture.h"

enum {
    JOB_ZIP_FILE_MAX = 32 * 1024 * 1024,   /* bytes of a file that is taken */
    JOB_ZIP_BYTES_MAX = 512 * 1024 * 1024, /* of all that are taken in a call */
    JOB_ZIP_TAKE_MAX = 1000,               /* files a call */
};

struct job_zip_file {
    int64_t number; /* in the archive, for job_zip_take() */
    struct str name;
    int64_t size;
};

struct job_zip_list {
    struct job_zip_file *files; /* by rising number; in the arena */
    size_t n, skipped; /* skipped: links, encrypted, names that are none; folders do not count */
};

/* Errors as job_run(). */
enum err job_zip_list(int in_fd, struct job_zip_list *out, struct arena *arena,
                      struct err_info *info) MUST_CHECK;

struct job_zip_taken {
    enum err err;           /* OK, or why it could not be taken */
    const char *key;        /* what to tell people then, or NULL */
    struct job_range range; /* of out_fd */
};

/* The bytes of files, by rising number, appended to out_fd. */
enum err job_zip_take(int in_fd, const int64_t *numbers, size_t n, int out_fd,
                      bool (*stop)(void *arg), void *arg, struct job_zip_taken *out,
                      struct err_info *info) MUST_CHECK;

#endif
