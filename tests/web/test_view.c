/* web/view and web/i18n: one tree as JSON; texts and formats in two languages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "web/i18n.h"
#include "web/view.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    i18n_free();
    arena_free(&arena);
    return 0;
}

static const char *json(const struct view *v)
{
    struct buf out;
    buf_init(&out, 1 << 16);
    view_json(v, &out);
    char *text = arena_strndup(&arena, (char *)out.p, out.n);
    buf_free(&out);
    return text;
}

static void a_view_leaves_as_json(void **state)
{
    (void)state;
    struct view *v = view_object(&arena);
    view_put_z(v, "text", "a\"b\\c\n\x01</script>");
    view_put_int(v, "n", INT64_MIN);
    view_put_bool(v, "yes", true);
    view_put_money(v, "price", 6900, "CNY");
    view_put_money(v, "refund", -5, "USD");
    view_put_time(v, "at", 1767225600123);
    view_put_time(v, "before", -1);
    view_put_null(v, "nothing");
    view_put_z(v, "csrf", "secret");
    view_page_only(v, "csrf");
    struct view *list = view_put_list(v, "list");
    view_put_int(view_add_object(list), "id", 1);
    view_add_str(list, STR("x"));
    view_put_object(v, "empty");
    assert_string_equal(
        json(v),
        "{\"text\":\"a\\\"b\\\\c\\n\\u0001\\u003c/script\\u003e\",\"n\":-9223372036854775808,"
        "\"yes\":true,\"price\":{\"fen\":6900,\"currency\":\"CNY\",\"text\":\"¥69.00\"},"
        "\"refund\":{\"fen\":-5,\"currency\":\"USD\",\"text\":\"-0.05\"},"
        "\"at\":\"2026-01-01T00:00:00.123Z\",\"before\":\"1969-12-31T23:59:59.999Z\","
        "\"nothing\":null,\"list\":[{\"id\":1},\"x\"],\"empty\":{}}");
}

static void a_name_is_said_once(void **state)
{
    (void)state;
    struct view *v = view_object(&arena);
    view_put_int(v, "a", 1);
    view_put_int(v, "b", 2);
    view_put_z(v, "a", "again");
    assert_string_equal(json(v), "{\"a\":\"again\",\"b\":2}");
    assert_null(view_get(v, STR("c")));
}

static void broken_utf8_is_still_json(void **state)
{
    (void)state;
    struct view *v = view_object(&arena);
    view_put_z(v, "a", "x\xFFy");
    view_put_z(v, "b", "锅");
    assert_string_equal(json(v), "{\"a\":\"x\\ufffdy\",\"b\":\"锅\"}");
}

static void rows_become_members(void **state)
{
    (void)state;
    const char *names[] = {"id",      "title", "price_fen", "currency", "starts_at",
                           "is_live", "note",  "sealed",    "old_fen"};
    struct val cells[] = {V_INT(7), V_Z("锅"), V_INT(100),          V_Z("USD"), V_INT(0),
                          V_INT(1), V_NULL,    V_BLOB(STR("\x01")), V_NULL};
    struct rows rs = {.n = 1, .columns = 9, .names = names, .cells = cells};
    struct view *v = view_object(&arena);
    view_put_row(v, &rs, 0);
    view_put_row(v, &rs, 1); /* there is none: nothing happens */
    assert_string_equal(
        json(v),
        "{\"id\":7,\"title\":\"锅\",\"price\":{\"fen\":100,\"currency\":\"USD\","
        "\"text\":\"1.00\"},\"currency\":\"USD\",\"starts_at\":\"1970-01-01T00:00:00.000Z\","
        "\"is_live\":true,\"note\":null,\"old\":null}");
}

static void no_memory_is_remembered_by_the_arena(void **state)
{
    (void)state;
    struct arena small;
    arena_init(&small, 600);
    struct view *v = view_object(&small);
    for (int i = 0; i < 20; i++)
        view_put_int(view_put_object(view_add_object(view_put_list(v, "l")), "o"), "i", i);
    assert_true(arena_failed(&small));
    arena_free(&small);
}

static void load(const char *zh, const char *en)
{
    struct err_info info = {0};
    assert_int_equal(i18n_load_json(LANG_ZH, str_of(zh), &arena, &info), OK);
    assert_int_equal(i18n_load_json(LANG_EN, str_of(en), &arena, &info), OK);
}

static struct str text(enum lang lang, const char *key, const char *name, const char *value)
{
    struct i18n_arg arg = {name, str_of(value)};
    return i18n_text(lang, str_of(key), &arg, 1, &arena);
}

static void texts_take_placeholders_and_plurals(void **state)
{
    (void)state;
    load("{\"a\":\"有{n}个\",\"b\":\"{n|other=共{n}件}\",\"c\":\"x{y\"}",
         "{\"a\":\"{n} "
         "{n|one=piece|other=pieces}\",\"b\":\"{n|one=One|other={n}}\",\"c\":\"{}{n}\"}");
    assert_true(str_eq_z(text(LANG_ZH, "a", "n", "1"), "有1个"));
    assert_true(str_eq_z(text(LANG_ZH, "b", "n", "1"), "共1件"));
    assert_true(str_eq_z(text(LANG_EN, "a", "n", "1"), "1 piece"));
    assert_true(str_eq_z(text(LANG_EN, "a", "n", "2"), "2 pieces"));
    assert_true(str_eq_z(text(LANG_EN, "b", "n", "1"), "One"));
    assert_true(str_eq_z(text(LANG_EN, "b", "n", "{n}"), "{n}")); /* values are not expanded */
    assert_true(str_eq_z(text(LANG_ZH, "c", "n", "1"), "x{y"));
    assert_true(str_eq_z(text(LANG_EN, "c", "n", "1"), "1"));
    assert_true(str_eq_z(text(LANG_EN, "gone", "n", "1"), "gone"));
}

