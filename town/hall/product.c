/* A product's page, its maker's page, its picture, and its stock. */
#include <stdio.h>
#include <stdlib.h>

#include "store/queries.h"
#include "base/clock.h"
#include "town/certificates/certificates.h"
#include "town/coupons/coupons.h"
#include "town/floor/floor.h"
#include "town/hall/page.h"
#include "town/hall/product_load.h"
#include "town/hall/photo.h"
#include "town/hall/picture.h"
#include "town/hand.h"
#include "town/ratings/ratings.h"
#include "town/replay/replay.h"
#include "town/shows/shows.h"

enum { ALIKE_MAX = 6, HELD_MAX = 6, PICTURE_CACHE_S = 24 * 3600 };

/* ---- parts of the product's view ---- */

static struct str spec_value(struct req *r, const struct rows *rs, size_t row)
{
    struct str kind = row_str(rs, row, "kind"), unit = row_str(rs, row, "unit");
    if (str_eq_z(kind, "word"))
        return req_text(r, "hall.word_", row_str(rs, row, "word"));
    struct str amount =
        hall_amount_text(row_int(rs, row, "amount"), str_eq_z(kind, "milli"), r->arena);
    return str_of(arena_printf(r->arena, "%.*s %.*s", STR_ARG(amount), STR_ARG(unit)));
}

static enum err put_specs(struct req *r, int64_t product)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_hall_specs, ARGS(V_INT(product)), r->arena, &rs);
    if (e != OK)
        return e;
    struct view *list = view_put_list(r->view, "specs");
    for (size_t i = 0; i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_str(v, "name", req_text(r, "hall.spec_", row_str(&rs, i, "name")));
        view_put_str(v, "value", spec_value(r, &rs, i));
    }
    return OK;
}

/* Terms of trade, for who buys more than one: the fields that say so, when they are set. */
static void put_terms(struct req *r, const struct rows *p)
{
    struct view *list = view_put_list(r->view, "terms");
    for (int i = 0; i < HALL_FIELDS; i++) {
        const struct hall_field *f = &hall_fields[i];
        struct val value = f->flags & HALL_ON_PAGE ? row_val(p, 0, f->name) : V_NULL;
        if (!hall_field_is_set(&value))
            continue;
        struct view *v = view_add_object(list);
        const char *key = arena_printf(r->arena, "hall.field_%s", f->name);
        view_put_z(v, "field", f->name);
        view_put_str(v, "name", i18n_text(r->lang, str_of(key), NULL, 0, r->arena));
        view_put_str(v, "value", hall_field_text(f, &value, r->lang, r->arena));
    }
}

static bool in_stock(const struct rows *rs, size_t row)
{
    return row_int(rs, row, "stock") > 0;
}

/* The SKU that ?sku= asks for, or the first; while that one is sold out, the first that is not. */
static size_t current_sku(struct req *r, const struct rows *rs)
{
    int64_t asked;
    size_t wanted = 0, there = 0;
    if (str_to_i64(req_query(r, "sku"), &asked) == OK)
        while (wanted < rs->n && row_int(rs, wanted, "id") != asked)
            wanted++;
    if (wanted == rs->n)
        wanted = 0;
    while (there < rs->n && !in_stock(rs, there))
        there++;
    return there == rs->n || in_stock(rs, wanted) ? wanted : there;
}

static enum err put_skus(struct req *r, const struct rows *p, int64_t show)
{
    struct rows rs;
    int64_t stock = 0;
    enum err e = db_select(r->db, &q_hall_skus, ARGS(V_INT(row_int(p, 0, "id"))), r->arena, &rs);
    if (e != OK)
        return e;
    struct view *list = view_put_list(r->view, "skus");
    size_t current = current_sku(r, &rs);
    /* The base, and the maker's own people, may see what moved the stock (town/books). */
    bool in_show = false, sees_books = hall_hand(r, row_int(p, 0, "organisation_id")) != 0;
    view_put_bool(r->view, "sees_books", sees_books);
    view_page_only(r->view, "sees_books");
    for (size_t i = 0; i < rs.n; i++) {
        int64_t price = row_int(&rs, i, "price_fen");
        if (show && shows_price(r->db, r->arena, show, row_int(&rs, i, "id"), &price) == OK)
            in_show = true;
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "code", row_str(&rs, i, "code"));
        view_put_str(v, "name", hall_text(r, &rs, i, "name_zh", "name_en"));
        view_put_z(v, "picture",
                   picture_address(r->arena, row_str(p, 0, "slug"), row_str(p, 0, "colour"),
                                   row_str(&rs, i, "colour")));
        view_put_money(v, "price", price, "CNY");
        view_put_money(v, "list_price", row_int(&rs, i, "list_price_fen"), "CNY");
        view_put_bool(v, "is_cheaper", price < row_int(&rs, i, "list_price_fen"));
        view_put_int(v, "stock", row_int(&rs, i, "stock"));
        view_put_bool(v, "current", i == current);
        if (sees_books && row_int(&rs, i, "account"))
            view_put_int(v, "account", row_int(&rs, i, "account"));
        stock += row_int(&rs, i, "stock");
    }
    view_put_int(r->view, "stock", stock);
    if (in_show)
        view_put_int(r->view, "show_id", show);
    return hall_link_product(r, p, &rs);
}

