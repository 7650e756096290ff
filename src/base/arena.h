/*
 * Arenas: memory that lives as long as one request, message or job and is freed whole.
 *
 *   block ──▶ block ──▶ NULL        each block: header | used … | free …
 *     ▲ current
 *
 * An arena has a byte limit; past it allocation fails (NULL), and `arena_failed()` stays true, so a
 * handler may build freely and check once at its end. Not thread safe; hand it over whole.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena_block;

struct arena {
    struct arena_block *current; /* owned chain, newest first */
    size_t used;                 /* bytes handed out, all blocks */
    size_t limit;                /* most that may be handed out */
    bool failed;
};

void arena_init(struct arena *a, size_t limit);
void arena_free(struct arena *a); /* frees everything; the arena may be used again */
bool arena_failed(const struct arena *a);

void *arena_alloc(struct arena *a, size_t size); /* 16-byte aligned, zeroed; NULL past the limit */
void *arena_array(struct arena *a, size_t count, size_t size); /* overflow-checked */
char *arena_strndup(struct arena *a, const char *p, size_t n); /* adds a NUL */
char *arena_strdup(struct arena *a, const char *z);
struct str arena_str(struct arena *a, struct str s); /* copy; NUL-terminated for convenience */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

#endif
