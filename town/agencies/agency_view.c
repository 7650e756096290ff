/* What the pages of an agency show, and to whom. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/agencies/internal.h"
#include "town/day.h"
#include "town/hand.h"
#include "town/settle/settle.h"

enum err agency_read_id(struct req *r, const char *param, int64_t *id)
{
    return str_to_i64(req_param(r, param), id) == OK && *id > 0 ? OK : ERR_NOT_FOUND;
}

enum err agency_load(struct req *r, struct agency *out)
{
    *out = (struct agency){0};
    enum err e = agency_read_id(r, "id", &out->id);
    if (!e)
        e = db_one(r->db, &q_agencies_get, ARGS(V_INT(r->who.user_id), V_INT(out->id)), r->arena,
                   &out->row);
    if (e)
        return e;
    if (row_int(&out->row, 0, "is_member"))
        out->as |= AGENCIES_AS_AGENCY;
    if (hand_is_base(r))
        out->as |= AGENCIES_AS_BASE;
    out->is_active = str_eq_z(row_str(&out->row, 0, "state"), "in_force");
    out->is_public = !row_null(&out->row, 0, "since_at");
    return out->as || out->is_public ? OK : ERR_NOT_FOUND;
}

enum err agency_load_inside(struct req *r, struct agency *out)
{
    enum err e = agency_load(r, out);
    return e || out->as ? e : ERR_NOT_FOUND;
}

struct str agency_text(const struct req *r, const struct rows *rs, size_t i, const char *zh,
                       const char *en)
{
    struct str text = row_str(rs, i, r->lang == LANG_EN ? en : zh);
    return text.n ? text : row_str(rs, i, zh);
}

void agency_put_day(struct view *v, const char *name, int64_t day)
{
    char text[DAY_TEXT];
    day_text(day, text);
    view_put_z(v, name, text);
}

enum err agency_read_day(struct req *r, const char *field, int64_t *day)
{
    return day_read(str_trim(req_field(r, field)), day) == OK
               ? OK
               : req_refuse(r, ERR_INVALID, field, "agencies.day_bad");
}

static void put_contract(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    int64_t left = row_int(rs, i, "until_day") - day_of(clock_wall_ms());
    struct str state = row_str(rs, i, "state"), kind = row_str(rs, i, "kind");
    view_put_str(v, "state", state);
    view_put_str(v, "state_name", req_text(r, "agencies.state_", state));
    view_put_str(v, "kind", kind);
    view_put_str(v, "kind_name", req_text(r, "agencies.kind_", kind));
    if (!row_null(rs, i, "introduced_by"))
        view_put_str(v, "introduced_by", row_str(rs, i, "introduced_by"));
    view_put_str(v, "number", row_str(rs, i, "number"));
    agency_put_day(v, "from", row_int(rs, i, "from_day"));
    agency_put_day(v, "until", row_int(rs, i, "until_day"));
    view_put_bool(v, "is_near", str_eq_z(state, "in_force") && left <= AGENCIES_NEAR_DAYS);
}

void agency_put(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_str(v, "name", agency_text(r, rs, i, "name_zh", "name_en"));
    view_put_str(v, "code", row_str(rs, i, "code"));
    view_put_int(v, "hosts", row_int(rs, i, "hosts"));
    if (!row_null(rs, i, "contract"))
        put_contract(r, view_put_object(v, "contract"), rs, i);
}

void agency_put_may(struct req *r, struct view *v, const struct transition_table *table,
                    struct str state, unsigned as, const char *texts)
{
    struct view *list = view_put_list(v, "may");
    const struct transition *t = NULL;
    while ((t = transition_button(table, state, as, t))) {
        struct view *m = view_add_object(list);
        view_put_z(m, "event", t->event);
        view_put_str(m, "name", req_text(r, texts, str_of(t->event)));
        view_put_bool(m, "needs_note", t->needs_note);
    }
}

/* --- the parts of the page --- */

static void put_papers(struct view *contract, const struct rows *all, int64_t of)
{
    struct view *list = view_put_list(contract, "papers");
    for (size_t i = 0; i < all->n; i++) {
        if (row_int(all, i, "contract_id") != of)
            continue;
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(all, i, "id"));
        view_put_str(v, "name", row_str(all, i, "name"));
        view_put_time(v, "added_at", row_int(all, i, "added_at"));
    }
}

