"""Each rule of flash sales, of a show's coupons and of draws broken once (breaking.py): break_offers.py SOURCE [WORD...]"""
from breaking import main

OFFERS, LOT = ["offers_test_offers"], ["offers_test_lot"]
FLASH, COUPON, DRAW, PRIZE, LOTS, SHARE, TOWN, SQL = (
    f"town/offers/{name}" for name in ("flash.c", "coupon.c", "draw.c", "prize.c", "lot.c", "share.c", "offers.c", "offers.sql"))


def flash(case):
    return [f"offers/test_flash_http.py Flash.test_{case}"]


def show(case):
    return [f"offers/test_offers_http.py Offers.test_{case}"]


def sales():
    granted = show("what_was_granted_is_looked_at_when_it_is_done")
    yield from [
        (FLASH, "if (n->price_fen < 1 ||", "if (n->price_fen < 0 ||", OFFERS),
        (FLASH, "n->price_fen >= row_int(item, 0, \"price_fen\"))", "n->price_fen > row_int(item, 0, \"price_fen\"))", OFFERS),
        (FLASH, "if (n->pieces < 1 ||", "if (n->pieces < 0 ||", OFFERS),
        (FLASH, "n->pieces > OFFERS_FLASH_PIECES_MAX)", "n->pieces > OFFERS_FLASH_PIECES_MAX + 1)", OFFERS),
        (FLASH, "n->per_buyer > OFFERS_PER_BUYER_MAX)", "n->per_buyer >= OFFERS_PER_BUYER_MAX)", OFFERS),
        (FLASH, "if (n->seconds < OFFERS_FLASH_SECONDS_MIN ||", "if (", OFFERS),
        (FLASH, "n->seconds > OFFERS_FLASH_SECONDS_MAX)", "n->seconds > OFFERS_FLASH_SECONDS_MAX + 1)", OFFERS),
        (FLASH, "row_int(&item, 0, \"show_id\") != n->show_id)", "false)", OFFERS),
        (FLASH, "if (e == OK && str_eq_z(row_str(&item, 0, \"status\"), \"ended\"))", "if (false)", OFFERS),
        (FLASH, "row_int(&rs, 0, \"n\") >= OFFERS_FLASH_MAX)", "row_int(&rs, 0, \"n\") > OFFERS_FLASH_MAX)", OFFERS),
        (FLASH, "if (!str_eq_z(row_str(f, 0, \"status\"), \"planned\"))", "if (false)", OFFERS),
        (FLASH, "if (!str_eq_z(row_str(f, 0, \"show_status\"), \"live\"))", "if (false)", OFFERS),
        (FLASH, "if (!row_int(f, 0, \"is_on_shelf\"))", "if (false)", OFFERS),
        (FLASH, "if (row_int(f, 0, \"price_fen\") >= row_int(f, 0, \"show_price_fen\"))",
         "if (row_int(f, 0, \"price_fen\") > row_int(f, 0, \"show_price_fen\"))", OFFERS),
        (FLASH, "if (e == OK && rs.n)\n        return offers_refuse(tx, ERR_CONFLICT, NULL, \"offers.flash_runs\", 0);", "", OFFERS),
        (FLASH, "return offers_refuse(tx, e, \"pieces\", \"offers.too_few\", tx->info->limit);", "return e;", OFFERS),
        (FLASH, "    if (e == OK)\n        e = give_back(tx, flash, sku, left);", "", OFFERS),
        (FLASH, "if (row_int(&rs, 0, \"is_over\"))", "if (false)", OFFERS),
        (FLASH, "row_int(&rs, 0, \"held\") == 0 &&", "", OFFERS),
        (FLASH, "SWEPT_AFTER_MS = 2 * ORDER_HOLD_MS,", "SWEPT_AFTER_MS = ORDER_HOLD_MS,", OFFERS),
        (SQL, "f.status = 'running' AND f.ends_at > :now\n", "f.status = 'running' AND f.ends_at >= :now\n", OFFERS),
        (SQL, "WHERE f.swept = 0 AND ((f.status = 'running' AND (f.ends_at <= :now OR",
         "WHERE f.swept = 0 AND ((f.status = 'running' AND (f.ends_at < :now OR", OFFERS),
        (SQL, "OR s.status = 'ended'))\n    OR (f.status", "))\n    OR (f.status", OFFERS),
        (SQL, "count(*) AS n FROM flash_sales WHERE show_id = :show AND status IN ('planned', 'running')",
         "count(*) AS n FROM flash_sales WHERE show_id = :show", OFFERS),
        (TOWN, "|| row_int(&rs, 0, \"available\") < 1)", ")", flash("all_gone_the_shows_price_counts")),
        (TOWN, "if (row_int(&rs, 0, \"price_fen\") >= out->price_fen)", "if (false)", flash("nobody_pays_more_in_a_sale_than_in_the_show")),
        (TOWN, ".per_buyer = row_int(&rs, 0, \"per_buyer\")};", "};", flash("each_has_no_more_than_is_said")),
        (FLASH, "if (runs && row_int(&rs, i, \"ends_at\") <= now_ms)\n            continue;", "", OFFERS),
        (FLASH, "enum err e = shows_still_may(tx, c->show, c->actor, SHOW_OFFERS, c->is_base);\n    if (e == OK)\n        e = flash_plan", "enum err e = OK;\n    if (e == OK)\n        e = flash_plan", granted),
        (FLASH, "enum err e = shows_still_may(tx, c->show, c->actor, SHOW_OFFERS, c->is_base);\n    if (e == OK)\n        e = db_one", "enum err e = OK;\n    if (e == OK)\n        e = db_one", granted),
        (FLASH, "if (e == OK && row_int(&f, 0, \"show_id\") != c->show)", "if (false)", flash("the_door")),
        (FLASH, "struct view *planned = r ? view_put_list(v, \"planned\") : NULL;", "struct view *planned = view_put_list(v, \"planned\");",
         flash("the_door")),
        (TOWN, "flash_put(r->db, r->arena, crew ? r : NULL,", "flash_put(r->db, r->arena, r,", flash("the_door")),
    ]


