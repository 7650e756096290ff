#include "proto/amf3.h"

#include <string.h>

enum marker {
    M_UNDEFINED = 0x00,
    M_NULL = 0x01,
    M_FALSE = 0x02,
    M_TRUE = 0x03,
    M_INTEGER = 0x04,
    M_DOUBLE = 0x05,
    M_STRING = 0x06,
    M_XML_DOC = 0x07,
    M_DATE = 0x08,
    M_ARRAY = 0x09,
    M_OBJECT = 0x0A,
    M_XML = 0x0B,
    M_BYTE_ARRAY = 0x0C,
};

/* The sealed member names of a class; classes are sent once and then referred to. */
struct traits {
    bool dynamic;
    uint32_t count;
    struct str *names; /* in the arena */
};

struct reader3 {
    struct amf_reader *r; /* arena and limits */
    const uint8_t *p;
    size_t n, at;
    uint32_t strings_n, traits_n, objects_n;
    struct str strings[AMF3_TABLE_MAX];
    struct traits traits[AMF3_TABLE_MAX];
};

static enum err read_value(struct reader3 *x, int depth, struct amf **out);

static enum err take(struct reader3 *x, size_t n, const uint8_t **out)
{
    if (n > x->n - x->at)
        return ERR_PROTOCOL;
    *out = x->p + x->at;
    x->at += n;
    return OK;
}

/* U29: seven bits a byte, high bit set when another follows; the fourth byte gives eight. */
static enum err take_u29(struct reader3 *x, uint32_t *out)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        const uint8_t *p;
        enum err e = take(x, 1, &p);
        if (e != OK)
            return e;
        if (i == 3) {
            *out = v << 8 | *p;
            return OK;
        }
        v = v << 7 | (*p & 0x7F);
        if (!(*p & 0x80))
            break;
    }
    *out = v;
    return OK;
}

static enum err take_text(struct reader3 *x, struct str *out)
{
    uint32_t u;
    enum err e = take_u29(x, &u);
    if (e != OK)
        return e;
    if (!(u & 1)) {
        if (u >> 1 >= x->strings_n)
            return ERR_PROTOCOL;
        *out = x->strings[u >> 1];
        return OK;
    }
    const uint8_t *p;
    e = take(x, u >> 1, &p);
    if (e != OK)
        return e;
    *out = str_n(p, u >> 1);
    if (out->n == 0)
        return OK; /* the empty string is never put in the table */
    if (x->strings_n == AMF3_TABLE_MAX)
        return ERR_LIMIT;
    x->strings[x->strings_n++] = *out;
    return OK;
}

static enum err take_double(struct reader3 *x, double *out)
{
    const uint8_t *p;
    enum err e = take(x, 8, &p);
    if (e == OK) {
        uint64_t bits = be64(p);
        memcpy(out, &bits, 8);
    }
    return e;
}

/* The header that dates, arrays, objects, XML and byte arrays begin with: a reference to an earlier
 * one (*inline_ false), or what the other 28 bits mean to the type. */
static enum err take_header(struct reader3 *x, bool *inline_, uint32_t *value)
{
    uint32_t u;
    enum err e = take_u29(x, &u);
    if (e != OK)
        return e;
    *inline_ = u & 1;
    *value = u >> 1;
    if (!*inline_)
        return *value < x->objects_n ? OK : ERR_PROTOCOL;
    if (x->objects_n == AMF3_TABLE_MAX)
        return ERR_LIMIT;
    x->objects_n++;
    return OK;
}

/* Name and value by turns, until an empty name. */
static enum err read_named(struct reader3 *x, int depth, const struct amf ***tail)
{
    for (;;) {
        struct str name;
        enum err e = take_text(x, &name);
        if (e != OK || name.n == 0)
            return e;
        struct amf *v;
        e = read_value(x, depth + 1, &v);
        if (e != OK)
            return e;
        v->name = name;
        **tail = v;
        *tail = &v->next;
    }
}

static enum err read_array(struct reader3 *x, int depth, uint32_t count, struct amf *v)
{
    const struct amf **tail = &v->child;
    enum err e = read_named(x, depth, &tail);
    if (e != OK)
        return e;
    v->kind = v->child ? AMF_OBJECT : AMF_ARRAY;
    for (uint32_t i = 0; i < count; i++) {
        struct amf *element;
        e = read_value(x, depth + 1, &element);
        if (e != OK)
            return e;
        *tail = element;
        tail = &element->next;
    }
    return OK;
}

