/* live/record.c: what a recording promises whoever replays it, over disks that are full, slow or
 * cut off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "live/record.h"

enum { SEGMENT_MS = 2000, SEGMENT_BYTES = 50000, WALL_MS = 1000000 };

static char folder[64];

static int fresh_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/guildhall-record-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command);
}

/* ---- a stream ---- */

static struct block *the_init;

static bool is_fresh; /* the next that is cut */

static void cut_bytes(struct record *r, const char *name, int n, size_t bytes)
{
    struct block *b = block_new(bytes);
    assert_non_null(b);
    memset(block_bytes(b), 'a' + n % 26, bytes);
    struct hls_segment s = {.init = the_init,
                            .block = b,
                            .start_ms = (int64_t)n * SEGMENT_MS,
                            .duration_ms = SEGMENT_MS,
                            .wall_ms = WALL_MS + (int64_t)n * SEGMENT_MS,
                            .independent = true,
                            .fresh = is_fresh};
    record_segment(r, str_of(name), &s);
    block_unref(b);
}

static void cut(struct record *r, const char *name, int n)
{
    cut_bytes(r, name, n, SEGMENT_BYTES);
}

static struct record *start(ssize_t (*write_fn)(int fd, const void *p, size_t n), int64_t room)
{
    struct record *r;
    struct record_spec spec = {
        .folder = folder, .room_bytes = room, .retry_ms = 1, .write = write_fn};
    if (!the_init)
        the_init = block_copy("init of the first", 17);
    assert_int_equal(record_start(&spec, &r), OK);
    return r;
}

