#include "web/expr.h"

#include <inttypes.h>

#include "base/enc.h"
#include "web/resources.h"

enum { JSON_MAX = 1024 * 1024 };

static const char *const filter_names[] = {"time",  "number", "decimal", "amount", "percent",
                                           "upper", "first",  "json",    "url",    "asset"};
static const char too_large[] = "the template is too large";

/* ---- parsing ---- */

static bool is_word(char c)
{
    return ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c == '.' || (c >= '0' && c <= '9');
}

static struct expr_token quoted(struct str *rest)
{
    size_t n = 1;
    while (n < rest->n && rest->p[n] != '"')
        n++;
    struct expr_token t = {.kind = n < rest->n ? EXPR_STRING : EXPR_BROKEN,
                           .s = str_slice(*rest, 1, n)};
    *rest = str_slice(*rest, n + 1, rest->n);
    return t;
}

struct expr_token expr_token(struct str *rest)
{
    while (rest->n && (rest->p[0] == ' ' || rest->p[0] == '\n' || rest->p[0] == '\t'))
        *rest = str_slice(*rest, 1, rest->n);
    if (rest->n == 0)
        return (struct expr_token){.kind = EXPR_END};
    char c = rest->p[0];
    if (c == '"')
        return quoted(rest);
    size_t n = 1;
    if (c == '-' || is_word(c))
        while (n < rest->n && is_word(rest->p[n]))
            n++;
    else if ((c == '=' || c == '!') && n < rest->n && rest->p[n] == '=')
        n++;
    struct expr_token t = {.s = str_slice(*rest, 0, n)};
    *rest = str_slice(*rest, n, rest->n);
    if (c == '-' || (c >= '0' && c <= '9'))
        t.kind = str_to_i64(t.s, &t.i) == OK ? EXPR_NUMBER : EXPR_BROKEN;
    else
        t.kind = c == '.' ? EXPR_BROKEN : is_word(c) ? EXPR_WORD : EXPR_PUNCT;
    return t;
}

bool expr_accept(struct str *rest, int kind, const char *want)
{
    struct str ahead = *rest;
    struct expr_token t = expr_token(&ahead);
    if ((int)t.kind != kind || !str_eq_z(t.s, want))
        return false;
    *rest = ahead;
    return true;
}

const char *expr_end(struct str rest)
{
    return expr_token(&rest).kind == EXPR_END ? NULL
                                              : "something follows that does not belong here";
}

static const char *parse_operand(struct str *rest, struct expr_value *v)
{
    struct expr_token t = expr_token(rest);
    switch (t.kind) {
    case EXPR_WORD: v->kind = EXPR_PATH; break;
    case EXPR_STRING: v->kind = EXPR_TEXT; break;
    case EXPR_NUMBER: v->kind = EXPR_INT; break;
    default: return "a value is expected";
    }
    v->i = t.i;
    v->text = t.s;
    return NULL;
}

static const char *parse_filter(struct str *rest, struct arena *a, struct expr_value *v)
{
    struct expr_token t = expr_token(rest);
    int filter = 0, count = (int)(sizeof(filter_names) / sizeof(filter_names[0]));
    while (filter < count && !(t.kind == EXPR_WORD && str_eq_z(t.s, filter_names[filter])))
        filter++;
    if (filter == count)
        return "unknown filter";
    if (v->filters_n == EXPR_FILTERS_MAX)
        return "too many filters";
    v->filters[v->filters_n++] = (uint8_t)filter;
    if (filter != F_TIME)
        return NULL;
    v->style = "datetime";
    struct str ahead = *rest;
    t = expr_token(&ahead);
    if (t.kind == EXPR_STRING) {
        v->style = arena_strndup(a, t.s.p, t.s.n);
        *rest = ahead;
    }
    return v->style ? NULL : too_large;
}

