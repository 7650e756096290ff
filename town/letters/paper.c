/* A letter as it is printed: a draft of it for who works on it, and the paper that is sealed. */
#include "base/block.h"
#include "base/clock.h"
#include "store/objects.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/issue.h"
#include "town/letters/paper_words.h"

enum { CLASS_TEXT_MAX = 40 };

/* 2021年6月23日: no zeros before month and day. */
static struct str day_words(int64_t day, struct arena *arena)
{
    char text[DAY_TEXT];
    int64_t month, of_month;
    if (!day_text(day, text) || str_to_i64(str_n(text + 5, 2), &month) ||
        str_to_i64(str_n(text + 8, 2), &of_month))
        return STR_NONE;
    return str_of(arena_printf(arena, PAPER_DAY, text, (long long)month, (long long)of_month));
}

/* --- its text, with its figures --- */

/* In the order of the text: rows of letter_figures stand for the tokens, one each. */
static enum err put_frozen(struct arena *arena, struct str text, const struct rows *rs,
                           size_t *taken, struct str *out)
{
    struct letter_figure *f = arena_array(arena, DRAFT_TOKENS_MAX, sizeof(*f));
    struct letter_token t;
    size_t at = 0, n = 0;
    if (!f)
        return ERR_NOMEM;
    while (token_next(text, &at, &t)) {
        if (n == DRAFT_TOKENS_MAX || *taken == rs->n)
            return ERR_CORRUPT;
        f[n++] = (struct letter_figure){.token = t, .printed = row_str(rs, (*taken)++, "printed")};
    }
    *out = draft_printed(arena, text, f, n);
    return out->p || !text.n ? OK : ERR_NOMEM;
}

enum err issue_printed(struct db *db, struct arena *arena, const struct rows *row,
                       struct issue_texts *out)
{
    struct rows rs;
    size_t taken = 0;
    enum err e = db_select(db, &q_letters_figures, ARGS(V_INT(row_int(row, 0, "id"))), arena, &rs);
    if (!e)
        e = put_frozen(arena, row_str(row, 0, "text"), &rs, &taken, &out->body);
    if (!e)
        e = put_frozen(arena, row_str(row, 0, "attachments"), &rs, &taken, &out->attachments);
    return !e && taken != rs.n ? ERR_CORRUPT : e;
}

static enum err live_texts(struct db *db, struct arena *arena, const struct rows *row,
                           int64_t now_ms, struct issue_texts *out)
{
    struct letter_figure *body, *more;
    size_t body_n, more_n;
    struct str text = row_str(row, 0, "text"), attachments = row_str(row, 0, "attachments");
    enum err e = draft_figures(db, arena, text, now_ms, DRAFT_GLANCE, &body, &body_n);
    if (!e)
        e = draft_figures(db, arena, attachments, now_ms, DRAFT_GLANCE, &more, &more_n);
    if (e)
        return e;
    out->body = draft_printed(arena, text, body, body_n);
    out->attachments = draft_printed(arena, attachments, more, more_n);
    return OK;
}

size_t issue_attachments(struct str text, struct letter_attachment *out)
{
    size_t n = 0;
    while (text.n) {
        struct str rest, line = str_trim(str_cut(text, '\n', &rest));
        bool is_headed = str_starts(line, "# ") && n < LETTER_ATTACHMENTS_MAX;
        if (is_headed || (n == 0 && line.n)) {
            out[n++] = (struct letter_attachment){
                .name = is_headed ? str_trim(str_slice(line, 2, line.n)) : line,
                .text = str_n(rest.p, 0)};
        } else if (n) {
            const char *begin = out[n - 1].text.p;
            out[n - 1].text = str_n(begin, (size_t)(text.p + text.n - rest.n - begin));
        }
        text = rest;
    }
    return n;
}

/* --- drawing it --- */

static struct str class_mark(const struct rows *row, struct arena *arena)
{
    return row_null(row, 0, "class_id")
               ? STR_NONE
               : str_of(arena_printf(arena, PAPER_CLASS, STR_ARG(row_str(row, 0, "class_code"))));
}

static struct str code_address(const struct rows *row, struct str public_url, struct arena *arena)
{
    return str_of(arena_printf(arena, "%.*s/verify/letters/%.*s", STR_ARG(public_url),
                               STR_ARG(row_str(row, 0, "code"))));
}

