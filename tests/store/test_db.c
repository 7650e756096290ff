/* store/: connections, named queries, snapshots, errors, migrations. */
#include "fixture.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/queries.h"

static enum err record(struct db *db, int number, const char *name)
{
    return db_exec(db, &q_store_migration_record,
                   ARGS(V_INT(number), V_Z(name), V_Z("sum"), V_INT(7)), NULL);
}

static void every_query_prepares(void **state)
{
    (void)state;
    struct fixture f;
    fixture_in_memory(&f);
    /* Each is compiled against the real schema and run once with zeros: what a constraint refuses
     * is fine, SQL that does not compile is not. */
    for (int i = 0; i < query_count(); i++) {
        const struct query *q = query_at(i);
        struct val args[64];
        struct rows rs;
        assert_int_equal(q->id, i);
        assert_true(q->params <= 64);       /* gen-queries */
        for (int k = 0; k < q->params; k++) /* PostgreSQL finds the type that a NULL stands for */
            args[k] = fixture_server() ? V_NULL : V_INT(0);
        assert_ok(db_savepoint(f.db));
        enum err e = q->many ? db_select_many(f.db, q, args, 1, &f.arena, &rs)
                             : db_select(f.db, q, args, (size_t)q->params, &f.arena, &rs);
        if (e == ERR_INTERNAL)
            fail_msg("%s: %s", q->name, db_last_error(f.db));
        db_savepoint_rollback(f.db);
    }
    assert_null(query_at(query_count()));
    assert_null(query_at(-1));
    fixture_free(&f);
}

static void values_come_back_as_they_went(void **state)
{
    (void)state;
    struct fixture f;
    struct rows rs;
    int64_t changed = 0;
    struct str name = str_n("小\0家电'; DROP", 16);
    if (fixture_server()) /* PostgreSQL has no text with a NUL in it */
        name = str_of("小家电'; DROP");
    fixture_in_memory(&f);
    assert_ok(db_exec(f.db, &q_store_migration_record,
                      ARGS(V_INT(9001), V_STR(name), V_Z("sum"), V_INT(INT64_MIN)), &changed));
    assert_int_equal(changed, 1);
    assert_ok(db_select(f.db, &q_store_migrations_applied, NO_ARGS, &f.arena, &rs));
    size_t last = rs.n - 1;
    assert_int_equal(row_int(&rs, last, "number"), 9001);
    assert_true(str_eq(row_str(&rs, last, "name"), name));
    assert_int_equal(db_one(f.db, &q_store_migration_applied, ARGS(V_INT(9002)), &f.arena, &rs),
                     ERR_NOT_FOUND);
    fixture_free(&f);
}

static void refusals_have_their_own_errors(void **state)
{
    (void)state;
    struct fixture f;
    struct rows rs;
    fixture_in_memory(&f);
    assert_ok(record(f.db, 9001, "a"));
    assert_ok(db_savepoint(f.db));
    assert_int_equal(record(f.db, 9001, "b"), ERR_EXISTS);
    assert_int_equal(record(f.db, 9002, "b"), ERR_EXISTS); /* spoiled, until the savepoint */
    assert_int_equal(db_savepoint(f.db), ERR_EXISTS);
    assert_int_equal(db_commit(f.db), ERR_EXISTS);
    db_savepoint_rollback(f.db);
    assert_int_equal(record(f.db, 9002, NULL), OK); /* an empty text is not NULL */
    assert_ok(db_savepoint(f.db));
    assert_int_equal(db_exec(f.db, &q_store_migration_record,
                             ARGS(V_INT(9003), V_NULL, V_Z("x"), V_INT(1)), NULL),
                     ERR_CONFLICT);
    db_savepoint_rollback(f.db);
    assert_int_equal(db_select(f.db, &q_store_migration_applied, NO_ARGS, &f.arena, &rs),
                     ERR_INTERNAL); /* wrong number of arguments */
    fixture_free(&f);
}

