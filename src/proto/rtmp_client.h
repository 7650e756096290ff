/*
 * The client's side of an RTMP connection, sans-IO: connects, makes a stream, and publishes or
 * plays one. For relays to other servers, the load generator and the tests.
 *
 *   new ─▶ out: C0 C1 … feed ─▶ out … ─▶ ops->ready ─▶ rtmp_client_send() / ops->media
 *
 * Output gathers in rtmp_client_out(); the caller sends and clears it after every call. Errors are
 * final; a refusal by the server is ERR_FORBIDDEN, and rtmp_client_why() is its status code.
 */
#ifndef PROTO_RTMP_CLIENT_H
#define PROTO_RTMP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "proto/rtmp_session.h"

struct rtmp_client;

struct rtmp_client_spec {
    bool publish;      /* else play */
    struct str app;    /* "live" */
    struct str tc_url; /* "rtmp://HOST/live" */
    struct str stream; /* "show-3?key=abc" */
};

struct rtmp_client_ops {
    void (*ready)(void *user); /* once: the server let us publish or play */
    void (*media)(void *user, const struct rtmp_media *m); /* while playing; may be NULL else */
    void (*ended)(void *user); /* the server ended what we play; may be NULL */
};

/* Copies what the spec points at. NULL without memory or with over-long names. */
struct rtmp_client *rtmp_client_new(const struct rtmp_client_spec *spec,
                                    const struct rtmp_client_ops *ops, void *user);
void rtmp_client_free(struct rtmp_client *c); /* NULL is fine */
size_t rtmp_client_feed(struct rtmp_client *c, const uint8_t *p, size_t n);
struct buf *rtmp_client_out(struct rtmp_client *c);
enum err rtmp_client_error(const struct rtmp_client *c);
const char *rtmp_client_why(const struct rtmp_client *c); /* one line, or "" */
/* The message stream that the server gave us, once ready: whoever writes chunks beside
 * rtmp_client_send() puts this into them. */
uint32_t rtmp_client_stream_id(const struct rtmp_client *c);
bool rtmp_client_is_ready(const struct rtmp_client *c);

/* One message of a publisher that is ready; ERR_CLOSED otherwise, ERR_LIMIT when out is full. For
 * data, "@setDataFrame" is put before the payload. */
enum err rtmp_client_send(struct rtmp_client *c, const struct rtmp_media *m) MUST_CHECK;
/* Ends the stream in order: FCUnpublish and deleteStream. */
void rtmp_client_end(struct rtmp_client *c);

#endif
