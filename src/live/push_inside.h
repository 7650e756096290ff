/* What the files of push share. Inside live/ only. */
#ifndef LIVE_PUSH_INSIDE_H
#define LIVE_PUSH_INSIDE_H

#include <stdatomic.h>

#include "io/resolve.h"
#include "io/tls_client.h"
#include "live/push.h"
#include "live/registry.h"
#include "proto/rtmp_client.h"
#include "proto/rtmp_target.h"

struct pushes {
    struct push_spec spec;
    struct resolver *resolver;
    struct tls_client *tls;
    atomic_bool resting;
    pthread_mutex_t lock; /* guards table */
    struct map table;     /* id as text -> struct push, one reference each, the loop's side too */
    _Atomic uint64_t tries, drops, denied, bytes;
    _Atomic int64_t in_state[PUSH_REFUSED + 1];
};

/*
 * One push. References: its table and loop together (until off), its connection, its look-up, its
 * way to the stream's owner and back.
 */
struct push {
    _Atomic uint32_t refs;
    struct pushes *all; /* borrowed */
    int64_t id;
    struct loop *loop;  /* its own, for life */
    struct arena arena; /* the target's strings, wiped when it goes */
    struct rtmp_target target;
    char stream[LIVE_NAME_MAX + 1];
    struct str url, key; /* as given: is it still the same? */
    struct loop_msg start_msg, off_msg, again_msg;
    atomic_bool again_posted;

    /* the loop's thread only */
    bool off;
    struct loop_timer timer; /* what comes next: look, give up a name, try again, count */
    bool looking;            /* a look-up is under way */
    uint32_t turn;           /* counts tries: an answer to an earlier one is dropped */
    struct conn *conn;
    struct rtmp_client *client;
    struct stream *source;  /* a reference, from being let in until following */
    struct push_copy *copy; /* the other way of following: push_copy.c */
    bool ending;            /* its last words are said */
    enum push_why why;      /* of the connection at hand, once known */
    int failures, refusals; /* in a row */
    int64_t live_since_ms, due_ms, counted_ms;
    uint64_t counted_bytes;

    pthread_mutex_t lock;
    struct push_status status;  /* under lock; retry_ms and up_ms are filled in when asked */
    int64_t since_ms, until_ms; /* under lock: LIVE since, RETRY until */
};

struct push *push_ref(struct push *p);
void push_unref(struct push *p);
void push_set(struct push *p, enum push_state state); /* loop's thread */
void push_said(struct push *p, const char *what);     /* "" forgets */

/* push_run.c: the loop's side. */
void push_run(struct push *p);
void push_run_off(struct push *p);
void push_run_again(struct push *p);
/* The log has ended and all of it is out. */
void push_finish(struct push *p);

#endif
