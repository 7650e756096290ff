/* town/tasks: taking, progress, cancelling, ends, and what becomes of those whose process died. */
#include "../store/fixture.h"

#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/queries.h"
#include "town/tasks/tasks.h"

/* --- kinds of the test's own --- */

static _Atomic int runs, at_once, most_at_once;
static _Atomic bool let_go;

static void nap(void)
{
    usleep(5000);
}

static enum err count_run(struct task *t)
{
    int now = atomic_fetch_add(&at_once, 1) + 1;
    int before = atomic_load(&most_at_once);
    while (now > before && !atomic_compare_exchange_weak(&most_at_once, &before, now))
        ;
    for (int64_t i = 1; i <= 10; i++) {
        task_progress(t, i, 10, "tasks.check_part");
        nap();
    }
    atomic_fetch_add(&runs, 1);
    atomic_fetch_sub(&at_once, 1);
    t->result = arena_printf(t->arena, "/hall?of=%.*s", STR_ARG(t->input));
    t->message = "tasks.check_clean";
    return OK;
}

static enum err fail_run(struct task *t)
{
    atomic_fetch_add(&runs, 1);
    t->info = (struct err_info){.key = "job.sheet_rows", .text = "as planned"};
    t->result = "/somewhere";
    return ERR_TOO_LARGE;
}

/* Until it is let go, or told to stop. */
static enum err wait_run(struct task *t)
{
    atomic_fetch_add(&runs, 1);
    while (!atomic_load(&let_go)) {
        if (task_stop(t))
            return ERR_CLOSED;
        nap();
    }
    return OK;
}

struct deed { /* what a task changes at its end */
    struct command cmd;
    const struct task *task;
};

static enum err deed_run(struct command *cmd, struct tx *tx)
{
    return task_mine(tx, ((struct deed *)cmd)->task);
}

/* Does not look whether it should stop, but its command asks. */
static enum err deaf_run(struct task *t)
{
    struct deed d = {.cmd = {.name = "test.deed", .run = deed_run}, .task = t};
    atomic_fetch_add(&runs, 1);
    while (!atomic_load(&let_go))
        nap();
    return task_write(t, &d.cmd);
}

static const struct task_kind count_kind = {"test.count", count_run, true};
static const struct task_kind fail_kind = {"test.fail", fail_run, true};
static const struct task_kind wait_kind = {"test.wait", wait_run, true};
static const struct task_kind once_kind = {"test.once", wait_run, false};
static const struct task_kind deaf_kind = {"test.deaf", deaf_run, true};

/* --- a town of nothing else --- */

static struct {
    struct fixture f;
    struct writer *writer;
    struct db *db;
} town;

static void sql(const char *text)
{
    assert_ok(fixture_try_on(town.f.url, text));
}

static void serve(void)
{
    assert_ok(writer_open(town.f.url, &town.writer, &town.f.arena, &town.f.info));
    tasks_prepare(town.writer);
    assert_ok(writer_start(town.writer));
    assert_ok(tasks_start(town.writer, town.f.url, &town.f.arena, &town.f.info));
}

static void rest(void)
{
    tasks_stop();
    writer_stop(town.writer);
}

static int set_up(void **state)
{
    static const struct task_kind *const all[] = {&count_kind, &fail_kind, &wait_kind, &once_kind,
                                                  &deaf_kind};
    (void)state;
    log_set_level(LOG_NONE);
    atomic_store(&runs, 0);
    atomic_store(&most_at_once, 0);
    atomic_store(&let_go, false);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        tasks_register(all[i]);
    fixture_on_disk(&town.f);
    sql("INSERT INTO users (id, login, name, password, roles, created_at)"
        " VALUES (1, 'one', 'One', 'x', 1, 1), (2, 'two', 'Two', 'x', 1, 1)");
    assert_ok(db_open(town.f.url, DB_READ, &town.db, &town.f.arena, &town.f.info));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_close(town.db);
    fixture_free(&town.f);
    return 0;
}

struct add {
    struct command cmd;
    struct task_new task;
    int64_t id;
};

static enum err add_run(struct command *cmd, struct tx *tx)
{
    struct add *a = (struct add *)cmd;
    return tasks_add(tx, &a->task, &a->id);
}

static void done(struct command *cmd, enum err result)
{
    (void)cmd, (void)result;
}

static enum err try_add(const char *kind, int64_t user, int64_t *id)
{
    struct add a = {
        .cmd = {.name = "test.add", .run = add_run, .done = done, .arena = &town.f.arena},
        .task = {.kind = kind, .user_id = user, .subject = STR("file.xlsx"), .input = STR("7")}};
    enum err e = writer_call(town.writer, &a.cmd);
    *id = a.id;
    town.f.info = a.cmd.info;
    return e;
}

static int64_t add(const char *kind)
{
    int64_t id;
    assert_ok(try_add(kind, 1, &id));
    return id;
}

