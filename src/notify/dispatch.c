#include "notify/dispatch.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/rnd.h"

enum {
    OWNER_BYTES = (OUTBOX_OWNER_BYTES - 1) / 2,
    PAUSE_FIRST_MS = 1000,
    RETRY_FIRST_MS = 5 * 1000, /* of one refused event: 5 s, 10 s, 20 s … */
    RETRY_DOUBLES_MAX = 12,
    ROUND_ARENA_MAX = 16 * 1024 * 1024,
};

struct dispatch {
    struct dispatch_spec spec;
    char owner[OUTBOX_OWNER_BYTES];
    pthread_t thread;
    pthread_mutex_t lock; /* guards the next four */
    pthread_cond_t wake;  /* on CLOCK_MONOTONIC */
    bool stopping, news;
    struct dispatch_stats stats;
    struct db *db;         /* the thread's */
    bool joined;           /* the thread's: the consumer is known to the store */
    int64_t lease_mono_ms; /* the thread's: until when it holds, by its own clock */
    int64_t pause_ms;      /* the thread's: after nobody was there */
};

/* --- commands --- */

struct step {
    struct command cmd;
    struct dispatch *d;
    int64_t done;
    const struct outbox_fate *fates;
    size_t n;
};

static enum err join_run(struct command *cmd, struct tx *tx)
{
    return outbox_join(tx, ((struct step *)cmd)->d->spec.consumer);
}

static enum err lease_run(struct command *cmd, struct tx *tx)
{
    struct dispatch *d = ((struct step *)cmd)->d;
    return outbox_lease(tx, d->spec.consumer, d->owner, tx->now_ms + DISPATCH_LEASE_MS);
}

static enum err leave_run(struct command *cmd, struct tx *tx)
{
    struct dispatch *d = ((struct step *)cmd)->d;
    return outbox_lease(tx, d->spec.consumer, d->owner, tx->now_ms);
}

static enum err record_run(struct command *cmd, struct tx *tx)
{
    struct step *s = (struct step *)cmd;
    return outbox_record(tx, s->d->spec.consumer, s->d->owner, s->done, s->fates, s->n);
}

static void ignore(struct command *cmd, enum err result)
{
    (void)cmd, (void)result;
}

static enum err call(struct step *s, const char *name,
                     enum err (*run)(struct command *cmd, struct tx *tx), struct arena *arena)
{
    s->cmd = (struct command){.name = name, .run = run, .done = ignore, .arena = arena};
    return writer_call(s->d->spec.writer, &s->cmd);
}

/* --- one round --- */

/* What became of events so far. */
struct round {
    struct dispatch *d;
    struct arena arena;
    struct outbox_fate fates[DISPATCH_TOGETHER];
    size_t n;
    int64_t done; /* of the new ones, the last dealt with */
    bool over;    /* the rest waits, */
    bool is_away; /* for nobody is there, or not now */
};

static void count(struct dispatch *d, size_t offset)
{
    pthread_mutex_lock(&d->lock);
    ++*(uint64_t *)((char *)&d->stats + offset);
    pthread_mutex_unlock(&d->lock);
}
#define COUNT(d, what) count((d), offsetof(struct dispatch_stats, what))

static bool is_stopping(struct dispatch *d)
{
    pthread_mutex_lock(&d->lock);
    bool stopping = d->stopping;
    pthread_mutex_unlock(&d->lock);
    return stopping;
}

static bool is_held_here(const struct round *r, struct str subject)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->fates[i].held && str_eq(r->fates[i].event->subject, subject))
            return true;
    return false;
}

static void add_fate(struct round *r, const struct outbox_event *e, bool held, int attempts,
                     int64_t due_ms)
{
    r->fates[r->n++] = (struct outbox_fate){e, held, attempts, due_ms};
}

static bool is_not_now(enum err e)
{
    return e == ERR_BUSY || e == ERR_TIMEOUT;
}

static bool is_enough(const struct outbox_event *e, int attempts, enum err why)
{
    return is_not_now(why) ? e->at_ms < clock_wall_ms() - OUTBOX_KEEP_MS
                           : attempts >= DISPATCH_ATTEMPTS_MAX;
}

