/* town/certificates: what a product lacks, and the way of a certificate from review to its end. */
#include "../store/fixture.h"

#include "store/queries.h"
#include "town/certificates/certificates.h"
#include "town/hall/hall.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static const struct certificate_actor maker = {5, CERTIFICATE_AS_MAKER};
static const struct certificate_actor base = {5, CERTIFICATE_AS_OPERATOR};
static const struct certificate_actor system_ = {0, CERTIFICATE_AS_SYSTEM};
static const int64_t first[] = {1};

/* Two makers; the first has products 1 and 2 of a kind under one that needs CCC at home. */
static void open_hall(struct fixture *f)
{
    fixture_in_memory(f);
    f->tx.now_ms = INT64_C(1777651200000); /* 2 May 2026 in the town */
    assert_ok(db_script(
        f->db,
        "INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at)"
        " VALUES (7, 'factory', 'a', 'A', 'A', 1), (8, 'factory', 'b', 'B', 'B', 1);"
        "INSERT INTO factories (organisation_id, state, created_at, updated_at)"
        " VALUES (7, 'approved', 1, 1), (8, 'approved', 1, 1);"
        "INSERT INTO users (id, login, name, password, roles, created_at)"
        " VALUES (5, 'clerk', 'Clerk', '!', 4, 1);"
        "INSERT INTO kinds (id, slug, name_zh, name_en, position) VALUES (2, 'g', 'G', 'G', 1);"
        "INSERT INTO kinds (id, slug, name_zh, name_en, position, parent_id)"
        " VALUES (3, 'k', 'K', 'K', 1, 2), (4, 'free', 'F', 'F', 2, NULL);"
        "INSERT INTO products (id, slug, organisation_id, kind_id, title_zh, title_en, model, "
        "shape,"
        " colour, price_fen, status, created_at)"
        " VALUES (1, 'p1', 7, 3, '壶', 'K', 'M', 1, 'white', 100, 'on', 1),"
        " (2, 'p2', 7, 4, '灯', 'L', 'M', 1, 'white', 100, 'on', 1),"
        " (3, 'p3', 8, 3, '壶', 'K', 'M', 1, 'white', 100, 'on', 1);"
        "INSERT INTO skus (id, product_id, position, code, colour, price_fen, list_price_fen, "
        "status)"
        " VALUES (1, 1, 1, 'S', 'white', 100, 100, 'on');"));
    assert_ok(certificate_rule_add(&f->tx, 2, "ccc", "home"));
    for (int64_t id = 1; id <= 3; id++)
        assert_ok(certificate_weigh(&f->tx, id));
}

static struct str day(struct fixture *f, int64_t days)
{
    char text[CERTIFICATE_DAY];
    certificate_day(f->tx.now_ms + days * DAY_MS, text);
    return arena_str(&f->arena, str_of(text));
}

static struct certificate_edit ccc(struct fixture *f, const char *number)
{
    return (struct certificate_edit){.organisation = 7,
                                     .type = STR("ccc"),
                                     .number = str_of(number),
                                     .issued_on = day(f, -100),
                                     .valid_until = day(f, 10),
                                     .products = first,
                                     .products_n = 1};
}

static void assert_lacks(struct fixture *f, int64_t product, const char *what)
{
    struct rows rs;
    assert_ok(db_one(f->db, &q_certificates_product, ARGS(V_INT(product)), &f->arena, &rs));
    assert_true(str_eq_z(row_str(&rs, 0, "lacks"), what));
}

static bool is_for_sale(struct fixture *f)
{
    struct hall_sku sku;
    assert_ok(hall_sku_get(f->db, 1, &f->arena, &sku));
    return sku.for_sale;
}

static void without_its_certificate_it_is_not_sold(void **state)
{
    (void)state;
    struct fixture f;
    open_hall(&f);
    assert_lacks(&f, 1, "ccc");
    assert_lacks(&f, 2, "");
    assert_false(is_for_sale(&f));
    struct certificate_edit c = ccc(&f, "2026-1");
    assert_ok(certificate_save(&f.tx, &c, maker));
    assert_lacks(&f, 1, "ccc"); /* not before it is approved */
    assert_int_equal(certificate_move(&f.tx, c.id, 0, "approve", STR_NONE, maker), ERR_FORBIDDEN);
    assert_ok(certificate_move(&f.tx, c.id, 0, "approve", STR_NONE, base));
    assert_lacks(&f, 1, "");
    assert_true(is_for_sale(&f));
    assert_int_equal(certificate_move(&f.tx, c.id, 0, "revoke", STR_NONE, base), ERR_INVALID);
    assert_ok(certificate_move(&f.tx, c.id, 0, "revoke", STR("forged"), base));
    assert_lacks(&f, 1, "ccc");
    fixture_free(&f);
}

static void it_counts_through_its_last_day(void **state)
{
    (void)state;
    struct fixture f;
    open_hall(&f);
    struct certificate_edit c = ccc(&f, "2026-1");
    assert_ok(certificate_save(&f.tx, &c, system_));
    f.tx.now_ms += 10 * DAY_MS;
    assert_ok(certificates_expire(&f.tx, NULL));
    assert_lacks(&f, 1, "");
    f.tx.now_ms += DAY_MS;
    assert_ok(certificates_expire(&f.tx, NULL));
    assert_lacks(&f, 1, "ccc");
    struct certificate_edit next = ccc(&f, "2026-2");
    next.replaces = c.id;
    assert_ok(certificate_save(&f.tx, &next, maker));
    assert_ok(certificate_move(&f.tx, next.id, 0, "approve", STR_NONE, base));
    assert_lacks(&f, 1, "");
    fixture_free(&f);
}

