#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/rtmp_chunk.h"

#define BYTES(literal) (const uint8_t *)(literal), sizeof(literal) - 1

/* Feeds everything `step` bytes at a time; the messages are written into *log, one line each. */
static enum err feed(struct rtmp_reader *r, const uint8_t *p, size_t n, size_t step,
                     struct buf *log)
{
    for (size_t at = 0; at < n;) {
        size_t part = n - at < step ? n - at : step, used;
        struct rtmp_message m;
        enum err e = rtmp_reader_feed(r, p + at, part, &used, &m);
        at += used;
        if (e == OK)
            buf_printf(log, "%u/%u/%u@%u:%.*s\n", m.csid, m.type, m.stream_id, m.time_ms, (int)m.n,
                       (const char *)m.p);
        else if (e != ERR_AGAIN)
            return e;
        else
            assert_int_equal(used, part);
    }
    return OK;
}

/* The same result however the bytes are cut. */
static void expect(const uint8_t *p, size_t n, const char *lines, enum err want)
{
    static const size_t steps[] = {1, 2, 3, 7, 1 << 20};
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        struct rtmp_reader *r = rtmp_reader_new();
        struct buf log;
        buf_init(&log, 1 << 20);
        assert_int_equal(feed(r, p, n, steps[i], &log), want);
        buf_u8(&log, 0);
        assert_string_equal((char *)log.p, lines);
        buf_free(&log);
        rtmp_reader_free(r);
    }
}

static void test_headers_inherit(void **state)
{
    (void)state;
    /* fmt 0 at 1000, fmt 1 +20, fmt 2 +30, fmt 3 (+30 again). */
    expect(BYTES("\x04\x00\x03\xE8\x00\x00\x02\x08\x01\x00\x00\x00"
                 "aa"
                 "\x44\x00\x00\x14\x00\x00\x03\x09"
                 "bbb"
                 "\x84\x00\x00\x1E"
                 "ccc"
                 "\xC4"
                 "ddd"),
           "4/8/1@1000:aa\n4/9/1@1020:bbb\n4/9/1@1050:ccc\n4/9/1@1080:ddd\n", OK);
}

static void test_fmt3_after_fmt0_adds_its_time(void **state)
{
    (void)state;
    /* Section 5.3.1.2.4: the delta of a fmt 3 after a fmt 0 is that timestamp; ffmpeg relies on it
     * when an encoder's first audio frames are at 23 and 46 ms. */
    expect(BYTES("\x04\x00\x00\x17\x00\x00\x01\x08\x01\x00\x00\x00"
                 "a\xC4"
                 "b"),
           "4/8/1@23:a\n4/8/1@46:b\n", OK);
}

static void test_fresh_stream_with_fmt1(void **state)
{
    (void)state;
    expect(BYTES("\x42\x00\x00\x05\x00\x00\x01\x04"
                 "x"),
           "2/4/0@5:x\n", OK);
    expect(BYTES("\x82\x00\x00\x05"), "", ERR_PROTOCOL);
    expect(BYTES("\xC2"), "", ERR_PROTOCOL);
}

static void test_long_chunk_stream_ids(void **state)
{
    (void)state;
    expect(BYTES("\x00\x00\x00\x00\x00\x00\x00\x01\x08\x00\x00\x00\x00"
                 "a"
                 "\x00\xFF\x00\x00\x00\x00\x00\x01\x08\x00\x00\x00\x00"
                 "b"
                 "\x01\x01\x02\x00\x00\x00\x00\x00\x01\x08\x00\x00\x00\x00"
                 "c"),
           "64/8/0@0:a\n319/8/0@0:b\n577/8/0@0:c\n", OK);
}

static void test_empty_message(void **state)
{
    (void)state;
    expect(BYTES("\x06\x00\x00\x01\x00\x00\x00\x09\x01\x00\x00\x00"
                 "\xC6"),
           "6/9/1@1:\n6/9/1@2:\n", OK);
}

/* Set Chunk Size to 2, then a message of 5 in three chunks, with one of another stream between. */
#define CHUNK_SIZE_2 "\x02\x00\x00\x00\x00\x00\x04\x01\x00\x00\x00\x00\x00\x00\x00\x02"

