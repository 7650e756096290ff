/* What we write is judged by ffprobe and ffmpeg: their packets and decoded frames of our MP4 must
 * be those of the clip it was made from. */
#include "clip.h"

#include <string.h>
#include <unistd.h>

#include "media/aac.h"
#include "media/avc.h"
#include "media/fmp4.h"
#include "media/fmp4_read.h"

enum { TEXT_MAX = 64 * 1024 };

/* Runs a command and returns what it printed; fails the test when it fails. */
static char *run(const char *command)
{
    FILE *f = popen(command, "r");
    assert_non_null(f);
    char *text = malloc(TEXT_MAX);
    size_t n = fread(text, 1, TEXT_MAX - 1, f);
    text[n] = 0;
    if (pclose(f) != 0)
        fail_msg("%s: %s", command, text);
    return text;
}

/* The clip as fragmented MP4 in a temporary file, cut before each keyframe or each `part_ms`. */
struct maker {
    FILE *out;
    struct fmp4 *fmp4;
    uint8_t *clip;
    size_t clip_n;
    struct avc_config avc;
    struct aac_config aac;
    int64_t part_ms; /* 0: at keyframes */
    int fragments, independent;
    int64_t next_start;
    char path[64];
};

static void write_block(FILE *f, struct block *b)
{
    assert_int_equal(fwrite(b->p, 1, b->n, f), b->n);
    block_unref(b);
}

static void finish(struct maker *m, int64_t end_ms)
{
    struct fmp4_fragment part;
    assert_int_equal(fmp4_finish(m->fmp4, end_ms, true, &part), OK);
    if (m->fragments++)
        assert_int_equal(part.start_ms, m->next_start);
    m->next_start = part.start_ms + part.duration_ms;
    m->independent += part.independent;
    write_block(m->out, part.block);
}

static void find_configs(struct maker *m)
{
    struct flv_tag tag;
    for (size_t at = 0; clip_next(m->clip, m->clip_n, &at, &tag);) {
        struct flv_video v;
        struct flv_audio a;
        if (tag.type == FLV_VIDEO && flv_video_parse(tag.p, tag.n, &v) == OK &&
            v.packet == FLV_SEQUENCE_HEADER)
            assert_int_equal(avc_config_parse(v.p, v.n, &m->avc), OK);
        if (tag.type == FLV_AUDIO && flv_audio_parse(tag.p, tag.n, &a) == OK &&
            a.packet == FLV_SEQUENCE_HEADER)
            assert_int_equal(aac_config_parse(a.p, a.n, &m->aac), OK);
    }
}

static void add_tag(struct maker *m, const struct flv_tag *tag)
{
    struct flv_video v;
    struct flv_audio a;
    int64_t dts = tag->time_ms;
    if (tag->type == FLV_VIDEO) {
        assert_int_equal(flv_video_parse(tag->p, tag->n, &v), OK);
        if (v.packet != FLV_FRAME)
            return;
        bool due = m->part_ms ? dts - fmp4_start_ms(m->fmp4) >= m->part_ms : v.keyframe;
        if (due && !fmp4_is_empty(m->fmp4) && dts > fmp4_start_ms(m->fmp4))
            finish(m, dts);
        assert_int_equal(fmp4_add_video(m->fmp4, dts, v.composition_ms, v.keyframe, v.p, v.n), OK);
    } else if (tag->type == FLV_AUDIO) {
        assert_int_equal(flv_audio_parse(tag->p, tag->n, &a), OK);
        if (a.packet == FLV_FRAME)
            assert_int_equal(fmp4_add_audio(m->fmp4, dts, a.p, a.n), OK);
    }
}

