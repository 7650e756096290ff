"""Each rule of claims, of what goes back by them and of who sees them, broken once (breaking.py): break_claims.py SOURCE
[WORD...]"""
from break_trade import checks, states
from breaking import main

CLAIMS, LIVES = "claims_test_claims", "claims_test_claim_lives"
CLAIM, MONEY, STATE, VIEW, NEW, PAGE, LISTS, PICTURE = (
    f"town/claims/{name}.c" for name in ("claim", "money", "claim_state", "claim_view", "claim_new", "claim_page", "lists", "picture"))
ANYBODY = "BUYER | FACTORY | OPERATOR | SYSTEM"
BOTH = [CLAIMS, LIVES]


def over_http(case):
    return [f"claims/test_claims_http.py Claims.test_{case}"]


def asking():
    yield from [
        (CLAIM, "if (!e && row_int(&order, 0, \"buyer_id\") != ask->buyer_id)", "if (false)", BOTH),
        (CLAIM, "if (!early && !is_one_of(status, after))", "if (false)", BOTH),
        (CLAIM, 'if (!is_refund && !str_eq_z(kind, "return") && !str_eq_z(kind, "exchange"))', "if (false)", BOTH),
        (CLAIM, "if (early && !is_refund)", "if (false)", BOTH),
        (CLAIM, "if (!is_one_of(str_of(ask->reason), reasons))", "if (false)", BOTH),
        (CLAIM, "if (!early && no_reason && is_refund)", "if (false)", BOTH),
        (CLAIM, "if (!early && no_reason && is_refund)", "if (no_reason && is_refund)", BOTH),
        (CLAIM, "tx->now_ms > row_int(order, 0, \"received_at\") + ORDER_RETURN_DAYS * CLAIM_DAY_MS)", "false)", BOTH),
        (CLAIM, "if (no_reason && !row_null(order, 0, \"received_at\") &&", "if (!row_null(order, 0, \"received_at\") &&", BOTH),
        (CLAIM, "if (want->pieces < 1 ||", "if (", BOTH),
        (CLAIM, "|| want->pieces > left.pieces)", ")", BOTH),
        (CLAIM, 'return refuse(tx, ERR_INVALID, "line", "claims.line_unknown", 0);', "return OK;", BOTH),
        (CLAIM, "if (left < 0 ||", "if (", BOTH),
        (CLAIM, "|| left > sum)", ")", BOTH),
        (CLAIM, "enum err e = ask->n && ask->n <= ORDER_LINES_MAX", "enum err e = ask->n <= ORDER_LINES_MAX", BOTH),
        (CLAIM, "enum err e = ask->n && ask->n <= ORDER_LINES_MAX", "enum err e = ask->n", BOTH),
        (CLAIM, "if (ask->lines[k].line == ask->lines[i].line)", "if (false)", BOTH),
        (CLAIM, "    if (whole)\n", "    if (false)\n", BOTH),
        (CLAIM, 'if (worth == 0 && (paid || strcmp(ask->kind, "refund") == 0))', "if (false)", BOTH),
        (CLAIM, 'if (worth == 0 && (paid || strcmp(ask->kind, "refund") == 0))', "if (worth == 0)", BOTH),
        (CLAIM, "if (!e && open.n >= CLAIM_OPEN_MAX)", "if (false)", BOTH),
        (CLAIM, "if (!e && open.n >= CLAIM_OPEN_MAX)", "if (!e && open.n > CLAIM_OPEN_MAX)", BOTH),
        (CLAIM, 'if (!e && row_int(&rs, 0, "n") >= CLAIM_NOTES_MAX)', "if (false)", BOTH),
        (CLAIM, 'if (!e && row_int(&rs, 0, "n") >= CLAIM_NOTES_MAX)', 'if (!e && row_int(&rs, 0, "n") > CLAIM_NOTES_MAX)', BOTH),
        (CLAIM, "        if (stays > 0)\n            return 0;", "        if (stays > 1000)\n            return 0;", BOTH),
        (CLAIM, '(is_sent && strcmp(ask->reason, "no_reason") == 0))', "false)", BOTH),
        (MONEY, 'int64_t taken = row_int(lines, i, "returned") + row_int(lines, i, "claimed");', 'int64_t taken = row_int(lines, i, "returned");', BOTH),
        (MONEY, '- row_int(lines, i, "refunded_fen") - row_int(lines, i, "claimed_fen");', '- row_int(lines, i, "refunded_fen");', BOTH),
    ]