const char *expr_parse_value(struct str *rest, struct arena *a, const struct expr_value **out)
{
    struct expr_value *v = ARENA_NEW(a, struct expr_value);
    if (!v)
        return too_large;
    *out = v;
    const char *fault = parse_operand(rest, v);
    while (!fault && expr_accept(rest, EXPR_PUNCT, "|"))
        fault = parse_filter(rest, a, v);
    return fault;
}

static const char *parse_arg(struct str *rest, struct arena *a, struct expr_value *v)
{
    struct expr_token t = expr_token(rest);
    if (t.kind != EXPR_WORD || str_find(t.s, '.') >= 0 || !expr_accept(rest, EXPR_PUNCT, "="))
        return "name=value is expected";
    const char *fault = parse_operand(rest, v);
    if (fault)
        return fault;
    v->name = arena_strndup(a, t.s.p, t.s.n);
    return v->name ? NULL : too_large;
}

/* Most texts have no arguments, and every page holds those of its frame: only what is used is kept.
 */
const char *expr_parse_args(struct str rest, struct arena *a, const struct expr_value **out, int *n)
{
    struct expr_value args[EXPR_ARGS_MAX] = {0};
    *out = NULL;
    *n = 0;
    while (expr_end(rest)) {
        if (*n == EXPR_ARGS_MAX)
            return "too many values";
        const char *fault = parse_arg(&rest, a, &args[(*n)++]);
        if (fault)
            return fault;
    }
    struct expr_value *kept = *n ? arena_array(a, (size_t)*n, sizeof(*kept)) : NULL;
    if (!kept)
        return *n ? too_large : NULL;
    memcpy(kept, args, (size_t)*n * sizeof(*kept));
    *out = kept;
    return NULL;
}

struct condition {
    struct expr_term terms[EXPR_TERMS_MAX];
    int n;
    struct arena *arena;
    struct str rest;
    const char *fault; /* the first */
};

static void add_value(struct condition *c)
{
    if (c->n == EXPR_TERMS_MAX)
        c->fault = "the condition is too long";
    if (c->fault)
        return;
    struct expr_term *t = &c->terms[c->n++];
    t->kind = TERM_VALUE;
    c->fault = parse_operand(&c->rest, &t->value);
}

static void add_operator(struct condition *c, int kind)
{
    if (c->n == EXPR_TERMS_MAX)
        c->fault = "the condition is too long";
    else
        c->terms[c->n++].kind = kind;
}

/* [not …] a [== b] */
static void parse_comparison(struct condition *c)
{
    static const struct {
        const char *sign;
        int kind;
    } signs[] = {{"==", TERM_EQ}, {"!=", TERM_NE}, {"<", TERM_LT}, {">", TERM_GT}};
    bool negate = false;
    while (expr_accept(&c->rest, EXPR_WORD, "not"))
        negate = !negate;
    add_value(c);
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (expr_accept(&c->rest, EXPR_PUNCT, signs[i].sign)) {
            add_value(c);
            add_operator(c, signs[i].kind);
            break;
        }
    if (negate)
        add_operator(c, TERM_NOT);
}

const char *expr_parse_condition(struct str rest, struct arena *a, const struct expr_term **out,
                                 int *n)
{
    struct condition c = {.arena = a, .rest = rest};
    bool any = false;
    do {
        parse_comparison(&c);
        while (!c.fault && expr_accept(&c.rest, EXPR_WORD, "and")) {
            parse_comparison(&c);
            add_operator(&c, TERM_AND);
        }
        if (any)
            add_operator(&c, TERM_OR);
        any = expr_accept(&c.rest, EXPR_WORD, "or");
    } while (!c.fault && any);
    if (!c.fault)
        c.fault = expr_end(c.rest);
    struct expr_term *terms = arena_array(a, (size_t)c.n + 1, sizeof(*terms));
    if (!terms)
        return too_large;
    memcpy(terms, c.terms, (size_t)c.n * sizeof(*terms));
    *out = terms;
    *n = c.n;
    return c.fault;
}

/* ---- running ---- */

static struct view text_view(struct str s)
{
    return (struct view){.kind = VIEW_STR, .s = s};
}

