/* town/factories: the credit code, the states, an entry that two people edit, and its members. */
#include "../store/fixture.h"

#include "store/queries.h"
#include "store/seal.h"
#include "town/factories/internal.h"
#include "town/people/people.h"

/* ---- the code ---- */

static void a_code_is_judged_character_by_character(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        enum factory_code_fault fault;
        int where;
    } cases[] = {
        {"91350100M000100Y43", CODE_RIGHT, 0}, /* the example of the standard's own text */
        {"91350100M000100Y44", CODE_CHECK, 0},
        {"91350100M000100Y34", CODE_CHECK, 0}, /* two that changed places */
        {"91350100M000100Y4", CODE_LENGTH, 17},
        {"91350100M000100Y432", CODE_LENGTH, 19},
        {"", CODE_LENGTH, 0},
        {"9135010OM000100Y43", CODE_CHARACTER, 8},
        {"91350100M00010IY43", CODE_CHARACTER, 15},
        {"91350100m000100Y43", CODE_CHARACTER, 9},
        {"9135A100M000100Y43", CODE_CHARACTER, 5},             /* a letter where digits stand */
        {"91350100M000100Y4\xef\xbc\x93", CODE_CHARACTER, 18}, /* full-width */
        {"91350100 M00100Y43", CODE_CHARACTER, 9},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t where;
        enum factory_code_fault fault = factories_code_check(str_of(cases[i].code), &where);
        if (fault != cases[i].fault || (cases[i].where && where != cases[i].where))
            fail_msg("%s: %d at %lld", cases[i].code, fault, (long long)where);
    }
}

/* Any one character that changes, and any two neighbours that change places, are found. */
static void the_check_character_finds_slips(void **state)
{
    (void)state;
    static const char letters[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    const char *right = "91350100M000100Y43";
    int64_t where;
    assert_int_equal(factories_code_last(right), '3');
    assert_int_equal(factories_code_last("9135010OM000100Y4"), '\0');
    for (int i = 0; i < FACTORY_CODE_CHARS; i++)
        for (const char *c = letters; *c; c++) {
            char code[FACTORY_CODE_CHARS + 1];
            memcpy(code, right, sizeof(code));
            code[i] = *c;
            bool same = *c == right[i];
            assert_int_equal(factories_code_check(str_of(code), &where) == CODE_RIGHT, same);
        }
    for (int i = 0; i + 1 < FACTORY_CODE_CHARS; i++) {
        char code[FACTORY_CODE_CHARS + 1];
        memcpy(code, right, sizeof(code));
        code[i] = right[i + 1];
        code[i + 1] = right[i];
        if (code[i] != code[i + 1])
            assert_int_not_equal(factories_code_check(str_of(code), &where), CODE_RIGHT);
    }
}

static void a_code_is_tidied(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 4096);
    assert_true(
        str_eq_z(factories_code_tidy(STR(" 9135 0100 m000 100y43"), &arena), "91350100M000100Y43"));
    arena_free(&arena);
}

/* ---- the states ---- */

static void the_states_are_what_the_header_draws(void **state)
{
    (void)state;
    static const char *const states[] = {"draft", "review", "approved", "returned", "suspended"};
    static const char *const events[] = {"edit",   "submit",  "recall", "approve",
                                         "return", "suspend", "resume", "admit"};
    int may = 0;
    for (size_t s = 0; s < 5; s++)
        for (size_t e = 0; e < 8; e++)
            for (unsigned as = 1; as <= FACTORY_AS_SYSTEM; as <<= 1)
                may += transition_may(&factory_transitions, str_of(states[s]), events[e], as);
    assert_int_equal(may, 7 + 3 + 4 + 1); /* edits, the owner's word, the base's, the system's */
    assert_false(transition_may(&factory_transitions, STR("review"), "approve", FACTORY_AS_OWNER));
    assert_false(transition_may(&factory_transitions, STR("draft"), "submit", FACTORY_AS_CLERK));
    assert_false(
        transition_may(&factory_transitions, STR("suspended"), "resume", FACTORY_AS_OWNER));
    assert_true(transition_may(&factory_transitions, STR_NONE, "register", FACTORY_AS_OWNER));
}

/* ---- an entry ---- */

