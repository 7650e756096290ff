/*
 * A database in a folder of its own, removed at the end; or in memory, with a transaction in which
 * a test plays the writer and sets the time itself.
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
    char folder[64];
    char url[96];
    struct arena arena;
    struct err_info info;
    struct db *db; /* in memory, in a transaction; NULL for a fixture on disk */
    struct tx tx;
};

static inline void fixture_on_disk(struct fixture *f)
{
    struct db *db;
    int applied;
    *f = (struct fixture){0};
    arena_init(&f->arena, 256 << 20);
    snprintf(f->folder, sizeof(f->folder), "/tmp/guildhall-test-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->url, sizeof(f->url), "sqlite:%s/town.db", f->folder);
    assert_ok(db_open(f->url, DB_WRITE, &db, &f->arena, &f->info));
    assert_ok(migrate_up(db, &f->arena, &f->info, &applied));
    db_close(db);
}

static inline void fixture_in_memory(struct fixture *f)
{
    int applied;
    *f = (struct fixture){0};
    arena_init(&f->arena, 256 << 20);
    assert_ok(db_open("sqlite::memory:", DB_WRITE, &f->db, &f->arena, &f->info));
    assert_ok(migrate_up(f->db, &f->arena, &f->info, &applied));
    assert_ok(db_begin(f->db));
    f->tx = (struct tx){f->db, NULL, &f->arena, 1000000, &f->info};
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
    if (f->folder[0])
        rmdir(f->folder);
    arena_free(&f->arena);
}

#endif
