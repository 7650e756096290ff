/* store/objects: the same bytes are one file; a full disk, a crash, and puts at the same time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/objects.h"

#define assert_ok(call) assert_int_equal((call), OK)

/* Linked in the place of the system's: a process that is gone just before. */
static bool dies_before_rename;
int __real_renameat(int from_dir, const char *from, int to_dir, const char *to);
int __wrap_renameat(int from_dir, const char *from, int to_dir, const char *to);
int __wrap_renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    if (dies_before_rename)
        _exit(9);
    return __real_renameat(from_dir, from, to_dir, to);
}

static char folder[64];
static struct arena arena;
static struct err_info info;

static int set_up(void **state)
{
    (void)state;
    log_set_level(LOG_NONE);
    snprintf(folder, sizeof(folder), "/tmp/guildhall-test-objects-XXXXXX");
    arena_init(&arena, 1 << 20);
    return !mkdtemp(folder) || objects_load(folder, &arena, &info) ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    int failed = system(arena_printf(&arena, "rm -rf %s", folder));
    arena_free(&arena);
    return failed;
}

/* Files under the folder whose path holds `part`. */
static int files(const char *part)
{
    char line[1024];
    int n = 0;
    FILE *f = popen(arena_printf(&arena, "find %s -type f", folder), "r");
    while (fgets(line, sizeof(line), f))
        n += strstr(line, part) != NULL;
    pclose(f);
    return n;
}

static void assert_holds(struct str id, struct str bytes)
{
    struct block *b;
    assert_ok(objects_read(id, &b));
    assert_int_equal(b->n, bytes.n);
    assert_memory_equal(b->p, bytes.p, b->n);
    block_unref(b);
}

static void an_id_is_the_hash(void **state)
{
    (void)state;
    struct object_id id, again;
    assert_ok(objects_put(STR("abc"), &id));
    assert_string_equal(id.hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_ok(objects_put(STR("abc"), &again));
    assert_string_equal(id.hex, again.hex);
    assert_holds(str_of(id.hex), STR("abc"));
    assert_int_equal(files("/objects/"), 1);
    assert_int_equal(access(objects_path(str_of(id.hex), &arena), R_OK), 0);
    assert_ok(objects_put(STR(""), &id));
    assert_holds(str_of(id.hex), STR(""));
    assert_int_equal(objects_remove(str_of(id.hex), clock_wall_ms() - 60 * 1000), ERR_AGAIN);
    assert_ok(objects_remove(str_of(id.hex), INT64_MAX));
    assert_ok(objects_remove(str_of(id.hex), INT64_MAX));
    int fd;
    assert_int_equal(objects_open(str_of(id.hex), &fd), ERR_NOT_FOUND);
}

static void what_is_no_id_is_no_path(void **state)
{
    (void)state;
    int fd;
    static const char *const ids[] = {
        "",
        "..",
        "../../../etc/passwd",
        "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
        "../a816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0"};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        assert_int_equal(objects_open(str_of(ids[i]), &fd), ERR_NOT_FOUND);
        assert_null(objects_path(str_of(ids[i]), &arena));
        assert_int_equal(objects_remove(str_of(ids[i]), INT64_MAX), ERR_NOT_FOUND);
    }
}

static void many_of_a_file_together(void **state)
{
    (void)state;
    struct object_new fresh[3];
    FILE *f = tmpfile();
    fputs("onetwothree", f);
    fflush(f);
    assert_ok(objects_write_file(fileno(f), 0, 3, &fresh[0]));
    assert_ok(objects_write_file(fileno(f), 3, 3, &fresh[1]));
    assert_ok(objects_write_file(fileno(f), 6, 5, &fresh[2]));
    int fd;
    assert_int_equal(objects_open(str_of(fresh[0].id.hex), &fd), ERR_NOT_FOUND);
    assert_ok(objects_keep(fresh, 3));
    assert_holds(str_of(fresh[0].id.hex), STR("one"));
    assert_holds(str_of(fresh[2].id.hex), STR("three"));
    assert_int_equal(objects_write_file(fileno(f), 6, 6, &fresh[0]), ERR_EOF);
    assert_ok(objects_write(STR("four"), &fresh[0]));
    objects_forget(fresh, 1);
    assert_int_equal(files("new-"), 0);
    fclose(f);
}

static void a_full_disk_leaves_nothing(void **state)
{
    (void)state;
    static char bytes[100000];
    struct object_id id;
    struct rlimit before, full = {50000, RLIM_INFINITY};
    getrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_IGN);
    full.rlim_max = before.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    enum err e = objects_put(str_n(bytes, sizeof(bytes)), &id);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(e, ERR_DISK_FULL);
    assert_int_equal(files("/objects/"), 0);
    assert_ok(objects_put(str_n(bytes, sizeof(bytes)), &id));
}

static void a_crash_before_the_name_leaves_what_a_start_removes(void **state)
{
    (void)state;
    struct object_id id;
    pid_t child = fork();
    if (child == 0) {
        dies_before_rename = true;
        _exit(objects_put(STR("half way"), &id));
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 9);
    assert_int_equal(files("new-"), 1);
    assert_ok(objects_load(folder, &arena, &info)); /* fresh: perhaps another server's */
    assert_int_equal(files("new-"), 1);
    assert_int_equal(system(arena_printf(&arena, "touch -d '2 days ago' %s/objects/new-*", folder)),
                     0);
    assert_ok(objects_load(folder, &arena, &info));
    assert_int_equal(files("new-"), 0);
    assert_ok(objects_put(STR("half way"), &id));
    assert_holds(str_of(id.hex), STR("half way"));
}

enum { THREADS = 8, ROUNDS = 30 };

static void *put_many(void *arg)
{
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        struct object_id id;
        char bytes[32];
        int n = snprintf(bytes, sizeof(bytes), "picture %d", i);
        if (objects_put(str_n(bytes, (size_t)n), &id))
            return "put";
        struct block *b;
        if (objects_read(str_of(id.hex), &b))
            return "read";
        bool same = b->n == (size_t)n && memcmp(b->p, bytes, b->n) == 0;
        block_unref(b);
        if (!same)
            return "other bytes";
    }
    return NULL;
}

static void the_same_bytes_at_the_same_time(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, put_many, NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(files("/objects/"), ROUNDS);
}

/* As a check does it, beside a town or with a copy of its database alone. */
static void a_look_makes_nothing(void **state)
{
    struct object_id id;
    struct block *read;
    char other[80];
    (void)state;
    assert_ok(objects_put(STR("kept"), &id));
    assert_ok(objects_look(folder));
    assert_true(objects_are_here());
    assert_ok(objects_read(str_of(id.hex), &read));
    block_unref(read);
    snprintf(other, sizeof(other), "%s/none", folder);
    assert_ok(objects_look(other));
    assert_false(objects_are_here());
    assert_int_equal(access(other, F_OK), -1);
    assert_ok(objects_look(folder));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_id_is_the_hash, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_look_makes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_id_is_no_path, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_of_a_file_together, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_crash_before_the_name_leaves_what_a_start_removes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_same_bytes_at_the_same_time, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
