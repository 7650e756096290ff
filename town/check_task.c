#include "town/check_task.h"

#include "base/log.h"
#include "town/check.h"

static const char *url;

void town_check_task_on(const char *store_url)
{
    url = store_url;
}

static void say(void *arg, const char *line)
{
    const struct task *t = arg;
    LOG(ERROR, "check.violation", L_I("task", t->id), L_Z("what", line));
}

static bool progress(void *arg, int done, int total)
{
    task_progress(arg, done, total, "tasks.check_part");
    return !task_stop(arg);
}

static enum err run(struct task *t)
{
    int violations;
    enum err e = town_check(url, say, progress, t, &violations, t->arena, &t->info);
    t->message_n = violations;
    t->message = e ? NULL : violations ? "tasks.check_violations" : "tasks.check_clean";
    return !e && violations ? ERR_CORRUPT : e;
}

const struct task_kind town_check_task = {.name = "town.check", .run = run, .begins_again = true};
