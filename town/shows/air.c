/* Where shows meet live streams and rooms: who may publish, what the room hears, what is on air. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "town/shows/internal.h"
#include "store/queries.h"
#include "town/hall/hall.h"
#include "web/loop_request.h"

enum {
    AUTH_QUEUE_MAX = 256,
    AUTH_ARENA_MAX = 256 * 1024,
    TELL_ARENA_MAX = 64 * 1024,
    MISSED_MAX = 64,
    MISSED_EVERY_MS = 1000,
    ROOMS_AT_START = ROOMS_MAX / 2 - 100, /* two a show, and some for those that come */
    ROOM_NEAR_MS = 2 * 24 * 3600 * 1000,
    CLOSE_EVERY_MS = 20 * 1000,
    CLOSE_SINCE_MS = 60 * 1000,
};

static struct pool *auth_pool; /* one thread with a connection: publishers are few */
static struct db *tell_db;     /* the writer's thread asks it which shows have a SKU */
static _Atomic(struct live *) the_live;

void shows_set_live(struct live *live)
{
    atomic_store(&the_live, live);
}

struct live *shows_live(void)
{
    return atomic_load(&the_live);
}

static _Atomic(shows_gate_fn *) the_gate;

void shows_air_gate(shows_gate_fn *fn)
{
    atomic_store(&the_gate, fn);
}

enum err shows_gate(struct db *db, struct arena *arena, int64_t host, int64_t at_ms, bool *may)
{
    shows_gate_fn *fn = atomic_load(&the_gate);
    *may = true;
    return fn ? fn(db, arena, host, at_ms, may) : OK;
}

bool shows_has_picture(int64_t show)
{
    char name[SHOWS_ROOM_NAME];
    struct live_health h;
    return shows_live() && live_health(shows_live(), shows_stream_name(show, name), &h) == OK &&
           h.state == LIVE_ON;
}

bool shows_on_air(int64_t show)
{
    return shows_has_picture(show) && !shows_is_rehearsing(show);
}

void shows_cut_picture(int64_t show)
{
    char name[SHOWS_ROOM_NAME];
    /* Without memory it stays until its encoder leaves: a new one is refused by then. */
    if (shows_live() && live_cut(shows_live(), shows_stream_name(show, name)) == ERR_NOMEM)
        LOG(WARN, "shows.not_cut", L_I("show", show));
}

/* ---- rehearsals: read by loops, which have no database ---- */

static struct {
    pthread_mutex_t lock;
    int64_t *shows; /* owned */
    size_t n, room;
} rehearsing = {.lock = PTHREAD_MUTEX_INITIALIZER};

static size_t place_of(int64_t show)
{
    size_t at = 0;
    while (at < rehearsing.n && rehearsing.shows[at] != show)
        at++;
    return at;
}

bool shows_is_rehearsing(int64_t show)
{
    pthread_mutex_lock(&rehearsing.lock);
    bool is = place_of(show) < rehearsing.n;
    pthread_mutex_unlock(&rehearsing.lock);
    return is;
}

/* Under the lock. */
static bool make_room(void)
{
    if (rehearsing.n < rehearsing.room)
        return true;
    size_t room = rehearsing.room ? 2 * rehearsing.room : 16;
    int64_t *more = realloc(rehearsing.shows, room * sizeof(*more));
    if (!more)
        return false;
    rehearsing.shows = more;
    rehearsing.room = room;
    return true;
}

void shows_set_rehearsing(int64_t show, bool on)
{
    char name[SHOWS_ROOM_NAME];
    if (!on && shows_is_rehearsing(show) && shows_live()) /* before anybody may have it */
        live_forget(shows_live(), shows_stream_name(show, name));
    pthread_mutex_lock(&rehearsing.lock);
    size_t at = place_of(show);
    if (!on && at < rehearsing.n)
        rehearsing.shows[at] = rehearsing.shows[--rehearsing.n];
    else if (on && at == rehearsing.n && make_room())
        rehearsing.shows[rehearsing.n++] = show;
    pthread_mutex_unlock(&rehearsing.lock);
}

bool shows_may_watch(struct str stream, struct str ticket)
{
    int64_t show = shows_of_stream(stream);
    return show == 0 || !shows_is_rehearsing(show) || shows_ticket_ok(ticket, "picture", show);
}

/* ---- the rooms ---- */

