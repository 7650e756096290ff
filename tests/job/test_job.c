/* job/job: children that die, hang, flood, lie, or find nothing where they look; and the real one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../media/clip.h"

#include "base/clock.h"
#include "base/log.h"
#include "job/job_frame.h"
#include "job/job_picture.h"
#include "job/job_sheet.h"
#include "job/job_zip.h"

#define assert_ok(call) assert_int_equal((call), OK)

static char script[] = "/tmp/guildhall-test-job-XXXXXX";
static struct arena arena;
static struct err_info info;
static struct job_answer answer;

static int set_up(void **state)
{
    (void)state;
    log_set_level(LOG_NONE);
    arena_init(&arena, 64 << 20);
    int fd = mkstemp(script);
    return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return unlink(script);
}

/* A child of our own making, in the job's place. */
static void child_is(const char *body)
{
    FILE *f = fopen(script, "w");
    assert_non_null(f);
    fprintf(f, "#!/bin/sh\n%s\n", body);
    fclose(f);
    chmod(script, 0700);
    job_set_program(script);
}

static enum err run(int64_t deadline_ms)
{
    struct job_spec spec = {.what = "test",
                            .request = STR("{}"),
                            .in_fd = -1,
                            .out_fd = -1,
                            .deadline_ms = deadline_ms};
    info = (struct err_info){0};
    return job_run(&spec, &answer, &arena, &info);
}

static void it_is_asked_and_answers(void **state)
{
    (void)state;
    child_is("read line; echo \"got $1 $line\"; echo two; printf 'not a line'");
    assert_ok(run(0));
    assert_true(str_eq_z(answer.text, "got test {}\ntwo\n"));
}

static void it_has_what_it_was_given_and_no_more(void **state)
{
    (void)state;
    int secret = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */
    child_is("ls /proc/$$/fd | tr '\\n' ' '; env | sort | tr '\\n' ' '; echo");
    setenv("GUILDHALL_SECRET", "x", 1);
    assert_ok(run(0));
    /* 10 or above is the shell's own, of its script. */
    assert_true(str_starts(answer.text, "0 1 10 2 3 4 "));
    assert_null(strstr(answer.text.p, "SECRET"));
    close(secret);
}

static void a_child_that_dies(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        enum err err;
    } cases[] = {
        {"kill -SEGV $$", ERR_PROTOCOL}, {"kill -SYS $$", ERR_PROTOCOL},
        {"kill -XCPU $$", ERR_TIMEOUT},  {"kill -XFSZ $$", ERR_TOO_LARGE},
        {"exit 3", ERR_PROTOCOL},        {"echo '{\"ok\":1}'; kill -KILL $$", ERR_PROTOCOL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        child_is(cases[i].body);
        assert_int_equal(run(0), cases[i].err);
    }
}

static void a_child_that_hangs_is_killed_at_the_deadline(void **state)
{
    (void)state;
    child_is("trap '' TERM INT; echo $$; while :; do :; done");
    int64_t begin = clock_mono_ms();
    assert_int_equal(run(300), ERR_TIMEOUT);
    assert_true(clock_mono_ms() - begin >= 300);
    int pid = atoi(answer.text.p);
    assert_true(pid > 1 && kill(pid, 0) != 0);
}

static bool say_stop(void *arg)
{
    return ++*(int *)arg >= 2;
}

static void whoever_waits_can_stop_it(void **state)
{
    (void)state;
    int asked = 0;
    struct job_spec spec = {.what = "test",
                            .request = STR("{}"),
                            .in_fd = -1,
                            .out_fd = -1,
                            .stop = say_stop,
                            .arg = &asked};
    child_is("exec sleep 600");
    assert_int_equal(job_run(&spec, &answer, &arena, &info), ERR_CLOSED);
    assert_int_equal(asked, 2);
}

