#include "town/hall/photo.h"

#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/queries.h"

enum {
    OBJECTS_OF_ONE = HALL_PHOTO_OBJECTS,
    HALVES_FROM = 8,
};
_Static_assert((int)HALL_PHOTO_SIZES == (int)JOB_PICTURE_SIZES, "the job's sizes are ours");

/* --- storing --- */

/* Writes what the job made of one picture; equal sizes share their files. */
static enum err write_one(int made, const struct job_picture *p, struct hall_photo *out,
                          struct object_new *fresh, size_t *n)
{
    for (int i = 0; i < HALL_PHOTO_SIZES; i++) {
        const struct job_picture_size *s = &p->sizes[i];
        struct hall_photo_file *f = &out->files[i];
        if (i > 0 && s->webp.offset == p->sizes[i - 1].webp.offset) {
            *f = out->files[i - 1];
            continue;
        }
        enum err e = objects_write_file(made, s->webp.offset, s->webp.length, &fresh[*n]);
        if (e)
            return e;
        f->webp = fresh[(*n)++].id;
        e = objects_write_file(made, s->jpeg.offset, s->jpeg.length, &fresh[*n]);
        if (e)
            return e;
        f->jpeg = fresh[(*n)++].id;
        f->width = s->width;
        f->height = s->height;
    }
    return OK;
}

/* Pictures that one job makes, and what of them is written and not kept yet. */
struct part {
    int fd;
    const struct job_range *ranges;
    size_t n;
    bool (*stop)(void *arg);
    void *arg;
    struct hall_photo *out;
    struct object_new *fresh; /* room for OBJECTS_OF_ONE each */
    size_t written;
    enum err err;
    struct err_info info;
};

static enum err write_all(struct part *p, int made, const struct job_picture *pictures)
{
    enum err e = OK;
    for (size_t i = 0; i < p->n && !e; i++) {
        const struct job_picture *from = &pictures[i];
        p->out[i] = (struct hall_photo){from->err, from->key, from->width, from->height};
        if (from->err == OK)
            e = write_one(made, from, &p->out[i], p->fresh, &p->written);
    }
    return e;
}

static void *make_part(void *arg)
{
    struct part *p = arg;
    struct job_picture *pictures = calloc(p->n ? p->n : 1, sizeof(*pictures));
    int made = job_temporary(NULL);
    p->err = pictures && made >= 0 ? OK : ERR_NOMEM;
    if (!p->err)
        p->err = job_pictures(p->fd, p->ranges, p->n, made, p->stop, p->arg, pictures, &p->info);
    if (!p->err)
        p->err = write_all(p, made, pictures);
    if (made >= 0)
        close(made);
    free(pictures);
    return NULL;
}

/* The caller's `stop` is for the caller's thread: the other one is told by this. */
static bool is_told(void *told)
{
    return atomic_load((_Atomic bool *)told);
}

static void wait_for(pthread_t thread, const struct part *own, _Atomic bool *told)
{
    struct timespec until;
    do {
        if (own->err || (own->stop && own->stop(own->arg)))
            atomic_store(told, true);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += JOB_LOOK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
    } while (pthread_timedjoin_np(thread, NULL, &until) != 0);
}

/* Many are halved, each half a job on a processor of its own. */
static void make_halves(struct part *own)
{
    struct part other = *own;
    _Atomic bool told = false;
    pthread_t thread;
    own->n /= 2;
    other.n -= own->n;
    other.ranges += own->n;
    other.out += own->n;
    other.fresh += own->n * OBJECTS_OF_ONE;
    other.stop = is_told;
    other.arg = &told;
    bool apart = pthread_create(&thread, NULL, make_part, &other) == 0;
    make_part(own);
    if (apart)
        wait_for(thread, own, &told);
    else
        make_part(&other);
    memmove(own->fresh + own->written, other.fresh, other.written * sizeof(*other.fresh));
    own->written += other.written;
    if (!own->err && other.err) {
        own->err = other.err;
        own->info = other.info;
    }
}

