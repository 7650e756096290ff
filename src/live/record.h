/*
 * Recording: the segments that a stream's HLS window is made of are also written to the disk, each
 * as it is cut, by one thread. The loop hands over a reference to the block that viewers get; it
 * never waits for the disk.
 *
 *   hls.c ─ record_segment() ─▶ queue (bounded) ─▶ thread ─▶ FOLDER/show-17/init-1.mp4
 *                                                                          seg-1.m4s, seg-2.m4s …
 *                                                                          index (record_index.h)
 *
 * A segment is written and synced before its line is appended to the index and synced: a crash
 * loses the segment at hand and no other. What a crash leaves is mended when the recording goes on
 * (or by record_tidy()): a torn line is cut, lines whose segment is not there are cut, a segment
 * without its line is removed. The next segment is then a discontinuity. The number of a
 * segment that has a line never means another.
 *
 *   ON ──a write fails, the disk is (nearly) full──▶ FULL or FAILED ─┐ after RECORD_RETRY_MS the
 *   ON ──the queue is full: the disk is too slow───▶ SLOW ───────────┤ next segment is tried
 *   ON ──it is as long as one may be──────────────▶ LONG             │ (and is a discontinuity)
 *    ▲───────────────────────────────────────────────────────────────┘
 *
 * A recording that stops says so in the log, in a metric and in its status; the stream goes on.
 *
 * Wall clocks in the index never go back: when the system's does, the recording's stands at its
 * greatest and goes on by the length of segments, until the system's has come there.
 */
#ifndef LIVE_RECORD_H
#define LIVE_RECORD_H

#include <sys/types.h>

#include "base/block.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "live/hls.h"
#include "live/record_index.h"

enum {
    RECORD_NAME_MAX = 64,           /* of a stream: letters, digits, '-', '_' */
    RECORD_QUEUE_MAX = 512,         /* segments that wait for the disk */
    RECORD_QUEUE_BYTES = 128 << 20, /* and what is in them, of all streams */
    RECORD_STREAM_BYTES = 48 << 20, /* of one stream */
    RECORD_ROOM_BYTES = 256 << 20,  /* left free on the disk: the store needs it more */
    RECORD_RETRY_MS = 10 * 1000,
    RECORD_IDLE_MS = 60 * 1000, /* without a segment for so long, a recording is put away */
};
#define RECORD_SHOW_BYTES (INT64_C(128) << 30) /* of one recording; and RECORD_ENTRIES_MAX */

enum record_state { RECORD_ON, RECORD_FULL, RECORD_SLOW, RECORD_FAILED, RECORD_LONG };

struct record;

struct record_spec {
    const char *folder; /* made if it is not there */
    /* Is this stream recorded now? Asked on its loop, for each segment, which is left out, as is
     * the next one after it, which began while it was not, unless that is fresh. NULL: all are. */
    bool (*wants)(struct str stream);
    int64_t room_bytes, retry_ms; /* RECORD_ROOM_BYTES and RECORD_RETRY_MS; tests have others */
    int64_t show_bytes;           /* 0: RECORD_SHOW_BYTES */
    /* Instead of write(2), for tests of disks that are full or slow; NULL: write(2). */
    ssize_t (*write)(int fd, const void *p, size_t n);
};

/* ERR_IO, ERR_NOMEM. */
enum err record_start(const struct record_spec *spec, struct record **out) MUST_CHECK;
/* Writes what waits, joins the thread, frees; NULL is fine. No stream may live any more. */
void record_stop(struct record *r);

/* The stream's loop; never blocks. References are taken. */
void record_segment(struct record *r, struct str stream, const struct hls_segment *s);

/* ---- any thread ---- */

struct record_status {
    enum record_state state;
    int64_t last_wall_ms; /* the end of what is in the index; 0: nothing yet */
    int64_t bytes, lost;  /* written since this process began it; segments that could not be */
    int64_t newest_ms;    /* when the newest segment came, written or not */
};
/* ERR_NOT_FOUND when it is not being recorded. */
enum err record_status(struct record *r, struct str stream, struct record_status *out) MUST_CHECK;
const char *record_state_name(enum record_state s); /* "on", "full", "slow", "failed", "long" */
/* The newest segment that begins with a keyframe, whether it could be written or not; the caller
 * releases both blocks. ERR_NOT_FOUND. */
enum err record_newest(struct record *r, struct str stream, struct block **init,
                       struct block **segment) MUST_CHECK;
/* Names of the streams at hand, at most max. */
size_t record_names(struct record *r, char (*out)[RECORD_NAME_MAX + 1], size_t max);
void record_metrics(struct record *r, struct buf *out);

/* ---- reading; blocking, for workers ---- */

/* ERR_NOT_FOUND when nothing was recorded. The caller frees *out. */
enum err record_load(const char *folder, struct str stream, struct record_index *out) MUST_CHECK;
/* Has this folder anything of it, if only what is left of its files? */
bool record_exists(const char *folder, struct str stream);
/* Tells two states of an index apart without reading it. ERR_NOT_FOUND. */
struct record_stamp {
    int64_t file, size, changed_ns;
};
enum err record_stamp(const char *folder, struct str stream, struct record_stamp *out) MUST_CHECK;
/* A segment or an init, to be read; the caller closes it. ERR_NOT_FOUND. */
enum err record_open(const char *folder, struct str stream, bool is_init, uint32_t number,
                     int *fd) MUST_CHECK;
/* Mends what a crash has left; not of one that is being written. */
enum err record_tidy(const char *folder, struct str stream) MUST_CHECK;
/* Removes at most `most` files of it, and the folder with the last: ERR_AGAIN when some are left;
 * OK when nothing is (any more). */
enum err record_remove(const char *folder, struct str stream, int most) MUST_CHECK;

#endif
