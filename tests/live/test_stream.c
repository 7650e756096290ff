/* live/stream.c and wire.c: what lies in a stream's logs after what its publisher sent. */
#include "../media/clip.h"

#include <string.h>

#include "live/registry.h"
#include "proto/rtmp_chunk.h"

static struct live live;

static struct stream *begin(void)
{
    struct stream *s = stream_new(&live, STR("show-1"), NULL);
    assert_non_null(s);
    stream_restart(s);
    return s;
}

static enum err send_tag(struct stream *s, const struct flv_tag *tag)
{
    const char *what = NULL;
    return stream_media(s, (enum flv_type)tag->type, tag->time_ms, tag->p, tag->n, &what);
}

/* The clip's tags from the `skip`th picture that is no header on. */
static void send_clip(struct stream *s, int skip, int count)
{
    size_t n, at = 0;
    uint8_t *clip = clip_read(&n);
    struct flv_tag tag;
    while (count > 0 && clip_next(clip, n, &at, &tag)) {
        if (tag.type == FLV_VIDEO && tag.p[1] == 1 && skip-- > 0)
            continue;
        assert_int_equal(send_tag(s, &tag), OK);
        count--;
    }
    free(clip);
}

/* The pictures in the FLV log from `at` on; *first_is_key tells of the first. */
static int pictures(struct stream *s, uint64_t at, bool *first_is_key)
{
    int count = 0;
    for (uint64_t head = ring_head(s->flv.ring); at < head;) {
        struct flv_tag tag;
        size_t used;
        assert_int_equal(flv_read_tag(ring_at(s->flv.ring, at), head - at, &tag, &used), OK);
        if (tag.type == FLV_VIDEO && tag.p[1] == 1 && count++ == 0)
            *first_is_key = tag.p[0] >> 4 == 1;
        at += used;
    }
    return count;
}

static void an_encoder_that_returns_begins_with_a_keyframe(void **state)
{
    (void)state;
    bool key = false;
    struct stream *s = begin();
    send_clip(s, 3, 200); /* this one came in the middle, too */
    assert_true(pictures(s, 0, &key) > 0);
    assert_true(key);
    uint64_t lost_at = ring_head(s->flv.ring);
    stream_restart(s);
    send_clip(s, 3, 200);
    key = false;
    assert_true(pictures(s, lost_at, &key) > 0);
    assert_true(key);
    stream_unref(s);
}

static void several_tracks_are_refused_as_what_they_are(void **state)
{
    (void)state;
    static const uint8_t multitrack[] = {0x96, 0x00, 'a', 'v', 'c', '1', 0};
    const char *what = NULL;
    struct stream *s = begin();
    assert_int_equal(stream_media(s, FLV_VIDEO, 0, multitrack, sizeof(multitrack), &what),
                     ERR_UNSUPPORTED);
    assert_string_equal(what, "several tracks in one message");
    stream_unref(s);
}

static void a_picture_of_the_largest_size_is_in_both_logs(void **state)
{
    (void)state;
    struct stream *s = begin();
    send_clip(s, 0, 20);
    assert_int_equal(stream_open_rtmp(s), OK);
    uint8_t *body = calloc(1, RTMP_MESSAGE_MAX);
    memcpy(body, "\x17\x01\0\0\0", 5);
    struct flv_tag tag = {.type = FLV_VIDEO, .time_ms = 5000, .p = body, .n = RTMP_MESSAGE_MAX};
    assert_int_equal(send_tag(s, &tag), OK);
    assert_int_equal(s->flv.dropped, 0);
    assert_int_equal(s->rtmp.dropped, 0);
    free(body);
    stream_unref(s);
}

static void players_are_told_of_the_end(void **state)
{
    (void)state;
    struct stream *s = begin();
    send_clip(s, 0, 100);
    assert_int_equal(stream_open_rtmp(s), OK);
    struct ring *r = ring_ref(s->rtmp.ring);
    uint64_t before = ring_head(r);
    stream_end(s);
    assert_non_null(memmem(ring_at(r, before), ring_head(r) - before, "NetStream.Play.Stop", 19));
    ring_unref(r);
    stream_unref(s);
}

static void who_joins_begins_after_what_is_forgotten(void **state)
{
    (void)state;
    struct ring_mark mark;
    struct stream *s = begin();
    send_clip(s, 0, 200);
    assert_int_equal(stream_open_rtmp(s), OK);
    assert_true(ring_newest_mark(s->flv.ring, &mark));
    assert_true(ring_newest_mark(s->rtmp.ring, &mark));
    uint64_t flv = ring_head(s->flv.ring), rtmp = ring_head(s->rtmp.ring);
    stream_forget(s);
    assert_false(ring_newest_mark(s->flv.ring, &mark));
    assert_false(ring_newest_mark(s->rtmp.ring, &mark));
    send_clip(s, 0, 200);
    assert_true(ring_newest_mark(s->flv.ring, &mark) && mark.offset >= flv);
    assert_true(ring_newest_mark(s->rtmp.ring, &mark) && mark.offset >= rtmp);
    stream_unref(s);
}

static void what_the_log_cannot_take_is_not_marked(void **state)
{
    (void)state;
    static uint8_t bytes[WIRE_RING_MIN / 2];
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct iovec small = {bytes, 100}, large = {bytes, sizeof(bytes)};
    struct ring_mark mark = {.at_us = 1, .config = 1}, newest;
    struct wire f;
    assert_int_equal(wire_open(&f, &lock, flv_unit_len), OK);
    ring_set_process_limit(ring_process_bytes()); /* it may not grow */
    wire_append(&f, &small, 1, &mark);
    mark.config = 2;
    wire_append(&f, &large, 1, &mark);
    wire_append(&f, &small, 1, NULL);
    assert_int_equal(f.dropped, 1);
    assert_true(ring_newest_mark(f.ring, &newest));
    assert_int_equal(newest.config, 1);
    ring_set_process_limit((size_t)1 << 30);
    wire_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_encoder_that_returns_begins_with_a_keyframe),
        cmocka_unit_test(several_tracks_are_refused_as_what_they_are),
        cmocka_unit_test(a_picture_of_the_largest_size_is_in_both_logs),
        cmocka_unit_test(players_are_told_of_the_end),
        cmocka_unit_test(who_joins_begins_after_what_is_forgotten),
        cmocka_unit_test(what_the_log_cannot_take_is_not_marked),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
