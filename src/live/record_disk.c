#include "live/record_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/log.h"

enum { FILE_MAX = RECORD_PATH_MAX + 40 };

/* ---- files ---- */

static enum err from_errno(void)
{
    return errno == EFBIG ? ERR_DISK_FULL : err_from_errno(errno); /* RLIMIT_FSIZE */
}

enum err record_disk_folder(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ? OK : from_errno();
}

static void path_of(const char *folder, char out[FILE_MAX], const char *kind, uint32_t number,
                    const char *suffix)
{
    snprintf(out, FILE_MAX, "%s/%s-%u%s", folder, kind, number, suffix);
}

static enum err write_all(struct record_disk *d, int fd, const void *p, size_t n)
{
    const char *at = p;
    while (n > 0) {
        ssize_t done = d->write(fd, at, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return from_errno();
        if (done == 0)
            return ERR_DISK_FULL;
        at += done;
        n -= (size_t)done;
    }
    return OK;
}

static enum err write_file(struct record_disk *d, const char *path, const struct block *b)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return from_errno();
    enum err e = write_all(d, fd, b->p, b->n);
    if (e == OK && fdatasync(fd) != 0)
        e = from_errno();
    close(fd);
    if (e != OK)
        unlink(path);
    return e;
}

static enum err read_file(const char *path, size_t most, struct block **out)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? ERR_NOT_FOUND : err_from_errno(errno);
    enum err e = fstat(fd, &st) != 0                                ? err_from_errno(errno)
                 : !S_ISREG(st.st_mode) || st.st_size > (off_t)most ? ERR_TOO_LARGE
                                                                    : OK;
    struct block *b = e == OK ? block_new((size_t)st.st_size) : NULL;
    size_t n = 0;
    if (e == OK && !b)
        e = ERR_NOMEM;
    while (e == OK && n < b->n) {
        ssize_t got = read(fd, block_bytes(b) + n, b->n - n);
        if (got < 0 && errno != EINTR)
            e = err_from_errno(errno);
        else if (got == 0)
            break;
        else if (got > 0)
            n += (size_t)got;
    }
    close(fd);
    if (e != OK) {
        block_unref(b);
        return e;
    }
    b->n = n; /* one that is being cut at this moment */
    *out = b;
    return OK;
}

/* ---- the index, mended ---- */

static enum err load_index(const char *folder, struct record_index *out)
{
    char path[FILE_MAX];
    struct block *text;
    snprintf(path, sizeof(path), "%s/index", folder);
    *out = (struct record_index){0};
    enum err e = read_file(path, RECORD_INDEX_MAX, &text);
    if (e != OK)
        return e;
    e = record_index_parse(str_n(text->p, text->n), out);
    block_unref(text);
    return e;
}

static bool is_whole(const char *folder, const struct record_entry *e)
{
    char path[FILE_MAX];
    struct stat st;
    path_of(folder, path, "seg", e->number, ".m4s");
    if (stat(path, &st) != 0 || st.st_size != e->bytes)
        return false;
    path_of(folder, path, "init", e->init, ".mp4");
    return stat(path, &st) == 0 && st.st_size > 0;
}

/* Cuts a torn line and lines without their segment off the end; removes what has no line. Where the
 * index then ends, in *end. */
static enum err mend(const char *folder, int fd, struct record_index *x, off_t *end)
{
    char path[FILE_MAX];
    size_t had = x->n;
    *end = (off_t)x->whole;
    while (x->n > 0 && !is_whole(folder, &x->entries[x->n - 1]))
        *end = (off_t)x->entries[--x->n].line_at;
    if (ftruncate(fd, *end) != 0)
        return from_errno();
    uint32_t number = x->n ? x->entries[x->n - 1].number : 0;
    uint32_t init = x->n ? x->entries[x->n - 1].init : 0;
    for (size_t i = x->n; i < had; i++) {
        path_of(folder, path, "seg", x->entries[i].number, ".m4s");
        unlink(path);
    }
    path_of(folder, path, "seg", number + 1, ".m4s"); /* written, and its line was not */
    if (unlink(path) == 0 || had > x->n)
        LOG(WARN, "record.mended", L_Z("folder", folder), L_I("segments", x->n),
            L_I("lines_cut", had - x->n));
    path_of(folder, path, "init", init + 1, ".mp4");
    unlink(path);
    return OK;
}

