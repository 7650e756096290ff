#include "io/pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct pool {
    struct pool_spec spec;
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct pool_task *first, **last;
    int queued, idle; /* idle: threads that wait */
    bool stopping, is_waking;
    int threads_n;
    pthread_t threads[];
};

/* Threads are woken one after the other, each by who leaves it something to do, and outside the
 * lock that it needs next: a burst of tasks costs few switches where cores are few. Under the lock;
 * true: the caller is to signal. */
static bool should_wake(struct pool *p)
{
    bool wake = p->first && p->idle > 0 && !p->is_waking;
    p->is_waking = p->is_waking || wake;
    return wake;
}

static void await(struct pool *p)
{
    p->idle++;
    while (!p->first && !p->stopping) {
        pthread_cond_wait(&p->more, &p->lock);
        p->is_waking = false;
    }
    p->idle--;
}

static struct pool_task *take(struct pool *p)
{
    pthread_mutex_lock(&p->lock);
    if (!p->first && !p->stopping)
        await(p);
    struct pool_task *task = p->first;
    if (task) {
        p->first = task->next;
        if (!p->first)
            p->last = &p->first;
        p->queued--;
    }
    bool wake = should_wake(p);
    pthread_mutex_unlock(&p->lock);
    if (wake)
        pthread_cond_signal(&p->more);
    return task;
}

static void *worker_main(void *arg)
{
    struct pool *p = arg;
    void *worker = p->spec.worker_new ? p->spec.worker_new(p->spec.arg) : NULL;
    for (struct pool_task *task; (task = take(p)) != NULL;)
        task->run(task, worker);
    if (p->spec.worker_free)
        p->spec.worker_free(worker);
    return NULL;
}

struct pool *pool_start(const struct pool_spec *spec)
{
    struct pool *p = calloc(1, sizeof(*p) + (size_t)spec->threads * sizeof(p->threads[0]));
    if (!p)
        return NULL;
    p->spec = *spec;
    p->last = &p->first;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->more, NULL);
    for (int i = 0; i < spec->threads; i++) {
        if (pthread_create(&p->threads[i], NULL, worker_main, p) != 0) {
            pool_stop(p);
            return NULL;
        }
        p->threads_n++;
    }
    return p;
}

enum err pool_submit(struct pool *p, struct pool_task *task)
{
    enum err e = OK;
    bool wake = false;
    task->next = NULL;
    pthread_mutex_lock(&p->lock);
    if (p->stopping) {
        e = ERR_CLOSED;
    } else if (p->queued >= p->spec.queue_max) {
        e = ERR_BUSY;
    } else {
        *p->last = task;
        p->last = &task->next;
        p->queued++;
        wake = should_wake(p);
    }
    pthread_mutex_unlock(&p->lock);
    if (wake)
        pthread_cond_signal(&p->more);
    return e;
}

int pool_queued(struct pool *p)
{
    pthread_mutex_lock(&p->lock);
    int n = p->queued;
    pthread_mutex_unlock(&p->lock);
    return n;
}

void pool_stop(struct pool *p)
{
    pthread_mutex_lock(&p->lock);
    p->stopping = true;
    pthread_cond_broadcast(&p->more);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->threads_n; i++)
        pthread_join(p->threads[i], NULL);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->more);
    free(p);
}
