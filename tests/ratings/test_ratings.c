/* town/ratings: who rates what and when; the answer, hiding; what the check finds. */
#include "../settle/sharing.h"

#include "store/queries.h"
#include "town/ratings/ratings.h"

enum { SKU = 1, OPERATOR_ID = 9, CLERK = 14 };

static void rate_open(struct shop *s)
{
    share_open(s);
    ratings_start();
}

static void rate_close(struct shop *s)
{
    int n;
    assert_ok(ratings_check(s->f.db, &s->f.arena, shop_say, NULL, &n));
    assert_int_equal(n, 0);
    share_close(s);
}

/* In a savepoint, as the writer does, which undoes a refusal. */
static enum err tried(struct shop *s, enum err e)
{
    if (e)
        db_savepoint_rollback(s->f.db);
    else
        assert_ok(db_savepoint_release(s->f.db));
    return e;
}

static void try_begins(struct shop *s)
{
    s->f.info = (struct err_info){0};
    assert_ok(db_savepoint(s->f.db));
}

static int64_t last; /* rating */

static enum err rate(struct shop *s, int64_t order, int64_t stars, const char *text)
{
    const struct rating_words w = {order, 1, BUYER, stars, str_of(text)};
    try_begins(s);
    return tried(s, rating_rate(&s->f.tx, &w, &last));
}

static enum err answer(struct shop *s, int64_t rating, int64_t factory, const char *text)
{
    try_begins(s);
    return tried(s, rating_answer(&s->f.tx, rating, factory, CLERK, str_of(text)));
}

static enum err hide(struct shop *s, int64_t rating, const char *why)
{
    try_begins(s);
    return tried(s, rating_hide(&s->f.tx, rating, OPERATOR_ID, str_of(why)));
}

static void assert_refused(const struct shop *s, const char *field, const char *key)
{
    assert_string_equal(s->f.info.field, field);
    assert_string_equal(s->f.info.key, key);
}

static int64_t number(struct shop *s, const struct query *q, int64_t of, const char *member)
{
    struct rows rs;
    assert_ok(db_one(s->f.db, q, ARGS(V_INT(of)), &s->f.arena, &rs));
    return row_int(&rs, 0, member);
}

static int violations(struct shop *s, char *said)
{
    int n;
    said[0] = 0;
    assert_ok(ratings_check(s->f.db, &s->f.arena, shop_say, said, &n));
    return n;
}

/* --- the buyer --- */

static void a_line_is_rated_once(void **state)
{
    (void)state;
    struct shop s;
    rate_open(&s);
    int64_t order = received(&s, want(SKU, 2));
    assert_ok(rate(&s, order, 4, "boils fast"));
    int64_t first = last;
    assert_ok(rate(&s, order, 4, "boils fast")); /* pressed twice */
    assert_int_equal(last, first);
    assert_int_equal(rate(&s, order, 5, "boils fast"), ERR_CONFLICT);
    assert_refused(&s, "status", "ratings.rated");
    assert_int_equal(rate(&s, order, 4, "boils"), ERR_CONFLICT);
    assert_int_equal(number(&s, &q_ratings_sum, SKU, "n"), 1);
    assert_int_equal(number(&s, &q_ratings_sum, SKU, "stars"), 4);
    rate_close(&s);
}

static void only_what_was_received_is_rated(void **state)
{
    (void)state;
    struct shop s;
    rate_open(&s);
    int64_t order = shipped(&s, want(SKU, 1));
    assert_int_equal(rate(&s, order, 5, ""), ERR_CONFLICT);
    assert_refused(&s, "status", "ratings.not_received");
    event(&s, order, "receive", ORDER_AS_BUYER);
    assert_ok(rate(&s, order, 5, "")); /* stars alone */
    rate_close(&s);
}

static void thirty_days_after_receipt_it_is_too_late(void **state)
{
    (void)state;
    struct shop s;
    rate_open(&s);
    int64_t one = received(&s, want(SKU, 1)), two = received(&s, want(SKU, 1));
    s.f.tx.now_ms += RATING_DAYS_MS - 1;
    assert_ok(rate(&s, one, 5, "to the last moment"));
    s.f.tx.now_ms += 1;
    assert_int_equal(rate(&s, two, 5, ""), ERR_CONFLICT);
    assert_refused(&s, "status", "ratings.too_late");
    assert_int_equal(s.f.info.limit, RATING_DAYS);
    assert_ok(rate(&s, one, 5, "to the last moment")); /* the same again still is */
    rate_close(&s);
}