/* Bits of the header after the inline bit: traits inline, externalizable, dynamic, count. */
static enum err take_traits(struct reader3 *x, uint32_t header, struct traits *out)
{
    if (!(header & 1)) {
        if (header >> 1 >= x->traits_n)
            return ERR_PROTOCOL;
        *out = x->traits[header >> 1];
        return OK;
    }
    if (header & 2)
        return ERR_UNSUPPORTED;
    struct str class_name;
    enum err e = take_text(x, &class_name);
    if (e != OK)
        return e;
    *out = (struct traits){.dynamic = header & 4, .count = header >> 3};
    if (out->count > AMF3_TABLE_MAX || x->traits_n == AMF3_TABLE_MAX)
        return ERR_LIMIT;
    out->names = arena_array(x->r->arena, out->count, sizeof(*out->names));
    if (!out->names)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < out->count; i++) {
        e = take_text(x, &out->names[i]);
        if (e != OK)
            return e;
    }
    x->traits[x->traits_n++] = *out;
    return OK;
}

static enum err read_object(struct reader3 *x, int depth, uint32_t header, struct amf *v)
{
    struct traits traits;
    enum err e = take_traits(x, header, &traits);
    v->kind = AMF_OBJECT;
    const struct amf **tail = &v->child;
    for (uint32_t i = 0; e == OK && i < traits.count; i++) {
        struct amf *member;
        e = read_value(x, depth + 1, &member);
        if (e != OK)
            return e;
        member->name = traits.names[i];
        *tail = member;
        tail = &member->next;
    }
    return e == OK && traits.dynamic ? read_named(x, depth, &tail) : e;
}

static enum err read_complex(struct reader3 *x, int depth, uint8_t marker, struct amf *v)
{
    bool inline_;
    uint32_t header;
    enum err e = take_header(x, &inline_, &header);
    if (e != OK || !inline_)
        return e; /* a reference stays undefined */
    const uint8_t *p;
    switch (marker) {
    case M_DATE: v->kind = AMF_DATE; return take_double(x, &v->number);
    case M_ARRAY: return read_array(x, depth, header, v);
    case M_OBJECT: return read_object(x, depth, header, v);
    default: /* XML and byte arrays: a length and bytes */
        e = take(x, header, &p);
        v->kind = marker == M_BYTE_ARRAY ? AMF_BYTES : AMF_STRING;
        if (e == OK)
            v->text = str_n(p, header);
        return e;
    }
}

static enum err read_integer(struct reader3 *x, struct amf *v)
{
    uint32_t u;
    enum err e = take_u29(x, &u);
    v->kind = AMF_NUMBER;
    if (e == OK)
        v->number = u & 0x10000000 ? (double)u - 0x20000000 : (double)u;
    return e;
}

static enum err read_value(struct reader3 *x, int depth, struct amf **out)
{
    const uint8_t *marker;
    enum err e = take(x, 1, &marker);
    if (e == OK)
        e = amf_new_value(x->r, depth, out);
    if (e != OK)
        return e;
    struct amf *v = *out;
    switch (*marker) {
    case M_UNDEFINED: return OK;
    case M_NULL: v->kind = AMF_NULL; return OK;
    case M_FALSE:
    case M_TRUE:
        v->kind = AMF_BOOL;
        v->boolean = *marker == M_TRUE;
        return OK;
    case M_INTEGER: return read_integer(x, v);
    case M_DOUBLE: v->kind = AMF_NUMBER; return take_double(x, &v->number);
    case M_STRING: v->kind = AMF_STRING; return take_text(x, &v->text);
    case M_DATE:
    case M_ARRAY:
    case M_OBJECT:
    case M_XML_DOC:
    case M_XML:
    case M_BYTE_ARRAY: return read_complex(x, depth, *marker, v);
    default: return ERR_UNSUPPORTED; /* vectors and dictionaries: never seen in RTMP */
    }
}

enum err amf3_read(struct amf_reader *r, int depth, const uint8_t *p, size_t n, struct amf **out,
                   size_t *used)
{
    struct reader3 x; /* the tables are filled before they are read */
    x.r = r;
    x.p = p;
    x.n = n;
    x.at = 0;
    x.strings_n = x.traits_n = x.objects_n = 0;
    enum err e = read_value(&x, depth, out);
    *used = x.at;
    return e;
}