static void tell_room(int64_t show, struct str room, const struct view *v, uint64_t *seq)
{
    struct buf b;
    buf_init(&b, ROOM_MESSAGE_MAX);
    view_json(v, &b);
    enum err e = buf_ok(&b) && b.n > 1 ? OK : ERR_TOO_LARGE;
    if (e == OK) /* without its closing brace: the room adds the number */
        e = room_publish(shows_env.rooms, room, str_n(b.p, b.n - 1), seq);
    if (e != OK && e != ERR_NOT_FOUND)
        LOG(WARN, "shows.not_told", L_I("show", show), L_ERR(e));
    buf_free(&b);
}

void shows_tell(int64_t show, const struct view *v, uint64_t *seq)
{
    char name[SHOWS_ROOM_NAME];
    tell_room(show, shows_stream_name(show, name), v, seq);
}

void shows_tell_crew(int64_t show, const struct view *v)
{
    char name[SHOWS_ROOM_NAME];
    tell_room(show, shows_crew_room(show, name), v, NULL);
}

void shows_room_tell(int64_t show, const struct view *v)
{
    shows_tell(show, v, NULL);
}

void shows_crew_tell(int64_t show, const struct view *v)
{
    shows_tell_crew(show, v);
}

void shows_open_rooms(int64_t show)
{
    char name[SHOWS_ROOM_NAME];
    enum err e = room_open(shows_env.rooms, shows_stream_name(show, name));
    if (e == OK)
        e = room_open(shows_env.rooms, shows_crew_room(show, name));
    if (e != OK)
        LOG(WARN, "shows.no_room", L_I("show", show), L_ERR(e));
}

void shows_tell_card(int64_t show, int64_t item, int64_t at_ms)
{
    struct arena arena;
    arena_init(&arena, TELL_ARENA_MAX);
    struct view *v = view_object(&arena);
    view_put_z(v, "type", "card");
    view_put_int(v, "item", item);
    view_put_time(v, "at", at_ms);
    shows_tell(show, v, NULL);
    arena_free(&arena);
}

/* On the writer's thread after a commit: the rooms of the live shows that have the SKU. */
static void on_stock(const struct hall_stock_change *change, void *arg)
{
    struct arena arena;
    struct rows rs;
    (void)arg;
    arena_init(&arena, TELL_ARENA_MAX);
    struct view *v = view_object(&arena);
    view_put_z(v, "type", "stock");
    view_put_int(v, "sku", change->sku_id);
    view_put_int(v, "left", change->left);
    view_put_int(v, "sold", change->sold);
    if (db_select(tell_db, &q_shows_of_sku_live, ARGS(V_INT(change->sku_id)), &arena, &rs) == OK)
        for (size_t i = 0; i < rs.n; i++)
            shows_tell(row_int(&rs, i, "id"), v, NULL);
    arena_free(&arena);
}

/* Follows the room from the message after ?after=. */
static void follow_room(struct loop_request *lr, struct str room)
{
    static const struct ws_handler listen_only = {NULL, NULL};
    struct conn *c;
    int64_t after = 0;
    if (str_to_i64(lr_query(lr, "after"), &after) != OK || after < 0)
        after = 0; /* the first time, or nonsense: from now on */
    if (!room_exists(shows_env.rooms, room)) {
        lr_error(lr, ERR_NOT_FOUND);
        return;
    }
    enum err e = lr_websocket(lr, &listen_only, NULL, &c);
    if (e != OK)
        return; /* answered there */
    e = room_follow(shows_env.rooms, c, room, (uint64_t)after);
    if (e != OK)
        conn_close(c, e);
}

static bool show_of(struct loop_request *lr, int64_t *show)
{
    if (str_to_i64(lr_param(lr, "id"), show) == OK && *show >= 1)
        return true;
    lr_error(lr, ERR_NOT_FOUND);
    return false;
}

void shows_on_events(struct loop_request *lr)
{
    char name[SHOWS_ROOM_NAME];
    int64_t show;
    if (show_of(lr, &show))
        follow_room(lr, shows_stream_name(show, name));
}

void shows_on_crew_events(struct loop_request *lr)
{
    char name[SHOWS_ROOM_NAME];
    int64_t show;
    if (!show_of(lr, &show))
        return;
    if (!shows_ticket_ok(lr_query(lr, "ticket"), "crew", show)) {
        lr_error(lr, ERR_FORBIDDEN);
        return;
    }
    follow_room(lr, shows_crew_room(show, name));
}

/* ---- publishers ---- */

struct question {
    struct pool_task task;
    struct live_auth *auth;
};

