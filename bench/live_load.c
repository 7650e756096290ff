/*
 * live_load: publishes one stream over RTMP, watches it with N HTTP-FLV viewers, and measures the
 * server that carries it, on one machine over loopback:
 *
 *   live_load --rtmp PORT --http PORT --pid SERVER --viewers N [--stream NAME] [--windows W]
 *             [--window-s S] [--settle-s S] [--core SERVER_CORE]
 *
 * One thread, one epoll. Prints one JSON object: per window the server's CPU-seconds, the bytes the
 * viewers got, their latency from the publisher's send to the whole frame read, the server's
 * resident memory, and the soft interrupt time of its core, which the kernel books on no process;
 * over all windows stalls, jumps and broken viewers. Exits 0 when it could measure, whatever the
 * figures; 1 when a connection or the stream failed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "load_stream.h"
#include "load_viewer.h"
#include "proto/rtmp_client.h"

enum {
    EVENTS_MAX = 256,
    READ_MAX = 64 * 1024,
    RAMP_PER_S = 1000, /* new viewers a second */
    LEAD_US = 2500000, /* the stream runs so long before the first viewer */
    STALL_US = 2000000,
    JOIN_US = 30000000, /* all viewers have their first frame by then */
    BUCKET_US = 100,
    BUCKETS = 100000, /* up to 10 seconds */
};

struct options {
    int rtmp, http, pid, core, viewers, windows, window_s, settle_s;
    const char *stream;
};

struct window {
    double cpu_s, softirq_s, seconds;
    uint64_t bytes, frames;
    double p50_ms, p99_ms;
    long rss_kib;
};

struct load {
    struct options o;
    int epoll;
    int publisher_fd;
    struct rtmp_client *client;
    struct load_stream stream;
    bool publishing;
    int64_t started_us; /* of the stream */
    struct viewer *viewers;
    int opened;
    uint64_t bytes, frames, stalls;
    uint32_t latency[BUCKETS];
    bool failed;
};

static void fail(struct load *l, const char *what)
{
    if (!l->failed)
        fprintf(stderr, "live_load: %s\n", what);
    l->failed = true;
}

/* ---- the publisher ---- */

static void flush_publisher(struct load *l)
{
    struct buf *out = rtmp_client_out(l->client);
    ssize_t n = out->n ? send(l->publisher_fd, out->p, out->n, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
    if (n > 0)
        buf_drop(out, (size_t)n);
    else if (n < 0 && errno != EAGAIN)
        fail(l, "the publisher's connection broke");
}

static void publish(struct load *l, enum rtmp_media_type type, uint32_t time_ms, struct buf *body)
{
    struct rtmp_media m = {.type = type, .time_ms = time_ms, .p = body->p, .n = body->n};
    if (rtmp_client_send(l->client, &m) != OK)
        fail(l, "the server does not take the stream as fast as it is made");
    buf_free(body);
}

static void on_ready(void *user)
{
    struct load *l = user;
    struct buf b;
    l->publishing = true;
    l->started_us = clock_mono_us();
    buf_init(&b, 4096);
    load_stream_metadata(&b);
    publish(l, RTMP_DATA, 0, &b);
    load_stream_video_header(&b);
    publish(l, RTMP_VIDEO, 0, &b);
    load_stream_audio_header(&b);
    publish(l, RTMP_AUDIO, 0, &b);
}

/* Sends every frame that is due. Returns microseconds until the next. */
static int64_t publish_due(struct load *l)
{
    enum { FRAME_MAX = 256 * 1024 };
    for (;;) {
        int64_t now = clock_mono_us(), at = now - l->started_us;
        int64_t video = load_stream_video_due(&l->stream),
                audio = load_stream_audio_due(&l->stream);
        int64_t next = video < audio ? video : audio;
        if (next > at || l->failed)
            return next - at;
        struct buf b;
        uint32_t time_ms;
        buf_init(&b, FRAME_MAX);
        if (video <= audio) {
            load_stream_video(&l->stream, now, &b, &time_ms);
            publish(l, RTMP_VIDEO, time_ms, &b);
        } else {
            load_stream_audio(&l->stream, &b, &time_ms);
            publish(l, RTMP_AUDIO, time_ms, &b);
        }
        flush_publisher(l);
    }
}

static void read_publisher(struct load *l)
{
    uint8_t in[4096];
    ssize_t n = recv(l->publisher_fd, in, sizeof(in), MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        fail(l, "the server closed the publisher's connection");
        return;
    }
    if (n > 0)
        rtmp_client_feed(l->client, in, (size_t)n);
    if (rtmp_client_error(l->client) != OK)
        fail(l, rtmp_client_why(l->client));
    flush_publisher(l);
}

/* ---- sockets ---- */

static int connect_to(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0)
        return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static bool watch(struct load *l, int fd, void *ptr)
{
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = ptr};
    return epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &ev) == 0;
}

