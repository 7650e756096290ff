#include "proto/amf.h"

#include <string.h>

#include "proto/amf3.h"

enum marker {
    M_NUMBER = 0x00,
    M_BOOL = 0x01,
    M_STRING = 0x02,
    M_OBJECT = 0x03,
    M_MOVIECLIP = 0x04,
    M_NULL = 0x05,
    M_UNDEFINED = 0x06,
    M_REFERENCE = 0x07,
    M_ECMA_ARRAY = 0x08,
    M_OBJECT_END = 0x09,
    M_STRICT_ARRAY = 0x0A,
    M_DATE = 0x0B,
    M_LONG_STRING = 0x0C,
    M_UNSUPPORTED = 0x0D,
    M_XML = 0x0F,
    M_TYPED_OBJECT = 0x10,
    M_AVMPLUS = 0x11,
};

void amf_reader_init(struct amf_reader *r, const void *p, size_t n, struct arena *arena)
{
    *r = (struct amf_reader){.p = p, .n = n, .arena = arena};
}

static enum err read_value(struct amf_reader *r, int depth, struct amf **out);

static enum err take(struct amf_reader *r, size_t n, const uint8_t **out)
{
    if (n > r->n - r->at)
        return ERR_PROTOCOL;
    *out = r->p + r->at;
    r->at += n;
    return OK;
}

static enum err take_number(struct amf_reader *r, double *out)
{
    const uint8_t *p;
    enum err e = take(r, 8, &p);
    if (e == OK) {
        uint64_t bits = be64(p);
        memcpy(out, &bits, 8);
    }
    return e;
}

static enum err take_text(struct amf_reader *r, bool is_long, struct str *out)
{
    const uint8_t *p;
    enum err e = take(r, is_long ? 4 : 2, &p);
    if (e != OK)
        return e;
    size_t n = is_long ? be32(p) : be16(p);
    e = take(r, n, &p);
    if (e == OK)
        *out = str_n(p, n);
    return e;
}

/* Members up to the end marker. Some encoders end an ECMA array at its count or at the end of the
 * message, without a marker; the end of the bytes is therefore an end too. */
static enum err read_members(struct amf_reader *r, int depth, struct amf *object, bool lenient)
{
    const struct amf **tail = &object->child;
    for (;;) {
        if (lenient && r->at == r->n)
            return OK;
        struct str name;
        enum err e = take_text(r, false, &name);
        if (e != OK)
            return e;
        if (name.n == 0 && r->at < r->n && r->p[r->at] == M_OBJECT_END) {
            r->at++;
            return OK;
        }
        struct amf *v;
        e = read_value(r, depth + 1, &v);
        if (e != OK)
            return e == ERR_EOF ? ERR_PROTOCOL : e;
        v->name = name;
        *tail = v;
        tail = &v->next;
    }
}

static enum err read_elements(struct amf_reader *r, int depth, struct amf *array)
{
    const uint8_t *p;
    enum err e = take(r, 4, &p);
    if (e != OK)
        return e;
    const struct amf **tail = &array->child;
    for (uint32_t i = 0, count = be32(p); i < count; i++) {
        struct amf *v;
        e = read_value(r, depth + 1, &v);
        if (e != OK)
            return e == ERR_EOF ? ERR_PROTOCOL : e;
        *tail = v;
        tail = &v->next;
    }
    return OK;
}

static enum err read_container(struct amf_reader *r, int depth, uint8_t marker, struct amf *v)
{
    const uint8_t *p;
    struct str class_name;
    enum err e = OK;
    v->kind = marker == M_STRICT_ARRAY ? AMF_ARRAY : AMF_OBJECT;
    if (marker == M_STRICT_ARRAY)
        return read_elements(r, depth, v);
    if (marker == M_ECMA_ARRAY)
        e = take(r, 4, &p);
    else if (marker == M_TYPED_OBJECT)
        e = take_text(r, false, &class_name);
    return e != OK ? e : read_members(r, depth, v, marker == M_ECMA_ARRAY);
}

