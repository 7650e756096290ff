#include "store/backup_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_MS = 10000, COPY_BYTES = 1 << 20 };

/* SQLite would make the file by the umask; this one is its owner's alone from the first byte. */
static enum err make_private(const char *file)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_from_errno(errno);
    close(fd);
    return OK;
}

static enum err vacuum_into(sqlite3 *h, const char *file)
{
    sqlite3_stmt *st = NULL;
    int code = sqlite3_prepare_v2(h, "VACUUM INTO ?1", -1, &st, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(st, 1, file, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = sqlite3_step(st);
    sqlite3_finalize(st);
    if (code == SQLITE_DONE)
        return OK;
    return (code & 0xFF) == SQLITE_FULL      ? ERR_DISK_FULL
           : (code & 0xFF) == SQLITE_CORRUPT ? ERR_CORRUPT
                                             : ERR_STORE;
}

enum err sqlite_backup(const char *place, const char *file, struct arena *arena,
                       struct err_info *info)
{
    sqlite3 *h = NULL;
    enum err e = make_private(file); /* VACUUM INTO takes an empty file */
    if (e)
        return backup_refuse(info, e,
                             arena_printf(arena, "%s cannot be made: %s", file,
                                          e == ERR_EXISTS ? "it is there" : err_name(e)));
    if (sqlite3_open_v2(place, &h, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        e = ERR_STORE;
    if (!e) {
        sqlite3_busy_timeout(h, BUSY_MS);
        e = vacuum_into(h, file);
    }
    if (e)
        backup_refuse(info, e, arena_printf(arena, "%s", h ? sqlite3_errmsg(h) : "no memory"));
    sqlite3_close(h);
    if (!e && (e = backup_sync(file)))
        backup_refuse(info, e, "the file cannot be written to the disk");
    return e;
}

static enum err copy_bytes(int from, int to)
{
    static char buffer[COPY_BYTES];
    ssize_t n;
    while ((n = read(from, buffer, sizeof(buffer))) > 0) {
        errno = ENOSPC; /* what a short write means */
        if (write(to, buffer, (size_t)n) != n)
            return err_from_errno(errno);
    }
    return n < 0 ? err_from_errno(errno) : OK;
}

static enum err copy_file(const char *file, const char *fresh)
{
    int from = open(file, O_RDONLY | O_CLOEXEC);
    int to = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    enum err e = from < 0 || to < 0 ? err_from_errno(errno) : copy_bytes(from, to);
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    return e ? e : backup_sync(fresh);
}

/* Under another name first: the place is empty until all of it is there and was looked at. */
enum err sqlite_restore(const char *place, const char *file, backup_approve_fn *approve, void *arg,
                        struct arena *arena, struct err_info *info)
{
    struct stat st;
    const char *fresh = arena_printf(arena, "%s.restoring-%d", place, (int)getpid());
    const char *url = arena_printf(arena, "sqlite:%s", fresh);
    const char *log = arena_printf(arena, "%s-wal", place);
    if (!fresh || !url || !log)
        return ERR_NOMEM;
    if (stat(place, &st) == 0 || stat(log, &st) == 0)
        return backup_refuse(info, ERR_EXISTS,
                             arena_printf(arena, "%s is there: move it away first", place));
    enum err e = copy_file(file, fresh);
    bool approved = !e && (e = approve(arg, url)) == OK;
    if (approved && link(fresh, place) != 0) /* unlike rename, never over one that came meanwhile */
        e = err_from_errno(errno);
    unlink(fresh);
    unlink(arena_printf(arena, "%s-wal", fresh));
    unlink(arena_printf(arena, "%s-shm", fresh));
    if (!e)
        e = backup_sync(place);
    if (e && !info->text)
        backup_refuse(info, e, arena_printf(arena, "%s cannot be made: %s", place, err_name(e)));
    return e;
}
