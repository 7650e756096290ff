/* A day of a space as bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "town/venue/grid.h"

static void masks_are_of_their_steps(void **state)
{
    (void)state;
    assert_true(grid_mask(0, 48) == GRID_ALL);
    assert_true(grid_mask(0, 1) == 1);
    assert_true(grid_mask(47, 48) == UINT64_C(1) << 47);
    assert_true(grid_mask(10, 10) == 0);
    assert_true(grid_mask(12, 10) == 0);
    assert_true(grid_mask(-4, 2) == 3);
    assert_true(grid_mask(46, 60) == UINT64_C(3) << 46);
    for (int from = 0; from < 48; from++)
        for (int until = from + 1; until <= 48; until++)
            for (int s = 0; s < 48; s++)
                assert_int_equal(grid_mask(from, until) >> s & 1, s >= from && s < until);
}

static void the_nearest_gap_is_found(void **state)
{
    (void)state;
    uint64_t busy = grid_mask(0, 16) | grid_mask(20, 30) | grid_mask(44, 48);
    assert_int_equal(grid_near(busy, 22, 4, 0), 16);  /* 16 to 20 */
    assert_int_equal(grid_near(busy, 22, 4, 17), 30); /* not before now */
    assert_int_equal(grid_near(busy, 34, 4, 0), 34);
    assert_int_equal(grid_near(busy, 34, 14, 0), 30);
    assert_int_equal(grid_near(busy, 34, 15, 0), -1);
    assert_int_equal(grid_near(GRID_ALL, 1, 1, 0), -1);
}

static void times_are_on_the_grid_or_refused(void **state)
{
    (void)state;
    int step;
    char text[GRID_TEXT];
    for (int i = 0; i <= 48; i++) {
        grid_step_text(i, text);
        assert_int_equal(grid_step_read(str_of(text), &step), OK);
        assert_int_equal(step, i);
    }
    assert_int_equal(grid_step_read(STR("19:01"), &step), ERR_INVALID);
    assert_int_equal(grid_step_read(STR("24:30"), &step), ERR_SYNTAX);
    static const char *const bad[] = {"", "9:00", "19:60", "25:00", "19.00", "19:0x", "19:000"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(grid_step_read(str_of(bad[i]), &step), ERR_SYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masks_are_of_their_steps),
        cmocka_unit_test(the_nearest_gap_is_found),
        cmocka_unit_test(times_are_on_the_grid_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
