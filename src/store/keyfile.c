#include "store/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rnd.h"

static enum err refuse(struct err_info *info, const char *name, enum err e, const char *text)
{
    info->field = name;
    info->text = text;
    return e;
}

/* The folder's entry must be on the disk before anything is done with the key. */
static bool sync_folder(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

/* Written whole to a temporary name and linked, so that a crash leaves no half key. */
static enum err make_key(const char *dir, const char *path, struct arena *arena)
{
    uint8_t key[KEYFILE_BYTES];
    const char *fresh = arena_printf(arena, "%s.new", path);
    if (!fresh)
        return ERR_NOMEM;
    unlink(fresh);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_from_errno(errno);
    rnd_fill(key, sizeof(key));
    bool ok = write(fd, key, sizeof(key)) == (ssize_t)sizeof(key) && fsync(fd) == 0;
    int saved = errno;
    sodium_memzero(key, sizeof(key));
    close(fd);
    if (ok && link(fresh, path) != 0)
        ok = errno == EEXIST, saved = errno;
    unlink(fresh);
    if (ok && !sync_folder(dir))
        ok = false, saved = errno;
    errno = saved;
    return ok ? OK : err_from_errno(saved);
}

static enum err read_key(const char *path, const char *name, uint8_t key[KEYFILE_BYTES],
                         struct err_info *info)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_from_errno(errno);
    uint8_t extra;
    bool whole = fstat(fd, &st) == 0 && read(fd, key, KEYFILE_BYTES) == (ssize_t)KEYFILE_BYTES &&
                 read(fd, &extra, 1) == 0;
    close(fd);
    if (!whole)
        return refuse(info, name, ERR_CORRUPT, "the key file is not a key");
    if (st.st_mode & 077)
        return refuse(info, name, ERR_FORBIDDEN, "the key file may be read by others: chmod 600");
    return OK;
}

enum err keyfile_load(const char *dir, const char *name, enum keyfile_absent absent,
                      uint8_t key[KEYFILE_BYTES], struct arena *arena, struct err_info *info)
{
    const char *path = arena_printf(arena, "%s/%s", dir, name);
    if (!path || sodium_init() < 0)
        return ERR_NOMEM;
    enum err e = read_key(path, name, key, info);
    if (e == ERR_NOT_FOUND && absent == KEYFILE_MAKE) {
        e = make_key(dir, path, arena);
        if (e == OK)
            e = read_key(path, name, key, info);
    }
    bool told = e == OK || info->text || (e == ERR_NOT_FOUND && absent == KEYFILE_REFUSE);
    return told ? e
                : refuse(info, name, e,
                         arena_printf(arena, "cannot be read or made in %s: %s", dir,
                                      strerror(errno)));
}
