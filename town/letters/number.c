/* Numbers of letters: a series for each body and year. */
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/issue.h"

static int64_t year_of(int64_t day)
{
    char text[DAY_TEXT];
    int64_t year = 0;
    if (!day_text(day, text) || str_to_i64(str_n(text, 4), &year))
        return 0;
    return year;
}

enum err letters_number_next(struct db *db, struct arena *arena, int64_t body, int64_t day,
                             int64_t *year, int64_t *n)
{
    struct rows rs;
    *year = year_of(day);
    enum err e = db_one(db, &q_letters_number_next, ARGS(V_INT(body), V_INT(*year)), arena, &rs);
    *n = e ? 0 : row_int(&rs, 0, "n");
    return e;
}

static enum err load(struct tx *tx, int64_t suggestion, struct rows *row)
{
    enum err e = letter_current(tx->db, suggestion, tx->arena, row);
    return e || row->n ? e : ERR_CORRUPT;
}

/* Taken is what a letter has, and what went out with one and is void. A series has no gaps: only
 * its first number is anybody's choice, since it may have begun elsewhere. */
static enum err may_give(struct tx *tx, int64_t body, int64_t year, int64_t n, int64_t next)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_letters_number_series, ARGS(V_INT(n), V_INT(body), V_INT(year)),
                        tx->arena, &rs);
    if (e)
        return e;
    if (row_int(&rs, 0, "taken"))
        return case_refuse(tx, ERR_EXISTS, "n", "letters.letter_number_taken", next);
    if (row_null(&rs, 0, "first"))
        return OK;
    bool is_before = n < row_int(&rs, 0, "first") && !row_int(&rs, 0, "freed");
    return is_before || n > row_int(&rs, 0, "last") + 1
               ? case_refuse(tx, ERR_CONFLICT, "n", "letters.letter_number_gap", next)
               : OK;
}

static enum err give(struct tx *tx, const struct rows *row, int64_t n, int64_t by, int64_t *id)
{
    struct rows rs;
    int64_t year, next, body = row_int(row, 0, "organisation_id");
    enum err e =
        letters_number_next(tx->db, tx->arena, body, row_int(row, 0, "dated_day"), &year, &next);
    if (e)
        return e;
    n = n ? n : next;
    if (n > LETTERS_NUMBER_MAX)
        return case_refuse(tx, ERR_LIMIT, "n", "letters.number_bad", LETTERS_NUMBER_MAX);
    e = may_give(tx, body, year, n, next);
    if (!e)
        e = db_one(tx->db, &q_letters_number_add,
                   ARGS(V_INT(body), V_INT(year), V_INT(n), V_INT(row_int(row, 0, "id")),
                        V_INT(tx->now_ms), V_INT(by)),
                   tx->arena, &rs);
    *id = e ? 0 : row_int(&rs, 0, "id");
    return e;
}

enum err letters_number(struct tx *tx, int64_t suggestion, int64_t n,
                        const struct letters_actor *by)
{
    struct rows row;
    int64_t id = 0;
    struct letter_step s = {.suggestion = suggestion, .event = "number", .by = *by};
    enum err e = case_step(tx, &s, NULL);
    if (!e)
        e = load(tx, suggestion, &row);
    if (!e)
        e = give(tx, &row, n, by->user, &id);
    return e ? e
             : db_exec(tx->db, &q_letters_number_set,
                       ARGS(V_INT(id), V_Z("numbered"), V_INT(row_int(&row, 0, "id"))), NULL);
}

enum err letters_number_void(struct tx *tx, int64_t suggestion, struct str note,
                             const struct letters_actor *by)
{
    struct rows row;
    struct letter_step s = {
        .suggestion = suggestion, .event = "void_number", .by = *by, .note = note};
    enum err e = case_step(tx, &s, NULL);
    if (!e)
        e = load(tx, suggestion, &row);
    if (!e)
        e = db_exec(tx->db, &q_letters_number_void,
                    ARGS(V_INT(tx->now_ms), V_INT(by->user), V_STR(note), V_INT(1),
                         V_INT(row_int(&row, 0, "number_id"))),
                    NULL);
    return e ? e
             : db_exec(tx->db, &q_letters_number_set,
                       ARGS(V_NULL, V_Z("signed"), V_INT(row_int(&row, 0, "id"))), NULL);
}

/* --- the forms --- */

struct numbering {
    struct command cmd;
    int64_t suggestion, n;
    struct str note;
    bool is_void;
    struct letters_actor by;
};

static enum err run_numbering(struct command *cmd, struct tx *tx)
{
    struct numbering *m = (struct numbering *)cmd;
    return m->is_void ? letters_number_void(tx, m->suggestion, m->note, &m->by)
                      : letters_number(tx, m->suggestion, m->n, &m->by);
}

static enum err numbered(struct req *r, struct command *cmd, enum err result)
{
    return issue_done(r, ((const struct numbering *)cmd)->suggestion, result);
}

static enum err numbering(struct req *r, struct numbering **out, struct letter_case *c)
{
    enum err e = case_load(r, c);
    if (!e && !(c->as & LETTERS_AS_SEAL))
        e = ERR_FORBIDDEN;
    struct numbering *m = *out = e ? NULL : ARENA_NEW(r->arena, struct numbering);
    if (!m)
        return e ? e : ERR_NOMEM;
    *m = (struct numbering){.cmd = {.name = "letters.number", .run = run_numbering},
                            .suggestion = c->id,
                            .by = case_actor(r, c)};
    return OK;
}

enum err number_post(struct req *r)
{
    struct letter_case c;
    struct numbering *m;
    enum err e = numbering(r, &m, &c);
    if (e)
        return e;
    if (str_to_i64(str_trim(req_field(r, "n")), &m->n) || m->n < 1 || m->n > LETTERS_NUMBER_MAX) {
        e = req_refuse(r, ERR_INVALID, "n", "letters.number_bad");
        r->info.limit = LETTERS_NUMBER_MAX;
        return issue_done(r, c.id, e);
    }
    return web_write(r, &m->cmd, numbered);
}

enum err number_void_post(struct req *r)
{
    struct letter_case c;
    struct numbering *m;
    enum err e = numbering(r, &m, &c);
    if (e)
        return e;
    m->is_void = true;
    if (req_field_text(r, "note", 1, ISSUE_REASON_MAX, &m->note))
        return issue_done(r, c.id, req_refuse(r, ERR_INVALID, "note", "letters.note_needed"));
    return web_write(r, &m->cmd, numbered);
}
