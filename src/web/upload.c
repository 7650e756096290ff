#include "web/upload.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/block.h"
#include "base/enc.h"
#include "store/objects.h"

enum { HEAD_BYTES = 16 };

struct str upload_name(const struct upload *u)
{
    struct str name = u->filename;
    for (size_t i = 0; i < u->filename.n; i++)
        if (u->filename.p[i] == '/' || u->filename.p[i] == '\\')
            name = str_slice(u->filename, i + 1, u->filename.n);
    return name;
}

const char *upload_scan_type(struct str head)
{
    if (str_starts(head, "%PDF-"))
        return "application/pdf";
    if (str_starts(head, "\xff\xd8\xff"))
        return "image/jpeg";
    if (str_starts(head, "\x89PNG\r\n\x1a\n"))
        return "image/png";
    bool webp = head.n >= 12 && str_starts(head, "RIFF") && memcmp(head.p + 8, "WEBP", 4) == 0;
    return webp ? "image/webp" : NULL;
}

static enum err keep(int fd, size_t size, struct object_id *id)
{
    char head[HEAD_BYTES];
    struct object_new fresh;
    ssize_t n = pread(fd, head, sizeof(head), 0);
    if (n < 0)
        return ERR_IO;
    if (!upload_scan_type(str_n(head, (size_t)n)))
        return ERR_UNSUPPORTED;
    enum err e = objects_write_file(fd, 0, (int64_t)size, &fresh);
    if (e == OK)
        e = objects_keep(&fresh, 1);
    *id = fresh.id;
    return e;
}

enum err upload_keep_scan(const struct upload *u, struct arena *arena, struct str *id)
{
    struct object_id kept;
    if (u->size > UPLOAD_SCAN_MAX)
        return ERR_TOO_LARGE;
    int fd = open(u->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ERR_IO;
    enum err e = keep(fd, u->size, &kept);
    close(fd);
    if (e == OK)
        *id = str_of(arena_strdup(arena, kept.hex));
    return e == OK && !id->p ? ERR_NOMEM : e;
}

enum err upload_reply_scan(struct req *r, struct str id, struct str name)
{
    struct block *body;
    enum err e = objects_read(id, &body);
    if (e != OK)
        return e;
    const char *type = upload_scan_type(str_n(body->p, body->n));
    struct str coded = enc_percent(r->arena, name);
    reply_header(r, "Content-Disposition",
                 str_of(arena_printf(r->arena, "inline; filename*=UTF-8''%.*s", STR_ARG(coded))));
    reply_body(r, type ? type : "application/octet-stream", body, 0);
    return OK;
}
