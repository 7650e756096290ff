/* What one is told of by which way, when not, and where letters go. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/rnd.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/messages/contact.h"
#include "town/messages/internal.h"
#include "town/messages/send.h"
#include "town/people/people.h"

enum { HOUR_TEXT = 6, HOUR_ROOM = 24, FIELD_MAX = 64 };

static const struct way {
    enum messages_channel channel;
    const char *name;
} ways[] = {{MESSAGES_MAIL, "mail"}, {MESSAGES_SMS, "sms"}};
enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

/* --- the page --- */

static void put_hour(struct view *v, const char *name, int64_t minute)
{
    char text[HOUR_ROOM];
    snprintf(text, sizeof(text), "%02d:%02d", (int)(minute / 60) % 24, (int)(minute % 60));
    view_put_z(v, name, text);
}

static bool is_on(const struct rows *rs, const char *group, const struct way *way)
{
    for (size_t i = 0; i < rs->n; i++)
        if (str_eq_z(row_str(rs, i, "kind_group"), group) &&
            str_eq_z(row_str(rs, i, "channel"), way->name))
            return row_int(rs, i, "is_on");
    return messages_group_channels(group) & way->channel;
}

static enum err put_groups(struct req *r)
{
    struct rows rs;
    enum err e =
        db_select(r->db, &q_messages_preferences, ARGS(V_INT(r->who.user_id)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "groups");
    const char *group;
    for (size_t i = 0; !e && (group = messages_group_at(i)); i++) {
        struct view *v = view_add_object(list);
        view_put_z(v, "group", group);
        view_put_str(v, "name", req_text(r, "messages.group_", str_of(group)));
        for (int w = 0; w < WAYS; w++)
            view_put_bool(v, ways[w].name, is_on(&rs, group, &ways[w]));
    }
    return e;
}

static enum err put_phone(struct req *r)
{
    struct rows rs;
    struct str phone = STR_NONE;
    enum err e = db_one(r->db, &q_messages_phone, ARGS(V_INT(r->who.user_id)), r->arena, &rs);
    if (!e && !row_null(&rs, 0, "phone_sealed"))
        e = seal_reveal("users.phone", row_str(&rs, 0, "phone_sealed"), r->arena, &phone);
    if (!e && phone.n)
        view_put_str(r->view, "phone", people_phone_masked(phone, r->arena));
    if (!e)
        view_put_bool(r->view, "is_phone_proven", !row_null(&rs, 0, "phone_proven_at"));
    return e;
}

enum err settings_page(struct req *r)
{
    struct contact c;
    enum err e = contact_load(r->db, r->arena, r->who.user_id, &c);
    if (!e)
        e = put_groups(r);
    if (!e)
        e = put_phone(r);
    if (e)
        return e;
    if (c.mail.n)
        view_put_str(r->view, "mail", contact_masked(c.mail, r->arena));
    if (c.wanted.n)
        view_put_str(r->view, "wanted", contact_masked(c.wanted, r->arena));
    view_put_str(r->view, "speech", c.lang.n ? c.lang : str_of(lang_tag(r->lang)));
    put_hour(r->view, "quiet_from", c.quiet_from);
    put_hour(r->view, "quiet_until", c.quiet_until);
    view_put_bool(r->view, "has_mail", send_can(MESSAGES_MAIL));
    view_put_bool(r->view, "has_sms", send_can(MESSAGES_SMS));
    view_put_int(r->view, "code_minutes", CONTACT_CODE_MS / 60000);
    view_page_only(r->view, "code_minutes");
    return OK;
}

/* After a refusal the page is drawn again, with what was typed. */
static enum err again(struct req *r, enum err result)
{
    struct err_info info = r->info;
    if (r->json)
        return result;
    r->view = view_object(r->arena);
    enum err e = settings_page(r);
    view_put_str(r->view, "typed", req_field(r, "mail"));
    reply_page(r, "messages/settings.html");
    r->info = info;
    return e ? e : result;
}

/* --- POST /messages/settings --- */

struct save {
    struct command cmd;
    int64_t user, quiet_from, quiet_until;
    enum lang lang;
    unsigned wanted[MESSAGES_KINDS_MAX]; /* of each group, by its number */
};

static enum err run_save(struct command *cmd, struct tx *tx)
{
    struct save *s = (struct save *)cmd;
    const char *group;
    enum err e = db_exec(tx->db, &q_messages_preferences_clear, ARGS(V_INT(s->user)), NULL);
    for (size_t i = 0; !e && (group = messages_group_at(i)); i++)
        for (int w = 0; !e && w < WAYS; w++) {
            bool on = s->wanted[i] & ways[w].channel;
            if (on != !!(messages_group_channels(group) & ways[w].channel))
                e = db_exec(tx->db, &q_messages_prefer,
                            ARGS(V_INT(s->user), V_Z(group), V_Z(ways[w].name), V_INT(on)), NULL);
        }
    return e ? e : contact_save(tx, s->user, lang_tag(s->lang), s->quiet_from, s->quiet_until);
}

static bool two_digits(const char *p, int64_t most, int64_t *out)
{
    *out = (p[0] - '0') * 10 + (p[1] - '0');
    return p[0] >= '0' && p[0] <= '9' && p[1] >= '0' && p[1] <= '9' && *out <= most;
}

/* "22:00" */
static enum err read_hour(struct req *r, const char *field, int64_t *minute)
{
    struct str s = str_trim(req_field(r, field));
    int64_t hours, minutes;
    if (s.n != HOUR_TEXT - 1 || s.p[2] != ':' || !two_digits(s.p, 23, &hours) ||
        !two_digits(s.p + 3, 59, &minutes))
        return req_refuse(r, ERR_INVALID, field, "messages.hour_bad");
    *minute = hours * 60 + minutes;
    return OK;
}

static enum err saved(struct req *r, struct command *cmd, enum err result)
{
    (void)cmd;
    if (result)
        return again(r, result);
    reply_flash(r, "messages.saved");
    reply_redirect(r, "/messages/settings");
    return OK;
}

enum err settings_post(struct req *r)
{
    char field[FIELD_MAX];
    const char *group;
    struct save *s = ARENA_NEW(r->arena, struct save);
    if (!s)
        return ERR_NOMEM;
    *s = (struct save){.cmd = {.name = "messages.settings", .run = run_save},
                       .user = r->who.user_id};
    for (size_t i = 0; (group = messages_group_at(i)); i++)
        for (int w = 0; w < WAYS; w++) {
            snprintf(field, sizeof(field), "%s.%s", group, ways[w].name);
            s->wanted[i] |= str_eq_z(req_field(r, field), "1") ? ways[w].channel : 0;
        }
    enum err e = OK;
    if (!lang_parse(req_field(r, "lang"), &s->lang))
        e = req_refuse(r, ERR_INVALID, "lang", "messages.lang_bad");
    if (!e)
        e = read_hour(r, "quiet_from", &s->quiet_from);
    if (!e)
        e = read_hour(r, "quiet_until", &s->quiet_until);
    return e ? again(r, e) : web_write(r, &s->cmd, saved);
}

/* --- POST /messages/mail --- */

struct want {
    struct command cmd;
    int64_t user, again_ms;
    struct str mail, code;
    enum lang lang;
};

static enum err run_want(struct command *cmd, struct tx *tx)
{
    struct want *w = (struct want *)cmd;
    return contact_want(tx, w->user, w->mail, w->code, lang_tag(w->lang), &w->again_ms);
}

/* After the commit: a code that cannot be used is not sent. */
static enum err wanted(struct req *r, struct command *cmd, enum err result)
{
    struct want *w = (struct want *)cmd;
    if (result == ERR_LIMIT)
        return again(r, req_refuse(r, ERR_LIMIT, "mail",
                                   w->again_ms - clock_wall_ms() <= CONTACT_AGAIN_MS
                                       ? "messages.code_wait"
                                       : "messages.code_too_many"));
    if (!result && send_code(w->mail, w->code, w->lang) != OK)
        return again(r, req_refuse(r, ERR_BUSY, "mail", "messages.code_not_sent"));
    if (result)
        return again(r, result);
    reply_redirect(r, "/messages/settings#mail");
    return OK;
}

enum err mail_post(struct req *r)
{
    char code[CONTACT_CODE_DIGITS + 1];
    struct want *w = ARENA_NEW(r->arena, struct want);
    if (!w)
        return ERR_NOMEM;
    snprintf(code, sizeof(code), "%0*llu", CONTACT_CODE_DIGITS,
             (unsigned long long)rnd_below(CONTACT_CODE_BELOW));
    *w = (struct want){.cmd = {.name = "messages.mail", .run = run_want},
                       .user = r->who.user_id,
                       .lang = r->lang,
                       .mail = str_trim(req_field(r, "mail")),
                       .code = arena_str(r->arena, str_of(code))};
    if (!send_can(MESSAGES_MAIL))
        return again(r, req_refuse(r, ERR_CONFLICT, "mail", "messages.no_mail"));
    if (!contact_mail_ok(w->mail))
        return again(r, req_refuse(r, ERR_INVALID, "mail", "messages.mail_bad"));
    return web_write(r, &w->cmd, wanted);
}

/* --- POST /messages/mail/code, /messages/mail/remove --- */

struct prove {
    struct command cmd;
    int64_t user;
    struct str code;
    bool is_right;
};

static enum err run_prove(struct command *cmd, struct tx *tx)
{
    struct prove *p = (struct prove *)cmd;
    return contact_prove(tx, p->user, p->code, &p->is_right);
}

static enum err run_forget(struct command *cmd, struct tx *tx)
{
    return contact_forget(tx, ((struct prove *)cmd)->user);
}

static enum err proven(struct req *r, struct command *cmd, enum err result)
{
    if (result)
        return again(r, result);
    if (!((struct prove *)cmd)->is_right)
        return again(r, req_refuse(r, ERR_INVALID, "code", "messages.code_wrong"));
    reply_flash(r, "messages.proven");
    reply_redirect(r, "/messages/settings");
    return OK;
}

enum err mail_code_post(struct req *r)
{
    struct prove *p = ARENA_NEW(r->arena, struct prove);
    if (!p)
        return ERR_NOMEM;
    *p = (struct prove){.cmd = {.name = "messages.prove", .run = run_prove},
                        .user = r->who.user_id,
                        .code = str_trim(req_field(r, "code"))};
    if (p->code.n != CONTACT_CODE_DIGITS)
        return again(r, req_refuse(r, ERR_INVALID, "code", "messages.code_bad"));
    return web_write(r, &p->cmd, proven);
}

enum err mail_remove_post(struct req *r)
{
    struct prove *p = ARENA_NEW(r->arena, struct prove);
    if (!p)
        return ERR_NOMEM;
    *p = (struct prove){.cmd = {.name = "messages.forget", .run = run_forget},
                        .user = r->who.user_id};
    reply_redirect(r, "/messages/settings");
    return web_write(r, &p->cmd, NULL);
}
