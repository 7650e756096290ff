/*
 * One steady clock out of what encoders send. Wire timestamps are 32 bits of milliseconds that
 * wrap, start anywhere, jump when a file loops or an encoder restarts; the timeline's are 64 bits,
 * start at 0 and go on.
 *
 *   wire:      1000 1033 1066 │ 5 38 71 …          (the encoder's clock started anew)
 *   timeline:     0   33   66 │ 99 132 165 …
 *
 * Both tracks share one chain of deltas: out = previous out + (wire - previous wire), over messages
 * of both tracks in their order of arrival, so audio and video keep their distance. A delta below
 * TIMELINE_BACK_MS or above TIMELINE_AHEAD_MS is bad and becomes one frame's length (of that track,
 * as lately seen). What a track gets never goes back.
 *
 * Only coded frames go through timeline_map(). Sequence headers and metadata often carry 0 in the
 * middle of a stream: give them timeline_now().
 */
#ifndef MEDIA_TIMELINE_H
#define MEDIA_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    TIMELINE_BACK_MS = -250,
    TIMELINE_AHEAD_MS = 5000,
    TIMELINE_AUDIO_FRAME_MS = 23, /* until a track's own frame length was seen */
    TIMELINE_VIDEO_FRAME_MS = 33,
};

enum timeline_track { TIMELINE_AUDIO, TIMELINE_VIDEO, TIMELINE_TRACKS };

struct timeline {
    bool started;    /* a message was mapped since init or restart */
    bool any;        /* a message was ever mapped */
    uint32_t wire;   /* of the last message */
    int64_t out;     /* of the last message, before the never-back rule */
    int64_t newest;  /* greatest ever given out */
    uint64_t resets; /* bad deltas, for metrics */
    struct {
        bool seen;
        uint32_t wire;
        int64_t out;
        int32_t frame_ms;
    } track[TIMELINE_TRACKS];
};

void timeline_init(struct timeline *t);
/* The decoding time of a coded frame, in milliseconds since the stream's start. */
int64_t timeline_map(struct timeline *t, enum timeline_track track, uint32_t wire_ms);
/* Greatest time given out so far; 0 at the start. */
int64_t timeline_now(const struct timeline *t);
/* A publisher came (back): its first message follows one frame after the newest, whatever its
 * clock says. */
void timeline_restart(struct timeline *t);

#endif
