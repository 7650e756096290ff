#include "job/letter_layout.h"

#include <math.h>

#include "job/letter_words.h"

#define MARK_TOP 35.0 /* below the type area's top */
#define MARK_TOP_LETTER 30.0
#define MARK_WIDTH 150.0
#define MARK_PITCH_MAX 15.0 /* a character's, with what is between */
#define MARK_HEIGHT_MAX 22.0
#define MARK_SLENDER 1.45 /* its height to its pitch */
#define RULE_GAP 4.0
#define ALMOST 0.1 /* of a line: as much is no line */
#define BLOCK_RULES 0.95
#define CODE_GAP 3.0

/* ---- items ---- */

static struct letter_item *add(struct letter_layout *l, enum letter_item_kind kind, int height)
{
    if (l->items_n == l->items_cap) {
        size_t cap = l->items_cap ? 2 * l->items_cap : 256;
        struct letter_item *more = arena_array(l->arena, cap, sizeof(*more));
        if (!more)
            return NULL;
        for (size_t i = 0; i < l->items_n; i++)
            more[i] = l->items[i];
        l->items = more;
        l->items_cap = cap;
    }
    struct letter_item *item = &l->items[l->items_n++];
    *item = (struct letter_item){.kind = kind, .height = height};
    return item;
}

static bool add_blanks(struct letter_layout *l, int n)
{
    for (int i = 0; i < n; i++)
        if (!add(l, LETTER_ITEM_BLANK, 2))
            return false;
    return true;
}

static bool add_lines(struct letter_layout *l, enum letter_item_kind kind,
                      const struct letter_lines *lines)
{
    for (size_t i = 0; i < lines->lines_n; i++) {
        struct letter_item *item = add(l, kind, 2);
        if (!item)
            return false;
        item->lines = lines;
        item->line = i;
    }
    return true;
}

static struct letter_shape shape_of(double cells, int first, int rest)
{
    return (struct letter_shape){.cells = cells,
                                 .first = first,
                                 .rest = rest,
                                 .pitch = LETTER_CELL / LETTER_MM(LETTER_SIZE),
                                 .hangs = true,
                                 .head_role = LETTER_BODY,
                                 .role = LETTER_BODY};
}

static bool add_text(struct letter_layout *l, struct str text, size_t head,
                     const struct letter_shape *shape)
{
    struct letter_lines *lines = ARENA_NEW(l->arena, struct letter_lines);
    return lines && letter_break(text, head, shape, l->metrics, l->arena, lines) &&
           add_lines(l, LETTER_ITEM_LINE, lines);
}

/* Where a title may well go on: before what often begins a new thought. */
static bool is_good_start(const struct letter_lines *lines, size_t line)
{
    struct str first = lines->pieces[lines->lines[line].from].text,
               starts = STR(LETTER_WORD_STARTS);
    for (size_t at = 0, from = 0; at < starts.n; from = at) {
        str_next_point(starts, &at);
        if (str_eq(first, str_slice(starts, from, at)))
            return true;
    }
    return false;
}

/* In as few lines as need be, even ones; of those nearly as even the one that begins best. */
static bool break_title(struct letter_layout *l, struct str line, struct letter_lines *out)
{
    struct letter_shape shape = {
        .cells = LETTER_TITLE_CELLS, .pitch = 1, .head_role = LETTER_TITLE, .role = LETTER_TITLE};
    struct letter_lines narrower, best;
    bool has_best = false;
    if (!letter_break(line, 0, &shape, l->metrics, l->arena, out))
        return false;
    best = *out;
    while (out->lines_n > 1 && --shape.cells > 1) {
        if (!letter_break(line, 0, &shape, l->metrics, l->arena, &narrower))
            return false;
        if (narrower.lines_n > out->lines_n)
            break;
        bool is_good = narrower.lines_n == 2 && is_good_start(&narrower, 1);
        if (is_good || !has_best)
            best = narrower;
        has_best |= is_good;
    }
    *out = best;
    return true;
}

static bool add_title(struct letter_layout *l, struct str title)
{
    while (title.n) {
        struct str line = str_trim(str_cut(title, '\n', &title));
        struct letter_lines *lines = ARENA_NEW(l->arena, struct letter_lines);
        if (line.n == 0)
            continue;
        if (!lines || !break_title(l, line, lines) || !add_lines(l, LETTER_ITEM_TITLE, lines))
            return false;
    }
    return true;
}

static bool add_table(struct letter_layout *l, struct str *rest)
{
    const struct letter_table *t;
    if (!letter_table(rest, l, &t))
        return false;
    for (size_t i = 0; i < t->rows_n; i++) {
        struct letter_item *item = add(l, LETTER_ITEM_ROW, t->rows[i].height);
        if (!item)
            return false;
        item->table = t;
        item->line = i;
        item->is_glued = i == 0 && t->rows_n > 1;
    }
    return true;
}

