/* Registering suggestions, and merging one into another. */
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/internal.h"
#include "town/people/people.h"

static enum err add_deputies(struct tx *tx, const struct letters_suggestion *s, int64_t id)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < s->deputies_n; i++) {
        const struct letters_deputy *d = &s->deputies[i];
        int64_t user = 0;
        bool is_off = false;
        if (d->login.n) {
            e = people_user_find(tx->db, tx->arena, d->login, &user, &is_off);
            if (e == ERR_NOT_FOUND || (!e && is_off))
                return case_refuse(tx, ERR_INVALID, "deputies", "letters.no_login",
                                   (long long)i + 1);
        }
        if (!e)
            e = db_exec(tx->db, &q_letters_deputy_add,
                        ARGS(V_INT(id), V_INT((int64_t)i + 1), V_STR(d->name),
                             V_STR(d->group.n ? d->group : STR("")), user ? V_INT(user) : V_NULL),
                        NULL);
    }
    return e;
}

static enum err look_at(struct tx *tx, const struct letters_suggestion *s)
{
    struct rows rs;
    size_t title = str_characters(s->title), text = str_characters(s->text);
    if (s->number < 1 || s->number > LETTERS_NUMBER_MAX)
        return case_refuse(tx, ERR_INVALID, "number", "letters.number_bad", LETTERS_NUMBER_MAX);
    if (title < 1 || title > LETTERS_TITLE_MAX)
        return case_refuse(tx, ERR_INVALID, "title", "letters.title_bad", LETTERS_TITLE_MAX);
    if (text > LETTERS_TEXT_MAX)
        return case_refuse(tx, ERR_INVALID, "text", "letters.text_bad", LETTERS_TEXT_MAX);
    if (s->deputies_n < 1 || s->deputies_n > LETTERS_DEPUTIES_MAX)
        return case_refuse(tx, ERR_INVALID, "deputies", "letters.deputies_bad",
                           LETTERS_DEPUTIES_MAX);
    if (s->received_day > day_of(tx->now_ms))
        return case_refuse(tx, ERR_INVALID, "received", "letters.day_coming", 0);
    enum err e = db_select(tx->db, &q_letters_session, ARGS(V_INT(s->session)), tx->arena, &rs);
    if (!e && rs.n == 0)
        return case_refuse(tx, ERR_INVALID, "session", "letters.session_bad", 0);
    if (!e)
        e = db_select(tx->db, &q_letters_of_number, ARGS(V_INT(s->session), V_INT(s->number)),
                      tx->arena, &rs);
    return !e && rs.n ? case_refuse(tx, ERR_EXISTS, "number", "letters.number_taken", s->number)
                      : e;
}

enum err letters_register(struct tx *tx, const struct letters_suggestion *s, int64_t *id)
{
    struct rows rs;
    enum err e = look_at(tx, s);
    if (!e)
        e = db_one(tx->db, &q_letters_add,
                   ARGS(V_INT(s->session), V_INT(s->number), V_STR(s->title),
                        V_STR(s->text.n ? s->text : STR("")), V_INT(s->received_day),
                        V_INT(s->is_public), V_INT(tx->now_ms), s->by ? V_INT(s->by) : V_NULL),
                   tx->arena, &rs);
    if (e)
        return e;
    *id = row_int(&rs, 0, "id");
    e = add_deputies(tx, s, *id);
    if (!e)
        e = s->words_later ? db_exec(tx->db, &q_letters_words_due, ARGS(V_INT(*id)), NULL)
                           : words_keep(tx, *id, s->title, s->text);
    const struct letter_step step = {.suggestion = *id,
                                     .event = "register",
                                     .by = {.as = LETTERS_AS_DESK, .user = s->by, .body = s->desk}};
    return e ? e : case_note(tx, &step);
}

/* What was merged or returned is answered elsewhere, or not at all. */
bool case_may_disclose(const struct rows *row, bool is_public)
{
    struct str state = row_str(row, 0, "state");
    return (row_int(row, 0, "is_public") != 0) != is_public && !str_eq_z(state, "merged") &&
           !str_eq_z(state, "returned");
}

/* Those that were merged into it go along: nothing is merged into what is merged itself. */
enum err letters_merge(struct tx *tx, int64_t suggestion, int64_t into,
                       const struct letters_actor *by, struct str note)
{
    struct rows row, there;
    enum err e = case_row(tx, suggestion, &row);
    if (!e)
        e = db_select(tx->db, &q_letters_get, ARGS(V_INT(into)), tx->arena, &there);
    if (e)
        return e;
    if (there.n == 0 || into == suggestion || !row_null(&there, 0, "merged_id") ||
        row_int(&there, 0, "session_id") != row_int(&row, 0, "session_id"))
        return case_refuse(tx, ERR_INVALID, "into", "letters.merge_bad", 0);
    if (!str_eq_z(row_str(&there, 0, "state"), "registered") &&
        !str_eq_z(row_str(&there, 0, "state"), "examined") &&
        !str_eq_z(row_str(&there, 0, "state"), "assigned") &&
        !str_eq_z(row_str(&there, 0, "state"), "drafting"))
        return case_refuse(tx, ERR_CONFLICT, "into", "letters.merge_late", 0);
    const struct letter_step s = {.suggestion = suggestion,
                                  .event = "merge",
                                  .by = *by,
                                  .about =
                                      arena_printf(tx->arena, "suggestion:%lld", (long long)into),
                                  .note = note};
    if (!transition_may(&letters_table, row_str(&row, 0, "state"), "merge", by->as))
        return by->as & LETTERS_AS_DESK ? case_refuse(tx, ERR_CONFLICT, "do", "letters.not_now", 0)
                                        : ERR_FORBIDDEN;
    e = db_exec(tx->db, &q_letters_merge, ARGS(V_INT(into), V_INT(suggestion)), NULL);
    if (!e)
        e = db_exec(tx->db, &q_letters_merge_more, ARGS(V_INT(into), V_INT(suggestion)), NULL);
    if (!e) /* its deputies are answered with the others */
        e = db_exec(tx->db, &q_letters_deputies_copy, ARGS(V_INT(into), V_INT(suggestion)), NULL);
    return e ? e : case_note(tx, &s);
}

enum err letters_disclose(struct tx *tx, int64_t suggestion, bool is_public,
                          const struct letters_actor *by, struct str note)
{
    struct rows row;
    const struct letter_step s = {.suggestion = suggestion,
                                  .event = is_public ? "publish" : "withhold",
                                  .by = *by,
                                  .note = note};
    if (!(by->as & (LETTERS_AS_DESK | LETTERS_AS_LEAD)))
        return ERR_FORBIDDEN;
    enum err e = case_row(tx, suggestion, &row);
    if (!e && !case_may_disclose(&row, is_public))
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.not_now", 0);
    if (!e && note.n == 0)
        return case_refuse(tx, ERR_INVALID, "note", "letters.note_needed", 0);
    if (!e)
        e = db_exec(tx->db, &q_letters_disclose, ARGS(V_INT(is_public), V_INT(suggestion)), NULL);
    return e ? e : case_note(tx, &s);
}
