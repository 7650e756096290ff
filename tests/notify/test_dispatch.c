/*
 * notify/ and store/outbox: every event at least once, those of a subject in order, whatever the
 * receiver answers and whoever delivers.
 */
#include "../store/fixture.h"

#include <pthread.h>
#include <sodium.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "notify/dispatch.h"
#include "notify/webhook.h"
#include "store/queries.h"

enum { HEARD_MAX = 4000, WAIT_MS = 20000 };

/* A receiver that remembers what it got and answers as it is told. */
struct receiver {
    pthread_mutex_t lock;
    char heard[HEARD_MAX][24]; /* "SUBJECT/BODY" of those it took */
    int n, asked;
    enum err answer;     /* to everything, or OK */
    const char *refuses; /* a subject that it refuses */
    enum err refusal;
    int refusals_left; /* so often; -1: always */
};

static enum err receive(void *arg, const struct outbox_event *e)
{
    struct receiver *r = arg;
    pthread_mutex_lock(&r->lock);
    enum err answer = r->answer;
    r->asked++;
    if (!answer && r->refuses && str_eq_z(e->subject, r->refuses) && r->refusals_left) {
        r->refusals_left--;
        answer = r->refusal;
    }
    if (!answer && r->n < HEARD_MAX)
        snprintf(r->heard[r->n++], sizeof(r->heard[0]), "%.*s/%.*s", STR_ARG(e->subject),
                 STR_ARG(e->body));
    pthread_mutex_unlock(&r->lock);
    return answer;
}

/* A town with a writer, and one that delivers. */
struct town {
    struct fixture f;
    struct writer *w;
    struct dispatch *d;
    struct receiver r;
};

static void start_dispatch(struct town *t)
{
    struct dispatch_spec spec = {.consumer = "test",
                                 .store_url = t->f.url,
                                 .writer = t->w,
                                 .deliver = receive,
                                 .arg = &t->r};
    assert_ok(dispatch_start(&spec, &t->d, &t->f.arena, &t->f.info));
}

static void town_open(struct town *t)
{
    memset(t, 0, sizeof(*t));
    pthread_mutex_init(&t->r.lock, NULL);
    fixture_on_disk(&t->f);
    assert_ok(writer_open(t->f.url, &t->w, &t->f.arena, &t->f.info));
    start_dispatch(t);
    assert_ok(writer_start(t->w));
}

static void town_close(struct town *t)
{
    dispatch_stop(t->d);
    writer_stop(t->w);
    dispatch_free(t->d);
    fixture_free(&t->f);
}

struct say {
    struct command cmd;
    const char *subject;
    int number;
    enum err outcome;
};

static enum err say_run(struct command *cmd, struct tx *tx)
{
    struct say *s = (struct say *)cmd;
    char body[16];
    snprintf(body, sizeof(body), "%d", s->number);
    enum err e = outbox_add(tx, str_of(s->subject), "test.said", str_of(body));
    return e ? e : s->outcome;
}

static void ignore(struct command *cmd, enum err result)
{
    (void)cmd, (void)result;
}

static enum err say(struct town *t, const char *subject, int number, enum err outcome)
{
    struct say s = {.subject = subject, .number = number, .outcome = outcome};
    s.cmd =
        (struct command){.name = "test.say", .run = say_run, .done = ignore, .arena = &t->f.arena};
    return writer_call(t->w, &s.cmd);
}

static int heard(struct town *t)
{
    pthread_mutex_lock(&t->r.lock);
    int n = t->r.n;
    pthread_mutex_unlock(&t->r.lock);
    return n;
}

static void wait_until_heard(struct town *t, int n)
{
    const struct timespec pause = {0, 2000000};
    for (int i = 0; i < WAIT_MS / 2 && heard(t) < n; i++)
        nanosleep(&pause, NULL);
    assert_int_equal(heard(t), n);
}