enum err hall_photo_store(int fd, const struct job_range *ranges, size_t n, bool (*stop)(void *arg),
                          void *arg, struct hall_photo *out, struct err_info *info)
{
    struct part p = {fd, ranges, n, stop, arg, out};
    assert(n <= JOB_PICTURES_MAX);
    p.fresh = calloc(n ? n : 1, OBJECTS_OF_ONE * sizeof(*p.fresh));
    if (!p.fresh)
        return ERR_NOMEM;
    if (n >= HALVES_FROM)
        make_halves(&p);
    else
        make_part(&p);
    if (!p.err)
        p.err = objects_keep(p.fresh, p.written);
    else
        objects_forget(p.fresh, p.written);
    free(p.fresh);
    *info = p.info;
    return p.err;
}

enum err hall_photo_store_upload(const struct upload *u, struct hall_photo *out,
                                 struct err_info *info)
{
    struct job_range whole = {0, (int64_t)u->size};
    if (u->size > HALL_PHOTO_BYTES_MAX) {
        *info = (struct err_info){.code = ERR_TOO_LARGE, .key = "hall.photo_bytes"};
        return ERR_TOO_LARGE;
    }
    int fd = open(u->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ERR_IO;
    enum err e = hall_photo_store(fd, &whole, 1, NULL, NULL, out, info);
    close(fd);
    if (e || out->err == OK)
        return e;
    *info = (struct err_info){.code = out->err, .key = out->key};
    return out->err;
}

/* --- rows --- */

static enum err refuse(struct tx *tx, enum err e, const char *key)
{
    *tx->info = (struct err_info){.code = e, .field = "photo", .key = key};
    return e;
}

static struct str hex(const struct object_id *id)
{
    return str_n(id->hex, OBJECTS_ID);
}

void hall_photo_objects(const struct hall_photo *p, struct str out[HALL_PHOTO_OBJECTS])
{
    for (int i = 0; i < HALL_PHOTO_SIZES; i++) {
        out[2 * i] = hex(&p->files[i].webp);
        out[2 * i + 1] = hex(&p->files[i].jpeg);
    }
}

/* The sweep runs in a transaction, too: what is there now stays. */
static bool is_there(const struct object_id *id)
{
    int fd;
    if (objects_open(hex(id), &fd) != OK)
        return false;
    close(fd);
    return true;
}

bool hall_photo_is_there(const struct hall_photo *p)
{
    for (int i = 0; i < HALL_PHOTO_SIZES; i++)
        if (!is_there(&p->files[i].webp) || !is_there(&p->files[i].jpeg))
            return false;
    return true;
}

static enum err add_files(struct tx *tx, int64_t photo, const struct hall_photo *p)
{
    enum { COLUMNS = 6 };
    struct val args[HALL_PHOTO_SIZES * COLUMNS];
    for (int i = 0; i < HALL_PHOTO_SIZES; i++) {
        const struct hall_photo_file *f = &p->files[i];
        const struct val row[COLUMNS] = {V_INT(photo),         V_INT(i),
                                         V_INT(f->width),      V_INT(f->height),
                                         V_STR(hex(&f->webp)), V_STR(hex(&f->jpeg))};
        memcpy(args + (size_t)i * COLUMNS, row, sizeof(row));
    }
    return db_exec_many(tx->db, &q_hall_photo_file_add, args, HALL_PHOTO_SIZES, NULL);
}

enum err hall_photo_add(struct tx *tx, int64_t product, const struct hall_photo *p, bool *is_new)
{
    struct rows rs;
    *is_new = false;
    enum err e =
        db_one(tx->db, &q_hall_photo_count,
               ARGS(V_STR(hex(&p->files[HALL_PHOTO_LARGE].webp)), V_INT(product)), tx->arena, &rs);
    if (e || row_int(&rs, 0, "same") > 0)
        return e;
    if (row_int(&rs, 0, "n") >= HALL_PHOTOS_MAX)
        return refuse(tx, ERR_INVALID, "hall.photos_too_many");
    if (!hall_photo_is_there(p))
        return ERR_CONFLICT;
    e = db_one(tx->db, &q_hall_photo_add,
               ARGS(V_INT(product), V_INT(row_int(&rs, 0, "last") + 1), V_INT(p->width),
                    V_INT(p->height), V_INT(tx->now_ms)),
               tx->arena, &rs);
    if (e)
        return e;
    *is_new = true;
    return add_files(tx, row_int(&rs, 0, "id"), p);
}

static enum err find(struct tx *tx, int64_t product, int64_t photo)
{
    struct rows rs;
    return db_one(tx->db, &q_hall_photo_find, ARGS(V_INT(photo), V_INT(product)), tx->arena, &rs);
}

enum err hall_photo_remove(struct tx *tx, int64_t product, int64_t photo)
{
    enum err e = find(tx, product, photo);
    if (!e)
        e = db_exec(tx->db, &q_hall_photo_files_gone, ARGS(V_INT(tx->now_ms), V_INT(photo)), NULL);
    if (!e)
        e = db_exec(tx->db, &q_hall_photo_files_remove, ARGS(V_INT(photo)), NULL);
    return e ? e : db_exec(tx->db, &q_hall_photo_remove, ARGS(V_INT(photo)), NULL);
}

/* Positions only rise and fall: before the first is a place. */
enum err hall_photo_first(struct tx *tx, int64_t product, int64_t photo)
{
    struct rows rs;
    enum err e = find(tx, product, photo);
    if (!e)
        e = db_one(tx->db, &q_hall_photo_first_place, ARGS(V_INT(product)), tx->arena, &rs);
    return e ? e
             : db_exec(tx->db, &q_hall_photo_place,
                       ARGS(V_INT(row_int(&rs, 0, "first") - 1), V_INT(photo)), NULL);
}

enum err hall_photo_note(struct tx *tx, int64_t product, const char *event, struct hall_actor actor)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_hall_photo_product, ARGS(V_INT(product)), tx->arena, &rs);
    if (e)
        return e;
    struct str status = row_str(&rs, 0, "status");
    if (!transition_may(&hall_transitions, status, "edit", actor.as))
        return refuse(tx, ERR_CONFLICT, "hall.in_review_now");
    return db_exec(tx->db, &q_hall_product_event_add,
                   ARGS(V_INT(product), V_INT(tx->now_ms), actor.user ? V_INT(actor.user) : V_NULL,
                        V_Z(event), V_STR(status), V_STR(status), V_INT(row_int(&rs, 0, "version")),
                        V_Z(""), V_Z("[]")),
                   NULL);
}

