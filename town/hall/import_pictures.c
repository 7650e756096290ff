#include "town/hall/import_pictures.h"

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/map.h"
#include "job/job_zip.h"
#include "store/objects.h"
#include "store/queries.h"
#include "town/hall/photo.h"

enum {
    TOGETHER = 24, /* pictures decoded and written at a time */
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
    struct job_zip_list list;
    struct map names; /* plain name → struct job_zip_file */
};

static void zip_close(struct zip *z)
{
    map_free(&z->names);
    if (z->fd >= 0)
        close(z->fd);
}

static enum err zip_open(struct db *db, int64_t import, struct arena *arena, struct zip *z,
                         struct err_info *info)
{
    struct rows rs;
    *z = (struct zip){.fd = -1};
    map_init(&z->names);
    enum err e = db_one(db, &q_hall_import_get, ARGS(V_INT(import)), arena, &rs);
    if (e || row_null(&rs, 0, "zip"))
        return e ? e : ERR_NOT_FOUND;
    e = objects_open(row_str(&rs, 0, "zip"), &z->fd);
    if (!e)
        e = job_zip_list(z->fd, &z->list, arena, info);
    for (size_t i = 0; !e && i < z->list.n; i++) {
        struct str name = plain(z->list.files[i].name, arena);
        if (name.n)
            e = map_put(&z->names, name, &z->list.files[i]);
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
        if (b->products[i].pictures.n)
            return true;
    return false;
}

enum err import_pictures_check(const struct import_work *w, const struct import_sheet *s,
                               struct import_built *built, struct arena *arena,
                               struct err_info *info)
{
    struct zip z;
    int column = picture_column(s);
    if (!has_names(built))
        return OK;
    enum err e = zip_open(w->db, w->id, arena, &z, info);
    bool no_zip = e == ERR_NOT_FOUND && z.fd < 0;
    bool unreadable = e && !no_zip && z.fd >= 0 && e != ERR_NOMEM && e != ERR_CLOSED;
    for (size_t i = 0; (!e || no_zip || unreadable) && i < built->n; i++) {
        const struct import_product *p = &built->products[i];
        struct str rest = p->pictures;
        if (no_zip || unreadable) {
            if (rest.n)
                add_fault(built, p->row, column, rest,
                          no_zip ? "hall.picture_no_zip" : "hall.picture_bad_zip");
            continue;
        }
        while (rest.n) {
            struct str name = next_name(&rest);
            if (name.n && !map_get(&z.names, plain(name, arena)))
                add_fault(built, p->row, column, name, "hall.picture_missing");
        }
    }
    zip_close(&z);
    return no_zip || unreadable ? OK : e;
}

enum err import_pictures_plan(struct tx *tx, int64_t import, const struct import_product *p)
{
    struct val args[HALL_PHOTOS_MAX * 4];
    struct str rest = p->pictures;
    size_t n = 0;
    while (rest.n && n < HALL_PHOTOS_MAX) {
        struct str name = next_name(&rest);
        if (name.n == 0)
            continue;
        args[4 * n] = V_INT(import);
        args[4 * n + 1] = V_INT(p->edit.id);
        args[4 * n + 2] = V_INT((int64_t)n + 1);
        args[4 * n + 3] = V_STR(name);
        n++;
    }
    return db_exec_many(tx->db, &q_hall_import_picture_add, args, n, NULL);
}

/* --- taking --- */

struct step {
    struct command cmd;
    const struct import_work *w;
    struct hall_actor actor;
    size_t n; /* of those planned, this many are done with */
    int64_t products[TOGETHER], positions[TOGETHER];
    struct hall_photo photos[TOGETHER]; /* err: passed over */
};

static enum err run_step(struct command *cmd, struct tx *tx)
{
    struct step *s = (struct step *)cmd;
    int64_t taken = 0;
    enum err e = s->w->mine ? s->w->mine(tx, s->w->arg) : OK;
    for (size_t i = 0; !e && i < s->n; i++) {
        int64_t id;
        const struct val key[] = {V_INT(s->w->id), V_INT(s->products[i]), V_INT(s->positions[i])};
        if (!s->photos[i].err) {
            e = hall_photo_add(tx, s->products[i], &s->photos[i], &id);
            taken += !e;
        }
        if (e == ERR_INVALID) /* it has as many as it may */
            e = OK;
        if (!e)
            e = db_exec(tx->db, &q_hall_import_picture_done, key, 3, NULL);
    }
    return e ? e
             : db_exec(tx->db, &q_hall_import_pictures_count, ARGS(V_INT(taken), V_INT(s->w->id)),
                       NULL);
}

/* The archive is read front to back: files by rising number, each once. */
static enum err decode(struct step *s, const struct zip *z, const struct rows *rs,
                       struct arena *arena, struct err_info *info)
{
    int64_t numbers[TOGETHER];
    size_t order[TOGETHER], n = 0;
    struct job_zip_taken taken[TOGETHER];
    struct job_range ranges[TOGETHER];
    for (size_t i = 0; i < rs->n; i++) {
        const struct job_zip_file *f = map_get(&z->names, plain(row_str(rs, i, "name"), arena));
        s->photos[i].err = f ? OK : ERR_NOT_FOUND;
        if (!f)
            continue;
        size_t at = n++;
        for (; at > 0 && numbers[at - 1] > f->number; at--) {
            numbers[at] = numbers[at - 1];
            order[at] = order[at - 1];
        }
        numbers[at] = f->number;
        order[at] = i;
    }
    size_t unique = 0, first[TOGETHER];
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || numbers[i] != numbers[i - 1])
            numbers[unique++] = numbers[i];
        first[i] = unique - 1;
    }
    int fd = job_temporary(NULL);
    struct hall_photo *out = arena_array(arena, TOGETHER, sizeof(*out));
    enum err e = fd < 0 || !out ? ERR_NOMEM : OK;
    if (!e && unique)
        e = job_zip_take(z->fd, numbers, unique, fd, s->w->stop, s->w->arg, taken, info);
    for (size_t i = 0; !e && i < unique; i++)
        ranges[i] = taken[i].err ? (struct job_range){0, 0} : taken[i].range;
    if (!e && unique)
        e = hall_photo_store(fd, ranges, unique, s->w->stop, s->w->arg, out, info);
    for (size_t i = 0; !e && i < n; i++) {
        s->photos[order[i]] = out[first[i]];
        if (taken[first[i]].err)
            s->photos[order[i]].err = taken[first[i]].err;
    }
    if (fd >= 0)
        close(fd);
    return e;
}

