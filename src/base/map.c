#include "base/map.h"

#include <stdlib.h>

#include "base/rnd.h"

struct map_slot {
    char *key; /* owned; NULL when free */
    size_t key_n;
    uint64_t hash;
    void *value; /* NULL with a key: a tombstone has key == tombstone */
};

static char tombstone[1];

static uint64_t rotate(uint64_t v, int by)
{
    return v << by | v >> (64 - by);
}

#define SIP_ROUND(v)                                                                               \
    do {                                                                                           \
        v[0] += v[1], v[1] = rotate(v[1], 13) ^ v[0], v[0] = rotate(v[0], 32);                     \
        v[2] += v[3], v[3] = rotate(v[3], 16) ^ v[2];                                              \
        v[0] += v[3], v[3] = rotate(v[3], 21) ^ v[0];                                              \
        v[2] += v[1], v[1] = rotate(v[1], 17) ^ v[2], v[2] = rotate(v[2], 32);                     \
    } while (0)

/* SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012). */
static uint64_t hash_of(const struct map *m, struct str key)
{
    uint64_t v[4] = {m->seed[0] ^ 0x736f6d6570736575ull, m->seed[1] ^ 0x646f72616e646f6dull,
                     m->seed[0] ^ 0x6c7967656e657261ull, m->seed[1] ^ 0x7465646279746573ull};
    uint64_t word, last = (uint64_t)key.n << 56;
    size_t i = 0;
    for (; i + 8 <= key.n; i += 8) {
        memcpy(&word, key.p + i, 8);
        v[3] ^= word;
        SIP_ROUND(v);
        v[0] ^= word;
    }
    for (size_t k = 0; i + k < key.n; k++)
        last |= (uint64_t)(unsigned char)key.p[i + k] << (8 * k);
    v[3] ^= last;
    SIP_ROUND(v);
    v[0] ^= last;
    v[2] ^= 0xFF;
    SIP_ROUND(v);
    SIP_ROUND(v);
    SIP_ROUND(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void map_init(struct map *m)
{
    *m = (struct map){0};
    rnd_fill(m->seed, sizeof(m->seed));
}

void map_free(struct map *m)
{
    for (size_t i = 0; i < m->capacity; i++)
        if (m->slots[i].key != tombstone)
            free(m->slots[i].key);
    free(m->slots);
    *m = (struct map){0};
}

static struct map_slot *find(const struct map *m, struct str key, uint64_t hash)
{
    if (m->capacity == 0)
        return NULL;
    for (size_t i = hash & (m->capacity - 1);; i = (i + 1) & (m->capacity - 1)) {
        struct map_slot *s = &m->slots[i];
        if (!s->key)
            return NULL;
        if (s->key != tombstone && s->hash == hash && str_eq(str_n(s->key, s->key_n), key))
            return s;
    }
}

void *map_get(const struct map *m, struct str key)
{
    struct map_slot *s = m->capacity ? find(m, key, hash_of(m, key)) : NULL;
    return s ? s->value : NULL;
}

static void place(struct map_slot *slots, size_t capacity, struct map_slot entry)
{
    size_t i = entry.hash & (capacity - 1);
    while (slots[i].key && slots[i].key != tombstone)
        i = (i + 1) & (capacity - 1);
    slots[i] = entry;
}

static enum err grow(struct map *m)
{
    size_t capacity = 16;
    while (capacity < (m->count + 1) * 2)
        capacity *= 2;
    struct map_slot *slots = calloc(capacity, sizeof(*slots));
    if (!slots)
        return ERR_NOMEM;
    for (size_t i = 0; i < m->capacity; i++)
        if (m->slots[i].key && m->slots[i].key != tombstone)
            place(slots, capacity, m->slots[i]);
    free(m->slots);
    m->slots = slots;
    m->capacity = capacity;
    m->used = m->count;
    return OK;
}

enum err map_put(struct map *m, struct str key, void *value)
{
    uint64_t hash = hash_of(m, key);
    struct map_slot *s = find(m, key, hash);
    if (s) {
        s->value = value;
        return OK;
    }
    if ((m->used + 1) * 4 > m->capacity * 3 && grow(m) != OK)
        return ERR_NOMEM;
    char *copy = malloc(key.n + 1);
    if (!copy)
        return ERR_NOMEM;
    if (key.n)
        memcpy(copy, key.p, key.n);
    copy[key.n] = 0;
    place(m->slots, m->capacity, (struct map_slot){copy, key.n, hash, value});
    m->count++;
    m->used++; /* may count a reused tombstone twice: only makes the next grow earlier */
    return OK;
}

void *map_remove(struct map *m, struct str key)
{
    struct map_slot *s = m->capacity ? find(m, key, hash_of(m, key)) : NULL;
    if (!s)
        return NULL;
    void *value = s->value;
    free(s->key);
    *s = (struct map_slot){.key = tombstone};
    m->count--;
    return value;
}

bool map_next(const struct map *m, size_t *at, struct str *key, void **value)
{
    for (; *at < m->capacity; (*at)++) {
        struct map_slot *s = &m->slots[*at];
        if (s->key && s->key != tombstone) {
            *key = str_n(s->key, s->key_n);
            *value = s->value;
            (*at)++;
            return true;
        }
    }
    return false;
}
