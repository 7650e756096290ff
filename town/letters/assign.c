/* Assigning a suggestion to its bodies, and what they do before the letter. */
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/issue.h"

#include <string.h>

enum { LAPSE_MOST = 50 };

static struct str word(struct str s)
{
    return s.n ? s : STR("");
}

static enum err look_at_body(struct tx *tx, int64_t body, const char *field)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_letters_body, ARGS(V_INT(body)), tx->arena, &rs);
    if (!e && (rs.n == 0 || !row_null(&rs, 0, "gone_at")))
        return case_refuse(tx, ERR_INVALID, field, "letters.body_bad", 0);
    return e;
}

static enum err look_at_bodies(struct tx *tx, int64_t lead, const int64_t *co, size_t co_n)
{
    if (co_n >= LETTERS_HANDLERS_MAX)
        return case_refuse(tx, ERR_LIMIT, "co", "letters.too_many_bodies",
                           LETTERS_HANDLERS_MAX - 1);
    enum err e = look_at_body(tx, lead, "lead");
    for (size_t i = 0; !e && i < co_n; i++) {
        bool twice = co[i] == lead;
        for (size_t k = 0; k < i; k++)
            twice |= co[k] == co[i];
        e = twice ? case_refuse(tx, ERR_INVALID, "co", "letters.body_twice", 0)
                  : look_at_body(tx, co[i], "co");
    }
    return e;
}

static enum err add_handlers(struct tx *tx, const struct rows *row, int64_t lead, const int64_t *co,
                             size_t co_n, int64_t co_day)
{
    int64_t id = row_int(row, 0, "id"), round = row_int(row, 0, "round");
    enum err e = db_exec(tx->db, &q_letters_handlers_replace, ARGS(V_INT(id), V_INT(round)), NULL);
    if (!e)
        e = db_exec(tx->db, &q_letters_handler_add,
                    ARGS(V_INT(id), V_INT(round), V_INT(lead), V_INT(1), V_NULL, V_INT(tx->now_ms)),
                    NULL);
    for (size_t i = 0; !e && i < co_n; i++)
        e = db_exec(
            tx->db, &q_letters_handler_add,
            ARGS(V_INT(id), V_INT(round), V_INT(co[i]), V_INT(0), V_INT(co_day), V_INT(tx->now_ms)),
            NULL);
    return e;
}

enum err letters_assign(struct tx *tx, int64_t suggestion, int64_t lead, const int64_t *co,
                        size_t co_n, const struct letters_actor *by, struct str note)
{
    struct rows row;
    struct clock_result due;
    struct clock_rule rule;
    struct workdays w;
    int64_t today = day_of(tx->now_ms);
    enum err e = case_row(tx, suggestion, &row);
    if (!e)
        e = look_at_bodies(tx, lead, co, co_n);
    if (!e)
        e = due_rule(tx->db, tx->arena, row_int(&row, 0, "session_id"), today, &rule, NULL);
    if (e == ERR_CONFLICT && tx->info->code == OK)
        return case_refuse(tx, e, "do", "letters.no_rule", 0);
    if (!e)
        e = workdays_load(tx->db, tx->arena, &w);
    if (e)
        return e;
    bool is_first = str_eq_z(row_str(&row, 0, "state"), "examined");
    clock_reckon(CLOCK_CO, &rule, &w, today, 0, &due);
    e = db_exec(tx->db, &q_letters_assigned, ARGS(V_INT(lead), V_INT(today), V_INT(suggestion)),
                NULL);
    if (!e)
        e = add_handlers(tx, &row, lead, co, co_n, due.day);
    if (!e)
        e = db_exec(tx->db, &q_letters_draft_void, ARGS(V_INT(tx->now_ms), V_INT(suggestion)),
                    NULL);
    if (e)
        return e;
    const struct letter_step s = {.suggestion = suggestion,
                                  .event = is_first ? "assign" : "reassign",
                                  .by = *by,
                                  .note = note};
    e = case_step(tx, &s, NULL);
    return e ? e : due_again(tx, suggestion);
}

/* --- the lead --- */

static enum err take_on(struct tx *tx, const struct letter_step *s)
{
    enum err e = case_step(tx, s, NULL);
    return e ? e : round_begin(tx, s->suggestion, &s->by);
}

static enum err decline(struct tx *tx, const struct letter_step *s)
{
    struct rows row;
    enum err e = case_row(tx, s->suggestion, &row);
    if (!e && day_of(tx->now_ms) > row_int(&row, 0, "accept_day"))
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.decline_late", 0);
    if (!e)
        e = case_step(tx, s, NULL);
    if (!e)
        e = db_exec(tx->db, &q_letters_lead_state,
                    ARGS(V_Z("declined"), V_STR(word(s->note)), V_INT(s->suggestion),
                         V_INT(row_int(&row, 0, "round"))),
                    NULL);
    if (!e)
        e = db_exec(tx->db, &q_letters_handlers_replace,
                    ARGS(V_INT(s->suggestion), V_INT(row_int(&row, 0, "round"))), NULL);
    return e ? e : db_exec(tx->db, &q_letters_unassigned, ARGS(V_INT(s->suggestion)), NULL);
}