static enum err read_scalar(struct amf_reader *r, uint8_t marker, struct amf *v)
{
    const uint8_t *p;
    enum err e;
    switch (marker) {
    case M_NUMBER: v->kind = AMF_NUMBER; return take_number(r, &v->number);
    case M_BOOL:
        v->kind = AMF_BOOL;
        e = take(r, 1, &p);
        v->boolean = e == OK && *p != 0;
        return e;
    case M_STRING: v->kind = AMF_STRING; return take_text(r, false, &v->text);
    case M_LONG_STRING:
    case M_XML: v->kind = AMF_STRING; return take_text(r, true, &v->text);
    case M_DATE:
        v->kind = AMF_DATE;
        e = take_number(r, &v->number);
        return e != OK ? e : take(r, 2, &p); /* a time zone that is always 0 */
    case M_REFERENCE: return take(r, 2, &p);
    case M_NULL: v->kind = AMF_NULL; return OK;
    case M_UNDEFINED:
    case M_UNSUPPORTED: return OK;
    default: return ERR_PROTOCOL; /* movie clips and record sets never left Adobe's servers */
    }
}

/* AMF3 inside AMF0: the bytes it used are known only to its own reader. */
static enum err read_avmplus(struct amf_reader *r, int depth, struct amf **out)
{
    size_t used;
    enum err e = amf3_read(r, depth, r->p + r->at, r->n - r->at, out, &used);
    if (e == OK)
        r->at += used;
    return e;
}

enum err amf_new_value(struct amf_reader *r, int depth, struct amf **out)
{
    if (depth > AMF_DEPTH_MAX || r->values >= AMF_VALUES_MAX)
        return ERR_LIMIT;
    r->values++;
    *out = ARENA_NEW(r->arena, struct amf);
    return *out ? OK : ERR_NOMEM;
}

static enum err read_value(struct amf_reader *r, int depth, struct amf **out)
{
    if (r->at == r->n)
        return ERR_EOF;
    uint8_t marker = r->p[r->at++];
    if (marker == M_AVMPLUS)
        return read_avmplus(r, depth, out);
    enum err e = amf_new_value(r, depth, out);
    if (e != OK)
        return e;
    switch (marker) {
    case M_OBJECT:
    case M_TYPED_OBJECT:
    case M_ECMA_ARRAY:
    case M_STRICT_ARRAY: return read_container(r, depth, marker, *out);
    default: return read_scalar(r, marker, *out);
    }
}

enum err amf_read(struct amf_reader *r, const struct amf **out)
{
    struct amf *v = NULL;
    enum err e = read_value(r, 0, &v);
    if (e == OK)
        *out = v;
    return e;
}

const struct amf *amf_member(const struct amf *object, const char *name)
{
    if (!object || object->kind != AMF_OBJECT)
        return NULL;
    for (const struct amf *v = object->child; v; v = v->next) {
        if (str_eq_z(v->name, name))
            return v;
    }
    return NULL;
}

struct str amf_text(const struct amf *v)
{
    return v && v->kind == AMF_STRING ? v->text : STR_NONE;
}

double amf_number(const struct amf *v, double otherwise)
{
    if (v && (v->kind == AMF_NUMBER || v->kind == AMF_DATE))
        return v->number;
    if (v && v->kind == AMF_BOOL)
        return v->boolean;
    return otherwise;
}

bool amf_is_text(const struct amf *v, const char *text)
{
    return v && v->kind == AMF_STRING && str_eq_z(v->text, text);
}

void amf_put_number(struct buf *b, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, 8);
    buf_u8(b, M_NUMBER);
    buf_be64(b, bits);
}

void amf_put_bool(struct buf *b, bool v)
{
    buf_u8(b, M_BOOL);
    buf_u8(b, v);
}

void amf_put_text(struct buf *b, struct str s)
{
    if (s.n > UINT16_MAX) {
        buf_u8(b, M_LONG_STRING);
        buf_be32(b, (uint32_t)s.n);
    } else {
        buf_u8(b, M_STRING);
        buf_be16(b, (uint16_t)s.n);
    }
    buf_str(b, s);
}

void amf_put_z(struct buf *b, const char *z)
{
    amf_put_text(b, str_of(z));
}

void amf_put_null(struct buf *b)
{
    buf_u8(b, M_NULL);
}

void amf_put_object(struct buf *b)
{
    buf_u8(b, M_OBJECT);
}

void amf_put_ecma_array(struct buf *b, uint32_t count)
{
    buf_u8(b, M_ECMA_ARRAY);
    buf_be32(b, count);
}

void amf_put_name(struct buf *b, const char *name)
{
    struct str s = str_of(name);
    buf_be16(b, (uint16_t)s.n);
    buf_str(b, s);
}

void amf_put_end(struct buf *b)
{
    buf_be16(b, 0);
    buf_u8(b, M_OBJECT_END);
}

void amf_put_strict_array(struct buf *b, uint32_t count)
{
    buf_u8(b, M_STRICT_ARRAY);
    buf_be32(b, count);
}
