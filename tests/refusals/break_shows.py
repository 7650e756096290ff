"""Each rule of shows broken once (breaking.py): who may what at a desk, talk and order in it, the run and its card, the picture,
the plan: break_shows.py SOURCE [WORD...]"""
from breaking import main

(GRANTS, TALK, ORDER, CREW, AIR, PLAN, CHECK, RESERVE, PAGES, SHOWS, SQL) = (
    f"town/shows/{name}" for name in ("grants.c", "talk.c", "moderate.c", "crew.c", "air.c", "plan.c", "check.c", "reserve.c", "pages.c",
                                      "shows.c", "shows.sql"))


def desk(case):
    return [f"shows/test_desk_http.py Desk.test_{case}"]


def plan(case):
    return [f"shows/test_plan_http.py Plan.test_{case}"]


def show(case):
    return [f"shows/test_shows_http.py Shows.test_{case}"]


def grants():
    taken, bound = desk("an_assistant_may_what_was_granted_until_it_is_taken"), desk("a_crew_has_its_bound_and_nobody_of_it_is_disabled")
    ticket, only = desk("the_desks_log_is_for_those_with_a_ticket"), show("only_its_crew_moves_a_show")
    yield from [
        (GRANTS, "r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN)) {", "false) {", only),
        (GRANTS, "return e != OK ? e : has & grant ? OK : ERR_FORBIDDEN;", "(void)grant;\n    return e != OK ? e : has ? OK : ERR_FORBIDDEN;", taken),
        (GRANTS, "return e != OK ? e : has & grant ? OK : ERR_FORBIDDEN;", "(void)grant;\n    return e;", only),
        (GRANTS, "return rs.n && (unsigned)row_int(&rs, 0, \"grants\") & grant ? OK : ERR_FORBIDDEN;", "(void)grant;\n    return OK;",
         desk("what_was_granted_is_looked_at_when_it_is_done")),
        (GRANTS, "return enc_equal(hash, given, sizeof(hash));", "return true;", ticket),
        (GRANTS, "(long long)until_ms, what, (unsigned", "(long long)until_ms, \"it\", (unsigned", desk("a_rehearsal_is_seen_by_the_crew_only")),
        (GRANTS, "(unsigned long long)opening);", "(unsigned long long)(opening & 0));", taken),
        (GRANTS, "    room_close(shows_env.rooms, room);\n", "", taken),
        (GRANTS, "(e == OK && is_disabled && c->grants)", "false", bound),
        (GRANTS, "is_disabled && c->grants)", "is_disabled)", bound),
        (GRANTS, "others >= SHOWS_CREW_MAX)", "others > SHOWS_CREW_MAX)", bound),
        (GRANTS, "others += row_int(&rs, i, \"user_id\") != c->user;", "others++;", bound),
        (PAGES, "e = grants & SHOW_TALK ? shows_put_queue(r, id) : OK;", "e = shows_put_queue(r, id);", desk("what_waits_is_for_who_keeps_order")),
        (PAGES, "if (e == OK && grants & SHOW_PICTURE)", "if (e == OK)", taken),
    ]


