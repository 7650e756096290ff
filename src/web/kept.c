#include "web/kept.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/map.h"

struct page {
    struct list link;
    struct kept_key key;
    struct version version;
    int64_t until_ms;
    struct kept_copy copy;
};

struct kept {
    pthread_mutex_t lock;
    struct map pages;   /* key -> struct page, owned */
    struct list by_use; /* least lately used first */
    struct kept_counts counts;
};

static struct str text_of(const struct kept_key *key)
{
    return str_n(key->bytes, sizeof(key->bytes));
}

static size_t size_of(const struct page *p)
{
    return sizeof(*p) + p->copy.plain->n + (p->copy.packed ? p->copy.packed->n : 0);
}

void kept_copy_free(struct kept_copy *c)
{
    block_unref(c->plain);
    block_unref(c->packed);
    *c = (struct kept_copy){0};
}

struct kept *kept_new(void)
{
    struct kept *k = calloc(1, sizeof(*k));
    if (!k)
        return NULL;
    pthread_mutex_init(&k->lock, NULL);
    map_init(&k->pages);
    list_init(&k->by_use);
    return k;
}

static void drop(struct kept *k, struct page *p)
{
    map_remove(&k->pages, text_of(&p->key));
    list_remove(&p->link);
    k->counts.bytes -= size_of(p);
    k->counts.pages--;
    kept_copy_free(&p->copy);
    free(p);
}

void kept_free(struct kept *k)
{
    if (!k)
        return;
    LIST_EACH(it, &k->by_use)
    drop(k, LIST_OF(it, struct page, link));
    map_free(&k->pages);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

static struct kept_copy copy_of(const struct kept_copy *c)
{
    struct kept_copy out = *c;
    block_ref(out.plain);
    if (out.packed)
        block_ref(out.packed);
    return out;
}

bool kept_find(struct kept *k, struct kept_key key, struct version version, struct kept_copy *out)
{
    pthread_mutex_lock(&k->lock);
    struct page *p = map_get(&k->pages, text_of(&key));
    bool good = p && version_same(p->version, version) && clock_mono_ms() < p->until_ms;
    if (good) {
        list_remove(&p->link);
        list_append(&k->by_use, &p->link);
        *out = copy_of(&p->copy);
    }
    good ? k->counts.found++ : k->counts.missed++;
    pthread_mutex_unlock(&k->lock);
    return good;
}

void kept_add(struct kept *k, struct kept_key key, struct version version, int64_t keep_ms,
              const struct kept_copy *page)
{
    if (page->plain->n > KEPT_PAGE_MAX)
        return;
    struct page *p = calloc(1, sizeof(*p));
    if (!p)
        return;
    *p = (struct page){.key = key, .version = version, .until_ms = clock_mono_ms() + keep_ms};
    list_init(&p->link);
    pthread_mutex_lock(&k->lock);
    struct page *old = map_get(&k->pages, text_of(&key));
    if (old)
        drop(k, old);
    if (map_put(&k->pages, text_of(&p->key), p) == OK) {
        p->copy = copy_of(page);
        list_append(&k->by_use, &p->link);
        k->counts.bytes += size_of(p);
        k->counts.pages++;
        while (k->counts.bytes > KEPT_BYTES_MAX)
            drop(k, LIST_OF(k->by_use.next, struct page, link));
        p = NULL;
    }
    pthread_mutex_unlock(&k->lock);
    free(p);
}

void kept_pack(struct kept *k, struct kept_key key, const struct kept_copy *page)
{
    pthread_mutex_lock(&k->lock);
    struct page *p = map_get(&k->pages, text_of(&key));
    if (p && p->copy.plain == page->plain && !p->copy.packed) {
        p->copy.packed = block_ref(page->packed);
        k->counts.bytes += page->packed->n;
    }
    pthread_mutex_unlock(&k->lock);
}

struct kept_counts kept_counts(struct kept *k)
{
    pthread_mutex_lock(&k->lock);
    struct kept_counts counts = k->counts;
    pthread_mutex_unlock(&k->lock);
    return counts;
}
