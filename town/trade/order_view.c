#include "town/trade/order_view.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "store/queries.h"
#include "town/hall/hall.h"
#include "town/hand.h"
#include "town/trade/order_state.h"
#include "town/trade/receiver.h"
#include "town/trade/trade.h"

enum { MASK_MAX_BYTES = 1024 };

unsigned order_view_as(const struct req *r, const struct rows *order)
{
    unsigned as = 0;
    if (r->who.user_id && r->who.user_id == row_int(order, 0, "buyer_id"))
        as |= ORDER_AS_BUYER;
    if (hand_is_maker(r, row_int(order, 0, "factory_id")))
        as |= ORDER_AS_FACTORY;
    if (hand_is_base(r))
        as |= ORDER_AS_OPERATOR;
    return as;
}

enum err order_view_load(struct req *r, int64_t order_id, struct rows *order, unsigned *as)
{
    enum err e = db_one(r->db, &q_trade_order_get, ARGS(V_INT(order_id)), r->arena, order);
    if (e != OK)
        return e;
    *as = order_view_as(r, order);
    return *as ? OK : ERR_NOT_FOUND;
}

/* --- masking --- */

struct str order_view_mask(struct str text, size_t keep_first, size_t keep_last,
                           struct arena *arena)
{
    struct buf b;
    size_t n = str_characters(text);
    if (n == 0)
        return STR_NONE;
    if (n <= keep_first + keep_last) { /* too short to keep so much of it */
        keep_first = n > 1 ? 1 : 0;
        keep_last = 0;
    }
    buf_init(&b, MASK_MAX_BYTES);
    buf_str(&b, str_slice(text, 0, str_characters_bytes(text, keep_first)));
    for (size_t i = 0; i < n - keep_first - keep_last && i < 4; i++)
        buf_z(&b, "*");
    buf_str(&b, str_slice(text, str_characters_bytes(text, n - keep_last), text.n));
    struct str out = buf_ok(&b) ? arena_str(arena, str_n(b.p, b.n)) : STR("****");
    buf_free(&b);
    return out;
}

/* --- one order --- */

void order_view_put_product(struct req *r, struct view *v, struct str slug)
{
    view_put_str(v, "slug", slug);
    view_put_z(v, "picture", arena_printf(r->arena, "/hall/pictures/%.*s.svg", STR_ARG(slug)));
}

static struct str in_language(const struct req *r, const struct rows *rs, size_t row,
                              const char *zh, const char *en)
{
    return row_str(rs, row, r->lang == LANG_ZH ? zh : en);
}

static enum err put_lines(struct req *r, struct view *v, int64_t order_id)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_trade_lines_shown, ARGS(V_INT(order_id)), r->arena, &rs);
    struct view *list = view_put_list(v, "lines");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *line = view_add_object(list);
        view_put_int(line, "line", row_int(&rs, i, "line"));
        view_put_int(line, "sku_id", row_int(&rs, i, "sku_id"));
        view_put_str(line, "title", in_language(r, &rs, i, "title_zh", "title_en"));
        view_put_str(line, "name", in_language(r, &rs, i, "name_zh", "name_en"));
        view_put_str(line, "slug", row_str(&rs, i, "product_slug"));
        view_put_z(line, "picture",
                   picture_address(r->arena, row_str(&rs, i, "product_slug"),
                                   row_str(&rs, i, "product_colour"), row_str(&rs, i, "colour")));
        view_put_int(line, "quantity", row_int(&rs, i, "quantity"));
        view_put_money(line, "price", row_int(&rs, i, "price_fen"), "CNY");
        view_put_money(line, "amount", row_int(&rs, i, "amount_fen"), "CNY");
        view_put_money(line, "discount", row_int(&rs, i, "discount_fen"), "CNY");
        view_put_money(line, "refunded", row_int(&rs, i, "refunded_fen"), "CNY");
        view_put_int(line, "returned", row_int(&rs, i, "returned"));
    }
    return e;
}

static enum err put_events(struct req *r, struct view *v, int64_t order_id)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_trade_events, ARGS(V_INT(order_id)), r->arena, &rs);
    struct view *list = view_put_list(v, "events");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *event = view_add_object(list);
        view_put_str(event, "event", row_str(&rs, i, "event"));
        view_put_str(event, "status", row_str(&rs, i, "to_state"));
        view_put_str(event, "by", row_str(&rs, i, "actor_as"));
        view_put_time(event, "at", row_int(&rs, i, "at"));
        view_put_str(event, "note", row_str(&rs, i, "note"));
        if (row_int(&rs, i, "amount_fen"))
            view_put_money(event, "amount", row_int(&rs, i, "amount_fen"), "CNY");
        view_put_str(event, "text", req_text(r, "trade.event_", row_str(&rs, i, "event")));
        view_page_only(event, "text");
    }
    return e;
}