static void a_child_that_floods(void **state)
{
    (void)state;
    child_is("head -c 9000000 /dev/zero | tr '\\0' '\\n'");
    assert_int_equal(run(0), ERR_TOO_LARGE);
    child_is("head -c 9000000 /dev/zero >&2; echo fine");
    assert_ok(run(0));
}

static void refusals_are_words_that_we_know(void **state)
{
    (void)state;
    child_is("echo '{\"error\":\"x\",\"why\":\"sheet_rows\",\"row\":20001,\"column\":2}'; exit 1");
    assert_int_equal(run(0), ERR_TOO_LARGE);
    assert_string_equal(info.key, "job.sheet_rows");
    assert_string_equal(info.field, "sheet_rows");
    assert_int_equal(answer.row, 20001);
    assert_int_equal(answer.column, 2);
    child_is("echo '{\"error\":\"x\",\"why\":\"made_up\"}'; exit 1");
    assert_int_equal(run(0), ERR_PROTOCOL);
    child_is("echo '{\"error\":'; exit 1");
    assert_int_equal(run(0), ERR_PROTOCOL);
}

static void a_program_that_is_not_there(void **state)
{
    (void)state;
    job_set_program("/nonexistent/guildhall-job");
    assert_false(job_program_ok());
    assert_int_equal(run(0), ERR_IO);
    assert_string_equal(info.field, "job-program");
}

static int pictures_of(const char *bytes, size_t n, struct job_picture *out, enum err *e)
{
    struct job_range range = {0, (int64_t)n};
    int in = job_temporary(NULL), made = job_temporary(NULL);
    assert_int_equal(write(in, bytes, n), n);
    *e = job_pictures(in, &range, 1, made, NULL, NULL, out, &info);
    close(in);
    return made;
}

static void a_job_that_lies_of_its_pictures(void **state)
{
    (void)state;
    static const char *const lies[] = {
        "{}",
        "{\"why\":\"no word\"}",
        "[]",
        "\"\"",
        "{\"width\":10,\"height\":10,\"sizes\":[]}",
        /* beyond what was written; negative; not what it says it is */
        "{\"width\":1,\"height\":1,\"sizes\":[{\"width\":1,\"height\":1,\"webp\":[0,99],\"jpeg\":["
        "0,99]}]}",
        "{\"width\":1,\"height\":1,\"sizes\":[{\"width\":1,\"height\":1,\"webp\":[-9,20],\"jpeg\":["
        "0,20]}]}",
        "{\"width\":1,\"height\":1,\"sizes\":[{\"width\":1,\"height\":1,\"webp\":[0,20],\"jpeg\":["
        "0,20]}]}",
        "{\"width\":99999999,\"height\":1,\"sizes\":[]}",
    };
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        struct job_picture p;
        enum err e;
        char body[1024];
        snprintf(body, sizeof(body), "head -c 64 /dev/zero >&4; echo '%s'", lies[i]);
        child_is(body);
        close(pictures_of("x", 1, &p, &e));
        assert_ok(e);
        assert_int_equal(p.err, ERR_PROTOCOL);
        assert_string_equal(p.key, "job.picture_broken");
    }
}

static void one_that_kills_its_job_costs_the_others_nothing(void **state)
{
    (void)state;
    /* The second is deadly in whatever company. */
    child_is("read -r line; for range in $(echo \"$line\" | tr '[' '\\n' | grep '^[0-9]'); do"
             " case $range in 1,*) kill -SEGV $$;; esac; echo '{\"why\":\"picture_kind\"}'; done");
    struct job_range ranges[] = {{0, 1}, {1, 1}, {2, 1}, {3, 1}};
    struct job_picture out[4];
    int in = job_temporary(NULL), made = job_temporary(NULL);
    assert_ok(job_pictures(in, ranges, 4, made, NULL, NULL, out, &info));
    assert_int_equal(out[0].err, ERR_UNSUPPORTED);
    assert_int_equal(out[1].err, ERR_PROTOCOL);
    assert_int_equal(out[2].err, ERR_UNSUPPORTED);
    assert_int_equal(out[3].err, ERR_UNSUPPORTED);
    close(in);
    close(made);
}

