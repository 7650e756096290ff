/* job/label_text: a name of any length comes out within its box. Built without sanitizers: what
 * fonts keep for the life of a program looks like a leak to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "job/label_text.h"

static const struct label_type name = {true, true, {12, 11, 10, 9, 8.5, 8}, 112, 25};
static const struct label_type price = {true, false, {12, 11, 10, 9}, 40, 14};

static PangoLayout *layout;

/* Nothing that is inked, and no line, is beyond the box. */
static struct label_fit set(const struct label_type *t, const char *text)
{
    struct label_fit fit = label_set(layout, t, text);
    PangoRectangle ink, logical;
    pango_layout_get_extents(layout, &ink, &logical);
    assert_true((double)(ink.x + ink.width) / PANGO_SCALE <= t->width + 0.5);
    assert_true((double)logical.width / PANGO_SCALE <= t->width + 0.01);
    assert_true((double)ink.y / PANGO_SCALE >= 0);
    if (t->may_wrap)
        assert_true((double)(ink.y + ink.height) / PANGO_SCALE <= t->height);
    assert_int_equal(pango_layout_get_line_count(layout), fit.lines);
    assert_true(fit.lines <= (t->may_wrap ? 2 : 1));
    assert_int_equal(pango_layout_get_unknown_glyphs_count(layout), 0);
    return fit;
}

static void a_short_name_is_large(void **state)
{
    (void)state;
    struct label_fit fit = set(&name, "电水壶");
    assert_true(fit.size == 12 && fit.lines == 1 && !fit.is_cut);
}

static void then_smaller_then_two_lines_then_cut(void **state)
{
    (void)state;
    int stage = 0; /* 0 one line, 1 two, 2 cut: each is reached, and never left again */
    double last = 12;
    bool seen[3] = {false};
    char text[600] = "";
    for (int i = 0; i < 40; i++) {
        strcat(text, "静音电壶");
        struct label_fit fit = set(&name, text);
        int now = fit.is_cut ? 2 : fit.lines - 1;
        assert_true(now >= stage);
        if (now == stage)
            assert_true(fit.size <= last);
        seen[now] = true;
        stage = now;
        last = fit.size;
    }
    assert_true(seen[0] && seen[1] && seen[2]);
}

static void of_any_script_and_any_width(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "W",
        "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii",
        "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "1.7L 双层防烫 恒温电水壶 Kettle",
        "（限量版）「青瓷」系列——电水壶，",
        " ",
        "a b c d e f g h i j k l m n o p q r s t u v w x y z"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        set(&name, texts[i]);
}

static void one_line_stays_one_line(void **state)
{
    (void)state;
    assert_true(set(&price, "¥69").size == 12);
    assert_true(set(&price, "¥12,999").size < 12);
    assert_true(set(&price, "¥123,456,789.50").is_cut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_name_is_large),
        cmocka_unit_test(then_smaller_then_two_lines_then_cut),
        cmocka_unit_test(of_any_script_and_any_width),
        cmocka_unit_test(one_line_stays_one_line),
    };
    layout = label_layout_new(label_fonts());
    return cmocka_run_group_tests(tests, NULL, NULL);
}
