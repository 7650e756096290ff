/* town/talk: who may write, how much and until when; what is new to a side, who waits; what the
 * base may read; what the check finds. */
#include "../settle/sharing.h"

#include "store/queries.h"
#include "town/claims/claims.h"
#include "town/talk/talk.h"

enum { CLERK = 21, COLLEAGUE = 22, MINUTE_MS = 60 * 1000 };

struct table {
    struct shop s;
    int64_t order, last; /* the last message */
};

static void open_town(struct table *t)
{
    share_open(&t->s);
    claims_start(NULL);
    assert_ok(db_script(t->s.f.db,
                        "INSERT INTO users (id, login, name, password, roles, created_at) VALUES"
                        " (12, 'o', 'o', '!', 1, 1), (21, 'c', 'c', '!', 4, 1),"
                        " (22, 'd', 'd', '!', 4, 1)"));
    t->order = placed(&t->s, want(1, 1));
}

static void close_town(struct table *t)
{
    int n;
    assert_ok(talk_check(t->s.f.db, &t->s.f.arena, shop_say, NULL, &n));
    assert_int_equal(n, 0);
    share_close(&t->s);
}

static const struct order_actor buyer = {BUYER, ORDER_AS_BUYER}, maker = {CLERK, ORDER_AS_FACTORY},
                                colleague = {COLLEAGUE, ORDER_AS_FACTORY};

/* In a savepoint, as the writer does. */
static enum err try_say(struct table *t, struct talk_word w)
{
    t->s.f.info = (struct err_info){0};
    assert_ok(db_savepoint(t->s.f.db));
    enum err e = talk_say(&t->s.f.tx, &w, &t->last);
    if (e)
        db_savepoint_rollback(t->s.f.db);
    else
        assert_ok(db_savepoint_release(t->s.f.db));
    return e;
}

static enum err try_words(struct table *t, struct order_actor by, const char *text)
{
    return try_say(t, (struct talk_word){.order_id = t->order, .by = by, .text = str_of(text)});
}

static void says(struct table *t, struct order_actor by)
{
    assert_ok(try_words(t, by, "hello"));
}

static int64_t of_talk(struct table *t, const char *column)
{
    struct rows rs;
    assert_ok(db_one(t->s.f.db, &q_talk_order, ARGS(V_INT(t->order)), &t->s.f.arena, &rs));
    return row_int(&rs, 0, column);
}

#define assert_talk(column, wanted) assert_int_equal(of_talk(&t, column), wanted)
#define assert_refused(expression, error, message)                                                 \
    do {                                                                                           \
        assert_int_equal(expression, error);                                                       \
        assert_string_equal(t.s.f.info.field, "text");                                             \
        assert_string_equal(t.s.f.info.key, message);                                              \
    } while (0)

/* How many orders wait on the maker's day. */
static size_t waiting(struct table *t, int64_t factory)
{
    struct rows rs;
    assert_ok(console_rows(t->s.f.db, &talk_lines[0], factory, t->s.f.tx.now_ms, 10, 0,
                           &t->s.f.arena, &rs));
    return rs.n;
}

/* --- writing --- */

static void who_may_write(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    says(&t, buyer);
    says(&t, maker);
    says(&t, colleague);
    assert_int_equal(try_words(&t, (struct order_actor){OTHER, ORDER_AS_BUYER}, "x"),
                     ERR_NOT_FOUND);
    assert_int_equal(try_words(&t, (struct order_actor){ADMIN, ORDER_AS_OPERATOR}, "x"),
                     ERR_FORBIDDEN);
    assert_int_equal(try_words(&t, (struct order_actor){0, ORDER_AS_SYSTEM}, "x"), ERR_FORBIDDEN);
    assert_int_equal(
        try_say(&t, (struct talk_word){.order_id = 99, .by = buyer, .text = STR("hello")}),
        ERR_NOT_FOUND);
    assert_talk("n", 3);
    close_town(&t);
}

static void how_long_a_message_is(void **state)
{
    (void)state;
    struct table t;
    char text[3 * TALK_TEXT_MAX + 2] = "";
    open_town(&t);
    for (int i = 0; i < TALK_TEXT_MAX; i++)
        strcat(text, "\xE5\xAD\x97"); /* characters, not bytes */
    assert_ok(try_words(&t, buyer, text));
    strcat(text, "x");
    assert_refused(try_words(&t, buyer, text), ERR_INVALID, "web.text_bad");
    assert_refused(try_words(&t, buyer, ""), ERR_INVALID, "web.text_bad");
    assert_talk("n", 1);
    close_town(&t);
}

