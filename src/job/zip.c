#include "job/zip.h"

#include <zlib.h>

#include "job/charset.h"

enum {
    END_BYTES = 22,
    COMMENT_MAX = 65535,
    LOCATOR_BYTES = 20,
    END64_BYTES = 56,
    ENTRY_BYTES = 46,
    LOCAL_BYTES = 30,
    PIECE = 64 * 1024,
    FLAG_LOCKED = 1,
    FLAG_UTF8 = 1 << 11,
    EXTRA_ZIP64 = 0x0001,
    EXTRA_UNICODE = 0x7075,
    MADE_BY_UNIX = 3,
};

static uint16_t u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t u32(const uint8_t *p)
{
    return (uint32_t)u16(p) | (uint32_t)u16(p + 2) << 16;
}

static uint64_t u64(const uint8_t *p)
{
    return (uint64_t)u32(p) | (uint64_t)u32(p + 4) << 32;
}

/* --- the directory --- */

/* The bytes [at, at + n), or NULL when they are not all there. */
static const uint8_t *bytes_at(const struct zip *z, uint64_t at, uint64_t n)
{
    if (at > z->bytes.n || n > z->bytes.n - at)
        return NULL;
    return (const uint8_t *)z->bytes.p + at;
}

/* The end record is the last thing but for a comment of its own length. */
static const uint8_t *find_end(const struct zip *z)
{
    size_t n = z->bytes.n;
    size_t least = n > END_BYTES + COMMENT_MAX ? n - END_BYTES - COMMENT_MAX : 0;
    for (size_t at = n >= END_BYTES ? n - END_BYTES : 0; n >= END_BYTES; at--) {
        const uint8_t *p = (const uint8_t *)z->bytes.p + at;
        if (u32(p) == 0x06054b50 && at + END_BYTES + u16(p + 20) == n)
            return p;
        if (at == least)
            break;
    }
    return NULL;
}

/* Where an end record of before 2001 has no room: ZIP64's own, found by the locator before it. */
static bool read_end64(struct zip *z, const uint8_t *end, uint64_t *offset, uint64_t *size)
{
    size_t at = (size_t)(end - (const uint8_t *)z->bytes.p);
    const uint8_t *locator = at >= LOCATOR_BYTES ? end - LOCATOR_BYTES : NULL;
    if (!locator || u32(locator) != 0x07064b50)
        return false;
    const uint8_t *p = bytes_at(z, u64(locator + 8), END64_BYTES);
    if (!p || u32(p) != 0x06064b50)
        return false;
    z->files = u64(p + 32);
    *size = u64(p + 40);
    *offset = u64(p + 48);
    return true;
}

const char *zip_open(struct zip *z, struct str bytes, uint64_t bytes_max)
{
    *z = (struct zip){.bytes = bytes, .bytes_max = bytes_max};
    const uint8_t *end = find_end(z);
    if (!end || u16(end + 4) != u16(end + 6)) /* split over several files */
        return "zip_broken";
    uint64_t size = u32(end + 12), offset = u32(end + 16);
    z->files = u16(end + 10);
    if ((z->files == 0xffff || size == 0xffffffff || offset == 0xffffffff) &&
        !read_end64(z, end, &offset, &size))
        return "zip_broken";
    if (!bytes_at(z, offset, size))
        return "zip_broken";
    if (z->files > ZIP_FILES_MAX)
        return "zip_files";
    z->directory = (size_t)offset;
    z->directory_end = (size_t)(offset + size);
    return NULL;
}

/* The numbers that had no room come in this order, those only. */
static bool read_zip64(struct zip_entry *e, const uint8_t *p, size_t n)
{
    uint64_t *const fields[] = {&e->size, &e->packed, &e->head};
    for (size_t i = 0; i < 3; i++) {
        if (*fields[i] != 0xffffffff)
            continue;
        if (n < 8)
            return false;
        *fields[i] = u64(p);
        p += 8;
        n -= 8;
    }
    return true;
}

static bool read_extra(struct zip_entry *e, const uint8_t *p, size_t n)
{
    while (n >= 4) {
        size_t size = u16(p + 2);
        if (size > n - 4)
            return false;
        if (u16(p) == EXTRA_ZIP64 && !read_zip64(e, p + 4, size))
            return false;
        if (u16(p) == EXTRA_UNICODE && size > 5 && p[4] == 1 &&
            u32(p + 5) == crc32(0, (const Bytef *)e->name.p, (uInt)e->name.n))
            e->unicode = str_n(p + 9, size - 5);
        p += 4 + size;
        n -= 4 + size;
    }
    return true;
}

static bool is_unix_link(const uint8_t *p)
{
    unsigned kind = u32(p + 38) >> 28; /* of st_mode */
    return p[5] == MADE_BY_UNIX && kind != 0 && kind != 8 /* file */ && kind != 4 /* folder */;
}

