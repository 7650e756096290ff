/*
 * orders_load: buyers who order one SKU over HTTP with keep-alive, each order by another buyer:
 *
 *   orders_load --port PORT --tokens FILE --sku ID [--connections N] [--seconds S] [--rate R]
 *               [--total N]
 *
 * FILE holds session tokens, one a line (`guildhall user add --batch`), taken in turn. Without
 * --rate each connection orders as fast as it is answered. With it, orders are due at that rate
 * whether or not earlier ones were answered, and latency counts from when an order was due, so that
 * a slow server cannot hide by being asked less. One thread, one epoll.
 *
 * Prints one JSON object: seconds, accepted (201), refused (409), busy (503), failed, and of the
 * accepted the latency's percentiles. Exits 1 when it could not connect or got what is no answer.
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
#include "base/rnd.h"

enum {
    CONNECTIONS_MAX = 4096,
    EVENTS_MAX = 256,
    REPLY_MAX = 16 * 1024,
    REQUEST_MAX = 1024,
    TOKEN_MAX = 64,
    BUCKET_US = 50,
    BUCKETS = 100000, /* up to 5 seconds */
};

struct options {
    int port, connections, seconds;
    long sku, rate, total;
    const char *tokens;
};

struct buyer {
    int fd;
    int64_t due_us; /* of the order that waits for its answer; 0: idle */
    char reply[REPLY_MAX];
    size_t have;
};

struct load {
    struct options o;
    int epoll;
    struct buyer *buyers;
    char (*tokens)[TOKEN_MAX];
    size_t tokens_n;
    uint64_t run; /* makes this run's keys its own */
    long sent, answered, accepted, refused, busy, failed;
    int64_t begun_us;
    uint32_t latency[BUCKETS];
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "orders_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ---- one order ---- */

static void send_order(struct load *l, struct buyer *b, int64_t due_us)
{
    static const char body_rest[] = "&quantity=1&name=Lin&phone=13800138000&address=1+Kiln+Road";
    char body[160], request[REQUEST_MAX];
    int body_n = snprintf(body, sizeof(body), "sku=%ld%s", l->o.sku, body_rest);
    int n = snprintf(
        request, sizeof(request),
        "POST /orders HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n"
        "Accept: application/json\r\nPrefer: return=minimal\r\nIdempotency-Key: %016llx-%ld\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n"
        "\r\n%s",
        l->o.port, l->tokens[(size_t)l->sent % l->tokens_n], (unsigned long long)l->run, l->sent,
        body_n, body);
    if (send(b->fd, request, (size_t)n, MSG_NOSIGNAL) != n)
        die("send");
    b->due_us = due_us;
    b->have = 0;
    l->sent++;
}

static void count(struct load *l, struct buyer *b, int status)
{
    int64_t bucket = (clock_mono_us() - b->due_us) / BUCKET_US;
    l->answered++;
    b->due_us = 0;
    switch (status) {
    case 201:
        l->accepted++;
        l->latency[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
        break;
    case 409: l->refused++; break;
    case 503: l->busy++; break;
    default:
        if (l->failed++ == 0)
            fprintf(stderr, "orders_load: %.*s\n", (int)b->have, b->reply);
    }
}

/* Counts the answer when it is whole. */
static void take(struct load *l, struct buyer *b)
{
    ssize_t got = recv(b->fd, b->reply + b->have, REPLY_MAX - 1 - b->have, 0);
    if (got <= 0)
        die("the server closed a connection");
    b->have += (size_t)got;
    b->reply[b->have] = 0;
    char *end = strstr(b->reply, "\r\n\r\n"), *length = strcasestr(b->reply, "content-length:");
    if (!end || !length || length > end) {
        if (end || b->have == REPLY_MAX - 1)
            die("an answer without a length");
        return;
    }
    if (b->have < (size_t)(end + 4 - b->reply) + strtoul(length + 15, NULL, 10))
        return;
    count(l, b, atoi(b->reply + 9)); /* "HTTP/1.1 201" */
}

/* ---- all of them ---- */

static void connect_all(struct load *l)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)l->o.port)};
    int one = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    l->epoll = epoll_create1(0);
    l->buyers = calloc((size_t)l->o.connections, sizeof(*l->buyers));
    for (int i = 0; i < l->o.connections; i++) {
        struct buyer *b = &l->buyers[i];
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = b};
        b->fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(b->fd, (struct sockaddr *)&to, sizeof(to)) != 0)
            die("connect");
        setsockopt(b->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, b->fd, &event) != 0)
            die("epoll_ctl");
    }
}

