/*
 * Coming in by a code that is sent to a phone. Who it is, and whether there is an account at all,
 * is looked up only after the right code has come: until then everything is said, done and timed
 * alike for every phone.
 */
#include "town/people/code.h"

#include <sodium.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/rnd.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/people/enter.h"
#include "town/people/tries.h"

enum { CODE_TEXT = CODE_DIGITS + 1, LOGIN_LETTERS = 10, NAME_LETTERS = 4 };

static struct {
    people_send_fn *fn;
    void *arg;
} sender;

void people_codes_by(people_send_fn *fn, void *arg)
{
    sender.fn = fn;
    sender.arg = arg;
}

bool code_is_offered(void)
{
    return sender.fn != NULL;
}

static struct str phone_hash(struct str phone, uint8_t out[SEAL_HASH_BYTES])
{
    seal_hash("users.phone", phone, out);
    return str_n(out, SEAL_HASH_BYTES);
}

/* With its phone: a code is worth nothing at another one. */
static struct str code_hash(struct str phone, struct str code, struct arena *arena)
{
    uint8_t out[SEAL_HASH_BYTES];
    const char *text = arena_printf(arena, "%.*s\n%.*s", STR_ARG(phone), STR_ARG(code));
    if (!text)
        return STR_NONE;
    seal_hash("people.code", str_of(text), out);
    return arena_str(arena, str_n(out, sizeof(out)));
}

/* ---- the page ---- */

void code_page(struct req *r)
{
    view_put_bool(r->view, "by_code", code_is_offered());
    view_put_int(r->view, "code_minutes", CODE_LIFE_MS / 60000);
    view_page_only(r->view, "by_code");
    view_page_only(r->view, "code_minutes");
}

/* What was put before the commit is of an earlier snapshot. */
static void put_page(struct req *r, struct str phone)
{
    r->view = view_object(r->arena);
    if (r->json)
        return;
    view_put_z(r->view, "next", req_next(r, "next", "/"));
    view_put_str(r->view, "phone", phone);
    code_page(r);
    reply_page(r, "people/login.html");
}

/* The second step: the code is asked for, and when there may be another one. */
static void put_step(struct req *r, struct str phone, int64_t again_s)
{
    view_put_bool(r->view, "is_sent", true);
    view_put_int(r->view, "again_s", again_s > 0 ? again_s : 0);
    if (r->json)
        return;
    view_put_str(r->view, "masked", people_phone_masked(phone, r->arena));
}

static enum err read_phone(struct req *r, struct str *phone)
{
    if (!code_is_offered())
        return ERR_NOT_FOUND;
    *phone = str_trim(req_field(r, "phone"));
    put_page(r, *phone);
    return people_phone_ok(*phone) ? OK : req_refuse(r, ERR_INVALID, "phone", "people.phone_bad");
}

/* ---- sending one ---- */

struct send {
    struct command cmd;
    struct str phone, code;
    int64_t again_ms; /* when it is too early: until then */
};

/* By what is known of the phone: too early, too many, or how it is counted on. */
static enum err count_sent(const struct rows *rs, struct tx *tx, int64_t *window, int64_t *sent,
                           int64_t *again_ms)
{
    *window = tx->now_ms;
    *sent = 0;
    if (rs->n == 0)
        return OK;
    if (tx->now_ms - row_int(rs, 0, "window_at") < CODE_PHONE_WINDOW_MS) {
        *window = row_int(rs, 0, "window_at");
        *sent = row_int(rs, 0, "sent");
    }
    *again_ms = row_int(rs, 0, "sent_at") + CODE_AGAIN_MS;
    if (tx->now_ms < *again_ms)
        return ERR_LIMIT;
    if (*sent < CODE_PHONE_MAX)
        return OK;
    *again_ms = *window + CODE_PHONE_WINDOW_MS;
    return ERR_LIMIT;
}

