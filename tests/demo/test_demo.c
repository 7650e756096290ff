/* town/demo: its data agree with what draws and names them, and a filled town is a sound one. */
#include "../store/fixture.h"

#include "base/clock.h"
#include "store/objects.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/check.h"
#include "town/day.h"
#include "town/demo/demo.h"
#include "town/demo/goods.h"
#include "town/demo/plan.h"
#include "town/console/console.h"
#include "town/figures/figures.h"
#include "town/pay/pay.h"
#include "town/town.h"
#include "web/i18n.h"

/* ---- the data ---- */

static bool named(const char *wanted, int n, const char *(*at)(int))
{
    for (int i = 0; i < n; i++)
        if (strcmp(at(i), wanted) == 0)
            return true;
    return false;
}

static void each_kind_has_a_drawing_and_each_drawing_a_kind(void **state)
{
    (void)state;
    for (int i = 0; i < demo_kinds_n; i++)
        assert_true(named(demo_kinds[i].slug, picture_kinds(), picture_kind_at));
    assert_int_equal(demo_kinds_n, picture_kinds());
}

static void need_text(const char *prefix, const char *name)
{
    char key[96];
    snprintf(key, sizeof(key), "%s%s", prefix, name);
    if (!i18n_has(LANG_ZH, str_of(key)) || !i18n_has(LANG_EN, str_of(key)))
        fail_msg("no text %s", key);
}

static void each_specification_has_words_in_both_languages(void **state)
{
    (void)state;
    struct arena arena;
    struct err_info info;
    arena_init(&arena, 1024 * 1024);
    assert_int_equal(i18n_load(&arena, &info), OK);
    for (int i = 0; i < demo_kinds_n; i++)
        for (const struct demo_spec *s = demo_kinds[i].specs; s->name; s++) {
            need_text("hall.spec_", s->name);
            for (int w = 0; w < 3 && s->words[w]; w++)
                need_text("hall.word_", s->words[w]);
        }
    i18n_free();
    arena_free(&arena);
}

static void goods_can_be_told_apart_and_repeat_exactly(void **state)
{
    (void)state;
    struct arena arena;
    static struct demo_good goods[DEMO_PRODUCTS], again;
    arena_init(&arena, 64 << 20);
    for (int i = 0; i < DEMO_PRODUCTS; i++) {
        struct demo_good *g = &goods[i];
        demo_good(i, &arena, g);
        demo_good(i, &arena, &again);
        assert_true(str_eq(again.product.title_en, g->product.title_en));
        assert_int_equal(again.skus[0].price_fen, g->skus[0].price_fen);
        assert_true(g->product.specs_n >= 4 && g->product.skus_n >= 1);
        for (size_t k = 0; k < g->product.skus_n; k++) {
            assert_true(named(g->skus[k].colour, picture_colours(), picture_colour_at));
            assert_true(g->skus[k].list_price_fen >= g->skus[k].price_fen);
        }
        for (int k = 0; k < i; k++)
            assert_false(str_eq(goods[k].product.slug, g->product.slug));
    }
    arena_free(&arena);
}

static void makers_have_names_of_their_own(void **state)
{
    (void)state;
    struct arena arena;
    enum { ALL = DEMO_FACTORIES + DEMO_APPLICANTS };
    static struct demo_name names[ALL];
    arena_init(&arena, 8 << 20);
    for (int i = 0; i < ALL; i++) {
        demo_name(i, &arena, &names[i]);
        for (int k = 0; k < i; k++)
            assert_false(str_eq(names[k].slug, names[i].slug) || str_eq(names[k].zh, names[i].zh));
    }
    arena_free(&arena);
}

/* ---- the filled town ---- */

static struct writer *open_town(struct fixture *f)
{
    struct writer *w;
    assert_ok(seal_load(f->folder, &f->arena, &f->info));
    assert_ok(objects_load(f->folder, &f->arena, &f->info));
    assert_ok(writer_open(f->url, &w, &f->arena, &f->info));
    assert_ok(pay_load(&(struct pay_settings){.test = true}, &f->arena, &f->info));
    town_prepare(w);
    assert_ok(writer_start(w));
    return w;
}