/* Many rows in one call: what comes back is what went, NULLs and empty texts too. */
static void many_rows_go_in_one_call(void **state)
{
    (void)state;
    enum { ROWS = 3000, COLUMNS = 10 };
    struct fixture f;
    struct rows rs;
    int64_t changed = 7;
    uint8_t hash[32] = {0, 1, 2, 255};
    fixture_in_memory(&f);
    struct val *args = arena_array(&f.arena, ROWS * COLUMNS, sizeof(*args));
    for (int i = 0; i < ROWS; i++) {
        const struct val row[COLUMNS] = {V_Z("user:1"),
                                         V_Z(i % 2 ? "a" : "b"),
                                         V_Z(arena_printf(&f.arena, "钥匙 %d", i)),
                                         V_BLOB(str_n(hash, 32)),
                                         V_Z(""),
                                         V_INT(INT64_MIN + i),
                                         V_INT(i),
                                         i % 3 ? V_Z("field") : V_NULL,
                                         V_NULL,
                                         V_INT(1)};
        memcpy(&args[i * COLUMNS], row, sizeof(row));
    }
    assert_ok(db_exec_many(f.db, &q_store_idem_record, args, 0, &changed));
    assert_int_equal(changed, 0);
    assert_ok(db_exec_many(f.db, &q_store_idem_record, args, ROWS, &changed));
    assert_int_equal(changed, ROWS);
    const struct val keys[] = {V_Z("user:1"), V_Z("a"),      V_Z("钥匙 1"), V_Z("user:1"), V_Z("a"),
                               V_Z("nobody"), V_Z("user:1"), V_Z("b"),      V_Z("钥匙 6")};
    assert_ok(db_select_many(f.db, &q_store_idem_find, keys, 3, &f.arena, &rs));
    assert_int_equal(rs.n, 2);
    size_t first = row_int(&rs, 0, "amount") == 1 ? 0 : 1;
    assert_int_equal(row_int(&rs, first, "subject"), INT64_MIN + 1);
    assert_true(str_eq_z(row_str(&rs, first, "key"), "钥匙 1"));
    assert_true(str_eq_z(row_str(&rs, first, "field"), "field"));
    assert_true(row_null(&rs, 1 - first, "field"));
    assert_true(str_eq(row_str(&rs, first, "request_hash"), str_n(hash, 32)));
    assert_true(!row_null(&rs, first, "result") && row_str(&rs, first, "result").n == 0);
    fixture_free(&f);
}

static void one_of_many_rows_that_is_refused_refuses_them_all(void **state)
{
    (void)state;
    struct fixture f;
    struct rows rs;
    const struct val blob = V_BLOB(STR("x")), wrong[] = {V_Z("900"), V_INT(1)};
    const struct val rows[] = {V_INT(900), blob, blob, blob, V_INT(901), blob, blob, blob};
    fixture_in_memory(&f);
    assert_ok(db_savepoint(f.db));
    /* there are no such orders */
    assert_int_equal(db_exec_many(f.db, &q_trade_receiver_add, rows, 2, NULL), ERR_CONFLICT);
    db_savepoint_rollback(f.db);
    assert_int_equal(db_exec(f.db, &q_trade_receiver_add, rows, 4, NULL), ERR_INTERNAL);
    assert_int_equal(db_exec_many(f.db, &q_store_migration_record, rows, 1, NULL), ERR_INTERNAL);
    if (fixture_server()) { /* SQLite has no types to mind */
        assert_ok(db_savepoint(f.db));
        assert_int_equal(db_exec_many(f.db, &q_ledger_holds_open, wrong, 1, NULL), ERR_INTERNAL);
        db_savepoint_rollback(f.db);
    }
    assert_ok(db_select_many(f.db, &q_ledger_accounts_get, NULL, 0, &f.arena, &rs));
    assert_int_equal(rs.n, 0);
    fixture_free(&f);
}

