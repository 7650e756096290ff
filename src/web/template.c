/* Compiling templates. */
#include <stdlib.h>

#include "web/resources.h"
#include "web/template_op.h"

struct cursor { /* a place in one source file */
    struct str name, text;
    size_t at;
};

struct tag {
    enum { TAG_EOF, TAG_VALUE, TAG_WORD } kind;
    struct str word, rest; /* "if", "a and b"; for a value: rest only */
};

struct compiler {
    struct template *t;
    struct map *made;
    template_source_fn *source;
    void *arg;
    struct arena *arena;
    struct err_info *info;
    enum err e;
    struct html html;
    struct op nowhere; /* what emit() gives when there is no room: written to, never read */
    int depth;
};

/* ---- errors, ops ---- */

static void fail(struct compiler *c, const struct cursor *at, const char *why)
{
    if (c->e)
        return;
    int line = 1;
    for (size_t i = 0; i < at->at && i < at->text.n; i++)
        line += at->text.p[i] == '\n';
    c->e = ERR_SYNTAX;
    *c->info = (struct err_info){
        .code = ERR_SYNTAX,
        .text = arena_printf(c->arena, "%.*s:%d: %s", STR_ARG(at->name), line, why)};
}

static void check(struct compiler *c, const struct cursor *at, const char *fault)
{
    if (fault)
        fail(c, at, fault);
}

static struct op *emit(struct compiler *c, const struct cursor *at, int kind)
{
    struct template *t = c->t;
    if (t->ops_n == t->ops_cap && t->ops_n < TEMPLATE_OPS_MAX) {
        int cap = t->ops_cap ? t->ops_cap * 2 : 64;
        struct op *ops = realloc(t->ops, (size_t)cap * sizeof(*ops));
        if (ops) {
            t->ops = ops;
            t->ops_cap = cap;
        }
    }
    if (t->ops_n == t->ops_cap || t->ops_n >= TEMPLATE_OPS_MAX) {
        fail(c, at, "the template is too large");
        return &c->nowhere;
    }
    struct op *op = &t->ops[t->ops_n++];
    memset(op, 0, sizeof(*op));
    op->kind = kind;
    return op;
}

/* ---- files, tags and blocks ---- */

/* The next tag of a file and the text before it. Comments are passed over (text stops there). */
static struct tag scan(struct compiler *c, struct cursor *at, struct str *literal)
{
    struct str s = at->text;
    size_t from = at->at, i = from;
    while (i + 1 < s.n && !(s.p[i] == '{' && strchr("{%#", s.p[i + 1]) && s.p[i + 1]))
        i++;
    if (i + 1 >= s.n) {
        *literal = str_slice(s, from, s.n);
        at->at = s.n;
        return (struct tag){.kind = TAG_EOF};
    }
    *literal = str_slice(s, from, i);
    at->at = i;
    char close = s.p[i + 1] == '{' ? '}' : s.p[i + 1];
    bool quoted = false;
    size_t end = i + 2;
    while (end + 1 < s.n && (quoted || s.p[end] != close || s.p[end + 1] != '}')) {
        if (s.p[end] == '"' && close != '#')
            quoted = !quoted;
        end++;
    }
    if (end + 1 >= s.n) {
        fail(c, at, "a tag is not closed");
        return (struct tag){.kind = TAG_EOF};
    }
    struct tag tag = {.kind = TAG_VALUE, .rest = str_slice(s, i + 2, end)};
    at->at = end + 2;
    if (close == '}')
        return tag;
    tag.kind = TAG_WORD;
    tag.word = close == '#' ? STR("#") : expr_token(&tag.rest).s;
    return tag;
}

static bool is_tag(const struct tag *tag, const char *word)
{
    return tag->kind == TAG_WORD && str_eq_z(tag->word, word);
}

static void enter(struct compiler *c, const struct cursor *at)
{
    if (++c->depth > TEMPLATE_NEST_MAX)
        fail(c, at, "nested too deeply");
}

static void compile_file(struct compiler *c, const struct cursor *from, struct str name,
                         bool included);
static void compile_tag(struct compiler *c, struct cursor *at, struct tag *tag);

static void compile_literal(struct compiler *c, const struct cursor *at, struct str literal)
{
    if (c->e || literal.n == 0)
        return;
    check(c, at, html_feed(&c->html, literal));
    emit(c, at, LITERAL)->text = literal;
}

