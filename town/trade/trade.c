#include "town/trade/trade.h"

#include <stdio.h>

#include "ledger/ledger.h"
#include "store/queries.h"
#include "town/hand.h"
#include "town/people/people.h"
#include "town/trade/cart.h"
#include "town/trade/limit.h"
#include "town/trade/order.h"
#include "town/trade/order_command.h"
#include "town/trade/order_form.h"
#include "town/trade/order_list.h"
#include "town/trade/order_state.h"
#include "town/trade/order_view.h"
#include "town/trade/receiver.h"

enum {
    EXPIRE_EVERY_MS = 1000,
    EXPIRE_MOST = 200, /* orders, and other holds, in one batch */
};

/* --- placing: POST /orders --- */

static enum err put_order(struct req *r, int64_t order_id)
{
    struct rows order;
    unsigned as;
    enum err e = order_view_load(r, order_id, &order, &as);
    return e != OK ? e : order_view_put(r, r->view, &order, as);
}

/* Of a request that was several: all of them, by maker. */
static enum err put_checkout(struct req *r, int64_t first, int64_t n)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_trade_checkout, ARGS(V_INT(first)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "orders");
    int64_t total_fen = 0;
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *o = view_add_object(list);
        view_put_int(o, "id", row_int(&rs, i, "id"));
        view_put_money(o, "total", row_int(&rs, i, "total_fen"), "CNY");
        total_fen += row_int(&rs, i, "total_fen");
    }
    view_put_money(r->view, "total", total_fen, "CNY");
    return e == OK && (int64_t)rs.n != n ? ERR_CORRUPT : e;
}

/* A typed address that the buyer wants to keep; what comes of it changes nothing of the order. */
struct keeping {
    struct command cmd;
    int64_t user_id;
    struct people_address address;
    int64_t first, n; /* orders */
};

static enum err run_keep(struct command *cmd, struct tx *tx)
{
    struct keeping *k = (struct keeping *)cmd;
    return people_address_bad(&k->address) ? ERR_INVALID
                                           : people_address_keep(tx, k->user_id, &k->address, NULL);
}

static enum err answer(struct req *r, int64_t first, int64_t n);

static enum err kept(struct req *r, struct command *cmd, enum err result)
{
    const struct keeping *k = (struct keeping *)cmd;
    (void)result;
    return answer(r, k->first, k->n);
}

static bool wants_to_keep(const struct req *r, const struct order_request *rq)
{
    struct str id = req_field(r, "address_id");
    return str_eq_z(req_field(r, "keep"), "1") && (!id.n || str_eq_z(id, "new")) &&
           rq->province != 0;
}

static enum err keep_address(struct req *r, const struct order_request *rq, int64_t first,
                             int64_t n)
{
    struct keeping *k = ARENA_NEW(r->arena, struct keeping);
    if (!k)
        return ERR_NOMEM;
    *k = (struct keeping){.cmd = {.name = "trade.keep_address", .run = run_keep},
                          .user_id = r->who.user_id,
                          .address = {.province = rq->province,
                                      .name = rq->name,
                                      .phone = rq->phone,
                                      .detail = rq->address},
                          .first = first,
                          .n = n};
    return web_write(r, &k->cmd, kept);
}

static enum err placed(struct req *r, struct command *cmd, enum err result)
{
    const struct idem_outcome *o = &((struct order_command *)cmd)->outcome;
    if (result != OK)
        return result;
    if (o->result != OK) {
        order_form_keep(r); /* with what is left now */
        r->info = (struct err_info){
            .code = o->result, .field = o->field, .key = o->message_key, .limit = o->amount};
        return o->result;
    }
    const struct order_request *rq = &((struct order_command *)cmd)->request;
    return wants_to_keep(r, rq) ? keep_address(r, rq, o->subject, o->amount)
                                : answer(r, o->subject, o->amount);
}

static enum err answer(struct req *r, int64_t first, int64_t n)
{
    const char *place =
        arena_printf(r->arena, n > 1 ? "/cashier/%lld" : "/orders/%lld", (long long)first);
    if (!place)
        return ERR_NOMEM;
    if (!r->json) {
        reply_redirect(r, place);
        return OK;
    }
    reply_status(r, 201);
    reply_header(r, "Location", str_of(place));
    if (!req_prefers_minimal(r)) {
        enum err e = put_order(r, first);
        return e == OK ? put_checkout(r, first, n) : e;
    }
    view_put_int(view_put_object(r->view, "order"), "id", first);
    return OK;
}

static enum err post_orders(struct req *r)
{
    struct order_command *c = ARENA_NEW(r->arena, struct order_command);
    if (!c)
        return ERR_NOMEM;
    c->request.buyer_id = r->who.user_id;
    order_form_keep(r);
    enum err e = order_form_read(r, &c->request);
    if (e == OK)
        e = req_idempotency_key(r, &c->key.key);
    if (e == OK)
        e = order_command_make(c, r->arena);
    return e != OK ? e : web_write(r, &c->cmd, placed);
}

/* --- one order --- */

static enum err order_of_path(struct req *r, int64_t *id)
{
    return str_to_i64(req_param(r, "id"), id) == OK ? OK : ERR_NOT_FOUND;
}

static enum err get_order(struct req *r)
{
    int64_t id;
    enum err e = order_of_path(r, &id);
    return e != OK ? e : put_order(r, id);
}

/* One event of one order. */
struct change {
    struct command cmd;
    int64_t order_id;
    struct order_actor by;
    const char *event;
    struct str note;
};

