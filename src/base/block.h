/*
 * Immutable refcounted bytes: a finished HLS segment, a static file, a reply's body. Filled by its
 * maker before it is shared, never changed after; the last release frees it. The count is atomic,
 * so blocks cross threads freely.
 */
#ifndef BASE_BLOCK_H
#define BASE_BLOCK_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct block {
    _Atomic uint32_t refs;
    size_t n;
    const uint8_t *p;                /* own bytes, or borrowed when `release` or static */
    void (*release)(struct block *); /* frees what p borrows; NULL when the bytes are inline */
    void *owner;                     /* for `release` */
};

struct block *block_new(size_t n); /* NULL without memory; refs = 1 */
struct block *block_copy(const void *p, size_t n);
/* A block over bytes that live as long as the process. */
struct block *block_static(const void *p, size_t n);
/* Takes over malloc()ed bytes; they are freed at once when NULL is returned. */
struct block *block_take(uint8_t *p, size_t n);
static inline uint8_t *block_bytes(struct block *b) /* only for the maker, before sharing */
{
    return (uint8_t *)(b + 1);
}
struct block *block_ref(struct block *b);
void block_unref(struct block *b); /* NULL is fine */

#endif
