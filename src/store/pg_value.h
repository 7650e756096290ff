/*
 * Values between db.h and PostgreSQL's binary wire form (libpq, "Binary formats" of each type's
 * send and receive functions). Whole numbers travel as int8, text as text, bytes as bytea; a sum
 * comes back as numeric and is taken when it is whole and fits.
 */
#ifndef STORE_PG_VALUE_H
#define STORE_PG_VALUE_H

#include <libpq-fe.h>

#include "store/db.h"

enum { PG_PARAMS_MAX = 64 }; /* script/gen-queries refuses more */

/* The arguments of one call as libpq wants them. Texts and bytes are borrowed from the values. */
struct pg_params {
    const char *values[PG_PARAMS_MAX];
    int lengths[PG_PARAMS_MAX];
    int formats[PG_PARAMS_MAX];
    uint8_t ints[PG_PARAMS_MAX][8];
};
/* ERR_TOO_LARGE for a value beyond what the protocol can carry. */
enum err pg_params_set(struct pg_params *p, const struct val *args, int n) MUST_CHECK;

/* The arguments of a query for many rows: one array a parameter. */
struct pg_arrays {
    struct pg_params params;
    Oid types[PG_PARAMS_MAX];
    uint8_t *bytes; /* owned; what the parameters point to */
};
/* `args`: n >= 1 rows of q->params values of the types that q->many says. ERR_TOO_LARGE as above,
 * ERR_INTERNAL for a value of another type, ERR_NOMEM. pg_arrays_free() in any case. */
enum err pg_arrays_set(struct pg_arrays *a, const struct query *q, const struct val *args,
                       size_t n) MUST_CHECK;
void pg_arrays_free(struct pg_arrays *a);

/* The type that a value is sent as; 0, which leaves it to the server, for NULL. */
Oid pg_type_of(const struct val *v);

/* Copies a result's rows, all columns in binary form, to the arena. ERR_LIMIT beyond DB_ROWS_MAX,
 * ERR_INTERNAL for a type that db.h has no value for (a mistake in the query). */
enum err pg_rows_read(const PGresult *r, struct arena *arena, struct rows *out) MUST_CHECK;

#endif
