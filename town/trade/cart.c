#include "base/clock.h"
#include "town/trade/cart.h"

#include "store/queries.h"
#include "town/hall/hall.h"
#include "town/trade/order_view.h"
#include "town/trade/trade.h"

/* --- the page --- */

struct shelf { /* of one maker, in the order in which things were put in */
    int64_t factory_id;
    struct view *lines;
};

struct look {
    struct req *r;
    struct view *makers;
    struct shelf shelves[CART_LINES_MAX];
    size_t n;
    int64_t total_fen, picked;
};

static enum err shelf_of(struct look *l, int64_t factory_id, struct view **lines)
{
    struct rows rs;
    for (size_t i = 0; i < l->n; i++)
        if (l->shelves[i].factory_id == factory_id) {
            *lines = l->shelves[i].lines;
            return OK;
        }
    enum err e = db_one(l->r->db, &q_trade_factory, ARGS(V_INT(factory_id)), l->r->arena, &rs);
    if (e != OK)
        return e;
    struct view *v = view_add_object(l->makers);
    view_put_str(v, "slug", row_str(&rs, 0, "slug"));
    view_put_str(v, "name", row_str(&rs, 0, l->r->lang == LANG_ZH ? "name_zh" : "name_en"));
    *lines = view_put_list(v, "lines");
    l->shelves[l->n++] = (struct shelf){factory_id, *lines};
    return OK;
}

/* Its price now: the show's while it sells it, else the hall's. */
static enum err price_now(struct req *r, const struct hall_sku *sku, int64_t *show_id,
                          int64_t *price_fen)
{
    struct err_info ignored;
    struct order_offer offer;
    enum err e = order_price(r->db, r->arena, *show_id, sku, clock_wall_ms(), &offer, &ignored);
    if (e == ERR_CONFLICT) {
        *show_id = 0;
        e = order_price(r->db, r->arena, 0, sku, 0, &offer, &ignored);
    }
    *price_fen = offer.price_fen;
    return e;
}

static const char *problem_of(const struct hall_sku *sku, int64_t quantity, int64_t left)
{
    if (!sku->for_sale)
        return "trade.not_for_sale";
    if (left == 0)
        return "trade.sold_out";
    return left < quantity ? "trade.cart_fewer" : NULL;
}

static enum err put_line(struct look *l, const struct rows *rs, size_t row,
                         const struct hall_sku *sku)
{
    struct req *r = l->r;
    struct view *lines;
    int64_t price_fen, left, quantity = row_int(rs, row, "quantity");
    int64_t show_id = row_null(rs, row, "show_id") ? 0 : row_int(rs, row, "show_id");
    enum err e = shelf_of(l, sku->factory_id, &lines);
    if (e == OK)
        e = price_now(r, sku, &show_id, &price_fen);
    if (e == OK)
        e = hall_stock_left(r->db, sku->id, r->arena, &left);
    if (e != OK)
        return e;
    struct view *v = view_add_object(lines);
    bool zh = r->lang == LANG_ZH, picked = row_int(rs, row, "is_picked");
    const char *problem = problem_of(sku, quantity, left);
    view_put_int(v, "sku_id", sku->id);
    view_put_str(v, "title", zh ? sku->title_zh : sku->title_en);
    view_put_str(v, "name", zh ? sku->name_zh : sku->name_en);
    view_put_str(v, "slug", sku->product_slug);
    view_put_z(v, "picture", sku->picture);
    view_put_int(v, "show_id", show_id);
    view_put_money(v, "price", price_fen, "CNY");
    view_put_money(v, "amount", price_fen * quantity, "CNY");
    view_put_int(v, "quantity", quantity);
    view_put_int(v, "left", left);
    view_put_bool(v, "is_picked", picked);
    if (problem)
        view_put_str(v, "problem", req_text(r, problem, STR("")));
    if (picked && sku->for_sale && left > 0) {
        l->picked++;
        l->total_fen += price_fen * quantity;
    }
    return OK;
}

