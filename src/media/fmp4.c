#include "media/fmp4.h"

#include <stdlib.h>
#include <string.h>

#include "media/box.h"

struct sample {
    uint32_t duration; /* in the track's timescale */
    uint32_t size;
    uint32_t flags;
    int32_t composition;
};

struct track {
    bool present;
    uint32_t timescale;
    struct buf bytes;       /* of all samples, end to end */
    struct sample *samples; /* owned */
    size_t n, cap;
    int64_t start_ms;   /* decoding time of the first sample */
    int64_t newest_ms;  /* and of the newest */
    int64_t start_time; /* of the first, in the timescale */
};

struct fmp4 {
    struct track video, audio;
    uint32_t frame_samples; /* of an AAC frame */
    bool audio_runs;        /* audio_next holds */
    int64_t audio_next;     /* where the next audio sample lies, in its timescale */
    uint32_t sequence;
};

static void track_init(struct track *t, bool present, uint32_t timescale)
{
    t->present = present;
    t->timescale = timescale;
    buf_init(&t->bytes, FMP4_FRAGMENT_MAX);
}

struct fmp4 *fmp4_new(bool video, const struct aac_config *audio)
{
    struct fmp4 *f = calloc(1, sizeof(*f));
    if (!f)
        return NULL;
    track_init(&f->video, video, FMP4_VIDEO_TIMESCALE);
    track_init(&f->audio, audio != NULL, audio ? audio->sample_rate : 1);
    f->frame_samples = audio ? audio->frame_samples : 0;
    return f;
}

static void track_clear(struct track *t)
{
    t->n = 0;
    buf_clear(&t->bytes);
}

void fmp4_reset(struct fmp4 *f)
{
    track_clear(&f->video);
    track_clear(&f->audio);
    f->audio_runs = false;
}

void fmp4_free(struct fmp4 *f)
{
    if (!f)
        return;
    buf_free(&f->video.bytes);
    buf_free(&f->audio.bytes);
    free(f->video.samples);
    free(f->audio.samples);
    free(f);
}

static int64_t to_time(const struct track *t, int64_t ms)
{
    return ms * (int64_t)t->timescale / 1000;
}

/* Room for one more sample, and its bytes. */
static enum err track_add(struct track *t, const void *p, size_t n, struct sample **out)
{
    if (t->n == FMP4_SAMPLES_MAX || n > FMP4_FRAGMENT_MAX - t->bytes.n)
        return ERR_TOO_LARGE;
    if (t->n == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 128;
        struct sample *grown = realloc(t->samples, cap * sizeof(*grown));
        if (!grown)
            return ERR_NOMEM;
        t->samples = grown;
        t->cap = cap;
    }
    buf_put(&t->bytes, p, n);
    if (!buf_ok(&t->bytes)) {
        t->bytes.failed = false; /* what was gathered before is whole */
        return ERR_NOMEM;
    }
    *out = &t->samples[t->n++];
    **out = (struct sample){.size = (uint32_t)n};
    return OK;
}

enum err fmp4_add_video(struct fmp4 *f, int64_t dts_ms, int32_t composition_ms, bool keyframe,
                        const void *p, size_t n)
{
    /* ISO/IEC 14496-12, 8.8.3.1: depends on none, or depends on others and is no sync sample. */
    enum { SYNC = 0x02000000, NON_SYNC = 0x01010000 };
    struct track *t = &f->video;
    struct sample *s;
    if (!t->present)
        return ERR_INVALID;
    if (t->n && dts_ms < t->newest_ms)
        dts_ms = t->newest_ms;
    enum err e = track_add(t, p, n, &s);
    if (e != OK)
        return e;
    s->flags = keyframe ? SYNC : NON_SYNC;
    s->composition = (int32_t)to_time(t, composition_ms);
    if (t->n == 1) {
        t->start_ms = dts_ms;
        t->start_time = to_time(t, dts_ms);
    } else {
        s[-1].duration = (uint32_t)(to_time(t, dts_ms) - to_time(t, t->newest_ms));
    }
    t->newest_ms = dts_ms;
    return OK;
}

enum err fmp4_add_audio(struct fmp4 *f, int64_t dts_ms, const void *p, size_t n)
{
    enum { SYNC = 0x02000000 };
    struct track *t = &f->audio;
    struct sample *s;
    if (!t->present)
        return ERR_INVALID;
    int64_t told = to_time(t, dts_ms), limit = to_time(t, FMP4_AUDIO_DRIFT_MS);
    enum err e = track_add(t, p, n, &s);
    if (e != OK)
        return e;
    if (!f->audio_runs || told > f->audio_next + limit ||
        (t->n == 1 && told < f->audio_next - limit)) {
        if (t->n > 1)
            s[-1].duration += (uint32_t)(told - f->audio_next); /* the gap, on the last sample */
        f->audio_next = told;
        f->audio_runs = true;
    }
    if (t->n == 1) {
        t->start_ms = dts_ms;
        t->start_time = f->audio_next;
    }
    s->flags = SYNC;
    s->duration = f->frame_samples;
    f->audio_next += f->frame_samples;
    t->newest_ms = dts_ms;
    return OK;
}

