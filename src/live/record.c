/* The queue between loops and the disk, and what others ask of a recording: see record.h. Files are
 * record_disk.c's. */
#include "live/record.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "live/record_disk.h"

enum { LOOK_EVERY_MS = 1000, STREAMS_MAX = 1024 };

struct piece { /* a segment that waits */
    struct list link;
    struct recording *of;
    struct record_piece what; /* references are held */
};

struct recording {
    char name[RECORD_NAME_MAX + 1];
    /* under the lock */
    struct record_status status;
    struct block *newest_init, *newest; /* owned */
    int64_t waiting_bytes;
    int waiting;
    int64_t retry_ms, heard_ms; /* monotone */
    bool gap;                   /* what comes next does not follow what is there */
    bool unwanted;              /* the last segment was: the next may have begun as such */
    /* the thread's */
    struct record_disk disk;
};

struct record {
    char folder[RECORD_PATH_MAX];
    struct record_spec spec;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t wake;
    struct map recordings; /* name -> struct recording */
    struct list queue;
    int queued;
    int64_t queued_bytes;
    bool stopping;
    uint64_t segments, bytes, lost, stops;
};

const char *record_state_name(enum record_state s)
{
    static const char *const names[] = {"on", "full", "slow", "failed", "long"};
    return names[s];
}

/* ---- on loops ---- */

static struct recording *find_or_make(struct record *r, struct str stream)
{
    struct recording *g = map_get(&r->recordings, stream);
    if (g || r->recordings.count >= STREAMS_MAX || stream.n > RECORD_NAME_MAX)
        return g;
    g = calloc(1, sizeof(*g));
    if (!g)
        return NULL;
    memcpy(g->name, stream.p, stream.n);
    record_disk_init(&g->disk, r->folder, g->name, &r->spec);
    if (map_put(&r->recordings, stream, g) != OK) {
        free(g);
        return NULL;
    }
    return g;
}

static void keep_newest(struct recording *g, const struct hls_segment *s)
{
    g->heard_ms = clock_mono_ms();
    g->status.newest_ms = clock_wall_ms();
    if (!s->independent)
        return;
    block_unref(g->newest_init);
    block_unref(g->newest);
    g->newest_init = block_ref(s->init);
    g->newest = block_ref(s->block);
}

static void stop_for(struct record *r, struct recording *g, enum record_state why)
{
    g->status.state = why;
    g->retry_ms = clock_mono_ms() + r->spec.retry_ms;
    g->gap = true;
    r->stops++;
}

static bool has_room(const struct record *r, const struct recording *g, size_t n)
{
    return r->queued < RECORD_QUEUE_MAX && r->queued_bytes + (int64_t)n <= RECORD_QUEUE_BYTES &&
           (g->waiting == 0 || g->waiting_bytes + (int64_t)n <= RECORD_STREAM_BYTES);
}

static void put_piece(struct record *r, struct recording *g, struct piece *p,
                      const struct hls_segment *s)
{
    *p = (struct piece){.of = g,
                        .what = {.init = block_ref(s->init),
                                 .block = block_ref(s->block),
                                 .entry = {.start_ms = s->start_ms,
                                           .duration_ms = s->duration_ms,
                                           .wall_ms = s->wall_ms,
                                           .bytes = (int64_t)s->block->n,
                                           .discontinuity = s->discontinuity || g->gap,
                                           .independent = s->independent}}};
    g->gap = false;
    g->waiting++;
    g->waiting_bytes += (int64_t)s->block->n;
    r->queued++;
    r->queued_bytes += (int64_t)s->block->n;
    list_append(&r->queue, &p->link);
    pthread_cond_signal(&r->wake);
}

/* Not of it when it is not wanted, nor one that may have begun while it was not. */
static bool passes_over(struct record *r, struct str stream, bool fresh)
{
    bool wanted = !r->spec.wants || r->spec.wants(stream);
    pthread_mutex_lock(&r->lock);
    struct recording *g = wanted ? map_get(&r->recordings, stream) : find_or_make(r, stream);
    bool passes = !wanted || (g && g->unwanted && !fresh);
    if (g) {
        g->unwanted = !wanted;
        g->gap |= passes;
        g->heard_ms = clock_mono_ms();
    }
    pthread_mutex_unlock(&r->lock);
    return passes;
}

