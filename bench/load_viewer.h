/*
 * One viewer of the load generator: the reply to GET /live/NAME.flv, byte for byte.
 *
 *   HTTP header ─▶ [chunked coding] ─▶ FLV header ─▶ tag header ─▶ body ─▶ tag size ─▶ tag header …
 *
 * A viewer is whole as long as: the status is 200, each tag's trailing size is right, both sequence
 * headers come before the first frame, that frame is a keyframe, and frame numbers follow each
 * other. Where numbers are missing and a keyframe comes next, that is a jump; anything else broken.
 */
#ifndef BENCH_LOAD_VIEWER_H
#define BENCH_LOAD_VIEWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "load_stream.h"
#include "media/flv.h"

enum viewer_stage {
    VIEWER_HTTP,
    VIEWER_FILE_HEADER,
    VIEWER_TAG_HEADER,
    VIEWER_BODY,
    VIEWER_TAG_SIZE,
    VIEWER_BROKEN,
};

/* What the viewers report to: frames of all of them. */
struct viewer_sink {
    void (*frame)(void *user, int64_t sent_us); /* a video frame is whole */
    void *user;
};

struct viewer {
    int fd;
    enum viewer_stage stage;
    const char *why; /* of VIEWER_BROKEN */
    bool chunked;
    bool in_chunk_size;  /* else in a chunk's data or the line end after it */
    uint32_t chunk_left; /* with the two bytes of the line end */
    size_t have;         /* bytes of this stage seen */
    size_t body_n;       /* of the tag at hand */
    uint8_t field[64];   /* the beginning of the stage's bytes; for HTTP the end of what came */
    uint8_t tag_type;
    bool video_header, audio_header, started;
    uint64_t number; /* of the last frame */
    uint64_t bytes, jumps, frames;
    int64_t last_data_us;
    bool stalled;
};

void viewer_init(struct viewer *v, int fd, int64_t now_us);
void viewer_feed(struct viewer *v, const uint8_t *p, size_t n, const struct viewer_sink *sink);

#endif
