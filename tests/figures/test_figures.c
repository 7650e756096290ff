/* town/figures: days, values as of a day, papers, what is kept a day, and what is frozen. */
#include "../store/fixture.h"

#include "base/clock.h"
#include "store/queries.h"
#include "town/figures/internal.h"
#include "town/hall/hall.h"

/* ---- days ---- */

static void days_are_the_towns(void **state)
{
    (void)state;
    struct arena arena;
    int64_t day, other;
    arena_init(&arena, 4096);
    assert_ok(day_read(STR("2021-02-23"), &day));
    assert_true(str_eq_z(figures_day_text(day, &arena), "2021-02-23"));
    int64_t begin = day_begin_ms(day);
    assert_int_equal(begin, INT64_C(1614009600000)); /* 2021-02-22T16:00:00Z */
    assert_int_equal(day_of(begin), day);
    assert_int_equal(day_of(begin - 1), day - 1);
    assert_int_equal(day_of(day_end_ms(day)), day);
    assert_int_equal(day_of(day_end_ms(day) + 1), day + 1);
    assert_ok(day_read(STR("2021-01-01"), &other));
    assert_int_equal(figures_year_begin_ms(begin), day_begin_ms(other));
    assert_int_equal(figures_year_begin_ms(day_begin_ms(other)), day_begin_ms(other));
    static const char *const bad[] = {"",           "2021-02-30", "2021-13-01", "2021-2-23",
                                      "2021/02/23", "20210223",   "1969-12-31", "2021-02-23x"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(day_read(str_of(bad[i]), &day), ERR_SYNTAX);
    arena_free(&arena);
}

/* ---- counting ---- */

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

static int64_t day_at(const char *text, int hours)
{
    int64_t day;
    assert_ok(day_read(str_of(text), &day));
    return day_begin_ms(day) + hours * INT64_C(3600000);
}

static void put_product(struct db *db, int id, int maker, const char *status, int64_t created_at)
{
    char sql[600];
    snprintf(sql, sizeof(sql),
             "INSERT INTO products (id, slug, organisation_id, kind_id, title_zh, title_en, model,"
             " shape, colour, price_fen, status, created_at)"
             " VALUES (%d, 'kettle-%d', %d, 1, '壶', 'Kettle', 'M', 1, 'white', 6900, '%s',"
             " %lld)",
             id, id, maker, status, (long long)created_at);
    assert_ok(db_script(db, sql));
}

/* Two makers; products of 1, 2 and 3 May, and a draft. It is noon of 10 May. */
static void open_hall(struct fixture *f)
{
    fixture_in_memory(f);
    clock_install(&test_clock);
    figures_stop();
    figures_register(hall_figures, hall_figures_n);
    clock_ms = f->tx.now_ms = day_at("2026-05-10", 12);
    assert_ok(db_script(
        f->db, "INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at) VALUES"
               " (3, 'factory', 'maker-three', '三厂', 'Maker three', 1),"
               " (4, 'factory', 'maker-four', '四厂', 'Maker four', 1);"
               "INSERT INTO kinds (id, slug, name_zh, name_en, position)"
               " VALUES (1, 'kettles', '壶', 'Kettles', 1)"));
    put_product(f->db, 1, 3, "on", day_at("2026-05-01", 9));
    put_product(f->db, 2, 3, "on", day_at("2026-05-02", 9));
    put_product(f->db, 3, 4, "on", day_at("2026-05-03", 0));
    put_product(f->db, 4, 4, "draft", day_at("2026-05-01", 9));
}

static void close_hall(struct fixture *f)
{
    clock_install(NULL);
    figures_stop();
    fixture_free(f);
}

static struct figure_value value_of(struct fixture *f, const char *name, const char *day)
{
    struct figure_value v;
    int64_t d = 0;
    if (day)
        assert_ok(day_read(str_of(day), &d));
    assert_ok(figures_value(f->db, &f->arena, str_of(name), 0, day ? day_end_ms(d) : 0, &v));
    return v;
}

static void a_past_day_is_counted_from_the_record(void **state)
{
    (void)state;
    struct fixture f;
    struct figure_value v;
    open_hall(&f);
    assert_int_equal(value_of(&f, "products", NULL).number, 3);
    assert_int_equal(value_of(&f, "factories", NULL).number, 2);
    assert_int_equal(value_of(&f, "products", "2026-05-01").number, 1);
    assert_int_equal(value_of(&f, "products", "2026-05-02").number, 2);
    assert_int_equal(value_of(&f, "factories", "2026-05-02").number, 1);
    assert_int_equal(value_of(&f, "products", "2026-05-03").number, 3);
    v = value_of(&f, "products", "2026-04-30");
    assert_false(v.is_known);
    assert_int_equal(v.reach_ms, day_at("2026-05-01", 9));
    assert_int_equal(figures_value(f.db, &f.arena, STR("nothing"), 0, 0, &v), ERR_NOT_FOUND);
    close_hall(&f);
}

static void put_event(struct db *db, int product, const char *from, const char *to, int64_t at)
{
    char sql[400];
    snprintf(sql, sizeof(sql),
             "INSERT INTO product_events (product_id, at, event, from_status, to_status, version)"
             " VALUES (%d, %lld, 'move', '%s', '%s', 1);"
             "UPDATE products SET status = '%s' WHERE id = %d",
             product, (long long)at, from, to, to, product);
    assert_ok(db_script(db, sql));
}

static void what_was_withdrawn_since_was_there_then(void **state)
{
    (void)state;
    struct fixture f;
    open_hall(&f);
    put_event(f.db, 1, "on", "off", day_at("2026-05-04", 9)); /* older than the events */
    put_event(f.db, 4, "draft", "on", day_at("2026-05-05", 9));
    put_event(f.db, 4, "on", "on", day_at("2026-05-06", 9)); /* an edit */
    put_event(f.db, 4, "on", "off", day_at("2026-05-07", 9));
    put_event(f.db, 3, "on", "off", day_at("2026-05-07", 9));
    put_event(f.db, 1, "off", "on", day_at("2026-05-08", 9));
    static const struct {
        const char *day;
        int products, factories;
    } days[] = {{"2026-05-01", 1, 1}, {"2026-05-03", 3, 2}, {"2026-05-04", 2, 2},
                {"2026-05-05", 3, 2}, {"2026-05-06", 3, 2}, {"2026-05-07", 1, 1},
                {"2026-05-08", 2, 1}, {"2026-05-09", 2, 1}};
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        assert_int_equal(value_of(&f, "products", days[i].day).number, days[i].products);
        assert_int_equal(value_of(&f, "factories", days[i].day).number, days[i].factories);
    }
    assert_int_equal(value_of(&f, "products", NULL).number, 2);
    close_hall(&f);
}

