/* town/hall: fields, states, and saving products with their history. */
#include "../store/fixture.h"

#include "store/queries.h"
#include "town/hall/hall.h"
#include "town/hall/product_load.h"

enum { MAKER = 7, KETTLES = 3, CLERK = 5 };

static const struct hall_actor maker = {CLERK, HALL_AS_MAKER};
static const struct hall_actor base = {CLERK, HALL_AS_OPERATOR};

static void open_hall(struct fixture *f)
{
    struct err_info info;
    fixture_in_memory(f);
    assert_ok(i18n_load(&f->arena, &info));
    assert_ok(db_script(
        f->db, "INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at)"
               " VALUES (7, 'factory', 'aurora', '极光', 'Aurora', 1);"
               "INSERT INTO factories (organisation_id, state, created_at, updated_at)"
               " VALUES (7, 'approved', 1, 1);"
               "INSERT INTO users (id, login, name, password, roles, created_at)"
               " VALUES (5, 'clerk', 'Clerk', '!', 4, 1);"
               "INSERT INTO kinds (id, slug, name_zh, name_en, position)"
               " VALUES (2, 'drinks', '饮品', 'Drinks', 1);"
               "INSERT INTO kinds (id, slug, name_zh, name_en, position, parent_id)"
               " VALUES (3, 'kettle', '电热水壶', 'Kettles', 1, 2);"
               "INSERT INTO kind_attributes (kind_id, position, name, kind, unit, least, most)"
               " VALUES (2, 1, 'voltage', 'count', 'V', 100, 400), (3, 1, 'power', 'count', 'W', 0,"
               " 0)"));
}

static struct hall_sku_edit sku(const char *code, int64_t price_fen)
{
    return (struct hall_sku_edit){.code = str_of(code), .price_fen = price_fen, .is_on = true};
}

static struct hall_product_edit kettle(struct hall_sku_edit *skus, size_t n)
{
    struct hall_product_edit p = {.factory = MAKER, .kind = KETTLES, .skus = skus, .skus_n = n};
    p.fields[HALL_TITLE_ZH] = V_Z("快煮壶");
    p.fields[HALL_MODEL] = V_Z("AK 17-31");
    p.fields[HALL_MOQ] = V_INT(1);
    p.fields[HALL_MARKET] = V_Z("both");
    return p;
}

static int64_t add_kettle(struct fixture *f)
{
    struct hall_sku_edit skus[] = {sku("AK-W", 12900), sku("AK-G", 11900)};
    struct hall_product_edit p = kettle(skus, 2);
    skus[0].stock = 30;
    assert_ok(hall_product_save(&f->tx, &p, maker));
    return p.id;
}

static struct hall_product_loaded load(struct fixture *f, int64_t id)
{
    struct hall_product_loaded p;
    assert_ok(hall_product_load(f->db, id, &f->arena, &p));
    return p;
}

static struct rows events(struct fixture *f, int64_t id)
{
    struct rows rs;
    assert_ok(db_select(f->db, &q_hall_product_events, ARGS(V_INT(id), V_INT(0), V_INT(50)),
                        &f->arena, &rs));
    return rs;
}

static void a_new_product_is_a_draft(void **state)
{
    (void)state;
    struct fixture f;
    int64_t left;
    open_hall(&f);
    struct hall_product_loaded p = load(&f, add_kettle(&f));
    assert_true(str_eq_z(p.status, "draft"));
    assert_true(str_eq_z(p.slug, "aurora-ak-17-31"));
    assert_true(str_eq_z(p.edit.fields[HALL_TITLE_EN].s, "Kettles AK 17-31"));
    assert_int_equal(row_int(&p.row, 0, "price_fen"), 11900);
    assert_int_equal(p.edit.skus_n, 2);
    assert_int_equal(p.edit.skus[1].list_price_fen, 11900);
    assert_ok(hall_stock_left(f.db, p.edit.skus[0].id, &f.arena, &left));
    assert_int_equal(left, 30);
    struct hall_sku_edit other[] = {sku("AK-X", 100)};
    struct hall_product_edit again = kettle(other, 1);
    assert_ok(hall_product_save(&f.tx, &again, maker));
    assert_true(str_eq_z(load(&f, again.id).slug, "aurora-ak-17-31-2"));
    fixture_free(&f);
}

