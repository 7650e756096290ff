/*
 *   GET  /suggestions/{id}/sign          what issuing has come to: letter, figures with what stands
 *                                        against each, may, next (number); for who works on it
 *   POST /suggestions/{id}/sign          password, code, letter, version
 *   POST /suggestions/{id}/number        n
 *   POST /suggestions/{id}/number/void   note
 *   POST /suggestions/{id}/seal
 *   POST /suggestions/{id}/send
 *   POST /suggestions/{id}/recall        note
 *   GET  /suggestions/{id}/draft.pdf     the draft as a paper; for who works on it
 *   GET  /letters/{id}/paper.pdf         the sealed one; also its deputies', once it was sent
 *   GET  /verify/letters/{code}          for anybody (verify.c)
 *   POST /verify/letters/{code}          pdf: is it this letter?
 *   GET  /verify/letters/{code}/paper.pdf
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/frozen_view.h"
#include "town/letters/issue.h"
#include "town/letters/paper_words.h"
#include "town/people/people.h"

/* --- the letter --- */

static void put_letter(struct req *r, const struct rows *row)
{
    struct view *v = view_put_object(r->view, "letter");
    struct str state = row_str(row, 0, "state"), number = issue_number(row, r->arena);
    view_put_int(v, "id", row_int(row, 0, "id"));
    view_put_str(v, "state", state);
    view_put_str(v, "state_name", req_text(r, "letters.letter_", state));
    view_put_int(v, "version", row_int(row, 0, "version"));
    view_put_str(v, "body", case_text(r, row, 0, "body_zh", "body_en"));
    if (number.n)
        view_put_str(v, "number", number);
    case_put_day(v, "dated", row, 0, "dated_day");
    if (!row_null(row, 0, "signed_at")) {
        view_put_str(v, "signer", row_str(row, 0, "signer_name"));
        view_put_str(v, "signer_title", row_str(row, 0, "signer_title"));
        view_put_time(v, "signed_at", row_int(row, 0, "signed_at"));
    }
    if (!row_null(row, 0, "sealed_at")) {
        view_put_time(v, "sealed_at", row_int(row, 0, "sealed_at"));
        view_put_str(v, "code", row_str(row, 0, "code"));
        view_put_str(v, "pdf_sha256", row_str(row, 0, "pdf_sha256"));
    }
    if (!row_null(row, 0, "sent_at"))
        view_put_time(v, "sent_at", row_int(row, 0, "sent_at"));
    if (row_int(row, 0, "version") == 0)
        return;
    view_put_str(v, "form", row_str(row, 0, "form"));
    view_put_str(v, "title", row_str(row, 0, "title"));
    view_put_str(v, "addressee", row_str(row, 0, "addressee"));
    view_put_str(v, "copies", row_str(row, 0, "copies"));
    view_put_str(v, "disclosure", row_str(row, 0, "disclosure"));
    view_put_str(v, "contact", row_str(row, 0, "contact"));
    if (!row_null(row, 0, "class_id")) {
        view_put_str(v, "class_code", row_str(row, 0, "class_code"));
        view_put_str(v, "class", case_text(r, row, 0, "class_zh", "class_en"));
    }
}

static void put_draft_figure(struct req *r, struct view *v, const struct letter_figure *f,
                             int64_t position)
{
    const struct figure_frozen *z = &f->frozen;
    const struct figure_value value = {
        .kind = z->kind, .is_known = z->is_known, .number = z->number, .words = z->words};
    view_put_int(v, "position", position);
    view_put_str(v, "printed", f->printed);
    view_put_str(v, "name", f->token.name);
    view_put_str(v, "title",
                 z->title_zh.n ? (r->lang == LANG_EN ? z->title_en : z->title_zh) : f->token.name);
    view_put_str(v, "value", figures_printed(z->kind, z->unit, &value, r->arena));
    view_put_bool(v, "is_public", z->is_public);
    view_put_z(v, "verdict", draft_trouble_name(f->trouble));
    view_put_str(v, "verdict_name",
                 req_text(r, "letters.verdict_", str_of(draft_trouble_name(f->trouble))));
    view_put_bool(v, "holds", draft_may_sign(f->trouble));
    if (z->name.n)
        view_put_str(v, "href",
                     frozen_href(r->arena, z->name, z->of,
                                 f->token.has_day ? z->as_of_ms : clock_wall_ms()));
}

