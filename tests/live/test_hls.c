/* live/hls.c: what a playlist promises its players, over a clock of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "live/hls.h"

static int64_t wall_ms;

static int64_t read_wall(void *state)
{
    (void)state;
    return wall_ms;
}

static const struct clock_source hand_set = {read_wall, read_wall, NULL};

/* AAC-LC, 44,100 Hz, stereo; the frames' bytes do not matter. */
static struct hls *hls_with_sound(void)
{
    static const uint8_t record[] = {0x12, 0x10};
    struct aac_config audio;
    struct hls *h = hls_new();
    assert_non_null(h);
    assert_int_equal(aac_config_parse(record, sizeof(record), &audio), OK);
    hls_configure(h, NULL, &audio);
    return h;
}

/* A frame every `step_ms` from `from_ms` to before `to_ms`. */
static void feed(struct hls *h, int64_t from_ms, int64_t to_ms, int64_t step_ms)
{
    for (int64_t ms = from_ms; ms < to_ms; ms += step_ms)
        hls_audio(h, ms, "frame", 5);
}

struct list {
    long long target, sequence;
    int segments;
    double longest;
    char first_segment[64], init[64];
};

static struct list read_list(struct hls *h)
{
    struct list l = {0};
    struct block *b;
    const char *type;
    char line[128];
    double duration;
    assert_int_equal(hls_file(h, STR("index.m3u8"), &b, &type), OK);
    struct str rest = str_n(b->p, b->n);
    while (rest.n > 0) {
        struct str cut = str_cut(rest, '\n', &rest);
        snprintf(line, sizeof(line), "%.*s", STR_ARG(cut));
        sscanf(line, "#EXT-X-TARGETDURATION:%lld", &l.target);
        sscanf(line, "#EXT-X-MEDIA-SEQUENCE:%lld", &l.sequence);
        if (sscanf(line, "#EXTINF:%lf", &duration) == 1 && duration > l.longest)
            l.longest = duration;
        sscanf(line, "#EXT-X-MAP:URI=\"%63[^\"]", l.init);
        if (line[0] != '#' && l.segments++ == 0)
            snprintf(l.first_segment, sizeof(l.first_segment), "%.63s", line);
    }
    block_unref(b);
    return l;
}

static bool has(struct hls *h, const char *file)
{
    struct block *b = NULL;
    const char *type;
    bool found = hls_file(h, str_of(file), &b, &type) == OK;
    block_unref(b);
    return found;
}

static void the_window_slides(void **state)
{
    (void)state;
    wall_ms = 1000 * 1000;
    struct hls *h = hls_with_sound();
    feed(h, 0, 8100, 23);
    struct list l = read_list(h), first = l;
    assert_int_equal(l.sequence, 1000);
    assert_in_range(l.segments, 4, 5);
    feed(h, 8100, 30000, 23);
    l = read_list(h);
    assert_int_equal(l.segments, HLS_LISTED);
    assert_true(l.sequence > first.sequence);
    assert_int_equal(l.target, first.target);
    assert_true(has(h, l.first_segment));
    assert_true(has(h, l.init));
    assert_false(has(h, first.first_segment));
    hls_free(h);
}

/* A picture that changes once a second, or a sound that comes in long pieces. */
static void no_segment_is_longer_than_the_target(void **state)
{
    (void)state;
    static const int64_t steps[] = {23, 700, 900, 1000, 1300, 2000};
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        wall_ms = 1000 * 1000;
        struct hls *h = hls_with_sound();
        feed(h, 0, 2100, 23);
        feed(h, 2100, 40000, steps[i]);
        struct list l = read_list(h);
        assert_true(l.longest < (double)l.target + 0.5);
        hls_free(h);
    }
}

static void a_later_stream_has_names_of_its_own(void **state)
{
    (void)state;
    wall_ms = 1000 * 1000;
    struct hls *h = hls_with_sound();
    feed(h, 0, 20000, 23);
    struct list earlier = read_list(h);
    hls_free(h);
    wall_ms += 20000;
    h = hls_with_sound();
    feed(h, 0, 5000, 23);
    struct list later = read_list(h);
    assert_true(later.sequence > earlier.sequence + earlier.segments - 1);
    assert_false(has(h, earlier.first_segment));
    assert_false(has(h, earlier.init));
    hls_free(h);
}

static int64_t started_ms; /* of the newest segment */

static void note_start(void *arg, const struct hls_segment *s)
{
    (void)arg;
    started_ms = s->start_ms;
}

/* What was said before is nobody's any more; what comes after is the first that is listed. */
static void what_is_forgotten_cannot_be_had(void **state)
{
    (void)state;
    char kept[64];
    struct block *b;
    const char *type;
    wall_ms = 1000 * 1000;
    struct hls *h = hls_with_sound();
    feed(h, 0, 9100, 23);
    struct list l = read_list(h);
    snprintf(kept, sizeof(kept), "%s", l.first_segment);
    long long next = l.sequence + l.segments;
    assert_true(has(h, kept));
    hls_forget(h);
    assert_false(has(h, kept));
    assert_int_equal(hls_file(h, STR("index.m3u8"), &b, &type), ERR_AGAIN);
    /* What was being gathered, a second of it, is of before; the next is all of after. */
    hls_on_segment(h, note_start, NULL);
    feed(h, 9108, 11500, 23);
    l = read_list(h);
    assert_int_equal(l.sequence, next);
    assert_int_equal(l.segments, 1);
    assert_int_equal(started_ms, 9108);
    hls_forget(h);
    hls_end(h, 11510); /* nor does the end bring it */
    assert_int_equal(hls_file(h, STR("index.m3u8"), &b, &type), ERR_AGAIN);
    hls_free(h);
}

int main(void)
{
    clock_install(&hand_set);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_window_slides),
        cmocka_unit_test(no_segment_is_longer_than_the_target),
        cmocka_unit_test(a_later_stream_has_names_of_its_own),
        cmocka_unit_test(what_is_forgotten_cannot_be_had),
    };
    return cmocka_run_group_tests_name("hls", tests, NULL, NULL);
}
