/*
 * Numbered migrations, forward only. Files named NNNN_what.sql in src/store/migrations and
 * town/<department>/migrations are embedded at build time in the order of their numbers, which are
 * unique over all folders. Each runs in its own transaction and is recorded with a SHA-256 checksum
 * in schema_migrations; a changed file or a database from the future is refused.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/db.h"

enum err migrate_up(struct db *db, struct arena *arena, struct err_info *info,
                    int *applied) MUST_CHECK;
enum err migrate_verify(struct db *db, struct arena *arena, struct err_info *info) MUST_CHECK;

#endif
