#include "base/block.h"

#include <stdlib.h>
#include <string.h>

struct block *block_new(size_t n)
{
    struct block *b = malloc(sizeof(*b) + n);
    if (!b)
        return NULL;
    *b = (struct block){.refs = 1, .n = n, .p = (uint8_t *)(b + 1)};
    return b;
}

struct block *block_copy(const void *p, size_t n)
{
    struct block *b = block_new(n);
    if (b && n)
        memcpy(block_bytes(b), p, n);
    return b;
}

struct block *block_static(const void *p, size_t n)
{
    struct block *b = block_new(0);
    if (b) {
        b->p = p;
        b->n = n;
    }
    return b;
}

static void free_owner(struct block *b)
{
    free(b->owner);
}

struct block *block_take(uint8_t *p, size_t n)
{
    struct block *b = block_static(p, n);
    if (!b) {
        free(p);
        return NULL;
    }
    b->owner = p;
    b->release = free_owner;
    return b;
}

struct block *block_ref(struct block *b)
{
    atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
    return b;
}

void block_unref(struct block *b)
{
    if (!b || atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (b->release)
        b->release(b);
    free(b);
}