static void a_change_is_written_down(void **state)
{
    (void)state;
    struct fixture f;
    open_hall(&f);
    int64_t id = add_kettle(&f);
    struct hall_product_loaded p = load(&f, id);
    p.edit.fields[HALL_MOQ] = V_INT(20);
    p.edit.skus[0].price_fen = 13900;
    p.edit.skus_n = 1; /* the other one is taken off sale */
    assert_ok(hall_product_save(&f.tx, &p.edit, maker));
    struct rows rs = events(&f, id);
    assert_int_equal(rs.n, 2);
    assert_true(str_eq_z(row_str(&rs, 0, "actor"), "Clerk"));
    assert_true(str_eq_z(row_str(&rs, 0, "changes"),
                         "[{\"field\":\"moq\",\"from\":\"1\",\"to\":\"20\"},"
                         "{\"field\":\"sku:AK-W:price_fen\",\"from\":\"12900\",\"to\":\"13900\"},"
                         "{\"field\":\"sku:AK-G:status\",\"from\":\"on\",\"to\":\"off\"}]"));
    p = load(&f, id);
    assert_int_equal(p.edit.version, 2);
    assert_int_equal(row_int(&p.row, 0, "price_fen"), 13900);
    assert_false(p.edit.skus[1].is_on);
    assert_ok(hall_product_save(&f.tx, &p.edit, maker)); /* nothing changed */
    assert_int_equal(events(&f, id).n, 2);
    assert_int_equal(load(&f, id).edit.version, 2);
    fixture_free(&f);
}

static void the_second_editor_is_told(void **state)
{
    (void)state;
    struct fixture f;
    open_hall(&f);
    int64_t id = add_kettle(&f);
    struct hall_product_loaded one = load(&f, id), two = load(&f, id);
    one.edit.fields[HALL_MOQ] = V_INT(20);
    two.edit.fields[HALL_MOQ] = V_INT(50);
    assert_ok(hall_product_save(&f.tx, &one.edit, maker));
    assert_int_equal(hall_product_save(&f.tx, &two.edit, maker), ERR_CONFLICT);
    assert_string_equal(f.info.key, "hall.edited_meanwhile");
    assert_int_equal(load(&f, id).edit.fields[HALL_MOQ].i, 20);
    fixture_free(&f);
}

static void codes_and_numbers_are_nobody_elses(void **state)
{
    (void)state;
    struct fixture f;
    open_hall(&f);
    add_kettle(&f);
    struct hall_sku_edit taken[] = {sku("B-1", 100), sku("AK-G", 100)};
    struct hall_product_edit p = kettle(taken, 2);
    assert_int_equal(hall_product_save(&f.tx, &p, maker), ERR_EXISTS);
    assert_string_equal(f.info.field, "sku_code_2");
    struct hall_sku_edit twice[] = {sku("B-1", 100), sku("B-2", 100)};
    twice[0].gtin = twice[1].gtin = STR("6291041500213");
    p = kettle(twice, 2);
    assert_int_equal(hall_product_save(&f.tx, &p, maker), ERR_EXISTS);
    assert_string_equal(f.info.field, "sku_gtin_2");
    static const int64_t bad[] = {0, -1, HALL_PRICE_FEN_MAX + 1, INT64_MIN};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct hall_sku_edit one[] = {sku("B-1", bad[i])};
        p = kettle(one, 1);
        assert_int_equal(hall_product_save(&f.tx, &p, maker), ERR_INVALID);
        assert_string_equal(f.info.field, "sku_price_1");
    }
    p = kettle(NULL, 0);
    assert_int_equal(hall_product_save(&f.tx, &p, maker), ERR_INVALID);
    fixture_free(&f);
}

/* A SKU of another product cannot be taken along. */
static void an_edit_touches_only_its_own_skus(void **state)
{
    (void)state;
    struct fixture f;
    open_hall(&f);
    int64_t id = add_kettle(&f);
    struct hall_sku_edit other[] = {sku("C-1", 500)};
    struct hall_product_edit p = kettle(other, 1);
    assert_ok(hall_product_save(&f.tx, &p, maker));
    struct hall_product_loaded mine = load(&f, id);
    mine.edit.skus[0].id = other[0].id;
    assert_int_equal(hall_product_save(&f.tx, &mine.edit, maker), ERR_INVALID);
    fixture_free(&f);
}

