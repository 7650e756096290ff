/* town/gone: a file goes a day after its row, and not while any row of any department names it. */
#include "../store/fixture.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "store/objects.h"
#include "town/gone/gone.h"

static struct {
    struct fixture f;
    struct writer *w;
    struct object_id file;
} town;

static const char seed[] =
    "INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at)"
    " VALUES (7, 'factory', 'aurora', 'A', 'Aurora', 1);"
    "INSERT INTO users (id, login, name, password, roles, created_at)"
    " VALUES (5, 'clerk', 'Clerk', '!', 4, 1);"
    "INSERT INTO kinds (id, slug, name_zh, name_en, position) VALUES (3, 'kettle', 'K', 'K', 1);"
    "INSERT INTO products (id, slug, organisation_id, kind_id, title_zh, title_en, model, shape,"
    " colour, price_fen, status, created_at)"
    " VALUES (900, 'x', 7, 3, 'X', 'X', 'Z', 1, 'white', 100, 'on', 1);"
    "INSERT INTO product_photos (id, product_id, position, width, height, added_at)"
    " VALUES (1, 900, 1, 9, 9, 1);"
    "INSERT INTO imports (id, organisation_id, actor_id, status, file_name, file, created_at,"
    " updated_at) VALUES (1, 7, 5, 'taken', 'a.csv', '', 1, 1);"
    "INSERT INTO orders (id, checkout_id, buyer_id, factory_id, status, goods_fen, total_fen, "
    "placed_at,"
    " hold_until, paid_at) VALUES (1, 1, 5, 7, 'received', 100, 100, 1, 1, 1);"
    "INSERT INTO claims (id, order_id, buyer_id, factory_id, kind, reason, status, freight_fen, "
    "rest_ms,"
    " opened_at) VALUES (1, 1, 5, 7, 'refund', 'quality', 'asked', 0, 0, 1);"
    "INSERT INTO claim_notes (id, claim_id, user_id, actor_as, at, words)"
    " VALUES (1, 1, 5, 'buyer', 1, zeroblob(3));"
    "INSERT INTO invoices (id, order_id, buyer_id, factory_id, kind, status, asked_at, changed_at)"
    " VALUES (1, 1, 5, 7, 'person', 'asked', 1, 1);"
    "INSERT INTO agency_contracts (id, agency_id, kind, number, from_day, until_day, state, "
    "made_at,"
    " made_by) VALUES (1, 7, 'partnered', 'JD', 1, 2, 'draft', 1, 5);"
    "INSERT INTO letter_sessions (id, slug, kind, name_zh, name_en, opened_day, made_at)"
    " VALUES (1, 's', 'congress', 'S', 'S', 1, 1);"
    "INSERT INTO suggestions (id, session_id, number, title, text, received_day, is_public, state,"
    " made_at) VALUES (1, 1, 1, 'T', '', 1, 1, 'registered', 1);"
    "INSERT INTO suggestion_deputies (id, suggestion_id, position, name) VALUES (1, 1, 1, 'D');"
    "INSERT INTO letter_bodies (organisation_id, short, mark, is_desk, made_at)"
    " VALUES (7, 'B', 'B', 1, 1);"
    "INSERT INTO figures (id, name, kind, unit, title_zh, title_en, about_zh, about_en, is_public,"
    " created_at) VALUES (90, 'x', 'reference', '', 'X', 'X', 'X', 'X', 1, 1);";

