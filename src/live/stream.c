#include "live/stream.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "live/record.h"
#include "proto/rtmp_chunk.h"
#include "proto/rtmp_session.h"

enum {
    SCRATCH_MAX = 2 * RTMP_MESSAGE_MAX + 64 * 1024, /* a body, and its chunks */
    AUDIO_MARK_MS = 1000,
};

/* ---- configurations ---- */

static void config_unref(struct stream_config *c)
{
    if (!c || atomic_fetch_sub(&c->refs, 1) != 1)
        return;
    block_unref(c->metadata);
    block_unref(c->video);
    block_unref(c->audio);
    free(c);
}

static struct stream_config *config_get(struct stream *s, uint32_t id)
{
    pthread_mutex_lock(&s->lock);
    struct stream_config *c = s->configs[id % STREAM_CONFIGS];
    if (c && c->id == id)
        atomic_fetch_add(&c->refs, 1);
    else
        c = NULL;
    pthread_mutex_unlock(&s->lock);
    return c;
}

static struct block *ref_or_null(struct block *b)
{
    return b ? block_ref(b) : NULL;
}

/* Freezes the present header bodies as the next configuration. */
static enum err config_make(struct stream *s)
{
    struct stream_config *c = calloc(1, sizeof(*c));
    if (!c)
        return ERR_NOMEM;
    c->refs = 1;
    c->metadata = ref_or_null(s->metadata);
    c->video = ref_or_null(s->video_header);
    c->audio = ref_or_null(s->audio_header);
    pthread_mutex_lock(&s->lock);
    c->id = ++s->configs_n;
    struct stream_config **slot = &s->configs[c->id % STREAM_CONFIGS], *old = *slot;
    *slot = c;
    pthread_mutex_unlock(&s->lock);
    config_unref(old);
    s->configured = true;
    return OK;
}

/* ---- life ---- */

static void on_segment(void *arg, const struct hls_segment *segment)
{
    struct stream *s = arg;
    record_segment(live_record(s->live), str_of(s->name), segment);
}

struct stream *stream_new(struct live *live, struct str name, struct loop *owner)
{
    struct stream *s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    s->refs = 1;
    s->live = live;
    memcpy(s->name, name.p, name.n);
    s->owner = owner;
    s->health.state = LIVE_PAUSED;
    pthread_mutex_init(&s->lock, NULL);
    timeline_init(&s->timeline);
    list_init(&s->grace.link);
    buf_init(&s->scratch, SCRATCH_MAX);
    s->hls = hls_new();
    if (!s->hls || wire_open(&s->flv, &s->lock, flv_unit_len) != OK) {
        stream_unref(s);
        return NULL;
    }
    if (live_record(live))
        hls_on_segment(s->hls, on_segment, s);
    return s;
}

struct stream *stream_ref(struct stream *s)
{
    atomic_fetch_add(&s->refs, 1);
    return s;
}

