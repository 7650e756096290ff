/* What a case's page shows, as far as the visitor may see it. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/issue.h"

#include <string.h>

enum { STORY_MAX = 200 };

/* Was it answered before the town kept it (intake.h)? Nothing of its way, its letter and its clocks
 * is known. */
static bool is_history(const struct letter_case *c)
{
    return row_null(&c->row, 0, "reply_day") &&
           (str_eq_z(row_str(&c->row, 0, "state"), "closed") ||
            str_eq_z(row_str(&c->row, 0, "state"), "followed"));
}

/* `files` of the suggestion (handler 0), or of a co-handler's opinion. rows as letters.files. */
static void put_files(struct view *v, const struct rows *rs, int64_t handler)
{
    struct view *list = view_put_list(v, "files");
    for (size_t i = 0; i < rs->n; i++) {
        if (row_int(rs, i, "handler_id") != handler)
            continue;
        struct view *f = view_add_object(list);
        view_put_int(f, "id", row_int(rs, i, "id"));
        view_put_str(f, "name", row_str(rs, i, "name"));
        view_put_time(f, "added_at", row_int(rs, i, "added_at"));
    }
}

static void put_handler(struct req *r, struct view *v, const struct rows *rs, size_t i,
                        const struct rows *files, const struct letter_case *c)
{
    struct str state = row_str(rs, i, "state");
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_int(v, "body", row_int(rs, i, "organisation_id"));
    view_put_str(v, "name", case_text(r, rs, i, "name_zh", "name_en"));
    view_put_bool(v, "is_lead", row_int(rs, i, "is_lead"));
    view_put_bool(v, "is_gone", !row_null(rs, i, "gone_at"));
    view_put_bool(v, "is_own", row_int(rs, i, "id") == c->handler);
    view_put_str(v, "state", state);
    view_put_str(v, "state_name", req_text(r, "letters.handler_", state));
    case_put_day(v, "due", rs, i, "due_day");
    view_put_bool(v, "is_late",
                  str_eq_z(state, "asked") && !row_null(rs, i, "due_day") &&
                      row_int(rs, i, "due_day") < day_of(clock_wall_ms()));
    view_put_bool(v, "is_countersigned", !row_null(rs, i, "countersigned_at"));
    if (!(c->as & LETTERS_INSIDE))
        return;
    view_put_str(v, "opinion", row_str(rs, i, "opinion"));
    put_files(v, files, row_int(rs, i, "id"));
    view_put_str(v, "note", row_str(rs, i, "note"));
    if (!row_null(rs, i, "answered_by")) {
        view_put_str(v, "by", row_str(rs, i, "answered_by"));
        view_put_time(v, "at", row_int(rs, i, "answered_at"));
    }
    if (!row_null(rs, i, "countersigned_by"))
        view_put_str(v, "countersigned_by", row_str(rs, i, "countersigned_by"));
}

/* Has one of the rows this id? */
static bool has_id(const struct rows *rs, size_t n, const char *column, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (row_int(rs, i, column) == id)
            return true;
    return false;
}

/* `former` [{round, name, files}]: papers of opinions of a round that is over, or of a body that
 * another took the place of. */
static void put_former(struct req *r, const struct rows *handlers, const struct rows *files)
{
    struct view *list = view_put_list(r->view, "former");
    for (size_t i = 0; i < files->n; i++) {
        int64_t handler = row_int(files, i, "handler_id");
        if (!handler || has_id(handlers, handlers->n, "id", handler) ||
            has_id(files, i, "handler_id", handler))
            continue;
        struct view *v = view_add_object(list);
        view_put_int(v, "round", row_int(files, i, "round"));
        view_put_str(v, "name", case_text(r, files, i, "name_zh", "name_en"));
        put_files(v, files, handler);
    }
}

