#include "live/room.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "io/follow.h"
#include "io/ring.h"
#include "proto/websocket.h"

struct room {
    _Atomic int refs; /* the table and every follower */
    struct rooms *rooms;
    char name[ROOM_NAME_MAX + 1];
    pthread_mutex_t lock;         /* one appends at a time: the writer, or the counter of viewers */
    struct ring *ring;            /* owned */
    uint64_t first, seq;          /* numbers: before the first message, and of the newest */
    uint64_t places[ROOM_PLACES]; /* of message n at n % ROOM_PLACES: where it begins */
    _Atomic int followers;
    bool closed; /* under lock: nothing more is appended */
    int told;    /* the number of followers as last said, under lock */
};

struct rooms {
    pthread_mutex_t lock;
    struct map rooms; /* name -> struct room, one reference each */
    struct loops *loops;
    struct loop_msg start;
    struct loop_timer tick; /* on loop 0 */
};

static void room_unref(struct room *m)
{
    if (!m || atomic_fetch_sub(&m->refs, 1) != 1)
        return;
    ring_unref(m->ring);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

/* Beyond the numbers of any room that was open before: those who come back must not take the new
 * room's messages for old ones. A room has fewer than 1,024 a millisecond, and 53 bits, as a
 * browser counts, last until the year 2250. */
static uint64_t first_number(void)
{
    static _Atomic uint64_t last;
    uint64_t now = (uint64_t)clock_wall_ms() << 10, before = atomic_load(&last), next;
    do
        next = now > before ? now : before + 1024;
    while (!atomic_compare_exchange_weak(&last, &before, next));
    return next;
}

static struct room *room_new(struct rooms *r, struct str name)
{
    struct room *m = calloc(1, sizeof(*m));
    if (!m)
        return NULL;
    m->refs = 1;
    m->rooms = r;
    m->first = m->seq = first_number();
    memcpy(m->name, name.p, name.n);
    pthread_mutex_init(&m->lock, NULL);
    if (ring_new(ROOM_RING, 0, websocket_unit_len, NULL, &m->ring) != OK) {
        room_unref(m);
        return NULL;
    }
    return m;
}

/* A reference, or NULL. */
static struct room *get(struct rooms *r, struct str name)
{
    pthread_mutex_lock(&r->lock);
    struct room *m = map_get(&r->rooms, name);
    if (m)
        atomic_fetch_add(&m->refs, 1);
    pthread_mutex_unlock(&r->lock);
    return m;
}

enum err room_open(struct rooms *r, struct str room)
{
    enum err e = OK;
    if (room.n == 0 || room.n > ROOM_NAME_MAX)
        return ERR_INVALID;
    pthread_mutex_lock(&r->lock);
    if (!map_get(&r->rooms, room)) {
        struct room *m = r->rooms.count < ROOMS_MAX ? room_new(r, room) : NULL;
        e = m ? map_put(&r->rooms, room, m) : r->rooms.count < ROOMS_MAX ? ERR_NOMEM : ERR_LIMIT;
        if (e != OK)
            room_unref(m);
    }
    pthread_mutex_unlock(&r->lock);
    return e;
}

void room_close(struct rooms *r, struct str room)
{
    pthread_mutex_lock(&r->lock);
    struct room *m = map_remove(&r->rooms, room);
    pthread_mutex_unlock(&r->lock);
    if (!m)
        return;
    pthread_mutex_lock(&m->lock);
    ring_seal(m->ring, NULL);
    m->closed = true;
    pthread_mutex_unlock(&m->lock);
    room_unref(m);
}

/* Under the room's lock. */
static enum err append(struct room *m, struct str open_json)
{
    if (m->closed)
        return ERR_NOT_FOUND;
    char tail[32];
    uint8_t head[WS_FRAME_HEAD_MAX];
    int tail_n = snprintf(tail, sizeof(tail), ",\"seq\":%llu}", (unsigned long long)(m->seq + 1));
    size_t n = open_json.n + (size_t)tail_n;
    size_t head_n = ws_frame_head(head, WS_TEXT, n);
    struct iovec iov[3] = {
        {head, head_n}, {(void *)open_json.p, open_json.n}, {tail, (size_t)tail_n}};
    uint64_t place = ring_head(m->ring);
    enum err e = ring_append(m->ring, iov, 3);
    if (e == OK)
        m->places[++m->seq % ROOM_PLACES] = place;
    return e;
}

enum err room_publish(struct rooms *r, struct str room, struct str open_json, uint64_t *seq)
{
    if (open_json.n > ROOM_MESSAGE_MAX)
        return ERR_TOO_LARGE;
    struct room *m = get(r, room);
    if (!m)
        return ERR_NOT_FOUND;
    pthread_mutex_lock(&m->lock);
    enum err e = append(m, open_json);
    if (seq)
        *seq = m->seq;
    pthread_mutex_unlock(&m->lock);
    room_unref(m);
    return e;
}

uint64_t room_seq(struct rooms *r, struct str room)
{
    struct room *m = get(r, room);
    if (!m)
        return 0;
    pthread_mutex_lock(&m->lock);
    uint64_t seq = m->seq;
    pthread_mutex_unlock(&m->lock);
    room_unref(m);
    return seq;
}

uint64_t room_opening(struct rooms *r, struct str room)
{
    struct room *m = get(r, room);
    uint64_t first = m ? m->first : 0;
    room_unref(m);
    return first;
}

bool room_exists(struct rooms *r, struct str room)
{
    struct room *m = get(r, room);
    room_unref(m);
    return m != NULL;
}

int room_followers(struct rooms *r, struct str room)
{
    struct room *m = get(r, room);
    if (!m)
        return 0;
    int n = atomic_load(&m->followers);
    room_unref(m);
    return n;
}

/* ---- following ---- */

static void gone(void *arg)
{
    struct room *m = arg;
    atomic_fetch_sub(&m->followers, 1);
    room_unref(m);
}

static enum err send_hello(struct conn *c, uint64_t seq, int viewers)
{
    char text[96];
    uint8_t head[WS_FRAME_HEAD_MAX];
    int n = snprintf(text, sizeof(text), "{\"type\":\"hello\",\"seq\":%llu,\"viewers\":%d}",
                     (unsigned long long)seq, viewers);
    size_t head_n = ws_frame_head(head, WS_TEXT, (uint64_t)n);
    enum err e = conn_send(c, head, head_n);
    return e == OK ? conn_send(c, text, (size_t)n) : e;
}

/* Under the room's lock: can what follows message `after` still be had, and from where? */
static bool place_after(const struct room *m, uint64_t after, uint64_t *place)
{
    if (after < m->first || after > m->seq || m->seq - after >= ROOM_PLACES)
        return false;
    *place = after == m->seq ? ring_head(m->ring) : m->places[(after + 1) % ROOM_PLACES];
    return ring_is_safe(m->ring, *place);
}

enum err room_follow(struct rooms *r, struct conn *c, struct str room, uint64_t after)
{
    struct room *m = get(r, room);
    if (!m)
        return ERR_NOT_FOUND;
    int viewers = atomic_fetch_add(&m->followers, 1) + 1;
    struct follow_spec spec = {.ring = m->ring, .from_head = true, .gone = gone, .arg = m};
    pthread_mutex_lock(&m->lock); /* nothing comes between the number and the place */
    spec.from_place = after && place_after(m, after, &spec.place);
    enum err e = send_hello(c, spec.from_place ? after : m->seq, viewers);
    if (e == OK)
        e = follow_attach(c, &spec);
    pthread_mutex_unlock(&m->lock);
    if (e != OK)
        gone(m);
    return e;
}

/* ---- the number of viewers, told when it changed ---- */

static void tell_viewers(struct room *m)
{
    char text[64];
    int now = atomic_load(&m->followers);
    pthread_mutex_lock(&m->lock);
    if (now != m->told) {
        int n = snprintf(text, sizeof(text), "{\"type\":\"viewers\",\"viewers\":%d", now);
        if (append(m, str_n(text, (size_t)n)) == OK)
            m->told = now;
    }
    pthread_mutex_unlock(&m->lock);
}

static void on_tick(struct loop_timer *timer)
{
    struct rooms *r = LIST_OF(timer, struct rooms, tick);
    size_t at = 0;
    struct str name;
    void *m;
    pthread_mutex_lock(&r->lock);
    while (map_next(&r->rooms, &at, &name, &m))
        tell_viewers(m);
    pthread_mutex_unlock(&r->lock);
    loop_timer_start(loops_at(r->loops, 0), &r->tick, ROOM_VIEWERS_MS);
}

static void start_tick(struct loop *loop, struct loop_msg *msg)
{
    struct rooms *r = LIST_OF(msg, struct rooms, start);
    loop_timer_start(loop, &r->tick, ROOM_VIEWERS_MS);
}

struct rooms *rooms_new(struct loops *loops)
{
    struct rooms *r = calloc(1, sizeof(*r));
    if (!r)
        return NULL;
    r->loops = loops;
    pthread_mutex_init(&r->lock, NULL);
    map_init(&r->rooms);
    loop_timer_init(&r->tick, on_tick);
    r->start.run = start_tick;
    loop_post(loops_at(loops, 0), &r->start);
    return r;
}

/* After loops_stop(): nothing ticks and nobody follows any more. */
void rooms_free(struct rooms *r)
{
    size_t at = 0;
    struct str name;
    void *m;
    while (map_next(&r->rooms, &at, &name, &m))
        room_unref(m);
    map_free(&r->rooms);
    pthread_mutex_destroy(&r->lock);
    free(r);
}