static void close_town(struct fixture *f, struct writer *w)
{
    char key[128];
    writer_stop(w);
    snprintf(key, sizeof(key), "%s/seal.key", f->folder);
    unlink(key);
    assert_int_equal(system(arena_printf(&f->arena, "rm -rf %s/objects", f->folder)), 0);
    fixture_free(f);
}

/* What a SELECT of one number gives: named queries are all the store runs, so the number passes
 * through a table that one of them reads, in a transaction that is taken back. */
static int64_t number(struct fixture *f, const char *select)
{
    enum { BEYOND = 1000000 };
    struct db *db;
    struct rows rs;
    const char *sql = arena_printf(&f->arena,
                                   "INSERT INTO schema_migrations (number, name, checksum, "
                                   "applied_at) SELECT %d + (%s), '', '', 0",
                                   BEYOND, select);
    assert_ok(db_open(f->url, DB_WRITE, &db, &f->arena, &f->info));
    assert_ok(db_begin(db));
    assert_ok(db_script(db, sql));
    assert_ok(db_select(db, &q_store_migrations_applied, NO_ARGS, &f->arena, &rs));
    db_rollback(db);
    db_close(db);
    return row_int(&rs, rs.n - 1, "number") - BEYOND;
}

static void say_violation(void *arg, const char *line)
{
    (void)arg;
    print_error("%s\n", line);
}

/* All rows behind a figure, as of a moment: how many, and what they come to. */
static int64_t add_up(struct db *db, const struct figure *c, int64_t until, struct arena *arena)
{
    int64_t after = 0, sum = 0;
    struct rows rs;
    do {
        struct val args[5];
        size_t n = 0;
        if (c->is_yearly)
            args[n++] = V_INT(0); /* the demo may be filled in January */
        args[n++] = V_INT(until);
        args[n++] = V_INT(after);
        args[n++] = V_INT(100);
        assert_ok(db_select(db, c->evidence, args, n, arena, &rs));
        for (size_t i = 0; i < rs.n; i++) {
            sum += row_int(&rs, i, "amount");
            assert_true(row_int(&rs, i, "id") > after);
            after = row_int(&rs, i, "id");
            assert_true(row_int(&rs, i, "at") <= until && row_int(&rs, i, "at") > 0);
            assert_true(row_str(&rs, i, "label_zh").n > 0 && row_str(&rs, i, "label_en").n > 0);
        }
    } while (rs.n == 100);
    return sum;
}

static void each_figure_is_its_rows(struct fixture *f)
{
    struct db *db;
    struct rows rs;
    assert_ok(i18n_load(&f->arena, &f->info));
    assert_ok(db_open(f->url, DB_INSPECT, &db, &f->arena, &f->info));
    for (size_t i = 0; i < figures_counted(); i++) {
        const struct figure *c = figures_at(i);
        need_text("figures.", c->name);
        need_text("figures.", arena_printf(&f->arena, "%s_how", c->name));
        need_text("figures.", arena_printf(&f->arena, "%s_once", c->name));
        need_text("figures.unit_", c->unit);
        for (int days = 0; !c->subject && days < 30; days += 8) {
            int64_t until = clock_wall_ms() - days * INT64_C(86400000);
            struct val args[2] = {V_INT(0), V_INT(until)};
            assert_ok(db_one(db, c->value, args + !c->is_yearly, 1 + c->is_yearly, &f->arena, &rs));
            int64_t value = row_int(&rs, 0, "value");
            assert_true(value > 0 || days >= 8);
            assert_int_equal(add_up(db, c, until, &f->arena), value);
        }
    }
    db_close(db);
    i18n_free();
}