static void open_publisher(struct load *l)
{
    static const struct rtmp_client_ops ops = {.ready = on_ready};
    struct rtmp_client_spec spec = {.publish = true,
                                    .app = STR("live"),
                                    .tc_url = STR("rtmp://127.0.0.1/live"),
                                    .stream = str_of(l->o.stream)};
    load_stream_init(&l->stream);
    l->client = rtmp_client_new(&spec, &ops, l);
    l->publisher_fd = connect_to(l->o.rtmp);
    if (!l->client || l->publisher_fd < 0 || !watch(l, l->publisher_fd, NULL))
        fail(l, "cannot connect to the RTMP port");
    else
        flush_publisher(l);
}

static void open_viewer(struct load *l)
{
    char request[256];
    struct viewer *v = &l->viewers[l->opened];
    viewer_init(v, connect_to(l->o.http), clock_mono_us());
    int n =
        snprintf(request, sizeof(request),
                 "GET /live/%s.flv HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", l->o.stream, l->o.http);
    if (v->fd < 0 || send(v->fd, request, (size_t)n, MSG_NOSIGNAL) != n || !watch(l, v->fd, v))
        fail(l, "a viewer cannot connect");
    l->opened++;
}

/* ---- the viewers ---- */

static void on_frame(void *user, int64_t sent_us)
{
    struct load *l = user;
    int64_t bucket = (clock_mono_us() - sent_us) / BUCKET_US;
    l->frames++;
    l->latency[bucket < 0 ? 0 : bucket < BUCKETS ? bucket : BUCKETS - 1]++;
}

static void read_viewer(struct load *l, struct viewer *v)
{
    static uint8_t in[READ_MAX];
    const struct viewer_sink sink = {on_frame, l};
    ssize_t n = recv(v->fd, in, sizeof(in), 0);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n > 0) {
        l->bytes += (uint64_t)n;
        v->last_data_us = clock_mono_us();
        v->stalled = false;
        viewer_feed(v, in, (size_t)n, &sink);
    }
    if (n <= 0 || v->stage == VIEWER_BROKEN) {
        if (v->stage != VIEWER_BROKEN)
            v->why = "the server closed the connection";
        v->stage = VIEWER_BROKEN;
        epoll_ctl(l->epoll, EPOLL_CTL_DEL, v->fd, NULL);
    }
}

static void look_for_stalls(struct load *l)
{
    int64_t now = clock_mono_us();
    for (int i = 0; i < l->opened; i++) {
        struct viewer *v = &l->viewers[i];
        if (v->stage == VIEWER_BROKEN || v->stalled || now - v->last_data_us < STALL_US)
            continue;
        v->stalled = true;
        l->stalls++;
    }
}

/* One round of the loop, no longer than until `until_us`. */
static void turn(struct load *l, int64_t until_us)
{
    struct epoll_event events[EVENTS_MAX];
    int64_t wait = until_us - clock_mono_us();
    if (l->publishing) {
        int64_t due = publish_due(l);
        wait = due < wait ? due : wait;
    }
    struct timespec ts = {0};
    if (wait > 0)
        ts = (struct timespec){wait / 1000000, wait % 1000000 * 1000};
    int n = epoll_pwait2(l->epoll, events, EVENTS_MAX, &ts, NULL);
    for (int i = 0; i < n && !l->failed; i++) {
        if (!events[i].data.ptr)
            read_publisher(l);
        else
            read_viewer(l, events[i].data.ptr);
        if (i % 16 == 15 && l->publishing)
            publish_due(l);
    }
    if (n < 0 && errno != EINTR)
        fail(l, "epoll failed");
}

