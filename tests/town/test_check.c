/* town/check: what `guildhall check` says of a good database, a damaged one and a foreign one. */
#include "../store/fixture.h"

#include "base/log.h"
#include "town/check.h"

static void keep_line(void *arg, const char *line)
{
    strncat(strncat(arg, line, 400), "\n", 2);
}

static void damage(struct fixture *f, const char *sql)
{
    struct db *db;
    assert_ok(db_open(f->url, DB_WRITE, &db, &f->arena, &f->info));
    assert_ok(db_script(db, sql));
    db_close(db);
}

static int check(struct fixture *f, char said[4096])
{
    int violations;
    said[0] = 0;
    assert_ok(town_check(f->url, keep_line, NULL, said, &violations, &f->arena, &f->info));
    return violations;
}

static void each_part_is_asked(void **state)
{
    (void)state;
    struct fixture f;
    char said[4096];
    fixture_on_disk(&f);
    assert_int_equal(check(&f, said), 0);
    assert_string_equal(said, "");
    damage(
        &f,
        "INSERT INTO ledger_books VALUES (1, 'piece', 'x');"
        "INSERT INTO ledger_accounts (book, role, flags, debits_posted) "
        "VALUES (1, 'a', 0, 5);"
        "INSERT INTO orders (id, checkout_id, buyer_id, factory_id, status, goods_fen,"
        " total_fen, placed_at, hold_until) VALUES (1, 1, 1, 1, 'placed', 5, 5, 1, 1);"
        "INSERT INTO users (id, login, name, password, roles, created_at)"
        " VALUES (1, 'host', 'Host', '!', 2, 1);"
        "INSERT INTO shows (id, title_zh, title_en, room_zh, room_en, host_id, status, starts_at,"
        " started_at, ended_at, key_hash, key_sealed, card_item_id, card_at, created_at) VALUES "
        "(7, 'a', 'a', 'a', 'a', 1, 'live', 1, 1, NULL,"
        " randomblob(1), randomblob(1), 99, 1, 1);");
    assert_true(check(&f, said) >= 4);
    assert_non_null(strstr(said, "shows: show 7: its card is none of the items on its shelf"));
    assert_non_null(strstr(said, "ledger: account 1: balances differ"));
    assert_non_null(strstr(said, "trade: order 1: its sums differ"));
    damage(&f, fixture_server() ? "SET session_replication_role = replica;"
                                  "INSERT INTO order_receivers"
                                  " VALUES (9, randomblob(1), randomblob(1), randomblob(1));"
                                : "PRAGMA foreign_keys = OFF;"
                                  "INSERT INTO order_receivers"
                                  " VALUES (9, randomblob(1), randomblob(1), randomblob(1));");
    check(&f, said);
    assert_non_null(strstr(said, "file: table order_receivers"));
    assert_non_null(strstr(said, "refers to a missing row of orders"));
    fixture_free(&f);
}

static void a_foreign_schema_is_said_and_not_read(void **state)
{
    (void)state;
    struct fixture f;
    char said[4096];
    fixture_on_disk(&f);
    damage(&f, "INSERT INTO schema_migrations VALUES (9999, '9999_future', 'x', 1)");
    assert_int_equal(check(&f, said), 1);
    assert_non_null(strstr(said, "schema: the database holds migration 9999_future"));
    fixture_free(&f);
}

static void what_cannot_be_checked_is_an_error(void **state)
{
    (void)state;
    struct fixture f;
    char said[400] = "";
    int violations;
    fixture_on_disk(&f);
    assert_int_not_equal(town_check("sqlite:/nowhere/town.db", keep_line, NULL, said, &violations,
                                    &f.arena, &f.info),
                         OK);
    assert_non_null(strstr(f.info.text, "/nowhere/town.db"));
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_part_is_asked),
        cmocka_unit_test(a_foreign_schema_is_said_and_not_read),
        cmocka_unit_test(what_cannot_be_checked_is_an_error),
    };
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
