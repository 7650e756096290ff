/*
 * Numbered migrations, forward only. Files named NNNN_what.sql in src/store/migrations,
 * src/ledger/migrations and town/<department>/migrations are embedded at build time in the order of
 * their numbers, which are unique over all folders. Each runs in its own transaction and is
 * recorded in schema_migrations with the SHA-256 checksum of the file that its form for this store
 * was written in; a changed file or a database from the future is refused.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/db.h"

struct migration {
    int number;
    const char *name;   /* "0002_ledger" */
    const char *sql;    /* SQLite's form: the file as it is */
    const char *sql_pg; /* PostgreSQL's, made by script/gen-queries; NULL: the same */
    bool pg_is_own;     /* sql_pg is written in a file of its own, not made from sql */
};
/* The embedded ones, by rising number. */
int migration_count(void);
const struct migration *migration_list(void);

/* Applies what is missing; *applied gets how many. ERR_UNSUPPORTED for a database that holds a
 * migration this program does not know, ERR_CORRUPT for one whose text has changed since. */
enum err migrate_up(struct db *db, struct arena *arena, struct err_info *info,
                    int *applied) MUST_CHECK;
/* As migrate_up, with a list of one's own by rising number. */
enum err migrate_up_list(struct db *db, const struct migration *list, int n, struct arena *arena,
                         struct err_info *info, int *applied) MUST_CHECK;
/* Changes nothing: how many of ours the database has had, which it has had in order; errors as
 * above. A database that has had none may be without the list. */
enum err migrate_recorded(struct db *db, struct arena *arena, struct err_info *info,
                          int *recorded) MUST_CHECK;
/* Changes nothing; also ERR_CONFLICT when a migration has not been applied yet. */
enum err migrate_verify(struct db *db, struct arena *arena, struct err_info *info) MUST_CHECK;

#endif