static void a_job_that_lies_of_its_rows(void **state)
{
    (void)state;
    static const char *const lies[] = {
        "{\"row\":1,\"cells\":[{\"c\":0,\"k\":\"text\",\"t\":\"x\"}]}",
        "{\"row\":1,\"cells\":[{\"c\":2,\"k\":\"text\"},{\"c\":1,\"k\":\"text\"}]}",
        "{\"row\":1,\"cells\":[{\"c\":1,\"k\":\"spell\"}]}",
        "{\"row\":-1,\"cells\":[]}",
        "nothing",
    };
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        struct job_sheet s;
        struct job_row row;
        char body[1024];
        int in = job_temporary(NULL);
        snprintf(body, sizeof(body), "echo '%s' >&4; echo '{\"format\":\"csv\",\"rows\":1}'",
                 lies[i]);
        child_is(body);
        assert_ok(job_sheet_open(in, STR_NONE, NULL, NULL, &s, NULL, NULL, &arena, &info));
        assert_int_equal(job_sheet_next(&s, &arena, &row), ERR_PROTOCOL);
        job_sheet_close(&s);
        close(in);
    }
}

/* --- the real program --- */

static void real_pictures(void **state)
{
    (void)state;
    struct job_picture p;
    enum err e;
    job_set_program(JOB_PROGRAM);
    close(pictures_of("#!/bin/sh\nexit\n", 15, &p, &e));
    assert_ok(e);
    assert_int_equal(p.err, ERR_UNSUPPORTED);
    assert_string_equal(p.key, "job.picture_kind");
    static const char gif[] =
        "GIF89a\1\0\1\0\200\0\0\377\377\377\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;";
    int made = pictures_of(gif, sizeof(gif) - 1, &p, &e);
    assert_ok(e);
    assert_ok(p.err);
    assert_int_equal(p.width, 1);
    assert_int_equal(p.sizes[2].height, 1);
    assert_memory_equal(&p.sizes[0], &p.sizes[2], sizeof(p.sizes[0]));
    assert_int_equal(lseek(made, 0, SEEK_END), p.sizes[0].webp.length + p.sizes[0].jpeg.length);
    close(made);
}

static void real_rows(void **state)
{
    (void)state;
    struct job_sheet s;
    struct job_row row;
    int64_t at, column;
    int in = job_temporary(NULL);
    static const char text[] = "\xc3\xfb\xb3\xc6,b\n\n1,\"x\ny\"\n"; /* GB18030 */
    job_set_program(JOB_PROGRAM);
    assert_int_equal(write(in, text, sizeof(text) - 1), sizeof(text) - 1);
    assert_ok(job_sheet_open(in, STR_NONE, NULL, NULL, &s, &at, &column, &arena, &info));
    assert_int_equal(s.rows, 2);
    assert_true(str_eq_z(s.encoding, "gb18030"));
    assert_ok(job_sheet_next(&s, &arena, &row));
    assert_true(str_eq_z(row.cells[0].text, "名称"));
    assert_ok(job_sheet_next(&s, &arena, &row));
    assert_int_equal(row.number, 3);
    assert_int_equal(row.n, 2);
    assert_true(str_eq_z(row.cells[1].text, "x\ny"));
    assert_int_equal(job_sheet_next(&s, &arena, &row), ERR_EOF);
    job_sheet_close(&s);
    assert_int_equal(pwrite(in, "z", 1, 14), 1); /* now a quote is open */
    assert_int_not_equal(job_sheet_open(in, STR_NONE, NULL, NULL, &s, &at, &column, &arena, &info),
                         OK);
    assert_string_equal(info.key, "job.sheet_quote");
    assert_int_equal(at, 3);
    close(in);
}

