/* The table of pushes and what others ask of it: see push.h. */
#include "live/push.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "live/push_inside.h"

enum { TARGET_ARENA_MAX = 16 * 1024, ID_TEXT = 24 };

const char *push_state_name(enum push_state s)
{
    static const char *const names[] = {"waiting", "connecting", "live", "retry", "refused"};
    return names[s];
}

const char *push_why_name(enum push_why w)
{
    static const char *const names[PUSH_WHYS] = {"none",        "name",    "name_slow", "private",
                                                 "unreachable", "tls",     "silent",    "protocol",
                                                 "denied",      "stalled", "dropped",   "ours"};
    return names[w];
}

int64_t push_wait_ms(int n)
{
    int64_t wait_ms = PUSH_WAIT_MIN_MS;
    while (n-- > 1 && wait_ms < PUSH_WAIT_MAX_MS)
        wait_ms *= 2;
    return wait_ms < PUSH_WAIT_MAX_MS ? wait_ms : PUSH_WAIT_MAX_MS;
}

/* ---- one of them ---- */

static void wipe(struct str s)
{
    if (s.n)
        explicit_bzero((char *)s.p, s.n);
}

struct push *push_ref(struct push *p)
{
    atomic_fetch_add(&p->refs, 1);
    return p;
}

void push_unref(struct push *p)
{
    if (!p || atomic_fetch_sub(&p->refs, 1) != 1)
        return;
    atomic_fetch_sub(&p->all->in_state[p->status.state], 1);
    wipe(p->url);
    wipe(p->key);
    wipe(p->target.stream);
    stream_unref(p->source);
    rtmp_client_free(p->client);
    arena_free(&p->arena);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

void push_set(struct push *p, enum push_state state)
{
    pthread_mutex_lock(&p->lock);
    enum push_state before = p->status.state;
    p->status.state = state;
    p->status.kbps = 0;
    p->since_ms = clock_mono_ms();
    p->until_ms = p->due_ms;
    if (p->why != PUSH_WHY_NONE || state == PUSH_LIVE)
        p->status.why = p->why;
    pthread_mutex_unlock(&p->lock);
    atomic_fetch_sub(&p->all->in_state[before], 1);
    atomic_fetch_add(&p->all->in_state[state], 1);
    if (before != state)
        LOG(INFO, "push.state", L_I("push", p->id), L_Z("stream", p->stream),
            L_Z("state", push_state_name(state)), L_Z("why", push_why_name(p->why)));
}

/* What a server says is shown to people: only if it is text. */
void push_said(struct push *p, const char *what)
{
    pthread_mutex_lock(&p->lock);
    snprintf(p->status.said, sizeof(p->status.said), "%s", str_is_utf8(str_of(what)) ? what : "");
    pthread_mutex_unlock(&p->lock);
}

static void on_start(struct loop *loop, struct loop_msg *msg)
{
    (void)loop;
    push_run(LIST_OF(msg, struct push, start_msg));
}

static void on_off(struct loop *loop, struct loop_msg *msg)
{
    (void)loop;
    push_run_off(LIST_OF(msg, struct push, off_msg));
}

static void on_again(struct loop *loop, struct loop_msg *msg)
{
    (void)loop;
    struct push *p = LIST_OF(msg, struct push, again_msg);
    atomic_store(&p->again_posted, false);
    push_run_again(p);
    push_unref(p);
}

static enum err push_new(struct pushes *all, const struct push_target *t, struct push **out)
{
    if (!live_name_ok(t->stream))
        return ERR_INVALID;
    struct push *p = calloc(1, sizeof(*p));
    if (!p)
        return ERR_NOMEM;
    arena_init(&p->arena, TARGET_ARENA_MAX);
    pthread_mutex_init(&p->lock, NULL);
    p->refs = 1;
    p->all = all;
    p->id = t->id;
    p->loop =
        loops_at(all->spec.loops, (int)((uint64_t)t->id % (uint64_t)loops_count(all->spec.loops)));
    memcpy(p->stream, t->stream.p, t->stream.n);
    p->url = arena_str(&p->arena, t->url);
    p->key = arena_str(&p->arena, t->key);
    p->start_msg.run = on_start;
    p->off_msg.run = on_off;
    p->again_msg.run = on_again;
    list_init(&p->timer.link);
    atomic_fetch_add(&all->in_state[PUSH_WAITING], 1);
    enum err e = rtmp_target_parse(&p->arena, t->url, t->key, &p->target);
    if (e == OK && arena_failed(&p->arena))
        e = ERR_NOMEM;
    if (e != OK)
        push_unref(p);
    else
        *out = p;
    return e;
}

/* ---- the table ---- */

static struct str id_text(int64_t id, char out[ID_TEXT])
{
    return str_n(out, (size_t)snprintf(out, ID_TEXT, "%lld", (long long)id));
}

static bool is_same(const struct push *p, const struct push_target *t)
{
    return str_eq(p->url, t->url) && str_eq(p->key, t->key) && str_eq_z(t->stream, p->stream);
}

/* Under the lock. The reference of the table goes with the message. */
static void take_off(struct pushes *all, struct str id)
{
    struct push *p = map_remove(&all->table, id);
    if (p)
        loop_post(p->loop, &p->off_msg);
}

enum err push_on(struct pushes *all, const struct push_target *t)
{
    char text[ID_TEXT];
    struct push *fresh = NULL;
    struct str id = id_text(t->id, text);
    enum err e = atomic_load(&all->resting) ? ERR_CLOSED : OK;
    pthread_mutex_lock(&all->lock);
    struct push *there = map_get(&all->table, id);
    bool same = there && is_same(there, t);
    if (e == OK && !same)
        e = push_new(all, t, &fresh);
    if (fresh && there)
        take_off(all, id);
    if (fresh && all->table.count >= PUSH_MAX)
        e = ERR_LIMIT;
    if (e == OK && fresh)
        e = map_put(&all->table, id, fresh);
    if (e == OK && fresh)
        loop_post(fresh->loop, &fresh->start_msg);
    pthread_mutex_unlock(&all->lock);
    if (e != OK)
        push_unref(fresh);
    return e;
}

void push_off(struct pushes *all, int64_t id)
{
    char text[ID_TEXT];
    pthread_mutex_lock(&all->lock);
    take_off(all, id_text(id, text));
    pthread_mutex_unlock(&all->lock);
}

void push_again(struct pushes *all, int64_t id)
{
    char text[ID_TEXT];
    pthread_mutex_lock(&all->lock);
    struct push *p = map_get(&all->table, id_text(id, text));
    if (p && !atomic_exchange(&p->again_posted, true)) {
        push_ref(p);
        loop_post(p->loop, &p->again_msg);
    }
    pthread_mutex_unlock(&all->lock);
}

void push_only(struct pushes *all, bool (*keep)(void *arg, int64_t id), void *arg)
{
    size_t at = 0;
    struct str key;
    void *value;
    pthread_mutex_lock(&all->lock);
    while (map_next(&all->table, &at, &key, &value)) {
        struct push *p = value;
        char text[ID_TEXT];
        if (!keep(arg, p->id))
            take_off(all, id_text(p->id, text));
    }
    pthread_mutex_unlock(&all->lock);
}

enum err push_status(struct pushes *all, int64_t id, struct push_status *out)
{
    char text[ID_TEXT];
    int64_t now_ms = clock_mono_ms();
    pthread_mutex_lock(&all->lock);
    struct push *p = map_get(&all->table, id_text(id, text));
    if (p) {
        pthread_mutex_lock(&p->lock);
        *out = p->status;
        out->up_ms = p->status.state == PUSH_LIVE ? now_ms - p->since_ms : 0;
        out->retry_ms =
            p->status.state == PUSH_RETRY && p->until_ms > now_ms ? p->until_ms - now_ms : 0;
        pthread_mutex_unlock(&p->lock);
    }
    pthread_mutex_unlock(&all->lock);
    return p ? OK : ERR_NOT_FOUND;
}

/* ---- start and stop ---- */

enum err push_start(const struct push_spec *spec, struct pushes **out, struct arena *arena,
                    struct err_info *info)
{
    struct pushes *all = calloc(1, sizeof(*all));
    if (!all)
        return ERR_NOMEM;
    all->spec = *spec;
    pthread_mutex_init(&all->lock, NULL);
    map_init(&all->table);
    enum err e = tls_client_open(spec->ca_file, &all->tls, arena, info);
    if (e == OK && !(all->resolver = resolver_start()))
        e = ERR_NOMEM;
    if (e == OK)
        *out = all;
    else
        push_free(all);
    return e;
}

void push_rest(struct pushes *all)
{
    if (all)
        atomic_store(&all->resting, true);
}

void push_stop(struct pushes *all)
{
    if (!all)
        return;
    push_rest(all);
    resolver_stop(all->resolver);
    all->resolver = NULL;
}

void push_free(struct pushes *all)
{
    size_t at = 0;
    struct str key;
    void *p;
    if (!all)
        return;
    while (map_next(&all->table, &at, &key, &p))
        push_unref(p);
    map_free(&all->table);
    resolver_stop(all->resolver);
    tls_client_free(all->tls);
    pthread_mutex_destroy(&all->lock);
    free(all);
}

/* ---- metrics ---- */

static void metric(struct buf *out, const char *name, const char *help, uint64_t value)
{
    buf_printf(out,
               "# HELP guildhall_push_%s %s\n# TYPE guildhall_push_%s counter\n"
               "guildhall_push_%s %llu\n",
               name, help, name, name, (unsigned long long)value);
}

void push_metrics(struct pushes *all, struct buf *out)
{
    if (!all)
        return;
    buf_z(out, "# HELP guildhall_pushes Other servers that streams are pushed to, by state.\n"
               "# TYPE guildhall_pushes gauge\n");
    for (int s = PUSH_WAITING; s <= PUSH_REFUSED; s++)
        buf_printf(out, "guildhall_pushes{state=\"%s\"} %lld\n", push_state_name(s),
                   (long long)atomic_load(&all->in_state[s]));
    metric(out, "tries_total", "Connections begun to servers that are pushed to.",
           atomic_load(&all->tries));
    metric(out, "drops_total", "Pushes lost while they were live.", atomic_load(&all->drops));
    metric(out, "denied_total", "Times a server did not let us publish.",
           atomic_load(&all->denied));
    metric(out, "bytes_total", "Bytes pushed.", atomic_load(&all->bytes));
}
