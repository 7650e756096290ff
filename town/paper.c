#include "town/paper.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/block.h"
#include "base/clock.h"

enum { PDF_BYTES_MAX = 64 << 20, NAME_MAX_BYTES = 120 };

static enum err read_back(int fd, struct block **out)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return ERR_IO;
    if (st.st_size > PDF_BYTES_MAX)
        return ERR_TOO_LARGE;
    struct block *b = block_new((size_t)st.st_size);
    if (!b)
        return ERR_NOMEM;
    if (pread(fd, block_bytes(b), b->n, 0) != (ssize_t)b->n) {
        block_unref(b);
        return ERR_IO;
    }
    *out = b;
    return OK;
}

struct str paper_foot(struct req *r)
{
    struct str at = i18n_time(r->lang, clock_wall_ms(), "datetime", r->arena);
    const char *text =
        arena_printf(r->arena, "%.*s · %.*s", STR_ARG(req_site_name(r)), STR_ARG(at));
    return text ? str_of(text) : STR("");
}

enum err paper_reply(struct req *r, struct paper *p, const char *filename)
{
    struct block *body;
    int64_t pages;
    int fd = job_temporary(NULL);
    const struct job_paper_ask ask = {.out_fd = fd};
    const char *disposition =
        arena_printf(r->arena, "attachment; filename=\"%.*s\"", NAME_MAX_BYTES, filename);
    enum err e = fd < 0 || !disposition ? ERR_NOMEM : job_paper(p, &ask, &pages, &r->info);
    if (!e)
        e = read_back(fd, &body);
    if (fd >= 0)
        close(fd);
    paper_free(p);
    if (e)
        return e;
    reply_header(r, "Content-Disposition", str_of(disposition));
    reply_body(r, "application/pdf", body, 0);
    return OK;
}
