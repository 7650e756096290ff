/*
 * An official document as it crosses to the job. What is read is written and read again as it was;
 * it is laid out, and then: no place is beyond its page, pages do not fall, a line's pieces are in
 * its cells (one mark may hang), and nothing of the text is lost or added.
 */
#include <stdlib.h>

#include "job/letter_form.h"
#include "job/letter_layout.h"
#include "job/letter_role.h"

enum { ARENA_MAX = 512 << 20 };

static double advance(void *arg, enum letter_role role, uint32_t c)
{
    (void)arg, (void)role;
    return c % 7 == 0 ? 0.9 : 0.55;
}

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void check_lines(const struct letter_lines *lines, int cells)
{
    size_t pieces = 0;
    for (size_t i = 0; i < lines->lines_n; i++) {
        const struct letter_line *line = &lines->lines[i];
        check(line->from == pieces && line->cells <= cells + 0.5 + 1e-6);
        for (size_t k = 0; k < line->n; k++)
            check(lines->pieces[line->from + k].text.n > 0);
        pieces += line->n;
    }
    check(pieces == lines->pieces_n);
}

static void check_item(const struct letter_item *item)
{
    if (item->kind == LETTER_ITEM_LINE || item->kind == LETTER_ITEM_LABEL)
        check_lines(item->lines, LETTER_CELLS);
    if (item->kind == LETTER_ITEM_TITLE)
        check_lines(item->lines, LETTER_TITLE_CELLS);
}

static void check_places(const struct letter_layout *l)
{
    int page = 0, half = 0;
    size_t next = 0;
    for (size_t i = 0; i < l->places_n; i++) {
        const struct letter_place *p = &l->places[i];
        const struct letter_item *item = &l->items[p->item];
        bool is_first = p->page > page;
        check(p->page == page || p->page == page + 1);
        check(is_first || p->half >= half);
        check(p->half + item->height <= LETTER_HALVES || p->half == 0);
        if (!(item->kind == LETTER_ITEM_ROW && item->line == 0 && p->item < next)) {
            for (; next < p->item; next++) /* only what is blank may be left out */
                check(l->items[next].kind == LETTER_ITEM_BLANK);
            next = p->item + 1;
        }
        check_item(item);
        page = p->page;
        half = p->half + item->height;
    }
    check(l->pages >= page + 1 && l->pages <= LETTER_PAGES_MAX);
}

static void lay_out(const struct letter_paper *paper)
{
    struct arena arena;
    struct letter_layout layout;
    const struct letter_metrics metrics = {advance, NULL};
    arena_init(&arena, ARENA_MAX);
    if (letter_layout(paper, &metrics, &arena, &layout))
        check_places(&layout);
    else
        check(layout.why || arena_failed(&arena));
    arena_free(&arena);
}

static bool is_same(const struct letter_paper *a, const struct letter_paper *b)
{
    return a->form == b->form && a->seal == b->seal && a->created_s == b->created_s &&
           str_eq(a->title, b->title) && str_eq(a->body, b->body) && str_eq(a->code, b->code) &&
           a->attachments_n == b->attachments_n;
}

static void there_and_back(const struct letter_paper *paper)
{
    static struct letter_form_read again;
    struct err_info info;
    struct buf json;
    buf_init(&json, LETTER_FORM_BYTES);
    letter_form_write(paper, &json);
    check(buf_ok(&json));
    check(letter_form_read(str_n(json.p, json.n), &again, &info) == OK);
    check(is_same(paper, &again.paper));
    letter_form_free(&again);
    buf_free(&json);
}

/* The input is JSON, or (easier to change) a text that becomes title, body and a setting. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static struct letter_form_read form;
    struct err_info info;
    struct str text = str_n(p, n), name;
    if (letter_form_read(text, &form, &info) == OK) {
        there_and_back(&form.paper);
        lay_out(&form.paper);
    }
    letter_form_free(&form);
    struct letter_paper paper = {.mark = STR("mark"), .issuer = STR("issuer"), .seal = n % 3};
    paper.title = str_cut(text, 0, &paper.body);
    paper.body = paper.body.n ? paper.body : text;
    if (letter_form_check(&paper, &info) == OK) {
        there_and_back(&paper);
        lay_out(&paper);
    }
    if (letter_fonts_ok(text))
        for (size_t at = 0; letter_fonts_next(text, LETTER_BODY, &at, &name);)
            check(name.n > 0);
    return 0;
}
