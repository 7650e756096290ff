/* The server's session against our client and against bytes that no client of ours would send. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/amf.h"
#include "proto/rtmp_chunk.h"
#include "proto/rtmp_client.h"
#include "proto/rtmp_command.h"
#include "proto/rtmp_handshake.h"
#include "proto/rtmp_session.h"
#include "proto/rtmp_url.h"

#define BYTES(literal) (const uint8_t *)(literal), sizeof(literal) - 1

/* Both ends of a connection, and what happened to them. */
struct pair {
    struct rtmp_session *session;
    struct rtmp_client *client;
    bool answer_later;
    enum { ACCEPT, REFUSE } answer;
    enum rtmp_refusal refusal;
    bool reject_media;
    char request[512];
    int requests, ready, ended, client_ended;
    struct buf media; /* "type@time:payload\n" */
};

static void answer(struct pair *t)
{
    if (t->answer == ACCEPT)
        rtmp_session_accept(t->session);
    else
        rtmp_session_refuse(t->session, t->refusal, "No.");
}

static void on_request(void *user, const struct rtmp_request *r)
{
    struct pair *t = user;
    t->requests++;
    snprintf(t->request, sizeof(t->request), "%s %.*s|%.*s|%.*s|%.*s",
             r->publish ? "publish" : "play", STR_ARG(r->app), STR_ARG(r->stream), STR_ARG(r->key),
             STR_ARG(r->query));
    if (!t->answer_later)
        answer(t);
}

static void log_media(struct pair *t, const struct rtmp_media *m)
{
    buf_printf(&t->media, "%d@%u:", m->type, m->time_ms);
    buf_put(&t->media, m->p, m->n);
    buf_u8(&t->media, '\n');
}

static void on_media(void *user, const struct rtmp_media *m)
{
    struct pair *t = user;
    log_media(t, m);
    if (t->reject_media)
        rtmp_session_reject(t->session, "The codec hvc1 is not supported; use H.264.");
}

static void on_ended(void *user)
{
    ((struct pair *)user)->ended++;
}

static void on_ready(void *user)
{
    ((struct pair *)user)->ready++;
}

static void on_client_media(void *user, const struct rtmp_media *m)
{
    log_media(user, m);
}

static void on_client_ended(void *user)
{
    ((struct pair *)user)->client_ended++;
}

static const struct rtmp_session_ops session_ops = {on_request, on_media, on_ended};
static const struct rtmp_client_ops client_ops = {on_ready, on_client_media, on_client_ended};

static void open_pair(struct pair *t, bool publish, const char *app, const char *stream)
{
    struct rtmp_client_spec spec = {.publish = publish,
                                    .app = str_of(app),
                                    .tc_url = STR("rtmp://town.test/live"),
                                    .stream = str_of(stream)};
    buf_init(&t->media, 1 << 20);
    t->session = rtmp_session_new(&session_ops, t);
    t->client = rtmp_client_new(&spec, &client_ops, t);
    assert_non_null(t->session);
    assert_non_null(t->client);
}

static void close_pair(struct pair *t)
{
    rtmp_session_free(t->session);
    rtmp_client_free(t->client);
    buf_free(&t->media);
}

/* Moves bytes both ways, `step` at a time, until nothing moves. */
static void pump(struct pair *t, size_t step)
{
    for (bool moved = true; moved;) {
        moved = false;
        struct buf *to_server = rtmp_client_out(t->client),
                   *to_client = rtmp_session_out(t->session);
        size_t n = to_server->n < step ? to_server->n : step;
        size_t used = rtmp_session_feed(t->session, to_server->p, n);
        buf_drop(to_server, used);
        moved |= used > 0;
        n = to_client->n < step ? to_client->n : step;
        used = rtmp_client_feed(t->client, to_client->p, n);
        buf_drop(to_client, used);
        moved |= used > 0;
    }
}

static void send_bytes(struct pair *t, enum rtmp_media_type type, uint32_t time_ms,
                       const uint8_t *p, size_t n)
{
    struct rtmp_media m = {.type = type, .time_ms = time_ms, .p = p, .n = n};
    assert_int_equal(rtmp_client_send(t->client, &m), OK);
}

