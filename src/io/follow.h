/*
 * Followers: a connection with a position in a ring. No queue and no copy per viewer: on each pulse
 * of its loop an idle follower sends everything between its offset and the head in one call.
 *
 *   idle ──pulse, socket takes all──▶ idle
 *   idle ──pulse, socket is full──▶ blocked ──writable──▶ idle
 *   blocked and behind the safe part: finish the unit at hand, then jump to the newest mark
 * (counted) blocked for FOLLOW_STALL_MS without taking a byte: dropped (counted)
 *
 * Before the first byte, and after each jump, `prelude` gives the bytes that a joiner of that mark
 * needs (file header, sequence headers). Framing wraps each send: none, or one WebSocket binary
 * frame; a frame, once begun, is finished before a jump.
 *
 * The pulse is the merge window of a loop: FOLLOW_PULSE_MIN_MS while its work takes up to a fifth
 * of the time, stretching with the work to FOLLOW_PULSE_MAX_MS; after FOLLOW_SLICE_US of work it
 * lets the loop serve others before it goes on.
 */
#ifndef IO_FOLLOW_H
#define IO_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/block.h"
#include "base/err.h"
#include "io/conn.h"
#include "io/ring.h"

enum {
    FOLLOW_PULSE_MIN_MS = 33,
    FOLLOW_PULSE_MAX_MS = 350,
    FOLLOW_SLICE_US = 2000,
    FOLLOW_STALL_MS = 20 * 1000,
    FOLLOW_NOTSENT_LOWAT = 128 * 1024, /* TCP_NOTSENT_LOWAT: else the kernel hides the backlog */
};

enum follow_framing { FOLLOW_RAW, FOLLOW_WEBSOCKET };

struct follow_spec {
    struct ring *ring; /* a reference is taken */
    bool from_head;    /* start at the head (chat), not at the newest mark (media) */
    bool from_place;   /* with from_head: start at `place`, where a unit that is safe begins */
    uint64_t place;
    enum follow_framing framing;
    /* The bytes a joiner of this mark needs first; `joined`: it has had a prelude before (a jump).
     * NULL block: nothing. The follower takes the block. May be NULL. */
    struct block *(*prelude)(void *arg, const struct ring_mark *mark, bool joined);
    /* The log has ended and all of it is out: what to say last, then conn_finish(). Called again
     * until that is done. NULL: just that. */
    void (*ended)(void *arg);
    void (*gone)(void *arg); /* once, when the follower ends: drops what arg holds */
    void *arg;
};

/* Attaches to a connection of this loop, after what it has queued. On an error `gone` is not
 * called. */
enum err follow_attach(struct conn *c, const struct follow_spec *spec) MUST_CHECK;

/* Called by conn.c. */
void follower_writable(struct follower *f);
/* Nothing half sent: another frame may go out before the next unit. */
bool follower_is_between(const struct follower *f);
void follower_detach(struct follower *f);

struct follow_stats { /* of one loop or of all, cumulative but for followers and pulse_ms */
    uint64_t followers, bytes, sends, jumps, stalled, overrun;
    uint64_t pulses, pulse_work_us, pulse_ms; /* pulse_ms: the present window */
};
void follow_stats(struct loops *loops, struct follow_stats *sum); /* thread safe */

#endif
