/*
 *   POST /events/{id}/join      most, away: for one's own organisation; the base: organisation
 *   POST /events/{id}/invite    organisation, several (the base)
 *   POST /events/{id}/parties   do (decline, leave, arrive), note; party: one's own, or any (the
 *                               base)
 */
#include <string.h>

#include "store/queries.h"
#include "town/events/internal.h"

struct joining {
    struct command cmd;
    int64_t event, actor;
    int64_t *organisations;
    size_t n;
    unsigned as;
    bool invites;
    struct events_terms terms;
    int64_t party; /* out */
};

static enum err run_joining(struct command *cmd, struct tx *tx)
{
    struct joining *j = (struct joining *)cmd;
    enum err e = OK;
    for (size_t i = 0; !e && i < j->n; i++)
        e = j->invites ? events_invite(tx, j->event, j->organisations[i], j->actor, &j->party)
                       : events_join(tx, j->event, j->organisations[i], &j->terms, j->as, j->actor,
                                     &j->party);
    return e;
}

/* The page that it was sent from, with what is wrong. */
static enum err again(struct req *r, int64_t event, bool is_desk, enum err result)
{
    struct err_info info = r->info;
    struct rows row;
    if (r->json)
        return result;
    r->view = view_object(r->arena);
    reply_page(r, is_desk ? "events/desk_event.html" : "events/event.html");
    enum err e = db_one(r->db, &q_events_get, ARGS(V_INT(event)), r->arena, &row);
    if (!e)
        e = is_desk ? events_desk_put(r, event) : events_page_event_put(r, &row);
    r->info = info;
    return e ? e : result;
}

static enum err joined(struct req *r, struct command *cmd, enum err result)
{
    const struct joining *j = (const struct joining *)cmd;
    bool is_desk = (j->as & EVENTS_BASE) != 0;
    if (result)
        return again(r, j->event, is_desk, result);
    if (j->party)
        view_put_int(r->view, "party", j->party);
    if (!is_desk)
        reply_flash(r, "events.joined");
    reply_redirect(r, arena_printf(r->arena, is_desk ? "/events/%lld/desk" : "/events/%lld/wishes",
                                   (long long)j->event));
    return OK;
}

static enum err read_organisations(struct req *r, struct joining *j)
{
    struct str texts[EVENTS_SIDE_MAX];
    size_t n = req_fields(r, "organisation", texts, EVENTS_SIDE_MAX);
    j->organisations = arena_array(r->arena, n + 1, sizeof(*j->organisations));
    if (!j->organisations)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        if (str_to_i64(texts[i], &j->organisations[j->n++]))
            return req_refuse(r, ERR_INVALID, "organisation", "events.no_side");
    return j->n ? OK : req_refuse(r, ERR_INVALID, "organisation", "events.no_side");
}

static enum err read_terms(struct req *r, struct events_terms *terms)
{
    struct str away[EVENTS_SLOTS_MAX];
    size_t n = req_fields(r, "away", away, EVENTS_SLOTS_MAX);
    enum err e = OK;
    if (req_field(r, "most").n)
        e = req_field_int(r, "most", 1, EVENTS_SLOTS_MAX, &terms->most);
    for (size_t i = 0; !e && i < n; i++) {
        int64_t slot;
        if (str_to_i64(away[i], &slot) || slot < 0 || slot >= EVENTS_SLOTS_MAX)
            return req_refuse(r, ERR_INVALID, "away", "events.away_bad");
        terms->away |= INT64_C(1) << slot;
    }
    return e;
}

static enum err begin(struct req *r, struct joining **out)
{
    struct rows event;
    struct joining *j = *out = ARENA_NEW(r->arena, struct joining);
    enum err e = j ? events_load(r, &event) : ERR_NOMEM;
    if (!e)
        *j = (struct joining){.cmd = {.name = "events.join", .run = run_joining},
                              .event = row_int(&event, 0, "id"),
                              .actor = r->who.user_id};
    return e;
}

enum err events_do_join(struct req *r)
{
    struct joining *j;
    enum err e = begin(r, &j);
    if (e)
        return e;
    if (events_is_base(r)) {
        j->as = EVENTS_BASE;
        e = read_organisations(r, j);
    } else {
        j->as = EVENTS_PARTY;
        j->organisations = &r->who.organisation_id;
        j->n = 1;
        if (!r->who.organisation_id)
            e = req_refuse(r, ERR_FORBIDDEN, "organisation", "events.no_side");
    }
    if (!e)
        e = read_terms(r, &j->terms);
    return e ? joined(r, &j->cmd, e) : web_write(r, &j->cmd, joined);
}

enum err events_do_invite(struct req *r)
{
    struct joining *j;
    enum err e = begin(r, &j);
    if (e)
        return e;
    j->as = EVENTS_BASE;
    j->invites = true;
    e = read_organisations(r, j);
    return e ? joined(r, &j->cmd, e) : web_write(r, &j->cmd, joined);
}

/* --- leaving, declining, signing in by hand --- */

struct stepping {
    struct command cmd;
    int64_t event, party, actor;
    const char *what;
    unsigned as;
    struct str note;
};

static enum err run_stepping(struct command *cmd, struct tx *tx)
{
    const struct stepping *s = (const struct stepping *)cmd;
    return events_party_do(tx, s->party, s->what, s->as, s->actor, s->note);
}

static enum err stepped(struct req *r, struct command *cmd, enum err result)
{
    const struct stepping *s = (const struct stepping *)cmd;
    bool is_desk = (s->as & EVENTS_BASE) != 0;
    if (result)
        return again(r, s->event, is_desk, result);
    reply_redirect(r, arena_printf(r->arena, is_desk ? "/events/%lld/desk" : "/events/%lld",
                                   (long long)s->event));
    return OK;
}

/* One's own; the base names one of the event. */
static enum err find_party(struct req *r, struct stepping *s)
{
    struct rows party;
    enum err e;
    if (s->as & EVENTS_BASE) {
        e = req_field_int(r, "party", 1, INT64_MAX, &s->party);
        if (!e)
            e = db_one(r->db, &q_events_party, ARGS(V_INT(s->party)), r->arena, &party);
        return !e && row_int(&party, 0, "event_id") != s->event ? ERR_NOT_FOUND : e;
    }
    e = events_own_party(r, s->event, &party);
    if (e || !party.n)
        return e ? e : ERR_NOT_FOUND;
    s->party = row_int(&party, 0, "id");
    return OK;
}

enum err events_do_party(struct req *r)
{
    struct rows event;
    struct stepping *s = ARENA_NEW(r->arena, struct stepping);
    enum err e = s ? events_load(r, &event) : ERR_NOMEM;
    if (e)
        return e;
    *s = (struct stepping){.cmd = {.name = "events.party", .run = run_stepping},
                           .event = row_int(&event, 0, "id"),
                           .actor = r->who.user_id,
                           .as = events_is_base(r) ? EVENTS_BASE : EVENTS_PARTY};
    e = find_party(r, s);
    if (e)
        return e;
    struct str what = req_field(r, "do");
    bool by_hand =
        str_eq_z(what, "arrive") && s->as & EVENTS_BASE; /* else the door's code says so */
    if (str_eq_z(what, "leave") || str_eq_z(what, "decline") || by_hand)
        s->what = transition_event(&events_party_table, what);
    if (!s->what)
        return req_refuse(r, ERR_INVALID, "do", "events.party_not_now");
    if (req_field(r, "note").n)
        e = req_field_text(r, "note", 1, EVENTS_NOTE_MAX, &s->note);
    return e ? stepped(r, &s->cmd, e) : web_write(r, &s->cmd, stepped);
}
