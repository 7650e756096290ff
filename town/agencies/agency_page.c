/* An agency's page, for anybody, its people and the base; and what is done from it. */
#include "store/queries.h"
#include "town/agencies/internal.h"
#include "town/day.h"
#include "town/people/people.h"
#include "town/settle/settle.h"

#include <string.h>

enum { LOGIN_MAX = 64 };

enum err agency_get(struct req *r)
{
    struct agency a;
    enum err e = agency_load(r, &a);
    return e ? e : agency_put_page(r, &a);
}

/* GET /agency: one's own. With one, to it; agencies [{id, name}]. */
enum err agencies_own(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_agencies_of_user, ARGS(V_INT(r->who.user_id)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "agencies");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "name", agency_text(r, &rs, i, "name_zh", "name_en"));
    }
    if (!e && rs.n == 1)
        reply_redirect(r,
                       arena_printf(r->arena, "/agencies/%lld", (long long)row_int(&rs, 0, "id")));
    return e;
}

struct act { /* of a form of the page */
    struct command cmd;
    int64_t agency, id, by;
    unsigned as;
    const char *event;
    struct str login, note;
    struct agencies_contract contract;
    struct agencies_more more;
    enum err no; /* a refusal that is kept count of, and why */
    struct err_info why;
};

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    struct act *a = (struct act *)cmd;
    if (!result && a->no) {
        r->info = a->why;
        result = a->no;
    }
    return agency_done(r, result, a->agency);
}

/* as: who may, of those inside. */
static enum err begin(struct req *r, const char *name, unsigned as,
                      enum err (*run)(struct command *, struct tx *), struct act **out)
{
    struct agency agency;
    struct act *a = *out = ARENA_NEW(r->arena, struct act);
    if (!a)
        return ERR_NOMEM;
    *a = (struct act){.cmd = {.name = name, .run = run}, .by = r->who.user_id};
    enum err e = agency_load_inside(r, &agency);
    if (!e && !(agency.as & as))
        e = ERR_FORBIDDEN;
    a->agency = agency.id;
    a->as = agency.as & as;
    return e;
}

/* --- members --- */

static enum err run_member(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    struct rows rs;
    bool is_off;
    int64_t user;
    enum err e = people_user_find(tx->db, tx->arena, a->login, &user, &is_off);
    if (e == ERR_NOT_FOUND || (!e && is_off))
        return agency_refuse(tx, ERR_INVALID, "login", "agencies.no_login", 0);
    if (e)
        return e;
    e = db_select(tx->db, &q_agencies_members, ARGS(V_INT(a->agency), V_INT(AGENCIES_MEMBERS_MAX)),
                  tx->arena, &rs);
    bool is_in = false, out = strcmp(a->event, "remove") == 0;
    for (size_t i = 0; !e && i < rs.n; i++)
        is_in = is_in || row_int(&rs, i, "id") == user;
    if (e || (out && !is_in))
        return e;
    if (!out && is_in)
        return agency_refuse(tx, ERR_EXISTS, "login", "agencies.is_member", 0);
    if (!out && rs.n >= AGENCIES_MEMBERS_MAX)
        return agency_refuse(tx, ERR_LIMIT, "login", "agencies.members_full", AGENCIES_MEMBERS_MAX);
    e = out ? people_membership_remove(tx, user, a->agency)
            : people_membership_add(tx, user, a->agency);
    return e ? e
             : agency_event(tx, a->agency, a->by, out ? "member_remove" : "member_add", 0,
                            a->login);
}

enum err agency_members_post(struct req *r)
{
    struct act *a;
    struct str what = req_field(r, "do");
    enum err e = begin(r, "agencies.member", AGENCIES_AS_BASE, run_member, &a);
    if (e)
        return e;
    a->event = str_eq_z(what, "remove") ? "remove" : str_eq_z(what, "add") ? "add" : NULL;
    e = a->event ? req_field_text(r, "login", 1, LOGIN_MAX, &a->login)
                 : req_refuse(r, ERR_INVALID, "do", "agencies.not_now");
    return e ? done(r, &a->cmd, e) : web_write(r, &a->cmd, done);
}

/* --- contracts --- */

static enum err run_file(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    return agencies_contract_file(tx, &a->contract, a->by, &a->id);
}

static enum err read_contract(struct req *r, struct agencies_contract *c)
{
    struct str kind = req_field(r, "kind");
    c->is_introduced = str_eq_z(kind, "introduced");
    if (!c->is_introduced && !str_eq_z(kind, "partnered"))
        return req_refuse(r, ERR_INVALID, "kind", "agencies.kind_bad");
    enum err e = OK;
    if (c->is_introduced)
        e = req_field_text(r, "introduced_by", 1, AGENCIES_NAME_MAX, &c->introduced_by);
    if (!e)
        e = req_field_text(r, "number", 1, AGENCIES_NUMBER_MAX, &c->number);
    if (!e)
        e = agency_read_day(r, "from", &c->from_day);
    return e ? e : agency_read_day(r, "until", &c->until_day);
}

