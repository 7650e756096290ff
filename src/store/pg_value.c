#include "store/pg_value.h"

#include <limits.h>
#include <stdlib.h>

#include "base/log.h"

/* src/include/catalog/pg_type.dat of PostgreSQL; these never change. */
enum {
    TYPE_BOOL = 16,
    TYPE_BYTEA = 17,
    TYPE_NAME = 19,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_TEXT = 25,
    TYPE_BYTEA_ARRAY = 1001,
    TYPE_TEXT_ARRAY = 1009,
    TYPE_INT8_ARRAY = 1016,
    TYPE_BPCHAR = 1042,
    TYPE_VARCHAR = 1043,
    TYPE_NUMERIC = 1700,
};

Oid pg_type_of(const struct val *v)
{
    switch (v->kind) {
    case VAL_NULL: return 0;
    case VAL_INT: return TYPE_INT8;
    case VAL_STR: return TYPE_TEXT;
    case VAL_BLOB: return TYPE_BYTEA;
    }
    return 0;
}

static void put_big_endian(uint8_t *p, int bytes, int64_t value)
{
    for (int i = 0; i < bytes; i++)
        p[i] = (uint8_t)((uint64_t)value >> (8 * (bytes - 1 - i)));
}

enum err pg_params_set(struct pg_params *p, const struct val *args, int n)
{
    if (n > PG_PARAMS_MAX)
        return ERR_INTERNAL;
    for (int i = 0; i < n; i++) {
        const struct val *v = &args[i];
        p->formats[i] = 1;
        if (v->kind == VAL_NULL) {
            p->values[i] = NULL;
            p->lengths[i] = 0;
        } else if (v->kind == VAL_INT) {
            put_big_endian(p->ints[i], 8, v->i);
            p->values[i] = (const char *)p->ints[i];
            p->lengths[i] = 8;
        } else if (v->s.n > INT_MAX) {
            return ERR_TOO_LARGE;
        } else {
            p->values[i] = v->s.p ? v->s.p : ""; /* NULL would be SQL's NULL */
            p->lengths[i] = (int)v->s.n;
        }
    }
    return OK;
}

/* --- arrays --- */

enum {
    ARRAY_HEAD = 20, /* dimensions (1), whether there are NULLs, type, elements, first index */
    ELEMENT_HEAD = 4 /* its length, or -1 for NULL */
};

static const struct element_type {
    char letter;
    enum val_kind kind;
    Oid element, array;
} element_types[] = {
    {'i', VAL_INT, TYPE_INT8, TYPE_INT8_ARRAY},
    {'t', VAL_STR, TYPE_TEXT, TYPE_TEXT_ARRAY},
    {'b', VAL_BLOB, TYPE_BYTEA, TYPE_BYTEA_ARRAY},
};

static const struct element_type *type_of_letter(char letter)
{
    for (size_t i = 0; i < sizeof(element_types) / sizeof(element_types[0]); i++)
        if (element_types[i].letter == letter)
            return &element_types[i];
    return NULL;
}

static size_t element_size(const struct val *v)
{
    if (v->kind == VAL_NULL)
        return ELEMENT_HEAD;
    return ELEMENT_HEAD + (v->kind == VAL_INT ? 8 : v->s.n);
}

/* The size of the array of column `k`, or an error. */
static enum err measure(const struct query *q, const struct val *args, size_t n, int k,
                        size_t *size)
{
    const struct element_type *type = type_of_letter(q->many[k]);
    *size = ARRAY_HEAD;
    for (size_t i = 0; i < n; i++) {
        const struct val *v = &args[i * (size_t)q->params + (size_t)k];
        if (!type || (v->kind != VAL_NULL && v->kind != type->kind)) {
            LOG(ERROR, "store.wrong_type", L_Z("query", q->name), L_I("parameter", k + 1));
            return ERR_INTERNAL;
        }
        *size += element_size(v);
        if (*size > INT_MAX)
            return ERR_TOO_LARGE;
    }
    return OK;
}

static uint8_t *put_element(uint8_t *p, const struct val *v)
{
    if (v->kind == VAL_NULL) {
        put_big_endian(p, ELEMENT_HEAD, -1);
    } else if (v->kind == VAL_INT) {
        put_big_endian(p, ELEMENT_HEAD, 8);
        put_big_endian(p + ELEMENT_HEAD, 8, v->i);
    } else {
        put_big_endian(p, ELEMENT_HEAD, (int64_t)v->s.n);
        if (v->s.n)
            memcpy(p + ELEMENT_HEAD, v->s.p, v->s.n);
    }
    return p + element_size(v);
}

static uint8_t *put_array(uint8_t *p, const struct query *q, const struct val *args, size_t n,
                          int k)
{
    bool has_null = false;
    uint8_t *head = p;
    p += ARRAY_HEAD;
    for (size_t i = 0; i < n; i++) {
        const struct val *v = &args[i * (size_t)q->params + (size_t)k];
        has_null = has_null || v->kind == VAL_NULL;
        p = put_element(p, v);
    }
    put_big_endian(head, 4, 1);
    put_big_endian(head + 4, 4, has_null);
    put_big_endian(head + 8, 4, type_of_letter(q->many[k])->element);
    put_big_endian(head + 12, 4, (int64_t)n);
    put_big_endian(head + 16, 4, 1);
    return p;
}

