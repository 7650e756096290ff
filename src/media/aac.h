/* AAC's AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1): parsed with bounds, no allocation. */
#ifndef MEDIA_AAC_H
#define MEDIA_AAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { AAC_CODEC_TEXT = 16, AAC_CONFIG_MAX = 64 };

struct aac_config {
    const uint8_t *record;  /* the whole config, as it goes into `esds`; borrowed */
    size_t record_n;        /* at most AAC_CONFIG_MAX */
    uint8_t object_type;    /* 2: LC. Of the core, also when SBR is signalled */
    uint32_t sample_rate;   /* of the core; SBR doubles what is heard */
    uint32_t output_rate;   /* with explicitly signalled SBR, else sample_rate */
    uint8_t channels;       /* 1..8; 0 when a program config element defines them */
    uint32_t frame_samples; /* 1024 or 960, at sample_rate */
    bool sbr, ps;           /* signalled explicitly */
};

/* ERR_PROTOCOL on anything broken; ERR_UNSUPPORTED for object types that are not AAC. */
enum err aac_config_parse(const uint8_t *p, size_t n, struct aac_config *out) MUST_CHECK;
/* RFC 6381: "mp4a.40.2" */
void aac_codec_text(const struct aac_config *c, char out[AAC_CODEC_TEXT]);

#endif
