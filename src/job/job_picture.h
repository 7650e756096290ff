/*
 * Pictures: any JPEG, PNG, WebP, GIF (its first frame) or HEIC that strangers send → three sizes as
 * WebP and JPEG, upright, in sRGB, without metadata. Refused: every other kind (SVG, PDF, a script
 * under a picture's name), more than JOB_PICTURE_PIXELS_MAX, what does not decode whole.
 */
#ifndef JOB_JOB_PICTURE_H
#define JOB_JOB_PICTURE_H

#include "job/job.h"

enum {
    JOB_PICTURE_PIXELS_MAX = 50 * 1000 * 1000,
    JOB_PICTURE_SMALL = 320, /* longest side, pixels; never enlarged */
    JOB_PICTURE_NEAR = 125,  /* a picture up to so many percent of a side stays as long as it is */
    JOB_PICTURE_MEDIUM = 800,
    JOB_PICTURE_LARGE = 1600,
    JOB_PICTURE_SIZES = 3,
    JOB_PICTURES_MAX = 64, /* a call */
};

struct job_range { /* of a file */
    int64_t offset, length;
};

struct job_picture {
    enum err err;      /* OK, or why there is none: as job_run() says */
    const char *key;   /* what to tell people then, or NULL: the error's own message */
    int width, height; /* of the picture as it was sent, upright */
    struct job_picture_size {
        int width, height;
        struct job_range webp, jpeg; /* within out_fd; equal sizes share theirs */
    } sizes[JOB_PICTURE_SIZES];      /* small, medium, large */
};

/* Pictures that lie in `in_fd` as `ranges` → their sizes, appended to `out_fd` (job_temporary()).
 * out[i].err is each one's own; one that kills its process costs the others nothing but time. What
 * is returned is of the whole: ERR_CLOSED, or that no job could be started. */
enum err job_pictures(int in_fd, const struct job_range *ranges, size_t n, int out_fd,
                      bool (*stop)(void *arg), void *arg, struct job_picture *out,
                      struct err_info *info) MUST_CHECK;

#endif
