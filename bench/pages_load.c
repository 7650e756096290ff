/*
 * pages_load: visitors who read pages over HTTP with keep-alive, one after the other from a list:
 *
 *   pages_load --port PORT --paths FILE [--header LINE] [--connections N] [--seconds S] [--rate R]
 *
 * FILE holds paths with their queries, one a line, taken in turn. Each connection asks again as
 * soon as it is answered; with --rate, requests are due at that rate whether or not earlier ones
 * were answered, and latency counts from when one was due. --header is sent with each. Bodies are
 * thrown away by the kernel, so that reading them costs the generator nothing that would slow the
 * quicker server down. One thread, one epoll.
 *
 * Prints one JSON object: seconds, answered (200 and 304), failed, the rate, bytes an answer, and
 * the latency's percentiles. Exits 1 when a page was not answered so.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum {
    CONNECTIONS_MAX = 1024,
    EVENTS_MAX = 256,
    HEAD_MAX = 4096,
    LINE_MAX = 1024,
    BUCKET_US = 10,
    BUCKETS = 500000, /* up to 5 seconds */
};

struct options {
    int port, connections, seconds;
    long rate;
    const char *paths, *header;
};

struct visitor {
    int fd;
    int64_t due_us; /* of the page that waits for its answer; 0: idle */
    char head[HEAD_MAX];
    size_t have;
    size_t left; /* of the body, once the head is read */
    bool in_body;
};

struct load {
    struct options o;
    int epoll;
    struct visitor *visitors;
    char **requests;
    size_t requests_n;
    long sent, answered, failed;
    int64_t begun_us, bytes;
    uint32_t latency[BUCKETS];
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "pages_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ---- one page ---- */

static void ask(struct load *l, struct visitor *v, int64_t due_us)
{
    const char *request = l->requests[(size_t)l->sent % l->requests_n];
    size_t n = strlen(request);
    if (send(v->fd, request, n, MSG_NOSIGNAL) != (ssize_t)n)
        die("send");
    v->due_us = due_us;
    v->have = v->left = 0;
    v->in_body = false;
    l->sent++;
}

static void count(struct load *l, struct visitor *v)
{
    int64_t bucket = (clock_mono_us() - v->due_us) / BUCKET_US;
    int status = atoi(v->head + 9); /* "HTTP/1.1 200" */
    v->due_us = 0;
    if (status == 200 || status == 304)
        l->answered++;
    else if (l->failed++ == 0)
        fprintf(stderr, "pages_load: %.*s\n", (int)v->have, v->head);
    l->latency[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
}

/* How much of the body follows what has come with the head. */
static void begin_body(struct visitor *v, const char *end)
{
    const char *length = strcasestr(v->head, "content-length:");
    size_t body = length && length < end ? strtoul(length + 15, NULL, 10) : 0;
    size_t came = v->have - (size_t)(end + 4 - v->head);
    v->in_body = true;
    v->left = body > came ? body - came : 0;
}

static void take(struct load *l, struct visitor *v)
{
    ssize_t got = v->in_body ? recv(v->fd, NULL, v->left, MSG_TRUNC)
                             : recv(v->fd, v->head + v->have, HEAD_MAX - 1 - v->have, 0);
    if (got <= 0)
        die("the server closed a connection");
    l->bytes += got;
    if (v->in_body) {
        v->left -= (size_t)got;
    } else {
        v->have += (size_t)got;
        v->head[v->have] = 0;
        const char *end = strstr(v->head, "\r\n\r\n");
        if (!end && v->have == HEAD_MAX - 1)
            die("a head without an end");
        if (end)
            begin_body(v, end);
    }
    if (v->in_body && v->left == 0)
        count(l, v);
}

/* ---- all of them ---- */

static void connect_all(struct load *l)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)l->o.port)};
    int one = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    l->epoll = epoll_create1(0);
    l->visitors = calloc((size_t)l->o.connections, sizeof(*l->visitors));
    for (int i = 0; i < l->o.connections; i++) {
        struct visitor *v = &l->visitors[i];
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = v};
        v->fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(v->fd, (struct sockaddr *)&to, sizeof(to)) != 0)
            die("connect");
        setsockopt(v->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, v->fd, &event) != 0)
            die("epoll_ctl");
    }
}

/* When the next page is due, or -1 when there is none. */
static int64_t next_due_us(const struct load *l, int64_t now_us)
{
    if (now_us >= l->begun_us + l->o.seconds * 1000000LL)
        return -1;
    return l->o.rate ? l->begun_us + l->sent * 1000000LL / l->o.rate : now_us;
}

