/*
 * The language in the address, for search engines and for links that are passed on: /zh/hall and
 * /en/hall are /hall in that language, whatever a cookie says. No handler and no template knows of
 * it: the router sees the address without it, and in the page that was drawn the links to other
 * public pages get it.
 *
 *   /en/hall/products/x ─▶ route /hall/products/{slug} ─▶ page ─▶ <a href="/en/hall/…">, canonical
 */
#include <string.h>

#include "web/exchange.h"

static const char *const prefixes[] = {[LANG_ZH] = "/zh", [LANG_EN] = "/en"};

struct str language_take(struct exchange *x, struct str path)
{
    for (enum lang lang = 0; lang < LANG_COUNT_; lang++) {
        size_t n = strlen(prefixes[lang]);
        if (!str_starts(path, prefixes[lang]) || (path.n > n && path.p[n] != '/'))
            continue;
        x->req.lang = lang;
        x->prefix = prefixes[lang];
        return path.n <= n + 1 ? STR("/") : str_slice(path, n, path.n);
    }
    return path;
}

/* "/", "/hall", "/hall/kinds/x" when "hall" is one of the site's public parts. */
static bool is_public(const struct web *w, struct str path)
{
    struct str rest;
    if (path.n == 0 || path.p[0] != '/')
        return false;
    struct str first = str_slice(path, 1, path.n);
    for (size_t i = 0; i < first.n; i++)
        if (first.p[i] == '?' || first.p[i] == '#')
            first.n = i;
    first = str_cut(first, '/', &rest);
    if (first.n == 0)
        return path.n == 1 || path.p[1] != '/';
    for (const char *const *part = w->spec.public_parts; part && *part; part++)
        if (str_eq_z(first, *part))
            return true;
    return false;
}

bool language_may(const struct exchange *x)
{
    const struct route *route = x->match.route;
    return !x->prefix ||
           (route && str_eq_z(str_of(route->method), "GET") && is_public(x->web, x->req.path));
}

/* ---- links of a page that was drawn ---- */

/* Where `name="/…` begins its value in a tag; 0 when it is not there. */
static size_t value_in(struct str tag, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i + n + 1 < tag.n; i++)
        if (tag.p[i] == ' ' && memcmp(tag.p + i + 1, name, n) == 0)
            return i + 1 + n;
    return 0;
}

static bool has(struct str tag, const char *words)
{
    return memmem(tag.p, tag.n, words, strlen(words)) != NULL;
}

/* Links, and forms that are sent with GET. */
static size_t address_in(struct str tag)
{
    if (str_starts(tag, "<a "))
        return value_in(tag, "href=\"");
    if (str_starts(tag, "<form ") && !has(tag, "method=\"post\""))
        return value_in(tag, "action=\"");
    return 0;
}

/* Where the address of the tag at *at begins, when it leads to a public page; 0 when not. *at moves
 * behind what was looked at, *end is where the address ends. */
static size_t next_address(const struct exchange *x, const struct buf *page, size_t *at,
                           size_t *end)
{
    const uint8_t *open = memchr(page->p + *at, '<', page->n - *at);
    const uint8_t *close = open ? memchr(open, '>', page->n - (size_t)(open - page->p)) : NULL;
    if (!close) {
        *at = page->n;
        return 0;
    }
    struct str tag = str_n(open, (size_t)(close - open));
    size_t start = (size_t)(open - page->p), value = address_in(tag), stop = value;
    *at = start + 1;
    while (value && stop < tag.n && tag.p[stop] != '"')
        stop++;
    if (!value || !is_public(x->web, str_slice(tag, value, stop)))
        return 0;
    *end = start + stop;
    return start + value;
}

void language_links(const struct exchange *x, struct buf *page)
{
    size_t from = 0, at = 0, end = 0;
    struct buf out;
    buf_init(&out, WEB_PAGE_MAX);
    buf_reserve(&out, page->n + page->n / 8);
    while (at < page->n) {
        size_t address = next_address(x, page, &at, &end);
        if (!address)
            continue;
        buf_put(&out, page->p + from, address - from);
        buf_z(&out, x->prefix);
        from = end - address == 1 ? end : address; /* "/" is "/en" */
    }
    buf_put(&out, page->p + from, page->n - from);
    out.failed = out.failed || page->failed;
    buf_free(page);
    *page = out;
}

/* ---- what the frame of a page says of itself ---- */

/* The page's own address: its path, and the number of a list's page. */
static struct str bare_address(const struct exchange *x)
{
    struct str query, path = str_cut(x->req.path_raw, '?', &query);
    if (x->reply.canonical)
        path = str_of(x->reply.canonical);
    else if (x->prefix)
        path = str_slice(path, strlen(x->prefix), path.n);
    if (path.n && path.p[path.n - 1] == '/')
        path.n--;
    struct str page = req_query(&x->req, "page");
    int64_t number;
    if (str_to_i64(page, &number) == OK && number > 1)
        return str_of(
            arena_printf(x->req.arena, "%.*s?page=%lld", STR_ARG(path), (long long)number));
    return path;
}

static void put_address(struct exchange *x, struct view *v, const char *name, struct str url,
                        const char *prefix, struct str bare)
{
    view_put_z(v, name,
               arena_printf(x->req.arena, "%.*s%s%.*s", STR_ARG(url), prefix, STR_ARG(bare)));
}

void language_put(struct exchange *x, struct view *v, struct str public_url, int status)
{
    struct str bare = x->match.route && status == 200 ? bare_address(x) : STR_NONE;
    enum lang other = x->req.lang == LANG_ZH ? LANG_EN : LANG_ZH;
    struct str rest = x->req.path_raw;
    if (x->prefix) {
        rest = str_slice(rest, strlen(x->prefix), rest.n);
        view_put_z(v, "switch_path",
                   arena_printf(x->req.arena, "%s%.*s", prefixes[other], STR_ARG(rest)));
    } else {
        view_put_str(v, "switch_path", rest);
    }
    if (!x->match.route || status != 200 || !is_public(x->web, x->req.path))
        return;
    put_address(x, v, "canonical", public_url, prefixes[x->req.lang], bare);
    put_address(x, v, "alternate_zh", public_url, prefixes[LANG_ZH], bare);
    put_address(x, v, "alternate_en", public_url, prefixes[LANG_EN], bare);
    put_address(x, v, "alternate", public_url, bare.n ? "" : "/", bare);
}
