"""Each rule of parcels, waybills, papers, of carriers' answers and of who may what, broken once (breaking.py): break_ship.py
SOURCE [WORD...]"""
from breaking import main

PARCEL, CARRY, GATEWAY, READ, PAPERS, SHIPPING, WAYBILLS, CARRIERS, PART, SCAN = (
    f"town/ship/{name}.c" for name in ("parcel", "carry", "gateway", "gateway_read", "papers", "shipping", "waybills", "carriers", "part", "scan"))


def over_http(case):
    return [f"ship/test_ship_http.py Ship.test_{case}"]


def asked(case):
    return [f"ship/test_carrier_http.py Asked.test_{case}"]


def parcels():
    typed, clock = over_http("a_typed_number_ships_the_order"), over_http("the_last_parcel_to_arrive_sets_the_clock")
    sheet, carriers = over_http("a_sheet_is_taken_as_a_whole_or_not_at_all"), over_http("carriers_are_the_bases")
    yield from [
        (PARCEL, "(e == OK && row_int(&rs, 0, \"factory_id\") != w->factory_id))", "false)", asked("who_may_ask_for_what")),
        (PARCEL, 'return str_eq_z(status, "shipped") ? OK : refuse(tx, "order", "ship.order_not_shipped");', "return OK;",
         over_http("a_further_parcel_is_of_an_order_that_is_on_its_way")),
        (PARCEL, 'if (str_eq_z(status, "paid") || str_eq_z(status, "packed"))', "if (true)", over_http("a_slip_and_a_waybill_are_scanned")),
        (PARCEL, "    if (!e && row < 0)\n        return refuse", "    if (false)\n        return refuse", typed),
        (PARCEL, "if (!e && !waybill_number_ok(&carriers, row, number))", "if (false)", typed),
        (PARCEL, '(int64_t)number.n < row_int(&c->rs, (size_t)row, "number_min") ||', "", typed),
        (PARCEL, '(int64_t)number.n > row_int(&c->rs, (size_t)row, "number_max"))', "false)", over_http("a_number_is_as_its_carrier_says")),
        (PARCEL, "if (!is_digit && (digits ||", "if (!is_digit && (", over_http("a_number_is_as_its_carrier_says")),
        (PARCEL, "!((ch >= 'A' && ch <= 'Z') || ch == '-')))", "false))", over_http("a_number_is_as_its_carrier_says")),
        (PARCEL, "    if (!e && rs.n)\n        return refuse", "    if (false)\n        return refuse", typed),
        (PARCEL, 'if (row_int(&c->rs, i, "is_on") && (', "if ((", carriers),
        (PARCEL, "if (e || row_int(&rs, 0, \"missing\") > 0)", "if (e)", clock),
        (PARCEL, "return at < auto_at ?", "return at > auto_at ?", clock),
        (PART, 'if (e == OK && !base && row_int(&rs, 0, "factory_id") != r->who.organisation_id)', "if (false)", clock),
        (PART, 'if (e == OK && !str_eq_z(row_str(&rs, 0, "status"), "shipped"))', "if (false)", clock),
        (SHIPPING, 'if (e == OK && row_int(&rs, 0, "factory_id") != s->waybill.factory_id)', "if (false)", over_http("packing_is_the_makers")),
        (SHIPPING, 'if (e == OK && str_eq_z(row_str(&rs, 0, "status"), "paid"))', "if (e == OK)", typed),
        (SHIPPING, "return *factory ? OK : ERR_FORBIDDEN;", "return OK;", over_http("a_maker_without_a_factory_ships_nothing")),
        (CARRIERS, "if (e == OK && !code_ok(k->code))", "if (false)", carriers),
        (CARRIERS, 'e = req_field_text(r, "name_zh", 1, NAME_MAX, &k->name_zh);', 'e = req_field_text(r, "name_zh", 0, NAME_MAX, &k->name_zh);', carriers),
        (CARRIERS, 'req_field_int(r, "number_min", 1, SHIP_NUMBER_MAX,', 'req_field_int(r, "number_min", 0, SHIP_NUMBER_MAX,', carriers),
        (CARRIERS, 'req_field_int(r, "number_max", k->number_min, SHIP_NUMBER_MAX,', 'req_field_int(r, "number_max", 0, SHIP_NUMBER_MAX,', carriers),
        (WAYBILLS, "if (row_int(&rs, 0, \"factory_id\") != l->factory_id)", "if (false)", sheet),
        (WAYBILLS, "if (e == OK && l.problems) {", "if (false) {", sheet),
        (WAYBILLS, "if (e != OK || !row_null(&rs, 0, \"taken_at\"))", "if (e != OK)", sheet),
        (WAYBILLS, 'return e == OK && row_int(rs, 0, "factory_id") != factory ? ERR_NOT_FOUND : e;', "return e;", sheet),
        (WAYBILLS, "if (w->n == SHIP_SHEET_ROWS_MAX)", "if (w->n == SHIP_SHEET_ROWS_MAX + 1)", over_http("files_that_are_no_sheet_of_waybills")),
        (WAYBILLS, "    if (!titled)\n        return req_refuse", "    if (false)\n        return req_refuse", over_http("files_that_are_no_sheet_of_waybills")),
        (WAYBILLS, "return w->n ? OK : req_refuse", "return true ? OK : req_refuse", over_http("files_that_are_no_sheet_of_waybills")),
        (WAYBILLS, "if (e == OK && (!u || u->size == 0))", "if (e == OK && !u)", over_http("files_that_are_no_sheet_of_waybills")),
    ]


