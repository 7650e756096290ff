#include "media/codec.h"

const char *codec_name(enum codec c)
{
    static const char *const names[CODEC_COUNT_] = {
        [CODEC_NONE] = "unknown",
        [CODEC_H264] = "H.264",
        [CODEC_H265] = "H.265",
        [CODEC_AV1] = "AV1",
        [CODEC_VP8] = "VP8",
        [CODEC_VP9] = "VP9",
        [CODEC_H263] = "H.263",
        [CODEC_VP6] = "VP6",
        [CODEC_SCREEN] = "Screen Video",
        [CODEC_AAC] = "AAC",
        [CODEC_MP3] = "MP3",
        [CODEC_OPUS] = "Opus",
        [CODEC_FLAC] = "FLAC",
        [CODEC_AC3] = "AC-3",
        [CODEC_EAC3] = "E-AC-3",
        [CODEC_PCM] = "PCM",
        [CODEC_ADPCM] = "ADPCM",
        [CODEC_G711] = "G.711",
        [CODEC_SPEEX] = "Speex",
        [CODEC_NELLYMOSER] = "Nellymoser",
    };
    return (unsigned)c < CODEC_COUNT_ ? names[c] : names[CODEC_NONE];
}
