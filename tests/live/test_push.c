/* live/push: a stream is pushed on to a second server of the test's own, and to targets that
 * behave badly; over real sockets, with a clock that can be moved on. */
#include "encoder.h"

#include <poll.h>

#include "base/clock.h"
#include "base/rnd.h"
#include "io/resolve.h"
#include "live/live.h"
#include "live/push.h"
#include "live/push_copy.h"
#include "proto/rtmp_chunk.h"
#include "proto/rtmp_command.h"
#include "proto/rtmp_handshake.h"
#include "proto/rtmp_session.h"

enum { TARGET = 7 };

struct world {
    struct loops *loops;
    struct live *live, *there; /* ours, and the platform's */
    struct pushes *pushes;
    struct listener *rtmp, *platform, *deaf, *mute, *rude, *flv, *numbered;
    _Atomic int let_in, rude_calls;
};

static struct world w;
static _Atomic int64_t ahead_us; /* what the test's clock is ahead of the real one */

static int64_t mono_us(void *unused)
{
    struct timespec t;
    (void)unused;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000 + atomic_load(&ahead_us);
}

static int64_t wall_ms(void *unused)
{
    return mono_us(unused) / 1000;
}

static void on_authorize(void *arg, struct live_auth *auth)
{
    (void)arg;
    live_auth_reply(auth, strcmp(auth->key, "right") == 0 ? OK : ERR_FORBIDDEN);
}

static void on_there(void *arg, struct str stream, enum live_state state)
{
    (void)arg, (void)stream;
    if (state == LIVE_ON)
        atomic_fetch_add(&w.let_in, 1);
}

/* ---- targets that behave badly ---- */

static size_t ignore_data(struct conn *c, const uint8_t *p, size_t n)
{
    (void)c, (void)p;
    return n;
}

static void ignore_close(struct conn *c, enum err why)
{
    (void)c, (void)why;
}

static const struct conn_ops mute_ops = {
    .name = "mute", .on_data = ignore_data, .on_close = ignore_close};

/* Accepts, reads, and never says a word. */
static enum err accept_mute(struct conn *c, void *arg)
{
    conn_set_protocol(c, &mute_ops, arg);
    return OK;
}

/* Accepts and hangs up. */
static size_t hang_up(struct conn *c, const uint8_t *p, size_t n)
{
    (void)p;
    atomic_fetch_add(&w.rude_calls, 1);
    conn_close(c, OK);
    return n;
}

static const struct conn_ops rude_ops = {
    .name = "rude", .on_data = hang_up, .on_close = ignore_close};

static enum err accept_rude(struct conn *c, void *arg)
{
    conn_set_protocol(c, &rude_ops, arg);
    return OK;
}

/* Lets in whoever comes, and then takes not a byte. */
struct deaf {
    struct conn *conn;
    struct rtmp_session *session;
};

static void deaf_request(void *user, const struct rtmp_request *r)
{
    struct deaf *d = user;
    (void)r;
    rtmp_session_accept(d->session);
    conn_pause(d->conn);
}

static void deaf_media(void *user, const struct rtmp_media *m)
{
    (void)user, (void)m;
}

static void deaf_ended(void *user)
{
    (void)user;
}

static size_t deaf_data(struct conn *c, const uint8_t *p, size_t n)
{
    struct deaf *d = conn_user(c);
    size_t used = rtmp_session_feed(d->session, p, n);
    struct buf *out = rtmp_session_out(d->session);
    if (out->n)
        assert_int_equal(conn_send(c, out->p, out->n), OK);
    buf_clear(out);
    return used;
}

static void deaf_close(struct conn *c, enum err why)
{
    struct deaf *d = conn_user(c);
    (void)why;
    rtmp_session_free(d->session);
    free(d);
}

static const struct conn_ops deaf_ops = {
    .name = "deaf", .on_data = deaf_data, .on_close = deaf_close};

static enum err accept_deaf(struct conn *c, void *arg)
{
    static const struct rtmp_session_ops ops = {deaf_request, deaf_media, deaf_ended};
    struct deaf *d = calloc(1, sizeof(*d));
    (void)arg;
    d->conn = c;
    d->session = rtmp_session_new(&ops, d);
    conn_set_protocol(c, &deaf_ops, d);
    return OK;
}

/* ---- a server that gives another message stream than others do ---- */

enum { NUMBER = 3 };

