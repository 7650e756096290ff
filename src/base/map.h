/*
 * Hash map from byte-string keys to pointers. Keys are copied and owned by the map, values are
 * borrowed. Open addressing, linear probing, at most 3/4 full; the hash is keyed per map
 * (SipHash-1-3 with a random key), so outsiders cannot choose collisions. Not thread safe.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct map_slot;

struct map {
    struct map_slot *slots; /* owned; capacity is a power of two */
    size_t capacity;
    size_t count;
    size_t used; /* count plus tombstones */
    uint64_t seed[2];
};

void map_init(struct map *m);
void map_free(struct map *m);
void *map_get(const struct map *m, struct str key); /* NULL when absent */
/* Puts or replaces; `value` must not be NULL. */
enum err map_put(struct map *m, struct str key, void *value) MUST_CHECK;
void *map_remove(struct map *m, struct str key); /* the value, or NULL */
/* Walks all entries: start with *at = 0; false at the end. Removing the entry just seen is fine. */
bool map_next(const struct map *m, size_t *at, struct str *key, void **value);

#endif
