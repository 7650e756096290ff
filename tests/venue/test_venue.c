/* town/venue: who has which room when. */
#include "base.h"

static void two_cannot_hold_one_room(void **state)
{
    (void)state;
    struct base b;
    int64_t first, again;
    base_open(&b);
    booked(&b, b.room, ANN, TODAY + 1, 38, 44, &first);
    assert_no(book(&b, b.room, BEN, TODAY + 1, 43, 44, NULL), "taken"); /* one step over */
    assert_no(book(&b, b.room, BEN, TODAY + 1, 30, 39, NULL), "taken");
    assert_no(book(&b, b.room, BEN, TODAY + 1, 36, 44, NULL), "taken");
    booked(&b, b.room, BEN, TODAY + 1, 36, 38, NULL); /* up to it */
    booked(&b, b.room, ANN, TODAY + 1, 38, 44, &again);
    assert_int_equal(first, again); /* pressed twice */
    base_close(&b);
}

/* Were a row to lie, the ledger would still refuse. */
static void the_ledger_has_the_last_word(void **state)
{
    (void)state;
    struct base b;
    int64_t id;
    base_open(&b);
    booked(&b, b.room, ANN, TODAY + 1, 38, 44, &id);
    assert_ok(db_savepoint(b.f.db));
    assert_ok(db_script(b.f.db, "UPDATE venue_bookings SET held_until = from_step"));
    int n = 0;
    assert_ok(venue_check(b.f.db, &b.f.arena, base_say, NULL, &n));
    assert_true(n > 0);
    assert_no(book(&b, b.room, BEN, TODAY + 1, 38, 44, NULL), "taken");
    db_savepoint_rollback(b.f.db);
    base_close(&b);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    struct base b;
    int64_t closure;
    base_open(&b);
    assert_no(book(&b, b.room, ANN, TODAY, 18, 20, NULL), "past");
    assert_no(book(&b, b.room, ANN, TODAY - 1, 30, 32, NULL), "past");
    assert_no(book(&b, b.room, ANN, TODAY + 1, 14, 18, NULL), "hours");
    assert_no(book(&b, b.room, ANN, TODAY + 1, 42, 46, NULL), "hours");
    assert_no(book(&b, b.room, ANN, TODAY + 1, 16, 44, NULL), "long");
    assert_no(book(&b, b.room, ANN, TODAY + 61, 20, 22, NULL), "far");
    assert_no(book(&b, 999, ANN, TODAY + 1, 20, 22, NULL), "space");
    const struct venue_closure c = {.from_day = TODAY + 2,
                                    .until_day = TODAY + 2,
                                    .from = 0,
                                    .until = 48,
                                    .reason_zh = STR("停电检修"),
                                    .reason_en = STR("Power is off"),
                                    .by = OFFICE};
    assert_ok(venue_close(&b.f.tx, &c, &closure));
    assert_no(book(&b, b.room, ANN, TODAY + 2, 20, 22, NULL), "closed");
    assert_no(book(&b, b.hall, OFFICE, TODAY + 2, 20, 22, NULL), "closed"); /* nor the base */
    booked(&b, b.room, OFFICE, TODAY + 61, 16, 44, NULL); /* rules of persons are not the base's */
    base_close(&b);
}

static void a_factorys_room_is_its_own(void **state)
{
    (void)state;
    struct base b;
    base_open(&b);
    assert_int_equal(book(&b, b.own, ANN, TODAY + 1, 20, 22, NULL), ERR_FORBIDDEN);
    booked(&b, b.own, CAO, TODAY + 1, 20, 22, NULL);
    base_close(&b);
}

static void a_person_holds_so_many_and_no_more(void **state)
{
    (void)state;
    struct base b;
    base_open(&b);
    for (int i = 0; i < 6; i++)
        booked(&b, b.room, ANN, TODAY + 2 + i, 20, 22, NULL);
    assert_no(book(&b, b.room, ANN, TODAY + 9, 20, 22, NULL), "many");
    booked(&b, b.room, BEN, TODAY + 9, 20, 22, NULL);
    base_close(&b);
}

