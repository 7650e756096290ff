/*
 * Live streams: who publishes what, and who follows it.
 *
 *   RTMP connection ─▶ publish.c ─▶ struct stream (stream.c) ─▶ FLV form ─▶ HTTP-FLV, WebSocket-FLV
 *                                                        ├────▶ RTMP form (when first asked for)
 *                                                        └────▶ HLS window (hls.c)
 *
 * A stream belongs to the loop of its publisher: only that loop's thread feeds it. When a publisher
 * returns on another loop the stream moves there by message. It lives as long as somebody publishes
 * and LIVE_GRACE_MS longer; viewers wait that long and go on when the encoder returns.
 *
 * Calls are thread safe unless they take a connection: those are for the connection's own loop.
 */
#ifndef LIVE_LIVE_H
#define LIVE_LIVE_H

#include "base/block.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "io/conn.h"
#include "io/follow.h"
#include "io/loop.h"

struct live;

enum {
    LIVE_NAME_MAX = 64,          /* bytes of a stream's name: letters, digits, '-', '_' and '.' */
    LIVE_STREAMS_MAX = 500,      /* streams at a time */
    LIVE_GRACE_MS = 15 * 1000,   /* how long viewers wait for a lost encoder */
    LIVE_REQUEST_MS = 15 * 1000, /* connect to publish or play, answer of `authorize` included */
    LIVE_SILENCE_MS = 20 * 1000, /* a publisher without a byte is gone */
};

enum live_state { LIVE_ON, LIVE_PAUSED, LIVE_ENDED };

/* A publisher asks to be let in. Answer once, from any thread, by live_auth_reply(). */
struct live_auth {
    struct loop_msg msg; /* private */
    char stream[LIVE_NAME_MAX + 1];
    char key[129]; /* a secret: never log it */
    struct addr peer;
    enum err result; /* private */
    void *publisher; /* private */
};
void live_auth_reply(struct live_auth *auth, enum err result);

struct live_hooks {
    /* Called on a loop; must hand the question on without blocking. NULL: nobody may publish. */
    void (*authorize)(void *arg, struct live_auth *auth);
    /* A stream came, lost its encoder, or ended. Called on a loop, must not block. May be NULL. */
    void (*changed)(void *arg, struct str stream, enum live_state state);
    void *arg;
};

struct record;

struct live_spec {
    struct loops *loops;   /* borrowed, outlives the live */
    struct record *record; /* borrowed, ends before the live; NULL: nothing is recorded */
    bool open_publish;     /* loopback peers may publish with any key */
    /* May anybody play this stream over RTMP? Called on loops, must not block. NULL: all are. */
    bool (*may_play)(struct str stream);
    struct live_hooks hooks;
};

struct live *live_new(const struct live_spec *spec); /* NULL without memory */
/* After loops_stop(): every stream has lost its publisher by then. */
void live_free(struct live *live);

/* The accept function of RTMP listeners; arg: struct live. */
enum err live_accept_rtmp(struct conn *c, void *arg);

bool live_name_ok(struct str name);

/* Attaches a viewer whose response head (or upgrade) is already queued. ERR_NOT_FOUND. */
enum err live_follow_flv(struct live *live, struct conn *c, struct str name,
                         enum follow_framing framing) MUST_CHECK;
bool live_exists(struct live *live, struct str name);
/* Cuts the publisher off and ends the stream at once. ERR_NOT_FOUND. */
enum err live_cut(struct live *live, struct str name) MUST_CHECK;
/* What was sent until now is nobody's who comes from now on: its segments are gone from the
 * playlist, joiners wait for the next keyframe. Who follows it already goes on. It is done when it
 * returns; without such a stream there is nothing to do. */
void live_forget(struct live *live, struct str name);

/* HLS: "index.m3u8", "init-3.mp4", "seg-17.m4s". ERR_NOT_FOUND, ERR_AGAIN when the stream is too
 * young to have a playlist. The caller owns *out. *type is static. */
enum err live_hls_file(struct live *live, struct str name, struct str file, struct block **out,
                       const char **type) MUST_CHECK;

struct live_health { /* of one stream, as of its last whole second */
    enum live_state state;
    int viewers;
    int kbps;        /* of the publisher, all tracks */
    int fps_x100;    /* video frames a second, times 100 */
    int keyframe_ms; /* distance of the last two keyframes; 0: not known yet */
    int width, height;
    int audio_hz, audio_channels;
    int64_t up_ms;                               /* since it began */
    uint64_t frames, resets, takeovers, dropped; /* dropped: tags that could not be kept */
    char software[64];                           /* what the encoder calls itself */

    /* of the last ten seconds, or of as many as there are */
    int watched_s;
    int mean_kbps;
    int fps_low_x100, fps_high_x100; /* of the worst and the best of those seconds */
    int fps_mean_x100; /* over those seconds: what the encoder makes, however it arrives */
    int gap_ms;        /* the largest step between the times of two frames */
    /* as of now; -1: never */
    int64_t frame_ago_ms, audio_ago_ms; /* since one arrived, or since the encoder came */
    int64_t still_ms;                   /* since a frame showed something new */
    int64_t reset_ago_ms, drop_ago_ms;  /* since the clock jumped, since tags were dropped */
};
enum err live_health(struct live *live, struct str name, struct live_health *out) MUST_CHECK;
/* Viewers now, 0 when there is no such stream. */
int live_viewers(struct live *live, struct str name);

/* NULL when nothing is recorded. */
struct record *live_record(struct live *live);

/* Prometheus text: streams, viewers, bytes, jumps, pulse, refusals. */
void live_metrics(struct live *live, struct buf *out);

#endif
