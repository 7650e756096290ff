/* A sealed letter goes to each deputy, to who helped with it and to who gets a copy; and what comes
 * back is void. */
#include "store/queries.h"
#include "town/letters/issue.h"

static enum err current(struct tx *tx, int64_t suggestion, struct rows *row)
{
    struct rows rs;
    enum err e = letter_current(tx->db, suggestion, tx->arena, &rs);
    if (!e && rs.n == 0)
        return ERR_CORRUPT;
    return e ? e : issue_row(tx->db, tx->arena, row_int(&rs, 0, "id"), row);
}

static enum err add(struct tx *tx, int64_t letter, const char *kind, int64_t deputy, int64_t body,
                    struct str name)
{
    return db_exec(tx->db, &q_letters_sending_add,
                   ARGS(V_INT(letter), V_Z(kind), deputy ? V_INT(deputy) : V_NULL,
                        body ? V_INT(body) : V_NULL, V_STR(name), V_INT(tx->now_ms)),
                   NULL);
}

static enum err to_deputies(struct tx *tx, int64_t suggestion, int64_t letter)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_letters_deputies, ARGS(V_INT(suggestion)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = add(tx, letter, "deputy", row_int(&rs, i, "id"), 0, row_str(&rs, i, "name"));
    return e;
}

static enum err to_handlers(struct tx *tx, int64_t suggestion, int64_t round, int64_t letter)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_letters_handlers, ARGS(V_INT(suggestion), V_INT(round)),
                           tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        if (!row_int(&rs, i, "is_lead") && !str_eq_z(row_str(&rs, i, "state"), "released"))
            e = add(tx, letter, "handler", 0, row_int(&rs, i, "organisation_id"),
                    row_str(&rs, i, "name_zh"));
    return e;
}

/* Copies are words on paper: names between commas. */
static struct str next_copy(struct str *rest)
{
    static const char *const between[] = {"，", "、", "；", ",", ";", "。"};
    size_t end = rest->n, after = rest->n;
    for (size_t i = 0; i < rest->n && end == rest->n; i++)
        for (size_t k = 0; k < sizeof(between) / sizeof(between[0]); k++)
            if (str_starts(str_slice(*rest, i, rest->n), between[k])) {
                end = i;
                after = i + strlen(between[k]);
                break;
            }
    struct str name = str_trim(str_slice(*rest, 0, end));
    *rest = str_slice(*rest, after, rest->n);
    return name;
}

static enum err to_copies(struct tx *tx, struct str copies, int64_t letter)
{
    enum err e = OK;
    for (int i = 0; !e && copies.n && i < ISSUE_COPIES_MAX; i++) {
        struct str name = next_copy(&copies);
        if (name.n)
            e = add(tx, letter, "copy", 0, 0, name);
    }
    return e;
}

enum err letters_send(struct tx *tx, int64_t suggestion, const struct letters_actor *by)
{
    struct rows row;
    const char *fault = NULL;
    enum err e = current(tx, suggestion, &row);
    if (!e)
        e = round_sent(tx, suggestion, by);
    if (!e)
        e = issue_fault(tx->db, tx->arena, &row, &fault);
    if (!e && fault)
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.seal_fault", 0);
    int64_t letter = e ? 0 : row_int(&row, 0, "id");
    if (!e)
        e = to_deputies(tx, suggestion, letter);
    if (!e)
        e = to_handlers(tx, suggestion, row_int(&row, 0, "round"), letter);
    if (!e)
        e = to_copies(tx, row_str(&row, 0, "copies"), letter);
    if (!e)
        e = db_exec(tx->db, &q_letters_letter_sent, ARGS(V_INT(tx->now_ms), V_INT(letter)), NULL);
    return e ? e : reply_words_keep(tx, letter);
}

/* Its number is void; it is given again only if no paper with it has left the house. */
enum err letters_recall(struct tx *tx, int64_t suggestion, struct str note,
                        const struct letters_actor *by)
{
    struct rows row;
    int64_t fresh;
    enum err e = current(tx, suggestion, &row);
    if (!e)
        e = round_recall(tx, suggestion, by, note, &fresh);
    if (e || row_null(&row, 0, "number_id"))
        return e;
    return db_exec(tx->db, &q_letters_number_void,
                   ARGS(V_INT(tx->now_ms), V_INT(by->user), V_STR(str_head(note, ISSUE_REASON_MAX)),
                        V_INT(row_null(&row, 0, "sent_at") ? 1 : 0),
                        V_INT(row_int(&row, 0, "number_id"))),
                   NULL);
}

/* --- the forms --- */

struct sending {
    struct command cmd;
    int64_t suggestion;
    struct str note;
    struct letters_actor by;
};

static enum err run_send(struct command *cmd, struct tx *tx)
{
    const struct sending *s = (const struct sending *)cmd;
    return letters_send(tx, s->suggestion, &s->by);
}

static enum err run_recall(struct command *cmd, struct tx *tx)
{
    const struct sending *s = (const struct sending *)cmd;
    return letters_recall(tx, s->suggestion, s->note, &s->by);
}

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    return issue_done(r, ((const struct sending *)cmd)->suggestion, result);
}

static enum err begin(struct req *r, unsigned as, struct sending **out)
{
    struct letter_case c;
    enum err e = case_load(r, &c);
    if (!e && !(c.as & as))
        e = ERR_FORBIDDEN;
    struct sending *s = *out = e ? NULL : ARENA_NEW(r->arena, struct sending);
    if (!s)
        return e ? e : ERR_NOMEM;
    *s = (struct sending){.cmd = {.name = "letters.send", .run = run_send},
                          .suggestion = c.id,
                          .by = case_actor(r, &c)};
    return OK;
}

enum err send_post(struct req *r)
{
    struct sending *s;
    enum err e = begin(r, LETTERS_AS_SEAL, &s);
    return e ? e : web_write(r, &s->cmd, done);
}

enum err recall_post(struct req *r)
{
    struct sending *s;
    enum err e = begin(r, LETTERS_AS_SIGN, &s);
    if (e)
        return e;
    s->cmd.run = run_recall;
    if (req_field_text(r, "note", 1, ISSUE_REASON_MAX, &s->note))
        return issue_done(r, s->suggestion,
                          req_refuse(r, ERR_INVALID, "note", "letters.note_needed"));
    return web_write(r, &s->cmd, done);
}
