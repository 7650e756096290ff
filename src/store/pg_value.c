#include "store/pg_value.h"

#include <limits.h>

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
            for (int k = 0; k < 8; k++)
                p->ints[i][k] = (uint8_t)((uint64_t)v->i >> (56 - 8 * k));
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
