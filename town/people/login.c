/* Logging in and out, registering, one's own page, and the language of the pages. */
#include <sodium.h>
#include <stdio.h>

#include "base/log.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/people/code.h"
#include "town/people/enter.h"
#include "town/people/form.h"
#include "town/people/password.h"
#include "town/people/session.h"
#include "town/people/tries.h"

enum { LANGUAGE_S = 365 * 24 * 3600 };

static enum err page_login(struct req *r)
{
    view_put_z(r->view, "next", req_next(r, "next", "/"));
    code_page(r);
    return OK;
}

/* ---- a new session ---- */

struct enter {
    struct command cmd;
    int64_t user; /* 0: `fresh` is added first */
    struct people_user fresh;
    struct str token;
    const char *next;
};

static enum err run_enter(struct command *cmd, struct tx *tx)
{
    struct enter *e = (struct enter *)cmd;
    enum err err = e->user ? OK : people_user_add(tx, &e->fresh, &e->user);
    return err != OK ? err : people_session_add(tx, e->user, &e->token);
}

static enum err entered(struct req *r, struct command *cmd, enum err result)
{
    struct enter *e = (struct enter *)cmd;
    if (result == ERR_EXISTS) {
        bool phone = cmd->info.field && strcmp(cmd->info.field, "phone") == 0;
        form_say(r, form_wrong(r), ERR_EXISTS, phone ? "phone" : "login",
                 phone ? "people.phone_taken" : "people.login_taken");
        return ERR_EXISTS;
    }
    if (result != OK)
        return result;
    enter_reply(r, e->user, e->token, e->next);
    return OK;
}

static struct enter *enter_new(struct req *r, const char *name)
{
    struct enter *e = ARENA_NEW(r->arena, struct enter);
    if (e) {
        e->cmd = (struct command){.name = name, .run = run_enter};
        e->next = req_next(r, "next", "/");
    }
    return e;
}

/* The form again when it is refused: what was typed, but for the password. */
static void keep_form(struct req *r, const char *page)
{
    static const char *const kept[] = {"login", "name", "phone"};
    if (r->json)
        return; /* a program knows what it sent */
    view_put_z(r->view, "next", req_next(r, "next", "/"));
    code_page(r);
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        view_put_str(r->view, kept[i], req_field(r, kept[i]));
    reply_page(r, page);
}

/* ---- logging in ---- */

/* Hash that no password matches: an unknown name, or one without a password, costs as much as a
 * wrong password. */
static const char nobody[crypto_pwhash_STRBYTES] =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

static enum err find_user(struct req *r, struct str name, struct rows *rs)
{
    uint8_t hash[SEAL_HASH_BYTES];
    if (people_phone_ok(name)) {
        seal_hash("users.phone", name, hash);
        return db_select(r->db, &q_people_user_by_phone, ARGS(V_BLOB(str_n(hash, sizeof(hash)))),
                         r->arena, rs);
    }
    return db_select(r->db, &q_people_user_by_login, ARGS(V_STR(name)), r->arena, rs);
}

static enum err do_login(struct req *r)
{
    struct rows rs;
    struct str name, password = req_field(r, "password");
    char addr[ADDR_TEXT_MAX];
    keep_form(r, "people/login.html");
    enum err e = req_field_text(r, "login", 1, 64, &name);
    if (e != OK)
        return e;
    if (!tries_allowed(&r->peer, name))
        return req_refuse(r, ERR_LIMIT, "login", "people.too_many_tries");
    e = find_user(r, name, &rs);
    if (e != OK)
        return e;
    bool known = rs.n == 1 && row_null(&rs, 0, "disabled_at") &&
                 enter_has_password(row_str(&rs, 0, "password"));
    bool right = password_matches(known ? row_str(&rs, 0, "password") : str_of(nobody), password);
    if (!known || !right) {
        tries_failed(&r->peer, name);
        addr_format_ip(&r->peer, addr);
        LOG(INFO, "people.login_refused", L_Z("addr", addr), L_Z("request", r->id));
        return req_refuse(r, ERR_INVALID, "login", "people.login_wrong");
    }
    tries_succeeded(name);
    struct enter *enter = enter_new(r, "people.login");
    if (!enter)
        return ERR_NOMEM;
    enter->user = row_int(&rs, 0, "id");
    enter->next = enter_next(r, enter->user, row_int(&rs, 0, "roles"));
    return web_write(r, &enter->cmd, entered);
}

/* ---- registering ---- */

static bool is_password(struct str s)
{
    return s.n >= PEOPLE_PASSWORD_MIN && s.n <= PEOPLE_PASSWORD_MAX && str_is_utf8(s);
}