static enum record_state wait_for(struct record *r, const char *name, enum record_state state)
{
    struct record_status s = {0};
    for (int i = 0; i < 5000; i++) {
        if (record_status(r, str_of(name), &s) == OK && s.state == state &&
            (state != RECORD_ON || s.bytes > 0))
            break;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return s.state;
}

static struct record_index load(const char *name)
{
    struct record_index x;
    assert_int_equal(record_load(folder, str_of(name), &x), OK);
    return x;
}

static off_t size_of(const char *name, const char *file)
{
    char path[200];
    struct stat st;
    snprintf(path, sizeof(path), "%s/%s/%s", folder, name, file);
    return stat(path, &st) == 0 ? st.st_size : -1;
}

/* ---- what is written ---- */

static void segments_are_there_in_order(void **state)
{
    (void)state;
    struct record *r = start(NULL, 0);
    for (int i = 0; i < 5; i++)
        cut(r, "show-17", i);
    record_stop(r);
    struct record_index x = load("show-17");
    assert_int_equal(x.n, 5);
    assert_int_equal(x.last_ms, 5 * SEGMENT_MS);
    assert_int_equal(x.bytes, 5 * SEGMENT_BYTES);
    for (size_t i = 0; i < x.n; i++) {
        char file[32];
        assert_int_equal(x.entries[i].number, i + 1);
        assert_int_equal(x.entries[i].init, 1);
        assert_int_equal(x.entries[i].at_ms, i * SEGMENT_MS);
        assert_false(x.entries[i].discontinuity);
        assert_true(x.entries[i].independent);
        snprintf(file, sizeof(file), "seg-%zu.m4s", i + 1);
        assert_int_equal(size_of("show-17", file), SEGMENT_BYTES);
    }
    assert_int_equal(size_of("show-17", "init-1.mp4"), 17);
    record_index_free(&x);
}

static void another_configuration_has_its_own_init(void **state)
{
    (void)state;
    struct record *r = start(NULL, 0);
    cut(r, "show-17", 0);
    struct block *first = the_init;
    the_init = block_copy("init of another", 15);
    cut(r, "show-17", 1);
    cut(r, "show-17", 2);
    block_unref(the_init);
    the_init = first;
    record_stop(r);
    struct record_index x = load("show-17");
    assert_int_equal(x.entries[0].init, 1);
    assert_int_equal(x.entries[1].init, 2);
    assert_int_equal(x.entries[2].init, 2);
    record_index_free(&x);
}

/* The server was started anew in mid-show: another process, another stream clock. */
static void a_restart_goes_on_with_the_same_recording(void **state)
{
    (void)state;
    struct record *r = start(NULL, 0);
    cut(r, "show-17", 0);
    cut(r, "show-17", 1);
    record_stop(r);
    r = start(NULL, 0);
    cut(r, "show-17", 20);
    cut(r, "show-17", 21);
    record_stop(r);
    struct record_index x = load("show-17");
    assert_int_equal(x.n, 4);
    assert_int_equal(x.entries[2].number, 3);
    assert_int_equal(x.entries[2].init, 1); /* the encoder is what it was */
    assert_true(x.entries[2].discontinuity);
    assert_false(x.entries[3].discontinuity);
    /* The gap is none in the replay; moments in it are where it goes on. */
    assert_int_equal(record_index_at(&x, WALL_MS + 10 * SEGMENT_MS), 2 * SEGMENT_MS);
    assert_int_equal(record_index_at(&x, WALL_MS + 20 * SEGMENT_MS + 500), 2 * SEGMENT_MS + 500);
    assert_int_equal(record_index_wall(&x, 2 * SEGMENT_MS + 500), WALL_MS + 20 * SEGMENT_MS + 500);
    record_index_free(&x);
}

static void a_clock_that_goes_back_does_not_turn_the_index_around(void **state)
{
    (void)state;
    struct record *r = start(NULL, 0);
    cut(r, "show-17", 5);
    struct hls_segment s = {.init = the_init,
                            .block = block_copy("later", 5),
                            .start_ms = 6 * SEGMENT_MS,
                            .duration_ms = SEGMENT_MS,
                            .wall_ms = 1};
    record_segment(r, STR("show-17"), &s);
    block_unref(s.block);
    record_stop(r);
    struct record_index x = load("show-17");
    assert_int_equal(x.entries[1].wall_ms, WALL_MS + 6 * SEGMENT_MS);
    assert_false(x.entries[1].discontinuity);
    record_index_free(&x);
}

static bool is_rehearsal;

static bool only_17(struct str name)
{
    return str_eq_z(name, "show-17") && !is_rehearsal;
}

static void only_what_is_wanted_is_recorded(void **state)
{
    (void)state;
    struct record *r;
    struct record_spec spec = {.folder = folder, .wants = only_17};
    struct record_index x;
    assert_int_equal(record_start(&spec, &r), OK);
    cut(r, "show-18", 0);
    is_rehearsal = true;
    cut(r, "show-17", 0);
    is_rehearsal = false;
    cut(r, "show-17", 1); /* what is in it began in the rehearsal */
    cut(r, "show-17", 2);
    is_rehearsal = true;
    cut(r, "show-17", 3);
    is_rehearsal = false;
    is_fresh = true; /* nothing in it is of the rehearsal */
    cut(r, "show-17", 4);
    is_fresh = false;
    record_stop(r);
    assert_int_equal(record_load(folder, STR("show-18"), &x), ERR_NOT_FOUND);
    x = load("show-17");
    assert_int_equal(x.n, 2);
    assert_int_equal(x.entries[0].start_ms, 2 * SEGMENT_MS);
    assert_int_equal(x.entries[1].start_ms, 4 * SEGMENT_MS);
    assert_true(x.entries[1].discontinuity);
    record_index_free(&x);
    assert_int_equal(record_load(folder, STR("../show-18"), &x), ERR_NOT_FOUND);
}

/* ---- disks ---- */

static _Atomic int64_t bytes_left;

/* Takes what fits, then refuses: as a full disk does. */
static ssize_t write_while_it_fits(int fd, const void *p, size_t n)
{
    int64_t left = atomic_load(&bytes_left);
    if (left <= 0) {
        errno = ENOSPC;
        return -1;
    }
    if ((int64_t)n > left)
        n = (size_t)left;
    atomic_fetch_sub(&bytes_left, (int64_t)n);
    return write(fd, p, n);
}

static void a_full_disk_stops_the_recording_and_it_goes_on(void **state)
{
    (void)state;
    struct record_status s;
    atomic_store(&bytes_left, 2 * SEGMENT_BYTES + SEGMENT_BYTES / 2);
    struct record *r = start(write_while_it_fits, 0);
    cut(r, "show-17", 0);
    assert_int_equal(wait_for(r, "show-17", RECORD_ON), RECORD_ON);
    cut(r, "show-17", 1);
    cut(r, "show-17", 2);
    assert_int_equal(wait_for(r, "show-17", RECORD_FULL), RECORD_FULL);
    assert_int_equal(size_of("show-17", "seg-3.m4s"), -1); /* nothing half written stays */
    struct record_index x = load("show-17");
    assert_int_equal(x.n, 2);
    record_index_free(&x);
    atomic_store(&bytes_left, INT64_MAX);
    nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL); /* retry_ms is 1 */
    cut(r, "show-17", 5);
    assert_int_equal(wait_for(r, "show-17", RECORD_ON), RECORD_ON);
    cut(r, "show-17", 6);
    assert_int_equal(record_status(r, STR("show-17"), &s), OK);
    assert_int_equal(s.lost, 1);
    record_stop(r);
    x = load("show-17");
    assert_int_equal(x.n, 4);
    assert_int_equal(x.entries[2].number, 3);
    assert_true(x.entries[2].discontinuity);
    assert_false(x.entries[3].discontinuity);
    record_index_free(&x);
}

