#include "live/hls.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "media/fmp4.h"

enum { HLS_SLOTS = HLS_LISTED + HLS_KEPT, HLS_INITS = 4, HLS_PLAYLIST_MAX = 8192 };

struct segment {
    struct block *block; /* owned; NULL: empty slot */
    uint64_t number;
    int64_t duration_ms;
    uint32_t init;
    bool discontinuity; /* the configuration changed before it */
};

struct hls {
    /* the stream's loop only */
    struct fmp4 *mux;    /* owned */
    bool video, waiting; /* waiting: for a keyframe to begin with */
    uint32_t forgot;     /* how many times it has */
    bool fresh;          /* nothing was published since */
    uint32_t init;       /* id of the present init segment */
    int64_t last_ms;     /* of the newest frame */
    bool discontinuity;  /* for the next segment */
    int64_t wall_ms;     /* when the first frame of what is gathered came */
    void (*on_segment)(void *arg, const struct hls_segment *s);
    void *on_segment_arg;

    pthread_mutex_t lock;           /* guards what follows */
    struct block *inits[HLS_INITS]; /* owned; id n lies at n % HLS_INITS */
    uint32_t inits_n;               /* the newest id given out */
    struct segment segments[HLS_SLOTS];
    uint64_t first_number, next_number;
    uint64_t discontinuities_gone; /* EXT-X-DISCONTINUITY-SEQUENCE */
    int target_s;                  /* 0 until the first segment */
    uint32_t forgets;              /* how many times it was to; `forgot` follows */
    bool ended;
};

struct hls *hls_new(void)
{
    struct hls *h = calloc(1, sizeof(*h));
    if (!h)
        return NULL;
    pthread_mutex_init(&h->lock, NULL);
    /* Caches keep what a name once meant. Numbers grow slower than the clock's seconds, so a later
     * stream of the same name begins beyond those of an earlier one. */
    h->first_number = h->next_number = (uint64_t)clock_wall_ms() / 1000;
    h->inits_n = (uint32_t)h->first_number;
    return h;
}

