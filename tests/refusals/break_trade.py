"""Each rule of placing orders, of their states, limits, refunds, and of who sees them, broken once (breaking.py):
break_trade.py SOURCE [WORD...]"""
import re

from breaking import SOURCE, main

ORDER, MANY, KEYS, LIVES = "trade_test_order", "trade_test_order_place", "trade_test_order_command", "trade_test_order_lives"
(BASKET, PLACE, CHANGE, COMMAND, STATE, LIMIT, REFUND, MONEY, STOCK, FORM, RECEIVER, LIST, CART, VIEW, TRADE) = (
    f"town/trade/{name}.c" for name in ("order_basket", "order_place", "order", "order_command", "order_state", "limit", "order_refund",
                                        "order_money", "order_stock", "order_form", "receiver", "order_list", "cart", "order_view",
                                        "trade"))
ANYBODY = "BUYER | FACTORY | OPERATOR | CASHIER | SYSTEM"
TABLE_ROW = re.compile(r'^    \{(?:NULL|"\w+"), "\w+", "\w+", ([A-Z |]+)(, true)?\},\n', re.M)


def over_http(case):
    return [f"trade/test_orders_http.py Orders.test_{case}"]


def states(file, anybody, tests):
    """Each step of a table of states: gone, anybody's, and without the words that it wants."""
    for row in TABLE_ROW.finditer((SOURCE / file).read_text()):
        whole, who, note = row.group(0), row.group(1), row.group(2)
        yield file, whole, "", tests
        yield file, whole, whole.replace(f", {who}", f", {anybody}"), tests
        if note:
            yield file, whole, whole.replace(", true}", "}"), tests


def checks(file, prefix, tests):
    """Each rule of a check, replaced by the one before it."""
    queries = re.findall(r"\{(&q_" + prefix + r"\w+),", (SOURCE / file).read_text())
    for i, query in enumerate(queries):
        yield file, "{" + query + ",", "{" + queries[i - 1] + ",", tests


def wishes():
    yield from [
        (BASKET, "if (rq->n == 0 || rq->n > ORDER_LINES_MAX)", "if (rq->n > ORDER_LINES_MAX)", [ORDER]),
        (BASKET, "if (rq->n == 0 || rq->n > ORDER_LINES_MAX)", "if (rq->n == 0)", [ORDER]),
        (BASKET, "if (wishes[i].quantity < 1 ||", "if (wishes[i].quantity < 0 ||", [ORDER]),
        (BASKET, "|| wishes[i].quantity > ORDER_QUANTITY_MAX)", ")", [ORDER]),
        (BASKET, "if (line->quantity > ORDER_QUANTITY_MAX)", "if (false)", [ORDER]),
        (BASKET, "line->quantity += wishes[i].quantity;", "line->quantity = wishes[i].quantity;", [ORDER]),
        (BASKET, "if (line->show_id == 0)", "if (true)", [ORDER]),
        (BASKET, "if (!line->sku->id)", "if (false)", [ORDER]),
        (BASKET, "if (!line->sku->for_sale &&", "if (false &&", [ORDER]),
        (BASKET, "    return p->refused;\n}", "    return OK;\n}", [ORDER]),
        (BASKET, "if (b->parts_n == ORDER_MAKERS_MAX)", "if (false)", [MANY]),
        (BASKET, "if (p->lines[i].price_fen < 0 ||", "if (", [ORDER]),
        (BASKET, "__builtin_mul_overflow(p->lines[i].quantity, p->lines[i].price_fen, &amount) ||", "(amount = 1, false) ||", [ORDER]),
        (BASKET, "p->total_fen <= LEDGER_AMOUNT_MAX &&", "", [MANY]),
        (BASKET, "    return first;", "    return OK;", [MANY]),
        (BASKET, "if (!rq->expects || rq->expect_fen == b->total_fen)", "if (b->n)", [MANY]),
        (BASKET, "limits_take(&m->limits, rq->buyer_id, line->sku_id, line->quantity);", ";", [MANY]),
        (PLACE, "if (buyer->unpaid + (int64_t)orders <= ORDER_UNPAID_MAX)", "if (true)", [ORDER]),
        (PLACE, "if (buyer->unpaid + (int64_t)orders <= ORDER_UNPAID_MAX)", "if (buyer->unpaid + (int64_t)orders <= ORDER_UNPAID_MAX + 1)",
         [ORDER]),
        (PLACE, "buyer->unpaid += (int64_t)b.parts_n;", "", [MANY]),
        (PLACE, "        ledger_set_undo(&r->ledger, mark);", "        (void)mark;", [MANY]),
        (PLACE, "order_hold_refused(e, info);", ";", [ORDER]),
        (LIMIT, "if (!bought || *bought + quantity <= *most)", "if (true)", [MANY]),
        (LIMIT, "*bought + quantity <= *most", "quantity <= *most", [MANY]),
        (LIMIT, "*bought + quantity <= *most", "*bought + quantity <= *most + 1", [MANY]),
        (LIMIT, "*forbids = e == OK && row_int(&rs, 0, \"n\") > 0;\n    if (e || *forbids)", "*forbids = false;\n    if (e || *forbids)", [MANY]),
    ]


