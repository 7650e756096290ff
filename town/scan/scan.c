#include "town/scan/scan.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/block.h"
#include "base/enc.h"
#include "job/job_picture.h"
#include "store/objects.h"

enum { NAME_BYTES_MAX = 180 };
static const char pdf_head[] = "%PDF-", jpeg_head[] = "\xff\xd8\xff";

struct str scan_name(const struct upload *u)
{
    struct str name = u->filename;
    for (size_t i = 0; i < u->filename.n; i++)
        if (u->filename.p[i] == '/' || u->filename.p[i] == '\\')
            name = str_slice(u->filename, i + 1, u->filename.n);
    return name;
}

struct str scan_shown_name(const struct upload *u, struct arena *arena)
{
    struct str name = scan_name(u);
    size_t n = 0;
    char *out = arena_alloc(arena, name.n + 1);
    if (!out)
        return STR_NONE;
    for (size_t i = 0; i < name.n && str_is_utf8(name); i++)
        if ((uint8_t)name.p[i] >= ' ' && name.p[i] != 0x7F)
            out[n++] = name.p[i];
    for (n = n < NAME_BYTES_MAX ? n : NAME_BYTES_MAX; n && !str_is_utf8(str_n(out, n));)
        n--;
    return n ? str_n(out, n) : STR("document");
}

/* --- keeping --- */

static enum err refuse(struct err_info *info, const char *key, long long limit)
{
    *info = (struct err_info){.code = ERR_INVALID, .field = "scan", .key = key, .limit = limit};
    return ERR_INVALID;
}

static bool is_pdf(int fd)
{
    char head[sizeof(pdf_head) - 1];
    return pread(fd, head, sizeof(head), 0) == (ssize_t)sizeof(head) &&
           memcmp(head, pdf_head, sizeof(head)) == 0;
}

/* The largest that the job draws: what is written on a sheet of paper can be read in it. */
static enum err draw(int fd, int made, int64_t bytes, struct object_new *fresh,
                     struct err_info *info)
{
    struct job_picture p;
    struct job_range whole = {0, bytes};
    enum err e = job_pictures(fd, &whole, 1, made, NULL, NULL, &p, info);
    if (e)
        return e;
    if (p.err)
        return refuse(info, p.key && p.err != ERR_UNSUPPORTED ? p.key : "scan.kind", 0);
    const struct job_range *jpeg = &p.sizes[JOB_PICTURE_SIZES - 1].jpeg;
    return objects_write_file(made, jpeg->offset, jpeg->length, fresh);
}

static enum err keep_picture(int fd, int64_t bytes, struct object_new *fresh, struct err_info *info)
{
    int made = job_temporary(NULL);
    enum err e = made < 0 ? ERR_NOMEM : draw(fd, made, bytes, fresh, info);
    if (made >= 0)
        close(made);
    return e;
}

enum err scan_keep(const struct upload *u, struct arena *arena, struct scan *out,
                   struct err_info *info)
{
    struct object_new fresh;
    if (u->size > SCAN_BYTES_MAX)
        return refuse(info, "scan.bytes", SCAN_BYTES_MAX);
    int fd = open(u->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ERR_IO;
    bool pdf = is_pdf(fd);
    enum err e = pdf ? objects_write_file(fd, 0, (int64_t)u->size, &fresh)
                     : keep_picture(fd, (int64_t)u->size, &fresh, info);
    close(fd);
    if (e == OK)
        e = objects_keep(&fresh, 1);
    if (e != OK)
        return e;
    *out = (struct scan){str_of(arena_strdup(arena, fresh.id.hex)), pdf ? SCAN_PDF : SCAN_PICTURE};
    return out->id.p ? OK : ERR_NOMEM;
}

/* --- giving back --- */

static struct str with_ending(struct req *r, struct str name, const char *ending)
{
    if (name.n && str_ends(name, ending))
        return name;
    return str_of(arena_printf(r->arena, "%.*s%s", STR_ARG(name), ending));
}

enum err scan_reply(struct req *r, struct str id, struct str name)
{
    struct block *body;
    enum err e = objects_read(id, &body);
    if (e != OK)
        return e;
    struct str bytes = str_n(body->p, body->n);
    bool pdf = str_starts(bytes, pdf_head), picture = str_starts(bytes, jpeg_head);
    name = with_ending(r, name, picture ? ".jpg" : pdf ? ".pdf" : "");
    reply_header(r, "Content-Disposition",
                 str_of(arena_printf(r->arena, "%s; filename*=UTF-8''%.*s",
                                     picture ? "inline" : "attachment",
                                     STR_ARG(enc_percent(r->arena, name)))));
    reply_body(r, picture ? SCAN_PICTURE : pdf ? SCAN_PDF : "application/octet-stream", body, 0);
    return OK;
}
