#include "clip.h"

#include <string.h>

#include "base/enc.h"
#include "media/avc.h"

/* SPS units as x264 wrote them; the facts beside them are what it was asked for. */
static const struct {
    const char *hex;
    uint8_t profile, level;
    uint32_t width, height, fps_num, fps_den;
    bool interlaced;
} samples[] = {
    {"67640028acd940780227e5c04400000fa40003a9803c60c658", 100, 40, 1920, 1080, 30000, 1001, false},
    {"674d4028eca03c0227ef011000000300100000030321f162d960", 77, 40, 1920, 1080, 25, 1, true},
    {"67f4001f919b281b07bc5f8088000003000800000303c078c18cb0", 244, 31, 854, 480, 60, 1, false},
    {"6742c015d901b1fe4f011000000300100000030300f162e480", 66, 21, 426, 240, 24, 1, false},
    {"677a001eb6cd940a42fe227c0440000003004000000c03c58b6580", 122, 30, 642, 362, 24, 1, false},
};

static uint8_t *unhex(const char *hex, size_t *n)
{
    *n = strlen(hex) / 2;
    uint8_t *p = malloc(*n);
    assert_int_equal(enc_unhex(p, *n, str_of(hex)), OK);
    return p;
}

static void test_sps(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        size_t n;
        struct avc_sps s;
        uint8_t *p = unhex(samples[i].hex, &n);
        assert_int_equal(avc_sps_parse(p, n, &s), OK);
        assert_int_equal(s.profile, samples[i].profile);
        assert_int_equal(s.level, samples[i].level);
        assert_int_equal(s.width, samples[i].width);
        assert_int_equal(s.height, samples[i].height);
        assert_int_equal(s.interlaced, samples[i].interlaced);
        assert_int_equal((uint64_t)s.fps_num * samples[i].fps_den,
                         (uint64_t)s.fps_den * samples[i].fps_num);
        free(p);
    }
}

static void test_sps_cut_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        size_t whole;
        uint8_t *p = unhex(samples[i].hex, &whole);
        for (size_t n = 0; n < 12; n++) {
            uint8_t *cut = malloc(n + !n);
            struct avc_sps s;
            memcpy(cut, p, n);
            assert_int_equal(avc_sps_parse(cut, n, &s), ERR_PROTOCOL);
            free(cut);
        }
        free(p);
    }
}

static void test_sps_absurd_size(void **state)
{
    (void)state;
    /* Baseline, sane but for a width of 65,536 macroblocks. */
    static const uint8_t p[] = {0x67, 0x42, 0x00, 0x28, 0xDA, 0x00, 0x00, 0x40, 0x00, 0x39};
    struct avc_sps s;
    assert_int_equal(avc_sps_parse(p, sizeof(p), &s), ERR_UNSUPPORTED);
}

static void test_real_config(void **state)
{
    (void)state;
    size_t n, at = 0;
    uint8_t *p = clip_read(&n);
    struct flv_tag tag;
    struct flv_video v;
    do {
        assert_true(clip_next(p, n, &at, &tag));
        if (tag.type == FLV_VIDEO)
            assert_int_equal(flv_video_parse(tag.p, tag.n, &v), OK);
    } while (tag.type != FLV_VIDEO || v.packet != FLV_SEQUENCE_HEADER);

    struct avc_config c;
    char text[AVC_CODEC_TEXT];
    assert_int_equal(avc_config_parse(v.p, v.n, &c), OK);
    assert_int_equal(c.nal_length_size, 4);
    assert_int_equal(c.info.width, 160);
    assert_int_equal(c.info.height, 120);
    assert_int_equal(c.info.fps_num, c.info.fps_den * 25);
    avc_codec_text(&c, text);
    assert_string_equal(text, "avc1.64000b");

    /* The picture parameter set ends where the extension of high profiles begins. */
    size_t needed = (size_t)(c.pps + c.pps_n - v.p);
    for (size_t cut = 0; cut < needed; cut++) {
        uint8_t *copy = malloc(cut + !cut);
        memcpy(copy, v.p, cut);
        assert_int_equal(avc_config_parse(copy, cut, &c), ERR_PROTOCOL);
        free(copy);
    }
    free(p);
}

static void test_nal_walk(void **state)
{
    (void)state;
    static const uint8_t frame[] = {0, 0, 0, 2, 0x09, 0xF0, 0, 0, 0, 1, 0x65};
    const uint8_t *nal;
    size_t at = 0, n;
    assert_int_equal(avc_next_nal(frame, sizeof(frame), 4, &at, &nal, &n), OK);
    assert_ptr_equal(nal, frame + 4);
    assert_int_equal(n, 2);
    assert_int_equal(avc_next_nal(frame, sizeof(frame), 4, &at, &nal, &n), OK);
    assert_int_equal(nal[0], 0x65);
    assert_int_equal(avc_next_nal(frame, sizeof(frame), 4, &at, &nal, &n), ERR_EOF);
    assert_true(avc_has_idr(frame, sizeof(frame), 4));
    assert_false(avc_has_idr(frame, sizeof(frame) - 1, 4));
    assert_false(avc_has_idr(frame, 6, 4));
    at = 6;
    assert_int_equal(avc_next_nal(frame, 9, 4, &at, &nal, &n), ERR_PROTOCOL);
    at = 0;
    assert_int_equal(avc_next_nal((const uint8_t *)"\xFF\xFF\xFF\xFFx", 5, 4, &at, &nal, &n),
                     ERR_PROTOCOL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sps),
        cmocka_unit_test(test_sps_cut_short),
        cmocka_unit_test(test_sps_absurd_size),
        cmocka_unit_test(test_real_config),
        cmocka_unit_test(test_nal_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
