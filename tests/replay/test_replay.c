/* replay: clips follow the cards, and nothing of a show goes before its time. */
#include "../store/fixture.h"

#include <sys/stat.h>

#include "base/log.h"
#include "store/queries.h"
#include "town/replay/internal.h"

static struct fixture f;
#define tx f.tx
#define arena f.arena

enum { HOUR_MS = 3600 * 1000, T0 = 1000000 };

static void run_sql(const char *sql)
{
    enum err e = db_script(tx.db, sql);
    if (e != OK)
        fail_msg("%s: %s", sql, db_last_error(tx.db));
}

static int set_up(void **state)
{
    (void)state;
    fixture_in_memory(&f);
    tx.now_ms = T0;
    run_sql("INSERT INTO users (id, login, name, password, roles, created_at)"
            " VALUES (1, 'h', 'Host', 'x', 2, 1), (2, 'o', 'Office', 'x', 8, 1)");
    run_sql("INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at)"
            " VALUES (1, 'factory', 'f', 'F', 'F', 1)");
    run_sql(
        "INSERT INTO kinds (id, slug, name_zh, name_en, position) VALUES (1, 'k', 'K', 'K', 1)");
    run_sql("INSERT INTO products (id, slug, organisation_id, kind_id, title_zh, title_en, model,"
            " shape, colour, price_fen, status, created_at)"
            " VALUES (1, 'p1', 1, 1, 'P', 'P', 'M', 1, 'white', 6900, 'on', 1),"
            " (2, 'p2', 1, 1, 'P', 'P', 'M', 1, 'white', 6900, 'on', 1)");
    run_sql("INSERT INTO skus (id, product_id, position, code, name_zh, name_en, colour, price_fen,"
            " list_price_fen, status) VALUES (1, 1, 1, 'K1', 'a', 'a', 'w', 6900, 6900, 'on'),"
            " (2, 2, 1, 'K2', 'a', 'a', 'w', 6900, 6900, 'on')");
    run_sql("INSERT INTO shows (id, title_zh, title_en, room_zh, room_en, host_id, status,"
            " starts_at, key_hash, key_sealed, created_at)"
            " VALUES (7, 'S', 'S', '', '', 1, 'live', 1, zeroblob(1), zeroblob(1), 1)");
    run_sql("INSERT INTO show_items (id, show_id, position, sku_id, price_fen)"
            " VALUES (1, 7, 1, 1, 100), (2, 7, 2, 2, 100)");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_free(&f);
    return 0;
}

static void event(const char *kind, int64_t item, int64_t at_ms)
{
    char sql[200];
    if (item)
        snprintf(
            sql, sizeof(sql),
            "INSERT INTO show_events (show_id, at, kind, item_id) VALUES (7, %lld, '%s', %lld)",
            (long long)at_ms, kind, (long long)item);
    else
        snprintf(sql, sizeof(sql),
                 "INSERT INTO show_events (show_id, at, kind) VALUES (7, %lld, '%s')",
                 (long long)at_ms, kind);
    run_sql(sql);
}

static void follow(void)
{
    assert_int_equal(replay_follow(&tx, NULL), OK);
}

static void keep(int times)
{
    for (int i = 0; i < times; i++)
        assert_int_equal(replay_keep(&tx, NULL), OK);
}

static size_t rows_of(const struct query *q, const struct val *args, size_t n)
{
    struct rows rs;
    assert_int_equal(db_select(tx.db, q, args, n, &arena, &rs), OK);
    return rs.n;
}

static size_t messages(void)
{
    return rows_of(&q_replay_messages,
                   ARGS(V_INT(7), V_INT(0), V_INT(INT64_MAX), V_INT(0), V_INT(10000)));
}

static size_t cards(void)
{
    return rows_of(&q_replay_cards, ARGS(V_INT(7), V_INT(10000)));
}

static void end_show(int64_t at_ms)
{
    run_sql("UPDATE shows SET status = 'ended', ended_at = 1 WHERE id = 7");
    event("ended", 0, at_ms);
    follow();
}