static enum err read_registration(struct req *r, struct people_user *u)
{
    struct str password = req_field(r, "password");
    struct view *fields = form_wrong(r);
    bool has_name = req_field_text(r, "name", 1, PEOPLE_NAME_MAX, &u->name) == OK;
    if (!fields)
        return ERR_NOMEM;
    u->roles = ROLE_BUYER;
    u->login = str_trim(req_field(r, "login"));
    u->phone = str_trim(req_field(r, "phone"));
    if (!people_login_ok(u->login))
        form_say(r, fields, ERR_INVALID, "login", "people.login_bad");
    if (!has_name)
        form_say(r, fields, ERR_INVALID, "name", "people.name_bad");
    if (u->phone.n && !people_phone_ok(u->phone))
        form_say(r, fields, ERR_INVALID, "phone", "people.phone_bad");
    if (!is_password(password))
        form_say(r, fields, ERR_INVALID, "password", "people.password_bad");
    return fields->count ? ERR_INVALID
                         : people_hash_password(password, r->arena, &u->password_hash);
}

static enum err do_register(struct req *r)
{
    struct enter *enter = enter_new(r, "people.register");
    if (!enter)
        return ERR_NOMEM;
    keep_form(r, "people/register.html");
    /* Hashing is dear: an address that registers again and again waits like one that guesses. */
    if (!tries_allowed(&r->peer, STR_NONE))
        return req_refuse(r, ERR_LIMIT, NULL, "people.too_many_tries");
    enum err e = read_registration(r, &enter->fresh);
    if (e != OK)
        return e;
    tries_failed(&r->peer, STR_NONE);
    return web_write(r, &enter->cmd, entered);
}

/* ---- logging out, one's own page ---- */

struct leave {
    struct command cmd;
    int64_t session;
};

static enum err run_leave(struct command *cmd, struct tx *tx)
{
    struct leave *l = (struct leave *)cmd;
    return db_exec(tx->db, &q_people_session_revoke, ARGS(V_INT(tx->now_ms), V_INT(l->session)),
                   NULL);
}

static enum err left(struct req *r, struct command *cmd, enum err result)
{
    (void)cmd;
    if (result != OK)
        return result;
    session_cookie(r, STR_NONE);
    reply_redirect(r, "/");
    return OK;
}

static enum err do_logout(struct req *r)
{
    struct leave *l = ARENA_NEW(r->arena, struct leave);
    if (!l)
        return ERR_NOMEM;
    *l = (struct leave){.cmd = {.name = "people.logout", .run = run_leave},
                        .session = r->who.session_id};
    return web_write(r, &l->cmd, left);
}

static void put_masked_phone(struct req *r, const struct rows *rs)
{
    struct str phone;
    if (!row_null(rs, 0, "phone_sealed") &&
        seal_reveal("users.phone", row_val(rs, 0, "phone_sealed").s, r->arena, &phone) == OK)
        view_put_str(r->view, "phone", people_phone_masked(phone, r->arena));
}

static enum err put_me(struct req *r)
{
    struct rows rs, org;
    bool has_second = false;
    enum err e = db_one(r->db, &q_people_user_page, ARGS(V_INT(r->who.user_id)), r->arena, &rs);
    if (e == OK)
        e = people_second_has(r->db, r->arena, r->who.user_id, &has_second);
    if (e == OK)
        e = db_select(r->db, &q_people_organisation_of, ARGS(V_INT(r->who.user_id)), r->arena,
                      &org);
    if (e != OK)
        return e;
    unsigned roles = r->who.roles;
    view_put_str(r->view, "login", row_str(&rs, 0, "login"));
    view_put_str(r->view, "name", row_str(&rs, 0, "name"));
    view_put_str(r->view, "new_name", row_str(&rs, 0, "name"));
    view_page_only(r->view, "new_name");
    view_put_bool(r->view, "has_second", has_second);
    view_put_bool(r->view, "has_password", enter_has_password(row_str(&rs, 0, "password")));
    view_put_time(r->view, "created_at", row_int(&rs, 0, "created_at"));
    put_masked_phone(r, &rs);
    view_put_bool(r->view, "is_phone_proven", !row_null(&rs, 0, "phone_proven_at"));
    code_page(r);
    view_put_bool(r->view, "is_host", (roles & ROLE_HOST) != 0);
    view_put_bool(r->view, "is_factory", (roles & ROLE_FACTORY) != 0);
    view_put_bool(r->view, "is_operator", (roles & (ROLE_OPERATOR | ROLE_ADMIN)) != 0);
    view_put_bool(r->view, "is_admin", (roles & ROLE_ADMIN) != 0);
    view_put_bool(r->view, "is_officer", (roles & ROLE_OFFICER) != 0);
    if (org.n == 0)
        return OK;
    struct view *o = view_put_object(r->view, "organisation");
    view_put_str(o, "name", row_str(&org, 0, r->lang == LANG_EN ? "name_en" : "name_zh"));
    view_put_str(o, "kind", row_str(&org, 0, "kind"));
    view_put_str(o, "slug", row_str(&org, 0, "slug"));
    return OK;
}