enum { OWNER = 11, CLERK = 12, OFFICER = 13, OTHER = 14 };
static const struct factory_actor owner = {OWNER, FACTORY_AS_OWNER},
                                  clerk = {CLERK, FACTORY_AS_CLERK},
                                  officer = {OFFICER, FACTORY_AS_OPERATOR};
#define SHA "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

struct town {
    struct fixture f;
    char folder[64];
    int64_t id;
};

static struct factory_entry whole(void)
{
    struct factory_entry e = {.scan_sha256 = STR(SHA)};
    e.at[FACTORY_NAME_ZH] = STR("禾坞厨电厂");
    e.at[FACTORY_NAME_EN] = STR("Hewu Kitchen-Ware!");
    e.at[FACTORY_CODE] = STR("91350100M000100Y43");
    e.at[FACTORY_ABOUT_ZH] = STR("电水壶");
    e.at[FACTORY_ABOUT_EN] = STR("Kettles");
    e.at[FACTORY_ADDRESS] = STR("一号路 8 号");
    e.at[FACTORY_CONTACT] = STR("周禾");
    e.at[FACTORY_PHONE] = STR("13800001234");
    e.at[FACTORY_SCAN] = STR("licence.pdf");
    return e;
}

static void open_town(struct town *t)
{
    fixture_in_memory(&t->f);
    snprintf(t->folder, sizeof(t->folder), "/tmp/guildhall-test-XXXXXX");
    assert_non_null(mkdtemp(t->folder));
    assert_ok(seal_load(t->folder, &t->f.arena, &t->f.info));
    for (int id = OWNER; id <= OTHER; id++) {
        char sql[200];
        snprintf(sql, sizeof(sql),
                 "INSERT INTO users (id, login, name, password, roles, created_at)"
                 " VALUES (%d, 'user%d', 'u', '!', 1, 1)",
                 id, id);
        assert_ok(db_script(t->f.db, sql));
    }
    struct factory_entry e = whole();
    assert_ok(factories_register(&t->f.tx, &e, OWNER, &t->id));
}

static void say(void *arg, const char *line)
{
    (void)arg;
    print_message("%s\n", line);
}

static void close_town(struct town *t)
{
    char path[96];
    int violations;
    assert_ok(factories_check(t->f.db, &t->f.arena, say, NULL, &violations));
    assert_int_equal(violations, 0);
    fixture_free(&t->f);
    snprintf(path, sizeof(path), "%s/seal.key", t->folder);
    unlink(path);
    rmdir(t->folder);
}

static struct factory_loaded loaded(struct town *t)
{
    struct factory_loaded f;
    assert_ok(factory_load(t->f.db, &t->f.arena, t->id, &f));
    return f;
}

static bool may_publish(struct town *t, int64_t id)
{
    bool may;
    assert_ok(factories_may_publish(t->f.db, &t->f.arena, id, &may));
    return may;
}

static enum err move(struct town *t, const char *event, const char *note, struct factory_actor a)
{
    return factories_move(&t->f.tx, t->id, 0, event, str_of(note), a);
}

static int64_t roles_of(struct town *t, int64_t user)
{
    struct rows rs;
    assert_ok(db_one(t->f.db, &q_people_user_page, ARGS(V_INT(user)), &t->f.arena, &rs));
    return row_int(&rs, 0, "roles");
}

