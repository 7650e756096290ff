/* Beacons become visits: what is a stay, what is not, and what is written only once. */
#include "../store/fixture.h"

#include "store/queries.h"
#include "town/audience/internal.h"

static struct fixture f;

enum { T0 = 1000000, MINUTE = 60 * 1000, KETTLE = 1 };
#define ANNA "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define BEN "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void run_sql(const char *sql)
{
    enum err e = db_script(f.tx.db, sql);
    if (e != OK)
        fail_msg("%s: %s", sql, db_last_error(f.tx.db));
}

static int set_up(void **state)
{
    (void)state;
    fixture_in_memory(&f);
    audience_forget();
    f.tx.now_ms = T0;
    run_sql("INSERT INTO users (id, login, name, password, roles, created_at)"
            " VALUES (1, 'h', 'Host', 'x', 2, 1)");
    run_sql("INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at)"
            " VALUES (1, 'factory', 'f', 'F', 'F', 1)");
    run_sql(
        "INSERT INTO kinds (id, slug, name_zh, name_en, position) VALUES (1, 'k', 'K', 'K', 1)");
    run_sql("INSERT INTO products (id, slug, organisation_id, kind_id, title_zh, title_en, model,"
            " shape, colour, price_fen, status, created_at)"
            " VALUES (1, 'p1', 1, 1, 'P', 'P', 'M', 1, 'white', 6900, 'on', 1)");
    run_sql("INSERT INTO skus (id, product_id, position, code, name_zh, name_en, colour, price_fen,"
            " list_price_fen, status) VALUES (1, 1, 1, 'K1', 'a', 'a', 'w', 6900, 6900, 'on')");
    run_sql("INSERT INTO shows (id, title_zh, title_en, room_zh, room_en, host_id, status,"
            " starts_at, started_at, key_hash, key_sealed, created_at)"
            " VALUES (7, 'S', 'S', '', '', 1, 'live', 1, 1, zeroblob(1), zeroblob(1), 1),"
            " (8, 'S', 'S', '', '', 1, 'live', 1, 1, zeroblob(1), zeroblob(1), 1)");
    run_sql("INSERT INTO show_items (id, show_id, position, sku_id, price_fen)"
            " VALUES (1, 7, 1, 1, 100)");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    audience_forget();
    fixture_free(&f);
    return 0;
}

static void beacon(const char *who, enum beacon_kind kind, int64_t at_ms)
{
    struct beacon b = {.show = 7,
                       .at_ms = T0 + at_ms,
                       .kind = kind,
                       .item = kind == BEACON_OPEN ? KETTLE : 0,
                       .from = {AUDIENCE_LINK, "weixin"}};
    memcpy(b.visitor, who, AUDIENCE_VISITOR);
    assert_true(audience_leave(&b));
}

static void flush(void)
{
    assert_int_equal(audience_flush(&f.tx, NULL), OK);
}

static int64_t figure(const struct query *q)
{
    struct rows rs;
    assert_int_equal(db_one(f.tx.db, q, ARGS(V_INT(7), V_INT(INT64_MAX)), &f.arena, &rs), OK);
    return row_int(&rs, 0, "value");
}

static void ignore(void *arg, const char *line)
{
    (void)arg, (void)line;
}

static int64_t visits(void)
{
    return figure(&q_audience_figure_visits);
}

static int64_t stay_s(void)
{
    return figure(&q_audience_figure_stay);
}

static void a_stay_goes_from_the_first_sign_to_the_last(void **state)
{
    (void)state;
    beacon(ANNA, BEACON_START, 0);
    flush();
    assert_int_equal(visits(), 1);
    assert_int_equal(stay_s(), 0);
    beacon(ANNA, BEACON_SEEN, MINUTE);
    flush();
    beacon(ANNA, BEACON_SEEN, 2 * MINUTE - 20000); /* it leaves */
    flush();
    assert_int_equal(stay_s(), 100);
    assert_int_equal(visits(), 1);
}

static void being_away_is_no_stay(void **state)
{
    (void)state;
    beacon(ANNA, BEACON_START, 0);
    flush();
    beacon(ANNA, BEACON_SEEN, MINUTE);
    beacon(ANNA, BEACON_START, 30 * MINUTE); /* back, loaded again */
    beacon(ANNA, BEACON_SEEN, 31 * MINUTE);
    flush();
    assert_int_equal(visits(), 1);
    assert_int_equal(stay_s(), 120);
    beacon(ANNA, BEACON_SEEN, 60 * MINUTE);
    flush();
    assert_int_equal(stay_s(), 120);
}