static enum err put_contracts(struct req *r, const struct agency *a)
{
    struct rows rs, papers;
    enum err e = db_select(r->db, &q_agencies_contracts, ARGS(V_INT(a->id), V_INT(AGENCIES_SHOWN)),
                           r->arena, &rs);
    if (!e)
        e = db_select(r->db, &q_agencies_papers,
                      ARGS(V_INT(a->id), V_INT(AGENCIES_SHOWN * AGENCIES_PAPERS_MAX)), r->arena,
                      &papers);
    struct view *list = view_put_list(r->view, "contracts");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        put_contract(r, v, &rs, i);
        agency_put_may(r, v, &agencies_contract_table, row_str(&rs, i, "state"),
                       a->as & AGENCIES_AS_BASE, "agencies.do_");
        put_papers(v, &papers, row_int(&rs, i, "id"));
    }
    return e;
}

static enum err put_history(struct req *r, const struct agency *a)
{
    struct rows ev;
    enum err e = db_select(r->db, &q_agencies_history, ARGS(V_INT(a->id), V_INT(AGENCIES_SHOWN)),
                           r->arena, &ev);
    struct view *list = view_put_list(r->view, "events");
    for (size_t i = 0; !e && i < ev.n; i++) {
        struct view *v = view_add_object(list);
        view_put_str(v, "event", row_str(&ev, i, "event"));
        view_put_str(v, "name", req_text(r, "agencies.did_", row_str(&ev, i, "event")));
        view_put_time(v, "at", row_int(&ev, i, "at"));
        if (row_str(&ev, i, "number").n)
            view_put_str(v, "number", row_str(&ev, i, "number"));
        if (row_int(&ev, i, "until_day"))
            agency_put_day(v, "until", row_int(&ev, i, "until_day"));
        if (!row_null(&ev, i, "actor"))
            view_put_str(v, "by", row_str(&ev, i, "actor"));
        if (row_str(&ev, i, "note").n)
            view_put_str(v, "note", row_str(&ev, i, "note"));
    }
    return e;
}

enum err agency_put_terms(struct req *r, struct view *v, int64_t agency)
{
    struct rows rs;
    int64_t now_ms = clock_wall_ms();
    bool coming = true; /* those before the one that counts are on the page of rules */
    enum err e = db_select(r->db, &q_agencies_terms, ARGS(V_INT(agency), V_INT(AGENCIES_TERMS_MAX)),
                           r->arena, &rs);
    struct view *list = view_put_list(v, "terms");
    for (size_t i = 0; !e && coming && i < rs.n; i++) {
        bool ended = row_int(&rs, i, "is_ended");
        coming = row_int(&rs, i, "valid_from") > now_ms;
        if (ended && !coming)
            break;
        struct view *x = view_add_object(list);
        agency_put_day(x, "from", day_of(row_int(&rs, i, "valid_from")));
        view_put_bool(x, "is_coming", coming);
        view_put_bool(x, "is_ended", ended);
        view_put_int(x, "host_bp", row_int(&rs, i, "host_bp"));
        view_put_int(x, "agency_bp", row_int(&rs, i, "agency_bp"));
        view_put_int(x, "base_bp", row_int(&rs, i, "base_bp"));
    }
    return e;
}

/* Of who has not said yes no more than the login that the agency asked by. */
static enum err put_roster(struct req *r, const struct agency *a)
{
    struct rows rs;
    int64_t now_ms = clock_wall_ms();
    enum err e = db_select(r->db, &q_agencies_roster,
                           ARGS(V_INT(a->id), V_INT(AGENCIES_ROSTER_MAX)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "roster");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        struct str state = row_str(&rs, i, "state");
        bool on = str_eq_z(state, "on");
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "state", state);
        view_put_str(v, "state_name", req_text(r, "agencies.entry_", state));
        view_put_str(v, "login", row_str(&rs, i, "login"));
        view_put_time(v, "asked_at", row_int(&rs, i, "asked_at"));
        if (on) {
            view_put_int(v, "host", row_int(&rs, i, "host_id"));
            view_put_str(v, "name", row_str(&rs, i, "host"));
            view_put_time(v, "since", row_int(&rs, i, "from_at"));
            agency_put_day(v, "until", day_of(row_int(&rs, i, "until_at") - 1));
            view_put_bool(v, "is_near",
                          row_int(&rs, i, "until_at") - now_ms < AGENCIES_NEAR_DAYS * DAY_MS);
        }
        agency_put_may(r, v, &agencies_roster_table, state, a->as & AGENCIES_AS_AGENCY,
                       "agencies.host_do_");
    }
    return e;
}