/* `handlers`, `files` of the suggestion, and `former`. */
static enum err put_handlers(struct req *r, const struct letter_case *c)
{
    struct rows rs, files;
    enum err e = db_select(r->db, &q_letters_files, ARGS(V_INT(c->id)), r->arena, &files);
    if (!e)
        e = db_select(r->db, &q_letters_handlers,
                      ARGS(V_INT(c->id), V_INT(row_int(&c->row, 0, "round"))), r->arena, &rs);
    struct view *list = view_put_list(r->view, "handlers");
    for (size_t i = 0; !e && i < rs.n; i++)
        put_handler(r, view_add_object(list), &rs, i, &files, c);
    if (e)
        return e;
    put_files(r->view, &files, 0);
    if (c->as & LETTERS_INSIDE)
        put_former(r, &rs, &files);
    return OK;
}

static enum err put_deputies(struct req *r, const struct letter_case *c)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_letters_deputies, ARGS(V_INT(c->id)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "deputies");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "name", row_str(&rs, i, "name"));
        view_put_str(v, "group", row_str(&rs, i, "group_name"));
        view_put_bool(v, "has_account", !row_null(&rs, i, "user_id"));
        view_put_bool(v, "is_own", c->deputy == row_int(&rs, i, "id"));
        bool may_see = c->as & LETTERS_INSIDE || c->deputy == row_int(&rs, i, "id");
        if (may_see && !row_null(&rs, i, "rating")) {
            view_put_str(v, "rating", row_str(&rs, i, "rating"));
            view_put_str(v, "rating_name",
                         req_text(r, "letters.rating_", row_str(&rs, i, "rating")));
        }
    }
    return e;
}

static enum err put_talks(struct req *r, const struct letter_case *c)
{
    struct rows rs;
    enum err e =
        db_select(r->db, &q_letters_talks, ARGS(V_INT(c->id), V_INT(STORY_MAX)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "talks");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        case_put_day(v, "day", &rs, i, "day");
        view_put_str(v, "how", req_text(r, "letters.how_", row_str(&rs, i, "how")));
        view_put_str(v, "deputy", row_str(&rs, i, "deputy"));
        view_put_str(v, "by", row_str(&rs, i, "by_name"));
        view_put_str(v, "words", row_str(&rs, i, "words"));
        view_put_int(v, "round", row_int(&rs, i, "round"));
    }
    return e;
}

static enum err put_extensions(struct req *r, const struct letter_case *c)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_letters_extensions, ARGS(V_INT(c->id)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "extensions");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_int(v, "round", row_int(&rs, i, "round"));
        case_put_day(v, "until", &rs, i, "until_day");
        view_put_str(v, "why", row_str(&rs, i, "why"));
        view_put_str(v, "state", row_str(&rs, i, "state"));
        view_put_str(v, "state_name", req_text(r, "letters.extension_", row_str(&rs, i, "state")));
        view_put_str(v, "by", row_str(&rs, i, "asked_by"));
        view_put_str(v, "note", row_str(&rs, i, "note"));
        bool waits = str_eq_z(row_str(&rs, i, "state"), "asked");
        view_put_bool(v, "may_decide", c->as & LETTERS_AS_DESK && waits);
        if (waits)
            view_put_bool(r->view, "extension_waits", true);
    }
    return e;
}

static enum err put_ratings(struct req *r, const struct letter_case *c)
{
    struct rows rs;
    enum err e =
        db_select(r->db, &q_letters_ratings, ARGS(V_INT(c->id), V_INT(STORY_MAX)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "ratings");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_int(v, "round", row_int(&rs, i, "round"));
        view_put_str(v, "deputy", row_str(&rs, i, "deputy"));
        view_put_str(v, "rating", row_str(&rs, i, "rating"));
        view_put_str(v, "rating_name", req_text(r, "letters.rating_", row_str(&rs, i, "rating")));
        view_put_str(v, "words", row_str(&rs, i, "words"));
        view_put_str(v, "scan", row_str(&rs, i, "scan_name"));
        view_put_str(v, "by", row_str(&rs, i, "by_name"));
        view_put_time(v, "at", row_int(&rs, i, "at"));
    }
    return e;
}

