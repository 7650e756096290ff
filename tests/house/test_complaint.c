/* town/house: a complaint's states and clocks, what closes by itself, what is forgotten. */
#include "../store/fixture.h"

#include "store/queries.h"
#include "store/seal.h"
#include "town/day.h"
#include "town/house/complaint.h"

enum { BUYER = 5, CLERK = 6, SHOW = 3 };

static void open_house(struct fixture *f)
{
    fixture_in_memory(f);
    char folder[] = "/tmp/guildhall-house-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    assert_ok(seal_load(folder, &f->arena, &f->info));
    snprintf(path, sizeof(path), "%s/seal.key", folder);
    unlink(path);
    rmdir(folder);
    assert_ok(db_script(
        f->db, "INSERT INTO users (id, login, name, password, roles, created_at) VALUES"
               " (5, 'b', 'b', '!', 1, 1), (6, 'o', 'o', '!', 8, 1);"
               "INSERT INTO shows (id, title_zh, title_en, room_zh, room_en, host_id, status,"
               " starts_at, key_hash, key_sealed, created_at)"
               " VALUES (3, 't', 't', '', '', 6, 'live', 1, zeroblob(1), zeroblob(1), 1)"));
    f->tx.now_ms = day_begin_ms(20700) + 1000;
}

static int64_t made(struct fixture *f)
{
    int64_t id;
    const struct complaint_new c = {.about = "show",
                                    .show = SHOW,
                                    .user = BUYER,
                                    .evidence_at = f->tx.now_ms,
                                    .kind = STR("false"),
                                    .words = STR("what was said is not so"),
                                    .contact = STR("b@example.com"),
                                    .peer = STR("peer")};
    assert_ok(complaint_make(&f->tx, &c, &id));
    return id;
}

static enum err deed(struct fixture *f, int64_t id, const char *event, enum complaint_as as)
{
    const struct complaint_deed d = {
        .complaint = id, .event = event, .as = as, .words = STR("because of that")};
    f->info = (struct err_info){0};
    return complaint_do(&f->tx, &d);
}

static void wants_words(struct fixture *f, int64_t id, const char *event, enum complaint_as as)
{
    const struct complaint_deed d = {.complaint = id, .event = event, .as = as};
    f->info = (struct err_info){0};
    assert_int_equal(complaint_do(&f->tx, &d), ERR_INVALID);
    assert_string_equal(f->info.field, "words");
}

static struct rows row_of(struct fixture *f, int64_t id)
{
    struct rows rs;
    assert_ok(db_select(f->db, &q_house_complaint, ARGS(V_INT(id)), &f->arena, &rs));
    return rs;
}

static void check_sound(struct fixture *f)
{
    int n;
    assert_ok(house_check(f->db, &f->arena, NULL, NULL, &n));
    assert_int_equal(n, 0);
    fixture_free(f);
}

static void who_may_do_what(void **state)
{
    (void)state;
    struct fixture f;
    open_house(&f);
    int64_t id = made(&f);
    assert_int_equal(deed(&f, id, "answer", COMPLAINT_BASE), ERR_CONFLICT);
    assert_int_equal(deed(&f, id, "look", COMPLAINT_BY), ERR_FORBIDDEN);
    assert_ok(deed(&f, id, "look", COMPLAINT_BASE));
    assert_int_equal(deed(&f, id, "close", COMPLAINT_BY), ERR_CONFLICT);
    assert_int_equal(deed(&f, id, "answer", COMPLAINT_BY), ERR_FORBIDDEN);
    assert_int_equal(deed(&f, id, "reject", COMPLAINT_BY), ERR_FORBIDDEN);
    wants_words(&f, id, "reject", COMPLAINT_BASE);
    wants_words(&f, id, "answer", COMPLAINT_BASE);
    assert_ok(deed(&f, id, "reject", COMPLAINT_BASE));
    wants_words(&f, id, "again", COMPLAINT_BY);
    assert_int_equal(deed(&f, id, "again", COMPLAINT_BASE), ERR_FORBIDDEN);
    assert_int_equal(deed(&f, id, "close", COMPLAINT_BASE), ERR_FORBIDDEN);
    f.tx.now_ms += 3 * DAY_MS;
    assert_ok(deed(&f, id, "again", COMPLAINT_BY));
    struct rows rs = row_of(&f, id); /* a clock of its own */
    assert_int_equal(row_int(&rs, 0, "answer_due_at"),
                     f.tx.now_ms + COMPLAINT_ANSWER_DAYS * DAY_MS);
    assert_ok(deed(&f, id, "answer", COMPLAINT_BASE));
    wants_words(&f, id, "again", COMPLAINT_BY);
    assert_int_equal(deed(&f, id, "again", COMPLAINT_BY), ERR_CONFLICT);
    assert_string_equal(f.info.key, "house.complaint_again_once");
    assert_int_equal(deed(&f, id, "again", COMPLAINT_BASE), ERR_FORBIDDEN);
    assert_int_equal(deed(&f, id, "close", COMPLAINT_BASE), ERR_FORBIDDEN);
    assert_ok(deed(&f, id, "close", COMPLAINT_BY));
    check_sound(&f);
}

static void what_was_answered_closes_by_itself_and_is_forgotten(void **state)
{
    (void)state;
    struct fixture f;
    open_house(&f);
    int64_t answered = made(&f), open = made(&f);
    assert_ok(deed(&f, answered, "look", COMPLAINT_BASE));
    assert_ok(deed(&f, answered, "answer", COMPLAINT_BASE));
    assert_ok(complaint_open(&f.tx, answered, CLERK, STR("asking")));
    f.tx.now_ms += COMPLAINT_CLOSE_DAYS * DAY_MS - 1;
    assert_ok(complaint_sweep(&f.tx, NULL));
    struct rows rs = row_of(&f, answered);
    assert_true(str_eq_z(row_str(&rs, 0, "status"), "answered"));
    f.tx.now_ms += 1;
    assert_ok(complaint_sweep(&f.tx, NULL));
    rs = row_of(&f, answered);
    assert_true(str_eq_z(row_str(&rs, 0, "status"), "closed"));
    assert_int_equal(row_int(&rs, 0, "closed_at"), f.tx.now_ms);
    f.tx.now_ms += COMPLAINT_KEPT_DAYS * DAY_MS - 1;
    assert_ok(complaint_sweep(&f.tx, NULL));
    assert_int_equal(row_of(&f, answered).n, 1);
    f.tx.now_ms += 1;
    assert_ok(complaint_sweep(&f.tx, NULL));
    assert_int_equal(row_of(&f, answered).n, 0);
    assert_ok(db_select(f.db, &q_house_complaint_events, ARGS(V_INT(answered)), &f.arena, &rs));
    assert_int_equal(rs.n, 0);
    assert_int_equal(row_of(&f, open).n, 1); /* nobody looked: it waits, however late */
    check_sound(&f);
}

static void a_code_is_of_one_complaint(void **state)
{
    (void)state;
    struct fixture f;
    open_house(&f);
    struct str code = complaint_code(&f.arena, 7, 1000);
    assert_int_equal(code.n, COMPLAINT_CODE);
    assert_true(str_eq(code, complaint_code(&f.arena, 7, 1000)));
    assert_false(str_eq(code, complaint_code(&f.arena, 8, 1000)));
    assert_false(str_eq(code, complaint_code(&f.arena, 7, 1001)));
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_may_do_what),
        cmocka_unit_test(what_was_answered_closes_by_itself_and_is_forgotten),
        cmocka_unit_test(a_code_is_of_one_complaint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