static void make(struct maker *m, int64_t part_ms)
{
    struct block *init;
    struct flv_tag tag;
    *m = (struct maker){.part_ms = part_ms};
    m->clip = clip_read(&m->clip_n);
    find_configs(m);
    strcpy(m->path, "/tmp/test_fmp4_XXXXXX");
    int fd = mkstemp(m->path);
    assert_true(fd >= 0);
    m->out = fdopen(fd, "wb");
    m->fmp4 = fmp4_new(true, &m->aac);
    assert_int_equal(fmp4_init_segment(&m->avc, &m->aac, &init), OK);
    write_block(m->out, init);
    for (size_t at = 0; clip_next(m->clip, m->clip_n, &at, &tag);)
        add_tag(m, &tag);
    finish(m, 80 + CLIP_VIDEO_FRAMES * 40);
    assert_int_equal(fclose(m->out), 0);
}

static void unmake(struct maker *m)
{
    fmp4_free(m->fmp4);
    free(m->clip);
    unlink(m->path);
}

static void expect_same(const char *format, const char *path)
{
    char command[512];
    snprintf(command, sizeof(command), format, path);
    char *got = run(command);
    snprintf(command, sizeof(command), format, CLIP_FLV);
    char *want = run(command);
    assert_true(strlen(want) > 100);
    assert_string_equal(got, want);
    free(got);
    free(want);
}

#define PACKETS                                                                                    \
    "ffprobe -v error -select_streams v -show_entries packet=pts_time,dts_time,size,flags "        \
    "-of csv %s"
#define FRAMES "ffmpeg -v error -xerror -i %s -map 0:v -f framemd5 - | grep -v '^#' | cut -d, -f6"
#define SOUND "ffmpeg -v error -xerror -i %s -map 0:a -f framemd5 - | grep -v '^#' | cut -d, -f6"

static void check_with_ffmpeg(int64_t part_ms, int fragments, int independent)
{
    struct maker m;
    make(&m, part_ms);
    assert_int_equal(m.fragments, fragments);
    assert_int_equal(m.independent, independent);
    char command[256];
    snprintf(command, sizeof(command),
             "ffprobe -v error -show_entries stream=codec_name,profile,width,height,sample_rate,"
             "channels -of csv %s",
             m.path);
    char *streams = run(command);
    assert_string_equal(streams, "stream,h264,High,160,120\nstream,aac,LC,44100,2\n");
    free(streams);
    expect_same(PACKETS, m.path);
    expect_same(FRAMES, m.path);
    expect_same(SOUND, m.path);
    unmake(&m);
}

static void test_segments_by_keyframe(void **state)
{
    (void)state;
    check_with_ffmpeg(0, 2, 2);
}

static void test_short_parts(void **state)
{
    (void)state;
    check_with_ffmpeg(200, 10, 2);
}

static int64_t tfdt(const struct block *b, int track)
{
    const uint8_t *p = b->p, *end = p + b->n;
    for (int i = 0; i < track; i++) {
        p = memmem(p, (size_t)(end - p), "tfdt", 4);
        assert_non_null(p);
        p += 4;
    }
    return (int64_t)be64(p + 4);
}

static void add_sound(struct fmp4 *f, int64_t ms)
{
    assert_int_equal(fmp4_add_audio(f, ms, "sound", 5), OK);
}

static void test_audio_is_laid_end_to_end(void **state)
{
    (void)state;
    struct aac_config aac;
    struct fmp4_fragment part;
    assert_int_equal(aac_config_parse((const uint8_t *)"\x12\x10", 2, &aac), OK);
    struct fmp4 *f = fmp4_new(false, &aac);

    /* 44,100 Hz: a frame is 23.2 ms, told as 23 and 24; jitter of 20 ms changes nothing. */
    static const int64_t first[] = {0, 23, 66, 70, 93};
    for (size_t i = 0; i < 5; i++)
        add_sound(f, first[i]);
    assert_int_equal(fmp4_finish(f, 116, true, &part), OK);
    assert_int_equal(tfdt(part.block, 1), 0);
    assert_true(part.independent);
    block_unref(part.block);

    add_sound(f, 110);
    assert_int_equal(fmp4_finish(f, 139, true, &part), OK);
    assert_int_equal(tfdt(part.block, 1), 5 * 1024);
    block_unref(part.block);

    /* A hole of a second: the clock is set anew, from the millisecond told. */
    add_sound(f, 1139);
    assert_int_equal(fmp4_finish(f, 1162, true, &part), OK);
    assert_int_equal(tfdt(part.block, 1), 1139 * 44100 / 1000);
    block_unref(part.block);
    fmp4_free(f);
}

