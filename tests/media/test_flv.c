#include "clip.h"

#include <string.h>

#include "media/avc.h"

#define BYTES(literal) (const uint8_t *)(literal), sizeof(literal) - 1

static void test_tags_round_trip(void **state)
{
    (void)state;
    static const uint32_t times[] = {0, 0xFFFFFF, 0x1000000, 0xFFFFFFFF};
    for (size_t i = 0; i < 4; i++) {
        struct buf b;
        struct flv_tag tag;
        size_t used;
        buf_init(&b, 1024);
        flv_put_tag(&b, FLV_VIDEO, times[i], "payload", 7);
        assert_int_equal(b.n, 11 + 7 + 4);
        assert_int_equal(flv_unit_len(b.p, FLV_TAG_HEADER, NULL), b.n);
        assert_int_equal(flv_unit_len(b.p, FLV_TAG_HEADER - 1, NULL), 0);
        for (size_t n = 0; n < b.n; n++)
            assert_int_equal(flv_read_tag(b.p, n, &tag, &used), ERR_AGAIN);
        assert_int_equal(flv_read_tag(b.p, b.n, &tag, &used), OK);
        assert_int_equal(used, b.n);
        assert_int_equal(tag.type, FLV_VIDEO);
        assert_int_equal(tag.time_ms, times[i]);
        assert_memory_equal(tag.p, "payload", 7);
        b.p[b.n - 1]++;
        assert_int_equal(flv_read_tag(b.p, b.n, &tag, &used), ERR_PROTOCOL);
        buf_free(&b);
    }
}

static void test_body_limit(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 64 << 20);
    flv_put_tag(&b, FLV_VIDEO, 0, "", (size_t)FLV_BODY_MAX + 1);
    assert_false(buf_ok(&b));
    assert_int_equal(b.n, 0);
    buf_free(&b);
}

static void test_file_header(void **state)
{
    (void)state;
    static const uint8_t flags[4] = {0, 4, 1, 5}; /* none, audio, video, both */
    for (int i = 0; i < 4; i++) {
        uint8_t want[] = "FLV\x01?\x00\x00\x00\x09\x00\x00\x00\x00", p[FLV_FILE_HEADER];
        want[4] = flags[i];
        flv_file_header(p, i & 1, i & 2);
        assert_memory_equal(p, want, sizeof(p));
    }
}

static void test_real_file(void **state)
{
    (void)state;
    size_t n, at = 0;
    int frames = 0, keys = 0, sounds = 0, headers = 0, reordered = 0;
    uint8_t *p = clip_read(&n);
    struct flv_tag tag;
    while (clip_next(p, n, &at, &tag)) {
        if (tag.type == FLV_VIDEO) {
            struct flv_video v;
            assert_int_equal(flv_video_parse(tag.p, tag.n, &v), OK);
            assert_int_equal(v.codec, CODEC_H264);
            headers += v.packet == FLV_SEQUENCE_HEADER;
            if (v.packet != FLV_FRAME)
                continue;
            frames++;
            keys += v.keyframe;
            reordered += v.composition_ms != 0;
            assert_int_equal(avc_has_idr(v.p, v.n, 4), v.keyframe);
        } else if (tag.type == FLV_AUDIO) {
            struct flv_audio a;
            assert_int_equal(flv_audio_parse(tag.p, tag.n, &a), OK);
            assert_int_equal(a.codec, CODEC_AAC);
            headers += a.packet == FLV_SEQUENCE_HEADER;
            sounds += a.packet == FLV_FRAME;
        }
    }
    assert_int_equal(frames, CLIP_VIDEO_FRAMES);
    assert_int_equal(sounds, CLIP_AUDIO_FRAMES);
    assert_int_equal(keys, 2);
    assert_int_equal(headers, 2);
    assert_true(reordered > 0);
    free(p);
}

