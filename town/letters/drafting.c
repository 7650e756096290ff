/* A draft's case, its texts, and the editor's page: see drafting.h. */
#include "town/letters/drafting.h"

#include <stddef.h>

#include "base/buf.h"
#include "store/queries.h"

const struct draft_field draft_lines[DRAFT_LINES] = {
    {"title", offsetof(struct draft_text, title), LETTERS_TITLE_MAX},
    {"addressee", offsetof(struct draft_text, addressee), DRAFT_ADDRESSEE_MAX},
    {"copies", offsetof(struct draft_text, copies), DRAFT_COPIES_MAX},
    {"disclosure", offsetof(struct draft_text, disclosure), DRAFT_DISCLOSURE_MAX},
    {"contact", offsetof(struct draft_text, contact), LETTERS_CONTACT_MAX},
};

struct str *draft_line(struct draft_text *t, size_t i)
{
    return (struct str *)(void *)((char *)t + draft_lines[i].offset);
}

/* ---- who may ---- */

enum err drafting_load(struct req *r, struct drafting *d)
{
    *d = (struct drafting){0};
    enum err e = case_load(r, &d->c);
    if (!e && !(d->c.as & LETTERS_INSIDE))
        e = ERR_FORBIDDEN;
    if (!e)
        e = letter_current(r->db, d->c.id, r->arena, &d->letter);
    if (!e && d->letter.n == 0)
        e = ERR_NOT_FOUND;
    if (e)
        return e;
    d->id = row_int(&d->letter, 0, "id");
    d->version = row_int(&d->letter, 0, "version");
    return OK;
}

bool drafting_may_write(const struct drafting *d)
{
    struct str state = row_str(&d->c.row, 0, "state");
    unsigned may = str_eq_z(state, "drafting")   ? LETTERS_AS_DRAFT | LETTERS_AS_CHECK
                   : str_eq_z(state, "checking") ? LETTERS_AS_CHECK
                                                 : 0;
    return (d->c.as & may) && str_eq_z(row_str(&d->letter, 0, "state"), "draft");
}

bool drafting_may_comment(const struct drafting *d)
{
    return str_eq_z(row_str(&d->letter, 0, "state"), "draft");
}

/* ---- texts ---- */

/* What a reply to it is called and whom it is for, until somebody says otherwise. */
static enum err propose(struct req *r, const struct drafting *d, struct draft_text *out)
{
    struct rows body, deputies;
    const struct rows *row = &d->c.row;
    struct str number =
        str_of(arena_printf(r->arena, "%lld", (long long)row_int(row, 0, "number")));
    const struct i18n_arg args[] = {{"session", row_str(row, 0, "session_zh")}, {"number", number}};
    bool proposal = str_eq_z(row_str(row, 0, "session_kind"), "consultation");
    *out = (struct draft_text){.form = STR("ordinary")};
    out->title = i18n_text(
        LANG_ZH, str_of(proposal ? "letters.draft_named_proposal" : "letters.draft_named"), args, 2,
        r->arena);
    enum err e = db_one(r->db, &q_letters_body,
                        ARGS(V_INT(row_int(&d->letter, 0, "organisation_id"))), r->arena, &body);
    if (!e)
        e = db_select(r->db, &q_letters_deputies, ARGS(V_INT(d->c.id)), r->arena, &deputies);
    if (e)
        return e;
    out->contact = row_str(&body, 0, "contact");
    const char *names = "";
    for (size_t i = 0; i < deputies.n; i++)
        names = arena_printf(r->arena, "%s%s%.*s", names, i ? "\u3001" : "",
                             STR_ARG(row_str(&deputies, i, "name")));
    const struct i18n_arg who = {"names", str_of(names)};
    out->addressee =
        i18n_text(LANG_ZH, str_of(proposal ? "letters.draft_to_member" : "letters.draft_to_deputy"),
                  &who, 1, r->arena);
    return OK;
}

