#include "load_stream.h"

#include <stdio.h>
#include <string.h>

#include "media/flv.h"
#include "proto/amf.h"

enum {
    AAC_RATE = 44100,
    AAC_SAMPLES = 1024,
    AUDIO_BYTES = 290, /* a frame: about 100 kbit/s */
    KEY_WEIGHT = 8,    /* a keyframe is as large as this many other frames */
    TAG_OVERHEAD = FLV_TAG_HEADER + FLV_TAG_TRAILER,
    SEI_AT = FLV_VIDEO_HEADER + 4,
    UUID_AT = SEI_AT + 3,
    NUMBER_AT = UUID_AT + 16,
    HEX = 16,
};

static const uint8_t uuid[16] = "guildhall-bench";

/* 1280x720, High, level 3.1: an encoder's own parameter sets. */
static const uint8_t avc_record[] = {
    0x01, 0x64, 0x00, 0x1F, 0xFF, 0xE1, 0x00, 0x1A, 0x67, 0x64, 0x00, 0x1F, 0xAC, 0xD9, 0x40, 0x50,
    0x05, 0xBB, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00, 0x03, 0x03, 0xC0, 0xF1, 0x83,
    0x19, 0x60, 0x01, 0x00, 0x06, 0x68, 0xEB, 0xE3, 0xCB, 0x22, 0xC0, 0xFD, 0xF8, 0xF8, 0x00};

void load_stream_init(struct load_stream *s)
{
    *s = (struct load_stream){.noise = {1}};
    for (size_t i = 0; i < sizeof(s->filler); i++)
        s->filler[i] = (uint8_t)(1 + rnd_seq_below(&s->noise, 255));
}

void load_stream_metadata(struct buf *out)
{
    amf_put_z(out, "onMetaData");
    amf_put_ecma_array(out, 5);
    amf_put_name(out, "width");
    amf_put_number(out, 1280);
    amf_put_name(out, "height");
    amf_put_number(out, 720);
    amf_put_name(out, "framerate");
    amf_put_number(out, STREAM_FPS);
    amf_put_name(out, "videocodecid");
    amf_put_number(out, 7);
    amf_put_name(out, "audiocodecid");
    amf_put_number(out, 10);
    amf_put_end(out);
}

void load_stream_video_header(struct buf *out)
{
    uint8_t header[FLV_VIDEO_HEADER];
    flv_video_header(header, FLV_SEQUENCE_HEADER, true, 0);
    buf_put(out, header, sizeof(header));
    buf_put(out, avc_record, sizeof(avc_record));
}

void load_stream_audio_header(struct buf *out)
{
    uint8_t header[FLV_AUDIO_HEADER];
    flv_audio_header(header, FLV_SEQUENCE_HEADER);
    buf_put(out, header, sizeof(header));
    buf_put(out, "\x12\x10", 2); /* AAC-LC, 44,100 Hz, stereo */
}

int64_t load_stream_video_due(const struct load_stream *s)
{
    return (int64_t)(s->video_n * 1000000 / STREAM_FPS);
}

int64_t load_stream_audio_due(const struct load_stream *s)
{
    return (int64_t)(s->audio_n * AAC_SAMPLES * 1000000 / AAC_RATE);
}

/* Noise, from another place of the filler each time. */
static void put_noise(struct load_stream *s, struct buf *out, size_t n)
{
    while (n > 0) {
        size_t from = rnd_seq_below(&s->noise, sizeof(s->filler) / 2);
        size_t take = n < sizeof(s->filler) / 2 ? n : sizeof(s->filler) / 2;
        buf_put(out, s->filler + from, take);
        n -= take;
    }
}

/* A tag's share of the bitrate, less what is not slice data; others vary by a fifth. */
static size_t slice_bytes(struct load_stream *s, bool key)
{
    const double audio = (double)AAC_RATE / AAC_SAMPLES * (AUDIO_BYTES + TAG_OVERHEAD);
    const double gop = (STREAM_BITS_PER_S / 8.0 - audio) * STREAM_GOP / STREAM_FPS;
    double mean = gop / (STREAM_GOP - 1 + KEY_WEIGHT);
    double size =
        key ? mean * KEY_WEIGHT : mean * (0.8 + (double)rnd_seq_below(&s->noise, 401) / 1000);
    return (size_t)size - TAG_OVERHEAD - STREAM_STAMP_BYTES - 1 - 4 - 1;
}

void load_stream_video(struct load_stream *s, int64_t now_us, struct buf *out, uint32_t *time_ms)
{
    enum { SEI = 6, USER_DATA = 5, IDR = 0x65, SLICE = 0x41, STOP = 0x80 };
    bool key = s->video_n % STREAM_GOP == 0;
    uint8_t header[FLV_VIDEO_HEADER];
    size_t slice = slice_bytes(s, key);
    *time_ms = (uint32_t)(load_stream_video_due(s) / 1000);
    flv_video_header(header, FLV_FRAME, key, 0);
    buf_put(out, header, sizeof(header));
    buf_be32(out, 3 + 16 + 2 * HEX + 1);
    buf_u8(out, SEI);
    buf_u8(out, USER_DATA);
    buf_u8(out, 16 + 2 * HEX);
    buf_put(out, uuid, sizeof(uuid));
    buf_printf(out, "%016llx%016llx", (unsigned long long)s->video_n, (unsigned long long)now_us);
    buf_u8(out, STOP);
    buf_be32(out, (uint32_t)slice + 1);
    buf_u8(out, key ? IDR : SLICE);
    put_noise(s, out, slice);
    s->video_n++;
}

void load_stream_audio(struct load_stream *s, struct buf *out, uint32_t *time_ms)
{
    uint8_t header[FLV_AUDIO_HEADER];
    *time_ms = (uint32_t)(load_stream_audio_due(s) / 1000);
    flv_audio_header(header, FLV_FRAME);
    buf_put(out, header, sizeof(header));
    put_noise(s, out, AUDIO_BYTES - sizeof(header));
    s->audio_n++;
}

static bool read_hex(const uint8_t *p, uint64_t *out)
{
    uint64_t v = 0;
    for (int i = 0; i < HEX; i++) {
        int c = p[i], digit = c >= 'a' ? c - 'a' + 10 : c - '0';
        if (digit < 0 || digit > 15)
            return false;
        v = v << 4 | (uint64_t)digit;
    }
    *out = v;
    return true;
}

bool load_stream_stamp(const uint8_t *body, uint64_t *number, int64_t *sent_us)
{
    uint64_t us = 0;
    bool ok = memcmp(body + UUID_AT, uuid, sizeof(uuid)) == 0 &&
              read_hex(body + NUMBER_AT, number) && read_hex(body + NUMBER_AT + HEX, &us);
    *sent_us = (int64_t)us;
    return ok;
}
