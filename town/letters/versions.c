/* The versions of a draft, what changed between two, and comments on it. */
#include "store/queries.h"
#include "town/letters/diff.h"
#include "town/letters/drafting.h"

enum err draft_put_versions(struct req *r, const struct drafting *d)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_letters_versions,
                           ARGS(V_INT(d->id), V_INT(DRAFT_VERSIONS_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "versions");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        int64_t n = row_int(&rs, i, "version");
        view_put_int(v, "n", n);
        view_put_int(v, "base", row_int(&rs, i, "base"));
        if (n > 1)
            view_put_int(v, "before", n - 1);
        view_put_str(v, "note", row_str(&rs, i, "note"));
        view_put_str(v, "by", row_str(&rs, i, "saved_by"));
        view_put_time(v, "at", row_int(&rs, i, "saved_at"));
    }
    return e;
}

/* ---- between two ---- */

static const char *kind_name(enum diff_kind kind)
{
    static const char *const names[] = {"same", "old", "new", "changed"};
    return names[kind];
}

static enum err put_words(struct req *r, struct view *list, const struct diff_part *p)
{
    struct diff_part *words;
    size_t n;
    enum err e = diff_words(r->arena, p->was, p->is, &words, &n);
    for (size_t i = 0; !e && i < n; i++) {
        struct view *v = view_add_object(list);
        view_put_z(v, "kind", kind_name(words[i].kind));
        view_put_str(v, "text", words[i].kind == DIFF_OLD ? words[i].was : words[i].is);
    }
    return e;
}

enum err draft_put_diff(struct req *r, struct view *list, struct str was, struct str is)
{
    struct diff_part *parts;
    size_t n;
    enum err e = diff_lines(r->arena, was, is, &parts, &n);
    for (size_t i = 0; !e && i < n; i++) {
        struct view *v = view_add_object(list);
        view_put_z(v, "kind", kind_name(parts[i].kind));
        view_put_str(v, "text", parts[i].kind == DIFF_OLD ? parts[i].was : parts[i].is);
        if (parts[i].kind == DIFF_CHANGED)
            e = put_words(r, view_put_list(v, "words"), &parts[i]);
    }
    return e;
}

static enum err read_of(struct req *r, const struct drafting *d, const char *name, int64_t *version,
                        struct draft_text *t)
{
    struct rows row;
    if (str_to_i64(req_query(r, name), version) || *version < 1)
        return ERR_NOT_FOUND;
    return draft_read(r, d, *version, t, &row);
}

enum err draft_put_compared(struct req *r, const struct drafting *d)
{
    struct draft_text was, is;
    int64_t from, to;
    enum err e = read_of(r, d, "from", &from, &was);
    if (!e)
        e = read_of(r, d, "to", &to, &is);
    if (e)
        return e;
    struct view *v = view_put_object(r->view, "diff");
    view_put_int(v, "from", from);
    view_put_int(v, "to", to);
    struct view *fields = view_put_list(v, "fields");
    for (size_t i = 0; i < DRAFT_LINES; i++) {
        if (str_eq(*draft_line(&was, i), *draft_line(&is, i)))
            continue;
        struct view *f = view_add_object(fields);
        view_put_str(f, "name", req_text(r, "letters.draft_", str_of(draft_lines[i].name)));
        view_put_str(f, "was", *draft_line(&was, i));
        view_put_str(f, "is", *draft_line(&is, i));
    }
    e = draft_put_diff(r, view_put_list(v, "text"), was.text, is.text);
    return e || str_eq(was.attachments, is.attachments)
               ? e
               : draft_put_diff(r, view_put_list(v, "attachments"), was.attachments,
                                is.attachments);
}

/* ---- comments ---- */

static bool may_resolve(const struct req *r, const struct drafting *d, int64_t by)
{
    return drafting_may_comment(d) &&
           ((d->c.as & (LETTERS_AS_DRAFT | LETTERS_AS_CHECK)) || by == r->who.user_id);
}