static enum err move(struct fixture *f, int64_t id, const char *event, const char *note,
                     struct hall_actor actor)
{
    return hall_product_move(&f->tx, id, 0, event, str_of(note), actor);
}

static void the_way_into_the_hall(void **state)
{
    (void)state;
    struct fixture f;
    open_hall(&f);
    int64_t id = add_kettle(&f);
    assert_int_equal(move(&f, id, "submit", "", maker), ERR_INVALID);
    assert_string_equal(f.info.field, "about_zh");
    struct hall_product_loaded p = load(&f, id);
    p.edit.fields[HALL_ABOUT_ZH] = V_Z("水开自动断电。");
    assert_ok(hall_product_save(&f.tx, &p.edit, maker));
    assert_int_equal(move(&f, id, "approve", "", base), ERR_FORBIDDEN);
    assert_ok(move(&f, id, "submit", "", maker));
    p = load(&f, id);
    p.edit.fields[HALL_MOQ] = V_INT(9);
    assert_int_equal(hall_product_save(&f.tx, &p.edit, maker), ERR_FORBIDDEN);
    assert_int_equal(move(&f, id, "approve", "", maker), ERR_FORBIDDEN);
    assert_int_equal(move(&f, id, "return", "", base), ERR_INVALID);
    assert_string_equal(f.info.field, "note");
    assert_ok(move(&f, id, "return", "缺英文说明", base));
    assert_ok(move(&f, id, "submit", "", maker));
    assert_ok(move(&f, id, "approve", "", base));
    p = load(&f, id);
    assert_false(row_null(&p.row, 0, "shown_at"));
    assert_ok(move(&f, id, "withdraw", "", maker));
    assert_int_equal(move(&f, id, "show", "", maker), ERR_FORBIDDEN);
    assert_ok(move(&f, id, "show", "", base));
    assert_true(str_eq_z(load(&f, id).status, "on"));
    struct rows rs = events(&f, id);
    assert_int_equal(rs.n, 8);
    assert_true(str_eq_z(row_str(&rs, 4, "note"), "缺英文说明"));
    fixture_free(&f);
}

static void only_an_approved_makers_goods_come_in(void **state)
{
    (void)state;
    struct fixture f;
    open_hall(&f);
    int64_t id = add_kettle(&f);
    struct hall_product_loaded p = load(&f, id);
    p.edit.fields[HALL_ABOUT_ZH] = V_Z("水开自动断电。");
    assert_ok(hall_product_save(&f.tx, &p.edit, maker));
    static const char *const others[] = {"draft", "review", "returned", "suspended"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        char sql[80];
        snprintf(sql, sizeof(sql), "UPDATE factories SET state = '%s'", others[i]);
        assert_ok(db_script(f.db, sql));
        assert_int_equal(move(&f, id, "submit", "", maker), ERR_CONFLICT);
        assert_string_equal(f.info.key, "hall.maker_not_approved");
    }
    assert_ok(db_script(f.db, "UPDATE factories SET state = 'approved'"));
    assert_ok(move(&f, id, "submit", "", maker));
    assert_ok(db_script(f.db, "DELETE FROM factories"));
    assert_int_equal(move(&f, id, "approve", "", base), ERR_CONFLICT);
    assert_ok(move(&f, id, "recall", "", maker));
    fixture_free(&f);
}

static void what_a_kind_asks_for_comes_from_above_it_too(void **state)
{
    (void)state;
    struct fixture f;
    struct hall_attributes asked;
    open_hall(&f);
    assert_ok(hall_attributes_of(f.db, KETTLES, &f.arena, &asked));
    assert_int_equal(asked.n, 2);
    assert_true(str_eq_z(asked.all[0].name, "voltage"));
    assert_int_equal(asked.all[0].most, 400);
    assert_true(str_eq_z(asked.all[1].name, "power"));
    fixture_free(&f);
}