static enum err put_promises(struct req *r, const struct letter_case *c)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_letters_promises, ARGS(V_INT(c->id)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "promises");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        struct str state = row_str(&rs, i, "state");
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "words", row_str(&rs, i, "words"));
        view_put_str(v, "body", case_text(r, &rs, i, "name_zh", "name_en"));
        case_put_day(v, "due", &rs, i, "due_day");
        view_put_str(v, "state", state);
        view_put_str(v, "state_name", req_text(r, "letters.promise_", state));
        view_put_str(v, "note", row_str(&rs, i, "note"));
        view_put_bool(v, "may_end",
                      str_eq_z(state, "open") && c->as & (LETTERS_AS_LEAD | LETTERS_AS_DESK));
    }
    return e;
}

/* Letters that were sent: to a deputy these alone. */
static enum err put_letters(struct req *r, const struct letter_case *c)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_letters_letters_of, ARGS(V_INT(c->id), V_INT(STORY_MAX)),
                           r->arena, &rs);
    struct view *list = view_put_list(r->view, "letters");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct str state = row_str(&rs, i, "state");
        if (!(c->as & LETTERS_INSIDE) && row_null(&rs, i, "sent_at"))
            continue;
        if (row_null(&rs, i, "n") && str_eq_z(state, "recalled"))
            continue; /* a draft that a lead left behind */
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_int(v, "round", row_int(&rs, i, "round"));
        view_put_str(v, "state", state);
        view_put_str(v, "state_name", req_text(r, "letters.letter_", state));
        if (!row_null(&rs, i, "n"))
            view_put_str(v, "number",
                         letter_number(row_str(&rs, i, "short"), row_int(&rs, i, "year"),
                                       row_int(&rs, i, "n"), r->arena));
        if (!row_null(&rs, i, "sealed_at")) {
            view_put_str(v, "code", row_str(&rs, i, "code"));
            view_put_time(v, "sealed_at", row_int(&rs, i, "sealed_at"));
        }
        view_put_str(v, "recalled_note", row_str(&rs, i, "recalled_note"));
    }
    return e;
}

static enum err put_events(struct req *r, const struct letter_case *c)
{
    struct rows rs;
    enum err e =
        db_select(r->db, &q_letters_events, ARGS(V_INT(c->id), V_INT(STORY_MAX)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "events");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        struct str event = row_str(&rs, i, "event");
        view_put_str(v, "event", event);
        view_put_str(v, "name", req_text(r, "letters.did_", event));
        view_put_time(v, "at", row_int(&rs, i, "at"));
        view_put_int(v, "round", row_int(&rs, i, "round"));
        if (!row_null(&rs, i, "actor"))
            view_put_str(v, "by", row_str(&rs, i, "actor"));
        if (!row_null(&rs, i, "body_zh"))
            view_put_str(v, "body", case_text(r, &rs, i, "body_zh", "body_en"));
        if (!str_eq_z(event, "rate"))
            view_put_str(v, "note", row_str(&rs, i, "note"));
    }
    return e;
}

/* --- clocks --- */

static const char *const step_names[] = {"begin",    "rule",     "months",  "days",
                                         "workdays", "holiday",  "make_up", "weekends",
                                         "moved",    "extended", "capped",  "provisional"};

static void put_step(struct req *r, struct view *v, const struct clock_step *s)
{
    char day[DAY_TEXT] = "";
    struct str name = r->lang == LANG_EN ? s->en : s->zh;
    bool has_day = s->day && day_text(s->day, day);
    const struct i18n_arg args[] = {{"n", str_of(arena_printf(r->arena, "%lld", (long long)s->n))},
                                    {"day", str_of(day)},
                                    {"name", name.n ? name : STR("")}};
    struct str key = str_of(arena_printf(r->arena, "letters.step_%s", step_names[s->kind]));
    view_put_z(v, "kind", step_names[s->kind]);
    if (has_day)
        view_put_z(v, "day", day);
    if (s->kind == STEP_RULE)
        view_put_str(v, "source", s->zh);
    view_put_str(v, "text",
                 i18n_text(r->lang, key, args, sizeof(args) / sizeof(args[0]), r->arena));
}

