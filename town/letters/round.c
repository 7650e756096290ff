/* What begins a round, and what ends it. */
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/internal.h"

enum err round_begin(struct tx *tx, int64_t suggestion, const struct letters_actor *by)
{
    struct rows row;
    int64_t letter;
    enum err e = case_row(tx, suggestion, &row);
    if (!e)
        e = db_exec(
            tx->db, &q_letters_lead_state,
            ARGS(V_Z("accepted"), V_Z(""), V_INT(suggestion), V_INT(row_int(&row, 0, "round"))),
            NULL);
    return e ? e : letter_open(tx, suggestion, by->user, &letter);
}

enum err round_sent(struct tx *tx, int64_t suggestion, const struct letters_actor *by)
{
    const struct letter_step s = {.suggestion = suggestion, .event = "send", .by = *by};
    enum err e = case_step(tx, &s, NULL);
    if (!e)
        e = db_exec(tx->db, &q_letters_sent, ARGS(V_INT(day_of(tx->now_ms)), V_INT(suggestion)),
                    NULL);
    if (!e)
        e = due_again(tx, suggestion);
    return e ? e
             : messages_drop(
                   tx, str_of(arena_printf(tx->arena, "suggestion:%lld", (long long)suggestion)));
}

enum err round_uncountersign(struct tx *tx, int64_t suggestion)
{
    return db_exec(tx->db, &q_letters_countersign_void, ARGS(V_INT(suggestion)), NULL);
}

enum err round_complete(struct tx *tx, int64_t suggestion)
{
    const struct letter_step s = {
        .suggestion = suggestion, .event = "complete", .by = {.as = LETTERS_AS_SYSTEM}};
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_letters_countersign_left, ARGS(V_INT(suggestion)), tx->arena, &rs);
    return e || row_int(&rs, 0, "n_left") ? e : case_step(tx, &s, NULL);
}

enum err round_recall(struct tx *tx, int64_t suggestion, const struct letters_actor *by,
                      struct str note, int64_t *letter)
{
    const struct letter_step s = {
        .suggestion = suggestion, .event = "recall", .by = *by, .note = note};
    struct rows current;
    enum err e = letter_current(tx->db, suggestion, tx->arena, &current);
    if (!e && current.n == 0)
        return ERR_CORRUPT;
    if (!e)
        e = case_step(tx, &s, NULL);
    if (!e)
        e = db_exec(tx->db, &q_letters_recalled,
                    ARGS(V_INT(tx->now_ms), V_INT(by->user), V_STR(note),
                         V_INT(row_int(&current, 0, "id"))),
                    NULL);
    if (!e)
        e = db_exec(tx->db, &q_letters_unsent, ARGS(V_INT(suggestion)), NULL);
    if (!e)
        e = round_uncountersign(tx, suggestion);
    if (!e)
        e = due_again(tx, suggestion);
    return e ? e : letter_open(tx, suggestion, by->user, letter);
}

enum err round_again(struct tx *tx, int64_t suggestion, const struct letters_actor *by,
                     struct str note)
{
    const struct letter_step s = {
        .suggestion = suggestion, .event = "again", .by = *by, .note = note};
    int64_t today = day_of(tx->now_ms), most, letter;
    struct clock_result co;
    struct clock_rule rule;
    struct workdays w;
    struct rows row, rated;
    enum err e = case_row(tx, suggestion, &row);
    if (!e)
        e = db_one(tx->db, &q_letters_rated,
                   ARGS(V_INT(row_int(&row, 0, "round")), V_INT(suggestion)), tx->arena, &rated);
    if (!e && row_int(&rated, 0, "dissatisfied") == 0)
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.again_nobody", 0);
    if (!e)
        e = due_rule(tx->db, tx->arena, row_int(&row, 0, "session_id"), today, &rule, &most);
    if (!e && row_int(&row, 0, "round") > most)
        return case_refuse(tx, ERR_LIMIT, "do", "letters.again_most", most);
    if (!e)
        e = workdays_load(tx->db, tx->arena, &w);
    if (!e)
        e = case_step(tx, &s, NULL);
    if (e)
        return e;
    clock_reckon(CLOCK_CO, &rule, &w, today, 0, &co);
    e = db_exec(tx->db, &q_letters_round_next, ARGS(V_INT(today), V_INT(suggestion)), NULL);
    if (!e)
        e = db_exec(tx->db, &q_letters_handlers_again,
                    ARGS(V_INT(co.day), V_INT(tx->now_ms), V_INT(suggestion)), NULL);
    if (!e)
        e = due_again(tx, suggestion);
    if (!e)
        e = case_row(tx, suggestion, &row);
    if (!e)
        e = tell_of_opinions(tx, &row);
    return e ? e : letter_open(tx, suggestion, by->user, &letter);
}
