/* The threads that run tasks, and what they know of each other. */
#include "town/tasks/internal.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/enc.h"
#include "base/log.h"
#include "base/rnd.h"
#include "store/queries.h"

enum { PRUNE_EVERY_MS = 5 * 1000 };

static const struct task_kind *kinds[TASKS_KINDS_MAX];
static size_t kinds_n;
static char owner[TASKS_OWNER_TEXT];
static _Atomic bool added; /* in the batch that is being written */
static _Atomic bool stopping;

/* The threads of this process; there is one set of them. */
static struct {
    struct writer *writer;
    pthread_mutex_t lock;
    pthread_cond_t wake; /* on CLOCK_MONOTONIC */
    unsigned news;       /* how often there were some */
    struct worker {
        pthread_t thread;
        struct db *reader;
        _Atomic int64_t holds; /* the task that it has taken, until its end is written */
    } workers[TASKS_THREADS];
    int n;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* --- kinds --- */

void tasks_register(const struct task_kind *kind)
{
    size_t i = 0;
    while (i < kinds_n && !str_eq_z(str_of(kinds[i]->name), kind->name))
        i++;
    if (i == TASKS_KINDS_MAX)
        abort();
    kinds[i] = kind;
    kinds_n = i == kinds_n ? kinds_n + 1 : kinds_n;
}

const struct task_kind *tasks_kind(struct str name)
{
    for (size_t i = 0; i < kinds_n; i++)
        if (str_eq_z(name, kinds[i]->name))
            return kinds[i];
    return NULL;
}

const char *tasks_owner(void)
{
    return owner;
}

int64_t tasks_held(int i)
{
    return atomic_load(&pool.workers[i].holds);
}

bool tasks_are_stopping(void)
{
    return atomic_load(&stopping);
}

/* --- news --- */

void tasks_have_news(void)
{
    atomic_store(&added, true);
}

static void wake(void)
{
    pthread_mutex_lock(&pool.lock);
    pool.news++;
    pthread_cond_broadcast(&pool.wake);
    pthread_mutex_unlock(&pool.lock);
}

/* On the writer's thread, after each commit. */
static void on_commit(struct db *db, void *unused)
{
    (void)db, (void)unused;
    if (atomic_exchange(&added, false))
        wake();
}

static struct timespec after_ms(int64_t ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += ms % 1000 * 1000000;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

/* Until there are news since `seen`, or it is time to look for those of other nodes. */
static unsigned wait_for_news(unsigned seen)
{
    struct timespec until = after_ms(TASKS_LOOK_MS);
    int timed_out = 0;
    pthread_mutex_lock(&pool.lock);
    while (pool.news == seen && !tasks_are_stopping() && !timed_out)
        timed_out = pthread_cond_timedwait(&pool.wake, &pool.lock, &until);
    seen = pool.news;
    pthread_mutex_unlock(&pool.lock);
    return seen;
}

/* --- one --- */

static void run_taken(struct task_run *run)
{
    static const struct task_kind unknown = {.name = "unknown"};
    struct task *t = &run->task;
    if (!run->kind) { /* of a newer version of this program, or an older one */
        run->kind = &unknown;
        t->message = "tasks.unknown_kind";
        tasks_end(run, ERR_UNSUPPORTED);
        return;
    }
    LOG(INFO, "tasks.begun", L_I("task", t->id), L_Z("kind", run->kind->name),
        L_I("attempt", t->attempt));
    enum err e = run->kind->run(t);
    if (e && t->info.text)
        LOG(WARN, "tasks.failed", L_I("task", t->id), L_Z("why", t->info.text));
    if (e)
        tasks_look(run);
    if (!run->lost)
        tasks_end(run, e);
}

static bool is_any_waiting(struct db *db)
{
    struct arena scratch;
    struct rows rs;
    if (db_snapshot_begin(db) != OK) /* which connects again, when it has to */
        return false;
    arena_init(&scratch, 64 * 1024);
    enum err e = db_one(db, &q_tasks_waiting, NO_ARGS, &scratch, &rs);
    arena_free(&scratch);
    db_snapshot_end(db);
    return e == OK;
}

/* False when there was nothing to do, or it could not be taken. */
static bool run_next(struct worker *worker)
{
    struct task_run run = {.writer = pool.writer, .holds = &worker->holds};
    bool taken;
    if (tasks_are_stopping() || !is_any_waiting(worker->reader))
        return false;
    arena_init(&run.arena, TASKS_ARENA_MAX);
    run.task.db = worker->reader;
    run.task.arena = &run.arena;
    enum err e = tasks_take(&run, &taken);
    if (taken)
        run_taken(&run);
    if (e)
        LOG(WARN, "tasks.not_taken", L_ERR(e));
    atomic_store(&worker->holds, 0); /* also when taking failed: its commit may have been made */
    arena_free(&run.arena);
    return taken;
}

static void *thread_main(void *worker)
{
    unsigned seen = 0;
    while (!tasks_are_stopping())
        if (!run_next(worker))
            seen = wait_for_news(seen);
    return NULL;
}

/* --- start and stop --- */

void tasks_prepare(struct writer *w)
{
    uint8_t random[TASKS_OWNER_BYTES];
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&pool.wake, &attr);
    pthread_condattr_destroy(&attr);
    rnd_fill(random, sizeof(random));
    enc_hex(owner, random, sizeof(random));
    writer_every(w, TASKS_BEAT_MS, "tasks.beat", tasks_beat, NULL);
    writer_every(w, PRUNE_EVERY_MS, "tasks.prune", tasks_prune, NULL);
    writer_on_commit(w, on_commit, NULL);
}

static enum err start_thread(const char *store_url, struct arena *arena, struct err_info *info)
{
    sigset_t all, before;
    struct worker *worker = &pool.workers[pool.n];
    enum err e = db_open(store_url, DB_READ, &worker->reader, arena, info);
    if (e)
        return e;
    sigfillset(&all); /* signals are the main thread's business */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&worker->thread, NULL, thread_main, worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        db_close(worker->reader);
        return err_from_errno(failed);
    }
    pthread_setname_np(worker->thread, "tasks");
    pool.n++;
    return OK;
}

enum err tasks_start(struct writer *w, const char *store_url, struct arena *arena,
                     struct err_info *info)
{
    atomic_store(&stopping, false);
    pool.writer = w;
    pool.n = 0;
    enum err e = tasks_recover(w, arena);
    while (!e && pool.n < TASKS_THREADS)
        e = start_thread(store_url, arena, info);
    if (e)
        tasks_stop();
    return e;
}

void tasks_stop(void)
{
    atomic_store(&stopping, true);
    if (pool.n == 0)
        return;
    wake();
    for (int i = 0; i < pool.n; i++) {
        pthread_join(pool.workers[i].thread, NULL);
        db_close(pool.workers[i].reader);
    }
    pool.n = 0;
}
