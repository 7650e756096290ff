/*
 * Pushing streams on to other servers. A push follows its stream as any viewer does: it is an RTMP
 * client whose output side, once the server lets it publish, is a follower of the stream's RTMP
 * form. A target costs a socket and a position in the log; the show never waits for it.
 *
 *             encoder sends          let in
 *   waiting ───────────────▶ connecting ─────▶ live ──stream ends──▶ waiting
 *      ▲                        │  ▲              │
 *      │ encoder is gone        ▼  │ wait is over │ dropped, takes nothing
 *      └────────────────────── retry ◀────────────┘
 *                               │ said no PUSH_REFUSALS_MAX times, or an address that is not
 * allowed ▼ refused ──push_again()──▶ waiting
 *
 * The wait grows from PUSH_WAIT_MIN_MS by doubling to PUSH_WAIT_MAX_MS, less up to a quarter at
 * random, and begins anew once the push has been live for PUSH_STEADY_MS. There is no last try.
 *
 * A target is bounded: PUSH_ANSWER_MS from connecting to being let in, FOLLOW_STALL_MS without
 * taking a byte. TLS is verified. Addresses that are not public are refused (the town must not be
 * made to knock at its own doors), unless the spec allows them.
 *
 * Thread safe.
 */
#ifndef LIVE_PUSH_H
#define LIVE_PUSH_H

#include "base/arena.h"
#include "live/live.h"

struct pushes;

enum {
    PUSH_MAX = 1000,         /* pushes at a time */
    PUSH_LOOK_MS = 500,      /* how often one that waits looks for its stream */
    PUSH_NAME_MS = 8 * 1000, /* a host's address */
    PUSH_ANSWER_MS = 10 * 1000,
    PUSH_WAIT_MIN_MS = 1000,
    PUSH_WAIT_MAX_MS = 60 * 1000,
    PUSH_STEADY_MS = 30 * 1000,
    PUSH_HELLO_MS = 1500,  /* who hangs up sooner after letting us in did not want us */
    PUSH_REFUSALS_MAX = 6, /* in a row */
    PUSH_SAID_MAX = 96,    /* bytes of what a server said */
};

enum push_state { PUSH_WAITING, PUSH_CONNECTING, PUSH_LIVE, PUSH_RETRY, PUSH_REFUSED };
const char *push_state_name(enum push_state s); /* "retry" */

enum push_why {
    PUSH_WHY_NONE,
    PUSH_WHY_NAME,        /* no such host */
    PUSH_WHY_NAME_SLOW,   /* no name server answered in time */
    PUSH_WHY_PRIVATE,     /* its address may not be pushed to */
    PUSH_WHY_UNREACHABLE, /* the connection was refused, or no way there */
    PUSH_WHY_TLS,         /* its certificate, or no TLS at all */
    PUSH_WHY_SILENT,      /* accepted the connection, and did not answer */
    PUSH_WHY_PROTOCOL,    /* answered, but not in RTMP */
    PUSH_WHY_DENIED,      /* said no: a wrong key, a name in use */
    PUSH_WHY_STALLED,     /* takes nothing */
    PUSH_WHY_DROPPED,     /* ended the connection */
    PUSH_WHY_OURS,        /* no memory or too much to do here */
    PUSH_WHYS
};
const char *push_why_name(enum push_why w); /* "stalled" */

struct push_spec {
    struct live *live;   /* borrowed, outlives the pushes */
    struct loops *loops; /* borrowed */
    const char *ca_file; /* PEM; "" or NULL: the system's authorities */
    bool allow_private;
};

struct push_target {
    int64_t id;          /* the caller's */
    struct str stream;   /* whose: "show-17" */
    struct str url, key; /* as rtmp_target_parse() takes them; the key is a secret */
};

struct push_status {
    enum push_state state;
    enum push_why why;        /* the last trouble; NONE when it went well since */
    char said[PUSH_SAID_MAX]; /* what the server said to it: "NetStream.Publish.BadName", or "" */
    int64_t retry_ms;         /* RETRY: until the next try */
    int64_t up_ms;            /* LIVE: since it was let in */
    int kbps;                 /* LIVE: of the last second */
    uint64_t bytes, drops;    /* all its connections; drops: how often a live one was lost */
    uint64_t skips;           /* jumps ahead, as the target was too slow */
};

enum err push_start(const struct push_spec *spec, struct pushes **out, struct arena *arena,
                    struct err_info *info) MUST_CHECK;
/* Ends all of them in order, as the loops are drained; nothing begins any more. */
void push_rest(struct pushes *all);
/* After loops_stop(), before loops_free(): waits for names that are being looked up. */
void push_stop(struct pushes *all);
void push_free(struct pushes *all); /* after loops_free() */

/* Begins, or goes on when there is one to the same target; one to another is ended before.
 * ERR_LIMIT past PUSH_MAX, ERR_CLOSED, ERR_NOMEM, else as rtmp_target_parse(). */
enum err push_on(struct pushes *all, const struct push_target *t) MUST_CHECK;
void push_off(struct pushes *all, int64_t id);
void push_again(struct pushes *all, int64_t id); /* at once: of one that waits or was refused */
/* Those that `keep` does not want are ended. */
void push_only(struct pushes *all, bool (*keep)(void *arg, int64_t id), void *arg);
/* ERR_NOT_FOUND. */
enum err push_status(struct pushes *all, int64_t id, struct push_status *out) MUST_CHECK;
void push_metrics(struct pushes *all, struct buf *out);

/* The wait before try `n` after as many failures in a row (from 1), before the random part. */
int64_t push_wait_ms(int n);

#endif
