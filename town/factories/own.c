/* A factory's own page: how it stands with the base, what is missing, and who acts for it. */
#include "store/queries.h"
#include "town/factories/internal.h"

/* ---- the page ---- */

static enum err put_invitations(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_factories_invitations_of_user, ARGS(V_INT(r->who.user_id)),
                           r->arena, &rs);
    struct view *list = view_put_list(r->view, "invitations");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "factory", row_str(&rs, i, r->lang == LANG_EN ? "name_en" : "name_zh"));
        view_put_str(v, "by", row_str(&rs, i, "by_name"));
        view_put_str(v, "role", row_str(&rs, i, "role"));
        view_put_str(v, "role_name", factory_text(r, "role_", row_str(&rs, i, "role")));
        view_page_only(v, "role_name");
        view_put_time(v, "at", row_int(&rs, i, "at"));
    }
    return e;
}

static enum err own_as(struct req *r, unsigned *as)
{
    *as = 0;
    if (!r->who.organisation_id)
        return OK;
    /* The base's role gives nothing here: who is of a factory acts for it as its member. */
    return factory_as_of(r->db, r->arena, r->who.organisation_id, r->who.user_id, as);
}

enum err factories_page_own(struct req *r)
{
    struct factory_loaded f;
    unsigned as;
    int64_t id = r->who.organisation_id;
    enum err e = put_invitations(r);
    if (e == OK)
        e = own_as(r, &as);
    if (e == OK && as)
        e = factory_load(r->db, r->arena, id, &f);
    if (e == ERR_NOT_FOUND) { /* a member of something else than a factory */
        as = 0;
        e = OK;
    }
    view_put_bool(r->view, "is_member", e == OK && as);
    view_put_bool(r->view, "is_owner", e == OK && as & FACTORY_AS_OWNER);
    if (e != OK || !as)
        return e;
    e = factory_put_entry(r, r->view, &f);
    if (e == OK)
        e = factory_put_members(r, r->view, id);
    if (e == OK)
        e = factory_put_openings(r, r->view, id);
    if (e == OK)
        factory_put_moves(r, r->view, f.state, as, "/factory/move");
    return e != OK ? e : factory_put_events(r, r->view, "events", id, -1);
}

/* ---- what is done there ---- */

struct act {
    struct command cmd;
    enum { ACT_MOVE, ACT_INVITE, ACT_ANSWER, ACT_REMOVE, ACT_ROLE } what;
    int64_t id, version, user, by; /* version: that was looked at; 0: not said */
    struct str event, note, login, role;
    struct factory_actor actor;
    const char *flash;
};

static enum err run_act(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    switch (a->what) {
    case ACT_MOVE:
        return factories_move(tx, a->id, a->version,
                              arena_strndup(tx->arena, a->event.p, a->event.n), a->note, a->actor);
    case ACT_INVITE: return factory_invite(tx, a->id, a->login, a->role, a->by);
    case ACT_ANSWER: return factory_answer(tx, a->id, a->event, a->by);
    case ACT_REMOVE: return factory_member_remove(tx, a->id, a->user, a->by);
    case ACT_ROLE: return factory_member_role(tx, a->id, a->user, a->role, a->by);
    }
    return ERR_INTERNAL;
}

/* A refusal stands on the page it was asked from. */
static enum err done(struct req *r, struct command *cmd, enum err result)
{
    struct act *a = (struct act *)cmd;
    if (result == OK) {
        reply_flash(r, a->flash);
        reply_redirect(r, "/factory");
        return OK;
    }
    struct err_info info = r->info;
    if (r->json || factories_page_own(r) != OK)
        return result;
    if (a->login.n)
        view_put_str(r->view, "typed_login", a->login);
    r->info = info;
    reply_page(r, "factories/own.html");
    return result;
}

static enum err act_new(struct req *r, struct act **out)
{
    unsigned as;
    enum err e = own_as(r, &as);
    *out = ARENA_NEW(r->arena, struct act);
    if (e != OK || !*out)
        return e != OK ? e : ERR_NOMEM;
    **out = (struct act){.cmd = {.name = "factories.act", .run = run_act},
                         .id = r->who.organisation_id,
                         .by = r->who.user_id,
                         .actor = {r->who.user_id, as}};
    return OK;
}

enum err factories_do_own_move(struct req *r)
{
    struct act *a;
    enum err e = act_new(r, &a);
    if (e == OK && !a->actor.as)
        e = ERR_FORBIDDEN;
    if (e == OK)
        e = req_field_text(r, "event", 1, 20, &a->event);
    if (e == OK && req_field(r, "version").n)
        e = req_field_int(r, "version", 1, INT64_MAX, &a->version);
    if (e != OK)
        return e;
    a->what = ACT_MOVE;
    a->flash = "factories.moved";
    return web_write(r, &a->cmd, done);
}

enum err factories_do_invite(struct req *r)
{
    struct act *a;
    enum err e = act_new(r, &a);
    if (e == OK && !(a->actor.as & FACTORY_AS_OWNER))
        e = ERR_FORBIDDEN;
    if (e == OK)
        e = req_field_text(r, "login", 1, 32, &a->login);
    if (e != OK)
        return e;
    a->what = ACT_INVITE;
    a->role = str_trim(req_field(r, "role"));
    a->flash = "factories.invited_flash";
    return web_write(r, &a->cmd, done);
}

enum err factories_do_answer(struct req *r)
{
    struct act *a;
    enum err e = act_new(r, &a);
    if (e == OK && str_to_i64(req_param(r, "id"), &a->id) != OK)
        e = ERR_NOT_FOUND;
    if (e == OK)
        e = req_field_text(r, "answer", 1, 20, &a->event);
    if (e != OK)
        return e;
    a->what = ACT_ANSWER;
    a->flash = "factories.answered";
    return web_write(r, &a->cmd, done);
}

/* role: "owner", "clerk", or "none" for leaving. */
enum err factories_do_member(struct req *r)
{
    struct act *a;
    enum err e = act_new(r, &a);
    if (e == OK && !a->actor.as)
        e = ERR_FORBIDDEN;
    if (e == OK && str_to_i64(req_param(r, "user"), &a->user) != OK)
        e = ERR_NOT_FOUND;
    if (e == OK)
        e = req_field_text(r, "role", 1, 20, &a->role);
    if (e != OK)
        return e;
    a->what = str_eq_z(a->role, "none") ? ACT_REMOVE : ACT_ROLE;
    a->flash = "factories.member_changed";
    return web_write(r, &a->cmd, done);
}