/* A row that names %s, and its end. */
static const struct {
    const char *row, *end;
} places[] = {
    {"INSERT INTO photo_files (photo_id, size, width, height, webp, jpeg)"
     " VALUES (1, 0, 9, 9, '%s', 'ffffffffffffffffffffffffffffffff"
     "ffffffffffffffffffffffffffffffff')",
     "DELETE FROM photo_files"},
    {"INSERT INTO photo_files (photo_id, size, width, height, jpeg, webp)"
     " VALUES (1, 0, 9, 9, '%s', 'ffffffffffffffffffffffffffffffff"
     "ffffffffffffffffffffffffffffffff')",
     "DELETE FROM photo_files"},
    {"INSERT INTO product_documents (product_id, name, object, bytes, added_at)"
     " VALUES (900, 'a.pdf', '%s', 9, 1)",
     "DELETE FROM product_documents"},
    {"UPDATE imports SET file = '%s'", "UPDATE imports SET file = ''"},
    {"UPDATE imports SET zip = '%s'", "UPDATE imports SET zip = NULL"},
    {"INSERT INTO import_objects (import_id, name, object) VALUES (1, 'a.jpg', '%s')",
     "DELETE FROM import_objects"},
    {"INSERT INTO floor_sheets (user_id, ask, object, created_at) VALUES (5, '{}', '%s', 1)",
     "DELETE FROM floor_sheets"},
    {"INSERT INTO certificates (organisation_id, type, number, issued_on, valid_until, scan, "
     "status,"
     " created_at, updated_at)"
     " VALUES (7, 'ccc', '1', '2026-01-01', '2027-01-01', '%s', 'valid', 1, 1)",
     "DELETE FROM certificates"},
    {"INSERT INTO factories (organisation_id, state, scan_name, scan_sha256, created_at, "
     "updated_at)"
     " VALUES (7, 'draft', 'a.pdf', '%s', 1, 1)",
     "DELETE FROM factories"},
    {"INSERT INTO claim_pictures (note_id, object) VALUES (1, '%s')", "DELETE FROM claim_pictures"},
    {"INSERT INTO invoice_papers (invoice_id, factory_id, number, amount_fen, pdf, user_id, at)"
     " VALUES (1, 7, '12345678', 100, '%s', 5, 1)",
     "DELETE FROM invoice_papers"},
    {"INSERT INTO agency_papers (contract_id, name, scan_sha256, added_at, added_by)"
     " VALUES (1, 'a.pdf', '%s', 1, 5)",
     "DELETE FROM agency_papers"},
    {"INSERT INTO suggestion_files (suggestion_id, name, sha256, added_at, added_by)"
     " VALUES (1, 'a.pdf', '%s', 1, 5)",
     "DELETE FROM suggestion_files"},
    {"INSERT INTO letter_imports (session_id, name, file, made_at, made_by)"
     " VALUES (1, 'a.xlsx', '%s', 1, 5)",
     "DELETE FROM letter_imports"},
    {"INSERT INTO figure_values (figure_id, words, holds_from, source, scan_name, scan_sha256,"
     " recorded_at) VALUES (90, 'x', 1, 'x', 'a.pdf', '%s', 1)",
     NULL}, /* those stay for ever */
    {"INSERT INTO suggestion_ratings (suggestion_id, round, deputy_id, rating, scan_name,"
     " scan_sha256, at, by_id) VALUES (1, 1, 1, 'not', 'a.pdf', '%s', 1, 5)",
     NULL},
    {"INSERT INTO letters (suggestion_id, round, organisation_id, state, code, pdf_sha256,"
     " signature, sealed_at, signed_at, made_at)"
     " VALUES (1, 1, 7, 'sealed', '0123456789abcdef', '%s', zeroblob(64), 1, 1, 1)",
     NULL},
};

static void sql(const char *form, ...)
{
    va_list ap;
    va_start(ap, form);
    const char *text = arena_vprintf(&town.f.arena, form, ap);
    va_end(ap);
    if (fixture_try_on(town.f.url, text) != OK)
        fail_msg("%s", text);
}

static int set_up(void **state)
{
    (void)state;
    log_set_level(LOG_NONE);
    fixture_on_disk(&town.f);
    assert_ok(fixture_try_on(town.f.url, seed));
    assert_ok(objects_load(town.f.folder, &town.f.arena, &town.f.info));
    assert_ok(writer_open(town.f.url, &town.w, &town.f.arena, &town.f.info));
    assert_ok(writer_start(town.w));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    writer_stop(town.w);
    fixture_free(&town.f);
    return 0;
}

static const char *path(void)
{
    return objects_path(str_of(town.file.hex), &town.f.arena);
}

static bool is_there(void)
{
    return access(path(), F_OK) == 0;
}

static void keep(bool is_old)
{
    static const struct timespec long_ago[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_ok(objects_put(STR("a paper"), &town.file));
    if (is_old)
        assert_int_equal(utimensat(AT_FDCWD, path(), long_ago, 0), 0);
}

static enum err run_sweep(struct command *cmd, struct tx *tx)
{
    (void)cmd;
    return gone_sweep(tx, NULL);
}

static enum err run_gone(struct command *cmd, struct tx *tx)
{
    (void)cmd;
    return gone_add(tx, str_of(town.file.hex));
}

static void call(enum err (*run)(struct command *, struct tx *))
{
    struct command cmd = {.name = "test", .run = run, .arena = &town.f.arena};
    assert_ok(writer_call(town.w, &cmd));
}

static void a_day_later(void)
{
    sql("UPDATE objects_gone SET gone_at = gone_at - %d", GONE_AFTER_MS + 1000);
    call(run_sweep);
}

static void what_any_row_names_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        keep(true);
        sql(places[i].row, town.file.hex);
        call(run_gone);
        a_day_later();
        if (!is_there())
            fail_msg("swept: %s", places[i].row);
        if (!places[i].end)
            continue;
        sql("%s", places[i].end);
        a_day_later(); /* it is on no list by now */
        assert_true(is_there());
        call(run_gone);
        call(run_sweep); /* not yet */
        assert_true(is_there());
        a_day_later();
        assert_false(is_there());
    }
}

/* It was named again, and went again: a day from then. */
static void what_goes_again_stays_a_day_anew(void **state)
{
    (void)state;
    keep(true);
    call(run_gone);
    sql("UPDATE objects_gone SET gone_at = gone_at - %d", GONE_AFTER_MS + 1000);
    call(run_gone);
    call(run_sweep);
    assert_true(is_there());
    a_day_later();
    assert_false(is_there());
}

/* Its command is yet to come: the same bytes came once more. */
static void what_was_kept_just_now_stays(void **state)
{
    (void)state;
    keep(false);
    call(run_gone);
    a_day_later();
    assert_true(is_there());
    keep(true);
    a_day_later();
    assert_false(is_there());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_any_row_names_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_goes_again_stays_a_day_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_kept_just_now_stays, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
