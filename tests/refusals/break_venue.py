"""Each rule of rooms and bookings, and of who may do what with them, broken once (breaking.py): break_venue.py SOURCE [WORD...]"""
from breaking import main

UNIT = ["venue_test_venue"]
JUDGE, STATE, BOOK, SHOW, SPACE, DOOR, PAGE, FEED, TELL, SQL, PLAN = (
    f"town/{name}" for name in ("venue/judge.c", "venue/state.c", "venue/book.c", "venue/show.c", "venue/space.c", "venue/door.c",
                                "venue/booking_page.c", "venue/feed.c", "venue/tell.c", "venue/venue.sql", "shows/plan.c"))


def over_http(case):
    return [f"venue/test_venue_http.py Venue.test_{case}"]


def in_training(case):
    return [f"training/test_training_http.py Courses.test_{case}"]


def judgements():
    yield from [
        (JUDGE, "if (g.days[0].off & mask)", "if (false)", UNIT),
        (JUDGE, "else if (g.days[0].closed & mask)", "else if (false)", UNIT),
        (JUDGE, "else if (is_past(j, now_ms, &moved))", "else if (false)", UNIT),
        (JUDGE, "if (!row_int(&rs, 0, \"may\"))", "if (false)", UNIT),
        (JUDGE, "else if ((j->when.until - j->when.from) * VENUE_STEP_MIN > rules->longest_min)", "else if (false)", UNIT),
        (JUDGE, "else if (!j->is_series && j->when.day > day_of(now_ms) + rules->ahead_days)", "else if (false)", UNIT),
        (JUDGE, "else if (row_int(&rs, 0, \"missed\") >= rules->miss_most && until > now_ms)", "else if (false)", UNIT),
        (JUDGE, "row_int(&rs, 0, \"open\") >= rules->open_most", "false", UNIT),
        (BOOK, "if (e == OK && !stays && ", "if (false && ", UNIT),
    ]


def states():
    yield from [
        (STATE, "if (e != OK || tx->now_ms >= from || (as & VENUE_BASE))", "if (true)", UNIT),
        (STATE, "tx->now_ms > row_int(b, 0, \"starts_at\") - rules.cancel_h * HOUR_MS &&", "true &&", UNIT),
        (STATE, "tx->now_ms > row_int(b, 0, \"created_at\") + REGRET_MS", "true", UNIT),
        (STATE, "if ((busy & grid_mask(w.from, w.until)) || ", "if (", UNIT),
        (STATE, "return e == OK && after < held ? state_offer_next(tx, space, day) : e;", "return e;", UNIT),
        (STATE, "if (e == OK && after < held)\n        e = cells_give(", "if (false)\n        e = cells_give(", UNIT),
        (STATE, "if (e == OK && step->needs_note && !note.n)", "if (false)", over_http("the_hall_asks_first")),
        (TELL, "messages_drop(tx, str_of(about))", "OK", over_http("who_has_one_is_reminded_until_it_is_off")),
    ]


def subjects():
    yield from [
        (SHOW, "e = stays_when(tx, &b, w);", "e = OK;", in_training("who_is_in_a_class_is_told_that_the_base_gave_it_another_room")),
        (SHOW, "if (e == OK && subject.n && !is_show && row_int(&b, 0, \"space_id\") != space)", "if (false)",
         in_training("who_is_in_a_class_is_told_that_the_base_gave_it_another_room")),
        (SHOW, "enum err e = may(tx, space, n->host_id);", "enum err e = OK;", over_http("a_show_and_its_room_are_one")),
        (SHOW, "return shows_room_moved(", "return 1 ? OK : shows_room_moved(", over_http("a_show_and_its_room_are_one")),
        (PLAN, "if (e == OK && rooms && !has)", "if (false)", over_http("a_show_at_one_of_the_rooms_has_booked_it")),
        (SQL, "OR ' ' || lower(:text) || ' ' LIKE '% ' || lower(code) || ' %'", "", over_http("a_show_at_one_of_the_rooms_has_booked_it")),
        (PAGE, "row_str(b, 0, \"subject\").n && !venue_is_base(r)", "false", over_http("a_show_and_its_room_are_one")),
    ]


def doors():
    yield from [
        (PAGE, "if (!(as & VENUE_BASE) && str_eq_z(req_field(r, \"event\"), \"check_in\"))", "if (false)",
         over_http("the_door_lets_in_who_has_it")),
        (DOOR, "if (c->turns &&", "if (false && c->turns &&", over_http("the_code_at_a_door_with_a_screen_turns")),
        (DOOR, "turns && !turning_ok(VENUE_DOOR_USE, door_about(r->arena", "false && !turning_ok(VENUE_DOOR_USE, door_about(r->arena", over_http("the_code_at_a_door_with_a_screen_turns")),
        (SPACE, "V_INT(turns), V_Z(token), V_INT(space)", "V_INT(turns), V_INT(space), V_INT(space)",
         over_http("the_code_at_a_door_with_a_screen_turns")),
        (DOOR, "if (e == OK && str_eq_z(row_str(&b, 0, \"state\"), \"checked_in\"))\n        return OK;", "",
         over_http("the_door_lets_in_who_has_it")),
        (SQL, "WHERE token_hash = :hash AND revoked_at IS NULL", "WHERE token_hash = :hash", over_http("calendars_open_in_a_standard_parser")),
        (SQL, "WHERE id = :feed AND user_id = :user AND revoked_at IS NULL", "WHERE id = :feed AND revoked_at IS NULL",
         over_http("calendars_open_in_a_standard_parser")),
    ]


def table():
    for part in (judgements, states, subjects, doors):
        yield from part()


if __name__ == "__main__":
    main(table)