static void moving_frees_the_old_and_takes_the_new(void **state)
{
    (void)state;
    struct base b;
    int64_t id, other;
    base_open(&b);
    booked(&b, b.room, ANN, TODAY + 1, 20, 24, &id);
    booked(&b, b.room, BEN, TODAY + 1, 30, 34, &other);
    const struct venue_when over_itself = {TODAY + 1, 22, 26}, into_other = {TODAY + 1, 27, 31};
    assert_ok(venue_move(&b.f.tx, id, b.room, &over_itself, ANN, false));
    assert_no(venue_move(&b.f.tx, id, b.room, &into_other, ANN, false), "taken");
    booked(&b, b.room, BEN, TODAY + 1, 20, 22, NULL); /* what it left */
    assert_ok(venue_move(&b.f.tx, id, b.own, &over_itself, OFFICE, true));
    booked(&b, b.room, BEN, TODAY + 1, 22, 26, NULL);
    assert_int_equal(venue_move(&b.f.tx, id, b.own, &into_other, ANN, false), ERR_FORBIDDEN);
    assert_ok(venue_free(&b.f.tx, id, OFFICE, STR("让给培训")));
    assert_state(&b, id, "cancelled");
    assert_ok(venue_free(&b.f.tx, id, OFFICE, STR_NONE)); /* again: nothing */
    base_close(&b);
}

static void the_halls_word_comes_first(void **state)
{
    (void)state;
    struct base b;
    int64_t id, second;
    base_open(&b);
    booked(&b, b.hall, ANN, TODAY + 3, 20, 24, &id);
    assert_state(&b, id, "asked");
    assert_no(book(&b, b.hall, BEN, TODAY + 3, 22, 26, NULL), "taken"); /* held meanwhile */
    assert_int_equal(does(&b, id, "grant", VENUE_BOOKER, ANN), ERR_FORBIDDEN);
    assert_ok(does(&b, id, "grant", VENUE_BASE, OFFICE));
    assert_state(&b, id, "confirmed");
    booked(&b, b.hall, ANN, TODAY + 4, 20, 24, &second);
    assert_int_equal(does(&b, second, "refuse", VENUE_BASE, OFFICE), ERR_INVALID); /* says why */
    assert_ok(venue_do(&b.f.tx, second, "refuse", VENUE_BASE, OFFICE, STR("当天有展会")));
    booked(&b, b.hall, OFFICE, TODAY + 4, 20, 24, NULL);
    base_close(&b);
}

static void without_a_yes_it_is_released(void **state)
{
    (void)state;
    struct base b;
    int64_t kept, lost, near;
    base_open(&b);
    booked(&b, b.room, ANN, TODAY + 3, 30, 32, &kept);
    booked(&b, b.room, BEN, TODAY + 3, 32, 34, &lost);
    booked(&b, b.room, BEN, TODAY, 30, 32, &near);
    turn_at(&b, at_ms(TODAY + 2, 33));
    assert_state(&b, kept, "pending");
    assert_state(&b, lost, "pending");
    assert_state(&b, near, "no_show"); /* it was sure: never asked, and nobody came */
    assert_ok(does(&b, kept, "confirm", VENUE_BOOKER, ANN));
    turn_at(&b, at_ms(TODAY + 3, 24));
    assert_state(&b, kept, "confirmed");
    assert_state(&b, lost, "released");
    booked(&b, b.room, OFFICE, TODAY + 3, 32, 34, NULL);
    base_close(&b);
}

static void who_does_not_come_loses_the_rest(void **state)
{
    (void)state;
    struct base b;
    int64_t id;
    base_open(&b);
    booked(&b, b.room, ANN, TODAY, 24, 30, &id);
    turn_at(&b, at_ms(TODAY, 24) + 14 * 60000);
    assert_state(&b, id, "confirmed");
    turn_at(&b, at_ms(TODAY, 24) + 15 * 60000);
    assert_state(&b, id, "no_show");
    booked(&b, b.room, BEN, TODAY, 25, 30,
           NULL); /* the rest is free, the first half hour is gone */
    base_close(&b);
}

