/* town/house: what the list finds in what people write, however they write it; what is passed over;
 * that readers go on while the list is swapped; that its changes are kept. */
#include "../store/fixture.h"

#include <pthread.h>
#include <stdatomic.h>

#include "store/queries.h"
#include "town/house/internal.h"

static struct err_info open_info;

static const struct house_term terms[] = {
    {STR("微信"), STR("outside"), HOUSE_FLAGGED},
    {STR("加微信"), STR("outside"), HOUSE_BLOCKED},
    {STR("微信支付"), STR("exempt"), HOUSE_EXEMPT},
    {STR("VX"), STR("outside"), HOUSE_BLOCKED},
    {STR("赌博"), STR("gambling"), HOUSE_BLOCKED},
    {STR("第一品牌"), STR("superlative"), HOUSE_FLAGGED},
    {STR("no.1"), STR("superlative"), HOUSE_FLAGGED},
    {STR("1##########"), STR("outside"), HOUSE_FLAGGED},
    {STR("best"), STR("superlative"), HOUSE_FLAGGED},
    {STR("best before"), STR("exempt"), HOUSE_EXEMPT},
    {STR("后门"), STR("other"), HOUSE_BLOCKED},
    {STR("反赌博"), STR("exempt"), HOUSE_EXEMPT},
    {STR("x"), STR("other"), HOUSE_BLOCKED},
};
enum { TERMS = sizeof(terms) / sizeof(terms[0]) };

static int set_up(void **state)
{
    (void)state;
    return house_list_open(&open_info) || house_list_put(terms, TERMS, 1);
}

static int tear_down(void **state)
{
    (void)state;
    house_list_close();
    return 0;
}

/* "微信 加微信": what is found in it, in the order of its ends; a guess with a "?". */
static const char *found_in(const char *text, struct arena *arena)
{
    struct house_found found[HOUSE_FOUND_MAX];
    struct house_matcher *m = house_list_hold();
    size_t n = house_match(m, str_of(text), arena, found, HOUSE_FOUND_MAX);
    const char *all = "";
    for (size_t i = 0; i < n; i++)
        all = arena_printf(arena, "%s%s%.*s%s", all, i ? " " : "", STR_ARG(found[i].term->text),
                           found[i].is_guess ? "?" : "");
    house_matcher_drop(m);
    return all;
}

static void check_all(const char *const (*cases)[2], size_t n)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < n; i++) {
        const char *found = found_in(cases[i][0], &arena);
        if (strcmp(found, cases[i][1]) != 0)
            fail_msg("%s: found \"%s\", not \"%s\"", cases[i][0], found, cases[i][1]);
    }
    arena_free(&arena);
}
#define CHECK_ALL(cases) check_all(cases, sizeof(cases) / sizeof((cases)[0]))

static void however_it_is_written(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"有微信吗", "微信"},
        {"加微信", "加微信 微信"},
        {"加 微  信", "加微信 微信"},
        {"加\u200B微\u200D信\uFEFF", "加微信 微信"},
        {"微\u0301信", "微信"},
        {"微-信 微.信", "微信"},
        {"ｖｘ", "VX"},
        {"Ⓥ x", "VX"},
        {"𝐕𝐗", "VX"},
        {"🇻🇽", "VX"},
        {"√Ｘ", "VX"},
        {"v\u0445", "VX"}, /* Cyrillic */
        {"賭博", "赌博"},
        {"後門", "后门"},
        {"第①品牌", "第一品牌"},
        {"第1品牌 第壹品牌", "第一品牌"},
        {"ＮＯ.１", "no.1"},
        {"138 0013-8000", "1##########"},
        {"①3八零零一三8〇〇〇", "1##########"},
        {"BEST!", "best"},
        {"微......信", "微信"}, /* six between them: of one word yet */
    };
    CHECK_ALL(cases);
}

static void what_is_only_a_guess(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"威信", "微信?"},   {"加薇❤信", "加微信? 微信?"},
        {"微，信", "微信?"}, {"微，信 微信", "微信"}, /* once for certain */
        {"堵博", "赌博?"},   {"威信支付", "微信?"},   /* exempt is only what is written so */
    };
    CHECK_ALL(cases);
}

static void what_is_none_of_it(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"微", ""},
        {"信微", ""},
        {"微.......信", ""}, /* too far apart */
        {"divx vxing", ""},
        {"bestow the abest", ""},
        {"no.12", ""},
        {"no.1a", "no.1"},
        {"一三八 0013 800", ""},    /* ten digits */
        {"28800138000123", ""},     /* begins otherwise */
        {"138，0013，8000", ""},    /* three numbers */
        {"微信支付可以吗", ""},     /* exempt */
        {"微信支付，微信", "微信"}, /* but not beside it */
        {"加微信支付", "加微信"},   /* nor what only overlaps it */
        {"best before 2027", ""},
        {"反赌博", ""}, /* it begins before the word */
        {"xx x", ""},   /* no list has words of one letter */
        {"\xFF\xFE\xC0\xAF\xE5\xBE", ""},
    };
    CHECK_ALL(cases);
}

