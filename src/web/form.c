#include "web/form.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "web/server.h"

static enum err add_field(struct arena *arena, struct str name, struct str value,
                          struct form_field **fields, size_t *n, size_t *cap)
{
    if (*n == WEB_FIELDS_MAX)
        return ERR_LIMIT;
    if (!str_is_utf8(name) || !str_is_utf8(value))
        return ERR_SYNTAX;
    if (*n == *cap) {
        size_t more = *cap ? *cap * 2 : 16;
        struct form_field *grown = arena_array(arena, more, sizeof(*grown));
        if (!grown)
            return ERR_NOMEM;
        if (*n)
            memcpy(grown, *fields, *n * sizeof(*grown));
        *fields = grown;
        *cap = more;
    }
    (*fields)[(*n)++] = (struct form_field){name, value};
    return OK;
}

enum err form_pairs(struct arena *arena, struct str text, struct form_field **fields, size_t *n,
                    size_t *cap)
{
    while (text.n) {
        struct str value, pair = str_cut(text, '&', &text);
        struct str name = str_cut(pair, '=', &value);
        if (pair.n == 0)
            continue;
        enum err e = enc_unpercent(arena, name, true, &name);
        if (e == OK)
            e = enc_unpercent(arena, value, true, &value);
        if (e == OK)
            e = add_field(arena, name, value, fields, n, cap);
        if (e)
            return e;
    }
    return OK;
}

static enum err form_add(struct form *f, struct str name, struct str value)
{
    return add_field(f->arena, name, value, &f->fields, &f->fields_n, &f->fields_cap);
}

/* ---- files ---- */

void form_sweep(const char *spool_dir)
{
    DIR *dir = opendir(spool_dir);
    int64_t before_s = (clock_wall_ms() - WEB_SPOOL_LEFT_MS) / 1000;
    struct stat st;
    int n = 0;
    for (struct dirent *d; dir && (d = readdir(dir));)
        if (strncmp(d->d_name, "upload-", 7) == 0 &&
            fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            (int64_t)st.st_mtim.tv_sec < before_s && unlinkat(dirfd(dir), d->d_name, 0) == 0)
            n++;
    if (dir)
        closedir(dir);
    if (n)
        LOG(INFO, "web.spool_swept", L_I("files", n));
}

static enum err open_file(struct form *f, struct str field, struct str filename, struct str type)
{
    if (f->uploads_n == WEB_UPLOADS_MAX)
        return ERR_LIMIT;
    if (!str_is_utf8(field) || !str_is_utf8(filename))
        return ERR_SYNTAX;
    char *path = arena_printf(f->arena, "%s/upload-XXXXXX", f->spool_dir);
    if (!path)
        return ERR_NOMEM;
    f->fd = mkostemp(path, O_CLOEXEC);
    if (f->fd < 0)
        return err_from_errno(errno);
    f->uploads[f->uploads_n++] = (struct upload){.field = arena_str(f->arena, field),
                                                 .filename = arena_str(f->arena, filename),
                                                 .content_type = arena_str(f->arena, type),
                                                 .path = path};
    return OK;
}

