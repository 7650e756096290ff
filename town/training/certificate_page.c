/*
 *   GET  /verify/certificates?number=         a form; → the number's page
 *   GET  /verify/certificates/{number}        certificate (certificate.h) with name (masked); for
 * anybody, rate limited GET  /training/record                     certificates of one's own, rules
 * in force, may_air GET  /training/certificates?number=       the base: certificates with
 * user_name, name (masked) GET  /training/certificates/{id}/paper    a PDF: its owner's and the
 * base's POST /training/certificates/{id}/revoke   reason
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/paper.h"
#include "town/training/certificate.h"
#include "web/limit.h"

enum { VERIFY_SLOTS = 4096, VERIFY_BURST = 20, VERIFY_EVERY_MS = 3000, FACTS = 8 };

static struct limit *asking; /* of an address */

enum err training_start(void)
{
    asking = limit_new(VERIFY_SLOTS, VERIFY_BURST, VERIFY_EVERY_MS);
    return asking ? OK : ERR_NOMEM;
}

void training_stop(void)
{
    limit_free(asking);
    asking = NULL;
}

static enum err put_name(struct req *r, struct view *v, const struct rows *rs, size_t row)
{
    struct str name;
    enum err e = certificate_name(rs, row, r->arena, &name);
    if (!e)
        view_put_str(v, "name", training_masked(r->arena, name));
    return e;
}

/* --- for anybody --- */

enum err verify_page_form(struct req *r)
{
    struct str typed = str_trim(req_query(r, "number"));
    char number[NUMBER_TEXT];
    if (!typed.n)
        return OK;
    view_put_str(r->view, "typed", str_head(typed, 64));
    if (!number_read(typed, number)) {
        view_put_bool(r->view, "is_none", true);
        return OK;
    }
    reply_redirect(r, arena_printf(r->arena, "/verify/certificates/%s", number));
    return OK;
}

/* What cannot be a number is not looked up, and gets the same answer as one that is none. */
static enum err find(struct req *r, struct rows *rs)
{
    char number[NUMBER_TEXT], address[ADDR_TEXT_MAX];
    addr_format_ip(&r->peer, address);
    if (asking && !limit_take(asking, str_of(address), NULL))
        return ERR_LIMIT;
    if (!number_read(req_param(r, "number"), number))
        return ERR_NOT_FOUND;
    return db_one(r->db, &q_training_certificate_by_number, ARGS(V_Z(number)), r->arena, rs);
}

enum err verify_page(struct req *r)
{
    struct rows rs;
    reply_page(r, "training/verify.html");
    enum err e = find(r, &rs);
    if (e == ERR_NOT_FOUND) {
        view_put_str(r->view, "typed", str_head(req_param(r, "number"), 64));
        view_put_bool(r->view, "is_none", true);
        return req_refuse(r, e, "number", "training.no_certificate");
    }
    if (e)
        return e;
    struct view *v = view_put_object(r->view, "certificate");
    certificate_put(r, v, &rs, 0);
    return put_name(r, v, &rs, 0);
}

/* --- one's own --- */

static void put_rule(struct req *r, struct view *v, const struct rows *rs, size_t row)
{
    int64_t day = row_int(rs, row, "day");
    bool is_over = !row_null(rs, row, "ended_at");
    view_put_int(v, "id", row_int(rs, row, "id"));
    view_put_str(v, "occupation", row_str(rs, row, "occupation"));
    view_put_str(v, "occupation_name",
                 req_text(r, "training.occupation_", row_str(rs, row, "occupation")));
    view_put_time(v, "from_at", day_begin_ms(day));
    view_put_str(v, "note", row_str(rs, row, "note"));
    view_put_bool(v, "is_over", is_over);
    view_put_bool(v, "is_in_force", !is_over && day <= day_of(clock_wall_ms()));
}

