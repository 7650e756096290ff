/*
 * H.264 headers (ISO/IEC 14496-10; AVCDecoderConfigurationRecord of ISO/IEC 14496-15, 5.3.3.1) and
 * a walk over length-prefixed NAL units. Bounds-checked, without allocation; results borrow from
 * the bytes given.
 */
#ifndef MEDIA_AVC_H
#define MEDIA_AVC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { AVC_CODEC_TEXT = 16, AVC_DIMENSION_MAX = 16384 };

enum avc_nal_type {
    AVC_NAL_SLICE = 1,
    AVC_NAL_IDR = 5,
    AVC_NAL_SEI = 6,
    AVC_NAL_SPS = 7,
    AVC_NAL_PPS = 8,
    AVC_NAL_AUD = 9,
};

struct avc_sps {
    uint8_t profile, constraints, level; /* profile_idc, constraint flags byte, level_idc */
    uint32_t width, height;              /* after cropping, in pixels */
    uint32_t fps_num, fps_den;           /* from the VUI's timing; 0/0 when absent */
    bool interlaced;                     /* frame_mbs_only_flag is 0 */
};

struct avc_config {
    const uint8_t *record; /* the whole record, as it goes into `avcC`; borrowed */
    size_t record_n;
    int nal_length_size; /* 1, 2 or 4 */
    const uint8_t *sps;  /* the first one, with its NAL header byte */
    size_t sps_n;
    const uint8_t *pps; /* the first one */
    size_t pps_n;
    struct avc_sps info; /* of the first SPS */
};

/* ERR_PROTOCOL on anything broken, or without SPS and PPS; ERR_UNSUPPORTED for pictures over
 * AVC_DIMENSION_MAX. */
enum err avc_config_parse(const uint8_t *p, size_t n, struct avc_config *out) MUST_CHECK;
/* An SPS NAL unit with its header byte, emulation prevention included. */
enum err avc_sps_parse(const uint8_t *p, size_t n, struct avc_sps *out) MUST_CHECK;
/* RFC 6381: "avc1.64001f" */
void avc_codec_text(const struct avc_config *c, char out[AVC_CODEC_TEXT]);

/* Walks the NAL units of a frame: start with *at = 0. OK and the unit, ERR_EOF at the end,
 * ERR_PROTOCOL when a length passes the end. */
enum err avc_next_nal(const uint8_t *p, size_t n, int nal_length_size, size_t *at,
                      const uint8_t **nal, size_t *nal_n) MUST_CHECK;
/* Does the frame hold an IDR slice? False for broken frames. */
bool avc_has_idr(const uint8_t *p, size_t n, int nal_length_size);

#endif