/* A title whose words do not break at their hyphens: "fast-" alone at the end of a line of large
 * type reads as a mistake. U+2060 joins what stands around it. */
static struct str whole_words(struct req *r, struct str title)
{
    size_t n = 0;
    char *out = arena_alloc(r->arena, title.n * 4);
    if (!out)
        return title;
    for (size_t i = 0; i < title.n; i++) {
        out[n++] = title.p[i];
        if (title.p[i] == '-') {
            memcpy(out + n, "\u2060", 3);
            n += 3;
        }
    }
    return str_n(out, n);
}

static void put_product(struct req *r, const struct rows *p)
{
    struct view *v = view_put_object(r->view, "product");
    view_put_str(v, "slug", row_str(p, 0, "slug"));
    view_put_z(v, "picture", hall_picture_path(r, row_str(p, 0, "slug")));
    view_put_str(v, "title", hall_text(r, p, 0, "title_zh", "title_en"));
    view_put_str(v, "heading", whole_words(r, hall_text(r, p, 0, "title_zh", "title_en")));
    view_page_only(v, "heading");
    view_put_str(v, "about", hall_text(r, p, 0, "about_zh", "about_en"));
    view_put_str(v, "model", row_str(p, 0, "model"));
    view_put_money(v, "price", row_int(p, 0, "price_fen"), "CNY");
    if (row_str(p, 0, "video_url").n)
        view_put_str(v, "video", row_str(p, 0, "video_url"));
    struct view *kind = view_put_object(v, "kind");
    view_put_str(kind, "slug", row_str(p, 0, "kind_slug"));
    view_put_str(kind, "name", hall_text(r, p, 0, "kind_zh", "kind_en"));
    if (row_str(p, 0, "above_slug").n) {
        struct view *above = view_put_object(kind, "above");
        view_put_str(above, "slug", row_str(p, 0, "above_slug"));
        view_put_str(above, "name", hall_text(r, p, 0, "above_zh", "above_en"));
    }
    struct view *factory = view_put_object(r->view, "factory");
    view_put_str(factory, "slug", row_str(p, 0, "factory_slug"));
    view_put_str(factory, "name", hall_text(r, p, 0, "factory_zh", "factory_en"));
}

static enum err put_alike(struct req *r, int64_t product)
{
    struct rows rs;
    enum err e =
        db_select(r->db, &q_hall_alike, ARGS(V_INT(product), V_INT(ALIKE_MAX)), r->arena, &rs);
    if (e != OK)
        return e;
    struct view *list = view_put_list(r->view, "alike");
    for (size_t i = 0; i < rs.n; i++)
        hall_put_good(r, view_add_object(list), &rs, i);
    return OK;
}

/* Are there coupons to claim that are good for it? */
static enum err put_coupons(struct req *r, const struct rows *p)
{
    bool offered;
    int64_t factory = row_int(p, 0, "organisation_id");
    enum err e =
        coupons_offered(r->db, r->arena, factory, row_int(p, 0, "id"), clock_wall_ms(), &offered);
    if (e == OK && offered)
        view_put_int(r->view, "coupons_of", factory);
    return e;
}

