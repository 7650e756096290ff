#include "town/hall/import_pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/map.h"
#include "job/job_zip.h"
#include "store/objects.h"
#include "store/queries.h"
#include "town/hall/photo.h"

enum {
    TOGETHER = 48,                         /* pictures decoded and written at a time, */
    TOGETHER_BYTES_MAX = 96 * 1024 * 1024, /* and what they have in the archive */
    DECODING_MS = 30 * 60 * 1000,          /* of all of a check */
    PICTURES_A_READ = 500,
    STEP_ARENA_MAX = 8 * 1024 * 1024,
};

/* --- names --- */

/* "a.jpg; b.jpg", also with the signs that Chinese is written with. */
static struct str next_name(struct str *rest)
{
    static const char *const signs[] = {";", ",", "|", "\n", "\uff1b", "\uff0c", "\u3001"};
    size_t at = rest->n, skip = 0;
    for (size_t i = 0; i < rest->n && at == rest->n; i++)
        for (size_t k = 0; k < sizeof(signs) / sizeof(signs[0]); k++)
            if (str_starts(str_slice(*rest, i, rest->n), signs[k])) {
                at = i;
                skip = strlen(signs[k]);
                break;
            }
    struct str name = str_trim(str_slice(*rest, 0, at));
    *rest = str_slice(*rest, at + skip, rest->n);
    return name;
}

/* Without its folders, ASCII in lower case; arena. */
static struct str plain(struct str name, struct arena *arena)
{
    for (size_t i = name.n; i > 0; i--)
        if (name.p[i - 1] == '/' || name.p[i - 1] == '\\') {
            name = str_slice(name, i, name.n);
            break;
        }
    char *out = arena_strndup(arena, name.p ? name.p : "", name.n);
    for (size_t i = 0; out && i < name.n; i++)
        if (out[i] >= 'A' && out[i] <= 'Z')
            out[i] = (char)(out[i] + 32);
    return str_n(out, out ? name.n : 0);
}

/* --- the archive --- */

struct zip {
    int fd;
    struct str id; /* of its object */
    struct job_zip_list list;
    struct map names; /* plain name → struct job_zip_file */
};

static void zip_close(struct zip *z)
{
    map_free(&z->names);
    if (z->fd >= 0)
        close(z->fd);
}

/* ERR_NOT_FOUND when the import has none. */
static enum err zip_open(struct db *db, int64_t import, struct arena *arena, struct zip *z,
                         struct err_info *info)
{
    struct rows rs;
    enum err e = db_one(db, &q_hall_import_get, ARGS(V_INT(import)), arena, &rs);
    if (e || row_null(&rs, 0, "zip"))
        return e ? e : ERR_NOT_FOUND;
    z->id = row_str(&rs, 0, "zip");
    e = objects_open(z->id, &z->fd);
    if (!e)
        e = job_zip_list(z->fd, &z->list, arena, info);
    for (size_t i = 0; !e && i < z->list.n; i++) {
        struct str name = plain(z->list.files[i].name, arena);
        if (name.n)
            e = map_put(&z->names, name, &z->list.files[i]);
    }
    return e;
}

/* --- what each became, as it is stored --- */

struct picture {
    struct str name;     /* plain */
    const char *refused; /* a key of locales/, or NULL */
    struct hall_photo photo;
    int64_t number, size; /* in the archive */
    bool is_known;        /* from an earlier check */
    bool is_of_older;     /* it came with an archive that another has followed */
    bool is_wanted;       /* and is to be decoded, or was, in this check */
};

static struct str files_text(const struct hall_photo *p, struct arena *arena)
{
    char text[HALL_PHOTO_SIZES * (2 * OBJECTS_ID + 40)];
    size_t n = 0;
    for (int i = 0; i < HALL_PHOTO_SIZES; i++) {
        const struct hall_photo_file *f = &p->files[i];
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%d %d %s %s\n", f->width, f->height,
                              f->webp.hex, f->jpeg.hex);
    }
    return arena_str(arena, str_n(text, n));
}