def coupons():
    granted = show("what_was_granted_is_looked_at_when_it_is_done")
    levels, end, door = show("three_levels_none_gives_what_it_has_not"), show("the_show_ends_and_what_is_left_is_the_hosts"), show("coupons_the_door")
    yield from [
        (COUPON, "if (e == OK && str_eq_z(row_str(&show, 0, \"status\"), \"ended\"))", "if (false)", end),
        (COUPON, "e = offers_alone(tx, \"coupon\", row_int(&rs, i, \"id\"), end_plan);", ";", end),
        (COUPON, "if (!r && ++told > TOLD_MOST)", "if (!r && ++told > 100 * TOLD_MOST)", show("a_room_is_told_of_so_many_coupons")),
        (COUPON, "c->push = req_field(r, \"push\").n > 0;", "c->push = true;", levels),
        (COUPON, "if (!str_eq_z(what, \"push\") && !str_eq_z(what, \"end\"))", "if (false)", door),
        (COUPON, "shows_still_may(tx, c->show, c->actor, SHOW_OFFERS, c->is_base)", "OK", granted),
    ]


def draws():
    granted = show("what_was_granted_is_looked_at_when_it_is_done")
    check, who, door = show("anybody_can_check_who_won"), show("who_takes_part"), show("draws_refused_by_name_and_the_door")
    yield from [
        (DRAW, "if (n->prizes < 1 ||", "if (n->prizes < 0 ||", OFFERS),
        (DRAW, "n->prizes > OFFERS_PRIZES_MAX)", "n->prizes > OFFERS_PRIZES_MAX + 1)", OFFERS),
        (DRAW, "if (n->seconds < OFFERS_DRAW_SECONDS_MIN ||", "if (", OFFERS),
        (DRAW, "n->seconds > OFFERS_DRAW_SECONDS_MAX)", "n->seconds >= OFFERS_DRAW_SECONDS_MAX)", OFFERS),
        (DRAW, "if (value_fen > OFFERS_PRIZE_FEN_MAX)", "if (value_fen > OFFERS_PRIZE_FEN_MAX + 1)", OFFERS),
        (DRAW, "if (value_fen > OFFERS_PRIZE_FEN_MAX)", "if (value_fen >= OFFERS_PRIZE_FEN_MAX)", OFFERS),
        (DRAW, "row_int(&item, 0, \"show_id\") != n->show_id)", "false)", OFFERS),
        (DRAW, "if (e == OK && str_eq_z(row_str(&item, 0, \"status\"), \"ended\"))", "if (false)", OFFERS),
        (DRAW, "row_int(&rs, 0, \"n\") >= OFFERS_DRAWS_MAX)", "row_int(&rs, 0, \"n\") > OFFERS_DRAWS_MAX)", OFFERS),
        (DRAW, "if (!str_eq_z(row_str(d, 0, \"status\"), \"planned\"))", "if (false)", OFFERS),
        (DRAW, "if (!str_eq_z(row_str(d, 0, \"show_status\"), \"live\"))", "if (false)", OFFERS),
        (DRAW, "return e == OK && rs.n ? offers_refuse(", "return e == OK && false ? offers_refuse(", OFFERS),
        (DRAW, "return offers_refuse(tx, e, \"prizes\", \"offers.too_few\", tx->info->limit);", "return e;", OFFERS),
        (DRAW, "|| row_int(d, 0, \"closes_at\") <= tx->now_ms)", "|| row_int(d, 0, \"closes_at\") < tx->now_ms)", OFFERS),
        (DRAW, "if (!str_eq_z(row_str(d, 0, \"status\"), \"open\") ||", "if (", OFFERS),
        (DRAW, "(maker.n ||", "(", OFFERS),
        (DRAW, "crew.n || row_int", "row_int", who),
        (DRAW, "|| row_int(d, 0, \"host_id\") == user))", "))", OFFERS),
        (DRAW, "row_int(d, 0, \"entries\") >= OFFERS_ENTRIES_MAX)", "row_int(d, 0, \"entries\") > OFFERS_ENTRIES_MAX)", OFFERS),
        (DRAW, "if (had.n) {", "if (false) {", OFFERS),
        (DRAW, "if (e == OK && most > n)", "if (false)", OFFERS),
        (SQL, "(d.closes_at <= :now OR s.status", "(d.closes_at < :now OR s.status", OFFERS),
        (SQL, "OR s.status = 'ended') ORDER BY d.id LIMIT :most", ") ORDER BY d.id LIMIT :most", OFFERS),
        (DRAW, "if (e == OK && row_null(&d, 0, \"opened_at\"))", "if (false)", door),
        (DRAW, "return e == OK && drawn ? put_entries(r, id) : e;", "return e == OK ? put_entries(r, id) : e;", check),
        (DRAW, "enum err e = shows_still_may(tx, c->show, c->actor, SHOW_OFFERS, c->is_base);\n    if (e == OK)\n        e = draw_plan", "enum err e = OK;\n    if (e == OK)\n        e = draw_plan", granted),
        (DRAW, "enum err e = shows_still_may(tx, c->show, c->actor, SHOW_OFFERS, c->is_base);\n    if (e == OK)\n        e = of_show", "enum err e = OK;\n    if (e == OK)\n        e = of_show", granted),
        (DRAW, "return e == OK && row_int(&d, 0, \"show_id\") != c->show ? ERR_NOT_FOUND : e;", "return e;", who),
        (DRAW, "(int)str_characters_bytes(name, 1)", "(int)name.n", check),
        (LOTS, "return order ? order :", "return order ? -order :", LOT),
        (LOTS, "for (size_t i = 0; i < n && i < most; i++)", "for (size_t i = 0; i <= n && i < most; i++)", LOT),
        (TOWN, "if (why == OK)\n        e = db_savepoint_release(tx->db);", "if (why != OK)\n        return why;\n    if (why == OK)\n        e = db_savepoint_release(tx->db);", OFFERS),
    ]


