/* Events in a transaction in which a test plays the writer: whatever happens in whatever order,
 * what `guildhall check` looks for holds, and no plan breaks a rule. */
#include "../store/fixture.h"

#include "base/rnd.h"
#include "store/queries.h"
#include "town/events/internal.h"

enum { OFFICE = 1, FACTORIES = 7, AGENCIES = 3, FIRST_AGENCY = 20, TODAY = 20000, STEPS = 160 };

static void say(void *arg, const char *line)
{
    (void)arg;
    print_message("%s\n", line);
}

static void run_sql(struct fixture *f, const char *format, int id)
{
    char sql[400];
    snprintf(sql, sizeof(sql), format, id, id, id);
    assert_ok(db_script(f->db, sql));
}

static void add_agency(struct fixture *f, int id)
{
    run_sql(f,
            "INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at)"
            " VALUES (%d, 'agency', 'a%d', 'a%d', 'a', 1)",
            id);
    run_sql(f,
            "INSERT INTO agency_contracts (agency_id, kind, number, from_day, until_day, state,"
            " begun_at, made_at, made_by) VALUES (%d, 'partnered', 'n%d', 1, 90000, 'in_force', 1, "
            "1, 1)",
            id);
}

static void open_base(struct fixture *f)
{
    fixture_in_memory(f);
    messages_stop();
    messages_register(events_kinds, events_kinds_n);
    f->tx.now_ms = day_begin_ms(TODAY);
    run_sql(f,
            "INSERT INTO users (id, login, name, password, roles, created_at)"
            " VALUES (%d, 'office', 'o', '!', 8, 1)",
            OFFICE);
    for (int i = 1; i <= FACTORIES; i++) {
        run_sql(f,
                "INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at)"
                " VALUES (%d, 'factory', 'f%d', 'f%d', 'f', 1)",
                i);
        run_sql(f,
                "INSERT INTO factories (organisation_id, state, created_at, updated_at, "
                "approved_at) VALUES (%d, 'approved', 1, 1, 1)",
                i);
    }
    for (int i = FIRST_AGENCY; i < FIRST_AGENCY + AGENCIES; i++)
        add_agency(f, i);
}

/* That so many rows are there: what a SELECT counts, a table of which takes no other number. */
static void assert_count(struct fixture *f, const char *from, int n)
{
    char sql[600];
    snprintf(sql, sizeof(sql),
             "DROP TABLE IF EXISTS counted; CREATE TABLE counted (n INTEGER CHECK (n = %d));"
             "INSERT INTO counted SELECT count(*) FROM %s",
             n, from);
    if (db_script(f->db, sql))
        fail_msg("not %d of %s", n, from);
}

static int64_t create(struct fixture *f, int64_t slots, int64_t tables)
{
    int64_t event;
    const struct events_new n = {.title_zh = STR("会"),
                                 .title_en = STR("An event"),
                                 .starts_at = day_begin_ms(TODAY + 2) + 10 * 60 * MINUTE_MS,
                                 .deadline_at = day_begin_ms(TODAY + 2),
                                 .slot_min = 15,
                                 .slots = slots,
                                 .tables = tables,
                                 .room = STR("hall")};
    assert_ok(events_create(&f->tx, &n, OFFICE, &event));
    return event;
}

/* As the writer does: a refusal leaves nothing. */
#define TRY(f, call)                                                                               \
    do {                                                                                           \
        assert_ok(db_savepoint((f)->db));                                                          \
        (f)->info = (struct err_info){0};                                                          \
        enum err tried = (call);                                                                   \
        if (tried == OK)                                                                           \
            assert_ok(db_savepoint_release((f)->db));                                              \
        else {                                                                                     \
            db_savepoint_rollback((f)->db);                                                        \
            if (tried != ERR_CONFLICT && tried != ERR_NOT_FOUND && tried != ERR_FORBIDDEN)         \
                fail_msg("%s: %s", err_name(tried), db_last_error((f)->db));                       \
        }                                                                                          \
    } while (0)

static void assert_sound(struct fixture *f)
{
    int n = 0;
    assert_ok(events_check(f->db, &f->arena, say, NULL, &n));
    assert_int_equal(n, 0);
}