struct numbered {
    struct conn *conn;
    struct rtmp_reader *reader;
    size_t hello_n;
    uint8_t hello[1 + RTMP_HELLO];
};

static _Atomic int numbered_frames, numbered_headers, numbered_wrong, numbered_byes;

static void answer(struct numbered *d, struct buf *out)
{
    if (out->n)
        assert_int_equal(conn_send(d->conn, out->p, out->n), OK);
    buf_free(out);
}

static void obey(struct numbered *d, const struct rtmp_command *cmd, struct buf *out)
{
    struct buf body;
    if (str_eq_z(cmd->name, "connect") || str_eq_z(cmd->name, "createStream")) {
        rtmp_command_begin(&body, "_result", cmd->transaction);
        amf_put_null(&body);
        amf_put_number(&body, NUMBER);
        rtmp_command_end(&body, RTMP_CSID_COMMAND, 0, out);
    } else if (str_eq_z(cmd->name, "publish")) {
        rtmp_command_begin(&body, "onStatus", 0);
        amf_put_null(&body);
        amf_put_object(&body);
        amf_put_name(&body, "level");
        amf_put_z(&body, "status");
        amf_put_name(&body, "code");
        amf_put_z(&body, "NetStream.Publish.Start");
        amf_put_end(&body);
        rtmp_command_end(&body, RTMP_CSID_STATUS, NUMBER, out);
    } else if (str_eq_z(cmd->name, "deleteStream")) {
        atomic_fetch_add(&numbered_byes, 1);
    }
    (void)d;
}

static void numbered_message(struct numbered *d, const struct rtmp_message *m)
{
    struct arena arena;
    struct rtmp_command cmd;
    struct buf out;
    buf_init(&out, 65536);
    arena_init(&arena, RTMP_ARENA_MAX);
    if (m->type == RTMP_TYPE_COMMAND && rtmp_command_parse(m, &arena, &cmd) == OK)
        obey(d, &cmd, &out);
    bool is_media =
        m->type == RTMP_TYPE_VIDEO || m->type == RTMP_TYPE_AUDIO || m->type == RTMP_TYPE_DATA;
    if (is_media && m->stream_id != NUMBER)
        atomic_fetch_add(&numbered_wrong, 1);
    if (m->type == RTMP_TYPE_DATA && memmem(m->p, m->n, "@setDataFrame", 13))
        atomic_fetch_add(&numbered_headers, 1);
    if (m->type == RTMP_TYPE_VIDEO)
        atomic_fetch_add(&numbered_frames, 1);
    arena_free(&arena);
    answer(d, &out);
}

static size_t numbered_hello(struct numbered *d, const uint8_t *p, size_t n)
{
    size_t kept = sizeof(d->hello), total = kept + RTMP_HELLO; /* C2 is passed over */
    size_t end = d->hello_n < kept ? kept : total, take = end - d->hello_n;
    struct buf out;
    take = take < n ? take : n;
    if (d->hello_n < kept)
        memcpy(d->hello + d->hello_n, p, take);
    d->hello_n += take;
    if (d->hello_n == kept && take) {
        buf_init(&out, 65536);
        rtmp_handshake_answer(d->hello + 1, &out);
        answer(d, &out);
    }
    return take;
}

static size_t numbered_data(struct conn *c, const uint8_t *p, size_t n)
{
    struct numbered *d = conn_user(c);
    size_t at = 0, used;
    while (at < n && d->hello_n < sizeof(d->hello) + RTMP_HELLO)
        at += numbered_hello(d, p + at, n - at);
    while (at < n) {
        struct rtmp_message m;
        enum err e = rtmp_reader_feed(d->reader, p + at, n - at, &used, &m);
        at += used;
        if (e == OK)
            numbered_message(d, &m);
        else
            assert_int_equal(e, ERR_AGAIN);
    }
    return n;
}

static void numbered_close(struct conn *c, enum err why)
{
    struct numbered *d = conn_user(c);
    (void)why;
    rtmp_reader_free(d->reader);
    free(d);
}

static const struct conn_ops numbered_ops = {
    .name = "numbered", .on_data = numbered_data, .on_close = numbered_close};

static enum err accept_numbered(struct conn *c, void *arg)
{
    struct numbered *d = calloc(1, sizeof(*d));
    (void)arg;
    d->conn = c;
    d->reader = rtmp_reader_new();
    rtmp_reader_set_message_max(d->reader, RTMP_MESSAGE_MAX);
    conn_set_protocol(c, &numbered_ops, d);
    return OK;
}