void record_segment(struct record *r, struct str stream, const struct hls_segment *s)
{
    bool slow = false;
    if (passes_over(r, stream, s->fresh))
        return;
    struct piece *p = malloc(sizeof(*p));
    pthread_mutex_lock(&r->lock);
    struct recording *g = find_or_make(r, stream);
    if (g)
        keep_newest(g, s);
    bool tries = g && (g->status.state == RECORD_ON || clock_mono_ms() >= g->retry_ms);
    if (tries && p && has_room(r, g, s->block->n)) {
        put_piece(r, g, p, s);
        p = NULL;
    } else {
        r->lost++;
        if (g) {
            g->status.lost++;
            g->gap = true;
        }
        slow = tries;
        if (slow)
            stop_for(r, g, RECORD_SLOW);
    }
    pthread_mutex_unlock(&r->lock);
    free(p);
    if (slow)
        LOG(ERROR, "record.stopped", L_S("stream", stream), L_Z("why", "slow"),
            L_I("retry_ms", r->spec.retry_ms));
}

/* ---- the thread ---- */

static void free_piece(struct piece *p)
{
    block_unref(p->what.init);
    block_unref(p->what.block);
    free(p);
}

/* Under the lock: it no longer waits. */
static void take_out(struct record *r, struct piece *p)
{
    int64_t n = (int64_t)p->what.block->n;
    list_remove(&p->link);
    p->of->waiting--;
    p->of->waiting_bytes -= n;
    r->queued--;
    r->queued_bytes -= n;
}

static void drop_waiting(struct record *r, struct recording *g)
{
    LIST_EACH(it, &r->queue)
    {
        struct piece *p = LIST_OF(it, struct piece, link);
        if (p->of != g)
            continue;
        take_out(r, p);
        free_piece(p);
        g->status.lost++;
        r->lost++;
    }
}

static void failed(struct record *r, struct recording *g, enum err e)
{
    enum record_state state = e == ERR_DISK_FULL ? RECORD_FULL
                              : e == ERR_LIMIT   ? RECORD_LONG
                                                 : RECORD_FAILED;
    pthread_mutex_lock(&r->lock);
    bool stopped = g->status.state != state;
    g->status.lost++;
    r->lost++;
    drop_waiting(r, g);
    stop_for(r, g, state);
    pthread_mutex_unlock(&r->lock);
    if (stopped)
        LOG(ERROR, "record.stopped", L_Z("stream", g->name), L_Z("why", record_state_name(state)),
            L_ERR(e), L_I("retry_ms", r->spec.retry_ms));
}

static void written(struct record *r, struct recording *g, int64_t bytes)
{
    pthread_mutex_lock(&r->lock);
    bool resumed = g->status.state != RECORD_ON;
    g->status.state = RECORD_ON;
    g->status.bytes += bytes;
    g->status.last_wall_ms = g->disk.last_wall_ms;
    r->segments++;
    r->bytes += (uint64_t)bytes;
    pthread_mutex_unlock(&r->lock);
    if (resumed)
        LOG(WARN, "record.resumed", L_Z("stream", g->name));
}

static void forget(struct recording *g)
{
    record_disk_close(&g->disk);
    block_unref(g->newest_init);
    block_unref(g->newest);
    free(g);
}

/* Under the lock: one that nothing has come of for long, out of the table. */
static struct recording *take_idle(struct record *r)
{
    size_t at = 0;
    struct str name;
    void *value;
    int64_t now_ms = clock_mono_ms();
    while (map_next(&r->recordings, &at, &name, &value)) {
        struct recording *g = value;
        if (g->waiting > 0 || now_ms - g->heard_ms < RECORD_IDLE_MS)
            continue;
        map_remove(&r->recordings, name);
        return g;
    }
    return NULL;
}

static void wait_a_while(struct record *r)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOOK_EVERY_MS / 1000;
    pthread_cond_timedwait(&r->wake, &r->lock, &until);
}

/* The next that waits, which stays counted until it is written: its recording is not put away. */
static struct piece *next_piece(struct record *r)
{
    struct piece *p = NULL;
    pthread_mutex_lock(&r->lock);
    while (list_empty(&r->queue) && !r->stopping) {
        struct recording *idle = take_idle(r);
        if (!idle) {
            wait_a_while(r);
            continue;
        }
        pthread_mutex_unlock(&r->lock); /* loops wait for it, and must not wait for the disk */
        forget(idle);
        pthread_mutex_lock(&r->lock);
    }
    if (!list_empty(&r->queue)) {
        p = LIST_OF(r->queue.next, struct piece, link);
        list_remove(&p->link);
    }
    pthread_mutex_unlock(&r->lock);
    return p;
}