/* Of meetings that are, each party, pair and table of a slot once, and each only where both are. */
static void assert_plan(struct fixture *f, int64_t event)
{
    struct event_problem b;
    struct rows rs;
    assert_ok(
        db_select(f->db, &q_events_meetings, ARGS(V_INT(event), V_INT(1000)), &f->arena, &rs));
    enum err e = event_problem_load(f->db, event, false, 0, &f->arena, &f->info, &b);
    if (e == ERR_CONFLICT)
        return;
    assert_ok(e);
    struct schedule_meeting *met = arena_array(&f->arena, rs.n + 1, sizeof(*met));
    struct schedule_plan plan = {arena_array(&f->arena, rs.n + 1, sizeof(*plan.meetings)), 0, 0};
    for (size_t i = 0; i < rs.n; i++) {
        int l = -1, r = -1;
        for (int k = 0; k < b.p.lefts; k++)
            l = b.left[k] == row_int(&rs, i, "factory_id") ? k : l;
        for (int k = 0; k < b.p.rights; k++)
            r = b.right[k] == row_int(&rs, i, "agency_id") ? k : r;
        assert_true(l >= 0 && r >= 0);
        const struct schedule_meeting m = {l, r, (int)row_int(&rs, i, "slot"),
                                           (int)row_int(&rs, i, "table_n") - 1};
        if (!str_eq_z(row_str(&rs, i, "state"), "planned"))
            met[b.p.held_n++] = m; /* it has been, whoever has left since */
        plan.meetings[plan.n++] = m;
    }
    b.p.held = met;
    const char *broken = schedule_broken(&b.p, &plan);
    if (broken)
        fail_msg("a rule is broken: %s", broken);
}

static int64_t organisation(struct rnd_seq *seq)
{
    int k = (int)rnd_seq_below(seq, FACTORIES + AGENCIES);
    return k < FACTORIES ? k + 1 : FIRST_AGENCY + k - FACTORIES;
}

static int64_t party_of(struct fixture *f, int64_t event, int64_t of)
{
    struct rows rs;
    assert_ok(db_select(f->db, &q_events_party_of, ARGS(V_INT(event), V_INT(of)), &f->arena, &rs));
    return rs.n ? row_int(&rs, 0, "id") : 0;
}

static void outcome(struct fixture *f, int64_t event, struct rnd_seq *seq)
{
    struct rows rs;
    assert_ok(
        db_select(f->db, &q_events_meetings, ARGS(V_INT(event), V_INT(1000)), &f->arena, &rs));
    if (!rs.n)
        return;
    const struct events_outcome o = {.meeting =
                                         row_int(&rs, (size_t)rnd_seq_below(seq, rs.n), "id"),
                                     .actor = OFFICE,
                                     .side = rnd_seq_below(seq, 2) ? "factory" : "agency",
                                     .outcome = rnd_seq_below(seq, 3) ? STR("sample") : STR("no")};
    TRY(f, events_outcome(&f->tx, &o));
}

static void one_step(struct fixture *f, int64_t event, struct rnd_seq *seq)
{
    static const char *const deeds[] = {"leave", "arrive", "decline"};
    static const char *const steps[] = {"publish", "fill", "begin", "finish"};
    int64_t of = organisation(seq), party = party_of(f, event, of);
    unsigned as = rnd_seq_below(seq, 2) ? EVENTS_BASE : EVENTS_PARTY;
    const struct events_terms terms = {.away = (int64_t)rnd_seq_below(seq, 3)};
    f->tx.now_ms += 1000;
    switch (rnd_seq_below(seq, 12)) {
    case 0:
    case 1: TRY(f, events_join(&f->tx, event, of, &terms, as, OFFICE, NULL)); break;
    case 2: TRY(f, events_invite(&f->tx, event, of, OFFICE, NULL)); break;
    case 3:
        if (party)
            TRY(f,
                events_party_do(&f->tx, party, deeds[rnd_seq_below(seq, 3)], as, OFFICE, STR_NONE));
        break;
    case 4: TRY(f, events_plan(&f->tx, event, OFFICE)); break;
    case 5:
        if (rnd_seq_below(seq, 6) == 0)
            TRY(f, events_do(&f->tx, event, steps[rnd_seq_below(seq, 4)], EVENTS_BASE, OFFICE,
                             STR_NONE));
        break;
    case 6: outcome(f, event, seq); break;
    default: {
        int64_t other = party_of(f, event, organisation(seq));
        if (party && other)
            TRY(f, events_wish(&f->tx, party, other, (int64_t)rnd_seq_below(seq, 5) - 1));
    }
    }
}

