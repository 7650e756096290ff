#include "media/flv.h"

#include <string.h>

enum { FLAG_VIDEO = 1, FLAG_AUDIO = 4 };

void flv_file_header(uint8_t out[FLV_FILE_HEADER], bool audio, bool video)
{
    memcpy(out, "FLV\x01\x00\x00\x00\x00\x09\x00\x00\x00\x00", FLV_FILE_HEADER);
    out[4] = (uint8_t)((audio ? FLAG_AUDIO : 0) | (video ? FLAG_VIDEO : 0));
}

static void put_be24(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 16);
    p[1] = (uint8_t)(v >> 8);
    p[2] = (uint8_t)v;
}

void flv_tag_header(uint8_t out[FLV_TAG_HEADER], enum flv_type type, uint32_t time_ms, size_t n)
{
    out[0] = (uint8_t)type;
    put_be24(out + 1, (uint32_t)n);
    put_be24(out + 4, time_ms);
    out[7] = (uint8_t)(time_ms >> 24);
    put_be24(out + 8, 0);
}

void flv_tag_trailer(uint8_t out[FLV_TAG_TRAILER], size_t n)
{
    out[0] = (uint8_t)((n + FLV_TAG_HEADER) >> 24);
    put_be24(out + 1, (uint32_t)(n + FLV_TAG_HEADER));
}

void flv_put_tag(struct buf *out, enum flv_type type, uint32_t time_ms, const void *p, size_t n)
{
    uint8_t header[FLV_TAG_HEADER], trailer[FLV_TAG_TRAILER];
    if (n > FLV_BODY_MAX || !buf_reserve(out, FLV_TAG_HEADER + n + FLV_TAG_TRAILER)) {
        out->failed = true;
        return;
    }
    flv_tag_header(header, type, time_ms, n);
    flv_tag_trailer(trailer, n);
    buf_put(out, header, sizeof(header));
    buf_put(out, p, n);
    buf_put(out, trailer, sizeof(trailer));
}

size_t flv_unit_len(const uint8_t *p, size_t n, void *arg)
{
    (void)arg;
    return n < FLV_TAG_HEADER ? 0 : FLV_TAG_HEADER + (size_t)be24(p + 1) + FLV_TAG_TRAILER;
}

enum err flv_read_tag(const uint8_t *p, size_t n, struct flv_tag *out, size_t *used)
{
    enum { FILTERED_OR_RESERVED = 0xE0 };
    size_t whole = flv_unit_len(p, n, NULL);
    if (whole == 0)
        return ERR_AGAIN;
    if (p[0] & FILTERED_OR_RESERVED)
        return ERR_PROTOCOL;
    if (n < whole)
        return ERR_AGAIN;
    *out = (struct flv_tag){
        .type = p[0],
        .time_ms = be24(p + 4) | (uint32_t)p[7] << 24,
        .p = p + FLV_TAG_HEADER,
        .n = be24(p + 1),
    };
    *used = whole;
    return be32(p + whole - FLV_TAG_TRAILER) == whole - FLV_TAG_TRAILER ? OK : ERR_PROTOCOL;
}

/* Bytes of a body, taken from the front. */
struct cursor {
    const uint8_t *p;
    size_t n;
};

static const uint8_t *take(struct cursor *c, size_t n)
{
    if (n > c->n)
        return NULL;
    const uint8_t *p = c->p;
    c->p += n;
    c->n -= n;
    return p;
}

static int32_t si24(const uint8_t *p)
{
    return (int32_t)(be24(p) << 8) >> 8;
}

static enum codec fourcc_codec(const uint8_t *p)
{
    static const struct {
        char fourcc[5];
        enum codec codec;
    } table[] = {
        {"avc1", CODEC_H264}, {"hvc1", CODEC_H265}, {"av01", CODEC_AV1},  {"vp09", CODEC_VP9},
        {"vp08", CODEC_VP8},  {"mp4a", CODEC_AAC},  {"Opus", CODEC_OPUS}, {"fLaC", CODEC_FLAC},
        {".mp3", CODEC_MP3},  {"ac-3", CODEC_AC3},  {"ec-3", CODEC_EAC3},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (memcmp(table[i].fourcc, p, 4) == 0)
            return table[i].codec;
    }
    return CODEC_NONE;
}