/* Up to the tag that ends this body: end, elif, else, empty, or the end of the file. */
static struct tag compile_body(struct compiler *c, struct cursor *at)
{
    for (;;) {
        struct str literal = STR_NONE;
        struct tag tag = scan(c, at, &literal);
        compile_literal(c, at, literal);
        if (c->e || tag.kind == TAG_EOF)
            return (struct tag){.kind = TAG_EOF};
        if (is_tag(&tag, "#"))
            continue;
        if (tag.kind == TAG_WORD && !is_tag(&tag, "t"))
            check(c, at, html_directive(&c->html));
        if (is_tag(&tag, "end") || is_tag(&tag, "elif") || is_tag(&tag, "else") ||
            is_tag(&tag, "empty"))
            return tag;
        compile_tag(c, at, &tag);
    }
}

static void expect_stop(struct compiler *c, const struct cursor *at, const struct tag *stop)
{
    if (!is_tag(stop, "end"))
        fail(c, at, stop->kind == TAG_EOF ? "end is missing" : "end is expected");
}

static void compile_value(struct compiler *c, struct cursor *at, struct tag *tag)
{
    struct op *op = emit(c, at, WRITE);
    check(c, at, html_value(&c->html, &op->place));
    check(c, at, expr_parse_value(&tag->rest, &c->t->arena, &op->values));
    check(c, at, expr_end(tag->rest));
}

static void compile_text(struct compiler *c, struct cursor *at, struct tag *tag)
{
    struct op *op = emit(c, at, WRITE_TEXT);
    check(c, at, html_value(&c->html, &op->place));
    struct expr_token key = expr_token(&tag->rest);
    if (key.kind != EXPR_STRING)
        fail(c, at, "t needs a key in quotes");
    op->text = key.s;
    check(c, at, expr_parse_args(tag->rest, &c->t->arena, &op->values, &op->n));
}

/* The ends of branches jump to the same place: until it is known, each holds the one before. */
static int jump_to_end(struct compiler *c, const struct cursor *at, int chain)
{
    emit(c, at, JUMP)->to = chain;
    return c->t->ops_n - 1;
}

static void land_here(struct compiler *c, int chain)
{
    while (chain >= 0 && !c->e) {
        int before = c->t->ops[chain].to;
        c->t->ops[chain].to = c->t->ops_n;
        chain = before;
    }
}

static void compile_if(struct compiler *c, struct cursor *at, struct tag *tag)
{
    struct html before = c->html, after = before;
    int chain = -1, branches = 0;
    bool conditional = true;
    struct tag stop = *tag;
    while (!c->e) {
        int unless = c->t->ops_n;
        if (conditional) {
            struct op *op = emit(c, at, UNLESS);
            check(c, at, expr_parse_condition(stop.rest, &c->t->arena, &op->terms, &op->n));
        }
        c->html = before;
        stop = compile_body(c, at);
        if (branches++ == 0)
            after = c->html;
        check(c, at, html_merge(&after, &c->html));
        bool ended = is_tag(&stop, "end");
        if (!ended && conditional)
            chain = jump_to_end(c, at, chain);
        if (conditional && !c->e)
            c->t->ops[unless].to = c->t->ops_n;
        if (ended)
            break;
        if (!conditional || (!is_tag(&stop, "elif") && !is_tag(&stop, "else")))
            expect_stop(c, at, &stop);
        conditional = is_tag(&stop, "elif");
    }
    if (conditional) /* there is no else: nothing may be written at all */
        check(c, at, html_merge(&after, &before));
    land_here(c, chain);
    c->html = after;
}

static void compile_for(struct compiler *c, struct cursor *at, struct tag *tag)
{
    struct html before = c->html;
    int start = c->t->ops_n, chain = -1;
    struct op *op = emit(c, at, FOR);
    struct expr_token name = expr_token(&tag->rest);
    if (name.kind != EXPR_WORD || str_find(name.s, '.') >= 0 ||
        !expr_accept(&tag->rest, EXPR_WORD, "in"))
        fail(c, at, "for NAME in LIST is expected");
    op->text = name.s;
    check(c, at, expr_parse_value(&tag->rest, &c->t->arena, &op->values));
    check(c, at, expr_end(tag->rest));
    struct tag stop = compile_body(c, at);
    if (!c->e && !html_same(&before, &c->html))
        fail(c, at, "the body of a for must end where it began in the page");
    emit(c, at, NEXT)->to = start + 1;
    bool empty = is_tag(&stop, "empty");
    if (empty)
        chain = jump_to_end(c, at, chain);
    if (!c->e)
        c->t->ops[start].to = c->t->ops_n;
    if (empty) {
        stop = compile_body(c, at);
        check(c, at, html_merge(&c->html, &before));
    }
    expect_stop(c, at, &stop);
    land_here(c, chain);
}

