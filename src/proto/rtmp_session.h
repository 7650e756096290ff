/*
 * The server's side of one RTMP connection, sans-IO: bytes in, bytes out, events by callback.
 *
 *   bytes ─▶ handshake ─▶ chunks ─▶ messages ─▶ commands ─▶ ops->request ─ caller decides ─┐
 *                                       │                                                  │
 *                                       └─ media ─▶ ops->media      rtmp_session_accept() ◀┤
 *                                                                   rtmp_session_refuse() ◀┘
 *
 * One stream a connection: it is idle, asking, publishing or playing. While a request waits for its
 * answer the session takes no more bytes (feed returns short), so nothing can arrive unasked; the
 * caller offers the rest again after its answer. The answer may come at once, inside the callback,
 * or any time later on the same thread.
 *
 * Output gathers in rtmp_session_out(); after every feed, accept, refuse, reject and end the caller
 * sends what is there and clears it. An error is final: the caller closes the connection.
 *
 * Memory a connection can make us hold is bounded by the limits of rtmp_chunk.h, and before a
 * publisher is accepted by RTMP_COMMAND_MAX a message.
 *
 * Sources: Adobe RTMP 1.0 (2012), Enhanced RTMP v2 (2024).
 */
#ifndef PROTO_RTMP_SESSION_H
#define PROTO_RTMP_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct rtmp_session;

enum {
    RTMP_NAME_MAX = 128,  /* bytes of an app or stream name */
    RTMP_QUERY_MAX = 512, /* bytes of a query string */
};

/* A request to publish or play: rtmp://HOST/APP/STREAM?key=KEY. The query may stand after the
 * stream's name or in tcUrl (after the app); the stream's own wins. Strings are owned by the
 * session and stay until the stream ends or the session is freed. */
struct rtmp_request {
    bool publish;        /* else play */
    struct str app;      /* "live": no slashes at its ends, no query */
    struct str stream;   /* "show-3" */
    struct str key;      /* percent-decoded `key` of the query, or empty; a secret */
    struct str query;    /* the whole query as sent; holds the key: never log it */
    struct str software; /* what the peer calls itself (flashVer), or empty */
};

enum rtmp_media_type { RTMP_AUDIO = 8, RTMP_VIDEO = 9, RTMP_DATA = 18 }; /* FLV's tag types too */

/* One message of a publisher. The payload is exactly an FLV tag's body: for data "@setDataFrame" is
 * cut off, so it begins with the name (onMetaData). Aggregates arrive split. */
struct rtmp_media {
    enum rtmp_media_type type;
    uint32_t time_ms; /* absolute, as sent: may jump and wraps at 32 bits (see timeline.h) */
    const uint8_t *p; /* borrowed until the callback returns */
    size_t n;         /* may be 0 */
};

struct rtmp_session_ops {
    /* Somebody wants to publish or play. Answer by rtmp_session_accept() or _refuse(). */
    void (*request)(void *user, const struct rtmp_request *r);
    /* Only after a publish request was accepted. May call rtmp_session_reject(). */
    void (*media)(void *user, const struct rtmp_media *m);
    /* The peer ended the stream that was accepted (FCUnpublish, closeStream, deleteStream); it may
     * ask for another. Not called when the connection just closes. */
    void (*ended)(void *user);
};

struct rtmp_session *rtmp_session_new(const struct rtmp_session_ops *ops, void *user); /* or NULL */
void rtmp_session_free(struct rtmp_session *s); /* NULL is fine */

/* Takes bytes; returns how many were used: all of them, unless a request waits for its answer or
 * the session is done. */
size_t rtmp_session_feed(struct rtmp_session *s, const uint8_t *p, size_t n);

/* What is to be sent; the caller sends it and calls buf_clear(). */
struct buf *rtmp_session_out(struct rtmp_session *s);

/* OK, or why the session is over: ERR_PROTOCOL, ERR_TOO_LARGE, ERR_LIMIT, ERR_NOMEM (close at once,
 * what is in `out` may still be sent), ERR_CLOSED (refused or rejected: send `out`, then close). */
enum err rtmp_session_error(const struct rtmp_session *s);
/* One English line for the log of an error, without secrets; "" while there is none. */
const char *rtmp_session_why(const struct rtmp_session *s);

/* Answers to the request at hand. Accept sends onFCPublish and NetStream.Publish.Start, or
 * StreamBegin, NetStream.Play.Reset and NetStream.Play.Start. */
void rtmp_session_accept(struct rtmp_session *s);

enum rtmp_refusal {
    RTMP_DENIED,    /* wrong or missing key: NetStream.Publish.Denied, NetStream.Play.Failed */
    RTMP_BUSY,      /* somebody else holds the name: NetStream.Publish.BadName, …Play.Failed */
    RTMP_NO_STREAM, /* NetStream.Publish.BadName, NetStream.Play.StreamNotFound */
    RTMP_FAILED,    /* the server could not: NetStream.Publish.Failed, NetStream.Play.Failed */
};
/* Sends the status with level "error" and ends the session (ERR_CLOSED). `description` is shown by
 * encoders to their users: plain English, no secrets. */
void rtmp_session_refuse(struct rtmp_session *s, enum rtmp_refusal why, const char *description);
/* A publisher that was accepted sends what we cannot take (a codec): NetStream.Publish.Rejected,
 * level "error"; ends the session (ERR_CLOSED). */
void rtmp_session_reject(struct rtmp_session *s, const char *description);

enum rtmp_session_state {
    RTMP_HANDSHAKING,
    RTMP_IDLE,
    RTMP_ASKING,
    RTMP_PUBLISHING,
    RTMP_PLAYING,
    RTMP_OVER,
};
enum rtmp_session_state rtmp_session_state(const struct rtmp_session *s);

/* Tells players that the stream is over: StreamEOF, NetStream.Play.UnpublishNotify and …Play.Stop.
 * Media for players does not pass through their sessions but through the stream's RTMP log
 * (rtmp_chunk_put() with RTMP_CHUNK_OUT and RTMP_STREAM_ID), and so do these: they are its last
 * bytes, whole messages as rtmp_unit_len() reads them. */
void rtmp_session_put_end(struct buf *log);

#endif