static enum err put_clock(struct req *r, const struct letter_case *c, struct view *list,
                          enum clock_what what, const char *name)
{
    struct clock_result *out = arena_alloc(r->arena, sizeof(*out));
    char day[DAY_TEXT];
    if (!out)
        return ERR_NOMEM;
    enum err e = due_of(r->db, r->arena, &c->row, what, out);
    if (e)
        return e == ERR_NOT_FOUND || e == ERR_CONFLICT ? OK : e;
    struct view *v = view_add_object(list);
    view_put_z(v, "what", name);
    view_put_str(v, "name", req_text(r, "letters.clock_", str_of(name)));
    if (day_text(out->day, day))
        view_put_z(v, "day", day);
    view_put_bool(v, "is_provisional", out->is_provisional);
    struct view *steps = view_put_list(v, "steps");
    for (size_t i = 0; i < out->n; i++)
        put_step(r, view_add_object(steps), &out->steps[i]);
    return OK;
}

static enum err put_clocks(struct req *r, const struct letter_case *c)
{
    struct view *list = view_put_list(r->view, "clocks");
    if (is_history(c))
        return OK;
    bool is_assigned = str_eq_z(row_str(&c->row, 0, "state"), "assigned");
    enum err e = put_clock(r, c, list, CLOCK_REPLY, "reply");
    if (!e && is_assigned)
        e = put_clock(r, c, list, CLOCK_ACCEPT, "accept");
    if (!e && c->as & LETTERS_INSIDE)
        e = put_clock(r, c, list, CLOCK_CO, "co");
    return e ? e : put_clock(r, c, list, CLOCK_FORM, "form");
}

/* --- what may be done --- */

static bool is_state(const struct letter_case *c, const char *names)
{
    struct str state = row_str(&c->row, 0, "state"), rest = str_of(names);
    while (rest.n)
        if (str_eq(str_cut(rest, ' ', &rest), state))
            return true;
    return false;
}

static void put_may(struct req *r, const struct letter_case *c)
{
    struct view *may = view_put_object(r->view, "may");
    struct str state = row_str(&c->row, 0, "state");
    static const char *const events[] = {"examine",      "return",  "merge",  "assign", "reassign",
                                         "accept",       "decline", "submit", "pass",   "object",
                                         "return_draft", "again",   "close",  "sign",   "number",
                                         "seal",         "send",    "recall"};
    bool next = false;
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        bool is = transition_may(&letters_table, state, events[i], c->as);
        view_put_bool(may, events[i], is);
        next |= is;
    }
    bool is_co = c->as & LETTERS_AS_CO, is_desk = c->as & LETTERS_AS_DESK,
         is_lead = c->as & LETTERS_AS_LEAD;
    view_put_bool(may, "opinion", is_co && is_state(c, "drafting"));
    view_put_bool(may, "countersign", is_co && is_state(c, "countersigning"));
    view_put_bool(may, "release", is_desk && is_state(c, "assigned drafting countersigning"));
    view_put_bool(may, "talk", is_lead && is_state(c, "drafting checking sent"));
    view_put_bool(may, "extend",
                  is_lead && is_state(c, "assigned drafting checking countersigning signing"));
    view_put_bool(may, "rate", (is_desk || c->as & LETTERS_AS_DEPUTY) && is_state(c, "sent rated"));
    bool rates = (is_desk || c->as & LETTERS_AS_DEPUTY) && is_state(c, "sent rated");
    next |= rates || (is_co && is_state(c, "drafting countersigning"));
    view_put_bool(may, "next", next);
    view_put_bool(may, "rate", rates);
    view_put_bool(may, "promise", (is_lead || is_desk) && is_state(c, "sent rated closed"));
    view_put_bool(may, "file", is_desk || is_lead);
    view_put_bool(may, "publish", (is_desk || is_lead) && case_may_disclose(&c->row, true));
    view_put_bool(may, "withhold", (is_desk || is_lead) && case_may_disclose(&c->row, false));
    view_put_bool(may, "see_draft",
                  c->as & LETTERS_INSIDE && !is_history(c) &&
                      !is_state(c, "registered examined returned merged assigned"));
    view_put_bool(may, "see_sign",
                  is_lead && !is_history(c) &&
                      is_state(c, "signing signed numbered sealed sent rated closed"));
}

