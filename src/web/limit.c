#include "web/limit.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/rnd.h"

enum { WAYS = 8 };

struct bucket {
    uint8_t key[16]; /* keyed hash of the key, so that nobody can choose collisions */
    int64_t full_ms; /* when it will be full again; the past: it is */
};

struct limit {
    pthread_mutex_t lock;
    uint8_t secret[crypto_generichash_KEYBYTES];
    int slots, burst;
    int64_t interval_ms;
    struct bucket buckets[];
};

struct limit *limit_new(int slots, int burst, int64_t interval_ms)
{
    struct limit *l = calloc(1, sizeof(*l) + (size_t)slots * sizeof(l->buckets[0]));
    if (!l)
        return NULL;
    pthread_mutex_init(&l->lock, NULL);
    rnd_fill(l->secret, sizeof(l->secret));
    l->slots = slots;
    l->burst = burst;
    l->interval_ms = interval_ms;
    return l;
}

void limit_free(struct limit *l)
{
    if (l)
        pthread_mutex_destroy(&l->lock);
    free(l);
}

/* The key's bucket, or the one of its set that has been full for longest. */
static struct bucket *find(struct limit *l, struct str key)
{
    uint8_t hash[16];
    uint64_t at;
    crypto_generichash(hash, sizeof(hash), (const uint8_t *)(key.p ? key.p : ""), key.n, l->secret,
                       sizeof(l->secret));
    memcpy(&at, hash, sizeof(at));
    int first = (int)(at & (uint64_t)(l->slots - 1)) & ~(WAYS - 1);
    struct bucket *oldest = &l->buckets[first];
    for (int i = first; i < first + WAYS && i < l->slots; i++) {
        if (memcmp(l->buckets[i].key, hash, sizeof(hash)) == 0)
            return &l->buckets[i];
        if (l->buckets[i].full_ms < oldest->full_ms)
            oldest = &l->buckets[i];
    }
    memcpy(oldest->key, hash, sizeof(hash));
    oldest->full_ms = 0;
    return oldest;
}

bool limit_take(struct limit *l, struct str key, int64_t *wait_ms)
{
    pthread_mutex_lock(&l->lock);
    int64_t now = clock_mono_ms();
    struct bucket *b = find(l, key);
    int64_t full = b->full_ms > now ? b->full_ms : now;
    int64_t wait = full + l->interval_ms - (now + l->burst * l->interval_ms);
    bool ok = wait <= 0;
    if (ok)
        b->full_ms = full + l->interval_ms;
    pthread_mutex_unlock(&l->lock);
    if (wait_ms)
        *wait_ms = ok ? 0 : wait;
    return ok;
}

void limit_forget(struct limit *l, struct str key)
{
    pthread_mutex_lock(&l->lock);
    find(l, key)->full_ms = 0;
    pthread_mutex_unlock(&l->lock);
}