static int64_t kept(struct fixture *f, const char *name, const char *day)
{
    struct rows rs;
    int64_t d;
    assert_ok(day_read(str_of(day), &d));
    assert_ok(db_select(f->db, &q_figures_day, ARGS(V_Z(name), V_INT(d)), &f->arena, &rs));
    return rs.n ? row_int(&rs, 0, "value") : -1;
}

static void each_day_is_kept_once_and_stays(void **state)
{
    (void)state;
    struct fixture f;
    bool left;
    open_hall(&f);
    assert_ok(figures_take_days(&f.tx, 5, &left)); /* of 18: nine days of two figures */
    assert_true(left);
    assert_int_equal(kept(&f, "products", "2026-05-05"), 3);
    assert_int_equal(kept(&f, "products", "2026-05-06"), -1);
    assert_ok(figures_take_days(&f.tx, 100, &left));
    assert_false(left);
    assert_int_equal(kept(&f, "products", "2026-04-30"), -1);
    assert_int_equal(kept(&f, "products", "2026-05-01"), 1);
    assert_int_equal(kept(&f, "factories", "2026-05-02"), 1);
    assert_int_equal(kept(&f, "products", "2026-05-09"), 3);
    assert_int_equal(kept(&f, "products", "2026-05-10"), -1); /* is not over */

    /* Rows change; what was written stays, and another node writes no second one. */
    assert_ok(db_script(f.db, "UPDATE products SET status = 'off' WHERE id = 1"));
    assert_ok(figures_take_days(&f.tx, 100, &left));
    assert_int_equal(kept(&f, "products", "2026-05-09"), 3);
    assert_int_equal(value_of(&f, "products", "2026-05-09").number, 2);
    assert_ok(db_exec(
        f.db, &q_figures_day_add,
        ARGS(V_Z("products"), V_INT(day_of(day_at("2026-05-09", 1))), V_INT(77), V_INT(1)), NULL));
    assert_int_equal(kept(&f, "products", "2026-05-09"), 3);
    assert_ok(db_savepoint(f.db));
    assert_int_not_equal(db_script(f.db, "UPDATE figure_days SET value = 9"), OK);
    db_savepoint_rollback(f.db);
    assert_ok(db_savepoint(f.db));
    assert_int_not_equal(db_script(f.db, "DELETE FROM figure_days"), OK);
    db_savepoint_rollback(f.db);
    close_hall(&f);
}

