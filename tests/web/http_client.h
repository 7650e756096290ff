/* A small HTTP client for tests: raw bytes out, one answer at a time in. */
#ifndef TESTS_HTTP_CLIENT_H
#define TESTS_HTTP_CLIENT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/addr.h"

struct client {
    int fd;
    struct buf in; /* what has come and was not taken */
};

struct answer {
    int status;      /* 0: the connection ended first */
    char head[8192]; /* with its empty line */
    struct buf body;
};

static inline void client_open(struct client *c, const struct addr *to)
{
    c->fd = socket(to->ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(c->fd >= 0);
    assert_int_equal(connect(c->fd, (const struct sockaddr *)&to->ss, to->n), 0);
    buf_init(&c->in, 64 << 20);
}

static inline void client_close(struct client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    buf_free(&c->in);
}

/* The server may close while we still write: what it said is read anyway. */
static inline void client_send(struct client *c, const void *p, size_t n)
{
    const char *at = p;
    while (n > 0) {
        ssize_t done = send(c->fd, at, n, MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return;
        at += done;
        n -= (size_t)done;
    }
}

/* Reads more; false at the end, or after ten seconds of silence. */
static inline bool client_more(struct client *c)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    uint8_t bytes[16384];
    if (poll(&p, 1, 10000) != 1)
        return false;
    ssize_t n = recv(c->fd, bytes, sizeof(bytes), 0);
    if (n <= 0)
        return false;
    buf_put(&c->in, bytes, (size_t)n);
    return true;
}

static inline struct str answer_header(const struct answer *a, const char *name)
{
    size_t n = strlen(name);
    for (const char *line = a->head; (line = strstr(line, "\r\n")) != NULL;) {
        line += 2;
        if (strncasecmp(line, name, n) == 0 && line[n] == ':')
            return str_trim(str_n(line + n + 1, strcspn(line + n + 1, "\r")));
    }
    return STR_NONE;
}

static inline void answer_free(struct answer *a)
{
    buf_free(&a->body);
}

/* Takes one answer; `no_body`: it answers a HEAD. */
static inline void client_read(struct client *c, struct answer *a, bool no_body)
{
    *a = (struct answer){0};
    buf_init(&a->body, 64 << 20);
    const char *end;
    while ((end = c->in.n ? memmem(c->in.p, c->in.n, "\r\n\r\n", 4) : NULL) == NULL)
        if (!client_more(c))
            return;
    size_t head = (size_t)(end - (char *)c->in.p) + 4;
    assert_true(head < sizeof(a->head));
    memcpy(a->head, c->in.p, head);
    buf_drop(&c->in, head);
    a->status = atoi(a->head + 9);
    int64_t length = 0;
    if (answer_header(a, "content-length").n)
        assert_int_equal(str_to_i64(answer_header(a, "content-length"), &length), OK);
    if (no_body || a->status == 304 || a->status < 200)
        return;
    while ((int64_t)c->in.n < length)
        if (!client_more(c)) {
            a->status = 0;
            return;
        }
    buf_put(&a->body, c->in.p, (size_t)length);
    buf_u8(&a->body, 0); /* so that tests may look at it as a C string */
    buf_drop(&c->in, (size_t)length);
}

/* Whether the server has ended the connection (it may still say something before). */
static inline bool client_at_end(struct client *c)
{
    while (client_more(c))
        ;
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    return poll(&p, 1, 0) == 1;
}

#endif
