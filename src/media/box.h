/*
 * Writing ISO base media boxes into a buffer: a box is begun, filled, and its size is set at its
 * end. Boxes nest like the calls.
 */
#ifndef MEDIA_BOX_H
#define MEDIA_BOX_H

#include <stdint.h>

#include "base/buf.h"

/* Returns where the box begins, for box_end(). */
static inline size_t box_begin(struct buf *b, const char type[4])
{
    size_t at = b->n;
    buf_be32(b, 0);
    buf_put(b, type, 4);
    return at;
}

static inline size_t box_begin_full(struct buf *b, const char type[4], uint8_t version,
                                    uint32_t flags)
{
    size_t at = box_begin(b, type);
    buf_be32(b, (uint32_t)version << 24 | flags);
    return at;
}

static inline void box_patch(struct buf *b, size_t at, uint32_t value)
{
    if (!buf_ok(b))
        return;
    for (size_t i = 0; i < 4; i++)
        b->p[at + i] = (uint8_t)(value >> (24 - 8 * i));
}

static inline void box_end(struct buf *b, size_t at)
{
    box_patch(b, at, (uint32_t)(b->n - at));
}

static inline void box_zeros(struct buf *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_u8(b, 0);
}

#endif