static void checking_in_has_its_hours(void **state)
{
    (void)state;
    struct base b;
    int64_t id;
    base_open(&b);
    booked(&b, b.room, ANN, TODAY, 24, 28, &id);
    b.f.tx.now_ms = at_ms(TODAY, 24) - 16 * 60000;
    assert_int_equal(does(&b, id, "check_in", VENUE_BOOKER, ANN), ERR_CONFLICT);
    assert_string_equal(b.f.info.key, "venue.too_early");
    b.f.tx.now_ms = at_ms(TODAY, 24) - 15 * 60000;
    assert_ok(does(&b, id, "check_in", VENUE_BOOKER, ANN));
    turn_at(&b, at_ms(TODAY, 25));
    const struct venue_when longer = {TODAY, 24, 32}, elsewhere = {TODAY, 26, 32};
    assert_ok(venue_move(&b.f.tx, id, b.room, &longer, ANN, false));
    assert_int_equal(venue_move(&b.f.tx, id, b.room, &elsewhere, ANN, false), ERR_CONFLICT);
    b.f.tx.now_ms = at_ms(TODAY, 26) + 1;
    assert_ok(does(&b, id, "finish", VENUE_BOOKER, ANN));
    booked(&b, b.room, BEN, TODAY, 27, 32, NULL); /* who leaves early leaves the rest */
    base_close(&b);
}

static void who_misses_too_often_waits(void **state)
{
    (void)state;
    struct base b;
    base_open(&b);
    for (int i = 0; i < 3; i++) {
        booked(&b, b.room, ANN, TODAY + i, 30, 32, NULL);
        turn_at(&b, at_ms(TODAY + i, 40));
    }
    assert_no(book(&b, b.room, ANN, TODAY + 3, 30, 32, NULL), "blocked");
    booked(&b, b.room, OFFICE, TODAY + 3, 30, 32, NULL);
    b.f.tx.now_ms = at_ms(TODAY + 2 + 14, 31);
    booked(&b, b.room, ANN, TODAY + 17, 30, 32, NULL);
    base_close(&b);
}

static void cancelled_too_late_counts_as_missed(void **state)
{
    (void)state;
    struct base b;
    struct rows rs;
    int64_t early, late, regret;
    base_open(&b);
    booked(&b, b.room, ANN, TODAY, 40, 42, &early);
    booked(&b, b.room, ANN, TODAY, 42, 44, &late);
    b.f.tx.now_ms = at_ms(TODAY, 32);
    assert_ok(does(&b, early, "cancel", VENUE_BOOKER, ANN));
    b.f.tx.now_ms = at_ms(TODAY, 36);
    booked(&b, b.room, ANN, TODAY, 38, 40, &regret);
    assert_ok(does(&b, late, "cancel", VENUE_BOOKER, ANN));
    assert_ok(does(&b, regret, "cancel", VENUE_BOOKER, ANN));
    assert_ok(booking_get(b.f.db, early, &b.f.arena, &rs));
    assert_int_equal(row_int(&rs, 0, "is_missed"), 0);
    assert_ok(booking_get(b.f.db, late, &b.f.arena, &rs));
    assert_int_equal(row_int(&rs, 0, "is_missed"), 1);
    assert_ok(booking_get(b.f.db, regret, &b.f.arena, &rs));
    assert_int_equal(row_int(&rs, 0, "is_missed"), 0);
    base_close(&b);
}

static int64_t waits(struct base *b, int64_t user, int64_t day, int from, int until)
{
    int64_t id;
    const struct venue_new n = {.space = b->room, .when = {day, from, until}, .user = user};
    assert_ok(venue_wait(&b->f.tx, &n, &id));
    return id;
}