static void check_digits(void **state)
{
    (void)state;
    static const char *const good[] = {"6291041500213", "96385074", "036000291452",
                                       "10614141000415"};
    static const char *const bad[] = {"6291041500214", "",          "629104150021", "9638507A",
                                      "96385075",      "123456789", " 96385074"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(hall_gtin_ok(str_of(good[i])));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(hall_gtin_ok(str_of(bad[i])));
}

static void prices_and_amounts_as_people_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t fen;
    } good[] = {{"69", 6900},  {"¥1,299.00", 129900}, {"￥ 69.5", 6950},       {"129元", 12900},
                {" 0.01 ", 1}, {"CNY 5", 500},        {"1,000,000", 100000000}};
    static const char *const bad[] = {"",      "1.234",         "-5",  "1e3", "12,3.4.5", "元",
                                      "69 96", "9999999999999", "１２"};
    struct arena a;
    int64_t n;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_ok(hall_price_read(str_of(good[i].text), &n));
        assert_int_equal(n, good[i].fen);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(hall_price_read(str_of(bad[i]), &n), ERR_SYNTAX);
    arena_init(&a, 4096);
    assert_ok(hall_amount_read(STR("1.7"), true, &n));
    assert_int_equal(n, 1700);
    assert_true(str_eq_z(hall_amount_text(1700, true, &a), "1.7"));
    assert_true(str_eq_z(hall_amount_text(2000, true, &a), "2"));
    assert_int_equal(hall_amount_read(STR("1.5"), false, &n), ERR_SYNTAX);
    assert_true(str_eq_z(hall_price_text(6950, &a), "69.50"));
    assert_true(str_eq_z(hall_price_text(6900, &a), "69"));
    arena_free(&a);
}

static void assert_words(const char *text, const char *wanted)
{
    struct hall_word found[HALL_WORDS_FOUND_MAX];
    char got[200] = "";
    size_t n = hall_words_in(str_of(text), found);
    for (size_t i = 0; i < n; i++)
        snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%.*s", i ? " " : "",
                 STR_ARG(found[i].word));
    assert_string_equal(got, wanted);
}

static void words_are_found_as_wholes(void **state)
{
    (void)state;
    struct err_info info;
    assert_ok(hall_words_load(&info));
    assert_words("国家级品质，全国第一的快煮壶", "国家级 全国第一");
    assert_words("最高温度 100 度，第一次使用前请清洗", "");
    assert_words("The BEST kettle", "best");
    assert_words("Bestow, best before 2027", "");
    assert_words("best before 2027, and the best there is", "best");
    assert_words("绝对湿度显示", "");
    assert_words("绝对好用，100% 棉，100%防水", "绝对 100%");
    assert_words("", "");
}

static struct rows flags(struct fixture *f, int64_t id)
{
    struct rows rs;
    assert_ok(db_select(f->db, &q_hall_flags_of, ARGS(V_INT(id)), &f->arena, &rs));
    return rs;
}

static void flags_follow_the_text(void **state)
{
    (void)state;
    struct fixture f;
    open_hall(&f);
    assert_ok(hall_words_load(&f.info));
    int64_t id = add_kettle(&f);
    struct hall_product_loaded p = load(&f, id);
    p.edit.fields[HALL_TITLE_ZH] = V_Z("国家级快煮壶");
    p.edit.fields[HALL_ABOUT_ZH] = V_Z("永久保温");
    assert_ok(hall_product_save(&f.tx, &p.edit, maker)); /* nothing is held back */
    struct rows rs = flags(&f, id);
    assert_int_equal(rs.n, 2);
    assert_true(str_eq_z(row_str(&rs, 0, "rule"), "superlative"));
    int64_t first = row_int(&rs, 0, "id");
    assert_int_equal(hall_flag_clear(&f.tx, first, STR_NONE, CLERK), ERR_INVALID);
    assert_ok(hall_flag_clear(&f.tx, first, STR("有国家级证书"), CLERK));
    assert_int_equal(hall_flag_clear(&f.tx, first, STR("again"), CLERK), ERR_CONFLICT);
    p = load(&f, id);
    p.edit.fields[HALL_ABOUT_ZH] = V_Z("保温");
    assert_ok(hall_product_save(&f.tx, &p.edit, maker));
    rs = flags(&f, id);
    assert_int_equal(rs.n, 1);
    assert_false(row_null(&rs, 0, "cleared_at")); /* what was let stand stays so, */
    p = load(&f, id);
    p.edit.fields[HALL_ABOUT_ZH] = V_Z("永久保温");
    assert_ok(hall_product_save(&f.tx, &p.edit, maker));
    rs = flags(&f, id);
    assert_int_equal(rs.n, 2);
    assert_true(row_null(&rs, 1, "cleared_at")); /* whatever is found beside it, */
    p = load(&f, id);
    p.edit.fields[HALL_ABOUT_ZH] = V_Z("保温");
    p.edit.fields[HALL_TITLE_ZH] = V_Z("国家级快煮壶之王");
    assert_ok(hall_product_save(&f.tx, &p.edit, maker));
    rs = flags(&f, id);
    assert_int_equal(rs.n, 1);
    assert_true(row_null(&rs, 0, "cleared_at")); /* and another text is looked at anew */
    fixture_free(&f);
}

