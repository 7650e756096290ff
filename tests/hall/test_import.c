/* town/hall: a sheet of goods, from the file to products, with every fault by its row and column.
 */
#include "import_bench.h"

#include "town/hall/export.h"

static void rows_of_a_model_are_one_product(void **state)
{
    struct bench *b = *state;
    bring_sound(b, goods);
    assert_int_equal(count(b, "rows_n"), 3);
    assert_int_equal(count(b, "new_n"), 2);
    assert_int_equal(products(b), 0);
    take_whole(b);
    assert_int_equal(products(b), 2);
    struct hall_product_loaded p = taken(b, 2);
    assert_true(str_eq_z(p.status, "draft"));
    assert_int_equal(p.edit.kind, 3);
    assert_int_equal(p.edit.skus_n, 2);
    assert_true(str_eq_z(p.edit.skus[0].gtin, "96385074"));
    assert_int_equal(p.edit.skus[1].price_fen, 113950);
    assert_int_equal(p.edit.specs_n, 3);
    assert_int_equal(p.edit.specs[1].amount, 1700);
    assert_true(str_eq_z(p.edit.specs[2].word, "steel_304"));
    int64_t left;
    assert_ok(hall_stock_left(b->db, p.edit.skus[1].id, &b->f.arena, &left));
    assert_int_equal(left, 20);
}

static void what_is_brought_again_is_the_same(void **state)
{
    struct bench *b = *state;
    bring_and_take(b, goods);
    bring_sound(b, goods);
    assert_int_equal(count(b, "same_n"), 2);
    bring_sound(b, "型号,价格,货号\nAK-1,119,AK-1-W\nAK-2,98,\n");
    assert_int_equal(count(b, "changed_n"), 2);
    take_whole(b);
    assert_int_equal(products(b), 2);
}

static void what_was_taken_away_can_be_brought_back(void **state)
{
    struct bench *b = *state;
    bring_and_take(b, goods);
    for (int lang = 0; lang < LANG_COUNT_; lang++) {
        struct block *sheet;
        assert_ok(hall_export(b->db, MAKER, (enum lang)lang, &b->f.arena, &sheet));
        bring_bytes(b, str_n(sheet->p, sheet->n));
        block_unref(sheet);
        check_is_sound(b);
        assert_int_equal(count(b, "rows_n"), 3);
        assert_int_equal(count(b, "same_n"), 2);
    }
}

static void every_fault_has_its_row_and_column(void **state)
{
    struct bench *b = *state;
    bring_and_check(b, "型号,品类,中文品名,价格,商品条码,额定功率,货号\n"
                       "A,moon,甲,12,,,\n"
                       "B,kettle,,-5,6291041500214,9999,\n"
                       ",kettle,丙,5,,,\n"
                       "D,kettle,丁,5,6291041500213,,TAKEN\n"
                       "E,榨汁机,戊,5,96385074,1500,E1\n"
                       "F,kettle,己,,96385074,,E1\n");
    ASSERT_FAULTS(b, {2, 2, "hall.no_such_kind"}, {3, 0, "hall.title_needed"},
                  {3, 6, "hall.bad_amount"}, {3, 4, "hall.bad_price"}, {3, 5, "hall.bad_gtin"},
                  {4, 0, "hall.model_needed"}, {5, 7, "hall.taken_by_another"},
                  {5, 5, "hall.taken_by_another"}, {6, 6, "hall.not_of_kind"},
                  {7, 7, "hall.twice_in_sheet"}, {7, 0, "hall.price_needed"},
                  {7, 5, "hall.twice_in_sheet"});
    struct rows rs = faults(b);
    assert_int_equal(row_int(&rs, 11, "least"), 6);
    assert_int_equal(count(b, "faults_n"), 12);
    take_is_refused(b);
}