static void run_until(struct load *l, int64_t until_us)
{
    int64_t look = clock_mono_us() + STALL_US / 4;
    while (!l->failed && clock_mono_us() < until_us) {
        turn(l, until_us < look ? until_us : look);
        if (clock_mono_us() >= look) {
            look_for_stalls(l);
            look += STALL_US / 4;
        }
    }
}

static int count_stage(const struct load *l, bool (*is)(const struct viewer *))
{
    int n = 0;
    for (int i = 0; i < l->opened; i++)
        n += is(&l->viewers[i]);
    return n;
}

static bool is_watching(const struct viewer *v)
{
    return v->stage != VIEWER_BROKEN && v->started;
}

static bool is_broken(const struct viewer *v)
{
    return v->stage == VIEWER_BROKEN;
}

static void open_viewers(struct load *l)
{
    int64_t start = clock_mono_us();
    while (!l->failed && l->opened < l->o.viewers) {
        open_viewer(l);
        run_until(l, start + (int64_t)l->opened * 1000000 / RAMP_PER_S);
    }
    int64_t give_up = clock_mono_us() + JOIN_US;
    while (!l->failed && count_stage(l, is_watching) + count_stage(l, is_broken) < l->opened &&
           clock_mono_us() < give_up)
        run_until(l, clock_mono_us() + 100000);
}

/* ---- measuring ---- */