static void an_empty_record_is_kept_as_nothing(void **state)
{
    (void)state;
    struct fixture f;
    bool left;
    open_hall(&f);
    assert_ok(db_script(f.db, "DELETE FROM products"));
    assert_ok(figures_take_days(&f.tx, 100, &left));
    assert_false(left);
    assert_int_equal(kept(&f, "products", "2026-05-09"), -1);
    assert_false(value_of(&f, "products", "2026-05-09").is_known);
    assert_int_equal(value_of(&f, "products", NULL).number, 0);
    close_hall(&f);
}

/* ---- papers ---- */

#define SHA "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static const struct figure_document base_area = {.name = {"base_area", 9},
                                                 .unit = {"m2", 2},
                                                 .title_zh = {"面积", 6},
                                                 .title_en = {"Area", 4},
                                                 .about_zh = {"建筑面积", 12},
                                                 .about_en = {"Floor area", 10},
                                                 .is_public = true};

static struct figure_statement area_of(int64_t number, const char *from)
{
    return (struct figure_statement){.name = STR("base_area"),
                                     .number = number,
                                     .holds_from = str_of(from),
                                     .source = STR("paper 1"),
                                     .scan_name = STR("scan.pdf"),
                                     .scan_sha256 = STR(SHA)};
}

static void a_paper_holds_from_its_day_and_a_correction_replaces_it(void **state)
{
    (void)state;
    struct fixture f;
    open_hall(&f);
    assert_ok(figures_document(&f.tx, &base_area));
    assert_false(value_of(&f, "base_area", NULL).is_known);
    struct figure_statement first = area_of(6000, "2021-02-23"),
                            second = area_of(7500, "2026-05-04"),
                            mended = area_of(5950, "2021-02-23");
    assert_ok(figures_state(&f.tx, &first));
    assert_ok(figures_state(&f.tx, &second));
    assert_int_equal(value_of(&f, "base_area", NULL).number, 7500);
    assert_int_equal(value_of(&f, "base_area", "2026-05-03").number, 6000);
    assert_int_equal(value_of(&f, "base_area", "2026-05-04").number, 7500);
    assert_false(value_of(&f, "base_area", "2021-02-22").is_known);
    assert_int_equal(value_of(&f, "base_area", "2021-02-22").reach_ms, day_at("2021-02-23", 0));
    assert_ok(figures_state(&f.tx, &mended));
    assert_int_equal(value_of(&f, "base_area", "2026-05-03").number, 5950);
    assert_int_equal(value_of(&f, "base_area", NULL).number, 7500);
    assert_ok(db_savepoint(f.db));
    assert_int_not_equal(db_script(f.db, "DELETE FROM figure_values"), OK);
    db_savepoint_rollback(f.db);
    close_hall(&f);
}

static void what_no_paper_can_say_is_refused(void **state)
{
    (void)state;
    struct fixture f;
    open_hall(&f);
    assert_ok(figures_document(&f.tx, &base_area));
    assert_int_equal(figures_document(&f.tx, &base_area), ERR_EXISTS);
    struct figure_document d = base_area;
    d.name = STR("products"); /* is counted */
    assert_int_equal(figures_document(&f.tx, &d), ERR_EXISTS);
    d.name = STR("Area");
    assert_int_equal(figures_document(&f.tx, &d), ERR_INVALID);
    assert_string_equal(f.info.field, "name");
    d.name = STR("other");
    d.unit = STR("parsec");
    assert_int_equal(figures_document(&f.tx, &d), ERR_INVALID);
    d.kind = FIGURE_DATE;
    d.unit = STR_NONE;
    assert_ok(figures_document(&f.tx, &d));

    struct figure_statement s = area_of(-1, "2021-02-23");
    assert_int_equal(figures_state(&f.tx, &s), ERR_INVALID);
    assert_string_equal(f.info.field, "value");
    s = area_of(1, "2021-02-30");
    assert_int_equal(figures_state(&f.tx, &s), ERR_INVALID);
    assert_string_equal(f.info.field, "holds_from");
    s = area_of(1, "2021-02-23");
    s.scan_sha256 = STR("9F");
    assert_int_equal(figures_state(&f.tx, &s), ERR_INVALID);
    assert_string_equal(f.info.field, "scan");
    s = area_of(1, "2021-02-23");
    s.name = STR("products");
    assert_int_equal(figures_state(&f.tx, &s), ERR_NOT_FOUND);
    s.name = STR("other");
    s.words = STR("yesterday");
    assert_int_equal(figures_state(&f.tx, &s), ERR_INVALID);
    s.words = STR("2021-02-23");
    assert_ok(figures_state(&f.tx, &s));
    assert_true(str_eq_z(value_of(&f, "other", NULL).words, "2021-02-23"));
    close_hall(&f);
}

