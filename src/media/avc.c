#include "media/avc.h"

#include <stdio.h>

#include "base/buf.h"
#include "media/bits.h"

enum {
    MB = 16, /* pixels of a macroblock's side */
    SPS_ID_MAX = 31,
    POC_CYCLE_MAX = 255,
    LOG2_MAX = 12,     /* log2_max_frame_num_minus4 and its like */
    BIT_DEPTH_MAX = 6, /* minus 8 */
    REF_FRAMES_MAX = 16,
};

static bool has_chroma_fields(uint8_t profile)
{
    static const uint8_t high[] = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
    for (size_t i = 0; i < sizeof(high); i++) {
        if (profile == high[i])
            return true;
    }
    return false;
}

static void skip_scaling_list(struct bits *b, int size)
{
    int32_t last = 8, next = 8;
    for (int j = 0; j < size && !b->failed; j++) {
        if (next != 0) {
            int32_t delta = bits_se(b);
            if (delta < -128 || delta > 127) { /* 7.4.2.1.1.1 */
                b->failed = true;
                return;
            }
            next = (last + delta + 256) % 256;
        }
        last = next == 0 ? last : next;
    }
}

/* 7.3.2.1.1, from chroma_format_idc to the scaling lists. Returns the chroma format. */
static uint32_t read_chroma(struct bits *b, bool *separate)
{
    enum { YUV444 = 3, LISTS = 8, LISTS_444 = 12, SMALL_LISTS = 6 };
    uint32_t format = bits_ue(b);
    if (format > YUV444) {
        b->failed = true;
        return 1;
    }
    *separate = format == YUV444 && bits_get(b, 1);
    if (bits_ue(b) > BIT_DEPTH_MAX || bits_ue(b) > BIT_DEPTH_MAX)
        b->failed = true;
    bits_get(b, 1); /* qpprime_y_zero_transform_bypass_flag */
    if (bits_get(b, 1)) {
        int lists = format == YUV444 ? LISTS_444 : LISTS;
        for (int i = 0; i < lists && !b->failed; i++) {
            if (bits_get(b, 1))
                skip_scaling_list(b, i < SMALL_LISTS ? 16 : 64);
        }
    }
    return format;
}

static void skip_picture_order(struct bits *b)
{
    uint32_t type = bits_ue(b);
    if (type > 2)
        b->failed = true;
    if (type == 0 && bits_ue(b) > LOG2_MAX)
        b->failed = true;
    if (type != 1)
        return;
    bits_get(b, 1);
    bits_se(b);
    bits_se(b);
    uint32_t cycle = bits_ue(b);
    if (cycle > POC_CYCLE_MAX)
        b->failed = true;
    for (uint32_t i = 0; i < cycle && !b->failed; i++)
        bits_se(b);
}

/* E.1.1 up to the timing; what follows does not matter here. */
static void read_vui(struct bits *b, struct avc_sps *out)
{
    enum { EXTENDED_SAR = 255 };
    if (bits_get(b, 1) && bits_get(b, 8) == EXTENDED_SAR)
        bits_get(b, 32);
    if (bits_get(b, 1))
        bits_get(b, 1); /* overscan */
    if (bits_get(b, 1)) {
        bits_get(b, 4);
        if (bits_get(b, 1))
            bits_get(b, 24); /* colour description */
    }
    if (bits_get(b, 1)) {
        bits_ue(b);
        bits_ue(b); /* chroma sample location */
    }
    if (!bits_get(b, 1))
        return;
    uint32_t units = bits_get(b, 32), scale = bits_get(b, 32);
    if (b->failed || units == 0 || scale == 0 || units > UINT32_MAX / 2)
        return;
    out->fps_num = scale;
    out->fps_den = units * 2; /* units count fields */
}

/* Table 6-1 and 7.4.2.1.1: cropping is counted in chroma samples, and in field pairs. */
static enum err read_size(struct bits *b, uint32_t chroma, bool separate, struct avc_sps *out)
{
    uint32_t width_mbs = bits_ue(b), height_units = bits_ue(b);
    out->interlaced = !bits_get(b, 1);
    if (out->interlaced)
        bits_get(b, 1);
    bits_get(b, 1); /* direct_8x8_inference_flag */
    uint32_t crop[4] = {0};
    if (bits_get(b, 1)) {
        for (int i = 0; i < 4; i++)
            crop[i] = bits_ue(b); /* left, right, top, bottom */
    }
    if (b->failed)
        return ERR_PROTOCOL;
    uint64_t fields = out->interlaced ? 2 : 1;
    uint64_t width = (width_mbs + UINT64_C(1)) * MB,
             height = (height_units + UINT64_C(1)) * MB * fields;
    if (width > AVC_DIMENSION_MAX || height > AVC_DIMENSION_MAX)
        return ERR_UNSUPPORTED;
    uint64_t unit_x = !separate && (chroma == 1 || chroma == 2) ? 2 : 1;
    uint64_t unit_y = (!separate && chroma == 1 ? 2 : 1) * fields;
    uint64_t cut_x = unit_x * ((uint64_t)crop[0] + crop[1]);
    uint64_t cut_y = unit_y * ((uint64_t)crop[2] + crop[3]);
    if (cut_x >= width || cut_y >= height)
        return ERR_PROTOCOL;
    out->width = (uint32_t)(width - cut_x);
    out->height = (uint32_t)(height - cut_y);
    return OK;
}

