#include "web/router.h"

#include <stdlib.h>

#include "base/enc.h"

enum { METHOD_GET = 1, METHOD_POST = 2, METHOD_PUT = 4, METHOD_DELETE = 8, METHOD_PATCH = 16 };

struct segment {
    enum { LITERAL, PARAM, REST } kind;
    struct str text; /* the literal, or the parameter's name */
};

struct row {
    const struct route *route;
    const char *module, *nav;
    bool is_work;
    unsigned method;
    size_t n;
    struct segment segments[ROUTER_SEGMENTS_MAX];
};

struct router {
    struct row *rows; /* owned */
    int n, cap;
};

static unsigned method_bit(struct str method)
{
    static const struct {
        const char *name;
        unsigned bit;
    } methods[] = {{"GET", METHOD_GET}, {"HEAD", METHOD_GET},      {"POST", METHOD_POST},
                   {"PUT", METHOD_PUT}, {"DELETE", METHOD_DELETE}, {"PATCH", METHOD_PATCH}};
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (str_eq_z(method, methods[i].name))
            return methods[i].bit;
    return 0;
}

const char *router_allow(unsigned allowed, struct arena *arena)
{
    const char *text = arena_printf(
        arena, "%s%s%s%s%s", allowed & METHOD_GET ? ", GET, HEAD" : "",
        allowed & METHOD_POST ? ", POST" : "", allowed & METHOD_PUT ? ", PUT" : "",
        allowed & METHOD_DELETE ? ", DELETE" : "", allowed & METHOD_PATCH ? ", PATCH" : "");
    return text && allowed ? text + 2 : "";
}

struct router *router_new(void)
{
    return calloc(1, sizeof(struct router));
}

void router_free(struct router *r)
{
    if (r)
        free(r->rows);
    free(r);
}

int router_count(const struct router *r)
{
    return r->n;
}

const struct route *router_at(const struct router *r, int index)
{
    return r->rows[index].route;
}

/* Takes one segment off the front of "/a/b": returns "a", leaves "/b". */
static struct str next_segment(struct str *path)
{
    struct str s = str_slice(*path, 1, path->n);
    size_t n = 0;
    while (n < s.n && s.p[n] != '/')
        n++;
    *path = str_slice(s, n, s.n);
    return str_slice(s, 0, n);
}

static bool split(struct row *row, const char *pattern)
{
    struct str path = str_of(pattern);
    if (!str_starts(path, "/"))
        return false;
    while (path.n) {
        struct str s = next_segment(&path);
        if (row->n == ROUTER_SEGMENTS_MAX || (s.n == 0 && (row->n > 0 || path.n)))
            return false;
        struct segment *seg = &row->segments[row->n++];
        *seg = (struct segment){LITERAL, s};
        if (!str_starts(s, "{"))
            continue;
        bool rest = str_ends(s, "*}");
        if (!str_ends(s, "}") || (rest && path.n))
            return false;
        *seg = (struct segment){rest ? REST : PARAM, str_slice(s, 1, s.n - (rest ? 2 : 1))};
    }
    return true;
}

static bool same_pattern(const struct row *a, const struct row *b)
{
    if (a->n != b->n || a->method != b->method)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (a->segments[i].kind != b->segments[i].kind ||
            (a->segments[i].kind == LITERAL && !str_eq(a->segments[i].text, b->segments[i].text)))
            return false;
    return true;
}

static enum err add_route(struct router *r, const struct web_module *module,
                          const struct route *route)
{
    if (r->n == r->cap) {
        int cap = r->cap ? r->cap * 2 : 64;
        struct row *rows = realloc(r->rows, (size_t)cap * sizeof(*rows));
        if (!rows)
            return ERR_NOMEM;
        r->rows = rows;
        r->cap = cap;
    }
    struct row *row = &r->rows[r->n];
    *row = (struct row){.route = route,
                        .module = module->name,
                        .nav = module->nav ? module->nav : module->name,
                        .is_work = module->is_work};
    row->method = method_bit(str_of(route->method));
    if (!row->method || !split(row, route->pattern) || !route->handler == !route->on_loop ||
        r->n == ROUTER_ROUTES_MAX)
        return ERR_INVALID;
    for (int i = 0; i < r->n; i++)
        if (same_pattern(&r->rows[i], row))
            return ERR_EXISTS;
    r->n++;
    return OK;
}

