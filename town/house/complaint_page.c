/* Complaining, and what became of it: for members and for guests, who have a number and a code. */
#include <stdio.h>

#include "base/clock.h"
#include "base/enc.h"
#include "store/idem.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/house/complaint_view.h"

enum { SAID_SHOWN = 30, SELLERS_MAX = 50, MINE_MAX = 50, MINUTE_MS = 60 * 1000, LOCAL_TEXT = 17 };

/* --- the form --- */

static enum err load_show(struct req *r, struct rows *show)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id))
        return ERR_NOT_FOUND;
    return db_one(r->db, &q_house_show_of, ARGS(V_INT(id)), r->arena, show);
}

static struct str wanted_message(const struct req *r)
{
    struct str typed = req_field(r, "message");
    return typed.n ? typed : req_query(r, "message");
}

static void put_said(struct view *list, const struct rows *rs, size_t i, bool chosen)
{
    struct view *v = view_add_object(list);
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_str(v, "name", row_str(rs, i, "name"));
    view_put_str(v, "text", row_str(rs, i, "body"));
    view_put_time(v, "at", row_int(rs, i, "sent_at"));
    view_put_bool(v, "is_chosen", chosen);
}

/* The newest, and the one that was tapped even when it is older. */
static enum err put_messages(struct req *r, int64_t show)
{
    struct rows rs, one = {0};
    int64_t wanted = 0;
    bool seen = false;
    enum err e =
        db_select(r->db, &q_house_said, ARGS(V_INT(show), V_INT(SAID_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "messages");
    if (str_to_i64(wanted_message(r), &wanted))
        wanted = 0;
    for (size_t i = 0; !e && i < rs.n; i++)
        seen |= row_int(&rs, i, "id") == wanted;
    if (!e && wanted && !seen)
        e = db_select(r->db, &q_house_said_one_shown, ARGS(V_INT(wanted), V_INT(show)), r->arena,
                      &one);
    if (!e && one.n)
        put_said(list, &one, 0, true);
    for (size_t i = 0; !e && i < rs.n; i++)
        put_said(list, &rs, i, row_int(&rs, i, "id") == wanted);
    return e;
}

static enum err put_sellers(struct req *r, int64_t show)
{
    struct rows rs;
    struct str typed = req_field(r, "seller");
    int64_t wanted;
    enum err e =
        db_select(r->db, &q_house_sellers, ARGS(V_INT(show), V_INT(SELLERS_MAX)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "sellers");
    if (str_to_i64(typed, &wanted))
        wanted = 0;
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "name", row_str(&rs, i, r->lang == LANG_ZH ? "name_zh" : "name_en"));
        view_put_bool(v, "is_chosen", row_int(&rs, i, "id") == wanted);
    }
    return e;
}

static struct str local_text(struct arena *arena, int64_t ms)
{
    struct tm tm;
    char text[LOCAL_TEXT];
    day_clock(ms, &tm);
    size_t n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M", &tm);
    return arena_str(arena, str_n(text, n));
}

static void put_typed(struct req *r)
{
    static const char *const fields[] = {"words", "contact", "evidence_at"};
    struct view *typed = view_put_object(r->view, "typed");
    struct str about = req_field(r, "about"), kind = req_field(r, "kind");
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        view_put_str(typed, fields[i], req_field(r, fields[i]));
    if (!req_field(r, "evidence_at").n)
        view_put_str(typed, "evidence_at", local_text(r->arena, clock_wall_ms()));
    view_put_str(typed, "about",
                 about.n               ? about
                 : wanted_message(r).n ? STR("message")
                                       : STR("show"));
    view_put_str(typed, "kind", kind);
    struct view *kinds = view_put_list(r->view, "kinds");
    for (size_t i = 0; complaint_kinds[i]; i++) {
        struct view *v = view_add_object(kinds);
        view_put_z(v, "kind", complaint_kinds[i]);
        view_put_str(v, "name", req_text(r, "house.kind_", str_of(complaint_kinds[i])));
        view_put_bool(v, "is_chosen", str_eq_z(kind, complaint_kinds[i]));
    }
    view_put_z(r->view, "key", r->id); /* one a page: pressing twice is one complaint */
    view_page_only(r->view, "key");
    view_page_only(r->view, "typed");
}

static enum err put_form(struct req *r, const struct rows *show)
{
    struct view *v = view_put_object(r->view, "show");
    view_put_int(v, "id", row_int(show, 0, "id"));
    view_put_str(v, "title", row_str(show, 0, r->lang == LANG_ZH ? "title_zh" : "title_en"));
    view_put_str(v, "host", row_str(show, 0, "host_name"));
    put_typed(r);
    enum err e = put_messages(r, row_int(show, 0, "id"));
    return e ? e : put_sellers(r, row_int(show, 0, "id"));
}

enum err complaint_form_page(struct req *r)
{
    struct rows show;
    enum err e = load_show(r, &show);
    return e ? e : put_form(r, &show);
}

/* --- sending it --- */

struct making {
    struct command cmd;
    struct complaint_new what;
    struct idem_key key;
    struct idem_outcome outcome;
    int64_t id;
    bool has_key;
};

static enum err work(struct tx *tx, void *arg, int64_t *subject)
{
    struct making *m = arg;
    return complaint_make(tx, &m->what, subject);
}

static enum err run_making(struct command *cmd, struct tx *tx)
{
    struct making *m = (struct making *)cmd;
    if (!m->has_key)
        return work(tx, m, &m->id);
    enum err e = idem_run(tx, &m->key, work, m, &m->outcome);
    m->id = m->outcome.subject;
    return e;
}

/* The form again, as it was filled in. */
static enum err refused(struct req *r, enum err result)
{
    struct rows show;
    struct err_info info = r->info;
    if (r->json || result == ERR_NOT_FOUND)
        return result;
    reply_page(r, "house/complain.html");
    enum err e = load_show(r, &show);
    if (!e)
        e = put_form(r, &show);
    r->info = info;
    return e ? e : result;
}

static enum err made(struct req *r, struct command *cmd, enum err result)
{
    struct making *m = (struct making *)cmd;
    struct rows rs;
    if (!result && m->has_key && m->outcome.result) {
        result = m->outcome.result;
        r->info = (struct err_info){.code = result,
                                    .field = m->outcome.field,
                                    .key = m->outcome.message_key,
                                    .limit = m->outcome.amount};
    }
    if (result)
        return refused(r, result);
    enum err e = db_one(r->db, &q_house_complaint, ARGS(V_INT(m->id)), r->arena, &rs);
    if (e)
        return e;
    struct str code = complaint_code(r->arena, m->id, row_int(&rs, 0, "made_at"));
    view_put_int(r->view, "id", m->id);
    view_put_str(r->view, "code", code);
    reply_redirect(r, m->what.user ? arena_printf(r->arena, "/complaints/%lld", (long long)m->id)
                                   : arena_printf(r->arena, "/complaints/%lld?code=%.*s",
                                                  (long long)m->id, STR_ARG(code)));
    return OK;
}

/* "2026-05-01T19:30", the town's time; empty: now. Not to come, and not before the town's. */
static enum err read_moment(struct req *r, int64_t *ms)
{
    struct str given = str_trim(req_field(r, "evidence_at"));
    int64_t day, now = clock_wall_ms(), hour, minute;
    *ms = now;
    if (!given.n)
        return OK;
    if (given.n < 16 || given.p[10] != 'T' || given.p[13] != ':' ||
        day_read(str_slice(given, 0, 10), &day) || str_to_i64(str_slice(given, 11, 13), &hour) ||
        str_to_i64(str_slice(given, 14, 16), &minute) || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59)
        return req_refuse(r, ERR_INVALID, "evidence_at", "shows.time_bad");
    *ms = day_begin_ms(day) + (hour * 60 + minute) * MINUTE_MS;
    return *ms > now + MINUTE_MS || *ms < now - COMPLAINT_KEPT_DAYS * DAY_MS
               ? req_refuse(r, ERR_INVALID, "evidence_at", "house.moment_bad")
               : OK;
}

static enum err read_about(struct req *r, struct complaint_new *c)
{
    struct str about = req_field(r, "about");
    if (str_eq_z(about, "show")) {
        c->about = "show";
        return OK;
    }
    if (str_eq_z(about, "message")) {
        c->about = "message";
        return req_field_int(r, "message", 1, INT64_MAX, &c->message);
    }
    if (str_eq_z(about, "seller")) {
        c->about = "seller";
        return req_field_int(r, "seller", 1, INT64_MAX, &c->factory);
    }
    return req_refuse(r, ERR_INVALID, "about", "house.about_unknown");
}

static enum err make_key(struct req *r, struct making *m)
{
    char hex[33];
    enc_hex(hex, (const uint8_t *)m->what.peer.p, 16);
    const char *actor = m->what.user ? arena_printf(r->arena, "user:%lld", (long long)m->what.user)
                                     : arena_printf(r->arena, "peer:%s", hex);
    const char *of =
        arena_printf(r->arena, "%lld %s %lld %lld", (long long)m->what.show, m->what.about,
                     (long long)m->what.message, (long long)m->what.factory);
    m->has_key = req_header(r, "idempotency-key").n > 0 || req_field(r, "idempotency_key").n > 0;
    if (!actor || !of)
        return ERR_NOMEM;
    const struct str parts[] = {str_of(of), m->what.kind, m->what.words, m->what.contact};
    m->key.actor = str_of(actor);
    m->key.operation = "house.complain";
    idem_hash(m->key.hash, parts, 4);
    return m->has_key ? req_idempotency_key(r, &m->key.key) : OK;
}

static enum err read_form(struct req *r, struct making *m)
{
    struct complaint_new *c = &m->what;
    enum err e = read_about(r, c);
    c->kind = req_field(r, "kind");
    if (!e)
        e = complaint_words(r, "words", COMPLAINT_WORDS_MIN, COMPLAINT_WORDS_MAX, &c->words);
    if (!e && str_trim(req_field(r, "contact")).n)
        e = req_field_text(r, "contact", 2, COMPLAINT_CONTACT_MAX, &c->contact);
    if (!e)
        e = read_moment(r, &c->evidence_at);
    if (!e)
        e = complaint_peer(r, &c->peer);
    return e ? e : make_key(r, m);
}

enum err complaint_form_post(struct req *r)
{
    struct rows show;
    struct making *m = ARENA_NEW(r->arena, struct making);
    enum err e = m ? load_show(r, &show) : ERR_NOMEM;
    if (e)
        return e;
    *m = (struct making){.cmd = {.name = "house.complain", .run = run_making},
                         .what = {.show = row_int(&show, 0, "id"), .user = r->who.user_id}};
    e = read_form(r, m);
    return e ? refused(r, e) : web_write(r, &m->cmd, made);
}

/* --- what became of it --- */

static bool is_code(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] >= '0' && s.p[i] <= '9')))
            return false;
    return s.n == COMPLAINT_CODE;
}