def talk():
    limits, slow, same = show("talk_has_limits"), desk("slow_mode_and_only_the_crew"), desk("the_same_said_twice_is_one_and_a_sent_again_is_the_same")
    question, away = desk("a_question_waits_until_the_crew_answers_it"), desk("who_was_away_for_long_asks_for_the_messages")
    held, muted = desk("what_is_held_is_let_through_or_refused"), desk("a_muted_one_is_silent_for_a_while_a_blocked_one_with_this_host")
    over = show("a_show_from_its_plan_to_its_end")
    yield from [
        (TALK, "if (row_int(show, 0, \"is_talk_off\"))", "if (false)", slow),
        (TALK, "if (e == OK && rs.n)\n        return refuse(tx, ERR_FORBIDDEN, \"shows.you_are_muted\", 0);", "", muted),
        (TALK, "if (since < slow_ms)", "if (false)", slow),
        (TALK, "if (since < SHOWS_SAME_MS && str_eq(", "if (str_eq(", same),
        (TALK, "if (since < SHOWS_SAME_MS && str_eq(", "if (false && str_eq(", same),
        (TALK, "row_int(&rs, 0, \"n\") >= (s->crew", "row_int(&rs, 0, \"n\") > (s->crew", limits),
        (TALK, "(s->crew ? SHOWS_TALK_CREW_MAX : SHOWS_TALK_MAX)", "SHOWS_TALK_MAX", desk("how_much_one_of_the_crew_says")),
        (TALK, "(s->crew ? SHOWS_TALK_CREW_MAX : SHOWS_TALK_MAX)", "(s->crew ? 1000 : SHOWS_TALK_MAX)", desk("how_much_one_of_the_crew_says")),
        (TALK, "V_INT(tx->now_ms - SHOWS_TALK_WINDOW_MS)", "V_INT(0)", limits),
        (TALK, "if (e == ERR_NOT_FOUND)\n        return refuse(tx, ERR_INVALID, \"shows.no_such_message\", 0);", "if (e == ERR_NOT_FOUND)\n        return OK;",
         question),
        (TALK, "return s->crew ? db_exec(", "return true ? db_exec(", question),
        (TALK, "V_INT(s->question && !s->crew),", "V_INT(s->question),", question),
        (TALK, "if (e == OK && str_eq_z(row_str(&show, 0, \"status\"), \"ended\"))", "if (false)", over),
        (TALK, "if (e == OK && !s->crew)\n        e = check_rules", "if (e == OK)\n        e = check_rules", slow),
        (TALK, "V_Z(s->held_why.n ? \"held\" : \"shown\"),", "V_Z(\"shown\"),", held),
        (TALK, "if (s->has_key && (s->outcome.repeated ||", "if (s->has_key && (", same),
        (TALK, "if (result == OK && s->has_key && s->outcome.result != OK) {", "if (false) {", slow),
        (TALK, "const struct str parts[] = {str_of(show), s->body, str_of(to)};", "const struct str parts[] = {str_of(show), s->body, STR(\"\")};", same),
        (TALK, "const struct str parts[] = {str_of(show), s->body, str_of(to)};", "const struct str parts[] = {str_of(show), STR(\"\"), str_of(to)};", same),
        (TALK, "if (str_characters(s->body) > SHOWS_MESSAGE_MAX) {", "if (str_characters(s->body) >= SHOWS_MESSAGE_MAX) {", limits),
        (TALK, "if (str_characters(s->body) > SHOWS_MESSAGE_MAX) {", "if (str_characters(s->body) > SHOWS_MESSAGE_MAX + 1) {", limits),
        (TALK, "if (s->body.n == 0)", "if (false)", desk("what_is_not_seen_is_taken_out_and_marks_do_not_pile_up")),
        (TALK, "if (e == OK && !s->crew) {\n        struct str why;", "if (e == OK) {\n        struct str why;",
         ["house/test_words_http.py Words.test_a_blocked_word_is_refused_a_flagged_one_is_held"]),
        (TALK, "view_put_null(v, \"held_why\");", ";", ["house/test_words_http.py Words.test_a_blocked_word_is_refused_a_flagged_one_is_held"]),
        (SQL, "AND (kind = 'block' OR (show_id = :show AND (until_at IS NULL OR until_at > :now)))\nORDER BY kind, id",
         "AND (kind = 'block' OR (show_id = :show AND (until_at IS NULL OR until_at > :now OR id > 0)))\nORDER BY kind, id", desk("a_mute_ends_by_itself")),
        (SQL, "AND (kind = 'block' OR (show_id = :show AND (until_at IS NULL OR until_at > :now)))\nORDER BY kind, id",
         "AND (kind = 'block' OR (show_id >= :show - :show AND (until_at IS NULL OR until_at > :now)))\nORDER BY kind, id", muted),
        (SQL, "AND m.id > :after AND m.status = 'shown'", "AND m.id > :after", away),
        (SQL, "m.answered_at IS NULL AND m.status = 'shown'", "m.answered_at IS NULL", question),
        (SQL, "WHERE m.id = :message AND m.show_id = :show", "WHERE m.id = :message AND :show > 0",
         desk("the_crew_is_not_muted_and_strangers_messages_are_not_ours")),
    ]