enum err router_add(struct router *r, const struct web_module *module, struct err_info *info)
{
    for (size_t i = 0; i < module->routes_n; i++) {
        enum err e = add_route(r, module, &module->routes[i]);
        if (e) {
            *info = (struct err_info){
                .code = e, .field = module->routes[i].pattern, .text = "a route that cannot be"};
            return e;
        }
    }
    return OK;
}

struct split_path {
    size_t n;
    struct str segments[ROUTER_SEGMENTS_MAX]; /* decoded */
    struct str rest[ROUTER_SEGMENTS_MAX];     /* what begins at that segment, decoded */
};

static enum err split_path(struct str path, struct arena *arena, struct split_path *out)
{
    out->n = 0;
    while (path.n) {
        if (out->n == ROUTER_SEGMENTS_MAX)
            return ERR_NOT_FOUND;
        struct str whole = str_slice(path, 1, path.n), decoded;
        if (enc_unpercent(arena, whole, false, &out->rest[out->n]) ||
            enc_unpercent(arena, next_segment(&path), false, &decoded))
            return ERR_SYNTAX;
        if (!str_is_utf8(decoded))
            return ERR_SYNTAX;
        out->segments[out->n++] = decoded;
    }
    return OK;
}

static bool fits(const struct row *row, const struct split_path *path)
{
    for (size_t i = 0; i < row->n; i++) {
        const struct segment *s = &row->segments[i];
        if (i >= path->n)
            return false;
        if (s->kind == REST)
            return path->rest[i].n > 0;
        if (s->kind == LITERAL ? !str_eq(s->text, path->segments[i]) : path->segments[i].n == 0)
            return false;
    }
    return row->n == path->n;
}

/* Whether a is the better of two rows that fit. */
static bool better(const struct row *a, const struct row *b)
{
    for (size_t i = 0; i < a->n && i < b->n; i++)
        if (a->segments[i].kind != b->segments[i].kind)
            return a->segments[i].kind < b->segments[i].kind;
    return false;
}

static void take_params(const struct row *row, const struct split_path *path,
                        struct router_match *out)
{
    for (size_t i = 0; i < row->n && out->params_n < WEB_PARAMS_MAX; i++)
        if (row->segments[i].kind != LITERAL)
            out->params[out->params_n++] = (struct router_param){
                row->segments[i].text,
                row->segments[i].kind == REST ? path->rest[i] : path->segments[i]};
}

enum err router_match(const struct router *r, struct str method, struct str path,
                      struct arena *arena, struct router_match *out)
{
    struct split_path parts;
    unsigned bit = method_bit(method);
    const struct row *best = NULL, *any = NULL;
    *out = (struct router_match){.index = -1};
    enum err e = split_path(path, arena, &parts);
    if (e)
        return e;
    for (const struct row *row = r->rows; row < r->rows + r->n; row++) {
        if (!fits(row, &parts))
            continue;
        /* A worse pattern's methods are not the path's: /shows/new is no /shows/{id}. */
        if (any && better(any, row))
            continue;
        if (!any || better(row, any)) {
            any = row;
            best = NULL;
            out->allowed = 0;
        }
        out->allowed |= row->method;
        if (row->method == bit)
            best = row;
    }
    if (!any)
        return ERR_NOT_FOUND;
    if (!best)
        return ERR_UNSUPPORTED;
    out->route = best->route;
    out->index = (int)(best - r->rows);
    out->module = best->module;
    out->nav = best->nav;
    out->is_work = best->is_work;
    take_params(best, &parts, out);
    return OK;
}