static void what_becomes_of_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum shows_verdict verdict;
        const char *why;
    } cases[] = {
        {"多少钱", SHOWS_FINE, ""},
        {"有微信吗", SHOWS_HELD, "微信"},
        {"第一品牌 no.1", SHOWS_HELD, "第一品牌 · no.1"},
        {"赌博", SHOWS_REFUSED, "赌博"},
        {"堵博", SHOWS_HELD, "赌博"}, /* a guess is looked at */
    };
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str why = STR_NONE;
        assert_int_equal(house_judge(str_of(cases[i].text), &arena, &why), cases[i].verdict);
        assert_true(str_eq_z(why, cases[i].why));
    }
    arena_free(&arena);
}

static void what_a_list_may_have(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",       "x",        "微",
        "，，，", "####",     "123#",
        "12#45x", "####,###", "abcdefghijabcdefghijabcdefghijabcdefghijk"};
    static const char *const good[] = {
        "微信", "vx", "no.1", "#####", "1##########", "abcdefghijabcdefghijabcdefghijabcdefghij"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(house_term_check(house_list_fold(), str_of(bad[i])), ERR_INVALID);
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_ok(house_term_check(house_list_fold(), str_of(good[i])));
}

static void how_many_a_list_may_have(void **state)
{
    (void)state;
    static struct house_term many[HOUSE_TERMS_MAX + 1];
    struct house_matcher *m;
    for (size_t i = 0; i <= HOUSE_TERMS_MAX; i++)
        many[i] = (struct house_term){STR("微信"), STR("other"), HOUSE_FLAGGED};
    assert_int_equal(house_matcher_make(house_list_fold(), many, HOUSE_TERMS_MAX + 1, &m),
                     ERR_LIMIT);
    assert_ok(house_matcher_make(house_list_fold(), many, HOUSE_TERMS_MAX, &m));
    house_matcher_drop(m);
    for (size_t i = 0; i <= HOUSE_NUMBERS_MAX; i++)
        many[i].text = STR("1####");
    assert_int_equal(house_matcher_make(house_list_fold(), many, HOUSE_NUMBERS_MAX + 1, &m),
                     ERR_LIMIT);
    assert_ok(house_matcher_make(house_list_fold(), many, HOUSE_NUMBERS_MAX, &m));
    house_matcher_drop(m);
}

/* As slow a text as can be: every letter begins, and ends, many words. */
static void much_of_the_same(void **state)
{
    (void)state;
    enum { WORDS = HOUSE_TERM_MAX - 1 };
    struct house_term many[WORDS];
    struct house_matcher *m;
    struct house_found found[HOUSE_FOUND_MAX];
    struct arena arena;
    char text[HOUSE_TEXT_MAX + 1];
    arena_init(&arena, 8 << 20);
    memset(text, 'a', HOUSE_TEXT_MAX);
    for (size_t i = 0; i < WORDS; i++)
        many[i] = (struct house_term){str_n(text, i + 2), STR("other"), HOUSE_FLAGGED};
    assert_ok(house_matcher_make(house_list_fold(), many, WORDS, &m));
    assert_int_equal(house_match(m, str_n(text, HOUSE_TEXT_MAX), &arena, found, HOUSE_FOUND_MAX),
                     0);
    for (size_t i = 1; i < HOUSE_TEXT_MAX; i += 2)
        text[i] = ' '; /* words now, of letters far enough apart */
    assert_true(house_match(m, str_n(text, HOUSE_TEXT_MAX), &arena, found, HOUSE_FOUND_MAX) ==
                HOUSE_FOUND_MAX);
    house_matcher_drop(m);
    arena_free(&arena);
}

static void tables_that_are_no_tables(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "[]",
        "{}",
        "{\"variants\":[1],\"digits\":[],\"looks\":[],\"sounds\":[]}",
        "{\"variants\":[\"ab\",\"cb\"],\"digits\":[],\"looks\":[],\"sounds\":[]}",
        "{\"variants\":[\"\"],\"digits\":[],\"looks\":[],\"sounds\":[]}"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct arena arena;
        struct house_fold *f;
        arena_init(&arena, 1 << 20);
        assert_int_equal(house_fold_read(str_of(bad[i]), &arena, &f), ERR_SYNTAX);
        arena_free(&arena);
    }
}

/* --- readers on any thread, while the list changes --- */

static atomic_bool over;

static void *keep_judging(void *arg)
{
    int *wrong = arg;
    while (!over) {
        struct arena arena;
        struct str why = STR_NONE;
        arena_init(&arena, 1 << 16);
        enum shows_verdict v = house_judge(STR("加微信 后门"), &arena, &why);
        *wrong += v != SHOWS_REFUSED && v != SHOWS_HELD;
        arena_free(&arena);
    }
    return NULL;
}