/* All come, and most wish each other. */
static void fill(struct fixture *f, int64_t event, struct rnd_seq *seq)
{
    const struct events_terms terms = {0};
    int64_t factories[FACTORIES], agencies[AGENCIES];
    for (int i = 0; i < FACTORIES; i++)
        assert_ok(events_join(&f->tx, event, i + 1, &terms, EVENTS_BASE, OFFICE, &factories[i]));
    for (int k = 0; k < AGENCIES; k++)
        assert_ok(events_join(&f->tx, event, FIRST_AGENCY + k, &terms, EVENTS_BASE, OFFICE,
                              &agencies[k]));
    for (int i = 0; i < FACTORIES; i++)
        for (int k = 0; k < AGENCIES; k++) {
            assert_ok(
                events_wish(&f->tx, factories[i], agencies[k], (int64_t)rnd_seq_below(seq, 5) - 1));
            assert_ok(
                events_wish(&f->tx, agencies[k], factories[i], (int64_t)rnd_seq_below(seq, 4)));
        }
}

/* What the base does at its time, whatever else goes on. */
static void go_on(struct fixture *f, int64_t event, int i)
{
    if (i == STEPS / 3) {
        TRY(f, events_plan(&f->tx, event, OFFICE));
        TRY(f, events_do(&f->tx, event, "publish", EVENTS_BASE, OFFICE, STR_NONE));
    }
    if (i == STEPS / 2) {
        f->tx.now_ms = day_begin_ms(TODAY + 2) + 10 * 60 * MINUTE_MS;
        TRY(f, events_do(&f->tx, event, "begin", EVENTS_BASE, OFFICE, STR_NONE));
    }
    if (i > STEPS / 2) /* into its slots, and beyond */
        f->tx.now_ms += 75 * INT64_C(1000);
}

/* A meeting that fell although its slot had begun. */
#define FELL_LATE                                                                                  \
    "event_meetings m JOIN events e ON e.id = m.event_id"                                          \
    " JOIN event_meeting_log l ON l.meeting_id = m.id AND l.event = 'fall'"                        \
    " WHERE l.at >= e.starts_at + m.slot * e.slot_min * 60000"

static void whatever_happens_it_stays_sound(void **state)
{
    (void)state;
    int64_t meetings = 0;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct fixture f;
        struct rnd_seq seq = {seed};
        open_base(&f);
        int64_t event = create(&f, 4 + (int64_t)seed % 3, 2);
        fill(&f, event, &seq);
        f.tx.now_ms = day_begin_ms(TODAY + 1) + 12 * 60 * MINUTE_MS;
        for (int i = 0; i < STEPS; i++) {
            one_step(&f, event, &seq);
            go_on(&f, event, i);
            if (i % 8 == 0) {
                assert_sound(&f);
                assert_plan(&f, event);
                assert_count(&f, FELL_LATE, 0);
            }
        }
        assert_sound(&f);
        struct rows row;
        assert_ok(db_one(f.db, &q_events_get, ARGS(V_INT(event)), &f.arena, &row));
        meetings += row_int(&row, 0, "meetings");
        fixture_free(&f);
    }
    assert_true(meetings > 10); /* it came to something */
}

/* Each state knows its events and whose they are: nothing beside the table happens. */
static void only_what_the_table_says_may_happen(void **state)
{
    (void)state;
    static const char *const steps[] = {"publish", "begin", "finish", "cancel"};
    struct fixture f;
    struct rows row;
    open_base(&f);
    int64_t event = create(&f, 4, 2);
    f.tx.now_ms = day_begin_ms(TODAY + 1) + 12 * 60 * MINUTE_MS;
    for (int i = 0; i < 4; i++)
        assert_int_not_equal(events_do(&f.tx, event, steps[i], EVENTS_PARTY, OFFICE, STR("why")),
                             OK);
    assert_int_equal(events_do(&f.tx, event, "begin", EVENTS_BASE, OFFICE, STR_NONE), ERR_CONFLICT);
    assert_int_equal(events_do(&f.tx, event, "publish", EVENTS_BASE, OFFICE, STR_NONE),
                     ERR_CONFLICT);
    assert_int_equal(events_do(&f.tx, event, "cancel", EVENTS_BASE, OFFICE, STR_NONE), ERR_INVALID);
    assert_int_equal(event_step(&f.tx, event, "lapse", EVENTS_BASE, OFFICE, STR_NONE, &row),
                     ERR_FORBIDDEN);
    assert_ok(events_do(&f.tx, event, "cancel", EVENTS_BASE, OFFICE, STR("rain")));
    assert_sound(&f);
    fixture_free(&f);
}