/* Events before a consumer is known are none of its business; wait until it is. */
static void wait_until_known(struct town *t)
{
    const struct timespec pause = {0, 2000000};
    struct db *db;
    struct rows rs;
    enum err e = ERR_NOT_FOUND;
    assert_ok(db_open(t->f.url, DB_READ, &db, &t->f.arena, &t->f.info));
    for (int i = 0; i < WAIT_MS / 2 && e == ERR_NOT_FOUND; i++) {
        e = db_one(db, &q_store_outbox_consumer, ARGS(V_Z("test")), &t->f.arena, &rs);
        if (e)
            nanosleep(&pause, NULL);
    }
    assert_ok(e);
    db_close(db);
}

static void what_is_committed_is_told_in_order(void **state)
{
    (void)state;
    struct town t;
    char want[24];
    town_open(&t);
    wait_until_known(&t);
    for (int i = 0; i < 200; i++)
        assert_int_equal(say(&t, i % 2 ? "a" : "b", i, i % 10 == 9 ? ERR_CONFLICT : OK),
                         i % 10 == 9 ? ERR_CONFLICT : OK);
    wait_until_heard(&t, 180);
    for (int i = 0, k = 0; i < 200; i++) {
        if (i % 10 == 9)
            continue; /* what did not happen is not told */
        snprintf(want, sizeof(want), "%s/%d", i % 2 ? "a" : "b", i);
        assert_string_equal(t.r.heard[k++], want);
    }
    town_close(&t);
}

/* Subject a is refused once: what comes after it about a waits behind it, b goes on. */
static void holds_back_its_subject_only(enum err refusal)
{
    struct town t;
    struct dispatch_stats stats;
    town_open(&t);
    wait_until_known(&t);
    t.r.refuses = "a";
    t.r.refusal = refusal;
    t.r.refusals_left = 1;
    for (int i = 0; i < 3; i++) {
        assert_ok(say(&t, "a", i, OK));
        assert_ok(say(&t, "b", i, OK));
    }
    wait_until_heard(&t, 6); /* a/0 comes again after five seconds */
    assert_string_equal(t.r.heard[0], "b/0");
    assert_string_equal(t.r.heard[1], "b/1");
    assert_string_equal(t.r.heard[2], "b/2");
    assert_string_equal(t.r.heard[3], "a/0");
    assert_string_equal(t.r.heard[4], "a/1");
    assert_string_equal(t.r.heard[5], "a/2");
    dispatch_stats(t.d, &stats);
    assert_int_equal(stats.delivered, 6);
    assert_int_equal(stats.refused, 1);
    town_close(&t);
}

static void a_refused_event_holds_back_its_subject_only(void **state)
{
    (void)state;
    holds_back_its_subject_only(ERR_PROTOCOL);
}

/* A receiver that stumbles at one event is told of the others. */
static void so_does_one_that_cannot_be_taken_now(void **state)
{
    (void)state;
    holds_back_its_subject_only(ERR_BUSY);
}

/* One that was refused as often as that is given up; one that could not be taken is not. */
static void only_a_refusal_is_given_up_by_its_tries(enum err refusal, bool given_up)
{
    struct town t;
    struct dispatch_stats stats = {0};
    const struct timespec pause = {0, 2000000};
    town_open(&t);
    wait_until_known(&t);
    dispatch_stop(t.d);
    assert_ok(say(&t, "a", 0, OK));
    assert_ok(say(&t, "a", 1, OK));
    writer_stop(t.w);
    dispatch_free(t.d);
    assert_ok(fixture_try_on(t.f.url, "INSERT INTO outbox_held (consumer, event, subject, attempts,"
                                      " due_ms) SELECT 'test', MIN(id), 'a', 50, 0"
                                      " FROM outbox_events"));
    assert_ok(fixture_try_on(t.f.url, "UPDATE outbox_consumers SET done ="
                                      " (SELECT MIN(id) FROM outbox_events)"));
    t.r.refuses = "a";
    t.r.refusal = refusal;
    t.r.refusals_left = 1;
    assert_ok(writer_open(t.f.url, &t.w, &t.f.arena, &t.f.info));
    start_dispatch(&t);
    assert_ok(writer_start(t.w));
    for (int i = 0; i < WAIT_MS / 2 && stats.refused == 0; i++) {
        nanosleep(&pause, NULL);
        dispatch_stats(t.d, &stats);
    }
    assert_int_equal(stats.refused, 1);
    assert_int_equal(stats.given_up, given_up);
    if (given_up) { /* its subject goes on */
        wait_until_heard(&t, 1);
        assert_string_equal(t.r.heard[0], "a/1");
    }
    town_close(&t);
}