static void a_number_has_one_form(void **state)
{
    struct bench *b = *state;
    bring_and_take(b, "型号,品类,中文品名,价格,货号,商品条码\nA,kettle,甲,12,A1,036000291452\n");
    bring_sound(b, "型号,货号,商品条码\nA,A1,0036000291452\n");
    assert_int_equal(count(b, "same_n"), 1);
    bring_sound(b, "型号,货号,商品条码\nA,A1,036000291452\n");
    assert_int_equal(count(b, "same_n"), 1);
    bring_and_check(b, "型号,品类,中文品名,价格,货号,商品条码\nA,,,9,A2,00036000291452\n"
                       "B,kettle,乙,9,B1,036000291452\nC,kettle,丙,9,C1,106141410004158\n"
                       "D,kettle,丁,9,D1,10614141000415\nE,kettle,戊,9,E1,10614141000415\n");
    ASSERT_FAULTS(b, {2, 6, "hall.taken_by_another"}, {3, 6, "hall.twice_in_sheet"},
                  {4, 6, "hall.bad_gtin"}, {6, 6, "hall.twice_in_sheet"});
    bring_and_check(b, "型号,货号,商品条码\nA,A1,6291041500213\n"); /* another maker's */
    ASSERT_FAULTS(b, {2, 3, "hall.taken_by_another"});
}

static void a_mended_cell_is_taken(void **state)
{
    struct bench *b = *state;
    bring_and_check(b, "型号,品类,中文品名,价格\nA,moon,甲,12\n");
    assert_int_equal(count(b, "faults_n"), 1);
    struct deed d = {.id = b->id, .row = 2, .column = 2, .text = STR("kettle")};
    assert_ok(call(b, &d, run_mend));
    check_is_sound(b);
    take_whole(b);
    assert_int_equal(products(b), 1);
}

/* Between the look and the deed another maker took the number: all of it stays out. */
static void all_or_nothing(void **state)
{
    struct bench *b = *state;
    bring_sound(b, "型号,品类,中文品名,价格,商品条码\nA,kettle,甲,12,\nB,kettle,乙,13,96385074\n");
    sql(b, "UPDATE skus SET gtin = '96385074' WHERE id = 900000");
    take_is_refused(b);
    ASSERT_FAULTS(b, {3, 5, "hall.taken_by_another"});
}

/* What is wrong by then is said whole, not only its first. */
static void all_that_went_wrong_is_told(void **state)
{
    struct bench *b = *state;
    bring_sound(
        b,
        "型号,品类,中文品名,价格,货号\nA,kettle,甲,12,A1\nB,kettle,乙,13,B1\nC,kettle,丙,1,C1\n");
    sql(b, "INSERT INTO skus (id, product_id, position, code, colour, price_fen, list_price_fen,"
           " status) VALUES (901, 900000, 2, 'A1', 'white', 1, 1, 'on'),"
           " (902, 900000, 3, 'C1', 'white', 1, 1, 'on')");
    take_is_refused(b);
    ASSERT_FAULTS(b, {2, 5, "hall.taken_by_another"}, {4, 5, "hall.taken_by_another"});
    assert_int_equal(count(b, "new_n"), 3);
}

/* What saving alone knows is said of the product's row. */
static void what_saving_refuses_is_told(void **state)
{
    struct bench *b = *state;
    bring_and_take(b, goods);
    sql(b, "UPDATE products SET status = 'on' WHERE organisation_id = %d", MAKER);
    bring_sound(b, "型号,品类,货号\nAK-2,Juicers,AK-2\nAK-1,Juicers,AK-1-W\n");
    assert_ok(take(b));
    assert_true(in_status(b, "checked"));
    ASSERT_FAULTS(b, {3, 0, "hall.kind_on_show"});
}

static void add_variant(struct bench *b, int product, int position, const char *status)
{
    sql(b,
        "INSERT INTO skus (id, product_id, position, code, colour, price_fen, list_price_fen,"
        " status) VALUES (%d, %d, %d, 'V%d-%d', 'white', 9, 9, '%s')",
        product * 100 + position, product, position, product, position, status);
}

/* Variants are never removed: of a product there may be more than a form has. */
static void more_variants_than_there_is_room_for(void **state)
{
    struct bench *b = *state;
    sql(b, "INSERT INTO products (id, slug, organisation_id, kind_id, title_zh, title_en, model,"
           " shape, colour, price_fen, status, created_at) VALUES"
           " (910, 'many', 7, 3, '多', 'Many', 'M', 1, 'white', 100, 'draft', 1),"
           " (911, 'full', 7, 3, '满', 'Full', 'F', 1, 'white', 100, 'draft', 1)");
    for (int i = 1; i <= 60; i++) {
        add_variant(b, 910, i, "off");
        if (i <= HALL_SKUS_MAX)
            add_variant(b, 911, i, "on");
    }
    bring_and_check(b, "型号,货号,价格\nM,V910-59,5\nM,new,5\nF,V911-3,5\nF,newer,5\n");
    ASSERT_FAULTS(b, {2, 0, "hall.needs_skus"}, {3, 0, "hall.needs_skus"},
                  {5, 0, "hall.needs_skus"});
}

