/* io/: rings, loops, connections, followers, pools and addresses, over real sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "io/addr.h"
#include "io/follow.h"
#include "io/listen.h"
#include "io/pool.h"
#include "io/ring.h"

/* A unit of the tests' form: a 32-bit length of all that follows, then a 32-bit number, then
 * filling whose every byte is the number's low byte. */
static size_t unit_len(const uint8_t *p, size_t n, void *arg)
{
    (void)arg;
    return n < 4 ? 0 : 4 + (size_t)be32(p);
}

static void append_unit(struct ring *r, uint32_t number, size_t filling)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_be32(&b, (uint32_t)(4 + filling));
    buf_be32(&b, number);
    for (size_t i = 0; i < filling; i++)
        buf_u8(&b, (uint8_t)number);
    struct iovec iov = {b.p, b.n};
    assert_int_equal(ring_append(r, &iov, 1), OK);
    buf_free(&b);
}

static void mark_here(struct ring *r, uint32_t config)
{
    ring_mark(r, &(struct ring_mark){.offset = ring_head(r), .config = config});
}

/* ---- rings ---- */

static void ring_bytes_are_contiguous_over_the_end(void **state)
{
    (void)state;
    struct ring *r;
    assert_int_equal(ring_new(8192, 1000, unit_len, NULL, &r), OK);
    for (uint32_t i = 0; i < 100; i++) {
        uint64_t at = ring_head(r);
        append_unit(r, i, 301);
        const uint8_t *p = ring_at(r, at);
        assert_int_equal(unit_len(p, 309, NULL), 309);
        assert_int_equal(be32(p + 4), i);
        for (int k = 0; k < 301; k++)
            assert_int_equal(p[8 + k], (uint8_t)i);
    }
    assert_int_equal(ring_head(r), 1000 + 100 * 309);
    ring_unref(r);
}

static void ring_tells_safe_from_torn(void **state)
{
    (void)state;
    struct ring *r;
    struct ring_mark m;
    assert_int_equal(ring_new(8192, 0, unit_len, NULL, &r), OK);
    assert_false(ring_newest_mark(r, &m));
    mark_here(r, 7);
    assert_false(ring_newest_mark(r, &m)); /* nothing behind the mark yet */
    append_unit(r, 1, 92);
    assert_true(ring_newest_mark(r, &m));
    assert_int_equal(m.config, 7);
    for (int i = 0; i < 70; i++)
        append_unit(r, 2, 92);
    assert_false(ring_is_safe(r, 0));
    assert_true(ring_was_whole(r, 0)); /* 7100 of 8192 */
    assert_false(ring_newest_mark(r, &m));
    for (int i = 0; i < 20; i++)
        append_unit(r, 2, 92);
    assert_false(ring_was_whole(r, 0));
    uint8_t big[4096] = {0};
    struct iovec iov = {big, sizeof(big)};
    assert_int_equal(ring_append(r, &iov, 1), ERR_TOO_LARGE);
    ring_unref(r);
}

static void rings_keep_to_the_process_limit(void **state)
{
    (void)state;
    struct ring *a, *b;
    size_t before = ring_process_bytes();
    ring_set_process_limit(before + 65536);
    assert_int_equal(ring_new(65536, 0, unit_len, NULL, &a), OK);
    assert_int_equal(ring_new(4096, 0, unit_len, NULL, &b), ERR_LIMIT);
    ring_unref(a);
    assert_int_equal(ring_new(4096, 0, unit_len, NULL, &b), OK);
    ring_unref(b);
    assert_int_equal(ring_process_bytes(), before);
    ring_set_process_limit((size_t)1 << 30);
}

/* ---- a server whose protocol is chosen by the first byte ---- */

struct server {
    struct loops *loops;
    struct listener *listener;
    struct ring *ring;
    sem_t closed;
    _Atomic int closes;
    _Atomic int last_why;
};

static struct block *prelude(void *arg, const struct ring_mark *mark, bool joined)
{
    (void)arg;
    uint8_t text[12] = {0, 0, 0, 8, 'C', joined ? 'J' : 'F', 0, 0, 0, 0, 0, (uint8_t)mark->config};
    return block_copy(text, sizeof(text));
}

