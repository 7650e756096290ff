/* town/messages: told once, moved and dropped; ways out, quiet hours, leases; a clock that jumps.
 */
#include "../store/fixture.h"

#include <string.h>

#include "base/log.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/day.h"
#include "town/messages/contact.h"
#include "town/messages/internal.h"
#include "town/messages/send.h"

enum { ANNA = 5, BERT = 6, DAY = 20000, MINUTE = 60 * 1000 };
#define AT(hour, minute) (day_begin_ms(DAY) + ((hour)*60 + (minute)) * (int64_t)MINUTE)

static const struct messages_kind kinds[] = {
    {"tea.near", "teas", MESSAGES_APP | MESSAGES_MAIL, true},
    {"tea.over", "teas", MESSAGES_APP | MESSAGES_MAIL, false},
};

static struct {
    struct fixture f;
    enum err answer;
    int calls;
    char last[64];
} t;

static enum err take_letter(void *arg, const struct messages_letter *l, char why[MESSAGES_WHY_MAX])
{
    (void)arg, (void)why;
    t.calls++;
    snprintf(t.last, sizeof(t.last), "%s", l->id);
    return t.answer;
}

static void open_town(void)
{
    static const char people[] =
        "INSERT INTO users (id, login, name, password, roles, created_at) VALUES"
        " (5, 'anna', 'Anna', '!', 1, 1), (6, 'bert', 'Bert', '!', 1, 1)";
    const struct messages_out out = {
        .mail = take_letter, .site_zh = STR("镇"), .site_en = STR("T")};
    t.answer = OK, t.calls = 0;
    fixture_in_memory(&t.f);
    t.f.tx.now_ms = AT(12, 0);
    messages_stop();
    messages_register(kinds, 2);
    messages_go_out(&out);
    assert_ok(db_script(t.f.db, people));
    for (int64_t id = ANNA; id <= BERT; id++) {
        int64_t again;
        bool right;
        assert_ok(contact_want(&t.f.tx, id, id == ANNA ? STR("anna@b.cn") : STR("bert@b.cn"),
                               STR("123456"), "en", &again));
        assert_ok(contact_prove(&t.f.tx, id, STR("123456"), &right));
        assert_true(right);
    }
}

static void say(void *arg, const char *line)
{
    (void)arg;
    fprintf(stderr, "check: %s\n", line);
}

static void close_town(void)
{
    int n;
    assert_ok(messages_check(t.f.db, &t.f.arena, say, NULL, &n));
    assert_int_equal(n, 0);
    messages_go_out(NULL);
    fixture_free(&t.f);
}

static enum err tell(int64_t user, const char *kind, int64_t due)
{
    return messages_tell(&t.f.tx, &(struct messages_new){.user = user,
                                                         .kind = kind,
                                                         .about = STR("tea:1"),
                                                         .link = STR("/teas/1"),
                                                         .due_ms = due});
}

static int64_t count(const char *sql_where)
{
    static const struct query *const all = &q_messages_log;
    struct rows rs;
    int64_t n = 0;
    assert_ok(db_select(t.f.db, all,
                        ARGS(V_INT(0), V_STR(STR("")), V_STR(STR("")), V_STR(STR("")), V_INT(1000)),
                        &t.f.arena, &rs));
    for (size_t i = 0; i < rs.n; i++)
        n += str_eq_z(row_str(&rs, i, "status"), sql_where) ||
             str_eq_z(row_str(&rs, i, "why"), sql_where);
    return n;
}

static int64_t listed(int64_t user)
{
    struct rows rs;
    assert_ok(db_select(
        t.f.db, &q_messages_mine,
        ARGS(V_INT(user), V_INT(t.f.tx.now_ms), V_INT(INT64_MAX), V_INT(INT64_MAX), V_INT(100)),
        &t.f.arena, &rs));
    return (int64_t)rs.n;
}

static void route_all(void)
{
    assert_ok(route_due(&t.f.tx, NULL));
}

static size_t turn(void)
{
    struct send_batch batch;
    assert_ok(send_take(&t.f.tx, &batch));
    send_call(&batch);
    assert_ok(send_record(&t.f.tx, &batch));
    return batch.n;
}

/* --- telling --- */

static void the_newer_takes_the_place_of_what_is_not_due(void **state)
{
    (void)state;
    open_town();
    for (int i = 0; i < 3; i++)
        assert_ok(tell(ANNA, "tea.near", AT(13, i)));
    assert_ok(tell(BERT, "tea.near", AT(13, 0)));
    assert_ok(tell(ANNA, "tea.over", AT(13, 0)));
    t.f.tx.now_ms = AT(13, 1);
    assert_int_equal(listed(ANNA), 1);
    t.f.tx.now_ms = AT(13, 2);
    assert_int_equal(listed(ANNA), 2);
    assert_int_equal(listed(BERT), 1);
    assert_ok(tell(ANNA, "tea.near", 0)); /* that one was due: another one */
    assert_int_equal(listed(ANNA), 3);
    close_town();
}

