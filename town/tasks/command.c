/* What is written of tasks: adding, taking, progress, ends, leases. */
#include "town/tasks/internal.h"

#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/queries.h"

enum { PRUNE_MOST = 200 };

/* --- adding --- */

enum err tasks_may_add(struct db *db, struct arena *arena, int64_t user, struct err_info *info)
{
    struct rows rs;
    enum err e = db_one(db, &q_tasks_open_of, ARGS(V_INT(user)), arena, &rs);
    if (e || row_int(&rs, 0, "n") < TASKS_OPEN_MAX)
        return e;
    *info = (struct err_info){.code = ERR_LIMIT, .key = "tasks.too_many"};
    return ERR_LIMIT;
}

enum err tasks_add(struct tx *tx, const struct task_new *n, int64_t *id)
{
    struct rows rs;
    if (!tasks_kind(str_of(n->kind)) || n->subject.n > TASKS_SUBJECT_MAX ||
        n->input.n > TASKS_INPUT_MAX)
        return ERR_INTERNAL;
    enum err e = tasks_may_add(tx->db, tx->arena, n->user_id, tx->info);
    if (e)
        return e;
    struct val organisation = n->organisation_id ? V_INT(n->organisation_id) : V_NULL;
    e = db_one(tx->db, &q_tasks_add,
               ARGS(V_Z(n->kind), V_INT(n->user_id), organisation, V_STR(n->subject),
                    V_STR(n->input), V_INT(tx->now_ms)),
               tx->arena, &rs);
    if (e)
        return e;
    *id = row_int(&rs, 0, "id");
    tasks_have_news();
    return OK;
}

/* --- a running one's own writes --- */

static void ignore(struct command *cmd, enum err result)
{
    (void)cmd, (void)result;
}

struct step { /* a command of a task's thread */
    struct command cmd;
    struct task_run *run;
    bool taken;
    int64_t done, total;
    const char *text; /* progress: its step; an end: its state */
};

static enum err call(struct step *s, const char *name,
                     enum err (*run)(struct command *cmd, struct tx *tx))
{
    s->cmd = (struct command){.name = name, .run = run, .done = ignore, .arena = &s->run->arena};
    return writer_call(s->run->writer, &s->cmd);
}

static enum err take_run(struct command *cmd, struct tx *tx)
{
    struct step *s = (struct step *)cmd;
    struct task *t = &s->run->task;
    struct rows rs;
    s->taken = false;
    enum err e =
        db_one(tx->db, &q_tasks_take,
               ARGS(V_Z(tasks_owner()), V_INT(tx->now_ms + TASKS_LEASE_MS), V_INT(tx->now_ms)),
               tx->arena, &rs);
    if (e)
        return e == ERR_NOT_FOUND ? OK : e;
    t->id = row_int(&rs, 0, "id");
    atomic_store(s->run->holds, t->id); /* before the commit: its lease is never nobody's */
    t->user_id = row_int(&rs, 0, "user_id");
    t->organisation_id = row_int(&rs, 0, "organisation_id");
    t->subject = row_str(&rs, 0, "subject");
    t->input = row_str(&rs, 0, "input");
    t->attempt = (int)row_int(&rs, 0, "attempts");
    s->run->kind = tasks_kind(row_str(&rs, 0, "kind"));
    s->taken = true;
    return OK;
}

enum err tasks_take(struct task_run *run, bool *taken)
{
    struct step s = {.run = run};
    enum err e = call(&s, "tasks.take", take_run);
    *taken = !e && s.taken;
    return e;
}

static enum err progress_run(struct command *cmd, struct tx *tx)
{
    struct step *s = (struct step *)cmd;
    return db_exec(tx->db, &q_tasks_progress,
                   ARGS(V_INT(s->done), V_INT(s->total), V_Z(s->text), V_INT(s->run->task.id),
                        V_Z(tasks_owner())),
                   NULL);
}

