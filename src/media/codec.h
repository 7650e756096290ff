/* Names of codecs, as FLV (legacy ids and Enhanced RTMP's FourCCs) can carry them. */
#ifndef MEDIA_CODEC_H
#define MEDIA_CODEC_H

#include <stdbool.h>

enum codec {
    CODEC_NONE, /* no such track, or an id we do not know */
    CODEC_H264,
    CODEC_H265,
    CODEC_AV1,
    CODEC_VP8,
    CODEC_VP9,
    CODEC_H263,
    CODEC_VP6,
    CODEC_SCREEN,
    CODEC_AAC,
    CODEC_MP3,
    CODEC_OPUS,
    CODEC_FLAC,
    CODEC_AC3,
    CODEC_EAC3,
    CODEC_PCM,
    CODEC_ADPCM,
    CODEC_G711,
    CODEC_SPEEX,
    CODEC_NELLYMOSER,
    CODEC_COUNT_
};

const char *codec_name(enum codec c); /* for people and logs: "H.264", "AAC"; "unknown" for NONE */

#endif
