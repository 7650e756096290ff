/* What a signed letter says in numbers, and whether it is still what was signed. */
#include "town/letters/issue.h"

#include <openssl/sha.h>

#include "base/buf.h"
#include "base/enc.h"
#include "store/objects.h"
#include "store/queries.h"
#include "town/letters/seal.h"
#include "town/signing/signing.h"

enum { DIGEST_MAX = 1 << 20 };

enum err issue_row(struct db *db, struct arena *arena, int64_t letter, struct rows *out)
{
    return db_one(db, &q_letters_issue, ARGS(V_INT(letter)), arena, out);
}

struct str issue_number(const struct rows *row, struct arena *arena)
{
    return row_null(row, 0, "n") ? STR_NONE
                                 : letter_number(row_str(row, 0, "short"), row_int(row, 0, "year"),
                                                 row_int(row, 0, "n"), arena);
}

void issue_sha256(struct str bytes, char out[ISSUE_SHA256 + 1])
{
    uint8_t hash[SHA256_DIGEST_LENGTH];
    SHA256((const uint8_t *)bytes.p, bytes.n, hash);
    enc_hex(out, hash, sizeof(hash));
}

enum err issue_figures(struct db *db, struct arena *arena, const struct rows *row, int64_t now_ms,
                       enum draft_how how, struct letter_figure **out, size_t *n)
{
    struct letter_figure *more;
    size_t more_n;
    enum err e = draft_figures(db, arena, row_str(row, 0, "text"), now_ms, how, out, n);
    if (!e)
        e = draft_figures(db, arena, row_str(row, 0, "attachments"), now_ms, how, &more, &more_n);
    if (!e && *n + more_n > DRAFT_TOKENS_MAX)
        return ERR_LIMIT;
    for (size_t i = 0; !e && i < more_n; i++)
        (*out)[(*n)++] = more[i]; /* it has room for DRAFT_TOKENS_MAX */
    return e;
}

enum err issue_lacks_class(struct db *db, struct arena *arena, const struct rows *row, bool *lacks)
{
    struct rows classes;
    enum err e = db_one(db, &q_letters_class_count, ARGS(V_INT(row_int(row, 0, "suggestion_id"))),
                        arena, &classes);
    *lacks = !e && row_int(&classes, 0, "n") && row_null(row, 0, "class_id");
    return e;
}

enum err issue_unheld(struct db *db, struct arena *arena, const struct rows *row, int64_t now_ms,
                      struct issue_unheld *out)
{
    struct letter_figure *figures;
    size_t n = 0;
    *out = (struct issue_unheld){0};
    enum err e = issue_lacks_class(db, arena, row, &out->class_missing);
    if (!e)
        e = issue_figures(db, arena, row, now_ms, DRAFT_GLANCE, &figures, &n);
    out->too_many = e == ERR_LIMIT;
    for (size_t i = 0; !e && i < n; i++)
        out->figures += !draft_may_sign(figures[i].trouble);
    return out->too_many ? OK : e;
}

static const char *kind_name(enum figure_kind kind)
{
    static const char *const names[] = {"number", "date", "reference"};
    return names[kind];
}

static enum err add(struct tx *tx, int64_t letter, int64_t position, const struct letter_figure *f)
{
    const struct figure_frozen *z = &f->frozen;
    bool is_number = z->kind == FIGURE_NUMBER;
    struct str unit = z->unit.n ? z->unit : STR("");
    return db_exec(tx->db, &q_letters_figure_add,
                   ARGS(V_INT(letter), V_INT(position), V_STR(z->name), V_INT(z->of),
                        V_INT(z->as_of_ms), V_Z(kind_name(z->kind)), V_STR(unit),
                        V_STR(z->title_zh), V_STR(z->title_en),
                        V_Z(figures_qualifier_name(f->qualifier)), V_STR(f->printed),
                        is_number ? V_INT(z->number) : V_NULL, is_number ? V_NULL : V_STR(z->words),
                        V_INT(z->is_public ? 1 : 0), V_Z(z->version_sha256), V_INT(z->evidence_n),
                        V_Z(z->evidence_sha256)),
                   NULL);
}