/* ---- changing one's name and one's password ---- */

struct amend {
    struct command cmd;
    int64_t user, session;
    struct str name, password_hash; /* one of them; the other is empty */
};

static enum err run_amend(struct command *cmd, struct tx *tx)
{
    struct amend *a = (struct amend *)cmd;
    if (a->name.n)
        return db_exec(tx->db, &q_people_user_rename, ARGS(V_STR(a->name), V_INT(a->user)), NULL);
    return people_password_set(tx, a->user, a->password_hash, a->session);
}

static enum err amended(struct req *r, struct command *cmd, enum err result)
{
    struct amend *a = (struct amend *)cmd;
    if (result != OK)
        return result;
    reply_flash(r, a->name.n ? "people.name_saved" : "people.password_saved");
    reply_redirect(r, "/me");
    return OK;
}

/* The page again when it is refused. */
static enum err amend_new(struct req *r, struct amend **out)
{
    enum err e = r->json ? OK : put_me(r);
    *out = ARENA_NEW(r->arena, struct amend);
    if (e != OK || !*out)
        return e != OK ? e : ERR_NOMEM;
    reply_page(r, "people/me.html");
    **out = (struct amend){.cmd = {.name = "people.amend", .run = run_amend},
                           .user = r->who.user_id,
                           .session = r->who.session_id};
    return OK;
}

static enum err do_rename(struct req *r)
{
    struct amend *a;
    enum err e = amend_new(r, &a);
    if (e != OK)
        return e;
    if (req_field_text(r, "name", 1, PEOPLE_NAME_MAX, &a->name) == OK)
        return web_write(r, &a->cmd, amended);
    if (!r->json)
        view_put_str(r->view, "new_name", req_field(r, "name"));
    form_say(r, form_wrong(r), ERR_INVALID, "name", "people.name_bad");
    return ERR_INVALID;
}

/* Who came by a code and has no password yet sets the first. */
static enum err check_current(struct req *r)
{
    struct rows rs;
    enum err e = db_one(r->db, &q_people_user_secret, ARGS(V_INT(r->who.user_id)), r->arena, &rs);
    return e || !enter_has_password(row_str(&rs, 0, "password"))
               ? e
               : people_password_check(r, "current");
}

static enum err do_password(struct req *r)
{
    struct amend *a;
    struct str password = req_field(r, "password");
    enum err e = amend_new(r, &a);
    if (e == OK)
        e = check_current(r);
    if (e == OK && !is_password(password))
        form_say(r, form_wrong(r), e = ERR_INVALID, "password", "people.password_bad");
    if (e == OK)
        e = people_hash_password(password, r->arena, &a->password_hash);
    return e != OK ? e : web_write(r, &a->cmd, amended);
}

/* ---- the language of the pages ---- */

static enum err do_language(struct req *r)
{
    enum lang lang;
    if (!lang_parse(req_field(r, "lang"), &lang))
        return req_refuse(r, ERR_INVALID, "lang", "people.lang_bad");
    reply_cookie(r, "lang", str_of(lang_tag(lang)), LANGUAGE_S, false);
    reply_redirect(r, req_next(r, "next", "/"));
    return OK;
}

static const struct route routes[] = {
    {"GET", "/login", page_login, NULL, "people/login.html", WHO_ANYONE, CSRF_SAFE, 0, false},
    {"POST", "/login", do_login, NULL, NULL, WHO_ANYONE, CSRF_ORIGIN, 0, WEB_HEAVY},
    {"GET", "/register", page_login, NULL, "people/register.html", WHO_ANYONE, CSRF_SAFE, 0, false},
    {"POST", "/register", do_register, NULL, NULL, WHO_ANYONE, CSRF_ORIGIN, 0, WEB_HEAVY},
    {"POST", "/logout", do_logout, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0, false},
    {"POST", "/language", do_language, NULL, NULL, WHO_ANYONE, CSRF_ORIGIN, 0, false},
    {"GET", "/me", put_me, NULL, "people/me.html", WHO_MEMBER, CSRF_SAFE, 0, false},
    {"POST", "/me/name", do_rename, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0, false},
    {"POST", "/me/password", do_password, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0, WEB_HEAVY},
};

const struct web_module people_module = {"people", routes, sizeof(routes) / sizeof(routes[0])};