static void an_author_is_stopped_and_others_are_not(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    int64_t first = t.order, second = t.order = placed(&t.s, want(2, 1));
    for (int i = 0; i < TALK_FAST_MAX; i++)
        says(&t, maker);
    assert_refused(try_words(&t, maker, "x"), ERR_LIMIT, "talk.too_fast");
    assert_int_equal(t.s.f.info.limit, TALK_FAST_MAX);
    t.order = first;
    says(&t, maker); /* about another order */
    t.order = second;
    says(&t, colleague);
    says(&t, buyer);
    t.s.f.tx.now_ms += TALK_FAST_MS - 1;
    assert_refused(try_words(&t, maker, "x"), ERR_LIMIT, "talk.too_fast");
    t.s.f.tx.now_ms += 1;
    says(&t, maker);
    close_town(&t);
}

static void an_author_is_stopped_over_all_orders(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    for (int i = 0; i < TALK_FAST_ALL; i++) {
        if (i % (TALK_FAST_MAX / 2) == 0)
            assert_ok(db_script(
                t.s.f.db,
                arena_printf(&t.s.f.arena,
                             "INSERT INTO orders (id, checkout_id, buyer_id, factory_id, status,"
                             " goods_fen, total_fen, placed_at, hold_until, paid_at)"
                             " VALUES (%d, %d, 12, 3, 'paid', 0, 0, 1, 1, 1)",
                             1000 + i, 1000 + i)));
        t.order = 1000 + i / (TALK_FAST_MAX / 2) * (TALK_FAST_MAX / 2);
        says(&t, maker);
    }
    assert_refused(try_words(&t, maker, "x"), ERR_LIMIT, "talk.too_fast");
    assert_int_equal(t.s.f.info.limit, TALK_FAST_ALL);
    says(&t, colleague);
    assert_ok(db_script(t.s.f.db, "DELETE FROM talks WHERE order_id >= 1000;"
                                  "DELETE FROM talk_words WHERE order_id >= 1000;"
                                  "DELETE FROM orders WHERE id >= 1000"));
    close_town(&t);
}

static void an_order_that_is_over_has_a_month(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    says(&t, buyer);
    event(&t.s, t.order, "cancel", ORDER_AS_BUYER);
    int64_t over_at = t.s.f.tx.now_ms;
    t.s.f.tx.now_ms = over_at + TALK_OVER_MS - 1;
    says(&t, buyer);
    assert_int_equal(waiting(&t, FACTORY), 1);
    t.s.f.tx.now_ms = over_at + TALK_OVER_MS;
    assert_refused(try_words(&t, buyer, "x"), ERR_CONFLICT, "talk.over");
    assert_refused(try_words(&t, maker, "x"), ERR_CONFLICT, "talk.over");
    t.s.f.tx.now_ms += INT64_C(24) * 3600 * 1000; /* a day's lines look at its end */
    assert_int_equal(waiting(&t, FACTORY), 0);
    close_town(&t);
}

static void one_that_is_closed_has_a_month_from_then(void **state)
{
    (void)state;
    struct table t;
    int closed;
    open_town(&t);
    t.order = received(&t.s, want(1, 1));
    t.s.f.tx.now_ms += ORDER_RETURN_DAYS * INT64_C(24) * 3600 * 1000 + 1;
    assert_ok(order_clock(&t.s.f.tx, 10, &closed));
    assert_int_equal(closed, 1);
    turn(&t.s);
    t.s.f.tx.now_ms += TALK_OVER_MS - 1;
    says(&t, buyer);
    t.s.f.tx.now_ms += 1;
    assert_refused(try_words(&t, buyer, "x"), ERR_CONFLICT, "talk.over");
    close_town(&t);
}

static void a_full_talk_keeps_nobody_waiting(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    for (int i = 0; i < TALK_MAX - 1; i++) {
        says(&t, i % 2 ? buyer : maker);
        t.s.f.tx.now_ms += MINUTE_MS;
    }
    says(&t, buyer);
    assert_talk("n", TALK_MAX);
    assert_talk("waits_since", 0);
    assert_talk("factory_unread", 1); /* it is new all the same */
    assert_int_equal(waiting(&t, FACTORY), 0);
    assert_refused(try_words(&t, buyer, "x"), ERR_LIMIT, "talk.full");
    assert_refused(try_words(&t, maker, "x"), ERR_LIMIT, "talk.full");
    close_town(&t);
}

/* --- who waits, what is new --- */

