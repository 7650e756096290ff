/*
 * The HLS window of one stream (RFC 8216): fMP4 segments cut at keyframes, the newest HLS_LISTED of
 * them in the playlist, HLS_KEPT more still fetchable by clients with an old playlist.
 *
 * Fed by the stream's loop; read from any thread under a lock of its own. Segments are immutable
 * blocks that readers share. The target duration is fixed by the first segment, as it must never
 * change: later segments are cut to keep to it, at a keyframe when one comes in time.
 */
#ifndef LIVE_HLS_H
#define LIVE_HLS_H

#include "base/block.h"
#include "base/err.h"
#include "base/str.h"
#include "media/aac.h"
#include "media/avc.h"

enum {
    HLS_LISTED = 6,
    HLS_KEPT = 3,
    HLS_SEGMENT_MIN_MS = 1900, /* a keyframe earlier than this does not cut */
    HLS_TARGET_MAX_S = 6,
};

struct hls;

struct hls *hls_new(void);
void hls_free(struct hls *h);

/* The stream's loop: a new configuration (NULL: track absent), frames, the end. */
void hls_configure(struct hls *h, const struct avc_config *video, const struct aac_config *audio);
void hls_video(struct hls *h, int64_t dts_ms, int32_t composition_ms, bool keyframe, const void *p,
               size_t n);
void hls_audio(struct hls *h, int64_t dts_ms, const void *p, size_t n);
void hls_end(struct hls *h, int64_t end_ms);
/* The publisher is another, or came back: what was gathered ends here, as no time went by for what
 * comes next. */
void hls_break(struct hls *h);

/* A segment as it is published, with its init; blocks are borrowed for the call. */
struct hls_segment {
    struct block *init, *block;
    int64_t start_ms, duration_ms;
    int64_t wall_ms; /* when its first frame came */
    bool discontinuity, independent;
    bool fresh; /* the first since hls_forget(): all of it came after */
};
/* Calls `fn` on the stream's loop for each; before the first frame. */
void hls_on_segment(struct hls *h, void (*fn)(void *arg, const struct hls_segment *s), void *arg);

/* Any thread: what is listed or kept can be had no more, and what is being gathered will not be:
 * the next segment begins with a frame that comes after this. */
void hls_forget(struct hls *h);
/* Any thread: see live_hls_file(). */
enum err hls_file(struct hls *h, struct str file, struct block **out, const char **type) MUST_CHECK;

#endif