/* When the next order is due, or -1 when there is none. */
static int64_t next_due_us(const struct load *l, int64_t now_us)
{
    if (l->o.total ? l->sent >= l->o.total : now_us >= l->begun_us + l->o.seconds * 1000000LL)
        return -1;
    return l->o.rate ? l->begun_us + l->sent * 1000000LL / l->o.rate : now_us;
}

/* Gives orders that are due to connections that are idle. False when no more will come. */
static bool send_due(struct load *l)
{
    int64_t now = clock_mono_us(), due = next_due_us(l, now);
    for (int i = 0; due >= 0 && due <= now && i < l->o.connections; i++) {
        if (l->buyers[i].due_us)
            continue;
        send_order(l, &l->buyers[i], due);
        due = next_due_us(l, now);
    }
    return due >= 0;
}

static void run(struct load *l)
{
    struct epoll_event events[EVENTS_MAX];
    l->begun_us = clock_mono_us();
    while (send_due(l) || l->answered < l->sent) {
        int n = epoll_wait(l->epoll, events, EVENTS_MAX, l->o.rate ? 1 : 1000);
        if (n < 0 && errno != EINTR)
            die("epoll_wait");
        for (int i = 0; i < n; i++)
            take(l, events[i].data.ptr);
    }
}

static double percentile_ms(const struct load *l, double p)
{
    uint64_t upto = (uint64_t)((double)l->accepted * p), seen = 0;
    for (int i = 0; i < BUCKETS; i++)
        if ((seen += l->latency[i]) > upto)
            return (i + 0.5) * BUCKET_US / 1000.0;
    return 0;
}

static void report(const struct load *l)
{
    double seconds = (double)(clock_mono_us() - l->begun_us) / 1e6;
    printf(
        "{\"seconds\": %.3f, \"accepted\": %ld, \"refused\": %ld, \"busy\": %ld, \"failed\": %ld, "
        "\"accepted_s\": %.0f, \"p50_ms\": %.2f, \"p99_ms\": %.2f}\n",
        seconds, l->accepted, l->refused, l->busy, l->failed, (double)l->accepted / seconds,
        percentile_ms(l, 0.5), percentile_ms(l, 0.99));
}

static void read_tokens(struct load *l)
{
    FILE *f = fopen(l->o.tokens, "re");
    char line[TOKEN_MAX];
    size_t room = 0;
    if (!f)
        die(l->o.tokens);
    while (fgets(line, sizeof(line), f)) {
        if (l->tokens_n == room) {
            room = room ? room * 2 : 1024;
            l->tokens = realloc(l->tokens, room * sizeof(*l->tokens));
            if (!l->tokens)
                die("memory");
        }
        line[strcspn(line, "\n")] = 0;
        memcpy(l->tokens[l->tokens_n++], line, TOKEN_MAX);
    }
    fclose(f);
    if (l->tokens_n == 0) {
        errno = ENODATA;
        die(l->o.tokens);
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
        else if (strcmp(argv[i], "--sku") == 0)
            o.sku = value;
        else if (strcmp(argv[i], "--rate") == 0)
            o.rate = value;
        else if (strcmp(argv[i], "--total") == 0)
            o.total = value;
        else if (strcmp(argv[i], "--tokens") == 0)
            o.tokens = argv[i + 1];
        else
            argc = 0; /* says how it is used, below */
    }
    if (argc == 0 || !o.port || !o.sku || !o.tokens || o.connections < 1) {
        fprintf(stderr, "usage: orders_load --port PORT --tokens FILE --sku ID [--connections N] "
                        "[--seconds S] [--rate R] [--total N]\n");
        exit(2);
    }
    return o;
}

int main(int argc, char **argv)
{
    static struct load l;
    l.o = read_options(argc, argv);
    l.run = rnd_u64();
    read_tokens(&l);
    connect_all(&l);
    run(&l);
    report(&l);
    return l.failed ? 1 : 0;
}
