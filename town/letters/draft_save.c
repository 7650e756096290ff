/* Saving a draft over the version that it began from, restoring one, and what two people wrote at
 * once. */
#include "store/queries.h"
#include "town/letters/diff.h"
#include "town/letters/drafting.h"

struct saving {
    struct command cmd;
    struct draft_text text;
    int64_t suggestion, base, user;
    unsigned as;
    bool has_moved; /* out: another was saved meanwhile */
};

/* ---- in the writer ---- */

static enum err add_figure(struct tx *tx, int64_t letter, int64_t version,
                           const struct letter_figure *f)
{
    const struct figure_frozen *z = &f->frozen;
    if (!z->name.n || !z->is_known)
        return OK;
    bool number = z->kind == FIGURE_NUMBER;
    return db_exec(tx->db, &q_letters_version_figure_add,
                   ARGS(V_INT(letter), V_INT(version), V_STR(z->name), V_INT(z->of),
                        V_INT(f->token.has_day ? f->token.day : -1),
                        number ? V_INT(z->number) : V_NULL, number ? V_NULL : V_STR(z->words)),
                   NULL);
}

/* all: how many of them the letter has; they are frozen together. */
static enum err keep_figures(struct tx *tx, int64_t letter, int64_t version, const char *field,
                             struct str text, size_t *all)
{
    struct letter_figure *figures;
    size_t n;
    enum err e = draft_figures(tx->db, tx->arena, text, tx->now_ms, DRAFT_GLANCE, &figures, &n);
    if (e == ERR_LIMIT || (!e && (*all += n) > DRAFT_TOKENS_MAX))
        return case_refuse(tx, ERR_INVALID, field, "letters.draft_figures_most", DRAFT_TOKENS_MAX);
    for (size_t i = 0; !e && i < n; i++)
        e = add_figure(tx, letter, version, &figures[i]);
    return e;
}

static enum err add_version(struct tx *tx, const struct saving *s, int64_t letter, int64_t version)
{
    const struct draft_text *t = &s->text;
    size_t figures = 0;
    enum err e = db_exec(tx->db, &q_letters_version_add,
                         ARGS(V_INT(letter), V_INT(version), V_INT(s->base), V_STR(t->form),
                              V_STR(t->title), V_STR(t->addressee), V_STR(t->text),
                              V_STR(t->attachments), V_STR(t->copies), V_STR(t->disclosure),
                              V_STR(t->contact), t->class_id ? V_INT(t->class_id) : V_NULL,
                              V_STR(t->note), V_INT(tx->now_ms), V_INT(s->user)),
                         NULL);
    if (!e)
        e = db_exec(tx->db, &q_letters_version_set, ARGS(V_INT(version), V_INT(letter)), NULL);
    if (!e)
        e = keep_figures(tx, letter, version, "text", t->text, &figures);
    return e ? e : keep_figures(tx, letter, version, "attachments", t->attachments, &figures);
}

static enum err check_class(struct tx *tx, int64_t class_id, int64_t session)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_letters_classes, ARGS(V_INT(session)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        if (row_int(&rs, i, "id") == class_id)
            return OK;
    return e ? e : class_id ? case_refuse(tx, ERR_INVALID, "class", "letters.choose", 0) : OK;
}

static enum err run_save(struct command *cmd, struct tx *tx)
{
    struct saving *s = (struct saving *)cmd;
    struct drafting d = {.c = {.as = s->as}};
    enum err e = case_row(tx, s->suggestion, &d.c.row);
    if (!e)
        e = letter_current(tx->db, s->suggestion, tx->arena, &d.letter);
    if (!e && (d.letter.n == 0 || !drafting_may_write(&d)))
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.not_now", 0);
    if (!e)
        e = check_class(tx, s->text.class_id, row_int(&d.c.row, 0, "session_id"));
    if (e)
        return e;
    int64_t version = row_int(&d.letter, 0, "version");
    s->has_moved = version != s->base;
    if (s->has_moved)
        return case_refuse(tx, ERR_CONFLICT, "base", "letters.draft_moved", 0);
    return add_version(tx, s, row_int(&d.letter, 0, "id"), version + 1);
}

/* ---- two at once ---- */

static struct str mark(struct req *r, const char *key)
{
    return i18n_text(LANG_ZH, str_of(key), NULL, 0, r->arena);
}

static enum err merge_lines(struct req *r, struct str base, struct str theirs, struct str *mine,
                            size_t *conflicts)
{
    size_t n;
    const struct merge_marks marks = {mark(r, "letters.mark_theirs"), mark(r, "letters.mark_mine"),
                                      mark(r, "letters.mark_end")};
    enum err e = diff_merge(r->arena, base, theirs, *mine, &marks, mine, &n);
    *conflicts += e ? 0 : n;
    return e;
}

/* One that both changed stays mine, and is named. */
static void merge_field(struct req *r, struct view *list, const char *name, struct str base,
                        struct str theirs, struct str *mine)
{
    if (str_eq(*mine, base)) {
        *mine = theirs;
    } else if (!str_eq(theirs, base) && !str_eq(theirs, *mine)) {
        struct view *v = view_add_object(list);
        view_put_str(v, "name", req_text(r, "letters.draft_", str_of(name)));
        view_put_str(v, "theirs", theirs);
        view_put_str(v, "mine", *mine);
    }
}