static enum err check_key(struct db *db, struct arena *arena, const struct live_auth *auth)
{
    struct rows rs;
    uint8_t hash[SHA256_DIGEST_LENGTH];
    int64_t show = shows_of_stream(str_of(auth->stream));
    if (show == 0)
        return ERR_NOT_FOUND;
    enum err e = db_one(db, &q_shows_key_of, ARGS(V_INT(show)), arena, &rs);
    if (e != OK)
        return e;
    struct str kept = row_val(&rs, 0, "key_hash").s;
    SHA256((const uint8_t *)auth->key, strlen(auth->key), hash);
    if (kept.n != sizeof(hash) || !enc_equal(kept.p, hash, sizeof(hash)) ||
        str_eq_z(row_str(&rs, 0, "status"), "ended") || !row_null(&rs, 0, "cut_at") ||
        !row_null(&rs, 0, "disabled_at") || !(row_int(&rs, 0, "roles") & SHOWS_LEADERS))
        return ERR_FORBIDDEN;
    bool may = true;
    if (!row_int(&rs, 0, "is_rehearsal"))
        e = shows_gate(db, arena, row_int(&rs, 0, "host_id"), clock_wall_ms(), &may);
    return !e && !may ? ERR_FORBIDDEN : e;
}

static void answer(struct pool_task *task, void *worker)
{
    struct question *q = LIST_OF(task, struct question, task);
    struct arena arena;
    enum err e = ERR_STORE;
    arena_init(&arena, AUTH_ARENA_MAX);
    if (worker)
        e = check_key(worker, &arena, q->auth);
    arena_free(&arena);
    live_auth_reply(q->auth, e);
    free(q);
}

static void on_authorize(void *arg, struct live_auth *auth)
{
    (void)arg;
    struct question *q = malloc(sizeof(*q));
    if (q)
        *q = (struct question){.task.run = answer, .auth = auth};
    enum err e = q ? pool_submit(auth_pool, &q->task) : ERR_NOMEM;
    if (e != OK) {
        free(q);
        live_auth_reply(auth, e);
    }
}

/* ---- a show becomes live with its first picture ---- */

struct went_live {
    struct command cmd;
    struct arena arena;
    int64_t show;
};

static enum err note_in(struct tx *tx, int64_t show, bool *noted)
{
    int64_t changed;
    enum err e = db_exec(tx->db, &q_shows_set_live, ARGS(V_INT(tx->now_ms), V_INT(show)), &changed);
    *noted = e == OK && changed;
    if (*noted)
        e = shows_remind_no_more(tx, show);
    return *noted && e == OK ? shows_log(tx, show, 0, "live", 0, 0, STR_NONE) : e;
}

static enum err run_went_live(struct command *cmd, struct tx *tx)
{
    bool noted;
    return note_in(tx, ((struct went_live *)cmd)->show, &noted);
}

/* Shows that became live while the store was away or busy, and are not noted yet. */
static struct {
    pthread_mutex_t lock;
    int64_t shows[MISSED_MAX];
    size_t n;
} missed = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void miss(int64_t show)
{
    pthread_mutex_lock(&missed.lock);
    size_t at = 0;
    while (at < missed.n && missed.shows[at] != show)
        at++;
    if (at == missed.n && missed.n < MISSED_MAX)
        missed.shows[missed.n++] = show;
    pthread_mutex_unlock(&missed.lock);
}

static void forget_missed(int64_t show)
{
    pthread_mutex_lock(&missed.lock);
    for (size_t i = 0; i < missed.n; i++)
        if (missed.shows[i] == show)
            missed.shows[i] = missed.shows[--missed.n];
    pthread_mutex_unlock(&missed.lock);
}

static size_t list_missed(int64_t out[MISSED_MAX])
{
    pthread_mutex_lock(&missed.lock);
    size_t n = missed.n;
    memcpy(out, missed.shows, n * sizeof(*out));
    pthread_mutex_unlock(&missed.lock);
    return n;
}

/* The writer's job. Whether the batch is kept is not known here: what it notes stays on the list
 * until the next time, which finds nothing to do. */
static enum err note_missed(struct tx *tx, void *arg)
{
    int64_t shows[MISSED_MAX];
    enum err e = OK;
    (void)arg;
    size_t n = list_missed(shows);
    for (size_t i = 0; e == OK && i < n; i++) {
        bool noted = false;
        if (shows_on_air(shows[i]))
            e = note_in(tx, shows[i], &noted);
        if (e == OK && !noted)
            forget_missed(shows[i]);
    }
    return e;
}