static void goals_are_set_of_numbers_and_the_last_counts(void **state)
{
    (void)state;
    struct fixture f;
    struct figure_any any;
    int64_t goal;
    open_hall(&f);
    assert_ok(figure_any_find(f.db, LANG_EN, STR("products"), &f.arena, &any));
    assert_ok(figure_any_goal(f.db, &f.arena, &any, &goal));
    assert_int_equal(goal, 0);
    assert_ok(figures_set_goal(&f.tx, STR("products"), 1200, STR("plan"), 0));
    assert_ok(figures_set_goal(&f.tx, STR("products"), 1500, STR("plan"), 0));
    assert_ok(figure_any_goal(f.db, &f.arena, &any, &goal));
    assert_int_equal(goal, 1500);
    assert_int_equal(figures_set_goal(&f.tx, STR("products"), 0, STR("plan"), 0), ERR_INVALID);
    assert_int_equal(figures_set_goal(&f.tx, STR("nothing"), 5, STR("plan"), 0), ERR_NOT_FOUND);
    close_hall(&f);
}

/* ---- freezing ---- */

#define FROZEN_PRODUCTS "845bcebc9406b9b7a041172173cd10732da12f9051ecebaa0fa2a66c3e1d75f0"

static void a_figure_is_frozen_with_all_its_rows(void **state)
{
    (void)state;
    struct fixture f;
    struct figure_frozen a, b;
    open_hall(&f);
    assert_ok(i18n_load(&f.arena, &f.info));
    assert_ok(figures_freeze(f.db, &f.arena, STR("products"), 0, 0, &a));
    assert_int_equal(a.number, 3);
    assert_true(a.is_known && a.is_public && a.is_counted);
    assert_int_equal(a.evidence_n, 3);
    assert_int_equal(a.evidence_sum, 3);
    assert_int_equal(a.as_of_ms, f.tx.now_ms);
    assert_true(a.title_zh.n && a.title_en.n && !str_eq(a.title_zh, a.title_en));
    /* The same in either store: this is SHA-256 of the three lines that figures.h states. */
    assert_string_equal(a.evidence_sha256, FROZEN_PRODUCTS);
    assert_ok(figures_freeze(f.db, &f.arena, STR("products"), 0, f.tx.now_ms, &b));
    assert_string_equal(a.evidence_sha256, b.evidence_sha256);
    assert_string_equal(a.version_sha256, b.version_sha256);
    assert_ok(figures_freeze(f.db, &f.arena, STR("factories"), 0, 0, &b));
    assert_string_not_equal(a.version_sha256, b.version_sha256);

    assert_ok(db_script(f.db, "UPDATE products SET title_zh = '煲' WHERE id = 2"));
    assert_ok(figures_freeze(f.db, &f.arena, STR("products"), 0, 0, &b));
    assert_string_equal(a.version_sha256, b.version_sha256);
    assert_string_not_equal(a.evidence_sha256, b.evidence_sha256);

    /* Of one maker, and no other `of`; nothing before the record. */
    assert_ok(figures_freeze(f.db, &f.arena, STR("factory_products"), 3, 0, &b));
    assert_int_equal(b.number, 2);
    assert_false(b.is_public);
    assert_int_equal(figures_freeze(f.db, &f.arena, STR("factory_products"), 0, 0, &b),
                     ERR_NOT_FOUND);
    assert_int_equal(figures_freeze(f.db, &f.arena, STR("products"), 3, 0, &b), ERR_NOT_FOUND);
    assert_int_equal(figures_freeze(f.db, &f.arena, STR("nothing"), 0, 0, &b), ERR_NOT_FOUND);
    assert_ok(figures_freeze(f.db, &f.arena, STR("products"), 0, day_at("2026-04-30", 12), &b));
    assert_false(b.is_known);
    assert_int_equal(b.evidence_n, 0);

    /* Further than a step. */
    for (int id = 100; id < 100 + FIGURE_FREEZE_STEP; id++)
        put_product(f.db, id, 3, "on", day_at("2026-05-09", 9));
    assert_ok(figures_freeze(f.db, &f.arena, STR("products"), 0, 0, &b));
    assert_int_equal(b.evidence_n, 3 + FIGURE_FREEZE_STEP);
    assert_int_equal(b.evidence_sum, b.number);
    close_hall(&f);
}