static void what_is_dropped_is_told_to_nobody(void **state)
{
    (void)state;
    open_town();
    assert_ok(tell(ANNA, "tea.near", AT(13, 0)));
    assert_ok(tell(BERT, "tea.near", AT(13, 0)));
    assert_ok(messages_drop_for(&t.f.tx, STR("tea:1"), ANNA));
    assert_ok(tell(BERT, "tea.over", 0)); /* due now */
    assert_ok(messages_drop(&t.f.tx, STR("tea:1")));
    t.f.tx.now_ms = AT(14, 0);
    assert_int_equal(listed(ANNA), 0);
    assert_int_equal(listed(BERT), 1);
    close_town();
}

static void what_cannot_be_told_is_refused(void **state)
{
    (void)state;
    open_town();
    assert_int_equal(tell(ANNA, "tea.gone", 0), ERR_INVALID);
    struct messages_new m = {.user = ANNA, .kind = "tea.near", .about = STR("tea:1")};
    static const char *const links[] = {"", "teas", "//evil.example", "https://evil.example"};
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        m.link = str_of(links[i]);
        assert_int_equal(messages_tell(&t.f.tx, &m), ERR_INVALID);
    }
    close_town();
}

static void all_who_wait_are_told_of_the_new_time(void **state)
{
    (void)state;
    const int64_t both[] = {ANNA, BERT};
    open_town();
    assert_ok(tell(ANNA, "tea.near", AT(12, 1)));
    t.f.tx.now_ms = AT(12, 2);
    route_all(); /* Anna has heard of it */
    assert_ok(tell(BERT, "tea.near", AT(13, 0)));
    assert_ok(messages_tell_all(
        &t.f.tx,
        &(struct messages_new){
            .kind = "tea.near", .about = STR("tea:1"), .link = STR("/teas/1"), .due_ms = AT(15, 0)},
        both, 2));
    t.f.tx.now_ms = AT(14, 0);
    assert_int_equal(listed(ANNA), 1);
    assert_int_equal(listed(BERT), 0);
    t.f.tx.now_ms = AT(15, 0);
    assert_int_equal(listed(ANNA), 2);
    assert_int_equal(listed(BERT), 1);
    close_town();
}

/* --- quiet hours --- */

