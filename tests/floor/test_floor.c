/* town/floor: what stands where, its history, labels' codes, and what is counted of scans. */
#include "../store/fixture.h"

#include <string.h>

#include "store/queries.h"
#include "town/floor/floor.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static const struct svg_box box = {0, 0, 1000, 1000};

/* Two halls; products 1 and 2 on show, 3 withdrawn; 1 and 2 are of one model. */
static void open_halls(struct fixture *f)
{
    fixture_in_memory(f);
    f->tx.now_ms = INT64_C(1777651200000); /* 2 May 2026, 0:00 in the town */
    assert_ok(db_script(
        f->db,
        "INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at)"
        " VALUES (7, 'factory', 'a', 'A', 'A', 1);"
        "INSERT INTO users (id, login, name, password, roles, created_at)"
        " VALUES (5, 'office', 'Office', '!', 8, 1);"
        "INSERT INTO kinds (id, slug, name_zh, name_en, position) VALUES (2, 'g', 'G', 'G', 1);"
        "INSERT INTO products (id, slug, organisation_id, kind_id, title_zh, title_en, model, "
        "shape, colour, price_fen, status, created_at)"
        " VALUES (1, 'p1', 7, 2, '壶', 'K', 'M', 1, 'white', 100, 'on', 1),"
        " (2, 'p2', 7, 2, '灯', 'L', 'M', 1, 'white', 100, 'on', 1),"
        " (3, 'p3', 7, 2, '扇', 'F', 'F9', 1, 'white', 100, 'off', 1);"
        "INSERT INTO skus (id, product_id, position, code, gtin, colour, price_fen, "
        "list_price_fen, status)"
        " VALUES (1, 1, 1, 'S1', '6901234567892', 'white', 100, 100, 'on'),"
        " (2, 2, 1, 'S2', NULL, 'white', 100, 100, 'on');"));
    for (int64_t number = 1; number <= 2; number++) {
        int64_t next = 0;
        assert_ok(floor_hall_add(&f->tx, &next, STR("馆"), STR("Hall"), 5));
        assert_int_equal(next, number);
        assert_ok(floor_stand_set(&f->tx, number, STR("A-01"), box, 5));
        assert_ok(floor_stand_set(&f->tx, number, STR("A-02"), box, 5));
    }
}

static const char *where(struct fixture *f, int64_t product)
{
    struct rows rs;
    const char *text = "";
    assert_ok(db_select(f->db, &q_floor_of_product, ARGS(V_INT(product)), &f->arena, &rs));
    for (size_t i = 0; i < rs.n; i++)
        text = arena_printf(&f->arena, "%s%s%lld:%.*s", text, i ? " " : "",
                            (long long)row_int(&rs, i, "number"), STR_ARG(row_str(&rs, i, "code")));
    return text;
}

static const char *history(struct fixture *f, int64_t hall)
{
    struct rows rs;
    const char *text = "";
    assert_ok(
        db_select(f->db, &q_floor_events, ARGS(V_INT(hall), V_INT(0), V_INT(100)), &f->arena, &rs));
    for (size_t i = rs.n; i > 0; i--)
        text = arena_printf(&f->arena, "%s%.*s ", text, STR_ARG(row_str(&rs, i - 1, "event")));
    return text;
}

static void it_is_placed_moved_and_taken_away(void **state)
{
    (void)state;
    struct fixture f;
    open_halls(&f);
    assert_ok(floor_place(&f.tx, 1, STR("A-01"), 1, 5));
    assert_ok(floor_place(&f.tx, 2, STR("A-02"), 1, 5)); /* in another hall too */
    assert_string_equal(where(&f, 1), "1:A-01 2:A-02");
    assert_ok(floor_place(&f.tx, 1, STR("A-02"), 1, 5)); /* in the same one it is moved */
    assert_ok(floor_place(&f.tx, 1, STR("A-02"), 1, 5)); /* and stands there already */
    assert_string_equal(where(&f, 1), "1:A-02 2:A-02");
    assert_ok(floor_take(&f.tx, 1, 1, 5));
    assert_string_equal(where(&f, 1), "2:A-02");
    assert_int_equal(floor_take(&f.tx, 1, 1, 5), ERR_NOT_FOUND);
    assert_string_equal(history(&f, 1), "hall_add stand_add stand_add place move take ");
    fixture_free(&f);
}

static void assert_refused(struct fixture *f, enum err e, enum err wanted, const char *key)
{
    assert_int_equal(e, wanted);
    assert_string_equal(f->info.key, key);
}