static size_t on_data(struct conn *c, const uint8_t *p, size_t n)
{
    struct server *s = conn_user(c);
    struct follow_spec spec = {.ring = s->ring, .prelude = prelude};
    if (conn_follower(c))
        return n;
    if (p[0] == 'f' || p[0] == 'w') {
        spec.framing = p[0] == 'w' ? FOLLOW_WEBSOCKET : FOLLOW_RAW;
        if (follow_attach(c, &spec) != OK)
            conn_close(c, ERR_INTERNAL);
        return n;
    }
    if (p[0] == 'q') {
        if (conn_send(c, "bye", 3) != OK)
            conn_close(c, ERR_INTERNAL);
        conn_finish(c);
        return n;
    }
    if (p[0] == 't') {
        conn_deadline(c, 100);
        return n;
    }
    size_t whole = n / 4 * 4; /* echoes whole groups of four: the rest must be kept for it */
    if (whole && conn_send(c, p, whole) != OK)
        conn_close(c, ERR_LIMIT);
    return whole;
}

static void on_close(struct conn *c, enum err why)
{
    struct server *s = conn_user(c);
    s->last_why = (int)why;
    s->closes++;
    sem_post(&s->closed);
}

static const struct conn_ops ops = {.name = "test", .on_data = on_data, .on_close = on_close};

static enum err accept_test(struct conn *c, void *arg)
{
    conn_set_protocol(c, &ops, arg);
    return OK;
}

static void server_start(struct server *s, int loops, size_t ring_size, int per_client)
{
    struct err_info info = {0};
    *s = (struct server){0};
    sem_init(&s->closed, 0, 0);
    s->loops = loops_start(loops);
    assert_non_null(s->loops);
    assert_int_equal(ring_new(ring_size, 0, unit_len, NULL, &s->ring), OK);
    struct listen_spec spec = {
        .name = "test", .accept = accept_test, .arg = s, .limits = {1000, per_client}};
    assert_int_equal(addr_parse(STR("127.0.0.1:0"), &spec.addr), OK);
    assert_int_equal(listener_open(s->loops, &spec, &s->listener, &info), OK);
}

static void server_stop(struct server *s)
{
    listener_close(s->listener);
    loops_stop(s->loops, 1000);
    loops_free(s->loops);
    ring_unref(s->ring);
    sem_destroy(&s->closed);
}

static int dial(struct server *s, int receive_buffer)
{
    const struct addr *a = listener_addr(s->listener);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct timeval patience = {10, 0};
    assert_true(fd >= 0);
    if (receive_buffer)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    assert_int_equal(connect(fd, (const struct sockaddr *)&a->ss, a->n), 0);
    return fd;
}

static void read_whole(int fd, uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t got = read(fd, p, n);
        assert_true(got > 0);
        p += got;
        n -= (size_t)got;
    }
}

static void a_connection_echoes_and_finishes(void **state)
{
    (void)state;
    struct server s;
    uint8_t in[8], rest;
    server_start(&s, 2, 8192, 100);
    int fd = dial(&s, 0);
    assert_int_equal(write(fd, "abcdef", 6), 6);
    read_whole(fd, in, 4);
    assert_memory_equal(in, "abcd", 4);
    assert_int_equal(write(fd, "gh", 2), 2); /* completes the kept "ef" */
    read_whole(fd, in, 4);
    assert_memory_equal(in, "efgh", 4);
    assert_int_equal(write(fd, "q", 1), 1);
    read_whole(fd, in, 3);
    assert_memory_equal(in, "bye", 3);
    assert_int_equal(read(fd, &rest, 1), 0);
    sem_wait(&s.closed);
    assert_int_equal(s.last_why, OK);
    close(fd);
    server_stop(&s);
    assert_int_equal(s.closes, 1);
}

static void deadlines_close_silent_peers(void **state)
{
    (void)state;
    struct server s;
    uint8_t rest;
    server_start(&s, 1, 8192, 100);
    int fd = dial(&s, 0);
    assert_int_equal(write(fd, "t", 1), 1);
    assert_int_equal(read(fd, &rest, 1), 0);
    sem_wait(&s.closed);
    assert_int_equal(s.last_why, ERR_TIMEOUT);
    close(fd);
    server_stop(&s);
}

