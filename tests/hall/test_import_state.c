/* town/hall: who may change an import, in which state, and what it keeps. */
#include "import_bench.h"

#include <sys/stat.h>

#include "store/queries.h"

/* ---- whose task it is ---- */

static enum err anothers(struct tx *tx, void *arg)
{
    (void)tx, (void)arg;
    return ERR_CONFLICT;
}

static void a_task_that_is_anothers_writes_nothing(void **state)
{
    struct bench *b = *state;
    bring_file(b, str_of(goods));
    struct import_work w = work(b);
    w.mine = anothers;
    assert_int_equal(try_read(b, w), ERR_CONFLICT);
    assert_true(in_status(b, "reading"));
    bring(b, "型号,品类,中文品名,价格\nA,moon,甲,12\n");
    w = work(b);
    w.mine = anothers;
    assert_int_equal(try_check(b, w), ERR_CONFLICT);
    assert_int_equal(try_take(b, w), ERR_CONFLICT);
    assert_true(in_status(b, "mapping"));
    assert_int_equal(faults(b).n, 0);
    bring_sound(b, goods);
    w = work(b);
    w.mine = anothers;
    assert_int_equal(try_take(b, w), ERR_CONFLICT);
    assert_true(in_status(b, "checked"));
    assert_int_equal(products(b), 0);
}

/* An archive of a.gif, one pixel. */
static const char zip[] = "PK\3\4\24\0\0\0\0\0\0\0!\\\215\2575\366#\0\0\0#\0\0\0\5\0\0\0"
                          "a.gifGIF89a\1\0\1\0\200\0\0\377\377\377\0\0\0,\0\0\0\0\1\0\1\0\0"
                          "\2\2D\1\0;PK\1\2\24\3\24\0\0\0\0\0\0\0!\\\215\2575\366#\0\0\0#"
                          "\0\0\0\5\0\0\0\0\0\0\0\0\0\0\0\200\1\0\0\0\0a.gifPK\5\6\0\0\0\0"
                          "\1\0\1\0003\0\0\0F\0\0\0\0";

static size_t pictures(struct bench *b)
{
    struct rows rs;
    assert_ok(db_select(b->db, &q_hall_import_pictures,
                        ARGS(V_INT(b->id), V_STR(STR("")), V_INT(9)), &b->f.arena, &rs));
    return rs.n;
}

static void pictures_are_kept_by_whose_task_it_is(void **state)
{
    struct bench *b = *state;
    struct object_id file;
    bring(b, "型号,品类,中文品名,价格,图片\nA,kettle,甲,12,a.gif\n");
    assert_ok(objects_put(str_n(zip, sizeof(zip)), &file));
    sql(b, "UPDATE imports SET zip = '%s' WHERE id = %lld", file.hex, (long long)b->id);
    struct import_work w = work(b);
    w.mine = anothers;
    assert_int_equal(try_check(b, w), ERR_CONFLICT);
    assert_int_equal(pictures(b), 0);
    check_is_sound(b);
    assert_int_equal(pictures(b), 1);
}

/* ---- what ended it ---- */

static enum err disk_full_at_rows(void *arg, struct command *cmd)
{
    return strcmp(cmd->name, "hall.import_rows") == 0 ? ERR_DISK_FULL : writer_call(arg, cmd);
}

static bool at_once(void *arg)
{
    (void)arg;
    return true;
}

/* What ended the reading was not the file: it can be read yet. */
static void our_trouble_is_not_the_files(void **state)
{
    struct bench *b = *state;
    bring_file(b, str_of(goods));
    struct import_work w = work(b), full = w, stopped = w;
    full.write = disk_full_at_rows;
    stopped.stop = at_once;
    assert_int_equal(try_read(b, full), ERR_DISK_FULL);
    assert_true(in_status(b, "reading"));
    assert_int_equal(try_read(b, stopped), ERR_CLOSED);
    assert_true(in_status(b, "reading"));
    job_set_program("/nonexistent/guildhall-job");
    assert_int_equal(try_read(b, w), ERR_IO);
    assert_true(in_status(b, "reading"));
    job_set_program(JOB_PROGRAM);
    assert_ok(try_read(b, w));
    assert_true(in_status(b, "mapping"));
    assert_int_equal(count(b, "rows_n"), 3);
}