static void a_clip_goes_from_its_card_to_the_next(void **state)
{
    struct rows rs;
    (void)state;
    event("card", 1, T0);
    follow();
    event("price", 1, T0 + 5000);
    event("card", 1, T0 + 6000); /* shown again: it goes on */
    event("card", 2, T0 + 20000);
    event("card", 1, T0 + 21000); /* item 2 was a slip of the finger */
    event("card", 0, T0 + 40000);
    event("card", 2, T0 + 50000);
    event("card", 0, T0 + 50000 + REPLAY_CLIP_MIN_MS - 1); /* too short by as little as can be */
    event("card", 2, T0 + 60000);
    event("card", 0, T0 + 60000 + REPLAY_CLIP_MIN_MS);
    follow();
    follow();
    assert_int_equal(
        db_select(tx.db, &q_replay_clips_uncut, ARGS(V_INT(0), V_INT(10)), &arena, &rs), OK);
    assert_int_equal(rs.n, 3);
    assert_int_equal(row_int(&rs, 2, "from_at"), T0 + 60000);
    assert_int_equal(row_int(&rs, 0, "from_at"), T0);
    assert_int_equal(row_int(&rs, 0, "until_at"), T0 + 20000);
    assert_int_equal(row_int(&rs, 1, "from_at"), T0 + 21000);
    assert_int_equal(row_int(&rs, 1, "until_at"), T0 + 40000);
}

static void more_than_is_followed_at_once_is_followed_later(void **state)
{
    (void)state;
    for (int i = 0; i < 450; i++)
        event("card", 1 + i % 2, T0 + i * REPLAY_CLIP_MIN_MS);
    event("price", 1, T0);
    for (int i = 0; i < 3; i++)
        follow();
    assert_int_equal(rows_of(&q_replay_clips_uncut, ARGS(V_INT(0), V_INT(1000))), 449);
}

static void the_end_of_a_show_ends_its_clip_and_begins_its_years(void **state)
{
    struct rows rs;
    (void)state;
    event("card", 1, T0);
    end_show(T0 + HOUR_MS);
    event("ended", 0, T0 + 2 * HOUR_MS); /* said twice, ends once */
    follow();
    assert_int_equal(db_one(tx.db, &q_replay_recording, ARGS(V_INT(7)), &arena, &rs), OK);
    assert_true(str_eq_z(row_str(&rs, 0, "state"), "kept"));
    assert_int_equal(row_int(&rs, 0, "ended_at"), T0 + HOUR_MS);
    assert_int_equal(row_int(&rs, 0, "due_at"), T0 + HOUR_MS + REPLAY_KEPT_MS);
    assert_int_equal(
        db_select(tx.db, &q_replay_clips_uncut, ARGS(V_INT(0), V_INT(10)), &arena, &rs), OK);
    assert_int_equal(rs.n, 1);
}

static void say(int n)
{
    char sql[200];
    for (int i = 0; i < n; i++) {
        snprintf(sql, sizeof(sql),
                 "INSERT INTO show_messages (show_id, user_id, name, is_crew, body, sent_at)"
                 " VALUES (7, 1, 'N', 0, 'm%d', 1)",
                 i);
        run_sql(sql);
    }
}

static void all_of_it_goes_when_it_is_due_and_not_before(void **state)
{
    struct rows rs;
    (void)state;
    say(REPLAY_ROWS_SLICE + 10);
    end_show(T0);
    tx.now_ms = T0 + REPLAY_KEPT_MS - 1;
    keep(5);
    assert_int_equal(messages(), REPLAY_ROWS_SLICE + 10);
    tx.now_ms++;
    keep(1);
    assert_int_equal(messages(), 10); /* a slice at a time */
    keep(3);
    assert_int_equal(messages(), 0);
    assert_int_equal(cards(), 0);
    assert_int_equal(db_one(tx.db, &q_replay_recording, ARGS(V_INT(7)), &arena, &rs), OK);
    assert_true(str_eq_z(row_str(&rs, 0, "state"), "removing")); /* its files are there yet */
    assert_int_equal(db_exec(tx.db, &q_replay_files_gone, ARGS(V_INT(7)), NULL), OK);
    keep(1);
    assert_int_equal(db_one(tx.db, &q_replay_recording, ARGS(V_INT(7)), &arena, &rs), OK);
    assert_true(str_eq_z(row_str(&rs, 0, "state"), "removed"));
    assert_int_equal(row_int(&rs, 0, "removed_at"), tx.now_ms);
}

