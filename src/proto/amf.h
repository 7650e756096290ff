/*
 * AMF0, and AMF3 values inside it (Adobe AMF 0 and AMF 3 specifications): a reader that makes a
 * small tree in an arena, and a writer of AMF0.
 *
 *   connect │ 1 │ { app: "live", tcUrl: "rtmp://…" }      amf_read() three times
 *
 * Depth, values and memory are bounded (AMF_DEPTH_MAX, AMF_VALUES_MAX, the arena's limit), and no
 * count read from the wire is believed before its bytes are there. Objects, typed objects and ECMA
 * arrays look the same. References to whole objects read as undefined: no RTMP command needs them,
 * and they would make the tree a graph. Text is not checked for UTF-8.
 */
#ifndef PROTO_AMF_H
#define PROTO_AMF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum {
    AMF_DEPTH_MAX = 16,
    AMF_VALUES_MAX = 1024, /* by one reader */
    AMF3_TABLE_MAX = 256,  /* strings, objects, traits one AMF3 value may refer back to, each */
};

enum amf_kind {
    AMF_UNDEFINED,
    AMF_NULL,
    AMF_BOOL,
    AMF_NUMBER, /* also AMF3 integers */
    AMF_STRING, /* also long strings and XML */
    AMF_DATE,   /* number: UTC milliseconds since 1970 */
    AMF_OBJECT, /* named members; also typed objects, ECMA arrays, AMF3 arrays with names */
    AMF_ARRAY,  /* strict arrays, AMF3 dense arrays */
    AMF_BYTES,  /* AMF3 ByteArray */
};

struct amf {
    enum amf_kind kind;
    bool boolean;
    double number;
    struct str text;         /* AMF_STRING, AMF_BYTES: borrowed from the input */
    struct str name;         /* as a member of an object: borrowed from the input */
    const struct amf *child; /* first member or element */
    const struct amf *next;  /* of the same parent */
};

struct amf_reader {
    const uint8_t *p;
    size_t n, at;
    struct arena *arena; /* owns the tree */
    int values;
};

void amf_reader_init(struct amf_reader *r, const void *p, size_t n, struct arena *arena);
/* The next value. ERR_EOF at the end, ERR_PROTOCOL when it is cut short or malformed,
 * ERR_UNSUPPORTED for AMF3 externalizable objects, vectors and dictionaries, ERR_LIMIT past a
 * limit, ERR_NOMEM when the arena is full. */
enum err amf_read(struct amf_reader *r, const struct amf **out) MUST_CHECK;

/* All of these take NULL (a value that is not there). */
const struct amf *amf_member(const struct amf *object, const char *name); /* NULL when absent */
struct str amf_text(const struct amf *v);                 /* empty unless a string */
double amf_number(const struct amf *v, double otherwise); /* of a number, a bool or a date */
bool amf_is_text(const struct amf *v, const char *text);

void amf_put_number(struct buf *b, double v);
void amf_put_bool(struct buf *b, bool v);
void amf_put_text(struct buf *b, struct str s); /* as a long string over 65,535 bytes */
void amf_put_z(struct buf *b, const char *z);
void amf_put_null(struct buf *b);
/* begin; then name and value by turns; end. An ECMA array's count is a hint. */
void amf_put_object(struct buf *b);
void amf_put_ecma_array(struct buf *b, uint32_t count);
void amf_put_name(struct buf *b, const char *name);
void amf_put_end(struct buf *b);
void amf_put_strict_array(struct buf *b, uint32_t count); /* exactly `count` values follow */

#endif
