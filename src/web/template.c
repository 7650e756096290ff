#include "web/template.h"

#include <stdlib.h>

#include "web/expr.h"
#include "web/html.h"
#include "web/resources.h"

enum { BLOCKS_MAX = 32 };

/* if:  UNLESS→1 … JUMP→2  1: UNLESS→… … 2:        for:  FOR→1 body NEXT→body JUMP→2  1: empty  2:
 */
struct op {
    enum { LITERAL, WRITE, WRITE_TEXT, JUMP, UNLESS, FOR, NEXT, BIND, UNBIND } kind;
    enum html_place place;
    int to;
    int n;           /* of values or terms */
    struct str text; /* LITERAL; WRITE_TEXT: key; FOR: the variable */
    const struct expr_value *values;
    const struct expr_term *terms;
};

struct template
{
    struct arena arena; /* everything below */
    struct op *ops;     /* malloc()ed */
    int ops_n, ops_cap;
};

struct cursor { /* a place in one source file */
    struct str name, text;
    size_t at;
};

struct tag {
    enum { TAG_EOF, TAG_VALUE, TAG_WORD } kind;
    struct str word, rest; /* "if", "a and b"; for a value: rest only */
};

struct block {
    struct str name;
    struct cursor body;
};

struct compiler {
    struct template *t;
    template_source_fn *source;
    void *arg;
    struct arena *arena;
    struct err_info *info;
    enum err e;
    struct html html;
    struct op nowhere; /* what emit() gives when there is no room: written to, never read */
    int depth;
    struct block blocks[BLOCKS_MAX]; /* of the files that extend this one, most derived first */
    int blocks_n;
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
    emit(c, at, LITERAL)->text = arena_str(&c->t->arena, literal);
    if (arena_failed(&c->t->arena))
        fail(c, at, "the template is too large");
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
    op->text = arena_str(&c->t->arena, key.s);
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
    op->text = arena_str(&c->t->arena, name.s);
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

/* Passes over a body without compiling it. */
static void skip_body(struct compiler *c, struct cursor *at)
{
    int depth = 1;
    while (depth > 0 && !c->e) {
        struct str literal;
        struct tag tag = scan(c, at, &literal);
        if (is_tag(&tag, "if") || is_tag(&tag, "for") || is_tag(&tag, "block"))
            depth++;
        else if (is_tag(&tag, "end"))
            depth--;
        else if (tag.kind == TAG_EOF)
            fail(c, at, "end is missing");
    }
}

static struct block *find_block(struct compiler *c, struct str name)
{
    for (int i = 0; i < c->blocks_n; i++)
        if (str_eq(c->blocks[i].name, name))
            return &c->blocks[i];
    return NULL;
}

static struct str block_name(struct compiler *c, const struct cursor *at, struct tag *tag)
{
    struct expr_token name = expr_token(&tag->rest);
    if (name.kind != EXPR_WORD)
        fail(c, at, "block needs a name");
    check(c, at, expr_end(tag->rest));
    return name.s;
}

static void compile_block(struct compiler *c, struct cursor *at, struct tag *tag)
{
    struct block *b = find_block(c, block_name(c, at, tag));
    struct cursor body = b ? b->body : *at;
    struct tag stop = compile_body(c, &body);
    expect_stop(c, &body, &stop);
    if (b)
        skip_body(c, at);
    else
        *at = body;
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

/* The blocks of a file that extends another; nothing else may stand in it. */
static void collect_blocks(struct compiler *c, struct cursor *at)
{
    while (!c->e) {
        struct str literal;
        struct tag tag = scan(c, at, &literal);
        bool blank = str_trim(literal).n == 0;
        if (tag.kind == TAG_EOF && blank)
            return;
        if (is_tag(&tag, "#") && blank)
            continue;
        if (!is_tag(&tag, "block") || !blank || c->blocks_n == BLOCKS_MAX) {
            fail(c, at, "only blocks may stand in a template that extends another");
            return;
        }
        struct str name = block_name(c, at, &tag);
        if (!find_block(c, name))
            c->blocks[c->blocks_n++] = (struct block){name, *at};
        skip_body(c, at);
    }
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
        struct expr_token parent = expr_token(&tag.rest);
        if (parent.kind != EXPR_STRING)
            fail(c, &ahead, "extends needs a name in quotes");
        collect_blocks(c, &ahead);
        compile_file(c, &ahead, parent.s, false);
    } else {
        tag = compile_body(c, &at);
        if (tag.kind != TAG_EOF)
            fail(c, &at, "there is nothing to end here");
    }
    c->depth--;
}

enum err template_compile(struct str name, template_source_fn *source, void *arg,
                          struct template **out, struct arena *arena, struct err_info *info)
{
    struct template *t = calloc(1, sizeof(*t));
    if (!t)
        return ERR_NOMEM;
    arena_init(&t->arena, TEMPLATE_MEMORY_MAX);
    struct compiler c = {.t = t, .source = source, .arg = arg, .arena = arena, .info = info};
    struct cursor start = {.name = name};
    compile_file(&c, &start, name, false);
    if (!c.e && c.html.state != HTML_IN_TEXT)
        fail(&c, &start, "the page ends inside a tag");
    if (c.e) {
        template_free(t);
        return c.e;
    }
    *out = t;
    return OK;
}

void template_free(struct template *t)
{
    if (!t)
        return;
    arena_free(&t->arena);
    free(t->ops);
    free(t);
}

/* ---- running ---- */

struct run {
    const struct template *t;
    struct expr_scope scope;
    struct buf *out;
};

static void run_write(struct run *r, const struct op *op)
{
    struct view v = expr_eval(&r->scope, op->values);
    if (v.kind == VIEW_HTML && op->place == HTML_TEXT)
        buf_str(r->out, v.s);
    else
        html_write(expr_text(&r->scope, &v), op->place, r->out);
}

static void run_text(struct run *r, const struct op *op)
{
    struct i18n_arg args[EXPR_ARGS_MAX];
    for (int i = 0; i < op->n; i++) {
        struct view v = expr_eval(&r->scope, &op->values[i]);
        struct str text = v.kind == VIEW_INT ? i18n_number(r->scope.lang, v.i, r->scope.arena)
                                             : expr_text(&r->scope, &v);
        args[i] = (struct i18n_arg){op->values[i].name, text};
    }
    html_write(i18n_text(r->scope.lang, op->text, args, (size_t)op->n, r->scope.arena), op->place,
               r->out);
}

static struct expr_frame *push_frame(struct run *r)
{
    /* TEMPLATE_NEST_MAX times EXPR_ARGS_MAX is less, so a compiled template never meets the end. */
    return r->scope.frames_n < EXPR_FRAMES_MAX ? &r->scope.frames[r->scope.frames_n++] : NULL;
}

/* Enters the body with the first element, or jumps past it. Returns the next op. */
static int run_for(struct run *r, const struct op *op, int pc)
{
    struct view list = expr_eval(&r->scope, op->values);
    struct expr_frame *f = list.kind == VIEW_LIST && list.first ? push_frame(r) : NULL;
    if (!f)
        return op->to;
    *f =
        (struct expr_frame){.name = op->text, .value = *list.first, .item = list.first, .index = 1};
    return pc + 1;
}

static int run_next(struct run *r, const struct op *op, int pc)
{
    struct expr_frame *f = &r->scope.frames[r->scope.frames_n - 1];
    f->item = f->item->next;
    if (!f->item) {
        r->scope.frames_n--;
        return pc + 1;
    }
    f->value = *f->item;
    f->index++;
    return op->to;
}

/* All values are evaluated before the first name is bound: `with a=b b=a` swaps. */
static bool run_bind(struct run *r, const struct op *op)
{
    struct view values[EXPR_ARGS_MAX];
    for (int i = 0; i < op->n; i++)
        values[i] = expr_eval(&r->scope, &op->values[i]);
    for (int i = 0; i < op->n; i++) {
        struct expr_frame *f = push_frame(r);
        if (!f)
            return false;
        *f = (struct expr_frame){.name = str_of(op->values[i].name), .value = values[i]};
    }
    return true;
}

enum err template_run(const struct template *t, const struct view *v, enum lang lang,
                      struct arena *scratch, struct buf *out)
{
    struct run *r = ARENA_NEW(scratch, struct run);
    if (!r)
        return ERR_NOMEM;
    *r = (struct run){.t = t, .out = out};
    r->scope.root = v;
    r->scope.lang = lang;
    r->scope.arena = scratch;
    for (int pc = 0; pc < t->ops_n && buf_ok(out);) {
        const struct op *op = &t->ops[pc++];
        switch (op->kind) {
        case LITERAL: buf_str(out, op->text); break;
        case WRITE: run_write(r, op); break;
        case WRITE_TEXT: run_text(r, op); break;
        case JUMP: pc = op->to; break;
        case UNLESS: pc = expr_test(&r->scope, op->terms, op->n) ? pc : op->to; break;
        case FOR: pc = run_for(r, op, pc - 1); break;
        case NEXT: pc = run_next(r, op, pc - 1); break;
        case BIND:
            if (!run_bind(r, op))
                return ERR_LIMIT;
            break;
        case UNBIND: r->scope.frames_n -= op->n; break;
        }
    }
    return buf_ok(out) && !arena_failed(scratch) ? OK : ERR_NOMEM;
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