static void put_status(struct req *r, struct view *v, struct str status)
{
    view_put_str(v, "status", status);
    view_put_str(v, "status_name", req_text(r, "trade.status_", status));
    view_page_only(v, "status_name");
}

static void put_time_or_null(struct view *v, const char *member, const struct rows *rs,
                             const char *column)
{
    if (row_null(rs, 0, column))
        view_put_null(v, member);
    else
        view_put_time(v, member, row_int(rs, 0, column));
}

static void put_head(struct req *r, struct view *v, const struct rows *order)
{
    int64_t left_ms = row_int(order, 0, "hold_until") - clock_wall_ms();
    bool waits = str_eq_z(row_str(order, 0, "status"), "placed");
    view_put_int(v, "id", row_int(order, 0, "id"));
    put_status(r, v, row_str(order, 0, "status"));
    view_put_int(v, "checkout_id", row_int(order, 0, "checkout_id"));
    view_put_money(v, "goods", row_int(order, 0, "goods_fen"), "CNY");
    view_put_money(v, "freight", row_int(order, 0, "freight_fen"), "CNY");
    view_put_money(v, "discount", row_int(order, 0, "discount_fen"), "CNY");
    view_put_money(v, "total", row_int(order, 0, "total_fen"), "CNY");
    view_put_money(v, "refunded", row_int(order, 0, "refunded_fen"), "CNY");
    view_put_bool(v, "has_freight", row_int(order, 0, "freight_fen") > 0);
    view_put_bool(v, "has_discount", row_int(order, 0, "discount_fen") > 0);
    view_put_money(v, "net", row_int(order, 0, "total_fen") - row_int(order, 0, "refunded_fen"),
                   "CNY");
    view_put_bool(v, "has_refund", row_int(order, 0, "refunded_fen") > 0);
    static const char *const page_only[] = {"has_freight", "has_discount", "has_refund"};
    for (size_t i = 0; i < sizeof(page_only) / sizeof(page_only[0]); i++)
        view_page_only(v, page_only[i]);
    view_put_time(v, "placed_at", row_int(order, 0, "placed_at"));
    put_time_or_null(v, "paid_at", order, "paid_at");
    put_time_or_null(v, "packed_at", order, "packed_at");
    put_time_or_null(v, "shipped_at", order, "shipped_at");
    put_time_or_null(v, "received_at", order, "received_at");
    put_time_or_null(v, "closed_at", order, "closed_at");
    put_time_or_null(v, "auto_at", order, "auto_at");
    view_put_time(v, "hold_until", row_int(order, 0, "hold_until"));
    view_put_int(v, "hold_left_s", waits && left_ms > 0 ? left_ms / 1000 : 0);
    if (row_null(order, 0, "show_id"))
        view_put_null(v, "show_id");
    else
        view_put_int(v, "show_id", row_int(order, 0, "show_id"));
    struct view *factory = view_put_object(v, "factory");
    view_put_int(factory, "id", row_int(order, 0, "factory_id"));
    view_put_str(factory, "slug", row_str(order, 0, "factory_slug"));
    view_put_str(factory, "name", in_language(r, order, 0, "factory_zh", "factory_en"));
}

enum { PARTS_MAX = 8 };
static order_part_fn *parts[PARTS_MAX];
static size_t parts_n;

void trade_order_part(order_part_fn *fn)
{
    for (size_t i = 0; i < parts_n; i++)
        if (parts[i] == fn)
            return;
    if (parts_n == PARTS_MAX)
        abort(); /* a bug of the start */
    parts[parts_n++] = fn;
}

static order_list_part_fn *list_parts[PARTS_MAX];
static size_t list_parts_n;

void trade_list_part(order_list_part_fn *fn)
{
    for (size_t i = 0; i < list_parts_n; i++)
        if (list_parts[i] == fn)
            return;
    if (list_parts_n == PARTS_MAX)
        abort(); /* a bug of the start */
    list_parts[list_parts_n++] = fn;
}

