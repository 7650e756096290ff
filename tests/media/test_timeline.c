#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "media/timeline.h"

#define A TIMELINE_AUDIO
#define V TIMELINE_VIDEO

struct step {
    enum timeline_track track;
    uint32_t wire;
    int64_t want;
};

static void expect(struct timeline *t, const struct step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_int_equal(timeline_map(t, steps[i].track, steps[i].wire), steps[i].want);
}

#define EXPECT(t, ...)                                                                             \
    do {                                                                                           \
        const struct step steps_[] = {__VA_ARGS__};                                                \
        expect((t), steps_, sizeof(steps_) / sizeof(steps_[0]));                                   \
    } while (0)

static void test_starts_at_zero_and_keeps_distance(void **state)
{
    (void)state;
    struct timeline t;
    timeline_init(&t);
    assert_int_equal(timeline_now(&t), 0);
    EXPECT(&t, {V, 5000, 0}, {A, 5010, 10}, {V, 5040, 40}, {A, 5033, 33}, {V, 5080, 80},
           {A, 5056, 56});
    assert_int_equal(timeline_now(&t), 80);
    assert_int_equal(t.resets, 0);
}

static void test_tracks_may_lie_far_apart(void **state)
{
    (void)state;
    struct timeline t;
    timeline_init(&t);
    EXPECT(&t, {A, 0, 0}, {V, 3000, 3000}, {A, 23, 23}, {V, 3040, 3040}, {A, 46, 46});
    assert_int_equal(t.resets, 0);
}

static void test_wraps_at_32_bits(void **state)
{
    (void)state;
    struct timeline t;
    timeline_init(&t);
    EXPECT(&t, {V, 0xFFFFFFF0, 0}, {A, 0xFFFFFFFA, 10}, {V, 24, 40}, {A, 17, 33}, {V, 64, 80});
    assert_int_equal(t.resets, 0);
}

static void test_past_32_bits(void **state)
{
    (void)state;
    struct timeline t;
    timeline_init(&t);
    int64_t out = 0;
    for (uint64_t wire = 0; wire < (UINT64_C(1) << 33); wire += 4000)
        out = timeline_map(&t, V, (uint32_t)wire);
    assert_int_equal(out, (UINT64_C(1) << 33) - (UINT64_C(1) << 33) % 4000);
}

static void test_a_looping_file(void **state)
{
    (void)state;
    struct timeline t;
    timeline_init(&t);
    /* Video jumps back first, audio two frames later: both keep their distance of 10 ms. */
    EXPECT(&t, {V, 9000, 0}, {A, 9010, 10}, {V, 9040, 40}, {A, 9033, 33}, {V, 0, 80}, {A, 9056, 56},
           {A, 9079, 79}, {V, 40, 120}, {A, 10, 90}, {A, 33, 113}, {V, 80, 160});
    assert_int_equal(t.resets, 2);
}

static void test_jump_ahead_is_a_frame(void **state)
{
    (void)state;
    struct timeline t;
    timeline_init(&t);
    EXPECT(&t, {V, 0, 0}, {V, 40, 40}, {V, 3600040, 80}, {V, 3600080, 120});
    /* A pause within bounds stays a pause, and does not count as a frame's length. */
    EXPECT(&t, {V, 3604080, 4120}, {V, 0, 4160});
}

static void test_small_steps_back_do_not_show(void **state)
{
    (void)state;
    struct timeline t;
    timeline_init(&t);
    EXPECT(&t, {V, 1000, 0}, {V, 1100, 100}, {V, 1050, 100}, {V, 1090, 100}, {V, 1140, 140});
    assert_int_equal(t.resets, 0);
    /* Step by step it would stand still for ever; past the bound it goes on. */
    EXPECT(&t, {V, 940, 140}, {V, 740, 190}, {V, 780, 230});
    assert_int_equal(t.resets, 1);
}

static void test_republish_goes_on(void **state)
{
    (void)state;
    struct timeline t;
    timeline_init(&t);
    EXPECT(&t, {V, 0, 0}, {A, 5, 5}, {V, 40, 40});
    timeline_restart(&t);
    EXPECT(&t, {V, 777000, 80}, {A, 777003, 83}, {V, 777040, 120}, {A, 777026, 106});
    timeline_restart(&t);
    /* Audio first, video much later on the wire: the audio's mapping holds for both. */
    EXPECT(&t, {A, 10, 143}, {V, 50, 183});
    assert_int_equal(timeline_now(&t), 183);
}

static void test_one_track_alone_jumps(void **state)
{
    (void)state;
    struct timeline t;
    timeline_init(&t);
    EXPECT(&t, {V, 0, 0}, {A, 0, 0}, {V, 40, 40}, {A, 23, 23}, {A, 900000, 46}, {V, 80, 80},
           {A, 900023, 69}, {V, 120, 120});
    assert_int_equal(t.resets, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_starts_at_zero_and_keeps_distance),
        cmocka_unit_test(test_tracks_may_lie_far_apart),
        cmocka_unit_test(test_wraps_at_32_bits),
        cmocka_unit_test(test_past_32_bits),
        cmocka_unit_test(test_a_looping_file),
        cmocka_unit_test(test_jump_ahead_is_a_frame),
        cmocka_unit_test(test_small_steps_back_do_not_show),
        cmocka_unit_test(test_republish_goes_on),
        cmocka_unit_test(test_one_track_alone_jumps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
