/*
 * The thread that looks at recordings: it cuts clips, makes thumbnails, closes recordings of shows
 * that ended, and removes the files of those that are due. What it finds out, it has the writer
 * write. One a process, and each looks after the recordings in its own folder.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "job/job_frame.h"
#include "store/queries.h"
#include "town/replay/internal.h"

enum {
    LOOK_MS = 1000,
    TOTALS_MS = 30 * 1000,
    SWEEP_MS = 60 * 60 * 1000,
    CLIPS_SLICE = 16,
    CLOSE_SLICE = 8,
    REMOVING_SLICE = 8,
    STREAMS_MAX = 256,
    TURN_ARENA_MAX = 4 * 1024 * 1024,
    DULL_BYTES = 4000,             /* a picture of fewer is black, or white, or nearly */
    STILL_MS = 12 * 1000,          /* no segment for so long: none is on its way */
    ELSEWHERE_MS = 10 * 60 * 1000, /* one that nobody has spoken of until then is nowhere */
};

static struct {
    struct writer *writer;
    struct db *db;
    pthread_t thread;
    bool runs;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;     /* under the lock */
    int64_t thumbs_ms; /* monotone: when they were made last */
    int64_t totals_ms;
    /* Where the next slice begins: those of other processes must not fill it for ever. */
    int64_t clips_after, closed_after;
    int64_t sweep_ms; /* monotone: when to look for what was removed, 0: at once */
} work = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool is_stopping(void)
{
    pthread_mutex_lock(&work.lock);
    bool stopping = work.stopping;
    pthread_mutex_unlock(&work.lock);
    return stopping;
}

/* After a slice that began after *after: the next goes on behind it, or begins anew. */
static void step(int64_t *after, const struct rows *rs, size_t slice, const char *column)
{
    *after = rs->n < slice ? 0 : row_int(rs, rs->n - 1, column);
}

/* A look at the store, in a snapshot of its own. */
static enum err look(const struct query *q, const struct val *args, size_t n, struct arena *arena,
                     struct rows *rs)
{
    enum err e = db_snapshot_begin(work.db);
    if (e != OK)
        return e;
    e = db_select(work.db, q, args, n, arena, rs);
    db_snapshot_end(work.db);
    return e;
}

/* ---- what the writer is told ---- */

struct told {
    struct command cmd;
    enum { TOLD_CUT, TOLD_TOTALS, TOLD_CLOSED, TOLD_FILES_GONE } what;
    int64_t show, clip, first, last, at_ms, duration_ms, bytes, segments, gaps, has_thumb;
};

/* A recording's row begins with its first segment, whatever became of its show meanwhile. */
static enum err add_recording(struct tx *tx, int64_t show)
{
    struct rows rs;
    const struct transition *t;
    enum err e = db_select(tx->db, &q_replay_recording, ARGS(V_INT(show)), tx->arena, &rs);
    if (e != OK || rs.n > 0)
        return e;
    e = db_one(tx->db, &q_replay_show_status, ARGS(V_INT(show)), tx->arena, &rs);
    if (e == ERR_NOT_FOUND || (e == OK && str_eq_z(row_str(&rs, 0, "status"), "ended")))
        return OK; /* its end is on its way (follow.c) */
    if (e == OK)
        e = transition_next(&replay_transitions, STR_NONE, "record", REPLAY_AS_CLOCK, &t);
    if (e == OK)
        e = db_exec(tx->db, &q_replay_recording_add, ARGS(V_INT(show)), NULL);
    return e != OK ? e : replay_event(tx, show, t, 0, STR_NONE);
}

static enum err run_told(struct command *cmd, struct tx *tx)
{
    const struct told *t = (struct told *)cmd;
    const struct val show = V_INT(t->show), now = V_INT(tx->now_ms);
    enum err e = OK;
    switch (t->what) {
    case TOLD_CUT:
        return db_exec(tx->db, &q_replay_clip_cut,
                       ARGS(now, V_INT(t->first), V_INT(t->last), V_INT(t->at_ms),
                            V_INT(t->duration_ms), V_INT(t->bytes), V_INT(t->has_thumb),
                            V_INT(t->clip)),
                       NULL);
    case TOLD_CLOSED:
    case TOLD_TOTALS:
        e = add_recording(tx, t->show);
        if (e == OK)
            e = db_exec(tx->db, &q_replay_totals_set,
                        ARGS(V_INT(t->segments), V_INT(t->duration_ms), V_INT(t->bytes),
                             V_INT(t->gaps), show),
                        NULL);
        if (e == OK && t->what == TOLD_CLOSED)
            e = db_exec(tx->db, &q_replay_close, ARGS(now, V_INT(t->has_thumb), show), NULL);
        return e;
    case TOLD_FILES_GONE: return db_exec(tx->db, &q_replay_files_gone, ARGS(show), NULL);
    }
    return ERR_INTERNAL;
}

