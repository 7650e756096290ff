#include "live/live.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "live/publish.h"
#include "live/record.h"

struct live *live_new(const struct live_spec *spec)
{
    struct live *live = calloc(1, sizeof(*live));
    if (!live)
        return NULL;
    live->spec = *spec;
    pthread_mutex_init(&live->lock, NULL);
    map_init(&live->streams);
    return live;
}

void live_free(struct live *live)
{
    size_t at = 0;
    struct str name;
    void *s;
    while (map_next(&live->streams, &at, &name, &s))
        stream_unref(s);
    map_free(&live->streams);
    pthread_mutex_destroy(&live->lock);
    free(live);
}

enum err live_accept_rtmp(struct conn *c, void *arg)
{
    return publish_accept(arg, c);
}

bool live_name_ok(struct str name)
{
    if (name.n == 0 || name.n > LIVE_NAME_MAX || name.p[0] == '.')
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
        if (!ok)
            return false;
    }
    return true;
}

/* ---- the table ---- */

struct stream *registry_find(struct live *live, struct str name)
{
    pthread_mutex_lock(&live->lock);
    struct stream *s = map_get(&live->streams, name);
    if (s)
        stream_ref(s);
    pthread_mutex_unlock(&live->lock);
    return s;
}

enum err registry_get(struct live *live, struct str name, struct loop *owner, struct stream **out,
                      bool *made)
{
    enum err e = OK;
    pthread_mutex_lock(&live->lock);
    struct stream *s = map_get(&live->streams, name);
    *made = !s;
    if (!s && live->streams.count >= LIVE_STREAMS_MAX)
        e = ERR_LIMIT;
    else if (!s) {
        s = stream_new(live, name, owner);
        e = s ? map_put(&live->streams, name, s) : ERR_NOMEM;
        if (e != OK) {
            stream_unref(s);
            s = NULL;
        }
    }
    *out = s ? stream_ref(s) : NULL;
    pthread_mutex_unlock(&live->lock);
    return e;
}

void registry_changed(struct stream *s, enum live_state state)
{
    const struct live_hooks *hooks = &s->live->spec.hooks;
    pthread_mutex_lock(&s->lock);
    s->health.state = state;
    pthread_mutex_unlock(&s->lock);
    if (hooks->changed)
        hooks->changed(hooks->arg, str_of(s->name), state);
}

void registry_end(struct stream *s)
{
    struct live *live = s->live;
    if (s->ended)
        return;
    LOG(INFO, "live.ended", L_Z("stream", s->name));
    s->ended = true;
    loop_timer_stop(&s->grace);
    stream_end(s);
    registry_changed(s, LIVE_ENDED);
    pthread_mutex_lock(&live->lock);
    map_remove(&live->streams, str_of(s->name));
    pthread_mutex_unlock(&live->lock);
    stream_unref(s);
}

/* ---- what others ask ---- */

enum err live_follow_flv(struct live *live, struct conn *c, struct str name,
                         enum follow_framing framing)
{
    struct stream *s = registry_find(live, name);
    if (!s)
        return ERR_NOT_FOUND;
    enum err e = stream_follow_flv(s, c, framing);
    stream_unref(s);
    return e;
}

bool live_exists(struct live *live, struct str name)
{
    pthread_mutex_lock(&live->lock);
    bool exists = map_get(&live->streams, name) != NULL;
    pthread_mutex_unlock(&live->lock);
    return exists;
}

struct cut {
    struct loop_msg msg;
    struct stream *stream; /* owned reference */
};

static void run_cut(struct loop *loop, struct loop_msg *msg)
{
    struct cut *cut = LIST_OF(msg, struct cut, msg);
    struct stream *s = cut->stream;
    pthread_mutex_lock(&s->lock);
    struct loop *owner = s->owner;
    if (owner != loop)
        loop_post(owner, &cut->msg); /* it moved meanwhile */
    pthread_mutex_unlock(&s->lock);
    if (owner != loop)
        return;
    if (s->publisher)
        publish_kick(s->publisher, "the show was cut off");
    registry_end(s);
    stream_unref(s);
    free(cut);
}

enum err live_cut(struct live *live, struct str name)
{
    struct stream *s = registry_find(live, name);
    struct cut *cut = s ? malloc(sizeof(*cut)) : NULL;
    if (!cut) {
        stream_unref(s);
        return s ? ERR_NOMEM : ERR_NOT_FOUND;
    }
    *cut = (struct cut){.msg.run = run_cut, .stream = s};
    pthread_mutex_lock(&s->lock);
    loop_post(s->owner, &cut->msg);
    pthread_mutex_unlock(&s->lock);
    return OK;
}

void live_forget(struct live *live, struct str name)
{
    struct stream *s = registry_find(live, name);
    if (s)
        stream_forget(s);
    stream_unref(s);
}

