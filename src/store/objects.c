#include "store/objects.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/rnd.h"

enum { PIECE = 64 * 1024, PATH_ROOM = 2 + 1 + OBJECTS_ID, HASH = crypto_hash_sha256_BYTES };
_Static_assert(HASH * 2 == OBJECTS_ID, "an id is its hash in hex");

static int folder = -1; /* DATA/objects */
static char folder_path[4096];

/* --- the folder --- */

static bool is_left(const char *name, int64_t before_ms)
{
    struct stat st;
    return strncmp(name, "new-", 4) == 0 && fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           (int64_t)st.st_mtim.tv_sec * 1000 < before_ms;
}

static void sweep(void)
{
    DIR *dir = fdopendir(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    int64_t before_ms = clock_wall_ms() - OBJECTS_LEFT_MS;
    int n = 0;
    for (struct dirent *d; dir && (d = readdir(dir));)
        if (is_left(d->d_name, before_ms) && unlinkat(folder, d->d_name, 0) == 0)
            n++;
    if (dir)
        closedir(dir);
    if (n)
        LOG(INFO, "objects.swept", L_I("files", n));
}

enum err objects_load(const char *data_dir, struct arena *arena, struct err_info *info)
{
    const char *path = arena_printf(arena, "%s/objects", data_dir);
    if (!path || strlen(path) >= sizeof(folder_path) || sodium_init() < 0)
        return ERR_NOMEM;
    snprintf(folder_path, sizeof(folder_path), "%s", path);
    if (folder >= 0)
        close(folder);
    bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
    folder = made ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (folder < 0) {
        *info = (struct err_info){
            .code = err_from_errno(errno),
            .field = "data",
            .text = arena_printf(arena, "%s cannot be made or read: %s", path, strerror(errno))};
        return info->code;
    }
    sweep();
    return OK;
}

/* --- writing --- */

enum err objects_look(const char *data_dir)
{
    int n = snprintf(folder_path, sizeof(folder_path), "%s/objects", data_dir);
    if (n < 0 || (size_t)n >= sizeof(folder_path))
        return ERR_TOO_LARGE;
    if (folder >= 0)
        close(folder);
    folder = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return folder >= 0 || errno == ENOENT ? OK : err_from_errno(errno);
}

bool objects_are_here(void)
{
    return folder >= 0;
}

static void name_of(const struct object_new *fresh, char out[40])
{
    snprintf(out, 40, "new-%s", fresh->name);
}

/* "ab/cdef…" */
static void path_of(const char *hex, char out[PATH_ROOM])
{
    snprintf(out, PATH_ROOM, "%.2s/%s", hex, hex + 2);
}

static enum err create(struct object_new *out, int *fd)
{
    uint8_t random[16];
    char name[40];
    rnd_fill(random, sizeof(random));
    enc_hex(out->name, random, sizeof(random));
    name_of(out, name);
    *fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return *fd < 0 ? err_from_errno(errno) : OK;
}

static enum err write_all(int fd, const uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno != EINTR)
            return err_from_errno(errno);
        p += done > 0 ? done : 0;
        n -= done > 0 ? (size_t)done : 0;
    }
    return OK;
}

/* Closes it; on an error nothing is left. */
static enum err finish(int fd, enum err e, crypto_hash_sha256_state *hash, struct object_new *out)
{
    uint8_t bytes[HASH];
    if (close(fd) != 0 && !e)
        e = err_from_errno(errno); /* a full disk may be told this late */
    crypto_hash_sha256_final(hash, bytes);
    enc_hex(out->id.hex, bytes, HASH);
    if (e)
        objects_forget(out, 1);
    return e;
}

enum err objects_write(struct str bytes, struct object_new *out)
{
    crypto_hash_sha256_state hash;
    int fd;
    if (bytes.n > OBJECTS_READ_MAX)
        return ERR_TOO_LARGE;
    enum err e = create(out, &fd);
    if (e)
        return e;
    crypto_hash_sha256_init(&hash);
    crypto_hash_sha256_update(&hash, (const uint8_t *)bytes.p, bytes.n);
    return finish(fd, write_all(fd, (const uint8_t *)bytes.p, bytes.n), &hash, out);
}