static enum err put_campaigns(struct req *r, const struct agency *a)
{
    struct rows rs;
    int64_t now_ms = clock_wall_ms();
    enum err e = db_select(r->db, &q_agencies_campaigns,
                           ARGS(V_INT(a->id), V_INT(now_ms), V_INT(AGENCIES_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "campaigns");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        bool cancelled = str_eq_z(row_str(&rs, i, "state"), "cancelled");
        const char *when = cancelled                              ? "cancelled"
                           : row_int(&rs, i, "from_at") > now_ms  ? "coming"
                           : row_int(&rs, i, "until_at") > now_ms ? "running"
                                                                  : "over";
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "name", row_str(&rs, i, "name"));
        view_put_z(v, "when", when);
        view_put_str(v, "when_name", req_text(r, "agencies.when_", str_of(when)));
        agency_put_day(v, "from", row_int(&rs, i, "from_day"));
        agency_put_day(v, "until", row_int(&rs, i, "until_day"));
    }
    return e;
}

static enum err put_members(struct req *r, const struct agency *a)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_agencies_members,
                           ARGS(V_INT(a->id), V_INT(AGENCIES_MEMBERS_MAX)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "members");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_str(v, "login", row_str(&rs, i, "login"));
        view_put_str(v, "name", row_str(&rs, i, "name"));
    }
    return e;
}

/* What a stranger may know of it. */
static void put_public(struct req *r, const struct agency *a)
{
    const struct rows *rs = &a->row;
    view_put_int(r->view, "id", a->id);
    view_put_str(r->view, "name", agency_text(r, rs, 0, "name_zh", "name_en"));
    view_put_str(r->view, "about", agency_text(r, rs, 0, "about_zh", "about_en"));
    view_put_bool(r->view, "is_active", a->is_active);
    if (a->is_active)
        view_put_str(r->view, "kind", row_str(rs, 0, "kind"));
    if (a->is_active)
        view_put_str(r->view, "kind_name", req_text(r, "agencies.kind_", row_str(rs, 0, "kind")));
    if (a->is_public)
        view_put_time(r->view, "since", row_int(rs, 0, "since_at"));
}

/* What was typed; of its names and what it is about, else what they are. */
static void put_forms(struct req *r, const struct agency *a)
{
    static const char *const fields[] = {"login", "note",  "kind", "introduced_by", "number",
                                         "from",  "until", "name", "goal"};
    static const char *const own[] = {"name_zh", "name_en", "about_zh", "about_en"};
    struct view *v = view_put_object(r->view, "typed");
    int64_t today = day_of(clock_wall_ms());
    bool typed = req_field(r, "name_zh").p != NULL;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        view_put_str(v, fields[i], req_field(r, fields[i]));
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        view_put_str(v, own[i], typed ? req_field(r, own[i]) : row_str(&a->row, 0, own[i]));
    agency_put_day(v, "today", today);
    agency_put_day(v, "year", today + 364);
    agency_put_day(v, "month", today + 29);
    view_page_only(r->view, "typed");
}

enum err agency_put_page(struct req *r, const struct agency *a)
{
    put_public(r, a);
    view_put_bool(r->view, "is_inside", a->as != 0);
    if (!a->as)
        return OK;
    view_put_bool(r->view, "is_base", a->as & AGENCIES_AS_BASE);
    view_put_bool(r->view, "is_member", a->as & AGENCIES_AS_AGENCY);
    view_put_str(r->view, "code", row_str(&a->row, 0, "code"));
    view_put_int(r->view, "hosts", row_int(&a->row, 0, "hosts"));
    view_put_bool(r->view, "has_contract", !row_null(&a->row, 0, "contract"));
    view_put_int(r->view, "no_days", AGENCIES_NO_DAYS);
    view_put_int(r->view, "notice_days", SETTLE_NOTICE_DAYS);
    put_forms(r, a);
    enum err e = put_contracts(r, a);
    if (!e)
        e = put_history(r, a);
    if (!e)
        e = agency_put_contact(r, a->id);
    if (!e)
        e = agency_put_terms(r, r->view, a->id);
    if (!e)
        e = put_roster(r, a);
    if (!e)
        e = put_campaigns(r, a);
    return e ? e : put_members(r, a);
}

enum err agency_done(struct req *r, enum err result, int64_t agency)
{
    struct agency a;
    struct err_info info = r->info;
    if (result && (r->json || result == ERR_NOT_FOUND))
        return result;
    if (!result)
        reply_redirect(r, arena_printf(r->arena, "/agencies/%lld", (long long)agency));
    r->view = view_object(r->arena);
    enum err e = agency_load_inside(r, &a);
    if (!e)
        e = agency_put_page(r, &a);
    if (e || !result)
        return e;
    reply_page(r, "agencies/agency.html");
    r->info = info;
    return result;
}
