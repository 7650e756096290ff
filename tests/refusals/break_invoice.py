"""Each rule of asking for invoices, of issuing them and of who reads them, broken once (breaking.py): break_invoice.py
SOURCE [WORD...]"""
from break_trade import checks
from breaking import main

INVOICE = ["invoice_test_invoice"]
LIFE, STATE, VIEW, PAGE, LIST, SQL = (f"town/invoice/{name}" for name in (
    "invoice_life.c", "invoice_state.c", "invoice_view.c", "invoice_page.c", "invoice_list.c", "invoice.sql"))


def over_http(case):
    return [f"invoice/test_invoice_http.py Invoices.test_{case}"]


def asking():
    yield from [
        (LIFE, "if (c == ' ' || c == '\\t')\n            continue;", "", INVOICE),
        (LIFE, "c = (char)(c - 'a' + 'A');", "return false;", INVOICE),
        (LIFE, "return *n == 15 || *n == 17 || *n == 20;", "return *n >= 15;", INVOICE),
        (LIFE, "return ats == 1 && at > 0 &&", "return at > 0 &&", INVOICE),
        (LIFE, "dot > at + 1 && dot + 1 < s.n;", "dot > at + 1;", INVOICE),
        (LIFE, 'if (!company && (!ask->kind || strcmp(ask->kind, "person") != 0))', "if (false)", INVOICE),
        (LIFE, "if (ask->title.n == 0 ||", "if (", INVOICE),
        (LIFE, "str_characters(ask->title) > INVOICE_TITLE_MAX", "ask->title.n > INVOICE_TITLE_MAX", INVOICE),
        (LIFE, "    if (!company)\n        ask->tax = STR_NONE;\n    else if", "    if", INVOICE),
        (LIFE, 'if (row_null(order, 0, "paid_at"))', "if (false)", INVOICE),
        (LIFE, 'if (row_int(order, 0, "left_fen") < 1)\n        return "invoice.nothing_left";', "", INVOICE),
        (LIFE, "until = again > until ? again : until;", "(void)again;", INVOICE),
        (LIFE, 'return now_ms > until ? "invoice.too_late" : NULL;', "return NULL;", INVOICE),
        (LIFE, 'str_eq(texts[INVOICE_TAX], ask->tax) &&', "", INVOICE),
        (LIFE, "        e = is_same(tx, &ask, &order, &same); /* pressed twice */\n", "", INVOICE),
        (LIFE, 'if (!e && row_int(&order, 0, "buyer_id") != ask.buyer_id)', "if (false)", INVOICE),
        (LIFE, "enum err e = *id ? check_events(tx, *id) : OK;", "enum err e = OK;", INVOICE),
        (LIFE, 'if (!e && (is_event(t, "withdraw") || is_event(t, "lapse")))', 'if (!e && is_event(t, "lapse"))', INVOICE),
        (LIFE, 'if (!e && (is_event(t, "withdraw") || is_event(t, "lapse")))', 'if (!e && is_event(t, "withdraw"))', INVOICE),
        (LIFE, 'seal_text("invoices.title", ask->title, tx->arena, &title);', "OK; title = ask->title;", INVOICE),
    ]


