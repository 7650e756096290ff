"""Each rule of matchmaking events, and of who may do what in them, broken once (breaking.py): break_events.py SOURCE [WORD...]"""
from breaking import main

UNIT = ["events_test_events"]
EVENT, PARTY, PLAN, SHIFT, MEETING, DOOR, FEED, DESK, TIMETABLE, WISHES, COMMON, SQL = (
    f"town/events/{name}" for name in ("event.c", "party.c", "plan.c", "shift.c", "meeting.c", "door.c", "feed.c", "desk.c", "timetable.c",
                                       "wish_page.c", "common.c", "events.sql"))


def over_http(of, case):
    return [f"events/test_events_http.py {of}.test_{case}"]


def making():
    yield from [
        (EVENT, "if (!n->space == !n->room.n)", "if (false)", over_http("Bad", "what_is_wrong_of_an_event_is_said")),
        (EVENT, "if (e || is_ours)", "if (e)", over_http("Bad", "what_is_wrong_of_an_event_is_said")),
        (EVENT, "if (!e && row_int(&row, 0, \"starts_at\") - EVENTS_EARLY_MS > tx->now_ms)", "if (false)", UNIT),
        (EVENT, "e = free_room(tx, event, actor, note);", "e = OK;", over_http("Bad", "a_room_is_booked_once")),
        (EVENT, "return e ? e : tell_all(tx, event, \"event.moved\", true);", "return e;", over_http("Bad", "a_room_is_booked_once")),
        (EVENT, "return e ? e : tell_all(tx, event, \"event.room\", true);", "return e;",
         over_http("Bad", "the_base_gives_it_another_room_and_who_takes_part_is_told")),
    ]


def parties():
    yield from [
        (PARTY, "if (most < 1 || most > slots)", "if (false)", over_http("Bad", "what_is_wrong_of_signing_up_is_said")),
        (PARTY, "if (!(all & ~terms->away))", "if (false)", over_http("Bad", "what_is_wrong_of_signing_up_is_said")),
        (PARTY, "if (!e && (as & EVENTS_BASE ? is_over(&row) : !events_is_open(&row, 0, tx->now_ms)))", "if (false)",
         ["events/test_events_http.py"]),
        (PARTY, "if (row_int(&whom, 0, \"event_id\") != row_int(&row, 0, \"event_id\") ||", "if (false ||", UNIT),
        (PARTY, "if (hearts < -1 || hearts > SCHEDULE_HEARTS_MAX)", "if (false)", UNIT),
        (DOOR, "if (!turning_ok(\"events.door\", about(tx->arena, a->event), tx->now_ms, a->code))", "if (false)",
         ["events/test_events_http.py"]),
    ]


def schedules():
    moving = over_http("Plans", "what_cannot_be_of_moving_a_meeting_is_said")
    yield from [
        (PLAN, "if (!e && row_int(&row, 0, \"draft_version\") != row_int(&row, 0, \"version\"))", "if (false)",
         over_http("Plans", "a_preview_that_is_old_is_not_published")),
        (PLAN, "hearts < 0 ? SCHEDULE_NEVER : (uint8_t)hearts", "hearts < 0 ? 1 : (uint8_t)hearts",
         over_http("Plans", "nobody_meets_whom_one_of_them_avoids")),
        (PLAN, "if (!e && held)\n        close_slots(out, now_ms);", "", over_http("Plans", "what_has_begun_is_not_filled")),
        (SHIFT, "if (!is_there(b, factory, slot) || !is_there(b, agency, slot))", "if (false)", moving),
        (SHIFT, "if (!is_to_come(b, i) || events_slot_ms(&b->event, slot) <= b->now_ms)", "if (false)", moving),
        (SHIFT, "return is == p->with ? OK", "return is >= 0 ? OK", moving),
        (SHIFT, "table > row_int(&b->event, 0, \"tables_n\"))\n        return \"events.shift_none\";",
         "false)\n        return \"events.shift_none\";", moving),
        (SHIFT, "if (k != i && k != gone && ", "if (false && ", over_http("Plans", "two_meetings_change_places")),
        (SHIFT, "return e ? e : tell_both(tx, &b, i);", "return e;", over_http("Plans", "a_meeting_is_put_elsewhere_by_hand")),
        (SHIFT, "if (!e && other != NOBODY)\n        e = tell_both(tx, &b, other);", "", over_http("Plans", "two_meetings_change_places")),
    ]


def afterwards():
    yield from [
        (MEETING, "if (row_int(&rs, i, \"starts_at\") <= tx->now_ms)", "if (false)", UNIT),
        (MEETING, "if (!is_outcome(o->outcome))", "if (false)", over_http("Bad", "outcomes_are_of_a_meeting_that_can_be")),
        (MEETING, "if (!is_outcome_time(tx, &m))", "if (false)", over_http("Bad", "outcomes_are_of_a_meeting_that_can_be")),
        (MEETING, "if (row_int(&row, 0, \"due_at\") > tx->now_ms)", "if (false)", ["events/test_events_http.py"]),
        (FEED, "return enc_equal(hash, given.p, given.n) ? OK : ERR_NOT_FOUND;", "return OK;",
         ["events/test_events_http.py"]),
        (TIMETABLE, "if (!events_is_base(r))\n            return ERR_NOT_FOUND;", "", over_http("Bad", "outcomes_are_of_a_meeting_that_can_be")),
        (COMMON, "if (!side || strcmp(side, \"agency\") == 0)", "if (true)", ["events/test_events_http.py"]),
    ]


def table():
    for part in (making, parties, schedules, afterwards):
        yield from part()


if __name__ == "__main__":
    main(table)