static enum err put_bodies(struct req *r, const struct letter_case *c)
{
    struct rows rs = {0};
    enum err e = OK;
    if (c->as & (LETTERS_AS_DESK | LETTERS_AS_LEAD))
        e = db_select(r->db, &q_letters_bodies, ARGS(V_INT(STORY_MAX)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "bodies");
    view_page_only(r->view, "bodies");
    for (size_t i = 0; !e && i < rs.n; i++) {
        if (!row_null(&rs, i, "gone_at"))
            continue;
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "name", case_text(r, &rs, i, "name_zh", "name_en"));
        view_put_bool(v, "is_desk", row_int(&rs, i, "is_desk"));
    }
    return e;
}

static enum err put_similar(struct req *r, const struct letter_case *c)
{
    return similar_put(r, row_str(&c->row, 0, "title"), c->id, c->as & LETTERS_AS_DESK);
}

static enum err put_merged(struct req *r, const struct letter_case *c)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_letters_merged_in, ARGS(V_INT(c->id)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "merged");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_int(v, "number", row_int(&rs, i, "number"));
        view_put_str(v, "title", row_str(&rs, i, "title"));
    }
    return e;
}

/* `waits` {opinions, talk}: what keeps a draft from being checked. */
static enum err put_waits(struct req *r, const struct letter_case *c)
{
    struct rows rs;
    if (!transition_may(&letters_table, row_str(&c->row, 0, "state"), "submit", c->as))
        return OK;
    enum err e = db_one(r->db, &q_letters_ready, ARGS(V_INT(c->id)), r->arena, &rs);
    if (e || (row_int(&rs, 0, "n_open") == 0 && row_int(&rs, 0, "talks")))
        return e;
    struct view *v = view_put_object(r->view, "waits");
    view_put_int(v, "opinions", row_int(&rs, 0, "n_open"));
    view_put_bool(v, "talk", row_int(&rs, 0, "talks") == 0);
    return OK;
}

/* `draft_open` {class_missing, figures_most (it has more than these), figures, comments}: what
 * signing would refuse of the draft, and what was said of it and not settled, for who may hand it
 * on. */
static enum err put_draft_open(struct req *r, const struct letter_case *c)
{
    struct rows letter, row, comments;
    struct str state = row_str(&c->row, 0, "state");
    struct issue_unheld bad = {0};
    if (!transition_may(&letters_table, state, "submit", c->as) &&
        !transition_may(&letters_table, state, "pass", c->as))
        return OK;
    enum err e = letter_current(r->db, c->id, r->arena, &letter);
    if (e || letter.n == 0)
        return e;
    int64_t id = row_int(&letter, 0, "id");
    e = issue_row(r->db, r->arena, id, &row);
    if (!e)
        e = issue_unheld(r->db, r->arena, &row, clock_wall_ms(), &bad);
    if (!e)
        e = db_one(r->db, &q_letters_comments_open, ARGS(V_INT(id)), r->arena, &comments);
    bad.class_missing &= row_int(&letter, 0, "version") > 0; /* before it nothing is missed */
    bool fails = bad.class_missing || bad.too_many || bad.figures;
    if (e || (!fails && row_int(&comments, 0, "n") == 0))
        return e;
    struct view *v = view_put_object(r->view, "draft_open");
    view_put_bool(v, "class_missing", bad.class_missing);
    if (bad.too_many)
        view_put_int(v, "figures_most", DRAFT_TOKENS_MAX);
    view_put_int(v, "figures", bad.figures);
    view_put_bool(v, "fails", fails);
    view_put_int(v, "comments", row_int(&comments, 0, "n"));
    return OK;
}

