/* An encoder for the tests of live/: an RTMP client that sends the clip's tags, over a real socket.
 */
#ifndef TESTS_LIVE_ENCODER_H
#define TESTS_LIVE_ENCODER_H

#include "../media/clip.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/listen.h"
#include "proto/rtmp_client.h"

enum { PATIENCE_MS = 20 * 1000 };

static inline int dial(struct listener *l)
{
    const struct addr *a = listener_addr(l);
    struct timeval patience = {PATIENCE_MS / 1000, 0};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&a->ss, a->n), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return fd;
}

struct encoder {
    int fd;
    struct rtmp_client *client;
    size_t at;       /* in the clip */
    uint32_t add_ms; /* to its timestamps: another round */
};

static inline void nothing(void *user)
{
    (void)user;
}

static const struct rtmp_client_ops client_ops = {.ready = nothing, .ended = nothing};

static inline void flush(struct encoder *e)
{
    struct buf *out = rtmp_client_out(e->client);
    for (size_t at = 0; at < out->n;) {
        ssize_t n = send(e->fd, out->p + at, out->n - at, MSG_NOSIGNAL);
        if (n <= 0)
            break; /* the server closed: the caller sees it when reading */
        at += (size_t)n;
    }
    buf_clear(out);
}

/* Reads until the condition, or the server's end: false. */
static inline bool pump(struct encoder *e, bool until_ready)
{
    uint8_t bytes[4096];
    while (!(until_ready && rtmp_client_is_ready(e->client))) {
        flush(e);
        ssize_t n = recv(e->fd, bytes, sizeof(bytes), 0);
        if (n <= 0)
            return false;
        rtmp_client_feed(e->client, bytes, (size_t)n);
        if (rtmp_client_error(e->client) != OK)
            return false;
    }
    flush(e);
    return true;
}

static inline bool encoder_open(struct listener *l, struct encoder *e, const char *stream)
{
    struct rtmp_client_spec spec = {.publish = true,
                                    .app = STR("live"),
                                    .tc_url = STR("rtmp://127.0.0.1/live"),
                                    .stream = str_of(stream)};
    *e = (struct encoder){.fd = dial(l)};
    e->client = rtmp_client_new(&spec, &client_ops, e);
    return pump(e, true);
}

static inline void encoder_close(struct encoder *e)
{
    close(e->fd);
    rtmp_client_free(e->client);
}

static inline void send_body(struct encoder *e, uint8_t type, uint32_t time_ms, const uint8_t *p,
                             size_t n)
{
    struct rtmp_media m = {.type = type, .time_ms = time_ms, .p = p, .n = n};
    assert_int_equal(rtmp_client_send(e->client, &m), OK);
    flush(e);
}

/* Sends the next `count` tags of the clip, over and over. */
static inline void send_tags(struct encoder *e, int count)
{
    size_t clip_n;
    uint8_t *clip = clip_read(&clip_n);
    uint32_t last_ms = 0;
    while (count > 0) {
        struct flv_tag tag;
        if (!clip_next(clip, clip_n, &e->at, &tag)) {
            e->at = 0;
            e->add_ms += last_ms + 40;
            continue;
        }
        last_ms = tag.time_ms;
        send_body(e, tag.type, tag.time_ms + e->add_ms, tag.p, tag.n);
        count--;
    }
    free(clip);
}

#endif
