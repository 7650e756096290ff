/*
 * tasks: long work in the background, with a page that shows how far it is.
 *
 *   tasks_add() ─▶ waiting ─▶ running ─┬▶ done │ failed │ cancelled
 *                     ▲                │
 *                     └── its process died, or ends, and the kind may begin again
 *
 * A department registers a kind: its name and a function that runs one. Every process has
 * TASKS_THREADS threads that take what waits, of any node's; a running one is its process's as long
 * as its lease is prolonged, which happens by itself. One whose process died is begun again or
 * failed, as its kind says.
 *
 * Who frozen wakes up after its task was given to another must change nothing any more: a kind's
 * commands call task_mine() in their transaction, and so a task takes effect at most once.
 *
 * Seen by who began it, the members of its organisation, and operators; gone TASKS_KEEP_DAYS after
 * its end. Texts in locales/: tasks.kind_KIND with '.' as '_', and the keys that run functions
 * name.
 */
#ifndef TOWN_TASKS_TASKS_H
#define TOWN_TASKS_TASKS_H

#include "store/writer.h"
#include "web/web.h"

enum {
    TASKS_THREADS = 2,
    TASKS_KINDS_MAX = 32,
    TASKS_OPEN_MAX = 20,     /* waiting or running, of one user */
    TASKS_TRIES_MAX = 3,     /* how often one is begun */
    TASKS_SUBJECT_MAX = 200, /* bytes */
    TASKS_INPUT_MAX = 64 * 1024,
    TASKS_LEASE_MS = 60 * 1000,
    TASKS_BEAT_MS = 5 * 1000, /* how often leases are prolonged and the dead looked for */
    TASKS_LOOK_MS = 2 * 1000, /* how often an idle thread looks for other nodes' tasks */
    TASKS_PROGRESS_MS = 500,  /* progress is written at most that often */
    TASKS_KEEP_DAYS = 30,
    TASKS_ARENA_MAX = 64 * 1024 * 1024,
};

extern const struct web_module tasks_module;

/* ---- for a kind ---- */

struct task {                             /* one that runs, as its kind sees it */
    int64_t id, user_id, organisation_id; /* 0: of no organisation */
    struct str subject, input;
    int attempt;         /* from 1 */
    struct db *db;       /* a reader; begin snapshots for what belongs together */
    struct arena *arena; /* until run() has returned */
    /* To be set: what it came to. */
    const char *result;   /* a path of this site, or NULL; also when it failed: to its problems */
    const char *message;  /* key in locales/, or NULL; of a failure: instead of info.key */
    int64_t message_n;    /* {n} of the message */
    struct err_info info; /* detail of a failure: info.key is what people are told */
};

struct task_kind {
    const char *name; /* "hall.import" */
    /* On a thread of its own. OK: done. ERR_CLOSED after task_stop() said so: cancelled, or given
     * back. Else failed. */
    enum err (*run)(struct task *t);
    bool begins_again; /* after its process died: from its beginning */
};

/* Borrowed for ever. Before tasks_start(); a name twice replaces the first. */
void tasks_register(const struct task_kind *kind);

/* How far it is; step: a key in locales/ that says what it is doing, with {done} and {total}.
 * Cheap: only some calls are written. */
void task_progress(struct task *t, int64_t done, int64_t total, const char *step);
/* Should it end? For loops, and as job_spec.stop. Cheap. */
bool task_stop(void *task);
/* Runs a command on the writer and waits. Its arena is the task's. */
enum err task_write(struct task *t, struct command *cmd) MUST_CHECK;
/* In a command's transaction: is it still ours, and wanted? ERR_CONFLICT when not. */
enum err task_mine(struct tx *tx, const struct task *t) MUST_CHECK;

/* ---- for who begins one ---- */

struct task_new {
    const char *kind;
    int64_t user_id, organisation_id; /* 0: of no organisation */
    struct str subject, input;
};
/* ERR_LIMIT with a key when somebody has too many open. The page is /tasks/ID. */
enum err tasks_add(struct tx *tx, const struct task_new *n, int64_t *id) MUST_CHECK;
/* Would it be taken? Before much is kept for it. ERR_LIMIT likewise. */
enum err tasks_may_add(struct db *db, struct arena *arena, int64_t user,
                       struct err_info *info) MUST_CHECK;

/* ---- for the town ---- */

void tasks_prepare(struct writer *w); /* between writer_open() and writer_start() */
enum err tasks_start(struct writer *w, const char *store_url, struct arena *arena,
                     struct err_info *info) MUST_CHECK;
/* Before the writer stops: what runs is told to end, and waited for. */
void tasks_stop(void);

#endif