def keys():
    yield from [
        (COMMAND, "results[i] = ERR_BUSY;", "results[i] = OK;", [KEYS]),
        (COMMAND, "if (results[i] == OK)\n            e = keep_outcome(p, &out);\n        else if",
         "if (results[i] == OK)\n            results[i] = ERR_BUSY;\n        else if", [KEYS]),
        (COMMAND, "out->amount = p->info.limit;", "", [KEYS]),
        (COMMAND, "(long long)rq->wishes[i].quantity, (long long)", "1LL, (long long)", [KEYS]),
        (COMMAND, "(long long)rq->wishes[i].sku_id,", "1LL,", [KEYS]),
        (COMMAND, "(long long)rq->wishes[i].show_id));", "1LL));", [KEYS]),
        (COMMAND, "{rq->name, rq->phone, rq->address}", "{STR(\"\"), rq->phone, rq->address}", [KEYS]),
        (COMMAND, "{rq->name, rq->phone, rq->address}", "{rq->name, STR(\"\"), rq->address}", [KEYS]),
        (COMMAND, "{rq->name, rq->phone, rq->address}", "{rq->name, rq->phone, STR(\"\")}", [KEYS]),
        (COMMAND, "(long long)rq->province,", "1LL,", [KEYS]),
        (COMMAND, "rq->expects ? (long long)rq->expect_fen : -1LL", "1LL", [KEYS]),
        (COMMAND, "(long long)rq->coupons[i]));", "1LL));", [KEYS]),
        (COMMAND, "if (rq->n > ORDER_LINES_MAX || rq->coupons_n > ORDER_MAKERS_MAX)", "if (rq->coupons_n > ORDER_MAKERS_MAX)", [KEYS]),
        (COMMAND, "(long long)c->request.buyer_id));", "1LL));", [KEYS]),
    ]