static void one_client_gets_its_share_of_connections(void **state)
{
    (void)state;
    struct server s;
    uint8_t rest, in[4];
    server_start(&s, 2, 8192, 2);
    int a = dial(&s, 0), b = dial(&s, 0);
    assert_int_equal(write(a, "abcd", 4), 4);
    read_whole(a, in, 4);
    assert_int_equal(write(b, "abcd", 4), 4);
    read_whole(b, in, 4);
    int c = dial(&s, 0);
    assert_true(read(c, &rest, 1) <= 0);
    close(a);
    sem_wait(&s.closed);
    for (int tries = 0;; tries++) { /* counted down when its handle is gone, a moment later */
        int d = dial(&s, 0);
        ssize_t wrote = send(d, "abcd", 4, MSG_NOSIGNAL);
        bool in_time = wrote == 4 && read(d, in, 4) == 4;
        close(d);
        if (in_time)
            break;
        assert_true(tries < 100);
    }
    close(b);
    close(c);
    server_stop(&s);
}

static void a_taken_port_is_an_error(void **state)
{
    (void)state;
    struct server s;
    struct listener *second;
    struct err_info info = {0};
    server_start(&s, 1, 8192, 100);
    struct listen_spec spec = {.name = "second",
                               .addr = *listener_addr(s.listener),
                               .accept = accept_test,
                               .arg = &s,
                               .limits = {10, 10}};
    assert_int_equal(listener_open(s.loops, &spec, &second, &info), ERR_EXISTS);
    assert_string_equal(info.field, "second");
    assert_int_equal(addr_parse(STR("192.0.2.1:80"), &spec.addr), OK); /* nobody's (RFC 5737) */
    assert_int_equal(listener_open(s.loops, &spec, &second, &info), ERR_IO);
    assert_string_equal(info.text, "the address cannot be bound");
    server_stop(&s);
}

struct question { /* goes to loop 1 and is answered on loop 0 */
    struct loop_msg msg;
    struct loops *loops;
    bool answered;
};

static void take_answer(struct loop *loop, struct loop_msg *msg)
{
    ((struct question *)msg)->answered = loop_index(loop) == 0;
}

static void take_question(struct loop *loop, struct loop_msg *msg)
{
    assert_int_equal(loop_index(loop), 1);
    msg->run = take_answer;
    loop_post(loops_at(((struct question *)msg)->loops, 0), msg);
}

static void late_messages_reach_any_loop(void **state)
{
    (void)state;
    struct loops *loops = loops_start(2);
    struct question q = {.msg.run = take_question, .loops = loops};
    loops_stop(loops, 1000);
    loop_post(loops_at(loops, 1), &q.msg);
    loops_free(loops);
    assert_true(q.answered);
}

/* ---- followers ---- */

struct viewer { /* reads units and checks them */
    int fd;
    bool websocket;
    size_t frame_left;
    uint32_t last, units, jumps, preludes;
};

static void viewer_bytes(struct viewer *v, uint8_t *p, size_t n)
{
    while (n > 0) {
        if (v->websocket && v->frame_left == 0) {
            uint8_t h[10];
            read_whole(v->fd, h, 2);
            assert_int_equal(h[0], 0x82);
            v->frame_left = h[1];
            if (h[1] == 126) {
                read_whole(v->fd, h + 2, 2);
                v->frame_left = be16(h + 2);
            } else if (h[1] == 127) {
                read_whole(v->fd, h + 2, 8);
                v->frame_left = (size_t)be64(h + 2);
            }
            assert_true(v->frame_left > 0);
        }
        size_t piece = v->websocket && v->frame_left < n ? v->frame_left : n;
        read_whole(v->fd, p, piece);
        v->frame_left -= v->websocket ? piece : 0;
        p += piece;
        n -= piece;
    }
}

static void viewer_unit(struct viewer *v)
{
    static uint8_t body[1 << 20];
    uint8_t head[4];
    viewer_bytes(v, head, 4);
    size_t n = be32(head);
    assert_true(n >= 4 && n < sizeof(body));
    viewer_bytes(v, body, n);
    if (body[0] == 'C') {
        v->preludes++;
        assert_int_equal(body[1], v->units == 0 ? 'F' : 'J');
        return;
    }
    uint32_t number = be32(body);
    for (size_t i = 4; i < n; i++)
        assert_int_equal(body[i], (uint8_t)number);
    if (v->units > 0 && number != v->last + 1) {
        assert_true(number > v->last);
        assert_int_equal(number % 10, 0); /* a jump lands on a mark */
        v->jumps++;
    }
    v->last = number;
    v->units++;
}

struct feeder { /* appends on loop 0, where a publisher would */
    struct loop_msg msg;
    struct server *s;
    uint32_t from, to;
    size_t filling;
    sem_t done;
};