static void compile_include(struct compiler *c, struct cursor *at, struct tag *tag)
{
    struct expr_token name = expr_token(&tag->rest);
    if (name.kind != EXPR_STRING)
        fail(c, at, "include needs a name in quotes");
    int n = 0;
    if (expr_accept(&tag->rest, EXPR_WORD, "with")) {
        struct op *op = emit(c, at, BIND);
        check(c, at, expr_parse_args(tag->rest, &c->t->arena, &op->values, &op->n));
        n = op->n;
    } else {
        check(c, at, expr_end(tag->rest));
    }
    compile_file(c, at, name.s, true);
    if (n)
        emit(c, at, UNBIND)->n = n;
}

static struct str block_name(struct compiler *c, const struct cursor *at, struct tag *tag)
{
    struct expr_token name = expr_token(&tag->rest);
    if (name.kind != EXPR_WORD)
        fail(c, at, "block needs a name");
    check(c, at, expr_end(tag->rest));
    return name.s;
}

/* The body of a block that begins here; it is the page's part of that name from now on. */
static void compile_part(struct compiler *c, struct cursor *at, struct str name, int body)
{
    struct html before = c->html;
    struct part *p = ARENA_NEW(&c->t->arena, struct part);
    if (!p || template_part(c->t, name)) {
        fail(c, at, p ? "a block of that name stands above" : "the template is too large");
        return;
    }
    *p = (struct part){name, before, body, c->t->parts};
    c->t->parts = p;
    struct tag stop = compile_body(c, at);
    expect_stop(c, at, &stop);
    if (!c->e && !html_same(&before, &c->html))
        fail(c, at, "the body of a block must end where it began in the page");
}

static void compile_block(struct compiler *c, struct cursor *at, struct tag *tag)
{
    int start = c->t->ops_n;
    struct str name = block_name(c, at, tag);
    emit(c, at, BLOCK)->text = name;
    compile_part(c, at, name, 0);
    if (!c->e)
        c->t->ops[start].to = c->t->ops_n;
}

static void compile_tag(struct compiler *c, struct cursor *at, struct tag *tag)
{
    static const struct {
        const char *word;
        void (*compile)(struct compiler *c, struct cursor *at, struct tag *tag);
    } tags[] = {{"t", compile_text},
                {"if", compile_if},
                {"for", compile_for},
                {"block", compile_block},
                {"include", compile_include}};
    if (tag->kind == TAG_VALUE) {
        compile_value(c, at, tag);
        return;
    }
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
        if (is_tag(tag, tags[i].word)) {
            enter(c, at);
            if (!c->e)
                tags[i].compile(c, at, tag);
            c->depth--;
            return;
        }
    fail(c, at, is_tag(tag, "extends") ? "extends must come first" : "unknown tag");
}

static enum err compile(struct map *made, struct str name, template_source_fn *source, void *arg,
                        int depth, const struct template **out, struct arena *arena,
                        struct err_info *info);

/* Where a block stands that this file fills: in what it extends, or what that one extends. */
static const struct part *part_of_frames(const struct template *frame, struct str name)
{
    const struct part *p = NULL;
    for (; frame && !p; frame = frame->frame)
        p = template_part(frame, name);
    return p;
}

static void fill_block(struct compiler *c, struct cursor *at, struct tag *tag)
{
    struct str name = block_name(c, at, tag);
    const struct part *place = part_of_frames(c->t->frame, name);
    if (!place) {
        fail(c, at, "what it extends has no block of that name");
        return;
    }
    enter(c, at);
    c->html = place->place;
    compile_part(c, at, name, c->t->ops_n);
    emit(c, at, END);
    c->depth--;
}

