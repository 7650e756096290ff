/* More time, by the consent of the body that assigned. */
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/internal.h"

/* Only while it is being worked on. */
static bool is_open(struct str state)
{
    static const char *const open[] = {"assigned", "drafting", "checking", "countersigning",
                                       "signing"};
    for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
        if (str_eq_z(state, open[i]))
            return true;
    return false;
}

static struct letter_step step_of(struct tx *tx, int64_t suggestion, const char *event,
                                  const struct letters_actor *by, int64_t id, struct str note)
{
    return (struct letter_step){.suggestion = suggestion,
                                .event = event,
                                .by = *by,
                                .about = arena_printf(tx->arena, "extension:%lld", (long long)id),
                                .note = note};
}

enum err letters_extension_ask(struct tx *tx, int64_t suggestion, int64_t until_day, struct str why,
                               const struct letters_actor *by)
{
    struct rows row, rs;
    struct clock_rule rule;
    if (!(by->as & LETTERS_AS_LEAD))
        return ERR_FORBIDDEN;
    enum err e = case_row(tx, suggestion, &row);
    if (!e && !is_open(row_str(&row, 0, "state")))
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.not_now", 0);
    int64_t begin = e ? 0 : row_int(&row, 0, "assigned_day");
    if (!e && day_of(tx->now_ms) > row_int(&row, 0, "reply_day"))
        return case_refuse(tx, ERR_CONFLICT, "until", "letters.extension_late", 0);
    if (!e && until_day <= row_int(&row, 0, "reply_day"))
        return case_refuse(tx, ERR_INVALID, "until", "letters.extension_shorter", 0);
    if (!e)
        e = due_rule(tx->db, tx->arena, row_int(&row, 0, "session_id"), begin, &rule, NULL);
    if (!e && until_day > workdays_months_after(begin, rule.most_months))
        return case_refuse(tx, ERR_INVALID, "until", "letters.extension_most", rule.most_months);
    if (!e)
        e = db_select(tx->db, &q_letters_extension_open, ARGS(V_INT(suggestion)), tx->arena, &rs);
    if (!e && rs.n)
        return case_refuse(tx, ERR_CONFLICT, "until", "letters.extension_asked", 0);
    if (!e)
        e = db_one(tx->db, &q_letters_extension_add,
                   ARGS(V_INT(suggestion), V_INT(row_int(&row, 0, "round")), V_INT(until_day),
                        V_STR(why), V_INT(tx->now_ms), V_INT(by->user)),
                   tx->arena, &rs);
    if (e)
        return e;
    const struct letter_step s =
        step_of(tx, suggestion, "extension_ask", by, row_int(&rs, 0, "id"), why);
    return case_note(tx, &s);
}

enum err letters_extension_decide(struct tx *tx, int64_t suggestion, int64_t extension, bool grant,
                                  const struct letters_actor *by, struct str note)
{
    struct rows row, rs;
    if (!(by->as & LETTERS_AS_DESK))
        return ERR_FORBIDDEN;
    enum err e = case_row(tx, suggestion, &row);
    if (!e)
        e = db_one(tx->db, &q_letters_extension, ARGS(V_INT(extension), V_INT(suggestion)),
                   tx->arena, &rs);
    if (e)
        return e;
    if (!str_eq_z(row_str(&rs, 0, "state"), "asked") || !is_open(row_str(&row, 0, "state")))
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.not_now", 0);
    if (!grant && note.n == 0)
        return case_refuse(tx, ERR_INVALID, "note", "letters.note_needed", 0);
    e = db_exec(tx->db, &q_letters_extension_decide,
                ARGS(V_Z(grant ? "granted" : "refused"), V_INT(tx->now_ms), V_INT(by->user),
                     V_STR(note.n ? note : STR("")), V_INT(extension)),
                NULL);
    if (!e && grant)
        e = due_again(tx, suggestion);
    const struct letter_step s = step_of(
        tx, suggestion, grant ? "extension_grant" : "extension_refuse", by, extension, note);
    return e ? e : case_note(tx, &s);
}