def order():
    held, back = desk("what_is_held_is_let_through_or_refused"), desk("a_message_is_taken_back_and_put_back")
    pinned, strangers = desk("pinned_until_it_is_taken_back"), desk("the_crew_is_not_muted_and_strangers_messages_are_not_ours")
    muted, twice = desk("a_muted_one_is_silent_for_a_while_a_blocked_one_with_this_host"), desk("muted_twice_is_lifted_once")
    steps = {"\"held\", \"release\", \"shown\"": ["house/test_words_http.py Words.test_a_blocked_word_is_refused_a_flagged_one_is_held"],
             "\"held\", \"refuse\", \"refused\"": held, "\"refused\", \"release\", \"shown\"": held,
             "\"shown\", \"retract\", \"retracted\"": back, "\"retracted\", \"restore\", \"shown\"": back}
    for step, tests in steps.items():
        yield ORDER, "    {" + step + ", SHOW_TALK, false},\n", "", tests
    yield from [
        (ORDER, "if (m->deed == DEED_PIN && !str_eq_z(row_str(message, 0, \"status\"), \"shown\")) {", "if (false) {", held),
        (ORDER, "m->deed == DEED_PIN ? V_INT(m->message) : V_NULL", "V_INT(m->message)", pinned),
        (ORDER, "if (row_int(message, 0, \"is_crew\")) {", "if (false) {", strangers),
        (ORDER, "if (e == OK && rs.n) { /*", "if (false) { /*", twice),
        (ORDER, "if (e == OK && strcmp(m->name, \"retract\") == 0 &&", "if (false &&", pinned),
        (ORDER, "    said.held_why = STR_NONE;\n", "", held),
        (ORDER, "req_field_int(r, \"minutes\", 0, SHOWS_MUTE_MINUTES_MAX,", "req_field_int(r, \"minutes\", 0, SHOWS_MUTE_MINUTES_MAX + 1,",
         desk("a_mute_ends_by_itself")),
        (ORDER, "if (row_int(&rs, 0, \"host_id\") != l->host ||", "if (", muted),
        (ORDER, "(str_eq_z(row_str(&rs, 0, \"kind\"), \"mute\") && row_int(&rs, 0, \"show_id\") != l->show))", "false)", muted),
        (ORDER, "if (!row_null(&rs, 0, \"lifted_at\"))\n        return OK; /* pressed twice */", "", twice),
        (ORDER, "req_field_int(r, \"slow\", 0, SHOWS_SLOW_MAX_S,", "req_field_int(r, \"slow\", 0, SHOWS_SLOW_MAX_S + 1,", desk("slow_mode_and_only_the_crew")),
    ]


def run():
    card, item = desk("two_desks_press_next_at_the_same_card"), desk("an_item_is_of_its_show_and_its_card_on_the_shelf")
    life, wrong, moved = show("a_show_from_its_plan_to_its_end"), show("wrong_input_is_refused_by_name"), desk("the_run_is_put_in_another_order")
    cut, rehearsal = desk("cut_off_it_stays_off_until_it_is_let_in"), desk("a_rehearsal_is_seen_by_the_crew_only")
    yield from [
        (CREW, "if (e == OK && c->from >= 0 && c->from != now) {", "if (false) {", card),
        (CREW, "row_int(item, 0, \"show_id\") != c->show)", "false)", item),
        (CREW, "if (e == OK && str_eq_z(row_str(item, 0, \"status\"), \"ended\"))", "if (false)", life),
        (CREW, "row_int(&item, 0, \"card_item_id\") == c->item)\n", "false)\n", item),
        (CREW, "if (e == OK && str_eq_z(row_str(&show, 0, \"status\"), \"ended\"))", "if (false)", life),
        (CREW, "if (e == OK && (!found || c->before == c->item))", "if (e == OK && !found)", moved),
        (CREW, "if (e == OK && (!found || c->before == c->item))", "if (e == OK && c->before == c->item)", moved),
        (CREW, "if (e == OK && plan)", "if (false)", plan("looked_at_until_the_plan_changes")),
        (CREW, "        shows_cut_picture(c->show);\n        tell_desks(c, \"cut\");", "        tell_desks(c, \"cut\");", cut),
        (CREW, "req_field_int(r, \"price_fen\", 1, PRICE_FEN_MAX, &c->value)\n ", "req_field_int(r, \"price_fen\", 0, PRICE_FEN_MAX, &c->value)\n ", wrong),
        (SQL, "WHERE id = :show AND status <> 'ended'\n\n-- name: shows.set_card", "WHERE id = :show\n\n-- name: shows.set_card", life),
        (SQL, "card_at = :now WHERE id = :show AND status <> 'ended'", "card_at = :now WHERE id = :show", life),
        (SQL, "WHERE id = :show AND status <> 'ended' AND is_cut_by_base", "WHERE id = :show AND is_cut_by_base", cut),
        (SQL, "is_rehearsal = :on WHERE id = :show AND status = 'planned'", "is_rehearsal = :on WHERE id = :show", cut),
        (SHOWS, "if (e == OK && row_int(&rs, 0, \"show_id\") != show)", "if (false)", wrong),
        (SHOWS, "else if (e == OK && !row_int(&rs, 0, \"is_on_shelf\"))", "else if (false)", item),
        (SHOWS, "rs.n >= SHOWS_ITEMS_MAX)", "rs.n > SHOWS_ITEMS_MAX)", desk("a_run_has_its_bound")),
        (SHOWS, "if (!row_int(&rs, 0, \"is_on_shelf\") ||", "if (", life),
        (SHOWS, "|| !str_eq_z(row_str(&rs, 0, \"status\"), \"live\"))", ")", life),
        (AIR, "!enc_equal(kept.p, hash, sizeof(hash)) ||", "", show("an_old_key_no_longer_publishes")),
        (AIR, "str_eq_z(row_str(&rs, 0, \"status\"), \"ended\") ||", "", cut),
        (AIR, "|| !row_null(&rs, 0, \"cut_at\") ||", "||", cut),
        (AIR, "|| !shows_is_rehearsing(show) ||", "|| true ||", rehearsal),
        (AIR, "if (!shows_ticket_ok(lr_query(lr, \"ticket\"), \"crew\", show)) {", "if (false) {", desk("the_desks_log_is_for_those_with_a_ticket")),
        (AIR, "        live_forget(shows_live(), shows_stream_name(show, name));", "        (void)name;", rehearsal),
        (AIR, "if (rehearsal)\n        shows_tell_crew(show, v);", "if (false)\n        shows_tell_crew(show, v);", rehearsal),
        (AIR, "return shows_has_picture(show) && !shows_is_rehearsing(show);", "return shows_has_picture(show);", rehearsal),
    ]


