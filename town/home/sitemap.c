/*
 * For search engines: GET /robots.txt, /sitemap.xml, which lists /sitemap/pages.xml,
 * /sitemap/makers-N.xml and /sitemap/products-N.xml (https://www.sitemaps.org/protocol.html). Every
 * public page in both languages, at most SITEMAP_MOST addresses a file.
 */
#include <stdio.h>
#include <time.h>

#include "store/queries.h"
#include "town/home/page.h"

enum {
    SITEMAP_MOST = 5000,
    EACH = SITEMAP_MOST / 2, /* of rows: two languages */
    SHOWS_LISTED = 500,
    FILE_MAX = 4 << 20,
    CACHE_S = 600,
};

static enum err answer(struct req *r, struct buf *b, const char *type)
{
    struct block *body = buf_ok(b) ? block_copy(b->p, b->n) : NULL;
    buf_free(b);
    if (!body)
        return ERR_NOMEM;
    reply_body(r, type, body, CACHE_S);
    return OK;
}

static void put_day(struct buf *b, int64_t utc_ms)
{
    time_t at = (time_t)(utc_ms / 1000);
    struct tm tm;
    char text[16];
    if (utc_ms > 0 && gmtime_r(&at, &tm) && strftime(text, sizeof(text), "%Y-%m-%d", &tm))
        buf_printf(b, "<lastmod>%s</lastmod>", text);
}

/* ---- one file ---- */

static void begin(struct buf *b)
{
    buf_init(b, FILE_MAX);
    buf_z(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
             "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
}

/* Slugs are letters, digits and hyphens: nothing in them needs escaping. */
static void put_page(struct req *r, struct buf *b, const char *path, struct str last, int64_t at_ms)
{
    static const char *const languages[] = {"/zh", "/en"};
    for (int i = 0; i < 2; i++) {
        buf_printf(b, "<url><loc>%.*s%s%s%.*s</loc>", STR_ARG(req_public_url(r)), languages[i],
                   path, STR_ARG(last));
        put_day(b, at_ms);
        buf_z(b, "</url>\n");
    }
}

static void put_rows(struct req *r, struct buf *b, const char *path, const struct rows *rs)
{
    for (size_t i = 0; i < rs->n; i++)
        put_page(r, b, path, row_str(rs, i, "slug"), row_int(rs, i, "at"));
}

static enum err put_pages(struct req *r, struct buf *b)
{
    static const char *const paths[] = {"", "/hall", "/floor", "/shows", "/figures"};
    struct rows kinds, halls, shows;
    enum err e = db_select(r->db, &q_home_kinds, NO_ARGS, r->arena, &kinds);
    if (e == OK)
        e = db_select(r->db, &q_home_halls, NO_ARGS, r->arena, &halls);
    if (e == OK)
        e = db_select(r->db, &q_home_shows, ARGS(V_INT(SHOWS_LISTED)), r->arena, &shows);
    if (e != OK)
        return e;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        put_page(r, b, paths[i], STR(""), 0);
    put_rows(r, b, "/hall/kinds/", &kinds);
    for (size_t i = 0; i < halls.n; i++) {
        const char *n = arena_printf(r->arena, "%lld", (long long)row_int(&halls, i, "number"));
        put_page(r, b, "/floor/", str_of(n), 0);
    }
    for (size_t i = 0; i < shows.n; i++) {
        const char *id = arena_printf(r->arena, "%lld", (long long)row_int(&shows, i, "id"));
        put_page(r, b, "/shows/", str_of(id), 0);
    }
    return OK;
}

/* "makers-2.xml" is the second file of q. */
static bool numbered(struct str file, const char *name, int64_t *n)
{
    size_t from = strlen(name);
    return str_starts(file, name) && file.n > from + 4 &&
           str_to_i64(str_slice(file, from, file.n - 4), n) == OK && *n >= 1 && *n <= 1000000;
}

static enum err put_slice(struct req *r, struct buf *b, const struct query *q, const char *path,
                          int64_t n)
{
    struct rows rs;
    enum err e = db_select(r->db, q, ARGS(V_INT(EACH), V_INT((n - 1) * EACH)), r->arena, &rs);
    if (e == OK && rs.n == 0 && n > 1)
        e = ERR_NOT_FOUND;
    if (e == OK)
        put_rows(r, b, path, &rs);
    return e;
}

enum err home_sitemap_file(struct req *r)
{
    struct str file = req_param(r, "file");
    struct buf b;
    int64_t n;
    enum err e;
    if (!str_ends(file, ".xml"))
        return ERR_NOT_FOUND;
    begin(&b);
    if (str_eq_z(file, "pages.xml"))
        e = put_pages(r, &b);
    else if (numbered(file, "makers-", &n))
        e = put_slice(r, &b, &q_home_makers, "/hall/factories/", n);
    else if (numbered(file, "products-", &n))
        e = put_slice(r, &b, &q_home_products, "/hall/products/", n);
    else
        e = ERR_NOT_FOUND;
    buf_z(&b, "</urlset>\n");
    if (e == OK)
        return answer(r, &b, "application/xml");
    buf_free(&b);
    return e;
}

/* ---- the index ---- */

static void list(struct req *r, struct buf *b, const char *name, int64_t rows)
{
    for (int64_t n = 1; n == 1 || (n - 1) * EACH < rows; n++)
        buf_printf(b, "<sitemap><loc>%.*s/sitemap/%s-%lld.xml</loc></sitemap>\n",
                   STR_ARG(req_public_url(r)), name, (long long)n);
}

enum err home_sitemap(struct req *r)
{
    struct rows rs;
    struct buf b;
    enum err e = db_one(r->db, &q_home_counts, NO_ARGS, r->arena, &rs);
    if (e != OK)
        return e;
    buf_init(&b, FILE_MAX);
    buf_printf(&b,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
               "<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
               "<sitemap><loc>%.*s/sitemap/pages.xml</loc></sitemap>\n",
               STR_ARG(req_public_url(r)));
    list(r, &b, "makers", row_int(&rs, 0, "makers"));
    list(r, &b, "products", row_int(&rs, 0, "products"));
    buf_z(&b, "</sitemapindex>\n");
    return answer(r, &b, "application/xml");
}

/* Desks, orders and searches are nobody's search result. */
enum err home_robots(struct req *r)
{
    struct buf b;
    buf_init(&b, FILE_MAX);
    buf_printf(&b,
               "User-agent: *\nDisallow: /login\nDisallow: /register\nDisallow: /me\n"
               "Disallow: /orders\nDisallow: /floor/desk\nDisallow: /floor/labels\nDisallow: "
               "/l/\nDisallow: /desk\nDisallow: /factory\nDisallow: /books\n"
               "Disallow: /hall/suggest\nDisallow: /*?*q=\nDisallow: /*?*sort=\n\n"
               "Sitemap: %.*s/sitemap.xml\n",
               STR_ARG(req_public_url(r)));
    return answer(r, &b, "text/plain; charset=utf-8");
}