def life():
    yield from [
        (CHANGE, "show_price(db, arena, show_id, sku->id, now_ms, out);\n    if (e != ERR_CONFLICT && e != ERR_NOT_FOUND)", "show_price(db, arena, show_id, sku->id, now_ms, out);\n    if (e != ERR_CONFLICT)", [ORDER]),
        (CHANGE, 'if (e == ERR_CONFLICT)\n        return refuse(tx, e, "status", "trade.status_forbids");', "", [ORDER]),
        (CHANGE, "if (!e && out->t->needs_note && note.n == 0)", "if (false)", [ORDER, LIVES]),
        (CHANGE, "if (e != ERR_SOLD_OUT)\n        return;", "return;", [ORDER]),
        (CHANGE, 'strcmp(event, "refund") == 0 || strcmp(event, "refund_part") == 0 ||', "", [ORDER, LIVES]),
        (CHANGE, 'strncmp(event, "pay", 3) == 0)', "false)", [ORDER, LIVES]),
        (CHANGE, 'bool lets_go = strcmp(life->t->from, "placed") == 0;', "bool lets_go = false;", [ORDER]),
        (CHANGE, "if (why || e)\n        db_savepoint_rollback(tx->db);", "if (e)\n        db_savepoint_rollback(tx->db);", [ORDER]),
        (CHANGE, "(int64_t)ORDER_RECEIVE_DAYS * DAY_MS", "(int64_t)ORDER_RETURN_DAYS * DAY_MS", [ORDER, LIVES]),
        (CHANGE, "(int64_t)ORDER_RETURN_DAYS * DAY_MS", "(int64_t)ORDER_RECEIVE_DAYS * DAY_MS", [ORDER, LIVES]),
        ("town/transition.c", "if (!(t->who & as))\n            return ERR_FORBIDDEN;", "", [ORDER]),
        ("town/transition.c", "return ERR_CONFLICT;", "return ERR_FORBIDDEN;", [ORDER]),
        (MONEY, "if (forbids) {", "if (false) {", [MANY]),
        (MONEY, "return coupons_back(tx, c->order_id);", "return OK;", ["coupons_test_coupons"]),
        (MONEY, "return coupons_again(tx, c->order_id);", "return OK;", ["coupons_test_coupons"]),
        (REFUND, "if (refund->lines[earlier].line == back->line)", "if (false)", [ORDER, LIVES]),
        (REFUND, "if (find_line(lines, back->line, &i) != OK)\n        return too_much", "if (find_line(lines, back->line, &i) != OK)\n        return OK; else if (false)\n        return too_much", [ORDER, LIVES]),
        (REFUND, "if (back->amount_fen < 0 ||", "if (", [ORDER, LIVES]),
        (REFUND, "|| back->amount_fen > left)", ")", [ORDER, LIVES]),
        (REFUND, "if (back->pieces < 0 ||", "if (", [ORDER, LIVES]),
        (REFUND, "|| back->pieces > pieces)", ")", [ORDER, LIVES]),
        (REFUND, "if (refund->freight_fen < 0 ||", "if (", [ORDER, LIVES, MANY]),
        (REFUND, "|| refund->freight_fen > freight)", ")", [ORDER, LIVES, MANY]),
        (REFUND, "return !e && is_nothing ?", "return !e && false ?", [ORDER, LIVES]),
        (REFUND, "&& key.n <= ORDER_KEY_MAX;", ";", [ORDER, LIVES]),
        (REFUND, "if (amount_fen == left)", "if (false)", [ORDER, LIVES]),
    ]