static void another_kind_keeps_what_it_is_asked_for(void **state)
{
    struct bench *b = *state;
    sql(b, "INSERT INTO kind_attributes (kind_id, position, name, kind, unit, words, least, most)"
           " VALUES (4, 2, 'capacity', 'milli', 'L', '', 100, 9000),"
           " (4, 3, 'power', 'milli', 'kW', '', 0, 0)");
    bring_and_take(b, goods);
    bring_and_take(b, "型号,品类,价格,货号,spec:speed\nAK-1,Juicers,119,AK-1-W,900\n");
    struct hall_product_loaded p = taken(b, 1);
    assert_int_equal(p.edit.kind, 4);
    assert_int_equal(p.edit.specs_n, 2);
    assert_true(str_eq_z(p.edit.specs[0].name, "capacity"));
    assert_true(str_eq_z(p.edit.specs[1].name, "speed"));
}

#define TEN "电热水壶电热水壶电壶"
static void a_code_is_what_the_form_takes(void **state)
{
    struct bench *b = *state;
    bring_and_check(b, "型号,品类,中文品名,价格,货号\nA,kettle,甲,1," TEN TEN TEN TEN "\n"
                       "B,kettle,乙,1," TEN TEN TEN TEN "x\nC,kettle,丙,1,a\002b\n");
    ASSERT_FAULTS(b, {3, 5, "hall.bad_length"}, {4, 5, "hall.bad_text"});
}

/* As many rows as there may be, each a product with ten properties: new, and once more. */
enum { SPECS = 10 };
static struct str large_sheet(struct bench *b)
{
    struct buf t;
    buf_init(&t, 16 * 1024 * 1024);
    buf_z(&t, "型号,品类,中文品名,价格,about_zh");
    for (int k = 0; k < SPECS; k++)
        buf_printf(&t, ",spec:s%d", k);
    for (int i = 0; i < IMPORT_ROWS_MAX; i++) {
        buf_printf(&t, "\nL-%d,grinder,磨豆机 %d,%d,", i, i, 10 + i);
        for (int k = 0; k < 10; k++)
            buf_z(&t, TEN);
        for (int k = 0; k < SPECS; k++)
            buf_printf(&t, ",%d", i + k);
    }
    assert_true(buf_ok(&t));
    struct str text = arena_str(&b->f.arena, str_n(t.p, t.n));
    buf_free(&t);
    assert_non_null(text.p);
    return text;
}

static void as_many_rows_as_there_may_be(void **state)
{
    struct bench *b = *state;
    sql(b, "INSERT INTO kinds (id, slug, name_zh, name_en, position, parent_id)"
           " VALUES (5, 'grinder', '磨豆机', 'Grinders', 3, 2)");
    for (int k = 0; k < SPECS; k++)
        sql(b,
            "INSERT INTO kind_attributes (kind_id, position, name, kind, unit, words, least,"
            " most) VALUES (5, %d, 's%d', 'count', 'W', '', 0, 0)",
            k + 1, k);
    struct str sheet = large_sheet(b);
    bring_bytes(b, sheet);
    check_is_sound(b);
    assert_int_equal(count(b, "new_n"), IMPORT_ROWS_MAX);
    take_whole(b);
    assert_int_equal(products(b), IMPORT_ROWS_MAX);
    bring_bytes(b, sheet);
    check_is_sound(b);
    assert_int_equal(count(b, "same_n"), IMPORT_ROWS_MAX);
}

/* More than one answer of the store holds (DB_ROWS_MAX). */
static void a_maker_of_very_many_goods(void **state)
{
    struct bench *b = *state;
    sql(b, "INSERT INTO products (id, slug, organisation_id, kind_id, title_zh, title_en, model,"
           " shape, colour, price_fen, status, created_at)"
           " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10050)"
           " SELECT 10000 + i, 'many-' || i, 7, 3, 'X', 'X', 'V-' || i, 1, 'white', 100, "
           " 'draft', 1 FROM n");
    bring(b, "型号,货号,价格,图片\nV-1,a,5,\nV-10050,b,5,x.jpg\n");
    sql(b,
        "INSERT INTO import_pictures (import_id, name, zip, message, width, height, files)"
        " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10050)"
        " SELECT %lld, 'w' || i || '.jpg', '', 'hall.picture_missing', 0, 0, '' FROM n"
        " UNION ALL SELECT %lld, 'x.jpg', '', 'job.picture_kind', 0, 0, ''",
        (long long)b->id, (long long)b->id);
    check(b);
    ASSERT_FAULTS(b, {3, 4, "job.picture_kind"});
    assert_int_equal(count(b, "changed_n"), 2);
}

