/* What may happen to a suggestion, and the one function that lets it happen. */
#include "store/queries.h"
#include "town/letters/internal.h"

#include <string.h>

#define DESK LETTERS_AS_DESK
#define LEAD LETTERS_AS_LEAD
#define DRAFT LETTERS_AS_DRAFT
#define CHECK LETTERS_AS_CHECK
#define SIGN LETTERS_AS_SIGN
#define SEAL LETTERS_AS_SEAL
#define CO LETTERS_AS_CO
#define DEPUTY LETTERS_AS_DEPUTY
#define SYSTEM LETTERS_AS_SYSTEM

static const struct transition rows[] = {
    {NULL, "register", "registered", DESK | SYSTEM},
    {"registered", "import", "closed", SYSTEM}, /* answered before the town kept it */
    {"registered", "examine", "examined", DESK},
    {"registered", "return", "returned", DESK, true},
    {"registered", "merge", "merged", DESK},
    {"examined", "merge", "merged", DESK},
    {"examined", "return", "returned", DESK, true},
    {"examined", "assign", "assigned", DESK},
    {"assigned", "accept", "drafting", LEAD},
    {"assigned", "decline", "examined", LEAD, true},
    {"assigned", "lapse", "drafting", SYSTEM}, /* nobody declined in time */
    {"assigned", "reassign", "assigned", DESK, true},
    {"drafting", "reassign", "assigned", DESK, true}, /* the lead is no more */
    {"drafting", "submit", "checking", DRAFT},
    {"checking", "return_draft", "drafting", CHECK, true},
    {"checking", "pass", "countersigning", CHECK},
    {"countersigning", "object", "drafting", CO, true},
    {"countersigning", "complete", "signing", SYSTEM}, /* every co-handler has, or there is none */
    {"signing", "return_draft", "drafting", SIGN, true},
    {"signing", "sign", "signed", SIGN},
    {"signed", "number", "numbered", SEAL},
    {"numbered", "void_number", "signed", SEAL, true},
    {"numbered", "seal", "sealed", SEAL},
    {"sealed", "send", "sent", SEAL},
    {"signed", "recall", "drafting", SIGN, true},
    {"numbered", "recall", "drafting", SIGN, true},
    {"sealed", "recall", "drafting", SIGN, true},
    {"sent", "recall", "drafting", SIGN, true},
    {"sent", "rated", "rated", SYSTEM},      /* every deputy has answered */
    {"sent", "close", "closed", DESK, true}, /* no form came back in time */
    {"rated", "again", "drafting", DESK, true},
    {"rated", "close", "closed", DESK},
    {"closed", "follow", "followed", SYSTEM}, /* nothing that was promised is open */
};
const struct transition_table letters_table = TRANSITION_TABLE(rows);

enum err case_refuse(struct tx *tx, enum err e, const char *field, const char *key, int64_t limit)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key, .limit = limit};
    return e;
}

enum err case_row(struct tx *tx, int64_t suggestion, struct rows *out)
{
    return db_one(tx->db, &q_letters_get, ARGS(V_INT(suggestion)), tx->arena, out);
}

static enum err add_event(struct tx *tx, const struct letter_step *s, int64_t round, struct str to)
{
    return db_exec(tx->db, &q_letters_event_add,
                   ARGS(V_INT(s->suggestion), V_INT(round), V_INT(tx->now_ms),
                        s->by.user ? V_INT(s->by.user) : V_NULL,
                        s->by.body ? V_INT(s->by.body) : V_NULL, V_Z(s->event), V_STR(to),
                        V_Z(s->about ? s->about : ""), V_STR(s->note.n ? s->note : STR(""))),
                   NULL);
}

enum err case_note(struct tx *tx, const struct letter_step *s)
{
    struct rows row;
    enum err e = case_row(tx, s->suggestion, &row);
    if (!e)
        e = add_event(tx, s, row_int(&row, 0, "round"), row_str(&row, 0, "state"));
    return e ? e : tell_of_step(tx, &row, s->event, s);
}

enum err case_step(struct tx *tx, const struct letter_step *s, struct str *to)
{
    struct rows row;
    const struct transition *t = NULL;
    enum err e = case_row(tx, s->suggestion, &row);
    if (!e)
        e = transition_next(&letters_table, row_str(&row, 0, "state"), s->event, s->by.as, &t);
    if (e == ERR_CONFLICT)
        return case_refuse(tx, e, "do", "letters.not_now", 0);
    if (!e && t->needs_note && s->note.n == 0)
        return case_refuse(tx, ERR_INVALID, "note", "letters.note_needed", 0);
    if (!e)
        e = db_exec(tx->db, &q_letters_move, ARGS(V_Z(t->to), V_INT(s->suggestion)), NULL);
    if (!e)
        e = add_event(tx, s, row_int(&row, 0, "round"), str_of(t->to));
    if (!e && to)
        *to = str_of(t->to);
    if (!e)
        e = case_row(tx, s->suggestion, &row);
    return e ? e : tell_of_step(tx, &row, s->event, s);
}

enum err case_may_submit(struct tx *tx, int64_t suggestion)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_letters_ready, ARGS(V_INT(suggestion)), tx->arena, &rs);
    if (!e && row_int(&rs, 0, "n_open"))
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.co_open", row_int(&rs, 0, "n_open"));
    if (!e && row_int(&rs, 0, "talks") == 0)
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.no_talk", 0);
    return e;
}