/* All rows of a line, page by page; each says the same number of all. */
static int64_t count_rows(struct db *db, const struct console_line *l, int64_t organisation,
                          struct arena *arena)
{
    enum { PAGE = 20 };
    int64_t seen = 0, all = 0;
    struct rows rs;
    do {
        assert_ok(
            console_rows(db, l, organisation, clock_wall_ms(), PAGE, (size_t)seen, arena, &rs));
        for (size_t i = 0; i < rs.n; i++) {
            assert_true(str_starts(row_str(&rs, i, "link"), "/"));
            assert_true(row_str(&rs, i, "label_zh").n && row_str(&rs, i, "label_en").n);
            assert_true(!all || row_int(&rs, i, "n") == all);
            all = row_int(&rs, i, "n");
        }
        seen += (int64_t)rs.n;
    } while (rs.n == PAGE);
    assert_int_equal(seen, all);
    return all;
}

/* Lines in which something waits for each: the clerk's, the base's. */
static void each_line_is_its_rows(struct fixture *f)
{
    struct db *db;
    int waiting[2] = {0};
    assert_ok(i18n_load(&f->arena, &f->info));
    int64_t clerks = number(f, "SELECT m.organisation_id FROM memberships m JOIN users u ON u.id = "
                               "m.user_id WHERE u.login = 'factory'");
    assert_ok(db_open(f->url, DB_INSPECT, &db, &f->arena, &f->info));
    for (size_t i = 0; i < console_lines(); i++) {
        const struct console_line *l = console_line_at(i);
        bool base = l->who == CONSOLE_BASE;
        need_text("console.", l->name);
        need_text("console.", arena_printf(&f->arena, "%s_do", l->name));
        if (l->page)
            need_text("console.", arena_printf(&f->arena, "%s_page", l->name));
        if (base)
            need_text("console.group_", l->group);
        if (l->amount_text)
            need_text(l->amount_text, "");
        waiting[base] += count_rows(db, l, base ? 0 : clerks, &f->arena) > 0;
    }
    assert_true(waiting[0] >= 8 && waiting[1] >= 8);
    db_close(db);
    i18n_free();
}

/* Rooms a week around today, a course under way, an event next week, samples and quotes in every
 * state that they can have. */
static void the_base_is_alive(struct fixture *f, int64_t now_ms)
{
    enum { WEEK = 7, SAMPLE_STATES = 9, QUOTE_STATES = 9 };
    char sql[256];
    int64_t today = day_of(now_ms);
    for (int64_t day = today - 3; day <= today + WEEK; day++) {
        snprintf(sql, sizeof(sql), "SELECT count(*) FROM venue_bookings WHERE day = %lld",
                 (long long)day);
        assert_true(number(f, sql) >= 10);
    }
    snprintf(sql, sizeof(sql),
             "SELECT count(*) FROM training_runs r WHERE r.state = 'open' AND r.starts_at < %lld"
             " AND r.ends_at > %lld",
             (long long)now_ms, (long long)now_ms);
    assert_true(number(f, sql) > 0);
    snprintf(sql, sizeof(sql),
             "SELECT count(*) FROM events WHERE state = 'published' AND starts_at > %lld"
             " AND starts_at < %lld",
             (long long)now_ms, (long long)(now_ms + 2 * WEEK * DAY_MS));
    assert_true(number(f, sql) > 0);
    assert_int_equal(number(f, "SELECT count(DISTINCT status) FROM samples"), SAMPLE_STATES);
    assert_int_equal(number(f, "SELECT count(DISTINCT status) FROM quotes"), QUOTE_STATES);
}