enum err hall_page_product(struct req *r)
{
    struct rows p;
    int64_t show = 0;
    enum err e =
        db_one(r->db, &q_hall_product_by_slug, ARGS(V_STR(req_param(r, "slug"))), r->arena, &p);
    if (e != OK)
        return e;
    int64_t product = row_int(&p, 0, "id");
    reply_keep(r, HALL_KEEP_MS);
    if (str_to_i64(req_query(r, "show"), &show) != OK || show < 1)
        show = 0;
    put_product(r, &p);
    put_terms(r, &p);
    e = hall_photos_put(r->db, product, r->arena, view_put_list(r->view, "photos"));
    if (e == OK)
        e = hall_documents_put(r, product, row_str(&p, 0, "slug"));
    if (e == OK)
        e = put_specs(r, product);
    if (e == OK)
        e = put_skus(r, &p, show);
    if (e == OK)
        e = certificates_put(r, r->view, product);
    if (e == OK)
        e = shows_of_product(r, r->view, product);
    if (e == OK)
        e = replay_of_product(r, r->view, product);
    if (e == OK)
        e = floor_put(r, r->view, product);
    if (e == OK)
        e = put_coupons(r, &p);
    if (e == OK)
        e = ratings_put(r, r->view, product, row_str(&p, 0, "slug"));
    view_put_bool(r->view, "from_label", req_query(r, "label").n > 0);
    return e != OK ? e : put_alike(r, product);
}

/* ---- the maker ---- */

static enum err put_factory(struct req *r, const struct rows *f)
{
    struct rows rs;
    struct view *v = view_put_object(r->view, "factory");
    view_put_str(v, "slug", row_str(f, 0, "slug"));
    view_put_str(v, "name", hall_text(r, f, 0, "name_zh", "name_en"));
    view_put_str(v, "about", hall_text(r, f, 0, "about_zh", "about_en"));
    view_put_time(v, "since", row_int(f, 0, "since"));
    if (row_null(f, 0, "code")) /* a maker older than its entry, who has not said it yet */
        view_put_null(v, "code");
    else
        view_put_str(v, "code", row_str(f, 0, "code"));
    enum err e =
        db_select(r->db, &q_hall_kinds_of_factory, ARGS(V_INT(row_int(f, 0, "id"))), r->arena, &rs);
    struct view *kinds = view_put_list(r->view, "kinds");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *k = view_add_object(kinds);
        view_put_str(k, "slug", row_str(&rs, i, "slug"));
        view_put_str(k, "name", hall_text(r, &rs, i, "name_zh", "name_en"));
        view_put_int(k, "products", row_int(&rs, i, "products"));
    }
    return e;
}

static enum err put_held(struct req *r, int64_t factory)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_hall_factory_held, ARGS(V_INT(factory), V_INT(HELD_MAX)),
                           r->arena, &rs);
    struct view *list = view_put_list(r->view, "held");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "title", hall_text(r, &rs, i, "title_zh", "title_en"));
        view_put_time(v, "at", row_int(&rs, i, "started_at"));
    }
    return e;
}

static enum err put_factory_show(struct req *r, int64_t factory)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_hall_factory_show, ARGS(V_INT(factory)), r->arena, &rs);
    if (e != OK || rs.n == 0)
        return e;
    struct view *show = view_put_object(r->view, "show");
    view_put_int(show, "id", row_int(&rs, 0, "id"));
    view_put_str(show, "title", hall_text(r, &rs, 0, "title_zh", "title_en"));
    view_put_str(show, "status", row_str(&rs, 0, "status"));
    view_put_time(show, "starts_at", row_int(&rs, 0, "starts_at"));
    return OK;
}

enum err hall_page_factory(struct req *r)
{
    struct rows f;
    struct hall_found found;
    struct hall_look look = {.ask = {.lang = r->lang, .page = 1}, .band = -1};
    int64_t page;
    enum err e =
        db_one(r->db, &q_hall_factory_by_slug, ARGS(V_STR(req_param(r, "slug"))), r->arena, &f);
    if (e != OK)
        return e;
    reply_keep(r, HALL_KEEP_MS);
    look.path = arena_printf(r->arena, "/hall/factories/%.*s", STR_ARG(row_str(&f, 0, "slug")));
    look.ask.factory = row_int(&f, 0, "id");
    if (str_to_i64(req_query(r, "page"), &page) == OK && page >= 1 && page <= HALL_PAGES_MAX)
        look.ask.page = page;
    e = put_factory(r, &f);
    hall_link_maker(r, &f);
    if (e == OK)
        e = put_factory_show(r, look.ask.factory);
    if (e == OK)
        e = put_held(r, look.ask.factory);
    if (e == OK)
        e = figures_put(r, view_put_object(r->view, "shown"), "factory_products", look.ask.factory);
    return e != OK ? e : hall_put_found(r, &look, &found);
}

