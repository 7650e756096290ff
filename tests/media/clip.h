/*
 * clip.flv: two seconds of H.264 (High, 160x120, 25 frames a second, two B-frames, a keyframe each
 * second) and AAC-LC (44,100 Hz, stereo), made with
 *   ffmpeg -f lavfi -i testsrc=size=160x120:rate=25:duration=2
 *          -f lavfi -i sine=frequency=440:sample_rate=44100:duration=2
 *          -c:v libx264 -profile:v high -bf 2 -g 25 -keyint_min 25 -sc_threshold 0
 *          -preset veryfast -crf 38 -pix_fmt yuv420p -c:a aac -b:a 32k -ac 2 clip.flv
 */
#ifndef TESTS_MEDIA_CLIP_H
#define TESTS_MEDIA_CLIP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "media/flv.h"

#ifndef CLIP_FLV
#define CLIP_FLV "tests/media/clip.flv" /* the build gives the whole path */
#endif

enum { CLIP_VIDEO_FRAMES = 50, CLIP_AUDIO_FRAMES = 88, CLIP_MAX = 64 * 1024 };

/* Reads the file whole into malloc()ed memory of exactly its size, past its header. */
static inline uint8_t *clip_read(size_t *n)
{
    FILE *f = fopen(CLIP_FLV, "rb");
    assert_non_null(f);
    uint8_t *p = malloc(CLIP_MAX);
    *n = fread(p, 1, CLIP_MAX, f);
    fclose(f);
    assert_in_range(*n, FLV_FILE_HEADER, CLIP_MAX - 1);
    return realloc(p, *n);
}

/* The next tag; false at the end. */
static inline bool clip_next(const uint8_t *p, size_t n, size_t *at, struct flv_tag *tag)
{
    size_t used;
    if (*at == 0)
        *at = FLV_FILE_HEADER;
    if (*at == n)
        return false;
    assert_int_equal(flv_read_tag(p + *at, n - *at, tag, &used), OK);
    assert_int_equal(flv_unit_len(p + *at, n - *at, NULL), used);
    *at += used;
    return true;
}

#endif
