/* Running compiled templates. */
#include "web/template_op.h"

struct run {
    const struct template *pages[TEMPLATE_NEST_MAX + 1]; /* the most derived first */
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

static enum err run_ops(struct run *r, int page, int pc);

/* The body that a page more derived than `page` has for this block, if one has. */
static enum err run_block(struct run *r, const struct op *op, int page, bool *filled)
{
    for (int i = 0; i < page; i++) {
        const struct part *p = template_part(r->pages[i], op->text);
        if (p && p->body) {
            *filled = true;
            return run_ops(r, i, p->body);
        }
    }
    return OK;
}

static enum err run_ops(struct run *r, int page, int pc)
{
    const struct template *t = r->pages[page];
    bool filled = false;
    enum err e = OK;
    while (e == OK && pc < t->ops_n && buf_ok(r->out)) {
        const struct op *op = &t->ops[pc++];
        switch (op->kind) {
        case LITERAL: buf_str(r->out, op->text); break;
        case WRITE: run_write(r, op); break;
        case WRITE_TEXT: run_text(r, op); break;
        case JUMP: pc = op->to; break;
        case UNLESS: pc = expr_test(&r->scope, op->terms, op->n) ? pc : op->to; break;
        case FOR: pc = run_for(r, op, pc - 1); break;
        case NEXT: pc = run_next(r, op, pc - 1); break;
        case BIND: e = run_bind(r, op) ? OK : ERR_LIMIT; break;
        case UNBIND: r->scope.frames_n -= op->n; break;
        case BLOCK:
            filled = false;
            e = run_block(r, op, page, &filled);
            pc = filled ? op->to : pc;
            break;
        case END: return OK;
        }
    }
    return e;
}

enum err template_run(const struct template *t, const struct view *v, enum lang lang,
                      struct arena *scratch, struct buf *out)
{
    struct run *r = ARENA_NEW(scratch, struct run);
    if (!r)
        return ERR_NOMEM;
    int pages = 0;
    for (; t && pages <= TEMPLATE_NEST_MAX; t = t->frame)
        r->pages[pages++] = t;
    r->out = out;
    r->scope.root = v;
    r->scope.lang = lang;
    r->scope.arena = scratch;
    enum err e = run_ops(r, pages - 1, 0);
    return e ? e : buf_ok(out) && !arena_failed(scratch) ? OK : ERR_NOMEM;
}