static void quiet_hours_end_when_they_say(void **state)
{
    static const struct {
        int from, until, at_h, at_m, end_h, end_m, days;
    } cases[] = {
        {22 * 60, 8 * 60, 21, 59, 21, 59, 0},
        {22 * 60, 8 * 60, 22, 0, 8, 0, 1},
        {22 * 60, 8 * 60, 23, 59, 8, 0, 1},
        {22 * 60, 8 * 60, 0, 0, 8, 0, 0},
        {22 * 60, 8 * 60, 7, 59, 8, 0, 0},
        {22 * 60, 8 * 60, 8, 0, 8, 0, 0},
        {13 * 60, 14 * 60, 13, 30, 14, 0, 0},
        {13 * 60, 14 * 60, 14, 0, 14, 0, 0},
        {0, 0, 3, 0, 3, 0, 0},
        {720, 720, 12, 0, 12, 0, 0},
        {0, 1439, 23, 59, 23, 59, 0},
        {1, 0, 0, 0, 0, 0, 0},
        {1, 0, 0, 1, 0, 0, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(
            route_after_quiet(AT(cases[i].at_h, cases[i].at_m), cases[i].from, cases[i].until),
            AT(cases[i].end_h, cases[i].end_m) + cases[i].days * DAY_MS);
}

static void what_is_not_urgent_waits_for_the_morning(void **state)
{
    (void)state;
    open_town();
    t.f.tx.now_ms = AT(23, 0);
    assert_ok(tell(ANNA, "tea.over", 0));
    assert_ok(tell(BERT, "tea.near", 0));
    route_all();
    assert_int_equal(turn(), 1); /* the urgent one */
    t.f.tx.now_ms = AT(31, 59);
    assert_int_equal(turn(), 0);
    t.f.tx.now_ms = AT(32, 0);
    assert_int_equal(turn(), 1);
    assert_int_equal(count("sent"), 2);
    close_town();
}

static void called_off_in_the_night_nothing_comes_in_the_morning(void **state)
{
    (void)state;
    open_town();
    t.f.tx.now_ms = AT(23, 0);
    assert_ok(tell(ANNA, "tea.over", 0));
    route_all();
    assert_ok(messages_drop(&t.f.tx, STR("tea:1")));
    t.f.tx.now_ms = AT(33, 0);
    assert_int_equal(turn(), 0);
    assert_int_equal(count("dropped"), 1);
    close_town();
}

/* --- sending --- */

static void each_is_sent_once_by_whoever_takes_it(void **state)
{
    struct send_batch mine, theirs;
    (void)state;
    open_town();
    assert_ok(tell(ANNA, "tea.over", 0));
    route_all();
    route_all();
    assert_ok(send_take(&t.f.tx, &mine));
    assert_ok(send_take(&t.f.tx, &theirs));
    assert_int_equal(mine.n, 1);
    assert_int_equal(theirs.n, 0);
    t.f.tx.now_ms += SEND_LEASE_MS; /* the first one's process is dead, or slow */
    assert_ok(send_take(&t.f.tx, &theirs));
    assert_int_equal(theirs.n, 1);
    assert_string_equal(theirs.jobs[0].letter.id, mine.jobs[0].letter.id);
    send_call(&theirs);
    assert_ok(send_record(&t.f.tx, &theirs));
    t.answer = ERR_PROTOCOL;
    send_call(&mine);
    assert_ok(send_record(&t.f.tx, &mine)); /* too late to say anything */
    assert_int_equal(count("sent"), 1);
    assert_int_equal(count("failed"), 0);
    close_town();
}

static void nobody_there_is_asked_again_and_then_given_up(void **state)
{
    (void)state;
    open_town();
    assert_ok(tell(ANNA, "tea.over", 0));
    assert_ok(tell(BERT, "tea.over", 0));
    route_all();
    t.answer = ERR_IO;
    assert_int_equal(turn(), 2);
    assert_int_equal(t.calls, 1); /* of a batch one is asked, the other one goes back */
    for (int i = 0; i < 8 * SEND_TRIES_MAX; i++) {
        t.f.tx.now_ms += SEND_PAUSE_MAX_MS;
        turn();
    }
    assert_int_equal(count("no_answer"), 2);
    assert_int_equal(t.calls, 2 * SEND_TRIES_MAX);
    close_town();
}

static void a_clock_that_jumps_sends_no_old_urgency(void **state)
{
    (void)state;
    open_town();
    assert_ok(tell(ANNA, "tea.near", AT(12, 30)));
    assert_ok(tell(ANNA, "tea.over", AT(12, 30)));
    t.f.tx.now_ms = AT(12, 31) + 3 * DAY_MS;
    route_all();
    assert_int_equal(turn(), 1);
    assert_int_equal(count("late"), 1);
    assert_int_equal(count("sent"), 1);
    assert_int_equal(listed(ANNA), 2); /* the list has both */
    close_town();
}

static void what_one_does_not_want_does_not_come(void **state)
{
    (void)state;
    open_town();
    assert_ok(db_script(t.f.db,
                        "INSERT INTO notice_preferences (user_id, kind_group, channel, is_on)"
                        " VALUES (5, 'teas', 'mail', 0), (6, 'teas', 'sms', 1)"));
    assert_ok(tell(ANNA, "tea.over", 0));
    assert_ok(tell(BERT, "tea.over", 0));
    route_all();
    turn();
    assert_int_equal(count("sent"), 1);
    assert_int_equal(count("not_set"), 1); /* nobody sends SMS here */
    assert_int_equal(listed(ANNA), 1);
    close_town();
}

static void what_is_old_goes(void **state)
{
    (void)state;
    open_town();
    assert_ok(tell(ANNA, "tea.over", 0));
    route_all();
    turn();
    t.f.tx.now_ms += MESSAGES_KEPT_DAYS * DAY_MS;
    assert_ok(route_prune(&t.f.tx, NULL));
    assert_int_equal(listed(ANNA), 1);
    t.f.tx.now_ms += 1;
    assert_ok(route_prune(&t.f.tx, NULL));
    assert_int_equal(listed(ANNA), 0);
    assert_int_equal(count("sent"), 0);
    close_town();
}

/* A key for addresses; texts are not loaded, and what is refused here is refused on purpose. */
static int with_key(void **state)
{
    static char folder[] = "/tmp/guildhall-messages-XXXXXX";
    static struct arena arena;
    struct err_info info;
    arena_init(&arena, 1 << 20);
    *state = folder;
    log_set_level(LOG_NONE);
    return mkdtemp(folder) && seal_load(folder, &arena, &info) == OK ? 0 : -1;
}

static int without_key(void **state)
{
    char path[96];
    snprintf(path, sizeof(path), "%s/seal.key", (const char *)*state);
    unlink(path);
    return rmdir(*state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newer_takes_the_place_of_what_is_not_due),
        cmocka_unit_test(what_is_dropped_is_told_to_nobody),
        cmocka_unit_test(what_cannot_be_told_is_refused),
        cmocka_unit_test(all_who_wait_are_told_of_the_new_time),
        cmocka_unit_test(quiet_hours_end_when_they_say),
        cmocka_unit_test(what_is_not_urgent_waits_for_the_morning),
        cmocka_unit_test(called_off_in_the_night_nothing_comes_in_the_morning),
        cmocka_unit_test(each_is_sent_once_by_whoever_takes_it),
        cmocka_unit_test(nobody_there_is_asked_again_and_then_given_up),
        cmocka_unit_test(a_clock_that_jumps_sends_no_old_urgency),
        cmocka_unit_test(what_one_does_not_want_does_not_come),
        cmocka_unit_test(what_is_old_goes),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, with_key, without_key);
}