static void what_is_refused_too_often_is_given_up(void **state)
{
    (void)state;
    only_a_refusal_is_given_up_by_its_tries(ERR_PROTOCOL, true);
}

static void what_could_not_be_taken_is_tried_again(void **state)
{
    (void)state;
    only_a_refusal_is_given_up_by_its_tries(ERR_BUSY, false);
}

static void while_nobody_is_there_everything_waits(void **state)
{
    (void)state;
    struct town t;
    town_open(&t);
    wait_until_known(&t);
    pthread_mutex_lock(&t.r.lock);
    t.r.answer = ERR_IO;
    pthread_mutex_unlock(&t.r.lock);
    for (int i = 0; i < 5; i++)
        assert_ok(say(&t, "a", i, OK));
    nanosleep(&(struct timespec){0, 400000000}, NULL);
    pthread_mutex_lock(&t.r.lock);
    assert_in_range(t.r.asked, 1, 2); /* news do not hurry it */
    assert_int_equal(t.r.n, 0);
    t.r.answer = OK;
    pthread_mutex_unlock(&t.r.lock);
    wait_until_heard(&t, 5);
    assert_string_equal(t.r.heard[0], "a/0");
    assert_string_equal(t.r.heard[4], "a/4");
    town_close(&t);
}

/* One process goes, another takes over where it was, and at once. */
static void another_goes_on_where_one_stopped(void **state)
{
    (void)state;
    struct town t;
    town_open(&t);
    wait_until_known(&t);
    assert_ok(say(&t, "a", 0, OK));
    wait_until_heard(&t, 1);
    dispatch_stop(t.d);
    for (int i = 1; i < 4; i++)
        assert_ok(say(&t, "a", i, OK));
    writer_stop(t.w);
    dispatch_free(t.d);
    assert_ok(writer_open(t.f.url, &t.w, &t.f.arena, &t.f.info));
    start_dispatch(&t);
    assert_ok(writer_start(t.w));
    int64_t from = clock_mono_ms();
    wait_until_heard(&t, 4);
    assert_in_range(clock_mono_ms() - from, 0, DISPATCH_LEASE_MS / 2);
    assert_string_equal(t.r.heard[3], "a/3");
    town_close(&t);
}

static uint64_t batches(struct town *t)
{
    struct writer_stats stats;
    writer_stats(t->w, &stats);
    return stats.batches;
}

/* Each commit is news, and asking for the lease is a commit, too. */
static void who_has_no_lease_does_not_keep_asking_for_it(void **state)
{
    (void)state;
    struct town t;
    struct dispatch *first;
    town_open(&t);
    wait_until_known(&t);
    assert_ok(say(&t, "a", 0, OK));
    wait_until_heard(&t, 1);
    first = t.d;
    start_dispatch(&t);
    uint64_t before = batches(&t);
    nanosleep(&(struct timespec){1, 500000000}, NULL);
    assert_in_range(batches(&t) - before, 1, 10);
    dispatch_stop(first);
    town_close(&t);
    dispatch_free(first);
}

/* --- the table's rules, without threads --- */