static int open_index(const char *folder)
{
    char path[FILE_MAX];
    snprintf(path, sizeof(path), "%s/index", folder);
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static enum err write_head(struct record_disk *d)
{
    struct buf head;
    buf_init(&head, RECORD_LINE_MAX);
    record_index_head(&head);
    enum err e = ftruncate(d->index_fd, 0) != 0 ? from_errno() : OK;
    if (e == OK && lseek(d->index_fd, 0, SEEK_SET) != 0)
        e = from_errno();
    if (e == OK)
        e = write_all(d, d->index_fd, head.p, head.n);
    d->index_n = (off_t)head.n;
    buf_free(&head);
    return e;
}

static enum err open_disk(struct record_disk *d)
{
    char path[FILE_MAX];
    struct record_index x;
    enum err e = record_disk_folder(d->path);
    if (e == OK)
        e = load_index(d->path, &x);
    else
        return e;
    if (e == ERR_NOT_FOUND)
        e = OK;
    if (e == OK && (d->index_fd = open_index(d->path)) < 0)
        e = from_errno();
    if (e == OK) {
        e = mend(d->path, d->index_fd, &x, &d->index_n);
        if (e == OK && x.whole == 0)
            e = write_head(d);
        if (e != OK)
            close(d->index_fd);
    }
    if (e == OK && x.n > 0) {
        const struct record_entry *last = &x.entries[x.n - 1];
        d->number = last->number;
        d->init = last->init;
        d->bytes = x.bytes;
        d->entries = (int64_t)x.n;
        d->last_wall_ms = last->wall_ms + last->duration_ms;
        path_of(d->path, path, "init", d->init, ".mp4");
        if (read_file(path, RECORD_INDEX_MAX, &d->init_kept) != OK)
            d->init_kept = NULL; /* the next one gets a number of its own */
        LOG(INFO, "record.goes_on", L_Z("folder", d->path), L_I("segments", x.n));
    }
    record_index_free(&x);
    d->open = e == OK;
    return e;
}

/* ---- writing ---- */

void record_disk_init(struct record_disk *d, const char *folder, const char *name,
                      const struct record_spec *spec)
{
    *d = (struct record_disk){
        .index_fd = -1, .room_bytes = spec->room_bytes, .show_bytes = spec->show_bytes};
    d->write = spec->write ? spec->write : write;
    snprintf(d->path, sizeof(d->path), "%s/%s", folder, name);
}

static enum err look_for_room(const struct record_disk *d, size_t n)
{
    struct statvfs fs;
    if (d->entries >= RECORD_ENTRIES_MAX || d->bytes + (int64_t)n > d->show_bytes)
        return ERR_LIMIT;
    if (statvfs(d->path, &fs) != 0)
        return from_errno();
    uint64_t left = (uint64_t)fs.f_bavail * fs.f_frsize;
    return left < (uint64_t)d->room_bytes + n ? ERR_DISK_FULL : OK;
}

static bool is_same(const struct block *a, const struct block *b)
{
    return a && a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

static enum err put_init(struct record_disk *d, struct block *init)
{
    char path[FILE_MAX];
    if (is_same(d->init_kept, init))
        return OK;
    path_of(d->path, path, "init", d->init + 1, ".mp4");
    enum err e = write_file(d, path, init);
    if (e != OK)
        return e;
    d->init++;
    block_unref(d->init_kept);
    d->init_kept = block_ref(init);
    return OK;
}

/* A line that could not be written whole is taken back; when not even that can be done, the index
 * is opened anew, which mends it. */
static enum err put_line(struct record_disk *d, const struct record_entry *entry)
{
    struct buf line;
    buf_init(&line, RECORD_LINE_MAX);
    record_index_line(&line, entry);
    enum err e = buf_ok(&line) ? OK : ERR_INTERNAL;
    if (e == OK && lseek(d->index_fd, d->index_n, SEEK_SET) < 0)
        e = from_errno();
    if (e == OK)
        e = write_all(d, d->index_fd, line.p, line.n);
    if (e == OK && fdatasync(d->index_fd) != 0)
        e = from_errno();
    if (e == OK)
        d->index_n += (off_t)line.n;
    else if (ftruncate(d->index_fd, d->index_n) != 0)
        record_disk_close(d);
    buf_free(&line);
    return e;
}

static void place(struct record_disk *d, struct record_entry *e)
{
    enum { CLOSE_MS = 100 }; /* tracks do not end at the same moment */
    int64_t off_ms = e->start_ms - d->next_start_ms;
    bool follows = d->goes_on && off_ms >= -CLOSE_MS && off_ms <= CLOSE_MS;
    e->number = d->number + 1;
    e->init = d->init;
    e->discontinuity = d->number > 0 && (e->discontinuity || !follows);
    if (e->wall_ms < d->last_wall_ms)
        e->wall_ms = d->last_wall_ms;
}

enum err record_disk_put(struct record_disk *d, struct record_piece *p)
{
    char path[FILE_MAX];
    struct record_entry *entry = &p->entry;
    enum err e = d->open ? OK : open_disk(d);
    if (e == OK)
        e = look_for_room(d, p->block->n);
    if (e == OK)
        e = put_init(d, p->init);
    if (e != OK)
        return e;
    place(d, entry);
    path_of(d->path, path, "seg", entry->number, ".m4s");
    e = write_file(d, path, p->block);
    if (e != OK)
        return e;
    e = put_line(d, entry);
    if (e != OK) {
        unlink(path);
        return e;
    }
    d->number = entry->number;
    d->last_wall_ms = entry->wall_ms + entry->duration_ms;
    d->next_start_ms = entry->start_ms + entry->duration_ms;
    d->goes_on = true;
    d->bytes += entry->bytes;
    d->entries++;
    return OK;
}

void record_disk_close(struct record_disk *d)
{
    if (d->open)
        close(d->index_fd);
    block_unref(d->init_kept);
    d->init_kept = NULL;
    d->index_fd = -1;
    d->bytes = d->entries = 0; /* known anew when it is opened again */
    d->open = d->goes_on = false;
}

/* ---- for readers ---- */

static bool folder_of(const char *folder, struct str stream, char out[RECORD_PATH_MAX])
{
    int n = snprintf(out, RECORD_PATH_MAX, "%s/%.*s", folder, STR_ARG(stream));
    return stream.n > 0 && stream.n <= RECORD_NAME_MAX && !memchr(stream.p, '/', stream.n) &&
           stream.p[0] != '.' && n > 0 && n < RECORD_PATH_MAX;
}

enum err record_load(const char *folder, struct str stream, struct record_index *out)
{
    char path[RECORD_PATH_MAX];
    *out = (struct record_index){0};
    enum err e = folder_of(folder, stream, path) ? load_index(path, out) : ERR_NOT_FOUND;
    return e == OK && out->n == 0 ? ERR_NOT_FOUND : e;
}

bool record_exists(const char *folder, struct str stream)
{
    char path[RECORD_PATH_MAX];
    struct stat st;
    return folder_of(folder, stream, path) && stat(path, &st) == 0;
}

enum err record_stamp(const char *folder, struct str stream, struct record_stamp *out)
{
    char path[RECORD_PATH_MAX], file[FILE_MAX];
    struct stat st;
    if (!folder_of(folder, stream, path))
        return ERR_NOT_FOUND;
    snprintf(file, sizeof(file), "%s/index", path);
    if (stat(file, &st) != 0)
        return errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : err_from_errno(errno);
    *out = (struct record_stamp){(int64_t)st.st_ino, st.st_size,
                                 st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec};
    return OK;
}

enum err record_open(const char *folder, struct str stream, bool is_init, uint32_t number, int *fd)
{
    char path[RECORD_PATH_MAX], file[FILE_MAX];
    if (!folder_of(folder, stream, path))
        return ERR_NOT_FOUND;
    path_of(path, file, is_init ? "init" : "seg", number, is_init ? ".mp4" : ".m4s");
    *fd = open(file, O_RDONLY | O_CLOEXEC);
    return *fd >= 0 ? OK : errno == ENOENT ? ERR_NOT_FOUND : err_from_errno(errno);
}

enum err record_tidy(const char *folder, struct str stream)
{
    char path[RECORD_PATH_MAX];
    struct record_index x;
    off_t end;
    if (!folder_of(folder, stream, path))
        return ERR_NOT_FOUND;
    enum err e = load_index(path, &x);
    int fd = e == OK ? open_index(path) : -1;
    if (e == OK && fd < 0)
        e = from_errno();
    if (e == OK)
        e = mend(path, fd, &x, &end);
    if (fd >= 0)
        close(fd);
    record_index_free(&x);
    return e;
}

enum err record_remove(const char *folder, struct str stream, int most)
{
    char path[RECORD_PATH_MAX], file[FILE_MAX + 256];
    struct dirent *d;
    if (!folder_of(folder, stream, path))
        return OK;
    DIR *dir = opendir(path);
    if (!dir)
        return errno == ENOENT ? OK : err_from_errno(errno);
    /* The index goes first: what is half removed is no recording. */
    snprintf(file, sizeof(file), "%s/index", path);
    unlink(file);
    int removed = 0;
    while (removed < most && (d = readdir(dir)) != NULL) {
        if (d->d_name[0] == '.')
            continue;
        snprintf(file, sizeof(file), "%s/%s", path, d->d_name);
        if (unlink(file) != 0) {
            enum err e = err_from_errno(errno);
            closedir(dir);
            return e;
        }
        removed++;
    }
    closedir(dir);
    if (removed == most)
        return ERR_AGAIN;
    return rmdir(path) == 0 || errno == ENOENT ? OK : err_from_errno(errno);
}
