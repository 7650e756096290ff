/* town/agencies with the clock in hand: contracts that begin and expire, consents that are given,
 * end and run out, a no that is kept, and who shares in what is sold. */
#include "../settle/sharing.h"

#include "store/queries.h"
#include "town/agencies/agencies.h"

enum { SECOND = 6, OFFICE = 1, AGENT = 12 };
static const struct agencies_more nothing = {0};

static void do_contract(struct shop *s, int64_t id, const char *event, enum err want)
{
    s->f.info = (struct err_info){0};
    const struct agencies_more why = {.note = STR("why")};
    assert_int_equal(agencies_contract_do(&s->f.tx, id, event, AGENCIES_AS_BASE, OFFICE, &why),
                     want);
}

static int64_t contract(struct shop *s, int64_t agency, int64_t from, int64_t until)
{
    int64_t id;
    const struct agencies_contract c = {
        .agency = agency, .number = STR("JD-1"), .from_day = from, .until_day = until};
    assert_ok(agencies_contract_file(&s->f.tx, &c, OFFICE, &id));
    do_contract(s, id, "sign", OK);
    return id;
}

static enum err try_ask(struct shop *s, int64_t agency, const char *login, int64_t *entry)
{
    s->f.info = (struct err_info){0};
    return agencies_ask(&s->f.tx, agency, str_of(login), STR(""), AGENT, entry);
}

static int64_t ask(struct shop *s, int64_t agency, const char *login)
{
    int64_t entry;
    assert_ok(try_ask(s, agency, login, &entry));
    return entry;
}

static enum err answer(struct shop *s, int64_t entry, const char *event, int64_t host,
                       int64_t until_day)
{
    s->f.info = (struct err_info){0};
    const struct agencies_more more = {.until_day = until_day};
    return agencies_roster_do(&s->f.tx, entry, event, AGENCIES_AS_HOST, host, &more);
}

static void base_open(struct shop *s)
{
    share_open(s);
    messages_stop();
    messages_register(agencies_kinds, agencies_kinds_n);
    assert_ok(db_script(
        s->f.db, "DELETE FROM host_agencies;"
                 "INSERT INTO users (id, login, name, password, roles, created_at) VALUES"
                 " (1, 'office', 'o', '!', 8, 1), (12, 'agent', 'a', '!', 1, 1);"
                 "INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at) VALUES"
                 " (6, 'agency', 'agency-six', '六社', 'Agency six', 1);"
                 "INSERT INTO memberships (user_id, organisation_id, role, created_at)"
                 " VALUES (12, 5, 'owner', 1)"));
}

static void base_close(struct shop *s)
{
    int n;
    assert_ok(agencies_check(s->f.db, &s->f.arena, shop_say, NULL, &n));
    assert_int_equal(n, 0);
    share_close(s);
}

static void base_turn(struct shop *s)
{
    s->f.info = (struct err_info){0};
    assert_ok(agencies_turn(&s->f.tx, NULL));
}

/* What a SELECT of one number says: put where a query reads it, and taken away again. */
static int64_t count(struct shop *s, const char *select)
{
    enum { BEYOND = 1000000 };
    struct rows rs;
    const char *sql = arena_printf(&s->f.arena,
                                   "INSERT INTO schema_migrations (number, name, checksum,"
                                   " applied_at) SELECT %d + (%s), '', '', 0",
                                   BEYOND, select);
    assert_ok(db_savepoint(s->f.db));
    assert_ok(db_script(s->f.db, sql));
    assert_ok(db_select(s->f.db, &q_store_migrations_applied, NO_ARGS, &s->f.arena, &rs));
    db_savepoint_rollback(s->f.db);
    return row_int(&rs, rs.n - 1, "number") - BEYOND;
}

static const char *state_of(struct shop *s, const char *table, int64_t id)
{
    static char state[24];
    char sql[96];
    static const char *const all[] = {"asked", "refused",  "lapsed", "on",     "ended",
                                      "draft", "in_force", "signed", "expired"};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s WHERE id = %lld AND state = '%s'",
                 table, (long long)id, all[i]);
        if (count(s, sql))
            snprintf(state, sizeof(state), "%s", all[i]);
    }
    return state;
}

