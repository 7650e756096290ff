/* Private to town/tasks. */
#ifndef TOWN_TASKS_INTERNAL_H
#define TOWN_TASKS_INTERNAL_H

#include <stdatomic.h>

#include "town/tasks/tasks.h"

enum { TASKS_OWNER_BYTES = 16, TASKS_OWNER_TEXT = 2 * TASKS_OWNER_BYTES + 1 };

const struct task_kind *tasks_kind(struct str name); /* NULL: none of that name */
const char *tasks_owner(void);                       /* this process */
/* What thread i of this process, of TASKS_THREADS, is at: a task's id, or 0. What is said to run
 * here and is not one of these is at its end, and nobody's. */
int64_t tasks_held(int i);

/* A task as its thread knows it. */
struct task_run {
    struct task task;
    const struct task_kind *kind;
    struct writer *writer;
    struct arena arena;
    _Atomic int64_t *holds;        /* the thread's (tasks_held); 0 once the attempt is over */
    int64_t written_ms, looked_ms; /* monotone: of progress; at cancelling */
    bool cancelled, lost;          /* somebody wants it to end; it is no longer ours */
};
#define TASK_RUN_OF(t) ((struct task_run *)((char *)(t)-offsetof(struct task_run, task)))

/* A taken one; false when nothing waits. */
enum err tasks_take(struct task_run *run, bool *taken) MUST_CHECK;
/* What run() came to. */
void tasks_end(struct task_run *run, enum err e);
void tasks_look(struct task_run *run); /* at once: is it cancelled, is it still ours? */

bool tasks_are_stopping(void);
void tasks_have_news(void); /* one was added: to be told to the threads once it is committed */

/* Before the threads start: what the last process left. */
enum err tasks_recover(struct writer *w, struct arena *arena) MUST_CHECK;
enum err tasks_beat(struct tx *tx, void *unused) MUST_CHECK;
enum err tasks_prune(struct tx *tx, void *unused) MUST_CHECK;

#endif