static void who_asks_waits_from_the_first_word_on(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    says(&t, maker); /* nobody waits for the buyer */
    assert_talk("waits_since", 0);
    t.s.f.tx.now_ms += MINUTE_MS;
    int64_t asked = t.s.f.tx.now_ms;
    says(&t, buyer);
    t.s.f.tx.now_ms += MINUTE_MS;
    says(&t, buyer);
    assert_talk("waits_since", asked);
    assert_int_equal(waiting(&t, FACTORY), 1);
    assert_int_equal(waiting(&t, FACTORY + 1), 0);
    says(&t, colleague);
    assert_talk("waits_since", 0);
    assert_int_equal(waiting(&t, FACTORY), 0);
    close_town(&t);
}

static void marks_count_what_the_other_side_wrote(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    says(&t, buyer);
    int64_t first = t.last;
    says(&t, buyer);
    says(&t, maker);
    assert_talk("factory_unread", 0); /* who answers has seen it */
    assert_talk("buyer_unread", 1);
    says(&t, buyer);
    assert_talk("buyer_unread", 0);
    assert_talk("factory_unread", 1);
    assert_ok(talk_seen(&t.s.f.tx, t.order, ORDER_AS_FACTORY, t.last + 1000));
    assert_talk("factory_unread", 0);
    assert_talk("factory_seen", t.last);
    assert_ok(talk_seen(&t.s.f.tx, t.order, ORDER_AS_FACTORY, first));
    assert_talk("factory_seen", t.last); /* it never goes back */
    assert_int_equal(talk_seen(&t.s.f.tx, t.order, ORDER_AS_OPERATOR, first), ERR_FORBIDDEN);
    assert_int_equal(talk_seen(&t.s.f.tx, 99, ORDER_AS_BUYER, first), ERR_NOT_FOUND);
    close_town(&t);
}

static void what_came_while_one_wrote_stays_new(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    says(&t, buyer);
    int64_t seen = t.last;
    says(&t, buyer);
    const struct talk_word w = {
        .order_id = t.order, .by = maker, .text = STR("to the first"), .seen = seen};
    assert_ok(try_say(&t, w));
    assert_talk("factory_unread", 1);
    assert_talk("factory_seen", seen);
    close_town(&t);
}

static void nothing_written_is_nothing_seen(void **state)
{
    (void)state;
    struct table t;
    open_town(&t);
    assert_ok(talk_seen(&t.s.f.tx, t.order, ORDER_AS_BUYER, 5));
    assert_talk("n", 0);
    assert_talk("buyer_seen", 0);
    close_town(&t);
}

/* --- sealed, and who opens --- */

static void words_are_sealed(void **state)
{
    (void)state;
    struct table t;
    struct rows rs;
    struct str plain;
    open_town(&t);
    assert_ok(try_words(&t, buyer, "call Amian, 13800000000"));
    assert_ok(db_select(t.s.f.db, &q_talk_of_order,
                        ARGS(V_INT(t.order), V_INT(INT64_MAX), V_INT(10)), &t.s.f.arena, &rs));
    struct str kept = row_str(&rs, 0, "words");
    assert_null(memmem(kept.p, kept.n, "Amian", 5));
    assert_null(memmem(kept.p, kept.n, "1380000", 7));
    assert_ok(seal_reveal("talk_words.words", kept, &t.s.f.arena, &plain));
    assert_true(str_eq_z(plain, "call Amian, 13800000000"));
    close_town(&t);
}

static enum err try_open(struct table *t)
{
    t->s.f.info = (struct err_info){0};
    return talk_open(&t->s.f.tx, t->order, ADMIN, STR("claim 1"));
}

static void does(struct table *t, int64_t claim, const char *name, struct order_actor by)
{
    const struct claim_more why = {.text = STR("because")};
    assert_ok(claim_do(&t->s.f.tx, claim, name, by, &why));
    turn(&t->s);
}

static void the_base_opens_while_there_is_a_dispute(void **state)
{
    (void)state;
    struct table t;
    int64_t claim;
    open_town(&t);
    t.order = received(&t.s, want(1, 1));
    says(&t, buyer);
    assert_int_equal(try_open(&t), ERR_CONFLICT);
    assert_string_equal(t.s.f.info.key, "talk.no_dispute");
    const struct claim_ask ask = {.order_id = t.order,
                                  .buyer_id = BUYER,
                                  .kind = "return",
                                  .reason = "quality",
                                  .lines = {{1, 1}},
                                  .n = 1};
    assert_ok(claim_open(&t.s.f.tx, &ask, &claim));
    assert_int_equal(try_open(&t), ERR_CONFLICT); /* a claim is no dispute */
    does(&t, claim, "refuse", maker);
    assert_int_equal(try_open(&t), ERR_CONFLICT);
    does(&t, claim, "dispute", buyer);
    assert_ok(try_open(&t));
    int64_t disputed = t.order;
    t.order = received(&t.s, want(1, 1)); /* that of another order does not count */
    assert_int_equal(try_open(&t), ERR_CONFLICT);
    t.order = disputed;
    does(&t, claim, "reject", (struct order_actor){ADMIN, ORDER_AS_OPERATOR});
    assert_int_equal(try_open(&t), ERR_CONFLICT);
    close_town(&t);
}