enum err agency_contracts_post(struct req *r)
{
    struct act *a;
    enum err e = begin(r, "agencies.file", AGENCIES_AS_BASE, run_file, &a);
    if (e)
        return e;
    a->contract.agency = a->agency;
    e = read_contract(r, &a->contract);
    return e ? done(r, &a->cmd, e) : web_write(r, &a->cmd, done);
}

static enum err run_contract(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    return agencies_contract_do(tx, a->id, a->event, a->as, a->by, &a->more);
}

static enum err read_more(struct req *r, const char *event, struct agencies_more *more)
{
    enum err e = OK;
    if (req_field(r, "note").n)
        e = req_field_text(r, "note", 1, AGENCIES_NOTE_MAX, &more->note);
    if (!e && strcmp(event, "renew") == 0)
        e = agency_read_day(r, "until", &more->until_day);
    if (e || strcmp(event, "terms") != 0)
        return e;
    e = agency_read_day(r, "day", &more->rule_day);
    if (!e)
        e = settle_read_percent(r, "host_percent", &more->host_bp);
    if (!e)
        e = settle_read_percent(r, "agency_percent", &more->agency_bp);
    return e ? e : settle_read_percent(r, "base_percent", &more->base_bp);
}

enum err agency_contract_post(struct req *r)
{
    struct act *a;
    struct rows rs;
    enum err e = begin(r, "agencies.contract", AGENCIES_AS_BASE, run_contract, &a);
    if (!e)
        e = agency_read_id(r, "contract", &a->id);
    if (!e)
        e = db_one(r->db, &q_agencies_contract, ARGS(V_INT(a->id)), r->arena, &rs);
    if (!e && row_int(&rs, 0, "agency_id") != a->agency)
        e = ERR_NOT_FOUND;
    if (e)
        return e;
    a->event = transition_event(&agencies_contract_table, req_field(r, "do"));
    e = a->event ? read_more(r, a->event, &a->more)
                 : req_refuse(r, ERR_INVALID, "do", "agencies.not_now");
    return e ? done(r, &a->cmd, e) : web_write(r, &a->cmd, done);
}

/* --- hosts --- */

/* What does not come to an asking counts as a try all the same, so it is refused after the commit.
 */
static enum err run_ask(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    struct rows rs;
    int64_t day_ago = tx->now_ms - DAY_MS;
    enum err e = db_exec(tx->db, &q_agencies_tries_forget, ARGS(V_INT(day_ago)), NULL);
    if (!e)
        e = db_one(tx->db, &q_agencies_tries, ARGS(V_INT(a->agency), V_INT(day_ago)), tx->arena,
                   &rs);
    if (!e && row_int(&rs, 0, "n") >= AGENCIES_TRIES_DAY_MAX)
        return agency_refuse(tx, ERR_LIMIT, "login", "agencies.too_many_tries",
                             AGENCIES_TRIES_DAY_MAX);
    if (!e)
        e = db_exec(tx->db, &q_agencies_try_add, ARGS(V_INT(a->agency), V_INT(tx->now_ms)), NULL);
    if (e)
        return e;
    e = agencies_ask(tx, a->agency, a->login, a->note, a->by, &a->id);
    a->no = e == ERR_INVALID || e == ERR_EXISTS ? e : OK;
    a->why = *tx->info;
    return a->no ? OK : e;
}

enum err agency_ask_post(struct req *r)
{
    struct act *a;
    enum err e = begin(r, "agencies.ask", AGENCIES_AS_AGENCY, run_ask, &a);
    if (e)
        return e;
    e = req_field_text(r, "login", 1, LOGIN_MAX, &a->login);
    if (!e)
        e = req_field_text(r, "note", 0, AGENCIES_NOTE_MAX, &a->note);
    return e ? done(r, &a->cmd, e) : web_write(r, &a->cmd, done);
}

static enum err run_host(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    return agencies_roster_do(tx, a->id, a->event, a->as, a->by, &a->more);
}

enum err agency_host_post(struct req *r)
{
    struct act *a;
    struct rows rs;
    enum err e = begin(r, "agencies.host", AGENCIES_AS_AGENCY, run_host, &a);
    if (!e)
        e = agency_read_id(r, "entry", &a->id);
    if (!e)
        e = db_one(r->db, &q_agencies_entry, ARGS(V_INT(a->id)), r->arena, &rs);
    /* What is not on the roster is not there for the agency: it cannot ask what became of it. */
    if (!e && (row_int(&rs, 0, "agency_id") != a->agency || !row_null(&rs, 0, "over_at")))
        e = ERR_NOT_FOUND;
    if (e)
        return e;
    a->event = transition_event(&agencies_roster_table, req_field(r, "do"));
    e = a->event ? OK : req_refuse(r, ERR_INVALID, "do", "agencies.not_now");
    return e ? done(r, &a->cmd, e) : web_write(r, &a->cmd, done);
}