/* ---- a viewer of the platform: counts bytes ---- */

static size_t on_viewer(struct conn *c, const uint8_t *p, size_t n)
{
    (void)p;
    if (!conn_follower(c) && live_follow_flv(w.there, c, STR("show-9"), FOLLOW_RAW) != OK)
        conn_close(c, ERR_NOT_FOUND);
    return n;
}

static const struct conn_ops viewer_ops = {
    .name = "viewer", .on_data = on_viewer, .on_close = ignore_close};

static enum err accept_viewer(struct conn *c, void *arg)
{
    conn_set_protocol(c, &viewer_ops, arg);
    return OK;
}

/* ---- the world ---- */

static struct listener *listen_at(const char *name, conn_accept_fn *accept, void *arg)
{
    struct err_info info = {0};
    struct listener *l = NULL;
    struct listen_spec spec = {
        .name = name, .accept = accept, .arg = arg, .limits = {1000, 1000, false}};
    assert_int_equal(addr_parse(STR("127.0.0.1:0"), &spec.addr), OK);
    assert_int_equal(listener_open(w.loops, &spec, &l, &info), OK);
    return l;
}

static int set_up(bool allow_private)
{
    struct arena arena;
    struct err_info info = {0};
    memset(&w, 0, sizeof(w));
    w.loops = loops_start(2);
    struct live_spec ours = {.loops = w.loops, .hooks = {on_authorize, NULL, NULL}};
    struct live_spec theirs = {.loops = w.loops, .hooks = {on_authorize, on_there, NULL}};
    w.live = live_new(&ours);
    w.there = live_new(&theirs);
    w.rtmp = listen_at("rtmp", live_accept_rtmp, w.live);
    w.platform = listen_at("platform", live_accept_rtmp, w.there);
    w.mute = listen_at("mute", accept_mute, NULL);
    w.rude = listen_at("rude", accept_rude, NULL);
    w.deaf = listen_at("deaf", accept_deaf, NULL);
    w.flv = listen_at("flv", accept_viewer, NULL);
    w.numbered = listen_at("numbered", accept_numbered, NULL);
    arena_init(&arena, 4096);
    struct push_spec spec = {.live = w.live, .loops = w.loops, .allow_private = allow_private};
    assert_int_equal(push_start(&spec, &w.pushes, &arena, &info), OK);
    arena_free(&arena);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    return set_up(true);
}

static int setup_public(void **state)
{
    (void)state;
    return set_up(false);
}

static int teardown(void **state)
{
    (void)state;
    struct listener *all[] = {w.rtmp, w.platform, w.deaf, w.mute, w.rude, w.flv, w.numbered};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        listener_close(all[i]);
    push_rest(w.pushes);
    loops_stop(w.loops, 1000);
    push_stop(w.pushes);
    loops_free(w.loops);
    push_free(w.pushes);
    live_free(w.live);
    live_free(w.there);
    resolve_install(NULL);
    return 0;
}

static enum err push_to(const struct listener *l, const char *host, const char *key)
{
    char url[96];
    snprintf(url, sizeof(url), "rtmp://%s:%d/live", host, addr_port(listener_addr(l)));
    const struct push_target t = {
        .id = TARGET, .stream = STR("show-1"), .url = str_of(url), .key = str_of(key)};
    return push_on(w.pushes, &t);
}

static struct push_status status(void)
{
    struct push_status s;
    assert_int_equal(push_status(w.pushes, TARGET, &s), OK);
    return s;
}

/* Until the push is so, while the encoder, if there is one, sends on. */
static struct push_status wait_for(enum push_state state, enum push_why why, struct encoder *e)
{
    for (int64_t end = clock_mono_ms() + PATIENCE_MS;;) {
        struct push_status s = status();
        if (s.state == state && s.why == why)
            return s;
        if (clock_mono_ms() >= end)
            fail_msg("it is %s: %s (%s)", push_state_name(s.state), push_why_name(s.why), s.said);
        if (e)
            send_tags(e, 4);
        usleep(5000);
    }
}

/* Moves the clock on in steps that the encoder lives through. */
static void pass(int seconds, struct encoder *e)
{
    for (int i = 0; i < seconds * 2; i++) {
        atomic_fetch_add(&ahead_us, 500000);
        if (e)
            send_tags(e, 4);
        usleep(60000);
    }
}

static void begin_show(struct encoder *e)
{
    assert_true(encoder_open(w.rtmp, e, "show-1?key=right"));
    send_tags(e, 100);
}

