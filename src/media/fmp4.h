/*
 * Fragmented MP4 as HLS wants it (ISO/IEC 14496-12, 14496-15; CMAF, 23000-19, but for both tracks
 * being in one file and one segment): H.264 and AAC.
 *
 *   init:    ftyp │ moov{ mvhd, trak (video), trak (audio), mvex{ trex, trex } }
 *   segment: styp │ moof{ mfhd, traf{ tfhd, tfdt, trun } … } │ mdat{ video bytes, audio bytes }
 *
 * default-base-is-moof, 64-bit tfdt, signed composition offsets (trun version 1). Track 1 is video
 * (timescale 90,000), track 2 audio (timescale its sample rate); a track that is absent has no
 * trak. Times given and returned are timeline milliseconds.
 *
 * Audio is laid end to end by its sample count: encoders' timestamps are whole milliseconds, and
 * taking them literally would leave gaps and overlaps that click. Only when the laid-out clock is
 * off by more than FMP4_AUDIO_DRIFT_MS it is set anew.
 */
#ifndef MEDIA_FMP4_H
#define MEDIA_FMP4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/block.h"
#include "base/err.h"
#include "media/aac.h"
#include "media/avc.h"

enum {
    FMP4_SAMPLES_MAX = 8192,              /* a track and fragment */
    FMP4_FRAGMENT_MAX = 64 * 1024 * 1024, /* bytes of media in a fragment */
    FMP4_AUDIO_DRIFT_MS = 60,
    FMP4_VIDEO_TIMESCALE = 90000,
    FMP4_TRACK_VIDEO = 1,
    FMP4_TRACK_AUDIO = 2,
};

/* The init segment. Either may be NULL, not both. ERR_INVALID, ERR_NOMEM. */
enum err fmp4_init_segment(const struct avc_config *video, const struct aac_config *audio,
                           struct block **out) MUST_CHECK;

/* Gathers the samples of one fragment after another. */
struct fmp4;

struct fmp4 *fmp4_new(bool video, const struct aac_config *audio); /* audio: copied; NULL: none */
void fmp4_free(struct fmp4 *f);

/* Samples in decoding order of their track; bytes are copied. p: length-prefixed NAL units.
 * ERR_TOO_LARGE past the limits above: the caller finishes the fragment or drops it. */
enum err fmp4_add_video(struct fmp4 *f, int64_t dts_ms, int32_t composition_ms, bool keyframe,
                        const void *p, size_t n) MUST_CHECK;
enum err fmp4_add_audio(struct fmp4 *f, int64_t dts_ms, const void *p, size_t n) MUST_CHECK;

bool fmp4_is_empty(const struct fmp4 *f);
int64_t fmp4_start_ms(const struct fmp4 *f); /* of the first sample (video's, if any); 0 if empty */
size_t fmp4_bytes(const struct fmp4 *f);     /* media bytes gathered */

struct fmp4_fragment {
    struct block *block; /* the caller's */
    int64_t start_ms;    /* earliest decoding time of its main track (video, else audio) */
    int64_t duration_ms; /* of that track: end_ms - start_ms */
    bool independent;    /* its first video sample is a keyframe, or it has no video track */
};
/* Writes what was gathered and starts the next fragment, which begins at end_ms: the decoding time
 * of the sample that did not go in any more (it gives the last sample its duration). `styp`: begin
 * with a styp box (first part of a segment). ERR_INVALID when empty, ERR_NOMEM. */
enum err fmp4_finish(struct fmp4 *f, int64_t end_ms, bool styp,
                     struct fmp4_fragment *out) MUST_CHECK;
/* Forgets gathered samples and the audio clock (after a discontinuity or a new configuration). */
void fmp4_reset(struct fmp4 *f);

#endif