static void readers_go_on_while_it_is_swapped(void **state)
{
    (void)state;
    enum { READERS = 3, SWAPS = 300 };
    pthread_t threads[READERS];
    int wrong[READERS] = {0};
    over = false;
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, keep_judging, &wrong[i]), 0);
    for (int i = 0; i < SWAPS; i++) /* one word, or all */
        assert_ok(house_list_put(terms, i % 2 ? 1 : TERMS, 2 + i));
    over = true;
    for (int i = 0; i < READERS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(wrong[i], 0);
    }
    assert_ok(house_list_put(terms, 1, 1)); /* an older one is not taken */
    struct arena arena;
    struct str why = STR_NONE;
    arena_init(&arena, 1 << 16);
    assert_ok(house_list_put(terms, TERMS, 1000));
    assert_ok(house_list_put(terms, 1, 999));
    assert_int_equal(house_judge(STR("后门"), &arena, &why), SHOWS_REFUSED);
    arena_free(&arena);
}

/* --- changes --- */

static void changes_are_kept(void **state)
{
    (void)state;
    struct fixture f;
    struct rows rs;
    int n;
    fixture_in_memory(&f);
    assert_ok(house_words_seed(&f.tx));
    assert_ok(db_one(f.db, &q_house_words_n, NO_ARGS, &f.arena, &rs));
    int64_t seeded = row_int(&rs, 0, "n");
    assert_true(seeded > 80);
    assert_ok(house_words_seed(&f.tx)); /* once */
    struct house_word w = {STR("天下无双"), STR("flagged"), STR("superlative"),
                           STR(""),         STR("示例"),    7};
    assert_ok(house_word_add(&f.tx, &w));
    assert_int_equal(house_word_add(&f.tx, &w), ERR_EXISTS);
    assert_ok(db_one(f.db, &q_house_word_of, ARGS(V_Z("天下无双")), &f.arena, &rs));
    int64_t id = row_int(&rs, 0, "id");
    w.class = STR("blocked");
    w.why = STR("投诉多");
    assert_ok(house_word_change(&f.tx, id, &w));
    w.class = STR("shouted");
    assert_int_equal(house_word_change(&f.tx, id, &w), ERR_INVALID);
    assert_string_equal(f.info.field, "class");
    w.why = STR("误伤");
    assert_ok(house_word_remove(&f.tx, id, &w));
    assert_int_equal(house_word_remove(&f.tx, id, &w), ERR_NOT_FOUND);
    assert_ok(
        db_select(f.db, &q_house_word_events, ARGS(V_INT(INT64_MAX), V_INT(3)), &f.arena, &rs));
    assert_true(str_eq_z(row_str(&rs, 0, "event"), "remove"));
    assert_true(str_eq_z(row_str(&rs, 0, "class"), "blocked"));
    assert_true(str_eq_z(row_str(&rs, 0, "why"), "误伤"));
    assert_true(str_eq_z(row_str(&rs, 2, "event"), "add"));
    assert_ok(db_one(f.db, &q_house_words_n, NO_ARGS, &f.arena, &rs));
    assert_int_equal(row_int(&rs, 0, "n"), seeded);
    assert_ok(house_check(f.db, &f.arena, NULL, NULL, &n));
    assert_int_equal(n, 0);
    fixture_free(&f);
}

static enum err add(struct fixture *f, const char *word)
{
    const struct house_word w = {
        .word = str_of(word), .class = STR("flagged"), .rule = STR("other"), .why = STR("so")};
    return house_word_add(&f->tx, &w);
}

static void a_list_that_is_kept_has_its_bound(void **state)
{
    (void)state;
    struct fixture f;
    char sql[120];
    fixture_in_memory(&f);
    for (int i = 0; i < HOUSE_WORDS_MAX - 1; i++) {
        snprintf(sql, sizeof(sql),
                 "INSERT INTO house_words (word, class, rule, note) VALUES ('%s%d', 'flagged', "
                 "'other', '')",
                 i < HOUSE_NUMBERS_MAX - 1 ? "1####" : "w", i);
        assert_ok(db_script(f.db, sql));
    }
    assert_ok(add(&f, "2####"));
    assert_int_equal(add(&f, "last one"), ERR_LIMIT);
    assert_int_equal(f.info.limit, HOUSE_WORDS_MAX);
    assert_ok(db_script(f.db, "DELETE FROM house_words WHERE word = 'w2000'"));
    assert_int_equal(add(&f, "3####"), ERR_LIMIT); /* of numbers there are fewer */
    assert_int_equal(f.info.limit, HOUSE_NUMBERS_MAX);
    assert_ok(add(&f, "last one"));
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(however_it_is_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_only_a_guess, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_none_of_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_becomes_of_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_list_may_have, set_up, tear_down),
        cmocka_unit_test_setup_teardown(how_many_a_list_may_have, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_list_that_is_kept_has_its_bound, set_up, tear_down),
        cmocka_unit_test_setup_teardown(much_of_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tables_that_are_no_tables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(readers_go_on_while_it_is_swapped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(changes_are_kept, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