static void a_filled_town_is_whole_and_sound(void **state)
{
    (void)state;
    struct fixture f;
    struct demo_town town, again;
    int violations;
    fixture_on_disk(&f);
    struct writer *w = open_town(&f);
    assert_ok(demo_fill(w, f.url, &f.arena, &town, &f.info));
    assert_true(number(&f, "SELECT count(*) FROM organisations WHERE kind = 'factory'") >= 200);
    assert_true(number(&f, "SELECT count(*) FROM products WHERE status = 'on'") >= 600);
    assert_true(number(&f, "SELECT count(*) FROM shows WHERE status = 'ended'") >= 2);
    assert_true(number(&f, "SELECT count(*) FROM orders WHERE status = 'paid'") >= 60);
    assert_int_equal(number(&f, "SELECT count(*) FROM factories WHERE state = 'review'"), 2);
    assert_true(number(&f, "SELECT count(*) FROM venue_bookings") >= 200);
    assert_true(number(&f, "SELECT sum(is_missed) FROM venue_bookings") > 0);
    assert_int_equal(
        number(&f, "SELECT count(*) FROM venue_bookings WHERE is_missed = 1 AND user_id IN "
                   "(SELECT id FROM users WHERE login IN ('host', 'factory'))"),
        0); /* else those that one tries the town as might not book */
    the_base_is_alive(&f, clock_wall_ms());
    assert_true(town.show_key.n > 0);
    assert_ok(town_check(f.url, say_violation, NULL, NULL, &violations, &f.arena, &f.info));
    assert_int_equal(violations, 0);
    each_figure_is_its_rows(&f);
    each_line_is_its_rows(&f);
    assert_true(number(&f, "SELECT count(*) FROM figure_days WHERE name = 'products'") >= 28);

    int64_t shows = number(&f, "SELECT count(*) FROM shows");
    assert_ok(demo_fill(w, f.url, &f.arena, &again, &f.info));
    assert_int_equal(again.show, town.show);
    assert_int_equal(number(&f, "SELECT count(*) FROM shows"), shows);
    close_town(&f, w);
}

static int64_t later_ms(void *days)
{
    return 1700000000000 + *(int64_t *)days * 24 * 3600 * 1000;
}

static int64_t mono_us(void *days)
{
    (void)days;
    return 1;
}

static void what_was_planned_stays_ahead_and_an_ended_show_comes_again(void **state)
{
    (void)state;
    struct fixture f;
    struct demo_town town, again;
    int64_t days = 0;
    struct clock_source clock = {later_ms, mono_us, &days};
    fixture_on_disk(&f);
    clock_install(&clock);
    struct writer *w = open_town(&f);
    assert_ok(demo_fill(w, f.url, &f.arena, &town, &f.info));
    writer_stop(w);
    struct db *db;
    assert_ok(db_open(f.url, DB_WRITE, &db, &f.arena, &f.info));
    assert_ok(db_script(db, "UPDATE shows SET status = 'ended' "
                            "WHERE id = (SELECT max(id) FROM shows)"));
    db_close(db);
    days = 40;
    w = open_town(&f);
    assert_ok(demo_fill(w, f.url, &f.arena, &again, &f.info));
    assert_true(again.show > town.show);
    assert_int_equal(number(&f, "SELECT count(*) FROM shows WHERE status = 'planned' AND "
                                "starts_at < 1703456000000"),
                     0);
    clock_install(NULL);
    close_town(&f, w);
}

static void somebodys_store_is_left_alone(void **state)
{
    (void)state;
    struct fixture f;
    struct demo_town town;
    struct db *db;
    fixture_on_disk(&f);
    assert_ok(db_open(f.url, DB_WRITE, &db, &f.arena, &f.info));
    assert_ok(db_script(db, "INSERT INTO users (login, name, password, roles, created_at) "
                            "VALUES ('somebody', 's', '!', 1, 1)"));
    db_close(db);
    struct writer *w = open_town(&f);
    assert_int_equal(demo_fill(w, f.url, &f.arena, &town, &f.info), ERR_CONFLICT);
    assert_int_equal(number(&f, "SELECT count(*) FROM users"), 1);
    assert_int_equal(number(&f, "SELECT count(*) FROM products"), 0);
    close_town(&f, w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_has_a_drawing_and_each_drawing_a_kind),
        cmocka_unit_test(each_specification_has_words_in_both_languages),
        cmocka_unit_test(goods_can_be_told_apart_and_repeat_exactly),
        cmocka_unit_test(makers_have_names_of_their_own),
        cmocka_unit_test(a_filled_town_is_whole_and_sound),
        cmocka_unit_test(what_was_planned_stays_ahead_and_an_ended_show_comes_again),
        cmocka_unit_test(somebodys_store_is_left_alone),
    };
    return cmocka_run_group_tests_name("demo", tests, NULL, NULL);
}