static void refused(struct round *r, const struct outbox_event *e, enum err why)
{
    int attempts = e->attempts + 1;
    int doubles = attempts - 1 < RETRY_DOUBLES_MAX ? attempts - 1 : RETRY_DOUBLES_MAX;
    COUNT(r->d, refused);
    if (is_enough(e, attempts, why)) {
        LOG(ERROR, "notify.given_up", L_Z("consumer", r->d->spec.consumer), L_I("event", e->id),
            L_I("attempts", attempts), L_ERR(why));
        COUNT(r->d, given_up);
        add_fate(r, e, false, attempts, 0);
        return;
    }
    LOG(WARN, "notify.refused", L_Z("consumer", r->d->spec.consumer), L_I("event", e->id),
        L_I("attempts", attempts), L_ERR(why));
    add_fate(r, e, true, attempts, clock_wall_ms() + ((int64_t)RETRY_FIRST_MS << doubles));
}

/* True when the event has its fate; false when the round is over before it. */
static bool deliver(struct round *r, const struct outbox_event *e)
{
    struct dispatch *d = r->d;
    if (e->held || is_held_here(r, e->subject)) {
        add_fate(r, e, true, e->attempts, 0);
        return true;
    }
    r->over = is_stopping(d) || clock_mono_ms() + DISPATCH_DELIVER_MS > d->lease_mono_ms;
    if (r->over)
        return false;
    enum err answer = d->spec.deliver(d->spec.arg, e);
    r->over = r->is_away = answer == ERR_IO || is_not_now(answer);
    if (answer == ERR_IO) {
        COUNT(d, unreachable);
    } else if (answer) {
        refused(r, e, answer);
    } else {
        COUNT(d, delivered);
        add_fate(r, e, false, e->attempts, 0);
    }
    return answer != ERR_IO;
}

/* Those that are due again first; of both together at most DISPATCH_TOGETHER. */
static enum err deliver_all(struct round *r)
{
    struct dispatch *d = r->d;
    struct outbox_event *due, *fresh;
    size_t due_n, fresh_n;
    enum err e = outbox_due(d->db, d->spec.consumer, clock_wall_ms(), DISPATCH_TOGETHER / 2,
                            &r->arena, &due, &due_n);
    if (!e)
        e = outbox_new(d->db, d->spec.consumer, DISPATCH_TOGETHER / 2, &r->arena, &fresh, &fresh_n);
    if (e)
        return e;
    for (size_t i = 0; !r->over && i < due_n; i++)
        (void)deliver(r, &due[i]);
    for (size_t i = 0; !r->over && i < fresh_n; i++)
        if (deliver(r, &fresh[i]))
            r->done = fresh[i].id;
    return OK;
}

static enum err take_lease(struct dispatch *d, struct arena *arena)
{
    int64_t now = clock_mono_ms();
    struct step s = {.d = d};
    if (d->lease_mono_ms - now > DISPATCH_LEASE_MS / 2)
        return OK;
    enum err e = d->joined ? OK : call(&s, "notify.join", join_run, arena);
    d->joined = e == OK;
    if (!e)
        e = call(&s, "notify.lease", lease_run, arena);
    d->lease_mono_ms = e ? 0 : now + DISPATCH_LEASE_MS;
    return e;
}

static enum err run_round(struct round *r)
{
    struct dispatch *d = r->d;
    enum err e = take_lease(d, &r->arena);
    if (!e)
        e = deliver_all(r);
    if (e || r->n == 0)
        return e;
    struct step s = {.d = d, .done = r->done, .fates = r->fates, .n = r->n};
    e = call(&s, "notify.record", record_run, &r->arena);
    if (e == ERR_CONFLICT)
        d->lease_mono_ms = 0;
    return e;
}

/* --- the thread --- */

static struct timespec after_ms(int64_t ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += ms % 1000 * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_nsec -= 1000000000;
        t.tv_sec++;
    }
    return t;
}

/* Until there are news, or `ms` have passed; after a round that came to nothing, news do not hurry
 * it: asking for a lease that another process has is a commit, which is news again. False at the
 * end. */
static bool wait_for_news(struct dispatch *d, int64_t ms, bool hurry)
{
    struct timespec until = after_ms(ms);
    int timed_out = 0;
    pthread_mutex_lock(&d->lock);
    while (!d->stopping && !(d->news && hurry) && !timed_out)
        timed_out = pthread_cond_timedwait(&d->wake, &d->lock, &until);
    d->news = false;
    bool more = !d->stopping;
    pthread_mutex_unlock(&d->lock);
    return more;
}