void stream_unref(struct stream *s)
{
    if (!s || atomic_fetch_sub(&s->refs, 1) != 1)
        return;
    wire_close(&s->flv);
    wire_close(&s->rtmp);
    hls_free(s->hls);
    for (int i = 0; i < STREAM_CONFIGS; i++)
        config_unref(s->configs[i]);
    block_unref(s->metadata);
    block_unref(s->video_header);
    block_unref(s->audio_header);
    buf_free(&s->scratch);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

void stream_restart(struct stream *s)
{
    timeline_restart(&s->timeline);
    hls_break(s->hls);
    s->waits = true;
    s->second = (struct stream_second){.began_us = clock_mono_us()};
    if (s->began_us == 0)
        s->began_us = s->second.began_us;
    pthread_mutex_lock(&s->lock);
    watch_restart(&s->watch, s->second.began_us / 1000);
    pthread_mutex_unlock(&s->lock);
}

static void put_rtmp_end(struct stream *s)
{
    buf_clear(&s->scratch);
    rtmp_session_put_end(&s->scratch);
    struct iovec iov = {s->scratch.p, s->scratch.n};
    if (s->rtmp.ring && buf_ok(&s->scratch))
        wire_append(&s->rtmp, &iov, 1, NULL);
}

void stream_end(struct stream *s)
{
    hls_end(s->hls, timeline_now(&s->timeline));
    put_rtmp_end(s);
    wire_end(&s->flv);
    wire_end(&s->rtmp);
}

/* ---- health ---- */

static void count(struct stream *s, size_t n, bool frame)
{
    int64_t now_us = clock_mono_us(), took_us = now_us - s->second.began_us;
    s->second.bytes += n;
    s->second.frames += frame;
    if (took_us < 1000000)
        return;
    pthread_mutex_lock(&s->lock);
    struct live_health *h = &s->health;
    h->kbps = (int)(s->second.bytes * 8000 / (uint64_t)took_us);
    h->fps_x100 = (int)(s->second.frames * 100000000 / (uint64_t)took_us);
    h->frames += s->second.frames;
    h->resets = s->timeline.resets;
    h->dropped = s->flv.dropped;
    h->up_ms = (now_us - s->began_us) / 1000;
    watch_second(&s->watch, now_us / 1000, took_us, h->resets, h->dropped);
    pthread_mutex_unlock(&s->lock);
    s->second = (struct stream_second){.began_us = now_us};
}

/* A frame, or with media_ms < 0 a piece of sound. */
static void watch(struct stream *s, int64_t media_ms, size_t n, bool keyframe)
{
    int64_t now_ms = clock_mono_ms();
    pthread_mutex_lock(&s->lock);
    if (media_ms < 0)
        watch_audio(&s->watch, now_ms, n);
    else
        watch_video(&s->watch, now_ms, media_ms, n, keyframe,
                    (int64_t)s->health.width * s->health.height);
    pthread_mutex_unlock(&s->lock);
}

static void note_keyframe(struct stream *s, int64_t ms)
{
    if (s->keyframe_ms > 0) {
        pthread_mutex_lock(&s->lock);
        s->health.keyframe_ms = (int)(ms - s->keyframe_ms);
        pthread_mutex_unlock(&s->lock);
    }
    s->keyframe_ms = ms;
}

/* ---- forms ---- */

/* A tag's body in two pieces, as it comes: a rewritten header and the rest of what was sent. */
struct body {
    enum flv_type type;
    const void *head;
    size_t head_n;
    const void *rest;
    size_t rest_n;
};

static void put_flv(struct stream *s, const struct body *b, uint32_t ms, struct ring_mark *mark)
{
    uint8_t header[FLV_TAG_HEADER], trailer[FLV_TAG_TRAILER];
    size_t n = b->head_n + b->rest_n;
    flv_tag_header(header, b->type, ms, n);
    flv_tag_trailer(trailer, n);
    struct iovec iov[4] = {{header, sizeof(header)},
                           {(void *)b->head, b->head_n},
                           {(void *)b->rest, b->rest_n},
                           {trailer, sizeof(trailer)}};
    wire_append(&s->flv, iov, 4, mark);
}

static uint32_t csid_of(enum flv_type type)
{
    return type == FLV_VIDEO   ? RTMP_CSID_VIDEO
           : type == FLV_AUDIO ? RTMP_CSID_AUDIO
                               : RTMP_CSID_DATA;
}

static void chunk(struct buf *out, enum flv_type type, uint32_t ms, const void *p, size_t n)
{
    struct rtmp_message m = {.csid = csid_of(type),
                             .stream_id = RTMP_STREAM_ID,
                             .time_ms = ms,
                             .type = (uint8_t)type,
                             .p = p,
                             .n = n};
    rtmp_chunk_put(out, &m, RTMP_CHUNK_OUT);
}

/* The body must be one piece to be cut into chunks. */
static void put_rtmp(struct stream *s, const struct body *b, uint32_t ms, struct ring_mark *mark)
{
    size_t n = b->head_n + b->rest_n;
    buf_clear(&s->scratch);
    buf_put(&s->scratch, b->head, b->head_n);
    buf_put(&s->scratch, b->rest, b->rest_n);
    if (!buf_reserve(&s->scratch, rtmp_chunk_len(ms, n, RTMP_CHUNK_OUT))) {
        s->rtmp.dropped++;
        return;
    }
    chunk(&s->scratch, b->type, ms, s->scratch.p, n); /* room is there: the bytes do not move */
    struct iovec iov = {s->scratch.p + n, s->scratch.n - n};
    wire_append(&s->rtmp, &iov, 1, mark);
}

static void put(struct stream *s, const struct body *b, int64_t ms, bool joinable)
{
    struct ring_mark mark = {
        .at_us = joinable ? clock_mono_us() : 0, .config = s->configs_n, .time_ms = (uint32_t)ms};
    put_flv(s, b, (uint32_t)ms, joinable ? &mark : NULL);
    if (s->rtmp.ring)
        put_rtmp(s, b, (uint32_t)ms, joinable ? &mark : NULL);
}

enum err stream_open_rtmp(struct stream *s)
{
    struct wire form;
    struct ring_mark mark;
    if (s->rtmp.ring)
        return OK;
    enum err e = wire_open(&form, &s->lock, rtmp_unit_len);
    if (e != OK)
        return e;
    pthread_mutex_lock(&s->lock);
    s->rtmp = form;
    pthread_mutex_unlock(&s->lock);
    if (!ring_newest_mark(s->flv.ring, &mark))
        return OK;
    /* The same thread writes the FLV ring, so nothing moves while it is walked. */
    for (uint64_t at = mark.offset, head = ring_head(s->flv.ring); at < head;) {
        struct flv_tag tag;
        struct ring_mark first = mark;
        size_t used;
        if (flv_read_tag(ring_at(s->flv.ring, at), (size_t)(head - at), &tag, &used) != OK)
            break;
        put_rtmp(s, &(struct body){(enum flv_type)tag.type, NULL, 0, tag.p, tag.n}, tag.time_ms,
                 at == mark.offset ? &first : NULL);
        at += used;
    }
    if (ring_is_forgotten(s->flv.ring, mark.offset)) /* while it was copied */
        ring_forget(s->rtmp.ring);
    return OK;
}

void stream_forget(struct stream *s)
{
    pthread_mutex_lock(&s->lock);
    ring_forget(s->flv.ring);
    if (s->rtmp.ring)
        ring_forget(s->rtmp.ring);
    pthread_mutex_unlock(&s->lock);
    hls_forget(s->hls);
}

/* ---- what the publisher sends ---- */

static bool same_bytes(const struct block *b, const uint8_t *p, size_t n)
{
    return b && b->n == n && memcmp(b->p, p, n) == 0;
}

static const uint8_t *body_of(const struct block *b, size_t header)
{
    return b->p + header;
}

/* Both headers may be parsed from the frozen bodies: they were checked when they came. */
static void configure_hls(struct stream *s)
{
    struct avc_config video;
    struct aac_config audio;
    bool has_video =
        s->video_header && avc_config_parse(body_of(s->video_header, FLV_VIDEO_HEADER),
                                            s->video_header->n - FLV_VIDEO_HEADER, &video) == OK;
    bool has_audio =
        s->audio_header && aac_config_parse(body_of(s->audio_header, FLV_AUDIO_HEADER),
                                            s->audio_header->n - FLV_AUDIO_HEADER, &audio) == OK;
    if (has_video || has_audio)
        hls_configure(s->hls, has_video ? &video : NULL, has_audio ? &audio : NULL);
    pthread_mutex_lock(&s->lock);
    s->health.width = has_video ? (int)video.info.width : 0;
    s->health.height = has_video ? (int)video.info.height : 0;
    s->health.audio_hz = has_audio ? (int)audio.output_rate : 0;
    s->health.audio_channels = has_audio ? audio.channels : 0;
    pthread_mutex_unlock(&s->lock);
}

/* A changed sequence header or metadata: kept for joiners, and in the log for those who follow. */
static enum err header_changed(struct stream *s, struct block **kept, enum flv_type type,
                               const uint8_t *p, size_t n)
{
    struct block *b = n <= STREAM_HEADER_MAX ? block_copy(p, n) : NULL;
    if (!b)
        return n <= STREAM_HEADER_MAX ? ERR_NOMEM : ERR_TOO_LARGE;
    block_unref(*kept);
    *kept = b;
    s->configured = false;
    if (s->began)
        put(s, &(struct body){type, NULL, 0, p, n}, timeline_now(&s->timeline), false);
    return OK;
}

static enum err take_header(struct stream *s, struct block **kept, enum flv_type type,
                            const uint8_t *head, size_t head_n, const uint8_t *p, size_t n)
{
    uint8_t body[STREAM_HEADER_MAX];
    if (head_n + n > sizeof(body))
        return ERR_TOO_LARGE;
    memcpy(body, head, head_n);
    memcpy(body + head_n, p, n);
    if (same_bytes(*kept, body, head_n + n))
        return OK;
    enum err e = header_changed(s, kept, type, body, head_n + n);
    if (e == OK)
        configure_hls(s);
    return e;
}

static bool has_config(struct stream *s)
{
    return s->configured || config_make(s) == OK;
}

static enum err take_video(struct stream *s, uint32_t wire_ms, const uint8_t *p, size_t n,
                           const char **what)
{
    struct flv_video v;
    uint8_t head[FLV_VIDEO_HEADER];
    enum err e = flv_video_parse(p, n, &v);
    if (e == ERR_PROTOCOL || (e == OK && v.packet == FLV_COMMAND))
        return e;
    if (v.codec != CODEC_H264 || e != OK) {
        *what = e == ERR_UNSUPPORTED ? "several tracks in one message" : codec_name(v.codec);
        return ERR_UNSUPPORTED;
    }
    flv_video_header(head, v.packet, v.keyframe, v.composition_ms);
    if (v.packet == FLV_SEQUENCE_HEADER) {
        struct avc_config checked;
        e = avc_config_parse(v.p, v.n, &checked);
        return e != OK ? e
                       : take_header(s, &s->video_header, FLV_VIDEO, head, sizeof(head), v.p, v.n);
    }
    if (v.packet != FLV_FRAME || !s->video_header || (s->waits && !v.keyframe))
        return OK;
    if (v.keyframe && !has_config(s))
        return ERR_NOMEM;
    int64_t ms = timeline_map(&s->timeline, TIMELINE_VIDEO, wire_ms);
    s->began = true;
    s->waits = false;
    if (v.keyframe)
        note_keyframe(s, ms);
    put(s, &(struct body){FLV_VIDEO, head, sizeof(head), v.p, v.n}, ms, v.keyframe);
    hls_video(s->hls, ms, v.composition_ms, v.keyframe, v.p, v.n);
    watch(s, ms, n, v.keyframe);
    count(s, n, true);
    return OK;
}

/* Without video any frame is a place to join, but one a second is enough. */
static bool audio_mark_due(struct stream *s, int64_t ms)
{
    if (s->video_header || (s->began && ms - s->audio_mark_ms < AUDIO_MARK_MS))
        return false;
    s->audio_mark_ms = ms;
    return true;
}

static enum err take_audio(struct stream *s, uint32_t wire_ms, const uint8_t *p, size_t n,
                           const char **what)
{
    struct flv_audio a;
    uint8_t head[FLV_AUDIO_HEADER];
    enum err e = flv_audio_parse(p, n, &a);
    if (e == ERR_PROTOCOL || (e == OK && a.packet == FLV_COMMAND))
        return e;
    if (a.codec != CODEC_AAC || e != OK) {
        *what = e == ERR_UNSUPPORTED ? "several tracks in one message" : codec_name(a.codec);
        return ERR_UNSUPPORTED;
    }
    flv_audio_header(head, a.packet);
    if (a.packet == FLV_SEQUENCE_HEADER) {
        struct aac_config checked;
        e = aac_config_parse(a.p, a.n, &checked);
        return e != OK ? e
                       : take_header(s, &s->audio_header, FLV_AUDIO, head, sizeof(head), a.p, a.n);
    }
    if (a.packet != FLV_FRAME || !s->audio_header || (s->video_header && !s->began))
        return OK;
    int64_t ms = timeline_map(&s->timeline, TIMELINE_AUDIO, wire_ms);
    bool joinable = audio_mark_due(s, ms);
    if (joinable && !has_config(s))
        return ERR_NOMEM;
    s->began = true;
    put(s, &(struct body){FLV_AUDIO, head, sizeof(head), a.p, a.n}, ms, joinable);
    hls_audio(s->hls, ms, a.p, a.n);
    watch(s, -1, n, false);
    count(s, n, false);
    return OK;
}

/* Metadata is for joiners only: players act on its first appearance. */
static enum err take_data(struct stream *s, const uint8_t *p, size_t n)
{
    static const uint8_t name[] = "\x02\x00\x0aonMetaData";
    if (n > STREAM_METADATA_MAX || n < sizeof(name) - 1 || memcmp(p, name, sizeof(name) - 1) != 0)
        return OK; /* cue points and the like: nobody follows them */
    if (same_bytes(s->metadata, p, n))
        return OK;
    return header_changed(s, &s->metadata, FLV_SCRIPT, p, n);
}

enum err stream_media(struct stream *s, enum flv_type type, uint32_t wire_ms, const uint8_t *p,
                      size_t n, const char **what)
{
    switch (type) {
    case FLV_VIDEO: return take_video(s, wire_ms, p, n, what);
    case FLV_AUDIO: return take_audio(s, wire_ms, p, n, what);
    case FLV_SCRIPT: return take_data(s, p, n);
    }
    return OK;
}

/* ---- followers ---- */

static void put_headers(const struct stream_config *c, uint32_t ms, struct buf *b,
                        void (*put_tag)(struct buf *, enum flv_type, uint32_t, const void *,
                                        size_t))
{
    if (c->metadata)
        put_tag(b, FLV_SCRIPT, ms, c->metadata->p, c->metadata->n);
    if (c->video)
        put_tag(b, FLV_VIDEO, ms, c->video->p, c->video->n);
    if (c->audio)
        put_tag(b, FLV_AUDIO, ms, c->audio->p, c->audio->n);
}

static struct block *finish_prelude(struct buf *b)
{
    if (buf_ok(b) && b->n > 0)
        return block_take(b->p, b->n);
    buf_free(b);
    return NULL;
}

static struct block *flv_prelude(void *arg, const struct ring_mark *mark, bool joined)
{
    struct stream_config *c = config_get(arg, mark->config);
    uint8_t header[FLV_FILE_HEADER];
    struct buf b;
    if (!c)
        return NULL;
    buf_init(&b, 4 * STREAM_HEADER_MAX);
    flv_file_header(header, c->audio != NULL, c->video != NULL);
    if (!joined)
        buf_put(&b, header, sizeof(header));
    put_headers(c, mark->time_ms, &b, flv_put_tag);
    config_unref(c);
    return finish_prelude(&b);
}

static struct block *rtmp_prelude(void *arg, const struct ring_mark *mark, bool joined)
{
    struct stream_config *c = config_get(arg, mark->config);
    struct buf b;
    (void)joined;
    if (!c)
        return NULL;
    buf_init(&b, 4 * STREAM_HEADER_MAX);
    put_headers(c, mark->time_ms, &b, chunk);
    config_unref(c);
    return finish_prelude(&b);
}

struct block *stream_push_prelude(struct stream *s, const struct ring_mark *mark)
{
    static const uint8_t keep[] = "\x02\x00\x0d@setDataFrame"; /* as AMF0 */
    struct stream_config *c = config_get(s, mark->config), video;
    struct buf b, data;
    if (!c)
        return NULL;
    buf_init(&b, 4 * STREAM_HEADER_MAX);
    buf_init(&data, 2 * STREAM_METADATA_MAX);
    if (c->metadata) {
        buf_put(&data, keep, sizeof(keep) - 1);
        buf_put(&data, c->metadata->p, c->metadata->n);
        chunk(&b, FLV_SCRIPT, mark->time_ms, data.p, data.n);
    }
    video = (struct stream_config){.video = c->video, .audio = c->audio};
    put_headers(&video, mark->time_ms, &b, chunk);
    buf_free(&data);
    config_unref(c);
    return finish_prelude(&b);
}

static void viewer_gone(void *arg)
{
    struct stream *s = arg;
    atomic_fetch_sub(&s->viewers, 1);
    stream_unref(s);
}

static enum err follow(struct stream *s, struct conn *c, struct follow_spec *spec)
{
    spec->gone = viewer_gone;
    spec->arg = stream_ref(s);
    atomic_fetch_add(&s->viewers, 1);
    enum err e = follow_attach(c, spec);
    ring_unref(spec->ring);
    if (e != OK)
        viewer_gone(s);
    return e;
}

enum err stream_follow_flv(struct stream *s, struct conn *c, enum follow_framing framing)
{
    struct follow_spec spec = {
        .ring = wire_ring(&s->flv), .framing = framing, .prelude = flv_prelude};
    return follow(s, c, &spec);
}

enum err stream_follow_rtmp(struct stream *s, struct conn *c)
{
    pthread_mutex_lock(&s->lock);
    bool open = s->rtmp.ring != NULL;
    pthread_mutex_unlock(&s->lock);
    if (!open)
        return ERR_NOT_FOUND;
    struct follow_spec spec = {.ring = wire_ring(&s->rtmp), .prelude = rtmp_prelude};
    return follow(s, c, &spec);
}