/* --- cases --- */

static void a_contract_begins_on_its_day_and_expires_after_its_last(void **state)
{
    (void)state;
    struct shop s;
    enum agencies_kind kind;
    base_open(&s);
    int64_t id = contract(&s, AGENCY, TODAY + 5, TODAY + 100);
    assert_string_equal(state_of(&s, "agency_contracts", id), "signed");
    base_turn(&s);
    assert_ok(agencies_kind_of(s.f.db, &s.f.arena, AGENCY, &kind));
    assert_int_equal(kind, AGENCIES_NONE);
    at_day(&s, TODAY + 5);
    base_turn(&s);
    assert_ok(agencies_kind_of(s.f.db, &s.f.arena, AGENCY, &kind));
    assert_int_equal(kind, AGENCIES_PARTNERED);
    /* thirty days and seven before the end, its member and who filed it are told */
    assert_int_equal(count(&s, "SELECT count(*) FROM notices WHERE kind = 'agency.contract_due'"),
                     4);
    at_day(&s, TODAY + 100);
    base_turn(&s);
    assert_string_equal(state_of(&s, "agency_contracts", id), "in_force");
    at_day(&s, TODAY + 101);
    base_turn(&s);
    assert_string_equal(state_of(&s, "agency_contracts", id), "expired");
    assert_ok(agencies_kind_of(s.f.db, &s.f.arena, AGENCY, &kind));
    assert_int_equal(kind, AGENCIES_NONE);
    base_close(&s);
}

static void a_renewal_moves_the_reminders(void **state)
{
    (void)state;
    struct shop s;
    base_open(&s);
    int64_t id = contract(&s, AGENCY, TODAY, TODAY + 100);
    const struct agencies_more longer = {.until_day = TODAY + 200},
                               same = {.until_day = TODAY + 200};
    assert_ok(agencies_contract_do(&s.f.tx, id, "renew", AGENCIES_AS_BASE, OFFICE, &longer));
    assert_int_equal(agencies_contract_do(&s.f.tx, id, "renew", AGENCIES_AS_BASE, OFFICE, &same),
                     ERR_INVALID);
    assert_int_equal(count(&s, "SELECT count(*) FROM notices WHERE kind = 'agency.contract_due'"),
                     4);
    char sql[128];
    snprintf(sql, sizeof(sql),
             "SELECT count(*) FROM notices WHERE due_at < %lld"
             " AND kind = 'agency.contract_due'",
             (long long)day_begin_ms(TODAY + 150));
    assert_int_equal(count(&s, sql), 0);
    at_day(&s, TODAY + 101);
    base_turn(&s);
    assert_string_equal(state_of(&s, "agency_contracts", id), "in_force");
    base_close(&s);
}

static void shares_go_by_the_consent_when_it_was_bought(void **state)
{
    (void)state;
    struct shop s;
    base_open(&s);
    contract(&s, AGENCY, TODAY, TODAY + 400);
    int64_t entry = ask(&s, AGENCY, "host");
    int64_t order = received(&s, want_in(SHOW, 1, 1)); /* asked is not yet a yes */
    assert_lies(order, "got:agency:5", 0);
    assert_ok(answer(&s, entry, "accept", HOST, TODAY + 30));
    order = received(&s, want_in(SHOW, 1, 1));
    assert_lies(order, "got:agency:5", 345);
    int64_t under_it = shipped(&s, want_in(SHOW, 1, 1));
    s.f.tx.now_ms += 60 * 1000;
    assert_ok(answer(&s, entry, "end", HOST, 0));
    order = received(&s, want_in(SHOW, 1, 1));
    assert_lies(order, "got:agency:5", 0);
    event(&s, under_it, "receive", ORDER_AS_BUYER); /* sold while it was in force */
    assert_lies(under_it, "got:agency:5", 345);
    base_close(&s);
}