static void test_a_hole_inside_a_fragment(void **state)
{
    (void)state;
    struct aac_config aac;
    struct fmp4_fragment part;
    assert_int_equal(aac_config_parse((const uint8_t *)"\x11\x90", 2, &aac), OK); /* 48,000 Hz */
    struct fmp4 *f = fmp4_new(false, &aac);
    add_sound(f, 0);
    add_sound(f, 1000);
    add_sound(f, 1021);
    assert_int_equal(fmp4_finish(f, 1043, true, &part), OK);
    const uint8_t *trun = memmem(part.block->p, part.block->n, "trun", 4);
    assert_non_null(trun);
    assert_int_equal(be32(trun + 16), 48000); /* the first sample lasts until the second */
    assert_int_equal(be32(trun + 16 + 12), 1024);
    block_unref(part.block);
    fmp4_free(f);
}

static void test_misuse_and_limits(void **state)
{
    (void)state;
    struct fmp4_fragment part;
    struct block *init;
    struct fmp4 *f = fmp4_new(true, NULL);
    assert_int_equal(fmp4_init_segment(NULL, NULL, &init), ERR_INVALID);
    assert_int_equal(fmp4_finish(f, 0, true, &part), ERR_INVALID);
    assert_int_equal(fmp4_add_audio(f, 0, "x", 1), ERR_INVALID);
    for (int i = 0; i < FMP4_SAMPLES_MAX; i++)
        assert_int_equal(fmp4_add_video(f, i, 0, i == 0, "x", 1), OK);
    assert_int_equal(fmp4_add_video(f, 9000, 0, false, "x", 1), ERR_TOO_LARGE);
    assert_int_equal(fmp4_finish(f, 9000, false, &part), OK);
    assert_int_equal(part.duration_ms, 9000);
    block_unref(part.block);
    assert_true(fmp4_is_empty(f));

    /* Time that stands still or goes back gives no negative length. */
    assert_int_equal(fmp4_add_video(f, 9000, 0, true, "x", 1), OK);
    assert_int_equal(fmp4_add_video(f, 8000, 0, false, "x", 1), OK);
    assert_int_equal(fmp4_finish(f, 7000, false, &part), OK);
    assert_int_equal(part.duration_ms, 1);
    block_unref(part.block);
    fmp4_free(f);
}

/* ---- reading back ---- */

static uint8_t *read_whole(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    uint8_t *p = malloc(256 * 1024);
    *n = fread(p, 1, 256 * 1024, f);
    fclose(f);
    return p;
}

/* A segment of the file: where it begins, how long its head and it are. */
struct cut {
    size_t at, head, n;
};

static size_t cuts_of(const uint8_t *p, size_t n, size_t at, struct cut *out)
{
    size_t made = 0;
    while (at < n) {
        struct cut *c = &out[made++];
        c->at = at;
        assert_int_equal(fmp4_head_length(str_n(p + at, n - at), &c->head), OK);
        c->n = c->head - 8 + be32(p + at + c->head - 8);
        at += c->n;
    }
    return made;
}

/* The clip twice, end to end, as a recording that was interrupted: the second time of another
 * clock. What comes of it is one film for whoever plays it. */