static enum err read_files(struct str text, struct hall_photo *p)
{
    for (int i = 0; i < HALL_PHOTO_SIZES; i++) {
        struct hall_photo_file *f = &p->files[i];
        struct str line = str_cut(text, '\n', &text), width = str_cut(line, ' ', &line);
        struct str height = str_cut(line, ' ', &line), webp = str_cut(line, ' ', &line);
        int64_t w, h;
        if (str_to_i64(width, &w) || str_to_i64(height, &h) || !objects_id_ok(webp) ||
            !objects_id_ok(line))
            return ERR_CORRUPT;
        f->width = (int)w;
        f->height = (int)h;
        memcpy(f->webp.hex, webp.p, OBJECTS_ID);
        memcpy(f->jpeg.hex, line.p, OBJECTS_ID);
    }
    return OK;
}

static enum err read_picture(const struct rows *rs, size_t row, struct arena *arena,
                             struct picture *p)
{
    *p = (struct picture){.name = row_str(rs, row, "name")};
    struct str message = row_str(rs, row, "message");
    if (message.n) {
        p->refused = arena_strndup(arena, message.p, message.n);
        return p->refused ? OK : ERR_NOMEM;
    }
    p->photo.width = (int)row_int(rs, row, "width");
    p->photo.height = (int)row_int(rs, row, "height");
    return read_files(row_str(rs, row, "files"), &p->photo);
}

struct writing {
    struct command cmd;
    const struct import_work *work;
    struct str zip;
    struct picture **pictures;
    size_t n;
};

/* Its files by name, so that they are kept as long as the import (town/gone), and no longer. */
static enum err write_objects(struct tx *tx, int64_t import, const struct picture *p)
{
    enum { COLUMNS = 3, FILES = 2 * HALL_PHOTO_SIZES };
    struct val args[FILES * COLUMNS];
    enum err e = db_exec(tx->db, &q_hall_import_picture_gone,
                         ARGS(V_INT(tx->now_ms), V_INT(import), V_STR(p->name)), NULL);
    if (!e)
        e = db_exec(tx->db, &q_hall_import_picture_objects_clear,
                    ARGS(V_INT(import), V_STR(p->name)), NULL);
    if (e || p->refused)
        return e;
    for (size_t i = 0; i < FILES; i++) {
        const struct hall_photo_file *f = &p->photo.files[i / 2];
        const struct object_id *id = i % 2 ? &f->jpeg : &f->webp;
        args[COLUMNS * i] = V_INT(import);
        args[COLUMNS * i + 1] = V_STR(p->name);
        args[COLUMNS * i + 2] = V_STR(str_n(id->hex, OBJECTS_ID));
    }
    return db_exec_many(tx->db, &q_hall_import_object_add, args, FILES, NULL);
}

static enum err run_write(struct command *cmd, struct tx *tx)
{
    const struct writing *w = (struct writing *)cmd;
    const int64_t import = w->work->id;
    enum err e = import_mine(w->work, tx);
    for (size_t i = 0; !e && i < w->n; i++) {
        const struct picture *p = w->pictures[i];
        struct str files = p->refused ? STR("") : files_text(&p->photo, tx->arena);
        e = write_objects(tx, import, p);
        if (!e)
            e = db_exec(tx->db, &q_hall_import_picture_set,
                        ARGS(V_INT(import), V_STR(p->name), V_STR(w->zip),
                             V_Z(p->refused ? p->refused : ""), V_INT(p->photo.width),
                             V_INT(p->photo.height), V_STR(files)),
                        NULL);
    }
    return e;
}

/* --- decoding --- */

struct look {
    const struct import_work *w;
    const struct import_sheet *s;
    struct import_built *built;
    struct arena *arena;
    struct zip zip;
    enum err zip_err;       /* OK, or there is none, or it is unreadable */
    struct map known;       /* plain name → struct picture, of those that the sheet names */
    struct picture **fresh; /* to decode: room for IMPORT_PICTURES_MAX */
    size_t fresh_n;
    int64_t until_ms;
};

static void refuse(struct picture *p, enum err e, const char *key)
{
    p->refused = key ? key : err_message_key(e);
}

