/*
 * HTTP/1.1 requests (RFC 9110, RFC 9112), sans-IO, over llhttp. One parser a connection, one
 * request at a time: after HTTP_EV_DONE nothing more is taken until http_next().
 *
 *   http_feed ─▶ MORE … ─▶ HEADERS ─▶ (body bytes to the sink) MORE … ─▶ DONE ─▶ http_next
 *             └▶ FAULT: answer fault.status, close
 *
 * Stricter than the RFCs ask for, because every leniency is a request that somebody in front of us
 * reads otherwise: a bare CR or LF, folded lines, a second Host, Content-Length beside
 * Transfer-Encoding, any transfer coding but chunked, and spaces before a colon are refused.
 */
#ifndef PROTO_HTTP_H
#define PROTO_HTTP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum {
    HTTP_HEAD_MAX = 16 * 1024, /* request line and headers */
    HTTP_TARGET_MAX = 8 * 1024,
    HTTP_HEADERS_N_MAX = 100,
    HTTP_TRAILERS_MAX = 4 * 1024, /* they are read and ignored */
};

enum http_event { HTTP_EV_MORE, HTTP_EV_HEADERS, HTTP_EV_DONE, HTTP_EV_FAULT };

struct http_header {
    struct str name; /* lower case */
    struct str value;
};

struct http_request { /* valid from HEADERS until http_next() */
    struct str method;
    struct str target; /* origin form: "/path?query"; of an absolute form, what follows the host */
    struct str host;   /* the Host header or the absolute form's; empty for HTTP/1.0 without */
    int minor;         /* 1.minor */
    bool keep_alive;
    bool chunked;
    bool expects_continue;
    int64_t content_length; /* -1: none given */
    struct http_header *headers;
    size_t headers_n;
};

struct http_fault {
    int status;
    const char *field; /* what is at fault: "Host", "target", "chunk size" */
    const char *text;  /* English, one line */
};

struct http; /* a parser */

/* Takes body bytes as they arrive, after chunked decoding. */
typedef void http_sink_fn(void *user, const uint8_t *p, size_t n);

struct http *http_new(http_sink_fn *sink, void *user); /* NULL without memory */
void http_free(struct http *h);
/* Reads up to the next event and returns how many bytes were used. */
size_t http_feed(struct http *h, const uint8_t *p, size_t n, enum http_event *event);
const struct http_request *http_request(const struct http *h);
const struct http_fault *http_fault(const struct http *h);
/* Most body bytes that are taken before a 413; set it at HEADERS. Default 0. */
void http_body_max(struct http *h, int64_t bytes);
bool http_has_body(const struct http *h);
bool http_is_idle(const struct http *h); /* no byte of a next request has come */
void http_next(struct http *h);          /* forgets the request; reads the next one */
/* A copy of the request that outlives the parser's. */
bool http_request_copy(const struct http_request *r, struct arena *a, struct http_request *out);

/* The value of the first header of that name, or STR_NONE. */
struct str http_header(const struct http_request *r, const char *lower_case_name);
/* Whether a comma-separated header holds this token, in any case. */
bool http_has_token(struct str value, const char *token);
const char *http_reason(int status); /* "Not Found" */

#endif