def issuing():
    file = over_http("what_is_no_pdf")
    yield from [
        (LIFE, "return s.n == 8 || s.n == 20;", "return s.n >= 8;", INVOICE),
        (LIFE, "if (s.p[i] < '0' || s.p[i] > '9')\n            return false;\n    return s.n", "if (s.p[i] < '0')\n            return false;\n    return s.n", INVOICE),
        (LIFE, 'if (left < 1)\n        return refuse(tx, ERR_CONFLICT, "status"', 'if (left < -1)\n        return refuse(tx, ERR_CONFLICT, "status"', INVOICE),
        (LIFE, "if (more->amount_fen != left)", "if (false)", INVOICE),
        (LIFE, "if (more->pdf.n == 0)", "if (false)", INVOICE),
        (SQL, "AND (p.number = :number OR p.pdf = :pdf)", "AND p.number = :number AND :pdf = :pdf", INVOICE),
        (SQL, "WHERE p.factory_id = :factory_id AND (p.number", "WHERE p.factory_id > 0 * :factory_id AND (p.number",
         over_http("each_number_and_each_file_is_one_invoice")),
        (LIFE, 'if (is_event(t, "void") && row_int(invoice, 0, "left_fen") > 0)', "if (false)", INVOICE),
        (LIFE, "if (more->reason.n == 0 ||", "if (", INVOICE),
        (LIFE, 'if (strcmp(event, "ask") == 0) /* with its fields: invoice_ask() */', "if (false)", INVOICE),
        (LIFE, 'if (str_eq_z(status, "asked") && left == 0)', "if (false)", INVOICE),
        (LIFE, 'if (str_eq_z(status, "issued") && left != row_int(&order, 0, "amount_fen"))', "if (false)", INVOICE),
        (STATE, '{"asked", "issue", "issued", FACTORY},', '{"asked", "issue", "issued", FACTORY | ORDER_AS_OPERATOR},', INVOICE),
        (STATE, '{"refused", "ask", "asked", BUYER},', "", INVOICE),
        (PAGE, "if (u->size > INVOICE_PDF_MAX)", "if (false)", file),
        (PAGE, "(e == OK && strcmp(scan.type, SCAN_PDF) != 0))", "false)", file),
        (PAGE, 'if (!u || u->size == 0)', "if (!u)", file),
    ]


def readers():
    whose, masked = over_http("whose_it_is"), over_http("titles_are_masked_until_they_are_opened")
    yield from [
        (VIEW, "return *as ? OK : ERR_NOT_FOUND;", "return OK;", whose),
        (PAGE, "if (e == OK && !(as & ORDER_AS_FACTORY))\n        e = invoice_is_whole", "if (false)\n        e = invoice_is_whole", whose),
        (SQL, "FROM invoice_papers WHERE id = :paper_id AND invoice_id = :invoice_id", "FROM invoice_papers WHERE id = :paper_id AND invoice_id <> 0 * :invoice_id", whose),
        (PAGE, "if (e == OK && !(d->by.as & (ORDER_AS_FACTORY | ORDER_AS_OPERATOR)))", "if (false)", whose),
        (VIEW, 'is_waiting(invoice) && row_int(&rs, 0, "by_maker"))', 'row_int(&rs, 0, "by_maker"))', masked),
        (VIEW, 'row_int(&rs, 0, "by_self"));', "true);", masked),
        (SQL, "p.is_maker = 0 AND p.user_id = :user_id", "(p.is_maker = 0 OR p.user_id <> :user_id)", masked),
        (VIEW, "whole ? tax : invoice_mask(tax, 2, 2, r->arena)", "tax", masked),
        (LIST, "invoice_mask(title, 1, 0, r->arena)", "title", masked),
        (PAGE, 'req_field_text(r, "purpose", 2, PURPOSE_MAX, &d->purpose);', 'req_field_text(r, "purpose", 0, 10 * PURPOSE_MAX, &d->purpose);', masked),
        (VIEW, "whole || as & ORDER_AS_FACTORY ? texts[INVOICE_REASON]", "true ? texts[INVOICE_REASON]",
         over_http("a_refusal_says_why_and_is_asked_anew")),
        (SQL, "WHERE i.factory_id = :factory_id AND i.status IN ('asked', 'stale')\nORDER", "WHERE i.factory_id > 0 * :factory_id AND i.status IN ('asked', 'stale')\nORDER", whose),
        (LIST, "V_INT((page - 1) * LISTED)}", "V_INT(page * LISTED)}", over_http("a_list_says_how_many_and_goes_on")),
    ]


def table():
    for part in (asking, issuing, readers):
        yield from part()
    yield from checks("town/invoice/invoice_check.c", "invoice_", INVOICE)


if __name__ == "__main__":
    main(table)
