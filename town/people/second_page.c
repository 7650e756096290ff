/*
 *   GET  /me/second          is_on, has_password; of one that is begun: svg, key, uri (page only)
 *   POST /me/second/begin    password → a secret to take into an app
 *   POST /me/second/prove    code, next → it is on
 *   POST /me/second/remove   password, code → it is off
 */
#include "base/enc.h"
#include "store/queries.h"
#include "town/people/enter.h"
#include "town/people/form.h"
#include "town/people/second.h"
#include "town/people/totp.h"
#include "town/qr.h"

static const char page_path[] = "/me/second";

/* Shown until a code has proven it, and never again. */
static enum err put_secret(struct req *r, struct str login, struct str secret)
{
    struct str svg, uri = totp_uri(r->arena, req_site_name(r), login, secret);
    if (!uri.n)
        return ERR_NOMEM;
    enum err e = qr_svg(r->arena, uri, req_text(r, "people.", STR("second_scan")), &svg);
    if (e)
        return e;
    view_put_html(r->view, "svg", svg);
    view_put_str(r->view, "key", totp_base32(r->arena, secret));
    view_put_str(r->view, "uri", uri);
    return OK;
}

static enum err put_page(struct req *r)
{
    struct rows rs;
    struct second s;
    const char *next = req_next(r, "next", NULL);
    enum err e = db_one(r->db, &q_people_user_secret, ARGS(V_INT(r->who.user_id)), r->arena, &rs);
    if (!e)
        e = second_find(r->db, r->arena, r->who.user_id, &s);
    if (e)
        return e;
    view_put_bool(r->view, "is_on", s.is_proven);
    view_put_bool(r->view, "is_begun", s.is_there && !s.is_proven);
    view_put_bool(r->view, "has_password", enter_has_password(row_str(&rs, 0, "password")));
    if (next)
        view_put_z(r->view, "next", next);
    view_page_only(r->view, "next");
    reply_secret(r);
    return s.is_there && !s.is_proven ? put_secret(r, row_str(&rs, 0, "login"), s.secret) : OK;
}

struct change {
    struct command cmd;
    enum { SECOND_BEGIN, SECOND_PROVE, SECOND_REMOVE } what;
    int64_t user;
    struct str code;
    enum people_second said;
};

static enum err run_change(struct command *cmd, struct tx *tx)
{
    struct change *c = (struct change *)cmd;
    switch (c->what) {
    case SECOND_BEGIN: return second_begin(tx, c->user);
    case SECOND_PROVE: return second_prove(tx, c->user, c->code, &c->said);
    case SECOND_REMOVE: return second_remove(tx, c->user, c->code, &c->said);
    }
    return ERR_INTERNAL;
}

/* The page as it is after what was written: a refusal shows it again. */
static enum err put_again(struct req *r)
{
    r->view = view_object(r->arena);
    if (r->json)
        return OK;
    reply_page(r, "people/second.html");
    return put_page(r);
}

static enum err changed(struct req *r, struct command *cmd, enum err result)
{
    static const char *const done[] = {NULL, "people.second_is_on", "people.second_is_off"};
    const struct change *c = (const struct change *)cmd;
    enum err e = result == OK || result == ERR_CONFLICT ? put_again(r) : result;
    if (e)
        return e;
    if (result == ERR_CONFLICT)
        return req_refuse(r, ERR_CONFLICT, NULL, "people.second_is_there");
    const char *wrong = people_second_says(c->said), *next = req_next(r, "next", NULL);
    if (wrong) {
        e = c->said == PEOPLE_SECOND_TOO_MANY ? ERR_LIMIT
            : c->said == PEOPLE_SECOND_NONE   ? ERR_CONFLICT
                                              : ERR_INVALID;
        form_say(r, form_wrong(r), e, "code", wrong);
        return e;
    }
    if (done[c->what])
        reply_flash(r, done[c->what]);
    if (c->what == SECOND_PROVE && next)
        reply_redirect(r, next);
    else if (next)
        reply_redirect(r, arena_printf(r->arena, "%s?next=%.*s", page_path,
                                       STR_ARG(enc_percent(r->arena, str_of(next)))));
    else
        reply_redirect(r, page_path);
    return OK;
}

static enum err change(struct req *r, int what, bool with_password)
{
    struct change *c = ARENA_NEW(r->arena, struct change);
    if (!c)
        return ERR_NOMEM;
    *c = (struct change){.cmd = {.name = "people.second", .run = run_change},
                         .what = what,
                         .user = r->who.user_id,
                         .code = req_field(r, "code")};
    enum err e = put_again(r);
    if (!e && with_password)
        e = people_password_check(r, "password");
    return e ? e : web_write(r, &c->cmd, changed);
}

static enum err do_begin(struct req *r)
{
    return change(r, SECOND_BEGIN, true);
}

static enum err do_prove(struct req *r)
{
    return change(r, SECOND_PROVE, false);
}

static enum err do_remove(struct req *r)
{
    return change(r, SECOND_REMOVE, true);
}

static const struct route routes[] = {
    {"GET", "/me/second", put_page, NULL, "people/second.html", WHO_MEMBER, CSRF_SAFE},
    {"POST", "/me/second/begin", do_begin, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0, WEB_HEAVY},
    {"POST", "/me/second/prove", do_prove, NULL, NULL, WHO_MEMBER, CSRF_TOKEN},
    {"POST", "/me/second/remove", do_remove, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0, WEB_HEAVY},
};

const struct web_module people_second_module = {"people", routes,
                                                sizeof(routes) / sizeof(routes[0])};