/* A file that extends another: the other's ops are its own compiled template, here are the blocks.
 * Nothing else may stand in it. */
static void compile_blocks(struct compiler *c, struct cursor *at, struct tag *extends)
{
    struct expr_token parent = expr_token(&extends->rest);
    if (parent.kind != EXPR_STRING)
        fail(c, at, "extends needs a name in quotes");
    if (!c->e)
        c->e = compile(c->made, parent.s, c->source, c->arg, c->depth, &c->t->frame, c->arena,
                       c->info);
    emit(c, at, END); /* so that no body begins at 0 */
    while (!c->e) {
        struct str literal;
        struct tag tag = scan(c, at, &literal);
        bool blank = str_trim(literal).n == 0;
        if (tag.kind == TAG_EOF && blank)
            break;
        if (is_tag(&tag, "#") && blank)
            continue;
        if (is_tag(&tag, "block") && blank)
            fill_block(c, at, &tag);
        else
            fail(c, at, "only blocks may stand in a template that extends another");
    }
    c->html = (struct html){0};
}

static void compile_file(struct compiler *c, const struct cursor *from, struct str name,
                         bool included)
{
    struct cursor at = {.name = name};
    if (!c->e && !c->source(c->arg, name, &at.text)) {
        struct cursor missing = {.name = name};
        fail(c, included ? from : &missing, "there is no template of that name");
    }
    enter(c, &at);
    if (c->e)
        return;
    struct cursor ahead = at;
    struct str literal;
    struct tag tag = scan(c, &ahead, &literal);
    while (is_tag(&tag, "#") && str_trim(literal).n == 0)
        tag = scan(c, &ahead, &literal);
    if (!included && is_tag(&tag, "extends") && str_trim(literal).n == 0) {
        compile_blocks(c, &ahead, &tag);
    } else {
        tag = compile_body(c, &at);
        if (tag.kind != TAG_EOF)
            fail(c, &at, "there is nothing to end here");
    }
    c->depth--;
}

static void free_one(struct template *t)
{
    arena_free(&t->arena);
    free(t->ops);
    free(t);
}

static enum err compile(struct map *made, struct str name, template_source_fn *source, void *arg,
                        int depth, const struct template **out, struct arena *arena,
                        struct err_info *info)
{
    if ((*out = map_get(made, name)))
        return OK;
    struct template *t = calloc(1, sizeof(*t));
    if (!t)
        return ERR_NOMEM;
    arena_init(&t->arena, TEMPLATE_MEMORY_MAX);
    struct compiler c = {.t = t,
                         .made = made,
                         .source = source,
                         .arg = arg,
                         .arena = arena,
                         .info = info,
                         .depth = depth};
    struct cursor start = {.name = name};
    compile_file(&c, &start, name, false);
    if (!c.e && c.html.state != HTML_IN_TEXT)
        fail(&c, &start, "the page ends inside a tag");
    if (!c.e)
        c.e = map_put(made, name, t);
    if (c.e) {
        free_one(t);
        return c.e;
    }
    struct op *fit = realloc(t->ops, (size_t)(t->ops_n + 1) * sizeof(*fit));
    t->ops = fit ? fit : t->ops;
    *out = t;
    return OK;
}

enum err template_compile(struct map *made, struct str name, template_source_fn *source, void *arg,
                          const struct template **out, struct arena *arena, struct err_info *info)
{
    return compile(made, name, source, arg, 0, out, arena, info);
}

void templates_free(struct map *made)
{
    struct str name;
    void *t;
    for (size_t at = 0; map_next(made, &at, &name, &t);)
        free_one(t);
    map_free(made);
}

/* ---- what is asked of it ---- */

const struct part *template_part(const struct template *t, struct str name)
{
    const struct part *p = t->parts;
    while (p && !str_eq(p->name, name))
        p = p->next;
    return p;
}

void template_keys(const struct template *t, void (*see)(void *arg, struct str key), void *arg)
{
    for (int i = 0; i < t->ops_n; i++)
        if (t->ops[i].kind == WRITE_TEXT)
            see(arg, t->ops[i].text);
}

bool template_resource(void *arg, struct str name, struct str *out)
{
    (void)arg;
    const struct resource *r = resource_find(name);
    if (!r || !str_ends(name, ".html"))
        return false;
    *out = resource_bytes(r);
    return true;
}
