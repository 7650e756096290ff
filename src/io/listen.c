#include "io/listen.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "io/conn_internal.h"
#include "io/loop_internal.h"

enum { LISTEN_BACKLOG = 4096, LISTEN_ACCEPTS_MAX = 64, LISTEN_LOG_EVERY_MS = 1000 };

struct door { /* one loop's listening socket */
    struct loop_msg msg;
    uv_poll_t poll;
    struct listener *listener;
    struct loop *loop;
    int fd;
};

struct listener {
    struct listen_spec spec;
    struct addr addr;
    _Atomic int conns;
    _Atomic int refs;              /* connections, and the opener */
    _Atomic int64_t last_full_log; /* monotone ms: a flood is one line a second */
    pthread_mutex_t lock;          /* guards per_client, and `agreed` with its condition */
    pthread_cond_t changed;
    struct map per_client; /* 16-byte client key -> number of connections, as a pointer-sized int */
    int agreed;
    int doors_n;
    struct door *doors; /* owned */
};

static void listener_unref(struct listener *l)
{
    if (atomic_fetch_sub(&l->refs, 1) != 1)
        return;
    map_free(&l->per_client);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->changed);
    free(l->doors);
    free(l);
}

/* ---- limits ---- */

static bool client_enters(struct listener *l, const struct addr *peer)
{
    uint8_t key[16];
    addr_client_key(peer, key);
    pthread_mutex_lock(&l->lock);
    intptr_t n = (intptr_t)map_get(&l->per_client, str_n(key, 16));
    bool exempt = l->spec.limits.loopback_exempt && addr_is_loopback(peer);
    bool ok = (exempt || n < l->spec.limits.conns_per_client_max) &&
              map_put(&l->per_client, str_n(key, 16), (void *)(n + 1)) == OK;
    pthread_mutex_unlock(&l->lock);
    return ok;
}

static void client_leaves(struct listener *l, const struct addr *peer)
{
    uint8_t key[16];
    addr_client_key(peer, key);
    pthread_mutex_lock(&l->lock);
    intptr_t n = (intptr_t)map_get(&l->per_client, str_n(key, 16));
    assert(n > 0);
    if (n == 1)
        map_remove(&l->per_client, str_n(key, 16));
    else if (map_put(&l->per_client, str_n(key, 16), (void *)(n - 1)) != OK)
        abort(); /* replacing a value allocates nothing */
    pthread_mutex_unlock(&l->lock);
}

static void on_conn_gone(void *arg, const struct addr *peer)
{
    struct listener *l = arg;
    client_leaves(l, peer);
    atomic_fetch_sub(&l->conns, 1);
    listener_unref(l);
}

static void log_refused(struct listener *l, const struct addr *peer, const char *why)
{
    int64_t now = clock_mono_ms(), last = atomic_load(&l->last_full_log);
    if (now - last < LISTEN_LOG_EVERY_MS ||
        !atomic_compare_exchange_strong(&l->last_full_log, &last, now))
        return;
    char text[ADDR_TEXT_MAX] = "";
    if (peer)
        addr_format(peer, text);
    LOG(WARN, "listen.refused", L_Z("listener", l->spec.name), L_Z("addr", text), L_Z("why", why));
}

/* ---- accepting ---- */

static void admit(struct door *d, int fd, const struct addr *peer)
{
    struct listener *l = d->listener;
    if (atomic_load(&l->conns) >= l->spec.limits.conns_max || !client_enters(l, peer)) {
        log_refused(l, peer, "too many connections");
        close(fd);
        return;
    }
    atomic_fetch_add(&l->conns, 1);
    atomic_fetch_add(&l->refs, 1);
    SSL *ssl = l->spec.tls ? tls_session(l->spec.tls) : NULL;
    struct conn_origin origin = {l->spec.accept, l->spec.arg, on_conn_gone, l};
    enum err e = ERR_NOMEM;
    if (l->spec.tls && !ssl)
        close(fd);
    else
        e = conn_open(d->loop, fd, ssl, peer, &origin);
    if (e != OK) {
        log_refused(l, peer, err_name(e));
        on_conn_gone(l, peer);
    }
}

static void on_door(uv_poll_t *poll, int status, int events)
{
    struct door *d = poll->data;
    (void)status, (void)events;
    d->loop->now_ms = clock_mono_ms();
    for (int i = 0; i < LISTEN_ACCEPTS_MAX; i++) {
        struct addr peer = {.n = sizeof(peer.ss)};
        int fd = accept4(d->fd, (struct sockaddr *)&peer.ss, &peer.n, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                /* Readable until a descriptor is free: let others work instead of spinning. */
                log_refused(d->listener, NULL, "no descriptors");
                uv_sleep(1);
            }
            return;
        }
        admit(d, fd, &peer);
    }
}

