/* The thread that speaks with carriers: nothing is kept between two calls (carry.h). */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/queries.h"
#include "town/ask.h"
#include "town/ship/carry.h"

enum {
    LOOK_MS = 1000, /* how often it looks for what is due by the clock, and after a refusal */
    ARENA_MAX = 8 << 20,
};

static struct {
    struct writer *writer;
    struct db *reader;
    pthread_t thread;
    bool runs;
    pthread_mutex_t lock; /* guards news */
    pthread_cond_t wake;  /* on CLOCK_MONOTONIC */
    bool news;
} carrier = {.lock = PTHREAD_MUTEX_INITIALIZER};

static _Atomic bool added; /* in the batch that is being written */
static _Atomic bool stopping;

void carry_has_news(void)
{
    atomic_store(&added, true);
}

static void wake(void)
{
    pthread_mutex_lock(&carrier.lock);
    carrier.news = true;
    pthread_cond_signal(&carrier.wake);
    pthread_mutex_unlock(&carrier.lock);
}

/* On the writer's thread, after each commit. */
static void on_commit(struct db *db, void *unused)
{
    (void)db, (void)unused;
    if (atomic_exchange(&added, false))
        wake();
}

static void wait_for_news(void)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOOK_MS / 1000;
    int timed_out = 0;
    pthread_mutex_lock(&carrier.lock);
    while (!carrier.news && !atomic_load(&stopping) && !timed_out)
        timed_out = pthread_cond_timedwait(&carrier.wake, &carrier.lock, &until);
    carrier.news = false;
    pthread_mutex_unlock(&carrier.lock);
}

struct step {
    struct command cmd;
    struct carry_job *job;
};

static void ignore(struct command *cmd, enum err result)
{
    (void)cmd, (void)result;
}

static enum err take_run(struct command *cmd, struct tx *tx)
{
    return carry_take(tx, ((struct step *)cmd)->job);
}

static enum err record_run(struct command *cmd, struct tx *tx)
{
    return carry_record(tx, ((struct step *)cmd)->job);
}

static enum err write_step(struct carry_job *job, const char *name, struct arena *arena,
                           enum err (*run)(struct command *cmd, struct tx *tx))
{
    struct step s = {.cmd = {.name = name, .run = run, .done = ignore, .arena = arena}, .job = job};
    return writer_call(carrier.writer, &s.cmd);
}

static bool is_any_due(struct arena *arena)
{
    struct rows rs;
    if (db_snapshot_begin(carrier.reader) != OK) /* which connects again, when it has to */
        return false;
    enum err e = db_select(carrier.reader, &q_ship_due, ARGS(V_INT(clock_wall_ms())), arena, &rs);
    db_snapshot_end(carrier.reader);
    return e == OK && rs.n > 0;
}

/* False when there was nothing to do, or it could not be taken. */
static bool run_next(void)
{
    struct arena arena;
    struct carry_job *job = NULL;
    enum err e = OK;
    arena_init(&arena, ARENA_MAX);
    if (!atomic_load(&stopping) && is_any_due(&arena))
        job = ARENA_NEW(&arena, struct carry_job);
    bool took = job && (e = write_step(job, "ship.take", &arena, take_run)) == OK;
    if (took && job->what != CARRY_NOTHING) {
        carry_call(job, &arena);
        e = write_step(job, "ship.record", &arena, record_run);
    }
    if (job && e)
        LOG(WARN, "ship.not_recorded", L_I("id", job->id), L_ERR(e));
    took = took && !e;
    arena_free(&arena);
    return took;
}

static void *thread_main(void *unused)
{
    while (!atomic_load(&stopping))
        if (!run_next())
            wait_for_news();
    return unused;
}

void carry_prepare(struct writer *w)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&carrier.wake, &attr);
    pthread_condattr_destroy(&attr);
    writer_on_commit(w, on_commit, NULL);
}

enum err ship_run(struct writer *w, const char *store_url, struct arena *arena,
                  struct err_info *info)
{
    sigset_t all, before;
    atomic_store(&stopping, false);
    ask_cut(false);
    carrier.writer = w;
    enum err e = db_open(store_url, DB_READ, &carrier.reader, arena, info);
    if (e)
        return e;
    sigfillset(&all); /* signals are the main thread's business */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&carrier.thread, NULL, thread_main, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        db_close(carrier.reader);
        return err_from_errno(failed);
    }
    pthread_setname_np(carrier.thread, "ship");
    carrier.runs = true;
    return OK;
}

void ship_rest(void)
{
    atomic_store(&stopping, true);
    if (!carrier.runs)
        return;
    ask_cut(true);
    wake();
    pthread_join(carrier.thread, NULL);
    db_close(carrier.reader);
    carrier.runs = false;
}