bool zip_next(const struct zip *z, size_t *at, struct zip_entry *out, const char **why)
{
    size_t place = z->directory + *at;
    *why = NULL;
    if (place >= z->directory_end)
        return false;
    *why = "zip_broken";
    size_t left = z->directory_end - place;
    const uint8_t *p = bytes_at(z, place, ENTRY_BYTES);
    if (!p || left < ENTRY_BYTES || u32(p) != 0x02014b50)
        return false;
    size_t name = u16(p + 28), extra = u16(p + 30), comment = u16(p + 32);
    if (name + extra + comment > left - ENTRY_BYTES)
        return false;
    *out = (struct zip_entry){.name = str_n(p + ENTRY_BYTES, name),
                              .is_utf8 = u16(p + 8) & FLAG_UTF8,
                              .is_locked = u16(p + 8) & FLAG_LOCKED,
                              .is_link = is_unix_link(p),
                              .method = u16(p + 10),
                              .crc = u32(p + 16),
                              .packed = u32(p + 20),
                              .size = u32(p + 24),
                              .head = u32(p + 42)};
    if (!read_extra(out, p + ENTRY_BYTES + name, extra))
        return false;
    out->is_folder = name > 0 && (out->name.p[name - 1] == '/' || out->name.p[name - 1] == '\\');
    *at += ENTRY_BYTES + name + extra + comment;
    *why = NULL;
    return true;
}

const char *zip_find(const struct zip *z, struct str name, struct zip_entry *out)
{
    const char *why;
    uint64_t seen = 0;
    for (size_t at = 0; zip_next(z, &at, out, &why);) {
        if (str_ieq(out->name, name))
            return NULL;
        if (++seen > ZIP_FILES_MAX)
            return "zip_files";
    }
    return why ? why : "zip_no_file";
}

/* --- an entry's bytes --- */

struct reading {
    struct zip *z;
    const struct zip_entry *entry;
    zip_sink_fn *sink;
    void *user;
    uint64_t given;
    uint32_t crc;
};

static const char *give(struct reading *r, const uint8_t *p, size_t n)
{
    r->given += n;
    r->z->unpacked += n;
    if (r->given > r->entry->size)
        return "zip_broken";
    if (r->z->unpacked > r->z->bytes_max)
        return "zip_bytes";
    if (r->given > ZIP_RATIO_FREE && r->given / ZIP_RATIO_MAX > r->entry->packed)
        return "zip_ratio";
    r->crc = (uint32_t)crc32(r->crc, p, (uInt)n);
    return n ? r->sink(r->user, p, n) : NULL;
}

static const char *inflate_all(struct reading *r, const uint8_t *p)
{
    static _Thread_local uint8_t piece[PIECE];
    z_stream s = {.next_in = (Bytef *)p};
    uint64_t left = r->entry->packed;
    const char *why = NULL;
    int state = inflateInit2(&s, -MAX_WBITS);
    while (state == Z_OK && !why) {
        if (s.avail_in == 0 && left > 0) {
            s.avail_in = left > PIECE ? PIECE : (uInt)left;
            left -= s.avail_in;
        }
        s.next_out = piece;
        s.avail_out = PIECE;
        state = inflate(&s, Z_NO_FLUSH);
        why = give(r, piece, PIECE - s.avail_out);
    }
    inflateEnd(&s);
    return why ? why : state == Z_STREAM_END ? NULL : "zip_broken";
}

static const char *copy_all(struct reading *r, const uint8_t *p)
{
    const char *why = r->entry->packed == r->entry->size ? NULL : "zip_broken";
    for (uint64_t at = 0; at < r->entry->packed && !why; at += PIECE) {
        uint64_t n = r->entry->packed - at;
        why = give(r, p + at, n > PIECE ? PIECE : (size_t)n);
    }
    return why;
}

const char *zip_read(struct zip *z, const struct zip_entry *entry, zip_sink_fn *sink, void *user)
{
    struct reading r = {.z = z, .entry = entry, .sink = sink, .user = user};
    const uint8_t *head = bytes_at(z, entry->head, LOCAL_BYTES);
    if (entry->is_locked)
        return "zip_locked";
    if (!head || u32(head) != 0x04034b50)
        return "zip_broken";
    uint64_t at = entry->head + LOCAL_BYTES + u16(head + 26) + u16(head + 28);
    const uint8_t *p = bytes_at(z, at, entry->packed);
    if (!p)
        return "zip_broken";
    if (entry->method != 0 && entry->method != 8)
        return "zip_method";
    const char *why = entry->method == 8 ? inflate_all(&r, p) : copy_all(&r, p);
    if (!why && (r.given != entry->size || r.crc != entry->crc))
        why = "zip_broken";
    return why;
}

/* --- names --- */

static bool stays_inside(char *z)
{
    if (z[0] == '/' || (z[0] && z[1] == ':'))
        return false;
    for (char *part = z; *part;) {
        size_t n = strcspn(part, "/");
        if ((n == 1 && part[0] == '.') || (n == 2 && part[0] == '.' && part[1] == '.'))
            return false;
        part += n + (part[n] == '/');
    }
    return true;
}

bool zip_name(const struct zip_entry *entry, char *out)
{
    struct str name = entry->unicode.n ? entry->unicode : entry->name;
    bool is_utf8 = str_is_utf8(name);
    size_t n = name.n;
    if (is_utf8 && n <= ZIP_NAME_MAX)
        memcpy(out, name.p, n);
    else if (is_utf8 || entry->is_utf8 || !charset_gb18030(name, out, ZIP_NAME_MAX, &n))
        return false;
    out[n] = '\0';
    for (size_t i = 0; i < n; i++) {
        if (out[i] == '\\')
            out[i] = '/';
        if ((uint8_t)out[i] < 0x20 || out[i] == 0x7f)
            return false;
    }
    return n > 0 && stays_inside(out);
}