static bool is_in_state(const char *state)
{
    struct rows rs;
    assert_int_equal(db_one(tx.db, &q_replay_recording, ARGS(V_INT(7)), &arena, &rs), OK);
    return str_eq_z(row_str(&rs, 0, "state"), state);
}

static void a_hold_stops_what_removes(void **state)
{
    (void)state;
    say(REPLAY_ROWS_SLICE + 10);
    end_show(T0);
    assert_int_equal(replay_hold(&tx, 7, 2, STR("court")), OK);
    tx.now_ms = T0 + 2 * REPLAY_KEPT_MS;
    keep(5);
    assert_int_equal(messages(), REPLAY_ROWS_SLICE + 10);
    assert_int_equal(replay_lift(&tx, 7, 2, STR("settled")), OK);
    keep(1);
    assert_int_equal(messages(), 10);
    assert_int_equal(replay_hold(&tx, 7, 2, STR("again")), OK); /* while it goes: the rest stays */
    keep(5);
    assert_int_equal(messages(), 10);
    assert_int_equal(rows_of(&q_replay_events_of, ARGS(V_INT(7))),
                     5); /* end, hold, lift, due, hold */
    assert_int_equal(db_exec(tx.db, &q_replay_files_gone, ARGS(V_INT(7)), NULL),
                     OK); /* said too late */
    assert_int_equal(replay_lift(&tx, 7, 2, STR_NONE), ERR_INVALID);
    assert_int_equal(replay_lift(&tx, 7, 2, STR("done")), OK);
    assert_int_equal(replay_lift(&tx, 7, 2, STR("done")), OK); /* pressed twice */
    assert_int_equal(rows_of(&q_replay_events_of, ARGS(V_INT(7))), 6);
    assert_int_equal(replay_hold(&tx, 7, 2, STR_NONE), ERR_INVALID);
    keep(3);
    assert_true(is_in_state("removing"));
    assert_int_equal(db_exec(tx.db, &q_replay_files_gone, ARGS(V_INT(7)), NULL), OK);
    keep(1);
    assert_int_equal(replay_hold(&tx, 7, 2, STR("too late")), ERR_CONFLICT);
    assert_int_equal(replay_hold(&tx, 8, 2, STR("no such")), ERR_NOT_FOUND);
}

/* What a complaint is about is needed as long as that is there. */
static void a_message_that_a_complaint_names_stays(void **state)
{
    struct rows rs;
    (void)state;
    say(3);
    end_show(T0);
    run_sql(
        "INSERT INTO house_complaints (about, show_id, message_id, kind, words, evidence_at, peer,"
        " status, made_at, look_due_at, answer_due_at)"
        " SELECT 'message', 7, min(id), 'abuse', zeroblob(1), 1, zeroblob(1), 'received', 1, 1, 1"
        " FROM show_messages");
    tx.now_ms = T0 + REPLAY_KEPT_MS;
    keep(4);
    assert_int_equal(messages(), 1);
    assert_int_equal(cards(), 0);
    assert_int_equal(db_exec(tx.db, &q_replay_files_gone, ARGS(V_INT(7)), NULL), OK);
    keep(1);
    assert_int_equal(db_one(tx.db, &q_replay_recording, ARGS(V_INT(7)), &arena, &rs), OK);
    assert_true(str_eq_z(row_str(&rs, 0, "state"), "removed"));
}

static void another_show(void)
{
    run_sql("INSERT INTO shows (id, title_zh, title_en, room_zh, room_en, host_id, status,"
            " starts_at, key_hash, key_sealed, created_at)"
            " VALUES (6, 'S', 'S', '', '', 1, 'ended', 1, zeroblob(1), zeroblob(1), 1)");
}