static void run_feeder(struct loop *loop, struct loop_msg *msg)
{
    (void)loop;
    struct feeder *f = (struct feeder *)msg;
    for (uint32_t i = f->from; i < f->to; i++) {
        if (i % 10 == 0)
            mark_here(f->s->ring, i);
        append_unit(f->s->ring, i, f->filling);
    }
    sem_post(&f->done);
}

static void feed_units(struct server *s, uint32_t from, uint32_t to, size_t filling)
{
    struct feeder f = {.msg.run = run_feeder, .s = s, .from = from, .to = to, .filling = filling};
    sem_init(&f.done, 0, 0);
    loop_post(loops_at(s->loops, 0), &f.msg);
    sem_wait(&f.done);
    sem_destroy(&f.done);
}

static uint64_t followers_of(struct server *s)
{
    struct follow_stats stats;
    follow_stats(s->loops, &stats);
    return stats.followers;
}

static void follow_from_a_mark(struct server *s, bool websocket)
{
    struct viewer v = {.fd = dial(s, 0), .websocket = websocket};
    feed_units(s, 0, 25, 100);
    assert_int_equal(write(v.fd, websocket ? "w" : "f", 1), 1);
    viewer_unit(&v);
    assert_int_equal(v.preludes, 1);
    viewer_unit(&v);
    assert_int_equal(v.last, 20);
    feed_units(s, 25, 60, 100);
    while (v.last < 59)
        viewer_unit(&v);
    assert_int_equal(v.jumps, 0);
    close(v.fd);
    sem_wait(&s->closed);
}

static void followers_start_at_the_newest_mark(void **state)
{
    (void)state;
    struct server s;
    server_start(&s, 2, 65536, 100);
    follow_from_a_mark(&s, false);
    server_stop(&s);
    server_start(&s, 2, 65536, 100);
    follow_from_a_mark(&s, true);
    server_stop(&s);
}

static void a_follower_waits_for_the_first_mark(void **state)
{
    (void)state;
    struct server s;
    server_start(&s, 1, 65536, 100);
    struct viewer v = {.fd = dial(&s, 0)};
    assert_int_equal(write(v.fd, "f", 1), 1);
    feed_units(&s, 5, 12, 50);
    viewer_unit(&v);
    viewer_unit(&v);
    assert_int_equal(v.last, 10);
    close(v.fd);
    server_stop(&s);
}

/* The ring holds bytes, but no place to begin at, and then it ends. */
static void a_follower_that_found_no_mark_is_let_go(void **state)
{
    (void)state;
    struct server s;
    uint8_t rest;
    server_start(&s, 1, 65536, 100);
    struct viewer v = {.fd = dial(&s, 0)};
    feed_units(&s, 1, 5, 50);
    assert_int_equal(write(v.fd, "f", 1), 1);
    while (followers_of(&s) == 0)
        usleep(1000);
    ring_seal(s.ring, NULL);
    assert_int_equal(read(v.fd, &rest, 1), 0);
    close(v.fd);
    server_stop(&s);
}

/* A reader that pauses while megabytes pass: it must get whole units, jump to marks, and its frames
 * must stay whole. */
static void slow_follower(bool websocket)
{
    struct server s;
    struct follow_stats stats;
    server_start(&s, 2, 4 << 20, 100);
    struct viewer v = {.fd = dial(&s, 8192), .websocket = websocket};
    feed_units(&s, 0, 10, 3000);
    assert_int_equal(write(v.fd, websocket ? "w" : "f", 1), 1);
    viewer_unit(&v);
    viewer_unit(&v);
    uint32_t next = 10;
    for (int round = 0; round < 400; round++) { /* half as fast as the log grows */
        feed_units(&s, next, next + 10, 5000);
        next += 10;
        for (int i = 0; i < 5 && v.last + 2 < next; i++)
            viewer_unit(&v);
    }
    while (v.last + 1 < next)
        viewer_unit(&v);
    follow_stats(s.loops, &stats);
    assert_true(v.jumps > 0);
    assert_int_equal(stats.jumps, v.preludes - 1);
    assert_int_equal(stats.overrun, 0);
    close(v.fd);
    server_stop(&s);
}

static void slow_followers_jump_between_units(void **state)
{
    (void)state;
    slow_follower(false);
    slow_follower(true);
}

/* What a follower reads when the writer comes over the unit that it measures. */
static size_t torn_len(const uint8_t *p, size_t n, void *arg)
{
    (void)p, (void)n, (void)arg;
    return (size_t)1 << 30;
}

