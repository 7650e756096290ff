/* town/letters/intake.c: days as registers write them. */
#include "tests/letters/office.h"

#include "store/queries.h"
#include "town/day.h"
#include "town/letters/intake.h"

static void says(const char *text, const char *want)
{
    char said[DAY_TEXT] = "";
    int64_t day = 0;
    enum err e = intake_day(str_of(text), &day);
    if (!want) {
        if (e == OK)
            fail_msg("%s is taken for a day", text);
        return;
    }
    if (e != OK || !day_text(day, said) || strcmp(said, want) != 0)
        fail_msg("%s is %s, not %s", text, said, want);
}

static void test_ways_to_write_one(void **state)
{
    (void)state;
    static const char *const same[] = {"2021-03-05", "2021/3/5",     "2021/03/05",
                                       "2021.3.5",   "2021年3月5日", "2021年03月05日",
                                       "44260",      " 2021-3-5 ",   "2021-03-05T00:00:00"};
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
        says(same[i], "2021-03-05");
    says("2020-02-29", "2020-02-29");
    says("36526", "2000-01-01"); /* as spreadsheets count */
}

static void test_what_is_none(void **state)
{
    (void)state;
    static const char *const none[] = {"",           "春天",        "2021",          "2021-03",
                                       "2021-02-30", "2021-13-01",  "2021-0-1",      "05/03/2021",
                                       "20210305",   "2021-03-05x", "-2021-3-5",     "2021--3-5",
                                       "99999999",   "2021-3-5-6",  "44260.5",       "T",
                                       "1e4",        "2021年3月",   "2021-03-05日日"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        says(none[i], NULL);
}

static int64_t import_of(struct fixture *f, int64_t session, int64_t user, int64_t days_ago,
                         const char *file)
{
    struct rows rs;
    int64_t at = f->tx.now_ms - days_ago * DAY_MS;
    assert_ok(db_one(f->db, &q_letters_import_add,
                     ARGS(V_INT(session), V_Z("a.xlsx"), V_Z(file), V_INT(at), V_INT(user)),
                     &f->arena, &rs));
    return row_int(&rs, 0, "id");
}

static bool is_there(struct fixture *f, int64_t id)
{
    struct rows rs;
    assert_ok(db_select(f->db, &q_letters_import, ARGS(V_INT(id)), &f->arena, &rs));
    return rs.n > 0;
}

static void test_what_nobody_took_goes_with_its_file(void **state)
{
    (void)state;
    static const char file[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    struct fixture f;
    struct rows due;
    office_open(&f);
    f.tx.now_ms = INT64_C(1800000000000);
    int64_t session = office_session(&f.tx, "s17-5"), user = office_person(&f.tx, "clerk");
    int64_t old = import_of(&f, session, user, INTAKE_KEPT_DAYS + 1, file);
    int64_t fresh = import_of(&f, session, user, INTAKE_KEPT_DAYS - 1, file);
    int64_t taken = import_of(&f, session, user, INTAKE_KEPT_DAYS + 1, file);
    assert_ok(db_exec(f.db, &q_letters_import_taken,
                      ARGS(V_INT(f.tx.now_ms), V_INT(2), V_INT(taken)), NULL));
    assert_ok(intake_prune(&f.tx, NULL));
    assert_false(is_there(&f, old));
    assert_true(is_there(&f, fresh));
    assert_true(is_there(&f, taken));
    assert_ok(db_select(f.db, &q_gone_due, ARGS(V_INT(f.tx.now_ms + 1), V_INT(9)), &f.arena, &due));
    assert_int_equal(due.n, 1); /* it is looked whether others name it */
    assert_true(str_eq_z(row_str(&due, 0, "object"), file));
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways_to_write_one),
        cmocka_unit_test(test_what_is_none),
        cmocka_unit_test(test_what_nobody_took_goes_with_its_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