static void a_factory_comes_in_by_the_bases_word(void **state)
{
    (void)state;
    struct town t;
    open_town(&t);
    struct factory_loaded f = loaded(&t);
    assert_true(str_eq_z(f.slug, "hewu-kitchen-ware"));
    assert_true(str_eq_z(f.entry.at[FACTORY_PHONE], "13800001234"));
    assert_int_equal(roles_of(&t, OWNER), ROLE_BUYER | ROLE_FACTORY);
    assert_false(may_publish(&t, t.id));
    assert_int_equal(move(&t, "approve", "", officer), ERR_CONFLICT);
    assert_int_equal(move(&t, "submit", "", clerk), ERR_FORBIDDEN);
    assert_ok(move(&t, "submit", "", owner));
    assert_int_equal(move(&t, "approve", "", owner), ERR_FORBIDDEN);
    assert_int_equal(move(&t, "return", "", officer), ERR_INVALID);
    assert_ok(move(&t, "return", "看不清执照", officer));
    assert_false(may_publish(&t, t.id));
    assert_ok(move(&t, "submit", "", owner));
    assert_ok(move(&t, "approve", "", officer));
    assert_true(may_publish(&t, t.id));
    assert_int_equal(loaded(&t).approved_at, t.f.tx.now_ms);
    assert_ok(move(&t, "suspend", "抽检不合格", officer));
    assert_false(may_publish(&t, t.id));
    assert_ok(move(&t, "resume", "", officer));
    assert_true(may_publish(&t, t.id));
    assert_false(may_publish(&t, 999));
    struct rows rs;
    assert_ok(db_select(t.f.db, &q_factories_events, ARGS(V_INT(t.id), V_INT(-1), V_INT(50)),
                        &t.f.arena, &rs));
    assert_int_equal(rs.n, 7);
    assert_true(str_eq_z(row_str(&rs, 1, "note"), "抽检不合格"));
    assert_ok(db_savepoint(t.f.db));
    assert_int_not_equal(db_script(t.f.db, "DELETE FROM factory_events"), OK);
    db_savepoint_rollback(t.f.db);
    close_town(&t);
}

static int64_t approved_at(struct town *t, int64_t ms)
{
    struct rows rs;
    assert_ok(db_one(t->f.db, factories_figures[0].value, ARGS(V_INT(ms)), &t->f.arena, &rs));
    int64_t value = row_int(&rs, 0, "value");
    assert_ok(db_select(t->f.db, factories_figures[0].evidence,
                        ARGS(V_INT(ms), V_INT(0), V_INT(10)), &t->f.arena, &rs));
    assert_int_equal(rs.n, value);
    return value;
}

static void who_was_approved_when_is_in_the_record(void **state)
{
    (void)state;
    struct town t;
    open_town(&t);
    t.f.tx.now_ms = 2000000;
    assert_ok(move(&t, "submit", "", owner));
    assert_ok(move(&t, "approve", "", officer));
    t.f.tx.now_ms = 3000000;
    assert_ok(move(&t, "suspend", "抽检不合格", officer));
    t.f.tx.now_ms = 4000000;
    assert_ok(move(&t, "resume", "", officer));
    struct factory_entry e = whole();
    e.at[FACTORY_ADDRESS] = STR("二号路");
    t.f.tx.now_ms = 5000000;
    assert_ok(factories_save(&t.f.tx, t.id, 1, &e, owner));
    static const int expected[] = {0, 1, 0, 1, 1};
    for (int i = 0; i < 5; i++)
        assert_int_equal(approved_at(&t, (i + 1) * 1000000 + 500), expected[i]);
    close_town(&t);
}

static void contacts_lie_sealed_and_show_masked(void **state)
{
    (void)state;
    struct town t;
    struct rows rs;
    open_town(&t);
    assert_ok(db_one(t.f.db, &q_factories_get, ARGS(V_INT(t.id)), &t.f.arena, &rs));
    struct str phone = row_val(&rs, 0, "phone").s;
    assert_true(phone.n > 11 && !memmem(phone.p, phone.n, "1380000", 7));
    assert_true(
        str_eq_z(factory_masked(FACTORY_PHONE, STR("13800001234"), &t.f.arena), "138****1234"));
    assert_true(str_eq_z(factory_masked(FACTORY_CONTACT, STR("周禾"), &t.f.arena), "周*"));
    assert_true(str_eq_z(factory_masked(FACTORY_ADDRESS, STR("一号路"), &t.f.arena), "一号路"));
    close_town(&t);
}

