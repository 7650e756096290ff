#include "load_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/clock.h"

enum { EVENTS_MAX = 256 };

struct load_client {
    int fd;
    int64_t due_us;           /* of the question that waits for its answer; 0: idle */
    char head[LOAD_HEAD_MAX]; /* and what came with it */
    size_t have;
    size_t left; /* of the body, once the head is read */
    bool in_body;
};

_Noreturn void load_die(const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
    exit(1);
}

/* ---- one question ---- */

static void ask(struct load *l, struct load_client *c, int64_t due_us)
{
    struct str question = l->ask(l);
    if (send(c->fd, question.p, question.n, MSG_NOSIGNAL) != (ssize_t)question.n)
        load_die("send");
    c->due_us = due_us;
    c->have = c->left = 0;
    c->in_body = false;
    l->sent++;
}

static void count(struct load *l, struct load_client *c)
{
    int64_t bucket = (clock_mono_us() - c->due_us) / LOAD_BUCKET_US;
    int status = atoi(c->head + 9); /* "HTTP/1.1 200" */
    long failed = l->failed;
    c->due_us = 0;
    l->answered++;
    if (l->count(l, status)) {
        l->counted++;
        l->latency[bucket < LOAD_BUCKETS ? bucket : LOAD_BUCKETS - 1]++;
    }
    if (failed == 0 && l->failed)
        fprintf(stderr, "%s: %.*s\n", program_invocation_short_name, (int)c->have, c->head);
}

/* How much of the body follows what has come with the head. */
static void begin_body(struct load_client *c, const char *end)
{
    const char *length = strcasestr(c->head, "content-length:");
    bool is_empty = atoi(c->head + 9) == 304;
    if (!is_empty && (!length || length > end))
        load_die("an answer without a length");
    size_t body = is_empty ? 0 : strtoul(length + 15, NULL, 10);
    size_t came = c->have - (size_t)(end + 4 - c->head);
    c->in_body = true;
    c->left = body > came ? body - came : 0;
}

static void take(struct load *l, struct load_client *c)
{
    ssize_t got = c->in_body ? recv(c->fd, NULL, c->left, MSG_TRUNC)
                             : recv(c->fd, c->head + c->have, LOAD_HEAD_MAX - 1 - c->have, 0);
    if (got <= 0)
        load_die("the server closed a connection");
    l->bytes += got;
    if (c->in_body) {
        c->left -= (size_t)got;
    } else {
        c->have += (size_t)got;
        c->head[c->have] = 0;
        const char *end = strstr(c->head, "\r\n\r\n");
        if (!end && c->have == LOAD_HEAD_MAX - 1)
            load_die("a head without an end");
        if (end)
            begin_body(c, end);
    }
    if (c->in_body && c->left == 0)
        count(l, c);
}

/* ---- all of them ---- */

static void connect_all(struct load *l)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)l->port)};
    int one = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    l->epoll = epoll_create1(0);
    l->clients = calloc((size_t)l->connections, sizeof(*l->clients));
    if (!l->clients)
        load_die("memory");
    for (int i = 0; i < l->connections; i++) {
        struct load_client *c = &l->clients[i];
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        c->fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(c->fd, (struct sockaddr *)&to, sizeof(to)) != 0)
            load_die("connect");
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0)
            load_die("epoll_ctl");
    }
}

/* When the next question is due, or -1 when there is none. */
static int64_t next_due_us(const struct load *l, int64_t now_us)
{
    if (l->total ? l->sent >= l->total : now_us >= l->begun_us + l->seconds * 1000000LL)
        return -1;
    return l->rate ? l->begun_us + l->sent * 1000000LL / l->rate : now_us;
}

/* Gives questions that are due to clients that are idle, in turn: the server closes a connection
 * that asks nothing for long. False when no more will come. */
static bool ask_due(struct load *l)
{
    int64_t now = clock_mono_us(), due = next_due_us(l, now);
    for (int i = 0; due >= 0 && due <= now && i < l->connections; i++) {
        struct load_client *c = &l->clients[l->turn++ % l->connections];
        if (c->due_us)
            continue;
        ask(l, c, due);
        due = next_due_us(l, now);
    }
    return due >= 0;
}

void load_run(struct load *l)
{
    struct epoll_event events[EVENTS_MAX];
    connect_all(l);
    l->begun_us = clock_mono_us();
    while (ask_due(l) || l->answered < l->sent) {
        int n = epoll_wait(l->epoll, events, EVENTS_MAX, l->rate ? 1 : 1000);
        if (n < 0 && errno != EINTR)
            load_die("epoll_wait");
        for (int i = 0; i < n; i++)
            take(l, events[i].data.ptr);
    }
    l->seconds_taken = (double)(clock_mono_us() - l->begun_us) / 1e6;
}

double load_percentile_ms(const struct load *l, double p)
{
    uint64_t upto = (uint64_t)((double)l->counted * p), seen = 0;
    for (int i = 0; i < LOAD_BUCKETS; i++)
        if ((seen += l->latency[i]) > upto)
            return (i + 0.5) * LOAD_BUCKET_US / 1000.0;
    return 0;
}

/* ---- what a generator is given ---- */

bool load_option(struct load *l, const char *name, const char *value)
{
    long number = atol(value);
    if (strcmp(name, "--port") == 0)
        l->port = (int)number;
    else if (strcmp(name, "--connections") == 0)
        l->connections = number > LOAD_CONNECTIONS_MAX ? LOAD_CONNECTIONS_MAX : (int)number;
    else if (strcmp(name, "--seconds") == 0)
        l->seconds = (int)number;
    else if (strcmp(name, "--rate") == 0)
        l->rate = number;
    else
        return false;
    return true;
}

char **load_lines(const char *file, size_t *n)
{
    FILE *f = fopen(file, "re");
    char line[LOAD_LINE_MAX], **lines = NULL;
    size_t room = 0;
    *n = 0;
    if (!f)
        load_die(file);
    while (fgets(line, sizeof(line), f)) {
        if (*n == room) {
            room = room ? room * 2 : 1024;
            lines = realloc(lines, room * sizeof(*lines));
        }
        line[strcspn(line, "\n")] = 0;
        if (!lines || !(lines[(*n)++] = strdup(line)))
            load_die("memory");
    }
    fclose(f);
    if (*n == 0) {
        errno = ENODATA;
        load_die(file);
    }
    return lines;
}
