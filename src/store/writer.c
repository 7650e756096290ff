#include "store/writer.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/queries.h"

enum {
    JOBS_MAX = 64,
    LISTENERS_MAX = 8,
    GUARDS_MAX = 4,
    JOB_ARENA_MAX = 4 * 1024 * 1024,
    MANY_ARENA_MAX = 128 * 1024 * 1024, /* a whole batch of large orders */
    GUARD_ARENA_MAX = 16 * 1024 * 1024,
    JOB_RETRY_MS = 1000, /* of jobs whose batch was lost before they ran */
};

struct job {
    const char *name;
    enum err (*run)(struct tx *tx, void *arg);
    void *arg;
    int64_t every_ms;
    int64_t due_ms; /* monotone */
};

/* What runs around a batch or at the end. */
struct hook {
    const char *name;
    enum err (*run)(struct tx *tx, void *arg);
    void *arg;
};

struct writer {
    pthread_t thread;
    bool started;         /* there is a thread; what is registered is fixed, but for jobs */
    pthread_mutex_t lock; /* guards the queue, `stopping`, the jobs and `stats` */
    pthread_cond_t wake;  /* on CLOCK_MONOTONIC */
    struct command *head, **tail;
    int queued;
    bool stopping;
    struct job jobs[JOBS_MAX];
    int jobs_n;
    struct listener {
        void (*fn)(struct db *db, void *arg);
        void *arg;
    } listeners[LISTENERS_MAX];
    int listeners_n;
    struct hook firsts[GUARDS_MAX], guards[GUARDS_MAX], lasts[GUARDS_MAX];
    int firsts_n, guards_n, lasts_n;
    struct writer_stats stats;
    atomic_bool away;
    _Atomic int refusal; /* enum err: what the last batch was lost by, until one has written */

    /* The writer's thread only. */
    struct db *db;
    int64_t now_ms;  /* of the last batch */
    enum err broken; /* why the running batch can no longer commit, or OK */
    int jobs_seen;   /* jobs_n when the batch was taken */
    bool is_last;    /* the batch at the end: `lasts` instead of jobs */
    struct command *commands[WRITER_BATCH_MAX]; /* of the batch; NULL once it has run */
    enum err results[WRITER_BATCH_MAX];
};

/* --- one batch --- */

static void next_now_ms(struct writer *w)
{
    int64_t wall = clock_wall_ms();
    if (wall > w->now_ms)
        w->now_ms = wall;
}

/* Runs one command or job in a savepoint of its own. When the transaction itself is gone (a full
 * disk makes the engine end it), nothing of the batch can be kept. */
static enum err in_savepoint(struct writer *w, enum err (*run)(struct tx *tx, void *arg), void *arg,
                             struct tx *tx)
{
    enum err e = db_savepoint(w->db);
    if (!e) {
        e = run(tx, arg);
        if (!e)
            e = db_savepoint_release(w->db);
        if (e)
            db_savepoint_rollback(w->db);
    }
    if (!db_in_transaction(w->db))
        w->broken = e == ERR_DISK_FULL ? e : ERR_STORE;
    return e;
}

static enum err run_command(struct tx *tx, void *arg)
{
    struct command *cmd = arg;
    return cmd->run(cmd, tx);
}

/* Commands of one kind that run together. */
struct many {
    struct command *cmds[WRITER_BATCH_MAX];
    int places[WRITER_BATCH_MAX]; /* in the batch */
    enum err results[WRITER_BATCH_MAX];
    size_t n;
};

static enum err run_all_of(struct tx *tx, void *arg)
{
    struct many *m = arg;
    for (size_t i = 0; i < m->n; i++) {
        m->cmds[i]->info = (struct err_info){0};
        m->results[i] = OK;
    }
    return m->cmds[0]->run_many(tx, m->cmds, m->n, m->results);
}

