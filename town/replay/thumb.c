/* Thumbnails: keyframes, decoded by guildhall-job; those of running shows are in memory. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "job/job_frame.h"
#include "media/fmp4_read.h"
#include "town/replay/internal.h"

enum { SHOWS_MAX = 256, INIT_MAX = 64 * 1024, JPEG_MAX = 4 * 1024 * 1024 };

/* ---- in memory ---- */

static struct {
    pthread_mutex_t lock;
    struct shown {
        int64_t show, at_ms; /* show 0: free */
        struct block *jpeg;  /* owned */
    } shown[SHOWS_MAX];
} memory = {.lock = PTHREAD_MUTEX_INITIALIZER};

void replay_thumb_show(int64_t show, struct block *jpeg, int64_t at_ms)
{
    struct shown *slot = NULL;
    pthread_mutex_lock(&memory.lock);
    for (size_t i = 0; i < SHOWS_MAX; i++) {
        struct shown *s = &memory.shown[i];
        if (s->show == show || (s->show == 0 && !slot))
            slot = s;
        if (s->show == show)
            break;
    }
    struct block *old = slot ? slot->jpeg : jpeg;
    if (slot)
        *slot = (struct shown){show, at_ms, jpeg};
    pthread_mutex_unlock(&memory.lock);
    block_unref(old);
}

void replay_thumbs_forget(const int64_t *shows, size_t n)
{
    pthread_mutex_lock(&memory.lock);
    for (size_t i = 0; i < SHOWS_MAX; i++) {
        struct shown *s = &memory.shown[i];
        bool keeps = false;
        for (size_t k = 0; k < n && !keeps; k++)
            keeps = shows[k] == s->show;
        if (s->show == 0 || keeps)
            continue;
        block_unref(s->jpeg);
        *s = (struct shown){0};
    }
    pthread_mutex_unlock(&memory.lock);
}

enum err replay_thumb(int64_t show, struct block **jpeg, int64_t *at_ms)
{
    enum err e = ERR_NOT_FOUND;
    if (!shows_on_air(show)) /* cut off, or rehearsing: what was seen last is nobody's any more */
        return e;
    pthread_mutex_lock(&memory.lock);
    for (size_t i = 0; i < SHOWS_MAX && e != OK && show > 0; i++) {
        if (memory.shown[i].show != show)
            continue;
        *jpeg = block_ref(memory.shown[i].jpeg);
        *at_ms = memory.shown[i].at_ms;
        e = OK;
    }
    pthread_mutex_unlock(&memory.lock);
    return e;
}

/* ---- beside a recording ---- */

static bool path_of(char out[REPLAY_PATH_MAX], struct str stream, const char *name,
                    const char *suffix)
{
    int n = snprintf(out, REPLAY_PATH_MAX, "%s/%.*s/%s.jpg%s", replay_folder(), STR_ARG(stream),
                     name, suffix);
    return n > 0 && n < REPLAY_PATH_MAX;
}

bool replay_thumb_write(struct str stream, const char *name, const struct block *jpeg)
{
    char path[REPLAY_PATH_MAX], fresh[REPLAY_PATH_MAX];
    if (!path_of(path, stream, name, "") || !path_of(fresh, stream, name, ".new"))
        return false;
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, jpeg->p, jpeg->n) == (ssize_t)jpeg->n;
    if (fd >= 0)
        close(fd);
    ok = ok && rename(fresh, path) == 0;
    if (!ok) {
        LOG(WARN, "replay.thumb_not_written", L_S("stream", stream), L_Z("name", name));
        unlink(fresh);
    }
    return ok;
}

enum err replay_thumb_read(struct str stream, const char *name, struct block **out)
{
    char path[REPLAY_PATH_MAX];
    struct stat st;
    int fd = path_of(path, stream, name, "") ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return ERR_NOT_FOUND;
    bool ok = fstat(fd, &st) == 0 && st.st_size > 0 && st.st_size <= JPEG_MAX;
    struct block *b = ok ? block_new((size_t)st.st_size) : NULL;
    ok = b && read(fd, block_bytes(b), b->n) == (ssize_t)b->n;
    close(fd);
    if (!ok) {
        block_unref(b);
        return ERR_NOT_FOUND;
    }
    *out = b;
    return OK;
}

/* ---- making them ---- */

static bool append(int fd, struct str bytes, struct job_range *out)
{
    *out = (struct job_range){lseek(fd, 0, SEEK_END), (int64_t)bytes.n};
    return out->offset >= 0 && write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n;
}

