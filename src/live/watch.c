#include "live/watch.h"

void watch_restart(struct watch *w, int64_t now_ms)
{
    *w = (struct watch){.frame_ms = -1,
                        .frame_at_ms = now_ms,
                        .audio_at_ms = now_ms,
                        .changed_at_ms = now_ms,
                        .reset_at_ms = w->reset_at_ms,
                        .drop_at_ms = w->drop_at_ms,
                        .resets = w->resets,
                        .dropped = w->dropped};
}

void watch_video(struct watch *w, int64_t now_ms, int64_t media_ms, size_t n, bool keyframe,
                 int64_t pixels)
{
    int64_t gap_ms = w->frame_ms < 0 ? 0 : media_ms - w->frame_ms;
    if (gap_ms > w->now.gap_ms)
        w->now.gap_ms = (uint32_t)gap_ms;
    /* A keyframe is large even of a picture that stands still. */
    if (!keyframe && n > WATCH_STILL_BYTES && (int64_t)n > pixels / WATCH_STILL_PIXELS)
        w->changed_at_ms = now_ms;
    w->now.frames++;
    w->now.bytes += n;
    w->frame_ms = media_ms;
    w->frame_at_ms = now_ms;
}

void watch_audio(struct watch *w, int64_t now_ms, size_t n)
{
    w->now.bytes += n;
    w->audio_at_ms = now_ms;
}

void watch_second(struct watch *w, int64_t now_ms, int64_t took_us, uint64_t resets,
                  uint64_t dropped)
{
    w->now.took_us = took_us;
    w->last[w->seconds++ % WATCH_SECONDS] = w->now;
    w->now = (struct watch_second){0};
    if (resets > w->resets)
        w->reset_at_ms = now_ms;
    if (dropped > w->dropped)
        w->drop_at_ms = now_ms;
    w->resets = resets;
    w->dropped = dropped;
}

static int64_t ago(int64_t at_ms, int64_t now_ms)
{
    return at_ms == 0 ? -1 : now_ms > at_ms ? now_ms - at_ms : 0;
}

void watch_read(const struct watch *w, int64_t now_ms, struct live_health *out)
{
    uint32_t n = w->seconds < WATCH_SECONDS ? w->seconds : WATCH_SECONDS;
    uint64_t bytes = 0, frames = 0;
    int64_t took_us = 0;
    out->watched_s = (int)n;
    out->fps_low_x100 = out->fps_high_x100 = out->gap_ms = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct watch_second *s = &w->last[i];
        int fps_x100 = s->took_us > 0 ? (int)(s->frames * 100000000LL / s->took_us) : 0;
        bytes += s->bytes;
        frames += s->frames;
        took_us += s->took_us;
        if (i == 0 || fps_x100 < out->fps_low_x100)
            out->fps_low_x100 = fps_x100;
        if (fps_x100 > out->fps_high_x100)
            out->fps_high_x100 = fps_x100;
        if ((int)s->gap_ms > out->gap_ms)
            out->gap_ms = (int)s->gap_ms;
    }
    out->mean_kbps = took_us > 0 ? (int)(bytes * 8000 / (uint64_t)took_us) : 0;
    out->fps_mean_x100 = took_us > 0 ? (int)(frames * 100000000 / (uint64_t)took_us) : 0;
    out->frame_ago_ms = ago(w->frame_at_ms, now_ms);
    out->audio_ago_ms = ago(w->audio_at_ms, now_ms);
    out->still_ms = ago(w->changed_at_ms, now_ms);
    out->reset_ago_ms = ago(w->reset_at_ms, now_ms);
    out->drop_ago_ms = ago(w->drop_at_ms, now_ms);
}