static void only_who_has_the_lease_records(void **state)
{
    (void)state;
    struct fixture f;
    struct outbox_event *events;
    size_t n;
    fixture_in_memory(&f);
    struct tx *tx = &f.tx;
    assert_ok(outbox_join(tx, "c"));
    assert_ok(outbox_join(tx, "c"));
    assert_ok(outbox_add(tx, STR("s"), "test.said", STR("1")));
    assert_ok(outbox_lease(tx, "c", "one", tx->now_ms + 1000));
    assert_int_equal(outbox_lease(tx, "c", "two", tx->now_ms + 1000), ERR_CONFLICT);
    assert_ok(outbox_new(f.db, "c", 10, &f.arena, &events, &n));
    assert_int_equal(n, 1);
    struct outbox_fate fate = {.event = &events[0], .held = true, .attempts = 1, .due_ms = 0};
    assert_int_equal(outbox_record(tx, "c", "two", events[0].id, &fate, 1), ERR_CONFLICT);
    tx->now_ms += 1000; /* the first one's time has passed */
    assert_int_equal(outbox_record(tx, "c", "one", events[0].id, &fate, 1), ERR_CONFLICT);
    assert_ok(outbox_lease(tx, "c", "two", tx->now_ms + 1000));
    assert_ok(outbox_record(tx, "c", "two", events[0].id, &fate, 1));
    assert_ok(outbox_new(f.db, "c", 10, &f.arena, &events, &n));
    assert_int_equal(n, 0);
    assert_ok(outbox_due(f.db, "c", tx->now_ms, 10, &f.arena, &events, &n));
    assert_int_equal(n, 1);
    assert_int_equal(events[0].attempts, 1);
    fixture_free(&f);
}

static void old_events_go_when_all_have_had_them(void **state)
{
    (void)state;
    struct fixture f;
    struct outbox_event *events;
    size_t n;
    fixture_in_memory(&f);
    struct tx *tx = &f.tx;
    /* A consumer that nobody delivers to keeps nothing; here it shows what is there. */
    assert_ok(db_script(f.db, "INSERT INTO outbox_consumers VALUES ('all', 0, '', 0)"));
    assert_ok(outbox_add(tx, STR("s"), "test.said", STR("0"))); /* before anybody listened */
    assert_ok(outbox_join(tx, "c"));
    for (int i = 0; i < 3; i++)
        assert_ok(outbox_add(tx, STR("s"), "test.said", STR("1")));
    assert_ok(outbox_lease(tx, "c", "one", tx->now_ms + 1000));
    struct outbox_event second = {.id = 3, .subject = STR("s")};
    struct outbox_fate fate = {.event = &second, .held = true, .attempts = 1, .due_ms = 0};
    assert_ok(outbox_record(tx, "c", "one", 3, &fate, 1));
    assert_ok(outbox_prune(tx, NULL));
    assert_ok(outbox_new(f.db, "all", 10, &f.arena, &events, &n));
    assert_int_equal(n, 4); /* none is old */
    tx->now_ms += OUTBOX_KEEP_MS + 1;
    assert_ok(outbox_lease(tx, "c", "one", tx->now_ms + 1000));
    assert_ok(outbox_prune(tx, NULL));
    assert_ok(outbox_new(f.db, "all", 10, &f.arena, &events, &n));
    assert_int_equal(n, 2); /* the third is held back, the fourth was never told */
    assert_int_equal(events[0].id, 3);
    fixture_free(&f);
}

/* A quiet week: nothing is left but what the next number is counted from. */
static void an_event_after_a_quiet_time_is_told(void **state)
{
    (void)state;
    struct fixture f;
    struct outbox_event *events;
    size_t n;
    fixture_in_memory(&f);
    struct tx *tx = &f.tx;
    assert_ok(outbox_join(tx, "c"));
    assert_ok(outbox_add(tx, STR("s"), "test.said", STR("1")));
    assert_ok(outbox_add(tx, STR("s"), "test.said", STR("2")));
    assert_ok(outbox_lease(tx, "c", "one", tx->now_ms + 1000));
    assert_ok(outbox_record(tx, "c", "one", 2, NULL, 0));
    tx->now_ms += OUTBOX_KEEP_MS + 1;
    assert_ok(outbox_prune(tx, NULL));
    assert_ok(outbox_add(tx, STR("s"), "test.said", STR("3")));
    assert_ok(outbox_new(f.db, "c", 10, &f.arena, &events, &n));
    assert_int_equal(n, 1);
    assert_true(str_eq_z(events[0].body, "3"));
    fixture_free(&f);
}

