/*
 * One steady clock out of what encoders send. Wire timestamps are 32 bits of milliseconds that
 * wrap, start anywhere, jump when a file loops or an encoder restarts; the timeline's are 64 bits,
 * start at 0 and go on.
 *
 *   wire:      1000 1033 1066 │ 5 38 71 …          (the encoder's clock started anew)
 *   timeline:     0   33   66 │ 99 132 165 …
 *
 * Each track goes on by its own deltas. A delta below TIMELINE_BACK_MS or above TIMELINE_AHEAD_MS
 * is a jump: the track then takes the other track's mapping of wire to timeline if that fits (it
 * jumped first, and so both keep their distance), else it goes on one frame's length after its
 * last. What a track gets never goes back.
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
    bool started;    /* a frame was ever mapped */
    int64_t newest;  /* greatest time ever given out */
    uint64_t resets; /* jumps, for metrics */
    struct {
        bool mapped;      /* wire and out hold since the last restart */
        uint32_t wire;    /* of the last frame */
        int64_t out;      /* where that frame lies, before the never-back rule */
        int64_t given;    /* greatest time given out */
        int32_t frame_ms; /* a frame's length as lately seen */
    } track[TIMELINE_TRACKS];
};

void timeline_init(struct timeline *t);
/* The decoding time of a coded frame, in milliseconds since the stream's start. */
int64_t timeline_map(struct timeline *t, enum timeline_track track, uint32_t wire_ms);
/* Greatest time given out so far; 0 at the start. */
int64_t timeline_now(const struct timeline *t);
/* A publisher came (back): its first frame follows one frame's length after the newest, whatever
 * its clock says. */
void timeline_restart(struct timeline *t);

#endif