/* Of a draft as of now, with the text as it would be printed. */
static enum err put_draft(struct req *r, const struct rows *row)
{
    struct letter_figure *body, *more;
    size_t body_n, more_n;
    int64_t now = clock_wall_ms();
    struct str text = row_str(row, 0, "text");
    enum err e = draft_figures(r->db, r->arena, text, now, DRAFT_GLANCE, &body, &body_n);
    if (!e)
        e = draft_figures(r->db, r->arena, row_str(row, 0, "attachments"), now, DRAFT_GLANCE, &more,
                          &more_n);
    if (e)
        return e;
    struct view *list = view_put_list(r->view, "figures");
    int64_t bad = 0;
    for (size_t i = 0; i < body_n + more_n; i++) {
        const struct letter_figure *f = i < body_n ? &body[i] : &more[i - body_n];
        put_draft_figure(r, view_add_object(list), f, (int64_t)i + 1);
        bad += !draft_may_sign(f->trouble);
    }
    view_put_int(r->view, "bad_n", bad);
    view_put_str(r->view, "text", draft_printed(r->arena, text, body, body_n));
    return OK;
}

static enum err put_frozen(struct req *r, const struct rows *row)
{
    struct rows rs;
    enum err e =
        db_select(r->db, &q_letters_figures, ARGS(V_INT(row_int(row, 0, "id"))), r->arena, &rs);
    struct view *list = view_put_list(r->view, "figures");
    for (size_t i = 0; !e && i < rs.n; i++)
        e = frozen_put(r, view_add_object(list), &rs, i);
    view_put_int(r->view, "bad_n", 0);
    return e;
}

static enum err put_number_next(struct req *r, const struct rows *row)
{
    int64_t year, n;
    enum err e = letters_number_next(r->db, r->arena, row_int(row, 0, "organisation_id"),
                                     row_int(row, 0, "dated_day"), &year, &n);
    struct view *v = view_put_object(r->view, "next");
    view_put_z(
        v, "series",
        arena_printf(r->arena, PAPER_SERIES, STR_ARG(row_str(row, 0, "short")), (long long)year));
    view_put_int(v, "year", year);
    view_put_int(v, "n", n);
    return e;
}

static enum err put_void(struct req *r, int64_t suggestion)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_letters_numbers_void,
                           ARGS(V_INT(suggestion), V_INT(ISSUE_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "voids");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_str(v, "number",
                     letter_number(row_str(&rs, i, "short"), row_int(&rs, i, "year"),
                                   row_int(&rs, i, "n"), r->arena));
        view_put_time(v, "at", row_int(&rs, i, "void_at"));
        view_put_str(v, "note", row_str(&rs, i, "void_note"));
        view_put_str(v, "by", row_str(&rs, i, "by_name"));
        view_put_bool(v, "is_free", row_int(&rs, i, "may_reuse"));
    }
    return e;
}

static enum err put_sendings(struct req *r, int64_t letter)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_letters_sendings, ARGS(V_INT(letter)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "sendings");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_str(v, "kind", row_str(&rs, i, "kind"));
        view_put_str(v, "kind_name", req_text(r, "letters.sending_", row_str(&rs, i, "kind")));
        view_put_str(v, "name", row_str(&rs, i, "name"));
    }
    return e;
}

static enum err put_may(struct req *r, const struct letter_case *c)
{
    static const char *const events[] = {"sign", "return_draft", "number", "void_number",
                                         "seal", "send",         "recall"};
    struct view *may = view_put_object(r->view, "may");
    bool has = true, signs = false;
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        bool is = transition_may(&letters_table, row_str(&c->row, 0, "state"), events[i], c->as);
        view_put_bool(may, events[i], is);
        signs = signs || (i == 0 && is);
    }
    enum err e = signs ? people_second_has(r->db, r->arena, r->who.user_id, &has) : OK;
    view_put_bool(r->view, "has_second", has);
    return e;
}