static void openings_are_never_changed(void **state)
{
    (void)state;
    static const char *const tries[] = {"UPDATE talk_openings SET purpose = 'x'",
                                        "DELETE FROM talk_openings"};
    struct table t;
    open_town(&t);
    assert_ok(db_script(t.s.f.db, "INSERT INTO talk_openings (order_id, user_id, purpose, at)"
                                  " VALUES (1, 1, 'x', 1)"));
    for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
        assert_ok(db_savepoint(t.s.f.db));
        assert_int_not_equal(db_script(t.s.f.db, tries[i]), OK);
        db_savepoint_rollback(t.s.f.db);
    }
    close_town(&t);
}

/* --- the check --- */

static void the_check_finds_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *says;
    } wrongs[] = {
        {"DELETE FROM talks", "order 1: messages of no order"},
        {"UPDATE talks SET buyer_id = 12", "order 1: messages of no order"},
        {"UPDATE talks SET factory_id = 4", "order 1: messages of no order"},
        {"UPDATE talk_words SET user_id = 12 WHERE side = 'buyer'", "order 1: a message of some"},
        {"UPDATE talk_words SET user_id = 11 WHERE side = 'factory'", "order 1: a message of some"},
        {"UPDATE talk_words SET user_id = 99 WHERE side = 'factory'", "order 1: a message of some"},
        {"UPDATE talk_words SET at = 1 WHERE id = (SELECT max(id) FROM talk_words)",
         "order 1: a message is older"},
        {"UPDATE talks SET n = n + 1", "order 1: there are not as many"},
        {"UPDATE talks SET last_id = last_id + 1", "order 1: there are not as many"},
        {"DELETE FROM talk_words", "order 1: there are not as many"},
        {"UPDATE talks SET buyer_unread = 5", "order 1: what is new"},
        {"UPDATE talks SET factory_unread = 0", "order 1: what is new"},
        {"UPDATE talks SET buyer_seen = last_id + 1", "order 1: what is new"},
        {"UPDATE talks SET factory_seen = last_id + 1", "order 1: what is new"},
        {"UPDATE talks SET waits_since = NULL", "order 1: its buyer waits"},
        {"UPDATE talks SET waits_since = waits_since + 1", "order 1: its buyer waits"},
    };
    struct table t;
    open_town(&t);
    says(&t, maker);
    says(&t, buyer);
    says(&t, buyer);
    for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
        char said[4000] = "";
        int n;
        assert_ok(db_savepoint(t.s.f.db));
        assert_ok(db_script(t.s.f.db, wrongs[i].sql));
        assert_ok(talk_check(t.s.f.db, &t.s.f.arena, shop_say, said, &n));
        assert_true(n > 0);
        if (!strstr(said, wrongs[i].says))
            fail_msg("%s: %s", wrongs[i].sql, said);
        db_savepoint_rollback(t.s.f.db);
    }
    close_town(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_may_write),
        cmocka_unit_test(how_long_a_message_is),
        cmocka_unit_test(an_author_is_stopped_and_others_are_not),
        cmocka_unit_test(an_author_is_stopped_over_all_orders),
        cmocka_unit_test(an_order_that_is_over_has_a_month),
        cmocka_unit_test(one_that_is_closed_has_a_month_from_then),
        cmocka_unit_test(a_full_talk_keeps_nobody_waiting),
        cmocka_unit_test(who_asks_waits_from_the_first_word_on),
        cmocka_unit_test(marks_count_what_the_other_side_wrote),
        cmocka_unit_test(what_came_while_one_wrote_stays_new),
        cmocka_unit_test(nothing_written_is_nothing_seen),
        cmocka_unit_test(words_are_sealed),
        cmocka_unit_test(the_base_opens_while_there_is_a_dispute),
        cmocka_unit_test(openings_are_never_changed),
        cmocka_unit_test(the_check_finds_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