/* The clock: published ones begin, running ones end an hour after their time, others lapse. */
static void the_clock_begins_and_ends_it(void **state)
{
    (void)state;
    struct fixture f;
    struct rows row;
    const struct events_terms terms = {0};
    int64_t factory, agency;
    open_base(&f);
    int64_t event = create(&f, 4, 2), never = create(&f, 4, 2);
    assert_ok(events_join(&f.tx, event, 1, &terms, EVENTS_BASE, OFFICE, &factory));
    assert_ok(events_join(&f.tx, never, FIRST_AGENCY, &terms, EVENTS_BASE, OFFICE, &agency));
    assert_int_equal(events_wish(&f.tx, factory, agency, 3), ERR_NOT_FOUND); /* another event's */
    assert_int_equal(events_wish(&f.tx, factory, factory, 3), ERR_NOT_FOUND);
    assert_ok(events_join(&f.tx, event, FIRST_AGENCY, &terms, EVENTS_BASE, OFFICE, &agency));
    assert_int_equal(events_wish(&f.tx, factory, agency, 4), ERR_INVALID);
    assert_int_equal(events_wish(&f.tx, factory, agency, -2), ERR_INVALID);
    assert_ok(events_wish(&f.tx, factory, agency, 3));
    assert_ok(events_plan(&f.tx, event, OFFICE));
    assert_ok(events_do(&f.tx, event, "publish", EVENTS_BASE, OFFICE, STR_NONE));
    assert_ok(db_savepoint(f.db));
    assert_int_equal(events_do(&f.tx, event, "begin", EVENTS_BASE, OFFICE, STR_NONE),
                     ERR_CONFLICT); /* more than a day ahead */
    db_savepoint_rollback(f.db);
    f.tx.now_ms = day_begin_ms(TODAY + 2) + 10 * 60 * MINUTE_MS;
    assert_ok(events_turn(&f.tx, NULL));
    assert_ok(db_one(f.db, &q_events_get, ARGS(V_INT(event)), &f.arena, &row));
    assert_true(str_eq_z(row_str(&row, 0, "state"), "running"));
    assert_ok(events_party_do(&f.tx, factory, "arrive", EVENTS_BASE, OFFICE, STR_NONE));
    assert_ok(events_party_do(&f.tx, agency, "arrive", EVENTS_BASE, OFFICE, STR_NONE));
    f.tx.now_ms = row_int(&row, 0, "ends_at") + EVENTS_GRACE_MS;
    assert_ok(events_turn(&f.tx, NULL));
    assert_ok(db_one(f.db, &q_events_get, ARGS(V_INT(event)), &f.arena, &row));
    assert_true(str_eq_z(row_str(&row, 0, "state"), "done"));
    assert_int_equal(row_int(&row, 0, "held_at"), f.tx.now_ms);
    assert_int_equal(row_int(&row, 0, "met"), 1);
    assert_ok(db_one(f.db, &q_events_get, ARGS(V_INT(never)), &f.arena, &row));
    assert_true(str_eq_z(row_str(&row, 0, "state"), "cancelled"));
    assert_sound(&f);
    fixture_free(&f);
}

/* An event of one maker and one agency, who meet in its first slot. */
struct pair {
    int64_t event, factory, agency, meeting;
};

static struct pair publish_pair(struct fixture *f)
{
    struct rows rs;
    const struct events_terms terms = {0};
    struct pair p = {.event = create(f, 4, 2)};
    assert_ok(events_join(&f->tx, p.event, 1, &terms, EVENTS_BASE, OFFICE, &p.factory));
    assert_ok(events_join(&f->tx, p.event, FIRST_AGENCY, &terms, EVENTS_BASE, OFFICE, &p.agency));
    assert_ok(events_wish(&f->tx, p.factory, p.agency, 3));
    assert_ok(events_plan(&f->tx, p.event, OFFICE));
    assert_ok(events_do(&f->tx, p.event, "publish", EVENTS_BASE, OFFICE, STR_NONE));
    assert_ok(
        db_one(f->db, &q_events_meetings_of, ARGS(V_INT(p.factory), V_INT(2)), &f->arena, &rs));
    assert_int_equal(row_int(&rs, 0, "slot"), 0);
    p.meeting = row_int(&rs, 0, "id");
    return p;
}

