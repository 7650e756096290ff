/* town/letters: tokens in a draft, what they say now, and how texts differ and are put together. */
#include "../store/fixture.h"

#include "base/clock.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/hall/hall.h"
#include "town/letters/diff.h"
#include "town/letters/draft.h"
#include "web/i18n.h"

/* ---- tokens ---- */

static void tokens_are_found_and_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name, *words;
        int64_t of;
        const char *day;
        bool bad;
    } cases[] = {
        {"有[[factories]]家", "factories", "", 0, NULL, false},
        {"[[west_area|4.81平方公里]]", "west_area", "4.81平方公里", 0, NULL, false},
        {"[[ factories]]", "", "", 0, NULL, true},
        {"[[show_turnover#17|约200万元]]", "show_turnover", "约200万元", 17, NULL, false},
        {"[[a@2021-06-23| 1 ]]", "a", "1", 0, "2021-06-23", false},
        {"[[a#3@2021-06-23]]", "a", "", 3, "2021-06-23", false},
        {"[[policy|慈政发〔2020〕25号]]", "policy", "慈政发〔2020〕25号", 0, NULL, false},
        {"[[A]]", "", "", 0, NULL, true},
        {"[[a#0]]", "", "", 0, NULL, true},
        {"[[a#]]", "", "", 0, NULL, true},
        {"[[a@2021-02-30]]", "", "", 0, NULL, true},
        {"[[a@]]", "", "", 0, NULL, true},
        {"[[a|]]", "", "", 0, NULL, true},
        {"[[a|b|c]]", "", "", 0, NULL, true},
        {"[[a\n]]", "", "", 0, NULL, true},
        {"[[a", "", "", 0, NULL, true},
        {"[[]]", "", "", 0, NULL, true},
        {"[[a|0123456789012345678901234567890123456789012345678901234567890]]", "", "", 0, NULL,
         true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct letter_token t;
        size_t at = 0;
        int64_t day = 0;
        if (cases[i].day)
            assert_ok(day_read(str_of(cases[i].day), &day));
        if (!token_next(str_of(cases[i].text), &at, &t) || t.is_bad != cases[i].bad)
            fail_msg("%s", cases[i].text);
        if (t.is_bad)
            continue;
        assert_true(str_eq_z(t.name, cases[i].name));
        assert_true(str_eq_z(t.words, cases[i].words));
        assert_int_equal(t.of, cases[i].of);
        assert_int_equal(t.has_day, cases[i].day != NULL);
        assert_int_equal(t.day, day);
        assert_false(token_next(str_of(cases[i].text), &at, &t));
    }
    struct letter_token t;
    size_t at = 0;
    struct str two = STR("[[a[[b]] and ]] [[c]]");
    assert_true(token_next(two, &at, &t) && t.is_bad);
    assert_true(token_next(two, &at, &t) && str_eq_z(t.name, "b"));
    assert_true(token_next(two, &at, &t) && str_eq_z(t.name, "c"));
    assert_false(token_next(two, &at, &t));
}

/* ---- figures ---- */

static int64_t clock_ms;

static int64_t now_ms(void *unused)
{
    (void)unused;
    return clock_ms;
}

static int64_t now_us(void *unused)
{
    (void)unused;
    return 1;
}

static const struct clock_source test_clock = {now_ms, now_us, NULL};

/* Noon of 10 May 2026; three products of one maker, on show since 1 May. */
static void open_hall(struct fixture *f)
{
    int64_t day;
    fixture_in_memory(f);
    assert_ok(i18n_load(&f->arena, &f->info));
    clock_install(&test_clock);
    figures_stop();
    figures_register(hall_figures, hall_figures_n);
    assert_ok(day_read(STR("2026-05-10"), &day));
    clock_ms = f->tx.now_ms = day_begin_ms(day) + 12 * INT64_C(3600000);
    assert_ok(db_script(f->db, "INSERT INTO organisations (id, kind, slug, name_zh, name_en,"
                               " created_at) VALUES (3, 'factory', 'maker-three', '三厂',"
                               " 'Maker three', 1);"
                               "INSERT INTO kinds (id, slug, name_zh, name_en, position)"
                               " VALUES (1, 'kettles', '壶', 'Kettles', 1)"));
    for (int id = 1; id <= 3; id++) {
        char sql[500];
        snprintf(sql, sizeof(sql),
                 "INSERT INTO products (id, slug, organisation_id, kind_id, title_zh, title_en,"
                 " model, shape, colour, price_fen, status, created_at)"
                 " VALUES (%d, 'kettle-%d', 3, 1, '壶', 'Kettle', 'M', 1, 'white', 6900, 'on',"
                 " %lld)",
                 id, id, (long long)(day_begin_ms(day) - 9 * DAY_MS));
        assert_ok(db_script(f->db, sql));
    }
    struct figure_document d = {.name = STR("area"),
                                .unit = STR("m2"),
                                .title_zh = STR("面积"),
                                .title_en = STR("Area"),
                                .about_zh = STR("面积"),
                                .about_en = STR("Area"),
                                .is_public = true};
    struct figure_statement s = {
        .name = d.name, .number = 4810000, .holds_from = STR("2021-01-01"), .source = STR("paper")};
    assert_ok(figures_document(&f->tx, &d));
    assert_ok(figures_state(&f->tx, &s));
}

