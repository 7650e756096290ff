#include "store/backup_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

enum { MAGIC_MAX = 16 };

enum err backup_form_of(const char *file, enum backup_form *out)
{
    char magic[MAGIC_MAX] = {0};
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_from_errno(errno);
    ssize_t n = read(fd, magic, sizeof(magic));
    int saved = errno;
    close(fd);
    if (n < 0)
        return err_from_errno(saved);
    *out = BACKUP_UNKNOWN;
    if (n == MAGIC_MAX && memcmp(magic, "SQLite format 3", MAGIC_MAX) == 0)
        *out = BACKUP_SQLITE;
    else if (n >= 5 && memcmp(magic, "PGDMP", 5) == 0)
        *out = BACKUP_POSTGRES;
    return OK;
}

enum backup_form backup_form_for(const char *store_url)
{
    if (strncmp(store_url, "sqlite:", 7) == 0)
        return BACKUP_SQLITE;
    return strncmp(store_url, "postgres", 8) == 0 ? BACKUP_POSTGRES : BACKUP_UNKNOWN;
}

static enum err sync_path(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0)
        return err_from_errno(errno);
    enum err e = fsync(fd) == 0 ? OK : err_from_errno(errno);
    close(fd);
    return e;
}

enum err backup_sync(const char *file)
{
    char copy[PATH_MAX];
    if (strlen(file) >= sizeof(copy))
        return ERR_TOO_LARGE;
    enum err e = sync_path(file, O_RDONLY);
    return e ? e : sync_path(dirname(strcpy(copy, file)), O_RDONLY | O_DIRECTORY);
}

static const char *place_of(const char *store_url)
{
    const char *colon = strchr(store_url, ':');
    return colon ? colon + 1 : "";
}

static enum err refuse_store(struct err_info *info)
{
    *info =
        (struct err_info){.code = ERR_SYNTAX, .field = "store", .text = "not a store's address"};
    return ERR_SYNTAX;
}

enum err backup_write(const char *store_url, const char *file, struct arena *arena,
                      struct err_info *info)
{
    switch (backup_form_for(store_url)) {
    case BACKUP_SQLITE: return sqlite_backup(place_of(store_url), file, arena, info);
    case BACKUP_POSTGRES: return postgres_backup(place_of(store_url), file, arena, info);
    case BACKUP_UNKNOWN: break;
    }
    return refuse_store(info);
}

enum err backup_read_through(const char *file, struct arena *arena, struct err_info *info)
{
    return postgres_read_through(file, arena, info);
}

enum err backup_restore(const char *store_url, const char *file, backup_approve_fn *approve,
                        void *arg, struct arena *arena, struct err_info *info)
{
    enum backup_form form = BACKUP_UNKNOWN, wanted = backup_form_for(store_url);
    enum err e = backup_form_of(file, &form);
    if (e)
        return backup_refuse(info, e, "the file cannot be read");
    if (form == BACKUP_UNKNOWN)
        return backup_refuse(info, ERR_CORRUPT, "the file is no backup");
    if (form != wanted)
        return backup_refuse(
            info, ERR_INVALID,
            form == BACKUP_SQLITE
                ? "the file is of a SQLite store, and --store is another"
                : "the file is of a PostgreSQL store: give its --store postgres:…");
    if (form == BACKUP_SQLITE)
        return sqlite_restore(place_of(store_url), file, approve, arg, arena, info);
    e = postgres_restore(place_of(store_url), file, arena, info);
    return e ? e : approve(arg, store_url);
}