/* What comes late, twice, or after the clock went back adds nothing. */
static void time_is_never_counted_twice(void **state)
{
    (void)state;
    beacon(ANNA, BEACON_START, 0);
    beacon(ANNA, BEACON_SEEN, MINUTE);
    flush();
    beacon(ANNA, BEACON_SEEN, 30000);
    flush();
    assert_int_equal(stay_s(), 60);
    beacon(ANNA, BEACON_SEEN, 40000);
    beacon(ANNA, BEACON_SEEN, MINUTE + 10000);
    flush();
    assert_int_equal(stay_s(), 70);
    beacon(ANNA, BEACON_SEEN, INT64_C(1000) * 24 * 60 * MINUTE); /* it jumped */
    flush();
    assert_int_equal(stay_s(), 70);
}

static void only_a_start_begins_a_visit(void **state)
{
    (void)state;
    beacon(ANNA, BEACON_SEEN, 0);
    beacon(ANNA, BEACON_OPEN, 1000);
    flush();
    assert_int_equal(visits(), 0);
    assert_int_equal(figure(&q_audience_figure_opens), 0);
    beacon(ANNA, BEACON_OPEN, 2000); /* both waited together, and the start comes later */
    beacon(ANNA, BEACON_START, 3000);
    beacon(BEN, BEACON_START, 3000);
    flush();
    assert_int_equal(visits(), 2);
    assert_int_equal(figure(&q_audience_figure_opens), 1);
}

static void an_opening_counts_once_a_visit_and_place(void **state)
{
    (void)state;
    beacon(ANNA, BEACON_START, 0);
    beacon(ANNA, BEACON_OPEN, 1000);
    beacon(ANNA, BEACON_OPEN, 2000);
    flush();
    beacon(ANNA, BEACON_OPEN, 3000);
    beacon(BEN, BEACON_START, 3000);
    beacon(BEN, BEACON_OPEN, 4000);
    flush();
    assert_int_equal(figure(&q_audience_figure_opens), 2);
}

static void a_thousand_who_come_at_once_are_all_there_after_a_flush(void **state)
{
    (void)state;
    char who[AUDIENCE_VISITOR + 1];
    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < 1000; i++) {
            snprintf(who, sizeof(who), "%032x", i * 7919 % 1000);
            beacon(who, turn ? BEACON_SEEN : BEACON_START, turn * MINUTE);
        }
        flush();
    }
    assert_int_equal(visits(), 1000);
    assert_int_equal(stay_s(), 60 * 1000);
}

/* The most that a flush takes, each of another window, fits what a job may use. */
static void a_full_flush_fits_a_job(void **state)
{
    (void)state;
    enum { JOB_BYTES = 4 * 1024 * 1024 }; /* of src/store/writer.c */
    static const enum beacon_kind kinds[] = {BEACON_START, BEACON_OPEN, BEACON_SEEN};
    char who[AUDIENCE_VISITOR + 1];
    for (size_t turn = 0; turn < 3; turn++) {
        struct arena small;
        struct tx job = f.tx;
        for (int i = 0; i < AUDIENCE_FLUSH_MAX; i++) {
            snprintf(who, sizeof(who), "%032x", i);
            beacon(who, kinds[turn], (int64_t)turn * MINUTE);
        }
        arena_init(&small, JOB_BYTES);
        job.arena = &small;
        assert_int_equal(audience_flush(&job, NULL), OK);
        arena_free(&small);
    }
    assert_int_equal(visits(), AUDIENCE_FLUSH_MAX);
    assert_int_equal(stay_s(), AUDIENCE_FLUSH_MAX * 120);
    assert_int_equal(figure(&q_audience_figure_opens), AUDIENCE_FLUSH_MAX);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    struct beacon b = {.show = 7, .at_ms = T0, .kind = BEACON_SEEN, .visitor = ANNA};
    for (int i = 0; i < AUDIENCE_QUEUE_MAX; i++)
        assert_true(audience_leave(&b));
    assert_false(audience_leave(&b));
    flush(); /* takes AUDIENCE_FLUSH_MAX of them */
    assert_true(audience_leave(&b));
}

static void check_finds_what_belongs_to_another_show(void **state)
{
    (void)state;
    int violations;
    beacon(ANNA, BEACON_START, 0);
    beacon(ANNA, BEACON_OPEN, 1000);
    flush();
    assert_int_equal(audience_check(f.tx.db, &f.arena, ignore, NULL, &violations), OK);
    assert_int_equal(violations, 0);
    run_sql("UPDATE audience_opens SET show_id = 8");
    assert_int_equal(audience_check(f.tx.db, &f.arena, ignore, NULL, &violations), OK);
    assert_int_equal(violations, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_stay_goes_from_the_first_sign_to_the_last),
        TEST(being_away_is_no_stay),
        TEST(time_is_never_counted_twice),
        TEST(only_a_start_begins_a_visit),
        TEST(an_opening_counts_once_a_visit_and_place),
        TEST(a_thousand_who_come_at_once_are_all_there_after_a_flush),
        TEST(a_full_flush_fits_a_job),
        TEST(what_does_not_fit_is_refused),
        TEST(check_finds_what_belongs_to_another_show),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
