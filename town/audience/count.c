/* Counting: the queue of beacons and what becomes of it, and the samples; see audience.h. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/map.h"
#include "store/queries.h"
#include "town/audience/internal.h"
#include "town/shows/shows.h"

const char *const audience_origin_names[OPEN_ORIGINS] = {"card", "tray", "flash"};

/* ---- the queue ---- */

static struct {
    pthread_mutex_t lock;
    struct beacon *waiting; /* owned; a ring */
    size_t first, n;
    uint64_t refused; /* since it was last told */
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER};

bool audience_leave(const struct beacon *b)
{
    pthread_mutex_lock(&queue.lock);
    if (!queue.waiting)
        queue.waiting = calloc(AUDIENCE_QUEUE_MAX, sizeof(*queue.waiting));
    bool fits = queue.waiting && queue.n < AUDIENCE_QUEUE_MAX;
    if (fits)
        queue.waiting[(queue.first + queue.n++) % AUDIENCE_QUEUE_MAX] = *b;
    else
        queue.refused++;
    pthread_mutex_unlock(&queue.lock);
    return fits;
}

void audience_forget(void)
{
    pthread_mutex_lock(&queue.lock);
    free(queue.waiting);
    queue.waiting = NULL;
    queue.first = queue.n = 0;
    pthread_mutex_unlock(&queue.lock);
}

static size_t waiting_n(void)
{
    pthread_mutex_lock(&queue.lock);
    size_t n = queue.n;
    pthread_mutex_unlock(&queue.lock);
    return n < AUDIENCE_FLUSH_MAX ? n : AUDIENCE_FLUSH_MAX;
}

static size_t take(struct beacon *out, size_t most)
{
    pthread_mutex_lock(&queue.lock);
    size_t n = queue.n < most ? queue.n : most;
    for (size_t i = 0; i < n; i++)
        out[i] = queue.waiting[(queue.first + i) % AUDIENCE_QUEUE_MAX];
    queue.first = (queue.first + n) % AUDIENCE_QUEUE_MAX;
    queue.n -= n;
    uint64_t refused = queue.refused;
    queue.refused = 0;
    pthread_mutex_unlock(&queue.lock);
    if (refused)
        LOG(WARN, "audience.not_counted", L_I("beacons", (long long)refused));
    return n;
}

/* ---- what came of one visit since the last flush ---- */

struct visit {
    const struct beacon *beacons; /* its own, by time */
    size_t n;
    const struct beacon *start; /* NULL: it only goes on */
    int64_t id;                 /* 0: not known */
    int64_t stay_ms;
    bool is_member;
};

static int by_visit(const void *a, const void *b)
{
    const struct beacon *x = a, *y = b;
    if (x->show != y->show)
        return x->show < y->show ? -1 : 1;
    int c = memcmp(x->visitor, y->visitor, AUDIENCE_VISITOR);
    return c ? c : (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

static bool is_same(const struct beacon *a, const struct beacon *b)
{
    return a->show == b->show && memcmp(a->visitor, b->visitor, AUDIENCE_VISITOR) == 0;
}

static void add_beacon(struct visit *v, const struct beacon *b)
{
    int64_t since = v->n ? b->at_ms - v->beacons[v->n - 1].at_ms : 0;
    if (since <= AUDIENCE_GAP_MS)
        v->stay_ms += since;
    if (b->kind == BEACON_START && !v->start)
        v->start = b;
    v->is_member |= b->is_member;
    v->n++;
}

/* The beacons are in order. Returns how many visits they are of. */
static size_t merge(const struct beacon *b, size_t n, struct visit *out)
{
    size_t visits = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || !is_same(&b[i], &b[i - 1]))
            out[visits++] = (struct visit){.beacons = &b[i]};
        add_beacon(&out[visits - 1], &b[i]);
    }
    return visits;
}

static const struct beacon *last_of(const struct visit *v)
{
    return &v->beacons[v->n - 1];
}

static struct str visitor_of(const struct visit *v)
{
    return str_n(v->beacons->visitor, AUDIENCE_VISITOR);
}

