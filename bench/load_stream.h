/*
 * The stream that the load generator publishes: 1 Mbit/s of what a server takes for H.264 and AAC
 * (real parameter sets, NAL units of the right types and sizes, noise inside). Every video frame
 * begins with an SEI unit (user data, unregistered) that carries its number and the moment it was
 * sent, in hexadecimal so that no start code can appear:
 *
 *   FLV video header 5 │ length 4 │ 06 05 size uuid 16 │ number 16 │ sent_us 16 │ 80 │ slice …
 */
#ifndef BENCH_LOAD_STREAM_H
#define BENCH_LOAD_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rnd.h"

enum {
    STREAM_FPS = 30,
    STREAM_GOP = 60,
    STREAM_BITS_PER_S = 1000000,
    STREAM_STAMP_BYTES = 60, /* of a video body up to the end of the stamp */
};

struct load_stream {
    struct rnd_seq noise;
    uint64_t video_n, audio_n; /* frames made so far */
    uint8_t filler[64 * 1024]; /* noise without zero bytes */
};

void load_stream_init(struct load_stream *s);
void load_stream_metadata(struct buf *out);
void load_stream_video_header(struct buf *out);
void load_stream_audio_header(struct buf *out);
/* The next frame's FLV body, and its timestamp. `now_us` is the stamp. */
void load_stream_video(struct load_stream *s, int64_t now_us, struct buf *out, uint32_t *time_ms);
void load_stream_audio(struct load_stream *s, struct buf *out, uint32_t *time_ms);
/* When the next frame is due, in microseconds since the stream's start. */
int64_t load_stream_video_due(const struct load_stream *s);
int64_t load_stream_audio_due(const struct load_stream *s);

/* Reads a frame's stamp from a body of at least STREAM_STAMP_BYTES; false when it has none. */
bool load_stream_stamp(const uint8_t *body, uint64_t *number, int64_t *sent_us);

#endif
