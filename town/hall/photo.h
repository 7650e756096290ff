/*
 * Photos of products: what a maker uploads, decoded by guildhall-job (job/job_picture.h), kept as
 * objects (store/objects.h), named by rows.
 *
 *   upload ─▶ hall_photo_store() ─▶ struct hall_photo ─▶ hall_photo_add() in a command ─▶ page
 *             on a page's thread,                        ids only: nothing of it blocks
 *             or a task's: it takes a while              the writer
 *
 * A photo that is removed leaves its files to gone (town/gone/gone.h), and so does an upload that
 * is refused after some of it was stored. Addresses are /hall/photos/ID.webp and ID.jpg, ID being
 * the object's: they may be kept for ever. Who has one may see it, of a draft too: an id cannot be
 * guessed.
 */
#ifndef TOWN_HALL_PHOTO_H
#define TOWN_HALL_PHOTO_H

#include "job/job_picture.h"
#include "store/objects.h"
#include "store/writer.h"
#include "town/hall/product_save.h"
#include "web/view.h"

enum {
    HALL_PHOTOS_MAX = 12,                    /* of a product */
    HALL_PHOTO_BYTES_MAX = 20 * 1024 * 1024, /* of an upload */
    HALL_PHOTOS_BODY_MAX = 64 * 1024 * 1024, /* of those that are sent together */
    HALL_PHOTOS_TOGETHER = 6,                /* and how many they are: a page has some seconds */
};

enum hall_photo_size { HALL_PHOTO_SMALL, HALL_PHOTO_MEDIUM, HALL_PHOTO_LARGE, HALL_PHOTO_SIZES };

struct hall_photo {
    enum err err;      /* OK, or why it was refused */
    const char *key;   /* what to tell people then */
    int width, height; /* as it was sent, upright */
    struct hall_photo_file {
        int width, height;
        struct object_id webp, jpeg;
    } files[HALL_PHOTO_SIZES];
};

/* Pictures within a file, at most JOB_PICTURES_MAX: each has its own outcome in out[i].err. An
 * error is of the whole (ERR_DISK_FULL, ERR_CLOSED by `stop`, no program): nothing was kept. `stop`
 * is asked on the caller's thread only. */
enum err hall_photo_store(int fd, const struct job_range *ranges, size_t n, bool (*stop)(void *arg),
                          void *arg, struct hall_photo *out, struct err_info *info) MUST_CHECK;
/* One that was uploaded. Its refusal is an error here, with info->key. */
enum err hall_photo_store_upload(const struct upload *u, struct hall_photo *out,
                                 struct err_info *info) MUST_CHECK;

enum { HALL_PHOTO_OBJECTS = 2 * HALL_PHOTO_SIZES };
/* The ids of its files, which they lie in; some may be the same. */
void hall_photo_objects(const struct hall_photo *p, struct str out[HALL_PHOTO_OBJECTS]);
/* Are its files still there? Another photo may have named them, too, and be gone since. */
bool hall_photo_is_there(const struct hall_photo *p);

/* In a command. The same picture again is the one that is there. ERR_INVALID (hall.photos_too_many)
 * past HALL_PHOTOS_MAX; ERR_CONFLICT when its files are gone meanwhile: store it again. */
enum err hall_photo_add(struct tx *tx, int64_t product, const struct hall_photo *p,
                        bool *is_new) MUST_CHECK;
enum err hall_photo_remove(struct tx *tx, int64_t product, int64_t photo) MUST_CHECK;
/* Before all others: it stands for the product. */
enum err hall_photo_first(struct tx *tx, int64_t product, int64_t photo) MUST_CHECK;
/* The history's row: `event` photo_add, photo_remove, photo_first. ERR_CONFLICT
 * (hall.in_review_now) when this actor may not edit the product in its state: asked last, so that
 * whatever came before it goes with the command. */
enum err hall_photo_note(struct tx *tx, int64_t product, const char *event,
                         struct hall_actor actor) MUST_CHECK;

/* Fills a list with a product's photos, in order: {id, width, height, small, medium, large}, each
 * size {width, height, webp, jpeg}, the last two addresses. */
enum err hall_photos_put(struct db *db, int64_t product, struct arena *arena,
                         struct view *list) MUST_CHECK;

#endif