enum err live_hls_file(struct live *live, struct str name, struct str file, struct block **out,
                       const char **type)
{
    struct stream *s = registry_find(live, name);
    if (!s)
        return ERR_NOT_FOUND;
    enum err e = hls_file(s->hls, file, out, type);
    stream_unref(s);
    return e;
}

static void read_health(struct stream *s, struct live_health *out)
{
    pthread_mutex_lock(&s->lock);
    *out = s->health;
    watch_read(&s->watch, clock_mono_ms(), out);
    pthread_mutex_unlock(&s->lock);
    out->viewers = atomic_load(&s->viewers);
    if (out->state != LIVE_ON)
        out->kbps = out->fps_x100 = 0;
}

enum err live_health(struct live *live, struct str name, struct live_health *out)
{
    struct stream *s = registry_find(live, name);
    if (!s)
        return ERR_NOT_FOUND;
    read_health(s, out);
    stream_unref(s);
    return OK;
}

int live_viewers(struct live *live, struct str name)
{
    struct live_health h;
    return live_health(live, name, &h) == OK ? h.viewers : 0;
}

/* ---- metrics ---- */

static void metric(struct buf *out, const char *name, const char *type, const char *help,
                   uint64_t value)
{
    buf_printf(out, "# HELP guildhall_%s %s\n# TYPE guildhall_%s %s\nguildhall_%s %llu\n", name,
               help, name, type, name, (unsigned long long)value);
}

static void put_stream_metrics(struct live *live, struct buf *out)
{
    size_t at = 0;
    struct str name;
    void *value;
    buf_z(out, "# HELP guildhall_stream_viewers Viewers of a stream.\n"
               "# TYPE guildhall_stream_viewers gauge\n");
    pthread_mutex_lock(&live->lock);
    while (map_next(&live->streams, &at, &name, &value)) {
        struct live_health h;
        read_health(value, &h);
        buf_printf(out, "guildhall_stream_viewers{stream=\"%.*s\"} %d\n", STR_ARG(name), h.viewers);
    }
    pthread_mutex_unlock(&live->lock);
}

static size_t count_streams(struct live *live, uint64_t *viewers)
{
    size_t at = 0;
    struct str name;
    void *value;
    pthread_mutex_lock(&live->lock);
    while (map_next(&live->streams, &at, &name, &value))
        *viewers += (uint64_t)atomic_load(&((struct stream *)value)->viewers);
    size_t n = live->streams.count;
    pthread_mutex_unlock(&live->lock);
    return n;
}

void live_metrics(struct live *live, struct buf *out)
{
    struct follow_stats f;
    struct live_counters *c = &live->counters;
    uint64_t viewers = 0;
    size_t streams = count_streams(live, &viewers);
    follow_stats(live->spec.loops, &f);
    metric(out, "streams", "gauge", "Live streams.", streams);
    metric(out, "viewers", "gauge", "Viewers of all streams (FLV and RTMP).", viewers);
    put_stream_metrics(live, out);
    metric(out, "followers", "gauge", "Followers of all logs: viewers and rooms.", f.followers);
    metric(out, "sent_bytes_total", "counter", "Bytes sent to followers.", f.bytes);
    metric(out, "sends_total", "counter", "Sends to followers.", f.sends);
    metric(out, "keyframe_jumps_total", "counter", "Slow followers that jumped ahead.", f.jumps);
    metric(out, "followers_stalled_total", "counter", "Followers dropped for taking nothing.",
           f.stalled);
    metric(out, "followers_overrun_total", "counter", "Followers dropped behind the log.",
           f.overrun);
    metric(out, "pulse_ms", "gauge", "Present merge window of the busiest loop.", f.pulse_ms);
    metric(out, "pulses_total", "counter", "Pulses of all loops.", f.pulses);
    metric(out, "pulse_work_us_total", "counter", "Microseconds of work in pulses.",
           f.pulse_work_us);
    metric(out, "ring_bytes", "gauge", "Memory of all logs.", ring_process_bytes());
    metric(out, "received_bytes_total", "counter", "Bytes from RTMP peers.", c->bytes_in);
    metric(out, "rtmp_connections_total", "counter", "RTMP connections.", c->rtmp_connections);
    metric(out, "published_total", "counter", "Publishers let in.", c->published);
    metric(out, "takeovers_total", "counter", "Publishers replaced by a newer one.", c->takeovers);
    metric(out, "played_total", "counter", "RTMP play requests.", c->played);
    metric(out, "publish_denied_total", "counter", "Publishers with a wrong key.", c->denied);
    metric(out, "publish_unsupported_total", "counter", "Publishers with a codec we do not take.",
           c->unsupported);
    metric(out, "rtmp_errors_total", "counter", "RTMP connections that broke the protocol.",
           c->protocol_errors);
    metric(out, "rtmp_timeouts_total", "counter", "RTMP connections that fell silent.",
           c->timeouts);
    if (live->spec.record)
        record_metrics(live->spec.record, out);
}

struct record *live_record(struct live *live)
{
    return live->spec.record;
}