static void run_together(struct writer *w, struct many *m)
{
    struct err_info info = {0};
    struct arena arena;
    arena_init(&arena, MANY_ARENA_MAX);
    struct tx tx = {w->db, w, &arena, w->now_ms, &info};
    enum err e = in_savepoint(w, run_all_of, m, &tx);
    arena_free(&arena);
    for (size_t i = 0; i < m->n; i++)
        w->results[m->places[i]] = e ? e : m->results[i];
    if (!e || m->n == 1)
        return;
    pthread_mutex_lock(&w->lock);
    w->stats.one_by_one++;
    pthread_mutex_unlock(&w->lock);
    LOG(WARN, "writer.one_by_one", L_Z("command", m->cmds[0]->name), L_I("commands", (int64_t)m->n),
        L_ERR(e));
    for (size_t i = 0; i < m->n && !w->broken; i++) {
        struct many alone = {.cmds = {m->cmds[i]}, .places = {m->places[i]}, .n = 1};
        run_together(w, &alone);
    }
}

/* Takes, from place `first` on, all that are of its kind. */
static void run_kind(struct writer *w, int first, int n)
{
    struct many m = {.n = 0};
    for (int i = first; i < n; i++) {
        if (!w->commands[i] || w->commands[i]->run_many != w->commands[first]->run_many)
            continue;
        m.places[m.n] = i;
        m.cmds[m.n++] = w->commands[i];
        if (i > first)
            w->commands[i] = NULL;
    }
    w->commands[first] = NULL;
    run_together(w, &m);
}

static void run_cold(struct writer *w, int place)
{
    struct command *cmd = w->commands[place];
    struct tx tx = {w->db, w, cmd->arena, w->now_ms, &cmd->info};
    w->results[place] = in_savepoint(w, run_command, cmd, &tx);
}

static void run_commands(struct writer *w, struct command *batch)
{
    int n = 0;
    for (struct command *cmd = batch; cmd; cmd = cmd->next)
        w->commands[n++] = cmd;
    for (int i = 0; i < n && !w->broken; i++) {
        if (w->commands[i] && w->commands[i]->run_many)
            run_kind(w, i, n);
        else if (w->commands[i])
            run_cold(w, i);
    }
}

static void run_job(struct writer *w, const char *name, enum err (*run)(struct tx *tx, void *arg),
                    void *arg)
{
    struct err_info info = {0};
    struct arena arena;
    arena_init(&arena, JOB_ARENA_MAX);
    struct tx tx = {w->db, w, &arena, w->now_ms, &info};
    enum err e = in_savepoint(w, run, arg, &tx);
    if (e)
        LOG(ERROR, "writer.job_failed", L_Z("job", name), L_ERR(e));
    arena_free(&arena);
}

static void run_jobs(struct writer *w)
{
    int64_t now = clock_mono_ms();
    for (int i = 0; i < w->jobs_seen && !w->broken; i++) {
        struct job *job = &w->jobs[i];
        if (job->due_ms > now)
            continue;
        job->due_ms = now + job->every_ms;
        run_job(w, job->name, job->run, job->arg);
    }
}

static void run_lasts(struct writer *w)
{
    for (int i = 0; i < w->lasts_n && !w->broken; i++)
        run_job(w, w->lasts[i].name, w->lasts[i].run, w->lasts[i].arg);
}

/* What a guard finds is a bug or a tampered database, or the database itself failed. */
static void run_hooks(struct writer *w, const struct hook *hooks, int n)
{
    for (int i = 0; i < n && !w->broken; i++) {
        struct err_info info = {0};
        struct arena arena;
        arena_init(&arena, GUARD_ARENA_MAX);
        struct tx tx = {w->db, w, &arena, w->now_ms, &info};
        enum err e = hooks[i].run(&tx, hooks[i].arg);
        if (e) {
            LOG(ERROR, "writer.batch_refused", L_Z("guard", hooks[i].name), L_ERR(e),
                L_Z("why", info.text ? info.text : db_last_error(w->db)));
            w->broken = e == ERR_DISK_FULL || e == ERR_BUSY ? e : ERR_STORE;
        } else if (tx.now_ms > w->now_ms) {
            w->now_ms = tx.now_ms;
        }
        arena_free(&arena);
    }
}

static enum err commit(struct writer *w, int64_t *took_us)
{
    int64_t start = clock_mono_us();
    enum err e = w->broken;
    if (!e) {
        e = db_commit(w->db);
        if (e && e != ERR_DISK_FULL)
            e = ERR_STORE;
    }
    if (e)
        db_rollback(w->db);
    *took_us = clock_mono_us() - start;
    return e;
}