static void say_refused(const struct step *s, const struct rows *rs)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->photos[i].err)
            LOG(WARN, "hall.import_picture_refused", L_I("import", s->w->id),
                L_I("product", s->products[i]), L_S("name", row_str(rs, i, "name")),
                L_ERR(s->photos[i].err));
}

static enum err take_some(const struct import_work *w, struct hall_actor actor, const struct zip *z,
                          size_t *n, struct err_info *info)
{
    struct arena arena;
    struct rows rs;
    arena_init(&arena, STEP_ARENA_MAX);
    struct step *s = ARENA_NEW(&arena, struct step);
    enum err e = s ? db_select(w->db, &q_hall_import_pictures_next,
                               ARGS(V_INT(w->id), V_INT(TOGETHER)), &arena, &rs)
                   : ERR_NOMEM;
    *n = e ? 0 : rs.n;
    if (!e && rs.n) {
        s->w = w;
        s->actor = actor;
        s->n = rs.n;
        for (size_t i = 0; i < rs.n; i++) {
            s->products[i] = row_int(&rs, i, "product_id");
            s->positions[i] = row_int(&rs, i, "position");
        }
        e = decode(s, z, &rs, &arena, info);
        if (!e)
            say_refused(s, &rs);
        s->cmd = (struct command){.name = "hall.import_pictures", .run = run_step, .arena = &arena};
        if (!e)
            e = w->write(w->arg, &s->cmd);
    }
    arena_free(&arena);
    return e;
}

enum err import_pictures_take(const struct import_work *w, struct hall_actor actor,
                              struct arena *arena, struct err_info *info)
{
    struct zip z;
    struct rows rs;
    enum err e = db_one(w->db, &q_hall_import_pictures_left, ARGS(V_INT(w->id)), arena, &rs);
    int64_t all = e ? 0 : row_int(&rs, 0, "n"), done = 0;
    if (e || all == 0)
        return e;
    e = zip_open(w->db, w->id, arena, &z, info);
    for (size_t n = 1; !e && n > 0;) {
        e = w->stop && w->stop(w->arg) ? ERR_CLOSED : take_some(w, actor, &z, &n, info);
        done += (int64_t)n;
        if (!e && w->progress)
            w->progress(w->arg, done, all);
    }
    zip_close(&z);
    return e;
}
