/* A host's own page: which agencies ask, which one speaks for it, and what was. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/agencies/internal.h"
#include "town/day.h"

#include <string.h>

/* entries [{id, state, state_name, agency {id, name}, note, asked_at, since, until, over_at, terms,
 * may}], first_day, last_day, year (days for the form). */
static enum err put_entries(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_agencies_entries_of_host,
                           ARGS(V_INT(r->who.user_id), V_INT(AGENCIES_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "entries");
    int64_t today = day_of(clock_wall_ms());
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list), *agency = view_put_object(v, "agency");
        struct str state = row_str(&rs, i, "state");
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_int(agency, "id", row_int(&rs, i, "agency_id"));
        view_put_str(agency, "name", agency_text(r, &rs, i, "name_zh", "name_en"));
        view_put_str(v, "state", state);
        view_put_str(v, "state_name", req_text(r, "agencies.entry_", state));
        view_put_str(v, "note", row_str(&rs, i, "note"));
        view_put_time(v, "asked_at", row_int(&rs, i, "asked_at"));
        view_put_bool(v, "is_over", !row_null(&rs, i, "over_at"));
        if (!row_null(&rs, i, "from_at")) {
            view_put_time(v, "since", row_int(&rs, i, "from_at"));
            agency_put_day(v, "until", day_of(row_int(&rs, i, "until_at") - 1));
        }
        if (row_null(&rs, i, "over_at")) /* what a yes is worth, before it is given */
            e = agency_put_terms(r, v, row_int(&rs, i, "agency_id"));
        agency_put_may(r, v, &agencies_roster_table, state, AGENCIES_AS_HOST, "agencies.host_do_");
    }
    agency_put_day(r->view, "first_day", today + 1);
    agency_put_day(r->view, "last_day", today + AGENCIES_CONSENT_DAYS_MAX);
    agency_put_day(r->view, "year", today + 365);
    view_put_int(r->view, "no_days", AGENCIES_NO_DAYS);
    return e;
}

enum err roster_get(struct req *r)
{
    return put_entries(r);
}

struct act {
    struct command cmd;
    int64_t id, host;
    const char *event;
    struct agencies_more more;
};

static enum err run_act(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    return agencies_roster_do(tx, a->id, a->event, AGENCIES_AS_HOST, a->host, &a->more);
}

static enum err acted(struct req *r, struct command *cmd, enum err result)
{
    struct err_info info = r->info;
    (void)cmd;
    if (result && r->json)
        return result;
    if (!result)
        reply_redirect(r, "/roster");
    r->view = view_object(r->arena);
    enum err e = put_entries(r);
    if (e || !result)
        return e;
    reply_page(r, "agencies/roster.html");
    r->info = info;
    return result;
}

enum err roster_post(struct req *r)
{
    struct rows rs;
    struct act *a = ARENA_NEW(r->arena, struct act);
    if (!a)
        return ERR_NOMEM;
    *a = (struct act){.cmd = {.name = "agencies.roster", .run = run_act}, .host = r->who.user_id};
    enum err e = agency_read_id(r, "entry", &a->id);
    if (!e)
        e = db_one(r->db, &q_agencies_entry, ARGS(V_INT(a->id)), r->arena, &rs);
    if (!e && row_int(&rs, 0, "host_id") != r->who.user_id)
        e = ERR_NOT_FOUND;
    if (e)
        return e;
    a->event = transition_event(&agencies_roster_table, req_field(r, "do"));
    if (!a->event)
        e = req_refuse(r, ERR_INVALID, "do", "agencies.entry_not_now");
    else if (strcmp(a->event, "accept") == 0 || strcmp(a->event, "renew") == 0)
        e = agency_read_day(r, "until", &a->more.until_day);
    return e ? acted(r, &a->cmd, e) : web_write(r, &a->cmd, acted);
}