/* ---- tests ---- */

static void a_platform_shows_what_the_encoder_sends(void **state)
{
    (void)state;
    struct encoder e;
    struct live_health h;
    uint8_t bytes[4096];
    assert_int_equal(push_to(w.platform, "127.0.0.1", "show-9?key=right"), OK);
    wait_for(PUSH_WAITING, PUSH_WHY_NONE, NULL); /* nothing is sent yet */
    begin_show(&e);
    wait_for(PUSH_LIVE, PUSH_WHY_NONE, &e);
    for (int64_t end = clock_mono_ms() + PATIENCE_MS;
         live_health(w.there, STR("show-9"), &h) != OK || h.width == 0 || h.frames < 10;) {
        assert_true(clock_mono_ms() < end);
        send_tags(&e, 20);
        usleep(20000);
    }
    assert_true(h.audio_hz > 0);
    int viewer = dial(w.flv);
    assert_int_equal(send(viewer, "f", 1, 0), 1);
    assert_true(recv(viewer, bytes, sizeof(bytes), 0) > 0);
    assert_memory_equal(bytes, "FLV\1\5", 5);                 /* a picture and sound */
    assert_int_equal(live_viewers(w.live, STR("show-1")), 0); /* a platform is no viewer */
    assert_int_equal(status().drops, 0);
    pass(2, &e);
    assert_true(status().kbps > 0);
    assert_true(status().up_ms >= 2000);

    /* The encoder's end is the platform's at once, with a goodbye: no grace is awaited there. */
    assert_int_equal(live_cut(w.live, STR("show-1")), OK);
    wait_for(PUSH_WAITING, PUSH_WHY_NONE, NULL);
    encoder_close(&e);
    close(viewer);
    begin_show(&e);
    wait_for(PUSH_LIVE, PUSH_WHY_NONE, &e);
    assert_int_equal(status().drops, 0);
    push_off(w.pushes, TARGET);
    struct push_status gone;
    assert_int_equal(push_status(w.pushes, TARGET, &gone), ERR_NOT_FOUND);
    encoder_close(&e);
}

static void a_wrong_key_is_given_up(void **state)
{
    (void)state;
    struct encoder e;
    begin_show(&e);
    assert_int_equal(push_to(w.platform, "127.0.0.1", "show-9?key=wrong"), OK);
    struct push_status s = wait_for(PUSH_RETRY, PUSH_WHY_DENIED, &e);
    assert_non_null(strstr(s.said, "NetStream.Publish"));
    for (int64_t end = clock_mono_ms() + 200 * 1000; status().state != PUSH_REFUSED;) {
        assert_true(clock_mono_ms() < end);
        pass(1, &e);
    }
    pass(120, &e);
    assert_int_equal(status().state, PUSH_REFUSED); /* for good, until somebody says otherwise */
    push_again(w.pushes, TARGET);
    wait_for(PUSH_RETRY, PUSH_WHY_DENIED, &e);
    assert_int_equal(push_to(w.platform, "127.0.0.1", "show-9?key=right"), OK); /* a better key */
    wait_for(PUSH_LIVE, PUSH_WHY_NONE, &e);
    encoder_close(&e);
}

static void one_that_drops_is_tried_for_ever(void **state)
{
    (void)state;
    struct encoder e;
    begin_show(&e);
    assert_int_equal(push_to(w.platform, "127.0.0.1", "show-9?key=right"), OK);
    for (int round = 1; round <= PUSH_REFUSALS_MAX + 1; round++) {
        wait_for(PUSH_LIVE, PUSH_WHY_NONE, &e);
        pass(PUSH_HELLO_MS / 1000 + 1, &e);
        while (live_cut(w.there, STR("show-9")) != OK)
            usleep(2000);
        wait_for(PUSH_RETRY, PUSH_WHY_DROPPED, &e); /* though it says that we may not */
        assert_int_equal(status().drops, round);
        pass((int)(push_wait_ms(round) / 1000) + 1, &e);
    }
    push_off(w.pushes, TARGET);
    assert_int_equal(push_to(w.rude, "127.0.0.1", "key"), OK);
    for (int64_t end = clock_mono_ms() + 400 * 1000; w.rude_calls < 8;) {
        assert_true(clock_mono_ms() < end);
        pass(1, &e);
    }
    wait_for(PUSH_RETRY, PUSH_WHY_DROPPED, &e);
    assert_true(status().retry_ms <= PUSH_WAIT_MAX_MS);
    encoder_close(&e);
}

