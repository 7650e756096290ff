/*
 * Where a stream is pushed to, from what a platform gives its users: an address, and a key apart or
 * as its last part.
 *
 *   rtmp[s]://HOST[:PORT]/APP[/MORE]        and KEY, which may hold a query
 *   rtmp[s]://HOST[:PORT]/APP[/MORE]/KEY    and no key
 *
 *   connect({app: "APP/MORE", tcUrl: the address}), publish("KEY")
 */
#ifndef PROTO_RTMP_TARGET_H
#define PROTO_RTMP_TARGET_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum {
    RTMP_TARGET_URL_MAX = 512, /* bytes */
    RTMP_TARGET_KEY_MAX = 512,
    RTMP_TARGET_HOST_MAX = 253,
    RTMP_PORT = 1935,
    RTMPS_PORT = 443,
};

struct rtmp_target {
    bool tls;
    char host[RTMP_TARGET_HOST_MAX + 1]; /* a name or a numeric address; IPv6 without brackets */
    int port;
    struct str app, tc_url, stream; /* stream holds the key: a secret */
};

/* Copies into the arena. ERR_SYNTAX: no such address, one with a user or a fragment, or signs that
 * are no printable ASCII. ERR_TOO_LARGE. ERR_INVALID: neither a key nor a last part for it. */
enum err rtmp_target_parse(struct arena *arena, struct str url, struct str key,
                           struct rtmp_target *out) MUST_CHECK;

#endif
