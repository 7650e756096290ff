/*
 * Copies of the store, taken beside a running town and put back into an empty place.
 *
 *   SQLite       VACUUM INTO: one read snapshot, compact; the writer goes on, only its log grows
 *                meanwhile
 *   PostgreSQL   pg_dump and pg_restore of the server's own client package, custom format: one
 *                snapshot, and any newer version reads what they wrote. They run as children; the
 *                environment tells them where to connect: no password is on a command line
 *
 * Neither holds the keys (seal.key …, ledger.key, webhook.key), which lie outside the database.
 */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "base/arena.h"
#include "base/err.h"

enum backup_form { BACKUP_UNKNOWN, BACKUP_SQLITE, BACKUP_POSTGRES };
/* By the first bytes: "SQLite format 3", "PGDMP". ERR_NOT_FOUND, ERR_IO. */
enum err backup_form_of(const char *file, enum backup_form *out) MUST_CHECK;
/* The form that a store's backups have, by its address. */
enum backup_form backup_form_for(const char *store_url);

/* Writes a consistent copy to `file`, which must not exist, mode 0600, on the disk when it returns.
 * On an error there may be half a file. */
enum err backup_write(const char *store_url, const char *file, struct arena *arena,
                      struct err_info *info) MUST_CHECK;
/* Reads all of a PostgreSQL backup without restoring it; SQLite's are opened and checked instead.
 */
enum err backup_read_through(const char *file, struct arena *arena,
                             struct err_info *info) MUST_CHECK;
/* Puts it into the store at the address, which must be empty: for SQLite a file that is not there,
 * for PostgreSQL a database without tables (ERR_EXISTS). All of it, or nothing: SQLite's goes to a
 * file beside it, `approve` looks at that one's address, and only then does it get its name;
 * PostgreSQL's is looked at when it is in. */
typedef enum err backup_approve_fn(void *arg, const char *store_url);
enum err backup_restore(const char *store_url, const char *file, backup_approve_fn *approve,
                        void *arg, struct arena *arena, struct err_info *info) MUST_CHECK;
/* The file's bytes are on the disk, and its folder's entry. */
enum err backup_sync(const char *file) MUST_CHECK;

#endif
