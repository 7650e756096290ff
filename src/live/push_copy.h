/*
 * Following for a server that gave another message stream than RTMP_STREAM_ID: what the log holds
 * must have that number in it, so each message is copied, and changed, into the connection's queue.
 * The same rules as io/follow.h: bounded, jumps ahead when slow, dropped when nothing is taken.
 * Inside live/ only; the push's loop.
 */
#ifndef LIVE_PUSH_COPY_H
#define LIVE_PUSH_COPY_H

#include "live/push_inside.h"

enum { PUSH_COPY_QUEUE = 512 * 1024 }; /* bytes in the connection's queue before it waits */

/* Puts the number into whole messages of chunks, as rtmp_chunk_put() writes them. */
void push_copy_number(uint8_t *p, size_t n, uint32_t stream_id);

enum err push_copy_start(struct push *p, struct stream *s) MUST_CHECK;
void push_copy_stop(struct push *p); /* fine without one */

#endif
