/* town/hall: a sheet of goods, from the file to products, with every fault by its row and column.
 */
#include "../store/fixture.h"

#include "job/job.h"
#include "store/objects.h"
#include "store/queries.h"
#include "town/hall/export.h"
#include "town/hall/hall.h"
#include "town/hall/import_store.h"

enum { MAKER = 7, CLERK = 5 };
static const struct hall_actor maker = {CLERK, HALL_AS_MAKER};

struct bench {
    struct fixture f;
    struct writer *w;
    struct db *db;
    int64_t id;
};

static const char seed[] =
    "INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at)"
    " VALUES (7, 'factory', 'aurora', '极光', 'Aurora', 1), (8, 'factory', 'b', '贝', 'B', 1);"
    "INSERT INTO users (id, login, name, password, roles, created_at)"
    " VALUES (5, 'clerk', 'Clerk', '!', 4, 1);"
    "INSERT INTO kinds (id, slug, name_zh, name_en, position) VALUES (2, 'drinks', '饮品', "
    "'Drinks', 1);"
    "INSERT INTO kinds (id, slug, name_zh, name_en, position, parent_id)"
    " VALUES (3, 'kettle', '电热水壶', 'Kettles', 1, 2), (4, 'juicer', '榨汁机', 'Juicers', 2, 2);"
    "INSERT INTO kind_attributes (kind_id, position, name, kind, unit, words, least, most)"
    " VALUES (3, 1, 'power', 'count', 'W', '', 100, 3000), (3, 2, 'capacity', 'milli', 'L', '', "
    "100,"
    " 9000), (3, 3, 'material', 'word', '', 'steel_304 glass', 0, 0),"
    " (4, 1, 'speed', 'count', 'rpm', '', 0, 0);"
    "INSERT INTO products (id, slug, organisation_id, kind_id, title_zh, title_en, model, shape,"
    " colour, price_fen, search_text, status, created_at)"
    " VALUES (900000, 'x', 8, 3, '别家', 'Other', 'Z', 1, 'white', 100, '', 'on', 1);"
    "INSERT INTO skus (id, product_id, position, code, colour, gtin, price_fen, list_price_fen, "
    "status)"
    " VALUES (900000, 900000, 1, 'TAKEN', 'white', '6291041500213', 100, 100, 'on');";

static int set_up(void **state)
{
    static struct bench bench;
    struct bench *b = *state = &bench;
    struct err_info info;
    *b = (struct bench){.id = 0};
    fixture_on_disk(&b->f);
    assert_ok(i18n_load(&b->f.arena, &info));
    assert_ok(fixture_try_on(b->f.url, seed));
    assert_ok(objects_load(b->f.folder, &b->f.arena, &info));
    job_set_program(JOB_PROGRAM);
    assert_ok(writer_open(b->f.url, &b->w, &b->f.arena, &b->f.info));
    assert_ok(writer_start(b->w));
    assert_ok(db_open(b->f.url, DB_INSPECT, &b->db, &b->f.arena, &b->f.info));
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    db_close(b->db);
    writer_stop(b->w);
    fixture_free(&b->f);
    return 0;
}

__attribute__((format(printf, 2, 3))) static void sql(struct bench *b, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    assert_in_range(n, 1, sizeof(text) - 1);
    assert_ok(fixture_try_on(b->f.url, text));
}

struct deed {
    struct command cmd;
    struct import_new fresh;
    int64_t id, row;
    int column;
    struct str text;
    const struct str *keys;
    size_t keys_n;
};

static enum err run_add(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    return import_add(tx, &d->fresh, &d->id);
}

static enum err run_mend(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    return import_mend(tx, d->id, d->row, d->column, d->text);
}

static enum err call(struct bench *b, struct deed *d,
                     enum err (*run)(struct command *, struct tx *))
{
    d->cmd = (struct command){.name = "test", .run = run, .arena = &b->f.arena};
    return writer_call(b->w, &d->cmd);
}

static enum err write_by(void *arg, struct command *cmd)
{
    return writer_call(arg, cmd);
}

static struct import_work work(struct bench *b)
{
    return (struct import_work){.db = b->db, .id = b->id, .write = write_by, .arg = b->w};
}

static struct rows import_row(struct bench *b)
{
    struct rows rs;
    assert_ok(db_one(b->db, &q_hall_import_get, ARGS(V_INT(b->id)), &b->f.arena, &rs));
    return rs;
}

static bool in_status(struct bench *b, const char *status)
{
    struct rows rs = import_row(b);
    return str_eq_z(row_str(&rs, 0, "status"), status);
}

static void bring_file(struct bench *b, struct str bytes)
{
    struct object_id file;
    assert_ok(objects_put(bytes, &file));
    struct deed d = {.fresh = {.organisation = MAKER,
                               .actor = CLERK,
                               .file_name = STR("goods.csv"),
                               .file = str_of(file.hex)}};
    assert_ok(call(b, &d, run_add));
    b->id = d.id;
}