bool fmp4_is_empty(const struct fmp4 *f)
{
    return f->video.n == 0 && f->audio.n == 0;
}

int64_t fmp4_start_ms(const struct fmp4 *f)
{
    if (f->video.n)
        return f->video.start_ms;
    return f->audio.n ? f->audio.start_ms : 0;
}

size_t fmp4_bytes(const struct fmp4 *f)
{
    return f->video.bytes.n + f->audio.bytes.n;
}

static void put_trun(struct buf *b, const struct track *t, bool video, size_t *data_offset)
{
    enum { OFFSET = 0x1, DURATION = 0x100, SIZE = 0x200, FLAGS = 0x400, COMPOSITION = 0x800 };
    size_t at =
        box_begin_full(b, "trun", 1, OFFSET | DURATION | SIZE | FLAGS | (video ? COMPOSITION : 0));
    buf_be32(b, (uint32_t)t->n);
    *data_offset = b->n;
    buf_be32(b, 0);
    for (size_t i = 0; i < t->n; i++) {
        buf_be32(b, t->samples[i].duration);
        buf_be32(b, t->samples[i].size);
        buf_be32(b, t->samples[i].flags);
        if (video)
            buf_be32(b, (uint32_t)t->samples[i].composition);
    }
    box_end(b, at);
}

static void put_traf(struct buf *b, const struct track *t, bool video, size_t *data_offset)
{
    enum { DEFAULT_BASE_IS_MOOF = 0x020000 };
    size_t traf = box_begin(b, "traf");
    size_t at = box_begin_full(b, "tfhd", 0, DEFAULT_BASE_IS_MOOF);
    buf_be32(b, video ? FMP4_TRACK_VIDEO : FMP4_TRACK_AUDIO);
    box_end(b, at);
    at = box_begin_full(b, "tfdt", 1, 0);
    buf_be64(b, (uint64_t)t->start_time);
    box_end(b, at);
    put_trun(b, t, video, data_offset);
    box_end(b, traf);
}

/* All but the media itself: up to and with mdat's header. */
static void put_head(struct buf *b, struct fmp4 *f, bool styp)
{
    enum { BOX_HEADER = 8 };
    size_t at, video_offset = 0, audio_offset = 0;
    if (styp) {
        at = box_begin(b, "styp");
        buf_z(b, "msdh");
        buf_be32(b, 0);
        buf_z(b, "msdhiso6");
        box_end(b, at);
    }
    size_t moof = box_begin(b, "moof");
    at = box_begin_full(b, "mfhd", 0, 0);
    buf_be32(b, f->sequence);
    box_end(b, at);
    if (f->video.n)
        put_traf(b, &f->video, true, &video_offset);
    if (f->audio.n)
        put_traf(b, &f->audio, false, &audio_offset);
    box_end(b, moof);
    size_t data = b->n - moof + BOX_HEADER;
    if (f->video.n)
        box_patch(b, video_offset, (uint32_t)data);
    if (f->audio.n)
        box_patch(b, audio_offset, (uint32_t)(data + f->video.bytes.n));
    buf_be32(b, (uint32_t)(BOX_HEADER + fmp4_bytes(f)));
    buf_z(b, "mdat");
}

/* The last video sample lasts until end_ms, and at least a millisecond. */
static int64_t close_video(struct track *t, int64_t end_ms)
{
    if (end_ms <= t->newest_ms)
        end_ms = t->newest_ms + 1;
    t->samples[t->n - 1].duration = (uint32_t)(to_time(t, end_ms) - to_time(t, t->newest_ms));
    return end_ms;
}

enum err fmp4_finish(struct fmp4 *f, int64_t end_ms, bool styp, struct fmp4_fragment *out)
{
    enum { SYNC = 0x02000000, HEAD_MAX = 1024 + 2 * FMP4_SAMPLES_MAX * (int)sizeof(struct sample) };
    if (fmp4_is_empty(f))
        return ERR_INVALID;
    if (f->video.n)
        end_ms = close_video(&f->video, end_ms);
    else if (end_ms <= f->audio.newest_ms)
        end_ms = f->audio.newest_ms + 1;
    f->sequence++;
    struct buf head;
    buf_init(&head, HEAD_MAX);
    put_head(&head, f, styp);
    struct block *block = buf_ok(&head) ? block_new(head.n + fmp4_bytes(f)) : NULL;
    if (block) {
        uint8_t *p = block_bytes(block);
        memcpy(p, head.p, head.n);
        if (f->video.bytes.n) /* frames may be empty */
            memcpy(p + head.n, f->video.bytes.p, f->video.bytes.n);
        if (f->audio.bytes.n)
            memcpy(p + head.n + f->video.bytes.n, f->audio.bytes.p, f->audio.bytes.n);
        *out = (struct fmp4_fragment){
            .block = block,
            .start_ms = fmp4_start_ms(f),
            .duration_ms = end_ms - fmp4_start_ms(f),
            .independent = !f->video.present || (f->video.n && f->video.samples[0].flags == SYNC),
        };
        track_clear(&f->video);
        track_clear(&f->audio);
    }
    buf_free(&head);
    return block ? OK : ERR_NOMEM;
}