def prizes():
    sent = show("a_winner_has_the_prize_sent_for_nothing")
    yield from [
        (PRIZE, "(row_int(&w, 0, \"user_id\") != buyer_id ||", "(", OFFERS),
        (PRIZE, "|| row_int(&w, 0, \"sku_id\") != sku_id))", "))", OFFERS),
        (PRIZE, "(!str_eq_z(row_str(&w, 0, \"status\"), \"won\") || row_int(&w, 0, \"until_at\") <= now_ms))",
         "(!str_eq_z(row_str(&w, 0, \"status\"), \"won\") || row_int(&w, 0, \"until_at\") < now_ms))", OFFERS),
        (DRAW, "#define TAKE_MS (OFFERS_TAKE_DAYS *", "#define TAKE_MS ((OFFERS_TAKE_DAYS + 1) *", OFFERS),
        (SQL, "WHERE w.status = 'won' AND w.until_at <= :now", "WHERE w.status = 'won' AND w.until_at < :now", OFFERS),
        (SQL, "WHERE w.status = 'won' AND w.until_at <= :now", "WHERE w.until_at <= :now", OFFERS),
        (PRIZE, "if (e == OK && row_int(&w, 0, \"user_id\") != t->user)", "if (false)", sent),
        (PRIZE, "if (e == OK && str_eq_z(row_str(&w, 0, \"status\"), \"taken\")) {", "if (false) {", sent),
        (PRIZE, "        e = order_given(tx, t->order_id);", "        e = OK;", sent),
        (PRIZE, "row_int(&w, 0, \"until_at\") <= tx->now_ms))\n        return", "false))\n        return", show("a_prize_that_lapsed_is_not_sent")),
    ]


def table():
    for part in (sales, coupons, draws, prizes):
        yield from part()


if __name__ == "__main__":
    main(table)