/* Its end by its limits or by what it met is the file's, whatever the program said of it. */
static void what_ends_the_decoder_is_the_files(void **state)
{
    static const struct {
        const char *script, *why;
    } cases[] = {{"#!/bin/sh\nkill -XCPU $$\n", "hall.import_slow"},
                 {"#!/bin/sh\nkill -SEGV $$\n", "hall.import_unreadable"}};
    struct bench *b = *state;
    const char *program = arena_printf(&b->f.arena, "%s/other", b->f.folder);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        FILE *f = fopen(program, "we");
        assert_true(f && fputs(cases[i].script, f) >= 0);
        fchmod(fileno(f), 0700);
        fclose(f);
        job_set_program(program);
        bring(b, goods);
        struct rows rs = import_row(b);
        assert_true(in_status(b, "failed"));
        assert_true(str_eq_z(row_str(&rs, 0, "why"), cases[i].why));
    }
    job_set_program(JOB_PROGRAM);
}

/* Then nothing is wrong with the sheet: the task is begun again. */
static void the_stores_trouble_is_no_rows_fault(void **state)
{
    struct bench *b = *state;
    bring_and_check(b, goods);
    sql(b, "ALTER TABLE product_events RENAME TO elsewhere");
    assert_true(take(b) != OK);
    assert_true(in_status(b, "checked"));
    assert_int_equal(count(b, "faults_n"), 0);
    sql(b, "ALTER TABLE elsewhere RENAME TO product_events");
    take_whole(b);
    assert_int_equal(products(b), 2);
}

/* ---- its state ---- */

static void what_is_taken_stays_taken(void **state)
{
    struct bench *b = *state;
    bring_and_take(b, goods);
    assert_ok(take(b)); /* begun again by a process that does not know */
    assert_int_equal(try_check(b, work(b)), ERR_CONFLICT);
    assert_ok(try_read(b, work(b)));
    assert_true(in_status(b, "taken"));
    assert_int_equal(products(b), 2);
}

/* Before it could say so, another process had read it. */
static enum err was_read_meanwhile(void *arg, struct command *cmd)
{
    struct bench *b = arg;
    if (strcmp(cmd->name, "hall.import_header") == 0 ||
        strcmp(cmd->name, "hall.import_failed") == 0)
        sql(b, "UPDATE imports SET status = 'mapping'");
    return writer_call(b->w, cmd);
}

static void what_was_read_is_not_read_again(void **state)
{
    static const char *const sheets[] = {goods, "one,two\nthree,four\n"};
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof(sheets) / sizeof(sheets[0]); i++) {
        bring_file(b, str_of(sheets[i]));
        struct import_work w = work(b);
        w.write = was_read_meanwhile;
        w.arg = b;
        assert_int_equal(try_read(b, w), ERR_CONFLICT);
        assert_true(in_status(b, "mapping"));
        assert_int_equal(count(b, "rows_n"), 0);
    }
}

static enum err run_map(struct command *cmd, struct tx *tx)
{
    const struct str keys[] = {STR("model")};
    return import_map(tx, ((struct deed *)cmd)->id, keys, 1);
}

static enum err run_zip(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    return import_zip(tx, d->id, d->text, STR("b.zip"), 9);
}

static enum err run_drop(struct command *cmd, struct tx *tx)
{
    return import_drop(tx, ((struct deed *)cmd)->id, "hall.import_removed");
}

static enum err run_prune(struct command *cmd, struct tx *tx)
{
    (void)cmd;
    return hall_imports_prune(tx, NULL);
}

static enum err try(struct bench *b, enum err (*run)(struct command *, struct tx *))
{
    struct deed d = {.id = b->id, .text = STR("ffff")};
    return call(b, &d, run);
}

/* Nothing is told of what it is, nor taken, once it has ended or before it is read. */
static void each_step_has_its_states(void **state)
{
    static const char *const others[] = {"reading", "failed", "taken"};
    struct bench *b = *state;
    bring_sound(b, goods);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        sql(b, "UPDATE imports SET status = '%s'", others[i]);
        assert_int_equal(try(b, run_map), ERR_CONFLICT);
        assert_int_equal(try(b, run_zip), ERR_CONFLICT);
        assert_int_equal(try_check(b, work(b)), ERR_CONFLICT);
        if (i < 2) /* what is taken is taken */
            assert_int_equal(take(b), ERR_CONFLICT);
        assert_true(in_status(b, others[i]));
        assert_int_equal(products(b), 0);
    }
}

