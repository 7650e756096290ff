/* town/hall/photo: many pictures at once, as an import brings them, with the real guildhall-job. */
#include "../store/fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <string.h>

#include "base/log.h"
#include "town/hall/photo.h"

/* One pixel in a colour of its own: every picture is another object. */
static size_t gif(uint8_t out[64], uint8_t colour)
{
    static const uint8_t bytes[] =
        "GIF89a\1\0\1\0\200\0\0\377\377\377\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;";
    memcpy(out, bytes, sizeof(bytes) - 1);
    out[13] = out[14] = colour;
    return sizeof(bytes) - 1;
}

enum { MANY = 40, BAD = 27 };

static struct fixture f;
static struct job_range ranges[MANY];
static struct hall_photo photos[MANY];
static int archive;

static int set_up(void **state)
{
    (void)state;
    uint8_t bytes[64];
    log_set_level(LOG_NONE);
    job_set_program(JOB_PROGRAM);
    fixture_empty(&f, false);
    assert_ok(objects_load(f.folder, &f.arena, &f.info));
    archive = job_temporary(NULL);
    for (int i = 0; i < MANY; i++) {
        size_t n = gif(bytes, (uint8_t)(i * 6));
        if (i == BAD)
            memcpy(bytes, "#!/bin/sh ", 10);
        ranges[i] = (struct job_range){lseek(archive, 0, SEEK_END), (int64_t)n};
        assert_int_equal(write(archive, bytes, n), n);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    close(archive);
    fixture_free(&f);
    return 0;
}

static int files(void)
{
    char line[64] = "";
    FILE *p = popen(arena_printf(&f.arena, "find %s/objects -type f | wc -l", f.folder), "r");
    assert_non_null(fgets(line, sizeof(line), p));
    pclose(p);
    return atoi(line);
}

static void each_has_its_own_outcome_and_its_own_files(void **state)
{
    (void)state;
    assert_ok(hall_photo_store(archive, ranges, MANY, NULL, NULL, photos, &f.info));
    for (int i = 0; i < MANY; i++) {
        struct block *b;
        assert_int_equal(photos[i].err, i == BAD ? ERR_UNSUPPORTED : OK);
        if (i == BAD)
            continue;
        assert_int_equal(photos[i].width, 1);
        assert_ok(objects_read(str_of(photos[i].files[HALL_PHOTO_LARGE].jpeg.hex), &b));
        assert_memory_equal(b->p, "\xff\xd8\xff", 3);
        block_unref(b);
        assert_string_equal(photos[i].files[0].webp.hex, photos[i].files[2].webp.hex);
        if (i > 0 && i - 1 != BAD)
            assert_int_not_equal(
                strcmp(photos[i].files[0].webp.hex, photos[i - 1].files[0].webp.hex), 0);
    }
    assert_string_equal(photos[BAD].key, "job.picture_kind");
    assert_int_equal(files(), 2 * (MANY - 1));
}

static bool at_once(void *arg)
{
    (void)arg;
    return true;
}

static void one_that_is_stopped_keeps_nothing(void **state)
{
    (void)state;
    /* A job that would take for ever, so that it is the stop that ends it. */
    char script[] = "/tmp/guildhall-test-photo-XXXXXX";
    int fd = mkstemp(script);
    assert_int_equal(write(fd, "#!/bin/sh\nexec sleep 600\n", 25), 25);
    fchmod(fd, 0700);
    close(fd);
    job_set_program(script);
    assert_int_equal(hall_photo_store(archive, ranges, MANY, at_once, NULL, photos, &f.info),
                     ERR_CLOSED);
    assert_int_equal(files(), 0);
    unlink(script);
}

static void without_the_program_it_is_nobodys_picture(void **state)
{
    (void)state;
    job_set_program("/nonexistent/guildhall-job");
    assert_int_equal(hall_photo_store(archive, ranges, MANY, NULL, NULL, photos, &f.info), ERR_IO);
    assert_string_equal(f.info.field, "job-program");
}

/* The sweep took a file of it between the storing and the command. */
static void what_is_not_there_is_not_added(void **state)
{
    (void)state;
    struct fixture town;
    bool is_new;
    fixture_in_memory(&town);
    assert_ok(db_script(
        town.db, "INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at)"
                 " VALUES (7, 'factory', 'a', 'A', 'A', 1);"
                 "INSERT INTO kinds (id, slug, name_zh, name_en, position)"
                 " VALUES (3, 'k', 'K', 'K', 1);"
                 "INSERT INTO products (id, slug, organisation_id, kind_id, title_zh, title_en,"
                 " model, shape, colour, price_fen, status, created_at)"
                 " VALUES (900, 'x', 7, 3, 'X', 'X', 'Z', 1, 'white', 100, 'draft', 1)"));
    assert_ok(hall_photo_store(archive, ranges, 2, NULL, NULL, photos, &f.info));
    assert_ok(hall_photo_add(&town.tx, 900, &photos[0], &is_new));
    assert_true(is_new);
    assert_int_equal(unlink(objects_path(str_of(photos[1].files[0].jpeg.hex), &f.arena)), 0);
    assert_int_equal(hall_photo_add(&town.tx, 900, &photos[1], &is_new), ERR_CONFLICT);
    assert_false(is_new);
    fixture_free(&town);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_has_its_own_outcome_and_its_own_files, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_that_is_stopped_keeps_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_the_program_it_is_nobodys_picture, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_not_added, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