static enum err try_read(struct bench *b, struct import_work w)
{
    return import_read(&w, &b->f.arena, &b->f.info);
}

static enum err try_check(struct bench *b, struct import_work w)
{
    return import_check(&w, &b->f.arena, &b->f.info);
}

static enum err try_take(struct bench *b, struct import_work w)
{
    return import_take(&w, maker, &b->f.arena, &b->f.info);
}

static void bring_bytes(struct bench *b, struct str bytes)
{
    bring_file(b, bytes);
    assert_ok(try_read(b, work(b)));
}

static void bring(struct bench *b, const char *text)
{
    bring_bytes(b, str_of(text));
}

static void check(struct bench *b)
{
    assert_true(in_status(b, "mapping") || in_status(b, "checked"));
    assert_ok(try_check(b, work(b)));
}

static enum err take(struct bench *b)
{
    return try_take(b, work(b));
}

static struct rows faults(struct bench *b)
{
    struct rows rs;
    assert_ok(db_select(b->db, &q_hall_import_faults, ARGS(V_INT(b->id), V_INT(IMPORT_FAULTS_MAX)),
                        &b->f.arena, &rs));
    return rs;
}

struct fault {
    int64_t row;
    int column;
    const char *key;
};

/* These and no others. */
static void assert_faults(struct bench *b, const struct fault *wanted, size_t n)
{
    struct rows rs = faults(b);
    for (size_t i = 0; i < n && i < rs.n; i++) {
        assert_int_equal(row_int(&rs, i, "number"), wanted[i].row);
        assert_int_equal(row_int(&rs, i, "col"), wanted[i].column);
        assert_true(str_eq_z(row_str(&rs, i, "message"), wanted[i].key));
    }
    assert_int_equal(rs.n, n);
}
#define ASSERT_FAULTS(b, ...)                                                                      \
    assert_faults(b, (const struct fault[]){__VA_ARGS__},                                          \
                  sizeof((const struct fault[]){__VA_ARGS__}) / sizeof(struct fault))

static int64_t count(struct bench *b, const char *what)
{
    struct rows rs = import_row(b);
    return row_int(&rs, 0, what);
}

static int64_t products(struct bench *b)
{
    struct rows rs;
    assert_ok(db_select(b->db, &q_hall_import_models, ARGS(V_INT(MAKER), V_INT(0), V_INT(9999)),
                        &b->f.arena, &rs));
    return (int64_t)rs.n;
}

static void bring_and_check(struct bench *b, const char *text)
{
    bring(b, text);
    check(b);
}

static void check_is_sound(struct bench *b)
{
    check(b);
    assert_int_equal(count(b, "faults_n"), 0);
}

static void bring_sound(struct bench *b, const char *text)
{
    bring(b, text);
    check_is_sound(b);
}

static void take_whole(struct bench *b)
{
    assert_ok(take(b));
    assert_true(in_status(b, "taken"));
}

static void bring_and_take(struct bench *b, const char *text)
{
    bring_sound(b, text);
    take_whole(b);
}

/* The import says so; of its products there are none. */
static void take_is_refused(struct bench *b)
{
    assert_ok(take(b));
    assert_true(in_status(b, "checked"));
    assert_int_equal(products(b), 0);
}

/* The first of the products that were taken, of so many. */
static struct hall_product_loaded taken(struct bench *b, size_t n)
{
    struct hall_product_loaded p;
    struct rows rs;
    assert_ok(
        db_select(b->db, &q_hall_import_products, ARGS(V_INT(b->id), V_INT(9)), &b->f.arena, &rs));
    assert_int_equal(rs.n, n);
    assert_ok(hall_product_load(b->db, row_int(&rs, 0, "id"), &b->f.arena, &p));
    return p;
}

static const char goods[] =
    "极光电器 2026 价格表\n"
    "品类,* "
    "型号,中文品名,额定功率（W）,容量,材质,货号,规格（中文）,商品条码,价格(元),首批库存,备注\n"
    "电热水壶,AK-1,快煮壶,1500W,1.7 L,304 不锈钢,AK-1-W,白,96385074,129,30,随便\n"
    "电热水壶,AK-1,快煮壶,,,,AK-1-G,绿,,\"1,139.50\",20,\n"
    "Juicers,AK-2,榨汁杯,,,,,,,99,,\n";

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

/* Then nothing is wrong with the sheet: the task is begun again. */
static void the_stores_trouble_is_no_rows_fault(void **state)
{
    struct bench *b = *state;
    bring_and_check(b, goods);
    sql(b, "ALTER TABLE product_events RENAME TO elsewhere");
    assert_true(take(b) != OK);
    assert_true(in_status(b, "checked"));
    assert_int_equal(count(b, "faults_n"), 0);
    sql(b, "ALTER TABLE elsewhere RENAME TO product_events");
    take_whole(b);
    assert_int_equal(products(b), 2);
}