def events():
    yield from [
        (CLAIM, 'if (agree && is_kind(life, "refund"))', "if (false)", BOTH),
        (CLAIM, "if (agree && has_come(life))", "if (false)", BOTH),
        (CLAIM, 'if (refund && alone && !is_kind(life, "refund") && !str_eq_z(from, "sent_back"))', "if (false)", BOTH),
        (CLAIM, 'if (strcmp(event, "resend") == 0 && !is_kind(life, "exchange"))', "if (false)", BOTH),
        (CLAIM, "if (life->t->needs_note && more->text.n == 0)", "if (false)", BOTH),
        (CLAIM, "if (more->number.n == 0 || more->carrier.n == 0)", "if (more->number.n == 0)", BOTH),
        (CLAIM, "if (more->number.n == 0 || more->carrier.n == 0)", "if (more->carrier.n == 0)", BOTH),
        (CLAIM, '(more->amount_fen > 0 && more->amount_fen <= most))', "more->amount_fen <= most)", BOTH),
        (CLAIM, '(more->amount_fen > 0 && more->amount_fen <= most))', "more->amount_fen > 0)", BOTH),
        (CLAIM, 'if (e == ERR_CONFLICT)\n        return refuse(tx, e, "status", "trade.status_forbids", 0);', "", BOTH),
        (CLAIM, 'bool came = has_come(life) && row_str(&life->claim, 0, "anew_number").n == 0;', "bool came = has_come(life);", BOTH),
        (CLAIM, 'if (str_eq_z(row_str(&open, i, "status"), "asked"))', "if (false)", BOTH),
        (CLAIM, "    if (over)\n        return overtake_all(tx, &open);", "    if (over)\n        return OK;", BOTH),
        (CLAIM, "return stop_clock(tx, c->order_id);", "return OK;", BOTH),
        (CLAIM, "return e ? e : order_clock_set(tx, ask->order_id, 0);", "return e;", BOTH),
        (CLAIM, "if (e || open.n)\n        return e;", "if (e)\n        return e;", BOTH),
        (CLAIM, "rest > CLAIM_REST_MS ? rest : CLAIM_REST_MS", "rest", BOTH),
        (CLAIM, "    if (e || !row_null(&rs, 0, \"ended_at\"))", "    if (e)", BOTH),
        (CLAIM, "    if (e == ERR_CONFLICT)\n        return claim_do(tx, claim, \"overtake\", by, &nothing);", "", BOTH),
        (MONEY, "    if (*fen == 0 && pieces == 0) {", "    if (false && pieces) {", BOTH),
        (MONEY, "    if (e == ERR_SOLD_OUT) {", "    if (false) {", BOTH),
        (MONEY, 'int64_t fen = least(row_int(lines, i, "amount_fen"), row_int(lines, i, "fen_left"));', 'int64_t fen = row_int(lines, i, "amount_fen");', BOTH),
        (MONEY, 'int64_t pieces = least(row_int(lines, i, "pieces"), row_int(lines, i, "pieces_left"));', 'int64_t pieces = row_int(lines, i, "pieces");', BOTH),
        (MONEY, 'int64_t freight = least(row_int(claim, 0, "freight_fen"), row_int(claim, 0, "freight_left"));', 'int64_t freight = row_int(claim, 0, "freight_fen");', BOTH),
        (MONEY, "    fen = least(fen, *most);\n", "", BOTH),
        (MONEY, "    freight = least(freight, most);\n", "", BOTH),
    ]


