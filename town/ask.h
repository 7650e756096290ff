/*
 * One HTTP request to somebody outside, a payment provider, a carrier, and its answer: blocking, by
 * libcurl. TLS is verified against the system's authorities; http:// goes to this machine itself
 * only (tests). No redirects, no proxy, no cookies; a deadline for all of it; an answer over its
 * limit is none. Several threads at a time.
 */
#ifndef TOWN_ASK_H
#define TOWN_ASK_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum {
    ASK_CONNECT_MS = 3 * 1000,
    ASK_CALL_MS = 15 * 1000,
    ASK_DOWNLOAD_MS = 40 * 1000,
    ASK_URL_MAX = 8 * 1024,
    ASK_HEADERS_MAX = 64, /* of an answer; more are not kept */
    ASK_HEADERS_BYTES_MAX = 16 * 1024,
};

struct ask_request {
    const char *method; /* "GET", "POST" */
    const char *url;
    const char *headers[6]; /* "Name: value"; NULL after the last one */
    struct str body;
    size_t answer_max;
    long deadline_ms; /* 0: ASK_CALL_MS */
};

struct ask_answer {
    long status;
    struct buf body; /* owned: ask_answer_free() */
    struct ask_header {
        struct str name, value; /* in the arena */
    } headers[ASK_HEADERS_MAX];
    size_t n;
    /* private */
    struct arena *arena;
    size_t header_bytes;
};

/* Is it an address that we would ask: https, or http of 127.0.0.1, ::1 or localhost; without user
 * or password? */
bool ask_url_ok(const char *url);

/* OK: somebody answered, whatever the status. ERR_TIMEOUT; ERR_IO: nobody did, or not in full, or
 * it was cut. info->text says what. The answer is to be freed after an error too. */
enum err ask_http(const struct ask_request *r, struct ask_answer *out, struct arena *arena,
                  struct err_info *info) MUST_CHECK;
void ask_answer_free(struct ask_answer *a);
/* The first header of that name, in any case; STR_NONE without one. */
struct str ask_header(const struct ask_answer *a, const char *name);

/* True: ends what is under way within a second, and lets nothing begin, as the program is ending.
 */
void ask_cut(bool cut);
bool ask_is_cut(void *unused);

#endif