static void a_consent_runs_out_by_itself(void **state)
{
    (void)state;
    struct shop s;
    base_open(&s);
    contract(&s, AGENCY, TODAY, TODAY + 400);
    int64_t entry = ask(&s, AGENCY, "host");
    assert_int_equal(answer(&s, entry, "accept", HOST, TODAY), ERR_INVALID);
    assert_int_equal(answer(&s, entry, "accept", HOST, TODAY + AGENCIES_CONSENT_DAYS_MAX + 1),
                     ERR_INVALID);
    assert_ok(answer(&s, entry, "accept", HOST, TODAY + 40));
    assert_int_equal(count(&s, "SELECT count(*) FROM notices WHERE kind = 'agency.consent_due'"),
                     2);
    at_day(&s, TODAY + 40); /* its last day counts */
    int64_t order = received(&s, want_in(SHOW, 1, 1));
    assert_lies(order, "got:agency:5", 345);
    at_day(&s, TODAY + 41); /* before anything has looked */
    order = received(&s, want_in(SHOW, 1, 1));
    assert_lies(order, "got:agency:5", 0);
    assert_int_equal(answer(&s, entry, "renew", HOST, TODAY + 80), ERR_CONFLICT);
    base_turn(&s);
    assert_string_equal(state_of(&s, "agency_hosts", entry), "expired");
    ask(&s, AGENCY, "host"); /* nobody said no */
    base_close(&s);
}

static void a_no_is_kept_for_ninety_days(void **state)
{
    (void)state;
    struct shop s;
    int64_t entry, again;
    base_open(&s);
    contract(&s, AGENCY, TODAY, TODAY + 400);
    contract(&s, SECOND, TODAY, TODAY + 400);
    entry = ask(&s, AGENCY, "host");
    assert_ok(answer(&s, entry, "refuse", HOST, 0));
    assert_int_equal(count(&s, "SELECT count(*) FROM notices WHERE user_id = 12 AND kind <>"
                               " 'agency.contract_due' AND kind <> 'agency.contract_begun'"),
                     0);
    at_day(&s, TODAY + AGENCIES_NO_DAYS - 1);
    assert_int_equal(try_ask(&s, AGENCY, "host", &again), ERR_INVALID);
    struct err_info no = s.f.info;
    assert_int_equal(try_ask(&s, AGENCY, "nobody", &again), ERR_INVALID);
    assert_string_equal(s.f.info.key, no.key);                       /* the same words for both */
    assert_int_equal(try_ask(&s, AGENCY, "b", &again), ERR_INVALID); /* no host */
    assert_string_equal(s.f.info.key, no.key);
    ask(&s, SECOND, "host"); /* another agency may */
    at_day(&s, TODAY + AGENCIES_NO_DAYS + 1);
    ask(&s, AGENCY, "host");
    base_close(&s);
}

static void one_agency_at_a_time(void **state)
{
    (void)state;
    struct shop s;
    int64_t agency;
    base_open(&s);
    contract(&s, AGENCY, TODAY, TODAY + 400);
    contract(&s, SECOND, TODAY, TODAY + 400);
    int64_t first = ask(&s, AGENCY, "host"), second = ask(&s, SECOND, "host");
    assert_ok(answer(&s, first, "accept", HOST, TODAY + 30));
    assert_int_equal(answer(&s, second, "accept", HOST, TODAY + 30), ERR_CONFLICT);
    assert_string_equal(s.f.info.key, "agencies.has_another");
    s.f.tx.now_ms += 1000;
    assert_ok(answer(&s, first, "end", HOST, 0));
    assert_ok(answer(&s, second, "accept", HOST, TODAY + 30));
    assert_ok(agencies_of_host(s.f.db, &s.f.arena, HOST, &agency));
    assert_int_equal(agency, SECOND);
    base_close(&s);
}