/* ModEx packets precede the real one: a size, data (we use none of it), and then the type of the
 * next extension and of the packet. Enhanced RTMP v2, "ExVideoTagHeader" and "ExAudioTagHeader". */
static enum err skip_modex(struct cursor *c, uint8_t *packet_type)
{
    enum { MODEX = 7, LONG_SIZE = 256 };
    while (*packet_type == MODEX) {
        const uint8_t *p = take(c, 1);
        size_t size = p ? *p + 1u : 0;
        if (size == LONG_SIZE) {
            p = take(c, 2);
            size = p ? be16(p) + 1u : 0;
        }
        if (!p || !take(c, size))
            return ERR_PROTOCOL;
        p = take(c, 1);
        if (!p)
            return ERR_PROTOCOL;
        *packet_type = *p & 15;
    }
    return OK;
}

/* Several tracks in one tag: all we tell is the codec, where all tracks share one. */
static enum err read_multitrack(struct cursor *c, uint8_t fourcc[4], enum codec *codec)
{
    enum { MANY_CODECS = 2 };
    const uint8_t *kind = take(c, 1);
    if (!kind)
        return ERR_PROTOCOL;
    const uint8_t *p = *kind >> 4 == MANY_CODECS ? NULL : take(c, 4);
    if (p) {
        memcpy(fourcc, p, 4);
        *codec = fourcc_codec(p);
    }
    return ERR_UNSUPPORTED;
}

enum { FRAME_KEY = 1, FRAME_GENERATED_KEY = 4, FRAME_COMMAND = 5 };

static enum err video_extended(struct cursor *c, uint8_t first, struct flv_video *out)
{
    enum { START, FRAMES, END, FRAMES_X, METADATA, TS_START, MULTITRACK };
    uint8_t type = first & 15;
    out->extended = true;
    enum err e = skip_modex(c, &type);
    if (e != OK)
        return e;
    if ((first >> 4 & 7) == FRAME_COMMAND && type != METADATA) {
        out->packet = FLV_COMMAND;
        return OK;
    }
    if (type == MULTITRACK)
        return read_multitrack(c, out->fourcc, &out->codec);
    const uint8_t *p = take(c, 4);
    if (!p)
        return ERR_PROTOCOL;
    memcpy(out->fourcc, p, 4);
    out->codec = fourcc_codec(p);
    switch (type) {
    case START:
    case TS_START: out->packet = FLV_SEQUENCE_HEADER; return OK;
    case FRAMES_X: out->packet = FLV_FRAME; return OK;
    case END: out->packet = FLV_SEQUENCE_END; return OK;
    case METADATA: out->packet = FLV_METADATA; return OK;
    case FRAMES: break;
    default: return ERR_PROTOCOL;
    }
    out->packet = FLV_FRAME;
    if (out->codec != CODEC_H264 && out->codec != CODEC_H265)
        return OK; /* the others have no reordering in the container */
    p = take(c, 3);
    if (!p)
        return ERR_PROTOCOL;
    out->composition_ms = si24(p);
    return OK;
}

/* 12 and 13 are not Adobe's: many encoders used them before Enhanced RTMP. */
static enum codec legacy_video_codec(uint8_t id)
{
    static const enum codec table[16] = {
        [2] = CODEC_H263,   [3] = CODEC_SCREEN, [4] = CODEC_VP6,   [5] = CODEC_VP6,
        [6] = CODEC_SCREEN, [7] = CODEC_H264,   [12] = CODEC_H265, [13] = CODEC_AV1,
    };
    return table[id & 15];
}

/* AVCVIDEOPACKET, which H.265 with the id 12 shares. */
static enum err video_avc(struct cursor *c, struct flv_video *out)
{
    const uint8_t *p = take(c, 4);
    if (!p)
        return ERR_PROTOCOL;
    out->composition_ms = p[0] == 1 ? si24(p + 1) : 0;
    switch (p[0]) {
    case 0: out->packet = FLV_SEQUENCE_HEADER; return OK;
    case 1: out->packet = FLV_FRAME; return OK;
    case 2: out->packet = FLV_SEQUENCE_END; return OK;
    default: return ERR_PROTOCOL;
    }
}

