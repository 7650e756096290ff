/*
 * The names in an RTMP address, from the pieces that peers send them in:
 *
 *   rtmp://HOST/APP/STREAM?key=KEY
 *               │   └ publish("STREAM?key=KEY")
 *               └ connect({app: "APP", tcUrl: "rtmp://HOST/APP?…"})
 *
 * The query may stand in the stream's name, in app or in tcUrl; the first of these that holds a
 * `key` gives it. When the stream's name is empty, the last part of app is taken for it.
 */
#ifndef PROTO_RTMP_URL_H
#define PROTO_RTMP_URL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct rtmp_names {
    struct str app, stream; /* app without slashes at its ends */
    struct str key;         /* percent-decoded */
    struct str query;       /* the stream's, else app's, else tcUrl's; without '?' */
};

/* Copies into the arena. ERR_INVALID for an empty stream or control characters, ERR_TOO_LARGE past
 * RTMP_NAME_MAX or RTMP_QUERY_MAX, ERR_SYNTAX for a broken escape in the key, ERR_NOMEM. */
enum err rtmp_url_names(struct arena *arena, struct str app, struct str tc_url, struct str stream,
                        struct rtmp_names *out) MUST_CHECK;

#endif