/* Else one event that it had refused would keep all later ones. */
static void what_a_consumer_that_is_gone_held_back_goes(void **state)
{
    (void)state;
    struct fixture f;
    struct outbox_event *events;
    size_t n;
    fixture_in_memory(&f);
    struct tx *tx = &f.tx;
    assert_ok(db_script(f.db, "INSERT INTO outbox_consumers VALUES ('all', 0, '', 0)"));
    assert_ok(outbox_join(tx, "gone"));
    assert_ok(outbox_add(tx, STR("s"), "test.said", STR("1")));
    assert_ok(outbox_lease(tx, "gone", "one", tx->now_ms + 1000));
    struct outbox_event first = {.id = 1, .subject = STR("s")};
    struct outbox_fate fate = {.event = &first, .held = true, .attempts = 1, .due_ms = 0};
    assert_ok(outbox_record(tx, "gone", "one", 1, &fate, 1));
    for (int i = 0; i < 2000; i++)
        assert_ok(outbox_add(tx, STR("s"), "test.said", STR("2")));
    tx->now_ms += OUTBOX_KEEP_MS + 1000 + 1;
    for (int i = 0; i < 10; i++)
        assert_ok(outbox_prune(tx, NULL));
    assert_ok(outbox_new(f.db, "all", 10, &f.arena, &events, &n));
    assert_in_range(n, 0, 1);
    fixture_free(&f);
}

static void a_signature_is_what_the_standard_says(void **state)
{
    (void)state;
    uint8_t key[32];
    char out[WEBHOOK_SIGNATURE_MAX];
    size_t n;
    memset(key, 'k', sizeof(key));
    webhook_sign(key, "evt_1", 1614265330, STR("{\"test\": 2432232314}"), out);
    assert_int_equal(strncmp(out, "v1,", 3), 0);
    uint8_t mac[32], want[crypto_auth_hmacsha256_BYTES];
    static const char signed_text[] = "evt_1.1614265330.{\"test\": 2432232314}";
    assert_int_equal(sodium_base642bin(mac, sizeof(mac), out + 3, strlen(out + 3), NULL, &n, NULL,
                                       sodium_base64_VARIANT_ORIGINAL),
                     0);
    crypto_auth_hmacsha256(want, (const uint8_t *)signed_text, sizeof(signed_text) - 1, key);
    assert_memory_equal(mac, want, sizeof(want));
}

static void addresses_of_webhooks_are_checked(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "ftp://h/x",    "file:///etc/passwd", "nothing", "http://", "https://u:p@h/",
        "https://u@h/", "javascript:alert(1)"};
    static const uint8_t key[32];
    struct webhook *h;
    struct err_info info;
    assert_ok(webhook_init());
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(webhook_new(bad[i], key, &h, &info), ERR_INVALID);
    assert_ok(webhook_new("https://hooks.example/guildhall?x=1", key, &h, &info));
    webhook_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_committed_is_told_in_order),
        cmocka_unit_test(a_refused_event_holds_back_its_subject_only),
        cmocka_unit_test(so_does_one_that_cannot_be_taken_now),
        cmocka_unit_test(what_is_refused_too_often_is_given_up),
        cmocka_unit_test(what_could_not_be_taken_is_tried_again),
        cmocka_unit_test(while_nobody_is_there_everything_waits),
        cmocka_unit_test(another_goes_on_where_one_stopped),
        cmocka_unit_test(who_has_no_lease_does_not_keep_asking_for_it),
        cmocka_unit_test(only_who_has_the_lease_records),
        cmocka_unit_test(old_events_go_when_all_have_had_them),
        cmocka_unit_test(an_event_after_a_quiet_time_is_told),
        cmocka_unit_test(what_a_consumer_that_is_gone_held_back_goes),
        cmocka_unit_test(a_signature_is_what_the_standard_says),
        cmocka_unit_test(addresses_of_webhooks_are_checked),
    };
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