static void a_contract_that_ends_takes_its_roster_with_it(void **state)
{
    (void)state;
    struct shop s;
    int64_t entry, asked;
    base_open(&s);
    int64_t id = contract(&s, AGENCY, TODAY, TODAY + 400);
    entry = ask(&s, AGENCY, "host");
    assert_ok(answer(&s, entry, "accept", HOST, TODAY + 30));
    asked = ask(&s, AGENCY, "host2");
    s.f.tx.now_ms += 1000;
    do_contract(&s, id, "end", OK);
    assert_string_equal(state_of(&s, "agency_hosts", entry), "ended");
    assert_string_equal(state_of(&s, "agency_hosts", asked), "lapsed");
    int64_t order = received(&s, want_in(SHOW, 1, 1));
    assert_lies(order, "got:agency:5", 0);
    assert_int_equal(
        count(&s, "SELECT count(*) FROM notices WHERE user_id = 7 AND kind = 'agency.off'"), 1);
    assert_int_equal(count(&s, "SELECT count(*) FROM notices WHERE kind = 'agency.contract_due'"),
                     0);
    assert_int_equal(try_ask(&s, AGENCY, "host", &entry), ERR_CONFLICT);
    contract(&s, AGENCY, TODAY, TODAY + 30); /* and another contract may follow */
    base_close(&s);
}

static void what_nobody_answers_lapses(void **state)
{
    (void)state;
    struct shop s;
    base_open(&s);
    contract(&s, AGENCY, TODAY, TODAY + 400);
    int64_t entry = ask(&s, AGENCY, "host");
    at_day(&s, TODAY + AGENCIES_ASKED_DAYS - 1);
    base_turn(&s);
    assert_string_equal(state_of(&s, "agency_hosts", entry), "asked");
    at_day(&s, TODAY + AGENCIES_ASKED_DAYS + 1);
    base_turn(&s);
    assert_string_equal(state_of(&s, "agency_hosts", entry), "lapsed");
    assert_int_equal(answer(&s, entry, "accept", HOST, TODAY + 60), ERR_CONFLICT);
    base_close(&s);
}

static void terms_are_a_rule_of_sharing(void **state)
{
    (void)state;
    struct shop s;
    base_open(&s);
    int64_t id = contract(&s, AGENCY, TODAY, TODAY + 400), entry = ask(&s, AGENCY, "host");
    struct agencies_more t = {
        .host_bp = 1000, .agency_bp = 1200, .base_bp = 300, .rule_day = TODAY + 2};
    assert_ok(answer(&s, entry, "accept", HOST, TODAY + 90));
    assert_int_equal(agencies_contract_do(&s.f.tx, id, "terms", AGENCIES_AS_BASE, OFFICE, &t),
                     ERR_INVALID); /* too soon */
    t.rule_day = TODAY + SETTLE_NOTICE_DAYS;
    assert_ok(agencies_contract_do(&s.f.tx, id, "terms", AGENCIES_AS_BASE, OFFICE, &t));
    int64_t order = received(&s, want_in(SHOW, 1, 1));
    assert_lies(order, "got:agency:5", 345);
    at_day(&s, TODAY + SETTLE_NOTICE_DAYS);
    order = received(&s, want_in(SHOW, 1, 1));
    assert_lies(order, "got:agency:5", 828);
    assert_lies(order, "got:host:7", 690);
    base_close(&s);
}

static void who_is_no_host_any_more_is_spoken_for_by_nobody(void **state)
{
    (void)state;
    struct shop s;
    base_open(&s);
    contract(&s, AGENCY, TODAY, TODAY + 400);
    int64_t on = ask(&s, AGENCY, "host"), asked = ask(&s, AGENCY, "host2");
    assert_ok(answer(&s, on, "accept", HOST, TODAY + 90));
    assert_ok(db_script(s.f.db, "UPDATE users SET roles = 1 WHERE id = 8"));
    assert_int_equal(answer(&s, asked, "accept", 8, TODAY + 90), ERR_CONFLICT);
    base_turn(&s);
    assert_string_equal(state_of(&s, "agency_hosts", asked), "lapsed");
    assert_string_equal(state_of(&s, "agency_hosts", on), "on");
    s.f.tx.now_ms += 1000;
    assert_ok(db_script(s.f.db, "UPDATE users SET disabled_at = 5 WHERE id = 7"));
    base_turn(&s);
    assert_string_equal(state_of(&s, "agency_hosts", on), "ended");
    int64_t order = received(&s, want_in(SHOW, 1, 1));
    assert_lies(order, "got:agency:5", 0);
    base_close(&s);
}

