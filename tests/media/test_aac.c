#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "media/aac.h"

static void test_configs(void **state)
{
    (void)state;
    static const struct {
        const char *p;
        size_t n;
        uint32_t rate, output_rate, frame;
        uint8_t type, channels;
        const char *text;
    } cases[] = {
        {"\x12\x10", 2, 44100, 44100, 1024, 2, 2, "mp4a.40.2"},
        {"\x11\x88", 2, 48000, 48000, 1024, 2, 1, "mp4a.40.2"},
        {"\x12\x14", 2, 44100, 44100, 960, 2, 2, "mp4a.40.2"},
        /* SBR announced first: type 5, core 22,050, output 44,100, core type 2 */
        {"\x2B\x92\x08\x00", 4, 22050, 44100, 1024, 2, 2, "mp4a.40.5"},
        /* SBR announced at the end: 0x2B7, type 5, present, 44,100 */
        {"\x13\x90\x56\xE5\xA0", 5, 22050, 44100, 1024, 2, 2, "mp4a.40.5"},
        /* an explicit rate of 44,100 */
        {"\x17\x80\x56\x22\x10", 5, 44100, 44100, 1024, 2, 2, "mp4a.40.2"},
        /* ffmpeg pads its config with an SBR sync that says "absent" */
        {"\x12\x10\x56\xE5\x00", 5, 44100, 44100, 1024, 2, 2, "mp4a.40.2"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t *copy = malloc(cases[i].n);
        char text[AAC_CODEC_TEXT];
        struct aac_config c;
        memcpy(copy, cases[i].p, cases[i].n);
        assert_int_equal(aac_config_parse(copy, cases[i].n, &c), OK);
        assert_int_equal(c.sample_rate, cases[i].rate);
        assert_int_equal(c.output_rate, cases[i].output_rate);
        assert_int_equal(c.frame_samples, cases[i].frame);
        assert_int_equal(c.object_type, cases[i].type);
        assert_int_equal(c.channels, cases[i].channels);
        aac_codec_text(&c, text);
        assert_string_equal(text, cases[i].text);
        free(copy);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static uint8_t big[AAC_CONFIG_MAX + 1] = {0x12, 0x10};
    struct aac_config c;
    assert_int_equal(aac_config_parse((const uint8_t *)"\x12", 1, &c), ERR_PROTOCOL);
    assert_int_equal(aac_config_parse(big, sizeof(big), &c), ERR_PROTOCOL);
    assert_int_equal(aac_config_parse((const uint8_t *)"\x16\x90", 2, &c), ERR_PROTOCOL); /* rate */
    assert_int_equal(aac_config_parse((const uint8_t *)"\x12\x40", 2, &c), ERR_PROTOCOL); /* 8 ch */
    assert_int_equal(aac_config_parse((const uint8_t *)"\x42\x10", 2, &c), ERR_UNSUPPORTED);
    assert_int_equal(aac_config_parse((const uint8_t *)"\x17\x80", 2, &c), ERR_PROTOCOL); /* cut */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_configs),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
