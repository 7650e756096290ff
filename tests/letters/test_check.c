/* What `guildhall check` says of suggestions that were touched, one rule after the other. */
#include "tests/letters/office.h"

#include "store/queries.h"
#include "town/day.h"
#include "town/letters/internal.h"

static struct fixture fx;
static struct tx *tx;
static int64_t body, other, session, user;

static int open_house(void **state_)
{
    (void)state_;
    office_open(&fx);
    tx = &fx.tx;
    body = office_body(tx, "economy", "智经信", false);
    other = office_body(tx, "planning", "智规划", false);
    session = office_session(tx, "s-1");
    user = office_person(tx, "clerk");
    return 0;
}

static int close_house(void **state_)
{
    (void)state_;
    fixture_free(&fx);
    return 0;
}

static int64_t registered(int64_t number)
{
    int64_t id;
    const struct letters_suggestion s = {.session = session,
                                         .number = number,
                                         .title = STR("关于路灯的建议"),
                                         .text = STR("内容"),
                                         .received_day = day_of(tx->now_ms),
                                         .is_public = true,
                                         .deputies = {{.name = STR("阿棉")}},
                                         .deputies_n = 1,
                                         .by = user};
    assert_ok(letters_register(tx, &s, &id));
    return id;
}

static int64_t drafting(int64_t number)
{
    const struct letters_actor desk = {LETTERS_AS_DESK, user, body},
                               lead = {LETTERS_AS_LEAD, user, body};
    int64_t id = registered(number);
    assert_ok(letters_do(tx, id, "examine", &desk, STR("")));
    assert_ok(letters_assign(tx, id, body, NULL, 0, &desk, STR("")));
    assert_ok(letters_do(tx, id, "accept", &lead, STR("")));
    return id;
}

/* --- --- */

static char said[400];

static void keep_line(void *arg, const char *line)
{
    (void)arg;
    snprintf(said, sizeof(said), "%s", line);
}

static int violations(void)
{
    int n = 0;
    said[0] = 0;
    assert_ok(letters_check(fx.db, &fx.arena, keep_line, NULL, &n));
    return n;
}

/* What a touch of the rows makes the check say: once, in these words, and no more when it is
 * undone. */
static void touched(const char *sql, int64_t id, const char *words)
{
    char text[400];
    assert_int_equal(violations(), 0);
    assert_ok(db_savepoint(fx.db));
    snprintf(text, sizeof(text), sql, (long long)id, (long long)id);
    assert_ok(db_script(fx.db, text));
    if (violations() != 1 || !strstr(said, words))
        fail_msg("%s: \"%s\"", text, said);
    db_savepoint_rollback(fx.db);
    assert_int_equal(violations(), 0);
}

static void each_touch_is_told(void **state_)
{
    (void)state_;
    int64_t fresh = registered(1), busy = drafting(2), into = drafting(3), deep = registered(4);
    touched("UPDATE suggestions SET state = 'examined' WHERE id = %lld", fresh,
            "not where its last event took it");
    touched("INSERT INTO suggestion_events (suggestion_id, round, at, event, to_state)"
            " VALUES (%lld, 1, 1, 'assign', 'registered')",
            fresh, "do not follow each other");
    touched("INSERT INTO suggestion_events (suggestion_id, round, at, event, to_state)"
            " VALUES (%lld, 1, 1, 'talk', 'closed')",
            fresh, "do not follow each other");
    touched("UPDATE suggestions SET assigned_day = received_day - 1 WHERE id = %lld", busy,
            "its days");
    touched("UPDATE suggestions SET sent_day = assigned_day WHERE id = %lld", busy, "its days");
    touched("UPDATE suggestions SET lead_id = NULL WHERE id = %lld", busy, "handled by nobody");
    touched("UPDATE suggestion_handlers SET state = 'declined' WHERE suggestion_id = %lld", busy,
            "handled by nobody");
    touched("UPDATE letters SET sent_at = 5 WHERE suggestion_id = %lld", busy, "letter");
    touched("INSERT INTO suggestion_ratings (suggestion_id, round, deputy_id, rating, at, by_id)"
            " SELECT d.suggestion_id, 1, d.id, 'not', 5, u.id FROM suggestion_deputies d, users u"
            " WHERE d.suggestion_id = %lld AND u.login = 'clerk'",
            busy, "nothing to rate");
    touched(
        "INSERT INTO suggestion_promises (suggestion_id, words, organisation_id, due_day, state,"
        " made_at, made_by) SELECT s.id, 'x', s.lead_id, 1, 'open', 5, u.id"
        " FROM suggestions s, users u WHERE s.id = %lld AND u.login = 'clerk'",
        busy, "promise");
    (void)into;
    (void)deep;
}

static void what_is_merged_is_merged_once(void **state_)
{
    const struct letters_actor desk = {LETTERS_AS_DESK, user, body};
    (void)state_;
    int64_t into = drafting(10), one = registered(11), two = registered(12);
    assert_ok(letters_merge(tx, one, into, &desk, STR("")));
    assert_ok(letters_merge(tx, two, into, &desk, STR("")));
    touched("UPDATE suggestions SET merged_id = (SELECT max(id) FROM suggestions) WHERE id = %lld",
            one, "takes none");
    touched("UPDATE suggestions SET merged_id = id WHERE id = %lld", one, "takes none");
}

static void a_class_is_of_its_session(void **state_)
{
    (void)state_;
    int64_t id = drafting(20);
    office_session(tx, "s-2");
    touched("UPDATE suggestions SET class_id = (SELECT max(id) FROM letter_classes)"
            " WHERE id = %lld",
            id, "its class");
}

static void many_events_are_read_in_steps(void **state_)
{
    (void)state_;
    int64_t id = registered(30), last = registered(31);
    const struct letter_step s = {.suggestion = id, .event = "talk", .by = {.user = user}};
    for (int i = 0; i < 2500; i++)
        assert_ok(case_note(tx, &s));
    assert_int_equal(violations(), 0);
    touched("UPDATE suggestions SET state = 'examined' WHERE id = %lld", id, "last event");
    touched("UPDATE suggestions SET state = 'examined' WHERE id = %lld", last, "last event");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_touch_is_told, open_house, close_house),
        cmocka_unit_test_setup_teardown(what_is_merged_is_merged_once, open_house, close_house),
        cmocka_unit_test_setup_teardown(a_class_is_of_its_session, open_house, close_house),
        cmocka_unit_test_setup_teardown(many_events_are_read_in_steps, open_house, close_house),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
