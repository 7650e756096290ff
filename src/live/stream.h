/*
 * One live stream: what its publisher sends, made into its forms. Inside live/ only.
 *
 *   ┌ owner's loop thread ───────────────┐   ┌ any thread ─────────────────────────┐
 *   │ publisher, timeline, header bodies │   │ under lock: owner, rings, config,   │
 *   │ feeds the forms and HLS            │   │ health; joins by following a ring   │
 *   └────────────────────────────────────┘   └─────────────────────────────────────┘
 *
 * Refcounted: the registry, the publisher and every follower hold one.
 */
#ifndef LIVE_STREAM_H
#define LIVE_STREAM_H

#include <pthread.h>
#include <stdatomic.h>

#include "live/watch.h"
#include "live/wire.h"
#include "live/hls.h"
#include "live/live.h"
#include "media/flv.h"
#include "media/timeline.h"

struct publisher; /* publish.c */

/* What a joiner needs before the first frame; immutable and refcounted, so that a mark's
 * configuration can be had after the stream has gone on to another. */
struct stream_config {
    _Atomic uint32_t refs;
    uint32_t id;
    struct block *metadata, *video, *audio; /* FLV tag bodies; NULL: none */
};
enum { STREAM_CONFIGS = 4, STREAM_METADATA_MAX = 16 * 1024, STREAM_HEADER_MAX = 64 * 1024 };

struct stream_second { /* counted since `began_us`, published as health once a second */
    int64_t began_us;
    uint64_t bytes, frames;
};

struct stream {
    _Atomic uint32_t refs;
    struct live *live; /* borrowed */
    char name[LIVE_NAME_MAX + 1];
    _Atomic int viewers;

    pthread_mutex_t lock;
    struct loop *owner; /* under lock; changes only on the old owner's thread */
    struct stream_config *configs[STREAM_CONFIGS]; /* under lock; id n at n % STREAM_CONFIGS */
    uint32_t configs_n;
    struct live_health health;
    bool ended; /* out of the registry: a late publisher must look again */

    /* the owner's thread only */
    struct publisher *publisher;
    struct loop_timer grace;
    struct timeline timeline;
    struct wire flv, rtmp;
    struct hls *hls;
    struct block *metadata, *video_header, *audio_header; /* bodies as last sent */
    bool configured;                                      /* config matches the bodies above */
    bool began;                                           /* a first mark was set */
    bool waits; /* for a keyframe: what an encoder sends before one refers to nothing we have */
    int64_t began_us, keyframe_ms;
    int64_t audio_mark_ms; /* streams without video are marked once a second */
    struct stream_second second;
    struct watch watch; /* under lock: written by the owner, read by who asks for health */
    struct buf scratch; /* for chunking */
};

struct stream *stream_new(struct live *live, struct str name, struct loop *owner);
struct stream *stream_ref(struct stream *s);
void stream_unref(struct stream *s);

/* The owner's thread. A message of the publisher: OK, or ERR_UNSUPPORTED with *what set to a
 * description for the encoder's user, or ERR_PROTOCOL. */
enum err stream_media(struct stream *s, enum flv_type type, uint32_t wire_ms, const uint8_t *p,
                      size_t n, const char **what) MUST_CHECK;
void stream_restart(struct stream *s); /* a publisher came (back) */
void stream_end(struct stream *s);     /* followers finish, playlists end */
/* Any thread: what came until now is given to nobody who comes from now on. */
void stream_forget(struct stream *s);
/* Makes the RTMP form, seeded from the newest keyframe on. */
enum err stream_open_rtmp(struct stream *s) MUST_CHECK;

/* Any thread, the connection's loop. */
enum err stream_follow_flv(struct stream *s, struct conn *c,
                           enum follow_framing framing) MUST_CHECK;
enum err stream_follow_rtmp(struct stream *s, struct conn *c) MUST_CHECK;

/* For another server that is published to: no viewer. Metadata says that it is to be kept. */
struct stream_push {
    void (*ended)(void *arg);   /* as follow_spec.ended */
    void (*skipped)(void *arg); /* it was too slow and jumped ahead */
    void *arg;                  /* borrowed until the connection's on_close */
};
enum err stream_follow_push(struct stream *s, struct conn *c,
                            const struct stream_push *push) MUST_CHECK;
/* What a server wants before the frames from `mark` on, as chunks; NULL: nothing. The caller's. */
struct block *stream_push_prelude(struct stream *s, const struct ring_mark *mark);

#endif
