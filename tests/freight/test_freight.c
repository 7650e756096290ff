/* town/freight: what sending costs, as a table of cases and beside a plain reference; and what is
 * read of a database is what was written. */
#include "../store/fixture.h"

#include "store/queries.h"
#include "town/freight/freight.h"

static const struct freight_template plain = {
    .id = 1,
    .free_fen = 20000,
    .free_pieces = 10,
    .has_places = true,
    .zones = {{1, 600, 1, 200, true, false},
              {2, 1200, 3, 500, true, false},
              {1, 2500, 1, 1500, true, true}},
    .places = {[11] = 1, [54] = 2, [65] = 2, [81] = FREIGHT_REFUSED},
};

static void fees_are_as_the_table_says(void **state)
{
    (void)state;
    static const struct {
        int64_t province, pieces, amount_fen;
        enum err e;
        int64_t fee_fen;
    } cases[] = {
        {33, 1, 6900, OK, 600},
        {33, 2, 13800, OK, 800},
        {33, 9, 100, OK, 2200},
        {33, 10, 100, OK, 0},
        {33, 1, 19999, OK, 600},
        {33, 1, 20000, OK, 0},
        {11, 1, 1, OK, 1200},
        {11, 2, 1, OK, 1200},
        {11, 3, 1, OK, 1700},
        {11, 5, 1, OK, 1700},
        {11, 6, 1, OK, 2200},
        {54, 1, 20000, OK, 2500},
        {54, 3, 20000, OK, 5500},
        {33, 0, 0, OK, 0},
        {81, 1, 20000, ERR_CONFLICT, 0},
        {0, 1, 20000, ERR_INVALID, 0},
        {99, 1, 1, ERR_INVALID, 0},
        {-5, 1, 1, ERR_INVALID, 0},
        {INT64_MAX, 1, 1, ERR_INVALID, 0},
        {33, -1, 1, ERR_INVALID, 0},
        {33, INT64_MAX, 0, OK, 0},
        {54, INT64_MAX, 0, ERR_INVALID, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err_info info = {0};
        int64_t fee = -1;
        enum err e = freight_fee(&plain, cases[i].province, cases[i].pieces, cases[i].amount_fen,
                                 &fee, &info);
        if (e != cases[i].e || (!e && fee != cases[i].fee_fen))
            print_message("case %zu: error %d, fee %lld\n", i, e, (long long)fee);
        assert_int_equal(e, cases[i].e);
        if (e)
            assert_non_null(info.key);
        else
            assert_int_equal(fee, cases[i].fee_fen);
    }
}

/* One piece after the other. */
static void reckoning_is_as_counting(void **state)
{
    (void)state;
    for (int zone = 0; zone < 3; zone++) {
        struct freight_template t = plain;
        t.free_fen = t.free_pieces = 0;
        memset(t.places, zone, sizeof(t.places));
        int64_t counted = t.zones[zone].first_fen, in_step = 0, fee;
        for (int64_t pieces = 1; pieces <= 60; pieces++) {
            struct err_info info;
            if (pieces > t.zones[zone].first_pieces) {
                counted += in_step == 0 ? t.zones[zone].next_fen : 0;
                in_step = (in_step + 1) % t.zones[zone].next_pieces;
            }
            assert_ok(freight_fee(&t, 33, pieces, 1, &fee, &info));
            assert_int_equal(fee, counted);
        }
    }
}

static int64_t quoted(const struct freight_table *t, int64_t factory, int64_t province,
                      const struct freight_line *lines, size_t n)
{
    struct err_info info;
    int64_t fee;
    assert_ok(freight_quote(t, factory, province, lines, n, &fee, &info));
    return fee;
}

static const char shop[] =
    "INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at) VALUES"
    " (3, 'factory', 'three', '三', 'Three', 1), (4, 'factory', 'four', '四', 'Four', 1),"
    " (5, 'factory', 'five', '五', 'Five', 1);"
    "INSERT INTO kinds (id, slug, name_zh, name_en, position) VALUES (1, 'k', '壶', 'K', 1);"
    "INSERT INTO products (id, slug, organisation_id, kind_id, title_zh, title_en, model, shape,"
    " colour, price_fen, status, created_at)"
    " VALUES (7, 'a', 3, 1, '壶', 'K', 'M', 1, 'white', 1, 'on', 1),"
    " (8, 'b', 3, 1, '壶', 'K', 'M', 1, 'white', 1, 'on', 1),"
    " (9, 'c', 5, 1, '壶', 'K', 'M', 1, 'white', 1, 'on', 1);"
    "INSERT INTO freight_templates (id, factory_id, name, is_default, free_fen, free_pieces,"
    " changed_at, changed_by) VALUES (1, 3, 'one', 1, 20000, NULL, 1, 1),"
    " (2, 3, 'two', 0, NULL, NULL, 1, 1), (3, 5, 'three', 1, NULL, NULL, 1, 1);"
    "INSERT INTO freight_zones (template_id, zone, first_pieces, first_fen, next_pieces, next_fen,"
    " is_always) VALUES (1, 0, 1, 600, 1, 200, 0), (1, 3, 1, 900, 1, 300, 1),"
    " (2, 0, 1, 5000, 1, 5000, 0), (3, 0, 1, 100, 1, 10, 0);"
    "INSERT INTO freight_places (template_id, province, zone) VALUES (1, 65, 3), (1, 81, NULL);"
    "INSERT INTO freight_products (product_id, template_id) VALUES (8, 2), (9, 1)";

static void a_batch_reads_what_is_written(void **state)
{
    (void)state;
    struct fixture f;
    struct freight_table t;
    struct err_info info = {0};
    int64_t fee;
    fixture_in_memory(&f);
    assert_ok(db_script(f.db, shop));
    assert_ok(freight_load(&t, f.db, (const int64_t[]){3, 4, 5}, 3, (const int64_t[]){7, 8, 9}, 3,
                           &f.arena));
    const struct freight_line two[] = {{7, 2, 13800}}, both[] = {{7, 1, 6900}, {8, 2, 100}},
                              same[] = {{7, 1, 10000}, {70, 1, 10000}}, far[] = {{7, 2, 990000}},
                              of_five[] = {{9, 3, 300}};
    assert_int_equal(quoted(&t, 3, 33, two, 1), 800);
    assert_int_equal(quoted(&t, 3, 33, both, 2), 600 + 10000); /* charged apart */
    assert_int_equal(quoted(&t, 3, 33, same, 2), 0);           /* free together */
    assert_int_equal(quoted(&t, 3, 65, far, 1), 1200);         /* always charged */
    assert_int_equal(quoted(&t, 4, 0, two, 1), 0);             /* no template */
    assert_int_equal(quoted(&t, 5, 0, of_five, 1), 120); /* it does not matter where; its product
                                                          * names what is another's now */
    assert_int_equal(freight_quote(&t, 3, 81, two, 1, &fee, &info), ERR_CONFLICT);
    assert_string_equal(info.field, "province");
    assert_int_equal(freight_quote(&t, 3, 0, two, 1, &fee, &info), ERR_INVALID);
    assert_string_equal(info.key, "freight.province_needed");
    freight_free(&t);
    fixture_free(&f);
}

static void sums_that_are_too_large_are_refused(void **state)
{
    (void)state;
    struct freight_table t;
    struct err_info info = {0};
    struct freight_template dear = {.zones = {{1, 600, 1, 1000000, true, true}}};
    const int64_t factory = 3;
    int64_t fee;
    map_init(&t.of_product);
    map_init(&t.of_factory);
    map_init(&t.of_template);
    assert_ok(map_put(&t.of_factory, str_n(&factory, sizeof(factory)), &dear));
    const struct freight_line lines[] = {{1, INT64_MAX, 1}, {2, 1, 1}},
                              money[] = {{1, 1, INT64_MAX}, {2, 1, 1}},
                              much[] = {{1, 1ll << 60, 1}};
    assert_int_equal(freight_quote(&t, 3, 33, lines, 2, &fee, &info), ERR_INVALID);
    assert_int_equal(freight_quote(&t, 3, 33, money, 2, &fee, &info), ERR_INVALID);
    assert_int_equal(freight_quote(&t, 3, 33, much, 1, &fee, &info), ERR_INVALID);
    assert_string_equal(info.key, "freight.too_much");
    freight_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fees_are_as_the_table_says),
        cmocka_unit_test(reckoning_is_as_counting),
        cmocka_unit_test(a_batch_reads_what_is_written),
        cmocka_unit_test(sums_that_are_too_large_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