static enum err merge_all(struct req *r, struct view *v, struct draft_text *base,
                          struct draft_text *theirs, struct draft_text *mine)
{
    size_t conflicts = 0;
    struct view *fields = view_put_list(v, "fields");
    for (size_t i = 0; i < DRAFT_LINES; i++)
        merge_field(r, fields, draft_lines[i].name, *draft_line(base, i), *draft_line(theirs, i),
                    draft_line(mine, i));
    if (str_eq(mine->form, base->form))
        mine->form = theirs->form;
    if (mine->class_id == base->class_id)
        mine->class_id = theirs->class_id;
    enum err e = merge_lines(r, base->text, theirs->text, &mine->text, &conflicts);
    if (!e)
        e = merge_lines(r, base->attachments, theirs->attachments, &mine->attachments, &conflicts);
    view_put_int(v, "conflicts", (int64_t)conflicts);
    return e;
}

/* The editor with both changes in it, over the version that came between, and both beside it. */
static enum err put_merge(struct req *r, const struct saving *s)
{
    struct drafting d;
    struct draft_text base, theirs, mine = s->text;
    struct rows row, unused;
    r->view = view_object(r->arena);
    enum err e = drafting_load(r, &d);
    if (!e)
        e = draft_read(r, &d, s->base <= d.version ? s->base : 0, &base, &unused);
    if (!e)
        e = draft_read(r, &d, d.version, &theirs, &row);
    if (e)
        return e;
    struct view *v = view_put_object(r->view, "merge");
    view_put_int(v, "base", s->base);
    view_put_int(v, "version", d.version);
    view_put_str(v, "by", row_str(&row, 0, "saved_by"));
    view_put_time(v, "at", row_int(&row, 0, "saved_at"));
    e = draft_put_diff(r, view_put_list(v, "theirs"), base.text, theirs.text);
    if (!e)
        e = draft_put_diff(r, view_put_list(v, "mine"), base.text, mine.text);
    if (!e)
        e = merge_all(r, v, &base, &theirs, &mine);
    return e ? e : draft_put(r, &d, &mine, d.version);
}

/* ---- the forms ---- */

static const char *address(struct req *r, int64_t suggestion)
{
    return arena_printf(r->arena, "/suggestions/%lld/draft", (long long)suggestion);
}

static enum err saved(struct req *r, struct command *cmd, enum err result)
{
    const struct saving *s = (const struct saving *)cmd;
    if (!result) {
        reply_flash(r, "letters.draft_saved");
        reply_redirect(r, address(r, s->suggestion));
        return OK;
    }
    if (!s->has_moved || r->json)
        return result;
    struct err_info info = r->info;
    enum err e = put_merge(r, s);
    reply_page(r, "letters/draft.html");
    r->info = info;
    return e ? e : result;
}

static enum err submit(struct req *r, const struct drafting *d, const struct draft_text *t,
                       int64_t base)
{
    struct saving *s = ARENA_NEW(r->arena, struct saving);
    if (!s)
        return ERR_NOMEM;
    *s = (struct saving){.cmd = {.name = "letters.draft_save", .run = run_save},
                         .text = *t,
                         .suggestion = d->c.id,
                         .base = base,
                         .user = r->who.user_id,
                         .as = d->c.as};
    return web_write(r, &s->cmd, saved);
}

/* The editor again, as it was typed, when it is refused. */
static enum err keep_page(struct req *r, const struct drafting *d, struct draft_text *t,
                          int64_t base)
{
    if (r->json)
        return OK;
    struct str text = t->text;
    if (!str_is_utf8(text) || str_characters(text) > LETTERS_DRAFT_MAX)
        return OK; /* nothing that a page could show */
    enum err e = draft_put(r, d, t, base);
    reply_page(r, "letters/draft.html");
    return e;
}

enum err draft_post(struct req *r)
{
    struct drafting d;
    struct draft_text t;
    int64_t base = 0;
    enum err e = drafting_load(r, &d);
    if (!e && !(d.c.as & (LETTERS_AS_DRAFT | LETTERS_AS_CHECK)))
        e = ERR_FORBIDDEN;
    if (!e)
        e = req_field_int(r, "base", 0, INT32_MAX, &base);
    if (e)
        return e;
    draft_typed(r, &t);
    e = keep_page(r, &d, &t, base);
    if (!e)
        e = draft_check(r, &t);
    return e ? e : submit(r, &d, &t, base);
}

/* An older version's text, saved as the newest one. */
enum err draft_restore(struct req *r)
{
    struct drafting d;
    struct draft_text t;
    struct rows row;
    int64_t version = 0, base = 0;
    enum err e = drafting_load(r, &d);
    if (!e && !(d.c.as & (LETTERS_AS_DRAFT | LETTERS_AS_CHECK)))
        e = ERR_FORBIDDEN;
    if (!e)
        e = req_field_int(r, "version", 1, INT32_MAX, &version);
    if (!e)
        e = req_field_int(r, "base", 0, INT32_MAX, &base);
    if (!e)
        e = draft_read(r, &d, version, &t, &row);
    if (e)
        return e;
    const struct i18n_arg n = {"n", str_of(arena_printf(r->arena, "%lld", (long long)version))};
    t.note = i18n_text(r->lang, STR("letters.draft_restored"), &n, 1, r->arena);
    return submit(r, &d, &t, base);
}