static struct flv_video video(const uint8_t *p, size_t n, enum err want)
{
    struct flv_video v;
    uint8_t *copy = malloc(n + !n);
    memcpy(copy, p, n);
    assert_int_equal(flv_video_parse(copy, n, &v), want);
    if (want == OK && v.packet != FLV_COMMAND)
        assert_memory_equal(v.p, "data", v.n);
    free(copy);
    v.p = NULL;
    return v;
}

static void test_legacy_video(void **state)
{
    (void)state;
    struct flv_video v = video(BYTES("\x17\x01\xFF\xFF\xFE"
                                     "data"),
                               OK);
    assert_int_equal(v.codec, CODEC_H264);
    assert_true(v.keyframe);
    assert_int_equal(v.composition_ms, -2);
    assert_int_equal(v.n, 4);
    v = video(BYTES("\x27\x01\x00\x00\x28"
                    "data"),
              OK);
    assert_false(v.keyframe);
    assert_int_equal(v.composition_ms, 40);
    assert_int_equal(video(BYTES("\x17\x02\x00\x00\x00"), OK).packet, FLV_SEQUENCE_END);
    assert_int_equal(video(BYTES("\x57\x00"), OK).packet, FLV_COMMAND);
    assert_int_equal(video(BYTES(""), OK).packet, FLV_COMMAND);
    assert_int_equal(video(BYTES("\x1C\x00\x00\x00\x00"
                                 "data"),
                           OK)
                         .codec,
                     CODEC_H265);
    assert_int_equal(video(BYTES("\x12"
                                 "data"),
                           OK)
                         .codec,
                     CODEC_H263);
    video(BYTES("\x17"), ERR_PROTOCOL);
    video(BYTES("\x17\x01\x00\x00"), ERR_PROTOCOL);
    video(BYTES("\x17\x03\x00\x00\x00"), ERR_PROTOCOL);
}

static void test_extended_video(void **state)
{
    (void)state;
    struct flv_video v = video(BYTES("\x90hvc1data"), OK);
    assert_int_equal(v.codec, CODEC_H265);
    assert_int_equal(v.packet, FLV_SEQUENCE_HEADER);
    assert_true(v.extended);
    assert_memory_equal(v.fourcc, "hvc1", 4);
    v = video(BYTES("\x91"
                    "avc1\x00\x00\x50"
                    "data"),
              OK);
    assert_int_equal(v.codec, CODEC_H264);
    assert_int_equal(v.packet, FLV_FRAME);
    assert_int_equal(v.composition_ms, 80);
    assert_true(v.keyframe);
    v = video(BYTES("\xA3"
                    "avc1"
                    "data"),
              OK);
    assert_int_equal(v.composition_ms, 0);
    assert_false(v.keyframe);
    assert_int_equal(v.n, 4);
    v = video(BYTES("\xA1"
                    "av01"
                    "data"),
              OK);
    assert_int_equal(v.codec, CODEC_AV1);
    assert_int_equal(v.n, 4);
    assert_int_equal(video(BYTES("\x92vp09"), OK).packet, FLV_SEQUENCE_END);
    assert_int_equal(video(BYTES("\x94hvc1data"), OK).packet, FLV_METADATA);
    assert_int_equal(video(BYTES("\xD1\x00"), OK).packet, FLV_COMMAND);
    assert_int_equal(video(BYTES("\x90wxyz"), OK).codec, CODEC_NONE);
    video(BYTES("\x90hvc"), ERR_PROTOCOL);
    video(BYTES("\x91hvc1\x00\x00"), ERR_PROTOCOL);
    video(BYTES("\x98hvc1"), ERR_PROTOCOL);
}

static void test_modex_and_multitrack(void **state)
{
    (void)state;
    /* ModEx (nanoseconds, three bytes), then coded frames of avc1. */
    struct flv_video v = video(BYTES("\x97\x02\x00\x00\x01\x01"
                                     "avc1\x00\x00\x01"
                                     "data"),
                               OK);
    assert_int_equal(v.packet, FLV_FRAME);
    assert_int_equal(v.composition_ms, 1);
    assert_int_equal(v.n, 4);
    video(BYTES("\x97\x02\x00"), ERR_PROTOCOL);
    video(BYTES("\x97\xFF\xFF\xFF"), ERR_PROTOCOL);
    assert_int_equal(video(BYTES("\x96\x00hvc1"), ERR_UNSUPPORTED).codec, CODEC_H265);
    assert_int_equal(video(BYTES("\x96\x20"), ERR_UNSUPPORTED).codec, CODEC_NONE);
    video(BYTES("\x96"), ERR_PROTOCOL);
}