/* ---- which of them are known ---- */

static const char *key_of(struct arena *a, int64_t show, struct str visitor)
{
    return arena_printf(a, "%lld:%.*s", (long long)show, STR_ARG(visitor));
}

static enum err find(struct tx *tx, struct map *m, struct visit *v, size_t n)
{
    struct rows rs;
    struct val *args = arena_array(tx->arena, 2 * n, sizeof(*args));
    enum err e = args ? OK : ERR_NOMEM;
    for (size_t i = 0; e == OK && i < n; i++) {
        const char *key = key_of(tx->arena, v[i].beacons->show, visitor_of(&v[i]));
        args[2 * i] = V_INT(v[i].beacons->show);
        args[2 * i + 1] = V_STR(visitor_of(&v[i]));
        e = key ? map_put(m, str_of(key), &v[i]) : ERR_NOMEM;
    }
    if (e == OK)
        e = db_select_many(tx->db, &q_audience_visits_find, args, n, tx->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        const char *key = key_of(tx->arena, row_int(&rs, i, "show_id"), row_str(&rs, i, "visitor"));
        struct visit *found = key ? map_get(m, str_of(key)) : NULL;
        if (found)
            found->id = row_int(&rs, i, "id");
    }
    return e;
}

static enum err load_known(struct tx *tx, struct visit *v, size_t n)
{
    struct map m;
    map_init(&m);
    enum err e = find(tx, &m, v, n);
    map_free(&m);
    return e;
}

/* ---- writing ---- */

enum { VISIT_VALUES = 8, SEEN_VALUES = 6, OPEN_VALUES = 5 };

/* How many more visits the show may have; asked once a show, as visits come by shows. */
static enum err room_of(struct tx *tx, int64_t show, int64_t *room)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_audience_visits_n, ARGS(V_INT(show), V_INT(AUDIENCE_VISITS_MAX)),
                        tx->arena, &rs);
    if (e == OK)
        *room = AUDIENCE_VISITS_MAX - row_int(&rs, 0, "n");
    return e;
}

/* Those that begin, as rows; *fresh: the visits that they are of. */
static enum err choose_new(struct tx *tx, struct visit *v, size_t n, struct val *args,
                           struct visit **fresh, size_t *fresh_n)
{
    int64_t show = 0, room = 0;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < n; i++) {
        if (v[i].id || !v[i].start)
            continue;
        if (v[i].beacons->show != show)
            e = room_of(tx, show = v[i].beacons->show, &room);
        if (e != OK || room-- <= 0)
            continue;
        const struct audience_from *from = &v[i].start->from;
        const struct val row[VISIT_VALUES] = {V_INT(show),
                                              V_STR(visitor_of(&v[i])),
                                              V_INT(v[i].is_member),
                                              V_Z(audience_source_names[from->source]),
                                              from->via[0] ? V_Z(from->via) : V_NULL,
                                              V_INT(v[i].beacons->at_ms),
                                              V_INT(last_of(&v[i])->at_ms),
                                              V_INT(v[i].stay_ms)};
        memcpy(args + VISIT_VALUES * *fresh_n, row, sizeof(row));
        fresh[(*fresh_n)++] = &v[i];
    }
    return e;
}

static enum err add_new(struct tx *tx, struct visit *v, size_t n)
{
    struct rows rs;
    size_t fresh_n = 0;
    struct val *args = arena_array(tx->arena, VISIT_VALUES * n, sizeof(*args));
    struct visit **fresh = arena_array(tx->arena, n, sizeof(struct visit *));
    enum err e = args && fresh ? choose_new(tx, v, n, args, fresh, &fresh_n) : ERR_NOMEM;
    if (e == OK)
        e = db_select_many(tx->db, &q_audience_visit_add, args, fresh_n, tx->arena, &rs);
    for (size_t i = 0; e == OK && i < fresh_n; i++)
        fresh[i]->id = row_int(&rs, i, "id");
    return e;
}