static void test_interleaved_and_chunk_size(void **state)
{
    (void)state;
    expect(BYTES(CHUNK_SIZE_2 "\x06\x00\x00\x01\x00\x00\x05\x09\x01\x00\x00\x00"
                              "ab"
                              "\x04\x00\x00\x02\x00\x00\x01\x08\x01\x00\x00\x00"
                              "z"
                              "\xC6"
                              "cd"
                              /* larger again, in the middle of the message */
                              "\x02\x00\x00\x00\x00\x00\x04\x01\x00\x00\x00\x00\x00\x00"
                              "\xC2\x10\x00"
                              "\xC6"
                              "e"),
           "4/8/1@2:z\n6/9/1@1:abcde\n", OK);
    expect(BYTES("\x02\x00\x00\x00\x00\x00\x04\x01\x00\x00\x00\x00\x00\x00\x00\x00"), "",
           ERR_PROTOCOL);
    expect(BYTES("\x02\x00\x00\x00\x00\x00\x04\x01\x00\x00\x00\x00\xFF\xFF\xFF\xFF"), "",
           ERR_PROTOCOL);
    expect(BYTES("\x02\x00\x00\x00\x00\x00\x01\x01\x00\x00\x00\x00\x01"), "", ERR_PROTOCOL);
}

static void test_new_header_inside_a_message(void **state)
{
    (void)state;
    expect(BYTES(CHUNK_SIZE_2 "\x06\x00\x00\x01\x00\x00\x05\x09\x01\x00\x00\x00"
                              "ab"
                              "\x06"),
           "", ERR_PROTOCOL);
}

static void test_abort(void **state)
{
    (void)state;
    expect(BYTES(CHUNK_SIZE_2 "\x06\x00\x00\x01\x00\x00\x05\x09\x01\x00\x00\x00"
                              "ab"
                              "\x02\x00\x00\x00\x00\x00\x04\x02\x00\x00\x00\x00\x00\x00\xC2\x00\x06"
                              "\x06\x00\x00\x02\x00\x00\x01\x09\x01\x00\x00\x00"
                              "n"),
           "6/9/1@2:n\n", OK);
}

#define EXTENDED_FMT0 "\x06\xFF\xFF\xFF\x00\x00\x05\x09\x01\x00\x00\x00\x01\x02\x03\x04"

static void test_extended_timestamp_repeated(void **state)
{
    (void)state;
    expect(BYTES(CHUNK_SIZE_2 EXTENDED_FMT0 "ab"
                                            "\xC6\x01\x02\x03\x04"
                                            "cd"
                                            "\xC6\x01\x02\x03\x04"
                                            "e"),
           "6/9/1@16909060:abcde\n", OK);
}

static void test_extended_timestamp_left_out(void **state)
{
    (void)state;
    expect(BYTES(CHUNK_SIZE_2 EXTENDED_FMT0 "ab"
                                            "\xC6"
                                            "cd"
                                            "\xC6"
                                            "e"),
           "6/9/1@16909060:abcde\n", OK);
    /* The payload begins like the timestamp, and what follows is the next chunk's header. */
    expect(BYTES(CHUNK_SIZE_2 EXTENDED_FMT0 "ab"
                                            "\xC6\x01\x02"
                                            "\xC6\x01"
                                            "\x04\x00\x00\x02\x00\x00\x01\x08\x01\x00\x00\x00"
                                            "z"),
           "6/9/1@16909060:ab\x01\x02\x01\n4/8/1@2:z\n", OK);
}

static void test_extended_delta_and_wrap(void **state)
{
    (void)state;
    /* 0xFFFFFFF0, then +0x20 passes 32 bits. */
    expect(BYTES("\x06\xFF\xFF\xFF\x00\x00\x01\x09\x01\x00\x00\x00\xFF\xFF\xFF\xF0"
                 "a"
                 "\x86\x00\x00\x20"
                 "b"),
           "6/9/1@4294967280:a\n6/9/1@16:b\n", OK);
    /* A delta that is extended itself. */
    expect(BYTES("\x06\x00\x00\x01\x00\x00\x01\x09\x01\x00\x00\x00"
                 "a"
                 "\x86\xFF\xFF\xFF\x01\x00\x00\x00"
                 "b"),
           "6/9/1@1:a\n6/9/1@16777217:b\n", OK);
}

static void test_limits(void **state)
{
    (void)state;
    /* A length alone over the limit is refused before any byte of it is stored. */
    expect(BYTES("\x06\x00\x00\x01\x01\x00\x01\x09\x01\x00\x00\x00"), "", ERR_TOO_LARGE);

    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i <= RTMP_CSTREAMS_MAX; i++) {
        buf_u8(&b, (uint8_t)(3 + i));
        buf_put(&b, "\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00", 11);
    }
    struct rtmp_reader *r = rtmp_reader_new();
    struct buf log;
    buf_init(&log, 1 << 20);
    assert_int_equal(feed(r, b.p, b.n, 100, &log), ERR_LIMIT);
    rtmp_reader_free(r);
    buf_free(&log);
    buf_free(&b);
}

