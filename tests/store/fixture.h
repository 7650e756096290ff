/*
 * A database of a test's own, removed at the end, on the store that GUILDHALL_TEST_STORE names:
 * unset, SQLite, in a folder of its own or in memory; else a connection string as "postgres:host=…
 * user=…", on whose server each fixture makes a database.
 */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/db.h"
#include "store/migrate.h"
#include "store/writer.h"

#define assert_ok(call) assert_int_equal((call), OK)

struct fixture {
    char folder[64]; /* on disk: for the database and for files of the test */
    char url[256];
    char database[64]; /* on PostgreSQL, what to drop */
    struct arena arena;
    struct err_info info;
    struct db *db; /* in memory, in a transaction; NULL for a fixture on disk */
    struct tx tx;
};

static inline const char *fixture_server(void)
{
    const char *server = getenv("GUILDHALL_TEST_STORE");
    return server && *server ? server : NULL;
}

/* For tests of what only SQLite has: files, pragmas, its own limits. */
#define ONLY_ON_SQLITE()                                                                           \
    do {                                                                                           \
        if (fixture_server())                                                                      \
            skip();                                                                                \
    } while (0)

static inline enum err fixture_try_on(const char *url, const char *sql)
{
    struct arena arena;
    struct err_info info;
    struct db *db;
    arena_init(&arena, 1 << 20);
    enum err e = db_open(url, DB_WRITE, &db, &arena, &info);
    if (!e) {
        e = db_script(db, sql);
        db_close(db);
    }
    arena_free(&arena);
    return e;
}

/* A program keeps the database of a fixture that is gone for the next one: making one takes the
 * server half a second, emptying it does not. */
static char fixture_spare[64];

static inline void fixture_drop_spare(void)
{
    char url[256], sql[128];
    snprintf(url, sizeof(url), "%s dbname=postgres", fixture_server());
    snprintf(sql, sizeof(sql), "DROP DATABASE %s WITH (FORCE)", fixture_spare);
    if (fixture_spare[0] && fixture_try_on(url, sql) != OK)
        fprintf(stderr, "the database %s is left behind\n", fixture_spare);
}

static inline void fixture_new_database(struct fixture *f)
{
    static int n;
    char url[256], sql[128];
    if (fixture_spare[0]) {
        snprintf(f->database, sizeof(f->database), "%s", fixture_spare);
        fixture_spare[0] = 0;
    } else {
        if (n == 0)
            atexit(fixture_drop_spare);
        snprintf(f->database, sizeof(f->database), "test_%d_%d", (int)getpid(), ++n);
        snprintf(url, sizeof(url), "%s dbname=postgres", fixture_server());
        snprintf(sql, sizeof(sql), "CREATE DATABASE %s TEMPLATE template0 ENCODING UTF8",
                 f->database);
        assert_ok(fixture_try_on(url, sql));
    }
    snprintf(f->url, sizeof(f->url), "%s dbname=%s", fixture_server(), f->database);
    /* The functions: so that tests can spoil bytes with the same words on both. */
    assert_ok(fixture_try_on(
        f->url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
                "CREATE FUNCTION zeroblob(bigint) RETURNS bytea LANGUAGE sql AS "
                "$$ SELECT decode(repeat('00', $1::int), 'hex') $$;"
                "CREATE FUNCTION randomblob(bigint) RETURNS bytea LANGUAGE sql AS "
                "$$ SELECT substr(decode(repeat(md5(random()::text), 8), 'hex'), 1, $1::int) $$"));
}

/* A database without any tables; open as f->db when it is in memory. */
static inline void fixture_empty(struct fixture *f, bool in_memory)
{
    *f = (struct fixture){0};
    arena_init(&f->arena, 256 << 20);
    if (!in_memory) {
        snprintf(f->folder, sizeof(f->folder), "/tmp/guildhall-test-XXXXXX");
        assert_non_null(mkdtemp(f->folder));
    }
    if (fixture_server())
        fixture_new_database(f);
    else if (in_memory)
        snprintf(f->url, sizeof(f->url), "sqlite::memory:");
    else
        snprintf(f->url, sizeof(f->url), "sqlite:%s/town.db", f->folder);
    if (in_memory)
        assert_ok(db_open(f->url, DB_WRITE, &f->db, &f->arena, &f->info));
}

static inline void fixture_on_disk(struct fixture *f)
{
    struct db *db;
    int applied;
    fixture_empty(f, false);
    assert_ok(db_open(f->url, DB_WRITE, &db, &f->arena, &f->info));
    assert_ok(migrate_up(db, &f->arena, &f->info, &applied));
    db_close(db);
}

/* With a transaction in which a test plays the writer and sets the time itself. */
static inline void fixture_in_memory(struct fixture *f)
{
    int applied;
    fixture_empty(f, true);
    assert_ok(migrate_up(f->db, &f->arena, &f->info, &applied));
    assert_ok(db_begin(f->db));
    f->tx = (struct tx){f->db, NULL, &f->arena, 1000000, &f->info};
}

/* Takes every guard away that would keep a test from damaging rows, outside a transaction. */
static inline void fixture_drop_guards(struct db *db)
{
    assert_ok(db_script(
        db, fixture_server()
                ? "DO $$ DECLARE r record; BEGIN"
                  " FOR r IN SELECT conrelid::regclass AS t, conname FROM pg_constraint"
                  "   WHERE contype IN ('c', 'f') AND connamespace = 'public'::regnamespace LOOP"
                  "   EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', r.t, r.conname);"
                  " END LOOP;"
                  " FOR r IN SELECT tgrelid::regclass AS t, tgname FROM pg_trigger"
                  "   WHERE NOT tgisinternal LOOP"
                  "   EXECUTE format('DROP TRIGGER %I ON %s', r.tgname, r.t);"
                  " END LOOP; END $$"
                : "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;"));
    if (!fixture_server())
        assert_ok(db_script(db, "DROP TRIGGER ledger_transfers_never_change;"
                                "DROP TRIGGER ledger_transfers_never_go;"
                                "DROP TRIGGER ledger_accounts_keep_their_place;"
                                "DROP TRIGGER ledger_chain_never_changes;"
                                "DROP TRIGGER ledger_chain_never_goes;"
                                "DROP TRIGGER ledger_heads_never_change;"
                                "DROP TRIGGER ledger_heads_never_go;"
                                "DROP TRIGGER order_events_never_go"));
}

static inline void fixture_free(struct fixture *f)
{
    static const char *const names[] = {"town.db", "town.db-wal", "town.db-shm", "keys", "other"};
    char path[160];
    if (f->db) {
        db_rollback(f->db);
        db_close(f->db);
    }
    for (size_t i = 0; f->folder[0] && i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", f->folder, names[i]);
        unlink(path);
    }
    snprintf(path, sizeof(path), "rm -rf %s/objects", f->folder);
    if (f->folder[0] && (system(path) != 0 || rmdir(f->folder) != 0))
        fprintf(stderr, "the folder %s is left behind\n", f->folder);
    if (f->database[0])
        snprintf(fixture_spare, sizeof(fixture_spare), "%s", f->database);
    arena_free(&f->arena);
}

#endif
