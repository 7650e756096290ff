/*
 * An FLV file on its way to HLS: tags, codec headers, timeline, MP4. Whatever arrives, nothing is
 * read outside, time never goes back, and the boxes that come out nest and add up.
 */
#include <stdlib.h>
#include <string.h>

#include "media/aac.h"
#include "media/avc.h"
#include "media/flv.h"
#include "media/fmp4.h"
#include "media/timeline.h"

struct state {
    struct timeline timeline;
    int64_t newest[TIMELINE_TRACKS];
    struct fmp4 *fmp4;
    struct avc_config avc; /* borrow from the input */
    struct aac_config aac;
    bool has_avc, has_aac;
};

/* Boxes fill the bytes exactly; containers are walked into. */
static void check_boxes(const uint8_t *p, size_t n)
{
    static const char containers[] = "moov trak mdia minf stbl dinf mvex moof traf";
    while (n > 0) {
        if (n < 8 || be32(p) < 8 || be32(p) > n)
            abort();
        char type[5] = {(char)p[4], (char)p[5], (char)p[6], (char)p[7], 0};
        if (strstr(containers, type))
            check_boxes(p + 8, be32(p) - 8);
        n -= be32(p);
        p += be32(p);
    }
}

static void check_block(struct block *b)
{
    check_boxes(b->p, b->n);
    block_unref(b);
}

static void new_config(struct state *s)
{
    struct block *init;
    if (fmp4_init_segment(s->has_avc ? &s->avc : NULL, s->has_aac ? &s->aac : NULL, &init) == OK)
        check_block(init);
    fmp4_free(s->fmp4);
    s->fmp4 = fmp4_new(s->has_avc, s->has_aac ? &s->aac : NULL);
}

static void finish(struct state *s, int64_t end_ms)
{
    struct fmp4_fragment part;
    if (fmp4_finish(s->fmp4, end_ms, end_ms & 1, &part) != OK)
        return;
    if (part.duration_ms < 0)
        abort();
    check_block(part.block);
}

static int64_t map(struct state *s, enum timeline_track k, uint32_t wire)
{
    int64_t ms = timeline_map(&s->timeline, k, wire);
    if (ms < s->newest[k] || timeline_now(&s->timeline) < ms)
        abort();
    s->newest[k] = ms;
    return ms;
}

static void video(struct state *s, const struct flv_tag *tag)
{
    struct flv_video v;
    if (flv_video_parse(tag->p, tag->n, &v) != OK || v.codec != CODEC_H264)
        return;
    if (v.packet == FLV_SEQUENCE_HEADER) {
        struct avc_config c;
        char text[AVC_CODEC_TEXT];
        if (avc_config_parse(v.p, v.n, &c) != OK)
            return;
        avc_codec_text(&c, text);
        s->avc = c;
        s->has_avc = true;
        new_config(s);
    } else if (v.packet == FLV_FRAME && s->has_avc) {
        int64_t ms = map(s, TIMELINE_VIDEO, tag->time_ms);
        if (avc_has_idr(v.p, v.n, s->avc.nal_length_size) && !fmp4_is_empty(s->fmp4))
            finish(s, ms);
        (void)!fmp4_add_video(s->fmp4, ms, v.composition_ms, v.keyframe, v.p, v.n);
    }
}

static void audio(struct state *s, const struct flv_tag *tag)
{
    struct flv_audio a;
    if (flv_audio_parse(tag->p, tag->n, &a) != OK || a.codec != CODEC_AAC)
        return;
    if (a.packet == FLV_SEQUENCE_HEADER) {
        struct aac_config c;
        char text[AAC_CODEC_TEXT];
        if (aac_config_parse(a.p, a.n, &c) != OK)
            return;
        aac_codec_text(&c, text);
        s->aac = c;
        s->has_aac = true;
        new_config(s);
    } else if (a.packet == FLV_FRAME && s->has_aac) {
        (void)!fmp4_add_audio(s->fmp4, map(s, TIMELINE_AUDIO, tag->time_ms), a.p, a.n);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct avc_sps sps;
    size_t at = 0, used;
    struct state s = {0};
    timeline_init(&s.timeline);
    (void)!avc_sps_parse(p, n, &sps);
    if (n >= FLV_FILE_HEADER && memcmp(p, "FLV", 3) == 0)
        at = FLV_FILE_HEADER; /* bare tags are fine too */
    struct flv_tag tag;
    while (flv_read_tag(p + at, n - at, &tag, &used) == OK) {
        if (tag.type == FLV_VIDEO)
            video(&s, &tag);
        else if (tag.type == FLV_AUDIO)
            audio(&s, &tag);
        else
            timeline_restart(&s.timeline);
        at += used;
    }
    if (s.fmp4)
        finish(&s, timeline_now(&s.timeline));
    fmp4_free(s.fmp4);
    return 0;
}