static void send_media(struct pair *t, enum rtmp_media_type type, uint32_t time_ms, const char *z)
{
    send_bytes(t, type, time_ms, (const uint8_t *)z, strlen(z));
}

static void expect_media(struct pair *t, const char *want)
{
    buf_u8(&t->media, 0);
    assert_string_equal((char *)t->media.p, want);
}

static void test_publish(void **state)
{
    (void)state;
    static const size_t steps[] = {1, 1000, 1 << 20};
    for (size_t i = 0; i < 3; i++) {
        struct pair t = {0};
        open_pair(&t, true, "live", "show-3?key=a%2Fb&x=1");
        pump(&t, steps[i]);
        assert_string_equal(t.request, "publish live|show-3|a/b|key=a%2Fb&x=1");
        assert_int_equal(t.ready, 1);
        assert_int_equal(rtmp_session_state(t.session), RTMP_PUBLISHING);
        send_bytes(&t, RTMP_DATA, 0, BYTES("\x02\x00\x0AonMetaData\x05"));
        send_media(&t, RTMP_VIDEO, 0xFFFFFE, "one");
        send_media(&t, RTMP_AUDIO, 0x1000002, "two");
        send_media(&t, RTMP_VIDEO, 5, "");
        pump(&t, steps[i]);
        rtmp_client_end(t.client);
        pump(&t, steps[i]);
        assert_int_equal(t.ended, 1);
        assert_int_equal(rtmp_session_state(t.session), RTMP_IDLE);
        assert_int_equal(rtmp_session_error(t.session), OK);
        assert_int_equal(rtmp_client_error(t.client), OK);
        static const char want[] = "18@0:\x02\x00\x0AonMetaData\x05\n"
                                   "9@16777214:one\n8@16777218:two\n9@5:\n";
        assert_int_equal(t.media.n, sizeof(want) - 1);
        assert_memory_equal(t.media.p, want, t.media.n);
        close_pair(&t);
    }
}

static void test_nothing_is_taken_while_asking(void **state)
{
    (void)state;
    struct pair t = {.answer_later = true};
    open_pair(&t, true, "live", "show-3");
    pump(&t, 1 << 20);
    assert_int_equal(t.requests, 1);
    assert_int_equal(rtmp_session_state(t.session), RTMP_ASKING);
    assert_int_equal(rtmp_session_feed(t.session, BYTES("more")), 0);
    assert_int_equal(t.ready, 0);
    rtmp_session_accept(t.session);
    pump(&t, 1 << 20);
    assert_int_equal(t.ready, 1);
    close_pair(&t);
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        enum rtmp_refusal why;
        bool publish;
        const char *code;
    } cases[] = {
        {RTMP_DENIED, true, "NetStream.Publish.Denied"},
        {RTMP_BUSY, true, "NetStream.Publish.BadName"},
        {RTMP_NO_STREAM, false, "NetStream.Play.StreamNotFound"},
        {RTMP_DENIED, false, "NetStream.Play.Failed"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair t = {.answer = REFUSE, .refusal = cases[i].why};
        open_pair(&t, cases[i].publish, "live", "show-3?key=wrong");
        pump(&t, 1 << 20);
        assert_int_equal(rtmp_session_error(t.session), ERR_CLOSED);
        assert_int_equal(rtmp_client_error(t.client), ERR_FORBIDDEN);
        assert_string_equal(rtmp_client_why(t.client), cases[i].code);
        assert_int_equal(t.ready, 0);
        assert_int_equal(t.ended, 0);
        close_pair(&t);
    }
}

static void test_rejected_codec(void **state)
{
    (void)state;
    struct pair t = {.reject_media = true};
    open_pair(&t, true, "live", "show-3");
    pump(&t, 1 << 20);
    send_media(&t, RTMP_VIDEO, 0, "\x90hvc1");
    send_media(&t, RTMP_VIDEO, 1, "more");
    pump(&t, 1 << 20);
    assert_int_equal(rtmp_session_error(t.session), ERR_CLOSED);
    assert_string_equal(rtmp_client_why(t.client), "NetStream.Publish.Rejected");
    expect_media(&t, "9@0:\x90hvc1\n");
    close_pair(&t);
}