enum err avc_sps_parse(const uint8_t *p, size_t n, struct avc_sps *out)
{
    *out = (struct avc_sps){0};
    if (n < 4 || (p[0] & 31) != AVC_NAL_SPS)
        return ERR_PROTOCOL;
    struct bits b;
    bits_init(&b, p + 1, n - 1, true);
    out->profile = (uint8_t)bits_get(&b, 8);
    out->constraints = (uint8_t)bits_get(&b, 8);
    out->level = (uint8_t)bits_get(&b, 8);
    bool separate = false, bad = bits_ue(&b) > SPS_ID_MAX;
    uint32_t chroma = has_chroma_fields(out->profile) ? read_chroma(&b, &separate) : 1;
    bad |= bits_ue(&b) > LOG2_MAX; /* log2_max_frame_num_minus4 */
    skip_picture_order(&b);
    bad |= bits_ue(&b) > REF_FRAMES_MAX;
    bits_get(&b, 1); /* gaps_in_frame_num_value_allowed_flag */
    enum err e = read_size(&b, chroma, separate, out);
    if (e != OK)
        return e;
    if (bits_get(&b, 1))
        read_vui(&b, out);
    return b.failed || bad ? ERR_PROTOCOL : OK;
}

/* One of the record's two lists: 16-bit lengths and units. Keeps the first unit. */
static enum err read_list(const uint8_t *p, size_t n, size_t *at, int count, int type,
                          const uint8_t **first, size_t *first_n)
{
    for (int i = 0; i < count; i++) {
        if (n - *at < 2)
            return ERR_PROTOCOL;
        size_t size = be16(p + *at);
        *at += 2;
        if (size == 0 || size > n - *at || (p[*at] & 31) != type)
            return ERR_PROTOCOL;
        if (i == 0) {
            *first = p + *at;
            *first_n = size;
        }
        *at += size;
    }
    return count > 0 ? OK : ERR_PROTOCOL;
}

enum err avc_config_parse(const uint8_t *p, size_t n, struct avc_config *out)
{
    enum { VERSION = 1, FIXED = 6 };
    *out = (struct avc_config){.record = p, .record_n = n};
    if (n < FIXED + 1 || p[0] != VERSION)
        return ERR_PROTOCOL;
    out->nal_length_size = (p[4] & 3) + 1;
    if (out->nal_length_size == 3)
        return ERR_PROTOCOL;
    size_t at = FIXED;
    enum err e = read_list(p, n, &at, p[5] & 31, AVC_NAL_SPS, &out->sps, &out->sps_n);
    if (e == OK && at == n)
        e = ERR_PROTOCOL;
    if (e == OK) {
        int count = p[at++];
        e = read_list(p, n, &at, count, AVC_NAL_PPS, &out->pps, &out->pps_n);
    }
    return e == OK ? avc_sps_parse(out->sps, out->sps_n, &out->info) : e;
}

void avc_codec_text(const struct avc_config *c, char out[AVC_CODEC_TEXT])
{
    snprintf(out, AVC_CODEC_TEXT, "avc1.%02x%02x%02x", c->info.profile, c->info.constraints,
             c->info.level);
}

enum err avc_next_nal(const uint8_t *p, size_t n, int nal_length_size, size_t *at,
                      const uint8_t **nal, size_t *nal_n)
{
    size_t prefix = (size_t)nal_length_size, size = 0;
    if (*at == n)
        return ERR_EOF;
    if (n - *at < prefix)
        return ERR_PROTOCOL;
    for (size_t i = 0; i < prefix; i++)
        size = size << 8 | p[*at + i];
    if (size > n - *at - prefix)
        return ERR_PROTOCOL;
    *nal = p + *at + prefix;
    *nal_n = size;
    *at += prefix + size;
    return OK;
}

bool avc_has_idr(const uint8_t *p, size_t n, int nal_length_size)
{
    bool found = false;
    size_t at = 0, size;
    const uint8_t *nal;
    enum err e;
    while ((e = avc_next_nal(p, n, nal_length_size, &at, &nal, &size)) == OK)
        found |= size > 0 && (nal[0] & 31) == AVC_NAL_IDR;
    return e == ERR_EOF && found;
}
