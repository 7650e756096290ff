/* Files of a recording as they are sent: one as it lies there, or many end to end as one MP4. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/fmp4_read.h"
#include "town/replay/internal.h"

enum {
    GAP_MS = 120, /* between two clocks: tracks do not end at the same moment */
    INIT_MAX = 64 * 1024,
    PIECES_MAX = UINT16_MAX, /* of a table of contents */
};

static enum err read_at(int fd, int64_t from, uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t got = pread(fd, p, n, (off_t)from);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0 ? ERR_EOF : err_from_errno(errno);
        p += got;
        from += got;
        n -= (size_t)got;
    }
    return OK;
}

/* ---- one file ---- */

struct file {
    struct source source;
    int fd;
};

static enum err read_file(struct source *s, int64_t from, uint8_t *p, size_t n)
{
    return read_at(((struct file *)s)->fd, from, p, n);
}

static void free_file(struct source *s)
{
    close(((struct file *)s)->fd);
    free(s);
}

enum err replay_file(struct str stream, bool is_init, uint32_t number, struct source **out)
{
    struct stat st;
    struct file *f = calloc(1, sizeof(*f));
    if (!f)
        return ERR_NOMEM;
    enum err e = record_open(replay_folder(), stream, is_init, number, &f->fd);
    if (e == OK && fstat(f->fd, &st) != 0) {
        e = err_from_errno(errno);
        close(f->fd);
    }
    if (e != OK) {
        free(f);
        return e;
    }
    f->source = (struct source){st.st_size, read_file, free_file};
    *out = &f->source;
    return OK;
}

/* ---- a film ---- */

struct piece {
    int64_t from; /* where it begins in the film's file */
    int64_t by_ms;
    uint32_t number;
};

struct film {
    struct source source;
    char name[SHOWS_ROOM_NAME];
    struct str stream;
    struct fmp4_init init; /* of its tracks; it points nowhere */
    struct buf head;       /* init and table of contents */
    struct piece *pieces;  /* owned */
    size_t n;
    size_t open; /* the piece that fd and its own head are of; n: none */
    int fd;
    struct buf moved; /* the open piece's head, with its new times */
};

static void close_piece(struct film *f)
{
    if (f->open < f->n)
        close(f->fd);
    f->open = f->n;
}

static void free_film(struct source *s)
{
    struct film *f = (struct film *)s;
    close_piece(f);
    buf_free(&f->head);
    buf_free(&f->moved);
    free(f->pieces);
    free(f);
}

static enum err read_head(struct buf *into, int fd, struct fmp4_head *head)
{
    uint8_t start[FMP4_START];
    size_t n = 0;
    enum err e = read_at(fd, 0, start, sizeof(start));
    if (e == OK)
        e = fmp4_head_length(str_n(start, sizeof(start)), &n);
    buf_clear(into);
    if (e == OK && !buf_reserve(into, n))
        e = ERR_NOMEM;
    if (e == OK)
        e = read_at(fd, 0, into->p, n);
    if (e == OK) {
        into->n = n;
        e = fmp4_read_head(str_n(into->p, n), head);
    }
    return e;
}

static enum err look_at(const struct film *f, uint32_t number, struct fmp4_head *head)
{
    struct buf bytes;
    int fd;
    enum err e = record_open(replay_folder(), f->stream, false, number, &fd);
    if (e != OK)
        return e;
    buf_init(&bytes, FMP4_HEAD_MAX);
    e = read_head(&bytes, fd, head);
    buf_free(&bytes);
    close(fd);
    return e;
}

/* A track must not reach into what the next piece has of it: sound's clock is now and then set
 * back by some frames (fmp4.h), and its frames would come twice at a time. */
static enum err end_in_time(struct film *f, size_t i, const struct fmp4_head *head)
{
    struct fmp4_head next;
    if (i + 1 == f->n)
        return OK;
    enum err e = look_at(f, f->pieces[i + 1].number, &next);
    for (size_t a = 0; e == OK && a < head->n; a++)
        for (size_t b = 0; b < next.n; b++) {
            const struct fmp4_run *run = &head->runs[a];
            if (next.runs[b].track != run->track)
                continue;
            uint64_t end =
                fmp4_moved(run, &f->init, f->pieces[i].by_ms) + fmp4_run_length(f->moved.p, run);
            uint64_t begin = fmp4_moved(&next.runs[b], &f->init, f->pieces[i + 1].by_ms);
            if (end > begin)
                fmp4_shorten(f->moved.p, run, end - begin);
        }
    return e;
}

static enum err open_piece(struct film *f, size_t i)
{
    struct fmp4_head head;
    int fd;
    close_piece(f);
    enum err e = record_open(replay_folder(), f->stream, false, f->pieces[i].number, &fd);
    if (e != OK)
        return e;
    e = read_head(&f->moved, fd, &head);
    if (e == OK)
        e = end_in_time(f, i, &head);
    if (e != OK) {
        close(fd);
        return e;
    }
    fmp4_move(f->moved.p, &head, &f->init, f->pieces[i].by_ms, (uint32_t)i + 1);
    f->open = i;
    f->fd = fd;
    return OK;
}

static int64_t end_of(const struct film *f, size_t i)
{
    return i + 1 < f->n ? f->pieces[i + 1].from : f->source.length;
}