static void what_is_offered_in_vain_goes_to_the_next(void **state)
{
    (void)state;
    struct base b;
    int64_t had, first, second, longer;
    base_open(&b);
    booked(&b, b.room, OFFICE, TODAY + 3, 20, 24, &had);
    longer = waits(&b, CAO, TODAY + 3, 20, 30);
    booked(&b, b.room, OFFICE, TODAY + 3, 28, 30, NULL);
    first = waits(&b, ANN, TODAY + 3, 20, 22);
    second = waits(&b, BEN, TODAY + 3, 21, 24);
    assert_ok(venue_free(&b.f.tx, had, OFFICE, STR_NONE));
    assert_state(&b, longer, "waitlisted"); /* its end is still taken */
    assert_state(&b, first, "pending");
    assert_state(&b, second, "waitlisted");
    turn_at(&b, at_ms(TODAY, 20) + 61 * 60000); /* an hour and no yes */
    assert_state(&b, first, "released");
    assert_state(&b, second, "pending");
    assert_ok(does(&b, second, "confirm", VENUE_BOOKER, BEN));
    turn_at(&b, at_ms(TODAY + 3, 20));
    assert_state(&b, longer, "released"); /* its time has come */
    assert_state(&b, second, "confirmed");
    base_close(&b);
}

static void a_departments_room_is_its_subjects(void **state)
{
    (void)state;
    struct base b;
    int64_t id;
    struct venue_booking found;
    base_open(&b);
    struct venue_new n = {.space = b.own,
                          .when = {TODAY + 90, 20, 44},
                          .subject = STR("session:4"),
                          .title_zh = STR("主播入门"),
                          .user = ANN};
    assert_ok(venue_book(&b.f.tx, &n, &id));
    assert_ok(venue_of_subject(b.f.db, STR("session:4"), &b.f.arena, &found));
    assert_int_equal(found.id, id);
    assert_int_equal(found.when.from, 20);
    turn_at(&b, at_ms(TODAY + 90, 40)); /* neither asked again nor missed */
    assert_state(&b, id, "confirmed");
    turn_at(&b, at_ms(TODAY + 90, 44));
    assert_state(&b, id, "done");
    assert_ok(venue_of_subject(b.f.db, STR("session:4"), &b.f.arena, &found));
    assert_int_equal(found.id, 0);
    base_close(&b);
}

static void a_time_is_of_one_day(void **state)
{
    (void)state;
    struct venue_when w;
    struct err_info info = {0};
    assert_ok(venue_when_of(at_ms(TODAY, 39) - 1, at_ms(TODAY, 42) + 1, &w, &info));
    assert_int_equal(w.from, 38); /* begun steps whole */
    assert_int_equal(w.until, 43);
    assert_ok(venue_when_of(at_ms(TODAY, 46), at_ms(TODAY, 48), &w, &info));
    assert_int_equal(w.until, 48);
    assert_int_equal(venue_when_of(at_ms(TODAY, 46), at_ms(TODAY, 49), &w, &info), ERR_INVALID);
    assert_string_equal(info.key, "venue.no_midnight");
    assert_int_equal(venue_when_of(at_ms(TODAY, 46), at_ms(TODAY, 46), &w, &info), ERR_INVALID);
    assert_string_equal(info.key, "venue.no_backwards");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_cannot_hold_one_room),
        cmocka_unit_test(the_ledger_has_the_last_word),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(a_factorys_room_is_its_own),
        cmocka_unit_test(a_person_holds_so_many_and_no_more),
        cmocka_unit_test(moving_frees_the_old_and_takes_the_new),
        cmocka_unit_test(the_halls_word_comes_first),
        cmocka_unit_test(without_a_yes_it_is_released),
        cmocka_unit_test(who_does_not_come_loses_the_rest),
        cmocka_unit_test(checking_in_has_its_hours),
        cmocka_unit_test(who_misses_too_often_waits),
        cmocka_unit_test(cancelled_too_late_counts_as_missed),
        cmocka_unit_test(what_is_offered_in_vain_goes_to_the_next),
        cmocka_unit_test(a_departments_room_is_its_subjects),
        cmocka_unit_test(a_time_is_of_one_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
