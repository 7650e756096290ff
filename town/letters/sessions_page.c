/* Sessions: their rules since when, their classes of result and how many got which. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/internal.h"

enum { SLUG_MAX = 40, CODE_MAX = 4, RULES_SHOWN = 50, EN_MAX = 120 };

/* Sessions are the desk's, and the administrator's. */
static enum err who_may(struct req *r, int64_t *desk)
{
    struct letters_who who;
    enum err e = letters_who(r, &who);
    *desk = who.desk;
    return e ? e : who.is_desk || r->who.roles & ROLE_ADMIN ? OK : ERR_FORBIDDEN;
}

static enum err put_list(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_letters_sessions, ARGS(V_INT(LETTERS_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "sessions");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "name", case_text(r, &rs, i, "name_zh", "name_en"));
        view_put_str(v, "kind", req_text(r, "letters.kind_", row_str(&rs, i, "kind")));
        case_put_day(v, "opened", &rs, i, "opened_day");
        view_put_int(v, "suggestions", row_int(&rs, i, "suggestions"));
    }
    return e;
}

enum err sessions_page(struct req *r)
{
    int64_t desk;
    enum err e = who_may(r, &desk);
    return e ? e : put_list(r);
}

static enum err put_rules(struct req *r, int64_t session)
{
    struct rows rs;
    enum err e =
        db_select(r->db, &q_letters_rules, ARGS(V_INT(session), V_INT(RULES_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "rules");
    static const char *const numbers[] = {"reply_months", "most_months",  "co_months",
                                          "decline_days", "again_months", "again_most",
                                          "form_workdays"};
    int64_t today = day_of(clock_wall_ms());
    bool found = false;
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        bool holds = !found && row_int(&rs, i, "from_day") <= today;
        found |= holds;
        case_put_day(v, "from", &rs, i, "from_day");
        for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++)
            view_put_int(v, numbers[k], row_int(&rs, i, numbers[k]));
        view_put_str(v, "decline_unit", row_str(&rs, i, "decline_unit"));
        view_put_str(v, "source", row_str(&rs, i, "source"));
        view_put_bool(v, "is_current", holds);
        view_put_bool(v, "is_coming", row_int(&rs, i, "from_day") > today);
    }
    return e;
}

static enum err put_classes(struct req *r, int64_t session)
{
    struct rows rs;
    int64_t all = 0;
    enum err e = db_select(r->db, &q_letters_classes, ARGS(V_INT(session)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "classes");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "code", row_str(&rs, i, "code"));
        view_put_str(v, "name", case_text(r, &rs, i, "name_zh", "name_en"));
        view_put_bool(v, "wants_promise", row_int(&rs, i, "wants_promise"));
        view_put_int(v, "n", row_int(&rs, i, "n"));
        all += row_int(&rs, i, "n");
    }
    view_put_int(r->view, "classed", all);
    return e;
}

/* states [{state, name, n}], in their order: they add up to `all`. */
static enum err put_states(struct req *r, int64_t session)
{
    struct rows rs;
    int64_t all = 0;
    enum err e =
        db_select(r->db, &q_letters_states_of_session, ARGS(V_INT(session)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "states");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_str(v, "state", row_str(&rs, i, "state"));
        view_put_str(v, "name", req_text(r, "letters.state_", row_str(&rs, i, "state")));
        view_put_int(v, "n", row_int(&rs, i, "n"));
        all += row_int(&rs, i, "n");
    }
    view_put_int(r->view, "all", all);
    return e;
}

static enum err put_session(struct req *r, int64_t id)
{
    struct rows rs;
    int64_t desk;
    char today[DAY_TEXT];
    enum err e = who_may(r, &desk);
    if (!e)
        e = db_one(r->db, &q_letters_session, ARGS(V_INT(id)), r->arena, &rs);
    if (e)
        return e;
    view_put_bool(r->view, "is_desk", desk != 0);
    view_put_int(r->view, "id", id);
    view_put_str(r->view, "name", case_text(r, &rs, 0, "name_zh", "name_en"));
    view_put_str(r->view, "kind", req_text(r, "letters.kind_", row_str(&rs, 0, "kind")));
    if (day_text(day_of(clock_wall_ms()), today))
        view_put_z(r->view, "today", today);
    view_page_only(r->view, "today");
    e = put_rules(r, id);
    if (!e)
        e = put_classes(r, id);
    if (!e)
        e = put_states(r, id);
    return e ? e : stats_put(r, id);
}