enum err complaints_mine(struct req *r)
{
    struct rows rs;
    int64_t number;
    struct str typed = str_trim(req_query(r, "number")), code = str_trim(req_query(r, "code"));
    if (typed.n && typed.p[0] == '#')
        typed = str_slice(typed, 1, typed.n);
    if (typed.n && str_to_i64(typed, &number) == OK && is_code(code)) {
        reply_redirect(r, arena_printf(r->arena, "/complaints/%lld?code=%.*s", (long long)number,
                                       STR_ARG(code)));
        return OK;
    }
    view_put_bool(r->view, "is_unknown", typed.n || code.n);
    struct view *list = view_put_list(r->view, "complaints");
    if (!r->who.user_id)
        return OK;
    enum err e = db_select(r->db, &q_house_complaints_mine,
                           ARGS(V_INT(r->who.user_id), V_INT(MINE_MAX)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        complaint_put(r, view_add_object(list), &rs, i);
    return e;
}

static bool is_own(const struct req *r, const struct rows *rs)
{
    return r->who.user_id && row_int(rs, 0, "user_id") == r->who.user_id;
}

/* Whose it is, or who has its code; to anybody else it is not there. */
static enum err load_own(struct req *r, struct rows *rs, struct str code)
{
    enum err e = complaint_load(r, rs);
    if (e)
        return e;
    if (is_own(r, rs))
        return OK;
    struct str right = complaint_code(r->arena, row_int(rs, 0, "id"), row_int(rs, 0, "made_at"));
    return right.n && code.n == right.n && enc_equal(code.p, right.p, code.n) ? OK : ERR_NOT_FOUND;
}

static enum err put_own(struct req *r, const struct rows *rs, struct str code)
{
    struct view *v = view_put_object(r->view, "complaint"), *may = view_put_object(v, "may");
    struct str status = row_str(rs, 0, "status");
    view_put_bool(may, "close",
                  transition_may(&complaint_transitions, status, "close", COMPLAINT_BY));
    view_put_bool(may, "again",
                  transition_may(&complaint_transitions, status, "again", COMPLAINT_BY) &&
                      row_int(rs, 0, "again_n") == 0);
    view_put_str(r->view, "code", code);
    view_put_bool(r->view, "is_guest", row_null(rs, 0, "user_id"));
    return complaint_put_whole(r, v, rs, false);
}

enum err complaint_page(struct req *r)
{
    struct rows rs;
    struct str code = req_query(r, "code");
    enum err e = load_own(r, &rs, code);
    return e ? e : put_own(r, &rs, code);
}

struct deed {
    struct command cmd;
    struct complaint_deed what;
    struct str code;
};

static enum err run_deed(struct command *cmd, struct tx *tx)
{
    return complaint_do(tx, &((struct deed *)cmd)->what);
}

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    struct deed *d = (struct deed *)cmd;
    struct rows rs;
    struct err_info info = r->info;
    long long id = d->what.complaint;
    if (!result)
        reply_redirect(r, d->code.n ? arena_printf(r->arena, "/complaints/%lld?code=%.*s", id,
                                                   STR_ARG(d->code))
                                    : arena_printf(r->arena, "/complaints/%lld", id));
    if (!result || r->json)
        return result;
    reply_page(r, "house/complaint.html");
    enum err e = load_own(r, &rs, d->code);
    if (!e)
        e = put_own(r, &rs, d->code);
    r->info = info;
    return e ? e : result;
}

enum err complaint_post(struct req *r)
{
    struct rows rs;
    struct deed *d = ARENA_NEW(r->arena, struct deed);
    struct str code = req_field(r, "code");
    enum err e = d ? load_own(r, &rs, code) : ERR_NOMEM;
    if (e)
        return e;
    bool again = str_eq_z(req_field(r, "do"), "again");
    if (!again && !str_eq_z(req_field(r, "do"), "close"))
        return req_refuse(r, ERR_INVALID, "do", "shows.deed_unknown");
    *d = (struct deed){.cmd = {.name = "house.complaint", .run = run_deed},
                       .what = {.complaint = row_int(&rs, 0, "id"),
                                .event = again ? "again" : "close",
                                .as = COMPLAINT_BY},
                       .code = is_own(r, &rs) ? STR_NONE : code};
    if (again)
        e = complaint_words(r, "words", COMPLAINT_WORDS_MIN, COMPLAINT_WORDS_MAX, &d->what.words);
    return e ? done(r, &d->cmd, e) : web_write(r, &d->cmd, done);
}