/* Files by rising number, each once: so the archive is read front to back. */
static enum err decode(struct look *l, struct picture **pictures, size_t n, struct err_info *info)
{
    int64_t numbers[TOGETHER];
    struct job_zip_taken taken[TOGETHER];
    struct job_range ranges[TOGETHER];
    const struct import_work *w = l->w;
    struct hall_photo *out = calloc(n, sizeof(*out));
    int fd = objects_temporary(); /* rather on the disk than in memory: they are as they came */
    enum err e = fd < 0 ? ERR_IO : out ? OK : ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        numbers[i] = pictures[i]->number;
    if (!e)
        e = job_zip_take(l->zip.fd, numbers, n, fd, w->stop, w->arg, taken, info);
    for (size_t i = 0; !e && i < n; i++)
        ranges[i] = taken[i].err ? (struct job_range){0, 0} : taken[i].range;
    if (!e)
        e = hall_photo_store(fd, ranges, n, w->stop, w->arg, out, info);
    for (size_t i = 0; !e && i < n; i++) {
        pictures[i]->photo = out[i];
        if (taken[i].err)
            refuse(pictures[i], taken[i].err, taken[i].key);
        else if (out[i].err)
            refuse(pictures[i], out[i].err, out[i].key);
    }
    free(out);
    if (fd >= 0)
        close(fd);
    return e;
}

static enum err decode_some(struct look *l, struct picture **pictures, size_t n,
                            struct err_info *info)
{
    struct arena arena;
    struct writing s = {.work = l->w, .zip = l->zip.id, .pictures = pictures, .n = n};
    if (l->w->stop && l->w->stop(l->w->arg))
        return ERR_CLOSED;
    if (clock_mono_ms() > l->until_ms) { /* what is decoded by now is known at the next check */
        *info = (struct err_info){.code = ERR_TIMEOUT, .key = "hall.import_pictures_slow"};
        return ERR_TIMEOUT;
    }
    enum err e = decode(l, pictures, n, info);
    arena_init(&arena, STEP_ARENA_MAX);
    s.cmd = (struct command){.name = "hall.import_pictures", .run = run_write, .arena = &arena};
    if (!e)
        e = l->w->write(l->w->arg, &s.cmd);
    arena_free(&arena);
    return e;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = (*(struct picture *const *)a)->number, y = (*(struct picture *const *)b)->number;
    return (x > y) - (x < y);
}

/* How many of them at once: at least one. */
static size_t some(struct picture *const *pictures, size_t left)
{
    int64_t bytes = 0;
    size_t n = 0;
    for (; n < left && n < TOGETHER; n++)
        if ((bytes += pictures[n]->size) > TOGETHER_BYTES_MAX && n > 0)
            break;
    return n;
}

static enum err decode_fresh(struct look *l, struct err_info *info)
{
    enum err e = OK;
    if (l->fresh_n)
        qsort(l->fresh, l->fresh_n, sizeof(struct picture *), by_number);
    for (size_t done = 0; !e && done < l->fresh_n;) {
        size_t n = some(l->fresh + done, l->fresh_n - done);
        e = decode_some(l, l->fresh + done, n, info);
        done += n;
        if (!e && l->w->progress)
            l->w->progress(l->w->arg, "hall.import_step_pictures", (int64_t)done,
                           (int64_t)l->fresh_n);
    }
    return e;
}

/* --- checking --- */

static void add_fault(struct import_built *b, int64_t row, int column, struct str value,
                      const char *key)
{
    if (b->faults_n < IMPORT_FAULTS_MAX)
        b->faults[b->faults_n] = (struct import_fault){row, column, value, key, 0, 0};
    b->faults_n++;
}

static int picture_column(const struct import_sheet *s)
{
    for (size_t i = 0; i < s->columns_n; i++)
        if (s->columns[i] && s->columns[i]->what == HALL_COLUMN_PICTURES)
            return (int)i + 1;
    return 0;
}

static bool has_names(const struct import_built *b)
{
    for (size_t i = 0; i < b->n; i++)
        for (struct str rest = b->products[i].pictures; rest.n;)
            if (next_name(&rest).n > 0)
                return true;
    return false;
}