static void the_second_editor_is_told(void **state)
{
    (void)state;
    struct town t;
    struct rows rs;
    open_town(&t);
    struct factory_entry first = whole(), second = whole();
    first.at[FACTORY_ADDRESS] = STR("二号路 9 号");
    first.at[FACTORY_PHONE] = STR("13900005678");
    second.at[FACTORY_ADDRESS] = STR("三号路 1 号");
    assert_ok(factories_save(&t.f.tx, t.id, 1, &first, owner));
    assert_int_equal(factories_save(&t.f.tx, t.id, 1, &second, clerk), ERR_CONFLICT);
    assert_true(str_eq_z(loaded(&t).entry.at[FACTORY_ADDRESS], "二号路 9 号"));
    assert_ok(db_select(t.f.db, &q_factories_events, ARGS(V_INT(t.id), V_INT(1), V_INT(50)),
                        &t.f.arena, &rs));
    assert_int_equal(rs.n, 1);
    assert_ok(db_select(t.f.db, &q_factories_changes, ARGS(V_INT(row_int(&rs, 0, "id"))),
                        &t.f.arena, &rs));
    assert_int_equal(rs.n, 2);
    for (size_t i = 0; i < 2; i++) { /* what is personal is not in the history either */
        bool phone = str_eq_z(row_str(&rs, i, "field"), "phone");
        assert_true(str_eq_z(row_str(&rs, i, "after"), phone ? "139****5678" : "二号路 9 号"));
    }
    assert_ok(factories_save(&t.f.tx, t.id, 2, &second, clerk));
    /* Nothing changed: no event, no new version. */
    second.at[FACTORY_PHONE] = second.at[FACTORY_CONTACT] = second.at[FACTORY_SCAN] = STR_NONE;
    second.scan_sha256 = STR_NONE;
    assert_ok(factories_save(&t.f.tx, t.id, 3, &second, clerk));
    assert_int_equal(loaded(&t).version, 3);
    assert_true(str_eq_z(loaded(&t).entry.at[FACTORY_SCAN], "licence.pdf"));
    close_town(&t);
}

static void what_was_reviewed_is_the_bases_to_change(void **state)
{
    (void)state;
    struct town t;
    open_town(&t);
    assert_ok(move(&t, "submit", "", owner));
    struct factory_entry e = whole();
    e.at[FACTORY_ADDRESS] = STR("二号路");
    assert_int_equal(factories_save(&t.f.tx, t.id, 1, &e, owner), ERR_CONFLICT); /* in review */
    assert_ok(move(&t, "approve", "", officer));
    assert_ok(factories_save(&t.f.tx, t.id, 1, &e, clerk));
    e.at[FACTORY_NAME_ZH] = STR("别的厂");
    assert_int_equal(factories_save(&t.f.tx, t.id, 2, &e, owner), ERR_FORBIDDEN);
    assert_string_equal(t.f.info.field, "name_zh");
    assert_ok(factories_save(&t.f.tx, t.id, 2, &e, officer));
    assert_true(str_eq_z(loaded(&t).entry.at[FACTORY_NAME_ZH], "别的厂"));
    close_town(&t);
}

static void what_is_wrong_or_missing_is_named(void **state)
{
    (void)state;
    struct town t;
    int64_t id;
    open_town(&t);
    struct factory_entry e = whole();
    assert_int_equal(factories_register(&t.f.tx, &e, OTHER, &id), ERR_EXISTS);
    assert_string_equal(t.f.info.field, "code");
    e.at[FACTORY_CODE] = STR("91350100M000100Y44");
    assert_int_equal(factories_register(&t.f.tx, &e, OTHER, &id), ERR_INVALID);
    assert_string_equal(t.f.info.key, "factories.code_check");
    char code[] = "91330282MADEM00010";
    code[17] = factories_code_last(code);
    e.at[FACTORY_CODE] = str_of(code);
    e.at[FACTORY_PHONE] = STR("12345");
    assert_int_equal(factories_register(&t.f.tx, &e, OTHER, &id), ERR_INVALID);
    assert_string_equal(t.f.info.field, "phone");
    e.at[FACTORY_PHONE] = STR_NONE;
    assert_int_equal(factories_register(&t.f.tx, &e, OWNER, &id), ERR_CONFLICT); /* acts for one */
    assert_ok(factories_register(&t.f.tx, &e, OTHER, &id));
    t.id = id; /* the slug was taken */
    assert_true(str_starts(loaded(&t).slug, "hewu-kitchen-ware-"));
    assert_int_equal(move(&t, "submit", "", (struct factory_actor){OTHER, FACTORY_AS_OWNER}),
                     ERR_INVALID);
    assert_string_equal(t.f.info.field, "phone");
    close_town(&t);
}

/* ---- members ---- */

static int64_t invitation_of(struct town *t, int64_t user)
{
    struct rows rs;
    assert_ok(
        db_select(t->f.db, &q_factories_invitations_of_user, ARGS(V_INT(user)), &t->f.arena, &rs));
    return rs.n ? row_int(&rs, 0, "id") : 0;
}

