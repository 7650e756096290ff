/* Form data with boundary "B": the same parts whatever the pieces. */
#include <stdlib.h>

#include "base/buf.h"
#include "proto/multipart.h"

static enum err on_part(void *user, const struct multipart_part *part)
{
    if (str_find(part->filename, '/') >= 0)
        abort();
    buf_printf(user, "\n%.*s|%.*s|%.*s\n", STR_ARG(part->name), STR_ARG(part->filename),
               STR_ARG(part->content_type));
    return OK;
}

static enum err on_bytes(void *user, const uint8_t *p, size_t n)
{
    buf_put(user, p, n);
    return OK;
}

static enum err on_part_end(void *user)
{
    buf_z(user, "\nend\n");
    return OK;
}

static const struct multipart_ops ops = {on_part, on_bytes, on_part_end};

static enum err parse(const uint8_t *p, size_t n, size_t step, struct buf *out)
{
    struct multipart m;
    enum err e = multipart_init(&m, STR("multipart/form-data; boundary=B"), &ops, out);
    for (size_t at = 0; at < n && !e; at += step)
        e = multipart_feed(&m, p + at, n - at < step ? n - at : step);
    return e ? e : multipart_end(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct buf whole, pieces;
    struct multipart m;
    buf_init(&whole, 1 << 22);
    buf_init(&pieces, 1 << 22);
    if (multipart_init(&m, str_n(p, n), &ops, &whole) == OK && m.delimiter_n < 5)
        abort();
    enum err a = parse(p, n, n ? n : 1, &whole);
    enum err b = parse(p, n, n ? 1 + p[0] % 5 : 1, &pieces);
    if (a != b || (a == OK && !str_eq(str_n(whole.p, whole.n), str_n(pieces.p, pieces.n))))
        abort();
    buf_free(&whole);
    buf_free(&pieces);
    return 0;
}
