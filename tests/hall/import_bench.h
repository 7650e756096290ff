/*
 * A maker's imports on a store of a test's own, with the real writer and guildhall-job:
 *
 *   bring() ─▶ check() ─▶ take()
 *
 * Products and kinds are those of `seed`; `goods` is a sheet in which nothing is wrong.
 */
#ifndef TESTS_HALL_IMPORT_BENCH_H
#define TESTS_HALL_IMPORT_BENCH_H

#include "../store/fixture.h"

#include "job/job.h"
#include "store/objects.h"
#include "town/hall/hall.h"
#include "town/hall/import_store.h"

extern const struct query q_hall_import_faults, q_hall_import_get, q_hall_import_models,
    q_hall_import_products; /* of store/queries.h, which is made */

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
    " colour, price_fen, status, created_at)"
    " VALUES (900000, 'x', 8, 3, '别家', 'Other', 'Z', 1, 'white', 100, 'on', 1);"
    "INSERT INTO skus (id, product_id, position, code, colour, gtin, price_fen, list_price_fen, "
    "status)"
    " VALUES (900000, 900000, 1, 'TAKEN', 'white', '6291041500213', 100, 100, 'on');";

static inline int set_up(void **state)
{
    static struct bench bench;
    struct bench *b = *state = &bench;
    struct err_info info;
    *b = (struct bench){.id = 0};
    fixture_on_disk(&b->f);
    assert_ok(i18n_load(&b->f.arena, &info));
    assert_ok(fixture_try_on(b->f.url, seed));
    assert_ok(objects_load(b->f.folder, &b->f.arena, &info));
    assert_ok(writer_open(b->f.url, &b->w, &b->f.arena, &b->f.info));
    assert_ok(writer_start(b->w));
    assert_ok(db_open(b->f.url, DB_INSPECT, &b->db, &b->f.arena, &b->f.info));
    return 0;
}

static inline int tear_down(void **state)
{
    struct bench *b = *state;
    db_close(b->db);
    writer_stop(b->w);
    fixture_free(&b->f);
    return 0;
}

__attribute__((format(printf, 2, 3))) static inline void sql(struct bench *b, const char *format,
                                                             ...)
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

static inline enum err run_add(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    return import_add(tx, &d->fresh, &d->id);
}

static inline enum err run_mend(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    return import_mend(tx, d->id, d->row, d->column, d->text);
}

static inline enum err call(struct bench *b, struct deed *d,
                            enum err (*run)(struct command *, struct tx *))
{
    d->cmd = (struct command){.name = "test", .run = run, .arena = &b->f.arena};
    return writer_call(b->w, &d->cmd);
}

static inline enum err write_by(void *arg, struct command *cmd)
{
    return writer_call(arg, cmd);
}

static inline struct import_work work(struct bench *b)
{
    return (struct import_work){.db = b->db, .id = b->id, .write = write_by, .arg = b->w};
}

static inline struct rows import_row(struct bench *b)
{
    struct rows rs;
    assert_ok(db_one(b->db, &q_hall_import_get, ARGS(V_INT(b->id)), &b->f.arena, &rs));
    return rs;
}

static inline bool in_status(struct bench *b, const char *status)
{
    struct rows rs = import_row(b);
    return str_eq_z(row_str(&rs, 0, "status"), status);
}

static inline void bring_file(struct bench *b, struct str bytes)
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

static inline enum err try_read(struct bench *b, struct import_work w)
{
    return import_read(&w, &b->f.arena, &b->f.info);
}

static inline enum err try_check(struct bench *b, struct import_work w)
{
    return import_check(&w, &b->f.arena, &b->f.info);
}

static inline enum err try_take(struct bench *b, struct import_work w)
{
    return import_take(&w, maker, &b->f.arena, &b->f.info);
}

static inline void bring_bytes(struct bench *b, struct str bytes)
{
    bring_file(b, bytes);
    assert_ok(try_read(b, work(b)));
}

static inline void bring(struct bench *b, const char *text)
{
    bring_bytes(b, str_of(text));
}

static inline void check(struct bench *b)
{
    assert_true(in_status(b, "mapping") || in_status(b, "checked"));
    assert_ok(try_check(b, work(b)));
}

static inline enum err take(struct bench *b)
{
    return try_take(b, work(b));
}

static inline struct rows faults(struct bench *b)
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
static inline void assert_faults(struct bench *b, const struct fault *wanted, size_t n)
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

static inline int64_t count(struct bench *b, const char *what)
{
    struct rows rs = import_row(b);
    return row_int(&rs, 0, what);
}

static inline int64_t products(struct bench *b)
{
    struct rows rs;
    assert_ok(db_select(b->db, &q_hall_import_models, ARGS(V_INT(MAKER), V_INT(0), V_INT(9999)),
                        &b->f.arena, &rs));
    return (int64_t)rs.n;
}

static inline void bring_and_check(struct bench *b, const char *text)
{
    bring(b, text);
    check(b);
}

static inline void check_is_sound(struct bench *b)
{
    check(b);
    assert_int_equal(count(b, "faults_n"), 0);
}

static inline void bring_sound(struct bench *b, const char *text)
{
    bring(b, text);
    check_is_sound(b);
}

static inline void take_whole(struct bench *b)
{
    assert_ok(take(b));
    assert_true(in_status(b, "taken"));
}

static inline void bring_and_take(struct bench *b, const char *text)
{
    bring_sound(b, text);
    take_whole(b);
}

/* The import says so; of its products there are none. */
static inline void take_is_refused(struct bench *b)
{
    assert_ok(take(b));
    assert_true(in_status(b, "checked"));
    assert_int_equal(products(b), 0);
}

/* The first of the products that were taken, of so many. */
static inline struct hall_product_loaded taken(struct bench *b, size_t n)
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

#define ON_A_BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