static struct view int_view(int64_t i)
{
    return (struct view){.kind = VIEW_INT, .i = i};
}

static struct view member(const struct view *v, struct str name)
{
    if (v->kind == VIEW_MONEY && str_eq_z(name, "fen"))
        return int_view(v->i);
    if (v->kind == VIEW_MONEY && str_eq_z(name, "currency"))
        return text_view(v->s);
    if (v->kind == VIEW_LIST && str_eq_z(name, "count"))
        return int_view((int64_t)v->count);
    const struct view *m = view_get(v, name);
    return m ? *m : (struct view){.kind = VIEW_NULL};
}

/* loop.index and its like, of the innermost for. */
static struct view loop_member(const struct expr_scope *s, struct str name)
{
    for (int i = s->frames_n - 1; i >= 0; i--) {
        const struct expr_frame *f = &s->frames[i];
        if (!f->item)
            continue;
        if (str_eq_z(name, "index"))
            return int_view(f->index);
        if (str_eq_z(name, "first"))
            return (struct view){.kind = VIEW_BOOL, .i = f->index == 1};
        if (str_eq_z(name, "last"))
            return (struct view){.kind = VIEW_BOOL, .i = f->item->next == NULL};
        break;
    }
    return (struct view){.kind = VIEW_NULL};
}

static struct view lookup(const struct expr_scope *s, struct str path)
{
    struct str rest, head = str_cut(path, '.', &rest);
    if (str_eq_z(head, "loop"))
        return loop_member(s, rest);
    struct view v = {.kind = VIEW_NULL};
    int i = s->frames_n - 1;
    while (i >= 0 && !str_eq(s->frames[i].name, head))
        i--;
    if (i >= 0)
        v = s->frames[i].value;
    else if (s->root)
        v = member(s->root, head);
    while (rest.n) {
        head = str_cut(rest, '.', &rest);
        v = member(&v, head);
    }
    return v;
}

struct str expr_text(struct expr_scope *s, const struct view *v)
{
    switch (v->kind) {
    case VIEW_BOOL: return v->i ? STR("true") : STR("false");
    case VIEW_INT: return str_of(arena_printf(s->arena, "%" PRId64, v->i));
    case VIEW_STR:
    case VIEW_HTML: return v->s;
    case VIEW_MONEY: return i18n_money(s->lang, v->i, v->s, s->arena);
    case VIEW_TIME: return i18n_time(s->lang, v->i, "datetime", s->arena);
    default: return STR_NONE;
    }
}

static struct str fixed_point(struct arena *a, int64_t hundredths, bool keep_zeros)
{
    uint64_t n = hundredths < 0 ? -(uint64_t)hundredths : (uint64_t)hundredths;
    const char *sign = hundredths < 0 ? "-" : "";
    int part = (int)(n % 100);
    if (part == 0 && !keep_zeros)
        return str_of(arena_printf(a, "%s%" PRIu64, sign, n / 100));
    if (part % 10 == 0 && !keep_zeros)
        return str_of(arena_printf(a, "%s%" PRIu64 ".%d", sign, n / 100, part / 10));
    return str_of(arena_printf(a, "%s%" PRIu64 ".%02d", sign, n / 100, part));
}

static struct str decimal(struct expr_scope *s, const struct view *v)
{
    if (v->kind == VIEW_MONEY && i18n_currency_digits(v->s) == 2)
        return fixed_point(s->arena, v->i, true);
    return str_of(arena_printf(s->arena, "%" PRId64, v->i));
}

static struct str upper(struct arena *a, struct str s)
{
    char *p = arena_strndup(a, s.p ? s.p : "", s.n);
    if (!p)
        return STR_NONE;
    for (size_t i = 0; i < s.n; i++)
        if (p[i] >= 'a' && p[i] <= 'z')
            p[i] = (char)(p[i] - 32);
    return str_n(p, s.n);
}