static void test_play(void **state)
{
    (void)state;
    struct pair t = {0};
    open_pair(&t, false, "live", "show-3");
    pump(&t, 100);
    assert_string_equal(t.request, "play live|show-3||");
    assert_int_equal(t.ready, 1);
    struct rtmp_message m = {.csid = RTMP_CSID_VIDEO,
                             .stream_id = RTMP_STREAM_ID,
                             .type = RTMP_TYPE_VIDEO,
                             .time_ms = 40,
                             .p = (const uint8_t *)"frame",
                             .n = 5};
    buf_clear(&t.media);
    rtmp_chunk_put(rtmp_session_out(t.session), &m, RTMP_CHUNK_OUT);
    pump(&t, 100);
    rtmp_session_put_end(rtmp_session_out(t.session));
    pump(&t, 100);
    assert_int_equal(t.client_ended, 1);
    expect_media(&t, "9@40:frame\n");
    close_pair(&t);
}

static void test_end_is_whole_units(void **state)
{
    (void)state;
    struct buf log;
    size_t at = 0, units = 0;
    buf_init(&log, 4096);
    rtmp_session_put_end(&log);
    while (at < log.n) {
        size_t n = rtmp_unit_len(log.p + at, log.n - at, NULL);
        assert_in_range(n, 12, log.n - at);
        at += n;
        units++;
    }
    assert_int_equal(units, 3);
    buf_free(&log);
}

/* Talks to a session by hand, past the handshake. */
static void greet(struct pair *t)
{
    buf_init(&t->media, 1 << 20);
    t->session = rtmp_session_new(&session_ops, t);
    struct buf hello;
    buf_init(&hello, 4096);
    rtmp_handshake_hello(&hello);
    assert_int_equal(rtmp_session_feed(t->session, hello.p, hello.n), hello.n);
    struct buf *out = rtmp_session_out(t->session);
    assert_int_equal(out->n, 1 + 2 * RTMP_HELLO);
    assert_memory_equal(out->p + 1 + RTMP_HELLO, hello.p + 1, RTMP_HELLO);
    assert_int_equal(rtmp_session_feed(t->session, out->p + 1, RTMP_HELLO), RTMP_HELLO);
    assert_int_equal(rtmp_session_state(t->session), RTMP_IDLE);
    buf_clear(out);
    buf_free(&hello);
}

static void feed_message(struct pair *t, uint8_t type, uint32_t time_ms, const void *p, size_t n)
{
    struct rtmp_message m = {
        .csid = 3, .stream_id = 1, .type = type, .time_ms = time_ms, .p = p, .n = n};
    struct buf b;
    buf_init(&b, 1 << 20);
    rtmp_chunk_put(&b, &m, RTMP_CHUNK_DEFAULT);
    rtmp_session_feed(t->session, b.p, b.n);
    buf_free(&b);
}

static const char connect_amf3[] = "\x00\x02\x00\x07"
                                   "connect\x00\x3F\xF0\x00\x00\x00\x00\x00\x00"
                                   "\x08\x00\x00\x00\x02\x00\x03"
                                   "app\x02\x00\x06/live/\x00\x05tcUrl\x02\x00\x10"
                                   "rtmp://h/?key=k1\x00\x00\x09";

static bool out_holds(struct pair *t, const char *text)
{
    struct buf *out = rtmp_session_out(t->session);
    return memmem(out->p, out->n, text, strlen(text)) != NULL;
}

static void connect_and_publish(struct pair *t)
{
    feed_message(t, RTMP_TYPE_COMMAND_AMF3, 0, connect_amf3, sizeof(connect_amf3) - 1);
    feed_message(t, RTMP_TYPE_COMMAND, 0,
                 BYTES("\x02\x00\x07publish\x00\x40\x14\x00\x00\x00\x00\x00\x00\x05"
                       "\x02\x00\x06show-3\x02\x00\x04live"));
}

static void test_amf3_connect_and_key_in_tc_url(void **state)
{
    (void)state;
    struct pair t = {0};
    greet(&t);
    connect_and_publish(&t);
    assert_true(out_holds(&t, "NetConnection.Connect.Success"));
    assert_true(out_holds(&t, "fourCcList"));
    assert_true(out_holds(&t, "NetStream.Publish.Start"));
    assert_string_equal(t.request, "publish live|show-3|k1|key=k1");
    close_pair(&t);
}