static void what_is_taken_stays_taken(void **state)
{
    struct bench *b = *state;
    bring_and_take(b, goods);
    assert_ok(take(b)); /* begun again by a process that does not know */
    assert_int_equal(try_check(b, work(b)), ERR_CONFLICT);
    assert_ok(try_read(b, work(b)));
    assert_true(in_status(b, "taken"));
    assert_int_equal(products(b), 2);
}

static enum err anothers(struct tx *tx, void *arg)
{
    (void)tx, (void)arg;
    return ERR_CONFLICT;
}

static void a_task_that_is_anothers_writes_nothing(void **state)
{
    struct bench *b = *state;
    bring_file(b, str_of(goods));
    struct import_work w = work(b);
    w.mine = anothers;
    assert_int_equal(try_read(b, w), ERR_CONFLICT);
    assert_true(in_status(b, "reading"));
    bring(b, "型号,品类,中文品名,价格\nA,moon,甲,12\n");
    w = work(b);
    w.mine = anothers;
    assert_int_equal(try_check(b, w), ERR_CONFLICT);
    assert_int_equal(try_take(b, w), ERR_CONFLICT);
    assert_true(in_status(b, "mapping"));
    assert_int_equal(faults(b).n, 0);
}

static enum err disk_full_at_rows(void *arg, struct command *cmd)
{
    return strcmp(cmd->name, "hall.import_rows") == 0 ? ERR_DISK_FULL : writer_call(arg, cmd);
}

static bool at_once(void *arg)
{
    (void)arg;
    return true;
}

/* What ended the reading was not the file: it can be read yet. */
static void our_trouble_is_not_the_files(void **state)
{
    struct bench *b = *state;
    bring_file(b, str_of(goods));
    struct import_work w = work(b), full = w, stopped = w;
    full.write = disk_full_at_rows;
    stopped.stop = at_once;
    assert_int_equal(try_read(b, full), ERR_DISK_FULL);
    assert_true(in_status(b, "reading"));
    assert_int_equal(try_read(b, stopped), ERR_CLOSED);
    assert_true(in_status(b, "reading"));
    job_set_program("/nonexistent/guildhall-job");
    assert_int_equal(try_read(b, w), ERR_IO);
    assert_true(in_status(b, "reading"));
    job_set_program(JOB_PROGRAM);
    assert_ok(try_read(b, w));
    assert_true(in_status(b, "mapping"));
    assert_int_equal(count(b, "rows_n"), 3);
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
           " shape, colour, price_fen, search_text, status, created_at) VALUES"
           " (910, 'many', 7, 3, '多', 'Many', 'M', 1, 'white', 100, '', 'draft', 1),"
           " (911, 'full', 7, 3, '满', 'Full', 'F', 1, 'white', 100, '', 'draft', 1)");
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
           " shape, colour, price_fen, search_text, status, created_at)"
           " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10050)"
           " SELECT 10000 + i, 'many-' || i, 7, 3, 'X', 'X', 'V-' || i, 1, 'white', 100, '',"
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
        {"PK\003\004 not really", NULL},
        {"one,two\nthree,four\n", "hall.import_no_titles"},
        {"型号,品类,中文品名,价格\n", "hall.import_empty"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bring(b, cases[i].bytes);
        struct rows rs = import_row(b);
        assert_true(in_status(b, "failed"));
        assert_true(row_str(&rs, 0, "why").n > 0);
        if (cases[i].why)
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

#define ON_A_BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_BENCH(rows_of_a_model_are_one_product),
        ON_A_BENCH(what_is_brought_again_is_the_same),
        ON_A_BENCH(what_was_taken_away_can_be_brought_back),
        ON_A_BENCH(every_fault_has_its_row_and_column),
        ON_A_BENCH(a_mended_cell_is_taken),
        ON_A_BENCH(all_or_nothing),
        ON_A_BENCH(all_that_went_wrong_is_told),
        ON_A_BENCH(the_stores_trouble_is_no_rows_fault),
        ON_A_BENCH(what_is_taken_stays_taken),
        ON_A_BENCH(a_task_that_is_anothers_writes_nothing),
        ON_A_BENCH(our_trouble_is_not_the_files),
        ON_A_BENCH(more_variants_than_there_is_room_for),
        ON_A_BENCH(another_kind_keeps_what_it_is_asked_for),
        ON_A_BENCH(a_code_is_what_the_form_takes),
        ON_A_BENCH(as_many_rows_as_there_may_be),
        ON_A_BENCH(a_maker_of_very_many_goods),
        ON_A_BENCH(no_more_pictures_than_there_may_be),
        ON_A_BENCH(files_that_are_none),
        ON_A_BENCH(titles_are_known_in_either_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