/* After a refusal: an idle batch commits on a full disk as well, so this one has to change a page.
 */
static void try_to_write(struct writer *w)
{
    enum err e = w->broken ? OK : db_exec(w->db, &q_store_try_to_write, NO_ARGS, NULL);
    if (e)
        w->broken = e == ERR_DISK_FULL ? e : ERR_STORE;
}

/* Runs commands and due jobs in one transaction. Returns why nothing was kept, or OK. */
static enum err transact(struct writer *w, struct command *batch, int64_t *took_us)
{
    w->broken = OK;
    enum err e = db_begin(w->db);
    bool waits = e == ERR_BUSY || e == ERR_DISK_FULL;
    atomic_store(&w->away, e && !waits);
    if (e)
        return waits ? e : ERR_STORE;
    next_now_ms(w); /* not before: it may have waited for another process */
    run_hooks(w, w->firsts, w->firsts_n);
    run_commands(w, batch);
    if (w->is_last)
        run_lasts(w);
    else
        run_jobs(w);
    run_hooks(w, w->guards, w->guards_n);
    if (atomic_load(&w->refusal))
        try_to_write(w);
    return commit(w, took_us);
}

/* Another process's transaction is waited for; all else is the store's. */
static void note_refusal(struct writer *w, enum err lost)
{
    if (lost != ERR_BUSY)
        atomic_store(&w->refusal, (int)lost);
}

static const char *lost_text(enum err e)
{
    if (e == ERR_DISK_FULL)
        return "the disk is full: nothing was saved";
    return e == ERR_BUSY ? "another process holds the database: nothing was saved"
                         : "the database went away or refused to commit";
}

static void answer(struct writer *w, struct command *batch, enum err lost)
{
    int i = 0;
    for (struct command *cmd = batch, *next; cmd; cmd = next) {
        enum err e = lost ? lost : w->results[i++];
        next = cmd->next; /* `done` may free the command */
        cmd->next = NULL;
        if (lost)
            cmd->info = (struct err_info){.code = lost, .text = lost_text(lost)};
        else if (e && !cmd->info.code)
            cmd->info.code = e;
        if (e == OK && cmd->committed)
            cmd->committed(cmd);
        cmd->done(cmd, e);
    }
}

static void count(struct writer *w, int n, enum err lost, int64_t took_us)
{
    struct writer_stats *s = &w->stats;
    uint64_t failed = 0;
    for (int i = 0; i < n; i++)
        failed += lost || w->results[i];
    pthread_mutex_lock(&w->lock);
    s->batches++;
    s->commands += (uint64_t)n;
    s->failed += failed;
    s->commit_us_total += (uint64_t)took_us;
    if ((uint64_t)took_us > s->commit_us_max)
        s->commit_us_max = (uint64_t)took_us;
    if ((uint64_t)n > s->batch_max)
        s->batch_max = (uint64_t)n;
    pthread_mutex_unlock(&w->lock);
}

/* Else an idle writer would try again at once, for as long as the database is away. */
static void put_off_jobs(struct writer *w)
{
    int64_t now = clock_mono_ms();
    for (int i = 0; i < w->jobs_seen; i++)
        if (w->jobs[i].due_ms < now + JOB_RETRY_MS)
            w->jobs[i].due_ms = now + JOB_RETRY_MS;
}

static void run_batch(struct writer *w, struct command *batch, int n)
{
    int64_t took_us = 0;
    enum err lost = transact(w, batch, &took_us);
    if (lost) {
        LOG(ERROR, "writer.batch_lost", L_ERR(lost), L_I("commands", n));
        put_off_jobs(w);
    }
    note_refusal(w, lost);
    count(w, n, lost, took_us);
    for (int i = 0; !lost && i < w->listeners_n; i++)
        w->listeners[i].fn(w->db, w->listeners[i].arg);
    answer(w, batch, lost);
    enum err e = db_checkpoint(w->db);
    if (e)
        LOG(WARN, "writer.checkpoint_failed", L_ERR(e)); /* tried again after the next batch */
}

/* --- the thread --- */