void task_progress(struct task *t, int64_t done, int64_t total, const char *step)
{
    struct task_run *run = TASK_RUN_OF(t);
    struct step s = {.run = run, .done = done, .total = total, .text = step ? step : ""};
    int64_t now = clock_mono_ms();
    if (run->written_ms && now - run->written_ms < TASKS_PROGRESS_MS)
        return;
    run->written_ms = now;
    enum err e = call(&s, "tasks.progress", progress_run);
    if (e)
        LOG(WARN, "tasks.progress_lost", L_I("task", t->id), L_ERR(e));
}

void tasks_look(struct task_run *run)
{
    struct rows rs;
    struct arena scratch;
    arena_init(&scratch, 64 * 1024);
    enum err e = db_one(run->task.db, &q_tasks_wanted,
                        ARGS(V_INT(run->task.id), V_Z(tasks_owner())), &scratch, &rs);
    run->lost = e == ERR_NOT_FOUND;
    run->cancelled = e == OK && row_int(&rs, 0, "wants_cancel");
    arena_free(&scratch);
}

bool task_stop(void *task)
{
    struct task_run *run = TASK_RUN_OF((struct task *)task);
    int64_t now = clock_mono_ms();
    if (!run->cancelled && !run->lost && now - run->looked_ms >= TASKS_PROGRESS_MS) {
        run->looked_ms = now;
        tasks_look(run);
    }
    return run->cancelled || run->lost || tasks_are_stopping();
}

enum err task_write(struct task *t, struct command *cmd)
{
    cmd->arena = t->arena;
    if (!cmd->done)
        cmd->done = ignore;
    return writer_call(TASK_RUN_OF(t)->writer, cmd);
}

enum err task_mine(struct tx *tx, const struct task *t)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_tasks_wanted, ARGS(V_INT(t->id), V_Z(tasks_owner())), tx->arena, &rs);
    if (e == ERR_NOT_FOUND || (e == OK && row_int(&rs, 0, "wants_cancel")))
        return ERR_CONFLICT;
    return e;
}

/* --- ends --- */

static enum err give_back_run(struct command *cmd, struct tx *tx)
{
    struct step *s = (struct step *)cmd;
    return db_exec(tx->db, &q_tasks_give_back, ARGS(V_INT(s->run->task.id), V_Z(tasks_owner())),
                   NULL);
}

static enum err end_row(struct tx *tx, int64_t id, const char *owner, const char *state,
                        const char *message, int64_t n, const char *result)
{
    return db_exec(tx->db, &q_tasks_end,
                   ARGS(V_Z(state), V_Z(message ? message : ""), V_INT(n),
                        V_Z(result ? result : ""), V_INT(tx->now_ms), V_INT(id), V_Z(owner)),
                   NULL);
}

static enum err end_run(struct command *cmd, struct tx *tx)
{
    struct step *s = (struct step *)cmd;
    const struct task *t = &s->run->task;
    return end_row(tx, t->id, tasks_owner(), s->text, t->message, t->message_n, t->result);
}

static const char *state_of(struct task_run *run, enum err e)
{
    struct task *t = &run->task;
    if (e == OK)
        return "done";
    if (run->cancelled)
        return "cancelled";
    if (!t->message)
        t->message = t->info.key ? t->info.key : err_message_key(e);
    return "failed";
}

static void pause_between_tries(void)
{
    const struct timespec t = {.tv_sec = 1};
    nanosleep(&t, NULL);
}

/* False when it had none of its own. */
static bool drop_words(struct task_run *run, enum err e)
{
    struct task *t = &run->task;
    const char *plain = e && !run->cancelled ? err_message_key(e) : NULL;
    if (!t->result && t->message == plain)
        return false;
    t->result = NULL;
    t->message = plain;
    return true;
}

/* As long as it takes, while it may help. What the store will not take however often
 * (err_retryable) is said once more without words, which may be what it minds; then its lease is
 * let run out, and it is begun again or failed like one whose process died (end_orphans). */