enum err flv_video_parse(const uint8_t *body, size_t n, struct flv_video *out)
{
    enum { EXTENDED = 0x80 };
    *out = (struct flv_video){.packet = FLV_COMMAND, .p = body};
    struct cursor c = {body, n};
    const uint8_t *first = take(&c, 1);
    if (!first)
        return OK;
    uint8_t frame = *first >> 4 & 7;
    out->keyframe = frame == FRAME_KEY || frame == FRAME_GENERATED_KEY;
    enum err e = OK;
    if (*first & EXTENDED) {
        e = video_extended(&c, *first, out);
    } else {
        out->codec = legacy_video_codec(*first);
        if (frame != FRAME_COMMAND) {
            out->packet = FLV_FRAME;
            if (out->codec == CODEC_H264 || out->codec == CODEC_H265)
                e = video_avc(&c, out);
        }
    }
    out->p = c.p;
    out->n = c.n;
    return e;
}

static enum err audio_extended(struct cursor *c, uint8_t first, struct flv_audio *out)
{
    enum { START, FRAMES, END, CHANNELS = 4, MULTITRACK = 5 };
    uint8_t type = first & 15;
    out->extended = true;
    enum err e = skip_modex(c, &type);
    if (e != OK)
        return e;
    if (type == MULTITRACK)
        return read_multitrack(c, out->fourcc, &out->codec);
    const uint8_t *p = take(c, 4);
    if (!p)
        return ERR_PROTOCOL;
    memcpy(out->fourcc, p, 4);
    out->codec = fourcc_codec(p);
    switch (type) {
    case START: out->packet = FLV_SEQUENCE_HEADER; return OK;
    case FRAMES: out->packet = FLV_FRAME; return OK;
    case END: out->packet = FLV_SEQUENCE_END; return OK;
    case CHANNELS: out->packet = FLV_METADATA; return OK;
    default: return ERR_PROTOCOL;
    }
}

/* 13 is not Adobe's: used for Opus before Enhanced RTMP. 9 announces the extended header. */
static enum codec legacy_audio_codec(uint8_t id)
{
    static const enum codec table[16] = {
        [0] = CODEC_PCM,        [1] = CODEC_ADPCM,      [2] = CODEC_MP3,        [3] = CODEC_PCM,
        [4] = CODEC_NELLYMOSER, [5] = CODEC_NELLYMOSER, [6] = CODEC_NELLYMOSER, [7] = CODEC_G711,
        [8] = CODEC_G711,       [10] = CODEC_AAC,       [11] = CODEC_SPEEX,     [13] = CODEC_OPUS,
        [14] = CODEC_MP3,
    };
    return table[id];
}

enum err flv_audio_parse(const uint8_t *body, size_t n, struct flv_audio *out)
{
    enum { EXTENDED = 9 };
    *out = (struct flv_audio){.packet = FLV_COMMAND, .p = body};
    struct cursor c = {body, n};
    const uint8_t *first = take(&c, 1);
    if (!first)
        return OK;
    enum err e = OK;
    if (*first >> 4 == EXTENDED) {
        e = audio_extended(&c, *first, out);
    } else {
        out->codec = legacy_audio_codec(*first >> 4);
        out->packet = FLV_FRAME;
        const uint8_t *type = out->codec == CODEC_AAC ? take(&c, 1) : NULL;
        if (out->codec == CODEC_AAC && (!type || *type > 1))
            e = ERR_PROTOCOL;
        else if (type)
            out->packet = *type == 0 ? FLV_SEQUENCE_HEADER : FLV_FRAME;
    }
    out->p = c.p;
    out->n = c.n;
    return e;
}

void flv_video_header(uint8_t out[FLV_VIDEO_HEADER], enum flv_packet packet, bool keyframe,
                      int32_t composition_ms)
{
    enum { INTER = 2, AVC = 7 };
    out[0] = (uint8_t)((keyframe ? FRAME_KEY : INTER) << 4 | AVC);
    out[1] = packet == FLV_SEQUENCE_HEADER ? 0 : packet == FLV_SEQUENCE_END ? 2 : 1;
    put_be24(out + 2, (uint32_t)composition_ms);
}

void flv_audio_header(uint8_t out[FLV_AUDIO_HEADER], enum flv_packet packet)
{
    out[0] = 0xAF; /* AAC; rate, size and channels are fixed and come from the configuration */
    out[1] = packet == FLV_SEQUENCE_HEADER ? 0 : 1;
}
