/*
 * Errors. Every fallible function returns `enum err` and must be checked. What a person may need
 * beyond the code (which field, which limit) goes into a `struct err_info`, whose text lives in the
 * arena of the request or message at hand.
 *
 * One table (err.c) maps an error to its name in logs, its HTTP status and its message key in
 * locales/; nothing else translates errors.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

enum err {
    OK = 0,
    ERR_AGAIN,        /* not now: would block, or needs more bytes */
    ERR_EOF,          /* the peer or the file ended */
    ERR_NOMEM,        /* an allocation or a process-wide memory limit failed */
    ERR_IO,           /* the system refused; errno is in the log line */
    ERR_DISK_FULL,    /* ENOSPC, EDQUOT or SQLITE_FULL */
    ERR_TIMEOUT,      /* a deadline passed */
    ERR_CLOSED,       /* used after close, or shutting down */
    ERR_LIMIT,        /* a named limit was passed (rate, count, size) */
    ERR_TOO_LARGE,    /* a body, field or message over its size limit */
    ERR_BUSY,         /* a queue is full: retry later */
    ERR_PROTOCOL,     /* bytes that break the protocol */
    ERR_UNSUPPORTED,  /* valid, but not something we do */
    ERR_SYNTAX,       /* a request, template, query or setting that does not parse */
    ERR_INVALID,      /* a well-formed value that is not acceptable; err_info.field names it */
    ERR_NOT_FOUND,    /* no such thing */
    ERR_EXISTS,       /* already there */
    ERR_CONFLICT,     /* the state does not allow it any more */
    ERR_UNAUTHORIZED, /* nobody is logged in */
    ERR_FORBIDDEN,    /* logged in, but not allowed */
    ERR_CSRF,         /* a form without its token, or from another origin */
    ERR_SOLD_OUT,     /* the ledger refused: not enough left */
    ERR_EXPIRED,      /* a hold, a session or a key past its time */
    ERR_KEY_REUSED,   /* an idempotency key with another body, or a transfer id with other fields */
    ERR_STORE,        /* the database refused; retryable */
    ERR_CORRUPT,      /* stored data breaks an invariant */
    ERR_INTERNAL,     /* a bug: logged with its place */
    ERR_COUNT_
};

/* Detail of one error. All strings are borrowed from an arena or static. */
struct err_info {
    enum err code;
    const char *field; /* the field, header or setting at fault, or NULL */
    const char *key;   /* message key in locales/ that is better than the table's, or NULL */
    const char *text;  /* for logs and JSON: English, one line, no secrets; or NULL */
    long long limit;   /* the limit that was passed or the amount that is left, else 0 */
};

#define MUST_CHECK __attribute__((warn_unused_result))

const char *err_name(enum err e);         /* "sold_out"; stable, appears in JSON and logs */
enum err err_from_name(const char *name); /* ERR_INTERNAL for an unknown one */
int err_http_status(enum err e);          /* 409 for ERR_SOLD_OUT … */
const char *err_message_key(enum err e);  /* "error.sold_out" */
bool err_retryable(enum err e);           /* the same request may succeed later unchanged */
enum err err_from_errno(int errnum);

#endif
