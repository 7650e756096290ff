#include "proto/multipart.h"

/* The value of `name="value"` or name=value among a header's parameters. A browser writes '"', CR
 * and LF inside as %22, %0D and %0A (WHATWG HTML, multipart/form-data), so the first '"' ends it.
 */
static bool parameter(struct str header, const char *name, struct str *out)
{
    struct str rest = header;
    str_cut(header, ';', &rest);
    while (rest.n) {
        rest = str_trim(rest);
        ptrdiff_t eq = str_find(rest, '=');
        if (eq < 0)
            return false;
        struct str key = str_trim(str_slice(rest, 0, (size_t)eq));
        rest = str_slice(rest, (size_t)eq + 1, rest.n);
        struct str value;
        if (str_starts(rest, "\"")) {
            struct str inside = str_slice(rest, 1, rest.n);
            ptrdiff_t end = str_find(inside, '"');
            if (end < 0)
                return false;
            value = str_slice(inside, 0, (size_t)end);
            str_cut(str_slice(inside, (size_t)end + 1, inside.n), ';', &rest);
        } else {
            value = str_trim(str_cut(rest, ';', &rest));
        }
        if (str_ieq_z(key, name)) {
            *out = value;
            return true;
        }
    }
    return false;
}

enum err multipart_init(struct multipart *m, struct str content_type,
                        const struct multipart_ops *ops, void *user)
{
    struct str rest, boundary;
    *m = (struct multipart){.ops = ops, .user = user};
    if (!str_ieq_z(str_trim(str_cut(content_type, ';', &rest)), "multipart/form-data") ||
        !parameter(content_type, "boundary", &boundary) || boundary.n == 0 ||
        boundary.n > MULTIPART_BOUNDARY_MAX)
        return ERR_SYNTAX;
    for (size_t i = 0; i < boundary.n; i++)
        if (boundary.p[i] < ' ' || boundary.p[i] == 0x7F)
            return ERR_SYNTAX;
    memcpy(m->delimiter, "\r\n--", 4);
    memcpy(m->delimiter + 4, boundary.p, boundary.n);
    m->delimiter_n = 4 + boundary.n;
    m->matched = 2; /* the first boundary needs no line break before it */
    return OK;
}

static struct str base_name(struct str path)
{
    size_t from = 0;
    for (size_t i = 0; i < path.n; i++)
        if (path.p[i] == '/' || path.p[i] == '\\')
            from = i + 1;
    return str_slice(path, from, path.n);
}

static enum err begin_part(struct multipart *m)
{
    struct multipart_part part = {0};
    struct str rest = str_n(m->head, m->head_n);
    bool named = false;
    while (rest.n) {
        struct str value, line = str_trim(str_cut(rest, '\n', &rest));
        struct str name = str_cut(line, ':', &value);
        value = str_trim(value);
        if (str_ieq_z(name, "content-type")) {
            part.content_type = value;
        } else if (str_ieq_z(name, "content-disposition")) {
            struct str kind_rest;
            if (named || !str_ieq_z(str_trim(str_cut(value, ';', &kind_rest)), "form-data"))
                return ERR_SYNTAX;
            named = parameter(value, "name", &part.name);
            part.is_file = parameter(value, "filename", &part.filename);
            part.filename = base_name(part.filename);
        }
    }
    return named ? m->ops->on_part(m->user, &part) : ERR_SYNTAX;
}

static enum err feed_head(struct multipart *m, uint8_t c)
{
    if (m->head_n == sizeof(m->head))
        return ERR_TOO_LARGE;
    if (c == 0)
        return ERR_SYNTAX;
    m->head[m->head_n++] = (char)c;
    bool ended =
        m->head_n >= 2 && memcmp(m->head + m->head_n - 2, "\r\n", 2) == 0 &&
        (m->head_n == 2 || (m->head_n >= 4 && memcmp(m->head + m->head_n - 4, "\r\n", 2) == 0));
    if (!ended)
        return OK;
    m->state = MP_BODY;
    m->matched = 0;
    return begin_part(m);
}

static enum err feed_after_boundary(struct multipart *m, uint8_t c)
{
    /* Spaces may follow a boundary (transport padding, RFC 2046 section 5.1.1). */
    if (m->after_n == 0 && (c == ' ' || c == '\t'))
        return OK;
    m->after[m->after_n++] = (char)c;
    if (m->after_n < 2)
        return OK;
    m->after_n = 0;
    if (memcmp(m->after, "--", 2) == 0) {
        m->state = MP_EPILOGUE;
        return OK;
    }
    if (memcmp(m->after, "\r\n", 2) != 0)
        return ERR_SYNTAX;
    m->state = MP_HEAD;
    m->head_n = 0;
    return OK;
}

/* One byte that may belong to the delimiter. A '\r' can only be its first byte, so after a mismatch
 * nothing but a new start is possible. Returns how many held-back bytes were none, in *freed. */
static bool match(struct multipart *m, uint8_t c, size_t *freed)
{
    *freed = 0;
    if (c == (uint8_t)m->delimiter[m->matched])
        return ++m->matched == m->delimiter_n;
    *freed = m->matched;
    m->matched = c == '\r' ? 1 : 0;
    return false;
}

static enum err feed_preamble(struct multipart *m, uint8_t c)
{
    size_t freed;
    if (++m->preamble_n > MULTIPART_PREAMBLE_MAX)
        return ERR_TOO_LARGE;
    if (match(m, c, &freed))
        m->state = MP_AFTER_BOUNDARY;
    return OK;
}

/* Bytes of a part's body up to and with the next delimiter. Held-back bytes that turn out not to be
 * a delimiter are those of the delimiter itself, so they are given from there. */
static enum err feed_body(struct multipart *m, const uint8_t *p, size_t n, size_t *used)
{
    size_t from = 0, i = 0;
    enum err e = OK;
    while (i < n) {
        size_t freed;
        bool was_matching = m->matched > 0;
        if (!was_matching && p[i] != '\r') {
            const uint8_t *cr = memchr(p + i, '\r', n - i);
            i = cr ? (size_t)(cr - p) : n;
            continue;
        }
        if (!was_matching && i > from)
            e = m->ops->on_bytes(m->user, p + from, i - from);
        if (e)
            return e;
        bool complete = match(m, p[i], &freed);
        from = ++i;
        if (complete) {
            *used = i;
            m->state = MP_AFTER_BOUNDARY;
            m->matched = 0;
            return m->ops->on_part_end(m->user);
        }
        if (freed)
            e = m->ops->on_bytes(m->user, (const uint8_t *)m->delimiter, freed);
        if (m->matched == 0)
            from = i - 1; /* this byte is the part's */
        if (e)
            return e;
    }
    *used = n;
    if (m->matched == 0 && from < n)
        return m->ops->on_bytes(m->user, p + from, n - from);
    return OK;
}

enum err multipart_feed(struct multipart *m, const uint8_t *p, size_t n)
{
    enum err e = OK;
    for (size_t i = 0; i < n && !e;) {
        size_t used = 1;
        switch (m->state) {
        case MP_PREAMBLE: e = feed_preamble(m, p[i]); break;
        case MP_AFTER_BOUNDARY: e = feed_after_boundary(m, p[i]); break;
        case MP_HEAD: e = feed_head(m, p[i]); break;
        case MP_BODY: e = feed_body(m, p + i, n - i, &used); break;
        case MP_EPILOGUE: return OK; /* ignored (RFC 2046 section 5.1.1) */
        }
        i += used;
    }
    return e;
}

enum err multipart_end(struct multipart *m)
{
    return m->state == MP_EPILOGUE ? OK : ERR_SYNTAX;
}
