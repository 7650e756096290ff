"""Each rule of sharing, of statements and of who may see them, broken once (breaking.py): break_settle.py SOURCE
[WORD...]"""
from breaking import main

SETTLE, SETTLEMENT = "settle_test_settle", "settle_test_settlement"
RULE, SHARE, STATEMENTS, MONEY, PARTY, ISSUE, CHECK, SQL = (
    f"town/settle/{name}" for name in ("rule.c", "share.c", "statements.c", "order_money.c", "party.c", "issue.c",
                                       "settle_check.c", "settle.sql"))


def over_http(case):
    return [f"settle/test_settle_http.py Settle.test_{case}"]


def rules():
    yield from [
        (RULE, "if (!e && r->day < day_of(tx->now_ms) + notice)", "if (false)", [SETTLE]),
        (RULE, "if (!e && sum > row_int(&rs, 0, \"most\"))", "if (false)", [SETTLE]),
        (RULE, "if (r->note.n == 0)", "if (false)", [SETTLE]),
        (SHARE, "if (row_int(&rs, 0, \"is_shared\"))", "if (false)", [SETTLE]),
        (SHARE, "if (!str_eq_z(row_str(&rs, 0, \"status\"), \"received\"))", "if (false)", [SETTLE]),
    ]


def statements():
    yield from [
        (SQL, "MIN(CASE s.reason WHEN 'moved' THEN 'payment' ELSE s.reason END) AS kind", "'payment' AS kind",
         [SETTLEMENT]),
        (SQL, "WHERE party = :party AND month < :month ORDER BY month DESC LIMIT 1",
         "WHERE party = :party AND month <= :month ORDER BY month LIMIT 1", [SETTLEMENT]),
        ("town/settle/settlement.c", "row_int(&rs, 0, \"at_ms\") <= ms", "row_int(&rs, 0, \"at_ms\") < ms",
         [SETTLEMENT]),
        (ISSUE, "settlement_month_begin(month + 1) + SETTLE_ISSUE_AFTER_MS)", "settlement_month_begin(month + 1))",
         [SETTLEMENT]),
        (ISSUE, "if (!e && rs.n < ISSUE_MOST)", "if (!e && rs.n > ISSUE_MOST)", [SETTLEMENT]),
        (CHECK, "else if (kept.n != sizeof(hash) || memcmp(kept.p, hash, sizeof(hash)) != 0)", "else if (false)",
         [SETTLEMENT]),
        (CHECK, "if (!e && rs.n)\n            say(", "if (false)\n            say(", [SETTLEMENT]),
    ]


def doors():
    yield from [
        (PARTY, "return e ? e : ERR_NOT_FOUND;\n}", "return e;\n}", over_http("a_statement_is_its_partys_and_the_bases")),
        (STATEMENTS, "if (!e && n == 0)", "if (false)", over_http("who_has_nothing_to_do_with_it")),
        (STATEMENTS, "if (!e && is_empty(&s))", "if (false)", over_http("months_and_parties_that_cannot_be")),
        (MONEY, "return l->as ? OK : ERR_NOT_FOUND;", "return OK;", over_http("an_orders_money_is_nobody_elses")),
        (MONEY, "if (!whole && !is_mine(l, party))", "if (false)", over_http("a_buyer_sees_what_concerns_it")),
        (MONEY, "if (!sees(l, &rs, i))", "if (false)", over_http("who_shares_sees_its_own_share")),
        (SQL, "AND (:seller = 1 OR r.factory_id = :factory)", "AND (:seller = 1 OR :factory > 0)",
         over_http("a_rule_is_published_and_can_be_corrected_until_it_begins")),
    ]


def table():
    for part in (rules, statements, doors):
        yield from part()


if __name__ == "__main__":
    main(table)
