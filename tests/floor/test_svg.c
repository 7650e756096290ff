/* town/floor/svg: a plan is drawn anew from what may be in it, and nothing else comes through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "town/demo/floors.h"
#include "town/floor/plan.h"
#include "town/floor/svg.h"
#include "town/floor/svg_shape.h"

#define SVG(inside)                                                                                \
    "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\""       \
    " viewBox=\"0 0 100 50\">" inside "</svg>"

static struct arena arena;
static struct svg_plan plan;

static enum err clean(const char *text, const char *key)
{
    struct err_info info = {0};
    enum err e = svg_clean(str_of(text), &arena, &plan, &info);
    if (key)
        assert_string_equal(info.key, key);
    return e;
}

static void assert_cleaned(const char *inside, const char *expected)
{
    char text[4096];
    snprintf(text, sizeof(text), SVG("%s"), inside);
    assert_int_equal(clean(text, NULL), OK);
    char *body = arena_strndup(&arena, plan.body.p, plan.body.n);
    assert_string_equal(body ? body : "", expected);
}

static void shapes_stay(void **state)
{
    (void)state;
    assert_cleaned("<rect x=\"1\" y='2.5' width=\"10px\" height=\"5\" fill=\"#cde\"/>",
                   "<rect x=\"1\" y=\"2.5\" width=\"10px\" height=\"5\" fill=\"#cde\"></rect>");
    assert_cleaned(
        "<g transform=\"translate(1,2) rotate(45 3 4)\"><path d=\"M0 0h1a2 2 0 01 3 4z\"/></g>",
        "<g transform=\"translate(1,2) rotate(45 3 4)\"><path d=\"M0 0h1a2 2 0 01 3 4z\">"
        "</path></g>");
    assert_cleaned("<text x=\"5\" y=\"6\">A &lt;b&gt; &amp; c</text>",
                   "<text x=\"5\" y=\"6\">A &lt;b&gt; &amp; c</text>");
    assert_int_equal(plan.box.width, 10000);
    assert_int_equal(plan.left_out, 0);
    assert_false(plan.is_themed);
}

static void style_becomes_attributes(void **state)
{
    (void)state;
    assert_cleaned(
        "<rect style=\"fill:#fff; stroke : red;font-family:x;fill:url(#a)\" fill=\"blue\"/>",
        "<rect fill=\"#fff\" stroke=\"red\"></rect>");
    assert_cleaned("<g class=\"wall evil word\"/>", "<g class=\"plan-wall plan-word\"></g>");
    assert_true(plan.is_themed);
    assert_cleaned("<text class=\"zh\">x</text>",
                   "<text class=\"plan-zh\" lang=\"zh-CN\">x</text>");
}

/* Each of these has run a script, or loaded something, somewhere. */
static void a_picture_that_is_a_script_is_none(void **state)
{
    (void)state;
    static const char *const hostile[] = {
        "<script>alert(1)</script>",
        "<script xlink:href=\"http://evil/x.js\"/>",
        "<g onload=\"alert(1)\"/>",
        "<a href=\"javascript:alert(1)\"><rect/></a>",
        "<a xlink:href=\"javascript:alert(1)\"><text>x</text></a>",
        "<use xlink:href=\"data:image/svg+xml;base64,AAAA#a\"/>",
        "<use href=\"#a\"/>",
        "<image href=\"http://evil/x.png\"/>",
        "<foreignObject><body xmlns=\"http://www.w3.org/1999/xhtml\"><script>alert(1)</script>"
        "</body></foreignObject>",
        "<style>@import url(http://evil)</style>",
        "<rect style=\"fill:url(http://evil/#x)\"/>",
        "<rect fill=\"url(http://evil/#x)\"/>",
        "<rect fill=\"var(--x)\"/>",
        "<animate attributeName=\"href\" to=\"javascript:alert(1)\"/>",
        "<set attributeName=\"onmouseover\" to=\"alert(1)\"/>",
        "<rect x=\"expression(alert(1))\"/>",
        "<rect transform=\"translate(1) url(x)\"/>",
        "<path d=\"M0 0 javascript:\"/>",
        "<html:script xmlns:html=\"http://www.w3.org/1999/xhtml\">alert(1)</html:script>",
        "<x:script xmlns:x=\"http://www.w3.org/2000/svg\">alert(1)</x:script>",
        "<filter id=\"f\"><feImage href=\"http://evil\"/></filter>",
        "<text>&#60;script&#62;alert(1)&#60;/script&#62;</text>",
        "<title>&lt;/title&gt;&lt;script&gt;</title>",
        "<!-- --><![CDATA[<script>alert(1)</script>]]>",
    };
    static const char *const never[] = {"script>", "javascript", "href",    "url(",       "onload",
                                        "evil",    "<style",     "<image",  "<use",       "var(",
                                        "<a",      "import",     "foreign", "expression", "<title"};
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        char text[1024];
        snprintf(text, sizeof(text), SVG("<rect/>%s<rect/>"), hostile[i]);
        assert_int_equal(clean(text, NULL), OK);
        char *body = arena_strndup(&arena, plan.body.p, plan.body.n);
        for (size_t k = 0; k < sizeof(never) / sizeof(never[0]); k++) {
            const char *at = strstr(body, never[k]);
            if (at && strstr(body, "&lt;script&gt;") == NULL)
                fail_msg("%s came through: %s", hostile[i], body);
        }
        assert_non_null(strstr(body, "<rect></rect>"));
    }
}