static enum err copy(int to, int from, int64_t offset, int64_t length,
                     crypto_hash_sha256_state *hash)
{
    uint8_t piece[PIECE];
    while (length > 0) {
        ssize_t n = pread(from, piece, length < PIECE ? (size_t)length : PIECE, offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? err_from_errno(errno) : ERR_EOF;
        crypto_hash_sha256_update(hash, piece, (size_t)n);
        enum err e = write_all(to, piece, (size_t)n);
        if (e)
            return e;
        offset += n;
        length -= n;
    }
    return OK;
}

enum err objects_write_file(int from, int64_t offset, int64_t length, struct object_new *out)
{
    crypto_hash_sha256_state hash;
    int fd;
    if (length > OBJECTS_MAX)
        return ERR_TOO_LARGE;
    enum err e = create(out, &fd);
    if (e)
        return e;
    crypto_hash_sha256_init(&hash);
    return finish(fd, copy(fd, from, offset, length, &hash), &hash, out);
}

void objects_forget(const struct object_new *fresh, size_t n)
{
    char name[40];
    for (size_t i = 0; i < n; i++) {
        name_of(&fresh[i], name);
        unlinkat(folder, name, 0);
    }
}

/* --- keeping --- */

static enum err sync_file(int at, const char *name, int flags)
{
    int fd = openat(at, name, flags | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    enum err e = ok ? OK : err_from_errno(errno);
    if (fd >= 0)
        close(fd);
    return e;
}

/* Of one its own file; of many, the disk once is cheaper than each. */
static enum err sync_contents(const struct object_new *fresh, size_t n)
{
    char name[40];
    if (n != 1)
        return syncfs(folder) == 0 ? OK : err_from_errno(errno);
    name_of(fresh, name);
    return sync_file(folder, name, O_RDONLY);
}

static enum err sync_names(const struct object_new *fresh, size_t n)
{
    char shelf[3] = {fresh->id.hex[0], fresh->id.hex[1]};
    if (n != 1)
        return syncfs(folder) == 0 ? OK : err_from_errno(errno);
    enum err e = sync_file(folder, shelf, O_RDONLY | O_DIRECTORY);
    return e || fsync(folder) == 0 ? e : err_from_errno(errno);
}

/* One that is there already is replaced by the same bytes. */
static enum err give_name(const struct object_new *fresh)
{
    char name[40], path[PATH_ROOM], shelf[3] = {fresh->id.hex[0], fresh->id.hex[1]};
    name_of(fresh, name);
    path_of(fresh->id.hex, path);
    if (mkdirat(folder, shelf, 0700) != 0 && errno != EEXIST)
        return err_from_errno(errno);
    return renameat(folder, name, folder, path) == 0 ? OK : err_from_errno(errno);
}

enum err objects_keep(const struct object_new *fresh, size_t n)
{
    if (n == 0)
        return OK;
    enum err e = sync_contents(fresh, n);
    for (size_t i = 0; i < n && !e; i++)
        e = give_name(&fresh[i]);
    if (!e)
        e = sync_names(fresh, n);
    if (e)
        objects_forget(fresh, n);
    return e;
}

enum err objects_put(struct str bytes, struct object_id *id)
{
    struct object_new fresh;
    enum err e = objects_write(bytes, &fresh);
    if (!e)
        e = objects_keep(&fresh, 1);
    *id = fresh.id;
    return e;
}

/* --- reading --- */

bool objects_id_ok(struct str id)
{
    for (size_t i = 0; i < id.n; i++)
        if (!((id.p[i] >= '0' && id.p[i] <= '9') || (id.p[i] >= 'a' && id.p[i] <= 'f')))
            return false;
    return id.n == OBJECTS_ID;
}

enum err objects_open(struct str id, int *fd)
{
    char path[PATH_ROOM], hex[OBJECTS_ID + 1];
    *fd = -1;
    if (!objects_id_ok(id))
        return ERR_NOT_FOUND;
    memcpy(hex, id.p, OBJECTS_ID);
    hex[OBJECTS_ID] = '\0';
    path_of(hex, path);
    *fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    return *fd < 0 ? err_from_errno(errno) : OK;
}

static enum err read_all(int fd, struct block **out)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_from_errno(errno);
    if (st.st_size > OBJECTS_READ_MAX)
        return ERR_TOO_LARGE;
    *out = block_new((size_t)st.st_size);
    if (!*out)
        return ERR_NOMEM;
    for (size_t at = 0; at < (size_t)st.st_size;) {
        ssize_t n = pread(fd, block_bytes(*out) + at, (size_t)st.st_size - at, (off_t)at);
        if (n <= 0 && !(n < 0 && errno == EINTR)) {
            block_unref(*out);
            return ERR_IO;
        }
        at += n > 0 ? (size_t)n : 0;
    }
    return OK;
}

enum err objects_read(struct str id, struct block **out)
{
    int fd;
    enum err e = objects_open(id, &fd);
    if (e)
        return e;
    e = read_all(fd, out);
    close(fd);
    return e;
}

const char *objects_path(struct str id, struct arena *arena)
{
    return objects_id_ok(id)
               ? arena_printf(arena, "%s/%.2s/%.*s", folder_path, id.p, OBJECTS_ID - 2, id.p + 2)
               : NULL;
}

enum err objects_remove(struct str id, int64_t before_ms)
{
    char path[PATH_ROOM], hex[OBJECTS_ID + 1];
    struct stat st;
    if (!objects_id_ok(id))
        return ERR_NOT_FOUND;
    memcpy(hex, id.p, OBJECTS_ID);
    hex[OBJECTS_ID] = '\0';
    path_of(hex, path);
    if (fstatat(folder, path, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? OK : err_from_errno(errno);
    if ((int64_t)st.st_mtim.tv_sec * 1000 >= before_ms)
        return ERR_AGAIN;
    return unlinkat(folder, path, 0) == 0 || errno == ENOENT ? OK : err_from_errno(errno);
}

int objects_temporary(void)
{
    return openat(folder, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
}