static void a_makers_own_people_do_not_rate_its_goods(void **state)
{
    (void)state;
    struct shop s;
    rate_open(&s);
    int64_t order = received(&s, want(SKU, 2));
    assert_ok(db_script(s.f.db, "INSERT INTO memberships (user_id, organisation_id, created_at) "
                                "SELECT buyer_id, factory_id, 1 FROM orders LIMIT 1"));
    assert_int_equal(rate(&s, order, 5, "the best there is"), ERR_CONFLICT);
    assert_refused(&s, "status", "ratings.own");
    assert_ok(db_script(s.f.db, "DELETE FROM memberships"));
    assert_ok(rate(&s, order, 5, "who works there no more may"));
    rate_close(&s);
}

static void what_went_back_whole_is_not_rated(void **state)
{
    (void)state;
    struct shop s;
    rate_open(&s);
    int64_t part = received(&s, want(SKU, 2)), whole = received(&s, want(2, 2));
    refund(&s, part, 1, 1, 6900, "a");
    assert_ok(rate(&s, part, 3, "one of two stayed"));
    refund(&s, whole, 1, 2, 13800, "b");
    assert_int_equal(rate(&s, whole, 1, ""), ERR_CONFLICT);
    assert_refused(&s, "status", "ratings.went_back");
    rate_close(&s);
}

static void what_goes_back_later_keeps_its_rating(void **state)
{
    (void)state;
    struct shop s;
    rate_open(&s);
    int64_t order = received(&s, want(SKU, 1));
    assert_ok(rate(&s, order, 1, "broke on the second day"));
    refund(&s, order, 1, 1, 6900, "a");
    assert_int_equal(number(&s, &q_ratings_sum, SKU, "n"), 1);
    rate_close(&s);
}

static void what_is_no_rating(void **state)
{
    (void)state;
    struct shop s;
    char text[3 * (RATING_TEXT_MAX + 1) + 1];
    rate_open(&s);
    int64_t order = received(&s, want(SKU, 1));
    for (int64_t stars = -1; stars <= RATING_STARS_MAX + 1; stars++)
        if (stars < 1 || stars > RATING_STARS_MAX) {
            assert_int_equal(rate(&s, order, stars, ""), ERR_INVALID);
            assert_refused(&s, "stars", "ratings.stars_bad");
        }
    for (int i = 0; i <= RATING_TEXT_MAX; i++) /* characters are counted, not bytes */
        memcpy(text + 3 * i, "\xe5\xa5\xbd", 3);
    text[sizeof(text) - 1] = 0;
    assert_int_equal(rate(&s, order, 5, text), ERR_INVALID);
    assert_refused(&s, "text", "ratings.text_bad");
    text[sizeof(text) - 4] = 0;
    assert_ok(rate(&s, order, 5, text));
    rate_close(&s);
}

static void only_the_buyer_rates_and_only_lines_that_there_are(void **state)
{
    (void)state;
    struct shop s;
    int64_t id;
    rate_open(&s);
    int64_t order = received(&s, want(SKU, 1));
    const struct rating_words wrong[] = {{order, 1, OTHER, 5, STR_NONE},
                                         {order, 2, BUYER, 5, STR_NONE},
                                         {order, 0, BUYER, 5, STR_NONE},
                                         {order + 1, 1, BUYER, 5, STR_NONE}};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(rating_rate(&s.f.tx, &wrong[i], &id), ERR_NOT_FOUND);
    rate_close(&s);
}

/* --- the maker and the base --- */

static void the_maker_answers_once(void **state)
{
    (void)state;
    struct shop s;
    char text[RATING_ANSWER_MAX + 2];
    rate_open(&s);
    assert_ok(rate(&s, received(&s, want(SKU, 1)), 2, "loud"));
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = 0;
    assert_int_equal(answer(&s, last, FACTORY + 1, "thanks"), ERR_NOT_FOUND);
    assert_int_equal(answer(&s, last + 1, FACTORY, "thanks"), ERR_NOT_FOUND);
    assert_int_equal(answer(&s, last, FACTORY, ""), ERR_INVALID);
    assert_int_equal(answer(&s, last, FACTORY, text), ERR_INVALID);
    assert_int_equal(s.f.info.limit, RATING_ANSWER_MAX);
    assert_ok(answer(&s, last, FACTORY, text + 1));
    assert_ok(answer(&s, last, FACTORY, text + 1)); /* pressed twice */
    assert_int_equal(answer(&s, last, FACTORY, "another"), ERR_CONFLICT);
    assert_refused(&s, "status", "ratings.done_already");
    rate_close(&s);
}

