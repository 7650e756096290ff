/* store/version: nothing that was committed goes unnoticed, whoever did it. */
#include "fixture.h"

#include "base/log.h"
#include "store/queries.h"
#include "store/version.h"

struct place {
    struct fixture f;
    struct version_watch *watch;
    struct db *reader, *writer, *other;
};

static int set_up(void **state)
{
    static struct place p;
    log_set_level(LOG_NONE);
    fixture_on_disk(&p.f);
    p.watch = version_watch_new(p.f.url);
    assert_non_null(p.watch);
    assert_ok(db_open(p.f.url, DB_READ, &p.reader, &p.f.arena, &p.f.info));
    assert_ok(db_open(p.f.url, DB_WRITE, &p.writer, &p.f.arena, &p.f.info));
    assert_ok(db_open(p.f.url, DB_WRITE, &p.other, &p.f.arena, &p.f.info));
    *state = &p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    version_watch_free(p->watch);
    db_close(p->reader);
    db_close(p->other);
    db_close(p->writer);
    fixture_free(&p->f);
    return 0;
}

static struct version now(struct place *p)
{
    struct version v;
    assert_ok(version_now(p->watch, p->reader, &p->f.arena, &v));
    return v;
}

static void begin_and_write(struct db *db, int number)
{
    assert_ok(db_begin(db));
    assert_ok(db_exec(db, &q_store_migration_record,
                      ARGS(V_INT(number), V_Z("x"), V_Z("sum"), V_INT(7)), NULL));
}

/*
 * Does it stay the same over a read? A server of PostgreSQL counts what is done in its other
 * databases too, where other tests work, so of many pairs one that is equal will do.
 */
static bool stays(struct place *p)
{
    for (int i = 0; i < 100; i++) {
        struct rows rs;
        struct version before = now(p);
        assert_ok(db_snapshot_begin(p->reader));
        assert_ok(db_select(p->reader, &q_store_migrations_applied, NO_ARGS, &p->f.arena, &rs));
        db_snapshot_end(p->reader);
        if (version_same(before, now(p)))
            return true;
    }
    return false;
}

static void it_stays_while_nothing_is_committed(void **state)
{
    assert_true(stays(*state));
}

static void each_commit_of_each_connection_changes_it(void **state)
{
    struct place *p = *state;
    struct version seen[21] = {now(p)};
    for (int i = 1; i <= 20; i++) {
        struct db *db = i % 2 ? p->writer : p->other;
        begin_and_write(db, 9000 + i);
        assert_ok(db_commit(db));
        seen[i] = now(p);
        for (int k = 0; k < i; k++)
            assert_false(version_same(seen[k], seen[i]));
    }
    assert_true(stays(p));
}

/* What was asked for while a transaction ran must not be equal to what is there after it. */
static void a_commit_that_ran_meanwhile_changes_it(void **state)
{
    struct place *p = *state;
    begin_and_write(p->writer, 9101);
    struct version during = now(p);
    assert_ok(db_commit(p->writer));
    assert_false(version_same(during, now(p)));
}

static void what_is_undone_is_no_lasting_change(void **state)
{
    struct place *p = *state;
    struct rows rs;
    begin_and_write(p->writer, 9102);
    db_rollback(p->writer);
    assert_ok(
        db_select(p->reader, &q_store_migration_applied, ARGS(V_INT(9102)), &p->f.arena, &rs));
    assert_int_equal(rs.n, 0);
    assert_true(stays(p));
}

/* A checkpoint moves what is committed; readers see the same before and after. */
static void a_checkpoint_loses_nothing(void **state)
{
    struct place *p = *state;
    for (int i = 0; i < 3; i++) {
        struct version before = now(p);
        begin_and_write(p->writer, 9200 + i);
        assert_ok(db_commit(p->writer));
        assert_ok(db_checkpoint(p->writer));
        assert_false(version_same(before, now(p)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_stays_while_nothing_is_committed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_commit_of_each_connection_changes_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_commit_that_ran_meanwhile_changes_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_undone_is_no_lasting_change, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_checkpoint_loses_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