static void addresses_are_checked(void **state)
{
    (void)state;
    struct arena arena;
    struct err_info info;
    struct db *db;
    arena_init(&arena, 1 << 16);
    assert_int_equal(db_open("mysql:x", DB_WRITE, &db, &arena, &info), ERR_SYNTAX);
    assert_int_equal(db_open("sqlite:", DB_WRITE, &db, &arena, &info), ERR_SYNTAX);
    assert_int_equal(db_open("postgres://u:secret@[/x", DB_WRITE, &db, &arena, &info), ERR_SYNTAX);
    assert_null(strstr(info.text, "secret"));
    assert_int_equal(db_open("postgrse://u:secret@h/x", DB_WRITE, &db, &arena, &info), ERR_SYNTAX);
    assert_null(strstr(info.text, "secret"));
    assert_int_equal(db_open("postgres://u:secret@127.0.0.1:1/x", DB_READ, &db, &arena, &info),
                     ERR_STORE);
    assert_null(strstr(info.text, "secret"));
    assert_non_null(strstr(info.text, "127.0.0.1"));
    assert_int_equal(db_open("sqlite:/nowhere/at/all.db", DB_WRITE, &db, &arena, &info), ERR_STORE);
    assert_non_null(strstr(info.text, "/nowhere/at/all.db"));
    assert_int_equal(db_open("sqlite:/tmp/guildhall-is-not-here.db", DB_READ, &db, &arena, &info),
                     ERR_STORE); /* a reader makes no database */
    arena_free(&arena);
}

static void addresses_are_shown_without_secrets(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"sqlite:/a/b.db", "sqlite:/a/b.db"},
        {"postgres://u:p@h:1/town?password=q", "postgres://h:1/town"},
        {"postgresql://u:p@a:1,b:2/town", "postgresql://a:1,b:2/town"},
        {"postgres://h/town", "postgres://h/town"},
        {"postgres://u:p@q@h", "postgres://h"},
        {"postgres:host=h password=p", "postgres:"},
        {"nothing", ""},
    };
    struct arena arena;
    arena_init(&arena, 1 << 16);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(db_public_url(cases[i][0], &arena), cases[i][1]);
    arena_free(&arena);
}