enum err draft_put_comments(struct req *r, const struct drafting *d)
{
    struct rows rs;
    int64_t open = 0;
    enum err e = db_select(r->db, &q_letters_comments,
                           ARGS(V_INT(d->id), V_INT(DRAFT_COMMENTS_MAX)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "comments");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        bool resolved = !row_null(&rs, i, "resolved_at");
        open += !resolved;
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_int(v, "version", row_int(&rs, i, "version"));
        view_put_str(v, "quote", row_str(&rs, i, "quote"));
        view_put_str(v, "words", row_str(&rs, i, "words"));
        view_put_str(v, "by", row_str(&rs, i, "by_name"));
        view_put_time(v, "at", row_int(&rs, i, "at"));
        view_put_bool(v, "is_resolved", resolved);
        if (resolved)
            view_put_str(v, "resolved_by", row_str(&rs, i, "resolved_by"));
        view_put_bool(v, "may_resolve", !resolved && may_resolve(r, d, row_int(&rs, i, "by_id")));
    }
    view_put_int(r->view, "comments_open", open);
    return e;
}

struct commenting {
    struct command cmd;
    int64_t suggestion, letter, version, comment, user;
    struct str quote, words;
};

static enum err run_comment(struct command *cmd, struct tx *tx)
{
    const struct commenting *k = (const struct commenting *)cmd;
    struct rows rs, letter;
    enum err e = letter_current(tx->db, k->suggestion, tx->arena, &letter);
    if (!e && (letter.n == 0 || row_int(&letter, 0, "id") != k->letter ||
               !str_eq_z(row_str(&letter, 0, "state"), "draft")))
        return case_refuse(tx, ERR_CONFLICT, "do", "letters.not_now", 0);
    if (!e && k->comment)
        return db_exec(tx->db, &q_letters_comment_resolve,
                       ARGS(V_INT(tx->now_ms), V_INT(k->user), V_INT(k->comment)), NULL);
    if (!e)
        e = db_one(tx->db, &q_letters_comments_n, ARGS(V_INT(k->letter)), tx->arena, &rs);
    if (!e && row_int(&rs, 0, "n") >= DRAFT_COMMENTS_MAX)
        return case_refuse(tx, ERR_LIMIT, "words", "letters.comments_most", DRAFT_COMMENTS_MAX);
    return e ? e
             : db_exec(tx->db, &q_letters_comment_add,
                       ARGS(V_INT(k->letter), V_INT(k->version),
                            V_STR(k->quote.n ? k->quote : STR("")), V_STR(k->words),
                            V_INT(tx->now_ms), V_INT(k->user)),
                       NULL);
}

static enum err commented(struct req *r, struct command *cmd, enum err result)
{
    const struct commenting *k = (const struct commenting *)cmd;
    if (!result)
        reply_redirect(r, arena_printf(r->arena, "/suggestions/%lld/draft#comments",
                                       (long long)k->suggestion));
    return result;
}

static struct commenting *fresh(struct req *r, const struct drafting *d)
{
    struct commenting *k = ARENA_NEW(r->arena, struct commenting);
    if (k)
        *k = (struct commenting){.cmd = {.name = "letters.comment", .run = run_comment},
                                 .suggestion = d->c.id,
                                 .letter = d->id,
                                 .version = d->version,
                                 .user = r->who.user_id};
    return k;
}

enum err draft_comment(struct req *r)
{
    struct drafting d;
    struct draft_text t;
    struct rows row;
    enum err e = drafting_load(r, &d);
    struct commenting *k = e ? NULL : fresh(r, &d);
    if (!k)
        return e ? e : ERR_NOMEM;
    if (!r->json) { /* the page again when it is refused */
        e = draft_read(r, &d, d.version, &t, &row);
        if (!e)
            e = draft_put(r, &d, &t, d.version);
        reply_page(r, "letters/draft.html");
    }
    if (!e)
        e = req_field_text(r, "quote", 0, DRAFT_QUOTE_MAX, &k->quote);
    if (!e)
        e = req_field_text(r, "words", 1, DRAFT_COMMENT_MAX, &k->words);
    return e ? e : web_write(r, &k->cmd, commented);
}

enum err draft_resolve(struct req *r)
{
    struct drafting d;
    struct rows rs;
    int64_t id;
    enum err e = drafting_load(r, &d);
    if (!e)
        e = case_read_id(r, "comment", &id);
    if (!e)
        e = db_one(r->db, &q_letters_comment, ARGS(V_INT(id), V_INT(d.id)), r->arena, &rs);
    if (!e && !may_resolve(r, &d, row_int(&rs, 0, "by_id")))
        e = ERR_FORBIDDEN;
    struct commenting *k = e ? NULL : fresh(r, &d);
    if (!k)
        return e ? e : ERR_NOMEM;
    k->comment = id;
    return web_write(r, &k->cmd, commented);
}