/* Who says nothing in time has taken it on. */
enum err letters_lapse(struct tx *tx, void *unused)
{
    (void)unused;
    struct rows rs;
    enum err e = db_select(tx->db, &q_letters_lapsed,
                           ARGS(V_INT(day_of(tx->now_ms)), V_INT(LAPSE_MOST)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        const struct letter_step s = {
            .suggestion = row_int(&rs, i, "id"), .event = "lapse", .by = {.as = LETTERS_AS_SYSTEM}};
        e = take_on(tx, &s);
    }
    return e;
}

/* --- the draft's way --- */

static enum err submit(struct tx *tx, const struct letter_step *s)
{
    struct rows letter;
    enum err e = letter_current(tx->db, s->suggestion, tx->arena, &letter);
    if (!e && (letter.n == 0 || row_int(&letter, 0, "version") == 0))
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.no_draft", 0);
    if (!e)
        e = case_may_submit(tx, s->suggestion);
    return e ? e : case_step(tx, s, NULL);
}

/* What signing would refuse is not countersigned either. */
static enum err would_be_signed(struct tx *tx, int64_t suggestion)
{
    struct rows letter, row;
    struct issue_unheld bad = {0};
    enum err e = letter_current(tx->db, suggestion, tx->arena, &letter);
    if (!e && letter.n == 0)
        return ERR_CORRUPT;
    if (!e)
        e = issue_row(tx->db, tx->arena, row_int(&letter, 0, "id"), &row);
    if (!e)
        e = issue_unheld(tx->db, tx->arena, &row, tx->now_ms, &bad);
    if (!e && bad.class_missing)
        e = case_refuse(tx, ERR_CONFLICT, "class", "letters.sign_class", 0);
    if (!e && bad.too_many)
        e = case_refuse(tx, ERR_CONFLICT, "figures", "letters.draft_figures_most",
                        DRAFT_TOKENS_MAX);
    if (!e && bad.figures)
        e = case_refuse(tx, ERR_CONFLICT, "figures", "letters.pass_figures", bad.figures);
    return e;
}

static enum err pass(struct tx *tx, const struct letter_step *s)
{
    enum err e = round_uncountersign(tx, s->suggestion);
    if (!e)
        e = case_step(tx, s, NULL);
    if (!e)
        e = would_be_signed(tx, s->suggestion);
    return e ? e : round_complete(tx, s->suggestion);
}

static enum err back(struct tx *tx, const struct letter_step *s)
{
    enum err e = case_step(tx, s, NULL);
    return e ? e : round_uncountersign(tx, s->suggestion);
}

static enum err again(struct tx *tx, const struct letter_step *s)
{
    return round_again(tx, s->suggestion, &s->by, s->note);
}

static enum err recall(struct tx *tx, const struct letter_step *s)
{
    (void)s;
    return case_refuse(tx, ERR_INVALID, "do", "letters.not_here", 0);
}

/* What was promised is followed up; with nothing promised that is done at once. */
static enum err close_case(struct tx *tx, const struct letter_step *s)
{
    struct rows row, rated, promises;
    enum err e = case_row(tx, s->suggestion, &row);
    bool is_sent = !e && str_eq_z(row_str(&row, 0, "state"), "sent");
    if (!e && is_sent && day_of(tx->now_ms) <= row_int(&row, 0, "form_day"))
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.form_time", 0);
    if (!e)
        e = db_one(tx->db, &q_letters_rated,
                   ARGS(V_INT(row_int(&row, 0, "round")), V_INT(s->suggestion)), tx->arena, &rated);
    if (!e && row_int(&rated, 0, "dissatisfied") && s->note.n == 0)
        return case_refuse(tx, ERR_INVALID, "note", "letters.close_unsatisfied", 0);
    if (!e)
        e = db_one(tx->db, &q_letters_promises_open, ARGS(V_INT(s->suggestion)), tx->arena,
                   &promises);
    if (!e)
        e = case_step(tx, s, NULL);
    if (e || row_int(&promises, 0, "n_open"))
        return e;
    const struct letter_step follow = {
        .suggestion = s->suggestion, .event = "follow", .by = {.as = LETTERS_AS_SYSTEM}};
    return case_step(tx, &follow, NULL);
}

static enum err plain(struct tx *tx, const struct letter_step *s)
{
    return case_step(tx, s, NULL);
}

enum err letters_do(struct tx *tx, int64_t suggestion, const char *event,
                    const struct letters_actor *by, struct str note)
{
    static const struct {
        const char *event;
        enum err (*run)(struct tx *tx, const struct letter_step *s);
    } events[] = {
        {"examine", plain}, {"return", plain},     {"accept", take_on}, {"decline", decline},
        {"submit", submit}, {"pass", pass},        {"object", back},    {"return_draft", back},
        {"again", again},   {"close", close_case},
    };
    const struct letter_step s = {
        .suggestion = suggestion, .event = event, .by = *by, .note = note};
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
        if (strcmp(events[i].event, event) == 0)
            return events[i].run(tx, &s);
    return recall(tx, &s);
}

/* --- co-handlers --- */

static enum err handler_of(struct tx *tx, int64_t suggestion, int64_t handler, struct rows *rs)
{
    enum err e =
        db_one(tx->db, &q_letters_handler, ARGS(V_INT(handler), V_INT(suggestion)), tx->arena, rs);
    return e ? e : row_int(rs, 0, "is_lead") ? ERR_NOT_FOUND : OK;
}

static struct letter_step step_of(struct tx *tx, int64_t suggestion, const char *event,
                                  const struct letters_actor *by, int64_t handler, struct str note)
{
    return (struct letter_step){.suggestion = suggestion,
                                .event = event,
                                .by = *by,
                                .about =
                                    arena_printf(tx->arena, "handler:%lld", (long long)handler),
                                .note = note};
}

enum err letters_opinion(struct tx *tx, int64_t suggestion, int64_t handler, struct str words,
                         const struct letters_actor *by)
{
    struct rows rs, row;
    if (!(by->as & LETTERS_AS_CO))
        return ERR_FORBIDDEN;
    enum err e = handler_of(tx, suggestion, handler, &rs);
    if (!e)
        e = case_row(tx, suggestion, &row);
    if (e)
        return e;
    if (row_int(&rs, 0, "organisation_id") != by->body)
        return ERR_FORBIDDEN;
    if (!str_eq_z(row_str(&row, 0, "state"), "drafting") ||
        str_eq_z(row_str(&rs, 0, "state"), "released"))
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.not_now", 0);
    const struct letter_step s = step_of(tx, suggestion, "opinion", by, handler, STR_NONE);
    e = db_exec(tx->db, &q_letters_opinion,
                ARGS(V_STR(words), V_INT(tx->now_ms), V_INT(by->user), V_INT(handler)), NULL);
    if (!e)
        e = tell_no_opinion(tx, handler);
    return e ? e : case_note(tx, &s);
}

enum err letters_release(struct tx *tx, int64_t suggestion, int64_t handler,
                         const struct letters_actor *by, struct str note)
{
    struct rows rs, row;
    if (!(by->as & LETTERS_AS_DESK))
        return ERR_FORBIDDEN;
    if (note.n == 0)
        return case_refuse(tx, ERR_INVALID, "note", "letters.note_needed", 0);
    enum err e = handler_of(tx, suggestion, handler, &rs);
    if (!e)
        e = case_row(tx, suggestion, &row);
    if (e)
        return e;
    struct str state = row_str(&row, 0, "state"), his = row_str(&rs, 0, "state");
    bool counts = str_eq_z(state, "countersigning");
    if ((!str_eq_z(state, "drafting") && !counts && !str_eq_z(state, "assigned")) ||
        str_eq_z(his, "released") || (str_eq_z(his, "answered") && !counts))
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.not_now", 0);
    const struct letter_step s = step_of(tx, suggestion, "release", by, handler, note);
    e = db_exec(tx->db, &q_letters_release, ARGS(V_STR(note), V_INT(handler)), NULL);
    if (!e)
        e = tell_no_opinion(tx, handler);
    if (!e)
        e = case_note(tx, &s);
    return e || !counts ? e : round_complete(tx, suggestion);
}

enum err letters_countersign(struct tx *tx, int64_t suggestion, int64_t handler,
                             const struct letters_actor *by)
{
    struct rows rs, row;
    if (!(by->as & LETTERS_AS_CO))
        return ERR_FORBIDDEN;
    enum err e = handler_of(tx, suggestion, handler, &rs);
    if (!e)
        e = case_row(tx, suggestion, &row);
    if (e)
        return e;
    if (row_int(&rs, 0, "organisation_id") != by->body)
        return ERR_FORBIDDEN;
    if (!str_eq_z(row_str(&row, 0, "state"), "countersigning") ||
        !row_null(&rs, 0, "countersigned_at"))
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.not_now", 0);
    const struct letter_step s = step_of(tx, suggestion, "countersign", by, handler, STR_NONE);
    e = db_exec(tx->db, &q_letters_countersign,
                ARGS(V_INT(tx->now_ms), V_INT(by->user), V_INT(handler)), NULL);
    if (!e)
        e = case_note(tx, &s);
    return e ? e : round_complete(tx, suggestion);
}
