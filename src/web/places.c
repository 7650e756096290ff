#include "web/places.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct holder {
    uint8_t key[PLACES_KEY];
    int n;
};

struct places {
    pthread_mutex_t lock; /* guards what follows */
    int max, max_of_key, taken;
    int holders_n; /* never more than are taken */
    struct holder holders[];
};

struct places *places_new(int max, int max_of_key)
{
    struct places *p = calloc(1, sizeof(*p) + (size_t)max * sizeof(struct holder));
    if (!p)
        return NULL;
    pthread_mutex_init(&p->lock, NULL);
    p->max = max;
    p->max_of_key = max_of_key;
    return p;
}

void places_free(struct places *p)
{
    if (!p)
        return;
    pthread_mutex_destroy(&p->lock);
    free(p);
}

static struct holder *find(struct places *p, const uint8_t *key)
{
    for (int i = 0; i < p->holders_n; i++)
        if (memcmp(p->holders[i].key, key, PLACES_KEY) == 0)
            return &p->holders[i];
    return NULL;
}

bool places_take(struct places *p, const uint8_t *key)
{
    pthread_mutex_lock(&p->lock);
    struct holder *h = key ? find(p, key) : NULL;
    bool may = p->taken < p->max && (!h || h->n < p->max_of_key);
    if (may && key && !h) {
        h = &p->holders[p->holders_n++];
        memcpy(h->key, key, PLACES_KEY);
        h->n = 0;
    }
    p->taken += may;
    if (may && h)
        h->n++;
    pthread_mutex_unlock(&p->lock);
    return may;
}

void places_give(struct places *p, const uint8_t *key)
{
    pthread_mutex_lock(&p->lock);
    struct holder *h = key ? find(p, key) : NULL;
    p->taken--;
    if (h && --h->n == 0)
        *h = p->holders[--p->holders_n];
    pthread_mutex_unlock(&p->lock);
}