static void one_that_says_nothing_is_left(void **state)
{
    (void)state;
    struct encoder e;
    begin_show(&e);
    assert_int_equal(push_to(w.mute, "127.0.0.1", "key"), OK);
    wait_for(PUSH_CONNECTING, PUSH_WHY_NONE, &e);
    pass(PUSH_ANSWER_MS / 1000 - 2, &e);
    assert_int_equal(status().state, PUSH_CONNECTING);
    pass(3, &e);
    assert_int_equal(status().why, PUSH_WHY_SILENT);
    encoder_close(&e);
}

/* Lets us in, and takes nothing: dropped after FOLLOW_STALL_MS, and the show does not notice. */
static void one_that_never_reads_costs_nothing(void **state)
{
    (void)state;
    struct encoder e;
    struct live_health h;
    begin_show(&e);
    assert_int_equal(push_to(w.deaf, "127.0.0.1", "key"), OK);
    wait_for(PUSH_LIVE, PUSH_WHY_NONE, &e);
    for (int64_t end = clock_mono_ms() + 300 * 1000; status().why != PUSH_WHY_STALLED;) {
        assert_true(clock_mono_ms() < end);
        send_tags(&e, 400); /* until every buffer between is full */
        pass(1, &e);
    }
    assert_int_equal(status().drops, 1);
    assert_int_equal(live_health(w.live, STR("show-1"), &h), OK);
    assert_int_equal(h.dropped, 0);
    assert_int_equal(h.state, LIVE_ON);
    encoder_close(&e);
}

static void a_server_with_other_numbers_gets_its_own(void **state)
{
    (void)state;
    struct encoder e;
    begin_show(&e);
    assert_int_equal(push_to(w.numbered, "127.0.0.1", "key"), OK);
    wait_for(PUSH_LIVE, PUSH_WHY_NONE, &e);
    for (int64_t end = clock_mono_ms() + PATIENCE_MS; numbered_frames < 300;) {
        assert_true(clock_mono_ms() < end);
        send_tags(&e, 20);
        usleep(5000);
    }
    assert_int_equal(numbered_wrong, 0);
    assert_int_equal(numbered_headers, 1);
    assert_int_equal(status().skips, 0);
    assert_int_equal(live_viewers(w.live, STR("show-1")), 0);
    assert_int_equal(live_cut(w.live, STR("show-1")), OK);
    wait_for(PUSH_WAITING, PUSH_WHY_NONE, NULL);
    for (int64_t end = clock_mono_ms() + PATIENCE_MS; numbered_byes == 0; usleep(2000))
        assert_true(clock_mono_ms() < end); /* that server reads on a thread of its own */
    assert_int_equal(numbered_byes, 1);     /* after all that was in the log */
    encoder_close(&e);
}

static _Atomic bool hangs, looked_up;

static enum err lookup_hangs(struct resolve *r)
{
    (void)r;
    atomic_store(&looked_up, true);
    while (atomic_load(&hangs))
        usleep(2000);
    return ERR_NOT_FOUND;
}

/* Both loops go on serving: the encoder's frames pass while a name server is silent. */
static void a_name_server_that_hangs_blocks_nobody(void **state)
{
    (void)state;
    struct encoder e;
    atomic_store(&hangs, true);
    resolve_install(lookup_hangs);
    begin_show(&e);
    assert_int_equal(push_to(w.platform, "platform.example", "key"), OK);
    while (!atomic_load(&looked_up))
        send_tags(&e, 4);
    pass(PUSH_NAME_MS / 1000 + 1, &e);
    assert_int_equal(status().why, PUSH_WHY_NAME_SLOW);
    pass(10, &e);
    assert_int_equal(status().why, PUSH_WHY_NAME_SLOW);
    atomic_store(&hangs, false);
    pass(40, &e);
    assert_int_equal(status().why, PUSH_WHY_NAME);
    encoder_close(&e);
}

static void nobody_at_that_port(void **state)
{
    (void)state;
    struct encoder e;
    begin_show(&e);
    listener_close(w.flv);
    assert_int_equal(push_to(w.mute, "127.0.0.1", "key"), OK);
    wait_for(PUSH_CONNECTING, PUSH_WHY_NONE, &e);
    push_off(w.pushes, TARGET);
    const struct push_target t = {.id = TARGET,
                                  .stream = STR("show-1"),
                                  .url = STR("rtmp://127.0.0.1:1/live"),
                                  .key = STR("k")};
    assert_int_equal(push_on(w.pushes, &t), OK);
    struct push_status s = wait_for(PUSH_RETRY, PUSH_WHY_UNREACHABLE, &e);
    assert_true(strlen(s.said) > 0);
    encoder_close(&e);
    w.flv = NULL;
}