static enum err put_cart(struct req *r)
{
    struct rows rs;
    struct look l = {.r = r, .makers = view_put_list(r->view, "makers")};
    enum err e = db_select(r->db, &q_trade_cart, ARGS(V_INT(r->who.user_id), V_INT(CART_LINES_MAX)),
                           r->arena, &rs);
    if (e != OK)
        return e;
    int64_t *ids = arena_array(r->arena, rs.n, sizeof(*ids));
    struct hall_sku *skus = arena_array(r->arena, rs.n, sizeof(*skus));
    if (arena_failed(r->arena))
        return ERR_NOMEM;
    for (size_t i = 0; i < rs.n; i++)
        ids[i] = row_int(&rs, i, "sku_id");
    e = hall_skus_get(r->db, ids, rs.n, r->arena, skus);
    for (size_t i = 0; e == OK && i < rs.n; i++)
        if (skus[i].id)
            e = put_line(&l, &rs, i, &skus[i]);
    view_put_int(r->view, "count", (int64_t)rs.n);
    view_put_int(r->view, "picked", l.picked);
    view_put_money(r->view, "total", l.total_fen, "CNY");
    view_put_int(r->view, "quantity_max", ORDER_QUANTITY_MAX);
    return e;
}

enum err trade_frame(struct req *r)
{
    struct rows rs;
    if (!(r->who.roles & ROLE_BUYER))
        return OK;
    enum err e = db_one(r->db, &q_trade_cart_count, ARGS(V_INT(r->who.user_id)), r->arena, &rs);
    if (e == OK)
        view_put_int(r->view, "cart_n", row_int(&rs, 0, "n"));
    return e;
}

enum err cart_page(struct req *r)
{
    return put_cart(r);
}

enum err cart_wishes(struct req *r, struct order_request *rq)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_trade_cart_picked,
                           ARGS(V_INT(r->who.user_id), V_INT(ORDER_LINES_MAX + 1)), r->arena, &rs);
    if (e == OK && (rs.n == 0 || rs.n > ORDER_LINES_MAX))
        return req_refuse(r, ERR_INVALID, "sku", "trade.lines_bad");
    rq->n = e == OK ? rs.n : 0;
    for (size_t i = 0; i < rq->n; i++)
        rq->wishes[i] =
            (struct order_wish){row_int(&rs, i, "sku_id"), row_int(&rs, i, "quantity"),
                                row_null(&rs, i, "show_id") ? 0 : row_int(&rs, i, "show_id")};
    return e;
}

/* --- changing it --- */

struct cart_change {
    struct command cmd;
    int64_t user_id;
    struct order_wish add; /* or */
    struct order_wish set[CART_LINES_MAX];
    bool picked[CART_LINES_MAX];
    size_t n;
    int64_t remove; /* 0: none */
    const char *then;
};

static enum err run_add(struct command *cmd, struct tx *tx)
{
    struct cart_change *c = (struct cart_change *)cmd;
    struct hall_sku sku;
    struct rows rs;
    enum err e = hall_sku_get(tx->db, c->add.sku_id, tx->arena, &sku);
    if (e == ERR_NOT_FOUND || (e == OK && !sku.for_sale)) {
        *tx->info =
            (struct err_info){.code = ERR_CONFLICT, .field = "sku", .key = "trade.not_for_sale"};
        return ERR_CONFLICT;
    }
    if (e == OK)
        e = db_exec(tx->db, &q_trade_cart_add,
                    ARGS(V_INT(c->user_id), V_INT(c->add.sku_id),
                         c->add.show_id ? V_INT(c->add.show_id) : V_NULL, V_INT(c->add.quantity),
                         V_INT(tx->now_ms), V_INT(ORDER_QUANTITY_MAX)),
                    NULL);
    if (e == OK)
        e = db_one(tx->db, &q_trade_cart_count, ARGS(V_INT(c->user_id)), tx->arena, &rs);
    if (e == OK && row_int(&rs, 0, "n") > CART_LINES_MAX) {
        *tx->info =
            (struct err_info){.code = ERR_LIMIT, .key = "trade.cart_full", .limit = CART_LINES_MAX};
        return ERR_LIMIT;
    }
    return e;
}

