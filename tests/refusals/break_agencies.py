"""Each rule of contracts, rosters and campaigns, and of who may see them, broken once (breaking.py): break_agencies.py SOURCE
[WORD...]"""
from breaking import main

UNIT = "agencies_test_agencies"
CONTRACT, ROSTER, CAMPAIGN, PAGE, VIEW, HOST, FEED, FIGURES, SQL, AGENCY = (
    f"town/{name}" for name in ("agencies/contract.c", "agencies/roster.c", "agencies/campaign.c", "agencies/agency_page.c",
                                "agencies/agency_view.c", "agencies/host_page.c", "agencies/feed.c", "agencies/figures.c",
                                "agencies/agencies.sql", "settle/agency.c"))


def over_http(case):
    return [f"agencies/test_agencies_http.py Agencies.test_{case}"]


def consents():
    yield from [
        (ROSTER, "rs.n == 0 || row_int(&rs, 0, \"said_no\")", "rs.n == 0", [UNIT]),
        (ROSTER, "return strcmp(event, \"refuse\") == 0 || ", "return ", [UNIT]),
        (ROSTER, "if (renews && *until_ms <= tx->now_ms)", "if (false)", [UNIT]),
        (ROSTER, "if (day <= today || day - today > AGENCIES_CONSENT_DAYS_MAX)", "if (day < today)", [UNIT]),
        (ROSTER, "if (!renews && *until_ms > tx->now_ms)", "if (false)", [UNIT]),
        (ROSTER, "bool active;\n    enum err e = agency_is_active(tx, agency, &active);",
         "bool active;\n    enum err e = agency_is_active(tx, agency, &active);\n    active = true;", [UNIT]),
        (CONTRACT, "enum err e = roster_void(tx, row_int(row, 0, \"agency_id\"));", "enum err e = OK;", [UNIT]),
        (CONTRACT, "if (until_day <= row_int(row, 0, \"until_day\"))", "if (false)", [UNIT]),
        ("town/settle/settle.sql", "AND a.from_at <= o.placed_at AND a.until_at > o.placed_at\n", "\n", [UNIT]),
    ]


def doors():
    yield from [
        (VIEW, "return e || out->as ? e : ERR_NOT_FOUND;", "return e;", over_http("a_calendar_and_its_address")),
        (PAGE, "|| !row_null(&rs, 0, \"over_at\")", "", over_http("a_host_who_said_no_is_not_listed")),
        (HOST, "if (!e && row_int(&rs, 0, \"host_id\") != r->who.user_id)", "if (false)",
         over_http("doors_of_the_roster")),
        (CAMPAIGN, "if (!e && rs.n == 0)\n        return agency_refuse(tx, ERR_INVALID, \"host\"",
         "if (false)\n        return agency_refuse(tx, ERR_INVALID, \"host\"", over_http("a_host_who_said_no_is_not_listed")),
        (SQL, "    JOIN memberships m ON m.organisation_id = f.agency_id AND m.user_id = f.user_id\n", "",
         over_http("an_address_ends_with_its_owners_membership")),
        (SQL, "WHERE f.token_hash = :hash AND f.revoked_at IS NULL", "WHERE f.token_hash = :hash",
         over_http("a_calendar_and_its_address")),
        (FIGURES, "return ERR_NOT_FOUND;", "return OK;", over_http("a_campaign_and_what_was_sold_in_it")),
        (PAGE, "a->no = e == ERR_INVALID || e == ERR_EXISTS ? e : OK;", "a->no = OK;", over_http("asking_is_limited")),
    ]


def table():
    for part in (consents, doors):
        yield from part()


if __name__ == "__main__":
    main(table)
