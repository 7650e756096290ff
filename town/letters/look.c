/* What a look at a draft finds: figures that do not hold or have changed, numbers that somebody
 * typed by hand, opinions that are not mentioned. The view `look`, in JSON too:
 *
 *   figures   [{in ("text", "attachments"), at, to, name, of, day, title, href, printed, value (as
 * it would be printed now), trouble (draft_trouble_name()), why, is_bad (it cannot be signed), was
 * (what it was when the draft was saved, if that was something else)}] typed     [{in, at, to,
 * text, figures [{name, title, token, at}]}]: at is where the token would go opinions  [{body}] of
 * co-handlers that the text does not name bad, warn how many
 *
 * Places are in UTF-16 units, as scripts count them.
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/letters/drafting.h"

struct looking {
    struct req *r;
    const struct drafting *d;
    struct rows saved; /* figures of the version */
    struct figure_known *known;
    size_t known_n;
    struct view *figures, *typed;
    int64_t bad, warn, today;
};

/* A place in a text, moved on by bytes, counted in UTF-16. */
struct place {
    struct str text;
    size_t byte;
    int64_t units;
};

static int64_t units_at(struct place *p, size_t byte)
{
    for (; p->byte < byte; p->byte++) {
        unsigned char c = (unsigned char)p->text.p[p->byte];
        p->units += (c & 0xC0) == 0x80 ? 0 : c >= 0xF0 ? 2 : 1;
    }
    return p->units;
}

/* ---- figures ---- */

static struct figure_value value_of(const struct figure_frozen *z)
{
    return (struct figure_value){
        .kind = z->kind, .is_known = z->is_known, .number = z->number, .words = z->words};
}

/* What it was when the version was saved, when that is not what it is. */
static bool has_changed(const struct looking *k, const struct letter_figure *f,
                        struct figure_value *was)
{
    const struct letter_token *t = &f->token;
    for (size_t i = 0; i < k->saved.n; i++) {
        if (!str_eq(row_str(&k->saved, i, "name"), t->name) ||
            row_int(&k->saved, i, "of_id") != t->of ||
            row_int(&k->saved, i, "as_of_day") != (t->has_day ? t->day : -1))
            continue;
        *was = (struct figure_value){.kind = f->frozen.kind,
                                     .is_known = true,
                                     .number = row_int(&k->saved, i, "number"),
                                     .words = row_str(&k->saved, i, "words")};
        return f->frozen.kind == FIGURE_NUMBER ? was->number != f->frozen.number
                                               : !str_eq(was->words, f->frozen.words);
    }
    return false;
}

static struct str address(struct req *r, const struct letter_token *t)
{
    char day[DAY_TEXT] = "";
    if (t->has_day)
        day_text(t->day, day);
    const char *of = t->of ? arena_printf(r->arena, "of=%lld", (long long)t->of) : "";
    const char *as_of = t->has_day ? arena_printf(r->arena, "as_of=%s", day) : "";
    return str_of(arena_printf(r->arena, "/figures/%.*s%s%s%s%s", STR_ARG(t->name),
                               *of || *as_of ? "?" : "", of, *of && *as_of ? "&" : "", as_of));
}

static void put_value(struct looking *k, struct view *v, const struct letter_figure *f)
{
    struct req *r = k->r;
    const struct figure_frozen *z = &f->frozen;
    struct figure_value now = value_of(z), was;
    view_put_str(v, "title", r->lang == LANG_EN ? z->title_en : z->title_zh);
    view_put_str(v, "href", address(r, &f->token));
    view_put_z(v, "kind",
               z->kind == FIGURE_NUMBER ? "number"
               : z->kind == FIGURE_DATE ? "date"
                                        : "reference");
    view_put_str(v, "value", figures_printed(z->kind, z->unit, &now, r->arena));
    if (!z->is_known || !has_changed(k, f, &was))
        return;
    view_put_str(v, "was", figures_printed(z->kind, z->unit, &was, r->arena));
    k->warn++;
}

