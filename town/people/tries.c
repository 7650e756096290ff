#include "town/people/tries.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/map.h"
#include "town/people/code.h"

struct tries {
    int64_t since_ms;
    int count;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct map table; /* "a" or "c" + client key, "u" + account, or "p" -> struct tries, owned */

enum { KEY_MAX = 1 + 64 };

static struct str address_key(const struct addr *peer, char out[KEY_MAX])
{
    out[0] = 'a';
    addr_client_key(peer, (uint8_t *)out + 1);
    return str_n(out, 17);
}

static struct str account_key(struct str account, char out[KEY_MAX])
{
    size_t n = account.n < KEY_MAX - 1 ? account.n : KEY_MAX - 1;
    out[0] = 'u';
    if (n)
        memcpy(out + 1, account.p, n);
    return str_n(out, n + 1);
}

static bool below(struct str key, int max)
{
    const struct tries *t = map_get(&table, key);
    return !t || t->count < max || clock_mono_ms() - t->since_ms > PEOPLE_TRIES_WINDOW_MS;
}

bool tries_allowed(const struct addr *peer, struct str account)
{
    char a[KEY_MAX], u[KEY_MAX];
    pthread_mutex_lock(&lock);
    bool ok = below(address_key(peer, a), PEOPLE_TRIES_ADDRESS_MAX);
    if (ok && account.n)
        ok = below(account_key(account, u), PEOPLE_TRIES_ACCOUNT_MAX);
    pthread_mutex_unlock(&lock);
    return ok;
}

static void forget_where(bool all)
{
    size_t at = 0;
    struct str key;
    void *value;
    int64_t now = clock_mono_ms();
    while (map_next(&table, &at, &key, &value)) {
        struct tries *t = value;
        if (!all && now - t->since_ms <= PEOPLE_TRIES_WINDOW_MS)
            continue;
        map_remove(&table, key);
        free(t);
    }
}

static void count(struct str key)
{
    int64_t now = clock_mono_ms();
    struct tries *t = map_get(&table, key);
    if (t && now - t->since_ms <= PEOPLE_TRIES_WINDOW_MS) {
        t->count++;
        return;
    }
    if (t) {
        *t = (struct tries){now, 1};
        return;
    }
    if (table.count >= PEOPLE_TRIES_KEPT)
        forget_where(false);
    t = table.count < PEOPLE_TRIES_KEPT ? malloc(sizeof(*t)) : NULL;
    if (!t)
        return; /* the table is full of fresh ones: the address limits of the web still hold */
    *t = (struct tries){now, 1};
    if (table.capacity == 0)
        map_init(&table);
    if (map_put(&table, key, t) != OK)
        free(t);
}

void tries_failed(const struct addr *peer, struct str account)
{
    char a[KEY_MAX], u[KEY_MAX];
    pthread_mutex_lock(&lock);
    count(address_key(peer, a));
    if (account.n)
        count(account_key(account, u));
    pthread_mutex_unlock(&lock);
}

void tries_succeeded(struct str account)
{
    char u[KEY_MAX];
    pthread_mutex_lock(&lock);
    free(map_remove(&table, account_key(account, u)));
    pthread_mutex_unlock(&lock);
}

bool tries_code(const struct addr *peer)
{
    char c[KEY_MAX];
    struct str address = address_key(peer, c), all = STR("p");
    c[0] = 'c';
    pthread_mutex_lock(&lock);
    bool ok = below(address, CODE_ADDRESS_MAX) && below(all, CODE_PROCESS_MAX);
    if (ok) {
        count(address);
        count(all);
    }
    pthread_mutex_unlock(&lock);
    return ok;
}

void tries_forget(void)
{
    pthread_mutex_lock(&lock);
    forget_where(true);
    map_free(&table);
    pthread_mutex_unlock(&lock);
}
