/*
 * /settle/rules: the rules of sharing. The base sees all, enters and corrects them, and keeps the
 * providers' caps; makers, hosts and agencies see those that may count for them, with what is to
 * come.
 */
#include <string.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/hand.h"
#include "town/settle/page.h"
#include "town/yuan.h"

enum { CHOICES_MAX = 1000, RULES_MAX = 2000, SCOPE_MAX = 12, PERCENT_TEXT_MAX = 8 };

/* --- what is put --- */

static struct str in_language(const struct req *r, const struct rows *rs, size_t i, const char *zh,
                              const char *en)
{
    return row_str(rs, i, r->lang == LANG_ZH ? zh : en);
}

static void put_percent(struct req *r, struct view *v, const char *name, int64_t bp)
{
    struct view *o = view_put_object(v, name);
    view_put_int(o, "bp", bp);
    view_put_str(o, "text", statements_percent(r->arena, bp));
}

static void put_rule(struct req *r, struct view *list, const struct rows *rs, size_t i,
                     const char *state)
{
    char day[DAY_TEXT];
    struct view *v = view_add_object(list);
    day_text(day_of(row_int(rs, i, "valid_from")), day);
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_int(v, "version", row_int(rs, i, "version"));
    view_put_z(v, "day", day);
    view_put_z(v, "state", state);
    view_put_str(v, "state_name", req_text(r, "settle.rule_", str_of(state)));
    view_page_only(v, "state_name");
    view_put_bool(v, "is_ended", row_int(rs, i, "is_ended"));
    put_percent(r, v, "host", row_int(rs, i, "host_bp"));
    put_percent(r, v, "agency", row_int(rs, i, "agency_bp"));
    put_percent(r, v, "base", row_int(rs, i, "base_bp"));
    view_put_str(v, "note", row_str(rs, i, "note"));
    view_put_time(v, "made_at", row_int(rs, i, "made_at"));
    if (row_int(rs, i, "corrects"))
        view_put_int(v, "corrects", row_int(rs, i, "corrects"));
}

/* Rows of one scope stand together, the newest first: the first that has begun counts. */
static const char *state_of(const struct rows *rs, size_t i, int64_t now_ms, bool *has_now)
{
    if (row_int(rs, i, "is_corrected"))
        return "corrected";
    if (row_int(rs, i, "valid_from") > now_ms)
        return "coming";
    if (*has_now)
        return "past";
    *has_now = true;
    return row_int(rs, i, "is_ended") ? "ended" : "now";
}

static bool is_same(const struct rows *rs, size_t a, size_t b)
{
    return str_eq(row_str(rs, a, "scope"), row_str(rs, b, "scope")) &&
           row_int(rs, a, "factory_id") == row_int(rs, b, "factory_id") &&
           row_int(rs, a, "kind_id") == row_int(rs, b, "kind_id") &&
           row_int(rs, a, "who_id") == row_int(rs, b, "who_id");
}

static struct view *begin_scope(struct req *r, struct view *list, const struct rows *rs, size_t i)
{
    struct view *v = view_add_object(list);
    struct str scope = row_str(rs, i, "scope"),
               factory = in_language(r, rs, i, "factory_zh", "factory_en"),
               kind = in_language(r, rs, i, "kind_zh", "kind_en"),
               who = in_language(r, rs, i, "who_zh", "who_en");
    view_put_str(v, "scope", scope);
    view_put_str(v, "scope_name", req_text(r, "settle.scope_", scope));
    view_page_only(v, "scope_name");
    view_put_str(v, "of", factory.n ? factory : who);
    if (kind.n)
        view_put_str(v, "kind", kind);
    return view_put_list(v, "rules");
}

static enum err put_rules(struct req *r)
{
    struct rows rs, agencies;
    int64_t now_ms = clock_wall_ms();
    bool has_now = false, base = hand_is_base(r), seller;
    int64_t factory = r->who.roles & ROLE_FACTORY ? r->who.organisation_id : 0;
    struct view *scopes = view_put_list(r->view, "scopes"), *list = NULL;
    enum err e =
        db_select(r->db, &q_settle_agencies_of, ARGS(V_INT(r->who.user_id)), r->arena, &agencies);
    seller = !e && (agencies.n || r->who.roles & ROLE_HOST);
    if (!e && !base && !factory && !seller)
        return ERR_FORBIDDEN; /* nobody shares with a buyer */
    if (!e)
        e = db_select(r->db, &q_settle_rules,
                      ARGS(V_INT(base), V_INT(seller), V_INT(factory), V_INT(r->who.user_id),
                           V_INT(now_ms), V_INT(RULES_MAX)),
                      r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        if (i == 0 || !is_same(&rs, i, i - 1)) {
            list = begin_scope(r, scopes, &rs, i);
            has_now = false;
        }
        put_rule(r, list, &rs, i, state_of(&rs, i, now_ms, &has_now));
    }
    view_put_int(r->view, "notice_days", SETTLE_NOTICE_DAYS);
    return e;
}

/* --- for the base's forms --- */

static enum err put_choices(struct req *r)
{
    struct rows rs;
    struct view *lists[] = {view_put_list(r->view, "factories"), view_put_list(r->view, "kinds"),
                            view_put_list(r->view, "hosts"), view_put_list(r->view, "agencies")};
    static const char *const names[] = {"factories", "kinds", "hosts", "agencies"};
    enum err e = db_select(r->db, &q_settle_choices, ARGS(V_INT(ROLE_HOST), V_INT(CHOICES_MAX)),
                           r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(lists[row_int(&rs, i, "list")]);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "name", in_language(r, &rs, i, "name_zh", "name_en"));
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        view_page_only(r->view, names[i]);
    return e;
}