enum err training_put_rules(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_training_rules, ARGS(V_INT(TRAINING_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "rules");
    for (size_t i = 0; !e && i < rs.n; i++)
        put_rule(r, view_add_object(list), &rs, i);
    return e;
}

enum err training_put_certificates(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_training_certificates_of,
                           ARGS(V_INT(r->who.user_id), V_INT(TRAINING_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "certificates");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        certificate_put(r, v, &rs, i);
        if (!row_null(&rs, i, "revoke_reason"))
            view_put_str(v, "revoke_reason", row_str(&rs, i, "revoke_reason"));
    }
    return e;
}

enum err training_page_record(struct req *r)
{
    bool may;
    enum err e = training_gate(r->db, r->arena, r->who.user_id, clock_wall_ms(), &may);
    if (!e)
        e = training_put_certificates(r);
    view_put_bool(r->view, "may_air", !e && may);
    return e ? e : training_put_rules(r);
}

/* --- the paper --- */

static struct str date(struct req *r, int64_t ms)
{
    return i18n_time(r->lang, ms, "date", r->arena);
}

static struct str word(struct req *r, const char *key)
{
    return req_text(r, "training.", str_of(key));
}

static enum err draw(struct req *r, const struct rows *rs)
{
    struct paper p;
    struct str name;
    char print[CERTIFICATE_FINGERPRINT];
    enum err e = certificate_name(rs, 0, r->arena, &name);
    if (!e)
        e = certificate_fingerprint(rs, 0, r->arena, print);
    if (e)
        return e;
    const char *level = arena_printf(r->arena, "%lld", (long long)row_int(rs, 0, "level"));
    const char *hours = arena_printf(r->arena, "%lld", (long long)row_int(rs, 0, "hours"));
    const char *url = arena_printf(r->arena, "%.*s/verify/certificates/%.*s",
                                   STR_ARG(req_public_url(r)), STR_ARG(row_str(rs, 0, "number")));
    const char *occupation =
        arena_printf(r->arena, "%.*s %.*s", STR_ARG(row_str(rs, 0, "occupation")),
                     STR_ARG(req_text(r, "training.occupation_", row_str(rs, 0, "occupation"))));
    if (!level || !hours || !url || !occupation)
        return ERR_NOMEM;
    const struct paper_fact facts[FACTS] = {
        {word(r, "number"), row_str(rs, 0, "number")},
        {word(r, "course"), training_text(r, rs, 0, "title_zh", "title_en")},
        {word(r, "occupation"), str_of(occupation)},
        {word(r, "trade"), req_text(r, "training.trade_", row_str(rs, 0, "trade"))},
        {word(r, "level"), req_text(r, "training.level_", str_of(level))},
        {word(r, "hours"), str_of(hours)},
        {word(r, "issued"), date(r, row_int(rs, 0, "issued_at"))},
        {word(r, "valid_until"), date(r, row_int(rs, 0, "valid_until"))}};
    paper_init(&p);
    paper_sheet(&p, &(struct paper_head){.title = word(r, "certificate_title"),
                                         .below = req_site_name(r),
                                         .code = str_of(url),
                                         .foot = paper_foot(r),
                                         .is_certificate = true});
    paper_heading(&p, name);
    paper_note(&p, word(r, "certificate_says"));
    paper_facts(&p, facts, FACTS);
    paper_heading(&p, word(r, "fingerprint"));
    paper_note(&p, str_of(print));
    paper_note(&p, word(r, "scan_to_verify"));
    return paper_reply(r, &p, "certificate.pdf");
}

enum err training_certificate_paper(struct req *r)
{
    struct rows rs;
    int64_t id;
    enum err e = training_id(r, "id", &id);
    if (!e)
        e = db_one(r->db, &q_training_certificate, ARGS(V_INT(id)), r->arena, &rs);
    if (!e && row_int(&rs, 0, "user_id") != r->who.user_id && !training_is_base(r))
        e = ERR_NOT_FOUND;
    if (!e && !row_null(&rs, 0, "revoked_at"))
        return req_refuse(r, ERR_CONFLICT, "certificate", "training.is_revoked");
    return e ? e : draw(r, &rs);
}

/* --- the base's --- */

enum err training_page_certificates(struct req *r)
{
    struct rows rs;
    char number[NUMBER_TEXT] = "";
    struct str typed = str_trim(req_query(r, "number"));
    view_put_str(r->view, "typed", str_head(typed, 64));
    if (typed.n && !number_read(typed, number))
        number[0] = '-'; /* none has it */
    enum err e = db_select(r->db, &q_training_certificates,
                           ARGS(V_Z(number), V_INT(TRAINING_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "certificates");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        certificate_put(r, v, &rs, i);
        view_put_str(v, "user_name", row_str(&rs, i, "user_name"));
        if (!row_null(&rs, i, "revoke_reason"))
            view_put_str(v, "revoke_reason", row_str(&rs, i, "revoke_reason"));
        e = put_name(r, v, &rs, i);
    }
    return e;
}

struct ruling {
    struct command cmd;
    int64_t id, actor, day;
    struct str occupation, note;
    enum { RULE_ADD, RULE_END, REVOKE } act;
};

static enum err run_ruling(struct command *cmd, struct tx *tx)
{
    struct ruling *u = (struct ruling *)cmd;
    int64_t changed = 1;
    enum err e;
    switch (u->act) {
    case RULE_ADD: return training_rule_add(tx, u->occupation, u->day, u->note, u->actor, &u->id);
    case REVOKE: return certificate_revoke(tx, u->id, u->actor, u->note);
    case RULE_END:
        e = db_exec(tx->db, &q_training_rule_end,
                    ARGS(V_INT(u->actor), V_INT(tx->now_ms), V_INT(u->id)), &changed);
        return !e && !changed ? ERR_NOT_FOUND : e;
    }
    return ERR_INTERNAL;
}

static enum err ruled(struct req *r, struct command *cmd, enum err result)
{
    const struct ruling *u = (const struct ruling *)cmd;
    if (result)
        return result;
    view_put_int(r->view, "id", u->id);
    reply_redirect(r, u->act == REVOKE ? "/training/certificates" : "/training/rules");
    return OK;
}

static struct ruling *rule(struct req *r)
{
    struct ruling *u = ARENA_NEW(r->arena, struct ruling);
    if (u)
        *u = (struct ruling){.cmd = {.name = "training.rule", .run = run_ruling},
                             .actor = r->who.user_id};
    return u;
}

enum err training_do_revoke(struct req *r)
{
    struct rows rs;
    struct ruling *u = rule(r);
    enum err e = u ? training_id(r, "id", &u->id) : ERR_NOMEM;
    if (!e)
        e = db_one(r->db, &q_training_certificate, ARGS(V_INT(u->id)), r->arena, &rs);
    if (!e)
        e = req_field_text(r, "reason", 2, TRAINING_NOTE_MAX, &u->note);
    if (e)
        return e;
    u->act = REVOKE;
    return web_write(r, &u->cmd, ruled);
}

enum err training_page_rules(struct req *r)
{
    struct rows rs;
    enum err e = training_put_rules(r);
    if (!e)
        e = db_select(r->db, &q_training_hosts, ARGS(V_INT(TRAINING_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "hosts");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        bool may;
        e = training_gate(r->db, r->arena, row_int(&rs, i, "id"), clock_wall_ms(), &may);
        view_put_str(v, "name", row_str(&rs, i, "name"));
        view_put_bool(v, "may_air", !e && may);
        if (!row_null(&rs, i, "valid_until"))
            view_put_time(v, "valid_until", row_int(&rs, i, "valid_until"));
    }
    return e ? e : training_put_form(r);
}

enum err training_do_rule(struct req *r)
{
    struct ruling *u = rule(r);
    if (!u)
        return ERR_NOMEM;
    u->occupation = req_field(r, "occupation");
    enum err e = req_field_text(r, "note", 0, TRAINING_NOTE_MAX, &u->note);
    if (e)
        return e;
    if (day_read(str_trim(req_field(r, "day")), &u->day))
        return req_refuse(r, ERR_INVALID, "day", NULL);
    u->act = RULE_ADD;
    return web_write(r, &u->cmd, ruled);
}

enum err training_do_rule_end(struct req *r)
{
    struct ruling *u = rule(r);
    enum err e = u ? training_id(r, "id", &u->id) : ERR_NOMEM;
    if (e)
        return e;
    u->act = RULE_END;
    return web_write(r, &u->cmd, ruled);
}
