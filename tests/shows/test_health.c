/* shows/health and live/watch: what a crew is told of what its encoder sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "live/watch.h"
#include "town/shows/health.h"

/* A phone's good picture: 1080 by 1920 at 30, four megabits, a keyframe every two seconds. */
static const struct live_health good = {.state = LIVE_ON,
                                        .kbps = 4000,
                                        .fps_x100 = 3000,
                                        .keyframe_ms = 2000,
                                        .width = 1080,
                                        .height = 1920,
                                        .audio_hz = 44100,
                                        .audio_channels = 2,
                                        .up_ms = 60000,
                                        .watched_s = 10,
                                        .mean_kbps = 4000,
                                        .fps_low_x100 = 2950,
                                        .fps_high_x100 = 3050,
                                        .fps_mean_x100 = 3000,
                                        .gap_ms = 34,
                                        .frame_ago_ms = 10,
                                        .audio_ago_ms = 10,
                                        .still_ms = 30,
                                        .reset_ago_ms = -1,
                                        .drop_ago_ms = -1};

static struct advice found[HEALTH_ADVICE_MAX];
static size_t n;

static void judge(const struct live_health *h)
{
    n = health_advice(h, found);
    for (size_t i = 1; i < n; i++)
        assert_true(found[i].level <= found[i - 1].level); /* the worst first */
}

static const struct advice *said(const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(found[i].key + strlen("shows.advice_"), name) == 0)
            return &found[i];
    return NULL;
}

#define ONLY(name)                                                                                 \
    do {                                                                                           \
        assert_int_equal(n, 1);                                                                    \
        assert_non_null(said(name));                                                               \
    } while (0)

static void a_good_picture_is_called_good(void **state)
{
    (void)state;
    struct live_health h = good;
    judge(&h);
    ONLY("good");
    assert_int_equal(found[0].level, ADVICE_GOOD);
    h.state = LIVE_PAUSED;
    judge(&h);
    assert_int_equal(n, 0);
    h = good;
    h.watched_s = HEALTH_SETTLED_S - 1; /* too young to say */
    h.keyframe_ms = 0;
    h.mean_kbps = 10;
    judge(&h);
    assert_int_equal(n, 0);
}

static void keyframes_too_far_apart(void **state)
{
    (void)state;
    struct live_health h = good;
    h.keyframe_ms = HEALTH_KEYFRAME_MS;
    judge(&h);
    ONLY("good");
    h.keyframe_ms = 8300;
    judge(&h);
    ONLY("keyframes");
    assert_int_equal(found[0].number, 8);
    h.keyframe_ms = 0; /* there was none since the first */
    judge(&h);
    assert_int_equal(said("keyframes")->number, 60);
}

static void a_rate_that_does_not_fit_the_size(void **state)
{
    (void)state;
    struct live_health h = good;
    h.mean_kbps = 800;
    judge(&h);
    ONLY("rate_low");
    assert_int_equal(found[0].kbps, 800);
    assert_in_range(found[0].good_kbps, 4000, 6000);
    h.width = 360;
    h.height = 640; /* enough for a small picture */
    judge(&h);
    ONLY("good");
    assert_in_range(health_good_kbps(&h), 500, 1000);
    h.mean_kbps = 4000;
    judge(&h);
    ONLY("rate_high");
    assert_int_equal(found[0].level, ADVICE_TIP);
    h = good;
    h.mean_kbps = 400;
    h.still_ms = HEALTH_STILL_MS; /* a picture that stands still needs little */
    judge(&h);
    ONLY("still");
    assert_int_equal(found[0].number, 20);
}

static void what_is_missing(void **state)
{
    (void)state;
    struct live_health h = good;
    h.audio_hz = 0;
    judge(&h);
    ONLY("no_sound");
    assert_int_equal(found[0].level, ADVICE_BAD);
    h = good;
    h.audio_ago_ms = HEALTH_SILENCE_MS;
    judge(&h);
    ONLY("no_sound");
    h = good;
    h.frame_ago_ms = HEALTH_SILENCE_MS;
    judge(&h);
    ONLY("no_picture");
    h.audio_ago_ms = 7400;
    h.frame_ago_ms = 9000;
    judge(&h);
    ONLY("nothing");
    assert_int_equal(found[0].number, 7);
    h = good;
    h.width = h.height = 0;
    judge(&h);
    ONLY("no_picture");
}

static void frames_few_or_uneven(void **state)
{
    (void)state;
    struct live_health h = good;
    h.fps_low_x100 = 1200;
    h.fps_high_x100 = 1500;
    h.fps_mean_x100 = 1400;
    judge(&h);
    ONLY("fps_low");
    assert_int_equal(found[0].number, 14);
    h = good;
    h.fps_low_x100 = 2100;
    judge(&h);
    ONLY("fps_uneven");
    h = good;
    h.gap_ms = HEALTH_GAP_MS;
    judge(&h);
    ONLY("fps_uneven");
}

