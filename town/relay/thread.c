/* The thread that makes pushes of wishes: see relay.h. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "base/log.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/relay/internal.h"

enum { ARENA_MAX = 4 << 20 };

static struct {
    _Atomic(struct pushes *) pushes; /* NULL: at rest; page workers and the writer ask, too */
    struct db *reader;
    pthread_t thread;
    bool runs;
    pthread_mutex_t lock; /* guards news and stopping */
    pthread_cond_t wake;  /* on CLOCK_MONOTONIC */
    bool news, stopping;
} relay = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct pushes *relay_pushes(void)
{
    return atomic_load(&relay.pushes);
}

void relay_look(void)
{
    pthread_mutex_lock(&relay.lock);
    if (relay.runs) {
        relay.news = true;
        pthread_cond_signal(&relay.wake);
    }
    pthread_mutex_unlock(&relay.lock);
}

static bool is_listed(void *arg, int64_t id)
{
    const struct rows *rs = arg;
    for (size_t i = 0; i < rs->n; i++)
        if (row_int(rs, i, "id") == id)
            return true;
    return false;
}

/* What cannot be pushed now is tried again with the next look. */
static void begin(const struct rows *rs, size_t row, struct arena *arena)
{
    char stream[LIVE_NAME_MAX + 1];
    struct push_target t = {.id = row_int(rs, row, "id"), .url = row_str(rs, row, "url")};
    int n = snprintf(stream, sizeof(stream), "show-%lld", (long long)row_int(rs, row, "show_id"));
    t.stream = str_n(stream, (size_t)n);
    enum err e = seal_reveal("relay.key", row_val(rs, row, "key_sealed").s, arena, &t.key);
    if (e == OK)
        e = push_on(relay_pushes(), &t);
    if (t.key.n)
        explicit_bzero((char *)t.key.p, t.key.n);
    if (e != OK && e != ERR_CLOSED)
        LOG(WARN, "relay.not_begun", L_I("target", t.id), L_ERR(e));
}

static void compare(void)
{
    struct arena arena;
    struct rows rs;
    arena_init(&arena, ARENA_MAX);
    enum err e = db_snapshot_begin(relay.reader); /* which connects again, when it has to */
    if (e == OK) {
        e = db_select(relay.reader, &q_relay_on, ARGS(V_INT(PUSH_MAX)), &arena, &rs);
        db_snapshot_end(relay.reader);
    }
    if (e == OK) { /* the store being away ends no push */
        push_only(relay_pushes(), is_listed, &rs);
        for (size_t i = 0; i < rs.n; i++)
            begin(&rs, i, &arena);
    }
    arena_free(&arena);
}

static bool wait_for_news(void)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += RELAY_LOOK_MS / 1000;
    int timed_out = 0;
    pthread_mutex_lock(&relay.lock);
    while (!relay.news && !relay.stopping && !timed_out)
        timed_out = pthread_cond_timedwait(&relay.wake, &relay.lock, &until);
    relay.news = false;
    bool go_on = !relay.stopping;
    pthread_mutex_unlock(&relay.lock);
    return go_on;
}

static void *thread_main(void *unused)
{
    do
        compare();
    while (wait_for_news());
    return unused;
}

void relay_prepare(void)
{
    shows_part(relay_part);
}

static enum err start_thread(void)
{
    sigset_t all, before;
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&relay.wake, &attr);
    pthread_condattr_destroy(&attr);
    sigfillset(&all); /* signals are the main thread's business */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&relay.thread, NULL, thread_main, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed)
        return err_from_errno(failed);
    pthread_setname_np(relay.thread, "relay");
    return OK;
}

enum err relay_start(const char *store_url, struct pushes *pushes, struct arena *arena,
                     struct err_info *info)
{
    if (!pushes) /* a town without live streams: tests */
        return OK;
    atomic_store(&relay.pushes, pushes);
    relay.news = relay.stopping = false;
    enum err e = db_open(store_url, DB_READ, &relay.reader, arena, info);
    if (e == OK && (e = start_thread()) != OK)
        db_close(relay.reader);
    pthread_mutex_lock(&relay.lock);
    relay.runs = e == OK;
    pthread_mutex_unlock(&relay.lock);
    return e;
}

void relay_stop(void)
{
    pthread_mutex_lock(&relay.lock);
    bool runs = relay.runs;
    relay.runs = false;
    relay.stopping = true;
    if (runs)
        pthread_cond_signal(&relay.wake);
    pthread_mutex_unlock(&relay.lock);
    if (!runs)
        return;
    pthread_join(relay.thread, NULL);
    pthread_cond_destroy(&relay.wake);
    db_close(relay.reader);
    atomic_store(&relay.pushes, NULL); /* what it pointed to outlives the writer and the pages */
}