static void a_torn_length_does_not_lead_out_of_the_ring(void **state)
{
    (void)state;
    struct server s;
    uint8_t head[4];
    server_start(&s, 1, 1 << 20, 100);
    s.ring->unit = torn_len;
    feed_units(&s, 0, 10, 5000); /* more than a frame likes to hold, so it is measured */
    struct viewer v = {.fd = dial(&s, 0), .websocket = true};
    assert_int_equal(write(v.fd, "w", 1), 1);
    viewer_unit(&v);
    read_whole(v.fd, head, sizeof(head));
    assert_int_equal(head[1], 126);
    assert_int_equal(be16(head + 2), ring_head(s.ring));
    close(v.fd);
    server_stop(&s);
}

static void followers_move_to_the_next_generation(void **state)
{
    (void)state;
    struct server s;
    server_start(&s, 1, 65536, 100);
    struct viewer v = {.fd = dial(&s, 0)};
    feed_units(&s, 0, 15, 100);
    assert_int_equal(write(v.fd, "f", 1), 1);
    for (int i = 0; i < 6; i++)
        viewer_unit(&v);
    assert_int_equal(v.last, 14);
    struct ring *old = s.ring, *larger;
    assert_int_equal(ring_new(262144, ring_head(old), unit_len, NULL, &larger), OK);
    s.ring = ring_ref(larger);
    ring_seal(old, larger);
    ring_unref(old);
    feed_units(&s, 15, 40, 100);
    while (v.last < 39)
        viewer_unit(&v);
    ring_seal(s.ring, NULL);
    uint8_t rest;
    assert_int_equal(read(v.fd, &rest, 1), 0); /* the end closes it */
    close(v.fd);
    server_stop(&s);
}

static void many_followers_on_two_loops_get_everything(void **state)
{
    (void)state;
    enum { N = 60 };
    struct server s;
    struct viewer v[N];
    server_start(&s, 2, 1 << 20, 1000);
    feed_units(&s, 0, 10, 200);
    for (int i = 0; i < N; i++) {
        v[i] = (struct viewer){.fd = dial(&s, 0), .websocket = i % 2 == 1};
        assert_int_equal(write(v[i].fd, i % 2 ? "w" : "f", 1), 1);
        viewer_unit(&v[i]);
    }
    for (uint32_t at = 10; at < 500; at += 10) {
        feed_units(&s, at, at + 10, 200);
        for (int i = 0; i < N; i++)
            while (v[i].last < at + 9)
                viewer_unit(&v[i]);
    }
    for (int i = 0; i < N; i++) {
        assert_int_equal(v[i].jumps, 0);
        close(v[i].fd);
    }
    server_stop(&s);
    assert_int_equal(s.closes, N);
}

/* ---- pools and addresses ---- */

struct counting {
    struct pool_task task;
    _Atomic int *count;
    sem_t *gate;
};

static void count_up(struct pool_task *task, void *worker)
{
    struct counting *c = (struct counting *)task;
    assert_string_equal(worker, "worker");
    if (c->gate)
        sem_wait(c->gate);
    (*c->count)++;
    free(c);
}

static void *new_worker(void *arg)
{
    (void)arg;
    return "worker";
}

static void pools_refuse_when_full_and_finish_what_they_took(void **state)
{
    (void)state;
    _Atomic int count = 0;
    sem_t gate;
    int taken = 0;
    sem_init(&gate, 0, 0);
    struct pool *p = pool_start(&(struct pool_spec){"test", 2, 5, new_worker, NULL, NULL});
    for (int i = 0; i < 20; i++) {
        struct counting *c = calloc(1, sizeof(*c));
        *c = (struct counting){.task.run = count_up, .count = &count, .gate = &gate};
        enum err e = pool_submit(p, &c->task);
        if (e != OK) {
            assert_int_equal(e, ERR_BUSY);
            free(c);
        } else {
            taken++;
        }
    }
    assert_in_range(taken, 5, 7);
    for (int i = 0; i < taken; i++)
        sem_post(&gate);
    pool_stop(p);
    assert_int_equal(count, taken);
    sem_destroy(&gate);
}

