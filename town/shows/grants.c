/* Who may do what at a show's desk: its host, those the host lets help, the base. */
#include "store/queries.h"
#include "store/seal.h"
#include "base/clock.h"
#include "base/enc.h"
#include "town/people/people.h"
#include "town/shows/internal.h"

#include <stdio.h>
#include <string.h>

const struct show_grant_name shows_grant_names[] = {
    {SHOW_CARDS, "cards"}, {SHOW_PRICES, "prices"},   {SHOW_OFFERS, "offers"},
    {SHOW_TALK, "talk"},   {SHOW_PICTURE, "picture"},
};
const size_t shows_grant_names_n = sizeof(shows_grant_names) / sizeof(shows_grant_names[0]);

enum err shows_grants(struct req *r, const struct rows *show, unsigned *grants)
{
    struct rows rs;
    *grants = 0;
    if (!r->who.user_id)
        return OK;
    bool leads = row_int(show, 0, "host_id") == r->who.user_id && r->who.roles & SHOWS_LEADERS;
    if (leads || r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN)) {
        *grants = SHOW_ALL | SHOW_OWNER;
        return OK;
    }
    enum err e =
        db_select(r->db, &q_shows_grants_of,
                  ARGS(V_INT(row_int(show, 0, "id")), V_INT(r->who.user_id)), r->arena, &rs);
    if (e == OK && rs.n)
        *grants = (unsigned)row_int(&rs, 0, "grants") & SHOW_ALL;
    return e;
}

enum err shows_need(struct req *r, struct rows *show, unsigned grant)
{
    unsigned has;
    enum err e = shows_load(r, show);
    if (e == OK)
        e = shows_grants(r, show, &has);
    return e != OK ? e : has & grant ? OK : ERR_FORBIDDEN;
}

/* Who is a host no more leads no show, be it their own. */
static enum err leads(struct tx *tx, const struct rows *show, int64_t user, bool *yes)
{
    struct rows rs;
    *yes = row_int(show, 0, "host_id") == user;
    if (!*yes)
        return OK;
    enum err e = db_select(tx->db, &q_shows_host_roles, ARGS(V_INT(user)), tx->arena, &rs);
    *yes = e == OK && rs.n && row_int(&rs, 0, "roles") & SHOWS_LEADERS;
    return e;
}

/* Inside the command: what somebody was let do when the page was made may be taken away since. */
enum err shows_still_may(struct tx *tx, int64_t show, int64_t user, unsigned grant, bool is_base)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_shows_get, ARGS(V_INT(show)), tx->arena, &rs);
    if (e != OK || is_base)
        return e;
    bool is_host;
    e = leads(tx, &rs, user, &is_host);
    if (e != OK || is_host)
        return e;
    e = db_select(tx->db, &q_shows_grants_of, ARGS(V_INT(show), V_INT(user)), tx->arena, &rs);
    if (e != OK)
        return e;
    return rs.n && (unsigned)row_int(&rs, 0, "grants") & grant ? OK : ERR_FORBIDDEN;
}

void shows_put_grants(struct view *v, unsigned grants)
{
    for (size_t i = 0; i < shows_grant_names_n; i++)
        view_put_bool(v, shows_grant_names[i].name, (grants & shows_grant_names[i].grant) != 0);
    view_put_bool(v, "owner", (grants & SHOW_OWNER) != 0);
}

/* --- tickets: what a loop, which has no database, lets somebody in by --- */

enum { TICKET_TEXT = 96 };

/* "17.42.1760000000000.picture.7": show, user, until, what for, opening of the crew's room. */
static void ticket_hash(const char *what, int64_t show, int64_t user, int64_t until_ms,
                        uint64_t opening, uint8_t hash[SEAL_HASH_BYTES])
{
    char text[TICKET_TEXT];
    int n = snprintf(text, sizeof(text), "%lld.%lld.%lld.%s.%llu", (long long)show, (long long)user,
                     (long long)until_ms, what, (unsigned long long)opening);
    seal_hash("shows.ticket", str_n(text, (size_t)n), hash);
}

struct str shows_ticket(struct arena *arena, const char *what, int64_t show, int64_t user)
{
    uint8_t hash[SEAL_HASH_BYTES];
    char name[SHOWS_ROOM_NAME], hex[2 * SEAL_HASH_BYTES + 1];
    int64_t until = clock_wall_ms() + SHOWS_TICKET_MS;
    uint64_t opening = room_opening(shows_env.rooms, shows_crew_room(show, name));
    ticket_hash(what, show, user, until, opening, hash);
    enc_hex(hex, hash, sizeof(hash));
    return str_of(arena_printf(arena, "%lld.%lld.%s", (long long)user, (long long)until, hex));
}

bool shows_ticket_ok(struct str ticket, const char *what, int64_t show)
{
    uint8_t hash[SEAL_HASH_BYTES], given[SEAL_HASH_BYTES];
    char name[SHOWS_ROOM_NAME];
    int64_t user, until;
    struct str rest;
    if (str_to_i64(str_cut(ticket, '.', &rest), &user) != OK ||
        str_to_i64(str_cut(rest, '.', &rest), &until) != OK ||
        enc_unhex(given, sizeof(given), rest) != OK || until < clock_wall_ms())
        return false;
    ticket_hash(what, show, user, until, room_opening(shows_env.rooms, shows_crew_room(show, name)),
                hash);
    return enc_equal(hash, given, sizeof(hash));
}

/* --- GET /shows/{id}/crew, POST /shows/{id}/crew --- */

