/* The clocks of a case: which rule they go by, and what they come to. */
#include "store/queries.h"
#include "town/letters/internal.h"

enum { CASE_ARENA_MAX = 4 * 1024 * 1024 };

enum err due_rule(struct db *db, struct arena *arena, int64_t session, int64_t day,
                  struct clock_rule *rule, int64_t *again_most)
{
    struct rows rs;
    enum err e = db_select(db, &q_letters_rule_on, ARGS(V_INT(session), V_INT(day)), arena, &rs);
    if (!e && rs.n == 0)
        return ERR_CONFLICT;
    if (e)
        return e;
    *rule = (struct clock_rule){.from_day = row_int(&rs, 0, "from_day"),
                                .reply_months = row_int(&rs, 0, "reply_months"),
                                .most_months = row_int(&rs, 0, "most_months"),
                                .co_months = row_int(&rs, 0, "co_months"),
                                .decline_days = row_int(&rs, 0, "decline_days"),
                                .decline_workdays =
                                    str_eq_z(row_str(&rs, 0, "decline_unit"), "workday"),
                                .again_months = row_int(&rs, 0, "again_months"),
                                .form_workdays = row_int(&rs, 0, "form_workdays"),
                                .source = row_str(&rs, 0, "source")};
    if (again_most)
        *again_most = row_int(&rs, 0, "again_most");
    return OK;
}

/* When a clock began: the day of the assignment, or that on which the reply was sent. */
static const char *begins(enum clock_what what)
{
    return what == CLOCK_FORM ? "sent_day" : "assigned_day";
}

enum err due_of(struct db *db, struct arena *arena, const struct rows *row, enum clock_what what,
                struct clock_result *out)
{
    struct rows extended;
    struct clock_rule rule;
    struct workdays w;
    if (row_null(row, 0, begins(what)))
        return ERR_NOT_FOUND;
    int64_t begin = row_int(row, 0, begins(what)), round = row_int(row, 0, "round");
    if (what == CLOCK_REPLY && round > 1)
        what = CLOCK_AGAIN;
    enum err e = due_rule(db, arena, row_int(row, 0, "session_id"), begin, &rule, NULL);
    if (!e)
        e = workdays_load(db, arena, &w);
    if (!e)
        e = db_select(db, &q_letters_extended, ARGS(V_INT(row_int(row, 0, "id")), V_INT(round)),
                      arena, &extended);
    if (!e)
        clock_reckon(what, &rule, &w, begin, extended.n ? row_int(&extended, 0, "until_day") : 0,
                     out);
    return e;
}

enum err due_again(struct tx *tx, int64_t suggestion)
{
    struct rows row;
    struct clock_result reply, accept, form;
    enum err e = case_row(tx, suggestion, &row);
    if (!e)
        e = due_of(tx->db, tx->arena, &row, CLOCK_REPLY, &reply);
    if (!e)
        e = due_of(tx->db, tx->arena, &row, CLOCK_ACCEPT, &accept);
    if (e)
        return e;
    bool is_sent = !row_null(&row, 0, "sent_day");
    if (is_sent)
        e = due_of(tx->db, tx->arena, &row, CLOCK_FORM, &form);
    if (!e)
        e = db_exec(tx->db, &q_letters_days,
                    ARGS(V_INT(accept.day), V_INT(reply.day), is_sent ? V_INT(form.day) : V_NULL,
                         V_INT(suggestion)),
                    NULL);
    if (!e)
        e = case_row(tx, suggestion, &row);
    return e || is_sent ? e : tell_of_due(tx, &row);
}

/* What a case takes is freed after it: thousands of them are more than a command's arena holds. */
static enum err again_by_itself(struct tx *tx, int64_t suggestion)
{
    struct arena *arena = tx->arena, own;
    arena_init(&own, CASE_ARENA_MAX);
    tx->arena = &own;
    enum err e = due_again(tx, suggestion);
    tx->arena = arena;
    if (e && tx->info->text)
        tx->info->text = arena_strdup(arena, tx->info->text);
    arena_free(&own);
    return e;
}

enum err due_calendar_changed(struct tx *tx)
{
    struct rows rs = {.n = DUE_BATCH};
    int64_t after = 0;
    enum err e = OK;
    while (!e && rs.n == DUE_BATCH) {
        e = db_select(tx->db, &q_letters_running, ARGS(V_INT(after), V_INT(DUE_BATCH)), tx->arena,
                      &rs);
        for (size_t i = 0; !e && i < rs.n; i++)
            e = again_by_itself(tx, after = row_int(&rs, i, "id"));
    }
    return e;
}