static void refusals(void **state)
{
    (void)state;
    struct fixture f;
    int64_t taken = 2, too_many = 32, product;
    open_halls(&f);
    assert_refused(&f, floor_place(&f.tx, 1, STR("A-09"), 1, 5), ERR_INVALID, "floor.no_stand");
    assert_refused(&f, floor_place(&f.tx, 1, STR("A-01"), 3, 5), ERR_INVALID, "floor.not_on_show");
    assert_refused(&f, floor_place(&f.tx, 1, STR("A-01"), 99, 5), ERR_INVALID, "floor.no_product");
    assert_int_equal(floor_place(&f.tx, 9, STR("A-01"), 1, 5), ERR_NOT_FOUND);
    assert_refused(&f, floor_stand_set(&f.tx, 1, STR("A-1"), box, 5), ERR_INVALID,
                   "floor.bad_code");
    assert_refused(&f, floor_stand_set(&f.tx, 1, STR("A-03"), (struct svg_box){0, 0, 0, 1}, 5),
                   ERR_INVALID, "floor.bad_box");
    assert_refused(&f, floor_hall_add(&f.tx, &taken, STR("x"), STR("x"), 5), ERR_EXISTS,
                   "floor.hall_exists");
    assert_refused(&f, floor_hall_add(&f.tx, &too_many, STR("x"), STR("x"), 5), ERR_LIMIT,
                   "floor.halls_too_many");
    assert_ok(floor_place(&f.tx, 1, STR("A-01"), 1, 5));
    assert_refused(&f, floor_stand_remove(&f.tx, 1, STR("A-01"), 5), ERR_CONFLICT,
                   "floor.stand_taken");
    assert_ok(floor_take(&f.tx, 1, 1, 5));
    assert_ok(floor_stand_remove(&f.tx, 1, STR("A-01"), 5));
    assert_refused(&f, floor_place(&f.tx, 1, STR("A-01"), 1, 5), ERR_INVALID, "floor.no_stand");
    assert_ok(floor_stand_set(&f.tx, 1, STR("A-01"), box, 5)); /* and may come again */
    assert_refused(&f, floor_find(f.db, &f.arena, STR("M"), &product, &f.info), ERR_INVALID,
                   "floor.several_products");
    assert_refused(&f, floor_find(f.db, &f.arena, STR("nothing"), &product, &f.info), ERR_INVALID,
                   "floor.no_product");
    assert_refused(&f, floor_find(f.db, &f.arena, STR("F9"), &product, &f.info), ERR_INVALID,
                   "floor.not_on_show");
    fixture_free(&f);
}

static void goods_are_found_by_what_is_on_them(void **state)
{
    (void)state;
    struct fixture f;
    static const char *const words[] = {"p1", "P1", "S1", "6901234567892"};
    open_halls(&f);
    for (size_t i = 0; i < 4; i++) {
        int64_t product = 0;
        assert_ok(floor_find(f.db, &f.arena, str_of(words[i]), &product, &f.info));
        assert_int_equal(product, 1);
    }
    fixture_free(&f);
}

static void a_new_plan_brings_its_stands(void **state)
{
    (void)state;
    struct fixture f;
    struct rows rs;
    struct svg_plan plan;
    int added;
    open_halls(&f);
    assert_ok(floor_place(&f.tx, 1, STR("A-02"), 1, 5));
    assert_ok(svg_clean(STR("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">"
                            "<rect id=\"A-01\" x=\"3\" width=\"2\" height=\"2\"/>"
                            "<rect id=\"B-01\" width=\"2\" height=\"2\"/></svg>"),
                        &f.arena, &plan, &f.info));
    assert_ok(floor_plan_set(&f.tx, 1, &plan, 5, &added));
    assert_int_equal(added, 1);
    assert_ok(db_select(f.db, &q_floor_stands, ARGS(V_INT(1)), &f.arena, &rs));
    assert_int_equal(rs.n, 3);
    assert_int_equal(row_int(&rs, 0, "left_x"), 300); /* A-01 is where it is drawn */
    assert_int_equal(row_int(&rs, 1, "placed"), 1);   /* A-02 has not moved */
    assert_true(str_eq_z(row_str(&rs, 2, "zone"), "B"));
    fixture_free(&f);
}