static size_t piece_at(const struct film *f, int64_t at)
{
    size_t low = 0, high = f->n;
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;
        if (f->pieces[middle].from <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* As much as one place gives. */
static enum err read_some(struct film *f, int64_t at, uint8_t *p, size_t n, size_t *got)
{
    if (at < (int64_t)f->head.n) {
        *got = n < f->head.n - (size_t)at ? n : f->head.n - (size_t)at;
        memcpy(p, f->head.p + at, *got);
        return OK;
    }
    size_t i = piece_at(f, at);
    enum err e = i == f->open ? OK : open_piece(f, i);
    if (e != OK)
        return e;
    int64_t within = at - f->pieces[i].from, left = end_of(f, i) - at;
    *got = (int64_t)n < left ? n : (size_t)left;
    if (within >= (int64_t)f->moved.n)
        return read_at(f->fd, within, p, *got);
    if (*got > f->moved.n - (size_t)within)
        *got = f->moved.n - (size_t)within;
    memcpy(p, f->moved.p + within, *got);
    return OK;
}

static enum err read_film(struct source *s, int64_t from, uint8_t *p, size_t n)
{
    enum err e = OK;
    while (e == OK && n > 0) {
        size_t got = 0;
        e = read_some((struct film *)s, from, p, n, &got);
        p += got;
        from += (int64_t)got;
        n -= got;
    }
    return e;
}

/* ---- laying it out ---- */

static enum err read_init(struct film *f, uint32_t number, struct buf *out)
{
    struct source *s;
    enum err e = replay_file(f->stream, true, number, &s);
    if (e != OK)
        return e;
    if (s->length > INIT_MAX)
        e = ERR_CORRUPT;
    if (e == OK && !buf_reserve(out, (size_t)s->length))
        e = ERR_NOMEM;
    if (e == OK)
        e = s->read(s, 0, out->p, (size_t)s->length);
    out->n = e == OK ? (size_t)s->length : 0;
    s->free(s);
    return e == OK ? fmp4_read_init(str_n(out->p, out->n), &f->init) : e;
}

/* How far the first segment's tracks would reach before the film's beginning: sound may begin a
 * little before the picture. */
static enum err lead_of(struct film *f, const struct record_entry *first, int64_t *ms)
{
    struct fmp4_head head;
    *ms = 0;
    enum err e = look_at(f, first->number, &head);
    for (size_t i = 0; e == OK && i < head.n; i++)
        for (size_t t = 0; t < f->init.n; t++) {
            if (f->init.tracks[t].id != head.runs[i].track || head.runs[i].time > INT64_MAX / 2000)
                continue;
            int64_t begins = (int64_t)head.runs[i].time * 1000 / f->init.tracks[t].timescale;
            if (first->start_ms - begins > *ms)
                *ms = first->start_ms - begins;
        }
    return e;
}

/* Where each begins in time; the times of its own are moved by the difference. */
static int64_t lay(struct film *f, const struct record_entry *entries, int64_t at_ms,
                   struct fmp4_piece *parts)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct record_entry *e = &entries[i];
        if (i > 0 && e->discontinuity) {
            at_ms += GAP_MS;
            parts[i - 1].duration_ms += GAP_MS;
        }
        f->pieces[i] = (struct piece){.by_ms = at_ms - e->start_ms, .number = e->number};
        parts[i] = (struct fmp4_piece){e->bytes, e->duration_ms, e->independent};
        at_ms += e->duration_ms;
    }
    return at_ms;
}

static enum err build(struct film *f, const struct record_entry *entries)
{
    struct buf init;
    int64_t lead_ms = 0;
    struct fmp4_piece *parts = calloc(f->n, sizeof(*parts));
    buf_init(&init, INIT_MAX);
    buf_init(&f->head, INIT_MAX + fmp4_index_length(PIECES_MAX) + 64);
    buf_init(&f->moved, FMP4_HEAD_MAX);
    f->pieces = calloc(f->n, sizeof(*f->pieces));
    enum err e = parts && f->pieces ? read_init(f, entries[0].init, &init) : ERR_NOMEM;
    if (e == OK)
        e = lead_of(f, &entries[0], &lead_ms);
    if (e == OK) {
        int64_t length_ms = lay(f, entries, lead_ms, parts);
        fmp4_put_init(&f->head, str_n(init.p, init.n), &f->init, length_ms);
        fmp4_put_index(&f->head, &f->init.tracks[0], parts, f->n);
        e = buf_ok(&f->head) ? OK : ERR_NOMEM;
    }
    f->init.avcc = STR_NONE;
    f->source.length = (int64_t)f->head.n;
    for (size_t i = 0; e == OK && i < f->n; i++) {
        f->pieces[i].from = f->source.length;
        f->source.length += entries[i].bytes;
    }
    buf_free(&init);
    free(parts);
    return e;
}

enum err replay_film(struct str stream, const struct record_entry *entries, size_t n,
                     struct source **out)
{
    struct film *f = calloc(1, sizeof(*f));
    if (!f)
        return ERR_NOMEM;
    f->source = (struct source){0, read_film, free_film};
    f->n = f->open = n < PIECES_MAX ? n : PIECES_MAX;
    memcpy(f->name, stream.p, stream.n < sizeof(f->name) ? stream.n : sizeof(f->name));
    f->stream = str_n(f->name, stream.n);
    enum err e = build(f, entries);
    if (e != OK) {
        free_film(&f->source);
        return e;
    }
    *out = &f->source;
    return OK;
}

size_t replay_run(const struct record_index *x, size_t from, size_t end)
{
    size_t n = 1;
    while (from + n < end && n < PIECES_MAX && x->entries[from + n].init == x->entries[from].init)
        n++;
    return n;
}