static enum err put_caps(struct req *r)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "caps");
    enum err e = db_select(r->db, &q_settle_caps, NO_ARGS, r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_str(v, "provider", row_str(&rs, i, "provider"));
        view_put_str(v, "provider_name", req_text(r, "pay.provider_", row_str(&rs, i, "provider")));
        view_page_only(v, "provider_name");
        put_percent(r, v, "most", row_int(&rs, i, "most_bp"));
        if (row_int(&rs, i, "made_at"))
            view_put_time(v, "since", row_int(&rs, i, "made_at"));
    }
    return e;
}

enum err rules_get(struct req *r)
{
    char day[DAY_TEXT];
    enum err e = put_rules(r);
    view_put_bool(r->view, "may_enter", hand_is_base(r));
    if (e || !hand_is_base(r))
        return e;
    day_text(day_of(clock_wall_ms()) + SETTLE_NOTICE_DAYS, day);
    view_put_z(r->view, "first_day", day);
    e = put_caps(r);
    return e ? e : put_choices(r);
}

/* --- entering --- */

struct entering {
    struct command cmd;
    struct settle_rule rule;
    struct str provider;
    int64_t most_bp, user, id;
};

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    const struct entering *w = (struct entering *)cmd;
    if (!result) {
        reply_flash(r, "settle.rule_kept");
        view_put_int(r->view, "id", w->id);
        reply_redirect(r, "/settle/rules");
        return OK;
    }
    if (!r->json) { /* the page again, with why */
        struct err_info info = r->info;
        reply_page(r, "settle/rules.html");
        enum err e = rules_get(r);
        if (e)
            return e;
        r->info = info;
    }
    return result;
}

static enum err begin(struct req *r, struct entering **out, const char *name,
                      enum err (*run)(struct command *, struct tx *))
{
    struct entering *w = *out = ARENA_NEW(r->arena, struct entering);
    if (!w)
        return ERR_NOMEM;
    w->cmd = (struct command){.name = name, .run = run};
    w->user = r->who.user_id;
    return OK;
}

enum err settle_read_percent(struct req *r, const char *field, int64_t *bp)
{
    struct str text = str_trim(req_field(r, field));
    *bp = 0;
    if (str_ends(text, "%"))
        text = str_trim(str_slice(text, 0, text.n - 1));
    if (text.n && (text.n > PERCENT_TEXT_MAX || yuan_read(text, bp) != OK))
        return req_refuse(r, ERR_INVALID, "ratio", "settle.ratio_bad");
    return OK;
}

static enum err read_id(struct req *r, const char *field, int64_t *id)
{
    *id = 0;
    return req_field(r, field).n ? req_field_int(r, field, 0, INT64_MAX, id) : OK;
}

static enum err read_ratios(struct req *r, struct settle_rule *rule)
{
    struct str day = str_trim(req_field(r, "day"));
    rule->is_ended = str_eq_z(req_field(r, "is_ended"), "1");
    if (day_read(day, &rule->day) != OK)
        return req_refuse(r, ERR_INVALID, "day", "settle.day_bad");
    enum err e = settle_read_percent(r, "host_percent", &rule->host_bp);
    if (!e)
        e = settle_read_percent(r, "agency_percent", &rule->agency_bp);
    if (!e)
        e = settle_read_percent(r, "base_percent", &rule->base_bp);
    return e ? e : req_field_text(r, "note", 0, SETTLE_NOTE_MAX, &rule->note);
}

/* Which of the lists counts, the scope says. */
static enum err read_scope(struct req *r, struct settle_rule *rule)
{
    struct str scope = req_field(r, "scope");
    rule->scope = scope.n <= SCOPE_MAX ? arena_strndup(r->arena, scope.p, scope.n) : "";
    if (!rule->scope)
        return ERR_NOMEM;
    enum err e = read_id(r, "factory", &rule->factory_id);
    if (!e)
        e = read_id(r, "kind", &rule->kind_id);
    if (!e)
        e = read_id(r, strcmp(rule->scope, "agency") == 0 ? "agency" : "host", &rule->who_id);
    return e ? e : read_id(r, "corrects", &rule->corrects_id);
}

static enum err rule_run(struct command *cmd, struct tx *tx)
{
    struct entering *w = (struct entering *)cmd;
    return settle_rule_add(tx, &w->rule, w->user, &w->id);
}

enum err rules_post(struct req *r)
{
    struct entering *w;
    enum err e = begin(r, &w, "settle.rule", rule_run);
    if (e)
        return e;
    e = read_scope(r, &w->rule);
    if (!e)
        e = read_ratios(r, &w->rule);
    return e ? done(r, &w->cmd, e) : web_write(r, &w->cmd, done);
}

static enum err cap_run(struct command *cmd, struct tx *tx)
{
    struct entering *w = (struct entering *)cmd;
    return settle_cap_set(tx, w->provider, w->most_bp, w->user);
}

enum err caps_post(struct req *r)
{
    struct entering *w;
    enum err e = begin(r, &w, "settle.cap", cap_run);
    if (e)
        return e;
    e = req_field_text(r, "provider", 1, 20, &w->provider);
    if (!e && str_trim(req_field(r, "most")).n == 0)
        e = req_refuse(r, ERR_INVALID, "most", "settle.ratio_bad");
    if (!e)
        e = settle_read_percent(r, "most", &w->most_bp);
    return e ? done(r, &w->cmd, e) : web_write(r, &w->cmd, done);
}
