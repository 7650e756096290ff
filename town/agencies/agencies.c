/* Routes, what waits, the job: see agencies.h. */
#include "store/queries.h"
#include "town/agencies/internal.h"
#include "town/scan/scan.h"

const struct console_line agencies_lines[] = {
    {.name = "agencies_ending",
     .who = CONSOLE_BASE,
     .group = "agencies",
     .icon = "calendar",
     .rows = &q_agencies_todo_ending,
     .from_days = -1,
     .until_days = AGENCIES_NEAR_DAYS + 1,
     .time = CONSOLE_UNTIL,
     .page = "/agencies",
     .shown = 3},
    {.name = "agencies_drafts",
     .who = CONSOLE_BASE,
     .group = "agencies",
     .icon = "edit",
     .rows = &q_agencies_todo_drafts,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .late_days = 14,
     .page = "/agencies",
     .shown = 3},
};
const size_t agencies_lines_n = sizeof(agencies_lines) / sizeof(agencies_lines[0]);

enum err agencies_kind_of(struct db *db, struct arena *arena, int64_t organisation,
                          enum agencies_kind *out)
{
    struct rows rs;
    enum err e = db_select(db, &q_agencies_kind_of, ARGS(V_INT(organisation)), arena, &rs);
    *out = e || rs.n == 0                                   ? AGENCIES_NONE
           : str_eq_z(row_str(&rs, 0, "kind"), "partnered") ? AGENCIES_PARTNERED
                                                            : AGENCIES_INTRODUCED;
    return e;
}

enum err agencies_of_host(struct db *db, struct arena *arena, int64_t host, int64_t *agency)
{
    struct rows rs;
    enum err e = db_select(db, &q_agencies_of_host, ARGS(V_INT(host)), arena, &rs);
    *agency = e || rs.n == 0 ? 0 : row_int(&rs, 0, "agency_id");
    return e;
}

enum err agencies_turn(struct tx *tx, void *unused)
{
    (void)unused;
    enum err e = contract_turn(tx);
    return e ? e : roster_turn(tx);
}

void agencies_prepare(struct writer *w)
{
    writer_every(w, AGENCIES_TURN_EVERY_MS, "agencies.turn", agencies_turn, NULL);
}

static const struct route routes[] = {
    {"GET", "/agencies", agencies_list, NULL, "agencies/list.html", ROLE_OPERATOR, CSRF_SAFE, 0},
    {"POST", "/agencies", agencies_add_post, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN, 0},
    {"GET", "/agency", agencies_own, NULL, "agencies/own.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"GET", "/agencies/{id}", agency_get, NULL, "agencies/agency.html", WHO_ANYONE, CSRF_SAFE, 0},
    {"POST", "/agencies/{id}/members", agency_members_post, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN,
     0},
    {"POST", "/agencies/{id}/contracts", agency_contracts_post, NULL, NULL, ROLE_OPERATOR,
     CSRF_TOKEN, 0},
    {"POST", "/agencies/{id}/contracts/{contract}", agency_contract_post, NULL, NULL, ROLE_OPERATOR,
     CSRF_TOKEN, 0},
    {"POST", "/agencies/{id}/contracts/{contract}/papers", agency_paper_add_post, NULL, NULL,
     ROLE_OPERATOR, CSRF_TOKEN, SCAN_BODY_MAX, WEB_SLOW},
    {"GET", "/agencies/{id}/papers/{paper}", agency_paper_get, NULL, NULL, WHO_MEMBER, CSRF_SAFE,
     0},
    {"POST", "/agencies/{id}/papers/{paper}/remove", agency_paper_remove_post, NULL, NULL,
     ROLE_OPERATOR, CSRF_TOKEN, 0},
    {"POST", "/agencies/{id}/profile", agency_profile_post, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN,
     0},
    {"POST", "/agencies/{id}/contact", agency_contact_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/agencies/{id}/contact/open", agency_open_post, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN,
     0},
    {"POST", "/agencies/{id}/hosts", agency_ask_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/agencies/{id}/hosts/{entry}", agency_host_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN,
     0},
    {"GET", "/roster", roster_get, NULL, "agencies/roster.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/roster/{entry}", roster_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/agencies/{id}/calendar", calendar_get, NULL, "agencies/calendar.html", WHO_MEMBER,
     CSRF_SAFE, 0},
    {"POST", "/agencies/{id}/feeds", feed_make, NULL, "agencies/feed.html", WHO_MEMBER, CSRF_TOKEN,
     0},
    {"POST", "/agencies/{id}/feeds/{feed}/revoke", feed_revoke, NULL, NULL, WHO_MEMBER, CSRF_TOKEN,
     0},
    {"GET", "/agencies/feeds/{token}/calendar.ics", feed_get, NULL, NULL, WHO_ANYONE, CSRF_SAFE, 0},
    {"POST", "/agencies/{id}/campaigns", campaign_plan_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/agencies/{id}/campaigns/{campaign}", campaign_get, NULL, "agencies/campaign.html",
     WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/agencies/{id}/campaigns/{campaign}", campaign_post, NULL, NULL, WHO_MEMBER,
     CSRF_TOKEN, 0},
};

const struct web_module agencies_module = {
    .name = "agencies", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};