/* What the sheet names, each once, before it is known what each is: so that there are no more of
 * them than there may be, whatever was found at earlier checks. */
static enum err collect(struct look *l, const struct import_product *p, int column)
{
    size_t n = 0;
    for (struct str rest = p->pictures; rest.n;) {
        struct str name = next_name(&rest), key = plain(name, l->arena);
        if (name.n == 0)
            continue;
        if (++n > HALL_PHOTOS_MAX) {
            add_fault(l->built, p->row, column, name, "hall.photos_too_many");
            continue;
        }
        if (map_get(&l->known, key))
            continue;
        if (l->known.count == IMPORT_PICTURES_MAX) {
            add_fault(l->built, p->row, column, name, "hall.import_pictures_too_many");
            return OK;
        }
        struct picture *x = ARENA_NEW(l->arena, struct picture);
        if (!x)
            return ERR_NOMEM;
        x->name = key;
        enum err e = map_put(&l->known, key, x);
        if (e)
            return e;
    }
    return OK;
}

/* What was found at an earlier check; unless its files are gone meanwhile. */
static enum err load_some(struct look *l, struct str *after, bool *more)
{
    struct arena slice;
    struct rows rs;
    arena_init(&slice, STEP_ARENA_MAX);
    enum err e =
        db_select(l->w->db, &q_hall_import_pictures,
                  ARGS(V_INT(l->w->id), V_STR(*after), V_INT(PICTURES_A_READ)), &slice, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct picture found, *p = map_get(&l->known, row_str(&rs, i, "name"));
        if (!p)
            continue;
        e = read_picture(&rs, i, l->arena, &found);
        if (e || (!found.refused && !hall_photo_is_there(&found.photo)))
            continue;
        found.name = p->name;
        found.is_known = true;
        found.is_of_older = !str_eq(row_str(&rs, i, "zip"), l->zip.id);
        *p = found;
    }
    *more = !e && rs.n == PICTURES_A_READ;
    if (*more)
        *after = arena_str(l->arena, row_str(&rs, rs.n - 1, "name"));
    arena_free(&slice);
    return e;
}

static enum err load_known(struct look *l)
{
    struct str after = STR("");
    enum err e = OK;
    for (bool more = true; !e && more;)
        e = load_some(l, &after, &more);
    return e;
}

static const char *why_missing(const struct look *l)
{
    return l->zip_err == OK              ? "hall.picture_missing"
           : l->zip_err == ERR_NOT_FOUND ? "hall.picture_no_zip"
                                         : "hall.picture_bad_zip";
}

/* Another archive brings what the first lacked, or a better picture of a name. */
static void look_for(struct look *l, const struct import_product *p, int column)
{
    for (struct str rest = p->pictures; rest.n;) {
        struct str name = next_name(&rest), key = plain(name, l->arena);
        struct picture *x = name.n ? map_get(&l->known, key) : NULL;
        const struct job_zip_file *f = x ? map_get(&l->zip.names, key) : NULL;
        if (!x || x->is_wanted)
            continue;
        if (f && (!x->is_known || x->is_of_older)) {
            *x = (struct picture){
                .name = x->name, .number = f->number, .size = f->size, .is_wanted = true};
            l->fresh[l->fresh_n++] = x;
        } else if (!x->is_known) {
            add_fault(l->built, p->row, column, name, why_missing(l));
        }
    }
}

static void say_refused(struct look *l, const struct import_product *p, int column)
{
    for (struct str rest = p->pictures; rest.n;) {
        struct str name = next_name(&rest);
        const struct picture *x = name.n ? map_get(&l->known, plain(name, l->arena)) : NULL;
        if (x && x->refused)
            add_fault(l->built, p->row, column, name, x->refused);
    }
}

static enum err has_photo(struct db *db, int64_t product, const struct hall_photo *p,
                          struct arena *arena, bool *has)
{
    struct rows rs;
    enum err e = db_select(db, &q_hall_photo_same,
                           ARGS(V_INT(product), V_STR(str_of(p->files[HALL_PHOTO_LARGE].webp.hex))),
                           arena, &rs);
    *has = !e && rs.n > 0;
    return e;
}