static void addresses_parse_and_match(void **state)
{
    (void)state;
    struct addr a;
    struct addr_cidr net;
    char text[ADDR_TEXT_MAX];
    assert_int_equal(addr_parse(STR("[::1]:80"), &a), OK);
    addr_format(&a, text);
    assert_string_equal(text, "[::1]:80");
    assert_true(addr_is_loopback(&a));
    assert_int_equal(addr_parse(STR("10.1.2.3:65535"), &a), OK);
    addr_format(&a, text);
    assert_string_equal(text, "10.1.2.3:65535");
    assert_false(addr_is_loopback(&a));
    assert_int_equal(addr_cidr_parse(STR("10.0.0.0/8"), &net), OK);
    assert_true(addr_cidr_contains(&net, &a));
    assert_int_equal(addr_cidr_parse(STR("10.1.2.2/31"), &net), OK);
    assert_true(addr_cidr_contains(&net, &a));
    assert_int_equal(addr_cidr_parse(STR("10.1.2.4/31"), &net), OK);
    assert_false(addr_cidr_contains(&net, &a));
    const char *bad[] = {"",       "80",    "1.2.3.4", "1.2.3.4:", "1.2.3.4:65536",
                         "::1:80", "a.b:1", "1.2.3:4"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(addr_parse(str_of(bad[i]), &a), ERR_SYNTAX);
    const char *bad_nets[] = {"", "/8", "10.0.0.0/33", "::1/129", "10.0.0.0/-1", "10.0.0.0/"};
    for (size_t i = 0; i < sizeof(bad_nets) / sizeof(bad_nets[0]); i++)
        assert_int_equal(addr_cidr_parse(str_of(bad_nets[i]), &net), ERR_SYNTAX);
}

/* What a server of ours must not be made to knock at. */
static void public_addresses_are_told_from_inner_ones(void **state)
{
    (void)state;
    static const char *const inner[] = {
        "0.0.0.0",         "10.255.255.255",     "100.64.0.1",          "127.0.0.1",
        "169.254.169.254", "172.16.0.1",         "172.31.255.255",      "192.0.0.8",
        "192.0.2.1",       "192.168.1.1",        "198.18.0.1",          "198.51.100.7",
        "203.0.113.9",     "224.0.0.1",          "255.255.255.255",     "[::]",
        "[::1]",           "[::ffff:127.0.0.1]", "[fe80::1]",           "[fc00::1]",
        "[fd12::1]",       "[ff02::1]",          "[64:ff9b::10.0.0.1]", "[2001:db8::1]",
        "[2002:7f00:1::]", "[2001:0:1::1]",      "[::10.0.0.1]"};
    static const char *const open[] = {
        "1.1.1.1",        "100.63.0.1",         "100.128.0.1",     "172.15.0.1",
        "172.32.0.1",     "192.0.1.1",          "198.20.0.1",      "223.255.0.1",
        "[2001:4860::1]", "[64:ff9b::1.1.1.1]", "[::ffff:1.1.1.1]"};
    struct addr a;
    char text[ADDR_TEXT_MAX];
    for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++) {
        snprintf(text, sizeof(text), "%s:80", inner[i]);
        assert_int_equal(addr_parse(str_of(text), &a), OK);
        if (addr_is_public(&a))
            fail_msg("%s is taken for a public address", text);
    }
    for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
        snprintf(text, sizeof(text), "%s:80", open[i]);
        assert_int_equal(addr_parse(str_of(text), &a), OK);
        if (!addr_is_public(&a))
            fail_msg("%s is taken for an inner address", text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(public_addresses_are_told_from_inner_ones),
        cmocka_unit_test(ring_bytes_are_contiguous_over_the_end),
        cmocka_unit_test(ring_tells_safe_from_torn),
        cmocka_unit_test(rings_keep_to_the_process_limit),
        cmocka_unit_test(a_connection_echoes_and_finishes),
        cmocka_unit_test(deadlines_close_silent_peers),
        cmocka_unit_test(one_client_gets_its_share_of_connections),
        cmocka_unit_test(a_taken_port_is_an_error),
        cmocka_unit_test(late_messages_reach_any_loop),
        cmocka_unit_test(followers_start_at_the_newest_mark),
        cmocka_unit_test(a_follower_waits_for_the_first_mark),
        cmocka_unit_test(a_follower_that_found_no_mark_is_let_go),
        cmocka_unit_test(slow_followers_jump_between_units),
        cmocka_unit_test(a_torn_length_does_not_lead_out_of_the_ring),
        cmocka_unit_test(followers_move_to_the_next_generation),
        cmocka_unit_test(many_followers_on_two_loops_get_everything),
        cmocka_unit_test(pools_refuse_when_full_and_finish_what_they_took),
        cmocka_unit_test(addresses_parse_and_match),
    };
    return cmocka_run_group_tests_name("io", tests, NULL, NULL);
}