static bool add_para(struct letter_layout *l, const struct letter_para *para)
{
    struct letter_shape shape = shape_of(LETTER_CELLS, 2, 0);
    shape.is_justified = true;
    shape.head_role = para->kind == LETTER_LEVEL_1   ? LETTER_HEAD
                      : para->kind == LETTER_LEVEL_2 ? LETTER_KAI
                                                     : LETTER_BODY;
    if (!add_text(l, para->text, para->head, &shape))
        return false;
    l->items[l->items_n - 1].is_glued = para->head == para->text.n; /* nothing but a heading */
    return true;
}

static bool add_body(struct letter_layout *l, struct str body)
{
    struct letter_para para;
    size_t from = l->items_n;
    for (struct str rest = body, before = rest; letter_next(&rest, &para); before = rest) {
        if (para.kind == LETTER_ROW)
            rest = before;
        if (para.kind == LETTER_ROW ? !add_table(l, &rest) : !add_para(l, &para))
            return false;
    }
    for (size_t i = from; i < l->items_n; i++)
        l->items[i].is_body = true;
    return true;
}

static struct str join(struct letter_layout *l, const char *before, struct str text,
                       const char *after)
{
    const char *z = arena_printf(l->arena, "%s%.*s%s", before, STR_ARG(text), after);
    return z ? str_of(z) : STR_NONE;
}

/* 附件：1. …, names under each other. */
static bool add_list(struct letter_layout *l)
{
    const struct letter_paper *p = l->paper;
    static const char list[] = LETTER_WORD_ATTACHMENT "：";
    bool has_numbers = p->attachments_n > 1;
    int at = has_numbers ? p->attachments_n > 9 ? 7 : 6 : 5;
    if (p->attachments_n && !add_blanks(l, 1))
        return false;
    for (size_t i = 0; i < p->attachments_n; i++) {
        struct letter_shape shape = shape_of(LETTER_CELLS - 1, i ? 5 : 2, at);
        shape.hangs = false;
        shape.number = has_numbers ? at - 5 : 0;
        struct str name = letter_bare(p->attachments[i].name);
        const char *number =
            has_numbers ? arena_printf(l->arena, "%s%zu. ", i ? "" : list, i + 1) : list;
        struct str text = number ? join(l, number, name, "") : STR_NONE;
        if (!text.n || !add_text(l, text, 0, &shape))
            return false;
    }
    return true;
}

static bool add_signature(struct letter_layout *l)
{
    bool has_seal = l->paper->seal != LETTER_SEAL_NONE, has_contact = l->paper->contact.n > 0;
    struct letter_shape shape = shape_of(LETTER_CELLS, 2, 2);
    /* Two blanks and both lines, and one for the seal to reach into; or a blank and both lines. */
    if (!add(l, LETTER_ITEM_SIGNATURE, 2 * (has_seal ? has_contact ? 4 : 5 : 3)))
        return false;
    l->items[l->items_n - 1].is_glued = has_contact;
    if (!has_contact)
        return true;
    bool has_parentheses = str_starts(l->paper->contact, "（");
    struct str text =
        join(l, has_parentheses ? "" : "（", l->paper->contact, has_parentheses ? "" : "）");
    return text.n && add_text(l, text, 0, &shape);
}

static bool add_label(struct letter_layout *l, size_t i)
{
    struct letter_lines *lines = ARENA_NEW(l->arena, struct letter_lines);
    struct letter_shape shape = shape_of(LETTER_CELLS, 0, 0);
    struct str text = l->paper->attachments_n > 1
                          ? str_of(arena_printf(l->arena, "%s%zu", LETTER_WORD_ATTACHMENT, i + 1))
                          : STR(LETTER_WORD_ATTACHMENT);
    shape.role = LETTER_HEAD;
    return lines && letter_break(text, 0, &shape, l->metrics, l->arena, lines) &&
           add_lines(l, LETTER_ITEM_LABEL, lines);
}

static bool add_attachments(struct letter_layout *l)
{
    for (size_t i = 0; i < l->paper->attachments_n; i++) {
        const struct letter_attachment *a = &l->paper->attachments[i];
        if (str_trim(a->text).n == 0)
            continue;
        if (!add_label(l, i) || !add_blanks(l, 1) || !add_title(l, letter_bare(a->name)) ||
            !add_blanks(l, 1) || !add_body(l, a->text))
            return false;
    }
    return true;
}

/* ---- the head ---- */