static void a_new_file_is_its_owners_alone(void **state)
{
    (void)state;
    ONLY_ON_SQLITE();
    struct fixture f;
    struct stat st;
    fixture_on_disk(&f);
    assert_int_equal(stat(f.url + strlen("sqlite:"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    fixture_free(&f);
}

static void what_is_no_database_is_refused(void **state)
{
    (void)state;
    ONLY_ON_SQLITE();
    struct fixture f;
    struct db *db;
    fixture_on_disk(&f);
    int fd = open(f.url + strlen("sqlite:"), O_WRONLY);
    char junk[200];
    memset(junk, 'x', sizeof(junk));
    assert_int_equal(write(fd, junk, sizeof(junk)), sizeof(junk));
    close(fd);
    assert_int_equal(db_open(f.url, DB_WRITE, &db, &f.arena, &f.info), ERR_CORRUPT);
    assert_non_null(strstr(f.info.text, "not a database"));
    fixture_free(&f);
}

static void a_snapshot_stays_as_it_was(void **state)
{
    (void)state;
    struct fixture f;
    struct db *writer, *reader;
    struct rows rs;
    fixture_on_disk(&f);
    assert_ok(db_open(f.url, DB_WRITE, &writer, &f.arena, &f.info));
    assert_ok(db_open(f.url, DB_READ, &reader, &f.arena, &f.info));
    assert_ok(db_snapshot_begin(reader));
    assert_ok(db_select(reader, &q_store_migrations_applied, NO_ARGS, &f.arena, &rs));
    size_t before = rs.n;
    assert_ok(db_begin(writer));
    assert_ok(record(writer, 9001, "new"));
    assert_ok(db_commit(writer));
    assert_ok(db_select(reader, &q_store_migrations_applied, NO_ARGS, &f.arena, &rs));
    assert_int_equal(rs.n, before);
    db_snapshot_end(reader);
    assert_ok(db_snapshot_begin(reader));
    assert_ok(db_select(reader, &q_store_migrations_applied, NO_ARGS, &f.arena, &rs));
    assert_int_equal(rs.n, before + 1);
    db_snapshot_end(reader);
    db_close(reader);
    db_close(writer);
    fixture_free(&f);
}

static void readers_cannot_write(void **state)
{
    (void)state;
    struct fixture f;
    struct db *reader;
    fixture_on_disk(&f);
    assert_ok(db_open(f.url, DB_READ, &reader, &f.arena, &f.info));
    assert_int_not_equal(record(reader, 9001, "x"), OK);
    assert_ok(db_snapshot_begin(reader));
    assert_int_not_equal(record(reader, 9001, "x"), OK);
    db_snapshot_end(reader);
    db_close(reader);
    fixture_free(&f);
}

static void a_write_needs_a_transaction(void **state)
{
    (void)state;
    struct fixture f;
    struct rows rs;
    fixture_in_memory(&f);
    db_rollback(f.db);
    assert_int_equal(record(f.db, 9001, "x"), ERR_STORE);
    assert_ok(db_begin(f.db));
    assert_int_equal(db_one(f.db, &q_store_migration_applied, ARGS(V_INT(9001)), &f.arena, &rs),
                     ERR_NOT_FOUND);
    fixture_free(&f);
}

static void savepoints_nest(void **state)
{
    (void)state;
    struct fixture f;
    struct rows rs;
    fixture_in_memory(&f);
    assert_ok(db_savepoint(f.db));
    assert_ok(record(f.db, 9001, "outer"));
    assert_ok(db_savepoint(f.db));
    assert_ok(record(f.db, 9002, "inner"));
    db_savepoint_rollback(f.db);
    assert_ok(db_savepoint_release(f.db));
    assert_ok(db_one(f.db, &q_store_migration_applied, ARGS(V_INT(9001)), &f.arena, &rs));
    assert_int_equal(db_one(f.db, &q_store_migration_applied, ARGS(V_INT(9002)), &f.arena, &rs),
                     ERR_NOT_FOUND);
    fixture_free(&f);
}

/* A clock that a test moves; each look at it takes `step_us`. */
struct moving_clock {
    int64_t now_us, step_us;
};

static int64_t moving_us(void *state)
{
    struct moving_clock *c = state;
    return c->now_us += c->step_us;
}

static int64_t moving_ms(void *state)
{
    return moving_us(state) / 1000;
}

static void a_snapshot_has_two_seconds(void **state)
{
    (void)state;
    struct fixture f;
    struct db *db;
    struct rows rs;
    struct moving_clock moving = {1000, 0};
    const struct clock_source source = {moving_ms, moving_us, &moving};
    fixture_on_disk(&f);
    /* A query that would run for minutes: the table is replaced by an endless view. */
    assert_ok(db_open(f.url, DB_WRITE, &db, &f.arena, &f.info));
    assert_ok(db_script(db, "DROP TABLE schema_migrations; CREATE VIEW schema_migrations AS "
                            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                            "WHERE i < 100000000) SELECT i AS number, '' AS name, '' AS checksum "
                            "FROM n WHERE i % 7 = 8"));
    db_close(db);
    assert_ok(db_open(f.url, DB_READ, &db, &f.arena, &f.info));
    clock_install(&source);
    assert_ok(db_snapshot_begin(db));
    moving.step_us = 500000;
    assert_int_equal(db_select(db, &q_store_migrations_applied, NO_ARGS, &f.arena, &rs),
                     ERR_TIMEOUT);
    moving.step_us = 0;
    assert_int_equal(db_select(db, &q_store_migrations_applied, NO_ARGS, &f.arena, &rs),
                     ERR_TIMEOUT); /* later queries of the same snapshot too */
    db_snapshot_end(db);
    clock_install(NULL);
    db_close(db);
    fixture_free(&f);
}

static void a_full_disk_is_said_and_leaves_nothing(void **state)
{
    (void)state;
    ONLY_ON_SQLITE();
    struct fixture f;
    struct db *db;
    struct rows rs;
    struct rlimit before, small;
    char big[65536];
    fixture_on_disk(&f);
    assert_ok(db_open(f.url, DB_WRITE, &db, &f.arena, &f.info));
    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = 0;
    assert_ok(db_script(db, "PRAGMA max_page_count = 60"));
    assert_ok(db_begin(db));
    enum err e = OK;
    for (int i = 0; i < 100 && !e; i++)
        e = record(db, 9001 + i, big);
    assert_int_equal(e, ERR_DISK_FULL);
    db_rollback(db);
    assert_ok(db_select(db, &q_store_migration_applied, ARGS(V_INT(9001)), &f.arena, &rs));
    assert_int_equal(rs.n, 0);
    /* The kernel's refusal, met while committing: files may not grow beyond a size. */
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 400 * 1024;
    assert_ok(db_script(db, "PRAGMA max_page_count = 100000"));
    assert_ok(db_begin(db));
    for (int i = 0; i < 20; i++)
        assert_ok(record(db, 9001 + i, big));
    setrlimit(RLIMIT_FSIZE, &small);
    e = db_commit(db);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(e, ERR_DISK_FULL);
    db_rollback(db);
    assert_ok(db_select(db, &q_store_migration_applied, ARGS(V_INT(9001)), &f.arena, &rs));
    assert_int_equal(rs.n, 0);
    db_close(db);
    fixture_free(&f);
}

static void faults_fire_once(void **state)
{
    (void)state;
    struct fixture f;
    fixture_in_memory(&f);
    assert_ok(db_savepoint(f.db));
    db_fault_at(2, ERR_STORE);
    assert_ok(record(f.db, 9001, "a"));
    assert_int_equal(db_fault_left(), 1);
    assert_int_equal(record(f.db, 9002, "b"), ERR_STORE);
    assert_int_equal(db_fault_left(), 0);
    db_savepoint_rollback(f.db);
    assert_ok(record(f.db, 9002, "b"));
    assert_ok(record(f.db, 9001, "a"));
    fixture_free(&f);
}

static void keep_line(void *arg, const char *line)
{
    strncat(strncat(arg, line, 300), "\n", 2);
}

static void the_engines_check_finds_damage(void **state)
{
    (void)state;
    struct fixture f;
    struct db *db;
    char said[8192] = "";
    int problems;
    fixture_on_disk(&f);
    assert_ok(db_open(f.url, DB_WRITE, &db, &f.arena, &f.info));
    assert_ok(db_verify(db, keep_line, said, &problems));
    assert_int_equal(problems, 0);
    assert_string_equal(said, "");
    assert_ok(db_script(
        db,
        fixture_server()
            ? "SET session_replication_role = replica;"
              "INSERT INTO ledger_accounts (book, role, flags) VALUES (77, 'x', 0);"
              "ALTER TABLE ledger_books DROP CONSTRAINT ledger_books_unit_check;"
              "INSERT INTO ledger_books (unit, subject) VALUES ('', 'y');"
              "ALTER TABLE ledger_books ADD CONSTRAINT ledger_books CHECK (unit <> '') NOT VALID"
            : "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;"
              "INSERT INTO ledger_accounts (book, role, flags) VALUES (77, 'x', 0);"
              "INSERT INTO ledger_books (unit, subject) VALUES ('', 'y');"
              "PRAGMA ignore_check_constraints = OFF;"));
    assert_ok(db_verify(db, keep_line, said, &problems));
    assert_int_equal(problems, 2);
    assert_non_null(strstr(said, "refers to a missing row of ledger_books"));
    assert_non_null(strstr(said, "CHECK constraint"));
    assert_non_null(strstr(said, " ledger_books"));
    db_close(db);
    fixture_free(&f);
}

/* --- migrations --- */

static struct db *empty_db(struct fixture *f)
{
    fixture_empty(f, true);
    return f->db;
}

static void migrations_run_once_in_order(void **state)
{
    (void)state;
    struct fixture f;
    int applied;
    static const struct migration list[] = {
        {1, "0001_a", "CREATE TABLE a (x INTEGER);"},
        {2, "0002_b", "ALTER TABLE a ADD COLUMN y INTEGER; INSERT INTO a VALUES (1, 2);"}};
    struct db *db = empty_db(&f);
    assert_ok(migrate_up_list(db, list, 1, &f.arena, &f.info, &applied));
    assert_int_equal(applied, 1);
    assert_ok(migrate_up_list(db, list, 2, &f.arena, &f.info, &applied));
    assert_int_equal(applied, 1);
    assert_ok(migrate_up_list(db, list, 2, &f.arena, &f.info, &applied));
    assert_int_equal(applied, 0);
    assert_int_equal(migrate_up_list(db, list, 1, &f.arena, &f.info, &applied), ERR_UNSUPPORTED);
    assert_non_null(strstr(f.info.text, "0002_b"));
    static const struct migration changed[] = {{1, "0001_a", "CREATE TABLE a (z INTEGER);"},
                                               {2, "0002_b", "SELECT 1;"}};
    assert_int_equal(migrate_up_list(db, changed, 2, &f.arena, &f.info, &applied), ERR_CORRUPT);
    fixture_free(&f);
}

static void a_migration_that_fails_leaves_nothing(void **state)
{
    (void)state;
    struct fixture f;
    int applied;
    static const struct migration bad[] = {
        {1, "0001_a", "CREATE TABLE a (x INTEGER);"},
        {2, "0002_b", "CREATE TABLE b (x INTEGER); INSERT INTO nowhere VALUES (1);"}};
    static const struct migration good[] = {{1, "0001_a", "CREATE TABLE a (x INTEGER);"},
                                            {2, "0002_b", "CREATE TABLE b (x INTEGER);"}};
    struct db *db = empty_db(&f);
    assert_int_equal(migrate_up_list(db, bad, 2, &f.arena, &f.info, &applied), ERR_INTERNAL);
    assert_non_null(strstr(f.info.text, "0002_b"));
    assert_non_null(strstr(f.info.text, "nowhere"));
    assert_int_equal(applied, 1);
    assert_false(db_in_transaction(db));
    assert_ok(migrate_up_list(db, good, 2, &f.arena, &f.info, &applied));
    assert_int_equal(applied, 1);
    fixture_free(&f);
}

static void verify_tells_old_new_and_changed_apart(void **state)
{
    (void)state;
    struct fixture f;
    fixture_in_memory(&f);
    assert_ok(migrate_verify(f.db, &f.arena, &f.info));
    assert_ok(db_savepoint(f.db));
    assert_ok(record(f.db, 9999, "9999_future"));
    assert_int_equal(migrate_verify(f.db, &f.arena, &f.info), ERR_UNSUPPORTED);
    db_savepoint_rollback(f.db);
    assert_ok(db_savepoint(f.db));
    assert_ok(db_script(f.db, "UPDATE schema_migrations SET checksum = 'no'"));
    assert_int_equal(migrate_verify(f.db, &f.arena, &f.info), ERR_CORRUPT);
    db_savepoint_rollback(f.db);
    assert_ok(db_script(f.db, "DELETE FROM schema_migrations WHERE number = 2"));
    assert_int_equal(migrate_verify(f.db, &f.arena, &f.info), ERR_CONFLICT);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_query_prepares),
        cmocka_unit_test(values_come_back_as_they_went),
        cmocka_unit_test(refusals_have_their_own_errors),
        cmocka_unit_test(many_rows_go_in_one_call),
        cmocka_unit_test(one_of_many_rows_that_is_refused_refuses_them_all),
        cmocka_unit_test(addresses_are_checked),
        cmocka_unit_test(addresses_are_shown_without_secrets),
        cmocka_unit_test(a_new_file_is_its_owners_alone),
        cmocka_unit_test(what_is_no_database_is_refused),
        cmocka_unit_test(a_snapshot_stays_as_it_was),
        cmocka_unit_test(readers_cannot_write),
        cmocka_unit_test(a_write_needs_a_transaction),
        cmocka_unit_test(savepoints_nest),
        cmocka_unit_test(a_snapshot_has_two_seconds),
        cmocka_unit_test(a_full_disk_is_said_and_leaves_nothing),
        cmocka_unit_test(faults_fire_once),
        cmocka_unit_test(the_engines_check_finds_damage),
        cmocka_unit_test(migrations_run_once_in_order),
        cmocka_unit_test(a_migration_that_fails_leaves_nothing),
        cmocka_unit_test(verify_tells_old_new_and_changed_apart),
    };
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