static void somebody_joins_by_their_own_word(void **state)
{
    (void)state;
    struct town t;
    unsigned as;
    open_town(&t);
    struct tx *tx = &t.f.tx;
    assert_int_equal(factory_invite(tx, t.id, STR("nobody"), STR("clerk"), OWNER), ERR_INVALID);
    assert_int_equal(factory_invite(tx, t.id, STR("user12"), STR("king"), OWNER), ERR_INVALID);
    assert_int_equal(factory_invite(tx, t.id, STR("user11"), STR("clerk"), OWNER), ERR_CONFLICT);
    assert_ok(factory_invite(tx, t.id, STR("user12"), STR("clerk"), OWNER));
    assert_ok(factory_as_of(t.f.db, &t.f.arena, t.id, CLERK, &as));
    assert_int_equal(as, 0); /* not before they said so */
    int64_t invitation = invitation_of(&t, CLERK);
    assert_int_equal(factory_answer(tx, invitation, STR("accept"), OTHER), ERR_NOT_FOUND);
    assert_int_equal(factory_answer(tx, invitation, STR("withdraw"), OTHER), ERR_NOT_FOUND);
    assert_ok(factory_answer(tx, invitation, STR("accept"), CLERK));
    assert_int_equal(factory_answer(tx, invitation, STR("decline"), CLERK), ERR_CONFLICT);
    assert_ok(factory_as_of(t.f.db, &t.f.arena, t.id, CLERK, &as));
    assert_int_equal(as, FACTORY_AS_CLERK);
    assert_int_equal(roles_of(&t, CLERK), ROLE_BUYER | ROLE_FACTORY);
    assert_ok(factory_invite(tx, t.id, STR("user14"), STR("clerk"), OWNER));
    assert_ok(factory_answer(tx, invitation_of(&t, OTHER), STR("withdraw"), OWNER));
    assert_int_equal(invitation_of(&t, OTHER), 0);
    close_town(&t);
}

static void the_last_owner_stays(void **state)
{
    (void)state;
    struct town t;
    open_town(&t);
    struct tx *tx = &t.f.tx;
    assert_ok(factory_invite(tx, t.id, STR("user12"), STR("clerk"), OWNER));
    assert_ok(factory_answer(tx, invitation_of(&t, CLERK), STR("accept"), CLERK));
    assert_int_equal(factory_member_remove(tx, t.id, OWNER, OWNER), ERR_CONFLICT);
    assert_int_equal(factory_member_role(tx, t.id, OWNER, STR("clerk"), OWNER), ERR_CONFLICT);
    assert_int_equal(factory_member_remove(tx, t.id, OWNER, CLERK), ERR_FORBIDDEN);
    assert_int_equal(factory_member_role(tx, t.id, CLERK, STR("owner"), CLERK), ERR_FORBIDDEN);
    assert_int_equal(factory_member_remove(tx, t.id, OTHER, OWNER), ERR_NOT_FOUND);
    assert_ok(factory_member_role(tx, t.id, CLERK, STR("owner"), OWNER));
    assert_ok(factory_member_remove(tx, t.id, OWNER, OWNER));
    assert_int_equal(roles_of(&t, OWNER), ROLE_BUYER);
    assert_int_equal(factory_member_remove(tx, t.id, CLERK, CLERK), ERR_CONFLICT);
    close_town(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_is_judged_character_by_character),
        cmocka_unit_test(the_check_character_finds_slips),
        cmocka_unit_test(a_code_is_tidied),
        cmocka_unit_test(the_states_are_what_the_header_draws),
        cmocka_unit_test(a_factory_comes_in_by_the_bases_word),
        cmocka_unit_test(who_was_approved_when_is_in_the_record),
        cmocka_unit_test(contacts_lie_sealed_and_show_masked),
        cmocka_unit_test(the_second_editor_is_told),
        cmocka_unit_test(what_was_reviewed_is_the_bases_to_change),
        cmocka_unit_test(what_is_wrong_or_missing_is_named),
        cmocka_unit_test(somebody_joins_by_their_own_word),
        cmocka_unit_test(the_last_owner_stays),
    };
    return cmocka_run_group_tests_name("factories", tests, NULL, NULL);
}
