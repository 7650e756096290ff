/*
 * What the last seconds of a stream were like, for the health that its crew sees. The stream's loop
 * feeds it; times are monotone ms, media times are the timeline's. Inside live/ only.
 */
#ifndef LIVE_WATCH_H
#define LIVE_WATCH_H

#include "live/live.h"

enum {
    WATCH_SECONDS = 10,
    WATCH_STILL_PIXELS =
        8000, /* a frame with less than a byte for so many shows what the one before did */
    WATCH_STILL_BYTES = 48, /* and so does one of so few bytes, at any size */
};

struct watch_second {
    uint64_t bytes;
    uint32_t frames, gap_ms; /* gap_ms: largest step between two frames' times */
    int64_t took_us;
};

struct watch {
    struct watch_second now, last[WATCH_SECONDS];
    uint32_t seconds; /* ever */
    int64_t frame_ms; /* media time of the last frame; -1: none yet */
    int64_t frame_at_ms, audio_at_ms,
        changed_at_ms;               /* arrival; changed: of a frame that shows something new */
    int64_t reset_at_ms, drop_at_ms; /* 0: never */
    uint64_t resets, dropped;
};

void watch_restart(struct watch *w, int64_t now_ms); /* an encoder came (back) */
void watch_video(struct watch *w, int64_t now_ms, int64_t media_ms, size_t n, bool keyframe,
                 int64_t pixels);
void watch_audio(struct watch *w, int64_t now_ms, size_t n);
/* A second is over. resets, dropped: all of the stream's until now. */
void watch_second(struct watch *w, int64_t now_ms, int64_t took_us, uint64_t resets,
                  uint64_t dropped);
/* Fills in what live.h says comes of the last seconds. */
void watch_read(const struct watch *w, int64_t now_ms, struct live_health *out);

#endif