def clocks():
    for status, limit, other in (("asked", "ANSWER", "SEND"), ("agreed", "SEND", "ANSWER"), ("sent_back", "ARRIVE", "ANSWER"),
                                 ("resent", "FINISH", "ANSWER"), ("refused", "DISPUTE", "ANSWER")):
        yield CLAIM, f'{{"{status}", CLAIM_{limit}_MS}}', f'{{"{status}", CLAIM_{other}_MS}}', BOTH


def doors():
    whose, typed, pictures = (over_http(case) for case in ("whose_it_is", "what_is_typed_wrongly",
                                                           "pictures_are_drawn_anew_and_seen_by_the_sides"))
    twice = over_http("the_same_request_twice_is_one_claim")
    yield from [
        (VIEW, "return *as ? OK : ERR_NOT_FOUND;", "return OK;", whose),
        (VIEW, "if (hand_is_maker(r, row_int(claim, 0, \"factory_id\")))", "if (r->who.roles & ROLE_FACTORY)", whose),
        (NEW, "row_int(order, 0, \"buyer_id\") != r->who.user_id ? ERR_NOT_FOUND : e;", "false ? ERR_NOT_FOUND : e;", whose),
        (PAGE, "if (!d->event)\n        return ERR_NOT_FOUND;", "if (!d->event)\n        return ERR_INVALID;", whose),
        (LISTS, "if (!r->who.organisation_id)\n        return ERR_FORBIDDEN;", "", over_http("a_maker_without_a_factory_sees_nobodys")),
        (NEW, "if (yuan_typed(text, fen) != OK || *fen < 1)", "if (yuan_read(text, fen) != OK && false)", typed),
        (NEW, "if (typed.n && (str_to_i64(typed, &l.pieces) != OK || l.pieces < 0))",
         "if (typed.n && str_to_i64(typed, &l.pieces) != OK && false)", typed),
        (NEW, 'e = req_field_text(r, "text", 1, CLAIM_TEXT_MAX, &o->ask.text);', 'e = req_field_text(r, "text", 1, 10 * CLAIM_TEXT_MAX, &o->ask.text);', typed),
        (NEW, "return idem_run(tx, &o->key, work, o, &o->outcome);", "return work(tx, o, &o->outcome.subject);", twice),
        (NEW, "str_of(o->ask.reason), o->ask.text};", "STR(\"\"), o->ask.text};", twice),
        (PAGE, 'e = req_field_text(r, "text", 1, CLAIM_TEXT_MAX, &m->text);', 'e = req_field_text(r, "text", 1, 10 * CLAIM_TEXT_MAX, &m->text);',
         typed),
        (PAGE, 'e = req_field_text(r, "text", 1, CLAIM_TEXT_MAX, &d->more.text);', 'e = req_field_text(r, "text", 0, 10 * CLAIM_TEXT_MAX, &d->more.text);',
         typed),
        (PAGE, 'req_field_text(r, "carrier", 1, CARRIER_MAX, &m->carrier);', 'req_field_text(r, "carrier", 0, CARRIER_MAX, &m->carrier);', typed),
        (PAGE, 'req_field_text(r, "number", 4, NUMBER_MAX, &m->number)', 'req_field_text(r, "number", 1, NUMBER_MAX, &m->number)', typed),
        (PAGE, 'if (strcmp(d->event, "agree") == 0 && d->by.as & ORDER_AS_FACTORY && m->text.n == 0)', "if (false)", typed),
        (PICTURE, "if (n > CLAIM_PICTURES_MAX)", "if (false)", pictures),
        (PICTURE, "if (e == OK && strcmp(scan.type, SCAN_PICTURE) != 0)", "if (false)", pictures),
        (PICTURE, "enum err e = claim_load(r, id, &claim, &as);", "enum err e = OK; (void)claim; (void)as;", pictures),
        ("town/claims/claims.sql", "WHERE p.id = :picture_id AND n.claim_id = :claim_id", "WHERE p.id = :picture_id AND :claim_id > 0", pictures),
    ]


def table():
    for part in (asking, events, clocks, doors):
        yield from part()
    yield from states(STATE, ANYBODY, BOTH)
    yield from checks("town/claims/claims_check.c", "claims_", [CLAIMS])


if __name__ == "__main__":
    main(table)