static void close_hall(struct fixture *f)
{
    clock_install(NULL);
    figures_stop();
    fixture_free(f);
}

static enum draft_trouble trouble_of(struct fixture *f, const char *text, enum draft_how how)
{
    struct letter_figure *figures;
    size_t n;
    assert_ok(draft_figures(f->db, &f->arena, str_of(text), clock_ms, how, &figures, &n));
    assert_int_equal(n, 1);
    return figures[0].trouble;
}

static void figures_of_a_draft_hold_or_are_in_trouble(void **state)
{
    (void)state;
    struct fixture f;
    static const struct {
        const char *text;
        enum draft_trouble trouble;
    } cases[] = {
        {"[[products]]", DRAFT_FINE},
        {"[[products|3款]]", DRAFT_FINE},
        {"[[products|4款]]", DRAFT_FAILS},
        {"[[products|3家]]", DRAFT_UNIT},
        {"[[products|许多]]", DRAFT_UNREAD},
        {"[[nothing|3款]]", DRAFT_NO_FIGURE},
        {"[[products#3]]", DRAFT_NO_FIGURE},
        {"[[factory_products#3]]", DRAFT_PRIVATE},
        {"[[factory_products]]", DRAFT_NO_FIGURE},
        {"[[products@2026-04-30|3款]]", DRAFT_UNKNOWN},
        {"[[products@2026-05-02|3款]]", DRAFT_FINE},
        {"[[products@2026-05-11]]", DRAFT_DAY_AHEAD},
        {"[[products", DRAFT_BAD_TOKEN},
        {"[[area|4.81平方公里]]", DRAFT_THIN}, /* no scan */
        {"[[area|4.9平方公里]]", DRAFT_FAILS},
    };
    open_hall(&f);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (int how = DRAFT_GLANCE; how <= DRAFT_FREEZE; how++) {
            enum draft_trouble t = trouble_of(&f, cases[i].text, (enum draft_how)how);
            if (t != cases[i].trouble)
                fail_msg("%s: %s", cases[i].text, draft_trouble_name(t));
        }
    struct letter_figure *figures;
    size_t n;
    struct str text = STR("有[[products]]和[[products|3款]]，[[nothing]]，占[[area]]。");
    assert_ok(draft_figures(f.db, &f.arena, text, clock_ms, DRAFT_FREEZE, &figures, &n));
    assert_int_equal(n, 4);
    assert_int_equal(figures[1].frozen.evidence_n, 3);
    assert_string_equal(draft_printed(&f.arena, text, figures, n).p,
                        "有3款产品和3款，[[nothing]]，占4.81平方公里。");
    close_hall(&f);
}

/* The right outcome of a query that fails: it is that figure's, and what follows goes on. */
static void a_figure_whose_query_fails_is_in_trouble_and_no_more(void **state)
{
    (void)state;
    struct fixture f;
    struct letter_figure *figures;
    size_t n;
    open_hall(&f);
    assert_ok(db_script(f.db, "ALTER TABLE product_events RENAME TO product_events_gone"));
    assert_ok(draft_figures(f.db, &f.arena, STR("[[products]] [[area]]"), clock_ms, DRAFT_FREEZE,
                            &figures, &n));
    assert_int_equal(figures[0].trouble, DRAFT_FAILING);
    assert_false(draft_may_sign(figures[0].trouble));
    assert_int_equal(figures[1].trouble, DRAFT_THIN);
    assert_true(draft_may_sign(figures[1].trouble));
    assert_ok(db_script(f.db, "ALTER TABLE product_events_gone RENAME TO product_events"));
    assert_int_equal(trouble_of(&f, "[[products]]", DRAFT_FREEZE), DRAFT_FINE);
    close_hall(&f);
}

static void a_text_has_so_many_figures_and_no_more(void **state)
{
    (void)state;
    struct fixture f;
    struct letter_figure *figures;
    size_t n;
    char text[(DRAFT_TOKENS_MAX + 1) * 8 + 1] = "";
    open_hall(&f);
    for (int i = 0; i <= DRAFT_TOKENS_MAX; i++)
        strcat(text, "[[A]] ");
    assert_int_equal(
        draft_figures(f.db, &f.arena, str_of(text), clock_ms, DRAFT_GLANCE, &figures, &n),
        ERR_LIMIT);
    close_hall(&f);
}