def before():
    changed, waits, stands = plan("the_plan_is_changed_until_the_show_begins"), plan("who_waits_for_a_show"), plan("the_check_says_what_stands_against_a_show")
    points = plan("talking_points_are_for_the_crew")
    yield from [
        (PLAN, "given.n == DAY_TEXT - 1 + 6 &&", "given.n >= DAY_TEXT - 1 + 6 &&", changed),
        (PLAN, "p[0] == 'T' &&", "", changed),
        (PLAN, "is_digit(p[1]) &&", "", changed),
        (PLAN, "hour > 23 ||", "hour > 24 ||", changed),
        (PLAN, "|| minute > 59)", "|| minute > 60)", changed),
        (PLAN, "if (e == OK && changed == 0) {", "if (false) {", changed),
        (SQL, "THEN checked_at END\nWHERE id = :show AND status = 'planned'", "THEN checked_at END\nWHERE id = :show",
         changed),
        (RESERVE, "if (e == OK && c->on && !str_eq_z(", "if (false && !str_eq_z(", waits),
        (RESERVE, "if (e == OK && !str_eq_z(row_str(&show, 0, \"status\"), \"planned\"))\n        e = ERR_NOT_FOUND;", "", waits),
        (RESERVE, "text.p[i] == '\\\\' || text.p[i] == ',' || text.p[i] == ';'", "text.p[i] == '\\\\' || text.p[i] == ','", waits),
        (SQL, "ON CONFLICT (show_id, user_id) DO NOTHING", "", waits),
        (PAGES, "if (!crew && !row_int(&rs, i, \"is_on_shelf\"))", "if (false)", show("a_show_from_its_plan_to_its_end")),
        (PAGES, "if (crew) { /*", "if (true) { /*", points),
        (CHECK, "memcmp(until.p, day, until.n) < 0)", "memcmp(until.p, day, until.n) <= 0)", plan("a_certificate_that_runs_out_before_the_show")),
        (CHECK, "day_of(starts > now ? starts : now)", "day_of(now)", plan("a_certificate_that_runs_out_before_the_show")),
        (CHECK, "if (!row_int(rs, i, \"is_on\"))", "if (false)", stands),
        (CHECK, "else if (lacks.n)", "else if (false)", stands),
        (CHECK, "if (!str_eq_z(row_str(rs, i, \"factory_state\"), \"approved\"))", "if (false)", stands),
        (CHECK, "if (row_int(rs, i, \"stock_left\") < 1)", "if (row_int(rs, i, \"stock_left\") < 0)", stands),
        (CHECK, "row_int(rs, i, \"price_fen\") > row_int(rs, i, \"hall_price_fen\")", "row_int(rs, i, \"price_fen\") >= row_int(rs, i, \"hall_price_fen\")",
         stands),
        (CHECK, "if (rs.n == 0)", "if (false)", stands),
        (CHECK, "checked && row_int(show, 0, \"checked_at\") >= row_int(show, 0, \"changed_at\")", "checked", plan("looked_at_until_the_plan_changes")),
    ]


def table():
    for part in (grants, talk, order, run, before):
        yield from part()


if __name__ == "__main__":
    main(table)