static enum err change_run(struct command *cmd, struct tx *tx)
{
    struct change *c = (struct change *)cmd;
    return order_do(tx, c->order_id, c->event, c->by, c->note);
}

static enum err changed(struct req *r, struct command *cmd, enum err result)
{
    struct change *c = (struct change *)cmd;
    if (result != OK)
        return result;
    if (r->json)
        return put_order(r, c->order_id);
    reply_redirect(r, arena_printf(r->arena, "/orders/%lld", (long long)c->order_id));
    return OK;
}

static enum err change(struct req *r, const char *name, const char *event)
{
    struct rows order;
    unsigned as;
    int64_t id;
    enum err e = order_of_path(r, &id);
    if (e == OK)
        e = order_view_load(r, id, &order, &as);
    struct change *c = e == OK ? ARENA_NEW(r->arena, struct change) : NULL;
    if (e == OK && !c)
        e = ERR_NOMEM;
    if (e != OK)
        return e;
    *c = (struct change){.cmd = {.name = name, .run = change_run},
                         .order_id = id,
                         .by = {r->who.user_id, as},
                         .event = event};
    e = str_trim(req_field(r, "note")).n ? req_field_text(r, "note", 1, ORDER_NOTE_MAX, &c->note)
                                         : OK;
    return e != OK ? e : web_write(r, &c->cmd, changed);
}

static enum err post_cancel(struct req *r)
{
    return change(r, "trade.cancel_order", "cancel");
}

static enum err post_receive(struct req *r)
{
    return change(r, "trade.receive_order", "receive");
}

static enum err post_call_off(struct req *r)
{
    return change(r, "trade.call_off_order", "call_off");
}

/* The order of the path, which must be the visitor's own. */
static enum err own_order(struct req *r, struct rows *order, unsigned *as)
{
    int64_t id;
    enum err e = order_of_path(r, &id);
    if (e == OK)
        e = order_view_load(r, id, order, as);
    return e == OK && !(*as & ORDER_AS_BUYER) ? ERR_NOT_FOUND : e;
}

static enum err post_pay(struct req *r)
{
    struct rows order;
    unsigned as;
    enum err e = own_order(r, &order, &as);
    if (e == OK)
        reply_redirect(
            r, arena_printf(r->arena, "/cashier/%lld", (long long)row_int(&order, 0, "id")));
    return e;
}

/* --- for the pages of shows --- */

enum err trade_orders_of_show(struct req *r, struct view *v, const char *member, int64_t show,
                              int64_t limit)
{
    struct rows rs;
    enum err e =
        db_select(r->db, &q_trade_orders_of_show, ARGS(V_INT(show), V_INT(limit)), r->arena, &rs);
    struct view *list = view_put_list(v, member);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *o = view_add_object(list);
        view_put_int(o, "id", row_int(&rs, i, "id"));
        view_put_str(o, "title", row_str(&rs, i, r->lang == LANG_ZH ? "title_zh" : "title_en"));
        view_put_int(o, "quantity", row_int(&rs, i, "pieces"));
        view_put_money(o, "total", row_int(&rs, i, "total_fen"), "CNY");
        view_put_str(o, "status", row_str(&rs, i, "status"));
        view_put_time(o, "at", row_int(&rs, i, "placed_at"));
    }
    return e;
}

/* --- the department --- */

/* Orders first: what is due then is no order's, or its order waits for the next slice. */
static enum err expire(struct tx *tx, void *unused)
{
    int orders, holds, stepped;
    (void)unused;
    enum err e = order_expire(tx, EXPIRE_MOST, &orders);
    if (!e)
        e = order_clock(tx, EXPIRE_MOST, &stepped);
    return e || orders == EXPIRE_MOST ? e : ledger_expire(tx, EXPIRE_MOST, &holds);
}

void trade_start(struct writer *w)
{
    order_money_start();
    writer_every(w, EXPIRE_EVERY_MS, "trade.expire", expire, NULL);
}

#define FACTORY_SIDE (ROLE_FACTORY | ROLE_OPERATOR)
static const struct route routes[] = {
    {"GET", "/orders", order_list_of_buyer, NULL, "trade/orders.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/orders", post_orders, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/orders/new", order_form_page, NULL, "trade/new.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/orders/quote", order_form_quote, NULL, "trade/new.html", WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/cart", cart_page, NULL, "trade/cart.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/cart", cart_add, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/cart/save", cart_save, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/orders/{id}", get_order, NULL, "trade/order.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/orders/{id}/cancel", post_cancel, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/orders/{id}/receive", post_receive, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/orders/{id}/call_off", post_call_off, NULL, NULL, FACTORY_SIDE, CSRF_TOKEN, 0},
    {"POST", "/orders/{id}/pay", post_pay, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/orders/{id}/receiver", receiver_post, NULL, NULL, FACTORY_SIDE, CSRF_TOKEN, 0},
    {"GET", "/factory/openings", receiver_openings, NULL, "trade/openings.html", FACTORY_SIDE,
     CSRF_SAFE, 0},
    {"GET", "/factory/limits", limit_page, NULL, "trade/limits.html", ROLE_FACTORY, CSRF_SAFE, 0},
    {"POST", "/factory/limits", limit_save, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0},
    {"GET", "/factory/orders", order_list_of_factory, NULL, "trade/factory_orders.html",
     FACTORY_SIDE, CSRF_SAFE, 0},
};

const struct web_module trade_module = {
    .name = "trade", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};