/* How long until the next round. */
static int64_t pause_after(struct dispatch *d, const struct round *r, enum err e)
{
    if (e && e != ERR_CONFLICT)
        LOG(WARN, "notify.round_failed", L_Z("consumer", d->spec.consumer), L_ERR(e));
    if (!r->is_away) {
        d->pause_ms = 0;
        return !e && r->n > 0 ? 0 : DISPATCH_IDLE_MS;
    }
    d->pause_ms = d->pause_ms ? d->pause_ms * 2 : PAUSE_FIRST_MS;
    if (d->pause_ms > DISPATCH_PAUSE_MAX_MS)
        d->pause_ms = DISPATCH_PAUSE_MAX_MS;
    return d->pause_ms;
}

/* Else whoever goes on would wait until the lease has run out. */
static void leave(struct dispatch *d)
{
    struct step s = {.d = d};
    struct arena arena;
    if (d->lease_mono_ms <= clock_mono_ms())
        return;
    arena_init(&arena, ROUND_ARENA_MAX);
    enum err e = call(&s, "notify.leave", leave_run, &arena);
    if (e)
        LOG(WARN, "notify.lease_not_left", L_Z("consumer", d->spec.consumer), L_ERR(e));
    arena_free(&arena);
}

static void *dispatch_main(void *arg)
{
    struct dispatch *d = arg;
    struct round *r = calloc(1, sizeof(*r));
    int64_t pause = DISPATCH_IDLE_MS; /* until the writer runs, or fails to */
    enum err e = OK;
    while (r && wait_for_news(d, pause, !e && d->pause_ms == 0)) {
        *r = (struct round){.d = d};
        arena_init(&r->arena, ROUND_ARENA_MAX);
        e = run_round(r);
        pause = pause_after(d, r, e);
        arena_free(&r->arena);
    }
    leave(d);
    free(r);
    return NULL;
}

static void on_commit(struct db *db, void *arg)
{
    struct dispatch *d = arg;
    (void)db;
    pthread_mutex_lock(&d->lock);
    d->news = true;
    pthread_cond_signal(&d->wake);
    pthread_mutex_unlock(&d->lock);
}

static enum err start_thread(struct dispatch *d)
{
    pthread_condattr_t attr;
    sigset_t all, before;
    pthread_mutex_init(&d->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&d->wake, &attr);
    pthread_condattr_destroy(&attr);
    sigfillset(&all); /* signals are the main thread's business */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&d->thread, NULL, dispatch_main, d);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed)
        return err_from_errno(failed);
    pthread_setname_np(d->thread, d->spec.consumer);
    writer_on_commit(d->spec.writer, on_commit, d);
    return OK;
}

enum err dispatch_start(const struct dispatch_spec *spec, struct dispatch **out,
                        struct arena *arena, struct err_info *info)
{
    uint8_t owner[OWNER_BYTES];
    struct dispatch *d = calloc(1, sizeof(*d));
    if (!d)
        return ERR_NOMEM;
    d->spec = *spec;
    rnd_fill(owner, sizeof(owner));
    enc_hex(d->owner, owner, sizeof(owner));
    enum err e = db_open(spec->store_url, DB_READ, &d->db, arena, info);
    if (!e)
        e = start_thread(d);
    if (e) {
        if (d->db)
            db_close(d->db);
        free(d);
        return e;
    }
    *out = d;
    return OK;
}

void dispatch_stats(struct dispatch *d, struct dispatch_stats *out)
{
    pthread_mutex_lock(&d->lock);
    *out = d->stats;
    pthread_mutex_unlock(&d->lock);
}

void dispatch_stop(struct dispatch *d)
{
    if (!d)
        return;
    pthread_mutex_lock(&d->lock);
    d->stopping = true;
    pthread_cond_signal(&d->wake);
    pthread_mutex_unlock(&d->lock);
    if (d->spec.cut)
        d->spec.cut(d->spec.arg);
    pthread_join(d->thread, NULL);
    db_close(d->db);
}

void dispatch_free(struct dispatch *d)
{
    if (!d)
        return;
    pthread_cond_destroy(&d->wake);
    pthread_mutex_destroy(&d->lock);
    free(d);
}
