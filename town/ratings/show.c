/* Ratings as pages and JSON show them: one, an order's, a product's. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/ratings/internal.h"

enum { KEEP_MS = 5000 };

/* "阿**": always two stars, so that it tells no length; a name of one character is not told. */
static struct str masked(struct req *r, struct str name)
{
    struct str first =
        str_characters(name) > 1 ? str_slice(name, 0, str_characters_bytes(name, 1)) : STR("");
    const char *text = arena_printf(r->arena, "%.*s**", STR_ARG(first));
    return text ? str_of(text) : STR("**");
}

static void put_time(struct view *v, const char *member, const struct rows *rs, size_t i)
{
    if (row_null(rs, i, member))
        view_put_null(v, member);
    else
        view_put_time(v, member, row_int(rs, i, member));
}

static void put_text(struct view *v, const char *member, const struct rows *rs, size_t i,
                     const char *column)
{
    if (row_null(rs, i, column))
        view_put_null(v, member);
    else
        view_put_str(v, member, row_str(rs, i, column));
}

void rating_put_public(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_str(v, "name", masked(r, row_str(rs, i, "name")));
    view_put_int(v, "stars", row_int(rs, i, "stars"));
    view_put_str(v, "text", row_str(rs, i, "words"));
    view_put_time(v, "at", row_int(rs, i, "at"));
    put_text(v, "answer", rs, i, "answer");
    put_time(v, "answered_at", rs, i);
}

void rating_put_inside(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    rating_put_public(r, v, rs, i);
    view_put_int(v, "order", row_int(rs, i, "order_id"));
    view_put_int(v, "line", row_int(rs, i, "line"));
    view_put_str(v, "status", row_str(rs, i, "status"));
    put_text(v, "why", rs, i, "hidden_why");
    put_time(v, "hidden_at", rs, i);
}

/* --- an order's --- */

static bool may_rate(const struct rows *order, const struct rows *rs, size_t i, unsigned as)
{
    return as & ORDER_AS_BUYER && row_null(rs, i, "id") && !row_null(order, 0, "received_at") &&
           !row_int(rs, i, "is_own") && row_int(rs, i, "returned") < row_int(rs, i, "quantity") &&
           clock_wall_ms() < row_int(order, 0, "received_at") + RATING_DAYS_MS;
}

/* Puts ratings [{line, title, name, may_rate, rating {…} or null}], empty while there is nothing to
 * see or do; rate_until or null. */
enum err rating_part(struct req *r, struct view *order, const struct rows *row, unsigned as)
{
    struct rows rs;
    bool zh = r->lang == LANG_ZH, may = false;
    struct view *list = view_put_list(order, "ratings");
    enum err e =
        db_select(r->db, &q_ratings_of_order, ARGS(V_INT(row_int(row, 0, "id"))), r->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        bool can = may_rate(row, &rs, i, as);
        if (!can && row_null(&rs, i, "id"))
            continue;
        struct view *v = view_add_object(list);
        may = may || can;
        view_put_int(v, "line", row_int(&rs, i, "order_line"));
        view_put_str(v, "title", row_str(&rs, i, zh ? "title_zh" : "title_en"));
        view_put_str(v, "name", row_str(&rs, i, zh ? "name_zh" : "name_en"));
        view_put_bool(v, "may_rate", can);
        if (row_null(&rs, i, "id"))
            view_put_null(v, "rating");
        else
            rating_put_inside(r, view_put_object(v, "rating"), &rs, i);
    }
    if (may)
        view_put_time(order, "rate_until", row_int(row, 0, "received_at") + RATING_DAYS_MS);
    else
        view_put_null(order, "rate_until");
    return e;
}

/* --- a product's --- */

static enum err put_sum(struct req *r, struct view *v, int64_t product_id, struct str slug)
{
    struct rows rs;
    enum err e = db_one(r->db, &q_ratings_sum, ARGS(V_INT(product_id)), r->arena, &rs);
    int64_t n = e == OK ? row_int(&rs, 0, "n") : 0;
    view_put_int(v, "n", n);
    view_put_z(v, "href", arena_printf(r->arena, "/hall/products/%.*s/ratings", STR_ARG(slug)));
    if (n == 0) {
        view_put_null(v, "average");
        return e;
    }
    long long tenths = rating_tenths(row_int(&rs, 0, "stars"), n);
    view_put_z(v, "average", arena_printf(r->arena, "%lld.%lld", tenths / 10, tenths % 10));
    view_put_int(v, "stars", (tenths + 5) / 10); /* of the drawn ones, how many are full */
    view_page_only(v, "stars");
    return OK;
}

/* *next: what a further page is asked before, 0 when this was the last. */
static enum err put_list(struct req *r, struct view *v, const char *member, int64_t product_id,
                         int64_t before, int64_t most, int64_t *next)
{
    struct rows rs;
    struct view *list = view_put_list(v, member);
    enum err e = db_select(r->db, &q_ratings_of_product,
                           ARGS(V_INT(product_id), V_INT(before), V_INT(most + 1)), r->arena, &rs);
    *next = 0;
    for (size_t i = 0; e == OK && i < rs.n && (int64_t)i < most; i++)
        rating_put_public(r, view_add_object(list), &rs, i);
    if (e == OK && (int64_t)rs.n > most)
        *next = row_int(&rs, (size_t)most - 1, "id");
    return e;
}

enum err ratings_put(struct req *r, struct view *v, int64_t product_id, struct str slug)
{
    int64_t next;
    struct view *ratings = view_put_object(v, "ratings");
    enum err e = put_sum(r, ratings, product_id, slug);
    return e ? e : put_list(r, ratings, "newest", product_id, INT64_MAX, RATINGS_NEWEST, &next);
}

enum err ratings_of_product(struct req *r)
{
    struct rows p;
    int64_t before, next = 0;
    enum err e = db_one(r->db, &q_ratings_product, ARGS(V_STR(req_param(r, "slug"))), r->arena, &p);
    if (e != OK)
        return e;
    reply_keep(r, KEEP_MS);
    if (str_to_i64(req_query(r, "before"), &before) != OK || before < 1)
        before = INT64_MAX;
    int64_t id = row_int(&p, 0, "id");
    struct view *product = view_put_object(r->view, "product");
    view_put_str(product, "slug", row_str(&p, 0, "slug"));
    view_put_str(product, "title", row_str(&p, 0, r->lang == LANG_ZH ? "title_zh" : "title_en"));
    view_put_bool(r->view, "is_first", before == INT64_MAX);
    view_page_only(r->view, "is_first");
    e = put_sum(r, view_put_object(r->view, "ratings"), id, row_str(&p, 0, "slug"));
    if (e == OK)
        e = put_list(r, r->view, "list", id, before, RATINGS_PAGE, &next);
    if (next)
        view_put_int(r->view, "next", next);
    else
        view_put_null(r->view, "next");
    return e;
}