static void tell(struct told *t, struct arena *arena)
{
    t->cmd = (struct command){.name = "replay.told", .run = run_told, .arena = arena};
    enum err e = writer_call(work.writer, &t->cmd);
    if (e != OK && e != ERR_CLOSED)
        LOG(WARN, "replay.not_written", L_I("show", t->show), L_ERR(e));
}

static void sum_up(struct told *t, const struct record_index *x)
{
    t->segments = (int64_t)x->n;
    t->duration_ms = x->last_ms;
    t->bytes = x->bytes;
    for (size_t i = 0; i < x->n; i++)
        t->gaps += x->entries[i].discontinuity;
}

/* A segment from which a picture can be had, near one. */
static struct record_entry picture_near(const struct record_index *x, size_t i)
{
    size_t at = i;
    while (at < x->n && !x->entries[at].independent)
        at++;
    return x->entries[at < x->n ? at : i];
}

/* ---- clips ---- */

/* Is all there that will ever be of what came until then? */
static bool is_covered(struct str stream, const struct record_index *x, int64_t until_ms)
{
    struct record_status s;
    const struct record_entry *last = &x->entries[x->n - 1];
    if (last->wall_ms + last->duration_ms >= until_ms)
        return true;
    if (!replay_recorder() || record_status(replay_recorder(), stream, &s) != OK)
        return true;
    return clock_wall_ms() - s.newest_ms > STILL_MS ||
           (s.state != RECORD_ON && clock_wall_ms() - until_ms > STILL_MS);
}

/* Snapped to segments: it begins with the one in which its card came. */
static void measure(const struct record_index *x, int64_t from_ms, int64_t until_ms, struct told *t,
                    size_t *middle, size_t *third)
{
    int64_t from = record_index_at(x, from_ms), until = record_index_at(x, until_ms);
    if (until <= from)
        return; /* in a gap, or before the first picture */
    size_t a = record_index_find(x, from), b = record_index_find(x, until - 1);
    t->first = x->entries[a].number;
    t->last = x->entries[b].number;
    t->at_ms = x->entries[a].at_ms;
    t->duration_ms = x->entries[b].at_ms + x->entries[b].duration_ms - t->at_ms;
    for (size_t i = a; i <= b; i++)
        t->bytes += x->entries[i].bytes;
    *middle = a + (b - a) / 2;
    *third = a + (b - a) / 3;
}

struct cutting {
    struct told told[CLIPS_SLICE];
    struct replay_frame frames[CLIPS_SLICE];
    struct record_entry others[CLIPS_SLICE]; /* where else a picture may be had */
    char names[CLIPS_SLICE][SHOWS_ROOM_NAME];
    size_t n;
};

static void cut(struct cutting *c, const struct rows *rs, size_t row)
{
    struct record_index x;
    size_t middle = 0, third = 0;
    struct told *t = &c->told[c->n];
    struct replay_frame *f = &c->frames[c->n];
    int64_t show = row_int(rs, row, "show_id"), until_ms = row_int(rs, row, "until_at");
    struct str stream = replay_name(show, c->names[c->n]);
    *t = (struct told){.what = TOLD_CUT, .show = show, .clip = row_int(rs, row, "id")};
    *f = (struct replay_frame){.stream = stream};
    if (!record_exists(replay_folder(), stream))
        return; /* who has it cuts, however late that is */
    enum err e = record_load(replay_folder(), stream, &x);
    bool waits = e == OK ? !is_covered(stream, &x, until_ms)
                         : clock_wall_ms() - until_ms < ELSEWHERE_MS; /* it may begin yet */
    if (e == OK && !waits) {
        measure(&x, row_int(rs, row, "from_at"), until_ms, t, &middle, &third);
        f->entry = picture_near(&x, middle);
        c->others[c->n] = picture_near(&x, third);
    }
    record_index_free(&x);
    c->n += !waits;
}

/* Scenes fade into each other: whose picture shows next to nothing gets another one. */
static void mend_dull(struct cutting *c)
{
    struct replay_frame again[CLIPS_SLICE];
    size_t of[CLIPS_SLICE], n = 0;
    for (size_t i = 0; i < c->n; i++)
        if (c->frames[i].jpeg && c->frames[i].jpeg->n < DULL_BYTES &&
            c->others[i].number != c->frames[i].entry.number) {
            again[n] = c->frames[i];
            again[n].entry = c->others[i];
            of[n++] = i;
        }
    if (n > 0)
        replay_frames(again, n);
    for (size_t k = 0; k < n; k++) {
        struct block **jpeg = &c->frames[of[k]].jpeg, *worse = again[k].jpeg;
        if (worse && worse->n > (*jpeg)->n) {
            worse = *jpeg;
            *jpeg = again[k].jpeg;
        }
        block_unref(worse);
    }
}