static void a_paper_is_frozen_with_those_before_it(void **state)
{
    (void)state;
    struct fixture f;
    struct figure_frozen a, b;
    open_hall(&f);
    assert_ok(figures_document(&f.tx, &base_area));
    assert_ok(figures_freeze(f.db, &f.arena, STR("base_area"), 0, 0, &a));
    assert_false(a.is_known || a.has_scan || a.is_counted);
    assert_int_equal(a.evidence_n, 0);
    struct figure_statement first = area_of(6000, "2021-02-23"),
                            second = area_of(7500, "2026-05-04");
    second.scan_name = second.scan_sha256 = STR_NONE;
    assert_ok(figures_state(&f.tx, &first));
    assert_ok(figures_state(&f.tx, &second));
    assert_ok(figures_freeze(f.db, &f.arena, STR("base_area"), 0, 0, &a));
    assert_int_equal(a.number, 7500);
    assert_int_equal(a.evidence_n, 2);
    assert_false(a.has_scan);
    assert_true(str_eq_z(a.unit, "m2"));
    assert_ok(figures_freeze(f.db, &f.arena, STR("base_area"), 0, day_at("2026-05-03", 1), &b));
    assert_int_equal(b.number, 6000);
    assert_int_equal(b.evidence_n, 1);
    assert_true(b.has_scan);
    assert_string_not_equal(a.version_sha256, b.version_sha256);
    assert_string_not_equal(a.evidence_sha256, b.evidence_sha256);
    close_hall(&f);
}

/* ---- the drawing ---- */

static void a_line_is_drawn_in_its_frame(void **state)
{
    (void)state;
    struct arena arena;
    struct figures_point p[FIGURES_POINTS_MAX];
    int64_t low, high;
    arena_init(&arena, 1 << 20);
    assert_int_equal(figures_chart(p, 0, 0, &arena, &low, &high).n, 0);
    for (int i = 0; i < FIGURES_POINTS_MAX; i++)
        p[i] = (struct figures_point){20000 + i, i % 7 ? FIGURE_NUMBER_MAX - i : 0};
    struct str svg = figures_chart(p, FIGURES_POINTS_MAX, FIGURE_NUMBER_MAX, &arena, &low, &high);
    assert_true(str_starts(svg, "<svg ") && str_ends(svg, "</svg>"));
    p[0].value = p[1].value = 5; /* level: no division by nothing */
    svg = figures_chart(p, 2, 1000, &arena, &low, &high);
    assert_true(str_ends(svg, "</svg>"));
    assert_null(strstr(svg.p, "goal")); /* far above the line */
    assert_non_null(strstr(figures_chart(p, 2, 12, &arena, &low, &high).p, "goal"));
    assert_int_equal(low, 0);
    assert_int_equal(high, 12);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_figure_is_frozen_with_all_its_rows),
        cmocka_unit_test(a_paper_is_frozen_with_those_before_it),
        cmocka_unit_test(days_are_the_towns),
        cmocka_unit_test(a_past_day_is_counted_from_the_record),
        cmocka_unit_test(what_was_withdrawn_since_was_there_then),
        cmocka_unit_test(each_day_is_kept_once_and_stays),
        cmocka_unit_test(an_empty_record_is_kept_as_nothing),
        cmocka_unit_test(a_paper_holds_from_its_day_and_a_correction_replaces_it),
        cmocka_unit_test(what_no_paper_can_say_is_refused),
        cmocka_unit_test(goals_are_set_of_numbers_and_the_last_counts),
        cmocka_unit_test(a_line_is_drawn_in_its_frame),
    };
    return cmocka_run_group_tests_name("figures", tests, NULL, NULL);
}