/* How a mark is set: as large as its width allows. */
static void size_mark(struct letter_layout *l)
{
    const struct letter_metrics *m = l->metrics;
    double ems = 0;
    for (size_t at = 0; at < l->paper->mark.n;) {
        uint32_t c = str_next_point(l->paper->mark, &at);
        ems += letter_is_wide(c) ? 1 : m->advance(m->arg, LETTER_MARK, c);
    }
    ems = ems < 1 ? 1 : ems;
    double pitch = fmin(MARK_WIDTH / ems, MARK_PITCH_MAX);
    bool is_letter = l->paper->form == LETTER_LETTER;
    l->mark_height = fmin(pitch * MARK_SLENDER, MARK_HEIGHT_MAX);
    l->mark_width = pitch * ems;
    l->mark_top = is_letter ? MARK_TOP_LETTER : LETTER_TOP + MARK_TOP;
}

/* The half line in which the title begins when that many lines above it are blank. */
static int place_head(struct letter_layout *l, int blanks)
{
    double size = LETTER_MM(LETTER_SIZE), bottom = l->mark_top + l->mark_height, above;
    if (l->paper->form == LETTER_LETTER) {
        l->rule = bottom + RULE_GAP;
        l->number_top = l->rule + 1.8 + size * 7 / 8; /* below the double rule */
        above = l->number_top + size;
    } else {
        l->number_top = bottom + 2 * LETTER_LINE;
        l->rule = l->number_top + size + RULE_GAP;
        above = l->rule;
    }
    return 2 * (int)ceil((above - LETTER_TOP) / LETTER_LINE + blanks - ALMOST);
}

/* ---- pages ---- */

struct pager {
    struct letter_layout *l;
    int page, half;
};

/* Where an item begins that comes when a page is filled so far: lines of text are on the grid. */
static int begin_of(const struct letter_item *item, int half)
{
    return item->kind == LETTER_ITEM_ROW ? half : half + half % 2;
}

static int most_of(const struct letter_item *item)
{
    return item->kind == LETTER_ITEM_ROW ? LETTER_ROW_HALVES : LETTER_HALVES;
}

static void put(struct pager *g, size_t item)
{
    struct letter_layout *l = g->l;
    int half = begin_of(&l->items[item], g->half);
    l->places[l->places_n++] = (struct letter_place){g->page, half, item};
    g->half = half + l->items[item].height;
}

/* The place of its table's head, which is some items before. */
static size_t head_of(const struct letter_layout *l, size_t i)
{
    return i - l->items[i].line;
}

static bool needs_head(const struct letter_layout *l, size_t i)
{
    return l->items[i].kind == LETTER_ITEM_ROW && l->items[i].line > 0;
}

/* The end of what must be on one page with item i. */
static size_t end_of_chain(const struct letter_layout *l, size_t i)
{
    while (l->items[i].is_glued && i + 1 < l->items_n)
        i++;
    return i + 1;
}

/* Whether those items have room on a page that is filled so far. */
static bool has_room(const struct letter_layout *l, size_t i, size_t end, int half)
{
    if (half == 0 && needs_head(l, i))
        half = l->items[head_of(l, i)].height;
    for (; i < end; i++) {
        half = begin_of(&l->items[i], half) + l->items[i].height;
        if (half > most_of(&l->items[i]))
            return false;
    }
    return true;
}

static void turn(struct pager *g)
{
    g->page++;
    g->half = 0;
}

static void put_item(struct pager *g, size_t i)
{
    const struct letter_layout *l = g->l;
    const struct letter_item *item = &l->items[i];
    bool is_after_label = i > 0 && l->items[i - 1].kind == LETTER_ITEM_LABEL;
    if (g->half > 0 && (item->kind == LETTER_ITEM_LABEL || !has_room(l, i, i + 1, g->half)))
        turn(g);
    if (item->kind == LETTER_ITEM_BLANK && g->half == 0 && g->page > 0 && !is_after_label)
        return; /* at the top of a page it is blank enough */
    if (needs_head(l, i) && g->half == 0)
        put(g, head_of(l, i));
    put(g, i);
}

static void put_all(struct pager *g)
{
    const struct letter_layout *l = g->l;
    for (size_t i = 0; i < l->items_n;) {
        size_t end = end_of_chain(l, i);
        if (!has_room(l, i, end, 0))
            end = i + 1; /* together they are longer than a page */
        else if (!has_room(l, i, end, g->half))
            turn(g);
        for (; i < end; i++)
            put_item(g, i);
    }
}