/* --- showing --- */

static void put_address(struct view *v, const char *name, struct arena *arena, struct str id,
                        const char *ending)
{
    view_put_z(v, name, arena_printf(arena, "/hall/photos/%.*s.%s", STR_ARG(id), ending));
}

enum err hall_photos_put(struct db *db, int64_t product, struct arena *arena, struct view *list)
{
    static const char *const names[HALL_PHOTO_SIZES] = {"small", "medium", "large"};
    struct rows rs;
    struct view *photo = NULL;
    int64_t last = 0;
    enum err e = db_select(db, &q_hall_photos, ARGS(V_INT(product)), arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        if (row_int(&rs, i, "id") != last) {
            last = row_int(&rs, i, "id");
            photo = view_add_object(list);
            view_put_int(photo, "id", last);
            view_put_int(photo, "width", row_int(&rs, i, "full_width"));
            view_put_int(photo, "height", row_int(&rs, i, "full_height"));
        }
        struct view *v = view_put_object(photo, names[row_int(&rs, i, "size")]);
        view_put_int(v, "width", row_int(&rs, i, "width"));
        view_put_int(v, "height", row_int(&rs, i, "height"));
        put_address(v, "webp", arena, row_str(&rs, i, "webp"), "webp");
        put_address(v, "jpeg", arena, row_str(&rs, i, "jpeg"), "jpg");
    }
    return e;
}
