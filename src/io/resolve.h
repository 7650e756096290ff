/*
 * Names of hosts into addresses, beside the loops: the system's resolver blocks, for as long as a
 * name server does not answer.
 *
 *   loop ─▶ resolve_ask() ─▶ a thread of the resolver ─▶ loop: done()
 *
 * Each look-up takes RESOLVE_WAIT_S a name server at most; one that takes longer than its asker
 * waits still comes back, and its asker drops it.
 */
#ifndef IO_RESOLVE_H
#define IO_RESOLVE_H

#include "io/addr.h"
#include "io/loop.h"
#include "io/pool.h"

enum {
    RESOLVE_THREADS = 4,
    RESOLVE_QUEUE_MAX = 256,
    RESOLVE_WAIT_S = 3, /* of one name server, once */
    RESOLVE_ADDRS_MAX = 8,
    RESOLVE_HOST_MAX = 253, /* bytes of a name in DNS */
};

struct resolver;

/* Embed it in what is waiting; it is the resolver's until done() has been called. */
struct resolve {
    struct pool_task task; /* private */
    struct loop_msg msg;   /* private */
    struct loop *loop;     /* whose thread calls done() */
    char host[RESOLVE_HOST_MAX + 1];
    int port;
    void (*done)(struct resolve *r);
    enum err result; /* OK, or ERR_NOT_FOUND: no such name, or nobody who knows */
    struct addr addrs[RESOLVE_ADDRS_MAX];
    int n;
};

struct resolver *resolver_start(void); /* NULL on failure */
/* ERR_BUSY: too many are waiting. On an error done() is not called. */
enum err resolve_ask(struct resolver *r, struct resolve *question) MUST_CHECK;
/* Waits for what is being looked up; done() of all is called by then, or by loops_free(). */
void resolver_stop(struct resolver *r);

/* For tests: what is asked instead of the system. NULL: the system again. */
void resolve_install(enum err (*lookup)(struct resolve *r));

#endif