static void jumps_and_drops_are_spoken_of_for_a_minute(void **state)
{
    (void)state;
    struct live_health h = good;
    h.reset_ago_ms = h.drop_ago_ms = 5000;
    judge(&h);
    assert_int_equal(n, 2);
    assert_int_equal(said("dropped")->level, ADVICE_BAD);
    assert_int_equal(said("clock")->level, ADVICE_WARN);
    h.reset_ago_ms = h.drop_ago_ms = HEALTH_RECENT_MS;
    judge(&h);
    ONLY("good");
}

static void a_wide_picture_is_told_of_phones(void **state)
{
    (void)state;
    struct live_health h = good;
    h.width = 1920;
    h.height = 1080;
    judge(&h);
    ONLY("landscape");
    assert_int_equal(found[0].level, ADVICE_TIP);
}

static void no_more_than_can_be_read(void **state)
{
    (void)state;
    struct live_health h = good;
    h.width = 1920;
    h.height = 1080;
    h.audio_hz = 0;
    h.reset_ago_ms = h.drop_ago_ms = 0;
    h.keyframe_ms = 9000;
    h.fps_high_x100 = h.fps_low_x100 = h.fps_mean_x100 = 1000;
    h.mean_kbps = 1;
    judge(&h);
    assert_int_equal(n, HEALTH_ADVICE_MAX);
    assert_non_null(said("no_sound"));
}

/* ---- what live knows ---- */

static struct watch w;
static struct live_health h;

/* So many seconds of 25 frames of n bytes each, a keyframe a second, and sound. */
static int64_t pass(int64_t from_ms, int seconds, size_t bytes, int64_t media_from_ms)
{
    for (int s = 0; s < seconds; s++) {
        for (int f = 0; f < 25; f++) {
            int64_t now = from_ms + s * 1000 + f * 40;
            watch_video(&w, now, media_from_ms + s * 1000 + f * 40, f == 0 ? 20000 : bytes, f == 0,
                        1280 * 720);
            watch_audio(&w, now, 200);
        }
        watch_second(&w, from_ms + (s + 1) * 1000, 1000000, 0, 0);
    }
    return from_ms + seconds * 1000;
}

static void the_last_seconds_are_kept(void **state)
{
    (void)state;
    watch_restart(&w, 1000);
    int64_t now = pass(1000, 3, 5000, 0);
    watch_read(&w, now, &h);
    assert_int_equal(h.watched_s, 3);
    assert_int_equal(h.fps_low_x100, 2500);
    assert_int_equal(h.fps_high_x100, 2500);
    assert_int_equal(h.fps_mean_x100, 2500);
    assert_int_equal(h.mean_kbps, (20000 + 24 * 5000 + 25 * 200) * 8 / 1000);
    assert_int_equal(h.gap_ms, 40);
    assert_int_equal(h.frame_ago_ms, 40);
    assert_int_equal(h.reset_ago_ms, -1);
    assert_in_range(h.still_ms, 0, 80);
    now = pass(now, 1, 5000, 4000); /* a second of frames is missing before it */
    watch_read(&w, now, &h);
    assert_int_equal(h.gap_ms, 1040);
    now = pass(now, WATCH_SECONDS, 5000, 5000);
    watch_read(&w, now, &h);
    assert_int_equal(h.gap_ms, 40); /* long ago */
    watch_read(&w, now + 5000, &h);
    assert_int_equal(h.frame_ago_ms, 5040);
    watch_second(&w, now + 6000, 6000000, 1, 2);
    watch_read(&w, now + 8000, &h);
    assert_int_equal(h.reset_ago_ms, 2000);
    assert_int_equal(h.drop_ago_ms, 2000);
    assert_int_equal(h.fps_low_x100, 0);
    watch_restart(&w, now + 9000); /* the encoder is back: what it did before is another's */
    watch_read(&w, now + 9000, &h);
    assert_int_equal(h.watched_s, 0);
    assert_int_equal(h.still_ms, 0);
    assert_int_equal(h.reset_ago_ms, 3000);
}

static void a_picture_that_stands_still_is_known_by_its_small_frames(void **state)
{
    (void)state;
    watch_restart(&w, 1000);
    int64_t now = pass(1000, 2, 5000, 0);
    now = pass(now, 30, 90, 2000);
    watch_read(&w, now, &h);
    assert_in_range(h.still_ms, 29000, 31000);
    now = pass(now, 1, 400, 32000);
    watch_read(&w, now, &h);
    assert_in_range(h.still_ms, 0, 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_picture_is_called_good),
        cmocka_unit_test(keyframes_too_far_apart),
        cmocka_unit_test(a_rate_that_does_not_fit_the_size),
        cmocka_unit_test(what_is_missing),
        cmocka_unit_test(frames_few_or_uneven),
        cmocka_unit_test(jumps_and_drops_are_spoken_of_for_a_minute),
        cmocka_unit_test(a_wide_picture_is_told_of_phones),
        cmocka_unit_test(no_more_than_can_be_read),
        cmocka_unit_test(the_last_seconds_are_kept),
        cmocka_unit_test(a_picture_that_stands_still_is_known_by_its_small_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