static void typed_codes_are_tidied(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *code;
    } good[] = {{"a-3", "A-03"}, {" A03 ", "A-03"}, {"ab-120", "AB-120"}, {"A-03", "A-03"}};
    static const char *const bad[] = {"", "A", "3", "A--3", "A-3x", "ABCD-1", "A-1234", "é-1"};
    char out[SVG_CODE_MAX + 1];
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(floor_code(str_of(good[i].typed), out));
        assert_string_equal(out, good[i].code);
        assert_true(svg_is_code(str_of(out)));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(floor_code(str_of(bad[i]), out));
}

static void stands_and_what_is_on_one_have_an_end(void **state)
{
    (void)state;
    struct fixture f;
    char code[8];
    open_halls(&f);
    for (int i = 2; i < FLOOR_STANDS_MAX; i++) { /* two are there */
        snprintf(code, sizeof(code), "%c-%02d", 'B' + i / 99, i % 99 + 1);
        assert_ok(floor_stand_set(&f.tx, 1, str_of(code), box, 5));
    }
    assert_refused(&f, floor_stand_set(&f.tx, 1, STR("Z-01"), box, 5), ERR_LIMIT,
                   "floor.stands_too_many");
    assert_ok(floor_stand_set(&f.tx, 2, STR("Z-01"), box, 5)); /* of each hall */
    assert_ok(db_script(
        f.db, "INSERT INTO products (id, slug, organisation_id, kind_id, title_zh, title_en, model,"
              " shape, colour, price_fen, status, created_at)"
              " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)"
              " SELECT 1000 + i, 'm' || i, 7, 2, 'X', 'X', 'V', 1, 'white', 100, 'on', 1"
              " FROM n"));
    for (int i = 1; i <= FLOOR_ON_STAND_MAX; i++)
        assert_ok(floor_place(&f.tx, 1, STR("A-01"), 1000 + i, 5));
    assert_refused(&f, floor_place(&f.tx, 1, STR("A-01"), 1, 5), ERR_INVALID, "floor.stand_full");
    assert_ok(floor_place(&f.tx, 1, STR("A-02"), 1, 5));
    fixture_free(&f);
}

/* ---- labels ---- */

static void label_codes_come_back(void **state)
{
    (void)state;
    static const int64_t products[] = {1, 31, 32, 640, 20000, INT64_C(1) << 40};
    for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++)
        for (int64_t hall = 0; hall <= FLOOR_HALLS_MAX; hall++) {
            char code[FLOOR_LABEL_CODE_MAX];
            int64_t product, h;
            floor_label_code(products[i], hall, code);
            assert_true(floor_label_read(str_of(code), &product, &h));
            assert_int_equal(product, products[i]);
            assert_int_equal(h, hall);
        }
}

/* One digit that is wrong, or two that changed places, is no other product. */
static void a_mistyped_label_is_none(void **state)
{
    (void)state;
    char code[FLOOR_LABEL_CODE_MAX], other[FLOOR_LABEL_CODE_MAX];
    int64_t product, hall;
    int wrong = 0, seen = 0;
    for (int64_t id = 1; id < 2000; id += 7) {
        floor_label_code(id, id % 3, code);
        for (size_t at = 0; code[at]; at++)
            for (const char *d = "0123456789abcdefghjkmnpqrstvwxyz"; *d; d++) {
                strcpy(other, code);
                other[at] = *d;
                if (*d == code[at])
                    continue;
                seen++;
                wrong += floor_label_read(str_of(other), &product, &hall);
            }
        for (size_t at = 0; code[at] && code[at + 1]; at++) {
            strcpy(other, code);
            other[at] = code[at + 1];
            other[at + 1] = code[at];
            if (code[at] == code[at + 1])
                continue;
            seen++;
            wrong += floor_label_read(str_of(other), &product, &hall);
        }
    }
    assert_true(wrong * 100 < seen); /* 0 and z are the same to a modulus of 31 */
    floor_label_code(640, 1, code);
    for (size_t i = 0; code[i]; i++) /* as a label in capitals is typed */
        other[i] = (char)(code[i] >= 'a' ? code[i] - 32 : code[i]);
    other[strlen(code)] = 0;
    assert_true(floor_label_read(str_of(other), &product, &hall));
    strcpy(other, "zzzzzzzzzzzzz00"); /* more than a number holds, whatever its check digit is */
    for (const char *d = "0123456789abcdefghjkmnpqrstvwxyz"; *d; d++) {
        other[strlen(other) - 1] = *d;
        assert_false(floor_label_read(str_of(other), &product, &hall));
    }
    static const char *const none[] = {"",     "0", "00", "000", "k01é", "zzzzzzzzzzzzzzzzzzzz",
                                       "../.."};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_false(floor_label_read(str_of(none[i]), &product, &hall));
}

