#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARENA_BLOCK_MIN = 4096 - 64, ARENA_ALIGN = 16 };

struct arena_block {
    struct arena_block *older;
    size_t size;
    size_t used;
    alignas(ARENA_ALIGN) unsigned char bytes[];
};

void arena_init(struct arena *a, size_t limit)
{
    *a = (struct arena){.limit = limit};
}

void arena_free(struct arena *a)
{
    for (struct arena_block *b = a->current, *older; b; b = older) {
        older = b->older;
        free(b);
    }
    arena_init(a, a->limit);
}

bool arena_failed(const struct arena *a)
{
    return a->failed;
}

static struct arena_block *add_block(struct arena *a, size_t need)
{
    size_t size = a->current ? a->current->size * 2 : ARENA_BLOCK_MIN;
    if (size > 256 * 1024)
        size = 256 * 1024;
    if (size < need)
        size = need;
    struct arena_block *b = malloc(sizeof(*b) + size);
    if (!b)
        return NULL;
    b->older = a->current;
    b->size = size;
    b->used = 0;
    a->current = b;
    return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > a->limit) {
        a->failed = true;
        return NULL;
    }
    size_t need = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    if (need == 0)
        need = ARENA_ALIGN;
    struct arena_block *b = a->current;
    if (a->used + need > a->limit)
        b = NULL;
    else if (!b || b->size - b->used < need)
        b = add_block(a, need);
    if (!b) {
        a->failed = true;
        return NULL;
    }
    void *p = b->bytes + b->used;
    b->used += need;
    a->used += need;
    return memset(p, 0, need);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        a->failed = true;
        return NULL;
    }
    return arena_alloc(a, total);
}

char *arena_strndup(struct arena *a, const char *p, size_t n)
{
    if (n == SIZE_MAX)
        return NULL;
    char *copy = arena_alloc(a, n + 1);
    if (copy && n)
        memcpy(copy, p, n);
    return copy;
}

char *arena_strdup(struct arena *a, const char *z)
{
    return arena_strndup(a, z, strlen(z));
}

struct str arena_str(struct arena *a, struct str s)
{
    char *copy = arena_strndup(a, s.p, s.n);
    return copy ? (struct str){copy, s.n} : STR_NONE;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *text = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
    if (text)
        vsnprintf(text, (size_t)n + 1, fmt, ap);
    return text;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *text = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return text;
}
