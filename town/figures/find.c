/* Listing figures, and finding them by words: GET /figures, and the editor of letters. */
#include "store/queries.h"
#include "town/figures/internal.h"
#include "town/pinyin.h"

/* ---- does it have the words ---- */

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool has(struct str s, struct str word)
{
    for (size_t at = 0; at + word.n <= s.n; at++) {
        size_t i = 0;
        while (i < word.n && small(s.p[at + i]) == small(word.p[i]))
            i++;
        if (i == word.n)
            return true;
    }
    return false;
}

/* Letters as they are typed, with the Chinese of a title in the ear: two of them at least. */
static bool sounds(struct str title, struct str word)
{
    char letters[FIGURE_SEARCH_MAX];
    if (word.n < 2 || word.n > sizeof(letters))
        return false;
    for (size_t i = 0; i < word.n; i++)
        letters[i] = small(word.p[i]);
    return pinyin_has(title, str_n(letters, word.n));
}

struct wanted {
    struct str words; /* empty: all */
    size_t left;      /* how many more */
};

/* Each word in one of the three, or in how the Chinese title is read; a blank is the full-width one
 * too. */
static bool is_wanted(const struct wanted *w, struct str name, struct str zh, struct str en)
{
    struct str rest = w->words;
    while (rest.n) {
        size_t at = 0, end = 0;
        uint32_t c = 0;
        while (at < rest.n) {
            end = at;
            c = str_next_point(rest, &at);
            if (c == ' ' || c == 0x3000)
                break;
            end = at;
        }
        struct str word = str_slice(rest, 0, end);
        rest = str_slice(rest, at, rest.n);
        if (word.n && !has(name, word) && !has(zh, word) && !has(en, word) && !sounds(zh, word))
            return false;
    }
    return true;
}

/* ---- listing ---- */

static enum err add(struct req *r, struct view *list, const struct figure_any *f, struct wanted *w)
{
    struct figure_value value;
    struct view *v = view_add_object(list);
    enum err e = figures_put_any(r, v, f, 0, &value);
    w->left--;
    if (e == OK && w->words.n)
        view_put_str(v, "printed", figures_printed(f->kind, f->unit, &value, r->arena));
    return e;
}

static enum err add_counted(struct req *r, struct view *list, struct wanted *w)
{
    bool officer = figures_is_officer(r), zh = r->lang == LANG_ZH;
    enum err e = OK;
    for (size_t i = 0; e == OK && w->left && i < figures_counted(); i++) {
        struct figure_any f, other;
        const struct figure *c = figures_at(i);
        if (c->subject || !(c->is_public || officer))
            continue;
        figure_any_counted(c, r->lang, r->arena, &f);
        figure_any_counted(c, zh ? LANG_EN : LANG_ZH, r->arena, &other);
        if (is_wanted(w, f.name, zh ? f.title : other.title, zh ? other.title : f.title))
            e = add(r, list, &f, w);
    }
    return e;
}

static enum err add_documented(struct req *r, struct view *list, struct wanted *w)
{
    struct rows rs;
    enum err e =
        db_select(r->db, &q_figures_documents,
                  ARGS(V_INT(!figures_is_officer(r)), V_INT(FIGURES_DOCUMENTS_MAX)), r->arena, &rs);
    for (size_t i = 0; e == OK && w->left && i < rs.n; i++) {
        struct figure_any f;
        figure_any_document(&rs, i, r->lang, r->arena, &f);
        /* One that papers said, and is counted by now, stands there once. */
        if (!figures_find(f.name) &&
            is_wanted(w, f.name, row_str(&rs, i, "title_zh"), row_str(&rs, i, "title_en")))
            e = add(r, list, &f, w);
    }
    return e;
}

static enum err add_wanted(struct req *r, struct view *list, struct wanted *w)
{
    enum err e = add_counted(r, list, w);
    return e != OK ? e : add_documented(r, list, w);
}

enum err figures_add_all(struct req *r, struct view *list)
{
    struct wanted w = {.left = SIZE_MAX};
    return add_wanted(r, list, &w);
}

enum err figures_search(struct req *r, struct view *list, struct str words)
{
    struct wanted w = {.words = words, .left = FIGURE_FOUND_MAX};
    return words.n ? add_wanted(r, list, &w) : OK;
}

/* ---- all with their values ---- */

/* One that cannot be counted now is left out. */
static enum err add_known(struct req *r, const struct figure_any *f, struct figure_known *out,
                          size_t *n)
{
    struct figure_known k = {.name = f->name, .title = f->title, .unit = f->unit, .kind = f->kind};
    enum err e = db_savepoint(r->db);
    if (e != OK)
        return e;
    e = figure_any_value(r->db, r->arena, f, 0, &k.value);
    if (e != OK) {
        db_savepoint_rollback(r->db);
        return db_in_transaction(r->db) ? OK : e;
    }
    if (k.value.is_known)
        out[(*n)++] = k;
    return db_savepoint_release(r->db);
}

enum err figures_known(struct req *r, struct figure_known **out, size_t *n)
{
    struct rows rs;
    struct figure_any f;
    bool officer = figures_is_officer(r);
    *n = 0;
    enum err e = db_select(r->db, &q_figures_documents,
                           ARGS(V_INT(!officer), V_INT(FIGURES_DOCUMENTS_MAX)), r->arena, &rs);
    *out = e == OK ? arena_array(r->arena, figures_counted() + rs.n + 1, sizeof(**out)) : NULL;
    if (!*out)
        return e != OK ? e : ERR_NOMEM;
    for (size_t i = 0; e == OK && i < figures_counted(); i++) {
        const struct figure *c = figures_at(i);
        if (c->subject || !(c->is_public || officer))
            continue;
        figure_any_counted(c, r->lang, r->arena, &f);
        e = add_known(r, &f, *out, n);
    }
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        figure_any_document(&rs, i, r->lang, r->arena, &f);
        if (!figures_find(f.name))
            e = add_known(r, &f, *out, n);
    }
    return e;
}