static void cut_clips(struct arena *arena)
{
    struct rows rs;
    struct cutting *c = arena_alloc(arena, sizeof(*c));
    enum err e = c ? look(&q_replay_clips_uncut, ARGS(V_INT(work.clips_after), V_INT(CLIPS_SLICE)),
                          arena, &rs)
                   : ERR_NOMEM;
    if (e != OK)
        return;
    for (size_t i = 0; i < rs.n; i++)
        cut(c, &rs, i);
    step(&work.clips_after, &rs, CLIPS_SLICE, "id");
    if (c->n == 0)
        return;
    replay_frames(c->frames, c->n);
    mend_dull(c);
    for (size_t i = 0; i < c->n; i++) {
        char name[40];
        struct block *jpeg = c->frames[i].jpeg;
        snprintf(name, sizeof(name), "clip-%lld", (long long)c->told[i].clip);
        c->told[i].has_thumb = c->told[i].duration_ms > 0 && jpeg &&
                               replay_thumb_write(c->frames[i].stream, name, jpeg);
        block_unref(jpeg);
        tell(&c->told[i], arena);
    }
}

/* ---- running shows ---- */

struct running {
    char names[STREAMS_MAX][RECORD_NAME_MAX + 1];
    int64_t shows[STREAMS_MAX];
    size_t n;
};

static struct running *list_running(struct arena *arena)
{
    struct running *g = arena_alloc(arena, sizeof(*g));
    if (!g || !replay_recorder())
        return NULL;
    g->n = record_names(replay_recorder(), g->names, STREAMS_MAX);
    for (size_t i = 0; i < g->n; i++)
        g->shows[i] = shows_of_stream(str_of(g->names[i]));
    return g;
}

static void make_thumbs(const struct running *g, size_t from, size_t n)
{
    struct replay_frame frames[JOB_FRAMES_MAX] = {0};
    size_t there = 0;
    int64_t shows[JOB_FRAMES_MAX], now_ms = clock_wall_ms();
    for (size_t i = from; i < from + n; i++) {
        struct replay_frame *f = &frames[there];
        if (!shows_on_air(g->shows[i]) || !replay_is_fresh(g->shows[i]) ||
            record_newest(replay_recorder(), str_of(g->names[i]), &f->init, &f->segment) != OK)
            continue;
        shows[there++] = g->shows[i];
    }
    replay_frames(frames, there);
    for (size_t i = 0; i < there; i++) {
        if (frames[i].jpeg)
            replay_thumb_show(shows[i], frames[i].jpeg, now_ms);
        block_unref(frames[i].init);
        block_unref(frames[i].segment);
    }
}

/* Off the air nothing of it is shown: it may have been cut off, for what could be seen. */
static void forget_thumbs(const struct running *g)
{
    int64_t on_air[STREAMS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < g->n; i++)
        if (shows_on_air(g->shows[i]))
            on_air[n++] = g->shows[i];
    replay_thumbs_forget(on_air, n);
}

static void refresh_thumbs(const struct running *g)
{
    forget_thumbs(g);
    if (clock_mono_ms() - work.thumbs_ms < REPLAY_THUMB_MS && work.thumbs_ms > 0)
        return;
    bool any = false;
    for (size_t at = 0; at < g->n && !is_stopping(); at += JOB_FRAMES_MAX) {
        make_thumbs(g, at, g->n - at < JOB_FRAMES_MAX ? g->n - at : JOB_FRAMES_MAX);
        any = true;
    }
    work.thumbs_ms = any ? clock_mono_ms() : 0;
}

static void refresh_totals(const struct running *g, struct arena *arena)
{
    if (clock_mono_ms() - work.totals_ms < TOTALS_MS && work.totals_ms > 0)
        return;
    for (size_t i = 0; i < g->n && !is_stopping(); i++) {
        struct record_index x;
        struct told t = {.what = TOLD_TOTALS, .show = g->shows[i]};
        if (record_load(replay_folder(), str_of(g->names[i]), &x) == OK) {
            sum_up(&t, &x);
            tell(&t, arena);
        }
        record_index_free(&x);
    }
    work.totals_ms = g->n ? clock_mono_ms() : 0;
}

/* ---- after a show's end ---- */

/* Its last segment is written, and no encoder comes back: its room is closed. */
static bool is_at_rest(struct str stream)
{
    struct record_status s;
    return !replay_recorder() || record_status(replay_recorder(), stream, &s) != OK ||
           clock_wall_ms() - s.newest_ms > STILL_MS;
}