static void free_went_live(struct command *cmd, enum err result)
{
    struct went_live *w = (struct went_live *)cmd;
    if (result != OK)
        LOG(WARN, "shows.live_not_noted", L_I("show", w->show), L_ERR(result));
    if (err_retryable(result))
        miss(w->show);
    arena_free(&w->arena);
    free(w);
}

void shows_note_live(int64_t show)
{
    struct went_live *w = calloc(1, sizeof(*w));
    if (!w)
        return;
    arena_init(&w->arena, TELL_ARENA_MAX);
    w->show = show;
    w->cmd = (struct command){
        .name = "shows.live", .run = run_went_live, .done = free_went_live, .arena = &w->arena};
    enum err e = writer_submit(shows_env.writer, &w->cmd);
    if (e != OK)
        free_went_live(&w->cmd, e);
}

static void on_changed(void *arg, struct str stream, enum live_state state)
{
    (void)arg;
    struct arena arena;
    int64_t show = shows_of_stream(stream);
    if (show == 0)
        return;
    bool rehearsal = shows_is_rehearsing(show);
    if (state == LIVE_ON && !rehearsal)
        shows_note_live(show);
    arena_init(&arena, TELL_ARENA_MAX);
    struct view *v = view_object(&arena);
    view_put_z(v, "type", "state");
    view_put_bool(v, "on_air", state == LIVE_ON);
    if (rehearsal)
        shows_tell_crew(show, v);
    else
        shows_tell(show, v, NULL);
    arena_free(&arena);
}

const struct live_hooks shows_live_hooks = {on_authorize, on_changed, NULL};

/* ---- start and stop ---- */

static void *new_worker(void *arg)
{
    struct arena arena;
    struct err_info info = {0};
    struct db *db = NULL;
    arena_init(&arena, AUTH_ARENA_MAX);
    enum err e = db_open(arg, DB_READ, &db, &arena, &info);
    if (e != OK)
        LOG(ERROR, "shows.store_refused", L_ERR(e), L_Z("why", info.text));
    arena_free(&arena);
    return db;
}

static void free_worker(void *worker)
{
    if (worker)
        db_close(worker);
}

static enum err open_rooms(struct arena *arena)
{
    struct rows rs;
    int64_t now = clock_wall_ms();
    enum err e =
        db_select(tell_db, &q_shows_open_ids,
                  ARGS(V_INT(now - ROOM_NEAR_MS), V_INT(now + ROOM_NEAR_MS), V_INT(ROOMS_AT_START)),
                  arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++)
        shows_open_rooms(row_int(&rs, i, "id"));
    if (e == OK)
        e = db_select(tell_db, &q_shows_rehearsing, NO_ARGS, arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++)
        shows_set_rehearsing(row_int(&rs, i, "id"), true);
    return e;
}

static enum err close_rooms(struct tx *tx, void *arg)
{
    struct rows rs;
    char name[SHOWS_ROOM_NAME];
    (void)arg;
    enum err e = db_select(tx->db, &q_shows_ended_lately,
                           ARGS(V_INT(tx->now_ms - INT64_C(30) * 24 * 3600 * 1000),
                                V_INT(tx->now_ms - CLOSE_SINCE_MS)),
                           tx->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        int64_t show = row_int(&rs, i, "id");
        room_close(shows_env.rooms, shows_stream_name(show, name));
        room_close(shows_env.rooms, shows_crew_room(show, name));
    }
    return e;
}

enum err shows_start(const struct shows_env *env, struct arena *arena, struct err_info *info)
{
    shows_env = *env;
    struct pool_spec spec = {"publish",  1,           AUTH_QUEUE_MAX,
                             new_worker, free_worker, (void *)env->store_url};
    enum err e = db_open(env->store_url, DB_READ, &tell_db, arena, info);
    if (e == OK)
        e = open_rooms(arena);
    if (e != OK)
        return e;
    hall_stock_on_change(on_stock, NULL);
    writer_every(env->writer, MISSED_EVERY_MS, "shows.note_missed", note_missed, NULL);
    writer_every(env->writer, CLOSE_EVERY_MS, "shows.close_rooms", close_rooms, NULL);
    auth_pool = pool_start(&spec);
    return auth_pool ? OK : ERR_NOMEM;
}

void shows_stop(void)
{
    if (auth_pool)
        pool_stop(auth_pool);
    auth_pool = NULL;
    free_worker(tell_db);
    tell_db = NULL;
    free(rehearsing.shows);
    rehearsing.shows = NULL;
    rehearsing.n = rehearsing.room = 0;
    shows_set_live(NULL);
}