static enum err run_send(struct command *cmd, struct tx *tx)
{
    struct send *s = (struct send *)cmd;
    uint8_t bytes[SEAL_HASH_BYTES];
    struct str phone = phone_hash(s->phone, bytes), code = code_hash(s->phone, s->code, tx->arena);
    int64_t window, sent;
    struct rows rs;
    enum err e = db_select(tx->db, &q_people_code, ARGS(V_BLOB(phone)), tx->arena, &rs);
    if (e == OK && code.n == 0)
        e = ERR_NOMEM;
    if (e == OK)
        e = count_sent(&rs, tx, &window, &sent, &s->again_ms);
    if (e != OK)
        return e;
    s->again_ms = tx->now_ms + CODE_AGAIN_MS;
    return db_exec(tx->db, &q_people_code_put,
                   ARGS(V_BLOB(phone), V_BLOB(code), V_INT(tx->now_ms),
                        V_INT(tx->now_ms + CODE_LIFE_MS), V_INT(window), V_INT(sent + 1)),
                   NULL);
}

/* After the commit: a code that cannot be used is not sent. */
static enum err sent(struct req *r, struct command *cmd, enum err result)
{
    struct send *s = (struct send *)cmd;
    int64_t again_s = (s->again_ms - clock_wall_ms() + 999) / 1000;
    put_page(r, s->phone);
    if (result == ERR_LIMIT) {
        put_step(r, s->phone, again_s);
        return req_refuse(r, ERR_LIMIT, "phone",
                          again_s * 1000 <= CODE_AGAIN_MS ? "people.code_wait"
                                                          : "people.code_too_many");
    }
    if (result != OK)
        return result;
    if (sender.fn(sender.arg, s->phone, s->code, lang_tag(r->lang), CODE_LIFE_MS / 60000) != OK)
        return req_refuse(r, ERR_BUSY, "phone", "people.code_not_sent");
    put_step(r, s->phone, again_s);
    return OK;
}

static enum err do_send(struct req *r)
{
    struct send *s = ARENA_NEW(r->arena, struct send);
    char *code = arena_alloc(r->arena, CODE_TEXT);
    if (!s || !code)
        return ERR_NOMEM;
    *s = (struct send){.cmd = {.name = "people.code_send", .run = run_send}};
    enum err e = read_phone(r, &s->phone);
    if (e != OK)
        return e;
    if (!tries_code(&r->peer))
        return req_refuse(r, ERR_LIMIT, "phone", "people.code_too_many");
    snprintf(code, CODE_TEXT, "%0*llu", CODE_DIGITS, (unsigned long long)rnd_below(CODE_BELOW));
    s->code = str_of(code);
    return web_write(r, &s->cmd, sent);
}

/* ---- coming in by it ---- */

struct enter {
    struct command cmd;
    struct str phone, code;
    enum lang lang;
    int64_t logged_in; /* who asks: an account of a password, or 0 */
    bool is_right;
    int64_t user, roles;
    struct str token;
};

static void letters(char *out, size_t n)
{
    static const char of[] = "abcdefghjkmnpqrstuvwxyz23456789";
    for (size_t i = 0; i < n; i++)
        out[i] = of[rnd_below(sizeof(of) - 1)];
    out[n] = 0;
}

/* A buyer of whom nothing but the phone is known. The login says nothing of it: others see it. */
static enum err add_buyer(struct enter *in, struct tx *tx)
{
    char login[LOGIN_LETTERS + 1], name[NAME_LETTERS + 1];
    letters(login, LOGIN_LETTERS);
    letters(name, NAME_LETTERS);
    const char *text = arena_printf(
        tx->arena, "%.*s %s",
        STR_ARG(i18n_text(in->lang, STR("people.new_name"), NULL, 0, tx->arena)), name);
    struct people_user u = {
        .login = str_of(arena_printf(tx->arena, "u-%s", login)),
        .name = str_of(text),
        .password_hash = STR("!"), /* no password has that hash */
        .phone = in->phone,
        .is_phone_proven = true,
        .roles = ROLE_BUYER,
    };
    in->roles = ROLE_BUYER;
    return people_user_add(tx, &u, &in->user);
}

/* The one that was sent to this phone, still good, not tried too often. */
static bool is_right(const struct rows *rs, struct str typed, int64_t now_ms)
{
    if (rs->n == 0 || row_null(rs, 0, "code_hash") || now_ms >= row_int(rs, 0, "expires_at") ||
        row_int(rs, 0, "tries") >= CODE_TRIES_MAX)
        return false;
    struct str kept = row_val(rs, 0, "code_hash").s;
    return kept.n == typed.n && sodium_memcmp(kept.p, typed.p, kept.n) == 0;
}

