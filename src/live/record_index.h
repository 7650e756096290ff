/*
 * The index of a recording: a text file to which one line a segment is appended.
 *
 *   guildhall-recording 1
 *   s 1 1 0 2000 1767225600000 912345 2 5f3a91c0
 *   │ │ │ │ │    │             │      │ └ check of the line up to here (FNV-1a, 32 bits of it)
 *   │ │ │ │ │    │             │      └── bits: 1 discontinuity before it, 2 begins with a keyframe
 *   │ │ │ │ │    │             └───────── bytes of seg-1.m4s
 *   │ │ │ │ │    └─────────────────────── wall clock when its first frame came, ms since 1970
 *   │ │ │ │ └──────────────────────────── how long it lasts, ms
 *   │ │ │ └────────────────────────────── decoding time of its first frame, ms of its stream's time
 *   │ │ └──────────────────────────────── its init: init-1.mp4
 *   │ └────────────────────────────────── its number: each greater than the one before
 *   └──────────────────────────────────── a segment
 *
 * A last line without its end was torn by a crash and counts for nothing; a line that does not
 * check is left out, and what follows it begins after a gap. Bytes in, bytes out: no I/O here.
 */
#ifndef LIVE_RECORD_INDEX_H
#define LIVE_RECORD_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum {
    RECORD_LINE_MAX = 160,
    RECORD_ENTRIES_MAX = 100 * 1000, /* of one recording: two days of short segments */
    RECORD_INDEX_MAX = RECORD_ENTRIES_MAX * RECORD_LINE_MAX, /* bytes */
    RECORD_SEGMENT_MS_MAX = 60 * 60 * 1000,
};

struct record_entry {
    uint32_t number, init;
    int64_t start_ms, duration_ms, wall_ms, bytes;
    bool discontinuity, independent;
    int64_t at_ms;  /* where it begins in the replay: what those before it last */
    size_t line_at; /* where its line begins in the index */
};

struct record_index {
    struct record_entry *entries; /* owned */
    size_t n;
    size_t whole;    /* bytes up to the end of the last whole line */
    int64_t last_ms; /* how long all of it lasts */
    int64_t bytes;   /* of all segments */
};

void record_index_head(struct buf *out);
void record_index_line(struct buf *out, const struct record_entry *e);

/* An empty text is a recording without segments. ERR_CORRUPT when it is no index, ERR_TOO_LARGE,
 * ERR_NOMEM. The caller frees *out, also after an error. */
enum err record_index_parse(struct str text, struct record_index *out) MUST_CHECK;
void record_index_free(struct record_index *x);

/* Where the picture of a moment is in the replay: of a moment in a gap, where it goes on; before
 * the first, 0; after the last, the end. */
int64_t record_index_at(const struct record_index *x, int64_t wall_ms);
/* And the other way round. */
int64_t record_index_wall(const struct record_index *x, int64_t at_ms);
/* The segment that plays at a place, or the last; x->n must not be 0. */
size_t record_index_find(const struct record_index *x, int64_t at_ms);
/* The segment of that number; NULL when there is none. */
const struct record_entry *record_index_number(const struct record_index *x, int64_t number);

#endif