static void test_audio(void **state)
{
    (void)state;
    static const struct {
        const uint8_t *p;
        size_t n;
        enum err e;
        enum codec codec;
        enum flv_packet packet;
        size_t left;
    } cases[] = {
        {BYTES("\xAF\x00\x12\x10"), OK, CODEC_AAC, FLV_SEQUENCE_HEADER, 2},
        {BYTES("\xAF\x01xyz"), OK, CODEC_AAC, FLV_FRAME, 3},
        {BYTES("\xAF"), ERR_PROTOCOL, CODEC_AAC, FLV_FRAME, 0},
        {BYTES("\xAF\x02"), ERR_PROTOCOL, CODEC_AAC, FLV_FRAME, 0},
        {BYTES("\x2Fxyz"), OK, CODEC_MP3, FLV_FRAME, 3},
        {BYTES("\x90mp4a\x12\x10"), OK, CODEC_AAC, FLV_SEQUENCE_HEADER, 2},
        {BYTES("\x91Opusxy"), OK, CODEC_OPUS, FLV_FRAME, 2},
        {BYTES("\x97\x00\x00\x01"
               "fLaCx"),
         OK, CODEC_FLAC, FLV_FRAME, 1},
        {BYTES("\x95\x00"
               "ac-3"),
         ERR_UNSUPPORTED, CODEC_AC3, FLV_COMMAND, 0},
        {BYTES("\x91Opu"), ERR_PROTOCOL, CODEC_NONE, FLV_COMMAND, 3},
        {BYTES(""), OK, CODEC_NONE, FLV_COMMAND, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct flv_audio a;
        assert_int_equal(flv_audio_parse(cases[i].p, cases[i].n, &a), cases[i].e);
        assert_int_equal(a.codec, cases[i].codec);
        assert_int_equal(a.packet, cases[i].packet);
        assert_int_equal(a.n, cases[i].left);
    }
}

static void test_legacy_headers_written(void **state)
{
    (void)state;
    static const int32_t times[] = {0, 80, -40, -8388608, 8388607};
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        uint8_t p[FLV_VIDEO_HEADER];
        struct flv_video v;
        flv_video_header(p, FLV_FRAME, i & 1, times[i]);
        assert_int_equal(flv_video_parse(p, sizeof(p), &v), OK);
        assert_int_equal(v.composition_ms, times[i]);
        assert_int_equal(v.keyframe, i & 1);
        assert_int_equal(v.packet, FLV_FRAME);
        flv_video_header(p, FLV_SEQUENCE_HEADER, true, 0);
        assert_int_equal(flv_video_parse(p, sizeof(p), &v), OK);
        assert_int_equal(v.packet, FLV_SEQUENCE_HEADER);
    }
    uint8_t p[FLV_AUDIO_HEADER];
    struct flv_audio a;
    flv_audio_header(p, FLV_SEQUENCE_HEADER);
    assert_int_equal(flv_audio_parse(p, sizeof(p), &a), OK);
    assert_int_equal(a.codec, CODEC_AAC);
    assert_int_equal(a.packet, FLV_SEQUENCE_HEADER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tags_round_trip),
        cmocka_unit_test(test_body_limit),
        cmocka_unit_test(test_file_header),
        cmocka_unit_test(test_real_file),
        cmocka_unit_test(test_legacy_video),
        cmocka_unit_test(test_extended_video),
        cmocka_unit_test(test_modex_and_multitrack),
        cmocka_unit_test(test_audio),
        cmocka_unit_test(test_legacy_headers_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
