/* The thread that letters and SMS go out by: nothing is kept between two batches (send.h). */
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/queries.h"
#include "town/messages/contact.h"
#include "town/messages/send.h"

enum {
    LOOK_MS = 1000, /* how often it looks for what is due by the clock, and after a refusal */
    ARENA_MAX = 8 << 20,
};

struct code {
    char to[CONTACT_MAIL_MAX + 1], code[CONTACT_CODE_DIGITS + 1];
    enum lang lang;
};

static struct {
    struct writer *writer;
    struct db *reader;
    pthread_t thread;
    bool runs;
    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t wake;  /* on CLOCK_MONOTONIC */
    bool news;
    struct code codes[SEND_CODES_MAX]; /* a ring */
    size_t first, codes_n;
} post = {.lock = PTHREAD_MUTEX_INITIALIZER};

static _Atomic bool added; /* in the batch that is being written */
static _Atomic bool stopping;

void send_has_news(void)
{
    atomic_store(&added, true);
}

static void wake(void)
{
    pthread_mutex_lock(&post.lock);
    post.news = true;
    pthread_cond_signal(&post.wake);
    pthread_mutex_unlock(&post.lock);
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
    pthread_mutex_lock(&post.lock);
    while (!post.news && !atomic_load(&stopping) && !timed_out)
        timed_out = pthread_cond_timedwait(&post.wake, &post.lock, &until);
    post.news = false;
    pthread_mutex_unlock(&post.lock);
}

/* --- codes --- */

enum err send_code(struct str to, struct str code, enum lang lang)
{
    if (to.n > CONTACT_MAIL_MAX || code.n > CONTACT_CODE_DIGITS || !send_can(MESSAGES_MAIL))
        return ERR_INVALID;
    pthread_mutex_lock(&post.lock);
    enum err e = post.codes_n < SEND_CODES_MAX ? OK : ERR_BUSY;
    if (!e) {
        struct code *c = &post.codes[(post.first + post.codes_n++) % SEND_CODES_MAX];
        snprintf(c->to, sizeof(c->to), "%.*s", STR_ARG(to));
        snprintf(c->code, sizeof(c->code), "%.*s", STR_ARG(code));
        c->lang = lang;
        post.news = true;
        pthread_cond_signal(&post.wake);
    }
    pthread_mutex_unlock(&post.lock);
    return e;
}

static bool next_code(struct code *out)
{
    pthread_mutex_lock(&post.lock);
    bool has = post.codes_n > 0;
    if (has) {
        *out = post.codes[post.first];
        sodium_memzero(&post.codes[post.first], sizeof(*out));
        post.first = (post.first + 1) % SEND_CODES_MAX;
        post.codes_n--;
    }
    pthread_mutex_unlock(&post.lock);
    return has;
}

static void send_codes(void)
{
    struct code c;
    while (!atomic_load(&stopping) && next_code(&c)) {
        struct arena arena;
        arena_init(&arena, ARENA_MAX);
        if (send_code_now(c.to, c.code, c.lang, &arena) != OK)
            LOG(WARN, "messages.code_lost");
        arena_free(&arena);
        sodium_memzero(&c, sizeof(c));
    }
}

/* --- what is due --- */

struct step {
    struct command cmd;
    struct send_batch *batch;
};

static void ignore(struct command *cmd, enum err result)
{
    (void)cmd, (void)result;
}

static enum err take_run(struct command *cmd, struct tx *tx)
{
    return send_take(tx, ((struct step *)cmd)->batch);
}

static enum err record_run(struct command *cmd, struct tx *tx)
{
    return send_record(tx, ((struct step *)cmd)->batch);
}

static enum err write_step(struct send_batch *batch, const char *name, struct arena *arena,
                           enum err (*run)(struct command *cmd, struct tx *tx))
{
    struct step s = {.cmd = {.name = name, .run = run, .done = ignore, .arena = arena},
                     .batch = batch};
    return writer_call(post.writer, &s.cmd);
}

static bool is_any_due(struct arena *arena)
{
    struct rows rs;
    if (db_snapshot_begin(post.reader) != OK) /* which connects again, when it has to */
        return false;
    enum err e =
        db_select(post.reader, &q_messages_is_due, ARGS(V_INT(clock_wall_ms())), arena, &rs);
    db_snapshot_end(post.reader);
    return e == OK && rs.n > 0;
}

/* False when there was nothing to do, or it could not be taken. */
static bool run_next(void)
{
    struct arena arena;
    struct send_batch *batch = NULL;
    enum err e = OK;
    arena_init(&arena, ARENA_MAX);
    if (!atomic_load(&stopping) && is_any_due(&arena))
        batch = ARENA_NEW(&arena, struct send_batch);
    if (batch)
        e = write_step(batch, "messages.take", &arena, take_run);
    if (batch && !e && batch->n) {
        send_call(batch);
        e = write_step(batch, "messages.record", &arena, record_run);
    }
    if (e)
        LOG(WARN, "messages.not_recorded", L_ERR(e));
    bool took = batch && !e && batch->taken;
    arena_free(&arena);
    return took;
}

static void *thread_main(void *unused)
{
    while (!atomic_load(&stopping)) {
        send_codes();
        if (!run_next())
            wait_for_news();
    }
    return unused;
}

void send_prepare(struct writer *w)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&post.wake, &attr);
    pthread_condattr_destroy(&attr);
    writer_on_commit(w, on_commit, NULL);
}

enum err messages_run(struct writer *w, const char *store_url, struct arena *arena,
                      struct err_info *info)
{
    sigset_t all, before;
    atomic_store(&stopping, false);
    post.writer = w;
    enum err e = db_open(store_url, DB_READ, &post.reader, arena, info);
    if (e)
        return e;
    sigfillset(&all); /* signals are the main thread's business */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&post.thread, NULL, thread_main, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        db_close(post.reader);
        return err_from_errno(failed);
    }
    pthread_setname_np(post.thread, "messages");
    post.runs = true;
    return OK;
}

void messages_rest(void)
{
    atomic_store(&stopping, true);
    if (!post.runs)
        return;
    wake();
    pthread_join(post.thread, NULL);
    db_close(post.reader);
    post.runs = false;
}
