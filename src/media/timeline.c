#include "media/timeline.h"

enum { FRAME_MAX_MS = 1000 }; /* a longer delta is a pause, not a frame's length */

void timeline_init(struct timeline *t)
{
    *t = (struct timeline){0};
    t->track[TIMELINE_AUDIO].frame_ms = TIMELINE_AUDIO_FRAME_MS;
    t->track[TIMELINE_VIDEO].frame_ms = TIMELINE_VIDEO_FRAME_MS;
}

int64_t timeline_now(const struct timeline *t)
{
    return t->newest;
}

void timeline_restart(struct timeline *t)
{
    for (int k = 0; k < TIMELINE_TRACKS; k++)
        t->track[k].mapped = false;
}

/* Where `wire` lies by track k's mapping. The difference wraps with the wire's 32 bits. */
static int64_t place(const struct timeline *t, enum timeline_track k, uint32_t wire)
{
    return t->track[k].out + (int32_t)(wire - t->track[k].wire);
}

static bool fits(int64_t out, int64_t last)
{
    return out >= last + TIMELINE_BACK_MS && out <= last + TIMELINE_AHEAD_MS;
}

/* The first frame of a track, or one after a jump. */
static int64_t settle(struct timeline *t, enum timeline_track k, uint32_t wire, int64_t last)
{
    enum timeline_track other = k == TIMELINE_AUDIO ? TIMELINE_VIDEO : TIMELINE_AUDIO;
    if (t->track[other].mapped && fits(place(t, other, wire), last))
        return place(t, other, wire);
    return t->started ? last + t->track[k].frame_ms : 0;
}

int64_t timeline_map(struct timeline *t, enum timeline_track k, uint32_t wire_ms)
{
    int64_t last = t->track[k].mapped ? t->track[k].given : t->newest, out = 0;
    int32_t delta = (int32_t)(wire_ms - t->track[k].wire);
    bool steady = t->track[k].mapped && delta >= TIMELINE_BACK_MS && delta <= TIMELINE_AHEAD_MS;
    if (steady)
        out = place(t, k, wire_ms);
    if (steady && fits(out, last)) {
        if (delta > 0 && delta <= FRAME_MAX_MS)
            t->track[k].frame_ms = delta;
    } else {
        t->resets += t->track[k].mapped;
        out = settle(t, k, wire_ms, last);
    }
    t->started = true;
    t->track[k].mapped = true;
    t->track[k].wire = wire_ms;
    t->track[k].out = out;
    if (out > t->track[k].given)
        t->track[k].given = out;
    if (t->track[k].given > t->newest)
        t->newest = t->track[k].given;
    return t->track[k].given;
}