static void what_is_exported_only_is_not_sold_at_home(void **state)
{
    (void)state;
    struct fixture f;
    open_hall(&f);
    struct certificate_edit c = ccc(&f, "2026-1");
    assert_ok(certificate_save(&f.tx, &c, system_));
    assert_ok(db_script(f.db, "UPDATE products SET market = 'export' WHERE id = 1"));
    assert_ok(certificate_weigh(&f.tx, 1));
    assert_lacks(&f, 1, "export");
    fixture_free(&f);
}

static void assert_refused(struct fixture *f, struct certificate_edit c,
                           struct certificate_actor actor, enum err e, const char *field)
{
    f->info = (struct err_info){0};
    assert_int_equal(certificate_save(&f->tx, &c, actor), e);
    assert_string_equal(f->info.field, field);
}

static void refusals(void **state)
{
    (void)state;
    static const int64_t foreign[] = {3};
    struct fixture f;
    open_hall(&f);
    struct certificate_edit c = ccc(&f, "2026-1"), bad = c;
    assert_ok(certificate_save(&f.tx, &c, system_));
    bad.number = STR("2026-1");
    assert_refused(&f, bad, maker, ERR_EXISTS, "number");
    bad = ccc(&f, "2026-3");
    bad.valid_until = day(&f, -101);
    assert_refused(&f, bad, maker, ERR_INVALID, "valid_until");
    bad.valid_until = STR("2026-02-30");
    assert_refused(&f, bad, maker, ERR_INVALID, "valid_until");
    bad = ccc(&f, "2026-3");
    bad.issued_on = day(&f, 1);
    assert_refused(&f, bad, maker, ERR_INVALID, "issued_on");
    bad = ccc(&f, "2026-3");
    bad.type = STR("town_mark");
    assert_refused(&f, bad, maker, ERR_FORBIDDEN, "type");
    bad.type = STR("moon");
    assert_refused(&f, bad, maker, ERR_INVALID, "type");
    bad = ccc(&f, "2026-3");
    assert_refused(&f, bad, base, ERR_FORBIDDEN, "type");
    bad.products_n = 0;
    assert_refused(&f, bad, maker, ERR_INVALID, "products");
    fixture_free(&f);
    open_hall(&f);
    bad = ccc(&f, "2026-3");
    bad.products = foreign;
    assert_refused(&f, bad, maker, ERR_INVALID, "products");
    fixture_free(&f);
}

static void the_second_editor_is_told(void **state)
{
    (void)state;
    struct fixture f;
    open_hall(&f);
    struct certificate_edit c = ccc(&f, "2026-1");
    assert_ok(certificate_save(&f.tx, &c, maker));
    struct certificate_edit one = c, two = c;
    one.version = two.version = 1;
    one.number = STR("2026-9");
    assert_ok(certificate_save(&f.tx, &one, maker));
    assert_refused(&f, two, maker, ERR_CONFLICT, "version");
    fixture_free(&f);
}

/* More goods than are read together. */
static void a_rule_weighs_all_of_its_kind(void **state)
{
    (void)state;
    enum { FIRST = 1000, MANY = 450 };
    struct fixture f;
    open_hall(&f);
    assert_ok(db_script(
        f.db, "INSERT INTO products (id, slug, organisation_id, kind_id, title_zh, title_en, model,"
              " shape, colour, price_fen, status, created_at)"
              " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450)"
              " SELECT 1000 + i, 'm' || i, 7, 4, 'X', 'X', 'V', 1, 'white', 100, 'on', 1"
              " FROM n"));
    assert_ok(certificate_rule_put(&f.tx, 4, STR("ccc")));
    for (int64_t i = 1; i <= MANY; i++)
        assert_lacks(&f, FIRST + i, "ccc");
    assert_ok(certificate_rule_remove(&f.tx, 4, STR("ccc")));
    for (int64_t i = 1; i <= MANY; i++)
        assert_lacks(&f, FIRST + i, "");
    fixture_free(&f);
}

static void days(void **state)
{
    (void)state;
    static const char *const good[] = {"2024-02-29", "2026-12-31", "9999-12-31", "2000-02-29"};
    static const char *const bad[] = {"2025-02-29", "2026-13-01", "2026-1-01",  "26-01-01",  "",
                                      "2026-04-31", "2026/04/01", "2100-02-29", "2026-00-10"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(certificate_day_ok(str_of(good[i])));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(certificate_day_ok(str_of(bad[i])));
    char text[CERTIFICATE_DAY];
    certificate_day(INT64_C(1777651199000), text); /* 2026-05-01T15:59:59Z */
    assert_string_equal(text, "2026-05-01");
    certificate_day(INT64_C(1777651200000), text); /* the town's midnight */
    assert_string_equal(text, "2026-05-02");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_its_certificate_it_is_not_sold),
        cmocka_unit_test(it_counts_through_its_last_day),
        cmocka_unit_test(what_is_exported_only_is_not_sold_at_home),
        cmocka_unit_test(refusals),
        cmocka_unit_test(the_second_editor_is_told),
        cmocka_unit_test(a_rule_weighs_all_of_its_kind),
        cmocka_unit_test(days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