static struct str as_json(struct arena *a, const struct view *v)
{
    struct buf out;
    buf_init(&out, JSON_MAX);
    view_json(v, &out);
    struct str json = buf_ok(&out) ? arena_str(a, str_n(out.p, out.n)) : STR("null");
    buf_free(&out);
    return json;
}

static struct str apply(struct expr_scope *s, enum expr_filter filter, const char *arg,
                        const struct view *v)
{
    struct str text = filter == F_JSON ? STR_NONE : expr_text(s, v);
    bool has_number = v->kind == VIEW_INT || v->kind == VIEW_TIME || v->kind == VIEW_MONEY;
    switch (filter) {
    case F_TIME: return has_number ? i18n_time(s->lang, v->i, arg, s->arena) : text;
    case F_NUMBER: return has_number ? i18n_number(s->lang, v->i, s->arena) : text;
    case F_DECIMAL: return has_number ? decimal(s, v) : text;
    case F_AMOUNT: return v->kind == VIEW_MONEY ? i18n_amount(v->i, v->s, s->arena) : text;
    case F_PERCENT:
        return has_number ? str_of(arena_printf(s->arena, "%.*s%%",
                                                STR_ARG(fixed_point(s->arena, v->i, false))))
                          : text;
    case F_UPPER: return upper(s->arena, text);
    case F_FIRST: return str_slice(text, 0, str_characters_bytes(text, 1));
    case F_JSON: return as_json(s->arena, v);
    case F_URL: return enc_percent(s->arena, text);
    case F_ASSET: return resource_asset_url(text, s->arena);
    }
    return STR_NONE;
}

struct view expr_eval(struct expr_scope *s, const struct expr_value *v)
{
    struct view x = v->kind == EXPR_PATH  ? lookup(s, v->text)
                    : v->kind == EXPR_INT ? int_view(v->i)
                                          : text_view(v->text);
    for (int i = 0; i < v->filters_n; i++)
        x = text_view(apply(s, (enum expr_filter)v->filters[i], v->style, &x));
    return x;
}

static bool truth(const struct view *v)
{
    switch (v->kind) {
    case VIEW_NULL: return false;
    case VIEW_STR:
    case VIEW_HTML: return v->s.n > 0;
    case VIEW_OBJECT:
    case VIEW_LIST: return v->first != NULL;
    case VIEW_TIME: return true;
    default: return v->i != 0;
    }
}

static bool is_number(const struct view *v)
{
    return v->kind == VIEW_INT || v->kind == VIEW_BOOL || v->kind == VIEW_MONEY ||
           v->kind == VIEW_TIME;
}

static bool compare(int kind, const struct view *a, const struct view *b)
{
    bool numbers = is_number(a) && is_number(b), equal;
    if (kind == TERM_LT)
        return numbers && a->i < b->i;
    if (kind == TERM_GT)
        return numbers && a->i > b->i;
    if (numbers)
        equal = a->i == b->i;
    else /* a missing text is the empty text */
        equal = !is_number(a) && !is_number(b) && str_eq(a->s, b->s);
    return equal == (kind == TERM_EQ);
}

bool expr_test(struct expr_scope *s, const struct expr_term *terms, int n)
{
    struct view stack[EXPR_TERMS_MAX];
    int top = -1;
    for (int i = 0; i < n; i++) {
        const struct expr_term *t = &terms[i];
        if (t->kind == TERM_VALUE) {
            stack[++top] = expr_eval(s, &t->value);
            continue;
        }
        struct view *b = &stack[top];
        bool result;
        if (t->kind == TERM_NOT) {
            result = !truth(b);
        } else {
            struct view *a = &stack[--top];
            result = t->kind == TERM_AND  ? truth(a) && truth(b)
                     : t->kind == TERM_OR ? truth(a) || truth(b)
                                          : compare(t->kind, a, b);
        }
        stack[top] = (struct view){.kind = VIEW_BOOL, .i = result};
    }
    return top >= 0 && truth(&stack[top]);
}
