/* proto/websocket: frames from a client in any pieces, and frames to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "proto/websocket.h"

/* A masked client frame; `first` is the byte with FIN and opcode. */
static void client(struct buf *b, uint8_t first, const char *payload, size_t n)
{
    static const uint8_t mask[4] = {0x37, 0xFA, 0x21, 0x3D};
    buf_u8(b, first);
    if (n < 126) {
        buf_u8(b, (uint8_t)(0x80 | n));
    } else {
        buf_u8(b, 0x80 | 126);
        buf_be16(b, (uint16_t)n);
    }
    buf_put(b, mask, 4);
    for (size_t i = 0; i < n; i++)
        buf_u8(b, (uint8_t)payload[i] ^ mask[i & 3]);
}

static void say(struct buf *out, const struct ws *w, enum ws_event ev)
{
    static const char *const names[] = {"", "text", "binary", "ping", "pong", "close", "fault"};
    if (ev == WS_EV_FAULT)
        buf_printf(out, "fault %d;", w->fault_code);
    else if (ev == WS_EV_CLOSE)
        buf_printf(out, "close %d %.*s;", w->close_code, STR_ARG(w->payload));
    else if (ev != WS_EV_MORE)
        buf_printf(out, "%s %.*s;", names[ev], STR_ARG(w->payload));
}

static struct buf result;

static const char *read_in_steps(const uint8_t *p, size_t n, size_t step, size_t max)
{
    struct ws w;
    ws_init(&w, max);
    buf_free(&result);
    buf_init(&result, 1 << 20);
    size_t at = 0;
    while (at < n) {
        size_t end = at + step < n ? at + step : n;
        enum ws_event ev = WS_EV_MORE;
        while (at < end && ev != WS_EV_FAULT) {
            at += ws_feed(&w, p + at, end - at, &ev);
            say(&result, &w, ev);
        }
        if (ev == WS_EV_FAULT)
            break;
    }
    ws_free(&w);
    buf_u8(&result, 0);
    return (char *)result.p;
}

static void reads(struct buf *b, const char *want)
{
    for (size_t step = 1; step <= b->n; step++)
        assert_string_equal(read_in_steps(b->p, b->n, step, 1000), want);
    buf_clear(b);
}

static int setup(void **state)
{
    static struct buf b;
    buf_init(&b, 1 << 20);
    *state = &b;
    return 0;
}

static int teardown(void **state)
{
    buf_free(*state);
    buf_free(&result);
    return 0;
}

static void messages_and_fragments(void **state)
{
    struct buf *b = *state;
    client(b, 0x81, "Hello", 5);
    client(b, 0x82, "\x01\xFF", 2);
    client(b, 0x81, "", 0);
    reads(b, "text Hello;binary \x01\xFF;text ;");
    client(b, 0x01, "\xE4\xBD", 2); /* one character in three fragments, a ping between */
    client(b, 0x89, "p", 1);
    client(b, 0x00, "", 0);
    client(b, 0x80, "\xA0", 1);
    client(b, 0x8A, "q", 1);
    reads(b, "ping p;text 你;pong q;");
    char long_text[301];
    memset(long_text, 'x', 300);
    long_text[300] = 0;
    char want[320];
    snprintf(want, sizeof(want), "text %s;", long_text);
    client(b, 0x81, long_text, 300);
    reads(b, want);
}

static void closing(void **state)
{
    struct buf *b = *state;
    client(b, 0x88, "\x03\xE9going", 7);
    client(b, 0x81, "ignored", 7);
    reads(b, "close 1001 going;");
    client(b, 0x88, "", 0);
    reads(b, "close 1005 ;");
    client(b, 0x88, "\x03", 1);
    reads(b, "fault 1002;");
    client(b, 0x88, "\x03\xED", 2); /* 1005 may not be sent */
    reads(b, "fault 1002;");
    client(b, 0x88, "\x03\xE8\xFF", 3);
    reads(b, "fault 1007;");
}

static void what_a_client_may_not_send(void **state)
{
    struct buf *b = *state;
    buf_put(b, "\x81\x05Hello", 7);
    reads(b, "fault 1002;"); /* no mask */
    client(b, 0xC1, "x", 1);
    reads(b, "fault 1002;"); /* reserved bit */
    client(b, 0x83, "x", 1);
    reads(b, "fault 1002;"); /* unknown opcode */
    client(b, 0x09, "x", 1);
    reads(b, "fault 1002;"); /* fragmented ping */
    client(b, 0x80, "x", 1);
    reads(b, "fault 1002;"); /* continuation of nothing */
    client(b, 0x01, "x", 1);
    client(b, 0x81, "y", 1);
    reads(b, "fault 1002;"); /* a message inside a message */
    client(b, 0x81, "\xFF", 1);
    reads(b, "fault 1007;");
    buf_put(b, "\x89\xFE\x00\x7E", 4);
    reads(b, "fault 1002;"); /* a control frame of 126 bytes */
    buf_put(b,
            "\x81\xFE\x00\x05"
            "abcd",
            8);
    reads(b, "fault 1002;"); /* 5 written as 16 bits */
    buf_put(b,
            "\x81\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
            "abcd",
            14);
    reads(b, "fault 1009;");
    char big[600];
    memset(big, 'x', sizeof(big));
    client(b, 0x01, big, 600);
    client(b, 0x80, big, 600);
    reads(b, "fault 1009;");
}

static void frames_to_the_client(void **state)
{
    struct buf *b = *state;
    ws_frame(b, WS_TEXT, STR("hi"));
    assert_memory_equal(b->p, "\x81\x02hi", 4);
    assert_int_equal(websocket_unit_len(b->p, b->n, NULL), 4);
    assert_int_equal(websocket_unit_len(b->p, 1, NULL), 0);
    uint8_t head[WS_FRAME_HEAD_MAX];
    assert_int_equal(ws_frame_head(head, WS_BINARY, 126), 4);
    assert_memory_equal(head, "\x82\x7E\x00\x7E", 4);
    assert_int_equal(websocket_unit_len(head, 4, NULL), 130);
    assert_int_equal(websocket_unit_len(head, 3, NULL), 0);
    assert_int_equal(ws_frame_head(head, WS_BINARY, 65536), 10);
    assert_memory_equal(head, "\x82\x7F\0\0\0\0\0\x01\0\0", 10);
    assert_int_equal(websocket_unit_len(head, 10, NULL), 65546);
    assert_int_equal(websocket_unit_len(head, 9, NULL), 0);
    buf_clear(b);
    ws_close_frame(b, WS_CLOSE_GOING_AWAY, "bye");
    assert_memory_equal(b->p,
                        "\x88\x05\x03\xE9"
                        "bye",
                        7);
    assert_int_equal(b->n, 7);
}

static void the_handshake_key(void **state)
{
    (void)state;
    char out[WS_ACCEPT_MAX];
    assert_int_equal(ws_accept_key(STR("dGhlIHNhbXBsZSBub25jZQ=="), out), OK);
    assert_string_equal(out, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="); /* RFC 6455 section 1.3 */
    const char *bad[] = {"", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQAA",
                         "!!!lIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ==x"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(ws_accept_key(str_of(bad[i]), out), ERR_SYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        T(messages_and_fragments), T(closing),           T(what_a_client_may_not_send),
        T(frames_to_the_client),   T(the_handshake_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
