/*
 * The threads that speak with providers. Each takes what is due, of whichever process has written
 * it, asks, and records the answer (run.h); nothing is kept between two of these.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/queries.h"
#include "town/ask.h"
#include "town/pay/run.h"

enum {
    THREADS = 4,           /* calls at a time: a provider that hangs holds one for each */
    LOOK_MS = 1000,        /* how often an idle thread looks for what is due by the clock */
    PAUSE_MS = 1000,       /* after the store refused */
    ARENA_MAX = 192 << 20, /* a statement of PAY_STATEMENT_MAX, and what is read from it */
};

static struct {
    struct writer *writer;
    pthread_mutex_t lock;
    pthread_cond_t wake; /* on CLOCK_MONOTONIC */
    unsigned news;       /* how often there were some */
    struct worker {
        pthread_t thread;
    } workers[THREADS];
    int n;
    pthread_mutex_t looking; /* around reader, for as long as a look takes */
    struct db *reader;       /* one for all of them: each keeps the whole schema in memory */
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .looking = PTHREAD_MUTEX_INITIALIZER};

static _Atomic bool added; /* in the batch that is being written */
static _Atomic bool stopping;
static _Atomic uint64_t calls[RUN_WHATS][2]; /* by what, and whether the provider answered */

void run_has_news(void)
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

/* Until there are news since `seen`, or it is time to look. */
static unsigned wait_for_news(unsigned seen, int64_t ms)
{
    struct timespec until = after_ms(ms);
    int timed_out = 0;
    pthread_mutex_lock(&pool.lock);
    while (pool.news == seen && !atomic_load(&stopping) && !timed_out)
        timed_out = pthread_cond_timedwait(&pool.wake, &pool.lock, &until);
    seen = pool.news;
    pthread_mutex_unlock(&pool.lock);
    return seen;
}

/* --- one call --- */

struct step {
    struct command cmd;
    struct run_job *job;
};

static void ignore(struct command *cmd, enum err result)
{
    (void)cmd, (void)result;
}

static enum err take_run(struct command *cmd, struct tx *tx)
{
    return run_take(tx, ((struct step *)cmd)->job);
}

static enum err record_run(struct command *cmd, struct tx *tx)
{
    return run_record(tx, ((struct step *)cmd)->job);
}

static enum err write_step(struct run_job *job, const char *name, struct arena *arena,
                           enum err (*run)(struct command *cmd, struct tx *tx))
{
    struct step s = {.cmd = {.name = name, .run = run, .done = ignore, .arena = arena}, .job = job};
    return writer_call(pool.writer, &s.cmd);
}

static void call(struct run_job *job, struct arena *arena)
{
    run_call(job, arena);
    atomic_fetch_add(&calls[job->what][job->answer == OK], 1);
    if (job->answer)
        LOG(WARN, "pay.call_failed", L_Z("provider", job->provider->name),
            L_Z("what", run_what_name(job->what)), L_I("id", job->id), L_I("tries", job->tries),
            L_ERR(job->answer), L_Z("why", job->info.text ? job->info.text : ""));
}

/* A read that is too much for its arena, or a lost connection, is nothing due. */
static bool is_any_due(struct arena *arena)
{
    struct rows rs = {0};
    pthread_mutex_lock(&pool.looking);
    enum err e = db_snapshot_begin(pool.reader); /* which connects again, when it has to */
    if (!e) {
        e = db_select(pool.reader, &q_pay_due, ARGS(V_INT(clock_wall_ms())), arena, &rs);
        db_snapshot_end(pool.reader);
    }
    pthread_mutex_unlock(&pool.looking);
    return e == OK && rs.n > 0;
}

/* False when there was nothing to do, or it could not be taken. */
static bool run_next(void)
{
    struct arena arena;
    struct run_job *job = NULL;
    bool took = false;
    arena_init(&arena, ARENA_MAX);
    if (!atomic_load(&stopping) && is_any_due(&arena))
        job = ARENA_NEW(&arena, struct run_job);
    if (job) {
        enum err e = write_step(job, "pay.take", &arena, take_run);
        took = !e && job->took;
        if (took && job->what != RUN_NOTHING) {
            call(job, &arena);
            do
                e = write_step(job, "pay.record", &arena, record_run);
            while (!e && run_more(job));
        }
        if (e)
            LOG(WARN, "pay.not_recorded", L_I("id", job->id), L_ERR(e));
        took = took && !e;
    }
    arena_free(&arena);
    return took;
}

static void *thread_main(void *unused)
{
    (void)unused;
    unsigned seen = 0;
    while (!atomic_load(&stopping))
        if (!run_next())
            seen = wait_for_news(seen, LOOK_MS);
    return NULL;
}

/* --- start and stop --- */

void run_prepare(struct writer *w)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&pool.wake, &attr);
    pthread_condattr_destroy(&attr);
    writer_on_commit(w, on_commit, NULL);
}

static enum err start_thread(void)
{
    sigset_t all, before;
    struct worker *worker = &pool.workers[pool.n];
    sigfillset(&all); /* signals are the main thread's business */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&worker->thread, NULL, thread_main, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed)
        return err_from_errno(failed);
    pthread_setname_np(worker->thread, "pay");
    pool.n++;
    return OK;
}

enum err pay_start(struct writer *w, const char *store_url, struct arena *arena,
                   struct err_info *info)
{
    atomic_store(&stopping, false);
    ask_cut(false);
    pool.writer = w;
    pool.n = 0;
    enum err e = db_open(store_url, DB_READ, &pool.reader, arena, info);
    if (e)
        pool.reader = NULL;
    while (!e && pool.n < THREADS)
        e = start_thread();
    if (e)
        pay_rest();
    return e;
}

void pay_rest(void)
{
    atomic_store(&stopping, true);
    ask_cut(true);
    if (pool.n > 0)
        wake();
    for (int i = 0; i < pool.n; i++)
        pthread_join(pool.workers[i].thread, NULL);
    pool.n = 0;
    if (pool.reader)
        db_close(pool.reader);
    pool.reader = NULL;
}

void pay_metrics(struct buf *out)
{
    buf_z(out, "# HELP guildhall_pay_calls_total Calls to payment providers.\n"
               "# TYPE guildhall_pay_calls_total counter\n");
    for (int what = RUN_OPEN; what < RUN_WHATS; what++)
        for (int answered = 0; answered < 2; answered++)
            buf_printf(out, "guildhall_pay_calls_total{what=\"%s\",answered=\"%s\"} %llu\n",
                       run_what_name((enum run_what)what), answered ? "yes" : "no",
                       (unsigned long long)atomic_load(&calls[what][answered]));
}