static enum err run_save(struct command *cmd, struct tx *tx)
{
    struct cart_change *c = (struct cart_change *)cmd;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < c->n; i++)
        e = db_exec(tx->db, &q_trade_cart_set,
                    ARGS(V_INT(c->set[i].quantity), V_INT(c->picked[i]), V_INT(c->user_id),
                         V_INT(c->set[i].sku_id)),
                    NULL);
    const struct val gone[] = {V_INT(c->user_id), V_INT(c->remove)};
    return e == OK && c->remove ? db_exec_many(tx->db, &q_trade_cart_remove, gone, 1, NULL) : e;
}

static enum err changed(struct req *r, struct command *cmd, enum err result)
{
    const struct cart_change *c = (struct cart_change *)cmd;
    if (result != OK)
        return result;
    if (r->json)
        return put_cart(r);
    reply_redirect(r, c->then);
    return OK;
}

enum err cart_add(struct req *r)
{
    struct cart_change *c = ARENA_NEW(r->arena, struct cart_change);
    if (!c)
        return ERR_NOMEM;
    c->cmd = (struct command){.name = "trade.cart_add", .run = run_add};
    c->user_id = r->who.user_id;
    c->then = "/cart";
    c->add.quantity = 1;
    enum err e = req_field_int(r, "sku", 1, INT64_MAX, &c->add.sku_id);
    if (e == OK && req_field(r, "quantity").n)
        e = req_field_int(r, "quantity", 1, ORDER_QUANTITY_MAX, &c->add.quantity);
    if (e == OK && req_field(r, "show").n)
        e = req_field_int(r, "show", 1, INT64_MAX, &c->add.show_id);
    return e != OK ? e : web_write(r, &c->cmd, changed);
}

static enum err read_lines(struct req *r, struct cart_change *c)
{
    struct str skus[CART_LINES_MAX + 1], quantities[CART_LINES_MAX + 1], picks[CART_LINES_MAX + 1];
    c->n = req_fields(r, "sku", skus, CART_LINES_MAX + 1);
    size_t picks_n = req_fields(r, "pick", picks, CART_LINES_MAX + 1);
    if (c->n > CART_LINES_MAX || picks_n > CART_LINES_MAX)
        return req_refuse(r, ERR_INVALID, "sku", "trade.sku_unknown");
    if (req_fields(r, "quantity", quantities, CART_LINES_MAX + 1) != c->n)
        return req_refuse(r, ERR_INVALID, "quantity", "trade.quantity_bad");
    for (size_t i = 0; i < c->n; i++) {
        struct order_wish *w = &c->set[i];
        if (str_to_i64(skus[i], &w->sku_id) != OK)
            return req_refuse(r, ERR_INVALID, "sku", "trade.sku_unknown");
        if (str_to_i64(quantities[i], &w->quantity) != OK || w->quantity < 1 ||
            w->quantity > ORDER_QUANTITY_MAX)
            return req_refuse(r, ERR_INVALID, "quantity", "trade.quantity_bad");
        for (size_t k = 0; k < picks_n; k++)
            c->picked[i] = c->picked[i] || str_eq(picks[k], skus[i]);
    }
    return OK;
}

enum err cart_save(struct req *r)
{
    struct cart_change *c = ARENA_NEW(r->arena, struct cart_change);
    if (!c)
        return ERR_NOMEM;
    c->cmd = (struct command){.name = "trade.cart_save", .run = run_save};
    c->user_id = r->who.user_id;
    c->then = str_eq_z(req_field(r, "then"), "checkout") ? "/orders/new?from=cart" : "/cart";
    enum err e = read_lines(r, c);
    if (e == OK && req_field(r, "remove").n)
        e = req_field_int(r, "remove", 1, INT64_MAX, &c->remove);
    return e != OK ? e : web_write(r, &c->cmd, changed);
}
