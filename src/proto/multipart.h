/*
 * multipart/form-data (RFC 7578, RFC 2046 section 5.1), streaming and sans-IO: parts are handed on
 * while they arrive, nothing is collected but a part's few headers.
 *
 *   preamble ─▶ --boundary CRLF ─▶ headers ─▶ bytes … ─▶ CRLF --boundary ─┬▶ CRLF: next part
 *                                                                         └▶ "--": end
 */
#ifndef PROTO_MULTIPART_H
#define PROTO_MULTIPART_H

#include "base/err.h"
#include "base/str.h"

enum {
    MULTIPART_BOUNDARY_MAX = 70, /* RFC 2046 section 5.1.1 */
    MULTIPART_HEAD_MAX = 2048,   /* headers of one part */
    MULTIPART_PREAMBLE_MAX = 1024,
};

struct multipart_part {
    struct str name;         /* valid during the callback */
    struct str filename;     /* last segment only, no path; empty when it is a plain field */
    bool is_file;            /* a filename was given, even an empty one */
    struct str content_type; /* empty when not given */
};

struct multipart_ops { /* each may refuse: its error stops the parser and is returned */
    enum err (*on_part)(void *user, const struct multipart_part *part);
    enum err (*on_bytes)(void *user, const uint8_t *p, size_t n);
    enum err (*on_part_end)(void *user);
};

struct multipart {
    const struct multipart_ops *ops;
    void *user;
    enum { MP_PREAMBLE, MP_AFTER_BOUNDARY, MP_HEAD, MP_BODY, MP_EPILOGUE } state;
    char delimiter[MULTIPART_BOUNDARY_MAX + 5]; /* "\r\n--boundary" */
    size_t delimiter_n, matched;                /* how much of it has come */
    char head[MULTIPART_HEAD_MAX];
    size_t head_n, preamble_n;
    char after[2]; /* the bytes after a boundary */
    size_t after_n;
};

/* From "multipart/form-data; boundary=…". ERR_SYNTAX when there is no proper boundary. */
enum err multipart_init(struct multipart *m, struct str content_type,
                        const struct multipart_ops *ops, void *user) MUST_CHECK;
/* ERR_SYNTAX on malformed parts, ERR_TOO_LARGE on long part headers, or a callback's error. */
enum err multipart_feed(struct multipart *m, const uint8_t *p, size_t n) MUST_CHECK;
/* The body has ended: ERR_SYNTAX unless the closing boundary has come. */
enum err multipart_end(struct multipart *m) MUST_CHECK;

#endif