/* ---- the picture ---- */

static bool is_colour(struct str name)
{
    int i = 0;
    while (i < picture_colours() && !str_eq_z(name, picture_colour_at(i)))
        i++;
    return i < picture_colours();
}

/* ?colour=: of one of its SKUs, else the product's own. */
enum err hall_picture(struct req *r)
{
    struct rows rs;
    struct buf b;
    struct str file = req_param(r, "file");
    if (!str_ends(file, ".svg"))
        return ERR_NOT_FOUND;
    enum err e =
        db_one(r->db, &q_hall_picture, ARGS(V_STR(str_slice(file, 0, file.n - 4))), r->arena, &rs);
    if (e != OK)
        return e;
    struct picture p = {row_str(&rs, 0, "kind_slug"), row_str(&rs, 0, "colour"),
                        row_int(&rs, 0, "shape")};
    if (is_colour(req_query(r, "colour")))
        p.colour = req_query(r, "colour");
    buf_init(&b, PICTURE_MAX);
    picture_draw(&p, &b);
    struct block *body = buf_ok(&b) ? block_take(b.p, b.n) : NULL;
    if (!body)
        return ERR_NOMEM;
    reply_body(r, "image/svg+xml", body, PICTURE_CACHE_S);
    return OK;
}

/* ---- stock: the maker's own, a host's in a show, or the base's doing ---- */

struct restock {
    struct command cmd;
    int64_t sku, pieces;
    struct ledger_id id;
};

static enum err run_restock(struct command *cmd, struct tx *tx)
{
    struct restock *s = (struct restock *)cmd;
    return hall_stock_add(tx, s->sku, s->pieces, s->id);
}

static enum err restocked(struct req *r, struct command *cmd, enum err result)
{
    struct restock *s = (struct restock *)cmd;
    int64_t left;
    if (result != OK)
        return result;
    enum err e = hall_stock_left(r->db, s->sku, r->arena, &left);
    if (e != OK)
        return e;
    view_put_int(r->view, "sku", s->sku);
    view_put_int(r->view, "left", left);
    reply_redirect(r, req_next(r, "next", "/hall"));
    return OK;
}

/* The maker of the SKU, the host of a show that has it, or the base. */
static enum err check_stock_hand(struct req *r, const struct hall_sku *sku)
{
    bool may = hand_is_base(r) || hand_is_maker(r, sku->factory_id);
    enum err e = OK;
    if (!may && r->who.roles & ROLE_HOST)
        e = shows_host_has(r->db, r->arena, r->who.user_id, sku->id, &may);
    return e == OK && !may ? ERR_FORBIDDEN : e;
}

/* A request with an idempotency key is one transfer, however often it comes. */
static enum err restock_id(struct req *r, struct ledger_id *id)
{
    struct str key;
    *id = ledger_id_new();
    if (req_header(r, "idempotency-key").n + req_field(r, "idempotency_key").n == 0)
        return OK;
    enum err e = req_idempotency_key(r, &key);
    const char *whose =
        e == OK ? arena_printf(r->arena, "user:%lld %.*s", (long long)r->who.user_id, STR_ARG(key))
                : NULL;
    if (whose)
        *id = ledger_id_derive("hall.stock", str_of(whose));
    return e == OK && !whose ? ERR_NOMEM : e;
}

enum err hall_do_stock(struct req *r)
{
    struct hall_sku sku;
    int64_t id;
    struct restock *s = ARENA_NEW(r->arena, struct restock);
    if (!s)
        return ERR_NOMEM;
    if (str_to_i64(req_param(r, "sku"), &id) != OK)
        return ERR_NOT_FOUND;
    enum err e = hall_sku_get(r->db, id, r->arena, &sku);
    if (e == OK)
        e = check_stock_hand(r, &sku);
    if (e == OK)
        e = req_field_int(r, "pieces", -HALL_STOCK_PIECES_MAX, HALL_STOCK_PIECES_MAX, &s->pieces);
    if (e == OK && s->pieces == 0)
        e = req_refuse(r, ERR_INVALID, "pieces", NULL);
    if (e == OK)
        e = restock_id(r, &s->id);
    if (e != OK)
        return e;
    s->cmd = (struct command){.name = "hall.stock", .run = run_restock};
    s->sku = id;
    return web_write(r, &s->cmd, restocked);
}
