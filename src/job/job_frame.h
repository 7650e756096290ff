/*
 * Pictures out of a film: a keyframe of H.264, as an encoder sent it → a JPEG, its longest side at
 * most JOB_FRAME_SIDE. For covers and the wall of what is on air.
 */
#ifndef JOB_JOB_FRAME_H
#define JOB_JOB_FRAME_H

#include "job/job_picture.h"

enum {
    JOB_FRAME_SIDE = 640,
    JOB_FRAME_PIXELS_MAX = 4096 * 4096,
    JOB_FRAMES_MAX = 32, /* a call */
};

struct job_frame {
    struct job_range config;  /* AVCDecoderConfigurationRecord (ISO/IEC 14496-15) */
    struct job_range picture; /* length-prefixed NAL units of one keyframe */
};

struct job_frame_made {
    enum err err; /* OK, or why there is none */
    int width, height;
    struct job_range jpeg; /* within out_fd */
};

/* As job_pictures(): each has its own err, what is returned is of the whole. One process; when one
 * kills it, those that had no answer yet fail with it and may be asked for again. */
enum err job_frames(int in_fd, const struct job_frame *frames, size_t n, int out_fd,
                    struct job_frame_made *out, struct err_info *info) MUST_CHECK;

#endif