static void test_aggregate_is_split_and_rebased(void **state)
{
    (void)state;
    struct pair t = {0};
    greet(&t);
    connect_and_publish(&t);
    feed_message(&t, RTMP_TYPE_AGGREGATE, 5000,
                 BYTES("\x08\x00\x00\x01\x00\x00\x64\x00\x00\x00\x00"
                       "a\x00\x00\x00\x0C"
                       "\x09\x00\x00\x02\x00\x00\x78\x00\x00\x00\x00"
                       "bc\x00\x00\x00\x0D"));
    expect_media(&t, "8@5000:a\n9@5020:bc\n");
    assert_int_equal(rtmp_session_error(t.session), OK);
    feed_message(&t, RTMP_TYPE_AGGREGATE, 5000,
                 BYTES("\x08\x00\x00\x09\x00\x00\x64\x00\x00\x00\x00"
                       "a"));
    assert_int_equal(rtmp_session_error(t.session), ERR_PROTOCOL);
    close_pair(&t);
}

static void test_acknowledges_at_half_the_window(void **state)
{
    (void)state;
    struct pair t = {0};
    greet(&t);
    connect_and_publish(&t);
    feed_message(&t, RTMP_WINDOW_ACK_SIZE, 0, BYTES("\x00\x00\x4E\x20")); /* 20,000 */
    buf_clear(rtmp_session_out(t.session));
    uint8_t frame[6000] = {0};
    feed_message(&t, RTMP_TYPE_VIDEO, 0, frame, sizeof(frame));
    assert_int_equal(rtmp_session_out(t.session)->n, 0);
    feed_message(&t, RTMP_TYPE_VIDEO, 0, frame, sizeof(frame));
    struct buf *out = rtmp_session_out(t.session);
    assert_int_equal(out->n, 16);
    assert_int_equal(out->p[7], RTMP_ACK);
    assert_true(be32(out->p + 12) > 10000);
    close_pair(&t);
}

static void test_ping_is_answered(void **state)
{
    (void)state;
    struct pair t = {0};
    greet(&t);
    feed_message(&t, RTMP_USER_CONTROL, 0, BYTES("\x00\x06\x01\x02\x03\x04"));
    struct buf *out = rtmp_session_out(t.session);
    assert_int_equal(out->n, 18);
    assert_memory_equal(out->p + 12, "\x00\x07\x01\x02\x03\x04", 6);
    close_pair(&t);
}

static void test_hostile_peers(void **state)
{
    (void)state;
    static const struct {
        uint8_t type;
        const char *p;
        size_t n;
    } cases[] = {
        {RTMP_TYPE_COMMAND, "\x02\xFF\xFFxx", 5},
        {RTMP_TYPE_COMMAND, "", 0},
        {RTMP_TYPE_COMMAND, "\x05\x05", 2},
        {RTMP_TYPE_COMMAND, "\x02\x00\x04play\x05\x05\x02\x00\x01x", 14}, /* before connect */
        {RTMP_TYPE_COMMAND_AMF3, connect_amf3, sizeof(connect_amf3) - 6}, /* cut short */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair t = {0};
        greet(&t);
        feed_message(&t, cases[i].type, 0, cases[i].p, cases[i].n);
        assert_int_equal(rtmp_session_error(t.session), ERR_PROTOCOL);
        assert_int_equal(t.requests, 0);
        assert_int_equal(rtmp_session_feed(t.session, BYTES("more")), 0);
        close_pair(&t);
    }
    struct pair t = {0};
    buf_init(&t.media, 100);
    t.session = rtmp_session_new(&session_ops, &t);
    rtmp_session_feed(t.session, BYTES("GET / HTTP/1.1\r\n\r\n"));
    assert_int_equal(rtmp_session_error(t.session), ERR_PROTOCOL);
    close_pair(&t);
}