static enum err see_whether_same(struct look *l, struct import_product *p)
{
    enum err e = OK;
    for (struct str rest = p->pictures; !e && p->is_same && rest.n;) {
        struct str name = next_name(&rest);
        const struct picture *x = name.n ? map_get(&l->known, plain(name, l->arena)) : NULL;
        if (!x || x->refused || !(x->is_known || x->is_wanted))
            continue;
        e = has_photo(l->w->db, p->edit.id, &x->photo, l->arena, &p->is_same);
        if (!e && !p->is_same) {
            l->built->same_n--;
            l->built->changed_n++;
        }
    }
    return e;
}

/* What is wrong with the archive is a fault of its names; what is wrong here is an error. */
static enum err open_zip(struct look *l, struct err_info *info)
{
    enum err e = l->zip_err = zip_open(l->w->db, l->w->id, l->arena, &l->zip, info);
    bool is_ours = e == ERR_NOMEM || e == ERR_CLOSED || e == ERR_IO || e == ERR_DISK_FULL;
    return is_ours || (e != ERR_NOT_FOUND && l->zip.fd < 0) ? e : OK;
}

static enum err look(struct look *l, struct err_info *info)
{
    int column = picture_column(l->s);
    struct import_built *b = l->built;
    enum err e = open_zip(l, info);
    for (size_t i = 0; !e && i < b->n; i++)
        e = collect(l, &b->products[i], column);
    if (!e)
        e = load_known(l);
    for (size_t i = 0; !e && i < b->n; i++)
        look_for(l, &b->products[i], column);
    if (!e)
        e = arena_failed(l->arena) ? ERR_NOMEM : decode_fresh(l, info);
    for (size_t i = 0; !e && i < b->n; i++) {
        say_refused(l, &b->products[i], column);
        e = see_whether_same(l, &b->products[i]);
    }
    return e;
}

enum err import_pictures_check(const struct import_work *w, const struct import_sheet *s,
                               struct import_built *built, struct arena *arena,
                               struct err_info *info)
{
    struct look l = {.w = w, .s = s, .built = built, .arena = arena, .zip = {.fd = -1}};
    if (!has_names(built))
        return OK;
    l.until_ms = clock_mono_ms() + DECODING_MS;
    l.fresh = arena_array(arena, IMPORT_PICTURES_MAX, sizeof(struct picture *));
    map_init(&l.known);
    map_init(&l.zip.names);
    enum err e = l.fresh ? look(&l, info) : ERR_NOMEM;
    map_free(&l.known);
    zip_close(&l.zip);
    return e;
}

/* --- taking --- */

static enum err unknown(struct tx *tx)
{
    *tx->info = (struct err_info){.code = ERR_CONFLICT, .key = "hall.picture_unchecked"};
    return ERR_CONFLICT;
}

static enum err add_one(struct tx *tx, int64_t import, int64_t product, struct str name,
                        bool *is_new)
{
    struct rows rs;
    struct picture p;
    *is_new = false;
    enum err e = db_select(tx->db, &q_hall_import_picture,
                           ARGS(V_INT(import), V_STR(plain(name, tx->arena))), tx->arena, &rs);
    if (!e && rs.n == 0)
        return unknown(tx);
    if (!e)
        e = read_picture(&rs, 0, tx->arena, &p);
    if (!e && p.refused)
        return unknown(tx);
    if (!e)
        e = hall_photo_add(tx, product, &p.photo, is_new);
    return e == ERR_CONFLICT ? unknown(tx) : e;
}

enum err import_pictures_add(struct tx *tx, int64_t import, const struct import_product *p,
                             struct hall_actor actor, size_t *added)
{
    enum err e = OK;
    *added = 0;
    for (struct str rest = p->pictures; !e && rest.n;) {
        struct str name = next_name(&rest);
        bool is_new = false;
        if (name.n)
            e = add_one(tx, import, p->edit.id, name, &is_new);
        *added += is_new;
    }
    return e || *added == 0 ? e : hall_photo_note(tx, p->edit.id, "photo_add", actor);
}