/* The disk takes the segment and has no room for its line. */
static void a_line_that_does_not_fit_is_taken_back(void **state)
{
    (void)state;
    struct record *r = start(write_while_it_fits, 0);
    atomic_store(&bytes_left, INT64_MAX);
    cut(r, "show-17", 0);
    assert_int_equal(wait_for(r, "show-17", RECORD_ON), RECORD_ON);
    off_t before = size_of("show-17", "index");
    atomic_store(&bytes_left, SEGMENT_BYTES + 10);
    cut(r, "show-17", 1);
    assert_int_equal(wait_for(r, "show-17", RECORD_FULL), RECORD_FULL);
    assert_int_equal(size_of("show-17", "index"), before);
    assert_int_equal(size_of("show-17", "seg-2.m4s"), -1);
    record_stop(r);
}

/* A real refusal of the system's: files may not grow that long. In a child, whose limit it is. */
static void a_limit_of_the_system_is_a_full_disk(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        struct rlimit l = {SEGMENT_BYTES, SEGMENT_BYTES};
        setrlimit(RLIMIT_FSIZE, &l);
        struct record *r = start(NULL, 0);
        cut_bytes(r, "show-17", 0, SEGMENT_BYTES - 10);
        wait_for(r, "show-17", RECORD_ON);
        cut_bytes(r, "show-17", 1, SEGMENT_BYTES + 10);
        bool full = wait_for(r, "show-17", RECORD_FULL) == RECORD_FULL;
        record_stop(r);
        _exit(full ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    struct record_index x = load("show-17");
    assert_int_equal(x.n, 1);
    record_index_free(&x);
}

/* The store needs what is left of the disk more than a recording does. */
static void room_is_left_on_the_disk(void **state)
{
    (void)state;
    struct record *r = start(NULL, INT64_MAX / 2);
    cut(r, "show-17", 0);
    assert_int_equal(wait_for(r, "show-17", RECORD_FULL), RECORD_FULL);
    record_stop(r);
}

static void a_recording_has_an_end(void **state)
{
    (void)state;
    struct record *r;
    struct record_spec spec = {.folder = folder, .retry_ms = 1, .show_bytes = 3 * SEGMENT_BYTES};
    for (int turn = 0; turn < 2; turn++) { /* also counted from what is there */
        assert_int_equal(record_start(&spec, &r), OK);
        for (int i = 0; i < 5; i++)
            cut(r, "show-17", turn * 5 + i);
        assert_int_equal(wait_for(r, "show-17", RECORD_LONG), RECORD_LONG);
        record_stop(r);
        struct record_index x = load("show-17");
        assert_int_equal(x.n, 3);
        record_index_free(&x);
    }
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static ssize_t write_through_the_gate(int fd, const void *p, size_t n)
{
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    return write(fd, p, n);
}

static void a_slow_disk_never_holds_up_the_stream(void **state)
{
    (void)state;
    struct record_status s;
    size_t big = RECORD_STREAM_BYTES / 4;
    struct record *r = start(write_through_the_gate, 0);
    pthread_mutex_lock(&gate);
    for (int i = 0; i < 8; i++) /* more than may wait: the calls come back all the same */
        cut_bytes(r, "show-17", i, big);
    assert_int_equal(record_status(r, STR("show-17"), &s), OK);
    assert_int_equal(s.state, RECORD_SLOW);
    assert_true(s.lost > 0);
    pthread_mutex_unlock(&gate);
    assert_int_equal(wait_for(r, "show-17", RECORD_ON), RECORD_ON);
    cut(r, "show-17", 30);
    record_stop(r);
    struct record_index x = load("show-17");
    assert_true(x.n >= 4);
    assert_true(x.entries[x.n - 1].discontinuity);
    assert_int_equal(x.entries[x.n - 1].bytes, SEGMENT_BYTES);
    record_index_free(&x);
}

/* ---- crashes ---- */

static int writes_until_death;

static ssize_t write_half_and_die(int fd, const void *p, size_t n)
{
    if (writes_until_death-- > 0)
        return write(fd, p, n);
    if (write(fd, p, n / 2) < 0)
        _exit(2);
    kill(getpid(), SIGKILL);
    return -1;
}

/* Of each write that there is: the head, an init, segments, lines. */
static void die_in_write(int nth)
{
    pid_t child = fork();
    if (child == 0) {
        writes_until_death = nth;
        struct record *r = start(write_half_and_die, 0);
        for (int i = 0; i < 4; i++)
            cut(r, "show-17", i);
        record_stop(r);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void a_crash_loses_the_segment_at_hand_and_no_other(void **state)
{
    (void)state;
    /* head, init, segment, line, segment, line … */
    for (int nth = 0; nth < 10; nth++) {
        struct record_index x;
        size_t whole = nth < 4 ? 0 : (size_t)(nth - 2) / 2;
        remove_folder(NULL);
        assert_int_equal(mkdir(folder, 0700), 0);
        die_in_write(nth);
        enum err e = record_load(folder, STR("show-17"), &x);
        assert_int_equal(e, whole ? OK : ERR_NOT_FOUND);
        assert_int_equal(x.n, whole);
        record_index_free(&x);
        struct record *r = start(NULL, 0);
        cut(r, "show-17", 10);
        record_stop(r);
        x = load("show-17");
        assert_int_equal(x.n, whole + 1);
        assert_int_equal(x.entries[whole].number, whole + 1);
        assert_int_equal(x.entries[whole].discontinuity, whole > 0);
        assert_int_equal(size_of("show-17", "index") > 0, 1);
        record_index_free(&x);
    }
}

/* Power went: the line is there and what it names is not. */
static void a_line_without_its_segment_is_cut(void **state)
{
    (void)state;
    char path[200];
    struct record *r = start(NULL, 0);
    for (int i = 0; i < 3; i++)
        cut(r, "show-17", i);
    record_stop(r);
    snprintf(path, sizeof(path), "%s/show-17/seg-3.m4s", folder);
    assert_int_equal(truncate(path, 100), 0);
    assert_int_equal(record_tidy(folder, STR("show-17")), OK);
    struct record_index x = load("show-17");
    assert_int_equal(x.n, 2);
    assert_int_equal(access(path, F_OK), -1);
    record_index_free(&x);
}

static void it_is_removed_in_slices(void **state)
{
    (void)state;
    struct record_index x;
    struct record *r = start(NULL, 0);
    for (int i = 0; i < 5; i++)
        cut(r, "show-17", i);
    record_stop(r);
    assert_int_equal(record_remove(folder, STR("show-17"), 3), ERR_AGAIN);
    assert_int_equal(record_load(folder, STR("show-17"), &x), ERR_NOT_FOUND);
    assert_int_equal(record_remove(folder, STR("show-17"), 10), OK);
    assert_int_equal(record_remove(folder, STR("show-17"), 10), OK);
    assert_int_equal(size_of("show-17", "."), -1);
}

/* ---- many streams ---- */

static struct record *shared;

static void *be_a_loop(void *arg)
{
    char name[16];
    snprintf(name, sizeof(name), "show-%d", *(int *)arg);
    for (int i = 0; i < 40; i++) {
        struct block *init, *segment;
        cut(shared, name, i);
        if (record_newest(shared, str_of(name), &init, &segment) == OK) {
            assert_int_equal(segment->n, SEGMENT_BYTES);
            block_unref(init);
            block_unref(segment);
        }
    }
    return NULL;
}

static void streams_of_several_loops_are_recorded_at_once(void **state)
{
    enum { LOOPS = 4 };
    pthread_t threads[LOOPS];
    int numbers[LOOPS];
    char names[8][RECORD_NAME_MAX + 1];
    struct buf out;
    (void)state;
    shared = start(NULL, 0);
    for (int i = 0; i < LOOPS; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, be_a_loop, &numbers[i]), 0);
    }
    buf_init(&out, 1 << 16);
    record_metrics(shared, &out);
    assert_true(buf_ok(&out));
    buf_free(&out);
    for (int i = 0; i < LOOPS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(record_names(shared, names, 8), LOOPS);
    record_stop(shared);
    for (int i = 0; i < LOOPS; i++) {
        char name[16];
        snprintf(name, sizeof(name), "show-%d", i);
        struct record_index x = load(name);
        assert_int_equal(x.n, 40);
        record_index_free(&x);
    }
}

/* ---- the index alone ---- */

static void a_damaged_line_is_left_out_and_leaves_a_gap(void **state)
{
    struct buf b;
    struct record_index x;
    size_t ends[4];
    (void)state;
    buf_init(&b, 4096);
    record_index_head(&b);
    for (uint32_t i = 0; i < 4; i++) {
        struct record_entry e = {.number = i + 1,
                                 .init = 1,
                                 .start_ms = i * 1000,
                                 .duration_ms = 1000,
                                 .wall_ms = 5000 + i * 1000,
                                 .bytes = 7};
        record_index_line(&b, &e);
        ends[i] = b.n;
    }
    b.p[ends[0] + 4] ^= 1;
    assert_int_equal(record_index_parse(str_n(b.p, b.n), &x), OK);
    assert_int_equal(x.n, 3);
    assert_int_equal(x.entries[1].number, 3);
    assert_true(x.entries[1].discontinuity);
    assert_null(record_index_number(&x, 2));
    assert_int_equal(record_index_number(&x, 4)->at_ms, 2000);
    assert_int_equal(record_index_find(&x, 2999), 2);
    assert_int_equal(record_index_find(&x, 1 << 30), 2);
    record_index_free(&x);
    assert_int_equal(record_index_parse(str_n(b.p, b.n - 1), &x), OK); /* torn */
    assert_int_equal(x.n, 2);
    assert_int_equal(x.whole, ends[2]);
    record_index_free(&x);
    assert_int_equal(record_index_parse(STR("something else\n"), &x), ERR_CORRUPT);
    record_index_free(&x);
    assert_int_equal(record_index_parse(STR(""), &x), OK);
    buf_free(&b);
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, fresh_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(segments_are_there_in_order),
        IN_A_FOLDER(another_configuration_has_its_own_init),
        IN_A_FOLDER(a_restart_goes_on_with_the_same_recording),
        IN_A_FOLDER(a_clock_that_goes_back_does_not_turn_the_index_around),
        IN_A_FOLDER(only_what_is_wanted_is_recorded),
        IN_A_FOLDER(a_full_disk_stops_the_recording_and_it_goes_on),
        IN_A_FOLDER(a_line_that_does_not_fit_is_taken_back),
        IN_A_FOLDER(a_limit_of_the_system_is_a_full_disk),
        IN_A_FOLDER(room_is_left_on_the_disk),
        IN_A_FOLDER(a_recording_has_an_end),
        IN_A_FOLDER(a_slow_disk_never_holds_up_the_stream),
        IN_A_FOLDER(a_crash_loses_the_segment_at_hand_and_no_other),
        IN_A_FOLDER(a_line_without_its_segment_is_cut),
        IN_A_FOLDER(it_is_removed_in_slices),
        IN_A_FOLDER(streams_of_several_loops_are_recorded_at_once),
        cmocka_unit_test(a_damaged_line_is_left_out_and_leaves_a_gap),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    block_unref(the_init);
    return failed;
}
