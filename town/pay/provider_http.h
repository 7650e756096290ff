/*
 * One HTTP request to a provider, and its answer: blocking, by libcurl. TLS is verified against the
 * system's authorities; http:// goes to this machine itself only (tests). No redirects, no proxy,
 * no cookies; a deadline for all of it; an answer over its limit is none. Several threads at a
 * time.
 */
#ifndef TOWN_PAY_PROVIDER_HTTP_H
#define TOWN_PAY_PROVIDER_HTTP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum {
    PROVIDER_CONNECT_MS = 3 * 1000,
    PROVIDER_CALL_MS = 15 * 1000,
    PROVIDER_DOWNLOAD_MS = 40 * 1000,
    PROVIDER_URL_MAX = 8 * 1024,
    PROVIDER_HEADERS_MAX = 64, /* of an answer; more are not kept */
    PROVIDER_HEADERS_BYTES_MAX = 16 * 1024,
};

struct provider_request {
    const char *method; /* "GET", "POST" */
    const char *url;
    const char *headers[6]; /* "Name: value"; NULL after the last one */
    struct str body;
    size_t answer_max;
    long deadline_ms; /* 0: PROVIDER_CALL_MS */
};

struct provider_answer {
    long status;
    struct buf body; /* owned: provider_answer_free() */
    struct provider_header {
        struct str name, value; /* in the arena */
    } headers[PROVIDER_HEADERS_MAX];
    size_t n;
    /* private */
    struct arena *arena;
    size_t header_bytes;
};

/* Is it an address that we would ask: https, or http of 127.0.0.1, ::1 or localhost; without user
 * or password? */
bool provider_url_ok(const char *url);

/* OK: somebody answered, whatever the status. ERR_TIMEOUT; ERR_IO: nobody did, or not in full, or
 * it was cut. info->text says what. The answer is to be freed after an error too. */
enum err provider_ask(const struct provider_request *r, struct provider_answer *out,
                      struct arena *arena, struct err_info *info) MUST_CHECK;
void provider_answer_free(struct provider_answer *a);
/* The first header of that name, in any case; STR_NONE without one. */
struct str provider_header(const struct provider_answer *a, const char *name);

/* True: ends what is under way within a second, and lets nothing begin, as the program is ending.
 */
void provider_cut(bool cut);
bool provider_is_cut(void *unused);

#endif