static void assert_meeting(struct fixture *f, int64_t meeting, const char *state)
{
    struct rows rs;
    assert_ok(db_one(f->db, &q_events_meeting, ARGS(V_INT(meeting)), &f->arena, &rs));
    assert_true(str_eq_z(row_str(&rs, 0, "state"), state));
}

/* Who leaves at noon has met whom it met in the morning. */
static void what_has_been_stays_whoever_leaves(void **state)
{
    (void)state;
    for (int came = 0; came < 2; came++) {
        struct fixture f;
        open_base(&f);
        struct pair p = publish_pair(&f);
        f.tx.now_ms = day_begin_ms(TODAY + 2) + 10 * 60 * MINUTE_MS;
        assert_ok(events_turn(&f.tx, NULL));
        assert_ok(events_party_do(&f.tx, p.factory, "arrive", EVENTS_BASE, OFFICE, STR_NONE));
        if (came)
            assert_ok(events_party_do(&f.tx, p.agency, "arrive", EVENTS_BASE, OFFICE, STR_NONE));
        f.tx.now_ms += 20 * MINUTE_MS;
        assert_ok(
            db_script(f.db, "UPDATE factories SET state = 'suspended' WHERE organisation_id = 1"));
        assert_ok(events_turn(&f.tx, NULL));
        assert_meeting(&f, p.meeting, came ? "met" : "missed");
        const struct events_outcome o = {
            .meeting = p.meeting, .actor = OFFICE, .side = "agency", .outcome = STR("sample")};
        assert_ok(events_outcome(&f.tx, &o)); /* each side's word is still its own */
        assert_ok(events_do(&f.tx, p.event, "finish", EVENTS_BASE, OFFICE, STR_NONE));
        assert_meeting(&f, p.meeting, "met");
        assert_count(&f, "event_follow_ups", 4);
        assert_sound(&f);
        fixture_free(&f);
    }
}

static void say_of(struct fixture *f, int64_t meeting, const char *side, const char *outcome)
{
    const struct events_outcome o = {
        .meeting = meeting, .actor = OFFICE, .side = side, .outcome = str_of(outcome)};
    assert_ok(events_outcome(&f->tx, &o));
}

/* Somebody remembers the day after: that they met, that nothing comes of it, or something after
 * all. */
static void what_is_said_after_the_end_decides_who_is_asked(void **state)
{
    (void)state;
    struct fixture f;
    open_base(&f);
    struct pair p = publish_pair(&f);
    f.tx.now_ms = day_begin_ms(TODAY + 2) + 10 * 60 * MINUTE_MS;
    assert_ok(events_do(&f.tx, p.event, "begin", EVENTS_BASE, OFFICE, STR_NONE));
    assert_ok(events_do(&f.tx, p.event, "finish", EVENTS_BASE, OFFICE, STR_NONE));
    assert_meeting(&f, p.meeting, "missed");
    assert_count(&f, "event_follow_ups", 0);
    say_of(&f, p.meeting, "factory", "quote");
    assert_meeting(&f, p.meeting, "met");
    assert_count(&f, "event_follow_ups", 4);
    say_of(&f, p.meeting, "agency", "sample");
    assert_count(&f, "event_follow_ups", 4);
    say_of(&f, p.meeting, "factory", "no");
    assert_count(&f, "event_follow_ups", 4); /* the other is still interested */
    say_of(&f, p.meeting, "agency", "no");
    assert_count(&f, "event_follow_ups", 0);
    assert_ok(events_turn(&f.tx, NULL));
    assert_count(&f, "event_follow_ups", 0);
    assert_sound(&f);
    fixture_free(&f);
}