void tasks_end(struct task_run *run, enum err e)
{
    struct step s = {.run = run};
    bool back = e == ERR_CLOSED && !run->cancelled && tasks_are_stopping();
    if (back && !run->kind->begins_again)
        run->task.message = "tasks.stopped";
    back = back && run->kind->begins_again;
    s.text = back ? "waiting" : state_of(run, e);
    LOG(INFO, "tasks.ended", L_I("task", run->task.id), L_Z("kind", run->kind->name),
        L_Z("state", s.text), L_ERR(e));
    for (;;) {
        enum err written =
            back ? call(&s, "tasks.give_back", give_back_run) : call(&s, "tasks.end", end_run);
        if (!written)
            return;
        LOG(WARN, "tasks.end_not_written", L_I("task", run->task.id), L_ERR(written));
        if (tasks_are_stopping())
            return;
        if (err_retryable(written))
            pause_between_tries();
        else if (!drop_words(run, e))
            return;
    }
}

/* --- the beat --- */

static enum err end_orphan(struct tx *tx, const struct rows *rs, size_t i)
{
    const struct task_kind *kind = tasks_kind(row_str(rs, i, "kind"));
    int64_t id = row_int(rs, i, "id"), attempts = row_int(rs, i, "attempts");
    struct str owner = row_str(rs, i, "owner");
    bool cancelled = row_int(rs, i, "wants_cancel");
    if (kind && kind->begins_again && attempts < TASKS_TRIES_MAX && !cancelled) {
        LOG(WARN, "tasks.begun_again", L_I("task", id), L_I("attempts", attempts));
        tasks_have_news();
        return db_exec(tx->db, &q_tasks_give_back, ARGS(V_INT(id), V_STR(owner)), NULL);
    }
    LOG(WARN, "tasks.died", L_I("task", id), L_I("attempts", attempts));
    return end_row(tx, id, owner.p, cancelled ? "cancelled" : "failed",
                   cancelled ? NULL : "tasks.died", 0, NULL);
}

/* In a savepoint of its own: one whose end the store refuses keeps nobody else from going on. It
 * stays as it is until the next beat. */
static enum err end_orphan_apart(struct tx *tx, const struct rows *rs, size_t i)
{
    enum err e = db_savepoint(tx->db);
    if (e)
        return e;
    e = end_orphan(tx, rs, i);
    if (!e)
        e = db_savepoint_release(tx->db);
    if (!e)
        return OK;
    db_savepoint_rollback(tx->db);
    LOG(WARN, "tasks.end_refused", L_I("task", row_int(rs, i, "id")), L_ERR(e));
    return err_retryable(e) || !db_in_transaction(tx->db) ? e : OK;
}

static enum err end_orphans(struct tx *tx, bool alone)
{
    struct rows rs;
    enum err e =
        db_select(tx->db, &q_tasks_orphans,
                  ARGS(V_INT(tx->now_ms), V_Z(tasks_owner()), V_INT(alone)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = end_orphan_apart(tx, &rs, i);
    return e;
}

/* Only what a thread is at: one that has ended without the store's taking it is let go of. */
static enum err prolong(struct tx *tx, int64_t id)
{
    if (!id)
        return OK;
    return db_exec(tx->db, &q_tasks_prolong,
                   ARGS(V_INT(tx->now_ms + TASKS_LEASE_MS), V_INT(id), V_Z(tasks_owner())), NULL);
}

enum err tasks_beat(struct tx *tx, void *unused)
{
    (void)unused;
    enum err e = OK;
    for (int i = 0; !e && i < TASKS_THREADS; i++)
        e = prolong(tx, tasks_held(i));
    return e ? e : end_orphans(tx, false);
}

/* One server alone has a SQLite file: what another is said to run at its start, it has died of. */
static enum err recover_run(struct command *cmd, struct tx *tx)
{
    (void)cmd;
    return end_orphans(tx, db_dialect(tx->db) == DB_SQLITE);
}

enum err tasks_recover(struct writer *w, struct arena *arena)
{
    struct command cmd = {
        .name = "tasks.recover", .run = recover_run, .done = ignore, .arena = arena};
    return writer_call(w, &cmd);
}

enum err tasks_prune(struct tx *tx, void *unused)
{
    const int64_t before = tx->now_ms - TASKS_KEEP_DAYS * INT64_C(24) * 3600 * 1000;
    (void)unused;
    return db_exec(tx->db, &q_tasks_prune, ARGS(V_INT(before), V_INT(PRUNE_MOST)), NULL);
}