enum err session_page(struct req *r)
{
    int64_t id;
    enum err e = case_read_id(r, "id", &id);
    return e ? e : put_session(r, id);
}

struct act {
    struct command cmd;
    int64_t session;
    struct letters_session fresh;
    struct letters_rule rule;
    struct str code, name_zh, name_en;
    bool wants_promise;
};

static enum err run_session(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    return letters_session_add(tx, &a->fresh, &a->session);
}

static enum err run_rule(struct command *cmd, struct tx *tx)
{
    return letters_rule_add(tx, &((struct act *)cmd)->rule);
}

static enum err run_class(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    return letters_class_add(tx, a->session, a->code, a->name_zh, a->name_en, a->wants_promise);
}

static enum err put_again(struct req *r, int64_t id)
{
    return id ? put_session(r, id) : put_list(r);
}

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    int64_t id = ((struct act *)cmd)->session;
    view_put_int(r->view, "id", id);
    return letters_done(r, result, arena_printf(r->arena, "/letters/sessions/%lld", (long long)id),
                        id ? "letters/session.html" : "letters/sessions.html", put_again, id);
}

static enum err read_names(struct req *r, struct str *zh, struct str *en)
{
    enum err e = req_field_text(r, "name_zh", 1, LETTERS_NAME_MAX, zh);
    return e ? e : req_field_text(r, "name_en", 1, EN_MAX, en);
}

enum err sessions_post(struct req *r)
{
    int64_t desk;
    struct act *a = ARENA_NEW(r->arena, struct act);
    if (!a)
        return ERR_NOMEM;
    *a = (struct act){.cmd = {.name = "letters.session", .run = run_session}};
    enum err e = who_may(r, &desk);
    if (e)
        return e;
    a->fresh.by = r->who.user_id;
    a->fresh.is_consultation = str_eq_z(req_field(r, "kind"), "consultation");
    e = req_field_text(r, "slug", 1, SLUG_MAX, &a->fresh.slug);
    if (!e)
        e = read_names(r, &a->fresh.name_zh, &a->fresh.name_en);
    if (!e)
        e = case_read_day(r, "opened", &a->fresh.opened_day);
    return e ? done(r, &a->cmd, e) : web_write(r, &a->cmd, done);
}

static enum err read_rule(struct req *r, struct letters_rule *rule)
{
    const struct {
        const char *field;
        int64_t *value;
    } all[] = {{"reply_months", &rule->reply_months},  {"most_months", &rule->most_months},
               {"co_months", &rule->co_months},        {"decline_days", &rule->decline_days},
               {"again_months", &rule->again_months},  {"again_most", &rule->again_most},
               {"form_workdays", &rule->form_workdays}};
    enum err e = case_read_day(r, "from", &rule->from_day);
    for (size_t i = 0; !e && i < sizeof(all) / sizeof(all[0]); i++)
        e = req_field_int(r, all[i].field, 0, 999, all[i].value);
    rule->decline_workdays = !str_eq_z(req_field(r, "decline_unit"), "day");
    return e ? e : req_field_text(r, "source", 1, LETTERS_SOURCE_MAX, &rule->source);
}

/* do: rule, class */
enum err session_post(struct req *r)
{
    int64_t desk;
    struct rows rs;
    struct act *a = ARENA_NEW(r->arena, struct act);
    if (!a)
        return ERR_NOMEM;
    *a = (struct act){.cmd = {.name = "letters.rule", .run = run_rule}};
    enum err e = who_may(r, &desk);
    if (!e)
        e = case_read_id(r, "id", &a->session);
    if (!e)
        e = db_one(r->db, &q_letters_session, ARGS(V_INT(a->session)), r->arena, &rs);
    if (e)
        return e;
    if (str_eq_z(req_field(r, "do"), "class")) {
        a->cmd = (struct command){.name = "letters.class", .run = run_class};
        e = req_field_text(r, "code", 1, CODE_MAX, &a->code);
        if (!e)
            e = read_names(r, &a->name_zh, &a->name_en);
        a->wants_promise = str_eq_z(req_field(r, "wants_promise"), "yes");
    } else {
        a->rule.session = a->session;
        a->rule.by = r->who.user_id;
        e = read_rule(r, &a->rule);
    }
    return e ? done(r, &a->cmd, e) : web_write(r, &a->cmd, done);
}