/* Of two shows that are due, the first of which the store does not let go. */
static void what_cannot_go_does_not_keep_the_others(void **state)
{
    (void)state;
    const struct val of_6[] = {V_INT(6), V_INT(0), V_INT(INT64_MAX), V_INT(0), V_INT(9)};
    say(1);
    another_show();
    run_sql("INSERT INTO show_messages (show_id, user_id, name, is_crew, body, sent_at)"
            " VALUES (6, 1, 'N', 0, 'm', 1)");
    run_sql("CREATE TABLE stuck (message_id BIGINT REFERENCES show_messages (id))");
    run_sql("INSERT INTO stuck SELECT id FROM show_messages WHERE show_id = 6");
    end_show(T0);
    run_sql("INSERT INTO recordings (show_id, state, ended_at, due_at)"
            " SELECT 6, state, ended_at, due_at FROM recordings");
    tx.now_ms = T0 + REPLAY_KEPT_MS;
    log_set_level(LOG_NONE);
    keep(1);
    assert_int_equal(messages(), 0);
    assert_int_equal(rows_of(&q_replay_messages, of_6, 5), 1);
    run_sql("DROP TABLE stuck");
    keep(4);
    assert_int_equal(rows_of(&q_replay_messages, of_6, 5), 0);
    log_set_level(LOG_INFO);
}

/* Whatever a later command thinks. */
static void the_store_itself_keeps_messages_and_events(void **state)
{
    (void)state;
    say(1);
    event("card", 1, T0);
    static const char *const deeds[] = {"DELETE FROM show_messages", "DELETE FROM show_events"};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(db_savepoint(tx.db), OK);
        assert_int_not_equal(db_script(tx.db, deeds[i]), OK);
        db_savepoint_rollback(tx.db);
    }
    assert_int_equal(messages(), 1);
}

static void states_are_what_the_table_says(void **state)
{
    (void)state;
    static const char *const states[] = {"", "open", "kept", "removing", "removed"};
    static const struct {
        const char *event, *to[5]; /* from each of the states; NULL: it cannot be */
        int as;
    } deeds[] = {{"record", {"open"}, REPLAY_AS_CLOCK},
                 {"end", {"kept", "kept"}, REPLAY_AS_CLOCK},
                 {"due", {NULL, NULL, "removing"}, REPLAY_AS_CLOCK},
                 {"gone", {NULL, NULL, NULL, "removed"}, REPLAY_AS_CLOCK},
                 {"hold", {NULL, "open", "kept", "removing"}, REPLAY_AS_OPERATOR},
                 {"lift", {NULL, "open", "kept", "removing"}, REPLAY_AS_OPERATOR}};
    for (size_t d = 0; d < sizeof(deeds) / sizeof(deeds[0]); d++)
        for (size_t i = 0; i < 5; i++) {
            const struct transition *t;
            struct str from = str_of(states[i]);
            int others = (REPLAY_AS_CLOCK | REPLAY_AS_OPERATOR) & ~deeds[d].as;
            bool may = deeds[d].to[i] != NULL;
            assert_int_equal(transition_next(&replay_transitions, from, deeds[d].event,
                                             (unsigned)deeds[d].as, &t),
                             may ? OK : ERR_CONFLICT);
            if (may)
                assert_string_equal(t->to, deeds[d].to[i]);
            assert_int_equal(
                transition_next(&replay_transitions, from, deeds[d].event, (unsigned)others, &t),
                may ? ERR_FORBIDDEN : ERR_CONFLICT);
        }
}

static void nothing_said(void *arg, const char *line)
{
    (void)arg;
    fail_msg("%s", line);
}

static void it_is_sound(void **state)
{
    int violations;
    (void)state;
    event("card", 1, T0);
    end_show(T0 + HOUR_MS);
    assert_int_equal(replay_check(tx.db, &arena, nothing_said, NULL, &violations), OK);
    assert_int_equal(violations, 0);
}

static void count_said(void *arg, const char *line)
{
    (void)line;
    ++*(int *)arg;
}