static enum err fill(const struct rows *row, const struct issue_drawing *d, struct arena *arena,
                     const struct issue_texts *t, struct letter_paper *p)
{
    struct letter_attachment *list = arena_array(arena, LETTER_ATTACHMENTS_MAX, sizeof(*list));
    struct str body = row_str(row, 0, "body_zh");
    bool is_ordinary = str_eq_z(row_str(row, 0, "form"), "ordinary");
    int64_t day = row_null(row, 0, "dated_day") ? day_of(d->now_ms) : row_int(row, 0, "dated_day");
    if (!list)
        return ERR_NOMEM;
    *p = (struct letter_paper){
        .form = is_ordinary ? LETTER_ORDINARY : LETTER_LETTER,
        .mark = is_ordinary ? row_str(row, 0, "mark") : body,
        .number = issue_number(row, arena),
        .class_mark = class_mark(row, arena),
        .title = row_str(row, 0, "title"),
        .addressee = row_str(row, 0, "addressee"),
        .body = t->body,
        .attachments = list,
        .attachments_n = issue_attachments(t->attachments, list),
        .issuer = body,
        .date = day_words(day, arena),
        .seal = LETTER_SEAL_DRAWN,
        .is_sealed = d->is_final,
        .contact = row_str(row, 0, "contact"),
        .disclosure = row_str(row, 0, "disclosure"),
        .copies = row_str(row, 0, "copies"),
        .is_draft = !d->is_final,
        .pdf_author = body,
        .created_s = d->now_ms / 1000,
    };
    if (is_ordinary) {
        p->printer = body;
        p->printed = p->date;
    }
    if (d->is_final) {
        p->code = code_address(row, d->public_url, arena);
        p->code_caption = STR(PAPER_CODE);
    }
    return p->date.n ? OK : ERR_NOMEM;
}

enum err issue_draw(struct db *db, struct arena *arena, const struct rows *row,
                    const struct issue_drawing *d, struct letter_result *out, struct err_info *info)
{
    struct letter_paper p;
    struct issue_texts t = {{0}};
    const struct job_letter_ask ask = {0};
    *out = (struct letter_result){0};
    if (row_int(row, 0, "version") == 0)
        return ERR_CONFLICT;
    enum err e = row_null(row, 0, "signed_at") ? live_texts(db, arena, row, d->now_ms, &t)
                                               : issue_printed(db, arena, row, &t);
    if (!e)
        e = fill(row, d, arena, &t, &p);
    return e ? e : job_letter(&p, &ask, out, info);
}

/* --- as replies --- */

static void send_pdf(struct req *r, struct block *pdf, const char *name)
{
    reply_header(r, "Content-Disposition",
                 str_of(arena_printf(r->arena, "inline; filename=\"%s\"", name)));
    reply_body(r, "application/pdf", pdf, 0);
}

enum err issue_undrawn(struct req *r, enum err e)
{
    bool is_glyph = r->info.field && strcmp(r->info.field, "letter_glyph") == 0;
    if (e == ERR_INVALID || e == ERR_TOO_LARGE)
        return req_refuse(r, e, "paper", is_glyph ? "letters.paper_glyph" : "letters.paper_bad");
    return e == ERR_CONFLICT ? req_refuse(r, e, "do", "letters.not_now") : e;
}

/* For everybody who works on it. */
enum err draft_pdf(struct req *r)
{
    struct letter_case c;
    struct rows current, row;
    struct letter_result drawn;
    const struct issue_drawing d = {.now_ms = clock_wall_ms()};
    enum err e = case_load(r, &c);
    if (!e && !(c.as & LETTERS_INSIDE))
        e = ERR_NOT_FOUND;
    if (!e)
        e = letter_current(r->db, c.id, r->arena, &current);
    if (!e && (current.n == 0 || row_int(&current, 0, "version") == 0))
        e = ERR_NOT_FOUND;
    if (!e)
        e = issue_row(r->db, r->arena, row_int(&current, 0, "id"), &row);
    if (e)
        return e;
    e = issue_draw(r->db, r->arena, &row, &d, &drawn, &r->info);
    if (!e)
        send_pdf(r, drawn.pdf, "draft.pdf");
    return e ? issue_undrawn(r, e) : OK;
}

static enum err send_kept(struct req *r, const struct rows *row)
{
    struct block *pdf;
    enum err e = objects_read(row_str(row, 0, "pdf_sha256"), &pdf);
    if (!e)
        send_pdf(r, pdf, "letter.pdf");
    return e;
}

/* Of who works on it, and of its deputies once it was sent. */
enum err letter_pdf(struct req *r)
{
    struct letter_case c;
    struct rows row;
    int64_t id;
    enum err e = case_read_id(r, "id", &id);
    if (!e)
        e = issue_row(r->db, r->arena, id, &row);
    if (!e)
        e = case_load_of(r, row_int(&row, 0, "suggestion_id"), &c);
    if (!e && (row_null(&row, 0, "sealed_at") ||
               (!(c.as & LETTERS_INSIDE) && row_null(&row, 0, "sent_at"))))
        e = ERR_NOT_FOUND;
    return e ? e : send_kept(r, &row);
}

/* Of anybody who has its code, when it is public and was sent. */
enum err verify_letter_pdf(struct req *r)
{
    struct rows row;
    enum err e = verify_find(r, &row);
    if (!e && (!row_int(&row, 0, "is_public") || !str_eq_z(row_str(&row, 0, "state"), "sent")))
        e = ERR_NOT_FOUND;
    return e ? e : send_kept(r, &row);
}
