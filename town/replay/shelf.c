/* Indexes of recordings that were asked for lately: players come back for each piece, and an index
 * is a file to be parsed. What lies here is whole as long as its file is the same. */
#include <pthread.h>
#include <stdlib.h>

#include "town/replay/internal.h"

enum {
    SHELF_SLOTS = 32,
    SHELF_ENTRIES_MAX = 200 * 1000, /* of all of them: some 13 MB */
};

struct kept {
    struct replay_index index;
    int64_t show;
    struct record_stamp stamp;
    int refs;         /* under the lock; the shelf's own is one */
    uint64_t used_at; /* a count: the greatest was used last */
};

static struct {
    pthread_mutex_t lock;
    struct kept *slots[SHELF_SLOTS];
    size_t entries; /* of all in the slots */
    uint64_t uses;
} shelf = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void unref(struct kept *k) /* under the lock */
{
    if (--k->refs > 0)
        return;
    record_index_free(&k->index.x);
    free(k);
}

static void take_out(size_t slot)
{
    struct kept *k = shelf.slots[slot];
    shelf.slots[slot] = NULL;
    shelf.entries -= k->index.x.n;
    unref(k);
}

static bool is_same(const struct record_stamp *a, const struct record_stamp *b)
{
    return a->file == b->file && a->size == b->size && a->changed_ns == b->changed_ns;
}

static struct kept *find(int64_t show, const struct record_stamp *stamp)
{
    for (size_t i = 0; i < SHELF_SLOTS; i++) {
        struct kept *k = shelf.slots[i];
        if (!k || k->show != show)
            continue;
        if (is_same(&k->stamp, stamp)) {
            k->used_at = ++shelf.uses;
            k->refs++;
            return k;
        }
        take_out(i); /* it has grown, or is another */
    }
    return NULL;
}

/* A slot that is free, once those that were used longest ago have made room for so many entries. */
static size_t make_room(size_t entries)
{
    for (;;) {
        size_t oldest = SHELF_SLOTS, empty = SHELF_SLOTS;
        for (size_t i = 0; i < SHELF_SLOTS; i++) {
            const struct kept *k = shelf.slots[i];
            if (!k)
                empty = i;
            else if (oldest == SHELF_SLOTS || k->used_at < shelf.slots[oldest]->used_at)
                oldest = i;
        }
        if (empty < SHELF_SLOTS && shelf.entries + entries <= SHELF_ENTRIES_MAX)
            return empty;
        take_out(oldest);
    }
}

static void keep(struct kept *k)
{
    pthread_mutex_lock(&shelf.lock);
    for (size_t i = 0; i < SHELF_SLOTS; i++) /* another reader may have been as quick */
        if (shelf.slots[i] && shelf.slots[i]->show == k->show)
            take_out(i);
    if (k->index.x.n <= SHELF_ENTRIES_MAX) {
        shelf.slots[make_room(k->index.x.n)] = k;
        shelf.entries += k->index.x.n;
        k->used_at = ++shelf.uses;
        k->refs++;
    }
    pthread_mutex_unlock(&shelf.lock);
}

enum err replay_index_of(int64_t show, const struct replay_index **out)
{
    char name[SHOWS_ROOM_NAME];
    struct record_stamp stamp;
    struct str stream = replay_name(show, name);
    *out = NULL;
    enum err e = record_stamp(replay_folder(), stream, &stamp); /* before it is read: it may grow */
    if (e != OK)
        return e;
    pthread_mutex_lock(&shelf.lock);
    struct kept *k = find(show, &stamp);
    pthread_mutex_unlock(&shelf.lock);
    if (k) {
        *out = &k->index;
        return OK;
    }
    k = calloc(1, sizeof(*k));
    if (!k)
        return ERR_NOMEM;
    e = record_load(replay_folder(), stream, &k->index.x);
    if (e != OK) {
        record_index_free(&k->index.x);
        free(k);
        return e;
    }
    k->show = show;
    k->stamp = stamp;
    k->refs = 1;
    keep(k);
    *out = &k->index;
    return OK;
}

void replay_index_done(const struct replay_index *index)
{
    if (!index)
        return;
    struct kept *k = LIST_OF(index, struct kept, index);
    pthread_mutex_lock(&shelf.lock);
    unref(k);
    pthread_mutex_unlock(&shelf.lock);
}

void replay_index_forget(void)
{
    pthread_mutex_lock(&shelf.lock);
    for (size_t i = 0; i < SHELF_SLOTS; i++)
        if (shelf.slots[i])
            take_out(i);
    pthread_mutex_unlock(&shelf.lock);
}