/* ---- opening and closing ---- */

static int bind_socket(const struct addr *a, bool shared)
{
    int fd = socket(a->ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (shared)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    if (bind(fd, (const struct sockaddr *)&a->ss, a->n) != 0 ||
        (shared && listen(fd, LISTEN_BACKLOG) != 0)) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

/* Binds without SO_REUSEPORT, so a taken port is seen; learns the port when 0 was asked for. */
static enum err probe(struct addr *a)
{
    int fd = bind_socket(a, false);
    if (fd < 0)
        return errno == EADDRINUSE ? ERR_EXISTS : err_from_errno(errno);
    enum err e = OK;
    if (addr_port(a) == 0) {
        a->n = sizeof(a->ss);
        if (getsockname(fd, (struct sockaddr *)&a->ss, &a->n) != 0)
            e = ERR_IO;
    }
    close(fd);
    return e;
}

static void agree(struct listener *l)
{
    pthread_mutex_lock(&l->lock);
    l->agreed++;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
}

static void on_all_doors(struct listener *l, void (*run)(struct loop *, struct loop_msg *))
{
    l->agreed = 0;
    for (int i = 0; i < l->doors_n; i++) {
        l->doors[i].msg.run = run;
        loop_post(l->doors[i].loop, &l->doors[i].msg);
    }
    pthread_mutex_lock(&l->lock);
    while (l->agreed < l->doors_n)
        pthread_cond_wait(&l->changed, &l->lock);
    pthread_mutex_unlock(&l->lock);
}

static void open_door(struct loop *loop, struct loop_msg *msg)
{
    struct door *d = LIST_OF(msg, struct door, msg);
    if (uv_poll_init(&loop->uv, &d->poll, d->fd) != 0)
        abort(); /* epoll refused a fresh listening socket */
    d->poll.data = d;
    uv_poll_start(&d->poll, UV_READABLE, on_door);
    agree(d->listener);
}

static void on_door_gone(uv_handle_t *handle)
{
    struct door *d = handle->data;
    struct listener *l = d->listener;
    agree(l);
}

static void close_door(struct loop *loop, struct loop_msg *msg)
{
    (void)loop;
    struct door *d = LIST_OF(msg, struct door, msg);
    uv_poll_stop(&d->poll);
    uv_close((uv_handle_t *)&d->poll, on_door_gone); /* first: it takes the number out of epoll */
    close(d->fd);
}

static struct listener *listener_new(struct loops *loops, const struct listen_spec *spec)
{
    struct listener *l = calloc(1, sizeof(*l));
    if (!l)
        return NULL;
    l->spec = *spec;
    l->addr = spec->addr;
    l->refs = 1;
    l->last_full_log = -LISTEN_LOG_EVERY_MS;
    map_init(&l->per_client);
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->changed, NULL);
    l->doors = calloc((size_t)loops_count(loops), sizeof(*l->doors));
    if (!l->doors) {
        listener_unref(l);
        return NULL;
    }
    return l;
}

enum err listener_open(struct loops *loops, const struct listen_spec *spec, struct listener **out,
                       struct err_info *info)
{
    struct listener *l = listener_new(loops, spec);
    if (!l)
        return ERR_NOMEM;
    enum err e = probe(&l->addr);
    for (int i = 0; e == OK && i < loops_count(loops); i++) {
        int fd = bind_socket(&l->addr, true);
        if (fd < 0) {
            e = err_from_errno(errno);
            break;
        }
        l->doors[l->doors_n++] = (struct door){.listener = l, .loop = loops_at(loops, i), .fd = fd};
    }
    if (e != OK) {
        for (int i = 0; i < l->doors_n; i++)
            close(l->doors[i].fd);
        info->field = spec->name;
        info->text = e == ERR_EXISTS ? "the address is in use" : "the address cannot be bound";
        listener_unref(l);
        return e;
    }
    on_all_doors(l, open_door);
    char text[ADDR_TEXT_MAX];
    addr_format(&l->addr, text);
    LOG(INFO, "listen.open", L_Z("listener", spec->name), L_Z("addr", text));
    *out = l;
    return OK;
}

void listener_close(struct listener *l)
{
    if (!l)
        return;
    on_all_doors(l, close_door);
    listener_unref(l);
}

const struct addr *listener_addr(const struct listener *l)
{
    return &l->addr;
}