static void what_is_no_plan_is_refused(void **state)
{
    (void)state;
    assert_int_equal(clean("alert(1)", "floor.plan_broken"), ERR_SYNTAX);
    assert_int_equal(clean("", "floor.plan_broken"), ERR_SYNTAX);
    assert_int_equal(clean(SVG("<g>"), "floor.plan_broken"), ERR_SYNTAX);
    assert_int_equal(clean("<html/>", "floor.plan_no_svg"), ERR_INVALID);
    assert_int_equal(clean("<svg viewBox=\"0 0 1 1\"/>", "floor.plan_no_svg"), ERR_INVALID);
    assert_int_equal(clean("<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "floor.plan_no_size"),
                     ERR_INVALID);
    assert_int_equal(clean("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 -1 5\"/>",
                           "floor.plan_no_size"),
                     ERR_INVALID);
    assert_int_equal(
        clean("<!DOCTYPE svg [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>" SVG("<g/>"),
              "floor.plan_doctype"),
        ERR_INVALID);
    /* What old programs write says nothing and is fine. */
    assert_int_equal(clean("<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\""
                           " \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">" SVG("<g/>"),
                           NULL),
                     OK);
    /* The characters that stand around marks cannot come from outside. */
    assert_int_equal(clean(SVG("<text>&#1;A-01&#2;</text>"), "floor.plan_broken"), ERR_SYNTAX);
    assert_int_equal(clean(SVG("<text>\1</text>"), "floor.plan_broken"), ERR_SYNTAX);
}

static void sizes_are_bounded(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 8 << 20);
    buf_z(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\">");
    for (int i = 0; i < SVG_ELEMENTS_MAX; i++)
        buf_z(&b, "<g/>");
    buf_z(&b, "</svg>");
    buf_u8(&b, 0);
    assert_int_equal(clean((char *)b.p, "floor.plan_too_many"), ERR_TOO_LARGE);
    buf_clear(&b);
    buf_z(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\">");
    for (int i = 0; i < SVG_DEPTH_MAX + 1; i++)
        buf_z(&b, "<g>");
    buf_u8(&b, 0);
    assert_int_equal(clean((char *)b.p, "floor.plan_too_deep"), ERR_TOO_LARGE);
    buf_clear(&b);
    for (int i = 0; i <= SVG_BYTES_MAX; i++)
        buf_u8(&b, ' ');
    buf_u8(&b, 0);
    assert_int_equal(clean((char *)b.p, "floor.plan_too_large"), ERR_TOO_LARGE);
    buf_free(&b);
    assert_cleaned("<rect x=\"1e99\" y=\"100001\" width=\"-3\" height=\"nan\" rx=\"inf\"/>",
                   "<rect width=\"-3\"></rect>");
}

static void assert_mark(size_t i, const char *code, int left, int top, int width, int height)
{
    const struct svg_mark *m = &plan.marks[i];
    assert_true(i < plan.marks_n);
    assert_true(str_eq_z(m->code, code));
    assert_int_equal(m->box.left, left * 100);
    assert_int_equal(m->box.top, top * 100);
    assert_int_equal(m->box.width, width * 100);
    assert_int_equal(m->box.height, height * 100);
}