enum err trade_list_parts(struct req *r, const struct rows *orders, struct view *const *views,
                          unsigned as)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < list_parts_n; i++)
        e = list_parts[i](r, orders, views, as);
    return e;
}

static enum err put_parts(struct req *r, struct view *v, const struct rows *order, unsigned as)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < parts_n; i++)
        e = parts[i](r, v, order, as);
    return e;
}

/* The way of an order that goes well, for a line of steps on its page. */
static void put_steps(struct req *r, struct view *v, const struct rows *order)
{
    static const struct {
        const char *state, *column;
    } way[] = {{"placed", "placed_at"},
               {"paid", "paid_at"},
               {"shipped", "shipped_at"},
               {"received", "received_at"},
               {"closed", "closed_at"}};
    struct view *list = view_put_list(v, "steps");
    view_page_only(v, "steps");
    for (size_t i = 0; i < sizeof(way) / sizeof(way[0]); i++) {
        struct view *step = view_add_object(list);
        bool is_done = !row_null(order, 0, way[i].column);
        view_put_str(step, "name", req_text(r, "trade.step_", str_of(way[i].state)));
        view_put_bool(step, "is_done", is_done);
        if (is_done)
            view_put_time(step, "at", row_int(order, 0, way[i].column));
    }
}

/* Who bought may go to the cashier, who then pays it. */
static void put_may(struct view *v, struct str status, unsigned as)
{
    static const char *const buttons[] = {"pay", "cancel", "call_off", "receive"};
    struct view *may = view_put_object(v, "may");
    for (size_t i = 0; i < sizeof(buttons) / sizeof(buttons[0]); i++) {
        bool at_cashier = i == 0 && as & ORDER_AS_BUYER;
        view_put_bool(may, buttons[i],
                      transition_may(&order_transitions, status, buttons[i],
                                     at_cashier ? ORDER_AS_CASHIER : as));
    }
}

enum err order_view_put(struct req *r, struct view *v, const struct rows *order, unsigned as)
{
    struct view *o = view_put_object(v, "order");
    int64_t id = row_int(order, 0, "id");
    struct str status = row_str(order, 0, "status");
    put_head(r, o, order);
    put_steps(r, o, order);
    view_put_bool(o, "is_own", as & ORDER_AS_BUYER);
    view_page_only(o, "is_own");
    enum err e = put_lines(r, o, id);
    if (e == OK)
        e = receiver_put(r, o, order, as);
    if (e == OK)
        e = put_events(r, o, id);
    put_may(o, status, as);
    return e == OK ? put_parts(r, o, order, as) : e;
}

/* --- lists --- */

static void put_rows(struct req *r, struct view *list, const struct rows *rs,
                     struct view *views[ORDER_VIEW_PAGE])
{
    for (size_t i = 0; i < rs->n && i < ORDER_VIEW_PAGE; i++) {
        struct view *o = views[i] = view_add_object(list);
        view_put_int(o, "id", row_int(rs, i, "id"));
        put_status(r, o, row_str(rs, i, "status"));
        view_put_money(o, "total", row_int(rs, i, "total_fen"), "CNY");
        view_put_money(o, "refunded", row_int(rs, i, "refunded_fen"), "CNY");
        view_put_bool(o, "has_refund", row_int(rs, i, "refunded_fen") > 0);
        view_page_only(o, "has_refund");
        view_put_str(o, "factory", in_language(r, rs, i, "factory_zh", "factory_en"));
        view_put_str(o, "title", in_language(r, rs, i, "title_zh", "title_en"));
        order_view_put_product(r, o, row_str(rs, i, "product_slug"));
        view_put_int(o, "pieces", row_int(rs, i, "pieces"));
        view_put_time(o, "placed_at", row_int(rs, i, "placed_at"));
        view_put_time(o, "hold_until", row_int(rs, i, "hold_until"));
        if (row_null(rs, i, "show_id"))
            view_put_null(o, "show_id");
        else
            view_put_int(o, "show_id", row_int(rs, i, "show_id"));
    }
}

enum err order_view_put_list(struct req *r, struct view *v, const struct rows *rs, unsigned as)
{
    struct view *views[ORDER_VIEW_PAGE];
    put_rows(r, view_put_list(v, "orders"), rs, views);
    enum err e = trade_list_parts(r, rs, views, as);
    if (rs->n == ORDER_VIEW_PAGE)
        view_put_int(v, "next", row_int(rs, rs->n - 1, "id"));
    else
        view_put_null(v, "next");
    return e;
}
