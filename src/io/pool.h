/*
 * Worker pools: a few threads and one bounded queue. Pools are separate (pages, password hashing,
 * jobs), so that one cannot starve another. A full queue refuses: the caller answers 503.
 */
#ifndef IO_POOL_H
#define IO_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct pool;

struct pool_task {
    struct pool_task *next;                            /* private to the pool */
    void (*run)(struct pool_task *task, void *worker); /* worker: what `worker_new` made */
};

struct pool_spec {
    const char *name;
    int threads;
    int queue_max;
    void *(*worker_new)(void *arg); /* per thread, e.g. a database connection; may be NULL */
    void (*worker_free)(void *worker);
    void *arg;
};

struct pool *pool_start(const struct pool_spec *spec);                   /* NULL on failure */
enum err pool_submit(struct pool *p, struct pool_task *task) MUST_CHECK; /* ERR_BUSY, ERR_CLOSED */
int pool_queued(struct pool *p);
/* Runs what is queued, joins, frees; once nobody submits any more. */
void pool_stop(struct pool *p);

#endif