enum err draft_read(struct req *r, const struct drafting *d, int64_t version,
                    struct draft_text *out, struct rows *row)
{
    *row = (struct rows){0};
    if (version == 0)
        return propose(r, d, out);
    enum err e =
        db_one(r->db, &q_letters_version_of, ARGS(V_INT(d->id), V_INT(version)), r->arena, row);
    if (e)
        return e;
    *out = (struct draft_text){.form = row_str(row, 0, "form"),
                               .title = row_str(row, 0, "title"),
                               .addressee = row_str(row, 0, "addressee"),
                               .text = row_str(row, 0, "text"),
                               .attachments = row_str(row, 0, "attachments"),
                               .copies = row_str(row, 0, "copies"),
                               .disclosure = row_str(row, 0, "disclosure"),
                               .contact = row_str(row, 0, "contact"),
                               .note = row_str(row, 0, "note"),
                               .class_id = row_int(row, 0, "class_id")};
    return OK;
}

/* Browsers send CR LF; what is kept and compared has LF, and no blanks at a line's end. */
static struct str plain_lines(struct arena *arena, struct str s)
{
    char *out = arena_alloc(arena, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; out && i < s.n; i++) {
        if (s.p[i] == '\r')
            continue;
        if (s.p[i] == '\n')
            while (n && (out[n - 1] == ' ' || out[n - 1] == '\t'))
                n--;
        out[n++] = s.p[i];
    }
    while (n && (out[n - 1] == '\n' || out[n - 1] == ' '))
        n--;
    return out ? str_n(out, n) : STR_NONE;
}

void draft_typed(struct req *r, struct draft_text *out)
{
    struct str form = req_field(r, "form"), class = req_field(r, "class");
    *out = (struct draft_text){
        .form = str_eq_z(form, "letter") ? STR("letter") : STR("ordinary"),
        .text = plain_lines(r->arena, req_field(r, "text")),
        .attachments = plain_lines(r->arena, req_field(r, "attachments")),
        .note = str_trim(req_field(r, "note")),
    };
    for (size_t i = 0; i < DRAFT_LINES; i++)
        *draft_line(out, i) = str_trim(req_field(r, draft_lines[i].name));
    if (str_to_i64(class, &out->class_id) || out->class_id < 0)
        out->class_id = 0;
}

static enum err check_line(struct req *r, const char *field, struct str s, size_t max, bool must)
{
    size_t n = str_characters(s);
    bool bad = !str_is_utf8(s) || n > max || (must && n == 0);
    for (size_t i = 0; !bad && i < s.n; i++)
        bad = (unsigned char)s.p[i] < ' ';
    if (!bad)
        return OK;
    enum err e = req_refuse(r, ERR_INVALID, field, "web.text_most");
    r->info.limit = (int64_t)max;
    return e;
}

/* A line that begins so stands at a conflict of a merge: somebody has to choose first. */
static bool has_marks(struct str s)
{
    while (s.n)
        if (str_starts(str_cut(s, '\n', &s), "\u3016"))
            return true;
    return false;
}

static enum err check_lines(struct req *r, const char *field, struct str s)
{
    bool bad = !str_is_utf8(s) || str_characters(s) > LETTERS_DRAFT_MAX;
    for (size_t i = 0; !bad && i < s.n; i++)
        bad = (unsigned char)s.p[i] < ' ' && s.p[i] != '\n' && s.p[i] != '\t';
    if (bad) {
        enum err e = req_refuse(r, ERR_INVALID, field, "web.text_most");
        r->info.limit = LETTERS_DRAFT_MAX;
        return e;
    }
    return has_marks(s) ? req_refuse(r, ERR_INVALID, field, "letters.draft_conflict_left") : OK;
}

enum err draft_check(struct req *r, struct draft_text *t)
{
    enum err e = check_lines(r, "text", t->text);
    if (!e)
        e = check_lines(r, "attachments", t->attachments);
    for (size_t i = 0; !e && i < DRAFT_LINES; i++)
        e = check_line(r, draft_lines[i].name, *draft_line(t, i), draft_lines[i].max, i < 2);
    return e ? e : check_line(r, "note", t->note, DRAFT_NOTE_MAX, false);
}

/* ---- the page ---- */