/* Milliseconds until a job is due; 0 when one is, -1 when there is none. Holds the lock. */
static int64_t until_job_ms(const struct writer *w)
{
    int64_t now = clock_mono_ms(), least = -1;
    for (int i = 0; i < w->jobs_n; i++) {
        int64_t left = w->jobs[i].due_ms > now ? w->jobs[i].due_ms - now : 0;
        if (least < 0 || left < least)
            least = left;
    }
    return least;
}

static void wait_ms(struct writer *w, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_cond_timedwait(&w->wake, &w->lock, &until);
}

/* Waits for commands, a due job or the end. Holds the lock. */
static void wait(struct writer *w)
{
    while (!w->head && !w->stopping) {
        int64_t ms = until_job_ms(w);
        if (ms == 0)
            break;
        if (ms < 0)
            pthread_cond_wait(&w->wake, &w->lock);
        else
            wait_ms(w, ms);
    }
}

/* *n commands, or 0 for jobs alone; false at the end. */
static bool take(struct writer *w, struct command **batch, int *n)
{
    pthread_mutex_lock(&w->lock);
    if (w->started)
        wait(w);
    bool more = w->head || !w->stopping;
    struct command **end = &w->head; /* the link that the batch ends at */
    for (*n = 0; *n < WRITER_BATCH_MAX && *end; (*n)++)
        end = &(*end)->next;
    struct command *rest = *end;
    *end = NULL;
    *batch = w->head;
    w->head = rest;
    if (!rest)
        w->tail = &w->head;
    w->jobs_seen = w->jobs_n;
    w->queued -= *n;
    pthread_mutex_unlock(&w->lock);
    return more;
}

static bool turn(struct writer *w)
{
    struct command *batch;
    int n;
    bool more = take(w, &batch, &n);
    if (more)
        run_batch(w, batch, n);
    return more;
}

static void *writer_main(void *arg)
{
    struct writer *w = arg;
    while (turn(w))
        ;
    if (w->lasts_n > 0) {
        w->is_last = true;
        run_batch(w, NULL, 0);
    }
    db_close(w->db); /* the last to close moves the whole log into the file */
    return NULL;
}

static void free_writer(struct writer *w)
{
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

static void init_locks(struct writer *w)
{
    pthread_condattr_t attr;
    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&w->wake, &attr);
    pthread_condattr_destroy(&attr);
}

enum err writer_open(const char *url, struct writer **out, struct arena *arena,
                     struct err_info *info)
{
    struct writer *w = calloc(1, sizeof(*w));
    if (!w)
        return ERR_NOMEM;
    w->tail = &w->head;
    init_locks(w);
    const char *durability = NULL;
    enum err e = db_open(url, DB_WRITE, &w->db, arena, info);
    if (!e)
        e = db_durability_read(w->db, arena, &durability);
    if (!e)
        LOG(INFO, "writer.durability", L_Z("engine", durability));
    if (e) {
        db_close(w->db);
        free_writer(w);
        return e;
    }
    *out = w;
    return OK;
}

enum err writer_start(struct writer *w)
{
    sigset_t all, before;
    sigfillset(&all); /* signals are the main thread's business */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    w->started = true;
    int failed = pthread_create(&w->thread, NULL, writer_main, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        w->started = false;
        return err_from_errno(failed);
    }
    pthread_setname_np(w->thread, "writer");
    return OK;
}

void writer_turn(struct writer *w)
{
    (void)turn(w);
}

enum err writer_submit(struct writer *w, struct command *cmd)
{
    enum err e = OK;
    cmd->next = NULL;
    cmd->info = (struct err_info){0};
    pthread_mutex_lock(&w->lock);
    if (w->stopping) {
        e = ERR_CLOSED;
    } else if (w->queued >= WRITER_QUEUE_MAX) {
        e = ERR_BUSY;
    } else {
        *w->tail = cmd;
        w->tail = &cmd->next;
        if (w->queued++ == 0)
            pthread_cond_signal(&w->wake);
    }
    pthread_mutex_unlock(&w->lock);
    return e;
}

/* A command around another whose `done` wakes the caller. */
struct call {
    struct command outer;
    struct command *inner;
    pthread_mutex_t lock;
    pthread_cond_t answered;
    bool done;
    enum err result;
};

