/* Signing a draft: who signs has read it, proves that it is them, and its figures are frozen. */
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/issue.h"
#include "town/people/people.h"

/* The letter of the case, with its text. */
static enum err load(struct tx *tx, int64_t suggestion, struct rows *row)
{
    struct rows current;
    enum err e = letter_current(tx->db, suggestion, tx->arena, &current);
    if (!e && (current.n == 0 || row_int(&current, 0, "version") == 0))
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.sign_no_text", 0);
    return e ? e : issue_row(tx->db, tx->arena, row_int(&current, 0, "id"), row);
}

static enum err may_sign(struct tx *tx, const struct rows *row, int64_t version)
{
    struct rows left;
    bool lacks_class = false;
    int64_t suggestion = row_int(row, 0, "suggestion_id");
    if (version && version != row_int(row, 0, "version"))
        return case_refuse(tx, ERR_CONFLICT, "version", "letters.sign_changed", 0);
    enum err e =
        db_one(tx->db, &q_letters_countersign_left, ARGS(V_INT(suggestion)), tx->arena, &left);
    if (!e)
        e = issue_lacks_class(tx->db, tx->arena, row, &lacks_class);
    if (!e && row_int(&left, 0, "n_left"))
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.sign_countersign",
                           row_int(&left, 0, "n_left"));
    if (!e && lacks_class)
        return case_refuse(tx, ERR_CONFLICT, "class", "letters.sign_class", 0);
    return e;
}

static enum err freeze(struct tx *tx, const struct rows *row, char digest[ISSUE_SHA256 + 1])
{
    struct letter_figure *figures;
    size_t n;
    enum err e = issue_figures(tx->db, tx->arena, row, tx->now_ms, DRAFT_FREEZE, &figures, &n);
    if (e == ERR_LIMIT)
        return case_refuse(tx, ERR_CONFLICT, "figures", "letters.draft_figures_most",
                           DRAFT_TOKENS_MAX);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++)
        if (!draft_may_sign(figures[i].trouble))
            return case_refuse(tx, ERR_CONFLICT, "figures", "letters.sign_figure", (int64_t)i + 1);
    return issue_freeze(tx, row_int(row, 0, "id"), figures, n, digest);
}

enum err letters_sign(struct tx *tx, int64_t suggestion, int64_t version,
                      const struct letters_actor *by)
{
    char digest[ISSUE_SHA256 + 1];
    struct rows row, who;
    struct letter_step s = {.suggestion = suggestion, .event = "sign", .by = *by};
    enum err e = case_step(tx, &s, NULL);
    if (!e)
        e = load(tx, suggestion, &row);
    if (!e)
        e = may_sign(tx, &row, version);
    if (!e)
        e = freeze(tx, &row, digest);
    if (!e)
        e = db_one(tx->db, &q_letters_signer,
                   ARGS(V_INT(row_int(&row, 0, "organisation_id")), V_INT(by->user)), tx->arena,
                   &who);
    if (!e)
        e = db_exec(tx->db, &q_letters_signed,
                    ARGS(V_INT(by->user), V_STR(row_str(&who, 0, "name")),
                         V_STR(row_str(&who, 0, "title")), V_INT(tx->now_ms),
                         V_INT(day_of(tx->now_ms)), V_Z(digest), V_INT(row_int(&row, 0, "id"))),
                    NULL);
    if (!e && !row_null(&row, 0, "class_id"))
        e = db_exec(tx->db, &q_letters_class_set,
                    ARGS(row_val(&row, 0, "class_id"), V_INT(suggestion)), NULL);
    return e;
}

/* --- the form --- */

struct signing {
    struct command cmd;
    int64_t suggestion, letter, version;
    struct letters_actor by;
    struct str code;
    enum people_second said;
    enum err refused; /* what stood against it */
    struct err_info why;
};

/* A version's number says which text was read only with its letter: one that was recalled has them
 * too. */
static enum err sign_read(struct tx *tx, const struct signing *s)
{
    struct rows current;
    enum err e = letter_current(tx->db, s->suggestion, tx->arena, &current);
    if (!e && (current.n == 0 || row_int(&current, 0, "id") != s->letter))
        return case_refuse(tx, ERR_CONFLICT, "version", "letters.sign_changed", 0);
    return e ? e : letters_sign(tx, s->suggestion, s->version, &s->by);
}

/* The code is used up whatever comes of it: what is refused is undone, but for that. */
static enum err run_signing(struct command *cmd, struct tx *tx)
{
    struct signing *s = (struct signing *)cmd;
    enum err e = people_second_verify(tx, s->by.user, s->code, &s->said);
    if (e || s->said != PEOPLE_SECOND_RIGHT)
        return e;
    e = db_savepoint(tx->db);
    if (e)
        return e;
    s->refused = sign_read(tx, s);
    if (!s->refused)
        return db_savepoint_release(tx->db);
    s->why = *tx->info;
    db_savepoint_rollback(tx->db);
    if (!db_in_transaction(tx->db))
        return s->refused;
    *tx->info = (struct err_info){0};
    return OK;
}

static enum err signed_now(struct req *r, struct command *cmd, enum err result)
{
    const struct signing *s = (const struct signing *)cmd;
    if (!result && s->said != PEOPLE_SECOND_RIGHT)
        result = req_refuse(r, s->said == PEOPLE_SECOND_TOO_MANY ? ERR_LIMIT : ERR_INVALID, "code",
                            people_second_says(s->said));
    else if (!result && s->refused) {
        result = s->refused;
        r->info = s->why;
    }
    return issue_done(r, s->suggestion, result);
}

enum err sign_post(struct req *r)
{
    struct letter_case c;
    bool has;
    struct signing *s = ARENA_NEW(r->arena, struct signing);
    enum err e = s ? case_load(r, &c) : ERR_NOMEM;
    if (e)
        return e;
    if (!(c.as & LETTERS_AS_SIGN))
        return ERR_FORBIDDEN; /* before a password is asked for */
    *s = (struct signing){.cmd = {.name = "letters.sign", .run = run_signing},
                          .suggestion = c.id,
                          .by = case_actor(r, &c),
                          .code = req_field(r, "code")};
    e = req_field_int(r, "letter", 1, INT64_MAX, &s->letter);
    if (!e)
        e = req_field_int(r, "version", 1, INT64_MAX, &s->version);
    if (!e)
        e = people_second_has(r->db, r->arena, r->who.user_id, &has);
    if (!e && !has)
        e = req_refuse(r, ERR_CONFLICT, "code", "people.second_none");
    if (!e)
        e = people_password_check(r, "password");
    return e ? issue_done(r, c.id, e) : web_write(r, &s->cmd, signed_now);
}