static void a_hidden_one_is_kept_and_counts_no_more(void **state)
{
    (void)state;
    struct shop s;
    rate_open(&s);
    int64_t order = received(&s, want(SKU, 1));
    assert_ok(rate(&s, order, 1, "call me at my shop"));
    int64_t low = last;
    assert_ok(rate(&s, received(&s, want(SKU, 1)), 5, ""));
    assert_int_equal(hide(&s, low, ""), ERR_INVALID);
    assert_ok(hide(&s, low, "advertises another shop"));
    assert_ok(hide(&s, low, "advertises another shop"));
    assert_int_equal(hide(&s, low, "for another reason"), ERR_CONFLICT);
    assert_int_equal(answer(&s, low, FACTORY, "sorry"), ERR_CONFLICT);
    assert_int_equal(hide(&s, low + 99, "x"), ERR_NOT_FOUND);
    assert_int_equal(number(&s, &q_ratings_sum, SKU, "n"), 1);
    assert_int_equal(number(&s, &q_ratings_sum, SKU, "stars"), 5);
    assert_int_equal(number(&s, &q_ratings_get, low, "id"), low);
    assert_int_equal(rate(&s, order, 5, "again"), ERR_CONFLICT); /* it is rated all the same */
    assert_ok(answer(&s, last, FACTORY, "thanks"));
    assert_ok(hide(&s, last, "by mistake for another")); /* an answered one too */
    rate_close(&s);
}

static void every_step_leaves_an_event(void **state)
{
    (void)state;
    struct shop s;
    struct rows rs;
    rate_open(&s);
    assert_ok(rate(&s, received(&s, want(SKU, 1)), 3, ""));
    assert_ok(answer(&s, last, FACTORY, "thanks"));
    assert_ok(hide(&s, last, "why"));
    assert_ok(db_select(s.f.db, &q_ratings_events, ARGS(V_INT(last)), &s.f.arena, &rs));
    static const char *const events[] = {"rate", "answer", "hide"};
    static const char *const by[] = {"buyer", "factory", "operator"};
    assert_int_equal(rs.n, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(str_eq_z(row_str(&rs, i, "event"), events[i]));
        assert_true(str_eq_z(row_str(&rs, i, "actor_as"), by[i]));
    }
    rate_close(&s);
}

static void an_average_is_rounded_half_up(void **state)
{
    (void)state;
    assert_int_equal(rating_tenths(5, 1), 50);
    assert_int_equal(rating_tenths(9, 2), 45);
    assert_int_equal(rating_tenths(14, 3), 47);    /* 4.67 */
    assert_int_equal(rating_tenths(13, 3), 43);    /* 4.33 */
    assert_int_equal(rating_tenths(85, 20), 43);   /* 4.25 */
    assert_int_equal(rating_tenths(499, 100), 50); /* 4.99 */
    assert_int_equal(rating_tenths(1, 1), 10);
}

/* --- the check --- */

static void the_check_finds_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *breaks, *mends, *says;
    } cases[] = {
        {"UPDATE ratings SET buyer_id = 12", "UPDATE ratings SET buyer_id = 11", "its buyer"},
        {"UPDATE ratings SET line = 2", "UPDATE ratings SET line = 1", "its order"},
        {"UPDATE ratings SET product_id = 2", "UPDATE ratings SET product_id = 1", "its product"},
        {"UPDATE ratings SET at = at - 1", "UPDATE ratings SET at = at + 1", "after receipt"},
        {"UPDATE ratings SET at = at + 2592000000", "UPDATE ratings SET at = at - 2592000000",
         "after receipt"},
        {"UPDATE ratings SET status = 'answered'", "UPDATE ratings SET status = 'shown'",
         "last event"},
    };
    struct shop s;
    char said[2000];
    rate_open(&s);
    assert_ok(rate(&s, received(&s, want(SKU, 1)), 3, ""));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_ok(db_script(s.f.db, cases[i].breaks));
        assert_int_equal(violations(&s, said), 1);
        assert_non_null(strstr(said, cases[i].says));
        assert_ok(db_script(s.f.db, cases[i].mends));
    }
    rate_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_rated_once),
        cmocka_unit_test(only_what_was_received_is_rated),
        cmocka_unit_test(thirty_days_after_receipt_it_is_too_late),
        cmocka_unit_test(a_makers_own_people_do_not_rate_its_goods),
        cmocka_unit_test(what_went_back_whole_is_not_rated),
        cmocka_unit_test(what_goes_back_later_keeps_its_rating),
        cmocka_unit_test(what_is_no_rating),
        cmocka_unit_test(only_the_buyer_rates_and_only_lines_that_there_are),
        cmocka_unit_test(the_maker_answers_once),
        cmocka_unit_test(a_hidden_one_is_kept_and_counts_no_more),
        cmocka_unit_test(every_step_leaves_an_event),
        cmocka_unit_test(an_average_is_rounded_half_up),
        cmocka_unit_test(the_check_finds_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