/* Of a great event they are asked a slice at a time, all of them in the end. */
static void follow_ups_are_made_a_slice_at_a_time(void **state)
{
    (void)state;
    enum { AGENTS = EVENTS_ASK_MAX + 6, FIRST = 100 }; /* each of them meets one of the makers */
    struct fixture f;
    int64_t maker, agency;
    const struct events_terms terms = {0};
    open_base(&f);
    int64_t event = create(&f, 8, EVENTS_TABLES_MAX);
    int64_t makers[FACTORIES];
    for (int i = 0; i < FACTORIES; i++)
        assert_ok(events_join(&f.tx, event, i + 1, &terms, EVENTS_BASE, OFFICE, &makers[i]));
    for (int i = FIRST; i < FIRST + AGENTS; i++) {
        add_agency(&f, i);
        assert_ok(events_join(&f.tx, event, i, &terms, EVENTS_BASE, OFFICE, &agency));
        maker = makers[i % FACTORIES];
        assert_ok(events_wish(&f.tx, maker, agency, 2));
    }
    assert_ok(events_plan(&f.tx, event, OFFICE));
    assert_ok(events_do(&f.tx, event, "publish", EVENTS_BASE, OFFICE, STR_NONE));
    f.tx.now_ms = day_begin_ms(TODAY + 2) + 10 * 60 * MINUTE_MS;
    assert_ok(events_do(&f.tx, event, "begin", EVENTS_BASE, OFFICE, STR_NONE));
    assert_ok(db_script(f.db, "UPDATE event_parties SET arrived_at = 1"));
    assert_ok(events_do(&f.tx, event, "finish", EVENTS_BASE, OFFICE, STR_NONE));
    assert_count(&f, "event_follow_ups", 4 * EVENTS_ASK_MAX);
    assert_count(&f, "events WHERE asked_at IS NULL", 1);
    assert_ok(events_turn(&f.tx, NULL));
    assert_count(&f, "event_meetings m WHERE m.state <> 'met'", 0);
    assert_count(&f,
                 "event_meetings m WHERE NOT EXISTS (SELECT 1 FROM event_follow_ups w WHERE "
                 "w.meeting_id = m.id)",
                 0);
    assert_count(&f, "events WHERE asked_at IS NULL", 0);
    fixture_free(&f);
}

/* An agency whose contract is over takes no part, and leaves what it was to take part in. */
static void an_agency_takes_part_while_its_contract_is_in_force(void **state)
{
    (void)state;
    struct fixture f;
    const struct events_terms terms = {0};
    open_base(&f);
    struct pair p = publish_pair(&f);
    assert_ok(db_script(f.db, "UPDATE agency_contracts SET state = 'ended', over_at = 2"));
    assert_ok(events_turn(&f.tx, NULL));
    assert_meeting(&f, p.meeting, "fallen");
    int64_t event = create(&f, 4, 2);
    assert_int_equal(events_join(&f.tx, event, FIRST_AGENCY, &terms, EVENTS_BASE, OFFICE, NULL),
                     ERR_FORBIDDEN);
    assert_int_equal(events_invite(&f.tx, event, FIRST_AGENCY + 1, OFFICE, NULL), ERR_FORBIDDEN);
    assert_sound(&f);
    fixture_free(&f);
}

/* Many are invited who do not come: those who do are told, shown and counted all the same. */
static void who_is_only_invited_hides_nobody(void **state)
{
    (void)state;
    enum { INVITED = EVENTS_INVITED_MAX - 1, FIRST = 100 };
    struct fixture f;
    struct rows rs;
    int64_t one;
    const struct events_terms terms = {0};
    open_base(&f);
    run_sql(&f,
            "INSERT INTO memberships (user_id, organisation_id, role, created_at)"
            " VALUES (%d, 7, 'owner', 1)",
            OFFICE);
    int64_t event = create(&f, 4, 2);
    for (int i = FIRST; i < FIRST + INVITED; i++) {
        add_agency(&f, i);
        assert_ok(events_invite(&f.tx, event, i, OFFICE, NULL));
    }
    assert_ok(events_invite(&f.tx, event, FIRST_AGENCY, OFFICE, NULL));
    assert_int_equal(events_invite(&f.tx, event, FIRST_AGENCY + 1, OFFICE, NULL), ERR_LIMIT);
    assert_ok(events_join(&f.tx, event, FIRST_AGENCY + 1, &terms, EVENTS_BASE, OFFICE, &one));
    int64_t maker;
    assert_ok(events_join(&f.tx, event, 7, &terms, EVENTS_BASE, OFFICE, &maker));
    assert_ok(events_plan(&f.tx, event, OFFICE));
    assert_ok(events_do(&f.tx, event, "publish", EVENTS_BASE, OFFICE, STR_NONE));
    assert_count(&f, "notices WHERE kind = 'event.published'", 1);
    f.tx.now_ms = day_begin_ms(TODAY + 2) + 10 * 60 * MINUTE_MS;
    assert_ok(events_do(&f.tx, event, "begin", EVENTS_BASE, OFFICE, STR_NONE));
    assert_ok(events_party_do(&f.tx, one, "arrive", EVENTS_BASE, OFFICE, STR_NONE));
    assert_ok(events_party_do(&f.tx, maker, "arrive", EVENTS_BASE, OFFICE, STR_NONE));
    assert_ok(events_do(&f.tx, event, "finish", EVENTS_BASE, OFFICE, STR_NONE));
    assert_ok(db_one(f.db, &q_events_get, ARGS(V_INT(event)), &f.arena, &rs));
    assert_false(row_null(&rs, 0, "held_at"));
    assert_sound(&f);
    fixture_free(&f);
}