static void count_lines(void *arg, const char *line)
{
    (void)line;
    (*(int *)arg)++;
}

static void languages_are_compared(void **state)
{
    (void)state;
    int lines = 0;
    load("{\"a\":\"{n}{m}\",\"b\":\"{n|other={m}}\"}", "{\"a\":\"{m} {n}\",\"b\":\"{m}{n}\"}");
    assert_int_equal(i18n_check(count_lines, &lines, &arena), 0);
    load("{\"a\":\"{n}\",\"b\":\"\"}", "{\"a\":\"{m}\",\"c\":\"\"}");
    assert_int_equal(i18n_check(count_lines, &lines, &arena), 3);
    assert_int_equal(lines, 3);
}

static void broken_locales_name_their_line(void **state)
{
    (void)state;
    struct err_info info = {0};
    assert_int_equal(i18n_load_json(LANG_EN, STR("{\"a\":\n 1}"), &arena, &info), ERR_SYNTAX);
    assert_string_equal(info.text, "a is not a text");
    assert_int_equal(i18n_load_json(LANG_EN, STR("{\n\n\"a\" 1}"), &arena, &info), ERR_SYNTAX);
    assert_non_null(strstr(info.text, "line 3"));
    assert_string_equal(info.field, "locales/en.json");
    assert_int_equal(i18n_load_json(LANG_EN, STR("{\"a\":\"\",\"a\":\"\"}"), &arena, &info),
                     ERR_SYNTAX);
}

static void the_visitor_chooses_the_language(void **state)
{
    (void)state;
    assert_int_equal(lang_negotiate(STR("en-GB,en;q=0.9,zh;q=0.8")), LANG_EN);
    assert_int_equal(lang_negotiate(STR("fr, zh-TW;q=0.5, en;q=0.7")), LANG_EN);
    assert_int_equal(lang_negotiate(STR("en;q=0.3,zh-CN;q=0.9")), LANG_ZH);
    assert_int_equal(lang_negotiate(STR("en;q=0")), LANG_ZH);
    assert_int_equal(lang_negotiate(STR("en;q=9,zh;q=0.1")), LANG_ZH);
    assert_int_equal(lang_negotiate(STR("fr")), LANG_ZH);
    assert_int_equal(lang_negotiate(STR("")), LANG_ZH);
    assert_int_equal(lang_negotiate(STR(",,;q=,")), LANG_ZH);
    assert_int_equal(lang_negotiate(STR("*;q=0.5,en;q=0.5")), LANG_ZH);
    enum lang lang;
    assert_true(lang_parse(STR("EN-us"), &lang) && lang == LANG_EN);
    assert_false(lang_parse(STR("english"), &lang));
}

#define EQ(s, z) assert_true(str_eq_z((s), (z)))

static void figures_follow_the_habit(void **state)
{
    (void)state;
    struct err_info info = {0};
    assert_int_equal(i18n_load(&arena, &info), OK);
    EQ(i18n_money(LANG_ZH, 6900, STR("CNY"), &arena), "¥69");
    EQ(i18n_money(LANG_ZH, 6950, STR("CNY"), &arena), "¥69.50");
    EQ(i18n_money(LANG_EN, 123456700, STR("CNY"), &arena), "¥1,234,567");
    EQ(i18n_money(LANG_EN, -5, STR("USD"), &arena), "−$0.05");
    EQ(i18n_money(LANG_EN, 500, STR("JPY"), &arena), "JP¥500");
    EQ(i18n_money(LANG_EN, 500, STR("XTS"), &arena), "XTS 5");
    EQ(i18n_amount(123400, STR("CNY"), &arena), "1,234.00");
    EQ(i18n_amount(-5, STR("CNY"), &arena), "−0.05");
    EQ(i18n_amount(-1234, STR("JPY"), &arena), "−1,234");
    EQ(i18n_amount(0, STR("CNY"), &arena), "0.00");
    EQ(i18n_money(LANG_ZH, INT64_MIN, STR("CNY"), &arena), "−¥92,233,720,368,547,758.08");
    EQ(i18n_number(LANG_ZH, 0, &arena), "0");
    EQ(i18n_number(LANG_ZH, -999, &arena), "−999");
    EQ(i18n_number(LANG_ZH, 1000, &arena), "1,000");
    EQ(i18n_time(LANG_ZH, 1767225600000, "day", &arena), "1月1日 周四");
    EQ(i18n_time(LANG_ZH, 1767225600000, "date", &arena), "2026年1月1日");
    EQ(i18n_time(LANG_EN, 1767225600000, "date", &arena), "1 Jan 2026");
    EQ(i18n_time(LANG_ZH, 1767225600000, "date_long", &arena), "2026年1月1日");
    EQ(i18n_time(LANG_EN, 1767225600000, "date_long", &arena), "1 January 2026");
    EQ(i18n_time(LANG_EN, 1767225599999, "iso", &arena), "2025-12-31T23:59:59Z");
    EQ(i18n_time(LANG_EN, -1, "iso", &arena), "1969-12-31T23:59:59Z");
    EQ(i18n_time(LANG_EN, 57600000, "hm", &arena), "00:00"); /* 16:00 UTC is midnight here */
    EQ(i18n_time(LANG_EN, INT64_MAX, "hm", &arena), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        T(a_view_leaves_as_json),
        T(a_name_is_said_once),
        T(broken_utf8_is_still_json),
        T(rows_become_members),
        T(no_memory_is_remembered_by_the_arena),
        T(texts_take_placeholders_and_plurals),
        T(languages_are_compared),
        T(broken_locales_name_their_line),
        T(the_visitor_chooses_the_language),
        T(figures_follow_the_habit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