static enum err put_crew(struct req *r, const struct rows *show)
{
    struct rows rs;
    enum err e =
        db_select(r->db, &q_shows_crew, ARGS(V_INT(row_int(show, 0, "id"))), r->arena, &rs);
    if (e != OK)
        return e;
    struct view *list = view_put_list(r->view, "crew");
    for (size_t i = 0; i < rs.n; i++) {
        struct view *v = view_add_object(list);
        unsigned grants = (unsigned)row_int(&rs, i, "grants");
        view_put_str(v, "name", row_str(&rs, i, "name"));
        view_put_str(v, "login", row_str(&rs, i, "login"));
        shows_put_grants(view_put_object(v, "may"), grants);
    }
    return OK;
}

static enum err put_crew_page(struct req *r, const struct rows *show)
{
    shows_put_head(r, show);
    shows_put_grants(view_put_object(r->view, "usual"), SHOW_CARDS | SHOW_TALK);
    view_page_only(r->view, "usual");
    enum err e = put_crew(r, show);
    return e != OK ? e : shows_put_silences(r, show);
}

enum err shows_page_crew(struct req *r)
{
    struct rows show;
    enum err e = shows_need(r, &show, SHOW_OWNER | SHOW_TALK);
    unsigned grants;
    if (e == OK)
        e = shows_grants(r, &show, &grants);
    if (e != OK)
        return e;
    shows_put_grants(view_put_object(r->view, "may"), grants);
    return put_crew_page(r, &show);
}

struct enrol {
    struct command cmd;
    int64_t show, actor, user;
    struct str login;
    unsigned grants; /* 0: no longer */
    bool is_base;
};

static enum err run_enrol(struct command *cmd, struct tx *tx)
{
    struct enrol *c = (struct enrol *)cmd;
    bool is_disabled;
    enum err e = shows_still_may(tx, c->show, c->actor, SHOW_OWNER, c->is_base);
    if (e == OK)
        e = people_user_find(tx->db, tx->arena, c->login, &c->user, &is_disabled);
    if (e == ERR_NOT_FOUND || (e == OK && is_disabled && c->grants)) {
        *tx->info = (struct err_info){.field = "login", .key = "shows.no_such_person"};
        return ERR_INVALID;
    }
    struct rows rs;
    if (e == OK && c->grants) {
        e = db_select(tx->db, &q_shows_crew, ARGS(V_INT(c->show)), tx->arena, &rs);
        size_t others = 0; /* who is there already may be granted more or less */
        for (size_t i = 0; e == OK && i < rs.n; i++)
            others += row_int(&rs, i, "user_id") != c->user;
        if (e == OK && others >= SHOWS_CREW_MAX) {
            tx->info->limit = SHOWS_CREW_MAX;
            return ERR_LIMIT;
        }
    }
    if (e == OK)
        e = c->grants
                ? db_exec(tx->db, &q_shows_crew_put,
                          ARGS(V_INT(c->show), V_INT(c->user), V_INT(c->grants), V_INT(c->actor),
                               V_INT(tx->now_ms)),
                          NULL)
                : db_exec(tx->db, &q_shows_crew_remove, ARGS(V_INT(c->show), V_INT(c->user)), NULL);
    const struct show_event ev = {.show = c->show,
                                  .actor = c->actor,
                                  .kind = c->grants ? "crew" : "crew_gone",
                                  .value = c->grants,
                                  .user = c->user};
    return e != OK ? e : shows_event_add(tx, &ev);
}

/* Every desk comes back with a new ticket, or is refused one: who was taken off is out at once. */
static void told_enrol(struct command *cmd)
{
    char name[SHOWS_ROOM_NAME];
    struct str room = shows_crew_room(((struct enrol *)cmd)->show, name);
    room_close(shows_env.rooms, room);
    (void)!room_open(shows_env.rooms, room);
}

static enum err enrolled(struct req *r, struct command *cmd, enum err result)
{
    struct rows show;
    struct err_info info = r->info;
    int64_t id = ((struct enrol *)cmd)->show;
    if (result == OK || r->json) {
        reply_redirect(r, arena_printf(r->arena, "/shows/%lld/crew", (long long)id));
        return result;
    }
    view_put_str(r->view, "login", ((struct enrol *)cmd)->login);
    shows_put_grants(view_put_object(r->view, "may"), SHOW_ALL | SHOW_OWNER);
    enum err e = shows_load(r, &show);
    if (e == OK)
        e = put_crew_page(r, &show);
    r->info = info;
    reply_page(r, "shows/crew.html");
    return e != OK ? e : result;
}

enum err shows_do_crew(struct req *r)
{
    struct rows show;
    struct enrol *c = ARENA_NEW(r->arena, struct enrol);
    enum err e = c ? shows_need(r, &show, SHOW_OWNER) : ERR_NOMEM;
    if (e != OK)
        return e;
    *c = (struct enrol){.cmd = {.name = "shows.crew", .run = run_enrol, .committed = told_enrol},
                        .show = row_int(&show, 0, "id"),
                        .actor = r->who.user_id,
                        .is_base = (r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN)) != 0};
    e = req_field_text(r, "login", 1, PEOPLE_LOGIN_MAX, &c->login);
    for (size_t i = 0; i < shows_grant_names_n; i++)
        if (req_field(r, shows_grant_names[i].name).n)
            c->grants |= shows_grant_names[i].grant;
    return e != OK ? e : web_write(r, &c->cmd, enrolled);
}
