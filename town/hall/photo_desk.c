/* Photos over HTTP: the pictures themselves, and what a maker does with those of a product. The
 * page that shows them is the product's form. */
#include "store/queries.h"
#include "town/gone/gone.h"
#include "town/hall/page.h"
#include "town/hall/photo.h"

/* GET /hall/photos/{file}: ID.webp or ID.jpg, and nothing that is no photo. */
enum err hall_photo(struct req *r)
{
    struct rows rs;
    struct block *body;
    struct str ending, id = str_cut(req_param(r, "file"), '.', &ending);
    bool webp = str_eq_z(ending, "webp");
    if (!objects_id_ok(id) || !(webp || str_eq_z(ending, "jpg")))
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, webp ? &q_hall_photo_of_webp : &q_hall_photo_of_jpeg,
                        ARGS(V_STR(id)), r->arena, &rs);
    if (e == OK)
        e = objects_read(id, &body);
    if (e == OK)
        reply_body(r, webp ? "image/webp" : "image/jpeg", body, WEB_FOREVER_S);
    return e;
}

/* --- what a maker does --- */

struct deed {
    struct command cmd;
    int64_t product, photo;
    struct hall_actor actor;
    const char *event;
    struct hall_photo *photos; /* to be added */
    size_t n;
    enum err refused; /* one of them, with this detail: those before it were stored */
    struct err_info why;
};

static enum err begin(struct req *r, struct deed **out)
{
    *out = ARENA_NEW(r->arena, struct deed);
    return *out ? hall_own_product(r, &(*out)->product, &(*out)->actor) : ERR_NOMEM;
}

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    const struct deed *d = (const struct deed *)cmd;
    if (result != OK)
        return result;
    reply_redirect(r, arena_printf(r->arena, "/hall/desk/products/%lld", (long long)d->product));
    return hall_photos_put(r->db, d->product, r->arena, view_put_list(r->view, "photos"));
}

static enum err run_add(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    enum err e = OK;
    bool any = false;
    if (d->refused) {
        *tx->info = d->why;
        return d->refused;
    }
    for (size_t i = 0; i < d->n && !e; i++) {
        bool is_new;
        e = hall_photo_add(tx, d->product, &d->photos[i], &is_new);
        any = any || is_new;
    }
    return e || !any ? e : hall_photo_note(tx, d->product, "photo_add", d->actor);
}

/* All that are sent, or none; of a refusal `limit` says which one it was, from 1. */
enum err hall_photos_post(struct req *r)
{
    const struct upload *uploads[HALL_PHOTOS_TOGETHER];
    struct deed *d;
    enum err e = begin(r, &d);
    if (e)
        return e;
    d->n = req_uploads(r, "photo", uploads, HALL_PHOTOS_TOGETHER);
    d->photos = arena_array(r->arena, d->n, sizeof(*d->photos));
    if (d->n == 0)
        return req_refuse(r, ERR_INVALID, "photo", "hall.photo_none");
    struct str *objects = arena_array(r->arena, d->n * HALL_PHOTO_OBJECTS, sizeof(*objects));
    size_t stored = 0;
    if (!d->photos || !objects)
        return ERR_NOMEM;
    while (stored < d->n) {
        d->refused = hall_photo_store_upload(uploads[stored], &d->photos[stored], &d->why);
        if (d->refused)
            break;
        hall_photo_objects(&d->photos[stored], objects + HALL_PHOTO_OBJECTS * stored);
        stored++;
    }
    d->why.field = "photo";
    d->why.limit = (long long)stored + 1;
    r->info = d->refused ? d->why : r->info;
    if (d->refused && stored == 0)
        return d->refused;
    d->cmd = (struct command){.name = "hall.photo_add", .run = run_add};
    return gone_write(r, &d->cmd, done, objects, HALL_PHOTO_OBJECTS * stored);
}

static enum err run_one(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    bool remove = strcmp(d->event, "photo_remove") == 0;
    enum err e = remove ? hall_photo_remove(tx, d->product, d->photo)
                        : hall_photo_first(tx, d->product, d->photo);
    return e ? e : hall_photo_note(tx, d->product, d->event, d->actor);
}

static enum err post_one(struct req *r, const char *event)
{
    struct deed *d;
    enum err e = begin(r, &d);
    if (e)
        return e;
    if (str_to_i64(req_param(r, "photo"), &d->photo) != OK)
        return ERR_NOT_FOUND;
    d->event = event;
    d->cmd = (struct command){.name = "hall.photo", .run = run_one};
    return web_write(r, &d->cmd, done);
}

enum err hall_photo_post_remove(struct req *r)
{
    return post_one(r, "photo_remove");
}

enum err hall_photo_post_first(struct req *r)
{
    return post_one(r, "photo_first");
}