static enum err put_classes(struct req *r, const struct drafting *d, int64_t chosen)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_letters_classes,
                           ARGS(V_INT(row_int(&d->c.row, 0, "session_id"))), r->arena, &rs);
    struct view *list = view_put_list(r->view, "classes");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "code", row_str(&rs, i, "code"));
        view_put_str(v, "name", case_text(r, &rs, i, "name_zh", "name_en"));
        view_put_bool(v, "is_chosen", row_int(&rs, i, "id") == chosen);
    }
    return e;
}

static void put_text(struct req *r, const struct drafting *d, struct draft_text *t, int64_t base)
{
    struct view *v = view_put_object(r->view, "draft");
    view_put_int(v, "letter", d->id);
    view_put_int(v, "version", d->version);
    view_put_int(v, "base", base);
    view_put_str(v, "form", t->form);
    view_put_str(v, "text", t->text);
    view_put_str(v, "attachments", t->attachments);
    view_put_str(v, "note", t->note);
    if (t->class_id)
        view_put_int(v, "class_id", t->class_id);
    for (size_t i = 0; i < DRAFT_LINES; i++)
        view_put_str(v, draft_lines[i].name, *draft_line(t, i));
}

enum err draft_put(struct req *r, const struct drafting *d, struct draft_text *t, int64_t base)
{
    case_put(r, view_put_object(r->view, "suggestion"), &d->c.row, 0);
    put_text(r, d, t, base);
    struct view *may = view_put_object(r->view, "may");
    view_put_bool(may, "write", drafting_may_write(d));
    view_put_bool(may, "comment", drafting_may_comment(d));
    enum err e = put_classes(r, d, t->class_id);
    if (!e)
        e = draft_put_versions(r, d);
    if (!e)
        e = draft_put_comments(r, d);
    return e ? e : draft_put_look(r, d, t->text, t->attachments);
}

static enum err read_version(struct req *r, const struct drafting *d, const char *name,
                             int64_t *out)
{
    struct str text = req_query(r, name);
    *out = d->version;
    if (text.n == 0)
        return OK;
    return str_to_i64(text, out) || *out < 1 || *out > d->version ? ERR_NOT_FOUND : OK;
}

enum err draft_page(struct req *r)
{
    struct drafting d;
    struct draft_text t;
    struct rows row;
    int64_t version = 0;
    enum err e = drafting_load(r, &d);
    if (!e)
        e = read_version(r, &d, "v", &version);
    if (!e)
        e = draft_read(r, &d, version, &t, &row);
    if (e)
        return e;
    t.note = STR_NONE; /* of that version; the next has its own */
    view_put_bool(r->view, "is_old", version != d.version);
    view_put_int(r->view, "shown", version);
    e = draft_put(r, &d, &t, d.version);
    return e || req_query(r, "from").n == 0 ? e : draft_put_compared(r, &d);
}

static const struct route routes[] = {
    {"GET", "/suggestions/{id}/draft", draft_page, NULL, "letters/draft.html", WHO_MEMBER,
     CSRF_SAFE},
    {"POST", "/suggestions/{id}/draft", draft_post, NULL, NULL, ROLE_OFFICER, CSRF_TOKEN,
     DRAFT_BODY_MAX},
    {"POST", "/suggestions/{id}/draft/look", draft_look, NULL, "letters/draft.html", ROLE_OFFICER,
     CSRF_TOKEN, DRAFT_BODY_MAX},
    {"POST", "/suggestions/{id}/draft/restore", draft_restore, NULL, NULL, ROLE_OFFICER,
     CSRF_TOKEN},
    {"POST", "/suggestions/{id}/draft/comments", draft_comment, NULL, NULL, ROLE_OFFICER,
     CSRF_TOKEN},
    {"POST", "/suggestions/{id}/draft/comments/{comment}", draft_resolve, NULL, NULL, ROLE_OFFICER,
     CSRF_TOKEN},
};

const struct web_module letters_draft_module = {.name = "letters",
                                                .routes = routes,
                                                .routes_n = sizeof(routes) / sizeof(routes[0]),
                                                .is_work = true};