static void marks_are_found_and_measured(void **state)
{
    (void)state;
    assert_cleaned("<rect id=\"A-01\" x=\"1\" y=\"2\" width=\"10\" height=\"5\"/>",
                   "\1A-01\2<rect x=\"1\" y=\"2\" width=\"10\" height=\"5\"></rect>\3");
    assert_mark(0, "A-01", 1, 2, 10, 5);
    assert_int_equal(clean(SVG("<g transform=\"translate(10 20) scale(2)\">"
                               "<g id=\"B-02\"><circle cx=\"1\" cy=\"1\" r=\"2\"/>"
                               "<path d=\"m3 3l4 0v4z\" id=\"B-03\"/></g></g>"
                               "<polygon id=\"C-04\" points=\"1,1 5 1,5 9\"/>"
                               "<rect id=\"C-04\" width=\"90\" height=\"40\"/>"
                               "<rect id=\"shelf\" width=\"9\" height=\"9\"/>"
                               "<rect id=\"D-05\"/>"),
                           NULL),
                     OK);
    assert_int_equal(plan.marks_n, 2);
    assert_mark(0, "B-02", 8, 18, 16, 16); /* with what is in it */
    assert_mark(1, "C-04", 1, 1, 4, 8);    /* the first of its name */
}

static void codes(void **state)
{
    (void)state;
    assert_true(svg_is_code(STR("A-03")));
    assert_true(svg_is_code(STR("ABC-123")));
    static const char *const none[] = {"",       "A",    "A-",  "A-3",  "a-03", "ABCD-03",
                                       "A-0003", "A 03", "-03", "A-0x", "A-03 "};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_false(svg_is_code(str_of(none[i])));
}

/* ---- drawing ---- */

static const char *draw(const struct plan_stand *stands, size_t n)
{
    struct plan_drawing d = {
        .body = plan.body, .box = plan.box, .title = STR("Hall <1>"), .stands = stands, .n = n};
    struct buf b;
    buf_init(&b, PLAN_MAX);
    plan_draw(&d, &b);
    assert_true(buf_ok(&b));
    const char *text = arena_strndup(&arena, (char *)b.p, b.n);
    buf_free(&b);
    return text;
}

static void stands_are_links_with_words(void **state)
{
    (void)state;
    const struct plan_stand stands[] = {
        {.code = STR("A-01"),
         .href = STR("/floor/1/A-01"),
         .label = STR("A-01 · 3"),
         .words = STR("3 pieces"),
         .box = {100, 200, 1000, 500},
         .is_taken = true},
        {.code = STR("A-02"), /* not drawn by the plan */
         .href = STR("/floor/1/A-02"),
         .label = STR("A-02 · <free>"),
         .words = STR("free"),
         .box = {2000, 200, 1000, 500}},
    };
    assert_int_equal(clean(SVG("<g id=\"A-01\"><rect width=\"5\" height=\"5\"/></g>"
                               "<rect id=\"A-09\" width=\"5\" height=\"5\"/>"),
                           NULL),
                     OK);
    const char *text = draw(stands, 2);
    assert_non_null(strstr(text, "<a class=\"stand is-taken\" href=\"/floor/1/A-01\""
                                 " aria-label=\"A-01 · 3\"><g><rect"));
    assert_non_null(strstr(text, "</g></a><rect width=\"5\"")); /* A-09 is no stand: no link */
    assert_non_null(strstr(text,
                           "is-free\" href=\"/floor/1/A-02\" aria-label=\"A-02 · &lt;free&gt;\">"
                           "<rect x=\"20.00\" y=\"2.00\""));
    assert_non_null(strstr(text, ">3 pieces</text>"));
    assert_non_null(strstr(text, ">free</text>"));
    assert_non_null(strstr(text, "aria-label=\"Hall &lt;1&gt;\""));
    assert_null(strpbrk(text, "\1\2\3"));
}

static void the_demo_s_plans_are_taken_whole(void **state)
{
    (void)state;
    static const size_t stands[] = {40, 20};
    for (int hall = 0; hall < 2; hall++) {
        struct buf b;
        struct err_info info = {0};
        buf_init(&b, 1 << 20);
        demo_plan_svg(hall, &b);
        assert_int_equal(svg_clean(str_n(b.p, b.n), &arena, &plan, &info), OK);
        assert_int_equal(plan.left_out, 0);
        assert_int_equal(plan.marks_n, stands[hall]);
        assert_true(plan.is_themed);
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_stay),
        cmocka_unit_test(style_becomes_attributes),
        cmocka_unit_test(a_picture_that_is_a_script_is_none),
        cmocka_unit_test(what_is_no_plan_is_refused),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(marks_are_found_and_measured),
        cmocka_unit_test(codes),
        cmocka_unit_test(stands_are_links_with_words),
        cmocka_unit_test(the_demo_s_plans_are_taken_whole),
    };
    arena_init(&arena, 64 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