/* ---- what it keeps ---- */

static void set_at_work(struct bench *b, const char *state)
{
    sql(b, "DELETE FROM tasks WHERE id = 77");
    sql(b,
        "INSERT INTO tasks (id, kind, user_id, subject, input, state, created_at, ended_at)"
        " VALUES (77, 'x', %d, '', '', '%s', 1, %s)",
        CLERK, state, strcmp(state, "done") == 0 ? "1" : "NULL");
    sql(b, "UPDATE imports SET task_id = 77, updated_at = 1");
}

static bool is_kept(struct bench *b)
{
    struct rows rs = import_row(b);
    return row_str(&rs, 0, "file").n > 0;
}

/* Neither by hand nor by time. */
static void what_is_at_work_is_not_dropped(void **state)
{
    static const char *const states[] = {"waiting", "running", "done"};
    struct bench *b = *state;
    bring_sound(b, goods);
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        bool is_open = i < 2;
        set_at_work(b, states[i]);
        if (is_open)
            assert_int_equal(try(b, run_drop), ERR_CONFLICT);
        assert_ok(try(b, run_prune));
        assert_int_equal(is_kept(b), is_open);
    }
    assert_true(in_status(b, "failed"));
}

static void another_archive_takes_the_place_of_the_first(void **state)
{
    struct bench *b = *state;
    struct rows rs;
    bring_sound(b, goods);
    assert_ok(try(b, run_zip));
    assert_ok(db_select(b->db, &q_gone_due, ARGS(V_INT(INT64_MAX), V_INT(9)), &b->f.arena, &rs));
    assert_int_equal(rs.n, 0);
    assert_ok(try(b, run_zip));
    assert_ok(db_select(b->db, &q_gone_due, ARGS(V_INT(INT64_MAX), V_INT(9)), &b->f.arena, &rs));
    assert_int_equal(rs.n, 1);
    assert_true(str_eq_z(row_str(&rs, 0, "object"), "ffff"));
}

static enum err may(struct bench *b, int64_t bytes, bool is_new)
{
    const struct import_ask ask = {MAKER, CLERK, bytes, is_new};
    return import_may(b->db, &ask, &b->f.arena, &b->f.info);
}

static void no_more_is_kept_than_may_be(void **state)
{
    struct bench *b = *state;
    bring_file(b, str_of(goods));
    sql(b, "UPDATE imports SET zip_bytes = %lld, file_bytes = 0",
        (long long)(IMPORT_KEPT_BYTES - 10));
    assert_ok(may(b, 10, true));
    assert_int_equal(may(b, 11, true), ERR_LIMIT);
    assert_int_equal(may(b, 11, false), ERR_LIMIT);
    for (int i = 1; i < IMPORT_KEPT_MAX; i++) {
        assert_ok(may(b, 1, true));
        bring_file(b, str_of(goods));
    }
    assert_int_equal(may(b, 1, true), ERR_LIMIT);
    assert_string_equal(b->f.info.key, "hall.import_kept_many");
    assert_ok(may(b, 1, false)); /* pictures for one that is there */
    sql(b, "UPDATE imports SET file = '' WHERE id = %lld", (long long)b->id);
    assert_ok(may(b, 1, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_BENCH(a_task_that_is_anothers_writes_nothing),
        ON_A_BENCH(pictures_are_kept_by_whose_task_it_is),
        ON_A_BENCH(our_trouble_is_not_the_files),
        ON_A_BENCH(what_ends_the_decoder_is_the_files),
        ON_A_BENCH(the_stores_trouble_is_no_rows_fault),
        ON_A_BENCH(what_is_taken_stays_taken),
        ON_A_BENCH(what_was_read_is_not_read_again),
        ON_A_BENCH(each_step_has_its_states),
        ON_A_BENCH(what_is_at_work_is_not_dropped),
        ON_A_BENCH(another_archive_takes_the_place_of_the_first),
        ON_A_BENCH(no_more_is_kept_than_may_be),
    };
    job_set_program(JOB_PROGRAM);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