enum err issue_freeze(struct tx *tx, int64_t letter, const struct letter_figure *figures, size_t n,
                      char digest[ISSUE_SHA256 + 1])
{
    struct rows rs;
    enum err e = OK;
    for (size_t i = 0; !e && i < n; i++)
        e = add(tx, letter, (int64_t)i + 1, &figures[i]);
    if (!e)
        e = db_select(tx->db, &q_letters_figures, ARGS(V_INT(letter)), tx->arena, &rs);
    return e ? e : issue_digest(&rs, digest);
}

/* Numbers in decimal, texts with their length before them, what is missing as "-". */
static void put_cell(struct buf *b, const struct rows *rs, size_t i, const char *column)
{
    struct val v = row_val(rs, i, column);
    if (v.kind == VAL_INT)
        buf_printf(b, " %lld", (long long)v.i);
    else if (v.kind == VAL_NULL)
        buf_z(b, " -");
    else
        buf_printf(b, " %zu:%.*s", v.s.n, STR_ARG(v.s));
}

enum err issue_digest(const struct rows *figures, char digest[ISSUE_SHA256 + 1])
{
    static const char *const columns[] = {
        "position",  "name",           "of_id",      "as_of",          "kind",   "unit",
        "title_zh",  "title_en",       "qualifier",  "printed",        "number", "words",
        "is_public", "version_sha256", "evidence_n", "evidence_sha256"};
    struct buf b;
    buf_init(&b, DIGEST_MAX);
    buf_z(&b, "letter-figures 1\n");
    for (size_t i = 0; i < figures->n; i++) {
        for (size_t k = 0; k < sizeof(columns) / sizeof(columns[0]); k++)
            put_cell(&b, figures, i, columns[k]);
        buf_u8(&b, '\n');
    }
    enum err e = buf_ok(&b) ? OK : ERR_NOMEM;
    if (!e)
        issue_sha256(str_n(b.p, b.n), digest);
    buf_free(&b);
    return e;
}

/* --- is it still what was signed --- */

static enum err figures_fault(struct db *db, struct arena *arena, const struct rows *row,
                              const char **fault)
{
    struct rows rs;
    char digest[ISSUE_SHA256 + 1];
    enum err e = db_select(db, &q_letters_figures, ARGS(V_INT(row_int(row, 0, "id"))), arena, &rs);
    if (!e)
        e = issue_digest(&rs, digest);
    if (!e && !str_eq_z(row_str(row, 0, "figures_sha256"), digest))
        *fault = "figures";
    return e;
}

static enum err paper_fault(const struct rows *row, const char **fault)
{
    struct block *pdf;
    char hash[ISSUE_SHA256 + 1];
    struct str id = row_str(row, 0, "pdf_sha256");
    if (!objects_are_here())
        return OK;
    enum err e = objects_read(id, &pdf);
    if (e == ERR_NOT_FOUND) {
        *fault = "paper_missing";
        return OK;
    }
    if (e)
        return e;
    issue_sha256(str_n(block_bytes(pdf), pdf->n), hash);
    if (!str_eq_z(id, hash) || (int64_t)pdf->n != row_int(row, 0, "pdf_bytes"))
        *fault = "paper";
    block_unref(pdf);
    return OK;
}

enum err issue_fault(struct db *db, struct arena *arena, const struct rows *row, const char **fault)
{
    const char *why = NULL;
    int64_t key = 0;
    *fault = NULL;
    enum err e = figures_fault(db, arena, row, fault);
    if (e || *fault || row_null(row, 0, "sealed_at"))
        return e;
    struct str statement = seal_statement(row, arena);
    if (!statement.n)
        return ERR_NOMEM;
    if (!str_eq(statement, row_str(row, 0, "statement"))) {
        *fault = "statement";
        return OK;
    }
    if (str_to_i64(row_str(row, 0, "key_id"), &key))
        key = 0;
    e = signing_verify(db, arena, ISSUE_PURPOSE, statement, key, row_str(row, 0, "signature"),
                       &why);
    if (!e && why)
        *fault = "signature";
    return e || *fault ? e : paper_fault(row, fault);
}
