/*
 * FLV (Adobe Flash Video File Format 10.1, annex E; Enhanced RTMP v2 for the extended headers).
 *
 *   file header 9 │ PreviousTagSize0 4 │ tag │ tag │ …
 *   tag:  type 1 │ body size 3 │ time 3 │ time's high byte 1 │ stream id 3 │ body │ tag size 4
 *   unit: one tag with its trailing size, what a follower must not cut
 *
 * Everything borrows from the bytes given. Nothing here allocates but through struct buf.
 */
#ifndef MEDIA_FLV_H
#define MEDIA_FLV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "media/codec.h"

enum flv_type { FLV_AUDIO = 8, FLV_VIDEO = 9, FLV_SCRIPT = 18 }; /* RTMP's message types too */

enum {
    FLV_FILE_HEADER = 13, /* with PreviousTagSize0 */
    FLV_TAG_HEADER = 11,
    FLV_TAG_TRAILER = 4,
    FLV_BODY_MAX = 0xFFFFFF,
    FLV_VIDEO_HEADER = 5, /* of a legacy AVC body */
    FLV_AUDIO_HEADER = 2, /* of a legacy AAC body */
};

/* The flags must match the tracks: players wait for a track that is announced. */
void flv_file_header(uint8_t out[FLV_FILE_HEADER], bool audio, bool video);
/* time_ms wraps at 32 bits: the caller truncates its timeline. n: bytes of the body. */
void flv_tag_header(uint8_t out[FLV_TAG_HEADER], enum flv_type type, uint32_t time_ms, size_t n);
void flv_tag_trailer(uint8_t out[FLV_TAG_TRAILER], size_t n);
/* A whole tag. A body over FLV_BODY_MAX makes the buffer fail. */
void flv_put_tag(struct buf *out, enum flv_type type, uint32_t time_ms, const void *p, size_t n);

struct flv_tag {
    uint8_t type; /* enum flv_type, or another value */
    uint32_t time_ms;
    const uint8_t *p;
    size_t n;
};
/* Reads the tag at p: OK, and *used bytes with its trailer; ERR_AGAIN when n is short;
 * ERR_PROTOCOL on an encrypted tag or a trailer that differs from the header. */
enum err flv_read_tag(const uint8_t *p, size_t n, struct flv_tag *out, size_t *used) MUST_CHECK;
/* A ring_unit_fn (io/ring.h): length of the tag at p with its trailer, or 0. */
size_t flv_unit_len(const uint8_t *p, size_t n, void *arg);

/* What a body holds. */
enum flv_packet {
    FLV_FRAME,           /* coded frames: p, n */
    FLV_SEQUENCE_HEADER, /* the decoder's configuration: p, n */
    FLV_SEQUENCE_END,
    FLV_METADATA, /* colour information and the like (Enhanced RTMP) */
    FLV_COMMAND,  /* a seek marker of a server, or nothing decodable: pass over */
};

struct flv_video {
    enum codec codec;
    enum flv_packet packet;
    bool keyframe;
    bool extended;          /* had an Enhanced RTMP header */
    uint8_t fourcc[4];      /* when extended, else zeros */
    int32_t composition_ms; /* presentation minus decoding time, signed 24 bits */
    const uint8_t *p;       /* after all headers: for H.264 length-prefixed NAL units */
    size_t n;
};

struct flv_audio {
    enum codec codec;
    enum flv_packet packet;
    bool extended;
    uint8_t fourcc[4];
    const uint8_t *p; /* for AAC a raw frame, or AudioSpecificConfig */
    size_t n;
};

/* Parse a tag's body. ERR_PROTOCOL when it is cut short or its fields are out of range;
 * ERR_UNSUPPORTED for several tracks in one tag, with `codec` set when it can be told. A codec that
 * the caller cannot handle is not an error here: check `codec`, name it by codec_name(). An empty
 * body (n == 0) is a FLV_COMMAND. */
enum err flv_video_parse(const uint8_t *p, size_t n, struct flv_video *out) MUST_CHECK;
enum err flv_audio_parse(const uint8_t *p, size_t n, struct flv_audio *out) MUST_CHECK;

/* Writes the legacy header of an H.264 body (FLV_FRAME, FLV_SEQUENCE_HEADER, FLV_SEQUENCE_END) or
 * an AAC body: what every player reads, also for media that came with an extended header. */
void flv_video_header(uint8_t out[FLV_VIDEO_HEADER], enum flv_packet packet, bool keyframe,
                      int32_t composition_ms);
void flv_audio_header(uint8_t out[FLV_AUDIO_HEADER], enum flv_packet packet);

#endif