/* Whether the text begins on the first page. */
static bool paginate(struct letter_layout *l, int first)
{
    struct pager g = {l, 0, first};
    if (first >= LETTER_HALVES)
        return false;
    l->places_n = 0;
    put_all(&g);
    if (g.half + 2 * l->foot_lines > LETTER_HALVES)
        turn(&g);
    l->pages = g.page + 1;
    for (size_t i = 0; i < l->places_n; i++)
        if (l->items[l->places[i].item].is_body)
            return l->places[i].page == 0;
    return false;
}

/* From the standard's blank lines to none, until the text begins on the first page. */
static bool fit(struct letter_layout *l, size_t blank_item)
{
    static const struct {
        int above, below;
    } tries[] = {{2, 1}, {2, 0}, {1, 0}, {0, 0}};
    /* A table's head may be there once a page more. */
    l->places = arena_array(l->arena, 2 * l->items_n + LETTER_PAGES_MAX, sizeof(l->places[0]));
    if (!l->places)
        return false;
    for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
        l->items[blank_item].height = 2 * tries[i].below;
        if (!paginate(l, place_head(l, tries[i].above)))
            continue;
        l->why = l->pages > LETTER_PAGES_MAX ? "letter_pages" : NULL;
        return !l->why;
    }
    l->why = "letter_title";
    return false;
}

/* ---- foot and signature ---- */

static bool break_foot(struct letter_layout *l)
{
    const struct letter_paper *p = l->paper;
    bool has_printer = p->form == LETTER_ORDINARY && (p->printer.n || p->printed.n);
    struct letter_shape line = shape_of(LETTER_CELLS, 0, 0);
    struct letter_shape copies = {
        .cells = LETTER_SMALL_CELLS, .rest = 3, .pitch = 1, .role = LETTER_BODY};
    struct letter_shape caption = {.cells = 35, .pitch = 1, .role = LETTER_SONG};
    double height = 0;
    if (p->disclosure.n &&
        !letter_break(p->disclosure, 0, &line, l->metrics, l->arena, &l->disclosure))
        return false;
    struct str text = join(l, LETTER_WORD_COPIES, letter_bare(p->copies), "。");
    if (letter_bare(p->copies).n &&
        (!text.n || !letter_break(text, 0, &copies, l->metrics, l->arena, &l->copies)))
        return false;
    if (p->code.n && !letter_break(p->code_caption, 0, &caption, l->metrics, l->arena, &l->caption))
        return false;
    l->block_height = LETTER_BLOCK_LINE * (double)(l->copies.lines_n + has_printer);
    if (l->block_height > 0 && p->form == LETTER_ORDINARY)
        l->block_height += BLOCK_RULES;
    height = l->block_height + (p->code.n ? LETTER_CODE_SIDE + CODE_GAP : 0) +
             LETTER_LINE * (double)l->disclosure.lines_n;
    l->foot_lines = (int)ceil(height / LETTER_LINE - ALMOST);
    return true;
}

static bool break_signature(struct letter_layout *l)
{
    struct letter_shape shape = shape_of(LETTER_LINE_MAX, 0, 0);
    shape.hangs = false;
    if (!letter_break(str_trim(l->paper->issuer), 0, &shape, l->metrics, l->arena, &l->issuer) ||
        !letter_break(str_trim(l->paper->date), 0, &shape, l->metrics, l->arena, &l->date))
        return false;
    l->issuer_cells = l->issuer.lines[0].cells;
    return true;
}

double letter_date_middle(const struct letter_layout *l)
{
    double middle = LETTER_DATE_CELL - l->date.lines[0].cells / 2.0;
    return fmin(middle, LETTER_CELLS - l->issuer_cells / 2.0);
}

/* From the last line of the text to the signature. */
static void glue_end(struct letter_layout *l, size_t signature)
{
    for (size_t i = signature; i-- > 0;) {
        l->items[i].is_glued = true;
        if (l->items[i].is_body)
            return;
    }
}

bool letter_layout(const struct letter_paper *paper, const struct letter_metrics *metrics,
                   struct arena *arena, struct letter_layout *l)
{
    struct letter_shape flush = shape_of(LETTER_CELLS, 0, 0);
    *l = (struct letter_layout){.paper = paper, .metrics = metrics, .arena = arena};
    size_mark(l);
    if (!break_foot(l) || !break_signature(l) || !add_title(l, paper->title))
        return false;
    size_t blank = l->items_n;
    struct str to = letter_addressee(paper->addressee), addressee = join(l, "", to, "：");
    if (!add_blanks(l, 1) || (to.n && !add_text(l, addressee, 0, &flush)) ||
        !add_body(l, paper->body) || !add_list(l))
        return false;
    size_t signature = l->items_n;
    if (!add_signature(l))
        return false;
    glue_end(l, signature);
    return add_attachments(l) && fit(l, blank);
}
