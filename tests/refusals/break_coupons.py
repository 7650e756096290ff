"""Each rule of coupons, of using them and of who may what, broken once (breaking.py): break_coupons.py SOURCE [WORD...]"""
import re

from breaking import SOURCE, main

COUPONS, CUT, MANY = "coupons_test_coupons", "coupons_test_cut", "trade_test_order_place"
COUPON, CUT_C, DESK, BASKET = (
    "town/coupons/coupon.c", "town/coupons/cut.c", "town/coupons/desk.c", "town/trade/order_basket.c")


def over_http(case):
    return [f"coupons/test_coupons_http.py Coupons.test_{case}"]


def terms():
    """Each half of each term."""
    for whole in ("is_off != is_percent", "c->off_fen >= 0", "c->off_fen <= COUPON_FEN_MAX", "c->percent >= 0",
                  "c->percent <= COUPON_PERCENT_MAX", "c->most_fen >= 0", "c->most_fen <= COUPON_FEN_MAX",
                  "(is_percent || c->most_fen == 0)", "c->least_fen >= c->off_fen", "c->least_fen <= COUPON_FEN_MAX",
                  "c->claim_until > c->claim_from", "c->claim_until > tx->now_ms", "c->use_days >= 1",
                  "c->use_days <= COUPON_DAYS_MAX", "c->pieces >= 1", "c->pieces <= COUPON_PIECES_MAX"):
        yield COUPON, whole, "true", [COUPONS]


def claiming():
    yield from [
        (COUPON, "if (e == ERR_NOT_FOUND)\n        return coupon_refuse(tx, e, \"product\"", "if (e == ERR_NOT_FOUND)\n        return OK;\n    if (false)\n        return coupon_refuse(tx, e, \"product\"", [COUPONS]),
        ("town/coupons/coupons.sql", "WHERE id = :product_id AND organisation_id = :factory_id", "WHERE id = :product_id AND :factory_id > 0", [COUPONS]),
        (COUPON, 'if (!e && row_int(&rs, 0, "n") >= COUPONS_OF_FACTORY_MAX)', "if (false)", [COUPONS]),
        (COUPON, 'if (!e && row_int(&rs, 0, "n") >= COUPONS_OF_FACTORY_MAX)', 'if (!e && row_int(&rs, 0, "n") > COUPONS_OF_FACTORY_MAX)', [COUPONS]),
        (COUPON, 'if (!e && row_int(&rs, 0, "factory_id") != factory_id)', "if (false)", [COUPONS, *over_http("whose_they_are")]),
        (COUPON, "if (tx->now_ms < c->claim_from)", "if (false)", [COUPONS]),
        (COUPON, "if (stopped || tx->now_ms >= c->claim_until)", "if (tx->now_ms >= c->claim_until)", [COUPONS]),
        (COUPON, "if (stopped || tx->now_ms >= c->claim_until)", "if (stopped)", [COUPONS]),
        (COUPON, "if (stopped || tx->now_ms >= c->claim_until)", "if (stopped || tx->now_ms > c->claim_until)", [COUPONS]),
        (COUPON, "return !e && rs.n ? coupon_refuse(tx, ERR_CONFLICT, \"coupon\", \"coupons.own\", 0) : e;", "return e;", [COUPONS, *over_http("whose_they_are")]),
        (COUPON, "    if (had.n)\n        return OK;", "", [COUPONS]),
        (COUPON, "        e = coupon_move(tx, from ? from : stock.available, stock.claimed, 1, \"claim\", c->id,\n                        id_of(c->id, *claim));", "        e = OK;", [COUPONS]),
        (COUPON, 'return e == ERR_SOLD_OUT ? coupon_refuse(tx, e, "coupon", "coupons.sold_out", 0) : e;', "return e;", [COUPONS, *over_http("the_last_one_is_had_once")]),
        (COUPON, "if (!row_null(&rs, 0, \"order_id\"))\n        return coupon_refuse", "if (false)\n        return coupon_refuse", [COUPONS]),
        (COUPON, "c->use_days * DAY_MS", "c->use_days * 2 * DAY_MS", [COUPONS]),
    ]


def using():
    yield from [
        (BASKET, "if (!held || held->user_id != rq->buyer_id)", "if (!held)", [COUPONS]),
        (BASKET, "if (!held || held->user_id != rq->buyer_id)", "if (held && held->user_id != rq->buyer_id)", [COUPONS]),
        (BASKET, "if (held->order_id)", "if (false)", [COUPONS]),
        (BASKET, "if (held->use_until <= m->now_ms)", "if (false)", [COUPONS]),
        (BASKET, "if (held->use_until <= m->now_ms)", "if (held->use_until < m->now_ms)", [COUPONS]),
        (BASKET, "    if (!p)\n        return refuse", "    if (false)\n        return coupon_refuse", [COUPONS, MANY]),
        (BASKET, "    if (p->coupon)\n", "    if (false)\n", [COUPONS]),
        (BASKET, "    p->coupon = e ? 0 : claim;", "    p->coupon = 0;", [COUPONS]),
        (BASKET, "coupons_get(&m->coupons, b->parts[i].coupon)->order_id = -1;", ";", [COUPONS]),
        (CUT_C, "if (n > COUPON_LINES_MAX)", "if (false)", [CUT]),
        (CUT_C, "if (is_for(c, &lines[i]) && __builtin_add_overflow(goods, lines[i].amount_fen, &goods))", "if (is_for(c, &lines[i]) && ((goods += lines[i].amount_fen), false))", [CUT]),
        (CUT_C, "if (goods > 0 && goods < c->least_fen)", "if (false)", [CUT]),
        (CUT_C, "*missing = c->least_fen - goods;", "*missing = c->least_fen - goods + 1;", [CUT]),
        (CUT_C, "(c->product_id == 0 || c->product_id == l->product_id)", "true", [CUT]),
        (CUT_C, "if (c->percent && c->most_fen && fen > c->most_fen)", "if (false)", [CUT]),
        (CUT_C, "return fen < goods ? fen : goods;", "return fen;", [CUT]),
        (CUT_C, "if (goods == 0 || *missing || fen == 0)", "if (goods == 0 || fen == 0)", [CUT]),
        (CUT_C, "    for (; left > 0; left--) {", "    for (; left > 9999; left--) {", [CUT]),
    ]


def doors():
    wrong = over_http("what_is_not_a_coupon")
    yield from [
        (DESK, "return *factory ? OK : ERR_FORBIDDEN;", "return OK;", over_http("a_maker_without_a_factory_has_none")),
        (DESK, "return text.n == 0 || yuan_typed(text, fen) == OK\n", "return text.n == 0 || yuan_read(text, fen) != ERR_NOMEM\n", wrong),
        (DESK, "if (e == OK && day_read(str_trim(req_field(r, \"until\")), &day) != OK)", "if (day_read(str_trim(req_field(r, \"until\")), &day) != OK && false)", wrong),
    ]


def checks():
    queries = re.findall(r"\{(&q_coupons_wrong\w+),", (SOURCE / COUPON).read_text())
    for i, query in enumerate(queries):
        yield COUPON, "{" + query + ",", "{" + queries[i - 1] + ",", [COUPONS]


def table():
    for part in (terms, claiming, using, doors, checks):
        yield from part()


if __name__ == "__main__":
    main(table)
