/* Sealing: the paper is drawn once and kept, and the town's key signs what it is. */
#include "town/letters/seal.h"

#include "base/block.h"
#include "base/clock.h"
#include "store/objects.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/gone/gone.h"
#include "town/letters/issue.h"
#include "town/signing/signing.h"

struct str seal_statement_of(const struct rows *row, struct str pdf_sha256, int64_t sealed_at,
                             struct arena *arena)
{
    char day[DAY_TEXT] = "";
    struct str title = row_str(row, 0, "signer_title");
    if (!row_null(row, 0, "dated_day") && !day_text(row_int(row, 0, "dated_day"), day))
        return STR_NONE;
    const char *text = arena_printf(
        arena,
        "guildhall-letter 1\ncode: %.*s\nbody: %.*s\nnumber: %.*s\ndated: %s\ntitle: %.*s\n"
        "pdf-sha256: %.*s\nfigures-sha256: %.*s\nsigner: %.*s%s%.*s\nsigned-at: %lld\n"
        "sealed-at: %lld\n",
        STR_ARG(row_str(row, 0, "code")), STR_ARG(row_str(row, 0, "body_zh")),
        STR_ARG(issue_number(row, arena)), day, STR_ARG(row_str(row, 0, "title")),
        STR_ARG(pdf_sha256), STR_ARG(row_str(row, 0, "figures_sha256")),
        STR_ARG(row_str(row, 0, "signer_name")), title.n ? " " : "", STR_ARG(title),
        (long long)row_int(row, 0, "signed_at"), (long long)sealed_at);
    return text ? str_of(text) : STR_NONE;
}

struct str seal_statement(const struct rows *row, struct arena *arena)
{
    return seal_statement_of(row, row_str(row, 0, "pdf_sha256"), row_int(row, 0, "sealed_at"),
                             arena);
}

static enum err keep(struct tx *tx, const struct rows *row, const struct letters_paper *p,
                     int64_t by)
{
    struct signature sig;
    struct str statement = seal_statement_of(row, p->sha256, tx->now_ms, tx->arena);
    if (!statement.n)
        return ERR_NOMEM;
    enum err e = signing_sign(tx->db, tx->arena, ISSUE_PURPOSE, statement, &sig);
    if (e == ERR_NOT_FOUND)
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.seal_no_key", 0);
    const char *key = arena_printf(tx->arena, "%lld", (long long)sig.key);
    return e ? e
             : db_exec(tx->db, &q_letters_sealed,
                       ARGS(V_STR(p->sha256), V_INT(p->bytes), V_STR(statement),
                            V_BLOB(str_n(sig.bytes, sizeof(sig.bytes))), V_Z(key),
                            V_INT(tx->now_ms), V_INT(by), V_INT(row_int(row, 0, "id"))),
                       NULL);
}

enum err letters_seal(struct tx *tx, int64_t suggestion, const struct letters_paper *p,
                      const struct letters_actor *by)
{
    struct rows current, row;
    const char *fault = NULL;
    struct letter_step s = {.suggestion = suggestion, .event = "seal", .by = *by};
    enum err e = case_step(tx, &s, NULL);
    if (!e)
        e = letter_current(tx->db, suggestion, tx->arena, &current);
    /* What was drawn is this letter with this number. */
    if (!e && (current.n == 0 || row_int(&current, 0, "id") != p->letter ||
               row_int(&current, 0, "number_id") != p->number_id))
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.seal_changed", 0);
    if (!e)
        e = issue_row(tx->db, tx->arena, p->letter, &row);
    if (!e)
        e = issue_fault(tx->db, tx->arena, &row, &fault);
    if (!e && fault)
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.seal_fault", 0);
    return e ? e : keep(tx, &row, p, by->user);
}

enum err letters_paper_draw(struct db *db, struct arena *arena, int64_t suggestion,
                            struct str public_url, struct letters_paper *out, char missing[8],
                            struct err_info *info)
{
    struct rows current, row;
    struct letter_result drawn = {0};
    struct object_id id;
    const struct issue_drawing d = {
        .is_final = true, .public_url = public_url, .now_ms = clock_wall_ms()};
    enum err e = letter_current(db, suggestion, arena, &current);
    if (!e && (current.n == 0 || row_null(&current, 0, "number_id")))
        return ERR_CONFLICT;
    if (!e)
        e = issue_row(db, arena, row_int(&current, 0, "id"), &row);
    if (!e)
        e = issue_draw(db, arena, &row, &d, &drawn, info);
    if (missing)
        memcpy(missing, drawn.missing, sizeof(drawn.missing));
    if (e)
        return e;
    e = objects_put(str_n(block_bytes(drawn.pdf), drawn.pdf->n), &id);
    *out = (struct letters_paper){.letter = row_int(&current, 0, "id"),
                                  .number_id = row_int(&current, 0, "number_id"),
                                  .bytes = (int64_t)drawn.pdf->n,
                                  .sha256 = arena_str(arena, str_of(id.hex))};
    block_unref(drawn.pdf);
    return e;
}

/* --- the form --- */

struct sealing {
    struct command cmd;
    int64_t suggestion;
    struct letters_actor by;
    struct letters_paper paper;
};

static enum err run_sealing(struct command *cmd, struct tx *tx)
{
    struct sealing *s = (struct sealing *)cmd;
    return letters_seal(tx, s->suggestion, &s->paper, &s->by);
}

static enum err sealed_now(struct req *r, struct command *cmd, enum err result)
{
    return issue_done(r, ((const struct sealing *)cmd)->suggestion, result);
}

enum err seal_post(struct req *r)
{
    struct letter_case c;
    char missing[8] = "";
    struct sealing *s = ARENA_NEW(r->arena, struct sealing);
    enum err e = s ? case_load(r, &c) : ERR_NOMEM;
    if (e)
        return e;
    if (!(c.as & LETTERS_AS_SEAL))
        return ERR_FORBIDDEN;
    *s = (struct sealing){.cmd = {.name = "letters.seal", .run = run_sealing},
                          .suggestion = c.id,
                          .by = case_actor(r, &c)};
    if (!str_eq_z(row_str(&c.row, 0, "state"), "numbered"))
        return issue_done(r, c.id, req_refuse(r, ERR_CONFLICT, "do", "letters.not_now"));
    e = letters_paper_draw(r->db, r->arena, c.id, req_public_url(r), &s->paper, missing, &r->info);
    if (!e)
        return gone_write(r, &s->cmd, sealed_now, &s->paper.sha256, 1);
    e = issue_done(r, c.id, issue_undrawn(r, e));
    if (!r->json && missing[0])
        view_put_z(r->view, "missing", missing);
    return e;
}