static void test_buffered_is_bounded(void **state)
{
    (void)state;
    /* Unfinished messages of 4 MiB less one byte on many chunk streams. */
    struct rtmp_reader *r = rtmp_reader_new();
    rtmp_reader_set_message_max(r, RTMP_MESSAGE_MAX);
    struct buf b, log;
    size_t big = RTMP_MESSAGE_MAX - 1;
    buf_init(&b, 8 << 20);
    buf_init(&log, 1024);
    assert_int_equal(feed(r,
                          BYTES("\x02\x00\x00\x00\x00\x00\x04\x01\x00\x00\x00\x00\x00\x3F\xFF\xFF"),
                          100, &log),
                     OK);
    enum err e = OK;
    int count = 0;
    for (; e == OK && count < 10; count++) {
        buf_clear(&b);
        buf_u8(&b, (uint8_t)(3 + count));
        buf_put(&b, "\x00\x00\x00\x40\x00\x00\x09\x01\x00\x00\x00", 11);
        assert_true(buf_reserve(&b, big));
        memset(b.p + b.n, 7, big);
        b.n += big;
        e = feed(r, b.p, b.n, 65536, &log);
    }
    assert_int_equal(e, ERR_TOO_LARGE);
    assert_int_equal(count, 3);
    rtmp_reader_free(r);
    buf_free(&b);
    buf_free(&log);
}

static void write_and_read(uint32_t time_ms, size_t n)
{
    uint8_t *payload = test_malloc(n ? n : 1);
    for (size_t i = 0; i < n; i++)
        payload[i] = (uint8_t)(i * 31);
    struct rtmp_message m = {
        .csid = 6, .stream_id = 1, .type = 9, .time_ms = time_ms, .p = payload, .n = n};
    struct buf b;
    buf_init(&b, 1 << 20);
    rtmp_chunk_put(&b, &m, RTMP_CHUNK_OUT);
    assert_true(buf_ok(&b));
    assert_int_equal(b.n, rtmp_chunk_len(time_ms, n, RTMP_CHUNK_OUT));
    assert_int_equal(rtmp_unit_len(b.p, 12, NULL), b.n);
    assert_int_equal(rtmp_unit_len(b.p, 11, NULL), 0);

    struct rtmp_reader *r = rtmp_reader_new();
    struct rtmp_message got;
    size_t used;
    rtmp_reader_set_message_max(r, RTMP_MESSAGE_MAX);
    assert_int_equal(rtmp_reader_feed(r,
                                      BYTES("\x02\x00\x00\x00\x00\x00\x04\x01\x00\x00\x00\x00"
                                            "\x00\x00\xEA\x60"),
                                      &used, &got),
                     ERR_AGAIN);
    assert_int_equal(rtmp_reader_feed(r, b.p, b.n, &used, &got), OK);
    assert_int_equal(used, b.n);
    assert_int_equal(got.time_ms, time_ms);
    assert_int_equal(got.n, n);
    assert_memory_equal(got.p, payload, n);
    rtmp_reader_free(r);
    buf_free(&b);
    test_free(payload);
}

static void test_writer(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 59999, 60000, 60001, 120000, 180001};
    static const uint32_t times[] = {0, 0xFFFFFE, 0xFFFFFF, 0x1000000, 0xFFFFFFFF};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (size_t j = 0; j < sizeof(times) / sizeof(times[0]); j++)
            write_and_read(times[j], sizes[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers_inherit),
        cmocka_unit_test(test_fmt3_after_fmt0_adds_its_time),
        cmocka_unit_test(test_fresh_stream_with_fmt1),
        cmocka_unit_test(test_long_chunk_stream_ids),
        cmocka_unit_test(test_empty_message),
        cmocka_unit_test(test_interleaved_and_chunk_size),
        cmocka_unit_test(test_new_header_inside_a_message),
        cmocka_unit_test(test_abort),
        cmocka_unit_test(test_extended_timestamp_repeated),
        cmocka_unit_test(test_extended_timestamp_left_out),
        cmocka_unit_test(test_extended_delta_and_wrap),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_buffered_is_bounded),
        cmocka_unit_test(test_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