#define NEAR "notices WHERE kind = 'event.near'"

/* "Tomorrow" is said the day before to who takes part then, and to nobody else. */
static void who_takes_part_tomorrow_is_told_the_day_before(void **state)
{
    (void)state;
    struct fixture f;
    const struct events_terms terms = {0};
    open_base(&f);
    for (int i = 1; i <= 2; i++)
        run_sql(&f,
                "INSERT INTO memberships (user_id, organisation_id, role, created_at)"
                " VALUES (1, %d, 'owner', 1)",
                i);
    struct pair p = publish_pair(&f);
    assert_count(&f, NEAR, 1);
    assert_ok(events_join(&f.tx, p.event, 2, &terms, EVENTS_BASE, OFFICE, NULL)); /* late */
    assert_count(&f, NEAR, 2);
    assert_ok(events_party_do(&f.tx, p.factory, "leave", EVENTS_BASE, OFFICE, STR_NONE));
    assert_count(&f, NEAR, 1);
    fixture_free(&f);

    open_base(&f); /* published on its own day */
    run_sql(&f,
            "INSERT INTO memberships (user_id, organisation_id, role, created_at)"
            " VALUES (1, %d, 'owner', 1)",
            1);
    f.tx.now_ms = day_begin_ms(TODAY + 1) + 20 * 60 * MINUTE_MS;
    publish_pair(&f);
    assert_count(&f, NEAR, 0);
    fixture_free(&f);
}

/* What `guildhall check` is to find, it finds. */
static void the_check_sees_what_is_wrong(void **state)
{
    (void)state;
    static const char *const wrongs[] = {
        "UPDATE events SET state = 'running'",     "UPDATE event_parties SET state = 'left'",
        "UPDATE event_meetings SET state = 'met'", "UPDATE event_meetings SET table_n = 99",
        "UPDATE event_wishes SET hearts = -1",     "UPDATE events SET held_at = 7"};
    struct fixture f;
    const struct events_terms terms = {0};
    int64_t factory, agency;
    open_base(&f);
    int64_t event = create(&f, 4, 2);
    assert_ok(events_join(&f.tx, event, 1, &terms, EVENTS_BASE, OFFICE, &factory));
    assert_ok(events_join(&f.tx, event, FIRST_AGENCY, &terms, EVENTS_BASE, OFFICE, &agency));
    assert_ok(events_wish(&f.tx, factory, agency, 3));
    assert_ok(events_plan(&f.tx, event, OFFICE));
    assert_ok(events_do(&f.tx, event, "publish", EVENTS_BASE, OFFICE, STR_NONE));
    assert_sound(&f);
    for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
        int n = 0;
        assert_ok(db_savepoint(f.db));
        assert_ok(db_script(f.db, wrongs[i]));
        assert_ok(events_check(f.db, &f.arena, say, NULL, &n));
        assert_true(n > 0);
        db_savepoint_rollback(f.db);
    }
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_happens_it_stays_sound),
        cmocka_unit_test(only_what_the_table_says_may_happen),
        cmocka_unit_test(the_clock_begins_and_ends_it),
        cmocka_unit_test(what_has_been_stays_whoever_leaves),
        cmocka_unit_test(what_is_said_after_the_end_decides_who_is_asked),
        cmocka_unit_test(follow_ups_are_made_a_slice_at_a_time),
        cmocka_unit_test(an_agency_takes_part_while_its_contract_is_in_force),
        cmocka_unit_test(who_is_only_invited_hides_nobody),
        cmocka_unit_test(who_takes_part_tomorrow_is_told_the_day_before),
        cmocka_unit_test(the_check_sees_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