void hls_free(struct hls *h)
{
    if (!h)
        return;
    fmp4_free(h->mux);
    for (int i = 0; i < HLS_INITS; i++)
        block_unref(h->inits[i]);
    for (int i = 0; i < HLS_SLOTS; i++)
        block_unref(h->segments[i].block);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

/* ---- cutting ---- */

/* What was gathered is from before it was to be forgotten: it is no segment. */
static void publish(struct hls *h, struct fmp4_fragment *f)
{
    pthread_mutex_lock(&h->lock);
    if (h->forgot != h->forgets) {
        pthread_mutex_unlock(&h->lock);
        block_unref(f->block);
        return;
    }
    struct segment *slot = &h->segments[h->next_number % HLS_SLOTS];
    struct block *old = slot->block;
    /* What falls out of the playlist (not of the slots) counts for the discontinuity sequence. */
    if (h->next_number - h->first_number >= HLS_LISTED &&
        h->segments[(h->next_number - HLS_LISTED) % HLS_SLOTS].discontinuity)
        h->discontinuities_gone++;
    *slot = (struct segment){f->block, h->next_number, f->duration_ms, h->init, h->discontinuity};
    struct hls_segment told = {h->inits[h->init % HLS_INITS],
                               f->block,
                               f->start_ms,
                               f->duration_ms,
                               h->wall_ms,
                               h->discontinuity,
                               f->independent,
                               h->fresh};
    h->next_number++;
    h->discontinuity = h->fresh = false;
    if (h->target_s == 0) {
        int64_t s = (f->duration_ms + 500) / 1000;
        h->target_s = s < 2 ? 2 : s > HLS_TARGET_MAX_S ? HLS_TARGET_MAX_S : (int)s;
    }
    pthread_mutex_unlock(&h->lock);
    if (h->on_segment) /* only this thread puts anything in those slots */
        h->on_segment(h->on_segment_arg, &told);
    block_unref(old);
}

void hls_on_segment(struct hls *h, void (*fn)(void *arg, const struct hls_segment *s), void *arg)
{
    h->on_segment = fn;
    h->on_segment_arg = arg;
}

static void cut(struct hls *h, int64_t end_ms)
{
    struct fmp4_fragment f;
    if (!h->mux || fmp4_is_empty(h->mux))
        return;
    enum err e = fmp4_finish(h->mux, end_ms, true, &f);
    if (e != OK) {
        LOG(WARN, "hls.segment_lost", L_ERR(e));
        fmp4_reset(h->mux);
        h->waiting = h->video;
        return;
    }
    publish(h, &f);
}

/* Longest that still rounds to the target duration. */
static int64_t longest_ms(const struct hls *h)
{
    return (h->target_s ? h->target_s : HLS_TARGET_MAX_S) * 1000 + 400;
}

static void cut_when_due(struct hls *h, int64_t dts_ms, bool keyframe)
{
    if (fmp4_is_empty(h->mux)) {
        h->wall_ms = clock_wall_ms();
        return;
    }
    int64_t gathered_ms = dts_ms - fmp4_start_ms(h->mux);
    int64_t min_ms = h->target_s ? h->target_s * 1000 - 600 : HLS_SEGMENT_MIN_MS;
    int64_t frame_ms = dts_ms - h->last_ms; /* the next one would make it too long */
    if ((keyframe && gathered_ms >= min_ms) || gathered_ms + frame_ms > longest_ms(h))
        cut(h, dts_ms);
    if (fmp4_is_empty(h->mux))
        h->wall_ms = clock_wall_ms();
}

/* The stream's loop, before anything else: drops what it had gathered when it was to be forgotten.
 */
static void notice_forgetting(struct hls *h)
{
    pthread_mutex_lock(&h->lock);
    bool late = h->forgot != h->forgets;
    h->forgot = h->forgets;
    pthread_mutex_unlock(&h->lock);
    if (!late)
        return;
    if (h->mux)
        fmp4_reset(h->mux);
    h->waiting = h->video;
    h->discontinuity = h->fresh = true;
}

static void lost(struct hls *h, enum err e)
{
    LOG(WARN, "hls.frame_refused", L_ERR(e));
    fmp4_reset(h->mux);
    h->waiting = h->video;
    h->discontinuity = true;
}

void hls_video(struct hls *h, int64_t dts_ms, int32_t composition_ms, bool keyframe, const void *p,
               size_t n)
{
    notice_forgetting(h);
    if (!h->mux || !h->video || (h->waiting && !keyframe))
        return;
    h->waiting = false;
    cut_when_due(h, dts_ms, keyframe);
    h->last_ms = dts_ms;
    enum err e = fmp4_add_video(h->mux, dts_ms, composition_ms, keyframe, p, n);
    if (e != OK)
        lost(h, e);
}

void hls_audio(struct hls *h, int64_t dts_ms, const void *p, size_t n)
{
    notice_forgetting(h);
    if (!h->mux || h->waiting)
        return;
    if (!h->video)
        cut_when_due(h, dts_ms, true);
    if (!h->video)
        h->last_ms = dts_ms;
    enum err e = fmp4_add_audio(h->mux, dts_ms, p, n);
    if (e != OK)
        lost(h, e);
}

void hls_configure(struct hls *h, const struct avc_config *video, const struct aac_config *audio)
{
    struct block *init = NULL;
    notice_forgetting(h);
    if (h->mux && !fmp4_is_empty(h->mux)) /* the old configuration's rest cannot go on */
        cut(h, h->last_ms + 1);
    fmp4_free(h->mux);
    h->mux = fmp4_new(video != NULL, audio);
    h->video = video != NULL;
    h->waiting = h->video;
    enum err e = h->mux ? fmp4_init_segment(video, audio, &init) : ERR_NOMEM;
    if (e != OK) {
        LOG(WARN, "hls.init_refused", L_ERR(e));
        fmp4_free(h->mux);
        h->mux = NULL;
        return;
    }
    pthread_mutex_lock(&h->lock);
    h->init = ++h->inits_n;
    struct block *old = h->inits[h->init % HLS_INITS];
    h->inits[h->init % HLS_INITS] = init;
    h->discontinuity |= h->next_number > h->first_number;
    pthread_mutex_unlock(&h->lock);
    block_unref(old);
}

void hls_break(struct hls *h)
{
    notice_forgetting(h);
    if (h->mux && !fmp4_is_empty(h->mux))
        cut(h, h->last_ms + 1);
    h->waiting = h->video;
}

void hls_end(struct hls *h, int64_t end_ms)
{
    notice_forgetting(h);
    if (h->mux && !fmp4_is_empty(h->mux) && end_ms > fmp4_start_ms(h->mux))
        cut(h, end_ms);
    pthread_mutex_lock(&h->lock);
    h->ended = true;
    pthread_mutex_unlock(&h->lock);
}

void hls_forget(struct hls *h)
{
    struct block *gone[HLS_SLOTS];
    pthread_mutex_lock(&h->lock);
    for (uint64_t i = h->first_number; i < h->next_number; i++) {
        bool listed_once = i + HLS_LISTED >= h->next_number; /* the others are counted already */
        h->discontinuities_gone += listed_once && h->segments[i % HLS_SLOTS].discontinuity;
    }
    for (int i = 0; i < HLS_SLOTS; i++) {
        gone[i] = h->segments[i].block;
        h->segments[i] = (struct segment){0};
    }
    h->first_number = h->next_number;
    h->forgets++;
    pthread_mutex_unlock(&h->lock);
    for (int i = 0; i < HLS_SLOTS; i++)
        block_unref(gone[i]);
}

/* ---- serving ---- */

static void put_playlist(const struct hls *h, struct buf *b)
{
    bool all = h->next_number - h->first_number <= HLS_LISTED;
    uint64_t from = all ? h->first_number : h->next_number - HLS_LISTED;
    uint32_t init = 0;
    buf_printf(b,
               "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:%llu\n",
               h->target_s, (unsigned long long)from);
    if (h->discontinuities_gone)
        buf_printf(b, "#EXT-X-DISCONTINUITY-SEQUENCE:%llu\n",
                   (unsigned long long)h->discontinuities_gone);
    for (uint64_t i = from; i < h->next_number; i++) {
        const struct segment *s = &h->segments[i % HLS_SLOTS];
        if (s->discontinuity)
            buf_z(b, "#EXT-X-DISCONTINUITY\n");
        if (s->init != init)
            buf_printf(b, "#EXT-X-MAP:URI=\"init-%u.mp4\"\n", s->init);
        init = s->init;
        buf_printf(b, "#EXTINF:%lld.%03d,\nseg-%llu.m4s\n", (long long)(s->duration_ms / 1000),
                   (int)(s->duration_ms % 1000), (unsigned long long)s->number);
    }
    if (h->ended)
        buf_z(b, "#EXT-X-ENDLIST\n");
}

static enum err playlist(struct hls *h, struct block **out)
{
    struct buf b;
    buf_init(&b, HLS_PLAYLIST_MAX);
    pthread_mutex_lock(&h->lock);
    bool young = h->next_number == h->first_number;
    if (!young)
        put_playlist(h, &b);
    pthread_mutex_unlock(&h->lock);
    if (!young && buf_ok(&b))
        *out = block_copy(b.p, b.n);
    buf_free(&b);
    return young ? ERR_AGAIN : *out ? OK : ERR_NOMEM;
}

/* "seg-17.m4s" with prefix "seg-" and suffix ".m4s" → 17 */
static bool number_in(struct str file, const char *prefix, const char *suffix, int64_t *out)
{
    size_t head = strlen(prefix), tail = strlen(suffix);
    return str_starts(file, prefix) && str_ends(file, suffix) && file.n > head + tail &&
           str_to_i64(str_slice(file, head, file.n - tail), out) == OK && *out >= 0;
}

static struct block *find_block(struct hls *h, struct str file, const char **type)
{
    int64_t n;
    if (number_in(file, "seg-", ".m4s", &n)) {
        const struct segment *s = &h->segments[n % HLS_SLOTS];
        *type = "video/iso.segment";
        return s->block && s->number == (uint64_t)n ? s->block : NULL;
    }
    if (number_in(file, "init-", ".mp4", &n)) {
        *type = "video/mp4";
        return n <= h->inits_n && n + HLS_INITS > h->inits_n ? h->inits[n % HLS_INITS] : NULL;
    }
    return NULL;
}

enum err hls_file(struct hls *h, struct str file, struct block **out, const char **type)
{
    *out = NULL;
    if (str_eq_z(file, "index.m3u8")) {
        *type = "application/vnd.apple.mpegurl";
        return playlist(h, out);
    }
    pthread_mutex_lock(&h->lock);
    struct block *b = find_block(h, file, type);
    *out = b ? block_ref(b) : NULL;
    pthread_mutex_unlock(&h->lock);
    return *out ? OK : ERR_NOT_FOUND;
}