static enum err write_file(struct form *f, const uint8_t *p, size_t n)
{
    f->uploads[f->uploads_n - 1].size += n;
    while (n > 0) {
        ssize_t done = write(f->fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return err_from_errno(errno);
        p += done;
        n -= (size_t)done;
    }
    return OK;
}

static void close_file(struct form *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}

/* ---- multipart ---- */

static enum err collect(struct form *f, const uint8_t *p, size_t n)
{
    f->text_total += n;
    if (f->text_total > f->text_max)
        return ERR_TOO_LARGE;
    buf_put(&f->text, p, n);
    return buf_ok(&f->text) ? OK : ERR_NOMEM;
}

static enum err on_part(void *user, const struct multipart_part *part)
{
    struct form *f = user;
    /* A file field that was left empty comes with an empty name and no bytes: it is no upload. */
    if (part->is_file && part->filename.n)
        return open_file(f, part->name, part->filename, part->content_type);
    f->part_name = arena_str(f->arena, part->is_file ? STR_NONE : part->name);
    buf_clear(&f->text);
    return OK;
}

static enum err on_bytes(void *user, const uint8_t *p, size_t n)
{
    struct form *f = user;
    return f->fd >= 0 ? write_file(f, p, n) : collect(f, p, n);
}

static enum err on_part_end(void *user)
{
    struct form *f = user;
    if (f->fd >= 0) {
        close_file(f);
        return OK;
    }
    if (f->part_name.n == 0)
        return OK;
    return form_add(f, f->part_name, arena_str(f->arena, str_n(f->text.p, f->text.n)));
}

static const struct multipart_ops ops = {on_part, on_bytes, on_part_end};

/* ---- JSON ---- */

static enum err add_json(struct form *f, const char *key, json_t *v)
{
    struct str name = arena_str(f->arena, str_of(key));
    char *text = NULL;
    enum err e;
    if (json_is_string(v))
        return form_add(f, name,
                        arena_str(f->arena, str_n(json_string_value(v), json_string_length(v))));
    if (json_is_object(v) || json_is_array(v))
        return ERR_SYNTAX;
    if (json_is_null(v)) /* as if it were not there */
        return OK;
    text = json_dumps(v, JSON_ENCODE_ANY);
    if (!text)
        return ERR_NOMEM;
    e = form_add(f, name, arena_str(f->arena, str_of(text)));
    free(text);
    return e;
}

/* {"a": "x", "b": 3, "c": ["x", "y"]}: a list is the field several times. */
static enum err end_json(struct form *f)
{
    json_error_t fault;
    json_t *root = json_loadb((const char *)f->text.p, f->text.n, JSON_REJECT_DUPLICATES, &fault);
    enum err e = json_is_object(root) ? OK : ERR_SYNTAX;
    const char *key;
    json_t *value, *item;
    size_t i;
    json_object_foreach(root, key, value)
    {
        if (e)
            break;
        if (!json_is_array(value))
            e = add_json(f, key, value);
        else
            json_array_foreach(value, i, item)
            {
                if (e == OK)
                    e = add_json(f, key, item);
            }
    }
    json_decref(root);
    return e;
}

/* ---- outside ---- */

void form_init(struct form *f, struct arena *arena, const char *spool_dir, struct str content_type)
{
    struct str rest, type = str_trim(str_cut(content_type, ';', &rest));
    *f = (struct form){.arena = arena, .spool_dir = spool_dir, .fd = -1};
    form_text_max(f, WEB_BODY_DEFAULT);
    if (str_ieq_z(type, "application/x-www-form-urlencoded"))
        f->kind = FORM_URLENCODED;
    else if (str_ieq_z(type, "application/json"))
        f->kind = FORM_JSON;
    else if (str_ieq_z(type, "multipart/form-data"))
        f->kind = FORM_MULTIPART;
    else
        f->kind = FORM_OTHER;
    if (f->kind == FORM_MULTIPART && multipart_init(&f->multipart, content_type, &ops, f))
        f->kind = FORM_NONE; /* no boundary: the first byte is a syntax error */
}

void form_text_max(struct form *f, size_t max)
{
    f->text_max = max;
    buf_init(&f->text, max);
}

void form_raw(struct form *f)
{
    f->kind = FORM_RAW;
}

enum err form_feed(struct form *f, const uint8_t *p, size_t n)
{
    enum err e;
    if (n == 0)
        return OK;
    switch (f->kind) {
    case FORM_NONE: return ERR_SYNTAX;
    case FORM_URLENCODED:
    case FORM_RAW:
    case FORM_JSON: return collect(f, p, n);
    case FORM_MULTIPART: return multipart_feed(&f->multipart, p, n);
    case FORM_OTHER: break;
    }
    if (f->uploads_n == 0) {
        e = open_file(f, STR("body"), STR_NONE, STR_NONE);
        if (e)
            return e;
    }
    return write_file(f, p, n);
}

enum err form_end(struct form *f)
{
    struct str text = str_n(f->text.p, f->text.n);
    switch (f->kind) {
    case FORM_URLENCODED:
        return form_pairs(f->arena, arena_str(f->arena, text), &f->fields, &f->fields_n,
                          &f->fields_cap);
    case FORM_JSON: return end_json(f);
    case FORM_MULTIPART: return multipart_end(&f->multipart);
    case FORM_RAW: return OK;
    default: close_file(f); return OK;
    }
}

void form_free(struct form *f)
{
    close_file(f);
    buf_free(&f->text);
    for (size_t i = 0; i < f->uploads_n; i++)
        unlink(f->uploads[i].path);
    f->uploads_n = 0;
}