/* Gives pages that are due to connections that are idle. False when no more will come. */
static bool ask_due(struct load *l)
{
    int64_t now = clock_mono_us(), due = next_due_us(l, now);
    for (int i = 0; due >= 0 && due <= now && i < l->o.connections; i++) {
        if (l->visitors[i].due_us)
            continue;
        ask(l, &l->visitors[i], due);
        due = next_due_us(l, now);
    }
    return due >= 0;
}

static void run(struct load *l)
{
    struct epoll_event events[EVENTS_MAX];
    l->begun_us = clock_mono_us();
    while (ask_due(l) || l->answered + l->failed < l->sent) {
        int n = epoll_wait(l->epoll, events, EVENTS_MAX, l->o.rate ? 1 : 1000);
        if (n < 0 && errno != EINTR)
            die("epoll_wait");
        for (int i = 0; i < n; i++)
            take(l, events[i].data.ptr);
    }
}

static double percentile_ms(const struct load *l, double p)
{
    uint64_t upto = (uint64_t)((double)l->answered * p), seen = 0;
    for (int i = 0; i < BUCKETS; i++)
        if ((seen += l->latency[i]) > upto)
            return (i + 0.5) * BUCKET_US / 1000.0;
    return 0;
}

static void report(const struct load *l)
{
    double seconds = (double)(clock_mono_us() - l->begun_us) / 1e6;
    printf("{\"seconds\": %.3f, \"answered\": %ld, \"failed\": %ld, \"a_second\": %.0f, "
           "\"bytes\": %.0f, \"p50_ms\": %.3f, \"p99_ms\": %.3f}\n",
           seconds, l->answered, l->failed, (double)l->answered / seconds,
           l->answered ? (double)l->bytes / (double)l->answered : 0, percentile_ms(l, 0.5),
           percentile_ms(l, 0.99));
}

/* ---- what is asked ---- */

static char *request_of(const struct options *o, const char *path)
{
    char *request = NULL;
    if (asprintf(&request,
                 "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/html\r\n"
                 "Accept-Language: zh-CN\r\n%s%s\r\n",
                 path, o->port, o->header ? o->header : "", o->header ? "\r\n" : "") < 0)
        die("memory");
    return request;
}

static void read_paths(struct load *l)
{
    FILE *f = fopen(l->o.paths, "re");
    char line[LINE_MAX];
    size_t room = 0;
    if (!f)
        die(l->o.paths);
    while (fgets(line, sizeof(line), f)) {
        if (l->requests_n == room) {
            room = room ? room * 2 : 64;
            l->requests = realloc(l->requests, room * sizeof(*l->requests));
            if (!l->requests)
                die("memory");
        }
        line[strcspn(line, "\n")] = 0;
        l->requests[l->requests_n++] = request_of(&l->o, line);
    }
    fclose(f);
    if (l->requests_n == 0) {
        errno = ENODATA;
        die(l->o.paths);
    }
}

static struct options read_options(int argc, char **argv)
{
    struct options o = {.connections = 64, .seconds = 5};
    for (int i = 1; i + 1 < argc; i += 2) {
        long value = atol(argv[i + 1]);
        if (strcmp(argv[i], "--port") == 0)
            o.port = (int)value;
        else if (strcmp(argv[i], "--connections") == 0)
            o.connections = value > CONNECTIONS_MAX ? CONNECTIONS_MAX : (int)value;
        else if (strcmp(argv[i], "--seconds") == 0)
            o.seconds = (int)value;
        else if (strcmp(argv[i], "--rate") == 0)
            o.rate = value;
        else if (strcmp(argv[i], "--paths") == 0)
            o.paths = argv[i + 1];
        else if (strcmp(argv[i], "--header") == 0)
            o.header = argv[i + 1];
        else
            argc = 0; /* says how it is used, below */
    }
    if (argc == 0 || !o.port || !o.paths || o.connections < 1) {
        fprintf(stderr, "usage: pages_load --port PORT --paths FILE [--header LINE] "
                        "[--connections N] [--seconds S] [--rate R]\n");
        exit(2);
    }
    return o;
}

int main(int argc, char **argv)
{
    static struct load l;
    l.o = read_options(argc, argv);
    read_paths(&l);
    connect_all(&l);
    run(&l);
    report(&l);
    return l.failed ? 1 : 0;
}
