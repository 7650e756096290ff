"""Each rule of whose money it is, broken once (breaking.py): break_money.py SOURCE [WORD...]"""
from breaking import main

PAY, MODEL = "pay_test_pay", "pay_test_pay_model"
INSTRUCT, PAYMENT, TAKE, RUN, RECONCILE, SQL = (
    f"town/pay/{name}" for name in ("instruct.c", "payment.c", "take.c", "run.c", "reconcile.c", "pay.sql"))


def over_http(case):
    return [f"pay/test_pay_http.py Paying.test_{case}"]


def paying():
    yield from [
        (PAYMENT, "e = check_unpaid(tx, w);", "e = OK;", [PAY]),
        (PAYMENT, "w->n > p->parts_max", "false", over_http("what_is_not_to_be_paid") + [PAY]),
        (PAYMENT, "w->expires_at <= tx->now_ms", "false", [PAY]),
        (PAYMENT, "w->parts[i].amount_fen < 0 ||", "", [PAY]),
        (TAKE, "if (!str_eq(news->merchant, row_str(rs, 0, \"merchant\")))", "if (false)", [PAY]),
        (TAKE, "if (news->amount_fen != here)", "if (false)", [PAY]),
        (TAKE, "if (e || !same || !waits)", "if (e || !same)", [PAY]),
        (TAKE, "if (e || rs.n)\n        return e; /* paid before", "if (e)\n        return e; /* paid before", [PAY]),
        (TAKE, "if (!e && !taken)\n        e = give_back", "if (false)\n        e = give_back", [PAY]),
        (TAKE, "bool ours = !e && str_eq_z(row_str(&part, 0, \"provider\"), provider);", "bool ours = !e;", [PAY]),
    ]


def instructions():
    yield from [
        (INSTRUCT, "if (amount_fen > left_of(&p))", "if (false)", [PAY]),
        (INSTRUCT, "row_int(&rs, 0, \"amount_fen\") != amount", "false", [PAY]),
        (INSTRUCT, "if (!e && amount_fen > p.frozen)", "if (false)", [PAY]),
        (INSTRUCT, "if (is_in(rs, \"done\") || is_in(rs, \"settled\"))", "if (is_in(rs, \"settled\"))", [PAY, MODEL]),
        (INSTRUCT, "enum err e = is_in(rs, \"sent\") ? purse_void(tx, &m) : OK;", "enum err e = OK;", [PAY]),
        (INSTRUCT, "one_more[best] = true;", "one_more[0] = true;", [PAY]),
        (INSTRUCT, "if (!is_in(&rs, \"failed\") && !by_hand)", "if (false)", [PAY]),
        (SQL, "AND status IN ('waiting', 'sent', 'failed')) THEN NULL ELSE", "AND status = 'none') THEN NULL ELSE", [PAY, MODEL]),
        (SQL, "WHERE id = :id AND status = 'failed'", "WHERE id = :id", [PAY]),
        (RUN, "if (is_open || may_pass(job->answer))", "if (is_open)", [PAY]),
        (RUN, "job->tries < RUN_OPEN_TRIES_MAX", "true", [PAY]),
    ]


def statements():
    yield from [
        (RECONCILE, "if (c->line->amount_fen != here)", "if (false)", [PAY]),
        (RECONCILE, "if (c->line->merchant.n && !str_eq(c->line->merchant, merchant))", "if (false)", [PAY]),
        (RECONCILE, "return booked == here ? OK :", "return true ? OK :", [PAY]),
        (RECONCILE, "e = missing_there(tx, provider, day);", "e = OK;", [PAY]),
        (RECONCILE, "tx->now_ms < day_begin_ms(today) + READY_MS ||", "", [PAY]),
        (SQL, "WHERE provider = :provider AND number = :number AND kind = 'missing_there' AND closed_at IS NULL",
         "WHERE provider = :provider AND number = :number AND kind = 'none' AND closed_at IS NULL", [PAY]),
    ]


def pages():
    yield from [
        ("town/pay/cashier.c", "d->all.buyer_id != buyer", "false", over_http("the_cashier_is_the_buyers_own")),
        ("town/pay/desk.c", "if (row_int(&rs, 0, \"amount_fen\") != d->fen)", "if (false)",
         over_http("a_transfer_is_confirmed_by_a_person")),
        ("town/pay/money.c", "if (!e && !may)", "if (false)", over_http("who_may")),
        ("town/pay/merchants.c", "enum err e =\n        db_one(tx->db, &q_pay_party, ARGS(V_STR(k->party), V_INT(ROLE_HOST)), tx->arena, &rs);",
         "(void)rs;\n    enum err e = OK;", over_http("only_those_who_are_there_have_accounts")),
    ]


def table():
    for part in (paying, instructions, statements, pages):
        yield from part()


if __name__ == "__main__":
    main(table)