static enum err find(int64_t id, struct rows *rs)
{
    assert_ok(db_snapshot_begin(town.db));
    enum err e = db_one(town.db, &q_tasks_get, ARGS(V_INT(id)), &town.f.arena, rs);
    db_snapshot_end(town.db);
    return e;
}

static struct rows look(int64_t id)
{
    struct rows rs;
    assert_ok(find(id, &rs));
    return rs;
}

static bool is(int64_t id, const char *state)
{
    struct rows rs = look(id);
    return str_eq_z(row_str(&rs, 0, "state"), state);
}

static void says(int64_t id, const char *message)
{
    struct rows rs = look(id);
    assert_true(str_eq_z(row_str(&rs, 0, "message"), message));
}

#define UNTIL(condition)                                                                           \
    for (int64_t end_ = clock_mono_ms() + 30 * 1000; !(condition); nap())                          \
    assert_true(clock_mono_ms() < end_)

static void until(int64_t id, const char *state)
{
    UNTIL(is(id, state));
}

static void until_runs(int n)
{
    UNTIL(atomic_load(&runs) >= n);
}

static void ask_to_end(int64_t id)
{
    char text[120];
    snprintf(text, sizeof(text), "UPDATE tasks SET wants_cancel = 1 WHERE id = %lld",
             (long long)id);
    sql(text);
}

/* --- */

static void one_runs_to_its_end(void **state)
{
    (void)state;
    serve();
    int64_t id = add("test.count");
    until(id, "done");
    struct rows rs = look(id);
    assert_true(str_eq_z(row_str(&rs, 0, "result"), "/hall?of=7"));
    says(id, "tasks.check_clean");
    assert_int_equal(row_int(&rs, 0, "total"), 10);
    assert_int_equal(row_int(&rs, 0, "done"), 10);
    assert_true(row_int(&rs, 0, "ended_at") >= row_int(&rs, 0, "started_at"));
    int64_t failed = add("test.fail");
    until(failed, "failed");
    rs = look(failed);
    says(failed, "job.sheet_rows");
    assert_true(str_eq_z(row_str(&rs, 0, "result"), "/somewhere"));
    rest();
}

static void many_run_each_once_and_no_more_than_threads_at_once(void **state)
{
    (void)state;
    int64_t ids[12];
    serve();
    for (int i = 0; i < 12; i++)
        ids[i] = add("test.count");
    for (int i = 0; i < 12; i++)
        until(ids[i], "done");
    assert_int_equal(atomic_load(&runs), 12);
    assert_int_equal(atomic_load(&most_at_once), TASKS_THREADS);
    rest();
}

static void nobodys_many_keep_anothers_one_waiting(void **state)
{
    (void)state;
    int64_t id, first = 0;
    serve();
    for (int i = 0; i < TASKS_THREADS; i++)
        first = add("test.wait");
    until_runs(TASKS_THREADS);
    int64_t later = add("test.wait");
    assert_ok(try_add("test.wait", 2, &id));
    ask_to_end(first);
    until(first, "cancelled");
    until_runs(TASKS_THREADS + 1);
    assert_true(is(id, "running"));
    assert_true(is(later, "waiting"));
    atomic_store(&let_go, true);
    until(later, "done");
    rest();
}

static void too_many_are_refused(void **state)
{
    (void)state;
    int64_t id;
    serve();
    for (int i = 0; i < TASKS_OPEN_MAX; i++)
        add("test.wait");
    assert_int_equal(try_add("test.wait", 1, &id), ERR_LIMIT);
    assert_string_equal(town.f.info.key, "tasks.too_many");
    assert_ok(try_add("test.wait", 2, &id));
    int64_t none;
    assert_int_equal(try_add("test.unheard_of", 2, &none), ERR_INTERNAL);
    atomic_store(&let_go, true);
    until(id, "done");
    rest();
}

static void one_that_is_cancelled_changes_nothing(void **state)
{
    (void)state;
    serve();
    int64_t hears = add("test.wait"), deaf = add("test.deaf");
    until_runs(2);
    ask_to_end(hears);
    until(hears, "cancelled");
    ask_to_end(deaf);
    atomic_store(&let_go, true);
    until(deaf, "cancelled"); /* its command was refused */
    rest();
}

static void when_the_process_ends_it_is_given_back_or_failed(void **state)
{
    (void)state;
    serve();
    int64_t again = add("test.wait"), once = add("test.once");
    until_runs(2);
    rest();
    assert_true(is(again, "waiting"));
    assert_true(is(once, "failed"));
    says(once, "tasks.stopped");
    atomic_store(&let_go, true);
    serve();
    until(again, "done");
    rest();
}

/* What another process left: running under its name, with a lease that has run out, or not yet. */
static void leave(int64_t id, const char *kind, int attempts, int64_t lease_until)
{
    char text[400];
    snprintf(text, sizeof(text),
             "INSERT INTO tasks (id, kind, user_id, subject, input, state, attempts, owner,"
             " lease_until, created_at, started_at) VALUES (%lld, '%s', 1, '', '', 'running', %d,"
             " 'another', %lld, 1, 1)",
             (long long)id, kind, attempts, (long long)lease_until);
    sql(text);
}

