/*
 * The writer: one thread, one write connection, one bounded queue of commands. It takes what is
 * waiting (at most WRITER_BATCH_MAX), begins one transaction, runs the commands, commits once, and
 * only then calls each command's `done`, in the order in which they were submitted. There is no
 * timer: an idle writer takes a command at once, a busy one finds a batch waiting.
 *
 *   submit ─▶ queue ─▶ BEGIN ─▶ run, run, run … ─▶ COMMIT ─▶ done, done, done …
 *
 * A cold command (most) has `run` and gets a savepoint of its own: when it fails it is rolled back
 * to it and gets its own error; the others go on. A hot one (many buyers, one SKU) has `run_many`:
 * all of that kind in the batch run together, at the place of the first: they load what they need
 * set-wise, decide in memory one after the other, and write set-wise what was decided, so that a
 * batch costs a few statements and a refusal has written nothing. When such a run as a whole fails,
 * it is rolled back and each of its commands runs alone, so that one that the database refuses does
 * not take the others with it.
 *
 * Cold commands run in the order of submission, and so do hot ones of a kind; who needs one kind
 * after another waits for its answer. A commit that fails gives every command of the batch
 * ERR_STORE. Before each commit the registered guards look at what the batch has done; one that
 * refuses loses the batch as a failed commit would.
 *
 * Ownership: a submitted command is the writer's until `done`, which runs on the writer's thread,
 * must not block, and hands the command on (to a pool or a loop).
 */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "base/arena.h"
#include "base/err.h"
#include "store/db.h"

struct writer;
struct command;

enum { WRITER_QUEUE_MAX = 8192, WRITER_BATCH_MAX = 1024 };

/* What a running command sees. */
struct tx {
    struct db *db; /* inside the batch's transaction */
    struct writer *writer;
    struct arena *arena;   /* the command's own: results that `done` and the continuation read */
    int64_t now_ms;        /* the batch's time, never before one of an earlier batch of this writer,
                            * nor before the ledger's last transfer, whoever made it */
    struct err_info *info; /* detail of a refusal */
};

struct command {
    const char *name; /* "trade.place_order": logs, metrics */
    enum err (*run)(struct command *cmd, struct tx *tx);
    /* A hot command has this and no `run`. Gives each of the n commands its result, with a
     * refusal's detail in its info, or fails as a whole. tx->arena is the run's and goes with it:
     * what a command's continuation reads is copied to the command's own. May run again after a
     * failure. */
    enum err (*run_many)(struct tx *tx, struct command **cmds, size_t n, enum err *results);
    /* Runs on the writer's thread after a successful commit, in the order of the batch, before
     * `done`: appends what was committed to logs that others follow. Must not block. May be NULL.
     */
    void (*committed)(struct command *cmd);
    void (*done)(struct command *cmd, enum err result);
    struct arena *arena;  /* borrowed until done */
    struct err_info info; /* filled on refusal */
    struct command *next; /* private to the writer */
};

struct writer_stats { /* cumulative since start */
    uint64_t batches, commands, failed;
    uint64_t one_by_one; /* runs of hot commands that failed as a whole */
    uint64_t commit_us_total, commit_us_max, batch_max;
    int queued;
};

/* Connects. Nothing runs before writer_start(): jobs, hooks and listeners are registered between
 * the two. */
enum err writer_open(const char *url, struct writer **out, struct arena *arena,
                     struct err_info *info) MUST_CHECK;
/* Starts the thread. */
enum err writer_start(struct writer *w) MUST_CHECK;
/* Instead of a thread, on the caller's own: one batch of what is queued, at most WRITER_BATCH_MAX,
 * and of the jobs that are due; without either it is an empty batch. For tests/sim, which has to
 * repeat a run exactly. */
void writer_turn(struct writer *w);
/* Thread safe; what comes before writer_start() waits for it. ERR_BUSY when the queue is full:
 * answer 503 with Retry-After. */
enum err writer_submit(struct writer *w, struct command *cmd) MUST_CHECK;
/* Submits and waits: for main, tests and the demo's filler; never on a loop or in a page handler.
 */
enum err writer_call(struct writer *w, struct command *cmd) MUST_CHECK;
/* Registers a function that runs at most every `every_ms` inside a batch (or a batch of its own
 * when idle): expiry of due holds, pruning. After a batch that was lost none runs for a second.
 * Also after writer_start(), as the only one of these. */
void writer_every(struct writer *w, int64_t every_ms, const char *name,
                  enum err (*run)(struct tx *tx, void *arg), void *arg);
/* Registers a function that runs at the beginning of each batch, in the transaction (on PostgreSQL:
 * once no other process writes) and with an arena of its own. It may set tx->now_ms forward, for
 * all of the batch and those after it. When it fails, the batch is lost. */
void writer_at_begin(struct writer *w, const char *name, enum err (*run)(struct tx *tx, void *arg),
                     void *arg);
/* Registers a guard: it runs in every batch after the commands and the jobs, in the transaction,
 * with an arena of its own; it may add what belongs to the batch as a whole. When it returns an
 * error nothing of the batch is kept, every command gets a retryable error (ERR_DISK_FULL, ERR_BUSY
 * or else ERR_STORE: most of them are innocent) and the refusal is logged with info->text. */
void writer_before_commit(struct writer *w, const char *name,
                          enum err (*guard)(struct tx *tx, void *arg), void *arg);
/* Registers a function that runs once, in a last batch of its own, when the writer stops. */
void writer_at_stop(struct writer *w, const char *name, enum err (*run)(struct tx *tx, void *arg),
                    void *arg);
/* Registers a function that runs on the writer's thread after every commit, before the replies,
 * with the writer's connection outside any transaction: to tell others what has changed. It must
 * not block. */
void writer_on_commit(struct writer *w, void (*fn)(struct db *db, void *arg), void *arg);
void writer_stats(struct writer *w, struct writer_stats *out);
/* Could the last batch not even begin, because the database is not there? Thread safe. */
bool writer_is_away(struct writer *w);
/* What changes are being lost by: ERR_DISK_FULL, or ERR_STORE when the store or a guard refuses; OK
 * once a batch has been written again, which idle ones try too. Thread safe. */
enum err writer_refusal(struct writer *w);
/* Finishes what is queued, checkpoints, joins, frees; NULL is fine. Of one that was never started:
 * on the caller's thread. */
void writer_stop(struct writer *w);

#endif
