/* One engine's side of store/backup.h. `place` is the address after the scheme and its colon. */
#ifndef STORE_BACKUP_INTERNAL_H
#define STORE_BACKUP_INTERNAL_H

#include "store/backup.h"

enum err sqlite_backup(const char *place, const char *file, struct arena *arena,
                       struct err_info *info) MUST_CHECK;
enum err sqlite_restore(const char *place, const char *file, backup_approve_fn *approve, void *arg,
                        struct arena *arena, struct err_info *info) MUST_CHECK;
enum err postgres_backup(const char *place, const char *file, struct arena *arena,
                         struct err_info *info) MUST_CHECK;
enum err postgres_restore(const char *place, const char *file, struct arena *arena,
                          struct err_info *info) MUST_CHECK;
enum err postgres_read_through(const char *file, struct arena *arena,
                               struct err_info *info) MUST_CHECK;

static inline enum err backup_refuse(struct err_info *info, enum err e, const char *text)
{
    *info = (struct err_info){.code = e, .field = "backup", .text = text};
    return e;
}

#endif