static int told;

static enum err hear(struct tx *tx, int64_t product)
{
    (void)tx, (void)product;
    told++;
    return OK;
}

/* However often a town begins in one process. */
static void who_listens_is_told_once(void **state)
{
    (void)state;
    struct fixture f;
    open_hall(&f);
    for (int i = 0; i < 20; i++)
        hall_on_saved(hear);
    add_kettle(&f);
    assert_int_equal(told, 1);
    fixture_free(&f);
}

static void fields_are_read_as_they_are_written(void **state)
{
    (void)state;
    struct arena a;
    struct err_info info;
    struct val v;
    arena_init(&a, 4 << 20);
    assert_ok(i18n_load(&a, &info));
    const struct hall_field *market = &hall_fields[HALL_MARKET], *hs = &hall_fields[HALL_HS_CODE];
    assert_null(hall_field_read(market, STR("出口"), &a, &v).key);
    assert_true(str_eq_z(v.s, "export"));
    assert_null(hall_field_read(market, STR("Home and export"), &a, &v).key);
    assert_true(str_eq_z(v.s, "both"));
    assert_null(hall_field_read(market, STR(""), &a, &v).key);
    assert_true(str_eq_z(v.s, "both"));
    assert_string_equal(hall_field_read(market, STR("moon"), &a, &v).key, "hall.bad_choice");
    assert_null(hall_field_read(hs, STR("8516.79 00"), &a, &v).key);
    assert_true(str_eq_z(v.s, "85167900"));
    assert_string_equal(hall_field_read(hs, STR("85-16"), &a, &v).key, "hall.bad_digits");
    assert_string_equal(
        hall_field_read(&hall_fields[HALL_VIDEO_URL], STR("javascript:x"), &a, &v).key,
        "hall.bad_link");
    assert_string_equal(hall_field_read(&hall_fields[HALL_TITLE_ZH], STR(" "), &a, &v).key,
                        "hall.needed");
    assert_string_equal(hall_field_read(&hall_fields[HALL_MOQ], STR("0"), &a, &v).key,
                        "hall.bad_count");
    assert_string_equal(hall_field_read(&hall_fields[HALL_MODEL], STR("a\x01"), &a, &v).key,
                        "hall.bad_text");
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_product_is_a_draft),
        cmocka_unit_test(a_change_is_written_down),
        cmocka_unit_test(the_second_editor_is_told),
        cmocka_unit_test(codes_and_numbers_are_nobody_elses),
        cmocka_unit_test(an_edit_touches_only_its_own_skus),
        cmocka_unit_test(the_way_into_the_hall),
        cmocka_unit_test(only_an_approved_makers_goods_come_in),
        cmocka_unit_test(what_a_kind_asks_for_comes_from_above_it_too),
        cmocka_unit_test(check_digits),
        cmocka_unit_test(prices_and_amounts_as_people_write_them),
        cmocka_unit_test(words_are_found_as_wholes),
        cmocka_unit_test(flags_follow_the_text),
        cmocka_unit_test(who_listens_is_told_once),
        cmocka_unit_test(fields_are_read_as_they_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