static void no_more_pictures_than_there_may_be(void **state)
{
    struct bench *b = *state;
    struct buf t;
    enum { ROWS = IMPORT_PICTURES_MAX / 10 + 2 };
    buf_init(&t, 4 * 1024 * 1024);
    buf_z(&t, "型号,品类,中文品名,价格,图片");
    for (int i = 0; i < ROWS; i++) {
        buf_printf(&t, "\nP-%d,kettle,壶,9,", i);
        for (int k = 0; k < 10; k++)
            buf_printf(&t, "%d-%d.jpg;", i, k);
    }
    assert_true(buf_ok(&t));
    bring_bytes(b, str_n(t.p, t.n));
    buf_free(&t);
    check(b);
    /* Of the two rows past the limit each has one; the others lack their archive. */
    struct rows rs = faults(b);
    assert_int_equal(count(b, "faults_n"), IMPORT_PICTURES_MAX + 2);
    size_t too_many = 0;
    for (size_t i = 0; i < rs.n; i++)
        too_many += str_eq_z(row_str(&rs, i, "message"), "hall.import_pictures_too_many");
    assert_int_equal(too_many, 2);
}

static void files_that_are_none(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *bytes, *why;
    } cases[] = {
        {"PK\003\004 not really", "job.zip_broken"},
        {"\320\317\021\340\241\261\032\341 of an old Excel", "job.sheet_old_excel"},
        {"one,two\nthree,four\n", "hall.import_no_titles"},
        {"型号,品类,中文品名,价格\n", "hall.import_empty"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bring(b, cases[i].bytes);
        struct rows rs = import_row(b);
        assert_true(in_status(b, "failed"));
        assert_true(str_eq_z(row_str(&rs, 0, "why"), cases[i].why));
    }
}

static void titles_are_known_in_either_language(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *title, *key;
    } cases[] = {{"型号", "model"},
                 {" * Model: ", "model"},
                 {"额定功率(W)", "spec:power"},
                 {"Power [W]", "spec:power"},
                 {"规格（英文）", "sku_name_en"},
                 {"Variant (Chinese)", "sku_name_zh"},
                 {"价格", "sku_price_fen"},
                 {"List price (yuan)", "sku_list_price_fen"},
                 {"sku_code", "sku_code"},
                 {"产品名称", "title_zh"},
                 {"条形码", "sku_gtin"},
                 {"功率(W)", "spec:power"},
                 {"Image", "pictures"}};
    struct hall_columns c;
    assert_ok(hall_columns_of(b->db, 0, &b->f.arena, &c));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct hall_column *found =
            hall_column_guess(&c, str_of(cases[i].title), &b->f.arena);
        assert_non_null(found);
        assert_true(str_eq_z(found->key, cases[i].key));
    }
    assert_null(hall_column_guess(&c, STR("备注"), &b->f.arena));
    assert_null(hall_column_guess(&c, STR(""), &b->f.arena));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_BENCH(rows_of_a_model_are_one_product),
        ON_A_BENCH(what_is_brought_again_is_the_same),
        ON_A_BENCH(what_was_taken_away_can_be_brought_back),
        ON_A_BENCH(every_fault_has_its_row_and_column),
        ON_A_BENCH(a_number_has_one_form),
        ON_A_BENCH(a_mended_cell_is_taken),
        ON_A_BENCH(all_or_nothing),
        ON_A_BENCH(all_that_went_wrong_is_told),
        ON_A_BENCH(what_saving_refuses_is_told),
        ON_A_BENCH(more_variants_than_there_is_room_for),
        ON_A_BENCH(another_kind_keeps_what_it_is_asked_for),
        ON_A_BENCH(a_code_is_what_the_form_takes),
        ON_A_BENCH(as_many_rows_as_there_may_be),
        ON_A_BENCH(a_maker_of_very_many_goods),
        ON_A_BENCH(no_more_pictures_than_there_may_be),
        ON_A_BENCH(files_that_are_none),
        ON_A_BENCH(titles_are_known_in_either_language),
    };
    job_set_program(JOB_PROGRAM);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