/* [from, from + n) of a file; NULL when it cannot be had. */
static struct block *read_part(struct source *s, int64_t from, int64_t n)
{
    struct block *b =
        from >= 0 && n > 0 && n <= s->length && from <= s->length - n ? block_new((size_t)n) : NULL;
    if (b && s->read(s, from, block_bytes(b), (size_t)n) != OK) {
        block_unref(b);
        b = NULL;
    }
    return b;
}

static bool find_picture(struct str segment, struct fmp4_head *head)
{
    size_t n;
    return fmp4_head_length(segment, &n) == OK && n <= segment.n &&
           fmp4_read_head(str_slice(segment, 0, n), head) == OK && head->has_picture &&
           head->picture_is_keyframe;
}

static bool put_parts(int fd, struct str init, struct str picture, struct job_frame *out)
{
    struct fmp4_init x;
    return fmp4_read_init(init, &x) == OK && x.avcc.n > 0 && picture.n > 0 &&
           append(fd, x.avcc, &out->config) && append(fd, picture, &out->picture);
}

static bool put_blocks(int fd, const struct replay_frame *f, struct job_frame *out)
{
    struct fmp4_head head;
    struct str segment = str_n(f->segment->p, f->segment->n);
    return find_picture(segment, &head) && head.picture_at <= segment.n &&
           head.picture_n <= segment.n - head.picture_at &&
           put_parts(fd, str_n(f->init->p, f->init->n),
                     str_slice(segment, head.picture_at, head.picture_at + head.picture_n), out);
}

/* Of a segment's file only its head and the picture are read. */
static struct block *read_picture(struct source *s)
{
    struct fmp4_head head;
    size_t n = 0;
    struct block *start = read_part(s, 0, FMP4_START), *whole = NULL, *picture = NULL;
    if (start && fmp4_head_length(str_n(start->p, start->n), &n) == OK)
        whole = read_part(s, 0, (int64_t)n);
    if (whole && find_picture(str_n(whole->p, whole->n), &head))
        picture = read_part(s, (int64_t)head.picture_at, (int64_t)head.picture_n);
    block_unref(start);
    block_unref(whole);
    return picture;
}

static bool put_file(int fd, const struct replay_frame *f, struct job_frame *out)
{
    struct source *init = NULL, *segment = NULL;
    struct block *i = NULL, *p = NULL;
    if (replay_file(f->stream, true, f->entry.init, &init) == OK)
        i = read_part(init, 0, init->length < INIT_MAX ? init->length : INIT_MAX);
    if (replay_file(f->stream, false, f->entry.number, &segment) == OK)
        p = read_picture(segment);
    bool ok = i && p && put_parts(fd, str_n(i->p, i->n), str_n(p->p, p->n), out);
    if (init)
        init->free(init);
    if (segment)
        segment->free(segment);
    block_unref(i);
    block_unref(p);
    return ok;
}

static struct block *take(int fd, const struct job_frame_made *made)
{
    if (made->err != OK || made->jpeg.length > JPEG_MAX)
        return NULL;
    struct block *b = block_new((size_t)made->jpeg.length);
    if (b && pread(fd, block_bytes(b), b->n, (off_t)made->jpeg.offset) != (ssize_t)b->n) {
        block_unref(b);
        b = NULL;
    }
    return b;
}

void replay_frames(struct replay_frame *frames, size_t n)
{
    struct job_frame asked[JOB_FRAMES_MAX];
    struct job_frame_made made[JOB_FRAMES_MAX];
    struct replay_frame *of[JOB_FRAMES_MAX];
    struct err_info info = {0};
    size_t there = 0;
    int in = job_temporary(NULL), out = job_temporary(NULL);
    for (size_t i = 0; i < n; i++) {
        struct replay_frame *f = &frames[i];
        f->jpeg = NULL;
        if (in < 0 || out < 0 || there == JOB_FRAMES_MAX)
            continue;
        if (f->segment ? put_blocks(in, f, &asked[there]) : put_file(in, f, &asked[there]))
            of[there++] = f;
    }
    if (there > 0) {
        enum err e = job_frames(in, asked, there, out, made, &info);
        if (e != OK)
            LOG(WARN, "replay.no_thumbs", L_ERR(e), L_Z("why", info.text ? info.text : ""));
        for (size_t i = 0; i < there; i++)
            of[i]->jpeg = take(out, &made[i]);
    }
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
}