enum err issue_put_page(struct req *r, const struct letter_case *c)
{
    struct rows current, row;
    struct str state = row_str(&c->row, 0, "state");
    case_put(r, view_put_object(r->view, "suggestion"), &c->row, 0);
    enum err e = letter_current(r->db, c->id, r->arena, &current);
    if (!e && current.n == 0)
        return ERR_NOT_FOUND;
    if (!e)
        e = issue_row(r->db, r->arena, row_int(&current, 0, "id"), &row);
    if (!e)
        e = put_may(r, c);
    if (e)
        return e;
    put_letter(r, &row);
    e = row_null(&row, 0, "signed_at") ? put_draft(r, &row) : put_frozen(r, &row);
    if (!e && str_eq_z(state, "signed"))
        e = put_number_next(r, &row);
    if (!e)
        e = put_void(r, c->id);
    return e ? e : put_sendings(r, row_int(&row, 0, "id"));
}

enum err issue_page(struct req *r)
{
    struct letter_case c;
    enum err e = case_load(r, &c);
    if (!e && !(c.as & LETTERS_INSIDE))
        e = ERR_NOT_FOUND;
    return e ? e : issue_put_page(r, &c);
}

static enum err put_again(struct req *r, int64_t suggestion)
{
    struct letter_case c;
    enum err e = case_load_of(r, suggestion, &c);
    return e ? e : issue_put_page(r, &c);
}

enum err issue_done(struct req *r, int64_t suggestion, enum err result)
{
    return letters_done(r, result,
                        arena_printf(r->arena, "/suggestions/%lld/sign", (long long)suggestion),
                        "letters/sign.html", put_again, suggestion);
}

static const struct route routes[] = {
    {"GET", "/suggestions/{id}/sign", issue_page, NULL, "letters/sign.html", ROLE_OFFICER,
     CSRF_SAFE},
    {"POST", "/suggestions/{id}/sign", sign_post, NULL, NULL, ROLE_OFFICER, CSRF_TOKEN, 0,
     WEB_HEAVY},
    {"POST", "/suggestions/{id}/number", number_post, NULL, NULL, ROLE_OFFICER, CSRF_TOKEN},
    {"POST", "/suggestions/{id}/number/void", number_void_post, NULL, NULL, ROLE_OFFICER,
     CSRF_TOKEN},
    {"POST", "/suggestions/{id}/seal", seal_post, NULL, NULL, ROLE_OFFICER, CSRF_TOKEN, 0,
     WEB_SLOW},
    {"POST", "/suggestions/{id}/send", send_post, NULL, NULL, ROLE_OFFICER, CSRF_TOKEN},
    {"POST", "/suggestions/{id}/recall", recall_post, NULL, NULL, ROLE_OFFICER, CSRF_TOKEN},
    {"GET", "/suggestions/{id}/draft.pdf", draft_pdf, NULL, NULL, ROLE_OFFICER, CSRF_SAFE, 0,
     WEB_SLOW},
    {"GET", "/letters/{id}/paper.pdf", letter_pdf, NULL, NULL, WHO_MEMBER, CSRF_SAFE, 0, WEB_SLOW},
    {"GET", "/verify/letters/{code}", verify_letter, NULL, "letters/verify.html", WHO_ANYONE,
     CSRF_SAFE, 0, WEB_SLOW},
    {"POST", "/verify/letters/{code}", verify_letter_post, NULL, NULL, WHO_ANYONE, CSRF_ORIGIN,
     ISSUE_UPLOAD_MAX, WEB_SLOW},
    {"GET", "/verify/letters/{code}/paper.pdf", verify_letter_pdf, NULL, NULL, WHO_ANYONE,
     CSRF_SAFE, 0, WEB_SLOW},
};

const struct web_module letters_issue_module = {.name = "letters",
                                                .routes = routes,
                                                .routes_n = sizeof(routes) / sizeof(routes[0]),
                                                .is_work = true};