static void test_big_messages_only_after_the_key(void **state)
{
    (void)state;
    static uint8_t frame[RTMP_COMMAND_MAX + 1];
    struct pair t = {.answer_later = true};
    greet(&t);
    feed_message(&t, RTMP_TYPE_VIDEO, 0, frame, sizeof(frame));
    assert_int_equal(rtmp_session_error(t.session), ERR_TOO_LARGE);
    close_pair(&t);

    t = (struct pair){0};
    greet(&t);
    connect_and_publish(&t);
    feed_message(&t, RTMP_TYPE_VIDEO, 0, frame, sizeof(frame));
    assert_int_equal(rtmp_session_error(t.session), OK);
    feed_message(&t, RTMP_TYPE_DATA, 0, frame, sizeof(frame));
    assert_int_equal(rtmp_session_error(t.session), ERR_TOO_LARGE);
    close_pair(&t);
}

static void test_hostile_metadata_is_not_forwarded(void **state)
{
    (void)state;
    struct pair t = {0};
    greet(&t);
    connect_and_publish(&t);
    feed_message(&t, RTMP_TYPE_DATA, 0, BYTES("\x02\x00\x0AonMetaData\x03\x00\x01x\x02\xFF\xFF"));
    assert_int_equal(rtmp_session_error(t.session), ERR_PROTOCOL);
    assert_int_equal(t.media.n, 0);
    close_pair(&t);
}

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *app, *tc_url, *stream, *want;
    } cases[] = {
        {"live", "rtmp://h/live", "s1?key=a", "live|s1|a|key=a"},
        {"live?key=b", "rtmp://h/live?key=b", "s1", "live|s1|b|key=b"},
        {"live/", "rtmp://h/live/?x=1&key=c", "/s1?y=2", "live|s1|c|x=1&key=c"},
        {"live/s1", "rtmp://h/live/s1", "", "live|s1||"},
        {"live/s1", "rtmp://h/live/s1", "?key=d", "live|s1|d|key=d"},
        {"a/b", "rtmp://h/a/b", "c?monkey=1", "a/b|c||monkey=1"},
        {"", "rtmp://h", "s1?key=", "|s1||key="},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arena a;
        struct rtmp_names n;
        char got[256];
        arena_init(&a, 4096);
        assert_int_equal(rtmp_url_names(&a, str_of(cases[i].app), str_of(cases[i].tc_url),
                                        str_of(cases[i].stream), &n),
                         OK);
        snprintf(got, sizeof(got), "%.*s|%.*s|%.*s|%.*s", STR_ARG(n.app), STR_ARG(n.stream),
                 STR_ARG(n.key), STR_ARG(n.query));
        assert_string_equal(got, cases[i].want);
        arena_free(&a);
    }
}

static void test_bad_names(void **state)
{
    (void)state;
    struct arena a;
    struct rtmp_names n;
    char big[RTMP_NAME_MAX + 2];
    memset(big, 'x', sizeof(big));
    arena_init(&a, 4096);
    struct str live = STR("live"), none = STR_NONE;
    assert_int_equal(rtmp_url_names(&a, live, none, none, &n), ERR_INVALID);
    assert_int_equal(rtmp_url_names(&a, live, none, STR("a\nb"), &n), ERR_INVALID);
    assert_int_equal(rtmp_url_names(&a, live, none, STR("a\0b"), &n), ERR_INVALID);
    assert_int_equal(rtmp_url_names(&a, live, none, STR("a?key=%zz"), &n), ERR_SYNTAX);
    assert_int_equal(rtmp_url_names(&a, live, none, str_n(big, sizeof(big)), &n), ERR_TOO_LARGE);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_publish),
        cmocka_unit_test(test_nothing_is_taken_while_asking),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_rejected_codec),
        cmocka_unit_test(test_play),
        cmocka_unit_test(test_end_is_whole_units),
        cmocka_unit_test(test_amf3_connect_and_key_in_tc_url),
        cmocka_unit_test(test_aggregate_is_split_and_rebased),
        cmocka_unit_test(test_acknowledges_at_half_the_window),
        cmocka_unit_test(test_ping_is_answered),
        cmocka_unit_test(test_hostile_peers),
        cmocka_unit_test(test_big_messages_only_after_the_key),
        cmocka_unit_test(test_hostile_metadata_is_not_forwarded),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_bad_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