enum err pg_arrays_set(struct pg_arrays *a, const struct query *q, const struct val *args, size_t n)
{
    size_t sizes[PG_PARAMS_MAX], total = 0;
    a->bytes = NULL;
    if (q->params > PG_PARAMS_MAX || n > INT_MAX)
        return ERR_INTERNAL;
    for (int k = 0; k < q->params; k++) {
        enum err e = measure(q, args, n, k, &sizes[k]);
        if (e)
            return e;
        total += sizes[k];
    }
    a->bytes = malloc(total ? total : 1);
    if (!a->bytes)
        return ERR_NOMEM;
    uint8_t *p = a->bytes;
    for (int k = 0; k < q->params; k++) {
        a->types[k] = type_of_letter(q->many[k])->array;
        a->params.values[k] = (const char *)p;
        a->params.lengths[k] = (int)sizes[k];
        a->params.formats[k] = 1;
        p = put_array(p, q, args, n, k);
    }
    return OK;
}

void pg_arrays_free(struct pg_arrays *a)
{
    free(a->bytes);
}

/* --- results --- */

/* A big-endian number of `n` bytes with its sign. */
static int64_t big_endian(const uint8_t *p, int n)
{
    uint64_t u = p[0] & 0x80 ? UINT64_MAX : 0;
    for (int i = 0; i < n; i++)
        u = u << 8 | p[i];
    return (int64_t)u;
}

/* numeric: how many digits, the power of the first, sign, digits shown after the point, then the
 * digits themselves, base 10,000, two bytes each. False when it is not whole or does not fit. */
static bool whole_numeric(const uint8_t *p, int n, int64_t *out)
{
    enum { HEAD = 8, BASE = 10000, POSITIVE = 0, NEGATIVE = 0x4000 };
    if (n < HEAD)
        return false;
    int64_t digits = big_endian(p, 2), weight = big_endian(p + 2, 2);
    int64_t sign = big_endian(p + 4, 2);
    if ((sign != POSITIVE && sign != NEGATIVE) || n != HEAD + 2 * digits)
        return false;
    int64_t sum = 0; /* kept negative, where the range reaches one further */
    for (int64_t i = 0; i <= weight || i < digits; i++) {
        int64_t digit = i < digits ? big_endian(p + HEAD + 2 * i, 2) : 0;
        if (i > weight && digit != 0)
            return false;
        if (i <= weight &&
            (__builtin_mul_overflow(sum, BASE, &sum) || __builtin_sub_overflow(sum, digit, &sum)))
            return false;
    }
    if (sign == POSITIVE && sum == INT64_MIN)
        return false;
    *out = sign == POSITIVE ? -sum : sum;
    return true;
}

static enum err read_cell(const PGresult *r, int row, int column, struct arena *arena,
                          struct val *out)
{
    const uint8_t *p = (const uint8_t *)PQgetvalue(r, row, column);
    int n = PQgetlength(r, row, column);
    int64_t i;
    *out = V_NULL;
    if (PQgetisnull(r, row, column))
        return OK;
    switch (PQftype(r, column)) {
    case TYPE_BOOL: *out = V_INT(p[0] != 0); return OK;
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8: *out = V_INT(big_endian(p, n)); return OK;
    case TYPE_NUMERIC:
        if (!whole_numeric(p, n, &i))
            break;
        *out = V_INT(i);
        return OK;
    case TYPE_TEXT:
    case TYPE_NAME:
    case TYPE_VARCHAR:
    case TYPE_BPCHAR: *out = V_STR(arena_str(arena, str_n(p, (size_t)n))); break;
    case TYPE_BYTEA: *out = V_BLOB(arena_str(arena, str_n(p, (size_t)n))); break;
    default: break;
    }
    if (out->kind != VAL_NULL)
        return out->s.p ? OK : ERR_NOMEM;
    LOG(ERROR, "store.not_a_value", L_Z("column", PQfname(r, column)),
        L_I("type", PQftype(r, column)));
    return ERR_INTERNAL;
}

enum err pg_rows_read(const PGresult *r, struct arena *arena, struct rows *out)
{
    int rows = PQntuples(r), columns = PQnfields(r);
    if (rows > DB_ROWS_MAX)
        return ERR_LIMIT;
    out->columns = (size_t)columns;
    out->names = arena_array(arena, out->columns, sizeof(*out->names));
    out->cells = arena_array(arena, (size_t)rows * out->columns, sizeof(*out->cells));
    for (int c = 0; out->names && c < columns; c++)
        out->names[c] = arena_strdup(arena, PQfname(r, c));
    if (arena_failed(arena))
        return ERR_NOMEM;
    for (int row = 0; row < rows; row++) {
        for (int c = 0; c < columns; c++) {
            enum err e = read_cell(r, row, c, arena, &out->cells[(size_t)(row * columns + c)]);
            if (e)
                return e;
        }
        out->n++;
    }
    return OK;
}
