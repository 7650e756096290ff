#include "base/err.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

struct err_row {
    const char *name;
    const char *message_key;
    int status;
    bool retryable;
};

#define ROW(id, name, status, retryable) [id] = {name, "error." name, status, retryable}

static const struct err_row rows[ERR_COUNT_] = {
    ROW(OK, "ok", 200, false),
    ROW(ERR_AGAIN, "again", 503, true),
    ROW(ERR_EOF, "eof", 400, false),
    ROW(ERR_NOMEM, "nomem", 503, true),
    ROW(ERR_IO, "io", 500, true),
    ROW(ERR_DISK_FULL, "disk_full", 507, true),
    ROW(ERR_TIMEOUT, "timeout", 503, true),
    ROW(ERR_CLOSED, "closed", 503, true),
    ROW(ERR_LIMIT, "limit", 429, true),
    ROW(ERR_TOO_LARGE, "too_large", 413, false),
    ROW(ERR_BUSY, "busy", 503, true),
    ROW(ERR_PROTOCOL, "protocol", 400, false),
    ROW(ERR_UNSUPPORTED, "unsupported", 415, false),
    ROW(ERR_SYNTAX, "syntax", 400, false),
    ROW(ERR_INVALID, "invalid", 422, false),
    ROW(ERR_NOT_FOUND, "not_found", 404, false),
    ROW(ERR_EXISTS, "exists", 409, false),
    ROW(ERR_CONFLICT, "conflict", 409, false),
    ROW(ERR_UNAUTHORIZED, "unauthorized", 401, false),
    ROW(ERR_FORBIDDEN, "forbidden", 403, false),
    ROW(ERR_CSRF, "csrf", 403, false),
    ROW(ERR_SOLD_OUT, "sold_out", 409, false),
    ROW(ERR_EXPIRED, "expired", 410, false),
    ROW(ERR_KEY_REUSED, "key_reused", 422, false),
    ROW(ERR_STORE, "store", 503, true),
    ROW(ERR_CORRUPT, "corrupt", 500, false),
    ROW(ERR_INTERNAL, "internal", 500, false),
};

static const struct err_row *row_of(enum err e)
{
    if ((unsigned)e >= ERR_COUNT_ || rows[e].name == NULL)
        return &rows[ERR_INTERNAL];
    return &rows[e];
}

const char *err_name(enum err e)
{
    return row_of(e)->name;
}

enum err err_from_name(const char *name)
{
    for (int e = 0; e < ERR_COUNT_; e++)
        if (strcmp(rows[e].name, name) == 0)
            return (enum err)e;
    return ERR_INTERNAL;
}

int err_http_status(enum err e)
{
    return row_of(e)->status;
}

const char *err_message_key(enum err e)
{
    return row_of(e)->message_key;
}

bool err_retryable(enum err e)
{
    return row_of(e)->retryable;
}

enum err err_from_errno(int errnum)
{
    switch (errnum) {
    case 0: return OK;
    case EAGAIN:
    case EINTR: return ERR_AGAIN;
    case ENOMEM: return ERR_NOMEM;
    case ENOSPC:
    case EFBIG: /* a limit on the size of files: to whoever writes, a full disk */
    case EDQUOT: return ERR_DISK_FULL;
    case ETIMEDOUT: return ERR_TIMEOUT;
    case ENOENT: return ERR_NOT_FOUND;
    case EEXIST: return ERR_EXISTS;
    case EACCES:
    case EPERM:
    case EROFS: return ERR_FORBIDDEN;
    case EMFILE:
    case ENFILE: return ERR_LIMIT;
    case EPIPE:
    case ECONNRESET: return ERR_CLOSED;
    default: return ERR_IO;
    }
}