/* The way of a case, and how far it is. Where it ends otherwise, the end bears that name. */
static void put_way(struct req *r, const struct letter_case *c)
{
    static const char *const way[] = {"registered",     "assigned", "drafting", "checking",
                                      "countersigning", "signing",  "signed",   "numbered",
                                      "sealed",         "sent",     "rated",    "closed"};
    struct str state = row_str(&c->row, 0, "state");
    size_t n = sizeof(way) / sizeof(way[0]), at = is_state(c, "examined") ? 0 : n - 1;
    bool is_short = is_history(c) || is_state(c, "returned");
    struct view *list = view_put_list(r->view, "way");
    for (size_t i = 0; i < n; i++)
        if (str_eq_z(state, way[i]))
            at = i;
    for (size_t i = 0; i < n; i++) {
        if (is_short && i > 0 && i != n - 1)
            continue;
        struct view *v = view_add_object(list);
        struct str step = i == n - 1 && at == i ? state : str_of(way[i]);
        view_put_str(v, "name", req_text(r, "letters.state_", step));
        view_put_bool(v, "is_done", i < at);
        view_put_bool(v, "is_now", i == at);
    }
    view_page_only(r->view, "way");
}

enum err case_put_page(struct req *r, const struct letter_case *c)
{
    static enum err (*const parts[])(struct req * r, const struct letter_case *c) = {
        put_handlers, put_deputies, put_clocks, put_letters, put_bodies, put_merged};
    static enum err (*const inside[])(struct req * r, const struct letter_case *c) = {
        put_talks,  put_extensions, put_ratings,    put_promises,
        put_events, put_waits,      put_draft_open, put_similar};
    char today[DAY_TEXT];
    struct view *v = view_put_object(r->view, "suggestion");
    case_put(r, v, &c->row, 0);
    view_put_bool(v, "runs",
                  !row_null(&c->row, 0, "reply_day") && row_null(&c->row, 0, "sent_day"));
    letters_put_left(v, &c->row, 0, day_of(clock_wall_ms()));
    view_put_str(v, "text", row_str(&c->row, 0, "text"));
    if (!row_null(&c->row, 0, "merged_id")) {
        view_put_int(v, "merged", row_int(&c->row, 0, "merged_id"));
        view_put_int(v, "merged_number", row_int(&c->row, 0, "merged_number"));
    }
    enum err e = OK;
    for (size_t i = 0; !e && i < sizeof(parts) / sizeof(parts[0]); i++)
        e = parts[i](r, c);
    bool is_inside = c->as & LETTERS_INSIDE;
    for (size_t i = 0; !e && is_inside && i < sizeof(inside) / sizeof(inside[0]); i++)
        e = inside[i](r, c);
    view_put_bool(r->view, "is_inside", is_inside);
    view_put_bool(r->view, "is_desk", c->as & LETTERS_AS_DESK);
    view_put_bool(r->view, "is_lead", c->as & LETTERS_AS_LEAD);
    put_may(r, c);
    put_way(r, c);
    if (day_text(day_of(clock_wall_ms()), today))
        view_put_z(r->view, "today", today);
    view_page_only(r->view, "today");
    return e;
}

enum err case_page(struct req *r)
{
    struct letter_case c;
    enum err e = case_load(r, &c);
    return e ? e : case_put_page(r, &c);
}

/* `typed` {do, words, note, why, rating, deputy}: what a refused form said, which comes back. */
static void put_typed(struct req *r)
{
    static const char *const fields[] = {"do", "words", "note", "why", "rating"};
    struct view *v = view_put_object(r->view, "typed");
    int64_t deputy;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        view_put_str(v, fields[i], req_field(r, fields[i]));
    if (!str_to_i64(req_field(r, "deputy"), &deputy))
        view_put_int(v, "deputy", deputy);
    view_page_only(r->view, "typed");
}

static enum err put_again(struct req *r, int64_t suggestion)
{
    struct letter_case c;
    enum err e = case_load_of(r, suggestion, &c);
    if (!e)
        put_typed(r);
    return e ? e : case_put_page(r, &c);
}

enum err case_done(struct req *r, int64_t suggestion, enum err result)
{
    return letters_done(r, result,
                        arena_printf(r->arena, "/suggestions/%lld", (long long)suggestion),
                        "letters/case.html", put_again, suggestion);
}