/* A figure of something is for whom its department lets see it. */
static enum err admit(struct req *r, struct letter_figure *f)
{
    if (!f->frozen.name.n)
        return OK;
    enum err e = figures_admit(r, f->token.name, f->token.of);
    if (e != ERR_NOT_FOUND && e != ERR_FORBIDDEN && e != ERR_UNAUTHORIZED)
        return e;
    f->frozen = (struct figure_frozen){0};
    f->trouble = DRAFT_NO_FIGURE;
    return OK;
}

static enum err put_figure(struct looking *k, const char *in, struct place *p,
                           struct letter_figure *f)
{
    struct req *r = k->r;
    enum err e = admit(r, f);
    if (e)
        return e;
    bool bad = !draft_may_sign(f->trouble);
    struct view *v = view_add_object(k->figures);
    struct str trouble = str_of(draft_trouble_name(f->trouble));
    view_put_z(v, "in", in);
    view_put_int(v, "at", units_at(p, f->token.from));
    view_put_int(v, "to", units_at(p, f->token.to));
    view_put_str(v, "name", f->token.name);
    view_put_int(v, "of", f->token.of);
    view_put_str(v, "text", str_slice(p->text, f->token.from, f->token.to));
    view_put_str(v, "printed", f->printed);
    view_put_str(v, "trouble", trouble);
    view_put_bool(v, "is_bad", bad);
    view_put_bool(v, "is_thin", f->trouble == DRAFT_THIN);
    if (f->trouble != DRAFT_FINE)
        view_put_str(v, "why", req_text(r, "letters.trouble_", trouble));
    k->bad += bad;
    k->warn += f->trouble == DRAFT_THIN;
    if (f->frozen.name.n)
        put_value(k, v, f);
    return OK;
}

/* ---- typed by hand ---- */

/* Where in what was typed the quotation of this figure begins: words may stand before it. */
static bool bears(const struct looking *k, const struct figure_typed *t, struct str text,
                  const struct figure_known *f, size_t *from)
{
    if (figures_quote_bears(&t->quote, f->kind, f->unit, &f->value, k->today) != QUOTE_HOLDS)
        return false;
    for (*from = t->from; *from < t->to; str_next_point(text, from)) {
        struct str rest = str_slice(text, *from, t->to);
        if (rest.n <= FIGURE_QUOTE_MAX &&
            figures_quote_check(rest, f->kind, f->unit, &f->value, k->today) == QUOTE_HOLDS)
            return true;
    }
    return false;
}

static size_t put_bearing(struct looking *k, struct view *list, const struct figure_typed *t,
                          struct str text, struct place p)
{
    size_t n = 0, from;
    for (size_t i = 0; i < k->known_n && n < DRAFT_SUGGEST_MAX; i++) {
        const struct figure_known *f = &k->known[i];
        if (!bears(k, t, text, f, &from))
            continue;
        struct place at = p;
        struct view *v = view_add_object(list);
        struct str words = str_slice(text, from, t->to);
        view_put_str(v, "name", f->name);
        view_put_str(v, "title", f->title);
        view_put_int(v, "at", units_at(&at, from));
        view_put_str(v, "token",
                     str_of(arena_printf(k->r->arena, "[[%.*s|%.*s]]", STR_ARG(f->name),
                                         STR_ARG(str_trim(words)))));
        n++;
    }
    return n;
}

static bool has_brackets(struct str s)
{
    return memchr(s.p, '[', s.n) || memchr(s.p, ']', s.n) || memchr(s.p, '|', s.n);
}

static void put_typed(struct looking *k, const char *in, struct str text)
{
    struct figure_typed t;
    struct place p = {.text = text};
    size_t at = 0;
    for (int i = 0; i < DRAFT_TYPED_MAX && figures_typed_next(text, &at, &t); i++) {
        struct str words = str_slice(text, t.from, t.to);
        struct view *v = view_object(k->r->arena), *list = view_put_list(v, "figures");
        int64_t from = units_at(&p, t.from);
        struct place begin = p;
        size_t n = has_brackets(words) ? 0 : put_bearing(k, list, &t, text, begin);
        /* A date is one of the calendar as often as it is a figure. */
        if (n == 0 && t.quote.kind == FIGURE_DATE)
            continue;
        v = view_add_object(k->typed);
        list = view_put_list(v, "figures");
        view_put_z(v, "in", in);
        view_put_int(v, "at", from);
        view_put_int(v, "to", units_at(&p, t.to));
        view_put_str(v, "text", str_trim(words));
        put_bearing(k, list, &t, text, begin);
        k->warn++;
    }
}