static void unsound(const char *wrong, const char *right)
{
    int violations, said = 0;
    run_sql(wrong);
    assert_int_equal(replay_check(tx.db, &arena, count_said, &said, &violations), OK);
    assert_int_equal(violations, 1);
    assert_int_equal(said, 1);
    run_sql(right);
}

static void the_check_finds_what_is_wrong(void **state)
{
    int violations;
    (void)state;
    event("card", 1, T0);
    end_show(T0 + HOUR_MS);
    tx.now_ms = T0 + HOUR_MS + REPLAY_KEPT_MS;
    run_sql("INSERT INTO recording_events (show_id, event, from_state, to_state, why, at)"
            " SELECT 7, 'due', 'kept', 'removing', '', due_at FROM recordings");
    assert_int_equal(replay_check(tx.db, &arena, nothing_said, NULL, &violations), OK);
    unsound("UPDATE shows SET status = 'live' WHERE id = 7",
            "UPDATE shows SET status = 'ended' WHERE id = 7");
    unsound("UPDATE recordings SET due_at = due_at + 1",
            "UPDATE recordings SET due_at = due_at - 1"); /* removed before it */
    unsound("UPDATE recordings SET due_at = due_at - 1",
            "UPDATE recordings SET due_at = due_at + 1"); /* too few years */
    another_show();
    unsound("UPDATE clips SET show_id = 6", "UPDATE clips SET show_id = 7");
}

/* An index of so many segments, in the folder of recordings. */
static void write_index(const char *folder, int n)
{
    char path[200];
    struct buf b;
    buf_init(&b, 4096);
    record_index_head(&b);
    for (int i = 1; i <= n; i++) {
        struct record_entry e = {.number = (uint32_t)i, .init = 1, .duration_ms = 2000, .bytes = 9};
        e.start_ms = e.wall_ms = 2000 * i;
        record_index_line(&b, &e);
    }
    snprintf(path, sizeof(path), "%s/recordings/show-7/index", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(b.p, 1, b.n, file), b.n);
    fclose(file);
    buf_free(&b);
}

static void an_index_is_read_once_and_anew_when_it_has_grown(void **state)
{
    (void)state;
    char folder[] = "/tmp/guildhall-replay-XXXXXX", path[100];
    const struct replay_index *a, *b, *c;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/recordings", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(replay_load(folder), OK);
    assert_int_equal(replay_index_of(7, &a), ERR_NOT_FOUND);
    assert_false(record_exists(replay_folder(), STR("show-7")));
    snprintf(path, sizeof(path), "%s/recordings/show-7", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    write_index(folder, 2);
    assert_int_equal(replay_index_of(7, &a), OK);
    assert_int_equal(replay_index_of(7, &b), OK);
    assert_ptr_equal(a, b);
    assert_int_equal(a->x.n, 2);
    write_index(folder, 3);
    assert_int_equal(replay_index_of(7, &c), OK);
    assert_int_equal(c->x.n, 3);
    assert_int_equal(a->x.n, 2); /* who has it still has it */
    replay_index_done(a);
    replay_index_done(b);
    replay_index_done(c);
    assert_int_equal(record_remove(replay_folder(), STR("show-7"), 10), OK);
    assert_int_equal(replay_index_of(7, &a), ERR_NOT_FOUND);
    replay_index_forget();
    snprintf(path, sizeof(path), "%s/recordings", folder);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_clip_goes_from_its_card_to_the_next),
        T(more_than_is_followed_at_once_is_followed_later),
        T(the_end_of_a_show_ends_its_clip_and_begins_its_years),
        T(all_of_it_goes_when_it_is_due_and_not_before),
        T(a_hold_stops_what_removes),
        T(a_message_that_a_complaint_names_stays),
        T(what_cannot_go_does_not_keep_the_others),
        T(the_store_itself_keeps_messages_and_events),
        T(states_are_what_the_table_says),
        T(it_is_sound),
        T(the_check_finds_what_is_wrong),
        cmocka_unit_test(an_index_is_read_once_and_anew_when_it_has_grown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