static void terms_end_with_their_contract(void **state)
{
    (void)state;
    struct shop s;
    base_open(&s);
    int64_t id = contract(&s, AGENCY, TODAY, TODAY + 400);
    struct agencies_more t = {
        .host_bp = 1000, .agency_bp = 1200, .base_bp = 300, .rule_day = TODAY + 7};
    assert_ok(agencies_contract_do(&s.f.tx, id, "terms", AGENCIES_AS_BASE, OFFICE, &t));
    assert_ok(answer(&s, ask(&s, AGENCY, "host"), "accept", HOST, TODAY + 90));
    ask(&s, AGENCY, "host2");
    t.rule_day = TODAY + 40;
    t.agency_bp = 1150;
    assert_ok(agencies_contract_do(&s.f.tx, id, "terms", AGENCIES_AS_BASE, OFFICE, &t));
    /* told to whom it speaks for, not to whom it asks, who reads it where the yes is given */
    assert_int_equal(count(&s, "SELECT count(*) FROM notices WHERE kind = 'agency.terms'"), 1);
    assert_int_equal(
        count(&s, "SELECT count(*) FROM notices WHERE kind = 'agency.terms' AND user_id = 7"), 1);
    at_day(&s, TODAY + 10);
    do_contract(&s, id, "end", OK);
    s.f.tx.now_ms += 1000;
    contract(&s, AGENCY, TODAY + 10, TODAY + 400);
    assert_ok(answer(&s, ask(&s, AGENCY, "host"), "accept", HOST, TODAY + 90));
    static const int64_t days[] = {TODAY + 10 + SETTLE_NOTICE_DAYS, TODAY + 41};
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        at_day(&s, days[i]);
        int64_t order = received(&s, want_in(SHOW, 1, 1));
        assert_lies(order, "got:agency:5", 345); /* by the town's rule */
    }
    base_close(&s);
}

static void a_campaign_that_is_over_stays_as_it_was(void **state)
{
    (void)state;
    struct shop s;
    int64_t id;
    base_open(&s);
    contract(&s, AGENCY, TODAY, TODAY + 400);
    assert_ok(answer(&s, ask(&s, AGENCY, "host"), "accept", HOST, TODAY + 90));
    const struct agencies_campaign c = {
        .agency = AGENCY, .name = STR("Kettles"), .from_day = TODAY, .until_day = TODAY + 5};
    assert_ok(agencies_campaign_plan(&s.f.tx, &c, AGENT, &id));
    at_day(&s, TODAY + 6);
    assert_int_equal(agencies_campaign_host(&s.f.tx, id, HOST, AGENT), ERR_CONFLICT);
    at_day(&s, TODAY + 5);
    assert_ok(agencies_campaign_host(&s.f.tx, id, HOST, AGENT));
    base_close(&s);
}

static void a_turn_voids_no_more_than_it_may(void **state)
{
    (void)state;
    struct shop s;
    char sql[160], login[16];
    base_open(&s);
    int64_t first = contract(&s, AGENCY, TODAY, TODAY + 1),
            second = contract(&s, SECOND, TODAY, TODAY + 1);
    for (int i = 0; i < AGENCIES_TURN_VOIDS_MAX; i++) {
        snprintf(login, sizeof(login), "many%d", i);
        snprintf(sql, sizeof(sql),
                 "INSERT INTO users (id, login, name, password, roles, created_at) VALUES"
                 " (%d, '%s', 'm', '!', 2, 1)",
                 1000 + i, login);
        assert_ok(db_script(s.f.db, sql));
        ask(&s, AGENCY, login);
    }
    at_day(&s, TODAY + 2);
    base_turn(&s);
    assert_string_equal(state_of(&s, "agency_contracts", first), "expired");
    assert_string_equal(state_of(&s, "agency_contracts", second), "in_force");
    base_turn(&s);
    assert_string_equal(state_of(&s, "agency_contracts", second), "expired");
    base_close(&s);
}