static void inner_addresses_are_refused(void **state)
{
    (void)state;
    struct encoder e;
    begin_show(&e);
    assert_int_equal(push_to(w.platform, "127.0.0.1", "show-9?key=right"), OK);
    wait_for(PUSH_REFUSED, PUSH_WHY_PRIVATE, &e);
    assert_int_equal(push_to(w.platform, "localhost", "show-9?key=right"), OK);
    wait_for(PUSH_REFUSED, PUSH_WHY_PRIVATE, &e);
    pass(5, &e);
    assert_int_equal(w.let_in, 0);
    encoder_close(&e);
}

static void the_wait_grows_to_its_limit(void **state)
{
    (void)state;
    assert_int_equal(push_wait_ms(1), 1000);
    assert_int_equal(push_wait_ms(2), 2000);
    assert_int_equal(push_wait_ms(6), 32000);
    assert_int_equal(push_wait_ms(7), PUSH_WAIT_MAX_MS);
    assert_int_equal(push_wait_ms(1000000), PUSH_WAIT_MAX_MS);
}

/* Two messages, one of several chunks: the number is in each head, and nothing else is touched. */
static void another_message_stream_is_written_into_each_message(void **state)
{
    (void)state;
    struct buf one, two;
    static uint8_t body[150000];
    rnd_fill(body, sizeof(body));
    buf_init(&one, 1 << 20);
    buf_init(&two, 1 << 20);
    struct rtmp_message m = {.csid = RTMP_CSID_VIDEO,
                             .stream_id = RTMP_STREAM_ID,
                             .type = RTMP_TYPE_VIDEO,
                             .time_ms = 0x1234567,
                             .p = body,
                             .n = sizeof(body)};
    rtmp_chunk_put(&one, &m, RTMP_CHUNK_OUT);
    m.n = 10;
    rtmp_chunk_put(&one, &m, RTMP_CHUNK_OUT);
    m.stream_id = 0x010203;
    m.n = sizeof(body);
    rtmp_chunk_put(&two, &m, RTMP_CHUNK_OUT);
    m.n = 10;
    rtmp_chunk_put(&two, &m, RTMP_CHUNK_OUT);
    push_copy_number(one.p, one.n, 0x010203);
    assert_int_equal(one.n, two.n);
    assert_memory_equal(one.p, two.p, one.n);
    buf_free(&one);
    buf_free(&two);
}

static void the_most_are_counted(void **state)
{
    (void)state;
    struct push_target t = {
        .stream = STR("show-1"), .url = STR("rtmp://h.example/a"), .key = STR("k")};
    for (t.id = 1; t.id <= PUSH_MAX; t.id++)
        assert_int_equal(push_on(w.pushes, &t), OK);
    assert_int_equal(push_on(w.pushes, &t), ERR_LIMIT);
    t.id = 1;
    assert_int_equal(push_on(w.pushes, &t), OK); /* it is there already */
    t.key = STR("other");
    assert_int_equal(push_on(w.pushes, &t), OK); /* in its place */
    t.id = 3000;
    t.url = STR("http://h.example/a");
    assert_int_equal(push_on(w.pushes, &t), ERR_SYNTAX);
}

#define ON(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    static const struct clock_source source = {wall_ms, mono_us, NULL};
    const struct CMUnitTest tests[] = {
        ON(a_platform_shows_what_the_encoder_sends),
        ON(a_wrong_key_is_given_up),
        ON(one_that_drops_is_tried_for_ever),
        ON(one_that_says_nothing_is_left),
        ON(one_that_never_reads_costs_nothing),
        ON(a_server_with_other_numbers_gets_its_own),
        ON(a_name_server_that_hangs_blocks_nobody),
        ON(nobody_at_that_port),
        cmocka_unit_test_setup_teardown(inner_addresses_are_refused, setup_public, teardown),
        cmocka_unit_test(the_wait_grows_to_its_limit),
        cmocka_unit_test(another_message_stream_is_written_into_each_message),
        ON(the_most_are_counted),
    };
    clock_install(&source);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
