/* The paragraphs and tables of a letter, with its figures as they were frozen: by the rules of its
 * paper (job/letter_text.h), so that page and paper say the same. */
#include "town/letters/reply_text.h"

#include "job/letter_text.h"
#include "store/queries.h"
#include "town/letters/frozen_view.h"
#include "town/letters/issue.h"

/* In the text that is cut into paragraphs and cells a figure is its place among the frozen rows,
 * between these: neither is in a text that somebody wrote, and no rule of the paper knows them. */
enum { OPEN = 1, CLOSE = 2, PLACE_BYTES = 24 };

struct shown {
    struct req *r;
    const struct rows *figures;
    size_t taken;
};

static void put_plain(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != OPEN && s.p[i] != CLOSE)
            buf_u8(b, (uint8_t)s.p[i]);
}

/* The text with a place for each of its tokens, in the arena. */
static enum err mark(struct shown *x, struct str text, struct str *out)
{
    struct letter_token t;
    struct buf b;
    size_t at = 0, from = 0;
    buf_init(&b, LETTERS_DRAFT_MAX * 8);
    while (token_next(text, &at, &t)) {
        put_plain(&b, str_slice(text, from, t.from));
        buf_printf(&b, "%c%zu%c", OPEN, x->taken++, CLOSE);
        from = t.to;
    }
    put_plain(&b, str_slice(text, from, text.n));
    char *copy = arena_alloc(x->r->arena, b.n + 1);
    enum err e = x->taken > x->figures->n ? ERR_CORRUPT : !buf_ok(&b) || !copy ? ERR_NOMEM : OK;
    if (!e) {
        memcpy(copy, b.p, b.n);
        *out = str_n(copy, b.n);
    }
    buf_free(&b);
    return e;
}

static void put_words(struct view *list, struct str words, bool is_head)
{
    if (words.n == 0)
        return;
    struct view *v = view_add_object(list);
    view_put_str(v, "text", words);
    view_put_bool(v, "is_head", is_head);
}

static void put_figure(struct shown *x, struct view *list, size_t i, bool is_head)
{
    struct view *v = view_add_object(list);
    view_put_str(v, "text", row_str(x->figures, i, "printed"));
    view_put_bool(v, "is_head", is_head);
    if (row_int(x->figures, i, "is_public"))
        view_put_str(v, "href",
                     frozen_href(x->r->arena, row_str(x->figures, i, "name"),
                                 row_int(x->figures, i, "of_id"), row_int(x->figures, i, "as_of")));
}

/* Words and figures in turn. "\|" is a bar: only cells have them. */
static void put_parts(struct shown *x, struct view *list, struct str s, bool is_head)
{
    while (s.n) {
        struct str rest, place;
        int64_t i;
        ptrdiff_t open = str_find(s, OPEN);
        struct str words = open < 0 ? s : str_n(s.p, (size_t)open);
        put_words(list, words, is_head);
        if (open < 0)
            return;
        place = str_cut(str_slice(s, (size_t)open + 1, s.n), CLOSE, &rest);
        if (!str_to_i64(place, &i) && i >= 0 && (size_t)i < x->figures->n)
            put_figure(x, list, (size_t)i, is_head);
        s = rest;
    }
}

static struct str unescape(struct shown *x, struct str cell)
{
    char *p = arena_alloc(x->r->arena, cell.n + 1);
    size_t n = 0;
    for (size_t i = 0; p && i < cell.n; i++)
        if (cell.p[i] != '\\' || i + 1 == cell.n || cell.p[i + 1] != '|')
            p[n++] = cell.p[i];
    return p ? str_n(p, n) : cell;
}

static void put_row(struct shown *x, struct view *rows, struct str text, bool is_head)
{
    struct str cells[LETTER_COLUMNS_MAX];
    size_t n = letter_cells(text, cells, LETTER_COLUMNS_MAX);
    if (n == 0)
        return;
    struct view *v = view_add_object(rows);
    view_put_bool(v, "is_head", is_head);
    struct view *list = view_put_list(v, "cells");
    for (size_t i = 0; i < n && i < LETTER_COLUMNS_MAX; i++)
        put_parts(x, view_put_list(view_add_object(list), "parts"), unescape(x, cells[i]), false);
}

/* Of a text whose figures are marked. */
static void put_blocks(struct shown *x, struct view *list, struct str rest)
{
    static const char *const kinds[] = {[LETTER_TEXT] = "text",
                                        [LETTER_LEVEL_1] = "level_1",
                                        [LETTER_LEVEL_2] = "level_2",
                                        [LETTER_ROW] = "table"};
    struct letter_para p;
    struct view *rows = NULL;
    while (letter_next(&rest, &p)) {
        if (p.kind == LETTER_ROW && rows) {
            put_row(x, rows, p.text, false);
            continue;
        }
        struct view *v = view_add_object(list);
        view_put_z(v, "kind", kinds[p.kind]);
        rows = p.kind == LETTER_ROW ? view_put_list(v, "rows") : NULL;
        if (rows) {
            put_row(x, rows, p.text, true);
            continue;
        }
        struct view *parts = view_put_list(v, "parts");
        put_parts(x, parts, str_slice(p.text, 0, p.head), true);
        put_parts(x, parts, str_slice(p.text, p.head, p.text.n), false);
    }
}

enum err reply_text_put(struct req *r, struct view *v, const struct rows *row)
{
    struct letter_attachment *list = arena_array(r->arena, LETTER_ATTACHMENTS_MAX, sizeof(*list));
    struct str text, attachments;
    struct rows figures;
    struct shown x = {.r = r, .figures = &figures};
    if (!list)
        return ERR_NOMEM;
    enum err e = db_select(r->db, &q_letters_figures, ARGS(V_INT(row_int(row, 0, "id"))), r->arena,
                           &figures);
    if (!e)
        e = mark(&x, row_str(row, 0, "text"), &text);
    if (!e)
        e = mark(&x, row_str(row, 0, "attachments"), &attachments);
    if (e || x.taken != figures.n)
        return e ? e : ERR_CORRUPT;
    put_blocks(&x, view_put_list(v, "blocks"), text);
    size_t n = issue_attachments(attachments, list);
    struct view *more = view_put_list(v, "attachments");
    for (size_t i = 0; i < n; i++) {
        struct view *one = view_add_object(more);
        put_parts(&x, view_put_list(one, "name"), list[i].name, false);
        put_blocks(&x, view_put_list(one, "blocks"), list[i].text);
    }
    return OK;
}