/* Whose phone it is; 0: nobody's. Whoever registers may type any number, so one that no code has
 * proven is the account's only if it is its owner who comes now, logged in; else the account loses
 * it, and neither ever reads what the other leaves in the town. */
static enum err find_owner(struct enter *in, struct str phone, struct tx *tx, int64_t *owner)
{
    struct rows rs;
    *owner = 0;
    enum err e = db_select(tx->db, &q_people_phone_owner, ARGS(V_BLOB(phone)), tx->arena, &rs);
    if (e != OK || rs.n == 0)
        return e;
    int64_t id = row_int(&rs, 0, "id");
    bool is_proven = !row_null(&rs, 0, "phone_proven_at");
    if (!is_proven && id != in->logged_in)
        return db_exec(tx->db, &q_people_phone_drop, ARGS(V_INT(id)), NULL);
    if (!row_null(&rs, 0, "disabled_at"))
        return ERR_FORBIDDEN;
    *owner = id;
    in->roles = row_int(&rs, 0, "roles");
    return is_proven
               ? OK
               : db_exec(tx->db, &q_people_phone_prove, ARGS(V_INT(tx->now_ms), V_INT(id)), NULL);
}

/* Somebody who is shut out stays so. */
static enum err come_in(struct enter *in, struct str phone, struct tx *tx)
{
    enum err e = find_owner(in, phone, tx, &in->user);
    if (e == OK && !in->user)
        e = add_buyer(in, tx);
    return e == OK ? people_session_add(tx, in->user, &in->token) : e;
}

/* A wrong code is OK here: that it was tried must be committed. */
static enum err run_enter(struct command *cmd, struct tx *tx)
{
    struct enter *in = (struct enter *)cmd;
    uint8_t bytes[SEAL_HASH_BYTES];
    struct str phone = phone_hash(in->phone, bytes),
               typed = code_hash(in->phone, in->code, tx->arena);
    struct rows rs;
    in->is_right = false;
    enum err e = db_select(tx->db, &q_people_code, ARGS(V_BLOB(phone)), tx->arena, &rs);
    if (e != OK)
        return e;
    if (!is_right(&rs, typed, tx->now_ms))
        return db_exec(tx->db, &q_people_code_tried, ARGS(V_BLOB(phone)), NULL);
    in->is_right = true;
    e = db_exec(tx->db, &q_people_code_used, ARGS(V_BLOB(phone)), NULL);
    return e != OK ? e : come_in(in, phone, tx);
}

static enum err entered(struct req *r, struct command *cmd, enum err result)
{
    struct enter *in = (struct enter *)cmd;
    put_page(r, in->phone);
    if (result == OK && in->is_right) {
        enter_reply(r, in->user, in->token, enter_next(r, in->user, in->roles));
        return OK;
    }
    put_step(r, in->phone, 0);
    if (result == ERR_FORBIDDEN)
        return req_refuse(r, ERR_FORBIDDEN, "code", "people.is_disabled");
    if (result != OK)
        return result;
    tries_failed(&r->peer, STR_NONE);
    return req_refuse(r, ERR_INVALID, "code", "people.code_wrong");
}

static enum err do_enter(struct req *r)
{
    struct enter *in = ARENA_NEW(r->arena, struct enter);
    if (!in)
        return ERR_NOMEM;
    *in = (struct enter){.cmd = {.name = "people.code_enter", .run = run_enter},
                         .lang = r->lang,
                         .logged_in = r->who.user_id};
    enum err e = read_phone(r, &in->phone);
    if (e != OK)
        return e;
    put_step(r, in->phone, 0);
    in->code = str_trim(req_field(r, "code"));
    if (!tries_allowed(&r->peer, STR_NONE))
        return req_refuse(r, ERR_LIMIT, "code", "people.too_many_tries");
    if (in->code.n != CODE_DIGITS)
        return req_refuse(r, ERR_INVALID, "code", "people.code_bad");
    return web_write(r, &in->cmd, entered);
}

static const struct route routes[] = {
    {"POST", "/login/code", do_send, NULL, NULL, WHO_ANYONE, CSRF_ORIGIN},
    {"POST", "/login/phone", do_enter, NULL, NULL, WHO_ANYONE, CSRF_ORIGIN},
};

const struct web_module people_code_module = {"people", routes, sizeof(routes) / sizeof(routes[0])};
