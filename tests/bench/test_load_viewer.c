/* The load generator's judge: it must see what is wrong with a stream, or its figures mean nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "load_viewer.h"
#include "media/avc.h"

static int frames;

static void count_frame(void *user, int64_t sent_us)
{
    (void)user;
    assert_int_equal(sent_us, 777);
    frames++;
}

static const struct viewer_sink sink = {count_frame, NULL};

enum { HEAD, SCRIPT, VIDEO_HEADER, AUDIO_HEADER, FIRST_FRAME };

/* What a server would send: each piece on its own, so that tests can leave one out. */
struct pieces {
    struct load_stream stream;
    struct buf b;
    size_t end[4 + 2 * STREAM_GOP + 2];
    size_t n;
};

static void add_tag(struct pieces *p, enum flv_type type, struct buf *body)
{
    flv_put_tag(&p->b, type, 0, body->p, body->n);
    p->end[++p->n] = p->b.n;
    buf_free(body);
}

static void make(struct pieces *p)
{
    uint8_t header[FLV_FILE_HEADER];
    struct buf body;
    uint32_t ms;
    memset(p, 0, sizeof(*p));
    load_stream_init(&p->stream);
    buf_init(&p->b, 1 << 20);
    buf_init(&body, 1 << 20);
    flv_file_header(header, true, true);
    buf_put(&p->b, header, sizeof(header));
    p->end[p->n = 1] = p->b.n;
    load_stream_metadata(&body);
    add_tag(p, FLV_SCRIPT, &body);
    load_stream_video_header(&body);
    add_tag(p, FLV_VIDEO, &body);
    load_stream_audio_header(&body);
    add_tag(p, FLV_AUDIO, &body);
    while (p->stream.video_n <= STREAM_GOP) {
        load_stream_video(&p->stream, 777, &body, &ms);
        add_tag(p, FLV_VIDEO, &body);
    }
}

static void feed_in_steps(struct viewer *v, const uint8_t *p, size_t n, size_t step)
{
    for (size_t at = 0; at < n; at += step)
        viewer_feed(v, p + at, n - at < step ? n - at : step, &sink);
}

/* All pieces but those in [from, to). */
static void watch(struct viewer *v, struct pieces *p, size_t from, size_t to)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\n\r\n";
    frames = 0;
    viewer_init(v, -1, 0);
    feed_in_steps(v, (const uint8_t *)head, sizeof(head) - 1, 5);
    feed_in_steps(v, p->b.p, p->end[from], 1000);
    feed_in_steps(v, p->b.p + p->end[to], p->b.n - p->end[to], 7);
}

static void test_whole_stream(void **state)
{
    (void)state;
    struct pieces p;
    struct viewer v;
    make(&p);
    watch(&v, &p, 0, 0);
    assert_null(v.why);
    assert_int_equal(frames, STREAM_GOP + 1);
    assert_int_equal(v.jumps, 0);
    buf_free(&p.b);
}

static void test_holes(void **state)
{
    (void)state;
    struct pieces p;
    struct viewer v;
    make(&p);
    watch(&v, &p, FIRST_FRAME + 5, FIRST_FRAME + 6);
    assert_non_null(v.why);
    /* Up to the next keyframe it is a jump. */
    watch(&v, &p, FIRST_FRAME + 5, FIRST_FRAME + STREAM_GOP);
    assert_null(v.why);
    assert_int_equal(v.jumps, 1);
    static const size_t needed[] = {VIDEO_HEADER, AUDIO_HEADER, FIRST_FRAME};
    for (size_t i = 0; i < 3; i++) {
        watch(&v, &p, needed[i], needed[i] + 1);
        assert_non_null(v.why);
    }
    buf_free(&p.b);
}

static void test_bytes_lost_or_changed(void **state)
{
    (void)state;
    struct pieces p;
    struct viewer v;
    make(&p);
    memmove(p.b.p + p.end[FIRST_FRAME] + 100, p.b.p + p.end[FIRST_FRAME] + 101,
            p.b.n - p.end[FIRST_FRAME] - 101);
    watch(&v, &p, 0, 0);
    assert_string_equal(v.why, "a tag's trailing size is wrong");
    buf_free(&p.b);
}

static void test_http(void **state)
{
    (void)state;
    struct pieces p;
    struct viewer v;
    viewer_init(&v, -1, 0);
    static const char missing[] = "HTTP/1.1 404 Not Found\r\n\r\n";
    viewer_feed(&v, (const uint8_t *)missing, sizeof(missing) - 1, &sink);
    assert_string_equal(v.why, "the HTTP status is not 200");

    /* The chunked coding, with chunks that cut tags anywhere. */
    make(&p);
    for (size_t step = 1; step < 3000; step += 611) {
        static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        struct buf coded;
        buf_init(&coded, 4 << 20);
        for (size_t at = 0, n; at < p.b.n; at += n) {
            n = p.b.n - at < step ? p.b.n - at : step;
            buf_printf(&coded, "%zX\r\n", n);
            buf_put(&coded, p.b.p + at, n);
            buf_z(&coded, "\r\n");
        }
        frames = 0;
        viewer_init(&v, -1, 0);
        viewer_feed(&v, (const uint8_t *)head, sizeof(head) - 1, &sink);
        feed_in_steps(&v, coded.p, coded.n, 1009);
        assert_null(v.why);
        assert_int_equal(frames, STREAM_GOP + 1);
        buf_free(&coded);
    }
    buf_free(&p.b);
}

static void test_bitrate_and_shape(void **state)
{
    (void)state;
    struct load_stream s;
    struct buf b;
    uint32_t ms;
    size_t bytes = 0;
    load_stream_init(&s);
    buf_init(&b, 1 << 20);
    while (load_stream_video_due(&s) < 20000000) {
        buf_clear(&b);
        load_stream_video(&s, 777, &b, &ms);
        bytes += b.n + FLV_TAG_HEADER + FLV_TAG_TRAILER;
        assert_int_equal(avc_has_idr(b.p + FLV_VIDEO_HEADER, b.n - FLV_VIDEO_HEADER, 4),
                         (s.video_n - 1) % STREAM_GOP == 0);
    }
    while (load_stream_audio_due(&s) < 20000000) {
        buf_clear(&b);
        load_stream_audio(&s, &b, &ms);
        bytes += b.n + FLV_TAG_HEADER + FLV_TAG_TRAILER;
    }
    assert_in_range(bytes * 8 / 20, STREAM_BITS_PER_S * 99 / 100, STREAM_BITS_PER_S * 101 / 100);
    buf_clear(&b);
    load_stream_video_header(&b);
    struct avc_config c;
    assert_int_equal(avc_config_parse(b.p + FLV_VIDEO_HEADER, b.n - FLV_VIDEO_HEADER, &c), OK);
    assert_int_equal(c.info.width, 1280);
    assert_int_equal(c.info.height, 720);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_stream),          cmocka_unit_test(test_holes),
        cmocka_unit_test(test_bytes_lost_or_changed), cmocka_unit_test(test_http),
        cmocka_unit_test(test_bitrate_and_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
