/*
 * RTMP chunks (Adobe RTMP 1.0 section 5.3): messages cut into chunks and interleaved.
 *
 *   basic header 1..3 │ message header 11, 7, 3 or 0 │ extended timestamp 0 or 4 │ up to chunk size
 *   fmt, csid         │ by fmt 0, 1, 2, 3            │ when the field is 0xFFFFFF │ bytes of
 * payload
 *
 * The reader is a state machine that takes bytes in any pieces and gives whole messages with
 * absolute timestamps. It deals itself with Set Chunk Size and Abort. What it tolerates: a fresh
 * chunk stream that begins with fmt 1; fmt 3 for a new message (the previous delta again);
 * peers that leave out the extended timestamp on fmt 3 (old librtmp): the four bytes are taken only
 * when they equal the last extended timestamp.
 *
 * The writer uses fmt 0 for every message and fmt 3 for its further chunks, with the extended
 * timestamp repeated, at one constant chunk size: so what it writes does not depend on what was
 * written before, and a log of its output can be joined at any message.
 */
#ifndef PROTO_RTMP_CHUNK_H
#define PROTO_RTMP_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum {
    RTMP_MESSAGE_MAX = 4 * 1024 * 1024,  /* a publisher's largest message */
    RTMP_COMMAND_MAX = 64 * 1024,        /* largest message before a publisher is accepted */
    RTMP_BUFFERED_MAX = 8 * 1024 * 1024, /* bytes of all unfinished messages of a connection */
    RTMP_CSTREAMS_MAX = 32,              /* chunk streams a peer may use */
    RTMP_CHUNK_DEFAULT = 128,            /* until Set Chunk Size, in each direction */
    RTMP_CHUNK_OUT = 60000,              /* what we announce and write, always */
    RTMP_STREAM_ID = 1,                  /* the only message stream we give out */
};

/* Chunk streams we write on. */
enum {
    RTMP_CSID_CONTROL = 2,
    RTMP_CSID_COMMAND = 3,
    RTMP_CSID_AUDIO = 4,
    RTMP_CSID_STATUS = 5,
    RTMP_CSID_VIDEO = 6,
    RTMP_CSID_DATA = 7,
};

enum rtmp_type {
    RTMP_SET_CHUNK_SIZE = 1,
    RTMP_ABORT = 2,
    RTMP_ACK = 3,
    RTMP_USER_CONTROL = 4,
    RTMP_WINDOW_ACK_SIZE = 5,
    RTMP_SET_PEER_BANDWIDTH = 6,
    RTMP_TYPE_AUDIO = 8,
    RTMP_TYPE_VIDEO = 9,
    RTMP_TYPE_DATA_AMF3 = 15,
    RTMP_TYPE_COMMAND_AMF3 = 17,
    RTMP_TYPE_DATA = 18,
    RTMP_TYPE_COMMAND = 20,
    RTMP_TYPE_AGGREGATE = 22,
};

struct rtmp_message {
    uint32_t csid;
    uint32_t stream_id;
    uint32_t time_ms; /* absolute; wraps at 32 bits */
    uint8_t type;     /* enum rtmp_type, or what the peer sent */
    const uint8_t *p; /* from the reader: borrowed until its next call */
    size_t n;
};

struct rtmp_reader;

struct rtmp_reader *rtmp_reader_new(void); /* NULL without memory */
void rtmp_reader_free(struct rtmp_reader *r);
/* Largest message from now on; starts at RTMP_COMMAND_MAX. */
void rtmp_reader_set_message_max(struct rtmp_reader *r, size_t max);
/* Takes bytes up to the end of the next whole message. OK: *m is that message, call again with the
 * rest. ERR_AGAIN: all n bytes are used. ERR_TOO_LARGE: a message, or all unfinished ones, over
 * their limit. ERR_LIMIT: too many chunk streams. ERR_PROTOCOL, ERR_NOMEM. Errors are final. */
enum err rtmp_reader_feed(struct rtmp_reader *r, const uint8_t *p, size_t n, size_t *used,
                          struct rtmp_message *m) MUST_CHECK;

/* Appends the whole message in chunks of `chunk` bytes; csid in [2, 63]. */
void rtmp_chunk_put(struct buf *out, const struct rtmp_message *m, size_t chunk);
/* Bytes that rtmp_chunk_put() writes for a payload of n. */
size_t rtmp_chunk_len(uint32_t time_ms, size_t n, size_t chunk);

/* A ring_unit_fn (io/ring.h): the length of the whole message at p as written by rtmp_chunk_put()
 * with RTMP_CHUNK_OUT; 0 when n is too short to tell or p is not the start of one. */
size_t rtmp_unit_len(const uint8_t *p, size_t n, void *arg);

#endif