static void one_whose_process_died_is_begun_again_or_failed(void **state)
{
    (void)state;
    int64_t alive = clock_wall_ms() + 3600 * 1000;
    leave(101, "test.count", 1, 1);
    leave(102, "test.once", 1, 1);
    leave(103, "test.count", TASKS_TRIES_MAX, 1);
    leave(104, "test.count", 1, alive);
    serve();
    until(101, "done");
    until(102, "failed");
    until(103, "failed");
    says(102, "tasks.died");
    if (fixture_server()) /* there it may well be another node that lives */
        assert_true(is(104, "running"));
    else
        until(104, "done");
    rest();
}

static void a_frozen_process_has_nothing_to_say_any_more(void **state)
{
    (void)state;
    serve();
    int64_t id = add("test.deaf");
    until_runs(1);
    sql("UPDATE tasks SET owner = 'another', lease_until = 9000000000000000");
    atomic_store(&let_go, true);
    int64_t next = add("test.count"); /* its thread goes on */
    until(next, "done");
    rest();
    assert_true(is(id, "running"));
}

static void let_its_lease_run_out(int64_t id)
{
    char text[120];
    snprintf(text, sizeof(text), "UPDATE tasks SET lease_until = 1 WHERE id = %lld", (long long)id);
    sql(text);
}

static void one_that_runs_keeps_its_lease(void **state)
{
    (void)state;
    serve();
    int64_t id = add("test.wait");
    until_runs(1);
    let_its_lease_run_out(id);
    leave(301, "test.count", 1, 1);
    until(301, "done"); /* the same beat saw both */
    assert_true(is(id, "running"));
    assert_int_equal(atomic_load(&runs), 2);
    atomic_store(&let_go, true);
    until(id, "done");
    rest();
}

static void an_end_whose_words_are_refused_is_said_without_them(void **state)
{
    (void)state;
    sql("CREATE UNIQUE INDEX refuses ON tasks (result) WHERE state = 'done'");
    serve();
    int64_t first = add("test.count");
    until(first, "done");
    int64_t id = add("test.count");
    until(id, "done");
    says(id, "");
    assert_int_equal(atomic_load(&runs), 2);
    rest();
}

static void one_whose_end_is_refused_is_begun_again_or_failed(void **state)
{
    (void)state;
    sql("CREATE UNIQUE INDEX refuses ON tasks (state) WHERE state = 'done'");
    atomic_store(&let_go, true);
    serve();
    int64_t first = add("test.count");
    until(first, "done");
    int64_t again = add("test.wait"), once = add("test.once");
    until_runs(3);
    int64_t next = add("test.fail"); /* the threads go on */
    until(next, "failed");
    let_its_lease_run_out(once);
    until(once, "failed");
    says(once, "tasks.died");
    assert_true(is(again, "running"));
    sql("DROP INDEX refuses");
    let_its_lease_run_out(again);
    until(again, "done");
    assert_int_equal(atomic_load(&runs), 5);
    rest();
}

/* Neither at the start nor at a beat. */
static void one_whose_end_is_refused_keeps_nobody_else(void **state)
{
    (void)state;
    leave(401, "test.once", 1, 1);
    leave(402, "test.count", 1, 1);
    leave(403, "test.once", 1, 1);
    leave(9401, "test.once", 1, 1);
    leave(9402, "test.count", 1, 1);
    sql("UPDATE tasks SET state = 'failed', ended_at = 9000000000000 WHERE id > 9000");
    sql("CREATE UNIQUE INDEX refuses ON tasks (kind)"
        " WHERE id IN (401, 402, 9401, 9402) AND state IN ('failed', 'waiting')");
    serve();
    until(403, "failed");
    int64_t id = add("test.wait");
    until_runs(1);
    let_its_lease_run_out(id);
    leave(404, "test.once", 1, 1);
    until(404, "failed");
    assert_true(is(id, "running"));
    assert_true(is(401, "running"));
    assert_true(is(402, "running"));
    atomic_store(&let_go, true);
    until(id, "done");
    rest();
}

static void the_old_are_forgotten(void **state)
{
    (void)state;
    struct rows rs;
    leave(201, "test.count", 1, 1);
    leave(202, "test.count", 1, 1);
    sql("UPDATE tasks SET state = 'failed', ended_at = 1 WHERE id = 201");
    serve();
    UNTIL(find(201, &rs) == ERR_NOT_FOUND);
    until(202, "done");
    rest();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_runs_to_its_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_run_each_once_and_no_more_than_threads_at_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nobodys_many_keep_anothers_one_waiting, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_many_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_that_is_cancelled_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(when_the_process_ends_it_is_given_back_or_failed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_whose_process_died_is_begun_again_or_failed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_frozen_process_has_nothing_to_say_any_more, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_that_runs_keeps_its_lease, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_end_whose_words_are_refused_is_said_without_them, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_whose_end_is_refused_keeps_nobody_else, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_whose_end_is_refused_is_begun_again_or_failed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_old_are_forgotten, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