def carriers():
    who, again, refused = asked("who_may_ask_for_what"), asked("a_carrier_that_stumbles_is_asked_again_under_the_same_reference"), asked(
        "a_refusal_is_told_and_may_be_asked_anew")
    yield from [
        (CARRY, "    if (!e && row < 0)\n        return refuse", "    if (false)\n        return refuse", who),
        (CARRY, "if (!e && !gateway_of(code))", "if (false)", who),
        (CARRY, "if (e || rs.n) /* asked already: there will be one number */", "if (e)", asked("asking_twice_is_one_number")),
        (CARRY, "e = order_receiver_open(tx, w->order_id, by.user_id, true, purpose);", "e = OK; (void)purpose;",
         asked("numbers_are_given_and_the_orders_shipped")),
        (CARRY, "if ((e != ERR_CONFLICT && e != ERR_FORBIDDEN && e != ERR_NOT_FOUND) ||", "if (e ||", asked("an_order_cancelled_meanwhile_is_not_shipped")),
        (CARRY, "    if (job->answer == ERR_CONFLICT)\n", "    if (false)\n", refused),
        (CARRY, "int64_t at = within(t->at_ms, shipped_at, tx->now_ms);", "int64_t at = t->at_ms;", asked("where_a_parcel_is_stands_on_the_order")),
        (GATEWAY, "if (status < 400 || status >= 500 || status == 408 || status == 429)", "if (status == 408 || status == 429)", again),
        (GATEWAY, "if (status >= 200 && status < 300)\n        return OK;", "if (status >= 200)\n        return OK;", refused),
        (READ, "return is_number(*number) ? OK : ERR_SYNTAX;", "return number->n ? OK : ERR_SYNTAX;", again),
        (READ, "out[n++] = c < 0x20 || c == 0x7F ? ' ' : (char)c;", "out[n++] = (char)c;", asked("where_a_parcel_is_stands_on_the_order")),
    ]


def papers():
    slips = over_http("slips_and_the_pick_list_are_printed")
    yield from [
        (PAPERS, 'if (!e && row_int(&rs, 0, "factory_id") != s->factory_id)', "if (false)", slips),
        (PAPERS, ".code = ERR_CONFLICT, .field = \"order\", .key = \"ship.order_not_to_ship\"};\n            return ERR_CONFLICT;",
         ".code = ERR_CONFLICT, .field = \"order\", .key = \"ship.order_not_to_ship\"};\n            return OK;", slips),
    ]


def scanning():
    scanned = over_http("a_slip_and_a_waybill_are_scanned")
    yield from [
        (SCAN, "&& *order > 0;", ";", scanned),
        (SCAN, '|| (!e && row_int(&state, 0, "factory_id") != factory)', "", scanned),
        (SCAN, 'return str_eq_z(status, "shipped") ?', 'return !str_eq_z(status, "shipped") ?', scanned),
        (SCAN, 'if (!e && !read_slip(req_field(r, "order"), &s->waybill.order_id))', 'if (!e && !read_slip(req_field(r, "order"), &s->waybill.order_id) && false)', scanned),
        (SCAN, 'e = req_field_text(r, "number", 1, SHIP_NUMBER_MAX + 10, &s->waybill.number);', 's->waybill.number = STR("660000009999");', scanned),
    ]


def table():
    for part in (parcels, carriers, papers, scanning):
        yield from part()


if __name__ == "__main__":
    main(table)