def doors():
    mine, seals, limit = (over_http(case) for case in ("orders_are_their_owners", "receivers_are_sealed_and_seen_by_who_needs_them",
                                                       "a_limit_is_the_makers_to_set"))
    bounds, cart = over_http("quantities_out_of_bounds_are_422"), over_http("a_cart_is_its_buyers_and_leaves_with_the_order")
    typed, groups = over_http("an_order_says_who_gets_it_and_where"), over_http("lists_are_narrowed_by_state")
    yield from [
        (VIEW, "return *as ? OK : ERR_NOT_FOUND;", "return OK;", mine),
        (VIEW, "if (n <= keep_first + keep_last) {", "if (false) {", [ORDER]),
        (RECEIVER, "if (e == OK && !(as & (ORDER_AS_FACTORY | ORDER_AS_OPERATOR)))", "if (false)", seals),
        (RECEIVER, "if (e == OK && !may_open(&order, as))", "if (false)", seals),
        (RECEIVER, "if (*whole || !was_paid(order) || is_over(order))", "if (*whole)", seals),
        (RECEIVER, "e = req_field_text(r, \"purpose\", 2, RECEIVER_PURPOSE_MAX, &o->purpose);",
         "e = req_field_text(r, \"purpose\", 0, 10 * RECEIVER_PURPOSE_MAX, &o->purpose);", seals),
        (RECEIVER, "factory = hand_is_base(r) ? 0 : r->who.organisation_id;", "factory = 0;", seals),
        (LIMIT, "if (e == OK && !hand_is_maker(r, sku.factory_id))", "if (false)", limit),
        (LIMIT, 'req_field_int(r, "per_buyer", 0, ORDER_QUANTITY_MAX,', 'req_field_int(r, "per_buyer", 0, INT64_MAX,', limit),
        (LIMIT, "if (str_characters(q) > QUERY_MAX)", "if (false)", limit),
        (LIMIT, "if (!r->who.organisation_id)", "if (false)", over_http("a_maker_without_a_factory_sees_nobodys")),
        (LIST, "else if (e == OK && factory == 0) {", "else if (false) {", over_http("a_maker_without_a_factory_sees_nobodys")),
        (RECEIVER, "if (!hand_is_base(r) && !factory)", "if (false)", over_http("a_maker_without_a_factory_sees_nobodys")),
        (LIST, "if (!known)", "if (false)", groups),
        (LIST, "if (before.n && str_to_i64(before, &a->before) != OK)", "if (str_to_i64(before, &a->before) != OK && false)", groups),
        (FORM, 'if (req_fields(r, "quantity", quantities, ORDER_LINES_MAX + 1) != n)',
         'if (req_fields(r, "quantity", quantities, ORDER_LINES_MAX + 1) < n)', bounds),
        (FORM, "if (str_to_i64(quantities[i], &wish->quantity) != OK ||", "if ((wish->quantity = 1) != 1 ||", bounds),
        (FORM, "if (e == OK && !people_contact_ok(rq->phone))", "if (false)", over_http("tricks_are_inert")),
        (FORM, "return str_trim(req_field(r, field)).n ? req_field_text(r, field, 1, max, out)",
         "return true ? req_field_text(r, field, 0, max, out)", typed),
        (FORM, "req_field_text(r, field, 1, max, out)", "req_field_text(r, field, 1, 10 * max, out)",
         over_http("what_a_form_cannot_say")),
        (FORM, "if (n > 1 && n != rq->n)", "if (false)", over_http("what_a_form_cannot_say")),
        (FORM, "if (text.n && (str_to_i64(text, id) != OK || *id < 0))", "if (text.n && str_to_i64(text, id) != OK && false)",
         over_http("what_a_form_cannot_say")),
        (FORM, "if (n > ORDER_MAKERS_MAX)", "if (false)", over_http("what_a_form_cannot_say")),
        ("town/people/people.sql", "FROM addresses a WHERE a.id = :id AND a.user_id = :user", "FROM addresses a WHERE a.id = :id AND :user > 0",
         over_http("what_a_form_cannot_say")),
        (CART, "if (e == ERR_NOT_FOUND || (e == OK && !sku.for_sale)) {", "if (e == ERR_NOT_FOUND) {", cart),
        (CART, "if (e == OK && row_int(&rs, 0, \"n\") > CART_LINES_MAX) {", "if (false) {", over_http("a_cart_has_an_end")),
        (CART, "if (c->n > CART_LINES_MAX || picks_n > CART_LINES_MAX)", "if (picks_n > CART_LINES_MAX)", over_http("a_cart_has_an_end")),
        (CART, "if (e == OK && (rs.n == 0 || rs.n > ORDER_LINES_MAX))", "if (e == OK && rs.n > ORDER_LINES_MAX)", cart),
        (CART, "if (req_fields(r, \"quantity\", quantities, CART_LINES_MAX + 1) != c->n)", "if (false)", cart),
        (CART, "|| w->quantity < 1 ||", "||", cart),
        (TRADE, "return e == OK && !(*as & ORDER_AS_BUYER) ? ERR_NOT_FOUND : e;", "return e;", mine),
    ]


def table():
    for part in (wishes, keys, life, doors):
        yield from part()
    yield from states(STATE, ANYBODY, [ORDER, LIVES])
    yield from checks("town/trade/trade_check.c", "trade_", [ORDER])


if __name__ == "__main__":
    main(table)