/* ---- opinions ---- */

/* By its name, with or without the place before it: 慈溪市财政局, 市财政局, 财政局. */
static bool is_named(struct str text, struct str name)
{
    enum { PLACE = 3 };
    for (size_t cut = 0; cut <= PLACE; cut++) {
        struct str rest = str_slice(name, str_characters_bytes(name, cut), name.n);
        if (str_characters(rest) < 3)
            break;
        if (text.n >= rest.n && memmem(text.p, text.n, rest.p, rest.n))
            return true;
    }
    return false;
}

static enum err put_opinions(struct looking *k, struct view *look, struct str text)
{
    struct rows rs;
    struct req *r = k->r;
    const struct rows *row = &k->d->c.row;
    enum err e = db_select(r->db, &q_letters_handlers,
                           ARGS(V_INT(k->d->c.id), V_INT(row_int(row, 0, "round"))), r->arena, &rs);
    struct view *list = view_put_list(look, "opinions");
    for (size_t i = 0; !e && i < rs.n; i++) {
        if (row_int(&rs, i, "is_lead") || !str_eq_z(row_str(&rs, i, "state"), "answered") ||
            is_named(text, row_str(&rs, i, "name_zh")))
            continue;
        view_put_str(view_add_object(list), "body", case_text(r, &rs, i, "name_zh", "name_en"));
        k->warn++;
    }
    return e;
}

/* ---- all of it ---- */

static enum err look_at(struct looking *k, const char *in, struct str text)
{
    struct letter_figure *figures;
    struct place p = {.text = text};
    size_t n;
    enum err e =
        draft_figures(k->r->db, k->r->arena, text, clock_wall_ms(), DRAFT_GLANCE, &figures, &n);
    if (e == ERR_LIMIT) /* the first ones are enough to look at; saving says it */
        e = OK;
    for (size_t i = 0; !e && i < n; i++)
        e = put_figure(k, in, &p, &figures[i]);
    if (!e)
        put_typed(k, in, text);
    return e;
}

enum err draft_put_look(struct req *r, const struct drafting *d, struct str text,
                        struct str attachments)
{
    struct view *look = view_put_object(r->view, "look");
    struct looking k = {.r = r, .d = d, .today = day_of(clock_wall_ms())};
    k.figures = view_put_list(look, "figures");
    k.typed = view_put_list(look, "typed");
    enum err e = db_select(r->db, &q_letters_version_figures, ARGS(V_INT(d->id), V_INT(d->version)),
                           r->arena, &k.saved);
    if (!e)
        e = figures_known(r, &k.known, &k.known_n);
    if (!e)
        e = look_at(&k, "text", text);
    if (!e)
        e = look_at(&k, "attachments", attachments);
    if (!e)
        e = put_opinions(&k, look, text);
    view_put_int(look, "bad", k.bad);
    view_put_int(look, "warn", k.warn);
    return e;
}

/* For the editor as somebody types, and for its form without scripts. Changes nothing. */
enum err draft_look(struct req *r)
{
    struct drafting d;
    struct draft_text t;
    int64_t base;
    enum err e = drafting_load(r, &d);
    if (e)
        return e;
    draft_typed(r, &t);
    base = d.version;
    if (req_field(r, "base").n)
        e = req_field_int(r, "base", 0, INT32_MAX, &base);
    bool bad = !str_is_utf8(t.text) || str_characters(t.text) > LETTERS_DRAFT_MAX ||
               !str_is_utf8(t.attachments) || str_characters(t.attachments) > LETTERS_DRAFT_MAX;
    if (!e && bad)
        e = req_refuse(r, ERR_INVALID, "text", "web.text_bad");
    if (e)
        return e;
    return r->json ? draft_put_look(r, &d, t.text, t.attachments) : draft_put(r, &d, &t, base);
}