static void close_one(int64_t show, int64_t ended_ms, bool has_segments, struct arena *arena)
{
    char name[SHOWS_ROOM_NAME];
    struct record_index x;
    struct str stream = replay_name(show, name);
    struct told t = {.what = TOLD_CLOSED, .show = show};
    if (!is_at_rest(stream))
        return;
    enum err e = record_tidy(replay_folder(), stream);
    bool is_elsewhere = has_segments && !record_exists(replay_folder(), stream);
    if (e == ERR_NOT_FOUND && (is_elsewhere || clock_wall_ms() - ended_ms < ELSEWHERE_MS))
        return; /* another process has it, or may */
    if (e == OK && record_load(replay_folder(), stream, &x) == OK) {
        /* Not from the very beginning, when hosts still set up. */
        struct replay_frame f = {.stream = stream, .entry = picture_near(&x, x.n / 5)};
        sum_up(&t, &x);
        replay_frames(&f, 1);
        t.has_thumb = f.jpeg && replay_thumb_write(stream, "cover", f.jpeg);
        block_unref(f.jpeg);
        record_index_free(&x);
    }
    tell(&t, arena);
}

static void close_ended(struct arena *arena)
{
    struct rows rs;
    enum err e =
        look(&q_replay_unclosed, ARGS(V_INT(work.closed_after), V_INT(CLOSE_SLICE)), arena, &rs);
    if (e != OK)
        return;
    for (size_t i = 0; i < rs.n && !is_stopping(); i++)
        close_one(row_int(&rs, i, "show_id"), row_int(&rs, i, "ended_at"),
                  row_int(&rs, i, "segments") > 0, arena);
    step(&work.closed_after, &rs, CLOSE_SLICE, "show_id");
}

/* ---- what is due ---- */

/* A slice of one; a folder that the disk does not let go of keeps none of the others. */
static void remove_files(struct arena *arena)
{
    struct rows rs;
    enum err e = look(&q_replay_removing, ARGS(V_INT(REMOVING_SLICE)), arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        char name[SHOWS_ROOM_NAME];
        int64_t show = row_int(&rs, i, "show_id");
        struct str stream = replay_name(show, name);
        bool here = record_exists(replay_folder(), stream), said = row_int(&rs, i, "files_gone");
        if (!here && (said || clock_wall_ms() - row_int(&rs, i, "since") < ELSEWHERE_MS))
            continue; /* who has them says when they are gone */
        enum err gone = here ? record_remove(replay_folder(), stream, REPLAY_FILES_SLICE) : OK;
        if (gone == ERR_AGAIN)
            return;
        if (gone != OK) {
            LOG(WARN, "replay.not_removed", L_I("show", show), L_ERR(gone));
            continue;
        }
        struct told t = {.what = TOLD_FILES_GONE, .show = show};
        tell(&t, arena);
        return;
    }
}

/* ---- the thread ---- */

static void turn(void)
{
    struct arena arena;
    arena_init(&arena, TURN_ARENA_MAX);
    cut_clips(&arena);
    const struct running *g = list_running(&arena);
    if (g) {
        refresh_thumbs(g);
        refresh_totals(g, &arena);
    }
    close_ended(&arena);
    remove_files(&arena);
    if (clock_mono_ms() >= work.sweep_ms && replay_sweep(work.db) != ERR_AGAIN)
        work.sweep_ms = clock_mono_ms() + SWEEP_MS;
    arena_free(&arena);
}

static bool wait_a_while(void)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOOK_MS / 1000;
    pthread_mutex_lock(&work.lock);
    if (!work.stopping)
        pthread_cond_timedwait(&work.wake, &work.lock, &until);
    bool stopping = work.stopping;
    pthread_mutex_unlock(&work.lock);
    return !stopping;
}

static void *thread_main(void *unused)
{
    (void)unused;
    while (wait_a_while())
        turn();
    return NULL;
}

enum err replay_work_start(struct writer *w, const char *store_url, struct arena *arena,
                           struct err_info *info)
{
    pthread_condattr_t attr;
    enum err e = db_open(store_url, DB_READ, &work.db, arena, info);
    if (e != OK)
        return e;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&work.wake, &attr);
    pthread_condattr_destroy(&attr);
    work.writer = w;
    work.stopping = false;
    work.thumbs_ms = work.totals_ms = work.clips_after = work.closed_after = work.sweep_ms = 0;
    work.runs = pthread_create(&work.thread, NULL, thread_main, NULL) == 0;
    return work.runs ? OK : ERR_NOMEM;
}

void replay_work_stop(void)
{
    if (work.runs) {
        pthread_mutex_lock(&work.lock);
        work.stopping = true;
        pthread_cond_signal(&work.wake);
        pthread_mutex_unlock(&work.lock);
        pthread_join(work.thread, NULL);
        work.runs = false;
    }
    if (work.db)
        db_close(work.db);
    work.db = NULL;
    replay_thumbs_forget(NULL, 0);
}