static void two_clocks_become_one_film(void **state)
{
    enum { SECOND_MS = 2120 };
    struct maker m;
    struct fmp4_init init;
    struct fmp4_head head;
    struct cut cuts[8];
    struct fmp4_piece pieces[8];
    struct buf film;
    size_t n;
    char command[256];
    (void)state;
    make(&m, 0);
    uint8_t *p = read_whole(m.path, &n);
    size_t init_n = be32(p) + be32(p + be32(p)); /* ftyp, moov */
    struct str init_bytes = str_n(p, init_n);
    assert_int_equal(fmp4_read_init(init_bytes, &init), OK);
    assert_int_equal(init.n, 2);
    assert_true(init.tracks[0].is_video && !init.tracks[1].is_video);
    assert_int_equal(init.tracks[0].timescale, FMP4_VIDEO_TIMESCALE);
    assert_int_equal(init.tracks[1].timescale, 44100);
    assert_true(init.avcc.n > 7 && init.avcc.p[0] == 1);
    size_t made = cuts_of(p, n, init_n, cuts);
    assert_int_equal(made, 2);
    buf_init(&film, 1 << 20);
    fmp4_put_init(&film, init_bytes, &init, SECOND_MS + 2000);
    for (size_t i = 0; i < 2 * made; i++)
        pieces[i] = (struct fmp4_piece){(int64_t)cuts[i % made].n, i == 1 ? 1120 : 1000, true};
    size_t before = film.n;
    fmp4_put_index(&film, &init.tracks[0], pieces, 2 * made);
    assert_int_equal(film.n - before, fmp4_index_length(2 * made));
    for (size_t i = 0; i < 2 * made; i++) {
        const struct cut *c = &cuts[i % made];
        assert_int_equal(fmp4_read_head(str_n(p + c->at, c->head), &head), OK);
        assert_true(head.has_picture && head.picture_is_keyframe);
        assert_true(head.picture_at + head.picture_n <= c->n);
        size_t at = film.n;
        buf_put(&film, p + c->at, c->n);
        fmp4_move(film.p + at, &head, &init, i < made ? 0 : SECOND_MS, (uint32_t)i + 1);
    }
    FILE *f = fopen(m.path, "wb");
    assert_int_equal(fwrite(film.p, 1, film.n, f), film.n);
    fclose(f);
    snprintf(command, sizeof(command), "ffmpeg -v error -xerror -i %s -c copy -f null - 2>&1",
             m.path);
    char *said = run(command);
    assert_string_equal(said, "");
    free(said);
    snprintf(command, sizeof(command),
             "ffprobe -v error -count_packets -select_streams v -show_entries "
             "stream=nb_read_packets:format=duration -of csv=p=0 %s 2>&1",
             m.path);
    said = run(command);
    assert_non_null(strstr(said, "100\n")); /* every frame of both */
    assert_non_null(strstr(said, "4.1"));
    free(said);
    buf_free(&film);
    free(p);
    unmake(&m);
}

static void what_is_cut_short_is_no_segment(void **state)
{
    struct maker m;
    struct fmp4_init init;
    struct fmp4_head head;
    struct cut cuts[8];
    size_t n;
    (void)state;
    make(&m, 0);
    uint8_t *p = read_whole(m.path, &n);
    size_t init_n = be32(p) + be32(p + be32(p));
    cuts_of(p, n, init_n, cuts);
    for (size_t i = 0; i < init_n; i++) {
        uint8_t *copy = malloc(i ? i : 1); /* exactly so long: reading beyond it is found */
        memcpy(copy, p, i);
        assert_int_equal(fmp4_read_init(str_n(copy, i), &init), ERR_CORRUPT);
        free(copy);
    }
    for (size_t i = 0; i + 8 < cuts[0].head; i += 7) {
        uint8_t *copy = malloc(i ? i : 1);
        memcpy(copy, p + cuts[0].at, i);
        assert_int_equal(fmp4_read_head(str_n(copy, i), &head), ERR_CORRUPT);
        free(copy);
    }
    free(p);
    unmake(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segments_by_keyframe),
        cmocka_unit_test(test_short_parts),
        cmocka_unit_test(test_audio_is_laid_end_to_end),
        cmocka_unit_test(test_a_hole_inside_a_fragment),
        cmocka_unit_test(test_misuse_and_limits),
        cmocka_unit_test(two_clocks_become_one_film),
        cmocka_unit_test(what_is_cut_short_is_no_segment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
