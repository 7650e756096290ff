/*
 * Reading back what fmp4.h writes: enough to lay segments of several clocks end to end in one file,
 * and to find a picture. Bytes in, bytes out; whatever is not as fmp4.h writes it is ERR_CORRUPT.
 */
#ifndef MEDIA_FMP4_READ_H
#define MEDIA_FMP4_READ_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum { FMP4_TRACKS_MAX = 2, FMP4_HEAD_MAX = 1024 * 1024 };

struct fmp4_track {
    uint32_t id, timescale;
    bool is_video;
};

struct fmp4_init {
    struct fmp4_track tracks[FMP4_TRACKS_MAX];
    size_t n;
    struct str avcc; /* AVCDecoderConfigurationRecord, within the init; empty without video */
    size_t moov_at, mvex_at;
};
enum err fmp4_read_init(struct str init, struct fmp4_init *out) MUST_CHECK;
/* The same init with the length of what follows said in it (mehd): players show it. */
void fmp4_put_init(struct buf *out, struct str init, const struct fmp4_init *x, int64_t length_ms);

/* How many bytes of a segment its head has: all up to the media bytes, mdat's own header included.
 * `start` is the segment's beginning, FMP4_START bytes of it or more. */
enum { FMP4_START = 64 };
enum err fmp4_head_length(struct str start, size_t *n) MUST_CHECK;

struct fmp4_head {
    struct fmp4_run {
        uint32_t track;
        size_t tfdt_at; /* where its 64-bit time stands */
        uint64_t time;
        size_t samples_at, samples_n, sample_bytes; /* each begins with its duration */
    } runs[FMP4_TRACKS_MAX];
    size_t n;
    size_t sequence_at;           /* 32-bit */
    size_t picture_at, picture_n; /* the first video sample, within the segment */
    bool has_picture, picture_is_keyframe;
};
/* head: a segment's first bytes, as many as fmp4_head_length() says. */
enum err fmp4_read_head(struct str head, struct fmp4_head *out) MUST_CHECK;
/* How long a run's samples last, in its track's timescale. */
uint64_t fmp4_run_length(const uint8_t *head, const struct fmp4_run *run);
/* Takes that much off the end of it: later samples become as short as can be. */
void fmp4_shorten(uint8_t *head, const struct fmp4_run *run, uint64_t by);
uint64_t fmp4_moved(const struct fmp4_run *run, const struct fmp4_init *init, int64_t by_ms);
/* Moves its times by so many milliseconds (never before 0) and numbers it. */
void fmp4_move(uint8_t *head, const struct fmp4_head *x, const struct fmp4_init *init,
               int64_t by_ms, uint32_t sequence);

struct fmp4_piece { /* for the table of contents that players seek by */
    int64_t bytes, duration_ms;
    bool independent;
};
/* sidx (ISO/IEC 14496-12, 8.16.3) of at most UINT16_MAX pieces that follow at once, in the track's
 * timescale: some players take it for that whatever it says. */
void fmp4_put_index(struct buf *out, const struct fmp4_track *track,
                    const struct fmp4_piece *pieces, size_t n);
size_t fmp4_index_length(size_t n);

#endif