/* Rows that say something else than was agreed are found. */
static void the_check_finds_what_is_wrong(void **state)
{
    (void)state;
    static const char *const spoils[] = {
        "UPDATE agency_contracts SET state = 'ended', over_at = 5",
        "UPDATE agency_hosts SET state = 'refused', from_at = NULL, until_at = NULL, over_at = 5",
        "UPDATE host_agencies SET until_at = until_at + 1", "DELETE FROM host_agencies",
        "INSERT INTO host_agencies (host_id, agency_id, from_at, until_at)"
        " VALUES (7, 6, 1, 9000000000000000)"};
    struct shop s;
    int n;
    base_open(&s);
    contract(&s, AGENCY, TODAY, TODAY + 400);
    int64_t entry = ask(&s, AGENCY, "host");
    assert_ok(answer(&s, entry, "accept", HOST, TODAY + 90));
    for (size_t i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
        char said[2000] = "";
        assert_ok(db_savepoint(s.f.db));
        assert_ok(db_script(s.f.db, spoils[i]));
        assert_ok(agencies_check(s.f.db, &s.f.arena, shop_say, said, &n));
        assert_true(n > 0);
        db_savepoint_rollback(s.f.db);
    }
    base_close(&s);
}

static void events_are_never_changed(void **state)
{
    (void)state;
    static const char *const tries[] = {
        "UPDATE agency_host_events SET event = 'x'", "DELETE FROM agency_host_events",
        "UPDATE agency_contract_events SET event = 'x'", "DELETE FROM agency_contract_events"};
    struct shop s;
    base_open(&s);
    contract(&s, AGENCY, TODAY, TODAY + 400);
    ask(&s, AGENCY, "host");
    for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
        assert_ok(db_savepoint(s.f.db));
        assert_int_not_equal(db_script(s.f.db, tries[i]), OK);
        db_savepoint_rollback(s.f.db);
    }
    base_close(&s);
}

static void who_may_do_what(void **state)
{
    (void)state;
    struct shop s;
    base_open(&s);
    int64_t id = contract(&s, AGENCY, TODAY, TODAY + 400), entry = ask(&s, AGENCY, "host");
    const struct agencies_more yes = {.until_day = TODAY + 30};
    assert_int_equal(agencies_roster_do(&s.f.tx, entry, "accept", AGENCIES_AS_AGENCY, AGENT, &yes),
                     ERR_FORBIDDEN);
    assert_int_equal(agencies_roster_do(&s.f.tx, entry, "accept", AGENCIES_AS_BASE, OFFICE, &yes),
                     ERR_FORBIDDEN);
    assert_int_equal(
        agencies_roster_do(&s.f.tx, entry, "withdraw", AGENCIES_AS_HOST, HOST, &nothing),
        ERR_FORBIDDEN);
    assert_int_equal(
        agencies_contract_do(&s.f.tx, id, "expire", AGENCIES_AS_BASE, OFFICE, &nothing),
        ERR_FORBIDDEN);
    do_contract(&s, id, "sign", ERR_CONFLICT);
    base_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_contract_begins_on_its_day_and_expires_after_its_last),
        cmocka_unit_test(a_renewal_moves_the_reminders),
        cmocka_unit_test(shares_go_by_the_consent_when_it_was_bought),
        cmocka_unit_test(a_consent_runs_out_by_itself),
        cmocka_unit_test(a_no_is_kept_for_ninety_days),
        cmocka_unit_test(one_agency_at_a_time),
        cmocka_unit_test(a_contract_that_ends_takes_its_roster_with_it),
        cmocka_unit_test(what_nobody_answers_lapses),
        cmocka_unit_test(terms_are_a_rule_of_sharing),
        cmocka_unit_test(who_is_no_host_any_more_is_spoken_for_by_nobody),
        cmocka_unit_test(terms_end_with_their_contract),
        cmocka_unit_test(a_campaign_that_is_over_stays_as_it_was),
        cmocka_unit_test(a_turn_voids_no_more_than_it_may),
        cmocka_unit_test(the_check_finds_what_is_wrong),
        cmocka_unit_test(events_are_never_changed),
        cmocka_unit_test(who_may_do_what),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