static struct job_range append(int fd, const void *p, size_t n)
{
    struct job_range r = {lseek(fd, 0, SEEK_END), (int64_t)n};
    assert_int_equal(write(fd, p, n), (ssize_t)n);
    return r;
}

/* The clip's configuration and its first keyframe. */
static struct job_frame put_clip(int fd)
{
    struct job_frame f = {0};
    struct flv_tag tag;
    size_t n, at = 0;
    uint8_t *clip = clip_read(&n);
    while (f.picture.length == 0 && clip_next(clip, n, &at, &tag)) {
        struct flv_video v;
        if (tag.type != FLV_VIDEO || flv_video_parse(tag.p, tag.n, &v) != OK)
            continue;
        if (v.packet == FLV_SEQUENCE_HEADER)
            f.config = append(fd, v.p, v.n);
        else if (v.packet == FLV_FRAME && v.keyframe)
            f.picture = append(fd, v.p, v.n);
    }
    free(clip);
    return f;
}

static void frames_of_a_film(void **state)
{
    (void)state;
    struct job_frame frames[4];
    struct job_frame_made made[4];
    int in = job_temporary("/tmp"), out = job_temporary("/tmp");
    job_set_program(JOB_PROGRAM);
    frames[0] = frames[3] = put_clip(in);
    frames[1] = (struct job_frame){frames[0].config, append(in, "no picture at all", 17)};
    frames[2] = frames[0];
    frames[2].picture.length /= 3; /* it broke off */
    assert_ok(job_frames(in, frames, 4, out, made, &info));
    assert_int_equal(made[0].err, OK);
    assert_int_equal(made[0].width, 160);
    assert_int_equal(made[0].height, 120);
    assert_true(made[0].jpeg.length > 500);
    assert_int_equal(made[1].err, ERR_INVALID);
    assert_int_equal(made[3].err, OK);  /* what came before did it no harm */
    frames[0].picture.offset = 1 << 30; /* beyond what there is: a bug of ours, and no crash */
    assert_int_equal(job_frames(in, frames, 1, out, made, &info), ERR_SYNTAX);
    assert_int_not_equal(made[0].err, OK);
    close(in);
    close(out);
}

static void a_job_that_lies_of_its_frames(void **state)
{
    (void)state;
    struct job_frame frame = {0};
    struct job_frame_made made;
    int in = job_temporary("/tmp"), out = job_temporary("/tmp");
    static const char *const lies[] = {
        "echo '{\"width\":10,\"height\":10,\"jpeg\":[0,100]}'", /* there is nothing */
        "echo '{\"width\":100000,\"height\":1,\"jpeg\":[0,16]}'", "echo '[]'", "true",
        "kill -9 $$"};
    assert_int_equal(write(in, "x", 1), 1);
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        child_is(lies[i]);
        enum err e = job_frames(in, &frame, 1, out, &made, &info);
        assert_true(e != OK || made.err != OK);
        assert_int_not_equal(made.err, OK);
    }
    close(in);
    close(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_asked_and_answers),
        cmocka_unit_test(it_has_what_it_was_given_and_no_more),
        cmocka_unit_test(a_child_that_dies),
        cmocka_unit_test(a_child_that_hangs_is_killed_at_the_deadline),
        cmocka_unit_test(whoever_waits_can_stop_it),
        cmocka_unit_test(a_child_that_floods),
        cmocka_unit_test(refusals_are_words_that_we_know),
        cmocka_unit_test(a_program_that_is_not_there),
        cmocka_unit_test(a_job_that_lies_of_its_pictures),
        cmocka_unit_test(one_that_kills_its_job_costs_the_others_nothing),
        cmocka_unit_test(a_job_that_lies_of_its_rows),
        cmocka_unit_test(real_pictures),
        cmocka_unit_test(real_rows),
        cmocka_unit_test(frames_of_a_film),
        cmocka_unit_test(a_job_that_lies_of_its_frames),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