static enum err go_on(struct tx *tx, const struct visit *v, size_t n)
{
    size_t seen = 0;
    struct val *args = arena_array(tx->arena, SEEN_VALUES * n, sizeof(*args));
    if (!args)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        if (!v[i].id)
            continue;
        /* In the order in which audience.visit_seen names them. */
        const struct val row[SEEN_VALUES] = {
            V_INT(v[i].is_member),  V_INT(last_of(&v[i])->at_ms), V_INT(v[i].beacons->at_ms),
            V_INT(AUDIENCE_GAP_MS), V_INT(v[i].stay_ms),          V_INT(v[i].id)};
        memcpy(args + SEEN_VALUES * seen++, row, sizeof(row));
    }
    return db_exec_many(tx->db, &q_audience_visit_seen, args, seen, NULL);
}

static enum err add_opens(struct tx *tx, const struct visit *v, size_t visits, size_t beacons)
{
    size_t n = 0;
    struct val *args = arena_array(tx->arena, OPEN_VALUES * beacons, sizeof(*args));
    if (!args)
        return ERR_NOMEM;
    for (size_t i = 0; i < visits; i++)
        for (size_t k = 0; v[i].id && k < v[i].n; k++) {
            const struct beacon *b = &v[i].beacons[k];
            if (b->kind != BEACON_OPEN)
                continue;
            const struct val row[OPEN_VALUES] = {V_INT(b->show), V_INT(v[i].id), V_INT(b->item),
                                                 V_Z(audience_origin_names[b->origin]),
                                                 V_INT(b->at_ms)};
            memcpy(args + OPEN_VALUES * n++, row, sizeof(row));
        }
    return db_exec_many(tx->db, &q_audience_open_add, args, n, NULL);
}

enum err audience_flush(struct tx *tx, void *arg)
{
    (void)arg;
    size_t n = waiting_n();
    if (n == 0)
        return OK;
    struct beacon *b = arena_array(tx->arena, n, sizeof(*b));
    struct visit *v = arena_array(tx->arena, n, sizeof(*v));
    if (!b || !v)
        return ERR_NOMEM; /* they wait */
    n = take(b, n);
    qsort(b, n, sizeof(*b), by_visit);
    size_t visits = merge(b, n, v);
    enum err e = load_known(tx, v, visits);
    if (e == OK)
        e = go_on(tx, v, visits); /* before the new ones have ids: they are written whole */
    if (e == OK)
        e = add_new(tx, v, visits);
    return e != OK ? e : add_opens(tx, v, visits, n);
}

/* ---- samples ---- */

/* A desk follows its show's room, too, and is no viewer. */
static int viewers_of(int64_t show)
{
    char name[SHOWS_ROOM_NAME], crew[SHOWS_ROOM_NAME];
    int n = snprintf(crew, sizeof(crew), "show-%lld-crew", (long long)show);
    int all = room_followers(audience_rooms(), shows_stream_name(show, name));
    int desks = room_followers(audience_rooms(), str_n(crew, (size_t)n));
    return all > desks ? all - desks : 0;
}

enum err audience_sample(struct tx *tx, void *arg)
{
    (void)arg;
    struct rows rs;
    size_t n = 0;
    if (!audience_rooms())
        return OK;
    int64_t at = tx->now_ms / AUDIENCE_SAMPLE_MS * AUDIENCE_SAMPLE_MS;
    enum err e =
        db_select(tx->db, &q_audience_running, ARGS(V_INT(AUDIENCE_SHOWS_MAX)), tx->arena, &rs);
    struct val *args = e == OK ? arena_array(tx->arena, 3 * rs.n + 1, sizeof(*args)) : NULL;
    if (e == OK && !args)
        e = ERR_NOMEM;
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        int viewers = viewers_of(row_int(&rs, i, "id"));
        const struct val row[] = {V_INT(row_int(&rs, i, "id")), V_INT(at), V_INT(viewers)};
        if (viewers > 0)
            memcpy(args + 3 * n++, row, sizeof(row));
    }
    return e != OK ? e : db_exec_many(tx->db, &q_audience_sample_put, args, n, NULL);
}
