/*
 * A growable byte buffer with a hard limit. Appends past the limit, or without memory, set `failed`
 * and change nothing; the user checks once at the end (buf_ok). Owned by whoever embeds it.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct buf {
    uint8_t *p; /* owned */
    size_t n;   /* bytes in use */
    size_t cap;
    size_t limit;
    bool failed;
};

void buf_init(struct buf *b, size_t limit);
void buf_free(struct buf *b);
void buf_clear(struct buf *b); /* keeps the memory */
static inline bool buf_ok(const struct buf *b)
{
    return !b->failed;
}

bool buf_reserve(struct buf *b, size_t extra); /* room for `extra` more bytes */
void buf_put(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, struct str s);
void buf_z(struct buf *b, const char *z);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_u8(struct buf *b, uint8_t v);
void buf_be16(struct buf *b, uint16_t v);
void buf_be24(struct buf *b, uint32_t v);
void buf_be32(struct buf *b, uint32_t v);
void buf_be64(struct buf *b, uint64_t v);
void buf_le32(struct buf *b, uint32_t v);
void buf_drop(struct buf *b, size_t n); /* removes n bytes from the front */

/* Reading big-endian fields; the caller has checked the length. */
static inline uint16_t be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}
static inline uint32_t be24(const uint8_t *p)
{
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}
static inline uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | be24(p + 1);
}
static inline uint64_t be64(const uint8_t *p)
{
    return (uint64_t)be32(p) << 32 | be32(p + 4);
}
static inline uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

#endif