/* utime + stime of all threads, proc(5). */
static double server_cpu_s(const struct load *l)
{
    char path[64], text[1024] = "";
    snprintf(path, sizeof(path), "/proc/%d/stat", l->o.pid);
    FILE *f = fopen(path, "r");
    unsigned long user = 0, system = 0;
    if (f) {
        text[fread(text, 1, sizeof(text) - 1, f)] = 0;
        fclose(f);
    }
    const char *p = strrchr(text, ')');
    if (!p ||
        sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
        return -1;
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* Soft interrupts on the server's core, proc(5): the seventh field of its line in /proc/stat. */
static double core_softirq_s(const struct load *l)
{
    char line[512], name[16];
    unsigned long ticks = 0;
    snprintf(name, sizeof(name), "cpu%d ", l->o.core);
    FILE *f = fopen("/proc/stat", "r");
    while (f && fgets(line, sizeof(line), f)) {
        if (strncmp(line, name, strlen(name)) == 0 &&
            sscanf(line, "%*s %*u %*u %*u %*u %*u %*u %lu", &ticks) == 1)
            break;
    }
    if (f)
        fclose(f);
    return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

static long server_rss_kib(const struct load *l)
{
    char path[64], line[256];
    long kib = -1;
    snprintf(path, sizeof(path), "/proc/%d/status", l->o.pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof(line), f) && sscanf(line, "VmRSS: %ld", &kib) != 1)
        ;
    if (f)
        fclose(f);
    return kib;
}

static double percentile_ms(const struct load *l, double share)
{
    uint64_t sum = 0, want = (uint64_t)((double)l->frames * share);
    for (int i = 0; i < BUCKETS; i++) {
        sum += l->latency[i];
        if (sum > want)
            return (double)(i + 1) * BUCKET_US / 1000;
    }
    return 0;
}

static void measure(struct load *l, struct window *w)
{
    l->bytes = l->frames = 0;
    memset(l->latency, 0, sizeof(l->latency));
    double cpu = server_cpu_s(l), softirq = core_softirq_s(l);
    int64_t start = clock_mono_us();
    run_until(l, start + (int64_t)l->o.window_s * 1000000);
    double after = server_cpu_s(l);
    if (cpu < 0 || after < 0)
        fail(l, "the server is gone");
    w->cpu_s = after - cpu;
    w->softirq_s = core_softirq_s(l) - softirq;
    w->seconds = (double)(clock_mono_us() - start) / 1e6;
    w->bytes = l->bytes;
    w->frames = l->frames;
    w->p50_ms = percentile_ms(l, 0.5);
    w->p99_ms = percentile_ms(l, 0.99);
    w->rss_kib = server_rss_kib(l);
}

static void report(const struct load *l, const struct window *windows)
{
    uint64_t jumps = 0;
    const char *why = "";
    for (int i = 0; i < l->opened; i++) {
        jumps += l->viewers[i].jumps;
        if (l->viewers[i].why && !*why)
            why = l->viewers[i].why;
    }
    printf("{\"viewers\": %d, \"watching\": %d, \"broken\": %d, \"why\": \"%s\", \"stalls\": %llu, "
           "\"jumps\": %llu, \"windows\": [",
           l->o.viewers, count_stage(l, is_watching), count_stage(l, is_broken), why,
           (unsigned long long)l->stalls, (unsigned long long)jumps);
    for (int i = 0; i < l->o.windows; i++) {
        const struct window *w = &windows[i];
        printf("%s{\"seconds\": %.3f, \"cpu_s\": %.2f, \"softirq_s\": %.2f, \"bytes\": %llu, "
               "\"frames\": %llu, "
               "\"p50_ms\": %.1f, \"p99_ms\": %.1f, \"rss_kib\": %ld}",
               i ? ", " : "", w->seconds, w->cpu_s, w->softirq_s, (unsigned long long)w->bytes,
               (unsigned long long)w->frames, w->p50_ms, w->p99_ms, w->rss_kib);
    }
    printf("]}\n");
}

static bool parse_options(int argc, char **argv, struct options *o)
{
    *o = (struct options){
        .viewers = 100, .windows = 3, .window_s = 8, .settle_s = 4, .stream = "bench"};
    const struct {
        const char *name;
        int *value;
    } table[] = {
        {"--rtmp", &o->rtmp},         {"--http", &o->http},       {"--pid", &o->pid},
        {"--viewers", &o->viewers},   {"--windows", &o->windows}, {"--window-s", &o->window_s},
        {"--settle-s", &o->settle_s}, {"--core", &o->core},
    };
    for (int i = 1; i + 1 < argc; i += 2) {
        bool known = strcmp(argv[i], "--stream") == 0;
        if (known)
            o->stream = argv[i + 1];
        for (size_t k = 0; k < sizeof(table) / sizeof(table[0]); k++) {
            if (strcmp(argv[i], table[k].name) == 0) {
                *table[k].value = atoi(argv[i + 1]);
                known = true;
            }
        }
        if (!known)
            return false;
    }
    return argc % 2 == 1 && o->rtmp > 0 && o->http > 0 && o->pid > 0 && o->viewers > 0 &&
           o->windows > 0 && o->window_s > 0;
}

static void raise_descriptors(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
        r.rlim_cur = r.rlim_max;
        setrlimit(RLIMIT_NOFILE, &r);
    }
}

int main(int argc, char **argv)
{
    static struct load l;
    if (!parse_options(argc, argv, &l.o)) {
        fprintf(stderr,
                "usage: live_load --rtmp PORT --http PORT --pid PID --viewers N [--stream NAME]"
                " [--windows W] [--window-s S] [--settle-s S] [--core CORE]\n");
        return 2;
    }
    raise_descriptors();
    l.epoll = epoll_create1(EPOLL_CLOEXEC);
    l.viewers = calloc((size_t)l.o.viewers, sizeof(*l.viewers));
    struct window *windows = calloc((size_t)l.o.windows, sizeof(*windows));
    if (!l.viewers || !windows)
        return 1;
    open_publisher(&l);
    run_until(&l, clock_mono_us() + LEAD_US);
    if (!l.failed && !l.publishing)
        fail(&l, "the server did not let us publish");
    open_viewers(&l);
    run_until(&l, clock_mono_us() + (int64_t)l.o.settle_s * 1000000);
    l.stalls = 0;
    for (int i = 0; i < l.o.windows && !l.failed; i++)
        measure(&l, &windows[i]);
    if (!l.failed)
        report(&l, windows);
    return l.failed;
}
