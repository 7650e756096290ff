#include "io/resolve.h"

#include <netdb.h>
#include <resolv.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct resolver {
    struct pool *pool;
};

static enum err (*_Atomic installed)(struct resolve *r);

void resolve_install(enum err (*lookup)(struct resolve *r))
{
    atomic_store(&installed, lookup);
}

/* The thread's own resolver state: a name server that is silent is given up soon. */
static void *worker_new(void *arg)
{
    (void)arg;
    if (res_init() == 0) {
        _res.retrans = RESOLVE_WAIT_S;
        _res.retry = 1;
    }
    return NULL;
}

static enum err ask_system(struct resolve *r)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char port[8];
    snprintf(port, sizeof(port), "%d", r->port);
    if (getaddrinfo(r->host, port, &hints, &found) != 0)
        return ERR_NOT_FOUND;
    for (struct addrinfo *at = found; at && r->n < RESOLVE_ADDRS_MAX; at = at->ai_next) {
        if (at->ai_addrlen > sizeof(r->addrs[0].ss))
            continue;
        memcpy(&r->addrs[r->n].ss, at->ai_addr, at->ai_addrlen);
        r->addrs[r->n++].n = at->ai_addrlen;
    }
    freeaddrinfo(found);
    return r->n > 0 ? OK : ERR_NOT_FOUND;
}

static void answered(struct loop *loop, struct loop_msg *msg)
{
    (void)loop;
    struct resolve *r = LIST_OF(msg, struct resolve, msg);
    r->done(r);
}

static void run(struct pool_task *task, void *worker)
{
    (void)worker;
    struct resolve *r = LIST_OF(task, struct resolve, task);
    enum err (*lookup)(struct resolve *) = atomic_load(&installed);
    r->n = 0;
    r->result = lookup ? lookup(r) : ask_system(r);
    r->msg.run = answered;
    loop_post(r->loop, &r->msg);
}

struct resolver *resolver_start(void)
{
    const struct pool_spec spec = {.name = "resolve",
                                   .threads = RESOLVE_THREADS,
                                   .queue_max = RESOLVE_QUEUE_MAX,
                                   .worker_new = worker_new};
    struct resolver *r = calloc(1, sizeof(*r));
    if (r)
        r->pool = pool_start(&spec);
    if (r && !r->pool) {
        free(r);
        return NULL;
    }
    return r;
}

enum err resolve_ask(struct resolver *r, struct resolve *question)
{
    question->task.run = run;
    return pool_submit(r->pool, &question->task);
}

void resolver_stop(struct resolver *r)
{
    if (!r)
        return;
    pool_stop(r->pool);
    free(r);
}