static enum err call_run(struct command *cmd, struct tx *tx)
{
    struct call *call = (struct call *)cmd;
    enum err result = OK;
    if (!call->inner->run_many)
        return call->inner->run(call->inner, tx);
    enum err e = call->inner->run_many(tx, &call->inner, 1, &result);
    *tx->info = call->inner->info;
    return e ? e : result;
}

static void call_committed(struct command *cmd)
{
    struct call *call = (struct call *)cmd;
    if (call->inner->committed)
        call->inner->committed(call->inner);
}

static void call_done(struct command *cmd, enum err result)
{
    struct call *call = (struct call *)cmd;
    pthread_mutex_lock(&call->lock);
    call->result = result;
    call->done = true;
    pthread_cond_signal(&call->answered);
    pthread_mutex_unlock(&call->lock);
}

enum err writer_call(struct writer *w, struct command *cmd)
{
    struct call call = {.outer = {.name = cmd->name,
                                  .run = call_run,
                                  .committed = call_committed,
                                  .done = call_done,
                                  .arena = cmd->arena},
                        .inner = cmd};
    pthread_mutex_init(&call.lock, NULL);
    pthread_cond_init(&call.answered, NULL);
    enum err e = writer_submit(w, &call.outer);
    if (!e) {
        pthread_mutex_lock(&call.lock);
        while (!call.done)
            pthread_cond_wait(&call.answered, &call.lock);
        pthread_mutex_unlock(&call.lock);
        e = call.result;
    }
    cmd->info = call.outer.info;
    pthread_cond_destroy(&call.answered);
    pthread_mutex_destroy(&call.lock);
    return e;
}

void writer_every(struct writer *w, int64_t every_ms, const char *name,
                  enum err (*run)(struct tx *tx, void *arg), void *arg)
{
    pthread_mutex_lock(&w->lock);
    if (w->jobs_n < JOBS_MAX) {
        w->jobs[w->jobs_n++] = (struct job){name, run, arg, every_ms, clock_mono_ms() + every_ms};
        pthread_cond_signal(&w->wake);
    } else {
        LOG(ERROR, "writer.too_many_jobs", L_Z("job", name));
        abort();
    }
    pthread_mutex_unlock(&w->lock);
}

void writer_on_commit(struct writer *w, void (*fn)(struct db *db, void *arg), void *arg)
{
    pthread_mutex_lock(&w->lock);
    if (w->listeners_n == LISTENERS_MAX) {
        LOG(ERROR, "writer.too_many_listeners", L_I("most", LISTENERS_MAX));
        abort();
    }
    w->listeners[w->listeners_n++] = (struct listener){fn, arg};
    pthread_mutex_unlock(&w->lock);
}

static void add_hook(struct writer *w, struct hook *hooks, int *n, struct hook hook)
{
    pthread_mutex_lock(&w->lock);
    if (*n == GUARDS_MAX) {
        LOG(ERROR, "writer.too_many_hooks", L_Z("hook", hook.name));
        abort();
    }
    hooks[*n] = hook;
    (*n)++;
    pthread_mutex_unlock(&w->lock);
}

void writer_at_begin(struct writer *w, const char *name, enum err (*run)(struct tx *tx, void *arg),
                     void *arg)
{
    add_hook(w, w->firsts, &w->firsts_n, (struct hook){name, run, arg});
}

void writer_before_commit(struct writer *w, const char *name,
                          enum err (*guard)(struct tx *tx, void *arg), void *arg)
{
    add_hook(w, w->guards, &w->guards_n, (struct hook){name, guard, arg});
}

void writer_at_stop(struct writer *w, const char *name, enum err (*run)(struct tx *tx, void *arg),
                    void *arg)
{
    add_hook(w, w->lasts, &w->lasts_n, (struct hook){name, run, arg});
}

void writer_stats(struct writer *w, struct writer_stats *out)
{
    pthread_mutex_lock(&w->lock);
    *out = w->stats;
    out->queued = w->queued;
    pthread_mutex_unlock(&w->lock);
}

bool writer_is_away(struct writer *w)
{
    return atomic_load(&w->away);
}

enum err writer_refusal(struct writer *w)
{
    return (enum err)atomic_load(&w->refusal);
}

void writer_stop(struct writer *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    if (w->started)
        pthread_join(w->thread, NULL);
    else
        writer_main(w);
    free_writer(w);
}