static int64_t figure(struct fixture *f, const struct figure *g, int64_t until)
{
    struct rows rs;
    int64_t from = until - 365 * DAY_MS;
    assert_ok(g->is_yearly
                  ? db_one(f->db, g->value, ARGS(V_INT(from), V_INT(until)), &f->arena, &rs)
                  : db_one(f->db, g->value, ARGS(V_INT(until)), &f->arena, &rs));
    int64_t value = row_int(&rs, 0, "value"), sum = 0;
    assert_ok(g->is_yearly
                  ? db_select(f->db, g->evidence,
                              ARGS(V_INT(from), V_INT(until), V_INT(0), V_INT(100)), &f->arena, &rs)
                  : db_select(f->db, g->evidence, ARGS(V_INT(until), V_INT(0), V_INT(100)),
                              &f->arena, &rs));
    for (size_t i = 0; i < rs.n; i++)
        sum += row_int(&rs, i, "amount");
    assert_int_equal(sum, value); /* the rows are the number */
    return value;
}

static void visits_and_stands_are_figures_of_any_day(void **state)
{
    (void)state;
    struct fixture f;
    struct rows rs;
    open_halls(&f);
    const struct figure *taken = &floor_figures[0], *visits = &floor_figures[1];
    int64_t first = f.tx.now_ms;
    assert_ok(floor_place(&f.tx, 1, STR("A-01"), 1, 5));
    assert_ok(floor_place(&f.tx, 1, STR("A-01"), 2, 5)); /* one stand all the same */
    assert_ok(floor_visit(&f.tx, 1, 1));
    f.tx.now_ms += 23 * 3600 * 1000; /* the same day of the town */
    assert_ok(floor_visit(&f.tx, 1, 1));
    assert_ok(floor_visit(&f.tx, 1, 0)); /* a label that names no hall */
    assert_ok(db_select(f.db, &q_floor_figure_visits_rows,
                        ARGS(V_INT(0), V_INT(f.tx.now_ms), V_INT(0), V_INT(10)), &f.arena, &rs));
    assert_int_equal(rs.n, 2);
    f.tx.now_ms += 2 * DAY_MS;
    assert_ok(floor_visit(&f.tx, 2, 1));
    assert_ok(floor_place(&f.tx, 1, STR("A-02"), 2, 5));
    assert_ok(floor_take(&f.tx, 1, 1, 5));
    assert_ok(floor_place(&f.tx, 2, STR("A-01"), 1, 5));
    assert_int_equal(figure(&f, taken, f.tx.now_ms), 2);
    assert_int_equal(figure(&f, taken, first + DAY_MS), 1);
    assert_int_equal(figure(&f, taken, first - 1), 0);
    assert_int_equal(figure(&f, visits, f.tx.now_ms), 4);
    assert_int_equal(figure(&f, visits, first + DAY_MS - 1), 3);
    fixture_free(&f);
}

static int counted;

static void count(const char *address, int64_t product, int times)
{
    struct addr a;
    assert_ok(addr_parse(str_of(address), &a));
    for (int i = 0; i < times; i++)
        counted += floor_scan_counts(&a, product);
}

static void a_scan_again_and_a_crowd_of_one_do_not_count(void **state)
{
    (void)state;
    assert_ok(floor_scans_start());
    counted = 0;
    count("10.0.0.1:80", 1, 5);
    assert_int_equal(counted, 1);
    count("10.0.0.2:80", 1, 5); /* another visitor */
    count("10.0.0.1:81", 2, 5); /* another product */
    assert_int_equal(counted, 3);
    counted = 0;
    for (int64_t product = 1; product <= 10 * FLOOR_SCAN_BURST; product++)
        count("10.0.0.3:80", product, 1);
    assert_in_range(counted, FLOOR_SCAN_BURST, FLOOR_SCAN_BURST + 2);
    floor_scans_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_placed_moved_and_taken_away),
        cmocka_unit_test(refusals),
        cmocka_unit_test(goods_are_found_by_what_is_on_them),
        cmocka_unit_test(a_new_plan_brings_its_stands),
        cmocka_unit_test(typed_codes_are_tidied),
        cmocka_unit_test(stands_and_what_is_on_one_have_an_end),
        cmocka_unit_test(label_codes_come_back),
        cmocka_unit_test(a_mistyped_label_is_none),
        cmocka_unit_test(visits_and_stands_are_figures_of_any_day),
        cmocka_unit_test(a_scan_again_and_a_crowd_of_one_do_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