static void *run(void *arg)
{
    struct record *r = arg;
    struct piece *p;
    while ((p = next_piece(r)) != NULL) {
        struct recording *g = p->of;
        enum err e = record_disk_put(&g->disk, &p->what);
        if (e == OK)
            written(r, g, p->what.entry.bytes);
        else
            failed(r, g, e);
        pthread_mutex_lock(&r->lock);
        take_out(r, p);
        pthread_mutex_unlock(&r->lock);
        free_piece(p);
    }
    return NULL;
}

/* ---- start and stop ---- */

enum err record_start(const struct record_spec *spec, struct record **out)
{
    pthread_condattr_t attr;
    struct record *r = calloc(1, sizeof(*r));
    if (!r)
        return ERR_NOMEM;
    r->spec = *spec;
    if (!r->spec.retry_ms)
        r->spec.retry_ms = RECORD_RETRY_MS;
    if (!r->spec.show_bytes)
        r->spec.show_bytes = RECORD_SHOW_BYTES;
    snprintf(r->folder, sizeof(r->folder), "%s", spec->folder);
    enum err e = record_disk_folder(r->folder);
    if (e != OK) {
        free(r);
        return e;
    }
    pthread_mutex_init(&r->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&r->wake, &attr);
    pthread_condattr_destroy(&attr);
    map_init(&r->recordings);
    list_init(&r->queue);
    if (pthread_create(&r->thread, NULL, run, r) != 0) {
        map_free(&r->recordings);
        free(r);
        return ERR_NOMEM;
    }
    *out = r;
    return OK;
}

void record_stop(struct record *r)
{
    size_t at = 0;
    struct str name;
    void *g;
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    r->stopping = true;
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    while (map_next(&r->recordings, &at, &name, &g))
        forget(g);
    map_free(&r->recordings);
    pthread_cond_destroy(&r->wake);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

/* ---- what others ask ---- */

enum err record_status(struct record *r, struct str stream, struct record_status *out)
{
    pthread_mutex_lock(&r->lock);
    const struct recording *g = map_get(&r->recordings, stream);
    if (g)
        *out = g->status;
    pthread_mutex_unlock(&r->lock);
    return g ? OK : ERR_NOT_FOUND;
}

enum err record_newest(struct record *r, struct str stream, struct block **init,
                       struct block **segment)
{
    pthread_mutex_lock(&r->lock);
    const struct recording *g = map_get(&r->recordings, stream);
    bool there = g && g->newest;
    if (there) {
        *init = block_ref(g->newest_init);
        *segment = block_ref(g->newest);
    }
    pthread_mutex_unlock(&r->lock);
    return there ? OK : ERR_NOT_FOUND;
}

size_t record_names(struct record *r, char (*out)[RECORD_NAME_MAX + 1], size_t max)
{
    size_t at = 0, n = 0;
    struct str name;
    void *g;
    pthread_mutex_lock(&r->lock);
    while (n < max && map_next(&r->recordings, &at, &name, &g))
        snprintf(out[n++], RECORD_NAME_MAX + 1, "%.*s", STR_ARG(name));
    pthread_mutex_unlock(&r->lock);
    return n;
}

static void metric(struct buf *out, const char *name, const char *kind, const char *help,
                   uint64_t value)
{
    buf_printf(out,
               "# HELP guildhall_record_%s %s\n# TYPE guildhall_record_%s %s\n"
               "guildhall_record_%s %llu\n",
               name, help, name, kind, name, (unsigned long long)value);
}

void record_metrics(struct record *r, struct buf *out)
{
    size_t at = 0;
    struct str name;
    void *value;
    uint64_t stopped = 0;
    pthread_mutex_lock(&r->lock);
    while (map_next(&r->recordings, &at, &name, &value))
        stopped += ((struct recording *)value)->status.state != RECORD_ON;
    struct record now = {.segments = r->segments,
                         .bytes = r->bytes,
                         .lost = r->lost,
                         .stops = r->stops,
                         .queued_bytes = r->queued_bytes};
    pthread_mutex_unlock(&r->lock);
    metric(out, "segments_total", "counter", "Segments written.", now.segments);
    metric(out, "bytes_total", "counter", "Bytes of them.", now.bytes);
    metric(out, "lost_total", "counter", "Segments that could not be written.", now.lost);
    metric(out, "stops_total", "counter", "Times a recording stopped.", now.stops);
    metric(out, "stopped", "gauge", "Recordings that stand still now.", stopped);
    metric(out, "queued_bytes", "gauge", "Bytes that wait for the disk.",
           (uint64_t)now.queued_bytes);
}