/* ---- differences ---- */

static const char *shown(struct arena *arena, struct diff_part *parts, size_t n)
{
    static const char *const marks[] = {"=", "-", "+", "~"};
    const char *out = "";
    for (size_t i = 0; i < n; i++)
        out = arena_printf(arena, "%s%s%.*s%s%.*s|", out, marks[parts[i].kind],
                           STR_ARG(parts[i].was), parts[i].kind == DIFF_CHANGED ? ">" : "",
                           STR_ARG(parts[i].kind == DIFF_SAME ? STR_NONE : parts[i].is));
    return out;
}

static void texts_differ_by_paragraph_and_word(void **state)
{
    (void)state;
    struct arena arena;
    struct diff_part *parts;
    size_t n;
    arena_init(&arena, 32 << 20);
    assert_ok(diff_lines(&arena, STR("a\nb\nc"), STR("a\nc\nd"), &parts, &n));
    assert_string_equal(shown(&arena, parts, n), "=a|-b|=c|+d|");
    assert_ok(diff_lines(&arena, STR("一段话\n旧"), STR("一段新话\n新"), &parts, &n));
    assert_string_equal(shown(&arena, parts, n), "~一段话>一段新话|-旧|+新|");
    assert_ok(diff_lines(&arena, STR(""), STR(""), &parts, &n));
    assert_string_equal(shown(&arena, parts, n), "=|");
    assert_ok(diff_words(&arena, STR("有[[a|1家]]厂商2021年"), STR("有[[a|2家]]好厂商2022年"),
                         &parts, &n));
    assert_string_equal(shown(&arena, parts, n),
                        "=有|-[[a|1家]]|+[[a|2家]]好|=厂商|-2021|+2022|=年|");
    /* Too much to compare is changed altogether, in no time. */
    char *a = arena_alloc(&arena, 50001), *b = arena_alloc(&arena, 50001);
    for (int i = 0; i < 50000; i++) {
        a[i] = i % 2 ? '.' : ',';
        b[i] = i % 3 ? ';' : '.';
    }
    assert_ok(diff_words(&arena, str_n(a, 50000), str_n(b, 50000), &parts, &n));
    assert_int_equal(n, 2);
    arena_free(&arena);
}

static void two_changes_are_put_together(void **state)
{
    (void)state;
    static const struct merge_marks marks = {{"<", 1}, {"=", 1}, {">", 1}};
    static const struct {
        const char *base, *theirs, *mine, *merged;
        size_t conflicts;
    } cases[] = {
        {"a\nb\nc", "a\nb\nc", "a\nB\nc", "a\nB\nc", 0},
        {"a\nb\nc", "A\nb\nc", "a\nb\nC", "A\nb\nC", 0},
        {"a\nb", "A\nb", "a\nB", "A\nB", 0}, /* beside each other */
        {"a\nb\nc", "a\nx\nb\nc", "a\nb\nc\ny", "a\nx\nb\nc\ny", 0},
        {"a\nb\nc", "a\nc", "a\nb\nC", "a\n<\nc\n=\nb\nC\n>", 1},
        {"a\nb\nc", "a\nX\nc", "a\nY\nc", "a\n<\nX\n=\nY\n>\nc", 1},
        {"a\nb\nc", "a\nX\nc", "a\nX\nc", "a\nX\nc", 0},
        {"", "a", "b", "<\na\n=\nb\n>", 1},
        {"a", "a", "a", "a", 0},
        {"a\nb\nc\nd", "A\nb\nc\nD", "a\nB\nc\nD2", "A\nB\nc\n<\nD\n=\nD2\n>", 1},
    };
    struct arena arena;
    arena_init(&arena, 8 << 20);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str out;
        size_t conflicts;
        assert_ok(diff_merge(&arena, str_of(cases[i].base), str_of(cases[i].theirs),
                             str_of(cases[i].mine), &marks, &out, &conflicts));
        assert_string_equal(out.p, cases[i].merged);
        assert_int_equal(conflicts, cases[i].conflicts);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_found_and_read),
        cmocka_unit_test(figures_of_a_draft_hold_or_are_in_trouble),
        cmocka_unit_test(a_figure_whose_query_fails_is_in_trouble_and_no_more),
        cmocka_unit_test(a_text_has_so_many_figures_and_no_more),
        cmocka_unit_test(texts_differ_by_paragraph_and_word),
        cmocka_unit_test(two_changes_are_put_together),
    };
    return cmocka_run_group_tests_name("draft", tests, NULL, NULL);
}
