#include "media/aac.h"

#include <stdio.h>

#include "media/bits.h"

enum { AOT_LC = 2, AOT_SBR = 5, AOT_PS = 29, AOT_ESCAPE = 31 };

static uint32_t read_object_type(struct bits *b)
{
    uint32_t type = bits_get(b, 5);
    return type == AOT_ESCAPE ? 32 + bits_get(b, 6) : type;
}

static uint32_t read_rate(struct bits *b)
{
    static const uint32_t rates[16] = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                       22050, 16000, 12000, 11025, 8000,  7350};
    enum { EXPLICIT = 15, RATE_MAX = 192000 };
    uint32_t index = bits_get(b, 4);
    uint32_t rate = index == EXPLICIT ? bits_get(b, 24) : rates[index];
    if (rate == 0 || rate > RATE_MAX)
        b->failed = true;
    return rate;
}

/* The object types whose configuration is GASpecificConfig, as far as FLV ever carries them. */
static bool is_aac(uint32_t type)
{
    return (type >= 1 && type <= 4) || type == 6 || type == 17 || type == 19 || type == 23;
}

/* A backward compatible SBR extension after the core's configuration (1.6.2.1, sync 0x2B7). */
static void read_trailing_sbr(struct bits *b, struct aac_config *out)
{
    enum { SYNC = 0x2B7 };
    if (bits_get(b, 11) != SYNC || read_object_type(b) != AOT_SBR || !bits_get(b, 1))
        return;
    uint32_t rate = read_rate(b);
    if (b->failed)
        return;
    out->sbr = true;
    out->output_rate = rate;
}

enum err aac_config_parse(const uint8_t *p, size_t n, struct aac_config *out)
{
    static const uint8_t channels[16] = {0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 0, 8};
    *out = (struct aac_config){.record = p, .record_n = n};
    if (n < 2 || n > AAC_CONFIG_MAX)
        return ERR_PROTOCOL;
    struct bits b;
    bits_init(&b, p, n, false);
    uint32_t type = read_object_type(&b);
    out->sample_rate = out->output_rate = read_rate(&b);
    uint32_t layout = bits_get(&b, 4);
    if (type == AOT_SBR || type == AOT_PS) {
        out->sbr = true;
        out->ps = type == AOT_PS;
        out->output_rate = read_rate(&b);
        type = read_object_type(&b);
    }
    if (b.failed)
        return ERR_PROTOCOL;
    if (!is_aac(type))
        return ERR_UNSUPPORTED;
    out->object_type = (uint8_t)type;
    out->channels = channels[layout];
    out->frame_samples = bits_get(&b, 1) ? 960 : 1024;
    if (bits_get(&b, 1))
        bits_get(&b, 14); /* core coder delay */
    bool extension = bits_get(&b, 1);
    if (b.failed || (layout != 0 && out->channels == 0))
        return ERR_PROTOCOL;
    if (!extension && !out->sbr && type == AOT_LC && layout != 0)
        read_trailing_sbr(&b, out); /* whatever is not one is padding */
    return OK;
}

void aac_codec_text(const struct aac_config *c, char out[AAC_CODEC_TEXT])
{
    int type = c->ps ? AOT_PS : c->sbr ? AOT_SBR : c->object_type;
    snprintf(out, AAC_CODEC_TEXT, "mp4a.40.%d", type);
}
